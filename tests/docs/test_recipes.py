"""The recipes, block by block in one directory, as far as their programs are there."""

from __future__ import annotations

import configparser
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import NamedTuple

import pytest

TEXT = (Path(__file__).parents[2] / "docs" / "recipes.md").read_text("utf-8")


class Recipe(NamedTuple):
    """A block of shell, and the program that it needs beside b12sched."""

    lines: str
    needs: str

    @property
    def runs(self) -> bool:
        """Whether its program is here; pandas is a package."""
        if self.needs == "pandas":
            return importlib.util.find_spec("pandas") is not None
        return not self.needs or shutil.which(self.needs) is not None


def recipes() -> list[Recipe]:
    """Every block of shell, in order."""
    found = []
    for block in re.findall(r"^```sh\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE):
        needs = re.match("# needs (.*)\n", block)
        found.append(Recipe(block, needs[1] if needs else ""))
    return found


def run(recipe: Recipe, directory: Path) -> str:
    """What a block prints; any command of it that fails is a fault."""
    programs = [sysconfig.get_path("scripts"), str(Path(sys.executable).parent)]
    kept = {k: v for k, v in os.environ.items() if not k.startswith("COV")}
    done = subprocess.run(
        ["sh", "-e", "-c", recipe.lines],  # noqa: S607  # any sh will do
        cwd=directory,
        env={
            **kept,
            "PATH": os.pathsep.join([*programs, kept["PATH"]]),
            "SOURCE_DATE_EPOCH": "1768000000",  # 9 January 2026
            "B12SCHED_CONFIG": "none",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, (recipe.lines, done.stdout, done.stderr)
    assert "Traceback" not in done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[int, str]]:
    """A directory in which every recipe was run, and what each printed."""
    directory = tmp_path_factory.mktemp("recipes")
    printed = {
        number: run(recipe, directory)
        for number, recipe in enumerate(recipes())
        if recipe.runs
    }
    return directory, printed


def test_every_recipe_that_needs_nothing_else_is_run(
    told: tuple[Path, dict[int, str]],
) -> None:
    """The day's list, the doses that came back, plan files, and the night."""
    directory, printed = told
    assert {number for number, each in enumerate(recipes()) if not each.needs} <= set(
        printed
    )
    listed = (directory / "today.csv").read_text("utf-8")
    assert "Surname" in listed.splitlines()[0]
    assert "999 000 0001" in listed
    plan = (directory / "plan-files" / "999 000 0001.json").read_text("utf-8")
    assert '"2026-01-07"' in plan.partition('"given"')[2].partition("]")[0]
    manifest = (directory / "plans" / "manifest.csv").read_text("utf-8")
    assert "Example" in manifest
    assert "999 000 0003" not in manifest
    assert "31/02/2026" in (directory / "to-correct.csv").read_text("utf-8")


@pytest.mark.parametrize("program", ["jq", "duckdb", "pandas"])
def test_a_recipe_for_another_program_is_run_where_it_is(
    program: str, told: tuple[Path, dict[int, str]]
) -> None:
    """What it prints names a patient or a regimen."""
    numbers = [number for number, each in enumerate(recipes()) if each.needs == program]
    assert numbers
    if not set(numbers) <= set(told[1]):
        pytest.skip(f"{program} is not installed")
    for number in numbers:
        assert re.search("999 000 000|standard|A-17", told[1][number])


def test_the_units_of_systemd_take_exit_code_4_for_a_run_that_went_well() -> None:
    """They are files with sections and keys; the timer is for the service."""
    [text] = re.findall(r"^```ini\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE)
    units = configparser.ConfigParser()
    units.read_string(text)
    assert units["Service"]["SuccessExitStatus"] == "4"
    assert units["Timer"]["OnCalendar"] == "02:15"
