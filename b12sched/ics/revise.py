"""Bring a calendar up to date: a new one, a file's, a patient's and the clinic's alike.

Only this module decides UID, SEQUENCE and CANCELLED. An event that still has the wanted
values keeps its octets. One that differs keeps its UID and gets SEQUENCE + 1. One that
is no longer wanted stays, cancelled; if it is wanted again, it is the same event again.
No event is ever removed. A new calendar is an empty one brought up to date.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple

from b12sched.errors import InputError, shown
from b12sched.ics.added import added_lines, with_added
from b12sched.ics.event import Content, EventContent, vevent
from b12sched.ics.folding import AS_READ, EOL, LARGEST, Line, damaged, fold, unescape
from b12sched.ics.read import File, Part
from b12sched.ics.style import CalendarStyle
from b12sched.ics.values import agrees, day_of, is_cancelled, is_neutral
from b12sched.ics.zone import UTC_NAMES, vtimezone

EMPTY = File([], [])
_STAMPS = re.compile(
    r"\r\nDTSTAMP:(\d{8}T\d{6}Z)\r\nUID:[^\r]*\r\nSEQUENCE:(\d{1,10})\r\n"
)
_TIMES = ("DTSTART", "DTEND", "DURATION")
_HIGHEST = 2**31 - 2
"""The highest SEQUENCE that can still grow: it has 32 bits (RFC 5545, 3.3.8)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """A calendar brought up to date, and the counts of its events by outcome.

    `carried` counts the events kept that are not wanted: cancelled before, or a
    person's own. `opened` is true if discreet events now show what they are;
    `no_longer_given` has a note per event that was marked as given and no longer is.
    """

    data: bytes
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    cancelled: int = 0
    carried: int = 0
    opened: bool = False
    no_longer_given: tuple[str, ...] = ()

    @property
    def summary(self) -> str:
        """The counts in words, one line."""
        said = (
            f"{self.new} new, {self.changed} changed, {self.unchanged} unchanged, "
            f"{self.cancelled} cancelled, {self.carried} carried over"
        )
        if self.opened:
            said += "; it was discreet and no longer is: add --discreet to keep it so"
        return said


class Target(NamedTuple):
    """What a calendar is to hold.

    `head` is its properties, `names` the calendar names that we write, `contents` its
    events and `years` the years of those. `gone` returns the new content of one of our
    events that is not in `contents`, or None to leave it as it is.
    """

    head: list[str]
    names: set[str]
    contents: Iterable[Content]
    years: range
    gone: Callable[[Part], EventContent | None] = lambda part: None


def brought_up(
    old: File, target: Target, style: CalendarStyle, stamp: dt.datetime
) -> Revision:
    """Return a calendar brought up to a target; a new one from the EMPTY file.

    `stamp` is the moment of writing, with a time zone; it is cut to seconds. Raises
    InputError for a damaged event of ours, and as `contents` and `finished` do.
    """
    written = _stamp_text(stamp)
    waiting = {content[0]: content for content in target.contents}
    counts: Counter[str] = Counter()
    texts: list[str] = []
    opened = False
    for part in old.parts:
        if part.event_id is None:
            text, outcome = part.text, "carried" if part.name == "VEVENT" else ""
        elif content := waiting.pop(part.uid or "", None):
            text, outcome = _renewed(part, content, style, written)
        else:
            text, outcome = _gone(part, target, style, written)
        texts.append(text)
        counts[outcome] += 1
        if text != part.text and not style.discreet:
            opened = opened or is_neutral(part)
    zone, texts = _zone(old.parts, texts, style, target.years)
    new = [vevent(content, written, 0) for content in waiting.values()]
    return Revision(
        data=_finished(_head(old.head, target), zone, *texts, *new),
        new=len(new),
        changed=counts["changed"],
        unchanged=counts["unchanged"],
        cancelled=counts["cancelled"],
        carried=counts["carried"],
        opened=opened,
    )


def zone_lines(zone: str, years: range) -> str:
    """Return the VTIMEZONE of a zone for some years, an empty text for UTC."""
    return "" if zone in UTC_NAMES else vtimezone(zone, years.start, years.stop - 1)


def years_of(days: Iterable[dt.date]) -> range:
    """Return the years from the first to the last of some days."""
    known = [*days]
    return range(min(known).year, max(known).year + 1)


def old_day(event: Part, zone: str | None) -> str:
    """Return the lines of an event's day and time, as they are in the file.

    Raises InputError if they are damaged.
    """
    lines = [line for line in event.properties if line.name in _TIMES]
    names = [line.name for line in lines]
    clear = names.count("DTSTART") == 1 and len(names) <= 2
    if not clear or day_of(event, zone) is None:
        raise damaged(f"it is not clear when event {shown(event.value('UID'))} is")
    return EOL.join(line.raw for line in lines)


