"""A plan on the terminal: what it is at a glance, its dates, then what to beware of."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import TYPE_CHECKING

from b12sched.cautions import Caution, Severity, cautions
from b12sched.events import Plan
from b12sched.regimen import RULES, SOURCES
from b12sched.views.table import WIDEST, Line, beside, fold, indent, plan_table
from b12sched.wording import summary

if TYPE_CHECKING:
    from rich.console import Console

NARROWEST = 40
"""Below this many columns the terminal itself breaks lines."""

_LABELS = len("Renal status")
_SEVERITIES = len("WARNING")


class View(StrEnum):
    """How the dates of a plan are shown on the terminal."""

    TABLE = "table"
    CALENDAR = "calendar"
    TIMELINE = "timeline"


def show_plan(console: Console, plan: Plan, view: View, *, every: bool) -> None:
    """Print a plan: header, view, cautions, rules and sources.

    `every` shows each loading dose in the table. The lines fit `console.width`, down to
    40 columns, and the console's encoding; patient texts are never read as markup.
    """
    from rich.text import Text

    def show(line: Line) -> None:
        pieces = ((_encodable(text, console.encoding), style) for text, style in line)
        console.print(Text.assemble(*pieces), soft_wrap=True)

    width = max(console.width, NARROWEST)
    for line in _plan_lines(plan, view, width, console.encoding, every=every):
        show(line)


def _encodable(text: str, encoding: str) -> str:
    return text


def _plan_lines(
    plan: Plan, view: View, width: int, encoding: str, *, every: bool
) -> Iterator[Line]:
    text_width = min(width, WIDEST)
    yield from _header(plan, text_width, encoding)
    yield ()
    yield from plan_table(plan, width, every=every)
    yield ()
    yield from _support(plan, text_width)


def _header(plan: Plan, width: int, encoding: str) -> Iterator[Line]:
    yield (("Vitamin B12 injection plan", "bold"),)
    yield ()
    room = width - _LABELS - 4
    if plan.case.patient:
        from rich.cells import chop_cells

        parts: list[Line] = [((part, "bold"),) for part in chop_cells(_encodable(plan.case.patient, encoding), room)]
        yield from indent(beside(([(("Patient", "dim"),)], _LABELS), (parts, room)))
    for label, text in summary(plan):
        style = "bold" if label == "Next dose" else ""
        cells = [((label, "dim"),)], _LABELS
        yield from indent(beside(cells, (fold(((text, style),), room), room)))


def _support(plan: Plan, width: int) -> Iterator[Line]:
    """The cautions, then the rules in the plan, then the sources of both."""
    found = cautions(plan)
    rules = [name for name in RULES if name in {event.rule for event in plan.events}]
    cited = {key for caution in found for key in caution.sources}
    cited.update(key for name in rules for key in RULES[name].sources)
    yield (("Cautions", "bold"),)
    for caution in found:
        yield ()
        yield from indent(_caution(caution, width - 2))
    yield ()
    yield (("Rules of these dates", "bold"),)
    for name in rules:
        rule = RULES[name]
        yield ()
        said = f" {rule.title}. {rule.beside}".rstrip()
        yield from indent(fold(((name, "bold"), (said, "")), width - 2))
        yield from indent(fold(_support_line(rule.strength, rule.sources), width - 2))
    yield ()
    yield (("Sources", "bold"),)
    for key in SOURCES:
        if key in cited:
            yield ()
            yield from indent(_source(key, width - 2))


def _caution(caution: Caution, width: int) -> Iterator[Line]:
    warning = caution.severity is Severity.WARNING
    label = (("WARNING", "bold red") if warning else ("info", ""),)
    room = width - _SEVERITIES - 2
    said = fold(((f"{caution.code}: ", "bold"), (caution.text, "")), room)
    said += fold(_support_line(caution.strength, caution.sources), room)
    return beside(([label], _SEVERITIES), (said, room))


def _support_line(strength: tuple[str, ...], sources: tuple[str, ...]) -> Line:
    return ((f"Strength: {', '.join(strength)}. Sources: {', '.join(sources)}.", "dim"),)


def _source(key: str, width: int) -> Iterator[Line]:
    source = SOURCES[key]
    year = f", {source.year}" if source.year else ""
    yield from fold(((key, "bold"), (f": {source.title}{year}", "")), width)
    if source.url:
        yield from indent(fold(((source.url, ""),), width - 2))
