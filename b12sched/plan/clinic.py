"""Clinic: its open days, and how a date on a closed day moves.

Loading moves forward (FWD), so that no dose comes earlier than the regimen allows.
Everything else moves back (BACK): none comes late unless a whole week is closed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from b12sched.dates import WEEKDAYS, read_date, read_one_of, split_dates
from b12sched.errors import InputError, shown, text_of, wrong_type
from b12sched.plan.case import stated
from b12sched.plan.public_holidays import holidays_in, known_code, knows

SEARCH_DAYS = 60
"""How many days ahead FWD looks for an open day."""

EARLY_DAYS = 7
"""How many days back BACK looks, but for weekly maintenance."""

CLINIC_FIELDS = ("open", "holidays", "closed")

_ONE_DAY = timedelta(days=1)
_NAMES = tuple(name.lower() for name in WEEKDAYS)
_WEEK = frozenset(range(7))
_MANY = (frozenset, set, list, tuple)
_LONGEST_CLOSURE = 366
_WEEKDAYS_CURE = "write mon-fri or mon,wed,fri"
_DAY_OR_RANGE = "([a-z]{3})(?:-([a-z]{3}))?"


@dataclass(frozen=True, slots=True, kw_only=True)
class Clinic:
    """The open weekdays (Monday is 0), holiday code and closed days of a clinic.

    Each field takes its type or its text: `mon-fri`; `GB-ENG`; dates and ranges of them
    (`2026-12-24..2026-12-31`) with commas between, or a list of these. Raises
    InputError for any other value.
    """

    open: frozenset[int] = _WEEK
    holidays: str | None = None
    closed: tuple[date, ...] = ()
    always_open: bool = field(init=False, repr=False, compare=False)
    _closed: frozenset[date] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "open", _read_open(self.open))
        object.__setattr__(self, "closed", _read_closed(self.closed))
        if self.holidays is not None:
            if not isinstance(self.holidays, str):
                raise wrong_type(self.holidays, "write a code: GB-ENG", "holidays")
            object.__setattr__(self, "holidays", known_code(self.holidays))
        always = self.open == _WEEK and not self.holidays and not self.closed
        object.__setattr__(self, "_closed", frozenset(self.closed))
        object.__setattr__(self, "always_open", always)

    @classmethod
    def parse(cls, row: Mapping[str, object]) -> Clinic:
        """Return a clinic from values by field; None and an empty text are absent.

        Raises InputError as the class does, and for a name that is no field.
        """
        values = stated(row, CLINIC_FIELDS, "field of a clinic")
        return cls(**values)  # type: ignore[arg-type]  # the class reads each value

    @property
    def open_text(self) -> str | None:
        """The open weekdays as a user types them: `mon-fri`; None for every day."""
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
        """Return whether injections are given on a day."""
        return (
            day.weekday() in self.open
            and day not in self._closed
            and (not self.holidays or day not in holidays_in(self.holidays, day.year))
        )

    def knows(self, year: int) -> bool:
        """Return whether all public holidays of a year are known, or none count."""
        return self.holidays is None or knows(self.holidays, year)

    def why_closed(self, day: date) -> str:
        """Return why a day is closed, in words."""
        if day.weekday() not in self.open:
            return f"closed on {WEEKDAYS[day.weekday()]}"
        if day in self.closed:
            return "closed that day"
        return f"public holiday ({self.holidays})"

    def forward(self, day: date) -> date | None:
        """Return the first open day from `day` on (FWD); None if none in 60 days."""
        if self.always_open:
            return day
        for _ in range(SEARCH_DAYS + 1):
            if self.is_open(day):
                return day
            day += _ONE_DAY
        return None

    def back(self, day: date, most: int = EARLY_DAYS) -> date | None:
        """Return the last open day in the `most` days up to `day`, else FWD (BACK)."""
        if self.always_open:
            return day
        earlier = day
        for _ in range(most + 1):
            if self.is_open(earlier):
                return earlier
            earlier -= _ONE_DAY
        return self.forward(day)

    def must_open(self, day: date | None, due: date) -> date:
        """Return the day found for `due`. Raises InputError if the clinic has none."""
        if day is None:
            raise InputError(
                f"no open day from {due} to {due + timedelta(days=SEARCH_DAYS)}",
                "check the open days, holidays and closed days of the clinic",
                field="closed" if self.closed else "open",
                value=str(due),
                code="no-open-day",
            )
        return day


def _read_open(value: object) -> frozenset[int]:
    if isinstance(value, str):
        return _read_weekdays(value)
    if not isinstance(value, _MANY):
        raise wrong_type(value, _WEEKDAYS_CURE, "open")
    for day in value:
        if isinstance(day, bool) or not isinstance(day, int) or day not in _WEEK:
            text = text_of(day)
            raise InputError(
                f"{shown(text)} is not a weekday from 0 (Monday) to 6",
                _WEEKDAYS_CURE,
                field="open",
                value=text,
            )
    if not value:
        raise InputError(
            "names no weekday", "name the open days: mon-fri", field="open"
        )
    return frozenset(value)


def _read_weekdays(text: str) -> frozenset[int]:
    days: set[int] = set()
    for part in text.lower().split(","):
        match = re.fullmatch(_DAY_OR_RANGE, part)
        if not match or not {match[1], match[2] or match[1]} <= set(_NAMES):
            raise InputError(
                f"{shown(part)} is not a weekday or a range of them",
                _WEEKDAYS_CURE,
                field="open",
                value=text,
            )
        first = _NAMES.index(match[1])
        last = _NAMES.index(match[2] or match[1])
        days.update((first + n) % 7 for n in range((last - first) % 7 + 1))
    return frozenset(days)


def _read_closed(value: object) -> tuple[date, ...]:
    days: set[date] = set()
    for part in split_dates(value, "closed"):
        if isinstance(part, str) and ".." in part:
            days.update(_read_range(part))
        else:
            days.add(read_one_of(part, "closed"))
    return tuple(sorted(days))


def _read_range(text: str) -> Iterator[date]:
    """Return every day of a range: `2026-12-24..2026-12-31`."""

    def refuse(message: str, hint: str) -> InputError:
        return InputError(f"{shown(text)} {message}", hint, field="closed", value=text)

    first_text, _, last_text = (part.strip() for part in text.partition(".."))
    if not first_text or not last_text:
        raise refuse(
            "lacks its first or its last day",
            "write both: 2026-12-24..2026-12-31",
        )
    first, last = (read_date(part, "closed") for part in (first_text, last_text))
    if last < first:
        raise refuse(
            "ends before it begins", f"write the earlier day first: {last}..{first}"
        )
    length = (last - first).days + 1
    if length > _LONGEST_CLOSURE:
        raise refuse(
            f"is {length} days long", f"close at most {_LONGEST_CLOSURE} days at once"
        )
    return (first + timedelta(days=n) for n in range(length))
