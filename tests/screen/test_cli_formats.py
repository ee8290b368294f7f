"""Cards and FHIR on the command line, and corners of writing files."""

from __future__ import annotations

import json
import os
from pathlib import Path
from unittest import mock

import pytest
from cli import NEURO, here, is_error, left_in, on_terminal
from spec import every_day

from b12sched.output import parallel

PATIENT = (*NEURO, "--patient", "A-17")
COHORT = "patient,start,neuro,renal\nA-17,2026-01-05,yes,normal\n"


@pytest.fixture(autouse=True)
def _there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_a_card_and_a_bundle_are_written_beside_a_calendar(tmp_path: Path) -> None:
    """The suffix says the format: `.fhir.json` is FHIR, `.json` the plan."""
    done = here("plan", *PATIENT, "-o", "a.html", "-o", "a.fhir.json", "-o", "a.json")
    assert done.code == 0
    assert left_in(tmp_path) == {"a.html", "a.fhir.json", "a.json"}
    assert (tmp_path / "a.html").read_text().startswith("<!doctype html>")
    bundle = json.loads((tmp_path / "a.fhir.json").read_bytes())
    assert bundle["resourceType"] == "Bundle"
    assert json.loads((tmp_path / "a.json").read_bytes())["schema"] == "b12sched/plan/1"


def test_a_bundle_goes_to_standard_output() -> None:
    """`--format fhir`, and nothing else there."""
    bundle = json.loads(here("plan", *PATIENT, "--format", "fhir").out)
    assert bundle["resourceType"] == "Bundle"


def test_a_card_is_for_the_clinic_or_for_the_patient() -> None:
    """Another reader is unknown; without a card the option is in vain."""
    clinic, patient = (
        here("plan", *PATIENT, "--format", "html", "--for", reader).out
        for reader in ("clinic", "patient")
    )
    assert "Batch no." in clinic
    assert "Batch no." not in patient
    is_error(
        here("plan", *PATIENT, "--format", "html", "--for", "nurse"),
        2,
        "--for",
        "nurse",
    )
    is_error(here("plan", *PATIENT, "--for", "patient"), 2, "--for", "-o plan.html")
    for option in ("--clinic-name", "--clinic-phone", "--emergency"):
        is_error(here("plan", *PATIENT, option, "999"), 2, option, "-o plan.html")
    done = here("plan", *PATIENT, "--format", "html", "--clinic-phone", "<b>")
    is_error(done, 2, "--clinic-phone: <b> is not a phone number", "2 to 30 digits")


def test_discretion_holds_for_card_and_calendar_alike() -> None:
    """One option for both; for a table of rows it would be in vain."""
    for form in ("html", "ics"):
        done = here("plan", *PATIENT, "--format", form, "--discreet")
        assert done.code == 0
        assert "A-17" not in done.out
        assert "B12" not in done.out
    is_error(here("plan", *PATIENT, "--format", "csv", "--discreet"), 2, "--discreet")


@pytest.mark.unmeasured
@pytest.mark.parametrize("form", ["html", "fhir", "md", "csv", "json"])
def test_a_batch_writes_every_format(form: str, tmp_path: Path) -> None:
    """One file a patient, the same as `plan -o` writes."""
    (tmp_path / "c.csv").write_text(COHORT)
    done = here("batch", "c.csv", "-o", "out", "--format", form)
    assert done.code == 0, done.err
    suffix = "fhir.json" if form == "fhir" else form
    here("plan", *PATIENT, "-o", f"one.{suffix}")
    delivered = tmp_path / "out" / f"A-17.{suffix}"
    assert delivered.read_bytes() == (tmp_path / f"one.{suffix}").read_bytes()


def test_a_table_of_errors_beside_a_directory_is_refused(tmp_path: Path) -> None:
    """It is in the directory: two would differ one day."""
    (tmp_path / "c.csv").write_text(COHORT)
    done = here("batch", "c.csv", "-o", "out", "--errors", "e.csv")
    is_error(done, 2, "--errors", "errors.csv")


@pytest.mark.measured
def test_a_cohort_is_not_typed_at_a_terminal() -> None:
    """Standard input is for a pipe."""
    shown = on_terminal("batch", "-", "--input-format", "csv", "--dry-run")
    assert shown.code == 2
    assert "send the cohort through a pipe" in shown.screen


@pytest.mark.parametrize("stamp", ["99999999T999999Z", "20260230T000000Z"])
def test_a_calendar_with_an_impossible_stamp_is_revised(
    stamp: str, tmp_path: Path
) -> None:
    """What was never a moment is written anew; nothing else is lost."""
    path = tmp_path / "a.ics"
    here("plan", *PATIENT, "-o", "a.ics")
    first = path.read_bytes().split(b"DTSTAMP:")[1][:16]
    path.write_bytes(path.read_bytes().replace(first, stamp.encode(), 1))
    done = here("plan", *PATIENT, "-o", "a.ics")
    assert done.code == 0
    assert "0 new" in done.err


def test_an_error_of_an_option_is_not_blamed_on_the_file(tmp_path: Path) -> None:
    """The calendar reaches on to a closed summer: that is named, not the file."""
    row = ("--last-dose", "2026-01-05", "--no-neuro", "--renal", "normal")
    plan = ("plan", *row, "--patient", "A-17", "-o", "a.ics")
    assert here(*plan, "--until", "2026-12-31").code == 0
    kept = (tmp_path / "a.ics").read_bytes()
    shut = [
        f"--closed={day}" for day in every_day("2026 Jun 20", "2026 Sep 30").split(";")
    ]
    done = here(*plan, "--until", "2026-05-31", *shut)
    is_error(done, 2, "--closed: no open day from 2026-07-05 to 2026-09-03")
    assert (tmp_path / "a.ics").read_bytes() == kept


def test_a_process_without_its_parent_ends() -> None:
    """Else killing a batch would leave its processes behind."""
    with mock.patch.object(os, "_exit") as end:
        parallel._end_with(lambda: None)
    end.assert_called_once_with(1)
