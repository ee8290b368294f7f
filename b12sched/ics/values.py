"""What an event says: the values that the plan decides, whatever their spelling.

Programs write one value in many forms: `-PT900M` for `-PT15H`, a zone in quotation
marks or by another name, HTML for line ends. icalendar reads days, times and durations.
The same values are compared for files and for servers.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Collection
from functools import lru_cache
from typing import NamedTuple

from b12sched.ics.description import flat, own_lines, plain_text, split_description
from b12sched.ics.event import CANCELLED, CATEGORIES, NEUTRAL, EventContent, vevent
from b12sched.ics.folding import Line, unescape
from b12sched.ics.read import Part, part_of
from b12sched.ics.style import CalendarStyle
from b12sched.ics.zone import find_zone
from b12sched.plan.identity import OWN

OUR_CATEGORIES = {*CATEGORIES.values(), NEUTRAL}
RECURRENCE = ("RRULE", "RDATE", "EXDATE", "EXRULE", "RECURRENCE-ID")

_OUR_DAY = re.compile(
    "[0-9]{8}(T[01][0-9][0-5][0-9]00Z?)?|[0-9]{8}T2[0-3][0-5][0-9]00Z?"
)
_OUR_LENGTH = re.compile(
    "(-)?P(?:([0-9]{1,3})D)?(?:T(?:([0-9]{1,4})H)?(?:([0-9]{1,5})M)?)?"
)
_COMMA = re.compile(r"(?<!\\),")
_OFFSET = re.compile(
    r"\(?(?:UTC|GMT)?([+-])([0-9]{1,2})(?::?([0-9]{2}))?(?![0-9])", re.I
)
_UTC = re.compile(r"(.*\b)?(utc|zulu)|z|\(utc\).*", re.IGNORECASE)
_REMINDERS = frozenset(
    (
        *("", "reminder", "event reminder", "this is an event reminder"),
        *("default mozilla description", "alarm"),
    )
)
"""Texts that programs give an alarm in place of ours, in small letters."""
_HALF_YEARS = [dt.datetime(2026, month, 1, tzinfo=dt.UTC) for month in (1, 7)]
"""Winter and summer, or summer and winter."""
_MOST_LINES = 200
"""The most lines of an event that we compare; a longer one is written anew."""
_ONCE = frozenset(
    (
        *("SUMMARY", "DTSTART", "DTEND", "DURATION"),
        *("SEQUENCE", "CLASS", "STATUS", "TRANSP"),
    )
)
"""What an event says once: of two dates or states a program may take the other."""


class Said(NamedTuple):
    """The values of an event that the plan decides, in one form each.

    `times` is the start, the end and the names of recurrences; `status` and `busy` are
    empty if they are not stated; `description` holds our lines and `categories` ours.
    Reminders are in seconds after the start (mostly negative), one per alarm of ours or
    copy of one; `own` are those with our property (OWN).
    """

    times: str
    summary: str
    status: str
    visibility: str
    busy: str
    description: tuple[str, ...]
    categories: frozenset[str]
    reminders: tuple[int, ...]
    own: frozenset[int]

    def agrees(self, wanted: Said, ours: Collection[int]) -> bool:
        """Return whether an event that says this needs no change to say `wanted`.

        `ours` are the times at which our reminders ring: there each is wanted once. A
        status or category that a program dropped is no change, a class is: without
        one the event is public. An alarm more is a person's.
        """
        return (
            self.times == wanted.times
            and flat(self.summary) == flat(wanted.summary)
            and self.status in ("", wanted.status)
            and self.visibility == wanted.visibility
            and (self.busy or "OPAQUE") == wanted.busy
            and self.description == wanted.description
            and self.categories in (frozenset(), wanted.categories)
            and self.own <= {*wanted.reminders}
            and tuple(each for each in self.reminders if each in ours)
            == wanted.reminders
        )


def said(event: Part, zone: str | None, expected: Collection[str] = ()) -> Said:
    """Return what an event says; `zone` is meant where a zone's name is unknown.

    `expected` are the lines that its description should have. Raises ValueError if its
    times or its first or last line cannot be read by all, and if it says twice what an
    event says once.
    """
    names = [line.name for line in event.properties if line.name in _ONCE]
    if len(names) > len({*names}):
        raise ValueError("has a second time, title or state")
    if any(";" in event.lines[at].text for at in (0, -1)):
        raise ValueError("begins or ends with more than its name")
    start, end = span(event, zone)
    ours, _ = split_description(description_of(event), expected)
    title = unescape(event.value("SUMMARY")).strip()
    plain = flat(title)
    ringing = [
        (is_own(alarm), rings(alarm, start, end))
        for alarm in event.alarms
        if is_own(alarm) or is_copy(alarm, plain)
    ]
    recurs = sorted({line.name for line in event.properties} & {*RECURRENCE})
    return Said(
        " ".join((start.isoformat(), end.isoformat(), *recurs)),
        title,
        event.value("STATUS").strip().upper(),
        event.value("CLASS").strip().upper() or "PUBLIC",
        event.value("TRANSP").strip().upper(),
        tuple(ours),
        frozenset(categories(event)) & OUR_CATEGORIES,
        tuple(sorted(ring for _, ring in ringing if ring is not None)),
        frozenset(ring for own, ring in ringing if own and ring is not None),
    )


def agrees(event: Part, content: EventContent, style: CalendarStyle) -> bool:
    """Return whether an event needs no change to say what the content says."""
    if len(event.lines) > _MOST_LINES:
        return False
    try:
        lines = own_lines(description_of(target := part_of(vevent(content, "", 0))))
        says, wanted = (said(each, style.zone, lines) for each in (event, target))
        return says.agrees(wanted, {*map(seconds_of, style.triggers)})
    except ValueError:
        return False  # an unreadable event does not have the target's values


def day_of(event: Part, zone: str | None) -> dt.date | None:
    """Return the day of an event in the calendar's zone, None if it is not readable.

    Some programs write its time in UTC, whose day can be another than the clinic's.
    """
    line = event.first("DTSTART")
    if line is None:
        return None
    try:
        if zone is None or line.zone == zone:
            # icalendar is not asked: its import costs more than a whole revision.
            text = line.value
            return dt.date(int(text[:4]), int(text[4:6]), int(text[6:8]))
        moment = _day_or_moment(line, zone)
    except ValueError:
        return None
    own = find_zone(zone)
    if isinstance(moment, dt.datetime) and moment.tzinfo and own:
        return moment.astimezone(own).date()
    return moment.date() if isinstance(moment, dt.datetime) else moment


def description_of(event: Part) -> str:
    """Return an event's description; Outlook's copy in HTML if there is no other."""
    texts = dict.fromkeys(line.value for line in event.every("DESCRIPTION"))
    text = unescape("\\n".join(texts))
    return text if text.strip() else unescape(event.value("X-ALT-DESC"))


def categories(event: Part) -> list[str]:
    """Return the categories of an event, ours and a person's."""
    return [
        unescape(name).strip()
        for line in event.every("CATEGORIES")
        for name in _COMMA.split(line.value)
    ]


