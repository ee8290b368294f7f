"""The course of treatment that a plan holds: where it ends, and those before it."""

from __future__ import annotations

from datetime import date

from b12sched.dates import counted, day_text
from b12sched.plan.events import EarlierCourse, Event, Plan


def heading(plan: Plan) -> str:
    """Return the title of a plan, which says so if treatment ended."""
    return "Vitamin B12 injection plan" + ", ended" * (plan.case.ended is not None)


def last_day(plan: Plan) -> date:
    """Return the last day of a plan: its horizon, or the day on which treatment ended.

    An event after the horizon extends it, and it is never before dose 1.
    """
    end = plan.until
    if plan.case.ended is not None:
        end = max(plan.start, min(end, plan.case.ended))
    return max([end, *(event.date for event in plan.events)])


def next_dose(plan: Plan) -> Event | None:
    """Return the dose that is to be given next: none for a patient who died."""
    return None if plan.over else plan.next


def days_late(plan: Plan, event: Event) -> int:
    """Return for how many days an event is overdue on the plan's as of (OVERDUE)."""
    as_of = plan.case.as_of
    return event.days_overdue(as_of) if as_of else 0


def in_maintenance(plan: Plan) -> bool:
    """Return whether the plan goes on to maintenance: treatment did not end before."""
    return plan.case.ended is None or plan.maintenance.first is not None


def loading_done(plan: Plan) -> bool:
    """Return whether the end of treatment left the loading course whole."""
    case, fixed = plan.case, plan.case.regimen.fixed
    if plan.maintenance.first is not None or case.ended is None:
        return True
    if case.open_part is not None:
        return case.plateau is not None and case.plateau <= case.ended
    return fixed is None or len(plan.loading_doses) == len(fixed.offsets)


def course_text(plan: Plan) -> str:
    """Return which course of treatment this is, and what the earlier ones were."""
    said = [f"{plan.case.course} of this patient's treatment"]
    said += [earlier_text(each) for each in plan.earlier]
    return "; ".join(said)


def earlier_text(course: EarlierCourse) -> str:
    """Return an earlier course of treatment in words."""
    said = f"course {course.number}: {course.drug}, {counted(course.doses, 'dose')}"
    days = [day_text(day) for day in dict.fromkeys((course.first, course.last)) if day]
    return f"{said} recorded" + f", {' to '.join(days)}" * bool(days)
