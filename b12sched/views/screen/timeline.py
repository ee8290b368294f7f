"""A plan as a timeline: the whole course on one scale that fits the width."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from typing import NamedTuple

from b12sched.dates import add_months, day_text
from b12sched.plan.courses import in_maintenance, last_day
from b12sched.plan.events import Kind, Plan, Plateau
from b12sched.plan.wording import title
from b12sched.views.screen.layout import WIDEST, Line, beside, fold
from b12sched.views.screen.table import DECISION, MARKS, Mark, legend, mark, used_marks

_LABELS = len("Maintenance") + 1
_ROWS = {
    Kind.DOSE: "Doses",
    Kind.REVIEW: "Examination",
    Kind.LAB: "Labs",
    Kind.ASSESSMENT: "Assessment",
}


_Cell = tuple[str, str]

_PLATEAU: dict[str, _Cell] = {"assumed": ("?", "magenta"), "recorded": ("^", "green")}
_EXAMINED = Mark("▒", "weekly examinations", MARKS[Kind.REVIEW].style)


class _Scale(NamedTuple):
    """A scale that lays out days over columns, from `first` to `last` inclusive."""

    first: dt.date
    last: dt.date
    columns: int

    @property
    def days(self) -> int:
        return max((self.last - self.first).days, 1)

    @property
    def per_day(self) -> float:
        return (self.columns - 1) / self.days

    def at(self, day: dt.date) -> int:
        """Return the column of a day; a day outside stands at the nearer end."""
        inside = min(max(day, self.first), self.last)
        return (inside - self.first).days * (self.columns - 1) // self.days

    def row(self) -> list[_Cell]:
        return [(" ", "")] * self.columns


def timeline(plan: Plan, width: int) -> Iterator[Line]:
    """Yield phases and events over one axis, the legend and the dates of the checks."""
    last = last_day(plan)
    scale = _Scale(plan.start, last, width - _LABELS)
    yield ((f"{day_text(plan.start)} to {day_text(last)}", "bold"),)
    yield ((_resolution(scale), "dim"),)
    yield ()
    yield from _phases(plan, scale)
    for kind, name in _ROWS.items():
        yield from _event_row(plan, name, kind, scale)
    yield from _axis(scale)
    yield ()
    yield from legend([*_phase_marks(plan, scale), *_event_marks(plan)], width)
    if checks := list(_checks(plan, min(width, WIDEST))):
        yield ()
        yield from checks


def _resolution(scale: _Scale) -> str:
    days = 1 / scale.per_day
    if days <= 1:
        return f"{scale.per_day:.1f} columns are one day"
    return f"one column is {days:.{0 if days >= 10 else 1}f} days"


def _labelled(label: str, cells: Iterable[_Cell]) -> Line:
    """Return a row after its label, with neighbouring cells of one style joined."""
    pieces = [
        ("".join(text for text, _ in run), style)
        for style, run in groupby(cells, key=lambda cell: cell[1])
    ]
    while not pieces[-1][0].strip():
        pieces.pop()
    pieces[-1] = pieces[-1][0].rstrip(), pieces[-1][1]
    return ((label.ljust(_LABELS), ""), *pieces)


def _phases(plan: Plan, scale: _Scale) -> Iterator[Line]:
    """Yield loading up to its last dose, the plateau, then maintenance to the end."""
    begin = 0
    if course := plan.loading:
        begin = scale.at(course.last) + 1
        yield _labelled("Loading", [("━", "bold")] * begin)
    if plan.plateau and in_maintenance(plan):
        yield _labelled("Plateau", _plateau(plan.plateau, scale))
    if begin < scale.columns and in_maintenance(plan):
        rest = [_maintenance_sign(plan)] * (scale.columns - begin)
        yield _labelled("Maintenance", [(" ", "")] * begin + rest)


def _maintenance_sign(plan: Plan) -> _Cell:
    return ("┄", "magenta") if plan.provisional else ("─", "")


def _plateau(plateau: Plateau, scale: _Scale) -> list[_Cell]:
    """Return the plateau's row: its sign on its day, its basis on a side with room."""
    sign, style = _PLATEAU[plateau.basis]
    start, words = scale.at(plateau.date), f"{sign} {plateau.basis}"
    if plateau.date > scale.last:
        words = f"{plateau.basis} later >"
    elif start + len(words) > scale.columns:
        words = f"{plateau.basis} {sign}"
    if start + len(words) > scale.columns:
        start += 1 - len(words)
    row = scale.row()
    row[start : start + len(words)] = [(letter, style) for letter in words]
    return row


