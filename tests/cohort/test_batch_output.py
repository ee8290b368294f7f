"""What a batch leaves in its directory: plans, two tables, and nothing else."""

from __future__ import annotations

import json
import re
import select
import stat
import subprocess
from pathlib import Path

import pytest
from cli import FACTS, NEURO, command, here, is_error, plan_json, surroundings
from cohorts import (
    ERROR_COLUMNS,
    MANIFEST,
    PATIENCE,
    Row,
    batch,
    cohort,
    contents,
    delivered,
    errors_in,
    manifest_in,
    neuro,
    patients_in,
    piped,
    raw,
    standard,
    table_in,
    untouched,
    wrong_in,
)
from icalendar import Calendar
from plan_schema import VALIDATOR
from spec import table

from b12sched.commands import failed_rows

FORMATS = ("ics", "json", "csv", "md", "html")
BAD = "03/04/2026"
ALWAYS = {
    *("cobalamin-allergy", "folate-alone", "lifelong", "regimen"),
    *("serum-b12-on-treatment", "not-asked"),
}


def sequences(directory: Path, patient: str) -> set[int]:
    """The SEQUENCE of each event in a patient's calendar."""
    calendar = Calendar.from_ical((directory / f"{patient}.ics").read_bytes())
    return {int(str(event["SEQUENCE"])) for event in calendar.walk("VEVENT")}


def statuses(directory: Path, patient: str) -> list[str]:
    """The STATUS of each event in a patient's calendar."""
    calendar = Calendar.from_ical((directory / f"{patient}.ics").read_bytes())
    return [str(event["STATUS"]) for event in calendar.walk("VEVENT")]


# -- plans --------------------------------------------------------------------------


@pytest.mark.unmeasured
@pytest.mark.parametrize("form", FORMATS)
def test_a_file_is_what_plan_would_write(form: str, tmp_path: Path) -> None:
    """One file a patient, in the format asked for: byte for byte that of `plan -o`."""
    directory = tmp_path / "out"
    path = cohort(tmp_path, standard("A-17"), neuro("Zoë"))
    epoch = {"SOURCE_DATE_EPOCH": "0"}
    done = batch(path, directory, "--format", form, **epoch)
    assert done.code == 0, done.err
    for facts, patient in ((FACTS, "A-17"), (NEURO, "Zoë")):
        one = tmp_path / f"one.{form}"
        here("plan", *facts, "--patient", patient, "-o", str(one), **epoch)
        assert contents(directory)[f"{patient}.{form}"] == one.read_bytes()
        one.unlink()
    assert set(contents(directory)) == {f"A-17.{form}", f"Zoë.{form}", "manifest.csv"}


def test_the_default_format_is_a_calendar(tmp_path: Path) -> None:
    """`b12sched batch COHORT -o DIR` and no more."""
    directory = tmp_path / "out"
    delivered(cohort(tmp_path, standard("A-17")), directory)
    assert set(contents(directory)) == {"A-17.ics", "manifest.csv"}
    assert len(statuses(directory, "A-17")) == 14


def test_a_calendars_options_hold_for_every_patient(tmp_path: Path) -> None:
    """Discreet, timed, with the reminders asked for."""
    directory = tmp_path / "out"
    path = cohort(tmp_path, standard("A-17"), neuro("B-18"))
    style = ("--discreet", "--time", "09:00", "--timezone", "Europe/London")
    delivered(path, directory, *style, "--remind", "2h", "--duration", "30")
    for patient in ("A-17", "B-18"):
        data = contents(directory)[f"{patient}.ics"]
        text = data.replace(b"\r\n ", b"").decode()
        assert "DTSTART;TZID=Europe/London:20260105T090000" in text
        assert "TRIGGER:-PT2H" in text
        for word in (patient, "B12", "cobalamin", "njection", "euro"):
            assert word not in text.replace("Europe/London", "").replace("b12sched", "")


def test_every_file_is_for_its_owner_only(tmp_path: Path) -> None:
    """Patient data: mode 0600, for the two tables too."""
    directory = tmp_path / "out"
    batch(cohort(tmp_path, standard("A"), standard("B", start=BAD)), directory)
    assert len(list(directory.iterdir())) == 3
    for path in directory.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


# -- tables -------------------------------------------------------------------------


