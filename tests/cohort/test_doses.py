"""A file of given doses beside a cohort or plan files: one row per dose.

It is read as people and programs write it, also a worklist that was filled in; a dose
is recorded once, and a patient of whom one cannot be recorded has no plan without it.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from cli import here, is_error, json_of, left_in
from cohorts import (
    batch,
    cohort,
    contents,
    errors_in,
    jsonl_text,
    manifest_in,
    raw,
    standard,
    table_in,
)
from hypothesis import given
from hypothesis import strategies as st
from spec import table

from b12sched.cohort.doses import read_doses
from b12sched.cohort.layout import Layout
from b12sched.cohort.row import RowError
from b12sched.commands import failed_rows, record
from b12sched.dates import DateOrder
from b12sched.errors import InputError, OutputError

NOW = {"SOURCE_DATE_EPOCH": "1772323200"}  # 1 March 2026

WORKLIST = (
    "date,patient,id,kind,phase,number,title,due,status,days_overdue,"
    "given_on,batch,site,by,not_given_because\r\n"
    "2026-01-07,A,loading-2,dose,loading,2,x,2026-01-07,planned,0,07/01/2026,L1,,N,\r\n"
    "2026-01-07,a,lab-3m,lab,,3,x,2026-01-07,planned,0,08/01/2026,,,N,\r\n"
    "2026-01-07,B,loading-2,dose,loading,2,x,2026-01-07,planned,0,,,,,no show\r\n"
)


def doses(directory: Path, *lines: str, header: str = "patient,given_on") -> Path:
    """A file of doses with these rows."""
    text = "".join(line + "\n" for line in (header, *lines))
    return raw(directory, text, "doses.csv")


def case_in(path: Path) -> dict[str, Any]:
    """What a plan file records of its case: given, as of, given through."""
    case: dict[str, Any] = json.loads(path.read_bytes())["case"]
    return {name: case[name] for name in ("given", "as_of", "given_through")}


def planned(
    tmp_path: Path, row: dict[str, str], *dates: str, options: tuple[str, ...] = ()
) -> dict[str, Any]:
    """The case of a row with these dates in a file of doses."""
    path = cohort(tmp_path, row)
    source = doses(tmp_path, *(f"{row['patient']},{day}" for day in dates))
    options = ("--doses", str(source), "--format", "json", *options)
    done = batch(path, tmp_path / "out", *options, **NOW)
    assert done.code == 0, done.err
    return case_in(tmp_path / "out" / f"{row['patient']}.json")


# --- what a date does to a row -------------------------------------------------------


@table(
    "fields, dates, given, as_of",
    ("none", {}, (), [], None),
    ("one", {}, ("2026-01-05",), ["2026-01-05"], None),
    ("twice", {}, ("2026-01-05", "5 Jan 2026"), ["2026-01-05"], None),
    (
        "beside those of the row, in any order",
        {"given": "2026-01-05"},
        ("2026-01-09", "2026-01-07"),
        ["2026-01-05", "2026-01-07", "2026-01-09"],
        None,
    ),
    (
        "an earlier as of is raised",
        {"as_of": "2026-01-06"},
        ("2026-01-05", "2026-01-08"),
        ["2026-01-05", "2026-01-08"],
        "2026-01-08",
    ),
    (
        "a later as of stays",
        {"as_of": "2026-01-20"},
        ("2026-01-05",),
        ["2026-01-05"],
        "2026-01-20",
    ),
    (
        "given through becomes dates first",
        {"given_through": "2026-01-09"},
        ("2026-01-13",),
        ["2026-01-05", "2026-01-07", "2026-01-09", "2026-01-13"],
        "2026-01-13",
    ),
    (
        "given through, and an as of after all of it",
        {"given_through": "2026-01-07", "as_of": "2026-02-01"},
        ("2026-01-10",),
        ["2026-01-05", "2026-01-07", "2026-01-10"],
        "2026-02-01",
    ),
    (
        "given through, and a plateau after it: as of is not stated by it",
        {"neuro": "yes", "given_through": "2026-01-07", "plateau": "2026-01-20"},
        ("2026-01-10",),
        ["2026-01-05", "2026-01-07", "2026-01-10"],
        None,
    ),
    (
        "a date up to the last dose",
        {"start": "", "last_dose": "2026-01-05"},
        ("2025-11-05", "2026-01-05"),
        [],
        None,
    ),
    (
        "a date after the last dose",
        {"start": "", "last_dose": "2026-01-05"},
        ("2025-11-05", "2026-02-27"),
        ["2026-02-27"],
        None,
    ),
)
def test_dates_are_recorded_as_a_revision_records_them(
    fields: dict[str, str],
    dates: tuple[str, ...],
    given: list[str],
    as_of: str | None,
    tmp_path: Path,
) -> None:
    """What is recorded, and the day as of which the plan then is."""
    found = planned(tmp_path, standard("A") | fields, *dates)
    assert found["given"] == given
    assert (found["as_of"], found["given_through"]) == (as_of, None)


def test_a_date_that_given_through_stands_for_changes_nothing(tmp_path: Path) -> None:
    """Given through stays: the plan is that without the file."""
    row = standard("A", given_through="2026-01-09")
    path = cohort(tmp_path, row)
    source = doses(tmp_path, "A,2026-01-07")
    batch(path, tmp_path / "one", "--format", "csv", **NOW)
    options = ("--doses", str(source), "--format", "csv")
    assert batch(path, tmp_path / "two", *options, **NOW).code == 0
    assert contents(tmp_path / "one") == contents(tmp_path / "two")


def test_a_default_as_of_is_raised_too(tmp_path: Path) -> None:
    """An option for all rows is as good as a column."""
    options = ("--as-of", "2026-01-06")
    found = planned(tmp_path, standard("A"), "2026-01-08", options=options)
    assert found["as_of"] == "2026-01-08"


# --- the file ------------------------------------------------------------------------


@table(
    "text, options",
    ("given_on", "patient,given_on\nA,2026-01-05\n", ()),
    ("given", "Patient;GIVEN\nA;2026-01-05\n", ()),
    ("a byte order mark", "\ufeffpatient,given_on\nA,2026-01-05\n", ()),
    ("other columns", "x,patient,y,given-on\n1,a,2,2026-01-05\n", ()),
    (
        "headers that are stated",
        "NHS No,Date given,patient\nA,5 Jan 2026,x\n",
        ("--column", "patient=nhs no", "--column", "given_on=DATE GIVEN"),
    ),
    (
        "a header that is stated for the cohort only",
        "patient,given_on\nA,2026-01-05\n",
        ("--column", "given_on=Elsewhere"),
    ),
    ("an order of dates", "patient,given_on\nA,05/01/2026\n", ("--dates", "dmy")),
    ("empty dates", "patient,given_on\nA,\nA, \n,\nA,2026-01-05\n", ()),
    (
        "kinds in any case",
        "patient,given_on,Kind\nA,2026-01-05,Dose\nA,2026-01-06,lab\nA,,lab\n",
        (),
    ),
    ("spaces around a date", "patient,given_on\nA, 2026-01-05 \n", ()),
)
def test_a_file_of_doses_is_read_as_programs_write_it(
    text: str, options: tuple[str, ...], tmp_path: Path
) -> None:
    """The columns that it needs, whatever else it has."""
    mapped = "patient=nhs no" in options
    path = cohort(tmp_path, standard("A"))
    if mapped:
        path.write_text(path.read_text().replace("patient", "NHS No"))
    source = raw(tmp_path, text, "doses.csv")
    options = ("--doses", str(source), "--format", "json", *options)
    done = batch(path, tmp_path / "out", *options, **NOW)
    assert done.code == 0, done.err
    assert case_in(tmp_path / "out" / "A.json")["given"] == ["2026-01-05"]
    left = "1 date in doses.csv was left out: not in a row of the kind dose"
    assert (left in done.err) == ("lab" in text)


def test_a_worklist_that_was_filled_in_is_its_own_input(tmp_path: Path) -> None:
    """A date beside a blood test is no dose; who did not come has none."""
    path = cohort(
        tmp_path,
        standard("A", given="2026-01-05", as_of="2026-01-06"),
        standard("B", given="2026-01-05"),
    )
    source = raw(tmp_path, WORKLIST, "worklist.csv")
    options = ("--doses", str(source), "--dates", "dmy", "--format", "json")
    done = batch(path, tmp_path / "out", *options, **NOW)
    assert done.code == 0, done.err
    assert "1 date in worklist.csv was left out" in done.err
    found = [case_in(tmp_path / "out" / f"{name}.json")["given"] for name in "AB"]
    assert found == [["2026-01-05", "2026-01-07"], ["2026-01-05"]]
    assert "dates such as 05/01/2026 were read as day, month, year" in done.err


@table(
    "data, message",
    ("no date column", b"patient,when\nA,2026-01-05\n", "no column given_on"),
    ("two date columns", b"patient,given,given_on\n", "given_on and given"),
    ("no patient", b"given_on\n2026-01-05\n", "no column patient"),
    ("nothing", b"", "is empty"),
    ("a workbook", b"PK\x03\x04xxx", "spreadsheet"),
    ("UTF-16", "patient,given_on\n".encode("utf-16"), "UTF-16"),
    ("a header that is not UTF-8", b"patient,given_on\xff\n", "UTF-8"),
    ("JSON", b'[{"patient": "A"}]', "JSON"),
    ("HTML", b"<html><table>", "HTML"),
    ("a column twice", b"patient,given_on,Given On\n", "twice"),
)
def test_a_file_that_holds_no_doses_is_refused(
    data: bytes, message: str, tmp_path: Path
) -> None:
    """As a whole, by its name, before any plan is made."""
    path = cohort(tmp_path, standard("A"))
    source = raw(tmp_path, data, "doses.csv")
    done = batch(path, tmp_path / "out", "--doses", str(source))
    is_error(done, 2, "doses.csv", message)
    assert "--input-format" not in done.err  # that is about the cohort
    assert not (tmp_path / "out").exists()


def test_the_cohort_is_no_file_of_doses_and_neither_is_written_over(
    tmp_path: Path,
) -> None:
    """Its given doses are those of a row; a list never takes the place of either."""
    path = cohort(tmp_path, standard("A"))
    source = doses(tmp_path, "A,2026-01-05")
    is_error(
        batch(path, tmp_path / "out", "--doses", str(path)), 2, "is the cohort itself"
    )
    is_error(
        batch(path, tmp_path / "out", "--doses", str(tmp_path / "no.csv")), 2, "no.csv"
    )
    for option in ("-o", "--errors"):
        done = here("audit", str(path), "--doses", str(source), option, str(source))
        is_error(done, 2, "is the file of doses")
    assert source.read_text() == "patient,given_on\nA,2026-01-05\n"


def test_no_plan_takes_the_place_of_the_file_of_doses(tmp_path: Path) -> None:
    """A patient whose plan would have its name is an error of the row."""
    path = cohort(tmp_path, standard("doses"), standard("B"))
    out = tmp_path / "out"
    out.mkdir()
    source = doses(out, "B,2026-01-05")
    before = source.read_bytes()
    done = batch(path, out, "--doses", str(source), "--format", "csv", **NOW)
    assert done.code == 4
    assert source.read_bytes() == before
    assert left_in(out) == {"doses.csv", "B.csv", "manifest.csv", "errors.csv"}


# --- faults --------------------------------------------------------------------------


@table(
    "line, code, said",
    ("an unreadable date", "A,2026-13-05", "date", "doses.csv, row 3"),
    ("an undeclared order", "A,05/01/2026", "date", "2026-01-05 or 2026-05-01"),
    ("several in a cell", 'A,"2026-01-05;2026-01-07"', "date", "row 3"),
    ("a date before the start", "A,2026-01-04", "out-of-order", "before the start"),
    ("a date to come", "A,2026-03-02", "future", "2026-03-02 is after today"),
    ("a byte that is not UTF-8", "A,\udcff", "unusable", "\\xff"),
    ("a row that is cut short", "A", "unusable", "cells"),
    ("a cell too many", "A,2026-01-05,x", "unusable", "cells"),
)
def test_a_dose_that_cannot_be_recorded_fails_its_patient_and_no_other(
    line: str, code: str, said: str, tmp_path: Path
) -> None:
    """A plan without a dose that was given would ask for it once more."""
    path = cohort(tmp_path, standard("A"), standard("B"))
    text = f"patient,given_on\nB,2026-01-05\n{line}\nA,2026-01-05\n"
    source = raw(tmp_path, text.encode(errors="surrogateescape"), "doses.csv")
    options = ("--doses", str(source), "--format", "json")
    out = tmp_path / "out"
    assert batch(path, out, *options, **NOW).code == 4
    [record] = errors_in(out)
    found = record["error_row"], record["error_column"], record["error_code"]
    assert found == ("2", "given", code)
    assert said in record["error_text"]
    assert record["error_hint"]
    assert record["patient"] == "A"
    assert case_in(out / "B.json")["given"] == ["2026-01-05"]
    assert not (out / "A.json").exists()


def test_a_broken_row_records_no_date_that_was_read_before(tmp_path: Path) -> None:
    """A comma in a note shifts its cells: the day ordered stands under given_on."""
    path = cohort(tmp_path, standard("A", start="2025-12-01"), standard("B"))
    header = "patient,note,ordered,given_on,by"
    source = doses(
        tmp_path,
        "B,,,2026-01-05,",
        "A,no milk, tea,2026-01-05,2026-01-07,N",
        header=header,
    )
    out = tmp_path / "out"
    options = ("--doses", str(source), "--format", "json")
    assert batch(path, out, *options, **NOW).code == 4
    [record] = errors_in(out)
    assert record["patient"] == "A"
    assert "doses.csv, row 3: has 6 cells" in record["error_text"]
    assert not (out / "A.json").exists()


@table(
    "name, said",
    ("after it", "A ", "a space before or after"),
    ("before it", " a", "a space before or after"),
    ("one of typography", "A\N{NO-BREAK SPACE}", "no-break space"),
)
def test_a_space_beside_a_reference_fails_the_patient_who_is_meant(
    name: str, said: str, tmp_path: Path
) -> None:
    """The plan would ask once more for the dose; of nobody, one row has failed."""
    source = doses(tmp_path, f"{name},2026-01-05")
    options = ("--doses", str(source), "--format", "json")
    out = tmp_path / "out"
    done = batch(cohort(tmp_path, standard("A"), standard("B")), out, *options, **NOW)
    assert done.code == 4
    [record] = errors_in(out)
    assert record["patient"] == "A"
    assert "doses.csv, row 2" in record["error_text"]
    assert said in record["error_text"]
    assert not (out / "A.json").exists()
    done = batch(cohort(tmp_path, standard("B")), tmp_path / "b", *options, **NOW)
    assert done.code == 4
    [record] = errors_in(tmp_path / "b")
    assert said in record["error_text"]


def test_a_date_beside_the_reason_why_it_was_not_given_is_a_contradiction(
    tmp_path: Path,
) -> None:
    """One of the two is wrong, and only people know which."""
    header = "patient,given_on,not_given_because"
    source = doses(tmp_path, "A,2026-01-05,declined", header=header)
    done = batch(
        cohort(tmp_path, standard("A")), tmp_path / "out", "--doses", str(source)
    )
    assert done.code == 4
    [record] = errors_in(tmp_path / "out")
    assert "declined as the reason why it was not given" in record["error_text"]


def test_a_patient_whom_nobody_knows_is_one_failed_row(tmp_path: Path) -> None:
    """However many doses; and so is each row that names nobody who can be."""
    path = cohort(tmp_path, standard("A"), standard("B", start="x"))
    source = doses(
        tmp_path,
        *("Z,2026-01-05", "z,2026-01-07", ",2026-01-05", "9.43477E+09,2026-01-05"),
        *("A,2026-01-05", "B,2026-01-05", ",x", "Y,x", ",2026-01-05,x"),
    )
    out = tmp_path / "out"
    options = ("--doses", str(source), "--format", "json")
    done = batch(path, out, *options, **NOW)
    assert done.code == 4
    assert "1 plan (1 written, 0 unchanged); 7 rows failed" in done.err
    found = [
        (line["error_row"], line["error_column"], line["error_value"])
        for line in errors_in(out)
    ]
    assert found == [
        ("4", "patient", ""),
        ("5", "patient", "9.43477E+09"),
        ("8", "patient", ""),
        ("10", "patient", ""),
        ("3", "start", "x"),
        ("2", "patient", "Z"),
        ("9", "patient", "Y"),
    ]
    codes = [line["error_code"] for line in errors_in(out)]
    assert codes == [
        *("missing", "unusable", "missing", "unusable", "date", "unknown-patient"),
        "unknown-patient",
    ]
    *_, unknown, unread = errors_in(out)
    assert unknown["error_text"] == "doses.csv: Z is not in the cohort (2 doses)"
    assert unknown["error_hint"] == (
        "check the reference in the file of doses, or add the patient's row"
    )
    assert unread["error_text"].startswith("doses.csv: Y is not in the cohort (doses")
    assert (unknown["patient"], unread["patient"]) == ("", "")


def test_a_line_without_a_reference_has_no_doses(tmp_path: Path) -> None:
    """It fails by what it lacks; those after it have theirs."""
    good = jsonl_text([standard("A")])
    path = raw(tmp_path, f'{{"neuro": "no"}}\n17\n{good}', "c.jsonl")
    options = ("--doses", str(doses(tmp_path, "A,2026-01-05")), "--format", "json")
    out = tmp_path / "out"
    assert batch(path, out, *options, **NOW).code == 4
    assert [line["error_row"] for line in errors_in(out)] == ["1", "2"]
    assert case_in(out / "A.json")["given"] == ["2026-01-05"]


def test_lists_have_the_doses_too(tmp_path: Path) -> None:
    """Worklist, audit and forecast; the failed patients are told beside them."""
    path = cohort(tmp_path, standard("A"), standard("B"))
    source = doses(tmp_path, "A,2026-01-05", "A,2026-01-07", "Z,2026-01-05")
    options = ("--doses", str(source), "--format", "json")
    week = ("--from", "2026-01-08", "--to", "2026-01-09")
    done = here("worklist", str(path), *week, *options, **NOW)
    assert done.code == 4
    assert "Z is not in the cohort" in done.err
    visits = json.loads(done.out)
    assert {(v["patient"], v["id"]) for v in visits} == {
        *(("A", "loading-3"), ("B", "loading-1")),
    }
    as_of = ("--as-of", "2026-01-08")
    found = json.loads(here("audit", str(path), *as_of, *options, **NOW).out)
    assert {line["patient"] for line in found} == {"B"}
    span = ("--from", "2026-01-01", "--months", "1")
    without = json_of(here("forecast", str(path), *span, "--format", "json", **NOW))
    done = here("forecast", str(path), *span, *options, **NOW)
    totals = [each["total"]["ampoules"] for each in (without, json.loads(done.out))]
    assert totals == [12, 10]


def test_only_patients_and_dates_are_kept(tmp_path: Path) -> None:
    """However wide the rows are."""
    source = doses(tmp_path, "A,2026-01-05", "a,2026-01-05", "A,2026-01-07")
    found = read_doses(source, Layout())
    [each] = found.patients.values()
    assert (each.row, each.name) == (2, "A")
    assert [str(day) for day in each.days] == ["2026-01-05", "2026-01-07"]
    with pytest.raises(InputError, match="no column given_on"):
        read_doses(raw(tmp_path, "patient\nA\n", "other.csv"), Layout())
    with pytest.raises(InputError) as caught:
        read_doses(tmp_path, Layout())
    assert caught.value.hint == "name the file of doses"


HEADER_OF_DATES = "state the header of the dates: --column given_on=HEADER"


@table(
    "data, field, message, hint",
    (
        "no date column",
        "patient,when\n",
        "'a b.csv': header",
        "there is no column given_on or given",
        HEADER_OF_DATES,
    ),
    (
        "two date columns",
        "patient,given,given_on\n",
        "'a b.csv': header",
        "there are columns given_on and given",
        HEADER_OF_DATES,
    ),
    (
        "JSON",
        "[{}]",
        "'a b.csv'",
        "is JSON, not CSV",
        "save the doses as CSV, one row per dose",
    ),
)
def test_a_refused_file_of_doses_is_named_with_what_to_do(
    data: str, field: str, message: str, hint: str, tmp_path: Path
) -> None:
    """Its name, the header if that is at fault, and what to do."""
    with pytest.raises(InputError) as caught:
        read_doses(raw(tmp_path, data, "a b.csv"), Layout())
    error = caught.value
    assert (error.field, error.message, error.hint) == (field, message, hint)


@table(
    "line, value, message, hint, code",
    (
        "a reason beside it",
        "A,2026-01-05,no show",
        "no show",
        "has a date, and 'no show' as the reason why it was not given",
        "remove one of the two",
        "unusable",
    ),
    (
        "a reason of two lines",
        'A,2026-01-05,"no\r\nshow"',
        "no\r\nshow",
        "has a date, and 'no\\r\\nshow' as the reason why it was not given",
        "remove one of the two",
        "unusable",
    ),
    (
        "two dates",
        "A,5 Jan;6 Jan,",
        "5 Jan;6 Jan",
        "'5 Jan;6 Jan' is not a full date: day, month and year are needed",
        "write one dose per row",
        "date",
    ),
    (
        "no date",
        "A,x,",
        "x",
        "x is not a full date: day, month and year are needed",
        "write the date as 2026-01-05",
        "date",
    ),
    (
        "a cell too few",
        "A,2026-01-05",
        "",
        "has 2 cells, but the header has 3 (the delimiter is a comma)",
        "is the file complete? leave cells empty, but keep their delimiters",
        "unusable",
    ),
)
def test_what_is_wrong_with_a_dose_is_told_in_full(
    line: str, value: str, message: str, hint: str, code: str, tmp_path: Path
) -> None:
    """The first fault of a patient, with file and row."""
    text = f"patient,given_on,not_given_because\n{line}\nA,y,\n"
    found = read_doses(raw(tmp_path, text, "a b.csv"), Layout())
    fault = found.patients["a"].fault
    assert fault is not None
    assert (fault.field, fault.value, fault.message, fault.hint, fault.code) == (
        *("given", value, f"'a b.csv', row 2: {message}", hint, code),
    )


@table(
    "line, name, text, hint, code",
    (
        "nobody",
        ",2026-01-05",
        "",
        "the patient is missing",
        "state whose dose it is",
        "missing",
    ),
    (
        "nobody, and a cell too many",
        ",2026-01-05,x",
        "",
        "has 3 cells, but the header has 2 (the delimiter is a comma)",
        "put quotation marks around a text that holds a delimiter",
        "unusable",
    ),
    (
        "a number that a spreadsheet shortened",
        "9E+09,2026-01-05",
        "9E+09",
        "9E+09 is a number that a spreadsheet shortened: digits are lost",
        "format the column as text, without an exponent, and export it again",
        "unusable",
    ),
)
def test_a_dose_of_nobody_is_told_in_full(
    line: str, name: str, text: str, hint: str, code: str, tmp_path: Path
) -> None:
    """It is an error of its row, of the column patient."""
    source = raw(tmp_path, f"patient,given_on\n{line}\n", "a b.csv")
    assert read_doses(source, Layout()).nameless == [
        RowError(2, "patient", name, f"'a b.csv': {text}", hint, {}, code=code)
    ]


def test_a_row_that_is_cut_short_before_the_patient_is_of_nobody(
    tmp_path: Path,
) -> None:
    """Its reference is empty."""
    source = raw(tmp_path, "given_on,patient\n2026-01-05\n", "doses.csv")
    [error] = read_doses(source, Layout()).nameless
    assert (error.column, error.value) == ("patient", "")


def test_doses_of_an_unknown_patient_and_dates_left_out_are_told_in_full(
    tmp_path: Path,
) -> None:
    """The first row of the patient, and how many dates there are."""
    lines = "A b,2026-01-05,dose\nA b,2026-01-07,dose\nC,2026-01-05,dose\n"
    source = raw(tmp_path, f"patient,given_on,kind\n{lines}", "a b.csv")
    found = read_doses(source, Layout())
    assert found.of("c") is not None
    assert [*found.unknown("is not here", "add it")] == [
        RowError(
            2,
            "patient",
            "A b",
            "'a b.csv': 'A b' is not here (2 doses)",
            "check the reference in the file of doses, or add it",
            {},
            code="unknown-patient",
        )
    ]
    assert found.notes() == []
    for lines, said in (
        ("A,2026-01-05,lab\n", "1 date in 'a b.csv' was"),
        ("A,2026-01-05,lab\nA,2026-01-06,\n", "2 dates in 'a b.csv' were"),
    ):
        source.write_text(f"patient,given_on,kind\n{lines}")
        assert read_doses(source, Layout()).notes() == [
            f"{said} left out: not in a row of the kind dose"
        ]


LINES = st.lists(
    st.tuples(
        st.sampled_from(("A", "a", "Ä", "B ", "", "=x", "17.0", "17", '"', "9E+09")),
        st.sampled_from(
            (
                "2026-01-05",
                "05/01/2026",
                "",
                " ",
                "x",
                "5 Jan 2026",
                "\udcff",
                '"',
                "1;2",
            )
        ),
        st.sampled_from(("dose", "Dose", "lab", "", "x,y")),
    ),
    max_size=6,
)


@given(LINES, st.sampled_from((",", ";", "\t")), st.sampled_from("\n\r"))
def test_whatever_a_file_of_doses_holds_every_date_is_somewhere(
    lines: list[tuple[str, str, str]], sign: str, end: str
) -> None:
    """Recorded, left out as no dose, or a fault: nothing is lost and nothing raised."""
    text = sign.join(("patient", "given_on", "kind")) + end
    text += "".join(sign.join(line) + end for line in lines)
    with tempfile.TemporaryDirectory() as directory:
        source = raw(Path(directory), text.encode(errors="surrogateescape"), "d.csv")
        found = read_doses(source, Layout(dates=DateOrder.DMY))
    known = {str(day) for each in found.patients.values() for day in each.days}
    assert known <= {"2026-01-05"}
    told = len(found.nameless) + found.left_out
    told += sum(bool(each.days or each.fault) for each in found.patients.values())
    if any(day.strip() for _, day, _ in lines) and '"' not in text:
        assert told


# --- plan files ----------------------------------------------------------------------


@pytest.fixture
def plans(tmp_path: Path) -> Path:
    """A directory with the plan files of A and B."""
    rows = standard("A"), standard("B", start="", last_dose="2026-01-05")
    out = tmp_path / "out"
    batch(cohort(tmp_path, *rows), out, "--format", "json", **NOW)
    (out / "A.fhir.json").write_text("{}")
    return out


def test_doses_are_recorded_in_plan_files_of_a_directory(
    plans: Path, tmp_path: Path
) -> None:
    """Each patient's in their own; a second time nothing changes."""
    source = doses(tmp_path, "a,07/01/2026", "A,05/01/2026", "B,01/01/2026")
    options = ("revise", str(plans), "--doses", str(source), "--dates", "dmy")
    as_it_was = (plans / "A.json").read_bytes()
    done = here(*options, **NOW)
    assert (done.code, done.out) == (0, "")
    assert (plans / "A.json~").read_bytes() == as_it_was
    assert not (plans / "B.json~").exists()
    order = "dates such as 05/01/2026 were read as day, month, year (--dates dmy)"
    said = "2 doses recorded in 1 plan file, 1 unchanged; 0 failed"
    assert done.err == f"{said}; {order}\n"
    assert case_in(plans / "A.json")["given"] == ["2026-01-05", "2026-01-07"]
    before = contents(plans)
    done = here(*options, **NOW)
    said = "0 doses recorded in 0 plan files, 2 unchanged; 0 failed"
    assert done.err == f"{said}; {order}\n"
    assert contents(plans) == before


