"""The plan: dated events built from a case and a clinic.

`build` is pure: no clock, no disk, no words. Each calendar decision is one function
here (or in `clinic` and `dates`); the rule it follows is named in its docstring.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from operator import attrgetter
from typing import NamedTuple

from b12sched.case import Case
from b12sched.clinic import Clinic
from b12sched.dates import Step, add_months
from b12sched.errors import InputError
from b12sched.regimen import (
    ASSESSMENT_MONTHS,
    DEFAULT_LOADING_WEEKS,
    DEFAULT_MONTHS,
    INTERRUPTION_DAYS,
    LAB_MONTHS,
    Interval,
)

POLICY = "last-dose"
MOST_MONTHS = 600
_WEEK = dt.timedelta(days=7)
_DAY = dt.timedelta(days=1)


class Kind(StrEnum):
    """What an event is."""

    DOSE = "dose"
    REVIEW = "review"
    LAB = "lab"
    ASSESSMENT = "assessment"


class Phase(StrEnum):
    """The part of the treatment that a dose belongs to."""

    LOADING = "loading"
    MAINTENANCE = "maintenance"


class Status(StrEnum):
    """How sure an event is; `provisional` rests on a plateau not yet recorded."""

    PLANNED = "planned"
    GIVEN = "given"
    PROVISIONAL = "provisional"


class Event(NamedTuple):
    """One dated event.

    `due` is the date that the rule asks for, `date` the day on which an open clinic
    does it. `planned` is the clinic's day before facts moved it (None for a given dose
    that needed none). A maintenance dose is due `elapsed` after `anchor`, or on the
    step-up's date if elapsed is None.
    """

    kind: Kind
    phase: Phase | None
    number: int
    due: dt.date
    date: dt.date
    status: Status
    rule: str
    planned: dt.date | None = None
    anchor: dt.date | None = None
    elapsed: Step | None = None

    @property
    def id(self) -> str:
        """The event's name in its plan, which never depends on a date."""
        if self.kind is Kind.DOSE:
            return f"{self.phase}-{self.number}"
        if self.kind is Kind.REVIEW:
            return f"review-{self.number}"
        return f"{self.kind}-{self.number}m"


class Plateau(NamedTuple):
    """The date of no further improvement, `recorded` or `assumed`."""

    date: dt.date
    basis: str


class Course(NamedTuple):
    """The whole loading course, horizon or not."""

    doses: int
    first: dt.date
    last: dt.date
    longest_gap_days: int


