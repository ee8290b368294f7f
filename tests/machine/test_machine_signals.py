"""What ends a process stops the program as Ctrl-C does: one word, and no draft is left.

A draft holds a patient's plan under a hidden name: nobody would look for it.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import pytest
from cli import FACTS, command, left_in, surroundings
from cohorts import PATIENCE, cohort, quick_directory, standard
from running import complete, held, started, wait_for, wait_until_busy
from spec import table

from b12sched.output.signals import ENDINGS, settle, stop_on_signals, uninterrupted

MANY = 400
SIGNALS = ("SIGTERM", "SIGHUP", "SIGINT")
PLAN = ("plan", *FACTS, "--patient", "A", "-oa.json", "-oa.csv", "-oa.ics")
MOMENTS = {
    "before the first draft": "open,.part",
    "before the last draft": "open,.a.ics",
    "before the first renaming": "os.rename,.a.json",
    "between two files": "os.rename,.a.csv",
    "before the last link": "os.link,.a.ics",
}


@pytest.mark.parametrize(
    ("moment", "name"),
    [
        # Each moment with one signal in the short run.
        pytest.param(moment, name, marks=[pytest.mark.slow] if (m + s) % 3 else [])
        for m, moment in enumerate(MOMENTS)
        for s, name in enumerate(SIGNALS)
    ],
)
def test_a_plan_that_is_stopped_leaves_no_draft(
    moment: str, name: str, tmp_path: Path
) -> None:
    """Exit 1 and two lines; each file is what it was or what it will be."""
    for file in ("a.json", "a.csv"):
        (tmp_path / file).write_text("")
    with held(tmp_path, MOMENTS[moment], *PLAN) as run:
        run.process.send_signal(getattr(signal, name))
        done = run.end()
    assert (done.code, done.out) == (1, "")
    assert done.err == "stopped\n  no file was left half written; run it again\n"
    assert left_in(tmp_path) - {"a.ics"} == {"hold", "a.json", "a.csv"}
    for file in ("a.json", "a.csv"):
        text = (tmp_path / file).read_text()
        assert not text or "maintenance-1" in text


def test_what_nohup_ignores_stays_ignored(tmp_path: Path) -> None:
    """A terminal that is closed does not stop what was told to go on."""
    line = "trap '' HUP; \"$@\" & kill -HUP $!; wait $!"
    done = subprocess.run(
        ["sh", "-c", line, "sh", *command(*PLAN)],  # noqa: S607  # any sh will do
        env=surroundings(),
        cwd=tmp_path,
        capture_output=True,
        check=False,
        timeout=PATIENCE,
    )
    assert done.returncode == 0, done.stderr
    assert left_in(tmp_path) == {"a.json", "a.csv", "a.ics"}


@pytest.fixture
def many(tmp_path: Path) -> Path:
    """A cohort of many good rows."""
    return cohort(tmp_path, *(standard(f"P{n:05}") for n in range(MANY)))


@pytest.fixture
def quick(tmp_path: Path) -> Iterator[Path]:
    """A directory for many files."""
    with quick_directory(tmp_path) as directory:
        yield directory / "out"


@pytest.mark.measured
@table(
    "whole_group, jobs, name",
    ("its processes are told to end, too", True, "2", "SIGTERM"),
    ("its only process is", True, "1", "SIGTERM"),
    slow=(
        ("the command alone is told to end", False, "2", "SIGTERM"),
        ("the terminal of the command alone is closed", False, "2", "SIGHUP"),
        ("that of its processes is, too", True, "2", "SIGHUP"),
    ),
)
def test_a_batch_that_is_stopped_leaves_no_draft_and_says_how_to_go_on(
    whole_group: bool, jobs: str, name: str, many: Path, quick: Path
) -> None:
    """A service that is stopped, a terminal that is closed: exit 1.

    Ctrl-C is tested in `test_batch_processes`.
    """
    with started(str(many), "-o", str(quick), jobs=jobs) as process:
        wait_until_busy(process, quick)
        stop = os.killpg if whole_group else os.kill
        stop(process.pid, getattr(signal, name))
        _, err = process.communicate(timeout=PATIENCE)
        assert process.returncode == 1, err
    said = err.decode()
    assert said.startswith("error: stopped after")
    assert said.count("\n") == 2
    assert "goes on with what is missing" in said
    left = left_in(quick)
    assert 20 < len(left) < MANY
    assert not [each for each in left if each.startswith(".")]
    assert "manifest.csv" not in left
    complete(many, quick)


@pytest.mark.needs_proc
def test_a_batch_whose_process_is_killed_leaves_no_draft(
    many: Path, quick: Path
) -> None:
    """For lack of memory, for instance: exit 1, and how to go on."""
    with started(str(many), "-o", str(quick)) as process:
        wait_until_busy(process, quick)
        wait_for(lambda: bool(workers_of(process.pid)))
        for worker in workers_of(process.pid):
            # Once one is gone, the batch ends the others itself.
            with contextlib.suppress(ProcessLookupError):
                os.kill(worker, signal.SIGKILL)
        _, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1
    assert b"ended from outside" in err
    assert not [each for each in left_in(quick) if each.startswith(".")]
    complete(many, quick)


def workers_of(parent: int) -> list[int]:
    """The processes that a batch has started for its work."""
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        try:
            about = (path / "stat").read_text().rpartition(")")[2].split()
            line = (path / "cmdline").read_bytes()
        except OSError:
            continue
        if int(about[1]) == parent and b"spawn_main" in line:
            found.append(int(path.name))
    return found


@pytest.fixture
def _dispositions() -> Iterator[None]:
    """Signals that are answered as before after the test."""
    before = {each: signal.getsignal(each) for each in (*ENDINGS, signal.SIGINT)}
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    for each in ENDINGS:
        signal.signal(each, signal.SIG_DFL)
    yield
    for each, answer in before.items():
        signal.signal(each, answer)
    signal.pthread_sigmask(signal.SIG_SETMASK, mask)


@pytest.mark.usefixtures("_dispositions")
@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_a_second_signal_does_not_interrupt_the_cleaning_up(name: str) -> None:
    """A terminal that is closed, then the shell's own signal: two within a moment."""
    stop_on_signals()
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(getattr(signal, name))
    for each in ENDINGS:
        signal.raise_signal(each)


