"""A worklist: on a terminal or on paper for people, as JSON or CSV for programs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence

from b12sched.cohort.lists.window import Window
from b12sched.cohort.lists.worklist import Visit, by_day, by_patient
from b12sched.dates import counted, day_text
from b12sched.errors import printable
from b12sched.plan.events import Kind
from b12sched.views.data import json_bytes, json_values, table_csv
from b12sched.views.lists.text import (
    beside_carried,
    beside_parts,
    carried_headers,
    fields_of,
    widest,
)
from b12sched.views.markdown import page, table_lines
from b12sched.views.screen.layout import (
    NARROWEST,
    WIDEST,
    Line,
    beside,
    chopped,
    encodable,
    fold,
    indent,
    length,
)

COLUMNS = tuple(name for name in Visit._fields if name != "carried")
TO_FILL = ("given_on", "batch", "site", "by", "not_given_because")
"""The columns that a person fills in, from left to right."""

ASK = "ask about symptoms, the prescriber decides"
LOOK = "the day is past, and nothing here records whether it was done"
_BOX = "[ ] "


Parts = tuple[list[Visit], list[Visit], list[tuple[dt.date, list[Visit]]]]


def parts_of(visits: Sequence[Visit], window: Window) -> Parts:
    """Return a worklist as people read it: overdue doses, past checks, then each day.

    An overdue dose that is to come in the window is in its day, too; a check whose day
    is past is not.
    """
    return (
        [visit for visit in visits if visit.overdue_dose],
        [visit for visit in visits if visit.unconfirmed],
        [*by_day(v for v in visits if v.date in window and not v.unconfirmed)],
    )


def worklist_json(visits: Sequence[Visit]) -> bytes:
    """Return a JSON list, one object per thing to do, in the order of the worklist.

    What is carried follows the other fields, each cell under its header.
    """
    return json_bytes([json_values(fields_of(COLUMNS, visit)) for visit in visits])


def worklist_csv(visits: Sequence[Visit]) -> bytes:
    """Return CSV, one row per thing to do.

    The columns are the keys of the JSON, then empty ones to fill in by hand.
    """
    empty = ("",) * len(TO_FILL)
    return table_csv(
        (*COLUMNS, *carried_headers(visits), *TO_FILL),
        ((*fields_of(COLUMNS, visit).values(), *empty) for visit in visits),
    )


def worklist_markdown(
    visits: Sequence[Visit], window: Window, missing: str = ""
) -> bytes:
    """Return what is overdue, then a table per day; each visit has one box to tick."""
    overdue, unconfirmed, days = parts_of(visits, window)
    heads = ("Done", "Patient", *map(printable, carried_headers(visits)), "What")

    def row(box: str, found: Sequence[Visit], what: str) -> list[str]:
        cells = (printable(cell) for _, cell in found[0].carried)
        return [box, found[0].patient, *cells, what]

    lines = [f"# {list_title(window)}", "", total_text(visits, missing)]
    if overdue:
        lines += ["", f"## Overdue: {ASK}", ""]
        lines += table_lines(
            (*heads, "Day", "Overdue"),
            (
                [
                    *row(_box(visit, window), [visit], title_text(visit)),
                    day_text(visit.date),
                    overdue_text(visit),
                ]
                for visit in overdue
            ),
        )
    if unconfirmed:
        lines += ["", f"## Checks to look up: {LOOK}", ""]
        lines += table_lines(
            (*heads, "Day", "Overdue"),
            (
                [
                    *row("[ ]", [visit], title_text(visit)),
                    day_text(visit.date),
                    overdue_text(visit),
                ]
                for visit in unconfirmed
            ),
        )
    for day, found in days:
        lines += ["", f"## {day_text(day)}: {count_text(found)}", ""]
        lines += table_lines(
            heads,
            (
                row("[ ]", own, "; ".join(map(what_text, own)))
                for _, own in by_patient(found)
            ),
        )
    return page(lines)


def worklist_lines(
    visits: Sequence[Visit],
    window: Window,
    width: int,
    encoding: str,
    missing: str = "",
) -> Iterator[Line]:
    """Yield a worklist, day by day; the lines fit the width, down to 40 columns.

    `missing` is a sentence on what is not in it.
    """
    width = min(max(width, NARROWEST), WIDEST)
    overdue, unconfirmed, days = parts_of(visits, window)
    room = width - 2 - len(_BOX) - 2
    names = widest((encodable(v.patient, encoding) for v in visits), room // 3)

    def entry(box: str, visit: Visit, *what: Line) -> Iterator[Line]:
        said = beside_carried(
            _together(what, room - names), visit.carried, room - names, encoding
        )
        return indent(_row(box, encodable(visit.patient, encoding), names, said))

    yield from fold(((list_title(window), "bold"),), width)
    yield from fold(((total_text(visits, missing), ""),), width)
    if overdue:
        yield ()
        yield from fold((("Overdue", "bold red"), (f": {ASK}", "")), width)
        yield ()
    for visit in overdue:
        coming = (f"; to come on {day_text(visit.date)}", "")
        late = ((overdue_text(visit), "red"), coming)
        yield from entry(_box(visit, window), visit, _plain(visit), late)
    if unconfirmed:
        yield ()
        yield from fold((("Checks to look up", "bold red"), (f": {LOOK}", "")), width)
        yield ()
    for visit in unconfirmed:
        yield from entry("[ ]", visit, _plain(visit), ((overdue_text(visit), "red"),))
    for day, found in days:
        yield ()
        said = f"  {count_text(found)}"
        yield from fold(((day_text(day), "bold"), (said, "")), width)
        yield ()
        for _, own in by_patient(found):
            what: Line = ()
            for visit in own:
                between = "; " * bool(what)
                style = "yellow" if visit.provisional else ""
                what += ((between + what_text(visit), style),)
            yield from entry("[ ]", own[0], what)


def _plain(visit: Visit) -> Line:
    return ((title_text(visit), ""),)


def _together(what: Sequence[Line], room: int) -> list[Line]:
    """Return texts on one line, or if they have no room there each on its own."""
    one = tuple(piece for line in what for piece in (*line, ("  ", "")))[:-1]
    if length(one) <= room:
        return [one]
    return [line for each in what for line in fold(each, room)]


def _box(visit: Visit, window: Window) -> str:
    """Return the box of an overdue dose; none if it has one on its day in the list."""
    return "" if visit.date in window else "[ ]"


def _row(box: str, patient: str, names: int, what: Iterable[Line]) -> Iterator[Line]:
    """Return the lines of a box to tick, the patient, and what is done."""
    boxes: list[Line] = [((box.ljust(len(_BOX)), ""),)]
    found = beside_parts(chopped(patient, names), names, what)
    return beside((boxes, len(_BOX)), (found, 0), gap=0)


def list_title(window: Window) -> str:
    """Return the title of a worklist, with its days."""
    if window.first == window.last:
        return f"Worklist, {day_text(window.first)}"
    return f"Worklist, {day_text(window.first)} to {day_text(window.last)}"


def total_text(visits: Sequence[Visit], missing: str) -> str:
    """Return how much there is to do, and what is missing.

    That there is nothing to do is said only where nothing is missing.
    """
    if not visits and not missing:
        return "No visits."
    late = sum(visit.overdue_dose for visit in visits)
    past = sum(visit.unconfirmed for visit in visits)
    said = count_text(visits) + f", {late} overdue" * (late > 0)
    said += f", {counted(past, 'check')} to look up" * (past > 0)
    return said + missing.replace(" ", ". ", 1)


def count_text(visits: Sequence[Visit]) -> str:
    """Return how many patients come, and how many doses (ampoules) they need."""
    patients = len({visit.patient for visit in visits})
    doses = sum(visit.kind is Kind.DOSE for visit in visits)
    return f"{counted(patients, 'patient')}, {counted(doses, 'dose')}"


def title_text(visit: Visit) -> str:
    """Return what is done, and whether that is provisional."""
    return visit.title + " (provisional)" * visit.provisional


def what_text(visit: Visit) -> str:
    """Return what is done at a visit and, if it is overdue, by how much."""
    return title_text(visit) + f" ({overdue_text(visit)})" * (visit.days_overdue > 0)


def overdue_text(visit: Visit) -> str:
    """Return for how many days a dose or a check is overdue, and since when."""
    late = counted(visit.days_overdue, "day")
    return f"{late} overdue, due {day_text(visit.due)}"
