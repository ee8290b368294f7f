"""One row of a cohort: its texts by column, the case that they make, its error."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import NamedTuple

from b12sched.cohort.seen import FirstRows
from b12sched.dates import DateOrder, in_order
from b12sched.errors import B12SchedError, InputError, shown, text_of
from b12sched.plan.build import build
from b12sched.plan.build import recorded as as_dates
from b12sched.plan.case import (
    ALTERNATIVES,
    DATES,
    FIELDS,
    Case,
    check_alternatives,
    check_regimen,
    read_fields,
)
from b12sched.plan.clinic import Clinic
from b12sched.regimen import Drug, Regimen
from b12sched.regimen_file import treatment

_OTHER = {
    name: other for pair in ALTERNATIVES for name, other in (pair, reversed(pair))
}
"""The alternative of each field that has one (`ALTERNATIVES`)."""

_IN_A_ROW = {
    "neuro": "write yes or no in the column neuro: neurological symptoms or signs",
    "renal": "write normal, impaired, dialysis or unknown in the column renal, or an "
    "eGFR in the column egfr",
    "start": "write the date planned for the first injection in the column start, or "
    "that of the last one in the column last_dose",
}
"""The hints for a fact that a row lacks: an option would state it for all rows."""

_SUMS = {"total", "totals", "subtotal", "sum", "count", "average", "mean"}


Carried = tuple[tuple[str, str], ...]
"""What comes along unread: header, as `Layout.carry` states it, and text."""


_WHOLE_NUMBER = re.compile(r"([0-9]+)\.0+")


class Row(NamedTuple):
    """One row as it was read: its number in the file, and texts by column.

    `dates` is the declared order of day and month in its dates of numbers. `doses` are
    the patient's dates in a file of doses, `fault` what is wrong with them.
    """

    number: int
    values: dict[str, str]
    carried: Carried = ()
    dates: DateOrder | None = None
    doses: tuple[dt.date, ...] = ()
    fault: InputError | None = None

    @property
    def texts(self) -> Mapping[str, str]:
        """Return the texts by column, dates of numbers as ISO. Raises InputError."""
        if self.dates is None:
            return self.values
        return self.values | {
            name: in_order(self.values[name], name, self.dates)
            for name in DATES
            if name in self.values
        }


class RowError(NamedTuple):
    """The reason why a row has no plan: a value, not an exception.

    `row` is the number that a spreadsheet shows (JSON Lines: the line; other rows:
    counted from 1). `column` is empty where the row as a whole is at fault. `text` says
    what is wrong, `hint` what to do. `values` are the row's own texts by column.
    `incomplete` says that these texts alone would make a plan, but not the one meant:
    they lack part of the row, or its patient has another row. `carried` is what came
    along unread; `code` is the kind of fault (docs/formats.md).
    """

    row: int
    column: str
    value: str
    text: str
    hint: str
    values: Mapping[str, str]
    incomplete: bool = False
    carried: Carried = ()
    code: str = "unusable"

    @property
    def treacherous(self) -> bool:
        """Return `incomplete`: its first name, kept for programs that use it."""
        return self.incomplete

    def __str__(self) -> str:
        where = f"{self.column}: " if self.column else ""
        return f"row {self.row}: {where}{self.text}"


def row_error(row: Row, error: B12SchedError) -> RowError:
    """Return the row error for what reading or planning the row raised."""
    named = error.column
    column = named if named and (named in FIELDS or named in row.values) else ""
    value = error.value if error.value is not None else row.values.get(column, "")
    text = error.message
    if error.field and error.field != column:
        text = f"{error.field}: {text}"
    hint = _IN_A_ROW.get(column, error.hint) if error.code == "missing" else error.hint
    if text_of(row.values.get("patient")).strip(" :").lower() in _SUMS:
        hint += "; if this is a row of totals, delete it"
    return RowError(
        row.number,
        column,
        value,
        text,
        hint,
        row.values,
        carried=row.carried,
        code=error.code,
    )


def read_case(values: Mapping[str, str], defaults: Mapping[str, object]) -> Case:
    """Return the case of a row's texts, with the defaults where it has none.

    A value also replaces the default of its alternative: `egfr` that of `renal`. A
    default regimen, drug or projection that the row's own values rule out is left out.
    Raises InputError and RefusedError as `Case.parse` does, and InputError without a
    patient reference.
    """
    own: dict[str, object] = {name: text for name, text in values.items() if text}
    local, named = defaults.get("regimen"), values.get("regimen")
    if named and isinstance(local, Regimen) and named.lower() == local.name:
        own["regimen"] = local
    if "patient" not in own:
        raise InputError(
            "is missing",
            "state a reference for each patient: it names the plan",
            field="patient",
            code="missing",
        )
    used = {
        name: text
        for name, text in defaults.items()
        if name not in own and _OTHER.get(name) not in own
    }
    if not used.keys().isdisjoint(_RULED_OUT):
        _leave_out(used, own)
    return Case.parse(used | own)


def recorded(row: Row, case: Case, clinic: Clinic) -> Case:
    """Return a row's case with the doses that a file of doses has for its patient.

    Raises InputError for what is wrong with them, and as `with_doses` does.
    """
    if row.fault is not None:
        raise row.fault
    if not row.doses:
        return case
    try:
        return with_doses(case, row.doses, clinic)
    except InputError as error:
        error.message += " (recorded in the file of doses)"
        raise


def with_doses(case: Case, days: Iterable[dt.date], clinic: Clinic) -> Case:
    """Return a case with further given doses, recorded as `revise --given` does.

    What given through stands for becomes dates first; an earlier as of is raised. A
    date that is known, or not after the last dose of a patient who has one, changes
    nothing. Raises InputError for a date that contradicts the case.
    """
    new = {day for day in days if case.last_dose is None or day > case.last_dose}
    new -= set(case.given)
    known = as_dates(build(case, clinic)) if new and case.given_through else case
    new -= set(known.given)
    if not new:
        return case
    as_of = known.as_of and max(known.as_of, *new)
    return replace(known, given=(*known.given, *new), as_of=as_of)


def _leave_out(used: dict[str, object], own: Mapping[str, object]) -> None:
    """Take defaults out that the row's own values rule out.

    These are a regimen or drug that does not fit the row's own, and projected weeks
    where its own facts leave nothing to project.
    """
    drug, regimen, neuro = _treatment({**used, **own})
    if regimen is not None:
        other_drug = drug is not None and not regimen.takes(drug)
        other_neuro = neuro is not None and not regimen.suits(neuro=neuro)
        if "regimen" in own:
            if other_drug:
                used.pop("drug", None)
        elif (other_drug and "drug" in own) or (other_neuro and "neuro" in own):
            del used["regimen"]
    if "loading_weeks" in used and not own.keys().isdisjoint(_SAYS_HOW_LONG):
        drug, regimen, neuro = _treatment({**used, **own})
        if "last_dose" in own or (
            neuro is not None and treatment(drug, regimen, neuro=neuro)[1].open is None
        ):
            del used["loading_weeks"]


_SAYS_HOW_LONG = {"last_dose", "neuro", "drug", "regimen"}
_RULED_OUT = {"regimen", "drug", "loading_weeks"}


def _treatment(
    values: Mapping[str, object],
) -> tuple[Drug | None, Regimen | None, bool | None]:
    """Return the drug, the regimen and the neurology of a row, each None if absent."""
    names = ("drug", "regimen", "neuro")
    read = read_fields({name: values[name] for name in names if name in values})
    drug, regimen, neuro = map(read.get, names)
    return (
        drug if isinstance(drug, Drug) else None,
        regimen if isinstance(regimen, Regimen) else None,
        neuro if isinstance(neuro, bool) else None,
    )


def check_defaults(defaults: Mapping[str, object]) -> None:
    """Raise InputError for defaults that cannot be used, before any row is read."""
    read_fields(defaults)
    check_alternatives(defaults)
    drug, regimen, neuro = _treatment(defaults)
    if regimen is not None:
        check_regimen(regimen, drug, neuro)


def key_of(patient: str) -> str:
    """Return a reference for comparison: without case, however accents are encoded.

    Programs write the number 17 also as `17.0`: both are one reference.
    """
    number = _WHOLE_NUMBER.fullmatch(patient)
    return unicodedata.normalize("NFC", (number[1] if number else patient).casefold())


def unique(rows: Iterable[Row | RowError], seen: FirstRows) -> Iterator[Row | RowError]:
    """Yield the rows, a patient's later rows as errors; `seen` stores the first one."""
    for row in rows:
        patient = row.values.get("patient") or ""
        if isinstance(row, RowError) or not is_reference(patient):
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
                f"{shown(patient)} is already the patient of row {first.row}"
                + f" (there {shown(first.name)})" * (first.name != patient),
                "put all given doses into one row, and delete the other",
                row.values,
                incomplete=True,
                carried=row.carried,
                code="duplicate",
            )


def is_reference(text: str) -> bool:
    """Return whether a text can be a patient's reference."""
    try:
        FIELDS["patient"](text, "patient")
    except InputError:
        return False
    return True
