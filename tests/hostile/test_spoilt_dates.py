"""Dates: what is read means exactly one day, what is not is refused with the reason."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import NamedTuple

import pytest
from bench import Bench, must
from hypothesis import strategies as st
from searching import Find, search, shown_fault
from spec import table
from spoiling import chance, one_of, spoilt_text

from b12sched import dates
from b12sched.errors import B12SchedError, InputError

READ = (
    *("%Y-%m-%d", "%d %b %Y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y", "%b %d %Y"),
    *("%B %d %Y", "%d-%b-%Y", "%d-%B-%Y", "%a %Y-%m-%d"),
)
NUMERIC = (
    *("%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%m.%d.%Y", "%d-%m-%Y", "%m-%d-%Y"),
    "%Y/%m/%d",
)
FIRST, LAST = date(1900, 1, 1), date(2200, 12, 31)
DAYS = st.dates(FIRST, LAST)
TYPOGRAPHY = str.maketrans("\u2010\u2011\u2012\u2013\u2212\u00a0\u202f", "-----  ")
DIGITS = re.compile("[0-9]+")


class Typed(NamedTuple):
    """A text, and the day that it must be read as, if it is known."""

    text: str
    meant: date | None = None


@st.composite
def typed_dates(draw: st.DrawFn) -> Typed:
    """A date in some form, four of five times spoilt."""
    day = draw(DAYS)
    read = chance(draw, 60)
    text = day.strftime(one_of(draw, READ if read else NUMERIC))
    kind = one_of(draw, ("as it is", "another number", "spoilt", "spoilt"))
    if kind == "as it is":
        in_case = (text, text.lower(), text.upper())
        changed = one_of(draw, in_case)
        return Typed(changed, day) if read else Typed(text)
    if kind == "another number":
        match = one_of(draw, [*DIGITS.finditer(text)])
        number = draw(st.integers(0, 9999) | st.just(int(match[0]) + 1))
        return Typed(f"{text[: match.start()]}{number}{text[match.end() :]}")
    return Typed(draw(spoilt_text(text, 2)))


def check(typed: Typed, _: Bench) -> str:
    """Read it; compare with every reading that `strptime` finds."""
    text = typed.text
    try:
        found = dates.parse_date(text, "start")
    except InputError as error:
        _check_refused(typed, error)
        return "refused"
    plain = text.translate(TYPOGRAPHY)
    must(plain.isascii(), "a date has digits and letters of ASCII only", text)
    readings = days_of(text, READ)
    must(readings == {found}, "what is read means exactly one day", text, found)
    must(FIRST <= found <= LAST, "years are 1900 to 2200", found)
    iso = plain.startswith(found.isoformat())
    in_words = bool(re.search("[A-Za-z]{3}", plain))
    must(iso or in_words, "a date is ISO or has the month in words", text)
    must(typed.meant in (None, found), "a date is the one that was written", typed)
    return "accepted"


def _check_refused(typed: Typed, error: InputError) -> None:
    must(typed.meant is None, "a date in a form that is read is read", typed, error)
    must(error.value == typed.text, "an error names the text", error.value)
    must(error.field == "start", "an error names the field", error.field)
    for said in (error.message, error.hint):
        must(said.strip() and said.isprintable(), "an error is two lines", said)
    readings = {day for day in days_of(typed.text, NUMERIC) if FIRST <= day <= LAST}
    if typed.text.isascii() and len(readings) > 1:
        named = all(day.isoformat() in error.message for day in readings)
        must(named, "an error names both readings", typed.text, error.message)


def days_of(text: str, forms: tuple[str, ...]) -> set[date]:
    """Every day that the text can mean in these forms."""
    text = re.sub("[T ]0?0:00(:00)?$", "", text.translate(TYPOGRAPHY))
    text = re.sub("(?<=[0-9])(st|nd|rd|th)(?=[ ,-])", "", text, flags=re.IGNORECASE)
    text = re.sub("sept(?=[^a-z])", "Sep", text, flags=re.IGNORECASE)
    found = set()
    for form in forms:
        try:
            found.add(datetime.strptime(text, form).date())  # noqa: DTZ007  # a day only
        except ValueError:
            continue
    return found


@pytest.mark.unmeasured
def test_a_text_is_read_as_one_day_or_refused(bench: Bench) -> None:
    """Whatever is typed; and the search tries both what is read and what is not."""
    ended = search(typed_dates(), check, bench, 600)
    assert set(ended) == {"accepted", "refused"}
    assert max(ended.values()) < 0.9 * ended.total()


# --- the checks can fail --------------------------------------------------------------

_PARSE = dates.parse_date


def _day_first(text: str, field: str) -> date:
    match = re.fullmatch("([0-9]{2})/([0-9]{2})/([0-9]{4})", text)
    if match and int(match[2]) <= 12:
        return date(int(match[3]), int(match[2]), min(int(match[1]) or 1, 28))
    return _PARSE(text, field)


def _a_day_late(text: str, field: str) -> date:
    return _PARSE(text, field) + timedelta(1)


def _refuses_words(text: str, field: str) -> date:
    try:
        return _PARSE(re.sub("[A-Z]", "?", text), field)
    except B12SchedError as error:
        error.value = text
        raise


def _one_reading(text: str, field: str) -> date:
    try:
        return _PARSE(text, field)
    except B12SchedError as error:
        error.message = error.message.partition(" or ")[0]
        raise


def _fails(text: str, field: str) -> date:
    raise ValueError(text)


@pytest.mark.unmeasured
@table(
    "broken, rule",
    ("an ambiguous date is read", _day_first, "exactly one day"),
    ("a date is misread", _a_day_late, "exactly one day"),
    ("a good date is refused", _refuses_words, "in a form that is read is read"),
    ("one reading is named", _one_reading, "names both readings"),
    ("the reader fails", _fails, "ValueError"),
)
def test_a_date_that_is_misread_is_found(
    broken: Find, rule: str, bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wrong date harms: each way to get one wrong is seen."""
    monkeypatch.setattr(dates, "parse_date", broken)
    assert rule in shown_fault(typed_dates(), check, bench, 600)