def test_what_cannot_be_recorded_is_named_and_the_rest_is_done(
    plans: Path, tmp_path: Path
) -> None:
    """Exit 4: a patient without a plan file, a broken file, a date before the start."""
    (plans / "broken.json").write_text("{")
    (plans / "B2.json").write_bytes((plans / "B.json").read_bytes())
    source = doses(
        tmp_path,
        *("A,2026-01-04", "Z,2026-01-05", "B,2026-03-01", ",2026-01-05"),
    )
    before = contents(plans)
    done = here("revise", str(plans), "--doses", str(source), **NOW)
    assert done.code == 4
    assert contents(plans) == before
    for said in (
        "A.json: given: 2026-01-04 is before the start",
        "doses.csv: Z has no plan file here (1 dose)",
        "broken.json: content: is not JSON",
        "B.json: patient: B is the patient of 2 plan files",
        "doses.csv: the patient is missing",
        "0 doses recorded in 0 plan files, 3 unchanged; 6 failed",
    ):
        assert said in done.err
    options = (str(plans / "B.json"), "--doses", str(source))
    done = here("revise", *options, **NOW)
    assert done.code == 4
    assert "1 dose recorded in 1 plan file, 0 unchanged; 3 failed" in done.err


def test_a_dose_to_come_and_one_that_cannot_be_read_are_not_recorded(
    plans: Path, tmp_path: Path
) -> None:
    """Today is 1 March 2026."""
    source = doses(tmp_path, "A,2026-03-02", "B,x", "B,2026-02-03")
    done = here("revise", str(plans), "--doses", str(source), **NOW)
    assert done.code == 4
    assert "A.json: given: 2026-03-02 is after today, 2026-03-01" in done.err
    assert "B.json: given: doses.csv, row 3: x is not a full date" in done.err


