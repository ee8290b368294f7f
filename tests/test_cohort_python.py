"""A cohort from Python: rows of any origin in, plans or row errors out."""

from __future__ import annotations

import datetime as dt
import pickle
from collections.abc import Iterator
from pathlib import Path

import pytest
from spec import every_day, table

from b12sched import Clinic, Plan, RowError, open_cohort, plan_row, plan_rows
from b12sched.case import FIELDS
from b12sched.cohort import Form, Row
from b12sched.errors import InputError

GOOD = {"patient": "A-1", "start": "2026-01-05", "neuro": "no", "renal": "normal"}


def plan_of(row: dict[str, object]) -> Plan:
    found = plan_row(row)
    assert isinstance(found, Plan), found
    return found


def error_of(row: dict[str, object]) -> RowError:
    found = plan_row(row)
    assert isinstance(found, RowError)
    return found


# --- one row ------------------------------------------------------------------------


def test_a_row_of_texts_is_a_plan() -> None:
    """Six loading doses from 5 January, then every two months from the 16th."""
    plan = plan_row(GOOD, Clinic.parse({"open": "mon-fri"}))
    assert isinstance(plan, Plan)
    assert [dose.date.isoformat() for dose in plan.doses][:7] == [
        *("2026-01-05", "2026-01-07", "2026-01-09"),
        *("2026-01-12", "2026-01-14", "2026-01-16", "2026-03-16"),
    ]


class Whole:
    """A number as numpy has it: not an int, but one comes out of it."""

    def item(self) -> int:
        return 3


NaTType = type("NaTType", (), {})
NAType = type("NAType", (), {})


@pytest.mark.parametrize(
    ("column", "value", "field", "found"),
    [
        ("start", dt.date(2026, 1, 6), "start", dt.date(2026, 1, 6)),
        ("start", dt.datetime(2026, 1, 6), "start", dt.date(2026, 1, 6)),  # noqa: DTZ001
        ("neuro", True, "neuro", True),
        ("neuro", False, "neuro", False),
        ("months", 6, "months", 6),
        ("months", 6.0, "months", 6),
        ("months", Whole(), "months", 3),
        ("months", None, "months", None),
        ("months", float("nan"), "months", None),
        ("plateau", NaTType(), "plateau", None),
        ("interval", NAType(), "interval", None),
        ("given", [dt.date(2026, 1, 5)], "given", (dt.date(2026, 1, 5),)),
        ("given", ("2026-01-05",), "given", (dt.date(2026, 1, 5),)),
        ("given", [], "given", ()),
        ("error_text", "mended", "months", None),
    ],
)
def test_values_of_a_data_frame_are_read(
    column: str, value: object, field: str, found: object
) -> None:
    """Dates, numbers, booleans and lists; None, NaN and NaT are absent."""
    plan = plan_of({**GOOD, column: value})
    assert getattr(plan.case, field) == found


def test_an_egfr_may_be_a_number() -> None:
    """55.5 is below 60: impaired."""
    row = {name: value for name, value in GOOD.items() if name != "renal"}
    assert plan_of({**row, "egfr": 55.5}).case.renal_status == "impaired"


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("start", dt.datetime(2026, 1, 6, 9, 30), "is a datetime"),  # noqa: DTZ001
        ("start", 46027, "46027"),
        ("months", 6.5, "6.5"),
        ("months", True, "true"),
        ("patient", {"name": "A"}, "is a dict"),
        ("start", ["2026-01-05"], "is a list"),
        ("given", [b"2026-01-05"], "is a bytes"),
        ("patient", "\ud800", "UTF-8"),
        ("strat", "2026-01-05", "not a known column"),
    ],
)
def test_a_value_that_cannot_be_read_is_a_row_error(
    column: str, value: object, said: str
) -> None:
    """Never an exception: the column, what is wrong, what to do."""
    error = error_of({**GOOD, column: value})
    assert error.column == column
    assert said in error.text
    assert error.hint
    assert error.row == 1


def test_a_row_needs_a_patient() -> None:
    """The reference is what the plan is known by."""
    row = {name: value for name, value in GOOD.items() if name != "patient"}
    error = error_of({**row})
    assert (error.column, error.value, error.values) == ("patient", "", row)


def test_a_refusal_names_rule_and_column() -> None:
    """RENAL-CYANO is about the drug, NEURO-INTERVAL about the interval."""
    error = error_of({**GOOD, "renal": "dialysis", "drug": "cyanocobalamin"})
    assert (error.column, error.value) == ("drug", "cyanocobalamin")
    assert error.text.startswith("RENAL-CYANO: ")
    error = error_of({**GOOD, "neuro": "yes", "interval": "12w"})
    assert (error.column, error.value) == ("interval", "12w")
    assert error.text.startswith("NEURO-INTERVAL: ")


