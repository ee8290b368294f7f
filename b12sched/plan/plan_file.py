"""Plan files (JSON): the facts and events of a saved plan."""

from __future__ import annotations

import codecs
import datetime as dt
import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from b12sched.errors import InputError, shown
from b12sched.plan.case import FIELDS, Case, number_text, read_fields
from b12sched.plan.clinic import CLINIC_FIELDS, Clinic
from b12sched.plan.events import EarlierCourse, Status
from b12sched.regimen import Drug, Regimen
from b12sched.regimen_file import local_protocol, regimen_values, treatment

SCHEMA = "b12sched/plan/1"
# Other programs write no space after the colon, or escape the slashes.
_NAMES_SCHEMA = rb'"schema"\s{0,9}:\s{0,9}"b12sched\\?/plan\\?/1"'
_ID = "(c[1-9][0-9]?-)?([a-z]{1,20}-[0-9]{1,9}m?|lab-(potassium|reticulocytes|8w))"
_GIVEN = Status.GIVEN
_TYPES: dict[str, type | tuple[type, ...]] = {
    "neuro": bool,
    "egfr": (int, float),
    "loading_weeks": int,
    "accept": list,
    "course": int,
    "months": int,
    "given": list,
    "closed": list,
}
"""The JSON types of the fields that are not texts."""


def case_object(case: Case) -> dict[str, object]:
    """Return a case as the values of its JSON object: all fields, null where absent."""
    values = {name: json_value(getattr(case, name)) for name in FIELDS}
    return values | {"regimen": case.regimen.name if case.states_regimen else None}


def local_object(case: Case) -> dict[str, object] | None:
    """Return a local protocol whole, as JSON values; None for a shipped regimen."""
    if not case.regimen.local:
        return None
    found = json_value(regimen_values(case.regimen))
    assert isinstance(found, dict)  # as that value is
    return found


def json_value(value: object) -> object:
    """Return a value of a plan as JSON holds it: dates as texts, tuples as lists."""
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, tuple | list):
        return [json_value(item) for item in value]
    if isinstance(value, dict):
        return {name: json_value(item) for name, item in value.items()}
    if isinstance(value, float) and value.is_integer():
        return int(value)
    # Words and intervals are texts of types of their own.
    return str(value) if isinstance(value, str) else value


class SavedEvent(NamedTuple):
    """An event as a plan file records it."""

    date: dt.date
    status: str


class Saved(NamedTuple):
    """A plan file: the case and the clinic as rows of text, and the events by id.

    `case` holds given doses as dates; `local` is the local protocol that its regimen
    names, if it does. `document` is the whole file as JSON values, so that unknown
    fields are kept.
    """

    case: dict[str, str]
    clinic: dict[str, str]
    events: dict[str, SavedEvent]
    document: dict[str, object]
    local: Regimen | None = None

    @property
    def facts(self) -> dict[str, object]:
        """The values for a `Case`: the row, with a local protocol as it is."""
        return with_local(self.case, self.local)

    @property
    def given(self) -> set[dt.date]:
        """The days of all recorded doses, those of earlier courses included."""
        days = {each.date for each in self.events.values() if each.status == _GIVEN}
        return days | days_in(self.case, "last_dose") | earlier_given(self.document)


def with_local(row: Mapping[str, str], local: Regimen | None) -> dict[str, object]:
    """Return the facts of a row, with the local protocol that its regimen names."""
    named = local is not None and row.get("regimen") == local.name
    return {**row, "regimen": local} if named else {**row}


def read_plan(content: bytes) -> Saved:
    """Return what a plan file holds.

    Raises InputError naming the field where the file is damaged or not a plan.
    """
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        error = _damaged("content", "is UTF-16")
        error.hint = "save it as UTF-8; write plans with -o, not with > in PowerShell"
        raise error
    try:
        values = json.loads(
            content.decode("utf-8-sig"),
            parse_constant=_no_constant,
            object_pairs_hook=_unique,
        )
    except (ValueError, RecursionError) as error:
        raise _damaged("content", "is not JSON") from error
    if not isinstance(values, dict) or values.get("schema") != SCHEMA:
        raise _damaged("schema", f"is not {SCHEMA}")
    case = _rows(values, "case", FIELDS)
    clinic = _rows(values, "clinic", CLINIC_FIELDS)
    local = _local(values)
    _check_local(case, local)
    _check_fields(with_local(case, local), clinic)
    events = dict(_events(values))
    earlier_cases(values)
    _check_given(values, case, events)
    _write_dates(case, events)
    return Saved(case, clinic, events, values, local)


def _local(values: Mapping[str, object], place: str = "") -> Regimen | None:
    """Return the local protocol that a plan file holds, or a case of its history."""
    held = values.get("local_regimen")
    if held is None:
        return None
    try:
        return local_protocol(held)
    except InputError as error:
        field = f"{place}local_regimen.{error.field or ''}".rstrip(".")
        raise _damaged(field, error.message) from error


def _check_local(
    case: Mapping[str, str], local: Regimen | None, name: str = "case"
) -> None:
    """Raise InputError for a local protocol that is not the regimen of its case."""
    if local is not None and case.get("regimen") != local.name:
        said = f"is not {local.name}, the local regimen that the file holds"
        raise _damaged(f"{name}.regimen", said)


