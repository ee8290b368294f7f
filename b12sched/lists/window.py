"""The days that a list is about, and the rows of a cohort worked out to their end."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

from b12sched.case import Case
from b12sched.clinic import EARLY_DAYS, SEARCH_DAYS, Clinic
from b12sched.cohort.row import Row, RowError, read_case, row_error
from b12sched.dates import add_months
from b12sched.errors import B12SchedError, InputError
from b12sched.events import Plan
from b12sched.plan import MOST_MONTHS, build

_EARLY = dt.timedelta(EARLY_DAYS)
_FIRST_DOSE = dt.timedelta(SEARCH_DAYS + 1)
_ONE_DAY = dt.timedelta(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The days from `first` to `last`, both included.

    Raises InputError if `last` is before `first`.
    """

    first: dt.date
    last: dt.date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise InputError(
                f"{self.first} is after the last day, {self.last}",
                "give the earlier day first",
                field="from",
                value=str(self.first),
            )

    def __contains__(self, day: dt.date) -> bool:
        return self.first <= day <= self.last

    @classmethod
    def of_months(cls, first: dt.date, months: int) -> Window:
        """So many months from a day: up to the day before that day of the month."""
        return cls(first=first, last=add_months(first, months) - _ONE_DAY)


class Planned(NamedTuple):
    """The plan of a row, and the number of the row."""

    row: int
    plan: Plan


def planned(
    rows: Iterable[Row | RowError],
    clinic: Clinic,
    defaults: Mapping[str, str],
    *,
    through: dt.date | None = None,
    as_of: dt.date | None = None,
) -> Iterator[Planned | RowError]:
    """The plan of each row worked out at least to the day `through`, or a row error.

    One at a time and in order, the horizon of the row or of `defaults` notwithstanding;
    `as_of`, if it is given, replaces the row's own.
    """
    for row in rows:
        if isinstance(row, RowError):
            yield row
        else:
            yield planned_row(row, clinic, defaults, through=through, as_of=as_of)


def planned_row(
    row: Row,
    clinic: Clinic,
    defaults: Mapping[str, str],
    *,
    through: dt.date | None,
    as_of: dt.date | None,
) -> Planned | RowError:
    """One row of `planned`."""
    try:
        case = case_through(read_case(row.values, defaults), through, as_of)
        return Planned(row.number, build(case, clinic))
    except B12SchedError as error:
        return row_error(row, error)


def case_through(case: Case, through: dt.date | None, as_of: dt.date | None) -> Case:
    """A case whose plan holds whatever a clinic may do up to the day `through`.

    A dose is done up to a week before it is due (BACK), so that what is done on the
    last day may be due a week later. And a horizon must reach to the first dose, or the
    row would be an error although it only starts after the window; while it is not
    given, that dose waits for an open day from the start and from as of, so the horizon
    reaches over that search. Raises InputError if the start is too long ago for a plan.
    """
    as_of = as_of or case.as_of
    days = [case.origin + _FIRST_DOSE, *case.given[:1]]
    if through is not None:
        days.append(through + _EARLY)
    if as_of is not None:
        days.append(as_of + _FIRST_DOSE)
    until = max(days)
    if until > add_months(case.origin, MOST_MONTHS):
        name = "start" if case.start else "last_dose"
        raise InputError(
            f"{case.origin} is more than {MOST_MONTHS} months before {until}",
            "check the date, or give the last injection as last_dose"
            if case.start
            else "check the date: it is that of the last injection",
            field=name,
            value=str(case.origin),
        )
    return replace(case, as_of=as_of, months=None, until=until)
