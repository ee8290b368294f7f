"""Short answers in lines of text: what is due, what a rule says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple, TypeVar

from b12sched.cohort.lists import Due, State
from b12sched.dates import counted, day_text
from b12sched.errors import unknown_name
from b12sched.plan.cautions import CAUTIONS, Caution, Severity
from b12sched.plan.plan_file import json_value
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
from b12sched.views.data import json_bytes

_T = TypeVar("_T")

_STACKED_BELOW = 60
"""Below so many columns a title stands under its name."""


def due_json(found: Due) -> bytes:
    """Return the JSON of `due`: dates in ISO format, `days` to go or overdue."""
    values = {
        name: value if isinstance(value, int) else str(value)
        for name, value in found._asdict().items()
    }
    return json_bytes(values)


def due_lines(found: Due) -> Iterator[str]:
    """Yield the clinic's day for the next dose, and the state on a day (MAINT)."""
    days = counted(found.days, "day")
    state, said = {
        State.NOT_DUE: ("Not due", f"{days} to go"),
        State.DUE: ("Due", "give it now"),
        State.OVERDUE: (
            "Overdue",
            f"by {days}: ask about symptoms; prescriber decides",
        ),
    }[found.state]
    after = f"{found.interval.step} after {day_text(found.last_dose)}"
    yield f"Next dose  {day_text(found.date)}  {after}"
    if found.date != found.due:
        yield f"Closed     {day_text(found.due)}  the due date"
    yield f"{state:<9}  {day_text(found.on)}  {said}"


class Explained(NamedTuple):
    """Rules and cautions by name, and every source there is by its key."""

    rules: Mapping[str, Rule]
    cautions: Mapping[str, Caution]
    sources: Mapping[str, Source]


def explained(name: str | None) -> Explained:
    """Return all rules and cautions, or those of one name, in any case.

    Raises InputError, which suggests the nearest name, for a name that is neither.
    """
    regimens = loading_rules()
    rules = {key: each.rules[key] for key, each in regimens.items()} | RULES
    sources = dict(SOURCES)
    for regimen in regimens.values():
        sources |= regimen.sources
    if name is None:
        return Explained(rules, CAUTIONS, sources)
    one = Explained(_named(name, rules), _named(name, CAUTIONS), sources)
    if not one.rules and not one.cautions:
        raise unknown_name("rule or caution", name, (*rules, *CAUTIONS), field="RULE")
    return one


def _named(name: str, texts: Mapping[str, _T]) -> dict[str, _T]:
    return {key: text for key, text in texts.items() if key.lower() == name.lower()}


def index_lines(found: Explained, columns: int) -> Iterator[str]:
    """Yield the names of rules and cautions, a line each, or two on a narrow screen."""
    width = max(map(len, (*found.rules, *found.cautions))) + 2
    stacked = columns < _STACKED_BELOW

    def entry(sign: str, name: str, title: str) -> Iterator[str]:
        yield f"{sign} {name}" if stacked else f"{sign} {name:<{width}}{title}"
        if stacked:
            yield f"    {title}"

    yield "Rules"
    for key, rule in found.rules.items():
        yield from entry(" ", key, rule.title)
    yield ""
    yield "Cautions (! a warning, i an info)"
    for key, caution in found.cautions.items():
        sign = "!" if caution.severity is Severity.WARNING else "i"
        yield from entry(sign, key, caution.title)
    yield ""
    yield "One of them, with its sources: b12sched explain NAME"


def rule_lines(found: Explained) -> Iterator[str]:
    """Yield texts, what must be said beside them, strength and sources."""
    supports: dict[str, Rule | Caution] = {**found.rules, **found.cautions}
    for at, (key, support) in enumerate(supports.items()):
        if at:
            yield ""
        yield from _one(key, support)
    yield from strength_lines(s for each in supports.values() for s in each.strength)
    yield ""
    yield "Sources"
    for source in dict.fromkeys(s for each in supports.values() for s in each.sources):
        yield from source_lines(source, found.sources[source])


def explained_json(found: Explained) -> bytes:
    """Return rules and cautions as JSON, with every source that they cite."""
    supports: list[Rule | Caution] = [*found.rules.values(), *found.cautions.values()]
    values = {
        "rules": [
            {"name": key, **rule._asdict(), "note": rule.note or None}
            for key, rule in found.rules.items()
        ],
        "cautions": [
            {
                "code": key,
                "title": each.title,
                "severity": each.severity,
                "text": _open_text(each),
                "strength": each.strength,
                "sources": each.sources,
            }
            for key, each in found.cautions.items()
        ],
        "sources": {
            key: found.sources[key]._asdict()
            for key in dict.fromkeys(s for each in supports for s in each.sources)
        },
    }
    return json_bytes(json_value(values))


def _open_text(caution: Caution) -> str:
    """Return a caution's text with three points for what depends on the plan."""
    return caution.text.replace("{detail}", "…")


def _one(key: str, support: Rule | Caution) -> Iterator[str]:
    if isinstance(support, Rule):
        yield f"{key}: {support.title}"
        yield f"  {support.text}"
        if support.note:
            yield f"  {support.note}"
    else:
        yield f"{key} ({support.severity}): {support.title}"
        yield f"  {_open_text(support)}"
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
