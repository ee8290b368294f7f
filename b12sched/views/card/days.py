"""The days of the patient's sheet: one by one, and long runs of them by month.

A run has all its days, so that each can be ticked; what it says of their rhythm is said
only where it holds for every day.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise
from operator import attrgetter, itemgetter

from b12sched.dates import WEEKDAYS
from b12sched.plan.events import Event, Kind, Phase, Plan, Status
from b12sched.views.card.text import WEEKDAY_WORDS, day_words, span_words
from b12sched.views.screen.grid import MONTHS

_DOSE, _REVIEW = Kind.DOSE, Kind.REVIEW
_GIVEN, _PROVISIONAL = Status.GIVEN, Status.PROVISIONAL

_DOSES_OF_A_RUN = 8
_REVIEWS_OF_A_RUN = 4
_CLOSE = 14
"""Doses that are more days apart than this are not of one run."""

_EARLY = {
    1: "potassium",
    7: "blood count",
    56: "blood count",
}
"""What an early blood test looks for, by its days after the first injection."""


def days_of(plan: Plan) -> list[dict[str, object]]:
    """Return the lines of the list, by their first day, as values for the template.

    A line is a day, or a run: then `months` has the name of each month, and of its days
    `Mon 5` and whether that injection was given.
    """
    runs = [*_runs(plan)]
    folded = {event.id for run in runs for event in run}
    rest = [event for event in plan.events if event.id not in folded]
    lines = [(run[0].date, _run(run)) for run in runs]
    for when, found in groupby(rest, key=attrgetter("date")):
        lines.append((when, _day(plan, [*found])))
    return [line for _, line in sorted(lines, key=itemgetter(0))]


def _day(plan: Plan, events: Sequence[Event]) -> dict[str, object]:
    what = ", ".join(dict.fromkeys(_what(plan, each) for each in events))
    # The last event of a day is a dose if there is one.
    last = events[-1]
    return {
        "when": day_words(last.date),
        "what": what[0].upper() + what[1:],
        "given": last.status is _GIVEN,
        "provisional": last.status is _PROVISIONAL,
        "months": (),
    }


def _runs(plan: Plan) -> Iterator[list[Event]]:
    """Yield the doses of a phase that are many and close, then the examinations."""
    streams: dict[tuple[Phase | None, bool], list[Event]] = {}
    for dose in plan.doses:
        sort = dose.phase, dose.status is _PROVISIONAL
        streams.setdefault(sort, []).append(dose)
    for doses in streams.values():
        run = doses[:1]
        for earlier, later in pairwise(doses):
            if (later.date - earlier.date).days > _CLOSE:
                if len(run) >= _DOSES_OF_A_RUN:
                    yield run
                run = []
            run.append(later)
        if len(run) >= _DOSES_OF_A_RUN:
            yield run
    reviews = [event for event in plan.events if event.kind is _REVIEW]
    if len(reviews) >= _REVIEWS_OF_A_RUN:
        yield reviews


def _run(run: Sequence[Event]) -> dict[str, object]:
    dates = [event.date for event in run]
    first = run[0]
    what = "examinations"
    if first.kind is _DOSE:
        long_term = "long-term " * (first.phase is not Phase.LOADING)
        what = f"{long_term}injections"
    months = [
        (
            f"{MONTHS[month - 1]} {year}",
            [
                (f"{WEEKDAYS[e.date.weekday()]} {e.date.day}", e.status is _GIVEN)
                for e in found
            ],
        )
        for (year, month), found in groupby(
            run, key=lambda event: (event.date.year, event.date.month)
        )
    ]
    return {
        "when": f"{_rhythm(dates)}, from {span_words(dates[0], dates[-1])}",
        "what": f"{len(run)} {what}",
        "given": False,
        "provisional": first.status is _PROVISIONAL,
        "months": months,
    }


def _rhythm(dates: Sequence[dt.date]) -> str:
    """Return how often the days of a run come, in words that hold for each of them."""
    gaps = {(later - earlier).days for earlier, later in pairwise(dates)}
    if gaps == {1}:
        return "every day"
    if gaps == {2}:
        return "every second day"
    first, last = dates[0], dates[-1]
    if gaps == {_CLOSE}:
        return f"every second {WEEKDAY_WORDS[first.weekday()]}"
    weekdays = sorted({each.weekday() for each in dates})
    whole = [
        each
        for number in range((last - first).days + 1)
        if (each := first + dt.timedelta(number)).weekday() in weekdays
    ]
    if whole != [*dates]:
        return "on the days below"
    *others, final = [WEEKDAY_WORDS[each] for each in weekdays]
    return f"every {', '.join(others)} and {final}" if others else f"every {final}"


def _what(plan: Plan, event: Event) -> str:
    if event.kind is _DOSE:
        phase = "" if event.phase is Phase.LOADING else "long-term "
        return f"{phase}injection {event.number}"
    if event.kind is Kind.LAB:
        before = " before the injection" * (event.date in plan.sampled)
        early = f" ({_EARLY[event.number]})" if event.early else ""
        shut = not plan.clinic.is_open(event.date)
        where = " (the clinic is closed that day: ask where to go)" * shut
        return f"blood test{before}{early}{where}"
    return "examination" if event.kind is _REVIEW else "check of your recovery"