def test_a_dose_that_makes_another_count_otherwise_says_so(tmp_path: Path) -> None:
    """A seventh dose among six of loading: the last one is the first of maintenance."""
    path = cohort(tmp_path, standard("A", given_through="2026-01-16"))
    out = tmp_path / "out"
    assert batch(path, out, "--format", "json", **NOW).code == 0
    source = doses(tmp_path, "A,2026-01-08")
    done = here("revise", str(out / "A.json"), "--doses", str(source), **NOW)
    assert done.code == 0
    assert done.err == (
        "A.json: 1 recorded dose now counts as maintenance: 2026-01-16\n"
        "1 dose recorded in 1 plan file, 0 unchanged; 0 failed\n"
    )


def test_a_dose_of_an_earlier_course_is_known(plans: Path, tmp_path: Path) -> None:
    """A file that holds the whole history can be given again after a new course."""
    path = plans / "A.json"
    source = doses(tmp_path, "A,2026-01-05", "A,2026-02-20")
    here("revise", str(path), "--given", "2026-01-05", **NOW)
    here("revise", str(path), "--restart", "2026-02-20", **NOW)
    done = here("revise", str(path), "--doses", str(source), **NOW)
    assert done.err.startswith("1 dose recorded in 1 plan file, 0 unchanged; 0 failed")
    assert case_in(path)["given"] == ["2026-02-20"]


