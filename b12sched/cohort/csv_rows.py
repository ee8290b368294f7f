"""Reader of a cohort in CSV, with commas, semicolons or tabs.

Rows have the numbers that a spreadsheet shows: a quoted line break begins no new row,
an empty row counts. A fault in a row fails only that row, even an unclosed quote.
"""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator
from io import TextIOWrapper

from b12sched.cohort.cells import as_typed
from b12sched.cohort.row import Row, RowError
from b12sched.cohort.text import (
    IGNORED,
    LONGEST_LINE,
    ended,
    lines_of,
    not_utf8,
    visible,
)
from b12sched.errors import InputError, shown, unknown_name
from b12sched.plan.case import FIELDS

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


def read_table(
    stream: TextIOWrapper,
) -> tuple[tuple[str, ...], Iterator[Row | RowError]]:
    """Return the columns of a table, and its rows but those without any text.

    Raises InputError for a header that names other columns than those of a cohort.
    """
    lines = _Lines(stream)
    number, header, delimiter = _header(lines)
    kept = tuple(name for name in header if name and not name.startswith(IGNORED))
    return kept, _rows(lines, number, header, delimiter)


def _header(lines: _Lines) -> tuple[int, list[str], str]:
    """Return the number of the header's row, the names in it, and the delimiter."""
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
        splits = {sign: _split(line, sign) for sign in asked}
        sign = max(asked, key=lambda sign: len(set(splits[sign]) & set(FIELDS)))
        _check_names(splits[sign])
        return number, splits[sign], sign
    raise InputError("has no row at all", "begin with a header of column names")


def _split(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter, strict=True))
    except csv.Error:
        return line.split(delimiter)


def _check_names(header: list[str]) -> None:
    names = [name for name in header if name and not name.startswith(IGNORED)]
    for name in names:
        if name not in FIELDS:
            error = unknown_name("column", name, FIELDS)
            error.hint = f"the first row names the columns; {error.hint}"
            error.field = "header"
            raise error
        if names.count(name) > 1:
            raise InputError(
                f"column {shown(name)} is there twice", "keep one", field="header"
            )
    if "patient" not in names:
        raise InputError(
            "there is no column patient",
            "state a reference for each patient: it names the plan",
            field="header",
        )


def _rows(
    lines: _Lines, number: int, header: list[str], delimiter: str
) -> Iterator[Row | RowError]:
    for line in lines:
        number += 1
        if len(line) > LONGEST_LINE:
            why, cure = "is longer than a row can be", "check how the file was made"
            yield _broken(number, line[:100], why, cure, header, delimiter)
        elif (cells := _cells(line, lines, header, delimiter)) is None:
            why = "has a quotation mark that is not closed, or one inside a text"
            yield _broken(number, ended(line), why, _QUOTED, header, delimiter)
        elif "".join(cells).strip():
            yield _row(number, cells, header, delimiter)


def _broken(
    number: int, line: str, why: str, cure: str, header: list[str], delimiter: str
) -> RowError:
    """Return the error for a record that cannot be parsed, with its first line."""
    values = _aligned(line.split(delimiter), header, delimiter)
    return RowError(number, "", visible(line), why, cure, values)


def _cells(
    line: str, lines: _Lines, header: list[str], delimiter: str
) -> list[str] | None:
    """Return the cells of the record that starts with `line`; quotes may span lines.

    None if its quotation marks are wrong.
    """
    if '"' not in line:
        return ended(line).split(delimiter)
    more: list[str] = []

    def supply() -> Iterator[str]:
        yield line
        while len(more) < _MOST_LINES and (following := next(lines, None)) is not None:
            more.append(following)
            yield following

    try:
        cells = next(csv.reader(supply(), delimiter=delimiter, strict=True))
    except csv.Error:
        cells = []
    if cells and not any(_is_row(each, header, delimiter) for each in more[:-1]):
        return cells
    # Put back the lines that the quote took in, to be read as rows.
    lines.put_back(more)
    return None


def _is_row(line: str, header: list[str], delimiter: str) -> bool:
    """Return whether a line in the middle of a record is a row by itself.

    If so, the quotation marks that took it in are wrong. Only a table of three or more
    columns can tell.
    """
    return len(header) > 2 and len(_split(line, delimiter)) == len(header)


def _row(
    number: int, cells: list[str], header: list[str], delimiter: str
) -> Row | RowError:
    values = _aligned(cells, header, delimiter)
    if len(cells) != len(header):
        extra = cells[len(header) :]
        if not extra:
            hint = "is the file complete? leave cells empty, but keep their delimiters"
        elif delimiter != "\t" and "given" in header:
            hint = 'put quotation marks around given dates: "2026-01-05,2026-01-07"'
        else:
            hint = "put quotation marks around a text that holds a delimiter"
        filled = any(cell.strip() for cell in extra)
        if filled or not extra or _is_split(cells, header, delimiter):
            return RowError(
                number,
                "",
                visible(delimiter.join(extra)),
                f"has {len(cells)} cells and the header {len(header)} "
                f"(the delimiter is a {_DELIMITERS[delimiter]})",
                hint,
                values,
                incomplete=not filled,
            )
    for name, cell in zip(header, cells, strict=False):
        if name.startswith(IGNORED):
            continue
        if not name and cell.strip():
            return RowError(
                number,
                "",
                visible(cell),
                f"{shown(visible(cell))} is in a column without a name",
                "name the column in the header, or take the text away",
                values | {"": visible(cell)},
                incomplete=True,
            )
        if name and (bad := not_utf8(cell)):
            return RowError(
                number,
                name,
                values[name],
                bad,
                "save the file as CSV UTF-8",
                values,
                incomplete=name == "patient",
            )
    return Row(number, values)


def _is_split(cells: list[str], header: list[str], delimiter: str) -> bool:
    """Return whether given dates without quotation marks may have shifted other cells.

    The second date would be read as the value of the next column.
    """
    if delimiter == "\t" or "given" not in header[:-1]:
        return False
    at = header.index("given")
    given, following = cells[at : at + 2]
    return bool(given.strip() and following.strip()) and delimiter not in given


def _aligned(cells: list[str], header: list[str], delimiter: str) -> dict[str, str]:
    """Return cells by column; surplus ones with text are joined to the last one."""
    last = len(header) - 1
    if any(cell.strip() for cell in cells[last + 1 :]):
        cells = [*cells[:last], delimiter.join(cells[last:])]
    return {
        name: as_typed(visible(cell))
        for name, cell in zip(header, cells, strict=False)
        if name and not name.startswith(IGNORED)
    }
