"""Compare and keep what a person or a calendar program changed in our events.

A revision keeps every property that we do not write ourselves (LOCATION, COMMENT, URL,
ATTACH, ATTENDEE, COLOR, X- properties, …), categories and alarms beside ours, and in
the description what follows `Notes:` and every other line that is not ours. It does not
keep a changed day, time, title, status or class, which the plan decides; a recurrence;
or copies of our text in Outlook's properties.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from b12sched.ics.event import CATEGORIES, LABELS, NEUTRAL, NOTES, EventContent
from b12sched.ics.folding import EOL, escape, fold, unescape
from b12sched.ics.read import Part
from b12sched.plan.identity import OWN

if TYPE_CHECKING:
    from icalendar import Component

WRITTEN = (
    *("SUMMARY", "DTSTART", "DTEND", "DTSTAMP", "UID", "SEQUENCE", "CATEGORIES"),
    *("CLASS", "DESCRIPTION", "LAST-MODIFIED", "STATUS", "TRANSP"),
)
"""The properties that we write, in their order."""

_OUR_CATEGORIES = {*CATEGORIES.values(), NEUTRAL}
_RECURRENCE = frozenset(("RRULE", "RDATE", "EXDATE", "EXRULE", "RECURRENCE-ID"))

# Our properties, those that programs write instead, and those that contradict ours.
_NOT_KEPT = re.compile(
    "|".join((*WRITTEN, *_RECURRENCE, "DURATION", "X-ALT-DESC", "X-MICROSOFT-CDO-.*"))
)
_COMMA = re.compile(r"(?<!\\),")
_MOST_LINES = 200
"""The most lines of an event that we compare; a longer one is written anew."""

_FRAME = ("BEGIN", "END")
_TRIGGER = re.compile(r"^TRIGGER[^:\r]*:(.*)\r$", re.MULTILINE)


def as_written(event: Part, target: EventContent) -> bool:
    """Return whether the event still has our form: order, folding and escapes.

    If it has, its values equal the target's only if its text does. If not, one value
    may have two forms, and icalendar must compare them.
    """
    own = event.properties[: len(WRITTEN)]
    days = {
        _head(line).partition(";")[0]: _head(line) for line in target.when.split(EOL)
    }
    return (
        [_head(line.text) for line in own] == [days.get(name, name) for name in WRITTEN]
        and not any(
            _NOT_KEPT.fullmatch(line.name) for line in event.properties[len(own) :]
        )
        and all(line.raw == fold(line.text) for line in own)
        and all(line.raw.isupper() for line in event.lines if line.name in _FRAME)
        and all(line.value == escape(unescape(line.value)) for line in own)
        and all(any(line.name == OWN for line in alarm) for alarm in event.alarms)
    )


def is_neutral(part: Part) -> bool:
    """Return whether one of our events was written for a discreet calendar."""
    return any(
        line.name == "CATEGORIES" and NEUTRAL in line.value.split(",")
        for line in part.lines
    )


def _head(line: str) -> str:
    """Return the name and the parameters of a line."""
    return line.partition(":")[0]


def added_note(event: Part) -> str:
    """Return what a person added to the description of one of our events."""
    return split_description(unescape(event.value("DESCRIPTION")))[1]


def added_categories(event: Part) -> list[str]:
    """Return the categories that a person added to one of our events."""
    return [
        name
        for line in event.properties
        if line.name == "CATEGORIES"
        for name in map(unescape, _COMMA.split(line.value))
        if name not in _OUR_CATEGORIES
    ]


def added_lines(event: Part) -> str:
    """Return the properties that others added to one of our events, unchanged."""
    return "".join(
        line.raw + EOL
        for line in event.properties
        if not _NOT_KEPT.fullmatch(line.name)
    )


def _added_alarms(event: Part, summary: str) -> list[str]:
    """Return a person's alarms; those that show the old SUMMARY get the new one."""
    old = event.first("SUMMARY")
    copied = f"DESCRIPTION:{old.value}" if old else ""
    new = fold("DESCRIPTION" + _flat(summary).removeprefix("SUMMARY"))
    return [
        "".join((new if line.text == copied else line.raw) + EOL for line in alarm)
        for alarm in event.alarms
        if not any(line.name == OWN for line in alarm)
    ]


