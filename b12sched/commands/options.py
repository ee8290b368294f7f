"""The command line's options: one class per group, one record per option.

A command is a function whose parameters are such classes. `with_options` turns it into
a function that Typer understands, and calls it with the values in force: as typed, else
the clinic's own defaults. Every value is a text; `Case`, `Clinic` and the other owners
of the fields read it.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from keyword import iskeyword
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, get_args

from typer.core import TyperOption

from b12sched.dates import DateOrder, date_order, in_order
from b12sched.errors import InputError, shown, unknown_name

if TYPE_CHECKING:
    from b12sched.commands.config import Config
    from b12sched.regimen import Regimen


Values = str | tuple[str, ...]
"""What a shell offers as the value of an option: words, or the name of a list of
`commands/completion.py`. Without it the metavar names the list: FILE, DIR."""


class Option(NamedTuple):
    """One option: `kind` says whether it takes a value, and how often.

    `title` is the heading it has in the help, if it is not that of its class.
    """

    names: str
    metavar: str
    help: str
    kind: str = "text"
    values: Values = ()
    title: str = ""


def text(
    names: str, metavar: str, help: str, values: Values = (), title: str = ""
) -> Any:
    """Return an option with one value; None where it is not stated."""
    return Option(names, metavar, help, "text", values, title)


def many(
    names: str, metavar: str, help: str, values: Values = (), title: str = ""
) -> Any:
    """Return an option that may be repeated; its values are joined by `;`."""
    return Option(names, metavar, help, "many", values, title)


def files(names: str, metavar: str, help: str) -> Any:
    """Return an option that names files, as often as it is stated."""
    return Option(names, metavar, help, "files")


def yes_no(names: str, help: str, title: str = "") -> Any:
    """Return a pair of options without a value: `yes`, `no`, or None."""
    return Option(names, "", help, "yes_no", title=title)


def flag(names: str, help: str) -> Any:
    """Return an option without a value: true where it is stated."""
    return Option(names, "", help, "flag")


class Options:
    """A group of options in the help, with the values stated for them.

    `texts` holds the values in force by field, `typed` those that were typed; both lack
    fields that were not stated. A field whose name is a Python keyword has an
    underscore as an attribute.
    """

    title: ClassVar[str] = ""
    records: ClassVar[Mapping[str, Option]] = {}
    configurable: ClassVar[bool] = False
    """Whether the clinic's own defaults may set some of the fields."""

    def __init_subclass__(cls) -> None:
        own = {n.rstrip("_"): v for n, v in vars(cls).items() if isinstance(v, Option)}
        cls.records = own or cls.records

    def __init__(
        self,
        values: Mapping[str, Any],
        config: Config | None,
        order: DateOrder | None = None,
    ) -> None:
        stated = {field: _parts(values[field]) for field in self.records}
        self.typed = {
            field: _text(field, self.records[field], parts)
            for field, parts in stated.items()
            if parts
        }
        self.texts = self.typed
        if config is not None:
            self.texts = config.under(self.typed, self.records)
        if order is not None:
            self.texts = {
                field: in_order(text, field, order)
                if self.records[field].metavar == "DATE"
                else text
                for field, text in self.texts.items()
            }
        for field, option in self.records.items():
            value: object = self.texts.get(field)
            if option.kind == "flag":
                value = field in self.typed
            elif option.kind == "files":
                value = tuple(stated[field])
            setattr(self, _attribute(field), value)


def _parts(typed: Iterable[object]) -> list[str]:
    """Return each value that was typed for an option."""
    return [("no", "yes")[v] if isinstance(v, bool) else str(v) for v in typed]


def _text(field: str, option: Option, parts: list[str]) -> str:
    """Return the values typed for an option as one text.

    A repeated option takes its last value. Raises InputError for two different values
    of a fact about the patient, and for an empty one.
    """
    several = option.kind in ("many", "files")
    if not several and len(set(parts)) > 1 and field in _facts():
        raise InputError(
            f"is stated twice, as {shown(parts[0])} and as {shown(parts[-1])}",
            "state the one that is meant",
            field=field,
            value=parts[-1],
        )
    if "" in parts:
        raise InputError(
            "is empty", "state a value or leave the option out", field=field
        )
    return ";".join(parts) if several else parts[-1]


def _facts() -> set[str]:
    """Return the fields of which two values contradict each other."""
    kinds = (PatientOptions, TreatmentOptions)
    return {"start", "restart", *(field for kind in kinds for field in kind.records)}


AS_TYPED = "as typed"
"""The mark of a group to which the clinic's own defaults do not apply."""

REQUIRED = "Required"
"""The heading of what must be stated, and the mark of a group of which some must be."""

