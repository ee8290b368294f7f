"""Read and write calendar object resources (RFC 4791, 4.1) of one event each."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import replace
from typing import NamedTuple

from b12sched.errors import InputError
from b12sched.ics import CalendarStyle, read_calendar
from b12sched.ics.edited import added_categories, added_lines, added_note
from b12sched.ics.folding import EOL
from b12sched.ics.read import Part
from b12sched.ics.write import zone_lines
from b12sched.plan.identity import HORIZON, OWNER, PRODID, calendar_name
from b12sched.publish.marks import MARK, EventDigest, Mark, read_mark, read_said

UNREAD = "cannot be read on the server"
OUR_UID = re.compile(
    "[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
)
"""The form of our UIDs, in the name of a resource or in its content."""

_UID_LINE = re.compile(rf"^UID:({OUR_UID.pattern})\s*$", re.MULTILINE)
_MARKED = re.compile(rf"^(?:{MARK}|SEQUENCE):[^\r\n]*", re.MULTILINE)
_FOLDED = re.compile(r"\r?\n[ \t]")
_NAME = re.compile("^([A-Z][A-Z0-9-]*)[;:]", re.MULTILINE)
_TZID = re.compile(r'TZID="?([^":;,\r\n]+)')
_YEAR = re.compile(r"^DT(?:START|END)[^:\r\n]*:([0-9]{4})", re.MULTILINE)


class Resource(NamedTuple):
    """A calendar object on a server: its path, version (ETag) and content."""

    href: str
    etag: str
    data: str


class Found(NamedTuple):
    """One of our events on the server: its part without the mark, and its digests."""

    resource: Resource
    event_id: str
    part: Part
    zones: tuple[Part, ...]
    mark: Mark | None
    said: EventDigest

    @property
    def uid(self) -> str:
        assert self.part.uid is not None  # its UID identified it as ours
        return self.part.uid


def uids_in(resource: Resource) -> set[str]:
    """Return the UIDs of our form in a calendar object, of whichever patient.

    If it has none (a server may refuse to send it), its name counts.
    """
    uids = set(_UID_LINE.findall(_FOLDED.sub("", resource.data)))
    name = resource.href.rpartition("/")[2].removesuffix(".ics")
    return uids or set(OUR_UID.findall(name))


def same_version(there: str, data: str) -> bool:
    """Return whether a server holds the calendar object that we wrote: by its mark."""
    return _MARKED.findall(_FOLDED.sub("", there)) == _MARKED.findall(
        _FOLDED.sub("", data)
    )


def known_ids(uids: Iterable[str], patient: str, course: int) -> dict[str, str]:
    """Return, by UID, the event ids of this patient, up to a course of treatment."""
    stubs = "".join(
        f"BEGIN:VEVENT\r\nUID:{each}\r\nEND:VEVENT\r\n" for each in sorted(set(uids))
    )
    text = (
        f"BEGIN:VCALENDAR\r\n{OWNER}:{calendar_name(patient)}\r\n{HORIZON}:20000101\r\n"
        f"{stubs}END:VCALENDAR\r\n"
    )
    parts = read_calendar(text.encode(), patient, course).parts
    return {part.uid: part.event_id for part in parts if part.uid and part.event_id}


def read_event(resource: Resource, event_id: str, patient: str) -> Found:
    """Return our event in a resource.

    Raises ValueError with the reason if it is unreadable or not the only event.
    """
    try:
        calendar = read_calendar(resource.data.encode(), patient)
        said = read_said(resource.data)
    except (InputError, ValueError):
        raise ValueError(UNREAD) from None
    zones = tuple(part for part in calendar.parts if part.name == "VTIMEZONE")
    others = [part for part in calendar.parts if part.name != "VTIMEZONE"]
    if len(others) != 1 or others[0].event_id != event_id:
        raise ValueError("stands together with another event on the server")
    part = others[0]
    marks = [line.value for line in part.lines if line.name == MARK]
    lines = tuple(line for line in part.lines if line.name != MARK)
    mark = read_mark(marks[0]) if len(marks) == 1 else None
    return Found(resource, event_id, replace(part, lines=lines), zones, mark, said)


def has_additions(part: Part) -> bool:
    """Return whether a person added anything that deleting the event would lose."""
    names = _NAME.findall(added_lines(part))
    return bool(
        added_note(part).strip()
        or added_categories(part)
        or [name for name in names if name[:2] != "X-" and name != "CREATED"]
    )


def calendar_object(
    event: str,
    zones: Iterable[Part],
    style: CalendarStyle,
    horizon: dt.date | None = None,
) -> str:
    """Return a calendar object of one VEVENT and its time zones, without METHOD.

    The style's zone is written for the years of the event; any other zone that the
    event names is kept. With `horizon`, that of the plan, the event gets its mark.
    """
    lines = _FOLDED.sub("", event)
    named = set(_TZID.findall(lines))
    texts = []
    for zone in zones:
        name = next((line.value for line in zone.lines if line.name == "TZID"), "")
        if name in named - {style.zone}:
            texts.append(zone.text)
    if style.zone in named:
        years = [int(year) for year in _YEAR.findall(lines)]
        texts.append(zone_lines(style, min(years), max(years)))
    head = f"BEGIN:VCALENDAR{EOL}VERSION:2.0{EOL}PRODID:{PRODID}{EOL}{''.join(texts)}"
    end = f"END:VCALENDAR{EOL}"
    if horizon is None:
        return head + event + end
    said = read_said(head + event + end)
    mark = Mark(horizon, said.decided, said.own).line
    alarm = event.find("BEGIN:VALARM\r\n")
    at = alarm if alarm >= 0 else event.rindex("END:VEVENT\r\n")
    return f"{head}{event[:at]}{mark}{event[at:]}{end}"
