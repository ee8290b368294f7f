"""Content of the patient's card: when to come, what to expect, when to call.

It has no codes, names of rules or keys of sources, and a caution's plain words only.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from itertools import groupby
from operator import attrgetter

from b12sched.plan.cautions import CardPart, Severity, cautions
from b12sched.plan.courses import in_maintenance, last_day
from b12sched.plan.events import Event, Kind, Phase, Plan, Status
from b12sched.plan.rhythm import how_often, loading_words
from b12sched.plan.wording import doses_by_part, examination_ends, sources_of
from b12sched.regimen import FOLLOW_UP_MONTHS, Renal
from b12sched.rules import HOMOCYSTEINE_TARGET
from b12sched.views.card.glance import Span, glance_at, marked_days
from b12sched.views.card.text import day, days_said, sort_facts, sources_said
from b12sched.views.screen.table import Mark

_MARKS = {
    Status.GIVEN: Mark("G", "injection given", lane="Given"),
    Status.PLANNED: Mark("I", "injection", lane="Injections"),
    Status.PROVISIONAL: Mark(
        "P", "provisional injection: may change", lane="Provisional"
    ),
    Kind.REVIEW: Mark("E", "examination", lane="Examination"),
    Kind.LAB: Mark("B", "blood test", lane="Blood test"),
    Kind.ASSESSMENT: Mark("R", "check of your recovery", lane="Recovery"),
}
_ALWAYS_CALL = (
    "Call if you cannot come on one of these days, or missed an injection. After a "
    "missed one there is a single next one, never two at once.",
    "Call if your symptoms come back or are not under control. Your prescriber decides "
    "whether you need injections more often.",
)
_CALL_AGAIN = (
    "Call if symptoms come back or are new. Your prescriber decides whether you need "
    "injections again.",
)
_TOP = ("accepted", "ended")
"""The cautions that stand above everything else."""

_SEVERITY = {Severity.WARNING: "Important", Severity.INFO: "Good to know"}


def patient_page(plan: Plan, clinic_name: str | None) -> dict[str, object]:
    """Return the values for the template `card_patient.html`."""
    texts: defaultdict[CardPart, list[tuple[str, str]]] = defaultdict(list)
    top: list[tuple[str, str]] = []
    for caution in cautions(plan):
        part = top if caution.code in _TOP else texts[caution.part]
        part.append((_SEVERITY[caution.severity], caution.plain))
    return {
        **glance_at(plan, _spans(plan), marked_days(plan, _MARKS), plan.clinic),
        "clinic_name": clinic_name,
        "patient": plan.case.patient,
        "top": top,
        "facts": _facts(plan),
        "until": last_day(plan),
        "course": _course(plan),
        "expect": texts["expect"],
        "over": plan.over,
        "always_call": _CALL_AGAIN if plan.over else _ALWAYS_CALL,
        "call": texts["call"],
        "remember": texts["remember"],
        "days": list(_days(plan)),
        "sources": sources_said(sources_of(plan), coded=False),
    }


def _facts(plan: Plan) -> list[tuple[str, str]]:
    case = plan.case
    facts = [
        ("Medicine", f"{case.drug} (vitamin B12)"),
        ("Each injection", _each_injection(plan)),
        ("Treatment", case.regimen.plain_title),
    ]
    if case.last_dose is not None:
        facts.append(("Last injection", day(plan.start)))
    elif plan.loading_doses:
        facts.append(("First injection", day(plan.start)))
    if case.course > 1:
        facts.append(("Course of treatment", str(case.course)))
    for each in plan.earlier:
        if each.first and each.last:
            days = f"{day(each.first)} to {day(each.last)}"
            facts.append((f"Course {each.number}", f"{each.drug}, {days}"))
    if following := plan.next:
        facts.append(("Next injection", day(following.date)))
    return sort_facts(facts)


_INTO = {"IM": "into a muscle", "SC": "under the skin"}


def _each_injection(plan: Plan) -> str:
    """Return how much is injected, and where that changes, from which date on."""
    said = [
        (name, f"{dose.amount}, {_INTO[dose.route]}")
        for name, dose in doses_by_part(plan)
    ]
    if len(said) == 1:
        return said[0][1]
    return "; ".join(f"{_since(plan, name)} {words}" for name, words in said)


_PART = {"loading": "first", "then": "then", "maintenance": "long-term"}


def _since(plan: Plan, name: str) -> str:
    """Return what a part of the treatment is called, with the day of its first dose."""
    fixed, first = plan.case.regimen.fixed, plan.maintenance.first
    if name == "then":
        assert fixed is not None  # else no part comes before it
        first = plan.loading_doses[len(fixed.offsets)].date
    if name == "loading" or first is None:
        return _PART[name]
    provisional = " (provisional)" * (plan.provisional and name == "maintenance")
    return f"{_PART[name]} from {day(first)}{provisional}"


def _course(plan: Plan) -> list[tuple[str, str]]:
    """Return what comes when: both phases, then each kind of check in the plan."""
    case, steps = plan.case, []
    if course := plan.loading:
        span = f"{day(course.first)} to {day(course.last)}"
        if plan.provisional:
            span += (
                "; the end is not fixed, as only an examination can find it"
                if examination_ends(plan)
                else "; the end is not fixed: your prescriber decides whether that is "
                "reached"
            )
        steps.append(("First course", f"{loading_words(case.regimen)} ({span})"))
    if in_maintenance(plan):
        steps.append(("Long-term injections", how_often(plan)))
    kinds: dict[Kind, list[dt.date]] = {kind: [] for kind in Kind}
    for event in plan.events:
        kinds[event.kind].append(event.date)
    if days := kinds[Kind.REVIEW]:
        said = "each week of the first course: tingling, sense of position and of"
        steps.append(
            ("Examinations", f"{said} vibration, walking, strength ({days_said(days)})")
        )
    early = [event for event in plan.events if event.early]
    if early:
        tests = ", ".join(f"{_EARLY[e.number]} ({day(e.date)})" for e in early)
        steps.append(("Early blood tests", tests))
    labs = [e for e in plan.events if e.kind is Kind.LAB and not e.early]
    if days := [event.date for event in labs]:
        steps.append(("Blood tests", f"{_LABS}{_target(plan)} ({days_said(days)})"))
    if any(event.number == FOLLOW_UP_MONTHS for event in labs):
        said = f"talk about it {FOLLOW_UP_MONTHS} months after the first injection"
        sooner = "1 month after it if you are pregnant or breastfeeding"
        steps.append(("How you are", f"{said} ({sooner})"))
    if days := kinds[Kind.ASSESSMENT]:
        said = "6 months after the first injection: how far you have recovered"
        steps.append(("Check of your recovery", f"{said} ({days_said(days)})"))
    return steps


_EARLY = {
    1: "potassium",
    7: "young red blood cells and blood count",
    56: "blood count and young red blood cells",
}
"""What an early blood test looks for, by its days after the first injection."""

_LABS = "vitamin B12, blood count and homocysteine"


def _target(plan: Plan) -> str:
    normal = plan.case.renal_status is Renal.NORMAL
    return f", homocysteine target {HOMOCYSTEINE_TARGET}" * normal


def _spans(plan: Plan) -> list[Span]:
    spans = []
    end, last = plan.start, last_day(plan)
    if course := plan.loading:
        end = course.last
        spans.append(Span("First course", course.first, end))
    if end < last and in_maintenance(plan):
        word = "provisional" * plan.provisional
        spans.append(Span("Long-term", end, last, word, not plan.provisional))
    return spans


def _days(plan: Plan) -> Iterator[tuple[dt.date, str, Status]]:
    """Yield each day of the plan with what is done on it and its last event's status.

    Blood tests come first on a day, a dose last.
    """
    for when, found in groupby(plan.events, key=attrgetter("date")):
        events = list(found)
        what = ", ".join(dict.fromkeys(map(_what, events))).capitalize()
        yield when, what, events[-1].status


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
