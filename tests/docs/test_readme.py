"""What the README shows is what the program prints."""

from __future__ import annotations

import os
import re
import subprocess
import sysconfig
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")
BLOCKS = re.findall(r"```console\n(.*?)```", README, flags=re.DOTALL)
SHELL_COMMANDS = re.findall(r"```sh\n(.*?)\n```", README, flags=re.DOTALL)
GAP = "..."


def _steps(block: str) -> list[tuple[str, list[str]]]:
    """The commands of a block, each with the lines that it is said to print."""
    steps: list[tuple[str, list[str]]] = []
    for line in block.splitlines():
        if line.startswith("$ "):
            steps.append((line[2:], []))
        else:
            steps[-1][1].append(line)
    return steps


def _matches(shown: list[str], printed: list[str]) -> bool:
    """Whether lines were printed as shown, `...` standing for any lines."""
    pattern = "\n".join(
        r"(?:.*\n)*.*" if line == GAP else re.escape(line) for line in shown
    )
    return re.fullmatch(pattern, "\n".join(printed)) is not None


def _run(command: str, directory: Path) -> list[str]:
    """The lines that a command prints where b12sched is on the PATH."""
    programs = sysconfig.get_path("scripts")
    environment = {
        **os.environ,
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "COLUMNS": "80",
        "PYTHONIOENCODING": "utf-8",
    }
    done = subprocess.run(
        ["bash", "-c", command],  # noqa: S607  # the shell of the README's reader
        cwd=directory,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    return [line.rstrip() for line in (done.stdout + done.stderr).splitlines()]


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.split("\n")[0][2:])
def test_each_command_prints_what_the_readme_shows(block: str, tmp_path: Path) -> None:
    """Every command runs, in order, and prints the lines shown."""
    for command, shown in _steps(block):
        printed = _run(command, tmp_path)
        assert _matches(shown, printed), (command, printed)


def test_a_line_that_was_not_printed_does_not_match() -> None:
    """The comparison itself can fail."""
    assert _matches(["a", GAP, "c"], ["a", "b", "b", "c"])
    assert not _matches(["a", GAP, "d"], ["a", "b", "c"])
    assert not _matches(["a"], ["a", "b"])


def test_the_set_up_commands_are_three_and_the_check_runs_the_last() -> None:
    """Install, make a first plan, run the tests; each of the first three installs."""
    install, first, tests = SHELL_COMMANDS
    uv, pipx, plain = install.splitlines()
    assert (uv, pipx) == ("uv tool install .", "pipx install .")
    assert plain.startswith("python3 -m venv ~/.b12sched && ")
    assert plain.endswith(' && export PATH="$HOME/.b12sched/bin:$PATH"')
    assert first.startswith("b12sched plan ")
    assert tests.startswith("python3 -m venv ")
    check = (ROOT / ".ci" / "run").read_text("utf-8")
    assert "'^python3 -m venv .* pytest' README.md" in check
    [run_by_check] = re.findall(r"^python3 -m venv .* pytest.*$", README, re.MULTILINE)
    assert run_by_check == tests


def test_the_first_plan_of_the_readme_is_made(tmp_path: Path) -> None:
    """As it is typed, once the program is on the PATH."""
    assert _run(SHELL_COMMANDS[1], tmp_path)[0].startswith("Vitamin B12 injection plan")


def test_the_readme_is_short() -> None:
    """What is longer belongs to a page of docs/."""
    assert len(README.splitlines()) <= 150
