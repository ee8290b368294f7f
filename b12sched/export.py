"""A plan to files: what each is to hold, and what the user must be told."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from b12sched.errors import InputError, shown
from b12sched.events import Plan
from b12sched.formats import Written, format_of


def export(
    plan: Plan, paths: Sequence[Path], written: Written
) -> tuple[dict[Path, bytes], list[str]]:
    """The content of each file, by path, and notes for the user.

    Raises InputError for a suffix that names no format and a path named twice.
    """
    contents: dict[Path, bytes] = {}
    notes: list[str] = []
    for path in paths:
        if path in contents:
            raise InputError(
                f"{shown(str(path))} is named twice",
                "name each file once",
                field="output",
                value=str(path),
            )
        contents[path] = format_of(path).write(plan, written)
    return contents, notes
