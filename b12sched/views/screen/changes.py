"""What a revision changed: the fields, the next dose, the dates that moved."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

from b12sched.dates import counted, day_text
from b12sched.errors import printable
from b12sched.plan.clinic import Clinic
from b12sched.plan.courses import days_late, earlier_text, next_dose
from b12sched.plan.events import Phase, Plan, Status, parted_id
from b12sched.plan.plan_file import Saved, SavedEvent, days_in
from b12sched.plan.revise import Move, moves

_DAYS = ("given", "closed")
_DOSES = tuple(Phase)


def change_lines(before: Saved, after: Saved, plan: Plan) -> Iterator[str]:
    """Yield what a revision changed: fields, the next dose, then each date that moved.

    Dates that moved alike are a range: `all one clinic day later`.
    """
    patient = plan.case.patient
    yield f"Revised{f': {printable(patient)}' if patient else ''}"
    restarted = plan.case.course != int(before.case.get("course", "1"))
    yield from _fields(before, after, skipped="given" if restarted else "")
    if restarted:
        yield from (f"  {earlier_text(course)}" for course in plan.earlier[:1])
    yield from _next(before, plan)
    moved = moves(before, plan)
    yield from _dates(moved, plan.clinic)
    yield from _others(moved)
    if not moved:
        yield "  No date moved."


def _fields(before: Saved, after: Saved, skipped: str) -> Iterator[str]:
    """Yield each field of case and clinic that changed: before -> after.

    In a new course the given dates are those of the course before: they are `skipped`.
    """
    old, new = before.case | before.clinic, after.case | after.clinic
    for name in dict.fromkeys((*old, *new)):
        was, now = old.get(name, ""), new.get(name, "")
        if was == now or name == skipped:
            continue
        label = name.replace("_", " ")
        if name in _DAYS:
            yield from _days(label, days_in(old, name), days_in(new, name))
        else:
            yield f"  {label}: {_value(was)} -> {_value(now)}"


def _days(label: str, was: set[dt.date], now: set[dt.date]) -> Iterator[str]:
    for what, days in (("added", now - was), ("taken back", was - now)):
        if days:
            yield f"  {label}, {what}: {', '.join(_ranges(sorted(days)))}"


def _ranges(days: Sequence[dt.date]) -> Iterator[str]:
    """Yield days in words; three or more that follow each other are one range."""
    runs: list[list[dt.date]] = []
    for day in days:
        if runs and day - runs[-1][-1] == dt.timedelta(1):
            runs[-1].append(day)
        else:
            runs.append([day])
    for run in runs:
        if len(run) > 2:  # two days are as short as a range
            yield _span(run)
        else:
            yield from map(day_text, run)


def _value(text: str) -> str:
    """Return a field's text as it is shown: a date with its weekday, empty as none."""
    try:
        return day_text(dt.date.fromisoformat(text))
    except ValueError:
        return printable(text) or "none"


def _next(before: Saved, plan: Plan) -> Iterator[str]:
    """Yield the next dose before and after; once where it stays."""
    doses = [
        (each.date, name)
        for name, each in before.events.items()
        if each.status != Status.GIVEN
        and parted_id(name)[1].startswith(_DOSES)
        and before.case.get("because") != "died"
    ]
    was = _dose(*min(doses)) if doses else "none"
    dose = next_dose(plan)
    now = _dose(dose.date, dose.id) if dose else "none"
    said = f"{was} -> {now}" if was != now else f"still {now}"
    late = days_late(plan, dose) if dose else 0
    yield f"  next dose: {said}" + f": OVERDUE {counted(late, 'day')}" * (late > 0)


def _dose(day: dt.date, name: str) -> str:
    return f"{day_text(day)} ({name})"


def _series(name: str) -> str:
    """Return what the events are counted in that have such a name: `loading`."""
    return name.rpartition("-")[0]


