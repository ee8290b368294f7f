"""Rows that cannot be planned: each is named with its row, column, value and a cure.

In the large cohort every twentieth row is wrong, in 30 ways: 2,000 rows in the short
run, 10,000 in the long one.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from cohorts import (
    COLUMNS,
    CSV_COLUMNS,
    ERROR_COLUMNS,
    FAULTS,
    JSON_DAMAGE,
    MORE_FAULTS,
    Damage,
    Fault,
    Row,
    batch,
    cohort,
    contents,
    csv_damage,
    csv_line,
    delivered,
    errors_in,
    jsonl_text,
    manifest_in,
    neuro,
    patients_in,
    piped,
    quick_directory,
    raw,
    standard,
    wrong_in,
)
from effort import some_or_all
from spec import table

NOTE = "asked on Monday,\nno answer;\r\n\tasked again"
"""Something with line breaks, in a column that is not read."""


@pytest.fixture
def quick(tmp_path: Path) -> Iterator[Path]:
    """A directory for many files."""
    with quick_directory(tmp_path) as directory:
        yield directory / "out"


# -- the large cohort ---------------------------------------------------------------


class Wrong(NamedTuple):
    """What must be said of a failed row; `cure` stands in its hint."""

    row: str
    column: str
    value: str
    code: str
    cure: str


class Planted(NamedTuple):
    """A cohort file and what is known of it: the failed rows, the good references."""

    data: bytes
    wrong: list[Wrong]
    good: dict[str, int]


def good_row(number: int) -> Row:
    """One of five courses, for a reference of that number."""
    name = f"P{number:05}"
    return (
        standard(name, error_note=NOTE if number % 50 == 0 else ""),
        standard(name, renal="", egfr="59.5", interval="3m"),
        standard(name, drug="cyanocobalamin", given="2026-01-05;2026-01-06"),
        standard(name, start="", last_dose="5 Jan 2026", months="18"),
        neuro(name, plateau="2026-02-02", until="2026-08-01"),
    )[number % 5]


def lines(
    count: int, damage: tuple[Damage, ...], apart: int
) -> Iterator[tuple[int, Row, Fault | Damage | None]]:
    """One row of so many is wrong, each time in the next way, and its number."""
    ways: list[Fault | Damage] = [*FAULTS, *damage]
    assert len(ways) == 30
    for number in range(count):
        if number % apart == 7 % apart:
            fault = ways[number // apart % 30]
            row = standard(f"P{number:05}")
            if isinstance(fault, Fault):
                row |= {k: v.format(n=number) for k, v in fault.changes.items()}
            yield number, row, fault
        else:
            yield number, good_row(number), None


def planted(
    count: int, form: str = ",", end: str = "\n", *, apart: int = 20
) -> Planted:
    """A cohort in CSV with that delimiter, or in JSON Lines, with its faults."""
    is_csv = form != "jsonl"
    columns = CSV_COLUMNS
    out, wrong, good = [], [], {}
    if is_csv:
        out.append(csv_line(columns, form).encode())
    line_number = len(out)
    damage = csv_damage(form) if is_csv else JSON_DAMAGE
    for number, row, fault in lines(count, damage, apart):
        if number % 999 == 100:
            out.append(form.encode() * (len(columns) - 1) if is_csv else b"")
            line_number += 1
        line_number += 1
        cells = [row.get(name, "") for name in columns]
        text = csv_line(cells, form) if is_csv else jsonl_text([row])[:-1]
        line = text.encode()
        if fault is None:
            good[row["patient"]] = line_number
        elif isinstance(fault, Fault):
            value = fault.shown.format(n=number)
            wrong.append(
                Wrong(str(line_number), fault.column, value, fault.code, fault.cure)
            )
        else:
            line = fault.spoil(line)
            value = fault.value.replace("{patient}", row["patient"])
            value = value.replace("{line}", line.decode(errors="backslashreplace"))
            wrong.append(
                Wrong(str(line_number), fault.column, value, fault.code, fault.cure)
            )
        out.append(line)
    return Planted(b"".join(line + end.encode() for line in out), wrong, good)


def is_as_planted(planted: Planted, directory: Path) -> None:
    """Exactly the planted faults are named, and exactly the good rows delivered."""
    records = errors_in(directory)
    assert wrong_in(directory) == [wrong[:3] for wrong in planted.wrong]
    for record, wrong in zip(records, planted.wrong, strict=True):
        assert record["error_code"] == wrong.code, wrong
        assert wrong.cure in record["error_hint"], wrong
    names = {f"{patient}.csv" for patient in planted.good}
    files = {path.name for path in directory.iterdir()}
    assert files == names | {"errors.csv", "manifest.csv"}
    listed = {
        record["patient"]: int(record["row"]) for record in manifest_in(directory)
    }
    assert list(listed.items()) == list(planted.good.items())


@some_or_all
@pytest.mark.unmeasured
def test_each_fault_among_thousands_of_rows_is_named_and_every_good_row_is_delivered(
    tmp_path: Path, quick: Path, thorough: bool
) -> None:
    """Every good row is delivered whatever the bad ones hold; each of those is named.

    30 ways of being wrong, as often each. Empty rows count, line breaks inside a cell
    begin no new row.
    """
    rows = 10_000 if thorough else 2_000
    cohort = planted(rows)
    assert len(cohort.wrong) == rows // 20
    path = raw(tmp_path, cohort.data)
    done = piped(
        b"",
        *("batch", str(path), "-o", str(quick)),
        *("--format", "csv", "--jobs", "2"),
    )
    assert done.code == 4, done.err
    assert done.out == ""
    is_as_planted(cohort, quick)


@pytest.mark.unmeasured
@table(
    "form, end, bom, name, options",
    ("a semicolon", ";", "\n", b"", "a.csv", ()),
    ("a tab", "\t", "\r\n", b"", "a.csv", ()),
    ("a spreadsheet's UTF-8", ",", "\r\n", b"\xef\xbb\xbf", "a.CSV", ()),
    ("semicolons and a mark", ";", "\r\n", b"\xef\xbb\xbf", "a.csv", ()),
    ("an old Mac's line ends", ",", "\r", b"", "a.csv", ()),
    ("an unknown suffix", ",", "\n", b"", "a.dat", ("--input-format", "csv")),
    ("JSON Lines", "jsonl", "\n", b"", "a.jsonl", ()),
    ("JSON Lines of Windows", "jsonl", "\r\n", b"\xef\xbb\xbf", "a.jsonl", ()),
    ("JSON Lines under no name", "jsonl", "\n", b"", "a", ("--input-format", "jsonl")),
)
def test_every_kind_of_file_is_read_alike(
    form: str,
    end: str,
    bom: bytes,
    name: str,
    options: tuple[str, ...],
    tmp_path: Path,
    quick: Path,
) -> None:
    """The 30 faults once each in 180 rows, whatever a program made the file."""
    cohort = planted(180, form, end, apart=6)
    assert len(cohort.wrong) == 30
    path = raw(tmp_path, bom + cohort.data, name)
    directory = quick
    done = batch(path, directory, "--format", "csv", *options)
    assert done.code == 4, done.err
    is_as_planted(cohort, directory)


@pytest.mark.unmeasured
@pytest.mark.parametrize("form", [",", "jsonl"])
def test_a_file_on_standard_input_is_read_alike(form: str, quick: Path) -> None:
    """`-` with `--input-format`."""
    cohort = planted(180, form, apart=6)
    directory = quick
    done = piped(
        cohort.data,
        *("batch", "-", "-o", str(directory), "--format", "csv"),
        *("--input-format", "jsonl" if form == "jsonl" else "csv", "--jobs", "1"),
    )
    assert done.code == 4, done.err
    is_as_planted(cohort, directory)


def test_mended_errors_are_fed_back_and_make_the_cohort_whole(
    tmp_path: Path, quick: Path
) -> None:
    """Columns that begin with `error_` are ignored on input; nothing else is lost."""
    cohort = planted(600)
    directory = quick
    batch(raw(tmp_path, cohort.data), directory, "--format", "csv")
    failed = errors_in(directory)
    assert len(failed) == 30
    before = {record["patient"]: record for record in manifest_in(directory)}
    for number, record in enumerate(failed):
        record.update(dict.fromkeys(COLUMNS, "") | standard(f"P{number * 20 + 7:05}"))
    text = [csv_line(failed[0]), *(csv_line(record.values()) for record in failed)]
    mended = raw(tmp_path, "\r\n".join(text), "mended.csv")
    delivered(mended, directory, "--format", "csv")
    assert not (directory / "errors.csv").exists()
    lines = [
        (record["row"] != "", record["patient"]) for record in manifest_in(directory)
    ]
    assert lines[:30] == [(True, f"P{number:05}") for number in range(7, 600, 20)]
    assert lines[30:] == [(False, patient) for patient in before]
    names = {path.stem for path in directory.iterdir()} - {"manifest"}
    assert names == {f"P{number:05}" for number in range(600)}
    assert len(before) == 570


def test_errors_can_be_mended_in_place(tmp_path: Path) -> None:
    """DIR/errors.csv itself is a cohort for DIR, and stays, as every cohort does.

    What failed again goes to the next free number, which no later run removes.
    """
    path = cohort(tmp_path, standard("A"), standard("B", start="03/04/2026"))
    directory = tmp_path / "out"
    assert batch(path, directory, "--format", "csv").code == 4
    errors = directory / "errors.csv"
    errors.write_bytes(errors.read_bytes().replace(b",B,03/04/2026", b",B,2026-02-30"))
    mended = errors.read_bytes()
    done = batch(errors, directory, "--format", "csv")
    assert done.code == 4
    assert "errors-2.csv" in done.err
    assert errors.read_bytes() == mended
    again = wrong_in(directory, "errors-2.csv")
    assert again == [("2", "start", "2026-02-30")]
    errors.write_bytes(mended.replace(b",B,2026-02-30", b",B,2026-04-03"))
    mended = errors.read_bytes()
    delivered(errors, directory, "--format", "csv")
    assert errors.read_bytes() == mended
    assert wrong_in(directory, "errors-2.csv") == again
    left = {"A.csv", "B.csv", "errors.csv", "errors-2.csv", "manifest.csv"}
    assert set(contents(directory)) == left


# -- one by one ---------------------------------------------------------------------


@pytest.mark.unmeasured
@pytest.mark.parametrize("form", ["csv", "jsonl"])
@pytest.mark.parametrize("fault", [*FAULTS, *MORE_FAULTS], ids=lambda fault: fault.name)
def test_a_fault_costs_its_row_only(fault: Fault, form: str, tmp_path: Path) -> None:
    """The record: row, column, value, a text that names what is wrong, and the row."""
    row = standard("B") | fault.changes
    path = cohort(tmp_path, standard("A"), row, standard("C"), name=f"cohort.{form}")
    directory = tmp_path / "out"
    done = batch(path, directory, "--format", "csv")
    assert done.code == 4
    assert done.out == ""
    (record,) = errors_in(directory)
    assert record["error_row"] == ("3" if form == "csv" else "2")
    assert record["error_column"] == fault.column
    if fault.value and len(fault.value) == 1:
        assert record["error_value"].startswith(fault.value * 10)
    else:
        assert record["error_value"] == fault.shown
    assert record["error_hint"].strip()
    assert fault.said in record["error_text"]
    assert len(record["error_text"]) < 500
    if fault.said.isupper():
        assert record["error_text"].startswith(fault.said)
    for name, text in row.items():
        apostrophe = "'" if text[:1] in ("=", "+", "-", "@") else ""
        assert record[name] == apostrophe + text
    assert patients_in(directory) == ["A", "C"]
    assert set(contents(directory)) == {"A.csv", "C.csv", "errors.csv", "manifest.csv"}


def test_errors_csv_holds_the_cohorts_own_columns_in_its_own_order(
    tmp_path: Path,
) -> None:
    """`error_*` first, then the file's columns; what was ignored is not kept twice."""
    data = (
        "renal,error_text,patient,neuro,start\n"
        "normal,old,A,no,2026-01-05\nok,old,B,no,2026-01-05\n"
    )
    directory = tmp_path / "out"
    batch(raw(tmp_path, data), directory, "--format", "csv")
    head, line, *rest = (directory / "errors.csv").read_bytes().split(b"\r\n")
    columns = (*ERROR_COLUMNS, "renal", "patient", "neuro", "start", "error_code")
    assert head.decode() == ",".join(columns)
    assert line.startswith(b"3,renal,ok,")
    assert line.endswith(b",ok,B,no,2026-01-05,unknown-name")
    assert rest == [b""]


