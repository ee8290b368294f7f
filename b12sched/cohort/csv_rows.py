"""Reader of a cohort in CSV, with commas, semicolons or tabs.

Rows have the numbers that a spreadsheet shows: a quoted line break begins no new row,
an empty row counts. A fault in a row fails only that row, even an unclosed quote.
"""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from io import TextIOWrapper
from typing import NamedTuple

from b12sched.cohort.layout import Column, Layout
from b12sched.cohort.row import Carried, Row, RowError
from b12sched.cohort.text import (
    LONGEST_LINE,
    ended,
    lines_of,
    not_utf8,
    visible,
)
from b12sched.errors import InputError, shown
from b12sched.files.cells import as_typed

_DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab"}
_MOST_LINES = 200
"""The most lines that a quoted record may have after its first."""

_QUOTED = (
    'put quotation marks around the whole text, and double those inside: "a ""b"""'
)


class _Lines:
    """The lines of a file, of which some may be put back."""

    def __init__(self, stream: TextIOWrapper) -> None:
        self._lines = lines_of(stream)
        self._back: deque[str] = deque()

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        return self._back.popleft() if self._back else next(self._lines)

    def put_back(self, lines: list[str]) -> None:
        self._back.extendleft(reversed(lines))


Columns = tuple[Column, ...]


def read_table(
    stream: TextIOWrapper, layout: Layout
) -> tuple[Columns, Iterator[Row | RowError]]:
    """Return the columns of a table, and its rows but those without any text.

    Raises InputError for a header that names other columns than those of the layout.
    """
    lines = _Lines(stream)
    number, columns, delimiter = _header(lines, layout)
    return columns, _rows(lines, number, _Table.of(columns, delimiter, layout))


class _Table(NamedTuple):
    """The columns of a table and its delimiter, and the layout by which it is read.

    `wanted` are the places of the columns that are kept, each with its field and the
    header under which it is carried; `watched` says that a column has no name.
    """

    columns: Columns
    delimiter: str
    layout: Layout
    wanted: tuple[tuple[int, str, str], ...]
    watched: bool

    @classmethod
    def of(cls, columns: Columns, delimiter: str, layout: Layout) -> _Table:
        wanted = (
            (place, column.field, column.carried)
            for place, column in enumerate(columns)
            if column.kept
        )
        nameless = any(not column.header for column in columns)
        watched = nameless and not layout.ignore_others
        return cls(columns, delimiter, layout, tuple(wanted), watched)

    def at(self, field: str) -> int | None:
        """Return the place of the column that holds a field, None if there is none."""
        fields = [column.field for column in self.columns]
        return fields.index(field) if field in fields else None


def _header(lines: _Lines, layout: Layout) -> tuple[int, Columns, str]:
    """Return the number of the header's row, the columns, and the delimiter."""
    asked: tuple[str, ...] = tuple(_DELIMITERS)
    for number, line in enumerate(lines, 1):
        if number == 1 and line[:4].lower() == "sep=" and line[4:5] in _DELIMITERS:
            # This line tells a spreadsheet the delimiter; it shows no row for it.
            asked = (line[4],)
            line = next(lines, "")
        if not line.strip(" \t\r\n,;"):
            continue
        if bad := not_utf8(line):
            raise InputError(bad, "save the file as CSV UTF-8", field="header")
        line = _whole(line, lines)
        splits = {sign: _split(line, sign) for sign in asked}
        sign = max(
            asked, key=lambda sign: (layout.matches(splits[sign]), len(splits[sign]))
        )
        columns = layout.columns([ended(name) for name in splits[sign]])
        if all(column.field != "patient" for column in columns):
            raise InputError(
                "there is no column patient",
                "state a reference for each patient: it names the plan (where it has "
                "another header: --column patient=HEADER)",
                field="header",
            )
        return number, columns, sign
    raise InputError("has no row at all", "begin with a header of column names")


def _whole(line: str, lines: _Lines) -> str:
    """Return a header with the lines that its quotation marks take in."""
    more: list[str] = []
    whole = line
    while whole.count('"') % 2 and len(more) < _MOST_LINES:
        if (following := next(lines, None)) is None:
            break
        more.append(following)
        whole += following
    if whole.count('"') % 2:
        lines.put_back(more)
        return line
    return whole


def _split(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter, strict=True))
    except csv.Error:
        return line.split(delimiter)


def _rows(lines: _Lines, number: int, table: _Table) -> Iterator[Row | RowError]:
    for line in lines:
        number += 1
        if len(line) > LONGEST_LINE:
            why, cure = "is longer than a row can be", "check how the file was made"
            yield _broken(number, line[:100], why, cure, table)
        elif (cells := _cells(line, lines, table)) is None:
            why = "has a quotation mark that is not closed, or one inside a text"
            yield _broken(number, ended(line), why, _QUOTED, table)
        elif "".join(cells).strip():
            yield _row(number, cells, table)


