"""Texts that the lists share: references, carried cells, and what is not in a list."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import zip_longest

from b12sched.cohort.lists.audit import Deviation
from b12sched.cohort.lists.worklist import Visit
from b12sched.cohort.row import Carried
from b12sched.dates import counted
from b12sched.errors import printable
from b12sched.views.screen.layout import Line, cells, chopped, encodable, fold, length

_GAP = 2


def missing_text(failed: int, noun: str = "row") -> str:
    """Return a sentence on how many rows or plan files are not in a list.

    Empty for 0. People may read the list without the errors.
    """
    if not failed:
        return ""
    verb, whose = "is" if failed == 1 else "are", " of the cohort" * (noun == "row")
    return f" {counted(failed, noun)}{whose} failed and {verb} not in this list."


def overdue_left_out(patients: int) -> str:
    """Return a sentence on overdue doses that are not in a worklist; empty for 0."""
    if not patients:
        return ""
    have = "has" if patients == 1 else "have"
    return (
        f" {counted(patients, 'patient')} {have} an overdue dose that is not in this "
        "list because of --as-of."
    )


def carried_headers(rows: Sequence[Visit | Deviation]) -> list[str]:
    """Return the headers of what is carried, which each row of a list has."""
    return [header for each in rows[:1] for header, _ in each.carried]


def fields_of(columns: Sequence[str], each: Visit | Deviation) -> dict[str, object]:
    """Return a row of a list by column, what is carried after its own fields."""
    own: dict[str, object] = dict(zip(columns, each, strict=False))
    return own | dict(each.carried)


def beside_carried(
    lines: Sequence[Line], row: Carried, room: int, encoding: str
) -> list[Line]:
    """Return lines with the carried cells that are not empty behind them.

    Each cell has its header before it, and stands on a line of its own if there is no
    room behind the others. They may be of any script.
    """
    found = list(lines)
    used = length(found[-1])
    for header, cell in row:
        if not cell:
            continue
        text = encodable(f"{printable(header)}: {printable(cell)}", encoding)
        if used + _GAP + cells(text) <= room:
            found[-1] += ((" " * _GAP + text, ""),)
            used += _GAP + cells(text)
            continue
        if cells(text) == len(text):
            found += fold(((text, ""),), room)
        else:
            found += [((part.rstrip(), ""),) for part in chopped(text, room)]
        used = cells("".join(piece for piece, _ in found[-1]))
    return found


def beside_parts(parts: Iterable[str], room: int, lines: Iterable[Line]) -> list[Line]:
    """Return lines to the right of texts of any script, which have `room` cells."""
    found: list[Line] = []
    for part, line in zip_longest(parts, lines, fillvalue=None):
        text = part or ""
        cell: Line = ((text, "bold"),)
        if line:
            cell += ((" " * (room - cells(text) + _GAP), ""), *line)
        found.append(cell)
    return found


def widest(texts: Iterable[str], most: int) -> int:
    """Return the cells of the widest text, but at most `most`."""
    return min(max((cells(text) for text in texts), default=0), most)