def test_errors_of_json_lines_have_all_columns(tmp_path: Path) -> None:
    """A JSON line has no header, so its record has every column of the contract."""
    path = cohort(tmp_path, standard("A", start="x"), name="cohort.jsonl")
    directory = tmp_path / "out"
    batch(path, directory, "--format", "csv")
    (record,) = errors_in(directory)
    assert tuple(record) == (*ERROR_COLUMNS, *COLUMNS, "error_code")


@table(
    "text",
    ("a formula", "=HYPERLINK(0)"),
    ("a plus", "+1"),
    ("a minus", "-1"),
    ("an at", "@SUM(A1)"),
    ("a tab", "\t2026-01-05"),
    ("a carriage return", "\r2026-01-05"),
)
def test_what_a_spreadsheet_would_run_is_defused_and_read_back(
    text: str, tmp_path: Path
) -> None:
    """A leading apostrophe in errors.csv, which reading it again takes away."""
    name = "a.jsonl" if text[0] == "\r" else "a.csv"  # CSV has line ends only
    path = cohort(tmp_path, standard("A", start=text), name=name)
    first, second = tmp_path / "one", tmp_path / "two"
    batch(path, first, "--format", "csv")
    (record,) = errors_in(first)
    assert record["start"] == record["error_value"] == "'" + text
    batch(first / "errors.csv", second, "--format", "csv")
    (again,) = errors_in(second)
    assert again == record | {"error_row": "2"}


