"""The forecast of a clinic's work: visits per day, and ampoules to order.

It holds only counts for each day of the window, whatever the size of the cohort. The
counts of parts of a cohort add up to those of the whole.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from b12sched.cohort.lists.window import Window, monday
from b12sched.dates import add_months
from b12sched.errors import InputError
from b12sched.plan.events import Kind, Plan, Status
from b12sched.regimen import Dose

BUSIEST = 5
"""The number of busiest days in a forecast."""

_DOSE = Kind.DOSE
_GIVEN, _PROVISIONAL = Status.GIVEN, Status.PROVISIONAL


class Workload(NamedTuple):
    """The visits, doses and provisional doses planned on a day, or in a week or month.

    A patient who has several things done on a day comes once. One dose is one ampoule.
    """

    date: dt.date
    visits: int
    doses: int
    provisional: int


Product = tuple[str, str]
"""What is ordered: a drug, and the dose and route of one ampoule (`1 mg IM`)."""


class Supply(NamedTuple):
    """The ampoules of one drug and dose that a month needs; `month` is its first day.

    They must be there `by` the first clinic day that uses one. `provisional` is how
    many of them rest on a plateau that is not recorded.
    """

    month: dt.date
    drug: str
    dose: str
    by: dt.date
    ampoules: int
    provisional: int


@dataclass(slots=True)
class Counts:
    """The running counts for some patients.

    `ampoules` are counted by day, product, and whether they are provisional.
    """

    patients: int = 0
    visits: Counter[dt.date] = field(default_factory=Counter)
    ampoules: Counter[tuple[dt.date, Product, bool]] = field(default_factory=Counter)

    def add(self, plan: Plan, window: Window) -> None:
        """Count the events of one plan in the window; a given dose is no work."""
        self.patients += 1
        days = set()
        dose: Dose | None = None
        for event in plan.events:
            if event.status is _GIVEN or event.date not in window:
                continue
            days.add(event.date)
            if event.kind is _DOSE:
                if event.dose is not dose:
                    dose = event.dose
                    product = (str(plan.case.drug), str(dose))
                provisional = event.status is _PROVISIONAL
                self.ampoules[event.date, product, provisional] += 1
        self.visits.update(days)

    def update(self, more: Counts) -> None:
        """Add the counts of other patients."""
        self.patients += more.patients
        self.visits.update(more.visits)
        self.ampoules.update(more.ampoules)


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """Visits and doses in a window, for all patients together.

    `patients` are those who have a plan. `days` are those with a visit; `weeks` and
    `months` all that the window touches, each dated its first day; all in order.
    `supplies` are what to order, by the day by which it must be there. `busiest` are
    the days with the most visits, the earlier first of equal ones; `over_capacity`
    those with more than `capacity`.
    """

    window: Window
    patients: int
    days: tuple[Workload, ...]
    weeks: tuple[Workload, ...]
    months: tuple[Workload, ...]
    supplies: tuple[Supply, ...]
    busiest: tuple[Workload, ...]
    capacity: int | None
    over_capacity: tuple[Workload, ...]

    @property
    def total(self) -> Workload:
        """Return the sums over the whole window."""
        return _sum(self.window.first, self.days)


def count(plans: Iterable[Plan], window: Window) -> Counts:
    """Return the counts for plans, which must reach to the window's end (`planned`)."""
    counts = Counts()
    for plan in plans:
        counts.add(plan, window)
    return counts


def forecast(counts: Counts, window: Window, capacity: int | None = None) -> Forecast:
    """Return the forecast from the counts.

    `capacity` is the number of visits that a day of the clinic has room for. Raises
    InputError if it is below 0.
    """
    if capacity is not None and capacity < 0:
        raise InputError(
            f"{capacity} is below 0",
            "state the number of visits that a day has room for",
            field="capacity",
            value=str(capacity),
        )
    doses: Counter[dt.date] = Counter()
    provisional: Counter[dt.date] = Counter()
    for (day, _, unsure), number in counts.ampoules.items():
        doses[day] += number
        provisional[day] += number * unsure
    days = tuple(
        Workload(day, counts.visits[day], doses[day], provisional[day])
        for day in sorted(counts.visits)
    )
    over = (day for day in days if capacity is not None and day.visits > capacity)
    return Forecast(
        window=window,
        patients=counts.patients,
        days=days,
        weeks=tuple(_periods(days, window, monday, _week_on)),
        months=tuple(_periods(days, window, _first_of_month, _month_on)),
        supplies=tuple(_supplies(counts)),
        busiest=tuple(sorted(days, key=lambda day: (-day.visits, day.date))[:BUSIEST]),
        capacity=capacity,
        over_capacity=tuple(over),
    )


def _first_of_month(day: dt.date) -> dt.date:
    return day.replace(day=1)


def _month_on(day: dt.date) -> dt.date:
    return add_months(day, 1)


def _week_on(day: dt.date) -> dt.date:
    return day + dt.timedelta(7)


def _periods(
    days: Iterable[Workload],
    window: Window,
    first_of: Callable[[dt.date], dt.date],
    following: Callable[[dt.date], dt.date],
) -> Iterator[Workload]:
    """Yield the weeks or months of the window, those without a visit too."""
    found: dict[dt.date, list[Workload]] = {}
    first = first_of(window.first)
    while first <= window.last:
        found[first] = []
        first = following(first)
    for day in days:
        found[first_of(day.date)].append(day)
    return (_sum(first, inside) for first, inside in found.items())


def _supplies(counts: Counts) -> list[Supply]:
    """Return what each month needs of each product, and the first day of use."""
    found: dict[tuple[dt.date, Product], Supply] = {}
    for (day, product, unsure), number in counts.ampoules.items():
        month = _first_of_month(day)
        old = found.get((month, product), Supply(month, *product, day, 0, 0))
        found[month, product] = old._replace(
            by=min(old.by, day),
            ampoules=old.ampoules + number,
            provisional=old.provisional + number * unsure,
        )
    return sorted(
        found.values(), key=lambda supply: (supply.by, supply.drug, supply.dose)
    )


def _sum(first: dt.date, days: Sequence[Workload]) -> Workload:
    """Return all that is planned on some days, which begin with `first`."""
    return Workload(
        first,
        sum(day.visits for day in days),
        sum(day.doses for day in days),
        sum(day.provisional for day in days),
    )
