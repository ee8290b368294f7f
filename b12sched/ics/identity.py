"""Who is who in a calendar: the name of an event, of a calendar and of our own lines.

A name depends on the patient reference and the event's id, never on a date: a moved
dose keeps its own, and two patients never share one. Everything here looks opaque, so
that a discreet calendar says nothing by it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable

PRODID = "-//b12sched//b12sched//EN"

HORIZON = "X-9C4D1F7A-HORIZON"
"""The calendar's property that holds its horizon, and tells that it is ours."""

OWNER = "X-9C4D1F7A-OWNER"
"""The calendar's property that holds the name of the patient's calendar."""

OWN = "X-9C4D1F7A-OWN"
"""The property that tells our alarms from those that a person added."""

_NAMESPACE = bytes.fromhex("9c4d1f7a2c3b4f0e8d5a61b7f0c2d9e4")
_CALENDAR = "calendar"
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