HOW = "write the date as 2026-01-05"
LACKING = "is not a full date: day, month and year are needed"
WHAT_TO_WRITE = "write a text, a number, a date or, for given, a list of dates"
REFERENCE = "enter a reference for each patient: it names the plan"


@table(
    "changes, column, value, text, hint",
    ("a date", {"start": "x"}, "start", "x", f"x {LACKING}", HOW),
    (
        "one of several dates",
        {"given": "2026-01-05;x"},
        "given",
        "x",
        f"x {LACKING}",
        HOW,
    ),
    ("no patient", {"patient": None}, "patient", "", "is missing", REFERENCE),
    (
        "no patient, in a row of totals",
        {"patient": "Total :", "start": "x"},
        "start",
        "x",
        f"x {LACKING}",
        f"{HOW}; if this is a row of totals, delete it",
    ),
    (
        "a patient whose reference only holds such a word",
        {"patient": "SumX", "start": "x"},
        "start",
        "x",
        f"x {LACKING}",
        HOW,
    ),
    (
        "an unknown column",
        {"strat": "2026-01-05", "error_text": "mended", "x": ""},
        "strat",
        "2026-01-05",
        "strat is not a known column",
        f"did you mean start? allowed: {', '.join(FIELDS)}",
    ),
    (
        "another type",
        {"patient": {"a": 1}},
        "patient",
        "{'a': 1}",
        "'{'a': 1}' is a dict",
        WHAT_TO_WRITE,
    ),
    (
        "the first of two values of another type",
        {"start": b"x", "months": b"y"},
        "start",
        "b'x'",
        "'b'x'' is a bytes",
        WHAT_TO_WRITE,
    ),
    (
        "a list in a list",
        {"given": [["2026-01-05"]]},
        "given",
        "['2026-01-05']",
        "'['2026-01-05']' is a list",
        WHAT_TO_WRITE,
    ),
    (
        "one of several given values of another type",
        {"given": ["2026-01-05", b"x"]},
        "given",
        "b'x'",
        "'b'x'' is a bytes",
        WHAT_TO_WRITE,
    ),
    (
        "half a character",
        {"start": "\ud800"},
        "start",
        "\\ud800",
        "\\ud800 holds \\ud800, which is no character of UTF-8",
        "write it in UTF-8",
    ),
    (
        "half a character inside another type",
        {"start": ("\ud800",)},
        "start",
        "('\\ud800',)",
        "'('\\ud800',)' is a tuple",
        WHAT_TO_WRITE,
    ),
    (
        "a moment",
        {"start": dt.datetime(2026, 1, 6, 9)},  # noqa: DTZ001
        "start",
        "2026-01-06 09:00:00",
        "'2026-01-06 09:00:00' is a datetime",
        WHAT_TO_WRITE,
    ),
    (
        "the count of a fraction",
        {"months": 6.5},
        "months",
        "6.5",
        "6.5 is not a whole number from 1 to 600",
        "",
    ),
)
def test_a_row_error_says_all_there_is_to_say(
    changes: dict[str, object], column: str, value: str, text: str, hint: str
) -> None:
    """Column, value, what is wrong and what to do."""
    error = error_of({**GOOD, **changes})
    found = error.column, error.value, error.text
    assert found == (column, value, text)
    assert error.hint == hint or not hint


def test_a_fault_of_the_clinic_is_of_no_column() -> None:
    """It is the row's all the same: the dates that are wanted are its own."""
    closed = every_day("2026 Jan 5", "2026 Mar 6")
    error = plan_row(GOOD, Clinic.parse({"closed": closed}))
    assert error == RowError(
        1,
        "",
        "2026-01-05",
        "closed: no open day from 2026-01-05 to 2026-03-06",
        "check the open days, holidays and closed days of the clinic",
        GOOD,
    )
    assert str(error) == "row 1: closed: no open day from 2026-01-05 to 2026-03-06"


def test_a_row_error_without_a_column_is_shown_without_one() -> None:
    """The row, and what is wrong with it."""
    assert str(RowError(7, "", "x", "is no row", "", {})) == "row 7: is no row"


def test_a_column_that_is_ignored_ends_nothing() -> None:
    """The columns after it are read; it is no part of the row."""
    plan = plan_of({"error_row": "2", "error_": object(), **GOOD, "months": "3"})
    assert plan.case.months == 3
    error = error_of({"error_row": "2", **GOOD, "start": "x"})
    assert error.values == {**GOOD, "start": "x"}


