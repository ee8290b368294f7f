"""The calendar: month grids that can be read back, at any width."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

import pytest
from hypothesis import given
from random_plans import ROWS, WIDTHS, built, some_plans
from spec import Row, day, plan_of

from b12sched import Plan
from b12sched.dates import day_text
from b12sched.plan.events import Kind
from b12sched.views.screen.grid import MONTHS, month_grids
from b12sched.views.screen.table import mark

TITLE = re.compile(rf" ({'|'.join(MONTHS)}) ([0-9]{{4}})")
CLINIC = {
    "neuro": "yes",
    "loading_weeks": "1",
    "given": "2026-01-05;2026-01-06",
    "as_of": "2026-01-07",
    "months": "3",
    "open": "mon-sat",
}

NARROW = """\
D dose   G dose given
P provisional dose   L labs
! decision on loading   - clinic closed

 January 2026
 Mon  Tue  Wed  Thu  Fri  Sat  Sun
                 1    2    3    4 -
  5 G  6 G  7    8 D  9   10 D 11 -
 12 ! 13   14 D 15   16   17   18 -
 19   20   21   22   23   24   25 -
 26   27   28   29   30   31

 March 2026
 Mon  Tue  Wed  Thu  Fri  Sat  Sun
                                1 -
  2    3    4    5    6    7    8 -
  9   10   11   12   13   14 P 15 -
 16   17   18   19   20   21   22 -
 23   24   25   26   27   28   29 -
 30   31

 April 2026
 Mon  Tue  Wed  Thu  Fri  Sat  Sun
            1    2    3    4 L  5 -
  6    7    8    9   10   11   12 -
 13   14   15   16   17   18   19 -
 20   21   22   23   24   25   26 -
 27   28   29   30

1 month without events is left out.

Several events on a day; the decision
  !  Mon 2026-01-12  DECIDE at
                     examination 1:
                     still improving, go
                     on loading; no
                     further
                     improvement, record
                     the plateau
  D  Mon 2026-01-12  Loading dose 5:
                     hydroxocobalamin
                     1 mg IM

Not on the day on which it is due
  G  Tue 2026-01-06  loading-2: due
                     Wed 2026-01-07,
                     given 1 day earlier
  L  Sat 2026-04-04  lab-3m: due
                     Sun 2026-04-05,
                     clinic closed on
                     Sun: 1 day earlier
"""
COMMON = """\
D dose   G dose given   P provisional dose   L labs   ! decision on loading
- clinic closed

 January 2026                           March 2026
 Mon  Tue  Wed  Thu  Fri  Sat  Sun      Mon  Tue  Wed  Thu  Fri  Sat  Sun
                 1    2    3    4 -                                    1 -
  5 G  6 G  7    8 D  9   10 D 11 -      2    3    4    5    6    7    8 -
 12 ! 13   14 D 15   16   17   18 -      9   10   11   12   13   14 P 15 -
 19   20   21   22   23   24   25 -     16   17   18   19   20   21   22 -
 26   27   28   29   30   31            23   24   25   26   27   28   29 -
                                        30   31

 April 2026
 Mon  Tue  Wed  Thu  Fri  Sat  Sun
            1    2    3    4 L  5 -
  6    7    8    9   10   11   12 -
 13   14   15   16   17   18   19 -
 20   21   22   23   24   25   26 -
 27   28   29   30

1 month without events is left out.

Several events on a day; the decision
  !  Mon 2026-01-12  DECIDE at examination 1: still improving, go on loading; no
                     further improvement, record the plateau
  D  Mon 2026-01-12  Loading dose 5: hydroxocobalamin 1 mg IM

Not on the day on which it is due
  G  Tue 2026-01-06  loading-2: due Wed 2026-01-07, given 1 day earlier
  L  Sat 2026-04-04  lab-3m: due Sun 2026-04-05, clinic closed on Sun:
                     1 day earlier
