"""The machine stops, or says no, at any call to the disk: old or new, never between.

Each command is killed (as by `kill -9` or a power cut) or refused at each of its calls
to the disk in turn: at some of them in the short run, at every call in the long one.
"""

from __future__ import annotations

import contextlib
import os
import random
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest
from cli import Done, command, surroundings
from cohorts import cohort, neuro, piped, quick_directory, standard, table_in
from disks import DRAFT, Files, files_in, visible
from effort import some_or_all
from stopped import Run, Server, server

EARLIER, NOW = "1769000000", "1770000000"
"""Two moments of writing, so that what is written anew is seen by its stamp."""


class Story(NamedTuple):
    """What is done first, and what is stopped: each command's words."""

    first: tuple[tuple[str, ...], ...]
    stopped: tuple[str, ...]
    code: int = 0


COURSE = ("--neuro", "--renal", "normal", "--patient", "A-17")
PLAN = ("plan", "2026-01-05", *COURSE)
EVERY = tuple(
    part
    for name in ("a.json", "a.csv", "a.md", "a.html", "a.fhir.json", "a.ics")
    for part in ("-o", name)
)
KEPT = (*PLAN, "-o", "a.json", "-o", "a.ics")
WEEK = ("--from", "2026-01-05", "--to", "2026-01-11", "-o", "w.ics", "-o", "w.csv")
WARD = ("batch", "ward.csv", "-o", "out", "--jobs", "1")
STORIES = {
    "a plan, new": Story((), (*PLAN, *EVERY)),
    "a plan over another": Story(
        ((*PLAN, *EVERY),), (*PLAN, *EVERY, "--plateau", "2026-02-02")
    ),
    "a revision": Story(
        (KEPT,), ("revise", "a.json", "--given", "2026-01-06", "-o", "a.ics")
    ),
    "a dose taken back": Story(
        ((*KEPT, "--given", "2026-01-06"),),
        ("revise", "a.json", "--not-given", "2026-01-06", "-o", "a.ics"),
    ),
    "a worklist": Story(
        (("worklist", "old.csv", *WEEK),), ("worklist", "ward.csv", *WEEK), 4
    ),
    "a batch, new": Story((), WARD, 4),
    "a batch over another": Story((("batch", "old.csv", *WARD[2:]),), WARD, 4),
    "a batch whose rows are mended": Story((WARD,), ("batch", "old.csv", *WARD[2:]), 0),
}
every_story = pytest.mark.parametrize("name", STORIES)


@pytest.fixture(scope="module")
def machine() -> Iterator[Server]:
    """A directory in memory, and the command there."""
    with (
        quick_directory(Path(os.devnull)) as quick,
        server(quick, surroundings()) as started,
    ):
        yield started


def put(directory: Path, files: Files) -> None:
    """Make a directory hold these files and nothing else."""
    for path in directory.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
    for name, data in files.items():
        path = directory / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)


class Known(NamedTuple):
    """The files before a story's last command, those after it, and its calls."""

    before: Files
    after: Files
    calls: list[str]


@cache
def known(machine: Server, name: str) -> Known:
    """A story that nothing disturbs."""
    story, directory = STORIES[name], machine.directory
    put(directory, {})
    rows = (standard("A"), neuro("B"), standard("D"))
    cohort(directory, *rows, name="old.csv")
    changed = (standard("A", given="2026-01-06"), neuro("B"), standard("C"))
    bad = standard("D", start="03/04/2026")
    cohort(directory, *changed, bad, name="ward.csv")
    for words in story.first:
        assert machine.run(*words, SOURCE_DATE_EPOCH=EARLIER).code in (0, 4)
    before = files_in(directory)
    run = machine.run(*story.stopped, SOURCE_DATE_EPOCH=NOW)
    assert run.code == story.code, run.err
    return Known(before, files_in(directory), run.calls)


def again(machine: Server, name: str) -> Known:
    """The story up to its last command."""
    found = known(machine, name)
    put(machine.directory, found.before)
    return found


def places(name: str, calls: list[str], most: int | None) -> list[int]:
    """The calls at which a story is stopped: all, or some that are spread evenly."""
    numbers = list(range(1, len(calls) + 1))
    if most is None or len(numbers) <= most:
        return numbers
    return sorted(random.Random(name).sample(numbers, most))  # noqa: S311  # a choice


