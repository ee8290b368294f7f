"""The table of failed rows, which can be mended and fed back."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from b12sched.cells import harmless
from b12sched.cohort.row import RowError
from b12sched.files import open_file

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
        own = dict(error.values)
        if error.treacherous:
            # Fed back unmended, it fails again.
            own.pop("patient", None)
        said = error.column, error.value, error.text, error.hint
        texts = (own.get(name, "") for name in self._columns)
        self._rows.writerow(harmless((error.row, *said, *texts)))


def is_table(path: Path, columns: Sequence[str]) -> bool:
    """Return whether a file is a table with these first columns, empty or not there."""
    if not path.is_file():
        return not path.exists()
    with open_file(path, "a table") as stream:
        start = stream.readline(1000).decode("utf-8-sig", "replace").rstrip()
    return not start or f"{start},".startswith(",".join(columns) + ",")
