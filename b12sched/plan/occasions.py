"""The conditions of the cautions: when each holds for a plan.

Each function returns the text that replaces `{detail}` in its caution, or None if the
caution does not hold.
"""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from itertools import pairwise

from b12sched.dates import counted, day_text
from b12sched.errors import for_shell
from b12sched.plan.clinic import Clinic
from b12sched.plan.events import Event, Phase, Plan, Status
from b12sched.plan.public_holidays import differences, holidays_name
from b12sched.regimen import INTERRUPTION_DAYS, Renal

# Up to Python 3.11 reading an enum member takes ten times as long as a constant.
_MAINTENANCE, _GIVEN, _NORMAL = Phase.MAINTENANCE, Status.GIVEN, Renal.NORMAL

_NAMED_PARTS = 5


def interrupted(plan: Plan) -> str | None:
    """Name the breaks of more than a week in loading, and before a recorded plateau."""
    days = [dose.date for dose in plan.loading_doses]
    said = [
        f"{gap} days between {earlier} and {later}"
        for earlier, later in pairwise(days)
        if (gap := (later - earlier).days) > INTERRUPTION_DAYS
    ]
    if days and plan.plateau and not plan.plateau.assumed:
        gap = (plan.plateau.date - days[-1]).days
        if gap > INTERRUPTION_DAYS:
            said.append(f"{gap} days from the last dose, {days[-1]}, to the plateau")
    if not said:
        return None
    record = ". If maintenance had begun, record the plateau" * plan.provisional
    return f"{'; '.join(said)}. Clinical review; nothing is restarted by itself{record}"


def overdue(plan: Plan) -> str | None:
    """State for how many days the next dose is overdue: only that dose can be."""
    dose, as_of = plan.next, plan.case.as_of
    if as_of is None or dose is None:
        return None
    late = dose.days_overdue(as_of)
    if not late:
        return None
    return (
        f"The {dose.phase} dose due {day_text(dose.due)} was not given: on "
        f"{day_text(as_of)} it is {counted(late, 'day')} overdue"
    )


def late_closure(plan: Plan) -> str | None:
    """Name the maintenance doses that come late because a week is closed."""
    if plan.clinic.always_open:
        return None
    return (
        "; ".join(
            f"{dose.id}, due {dose.due}, on {dose.date}"
            for dose in plan.events
            if dose.phase is _MAINTENANCE and dose.due < dose.date == dose.planned
        )
        or None
    )


def first_dose_late(plan: Plan) -> str | None:
    """Count the days from the start to a first dose given more than a week late."""
    start = plan.case.start
    if start is None or plan.loading_doses[0].status is not _GIVEN:
        return None
    days = (plan.loading_doses[0].date - start).days
    return f"{days} days" if days > INTERRUPTION_DAYS else None


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
    if plan.plateau is None:
        waited = sum(_wait(plan.clinic, dose) for dose in waits)
        return (
            f"0 doses fewer than the regimen's {len(plan.loading_doses)}, "
            f"{counted(waited, 'day')} of waiting, {longest}"
        )
    lost = _doses_lost(plan, waits, plan.plateau.date)
    said = f"{counted(lost, 'dose')} fewer than alternate days, {longest}"
    if thin := _thin_weeks(plan, waits, cut):
        said += (
            f". In {counted(thin, 'week')} fewer than three doses remain: "
            "arrange another site"
        )
    return said


def _wait(clinic: Clinic, dose: Event) -> int:
    """Return the days for which a late loading dose waited for an open day."""
    planned = dose.planned or clinic.forward(dose.due)
    return (dose.date - dose.due).days if dose.date == planned else 0


def _gap_before(plan: Plan, dose: Event) -> int:
    return (dose.date - plan.loading_doses[dose.number - 2].date).days


def _doses_lost(plan: Plan, waits: list[Event], plateau: date) -> int:
    """Return how many more doses the same time would hold on open days.

    Each day of waiting delays all later doses. The days between the last dose and the
    plateau count as well, unless something else than a closed day ended loading.
    """
    spacing = plan.case.regimen.loading.spacing[0]
    last = plan.loading_doses[-1].date
    following = plan.clinic.forward(last + timedelta(spacing))
    ended_by_plateau = following is None or following > plateau
    rest = (plateau - last).days if ended_by_plateau else 0
    return (sum(_wait(plan.clinic, dose) for dose in waits) + rest) // spacing


def _cut_short(plan: Plan) -> int:
    """Return the gap in days from the last loading dose to an assumed plateau, or 0.

    Only closed days make them longer than the regimen's: every dose that is due by an
    assumed plateau is planned, on the first open day.
    """
    if plan.plateau is None or not plan.plateau.assumed:
        return 0
    last = plan.loading_doses[-1].date
    days = (plan.plateau.date - last).days
    return days if days > plan.case.regimen.loading.spacing[0] else 0


def _thin_weeks(plan: Plan, waits: list[Event], cut: int) -> int:
    """Return the number of weeks in which closed days leave fewer than three doses."""
    weeks = Counter((dose.date - plan.start).days // 7 for dose in plan.loading_doses)
    last = plan.loading_doses[-1].date
    closed = [(dose.due, dose.date) for dose in waits]
    end = last
    if cut:
        end += timedelta(cut + 1)
        closed.append((last + timedelta(plan.case.regimen.loading.spacing[0]), end))
    whole = (end - plan.start).days // 7
    touched = {
        (first - plan.start + timedelta(day)).days // 7
        for first, after in closed
        for day in range((after - first).days)
    }
    return sum(week < whole and weeks[week] < 3 for week in touched)


def holidays_by_part(plan: Plan) -> str | None:
    """Name the parts with public holidays of their own, and the option to state one."""
    clinic = plan.clinic
    if clinic.holidays is None:
        return None
    parts, days = differences(clinic.holidays, plan.start.year, plan.until.year)
    if not parts:
        return None
    first_code = next(iter(parts.values()))
    more = len(parts) - _NAMED_PARTS
    named = ", ".join([*parts][:_NAMED_PARTS]) + f" and {more} more" * (more > 0)
    said = f"{holidays_name(clinic.holidays)}: {named} have holidays of their own"
    cure = (
        "state the part that the clinic is in (for instance --holidays "
        f"{for_shell(first_code or '')})"
    )
    for day, name in days.items():
        if plan.start <= day <= plan.until and clinic.is_open(day):
            close = f"close such a day with --closed {day}"
            return (
                f"{said}. In this plan days such as {name}, {day_text(day)}, are open: "
                f"{f'{cure}, or {close}' if first_code else close}"
            )
    return f"{said}: {cure}" * bool(first_code) or None


def assumed_plateau(plan: Plan) -> str | None:
    """Return the date of an assumed plateau."""
    if plan.plateau and plan.plateau.assumed:
        return str(plan.plateau.date)
    return None


def renal(plan: Plan) -> str | None:
    """Return a renal status that is not normal."""
    status = plan.case.renal_status
    return None if status is _NORMAL else str(status)


def step_up_early(plan: Plan) -> str | None:
    """Return the date of a step-up that is not after loading."""
    step_up = plan.maintenance.step_up
    end = plan.loading_doses[-1].date if plan.loading_doses else plan.start
    return str(step_up) if step_up and step_up <= end else None
