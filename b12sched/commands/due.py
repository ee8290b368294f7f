"""`b12sched due`: one patient's next dose."""

from __future__ import annotations

from typing import Annotated

import typer

from b12sched.cohort.lists.due import next_due
from b12sched.commands import environment
from b12sched.commands.options import (
    ClinicOptions,
    DateOptions,
    Options,
    check_format,
    text,
    with_options,
)
from b12sched.commands.terminal import print_lines, write_stdout
from b12sched.dates import parse_date
from b12sched.plan.clinic import Clinic
from b12sched.regimen import Interval
from b12sched.views.screen.answers import due_json, due_lines


class DueOptions(Options):
    """The options of a question about one patient's next dose."""

    title = "Due"
    interval: str | None = text(
        "--interval", "STEP", "1w to 52w, or 1m to 12m (default 2m)."
    )
    on: str | None = text("--on", "DATE", "The day to answer for, instead of today.")
    format: str | None = text("--format", "FORMAT", "json.", ("json",))


@with_options
def due(
    last_dose: Annotated[
        str, typer.Argument(metavar="LAST_DOSE", help="Date of the last injection.")
    ],
    asked: DueOptions,
    clinic: ClinicOptions,
    dates: DateOptions,
) -> None:
    """Show when the next dose is due, and whether it is overdue.

    b12sched due 2026-01-05
    b12sched due 2026-01-05 --interval 3m --open mon-fri --on 2026-04-02
    """
    check_format(asked.format, "json")
    interval = asked.interval or "2m"
    on = parse_date(asked.on, "on") if asked.on else environment.today()
    found = next_due(
        parse_date(dates.iso(last_dose, "LAST_DOSE"), "LAST_DOSE"),
        Interval(interval),
        Clinic.parse(clinic.texts),
        on,
    )
    if asked.format is None:
        print_lines(due_lines(found))
    else:
        write_stdout(due_json(found))
