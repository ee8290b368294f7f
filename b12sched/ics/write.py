"""A new calendar from a plan."""

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
    """A plan as a new calendar (RFC 5545): one VEVENT an event, UTF-8, CRLF.

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
    """The octets of a calendar. Raises InputError if they are too many to read back."""
    begin = "\r\n".join(["BEGIN:VCALENDAR", *head, ""])
    # One by one: a single letter beyond ASCII slows the encoding of all the rest.
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
    """The properties of the calendar itself.

    No METHOD: the file is a state of a calendar, not a message about it (RFC 5545,
    3.7.2); PUBLISH would ask for an ORGANIZER (RFC 5546, 3.2.1), and CalDAV servers
    refuse it (RFC 4791, 4.1). No REFRESH-INTERVAL or X-PUBLISHED-TTL: they are the
    least time between two looks at a feed, and would only slow a client down. No NAME
    beside X-WR-CALNAME, which is what Google and Apple read, and no COLOR.
    """
    return [
        "VERSION:2.0",
        f"PRODID:{PRODID}",
        fold(f"X-WR-CALNAME:{escape(name_of(patient, discreet=style.discreet))}"),
        f"{HORIZON}:{until.isoformat().replace('-', '')}",
        f"{OWNER}:{calendar_name(patient)}",
    ]


def name_of(patient: str, *, discreet: bool) -> str:
    """The name that a calendar proposes for itself."""
    return NEUTRAL_NAME if discreet else f"B12 {patient}"


def zone_lines(style: CalendarStyle, first: int, last: int) -> str:
    """The VTIMEZONE that a style needs, right from one year to another, or nothing."""
    if style.zone is None or style.zone in UTC_NAMES:
        return ""
    return vtimezone(style.zone, first, last)


def check(plan: Plan) -> str:
    """The patient reference of a plan that can be a calendar.

    Raises InputError for one that cannot.
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
    """A moment as it is written: UTC, whole seconds."""
    if stamp.tzinfo is None:
        raise ValueError("a stamp needs its time zone")
    return f"{stamp.astimezone(dt.UTC):%Y%m%dT%H%M%SZ}"


def notes(plan: Plan, style: CalendarStyle) -> tuple[str, ...]:
    """What the reader must know about the times: days on which one comes twice."""
    return tuple(notes_on_times((event.date for event in plan.events), style))
