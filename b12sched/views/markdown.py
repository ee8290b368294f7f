"""A plan as a Markdown page, and the Markdown helpers of other views."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from b12sched.dates import day_text
from b12sched.plan.cautions import cautions
from b12sched.plan.courses import heading
from b12sched.plan.events import Plan
from b12sched.plan.wording import (
    rules_of,
    sources_of,
    strengths_of,
    summary,
    title,
    why,
)
from b12sched.rules import Source, meanings, strength_text

_MARKUP = re.compile(r"([\\`*_\[\]<>|~&#])")
_BAR = re.compile(r"(?<!\\)[|]")
_TICKS = re.compile("`+")
_LINK = re.compile("://|www[.]|mailto:|@", re.IGNORECASE)
"""Text that some programs turn into a link by themselves."""


def plan_markdown(plan: Plan) -> bytes:
    """Return Markdown in UTF-8: summary, table of events, cautions, rules, sources."""
    rules, found, cited = rules_of(plan), cautions(plan), sources_of(plan)
    name = f" for {escape(plan.case.patient)}" if plan.case.patient else ""
    lines = [f"# {heading(plan)}{name}", ""]
    lines += [f"- **{label}**: {escape(text)}" for label, text in summary(plan)]
    lines += ["", "## Dates", ""]
    lines += table_lines(
        ("Date", "Day", "What", "Status", "Rule", "Why"),
        (
            (
                day_text(event.date),
                str(plan.day(event)),
                title(plan, event),
                event.status,
                event.rule,
                why(plan, event),
            )
            for event in plan.events
        ),
    )
    lines += ["", "## Cautions", ""]
    lines += [
        f"- **{caution.severity}** `{caution.code}`: {escape(caution.text)} "
        f"({strength_text(caution.strength)}: {', '.join(caution.sources)})"
        for caution in found
    ]
    lines += ["", "## Rules", ""]
    lines += [
        f"- **{name}** {escape(rule.text)} {escape(rule.note)}".rstrip()
        + f" ({strength_text(rule.strength)}: {', '.join(rule.sources)})"
        for name, rule in rules.items()
    ]
    lines += ["", "## What the strengths mean", ""]
    strengths = strengths_of(plan)
    lines += [f"- **{word}**: {said}" for word, said in meanings(strengths).items()]
    lines += ["", "## Sources", ""]
    lines += [source_line(key, source) for key, source in cited.items()]
    return page(lines)


def source_line(key: str, source: Source) -> str:
    """Return a source as an item of a list: title, date, how it was seen and where."""
    places = "".join(
        f"; {seen}: <{address}>" if seen else f" <{address}>"
        for seen, address in source.places
    )
    return f"- **{key}**: {escape(source.dated)}{places}"


def page(lines: Iterable[str]) -> bytes:
    """Return lines of Markdown as bytes in UTF-8."""
    return ("\n".join(lines) + "\n").encode()


def table_lines(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterable[str]:
    """Yield the lines of a Markdown table; the cells are plain text."""
    yield f"| {' | '.join(columns)} |"
    yield "|" + " --- |" * len(columns)
    for row in rows:
        # In a table a bar ends a cell, even inside a code span.
        cells = (_BAR.sub(r"\|", escape(cell)) for cell in row)
        yield f"| {' | '.join(cells)} |"


def escape(text: str) -> str:
    """Return Markdown that shows a text as it is, and makes no link of it."""
    if _LINK.search(text):
        return _as_code(text)
    return _MARKUP.sub(r"\\\1", text)


def _as_code(text: str) -> str:
    """Return a text as a code span, which is never a link."""
    fence = "`" * (max(map(len, _TICKS.findall(text)), default=0) + 1)
    space = " " * ("`" in (text[0], text[-1]))
    return f"{fence}{space}{text}{space}{fence}"