def test_a_plan_without_a_patient_is_left_alone(tmp_path: Path) -> None:
    """Nothing says whose doses these are."""
    path = tmp_path / "plan.json"
    facts = ("2026-01-05", "--no-neuro", "--renal", "normal")
    here("plan", *facts, "-o", str(path), **NOW)
    source = doses(tmp_path, "A,2026-01-05")
    done = here("revise", str(path), "--doses", str(source), **NOW)
    assert "A has no plan file here" in done.err
    assert done.code == 4


def test_a_plan_file_that_powershell_wrote_is_named_as_such(
    plans: Path, tmp_path: Path
) -> None:
    """Its `>` writes UTF-16."""
    path = plans / "A.json"
    path.write_bytes(path.read_text().encode("utf-16"))
    is_error(here("revise", str(path), "--given", "2026-01-05"), 2, "UTF-16", "-o")
    done = here("revise", str(path), "--doses", str(doses(tmp_path, "A,2026-01-05")))
    assert "A.json: content: is UTF-16" in done.err


@table(
    "options, said",
    ("another option", ("--given", "2026-01-05"), "does not go with --doses"),
    ("a file to write", ("-o", "x.ics"), "does not go with --doses"),
)
def test_recording_doses_goes_alone(
    options: tuple[str, ...], said: str, plans: Path, tmp_path: Path
) -> None:
    """One thing at a time, for one patient or for a thousand."""
    source = doses(tmp_path, "A,2026-01-05")
    done = here("revise", str(plans), "--doses", str(source), *options, **NOW)
    is_error(done, 2, said)


