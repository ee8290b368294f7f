"""Texts for the card: dates and doses that do not wrap, and sentences about days."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from html import escape

from b12sched.dates import WEEKDAYS, day_text
from b12sched.plan.cautions import Caution
from b12sched.rules import Rule, Source, strength_text
from b12sched.views.screen.grid import MONTHS

WEEKDAY_WORDS = (
    *("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
)
_DATE = rf"(?:(?:{'|'.join(WEEKDAYS)}) )?[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}"
_UNIT = r"days?|weeks?|months?|hours?|doses?|.mol/L|mL/min/1\.73 m."
_COUNTRY = r"[A-Z]{2}-[A-Z0-9]{1,3}\b"
_WORDS = rf"[0-9]{{1,2}} (?:{'|'.join(MONTHS)})(?: [0-9]{{4}})?"
_NOT_DIALLED = re.compile(r"[^+0-9]")
_ISO = re.compile(_DATE)
_WHOLE = re.compile(
    rf"{_DATE}|{_WORDS}|{_COUNTRY}"
    rf"|[0-9.]+ (?:mg|micrograms)(?: IM)?|[0-9.]+ (?:{_UNIT})\b"
)

_SHORT = 23

day = lru_cache(maxsize=8192)(day_text)
"""A date as `Mon 2026-01-05`, cached: the patients of a cohort share their days."""


@lru_cache(maxsize=8192)
def day_words(when: dt.date) -> str:
    """Return a date as a patient reads it: `Monday 5 January 2026`."""
    weekday = WEEKDAY_WORDS[when.weekday()]
    return f"{weekday} {when.day} {MONTHS[when.month - 1]} {when.year}"


def span_words(first: dt.date, last: dt.date) -> str:
    """Return a first and a last day in words; the year once if it is the same."""
    said = day_words(first)
    if first.year == last.year:
        said = said.removesuffix(f" {first.year}")
    return f"{said} to {day_words(last)}"


def in_words(text: str) -> str:
    """Return a text in which each date is in words, as on the patient's sheet."""
    return _ISO.sub(
        lambda found: day_words(dt.date.fromisoformat(found[0][-10:])), text
    )


def dialled(phone: str) -> str:
    """Return what is dialled for a phone number: `+442079460000` for +44 (0)20 7946 …

    After a country's code the (0) of a number is left out.
    """
    if phone.startswith("+"):
        phone = phone.replace("(0)", "")
    return _NOT_DIALLED.sub("", phone)


@lru_cache(maxsize=1024)
def unbroken(text: str) -> str:
    """Return plain text as HTML; no date, dose, country or number with unit wraps."""
    return _WHOLE.sub(r'<span class="whole">\g<0></span>', escape(text))


def is_long(text: str) -> bool:
    """Return whether a text in the header takes the whole width."""
    return len(text) > _SHORT


def sort_facts(facts: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Put the short facts of the header first, so that they fill rows."""
    return sorted(facts, key=lambda fact: is_long(fact[1]))


def days_said(days: Sequence[dt.date]) -> str:
    """Return days in words: each of up to three, else their number, first and last.

    `days` are in order and there is at least one.
    """
    if len(days) <= 3:
        return ", ".join(day(each) for each in days)
    return f"{len(days)} in all, {day(days[0])} to {day(days[-1])}"


def support_said(claim: Caution | Rule) -> str:
    """Return how well a caution or rule is supported, and the keys of its sources."""
    return f"{strength_text(claim.strength)}: {', '.join(claim.sources)}"


def sources_said(
    sources: Mapping[str, Source], *, coded: bool
) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return each source's title and date, after its key if `coded`, and its places."""
    return [
        (f"{key}: " * coded + source.dated, source.places)
        for key, source in sources.items()
    ]
