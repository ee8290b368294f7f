"""Dates: read only when they can be read one way; months counted from an anchor."""

from __future__ import annotations

import calendar
import locale
import re
import time
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from itertools import repeat

import pytest
from dateutil.relativedelta import relativedelta
from effort import every, some_or_all
from hypothesis import example, given
from hypothesis import strategies as st
from spec import day, days, table

from b12sched.dates import (
    DateOrder,
    Step,
    add_months,
    date_order,
    day_text,
    in_order,
    parse_date,
    read_date,
    read_one_of,
    split_dates,
    weekday_name,
)
from b12sched.errors import InputError

MONTH_NAMES = (
    *("January", "February", "March", "April", "May", "June", "July", "August"),
    *("September", "October", "November", "December"),
)
ANY_DATE = st.dates(date(1900, 1, 1), date(2200, 12, 31))
ISO = re.compile(r"\b[0-9]{4}-[0-9]{2}-[0-9]{2}\b")


def refused(text: str) -> InputError:
    """The error with which a text is refused as the date of a field."""
    with pytest.raises(InputError) as caught:
        parse_date(text, "plateau")
    return caught.value


def read_or_refused(text: str) -> date | InputError:
    """The date, or the error if it is the one kind that may be raised."""
    try:
        return parse_date(text, "given")
    except InputError as error:
        return error


# --- what is read -------------------------------------------------------------------


@table(
    "text, meant",
    ("ISO", "2026-01-05", "2026 Jan 5"),
    ("ISO on a leap day", "2028-02-29", "2028 Feb 29"),
    ("a leap day of a century that 400 divides", "2000-02-29", "2000 Feb 29"),
    ("the first day there is", "1900-01-01", "1900 Jan 1"),
    ("the last day there is", "2200-12-31", "2200 Dec 31"),
    ("day first", "5 Jan 2026", "2026 Jan 5"),
    ("day first with a zero", "05 Jan 2026", "2026 Jan 5"),
    ("day first, the whole name", "31 December 2026", "2026 Dec 31"),
    ("an ordinal of twenty-one", "21st December 2026", "2026 Dec 21"),
    ("month first", "Jan 5, 2026", "2026 Jan 5"),
    ("month first without a comma", "Jan 5 2026", "2026 Jan 5"),
    ("month first with a zero", "Jan 05, 2026", "2026 Jan 5"),
    ("month first, the whole name", "February 29, 2028", "2028 Feb 29"),
    ("small letters", "5 jan 2026", "2026 Jan 5"),
    ("capital letters", "5 JANUARY 2026", "2026 Jan 5"),
    ("mixed letters", "jAN 5, 2026", "2026 Jan 5"),
    ("a name that is its own abbreviation", "5 May 2026", "2026 May 5"),
    ("September in four letters", "Sept 5, 2026", "2026 Sep 5"),
    ("words where figures would be ambiguous", "3 Apr 2026", "2026 Apr 3"),
    ("as the program prints it", "Mon 2026-01-05", "2026 Jan 5"),
    ("a weekday in small letters", "sun 2026-01-04", "2026 Jan 4"),
    ("as Excel shows a short date", "05-Jan-2026", "2026 Jan 5"),
    ("hyphens and the whole name", "5-january-2026", "2026 Jan 5"),
    ("an ordinal", "5th January 2026", "2026 Jan 5"),
    ("the first", "1st Jan 2026", "2026 Jan 1"),
    ("the second, in capitals", "22ND JAN 2026", "2026 Jan 22"),
    ("the third, month first", "Jan 3rd, 2026", "2026 Jan 3"),
    ("the eleventh", "11th Jan 2026", "2026 Jan 11"),
    ("a time that is zero", "2026-01-05 00:00:00", "2026 Jan 5"),
    ("a zero time after T", "2026-01-05T00:00", "2026 Jan 5"),
    ("a zero time of a database", "2026-01-05 00:00:00.000000", "2026 Jan 5"),
    ("a zero time after words", "05-Jan-2026 0:00", "2026 Jan 5"),
    ("a zero time of twelve hours", "5 Jan 2026 12:00:00 AM", "2026 Jan 5"),
    ("a zero time after a weekday", "Mon 2026-01-05 00:00", "2026 Jan 5"),
    ("hyphens", "2026\u201001\u201005", "2026 Jan 5"),
    ("no-break hyphens", "2026\u201101\u201105", "2026 Jan 5"),
    ("figure dashes", "2026\u201201\u201205", "2026 Jan 5"),
    ("en dashes", "2026\u201301\u201305", "2026 Jan 5"),
    ("minus signs", "05\u2212Jan\u22122026", "2026 Jan 5"),
    ("a no-break space", "5\u00a0Jan 2026", "2026 Jan 5"),
    ("a narrow no-break space", "Mon\u202f2026-01-05", "2026 Jan 5"),
)
def test_a_date_that_can_be_read_one_way_is_read(text: str, meant: str) -> None:
    """ISO 8601, or the English name of the month with day and four-digit year."""
    assert parse_date(text, "start") == day(meant)


