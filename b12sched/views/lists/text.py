"""What the lists have in common: patients' references, rows that failed."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import zip_longest

from b12sched.dates import counted
from b12sched.views.screen.table import Line

_GAP = 2


def missing_rows(failed: int) -> str:
    """That rows of the cohort are not in a list, which may be read without the errors.

    Empty if none failed.
    """
    if not failed:
        return ""
    verb = "is" if failed == 1 else "are"
    return (
        f" {counted(failed, 'row')} of the cohort failed and {verb} not in this list."
    )


def beside_parts(parts: Iterable[str], room: int, lines: Iterable[Line]) -> list[Line]:
    """Lines to the right of texts of any script, which have so many cells."""
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
    """The cells of the widest text, but at most so many."""
    from rich.cells import cell_len

    return min(max((cell_len(text) for text in texts), default=0), most)