_ASKED = " Asked for if missing."
"""What is said of an option of such a group that must be stated, unless one stands for
it: `--last-dose` for START."""


def with_options(command: Callable[..., None]) -> Callable[..., None]:
    """Return a command that Typer understands, with an option for each field.

    Parameters that are classes of options are made from what was typed. Those that the
    configuration covers are merged with it, and the command gets `--config`.
    """
    signature = inspect.signature(command, eval_str=True)
    own, groups, typed_only, asking = [], {}, set(), []
    for name, parameter in signature.parameters.items():
        kind, *marks = get_args(parameter.annotation) or [parameter.annotation]
        if isinstance(kind, type) and issubclass(kind, Options):
            groups[name] = kind
            if AS_TYPED in marks:
                typed_only.add(name)
            if REQUIRED in marks:
                asking.append(kind)
        else:
            own.append(parameter)
    configurable = any(kind.configurable for kind in groups.values())
    dated = DateOptions in groups.values()
    shown_groups = [*groups.values()]
    if configurable and ConfigOptions not in shown_groups:
        shown_groups.append(ConfigOptions)

    def run(**values: Any) -> None:
        stated = {name.rstrip("_"): value for name, value in values.items()}
        config = None
        if configurable:
            config = configured(ConfigOptions(stated, None))
        order = DateOptions(stated, config).order if dated else None
        made = {
            name: kind(
                stated,
                config if kind.configurable and name not in typed_only else None,
                order,
            )
            for name, kind in groups.items()
        }
        command(**{p.name: values[p.name] for p in own}, **made)

    records = {
        _attribute(field): _titled(option, kind, asking=kind in asking)
        for kind in shown_groups
        for field, option in kind.records.items()
    }
    run.records = records  # type: ignore[attr-defined]  # `cli` and `help` do
    run.__name__, run.__doc__ = command.__name__, command.__doc__
    whole = signature.replace(parameters=own)
    run.__signature__ = whole  # type: ignore[attr-defined]  # only `inspect` reads it
    # Typer reads the signature; evaluating annotations again slows every start.
    run.__annotations__ = {}
    return run


def _titled(option: Option, kind: type[Options], *, asking: bool) -> Option:
    """Return an option with its heading; it is required where a command asks for it."""
    if option.title == REQUIRED and not asking:
        option = option._replace(title="", help=option.help.removesuffix(_ASKED))
    return option if option.title else option._replace(title=kind.title)


def typer_option(name: str, option: Option) -> TyperOption:
    """Return an option as Typer parses it.

    Made from a signature, as Typer does it, an option takes five times as long.
    """
    names = [option.names] if option.kind == "yes_no" else option.names.split("/")
    return TyperOption(
        param_decls=[name, *names],
        # Every option may be repeated, so that no fact that is stated twice is lost.
        multiple=True,
        is_flag=option.kind in ("flag", "yes_no"),
        metavar=option.metavar or None,
        help=option.help,
        rich_help_panel=option.title,
    )


def _attribute(field: str) -> str:
    """Return the name of a field in Python: a keyword gets an underscore."""
    return f"{field}_" if iskeyword(field) else field


def option_name(field: str) -> str:
    """Return how a field is typed: `--given-through`, `START`."""
    if field == "start":
        return "START"
    for kind in Options.__subclasses__():
        if field in kind.records:
            return kind.records[field].names.partition("/")[0]
    return field


def check_format(asked: str | None, *known: str) -> None:
    """Raise InputError for a format that a command does not have."""
    if asked is not None and asked not in known:
        raise unknown_name("format", asked, known, field="format")


def configured(options: ConfigOptions) -> Config:
    """Return the clinic's own defaults. Raises InputError naming the line at fault."""
    from b12sched.commands.config import load_config

    return load_config(options.config)


LATER = "Later in a treatment"
"""The heading of options that a new plan does not need."""


class DateOptions(Options):
    """The order of day and month in dates of numbers; it holds for all options."""

    title = "Dates"
    configurable = True
    dates: str | None = text(
        "--dates",
        "ORDER",
        "Read 05/01/2026 as dmy (day first) or mdy; without it such a date is refused.",
        ("dmy", "mdy"),
    )

    @property
    def order(self) -> DateOrder | None:
        """Return the declared order. Raises InputError for an unknown one."""
        return date_order(self.texts.get("dates"))

    def iso(self, text: str, field: str) -> str:
        """Return the text of an argument, a date of numbers in it as ISO."""
        return in_order(text, field, self.order) if self.order else text


class QuestionOptions(Options):
    """Whether a person is asked for what is missing."""

    title = "Questions"
    no_input: bool = flag(
        "--no-input", "Ask no questions: what is missing is an error."
    )


