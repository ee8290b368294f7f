"""A batch among the machine's troubles: killed, interrupted, full disks, other runs."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cli import ESC, b12sched, command, is_error, on_terminal, shell, surroundings
from cohorts import (
    PATIENCE,
    batch,
    cohort,
    contents,
    manifest_in,
    neuro,
    patients_in,
    piped,
    quick_directory,
    raw,
    standard,
    untouched,
    wrong_in,
)
from disks import mounted, nobody, remount
from running import (
    MANY,
    complete,
    is_whole,
    started,
    visible,
    wait_for,
    wait_until_busy,
)
from spec import table

BAD = "03/04/2026"


@pytest.fixture
def many(tmp_path: Path) -> Path:
    """A cohort of many good rows."""
    return cohort(tmp_path, *(standard(f"P{n:05}") for n in range(MANY)))


@pytest.fixture
def quick(tmp_path: Path) -> Iterator[Path]:
    """A directory for many files."""
    with quick_directory(tmp_path) as directory:
        yield directory / "out"


# -- killed, interrupted ------------------------------------------------------------


@pytest.mark.parametrize("whole_group", [True, False])
def test_a_killed_run_leaves_whole_files_and_can_be_run_again(
    whole_group: bool, many: Path, quick: Path
) -> None:
    """`kill -9`, of the command alone or of its workers too.

    Drafts may be left, hidden; the next run takes them away.
    """
    directory = quick
    with started(str(many), "-o", str(directory)) as process:
        wait_until_busy(process, directory)
        (os.killpg if whole_group else os.kill)(process.pid, signal.SIGKILL)
        process.wait(PATIENCE)
        left = visible(directory)
        assert 20 < len(left) < MANY
        assert all(is_whole(path) for path in left if path.suffix == ".ics")
        assert {path.suffix for path in left} == {".ics"}
        if not whole_group:
            # Workers whose command is gone go, too.
            wait_for(lambda: process.poll() is not None and is_still(directory))
        complete(many, directory)


def is_still(directory: Path) -> bool:
    """Whether nothing is written there for a while."""
    before = {path.name for path in directory.iterdir()}
    time.sleep(0.3)
    return before == {path.name for path in directory.iterdir()}


@pytest.mark.measured
@table(
    "whole_group, jobs",
    ("Ctrl-C", True, "2"),
    ("Ctrl-C, one process", True, "1"),
    slow=[("kill -INT", False, "2")],
)
def test_an_interrupted_run_stops_cleanly_and_says_how_to_go_on(
    whole_group: bool, jobs: str, many: Path, quick: Path
) -> None:
    """Ctrl-C reaches the whole group, `kill -INT` the command alone: exit 1."""
    directory = quick
    with started(str(many), "-o", str(directory), jobs=jobs) as process:
        wait_until_busy(process, directory)
        (os.killpg if whole_group else os.kill)(process.pid, signal.SIGINT)
        _, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1
    said = err.decode()
    assert "Traceback" not in said
    assert "KeyboardInterrupt" not in said
    assert 1 <= len(said.splitlines()) <= 3
    assert re.search("again|once more|go on|same command", said)
    assert "goes on with what is missing" in said
    left = list(directory.iterdir())
    assert 20 < len(left) < MANY
    assert [path.name for path in left if path.name[0] == "."] == []
    assert all(is_whole(path) for path in left if path.suffix == ".ics")
    complete(many, directory)


@pytest.mark.measured
def test_an_interrupted_stream_stops_cleanly(many: Path) -> None:
    """Exit 1; nothing says that a stream could be gone on with."""
    arguments = (str(many), "-o", "-", "--format", "jsonl")
    with started(*arguments) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith(b"{")
        os.killpg(process.pid, signal.SIGINT)
        _, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1
    assert b"Traceback" not in err
    assert 1 <= len(err.splitlines()) <= 3
    assert b"it starts anew" in err


# -- two runs at once ---------------------------------------------------------------


def test_another_run_in_the_same_directory_is_refused(tmp_path: Path) -> None:
    """Exit 1, and the first one is not disturbed."""
    directory = tmp_path / "out"
    path = cohort(tmp_path, standard("B"))
    rows = [standard(f"P{n}") for n in range(200)]
    text = cohort(tmp_path, *rows, name="rows.jsonl").read_bytes()
    arguments = ("-", "--input-format", "jsonl", "-o", str(directory))
    with started(*arguments, jobs="1") as first:
        assert first.stdin is not None
        first.stdin.write(text)
        first.stdin.flush()
        wait_for(directory.exists)
        wait_for(lambda: any(directory.iterdir()))
        second = batch(path, directory)
        out, err = first.communicate(b"", PATIENCE)
    assert first.returncode == 0, err
    assert out == b""
    is_error(second, 1, str(directory))
    assert patients_in(directory) == [f"P{n}" for n in range(200)]
    assert not (directory / "B.ics").exists()
    assert [path.name for path in directory.iterdir() if path.name[0] == "."] == []
    assert batch(path, directory).code == 0


# -- pipes and disks ----------------------------------------------------------------


def test_head_takes_what_it_wants_of_a_stream(many: Path) -> None:
    """`| head -1`: the first line, and not a word on stderr."""
    arguments = ("batch", str(many), "-o", "-", "--format", "jsonl", "--jobs", "2")
    done = shell('{ "$@"; echo $? >&2; } | head -1', *arguments)
    assert done.out.count("\n") == 1
    assert done.err == "0\n"


@pytest.mark.measured
def test_a_closed_pipe_for_the_summary_is_no_failure(tmp_path: Path) -> None:
    """`2>&-`: the plans are written, the exit code tells the rest."""
    path = cohort(tmp_path, standard("A"), standard("B", start=BAD))
    arguments = ("batch", str(path), "-o", str(tmp_path / "out"), "--jobs", "1")
    assert shell('"$@" 2>&-', *arguments).code == 4
    assert patients_in(tmp_path / "out") == ["A"]


@pytest.mark.needs_full_device
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_full_disk_behind_a_stream_is_one_clear_error(
    jobs: str, tmp_path: Path
) -> None:
    """Exit 1, what and what to do, once: not exit 4, though a row fails, too."""
    path = cohort(tmp_path, standard("A"), standard("B"), standard("A/"))
    arguments = ("batch", str(path), "-o", "-", "--format", "jsonl", "--jobs", jobs)
    is_error(shell('"$@" >/dev/full', *arguments), 1, "no space left")


@pytest.mark.needs_full_device
def test_a_table_of_errors_that_cannot_be_written_is_a_failure(tmp_path: Path) -> None:
    """`--errors` on a full disk or in no directory: exit 1, not 4."""
    path = cohort(tmp_path, standard("A"), standard("B", start=BAD))
    stream = ("-o", "-", "--format", "jsonl", "--jobs", "1")
    missing = str(tmp_path / "no" / "wrong.csv")
    done = b12sched("batch", str(path), *stream, "--errors", missing)
    assert done.code == 1
    assert "Traceback" not in done.err
    assert "wrong.csv" in done.err


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 256 kB, where this user may mount one."""
    with mounted(tmp_path / "small", "size=256k") as directory:
        yield directory


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_disk_that_gets_full_ends_the_run_with_whole_files(
    jobs: str, small_disk: Path, tmp_path: Path
) -> None:
    """Exit 1, one clear error; with room made, the same command completes."""
    path = cohort(tmp_path, *(standard(f"P{n:05}") for n in range(60)))
    directory = small_disk / "out"
    arguments = ("batch", str(path), "-o", str(directory), "--jobs", jobs)
    done = piped(b"", *arguments)
    is_error(done, 1, "no space left")
    calendars = list(directory.glob("*.ics"))
    assert calendars
    assert all(is_whole(each) for each in calendars)
    assert {each.suffix for each in directory.iterdir()} == {".ics"}
    remount(small_disk, "size=4m")
    assert piped(b"", *arguments).code == 0
    assert len(manifest_in(directory)) == 60


