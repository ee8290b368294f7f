"""Short answers in lines of text: what moved, what is due, what a rule says."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from b12sched.cohort.lists import Due, State
from b12sched.dates import counted, day_text
from b12sched.errors import unknown_name
from b12sched.plan.cautions import CAUTIONS
from b12sched.plan.revise import Move
from b12sched.rules import RULES, SOURCES


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


def move_lines(moved: Sequence[Move]) -> Iterator[str]:
    """Yield what a revision moved: dates line by line, then all other changes."""
    if not moved:
        yield "Nothing moved."
        return
    yield "What moved:"
    other: dict[str, list[str]] = {}
    for move in moved:
        before, after = move.before, move.after
        if before is None or after is None:
            there = "new in the plan" if before is None else "no longer in the plan"
            other.setdefault(there, []).append(move.id)
        elif before.date != after.date:
            yield (
                f"  {move.id}: {day_text(before.date)} {before.status} -> "
                f"{day_text(after.date)} {after.status}"
            )
        else:
            change = f"{before.status} -> {after.status} on the same date"
            other.setdefault(change, []).append(move.id)
    for change, ids in other.items():
        yield f"  {change}: {', '.join(_spans(ids))}"


def _spans(ids: Sequence[str]) -> Iterator[str]:
    """Yield ids, those of one kind joined: `loading-1 to loading-9 (9)`."""
    kinds: dict[str, list[str]] = {}
    for key in ids:
        kinds.setdefault(key.rpartition("-")[0], []).append(key)
    for same in kinds.values():
        yield same[0] if len(same) == 1 else f"{same[0]} to {same[-1]} ({len(same)})"


def rule_lines(name: str | None) -> Iterator[str]:
    """Yield the text, strength and sources of one rule or caution, or of all.

    Raises InputError, which suggests the nearest name, for a name that is neither.
    """
    if name is None:
        yield from _all_rules()
        return
    known = {key.lower(): key for key in (*RULES, *CAUTIONS)}
    key = known.get(name.lower())
    if key is None:
        raise unknown_name("rule or caution", name, known.values(), field="RULE")
    yield from _one(key)
    yield ""
    yield "Sources"
    sources = RULES[key].sources if key in RULES else CAUTIONS[key].sources
    for source in sources:
        yield from _source(source)


def _all_rules() -> Iterator[str]:
    yield "Rules"
    for key in RULES:
        yield ""
        yield from _one(key)
    yield ""
    yield "Cautions"
    for key in CAUTIONS:
        yield ""
        yield from _one(key)
    yield ""
    yield "Sources"
    for key in SOURCES:
        yield from _source(key)


def _one(key: str) -> Iterator[str]:
    if key in RULES:
        rule = RULES[key]
        yield f"{key}: {rule.title}"
        yield f"  {rule.text}"
        if rule.note:
            yield f"  {rule.note}"
        support = rule.strength, rule.sources
    else:
        caution = CAUTIONS[key]
        yield f"{key} ({caution.severity})"
        yield f"  {caution.text.replace('{detail}', '…')}"
        support = caution.strength, caution.sources
    yield f"  Strength: {', '.join(support[0])}. Sources: {', '.join(support[1])}."


def _source(key: str) -> Iterator[str]:
    source = SOURCES[key]
    yield f"  {key}: {source.dated}"
    if source.url:
        yield f"    {source.url}"
