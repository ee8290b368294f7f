"""Decisions on record at the command line: accept, ended, restart, anaemia."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from cli import here, is_error, plan_json
from spec import table

FACTS = ("2026-01-05", "--no-neuro", "--renal", "normal")


def plan_file(path: Path, *options: str) -> Path:
    """A plan file for A-17, with these options."""
    file = path / "A-17.json"
    done = here("plan", *FACTS, "--patient", "A-17", "-o", str(file), *options)
    assert done.code == 0, done.err
    return file


def held(file: Path) -> Any:
    return json.loads(file.read_text("utf-8"))


def test_the_plan_file_records_what_was_decided() -> None:
    """`accepted` are the refusals that apply, case.accept all that were stated."""
    plan = plan_json(
        *("2026-01-05", "--neuro", "--renal", "unknown", "--drug", "cyanocobalamin"),
        *("--accept", "NEURO-INTERVAL", "--accept", "RENAL-CYANO"),
        *("--anaemia", "severe", "--ended", "2026-01-07", "--because", "other"),
    )
    assert plan["accepted"] == ["RENAL-CYANO"]
    assert plan["case"]["accept"] == ["RENAL-CYANO", "NEURO-INTERVAL"]
    assert plan["case"]["anaemia"] == "severe"
    assert plan["ended"] == {"date": "2026-01-07", "because": "other"}
    assert plan["cautions"][0]["code"] == "accepted"
    assert [(e["id"], e["number"]) for e in plan["events"]] == [
        *(("loading-1", 1), ("lab-potassium", None), ("loading-2", 2)),
        ("loading-3", 3),
    ]


def test_the_screen_says_first_what_was_set_aside_and_that_treatment_ended() -> None:
    done = here(
        *("plan", "2026-01-05", "--neuro", "--renal", "normal", "--interval", "3m"),
        *("--accept", "NEURO-INTERVAL", "--ended", "2026-01-07", "--because", "oral"),
    )
    lines = [line for line in done.out.splitlines() if line.strip()]
    assert lines[0].startswith("Vitamin B12 injection plan, ended: neuro")
    assert [line.split("  ")[0] for line in lines if line[:1].isupper()][1:3] == [
        *("Set aside", "Ended"),
    ]
    assert "Wed 2026-01-07 because the patient changed to oral B12" in done.out
    assert "2026-01-09" not in done.out


@pytest.mark.parametrize("view", ["table", "calendar", "timeline"])
def test_a_plan_without_an_event_says_that_treatment_ended(view: str) -> None:
    end = ("--ended", "2026-01-05", "--because", "died", "--view", view)
    done = here("plan", *FACTS, *end)
    assert done.code == 0
    assert "No events up to the end of treatment." in done.out
    assert "none planned" in done.out


@pytest.mark.parametrize("view", ["calendar", "timeline"])
def test_a_view_ends_where_treatment_ended(view: str) -> None:
    """No maintenance is drawn after a treatment that ended before it."""
    end = ("--ended", "2026-01-12", "--because", "moved", "--view", view)
    out = here("plan", *FACTS, *end).out
    assert "maintenance" not in out
    assert "2026-07" not in out


def test_an_end_can_be_recorded_and_taken_back(tmp_path: Path) -> None:
    """`--ended none` takes the reason back, too."""
    file = plan_file(tmp_path)
    before = held(file)
    end = ("--ended", "2026-01-08", "--because", "moved")
    done = here("revise", str(file), "--given", "2026-01-05", *end)
    assert done.code == 0
    assert "no longer in the plan" in done.out
    assert held(file)["ended"]["because"] == "moved"
    assert here("revise", str(file), "--because", "declined").code == 0
    assert held(file)["ended"] == {"date": "2026-01-08", "because": "declined"}
    assert here("revise", str(file), "--ended", "none").code == 0
    ids = [event["id"] for event in held(file)["events"]]
    assert ids == [event["id"] for event in before["events"]]
    assert held(file)["case"]["because"] is None


def test_refusals_set_aside_add_up_and_can_be_cleared(tmp_path: Path) -> None:
    """Cleared, the plan is refused again."""
    file = plan_file(tmp_path)
    for rule in ("NEURO-INTERVAL", "RENAL-CYANO"):
        assert here("revise", str(file), "--accept", rule).code == 0
    assert held(file)["case"]["accept"] == ["RENAL-CYANO", "NEURO-INTERVAL"]
    changed = ("--drug", "cyanocobalamin", "--renal", "dialysis")
    assert here("revise", str(file), *changed).code == 0
    assert held(file)["accepted"] == ["RENAL-CYANO"]
    is_error(here("revise", str(file), "--accept", "none"), 3, "RENAL-CYANO")
    assert held(file)["accepted"] == ["RENAL-CYANO"]


@pytest.mark.unmeasured
def test_a_restart_clears_every_decision_and_keeps_the_course_before(
    tmp_path: Path,
) -> None:
    """Cards, FHIR and screen of the new course name the earlier one."""
    file = plan_file(tmp_path, "--anaemia", "yes")
    known = ("--given", "2026-01-05,2026-01-07", "--accept", "NEURO-INTERVAL")
    end = ("--ended", "2026-01-09", "--because", "declined")
    assert here("revise", str(file), *known, *end).code == 0
    card, fhir = tmp_path / "A-17.html", tmp_path / "A-17.fhir.json"
    done = here(
        "revise", str(file), "--restart", "2026-06-01", "-o", str(card), "-o", str(fhir)
    )
    assert done.code == 0
    said = "course 1: hydroxocobalamin, 2 doses recorded, Mon 2026-01-05 to"
    assert said in " ".join(done.out.split())
    assert said.partition(", Mon")[0] in card.read_text("utf-8").replace(
        '<span class="whole">2 doses</span>', "2 doses"
    )
    assert said in fhir.read_text("utf-8")
    new = held(file)
    assert new["events"][0]["id"] == "c2-loading-1"
    for field in ("ended", "because", "anaemia"):
        assert new["case"][field] is None
    assert (new["ended"], new["accepted"], new["case"]["accept"]) == (None, [], [])
    earlier = new["history"][0]
    assert (earlier["ended"], earlier["because"]) == ("2026-01-09", "declined")
    assert (earlier["anaemia"], earlier["accept"]) == ("yes", ["NEURO-INTERVAL"])


@table(
    "before, changes, code, said",
    ("no day", (), ("--because", "died"), 2, "--ended DATE"),
    ("no reason", (), ("--ended", "2026-01-09"), 2, "died, moved, oral"),
    (
        "before a given dose",
        ("--given", "2026-01-05,2026-01-07"),
        ("--ended", "2026-01-06", "--because", "moved"),
        2,
        "the last given dose, 2026-01-07",
    ),
    (
        "a death to come",
        (),
        ("--ended", "2199-01-05", "--because", "died"),
        2,
        "after today",
    ),
    ("an unknown rule", (), ("--accept", "RENAL"), 2, "did you mean RENAL-CYANO?"),
    ("an unknown reason", (), ("--because", "dead"), 2, "did you mean died?"),
    ("anaemia in other words", (), ("--anaemia", "mild"), 2, "no, yes, severe"),
    (
        "a course before the last given dose",
        ("--given", "2026-01-05,2026-01-07"),
        ("--restart", "2026-01-06"),
        2,
        "the last dose recorded, 2026-01-07",
    ),
    (
        "a course after a death",
        ("--ended", "2026-01-09", "--because", "died"),
        ("--restart", "2026-06-01"),
        2,
        "the patient died on 2026-01-09",
    ),
    (
        "a course before the end of the one before",
        ("--ended", "2026-01-09", "--because", "moved"),
        ("--restart", "2026-01-08"),
        2,
        "--ended none",
    ),
)
def test_bad_decisions_are_refused_with_a_cure(
    tmp_path: Path,
    before: tuple[str, ...],
    changes: tuple[str, ...],
    code: int,
    said: str,
) -> None:
    """Nothing is written."""
    file = plan_file(tmp_path, *before)
    content = file.read_bytes()
    is_error(here("revise", str(file), *changes), code, said)
    assert file.read_bytes() == content


def test_the_hundredth_course_is_refused(tmp_path: Path) -> None:
    file = plan_file(tmp_path)
    plan = held(file)
    plan["case"]["course"] = 99
    file.write_text(json.dumps(plan), "utf-8")
    done = here("revise", str(file), "--restart", "2026-06-01")
    is_error(done, 2, "would begin course 100")


def test_a_plan_file_s_end_is_not_written_over(tmp_path: Path) -> None:
    """A plan made anew would invite somebody who died."""
    file = plan_file(tmp_path, "--ended", "2026-01-09", "--because", "died")
    done = here("plan", *FACTS, "--patient", "A-17", "-o", str(file))
    is_error(done, 2, "an end of treatment that this plan lacks: 2026-01-09 (died)")
    assert held(file)["ended"]["because"] == "died"
