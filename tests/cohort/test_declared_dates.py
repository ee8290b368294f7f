"""An order of day and month that is declared: for options, cohorts, and once for all.

It is never guessed; undeclared, every such date is refused with its readings.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from cli import here, is_error, json_of
from cohorts import batch, cohort, errors_in, raw, standard
from spec import table

FACTS = ("--no-neuro", "--renal", "normal", "--format", "json")
NOW = {"SOURCE_DATE_EPOCH": "1780272000"}  # 1 June 2026


def test_a_date_of_numbers_is_read_by_the_order_that_is_declared() -> None:
    """START, options of every kind, several values and ranges."""
    options = (
        *("--given", "05/01/2026,07.01.2026", "--given-through", "09-01-2026"),
        *("--until", "05/06/2026", "--closed", "12/01/2026..13/01/2026"),
    )
    plan = json_of(
        here("plan", "05/01/2026", *options, *FACTS, "--dates", "dmy", **NOW)
    )
    assert plan["start"] == "2026-01-05"
    assert plan["case"]["given"] == ["2026-01-05", "2026-01-07", "2026-01-09"]
    assert plan["until"] == "2026-06-05"
    assert plan["clinic"]["closed"] == ["2026-01-12", "2026-01-13"]
    plan = json_of(here("plan", "01/05/2026", *FACTS, "--dates", "MDY", **NOW))
    assert plan["start"] == "2026-01-05"


def test_undeclared_such_a_date_is_refused_with_each_reading() -> None:
    """And with what to type; a year of two digits is refused whatever is declared."""
    is_error(
        here("plan", "05/01/2026", *FACTS[:3]),
        2,
        "could be 2026-01-05 or 2026-05-01",
        "--dates dmy or --dates mdy",
    )
    done = here("plan", "05/01/26", *FACTS[:3], "--dates", "dmy")
    is_error(done, 2, "2026-01-05 or 2026-05-01 or 2005-01-26")
    done = here("plan", "05/13/2026", *FACTS[:3], "--dates", "dmy")
    is_error(done, 2, "read as day, month, year (--dates dmy)", "12 months")
    done = here("plan", "2026-01-05", *FACTS[:3], "--dates", "dym")
    is_error(done, 2, "--dates: dym is not a known order of dates", "allowed: dmy, mdy")


def test_revise_and_due_read_it_too(tmp_path: Path) -> None:
    """What a plan file holds is ISO, whatever was typed."""
    path = tmp_path / "plan.json"
    here("plan", "2026-01-05", *FACTS[:3], "-o", str(path), **NOW)
    options = ("--given", "05/01/2026", "--dates", "dmy")
    assert here("revise", str(path), *options, **NOW).code == 0
    assert json.loads(path.read_bytes())["case"]["given"] == ["2026-01-05"]
    asked = ("--on", "04/03/2026", "--dates", "dmy", "--format", "json")
    due = json_of(here("due", "05/01/2026", *asked, **NOW))
    assert (due["last_dose"], due["on"]) == ("2026-01-05", "2026-03-04")
    assert (due["due"], due["days"]) == ("2026-03-05", 1)
    is_error(here("due", "31/02/2026", "--dates", "dmy"), 2, "LAST_DOSE", "28 days")


def test_a_practice_declares_it_once(tmp_path: Path) -> None:
    """In the configuration, for the closed days there as well; what is typed wins."""
    config = tmp_path / "config.toml"
    config.write_text('dates = "dmy"\nclosed = ["07/01/2026"]\n')
    options = ("--config", str(config), *FACTS)
    plan = json_of(here("plan", "05/01/2026", *options, **NOW))
    assert plan["start"] == "2026-01-05"
    assert plan["clinic"]["closed"] == ["2026-01-07"]
    closed = ("--dates", "mdy", "--closed", "none")
    plan = json_of(here("plan", "05/01/2026", *options, *closed, **NOW))
    assert plan["start"] == "2026-05-01"
    is_error(here("plan", "05/01/2026", *options, "--dates", "none"), 2, "07/01/2026")
    config.write_text('\ndates = "ymd"\n')
    is_error(here("plan", "05/01/2026", *options), 2, "line 2", "dmy, mdy")


ROWS = (
    standard("A", start="05/01/2026", given="05/01/2026; 07/01/2026"),
    standard("B", start="01/13/2026"),
    standard("C", start="5-Jan-2026", given_through="Mon 2026-01-05 00:00:00"),
)


def test_the_summary_of_a_cohort_says_which_order_was_used(tmp_path: Path) -> None:
    """A row that is no day in that order fails; the other order is never tried."""
    path = cohort(tmp_path, *ROWS)
    done = batch(path, tmp_path / "out", "--format", "json", "--dates", "dmy", **NOW)
    assert done.code == 4
    said = "dates such as 05/01/2026 were read as day, month, year (--dates dmy)"
    assert done.err.splitlines()[-1].endswith(said)
    [record] = errors_in(tmp_path / "out")
    found = record["error_row"], record["error_column"], record["error_value"]
    assert found == ("3", "start", "01/13/2026")
    assert record["start"] == "01/13/2026"
    case = json.loads((tmp_path / "out" / "A.json").read_bytes())["case"]
    assert case["given"] == ["2026-01-05", "2026-01-07"]


@pytest.mark.parametrize("form", ["csv", "jsonl"])
@table(
    "command",
    ("worklist", ("worklist", "--from", "08/01/2026", "--to", "09/01/2026")),
    ("forecast", ("forecast", "--from", "01/01/2026", "--months", "1")),
    ("audit", ("audit", "--as-of", "12/01/2026")),
)
def test_lists_read_rows_and_options_by_it(
    command: tuple[str, ...], form: str, tmp_path: Path
) -> None:
    """And say so on standard error."""
    path = cohort(tmp_path, *ROWS, name=f"cohort.{form}")
    options = (*command[1:], "--dates", "dmy", "--format", "json")
    done = here(command[0], str(path), *options, **NOW)
    assert done.code == 4
    found: Any = json.loads(done.out)
    patients = {each["patient"] for each in found} if isinstance(found, list) else None
    assert patients in ({"A", "C"}, None)
    assert "were read as day, month, year (--dates dmy)" in done.err
    assert "row 3: start" in done.err or form == "jsonl"


def test_an_empty_cell_and_a_column_that_is_not_there_stay_so(tmp_path: Path) -> None:
    """Only what is written is read."""
    path = raw(
        tmp_path, "patient,last_dose,start,neuro,renal\nA,,05/01/2026,n,normal\n"
    )
    done = batch(path, tmp_path / "out", "--format", "json", "--dates", "dmy", **NOW)
    assert done.code == 0, done.err