class PatientOptions(Options):
    """The patient's reference and the clinical facts."""

    title = "Patient"
    patient: str | None = text("--patient", "REF", "Reference, 1 to 64 characters.")
    last_dose: str | None = text(
        "--last-dose",
        "DATE",
        "Instead of START: already on maintenance, last injected on DATE.",
        title=REQUIRED,
    )
    neuro: str | None = yes_no(
        "--neuro/--no-neuro",
        "Neurological symptoms or signs? Asked for if missing.",
        title=REQUIRED,
    )
    renal: str | None = text(
        "--renal",
        "STATUS",
        "normal, impaired, dialysis or unknown. Asked for if missing.",
        "renal",
        title=REQUIRED,
    )
    egfr: str | None = text(
        "--egfr", "N", "Instead of --renal: eGFR, mL/min/1.73 m².", title=REQUIRED
    )
    regimen: str | None = text(
        "--regimen",
        "NAME",
        "A regimen (see b12sched regimens), or the FILE.toml of your own. By default "
        "that of drug and neurology.",
        "regimen",
    )
    drug: str | None = text(
        "--drug",
        "NAME",
        "hydroxocobalamin (default), methylcobalamin or cyanocobalamin.",
        "drug",
    )


class FormatOptions(Options):
    """The format of an answer that has one format for programs."""

    title = "Output"
    format: str | None = text("--format", "FORMAT", "json.", ("json",))


def facts(texts: Mapping[str, str]) -> dict[str, object]:
    """Return the values stated, with the regimen of the file that --regimen names.

    Raises InputError naming the line of a file that holds no regimen.
    """
    name = texts.get("regimen")
    if name is None or not is_path(name):
        return {**texts}
    return {**texts, "regimen": regimen_in(Path(name))}


def is_path(name: str) -> bool:
    """Return whether the value of --regimen names a file, not a regimen."""
    return name.lower().endswith(".toml") or not set(name).isdisjoint("/\\")


def regimen_in(path: Path) -> Regimen:
    """Return the regimen of a clinic's own file. Raises InputError naming the line."""
    from b12sched.files.disk import read_file
    from b12sched.regimen_file import read_local

    try:
        content = read_file(path, "a regimen")
    except InputError as error:
        error.field = error.field or "regimen"
        raise
    return read_local(content, path.name)


class TreatmentOptions(Options):
    """The treatment done and planned, and the plan's horizon."""

    title = "Treatment"
    configurable = True
    plateau: str | None = text(
        "--plateau", "DATE", "The finding that ends loading was made on DATE."
    )
    loading_weeks: str | None = text(
        "--loading-weeks",
        "N",
        "Weeks of loading to project while no plateau is recorded (default: "
        "the regimen's).",
    )
    interval: str | None = text(
        "--interval",
        "STEP",
        "Maintenance: 1w to 52w, or 1m to 12m (default: the regimen's).",
    )
    monthly_from: str | None = text(
        "--monthly-from",
        "DATE",
        "Symptoms came back: maintenance is monthly from DATE.",
    )
    given: str | None = many(
        "--given",
        "DATE",
        "A dose that was given; repeatable, or several with commas between.",
    )
    given_through: str | None = text(
        "--given-through", "DATE", "Every dose planned up to DATE was given on its day."
    )
    as_of: str | None = text(
        "--as-of", "DATE", "Doses not given are dated on this day or later."
    )
    ended: str | None = text(
        "--ended",
        "DATE",
        "Treatment ended on DATE; say why with --because.",
        title=LATER,
    )
    because: str | None = text(
        "--because",
        "REASON",
        "died, moved, oral, declined, resolved or other.",
        "because",
        title=LATER,
    )
    anaemia: str | None = text(
        "--anaemia",
        "STATUS",
        "no, yes or severe: blood tests in the first weeks.",
        "anaemia",
    )
    accept: str | None = many(
        "--accept",
        "RULE",
        "The prescriber set this refusal aside: RENAL-CYANO, NEURO-INTERVAL or "
        "CYANO-INTERVAL. Repeatable.",
        "accept",
        title=LATER,
    )
    months: str | None = text(
        "--months", "N", "How far to plan, in months (default 12)."
    )
    until: str | None = text("--until", "DATE", "How far to plan, as a date.")


class ClinicOptions(Options):
    """The days on which injections are given."""

    title = "Clinic"
    configurable = True
    open: str | None = text(
        "--open", "DAYS", "Open days: mon-fri or mon,wed,fri.", "open"
    )
    holidays: str | None = text(
        "--holidays", "CODE", "Public holidays: GB-ENG, US, …", "holidays"
    )
    closed: str | None = many(
        "--closed", "DATE", "A closed day, or DATE..DATE; repeatable."
    )


