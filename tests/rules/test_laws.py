"""Laws that hold for every plan: over every start date, and over any history.

The first part builds twelve months from each of the 10,227 days of a 28-year cycle
(2020 to 2047, after which weekdays and leap days repeat), for three regimens and five
clinic weeks. The short run takes one day of each third week, each weekday equally
often, on days that differ from clinic to clinic: 7,305 plans. `-m slow` takes all of
them, 153,405.

The second part draws histories, closures and horizons at random.
"""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from typing import NamedTuple

import pytest
from effort import some_or_all
from hypothesis import HealthCheck, assume, example, given, reject, settings
from hypothesis import strategies as st

from b12sched import Case, Clinic, Plan, build
from b12sched.errors import InputError
from b12sched.plan.events import Event, Kind, Phase, Status
from b12sched.regimen import Drug, Interval, Renal

CYCLE = [date(2020, 1, 1) + timedelta(days=n) for n in range(10_227)]


class Course(NamedTuple):
    """A regimen as typed from the rules, not from the code.

    `due`: the day of each loading dose, day 0 being the first; empty for a course that
    goes on to a plateau. `apart`: the least number of days before each dose, counted
    from the second. `months`: from one maintenance dose to the next.
    """

    drug: Drug
    neuro: bool
    due: tuple[int, ...]
    apart: tuple[int, ...]
    months: int


class Week(NamedTuple):
    """A clinic's week: open weekdays, and the longest run of closed days in it."""

    text: str
    open: frozenset[int]
    closed_run: int
    thinned: int


NEURO = Course(Drug.HYDROXOCOBALAMIN, True, (), (2,) * 60, 2)
COURSES = {
    "neuro": NEURO,
    "standard": Course(
        Drug.METHYLCOBALAMIN, False, (0, 2, 4, 7, 9, 11), (2, 2, 2, 2, 2), 2
    ),
    "cyano": Course(
        Drug.CYANOCOBALAMIN,
        False,
        (
            *(0, 1, 2, 3, 4, 5, 6),
            *(8, 10, 12, 14, 16, 18, 20),
            *(23, 27, 30, 34, 37, 41),
        ),
        (*(1, 1, 1, 1, 1, 1), *(2, 2, 2, 2, 2, 2, 2), *(3, 3, 3, 3, 3, 3)),
        1,
    ),
}
EVERY_DAY = Week("mon-sun", frozenset({0, 1, 2, 3, 4, 5, 6}), 0, thinned=1)
WEEKS = (
    EVERY_DAY,
    Week("mon-fri", frozenset({0, 1, 2, 3, 4}), 2, thinned=3),
    Week("mon,wed,fri", frozenset({0, 2, 4}), 2, thinned=0),
    Week("tue,thu", frozenset({1, 3}), 4, thinned=2),
    Week("wed", frozenset({2}), 6, thinned=5),
)
LONGEST_GAP = {"mon-sun": 2, "mon-fri": 4, "mon,wed,fri": 3, "tue,thu": 5, "wed": 7}
"""Days between two doses of alternate days, worked out by hand on each week."""


# --- every start date ---------------------------------------------------------------