def test_the_manifest_says_what_each_file_holds(tmp_path: Path) -> None:
    """Row, file, regimen, first and last event, their number, codes of cautions."""
    path = cohort(
        tmp_path,
        standard("A-17"),
        standard("B", start=""),
        neuro("Zoë, 7"),
        standard("C", drug="cyanocobalamin"),
        standard("D", start="", last_dose="2026-01-05", renal="dialysis"),
        standard("E", start="2026-01-03"),
    )
    directory = tmp_path / "out"
    assert batch(path, directory, "--format", "csv", "--open", "mon-fri").code == 4
    records = manifest_in(directory)
    assert tuple(records[0]) == MANIFEST
    assert [tuple(record.values())[:7] for record in records] == [
        ("2", "A-17", "A-17.csv", "standard", "2026-01-05", "2027-01-05", "14"),
        ("4", "Zoë, 7", "Zoë, 7.csv", "neuro", "2026-01-05", "2027-01-05", "57"),
        ("5", "C", "C.csv", "cyanocobalamin", "2026-01-05", "2027-01-05", "33"),
        ("6", "D", "D.csv", "standard", "2026-03-05", "2027-01-05", "6"),
        ("7", "E", "E.csv", "standard", "2026-01-05", "2027-01-05", "14"),
    ]
    cautions = [set(record["cautions"].split(";")) for record in records]
    assert all(codes >= ALWAYS for codes in cautions)
    assert "plateau-not-recorded" in cautions[1]
    assert "cyano-leber" in cautions[2]
    assert "renal" in cautions[3]
    assert cautions[0] == cautions[4] == ALWAYS | {"potassium"}


def test_the_tables_are_for_spreadsheets_on_any_system(tmp_path: Path) -> None:
    """UTF-8, line ends CRLF, the header first."""
    path = cohort(tmp_path, standard("Zoë"), standard("Éva", start=BAD))
    directory = tmp_path / "out"
    batch(path, directory, "--format", "csv")
    for name, header in (("manifest.csv", MANIFEST), ("errors.csv", ERROR_COLUMNS)):
        data = (directory / name).read_bytes()
        assert data.count(b"\r\n") == data.count(b"\n") == 2
        text = data.decode("utf-8-sig")
        assert text.startswith(",".join(header))
        assert "Zoë" in text or "Éva" in text


def test_a_header_alone_is_a_cohort_of_nobody(tmp_path: Path) -> None:
    """0 rows: exit 0, an empty manifest."""
    directory = tmp_path / "out"
    delivered(raw(tmp_path, "patient,start,neuro,renal\n"), directory)
    assert (directory / "manifest.csv").read_bytes() == b",".join(
        column.encode() for column in MANIFEST
    ) + (b"\r\n")
    assert set(contents(directory)) == {"manifest.csv"}


@table(
    "rows, said",
    ("none", (), "0 "),
    ("three", (standard("A"), standard("B"), neuro("C")), "3 "),
)
def test_the_summary_is_one_line(
    rows: tuple[Row, ...], said: str, tmp_path: Path
) -> None:
    """On stderr; standard output is for data and stays empty."""
    data = cohort(tmp_path, standard("Z"), *rows).read_bytes()
    path = raw(tmp_path, data.replace(b"Z,2026-01-05,no,normal\n", b""))
    done = delivered(path, tmp_path / "out", "--format", "json")
    assert len(done.err.splitlines()) == 1
    assert said in done.err


def test_the_summary_counts_what_failed_and_says_where_to_look(tmp_path: Path) -> None:
    """How many were planned, how many failed, and the file that names them."""
    rows = [standard(f"A{n}", start=BAD if n < 3 else "2026-01-05") for n in range(8)]
    done = batch(cohort(tmp_path, *rows), tmp_path / "out", "--format", "json")
    assert done.code == 4
    assert "5 " in done.err
    assert "3 " in done.err
    assert str(tmp_path / "out" / "errors.csv") in done.err.replace("\n", "")


# -- again --------------------------------------------------------------------------