def test_clinic_and_defaults_are_every_rows() -> None:
    """A Saturday moves to the Monday, and the plan is as long as was said."""
    rows = [{**GOOD, "patient": name, "start": "2026-01-03"} for name in "AB"]
    plans = list(plan_rows(rows, Clinic.parse({"open": "mon-fri"}), {"months": "3"}))
    for plan in plans:
        assert isinstance(plan, Plan)
        assert (plan.start, plan.case.months) == (dt.date(2026, 1, 5), 3)
    (plan,) = plan_rows(rows[:1])
    assert isinstance(plan, Plan)
    assert (plan.start, plan.case.months) == (dt.date(2026, 1, 3), None)


def test_defaults_are_for_what_the_row_does_not_say() -> None:
    """A value beats a default, and the default of its alternative."""
    row = {name: value for name, value in GOOD.items() if name != "renal"}
    plan = plan_row({**row, "until": "2026-02-01"}, None, {"egfr": "90", "months": "3"})
    assert isinstance(plan, Plan)
    assert (plan.case.egfr, plan.case.months) == (90.0, None)
    plan = plan_row({**row, "renal": "impaired"}, None, {"egfr": "90", "months": "3"})
    assert isinstance(plan, Plan)
    assert (plan.case.renal_status, plan.case.months) == ("impaired", 3)


def test_a_plan_and_a_row_error_can_be_sent_to_another_process() -> None:
    """As Spark, Dask and a pool of processes do."""
    clinic = Clinic.parse({"open": "mon-fri", "holidays": "GB-ENG"})
    for found in (plan_row(GOOD, clinic), plan_row({**GOOD, "start": "x"})):
        assert pickle.loads(pickle.dumps(found)) == found  # noqa: S301  # our own


# --- a cohort -----------------------------------------------------------------------


def test_rows_come_one_at_a_time() -> None:
    """The first plan is there before the second row is asked for."""
    asked = []

    def one_by_one() -> Iterator[dict[str, object]]:
        for number in range(3):
            asked.append(number)
            yield {**GOOD, "patient": f"A-{number}"}

    plans = plan_rows(one_by_one())
    assert isinstance(next(plans), Plan)
    assert asked == [0]


def test_a_second_row_of_a_patient_is_an_error() -> None:
    """Without case, and however accents are encoded; rows are counted from 1."""
    rows = [
        {**GOOD, "patient": name} for name in ("Zoë", "A", "ZOE\N{COMBINING DIAERESIS}")
    ]
    first, second, third = plan_rows(rows)
    assert isinstance(first, Plan)
    assert isinstance(second, Plan)
    assert isinstance(third, RowError)
    assert (third.row, third.column) == (3, "patient")
    assert "row 1" in third.text


def test_a_file_is_gone_through_once(tmp_path: Path) -> None:
    """`open_cohort` takes a path; row errors are printed with row and column."""
    path = tmp_path / "cohort.csv"
    path.write_text(
        "patient,start,neuro,renal\nA-1,2026-01-05,no,normal\nA-2,05/01/2026,no,normal\n"
    )
    with open_cohort(path) as cohort:
        assert cohort.columns == ("patient", "start", "neuro", "renal")
        good, bad = plan_rows(cohort.rows)
    assert isinstance(good, Plan)
    assert str(bad) == "row 3: start: 05/01/2026 could be 2026-01-05 or 2026-05-01"
    with open_cohort(str(path), Form.CSV) as cohort:
        assert next(cohort.rows).values["patient"] == "A-1"


def test_rows_and_row_errors_of_a_file_can_be_mixed_with_mappings() -> None:
    """Whatever is an error already stays one."""
    bad = RowError(7, "start", "x", "is wrong", "mend it", {})
    assert list(plan_rows([bad])) == [bad]
    found = list(plan_rows([Row(4, {"patient": "A"})]))
    assert isinstance(found[0], RowError)
    assert found[0].row == 4
    assert isinstance(next(plan_rows([{"patient": "A", "x": "y"}])), RowError)


def test_a_row_of_totals_is_told_to_be_deleted() -> None:
    """The last row of many a spreadsheet."""
    assert "totals" in error_of({"patient": "Total:", "months": "12"}).hint


def test_a_cell_under_no_name_is_an_error(tmp_path: Path) -> None:
    """An empty column is none; a text in it would be lost."""
    path = tmp_path / "c.csv"
    path.write_text("patient,start,,neuro\nA,2026-01-05,,no\nB,2026-01-05,x,no\n")
    with open_cohort(path) as cohort:
        one, two = cohort.rows
    assert isinstance(one, Row)
    assert isinstance(two, RowError)
    assert "x is in a column without a name" in two.text


def test_a_file_of_json_lines_without_anything_is_refused(tmp_path: Path) -> None:
    """A byte order mark alone is nothing, too."""
    path = tmp_path / "c.jsonl"
    for content in (b"", b"\xef\xbb\xbf"):
        path.write_bytes(content)
        with pytest.raises(InputError, match="is empty"), open_cohort(path):
            raise AssertionError
