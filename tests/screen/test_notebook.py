"""A plan in Python: its forms for scripts, its line, its table in a notebook."""

from __future__ import annotations

import csv
import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from cli import here
from spec import plan_of

import b12sched
from b12sched import InputError

STAMP = datetime(2026, 1, 2, 9, tzinfo=UTC)


def test_the_line_of_a_plan_says_whose_it_is_and_what_is_next() -> None:
    assert repr(plan_of()) == "<Plan A-17: standard, 14 events, next Mon 2026-01-05>"
    ended = plan_of(given="2026-01-05", ended="2026-01-06", because="moved", patient="")
    assert repr(ended) == ("<Plan without reference: standard, 1 events, no dose left>")


def test_a_plan_without_a_clinic_is_that_of_one_open_every_day() -> None:
    """Its output says so: weekends are included."""
    facts = {"start": "2026-01-03", "neuro": "no", "renal": "normal"}
    case = b12sched.Case.parse(facts)
    plan = b12sched.build(case)
    assert plan.clinic == b12sched.Clinic()
    assert [event.date for event in plan.events[:2]] == [
        date(2026, 1, 3),
        date(2026, 1, 5),
    ]


def test_a_plan_as_values_is_its_json() -> None:
    """The published document, with lists and texts only."""
    plan = plan_of(neuro="yes", given="2026-01-05;2026-01-08")
    document = plan.to_dict()
    assert json.loads(json.dumps(document)) == document
    assert document["schema"] == "b12sched/plan/1"
    assert document["next"] == {
        "id": "loading-3",
        "due": "2026-01-10",
        "date": "2026-01-10",
    }


def test_a_plan_as_rows_has_the_columns_of_the_csv_as_values() -> None:
    """Dates are dates, numbers are numbers, what is absent is None."""
    first, *rest = plan_of(open="mon-fri").to_rows()
    assert first == {
        "patient": "A-17", "id": "loading-1", "kind": "dose", "phase": "loading",
        "number": 1, "due": date(2026, 1, 5), "date": date(2026, 1, 5),
        "weekday": "Mon", "day": 1, "status": "planned",
        "title": "Loading dose 1: hydroxocobalamin 1 mg IM", "rule": "LOAD-STANDARD",
        "why": "first dose", "dose": "1 mg IM",
    }  # fmt: skip
    (lab,) = (row for row in rest if row["id"] == "lab-3m")
    assert (lab["phase"], lab["dose"], lab["number"]) == (None, None, 3)
    assert (lab["due"], lab["date"]) == (date(2026, 4, 5), date(2026, 4, 3))


def test_the_csv_of_the_command_is_these_rows(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    facts = ("--no-neuro", "--renal", "normal", "--patient", "A-17")
    assert here("plan", "2026-01-05", *facts, "-o", str(path)).code == 0
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert rows == [
        {name: "" if value is None else str(value) for name, value in row.items()}
        for row in plan_of().to_rows()
    ]


def test_a_calendar_takes_the_options_of_the_command_as_texts() -> None:
    plan = plan_of()
    assert b"TRIGGER:-PT15H" in plan.to_ics(STAMP)
    assert b"DTSTAMP:20260102T090000Z" in plan.to_ics(STAMP)
    discreet = plan.to_ics(STAMP, {"discreet": "yes", "remind": "2d"})
    assert b"TRIGGER:-P1DT15H" in discreet
    assert b"A-17" not in discreet
    with pytest.raises(InputError, match="remind"):
        plan.to_ics(STAMP, {"remind": "soon"})
    with pytest.raises(InputError, match="patient"):
        plan_of(patient="").to_ics(STAMP)


def test_a_notebook_shows_a_table_in_which_texts_are_data() -> None:
    """With every day, its reason and the warnings."""
    page = plan_of(patient="<b>A & B</b>", neuro="yes")._repr_html_()
    assert "&lt;b&gt;A &amp; B&lt;/b&gt;" in page
    assert "<b>A" not in page
    assert ">Patient<" not in plan_of(patient="")._repr_html_()
    assert page.startswith("<b>Vitamin B12 injection plan</b><table>")
    assert "Mon 2026-01-05</td><td style='text-align:left'>Loading dose 1:" in page
    assert "[LAB]" in page
    assert "[urgent-neuro]</li>" in page
    assert "[recovery]" not in page, "only warnings"


def test_errors_are_public() -> None:
    """A script can tell bad input from a refusal."""
    assert issubclass(b12sched.InputError, b12sched.B12SchedError)
    with pytest.raises(b12sched.RefusedError) as caught:
        plan_of(drug="cyanocobalamin", renal="impaired")
    assert caught.value.exit_code == 3


@pytest.mark.unmeasured
def test_a_data_frame_is_made_of_the_rows() -> None:
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(plan_of().to_rows())
    assert list(frame.columns)[:3] == ["patient", "id", "kind"]
    assert len(frame) == 14
