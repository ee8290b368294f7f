"""A plan as a calendar: month grids, as many side by side as the width allows.

Each cell has five characters: three for the day, right-aligned, and two for marks.
Weeks start on Monday. Months without events are left out.
"""

from __future__ import annotations

import datetime as dt
from calendar import Calendar
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from b12sched.dates import WEEKDAYS, day_text
from b12sched.plan.events import Event, Kind, Plan
from b12sched.plan.wording import title, why
from b12sched.views.screen.table import (
    WIDEST,
    Line,
    Mark,
    beside,
    fold,
    indent,
    legend,
    mark,
    part,
    used_marks,
)

MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July", "August"),
    *("September", "October", "November", "December"),
)

_CELL = 5
_MONTH = 7 * _CELL
_BETWEEN = 4
_CLOSED = Mark("-", "clinic closed", "dim")
_MORE = Mark("+", "more than two events, listed below", "bold")

_ByDay = Mapping[dt.date, list[Event]]


def month_grids(plan: Plan, width: int) -> Iterator[Line]:
    """Yield legend, months with events, and days that a grid cannot show in full."""
    by_day: dict[dt.date, list[Event]] = defaultdict(list)
    for event in sorted(plan.events, key=lambda event: event.kind is not Kind.DOSE):
        by_day[event.date].append(event)
    crowded = [day for day in sorted(by_day) if len(by_day[day]) > 2]
    marks = [*used_marks(plan), *[_MORE] * bool(crowded)]
    yield from legend(marks + [_CLOSED] * (not plan.clinic.always_open), width)
    yield from _bands(plan, by_day, width)
    width = min(width, WIDEST)
    if crowded:
        yield from _listed(
            "Days with more than two events",
            width,
            ((event, title(plan, event)) for day in crowded for event in by_day[day]),
        )
    yield from _listed(
        "Moved from the day on which they are due",
        width,
        (
            (event, f"{event.id}: {_moved(plan, event)}")
            for event in plan.events
            if event.date != event.due
        ),
    )


def _bands(plan: Plan, by_day: _ByDay, width: int) -> Iterator[Line]:
    """Yield the months side by side, then how many are left out."""
    months = sorted({(day.year, day.month) for day in by_day})
    across = max(1, (width + _BETWEEN) // (_MONTH + _BETWEEN))
    for start in range(0, len(months), across):
        yield ()
        band = [
            _month(plan, by_day, *month) for month in months[start : start + across]
        ]
        yield from beside(*((lines, _MONTH) for lines in band), gap=_BETWEEN)
    if said := left_out(months, "events"):
        yield ()
        yield ((said, "dim"),)


def left_out(months: Sequence[tuple[int, int]], what: str) -> str:
    """Return in words how many months from the first to the last have no grid."""
    if not months:
        return ""
    (year, month), (last_year, last_month) = months[0], months[-1]
    number = (last_year - year) * 12 + last_month - month + 1 - len(months)
    if not number:
        return ""
    s, verb = ("", "is") if number == 1 else ("s", "are")
    return f"{number} month{s} without {what} {verb} left out."


def _month(plan: Plan, by_day: _ByDay, year: int, month: int) -> list[Line]:
    lines: list[Line] = [
        ((f" {MONTHS[month - 1]} {year}", "bold"),),
        (("".join(f" {name:{_CELL - 1}}" for name in WEEKDAYS).rstrip(), "dim"),),
    ]
    for week in Calendar().monthdayscalendar(year, month):
        line: Line = ()
        for number in week:
            if number:
                day = dt.date(year, month, number)
                line += _cell(plan, day, by_day.get(day, []))
            else:
                line += ((" " * _CELL, ""),)
        lines.append(part(line, 0, 7 * _CELL))
    return lines


def _cell(plan: Plan, day: dt.date, events: list[Event]) -> Line:
    """Return a day's number with the marks of its events, or of a closed clinic."""
    marks = [mark(event) for event in events]
    if len(marks) > 2:
        marks[1:] = [_MORE]
    style = "bold" if marks else ""
    if not marks and not plan.clinic.is_open(day):
        marks, style = [_CLOSED], _CLOSED.style
    letters = (mark.cell for mark in marks)
    return ((f"{day.day:3}", style), *letters, (" " * (2 - len(marks)), ""))


def _moved(plan: Plan, event: Event) -> str:
    """Return the part of `why` about the move; the table shows the calculation."""
    return "; ".join(why(plan, event).split("; ")[1:])


def _listed(
    heading: str, width: int, events: Iterator[tuple[Event, str]]
) -> Iterator[Line]:
    """Yield events that the grid cannot explain, each with its date and a text."""
    lines = [
        line
        for event, text in events
        for line in beside(
            ([(mark(event).cell,)], 1),
            ([((day_text(event.date), "bold"),)], 14),
            (fold(((text, ""),), width - 21), width - 21),
        )
    ]
    if lines:
        yield ()
        yield ((heading, "bold"),)
        yield from indent(lines)
