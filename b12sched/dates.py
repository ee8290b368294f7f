"""Read dates that have one reading only, and add months to an anchor date."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from b12sched.errors import InputError, shown, wrong_type

FIRST_YEAR, LAST_YEAR = 1900, 2200
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")

_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_DAY_FIRST = re.compile(r"([0-9]{1,2}) ([A-Za-z]+) ([0-9]{4})")
_MONTH_FIRST = re.compile(r"([A-Za-z]+) ([0-9]{1,2}),? ([0-9]{4})")
_THREE_NUMBERS = re.compile(r"([0-9]{1,4})[-/. ]([0-9]{1,2})[-/. ]([0-9]{1,4})")
_WITH_TIME = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})[T ].*")
_NO_DASHES = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_SPREADSHEET_DAY = re.compile(r"([0-9]{5})(\.0+)?")
_SPREADSHEET_WORDS = re.compile(r"([0-9]{1,2})[-/]([A-Za-z]+)[-/]([0-9]{2}|[0-9]{4})")
_YEAR = re.compile(r"(?<![0-9])[0-9]{4}(?![0-9])")
# A comma before a year is part of a date (`Jan 5, 2026`), not a separator.
_SEPARATOR = re.compile(r";|,(?!\s*[0-9]{4}(?:[\s,;]|\.\.|$))")
_SPREADSHEET_EPOCHS = (date(1899, 12, 30), date(1904, 1, 1))
_SEVERAL = "2026-01-05,2026-01-07"
_HOW = "write the date as 2026-01-05"


def counted(number: int, what: str) -> str:
    """Return a number with its noun: `1 dose`, `2 doses`."""
    return f"{number} {what}{'s' * (number != 1)}"


class Step(NamedTuple):
    """A length of time counted from an anchor: whole months or weeks."""

    length: int
    unit: str

    def __str__(self) -> str:
        return counted(self.length, self.unit)

    def times(self, number: int) -> Step:
        return Step(self.length * number, self.unit)

    def after(self, anchor: date) -> date:
        """Return the date that is this length of time after the anchor (ADD)."""
        if self.unit == "week":
            return anchor + timedelta(days=7 * self.length)
        return add_months(anchor, self.length)


def add_months(anchor: date, months: int) -> date:
    """Return the same day `months` months on, clamped to the last day of that month.

    31 August + 2, 4, 6 months = 31 October, 31 December, 28 February. Counting from the
    anchor keeps the 31st; month by month, it would stay the 28th after February.
    """
    years, month0 = divmod(anchor.month - 1 + months, 12)
    year, month = anchor.year + years, month0 + 1
    if anchor.day <= 28:
        return date(year, month, anchor.day)
    return date(year, month, min(anchor.day, monthrange(year, month)[1]))


def weekday_name(day: date) -> str:
    """Return the English name (Mon, Tue, …), whatever the locale."""
    return WEEKDAYS[day.weekday()]


# A cohort has few different days, and each is formatted many times.
@lru_cache(maxsize=1024)
def day_text(day: date) -> str:
    """Return a date with its weekday: `Mon 2026-01-05`."""
    return f"{weekday_name(day)} {day.isoformat()}"


def parse_date(text: str, field: str) -> date:
    """Read `2026-01-05`, `5 Jan 2026` or `Jan 5, 2026`; refuse everything else.

    Raises InputError naming `field`, the text and, where the text can be read in more
    than one way, every reading.
    """
    if match := _ISO.fullmatch(text):
        year, month, day = (int(part) for part in match.groups())
    elif match := _DAY_FIRST.fullmatch(text):
        year, month, day = int(match[3]), _month(match[2]), int(match[1])
    elif match := _MONTH_FIRST.fullmatch(text):
        year, month, day = int(match[3]), _month(match[1]), int(match[2])
    else:
        raise _unreadable(text, field)
    if not month:
        raise _unreadable(text, field)
    if not _in_range(year):
        raise _out_of_range(text, field)
    if found := _date_or_none(year, month, day):
        return found
    raise InputError(
        f"{shown(text)} is not a day of the calendar",
        f"{year:04}-{month:02} has {monthrange(year, month)[1]} days"
        if 1 <= month <= 12
        else "a year has 12 months; " + _HOW,
        field=field,
        value=text,
        code="date",
    )


def read_date(value: object, field: str) -> date:
    """Return a date, or read its text. Raises InputError as `parse_date` does.

    A `datetime` is refused, because its time of day would be lost.
    """
    if isinstance(value, str):
        return parse_date(value, field)
    if not isinstance(value, date) or isinstance(value, datetime):
        raise wrong_type(value, _HOW, field)
    if not _in_range(value.year):
        raise _out_of_range(str(value), field)
    return value


def split_dates(value: object, field: str) -> list[object]:
    """Split a text of several dates at commas and semicolons, or flatten a list.

    A comma inside a date (`Jan 5, 2026`) is no separator. Where there are several
    texts, the spaces around each are removed. Raises InputError for another type.
    """
    if isinstance(value, str):
        parts = _SEPARATOR.split(value)
        return [part.strip() for part in parts] if len(parts) > 1 else [value]
    if not isinstance(value, list | tuple | set | frozenset):
        raise wrong_type(value, f"write several as {_SEVERAL}", field)
    return [
        part
        for item in value
        for part in (split_dates(item, field) if isinstance(item, str) else [item])
    ]


def read_one_of(value: object, field: str) -> date:
    """Read one of the dates that `split_dates` returned.

    Raises InputError as `read_date` does, and, so that no date is lost, where a date is
    missing beside a separator or a separator between two dates.
    """
    if isinstance(value, str) and not value.strip():
        raise InputError(
            "a date is missing beside a comma or semicolon",
            "write the date, or take the comma or semicolon out",
            field=field,
            value=value,
        )
    if isinstance(value, str) and len(_YEAR.findall(value)) > 1:
        raise InputError(
            f"{shown(value)} is more than one date",
            f"put commas between dates: {_SEVERAL}",
            field=field,
            value=value,
            code="date",
        )
    return read_date(value, field)


def _out_of_range(text: str, field: str) -> InputError:
    return InputError(
        f"{shown(text)} is outside the years {FIRST_YEAR} to {LAST_YEAR}",
        "check the year",
        field=field,
        value=text,
        code="date",
    )


def _month(word: str) -> int:
    """Return the number of an English month name or abbreviation, or 0."""
    from dateutil.parser import parserinfo

    return parserinfo().month(word) or 0


def _in_range(year: int) -> bool:
    return FIRST_YEAR <= year <= LAST_YEAR


def _date_or_none(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _unreadable(text: str, field: str) -> InputError:
    """Return the error for an unreadable text, with the dates it could mean."""

    def error(message: str, hint: str) -> InputError:
        return InputError(
            f"{shown(text)} {message}", hint, field=field, value=text, code="date"
        )

    if text != text.strip():
        return error("has a space before or after it", "take the space away")
    if match := _WITH_TIME.fullmatch(text):
        return error("has a time of day", f"write the date alone: {match[1]}")
    if match := _THREE_NUMBERS.fullmatch(text) or _NO_DASHES.fullmatch(text):
        readings = _readings(*match.groups())
        if len(readings) > 1:
            return error(
                f"could be {' or '.join(readings)}", "write the one that is meant"
            )
        if readings:
            return error("is not in a form that is read", f"write {readings[0]}")
        return error("is not a day of the calendar", _HOW)
    if found := _from_spreadsheet(text):
        return error(*found)
    return error("is not a full date: day, month and year are needed", _HOW)


def _from_spreadsheet(text: str) -> tuple[str, str] | None:
    """Return the message and hint for a date as a spreadsheet saves it, or None.

    Those are day numbers, `05-Jan-2026` and `05-Jan-26`.
    """
    if match := _SPREADSHEET_DAY.fullmatch(text):
        days = [epoch + timedelta(days=int(match[1])) for epoch in _SPREADSHEET_EPOCHS]
        could_be = " or ".join(str(day) for day in days if _in_range(day.year))
        return (
            f"is a spreadsheet's day number: it could be {could_be}",
            "format the column as a date, year-month-day, and save it again",
        )
    match = _SPREADSHEET_WORDS.fullmatch(text)
    month = _month(match[2]) if match else 0
    if not match or not month:
        return None
    if len(match[3]) == 2:
        return "has a year of two digits", _HOW
    day = _date_or_none(int(match[3]), month, int(match[1]))
    return ("is not in a form that is read", f"write {day}") if day else None


def _readings(first: str, middle: str, last: str) -> list[str]:
    """Return every date that three numbers can mean, as ISO texts, each once.

    The month follows a full year; day and month precede one in either order. A
    two-digit year (of this century) may come first or last.
    """
    a, b, c = int(first), int(middle), int(last)
    if len(first) > 2:
        orders = [(a, b, c)]
    elif len(last) > 2:
        orders = [(c, b, a), (c, a, b)]
    else:
        orders = [(2000 + c, b, a), (2000 + c, a, b), (2000 + a, b, c)]
    found = (_date_or_none(*order) for order in orders if _in_range(order[0]))
    return list(dict.fromkeys(day.isoformat() for day in found if day))
