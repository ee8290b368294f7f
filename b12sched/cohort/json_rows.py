"""Reader of a cohort in JSON Lines: one object per line, with columns as its keys."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from io import TextIOWrapper
from itertools import chain
from typing import NoReturn

from b12sched.cohort.layout import Column, Layout
from b12sched.cohort.planning import numbered
from b12sched.cohort.row import Row, RowError
from b12sched.cohort.text import LONGEST_LINE, lines_of, not_utf8, visible
from b12sched.errors import InputError, shown
from b12sched.plan.case import FIELDS


def columns(layout: Layout) -> tuple[Column, ...]:
    """Return the columns that the rows may have: all fields, and what is carried."""
    headers = {field: field for field in FIELDS} | dict(layout.fields)
    own = (Column(header, field) for field, header in headers.items())
    return (*own, *(Column(header, carried=header) for header in layout.carry))


def read_lines(stream: TextIOWrapper, layout: Layout) -> Iterator[Row | RowError]:
    """Return the rows of JSON Lines, numbered by line; empty lines are left out.

    A line that is no object with known keys fails only its row. Raises InputError for a
    file that is empty or one JSON array.
    """
    lines = enumerate(lines_of(stream), 1)
    first = next(lines, None)
    if first is None:
        raise InputError("is empty", "check how it was made")
    if first[1].lstrip().startswith("["):
        raise InputError(
            "is one JSON array, not JSON Lines",
            "write one object per line, without brackets around them",
        )
    return _rows(chain([first], lines), layout)


def _rows(lines: Iterable[tuple[int, str]], layout: Layout) -> Iterator[Row | RowError]:
    for number, line in lines:
        if text := line.strip():
            yield _row(number, text, layout)


def _row(number: int, text: str, layout: Layout) -> Row | RowError:
    if len(text) > LONGEST_LINE:
        return _fault(number, text[:100], "is longer than a row can be")
    if bad := not_utf8(text):
        return _fault(number, text, bad, "save the file as UTF-8")
    try:
        # Keep numbers as written: a date is no number, and 6.0 is no count of months.
        found = json.loads(
            text,
            object_pairs_hook=_pairs,
            parse_int=str,
            parse_float=str,
            parse_constant=_refuse,
        )
    except InputError as error:
        return _fault(number, text, error.message, error.hint, error.field or "")
    except (ValueError, RecursionError) as error:
        reason = getattr(error, "msg", "nested too deeply").lower()
        return _fault(number, text, f"is not JSON: {reason}")
    if not isinstance(found, dict):
        return _fault(number, text, "is not an object")
    return numbered(number, found, layout)


def _pairs(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        [(twice, _)] = Counter(name for name, _ in pairs).most_common(1)
        raise InputError(
            f"{shown(twice)} appears twice", "write each value once", field=twice
        )
    return found


def _refuse(name: str) -> NoReturn:
    raise InputError(f"{name} is not a value of JSON", "write null for what is absent")


def _fault(
    number: int,
    text: str,
    said: str,
    hint: str = 'write one object per line: {"patient": "A-17", "start": "2026-01-05"}',
    column: str = "",
) -> RowError:
    return RowError(number, visible(column), visible(text), visible(said), hint, {})
