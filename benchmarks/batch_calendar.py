"""How fast a cohort becomes calendars against icalendar's objects, in one run.

Every patient is another one, on another day: a row is read, its plan built, its
calendar made. The other maker does the same with an object for each event and property,
as `tests/helpers/ics_reference.py` has it, whose bytes b12sched writes. icalendar has
to be installed. Run: python benchmarks/batch_calendar.py
"""

from __future__ import annotations

import datetime as dt
import sys
import time
from collections.abc import Callable, Iterator
from itertools import count, islice
from pathlib import Path
from statistics import median

from b12sched import Case, Clinic, Plan, build
from b12sched.ics import CalendarStyle, write_calendar

LEAST = 40
ROUNDS, PATIENTS = 40, 40
FIRST_DAY = dt.date(2026, 1, 1)
STAMP = dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC)
STYLES: dict[str, dict[str, str]] = {
    "open": {},
    "discreet": {"discreet": "yes"},
    "timed": {"time": "09:00", "timezone": "Europe/London"},
}

Row = dict[str, str]
Maker = Callable[[Plan, CalendarStyle, dt.datetime], bytes]


def cohort() -> Iterator[Row]:
    """Patients without end, starting on the days of a year in no order."""
    for number in count():
        start = FIRST_DAY + dt.timedelta(number * 37 % 365)
        yield {
            "patient": f"P-{number:06}",
            "start": start.isoformat(),
            "neuro": "yes",
            "renal": "normal",
            "months": "12",
        }


def calendar(row: Row, clinic: Clinic, make: Maker, style: CalendarStyle) -> bytes:
    """One patient's calendar, all the way from the row."""
    return make(build(Case.parse(row), clinic), style, STAMP)


def seconds(
    rows: list[Row], clinic: Clinic, make: Maker, style: CalendarStyle
) -> float:
    """The time for a patient."""
    begin = time.perf_counter()
    for row in rows:
        calendar(row, clinic, make, style)
    return (time.perf_counter() - begin) / len(rows)


def compare(style: CalendarStyle, reference: Maker) -> tuple[float, float]:
    """Our seconds for a patient, and how many times ours icalendar's are.

    They take turns, and of all turns the median counts: in each icalendar makes one
    calendar, which takes about as long as our forty, so that both meet the same.
    """
    clinic, patients = Clinic(), cohort()
    first = next(patients)
    written = calendar(first, clinic, write_calendar, style)
    if written != calendar(first, clinic, reference, style):
        sys.exit("the calendars are not the same")
    ours, times = [], []
    for _ in range(ROUNDS):
        many, one = list(islice(patients, PATIENTS)), list(islice(patients, 1))
        ours.append(seconds(many, clinic, write_calendar, style))
        times.append(seconds(one, clinic, reference, style) / ours[-1])
    return median(ours), median(times)


def main() -> None:
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests/helpers"))
    from ics_reference import reference

    slow = []
    for name, options in STYLES.items():
        ours, ratio = compare(CalendarStyle.parse(options), reference)
        print(f"{name:8} {1 / ours:5.0f} patients a second", end=", ")
        print(f"of those with icalendar {ratio:5.1f}  (at least {LEAST})")
        if ratio < LEAST:
            slow.append(name)
    if slow:
        sys.exit(f"under {LEAST} times: {', '.join(slow)}")


if __name__ == "__main__":
    main()
