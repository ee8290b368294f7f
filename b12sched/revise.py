"""A plan that remembers: reading it back from its JSON file, and what moved since."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from typing import NamedTuple

from b12sched.case import ALTERNATIVES, FIELDS
from b12sched.dates import parse_date
from b12sched.errors import InputError, shown
from b12sched.events import Plan, Status
from b12sched.views.data import SCHEMA

CLEAR = "none"
CLINIC_FIELDS = ("open", "holidays", "closed")


class SavedEvent(NamedTuple):
    """An event as a plan file remembers it."""

    date: dt.date
    status: str


class Saved(NamedTuple):
    """A plan file: the case and the clinic as rows of text, and the events by id."""

    case: dict[str, str]
    clinic: dict[str, str]
    events: dict[str, SavedEvent]


class Move(NamedTuple):
    """What became of one event: `before` or `after` is None if it was not there."""

    id: str
    before: SavedEvent | None
    after: SavedEvent | None


def read_plan(content: bytes) -> Saved:
    """Read a plan file.

    Raises InputError naming the field where the file is damaged or not a plan.
    """
    try:
        values = json.loads(content.decode("utf-8-sig"), parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise _damaged("the file", "is not JSON") from error
    if not isinstance(values, dict) or values.get("schema") != SCHEMA:
        raise _damaged("schema", f"is not {SCHEMA}")
    case = _rows(values, "case", tuple(FIELDS))
    clinic = _rows(values, "clinic", CLINIC_FIELDS)
    return Saved(case, clinic, dict(_events(values)))


def revised_rows(
    saved: Saved, changes: Mapping[str, str], given: list[str], not_given: list[str]
) -> tuple[dict[str, str], dict[str, str]]:
    """The case and clinic rows after changes: a text replaces, `none` clears.

    A field takes the place of its alternative (a plateau that of the projection).
    Given dates are added or taken back. Once dates are added after `given_through`, the
    doses it stood for are written out, because given dates are the first doses.
    """
    case, clinic = dict(saved.case), dict(saved.clinic)
    for name, text in changes.items():
        row = clinic if name in CLINIC_FIELDS else case
        row.pop(name, None)
        if text != CLEAR:
            row[name] = text
    for pair in ALTERNATIVES[1:]:
        for one, other in (pair, pair[::-1]):
            if changes.get(one, CLEAR) != CLEAR and other not in changes:
                case.pop(other, None)
    days = _revised_given(saved, case, changes, given, not_given)
    case.pop("given", None)
    if days:
        case["given"] = ";".join(day.isoformat() for day in sorted(days))
    return case, clinic


def _revised_given(
    saved: Saved,
    case: dict[str, str],
    changes: Mapping[str, str],
    given: list[str],
    not_given: list[str],
) -> set[dt.date]:
    added = {parse_date(text, "given") for text in given}
    removed = {parse_date(text, "not_given") for text in not_given}
    recorded = saved.case.get("given", "")
    days = {dt.date.fromisoformat(day) for day in recorded.split(";") if day}
    if (added or removed) and "given_through" in saved.case:
        days = {e.date for e in saved.events.values() if e.status == Status.GIVEN}
        if "given_through" not in changes:
            case.pop("given_through", None)
    if missing := sorted(removed - days):
        raise InputError(
            f"{missing[0]} is not recorded as given",
            f"recorded: {', '.join(map(str, sorted(days))) or 'no dose'}",
            field="not_given",
            value=str(missing[0]),
        )
    return (days - removed) | added


def moves(saved: Saved, plan: Plan) -> list[Move]:
    """What differs between the saved events and the plan's, in the order of dates."""
    now = {event.id: SavedEvent(event.date, event.status) for event in plan.events}
    found = [
        (now.get(key, before), Move(key, before, now.get(key)))
        for key, before in saved.events.items()
        if now.get(key) != before
    ]
    found += [
        (after, Move(key, None, after))
        for key, after in now.items()
        if key not in saved.events
    ]
    return [move for _, move in sorted(found, key=lambda pair: pair[0].date)]


def _rows(
    values: dict[str, object], part: str, known: tuple[str, ...]
) -> dict[str, str]:
    fields = values.get(part)
    if not isinstance(fields, dict):
        raise _damaged(part, "is missing or not an object")
    rows = {}
    for name, value in fields.items():
        if name not in known:
            raise _damaged(f"{part}.{name}", "is not a field of a plan")
        if (text := text_of(value)) is None:
            raise _damaged(f"{part}.{name}", "has a value of the wrong type")
        if text:
            rows[name] = text
    return rows


def text_of(value: object) -> str | None:
    """A JSON value as the text of a cohort column; None if it cannot be one."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return value
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return ";".join(value)
    return None


def _events(values: dict[str, object]) -> list[tuple[str, SavedEvent]]:
    events = values.get("events")
    if not isinstance(events, list):
        raise _damaged("events", "is missing or not a list")
    found = []
    for at, event in enumerate(events):
        if not isinstance(event, dict):
            raise _damaged(f"events[{at}]", "is not an object")
        texts = {name: event.get(name) for name in ("id", "date", "status")}
        for name, text in texts.items():
            if not isinstance(text, str) or not text.isprintable():
                raise _damaged(f"events[{at}].{name}", "is missing or not a text")
        key, day, status = map(str, texts.values())
        try:
            found.append((key, SavedEvent(dt.date.fromisoformat(day), status)))
        except ValueError as error:
            raise _damaged(f"events[{at}].date", "is not a date") from error
    return found


def _no_constant(name: str) -> object:
    raise ValueError(name)


def _damaged(field: str, message: str) -> InputError:
    return InputError(
        f"{shown(field)} {message}: this is not a whole plan file of b12sched",
        "name a JSON file that b12sched wrote, or make the plan anew",
        field=field,
    )
