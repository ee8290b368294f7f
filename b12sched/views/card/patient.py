"""Content of the patient's sheet: the next injection, when to call, the days, the rest.

It has no codes, names of rules or keys of sources, a caution's plain words only, and
nothing that is another patient's.
"""

from __future__ import annotations

import re
from collections import defaultdict

from b12sched.plan.cautions import CardPart, Severity, cautions
from b12sched.plan.courses import in_maintenance, last_day, next_dose
from b12sched.plan.events import Event, Kind, Plan, Status
from b12sched.plan.occasions import regimen_rule
from b12sched.plan.rhythm import how_often, loading_words
from b12sched.plan.wording import doses_by_part
from b12sched.regimen import FOLLOW_UP_MONTHS
from b12sched.views.card.days import days_of
from b12sched.views.card.text import day_words, span_words

_ALWAYS_CALL = (
    "Call if you cannot come on one of these days, or missed an injection. After a "
    "missed one you get one injection, never two at once.",
    "Call if your symptoms come back or get worse. Your prescriber decides whether you "
    "need injections more often.",
)
_CALL_AGAIN = (
    "Call if your symptoms come back or you get new ones. Your prescriber decides "
    "whether you need injections again.",
)
_TOP = ("accepted", "ended")
"""The cautions that stand above everything else."""

_SEVERITY = {Severity.WARNING: "Important", Severity.INFO: "Good to know"}

_PROVISIONAL = Status.PROVISIONAL
_HOW_READ = re.compile(r",? \(?(?:as quoted|as shown|quotes|read in part|wording) .*")


def patient_page(plan: Plan) -> dict[str, object]:
    """Return the values for the template `card_patient.html`."""
    texts: defaultdict[CardPart, list[tuple[str, str]]] = defaultdict(list)
    top: list[tuple[str, str]] = []
    for caution in cautions(plan):
        if caution.plain:
            part = top if caution.code in _TOP else texts[caution.part]
            part.append((_SEVERITY[caution.severity], caution.plain))
    following = next_dose(plan)
    return {
        "top": top,
        "next": following and day_words(following.date),
        "next_may_change": following and following.status is _PROVISIONAL,
        "same_day": _same_day(plan, following),
        "until": day_words(last_day(plan)),
        "days": days_of(plan),
        "over": plan.over,
        "about": [*_treatment(plan), *_checks(plan)],
        "expect": texts["expect"],
        "always_call": _CALL_AGAIN if plan.over else _ALWAYS_CALL,
        "call": texts["call"],
        "remember": texts["remember"],
        "sources": _sources(plan),
    }


def _same_day(plan: Plan, dose: Event | None) -> str:
    """Return what else is done on the day of the next injection, in words."""
    kinds = {event.kind for event in plan.events if dose and event.date == dose.date}
    said = [words for kind, words in _ALSO.items() if kind in kinds]
    return " and ".join(said)


_ALSO = {
    Kind.LAB: "a blood test first",
    Kind.REVIEW: "an examination",
    Kind.ASSESSMENT: "a check of your recovery",
}


def _treatment(plan: Plan) -> list[tuple[str, str]]:
    """Return what is injected, and how often in each phase."""
    case = plan.case
    said = [
        ("Medicine", f"{case.drug}, a form of vitamin B12"),
        ("Each injection", _each_injection(plan)),
        ("Treatment", case.regimen.plain_title),
    ]
    if case.last_dose is not None:
        said.append(("Last injection", day_words(plan.start)))
    if case.course > 1:
        said.append(("Course of treatment", str(case.course)))
    for each in plan.earlier:
        if each.first and each.last:
            days = span_words(each.first, each.last)
            said.append((f"Course {each.number}", f"{each.drug}, {days}"))
    if plan.loading:
        words = _plain_rhythm(loading_words(case.regimen))
        if any(dose.planned not in (None, dose.due) for dose in plan.loading_doses):
            words += ". When the clinic is closed you come on the next open day"
        if plan.provisional and case.ended is None:
            words += ". The end is not fixed: your prescriber decides"
        said.append(("At first", words))
    if in_maintenance(plan):
        said.append(("Long term", _plain_rhythm(how_often(plan))))
    return said


def _plain_rhythm(words: str) -> str:
    """Return a rhythm as a patient says it."""
    for term, plain in _RHYTHMS.items():
        words = words.replace(term, plain)
    return words


_RHYTHMS = {
    "on alternate days": "every second day",
    "daily": "every day",
    "weekly": "every week",
    "until no further improvement": "for as long as you get better",
    "doses": "injections",
    ", then ": ". Then ",
    ", no end date": ". There is no end date",
}
"""The words of a regimen's rhythm, and those of the sheet."""

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
    may = " (may change)" * (plan.provisional and name == "maintenance")
    return f"{_PART[name]} from {day_words(first)}{may}"


def _checks(plan: Plan) -> list[tuple[str, str]]:
    """Return what each kind of check in the plan is for."""
    kinds = {event.kind for event in plan.events}
    said = []
    if Kind.REVIEW in kinds:
        said.append(
            (
                "Examinations",
                "each week of your first injections. They check your sense of touch, "
                "how you walk and how strong you are",
            )
        )
    months = [e.number for e in plan.events if e.kind is Kind.LAB and not e.early]
    if months:
        *others, last = map(str, months)
        after = f"{', '.join(others)} and {last}" if others else last
        word = "months" if months != [1] else "month"
        said.append(
            (
                "Blood tests",
                f"{after} {word} after the first injection, for vitamin B12 and your "
                "blood cells",
            )
        )
    if FOLLOW_UP_MONTHS in months:
        said.append(
            (
                "How you are",
                f"talk about it {FOLLOW_UP_MONTHS} months after the first injection. "
                "Are you pregnant, or do you breastfeed? Then talk about it after 1 "
                "month",
            )
        )
    if Kind.ASSESSMENT in kinds:
        said.append(
            (
                "Check of your recovery",
                "6 months after the first injection, to see how much better you are",
            )
        )
    return said


def _sources(plan: Plan) -> list[tuple[str, str]]:
    """Return what this treatment follows, by title, with its address.

    Only published sources of the regimen itself, and not how each was read.
    """
    regimen = plan.case.regimen
    sources = [regimen.source(key) for key in regimen_rule(plan).sources]
    return [(_HOW_READ.sub("", each.dated), each.url) for each in sources if each.url]
