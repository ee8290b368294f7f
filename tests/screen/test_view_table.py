"""The table: its layouts, and which doses it may fold into one row."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from random_plans import ROWS, built, some_plans
from spec import Row, day, event, plan_of

from b12sched import Plan
from b12sched.plan.events import Phase, Status
from b12sched.views.screen.table import MARKS, fold, plan_table, runs

OVERDUE = {
    "last_dose": "2026-01-05",
    "as_of": "2026-03-20",
    "months": "3",
    "open": "mon-fri",
}
TWO_WEEKS = {"neuro": "yes", "loading_weeks": "2", "months": "3"}
CLOSURES = TWO_WEEKS | {"open": "mon-fri", "closed": "2026-01-14"}

STACKED = """\
Fri 2026-03-20  day 75    planned
  next dose
  Maintenance dose 1: hydroxocobalamin
  1 mg IM
  2 months after the dose of
  Mon 2026-01-05; due Thu 2026-03-05,
  not given by 2026-03-20: 15 days later
  [MAINT]

Wed 2026-05-20  day 136   planned
  Maintenance dose 2: hydroxocobalamin
  1 mg IM
  2 months after the dose of
  Fri 2026-03-20 [MAINT]
"""
FOUR_COLUMNS = """\
Date            Day  What and why                                    Status
Mon 2026-01-05    1  Loading dose 1: hydroxocobalamin 1 mg IM        planned
                       first dose [LOAD-NEURO]                       next dose
Wed 2026-01-07    3  Loading doses 2 to 7: hydroxocobalamin 1 mg IM  planned
                       6 doses on alternate days, to Sat 2026-01-17
                       [LOAD-NEURO]
Tue 2026-01-13    9  Neurological examination 1                      planned
                       week 1 of loading; due Mon 2026-01-12, moved
                       to a dose's visit [REVIEW-WEEKLY]
Mon 2026-01-19   15  Neurological examination 2 and decision on      planned
                     loading
                       week 2 of loading [REVIEW-WEEKLY]
Mon 2026-01-19   15  Loading dose 8: hydroxocobalamin 1 mg IM        planned
                       2 days after loading-7 [LOAD-NEURO]
Thu 2026-03-19   74  Maintenance dose 1: hydroxocobalamin 1 mg IM    provisional
                       2 months after the dose of Mon 2026-01-19
                       [MAINT]
Sun 2026-04-05   91  Labs at 3 months: serum B12 + CBC +             planned
                     homocysteine
                       3 months after dose 1 [LAB]

Runs of loading doses stand in one row; --all shows each.
"""
FIVE_COLUMNS = """\
Date            Day  What                                           Status       Why
Mon 2026-01-05    1  Loading dose 1: hydroxocobalamin 1 mg IM       planned      first dose [LOAD-NEURO]
                                                                    next dose
Wed 2026-01-07    3  Loading dose 2: hydroxocobalamin 1 mg IM       planned      2 days after loading-1 [LOAD-NEURO]
Fri 2026-01-09    5  Loading dose 3: hydroxocobalamin 1 mg IM       planned      2 days after loading-2 [LOAD-NEURO]
Mon 2026-01-12    8  Neurological examination 1                     planned      week 1 of loading [REVIEW-WEEKLY]
Mon 2026-01-12    8  Loading dose 4: hydroxocobalamin 1 mg IM       planned      2 days after loading-3; due
                                                                                 Sun 2026-01-11, clinic closed on Sun:
                                                                                 1 day later [LOAD-NEURO]
Thu 2026-01-15   11  Loading dose 5: hydroxocobalamin 1 mg IM       planned      2 days after loading-4; due
                                                                                 Wed 2026-01-14, clinic closed that day:
                                                                                 1 day later [LOAD-NEURO]
Mon 2026-01-19   15  Neurological examination 2 and decision on     planned      week 2 of loading [REVIEW-WEEKLY]
                     loading
Mon 2026-01-19   15  Loading dose 6: hydroxocobalamin 1 mg IM       planned      2 days after loading-5; due
                                                                                 Sat 2026-01-17, clinic closed on Sat:
                                                                                 2 days later [LOAD-NEURO]
Thu 2026-03-19   74  Maintenance dose 1: hydroxocobalamin 1 mg IM   provisional  2 months after the dose of
                                                                                 Mon 2026-01-19 [MAINT]
Fri 2026-04-03   89  Labs at 3 months: serum B12 + CBC +            planned      3 months after dose 1; due
                     homocysteine                                                Sun 2026-04-05, clinic closed on Sun:
                                                                                 2 days earlier [LAB]
