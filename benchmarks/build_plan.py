"""How long building a plan in memory takes against adding days to a date, in one run.

Run: python benchmarks/build_plan.py
"""

from __future__ import annotations

import datetime as dt
import timeit

from b12sched import Case, Clinic, build

ROW = {"start": "2026-01-05", "neuro": "yes", "renal": "normal"}


def seconds_to_build(months: int) -> tuple[float, int]:
    """The least seconds for one plan, and the number of its events."""
    case, clinic = Case.parse({**ROW, "months": str(months)}), Clinic()
    events = len(build(case, clinic).events)
    best = min(timeit.repeat(lambda: build(case, clinic), number=200, repeat=15))
    return best / 200, events


def seconds_to_add(times: int) -> float:
    """The least seconds for as many bare additions of two days to a date."""
    step = dt.timedelta(days=2)

    def add() -> None:
        day = dt.date(2026, 1, 5)
        for _ in range(times):
            day = day + step

    return min(timeit.repeat(add, number=2000, repeat=15)) / 2000


def main() -> None:
    year, events = seconds_to_build(12)
    ratio = year / seconds_to_add(events)
    print(f"12 months, {events} events: {year * 1e6:.0f} µs")
    print(f"of as many bare date additions {ratio:5.1f}  (at most 40)")
    decade, more = seconds_to_build(120)
    per_event = (decade / more) / (year / events)
    print(
        f"ten years, {more} events, time an event, of that of one year {per_event:.2f}"
    )
    print(f"ten years, of one year {decade / year:5.2f}  (at most 10)")


if __name__ == "__main__":
    main()
