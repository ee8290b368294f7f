"""The forecast of a clinic's work: visits per day, and ampoules per month.

It holds only counts, one for each day of the window, whatever the size of the cohort.
The counts of parts of a cohort add up to those of the whole.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from b12sched.cohort.lists.window import Window
from b12sched.errors import InputError
from b12sched.plan.events import Kind, Plan, Status

BUSIEST = 5
"""The number of busiest days in a forecast."""

_DOSE = Kind.DOSE
_GIVEN, _PROVISIONAL = Status.GIVEN, Status.PROVISIONAL


class Workload(NamedTuple):
    """The visits, doses and provisional doses planned on a day, or in a month.

    A patient who has several things done on a day comes once. One dose is one ampoule.
    """

    date: dt.date
    visits: int
    doses: int
    provisional: int


@dataclass(slots=True)
class Counts:
    """The running counts for some patients."""

    patients: int = 0
    visits: Counter[dt.date] = field(default_factory=Counter)
    doses: Counter[dt.date] = field(default_factory=Counter)
    provisional: Counter[dt.date] = field(default_factory=Counter)

    def add(self, plan: Plan, window: Window) -> None:
        """Count the events of one plan in the window; a given dose is no work."""
        self.patients += 1
        days = set()
        for event in plan.events:
            if event.status is _GIVEN or event.date not in window:
                continue
            days.add(event.date)
            if event.kind is _DOSE:
                self.doses[event.date] += 1
                self.provisional[event.date] += event.status is _PROVISIONAL
        self.visits.update(days)

    def update(self, more: Counts) -> None:
        """Add the counts of other patients."""
        self.patients += more.patients
        self.visits.update(more.visits)
        self.doses.update(more.doses)
        self.provisional.update(more.provisional)


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """Visits and doses in a window, for all patients together.

    `patients` are those who have a plan. `days` are those with a visit, `months` all
    that the window touches, each dated its first day; both in order. `busiest` are the
    days with the most visits, the earlier first of equal ones; `over_capacity` those
    with more than `capacity`.
    """

    window: Window
    patients: int
    days: tuple[Workload, ...]
    months: tuple[Workload, ...]
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
    days = tuple(
        Workload(day, counts.visits[day], counts.doses[day], counts.provisional[day])
        for day in sorted(counts.visits)
    )
    over = (day for day in days if capacity is not None and day.visits > capacity)
    return Forecast(
        window=window,
        patients=counts.patients,
        days=days,
        months=tuple(_months(days, window)),
        busiest=tuple(sorted(days, key=lambda day: (-day.visits, day.date))[:BUSIEST]),
        capacity=capacity,
        over_capacity=tuple(over),
    )


def _months(days: Iterable[Workload], window: Window) -> Iterator[Workload]:
    """Return the months of the window, those without a visit too."""
    found: dict[dt.date, list[Workload]] = {}
    month = window.first.replace(day=1)
    while month <= window.last:
        found[month] = []
        month = (month + dt.timedelta(31)).replace(day=1)
    for day in days:
        found[day.date.replace(day=1)].append(day)
    return (_sum(first, inside) for first, inside in found.items())


def _sum(first: dt.date, days: Sequence[Workload]) -> Workload:
    """Return all that is planned on some days, which begin with `first`."""
    return Workload(
        first,
        sum(day.visits for day in days),
        sum(day.doses for day in days),
        sum(day.provisional for day in days),
    )
