"""Dates: what is read means exactly one day, what is not is refused with the reason."""

from __future__ import annotations

import re
from datetime import date, datetime
from random import Random
from typing import NamedTuple

from b12sched import dates
from b12sched.errors import InputError
from fuzzing.bench import Bench
from fuzzing.mutation import mangled
from fuzzing.target import Target, must

_FORMS = (
    "%Y-%m-%d",
    "%d %b %Y",
    "%d %B %Y",
    "%b %d, %Y",
    "%B %d, %Y",
    "%b %d %Y",
    "%B %d %Y",
)
_NUMERIC = (
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%d.%m.%Y",
    "%m.%d.%Y",
    "%d-%m-%Y",
    "%m-%d-%Y",
    "%Y/%m/%d",
)
_FIRST, _LAST = date(1900, 1, 1), date(2200, 12, 31)
_DIGITS = re.compile("[0-9]+")


class Drawn(NamedTuple):
    """A text, and the day that it must be read as, if it is known."""

    text: str
    meant: date | None = None


def make(rng: Random) -> Drawn:
    """A date in some form, four of five times spoilt."""
    day = date.fromordinal(rng.randint(_FIRST.toordinal(), _LAST.toordinal()))
    read = rng.random() < 0.6
    text = day.strftime(rng.choice(_FORMS if read else _NUMERIC))
    if rng.random() < 0.2:
        return Drawn(_any_case(rng, text), day) if read else Drawn(text)
    if rng.random() < 0.4:
        spoilt = [*_DIGITS.finditer(text)]
        match = rng.choice(spoilt)
        number = rng.choice(
            (rng.randrange(100), rng.randrange(10_000), int(match[0]) + 1)
        )
        return Drawn(f"{text[: match.start()]}{number}{text[match.end() :]}")
    return Drawn(mangled(rng, text, 2))


def _any_case(rng: Random, text: str) -> str:
    return rng.choice((str, str.lower, str.upper))(text)


def check(drawn: Drawn, _: Bench) -> str:
    """Read it; compare with every reading that `strptime` finds."""
    text = drawn.text
    try:
        found = dates.parse_date(text, "start")
    except InputError as error:
        _check_refused(drawn, error)
        return "refused"
    must(text.isascii(), "a date has digits and letters of ASCII only", text)
    readings = days_of(text, _FORMS)
    must(
        readings == {found}, "what is read means exactly one day", text, found, readings
    )
    must(_FIRST <= found <= _LAST, "years are 1900 to 2200", found)
    iso = found.isoformat() == text
    in_words = bool(re.search("[A-Za-z]{3}", text))
    must(iso or in_words, "a date is ISO or has the month in words", text)
    must(drawn.meant in (None, found), "a date is the one that was written", drawn)
    return "accepted"


def _check_refused(drawn: Drawn, error: InputError) -> None:
    must(
        drawn.meant is None, "a date in a form that is read is read", drawn, str(error)
    )
    must(error.value == drawn.text, "an error names the text", error.value)
    must(error.field == "start", "an error names the field", error.field)
    for said in (error.message, error.hint):
        must(said.strip() and said.isprintable(), "an error is two lines", said)
    readings = {day for day in days_of(drawn.text, _NUMERIC) if _FIRST <= day <= _LAST}
    if drawn.text.isascii() and len(readings) > 1:
        named = all(day.isoformat() in error.message for day in readings)
        must(named, "an error names both readings", drawn.text, error.message)


def days_of(text: str, forms: tuple[str, ...]) -> set[date]:
    """Every day that the text can mean in these forms."""
    text = re.sub("sept(?=[^a-z])", "Sep", text, flags=re.IGNORECASE)
    found = set()
    for form in forms:
        try:
            found.add(datetime.strptime(text, form).date())  # noqa: DTZ007  # a day only
        except ValueError:
            continue
    return found


TARGET = Target("dates", 860, make, check)
