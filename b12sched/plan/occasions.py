"""The conditions of the cautions: when each holds for a plan.

Each function returns the text that replaces `{detail}` in its caution, or None if the
caution does not hold.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise

from b12sched.dates import counted, day_text
from b12sched.errors import for_shell
from b12sched.plan.clinic import Clinic
from b12sched.plan.events import Event, Phase, Plan, Status
from b12sched.plan.public_holidays import differences, holidays_name
from b12sched.plan.rhythm import every
from b12sched.regimen import INTERRUPTION_DAYS, Drug, Renal

# Up to Python 3.11 reading an enum member takes ten times as long as a constant.
_MAINTENANCE, _GIVEN, _NORMAL = Phase.MAINTENANCE, Status.GIVEN, Renal.NORMAL

_NAMED_PARTS = 5
_LATE_DAYS = 7
"""A first dose that comes more days than this after the start is a question."""


def _longest_step(plan: Plan, number: int) -> int:
    """Return the most days that the regimen has between a loading dose and the next."""
    fixed, part = plan.case.regimen.fixed, plan.case.open_part
    if fixed and (part is None or number <= len(fixed.offsets)):
        steps = [later - earlier for earlier, later in pairwise(fixed.offsets)]
        return max(steps, default=0)
    assert part is not None  # else all doses are of the fixed part
    return part.every


def interrupted(plan: Plan) -> str | None:
    """Name the breaks in loading, and before a recorded plateau.

    A break is 5 days longer than the longest step of that part of the regimen.
    """
    said = [
        f"{gap} days between {earlier.date} and {later.date}"
        for earlier, later in pairwise(plan.loading_doses)
        if (gap := (later.date - earlier.date).days)
        > _longest_step(plan, later.number) + INTERRUPTION_DAYS
    ]
    part = plan.case.open_part
    if part and plan.plateau and not plan.plateau.assumed:
        last = plan.loading_doses[-1].date
        gap = (plan.plateau.date - last).days
        if gap > part.every + INTERRUPTION_DAYS:
            said.append(f"{gap} days from the last dose, {last}, to the plateau")
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
    return f"{days} days" if days > _LATE_DAYS else None


_RHYTHM = {2: "alternate days", 1: "daily doses", 7: "weekly doses"}
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
            f"0 doses fewer than the regimen's {len(plan.loading_doses)}, "
            f"{counted(longer, 'day')} longer, {longest}"
        )
    waits = [dose for dose in waits if dose.number > len(offsets)]
    lost = _doses_lost(plan, part.every, longer, waits, plan.plateau.date)
    rhythm = _RHYTHM.get(part.every) or f"one {every(part.every)}"
    said = f"{counted(lost, 'dose')} fewer than {rhythm}"
    if longer:
        said += f", the first {len(offsets)} {counted(longer, 'day')} longer"
    said += f", {longest}"
    thin = _thin_weeks(plan, part.every, waits, cut) if part.every <= _OFTEN else 0
    if thin:
        said += (
            f". In {counted(thin, 'week')} fewer than three doses remain: "
            "arrange another site"
        )
    return said


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
    """Return the date of an assumed plateau, and the finding that loading waits for."""
    part = plan.case.open_part
    if part and plan.plateau and plan.plateau.assumed:
        return (
            f"{plan.plateau.date} is assumed and maintenance dates are provisional. "
            f"Loading goes on until {part.until}"
        )
    return None


def other_interval(plan: Plan) -> str | None:
    """Name an interval that the regimen's source does not support."""
    supported = plan.case.regimen.maintenance.supported
    interval = plan.case.maintenance_interval
    if interval in supported:
        return None
    return f"{interval} is not among those of {', '.join(supported)}"


def monthly(plan: Plan) -> str | None:
    """Say that hydroxocobalamin is monthly where its regimen does not have that."""
    case = plan.case
    often = case.maintenance_interval == "1m" or plan.maintenance.step_up is not None
    supported = "1m" in case.regimen.maintenance.supported
    return "" if often and not supported else None


def label_differs(plan: Plan) -> str | None:
    """Hold where a monthly dose could be taken for that of the US label, or is it."""
    case = plan.case
    if case.regimen.name == "cyanocobalamin":
        return ""
    interval = case.maintenance_interval
    often = interval in ("1m", "4w") or plan.maintenance.step_up is not None
    dose = case.regimen.maintenance.dose
    one_mg = (dose.value, dose.unit) == (1, "mg")
    return "" if often and one_mg and case.drug is Drug.HYDROXOCOBALAMIN else None


def regimen_source(plan: Plan) -> str | None:
    """State what the regimen's source is, how sure, and what it leaves open."""
    regimen = plan.case.regimen
    rule = regimen.rule(regimen.loading_rule)
    named = "; ".join(regimen.source(key).dated for key in rule.sources)
    return f"{regimen.name} ({', '.join(rule.strength)}): {named}. {rule.note}".rstrip()


def renal(plan: Plan) -> str | None:
    """Return a renal status that is not normal."""
    status = plan.case.renal_status
    return None if status is _NORMAL else str(status)


def step_up_early(plan: Plan) -> str | None:
    """Return the date of a step-up that is not after loading."""
    step_up = plan.maintenance.step_up
    end = plan.loading_doses[-1].date if plan.loading_doses else plan.start
    return str(step_up) if step_up and step_up <= end else None