def test_a_clinical_refusal_begins_with_its_rule_and_says_what_to_do(
    tmp_path: Path,
) -> None:
    """RENAL-CYANO is an error of the drug, the two others of the interval."""
    path = cohort(
        tmp_path,
        standard("A", renal="unknown", drug="cyanocobalamin"),
        neuro("B", interval="12w"),
        standard("C", drug="cyanocobalamin", interval="8w"),
    )
    directory = tmp_path / "out"
    assert batch(path, directory).code == 4
    records = errors_in(directory)
    assert [record["error_column"] for record in records] == [
        *("drug", "interval", "interval")
    ]
    assert [record["error_value"] for record in records] == [
        *("cyanocobalamin", "12w", "8w")
    ]
    for record, rule, cure in zip(
        records,
        ("RENAL-CYANO", "NEURO-INTERVAL", "CYANO-INTERVAL"),
        ("hydroxocobalamin", "2 months", "1m"),
        strict=True,
    ):
        assert record["error_text"].startswith(rule)
        assert cure in record["error_hint"]


@table(
    "name, text",
    (
        "a text under no name",
        "c.csv",
        "patient,start,neuro,renal,\nA,2026-01-05,no,normal,2026-01-07\n",
    ),
    (
        "a misspelt key",
        "c.jsonl",
        '{"patient": "A", "start": "2026-01-05", "neuro": "no", "renal": "normal", '
        '"givn": ["2026-01-07"]}\n',
    ),
    (
        "a row that is cut short before its given doses",
        "c.csv",
        "patient,start,neuro,renal,given\nA,2026-01-05,no,normal\n",
    ),
)
def test_a_row_of_which_the_table_lacks_a_text_is_no_plan_when_fed_back(
    name: str, text: str, tmp_path: Path
) -> None:
    """The dose given on 7 January would be lost: the row comes without its patient."""
    directory = tmp_path / "out"
    assert batch(raw(tmp_path, text, name), directory).code == 4
    (record,) = errors_in(directory)
    assert (record["patient"], record["start"]) == ("", "2026-01-05")
    assert batch(directory / "errors.csv", directory).code == 4
    assert patients_in(directory) == []
    assert wrong_in(directory, "errors-2.csv") == [("2", "patient", "")]