def _dates(moved: Sequence[Move], clinic: Clinic) -> Iterator[str]:
    """Yield the events whose date changed; those of one kind as one range."""
    series: dict[str, list[tuple[str, SavedEvent, SavedEvent]]] = {}
    for move in moved:
        if move.before and move.after and move.before.date != move.after.date:
            found = series.setdefault(_series(move.id), [])
            found.append((move.id, move.before, move.after))
    for rows in series.values():
        first, last = rows[0], rows[-1]
        if len(rows) == 1:
            name, was, now = first
            same = was.status == now.status
            status = "" if same else f", {was.status} -> {now.status}"
            yield f"  {name}: {day_text(was.date)} -> {day_text(now.date)}{status}"
            continue
        days = [(was.date, now.date) for _, was, now in rows]
        yield f"  {first[0]} to {last[0]} ({len(rows)}): {_by(days, clinic)}"
        yield f"    was {_span([was for was, _ in days])}"
        yield f"    now {_span([now for _, now in days])}"


def _span(days: Sequence[dt.date]) -> str:
    return f"{day_text(min(days))} to {day_text(max(days))}"


def _by(days: Sequence[tuple[dt.date, dt.date]], clinic: Clinic) -> str:
    """Return by how much dates moved: alike in days or in clinic days, or from to."""
    by_days = {(now - was).days for was, now in days}
    by_open = {_open_days(was, now, clinic) for was, now in days}
    for number, what in ((by_days, "day"), (by_open, "clinic day")):
        # A dose may have been given on a closed day, none of the clinic's away.
        if len(number) == 1 and 0 not in number:
            return f"all {_later(number.pop(), what)}"
    low, high = sorted((min(by_days), max(by_days)), key=abs)
    if low * high > 0:
        return f"{abs(low)} to {_later(high, 'day')}"
    return f"{_later(low, 'day')} to {_later(high, 'day')}"


def _later(number: int, what: str) -> str:
    many = "one" if abs(number) == 1 else str(abs(number))
    noun = counted(abs(number), what).partition(" ")[2]
    return f"{many} {noun} {'later' if number > 0 else 'earlier'}"


def _open_days(was: dt.date, now: dt.date, clinic: Clinic) -> int:
    """Return how many days of the clinic a date moved, below 0 if it is earlier.

    The day on which it is now counts, the day on which it was does not: that may be one
    on which the clinic is closed by now.
    """
    step = 1 if now > was else -1
    days = range(step, (now - was).days + step, step)
    return step * sum(clinic.is_open(was + dt.timedelta(day)) for day in days)


def _others(moved: Sequence[Move]) -> Iterator[str]:
    """Yield what is new, gone, or another status on the same date."""
    found: dict[str, list[str]] = {}
    for move in moved:
        before, after = move.before, move.after
        if before is None:
            found.setdefault("new in the plan", []).append(move.id)
        elif after is None:
            found.setdefault("no longer in the plan", []).append(move.id)
        elif before.date == after.date:
            change = f"{before.status} -> {after.status}"
            found.setdefault(change, []).append(move.id)
    for change, names in found.items():
        yield f"  {change}: {', '.join(_spans(names))}"


def _spans(names: Sequence[str]) -> Iterator[str]:
    """Yield names, those of one kind joined: `loading-1 to loading-9 (9)`."""
    kinds: dict[str, list[str]] = {}
    for name in names:
        kinds.setdefault(_series(name), []).append(name)
    for same in kinds.values():
        yield same[0] if len(same) == 1 else f"{same[0]} to {same[-1]} ({len(same)})"


def saved_lines(
    saved: Sequence[str], copy: str | None, older: Sequence[str]
) -> Iterator[str]:
    """Yield which files were saved, and which of the plan's are older than it now.

    `copy` is the file that holds the plan as it was, if anything changed.
    """
    as_it_was = f" (as it was: {printable(copy)})" if copy else ""
    yield f"Saved: {', '.join(map(printable, saved))}{as_it_was}"
    if older:
        named = ", ".join(map(printable, older))
        yield f"Older than the plan now: {named} (-o FILE writes one anew)"
