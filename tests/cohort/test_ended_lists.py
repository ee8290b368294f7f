"""Lists and batches of a cohort in which some treatments ended."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from cli import here
from cohorts import batch
from cohorts import cohort as cohort_file
from list_cases import good, results, visits, window
from spec import day

from b12sched import Plan, plan_row
from b12sched.cohort.lists.audit import audit
from b12sched.cohort.lists.forecast import count

GIVEN = "2026-01-05;2026-01-07"


@pytest.mark.parametrize("because", ["died", "moved", "oral", "declined", "resolved"])
def test_no_list_has_an_ended_patient_after_the_end(because: str) -> None:
    """Not in the worklist, as overdue or to come; not in forecast or audit."""
    row = {"given": GIVEN, "ended": "2026-01-09", "because": because}
    for first in ("2026 Jan 10", "2026 Mar 1"):
        assert visits(row, days=(first, "2027 Jan 31")) == []
    rows = good(results(row, through="2026 Dec 31", as_of="2026 Jan 12"))
    assert audit(rows) == []
    span = window("2026 Jan 10", "2026 Dec 31")
    assert not count((each.plan for each in rows), span).visits


def test_the_work_up_to_an_end_that_is_ahead_is_still_in_the_list() -> None:
    """A patient who is going to move comes until then, on the day itself too."""
    found = visits(
        {"given": GIVEN, "ended": "2026-01-12", "because": "moved"},
        days=("2026 Jan 8", "2026 Jan 31"),
    )
    assert [(visit.id, visit.date) for visit in found] == [
        ("loading-3", day("2026 Jan 9")),
        ("loading-4", day("2026 Jan 12")),
    ]


def test_early_labs_are_in_the_list_without_a_number() -> None:
    """In the order of their due days."""
    found = visits({"anaemia": "severe"}, days=("2026 Jan 6", "2026 Jan 6"))
    assert [(visit.id, visit.number) for visit in found] == [("lab-potassium", None)]


def test_a_batch_reads_every_decision_from_its_column(tmp_path: Path) -> None:
    """The manifest names the refusal that was set aside first."""
    known = {"start": "2026-01-05", "neuro": "no", "renal": "normal"}
    kidneys = {"drug": "cyanocobalamin", "renal": "unknown"}
    every = "RENAL-CYANO;NEURO-INTERVAL;CYANO-INTERVAL"
    rows = [
        known
        | kidneys
        | {"patient": "A-1", "neuro": "yes", "interval": "3m", "accept": every},
        known
        | {"patient": "B-2", "given": GIVEN, "anaemia": "severe", "course": "3"}
        | {"ended": "2026-01-08", "because": "declined"},
        known
        | {"patient": "C-3", "given": GIVEN, "ended": "2026-01-06", "because": "died"},
        known | kidneys | {"patient": "D-4", "accept": "NEURO-INTERVAL"},
    ]
    done = batch(cohort_file(tmp_path, *rows), tmp_path / "out", "--format", "json")
    assert done.code == 4
    with (tmp_path / "out" / "manifest.csv").open(encoding="utf-8") as stream:
        cautions = {row["patient"]: row["cautions"] for row in csv.DictReader(stream)}
    assert cautions["A-1"].startswith("accepted;")
    assert cautions["B-2"] == "ended"
    plan = json.loads((tmp_path / "out" / "B-2.json").read_text("utf-8"))
    assert plan["ended"] == {"date": "2026-01-08", "because": "declined"}
    assert [event["id"] for event in plan["events"]] == [
        *("c3-loading-1", "c3-lab-potassium", "c3-loading-2"),
    ]
    accepted = json.loads((tmp_path / "out" / "A-1.json").read_text("utf-8"))
    assert len(accepted["accepted"]) == 3
    with (tmp_path / "out" / "errors.csv").open(encoding="utf-8-sig") as stream:
        errors = {row["patient"]: row for row in csv.DictReader(stream)}
    assert errors["C-3"]["error_column"] == "ended"
    assert "the column accept" in errors["D-4"]["error_hint"]


def test_an_end_in_a_cohort_cancels_in_a_calendar_what_follows(tmp_path: Path) -> None:
    """A batch into the directory of the run before; a new file is not begun."""
    known = {"patient": "A-1", "start": "2026-01-05", "neuro": "no", "renal": "normal"}
    out = tmp_path / "out"
    assert batch(cohort_file(tmp_path, known), out, "--format", "ics").code == 0
    end = {"ended": "2026-01-05", "because": "died"}
    rows = (known | end, known | end | {"patient": "B-2"})
    done = batch(cohort_file(tmp_path, *rows), out, "--format", "ics")
    assert done.code == 4
    text = (out / "A-1.ics").read_text("utf-8")
    assert text.count("STATUS:CANCELLED") == text.count("BEGIN:VEVENT") > 0
    assert "BEGIN:VALARM" not in text
    assert not (out / "B-2.ics").exists()


def test_no_option_ends_the_treatment_of_a_whole_cohort(tmp_path: Path) -> None:
    """Facts of one patient stand in a column only."""
    path = cohort_file(tmp_path, {"patient": "A-1"})
    for option in ("--ended", "--because", "--anaemia", "--accept"):
        done = here("batch", str(path), "-o", str(tmp_path / "out"), option, "x")
        assert done.code == 2
        assert "No such option" in done.err or "no such option" in done.err.lower()


def test_a_death_in_the_future_is_a_mistyped_year(tmp_path: Path) -> None:
    """Another end may be ahead: the patient is going to move."""
    row = {"patient": "A-1", "start": "2026-01-05", "neuro": "no", "renal": "normal"}
    later = "2199-01-05"
    rows = (
        row | {"ended": later, "because": "died"},
        row | {"patient": "B-2", "ended": later, "because": "moved"},
    )
    done = batch(cohort_file(tmp_path, *rows), tmp_path / "out", "--format", "json")
    assert done.code == 4
    assert (tmp_path / "out" / "B-2.json").exists()
    assert not (tmp_path / "out" / "A-1.json").exists()


def test_a_row_of_a_data_frame_may_hold_lists_and_truth_values() -> None:
    """Anaemia is not said to be severe by them."""
    row = {"patient": "A-1", "start": "2026-01-05", "neuro": True, "renal": "unknown"}
    rules = ["RENAL-CYANO", "NEURO-INTERVAL"]
    plan = plan_row({**row, "drug": "cyanocobalamin", "anaemia": True, "accept": rules})
    assert isinstance(plan, Plan)
    assert plan.case.accept == ("RENAL-CYANO", "NEURO-INTERVAL")
    labs = [event.id for event in plan.events if event.rule == "LAB-EARLY"]
    assert labs == ["lab-reticulocytes", "lab-8w"]
