"""Who is who in a calendar: the name of an event, of a calendar and of our own lines.

A name depends on the patient reference and the event's id, never on a date: a moved
dose keeps its own, and two patients never share one. Everything here looks opaque, so
that a discreet calendar says nothing by it.

Whose visits a clinic's calendar holds cannot be known when it is read back: a patient
may have left the cohort. So a name in it says by itself that it is ours: its last part
is worked out from what stands before it. It is a UUIDv8 (RFC 9562) where a patient's
events have UUIDv5, so that in one program none is ever taken for the other.
"""

from __future__ import annotations

import datetime as dt
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
_CLINIC_NAMESPACE = bytes.fromhex("5e2b8c61f09a4d37a1c4e07b93d6582f")
_CALENDAR = "calendar"
_OUR_UID = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
)
_CLINIC_UID = re.compile(
    r"([0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3})-([0-9a-f]{12})"
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


def visit_name(patient: str, event_id: str) -> str:
    """The UID of a patient's visit, for ever: that of the first thing done at it."""
    # No reference holds a line feed, so no two pairs make one text.
    return _clinic_name(f"visit\n{patient}\n{event_id}")


def day_name(day: dt.date) -> str:
    """The UID of a day with all its visits, for ever.

    Identity never depends on a date, for what has a date may be moved. Here the day is
    the thing itself: who comes, how many and for what may all change, and it is still
    that day; it cannot be moved to another. So its date is a fact of the calendar, not
    of a plan, and the only name that it can have. Two clinics have the same days:
    their calendars go into different programs, or are exported with a visit each.
    """
    return _clinic_name(f"day\n{day.isoformat()}")


def is_ours(uid: str) -> bool:
    """Whether a UID is one of a clinic's calendar that is made here."""
    match = _CLINIC_UID.fullmatch(uid)
    return match is not None and match[2] == _digest(match[1])[:12]


def _clinic_name(text: str) -> str:
    found = _digest(text)
    head = (
        f"{found[:8]}-{found[8:12]}-8{found[12:15]}-{_VARIANT[found[15]]}{found[16:19]}"
    )
    return f"{head}-{_digest(head)[:12]}"


def _digest(text: str) -> str:
    octets = _CLINIC_NAMESPACE + text.encode()
    return hashlib.sha1(octets, usedforsecurity=False).hexdigest()


CLINIC = _clinic_name("calendar")
"""The owner of every clinic's calendar, opaque as a UID is."""
