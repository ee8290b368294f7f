"""Escaping of CSV cells: none is a formula, however a spreadsheet splits the line.

Tables are written with commas. A spreadsheet that is set to semicolons, or that takes a
quoted line break for the end of a row, finds other cells in them: those must be
harmless, too. Reading a cell back removes the escapes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

# Where people write full-width signs, spreadsheets take them for the plain ones.
_SIGNS = r"=+\-@＝＋－＠"
_FIRST = f"^{{}}(?='*[{_SIGNS}\t\r])"
_LATER = f"(?<=[;\t\r\n]){{}}(?='*[{_SIGNS}])"
_FORMULA = f"{_FIRST}|{_LATER}".format("", "")
_DEFUSED = f"{_FIRST}|{_LATER}".format("'", "'")


def harmless(cells: Iterable[object]) -> list[object]:
    """Return the cells of a line, the texts among them escaped by `defused`."""
    return [defused(cell) if isinstance(cell, str) else cell for cell in cells]


def defused(text: str) -> str:
    """Return a text with an apostrophe before whatever could be read as a formula."""
    return re.sub(_FORMULA, "'", text)


def as_typed(cell: str) -> str:
    """Return a text as it was before `defused` escaped it."""
    return re.sub(_DEFUSED, "", cell)
