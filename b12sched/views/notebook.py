"""A plan as a notebook shows it: a few facts and a table of its days, in HTML."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from b12sched.dates import day_text
from b12sched.plan.cautions import Severity, cautions
from b12sched.plan.courses import heading
from b12sched.plan.events import Plan
from b12sched.plan.wording import summary, title, why


def plan_html(plan: Plan) -> str:
    """Return HTML: the summary, a row per event with its reason, and the warnings."""
    facts = summary(plan)
    if plan.case.patient:
        facts = [("Patient", plan.case.patient), *facts]
    days = (
        (
            day_text(event.date),
            title(plan, event),
            event.status,
            f"{why(plan, event)} [{event.rule}]",
        )
        for event in plan.events
    )
    warnings = "".join(
        f"<li>{escape(each.short)} [{each.code}]</li>"
        for each in cautions(plan)
        if each.severity is Severity.WARNING
    )
    return (
        f"<b>{heading(plan)}</b>{_table(facts)}"
        f"{_table([('Date', 'What', 'Status', 'Why'), *days])}<ul>{warnings}</ul>"
    )


def _table(rows: Iterable[Iterable[str]]) -> str:
    lines = (
        "".join(f"<td style='text-align:left'>{escape(cell)}</td>" for cell in row)
        for row in rows
    )
    return "<table>" + "".join(f"<tr>{line}</tr>" for line in lines) + "</table>"
