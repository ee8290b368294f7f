"""The whole course at a glance: a strip of lanes over one axis, and month grids.

A sign says how a day is marked; what it is for, nothing here says, so that the discreet
card is drawn like the others.
"""

from __future__ import annotations

import datetime as dt
from calendar import monthrange
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from b12sched.plan.clinic import Clinic
from b12sched.plan.events import Kind, Plan
from b12sched.views.card.text import day, days_said
from b12sched.views.screen.grid import MONTHS, left_out
from b12sched.views.screen.timeline import month_ticks

_DOSE = Kind.DOSE
_MOST_TICKS = 6
_LANE, _AXIS = 16, 24
"""Heights in CSS pixels."""

_MARK = '<rect x="{}%" y="2" width="2" height="12"/>'


class Sign(NamedTuple):
    """How a sort of day is told apart: its letter, its lane, its name in the legend."""

    letter: str
    lane: str
    name: str


_CLOSED_SIGN = Sign("–", "", "clinic closed")


class Span(NamedTuple):
    """A stretch of days with a lane of its own, and a word on it."""

    lane: str
    first: dt.date
    last: dt.date
    word: str = ""
    sure: bool = True


class Bar(NamedTuple):
    """A span as drawn: where it begins and how wide it is, in percent."""

    left: str
    width: str
    sure: bool


class Lane(NamedTuple):
    """A lane as drawn: bars, marks as SVG made of numbers, and a word at a place."""

    name: str
    top: int
    bars: Sequence[Bar] = ()
    marks: str = ""
    word: str = ""
    word_at: str = ""


class Tick(NamedTuple):
    """A label of the axis; those that are not `main` stand back on narrow screens."""

    left: str
    label: str
    main: bool


class Strip(NamedTuple):
    """The strip as drawn, and what it shows in words."""

    first: str
    last: str
    said: str
    lanes: Sequence[Lane]
    ticks: Sequence[Tick]
    bottom: int
    height: int


class Month(NamedTuple):
    """A month: its name, and its weeks as HTML made of numbers and letters of ours."""

    name: str
    weeks: str


Marked = Mapping[Sign, Sequence[dt.date]]
"""The days of each sign, in order, as lanes and legend name them; some have none."""


def last_day(plan: Plan) -> dt.date:
    """The end of the strip: the horizon, or the last event if that is later."""
    return max([plan.until, *(event.date for event in plan.events[-1:])])


def marked_days(plan: Plan, signs: Mapping[StrEnum, Sign]) -> Marked:
    """The days of a plan's events: a dose's sign is that of its status."""
    marked: dict[Sign, list[dt.date]] = {sign: [] for sign in signs.values()}
    for event in plan.events:
        sort = event.status if event.kind is _DOSE else event.kind
        marked[signs[sort]].append(event.date)
    return marked


def strip(
    first: dt.date, last: dt.date, spans: Iterable[Span], marked: Marked
) -> Strip:
    """Spans and marked days between two days, each in its lane."""
    origin, scale = first.toordinal(), 100 / max((last - first).days, 1)

    def at(when: dt.date) -> str:
        return f"{scale * (when.toordinal() - origin):.2f}"

    lanes: list[Lane] = []
    said: list[str] = []
    for span in spans:
        inside = span._replace(last=min(span.last, last))
        lanes.append(_span_lane(inside, at, len(lanes) * _LANE))
        said.append(_span_said(inside))
    for sign, days in marked.items():
        if days:
            marks = "\n".join([_MARK.format(at(each)) for each in days])
            lanes.append(Lane(sign.lane, len(lanes) * _LANE, marks=marks))
            said.append(f"{sign.lane}: {days_said(days)}.")
    ticks = [
        Tick(at(each), label, number % 2 == 0)
        for number, (each, label) in enumerate(_ticks(first, last))
    ]
    bottom = len(lanes) * _LANE
    return Strip(
        day(first), day(last), " ".join(said), lanes, ticks, bottom, bottom + _AXIS
    )


def _span_lane(span: Span, at: Callable[[dt.date], str], top: int) -> Lane:
    """The lane of a span; a single day is a mark, as a bar would have no width."""
    left, right = at(span.first), at(span.last)
    if left == right:
        return Lane(
            span.lane, top, marks=_MARK.format(left), word=span.word, word_at=left
        )
    bar = Bar(left, f"{float(right) - float(left):.2f}", span.sure)
    return Lane(span.lane, top, (bar,), word=span.word, word_at=left)


def _span_said(span: Span) -> str:
    word = f" ({span.word})" * bool(span.word)
    if span.first == span.last:
        return f"{span.lane}: {day(span.first)}{word}."
    return f"{span.lane}: {day(span.first)} to {day(span.last)}{word}."


def _ticks(first: dt.date, last: dt.date) -> list[tuple[dt.date, str]]:
    """The first days of months or years, as many as have room beside each other."""
    months = (last - first).days / 30.4
    return month_ticks(first, last, lambda step: months / step <= _MOST_TICKS)


def months(marked: Marked, clinic: Clinic | None) -> list[Month]:
    """The months that have marked days; the clinic's closed days if one is given."""
    letters: dict[tuple[int, int], dict[int, str]] = {}
    for sign, days in marked.items():
        for when in days:
            month = letters.setdefault((when.year, when.month), {})
            month[when.day] = month.get(when.day, "") + sign.letter
    shown = None if clinic is None or clinic.always_open else clinic
    return [
        Month(f"{MONTHS[month - 1]} {year}", _weeks(year, month, found, shown))
        for (year, month), found in sorted(letters.items())
    ]


def months_left_out(marked: Marked) -> str:
    """How many months between the first and the last have no grid, in words."""
    found = {(when.year, when.month) for days in marked.values() for when in days}
    return left_out(sorted(found), "appointments")


def _weeks(
    year: int, month: int, letters: Mapping[int, str], clinic: Clinic | None
) -> str:
    """The cells of a month from Monday to Sunday, row after row."""
    cells = list(_bare_month(year, month, clinic))
    before = monthrange(year, month)[0] - 1
    for number, found in letters.items():
        cells[before + number] = f'<td class="on">{number} <b>{found}</b></td>'
    weeks = ["".join(cells[at : at + 7]) for at in range(0, len(cells), 7)]
    return "</tr>\n<tr>".join(weeks)


# The patients of a cohort share their months and their clinic.
@lru_cache(maxsize=2048)
def _bare_month(year: int, month: int, clinic: Clinic | None) -> tuple[str, ...]:
    """The cells of a month in which nothing is marked but closed days."""
    blank, length = monthrange(year, month)
    days = [dt.date(year, month, number) for number in range(1, length + 1)]
    return ("<td></td>",) * blank + tuple(
        f"<td>{when.day}</td>"
        if clinic is None or clinic.is_open(when)
        else f'<td class="off">{when.day} –</td>'
        for when in days
    )


def legend(marked: Marked, clinic: Clinic | None) -> list[Sign]:
    """The signs that the grids use; that of closed days, where they are shown, last."""
    found = [sign for sign, days in marked.items() if days]
    if clinic is not None and not clinic.always_open:
        found.append(_CLOSED_SIGN)
    return found
