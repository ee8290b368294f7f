"""The rhythm of a treatment in words, that of loading also as orders state it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from b12sched.dates import counted, day_text
from b12sched.plan.events import Plan
from b12sched.regimen import Dose, Interval, OpenPart, Regimen

_TIMES = {2: "twice", 3: "three times", 4: "four times", 5: "five times"}
_NUMBERS = (
    *("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"),
    "ten",
)


class Frequency(NamedTuple):
    """`frequency` doses per `period` (up to `period_max`) of `d`, `wk` or `mo`.

    `rhythm` says that in words, `words` also the dose and the end. `doses`: their total
    number; if None, until a finding. `dose`: what is injected.
    """

    words: str
    rhythm: str
    frequency: int
    period: int
    unit: str
    period_max: int | None = None
    doses: int | None = None
    dose: Dose | None = None


def loading_words(regimen: Regimen) -> str:
    """Return the rhythm of loading in words, with each dose that is another."""
    return ", ".join(each.words for each in frequencies(regimen))


# Cached: the patients of a cohort share a few regimens.
@lru_cache(maxsize=64)
def frequencies(regimen: Regimen) -> tuple[Frequency, ...]:
    """Return the successive rhythms of a loading course."""
    found: list[Frequency] = []
    if regimen.fixed:
        dose = regimen.fixed.dose
        found += (each._replace(dose=dose) for each in _fixed(regimen.fixed.offsets))
    if regimen.open:
        found.append(_open(regimen.open, regimen.dose))
    return tuple(
        each._replace(words=f"{'then ' * (at > 0)}{each.words}")
        for at, each in enumerate(found)
    )


def _open(part: OpenPart, first: Dose) -> Frequency:
    other = f"{part.dose} ".replace(" IM ", " ") * (part.dose != first)
    rhythm = every(part.every)
    words = f"{other}{rhythm} until {part.until}"
    weeks, rest = divmod(part.every, 7)
    period, unit = (part.every, "d") if rest else (weeks, "wk")
    return Frequency(words, rhythm, 1, period, unit, dose=part.dose)


def every(days: int) -> str:
    """Return how often a dose is given, in words: `on alternate days`, `weekly`."""
    named = {1: "daily", 2: "on alternate days", 7: "weekly"}
    weeks, rest = divmod(days, 7)
    return named.get(days) or (f"every {days} days" if rest else f"every {weeks} weeks")


def _fixed(offsets: tuple[int, ...]) -> Iterator[Frequency]:
    """Yield the rhythms of doses on stated days: in the week, else by their gaps."""
    weekly = _per_week(offsets)
    if weekly:
        weeks, rest = divmod(len(offsets), weekly)
        whole = _NUMBERS[weeks] if weeks < len(_NUMBERS) else str(weeks)
        span = f"{len(offsets)} doses" if rest else f"{whole} weeks"
        rhythm = f"{_TIMES[weekly]} a week"
        words = f"{rhythm} for {span}"
        yield Frequency(words, rhythm, weekly, 1, "wk", doses=len(offsets))
        return
    runs = _runs([later - earlier for earlier, later in pairwise(offsets)])
    if not runs:
        yield Frequency("one dose", "once", 1, 1, "d", doses=1)
    for at, (low, high, gaps) in enumerate(runs):
        doses = gaps + (at == 0)
        said = every(low) if low == high else f"every {low} to {high} days"
        if doses == 1:
            said = f"after {counted(low, 'day')}"
        weeks, rest = divmod(low, 7)
        by_week = low == high and not rest
        yield Frequency(
            f"{said} for {counted(doses, 'dose')}",
            said,
            1,
            weeks if by_week else low,
            "wk" if by_week else "d",
            high if high > low else None,
            doses,
        )


def _per_week(offsets: tuple[int, ...]) -> int | None:
    """Return how many doses a week holds if each week repeats the first, on some days.

    None if the weeks differ, if the doses are evenly spaced, or for a single week.
    """
    first = sum(offset < 7 for offset in offsets)
    repeats = all(
        later == earlier + 7
        for earlier, later in zip(offsets, offsets[first:], strict=False)
    )
    even = len({later - earlier for earlier, later in pairwise(offsets)}) == 1
    return (
        first
        if first in _TIMES and first < len(offsets) and repeats and not even
        else None
    )


def _runs(gaps: list[int]) -> list[tuple[int, int, int]]:
    """Return runs of gaps: the least and the most days, and how many there are.

    A run is of one length, or goes to and fro between two that differ by a day.
    """
    runs: list[tuple[int, int, int]] = []
    for gap in gaps:
        if runs:
            low, high, count = runs[-1]
            wider = min(low, gap), max(high, gap)
            if low <= gap <= high or (count == 1 and wider[1] - wider[0] == 1):
                runs[-1] = (*wider, count + 1)
                continue
        runs.append((gap, gap, 1))
    return runs


def maintenance_text(plan: Plan) -> str:
    """Return how often maintenance is given, from when, and what it counts from."""
    maintenance = plan.maintenance
    first = f", first {day_text(maintenance.first)}" if maintenance.first else ""
    if plan.case.ended is not None and not first:
        return "none: treatment ended before it"
    basis = " (provisional)" if plan.provisional else ""
    return (
        f"{how_often(plan)}{first}{basis}; counted from "
        f"{day_text(maintenance.anchor)}, policy {maintenance.policy}"
    )


def how_often(plan: Plan) -> str:
    """Return how often maintenance is given, with the date of a step-up."""
    maintenance = plan.maintenance
    now, step_up = interval_text(maintenance.interval), maintenance.step_up
    if plan.case.ended is not None:
        end = f" until {day_text(plan.case.ended)}"
    else:
        end = ", no end date"
    if step_up is None or (plan.case.ended and step_up > plan.case.ended):
        return f"{now}{end}"
    from_then = (
        f"{interval_text(maintenance.interval.monthly)} from {day_text(step_up)}"
    )
    if maintenance.interval == maintenance.interval.monthly:
        return f"{from_then}{end}"
    return f"{now}, then {from_then}{end}"


def interval_text(interval: Interval) -> str:
    """Return an interval in words: `every 2 months`."""
    return f"every {str(interval.step).removeprefix('1 ')}"
