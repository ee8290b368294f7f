"""`b12sched plan`: one patient's plan."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Annotated

import typer

from b12sched.commands import environment
from b12sched.commands.deliver import deliver_plan
from b12sched.commands.options import (
    REQUIRED,
    CalendarOptions,
    CardOptions,
    ClinicOptions,
    DateOptions,
    OutputOptions,
    PatientOptions,
    QuestionOptions,
    TreatmentOptions,
    facts,
    option_name,
    with_options,
)
from b12sched.commands.terminal import ask, interactive, say, say_whole
from b12sched.errors import for_shell
from b12sched.plan import Case, Clinic, build
from b12sched.plan.case import FIELDS, check_not_future, read_fields


@with_options
def plan(
    context: typer.Context,
    patient: Annotated[PatientOptions, REQUIRED],
    treatment: TreatmentOptions,
    clinic: ClinicOptions,
    calendar: CalendarOptions,
    card: CardOptions,
    output: OutputOptions,
    dates: DateOptions,
    questions: QuestionOptions,
    start: Annotated[
        str | None,
        typer.Argument(
            metavar="START",
            help="Date planned for the first injection.",
            rich_help_panel=REQUIRED,
        ),
    ] = None,
) -> None:
    """Make one patient's plan.

    b12sched plan 2026-01-05 --neuro --renal normal
    b12sched plan 2026-01-05 --neuro --egfr 75 --patient A-17 -o A-17.json
    b12sched plan --last-dose 2026-01-05 --no-neuro --renal normal
    """
    row = facts(patient.texts | treatment.texts)
    if start is not None:
        row["start"] = dates.iso(start, "start")
    where = Clinic.parse(clinic.texts)
    answers: list[str] = []
    if interactive() and not questions.no_input:
        read_fields(row)
        for field, text in _missing(row, dates):
            row[field] = text
            answers.append(_typed(field, text))
    case = Case.parse(row)
    check_not_future(case, environment.today(), case.as_of)
    deliver_plan(build(case, where), calendar, card, output)
    if answers:
        command, *rest = map(for_shell, context.obj)
        say("The same without questions:")
        say_whole(f"  {' '.join(('b12sched', command, *answers, *rest))}")


def _missing(row: dict[str, object], dates: DateOptions) -> Iterator[tuple[str, str]]:
    """Ask for the facts that a plan needs, and yield the field and text of each."""
    if "start" not in row and "last_dose" not in row:
        yield ask(
            "Date planned for the first injection, such as 2026-01-05? Or, if already "
            "on maintenance, the last one: last 2026-01-05",
            partial(_first_or_last, dates),
        )
    if "neuro" not in row:
        yield ask("Neurological symptoms or signs, yes or no? (y, n)", _reader("neuro"))
    if "renal" not in row and "egfr" not in row:
        yield ask(
            "Renal status: normal, impaired, dialysis or unknown? Or the eGFR, such as "
            "75",
            _status_or_egfr,
        )


def _reader(field: str) -> Callable[[str], tuple[str, str]]:
    """Return a function that checks an answer, and returns it with its field."""

    def read(text: str) -> tuple[str, str]:
        FIELDS[field](text, field)
        return field, text

    return read


def _first_or_last(dates: DateOptions, text: str) -> tuple[str, str]:
    word, _, day = text.strip().partition(" ")
    if word.lower() == "last":
        return _reader("last_dose")(dates.iso(day.strip(), "last_dose"))
    return _reader("start")(dates.iso(text, "start"))


def _status_or_egfr(text: str) -> tuple[str, str]:
    """Read a renal status; what begins as a number does is an eGFR."""
    number = text.strip()
    if number[:1].isdigit() or number[:1] == ">":
        return _reader("egfr")(number)
    return _reader("renal")(text)


def _typed(field: str, text: str) -> str:
    """Return an answer as it is typed on the command line."""
    if field == "neuro":
        return "--neuro" if FIELDS[field](text, field) else "--no-neuro"
    words = (
        (option_name(field), for_shell(text))
        if field != "start"
        else (for_shell(text),)
    )
    return " ".join(words)
