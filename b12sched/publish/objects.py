"""Read and write calendar object resources (RFC 4791, 4.1) of one event each."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import replace
from typing import NamedTuple

from b12sched.errors import InputError
from b12sched.ics import CalendarStyle
from b12sched.ics.added import added_categories, added_lines, added_note
from b12sched.ics.folding import EOL
from b12sched.ics.read import Part, part_of, read_file, recognised
from b12sched.ics.revise import zone_lines
from b12sched.ics.values import Said, said
from b12sched.plan.identity import prodid
from b12sched.publish.marks import MARK, Mark, digests, read_mark

UNREAD = "cannot be read on the server"
OUR_UID = re.compile(
    "[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
)
"""The form of our UIDs, in the name of a resource or in its content."""

_UID_LINE = re.compile(rf"^UID\b[^:]*:({OUR_UID.pattern})\s*$", re.I | re.MULTILINE)
_MARKED = re.compile(rf"^(?:{MARK}|SEQUENCE):[^\r\n]*", re.MULTILINE)
_FOLDED = re.compile(r"\r?\n[ \t]")


class Resource(NamedTuple):
    """A calendar object on a server: its path, version (ETag) and content."""

    href: str
    etag: str
    data: str


class Found(NamedTuple):
    """One of our events on the server: its part without the mark, and what it says."""

    resource: Resource
    event_id: str
    part: Part
    zones: tuple[Part, ...]
    mark: Mark | None
    said: Said

    @property
    def uid(self) -> str:
        assert self.part.uid is not None  # its UID identified it as ours
        return self.part.uid


def uids_in(resource: Resource) -> set[str]:
    """Return the UIDs of our form in a calendar object, of whichever patient.

    If it has none (a server may refuse to send it), its name counts.
    """
    found = _UID_LINE.findall(_FOLDED.sub("", resource.data))
    uids = {uid.lower() for uid in found}
    name = resource.href.rpartition("/")[2].removesuffix(".ics")
    return uids or set(OUR_UID.findall(name))


def same_version(there: str, data: str) -> bool:
    """Return whether a server holds the calendar object that we wrote: by its mark."""
    return _MARKED.findall(_FOLDED.sub("", there)) == _MARKED.findall(
        _FOLDED.sub("", data)
    )


def read_event(resource: Resource, uid: str, event_id: str, zone: str | None) -> Found:
    """Return our event in a resource; `zone` is that of the calendar's style.

    Raises ValueError with the reason if it is unreadable or not the only event.
    """
    try:
        parts = recognised(read_file(resource.data.encode()).parts, {uid: event_id})
        zones = tuple(part for part in parts if part.name == "VTIMEZONE")
        others = [part for part in parts if part.name != "VTIMEZONE"]
        says = [said(part, zone) for part in others if part.event_id]
    except (InputError, ValueError):
        raise ValueError(UNREAD) from None
    if len(others) != 1 or not says:
        raise ValueError("is in one object with another event on the server")
    part = others[0]
    marks = [line.value for line in part.lines if line.name == MARK]
    lines = tuple(line for line in part.lines if line.name != MARK)
    mark = read_mark(marks[0]) if len(marks) == 1 else None
    return Found(resource, event_id, replace(part, lines=lines), zones, mark, says[0])


def has_additions(part: Part) -> bool:
    """Return whether a person added anything that deleting the event would lose."""
    names = [line.name for line in added_lines(part)]
    return bool(
        added_note(part).strip()
        or added_categories(part)
        or [name for name in names if name[:2] != "X-" and name != "CREATED"]
    )


def calendar_object(
    event: str, zones: Iterable[Part], style: CalendarStyle, horizon: dt.date
) -> str:
    """Return a calendar object of one VEVENT and its time zones, without METHOD.

    The style's zone is written for the years of the event; any other zone that the
    event names is kept. The event gets its mark; `horizon` is that of the plan.
    """
    part = part_of(event)
    named = {line.zone for line in part.properties if line.zone}
    texts = [
        zone.text
        for zone in zones
        if zone.value("TZID").strip() in named - {style.zone}
    ]
    if style.zone in named:
        days = [line for line in part.properties if line.name in ("DTSTART", "DTEND")]
        years = [int(line.value[:4]) for line in days]
        texts.append(zone_lines(style.zone, range(min(years), max(years) + 1)))
    product = prodid(discreet=style.discreet)
    head = f"BEGIN:VCALENDAR{EOL}VERSION:2.0{EOL}PRODID:{product}{EOL}{''.join(texts)}"
    says = said(part, style.zone)
    mark = Mark(horizon, digests(says), says.own).line
    alarm = event.find("BEGIN:VALARM\r\n")
    at = alarm if alarm >= 0 else event.rindex("END:VEVENT\r\n")
    return f"{head}{event[:at]}{mark}{event[at:]}END:VCALENDAR{EOL}"
