"""The words for an event: its title, what to do, and why on this date."""

from __future__ import annotations

from datetime import timedelta

from b12sched.dates import day_text
from b12sched.events import Event, Kind, Phase, Plan, Status
from b12sched.regimen import HOMOCYSTEINE_TARGET, Renal

EXAMINED = "paraesthesia, proprioception, vibration sense, gait and motor strength"


def title(plan: Plan, event: Event) -> str:
    """What an event is, in one line without commas (calendars show them badly)."""
    if event.kind is Kind.DOSE:
        what = f"{plan.case.drug} {plan.case.regimen.dose}"
        return f"{str(event.phase).capitalize()} dose {event.number}: {what}"
    if event.kind is Kind.REVIEW:
        decide = " and decision on loading" * _decides(plan, event)
        return f"Neurological examination {event.number}{decide}"
    if event.kind is Kind.LAB:
        return f"Labs at {event.number} months: serum B12 + CBC + homocysteine"
    return f"Assessment of recovery at {event.number} months"


def what_to_do(plan: Plan, event: Event) -> str:
    """What is done at an event, in a sentence or two."""
    if event.kind is Kind.DOSE:
        give = f"Inject {plan.case.drug} {plan.case.regimen.dose}."
        return give + " Take the blood sample first." * _same_day(plan, event, Kind.LAB)
    if event.kind is Kind.REVIEW:
        examine = f"Examine {EXAMINED}."
        if not _decides(plan, event):
            return examine
        return (
            f"{examine} Decide: still improving, go on loading; no further "
            "improvement, record the plateau."
        )
    if event.kind is Kind.LAB:
        said = "Serum B12, CBC and homocysteine."
        if plan.case.renal_status is Renal.NORMAL:
            said += f" Homocysteine target {HOMOCYSTEINE_TARGET}."
        return said + " Sample before the dose." * _same_day(plan, event, Kind.DOSE)
    return "Judge recovery: complete, partial or poor."


def why(plan: Plan, event: Event) -> str:
    """Why an event is on its date: the rule's reckoning, then what moved it."""
    return f"{_due_reason(plan, event)}{_moved_reason(plan, event)}"


def summary(plan: Plan) -> list[tuple[str, str]]:
    """The plan at a glance: labels and texts, in the order of reading."""
    case, regimen, maintenance = plan.case, plan.case.regimen, plan.maintenance
    lines = [
        ("Regimen", f"{regimen.name} ({regimen.title})"),
        ("Drug", f"{case.drug} {regimen.dose}"),
        ("Renal status", _renal_text(plan)),
    ]
    if course := plan.loading:
        doses = f"{course.doses} dose{'s' * (course.doses != 1)}"
        lines.append(
            (
                "Loading",
                f"{regimen.loading.rhythm}: {doses}, {day_text(course.first)} to "
                f"{day_text(course.last)}",
            )
        )
    else:
        lines.append(("Last dose", day_text(plan.start)))
    if plan.plateau:
        lines.append(
            ("Plateau", f"{day_text(plan.plateau.date)} ({plan.plateau.basis})")
        )
    first = f", first {day_text(maintenance.first)}" if maintenance.first else ""
    lines += [
        (
            "Maintenance",
            f"every {maintenance.interval.step} for life{first} (counted from "
            f"{maintenance.anchor}, policy {maintenance.policy})",
        ),
        ("Next dose", f"{day_text(plan.next.date)}" if plan.next else "none planned"),
        ("Ampoules", f"{plan.ampoules} to {day_text(plan.until)}"),
    ]
    return lines


def _renal_text(plan: Plan) -> str:
    case = plan.case
    if case.egfr is None:
        return str(case.renal_status)
    return f"{case.renal_status} (eGFR {case.egfr:g} mL/min/1.73 m²)"


def _decides(plan: Plan, event: Event) -> bool:
    return event.kind is Kind.REVIEW and event.number == plan.decision


def _same_day(plan: Plan, event: Event, kind: Kind) -> bool:
    return any(e.kind is kind and e.date == event.date for e in plan.events)


def _due_reason(plan: Plan, event: Event) -> str:
    if event.phase is Phase.LOADING:
        return _loading_reason(plan, event)
    if event.phase is Phase.MAINTENANCE:
        return _maintenance_reason(event)
    if event.kind is Kind.REVIEW:
        return f"week {event.number} of loading"
    return f"{event.number} months after dose 1"


def _loading_reason(plan: Plan, event: Event) -> str:
    if event.number == 1:
        return "first dose"
    loading = plan.case.regimen.loading
    previous = plan.course[event.number - 2]
    days = (event.due - previous.date).days
    if loading.offsets and event.due == plan.start + timedelta(
        loading.offsets[event.number - 1]
    ):
        return f"day {(event.due - plan.start).days + 1} of the course"
    return f"{days} day{'s' * (days != 1)} after {previous.id}"


def _maintenance_reason(event: Event) -> str:
    if event.elapsed is None:
        return "step-up to monthly"
    return f"{event.elapsed} after the dose of {event.anchor}"


def _moved_reason(plan: Plan, event: Event) -> str:
    """What made the date differ from due: a fact, as of, a closed day, a visit."""
    if event.status is Status.GIVEN:
        if event.date == event.due:
            return "; given"
        return f"; due {day_text(event.due)}, given {_apart(event)}"
    if event.date == event.due:
        return ""
    due = f"; due {day_text(event.due)}, "
    if event.kind is Kind.REVIEW:
        return f"{due}moved to a dose's visit"
    if event.planned is not None and event.date != event.planned:
        return f"{due}not given by {plan.case.as_of}: {_apart(event)}"
    return f"{due}clinic {plan.clinic.why_closed(event.due)}: {_apart(event)}"


def _apart(event: Event) -> str:
    days = (event.date - event.due).days
    return (
        f"{abs(days)} day{'s' * (abs(days) != 1)} {'later' if days > 0 else 'earlier'}"
    )
