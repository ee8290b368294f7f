"""What a file is to hold in place of what is there: a plan file, a table, any other."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from b12sched.cohort.error_table import check_no_table
from b12sched.dates import counted
from b12sched.errors import InputError, for_shell, shown
from b12sched.files.disk import read_if_there
from b12sched.plan.case import Case
from b12sched.plan.events import Plan, Status
from b12sched.plan.plan_file import Saved, earlier_given, is_plan, read_plan
from b12sched.views.data import plan_json

_GIVEN = Status.GIVEN


class Content(NamedTuple):
    """What a file is to hold, what it was when it was read, and what to say.

    `lost` is what must be said of doses that are no longer given, even in a batch;
    `plan` is what is shown where that is more than was asked for.
    """

    data: bytes
    was: bytes | None = None
    notes: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    plan: Plan | None = None


Fill = Callable[[Path | None], Content]
"""Says what a file is to hold, or without a path a stream."""

Writer = Callable[[Plan, Path | None], Content]
"""Says the same of any plan. Raises InputError for a file that must stay as it is."""


def there_at(path: Path | None, what: str) -> bytes | None:
    """What a file holds; None for a stream, and where there is no file."""
    return read_if_there(path, what) if path else None


def plain(data: bytes, path: Path | None, what: str = "a file") -> Content:
    """Say what takes the place of any file."""
    return Content(data, there_at(path, what))


def table(data: bytes, path: Path | None, what: str = "a file") -> Content:
    """Say what takes the place of a table, but of none that may still be read."""
    content = plain(data, path, what)
    if path:
        check_no_table(path, content.was)
    return content


def listing(data: bytes, path: Path | None) -> Content:
    """Say what takes the place of a list in JSON, but of no patient's plan."""
    content = plain(data, path, "a list")
    if path and is_plan(content.was):
        raise InputError(
            f"{shown(str(path), limit=4096)} is a patient's plan; it is left as it was",
            "choose another name",
            field="output",
            value=str(path),
            code="plan-there",
        )
    return content


def plan_file(
    plan: Plan,
    path: Path | None,
    *,
    kept: dict[str, object] | None = None,
    replace: bool = False,
) -> Content:
    """Say what a plan file is to hold; it keeps its history and unknown fields.

    `kept` is the plan file that was revised, whose fields are kept instead. Raises
    InputError where doses or another patient's plan would be lost; with `replace` they
    may be.
    """
    content = plain(plan_json(plan, kept), path, "a plan")
    there = content.was
    if path is None or not there or there == content.data or replace:
        return content
    document = _replaceable(path, there, plan, kept)
    return content if kept is not None else Content(plan_json(plan, document), there)


def _replaceable(
    path: Path, there: bytes, plan: Plan, kept: dict[str, object] | None
) -> dict[str, object]:
    """Return what to keep of a plan file in whose place a plan may be written.

    Raises InputError if it is another patient's, or holds doses that the plan and the
    history in `kept` lack: it may be the only record of them.
    """

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
