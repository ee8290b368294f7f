"""An audit: the doses that were early, late or not given, the worst first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from b12sched.cohort.lists.audit import Deviation
from b12sched.dates import counted, day_text
from b12sched.errors import printable
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
)

COLUMNS = tuple(
    "interval_days" if name == "interval" else name
    for name in Deviation._fields
    if name != "carried"
)
_STACKED_BELOW = 80
_DAYS = len("365 days late")
_NAMES = 20


def audit_json(found: Sequence[Deviation]) -> bytes:
    """Return a JSON list, one object per deviation, the worst first.

    What is carried follows the other fields, each cell under its header.
    """
    return json_bytes([json_values(fields_of(COLUMNS, each)) for each in found])


def audit_csv(found: Sequence[Deviation]) -> bytes:
    """Return CSV, one row per deviation; the columns are the keys of the JSON."""
    return table_csv(
        (*COLUMNS, *carried_headers(found)),
        ([*fields_of(COLUMNS, each).values()] for each in found),
    )


def audit_markdown(found: Sequence[Deviation], missing: str = "") -> bytes:
    """Return a Markdown table of the deviations, the worst first."""
    lines = ["# Audit of given doses", "", _total(found, missing)]
    if found:
        lines.append("")
        lines += table_lines(
            (
                *("How far", "Patient", "Row", "What", "Rule", "Note"),
                *map(printable, carried_headers(found)),
            ),
            (
                (
                    _far(each),
                    each.patient,
                    "" if each.row is None else str(each.row),
                    _what(each),
                    _asked(each),
                    each.note or "",
                    *(printable(cell) for _, cell in each.carried),
                )
                for each in found
            ),
        )
    return page(lines)


def audit_lines(
    found: Sequence[Deviation], width: int, encoding: str, missing: str = ""
) -> Iterator[Line]:
    """Yield the deviations; the lines fit the width, down to 40 columns.

    `missing` is a sentence on what is not among them.
    """
    width = min(max(width, NARROWEST), WIDEST)
    yield (("Audit of given doses", "bold"),)
    yield from fold(((_total(found, missing), ""),), width)
    names = widest((text for each in found for text in _named(each, encoding)), _NAMES)
    for each in found:
        yield ()
        far, (patient, *row) = _far(each), _named(each, encoding)
        style = "red" if each.days > 0 else "yellow"
        if width < _STACKED_BELOW:
            where = "".join(f"  {text}" for text in row)
            yield from fold(((far, style), (where, "")), width)
            parts = chopped(patient, width - 2)
            yield from indent([((part, "bold"),) for part in parts])
            yield from indent(_reasons(each, width - 2, encoding))
        else:
            said = _reasons(each, width - _DAYS - names - 4, encoding)
            parts = [*chopped(patient, names), *row]
            right = beside_parts(parts, names, said)
            yield from beside((fold(((far, style),), _DAYS), _DAYS), (right, 0))


def _named(each: Deviation, encoding: str) -> list[str]:
    """Return the patient as the encoding can hold it, and the row if there is one."""
    named = [encodable(each.patient, encoding)]
    return named if each.row is None else [*named, f"row {each.row}"]


def _reasons(each: Deviation, room: int, encoding: str) -> list[Line]:
    """Return what was done, what the rule asks, and what else may be the reason."""
    said = [_what(each), _asked(each), each.note]
    lines = [line for text in said if text for line in fold(((text, ""),), room)]
    return beside_carried(lines, each.carried, room, encoding)


def _total(found: Sequence[Deviation], missing: str) -> str:
    if not found:
        return f"No deviation found.{missing}"
    late = sum(each.days > 0 and each.date is not None for each in found)
    open_gaps = sum(each.date is None for each in found)
    early = len(found) - late - open_gaps
    said = f"{counted(late, 'dose')} late, {early} early, {open_gaps} not given"
    return said + missing.replace(" ", ". ", 1)


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
