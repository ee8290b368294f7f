"""Laws that hold of every regimen, over random cases and clinics.

The cases are those of the second engine's search: all regimens and intervals, closed
days, histories that follow the plan and leave it.
"""

from __future__ import annotations

import re
from datetime import timedelta
from itertools import pairwise

from effort import examples
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from test_second_engine import Row, rows

from b12sched import Case, Clinic, Plan, build
from b12sched.errors import B12SchedError
from b12sched.plan.events import Event, Phase, Status
from b12sched.regimen_file import read_local, shipped_file

laws = settings(
    max_examples=examples(40),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
"""How many cases each law is held against: a search, not a sample of a few."""


def planned(row: Row, clinic: Row) -> Plan:
    """The plan of a row; a case that has none is not one of the law's."""
    try:
        return build(Case.parse(row), Clinic.parse(clinic))
    except B12SchedError:
        assume(condition=False)
        raise


@laws
@given(rows())
def test_given_dates_are_facts(case: tuple[Row, Row]) -> None:
    """Each date in `given` is a dose of the plan, on that day and in that order."""
    plan = planned(*case)
    given_days = [dose.date for dose in plan.doses if dose.status is Status.GIVEN]
    stated = list(plan.case.given)
    assert given_days[: len(stated)] == stated


@laws
@given(rows())
def test_doses_come_in_order_and_never_two_on_a_day(case: tuple[Row, Row]) -> None:
    """Whatever is closed, given early or late: numbers and dates rise together."""
    plan = planned(*case)
    days = [dose.date for dose in plan.doses]
    assert all(earlier < later for earlier, later in pairwise(days))
    for phase in Phase:
        numbers = [dose.number for dose in plan.doses if dose.phase is phase]
        assert numbers == list(range(1, len(numbers) + 1))


def least_days(plan: Plan, dose: Event) -> int:
    """The fewest days that the regimen allows before a loading dose."""
    fixed, part = plan.case.regimen.fixed, plan.case.regimen.open
    if fixed and dose.number <= len(fixed.offsets):
        return (*fixed.least, *[fixed.least[-1]] * 200)[dose.number - 1]
    assert part is not None
    return part.every


def going_on(case: tuple[Row, Row]) -> tuple[Row, Row]:
    """The same case as if treatment had not ended."""
    row, clinic = case
    kept = {n: text for n, text in row.items() if n not in ("ended", "because")}
    return kept, clinic


@laws
@given(rows())
def test_planning_never_brings_two_loading_doses_too_close(
    case: tuple[Row, Row],
) -> None:
    """A dose not given keeps the regimen's least distance from the one before."""
    plan = planned(*case)
    for earlier, later in pairwise(plan.loading_doses):
        if later.status is not Status.GIVEN:
            assert (later.date - earlier.date).days >= least_days(plan, later)


@laws
@given(rows())
def test_the_next_dose_is_always_in_the_plan(case: tuple[Row, Row]) -> None:
    """However near the horizon is, as long as treatment goes on."""
    plan = planned(*going_on(case))
    assert plan.next is not None
    assert plan.next.id in {event.id for event in plan.events}
    assert plan.ampoules >= 1


@laws
@given(rows(), st.integers(1, 60))
def test_the_loading_course_does_not_depend_on_the_horizon(
    case: tuple[Row, Row], months: int
) -> None:
    """The horizon cuts the list and nothing else."""
    row, clinic = case
    plan = planned(row, clinic)
    other = {name: text for name, text in row.items() if name != "until"}
    later = planned(other | {"months": str(months)}, clinic)
    assert later.loading_doses == plan.loading_doses
    assert later.plateau == plan.plateau
    assert later.maintenance.anchor == plan.maintenance.anchor


@laws
@given(rows())
def test_the_fixed_part_is_always_whole(case: tuple[Row, Row]) -> None:
    """Plateau or not; no open dose is dated after a recorded plateau.

    Only the end of treatment cuts it short.
    """
    plan = planned(*going_on(case))
    fixed = plan.case.regimen.fixed
    length = len(fixed.offsets) if fixed else 0
    if plan.loading_doses:
        assert len(plan.loading_doses) >= length
        for dose in plan.loading_doses[length:]:
            assert plan.plateau is not None
            assert dose.date <= plan.plateau.date


@laws
@given(rows())
def test_a_maintenance_dose_is_planned_at_most_a_week_early(
    case: tuple[Row, Row],
) -> None:
    """At a weekly interval three days, and a step-up never makes a dose later."""
    plan = planned(*case)
    for dose in plan.doses:
        if dose.phase is Phase.MAINTENANCE and dose.planned is not None:
            weekly = plan.case.maintenance_interval == "1w"
            early = timedelta(days=3 if weekly else 7)
            assert dose.planned >= dose.due - early


@laws
@given(rows())
def test_a_local_copy_of_a_regimen_gives_the_same_dates(case: tuple[Row, Row]) -> None:
    """Only name, rule and strength are others."""
    row, clinic = case
    plan = planned(row, clinic)
    regimen = plan.case.regimen
    assume(plan.case.drug is regimen.drug)
    text = shipped_file(regimen.name).decode()
    ours = read_local(
        re.sub('^name = ".*"', 'name = "ours"', text).encode(), "ours.toml"
    )
    copy = build(Case.parse({**row, "regimen": ours}), Clinic.parse(clinic))
    assert [event[:6] for event in copy.events] == [event[:6] for event in plan.events]
    assert copy.maintenance == plan.maintenance
    assert (copy.plateau, copy.until) == (plan.plateau, plan.until)
