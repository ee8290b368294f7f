"""Beginning the next course of a patient's treatment in a plan file, and going back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from b12sched.dates import parse_date
from b12sched.errors import InputError
from b12sched.plan.case import Because, Case
from b12sched.plan.events import MOST_COURSES
from b12sched.plan.plan_file import (
    Saved,
    case_object,
    days_in,
    earlier_cases,
    earlier_given,
    listed,
    local_object,
)

CLEAR = "none"
"""The value that clears a field of a plan file, and takes a restart back."""

_KEPT = ("patient", "neuro", "renal", "egfr", "regimen", "drug", "months", "until")
"""The fields that a new course keeps of the case before it."""


def restarted(saved: Saved, changes: Mapping[str, str]) -> Saved:
    """Return the file with the case of the next course, and this one in its history.

    `_KEPT` names what the new case keeps; `none` goes back to the course before. Raises
    InputError for a start that is not after the last dose recorded, and for a course
    that cannot be taken back.
    """
    if changes["restart"] == CLEAR:
        return _before_restart(saved)
    day = parse_date(changes["restart"], "restart")
    if "start" in changes:
        raise InputError(
            "does not go with --restart, which is the start of the new course",
            "leave --start out",
            field="start",
            value=changes["start"],
        )
    done = days_in(saved.case, "given") | days_in(saved.case, "last_dose")
    done |= earlier_given(saved.document)
    if done and day <= max(done):
        raise InputError(
            f"{day} is not after the last dose recorded, {max(done)}",
            "name the day planned for the first dose of the new course",
            field="restart",
            value=changes["restart"],
            code="out-of-order",
        )
    for end in days_in(saved.case, "ended"):
        _check_after_end(saved.case, day, end)
    kept = {name: saved.case[name] for name in _KEPT if name in saved.case}
    if any(until < day for until in days_in(kept, "until")):
        del kept["until"]
    course = int(saved.case.get("course", "1")) + 1
    if course > MOST_COURSES:
        raise InputError(
            f"would begin course {course}, and {MOST_COURSES} is the most that a "
            "patient can have",
            "check the plan file: its case states the course",
            field="restart",
            value=changes["restart"],
            code="out-of-order",
        )
    kept |= {"start": day.isoformat(), "course": str(course)}
    was = Case.parse(saved.facts)
    earlier = case_object(was)
    if own := local_object(was):
        earlier["local_regimen"] = own
    history = [earlier, *listed(saved.document.get("history"))]
    return saved._replace(case=kept, document=saved.document | {"history": history})


def _check_after_end(case: Mapping[str, str], day: dt.date, end: dt.date) -> None:
    """Raise InputError for a course after the patient died, or before the end."""
    died = case.get("because") == Because.DIED
    if died or day < end:
        reason = (
            f"the patient died on {end}"
            if died
            else f"{day} is before the end of the course so far, {end}"
        )
        raise InputError(
            f"cannot begin: {reason}, as the plan file says",
            "check the patient and the date; an end that was recorded by mistake is "
            "taken back with --ended none",
            field="restart",
            value=str(day),
            code="out-of-order",
        )


def _before_restart(saved: Saved) -> Saved:
    """Return the file with the case of the course before; this one is dropped.

    Raises InputError if doses of this course are recorded or it is the first.
    """
    history = listed(saved.document.get("history"))
    if not history or "given" in saved.case:
        raise InputError(
            "cannot be taken back: "
            + ("doses of this course are recorded" if history else "it is the first"),
            "leave --restart none out",
            field="restart",
            value=CLEAR,
        )
    document = saved.document | {"history": history[1:]}
    case, local = earlier_cases(saved.document)[0]
    return saved._replace(case=case, local=local, document=document)


def check_start(case: Mapping[str, str], document: dict[str, object]) -> None:
    """Raise InputError for a course that starts before an earlier one ended."""
    done = earlier_given(document)
    if done and any(start <= max(done) for start in days_in(case, "start")):
        start = case["start"]
        raise InputError(
            f"{start} is not after the last dose of the earlier course, {max(done)}",
            "name the day planned for the first dose of this course",
            field="start",
            value=start,
            code="out-of-order",
        )
