"""What a practice's export holds beside a cohort's own columns: mapped, carried, left.

Every other column is an error of the whole file, so that no misspelt one is lost.
"""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from cli import here, is_error
from cohorts import batch, delivered, errors_in, manifest_in, raw, table_in
from spec import table

from b12sched.cohort import RowError, open_cohort, plan_rows
from b12sched.cohort.layout import Layout
from b12sched.errors import InputError

EXPORT = (
    "NHS Number,Surname,Start-Date,NEURO,Renal status,Usual GP\n"
    '17,"Smith, J",2026-01-05,no,normal,Dr A\n'
    "18,=cmd,2026-01-06,no,ok,Dr B\n"
)
OPTIONS = (
    *("--column", "patient=NHS Number", "--column", "start=Start Date"),
    *("--column", "renal=renal_status", "--carry", "Surname", "--ignore-others"),
)


def test_carried_cells_stand_in_the_manifest_and_the_table_of_errors(
    tmp_path: Path,
) -> None:
    """The export's own headers, so that the same command reads the errors again."""
    path, directory = raw(tmp_path, EXPORT), tmp_path / "out"
    assert batch(path, directory, "--format", "csv", *OPTIONS).code == 4
    [line] = manifest_in(directory)
    assert (line["patient"], line["Surname"]) == ("17", "Smith, J")
    assert list(line)[-2:] == ["cautions", "Surname"]
    [record] = errors_in(directory)
    own = {name: record[name] for name in record if not name.startswith("error_")}
    assert own == {
        "NHS Number": "18",
        "Surname": "'=cmd",
        "Start-Date": "2026-01-06",
        "NEURO": "no",
        "Renal status": "ok",
    }
    errors = directory / "errors.csv"
    errors.write_bytes(errors.read_bytes().replace(b",ok", b",normal"))
    delivered(errors, directory, "--format", "csv", *OPTIONS)
    lines = {each["patient"]: each["Surname"] for each in manifest_in(directory)}
    assert lines["18"] == "'=cmd"


def test_carried_cells_stand_in_the_rows_of_a_worklist_and_an_audit(
    tmp_path: Path,
) -> None:
    """In JSON and in CSV they come last."""
    path = raw(tmp_path, EXPORT.replace(",ok,", ",normal,"))
    week = ("--from", "2026-01-05", "--to", "2026-01-06")
    for command in (("worklist", *week), ("audit", "--as-of", "2026-01-20")):
        options = (command[0], str(path), *command[1:], *OPTIONS, "--format")
        [first, *_] = json.loads(here(*options, "json").out)
        assert list(first.items())[-1] == ("Surname", "Smith, J")
        rows = list(csv.DictReader(io.StringIO(here(*options, "csv").out)))
        assert {row["Surname"] for row in rows} == {"Smith, J", "'=cmd"}


def test_the_keys_of_json_lines_are_mapped_and_carried_alike(tmp_path: Path) -> None:
    """A key to carry may be absent; one that a field stands under may not."""
    rows = [
        {"ID": "A", "Last Dose": "2026-01-05", "neuro": "no", "renal": "normal"},
        {"ID": "B", "Last Dose": "2026-01-05", "neuro": False, "Room": 3, "x": [1]},
        {"id": "C", "Other": "D"},
    ]
    data = "".join(json.dumps(row) + "\n" for row in rows)
    path = raw(tmp_path, data, "c.jsonl")
    layout = Layout((("patient", "ID"),), ("room",), ignore_others=True)
    with open_cohort(path, layout=layout) as cohort:
        found = list(cohort.rows)
    assert [row.values.get("patient") for row in found] == ["A", "B", "C"]
    assert [row.carried for row in found] == [
        *((("room", ""),), (("room", "3"),), (("room", ""),))
    ]
    with open_cohort(path, layout=layout._replace(fields=(("start", "x"),))) as cohort:
        [first, *_] = plan_rows(cohort.rows)
    assert isinstance(first, RowError)
    assert (first.column, first.text) == ("", "x: there is no column x")
    assert "--column" in first.hint


def test_a_table_says_how_its_columns_were_understood() -> None:
    """A field, something to carry, both, or nothing."""
    layout = Layout((("patient", "No."),), ("no.", "Ward"), ignore_others=True)
    errors = Layout((), ("error_code",)).columns_of(("error_code",))
    assert [tuple(column) for column in errors] == [("error_code", "", "")]
    headers = ("No.", "LAST  DOSE", "ward", "", "error_row", "patient")
    assert [tuple(column) for column in layout.columns(headers)] == [
        ("No.", "patient", "no."),
        ("LAST  DOSE", "last_dose", ""),
        ("ward", "", "Ward"),
        ("", "", ""),
        ("error_row", "", ""),
        ("patient", "", ""),
    ]


