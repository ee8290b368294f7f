"""The loading phase: doses dated by the rule and by recorded facts."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Iterator, Sequence

from b12sched.errors import InputError
from b12sched.plan.case import Case
from b12sched.plan.clinic import Clinic
from b12sched.plan.events import Event, Kind, Phase, Plateau, Status
from b12sched.regimen import DEFAULT_LOADING_WEEKS, INTERRUPTION_DAYS

_WEEK = dt.timedelta(days=7)
# Looking up an enum's member takes as long as adding two days to a date.
_DOSE, _LOADING = Kind.DOSE, Phase.LOADING
_GIVEN, _PLANNED = Status.GIVEN, Status.PLANNED


def given_by_phase(case: Case) -> tuple[Sequence[dt.date], Sequence[dt.date]]:
    """Return the given dates of loading and those of maintenance.

    Loading takes the first dates: as many as a regimen of fixed length has doses, else
    those not after a recorded plateau, or all while none is recorded. After a last dose
    all are maintenance.
    """
    given = case.given
    if case.last_dose is not None:
        first = 0
    elif not case.loads_to_plateau:
        first = len(case.regimen.loading.offsets)
    elif case.plateau is None:
        first = len(given)
    else:
        first = bisect_right(given, case.plateau)
    return given[:first], given[first:]


def was_given(case: Case, planned: dt.date) -> bool:
    """Return whether given through covers a dose that is not among the given dates."""
    return case.given_through is not None and planned <= case.given_through


def settle(case: Case, clinic: Clinic, planned: dt.date) -> tuple[dt.date, Status]:
    """Return the date and status of a dose that is not among the given dates.

    A dose planned no later than given through was given on its planned day. Any other
    is on its planned day, or on the first open day from as of on if that is later
    (AS-OF).
    """
    if was_given(case, planned):
        return planned, _GIVEN
    if case.as_of is not None and planned < case.as_of:
        return clinic.must_open(clinic.forward(case.as_of), case.as_of), _PLANNED
    return planned, _PLANNED


def loading_doses(case: Case, clinic: Clinic) -> tuple[list[Event], Plateau | None]:
    """Return the whole loading course, and the plateau that ends it, if one does."""
    if case.last_dose is not None:
        return [], None
    if case.loads_to_plateau:
        return _load_to_plateau(case, clinic)
    return list(_load_by_offsets(case, clinic)), None


def _load_by_offsets(case: Case, clinic: Clinic) -> Iterator[Event]:
    """Yield the doses of LOAD-STANDARD or LOAD-CYANO, due by offsets from dose 1.

    A late dose delays the next ones, so that two are never closer than the rhythm
    allows; a dose on time leaves the others unmoved.
    """
    loading = case.regimen.loading
    given = iter(given_by_phase(case)[0])
    first = previous = due = case.origin
    for number, offset in enumerate(loading.offsets, 1):
        if number > 1:
            least = loading.spacing[min(number, len(loading.spacing)) - 1]
            due = max(first + dt.timedelta(offset), previous + dt.timedelta(least))
        event = _loading_dose(
            case, clinic, loading.rule, number, due, next(given, None)
        )
        if number == 1:
            first = event.date
        previous = event.date
        yield event


def _loading_dose(
    case: Case,
    clinic: Clinic,
    rule: str,
    number: int,
    due: dt.date,
    given: dt.date | None,
) -> Event:
    """Return one loading dose; one on a given date needs no planned day."""
    planned: dt.date | None = None
    if given is not None:
        day, status = given, _GIVEN
    else:
        planned = clinic.must_open(clinic.forward(due), due)
        day, status = settle(case, clinic, planned)
    return Event(
        _DOSE, _LOADING, number, due, day, status, rule, planned, course=case.course
    )


def _load_to_plateau(case: Case, clinic: Clinic) -> tuple[list[Event], Plateau]:
    """Return doses on alternate days up to the plateau, and the plateau (LOAD-NEURO).

    Each dose is counted from the date of the one before, so that a closed day delays
    the doses after it and never brings two closer than alternate days. Raises
    InputError for a plateau before dose 1.
    """
    spacing = dt.timedelta(case.regimen.loading.spacing[0])
    doses, restart = _history(case, clinic, spacing)
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
        _project(doses, spacing, plateau.date, clinic)
    return doses, plateau


def _history(
    case: Case, clinic: Clinic, spacing: dt.timedelta
) -> tuple[list[Event], dt.date]:
    """Return the doses given and the first that is not, up to a recorded plateau.

    The second value is the date on which the course began, or began anew after an
    interruption.
    """
    rule, recorded = case.regimen.loading.rule, case.plateau
    given, later = given_by_phase(case)
    dates = iter(given)
    doses: list[Event] = []
    restart = due = case.origin
    while not doses or doses[-1].status is _GIVEN:
        day = next(dates, None)
        # A date given after a recorded plateau is maintenance.
        if day is None and (later or _is_over(case, clinic, due)):
            break
        dose = _loading_dose(case, clinic, rule, len(doses) + 1, due, day)
        if recorded and dose.date > recorded:
            break
        if not doses or _interrupts(dose, doses[-1].date, clinic):
            restart = dose.date
        doses.append(dose)
        due = dose.date + spacing
    return doses, restart


def _is_over(case: Case, clinic: Clinic, due: dt.date) -> bool:
    """Return whether a recorded plateau ends loading before this dose is computed.

    It does for a dose not given if its due date or as of is after the plateau.
    """
    if case.plateau is None:
        return False
    if due > case.plateau:
        return True
    if case.as_of is None or case.as_of <= case.plateau:
        return False
    planned = clinic.forward(due)
    return planned is None or not was_given(case, planned)


def _project(
    doses: list[Event], spacing: dt.timedelta, plateau: dt.date, clinic: Clinic
) -> None:
    """Append the doses after the first that is not given, all on their planned days."""
    rule, course = doses[-1].rule, doses[-1].course
    number, forward = len(doses), clinic.forward
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
    """Return whether a dose resumes an interrupted course.

    It does if it is over 7 days after the previous dose and not on its planned day.
    """
    if (dose.date - previous).days <= INTERRUPTION_DAYS:
        return False
    return dose.date != (dose.planned or clinic.forward(dose.due))


def _assumed_plateau(case: Case, restart: dt.date, first_open: dt.date) -> dt.date:
    """Return the projected end of loading while no plateau is recorded.

    The projection starts anew after an interruption. It never ends within a week of the
    latest recorded date, nor before the first dose that is still to be given.
    """
    weeks = case.loading_weeks or DEFAULT_LOADING_WEEKS
    known = [*case.given, case.given_through, case.as_of]
    floors = [day + _WEEK for day in known if day is not None]
    return max(restart + weeks * _WEEK, first_open, *floors)
