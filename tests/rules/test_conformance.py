"""The published cases of a second, independent engine, and the command that runs them.

The comparison is the program's own (`selftest`); the last tests see it fail.
"""

from __future__ import annotations

import json
from copy import deepcopy
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import pytest
from cases import CASES
from cli import here

from b12sched.ics import write_calendar
from b12sched.output.selftest import difference, ran_on


def test_no_published_case_drops_out() -> None:
    """All of them are held against the program."""
    assert len(CASES) == 902


@pytest.mark.unmeasured
def test_plan_is_the_one_the_second_engine_worked_out() -> None:
    """Every field of the expected plan, or the expected exit code; all that differ."""
    assert [said for row in CASES if (said := difference(row))] == []


FIELDS = (
    *("start", "until", "plateau", "loading", "next", "ampoules"),
    *("maintenance_anchor", "maintenance_first", "events"),
)
PLANNED = next(row for row in CASES if row["expect"].get("maintenance_first"))
REFUSED = next(row for row in CASES if "exit" in row["expect"])


def changed(row: dict[str, Any], field: str, value: object) -> dict[str, Any]:
    other = deepcopy(row)
    other["expect"][field] = value
    return other


def test_every_published_plan_states_the_same_fields() -> None:
    """So that none can be left out of the comparison."""
    plans = [row["expect"] for row in CASES if "exit" not in row["expect"]]
    assert {frozenset(plan) for plan in plans} == {frozenset(FIELDS)}


@pytest.mark.parametrize("field", FIELDS)
def test_each_field_that_differs_is_named(field: str) -> None:
    said = difference(changed(PLANNED, field, "2000-01-01"))
    assert said is not None
    assert said.startswith(f"{PLANNED['case']['patient']}: {field} is ")
    assert said.endswith(", must be 2000-01-01")


def test_a_dose_a_day_later_is_named() -> None:
    events = deepcopy(PLANNED["expect"]["events"])
    events[-1][2] = "2199-01-01"
    said = difference(changed(PLANNED, "events", events))
    assert said is not None
    assert "2199-01-01" in said


def test_another_exit_code_is_named_and_a_plan_in_place_of_a_refusal() -> None:
    assert difference(changed(REFUSED, "exit", 9)) is not None
    planned = {**PLANNED, "expect": REFUSED["expect"]}
    said = difference(planned)
    assert said is not None
    assert "exit is None" in said


# --- the command ----------------------------------------------------------------------


@pytest.mark.unmeasured
def test_selftest_says_what_it_ran_and_what_it_ran_on() -> None:
    done = here("selftest")
    assert done.code == 0
    assert "Published cases  902, different results: none\n" in done.out
    assert "Calendar         written, read and revised, no fault\n" in done.out
    for name in ("b12sched 0.2.0", "python 3.", "icalendar ", "holidays ", "tzdata "):
        assert name in " ".join(done.out.split())


def test_selftest_answers_in_json() -> None:
    report = json.loads(here("selftest", "--format", "json").out)
    assert (report["cases"], report["failed"], report["calendar"]) == (902, 0, True)
    assert list(report["ran_on"]) == [
        *("b12sched", "python", "icalendar", "holidays", "tzdata")
    ]
    assert report["differences"] == []


def test_selftest_fails_where_a_case_differs(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if this machine's libraries worked out another date."""
    wrong = changed(PLANNED, "next", None)
    monkeypatch.setattr(
        "b12sched.commands.selftest.published_cases", lambda: [wrong, REFUSED]
    )
    done = here("selftest")
    assert done.code == 1
    assert "Published cases  2, different results: 1\n" in done.out
    assert f"{PLANNED['case']['patient']}: next is" in done.out


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (b"T090000", b"T100000", "is read at 2026-0"),
        (b"UID:", b"UID:x", "is read at None"),
        (b"SUMMARY:SELFTEST", b"SUMMARY:selftest", "a revision with nothing changed"),
    ],
)
def test_selftest_fails_where_a_calendar_differs(
    old: bytes, new: bytes, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As if a library wrote, or read, another time, name or byte."""
    monkeypatch.setattr("b12sched.commands.selftest.published_cases", list)
    monkeypatch.setattr(
        "b12sched.output.selftest.write_calendar",
        lambda *given: write_calendar(*given).replace(old, new),
    )
    done = here("selftest")
    assert done.code == 1
    assert said in " ".join(done.out.split())
    assert "faults\n" in done.out or "1 fault\n" in done.out


def test_a_machine_without_time_zones_of_its_own_has_those_of_the_package(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Windows; where the package is missing, too, the version is unknown."""
    monkeypatch.setattr("zoneinfo.TZPATH", (str(tmp_path),))
    known: dict[str, str] = {"tzdata": "2025.2"}

    def installed(name: str) -> str:
        if name != "tzdata":
            return version(name)
        if name not in known:
            raise PackageNotFoundError(name)
        return known[name]

    monkeypatch.setattr("b12sched.output.selftest.version", installed)
    assert ran_on()["tzdata"] == "2025.2"
    known.clear()
    assert ran_on()["tzdata"] == "unknown"


def test_selftest_refuses_another_format() -> None:
    done = here("selftest", "--format", "csv")
    assert done.code == 2
    assert "json" in done.err
