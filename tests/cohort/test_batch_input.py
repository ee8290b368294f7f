"""Cohort files as spreadsheets, scripts and enemies make them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli import here, is_error
from cohorts import (
    COLUMNS,
    batch,
    cohort,
    contents,
    delivered,
    errors_in,
    jsonl_text,
    manifest_in,
    neuro,
    patients_in,
    piped,
    raw,
    standard,
    wrong_in,
)
from spec import table

HEADER = "patient,start,neuro,renal\n"
GOOD = "A,2026-01-05,no,normal\n"
LAST = "Z,2026-01-05,no,normal\n"


def rows_of(directory: Path) -> dict[str, str]:
    """The row of each patient in the manifest."""
    return {record["patient"]: record["row"] for record in manifest_in(directory)}


# -- files that cannot be used as a whole -------------------------------------------

WORKBOOK = b"PK\x03\x04\x14\x00\x06\x00\x08\x00\x00\x00!\x00" + bytes(range(256))
OLD_WORKBOOK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
TEXT = HEADER + GOOD


@pytest.mark.unmeasured
@table(
    "name, data, said",
    ("no header", "a.csv", GOOD.encode(), "A"),
    ("a column in capitals only", "a.csv", b"patient,FOO\n", "FOO"),
    ("markup", "a.csv", b"patient,[red]x[/red]\n", "[red]x"),
    ("an escape", "a.csv", b"patient,\x1b[31mx\n", "\\x1b[31mx"),
    ("a workbook called CSV", "a.csv", WORKBOOK, "CSV"),
    ("an old workbook called CSV", "a.csv", OLD_WORKBOOK, "CSV"),
    ("a workbook called JSON Lines", "a.jsonl", WORKBOOK, ""),
    ("text called a workbook", "a.xlsx", TEXT.encode(), "CSV"),
    ("UTF-16 with a mark", "a.csv", TEXT.encode("utf-16"), "UTF-8"),
    ("UTF-16 without a mark", "a.csv", TEXT.encode("utf-16-le"), ""),
    ("UTF-32", "a.csv", TEXT.encode("utf-32"), ""),
    ("UTF-16 JSON", "a.jsonl", jsonl_text([standard("A")]).encode("utf-16"), "UTF-8"),
    (
        "a JSON array over several lines",
        "a.jsonl",
        json.dumps([standard("A")], indent=2).encode(),
        "",
    ),
    ("no suffix", "cohort", TEXT.encode(), "--input-format"),
    ("a web page", "a.csv", b"\n <!DOCTYPE html>\n<table><tr><td>patient", "HTML"),
    ("a table of a web page", "a.jsonl", b"<table>\n<tr>", "HTML"),
    ("XML", "a.csv", b"\xef\xbb\xbf<?xml version='1.0'?>\n", "XML"),
    ("JSON Lines called CSV", "a.csv", jsonl_text([standard("A")]).encode(), "jsonl"),
    ("an array called CSV", "a.csv", b'[\n{"patient": "A"}]', "JSON"),
    (
        "an object over several lines",
        "a.jsonl",
        json.dumps(standard("A"), indent=2).encode(),
        "one object per line",
    ),
    (
        "an object that goes on",
        "a.jsonl",
        b'{"patient": "A",\r\n"start": "2026-01-05"}\r\n',
        "over several lines",
    ),
    ("5,000 columns", "a.csv", ("patient" + ",x" * 4999 + "\n").encode(), "x"),
    ("a header of 1 MB", "a.csv", b"patient," + b"x" * 1_000_000 + b"\n", "xxx"),
    ("zeros", "a.csv", bytes(5000), ""),
    ("nothing but quotation marks", "a.csv", b'"' * 5000, ""),
)
def test_a_file_that_cannot_be_used_is_refused_as_a_whole(
    name: str, data: bytes, said: str, tmp_path: Path
) -> None:
    """Exit 2, one line what and one what to do, and no directory is made."""
    path = raw(tmp_path, data, name)
    done = batch(path, tmp_path / "out")
    is_error(done, 2, said)
    assert len(done.err) < 5000
    assert {each.name for each in tmp_path.iterdir()} == {name}


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    """Exit 2, and nothing is made."""
    is_error(batch(tmp_path / "no.csv", tmp_path / "out"), 2, "no.csv")
    assert list(tmp_path.iterdir()) == []


def test_a_directory_is_no_cohort(tmp_path: Path) -> None:
    """Exit 2 with a word on it, even if its name ends as that of a file."""
    (tmp_path / "dir.csv").mkdir()
    is_error(batch(tmp_path / "dir.csv", tmp_path / "out"), 2, "dir.csv")
    assert not (tmp_path / "out").exists()


@table(
    "text",
    ("a table", TEXT),
    ("a table with a mark", "\ufeff" + TEXT),
    ("objects", jsonl_text([standard("A")])),
    ("objects after a blank", "\ufeff \n" + jsonl_text([standard("A")])),
)
@pytest.mark.measured
def test_standard_input_is_json_lines_if_it_begins_with_an_object(
    text: str, tmp_path: Path
) -> None:
    """`-` has no suffix; `--input-format` may say it instead."""
    done = piped(text.encode(), "batch", "-", "-o", str(tmp_path / "out"))
    assert done.code == 0, done.err
    assert patients_in(tmp_path / "out") == ["A"]


def test_an_earlier_run_is_not_touched_by_a_file_that_cannot_be_used(
    tmp_path: Path,
) -> None:
    """Plans and tables of the last good run stay as they are."""
    directory = tmp_path / "out"
    delivered(cohort(tmp_path, standard("A")), directory)
    before = contents(directory)
    assert batch(raw(tmp_path, "name,start\n"), directory).code == 2
    assert batch(raw(tmp_path, b""), directory).code == 2
    assert contents(directory) == before


@table(
    "option",
    ("a last dose", "--last-dose"),
    ("a plateau", "--plateau"),
    ("a step-up", "--monthly-from"),
    ("a dose", "--given"),
    ("all doses up to a day", "--given-through"),
    ("an end", "--ended"),
)
def test_a_fact_of_one_patient_is_no_default_for_all(
    option: str, tmp_path: Path
) -> None:
    """It stands in a column only: an option would say it of every row without it."""
    path = cohort(tmp_path, standard("A"))
    is_error(batch(path, tmp_path / "out", option, "2026-01-05"), 2, option)
    week = ("--from", "2026-01-05", "--to", "2026-01-09")
    done = here("worklist", str(path), *week, option, "2026-01-05")
    is_error(done, 2, option)


# -- spreadsheets -------------------------------------------------------------------


@pytest.mark.unmeasured
@table(
    "cell, column, said",
    ("day or month first", "start=05/01/2026", "start", "2026-01-05 or 2026-05-01"),
    ("a day number", "start=46027", "start", "2026-01-05"),
    ("month and year", "start=Jan-26", "start", "Jan-26"),
    ("a time beside it", "start=2026-01-05 09:00:00", "start", "2026-01-05"),
    ("too narrow a column", "start=########", "start", "########"),
    ("an error of a formula", "start=#REF!", "start", "#REF!"),
    ("1", "neuro=1", "neuro", "1"),
    ("a rounded number", "egfr=9.0E+01", "egfr", "9.0E+01"),
    ("not available", "renal=N/A", "renal", "N/A"),
    ("a space before", "start= 2026-01-05", "start", "space"),
    ("a space after", "start=2026-01-05 ", "start", "space"),
    ("a no-break space", "neuro=no\u00a0", "neuro", "space"),
)
def test_what_a_spreadsheet_made_of_a_value_is_not_guessed_at(
    cell: str, column: str, said: str, tmp_path: Path
) -> None:
    """The row fails, and its record says how the value is to be written."""
    name, _, text = cell.partition("=")
    row = standard("B") | ({"renal": ""} if name == "egfr" else {}) | {name: text}
    directory = tmp_path / "out"
    assert batch(cohort(tmp_path, standard("A"), row), directory).code == 4
    assert wrong_in(directory) == [("3", column, text)]
    (record,) = errors_in(directory)
    assert said in record["error_text"] + record["error_hint"]
    assert patients_in(directory) == ["A"]


@pytest.mark.parametrize(
    ("value", "cure"),
    [("1", "yes"), ("0", "no")],
)
def test_the_cure_for_another_word_for_yes_or_no_is_the_word(
    value: str, cure: str, tmp_path: Path
) -> None:
    """What was probably meant is in the hint."""
    directory = tmp_path / "out"
    batch(cohort(tmp_path, standard("A", neuro=value)), directory)
    assert f"write {cure} " in errors_in(directory)[0]["error_hint"] + " "


@pytest.mark.parametrize("word", ["TRUE", "Y", "Yes", "true"])
def test_yes_in_a_spreadsheet_s_words_is_yes(word: str, tmp_path: Path) -> None:
    """As spreadsheets and people write it, in any case."""
    directory = tmp_path / "out"
    done = batch(cohort(tmp_path, standard("A", neuro=word)), directory)
    assert done.code == 0
    assert patients_in(directory) == ["A"]


def test_a_row_of_totals_is_an_error_of_that_row(tmp_path: Path) -> None:
    """It names no patient that could be planned; the rest is delivered."""
    directory = tmp_path / "out"
    path = raw(tmp_path, HEADER + GOOD + "\n" + "Total,1,,\n")
    assert batch(path, directory).code == 4
    ((row, _, _),) = wrong_in(directory)
    assert row == "4"
    assert patients_in(directory) == ["A"]


def test_columns_may_stand_in_any_order(tmp_path: Path) -> None:
    """The header says which is which; every column of the contract is known."""
    columns = tuple(reversed(COLUMNS))
    row = neuro(
        "A", given="2026-01-05;2026-01-07", plateau="2026-02-02", until="2027-01-05"
    )
    lines = [",".join(columns), ",".join(row.get(name, "") for name in columns)]
    directory = tmp_path / "out"
    delivered(raw(tmp_path, "\n".join(lines)), directory, "--format", "json")
    plan = json.loads((directory / "A.json").read_bytes())
    assert [
        event["date"] for event in plan["events"] if event["status"] == "given"
    ] == [*("2026-01-05", "2026-01-07")]


@pytest.mark.parametrize("place", [0, 4])
def test_a_note_of_several_lines_in_a_column_that_is_not_read_costs_nothing(
    place: int, tmp_path: Path
) -> None:
    """Whatever somebody wrote into a column that begins with `error_`."""
    lines = [
        *("patient", "start", "neuro", "renal"),
        *("A", "2026-01-05", "no", "normal"),
        *("Z", "2026-01-05", "no", "normal"),
    ]
    rows = [lines[:4], lines[4:8], lines[8:]]
    for row, note in zip(
        rows, ("error_note", '"a\r\nb, ""c""\r\n\r\nd"', '"\r\n"'), strict=True
    ):
        row.insert(place, note)
    directory = tmp_path / "out"
    text = "".join(",".join(row) + "\r\n" for row in rows)
    delivered(raw(tmp_path, text), directory)
    assert rows_of(directory) == {"A": "2", "Z": "3"}


# -- damage -------------------------------------------------------------------------


@pytest.mark.unmeasured
@table(
    "row",
    ("an escape", standard("B", start="\x1b[31mred")),
    ("an escape as a reference", standard("\x1b]0;x\x07")),
    ("a bell", standard("B", renal="\x07")),
    ("a zero byte", standard("B\x00B")),
    ("a zero byte in a date", standard("B", start="2026-01-05\x00")),
    ("a line separator", standard("B\u2028B")),
    ("next line", standard("B\x85B")),
    ("a vertical tab", standard("B", neuro="no\x0b")),
    ("right to left", standard("B\u202eB")),
    ("an isolate", standard("B", start="\u2066x")),
    ("a mark inside the file", standard("\ufeffB")),
    ("no character", standard("B\uffffB")),
    ("a private one", standard("B\ue000")),
    ("markup", standard("B", start="[bold red]x[/]")),
    ("a link", standard("B", start="[link=http://x]x[/link]")),
    ("HTML", standard("B", start="<script>alert(1)</script>")),
    ("a format", standard("B", start="{0} %s %n $HOME `id`")),
    ("1 MB as a date", standard("B", start="x" * 1_000_000)),
    ("1 MB as a reference", standard("x" * 1_000_000)),
    ("100,000 given dates", standard("B", given=";".join(["2026-01-05"] * 100_000))),
    ("100,000 quotation marks", standard("B", start='"' * 100_000)),
    ("a number without end", standard("B", renal="", egfr="9" * 100_000)),
    (
        "a small number without end",
        standard("B", renal="", egfr="0." + "9" * 9999 + "e1"),
    ),
    ("months without end", standard("B", months="9" * 100_000)),
    ("a number with an exponent", standard("B", months="1e9")),
    ("other digits", standard("B", months="٣")),
)
@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_a_hostile_row_costs_itself_only(
    row: dict[str, str], form: str, tmp_path: Path
) -> None:
    """User text is data: no traceback, nothing obeyed, the rest delivered."""
    path = cohort(tmp_path, standard("A"), row, standard("Z"), name=f"a.{form}")
    directory = tmp_path / "out"
    done = batch(path, directory, "--format", "csv")
    assert done.code == 4
    (record,) = errors_in(directory)
    assert record["error_row"] == ("3" if form == "csv" else "2")
    assert len(record["error_text"]) + len(record["error_hint"]) < 1000
    shown = record["error_text"] + record["error_hint"]
    assert all(character.isprintable() for character in shown)
    assert patients_in(directory) == ["A", "Z"]
    dry = batch(path, tmp_path / "none", "--dry-run")
    assert dry.code == 4
    assert len(dry.err) < 5000
    assert all(c.isprintable() or c == "\n" for c in dry.err)
    for name in ("out", f"a.{form}"):
        assert (tmp_path / name).exists()
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.unmeasured
@table(
    "line",
    ("no JSON", "patient: B"),
    ("half an object", '{"patient": "B", "start'),
    (
        "two objects",
        jsonl_text([standard("B")])[:-1] + jsonl_text([standard("C")])[:-1],
    ),
    ("nothing", "null"),
    ("a text", '"B"'),
    ("a list", '["B", "2026-01-05", "no", "normal"]'),
    ("an empty object", "{}"),
    ("an unknown name", '{"patient": "B", "dose": 1}'),
    ("a name in another case", '{"Patient": "B"}'),
    ("an object as a value", '{"patient": "B", "start": {"year": 2026}}'),
    ("a reference twice", '{"patient": "A", "patient": "B"}'),
    ("a number without end", '{"patient": "B", "egfr": Infinity}'),
    ("a huge exponent", '{"patient": "B", "egfr": 1e999}'),
    (
        "a whole number of 5,000 digits",
        '{"patient": "B", "months": ' + "9" * 5000 + "}",
    ),
    ("deep lists", "[" * 100_000),
    ("deep lists, closed", "[" * 50_000 + "]" * 50_000),
    ("deep objects", '{"patient":' * 100_000),
    ("half a pair in a reference", '{"patient": "B\\ud800", "start": "2026-01-05"}'),
    ("half a pair in a date", '{"patient": "B", "start": "\\udfff"}'),
    ("half a pair in a name", '{"patient": "B", "\\ud800": 1}'),
    ("a zero in a name", '{"patient": "B", "\\u0000": 1}'),
    ("5,000 names", json.dumps({f"x{n}": n for n in range(5000)})),
    ("a zero byte", '{"patient": "B\x00"}'),
    ("a mark in the middle", "\ufeff" + jsonl_text([standard("B")])[:-1]),
)
def test_a_line_that_is_no_row_costs_itself_only(line: str, tmp_path: Path) -> None:
    """JSON Lines: one object per line, each name once, values text or numbers."""
    text = jsonl_text([standard("A")]) + line + "\n" + jsonl_text([standard("Z")])
    path = raw(tmp_path, text, "a.jsonl")
    directory = tmp_path / "out"
    done = batch(path, directory, "--format", "csv")
    assert done.code == 4, done.err
    (record,) = errors_in(directory)
    assert record["error_row"] == "2"
    assert record["error_hint"].strip()
    assert len(record["error_text"]) + len(record["error_hint"]) < 1000
    assert patients_in(directory) == ["A", "Z"]
    assert batch(path, tmp_path / "none", "--dry-run").code == 4


def test_absent_values_of_json_are_absent(tmp_path: Path) -> None:
    """null and the empty text are no values; numbers may be numbers."""
    row = {"patient": "A", "start": "2026-01-05", "neuro": "no", "egfr": 90.5}
    row |= {"months": 6, "plateau": None, "drug": "", "error_text": "old"}
    directory = tmp_path / "out"
    delivered(raw(tmp_path, json.dumps(row), "a.jsonl"), directory, "--format", "json")
    plan = json.loads((directory / "A.json").read_bytes())
    assert (plan["until"], plan["renal"]) == ("2026-07-05", "normal")
