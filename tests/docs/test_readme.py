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


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.split("\n")[0][2:])
def test_each_command_prints_what_the_readme_shows(block: str, tmp_path: Path) -> None:
    """Every command runs, in order, and prints the lines shown."""
    programs = sysconfig.get_path("scripts")
    environment = {
        **os.environ,
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "COLUMNS": "80",
        "PYTHONIOENCODING": "utf-8",
    }
    for command, shown in _steps(block):
        done = subprocess.run(
            ["bash", "-c", command],  # noqa: S607  # the shell of the README's reader
            cwd=tmp_path,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            encoding="utf-8",
        )
        printed = [line.rstrip() for line in (done.stdout + done.stderr).splitlines()]
        assert _matches(shown, printed), (command, printed)


def test_a_line_that_was_not_printed_does_not_match() -> None:
    """The comparison itself can fail."""
    assert _matches(["a", GAP, "c"], ["a", "b", "b", "c"])
    assert not _matches(["a", GAP, "d"], ["a", "b", "c"])
    assert not _matches(["a"], ["a", "b"])


def test_the_set_up_commands_need_only_python() -> None:
    """One command makes a first plan, one runs the tests; the check runs the latter."""
    first, tests = SHELL_COMMANDS
    assert first.startswith("python3 -m venv ")
    assert first.endswith("b12sched plan 2026-01-05 --neuro --renal normal")
    assert tests.startswith("python3 -m venv ")
    assert "pytest" in tests
    check = (ROOT / ".ci" / "run").read_text("utf-8")
    assert "'^python3 -m venv .* pytest' README.md" in check


def test_the_python_example_runs(capsys: pytest.CaptureFixture[str]) -> None:
    """The example in Python prints the next dose and the ampoules."""
    (example,) = re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)
    exec(compile(example, "README.md", "exec"), {})  # noqa: S102  # our own example
    assert capsys.readouterr().out == "2026-01-05 41\n"