def _broken(number: int, line: str, why: str, cure: str, table: _Table) -> RowError:
    """Return the error for a record that cannot be parsed, with its first line."""
    values, carried = _aligned(line.split(table.delimiter), table)
    return RowError(number, "", visible(line), why, cure, values, carried=carried)


def _cells(line: str, lines: _Lines, table: _Table) -> list[str] | None:
    """Return the cells of the record that starts with `line`; quotes may span lines.

    None if its quotation marks are wrong.
    """
    delimiter = table.delimiter
    if '"' not in line:
        return ended(line).split(delimiter)
    more: list[str] = []

    def supply() -> Iterator[str]:
        yield line
        while len(more) < _MOST_LINES and (following := next(lines, None)) is not None:
            more.append(following)
            yield following

    with suppress(csv.Error):
        cells = next(csv.reader(supply(), delimiter=delimiter, strict=True))
        if not any(_is_row(each, table) for each in more[:-1]):
            return cells
    # Put back the lines that the quote took in, to be read as rows.
    lines.put_back(more)
    return None


def _is_row(line: str, table: _Table) -> bool:
    """Return whether a line in the middle of a record is a row by itself.

    If so, the quotation marks that took it in are wrong. Only a table of three or more
    columns can tell.
    """
    length = len(table.columns)
    return length > 2 and len(_split(line, table.delimiter)) == length


def _row(number: int, cells: list[str], table: _Table) -> Row | RowError:
    values, carried = _aligned(cells, table)
    length = len(table.columns)
    if len(cells) != length:
        extra = cells[length:]
        if not extra:
            hint = "is the file complete? leave cells empty, but keep their delimiters"
        elif table.delimiter != "\t" and table.at("given") is not None:
            hint = 'put quotation marks around given dates: "2026-01-05,2026-01-07"'
        else:
            hint = "put quotation marks around a text that holds a delimiter"
        filled = any(cell.strip() for cell in extra)
        if filled or not extra or _is_split(cells, table):
            return RowError(
                number,
                "",
                visible(table.delimiter.join(extra)),
                f"has {len(cells)} cells, but the header has {length} "
                f"(the delimiter is a {_DELIMITERS[table.delimiter]})",
                hint,
                values,
                incomplete=not filled,
                carried=carried,
            )
    if table.watched or not "".join(cells).isascii():
        return _checked(number, cells, table, values, carried)
    return Row(number, values, carried, table.layout.dates)


def _checked(
    number: int,
    cells: list[str],
    table: _Table,
    values: dict[str, str],
    carried: Carried,
) -> Row | RowError:
    """Return the row, or an error for a byte of no text or a cell under no name."""
    for column, cell in zip(table.columns, cells, strict=False):
        if column.kept and (bad := not_utf8(cell)):
            return RowError(
                number,
                column.field or column.header,
                as_typed(visible(cell)),
                bad,
                "save the file as CSV UTF-8",
                values,
                incomplete=column.field == "patient",
                carried=carried,
            )
        if table.watched and not column.header and cell.strip():
            return RowError(
                number,
                "",
                visible(cell),
                f"{shown(visible(cell))} is in a column without a name",
                "name the column in the header, or remove the text",
                values | {"": visible(cell)},
                incomplete=True,
                carried=carried,
            )
    return Row(number, values, carried, table.layout.dates)


def _is_split(cells: list[str], table: _Table) -> bool:
    """Return whether given dates without quotation marks may have shifted other cells.

    The second date would be read as the value of the next column.
    """
    at = table.at("given")
    if table.delimiter == "\t" or at is None:
        return False
    given, following = cells[at : at + 2]
    return bool(given.strip() and following.strip()) and table.delimiter not in given


def _aligned(cells: list[str], table: _Table) -> tuple[dict[str, str], Carried]:
    """Return cells by field, and those carried along by header.

    Surplus cells with text are joined to the last one.
    """
    last = len(table.columns) - 1
    if any(cell.strip() for cell in cells[last + 1 :]):
        cells = [*cells[:last], table.delimiter.join(cells[last:])]
    values: dict[str, str] = {}
    carried = dict.fromkeys(table.layout.carry, "")
    whole = "".join(cells)
    if not whole.isascii():
        cells = [*map(visible, cells)]
    if "'" in whole:
        cells = [*map(as_typed, cells)]
    for place, field, header in table.wanted:
        if place < len(cells):
            if field:
                values[field] = cells[place]
            if header:
                carried[header] = cells[place]
    return values, tuple(carried.items())
