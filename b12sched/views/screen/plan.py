"""A plan on the terminal: in short, or with everything that it rests on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum

from b12sched.plan.cautions import Caution, Severity, cautions
from b12sched.plan.courses import heading
from b12sched.plan.events import Event, Kind, Plan
from b12sched.plan.wording import (
    rules_of,
    sources_of,
    strengths_of,
    summary,
    title,
    what_to_do,
)
from b12sched.rules import Rule, Source, meanings, strength_text
from b12sched.views.screen import brief
from b12sched.views.screen.layout import (
    NARROWEST,
    WIDEST,
    Line,
    beside,
    chopped,
    draw,
    encodable,
    fold,
    indent,
)
from b12sched.views.screen.table import mark, plan_table

_LABELS = len("Renal status")
_SEVERITIES = len("WARNING")


class View(StrEnum):
    """The views of a plan's dates on the terminal."""

    TABLE = "table"
    CALENDAR = "calendar"
    TIMELINE = "timeline"


def plan_lines(
    plan: Plan,
    width: int,
    encoding: str,
    view: View = View.TABLE,
    *,
    whys: bool = False,
    full: bool = False,
    saved: Sequence[str] = (),
) -> Iterator[Line]:
    """Yield the lines of a plan: header, view, warnings and where it was saved.

    `whys` adds the reason of each date in the table. `full` shows every dose, and all
    cautions, rules and sources as they are written. The lines fit the width, down to 40
    columns, and the encoding; patient texts are never read as markup.
    """
    width = max(width, NARROWEST)
    text = min(width, WIDEST)
    yield from (_header if full else brief.header)(plan, text, encoding)
    yield ()
    yield from _view(plan, view, width, encoding, whys=whys, full=full)
    if full:
        yield from _to_do(plan, text)
    yield ()
    yield from (_support if full else brief.warnings)(plan, text)
    yield ()
    yield from brief.footer(plan, text, saved)


def _view(
    plan: Plan, view: View, width: int, encoding: str, *, whys: bool, full: bool
) -> Iterator[Line]:
    if not plan.events:
        ended = plan.case.ended is not None
        end = "the end of treatment" if ended else "the horizon"
        yield ((f"No events up to {end}.", ""),)
    elif view is View.TABLE:
        yield from plan_table(plan, width, whys=whys, every=full)
    elif view is View.CALENDAR:
        from b12sched.views.screen.grid import month_grids

        yield from month_grids(plan, width, every=full)
    else:
        from b12sched.views.screen.timeline import timeline

        yield from draw(timeline(plan, width), encoding)


def _header(plan: Plan, width: int, encoding: str) -> Iterator[Line]:
    """Yield the summary; only the patient's reference may be broken anywhere.

    It names the warnings, as the dates above the cautions may fill many screens.
    """
    yield ((heading(plan), "bold"),)
    yield ()
    room = width - _LABELS - 4
    rows: list[tuple[str, list[Line]]] = []
    if plan.case.patient:
        parts = chopped(encodable(plan.case.patient, encoding), room)
        rows.append(("Patient", [((part, "bold"),) for part in parts]))
    for label, text in summary(plan):
        style = "bold" if label == "Next dose" else ""
        rows.append((label, fold(((text, style),), room)))
    warnings = [c.code for c in cautions(plan) if c.severity is Severity.WARNING]
    if warnings:
        said = f"{', '.join(warnings)} (see Cautions)"
        rows.append(("Warnings", fold(((said, "bold red"),), room)))
    for label, lines in rows:
        yield from indent(beside(([((label, "dim"),)], _LABELS), (lines, room)))


def _to_do(plan: Plan, width: int) -> Iterator[Line]:
    """Yield what is done at the checks: each text once, with the events it is for.

    A dose is among them where it asks for the finding that ends loading.
    """
    groups: dict[str, list[Event]] = {}
    for event in plan.events:
        if event.kind is not Kind.DOSE or event.id == plan.decision:
            groups.setdefault(what_to_do(plan, event), []).append(event)
    if groups:
        yield ()
        yield (("What to do", "bold"),)
        yield ()
    for text, events in groups.items():
        sign = mark(events[0])
        name = sign.name.capitalize()
        if len(events) == 1:
            name = title(plan, events[0]).partition(":")[0]
        line: Line = ((name, sign.style), (f": {text}", ""))
        yield from indent(fold(line, width - 2, hang=2))


def _support(plan: Plan, width: int) -> Iterator[Line]:
    """Yield the cautions, then the rules in the plan, then the sources of both."""
    rules, found, cited = rules_of(plan), cautions(plan), sources_of(plan)
    yield (("Cautions", "bold"),)
    for caution in found:
        yield ()
        yield from indent(_caution(caution, width - 2))
    yield ()
    if rules:
        yield (("Rules of these dates", "bold"),)
    for name, rule in rules.items():
        yield ()
        yield from indent(_rule(name, rule, width - 2))
    if rules:
        yield ()
    yield (("What the strengths mean", "bold"),)
    yield ()
    for words, meaning in meanings(strengths_of(plan)).items():
        line: Line = ((words, "bold"), (f": {meaning}", ""))
        yield from indent(fold(line, width - 2, hang=2))
    yield ()
    yield (("Sources", "bold"),)
    yield ()
    for key, source in cited.items():
        yield from indent(_source(key, source, width - 2))


def _caution(caution: Caution, width: int) -> Iterator[Line]:
    warning = caution.severity is Severity.WARNING
    label: Line = (("WARNING", "bold red") if warning else ("info", "bold"),)
    room = width - _SEVERITIES - 2
    said = fold(((f"{caution.code}: ", "bold"), (caution.text, "")), room)
    said += fold(_backing(caution), room)
    return beside(([label], _SEVERITIES), (said, room))


def _rule(name: str, rule: Rule, width: int) -> Iterator[Line]:
    said = f": {rule.title}. {rule.note}".rstrip()
    yield from fold(((name, "bold"), (said, "")), width, hang=2)
    yield from indent(fold(_backing(rule), width - 2))


def _backing(claim: Caution | Rule) -> Line:
    """Return how well a caution or rule is supported, and by which sources."""
    strength, sources = strength_text(claim.strength), ", ".join(claim.sources)
    return ((f"Strength: {strength}. Sources: {sources}.", "dim"),)


def _source(key: str, source: Source, width: int) -> Iterator[Line]:
    link = f"link {source.url}" if source.url else ""
    said: Line = ((f"{key}: ", "bold"), (source.dated, link))
    yield from fold(said, width, hang=2)
    for seen, address in source.places:
        place = f"{seen}: {address}" if seen else address
        yield from indent(fold(((place, ""),), width - 2))
