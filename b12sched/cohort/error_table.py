"""The table of failed rows, which people can correct and feed back."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from b12sched.cohort.layout import Column
from b12sched.cohort.row import RowError
from b12sched.errors import InputError, shown
from b12sched.files.cells import harmless
from b12sched.files.disk import open_file
from b12sched.plan.case import FIELDS

ERROR_COLUMNS = (
    "error_row", "error_column", "error_value", "error_text", "error_hint",
)  # fmt: skip

ERROR_CODE = "error_code"
"""The last column."""

_MANIFEST = ("row", "patient", "file")


def error_table(
    write: Callable[[str], object], columns: Sequence[Column]
) -> Callable[[RowError], None]:
    """Return a function that writes a failed row, with a header before the first.

    It writes line by line, and nothing that a spreadsheet would take for a formula.
    """
    begun = False

    def add(error: RowError) -> None:
        nonlocal begun
        if not begun:
            headers = (column.header for column in columns)
            write(_line((*ERROR_COLUMNS, *harmless(headers), ERROR_CODE)))
            begun = True
        own = dict(error.values)
        if error.incomplete:
            # Without a patient the row fails again if it is fed back uncorrected.
            own.pop("patient", None)
        said = error.column, error.value, error.text, error.hint
        carried = dict(error.carried)
        texts = (
            own.get(column.field) if column.field else carried.get(column.carried)
            for column in columns
        )
        write(_line(harmless((error.row, *said, *texts, error.code))))

    return add


def _line(cells: Iterable[object]) -> str:
    line = io.StringIO(newline="")
    csv.writer(line).writerow(cells)
    return line.getvalue()


def check_no_table(path: Path, content: bytes | None) -> None:
    """Raise InputError for a file that is a cohort, or a table that a batch made.

    No list or plan may overwrite a file that somebody may still read.
    """
    first = (content or b"").partition(b"\n")[0].decode("utf-8-sig", "replace")
    names = re.split("[,;\t]", first.strip())
    what = {
        "a cohort": "patient" in names and set(names) <= set(FIELDS),
        "a batch's manifest": names[: len(_MANIFEST)] == [*_MANIFEST],
        "a table of errors": names[: len(ERROR_COLUMNS)] == [*ERROR_COLUMNS],
    }
    for name, found in what.items():
        if found:
            raise InputError(
                f"{shown(str(path), limit=4096)} is {name}; it is left as it was",
                "choose another name",
                field="output",
                value=str(path),
                code="foreign-file",
            )


def is_table(path: Path, columns: Sequence[str]) -> bool:
    """Return whether a file is a table with these first columns, empty or not there."""
    if not path.is_file():
        return not path.exists()
    with open_file(path, "a table") as stream:
        start = stream.readline(1000).decode("utf-8-sig", "replace").rstrip()
    return not start or f"{start},".startswith(",".join(columns) + ",")