def _a_file(path: Path) -> Path:
    path.write_bytes(b"mine")
    return path


def _below_a_file(path: Path) -> Path:
    path.write_bytes(b"mine")
    return path / "out"


def _a_broken_link(path: Path) -> Path:
    path.symlink_to(path.parent / "no" / "where")
    return path


@table(
    "place",
    ("a file in its place", _a_file),
    ("a file above it", _below_a_file),
    ("a link to nowhere", _a_broken_link),
)
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_directory_that_cannot_be_made_is_one_clear_error(
    place: Callable[[Path], Path], jobs: str, tmp_path: Path
) -> None:
    """Exit 1, what and what to do; what stands there is left alone."""
    directory = place(tmp_path / "place")
    path = cohort(tmp_path, standard("A"), standard("B", start=BAD))
    is_error(batch(path, directory, "--jobs", jobs), 1, "place")
    assert {each.name for each in tmp_path.iterdir()} == {"cohort.csv", "place"}


def test_a_file_in_the_place_of_a_directory_is_called_one(tmp_path: Path) -> None:
    """Exit 1: neither its permissions nor the space on the disk would help."""
    path = cohort(tmp_path, standard("A"))
    done = batch(path, path)
    is_error(done, 1, "is a file, not a directory", "name a directory")


def test_a_directory_that_must_not_be_written_to_is_one_clear_error(
    quick: Path,
) -> None:
    """Exit 1, what and what to do; the administrator tries it as somebody else."""
    quick.parent.chmod(0o755)
    path = cohort(quick.parent, standard("A"))
    quick.mkdir(mode=0o555)
    assert batch(path, quick, "--dry-run").code == 0  # all that it needs is loaded
    with nobody():
        done = batch(path, quick)
    is_error(done, 1, "out", "permission denied")
    assert list(quick.iterdir()) == []