class CalendarOptions(Options):
    """The style of a calendar."""

    title = "Calendar"
    configurable = True
    discreet: str | None = yes_no(
        "--discreet/--no-discreet",
        "Neutral texts without anything clinical, also on cards.",
    )
    class_: str | None = text(
        "--class",
        "CLASS",
        "public (publish's default), private (default), confidential.",
        "class",
    )
    remind: str | None = many(
        "--remind",
        "BEFORE",
        "Reminder: 1d (default), with --time also 2h, 30m; none. Repeatable.",
    )
    time: str | None = text("--time", "HH:MM", "Time of day instead of all-day events.")
    timezone: str | None = text(
        "--timezone", "ZONE", "The time zone of --time: Europe/London.", "timezone"
    )
    duration: str | None = text(
        "--duration", "MIN", "Length of an event with --time, in minutes (default 15)."
    )


class CardOptions(Options):
    """The style of a card."""

    title = "Card"
    configurable = True
    for_: str | None = text("--for", "READER", "clinic (default) or patient.", "reader")
    clinic_name: str | None = text(
        "--clinic-name", "NAME", "The clinic's name on a card."
    )
    clinic_phone: str | None = text(
        "--clinic-phone", "NUMBER", "The clinic's phone number on a card."
    )
    emergency: str | None = text(
        "--emergency",
        "NUMBER",
        "The number for emergencies on the patient's sheet: 999.",
    )


class OutputOptions(Options):
    """The view of a plan, and the files it is written to."""

    title = "Output"
    view: str | None = text(
        "--view", "VIEW", "table (default), calendar or timeline.", "view"
    )
    why: bool = flag("--why", "Add the reason, rule and due date of each date.")
    full: bool = flag(
        "--full/--all", "Show each dose, and all cautions, rules and sources."
    )
    quiet: bool = flag("--quiet/-q", "Write files only: nothing on stdout.")
    format: str | None = text(
        "--format", "FORMAT", "To stdout: json, csv, md, ics, html or fhir.", "format"
    )
    output: tuple[str, ...] = files(
        "--output/-o", "FILE", "Write FILE; its suffix sets the format. Repeatable."
    )
    replace: bool = flag(
        "--replace",
        "Write over a plan file of another patient, or one with more doses.",
    )


class CohortOptions(Options):
    """The format and the columns of a cohort, and the file for its failed rows."""

    title = "Cohort"
    configurable = True
    input_format: str | None = text(
        "--input-format",
        "FORM",
        "csv or jsonl; by default the suffix decides.",
        ("csv", "jsonl"),
    )
    column: str | None = many(
        "--column",
        "FIELD=HEADER",
        "The header of a field: patient='NHS Number'. Repeatable.",
    )
    carry: str | None = many(
        "--carry",
        "HEADER",
        "Copy this column, unread, into manifest, worklist and audit. Repeatable.",
    )
    ignore_others: bool = flag(
        "--ignore-others",
        "Leave out all other unknown columns; the summary names them.",
    )
    doses: str | None = text(
        "--doses",
        "FILE",
        "Doses that were given, one per row (CSV: patient, given_on), such as a "
        "filled-in worklist.",
    )
    errors: str | None = text(
        "--errors", "FILE", "Write the table of failed rows (CSV)."
    )


class DosesOptions(Options):
    """The file of doses that are recorded in plan files, and its columns."""

    title = "Doses"
    configurable = True
    doses: str | None
    records: ClassVar[Mapping[str, Option]] = {
        field: CohortOptions.records[field] for field in ("doses", "column")
    }


class ConfigOptions(Options):
    """The file of the clinic's own defaults."""

    title = "Configuration"
    config: str | None = text(
        "--config",
        "FILE",
        "The clinic's own defaults (TOML); none for no file.",
        "toml",
    )


_OF_ONE_PATIENT = (
    *("patient", "last_dose", "plateau", "monthly_from", "given", "given_through"),
    *("ended", "because", "anaemia", "accept"),
)
"""The facts that no cohort can share: they stand in a column only."""


class DefaultOptions(Options):
    """The values that hold for each row of a cohort that states no other."""

    title = "For rows without a value of their own"
    configurable = True
    records: ClassVar[Mapping[str, Option]] = {
        field: option
        for kind in (PatientOptions, TreatmentOptions)
        for field, option in kind.records.items()
        if field not in _OF_ONE_PATIENT
    }


class RowOptions(Options):
    """The same values for a list, which has its own horizon and as of."""

    title = DefaultOptions.title
    configurable = True
    records: ClassVar[Mapping[str, Option]] = {
        field: option
        for field, option in DefaultOptions.records.items()
        if field not in ("as_of", "months", "until")
    }
