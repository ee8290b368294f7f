"""The overview on every card: a strip of lanes over one axis, and month grids.

A mark tells days apart. No text of this module says what a day is for, so that it can
draw the discreet card like the others.
"""

from __future__ import annotations

import datetime as dt
from calendar import monthrange
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from b12sched.plan.clinic import Clinic
from b12sched.plan.courses import last_day
from b12sched.plan.events import Kind, Plan
from b12sched.views.card.text import day, days_said
from b12sched.views.screen.grid import MONTHS, left_out
from b12sched.views.screen.table import Mark
from b12sched.views.screen.timeline import month_ticks

_DOSE = Kind.DOSE
_MOST_TICKS = 6

_MARK = '<rect x="{}%" y="2" width="2" height="12"/>'
_BAR = '<rect class="{}" x="{}%" y="3" width="{:.2f}%" height="10"/>\n'

_CLOSED = Mark("–", "clinic closed")


class Span(NamedTuple):
    """A range of days with a lane of its own, and a word on it."""

    lane: str
    first: dt.date
    last: dt.date
    word: str = ""
    sure: bool = True


class Lane(NamedTuple):
    """A drawn lane: its name, SVG made of numbers, and a word with its x in percent."""

    name: str
    drawn: str
    word: str = ""
    word_at: str = ""


Marked = Mapping[Mark, Sequence[dt.date]]
"""The days of each mark, by date; the marks in the order of lanes and legend.

A mark may have no days.
"""


def glance_at(
    plan: Plan, spans: Sequence[Span], marked: Marked, clinic: Clinic | None
) -> dict[str, object]:
    """Return the values for `card.html`; `clinic` adds its closed days to the grids."""
    first, last = plan.start, last_day(plan)
    origin, scale = first.toordinal(), 100 / max((last - first).days, 1)

    def at(when: dt.date) -> str:
        return f"{scale * (when.toordinal() - origin):.2f}"

    inside = [span._replace(last=min(span.last, last)) for span in spans]
    found = {mark: days for mark, days in marked.items() if days}
    shown = None if clinic is None or clinic.always_open else clinic
    letters = _letters(found)
    said = [_span_said(span) for span in inside]
    said += [f"{mark.lane}: {days_said(days)}." for mark, days in found.items()]
    return {
        "first": first,
        "last": last,
        "said": " ".join(said),
        "lanes": [_span_lane(span, at) for span in inside]
        + [
            Lane(mark.lane, "\n".join([_MARK.format(at(each)) for each in days]))
            for mark, days in found.items()
        ],
        "ticks": [(at(each), label) for each, label in _ticks(first, last)],
        "months": [
            (f"{MONTHS[month - 1]} {year}", _weeks(year, month, on, shown))
            for (year, month), on in letters.items()
        ],
        "months_left_out": left_out([*letters], "appointments"),
        "legend": [*found, *[_CLOSED] * (shown is not None)],
    }


def marked_days(plan: Plan, marks: Mapping[StrEnum, Mark]) -> Marked:
    """Return the days of a plan's events by mark; a dose's mark is its status's."""
    marked: dict[Mark, list[dt.date]] = {mark: [] for mark in marks.values()}
    for event in plan.events:
        sort = event.status if event.kind is _DOSE else event.kind
        marked[marks[sort]].append(event.date)
    return marked


def _span_lane(span: Span, at: Callable[[dt.date], str]) -> Lane:
    """Return a span's lane; a single day is a mark, as a bar would have no width."""
    left, right = at(span.first), at(span.last)
    if left == right:
        drawn = _MARK.format(left)
    else:
        sure = "sure" if span.sure else "unsure"
        drawn = _BAR.format(sure, left, float(right) - float(left))
    return Lane(span.lane, drawn, span.word, left)


def _span_said(span: Span) -> str:
    word = f" ({span.word})" * bool(span.word)
    if span.first == span.last:
        return f"{span.lane}: {day(span.first)}{word}."
    return f"{span.lane}: {day(span.first)} to {day(span.last)}{word}."


def _ticks(first: dt.date, last: dt.date) -> list[tuple[dt.date, str]]:
    """Return the first days of months or years, as many as have room side by side."""
    months = (last - first).days / 30.4
    return month_ticks(first, last, lambda step: months / step <= _MOST_TICKS)


def _letters(marked: Marked) -> dict[tuple[int, int], dict[int, str]]:
    """Return the letters of the marked days of each month that has some, in order."""
    letters: dict[tuple[int, int], dict[int, str]] = {}
    for mark, days in marked.items():
        for when in days:
            month = letters.setdefault((when.year, when.month), {})
            month[when.day] = month.get(when.day, "") + mark.letter
    return dict(sorted(letters.items()))


def _weeks(
    year: int, month: int, letters: Mapping[int, str], clinic: Clinic | None
) -> str:
    """Return the cells of a month as table rows from Monday to Sunday."""
    cells = list(_bare_month(year, month, clinic))
    before = monthrange(year, month)[0] - 1
    for number, found in letters.items():
        cells[before + number] = f'<td class="on">{number} <b>{found}</b></td>'
    weeks = ["".join(cells[at : at + 7]) for at in range(0, len(cells), 7)]
    return "</tr>\n<tr>".join(weeks)


# Cached, as the patients of a cohort share their months and their clinic.
@lru_cache(maxsize=2048)
def _bare_month(year: int, month: int, clinic: Clinic | None) -> tuple[str, ...]:
    """Return the cells of a month in which only closed days are marked."""
    blank, length = monthrange(year, month)
    days = [dt.date(year, month, number) for number in range(1, length + 1)]
    return ("<td></td>",) * blank + tuple(
        f"<td>{when.day}</td>"
        if clinic is None or clinic.is_open(when)
        else f'<td class="off">{when.day} –</td>'
        for when in days
    )
