"""The conditions of the cautions: when each holds for a plan.

Each function returns the text that replaces `{detail}` in its caution, or None if the
caution does not hold.
"""

from __future__ import annotations

from itertools import pairwise

from b12sched.dates import counted, day_text
from b12sched.errors import for_shell
from b12sched.plan.case import Anaemia
from b12sched.plan.events import Event, Phase, Plan, Status
from b12sched.plan.public_holidays import differences, holidays_name
from b12sched.plan.refusals import KIDNEYS
from b12sched.regimen import INTERRUPTION_DAYS, Drug, Renal
from b12sched.rules import Rule, strength_text

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
        if (gap := (later.date - earlier.date).days) > INTERRUPTION_DAYS
        and gap > _longest_step(plan, later.number) + INTERRUPTION_DAYS
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


def doses_close(plan: Plan) -> str | None:
    """Name the given doses that are closer together than the regimen asks.

    In loading that is less than the least number of days, in maintenance no more than
    half the interval.
    """
    said: list[str] = []
    if not plan.case.given and plan.case.given_through is None:
        return None
    for earlier, later in pairwise(plan.loading_doses):
        days = (later.date - earlier.date).days
        if later.status is _GIVEN and days < _least_days(plan, later.number):
            said.append(_close(later, days))
    before = None if plan.loading_doses else plan.start
    for dose in plan.doses:
        if dose.phase is not _MAINTENANCE or dose.status is not _GIVEN:
            continue
        if before and dose.date != dose.planned:
            days = (dose.date - before).days
            interval = plan.case.maintenance_interval
            if dose.rule == "MAINT-MONTHLY":
                interval = interval.monthly
            if 2 * days <= (interval.step.after(before) - before).days:
                said.append(_close(dose, days))
        before = dose.date
    return "; ".join(said) or None


def _least_days(plan: Plan, number: int) -> int:
    """Return the fewest days between a loading dose and the one before it."""
    fixed, part = plan.case.regimen.fixed, plan.case.open_part
    if fixed and (part is None or number <= len(fixed.offsets)):
        return fixed.least[min(number, len(fixed.least)) - 1]
    assert part is not None  # else all doses are of the fixed part
    return part.every


def _close(dose: Event, days: int) -> str:
    apart = counted(days, "day")
    return f"{dose.id} on {day_text(dose.date)}, {apart} after the one before"


def worked_out(plan: Plan) -> str | None:
    """Name the doses that a row's given through stands for, if it stands for any."""
    through, given = plan.case.given_through, plan.case.given
    if not plan.of_row or through is None:
        return None
    if all(d.date in given for d in plan.doses if d.status is _GIVEN):
        return None
    after = f"after {day_text(given[-1])} " if given else ""
    return f"The doses {after}up to {day_text(through)}"


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
    """Name an interval that the regimen's source lacks, and those that it supports."""
    supported = plan.case.regimen.maintenance.supported
    interval = plan.case.maintenance_interval
    if interval in supported:
        return None
    named = ", ".join(supported)
    return f"{interval} is not among those that the regimen's source supports ({named})"


def monthly(plan: Plan) -> str | None:
    """Hold where maintenance is monthly and the regimen has no month."""
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


def regimen_rule(plan: Plan) -> Rule:
    """Return the regimen's rule that a plan rests on: for loading, if it has any."""
    regimen = plan.case.regimen
    loads = bool(plan.loading_doses) or regimen.local
    return regimen.rule(regimen.loading_rule if loads else "MAINT", plan.case.drug)


def regimen_source(plan: Plan) -> str | None:
    """State what the regimen's source is, how sure, and what it leaves open."""
    regimen = plan.case.regimen
    rule = regimen_rule(plan)
    named = "; ".join(regimen.source(key).cited for key in rule.sources)
    support = strength_text(rule.strength)
    return f"{regimen.name} ({support}): {named}. {rule.note}".rstrip()


def renal(plan: Plan) -> str | None:
    """Return a renal status that is not normal."""
    status = plan.case.renal_status
    return None if status is _NORMAL else str(status)


def plain_renal(plan: Plan) -> str | None:
    """Return the kidneys' state in the patient's words.

    None with cyanocobalamin: that the prescriber decided on it says the same.
    """
    if plan.case.drug is Drug.CYANOCOBALAMIN:
        return None
    said = KIDNEYS[plan.case.renal_status]
    return f"{said[0].upper()}{said[1:]}."


def plain_anaemia(plan: Plan) -> str | None:
    """Return whom potassium concerns in the patient's words; None if not this one."""
    stated = plan.case.anaemia
    if stated is None:
        return "If your anaemia is severe,"
    return "As your anaemia is severe," if stated is Anaemia.SEVERE else None


def plain_dose(plan: Plan) -> str:
    """Return what each long-term injection of this patient holds."""
    return f"{plan.case.regimen.maintenance.dose.amount} of {plan.case.drug}"


def step_up_early(plan: Plan) -> str | None:
    """Return the date of a step-up that is not after loading."""
    step_up = plan.maintenance.step_up
    end = plan.loading_doses[-1].date if plan.loading_doses else plan.start
    return str(step_up) if step_up and step_up <= end else None
