"""A cohort from Python: rows of any origin in, plans or row errors out."""

from __future__ import annotations

import datetime as dt
import pickle
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from spec import every_day, table

from b12sched import Clinic, Plan, RowError, open_cohort, plan_row, plan_rows
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


class datetime64:  # noqa: N801  # the name is what numpy's is known by
    """A day as numpy has it: its text is ISO, its `item` perhaps a number."""

    shape = ()

    def __init__(self, text: str) -> None:
        self.text = text

    def __str__(self) -> str:
        return self.text

    def __getitem__(self, _: object) -> datetime64:
        return self

    def item(self) -> int:
        return 1_767_571_200_000_000_000


class Scalar:
    """An array without a dimension."""

    shape = ()

    def __init__(self, value: object) -> None:
        self.value = value

    def __getitem__(self, _: object) -> object:
        return self.value


class Array:
    """An array of one dimension."""

    ndim = 1

    def __init__(self, *values: object) -> None:
        self.values = values

    def __iter__(self) -> Iterator[object]:
        return iter(self.values)


class OneItem:
    """An array of one item."""

    shape = (1,)

    def item(self) -> str:
        return "2026-01-05"


class Nanoseconds(dt.datetime):
    """A moment as pandas has it."""

    nanosecond = 1


class Hostile:
    """Nothing can be asked of it."""

    def __getattribute__(self, _: str) -> object:
        raise RuntimeError

    def __str__(self) -> str:
        raise RuntimeError

    def __eq__(self, _: object) -> bool:
        raise RuntimeError

    def __hash__(self) -> int:
        raise RuntimeError


class Word(str):
    """A text of a type of its own."""

    __slots__ = ()


JAN_5, JAN_7 = dt.date(2026, 1, 5), dt.date(2026, 1, 7)


@pytest.mark.parametrize(
    ("column", "value", "field", "found"),
    [
        ("start", datetime64("2026-01-06"), "start", dt.date(2026, 1, 6)),
        ("start", datetime64("2026-01-06T00"), "start", dt.date(2026, 1, 6)),
        (
            "start",
            datetime64("2026-01-06T00:00:00.000000000"),
            "start",
            dt.date(2026, 1, 6),
        ),
        ("start", Scalar(dt.date(2026, 1, 6)), "start", dt.date(2026, 1, 6)),
        ("start", Scalar("2026-01-06"), "start", dt.date(2026, 1, 6)),
        ("start", Word("2026-01-06"), "start", dt.date(2026, 1, 6)),
        ("plateau", datetime64("NaT"), "plateau", None),
        ("months", Decimal("NaN"), "months", None),
        ("months", Decimal("sNaN"), "months", None),
        ("months", Scalar(float("nan")), "months", None),
        ("months", Decimal("6.00"), "months", 6),
        ("months", Scalar(Whole()), "months", 3),
        ("given", Array(JAN_5, "7 Jan 2026"), "given", (JAN_5, JAN_7)),
        ("given", Array(datetime64("2026-01-05")), "given", (JAN_5,)),
        ("given", [JAN_7, None, JAN_5, NaTType()], "given", (JAN_5, JAN_7)),
        ("given", [datetime64("NaT"), ""], "given", ()),
        ("given", Array(), "given", ()),
        ("given", "2026-01-05, 2026-01-07", "given", (JAN_5, JAN_7)),
        ("given", ["Jan 5, 2026", "2026-01-07"], "given", (JAN_5, JAN_7)),
        ("given", JAN_5, "given", (JAN_5,)),
        ("given", None, "given", ()),
    ],
    ids=lambda value: type(value).__name__,
)
def test_values_of_arrays_are_read_without_their_packages(
    column: str, value: object, field: str, found: object
) -> None:
    """Days in any unit, scalars, arrays; what is absent in any width is absent."""
    assert getattr(plan_of({**GOOD, column: value}).case, field) == found


