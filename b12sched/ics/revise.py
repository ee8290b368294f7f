"""Revise a calendar. Only this module decides UID, SEQUENCE and CANCELLED.

An event that still has the plan's values keeps its octets. One that differs keeps its
UID and gets SEQUENCE + 1. One that is no longer in the plan stays, cancelled; if the
plan has it again, it is the same event again. No event is ever removed.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import NamedTuple

from b12sched.errors import shown
from b12sched.ics.edited import (
    added_lines,
    as_written,
    is_neutral,
    says_the_same,
    with_added,
)
from b12sched.ics.event import EventContent, cancelled, contents, vevent
from b12sched.ics.folding import EOL, unescape
from b12sched.ics.given import day_of, is_dose, is_past, no_longer_given, stand_ins
from b12sched.ics.read import Calendar, Line, Part, damaged
from b12sched.ics.style import CalendarStyle
from b12sched.ics.write import (
    check,
    finished,
    head_lines,
    name_of,
    stamp_text,
    zone_lines,
)
from b12sched.plan.events import Plan, Status
from b12sched.plan.identity import uid

_STAMPS = re.compile(
    r"\r\nDTSTAMP:(\d{8}T\d{6}Z)\r\nUID:[^\r]*\r\nSEQUENCE:(\d{1,10})\r\n"
)
_TIMES = {
    "DTSTART": re.compile(r"DTSTART(;[^:]+)?:\d{8}(T\d{6}Z?)?", re.IGNORECASE),
    "DTEND": re.compile(r"DTEND(;[^:]+)?:\d{8}(T\d{6}Z?)?", re.IGNORECASE),
    "DURATION": re.compile(r"DURATION(;[^:]+)?:P[0-9DHMSTW]+", re.IGNORECASE),
}
_HIGHEST = 2**31 - 2
"""The highest SEQUENCE that can still grow: it has 32 bits (RFC 5545, 3.3.8)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """A revised calendar, and the counts of its events by outcome.

    `carried` counts the events kept that are not in the plan: cancelled before, or a
    person's own. `opened` is true if discreet events now show what they are;
    `no_longer_given` has a note per event that was marked as given and no longer is.
    """

    data: bytes
    new: int
    changed: int
    unchanged: int
    cancelled: int
    carried: int
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
            said += "; it was discreet and is no more: --discreet keeps it so"
        return said


def revise_calendar(
    old: Calendar, plan: Plan, style: CalendarStyle, stamp: dt.datetime
) -> Revision:
    """Update the calendar of a file to a plan of the same patient.

    Raises ValueError for another patient's plan, and for one that ends before the
    file's horizon (`old.horizon`): events beyond its end would be taken for cancelled.
    Raises InputError as `write_calendar` does, and for a damaged event of ours.
    """
    patient = check(plan)
    if patient != old.patient:
        raise ValueError("the calendar was read for another patient")
    if plan.until < old.horizon:
        raise ValueError(f"the plan ends before the file's horizon, {old.horizon}")

    given = {dose.date: dose for dose in plan.doses if dose.status is Status.GIVEN}

    def gone(part: Part) -> EventContent | None:
        assert part.event_id is not None  # it is one of ours
        was_cancelled = part.value("STATUS").upper() == "CANCELLED"
        # An examination on the day of a given dose stays; the dose has one event only.
        kept = day_of(part, style) in given and not was_cancelled and not is_dose(part)
        if kept or is_past(part, plan, style):
            return None
        return cancelled(patient, part.event_id, style, old_day(part))

    wanted = {content.uid: content for content in contents(plan, style)}
    for name, dose in stand_ins(old.parts, wanted, given, patient, style).items():
        wanted[name] = wanted.pop(uid(patient, dose.id))._replace(uid=name)
    target = Target(
        head_lines(patient, style, plan.until),
        {name_of(patient, discreet=discreet) for discreet in (True, False)},
        wanted.values(),
        gone,
        [event.date.year for event in plan.events],
    )
    done = brought_up(old.head, old.parts, target, style, stamp_text(stamp))
    return replace(done, no_longer_given=tuple(no_longer_given(old.parts, plan, style)))


class Target(NamedTuple):
    """What a revision makes of a calendar.

    `head` is its properties, `names` the calendar names that we write, `contents` its
    events and `years` the years of those. `gone` returns the new content of one of our
    events that is not in `contents`, or None to leave it as it is.
    """

    head: list[str]
    names: set[str]
    contents: Iterable[EventContent]
    gone: Callable[[Part], EventContent | None]
    years: list[int]


