"""The days that a list is about, and the rows of a cohort worked out to their end."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

from b12sched.cohort.row import Row, RowError, read_case, row_error
from b12sched.dates import add_months
from b12sched.errors import B12SchedError, InputError
from b12sched.plan.build import MOST_MONTHS, build
from b12sched.plan.case import Case, check_not_future
from b12sched.plan.clinic import EARLY_DAYS, SEARCH_DAYS, Clinic
from b12sched.plan.events import Plan

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
                "name the earlier day first",
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


@dataclass(frozen=True, slots=True, kw_only=True)
class AsOf:
    """From which day on a list takes a dose that was not given to be overdue.

    `day` is in the place of every row's own as of, but never before what is known of
    the patient; None leaves each row its own. With `if_overdue` it is only for a
    patient of whom a dose is overdue `today`: a list for days to come invents none.
    """

    today: dt.date
    day: dt.date | None
    if_overdue: bool = False

    @classmethod
    def from_first(cls, first: dt.date, today: dt.date) -> AsOf:
        """Return the default of a list that begins on the day `first`."""
        return cls(today=today, day=first, if_overdue=first > today)

    def check(self, case: Case) -> None:
        """Raise InputError for a fact that is after today, and after a later `day`."""
        stated = None if self.if_overdue else self.day
        check_not_future(case, self.today, case.as_of or stated)

    def plan(self, case: Case, clinic: Clinic, through: dt.date | None) -> Plan:
        """Return the plan of a case as of this day, worked out to `through`.

        Raises InputError as `case_through` and `build` do.
        """
        day = self.day
        if day is None or self.if_overdue:
            plan = build(case_through(case, through), clinic)
            following = plan.next
            if day is None or following is None or following.date >= self.today:
                return plan
            if not following.days_overdue(self.today):
                day = self.today  # its day is past, but it is not overdue yet
        as_of = max([day, *_known(case)])
        return build(case_through(replace(case, as_of=as_of), through), clinic)


def _known(case: Case) -> list[dt.date]:
    """Return the days of all that is known of a patient."""
    days = [case.last_dose, case.plateau, case.given_through, case.as_of]
    return [*case.given, *(day for day in days if day is not None)]


def planned(
    rows: Iterable[Row | RowError],
    clinic: Clinic,
    defaults: Mapping[str, str],
    as_of: AsOf,
    *,
    through: dt.date | None = None,
) -> Iterator[Planned | RowError]:
    """The plan of each row worked out at least to the day `through`, or a row error.

    One at a time and in order, the horizon of the row or of `defaults` notwithstanding.
    """
    for row in rows:
        if isinstance(row, RowError):
            yield row
            continue
        try:
            case = read_case(row.values, defaults)
            as_of.check(case)
            plan = as_of.plan(case, clinic, through)
        except B12SchedError as error:
            yield row_error(row, error)
        else:
            yield Planned(row.number, plan)


def case_through(case: Case, through: dt.date | None) -> Case:
    """A case whose plan holds whatever a clinic may do up to the day `through`.

    A dose is done up to a week before it is due (BACK), so that what is done on the
    last day may be due a week later. And a horizon must reach to the first dose, or the
    row would be an error although it only starts after the window; while it is not
    given, that dose waits for an open day from the start and from as of, so the horizon
    reaches over that search. Raises InputError if the start is too long ago for a plan.
    """
    days = [case.origin + _FIRST_DOSE, *case.given[:1]]
    if through is not None:
        days.append(through + _EARLY)
    if case.as_of is not None:
        days.append(case.as_of + _FIRST_DOSE)
    until = max(days)
    if until > add_months(case.origin, MOST_MONTHS):
        name = "start" if case.start else "last_dose"
        raise InputError(
            f"{case.origin} is more than {MOST_MONTHS} months before {until}",
            "check the date, or state the last injection as last_dose"
            if case.start
            else "check the date: it is that of the last injection",
            field=name,
            value=str(case.origin),
        )
    return replace(case, months=None, until=until)
