"""The command line's options: one class per group, one record per option.

A command is a function whose parameters are such classes. `with_options` turns it into
a function that Typer understands, and calls it with the values in force: as typed, else
the clinic's own defaults. Every value is a text; `Case`, `Clinic` and the other owners
of the fields read it.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from functools import cache
from keyword import iskeyword
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, NamedTuple, get_args

import typer

from b12sched.errors import InputError, shown

if TYPE_CHECKING:
    from b12sched.commands.config import Config
    from b12sched.regimen import Regimen


class Option(NamedTuple):
    """One option: `kind` says whether it takes a value, and how often."""

    names: str
    metavar: str
    help: str
    kind: str = "text"


def text(names: str, metavar: str, help: str) -> Any:
    """Return an option with one value; None where it is not stated."""
    return Option(names, metavar, help)


def many(names: str, metavar: str, help: str) -> Any:
    """Return an option that may be repeated; its values are joined by `;`."""
    return Option(names, metavar, help, "many")


def files(names: str, metavar: str, help: str) -> Any:
    """Return an option that names files, as often as it is stated."""
    return Option(names, metavar, help, "files")


def yes_no(names: str, help: str) -> Any:
    """Return a pair of options without a value: `yes`, `no`, or None."""
    return Option(names, "", help, "yes_no")


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

    def __init__(self, values: Mapping[str, object], config: Config | None) -> None:
        stated = {field: _parts(values.get(field)) for field in self.records}
        self.typed = {
            field: _text(field, self.records[field], parts)
            for field, parts in stated.items()
            if parts
        }
        self.texts = self.typed
        if config is not None:
            self.texts = config.under(self.typed, self.records)
        for field, option in self.records.items():
            value: object = self.texts.get(field)
            if option.kind == "flag":
                value = field in self.typed
            elif option.kind == "files":
                value = tuple(stated[field])
            setattr(self, _attribute(field), value)


def _parts(value: object) -> list[str]:
    """Return each value that was typed for an option."""
    if not isinstance(value, list | tuple):
        return []
    return [("no", "yes")[v] if isinstance(v, bool) else str(v) for v in value]


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


def with_options(command: Callable[..., None]) -> Callable[..., None]:
    """Return a command that Typer understands, with an option for each field.

    Parameters that are classes of options are made from what was typed. Those that the
    configuration covers are merged with it, and the command gets `--config`.
    """
    signature = inspect.signature(command, eval_str=True)
    own, groups, typed_only = [], {}, set()
    for name, parameter in signature.parameters.items():
        kind = parameter.annotation
        if AS_TYPED in get_args(kind):
            typed_only.add(name)
            kind = get_args(kind)[0]
        if isinstance(kind, type) and issubclass(kind, Options):
            groups[name] = kind
        else:
            own.append(parameter)
    configurable = any(kind.configurable for kind in groups.values())
    shown_groups = [*groups.values()]
    if configurable and ConfigOptions not in shown_groups:
        shown_groups.append(ConfigOptions)

    def run(**values: Any) -> None:
        stated = {name.rstrip("_"): value for name, value in values.items()}
        config = None
        if configurable:
            config = configured(ConfigOptions(stated, None))
        made = {
            name: kind(
                stated, config if kind.configurable and name not in typed_only else None
            )
            for name, kind in groups.items()
        }
        command(**{p.name: values[p.name] for p in own}, **made)

    added = [
        inspect.Parameter(
            _attribute(field),
            inspect.Parameter.KEYWORD_ONLY,
            default=None,
            annotation=_annotation(option, kind.title),
        )
        for kind in shown_groups
        for field, option in kind.records.items()
    ]
    run.__name__, run.__doc__ = command.__name__, command.__doc__
    whole = signature.replace(parameters=[*own, *added])
    run.__signature__ = whole  # type: ignore[attr-defined]  # only `inspect` reads it
    # Typer reads the signature; evaluating annotations again slows every start.
    run.__annotations__ = {}
    return run


# Cached: several commands have the same options.
@cache
def _annotation(option: Option, panel: str) -> object:
    # Every option may be repeated, so that no fact that is stated twice is lost.
    valueless = option.kind in ("flag", "yes_no")
    kind = list[bool] | None if valueless else list[str] | None
    names = option.names.split("/") if "-o" in option.names else [option.names]
    info = typer.Option(
        *names,
        metavar=option.metavar or None,
        help=option.help,
        rich_help_panel=panel,
        show_default=False,
    )
    return Annotated[kind, info]


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


def configured(options: ConfigOptions) -> Config:
    """Return the clinic's own defaults. Raises InputError naming the line at fault."""
    from b12sched.commands.config import load_config

    return load_config(options.config)