@pytest.mark.usefixtures("_dispositions")
def test_a_signal_that_somebody_else_answers_is_left_to_them() -> None:
    """Only what would end the process without a word is changed."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    stop_on_signals()
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_IGN
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGHUP)


@pytest.mark.usefixtures("_dispositions")
def test_a_signal_comes_after_the_processes_were_started_and_not_between() -> None:
    """A process that nobody remembers would be waited for without end."""
    stop_on_signals()
    reached = False
    with pytest.raises(KeyboardInterrupt):  # noqa: PT012  # it comes at the end
        with uninterrupted():
            signal.raise_signal(signal.SIGTERM)
            reached = True
        raise AssertionError
    assert reached


@pytest.mark.usefixtures("_dispositions")
@pytest.mark.parametrize("masks", [True, False])
def test_a_new_process_leaves_ctrl_c_to_its_parent_and_can_be_ended(
    masks: bool,
) -> None:
    """Windows has no masks."""
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDINGS)
    if masks:
        settle()
    else:
        names = ["signal", "SIGINT", "SIG_IGN"]
        with mock.patch("b12sched.output.signals.signal", spec=names) as without:
            settle()
            assert without.signal.called
    assert (signal.getsignal(signal.SIGINT) is signal.SIG_IGN) == masks
    blocked = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    assert (blocked & ENDINGS == ENDINGS) != masks


def test_a_process_that_a_test_starts_answers_signals() -> None:
    """Also where the tests run under `nohup`, or in the background of a script."""
    code = "import signal; print(*(signal.getsignal(n).name for n in (1, 15)))"
    code += "; print(signal.getsignal(2) is signal.default_int_handler)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["SIG_DFL", "SIG_DFL", "True"]
