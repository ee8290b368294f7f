"""A plan as a calendar: month grids, as many side by side as the width allows.

Each cell has five characters: three for the day, right-aligned, a space, and one for
its mark. Weeks start on Monday. Months without events are left out.
"""

from __future__ import annotations

import datetime as dt
from calendar import Calendar
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from b12sched.dates import WEEKDAYS, day_text
from b12sched.plan.events import Event, Kind, Plan, Status
from b12sched.plan.wording import title, why
from b12sched.views.screen.layout import WIDEST, Line, beside, fold, indent, part
from b12sched.views.screen.runs import runs, said
from b12sched.views.screen.table import DECISION, MARKS, Mark, legend, mark

MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July", "August"),
    *("September", "October", "November", "December"),
)

_CELL = 5
_MONTH = 7 * _CELL
_BETWEEN = 4
_CLOSED = Mark("-", "clinic closed", "dim")
_MORE = Mark("+", "several events, listed below", "bold")
_EXAMINED = MARKS[Kind.REVIEW]._replace(name="dose and weekly examination")
_TOGETHER = {
    frozenset((MARKS[Status.PLANNED], MARKS[Kind.REVIEW])): _EXAMINED,
    frozenset((MARKS[Status.GIVEN], MARKS[Kind.REVIEW])): Mark(
        "g", "dose given and weekly examination", MARKS[Status.GIVEN].style
    ),
    frozenset((MARKS[Kind.LAB], MARKS[Kind.ASSESSMENT])): MARKS[
        Kind.ASSESSMENT
    ]._replace(name="labs and assessment of recovery"),
}
"""The marks that stand for two events which are often on one day."""

_ALL = (*MARKS.values(), *_TOGETHER.values(), DECISION, _MORE)

_ByDay = Mapping[dt.date, list[Event]]


def month_grids(plan: Plan, width: int, *, every: bool = False) -> Iterator[Line]:
    """Yield legend, months with events, and days that a grid cannot show in full.

    What is not on its due date is listed, loading doses by their runs; with `every`
    each is.
    """
    by_day: dict[dt.date, list[Event]] = defaultdict(list)
    for event in plan.events:
        by_day[event.date].append(event)
    days = {day: _day_mark(plan, events) for day, events in by_day.items()}
    crowded = [day for day, mark in days.items() if mark in (_MORE, DECISION)]
    marks = [mark for mark in _ALL if mark in days.values()]
    yield from legend(marks + [_CLOSED] * (not plan.clinic.always_open), width)
    yield from _bands(plan, by_day, width)
    width = min(width, WIDEST)
    if crowded:
        yield from _listed(
            plan,
            "Several events on a day; the decision",
            width,
            ((event, _named(plan, event)) for day in crowded for event in by_day[day]),
        )
    yield from _listed(
        plan,
        "Not on the day on which it is due",
        width,
        (
            (row[0], text)
            for row in runs(plan, every=every)
            if (text := _moved(plan, row))
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
    if events:
        return (f"{day.day:3} ", "bold"), _day_mark(plan, events).cell
    if plan.clinic.is_open(day):
        return ((f"{day.day:3}  ", ""),)
    return (f"{day.day:3} ", _CLOSED.style), _CLOSED.cell


def _day_mark(plan: Plan, events: Sequence[Event]) -> Mark:
    """Return the one mark of a day: of its event, of two that go together, or `+`."""
    marks = {mark(event) for event in events}
    if any(event.id == plan.decision for event in events):
        return DECISION
    if len(events) == 1:
        return marks.pop()
    return _TOGETHER.get(frozenset(marks), _MORE)


def _named(plan: Plan, event: Event) -> str:
    """Return the title of an event, or the question of the one that asks it."""
    return said(plan, [event])[0] if event.id == plan.decision else title(plan, event)


def _moved(plan: Plan, row: Sequence[Event]) -> str:
    """Return what moved a row from its due date: of one event the part of `why`."""
    what, effect = said(plan, row)
    if effect:
        return f"{what}, to {day_text(row[-1].date)}: {effect}"
    first = row[0]
    if (len(row) > 1 and first.kind is not Kind.LAB) or first.date == first.due:
        return ""
    return f"{first.id}: {'; '.join(why(plan, first).split('; ')[1:])}"


def _listed(
    plan: Plan, heading: str, width: int, events: Iterator[tuple[Event, str]]
) -> Iterator[Line]:
    """Yield events that the grid cannot explain, each with its date and a text."""
    lines = [
        line
        for event, text in events
        for line in beside(
            ([((DECISION if event.id == plan.decision else mark(event)).cell,)], 1),
            ([((day_text(event.date), "bold"),)], 14),
            (fold(((text, ""),), width - 21), width - 21),
        )
    ]
    if lines:
        yield ()
        yield ((heading, "bold"),)
        yield from indent(lines)