NAMES = "check what --{} names, and the headers in the file"
KEEP_ONE = "keep one, or name with --column the one that is meant"


@table(
    "headers, layout, value, message, hint",
    (
        "a field under two headers",
        ("patient", "Last dose", "last-dose"),
        Layout(),
        None,
        "column 'Last dose', which holds last_dose, appears twice",
        KEEP_ONE,
    ),
    (
        "a field's own header twice",
        ("patient", "start", "start"),
        Layout(),
        None,
        "column start appears twice",
        KEEP_ONE,
    ),
    (
        "a header that is not there",
        ("patient", "start"),
        Layout((("given", "Doses"),)),
        "Doses",
        "there is no column Doses",
        NAMES.format("column"),
    ),
    (
        "a header that appears twice",
        ("patient", "Doses", "doses"),
        Layout((("given", "Doses"),)),
        "Doses",
        "there are 2 columns Doses",
        NAMES.format("column"),
    ),
    (
        "something to carry that is not there",
        ("patient", "start"),
        Layout((), ("Ward",)),
        "Ward",
        "there is no column Ward",
        NAMES.format("carry"),
    ),
    (
        "a column of a table of errors to carry",
        ("patient", "error_code"),
        Layout((), ("error_code",)),
        "error_code",
        "there is no column error_code",
        NAMES.format("carry"),
    ),
)
def test_headers_that_contradict_the_layout_are_refused(
    headers: tuple[str, ...],
    layout: Layout,
    value: str | None,
    message: str,
    hint: str,
) -> None:
    """A field is read from one column, and every header that was named is there."""
    with pytest.raises(InputError) as caught:
        layout.columns(headers)
    error = caught.value
    code = "unusable" if value is None else "unknown-name"
    assert (error.field, error.value, error.code) == ("header", value, code)
    assert (error.message, error.hint) == (message, hint)


FIELD_IS = (
    "; FIELD is one of patient, start, last_dose, neuro, renal, egfr, regimen, drug, "
    "plateau, loading_weeks, interval, monthly_from, given, given_through, as_of, "
    "ended, because, anaemia, accept, course, months, until"
)


@table(
    "headers, layout, shown, hint",
    (
        "a field's own name where another header was stated",
        ("patient", "given", "Doses"),
        Layout((("given", "Doses"),)),
        "given",
        "to read it: --column FIELD=given; to copy it unread: --carry given; ",
    ),
    (
        "a misspelt field that is there, too",
        ("neuro", "nuero"),
        Layout(),
        "nuero",
        "did you mean neuro? to read it: --column FIELD=nuero; "
        "to copy it unread: --carry nuero; ",
    ),
    (
        "a header near two fields",
        ("monthl",),
        Layout(),
        "monthl",
        "did you mean months? to read it: --column months=monthl; "
        "to copy it unread: --carry monthl; ",
    ),
    (
        "a header of 64 letters",
        ("patient", "x" * 64),
        Layout(),
        "x" * 64,
        f"to read it: --column FIELD={'x' * 64}; "
        f"to copy it unread: --carry {'x' * 64}; ",
    ),
    (
        "one of 65",
        ("patient", "x" * 65),
        Layout(),
        f"'{'x' * 63}…'",
        "to read it: --column FIELD=HEADER; to copy it unread: --carry HEADER; ",
    ),
    (
        "a header that cannot be typed",
        ("a\tb",),
        Layout(),
        "'a\\tb'",
        "to read it: --column FIELD=HEADER; to copy it unread: --carry HEADER; ",
    ),
)
def test_an_unknown_header_is_refused_with_what_to_type(
    headers: tuple[str, ...], layout: Layout, shown: str, hint: str
) -> None:
    """To read it, to copy it unread, or to leave it out."""
    with pytest.raises(InputError) as caught:
        layout.columns(headers)
    error = caught.value
    assert error.message == f"{shown} is not a known column"
    assert (error.field, error.code) == ("header", "unknown-name")
    assert error.value in headers
    end = "" if hint.startswith("did") else FIELD_IS
    assert error.hint == f"{hint}to leave out all unknown columns: --ignore-others{end}"


