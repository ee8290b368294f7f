"""Write a plan as a new calendar."""

from __future__ import annotations

import datetime as dt

from b12sched.errors import InputError
from b12sched.ics.event import notes_on_times, vevents
from b12sched.ics.folding import LARGEST, escape, fold
from b12sched.ics.style import CalendarStyle
from b12sched.ics.zone import UTC_NAMES, vtimezone
from b12sched.plan.events import Plan
from b12sched.plan.identity import HORIZON, OWNER, PRODID, calendar_name

NEUTRAL_NAME = "Appointments"


def write_calendar(plan: Plan, style: CalendarStyle, stamp: dt.datetime) -> bytes:
    """Return a plan as a new calendar (RFC 5545): one VEVENT per event, UTF-8, CRLF.

    `stamp` is the moment of writing, with a time zone; it is cut to seconds. Raises
    InputError for a plan without patient reference or without doses, and for a time of
    day that one of the days does not have.
    """
    patient = check(plan)
    events = vevents(plan, style, stamp_text(stamp))
    first, last = plan.events[0].date, plan.events[-1].date
    zone = zone_lines(style, first.year, last.year)
    return finished(head_lines(patient, style, plan.until), zone, *events)


def finished(head: list[str], *parts: str) -> bytes:
    """Return a calendar's octets. Raises InputError if we could not read so many."""
    begin = "\r\n".join(["BEGIN:VCALENDAR", *head, ""])
    # Each by itself: one character beyond ASCII slows the encoding of a whole text.
    octets = [part.encode() for part in (begin, *parts, "END:VCALENDAR\r\n")]
    data = b"".join(octets)
    if len(data) > LARGEST:
        raise InputError(
            f"would have {len(data) / 1e6:.0f} MB, more than calendar programs take",
            "choose an earlier --until or fewer --months",
            field="calendar",
        )
    return data


def head_lines(patient: str, style: CalendarStyle, until: dt.date) -> list[str]:
    """Return the properties of the calendar itself.

    No METHOD: the file is a state of a calendar, not a message about it (RFC 5545,
    3.7.2); PUBLISH requires an ORGANIZER (RFC 5546, 3.2.1), and CalDAV servers refuse
    METHOD (RFC 4791, 4.1). No REFRESH-INTERVAL or X-PUBLISHED-TTL: they set the least
    time between two requests for a feed, and would only slow a client down. No NAME
    beside X-WR-CALNAME, which Google and Apple read, and no COLOR.
    """
    return [
        "VERSION:2.0",
        f"PRODID:{PRODID}",
        fold(f"X-WR-CALNAME:{escape(name_of(patient, discreet=style.discreet))}"),
        f"{HORIZON}:{until.isoformat().replace('-', '')}",
        f"{OWNER}:{calendar_name(patient)}",
    ]


def name_of(patient: str, *, discreet: bool) -> str:
    """Return the calendar name (X-WR-CALNAME) that we write."""
    return NEUTRAL_NAME if discreet else f"B12 {patient}"


def zone_lines(style: CalendarStyle, first: int, last: int) -> str:
    """Return the VTIMEZONE that a style needs for these years, or an empty text."""
    if style.zone is None or style.zone in UTC_NAMES:
        return ""
    return vtimezone(style.zone, first, last)


def check(plan: Plan) -> str:
    """Return the patient reference of a plan.

    Raises InputError for a plan without one.
    """
    if plan.case.patient is None:
        raise InputError(
            "is missing: two calendars without it would overwrite each other",
            "state a reference with --patient",
            field="patient",
            code="missing",
        )
    return plan.case.patient


def stamp_text(stamp: dt.datetime) -> str:
    """Format a moment in UTC, whole seconds. Raises ValueError without a time zone."""
    if stamp.tzinfo is None:
        raise ValueError("a stamp needs its time zone")
    return f"{stamp.astimezone(dt.UTC):%Y%m%dT%H%M%SZ}"


def notes(plan: Plan, style: CalendarStyle) -> tuple[str, ...]:
    """Return a note for each day on which the time of the events comes twice."""
    return tuple(notes_on_times((event.date for event in plan.events), style))
