"""The table of failed rows, which can be mended and fed back."""

from __future__ import annotations

import csv
from typing import Protocol

from b12sched.cells import harmless
from b12sched.cohort.row import ONE_ROW, RowError

ERROR_COLUMNS = (
    "error_row", "error_column", "error_value", "error_text", "error_hint",
)  # fmt: skip


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
        own = [self._own(error, name) for name in self._columns]
        said = error.column, error.value, error.text, error.hint
        self._rows.writerow(harmless((error.row, *said, *own)))

    def _own(self, error: RowError, column: str) -> str:
        """A text of the row.

        The patient is missing where the row, fed back unmended, would be a plan that
        lacks a dose: the table has no column for another text of it, or the patient's
        other row, which is not in the table, was delivered.
        """
        if column == "patient" and (error.hint == ONE_ROW or self._lacks(error)):
            return ""
        return error.values.get(column, "")

    def _lacks(self, error: RowError) -> bool:
        texts = error.values.items()
        return any(text for name, text in texts if name not in self._columns)
