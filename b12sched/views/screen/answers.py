"""Short answers in lines of text: what is due, what a rule says."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping

from b12sched.cohort.lists import Due, State
from b12sched.dates import counted, day_text
from b12sched.errors import unknown_name
from b12sched.plan.cautions import CAUTIONS, Caution
from b12sched.regimen_file import loading_rules
from b12sched.rules import (
    RULES,
    SOURCES,
    Rule,
    Source,
    Strength,
    meanings,
    strength_text,
)


def due_json(found: Due) -> bytes:
    """Return the JSON of `due`: dates in ISO format, `days` to go or overdue."""
    values = {
        name: value if isinstance(value, int) else str(value)
        for name, value in found._asdict().items()
    }
    return (json.dumps(values, indent=2) + "\n").encode()


def due_lines(found: Due) -> Iterator[str]:
    """Yield the next due date, the clinic's day for it, and the state (MAINT)."""
    days = counted(found.days, "day")
    state = {
        State.NOT_DUE: f"not due: {days} to go",
        State.DUE: "due: give it now",
        State.OVERDUE: f"overdue by {days}: ask about symptoms, the prescriber decides",
    }[found.state]
    yield f"Last dose   {day_text(found.last_dose)}"
    yield f"Next due    {day_text(found.due)} ({found.interval.step} later)"
    if found.date != found.due:
        yield f"Clinic day  {day_text(found.date)} (closed on the due date)"
    yield f"On          {day_text(found.on)}: {state}"


def rule_lines(name: str | None) -> Iterator[str]:
    """Yield the text, strength and sources of one rule or caution, or of all.

    Raises InputError, which suggests the nearest name, for a name that is neither.
    """
    regimens = loading_rules()
    rules = {key: each.rules[key] for key, each in regimens.items()} | RULES
    sources = dict(SOURCES)
    for regimen in regimens.values():
        sources |= regimen.sources
    if name is None:
        yield from _all_rules(rules, sources)
        return
    known = {key.lower(): key for key in (*rules, *CAUTIONS)}
    key = known.get(name.lower())
    if key is None:
        raise unknown_name("rule or caution", name, known.values(), field="RULE")
    support: Rule | Caution = rules[key] if key in rules else CAUTIONS[key]
    yield from _one(key, support)
    yield from strength_lines(support.strength)
    yield ""
    yield "Sources"
    for source in support.sources:
        yield from source_lines(source, sources[source])


def _all_rules(
    rules: Mapping[str, Rule], sources: Mapping[str, Source]
) -> Iterator[str]:
    yield "Rules"
    for key, rule in rules.items():
        yield ""
        yield from _one(key, rule)
    yield ""
    yield "Cautions"
    for key, caution in CAUTIONS.items():
        yield ""
        yield from _one(key, caution)
    yield from strength_lines(Strength)
    yield ""
    yield "Sources"
    for key, source in sources.items():
        yield from source_lines(key, source)


def _one(key: str, support: Rule | Caution) -> Iterator[str]:
    if isinstance(support, Rule):
        yield f"{key}: {support.title}"
        yield f"  {support.text}"
        if support.note:
            yield f"  {support.note}"
    else:
        yield f"{key} ({support.severity})"
        yield f"  {support.text.replace('{detail}', '…')}"
    yield (
        f"  Strength: {strength_text(support.strength)}. "
        f"Sources: {', '.join(support.sources)}."
    )


def strength_lines(strengths: Iterable[Strength]) -> Iterator[str]:
    """Yield what strengths mean, under a heading."""
    yield ""
    yield "What the strengths mean"
    for words, meaning in meanings(strengths).items():
        yield f"  {words}: {meaning}"


def source_lines(key: str, source: Source) -> Iterator[str]:
    """Yield a source's title and date, then how it was seen and where."""
    yield f"  {key}: {source.dated}"
    for seen, address in source.places:
        yield f"    {seen}: {address}" if seen else f"    {address}"
