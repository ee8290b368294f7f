"""Clinic: on which days injections are given, and where a date moves when they are not.

The two movements are the whole of it: loading goes forward, so that no dose comes
earlier than the regimen allows; everything else goes back, so that none comes late.
"""

from __future__ import annotations

import re
from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from b12sched.dates import WEEKDAYS, parse_date
from b12sched.errors import InputError, shown
from b12sched.public_holidays import PublicHolidays, public_holidays

SEARCH_DAYS = 60
"""How far FWD looks for an open day before it gives up."""

EARLY_DAYS = 7
"""How far BACK looks: a planned dose is at most a week early."""

_ONE_DAY = timedelta(days=1)
_NAMES = tuple(name.lower() for name in WEEKDAYS)
_WEEK = frozenset(range(7))
_DAY_OR_RANGE = re.compile(r"([a-z]{3})(?:-([a-z]{3}))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Clinic:
    """Open weekdays (Monday is 0), public holidays by code, single closed days."""

    open: frozenset[int] = _WEEK
    holidays: str | None = None
    closed: tuple[date, ...] = ()
    always_open: bool = field(init=False, repr=False, compare=False)
    _public: PublicHolidays | None = field(init=False, repr=False, compare=False)
    _off: Container[date] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not self.open:
            raise InputError(
                "names no weekday", "name the open days: mon-fri", field="open"
            )
        closed = frozenset(self.closed)
        public = public_holidays(self.holidays) if self.holidays is not None else None
        off = _Either(closed, public) if public is not None else closed
        always = self.open == _WEEK and not self.holidays and not self.closed
        object.__setattr__(self, "_public", public)
        object.__setattr__(self, "_off", off)
        object.__setattr__(self, "always_open", always)

    @classmethod
    def parse(cls, row: Mapping[str, str]) -> Clinic:
        """Read a clinic from the texts `open`, `holidays`, `closed`; empty is absent.

        `closed` holds dates separated by `;`. Raises InputError naming the value.
        """
        days = row.get("closed")
        return cls(
            open=_read_open(row["open"]) if row.get("open") else _WEEK,
            holidays=row.get("holidays") or None,
            closed=tuple(sorted({parse_date(day, "closed") for day in days.split(";")}))
            if days
            else (),
        )

    @property
    def open_text(self) -> str | None:
        """The open weekdays as they are typed: `mon-fri`; None for every day."""
        if self.open == _WEEK:
            return None
        runs: list[list[int]] = []
        for day in sorted(self.open):
            if runs and runs[-1][-1] == day - 1:
                runs[-1].append(day)
            else:
                runs.append([day])
        return ",".join(
            f"{_NAMES[run[0]]}-{_NAMES[run[-1]]}"
            if len(run) > 2
            else ",".join(_NAMES[day] for day in run)
            for run in runs
        )

    def is_open(self, day: date) -> bool:
        return day.weekday() in self.open and day not in self._off

    def knows(self, year: int) -> bool:
        """Whether the public holidays of a year are known, if they count at all."""
        return self._public is None or self._public.knows(year)

    def why_closed(self, day: date) -> str:
        """The reason why a day is closed, in words."""
        if day.weekday() not in self.open:
            return f"closed on {WEEKDAYS[day.weekday()]}"
        if day in self.closed:
            return "closed that day"
        return f"public holiday ({self.holidays})"

    def forward(self, day: date) -> date | None:
        """FWD: the first open day on or after `day`; None if none within 60 days."""
        if self.always_open:
            return day
        for _ in range(SEARCH_DAYS + 1):
            if day.weekday() in self.open and day not in self._off:
                return day
            day += _ONE_DAY
        return None

    def back(self, day: date) -> date | None:
        """BACK: the last open day on or before `day`, at most 7 days back, else FWD."""
        if self.always_open:
            return day
        earlier = day
        for _ in range(EARLY_DAYS + 1):
            if earlier.weekday() in self.open and earlier not in self._off:
                return earlier
            earlier -= _ONE_DAY
        return self.forward(day)

    def must_open(self, day: date | None, due: date) -> date:
        """The day found for `due`; raises InputError if the clinic has none for it."""
        if day is None:
            raise InputError(
                f"no open day from {due} to {due + timedelta(days=SEARCH_DAYS)}",
                "check the open days, holidays and closed days of the clinic",
                field="closed" if self.closed else "open",
                value=str(due),
            )
        return day


class _Either:
    """The days that are in one of two collections."""

    __slots__ = ("one", "other")

    def __init__(self, one: Container[date], other: Container[date]) -> None:
        self.one = one
        self.other = other

    def __contains__(self, day: object) -> bool:
        return day in self.one or day in self.other


def _read_open(text: str) -> frozenset[int]:
    days: set[int] = set()
    for part in text.lower().split(","):
        match = _DAY_OR_RANGE.fullmatch(part)
        if not match or not {match[1], match[2] or match[1]} <= set(_NAMES):
            raise InputError(
                f"{shown(part)} is not a weekday or a range of them",
                "write mon-fri or mon,wed,fri",
                field="open",
                value=text,
            )
        first = _NAMES.index(match[1])
        last = _NAMES.index(match[2] or match[1])
        days.update((first + n) % 7 for n in range((last - first) % 7 + 1))
    return frozenset(days)