"""  # noqa: E501  # a screen of 120 columns


def shown(plan: Plan, width: int, *, every: bool = False) -> str:
    """The table as text."""
    lines = plan_table(plan, width, every=every)
    return "".join("".join(text for text, _ in line) + "\n" for line in lines)


@pytest.mark.parametrize(
    ("width", "row", "screen"),
    [
        (40, OVERDUE, STACKED),
        (80, TWO_WEEKS, FOUR_COLUMNS),
        (120, CLOSURES, FIVE_COLUMNS),
    ],
)
def test_layout_follows_the_width(width: int, row: Row, screen: str) -> None:
    """Stacked on narrow screens, why under what on common ones, else beside it."""
    assert shown(plan_of(**row), width) == screen


def test_rows_are_not_spread_over_very_wide_screens() -> None:
    """Beyond 120 columns the table stays as it is."""
    plan = plan_of(**CLOSURES)
    assert shown(plan, 200) == shown(plan, 120)


@some_plans
@given(ROWS)
def test_folding_hides_only_what_its_row_says(row: Row) -> None:
    """A run is of loading doses alone, numbered on, on time, alike, at one gap."""
    plan = built(row)
    loading = [dose for dose in plan.doses if dose.phase is Phase.LOADING]
    found = runs(plan, every=False)
    assert sorted(e.id for run in found for e in run) == sorted(
        e.id for e in plan.events
    )
    assert [run[0] for run in found] == [
        e for e in plan.events if e in [run[0] for run in found]
    ]
    for run in found:
        if len(run) == 1:
            continue
        assert len(run) >= 3
        for dose in run:
            assert dose.phase is Phase.LOADING
            assert dose.date == dose.due
            assert dose not in (plan.next, loading[0], loading[-1])
            assert dose.status is run[0].status
        assert len({(b.date - a.date).days for a, b in pairwise(run)}) == 1
        assert all(b.number == a.number + 1 for a, b in pairwise(run))


@some_plans
@given(ROWS)
def test_every_dose_has_its_own_row_when_asked(row: Row) -> None:
    """`every` leaves nothing folded, in the plan's order."""
    plan = built(row)
    assert [e for (e,) in runs(plan, every=True)] == list(plan.events)


def test_a_run_ends_where_given_doses_end() -> None:
    """The next dose stands alone between what was given and what is planned."""
    plan = plan_of(neuro="yes", given_through="2026-01-20", as_of="2026-01-20")
    sizes = [(run[0].id, len(run), run[0].status) for run in runs(plan, every=False)]
    doses = [row for row in sizes if row[0].startswith("loading")]
    assert doses == [
        ("loading-1", 1, Status.GIVEN),
        ("loading-2", 7, Status.GIVEN),
        ("loading-9", 1, Status.PLANNED),
        ("loading-10", 33, Status.PLANNED),
        ("loading-43", 1, Status.PLANNED),
    ]


def test_cyanocobalamin_folds_by_rhythm() -> None:
    """Daily and alternate days are two rows; every 3 to 4 days is not folded."""
    text = shown(plan_of(drug="cyanocobalamin"), 80)
    assert "Loading doses 2 to 7" in text
    assert "6 doses daily, to Sun 2026-01-11" in text
    assert "Loading doses 8 to 14" in text
    assert "7 doses on alternate days, to Sun 2026-01-25" in text
    assert all(f"Loading dose {number}:" in text for number in (1, 15, 16, 17, 18, 19))


def test_a_dose_given_on_another_day_is_shown() -> None:
    """An irregular dose is never inside a run, nor is the one that follows late."""
    plan = plan_of(neuro="yes", given="2026-01-05;2026-01-07;2026-01-12;2026-01-14")
    text = shown(plan, 80)
    assert event(plan, "loading-3").date != event(plan, "loading-3").due
    assert "due Fri 2026-01-09, given 3 days later" in " ".join(text.split())


def test_a_dose_given_early_in_the_rhythm_before_is_shown() -> None:
    """The eighth daily dose was due a day later: same gap, but not its due date."""
    given = ";".join(f"2026-01-{number:02}" for number in range(5, 13))
    plan = plan_of(drug="cyanocobalamin", given=given)
    assert event(plan, "loading-8").due == day("2026 Jan 13")
    assert [event(plan, "loading-8")] in runs(plan, every=False)


def test_kinds_are_told_apart_by_letter_and_by_style() -> None:
    """No two marks share a letter, none shares a style."""
    marks = list(MARKS.values())
    assert len({mark.letter for mark in marks}) == len(marks)
    assert len({mark.style for mark in marks}) == len(marks)


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("due Mon 2026-01-05, so", 16, ["due", "Mon 2026-01-05,", "so"]),
        ("a drug 1 mg IM now", 10, ["a drug", "1 mg IM", "now"]),
        ("in 1 to 2 weeks or so", 14, ["in", "1 to 2 weeks", "or so"]),
        ("https://example.org/a b", 10, ["https://ex", "ample.org/", "a b"]),
        ("", 10, [""]),
    ],
)
def test_lines_fold_at_spaces_that_are_in_nothing(
    text: str, width: int, lines: list[str]
) -> None:
    """Dates, doses and numbers with their unit are kept; addresses fold anywhere."""
    found = fold(((text[:5], "bold"), (text[5:], "")), width)
    assert ["".join(piece for piece, _ in line) for line in found] == lines
    assert all(style in ("bold", "") for line in found for _, style in line)
