"""Exports of record systems and spreadsheets, read by the options beside them.

The files of examples/exports are made up in the manner of the programs; what each row
must become is typed here.
"""

from __future__ import annotations

import json
import re
import shlex
import tomllib
from pathlib import Path

import pytest
from cli import here
from cohorts import manifest_in

EXPORTS = Path(__file__).parents[2] / "examples" / "exports"
README = (EXPORTS / "README.md").read_text("utf-8")
COMMANDS = re.findall("^b12sched (batch .*)$", README, re.MULTILINE)
NOW = {"SOURCE_DATE_EPOCH": "1779000000"}  # May 2026

# Patient: start or last dose, neurology, renal status, given.
ADA, BEN = "999 000 0001", "999 000 0002"
Expected = tuple[str, bool, str, list[str]]
A_17: Expected = ("2026-01-05", True, "normal", ["2026-01-05", "2026-01-07"])
A_18: Expected = ("2025-11-13", False, "dialysis", [])
EXPECTED: tuple[dict[str, Expected], ...] = (
    {
        ADA: ("2026-01-05", False, "normal", ["2026-01-05"]),
        BEN: ("2026-01-12", True, "impaired", []),
    },
    {
        ADA: (
            "2026-01-05",
            False,
            "normal",
            ["2026-01-05", "2026-01-07", "2026-01-09"],
        ),
        BEN: ("2026-01-12", True, "impaired", ["2026-01-12"]),
    },
    {
        "90001": ("2026-01-05", False, "normal", ["2026-01-05", "2026-01-07"]),
        "90002": ("2026-01-06", False, "normal", []),
        "90003": ("2026-01-07", True, "impaired", []),
    },
    {"A-17": A_17, "A-18": A_18},
    {"A-17": A_17, "A-18": A_18},
    {
        # Loading every other day, given through 9 January.
        "A-17": (
            "2026-01-05",
            True,
            "normal",
            ["2026-01-05", "2026-01-07", "2026-01-09"],
        ),
        "A-18": ("2026-01-12", False, "unknown", []),
    },
    {
        "A-17": ("2026-01-05", True, "normal", []),
        "A-18": ("2026-01-12", False, "unknown", []),
    },
    {
        "A-17": ("2026-01-05", True, "normal", ["2026-01-05"]),
        "A-18": ("2025-11-13", False, "normal", []),
    },
    {
        "A-17": ("2026-01-05", True, "normal", ["2026-01-05"]),
        "A-18": ("2026-01-12", False, "normal", []),
    },
)


@pytest.mark.unmeasured
@pytest.mark.parametrize(
    ("line", "expected"), [*zip(COMMANDS, EXPECTED, strict=True)], ids=COMMANDS
)
def test_an_export_is_read_by_the_options_beside_it(
    line: str, expected: dict[str, object], tmp_path: Path
) -> None:
    """Every row, with nothing failed."""
    words = [
        str(EXPORTS / word) if (EXPORTS / word).is_file() else word
        for word in shlex.split(line)
    ]
    words[words.index("plans")] = str(tmp_path / "plans")
    done = here(*words, "--format", "json", "--jobs", "1", **NOW)
    assert done.code == 0, done.err
    found = {}
    for record in manifest_in(tmp_path / "plans"):
        plan = json.loads((tmp_path / "plans" / record["file"]).read_bytes())
        origin = plan["case"]["start"] or plan["case"]["last_dose"]
        given = plan["case"]["given"] or []
        found[plan["patient"]] = (origin, plan["neuro"], plan["renal"], given)
    assert found == expected


def test_what_is_carried_and_what_is_left_out_is_said(tmp_path: Path) -> None:
    """A name that comes along is in the manifest; a column that does not is named."""
    words = shlex.split(COMMANDS[0])
    words[1] = str(EXPORTS / words[1])
    done = here(*words[:2], "-o", str(tmp_path / "out"), *words[4:], **NOW)
    assert "columns left out: 'Usual GP', 'Date of Birth'" in done.err
    names = [record["Full Name"] for record in manifest_in(tmp_path / "out")]
    assert names == ["EXAMPLE, Ada (Mrs)", "SAMPLE, Ben (Mr)"]


def test_the_same_options_may_stand_in_a_configuration(tmp_path: Path) -> None:
    """The practice states them once."""
    config = tmp_path / "config.toml"
    [text] = re.findall("```toml\n(.*?)```", README, re.DOTALL)
    assert set(tomllib.loads(text)) == {"column", "carry", "ignore_others"}
    config.write_text(text)
    export, doses = (str(EXPORTS / name) for name in ("emis.csv", "emis-doses.csv"))
    options = ("--config", str(config), "--doses", doses, "--format", "jsonl")
    done = here("batch", export, "-o", "-", *options, **NOW)
    assert done.code == 0, done.err
    plans = [json.loads(line) for line in done.out.splitlines()]
    assert [len(plan["case"]["given"]) for plan in plans] == [3, 1]


def test_many_columns_left_out_are_counted(tmp_path: Path) -> None:
    """A summary stays a line."""
    path = tmp_path / "wide.csv"
    columns = ",".join(f"x{number}" for number in range(12))
    path.write_text(f"patient,last_dose,neuro,renal,{columns}\n")
    done = here("batch", str(path), "--dry-run", "--ignore-others")
    assert done.err.rstrip().endswith("x8, x9 and 2 more")


def test_every_export_has_a_command() -> None:
    """And every command a file."""
    files = {path.name for path in EXPORTS.iterdir()} - {"README.md"}
    assert files == {name for name in files if f" {name} " in "\n".join(COMMANDS)}