def is_cancelled(event: Part) -> bool:
    """Return whether an event is cancelled: by its status, else by its title."""
    status = event.value("STATUS").strip().upper()
    return status == "CANCELLED" or (
        not status and event.value("SUMMARY").startswith(CANCELLED)
    )


def is_neutral(event: Part) -> bool:
    """Return whether one of our events was written for a discreet calendar.

    Its category shows it, not its title, which a person may have changed.
    """
    names = OUR_CATEGORIES.intersection(categories(event))
    title = event.value("SUMMARY").removeprefix(CANCELLED)
    return NEUTRAL in names or (not names and title == NEUTRAL)


def span(event: Part, zone: str | None) -> tuple[dt.date, dt.date]:
    """Return the start and the end of an event, moments in UTC. Raises ValueError."""
    start, end = event.first("DTSTART"), event.first("DTEND")
    if start is None:
        raise ValueError("has no start")
    begins = _day_or_moment(start, zone)
    if end is not None:
        return begins, _day_or_moment(end, zone)
    # What an event without an end means: RFC 5545, 3.6.1.
    length = dt.timedelta(0 if isinstance(begins, dt.datetime) else 1)
    if duration := event.first("DURATION"):
        length = _duration(duration.value)
    try:
        return begins, begins + length
    except OverflowError:
        raise ValueError("is out of range") from None