def _check_given(
    values: Mapping[str, object], case: dict[str, str], events: Mapping[str, SavedEvent]
) -> None:
    """Raise InputError for a file that contradicts itself on patient or given doses.

    Only files of the first edition, which do not name their generator, have a given
    through.
    """
    if values.get("patient") != case.get("patient"):
        raise _damaged("patient", "is not the patient of the case")
    if "given_through" in case:
        if "generator" in values:
            raise _damaged(
                "case.given_through", "does not go with doses that are listed by date"
            )
        return
    shown_given = {each.date for each in events.values() if each.status == _GIVEN}
    if shown_given - days_in(case, "given"):
        raise _damaged("case.given", "lacks doses that the events show as given")


def is_plan(content: bytes | None) -> bool:
    """Return whether a file is a plan file, perhaps damaged or reformatted."""
    return content is not None and re.search(_NAMES_SCHEMA, content) is not None


def _write_dates(case: dict[str, str], events: Mapping[str, SavedEvent]) -> None:
    """Replace given_through, which older files hold, by dates.

    The events of the file say on which days those doses were given. Computed anew,
    perhaps with other holidays, the days could differ.
    """
    for end in days_in(case, "given_through"):
        del case["given_through"]
        shown_given = {each.date for each in events.values() if each.status == _GIVEN}
        set_given(case, shown_given | days_in(case, "given"))
        if all(plateau <= end for plateau in days_in(case, "plateau")):
            case.setdefault("as_of", end.isoformat())


def earlier_given(document: dict[str, object]) -> set[dt.date]:
    """Return the days of the doses recorded in earlier courses of a plan file."""
    days: set[dt.date] = set()
    for case, _ in earlier_cases(document):
        days |= days_in(case, "given") | days_in(case, "last_dose")
    return days


def earlier_courses(document: dict[str, object]) -> tuple[EarlierCourse, ...]:
    """Return what is said of the earlier courses of a plan file, the newest first."""
    found = []
    for row, local in earlier_cases(document):
        case = read_fields(with_local(row, local))
        drug, regimen = case.get("drug"), case.get("regimen")
        assert drug is None or isinstance(drug, Drug)  # as the fields are read
        assert regimen is None or isinstance(regimen, Regimen)
        used, _ = treatment(drug, regimen, neuro=case.get("neuro") is True)
        days = sorted(days_in(row, "given"))
        first, last = (days[0], days[-1]) if days else (None, None)
        number = int(row.get("course", "1"))
        [end] = days_in(row, "ended") or [None]
        found.append(EarlierCourse(number, used, len(days), first, last, end))
    return tuple(found)


def earlier_cases(
    values: dict[str, object],
) -> list[tuple[dict[str, str], Regimen | None]]:
    """Return the cases of earlier courses as rows of text, the newest first.

    Each comes with the local protocol that it was planned by, if it was.
    """
    found = []
    for at, case in enumerate(listed(values.get("history"))):
        name = f"history[{at}]"
        local = None
        if isinstance(case, dict):
            local = _local(case, f"{name}.")
            case = {key: each for key, each in case.items() if key != "local_regimen"}
        row = _rows({name: case}, name, FIELDS)
        _check_local(row, local, name)
        _check_fields(with_local(row, local), {}, name)
        found.append((row, local))
    return found


def listed(history: object) -> list[object]:
    """Return the cases of earlier courses as a plan file holds them.

    Raises InputError if they are not a list.
    """
    if history is None:
        return []
    if not isinstance(history, list):
        raise _damaged("history", "is not a list")
    return history


def days_in(row: Mapping[str, str], field: str) -> set[dt.date]:
    """Return the days that a field of a row holds, closed days also as ranges."""
    text = row.get(field)
    if not text:
        return set()
    if field.endswith("closed"):
        try:
            return set(Clinic.parse({"closed": text}).closed)
        except InputError as error:
            error.field = field
            raise
    days = FIELDS["given"](text, field)
    assert isinstance(days, tuple)  # as that field is read
    return set(days)


def set_given(case: dict[str, str], days: set[dt.date]) -> None:
    """Replace the given dates of a case by these."""
    case.pop("given", None)
    if days:
        case["given"] = joined(days)


def joined(days: set[dt.date]) -> str:
    """Return days as the text of a field that takes several."""
    return ";".join(day.isoformat() for day in sorted(days))


def _rows(values: dict[str, object], part: str, known: Iterable[str]) -> dict[str, str]:
    """Return the case or clinic of a plan file as a row of text.

    Raises InputError for an unknown field, and for a value of the wrong type.
    """
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
    """Return a value of a plan file as the text of a cohort column."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return number_text(value)
    return ";".join(map(str, value)) if isinstance(value, list) else str(value)


def _check_fields(
    case: Mapping[str, object], clinic: dict[str, str], name: str = "case"
) -> None:
    """Read each field by itself, so that an error names the field of the file."""
    try:
        read_fields(case)
    except InputError as error:
        raise _damaged(f"{name}.{error.field}", error.message) from error
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
        if not re.fullmatch(_ID, key):
            raise _damaged(f"events[{at}].id", "is not the name of an event")
        try:
            found.append((key, SavedEvent(dt.date.fromisoformat(day), status)))
        except ValueError as error:
            raise _damaged(f"events[{at}].date", "is not a date") from error
    return found


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Return a JSON object. Raises InputError for a key that occurs twice."""
    found = dict(pairs)
    if len(found) < len(pairs):
        [(twice, _)] = Counter(name for name, _ in pairs).most_common(1)
        raise _damaged(twice, "appears twice")
    return found


def _no_constant(name: str) -> object:
    raise ValueError(name)


def _damaged(field: str, message: str) -> InputError:
    return InputError(
        f"{message}: this is not a whole plan file of b12sched",
        "name a JSON file that b12sched wrote, or make the plan anew",
        field=shown(field),
        code="damaged",
    )
