"""Regimens, one or all: as lines for the terminal, JSON and Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from b12sched.plan.plan_file import json_value
from b12sched.plan.rhythm import every, interval_text, loading_words
from b12sched.regimen import Regimen
from b12sched.regimen_file import regimen_values
from b12sched.rules import strength_text
from b12sched.views.data import json_bytes
from b12sched.views.markdown import escape, page, source_line, table_lines
from b12sched.views.screen.answers import source_lines, strength_lines

COLUMNS = (
    "Name", "Country", "Drug", "Neurology", "Loading", "Maintenance", "Strength",
)  # fmt: skip


def summary_row(regimen: Regimen) -> tuple[str, ...]:
    """Return what a list says of a regimen, one text per column."""
    loading, later = regimen.dose, regimen.maintenance.dose
    return (
        regimen.name,
        regimen.country,
        regimen.drug,
        regimen.neuro,
        f"{loading.amount} {loading_words(regimen)}",
        f"{later.amount} {interval_text(regimen.maintenance.interval)}",
        strength_text(regimen.strength),
    )


def regimens_json(regimens: Sequence[Regimen]) -> bytes:
    """Return the list of regimens as JSON: an object for each, its fields by name."""
    names = [column.lower() for column in COLUMNS]
    codes = [", ".join(each.strength) for each in regimens]
    return json_bytes(
        [
            dict(zip(names, (*summary_row(each)[:-1], code), strict=True))
            for each, code in zip(regimens, codes, strict=True)
        ]
    )


def regimens_markdown(regimens: Sequence[Regimen]) -> bytes:
    """Return the list of regimens as a table in Markdown."""
    return page(table_lines(COLUMNS, map(summary_row, regimens)))


def regimens_lines(regimens: Sequence[Regimen]) -> Iterator[str]:
    """Yield the list of regimens: for whom each is, then its doses."""
    for regimen in regimens:
        name, country, drug, neuro, loading, maintenance, strength = summary_row(
            regimen
        )
        yield f"{name}: {drug}, neurology {neuro}, {country} ({strength})"
        yield f"  {loading}; then {maintenance}"
    yield ""
    yield "One of them, with its rules and sources: b12sched regimens NAME"


def regimen_json(regimen: Regimen) -> bytes:
    """Return one regimen as JSON: its file's values, with every source it cites."""
    values = regimen_values(regimen)
    sources = {
        key: regimen.source(key)._asdict()
        for rule in regimen.rules.values()
        for key in rule.sources
    }
    return json_bytes(json_value(values | {"sources": sources}))


def regimen_markdown(regimen: Regimen) -> bytes:
    """Return one regimen in Markdown."""
    lines = [f"# {regimen.name}: {escape(regimen.title)}", ""]
    lines += [f"- **{label}**: {escape(text)}" for label, text in _facts(regimen)]
    for name, rule in regimen.rules.items():
        lines += ["", f"## {name}: {escape(rule.title)}", ""]
        lines += [escape(text) for text in (rule.text, rule.note) if text]
        lines += ["", f"Strength: {strength_text(rule.strength)}.", ""]
        lines += [source_line(key, regimen.source(key)) for key in rule.sources]
    return page(lines)


def regimen_lines(regimen: Regimen) -> Iterator[str]:
    """Yield one regimen: its doses, days and intervals, its rules and their sources."""
    yield f"{regimen.name}: {regimen.title}"
    for label, text in _facts(regimen):
        yield f"  {label:<14}{text}"
    cited: dict[str, None] = {}
    for name, rule in regimen.rules.items():
        yield ""
        yield f"{name}: {rule.title}"
        yield from (f"  {text}" for text in (rule.text, rule.note) if text)
        strength, sources = strength_text(rule.strength), ", ".join(rule.sources)
        yield f"  Strength: {strength}. Sources: {sources}."
        cited |= dict.fromkeys(rule.sources)
    yield from strength_lines(s for r in regimen.rules.values() for s in r.strength)
    yield ""
    yield "Sources"
    for key in cited:
        yield from source_lines(key, regimen.source(key))


def _facts(regimen: Regimen) -> Iterator[tuple[str, str]]:
    """Yield what a regimen asks for, with labels."""
    maintenance = regimen.maintenance
    yield "To patients", regimen.plain_title
    yield "Country", regimen.country
    yield "Drug", regimen.drug
    yield "Neurology", regimen.neuro
    if fixed := regimen.fixed:
        days = ", ".join(str(offset + 1) for offset in fixed.offsets)
        yield "Doses", f"{fixed.dose} on days {days}"
        least = ", ".join(map(str, dict.fromkeys(fixed.least)))
        yield "At least", f"{least} days apart" if least != "1" else "1 day apart"
    if part := regimen.open:
        words = f"{part.dose} {every(part.every)} until {part.until}"
        said = f"{words}; {part.weeks} weeks are projected"
        yield "Then" if fixed else "Doses", said
    words = f"{maintenance.dose} {interval_text(maintenance.interval)}"
    yield "Maintenance", f"{words}; supported: {', '.join(maintenance.supported)}"