def _day_or_moment(line: Line, zone: str | None) -> dt.date:
    """Return a day, or a moment in UTC if it has a zone. Raises ValueError."""
    when = _value(line.value)
    if not isinstance(when, dt.date):
        raise ValueError("is neither a day nor a moment")
    if not isinstance(when, dt.datetime):
        return when
    if when.tzinfo is None and line.zone:
        when = when.replace(tzinfo=_named(line.zone, zone))
    try:
        return when if when.tzinfo is None else when.astimezone(dt.UTC)
    except OverflowError:
        raise ValueError("is out of range") from None


def _duration(text: str) -> dt.timedelta:
    length = _value(text)
    if not isinstance(length, dt.timedelta):
        raise ValueError("is not a duration")
    return length


def seconds_of(trigger: str) -> int:
    """Return a trigger in seconds after the start. Raises ValueError."""
    return int(_duration(trigger).total_seconds())


def _value(text: str) -> object:
    """Return the day, moment or length of time in a text. Raises ValueError.

    icalendar reads all forms but our own: its import costs more than a revision.
    """
    if _OUR_DAY.fullmatch(text):
        day = dt.datetime.strptime(text[:8] + "+0000", "%Y%m%d%z")
        if len(text) == 8:
            return day.date()
        time = dt.timedelta(
            hours=int(text[9:11]), minutes=int(text[11:13]), seconds=int(text[13:15])
        )
        return (day + time).replace(tzinfo=dt.UTC if text.endswith("Z") else None)
    if ours := _OUR_LENGTH.fullmatch(text):
        days, hours, minutes = (int(number or 0) for number in ours.groups()[1:])
        length = dt.timedelta(days=days, hours=hours, minutes=minutes)
        return -length if ours[1] else length
    from icalendar.prop import vDDDTypes

    read: Callable[[str], object] = vDDDTypes.from_ical
    return read(text.upper())


# Cached: all events of a calendar have the same zone.
@lru_cache(maxsize=64)
def _named(name: str, own: str | None) -> dt.tzinfo:
    """Return the zone that a name means.

    It is an IANA name, one with a program's prefix, Windows' name, or an offset. Any
    other name is taken for the calendar's own zone.
    """
    from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

    parts = name.split("/")
    names = ["/".join(parts[n:]) for n in range(min(len(parts), 6))]
    for known in (*names, WINDOWS_TO_OLSON.get(name, "")):
        if zone := find_zone(known):
            return zone
    if _UTC.fullmatch(name):
        return dt.UTC
    ours = find_zone(own) if own else None
    offset = _OFFSET.match(name)
    if offset is None:
        return ours or dt.UTC
    minutes = int(offset[2]) * 60 + int(offset[3] or 0)
    fixed = dt.timezone(dt.timedelta(minutes=minutes % 1440) * int(f"{offset[1]}1"))
    # `(UTC+00:00) Dublin, Edinburgh` names the zone's offset in winter.
    if ours and name.startswith("(") and _winter(ours) == _winter(fixed):
        return ours
    return fixed


def _winter(zone: dt.tzinfo) -> dt.timedelta:
    """Return the lesser of a zone's offsets to UTC in a year."""
    offsets = [day.replace(tzinfo=zone).utcoffset() for day in _HALF_YEARS]
    return min(offset or dt.timedelta(0) for offset in offsets)


def is_own(alarm: list[Line]) -> bool:
    """Return whether an alarm has our property (OWN)."""
    return any(line.name == OWN for line in alarm)


def is_copy(alarm: list[Line], title: str) -> bool:
    """Return whether an alarm may be ours, whose property a program has dropped.

    Its text is the event's title, or what programs write of themselves.
    """
    values = {line.name: line.value for line in alarm}
    text = plain_text(unescape(values.get("DESCRIPTION", "")))
    known = text.lower() in _REMINDERS or text == title
    return known and not values.keys() & {"ATTENDEE", "ATTACH"}


def rings(alarm: list[Line], start: dt.date, end: dt.date) -> int | None:
    """Return when an alarm rings, in seconds after the start; None if unreadable.

    A moment is turned into seconds only where the start is one, too.
    """
    line = next((line for line in alarm if line.name == "TRIGGER"), None)
    if line is None:
        return None
    try:
        if line.value[:1].isdigit():
            moment = _day_or_moment(line, None)
            return int((moment - start).total_seconds())
        before = _duration(line.value)
        if "RELATED=END" in line.text.upper():
            before += end - start
        return int(before.total_seconds())
    except (ValueError, TypeError, OverflowError):
        return None
