"""A plan to files: what each is to hold, and what the user must be told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from b12sched.errors import InputError, shown
from b12sched.events import Plan
from b12sched.files import read_file
from b12sched.formats import FORMATS, Written, format_of
from b12sched.plan import build


def export(
    plan: Plan, paths: Sequence[Path], written: Written
) -> tuple[dict[Path, bytes], list[str]]:
    """The content of each file, by path, and notes for the user.

    A calendar that is there already is revised. Raises InputError for a suffix that
    names no format, a path named twice, and a file that must not be overwritten.
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
        form = format_of(path)
        if form is FORMATS["ics"]:
            contents[path], said = _calendar(plan, path, written)
            notes += said
        else:
            contents[path] = form.write(plan, written)
    return contents, notes


def _calendar(plan: Plan, path: Path, written: Written) -> tuple[bytes, list[str]]:
    """A calendar file, new or revised, and what to say of it.

    A revision is worked out to the later of the old and the new horizon, so that no
    event of the file is taken for one that fell away.
    """
    from b12sched.ics import IMPORT_ADVICE, notes, read_calendar, revise_calendar

    style = written.style
    assert style is not None  # the command line makes one for a calendar
    name = shown(path.name)
    if plan.case.patient is None or not path.is_file():
        data, summary = FORMATS["ics"].write(plan, written), f"{name}: new calendar"
    else:
        content = read_file(path, "a calendar")
        try:
            old = read_calendar(content, plan.case.patient)
        except InputError as error:
            error.field = str(path)
            raise
        if old.horizon > plan.until:
            case = replace(plan.case, until=old.horizon, months=None)
            plan = build(case, plan.clinic)
        revision = revise_calendar(old, plan, style, written.stamp)
        data, summary = revision.data, f"{name}: {revision.summary}"
    return data, [summary, *notes(plan, style), f"{name}: {IMPORT_ADVICE}"]
