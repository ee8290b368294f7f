"""The style of a calendar: open or discreet, visibility, reminders, time of day.

`CalendarStyle.parse` reads it from texts, named as the command's options.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from b12sched.errors import InputError, shown, unknown_name
from b12sched.ics.zone import load_zone

MOST_MINUTES = 40320
"""The longest reminder, four weeks: the most that Google Calendar takes."""

DEFAULT_DURATION, LONGEST_DURATION = 15, 1440
_REMINDER = re.compile(r"([0-9]{1,5})([dhm])")
_TIME = re.compile(r"([0-9]{2}):([0-9]{2})")
_MINUTES = {"d": 1440, "h": 60, "m": 1}
_ALL_DAY_HOUR = 9
"""The hour at which reminders of all-day events ring: 09:00."""


class Visibility(StrEnum):
    """CLASS of every event: who may see it. Servers may ignore it."""

    PUBLIC = "public"
    PRIVATE = "private"
    CONFIDENTIAL = "confidential"


class Reminder(NamedTuple):
    """The time before an event at which it rings: a number of `d`, `h` or `m`."""

    number: int
    unit: str

    def __str__(self) -> str:
        return f"{self.number}{self.unit}"

    @property
    def minutes(self) -> int:
        """Minutes before the start of a timed event."""
        return self.number * _MINUTES[self.unit]

    def trigger(self, *, all_day: bool) -> str:
        """Return the TRIGGER value, never positive: Outlook misreads positive ones.

        All-day: 09:00 that many days before, counted from the midnight at which the
        day begins; whole days stay days, so that it is 09:00 across a change of the
        clocks, too (RFC 5545, 3.3.6).
        """
        minutes = self.minutes - 60 * _ALL_DAY_HOUR * all_day
        days, rest = divmod(minutes, 1440)
        hours, rest = divmod(rest, 60)
        time = f"{hours}H" * (hours > 0) + f"{rest}M" * (rest > 0)
        text = f"{days}D" * (days > 0) + f"T{time}" * bool(time)
        return f"-P{text}" if text else "P0D"


DEFAULT_REMINDERS = (Reminder(1, "d"),)


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarStyle:
    """The style of a calendar. Without `time` every event lasts the whole day.

    `duration` (minutes) and `zone` (an IANA name) are for events with a `time`. Raises
    InputError, `field` naming the option, if options contradict each other or are out
    of range.
    """

    discreet: bool = False
    visibility: Visibility = Visibility.PRIVATE
    reminders: tuple[Reminder, ...] = DEFAULT_REMINDERS
    time: dt.time | None = None
    zone: str | None = None
    duration: int = DEFAULT_DURATION

    def __post_init__(self) -> None:
        _check_time(self)
        for number, reminder in enumerate(self.reminders):
            _check_reminder(self, reminder)
            for earlier in self.reminders[:number]:
                if earlier.minutes == reminder.minutes:
                    raise InputError(
                        f"{earlier} and {reminder} are the same moment"
                        if earlier != reminder
                        else f"{reminder} appears twice",
                        "name each reminder once",
                        field="remind",
                        value=str(reminder),
                    )

    @classmethod
    def parse(cls, row: Mapping[str, object]) -> CalendarStyle:
        """Read a style from texts by option; an empty text or None counts as absent.

        Options: `discreet` (yes), `class`, `remind` (`1d;2h` or `none`), `time`
        (09:00), `timezone` (Europe/London), `duration` (minutes). Raises InputError
        naming the option, its value and the cure.
        """
        unknown = [name for name in row if name not in _READERS]
        if unknown:
            raise unknown_name("calendar option", unknown[0], _READERS)
        texts = {name: str(row[name]) for name in row if row[name] not in (None, "")}
        if "duration" in texts and "time" not in texts:
            raise InputError(
                "needs --time: an event without a time lasts the whole day",
                "add --time and --timezone, or leave --duration out",
                field="duration",
                value=texts["duration"],
            )
        values = {}
        for name, text in texts.items():
            field, read = _READERS[name]
            values[field] = read(text)
        return cls(**values)  # type: ignore[arg-type]  # each reader returns its type

    @property
    def all_day(self) -> bool:
        return self.time is None

    @property
    def triggers(self) -> tuple[str, ...]:
        """The TRIGGER values of an event's reminders."""
        return tuple(each.trigger(all_day=self.all_day) for each in self.reminders)