def test_the_second_row_of_a_patient_takes_no_ones_place_when_fed_back(
    tmp_path: Path,
) -> None:
    """The table lacks the first row: its two given doses would be planned once more."""
    given = "2026-01-05;2026-01-07"
    path = cohort(tmp_path, standard("A", given=given), standard("a"))
    directory = tmp_path / "out"
    assert batch(path, directory, "--format", "csv").code == 4
    (record,) = errors_in(directory)
    assert (record["error_value"], record["patient"]) == ("a", "")
    before = (directory / "A.csv").read_bytes()
    assert batch(directory / "errors.csv", directory, "--format", "csv").code == 4
    assert (directory / "A.csv").read_bytes() == before
    assert wrong_in(directory, "errors-2.csv") == [("2", "patient", "")]


# -- references ---------------------------------------------------------------------


def test_a_reference_does_not_make_the_name_of_another_formats_file(
    tmp_path: Path,
) -> None:
    """`A-17.fhir` as JSON is the FHIR file of A-17; as a calendar it is its own."""
    path = cohort(tmp_path, standard("A-17.fhir"), standard("B"))
    assert batch(path, tmp_path / "out", "--format", "json").code == 4
    assert wrong_in(tmp_path / "out") == [("2", "patient", "A-17.fhir")]
    delivered(path, tmp_path / "other", "--format", "ics")