@given(ANY_DATE, st.sampled_from([str.title, str.lower, str.upper]), st.booleans())
def test_every_date_is_read_in_every_form(
    meant: date, in_case: Callable[[str], str], short: bool
) -> None:
    """1900 to 2200, each English month name, long or short, in any case."""
    name = in_case(MONTH_NAMES[meant.month - 1])
    month = name[:3] if short else name
    year, in_month = f"{meant.year:04}", meant.day
    for text in (
        f"{year}-{meant.month:02}-{in_month:02}",
        f"{in_month} {month} {year}",
        f"{in_month:02} {month} {year}",
        f"{month} {in_month}, {year}",
        f"{month} {in_month} {year}",
    ):
        assert parse_date(text, "start") == meant


# --- what is refused ----------------------------------------------------------------


@table(
    "text, said",
    ("slashes", "03/04/2026", ["2026-04-03", "2026-03-04"]),
    ("dots", "03.04.2026", ["2026-04-03", "2026-03-04"]),
    ("dashes", "03-04-2026", ["2026-04-03", "2026-03-04"]),
    ("spaces", "3 4 2026", ["2026-04-03", "2026-03-04"]),
    ("two-digit year last", "13/04/26", ["2026-04-13", "2013-04-26"]),
    ("two-digit year first", "26-01-05", ["2026-01-05", "2005-01-26"]),
    (
        "three small numbers",
        "3/4/26",
        ["2026-04-03", "2026-03-04", "2003-04-26"],
    ),
    ("a spreadsheet's day number", "46027", ["2026-01-05", "2030-01-06"]),
    ("a data frame's day number", "46027.0", ["2026-01-05", "2030-01-06"]),
)
def test_a_date_that_can_be_read_two_ways_is_refused_with_every_reading(
    text: str, said: list[str]
) -> None:
    """The message names exactly the readings there are, and the text itself.

    46027 counts from 30 December 1899, or from 1904 as Excel on a Mac once did.
    """
    error = refused(text)
    assert text in error.message
    assert set(ISO.findall(error.message)) == set(said)
    assert error.hint


@table(
    "text, cure",
    ("a day over twelve, first", "13/04/2026", "2026-04-13"),
    ("a day over twelve, second", "04/13/2026", "2026-04-13"),
    ("the same number twice", "05/05/2026", "2026-05-05"),
    ("ISO without its zeros", "2026-1-5", "2026-01-05"),
    ("ISO with slashes", "2026/01/05", "2026-01-05"),
    ("ISO with dots", "2026.01.05", "2026-01-05"),
    ("a time after T", "2026-01-05T09:00", "2026-01-05"),
    ("a time after a space", "2026-01-05 09:00:00", "2026-01-05"),
    ("a time with a zone", "2026-01-05T00:00:00Z", "2026-01-05"),
    ("ISO without dashes", "20260105", "2026-01-05"),
    ("a short month between slashes", "7/mar/2026", "2026-03-07"),
)
def test_a_date_in_another_form_is_refused_with_the_form_to_write(
    text: str, cure: str
) -> None:
    """There is one reading, and the hint is that date as it must be written."""
    error = refused(text)
    assert error.hint.removeprefix("write the date alone: ") in (cure, f"write {cure}")
    assert error.message.endswith(
        ("is not in a form that b12sched reads", "a time of day")
    )
    assert parse_date(cure, "start")


