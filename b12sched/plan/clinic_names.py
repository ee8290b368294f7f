"""Who is who in a clinic's calendar.

Whose visits a file holds cannot be known when it is read back: a patient may have left
the cohort. So a name says by itself that it is ours: its last part is worked out from
what stands before it. It is a UUIDv8 (RFC 9562) where a patient's events have UUIDv5,
so that in one program no event of the clinic's is ever taken for one of a patient's.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re

_NAMESPACE = bytes.fromhex("5e2b8c61f09a4d37a1c4e07b93d6582f")
_OURS = re.compile(
    r"([0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3})-([0-9a-f]{12})"
)


def visit_name(patient: str, event_id: str) -> str:
    """The UID of a patient's visit, for ever: that of the first thing done at it."""
    # No reference holds a line feed, so no two pairs make one text.
    return _name(f"visit\n{patient}\n{event_id}")


def day_name(day: dt.date) -> str:
    """The UID of a day with all its visits, for ever.

    Identity never depends on a date, for what has a date may be moved. Here the day is
    the thing itself: who comes, how many and for what may all change, and it is still
    that day; it cannot be moved to another. So its date is a fact of the calendar, not
    of a plan, and the only name that it can have. Two clinics have the same days:
    their calendars go into different programs, or are exported with a visit each.
    """
    return _name(f"day\n{day.isoformat()}")


def is_ours(uid: str) -> bool:
    """Whether a UID is one that is made here."""
    match = _OURS.fullmatch(uid)
    return match is not None and match[2] == _digest(match[1])[:12]


def _name(text: str) -> str:
    found = _digest(text)
    variant = "89ab"[int(found[15], 16) & 3]
    head = f"{found[:8]}-{found[8:12]}-8{found[12:15]}-{variant}{found[16:19]}"
    return f"{head}-{_digest(head)[:12]}"


def _digest(text: str) -> str:
    octets = _NAMESPACE + text.encode()
    return hashlib.sha1(octets, usedforsecurity=False).hexdigest()


CLINIC = _name("calendar")
"""The owner of every clinic's calendar, opaque as a UID is."""
