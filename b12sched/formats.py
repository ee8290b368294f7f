"""The formats a plan is written in: a table of name, suffix and function."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from b12sched.errors import InputError, shown, unknown_name
from b12sched.events import Plan

if TYPE_CHECKING:
    from b12sched.ics import CalendarStyle


class Written(NamedTuple):
    """How a calendar is to be written: its style, and the time of writing."""

    style: CalendarStyle
    stamp: dt.datetime


class Format(NamedTuple):
    """One format: the end of its files' names, and a pure function to bytes."""

    suffix: str
    write: Callable[[Plan, Written | None], bytes]


def _json(plan: Plan, written: Written | None) -> bytes:
    from b12sched.views.data import plan_json

    return plan_json(plan)


def _csv(plan: Plan, written: Written | None) -> bytes:
    from b12sched.views.data import plan_csv

    return plan_csv(plan)


def _markdown(plan: Plan, written: Written | None) -> bytes:
    from b12sched.views.page import plan_markdown

    return plan_markdown(plan)


def _calendar(plan: Plan, written: Written | None) -> bytes:
    from b12sched.ics import write_calendar

    assert written is not None  # the command line makes one for a calendar
    return write_calendar(plan, written.style, written.stamp)


FORMATS: dict[str, Format] = {
    "json": Format(".json", _json),
    "csv": Format(".csv", _csv),
    "md": Format(".md", _markdown),
    "ics": Format(".ics", _calendar),
}


def format_named(name: str) -> Format:
    """The format of a name. Raises InputError naming those there are."""
    if name not in FORMATS:
        raise unknown_name("format", name, FORMATS, field="format")
    return FORMATS[name]


def format_of(path: Path) -> Format:
    """The format that a suffix asks for. Raises InputError if it asks for none."""
    for known in FORMATS.values():
        if path.name.lower().endswith(known.suffix):
            return known
    suffixes = ", ".join(known.suffix for known in FORMATS.values())
    raise InputError(
        f"{shown(str(path), limit=4096)} has a suffix that names no format",
        f"end the name with one of {suffixes}",
        field="output",
        value=str(path),
    )