def is_old_or_new(machine: Server, found: Known) -> Files:
    """Every file is what it was or what it will be; besides, there are only drafts.

    A manifest names files that are there. Returns the drafts.
    """
    left = files_in(machine.directory)
    drafts = {n: d for n, d in left.items() if DRAFT.fullmatch(Path(n).name)}
    for name in left.keys() - drafts.keys():
        assert left[name] in (found.before.get(name), found.after.get(name)), name
    for name in found.before.keys() - left.keys():
        assert name not in found.after, f"{name} is lost"
    manifest = machine.directory / "out" / "manifest.csv"
    if manifest.exists():
        named = {line["file"] for line in table_in(manifest)}
        assert named <= {path.name for path in manifest.parent.iterdir()}
    modes = {mode_of(machine.directory / name) for name in left.keys() - drafts.keys()}
    for name in drafts:
        assert mode_of(machine.directory / name) in {0o600, *modes}
    return drafts


def mode_of(path: Path) -> int:
    """The permissions of a file."""
    return path.stat().st_mode & 0o777


def completes(machine: Server, name: str, found: Known) -> None:
    """The same command again ends as if nothing had happened.

    The same bytes: no event twice, no SEQUENCE raised twice. A batch takes drafts away;
    another command cannot know whose they are.
    """
    story = STORIES[name]
    was_done = visible(machine.directory) == found.after
    run = machine.run(*story.stopped, SOURCE_DATE_EPOCH=NOW)
    if was_done and "--not-given" in story.stopped:
        assert "2026-01-06 is not recorded as given" in run.err
    else:
        assert run.code == story.code, run.err
    left = files_in if story.stopped[0] == "batch" else visible
    assert left(machine.directory) == found.after


@some_or_all
@every_story
def test_a_command_killed_at_any_call_leaves_old_or_new_and_can_be_run_again(
    name: str, machine: Server, thorough: bool
) -> None:
    """`kill -9` before each call to the disk; the same command again completes."""
    for at in places(name, known(machine, name).calls, None if thorough else 6):
        found = again(machine, name)
        run = machine.run(*STORIES[name].stopped, at=at, SOURCE_DATE_EPOCH=NOW)
        assert run.code is None
        is_old_or_new(machine, found)
        completes(machine, name, found)


def test_a_name_is_waited_for_as_its_file_is(machine: Server) -> None:
    """After each renaming the directory is forced to the disk, too."""
    calls = known(machine, "a revision").calls
    after = [
        calls[n + 1 : n + 3] for n, call in enumerate(calls) if call == "os.rename"
    ]
    assert after == [["open", "os.fsync"]] * 2


def is_told(run: Run) -> None:
    """One line what, with the name of what is at fault, and one line what to do.

    It comes last, after what was said of rows.
    """
    *_, message, cure = run.err.splitlines()
    assert run.err.count("error: ") == 1
    assert message.startswith("error: ")
    assert "unexpected" not in message
    assert re.search(r"\b(a|w|out|ward|old)\b", message), message
    assert cure.startswith("  ")


FAULTS = ("ENOSPC", "EIO", "EROFS", "EACCES", "EDQUOT", "EMFILE", "ESTALE")


@some_or_all
@pytest.mark.parametrize("fault", FAULTS)
@every_story
def test_a_disk_that_says_no_at_any_call_is_one_clear_error(
    name: str, fault: str, machine: Server, thorough: bool
) -> None:
    """Exit 1 and no draft; or the command did without, or the row alone is lost (4).

    Once the disk is well again, the same command completes.
    """
    calls = known(machine, name).calls
    for at in places(name + fault, calls, None if thorough else 1):
        found = again(machine, name)
        words = STORIES[name].stopped
        run = machine.run(*words, at=at, fault=fault, SOURCE_DATE_EPOCH=NOW)
        if run.code == STORIES[name].code and not lost_rows(machine, found):
            assert files_in(machine.directory) == found.after
        elif run.code == 4:
            assert lost_rows(machine, found)
        else:
            assert run.code == 1, run
            is_told(run)
            assert is_old_or_new(machine, found) == {}, run
        completes(machine, name, found)


