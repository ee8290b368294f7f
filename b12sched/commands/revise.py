"""`b12sched revise`: change a saved plan."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from b12sched.commands import environment
from b12sched.commands.deliver import Change, deliver_plan, read_saved
from b12sched.commands.options import (
    AS_TYPED,
    CalendarOptions,
    CardOptions,
    ClinicOptions,
    DateOptions,
    DosesOptions,
    Options,
    OutputOptions,
    PatientOptions,
    TreatmentOptions,
    facts,
    many,
    text,
    with_options,
)
from b12sched.commands.record import record
from b12sched.errors import InputError, shown
from b12sched.files.disk import read_file
from b12sched.plan import Case, Clinic, build
from b12sched.plan.case import check_not_future
from b12sched.plan.plan_file import earlier_courses
from b12sched.plan.revise import recounted, revised
from b12sched.regimen import Regimen


class RevisionOptions(Options):
    """The options that only a revision has."""

    title = "Revision"
    start: str | None = text("--start", "DATE", "A new start date.")
    restart: str | None = text(
        "--restart",
        "DATE",
        "Begin the next course of treatment with dose 1 on DATE; none undoes that.",
    )
    not_given: str | None = many(
        "--not-given", "DATE", "Take back a recorded dose; repeatable."
    )
    not_closed: str | None = many(
        "--not-closed", "DATE", "Open a closed day again; repeatable."
    )


@with_options
def revise(
    plan_files: Annotated[
        list[Path],
        typer.Argument(
            metavar="PLAN.json",
            help="A plan written with -o; with --doses several, or directories.",
            readable=False,
        ),
    ],
    revision: RevisionOptions,
    patient: PatientOptions,
    # The plan records its clinic and treatment: the defaults set only its looks.
    treatment: Annotated[TreatmentOptions, AS_TYPED],
    clinic: Annotated[ClinicOptions, AS_TYPED],
    calendar: CalendarOptions,
    card: CardOptions,
    output: OutputOptions,
    doses: DosesOptions,
    dates: DateOptions,
) -> None:
    """Change a plan: what was given, a plateau, a step-up, another clinic.

    The plan file keeps every fact; the value `none` clears one.

    b12sched revise A-17.json --given 2026-01-05,2026-01-07
    b12sched revise A-17.json --plateau 2026-01-30 -o A-17.ics
    """
    if doses.doses is not None:
        _check_alone(revision, patient, treatment, clinic, calendar, card, output)
        record(plan_files, doses, dates)
        return
    plan_file, *others = plan_files
    if others:
        raise InputError(
            f"{shown(str(others[0]), limit=4096)} is one plan file too many",
            "name one (START is --start); only --doses FILE records in several",
            field="plan_file",
            value=str(others[0]),
        )
    read = read_file(plan_file, "a plan")
    saved = read_saved(plan_file, read)
    changes = revision.texts | patient.texts | treatment.texts | clinic.texts
    regimen = facts(changes).get("regimen")
    local = regimen if isinstance(regimen, Regimen) else None
    if local:
        changes["regimen"] = local.name
    new = revised(saved, changes, local)
    try:
        case = Case.parse(new.facts)
        # This revision may have raised the file's as of to a date that it records.
        stated = case if "as_of" in changes else Case.parse(saved.facts)
        check_not_future(case, environment.today(), stated.as_of)
        plan = replace(
            build(case, Clinic.parse(new.clinic)),
            earlier=earlier_courses(new.document),
        )
    except InputError as error:
        if error.field in saved.case and error.field not in treatment.typed:
            error.field = f"{shown(plan_file.name)}: {error.field}"
        raise
    change = Change(plan_file, read, saved, new, recounted(saved, plan))
    deliver_plan(plan, calendar, card, output, change)


def _check_alone(*others: Options) -> None:
    """Raise InputError for another option beside --doses."""
    for options in others:
        for field in options.typed:
            raise InputError(
                "does not go with --doses, which only records doses",
                "record the doses first, then revise the plan",
                field=field,
            )