@table(
    "text, said",
    ("a 30th of February", "2026-02-30", "2026-02 has 28 days"),
    ("a 30th of February in a leap year", "2028-02-30", "2028-02 has 29 days"),
    ("29 February of a common year", "2025-02-29", "2025-02 has 28 days"),
    ("29 February in words", "29 Feb 2025", "2025-02 has 28 days"),
    ("29 February, month first", "Feb 29, 2025", "2025-02 has 28 days"),
    ("29 February of 1900", "1900-02-29", "1900-02 has 28 days"),
    ("29 February of 2100", "2100-02-29", "2100-02 has 28 days"),
    ("a 31st of April", "31 Apr 2026", "2026-04 has 30 days"),
    ("a day zero", "2026-01-00", "2026-01 has 31 days"),
    ("a thirteenth month", "2026-13-01", "a year has 12 months"),
)
def test_a_day_that_the_calendar_lacks_is_refused(text: str, said: str) -> None:
    """Never moved to the nearest day; the hint says how long the month or year is."""
    error = refused(text)
    assert "not a day of the calendar" in error.message
    assert said in error.hint


@table(
    "text",
    ("the year before the first", "1899-12-31"),
    ("the year after the last", "2201-01-01"),
    ("in words, too early", "31 Dec 1899"),
    ("in words, too late", "Jan 1, 2201"),
    ("year zero", "0000-01-01"),
    ("the last year of Python", "9999-12-31"),
)
def test_a_year_outside_1900_to_2200_is_refused(text: str) -> None:
    """The message names both limits."""
    error = refused(text)
    assert "1900" in error.message
    assert "2200" in error.message


@table(
    "text",
    ("empty", ""),
    ("a day alone", "5"),
    ("a month alone", "March"),
    ("a month and a year", "March 2026"),
    ("a month and a year in figures", "2026-01"),
    ("a day and a month", "5 Jan"),
    ("a year alone", "2026"),
    ("a time alone", "09:00"),
    ("another language", "5 Janvier 2026"),
    ("no month's name", "5 Jen 2026"),
    ("part of a name", "5 Janu 2026"),
    ("the ordinal of another number", "2th Jan 2026"),
    ("the ordinal of another number, month first", "Jan 11st, 2026"),
    ("a weekday in full", "Monday 2026-01-05"),
    ("a weekday with a comma", "Mon, 2026-01-05"),
    ("a weekday before words", "Mon 5 Jan 2026"),
    ("hyphens and spaces", "Jan-05-2026"),
    ("an em dash", "2026\u201401\u201405"),
    ("a zero time alone", "00:00:00"),
    ("a long number", "9" * 10),
    ("a number too long for a time", "1" * 22),
    ("a weekday alone", "Monday"),
    ("a word for a day", "today"),
    ("an ISO week", "2026-W02-1"),
    ("an ISO day of the year", "2026-005"),
    ("Arabic digits", "٢٠٢٦-٠١-٠٥"),
    ("Devanagari digits", "२०२६-०१-०५"),
    ("one wide digit", "202６-01-05"),
    ("Arabic digits in words", "٥ Jan 2026"),
    ("a minus sign before it", "-2026-01-05"),
    ("a span", "2026-01-05/2026-02-05"),
    ("a formula", "=TODAY()"),
    ("not a number", "nan"),
    ("a day number and a time", "46027.5"),
    ("a month that is none, short", "05-Foo-2026"),
    ("a month that is none, and a short year", "05-Foo-26"),
)
def test_a_text_that_lacks_a_part_or_has_another_form_is_refused(text: str) -> None:
    """Nothing is filled in from today, and the hint shows the form to write."""
    error = refused(text)
    assert "not a full date" in error.message
    assert "2026-01-05" in error.hint


@table(
    "text",
    ("dashes", "05-Jan-26"),
    ("slashes", "5/Jan/26"),
    ("spaces", "5 Jan 26"),
    ("a year that might be first", "26-Jan-05"),
)
def test_a_short_month_with_a_year_of_two_digits_is_refused(text: str) -> None:
    """As Excel shows dates by itself; no century is guessed, and none is named."""
    error = refused(text)
    assert error.message.endswith("has a year of two digits")
    assert error.hint == "write the date as 2026-01-05"


@table(
    "text",
    ("a space after it", "2026-01-05 "),
    ("a space before it", " 2026-01-05"),
    ("a line end", "2026-01-05\n"),
    ("a tab", "\t5 Jan 2026"),
)
def test_a_space_around_a_date_is_refused_by_name(text: str) -> None:
    """It cannot be seen, so the message says that it is there."""
    error = refused(text)
    assert "space" in error.message
    assert error.message.isprintable()


