"""The loading phase: doses dated by the regimen and by recorded facts."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import pairwise

from b12sched.errors import InputError
from b12sched.plan.case import Case
from b12sched.plan.clinic import Clinic
from b12sched.plan.events import Event, Kind, Phase, Plateau, Status
from b12sched.regimen import INTERRUPTION_DAYS, Dose, OpenPart

_WEEK = dt.timedelta(days=7)
# Looking up an enum's member takes as long as adding two days to a date.
_DOSE, _LOADING = Kind.DOSE, Phase.LOADING
_GIVEN, _PLANNED = Status.GIVEN, Status.PLANNED


def given_by_phase(case: Case) -> tuple[Sequence[dt.date], Sequence[dt.date]]:
    """Return the given dates of loading and those of maintenance.

    Loading takes the first dates: as many as the fixed part has doses, and with an open
    part those not after a recorded plateau, or all while none is recorded. After a last
    dose all are maintenance.
    """
    given = case.given
    fixed = len(case.regimen.fixed.offsets) if case.regimen.fixed else 0
    if case.last_dose is not None:
        first = 0
    elif case.open_part is None:
        first = fixed
    elif case.plateau is None:
        first = len(given)
    else:
        first = max(fixed, bisect_right(given, case.plateau))
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
    """Return the whole loading course, and the plateau that ends it, if one does.

    Raises InputError for a plateau before dose 1.
    """
    if case.last_dose is not None:
        return [], None
    fixed, part = list(_fixed_part(case, clinic)), case.regimen.open
    if part is None:
        return fixed, None
    doses, restart = _history(case, clinic, part, fixed)
    if not doses or (case.plateau and case.plateau < doses[0].date):
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
        day = _assumed_plateau(case, part, restart, doses[-1].date)
        plateau = Plateau(day, "assumed")
    if doses[-1].status is not _GIVEN:
        _project(case, clinic, part, doses, plateau.date)
    return doses, plateau


def _fixed_part(case: Case, clinic: Clinic) -> Iterator[Event]:
    """Yield the doses of the fixed part, due by offsets from dose 1.

    A late dose delays the next ones, so that two are never closer than the regimen
    allows; a dose on time leaves the others unmoved.
    """
    part = case.regimen.fixed
    if part is None:
        return
    given = iter(given_by_phase(case)[0])
    first = previous = due = case.origin
    for number, offset in enumerate(part.offsets, 1):
        if number > 1:
            least = part.least[min(number, len(part.least)) - 1]
            due = max(first + dt.timedelta(offset), previous + dt.timedelta(least))
        event = _loading_dose(case, clinic, part.dose, number, due, next(given, None))
        if number == 1:
            first = event.date
        previous = event.date
        yield event


def _loading_dose(
    case: Case,
    clinic: Clinic,
    dose: Dose,
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
    rule = case.regimen.loading_rule
    # fmt: off
    return Event(
        _DOSE, _LOADING, number, due, day, status, rule, planned, None, None,
        case.course, dose,
    )
    # fmt: on


def _history(
    case: Case, clinic: Clinic, part: OpenPart, fixed: list[Event]
) -> tuple[list[Event], dt.date]:
    """Return the fixed part with the open doses given and the first that is not.

    Each open dose is counted from the date of the one before, so that a closed day
    delays the doses after it and never brings two closer. They end at a recorded
    plateau. The second value is the date on which the course began, or began anew after
    an interruption.
    """
    given, later = given_by_phase(case)
    dates = iter(given[len(fixed) :])
    every, longest = dt.timedelta(part.every), part.every + INTERRUPTION_DAYS
    doses = list(fixed)
    restart = fixed[0].date if fixed else case.origin
    for earlier, dose in pairwise(fixed):
        if _interrupts(dose, earlier.date, clinic, longest):
            restart = dose.date
    while len(doses) == len(fixed) or doses[-1].status is _GIVEN:
        due = doses[-1].date + every if doses else case.origin
        day = next(dates, None)
        # A date given after a recorded plateau is maintenance.
        if day is None and (later or _is_over(case, clinic, due)):
            break
        dose = _loading_dose(case, clinic, part.dose, len(doses) + 1, due, day)
        if case.plateau and dose.date > case.plateau:
            break
        if not doses or _interrupts(dose, doses[-1].date, clinic, longest):
            restart = dose.date
        doses.append(dose)
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
    case: Case, clinic: Clinic, part: OpenPart, doses: list[Event], plateau: dt.date
) -> None:
    """Append the doses after the first that is not given, all on their planned days."""
    rule, course, dose = case.regimen.loading_rule, case.course, part.dose
    number, forward, every = len(doses), clinic.forward, dt.timedelta(part.every)
    due = doses[-1].date + every
    while due <= plateau:
        day = forward(due) or clinic.must_open(None, due)
        if day > plateau:
            break
        number += 1
        # fmt: off
        doses.append(Event(
            _DOSE, _LOADING, number, due, day, _PLANNED, rule, day, None, None,
            course, dose,
        ))
        # fmt: on
        due = day + every


def _interrupts(dose: Event, previous: dt.date, clinic: Clinic, longest: int) -> bool:
    """Return whether a dose resumes an interrupted course.

    It does if it is over `longest` days after the previous dose and not on its planned
    day.
    """
    if (dose.date - previous).days <= longest:
        return False
    return dose.date != (dose.planned or clinic.forward(dose.due))


def _assumed_plateau(
    case: Case, part: OpenPart, restart: dt.date, first_open: dt.date
) -> dt.date:
    """Return the projected end of loading while no plateau is recorded.

    The projection starts anew after an interruption. It leaves time for the next dose
    and at least a week after the latest recorded date, and never ends before the first
    dose of the open part that is still to be given.
    """
    weeks = case.loading_weeks or part.weeks
    known = [*case.given, case.given_through, case.as_of]
    rest = dt.timedelta(max(7, part.every))
    floors = [day + rest for day in known if day is not None]
    return max(restart + weeks * _WEEK, first_open, *floors)
