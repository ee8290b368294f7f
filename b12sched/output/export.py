"""The content that replaces a file: a plan file, a table or any other."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from b12sched.dates import counted
from b12sched.errors import InputError, for_shell, shown
from b12sched.files.disk import read_if_there
from b12sched.plan.case import Case
from b12sched.plan.events import Plan, Status
from b12sched.plan.plan_file import Saved, earlier_given, is_plan, read_plan
from b12sched.views.data import plan_json

_GIVEN = Status.GIVEN


class Content(NamedTuple):
    """The new content of a file, what it held when it was read, and notes on it.

    `lost` are the notes on doses that are no longer given, shown even by a batch;
    `plan` is the plan written, where it may reach further than the one asked for.
    """

    data: bytes
    was: bytes | None = None
    notes: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    plan: Plan | None = None


Fill = Callable[[Path | None], Content]
"""A function from a path, or None for a stream, to the content to write."""

Writer = Callable[[Plan, Path | None], Content]
"""A function that does so for any plan.

Raises InputError for a file that must stay as it is.
"""


def there_at(path: Path | None, what: str) -> bytes | None:
    """Return what a file holds; None for a stream, and where there is no file."""
    return read_if_there(path, what) if path else None


def plain(data: bytes, path: Path | None, what: str = "a file") -> Content:
    """Return content that may replace any file."""
    return Content(data, there_at(path, what))


def table(data: bytes, path: Path | None, what: str = "a file") -> Content:
    """Return content that may replace a file, but no cohort and no table of a batch."""
    content = plain(data, path, what)
    if path:
        from b12sched.cohort.error_table import check_no_table

        check_no_table(path, content.was)
    return content


def listing(data: bytes, path: Path | None) -> Content:
    """Return content for a list in JSON, which may replace no patient's plan."""
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
    """Return the content of a plan file; the file's history and unknown fields stay.

    `kept` is the plan file that was revised, whose fields are kept instead. Raises
    InputError where doses or another patient's plan would be lost; `replace` allows
    that.
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
    """Return the fields to keep of a plan file that a plan is to replace.

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
        # The last dose stands for all doses up to it.
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
    """Return what else of a plan file a plan would lose or change; None if nothing."""
    old = Case.parse(saved.facts)
    if old.plateau and plan.case.plateau is None and plan.case.course == old.course:
        return f"a plateau that this plan lacks: {old.plateau}"
    if old.ended and plan.case.ended is None and plan.case.course == old.course:
        return f"an end of treatment that this plan lacks: {old.ended} ({old.because})"
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
