"""Lists of plan files: each has its own clinic, a damaged one costs only itself."""

from __future__ import annotations

import datetime as dt
import json
import os
import re
from pathlib import Path

import pytest
from cli import Done, here, is_error, json_of, left_in, on_terminal

EPOCH = {"SOURCE_DATE_EPOCH": "1767614400"}
"""Monday 5 January 2026, noon."""

WEEK = ("--from", "2026-01-05", "--to", "2026-01-11")
LISTS = {
    "worklist": ("worklist", *WEEK),
    "forecast": ("forecast", "--from", "2026-01-05", "--months", "1"),
    "audit": ("audit",),
}
every_list = pytest.mark.parametrize("name", LISTS)


@pytest.fixture
def plans(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory with the plans of two clinics, and what else lies about in it.

    A-1 comes to a clinic that is open on every day: 5, 7, 9 January. B-2 comes to one
    that is open on Thursdays only: due on Saturday 10 January, on Thursday the 8th.
    """
    monkeypatch.chdir(tmp_path)
    here(
        *("plan", "2026-01-05", "--no-neuro", "--renal", "normal", "--patient", "A-1"),
        *("-o", "A-1.json", "-o", "A-1.fhir.json", "-o", "A-1.csv"),
        **EPOCH,
    )
    here(
        *("plan", "--last-dose", "2025-11-10", "--no-neuro", "--renal", "normal"),
        *("--patient", "B-2", "--open", "thu", "-o", "B-2.json"),
        **EPOCH,
    )
    assert left_in(tmp_path) == {"A-1.json", "A-1.fhir.json", "A-1.csv", "B-2.json"}
    return tmp_path


def listed(*arguments: str) -> Done:
    return here(*arguments, **EPOCH)


@pytest.mark.parametrize("names", [(".",), ("A-1.json", "B-2.json"), (".", "A-1.json")])
def test_each_plan_is_worked_out_with_its_own_clinic(
    plans: Path, names: tuple[str, ...]
) -> None:
    """A directory means its plan files; a plan that is named twice is one plan."""
    found = json_of(listed("worklist", *names, *WEEK, "--format", "json"))
    assert [(each["date"], each["patient"]) for each in found] == [
        ("2026-01-05", "A-1"),
        ("2026-01-07", "A-1"),
        ("2026-01-08", "B-2"),
        ("2026-01-09", "A-1"),
    ]


def test_the_forecast_and_the_audit_take_plan_files_too(plans: Path) -> None:
    """Of a plan file an audit says no row; B-2 is 5 days overdue by the 15th."""
    asked = ("forecast", str(plans), "--from", "2026-01-05", "--months", "1")
    found = json_of(listed(*asked, "--format", "json"))
    assert (found["patients"], found["total"]["ampoules"]) == (2, 7)
    audit = ("audit", str(plans), "--as-of", "2026-01-15")
    late = json_of(here(*audit, "--format", "json"))
    assert [(each["patient"], each["row"], each["days"]) for each in late] == [
        ("A-1", None, 10),
        ("B-2", None, 5),
    ]
    measures = json_of(here(*audit, "--summary", "--format", "json"))
    assert measures["all"]["not_given"] == 2


def test_a_list_of_plan_files_is_written_beside_them(plans: Path) -> None:
    """It replaces none of them, and its calendar is the clinic's."""
    done = listed("worklist", ".", *WEEK, "-o", "w.csv", "-o", "clinic.ics")
    assert done.code == 0, done.err
    assert (plans / "w.csv").read_text("utf-8").count("\n") == 5
    assert (plans / "clinic.ics").read_bytes().count(b"BEGIN:VEVENT") == 4


FRIDAY = {"SOURCE_DATE_EPOCH": "1767960000"}
"""9 January 2026, noon."""


@pytest.fixture
def restarted(plans: Path) -> Path:
    """A-1's doses of Monday and Wednesday are planned; on Friday a course begins anew.

    The clinic's calendars, one by visit and one by day, were made on Monday.
    """
    for name, how in (("visits.ics", ["--each"]), ("days.ics", [])):
        listed("worklist", ".", *WEEK, *how, "-o", name)
    given = ("--given", "2026-01-05", "--given", "2026-01-07")
    assert here("revise", "A-1.json", *given, **FRIDAY).code == 0
    assert here("revise", "A-1.json", "--restart", "2026-01-09", **FRIDAY).code == 0
    return plans


def titles_in(path: Path) -> list[str]:
    return re.findall("SUMMARY:(.*)\r\n", path.read_bytes().decode())


def test_a_dose_of_an_earlier_course_stays_given_in_the_clinic_s_calendar(
    restarted: Path,
) -> None:
    """Its week is that of the restart; what was planned after it is cancelled."""
    done = here("worklist", ".", *WEEK, "--each", "-o", "visits.ics", **FRIDAY)
    assert done.code == 0, done.err
    assert titles_in(restarted / "visits.ics") == [
        "A-1: GIVEN: Loading dose 1: hydroxocobalamin 1 mg IM",
        "A-1: GIVEN: Loading dose 2: hydroxocobalamin 1 mg IM",
        "B-2: Maintenance dose 1: hydroxocobalamin 1 mg IM",
        "CANCELLED: A-1: Loading dose 3: hydroxocobalamin 1 mg IM",
        "A-1: Loading dose 1: hydroxocobalamin 1 mg IM",
        "A-1: Loading dose 2: hydroxocobalamin 1 mg IM",
    ]
    here("worklist", ".", *WEEK, "-o", "days.ics", **FRIDAY)
    assert titles_in(restarted / "days.ics") == [
        *("GIVEN: B12 visits: 1", "GIVEN: B12 visits: 1"),
        *("B12 visits: 1", "B12 visits: 1", "B12 visits: 1"),
    ]


def test_an_earlier_course_that_is_refused_now_costs_no_visit(restarted: Path) -> None:
    """Its plan was made by other rules; the doses of today do not wait for it."""
    path = restarted / "A-1.json"
    held = json.loads(path.read_bytes())
    held["history"][0] |= {"neuro": True, "interval": "3m"}
    path.write_text(json.dumps(held))
    done = here("worklist", ".", *WEEK, "--format", "json", **FRIDAY)
    assert done.code == 0, done.err
    assert ("2026-01-09", "A-1") in [
        (each["date"], each["patient"]) for each in json.loads(done.out)
    ]


@every_list
def test_a_list_in_json_is_not_written_among_the_plans(plans: Path, name: str) -> None:
    """The next list of that directory would take it for a damaged plan."""
    command, *days = LISTS[name]
    (plans / "lists").mkdir()
    before = left_in(plans)
    for directory, output in ((".", "w.json"), (str(plans), "W.JSON")):
        done = listed(command, "A-1.json", directory, *days, "-o", output)
        is_error(done, 2, "--output: is in a directory of plan files, and the next")
        assert left_in(plans) == before
    # Named one by one, in another directory, or as what is read from none.
    names = ("A-1.json", "-o", "w.json"), (".", "-o", "lists/w.json")
    for more in (*names, (".", "-o", "w.fhir.json")):
        (plans / "w.json").unlink(missing_ok=True)
        done = listed(command, *more, *days)
        assert done.code == 0, done.err


def test_as_of_takes_the_place_of_that_of_the_plan_file(plans: Path) -> None:
    """The file's own counts with `none`, and where it is later."""
    revise = ("revise", "B-2.json", "--as-of", "2026-01-20")
    here(*revise, SOURCE_DATE_EPOCH="1768910400")
    asked = ("worklist", "B-2.json", *WEEK, "--format", "json")
    for more in ((), ("--as-of", "none"), ("--as-of", "2026-01-12")):
        [visit] = json_of(here(*asked, *more, SOURCE_DATE_EPOCH="1768910400"))
        assert (visit["date"], visit["days_overdue"]) == ("2026-01-22", 10)
    [visit] = json_of(here(*asked, "--as-of", "2026-01-23"))
    assert (visit["date"], visit["days_overdue"]) == ("2026-01-29", 13)


@every_list
def test_a_damaged_plan_file_costs_only_itself(plans: Path, name: str) -> None:
    """Exit 4; what is wrong with which file, and that the list is without it."""
    (plans / "C-3.json").write_text('{"schema": "b12sched/plan/1", "case": {')
    (plans / "D-4.json").write_bytes(b"\xff\xfe")
    command, *days = LISTS[name]
    done = listed(command, str(plans), *days)
    assert done.code == 4
    assert "C-3.json: content: is not JSON" in done.err
    assert "D-4.json: content: " in done.err
    assert done.err.endswith("2 plan files failed: the list is without them\n")
    words = " ".join(done.out.split())
    assert "2 plan files failed and are not in this list." in words


def test_on_a_terminal_the_first_ten_damaged_files_are_told(plans: Path) -> None:
    """And how many more there are; in a pipe all of them."""
    for number in range(12):
        (plans / f"C-{number:02}.json").write_text("{")
    shown = on_terminal("audit", str(plans))
    assert shown.code == 4
    assert shown.screen.count("is not JSON") == 10
    assert "2 more plan files failed\n" in shown.screen
    assert "12 plan files failed: the list is without them" in shown.screen
    assert listed("audit", str(plans)).err.count("is not JSON") == 12


def test_a_plan_without_a_patient_is_a_failed_file(plans: Path) -> None:
    """Nobody would know whom to call; the hint says how to state the reference."""
    here(*("plan", "2026-01-05", "--no-neuro", "--renal", "normal", "-o", "x y.json"))
    done = listed("worklist", str(plans), *WEEK, "--format", "json")
    assert done.code == 4
    assert len(json.loads(done.out)) == 4
    assert "'x y.json': patient: is missing: a list names each patient" in done.err
    typed = "b12sched revise 'x y.json' --patient"
    assert typed.replace("x y.json", str(plans / "x y.json")) in done.err


def test_the_second_plan_of_a_patient_is_a_failed_file(plans: Path) -> None:
    """Compared without case; else the patient would come twice."""
    text = (plans / "A-1.json").read_text("utf-8").replace('"A-1"', '"a-1"')
    (plans / "copy.json").write_text(text, "utf-8")
    done = listed("worklist", ".", *WEEK, "--format", "json")
    assert done.code == 4
    assert len(json.loads(done.out)) == 4
    assert "copy.json: patient: a-1 is already the patient of A-1.json" in done.err


def test_a_fact_after_today_is_a_failed_file(plans: Path) -> None:
    """As it is in a cohort: a mistyped year would hide a patient."""
    here("revise", "A-1.json", "--given", "2026-01-05", SOURCE_DATE_EPOCH="1767700000")
    done = here(
        *("worklist", "A-1.json", "--from", "2025-12-29", "--to", "2025-12-31"),
        SOURCE_DATE_EPOCH="1767000000",
    )
    assert done.code == 4
    assert "A-1.json: given: 2026-01-05 is after today" in done.err


@every_list
@pytest.mark.parametrize(
    ("names", "said"),
    [
        (("gone.json",), "gone.json"),
        (("A-1.json", "A-1.csv"), "A-1.csv is no plan file"),
        (("A-1.csv", "B-2.csv"), "B-2.csv is a second cohort"),
        (("empty",), "empty holds no plan file"),
        (("A-1.json", "--open", "mon-fri"), "--open"),
        (("A-1.json", "--interval", "3m"), "--interval"),
        (("A-1.json", "--errors", "e.csv"), "--errors"),
        (("A-1.json", "--carry", "Name"), "--carry"),
        (("A-1.json", "--doses", "A-1.csv"), "--doses"),
        ((".", "--input-format", "csv"), "--input-format"),
        (("A-1.json", "-o", "A-1.json"), "plan file that this list is made of"),
        (("A-1.json", "-o", "./A-1.json"), "plan file that this list is made of"),
    ],
)
def test_input_that_cannot_be_meant_is_refused(
    plans: Path, name: str, names: tuple[str, ...], said: str
) -> None:
    """Exit 2, before anything is read; nothing is written."""
    (plans / "empty").mkdir()
    before = (plans / "A-1.json").read_bytes()
    command, *days = LISTS[name]
    is_error(listed(command, *names, *days), 2, said)
    assert (plans / "A-1.json").read_bytes() == before
    assert not (plans / "e.csv").exists()


def test_the_days_of_a_list_are_dates_whose_order_may_be_declared(plans: Path) -> None:
    """A plan file has none of numbers, but the list's own days may be."""
    iso = ("--from", "2026-01-05", "--to", "2026-01-11", "--as-of", "2026-01-05")
    asked = ("worklist", "A-1.json", "B-2.json", "--format", "csv")
    days = ("--from", "05/01/2026", "--to", "11/01/2026", "--as-of", "05/01/2026")
    done = listed(*asked, *days, "--dates", "dmy")
    assert done.code == 0, done.err
    assert done.out.count("2026-01-0") > 1
    assert done.out == listed(*asked, *iso).out


def test_the_clinic_s_own_defaults_are_not_those_of_a_plan_file(plans: Path) -> None:
    """They stand for a cohort; a plan file has its own clinic."""
    (plans / "clinic.toml").write_text('open = "fri"\n')
    asked = ("worklist", "B-2.json", *WEEK, "--format", "json")
    [visit] = json_of(listed(*asked, "--config", "clinic.toml"))
    assert visit["date"] == "2026-01-08"


def test_a_cohort_may_have_a_name_that_ends_in_json(plans: Path) -> None:
    """If --input-format says that it is one; else that is what the hint says."""
    row = {"patient": "Z", "start": "2026-01-05", "neuro": "no", "renal": "normal"}
    (plans / "rows.json").write_text(json.dumps(row) + "\n")
    asked = ("worklist", "rows.json", *WEEK, "--format", "json")
    done = listed(*asked)
    assert done.code == 4
    assert "a cohort of JSON Lines needs --input-format jsonl" in done.err
    found = json_of(listed(*asked, "--input-format", "jsonl"))
    assert [each["patient"] for each in found] == ["Z", "Z", "Z"]


def test_a_directory_that_cannot_be_read_is_an_error(
    plans: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit 1: it may hold patients who would be missing."""

    def refuse(path: Path) -> None:
        raise PermissionError(13, os.strerror(13))

    monkeypatch.setattr(Path, "iterdir", refuse)
    is_error(listed("audit", "."), 1, "Permission denied")


def test_a_local_protocol_is_read_from_the_plan_file(plans: Path) -> None:
    """The plan can be listed where the file of the regimen is not."""
    done = here("regimens", "standard", "--toml")
    (plans / "own.toml").write_text(
        done.out.replace('name = "standard"', 'name = "own"'), "utf-8"
    )
    here(
        *("plan", "2026-01-05", "--no-neuro", "--renal", "normal", "--patient", "L-5"),
        *("--regimen", "own.toml", "-o", "L-5.json"),
        **EPOCH,
    )
    (plans / "own.toml").unlink()
    found = json_of(listed("audit", "L-5.json", "--summary", "--format", "json"))
    assert list(found["regimens"]) == ["own"]


def test_the_day_of_the_run_is_that_of_today(plans: Path) -> None:
    """Without dates the list is today's: Wednesday 7 January, A-1 is 2 days overdue.

    A-1 has no dose recorded: the first was due on Monday the 5th.
    """
    wednesday = int(dt.datetime(2026, 1, 7, 12, tzinfo=dt.UTC).timestamp())
    asked = ("worklist", ".", "--format", "json")
    [visit] = json_of(here(*asked, SOURCE_DATE_EPOCH=str(wednesday)))
    assert (visit["patient"], visit["date"]) == ("A-1", "2026-01-07")
    assert visit["days_overdue"] == 2
