"""Read dates that have one reading only, and add months to an anchor date."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from b12sched.errors import InputError, shown, unknown_name, wrong_type

FIRST_YEAR, LAST_YEAR = 1900, 2200
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August",
    "September", "October", "November", "December",
)  # fmt: skip

_ISO = re.compile(r"(?:([A-Za-z]{3}) )?([0-9]{4})-([0-9]{2})-([0-9]{2})")
# Texts, which `re` compiles and keeps when first asked: a command needs few of them.
_DAY_FIRST = r"(?i)([0-9]{1,2})(st|nd|rd|th)?([ -])([A-Za-z]+)\3([0-9]{4})"
_MONTH_FIRST = r"(?i)([A-Za-z]+) ([0-9]{1,2})(st|nd|rd|th)?,? ([0-9]{4})"
_IN_DECLARED_ORDER = r"([0-9]{1,2})([-/.])([0-9]{1,2})\2([0-9]{4})"
_PARTS = r"(;|,|\.\.)"
_MIDNIGHT = r"(?i)(?<=[0-9])[T ](00?:00(:00(\.0+)?)?|12:00(:00)? ?AM)"
# Programs that set text for print use these for a hyphen and a space.
_TYPOGRAPHY = str.maketrans(
    dict.fromkeys("\u2010\u2011\u2012\u2013\u2212", "-")
    | dict.fromkeys("\u00a0\u202f", " ")
)
_THREE_NUMBERS = r"([0-9]{1,4})[-/. ]([0-9]{1,2})[-/. ]([0-9]{1,4})"
_WITH_TIME = r"([0-9]{4}-[0-9]{2}-[0-9]{2})[T ].*"
_NO_DASHES = r"([0-9]{4})([0-9]{2})([0-9]{2})"
_SPREADSHEET_DAY = r"([0-9]{5})(\.0+)?"
_SPREADSHEET_WORDS = r"([0-9]{1,2})[-/ ]([A-Za-z]+)[-/ ]([0-9]{2}|[0-9]{4})"
_SINCE_1970 = r"([0-9]{10})((?:[0-9]{3}){0,3})(\.0+)?"
_UNITS_SINCE_1970 = ("seconds", "milliseconds", "microseconds", "nanoseconds")
_TWO_NUMBERS = r"([0-9]{1,4})[-/. ]([0-9]{1,4})"
_DAY_AND_MONTH = r"([0-9]{1,2})[- ]([A-Za-z]+)"
_MONTH_AND_OTHER = r"([A-Za-z]+)[- ]([0-9]{1,2}|[0-9]{4})"
_YEAR = r"(?<![0-9])[0-9]{4}(?![0-9])"
# A comma before a year is part of a date (`Jan 5, 2026`), not a separator.
_SEPARATOR = r";|,(?!\s*[0-9]{4}(?:[\s,;]|\.\.|$))"
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
    return date(year, month, min(anchor.day, _last_day(year, month)))


def _last_day(year: int, month: int) -> int:
    return (date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)).day


def weekday_name(day: date) -> str:
    """Return the English name (Mon, Tue, …), whatever the locale."""
    return WEEKDAYS[day.weekday()]


# A cohort has few different days, and each is formatted many times.
@lru_cache(maxsize=1024)
def day_text(day: date) -> str:
    """Return a date with its weekday: `Mon 2026-01-05`."""
    return f"{weekday_name(day)} {day.isoformat()}"


def parse_date(text: str, field: str) -> date:
    """Read a date that can be read one way only; refuse everything else.

    It is ISO (`2026-01-05`), perhaps with its weekday before it (`Mon 2026-01-05`), or
    has the month as a word (`5 Jan 2026`, `05-Jan-2026`, `5th January 2026`,
    `Jan 5, 2026`). A time of day that is zero may follow. Raises InputError naming
    `field`, the text and, where the text can be read in more than one way, every
    reading.
    """
    plain, weekday = _plain(text), None
    if match := _ISO.fullmatch(plain):
        year, month, day = (int(part) for part in match.groups()[1:])
        weekday = match[1]
    elif match := re.fullmatch(_DAY_FIRST, plain):
        year, month, day = int(match[5]), _month(match[4]), _day(match[1], match[2])
    elif match := re.fullmatch(_MONTH_FIRST, plain):
        year, month, day = int(match[4]), _month(match[1]), _day(match[2], match[3])
    else:
        raise _unreadable(text, field)
    if not (month or match.re is _ISO) or not (day or match.re is _ISO):
        raise _unreadable(text, field)
    if not _in_range(year):
        raise _out_of_range(text, field)
    found = _date_or_none(year, month, day)
    if found is None:
        raise _no_such_day(text, field, year, month)
    if weekday is not None and weekday.title() != weekday_name(found):
        raise InputError(
            f"{shown(text)}: {found} is a {weekday_name(found)}"
            if weekday.title() in WEEKDAYS
            else f"{shown(text)} begins with no English weekday",
            f"write the one that is meant, as {day_text(found)}",
            field=field,
            value=text,
            code="date",
        )
    return found


class DateOrder(StrEnum):
    """The order of day and month in dates such as 05/01/2026, where it is declared."""

    DMY = "dmy"
    MDY = "mdy"

    @property
    def words(self) -> str:
        return "day, month, year" if self is DateOrder.DMY else "month, day, year"


def date_order(text: str | None) -> DateOrder | None:
    """Return the order that a text declares, if any. Raises InputError."""
    if text is None:
        return None
    if text.lower() not in DateOrder.__members__.values():
        # No nearest one is offered: it could be the other.
        known = "order of dates"
        raise unknown_name(known, text, DateOrder, field="dates", offered=())
    return DateOrder(text.lower())


def in_order(text: str, field: str, order: DateOrder) -> str:
    """Return a text of dates, each `05/01/2026` in it as ISO by the declared order.

    Commas, semicolons and `..` stand between several. Everything else stays as it is.
    Raises InputError where the numbers are no day in that order.
    """
    parts = re.split(_PARTS, text)
    for at, part in enumerate(parts):
        typed = part.strip()
        match = re.fullmatch(_IN_DECLARED_ORDER, _plain(typed))
        if match is None:
            continue
        first, last, year = int(match[1]), int(match[3]), int(match[4])
        day, month = (first, last) if order is DateOrder.DMY else (last, first)
        if not _in_range(year):
            raise _out_of_range(typed, field)
        found = _date_or_none(year, month, day)
        if found is None:
            error = _no_such_day(typed, field, year, month)
            error.message += f", read as {order.words} (--dates {order})"
            raise error
        parts[at] = part.replace(typed, found.isoformat())
    return "".join(parts)


def _plain(text: str) -> str:
    """Return a text with plain hyphens and spaces, without a time that is zero."""
    plain = text if text.isascii() else text.translate(_TYPOGRAPHY)
    match = re.search(_MIDNIGHT, plain) if ":" in plain else None
    return plain[: match.start()] if match and match.end() == len(plain) else plain


def _day(number: str, ending: str | None) -> int:
    """Return the day of the month, 0 where its ending is that of another: `2th`."""
    day = int(number)
    usual = "th" if day // 10 == 1 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
    return day if ending is None or ending.lower() == usual else 0


def _no_such_day(text: str, field: str, year: int, month: int) -> InputError:
    return InputError(
        f"{shown(text)} is not a day of the calendar",
        f"{year:04}-{month:02} has {_last_day(year, month)} days"
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
        parts = re.split(_SEPARATOR, value)
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
            "a date is missing before or after a comma or semicolon",
            "write the date, or remove the comma or semicolon",
            field=field,
            value=value,
        )
    if isinstance(value, str) and len(re.findall(_YEAR, value)) > 1:
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


@lru_cache(maxsize=64)
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
        return error("has a space before or after it", "remove the space")
    plain = _plain(text)
    if match := re.fullmatch(_WITH_TIME, plain):
        return error("has a time of day", f"write the date alone: {match[1]}")
    if match := re.fullmatch(_THREE_NUMBERS, plain) or re.fullmatch(_NO_DASHES, plain):
        readings = _readings(*match.groups())
        if len(readings) > 1:
            declare = " (for all such dates: --dates dmy or --dates mdy)"
            hint = "write the one that is meant" + declare * (
                re.fullmatch(_IN_DECLARED_ORDER, plain) is not None
            )
            return error(f"could be {' or '.join(readings)}", hint)
        if readings:
            return error("is not in a form that b12sched reads", f"write {readings[0]}")
        return error("is not a day of the calendar", _HOW)
    if found := _from_program(plain):
        return error(*found)
    said = " or ".join(_lacking(plain))
    return error(
        "is not a full date: "
        + (f"it could be {said}" if said else "day, month and year are needed"),
        _HOW,
    )


def _lacking(text: str) -> Iterator[str]:
    """Yield what a text can mean that lacks the day or the year."""
    if match := re.fullmatch(_TWO_NUMBERS, text):
        for one, other in (match.groups(), match.groups()[::-1]):
            if len(one) <= 2 and len(other) == 4 and _in_range(int(other)):
                yield from _named(int(one), f"{{}} {other} without a day")
            elif len(one) <= 2 and len(other) <= 2 and 1 <= int(one) <= 31:
                yield from _named(int(other), f"{int(one)} {{}} without a year")
    elif match := re.fullmatch(_DAY_AND_MONTH, text):
        yield from _named(_month(match[2]), f"{int(match[1])} {{}} without a year")
    elif match := re.fullmatch(_MONTH_AND_OTHER, text):
        number = match[2]
        lacks = f"{{}} {number} without a day"
        if len(number) < 4:
            lacks = f"{int(number)} {{}} without a year"
        yield from _named(_month(match[1]), lacks)


def _named(month: int, text: str) -> Iterator[str]:
    if 1 <= month <= 12:
        yield text.format(MONTHS[month - 1])


def _from_program(text: str) -> tuple[str, str] | None:
    """Return the message and hint for a date as a program saves it, or None.

    Those are a spreadsheet's day numbers and `05-Jan-26`, and times since 1970.
    """
    if match := re.fullmatch(_SINCE_1970, text):
        on = datetime.fromtimestamp(int(match[1]), UTC).date()
        unit = _UNITS_SINCE_1970[len(match[2]) // 3]
        if _in_range(on.year):
            return (
                f"is a count of {unit} since 1970: it could be {on}",
                "write dates as texts: 2026-01-05 (pandas: date_format='iso')",
            )
    if match := re.fullmatch(_SPREADSHEET_DAY, text):
        days = [epoch + timedelta(days=int(match[1])) for epoch in _SPREADSHEET_EPOCHS]
        could_be = " or ".join(str(day) for day in days if _in_range(day.year))
        return (
            f"is a spreadsheet's day number: it could be {could_be}",
            "format the column as a date, year-month-day, and save it again",
        )
    match = re.fullmatch(_SPREADSHEET_WORDS, text)
    if not match or not (month := _month(match[2])):
        return None
    if len(match[3]) == 2:
        return "has a year of two digits", _HOW
    day = _date_or_none(int(match[3]), month, int(match[1]))
    return ("is not in a form that b12sched reads", f"write {day}") if day else None


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