def _event_row(plan: Plan, label: str, kind: Kind, scale: _Scale) -> Iterator[Line]:
    """Yield the events of one kind: letters, but a band for weekly examinations."""
    row = scale.row()
    events = [event for event in plan.events if event.kind is kind]
    if events and kind is Kind.REVIEW:
        first, last = scale.at(events[0].date), scale.at(events[-1].date)
        row[first : last + 1] = [_EXAMINED.cell] * (last + 1 - first)
        if events[-1].id == plan.decision:
            row[last] = DECISION.cell
        events = []
    for event in events:
        row[scale.at(event.date)] = mark(event).cell
    if any(letter != " " for letter, _ in row):
        yield _labelled(label, row)


def _axis(scale: _Scale) -> Iterator[Line]:
    """Yield the axis with its ticks, then the labels, but those without room."""
    axis = [("─", "dim")] * scale.columns
    labels = " " * scale.columns
    free = 0
    for day, label in _ticks(scale):
        at = scale.at(day)
        axis[at] = "┴", "dim"
        start = min(at, scale.columns - len(label))
        if start >= free:
            labels = labels[:start] + label + labels[start + len(label) :]
            free = start + len(label) + 1
    yield _labelled("", axis)
    yield _labelled("", [(labels, "")])


def _ticks(scale: _Scale) -> list[tuple[dt.date, str]]:
    """Return the days to label: the finest of weeks, months and years that has room."""
    for days in (7, 14):
        if days * scale.per_day >= len("2026-01-05") + 2:
            count = (scale.last - scale.first).days // days + 1
            weeks = (scale.first + dt.timedelta(days * n) for n in range(count))
            return [(day, day.isoformat()) for day in weeks]

    def has_room(months: int) -> bool:
        return months * 30 * scale.per_day >= (7 if months < 12 else 4) + 2

    return month_ticks(scale.first, scale.last, has_room)


def month_ticks(
    first: dt.date, last: dt.date, has_room: Callable[[int], bool]
) -> list[tuple[dt.date, str]]:
    """Return the first days of months or years in a span, and their labels.

    As many as fit: `has_room` says whether labels so many months apart have room.
    """
    months = next(filter(has_room, (1, 2, 3, 6, 12, 24, 60)), 120)
    label = "%Y-%m" if months < 12 else "%Y"
    years = max(1, months // 12)
    day = dt.date(first.year // years * years, 1, 1)
    found = []
    while day <= last:
        if day >= first:
            found.append((day, day.strftime(label)))
        day = add_months(day, months)
    return found


def _event_marks(plan: Plan) -> Iterator[Mark]:
    """Yield what the signs of the events stand for."""
    for each in used_marks(plan):
        yield _EXAMINED if each is MARKS[Kind.REVIEW] else each
    if any(event.id == plan.decision for event in plan.events):
        yield DECISION


def _phase_marks(plan: Plan, scale: _Scale) -> Iterator[Mark]:
    """Yield what the signs of the phases on this scale stand for."""
    if plan.loading_doses:
        yield Mark("━", "loading", "bold")
    if plan.plateau and plan.plateau.date <= scale.last:
        sign, style = _PLATEAU[plan.plateau.basis]
        yield Mark(sign, f"plateau {plan.plateau.basis}", style)
    loaded = not plan.loading_doses or plan.loading_doses[-1].date < scale.last
    if loaded and in_maintenance(plan):
        sign, style = _maintenance_sign(plan)
        provisional = "provisional " * plan.provisional
        yield Mark(sign, f"{provisional}maintenance", style)


def _checks(plan: Plan, width: int) -> Iterator[Line]:
    """Yield the dates of labs, assessment and the event that decides on loading."""
    room = width - 19
    for event in plan.events:
        decides = event.id == plan.decision
        said = title(plan, event)
        if decides and event.kind is Kind.DOSE:
            said += " and decision on loading"
        if decides or event.kind in (Kind.LAB, Kind.ASSESSMENT):
            sign = DECISION if decides else mark(event)
            yield from beside(
                ([(sign.cell,)], 1),
                ([((day_text(event.date), "bold"),)], 14),
                (fold(((said, ""),), room), room),
            )
