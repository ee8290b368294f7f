"""A plan to files: what each is to hold, and what the user must be told."""

from __future__ import annotations

import datetime as dt
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from b12sched.errors import B12SchedError, InputError, shown
from b12sched.events import Plan, Status
from b12sched.files import Was, read_if_there
from b12sched.formats import FORMATS, Format, Written, format_of
from b12sched.plan import build

if TYPE_CHECKING:
    from b12sched.ics import Revision

_GIVEN = Status.GIVEN
_STAMP = re.compile(rb"\r\nDTSTAMP:([0-9]{8}T[0-9]{6}Z)\r\n")


def export(
    plan: Plan,
    paths: Sequence[Path],
    written: Written,
    memory: tuple[Path, bytes] | None = None,
) -> Export:
    """The content of each file, by path, and notes for the user.

    `memory` is the plan file and what it held when it was read. It is rewritten as
    JSON, last, so that a run that is stopped between two files can be run again as it
    was. A calendar that is there is revised. Raises InputError for a suffix that names
    no format, a path named twice, and a file that must not be overwritten.
    """
    contents: dict[Path, bytes] = {}
    was: dict[Path, bytes | None] = dict([memory]) if memory else {}
    notes: list[str] = []
    plan_file = memory[0] if memory else None
    targets = {os.path.realpath(plan_file)} if plan_file else set()
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
        if form is FORMATS["json"]:
            notes += _forgotten(path, plan)
        content = content_of(plan, path, form, written)
        contents[path] = content.data
        was |= content.was
        notes += content.notes
        if form is FORMATS["ics"]:
            from b12sched.ics import IMPORT_ADVICE

            notes.append(f"{shown(path.name)}: {IMPORT_ADVICE}")
    if plan_file:
        contents[plan_file] = FORMATS["json"].write(plan, written)
    return Export(contents, was, notes)


def _forgotten(path: Path, plan: Plan) -> Iterator[str]:
    """What the plan file that is there remembers and this plan does not."""
    from b12sched.revise import read_plan

    try:
        content = read_if_there(path, "a plan")
        saved = read_plan(content) if content else None
    except B12SchedError:
        return  # what cannot be read as a plan remembers none
    if saved is None:
        return
    name, patient = shown(path.name), saved.case.get("patient", plan.case.patient)
    if patient != plan.case.patient:
        yield f"{name}: replaces the plan of {shown(str(patient))}"
    there = {each.date for each in saved.events.values() if each.status == _GIVEN}
    if lost := sorted(
        there - {dose.date for dose in plan.doses if dose.status is _GIVEN}
    ):
        yield (
            f"{name}: the plan that was there had doses given on "
            f"{', '.join(map(str, lost))}, and this one has not: b12sched revise keeps "
            "what is recorded"
        )


class Export(NamedTuple):
    """What files are to hold, what those held that are revised, and what to say."""

    contents: dict[Path, bytes]
    was: Was
    notes: list[str]


class Content(NamedTuple):
    """What a file is to hold, what it held, the plan that it shows, what to say."""

    data: bytes
    was: Was
    plan: Plan
    notes: list[str]


def content_of(plan: Plan, path: Path, form: Format, written: Written) -> Content:
    """What a file is to hold; a calendar that is there is revised.

    A revision is worked out to the later of the old and the new horizon, so that no
    event of the file is taken for one that fell away. Raises InputError for a file that
    must not be overwritten.
    """
    if form is not FORMATS["ics"]:
        return Content(form.write(plan, written), {}, plan, [])
    from b12sched.ics import notes

    name = shown(path.name)
    content = read_if_there(path, "a calendar")
    if plan.case.patient is None or content is None:
        data, summary = form.write(plan, written), "new calendar"
    else:
        try:
            plan, revision = _revised(content, plan, plan.case.patient, written)
        except InputError as error:
            if error.field is None:
                error.field = name
            raise
        data, summary = revision.data, revision.summary
    assert written.style is not None  # made by `written_for`
    said = [f"{name}: {summary}", *notes(plan, written.style)]
    return Content(data, {path: content}, plan, said)


def _revised(
    content: bytes, plan: Plan, patient: str, written: Written
) -> tuple[Plan, Revision]:
    from b12sched.ics import Revision, read_calendar, revise_calendar

    if _is_as_new(content, plan, written):
        # What most files of a nightly batch are: five times as fast as reading them.
        return plan, Revision(
            data=content,
            new=0,
            changed=0,
            unchanged=len(plan.events),
            cancelled=0,
            carried=0,
        )
    old = read_calendar(content, patient)
    if old.horizon > plan.until:
        case = replace(plan.case, until=old.horizon, months=None)
        plan = build(case, plan.clinic)
    assert written.style is not None  # made by `written_for`
    assert written.stamp is not None
    return plan, revise_calendar(old, plan, written.style, written.stamp)


def _is_as_new(content: bytes, plan: Plan, written: Written) -> bool:
    """Whether a file is what its first writing would be, but for the moment of it."""
    found = _STAMP.search(content)
    if found is None:
        return False
    try:
        stamp = dt.datetime.fromisoformat(found[1].decode())
    except ValueError:
        return False
    return FORMATS["ics"].write(plan, written._replace(stamp=stamp)) == content