@pytest.mark.parametrize(
    ("egfr", "found"),
    [
        (61.400000000000006, 61.400000000000006),
        (Decimal("59.9"), 59.9),
        (Decimal("6E+1"), 60.0),
        (1e-7, 1e-7),
        (Fraction(60), 60.0),
        ("61.400000000000006", 61.400000000000006),
    ],
)
def test_an_egfr_keeps_all_its_digits(egfr: object, found: float) -> None:
    """However a program holds it, and without an exponent."""
    row = {name: value for name, value in GOOD.items() if name != "renal"}
    assert plan_of({**row, "egfr": egfr}).case.egfr == found


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("start", datetime64("2026-01-06T09"), "is a datetime64"),
        ("start", datetime64("2026-01"), "is a datetime64"),
        ("start", Nanoseconds(2026, 1, 6), "is a Nanoseconds"),
        ("start", Array("2026-01-05"), "is a Array"),
        ("start", OneItem(), "is a OneItem"),
        ("start", Hostile(), "<Hostile> is a Hostile"),
        ("given", Hostile(), "<Hostile> is a Hostile"),
        ("given", [Hostile()], "<Hostile> is a Hostile"),
        ("given", Array(Array(JAN_5)), "is a Array"),
        ("months", float("inf"), "Infinity is not a whole number"),
        ("months", Decimal("-Infinity"), "-Infinity is not a whole number"),
        ("months", Decimal("1E+999999999"), "1E+999999999 is not a whole number"),
        ("months", 10**5000, "<int> is a int"),
        ("months", Fraction(1, 3), "1/3 is a Fraction"),
        ("months", 1j, "1j is a complex"),
        ("start", dt.time(), "is a time"),
        ("start", {"day": 5}, "is a dict"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_no_field_takes_is_a_row_error(
    column: str, value: object, said: str
) -> None:
    """Whatever its own methods raise."""
    error = error_of({**GOOD, column: value})
    assert error.column == column
    assert said in error.text
    assert error.hint


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (None, "None is a NoneType"),
        (["A-1", "2026-01-05"], "is a list"),
        ("A-1", "A-1 is a str"),
        (17, "17 is a int"),
        (("A-1",), "is a tuple"),
        (Hostile(), "<Hostile> is a Hostile"),
        ({17: "A-1"}, "17 is not a known column"),
        ({None: "A-1"}, "None is not a known column"),
        ({("patient", "x"): "A-1"}, "is not a known column"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_is_no_row_is_a_row_error(row: Any, said: str) -> None:
    """The rows after it are planned."""
    bad, good = plan_rows([row, GOOD])
    assert isinstance(bad, RowError)
    assert said in bad.text
    assert bad.row == 1
    assert bad.hint
    assert isinstance(good, Plan)
    assert plan_row(row) == bad


def test_what_is_no_row_is_told_in_full() -> None:
    """And what to write."""
    assert plan_row(17) == RowError(  # type: ignore[arg-type]
        1,
        "",
        "17",
        "17 is a int, not a row of values by column",
        "write a mapping: {'patient': 'A-17', 'start': '2026-01-05'}",
        {},
    )


def test_a_fact_after_today_is_a_row_error() -> None:
    """Unless a later as of is stated; without today nothing is too late."""
    row = {**GOOD, "given": "2026-01-07"}
    for today, as_of in (("2026-01-07", ""), ("2026-01-06", "2026-01-07")):
        day = dt.date.fromisoformat(today)
        assert isinstance(plan_row({**row, "as_of": as_of}, today=day), Plan)
    error = plan_row(row, today=dt.date(2026, 1, 6))
    assert isinstance(error, RowError)
    assert (error.column, error.value, error.code) == ("given", "2026-01-07", "future")


def test_refusals_may_be_set_aside_in_a_list() -> None:
    """As dates may be given in one."""
    row: dict[str, object] = {**GOOD, "renal": "dialysis"}
    row["drug"] = "cyanocobalamin"
    assert error_of(row).column == "drug"
    assert plan_of({**row, "accept": ["RENAL-CYANO"]}).case.accept == ("RENAL-CYANO",)


def test_a_key_that_cannot_be_read_is_a_row_error() -> None:
    """With its own text; two keys for one field are of no column."""
    error = error_of({**GOOD, "strat": "x"})
    assert (error.column, error.value, error.code) == ("strat", "x", "unknown-name")
    error = error_of({**GOOD, "Start": "x"})
    assert (error.column, error.value, error.code) == ("", "", "unusable")
    assert error.incomplete


def test_a_plan_knows_that_given_through_is_of_a_row() -> None:
    """What is said of it then is about a cell, not an option."""
    assert plan_of({**GOOD, "given_through": "2026-01-07"}).of_row
    assert not plan_of({**GOOD, "given": "2026-01-05"}).of_row


def test_a_row_of_ours_with_a_value_that_is_no_text_is_a_row_error() -> None:
    """Somebody made it by hand."""
    found = plan_row(Row(1, {**GOOD, "patient": 17}))  # type: ignore[dict-item]
    assert isinstance(found, RowError)
    assert found.text == "17 is a int"


def test_values_of_numpy_are_read_or_are_row_errors() -> None:
    """Days in every unit, numbers in every width, arrays; never an exception."""
    np = pytest.importorskip("numpy")
    for unit in ("D", "h", "s", "ms", "us", "ns"):
        day = np.datetime64("2026-01-06", unit)
        for value in (day, np.array(day)):
            assert plan_of({**GOOD, "start": value}).start == dt.date(2026, 1, 6)
        nat = np.datetime64("NaT", unit)
        assert plan_of({**GOOD, "plateau": nat}).case.plateau is None
        days = np.array(
            ["2026-01-07", "2026-01-05", "NaT"], dtype=f"datetime64[{unit}]"
        )
        assert plan_of({**GOOD, "given": days}).case.given == (JAN_5, JAN_7)
    for kind in (np.float16, np.float32, np.float64, np.longdouble, np.int8, np.uint64):
        assert plan_of({**GOOD, "months": kind(6)}).case.months == 6
        assert plan_of({**GOOD, "months": np.array(kind(6))}).case.months == 6
    for kind in (np.float16, np.float32, np.float64, np.longdouble):
        assert plan_of({**GOOD, "months": kind("nan")}).case.months is None
        assert "Infinity" in error_of({**GOOD, "months": kind("inf")}).text
    assert plan_of({**GOOD, "neuro": np.bool_(False)}).case.neuro is False
    for text in (np.str_("A"), np.array("A"), np.array("A", dtype=object)):
        assert plan_of({**GOOD, "patient": text}).case.patient == "A"
    assert plan_of({**GOOD, "plateau": np.timedelta64("NaT")}).case.plateau is None
    row = {name: value for name, value in GOOD.items() if name != "renal"}
    assert plan_of({**row, "egfr": np.float32(61.4)}).case.renal_status == "normal"
    for bad in (
        *(np.datetime64("2026"), np.datetime64("2026-01-06T09:30"), np.complex64(1)),
        *(np.timedelta64(5, "D"), np.array([["2026-01-05"]]), np.zeros((2, 2))),
        *(np.array([], dtype=float), np.void(b"x"), np.bytes_(b"2026-01-05")),
    ):
        assert error_of({**GOOD, "start": bad}).column == "start"
    given = [np.array([["2026-01-05"]]), np.array([1.5]), np.array([b"x"])]
    for bad in given:
        assert error_of({**GOOD, "given": bad}).column == "given"


@pytest.mark.unmeasured
def test_values_of_pandas_are_read_or_are_row_errors() -> None:
    """Timestamps, NaT, NA, series; the rows of a frame."""
    pd = pytest.importorskip("pandas")
    day = pd.Timestamp("2026-01-06")
    assert plan_of({**GOOD, "start": day}).start == dt.date(2026, 1, 6)
    for absent in (pd.NaT, pd.NA, None, float("nan")):
        assert plan_of({**GOOD, "as_of": absent}).case.as_of is None
    for several in (
        pd.Series(pd.to_datetime(["2026-01-07", "2026-01-05", None])),
        pd.DatetimeIndex(["2026-01-05", "2026-01-07"]),
        pd.array(["2026-01-05", "2026-01-07", None], dtype="string"),
    ):
        assert plan_of({**GOOD, "given": several}).case.given == (JAN_5, JAN_7)
    for moment in (day + pd.Timedelta(hours=9), day + pd.Timedelta(nanoseconds=1)):
        assert "is a Timestamp" in error_of({**GOOD, "start": moment}).text
    for bad in (pd.Series([day]), pd.Timedelta(days=1), pd.DataFrame([[1]])):
        assert error_of({**GOOD, "start": bad}).column == "start"
    frame = pd.DataFrame([{**GOOD, "months": 6}, {**GOOD, "patient": "B"}])
    found = [*plan_rows(frame.to_dict("records"))]
    found += [*plan_rows(row for _, row in frame.iterrows())]
    assert [plan.case.months for plan in found if isinstance(plan, Plan)] == [
        *(6, None),
        *(6, None),
    ]


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
    assert error.code == "missing"


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
REFERENCE = "state a reference for each patient: it names the plan"


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
        "did you mean start? to read it: --column FIELD=strat; to copy it unread: "
        "--carry strat; "
        "to leave out all unknown columns: --ignore-others",
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
        code="no-open-day",
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
