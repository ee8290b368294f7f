"""The cautions and rules of a plan as notes, each with its strength and sources."""

from __future__ import annotations

from b12sched.plan.cautions import Caution
from b12sched.plan.events import Plan
from b12sched.rules import Rule, Source, strength_text
from b12sched.views.data import Json


def caution_note(plan: Plan, caution: Caution) -> Json:
    """Return a caution as an Annotation."""
    said = f"{caution.severity.capitalize()} {caution.code}: {caution.text}"
    return _claim(plan, said, caution)


def rule_note(plan: Plan, name: str, rule: Rule) -> Json:
    """Return a rule as an Annotation."""
    said = f"Rule {name}: {rule.text} {rule.note}".rstrip()
    return _claim(plan, said, rule)


def _claim(plan: Plan, said: str, support: Caution | Rule) -> Json:
    """Return a note: a statement, its strength, and its sources in full.

    A record system has no list of sources to look a key up in.
    """
    cited = "; ".join(_source(plan.case.regimen.source(key)) for key in support.sources)
    strength = strength_text(support.strength)
    return {"text": f"{said} Strength: {strength}. Sources: {cited}."}


def _source(source: Source) -> str:
    return source.dated + "".join(
        f" ({seen}: {address})" if seen else f" ({address})"
        for seen, address in source.places
    )