@table(
    "name",
    ("a plan", "B.ics"),
    ("the manifest", "manifest.csv"),
    ("the table of errors", "errors.csv"),
)
def test_a_directory_in_the_place_of_a_file_is_no_traceback(
    name: str, tmp_path: Path
) -> None:
    """A failure to write (1), an error of the row (4), or what is no manifest of a
    batch (2); the directory is kept."""
    directory = tmp_path / "out"
    (directory / name / "inner").mkdir(parents=True)
    path = cohort(tmp_path, standard("A"), standard("B"), standard("C", start=BAD))
    done = batch(path, directory)
    assert done.code == (2 if name == "manifest.csv" else 4)
    assert done.err.strip()
    assert (directory / name / "inner").is_dir()
    assert name == "manifest.csv" or is_whole(directory / "A.ics")
    assert name != "errors.csv" or wrong_in(directory, "errors-2.csv")
    assert [path.name for path in directory.iterdir() if path.name[0] == "."] == []


def test_drafts_of_a_killed_run_are_taken_away_and_other_hidden_files_are_not(
    tmp_path: Path,
) -> None:
    """What is not ours to take stays: `.git`, `.DS_Store`, an editor's."""
    directory = tmp_path / "out"
    path = cohort(tmp_path, standard("A"))
    assert batch(path, directory).code == 0
    for name in (".DS_Store", ".gitignore", ".A.ics.swp", "B.ics~", "notes.txt"):
        raw(directory, "mine", name)
    before = untouched(directory)
    assert batch(path, directory).code == 0
    assert untouched(directory) == before


# -- what it says -------------------------------------------------------------------


def test_no_escape_reaches_a_pipe(tmp_path: Path) -> None:
    """No bar, no colour, no carriage return: a log of two runs stays readable."""
    rows = [standard(f"P{n}", start=BAD if n % 9 == 5 else "") for n in range(50)]
    path = cohort(tmp_path, *rows, *(neuro(f"N{n}") for n in range(100)))
    for where in (("-o", str(tmp_path / "out")), ("-o", "-", "--format", "jsonl")):
        done = piped(b"", "batch", str(path), *where, "--jobs", "2")
        assert done.code == 4
        assert ESC not in done.out + done.err
        assert "\r" not in done.err.replace("\r\n", "\n")


