"""The loading phase, and the recorded facts that date its doses."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from b12sched.errors import InputError
from b12sched.plan.case import Case
from b12sched.plan.clinic import Clinic
from b12sched.plan.events import Event, Kind, Phase, Plateau, Status
from b12sched.regimen import DEFAULT_LOADING_WEEKS, INTERRUPTION_DAYS

_WEEK = dt.timedelta(days=7)
# Looking up an enum's member takes as long as adding two days to a date.
_DOSE, _LOADING = Kind.DOSE, Phase.LOADING
_GIVEN, _PLANNED = Status.GIVEN, Status.PLANNED


class Record:
    """What is known of the doses: hands out dates dose by dose.

    The first doses take the given dates in order; those after them whose planned day is
    not after given_through were given on it; every other dose is on its planned day, or
    on the first open day from as_of on if that is later (AS-OF).
    """

    __slots__ = ("_as_of", "_through", "clinic", "course", "given")

    def __init__(self, case: Case, clinic: Clinic) -> None:
        self.clinic = clinic
        self.course = case.course
        self.given = list(reversed(case.given))
        self._through = case.given_through
        self._as_of = case.as_of

    def was_given(self, planned: dt.date) -> bool:
        return self._through is not None and planned <= self._through

    def ends_loading(self, due: dt.date, plateau: dt.date) -> bool:
        """Whether a recorded plateau ends loading before this dose is worked out.

        A date given after it is maintenance. A dose not given is not worked out once
        its due date or as_of is after it.
        """
        if self.given:
            return self.given[-1] > plateau
        if due > plateau:
            return True
        if self._as_of is None or self._as_of <= plateau:
            return False
        planned = self.clinic.forward(due)
        return planned is None or not self.was_given(planned)

    def settle(self, planned: dt.date) -> tuple[dt.date, Status]:
        """The date and status of a dose that is not among the given dates."""
        if self.was_given(planned):
            return planned, _GIVEN
        if self._as_of is not None and planned < self._as_of:
            day = self.clinic.forward(self._as_of)
            return self.clinic.must_open(day, self._as_of), _PLANNED
        return planned, _PLANNED


def loading_doses(case: Case, record: Record) -> tuple[list[Event], Plateau | None]:
    """The whole loading course, and the plateau that ends it where one does."""
    if case.last_dose is not None:
        return [], None
    if case.loads_to_plateau:
        return _load_to_plateau(case, record)
    return list(_load_by_offsets(case, record)), None


def _load_by_offsets(case: Case, record: Record) -> Iterator[Event]:
    """LOAD-STANDARD and LOAD-CYANO: each dose is due its offset after dose 1.

    A dose that is late pushes the next ones on, so that two are never closer than the
    rhythm allows; one that is on time leaves the others where they were.
    """
    loading = case.regimen.loading
    first = previous = due = case.origin
    for number, offset in enumerate(loading.offsets, 1):
        if number > 1:
            least = loading.spacing[min(number, len(loading.spacing)) - 1]
            due = max(first + dt.timedelta(offset), previous + dt.timedelta(least))
        event = _loading_dose(loading.rule, number, due, record)
        if number == 1:
            first = event.date
        previous = event.date
        yield event


def _loading_dose(rule: str, number: int, due: dt.date, record: Record) -> Event:
    """One loading dose; a given one needs no planned day."""
    planned: dt.date | None = None
    if record.given:
        day, status = record.given.pop(), _GIVEN
    else:
        planned = record.clinic.must_open(record.clinic.forward(due), due)
        day, status = record.settle(planned)
    return Event(
        _DOSE,
        _LOADING,
        number,
        due,
        day,
        status,
        rule,
        planned,
        course=record.course,
    )


def _load_to_plateau(case: Case, record: Record) -> tuple[list[Event], Plateau]:
    """LOAD-NEURO: alternate days while the date is not after the plateau.

    The next dose is counted from the date of the one before, so that a closed day
    delays the doses after it and never brings two closer than alternate days.
    """
    spacing = dt.timedelta(case.regimen.loading.spacing[0])
    doses, restart = _history(case, record, spacing)
    if not doses:
        raise InputError(
            f"{case.plateau} is before the first dose (start {case.start})",
            "check the plateau, the start and the doses given",
            field="plateau",
            value=str(case.plateau),
            code="out-of-order",
        )
    if case.plateau:
        plateau = Plateau(case.plateau, "recorded")
    else:
        plateau = Plateau(_assumed_plateau(case, restart, doses[-1].date), "assumed")
    if doses[-1].status is not _GIVEN:
        _project(doses, spacing, plateau.date, record)
    return doses, plateau


def _history(
    case: Case, record: Record, spacing: dt.timedelta
) -> tuple[list[Event], dt.date]:
    """The doses given and the first that is not, as far as a recorded plateau.

    Returns them with the date on which the course began, or began anew after an
    interruption.
    """
    rule, recorded = case.regimen.loading.rule, case.plateau
    doses: list[Event] = []
    restart = due = case.origin
    while not doses or doses[-1].status is _GIVEN:
        if recorded and record.ends_loading(due, recorded):
            break
        dose = _loading_dose(rule, len(doses) + 1, due, record)
        if recorded and dose.date > recorded:
            break
        if not doses or _interrupts(dose, doses[-1].date, record.clinic):
            restart = dose.date
        doses.append(dose)
        due = dose.date + spacing
    return doses, restart


def _project(
    doses: list[Event], spacing: dt.timedelta, plateau: dt.date, record: Record
) -> None:
    """Add the doses after the first that is not given: all on their planned days."""
    clinic, course = record.clinic, record.course
    rule, number, forward = doses[-1].rule, len(doses), clinic.forward
    due = doses[-1].date + spacing
    while due <= plateau:
        day = forward(due) or clinic.must_open(None, due)
        if day > plateau:
            break
        number += 1
        dose = Event(
            _DOSE, _LOADING, number, due, day, _PLANNED, rule, day, course=course
        )
        doses.append(dose)
        due = day + spacing


def _interrupts(dose: Event, previous: dt.date, clinic: Clinic) -> bool:
    """Whether a dose resumes an interrupted course: over 7 days on, not as planned."""
    if (dose.date - previous).days <= INTERRUPTION_DAYS:
        return False
    return dose.date != (dose.planned or clinic.forward(dose.due))


def _assumed_plateau(case: Case, restart: dt.date, first_open: dt.date) -> dt.date:
    """The projected end of loading while none is recorded.

    The projection starts anew after an interruption; it never ends within a week of the
    last thing known, nor before the first dose that is still to be given.
    """
    weeks = case.loading_weeks or DEFAULT_LOADING_WEEKS
    known = [*case.given, case.given_through, case.as_of]
    floors = [day + _WEEK for day in known if day is not None]
    return max(restart + weeks * _WEEK, first_open, *floors)