def brought_up(
    head: Iterable[Line],
    parts: Iterable[Part],
    target: Target,
    style: CalendarStyle,
    written: str,
) -> Revision:
    """Update a calendar, passed as its properties and its parts, to a target."""
    waiting = {content.uid: content for content in target.contents}
    counts: Counter[str] = Counter()
    texts: list[str] = []
    opened = False
    for part in parts:
        if part.event_id is None:
            text, outcome = part.text, "carried" if part.name == "VEVENT" else ""
        elif content := waiting.pop(part.uid or "", None):
            text, outcome = _renewed(part, content, written)
        else:
            text, outcome = _gone(part, target, written)
        texts.append(text)
        if outcome:
            counts[outcome] += 1
        if text != part.text and not style.discreet:
            opened = opened or is_neutral(part)
    texts.extend(vevent(content, written, 0) for content in waiting.values())
    body = "".join(_with_zone(texts, style, target.years))
    data = finished(_head(head, target), body)
    return Revision(
        data=data,
        new=len(waiting),
        changed=counts["changed"],
        unchanged=counts["unchanged"],
        cancelled=counts["cancelled"],
        carried=counts["carried"],
        opened=opened,
    )


def _renewed(part: Part, content: EventContent, written: str) -> tuple[str, str]:
    """Return an event's text, rewritten if its values differ, and the outcome."""
    text = part.text
    stamps = _STAMPS.search(text)
    if stamps and vevent(content, stamps[1], int(stamps[2])) == text:
        return text, "unchanged"
    full, lines = with_added(content, part), added_lines(part)
    if stamps and vevent(full, stamps[1], int(stamps[2]), lines) == text:
        return text, "unchanged"
    if not as_written(part, content) and says_the_same(
        part, vevent(content, written, 0)
    ):
        return text, "unchanged"
    return vevent(full, written, _next(part), lines), "changed"


def _gone(part: Part, target: Target, written: str) -> tuple[str, str]:
    """Return the text and the outcome of an event that is not among the contents."""
    content = target.gone(part)
    if content is None:
        return part.text, "carried"
    text, outcome = _renewed(part, content, written)
    if outcome == "unchanged":
        return text, "carried"
    before = part.value("STATUS").upper() == "CANCELLED"
    return text, "changed" if before else "cancelled"


def old_day(event: Part) -> str:
    """Return the lines of an event's day and time, as they are in the file.

    Raises InputError if they are damaged.
    """
    lines = [line for line in event.properties if line.name in _TIMES]
    forms = [_TIMES[line.name].fullmatch(line.text) for line in lines]
    names = [line.name for line in lines]
    if names.count("DTSTART") != 1 or len(names) > 2 or not all(forms):
        raise damaged(f"it is not clear when event {shown(event.value('UID'))} is")
    return EOL.join(line.raw for line in lines)


def _next(event: Part) -> int:
    """Return the next SEQUENCE of an event. Raises InputError for a damaged one."""
    text = event.value("SEQUENCE") or "0"
    if not re.fullmatch("[0-9]{1,10}", text) or int(text) > _HIGHEST:
        raise damaged(
            f"{shown(text)} is not a SEQUENCE (event {shown(event.value('UID'))})"
        )
    return int(text) + 1


def _head(old: Iterable[Line], target: Target) -> list[str]:
    """Return the calendar's properties: ours rewritten, all others as they were.

    A calendar name that a person chose stays.
    """
    old, ours = list(old), target.head
    title = next((line for line in old if line.name == "X-WR-CALNAME"), None)
    if title is not None and unescape(title.value) not in target.names:
        ours = [title.raw if line.startswith(title.name) else line for line in ours]
    written = {re.split("[:;]", line, maxsplit=1)[0] for line in ours}
    return [*ours, *(line.raw for line in old if line.name not in written)]


def _with_zone(parts: list[str], style: CalendarStyle, years: list[int]) -> list[str]:
    """Return the parts with the style's VTIMEZONE in place of the old one.

    It covers the years of every event in that zone, other people's included.
    """
    if style.zone is None:
        return parts
    # Bounded: else a line that repeats the zone is searched once per repetition.
    name = re.escape(style.zone)
    dated = re.compile(rf'TZID="?{name}"?[^:\r\n]{{0,200}}:([0-9]{{4}})')
    years = [*years, *(int(year) for part in parts for year in dated.findall(part))]
    zone = zone_lines(style, min(years), max(years))
    if not zone:
        return parts
    same = re.compile(rf"BEGIN:VTIMEZONE\r\n(?:.*\r\n)*?TZID:{name}\r\n")
    kept = [part for part in parts if not same.match(part)]
    return [zone, *kept]
