"""The command line's options as a table, so that each is written once.

`taking` adds the options of one or more groups to a command; what was typed reaches it
as texts by field name. Values are read by `Case`, `Clinic` and the other owners of the
fields, never by the command line.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from functools import cache
from keyword import iskeyword
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple, TypeVar

import typer
from typer.core import TyperCommand, TyperGroup

from b12sched.errors import InputError, shown

if TYPE_CHECKING:
    from b12sched.commands.config import Config

_F = TypeVar("_F", bound=Callable[..., object])


class Option(NamedTuple):
    """One option: `many` may be repeated, `flag` takes no value."""

    field: str
    names: str
    metavar: str
    help: str
    many: bool = False
    flag: bool = False


class Group(NamedTuple):
    """Options that stand together in the help."""

    title: str
    options: tuple[Option, ...]


PATIENT = Group(
    "Patient",
    (
        Option("patient", "--patient", "REF", "Reference, 1 to 64 characters."),
        Option(
            "last_dose",
            "--last-dose",
            "DATE",
            "Instead of START: already on maintenance, last injected on DATE.",
        ),
        Option(
            "neuro",
            "--neuro/--no-neuro",
            "",
            "Neurological symptoms or signs? Asked for if missing.",
            flag=True,
        ),
        Option(
            "renal",
            "--renal",
            "STATUS",
            "normal, impaired, dialysis or unknown. Asked for if missing.",
        ),
        Option("egfr", "--egfr", "N", "Instead of --renal: eGFR, mL/min/1.73 m²."),
        Option(
            "drug",
            "--drug",
            "NAME",
            "hydroxocobalamin (default), methylcobalamin or cyanocobalamin.",
        ),
    ),
)
TREATMENT = Group(
    "Treatment",
    (
        Option("plateau", "--plateau", "DATE", "No further improvement since DATE."),
        Option(
            "loading_weeks",
            "--loading-weeks",
            "N",
            "Weeks of loading to project while no plateau is recorded (12).",
        ),
        Option(
            "interval",
            "--interval",
            "STEP",
            "Maintenance: 1m 2m 3m 4w 8w 12w (2m; cyanocobalamin 1m).",
        ),
        Option(
            "monthly_from",
            "--monthly-from",
            "DATE",
            "Symptoms came back: maintenance is monthly from DATE.",
        ),
        Option(
            "given",
            "--given",
            "DATE",
            "A dose that was given; repeatable, or several with commas between.",
            many=True,
        ),
        Option(
            "given_through",
            "--given-through",
            "DATE",
            "Every dose planned up to DATE was given on its day.",
        ),
        Option(
            "as_of", "--as-of", "DATE", "No dose not given is dated before this day."
        ),
        Option("months", "--months", "N", "Horizon in months (12)."),
        Option("until", "--until", "DATE", "Horizon as a date."),
    ),
)
CLINIC = Group(
    "Clinic",
    (
        Option("open", "--open", "DAYS", "Open days: mon-fri or mon,wed,fri."),
        Option("holidays", "--holidays", "CODE", "Public holidays: GB-ENG, US, …"),
        Option(
            "closed",
            "--closed",
            "DATE",
            "A closed day, or DATE..DATE; repeatable.",
            many=True,
        ),
    ),
)
CALENDAR = Group(
    "Calendar",
    (
        Option(
            "discreet",
            "--discreet/--no-discreet",
            "",
            "Neutral texts: nothing clinical; on a card, too.",
            flag=True,
        ),
        Option("class", "--class", "CLASS", "public, private (default), confidential."),
        Option(
            "remind",
            "--remind",
            "BEFORE",
            "Reminder: 1d (default), with --time also 2h, 30m; none. Repeatable.",
            many=True,
        ),
        Option("time", "--time", "HH:MM", "Time of day instead of all-day events."),
        Option("timezone", "--timezone", "ZONE", "Its time zone: Europe/London."),
        Option("duration", "--duration", "MIN", "Its length in minutes (15)."),
    ),
)
CARD = Group(
    "Card",
    (
        Option("for", "--for", "READER", "clinic (default) or patient."),
        Option("clinic_name", "--clinic-name", "NAME", "The clinic's name on a card."),
    ),
)
CONFIG = Group(
    "Configuration",
    (
        Option(
            "config",
            "--config",
            "FILE",
            "The clinic's own defaults (TOML); none for no file.",
        ),
    ),
)
OUTPUT = Group(
    "Output",
    (
        Option("view", "--view", "VIEW", "table (default), calendar or timeline."),
        Option("all", "--all", "", "Show every loading dose.", flag=True),
        Option(
            "format",
            "--format",
            "FORMAT",
            "To stdout: json, csv, md, ics, html or fhir.",
        ),
        Option(
            "output",
            "--output/-o",
            "FILE",
            "Write FILE; the suffix says the format. Repeatable.",
            many=True,
        ),
        Option(
            "replace",
            "--replace",
            "",
            "Write over a plan file of another patient, or one with more doses.",
            flag=True,
        ),
    ),
)

SERVER = Group(
    "Server",
    (
        Option("url", "--url", "URL", "Address of the calendar on the server."),
        Option("user", "--user", "NAME", "User; the password is asked for."),
        Option(
            "cancelled",
            "--cancelled",
            "HOW",
            "Events no longer in the plan: mark (default) or delete.",
        ),
        Option("dry_run", "--dry-run", "", "Only say what would be done.", flag=True),
    ),
)

COHORT = Group(
    "Cohort",
    (
        Option(
            "input_format",
            "--input-format",
            "FORM",
            "csv or jsonl; else the suffix says it.",
        ),
        Option("errors", "--errors", "FILE", "Write the table of failed rows (CSV)."),
    ),
)
BATCH = Group(
    "Batch",
    (
        Option(
            "output",
            "--output/-o",
            "DIR",
            "Write a file for each patient there; - is standard output (jsonl).",
        ),
        Option(
            "format",
            "--format",
            "FORMAT",
            "ics (default), json, csv, md, html, fhir; jsonl for a stream.",
        ),
        Option("jobs", "--jobs", "N", "Processes; all cores unless said."),
        Option(
            "dry_run", "--dry-run", "", "Check every row, write nothing.", flag=True
        ),
    ),
)
_ASKED = " Asked for if missing."
DEFAULTS = Group(
    "Where a row says nothing else",
    tuple(
        option._replace(help=option.help.removesuffix(_ASKED))
        for option in (*PATIENT.options, *TREATMENT.options)
        if option.field != "patient"
    ),
)
ROWS = DEFAULTS._replace(
    options=tuple(
        option
        for option in DEFAULTS.options
        if option.field not in ("as_of", "months", "until")
    )
)
_FROM = Option("from", "--from", "DATE", "The first day.")
_LISTED = (
    Option("format", "--format", "FORMAT", "To stdout: json, csv or md."),
    Option(
        "output",
        "--output/-o",
        "FILE",
        "Write FILE; the suffix says the format. Repeatable.",
        many=True,
    ),
)
_AS_OF = Option(
    "as_of",
    "--as-of",
    "DATE",
    "What was not given by DATE is overdue; by default the list's first day (audit: "
    "today); none leaves each row its own.",
)
WORKLIST = Group(
    "Worklist",
    (
        _FROM,
        Option("to", "--to", "DATE", "The last day."),
        _AS_OF,
        Option(
            "each",
            "--each",
            "",
            "In a calendar (-o clinic.ics): an event a visit, not a day.",
            flag=True,
        ),
        *_LISTED,
    ),
)
FORECAST = Group(
    "Forecast",
    (
        _FROM,
        Option("months", "--months", "N", "So many months from then."),
        _AS_OF,
        Option("capacity", "--capacity", "N", "Name the days with more visits."),
        *_LISTED,
    ),
)
AUDIT = Group(
    "Audit",
    (
        _AS_OF,
        Option("tolerance", "--tolerance", "DAYS", "Leave out what is no further off."),
        *_LISTED,
    ),
)

REVISION = Group(
    "Revision",
    (
        Option("start", "--start", "DATE", "Another start date."),
        Option(
            "restart",
            "--restart",
            "DATE",
            "Begin the next course of treatment with dose 1 on DATE; none: go back.",
        ),
        Option(
            "not_given",
            "--not-given",
            "DATE",
            "Take a given dose back; repeatable.",
            many=True,
        ),
        Option(
            "not_closed",
            "--not-closed",
            "DATE",
            "Take a closed day back; repeatable.",
            many=True,
        ),
    ),
)
DUE = Group(
    "Due",
    (
        Option("interval", "--interval", "STEP", "1m 2m 3m 4w 8w 12w (2m)."),
        Option("on", "--on", "DATE", "Instead of today."),
        Option("format", "--format", "FORMAT", "json."),
    ),
)

_FACTS = {
    option.field for group in (PATIENT, TREATMENT, REVISION) for option in group.options
}
_OTHERS = {"start": "START"}
_ALL_FIELDS = {
    option.field: option
    for group in (
        *(PATIENT, TREATMENT, CLINIC, CALENDAR, CARD, CONFIG),
        *(COHORT, BATCH, WORKLIST, FORECAST, AUDIT, OUTPUT, SERVER, DUE, REVISION),
    )
    for option in group.options
    if option.field not in _OTHERS
}


def taking(*groups: Group) -> Callable[[_F], _F]:
    """Add the options of the groups to a command, after those in its own signature."""

    def add(command: _F) -> _F:
        signature = inspect.signature(command, eval_str=True)
        own = [p for p in signature.parameters.values() if p.kind != p.VAR_KEYWORD]
        added = [
            inspect.Parameter(
                _parameter(option),
                inspect.Parameter.KEYWORD_ONLY,
                default=None,
                annotation=_annotation(option, group.title),
            )
            for group in groups
            for option in group.options
        ]
        # `inspect.signature` looks for it, though functions do not declare it.
        command.__signature__ = signature.replace(  # type: ignore[attr-defined]
            parameters=[*own, *added]
        )
        # Typer reads the signature; evaluating annotations again costs every start.
        command.__annotations__ = {}
        return command

    return add


# Several commands have the same options.
@cache
def _annotation(option: Option, panel: str) -> object:
    # All are taken as often as they come: a fact that is stated twice is not lost.
    kind = list[bool] | None if option.flag else list[str] | None
    names = option.names.split("/") if "-o" in option.names else [option.names]
    info = typer.Option(
        *names,
        metavar=option.metavar or None,
        help=option.help,
        rich_help_panel=panel,
        show_default=False,
    )
    return Annotated[kind, info]


class GroupedHelp(TyperCommand):
    """A command whose help lists its options under the titles of their groups.

    Plain text, which fits narrow screens and every encoding.
    """

    def format_options(self, ctx: Any, formatter: Any) -> None:
        groups: dict[str, list[tuple[str, str]]] = {}
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx)
            assert record is not None  # no option is hidden
            title = getattr(parameter, "rich_help_panel", None) or "Options"
            groups.setdefault(title, []).append(record)
        for title, records in groups.items():
            with formatter.section(title):
                formatter.write_dl(records)


class WholeHelp(TyperGroup):
    """The commands, each with the whole of its first sentence."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        commands = ((name, self.get_command(ctx, name)) for name in self.commands)
        with formatter.section("Commands"):
            formatter.write_dl(
                [
                    (name, each.get_short_help_str(limit=200))
                    for name, each in commands
                    if each
                ]
            )


