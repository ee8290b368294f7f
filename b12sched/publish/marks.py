"""Mark each event with what we wrote last, so that others' edits are not overwritten.

A mark is an opaque property with the horizon of the plan, a short digest of each value
that the plan decides, and the times of our reminders. The event's values are compared
with it, however servers and programs have rewritten the lines. Servers must keep such
properties (RFC 4791, 5.3.3); if a program drops the mark, an event whose values differ
counts as edited, which is safe.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from typing import TYPE_CHECKING, NamedTuple

from b12sched.ics.edited import split_description
from b12sched.ics.folding import EOL, fold
from b12sched.plan.identity import OWN

if TYPE_CHECKING:
    from icalendar import Event

MARK = "X-9C4D1F7A-LAST"
"""The name of the property that holds an event's mark."""

DECIDED = ("day or time", "title", "status", "class", "free or busy", "description")
"""The values of an event that the plan decides, in the order of their digests."""

BUSY = DECIDED.index("free or busy")
_DIGITS = 8
_MARK = re.compile(rf"([0-9]{{8}})((?: [0-9a-f]{{{_DIGITS}}}){{6}})((?: -?[0-9]+)*)")
_RECURRENCE = ("RRULE", "RDATE", "EXDATE", "RECURRENCE-ID")


class EventDigest(NamedTuple):
    """The digests of an event's values, in the order of DECIDED, and its reminders.

    A digest is empty if the event does not say whether it is free or busy: on some
    servers that, like its reminders, belongs to each user.
    Reminders are in seconds after the start (mostly negative); `own` are those with
    our property (OWN).
    """

    decided: tuple[str, ...]
    reminders: frozenset[int]
    own: frozenset[int]


class Mark(NamedTuple):
    """The digests of an event as we last wrote it, and the plan's horizon then."""

    horizon: dt.date
    decided: tuple[str, ...]
    reminders: frozenset[int]

    @property
    def line(self) -> str:
        """The mark as a folded content line with its line end."""
        times = (str(seconds) for seconds in sorted(self.reminders))
        day = self.horizon.isoformat().replace("-", "")
        return fold(f"{MARK}:{' '.join((day, *self.decided, *times))}") + EOL


def read_mark(value: str) -> Mark | None:
    """Parse a mark from a property's value; return None if it is not in our form."""
    match = _MARK.fullmatch(value.strip())
    if not match:
        return None
    try:
        horizon = dt.datetime.strptime(match[1] + "Z", "%Y%m%d%z").date()
    except ValueError:
        return None
    times = frozenset(int(seconds) for seconds in match[3].split())
    return Mark(horizon, tuple(match[2].split()), times)


def read_said(data: str) -> EventDigest:
    """Return the digests of the one event of a calendar object.

    Raises ValueError if icalendar cannot read the event.
    """
    from icalendar import Calendar

    try:
        event = Calendar.from_ical(data).events[0]
        texts = (
            _times(event),
            str(event.get("SUMMARY", "")).strip(),
            str(event.get("STATUS", "")).upper(),
            str(event.get("CLASS", "PUBLIC")).upper(),
            str(event.get("TRANSP", "")).upper(),
            "\n".join(_description(event)),
        )
        reminders, own = _reminders(event)
    except (AttributeError, IndexError, KeyError, TypeError) as error:
        raise ValueError("cannot be read") from error
    decided = [_digest(text) for text in texts]
    decided[BUSY] = texts[BUSY] and decided[BUSY]
    return EventDigest(tuple(decided), reminders, own)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:_DIGITS]


def _times(event: Event) -> str:
    """Return the start and end in one form, and the names of recurrence properties."""
    moments = (_moment(event.start), _moment(event.end))
    recurs = [name for name in _RECURRENCE if name in event]
    return " ".join((*moments, *recurs))


def _moment(when: dt.date) -> str:
    if isinstance(when, dt.datetime) and when.tzinfo is not None:
        return when.astimezone(dt.UTC).isoformat()
    return when.isoformat()


def _description(event: Event) -> list[str]:
    """Return our lines of the description, without those of a person."""
    ours, _ = split_description(str(event.get("DESCRIPTION", "")))
    return [line.strip() for line in ours]


def _reminders(event: Event) -> tuple[frozenset[int], frozenset[int]]:
    """Return when an event's alarms ring: all of them, and those that are ours."""
    from icalendar import Alarm

    every, own = set(), set()
    for alarm in event.walk("VALARM"):
        trigger = alarm.TRIGGER if isinstance(alarm, Alarm) else None
        if isinstance(trigger, dt.timedelta):
            every.add(int(trigger.total_seconds()))
            if OWN in alarm:
                own.add(int(trigger.total_seconds()))
    return frozenset(every), frozenset(own)