@pytest.mark.unmeasured
@pytest.mark.parametrize("form", FORMATS)
def test_a_second_run_changes_nothing(form: str, tmp_path: Path) -> None:
    """The same bytes, and no file is even written again."""
    path = cohort(
        tmp_path, standard("A"), neuro("B", start=BAD), neuro("C"), standard("a")
    )
    directory = tmp_path / "out"
    first = batch(path, directory, "--format", form)
    before = untouched(directory)
    second = batch(path, directory, "--format", form)
    assert first.code == second.code == 4
    assert untouched(directory) == before


def test_a_run_without_failures_removes_the_table_of_errors(tmp_path: Path) -> None:
    """What is mended is not named any longer."""
    directory = tmp_path / "out"
    batch(cohort(tmp_path, standard("A"), standard("B", start=BAD)), directory)
    assert (directory / "errors.csv").exists()
    delivered(cohort(tmp_path, standard("A"), standard("B")), directory)
    assert set(contents(directory)) == {"A.ics", "B.ics", "manifest.csv"}


def test_a_batch_takes_nothing_away_but_its_own_table_of_errors(tmp_path: Path) -> None:
    """Files of patients who are in this cohort no longer, and of others, are kept."""
    directory = tmp_path / "out"
    delivered(cohort(tmp_path, standard("A"), standard("B")), directory)
    (directory / "notes.txt").write_text("mine", "utf-8")
    before = untouched(directory)
    delivered(cohort(tmp_path, standard("A")), directory)
    after = untouched(directory)
    assert after.pop("manifest.csv") != before.pop("manifest.csv")
    assert after == before


@pytest.mark.parametrize("form", ["ics", "json"])
def test_a_file_of_a_row_that_now_fails_is_kept_and_named_as_stale(
    form: str, tmp_path: Path
) -> None:
    """It may be what the patient holds; in errors.csv, in the summary, every time."""
    directory = tmp_path / "out"
    delivered(
        cohort(tmp_path, standard("A"), standard("B")), directory, "--format", form
    )
    before = (directory / f"B.{form}").read_bytes()
    path = cohort(
        tmp_path, standard("A"), standard("B", start=BAD), standard("C", start="")
    )
    for _ in range(2):
        done = batch(path, directory, "--format", form)
        assert done.code == 4
        assert (directory / f"B.{form}").read_bytes() == before
        one, other = errors_in(directory)
        assert f"B.{form}" in one["error_text"]
        assert "stale" not in other["error_text"]
        assert "C." not in other["error_text"]
        assert "stale" in done.err
        assert f"B.{form}" in done.err
        assert patients_in(directory) == ["A"]


@pytest.mark.unmeasured
def test_a_recorded_plateau_revises_one_calendar_and_no_other(tmp_path: Path) -> None:
    """Changed events get SEQUENCE + 1, dropped ones stay as CANCELLED."""
    directory = tmp_path / "out"
    delivered(cohort(tmp_path, neuro("A"), neuro("B"), standard("C")), directory)
    before = untouched(directory)
    assert sequences(directory, "A") == {0}
    path = cohort(tmp_path, neuro("A", plateau="2026-02-02"), neuro("B"), standard("C"))
    delivered(path, directory)
    after = untouched(directory)
    assert after["B.ics"] == before["B.ics"]
    assert after["C.ics"] == before["C.ics"]
    assert sequences(directory, "A") == {0, 1}
    # 5 January to 30 March are 43 doses, to 2 February 15.
    assert statuses(directory, "A").count("CANCELLED") >= 28
    assert "TENTATIVE" not in statuses(directory, "A")
    again = untouched(directory)
    delivered(path, directory)
    assert untouched(directory) == again


def test_the_horizon_of_a_calendar_never_shrinks(tmp_path: Path) -> None:
    """The manifest tells of the plan in the file, not of the shorter one asked for."""
    directory = tmp_path / "out"
    path = cohort(tmp_path, standard("A"))
    delivered(path, directory, "--months", "24")
    before = untouched(directory)
    delivered(path, directory, "--months", "6")
    assert untouched(directory)["A.ics"] == before["A.ics"]
    (record,) = manifest_in(directory)
    # Doses every 2 months from 16 January 2026.
    assert record["last"] == "2027-11-16"


