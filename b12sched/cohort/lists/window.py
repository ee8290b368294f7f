"""The days of a list, and plans of a cohort's rows that reach to the last of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

from b12sched.cohort.row import Carried, Row, RowError, read_case, recorded, row_error
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
    def of_week(cls, day: dt.date) -> Window:
        """Return the week of a day, from Monday to Sunday."""
        first = monday(day)
        return cls(first=first, last=first + dt.timedelta(6))

    @classmethod
    def of_months(cls, first: dt.date, months: int) -> Window:
        """Return `months` months from `first`, to the day before that day of month."""
        return cls(first=first, last=add_months(first, months) - _ONE_DAY)


def monday(day: dt.date) -> dt.date:
    """Return the Monday of a day's week."""
    return day - dt.timedelta(day.weekday())


class Planned(NamedTuple):
    """The plan of a row or of a plan file.

    `row` is the number of the row, None for a plan file. `carried` holds the cells that
    a list shows as they are, each with its header; `earlier` the plans of the courses
    before this one, which only a plan file knows.
    """

    row: int | None
    plan: Plan
    carried: Carried = ()
    earlier: tuple[Plan, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AsOf:
    """The day as of which a list counts a dose that was not given as overdue.

    `day` replaces every row's own as of, but is never before the latest fact about the
    patient; None leaves each row its own. With `if_overdue` it applies only to patients
    with a dose overdue `today`, so that a list for days to come invents no overdue one.
    """

    today: dt.date
    day: dt.date | None
    if_overdue: bool = False

    @classmethod
    def from_first(cls, first: dt.date, today: dt.date) -> AsOf:
        """Return the default of a list that begins on the day `first`."""
        return cls(today=today, day=first, if_overdue=first > today)

    def check(self, case: Case, own: dt.date | None) -> None:
        """Raise InputError for a fact after today, and after a later stated as of.

        `own` is the as of that the row states.
        """
        stated = None if self.if_overdue else self.day
        check_not_future(case, self.today, own or stated)

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
    defaults: Mapping[str, object],
    as_of: AsOf,
    *,
    through: dt.date | None = None,
) -> Iterator[Planned | RowError]:
    """Yield the plan of each row, worked out at least to `through`, or a row error.

    One at a time and in order; the horizon of the row or of `defaults` is not used.
    """
    for row in rows:
        if isinstance(row, RowError):
            yield row
            continue
        try:
            stated = read_case(row.texts, defaults)
            case = recorded(row, stated, clinic)
            as_of.check(case, stated.as_of)
            plan = as_of.plan(case, clinic, through)
        except B12SchedError as error:
            yield row_error(row, error)
        else:
            yield Planned(row.number, plan, row.carried)


def case_through(case: Case, through: dt.date | None) -> Case:
    """Return a case whose plan holds all that a clinic may do up to the day `through`.

    A dose is done up to a week before it is due (BACK), so a dose done on the last day
    may be due a week later. The horizon must also reach to the first dose, or a row
    that only starts after the window would be an error. A first dose not given waits
    for an open day from the start and from as of, so the horizon covers that search.
    Raises InputError if the start is too long ago for a plan.
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
