"""Permanent names (UIDs) of events and calendars, and marks of our own lines.

A name depends on the patient reference and the event's id, never on a date: a moved
dose keeps its name, and two patients never share one. Every name looks opaque, so that
a discreet calendar discloses nothing by it.

When a clinic's calendar is read back, its patients are unknown: some may have left the
cohort. So each UID in it shows by itself that it is ours: its last part is computed
from the part before it. It is a UUIDv8 (RFC 9562) where a patient's events have UUIDv5,
so that no program takes one for the other.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Callable, Iterator
from functools import lru_cache, partial

from b12sched.plan.events import MOST_COURSES, Kind, Phase, event_id, prefix_of
from b12sched.regimen import ASSESSMENT_MONTHS, EARLY_LABS, LAB_MONTHS

PRODID = "-//b12sched//b12sched//EN"
_NEUTRAL_PRODID = "-//9C4D1F7A//9C4D1F7A//EN"

HORIZON = "X-9C4D1F7A-HORIZON"
"""The calendar property that holds the horizon and marks the calendar as ours."""

OWNER = "X-9C4D1F7A-OWNER"
"""The calendar property that holds the name of the patient's calendar."""

OWN = "X-9C4D1F7A-OWN"
"""The property that marks our alarms; those that a person added lack it."""

_NAMESPACE = bytes.fromhex("9c4d1f7a2c3b4f0e8d5a61b7f0c2d9e4")
_CLINIC_NAMESPACE = bytes.fromhex("5e2b8c61f09a4d37a1c4e07b93d6582f")
_CALENDAR = "calendar"
_sha1 = partial(hashlib.sha1, usedforsecurity=False)
_OUR_UID = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
)
_CLINIC_UID = re.compile(
    r"([0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3})-([0-9a-f]{12})"
)
_MOST_EVENTS = 20_000
"""The highest event number tried: 50 years of daily doses.

A file's number of events is added, for larger files.
"""

_FEW_EVENTS = 200
_MOST_VISITS = 400
"""More than there are doses in two years of loading on alternate days."""

_VARIANT = {digit: "89ab"[int(digit, 16) & 3] for digit in "0123456789abcdef"}


def prodid(*, discreet: bool) -> str:
    """Return the PRODID of our calendars; that of a discreet one says nothing.

    It does not mark a calendar as ours: programs write their own in its place.
    """
    return _NEUTRAL_PRODID if discreet else PRODID


def names_of(patient: str) -> Callable[[str], str]:
    """Return a function from an event's id to its UID for this patient.

    The UID is the UUIDv5 (RFC 9562) of patient and id in this project's namespace.
    `hashlib` computes it eight times as fast as the `uuid` module, whose import alone
    takes as long as a small calendar.
    """
    known = _sha1()
    # No reference holds a line feed, so no two pairs make the same text.
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
    """Return the permanent UID of one event of a patient."""
    return names_of(patient)(event_id)


def calendar_name(patient: str) -> str:
    """Return the name of a patient's calendar, as opaque as a UID."""
    return uid(patient, _CALENDAR)


def event_ids(uids: set[str], patient: str, course: int) -> dict[str, str]:
    """Return the ids of our events by UID; UIDs of other origin are left out."""
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
    """Yield the ids that events may have, the likely ones first.

    The file may also come from a later course than the plan written over it.
    """
    ours, later = range(course, 0, -1), range(course + 1, MOST_COURSES + 1)
    for courses in (ours, later):
        for each in courses:
            yield from _unnumbered(each)
        yield from _numbered(courses, range(1, min(_FEW_EVENTS, most) + 1))
    yield from _numbered(ours, range(_FEW_EVENTS + 1, most + 1))


def _unnumbered(course: int) -> Iterator[str]:
    for months in LAB_MONTHS:
        yield event_id(Kind.LAB, None, months, course)
    for days in EARLY_LABS.values():
        yield event_id(Kind.LAB, None, days, course, early=True)
    yield event_id(Kind.ASSESSMENT, None, ASSESSMENT_MONTHS, course)


def _numbered(courses: range, numbers: range) -> Iterator[str]:
    prefixes = [prefix_of(each) for each in courses]
    for number in numbers:
        for prefix in prefixes:
            for what in (Phase.LOADING, Phase.MAINTENANCE, Kind.REVIEW):
                yield f"{prefix}{what}-{number}"


def visit_name(patient: str, event_id: str) -> str:
    """Return the permanent UID of a patient's visit, named by its first event."""
    # No reference holds a line feed, so no two pairs make the same text.
    return _clinic_name(f"visit\n{patient}\n{event_id}")


@lru_cache(maxsize=1024)
def visit_names(patient: str, course: int) -> frozenset[str]:
    """Return the UIDs that the visits of a patient's course may have."""
    numbers = range(1, _MOST_VISITS + 1)
    ids = (*_unnumbered(course), *_numbered(range(course, course + 1), numbers))
    return frozenset(visit_name(patient, event_id) for event_id in ids)


def day_name(day: dt.date) -> str:
    """Return the permanent UID of a clinic day with all its visits.

    Other names never depend on a date, because what they name may move. A day cannot
    move, while who comes, how many and for what may all change: its date is its only
    possible name. Two clinics therefore share the UIDs of days: import their calendars
    into different programs, or export one event per visit.
    """
    return _clinic_name(f"day\n{day.isoformat()}")


def is_ours(uid: str) -> bool:
    """Return whether a UID is one that we made for a clinic's calendar."""
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
    return _sha1(octets).hexdigest()


CLINIC = _clinic_name("calendar")
"""The owner of every clinic's calendar, as opaque as a UID."""