def split_description(text: str) -> tuple[list[str], str]:
    """Return our lines of a description, and as one text its note and other lines."""
    lines = text.rstrip().split("\n")
    labels = tuple(LABELS)
    at = next((n for n, line in enumerate(lines) if line.startswith(NOTES)), len(lines))
    ours = [line for line in lines[:at] if line.startswith(labels)]
    strange = [line for line in lines[:at] if line and not line.startswith(labels)]
    note = "\n".join(lines[at:])[len(NOTES) :]
    return ours, "".join([note, *(f"\n{line}" for line in strange)])


def with_added(content: EventContent, event: Part) -> EventContent:
    """Return the content of an event with what a person added to it in the file.

    A cancelled event loses all alarms, also a person's. A person's alarm is dropped if
    it rings at the same time as one of ours.
    """
    category, description = content.category, content.description
    if names := added_categories(event):
        category = fold(",".join([_flat(category), *map(escape, names)]))
    if note := added_note(event):
        description = fold(_flat(description) + escape(note))
    alarms = ""
    if content.status != "STATUS:CANCELLED":
        ours = set(_TRIGGER.findall(content.alarms))
        kept = [
            alarm
            for alarm in _added_alarms(event, content.summary)
            if not ours & set(_TRIGGER.findall(alarm))
        ]
        alarms = content.alarms + "".join(kept)
    return content._replace(category=category, description=description, alarms=alarms)


def _flat(line: str) -> str:
    return line.replace("\r\n ", "")


def says_the_same(event: Part, target: str) -> bool:
    """Return whether a VEVENT rewritten by a program still has the target's values.

    icalendar compares them: it knows the forms that one value can have. It receives
    only what we would write, never a time zone, an attachment or an event of others.
    """
    from icalendar import Event

    lines = [line.raw for line in event.properties if _NOT_KEPT.fullmatch(line.name)]
    for alarm in event.alarms:
        rings = [line.raw for line in alarm if line.name in ("TRIGGER", OWN)]
        lines += ["BEGIN:VALARM", *rings, "END:VALARM"]
    if len(lines) > _MOST_LINES:
        return False
    text = EOL.join(["BEGIN:VEVENT", *lines, "END:VEVENT", ""])
    try:
        old, new = Event.from_ical(text), Event.from_ical(target)
        return _said(old) == _said(new) and _rings_the_same(old, new)
    except (ValueError, TypeError):
        return False  # an unreadable event does not have the target's values


def _said(event: Component) -> tuple[object, ...]:
    """Return the values of an event that we compare, whatever their form."""
    from icalendar import Event

    assert isinstance(event, Event)  # a text that begins with BEGIN:VEVENT
    categories = {str(name) for name in event.categories}
    return (
        str(event.get("SUMMARY")),
        event.start,
        event.end,
        categories & _OUR_CATEGORIES,
        str(event.get("CLASS", "PUBLIC")).upper(),
        split_description(str(event.get("DESCRIPTION")))[0],
        str(event.get("STATUS")).upper(),
        str(event.get("TRANSP", "OPAQUE")).upper(),
        _RECURRENCE.isdisjoint(event),
    )


def _rings_the_same(old: Component, new: Component) -> bool:
    """Return whether the old event has every new alarm, and no outdated one of ours."""
    there = _triggers(old)
    ours = {trigger for trigger, own in there if own}
    wanted = {trigger for trigger, _ in _triggers(new)}
    return ours <= wanted <= {trigger for trigger, _ in there}


def _triggers(event: Component) -> set[tuple[object, bool]]:
    """Return when each alarm of an event rings, and whether it is ours."""
    from icalendar import Alarm

    alarms = [each for each in event.subcomponents if isinstance(each, Alarm)]
    return {(alarm.TRIGGER, OWN in alarm) for alarm in alarms}
