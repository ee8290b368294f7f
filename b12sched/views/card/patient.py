"""What the patient's card says: when to come, what to expect, when to call.

No codes, no names of rules, no keys of sources; of a caution its plain words.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from b12sched.plan.cautions import CardPart, Severity
from b12sched.plan.events import Event, Kind, Phase, Plan, Status
from b12sched.plan.wording import how_often, support
from b12sched.regimen import HOMOCYSTEINE_TARGET, Renal
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
from b12sched.views.card.text import (
    Fact,
    amount,
    day,
    days_said,
    facts_of,
    sources_said,
)

_SIGNS = {
    Status.GIVEN: Sign("G", "Given", "injection given"),
    Status.PLANNED: Sign("I", "Injections", "injection"),
    Status.PROVISIONAL: Sign("P", "Provisional", "provisional injection: may change"),
    Kind.REVIEW: Sign("E", "Examination", "examination"),
    Kind.LAB: Sign("B", "Blood test", "blood test"),
    Kind.ASSESSMENT: Sign("R", "Recovery", "check of your recovery"),
}
_ALWAYS_CALL = (
    "Call if you cannot come on one of these days, or missed an injection. After a "
    "missed one there is a single next one, never two at once.",
    "Call if your symptoms come back or are not under control. Your prescriber decides "
    "whether you need injections more often.",
)
_SEVERITY = {Severity.WARNING: "Important", Severity.INFO: "Good to know"}


class Visit(NamedTuple):
    """One day on which the patient comes; `note` says if it is given or provisional."""

    date: str
    what: str
    given: bool
    note: str


def patient_page(plan: Plan, clinic_name: str | None) -> dict[str, object]:
    """The values of `card_patient.html`."""
    _, found, cited = support(plan)
    marked = marked_days(plan, _SIGNS)
    last = last_day(plan)
    texts: defaultdict[CardPart, list[tuple[str, str]]] = defaultdict(list)
    for caution in found:
        texts[caution.part].append((_SEVERITY[caution.severity], caution.plain))
    return {
        "clinic_name": clinic_name,
        "patient": plan.case.patient,
        "facts": _facts(plan),
        "strip": strip(plan.start, last, _spans(plan, last), marked),
        "months": months(marked, plan.clinic),
        "months_left_out": months_left_out(marked),
        "legend": legend(marked, plan.clinic),
        "until": day(plan.until),
        "course": _course(plan),
        "expect": texts["expect"],
        "always_call": _ALWAYS_CALL,
        "call": texts["call"],
        "remember": texts["remember"],
        "visits": _visits(plan),
        "sources": sources_said(cited, coded=False),
    }


def _facts(plan: Plan) -> list[Fact]:
    case = plan.case
    first = "First injection" if plan.loading_doses else "Last injection"
    facts = [
        ("Medicine", f"{case.drug} (vitamin B12)"),
        ("Each injection", f"{amount(case.regimen.dose)}, into a muscle"),
        ("Treatment", case.regimen.plain),
        (first, day(plan.start)),
    ]
    if following := plan.next:
        facts.append(("Next injection", day(following.date)))
    return facts_of(facts)


def _course(plan: Plan) -> list[tuple[str, str]]:
    """What comes when: both phases, then each sort of check in the plan."""
    case, steps = plan.case, []
    if course := plan.loading:
        span = f"{day(course.first)} to {day(course.last)}"
        if plan.provisional:
            span += "; the end is not fixed, as only an examination can find it"
        steps.append(("First course", f"{case.regimen.loading.rhythm} ({span})"))
    steps.append(("Long-term injections", how_often(plan)))
    kinds: dict[Kind, list[dt.date]] = {kind: [] for kind in Kind}
    for event in plan.events:
        kinds[event.kind].append(event.date)
    if days := kinds[Kind.REVIEW]:
        said = "each week of the first course: tingling, sense of position and of"
        steps.append(
            ("Examinations", f"{said} vibration, walking, strength ({days_said(days)})")
        )
    if days := kinds[Kind.LAB]:
        steps.append(("Blood tests", f"{_LABS}{_target(plan)} ({days_said(days)})"))
    if days := kinds[Kind.ASSESSMENT]:
        said = "6 months after the first injection: how far you have recovered"
        steps.append(("Check of your recovery", f"{said} ({days_said(days)})"))
    return steps


_LABS = "vitamin B12, blood count and homocysteine"


def _target(plan: Plan) -> str:
    normal = plan.case.renal_status is Renal.NORMAL
    return f", homocysteine target {HOMOCYSTEINE_TARGET}" * normal


def _spans(plan: Plan, last: dt.date) -> list[Span]:
    spans = []
    end = plan.start
    if course := plan.loading:
        end = course.last
        spans.append(Span("First course", course.first, end))
    if end < last:
        word = "provisional" * plan.provisional
        spans.append(Span("Long-term", end, last, word, not plan.provisional))
    return spans


def _visits(plan: Plan) -> list[Visit]:
    """The days of the plan; what is done on one stands together, blood tests first."""
    visits = []
    for when, found in groupby(plan.events, key=attrgetter("date")):
        events = list(found)
        what = ", ".join(map(_what, events))
        # A dose comes last on its day.
        status = events[-1].status
        note = "provisional: may change" * (status is Status.PROVISIONAL)
        visits.append(Visit(day(when), what.capitalize(), status is Status.GIVEN, note))
    return visits


def _what(event: Event) -> str:
    if event.kind is Kind.DOSE:
        phase = "" if event.phase is Phase.LOADING else "long-term "
        return f"{phase}injection {event.number}"
    return _WHAT[event.kind]


_WHAT = {
    Kind.REVIEW: "examination",
    Kind.LAB: "blood test",
    Kind.ASSESSMENT: "check of your recovery",
}
