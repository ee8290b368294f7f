"""What a person or a program added to one of our events.

A revision keeps every property that we do not write ourselves (LOCATION, COMMENT, URL,
ATTACH, ATTENDEE, COLOR, X- properties, …), categories and alarms beside ours, and every
line of the description that is not ours. It does not keep a changed day, time, title,
status or class, which the plan decides; a recurrence; or copies of our text in
Outlook's properties.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from b12sched.ics.description import (
    flat,
    own_lines,
    plain_text,
    split_description,
)
from b12sched.ics.event import EventContent
from b12sched.ics.folding import EOL, Line, escape, fold, unescape
from b12sched.ics.read import Part, part_of
from b12sched.ics.style import CalendarStyle
from b12sched.ics.values import (
    OUR_CATEGORIES,
    RECURRENCE,
    categories,
    description_of,
    is_copy,
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


def added_note(event: Part, content: EventContent | None = None) -> str:
    """Return what a person added to the description of one of our events.

    `content` is what the event should say now.
    """
    expected: Collection[str] = ()
    if content is not None:
        asked = unescape(_whole(content.description).partition(":")[2])
        expected = own_lines(asked)
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
    """Return the content of an event with what a person added to it in the file."""
    category, description = content.category, content.description
    if names := added_categories(event):
        category = fold(",".join([_whole(category), *map(escape, names)]))
    if note := added_note(event, content):
        description = fold(_whole(description) + escape(note))
    alarms = content.alarms + "".join(_added_parts(event, content, style))
    return content._replace(category=category, description=description, alarms=alarms)


def _added_parts(
    event: Part, content: EventContent, style: CalendarStyle
) -> Iterator[str]:
    """Yield what a person added inside an event: alarms and other components.

    Left out are copies of our alarms, which ring when ours would, and every alarm of a
    cancelled event. What shows the old SUMMARY shows the new one.
    """
    theirs = [alarm for alarm in event.alarms if not is_own(alarm)]
    if content.status == "STATUS:CANCELLED":
        theirs = [alarm for alarm in theirs if not _is_alarm(alarm)]
    if not theirs:
        return
    old, new = flat(unescape(event.value("SUMMARY"))), _whole(content.summary)[8:]
    for alarm in theirs:
        if (
            _is_alarm(alarm)
            and is_copy(alarm, old)
            and _rings_as_ours(alarm, content, style)
        ):
            continue
        for line in alarm:
            shows = line.name in ("DESCRIPTION", "SUMMARY")
            same = shows and old and plain_text(unescape(line.value)) == old
            yield (fold(f"{line.name}:{new}") if same else line.raw) + EOL


def _is_alarm(component: list[Line]) -> bool:
    return component[0].value.strip().upper() == "VALARM"


def _rings_as_ours(
    alarm: list[Line], content: EventContent, style: CalendarStyle
) -> bool:
    event = part_of(f"BEGIN:VEVENT{EOL}{content.when}{EOL}END:VEVENT")
    start, end = span(event, style.zone)
    return rings(alarm, start, end) in {*map(seconds_of, style.triggers)}


def _whole(line: str) -> str:
    """Return a line that we folded without its folds."""
    return line.replace("\r\n ", "")