class Maintenance(NamedTuple):
    """The maintenance phase.

    `anchor`: the date from which the first maintenance dose that is not given has its
    usual due date, `interval` after it. `first`: the first maintenance dose in the
    plan.
    """

    interval: Interval
    anchor: dt.date
    policy: str
    first: dt.date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The dated plan of one patient.

    `start` is t0, the date of dose 1 (or the last dose of a patient already on
    maintenance). `course` holds every loading dose, horizon or not; `events` those of
    the plan in order. `decision` is the number of the review that asks whether to go on
    loading.
    """

    case: Case
    clinic: Clinic
    start: dt.date
    until: dt.date
    plateau: Plateau | None
    course: tuple[Event, ...]
    maintenance: Maintenance
    decision: int | None
    events: tuple[Event, ...]

    @property
    def loading(self) -> Course | None:
        if not self.course:
            return None
        dates = [dose.date for dose in self.course]
        gaps = [(later - earlier).days for earlier, later in pairwise(dates)]
        return Course(len(dates), dates[0], dates[-1], max(gaps, default=0))

    @property
    def doses(self) -> Iterator[Event]:
        return (event for event in self.events if event.kind is Kind.DOSE)

    @property
    def next(self) -> Event | None:
        """The first dose in the plan that is not given."""
        waiting = (dose for dose in self.doses if dose.status is not Status.GIVEN)
        return next(waiting, None)

    @property
    def ampoules(self) -> int:
        """The number of doses in the plan that are not given yet."""
        return sum(dose.status is not Status.GIVEN for dose in self.doses)

    def day(self, event: Event) -> int:
        """The day of treatment, dose 1 being on day 1."""
        return (event.date - self.start).days + 1


def build(case: Case, clinic: Clinic) -> Plan:
    """Work out the plan of a case in a clinic.

    Raises InputError where only the dates show that it cannot be done: a plateau or a
    horizon before dose 1, a horizon over 600 months, no open day.
    """
    facts = _Facts(case, clinic)
    try:
        loading, plateau = _loading(case, facts)
        start = loading[0].date if loading else case.origin
        until = _until(case, start)
        maintenance, doses = _maintenance(case, facts, loading, plateau, until)
        labs, assessments = _checkups(case, clinic, start, until)
    except InputError as error:
        if nothing_recorded(case, clinic):
            error.hint += f"; {NOTHING_RECORDED}"
        raise
    reviews, decision = _reviews(case, start, loading, plateau)
    events = [
        *labs,
        *_one_a_day(reviews, until),
        *assessments,
        *(e for e in loading if e.due <= until or e.status is Status.GIVEN),
        *doses,
    ]
    events.sort(key=attrgetter("date"))
    return Plan(
        case=case,
        clinic=clinic,
        start=start,
        until=until,
        plateau=plateau,
        course=tuple(loading),
        maintenance=maintenance,
        decision=decision,
        events=tuple(events),
    )


NOTHING_RECORDED = (
    "no dose is recorded although as of is after the start: if treatment has begun, "
    "give the doses (--given) or the day through which all were given "
    "(--given-through)"
)


def nothing_recorded(case: Case, clinic: Clinic) -> bool:
    """Whether the plan rests on treatment not having begun by as_of."""
    if case.start is None or case.as_of is None or case.as_of <= case.start:
        return False
    if case.given or case.given_through is None:
        return not case.given
    first = clinic.forward(case.start)
    return first is None or first > case.given_through


class _Facts:
    """What is known of the doses: hands out dates dose by dose.

    The first doses take the given dates in order; those after them whose planned day is
    not after given_through were given on it; every other dose is on its planned day, or
    on the first open day from as_of on if that is later (AS-OF).
    """

    __slots__ = ("_as_of", "_through", "clinic", "given")

    def __init__(self, case: Case, clinic: Clinic) -> None:
        self.clinic = clinic
        self.given = list(reversed(case.given))
        self._through = case.given_through
        self._as_of = case.as_of

    def was_given(self, planned: dt.date) -> bool:
        return self._through is not None and planned <= self._through

    def stopped(self, due: dt.date, plateau: dt.date) -> bool:
        """Whether a recorded plateau ends loading before this dose is worked out."""
        if due > plateau:
            return True
        late = self._as_of is not None and self._as_of > plateau
        return late and not (self._through is not None and due <= self._through)

    def settle(self, planned: dt.date) -> tuple[dt.date, Status]:
        """The date and status of a dose that is not among the given dates."""
        if self.was_given(planned):
            return planned, Status.GIVEN
        if self._as_of is not None and planned < self._as_of:
            day = self.clinic.forward(self._as_of)
            return self.clinic.must_open(day, self._as_of), Status.PLANNED
        return planned, Status.PLANNED


def _loading(case: Case, facts: _Facts) -> tuple[list[Event], Plateau | None]:
    if case.last_dose is not None:
        return [], None
    if case.loads_to_plateau:
        return _load_to_plateau(case, facts)
    return list(_load_by_offsets(case, facts)), None


def _load_by_offsets(case: Case, facts: _Facts) -> Iterator[Event]:
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
        event = _loading_dose(loading.rule, number, due, facts)
        if number == 1:
            first = event.date
        previous = event.date
        yield event


def _loading_dose(rule: str, number: int, due: dt.date, facts: _Facts) -> Event:
    """One loading dose; a given one needs no planned day."""
    planned: dt.date | None = None
    if facts.given:
        day, status = facts.given.pop(), Status.GIVEN
    else:
        planned = facts.clinic.must_open(facts.clinic.forward(due), due)
        day, status = facts.settle(planned)
    return Event(Kind.DOSE, Phase.LOADING, number, due, day, status, rule, planned)


def _load_to_plateau(case: Case, facts: _Facts) -> tuple[list[Event], Plateau]:
    """LOAD-NEURO: alternate days while the date is not after the plateau.

    The next dose is counted from the date of the one before, so that a closed day
    delays the doses after it and never brings two closer than alternate days. Given
    doses after a recorded plateau are maintenance, and end loading.
    """
    rule, spacing = (
        case.regimen.loading.rule,
        dt.timedelta(case.regimen.loading.spacing[0]),
    )
    recorded = case.plateau
    plateau = Plateau(recorded, "recorded") if recorded else None
    doses: list[Event] = []
    restart = due = case.origin
    while True:
        if recorded and facts.given and facts.given[-1] > recorded:
            break
        if plateau and not facts.given and facts.stopped(due, plateau.date):
            break
        dose = _loading_dose(rule, len(doses) + 1, due, facts)
        if plateau and dose.date > plateau.date:
            break
        if not doses or _interrupts(dose, doses[-1].date, facts.clinic):
            restart = dose.date
        doses.append(dose)
        if not plateau and dose.status is not Status.GIVEN:
            plateau = Plateau(_assumed_plateau(case, restart, dose.date), "assumed")
        due = dose.date + spacing
    if not doses:
        raise InputError(
            f"{recorded} is before the first dose (start {case.start})",
            "check the plateau, the start and the doses given",
            field="plateau",
            value=str(recorded),
        )
    assert plateau is not None  # the loop ends at a plateau only
    return doses, plateau


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
    known = [*case.given[-1:], case.given_through, case.as_of]
    floors = [day + _WEEK for day in known if day is not None]
    return max(restart + weeks * _WEEK, first_open, *floors)


class _Expected(NamedTuple):
    """A maintenance dose to come: `planned` None if the clinic has no day for it."""

    due: dt.date
    planned: dt.date | None
    elapsed: Step | None


class _Rhythm:
    """MAINT and MAINT-MONTHLY: doses at whole intervals from an anchor, one by one."""

    __slots__ = (
        "anchor",
        "clinic",
        "interval",
        "monthly",
        "previous",
        "step_up",
        "steps",
    )

    def __init__(self, case: Case, clinic: Clinic, last: dt.date) -> None:
        self.clinic = clinic
        self.anchor = self.previous = last
        self.steps = 1
        self.interval = case.maintenance_interval
        self.step_up = case.monthly_from
        self.monthly = False
        if self.step_up and last > self.step_up - _WEEK:
            self._make_monthly()

    def next_dose(self, given: dt.date | None) -> _Expected:
        """The next dose as it is expected, given or not.

        While a step-up is ahead, no dose is due after it. A date given before it that
        is not the planned day is an extra dose, and keeps its usual due date.
        """
        elapsed = self.interval.step.times(self.steps)
        due = elapsed.after(self.anchor)
        planned = self._day_for(due)
        if self.step_up and due >= self.step_up:
            day = self._step_up_day(self.step_up, planned)
            if given is None or given >= self.step_up or given == day:
                return _Expected(self.step_up, day, None)
        return _Expected(due, planned, elapsed)

    def take(self, day: dt.date, expected: _Expected) -> None:
        """Count a dose: one on its planned day and not late leaves the anchor alone."""
        steps_up = self.step_up is not None and (
            expected.elapsed is None or day > self.step_up - _WEEK
        )
        if day == expected.planned and day <= expected.due and not steps_up:
            self.steps += 1
        else:
            self.anchor, self.steps = day, 1
        if steps_up:
            self._make_monthly()
        self.previous = day

    def _make_monthly(self) -> None:
        self.interval, self.step_up, self.monthly = self.interval.monthly, None, True

    def _day_for(self, due: dt.date) -> dt.date | None:
        """The last open day up to due, at most a week early and after the last dose."""
        day = self.clinic.back(due)
        if day is None or day > self.previous:
            return day
        return self.clinic.forward(max(due, self.previous + _DAY))

    def _step_up_day(self, step_up: dt.date, usual: dt.date | None) -> dt.date | None:
        """The clinic day of the dose due on the step-up: never after its usual day."""
        day = self.clinic.forward(step_up)
        if usual is not None and (usual < step_up or (day is not None and usual < day)):
            day = usual
        if day is None or day > self.previous:
            return day
        return self.clinic.forward(max(step_up, self.previous + _DAY))


def _maintenance(
    case: Case,
    facts: _Facts,
    loading: list[Event],
    plateau: Plateau | None,
    until: dt.date,
) -> tuple[Maintenance, list[Event]]:
    """The maintenance phase, and its doses up to the horizon and the last one given."""
    rhythm = _Rhythm(case, facts.clinic, loading[-1].date if loading else case.origin)
    assumed = plateau is not None and plateau.basis == "assumed"
    waiting = Status.PROVISIONAL if assumed else Status.PLANNED
    doses: list[Event] = []
    usual: tuple[Interval, date] | None = None
    while True:
        given = facts.given.pop() if facts.given else None
        due, planned, elapsed = expected = rhythm.next_dose(given)
        if given:
            day, status = given, Status.GIVEN
        elif due <= until or (planned and facts.was_given(planned)):
            day, status = facts.settle(facts.clinic.must_open(planned, due))
        else:
            break
        if status is not Status.GIVEN:
            status = waiting
            usual = usual or (rhythm.interval, rhythm.anchor)
        stepped_up = rhythm.monthly or elapsed is None
        doses.append(
            Event(
                Kind.DOSE,
                Phase.MAINTENANCE,
                len(doses) + 1,
                due,
                day,
                status,
                "MAINT-MONTHLY" if stepped_up else "MAINT",
                planned,
                rhythm.anchor,
                elapsed,
            )
        )
        rhythm.take(day, expected)
    interval, anchor = usual or (rhythm.interval, rhythm.anchor)
    first = doses[0].date if doses else None
    return Maintenance(interval, anchor, POLICY, first), doses


def _until(case: Case, start: dt.date) -> dt.date:
    """The horizon: the date given, or some months after the last thing known."""
    if case.until is None:
        known = [start, *case.given[-1:], case.given_through, case.as_of]
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
        )
    return case.until


def _reviews(
    case: Case, start: dt.date, loading: list[Event], plateau: Plateau | None
) -> tuple[list[Event], int | None]:
    """REVIEW-WEEKLY: an examination for each week of loading, on the day of a dose.

    Returns the reviews, and the number of the last one before an assumed plateau: the
    one that asks whether to go on.
    """
    if not case.neuro or not loading:
        return [], None
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
        reviews.append(
            Event(Kind.REVIEW, None, number, due, day, Status.PLANNED, "REVIEW-WEEKLY")
        )
        due, number = due + _WEEK, number + 1
    assumed = plateau is not None and plateau.basis == "assumed"
    return reviews, reviews[-1].number if assumed and reviews else None


def _one_a_day(reviews: list[Event], until: dt.date) -> Iterator[Event]:
    """The reviews due by the horizon; of several on one date only the last."""
    by_day = {review.date: review for review in reviews if review.due <= until}
    return iter(by_day.values())


def _checkups(
    case: Case, clinic: Clinic, start: dt.date, until: dt.date
) -> tuple[list[Event], list[Event]]:
    """LAB and ASSESS-6M: months after dose 1, never late for a closed day."""
    if case.last_dose is not None:
        return [], []

    def checkup(kind: Kind, rule: str, months: int) -> Iterator[Event]:
        due = add_months(start, months)
        if due <= until:
            day = clinic.must_open(clinic.back(due), due)
            yield Event(kind, None, months, due, day, Status.PLANNED, rule)

    labs = [lab for months in LAB_MONTHS for lab in checkup(Kind.LAB, "LAB", months)]
    if not case.neuro:
        return labs, []
    return labs, list(checkup(Kind.ASSESSMENT, "ASSESS-6M", ASSESSMENT_MONTHS))
