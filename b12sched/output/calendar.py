"""The content of a calendar file: a new calendar, or a revision of the present one."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

from b12sched.errors import InputError, shown
from b12sched.ics import (
    IMPORT_ADVICE,
    CalendarStyle,
    Revision,
    extended,
    notes,
    read_calendar,
    revise_calendar,
    write_calendar,
)
from b12sched.output.export import Content, there_at
from b12sched.plan.events import Plan

_FOR_MORE = "For more patients: worklist -o clinic.ics."
_STAMP = re.compile(rb"\r\nDTSTAMP:([0-9]{8}T[0-9]{6}Z)\r\n")


def calendar(
    style: CalendarStyle, stamp: dt.datetime, plan: Plan, path: Path | None
) -> Content:
    """Return the content of a calendar file; an existing calendar is revised.

    The revision reaches to the later of the old and the new horizon, so that no event
    between them counts as removed. Raises InputError for a file that cannot be revised.
    """
    if path is None:
        return Content(write_calendar(plan, style, stamp))
    there, name = there_at(path, "a calendar"), shown(path.name)
    lost: tuple[str, ...] = ()
    if plan.case.patient is None or there is None:
        data, summary = write_calendar(plan, style, stamp), "new calendar"
    else:
        try:
            plan, revision = _revised(there, plan, plan.case.patient, style, stamp)
        except InputError as error:
            if error.field is None:
                error.field = name
            raise
        data, summary = revision.data, revision.summary
        lost = tuple(f"{name}: {text}" for text in revision.no_longer_given)
    said = (f"{name}: {summary}", *lost, *notes(plan, style))
    said = (*said, f"{name}: {IMPORT_ADVICE} {_FOR_MORE}")
    return Content(data, there, said, lost, plan)


def _revised(
    content: bytes, plan: Plan, patient: str, style: CalendarStyle, stamp: dt.datetime
) -> tuple[Plan, Revision]:
    if _is_as_new(content, plan, style):
        # True of most files of a nightly batch; five times as fast as reading them.
        return plan, Revision(data=content, unchanged=len(plan.events))
    old = read_calendar(content, patient, plan.case.course)
    plan = extended(old, plan)
    return plan, revise_calendar(old, plan, style, stamp)


def _is_as_new(content: bytes, plan: Plan, style: CalendarStyle) -> bool:
    """Return whether a file equals a newly written calendar, time stamp apart."""
    found = _STAMP.search(content)
    # A calendar without a dose is never new.
    if found is None or next(plan.doses, None) is None:
        return False
    try:
        stamp = dt.datetime.fromisoformat(found[1].decode())
    except ValueError:
        return False
    return write_calendar(plan, style, stamp) == content
