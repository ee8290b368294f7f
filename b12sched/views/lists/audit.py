"""An audit: the doses that were early, late or not given, the worst first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from b12sched.cohort.lists.audit import Deviation
from b12sched.dates import counted, day_text
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

COLUMNS = tuple(
    "interval_days" if name == "interval" else name for name in Deviation._fields
)
_STACKED_BELOW = 80
_DAYS = len("365 days late")
_NAMES = 20


def audit_json(found: Iterable[Deviation]) -> bytes:
    """Return a JSON list, one object per deviation, the worst first."""
    rows = (zip(COLUMNS, each, strict=True) for each in found)
    return json_bytes([json_values(dict(row)) for row in rows])


def audit_csv(found: Iterable[Deviation]) -> bytes:
    """Return CSV, one row per deviation; the columns are the keys of the JSON."""
    return table_csv(COLUMNS, found)


def audit_markdown(found: Sequence[Deviation], failed: int = 0) -> bytes:
    """Return a Markdown table of the deviations, the worst first."""
    lines = ["# Audit of given doses", "", _total(found, failed)]
    if found:
        lines.append("")
        lines += table_lines(
            ("How far", "Patient", "Row", "What", "Rule", "Note"),
            (
                (
                    _far(each),
                    each.patient,
                    str(each.row),
                    _what(each),
                    _asked(each),
                    each.note or "",
                )
                for each in found
            ),
        )
    return page(lines)


def show_audit(console: Console, found: Sequence[Deviation], failed: int = 0) -> None:
    """Print the deviations; the lines fit the console, down to 40 columns.

    `failed` is the number of rows of the cohort that are not among them.
    """
    width = min(max(console.width, NARROWEST), WIDEST)
    show(console, _lines(found, width, console.encoding, failed))


def _lines(
    found: Sequence[Deviation], width: int, encoding: str, failed: int
) -> Iterator[Line]:
    yield (("Audit of given doses", "bold"),)
    yield from fold(((_total(found, failed), ""),), width)
    names = widest((text for each in found for text in _named(each, encoding)), _NAMES)
    for each in found:
        yield ()
        far, (patient, row) = _far(each), _named(each, encoding)
        style = "red" if each.days > 0 else "yellow"
        if width < _STACKED_BELOW:
            yield from fold(((far, style), (f"  {row}", "")), width)
            parts = chopped(patient, width - 2)
            yield from indent([((part, "bold"),) for part in parts])
            yield from indent(_reasons(each, width - 2))
        else:
            said = _reasons(each, width - _DAYS - names - 4)
            parts = [*chopped(patient, names), row]
            right = beside_parts(parts, names, said)
            yield from beside((fold(((far, style),), _DAYS), _DAYS), (right, 0))


def _named(each: Deviation, encoding: str) -> tuple[str, str]:
    """Return the patient as the encoding can hold it, and the row."""
    return encodable(each.patient, encoding), f"row {each.row}"


def _reasons(each: Deviation, room: int) -> list[Line]:
    """Return what was done, what the rule asks, and what else may be the reason."""
    said = [_what(each), _asked(each), each.note]
    return [line for text in said if text for line in fold(((text, ""),), room)]


def _total(found: Sequence[Deviation], failed: int) -> str:
    lacking = missing_rows(failed)
    if not found:
        return f"No deviation found.{lacking}"
    late = sum(each.days > 0 and each.date is not None for each in found)
    missing = sum(each.date is None for each in found)
    early = len(found) - late - missing
    said = f"{counted(late, 'dose')} late, {early} early, {missing} not given"
    return said + lacking.replace(" ", ". ", 1)


def _far(each: Deviation) -> str:
    days = counted(abs(each.days), "day")
    if each.date is None:
        return f"{days} late so far"
    return f"{days} {'late' if each.days > 0 else 'early'}"


def _what(each: Deviation) -> str:
    if each.date is not None:
        said = f"{each.id} given {day_text(each.date)}"
    else:
        assert each.as_of is not None  # a dose not given has an as of
        said = f"{each.id} not given by {day_text(each.as_of)}"
    if each.previous is not None and each.interval is not None:
        days = counted(each.interval, "day")
        said += f", {days} after the dose of {day_text(each.previous)}"
    return said


def _asked(each: Deviation) -> str:
    said = f"{each.rule}: {each.why}, due {day_text(each.due)}"
    if each.planned is None:
        return f"{said}; the clinic has no open day for it"
    if each.planned != each.due:
        said += f", clinic day {day_text(each.planned)}"
    return said
