"""Code comes from the installed packages alone, whatever the working directory holds.

Each test works in a directory that holds a module for every name that there is: one
that is imported leaves a trace.
"""

from __future__ import annotations

import importlib.metadata
import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
from cli import FACTS, surroundings
from cohorts import standard

ENOUGH = 8 * 32
"""Rows for which a batch starts other processes."""

SCRIPT = Path(sys.executable).with_name("b12sched")


@cache
def importable() -> set[str]:
    """The name of every module that is not part of the interpreter itself."""
    installed = importlib.metadata.packages_distributions()
    return {
        name
        for name in {*sys.stdlib_module_names, *installed, "sitecustomize"}
        if name.isidentifier() and name not in sys.builtin_module_names
    } - {"__main__"}


@cache
def before_a_module(*flags: str) -> set[str]:
    """What Python imports by itself before a module that it is asked to run."""
    code = "import runpy, sys; print(*sys.modules)"
    line = [sys.executable, *flags, "-c", code]
    done = subprocess.run(line, capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def set_traps(directory: Path, names: set[str]) -> None:
    """Put a module of each name there, which says that it was run."""
    for name in names:
        trap = directory / f"{name}.py"
        trap.write_text(f"open({str(directory / 'trace')!r}, 'a').write('{name} ')\n")


def cohort_in(directory: Path) -> None:
    """A cohort for which a batch starts other processes."""
    rows = (standard(f"P{n:03}") for n in range(ENOUGH))
    lines = ["patient,start,neuro,renal"]
    lines += [",".join(row[name] for name in lines[0].split(",")) for row in rows]
    (directory / "cohort.csv").write_text("\n".join(lines))


BATCH = ("batch", "cohort.csv", "-o", "out", "--jobs", "2")
TIME = ("--time", "09:30", "--timezone", "Europe/London")
COMMANDS = {
    "batch": BATCH,
    "card": ("plan", *FACTS, "--holidays", "GB-ENG", "--format", "html"),
    "calendar": ("plan", *FACTS, "--patient", "A", "-oa.ics", *TIME),
    "words": ("plan", "5 January 2026", *FACTS[1:], "--view", "calendar"),
}


def run_in(directory: Path, *line: str | Path, **env: str) -> tuple[int, str]:
    """The exit code of a command there, and what was run that is not installed."""
    done = subprocess.run(
        line,
        env=surroundings(**env),
        cwd=directory,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert b"Traceback" not in done.stderr, done.stderr.decode()
    trace = directory / "trace"
    return done.returncode, trace.read_text() if trace.exists() else ""


@pytest.mark.skipif(not SCRIPT.exists(), reason="the command is not installed here")
@pytest.mark.parametrize("name", COMMANDS)
def test_the_command_runs_nothing_from_the_working_directory(
    name: str, tmp_path: Path
) -> None:
    """Nor do the processes that it starts; `b12sched` itself may lie there, too."""
    cohort_in(tmp_path)
    set_traps(tmp_path, importable())
    assert run_in(tmp_path, SCRIPT, *COMMANDS[name]) == (0, "")


@pytest.mark.skipif(not SCRIPT.exists(), reason="the command is not installed here")
def test_publish_runs_nothing_from_the_working_directory(tmp_path: Path) -> None:
    """Its library has the most to import; nobody answers at this address."""
    pytest.importorskip("httpx", reason="publishing needs the extra b12sched[publish]")
    set_traps(tmp_path, importable())
    plan = ("plan", *FACTS, "--patient", "A", "-o", "a.json")
    publish = ("publish", "a.json", "--url", "https://localhost:1/")
    for words, code in ((plan, 0), (publish, 1)):
        assert run_in(tmp_path, SCRIPT, *words) == (code, "")


@pytest.mark.parametrize(
    ("name", "flags"),
    [
        pytest.param(name, flags, id=f"{name} {flag}", marks=[pytest.mark.slow] * slow)
        for name, flag, slow in (
            ("batch", "", False),
            ("card", "-E", False),
            ("batch", "-I", False),
            ("batch", "-E", True),
            ("batch", "-P", True),
            ("card", "", True),
            ("card", "-P", True),
            ("card", "-I", True),
        )
        for flags in [(flag,) if flag else ()]
    ],
)
def test_python_m_runs_nothing_from_the_working_directory(
    name: str, flags: tuple[str, ...], tmp_path: Path
) -> None:
    """But what Python itself imports before it comes to the program."""
    cohort_in(tmp_path)
    set_traps(tmp_path, importable() - {"b12sched"} - before_a_module(*flags))
    line = (sys.executable, *flags, "-m", "b12sched", *COMMANDS[name])
    assert run_in(tmp_path, *line) == (0, "")


def test_completion_runs_nothing_from_the_working_directory(tmp_path: Path) -> None:
    """A shell asks for it with every Tab."""
    set_traps(tmp_path, importable() - {"b12sched"} - before_a_module())
    asked = {"_B12SCHED_COMPLETE": "complete_bash", "COMP_CWORD": "1"}
    line = (sys.executable, "-m", "b12sched")
    code, trace = run_in(tmp_path, *line, COMP_WORDS="b12sched pl", **asked)
    assert (code, trace) == (0, "")


def test_in_a_directory_that_is_gone_the_program_runs(tmp_path: Path) -> None:
    """Python then has no working directory to import from."""
    gone = tmp_path / "gone"
    gone.mkdir()
    line = 'cd "$0" && rmdir "$0" && "$@"'
    words = (sys.executable, "-m", "b12sched", "--version")
    assert run_in(tmp_path, "sh", "-c", line, gone, *words) == (0, "")


def test_a_batch_leaves_the_environment_as_it_was(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What keeps its processes from importing there is for these processes alone."""
    from b12sched.output.parallel import in_order

    for before in (None, "", "1"):
        if before is None:
            monkeypatch.delenv("PYTHONSAFEPATH", raising=False)
        else:
            monkeypatch.setenv("PYTHONSAFEPATH", before)
        assert list(in_order(abs, range(20), 2)) == list(range(20))
        assert os.environ.get("PYTHONSAFEPATH") == before
