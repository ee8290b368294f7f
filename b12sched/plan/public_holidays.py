"""The public holidays of a country or a part of it, from the `holidays` library."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Mapping
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from b12sched.errors import InputError, shown, unknown_name

if TYPE_CHECKING:
    from holidays import HolidayBase

_PUBLIC = ("public",)
_WITH_CATHOLIC = ("public", "catholic")
"""The categories with holidays of mainly Catholic towns only."""

_WORD = "[A-Z]+(?![a-z])|[A-Z][a-z]+"
_SMALL_WORDS = frozenset(("And", "Of", "The"))


def known_code(code: str) -> str:
    """Return a code as the library spells it: `GB-ENG`, `US`, `DE-Augsburg`.

    Raises InputError for an unknown code, and says how one is written.
    """
    countries = _countries()
    country, _, part = code.partition("-")
    country = country.upper()
    if country not in countries:
        # No suggestion: each of the 250 two-letter codes is near to dozens.
        raise InputError(
            f"{shown(code)} is not a known holiday code",
            "write a country's two letters (ISO 3166), with a part of it if need be: "
            "GB, GB-ENG, US, AU-NSW",
            field="holidays",
            value=code,
        )
    if not part:
        return country
    for each in countries[country]:
        if each.casefold() == part.casefold():
            return _code(country, each)
    known = [country, *(_code(country, each) for each in countries[country])]
    raise unknown_name("holiday code", code, known, field="holidays")


# Cached: the plans of a cohort share the years of a few clinics.
@lru_cache(maxsize=4096)
def holidays_in(code: str, year: int) -> Mapping[date, str]:
    """Return the public holidays of a year, each with its name in English."""
    return _year(*_parted(code), year).names


def knows(code: str, year: int) -> bool:
    """Return whether the library knows all holidays of a year.

    It knows many countries for a range of years only. Of a year in that range it may
    lack some holidays (those of a lunar calendar): then it warns.
    """
    return _year(*_parted(code), year).complete


@lru_cache(maxsize=1024)
def holidays_name(code: str) -> str:
    """Return the name in words for a code, with the code: `England (GB-ENG)`."""
    from holidays.registry import COUNTRIES

    country, part = _parted(code)
    if part:
        aliases = _library(country).subdivisions_aliases.items()
        names = [name for name, known in aliases if known == part]
        # Some aliases are older codes.
        name = next((name for name in names if not name.isupper()), part)
    else:
        # The registry lists a class, then its codes: `BosniaAndHerzegovina`, `BA`.
        joined = next(names[0] for names in COUNTRIES.values() if names[1] == country)
        words = re.findall(_WORD, joined)
        name = " ".join(
            word.lower() if word in _SMALL_WORDS else word for word in words
        )
    return f"{name} ({code})"


def codes_that_begin(text: str) -> Iterator[tuple[str, str]]:
    """Yield codes with their names: countries, and the parts of one that is whole."""
    country = text.partition("-")[0].upper()
    for each, parts in sorted(_countries().items()):
        if not each.startswith(country):
            continue
        for part in [None, *parts] if each == country else [None]:
            code = _code(each, part)
            yield code, holidays_name(code).removesuffix(f" ({code})")


def library_version() -> str:
    """Return the version of the library, with the years that it knows."""
    from importlib.metadata import version

    from holidays import HolidayBase

    years = f"{HolidayBase.start_year} to {HolidayBase.end_year}"
    return f"{version('holidays')} (years {years}, for some countries fewer)"


class _Year(NamedTuple):
    """The public holidays of a year by name, and whether the library knows them all."""

    names: dict[date, str]
    complete: bool


@lru_cache(maxsize=4096)
def _year(
    country: str, part: str | None, year: int, categories: tuple[str, ...] = _PUBLIC
) -> _Year:
    with warnings.catch_warnings(record=True) as doubts:
        warnings.simplefilter("always")
        found = _library(country, part, year, categories)
    known = found.start_year <= year <= found.end_year
    return _Year(dict(sorted(found.items())), known and not doubts)


def _library(
    country: str,
    part: str | None = None,
    year: int | None = None,
    categories: tuple[str, ...] = _PUBLIC,
) -> HolidayBase:
    """Return the library's holidays of a year, with English names."""
    import holidays

    return holidays.country_holidays(
        country, subdiv=part, years=year, categories=categories, language="en_US"
    )


@lru_cache(maxsize=1)
def _countries() -> dict[str, list[str]]:
    import holidays

    return holidays.list_supported_countries(include_aliases=False)


def _parted(code: str) -> tuple[str, str | None]:
    country, _, part = code.partition("-")
    return country, part or None


def _code(country: str, part: str | None) -> str:
    return country if part is None else f"{country}-{part}"


@lru_cache(maxsize=1024)
def differences(
    code: str, first_year: int, last_year: int
) -> tuple[Mapping[str, str | None], Mapping[date, str]]:
    """Return the parts whose public holidays differ in some years from those of a code.

    The first value maps the name of a part to its code, None if it has none. The second
    maps the dates that are holidays only there to their names in English.
    """
    country, part = _parted(code)

    def names(
        part: str | None, categories: tuple[str, ...] = _PUBLIC
    ) -> dict[date, str]:
        found: dict[date, str] = {}
        for year in range(first_year, last_year + 1):
            found |= _year(country, part, year, categories).names
        return found

    whole = names(part)
    parts: dict[str, str | None] = {}
    days: dict[date, str] = {}
    for each in _countries()[country] if part is None else _towns(country, part):
        own = names(each)
        if own.keys() != whole.keys():
            code = _code(country, each)
            parts[holidays_name(code)] = code
            days |= own
    if part and "catholic" in _library(country).supported_categories:
        own = names(part, _WITH_CATHOLIC)
        if own.keys() != whole.keys():
            parts["mainly Catholic towns"] = None
            days |= own
    return parts, {day: name for day, name in days.items() if day not in whole}


def _towns(country: str, part: str) -> Iterator[str]:
    """Yield the towns of a part: the library adds the part's holidays to theirs."""
    from unicodedata import normalize

    populate = "_populate_subdiv_{}_public_holidays"
    for each in _countries()[country]:
        # The library has names for towns, and codes for parts.
        plain = normalize("NFKD", each.lower()).encode("ascii", "ignore").decode()
        name = populate.format(plain.replace(" ", "_"))
        method = getattr(_library(country), name, None)
        called = method.__code__.co_names if method and each != each.upper() else ()
        if populate.format(part.lower()) in called:
            yield each
