"""The table of a plan, and the lines of text that all terminal views are made of.

A line is a tuple of pieces, each a text and its Rich style: plain values, so that Rich
loads only when they are printed and a test can read them. Each character laid out here
is one terminal cell wide.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise, zip_longest
from typing import NamedTuple

from b12sched.dates import WEEKDAYS, day_text
from b12sched.plan.courses import next_dose
from b12sched.plan.events import Event, Kind, Phase, Plan, Status
from b12sched.plan.wording import title, why

Line = tuple[tuple[str, str], ...]

WIDEST = 120
"""The widest text in columns, as longer lines are hard to read."""

_STATUS_STYLES = {
    Status.PLANNED: "",
    Status.GIVEN: "green",
    Status.PROVISIONAL: "yellow",
}
_STACKED_BELOW, _COLUMNS_FROM = 60, 110
_WHAT = len("Maintenance dose 10: hydroxocobalamin 1 mg IM")
_WHY = len("2 months after the dose of 2026-03-30;")
_FOLDED_FROM = 3
_GAP = 2

# Text that no line break may split: a date, a dose, a number and what it counts.
_UNITS = "(?:day|week|month|hour|dose|.mol/L)s?(?: earlier| later)?"
_WHOLE = (
    rf"(?:{'|'.join(WEEKDAYS)}) [0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}"
    r"|[0-9.]+ (?:mg|micrograms)(?: IM)?"
    rf"|[0-9.]+(?: to [0-9.]+)? (?:{_UNITS}|mL/min/1\.73 m.)"
    r"|(?:doses?|examination|week|day) [0-9]+(?: to [0-9]+)?"
)
_WORD = re.compile(rf"(?:{_WHOLE}|[^ ])+ *")


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
    Status.PLANNED: Mark("D", "dose", "bold cyan", "Planned"),
    Status.GIVEN: Mark("G", "dose given", "green", "Given"),
    Status.PROVISIONAL: Mark("P", "provisional dose", "yellow", "Provisional"),
    Kind.REVIEW: Mark("R", "weekly examination", "magenta", "Examination"),
    Kind.LAB: Mark("L", "labs", "bright_blue", "Labs"),
    Kind.ASSESSMENT: Mark("A", "assessment of recovery", "red", "Assessment"),
}


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


def length(line: Line) -> int:
    """Return the number of characters in a line."""
    return sum(len(text) for text, _ in line)


def fold(line: Line, width: int, *, hang: int = 0) -> list[Line]:
    """Break a line at spaces to fit the width, but never in a date, dose or number.

    Text that has no space and is longer than the width, as an address may be, is broken
    anywhere; only the spaces at a break are lost. Lines after the first are indented by
    `hang`.
    """
    cuts, room = [0], width
    plain = "".join(text for text, _ in line)
    for word in _WORD.finditer(plain):
        end = word.start() + len(word[0].rstrip())
        if end - cuts[-1] > room and word.start() > cuts[-1]:
            cuts.append(word.start())
            room = width - hang
        while end - cuts[-1] > room:
            cuts.append(cuts[-1] + room)
            room = width - hang
    first, *rest = [part(line, *ends) for ends in pairwise([*cuts, len(plain)])]
    return [first, *indent(rest, hang)]


def part(line: Line, start: int, end: int) -> Line:
    """Return the characters of a line from start to end, without trailing spaces."""
    end = start + len("".join(text for text, _ in line)[start:end].rstrip())
    pieces, at = [], 0
    for text, style in line:
        if piece := text[max(start - at, 0) : max(end - at, 0)]:
            pieces.append((piece, style))
        at += len(text)
    return tuple(pieces)


def beside(*cells: tuple[Sequence[Line], int], gap: int = _GAP) -> Iterator[Line]:
    """Yield the lines of cells side by side; a cell is its lines and its width."""
    for row in zip_longest(*(lines for lines, _ in cells), fillvalue=()):
        whole: Line = ()
        wanted = 0
        for cell, (_, width) in zip(row, cells, strict=True):
            if cell:
                whole += ((" " * (wanted - length(whole)), ""), *cell)
            wanted += width + gap
        yield whole


def indent(lines: Iterable[Line], by: int = 2) -> Iterator[Line]:
    """Return lines indented by `by` spaces."""
    return (((" " * by, ""), *line) for line in lines)


def plan_table(plan: Plan, width: int, *, every: bool) -> Iterator[Line]:
    """Yield the events of a plan, in columns where the width has room for them."""
    width = min(width, WIDEST)
    found = runs(plan, every=every)
    if width < _STACKED_BELOW:
        yield from _stacked(plan, found, width)
    else:
        yield from _columns(plan, found, width, why_beside=width >= _COLUMNS_FROM)
    if any(len(run) > 1 for run in found):
        yield ()
        said = "Runs of loading doses stand in one row; --all shows each."
        yield from fold(((said, "dim"),), width)


def runs(plan: Plan, *, every: bool) -> list[list[Event]]:
    """Return groups of events: long runs of loading doses on one rhythm, else single.

    The first loading dose, the last, the next to give and any that is not on its due
    date are single; with `every`, all are.
    """
    if every:
        return [[event] for event in plan.events]
    loading = [dose for dose in plan.doses if dose.phase is Phase.LOADING]
    shown = (*loading[:1], *loading[-1:], plan.next)
    found: list[list[Event]] = []
    for dose in loading:
        if found and dose not in shown and _goes_on(plan, found[-1][-1], dose):
            found[-1].append(dose)
        else:
            found.append([dose])
    long = [run for run in found if len(run) >= _FOLDED_FROM]
    starts = {run[0].number: run for run in long}
    inside = {dose.number for run in long for dose in run[1:]}
    result = []
    for event in plan.events:
        if event.phase is not Phase.LOADING:
            result.append([event])
        elif event.number not in inside:
            result.append(starts.get(event.number, [event]))
    return result


def _goes_on(plan: Plan, before: Event, dose: Event) -> bool:
    """Return whether a dose continues a run: on time, same status and same gap."""
    on_time = before.date == before.due and dose.date == dose.due
    same = (before.status, before.dose) == (dose.status, dose.dose)
    same = same and _gap(plan, before) == _gap(plan, dose)
    return on_time and same and before is not plan.next and before.number > 1


def _gap(plan: Plan, dose: Event) -> int:
    return (dose.date - plan.loading_doses[dose.number - 2].date).days


def _words(plan: Plan, run: list[Event]) -> tuple[Line, Line]:
    """Return what an event or a run of loading doses is, and why it is then."""
    first, last = run[0], run[-1]
    said, reason = title(plan, first), why(plan, first)
    if len(run) > 1:
        gap = _gap(plan, last)
        rhythm = {1: "daily", 2: "on alternate days"}.get(gap, f"every {gap} days")
        doses = f"doses {first.number} to {last.number}"
        said = said.replace(f"dose {first.number}", doses, 1)
        reason = f"{len(run)} doses {rhythm}, to {day_text(last.date)}"
    what, colon, drug = said.partition(":")
    return (
        ((what, mark(first).style), (colon + drug, "")),
        ((f"{reason} ", ""), (f"[{first.rule}]", "dim")),
    )


def _status(event: Event) -> tuple[str, str]:
    return str(event.status), _STATUS_STYLES[event.status]


def _stacked(plan: Plan, found: list[list[Event]], width: int) -> Iterator[Line]:
    """Yield each event as a block of lines, for narrow screens."""
    following = next_dose(plan)
    for number, run in enumerate(found):
        if number:
            yield ()
        first, (what, reason) = run[0], _words(plan, run)
        day = f"day {plan.day(first)}"
        yield ((day_text(first.date), "bold"), (f"  {day:10}", ""), _status(first))
        if first == following:
            yield from indent([(("next dose", "bold"),)])
        yield from indent(fold(what, width - 2))
        yield from indent(fold(reason, width - 2))


def _columns(
    plan: Plan, found: list[list[Event]], width: int, *, why_beside: bool
) -> Iterator[Line]:
    """Yield one row per event; the reason has its own column or stands under what."""
    following = next_dose(plan)
    dates = len("Mon 2026-01-05")
    days = max(3, *(len(str(plan.day(first))) for first, *_ in found))
    statuses = len("provisional")
    rest = width - dates - days - statuses - 3 * _GAP
    whys = max(_WHY, rest - _GAP - _WHAT)
    whats = rest - _GAP - whys if why_beside else rest

    def line(cells: list[list[Line]]) -> Iterator[Line]:
        return beside(
            *zip(cells, (dates, days, whats, statuses, whys)[: len(cells)], strict=True)
        )

    heads = ["Date", "Day".rjust(days), "What and why", "Status"]
    if why_beside:
        heads[2:] = ["What", "Status", "Why"]
    yield from line([[((head, "bold underline"),)] for head in heads])
    for run in found:
        first, (said, reason) = run[0], _words(plan, run)
        what = fold(said, whats)
        status: list[Line] = [(_status(first),)]
        if first == following:
            status.append((("next dose", "bold"),))
        cells: list[list[Line]] = [[((day_text(first.date), "bold"),)]]
        cells += [((f"{plan.day(first):{days}}", ""),)], what, status
        if why_beside:
            cells.append(fold(reason, whys))
        else:
            what.extend(indent(fold(reason, whats - 2)))
        yield from line(cells)
