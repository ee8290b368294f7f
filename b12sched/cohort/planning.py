"""Plans of rows: any mapping becomes texts by column, then a plan or a row error."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import starmap

from b12sched.cohort.layout import Layout
from b12sched.cohort.row import Row, RowError, read_case, recorded, row_error, unique
from b12sched.cohort.seen import FirstRows
from b12sched.cohort.text import visible
from b12sched.cohort.values import text_for
from b12sched.errors import B12SchedError, InputError, shown, text_of
from b12sched.plan.build import build
from b12sched.plan.case import check_not_future
from b12sched.plan.clinic import Clinic
from b12sched.plan.events import Plan


def plan_row(
    row: Row | Mapping[str, object],
    clinic: Clinic | None = None,
    defaults: Mapping[str, object] | None = None,
    *,
    today: dt.date | None = None,
) -> Plan | RowError:
    """Return the plan of one row, or why it has none.

    `row` holds values by cohort column: texts, or dates, numbers, booleans, lists and
    arrays as a data frame holds them; None, NaN, NaT and an empty text are absent.
    `defaults` are values for columns in which the row has none; its `regimen` may be a
    local protocol, which a row then names. A row needs a patient reference. With
    `today`, a fact after that day and after a stated as of is an error. Never raises
    an exception for what a row is or holds.
    """
    found = numbered(1, row)
    if isinstance(found, RowError):
        return found
    try:
        where = clinic or Clinic()
        stated = read_case(found.texts, defaults or {})
        case = recorded(found, stated, where)
        if today is not None:
            check_not_future(case, today, stated.as_of)
        plan = build(case, where)
        return plan if case.given_through is None else replace(plan, of_row=True)
    except B12SchedError as error:
        return row_error(found, error)


def plan_rows(
    rows: Iterable[Row | RowError | Mapping[str, object]],
    clinic: Clinic | None = None,
    defaults: Mapping[str, object] | None = None,
) -> Iterator[Plan | RowError]:
    """Yield for each row of a cohort, in order, its plan or why it has none.

    `rows` are those of `open_cohort`, or mappings as `plan_row` takes them. A row whose
    patient reference an earlier row has (compared without case) is an error.
    """
    clinic = clinic or Clinic()
    with FirstRows() as seen:
        for row in unique(starmap(numbered, enumerate(rows, 1)), seen):
            yield row if isinstance(row, RowError) else plan_row(row, clinic, defaults)


def numbered(
    number: int,
    row: Row | RowError | Mapping[str, object],
    layout: Layout = Layout(),  # noqa: B008  # immutable
) -> Row | RowError:
    """Return a row of any values as a row of texts, or an error for a value with none.

    A row that was read already stays as it is.
    """
    try:
        if isinstance(row, Row | RowError):
            return row
        pairs = [(visible(text_of(key)), value) for key, value in row.items()]
    except Exception:
        return _no_row(number, row)
    columns, wrong = layout.of_row(tuple(name for name, _ in pairs))
    values: dict[str, str] = {}
    carried = dict.fromkeys(layout.carry, "")
    fault: B12SchedError | None = None
    for (name, value), column in zip(pairs, columns, strict=True):
        if not column.kept and (column.ignored or layout.ignore_others):
            continue
        field = column.field or name
        try:
            text = text_for(field, value, several=field in ("given", "accept"))
        except InputError as error:
            text = visible(text_of(value))
            fault = fault or error
        if column.carried:
            carried[column.carried] = text
        if column.field or not column.carried:
            values[field] = text
    found = Row(number, values, tuple(carried.items()), layout.dates)
    if wrong is not None:
        # A key is at fault: the column of this row that has its name, if there is one.
        fault = fault or InputError(
            wrong.message, wrong.hint, field=wrong.value, code=wrong.code
        )
    if fault is None:
        return found
    lacking = wrong is not None or fault.field == "patient"
    return row_error(found, fault)._replace(incomplete=lacking)


def _no_row(number: int, row: object) -> RowError:
    text = visible(text_of(row))
    return RowError(
        number,
        "",
        text,
        f"{shown(text)} is a {type(row).__name__}, not a row of values by column",
        "write a mapping: {'patient': 'A-17', 'start': '2026-01-05'}",
        {},
    )
