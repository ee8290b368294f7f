"""Our events after a person or a calendar program has had them in hand.

What survives a revision: every property that we do not write ourselves (LOCATION,
COMMENT, URL, ATTACH, ATTENDEE, COLOR, X- properties, …), categories beside ours, alarms
beside ours, and in the description every line that is not ours, and what follows
`Notes:`. What does not: a changed day, time, title, status or class, which the plan
decides; a recurrence; and copies of our text in properties of Outlook's.
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

# What a program may have put in place of ours, or what would contradict it.
_NOT_KEPT = re.compile(
    "|".join((*WRITTEN, *_RECURRENCE, "DURATION", "X-ALT-DESC", "X-MICROSOFT-CDO-.*"))
)
_COMMA = re.compile(r"(?<!\\),")
_MOST_LINES = 200
"""An event with more lines than this is not looked into: it is written anew."""

_FRAME = ("BEGIN", "END")
_TRIGGER = re.compile(r"^TRIGGER[^:\r]*:(.*)\r$", re.MULTILINE)


def as_written(event: Part, target: EventContent) -> bool:
    """Whether no program has rewritten it: order, folding and form are ours.

    Then it says the same as the target only if it is the same. Otherwise one thing may
    be said in two ways, and icalendar is asked.
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
    """Whether one of our events was written for a discreet calendar."""
    return any(
        line.name == "CATEGORIES" and NEUTRAL in line.value.split(",")
        for line in part.lines
    )


def _head(line: str) -> str:
    """The name and the parameters of a line."""
    return line.partition(":")[0]


def added_note(event: Part) -> str:
    """What a person added to the description of one of our events."""
    return split_description(unescape(event.value("DESCRIPTION")))[1]


def added_categories(event: Part) -> list[str]:
    """The categories of one of our events that are a person's."""
    return [
        name
        for line in event.properties
        if line.name == "CATEGORIES"
        for name in map(unescape, _COMMA.split(line.value))
        if name not in _OUR_CATEGORIES
    ]


def added_lines(event: Part) -> str:
    """The properties of one of our events that are a person's, as they stand there."""
    return "".join(
        line.raw + EOL
        for line in event.properties
        if not _NOT_KEPT.fullmatch(line.name)
    )


def _added_alarms(event: Part, summary: str) -> list[str]:
    """A person's alarms; those that show the old SUMMARY will show this one."""
    old = event.first("SUMMARY")
    copied = f"DESCRIPTION:{old.value}" if old else ""
    new = fold("DESCRIPTION" + _flat(summary).removeprefix("SUMMARY"))
    return [
        "".join((new if line.text == copied else line.raw) + EOL for line in alarm)
        for alarm in event.alarms
        if not any(line.name == OWN for line in alarm)
    ]


def split_description(text: str) -> tuple[list[str], str]:
    """Our lines of a description, and all else: the note that follows `Notes:`."""
    lines = text.rstrip().split("\n")
    labels = tuple(LABELS)
    at = next((n for n, line in enumerate(lines) if line.startswith(NOTES)), len(lines))
    ours = [line for line in lines[:at] if line.startswith(labels)]
    strange = [line for line in lines[:at] if line and not line.startswith(labels)]
    note = "\n".join(lines[at:])[len(NOTES) :]
    return ours, "".join([note, *(f"\n{line}" for line in strange)])


def with_added(content: EventContent, event: Part) -> EventContent:
    """What an event says together with what a person added to it in a file.

    A cancelled event has no alarm, not even a person's. An alarm that rings when one of
    ours does is ours.
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
    """Whether a VEVENT rewritten by a program still says what we would write.

    icalendar judges: it knows the forms that one value can have. It sees only what
    would be ours, never a time zone, an attachment or an event of other origin.
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
        return False  # what cannot be read does not say what we would write


def _said(event: Component) -> tuple[object, ...]:
    """What an event says, however it is written, to be compared."""
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
    """Whether all our alarms are there, and none of ours that is no longer wanted."""
    there = _triggers(old)
    ours = {trigger for trigger, own in there if own}
    wanted = {trigger for trigger, _ in _triggers(new)}
    return ours <= wanted <= {trigger for trigger, _ in there}


def _triggers(event: Component) -> set[tuple[object, bool]]:
    """When the alarms of an event ring, and whether they are ours."""
    from icalendar import Alarm

    alarms = [each for each in event.subcomponents if isinstance(each, Alarm)]
    return {(alarm.TRIGGER, OWN in alarm) for alarm in alarms}