"""
WIDE = """\
D dose   G dose given   P provisional dose   L labs   ! decision on loading   - clinic closed

 January 2026                           March 2026                             April 2026
 Mon  Tue  Wed  Thu  Fri  Sat  Sun      Mon  Tue  Wed  Thu  Fri  Sat  Sun      Mon  Tue  Wed  Thu  Fri  Sat  Sun
                 1    2    3    4 -                                    1 -                1    2    3    4 L  5 -
  5 G  6 G  7    8 D  9   10 D 11 -      2    3    4    5    6    7    8 -      6    7    8    9   10   11   12 -
 12 ! 13   14 D 15   16   17   18 -      9   10   11   12   13   14 P 15 -     13   14   15   16   17   18   19 -
 19   20   21   22   23   24   25 -     16   17   18   19   20   21   22 -     20   21   22   23   24   25   26 -
 26   27   28   29   30   31            23   24   25   26   27   28   29 -     27   28   29   30
                                        30   31

1 month without events is left out.

Several events on a day; the decision
  !  Mon 2026-01-12  DECIDE at examination 1: still improving, go on loading; no further improvement, record the plateau
  D  Mon 2026-01-12  Loading dose 5: hydroxocobalamin 1 mg IM

Not on the day on which it is due
  G  Tue 2026-01-06  loading-2: due Wed 2026-01-07, given 1 day earlier
  L  Sat 2026-04-04  lab-3m: due Sun 2026-04-05, clinic closed on Sun: 1 day earlier