@pytest.mark.measured
def test_a_terminal_sees_the_progress_and_the_summary(many: Path, quick: Path) -> None:
    """A bar on stderr while it lasts, the summary after; no words for a log there."""
    directory = quick
    arguments = ("batch", str(many), "-o", str(directory), "--format", "csv")
    shown = on_terminal(*arguments, columns=40, to_file=True)
    assert (shown.code, shown.out) == (0, "")
    assert ESC in shown.screen
    summary = f"{MANY} plans ({MANY} written, 0 unchanged);\n  0 rows failed\n"
    assert shown.screen.endswith(summary)
    # A bar that is wider than the terminal stays there when all is done.
    assert "\u2501" not in shown.screen
    assert len(visible(directory)) == MANY + 1


@table(
    "env",
    ("no colours", {"NO_COLOR": "1"}),
    ("a dumb terminal", {"TERM": "dumb"}),
)
def test_a_plain_terminal_gets_no_colours(env: dict[str, str], tmp_path: Path) -> None:
    """NO_COLOR and TERM=dumb are honoured by the bar, too."""
    path = cohort(tmp_path, *(standard(f"P{n}") for n in range(300)))
    arguments = ("batch", str(path), "-o", str(tmp_path / "out"), "--format", "csv")
    shown = on_terminal(*arguments, answers=(), columns=80, to_file=False, **env)
    assert shown.code == 0
    assert not re.search("\x1b\\[[0-9;]*[34][0-7]m", shown.screen)
    if "TERM" in env:
        assert ESC not in shown.screen


def test_standard_input_may_be_a_pipe_that_is_slow(tmp_path: Path) -> None:
    """`slow | b12sched batch -`: rows are taken as they come."""
    directory = tmp_path / "out"
    arguments = ("-", "--input-format", "csv", "-o", str(directory), "--format", "csv")
    with started(*arguments, jobs="2") as process:
        assert process.stdin is not None
        for line in (b"patient,sta", b"rt,neuro,renal\nA,20", b"26-01-05,no,nor"):
            process.stdin.write(line)
            process.stdin.flush()
            time.sleep(0.1)
        _, err = process.communicate(b"mal\nB,2026-01-05,no,normal", PATIENCE)
    assert process.returncode == 0, err
    assert patients_in(directory) == ["A", "B"]


def test_memory_does_not_grow_with_the_rows() -> None:
    """A trial of 3,000 rows needs about what that of 300 does."""

    def most(count: int) -> int:
        rows = "".join(f"P{n:05},2026-01-05,no,normal\n" for n in range(count))
        with tempfile.TemporaryFile() as file:
            file.write(b"patient,start,neuro,renal\n" + rows.encode())
            file.seek(0)
            process = subprocess.Popen(
                command(
                    *("batch", "-", "--input-format", "csv", "--dry-run"),
                    *("-o", "none", "--jobs", "1"),
                ),
                env=surroundings(),
                stdin=file,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        assert process.returncode == 0
        return used.ru_maxrss

    # 3,000 references in the check for duplicates are less than 1 MB.
    assert most(3_000) - most(300) < 3_000


def test_contents_do_not_depend_on_the_environment(tmp_path: Path) -> None:
    """Locale, time zone and width change no byte of what is written."""
    path = cohort(tmp_path, neuro("Zoë"), standard("B", start=BAD))
    left = []
    for number, env in enumerate(
        ({}, {"LANG": "tr_TR.UTF-8", "LC_ALL": "C", "TZ": "Asia/Tokyo", "COLUMNS": "9"})
    ):
        directory = tmp_path / str(number)
        epoch = {"SOURCE_DATE_EPOCH": "0"}
        arguments = ("batch", str(path), "-o", str(directory), "--jobs", "1")
        assert piped(b"", *arguments, **env, **epoch).code == 4
        left.append(contents(directory))
    assert left[0] == left[1]
