"""A file of given doses, one per row, for the patients of a cohort or of plan files.

Only patient and dates are kept. A fault in a patient's doses fails that patient, so
that no plan is made without a dose that was given.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from b12sched.cohort.csv_rows import read_table
from b12sched.cohort.layout import Layout
from b12sched.cohort.row import Row, RowError, is_reference, key_of
from b12sched.cohort.source import Form, check_kind
from b12sched.cohort.text import text_in
from b12sched.dates import counted, in_order, read_one_of, split_dates
from b12sched.errors import InputError, shown
from b12sched.files.disk import open_file
from b12sched.plan.case import FIELDS

_DOSE = "dose"


@dataclass(slots=True)
class PatientDoses:
    """A patient's dates in a file of doses: first row, reference there, first fault."""

    row: int
    name: str
    days: tuple[dt.date, ...] = ()
    fault: InputError | None = None
    known: bool = False


@dataclass(slots=True)
class Doses:
    """The doses of a file by patient.

    `name` is that of the file, `nameless` the rows that name no patient; `left_out`
    counts dates in rows of another kind than a dose.
    """

    name: str
    patients: dict[str, PatientDoses] = field(default_factory=dict)
    nameless: list[RowError] = field(default_factory=list)
    left_out: int = 0

    def of(self, patient: str) -> PatientDoses | None:
        """Return a patient's doses, None if the file has none; the patient is known."""
        found = self.patients.get(key_of(patient))
        if found is not None:
            found.known = True
        return found

    def beside(self, rows: Iterable[Row | RowError]) -> Iterator[Row | RowError]:
        """Yield the rows of a cohort, each with its patient's doses.

        Rows of the doses file that name no patient come first, its patients who have no
        row come last: they are errors.
        """
        yield from self.nameless
        for row in rows:
            patient = row.values.get("patient")
            found = self.of(patient) if patient else None
            if found is None or isinstance(row, RowError):
                yield row
            else:
                yield row._replace(doses=found.days, fault=found.fault)
        yield from self.unknown("is not in the cohort", "add the patient's row")

    def unknown(self, message: str, cure: str) -> Iterator[RowError]:
        """Yield an error for each patient who was not asked for (`of`)."""
        for each in self.patients.values():
            if not each.known:
                number = counted(len(each.days), "dose")
                if each.fault is not None:
                    number = each.fault.message
                yield RowError(
                    each.row,
                    "patient",
                    each.name,
                    f"{shown(self.name)}: {shown(each.name)} {message} ({number})",
                    f"check the reference in the file of doses, or {cure}",
                    {},
                    code="unknown-patient",
                )

    def notes(self) -> list[str]:
        """Return what a summary says of the file."""
        if not self.left_out:
            return []
        were = "was" if self.left_out == 1 else "were"
        dates = counted(self.left_out, "date")
        name = shown(self.name)
        return [f"{dates} in {name} {were} left out: not in a row of the kind dose"]


def read_doses(path: Path, layout: Layout) -> Doses:
    """Return the doses of a CSV file.

    `layout` is that of the cohort: it says under which headers fields stand, and the
    order of dates. Raises InputError for a file that cannot be one of doses.
    """
    doses = Doses(path.name)
    days: dict[str, dt.date] = {}
    with open_file(path, "doses") as stream:
        try:
            check_kind(stream, Form.CSV, "save the doses as CSV, one row per dose")
            columns, rows = read_table(text_in(stream), layout.for_doses())
            there = {column.field for column in columns}
            stated = {field for field, _ in layout.fields}
            dates_in = _dates_column(there, stated)
            for row in rows:
                _record(doses, row, dates_in, days)
        except InputError as error:
            name = shown(path.name)
            error.field = f"{name}: {error.field}" if error.field else name
            raise
    return doses


def _dates_column(there: Collection[str], stated: Collection[str]) -> str:
    """Return the field that holds the dates, given_on before given if it is stated.

    Raises InputError if none does, or both do.
    """
    names = [name for name in ("given_on", "given") if name in there]
    if len(names) == 1 or (names and "given_on" in stated):
        return names[0]
    are = (
        "are columns given_on and given" if names else "is no column given_on or given"
    )
    raise InputError(
        f"there {are}",
        "state the header of the dates: --column given_on=HEADER",
        field="header",
    )


def _record(
    doses: Doses, row: Row | RowError, dates_in: str, days: dict[str, dt.date]
) -> None:
    """Add the dose of a row; `days` holds the texts that were read before."""
    text = row.values.get(dates_in, "").strip()
    if not text and isinstance(row, Row):
        return
    if row.values.get("kind", _DOSE).strip().lower() != _DOSE:
        doses.left_out += 1
        return
    name, day, fault = row.values.get("patient", ""), None, None
    number = row.number if isinstance(row, Row) else row.row
    try:
        if name or isinstance(row, Row):
            FIELDS["patient"](name, "patient")
        day = (isinstance(row, Row) and days.get(text)) or _day(row, text)
        _check_given(row)
    except InputError as error:
        fault = error
    # A space beside a reference fails the patient who is meant: no plan without a dose.
    meant = name.strip()
    if fault is not None and not is_reference(meant):
        doses.nameless.append(_nameless(doses.name, number, name, fault))
        return
    found = doses.patients.setdefault(key_of(meant), PatientDoses(number, meant))
    if fault is not None:
        fault.message = f"{shown(doses.name)}, row {number}: {fault.message}"
        fault.field = "given"
        found.fault = found.fault or fault
    elif day is not None and day not in found.days:
        days[text] = day
        found.days = (*found.days, day)


def _day(row: Row | RowError, text: str) -> dt.date:
    """Return the date of a row's dose. Raises InputError, also for a broken row."""
    if isinstance(row, RowError):
        raise InputError(row.text, row.hint, value=row.value)
    order = row.dates
    try:
        return read_one_of(in_order(text, "given", order) if order else text, "given")
    except InputError as error:
        if len(split_dates(text, "given")) > 1:
            error.hint = "write one dose per row"
        raise


def _check_given(row: Row | RowError) -> None:
    """Raise InputError for a dose beside a reason why it was not given."""
    because = row.values.get("not_given_because", "").strip()
    if because:
        raise InputError(
            f"has a date, and {shown(because)} as the reason why it was not given",
            "remove one of the two",
            value=because,
        )


def _nameless(file: str, number: int, name: str, fault: InputError) -> RowError:
    """Return the error for a dose of nobody."""
    text, hint, code = "the patient is missing", "state whose dose it is", "missing"
    if name or fault.field != "patient":
        text, hint, code = fault.message, fault.hint, fault.code
    return RowError(
        number, "patient", name, f"{shown(file)}: {text}", hint, {}, code=code
    )
