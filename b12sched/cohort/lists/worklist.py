"""The worklist of a clinic: who comes when and for what, on the days of a window."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import NamedTuple

from b12sched.cohort.lists.window import Planned, Window
from b12sched.cohort.row import Carried
from b12sched.plan.events import (
    Event,
    Kind,
    Phase,
    Status,
    days_overdue,
    prefix_of,
)
from b12sched.plan.wording import title

_ORDER = {Kind.LAB: 0, Kind.REVIEW: 1, Kind.ASSESSMENT: 2, Kind.DOSE: 3}
"""The order of work on a day: blood is taken before the dose."""


class Visit(NamedTuple):
    """One thing to do for one patient.

    `due` is the date that the rule asks for, `date` the clinic's day for it.
    `days_overdue` counts the days from the due date of a dose that was not given to the
    day as of which the row is planned, or of a check whose day is past (`unconfirmed`);
    it is 0 for all else. `carried` holds the cells of the row that are shown as they
    are, each with its header.
    """

    date: dt.date
    patient: str
    id: str
    kind: Kind
    phase: Phase | None
    number: int | None
    title: str
    due: dt.date
    status: Status
    days_overdue: int
    carried: Carried = ()

    @property
    def provisional(self) -> bool:
        """Return whether it rests on a plateau that is not recorded."""
        return self.status is Status.PROVISIONAL

    @property
    def given(self) -> bool:
        """Return whether it is a dose that was given on `date`."""
        return self.status is Status.GIVEN

    @property
    def overdue_dose(self) -> bool:
        """Return whether it is a dose that is overdue, and to come on `date`."""
        return self.kind is Kind.DOSE and self.days_overdue > 0

    @property
    def unconfirmed(self) -> bool:
        """Return whether it is a check whose day is past.

        Nothing records whether a check was done, so that a person must find out.
        """
        return self.kind is not Kind.DOSE and self.days_overdue > 0


def worklist(
    rows: Iterable[Planned],
    window: Window,
    today: dt.date | None = None,
    given: list[Visit] | None = None,
) -> list[Visit]:
    """Return the work in the window, and every overdue dose whatever the window.

    What is overdue comes first, the longest overdue first; then all else by day,
    patient and order of work. A given dose is no work; to the list `given` each one is
    added. A check in the window counts as overdue once `today` is after its day and its
    due date; without `today` none does. The plans must reach to the window's end
    (`planned`).
    """
    found: list[Visit] = []
    for row in rows:
        found += work_of(row, window, today)
        if given is not None:
            given += given_of(row)
    return sorted(found, key=_place)


def work_of(
    row: Planned, window: Window, today: dt.date | None = None
) -> Iterator[Visit]:
    """Yield what is to be done for one patient, in the order of the plan."""
    plan = row.plan
    as_of = plan.case.as_of
    for event in plan.events:
        if event.status is Status.GIVEN:
            continue
        overdue = event.days_overdue(as_of) if as_of else 0
        inside = event.date in window
        if today and inside and event.kind is not Kind.DOSE:
            overdue = days_overdue(event.due, event.date, today)
        if overdue or inside:
            yield _visit(row, event, overdue)


def leaves_out_overdue(row: Planned, window: Window, today: dt.date) -> bool:
    """Return whether the list lacks a dose that is overdue when it begins, or today.

    It does so only where it is made as of an earlier day, or of none.
    """
    dose, as_of = row.plan.next, row.plan.case.as_of
    if dose is None or not dose.days_overdue(min(window.first, today)):
        return False
    listed = as_of is not None and dose.days_overdue(as_of) > 0
    return not listed and dose.date not in window


def given_of(row: Planned) -> Iterator[Visit]:
    """Yield the doses that were given, and the last dose before a plan without them.

    Those of earlier courses, too: a course may begin in the week in which one ended.
    """
    for plan in row.earlier:
        yield from given_of(Planned(row.row, plan, row.carried))
    case = row.plan.case
    doses = [dose for dose in row.plan.doses if dose.status is Status.GIVEN]
    yield from (_visit(row, dose, 0) for dose in doses)
    if case.last_dose is not None:
        called = f"Maintenance dose: {case.drug} {case.regimen.maintenance.dose}"
        yield Visit(
            case.last_dose,
            case.patient or "",
            f"{prefix_of(case.course)}last-dose",
            Kind.DOSE,
            Phase.MAINTENANCE,
            None,
            called,
            case.last_dose,
            Status.GIVEN,
            0,
        )


def _visit(row: Planned, event: Event, overdue: int) -> Visit:
    return Visit(
        event.date,
        row.plan.case.patient or "",
        event.id,
        event.kind,
        event.phase,
        event.shown_number,
        title(row.plan, event),
        event.due,
        event.status,
        overdue,
        row.carried,
    )


def _place(visit: Visit) -> tuple[object, ...]:
    return -visit.days_overdue, visit.date, visit.patient, _ORDER[visit.kind]


def by_day(visits: Iterable[Visit]) -> Iterator[tuple[dt.date, list[Visit]]]:
    """Yield the visits of each day, by patient and order of work."""
    found = sorted(visits, key=lambda visit: _place(visit._replace(days_overdue=0)))
    for day, group in groupby(found, key=lambda visit: visit.date):
        yield day, list(group)


def by_patient(visits: Iterable[Visit]) -> Iterator[tuple[str, list[Visit]]]:
    """Yield the visits of each patient, which must stand together in `visits`."""
    for patient, group in groupby(visits, key=lambda visit: visit.patient):
        yield patient, list(group)
