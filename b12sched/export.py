"""A plan to files: what each is to hold, and what the user must be told."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from b12sched.errors import InputError, shown
from b12sched.events import Plan
from b12sched.files import read_file
from b12sched.formats import FORMATS, Written, format_of
from b12sched.plan import build


def export(
    plan: Plan,
    paths: Sequence[Path],
    written: Written | None,
    plan_file: Path | None = None,
) -> tuple[dict[Path, bytes], list[str]]:
    """The content of each file, by path, and notes for the user.

    `plan_file` is the plan's memory, rewritten as JSON. A calendar that is there is
    revised. Raises InputError for a suffix that names no format, a path named twice,
    and a file that must not be overwritten.
    """
    contents: dict[Path, bytes] = {}
    notes: list[str] = []
    targets: set[str] = set()
    if plan_file is not None:
        contents[plan_file] = FORMATS["json"].write(plan, written)
        targets.add(os.path.realpath(plan_file))
    for path in paths:
        target, form = os.path.realpath(path), format_of(path)
        if target in targets:
            if form is FORMATS["json"] and path == plan_file:
                continue
            raise InputError(
                f"{shown(str(path), limit=4096)} is named twice",
                "name each file once",
                field="output",
                value=str(path),
            )
        targets.add(target)
        if form is FORMATS["ics"]:
            assert written is not None  # the command line makes one for a calendar
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

    name = shown(path.name)
    if plan.case.patient is None or not path.is_file():
        data, summary = FORMATS["ics"].write(plan, written), f"{name}: new calendar"
    else:
        content = read_file(path, "a calendar")
        try:
            old = read_calendar(content, plan.case.patient)
        except InputError as error:
            error.field = shown(path.name)
            raise
        if old.horizon > plan.until:
            case = replace(plan.case, until=old.horizon, months=None)
            plan = build(case, plan.clinic)
        revision = revise_calendar(old, plan, written.style, written.stamp)
        data, summary = revision.data, f"{name}: {revision.summary}"
    return data, [summary, *notes(plan, written.style), f"{name}: {IMPORT_ADVICE}"]