class PatientOptions(Options):
    """The patient's reference and the clinical facts."""

    title = "Patient"
    patient: str | None = text("--patient", "REF", "Reference, 1 to 64 characters.")
    last_dose: str | None = text(
        "--last-dose",
        "DATE",
        "Instead of START: already on maintenance, last injected on DATE.",
    )
    neuro: str | None = yes_no(
        "--neuro/--no-neuro", "Neurological symptoms or signs? Asked for if missing."
    )
    renal: str | None = text(
        "--renal",
        "STATUS",
        "normal, impaired, dialysis or unknown. Asked for if missing.",
    )
    egfr: str | None = text("--egfr", "N", "Instead of --renal: eGFR, mL/min/1.73 m².")
    regimen: str | None = text(
        "--regimen",
        "NAME",
        "A regimen (see b12sched regimens), or the FILE.toml of your own. By default "
        "that of drug and neurology.",
    )
    drug: str | None = text(
        "--drug",
        "NAME",
        "hydroxocobalamin (default), methylcobalamin or cyanocobalamin.",
    )


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
        "Weeks of loading to project while no plateau is recorded (the regimen's).",
    )
    interval: str | None = text(
        "--interval", "STEP", "Maintenance: 1w to 52w, or 1m to 12m (the regimen's)."
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
        "--as-of", "DATE", "No dose not given is dated before this day."
    )
    ended: str | None = text(
        "--ended", "DATE", "Treatment ended on DATE; say why with --because."
    )
    because: str | None = text(
        "--because", "REASON", "died, moved, oral, declined, resolved or other."
    )
    anaemia: str | None = text(
        "--anaemia", "STATUS", "no, yes or severe: labs in the first weeks."
    )
    accept: str | None = many(
        "--accept",
        "RULE",
        "The prescriber set this refusal aside: RENAL-CYANO, NEURO-INTERVAL or "
        "CYANO-INTERVAL. Repeatable.",
    )
    months: str | None = text("--months", "N", "Horizon in months (12).")
    until: str | None = text("--until", "DATE", "Horizon as a date.")


class ClinicOptions(Options):
    """The days on which injections are given."""

    title = "Clinic"
    configurable = True
    open: str | None = text("--open", "DAYS", "Open days: mon-fri or mon,wed,fri.")
    holidays: str | None = text("--holidays", "CODE", "Public holidays: GB-ENG, US, …")
    closed: str | None = many(
        "--closed", "DATE", "A closed day, or DATE..DATE; repeatable."
    )


class CalendarOptions(Options):
    """The style of a calendar."""

    title = "Calendar"
    configurable = True
    discreet: str | None = yes_no(
        "--discreet/--no-discreet", "Neutral texts: nothing clinical; on a card, too."
    )
    class_: str | None = text(
        "--class",
        "CLASS",
        "public (publish's default), private (default), confidential.",
    )
    remind: str | None = many(
        "--remind",
        "BEFORE",
        "Reminder: 1d (default), with --time also 2h, 30m; none. Repeatable.",
    )
    time: str | None = text("--time", "HH:MM", "Time of day instead of all-day events.")
    timezone: str | None = text("--timezone", "ZONE", "Its time zone: Europe/London.")
    duration: str | None = text("--duration", "MIN", "Its length in minutes (15).")


class CardOptions(Options):
    """The style of a card."""

    title = "Card"
    configurable = True
    for_: str | None = text("--for", "READER", "clinic (default) or patient.")
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
    view: str | None = text("--view", "VIEW", "table (default), calendar or timeline.")
    all: bool = flag("--all", "Show every loading dose.")
    format: str | None = text(
        "--format", "FORMAT", "To stdout: json, csv, md, ics, html or fhir."
    )
    output: tuple[str, ...] = files(
        "--output/-o", "FILE", "Write FILE; the suffix says the format. Repeatable."
    )
    replace: bool = flag(
        "--replace",
        "Write over a plan file of another patient, or one with more doses.",
    )


class CohortOptions(Options):
    """The format of a cohort, and the file for its failed rows."""

    title = "Cohort"
    input_format: str | None = text(
        "--input-format", "FORM", "csv or jsonl; else the suffix says it."
    )
    errors: str | None = text(
        "--errors", "FILE", "Write the table of failed rows (CSV)."
    )


class ConfigOptions(Options):
    """The file of the clinic's own defaults."""

    title = "Configuration"
    config: str | None = text(
        "--config", "FILE", "The clinic's own defaults (TOML); none for no file."
    )


_ASKED = " Asked for if missing."
_OF_ONE_PATIENT = ("patient", "ended", "because", "anaemia", "accept")
"""The facts that no cohort can share."""


class DefaultOptions(Options):
    """The values that hold for each row of a cohort that states no other."""

    title = "Where a row says nothing else"
    configurable = True
    records: ClassVar[Mapping[str, Option]] = {
        field: option._replace(help=option.help.removesuffix(_ASKED))
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
