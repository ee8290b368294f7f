"""`b12sched plan`: one patient's plan."""

from __future__ import annotations

from typing import Annotated

import typer

from b12sched.commands import environment
from b12sched.commands.deliver import deliver_plan
from b12sched.commands.options import (
    CalendarOptions,
    CardOptions,
    ClinicOptions,
    DateOptions,
    OutputOptions,
    PatientOptions,
    TreatmentOptions,
    facts,
    with_options,
)
from b12sched.commands.terminal import ask, interactive, say
from b12sched.plan import Case, Clinic, build
from b12sched.plan.case import check_not_future, read_fields


@with_options
def plan(
    patient: PatientOptions,
    treatment: TreatmentOptions,
    clinic: ClinicOptions,
    calendar: CalendarOptions,
    card: CardOptions,
    output: OutputOptions,
    dates: DateOptions,
    start: Annotated[
        str | None,
        typer.Argument(metavar="START", help="Date planned for the first injection."),
    ] = None,
) -> None:
    """Make one patient's plan.

    b12sched plan 2026-01-05 --neuro --renal normal
    """
    row = facts(patient.texts | treatment.texts)
    if start is not None:
        row["start"] = dates.iso(start, "start")
    where = Clinic.parse(clinic.texts)
    if interactive():
        read_fields(row)
        _ask_what_is_missing(row)
    case = Case.parse(row)
    check_not_future(case, environment.today(), case.as_of)
    deliver_plan(build(case, where), calendar, card, output)


def _ask_what_is_missing(row: dict[str, object]) -> None:
    """Ask at the terminal for the three facts that a plan needs."""
    if "start" not in row and "last_dose" not in row:
        say("Already on maintenance? Stop (Ctrl-C) and use --last-dose.")
        row["start"] = ask(
            "Date planned for the first injection, such as 2026-01-05?", "start"
        )
    if "neuro" not in row:
        row["neuro"] = ask("Neurological symptoms or signs, yes or no?", "neuro")
    if "renal" not in row and "egfr" not in row:
        row["renal"] = ask(
            "Renal status: normal, impaired, dialysis or unknown?", "renal"
        )