HOW = "write the date as 2026-01-05"
SINCE_1970 = "write dates as texts: 2026-01-05 (pandas: date_format='iso')"
LACKING = "is not a full date: day, month and year are needed"
SPREADSHEET = "format the column as a date, year-month-day, and save it again"


@table(
    "text, message, hint",
    (
        "a year too early",
        "1899-12-31",
        "1899-12-31 is outside the years 1900 to 2200",
        "check the year",
    ),
    (
        "no such day",
        "31 Apr 2026",
        "'31 Apr 2026' is not a day of the calendar",
        "2026-04 has 30 days",
    ),
    (
        "no such day in December",
        "2026-12-32",
        "2026-12-32 is not a day of the calendar",
        "2026-12 has 31 days",
    ),
    (
        "no such day in January",
        "2026-01-32",
        "2026-01-32 is not a day of the calendar",
        "2026-01 has 31 days",
    ),
    (
        "no such month",
        "2026-13-01",
        "2026-13-01 is not a day of the calendar",
        f"a year has 12 months; {HOW}",
    ),
    (
        "no month of that name",
        "5 Jen 2026",
        f"'5 Jen 2026' {LACKING}",
        HOW,
    ),
    (
        "a space",
        "2026-01-05 ",
        "'2026-01-05 ' has a space before or after it",
        "remove the space",
    ),
    (
        "a time",
        "2026-01-05T09:00",
        "2026-01-05T09:00 has a time of day",
        "write the date alone: 2026-01-05",
    ),
    (
        "two readings",
        "03/04/2026",
        "03/04/2026 could be 2026-04-03 or 2026-03-04",
        "write the one that is meant (for all such dates: --dates dmy or --dates mdy)",
    ),
    (
        "three readings",
        "3/4/26",
        "3/4/26 could be 2026-04-03 or 2026-03-04 or 2003-04-26",
        "write the one that is meant",
    ),
    (
        "one reading",
        "13/04/2026",
        "13/04/2026 is not in a form that b12sched reads",
        "write 2026-04-13",
    ),
    (
        "no reading",
        "31/02/2026",
        "31/02/2026 is not a day of the calendar",
        HOW,
    ),
    (
        "a first number of three digits, which is no year",
        "199/1/5",
        "199/1/5 is not a day of the calendar",
        HOW,
    ),
    (
        "a last number of three digits, which is no year",
        "1/5/199",
        "1/5/199 is not a day of the calendar",
        HOW,
    ),
    (
        "a day number",
        "46027",
        "46027 is a spreadsheet's day number: it could be 2026-01-05 or 2030-01-06",
        SPREADSHEET,
    ),
    (
        "a day number with a reading in the years that there are",
        "00005",
        "00005 is a spreadsheet's day number: it could be 1900-01-04 or 1904-01-06",
        SPREADSHEET,
    ),
    ("a word", "today", f"today {LACKING}", HOW),
    (
        "a month and a year",
        "Jan 2026",
        "'Jan 2026' is not a full date: it could be January 2026 without a day",
        HOW,
    ),
    (
        "a year and a month in figures",
        "2026-01",
        "2026-01 is not a full date: it could be January 2026 without a day",
        HOW,
    ),
    (
        "a month and a year in figures",
        "1/2026",
        "1/2026 is not a full date: it could be January 2026 without a day",
        HOW,
    ),
    (
        "a day and a month",
        "5 Jan",
        "'5 Jan' is not a full date: it could be 5 January without a year",
        HOW,
    ),
    (
        "a month and a day",
        "Jan 5",
        "'Jan 5' is not a full date: it could be 5 January without a year",
        HOW,
    ),
    (
        "a day and a month in figures",
        "05/02",
        "05/02 is not a full date: it could be 5 February without a year or 2 May "
        "without a year",
        HOW,
    ),
    (
        "two figures of which one is a month",
        "13.4",
        "13.4 is not a full date: it could be 13 April without a year",
        HOW,
    ),
    (
        "two figures of which each is a month",
        "1/5",
        "1/5 is not a full date: it could be 1 May without a year or 5 January "
        "without a year",
        HOW,
    ),
    (
        "the last day of the last month",
        "31/12",
        "31/12 is not a full date: it could be 31 December without a year",
        HOW,
    ),
    ("a day that no month has", "32/12", f"32/12 {LACKING}", HOW),
    ("a day that February lacks", "30/Feb/2026", f"30/Feb/2026 {LACKING}", HOW),
    ("two figures of no year", "13/9999", f"13/9999 {LACKING}", HOW),
    ("a month and no year", "5/9999", f"5/9999 {LACKING}", HOW),
    ("a day of three digits", "5/005", f"5/005 {LACKING}", HOW),
    ("a month of three digits", "005/2026", f"005/2026 {LACKING}", HOW),
    (
        "a weekday of another date",
        "Tue 2026-01-05",
        "'Tue 2026-01-05': 2026-01-05 is a Mon",
        "write the one that is meant, as Mon 2026-01-05",
    ),
    (
        "a weekday in another language",
        "lun 2026-01-05",
        "'lun 2026-01-05' begins with no English weekday",
        "write the one that is meant, as Mon 2026-01-05",
    ),
    (
        "seconds since 1970",
        "1767571200",
        "1767571200 is a count of seconds since 1970: it could be 2026-01-05",
        SINCE_1970,
    ),
    (
        "milliseconds since 1970, as a data frame writes dates",
        "1767571200000",
        "1767571200000 is a count of milliseconds since 1970: it could be 2026-01-05",
        SINCE_1970,
    ),
    (
        "nanoseconds since 1970, as a fraction",
        "1767571200000000000.0",
        "1767571200000000000.0 is a count of nanoseconds since 1970: it could be "
        "2026-01-05",
        SINCE_1970,
    ),
)
def test_an_error_says_what_is_wrong_and_what_to_do(
    text: str, message: str, hint: str
) -> None:
    """In these words; field and value are there for who shows the error."""
    error = refused(text)
    assert (error.message, error.hint) == (message, hint)
    assert (error.field, error.value, error.code) == ("plateau", text, "date")