@pytest.mark.parametrize(
    "reference",
    [
        *("../x", "a/b", "/etc/passwd", "a\\b", "C:x", "a*", "a?", 'a"b', "a<b", "a>b"),
        *("a|b", ".hidden", "..", ".", "~user", "a.", "con", "CON", "Nul", "prn"),
        *("aux", "com1", "COM9", "lpt1", "LPT9", "manifest", "Manifest", "errors"),
        *("ERRORS", "[/]", "\U00020000" * 64),
    ],
)
def test_a_reference_that_is_no_safe_file_name_fails_but_in_a_stream(
    reference: str, tmp_path: Path
) -> None:
    """Never a path, a device or one of the two tables; a stream makes no file."""
    inside = tmp_path / "in"
    inside.mkdir()
    path = cohort(inside, standard(reference), standard("Z"))
    directory = inside / "out"
    assert batch(path, directory, "--format", "csv").code == 4
    assert wrong_in(directory) == [("2", "patient", reference)]
    assert set(contents(directory)) == {"Z.csv", "errors.csv", "manifest.csv"}
    done = batch(path, "-", "--format", "jsonl")
    assert done.code == 0, done.err
    assert len(done.out.splitlines()) == 2
    assert {path.name for path in inside.iterdir()} == {"cohort.csv", "out"}
    assert {path.name for path in tmp_path.iterdir()} == {"in"}


@table(
    "reference, text, cure",
    ("a space", "A ", "it has a space before or after it", "remove the space"),
    ("a point", "a.", "it ends with .", "use letters, digits, - and _"),
    ("a point first", ".a", "it begins with .", "use letters, digits, - and _"),
    ("a tilde", "~a", "it begins with ~", "use letters, digits, - and _"),
)
def test_what_is_wrong_at_the_end_of_a_reference_is_named(
    reference: str, text: str, cure: str, tmp_path: Path
) -> None:
    """A space cannot be seen; it is the commonest, from a spreadsheet."""
    directory = tmp_path / "out"
    assert batch(cohort(tmp_path, standard(reference)), directory).code == 4
    (record,) = errors_in(directory)
    assert record["error_text"].endswith(f"cannot name a file: {text}")
    assert record["error_hint"] == cure


@pytest.mark.unmeasured
@pytest.mark.parametrize(
    "reference",
    [
        *(
            "A-17",
            "7",
            "[red]",
            "A B",
            "a.b",
            "A;B",
            "A,B",
            "it's",
            "100%s{0}",
            "$HOME",
        ),
        *("`id`", "é" * 64, "患" * 64, "smile", "a~", "x" * 64, "com", "com10"),
        *("contact", "nullable", "manifests", "#1", "a&b", "(17)", "!", "'A"),
    ],
)
def test_a_reference_that_is_a_safe_name_is_the_files_name(
    reference: str, tmp_path: Path
) -> None:
    """What is harmless is kept as it was written."""
    directory = tmp_path / "out"
    delivered(cohort(tmp_path, standard(reference)), directory, "--format", "csv")
    assert set(contents(directory)) == {f"{reference}.csv", "manifest.csv"}
    (record,) = manifest_in(directory)
    assert (record["patient"], record["file"]) == (reference, f"{reference}.csv")


@table(
    "first, second",
    ("the same", "A-17", "A-17"),
    ("in another case, and decomposed", "ZO\u00cb", "zoe\u0308"),
)
def test_a_patient_twice_is_an_error_of_the_later_row(
    first: str, second: str, tmp_path: Path
) -> None:
    """Compared without case and however accents are encoded: one file on any disk."""
    path = cohort(tmp_path, standard(first), standard("B"), neuro(second))
    directory = tmp_path / "out"
    for _ in range(2):
        done = batch(path, directory, "--format", "csv")
        assert done.code == 4
        assert wrong_in(directory) == [("4", "patient", second)]
        assert "row 2" in errors_in(directory)[0]["error_text"]
        assert patients_in(directory) == [first, "B"]
        names = {f"{first}.csv", "B.csv", "errors.csv", "manifest.csv"}
        assert set(contents(directory)) == names
        assert "stale" not in done.err, "the file is that of the earlier row"
    assert batch(path, "-", "--format", "jsonl").code == 4


