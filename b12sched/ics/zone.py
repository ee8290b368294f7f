"""Time zones: write a VTIMEZONE that agrees with zoneinfo, and refuse skipped times.

A zone's present rule is derived from zoneinfo, from 28 years in which only the rule
decides; it is written as one RRULE for each of the year's two changes, from the year in
which it began. Years that do not follow it (an old plan, Ramadan in Morocco) get one
observance per change. RDATE is never used: desktop Outlook, ical.js and vobject are an
hour off with it.
"""

from __future__ import annotations

import datetime as dt
import re
from calendar import monthrange
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from b12sched.dates import day_text
from b12sched.errors import InputError, shown, unknown_name

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

UTC_NAMES = frozenset(
    (
        *("UTC", "UCT", "Universal", "Zulu"),
        *("Etc/UTC", "Etc/UCT", "Etc/Universal", "Etc/Zulu"),
    )
)
"""The names of UTC itself, whose times end in Z and need no VTIMEZONE."""

# Names in lower case (localtime, posix/…) are files of this machine, not zones.
_NAME = re.compile(r"(?!Factory$)[A-Z][A-Za-z0-9_+-]*(/[A-Z][A-Za-z0-9_+-]*){0,2}")

# Steps of a search. No zone has changed its clocks and back within four days since
# 1900, or seven since 1970, nor does within five months by rule (a test checks all).
_CLOSE = dt.timedelta(days=3)
_WEEK = dt.timedelta(days=6)
_MONTH = dt.timedelta(days=28)

_SECOND = dt.timedelta(seconds=1)
_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")

# Explicit changes end in 2037 (2087 in Morocco); after that only the rule decides. In
# 28 years each date falls on every weekday, so these years show the whole pattern.
_RULE_YEARS = range(2101, 2129)
_FIRST_RULE_YEAR = 1970


class Observance(NamedTuple):
    """A change of the clocks, one STANDARD or DAYLIGHT part of a VTIMEZONE.

    It happens `at` a moment (UTC, no tzinfo), and if it has a `rule`, again each year.
    """

    at: dt.datetime
    before: dt.timedelta
    after: dt.timedelta
    name: str
    rule: str = ""

    @property
    def wall(self) -> dt.datetime:
        """The local time, by the old offset, at which the clocks are changed."""
        return self.at + self.before

    @property
    def kind(self) -> str:
        # By what the clocks do: Ireland's law calls its winter time the exception.
        return "DAYLIGHT" if self.after > self.before else "STANDARD"


def find_zone(name: str) -> ZoneInfo | None:
    """Return the zone of an IANA name, or None if there is none of that name."""
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    if _NAME.fullmatch(name):
        try:
            return ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            pass
    return None


def zone_names() -> list[str]:
    """Return the IANA names of the zones that this machine knows."""
    from zoneinfo import available_timezones

    return sorted(filter(_NAME.fullmatch, available_timezones()))


def load_zone(name: str) -> ZoneInfo:
    """Return the zone of an IANA name.

    Raises InputError if there is no such zone, or no time zone data on this machine.
    """
    if zone := find_zone(name):
        return zone
    known = zone_names()
    if not known:
        raise InputError(
            f"{shown(name)} cannot be looked up: this machine has no time zone data",
            "install it: pip install tzdata",
            field="timezone",
            value=name,
        )
    error = unknown_name("time zone", name, known, field="timezone")
    near, asks, _ = error.hint.rpartition("? ")  # what is allowed would fill a page
    error.hint = f"{near}{asks}use an IANA name, for instance Europe/London"
    raise error


def local(zone: ZoneInfo, day: dt.date, time: dt.time) -> tuple[dt.datetime, bool]:
    """Return the moment of a `time` on a `day`, and whether that time comes twice.

    If so, the moment is the first. Raises InputError if the clocks skip the time.
    """
    first = dt.datetime.combine(day, time, zone)
    before, after = first.utcoffset(), first.replace(fold=1).utcoffset()
    assert before is not None
    assert after is not None
    if before < after:
        raise InputError(
            f"{time:%H:%M} does not exist on {day_text(day)} in {zone.key}: the clocks "
            "go forward",
            "choose another --time, or close that day with --closed",
            field="time",
            value=f"{time:%H:%M}",
        )
    return first, before > after


def observances(name: str, first: int, last: int) -> tuple[Observance, ...]:
    """Return the parts of a VTIMEZONE that is right from year `first` to `last`."""
    zone = load_zone(name)
    changes = _changes(zone, first - 1, last + 1)
    rule = _rule(name)
    regular = last + 2
    if rule is not None:
        while regular > first - 1 and _follows(changes, rule, regular - 1):
            regular -= 1
    if rule is None or regular > last:
        return _begun(zone, first - 1), *changes
    singly: list[Observance] = []
    if regular > first - 1:
        earlier = (change for change in changes if change.at.year < regular)
        singly = [_begun(zone, first - 1), *earlier]
    else:
        while regular > _FIRST_RULE_YEAR and _follows(
            _changes(zone, regular - 1, regular - 1, _WEEK), rule, regular - 1
        ):
            regular -= 1
    begins = enumerate(_changes(zone, regular, regular))
    return (*singly, *(each._replace(rule=rule[n].text) for n, each in begins))