def test_several_plan_files_are_for_doses_only(plans: Path, tmp_path: Path) -> None:
    """And a directory without a plan file is named."""
    both = [str(plans / f"{name}.json") for name in "AB"]
    is_error(here("revise", *both, "--given", "2026-01-05"), 2, "B.json is one")
    empty = tmp_path / "empty"
    empty.mkdir()
    source = doses(tmp_path, "A,2026-01-05")
    done = here("revise", str(empty), "--doses", str(source))
    is_error(done, 2, "holds no plan file")


def test_headers_for_doses_may_stand_in_the_configuration(
    plans: Path, tmp_path: Path
) -> None:
    """As for a cohort."""
    config = tmp_path / "config.toml"
    config.write_text('dates = "dmy"\ncolumn = ["given_on=Injected", "start=Begin"]\n')
    source = doses(tmp_path, "A,05/01/2026", header="patient,Injected")
    options = ("--doses", str(source), "--config", str(config))
    assert here("revise", str(plans), *options, **NOW).code == 0
    assert case_in(plans / "A.json")["given"] == ["2026-01-05"]
    assert manifest_in(plans)


@table(
    "columns, read",
    ("a header that is stated comes first", ("--column", "given_on=given_on"), True),
    ("nothing is stated", (), False),
)
def test_of_two_columns_of_dates_the_one_that_is_stated_counts(
    columns: tuple[str, ...], read: bool, plans: Path, tmp_path: Path
) -> None:
    """The cohort may also have a column `given` of its own."""
    source = doses(tmp_path, "A,2026-01-05,x", header="patient,given_on,given")
    done = here("revise", str(plans), "--doses", str(source), *columns, **NOW)
    assert (done.code == 0) == read
    if not read:
        is_error(done, 2, "--column given_on=HEADER")


