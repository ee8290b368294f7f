"""Cells of a table of text: none is a formula, however a spreadsheet splits the line.

A table is made for commas. A spreadsheet that is set to semicolons, or that takes a
quoted line break for the end of a row, finds other cells in it: those must be harmless,
too. What is done to a cell is undone when it is read back.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

# Full-width signs are taken for the plain ones where such scripts are written.
_SIGNS = r"=+\-@＝＋－＠"
_FIRST = f"^{{}}(?='*[{_SIGNS}\t\r])"
_LATER = f"(?<=[;\t\r\n]){{}}(?='*[{_SIGNS}])"
_FORMULA = re.compile(f"{_FIRST}|{_LATER}".format("", ""))
_DEFUSED = re.compile(f"{_FIRST}|{_LATER}".format("'", "'"))


def harmless(cells: Iterable[object]) -> list[object]:
    """The cells of a line, the texts among them defused."""
    return [defused(cell) if isinstance(cell, str) else cell for cell in cells]


def defused(text: str) -> str:
    """A text with an apostrophe before whatever could be taken for a formula."""
    return _FORMULA.sub("'", text)


def as_typed(cell: str) -> str:
    """A text as it was before it was defused."""
    return _DEFUSED.sub("", cell) if "'" in cell else cell
