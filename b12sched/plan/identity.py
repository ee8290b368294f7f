"""Who is who in a calendar: the name of an event, of a calendar and of our own lines.

A name depends on the patient reference and the event's id, never on a date: a moved
dose keeps its own, and two patients never share one. Everything here looks opaque, so
that a discreet calendar says nothing by it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator

from b12sched.plan.events import MOST_COURSES, Kind, Phase, event_id
from b12sched.regimen import ASSESSMENT_MONTHS, LAB_MONTHS

PRODID = "-//b12sched//b12sched//EN"

HORIZON = "X-9C4D1F7A-HORIZON"
"""The calendar's property that holds its horizon, and tells that it is ours."""

OWNER = "X-9C4D1F7A-OWNER"
"""The calendar's property that holds the name of the patient's calendar."""

OWN = "X-9C4D1F7A-OWN"
"""The property that tells our alarms from those that a person added."""

_NAMESPACE = bytes.fromhex("9c4d1f7a2c3b4f0e8d5a61b7f0c2d9e4")
_CALENDAR = "calendar"
_OUR_UID = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
)
_MOST_EVENTS = 20_000
"""The highest number that an event is looked for by, in a file of few events: 50 years
of daily doses. In a larger file it is that much more than there are events."""

_FEW_EVENTS = 200

_VARIANT = {digit: "89ab"[int(digit, 16) & 3] for digit in "0123456789abcdef"}


def names_of(patient: str) -> Callable[[str], str]:
    """A function from an event's id to its UID for this patient.

    The UID is the UUIDv5 (RFC 9562) of patient and id in this project's namespace.
    `hashlib` makes it eight times as fast as the `uuid` module, whose import alone
    costs as much as a small calendar.
    """
    known = hashlib.sha1(usedforsecurity=False)
    # No reference holds a line feed, so no two pairs make one text.
    known.update(_NAMESPACE + patient.encode() + b"\n")

    def name(event_id: str) -> str:
        digest = known.copy()
        digest.update(event_id.encode())
        text = digest.hexdigest()
        return (
            f"{text[:8]}-{text[8:12]}-5{text[13:16]}-{_VARIANT[text[16]]}{text[17:20]}-"
            f"{text[20:32]}"
        )

    return name


def uid(patient: str, event_id: str) -> str:
    """The UID of one event of a patient, for ever."""
    return names_of(patient)(event_id)


def calendar_name(patient: str) -> str:
    """The name of a patient's calendar, opaque as a UID is."""
    return uid(patient, _CALENDAR)


def event_ids(uids: set[str], patient: str, course: int) -> dict[str, str]:
    """The ids of our events by their UIDs; UIDs of other origin are left out."""
    waiting = {uid for uid in uids if _OUR_UID.fullmatch(uid)}
    name = names_of(patient)
    found: dict[str, str] = {}
    for known in _possible_ids(_MOST_EVENTS + len(uids), course):
        if not waiting:
            break
        uid = name(known)
        if uid in waiting:
            found[uid] = known
            waiting.remove(uid)
    return found


def _possible_ids(most: int, course: int) -> Iterator[str]:
    """Yield the ids that events may have, those of this and of earlier courses first.

    A file may also come from a later course than the plan that is written over it.
    """
    yield from _ids_of(range(course, 0, -1), most)
    yield from _ids_of(range(course + 1, MOST_COURSES + 1), _FEW_EVENTS)


def _ids_of(courses: range, most: int) -> Iterator[str]:
    for each in courses:
        for months in LAB_MONTHS:
            yield event_id(Kind.LAB, None, months, each)
        yield event_id(Kind.ASSESSMENT, None, ASSESSMENT_MONTHS, each)
    prefixes = [f"c{each}-" if each > 1 else "" for each in courses]
    for number in range(1, most + 1):
        for prefix in prefixes:
            for what in (Phase.LOADING, Phase.MAINTENANCE, Kind.REVIEW):
                yield f"{prefix}{what}-{number}"
