"""What we wrote last, so that an edit by somebody else is seen and never overwritten.

Each event carries a mark: an opaque property with the horizon of the plan, a short
digest of each thing that the plan decides, and the times of our reminders. What stands
in the event is compared with it, however servers and programs have rewritten the lines
in between. Servers must keep such properties (RFC 4791, 5.3.3); a program that drops
them makes an event that is changed look edited, which is safe.
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
"""The property of an event that holds its mark."""

DECIDED = ("day or time", "title", "status", "class", "free or busy", "description")
"""What the plan decides of an event; each has its digest, in this order."""

_DIGITS = 8
_MARK = re.compile(rf"([0-9]{{8}})((?: [0-9a-f]{{{_DIGITS}}}){{6}})((?: -?[0-9]+)*)")
_RECURRENCE = ("RRULE", "RDATE", "EXDATE", "RECURRENCE-ID")


class EventDigest(NamedTuple):
    """What an event says: a digest of each thing in DECIDED, and its reminders.

    Reminders are in seconds after the start (mostly negative); `own` are those that
    carry our sign.
    """

    decided: tuple[str, ...]
    reminders: frozenset[int]
    own: frozenset[int]


class Mark(NamedTuple):
    """What an event said when we wrote it, and the horizon of the plan then."""

    horizon: dt.date
    decided: tuple[str, ...]
    reminders: frozenset[int]

    @property
    def line(self) -> str:
        """The mark as a content line with its line end."""
        times = (str(seconds) for seconds in sorted(self.reminders))
        day = self.horizon.isoformat().replace("-", "")
        return fold(f"{MARK}:{' '.join((day, *self.decided, *times))}") + EOL


def read_mark(value: str) -> Mark | None:
    """The mark of a property's value; None if somebody has changed it."""
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
    """What the one event of a calendar object says.

    Raises ValueError if icalendar cannot read it.
    """
    from icalendar import Calendar

    try:
        event = Calendar.from_ical(data).events[0]
        texts = (
            _times(event),
            str(event.get("SUMMARY", "")).strip(),
            str(event.get("STATUS", "")).upper(),
            str(event.get("CLASS", "PUBLIC")).upper(),
            str(event.get("TRANSP", "OPAQUE")).upper(),
            "\n".join(_description(event)),
        )
        reminders, own = _reminders(event)
    except (AttributeError, IndexError, KeyError, TypeError) as error:
        raise ValueError("cannot be read") from error
    return EventDigest(tuple(_digest(text) for text in texts), reminders, own)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:_DIGITS]


def _times(event: Event) -> str:
    """From when to when, however it is written, and whether it recurs."""
    moments = (_moment(event.start), _moment(event.end))
    recurs = [name for name in _RECURRENCE if name in event]
    return " ".join((*moments, *recurs))


def _moment(when: dt.date) -> str:
    if isinstance(when, dt.datetime) and when.tzinfo is not None:
        return when.astimezone(dt.UTC).isoformat()
    return when.isoformat()


def _description(event: Event) -> list[str]:
    """Our lines of the description; what else stands there is a person's."""
    ours, _ = split_description(str(event.get("DESCRIPTION", "")))
    return [line.strip() for line in ours]


def _reminders(event: Event) -> tuple[frozenset[int], frozenset[int]]:
    """When an event's alarms ring: all of them, and those that are ours."""
    from icalendar import Alarm

    every, own = set(), set()
    for alarm in event.walk("VALARM"):
        trigger = alarm.TRIGGER if isinstance(alarm, Alarm) else None
        if isinstance(trigger, dt.timedelta):
            every.add(int(trigger.total_seconds()))
            if OWN in alarm:
                own.add(int(trigger.total_seconds()))
    return frozenset(every), frozenset(own)