def test_a_patient_whose_doses_cannot_be_read_and_who_is_unknown_is_named_once(
    tmp_path: Path,
) -> None:
    """With what is wrong in the file."""
    path = cohort(tmp_path, standard("A"))
    source = doses(tmp_path, "Z,x", "Z,y")
    options = ("--doses", str(source), "--errors", str(tmp_path / "errors.csv"))
    assert batch(path, tmp_path, "--dry-run", *options).code == 4
    [record] = table_in(tmp_path / "errors.csv")
    assert record["error_text"].startswith("doses.csv: Z is not in the cohort (doses")


def test_a_full_disk_ends_the_run_at_once(
    plans: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is no fault of a plan file, and the next one would fail alike."""

    def full(*_: object, **__: object) -> None:
        raise OutputError("no space left on the disk", "make room")

    monkeypatch.setattr(record, "write_files", full)
    source = doses(tmp_path, "A,2026-01-05")
    done = here("revise", str(plans), "--doses", str(source), **NOW)
    is_error(done, 1, "no space left")


def test_a_terminal_shows_ten_patients_whose_doses_failed(
    plans: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And counts the rest."""
    monkeypatch.setattr(failed_rows, "on_terminal", lambda: True)
    source = doses(tmp_path, *(f"Z{number},2026-01-05" for number in range(12)))
    done = here("revise", str(plans), "--doses", str(source), **NOW)
    lines = done.err.splitlines()
    assert sum(line.startswith("row ") for line in lines) == 10
    assert lines[-2] == "2 more patients failed; read them all with 2> FILE"
    assert lines[-1].endswith("; 12 failed")
