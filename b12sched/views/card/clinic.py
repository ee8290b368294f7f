"""Content of the clinic's record card: every event, with room for what was done."""

from __future__ import annotations

import datetime as dt
from functools import partial
from itertools import zip_longest

from b12sched.dates import counted
from b12sched.plan.cautions import Severity, cautions
from b12sched.plan.courses import days_late, in_maintenance, last_day, next_dose
from b12sched.plan.events import Event, Kind, Phase, Plan, Status
from b12sched.plan.wording import (
    EXAMINED,
    doses_by_part,
    doses_text,
    examination_ends,
    finding,
    rules_of,
    sources_of,
    summary,
    title,
    what_to_do,
    why,
)
from b12sched.rules import BEST_FREQUENCY
from b12sched.views.card.glance import Span, glance_at, marked_days
from b12sched.views.card.text import day, sort_facts, sources_said
from b12sched.views.screen.table import MARKS

# Up to Python 3.11, reading an enum member takes ten times as long as a constant.
_LOADING = Phase.LOADING
_GIVEN, _PROVISIONAL = Status.GIVEN, Status.PROVISIONAL
# Given doses have the first lane.
_MARKS = {_GIVEN: MARKS[_GIVEN], **MARKS}


def clinic_page(plan: Plan) -> dict[str, object]:
    """Return the values for the template `card_clinic.html`."""
    rules, found, cited = rules_of(plan), cautions(plan), sources_of(plan)
    checks: dict[Kind, list[Event]] = {kind: [] for kind in Kind}
    for event in plan.events:
        checks[event.kind].append(event)
    return {
        **glance_at(plan, _spans(plan), marked_days(plan, _MARKS), plan.clinic),
        "injection": f"{plan.case.drug} {doses_text(plan)}",
        "top": [fact for fact in summary(plan) if fact[0] in _FIRST],
        "heading": "Vitamin B12 injection record" + ", ended" * bool(plan.case.ended),
        "facts": _facts(plan),
        "warnings": sum(caution.severity is Severity.WARNING for caution in found),
        "until": last_day(plan),
        "doses": (doses := _dose_rows(plan)),
        "folded": len(doses) > _MOST_ROWS,
        "close": len(doses) > _MOST_HIGH_ROWS,
        "following": next_dose(plan),
        "frequency": BEST_FREQUENCY if plan.maintenance.first and not plan.over else "",
        "moved": partial(_moved, plan),
        "examined": [part.capitalize() for part in _EXAMINED],
        "reviews": checks[Kind.REVIEW],
        "labs": checks[Kind.LAB],
        "assessments": checks[Kind.ASSESSMENT],
        "decision": plan.decision,
        "decide": _decide(plan),
        "by_dose": len(doses_by_part(plan)) > 1,
        "name": partial(_name, plan),
        "task": partial(what_to_do, plan),
        "closed": partial(_closed, plan),
        "cautions": found,
        "rules": [*rules.items()],
        "sources": sources_said(cited, coded=True),
    }


def _decide(plan: Plan) -> tuple[str, str] | None:
    """Return when loading goes on, and the finding that ends it, to tick one."""
    if plan.decision is None:
        return None
    found = finding(plan)
    return (
        "still improving" if examination_ends(plan) else f"not yet ({found})",
        found,
    )


_FIRST = ("Set aside", "Ended")
"""The labels of a summary that stand above all other facts."""

_MOST_ROWS = 18
"""The most doses that stand under each other on page 1; more stand in two columns."""

_MOST_HIGH_ROWS = 48
"""The most doses with rows of 9 mm on three pages; more have rows of 6 mm."""

_ROUTES = {"IM": "intramuscular", "SC": "subcutaneous"}
_EXAMINED = EXAMINED.replace(" and ", ", ").split(", ")


def _facts(plan: Plan) -> list[tuple[str, str]]:
    """Return the summary with drug, dose and route as separate facts, and the start."""
    following, parts = next_dose(plan), doses_by_part(plan)
    amounts = [(name, dose.amount) for name, dose in parts]
    routes = dict.fromkeys(f"{_ROUTES[d.route]} ({d.route})" for _, d in parts)
    when = day(following.date) if following else "none planned"
    if following and (late := days_late(plan, following)):
        when += f", OVERDUE {counted(late, 'day')}"
    facts = [("Next dose", when)]
    for label, text in summary(plan):
        if label in _FIRST:
            continue
        if label == "Drug":
            facts += [
                ("Drug", str(plan.case.drug)),
                (
                    "Dose",
                    amounts[0][1]
                    if len(amounts) == 1
                    else ", ".join(f"{name} {said}" for name, said in amounts),
                ),
                ("Route", ", ".join(routes)),
            ]
            if plan.case.last_dose is None:
                facts.append(("Start", day(plan.start)))
        elif label != "Next dose":
            facts.append(("Clinic days" if label == "Clinic" else label, text))
    return sort_facts(facts)


def _spans(plan: Plan) -> list[Span]:
    """Return loading, plateau and maintenance as far as they lie within the horizon."""
    spans = []
    end, last = plan.start, last_day(plan)
    if course := plan.loading:
        end = course.last
        spans.append(Span("Loading", course.first, end))
    if plan.plateau and plan.plateau.date <= last:
        when, basis = plan.plateau
        spans.append(Span("Plateau", when, when, basis, not plan.plateau.assumed))
    if end < last and in_maintenance(plan):
        word = "provisional" * plan.provisional
        spans.append(Span("Maintenance", end, last, word, not plan.provisional))
    return spans


def _dose_rows(plan: Plan) -> list[tuple[Event, dt.date | None, bool]]:
    """Return each dose, the day of the next one, and whether that is provisional."""
    doses = list(plan.doses)
    return [
        (dose, *_next_date(plan, dose, after))
        for dose, after in zip_longest(doses, doses[1:])
    ]


def _next_date(
    plan: Plan, dose: Event, after: Event | None
) -> tuple[dt.date | None, bool]:
    """Return the day of the dose after this one, also after the last of the plan.

    None where treatment ended before it.
    """
    if dose.phase is _LOADING and dose.number < len(plan.loading_doses):
        after = plan.loading_doses[dose.number]
    if after is None:
        if plan.case.ended is not None:
            return None, False
        return plan.maintenance.following, plan.provisional
    return after.date, after.status is _PROVISIONAL


def _moved(plan: Plan, event: Event) -> str:
    """Return why an event moved, in a few words: the card shows both days beside it."""
    reason = why(plan, event).rpartition(", ")[2]
    return reason.partition(":")[0].removeprefix("clinic ")


def _closed(plan: Plan, event: Event) -> str:
    """Return that the clinic is closed on the day of an event which must not move."""
    return why(plan, event).partition("; ")[2].removeprefix("clinic ")


def _name(plan: Plan, event: Event) -> str:
    if event.kind is Kind.REVIEW:
        return f"Examination {event.number}"
    return title(plan, event).partition(":")[0]
