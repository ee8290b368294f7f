"""The audit: doses given earlier or later than the rules ask, or not at all.

Every deviation from the rule is listed, however small, unless the reader states a
`tolerance`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from b12sched.cohort.lists.window import Planned
from b12sched.cohort.row import Carried
from b12sched.plan.events import Event, Plan, Status
from b12sched.plan.wording import why
from b12sched.regimen import INTERRUPTION_DAYS

PLATEAU_NOTE = "a plateau that was not recorded may be the reason"
"""The note on a long interval: until a plateau is recorded every given dose counts as
loading (LOAD-NEURO), so a maintenance dose looks like a loading dose weeks late."""


class Deviation(NamedTuple):
    """A dose that was not given when the rule asks.

    `previous` is the dose before it (None before the first of a course). `interval` is
    the days from there to `date`, or to `as_of` if it was not given by then (`date` is
    None). `planned` is the clinic's day for it (None if the clinic has none). The rule
    allows the days from the earlier to the later of `due` and `planned`: `days` is the
    number before (negative) or after them, or overdue for a dose not given. `row` is
    the number of the row, None for a plan file; `carried` holds the cells of the row
    that are shown as they are, each with its header.
    """

    patient: str
    row: int | None
    id: str
    rule: str
    why: str
    previous: dt.date | None
    date: dt.date | None
    as_of: dt.date | None
    interval: int | None
    due: dt.date
    planned: dt.date | None
    days: int
    note: str | None
    carried: Carried = ()


def audit(rows: Iterable[Planned], tolerance: int = 0) -> list[Deviation]:
    """Return the deviations of more than `tolerance` days, the worst first.

    Of equal ones, late doses come first, then by patient and date. Only deviations are
    held in memory.
    """
    found = [each for row in rows for each in deviations(row, tolerance)]
    return sorted(found, key=_place)


def _place(found: Deviation) -> tuple[object, ...]:
    # Sorting is stable: the deviations of one patient stay in order of date.
    return -abs(found.days), found.days < 0, found.patient


def deviations(row: Planned, tolerance: int) -> Iterator[Deviation]:
    """Yield the deviations in one plan, in order of date.

    The first dose of a course has no interval, so it deviates only if it was not given
    by as of. A date covered by given_through is the planned day.
    """
    plan = row.plan
    as_of = plan.case.as_of
    previous = plan.case.last_dose
    for dose in plan.doses:
        given = dose.status is Status.GIVEN
        on = dose.date if given else as_of
        if on is None:
            return
        planned = clinic_day(plan, dose)
        days = _apart(on, dose.due, planned) if given else dose.days_overdue(on)
        if not given and not days:
            return
        if abs(days) > tolerance and not (given and previous is None):
            interval = (on - previous).days if previous else None
            yield Deviation(
                plan.case.patient or "",
                row.row,
                dose.id,
                dose.rule,
                why(plan, dose._replace(date=dose.due, status=Status.PLANNED)),
                previous,
                dose.date if given else None,
                None if given else as_of,
                interval,
                dose.due,
                planned,
                days,
                _note(plan, interval),
                row.carried,
            )
        previous = on


def clinic_day(plan: Plan, dose: Event) -> dt.date | None:
    """Return the clinic's day for a dose; FWD finds it for a given loading dose."""
    return dose.planned or plan.clinic.forward(dose.due)


def _apart(day: dt.date, due: dt.date, planned: dt.date | None) -> int:
    """Return the days before (negative) or after the time from `due` to `planned`.

    A closed clinic moves a dose, forward in loading and back in maintenance, and the
    patient comes when the clinic is open. A dose on the rule's own date is not wrong
    either. So a dose is early if it is before both, and late if it is after both.
    """
    first, last = sorted((due, planned or due))
    return (day - first).days if day < first else max((day - last).days, 0)


def _note(plan: Plan, interval: int | None) -> str | None:
    part = plan.case.open_part
    if part is None or not plan.provisional or interval is None:
        return None
    return PLATEAU_NOTE if interval > part.every + INTERRUPTION_DAYS else None
