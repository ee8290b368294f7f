"""A worklist: on a terminal or on paper for people, as JSON or CSV for programs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from b12sched.cohort.lists.window import Window
from b12sched.cohort.lists.worklist import Visit, by_day
from b12sched.dates import counted, day_text
from b12sched.plan.events import Kind
from b12sched.views.data import json_bytes, json_values, table_csv
from b12sched.views.lists.text import beside_parts, missing_rows, widest
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
    show,
)

if TYPE_CHECKING:
    from rich.console import Console

COLUMNS = Visit._fields
_BOX = "[ ] "
_ASK = "ask about symptoms, the prescriber decides"


def worklist_json(visits: Iterable[Visit]) -> bytes:
    """Return a JSON list, one object per thing to do, in the order of the worklist."""
    return json_bytes([json_values(visit._asdict()) for visit in visits])


def worklist_csv(visits: Iterable[Visit]) -> bytes:
    """Return CSV, one row per thing to do; the columns are the keys of the JSON."""
    return table_csv(COLUMNS, visits)


def worklist_markdown(
    visits: Sequence[Visit], window: Window, failed: int = 0
) -> bytes:
    """Return overdue doses, then a table per day; each visit has one box to tick."""
    overdue, days = _parts(visits, window)
    lines = [f"# {_title(window)}", "", _total(visits, failed)]
    if overdue:
        lines += ["", f"## Overdue: {_ASK}", ""]
        lines += table_lines(
            ("Done", "Patient", "What", "Day", "Overdue"),
            (
                (_box(v, window), v.patient, _what(v), day_text(v.date), _overdue(v))
                for v in overdue
            ),
        )
    for day, found in days:
        lines += ["", f"## {day_text(day)}: {_count(found)}", ""]
        lines += table_lines(
            ("Done", "Patient", "What"),
            (("[ ]", visit.patient, _what_and_when(visit)) for visit in found),
        )
    return page(lines)


def show_worklist(
    console: Console, visits: Sequence[Visit], window: Window, failed: int = 0
) -> None:
    """Print a worklist, day by day; the lines fit the console, down to 40 columns.

    `failed` is the number of rows of the cohort that are not in it.
    """
    width = min(max(console.width, NARROWEST), WIDEST)
    show(console, _lines(visits, window, width, console.encoding, failed))


def _lines(
    visits: Sequence[Visit], window: Window, width: int, encoding: str, failed: int
) -> Iterator[Line]:
    overdue, days = _parts(visits, window)
    room = width - 2 - len(_BOX) - 2
    names = widest((encodable(v.patient, encoding) for v in visits), room // 3)
    yield from fold(((_title(window), "bold"),), width)
    yield from fold(((_total(visits, failed), ""),), width)
    if overdue:
        yield ()
        yield from fold((("Overdue", "bold red"), (f": {_ASK}", "")), width)
        yield ()
    for visit in overdue:
        what = fold(((_what(visit), ""),), room - names)
        what += fold(((_overdue(visit), "red"),), room - names)
        what += fold(((f"to come on {day_text(visit.date)}", ""),), room - names)
        box = _box(visit, window)
        yield from indent(_row(box, encodable(visit.patient, encoding), names, what))
    for day, found in days:
        yield ()
        yield from fold(((day_text(day), "bold"), (f"  {_count(found)}", "")), width)
        yield ()
        for visit in found:
            style = "yellow" if visit.provisional else ""
            what = fold(((_what_and_when(visit), style),), room - names)
            patient = encodable(visit.patient, encoding)
            yield from indent(_row("[ ]", patient, names, what))


def _box(visit: Visit, window: Window) -> str:
    """Return the box of an overdue dose; none if it has one on its day in the list."""
    return "" if visit.date in window else "[ ]"


def _row(box: str, patient: str, names: int, what: Iterable[Line]) -> Iterator[Line]:
    """Return the lines of a box to tick, the patient, and what is done."""
    boxes: list[Line] = [((box.ljust(len(_BOX)), ""),)]
    found = beside_parts(chopped(patient, names), names, what)
    return beside((boxes, len(_BOX)), (found, 0), gap=0)


def _parts(
    visits: Sequence[Visit], window: Window
) -> tuple[list[Visit], Iterator[tuple[dt.date, list[Visit]]]]:
    """Return what is overdue, and all visits of the window by day.

    An overdue dose is in both if its day is in the window.
    """
    overdue = [visit for visit in visits if visit.days_overdue]
    return overdue, by_day(visit for visit in visits if visit.date in window)


def _title(window: Window) -> str:
    return f"Worklist, {day_text(window.first)} to {day_text(window.last)}"


def _total(visits: Sequence[Visit], failed: int) -> str:
    missing = missing_rows(failed)
    if not visits:
        return f"No visits.{missing}"
    late = sum(visit.days_overdue > 0 for visit in visits)
    said = _count(visits) + f", {late} overdue" * (late > 0)
    return said + missing.replace(" ", ". ", 1)


def _count(visits: Sequence[Visit]) -> str:
    """Return how many patients come, and how many doses (ampoules) they need."""
    patients = len({visit.patient for visit in visits})
    doses = sum(visit.kind is Kind.DOSE for visit in visits)
    return f"{counted(patients, 'patient')}, {counted(doses, 'dose')}"


def _what(visit: Visit) -> str:
    return visit.title + " (provisional)" * visit.provisional


def _what_and_when(visit: Visit) -> str:
    """Return what is done at a visit and, if it is overdue, by how much."""
    return _what(visit) + f" ({_overdue(visit)})" * (visit.days_overdue > 0)


def _overdue(visit: Visit) -> str:
    late = counted(visit.days_overdue, "day")
    return f"{late} overdue, due {day_text(visit.due)}"
