"""The table of a plan: a row per event or run of events, and the marks of all views."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from b12sched.dates import day_text
from b12sched.plan.courses import days_late, next_dose
from b12sched.plan.events import Event, Kind, Plan, Status
from b12sched.plan.wording import title
from b12sched.views.screen.layout import WIDEST, Line, beside, fold, indent, length
from b12sched.views.screen.runs import is_block, reason, runs, said

_SIGNS = 3
_DATES = len("Mon 2026-01-05")
_NOTES = len("due Mon 2026-01-05")
_GAP = 2
_WHATS = len("Loading doses 10 to 19, 250 micrograms IM, Mon Wed Fri")
"""The most columns between a date and its note, which should stand near it."""
_NOTE_BESIDE = 72
"""The width from which a row has room for its note beside what it is."""
_CELL = len("? 100 Mon 2026-01-05 due Mon 2026-01-05")


class Mark(NamedTuple):
    """The letter and the name that tell a kind of event apart.

    `style` is its style on a terminal, `lane` its lane on a card.
    """

    letter: str
    name: str
    style: str = ""
    lane: str = ""

    @property
    def cell(self) -> tuple[str, str]:
        return self.letter, self.style


MARKS = {
    Status.PLANNED: Mark("D", "dose", "bold", "Planned"),
    Status.GIVEN: Mark("G", "dose given", "green", "Given"),
    Status.PROVISIONAL: Mark("P", "provisional dose", "magenta", "Provisional"),
    Kind.REVIEW: Mark("R", "weekly examination", "cyan", "Examination"),
    Kind.LAB: Mark("L", "labs", "bold cyan", "Labs"),
    Kind.ASSESSMENT: Mark(
        "A", "assessment of recovery", "underline cyan", "Assessment"
    ),
}
"""The marks of all views. A colour has one meaning: green is given, magenta may move,
cyan is a check; red is for warnings and what is overdue. Each can be read on white and
on black."""

DECISION = Mark("!", "decision on loading", "bold")
"""The mark of the event that asks whether loading goes on, in the other views."""


def mark(event: Event) -> Mark:
    """Return the mark of an event; a dose's mark shows its status."""
    return MARKS[event.status if event.kind is Kind.DOSE else event.kind]


def used_marks(plan: Plan) -> list[Mark]:
    """Return the marks of a plan's events, in the order in which a legend has them."""
    used = {mark(event) for event in plan.events}
    return [mark for mark in MARKS.values() if mark in used]


def legend(marks: Iterable[Mark], width: int) -> list[Line]:
    """Return lines that say what the marks stand for; none breaks within a mark."""
    lines: list[Line] = [()]
    for mark in marks:
        item = mark.cell, (f" {mark.name}", "")
        if lines[-1] and length(lines[-1]) + length(item) + 3 > width:
            lines.append(item)
        else:
            lines[-1] += (("   " if lines[-1] else "", ""), *item)
    return lines


def plan_table(
    plan: Plan, width: int, *, whys: bool = False, every: bool = False
) -> Iterator[Line]:
    """Yield the events of a plan by date, those that belong together in one row.

    With `whys` the reason, the rule and the day of treatment stand below each. With
    `every` each event has its own row and its whole title.
    """
    width = min(width, WIDEST)
    blocks = width >= 2 * _CELL + _GAP and not whys
    for row in runs(plan, every=every, blocks=blocks):
        yield from _row(plan, row, width, every=every)
        if is_block(row):
            yield from _block(row, width)
        if whys or every:
            yield from _why(plan, row, width)
    if any(event.status is Status.PROVISIONAL for event in plan.events):
        legend = "?  provisional: these dates move when the plateau is recorded"
        yield from fold(((legend, MARKS[Status.PROVISIONAL].style),), width, hang=3)


def _row(
    plan: Plan, row: Sequence[Event], width: int, *, every: bool
) -> Iterator[Line]:
    """Yield a sign, the date, what it is, and the due date or end that differs."""
    first = row[0]
    what, effect = (title(plan, first), "") if every else said(plan, row)
    style = _style(plan, first)
    note = _note(row)
    room = width - _SIGNS - _DATES - _GAP
    notes: list[Line] = [((note, ""),)] if note else []
    sign = _sign(plan, first).ljust(_SIGNS)
    when: Line = ((sign, style), (day_text(first.date), "bold"))
    whole = room
    narrow = width < _NOTE_BESIDE and (bool(note) or len(what) > room)
    if narrow:
        room = whole = width - _SIGNS - _GAP
    elif note:
        room = min(room - _NOTES - _GAP, _WHATS)
    whats = fold(((what, style),), room)
    whats += indent(fold(((effect, ""),), whole - 2)) if effect else []
    if narrow:
        yield from beside(([when], _SIGNS + _DATES), (notes, _NOTES))
        yield from indent(whats, _SIGNS + _GAP)
    else:
        yield from beside(([when], _SIGNS + _DATES), (whats, room), (notes, _NOTES))


def _block(row: Sequence[Event], width: int) -> Iterator[Line]:
    """Yield the doses of a row by number, each with its dates, in columns."""
    style = mark(row[0]).style
    sign = "?" if row[0].status is Status.PROVISIONAL else " "
    cells: list[Line] = []
    for dose in row:
        due = f" due {day_text(dose.due)}" * (dose.due != dose.date)
        cells.append(
            (
                (f"{sign}{dose.number:4} ", style),
                (day_text(dose.date), "bold"),
                (due, ""),
            )
        )
    columns = (width + _GAP) // (_CELL + _GAP)
    high = -(-len(cells) // columns)
    parts = [cells[start : start + high] for start in range(0, len(cells), high)]
    yield from beside(*((part, _CELL) for part in parts))


def _note(row: Sequence[Event]) -> str:
    """Return the end of a run; of a single event the due date, if that differs."""
    first, last = row[0], row[-1]
    if last.date != first.date:
        return f"to {day_text(last.date)}"
    return f"due {day_text(first.due)}" if first.due != first.date else ""


def _sign(plan: Plan, event: Event) -> str:
    """Return the sign of what needs somebody, or may move."""
    if event.id == plan.decision or days_late(plan, event):
        return "!"
    return "?" if event.status is Status.PROVISIONAL else ""


def _style(plan: Plan, event: Event) -> str:
    if days_late(plan, event):
        return "bold red"
    if event.id == plan.decision or event == next_dose(plan):
        return "bold"
    return mark(event).style


def _why(plan: Plan, row: Sequence[Event], width: int) -> Iterator[Line]:
    """Yield the day of treatment, the status, the reason and the rule, indented."""
    first = row[0]
    rules = ", ".join(dict.fromkeys(event.rule for event in row))
    text = f"day {plan.day(first)}, {first.status}: {reason(plan, row)} [{rules}]"
    by = _SIGNS + _DATES + _GAP if width >= _NOTE_BESIDE else _SIGNS + _GAP
    return indent(fold(((text, "dim"),), width - by - 2), by + 2)