def _check_time(style: CalendarStyle) -> None:
    if style.time is not None and style.zone is None:
        raise InputError(
            f"{style.time:%H:%M} has no time zone",
            "name the clinic's zone as well (timezone), for instance Europe/London",
            field="time",
            value=f"{style.time:%H:%M}",
        )
    if style.zone is not None and style.time is None:
        raise InputError(
            f"{style.zone} has no time: all-day events have no time zone",
            "add --time, for instance --time 09:00, or leave --timezone out",
            field="timezone",
            value=style.zone,
        )
    if not 1 <= style.duration <= LONGEST_DURATION:
        raise _bad_duration(str(style.duration))


def _check_reminder(style: CalendarStyle, reminder: Reminder) -> None:
    def refuse(message: str, hint: str) -> InputError:
        return InputError(
            f"{reminder} {message}", hint, field="remind", value=str(reminder)
        )

    if style.all_day and (reminder.unit != "d" or reminder.number == 0):
        raise refuse(
            "cannot be used with all-day events, which are reminded at 09:00, whole "
            "days before",
            "use 1d, 2d, …; or set a time with --time and --timezone",
        )
    if reminder.minutes > MOST_MINUTES:
        days = MOST_MINUTES // 1440
        raise refuse(
            f"is more than {MOST_MINUTES} minutes ({days} days) before",
            f"calendar programs ring at most {days} days before: use {days}d or less",
        )


def _read_reminders(text: str) -> tuple[Reminder, ...]:
    if text == "none":
        return ()
    found = []
    for part in text.split(";"):
        match = _REMINDER.fullmatch(part)
        if not match:
            raise InputError(
                "none does not go with other reminders"
                if part == "none"
                else f"{shown(part)} is not a time before an event",
                "write 1d, 2h or 30m (days, hours, minutes before), or none alone",
                field="remind",
                value=text,
            )
        found.append(Reminder(int(match[1]), match[2]))
    return tuple(found)


def _read_time(text: str) -> dt.time:
    match = _TIME.fullmatch(text)
    if not match or int(match[1]) > 23 or int(match[2]) > 59:
        raise InputError(
            f"{shown(text)} is not a time of day",
            "write hours and minutes with two digits each: 09:00, 14:30",
            field="time",
            value=text,
        )
    return dt.time(int(match[1]), int(match[2]))


def _read_zone(text: str) -> str:
    load_zone(text)
    return text


def _read_duration(text: str) -> int:
    if not re.fullmatch("[0-9]{1,4}", text):
        raise _bad_duration(text)
    return int(text)


def _bad_duration(text: str) -> InputError:
    return InputError(
        f"{shown(text)} is not a number of minutes from 1 to {LONGEST_DURATION}",
        "write digits only, for instance 15",
        field="duration",
        value=text,
    )


def _read_visibility(text: str) -> Visibility:
    if text not in Visibility.__members__.values():
        raise unknown_name("class", text, Visibility, field="class")
    return Visibility(text)


def _read_discreet(text: str) -> bool:
    if text not in ("yes", "no"):
        raise InputError(
            f"{shown(text)} is neither yes nor no",
            "write yes or no",
            field="discreet",
            value=text,
        )
    return text == "yes"


_READERS = {
    "discreet": ("discreet", _read_discreet),
    "class": ("visibility", _read_visibility),
    "remind": ("reminders", _read_reminders),
    "time": ("time", _read_time),
    "timezone": ("zone", _read_zone),
    "duration": ("duration", _read_duration),
}
"""The field that each option sets, and the function that reads it."""
