"""What the clinic's record card says: every event, with room for what was done."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from itertools import zip_longest
from typing import NamedTuple

from b12sched.plan.cautions import Severity
from b12sched.plan.events import Event, Kind, Phase, Plan, Status
from b12sched.plan.wording import EXAMINED, summary, support, title, what_to_do, why
from b12sched.regimen import RULES
from b12sched.views.card.glance import (
    Sign,
    Span,
    last_day,
    legend,
    marked_days,
    months,
    months_left_out,
    strip,
)
from b12sched.views.card.text import Fact, amount, day, facts_of, sources_said
from b12sched.views.screen.table import MARKS

# Up to Python 3.11 a member costs ten times a constant each time it is named.
_LOADING = Phase.LOADING
_GIVEN, _PROVISIONAL = Status.GIVEN, Status.PROVISIONAL
_LANES = {
    Status.GIVEN: "Given",
    Status.PLANNED: "Planned",
    Status.PROVISIONAL: "Provisional",
    Kind.REVIEW: "Examination",
    Kind.LAB: "Labs",
    Kind.ASSESSMENT: "Assessment",
}
_SIGNS = {
    sort: Sign(MARKS[sort].letter, lane, MARKS[sort].name)
    for sort, lane in _LANES.items()
}
_SEVERITY = {Severity.WARNING: "Warning", Severity.INFO: "To know"}


class DoseRow(NamedTuple):
    """A dose in the record; `moved` says why its date is not the due date."""

    what: str
    note: str
    due: str
    date: str
    moved: str
    given: str
    next_due: str
    next_note: str


class CheckRow(NamedTuple):
    """A review, labs or an assessment; `task` says what is done."""

    what: str
    due: str
    date: str
    moved: str
    task: str
    decides: bool


class CautionRow(NamedTuple):
    """A caution: its severity in words, its text, its code and what supports it."""

    severity: str
    text: str
    code: str
    support: str


def clinic_page(plan: Plan, clinic_name: str | None) -> dict[str, object]:
    """The values of `card_clinic.html`."""
    rules, found, cited = support(plan)
    marked = marked_days(plan, _SIGNS)
    last = last_day(plan)
    checks = {
        kind: [_check(plan, event) for event in plan.events if event.kind is kind]
        for kind in (Kind.REVIEW, Kind.LAB, Kind.ASSESSMENT)
    }
    return {
        "clinic_name": clinic_name,
        "patient": plan.case.patient,
        "injection": f"{plan.case.drug} {plan.case.regimen.dose}",
        "facts": _facts(plan),
        "warnings": sum(caution.severity is Severity.WARNING for caution in found),
        "strip": strip(plan.start, last, _spans(plan, last), marked),
        "months": months(marked, plan.clinic),
        "months_left_out": months_left_out(marked),
        "legend": legend(marked, plan.clinic),
        "until": day(plan.until),
        "doses": _dose_rows(plan),
        "examined": [part.capitalize() for part in _EXAMINED],
        "reviews": checks[Kind.REVIEW],
        "labs": checks[Kind.LAB],
        "assessments": checks[Kind.ASSESSMENT],
        "cautions": [
            CautionRow(
                _SEVERITY[caution.severity],
                caution.text,
                caution.code,
                _support(caution.strength, caution.sources),
            )
            for caution in found
        ],
        "rules": [
            (
                name,
                RULES[name].title,
                _support(RULES[name].strength, RULES[name].sources),
            )
            for name in rules
        ],
        "sources": sources_said(cited, coded=True),
    }


_EXAMINED = EXAMINED.replace(" and ", ", ").split(", ")


def _support(strength: Sequence[str], sources: Sequence[str]) -> str:
    return f"{', '.join(strength)}: {', '.join(sources)}"


def _facts(plan: Plan) -> list[Fact]:
    """The summary, with drug, dose and route each by its name, and the start."""
    dose, following = plan.case.regimen.dose, plan.next
    facts = [("Next dose", day(following.date) if following else "none planned")]
    for label, text in summary(plan):
        if label == "Drug":
            facts += [
                ("Drug", str(plan.case.drug)),
                ("Dose", amount(dose)),
                ("Route", f"intramuscular ({dose.route})"),
            ]
            if plan.loading_doses:
                facts.append(("Start", day(plan.start)))
        elif label != "Next dose":
            facts.append(("Clinic days" if label == "Clinic" else label, text))
    return facts_of(facts)


def _spans(plan: Plan, last: dt.date) -> list[Span]:
    """Loading, the plateau and maintenance, as far as they are within the horizon."""
    spans = []
    end = plan.start
    if course := plan.loading:
        end = course.last
        spans.append(Span("Loading", course.first, end))
    if plan.plateau and plan.plateau.date <= last:
        when, basis = plan.plateau
        spans.append(Span("Plateau", when, when, basis, not plan.plateau.assumed))
    if end < last:
        word = "provisional" * plan.provisional
        spans.append(Span("Maintenance", end, last, word, not plan.provisional))
    return spans


def _dose_rows(plan: Plan) -> list[DoseRow]:
    doses = list(plan.doses)
    following = plan.next
    return [
        DoseRow(
            f"{'Loading' if dose.phase is _LOADING else 'Maintenance'} {dose.number}",
            _note(dose, following),
            day(dose.due),
            day(dose.date),
            _moved(plan, dose),
            day(dose.date) if dose.status is _GIVEN else "",
            *_next_due(plan, dose, after),
        )
        for dose, after in zip_longest(doses, doses[1:])
    ]


def _note(dose: Event, following: Event | None) -> str:
    """How sure a dose is, and whether it is the next; nothing if merely planned."""
    if dose.status is _GIVEN:
        return "given"
    if dose.status is _PROVISIONAL:
        return "provisional"
    return "next dose" * (dose is following)


def _next_due(plan: Plan, dose: Event, after: Event | None) -> tuple[str, str]:
    """Return when the dose after this one is due, also after the last of the plan."""
    if dose.phase is _LOADING and dose.number < len(plan.loading_doses):
        after = plan.loading_doses[dose.number]
    if after is None:
        return day(plan.maintenance.following), "provisional" * plan.provisional
    return day(after.due), "provisional" * (after.status is _PROVISIONAL)


def _moved(plan: Plan, event: Event) -> str:
    """What why says of the move alone: both days stand beside it."""
    if event.date == event.due:
        return ""
    reason = why(plan, event).rpartition(", ")[2]
    return reason.partition(":")[0].removeprefix("clinic ")


def _name(plan: Plan, event: Event) -> str:
    if event.kind is Kind.REVIEW:
        return f"Examination {event.number}"
    return title(plan, event).partition(":")[0]


def _check(plan: Plan, event: Event) -> CheckRow:
    return CheckRow(
        _name(plan, event),
        day(event.due),
        day(event.date),
        _moved(plan, event),
        what_to_do(plan, event),
        event.kind is Kind.REVIEW and event.number == plan.decision,
    )