def typed(values: Mapping[str, object], *groups: Group) -> dict[str, str]:
    """What was typed for the groups' options, as texts by field; `;` joins many.

    Of an option that is there twice the last counts, but for a fact about a patient:
    which of two is meant would be a guess. Raises InputError for that, and for an
    option with an empty value.
    """
    texts = {}
    for option in (option for group in groups for option in group.options):
        parts = texts_of(values.get(_parameter(option)))
        if not parts:
            continue
        if option.field in _FACTS and not option.many and len(set(parts)) > 1:
            raise InputError(
                f"is stated twice, as {shown(parts[0])} and as {shown(parts[-1])}",
                "state the one that is meant",
                field=option.field,
                value=parts[-1],
            )
        if "" in parts:
            raise InputError(
                "is empty", "state a value or leave the option out", field=option.field
            )
        texts[option.field] = ";".join(parts) if option.many else parts[-1]
    return texts


def texts_of(value: object) -> list[str]:
    """What was typed for an option, each time that it was."""
    return list(map(_text, value)) if isinstance(value, list | tuple) else []


def in_force(
    values: Mapping[str, object], config: Config, *groups: Group
) -> dict[str, str]:
    """What is in force for the groups' options: as typed, else as configured."""
    fields = [option.field for group in groups for option in group.options]
    return config.under(typed(values, *groups), fields)


def _text(value: object) -> str:
    return ("no", "yes")[value] if isinstance(value, bool) else str(value)


def _parameter(option: Option) -> str:
    """The name of an option's parameter: a word of Python gets an underscore."""
    return f"{option.field}_" if iskeyword(option.field) else option.field


def option_name(field: str) -> str:
    """How a field is typed: `--given-through`, `START`."""
    option = _ALL_FIELDS.get(field)
    return option.names.partition("/")[0] if option else _OTHERS.get(field, field)
