"""What a person or a program added to one of our events, and its form.

A revision keeps every property that we do not write ourselves (LOCATION, COMMENT, URL,
ATTACH, ATTENDEE, COLOR, X- properties, …), categories and alarms beside ours, and every
line of the description that is not ours. It does not keep a changed day, time, title,
status or class, which the plan decides; a recurrence; or copies of our text in
Outlook's properties.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from b12sched.ics.description import split_description
from b12sched.ics.event import EventContent, vevent
from b12sched.ics.folding import EOL, Line, escape, fold, unescape
from b12sched.ics.read import Part, part_of
from b12sched.ics.style import CalendarStyle
from b12sched.ics.values import (
    OUR_CATEGORIES,
    RECURRENCE,
    categories,
    description_of,
    is_own,
    rings,
    seconds_of,
    span,
)

WRITTEN = (
    *("SUMMARY", "DTSTART", "DTEND", "DTSTAMP", "UID", "SEQUENCE", "CATEGORIES"),
    *("CLASS", "DESCRIPTION", "LAST-MODIFIED", "STATUS", "TRANSP"),
)
"""The properties that we write, in their order."""

# Our properties, those that programs write instead, and those that contradict ours.
_NOT_KEPT = re.compile(
    "|".join((*WRITTEN, *RECURRENCE, "DURATION", "X-ALT-DESC", "X-MICROSOFT-CDO-.*"))
)
_FRAME = ("BEGIN", "END")


def as_written(event: Part, target: EventContent) -> bool:
    """Return whether an event still has our form: order, folding and escapes.

    If it has, its values equal the target's only if its text does. If not, one value
    may have two forms, and the values must be compared.
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
        and all(map(is_own, event.alarms))
        and all(line.raw.startswith(line.name) for a in event.alarms for line in a)
    )


def _head(line: str) -> str:
    """Return the name and the parameters of a line."""
    return line.partition(":")[0]


def added_note(event: Part, content: EventContent | None = None) -> str:
    """Return what a person added to the description of one of our events.

    `content` is what the event should say now.
    """
    expected: Collection[str] = ()
    if content is not None:
        asked = unescape(_whole(content.description).partition(":")[2])
        expected = split_description(asked)[0]
    return split_description(description_of(event), expected)[1]


def added_categories(event: Part) -> list[str]:
    """Return the categories that a person added to one of our events."""
    return [name for name in categories(event) if name not in OUR_CATEGORIES]


def added_lines(event: Part) -> list[Line]:
    """Return the properties that others added to one of our events."""
    return [line for line in event.properties if not _NOT_KEPT.fullmatch(line.name)]


def with_added(
    content: EventContent, event: Part, style: CalendarStyle
) -> EventContent:
    """Return the content of an event with what a person added to it in the file.

    A cancelled event loses all alarms, also a person's.
    """
    category, description, alarms = content.category, content.description, ""
    if names := added_categories(event):
        category = fold(",".join([_whole(category), *map(escape, names)]))
    if note := added_note(event, content):
        description = fold(_whole(description) + escape(note))
    if content.status != "STATUS:CANCELLED":
        alarms = content.alarms + "".join(_added_alarms(event, content, style))
    return content._replace(category=category, description=description, alarms=alarms)


def _added_alarms(
    event: Part, content: EventContent, style: CalendarStyle
) -> Iterator[str]:
    """Yield a person's alarms: those that do not ring when ours would.

    A program may have dropped our property. Alarms that show the old SUMMARY get the
    new one.
    """
    theirs = [alarm for alarm in event.alarms if not is_own(alarm)]
    if not theirs:
        return
    start, end = span(part_of(vevent(content, "", 0)), style.zone)
    ours = {seconds_of(trigger) for trigger in style.triggers}
    old = event.first("SUMMARY")
    copied = f"DESCRIPTION:{old.value}" if old else ""
    new = fold("DESCRIPTION" + _whole(content.summary).removeprefix("SUMMARY"))
    for alarm in theirs:
        seconds = rings(alarm, start, end)
        if seconds is None or seconds not in ours:
            yield "".join(
                (new if line.text == copied else line.raw) + EOL for line in alarm
            )


def _whole(line: str) -> str:
    """Return a line that we folded without its folds."""
    return line.replace("\r\n ", "")