@table(
    "texts, field, value, message, hint",
    (
        "no header",
        {"column": "start=A;patient"},
        "column",
        "patient",
        "patient is not a field and its header",
        "write FIELD=HEADER: --column patient='NHS Number'",
    ),
    (
        "an unknown field",
        {"column": "colour=ID"},
        "column",
        "colour",
        "colour is not a known field",
        f"allowed: {FIELD_IS.partition('of ')[2]}, given_on, kind, not_given_because",
    ),
    (
        "an empty header",
        {"column": "patient= "},
        "column",
        "patient= ",
        "'patient= ' is not a field and its header",
        "write FIELD=HEADER: --column patient='NHS Number'",
    ),
    (
        "a field twice",
        {"column": "start=A;start=B"},
        "column",
        "start",
        "start is named twice",
        "name each field and each header once",
    ),
    (
        "a header twice",
        {"column": "start=A;until= a "},
        "column",
        "a",
        "a is named twice",
        "name each field and each header once",
    ),
    (
        "carried twice",
        {"carry": "A b;a-B"},
        "carry",
        "a_b",
        "a_b is named twice",
        "name each field and each header once",
    ),
)
def test_what_is_wrong_with_an_option_for_columns_is_told_in_full(
    texts: dict[str, str], field: str, value: str, message: str, hint: str
) -> None:
    """Which option, which of its values, and what to do."""
    with pytest.raises(InputError) as caught:
        Layout.parse(texts)
    error = caught.value
    assert (error.field, error.value) == (field, value)
    assert (error.message, error.hint) == (message, hint)


@table(
    "texts, layout",
    ("nothing", {}, Layout()),
    ("no others", {"ignore_others": "no"}, Layout()),
    ("empty ones", {"column": " ; ", "carry": "; "}, Layout()),
    (
        "all of them",
        {
            "column": " Given On = A b=c ;patient=x",
            "carry": " W ;V",
            "ignore_others": "yes",
        },
        Layout((("given_on", "A b=c"), ("patient", "x")), ("W", "V"), True),
    ),
)
def test_options_for_columns_are_a_layout(
    texts: dict[str, str], layout: Layout
) -> None:
    """Without the spaces around what was typed."""
    assert Layout.parse(texts) == layout


def test_what_is_carried_under_the_name_of_a_tables_column_is_refused() -> None:
    """The header, and what to do."""
    layout = Layout((), ("x", "file", "a b"))
    layout.check_carried(("files",), "the manifest")
    with pytest.raises(InputError) as caught:
        layout.check_carried(("file", "a b"), "the manifest")
    error = caught.value
    assert (error.field, error.value) == ("carry", "file")
    assert error.message == "file is a column of the manifest already"
    assert error.hint == "rename that column in the file, or do not carry it"


@table(
    "options, said",
    ("no header", ("--column", "patient"), "FIELD=HEADER"),
    ("an empty header", ("--column", "patient= "), "FIELD=HEADER"),
    ("an unknown field", ("--column", "patent=ID"), "did you mean patient?"),
    ("a field twice", ("--column", "start=A", "--column", "start=B"), "twice"),
    ("a header twice", ("--column", "start=A", "--column", "until=a"), "twice"),
    ("carried twice", ("--carry", "A", "--carry", "a"), "twice"),
    ("carried as a column of the manifest", ("--carry", "file"), "already"),
)
def test_options_for_columns_that_cannot_be_used_are_refused(
    options: tuple[str, ...], said: str, tmp_path: Path
) -> None:
    """Before anything is read or written."""
    path = raw(tmp_path, "patient,file\nA,x\n")
    is_error(here("batch", str(path), "-o", str(tmp_path / "out"), *options), 2, said)
    assert not (tmp_path / "out").exists()


def test_the_cure_for_an_unknown_column_works_as_typed(tmp_path: Path) -> None:
    """The message names the column, the nearest field, and three ways out."""
    path = raw(
        tmp_path,
        "patient,Last injection,neuro,renal,Date of birth\n"
        "A,2026-01-05,no,normal,1950-01-01\n",
    )
    options = ("batch", str(path), "-o", str(tmp_path / "out"), "--format", "csv")
    is_error(
        here(*options, "--carry", "Date of birth"),
        2,
        "'Last injection' is not a known column",
        "--carry 'Last injection'",
        "--ignore-others",
    )
    named = ("--column", "last_dose=Last injection")
    is_error(here(*options, *named), 2, "--carry 'Date of birth'")
    assert here(*options, *named, "--ignore-others").code == 0


