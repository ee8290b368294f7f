"""A plan that remembers: reading it back from its JSON file, and what moved since."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from b12sched.case import ALTERNATIVES, FIELDS, number_text, read_fields
from b12sched.clinic import Clinic
from b12sched.dates import parse_date
from b12sched.errors import InputError, shown
from b12sched.events import Plan, Status
from b12sched.views.data import SCHEMA

_ID = re.compile("[a-z]{1,20}-[0-9]{1,9}m?")
CLEAR = "none"
CLINIC_FIELDS = ("open", "holidays", "closed")
_TYPES: dict[str, type | tuple[type, ...]] = {
    "neuro": bool,
    "egfr": (int, float),
    "loading_weeks": int,
    "months": int,
    "given": list,
    "closed": list,
}
"""The JSON types of the fields that are not texts."""


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
        raise _damaged("content", "is not JSON") from error
    if not isinstance(values, dict) or values.get("schema") != SCHEMA:
        raise _damaged("schema", f"is not {SCHEMA}")
    case = _rows(values, "case", FIELDS)
    clinic = _rows(values, "clinic", CLINIC_FIELDS)
    _check_fields(case, clinic)
    return Saved(case, clinic, dict(_events(values)))


def revised_rows(
    saved: Saved, changes: Mapping[str, str], given: list[str], not_given: list[str]
) -> tuple[dict[str, str], dict[str, str]]:
    """The case and clinic rows after changes: a text replaces, `none` clears.

    A field takes the place of its alternative (a plateau that of the projection).
    Given dates are added or taken back. As given dates are the first doses, those that
    `given_through` stood for are then written out.
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
    """The given dates after a change; may take `given_through` out of the case row."""
    added = {parse_date(text, "given") for text in given}
    removed = {parse_date(text, "not_given") for text in not_given}
    recorded = saved.case.get("given", "")
    days = {parse_date(day, "given") for day in recorded.split(";") if day}
    through = saved.case.get("given_through")
    limit = changes.get("given_through", through)
    if through is not None and limit is not None and limit != CLEAR:
        end = parse_date(limit, "given_through")
        given_days = (e.date for e in saved.events.values() if e.status == Status.GIVEN)
        stood_for = days | {day for day in given_days if day <= end}
        added -= stood_for
        if added or removed:
            days = stood_for
            if "given_through" not in changes and (removed or max(added) > end):
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


def _rows(values: dict[str, object], part: str, known: Iterable[str]) -> dict[str, str]:
    """The case or clinic of a plan file as a row of text, each field of its type."""
    fields = values.get(part)
    if not isinstance(fields, dict):
        raise _damaged(part, "is missing or not an object")
    rows = {}
    for name, value in fields.items():
        if name not in known:
            raise _damaged(f"{part}.{name}", "is not a field of a plan")
        if value is None:
            continue
        kind = _TYPES.get(name, str)
        if type(value) not in (kind if isinstance(kind, tuple) else (kind,)):
            raise _damaged(f"{part}.{name}", "has a value of the wrong type")
        if text := _text(value):
            rows[name] = text
    return rows


def _text(value: object) -> str:
    """A value of a plan file as the text of a cohort column."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return number_text(value)
    return ";".join(map(str, value)) if isinstance(value, list) else str(value)


def _check_fields(case: dict[str, str], clinic: dict[str, str]) -> None:
    """Read each field by itself, so that a damaged one is named as the file's."""
    try:
        read_fields(case)
    except InputError as error:
        raise _damaged(f"case.{error.field}", error.message) from error
    try:
        Clinic.parse(clinic)
    except InputError as error:
        raise _damaged(f"clinic.{error.field}", error.message) from error


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
        if not _ID.fullmatch(key):
            raise _damaged(f"events[{at}].id", "is not the name of an event")
        try:
            found.append((key, SavedEvent(dt.date.fromisoformat(day), status)))
        except ValueError as error:
            raise _damaged(f"events[{at}].date", "is not a date") from error
    return found


def _no_constant(name: str) -> object:
    raise ValueError(name)


def _damaged(field: str, message: str) -> InputError:
    return InputError(
        f"{message}: this is not a whole plan file of b12sched",
        "name a JSON file that b12sched wrote, or make the plan anew",
        field=shown(field),
    )