@pytest.mark.parametrize("zone", ["America/New_York", "Pacific/Kiritimati"])
def test_a_time_since_1970_is_read_alike_in_every_zone(
    zone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first and the last second of a day in UTC are of two days in both zones."""
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        said = [refused(text).message[-10:] for text in ("1767571200", "1767657599")]
    finally:
        monkeypatch.undo()
        time.tzset()
    assert said == ["2026-01-05", "2026-01-05"]


def test_an_order_of_dates_is_one_of_two_and_none_is_offered() -> None:
    """In any case; which of the two an unknown one was near to says nothing."""
    assert [date_order(text) for text in ("dmy", "MDY", None)] == ["dmy", "mdy", None]
    with pytest.raises(InputError) as caught:
        date_order("dmx")
    error = caught.value
    assert error.message == "dmx is not a known order of dates"
    assert error.hint == "allowed: dmy, mdy"
    assert (error.field, error.value, error.code) == ("dates", "dmx", "unknown-name")


@given(
    st.text(max_size=80) | st.from_regex(r"[0-9JanMry ,./:T-]{1,14}", fullmatch=True)
)
@example("١/٢/2026")
@example("0/0/0")
@example("9" * 5_000)
@example("1/1/0001")
@example("5 Jan 0000")
@example("February 30, 2200")
def test_any_text_is_a_date_or_an_input_error(text: str) -> None:
    """No text raises anything else; the error names field and value on one line.

    What is read comes back the same from its ISO form, and lies in 1900 to 2200.
    """
    found = read_or_refused(text)
    if isinstance(found, date):
        assert 1900 <= found.year <= 2200
        assert parse_date(found.isoformat(), "given") == found
    else:
        assert (found.field, found.value) == ("given", text)
        assert found.message
        assert found.hint
        assert (found.message + found.hint).isprintable()


@given(
    st.tuples(st.integers(1, 31), st.integers(1, 31), st.integers(1900, 2200)).flatmap(
        lambda numbers: st.permutations([str(number) for number in numbers])
    ),
    st.sampled_from("-/. "),
)
def test_every_reading_that_an_error_names_can_be_read(
    numbers: list[str], separator: str
) -> None:
    """A cure that would itself be refused is none."""
    text = separator.join(numbers)
    error = read_or_refused(text)
    if isinstance(error, InputError):
        said = f"{error.message.removeprefix(text)} {error.hint}"
        for named in ISO.findall(said):
            assert str(parse_date(named, "start")) == named


# --- an order that is declared -------------------------------------------------------


@table(
    "text, order, meant",
    ("slashes", "05/01/2026", "dmy", "2026-01-05"),
    ("the month first", "05/01/2026", "mdy", "2026-05-01"),
    ("dots", "5.1.2026", "dmy", "2026-01-05"),
    ("hyphens", "05-01-2026", "mdy", "2026-05-01"),
    ("typographic hyphens", "05\u201101\u20112026", "dmy", "2026-01-05"),
    ("a zero time", "05/01/2026 00:00", "dmy", "2026-01-05"),
    ("several", "05/01/2026; 07/01/2026", "dmy", "2026-01-05; 2026-01-07"),
    ("a range", "24.12.2026..2.1.2027", "dmy", "2026-12-24..2027-01-02"),
    ("beside others", "2026-01-05,07/01/2026,", "dmy", "2026-01-05,2026-01-07,"),
    ("ISO", "2026-01-05", "mdy", "2026-01-05"),
    ("a comma inside a date", "Jan 5, 2026", "dmy", "Jan 5, 2026"),
    ("two signs", "05/01-2026", "dmy", "05/01-2026"),
    ("spaces", "05 01 2026", "dmy", "05 01 2026"),
    ("the year first", "2026/01/05", "dmy", "2026/01/05"),
    ("two digits of a year", "05/01/26", "dmy", "05/01/26"),
    ("no date", "none", "dmy", "none"),
)
def test_a_declared_order_reads_day_month_and_year_of_four_digits(
    text: str, order: str, meant: str
) -> None:
    """Nothing else is changed, so that whatever was refused is refused as before."""
    assert in_order(text, "given", DateOrder(order)) == meant


@table(
    "text, order, message, hint",
    (
        "a month too many",
        "01/13/2026",
        "dmy",
        "01/13/2026 is not a day of the calendar, read as day, month, year (--dates "
        "dmy)",
        f"a year has 12 months; {HOW}",
    ),
    (
        "a day too many, of several",
        "2026-01-05; 02/30/2026",
        "mdy",
        "02/30/2026 is not a day of the calendar, read as month, day, year (--dates "
        "mdy)",
        "2026-02 has 28 days",
    ),
    (
        "a year too late",
        "05/01/2201",
        "dmy",
        "05/01/2201 is outside the years 1900 to 2200",
        "check the year",
    ),
)
def test_numbers_that_are_no_day_in_the_declared_order_are_refused(
    text: str, order: str, message: str, hint: str
) -> None:
    """Never read in the other order: that would be a guess for one row of many."""
    with pytest.raises(InputError) as caught:
        in_order(text, "given", DateOrder(order))
    error = caught.value
    assert (error.message, error.hint, error.field) == (message, hint, "given")
    assert error.code == "date"


# --- several dates, and dates that are no texts --------------------------------------


@table(
    "value, parts",
    ("one", "2026-01-05", ["2026-01-05"]),
    ("one, as it is", " 2026-01-05 ", [" 2026-01-05 "]),
    ("commas", "2026-01-05,2026-01-07", ["2026-01-05", "2026-01-07"]),
    ("blanks", " 2026-01-05 ;\t7 Jan 2026 ", ["2026-01-05", "7 Jan 2026"]),
    ("the comma of one", "Jan 5, 2026", ["Jan 5, 2026"]),
    ("theirs", "Jan 5, 2026, Jan 7, 2026", ["Jan 5, 2026", "Jan 7, 2026"]),
    ("a year, then ISO", "Jan 5, 2026,2026-01-07", ["Jan 5, 2026", "2026-01-07"]),
    ("no year", "Jan 5, 2026-01-07", ["Jan 5", "2026-01-07"]),
    ("with a weekday", "Mon 2026-01-05, Wed 2026-01-07", None),
    ("ranges", "Jan 5, 2026..Jan 7, 2026,x", ["Jan 5, 2026..Jan 7, 2026", "x"]),
    ("nothing between", "a,,b;", ["a", "", "b", ""]),
    ("a list", [date(2026, 1, 5), "a,b"], [date(2026, 1, 5), "a", "b"]),
    ("anything in a list", (None, [1]), [None, [1]]),
    ("an empty list", [], []),
)
def test_several_dates_are_split_at_what_separates_them(
    value: object, parts: list[object] | None
) -> None:
    """A comma inside a date separates nothing: a year follows it."""
    expected = ["Mon 2026-01-05", "Wed 2026-01-07"] if parts is None else parts
    assert split_dates(value, "given") == expected


@given(
    st.lists(ANY_DATE), st.lists(st.sampled_from((",", ";", ", ", " ; ")), min_size=9)
)
def test_no_date_is_lost_between_separators(
    found: list[date], separators: list[str]
) -> None:
    """In every form that is read, each between any two signs."""
    forms: list[Callable[[date], str]] = [
        date.isoformat,
        lambda day: f"{day.day} {MONTH_NAMES[day.month - 1]} {day.year}",
        lambda day: f"{MONTH_NAMES[day.month - 1][:3]} {day.day}, {day.year}",
    ]
    text = ""
    for at, day_ in enumerate(found):
        text += separators[at % 9] * (at > 0) + forms[at % 3](day_)
    parts = split_dates(text, "given") if found else []
    assert [read_one_of(part, "given") for part in parts] == found


@table(
    "value, message, code",
    (
        "none",
        " ",
        "a date is missing before or after a comma or semicolon",
        "unusable",
    ),
    (
        "two",
        "2026-01-05 2026-01-07",
        "'2026-01-05 2026-01-07' is more than one date",
        "date",
    ),
)
def test_what_stands_between_separators_is_one_date(
    value: str, message: str, code: str
) -> None:
    """Where there are none or two, the error has the text."""
    with pytest.raises(InputError) as caught:
        read_one_of(value, "given")
    error = caught.value
    assert (error.message, error.code) == (message, code)
    assert (error.field, error.value) == ("given", value)


@table(
    "value, said",
    ("a moment", datetime(2026, 1, 5), "is a datetime"),  # noqa: DTZ001
    ("a number", 20260105, "is a int"),
    ("nothing", None, "is a NoneType"),
    ("a list", ["2026-01-05"], "is a list"),
    (
        "an early year",
        date(1899, 12, 31),
        "1899-12-31 is outside the years 1900 to 2200",
    ),
    ("a late year", date(2201, 1, 1), "2201-01-01 is outside the years 1900 to 2200"),
)
def test_a_value_that_is_no_date_is_an_input_error(value: object, said: str) -> None:
    """Of its type or out of the years that are read; a date is taken as it is."""
    with pytest.raises(InputError) as caught:
        read_date(value, "start")
    assert caught.value.field == "start"
    assert said in caught.value.message
    assert read_date(date(1900, 1, 1), "start") == date(1900, 1, 1)
    assert read_date("5 Jan 2026", "start") == date(2026, 1, 5)


@table("value", ("a number", 5), ("nothing", None), ("a date", date(2026, 1, 5)))
def test_what_holds_no_dates_is_an_input_error(value: object) -> None:
    """Several dates are a text or a list."""
    with pytest.raises(InputError) as caught:
        split_dates(value, "given")
    assert caught.value.hint == "write several as 2026-01-05,2026-01-07"


# --- months from an anchor ----------------------------------------------------------

COUNTED_YEARS = range(2000, 2120)
"""The years of the anchors, and 240 months more."""


def days_in(year: int, month: int) -> int:
    """The length of a month, by the Gregorian rule."""
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return (31, 29 if leap else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)[month - 1]


def counted_months() -> Iterator[list[date]]:
    """Every month as the list of its days, told off one by one from 1 January 2000."""
    following = date(2000, 1, 1)
    for year in COUNTED_YEARS:
        for month in range(1, 13):
            length = days_in(year, month)
            yield [following + timedelta(days=n) for n in range(length)]
            following += timedelta(days=length)


@some_or_all
@pytest.mark.unmeasured
def test_months_are_added_as_counting_days_says(thorough: bool) -> None:
    """Every day from 2000-01-01 to 2099-12-31, each with 0 to 240 months: 8.8 million.

    The short run takes every fifth month: each of the year's, in each sort of year.

    n months on is the day of the same number in the n-th month after, or the last day
    of that month where it has no such day. The months are laid out by counting days.
    """
    months = list(counted_months())
    same_day = [
        [month[min(number, len(month)) - 1] for month in months]
        for number in range(1, 32)
    ]
    steps = range(241)
    anchors = 0
    for at, month in every(5, [*enumerate(months[: 100 * 12])], thorough=thorough):
        for number, anchor in enumerate(month, 1):
            found = list(map(add_months, repeat(anchor), steps))
            assert found == same_day[number - 1][at : at + 241], anchor
            anchors += 1
    assert anchors == (36_525 if thorough else 7_305)
    assert months[-1][-1] == date(2119, 12, 31)


@given(ANY_DATE, st.integers(0, 600))
@example(date(2028, 2, 29), 12)
@example(date(2026, 12, 31), 2)
@example(date(2026, 11, 30), 3)
def test_months_are_added_as_dateutil_adds_them(anchor: date, months: int) -> None:
    """Another library's month arithmetic, over all years read and the longest plan."""
    assert add_months(anchor, months) == anchor + relativedelta(months=months)


@table(
    "anchor, months, expected",
    ("31 August", "2026 Aug 31", [2, 4, 6], "2026 Oct 31, Dec 31; 2027 Feb 28"),
    ("into a leap February", "2027 Dec 31", [2, 14], "2028 Feb 29; 2029 Feb 28"),
    ("from a leap day", "2028 Feb 29", [12, 48], "2029 Feb 28; 2032 Feb 29"),
    ("the 30th", "2026 Jan 30", [1, 2, 3], "2026 Feb 28, Mar 30, Apr 30"),
    ("over a year's end", "2026 Nov 15", [2, 14], "2027 Jan 15; 2028 Jan 15"),
)
def test_a_month_end_clamps_and_comes_back(
    anchor: str, months: list[int], expected: str
) -> None:
    """Counted from the anchor, a 31st is a 31st again after a short month."""
    assert tuple(add_months(day(anchor), n) for n in months) == days(expected)


@table(
    "step, text, anchor, expected",
    ("a week", Step(1, "week"), "1 week", "2026 Jan 31", "2026 Feb 7"),
    ("eight weeks", Step(8, "week"), "8 weeks", "2026 Jan 5", "2026 Mar 2"),
    ("a month", Step(1, "month"), "1 month", "2026 Jan 31", "2026 Feb 28"),
    ("two months", Step(2, "month"), "2 months", "2026 Jan 31", "2026 Mar 31"),
    (
        "six times two months",
        Step(2, "month").times(6),
        "12 months",
        "2026 Jan 5",
        "2027 Jan 5",
    ),
)
def test_a_step_is_counted_from_its_anchor(
    step: Step, text: str, anchor: str, expected: str
) -> None:
    """ADD(d, n weeks) = d + 7n days; ADD(d, n months) = the same day n months on."""
    assert str(step) == text
    assert step.after(day(anchor)) == day(expected)


# --- the same words everywhere ------------------------------------------------------


@table(
    "when, text",
    ("a Monday", "2026 Jan 5", "Mon 2026-01-05"),
    ("a Tuesday", "2026 Jan 6", "Tue 2026-01-06"),
    ("a Wednesday", "2026 Jan 7", "Wed 2026-01-07"),
    ("a Thursday", "2026 Jan 8", "Thu 2026-01-08"),
    ("a Friday", "2026 Jan 9", "Fri 2026-01-09"),
    ("a Saturday", "2026 Jan 10", "Sat 2026-01-10"),
    ("a Sunday", "2026 Jan 11", "Sun 2026-01-11"),
)
def test_a_date_is_shown_as_iso_with_its_weekday(when: str, text: str) -> None:
    """English weekday, then ISO."""
    assert day_text(day(when)) == text


@pytest.fixture(params=["", "de_DE.UTF-8", "fr_FR.UTF-8", "ar_EG.UTF-8", "patched"])
def foreign(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    """A locale of this machine, or Python's names of months and days in German."""
    name: str = request.param
    if name == "patched":
        monkeypatch.setattr(calendar, "month_name", ["", *"JFMAMJJASOND"])
        monkeypatch.setattr(calendar, "month_abbr", ["", *"jfmamjjasond"])
        monkeypatch.setattr(calendar, "day_name", [*"MDMDFSS"])
        monkeypatch.setattr(calendar, "day_abbr", [*"mdmdfss"])
        yield name
        return
    before = locale.setlocale(locale.LC_ALL)
    try:
        locale.setlocale(locale.LC_ALL, name)
    except locale.Error:
        pytest.skip(f"this machine has no locale {name}")
    yield name
    locale.setlocale(locale.LC_ALL, before)


@pytest.mark.usefixtures("foreign")
def test_dates_are_read_and_shown_in_english_in_any_locale() -> None:
    """Month and weekday names never depend on the machine."""
    for month, name in enumerate(MONTH_NAMES, 1):
        assert parse_date(f"5 {name} 2026", "start") == date(2026, month, 5)
        assert parse_date(f"{name[:3]} 5, 2026", "start") == date(2026, month, 5)
    monday = date(2026, 1, 5)
    found = [weekday_name(monday + timedelta(days=n)) for n in range(7)]
    assert found == ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
