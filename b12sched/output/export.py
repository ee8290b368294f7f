"""A plan to files: what each is to hold, and what the user must be told."""

from __future__ import annotations

import datetime as dt
import os
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from b12sched.cohort.error_table import check_no_table
from b12sched.dates import counted
from b12sched.errors import InputError, for_shell, shown
from b12sched.files.disk import Was, read_if_there
from b12sched.output.formats import FORMATS, Format, Written, format_of
from b12sched.plan.build import build
from b12sched.plan.case import Case
from b12sched.plan.events import Plan, Status

if TYPE_CHECKING:
    from b12sched.ics import Revision
    from b12sched.plan.plan_file import Saved

_GIVEN = Status.GIVEN
_STAMP = re.compile(rb"\r\nDTSTAMP:([0-9]{8}T[0-9]{6}Z)\r\n")


def export(
    plan: Plan,
    paths: Sequence[Path],
    written: Written,
    memory: Memory | None = None,
    *,
    replace_plans: bool = False,
) -> Export:
    """The content of each file, by path, and notes for the user.

    `memory` is the plan file that was read. It is rewritten as JSON, last, so that a
    run that is stopped between two files can be run again as it was. A calendar that is
    there is revised. Raises InputError for a suffix that names no format, a path named
    twice, and a file that must not be overwritten: with `replace_plans` another plan
    may be.
    """
    contents: dict[Path, bytes] = {}
    was: dict[Path, bytes | None] = {}
    notes: list[str] = []
    if memory:
        was[memory.path] = memory.content
        written = written._replace(was=memory.document)
    targets = {os.path.realpath(path) for path in was}
    for path in paths:
        target, form = os.path.realpath(path), format_of(path)
        if target in targets:
            if memory and form is FORMATS["json"] and path == memory.path:
                continue
            raise InputError(
                f"{shown(str(path), limit=4096)} is named twice",
                "name each file once",
                field="output",
                value=str(path),
            )
        targets.add(target)
        content = content_of(plan, path, form, written, replace_plans=replace_plans)
        contents[path] = content.data
        was |= content.was
        notes += content.notes
        if form is FORMATS["ics"]:
            from b12sched.ics import IMPORT_ADVICE

            notes.append(f"{shown(path.name)}: {IMPORT_ADVICE}")
    if memory:
        contents[memory.path] = FORMATS["json"].write(plan, written)
    return Export(contents, was, notes)


class Memory(NamedTuple):
    """A plan file that was read: what it held, and the fields that it is to keep."""

    path: Path
    content: bytes
    document: dict[str, object]


class Export(NamedTuple):
    """What files are to hold, what those held that are revised, and what to say."""

    contents: dict[Path, bytes]
    was: Was
    notes: list[str]


class Content(NamedTuple):
    """What a file is to hold, what it held, the plan that it shows, what to say.

    `lost` is what must be said of doses that are no longer given.
    """

    data: bytes
    was: Was
    plan: Plan
    notes: list[str]
    lost: tuple[str, ...] = ()


def content_of(
    plan: Plan,
    path: Path,
    form: Format,
    written: Written,
    *,
    replace_plans: bool = False,
) -> Content:
    """What a file is to hold; a calendar that is there is revised.

    A revision is worked out to the later of the old and the new horizon, so that no
    event of the file is taken for one that fell away. Raises InputError for a file that
    must not be overwritten.
    """
    there = read_if_there(path, f"a {form.name}")
    was = {path: there}
    if form is FORMATS["json"]:
        data = form.write(plan, written)
        if there and there != data and not replace_plans:
            document = _replaceable(path, there, plan, written.was)
            if written.was is None:
                data = form.write(plan, written._replace(was=document))
        return Content(data, was, plan, [])
    if form is FORMATS["csv"]:
        check_no_table(path, there)
    if form is not FORMATS["ics"]:
        return Content(form.write(plan, written), was, plan, [])
    from b12sched.ics import notes

    name = shown(path.name)
    lost: list[str] = []
    if plan.case.patient is None or there is None:
        data, summary = form.write(plan, written), "new calendar"
    else:
        try:
            plan, revision = _revised(there, plan, plan.case.patient, written)
        except InputError as error:
            if error.field is None:
                error.field = name
            raise
        data, summary = revision.data, revision.summary
        lost = [f"{name}: {text}" for text in revision.no_longer_given]
    assert written.style is not None  # made by `written_for`
    said = [f"{name}: {summary}", *lost, *notes(plan, written.style)]
    return Content(data, was, plan, said, tuple(lost))


def _replaceable(
    path: Path, there: bytes, plan: Plan, kept: dict[str, object] | None
) -> dict[str, object]:
    """Return what to keep of a plan file in whose place a plan may be written.

    Raises InputError if it is another patient's, or holds doses that the plan and the
    history in `kept` lack: it may be the only record of them.
    """
    from b12sched.plan.plan_file import earlier_given, read_plan

    name = shown(str(path), limit=4096)

    def refuse(why: str, cure: str) -> InputError:
        return InputError(
            f"{name} {why}", cure, field="output", value=str(path), code="plan-there"
        )

    other = "or name another file; with --replace what it holds is lost"
    try:
        saved = read_plan(there)
    except InputError as error:
        raise refuse(
            f"is there already, and cannot be read as a plan ({error})",
            f"look at it, {other}",
        ) from error
    recorded = saved.case.get("patient")
    if recorded is not None and recorded != plan.case.patient:
        raise refuse(
            f"holds the plan of {shown(recorded)}", f"check the reference, {other}"
        )
    given = {dose.date for dose in plan.doses if dose.status is _GIVEN}
    given |= earlier_given(kept or {})
    if last := plan.case.last_dose:
        # Doses up to the last one are what it stands for.
        given |= {day for day in saved.given if day <= last}
    if lost := sorted(saved.given - given):
        whose = f"of {shown(recorded)} " if recorded else ""
        raise refuse(
            f"holds {counted(len(lost), 'dose')} {whose}that this plan lacks: "
            f"{', '.join(map(str, lost))}",
            f"change that plan with b12sched revise {for_shell(str(path))}, {other}",
        )
    if lacks := _lacking(plan, saved):
        raise refuse(
            f"holds {lacks}",
            f"change that plan with b12sched revise {for_shell(str(path))}, {other}",
        )
    return saved.document


def _lacking(plan: Plan, saved: Saved) -> str | None:
    """Return what else a plan file has recorded that a plan would lose or change."""
    old = Case.parse(saved.case)
    if old.plateau and plan.case.plateau is None and plan.case.course == old.course:
        return f"a plateau that this plan lacks: {old.plateau}"
    if old.monthly_from and plan.case.monthly_from is None:
        return f"a step-up that this plan lacks: {old.monthly_from}"
    if not saved.given:
        return None
    if (old.drug, old.regimen) != (plan.case.drug, plan.case.regimen):
        return (
            f"doses of {old.drug} {old.regimen.dose}, {old.regimen.title}; this plan "
            f"would count them as doses of {plan.case.drug} {plan.case.regimen.dose}, "
            f"{plan.case.regimen.title}"
        )
    if plan.case.course != old.course:
        return f"course {old.course} of the treatment, and this is another"
    return None


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
    old = read_calendar(content, patient, plan.case.course)
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