def lost_rows(machine: Server, found: Known) -> bool:
    """Whether a row failed that should not: its error is in the table."""
    table = files_in(machine.directory).get("out/errors.csv", b"")
    return table.count(b"\n") > found.after.get("out/errors.csv", b"").count(b"\n")


def alone(*arguments: str, **env: str) -> Done:
    """The command in a process of its own, with patience for a busy machine."""
    return piped(b"", *arguments, **env)


# -- several processes, at any moment -------------------------------------------------

PATIENTS = 200


@contextlib.contextmanager
def running(words: tuple[str, ...]) -> Iterator[subprocess.Popen[bytes]]:
    """A batch of several processes in a session of its own."""
    process = subprocess.Popen(
        command(*words),
        env=surroundings(SOURCE_DATE_EPOCH=NOW),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@pytest.mark.slow
def test_a_batch_of_several_processes_is_killed_at_random_moments(
    tmp_path: Path,
) -> None:
    """Command, workers or both, over an earlier run: old or new, and it completes."""
    chance = random.Random(7)  # noqa: S311  # repeatable
    with quick_directory(tmp_path) as directory:
        old = [standard(f"P{n:03}") for n in range(PATIENTS)]
        new = [row | {"given": "2026-01-06"} for row in old]
        paths = {
            name: str(cohort(directory, *rows, name=f"{name}.csv"))
            for name, rows in (("old", old), ("new", new))
        }
        out = directory / "out"
        rest = ("-o", str(out), "--jobs", "2")
        states = []
        spent = 0.0
        for name, moment in (("old", EARLIER), ("new", NOW)):
            begin = time.monotonic()
            done = alone("batch", paths[name], *rest, SOURCE_DATE_EPOCH=moment)
            spent = time.monotonic() - begin
            assert done.code == 0, done.err
            states.append(files_in(out))
        before, after = states
        met = 0
        for _ in range(60):
            put(out, before)
            with running(("batch", paths["new"], *rest)) as process:
                time.sleep(chance.uniform(0.2, 1.0) * spent)
                whole = chance.random() < 0.5
                with contextlib.suppress(ProcessLookupError):
                    (os.killpg if whole else os.kill)(process.pid, signal.SIGKILL)
            for name, data in visible(out).items():
                assert data in (before[name], after[name]), name
            assert visible(out).keys() == before.keys()
            met += visible(out) not in (before, after)
            done = alone("batch", paths["new"], *rest, SOURCE_DATE_EPOCH=NOW)
            assert done.code == 0, done.err
            assert files_in(out) == after
    assert met > 10, "it was met in the middle of its work"


# -- inside a call to the system ------------------------------------------------------

STRACE = shutil.which("strace")


def traced(
    directory: Path, inject: str, words: tuple[str, ...]
) -> subprocess.CompletedProcess[bytes]:
    """The command in a process of its own, with a fault at one of its calls."""
    arguments = command(*words)
    return subprocess.run(
        [
            *(str(STRACE), "--seccomp-bpf", "-f", "-qq", "-o", os.devnull),
            *("-e", f"inject={inject}", *map(str, arguments)),
        ],
        env=surroundings(SOURCE_DATE_EPOCH=NOW, PYTHONDONTWRITEBYTECODE="1"),
        cwd=directory,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        check=False,
        timeout=120,
    )


@some_or_all
@pytest.mark.needs_strace
@pytest.mark.parametrize("call", ["write", "fsync", "rename"])
@pytest.mark.parametrize("fault", ["signal=KILL", "error=ENOSPC"])
def test_a_fault_inside_a_call_to_the_system_leaves_old_or_new(
    fault: str, call: str, machine: Server, thorough: bool
) -> None:
    """The kernel says no, or the process dies, in the middle of writing a file."""
    name = "a plan over another" if thorough else "a revision"
    found = known(machine, name)
    for when in range(1, 40) if thorough else (2,):
        again(machine, name)
        done = traced(
            machine.directory, f"{call}:{fault}:when={when}", STORIES[name].stopped
        )
        if done.returncode == 0:
            assert visible(machine.directory) == found.after
            break
        if fault.startswith("error"):
            assert done.returncode == 1
            assert b"no space left" in done.stderr
            assert is_old_or_new(machine, found) == {}
        is_old_or_new(machine, found)
        completes(machine, name, found)