def starts(week: Week, *, thorough: bool) -> list[date]:
    """The start dates to go through: all, or one day of each third week.

    The weekday moves on by three from one to the next: each is taken equally often.
    """
    if thorough:
        return CYCLE
    return [day for n, day in enumerate(CYCLE) if n % 21 == (n // 7 + week.thinned) % 7]


@some_or_all
@pytest.mark.unmeasured
@pytest.mark.parametrize("week", WEEKS, ids=lambda week: week.text)
@pytest.mark.parametrize("name", COURSES)
def test_every_start_date_of_28_years_keeps_the_laws(
    name: str, week: Week, thorough: bool
) -> None:
    """Twelve months from each start: the laws of `check`, one function each.

    Covers three regimens in five clinic weeks; which starts, says the module.
    """
    course = COURSES[name]
    clinic = Clinic(open=week.open)
    count = 0
    for start in starts(week, thorough=thorough):
        case = Case(
            start=start, neuro=course.neuro, drug=course.drug, renal=Renal.NORMAL
        )
        plan = build(case, clinic)
        try:
            check(plan, course, week)
        except AssertionError as error:
            error.add_note(f"{name} from {start:%a %Y-%m-%d}, clinic open {week.text}")
            raise
        count += 1
    assert count == (10_227 if thorough else 487)


def check(plan: Plan, course: Course, week: Week) -> None:
    """All laws of one plan."""
    loading: list[Event] = []
    maintenance: list[Event] = []
    reviews: list[Event] = []
    checkups: list[Event] = []
    for event in plan.events:
        if event.phase is Phase.LOADING:
            loading.append(event)
        elif event.phase is Phase.MAINTENANCE:
            maintenance.append(event)
        elif event.kind is Kind.REVIEW:
            reviews.append(event)
        else:
            checkups.append(event)
    check_list(plan, week)
    check_loading(plan, loading, course, week)
    check_maintenance(plan, maintenance, loading[-1].date, course.months)
    check_reviews(plan, reviews, loading, course)
    check_checkups(plan, checkups, course)


RANK = {Kind.LAB: 0, Kind.REVIEW: 1, Kind.ASSESSMENT: 2, Kind.DOSE: 3}


def check_list(plan: Plan, week: Week) -> None:
    """In order, each id once, on open days, within the horizon of twelve months."""
    order = [(event.date, RANK[event.kind]) for event in plan.events]
    assert order == sorted(order)
    ids = {event.id for event in plan.events}
    assert len(ids) == len(order)
    assert {day.weekday() for day, _ in order} <= week.open
    assert months_between(plan.start, plan.until) == 12
    assert max(event.due for event in plan.events) <= plan.until
    assert {event.status for event in plan.events} <= (
        {Status.PLANNED, Status.PROVISIONAL} if plan.plateau else {Status.PLANNED}
    )


def check_loading(plan: Plan, doses: list[Event], course: Course, week: Week) -> None:
    """None before its due, none lost, none too close, and exact where always open.

    A dose is due on its day of the course, or its least distance after the dose before
    it if that is later. From due to the day before its date the clinic is closed.
    """
    dates = [dose.date for dose in doses]
    assert tuple(doses) == plan.loading_doses
    assert [dose.number for dose in doses] == list(range(1, len(doses) + 1))
    first = dates[0]
    assert first == plan.start
    assert 0 <= (first - plan.case.origin).days <= week.closed_run
    gaps = [(later - earlier).days for earlier, later in pairwise(dates)]
    for dose, gap, apart, at in zip(
        doses[1:], gaps, course.apart, course.due[1:] or [0] * len(gaps), strict=False
    ):
        waited = (dose.date - dose.due).days
        assert 0 <= waited <= week.closed_run
        if waited:
            assert dose.due.weekday() not in week.open
        day = (dose.due - first).days
        assert gap >= apart
        assert day >= at
        assert day == at or gap - waited == apart
    if course.due:
        assert len(doses) == len(course.due)
        if week is EVERY_DAY:
            assert tuple((day - first).days for day in dates) == course.due
    else:
        check_loading_to_plateau(plan, dates, gaps, week)


def check_loading_to_plateau(
    plan: Plan, dates: list[date], gaps: list[int], week: Week
) -> None:
    """LOAD-NEURO: alternate days for the twelve weeks assumed, to the very end."""
    assert plan.plateau is not None
    assert (plan.plateau.date - dates[0]).days == 84
    assert plan.plateau.basis == "assumed"
    to_the_end = (plan.plateau.date - dates[-1]).days
    assert 0 <= to_the_end < LONGEST_GAP[week.text]
    assert plan.loading is not None
    assert plan.loading.longest_gap_days == max(gaps) <= LONGEST_GAP[week.text]
    if week is EVERY_DAY:
        assert gaps == [2] * 42


def check_maintenance(
    plan: Plan, doses: list[Event], anchor: date, months: int
) -> None:
    """Never late, at most a week early, anchored at the last loading dose, none lost.

    No clinic here is closed for a whole week, so that the anchor never moves: dose k is
    due k intervals after it, on the same day of the month or its last.
    """
    assert [dose.number for dose in doses] == list(range(1, len(doses) + 1))
    status = Status.PROVISIONAL if plan.plateau else Status.PLANNED
    previous = anchor
    for dose in doses:
        assert months_between(anchor, dose.due) == months * dose.number
        assert 0 <= (dose.due - dose.date).days <= 7
        assert (dose.date - previous).days <= 31 * months + 7
        assert dose.status is status
        previous = dose.date
    assert (plan.until - doses[-1].due).days < 31 * months
    assert plan.maintenance.first == doses[0].date
    assert plan.maintenance.anchor == anchor


def check_reviews(
    plan: Plan, reviews: list[Event], loading: list[Event], course: Course
) -> None:
    """REVIEW-WEEKLY: each of the twelve weeks, on the day of a loading dose, once.

    A review is on the first dose from its due on, or on the last one. The last review
    asks for the decision.
    """
    if not course.neuro:
        assert not reviews
        return
    doses = {dose.date: dose for dose in loading}
    last = loading[-1]
    for review in reviews:
        assert (review.due - plan.start).days == 7 * review.number
        dose = doses.pop(review.date)
        late = (review.date - review.due).days
        if late >= 0:
            # No dose between the two: the dose before came before the review's due.
            assert (
                dose.number == 1
                or plan.loading_doses[dose.number - 2].date < review.due
            )
        else:
            assert dose is last
            assert late > -7
    assert [review.number for review in reviews] == list(range(1, 13))
    assert plan.decision == "review-12"


def check_checkups(plan: Plan, checkups: list[Event], course: Course) -> None:
    """LAB at 3, 6, 12 months and ASSESS-6M at 6: never late, a week early at most."""
    found = [(event.kind, event.number) for event in checkups]
    labs = [(Kind.LAB, 3), (Kind.LAB, 6), (Kind.LAB, 12)]
    assessment = [(Kind.ASSESSMENT, 6)] if course.neuro else []
    assert found == [*labs[:2], *assessment, *labs[2:]]
    for event in checkups:
        assert months_between(plan.start, event.due) == event.number
        assert 0 <= (event.due - event.date).days <= 7


def months_between(anchor: date, day: date) -> int | None:
    """How many months on a day is; None if it is not the same day of a later month.

    The same day is that of the same number, or the month's last if it has no such day.
    """
    if day.day != anchor.day:
        is_last = (day + timedelta(days=1)).day == 1
        if not is_last or day.day > anchor.day:
            return None
    return 12 * (day.year - anchor.year) + day.month - anchor.month


# --- any history --------------------------------------------------------------------

EXAMPLES = int(os.environ.get("B12SCHED_EXAMPLES", "50"))
laws = settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
INTERVALS = {
    "neuro": ("1m", "2m", "4w", "8w"),
    "standard": ("1m", "2m", "3m", "4w", "8w", "12w"),
    "cyano": ("1m", "4w"),
}
LONGEST_INTERVAL = {"1m": 31, "2m": 62, "3m": 92, "4w": 28, "8w": 56, "12w": 84}


def later(day: date, days: int) -> date:
    """So many days on."""
    return day + timedelta(days=days)


def built(case: Case, clinic: Clinic) -> Plan:
    """The plan, or another example where the clinic or the plateau allow none."""
    try:
        return build(case, clinic)
    except InputError:
        reject()


@st.composite
def clinics(draw: st.DrawFn, start: date) -> Clinic:
    """Any week, with single closed days near the course and sometimes a closed run."""
    weekdays = st.frozensets(st.integers(0, 6), min_size=1)
    week = draw(st.sampled_from([week.open for week in WEEKS]) | weekdays)
    near = st.integers(-7, 50) | st.integers(-7, 500)
    closed = draw(st.sets(near, max_size=8))
    if draw(st.booleans()):
        first = draw(near)
        closed |= set(range(first, first + draw(st.integers(2, 40))))
    return Clinic(open=week, closed=tuple(later(start, n) for n in sorted(closed)))


@st.composite
def cases(draw: st.DrawFn) -> tuple[Case, Clinic]:
    """A case of which nothing is recorded yet, with or without plateau and step-up."""
    start = draw(st.sampled_from(CYCLE))
    if draw(st.booleans()):
        start = start.replace(day=1) - timedelta(days=1)  # a month's last day
    name = draw(st.sampled_from([*COURSES, "neuro"]))
    course = COURSES[name]
    maintained = draw(st.integers(0, 5)) == 0
    case = Case(
        start=None if maintained else start,
        last_dose=start if maintained else None,
        neuro=course.neuro,
        drug=course.drug,
        renal=Renal.NORMAL,
        interval=Interval(draw(st.sampled_from(INTERVALS[name]))),
        until=later(start, draw(st.integers(10, 900))),
    )
    if name == "neuro" and not maintained:
        if draw(st.booleans()):
            case = replace(case, plateau=later(start, draw(st.integers(0, 120))))
        else:
            case = replace(case, loading_weeks=draw(st.integers(1, 16)))
    clinic = draw(clinics(start))
    if draw(st.booleans()):
        dated = [event.date for event in maintenance_of(built(case, clinic))]
        near = draw(st.sampled_from([start, *dated]))
        days = draw(st.integers(-9, 9) | st.integers(0, 60))
        case = replace(case, monthly_from=later(near, days))
    return case, clinic


@st.composite
def histories(draw: st.DrawFn) -> tuple[Case, Clinic]:
    """A case with doses given as planned, then astray, then known to some day."""
    case, clinic = draw(cases())
    plan = built(case, clinic)
    days = [dose.date for dose in plan.doses]
    days = days[: draw(st.integers(0, 8) | st.integers(0, len(days)))]
    for _ in range(draw(st.integers(0, 3))):
        last = days[-1] if days else case.origin
        days.append(later(last, draw(st.integers(1, 9) | st.integers(1, 90))))
    case = replace(case, given=tuple(days))
    known = days[-1] if days else case.origin
    on = st.integers(0, 20) | st.integers(0, 200)
    if draw(st.integers(0, 2)) == 0:
        known = later(known, draw(on))
        case = replace(case, given_through=known)
    if draw(st.booleans()):
        known = later(max(known, case.plateau or known), draw(on))
        case = replace(case, as_of=known)
    if draw(st.booleans()):  # a horizon that ends before the record does
        case = replace(case, until=later(case.origin, draw(st.integers(10, 60))))
    return case, clinic


SHUT_STEP_UP = (
    Case(
        last_dose=date(2026, 1, 8),
        neuro=True,
        renal=Renal.NORMAL,
        monthly_from=date(2026, 3, 7),
        until=date(2027, 1, 8),
    ),
    Clinic(open=frozenset({0, 1, 2, 3, 4})),
)
"""A step-up on a Saturday, the day before the usual dose, which Friday would serve."""

KNOWN_BEYOND = (
    Case(
        last_dose=date(2026, 1, 8),
        neuro=False,
        renal=Renal.NORMAL,
        given_through=date(2026, 8, 1),
        until=date(2026, 2, 1),
    ),
    Clinic(),
)
"""A record that goes on after the horizon: what was given is in the plan anyway."""


def outline(plan: Plan) -> list[tuple[str, date, date]]:
    """The plan without who has done what: id, due and date of each event."""
    return [(event.id, event.due, event.date) for event in plan.events]


def maintenance_of(plan: Plan) -> list[Event]:
    """The maintenance doses by number."""
    doses = [dose for dose in plan.doses if dose.phase is Phase.MAINTENANCE]
    return sorted(doses, key=lambda dose: dose.number)


def checkups_of(plan: Plan) -> list[Event]:
    """The labs and the assessment."""
    kinds = (Kind.LAB, Kind.ASSESSMENT)
    return [event for event in plan.events if event.kind in kinds]


@given(histories())
@laws
def test_any_history_ends_in_a_plan_of_numbered_doses_on_open_days(
    known: tuple[Case, Clinic],
) -> None:
    """One dose a day at most, phases in order, numbers without a gap, ids unique.

    Reviews are on days of loading doses, no two on one.

    What is still to be given is on open days. Its maintenance doses are no further
    apart than the interval and a week, where no closed run or late start intervenes.
    """
    case, clinic = known
    plan = built(case, clinic)
    doses = list(plan.doses)
    assert all(one.date < other.date for one, other in pairwise(doses))
    phases = [dose.phase for dose in doses]
    count = phases.count(Phase.LOADING)
    assert phases[:count] == [Phase.LOADING] * count
    assert [dose.number for dose in doses[:count]] == list(range(1, count + 1))
    numbers = [dose.number for dose in doses[count:]]
    assert numbers == list(range(1, len(numbers) + 1))
    assert len({event.id for event in plan.events}) == len(plan.events)
    days = [event.date for event in plan.events if event.kind is Kind.REVIEW]
    assert len(set(days)) == len(days)
    assert set(days) <= {dose.date for dose in plan.loading_doses}
    for event in plan.events:
        if event.kind is not Kind.REVIEW and event.status is not Status.GIVEN:
            assert event.date.weekday() in clinic.open
            assert event.date not in clinic.closed
    if case.as_of is None and not clinic.closed:
        longest = LONGEST_INTERVAL[str(case.interval)] + 7
        last = plan.loading_doses[-1].date if plan.loading_doses else case.origin
        for one, other in pairwise([last, *(dose.date for dose in doses[count:])]):
            assert other in case.given or (other - one).days <= longest


@given(histories())
@laws
def test_given_dates_are_facts(known: tuple[Case, Clinic]) -> None:
    """They are the first doses, in order, on their dates, even on a closed day.

    After them a dose is given if it was planned by given_through, and no other.
    """
    case, clinic = known
    doses = list(built(case, clinic).doses)
    count = len(case.given)
    assert tuple(dose.date for dose in doses[:count]) == case.given
    assert all(dose.status is Status.GIVEN for dose in doses[:count])
    through = case.given_through or date.min
    for dose in doses[count:]:
        assert (dose.status is Status.GIVEN) == (dose.date <= through)


@given(histories(), st.integers(1, 700))
@example(KNOWN_BEYOND, 100)
@laws
def test_a_longer_horizon_only_adds(known: tuple[Case, Clinic], days: int) -> None:
    """Every event of the shorter plan is in the longer one, unchanged, and vice versa
    what the longer one has by the shorter horizon is in the shorter one, as is the
    first dose not given, and of reviews those on the day of a dose that is.

    Of reviews on one date only the last is planned, so that a later one may take the
    place of the shorter plan's last.
    """
    case, clinic = known
    assert case.until is not None
    short = built(case, clinic)
    long = built(replace(case, until=later(case.until, days)), clinic)
    assert (short.loading_doses, short.plateau) == (
        long.loading_doses,
        long.plateau,
    )
    assert short.maintenance.anchor == long.maintenance.anchor
    in_short = {
        event
        for event in long.events
        if event.due <= short.until
        or event.status is Status.GIVEN
        or event == long.next
    }
    days_in_short = {event.date for event in in_short if event.kind is Kind.DOSE}
    by_then = [
        event
        for event in long.events
        if event in in_short
        and (event.kind is not Kind.REVIEW or event.date in days_in_short)
    ]
    reviewed = {event.date for event in long.events if event.kind is Kind.REVIEW}
    gone = [event for event in short.events if event not in by_then]
    assert [event for event in short.events if event not in gone] == by_then
    assert len(gone) <= 1
    assert all(event.kind is Kind.REVIEW and event.date in reviewed for event in gone)


@given(cases(), st.integers(0, 100))
@example(SHUT_STEP_UP, 0)
@laws
def test_giving_doses_as_planned_changes_no_date(
    known: tuple[Case, Clinic], count: int
) -> None:
    """With the end of loading known, a record of doses on their days moves nothing,
    whether by date or by the day through which all were given.
    """
    case, clinic = known
    assume(case.plateau is not None or case.loading_weeks is None)
    plan = built(case, clinic)
    days = [dose.date for dose in plan.doses]
    assume(days)
    given_days = tuple(days[: 1 + count % len(days)])
    by_date = build(replace(case, given=given_days), clinic)
    through = build(replace(case, given_through=given_days[-1]), clinic)
    assert outline(by_date) == outline(through)
    # What is next then may be due after the horizon: it is there, with its review.
    there = {event.id for event in plan.events}
    added = [event for event in by_date.events if event.id not in there]
    assert [line for line in outline(by_date) if line[0] in there] == outline(plan)
    for event in added:
        assert by_date.next is not None
        assert by_date.next.due > plan.until
        assert event == by_date.next or event.kind is Kind.REVIEW
        assert event.date == by_date.next.date
    for revised in (by_date, through):
        for dose in revised.doses:
            assert (dose.status is Status.GIVEN) == (dose.date <= given_days[-1])


@given(histories(), st.data())
@laws
def test_closing_days_brings_no_loading_dose_forward(
    known: tuple[Case, Clinic], data: st.DataObject
) -> None:
    """Dose by dose, a clinic with more closed days is never earlier."""
    case, clinic = known
    plan = built(case, clinic)
    assume(plan.loading_doses)
    days = [dose.date for dose in plan.loading_doses]
    closing = data.draw(st.sets(st.sampled_from(days), min_size=1, max_size=3))
    narrower = Clinic(
        open=clinic.open, closed=tuple(sorted(closing.union(clinic.closed)))
    )
    delayed = built(case, narrower)
    pairs = list(zip(plan.loading_doses, delayed.loading_doses, strict=False))
    assert all(before.date <= after.date for before, after in pairs)
    if plan.plateau is None:
        assert len(plan.loading_doses) == len(delayed.loading_doses)
    elif case.plateau is not None:
        assert len(plan.loading_doses) >= len(delayed.loading_doses)


@given(histories())
@laws
def test_nothing_left_to_give_is_dated_in_the_past(
    known: tuple[Case, Clinic],
) -> None:
    """AS-OF: a dose not given is not before as_of; it keeps its due date.

    Labs and the assessment stay where they were, unless dose 1 itself is moved.
    """
    case, clinic = known
    known_days = (case.given_through, case.plateau)
    latest = max([case.origin, *case.given, *(day for day in known_days if day)])
    as_of = case.as_of or later(latest, 30)
    moved = built(replace(case, as_of=as_of), clinic)
    waiting = [dose for dose in moved.doses if dose.status is not Status.GIVEN]
    assert all(dose.date >= as_of for dose in waiting)
    unmoved = built(replace(case, as_of=None), clinic)
    if waiting and unmoved.next and unmoved.next.id == waiting[0].id:
        assert unmoved.next.due == waiting[0].due
    if moved.start == unmoved.start:
        assert checkups_of(moved) == checkups_of(unmoved)


@given(histories())
@example(SHUT_STEP_UP)
@laws
def test_a_step_up_makes_no_dose_later_and_puts_no_two_within_a_week(
    known: tuple[Case, Clinic],
) -> None:
    """MAINT-MONTHLY, dose by dose against the same case without it.

    Compared until it is made; where no dose is recorded, to the end. (What is recorded
    after it was given by another plan than the one without it.)
    """
    case, clinic = known
    assume(case.monthly_from is not None)
    with_it = maintenance_of(built(case, clinic))
    without = maintenance_of(built(replace(case, monthly_from=None), clinic))
    for often, seldom in zip(with_it, without, strict=False):
        assert often.date <= seldom.date
        if often.rule == "MAINT-MONTHLY" and (case.given or case.given_through):
            break
    else:
        assert len(with_it) >= len(without)
    for one, other in pairwise(with_it):
        assert other.date in case.given or (other.date - one.date).days >= 7


@given(histories())
@laws
def test_building_twice_gives_equal_plans(known: tuple[Case, Clinic]) -> None:
    """`build` is a function of case and clinic, and changes neither."""
    case, clinic = known
    before = repr((case, clinic))
    assert built(case, clinic) == built(case, clinic)
    assert repr((case, clinic)) == before
