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
P provisional dose
R weekly examination   L labs
- clinic closed

 January 2026
 Mon  Tue  Wed  Thu  Fri  Sat  Sun
                 1    2    3    4-
  5G   6G   7    8D   9   10D  11-
 12DR 13   14D  15   16   17   18-
 19   20   21   22   23   24   25-
 26   27   28   29   30   31

 March 2026
 Mon  Tue  Wed  Thu  Fri  Sat  Sun
                                1-
  2    3    4    5    6    7    8-
  9   10   11   12   13   14P  15-
 16   17   18   19   20   21   22-
 23   24   25   26   27   28   29-
 30   31

 April 2026
 Mon  Tue  Wed  Thu  Fri  Sat  Sun
            1    2    3    4L   5-
  6    7    8    9   10   11   12-
 13   14   15   16   17   18   19-
 20   21   22   23   24   25   26-
 27   28   29   30

1 month without events is left out.

Moved from the day on which they are due
  G  Tue 2026-01-06  loading-2: due
                     Wed 2026-01-07,
                     given 1 day earlier
  L  Sat 2026-04-04  lab-3m: due
                     Sun 2026-04-05,
                     clinic closed on
                     Sun: 1 day earlier
"""
COMMON = """\
D dose   G dose given   P provisional dose   R weekly examination   L labs
- clinic closed

 January 2026                           March 2026
 Mon  Tue  Wed  Thu  Fri  Sat  Sun      Mon  Tue  Wed  Thu  Fri  Sat  Sun
                 1    2    3    4-                                     1-
  5G   6G   7    8D   9   10D  11-       2    3    4    5    6    7    8-
 12DR 13   14D  15   16   17   18-       9   10   11   12   13   14P  15-
 19   20   21   22   23   24   25-      16   17   18   19   20   21   22-
 26   27   28   29   30   31            23   24   25   26   27   28   29-
                                        30   31

 April 2026
 Mon  Tue  Wed  Thu  Fri  Sat  Sun
            1    2    3    4L   5-
  6    7    8    9   10   11   12-
 13   14   15   16   17   18   19-
 20   21   22   23   24   25   26-
 27   28   29   30

1 month without events is left out.

Moved from the day on which they are due
  G  Tue 2026-01-06  loading-2: due Wed 2026-01-07, given 1 day earlier
  L  Sat 2026-04-04  lab-3m: due Sun 2026-04-05, clinic closed on Sun:
                     1 day earlier
"""
WIDE = """\
D dose   G dose given   P provisional dose   R weekly examination   L labs   - clinic closed

 January 2026                           March 2026                             April 2026
 Mon  Tue  Wed  Thu  Fri  Sat  Sun      Mon  Tue  Wed  Thu  Fri  Sat  Sun      Mon  Tue  Wed  Thu  Fri  Sat  Sun
                 1    2    3    4-                                     1-                 1    2    3    4L   5-
  5G   6G   7    8D   9   10D  11-       2    3    4    5    6    7    8-       6    7    8    9   10   11   12-
 12DR 13   14D  15   16   17   18-       9   10   11   12   13   14P  15-      13   14   15   16   17   18   19-
 19   20   21   22   23   24   25-      16   17   18   19   20   21   22-      20   21   22   23   24   25   26-
 26   27   28   29   30   31            23   24   25   26   27   28   29-      27   28   29   30
                                        30   31

1 month without events is left out.

Moved from the day on which they are due
  G  Tue 2026-01-06  loading-2: due Wed 2026-01-07, given 1 day earlier
  L  Sat 2026-04-04  lab-3m: due Sun 2026-04-05, clinic closed on Sun: 1 day earlier
"""  # noqa: E501  # a screen of 120 columns


def shown(plan: Plan, width: int) -> list[str]:
    """The calendar as text."""
    return ["".join(text for text, _ in line) for line in month_grids(plan, width)]


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
    """Read back, the grids hold each event's letter on its date, and nothing else."""
    plan = built(row)
    marks: dict[date, list[str]] = {}
    for event in plan.events:
        marks.setdefault(event.date, []).append(mark(event).letter)
    found = {when: letters for when, _, letters in cells(shown(plan, width))}
    for when, letters in found.items():
        expected = marks.get(when, ["-"] * (not plan.clinic.is_open(when)))
        if len(expected) > 2:
            assert letters[0] in expected
            assert letters[1] == "+"
        else:
            assert sorted(letters) == sorted(expected)
    assert set(marks) <= set(found)


@some_plans
@given(ROWS, WIDTHS)
def test_weeks_start_on_monday(row: Row, width: int) -> None:
    """A day's column is its weekday's, in every month."""
    plan = built(row)
    assert all(
        when.weekday() == column for when, column, _ in cells(shown(plan, width))
    )


def test_crowded_days_are_listed_below() -> None:
    """A dose, labs and the assessment on one day: one letter, `+`, and the list."""
    plan = plan_of(neuro="yes", plateau="2026-05-05", months="6")
    lines = shown(plan, 80)
    assert {when: marks for when, _, marks in cells(lines)}[day("2026 Jul 5")] == "D+"
    at = lines.index("Days with more than two events")
    assert lines[at + 1 : at + 4] == [
        "  D  Sun 2026-07-05  Maintenance dose 1: hydroxocobalamin 1 mg IM",
        "  L  Sun 2026-07-05  Labs at 6 months: serum B12 + CBC + homocysteine",
        "  A  Sun 2026-07-05  Assessment of recovery at 6 months",
    ]
    assert "+ more than two events, listed below" in "\n".join(lines)


@some_plans
@given(ROWS, WIDTHS)
def test_moved_events_are_listed_with_their_due_date(row: Row, width: int) -> None:
    """Each event that is not on its due date says so, both dates unbroken."""
    plan = built(row)
    lines = shown(plan, width)
    heading = "Moved from the day on which they are due"
    moved = [event for event in plan.events if event.date != event.due]
    assert (heading in lines) is bool(moved)
    below = "\n".join(lines[lines.index(heading) :]) if moved else ""
    for event in moved:
        assert f"{mark(event).letter}  {day_text(event.date)}  {event.id}:" in below
        assert day_text(event.due) in below


def test_no_month_is_named_as_left_out_where_each_has_an_event() -> None:
    """And where one has none, it is."""
    assert not any("left out" in line for line in shown(plan_of(months="1"), 80))
    assert any("left out" in line for line in shown(plan_of(months="12"), 80))


def test_closed_days_are_dimmed_and_marked() -> None:
    """A closed day is told by `-` too, and the legend says so; an open clinic's not."""
    closed = list(month_grids(plan_of(**CLINIC), 40))
    assert ("-", "dim") in [piece for line in closed for piece in line]
    assert (" 25", "dim") in [piece for line in closed for piece in line]
    assert not any("closed" in line for line in shown(plan_of(neuro="yes"), 40))


def test_kinds_of_day_have_their_own_style() -> None:
    """The letters of the grid carry the styles of the legend."""
    pieces = [p for line in month_grids(plan_of(**CLINIC), 40) for p in line]
    styles = {letter: style for letter, style in pieces if letter in tuple("DGPRL")}
    assert len(set(styles.values())) == 5
    assert {event.kind for event in plan_of(**CLINIC).events} == {
        Kind.DOSE,
        Kind.REVIEW,
        Kind.LAB,
    }
