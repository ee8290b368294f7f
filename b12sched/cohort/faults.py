"""The table of failed rows, which can be mended and fed back."""

from __future__ import annotations

import csv
from typing import Protocol

from b12sched.cohort.row import RowError

ERROR_COLUMNS = (
    "error_row", "error_column", "error_value", "error_text", "error_hint",
)  # fmt: skip

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class SupportsWrite(Protocol):
    """Whatever takes text."""

    def write(self, text: str, /) -> object: ...


class ErrorTable:
    """The table of failed rows, which can be mended and fed back."""

    def __init__(self, stream: SupportsWrite, columns: tuple[str, ...]) -> None:
        self._columns = columns
        self._rows = csv.writer(stream)
        self._empty = True

    def add(self, error: RowError) -> None:
        """One row, without anything that a spreadsheet would take for a formula."""
        if self._empty:
            self._rows.writerow((*ERROR_COLUMNS, *self._columns))
            self._empty = False
        own = (error.values.get(name, "") for name in self._columns)
        said = error.column, error.value, error.text, error.hint
        self._rows.writerow((error.row, *map(defused, (*said, *own))))


def defused(text: str) -> str:
    """A text that no spreadsheet takes for a formula; reading it again undoes it."""
    return "'" + text if text.startswith(_FORMULA) else text


def as_typed(cell: str) -> str:
    """A text as it was before it was defused."""
    return cell[1:] if cell[:1] == "'" and cell[1:].startswith(_FORMULA) else cell