def test_each_row_needs_a_reference(tmp_path: Path) -> None:
    """In a stream too: a plan of no one is of no use among many."""
    path = cohort(tmp_path, standard("A"), standard(""))
    done = batch(path, "-", "--format", "jsonl")
    assert done.code == 4
    assert len(done.out.splitlines()) == 1
    assert "patient" in done.err


# -- defaults -----------------------------------------------------------------------


def test_a_fault_that_comes_from_an_option_is_the_rows_too(tmp_path: Path) -> None:
    """An option is a default for all rows; what it contradicts is named row by row."""
    directory = tmp_path / "out"
    path = cohort(tmp_path, standard("A"), neuro("B"), neuro("C", interval="1m"))
    assert batch(path, directory, "--format", "csv", "--interval", "3m").code == 4
    assert wrong_in(directory) == [("3", "interval", "3m")]
    assert patients_in(directory) == ["A", "C"]


def test_an_empty_cell_takes_the_default_and_no_other_cell_does(tmp_path: Path) -> None:
    """A row's value overrides an option."""
    rows = [
        standard("A", neuro="", renal="", interval="", months=""),
        standard("B", neuro="no", renal="normal", interval="1m", months="6"),
    ]
    directory = tmp_path / "out"
    delivered(
        cohort(tmp_path, *rows),
        directory,
        *("--format", "csv", "--neuro", "--renal", "impaired"),
        *("--interval", "8w", "--months", "24"),
    )
    one, other = manifest_in(directory)
    assert (one["regimen"], other["regimen"]) == ("neuro", "standard")
    assert (one["last"], other["last"]) == ("2027-12-06", "2026-07-05")
    assert "renal" in one["cautions"].split(";")
    assert "renal" not in other["cautions"].split(";")


@table(
    "option, row",
    ("eGFR for a renal status", ("--renal", "dialysis"), {"egfr": "90"}),
    ("a renal status for an eGFR", ("--egfr", "20"), {"renal": "normal"}),
    ("months for until", ("--until", "2026-03-01"), {"months": "12"}),
    ("until for months", ("--months", "1"), {"until": "2027-01-05"}),
)
def test_a_rows_value_displaces_the_default_of_its_alternative(
    option: tuple[str, str], row: Row, tmp_path: Path
) -> None:
    """The two cannot stand together, and the row knows better."""
    facts = {"patient": "A", "start": "2026-01-05", "neuro": "no"}
    if not {"renal", "egfr"} & {*row, option[0][2:]}:
        facts["renal"] = "normal"
    directory = tmp_path / "out"
    delivered(cohort(tmp_path, facts | row), directory, "--format", "csv", *option)
    (record,) = manifest_in(directory)
    assert record["last"] == "2027-01-05"
    assert "renal" not in record["cautions"].split(";")


def test_a_rows_plateau_displaces_projected_weeks(tmp_path: Path) -> None:
    """`--loading-weeks` is for those rows that have no plateau recorded yet."""
    path = cohort(tmp_path, neuro("A", plateau="2026-01-19"), neuro("B"))
    directory = tmp_path / "out"
    delivered(path, directory, "--format", "csv", "--loading-weeks", "4")
    one, other = manifest_in(directory)
    assert "plateau-not-recorded" not in one["cautions"].split(";")
    assert "plateau-not-recorded" in other["cautions"].split(";")


def test_the_clinic_of_the_options_is_everyones(tmp_path: Path) -> None:
    """`--open`, `--holidays` and `--closed` hold for all rows."""
    directory = tmp_path / "out"
    path = cohort(tmp_path, standard("A", start="2026-01-01"), standard("B"))
    clinic = ("--open", "mon-fri", "--holidays", "GB-ENG", "--closed", "2026-01-05")
    delivered(path, directory, "--format", "csv", *clinic)
    assert [record["first"] for record in manifest_in(directory)] == [
        *("2026-01-02", "2026-01-06")
    ]