@table(
    "data",
    ("no calendar", b"my notes"),
    ("nothing", b""),
    ("another program's", b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n"),
    ("not UTF-8", b"\xff\xfe\x00"),
)
def test_a_file_that_is_no_calendar_of_ours_is_left_as_it_was(
    data: bytes, tmp_path: Path
) -> None:
    """An error of its row; all others are delivered."""
    directory = tmp_path / "out"
    directory.mkdir()
    raw(directory, data, "B.ics")
    path = cohort(tmp_path, standard("A"), standard("B"), standard("C"))
    assert batch(path, directory).code == 4
    ((row, _, _),) = wrong_in(directory)
    assert row == "3"
    assert "B.ics" in errors_in(directory)[0]["error_text"]
    assert (directory / "B.ics").read_bytes() == data
    assert patients_in(directory) == ["A", "C"]


def test_another_patients_calendar_is_left_as_it_was(tmp_path: Path) -> None:
    """A file that somebody renamed is not revised into another patient's."""
    directory = tmp_path / "out"
    delivered(cohort(tmp_path, standard("A")), directory)
    (directory / "A.ics").rename(directory / "B.ics")
    before = (directory / "B.ics").read_bytes()
    assert batch(cohort(tmp_path, standard("B")), directory).code == 4
    assert (directory / "B.ics").read_bytes() == before


def test_a_plan_never_replaces_the_cohort(tmp_path: Path) -> None:
    """DIR may be where the cohort is: a patient of its name fails, the rest do not."""
    path = cohort(tmp_path, standard("A"), standard("cohort"), standard("Z"))
    before = path.read_bytes()
    done = batch(path, tmp_path, "--format", "csv")
    assert path.read_bytes() == before
    assert done.code == 4
    assert wrong_in(tmp_path) == [("3", "patient", "cohort")]
    assert patients_in(tmp_path) == ["A", "Z"]


def test_the_table_of_errors_never_replaces_the_cohort(tmp_path: Path) -> None:
    """`--errors` with the cohort's own name is a slip: exit 2, and it stays whole."""
    path = cohort(tmp_path, standard("A"), standard("B", start=BAD))
    before = path.read_bytes()
    done = batch(path, "-", "--format", "jsonl", "--errors", str(path))
    assert path.read_bytes() == before
    is_error(done, 2, "--errors")


def test_a_file_left_for_what_is_now_a_duplicate_is_stale_too(tmp_path: Path) -> None:
    """Where a disk tells `A` from `a`, both files are there and one is out of date."""
    directory = tmp_path / "out"
    delivered(cohort(tmp_path, standard("a", months="6")), directory)
    if (directory / "A.ics").exists():
        pytest.skip("this disk does not tell A from a")
    path = cohort(tmp_path, standard("A"), standard("a"))
    done = batch(path, directory)
    assert done.code == 4
    assert "a.ics" in errors_in(directory)[0]["error_text"]
    assert "stale" in done.err


# -- dry run ------------------------------------------------------------------------


def test_a_dry_run_makes_nothing(tmp_path: Path) -> None:
    """Not even the directory; exit 0 where all is well."""
    path = cohort(tmp_path, standard("A"), neuro("B"))
    delivered(path, tmp_path / "out", "--dry-run")
    assert {each.name for each in tmp_path.iterdir()} == {"cohort.csv"}


def test_a_dry_run_names_every_error_on_stderr(tmp_path: Path) -> None:
    """Exit 4: fields, refusals, duplicates and names, each by its row."""
    path = cohort(
        tmp_path,
        standard("A"),
        standard("B", start=BAD),
        neuro("C", interval="3m"),
        standard("a"),
        standard("../x"),
        neuro("D", plateau="2026-01-04"),
    )
    done = batch(path, tmp_path / "out", "--dry-run")
    assert done.code == 4
    assert done.out == ""
    for row, said in (
        ("3", "2026-04-03 or 2026-03-04"),
        ("4", "NEURO-INTERVAL"),
        ("5", "patient"),
        ("6", "../x"),
        ("7", "plateau"),
    ):
        (line,) = (x for x in done.err.splitlines() if x.startswith(f"row {row}"))
        assert said in line
    assert {each.name for each in tmp_path.iterdir()} == {"cohort.csv"}


def test_a_dry_run_leaves_an_earlier_run_as_it_is(tmp_path: Path) -> None:
    """Neither plans nor tables are touched."""
    directory = tmp_path / "out"
    batch(cohort(tmp_path, standard("A"), standard("B", start=BAD)), directory)
    before = untouched(directory)
    path = cohort(tmp_path, standard("A", months="24"), neuro("B"), standard("C"))
    delivered(path, directory, "--dry-run")
    assert untouched(directory) == before


# -- several processes --------------------------------------------------------------


def test_two_processes_leave_what_one_leaves(tmp_path: Path) -> None:
    """Identical directories and identical streams, bad rows and all."""
    rows = [
        standard(f"P{n}", start=BAD if n % 17 == 5 else "2026-01-05")
        if n % 3
        else neuro(f"P{n}" if n % 19 else "P1", plateau="2026-02-02")
        for n in range(150)
    ]
    path = cohort(tmp_path, *rows)
    left, streams = [], []
    for jobs in ("1", "2"):
        directory = tmp_path / jobs
        options = ("--jobs", jobs)
        epoch = {"SOURCE_DATE_EPOCH": "1796083200"}  # 1 December 2026
        done = piped(b"", "batch", str(path), "-o", str(directory), *options, **epoch)
        assert done.code == 4
        left.append(contents(directory))
        stream = piped(
            b"", "batch", str(path), "-o", "-", "--format", "jsonl", *options, **epoch
        )
        assert stream.code == 4
        streams.append(stream)
    assert left[0] == left[1]
    assert streams[0] == streams[1]
    assert len(left[0]) > 130


# -- the stream ---------------------------------------------------------------------


def test_a_stream_is_one_plan_a_line_in_the_order_of_the_rows(tmp_path: Path) -> None:
    """What `plan --format json` says of each; errors are elsewhere."""
    path = cohort(
        tmp_path,
        neuro("B"),
        standard("A-17"),
        standard("C", start=BAD),
        standard("a/b"),
    )
    done = batch(path, "-", "--format", "jsonl")
    assert done.code == 4
    assert done.out.endswith("\n")
    plans = [json.loads(line) for line in done.out.splitlines()]
    assert [plan["patient"] for plan in plans] == ["B", "A-17", "a/b"]
    assert plans[0] == plan_json(*NEURO, "--patient", "B")
    assert plans[1] == plan_json(*FACTS, "--patient", "A-17")
    assert {each.name for each in tmp_path.iterdir()} == {"cohort.csv"}


def test_every_line_of_a_stream_keeps_the_schema(tmp_path: Path) -> None:
    """The published schema of a plan."""
    path = cohort(
        tmp_path,
        standard("A"),
        neuro("B", plateau="2026-02-02", given="2026-01-05;2026-01-07"),
        standard("C", drug="cyanocobalamin"),
        standard("D", start="", last_dose="2026-01-05", renal="", egfr="59.5"),
    )
    done = batch(path, "-", "--format", "jsonl")
    assert done.code == 0
    for line in done.out.splitlines():
        VALIDATOR.validate(json.loads(line))
    assert len(done.out.splitlines()) == 4


def test_the_errors_of_a_stream_are_a_table_on_stderr(tmp_path: Path) -> None:
    """The same table as errors.csv, before the summary."""
    path = cohort(tmp_path, standard("A"), standard("B", start=BAD))
    done = batch(path, "-", "--format", "jsonl")
    assert done.code == 4
    lines = done.err.splitlines()
    assert lines[0] == ",".join(
        (*ERROR_COLUMNS, "patient", "start", "neuro", "renal", "error_code")
    )
    assert lines[1].startswith(f"3,start,{BAD},")


def test_the_table_of_errors_goes_where_it_is_asked_to(tmp_path: Path) -> None:
    """`--errors FILE`: then there is none on stderr."""
    path = cohort(tmp_path, standard("A"), standard("B", start=BAD))
    wrong = tmp_path / "wrong.csv"
    done = batch(path, "-", "--format", "jsonl", "--errors", str(wrong))
    assert done.code == 4
    assert len(done.out.splitlines()) == 1
    (record,) = table_in(wrong)
    assert (record["error_row"], record["error_value"]) == ("3", BAD)
    assert "error_row" not in done.err
    assert stat.S_IMODE(wrong.stat().st_mode) == 0o600


def test_a_stream_flows() -> None:
    """Plans come out while the input is still open: a pipe need not end first."""
    rows = "".join(json.dumps(standard(f"P{n}")) + "\n" for n in range(500))
    with subprocess.Popen(
        command(
            *("batch", "-", "--input-format", "jsonl", "--format", "jsonl"),
            *("-o", "-", "--jobs", "1"),
        ),
        env=surroundings(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(rows.encode())  # less than a pipe holds
        process.stdin.flush()
        came, _, _ = select.select([process.stdout], [], [], PATIENCE)
        out, err = process.communicate(timeout=PATIENCE)
    assert came
    assert out.count(b"\n") == 500
    assert process.returncode == 0, err


# -- usage --------------------------------------------------------------------------


@table(
    "arguments, said",
    ("no output", (), "-o"),
    ("an unknown format", ("-o", "out", "--format", "xml"), "ics"),
    ("a format that is no stream", ("-o", "-", "--format", "ics"), "jsonl"),
    ("a stream into a directory", ("-o", "out", "--format", "jsonl"), "jsonl"),
    ("no process", ("-o", "out", "--jobs", "0"), "--jobs"),
    ("fewer than no process", ("-o", "out", "--jobs", "-1"), "--jobs"),
    ("processes in words", ("-o", "out", "--jobs", "two"), "--jobs"),
    ("an unknown input", ("-o", "out", "--input-format", "xlsx"), "csv"),
    ("an unknown interval", ("-o", "out", "--interval", "53w"), "--interval"),
    ("a date of two readings", ("-o", "out", "--until", BAD), "2026-04-03"),
    ("an unknown weekday", ("-o", "out", "--open", "mon-fry"), "--open"),
    ("an unknown holiday code", ("-o", "out", "--holidays", "UK"), "--holidays"),
    ("months and until", ("-o", "out", "--months", "6", "--until", "2027-01-01"), ""),
    ("renal and eGFR", ("-o", "out", "--renal", "normal", "--egfr", "90"), "eGFR"),
    ("a calendar's option alone", ("-o", "out", "--format", "csv", "--discreet"), ""),
    ("hours for a whole day", ("-o", "out", "--remind", "2h"), "--time"),
    ("an unknown option", ("-o", "out", "--patient", "A"), "--patient"),
)
def test_a_command_that_cannot_be_meant_does_nothing(
    arguments: tuple[str, ...],
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Exit 2 before the first row: one line what, one what to do; no directory."""
    monkeypatch.chdir(tmp_path)
    cohort(tmp_path, standard("A"))
    is_error(here("batch", "cohort.csv", *arguments), 2, said)
    assert {each.name for each in tmp_path.iterdir()} == {"cohort.csv"}


# -- tables that other programs and other runs leave ---------------------------------


def test_the_table_of_errors_begins_with_a_mark_where_it_holds_more_than_ascii(
    tmp_path: Path,
) -> None:
    """A spreadsheet reads it right; a table of ASCII stays as it was."""
    mark = b"\xef\xbb\xbf"
    for number, patient in enumerate(("B", "Ä")):
        path = cohort(tmp_path, standard("A"), standard(patient, start=BAD))
        for directory, options in (
            (tmp_path / f"out{number}", ()),
            (tmp_path, ("--dry-run", "--errors", str(tmp_path / "errors.csv"))),
        ):
            assert batch(path, directory, *options).code == 4
            data = (directory / "errors.csv").read_bytes()
            assert data.startswith(mark) == (patient == "Ä")
            assert data.count(mark) == (patient == "Ä")
            assert table_in(directory / "errors.csv")[0]["patient"] == patient
            assert not list(directory.glob(".*"))


def test_errors_corrected_in_a_spreadsheet_are_fed_back_without_a_loss(
    tmp_path: Path,
) -> None:
    """It writes dates as 05/01/2026, semicolons and capitals, and drops no column."""
    rows = (
        standard("A", given="2026-01-05;2026-01-07", as_of="2026-01-08", renal="ok"),
        standard("Ä", start="", last_dose="2025-12-01", neuro="?", interval="3m"),
    )
    directory = tmp_path / "out"
    assert batch(cohort(tmp_path, *rows), directory, "--format", "json").code == 4
    errors = directory / "errors.csv"
    text = errors.read_bytes().decode("utf-8-sig")
    dates = re.compile("(20[0-9]{2})-([0-9]{2})-([0-9]{2})")
    text = dates.sub(r"\3/\2/\1", text.replace(";", "|").replace(",", ";"))
    text = text.replace("|", ",").replace(";ok;", ";NORMAL;").replace(";?;", ";N;")
    errors.write_bytes(b"\xef\xbb\xbf" + text.encode())
    done = batch(errors, directory, "--format", "json", "--dates", "dmy")
    assert done.code == 0, done.err
    assert "dates such as 05/01/2026 were read as day, month, year" in done.err
    assert errors.is_file()
    first, second = (
        json.loads((directory / f"{name}.json").read_bytes())["case"] for name in "AÄ"
    )
    assert first["given"] == ["2026-01-05", "2026-01-07"]
    assert (first["start"], first["as_of"]) == ("2026-01-05", "2026-01-08")
    assert (second["last_dose"], second["interval"]) == ("2025-12-01", "3m")


def test_the_manifest_keeps_patients_of_other_cohorts_whose_files_are_there(
    tmp_path: Path,
) -> None:
    """Without a row; a file that is gone takes its line with it."""
    directory = tmp_path / "out"
    one = cohort(tmp_path, standard("A"), standard("B"), name="one.csv")
    two = cohort(tmp_path, standard("c"), standard("D"), name="two.csv")
    delivered(one, directory, "--format", "csv")
    (directory / "B.csv").unlink()
    done = delivered(two, directory, "--format", "csv")
    assert "2 files of an earlier run belong to no row of this cohort" in done.err
    lines = manifest_in(directory)
    assert [(line["row"], line["patient"]) for line in lines] == [
        *(("2", "c"), ("3", "D"), ("", "A")),
    ]
    assert lines[2]["events"] == lines[0]["events"]
    before = contents(directory)
    delivered(two, directory, "--format", "csv")
    assert contents(directory) == before
    delivered(one, directory, "--format", "csv")
    assert patients_in(directory) == ["A", "B", "c", "D"]


def test_a_line_of_the_manifest_that_names_a_file_elsewhere_is_not_kept(
    tmp_path: Path,
) -> None:
    """Only what is in the directory itself is the batch's."""
    directory = tmp_path / "out"
    path = cohort(tmp_path, standard("A"))
    delivered(path, directory, "--format", "csv")
    with (directory / "manifest.csv").open("a") as stream:
        stream.write("9,X,../cohort.csv,standard,,,1,\r\n9,Y,,standard,,,1,\r\n")
    delivered(path, directory, "--format", "csv")
    assert patients_in(directory) == ["A"]


@pytest.mark.parametrize("terminal", [True, False])
def test_a_terminal_shows_ten_failed_rows_and_counts_the_rest(
    terminal: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Elsewhere every one is written: a program reads them."""
    monkeypatch.setattr(failed_rows, "on_terminal", lambda: terminal)
    rows = (standard(f"P{number}", start="x") for number in range(12))
    done = batch(cohort(tmp_path, *rows), tmp_path, "--dry-run")
    assert done.code == 4
    lines = done.err.splitlines()
    assert sum(line.startswith("row ") for line in lines) == (10 if terminal else 12)
    rest = "2 more rows failed; --errors FILE writes them all with their reasons"
    assert (rest in lines) == terminal


def test_17_and_17_0_are_one_reference(tmp_path: Path) -> None:
    """A data frame with a gap makes 17.0 of 17: never two plans of one patient."""
    path = cohort(tmp_path, standard("17"), standard("17.0"), standard("17.5"))
    directory = tmp_path / "out"
    assert batch(path, directory, "--format", "csv").code == 4
    assert wrong_in(directory) == [("3", "patient", "17.0")]
    [record] = errors_in(directory)
    assert record["error_text"] == "17.0 is already the patient of row 2 (there 17)"
    assert record["error_code"] == "duplicate"


def test_numbers_that_a_spreadsheet_shortened_are_never_one_patient(
    tmp_path: Path,
) -> None:
    """Two numbers that begin alike are shortened to the same text: both rows fail."""
    path = cohort(tmp_path, *(standard("9.43477E+09") for _ in range(2)))
    assert batch(path, tmp_path / "out").code == 4
    for record in errors_in(tmp_path / "out"):
        assert "a number that a spreadsheet shortened" in record["error_text"]
