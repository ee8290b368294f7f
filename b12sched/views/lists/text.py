"""Texts that the lists share: references, carried cells, and what is not in a list."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from itertools import zip_longest

from b12sched.dates import counted
from b12sched.errors import printable
from b12sched.views.screen.printing import chopped, encodable
from b12sched.views.screen.table import Line, fold, length

_GAP = 2

Carried = tuple[tuple[str, str], ...]
"""The cells of a row that a list shows as they are, each with its header."""


def missing_text(failed: int, noun: str = "row") -> str:
    """Return a sentence on how many rows or plan files are not in a list.

    Empty for 0. People may read the list without the errors.
    """
    if not failed:
        return ""
    verb, whose = "is" if failed == 1 else "are", " of the cohort" * (noun == "row")
    return f" {counted(failed, noun)}{whose} failed and {verb} not in this list."


def carried_columns(rows: Iterable[Carried], own: Collection[str]) -> dict[str, str]:
    """Return the column of each header that is carried, in order.

    It is the header as it is; one that reads like a column of the list itself says that
    it is carried.
    """
    headers = dict.fromkeys(header for row in rows for header, _ in row)
    return {
        header: f"{header} (carried)" if _plain(header) in own else header
        for header in headers
    }


def _plain(header: str) -> str:
    return "_".join(header.lower().replace("-", " ").replace("_", " ").split())


def carried_cells(row: Carried, columns: Mapping[str, str]) -> list[str]:
    """Return the carried cells of a row for these columns, empty where it has none."""
    cells = dict(row)
    return [cells.get(header, "") for header in columns]


def carried_text(row: Carried) -> str:
    """Return the carried cells that are not empty, with their headers, to be read."""
    return ", ".join(
        f"{printable(header)}: {printable(cell)}" for header, cell in row if cell
    )


def beside_carried(
    lines: list[Line], row: Carried, room: int, encoding: str
) -> list[Line]:
    """Return lines with the carried cells behind them, or below if there is no room.

    The cells may be of any script.
    """
    from rich.cells import cell_len

    text = encodable(carried_text(row), encoding)
    if not text:
        return lines
    *before, last = lines
    if length(last) + _GAP + cell_len(text) <= room:
        return [*before, (*last, (f"{' ' * _GAP}{text}", ""))]
    if cell_len(text) == len(text):
        return lines + fold(((text, ""),), room)
    return lines + [((part, ""),) for part in chopped(text, room)]


def beside_parts(parts: Iterable[str], room: int, lines: Iterable[Line]) -> list[Line]:
    """Return lines to the right of texts of any script, which have `room` cells."""
    from rich.cells import cell_len

    found: list[Line] = []
    for part, line in zip_longest(parts, lines, fillvalue=None):
        text = part or ""
        cell: Line = ((text, "bold"),)
        if line:
            cell += ((" " * (room - cell_len(text) + _GAP), ""), *line)
        found.append(cell)
    return found


def widest(texts: Iterable[str], most: int) -> int:
    """Return the cells of the widest text, but at most `most`."""
    from rich.cells import cell_len

    return min(max((cell_len(text) for text in texts), default=0), most)
