"""The public holidays of a country or a part of it, from the `holidays` library."""

from __future__ import annotations

import warnings
from datetime import date

from b12sched.errors import InputError, shown, unknown_name


class PublicHolidays:
    """The public holidays of a country or a part of it, year by year.

    The library knows many countries for a range of years only, and some holidays of a
    year in that range (those of a lunar calendar) not at all: then it warns.
    """

    __slots__ = ("_country", "_part", "_unknown", "_years")

    def __init__(self, country: str, part: str | None) -> None:
        self._country = country
        self._part = part
        self._years: dict[int, frozenset[date]] = {}
        self._unknown: set[int] = set()

    def __contains__(self, day: object) -> bool:
        return isinstance(day, date) and day in self._of(day.year)

    def knows(self, year: int) -> bool:
        """Whether the library knows all holidays of a year."""
        self._of(year)
        return year not in self._unknown

    def _of(self, year: int) -> frozenset[date]:
        if year not in self._years:
            import holidays

            with warnings.catch_warnings(record=True) as doubts:
                warnings.simplefilter("always")
                found = holidays.country_holidays(
                    self._country, subdiv=self._part, years=year
                )
            if doubts or not found.start_year <= year <= found.end_year:
                self._unknown.add(year)
            self._years[year] = frozenset(found)
        return self._years[year]


def public_holidays(code: str) -> PublicHolidays:
    """The public holidays of a code: `GB-ENG`, `US`, `AU-NSW`.

    Raises InputError for a code that is not known, with how one is written.
    """
    import holidays

    countries = holidays.list_supported_countries(include_aliases=False)
    country, _, part = code.upper().partition("-")
    if country not in countries:
        # Two letters are near to dozens of others, and there are 250.
        raise InputError(
            f"{shown(code)} is not a known holiday code",
            "write a country's two letters (ISO 3166), with a part of it if need be: "
            "GB, GB-ENG, US, AU-NSW",
            field="holidays",
            value=code,
        )
    if not part:
        return PublicHolidays(country, None)
    if part in countries[country]:
        return PublicHolidays(country, part)
    known = [country, *(f"{country}-{name}" for name in countries[country])]
    raise unknown_name("holiday code", code, known, field="holidays")