"""  # noqa: E501  # a screen of 120 columns


def shown(plan: Plan, width: int, *, every: bool = False) -> list[str]:
    """The calendar as text."""
    lines = month_grids(plan, width, every=every)
    return ["".join(text for text, _ in line) for line in lines]


def cells(lines: list[str]) -> Iterator[tuple[date, int, str]]:
    """Each day that stands in a grid: its date, its column in the week, its marks."""
    titles: dict[int, tuple[int, int]] = {}
    for line in lines:
        if found := list(TITLE.finditer(line)):
            titles = {
                match.start(): (int(match[2]), MONTHS.index(match[1]) + 1)
                for match in found
            }
            continue
        if not line:
            titles = {}
        for start, (year, month) in titles.items():
            for column in range(7):
                cell = line[start + column * 5 : start + column * 5 + 5]
                if (number := cell[1:3].strip()) and number.isdigit():
                    yield date(year, month, int(number)), column, cell[3:].strip()


@pytest.mark.parametrize(("width", "screen"), [(40, NARROW), (80, COMMON), (120, WIDE)])
def test_months_stand_side_by_side_as_the_width_allows(width: int, screen: str) -> None:
    """One month at 40 columns, two at 80, three at 120."""
    assert "\n".join(shown(plan_of(**CLINIC), width)) + "\n" == screen


@some_plans
@given(ROWS, WIDTHS)
def test_every_event_is_marked_on_its_day(row: Row, width: int) -> None:
    """Read back, the grids hold one letter for what is on a date, and nothing else."""
    plan = built(row)
    marks: dict[date, str] = {}
    for event in plan.events:
        marks[event.date] = marks.get(event.date, "") + mark(event).letter
    found = {when: letter for when, _, letter in cells(shown(plan, width))}
    decided = {event.date for event in plan.events if event.id == plan.decision}
    together = {"RD": "R", "RG": "g", "LA": "A"}
    for when, letter in found.items():
        expected = marks.get(when, "-" * (not plan.clinic.is_open(when)))
        if when in decided:
            expected = "!"
        elif len(expected) > 1:
            expected = together.get(expected, "+")
        assert letter == expected
    assert set(marks) <= set(found)


def test_letters_stand_apart_from_digits() -> None:
    """A day and its mark have a space between them, and so have a mark and a day."""
    grid = "\n".join(shown(plan_of(**CLINIC), 80))
    assert "-" in grid
    assert not re.search(r"\b[0-9]+[A-Zg+]|[A-Zg+][0-9]", grid.partition("Not on")[0])


@some_plans
@given(ROWS, WIDTHS)
def test_weeks_start_on_monday(row: Row, width: int) -> None:
    """A day's column is its weekday's, in every month."""
    plan = built(row)
    assert all(
        when.weekday() == column for when, column, _ in cells(shown(plan, width))
    )


def test_crowded_days_are_listed_below() -> None:
    """A dose, labs and the assessment on one day: `+`, and the list."""
    plan = plan_of(neuro="yes", plateau="2026-05-05", months="6")
    lines = shown(plan, 80)
    assert {when: marks for when, _, marks in cells(lines)}[day("2026 Jul 5")] == "+"
    at = lines.index("Several events on a day; the decision")
    assert lines[at + 1 : at + 6] == [
        "  L  Sun 2026-04-05  Labs at 3 months: serum B12 + FBC + homocysteine",
        "  D  Sun 2026-04-05  Loading dose 46: hydroxocobalamin 1 mg IM",
        "  L  Sun 2026-07-05  Labs at 6 months: serum B12 + FBC + homocysteine",
        "  A  Sun 2026-07-05  Assessment of recovery at 6 months",
        "  D  Sun 2026-07-05  Maintenance dose 1: hydroxocobalamin 1 mg IM",
    ]
    assert "+ several events, listed below" in "\n".join(lines)


@some_plans
@given(ROWS, WIDTHS)
def test_moved_events_are_listed_with_their_due_date(row: Row, width: int) -> None:
    """Each event that is not on its due date says so, both dates unbroken, if asked."""
    plan = built(row)
    lines = shown(plan, width, every=True)
    heading = "Not on the day on which it is due"
    moved = [event for event in plan.events if event.date != event.due]
    assert (heading in lines) is bool(moved)
    below = "\n".join(lines[lines.index(heading) :]) if moved else ""
    for event in moved:
        letter = "!" if event.id == plan.decision else mark(event).letter
        assert f"{letter}  {day_text(event.date)}  {event.id}:" in below
        assert day_text(event.due) in below


def test_runs_that_closed_days_move_are_listed_in_one_line() -> None:
    """Twelve Sundays of a clinic that is open Monday to Friday need no twelve lines."""
    lines = shown(plan_of(neuro="yes", open="mon-fri"), 120)
    at = lines.index("Not on the day on which it is due")
    assert lines[at + 1] == (
        "  D  Wed 2026-01-07  Loading doses 2 to 37, Mon Wed Fri, to Mon 2026-03-30: "
        "12 moved Sun to Mon; longest gap 3 days"
    )
    assert [line[5:19] for line in lines[at + 2 :]] == [
        *("Fri 2026-04-03", "Fri 2026-05-29", "Fri 2026-07-03"),
    ]


def test_no_month_is_named_as_left_out_where_each_has_an_event() -> None:
    """And where one has none, it is."""
    assert not any("left out" in line for line in shown(plan_of(months="1"), 80))
    assert any("left out" in line for line in shown(plan_of(months="12"), 80))


def test_closed_days_are_dimmed_and_marked() -> None:
    """A closed day is told by `-` too, and the legend says so; an open clinic's not."""
    closed = list(month_grids(plan_of(**CLINIC), 40))
    assert ("-", "dim") in [piece for line in closed for piece in line]
    assert (" 25 ", "dim") in [piece for line in closed for piece in line]
    assert not any("closed" in line for line in shown(plan_of(neuro="yes"), 40))


def test_kinds_of_day_have_their_own_style() -> None:
    """The letters of the grid carry the styles of the legend."""
    plan = plan_of(**CLINIC | {"loading_weeks": "3"})
    pieces = [p for line in month_grids(plan, 40) for p in line]
    styles = {letter: style for letter, style in pieces if letter in tuple("DGPRL")}
    assert len(set(styles.values())) == 5
    assert {event.kind for event in plan.events} == {
        Kind.DOSE,
        Kind.REVIEW,
        Kind.LAB,
    }
