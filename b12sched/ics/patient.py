"""A patient's calendar: what it is to hold, and how a file of one is read."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import replace

from b12sched.dates import add_months
from b12sched.errors import InputError, shown
from b12sched.ics.event import (
    Content,
    EventContent,
    cancelled,
    contents,
    notes_on_times,
)
from b12sched.ics.folding import damaged, escape, fold, unusable
from b12sched.ics.given import is_dose, is_past, no_longer_given, stand_ins
from b12sched.ics.read import File, Part, read_file, recognised
from b12sched.ics.revise import EMPTY, Revision, Target, brought_up, old_day, years_of
from b12sched.ics.style import CalendarStyle
from b12sched.ics.values import day_of, is_cancelled
from b12sched.plan.build import MOST_MONTHS, build
from b12sched.plan.clinic import EARLY_DAYS
from b12sched.plan.events import Plan, Status
from b12sched.plan.identity import (
    CLINIC,
    HORIZON,
    OWNER,
    calendar_name,
    event_ids,
    prodid,
    uid,
)

NEUTRAL_NAME = "Appointments"
_LONGEST_STEP = dt.timedelta(days=400)
"""More than the longest time between two events of a plan: 12 months, closed days."""


def read_calendar(data: bytes, patient: str, course: int = 1) -> File:
    """Read a file that is to be revised by a plan of the patient's `course`.

    Raises InputError if it is damaged, cut short, too large, not written by us, or
    another patient's.
    """
    file = read_file(data)
    owners = {name.lower() for name in file.values(OWNER)}
    if CLINIC in owners:
        raise unusable(
            "is the clinic's calendar, not a patient's", "choose another file name"
        )
    if owners - {calendar_name(patient)}:
        raise unusable(
            "is another patient's calendar",
            f"check the reference, {shown(patient)}, or choose another file name",
        )
    ids = event_ids(file.uids, patient, course)
    if not owners and not ids:
        raise unusable(
            "is not a calendar of b12sched's for this patient",
            "choose another file name: b12sched changes only its own calendars",
        )
    for stored in file.values(HORIZON):
        _day(stored)
    return File(file.head, recognised(file.parts, ids))


def write_calendar(plan: Plan, style: CalendarStyle, stamp: dt.datetime) -> bytes:
    """Return a plan as a new calendar (RFC 5545): one VEVENT per event, UTF-8, CRLF.

    `stamp` is the moment of writing, with a time zone; it is cut to seconds. Raises
    InputError for a plan without patient reference or without doses, and for a time of
    day that one of the days does not have.
    """
    patient = check(plan)
    if next(plan.doses, None) is None:
        raise InputError(
            "would hold no dose: treatment ended before the first",
            "write no new calendar; an earlier one is brought up to date",
            field="calendar",
        )
    target = _target(patient, plan, style, contents(plan, style))
    return brought_up(EMPTY, target, style, stamp).data


def revise_calendar(
    old: File, plan: Plan, style: CalendarStyle, stamp: dt.datetime
) -> Revision:
    """Update the calendar of a file to a plan of the same patient.

    Raises ValueError for a plan that `extended` would lengthen: events beyond its end
    would be taken for cancelled. Raises InputError as `write_calendar` does, and for a
    damaged event of ours.
    """
    patient, parts = check(plan), old.parts
    if plan.until < (horizon := _reach(old, plan)):
        raise ValueError(f"the plan ends before the file's horizon, {horizon}")
    given = {dose.date: dose for dose in plan.doses if dose.status is Status.GIVEN}

    def gone(part: Part) -> EventContent | None:
        assert part.event_id is not None  # it is one of ours
        day = day_of(part, style.zone)
        # An examination on the day of a given dose stays; the dose has one event only.
        kept = day in given and not is_cancelled(part) and not is_dose(part)
        # Of what is far beyond its end a plan says nothing, unless treatment ended.
        last = plan.until + _LONGEST_STEP
        beyond = plan.case.ended is None and day is not None and day > last
        if kept or beyond or is_past(part, plan, style):
            return None
        return cancelled(patient, part.event_id, style, old_day(part, style.zone))

    wanted = {content[0]: content for content in contents(plan, style)}
    for name, dose in stand_ins(parts, wanted, given, patient, style).items():
        wanted[name] = (name, *wanted.pop(uid(patient, dose.id))[1:])
    target = _target(patient, plan, style, wanted.values())._replace(gone=gone)
    done = brought_up(old, target, style, stamp)
    return replace(done, no_longer_given=tuple(no_longer_given(parts, plan, style)))


def extended(old: File, plan: Plan) -> Plan:
    """Return the plan, worked out at least to the end of the one written last.

    So that a shorter plan cancels no event that is only beyond its end.
    """
    until = _reach(old, plan)
    if until <= plan.until:
        return plan
    longer = build(replace(plan.case, until=until, months=None), plan.clinic)
    return replace(longer, earlier=plan.earlier)


def _reach(old: File, plan: Plan) -> dt.date:
    """Return the day to which a plan must be worked out to revise a calendar.

    A horizon is believed as far as the calendar's events reach: each is at most one
    interval after the one before. If a program has dropped it, the last event is at
    most a few days earlier than its due day.
    """
    found = (day_of(part, None) for part in old.parts if part.event_id)
    days = sorted(day for day in found if day and day >= plan.start)
    last = days[0] if days else plan.start
    for day in days:
        if last < day <= last + _LONGEST_STEP:
            last = day
    stored = [_day(text) for text in old.values(HORIZON)]
    horizon = stored[0] if stored else last + dt.timedelta(EARLY_DAYS)
    longest = min(last + _LONGEST_STEP, add_months(plan.start, MOST_MONTHS))
    return max(plan.until, min(horizon, longest))


def _target(
    patient: str, plan: Plan, style: CalendarStyle, wanted: Iterable[Content]
) -> Target:
    days = [event.date for event in plan.events] or [plan.start]
    return Target(
        _head_lines(patient, style, plan.until),
        {_name_of(patient, discreet=discreet) for discreet in (True, False)},
        wanted,
        years_of(days),
    )


def _head_lines(patient: str, style: CalendarStyle, until: dt.date) -> list[str]:
    """Return the properties of the calendar itself.

    No METHOD: the file is a state of a calendar, not a message about it (RFC 5545,
    3.7.2); PUBLISH requires an ORGANIZER (RFC 5546, 3.2.1), and CalDAV servers refuse
    METHOD (RFC 4791, 4.1). No REFRESH-INTERVAL or X-PUBLISHED-TTL: they set the least
    time between two requests for a feed, and would only slow a client down. No NAME
    beside X-WR-CALNAME, which Google and Apple read, and no COLOR.
    """
    return [
        "VERSION:2.0",
        f"PRODID:{prodid(discreet=style.discreet)}",
        fold(f"X-WR-CALNAME:{escape(_name_of(patient, discreet=style.discreet))}"),
        f"{HORIZON}:{until.isoformat().replace('-', '')}",
        f"{OWNER}:{calendar_name(patient)}",
    ]


def _name_of(patient: str, *, discreet: bool) -> str:
    """Return the calendar name (X-WR-CALNAME) that we write."""
    return NEUTRAL_NAME if discreet else f"B12 {patient}"


def check(plan: Plan) -> str:
    """Return the patient reference of a plan. Raises InputError for one without."""
    if plan.case.patient is None:
        raise InputError(
            "is missing: two calendars without it would overwrite each other",
            "state a reference with --patient",
            field="patient",
            code="missing",
        )
    return plan.case.patient


def notes(plan: Plan, style: CalendarStyle) -> tuple[str, ...]:
    """Return a note for each day on which the time of the events comes twice."""
    return tuple(notes_on_times((event.date for event in plan.events), style))


def _day(text: str) -> dt.date:
    if re.fullmatch("[0-9]{8}", text):
        try:
            return dt.date(int(text[:4]), int(text[4:6]), int(text[6:]))
        except ValueError:
            pass
    raise damaged(f"{shown(text)} is not a date")