def test_a_later_batch_keeps_what_the_rows_of_other_patients_carry(
    tmp_path: Path,
) -> None:
    """Also under a header that looks like a formula."""
    columns = "patient,start,neuro,renal,Name,=Ward\n"
    one = raw(tmp_path, f"{columns}A,2026-01-05,no,normal,Ann,W1\n", "one.csv")
    plain = "patient,start,neuro,renal,Tel\nB,2026-01-05,no,normal,123\n"
    two, out = raw(tmp_path, plain, "two.csv"), tmp_path / "out"
    form = ("--format", "csv")
    delivered(one, out, *form, "--carry", "Name", "--carry", "=Ward")
    delivered(two, out, *form, "--carry", "Tel")
    first, second = manifest_in(out)
    assert (first["patient"], first["Tel"], first["Name"]) == ("B", "123", "")
    assert (second["patient"], second["Tel"], second["Name"]) == ("A", "", "Ann")
    assert second["'=Ward"] == "W1"
    before = (out / "manifest.csv").read_bytes()
    delivered(two, out, *form, "--carry", "Tel")
    assert (out / "manifest.csv").read_bytes() == before
    # A cell too many, and a header that is there twice: nothing is lost by it.
    text = (
        before.decode().replace("Ward\r\n", "Ward,,Name\r\n") + "9,X,,,,,,,,,,,,,1\r\n"
    )
    (out / "manifest.csv").write_text(text, newline="")
    plainer = raw(
        tmp_path, "patient,start,neuro,renal\nB,2026-01-05,no,normal\n", "3.csv"
    )
    delivered(plainer, out, *form)
    first, second = manifest_in(out)
    assert [*first][8:] == ["Tel", "Name", "'=Ward"]
    assert (first["patient"], first["Tel"]) == ("B", "")
    assert (second["patient"], second["'=Ward"]) == ("A", "W1")


def test_a_practice_states_its_columns_once(tmp_path: Path) -> None:
    """In the configuration; what is typed takes the place of each, `none` clears it."""
    config = tmp_path / "config.toml"
    config.write_text(
        'column = ["patient=NHS Number", "renal=Renal status", "start=Start date"]\n'
        'carry = "Surname"\nignore_others = true\n'
    )
    path, out = raw(tmp_path, EXPORT), tmp_path / "out"
    options = ("--config", str(config), "--format", "csv")
    assert batch(path, out, *options).code == 4
    assert manifest_in(out)[0]["Surname"] == "Smith, J"
    assert batch(path, tmp_path / "two", *options, "--carry", "none").code == 4
    assert "Surname" not in table_in(tmp_path / "two" / "manifest.csv")[0]
    config.write_text(config.read_text().replace("true", "false"))
    is_error(batch(path, out, *options), 2, "Usual GP")
    config.write_text('\ncolumn = ["patent=NHS Number"]\n')
    is_error(batch(path, out, *options), 2, "line 2", "did you mean patient?")


def test_a_header_with_line_breaks_in_it_is_read(tmp_path: Path) -> None:
    """As a spreadsheet writes a cell of two lines, which it shows as one row."""
    text = 'patient,"Last\nDose","Renal\r\n-status",neuro\nA,2026-01-05,normal,x\n'
    path = raw(tmp_path, text)
    options = ("--column", "renal=Renal status", "--format", "csv")
    assert batch(path, tmp_path / "out", *options).code == 4
    [record] = errors_in(tmp_path / "out")
    assert (record["error_row"], record["error_column"]) == ("2", "neuro")
    assert record["Last\nDose"] == "2026-01-05"


@table(
    "text",
    ("to the end of the file", 'patient,"start\nA,2026-01-05\n'),
    ("over too many lines", 'patient,"start\n' + "A,x\n" * 210),
)
def test_a_header_with_an_open_quotation_mark_is_refused(
    text: str, tmp_path: Path
) -> None:
    """It is not taken for a header of all lines."""
    done = batch(raw(tmp_path, text), tmp_path / "out")
    is_error(done, 2, '"start is not a known column')


def test_a_header_whose_field_stands_elsewhere_is_not_offered_itself(
    tmp_path: Path,
) -> None:
    """`patient` is no misspelt `patient`: --column says where the patient stands."""
    path = raw(tmp_path, "patient,NHS,start,neuro,renal\nx,A,2026-01-05,no,normal\n")
    done = batch(path, tmp_path / "out", "--column", "patient=NHS")
    is_error(done, 2, "header: patient is not a known column", "--carry patient")
    assert "did you mean" not in done.err


def test_where_no_header_is_known_the_sign_that_makes_most_columns_counts(
    tmp_path: Path,
) -> None:
    """So that the message names one header, and not the whole line."""
    path = raw(tmp_path, "NHS;Beginn\n1;05.01.2026\n")
    is_error(batch(path, tmp_path / "out"), 2, "header: NHS is not a known column")
