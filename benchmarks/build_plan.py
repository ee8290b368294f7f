"""How long building a plan in memory takes against adding days to a date, in one run.

Run: python benchmarks/build_plan.py
"""

from __future__ import annotations

import datetime as dt
import timeit
from collections.abc import Callable

from b12sched import Case, Clinic, build

ROW = {"start": "2026-01-05", "neuro": "yes", "renal": "normal"}


ROUNDS = 40


def seconds(*jobs: Callable[[], object]) -> list[float]:
    """The least seconds for each job; they take turns, so that all meet the same."""
    best = [float("inf")] * len(jobs)
    for _ in range(ROUNDS):
        for at, job in enumerate(jobs):
            best[at] = min(best[at], timeit.timeit(job, number=100) / 100)
    return best


def adding(times: int) -> Callable[[], object]:
    """A loop of bare additions of two days to a date."""
    step = dt.timedelta(days=2)

    def add() -> None:
        day = dt.date(2026, 1, 5)
        for _ in range(times):
            day = day + step

    return add


def main() -> None:
    clinic = Clinic()
    one, ten = (Case.parse({**ROW, "months": months}) for months in ("12", "120"))
    events, more = (len(build(case, clinic).events) for case in (one, ten))
    year, decade, additions = seconds(
        lambda: build(one, clinic), lambda: build(ten, clinic), adding(events)
    )
    ratio, per_event = year / additions, (decade / more) / (year / events)
    print(f"12 months, {events} events: {year * 1e6:.0f} µs")
    print(f"of as many bare date additions {ratio:5.1f}  (at most 40)")
    print(f"ten years, {more} events: an event takes {per_event:.2f} of one year's")
    print(f"ten years, of one year {decade / year:5.2f}  (at most 10)")


if __name__ == "__main__":
    main()