def _finished(head: list[str], *parts: str) -> bytes:
    """Return a calendar's octets. Raises InputError if we could not read so many."""
    begin = EOL.join(["BEGIN:VCALENDAR", *head, ""])
    # Each by itself: one character beyond ASCII slows the encoding of a whole text.
    whole = (begin, *parts, "END:VCALENDAR\r\n")
    try:
        data = b"".join([part.encode() for part in whole])
    except UnicodeEncodeError:  # a program folded a line inside a character
        data = "".join(whole).encode(*AS_READ)
    if len(data) > LARGEST:
        raise InputError(
            f"would have {len(data) / 1e6:.0f} MB, more than calendar programs take",
            "choose an earlier --until or fewer --months",
            field="calendar",
        )
    return data


def _stamp_text(stamp: dt.datetime) -> str:
    """Format a moment in UTC, whole seconds. Raises ValueError without a time zone."""
    if stamp.tzinfo is None:
        raise ValueError("a stamp needs its time zone")
    return f"{stamp.astimezone(dt.UTC):%Y%m%dT%H%M%SZ}"


def _renewed(
    part: Part, wanted: Content, style: CalendarStyle, written: str
) -> tuple[str, str]:
    """Return an event's text, rewritten if its values differ, and the outcome."""
    text = part.text
    stamps = _STAMPS.search(text)
    if stamps and vevent(wanted, stamps[1], int(stamps[2])) == text:
        return text, "unchanged"
    # A program may have written the UID in capitals: to others it is another one.
    content = EventContent._make(wanted)._replace(uid=part.value("UID").strip())
    full = with_added(content, part, style)
    lines = "".join(line.raw + EOL for line in added_lines(part))
    if stamps and vevent(full, stamps[1], int(stamps[2]), lines) == text:
        return text, "unchanged"
    if not _moved(part, content) and agrees(part, content, style):
        return text, "unchanged"
    return vevent(full, written, _next(part), lines), "changed"


def _moved(part: Part, content: EventContent) -> bool:
    """Return whether an event is on another day, in our spelling: no need to ask on."""
    start, wanted = part.first("DTSTART"), content.when.partition(EOL)[0]
    if start is None or start.text == wanted:
        return False
    return start.text.partition(":")[0] == wanted.partition(":")[0]


def _gone(
    part: Part, target: Target, style: CalendarStyle, written: str
) -> tuple[str, str]:
    """Return the text and the outcome of an event that is no longer wanted."""
    content = target.gone(part)
    if content is None:
        return part.text, "carried"
    text, outcome = _renewed(part, content, style, written)
    if content.status != "STATUS:CANCELLED":
        return text, outcome
    if outcome == "unchanged":
        return text, "carried"
    return text, "changed" if is_cancelled(part) else "cancelled"


def _next(event: Part) -> int:
    """Return the next SEQUENCE of an event. Raises InputError for a damaged one."""
    text = event.value("SEQUENCE").strip() or "0"
    if not re.fullmatch("[0-9]{1,10}", text) or int(text) > _HIGHEST:
        raise damaged(
            f"{shown(text)} is not a SEQUENCE (event {shown(event.value('UID'))})"
        )
    return int(text) + 1


def _head(old: list[Line], target: Target) -> list[str]:
    """Return the calendar's properties: ours rewritten, all others as they were.

    A calendar name that a person chose stays.
    """
    ours, kept = target.head, dict[str, None]()
    if not old:
        return ours
    title = next((line for line in old if line.name == "X-WR-CALNAME"), None)
    if title is not None and unescape(title.value).strip() not in target.names:
        chosen = fold(f"{title.name}:{title.value}")
        ours = [chosen if line.startswith(title.name) else line for line in ours]
    written = {re.split("[:;]", line)[0] for line in ours}
    for line in old:
        if line.name not in written and line.raw not in kept:
            kept[line.raw] = None
            # Of calendars that were put together each had its own.
            written |= {line.name} & {"CALSCALE", "METHOD"}
    return [*ours, *kept]


def _zone(
    parts: list[Part], texts: list[str], style: CalendarStyle, years: range
) -> tuple[str, list[str]]:
    """Return the style's VTIMEZONE, and the texts of the parts without the old one.

    It covers the years of every event in that zone, other people's included.
    """
    if style.zone is None:
        return "", texts
    # Bounded: else a line that repeats the zone is searched once per repetition.
    name = re.escape(style.zone)
    dated = re.compile(rf'TZID="?{name}"?[^:\r\n]{{0,200}}:([0-9]{{4}})')
    found = {int(year) for text in texts for year in dated.findall(text)}
    found = {*years, *found.intersection(range(1900, 2201))}
    zone = zone_lines(style.zone, range(min(found), max(found) + 1))
    if not zone:
        return "", texts
    return zone, [
        text
        for part, text in zip(parts, texts, strict=True)
        if part.name != "VTIMEZONE" or part.value("TZID").strip() != style.zone
    ]
