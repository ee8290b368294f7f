"""One row of a cohort: texts by column in, a plan or a row error out."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import NamedTuple

from b12sched.case import (
    ALTERNATIVES,
    FIELDS,
    Case,
    check_alternatives,
    check_not_future,
    read_fields,
)
from b12sched.clinic import Clinic
from b12sched.cohort.text import IGNORED, not_utf8, visible
from b12sched.errors import B12SchedError, InputError, shown, unknown_name
from b12sched.events import Plan
from b12sched.plan import build
from b12sched.seen import FirstRows

_OTHER = {
    name: other for pair in ALTERNATIVES for name, other in (pair, reversed(pair))
}
"""What to do about a patient who is there twice."""

_SUMS = {"total", "totals", "subtotal", "sum", "count", "average", "mean"}
_ABSENT_TYPES = {"NAType", "NaTType"}
_SEPARATOR = ";"
_MANY = (list, tuple, set, frozenset)


class Row(NamedTuple):
    """One row as it was read: its number in the file, and texts by column."""

    number: int
    values: dict[str, str]


class RowError(NamedTuple):
    """Why a row has no plan: a value, not an exception.

    `row` is the number that a spreadsheet shows (JSON Lines: the line; other rows:
    counted from 1). `column` is empty where the row as a whole is at fault. `text` says
    what is wrong, `hint` what to do. `values` are the row's own texts by column.
    `treacherous`: as these texts alone the row would be a plan, but not the one that is
    meant, as something of the row is not among them or its patient has another row.
    """

    row: int
    column: str
    value: str
    text: str
    hint: str
    values: Mapping[str, str]
    treacherous: bool = False

    def __str__(self) -> str:
        where = f"{self.column}: " if self.column else ""
        return f"row {self.row}: {where}{self.text}"


def row_error(row: Row, error: B12SchedError) -> RowError:
    """A row error from what reading or planning the row raised."""
    named = error.column
    column = named if named and (named in FIELDS or named in row.values) else ""
    value = error.value if error.value is not None else row.values.get(column, "")
    text = error.message
    if error.field and error.field != column:
        text = f"{error.field}: {text}"
    hint = error.hint
    if row.values.get("patient", "").strip(" :").lower() in _SUMS:
        hint += "; if this is a row of totals, delete it"
    return RowError(row.number, column, value, text, hint, row.values)


def plan_row(
    row: Row | Mapping[str, object],
    clinic: Clinic | None = None,
    defaults: Mapping[str, str] | None = None,
    *,
    today: dt.date | None = None,
) -> Plan | RowError:
    """The plan of one row, or why it has none.

    `row` holds values by cohort column: texts, or dates, numbers, booleans and lists as
    a data frame gives them; None, NaN and an empty text are absent. `defaults` are
    texts for columns in which the row has none. A row needs a patient reference. With
    `today` a fact after it is an error where no as of is stated. Raises nothing for
    whatever a row may hold.
    """
    found = row if isinstance(row, Row) else numbered(1, row)
    if isinstance(found, RowError):
        return found
    try:
        case = read_case(found.values, defaults or {})
        if today is not None:
            check_not_future(case, today)
        return build(case, clinic or Clinic())
    except B12SchedError as error:
        return row_error(found, error)


def plan_rows(
    rows: Iterable[Row | RowError | Mapping[str, object]],
    clinic: Clinic | None = None,
    defaults: Mapping[str, str] | None = None,
) -> Iterator[Plan | RowError]:
    """The plan of each row of a cohort or why it has none, in order, one at a time.

    `rows` are those of `open_cohort`, or mappings as `plan_row` takes them. A patient
    whose reference was there before (compared without case) is an error of the later
    row.
    """
    clinic = clinic or Clinic()
    with FirstRows() as seen:
        for row in unique(_numbered_all(rows), seen):
            yield row if isinstance(row, RowError) else plan_row(row, clinic, defaults)


def read_case(values: Mapping[str, str], defaults: Mapping[str, str]) -> Case:
    """The case of a row's texts, where it has none those of the defaults.

    A value displaces the default of its alternative, too: `egfr` that of `renal`.
    Raises InputError and RefusedError as `Case.parse` does, and InputError without a
    patient reference.
    """
    own = {name: text for name, text in values.items() if text}
    if "patient" not in own:
        raise InputError(
            "is missing",
            "state a reference for each patient: it names the plan",
            field="patient",
        )
    used = {
        name: text
        for name, text in defaults.items()
        if name not in own and _OTHER.get(name) not in own
    }
    return Case.parse(used | own)


def check_defaults(defaults: Mapping[str, str]) -> None:
    """Raise InputError for defaults that cannot be used, before any row is read."""
    read_fields(defaults)
    check_alternatives(defaults)


def key_of(patient: str) -> str:
    """A reference as it is compared: without case, however accents are encoded."""
    return unicodedata.normalize("NFC", patient.casefold())


def unique(rows: Iterable[Row | RowError], seen: FirstRows) -> Iterator[Row | RowError]:
    """The rows, a second one of the same patient as an error; `seen` remembers."""
    for row in rows:
        patient = row.values.get("patient") or ""
        if isinstance(row, RowError) or not _is_reference(patient):
            yield row
            continue
        first = seen.first(key_of(patient), row.number, patient)
        if first.row == row.number:
            yield row
        else:
            yield RowError(
                row.number,
                "patient",
                patient,
                f"{shown(patient)} is the patient of row {first.row}, too",
                "put all given doses into one row, and take the other out",
                row.values,
                treacherous=True,
            )


def _is_reference(text: str) -> bool:
    try:
        return bool(text and FIELDS["patient"](text, "patient"))
    except InputError:
        return False


def numbered(number: int, row: Mapping[str, object]) -> Row | RowError:
    """A row of values of any kind as a row of texts, or which value cannot be one."""
    values: dict[str, str] = {}
    fault: B12SchedError | None = None
    for key, value in row.items():
        name = visible(str(key))
        if name.startswith(IGNORED):
            continue
        try:
            values[name] = _text(name, value)
        except InputError as error:
            values[name] = visible(str(value))
            fault = fault or error
    unknown = [name for name in values if name not in FIELDS]
    if unknown and fault is None:
        fault = unknown_name("column", unknown[0], FIELDS)
        fault.value = values[unknown[0]]
    found = Row(number, values)
    if fault is None:
        return found
    lacking = bool(unknown) or fault.field == "patient"
    return row_error(found, fault)._replace(treacherous=lacking)


def _numbered_all(
    rows: Iterable[Row | RowError | Mapping[str, object]],
) -> Iterator[Row | RowError]:
    for number, row in enumerate(rows, 1):
        if isinstance(row, Row | RowError):
            yield row
        else:
            yield numbered(number, row)


def _text(name: str, value: object) -> str:
    """A value of a data frame or of JSON as the text that a cohort file would hold."""
    if isinstance(value, str):
        if bad := not_utf8(value):
            raise InputError(
                f"{shown(visible(value))} {bad}", "write it in UTF-8", field=name
            )
        return value
    if _is_absent(value):
        return ""
    if name == "given" and isinstance(value, _MANY) and not _nested(value):
        return _SEPARATOR.join(_text(name, item) for item in value)
    if hasattr(value, "item"):  # numpy's own numbers and booleans
        value = value.item()
    text = _plain_text(name, value)
    if text is None:
        raise InputError(
            f"{shown(visible(str(value)))} is a {type(value).__name__}",
            "enter a text, a number, a date or, for given, a list of dates",
            field=name,
            value=visible(str(value)),
        )
    return text


def _plain_text(name: str, value: object) -> str | None:
    if isinstance(value, bool):
        return ("no", "yes")[value] if name == "neuro" else str(value).lower()
    if isinstance(value, dt.datetime):
        # A data frame has no dates without a time; any other time is none of ours.
        return value.date().isoformat() if value.time() == dt.time() else None
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, int | float):
        return repr(int(value)) if value == value // 1 else repr(value)
    return None


def _nested(values: Collection[object]) -> bool:
    return any(isinstance(value, _MANY) for value in values)


def _is_absent(value: object) -> bool:
    if value is None or type(value).__name__ in _ABSENT_TYPES:
        return True
    return isinstance(value, float) and value != value
