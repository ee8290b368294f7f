"""The plan: dated events built from a case and a clinic.

`build` is pure: it uses no clock and no disk, and leaves the texts of events to
`wording`. One function makes each calendar decision, here or in `dates`, `clinic`,
`loading` and `maintenance`; it names the rule it follows.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import replace
from operator import attrgetter

from b12sched.dates import add_months
from b12sched.errors import InputError
from b12sched.plan.case import Anaemia, Case
from b12sched.plan.clinic import Clinic
from b12sched.plan.events import (
    LAB_EARLY,
    Event,
    Kind,
    Phase,
    Plan,
    Plateau,
    Status,
)
from b12sched.plan.loading import loading_doses
from b12sched.plan.maintenance import maintenance_doses
from b12sched.regimen import (
    ASSESSMENT_MONTHS,
    DEFAULT_MONTHS,
    EARLY_LABS,
    LAB_MONTHS,
)

MOST_MONTHS = 600
_WEEK = dt.timedelta(days=7)
_EVERY_DAY = Clinic()
_BACK_FROM = 8
"""An early lab of fewer days after dose 1 is never done before its day."""

_date = attrgetter("date")
_REVIEW, _LAB, _ASSESSMENT = Kind.REVIEW, Kind.LAB, Kind.ASSESSMENT
_PLANNED, _GIVEN = Status.PLANNED, Status.GIVEN


def build(case: Case, clinic: Clinic = _EVERY_DAY) -> Plan:
    """Return the plan of a case in a clinic, by default one that is open every day.

    Raises InputError where only the computed dates show a fault: a plateau or a horizon
    before dose 1, a horizon over 600 months, no open day.
    """
    try:
        loading, plateau = loading_doses(case, clinic)
        start = loading[0].date if loading else case.origin
        until = _until(case, start)
        maintenance, doses = maintenance_doses(case, clinic, loading, plateau, until)
        span = case, clinic, start, until
        labs = _checkups(_LAB, "LAB", LAB_MONTHS if loading else (), span)
        if loading and case.anaemia in (Anaemia.YES, Anaemia.SEVERE):
            labs = [*_early_labs(span), *labs]
        assessed = (ASSESSMENT_MONTHS,) if loading and case.neuro else ()
        assessments = _checkups(_ASSESSMENT, "ASSESS-6M", assessed, span)
    except InputError as error:
        if said := nothing_recorded(case, clinic):
            error.hint += f"; {said}"
        raise
    reviews = _reviews(case, start, loading, plateau)
    kept = _in_plan(loading, until)
    days = frozenset(map(_date, kept))
    events = [
        *labs,
        *_one_a_day(reviews, until, days),
        *assessments,
        *kept,
        *doses,
    ]
    events.sort(key=_date)
    decision = _decision(loading, reviews, plateau)
    if case.ended is not None:
        events = [event for event in events if _before_end(case, event)]
        loading = [dose for dose in loading if _before_end(case, dose)]
        firsts = (e.date for e in events if e.phase is Phase.MAINTENANCE)
        maintenance = maintenance._replace(first=next(firsts, None))
    sampled = {event.date for event in events if event.kind is _LAB}
    return Plan(
        case=case,
        clinic=clinic,
        start=start,
        until=until,
        plateau=plateau,
        loading_doses=tuple(loading),
        maintenance=maintenance,
        decision=decision,
        events=tuple(events),
        sampled=frozenset(sampled.intersection(e.date for e in events if e.phase)),
    )


def _before_end(case: Case, event: Event) -> bool:
    """Return whether an event stays in the plan of a treatment that ended (ENDED).

    Given doses do, and what is dated up to the end; on the day of death nothing is
    planned any more.
    """
    assert case.ended is not None
    if event.status is _GIVEN or event.date < case.ended:
        return True
    return event.date == case.ended and not case.died


def _in_plan(loading: list[Event], until: dt.date) -> list[Event]:
    """Return the loading doses of the plan: those given or due by the horizon.

    If all of these were given, the first dose not given is added.
    """
    kept = [dose for dose in loading if dose.due <= until or dose.status is _GIVEN]
    if len(kept) < len(loading) and (not kept or kept[-1].status is _GIVEN):
        kept.append(loading[len(kept)])
    return kept


def recorded(plan: Plan) -> Case:
    """Return the case of a plan with every given dose as a date (section 5, JSON).

    Dates replace given through, so that no later change of the clinic, its holidays,
    the plateau or the interval moves those doses. Given through becomes as of, unless
    an as of is stated or a recorded plateau is later.
    """
    case, through = plan.case, plan.case.given_through
    if through is None:
        return case
    as_of = case.as_of
    if as_of is None and (case.plateau is None or case.plateau <= through):
        as_of = through
    given = tuple(dose.date for dose in plan.doses if dose.status is _GIVEN)
    return replace(case, given=given, given_through=None, as_of=as_of)


NOTHING_RECORDED = (
    "no dose is recorded although {known}: if treatment has begun, record the doses "
    "(--given) or the day through which all were given (--given-through)"
)


def nothing_recorded(case: Case, clinic: Clinic) -> str | None:
    """Return what to say if a plan assumes that treatment has not begun; else None.

    That is so if as of is after the start, or a plateau is recorded, and no dose is.
    """
    if case.start is None or not _nothing_given(case, clinic):
        return None
    if case.as_of is not None and case.as_of > case.start:
        return NOTHING_RECORDED.format(known="as of is after the start")
    if case.plateau is not None:
        return NOTHING_RECORDED.format(known="a plateau is recorded")
    return None


def _nothing_given(case: Case, clinic: Clinic) -> bool:
    """Return whether neither given dates nor given through record a dose."""
    if case.given or case.given_through is None:
        return not case.given
    first = clinic.forward(case.origin)
    return first is None or first > case.given_through


def _until(case: Case, start: dt.date) -> dt.date:
    """Return the horizon: the date stated, or some months after the latest known date.

    Raises InputError for a date before the start or over 600 months after it.
    """
    if case.until is None:
        known = [start, *case.given, case.given_through, case.as_of]
        latest = max(day for day in known if day is not None)
        return add_months(latest, case.months or DEFAULT_MONTHS)
    last = add_months(start, MOST_MONTHS)
    if not start <= case.until <= last:
        raise InputError(
            f"{case.until} is before the first dose, {start}"
            if case.until < start
            else f"{case.until} is more than {MOST_MONTHS} months after {start}",
            f"choose a date from {start} to {last}",
            field="until",
            value=str(case.until),
            code="out-of-order",
        )
    return case.until


def _reviews(
    case: Case, start: dt.date, loading: list[Event], plateau: Plateau | None
) -> list[Event]:
    """Return an examination for each week of loading, on a day of a dose."""
    if not case.neuro or not loading:
        return []
    days = [dose.date for dose in loading]
    limit = plateau.date if plateau else days[-1]
    reviews: list[Event] = []
    due, number = start + _WEEK, 1
    while due <= limit:
        at = bisect_left(days, due)
        if at < len(days):
            day = days[at]
        elif due - days[-1] < _WEEK:
            day = days[-1]
        else:
            break
        reviews.append(_check(_REVIEW, number, due, day, "REVIEW-WEEKLY", case.course))
        due, number = due + _WEEK, number + 1
    return reviews


def _decision(
    loading: list[Event], reviews: list[Event], plateau: Plateau | None
) -> str | None:
    """Return the id of the event that asks for the finding which ends loading.

    It is the last review before an assumed plateau, or without reviews the last dose.
    """
    if plateau is None or not plateau.assumed:
        return None
    return (reviews or loading)[-1].id


def _check(
    kind: Kind, number: int, due: dt.date, day: dt.date, rule: str, course: int
) -> Event:
    return Event(kind, None, number, due, day, _PLANNED, rule, course=course)


def _one_a_day(
    reviews: list[Event], until: dt.date, days: frozenset[dt.date]
) -> Iterator[Event]:
    """Return the reviews due by the horizon that are on the day of a dose of the plan.

    If several fall on one date, only the last is planned.
    """
    by_day = {
        review.date: review
        for review in reviews
        if review.due <= until and review.date in days
    }
    return iter(by_day.values())


def _checkups(
    kind: Kind,
    rule: str,
    months: Iterable[int],
    span: tuple[Case, Clinic, dt.date, dt.date],
) -> list[Event]:
    """Return the checks (LAB, ASSESS-6M) due months after dose 1, moved by BACK."""
    case, clinic, start, until = span
    events = []
    for number in months:
        due = add_months(start, number)
        if due <= until:
            day = clinic.must_open(clinic.back(due), due)
            events.append(_check(kind, number, due, day, rule, case.course))
    return events


def _early_labs(span: tuple[Case, Clinic, dt.date, dt.date]) -> Iterator[Event]:
    """Yield the labs that anaemia asks for, days after dose 1 (LAB-EARLY)."""
    case, clinic, start, until = span
    for name, days in EARLY_LABS.items():
        due = start + dt.timedelta(days)
        potassium = name == "potassium"
        if due > until or (potassium and case.anaemia is not Anaemia.SEVERE):
            continue
        if potassium:
            # After the second day it would be too late, so a closed clinic keeps it.
            after = due + dt.timedelta(1)
            moved = not clinic.is_open(due) and clinic.is_open(after)
            day = after if moved else due
        elif days < _BACK_FROM:
            day = clinic.must_open(clinic.forward(due), due)
        else:
            day = clinic.must_open(clinic.back(due), due)
        yield _check(_LAB, days, due, day, LAB_EARLY, case.course)
