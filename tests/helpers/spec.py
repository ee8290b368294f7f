"""The language of the spec tests: a row of facts, a clinic, the days of the plan."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import TypeVar

import pytest

from b12sched import Case, Clinic, Plan, build
from b12sched.errors import InputError, RefusedError
from b12sched.plan.cautions import Caution, cautions
from b12sched.plan.events import Event

Row = dict[str, str]
Days = tuple[date, ...]
Refusal = TypeVar("Refusal", InputError, RefusedError)

CLINIC_FIELDS = ("open", "holidays", "closed")
MONTHS = (
    *("Jan", "Feb", "Mar", "Apr", "May", "Jun"),
    *("Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
)


def table(
    columns: str,
    *rows: tuple[object, ...],
    slow: Sequence[tuple[object, ...]] = (),
) -> pytest.MarkDecorator:
    """Run a test once for each row; the first cell is the sentence that names it.

    What is in `slow` is run with `-m slow` only.
    """
    params = [pytest.param(*row[1:], id=str(row[0])) for row in rows]
    marks = pytest.mark.slow
    params += [pytest.param(*row[1:], id=str(row[0]), marks=marks) for row in slow]
    return pytest.mark.parametrize(columns, params)


def row_of(**fields: str) -> Row:
    """A cohort row: a standard course from Monday 5 January 2026 unless told."""
    row = {"patient": "A-17", "start": "2026-01-05", "neuro": "no", "renal": "normal"}
    if "last_dose" in fields:
        del row["start"]
    if "egfr" in fields:
        del row["renal"]
    return {name: text for name, text in (row | fields).items() if text}


def plan_of(**fields: str) -> Plan:
    """The plan for these fields of a row and of a clinic."""
    clinic = {name: fields.pop(name) for name in CLINIC_FIELDS if name in fields}
    return build(Case.parse(row_of(**fields)), Clinic.parse(clinic))


def refusal(kind: type[Refusal], **fields: str) -> Refusal:
    """The error that these fields must end in."""
    with pytest.raises(kind) as caught:
        plan_of(**fields)
    assert type(caught.value) is kind
    return caught.value


def days(text: str) -> Days:
    """The days typed as `2026 Jan 5 7 9, Feb 1; 2027 Jan 5`."""
    found: list[date] = []
    year = month = 0
    for word in text.replace(",", " ").replace(";", " ").split():
        if word in MONTHS:
            month = MONTHS.index(word) + 1
        elif len(word) == 4:
            year = int(word)
        else:
            found.append(date(year, month, int(word)))
    return tuple(found)


def day(text: str) -> date:
    """The one day typed as `2026 Jan 5`."""
    (only,) = days(text)
    return only


def every_day(first: str, last: str) -> str:
    """A closure: every day from first to last, as the clinic's `closed` field."""
    start, end = day(first), day(last)
    count = (end - start).days + 1
    return ";".join((start + timedelta(days=n)).isoformat() for n in range(count))


def events(plan: Plan, prefix: str) -> tuple[Event, ...]:
    """The events whose id begins with the prefix, in the plan's order."""
    return tuple(event for event in plan.events if event.id.startswith(prefix))


def event(plan: Plan, name: str) -> Event:
    """The one event of that id."""
    (only,) = (event for event in plan.events if event.id == name)
    return only


def ids(plan: Plan, prefix: str = "") -> list[str]:
    """The ids of those events, in the plan's order."""
    return [event.id for event in events(plan, prefix)]


def dues(plan: Plan, prefix: str) -> Days:
    """What the rule asks for, by number of the event."""
    return tuple(event.due for event in by_number(plan, prefix))


def dates(plan: Plan, prefix: str) -> Days:
    """When the clinic does it, by number of the event."""
    return tuple(event.date for event in by_number(plan, prefix))


def given(plan: Plan, prefix: str) -> int:
    """How many of those doses are given: always the first ones."""
    statuses = [str(event.status) for event in by_number(plan, prefix)]
    count = statuses.count("given")
    assert statuses[:count] == ["given"] * count
    return count


def by_number(plan: Plan, prefix: str) -> list[Event]:
    """Those events in the order of their numbers."""
    return sorted(events(plan, prefix), key=lambda event: event.number)


def cautions_of(**fields: str) -> tuple[Caution, ...]:
    """The cautions that stand beside the plan for these fields."""
    return cautions(plan_of(**fields))


def codes(**fields: str) -> set[str]:
    """The codes of those cautions."""
    return {str(caution.code) for caution in cautions_of(**fields)}