@lru_cache(maxsize=64)
def vtimezone(name: str, first: int, last: int) -> str:
    """Return the VTIMEZONE of a zone for these years; no line is long enough to fold.

    The cache makes this run once per cohort and span of years: a cohort has one zone.
    """
    parts = "".join(_part(each) for each in observances(name, first, last))
    return f"BEGIN:VTIMEZONE\r\nTZID:{name}\r\n{parts}END:VTIMEZONE\r\n"


def _part(change: Observance) -> str:
    kind = change.kind
    rule = f"RRULE:{change.rule}\r\n" if change.rule else ""
    return (
        f"BEGIN:{kind}\r\nDTSTART:{change.wall:%Y%m%dT%H%M%S}\r\n{rule}"
        f"TZNAME:{change.name}\r\nTZOFFSETFROM:{_offset(change.before)}\r\n"
        f"TZOFFSETTO:{_offset(change.after)}\r\nEND:{kind}\r\n"
    )


def _offset(offset: dt.timedelta) -> str:
    seconds = round(offset.total_seconds())
    minutes, second = divmod(abs(seconds), 60)
    sign = "-" if seconds < 0 else "+"
    return f"{sign}{minutes // 60:02}{minutes % 60:02}" + f"{second:02}" * bool(second)


def _changes(
    zone: ZoneInfo, first: int, last: int, step: dt.timedelta = _CLOSE
) -> list[Observance]:
    """Return every change of the offset from year `first` to year `last`, inclusive.

    They are found step by step, then by bisection. Moments are in UTC; they carry the
    zone only because `fromutc` requires it.
    """
    found = []
    at = dt.datetime(first, 1, 1, tzinfo=zone)
    end = dt.datetime(last + 1, 1, 1, tzinfo=zone)
    before = zone.fromutc(at).utcoffset()
    while at < end:
        following = min(at + step, end)
        after = zone.fromutc(following).utcoffset()
        if after != before:
            found.append(_change(zone, at, following))
        at, before = following, after
    return found


def _change(zone: ZoneInfo, low: dt.datetime, high: dt.datetime) -> Observance:
    """Return the one change between two moments, exact to the second."""
    before = zone.fromutc(low).utcoffset()
    while high - low > _SECOND:
        middle = low + _SECOND * ((high - low) // _SECOND // 2)
        if zone.fromutc(middle).utcoffset() == before:
            low = middle
        else:
            high = middle
    return _state(zone, high, before)


def _begun(zone: ZoneInfo, year: int) -> Observance:
    """Return the offset and name in force when a year begins, as an observance."""
    return _state(zone, dt.datetime(year, 1, 1, tzinfo=zone))


def _state(
    zone: ZoneInfo, at: dt.datetime, before: dt.timedelta | None = None
) -> Observance:
    """Return the observance that starts at a moment; `before` is the old offset."""
    shown_then = zone.fromutc(at)
    after = shown_then.utcoffset()
    assert after is not None
    return Observance(
        at.replace(tzinfo=None),
        after if before is None else before,
        after,
        shown_then.tzname() or "",
    )


class _YearlyChange(NamedTuple):
    """The rule of one of a year's two changes: its days, local time and offsets."""

    text: str
    month: int
    weekday: int
    earliest: int | None
    time: dt.time
    before: dt.timedelta
    after: dt.timedelta

    def in_year(self, year: int) -> dt.datetime:
        """Return the moment (UTC); `earliest` None means the last such weekday."""
        length = monthrange(year, self.month)[1]
        day = dt.date(year, self.month, self.earliest or length - 6)
        day += dt.timedelta(days=(self.weekday - day.weekday()) % 7)
        return dt.datetime.combine(day, self.time) - self.before


def _follows(
    changes: list[Observance], rule: tuple[_YearlyChange, _YearlyChange], year: int
) -> bool:
    """Return whether the changes of a year are exactly those of the rule."""
    actual = [(c.at, c.before, c.after) for c in changes if c.at.year == year]
    return actual == [(half.in_year(year), half.before, half.after) for half in rule]


@lru_cache(maxsize=64)
def _rule(name: str) -> tuple[_YearlyChange, _YearlyChange] | None:
    """Return a zone's permanent rule, or None if it no longer changes its clocks."""
    changes = _changes(load_zone(name), _RULE_YEARS[0], _RULE_YEARS[-1], _MONTH)
    one, other = _half(changes[::2]), _half(changes[1::2])
    return (one, other) if one and other else None


def _half(changes: list[Observance]) -> _YearlyChange | None:
    walls = [change.wall for change in changes]
    kinds = {(w.month, w.weekday(), w.time()) for w in walls}
    if len(kinds) != 1 or len(walls) != len(_RULE_YEARS):
        return None
    month, weekday, time = kinds.pop()
    name = _WEEKDAYS[weekday]
    earliest: int | None = min(wall.day for wall in walls)
    latest = max(wall.day for wall in walls)
    assert earliest is not None
    if all(wall.day > monthrange(wall.year, wall.month)[1] - 7 for wall in walls):
        days, earliest = f"BYDAY=-1{name}", None
    elif latest - earliest > 6:
        return None
    elif earliest % 7 == 1 and latest <= 28:
        days = f"BYDAY={latest // 7}{name}"
    else:
        # A day that depends on another, such as the Friday before the last Sunday.
        numbers = ",".join(str(day) for day in range(earliest, earliest + 7))
        days = f"BYDAY={name};BYMONTHDAY={numbers}"
    text = f"FREQ=YEARLY;{days};BYMONTH={month}"
    _, before, after, *_ = changes[0]
    return _YearlyChange(text, month, weekday, earliest, time, before, after)
