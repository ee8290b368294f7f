"""How closed days stretch loading: the gaps, and the doses and days that they cost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta

from b12sched.dates import counted
from b12sched.plan.clinic import Clinic
from b12sched.plan.events import Event, Plan
from b12sched.plan.rhythm import every

_OFTEN = 2
"""Only an open part as dense as this has three doses a week."""


def gap(plan: Plan) -> str | None:
    """Describe the loading gaps that closed days cause, and the doses they cost."""
    if plan.clinic.always_open:
        return None
    waits = [
        dose
        for dose in plan.loading_doses[1:]
        if dose.date > dose.due and _wait(plan.clinic, dose)
    ]
    cut = _cut_short(plan)
    if not waits and not cut:
        return None
    gaps = [cut, *(_gap_before(plan, dose) for dose in waits)]
    longest = f"longest gap {max(gaps)} days"
    offsets = plan.case.regimen.fixed.offsets if plan.case.regimen.fixed else ()
    longer = _days_longer(plan, offsets, waits)
    part = plan.case.open_part
    if part is None or plan.plateau is None:
        return (
            f"the regimen's {counted(len(plan.loading_doses), 'dose')} take "
            f"{_longer(longer)}, {longest}"
        )
    waits = [dose for dose in waits if dose.number > len(offsets)]
    lost = _doses_lost(plan, part.every, longer, waits, plan.plateau.date)
    fewer = counted(lost, "dose") if lost else "no dose"
    said = f"{fewer} fewer than if given {every(part.every)}"
    if longer:
        said += f", the first {len(offsets)} doses take {_longer(longer)}"
    said += f", {longest}"
    thin = _thin_weeks(plan, part.every, waits, cut) if part.every <= _OFTEN else 0
    if thin:
        said += (
            f". In {counted(thin, 'week')} fewer than three doses remain: "
            "arrange another site"
        )
    return said


def _longer(days: int) -> str:
    return f"{counted(days, 'day')} longer" if days else "no longer"


def _days_longer(plan: Plan, offsets: Sequence[int], waits: list[Event]) -> int:
    """Return how many days longer closed days make the fixed part than the regimen's.

    It is the delay of the last dose, but no more than the days of waiting.
    """
    if not offsets:
        return 0
    last = plan.loading_doses[len(offsets) - 1]
    delay = (last.date - plan.start).days - offsets[-1]
    waited = sum(_wait(plan.clinic, d) for d in waits if d.number <= last.number)
    return max(0, min(waited, delay))


def _wait(clinic: Clinic, dose: Event) -> int:
    """Return the days for which a late loading dose waited for an open day."""
    planned = dose.planned or clinic.forward(dose.due)
    return (dose.date - dose.due).days if dose.date == planned else 0


def _gap_before(plan: Plan, dose: Event) -> int:
    return (dose.date - plan.loading_doses[dose.number - 2].date).days


def _doses_lost(
    plan: Plan, spacing: int, longer: int, waits: list[Event], plateau: date
) -> int:
    """Return how many more doses the same time would hold on open days.

    Each day of waiting delays all later doses. The days between the last dose and the
    plateau count as well, unless something else than a closed day ended loading.
    """
    last = plan.loading_doses[-1].date
    following = plan.clinic.forward(last + timedelta(spacing))
    ended_by_plateau = following is None or following > plateau
    rest = (plateau - last).days if ended_by_plateau else 0
    waited = sum(_wait(plan.clinic, dose) for dose in waits)
    return (longer + waited + rest) // spacing


def _cut_short(plan: Plan) -> int:
    """Return the gap in days from the last loading dose to an assumed plateau, or 0.

    Only closed days make them longer than the regimen's: every dose that is due by an
    assumed plateau is planned, on the first open day.
    """
    part = plan.case.open_part
    if part is None or plan.plateau is None or not plan.plateau.assumed:
        return 0
    last = plan.loading_doses[-1].date
    days = (plan.plateau.date - last).days
    return days if days > part.every else 0


def _thin_weeks(plan: Plan, spacing: int, waits: list[Event], cut: int) -> int:
    """Return the number of weeks in which closed days leave fewer than three doses."""
    weeks = Counter((dose.date - plan.start).days // 7 for dose in plan.loading_doses)
    last = plan.loading_doses[-1].date
    closed = [(dose.due, dose.date) for dose in waits]
    end = last
    if cut:
        end += timedelta(cut + 1)
        closed.append((last + timedelta(spacing), end))
    whole = (end - plan.start).days // 7
    touched = {
        (first - plan.start + timedelta(day)).days // 7
        for first, after in closed
        for day in range((after - first).days)
    }
    return sum(week < whole and weeks[week] < 3 for week in touched)
