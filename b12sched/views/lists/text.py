"""Texts that the lists share: patients' references, and rows that failed."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import zip_longest

from b12sched.dates import counted
from b12sched.views.screen.layout import Line

_GAP = 2


def missing_rows(failed: int) -> str:
    """Return a sentence on how many rows failed and are not in a list; empty for 0.

    People may read the list without the errors.
    """
    if not failed:
        return ""
    verb = "is" if failed == 1 else "are"
    return (
        f" {counted(failed, 'row')} of the cohort failed and {verb} not in this list."
    )


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
