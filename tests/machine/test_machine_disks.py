"""Disks that are full, read-only or somebody else's, and places that are no files.

One clear error (exit 1), every old file as it was, no draft; when the trouble is over,
the same command completes.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest import mock

import pytest
from cli import NEURO, Done, here, is_error, surroundings
from cohorts import batch, cohort, piped, quick_directory, standard
from disks import (
    files_in,
    fill,
    mounted,
    nobody,
    remount,
    use_up_names,
    visible,
)
from spec import table

from b12sched.cohort.error_table import ERROR_COLUMNS

BAD = "03/04/2026"
LONG = (*NEURO, "--patient", "A-17", "--months", "240")
WEEK = ("--from", "2026-01-05", "--to", "2026-12-31")
SUFFIXES = ("json", "csv", "md", "html", "fhir.json", "ics")
COMMANDS = {
    **{
        f"plan to .{suffix}": ("plan", *LONG, "-o", f"a.{suffix}")
        for suffix in SUFFIXES
    },
    "plan to several": ("plan", *LONG, *(f"-oa.{suffix}" for suffix in SUFFIXES)),
    "revise": ("revise", "kept.json", "--given", "2026-01-05", "-oa.ics", "-oa.csv"),
    "worklist": ("worklist", "cohort.csv", *WEEK, "-ow.ics", "-ow.csv", "-ow.json"),
    "forecast": ("forecast", "cohort.csv", *WEEK[:2], "--months", "12", "-of.csv"),
    "batch": ("batch", "cohort.csv", "-o", "out", "--jobs", "1"),
    "the table of errors": (
        *("batch", "wrong.csv", "-o", "-", "--format", "jsonl", "--jobs", "1"),
        *("--errors", "e.csv"),
    ),
}
every_command = pytest.mark.parametrize("name", COMMANDS)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A plan, cohorts, and an older file wherever a command writes one."""
    directory, spare = (tmp_path_factory.mktemp(name) for name in ("kept", "spare"))
    with contextlib.chdir(directory):
        make_files(directory)
    prepared(spare, directory)
    with contextlib.chdir(spare):
        # All that commands need is loaded before their user owns nothing.
        assert here(*COMMANDS["revise"]).code == 0
        assert here(*COMMANDS["batch"]).code == 0
    return directory


def prepared(directory: Path, kept: Path) -> None:
    """Put those files there."""
    for path in kept.iterdir():
        shutil.copy(path, directory)


def make_files(directory: Path) -> None:
    """Write those files in the working directory."""
    cohort(directory, *(standard(f"P{n}") for n in range(60)))
    cohort(
        directory, *(standard(f"P{n}", start=BAD) for n in range(60)), name="wrong.csv"
    )
    short = ("plan", *NEURO, "--patient", "A-17", "--months", "1")
    old = [f"-oa.{suffix}" for suffix in SUFFIXES]
    assert here(*short, *old, "-okept.json").code == 0
    assert here("worklist", "cohort.csv", *WEEK[:3], "2026-01-05", "-ow.ics").code == 0
    for name in ("w.csv", "w.json", "f.csv"):
        (directory / name).write_text("old", encoding="utf-8")
    (directory / "e.csv").write_text(",".join(ERROR_COLUMNS), encoding="utf-8")


def fill_all(directory: Path) -> None:
    """No byte is left."""
    fill(directory)


def fill_most(directory: Path) -> None:
    """Some bytes are left: a file begins well."""
    fill(directory, leave=4096)


@pytest.fixture
def small(
    tmp_path: Path, kept: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Path]:
    """A disk of two megabytes and a thousand files."""
    with mounted(tmp_path / "small", "size=2m,nr_inodes=1000,mode=755") as directory:
        monkeypatch.chdir(directory)
        prepared(directory, kept)
        yield directory
        monkeypatch.chdir(tmp_path)


@pytest.mark.unmeasured
@pytest.mark.parametrize(
    ("name", "fill_up"),
    [
        pytest.param(
            name,
            use,
            id=f"{name}: {use.__doc__}",
            marks=[pytest.mark.slow] * (use is fill_most),
        )
        for name in COMMANDS
        for use in (fill_all, fill_most, use_up_names)
        if (name, use) != ("forecast", fill_most)  # it has room enough
    ],
)
def test_a_full_disk_is_one_clear_error_and_leaves_the_old_files(
    name: str, fill_up: Callable[[Path], None], small: Path
) -> None:
    """Exit 1; old files stay and no draft is left; with room made it completes."""
    words = COMMANDS[name]
    before = files_in(small)
    fill_up(small)
    filled = files_in(small).keys()
    done = here(*words)
    assert done.code == 1
    assert "error: unexpected" not in done.err
    message, cure = done.err.splitlines()[-2:]
    assert message.startswith("error: ")
    assert "no space left on device" in message
    assert "space left on the disk" in cure
    left = files_in(small)
    if name != "batch":
        assert left.keys() == filled
    assert visible(small).keys() == left.keys()
    assert {n: left[n] for n in before} == before
    remount(small, "size=20m,nr_inodes=10000")
    again = here(*words)
    assert again.code == (4 if "wrong.csv" in words else 0), again.err
    assert visible(small).keys() == files_in(small).keys()


@every_command
def test_a_disk_that_is_read_only_is_one_clear_error(name: str, small: Path) -> None:
    """Exit 1; it is read all the same, and what needs no disk is done."""
    words = COMMANDS[name]
    before = files_in(small)
    remount(small, "ro")
    done = here(*words)
    assert done.code == 1
    message, cure = done.err.splitlines()[-2:]
    assert "read-only file system" in message or "is write-protected" in message
    assert cure.startswith("  ")
    assert files_in(small) == before
    assert here("worklist", "cohort.csv", *WEEK).code == 0
    remount(small, "rw")
    assert here(*words).code == (4 if "wrong.csv" in words else 0)


def test_no_room_for_what_a_large_cohort_needs_beside_its_memory(
    tmp_path: Path,
) -> None:
    """The references of a large cohort go to a temporary file: exit 1, and where to."""
    rows = [standard(f"{n:060}", start=BAD) for n in range(3000)]
    path = cohort(tmp_path, *rows)
    small_memory = (
        "import sys, b12sched.cohort.seen, b12sched.cli;"
        "b12sched.cohort.seen._CACHE_KIB = 1;"
        "sys.exit(b12sched.cli.run(sys.argv[1:]))"
    )
    with mounted(tmp_path / "small", "size=64k") as directory:
        done = subprocess.run(
            [
                *(sys.executable, "-c", small_memory, "batch", path, "--dry-run"),
                *("--errors", tmp_path / "errors.csv"),
            ],
            env=surroundings(SQLITE_TMPDIR=str(directory)),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
    is_error(Done(done.returncode, done.stdout, done.stderr), 1, "temporary", "TMPDIR")
    assert not (tmp_path / "errors.csv").exists()


# -- somebody else's ------------------------------------------------------------------


@pytest.fixture
def others(
    tmp_path: Path, kept: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Path]:
    """A directory in which anybody may write, with files prepared."""
    with quick_directory(tmp_path) as directory:
        directory.chmod(0o777)
        monkeypatch.chdir(directory)
        prepared(directory, kept)
        for path in directory.iterdir():
            path.chmod(0o666)
        yield directory
        monkeypatch.chdir(tmp_path)


def lock_directory(directory: Path) -> None:
    """The directory must not be written to."""
    directory.chmod(0o555)


def lock_files(directory: Path) -> None:
    """The old files must not be written to."""
    for path in directory.glob("*.*"):
        path.chmod(0o444)


@pytest.mark.unmeasured
@table(
    "lock",
    ("a directory", lock_directory),
    ("the files", lock_files),
)
@every_command
def test_what_must_not_be_written_to_is_one_clear_error(
    name: str, lock: Callable[[Path], None], others: Path
) -> None:
    """Exit 1 and all is as it was, for a user who owns nothing."""
    if name == "batch" and lock is lock_files:
        (others / "out").mkdir(mode=0o555)
    before = files_in(others)
    lock(others)
    with nobody():
        done = here(*COMMANDS[name])
    others.chmod(0o777)
    assert done.code == 1, done
    message, cure = done.err.splitlines()[-2:]
    assert "permission denied" in message or "write-protected" in message
    assert cure.startswith("  ")
    assert files_in(others) == before


@table(
    "name, secret",
    ("a plan", "revise", "kept.json"),
    ("a calendar to be revised", "plan to .ics", "a.ics"),
    ("one of several", "plan to several", "a.ics"),
    ("a cohort", "worklist", "cohort.csv"),
    ("a clinic's calendar", "worklist", "w.ics"),
)
def test_what_must_not_be_read_is_one_clear_error(
    name: str, secret: str, others: Path
) -> None:
    """Exit 1 with the file's name: it is not taken for one that is not there."""
    before = files_in(others)
    (others / secret).chmod(0o200)
    with nobody():
        done = here(*COMMANDS[name])
    is_error(done, 1, f"{secret} cannot be read: permission denied")
    assert files_in(others) == before


@table(
    "mode",
    ("not to be listed", 0o333),
    ("not to be entered", 0o666),
    ("not to be touched", 0o000),
)
def test_a_directory_that_is_closed_to_a_batch_is_one_clear_error(
    mode: int, others: Path
) -> None:
    """Exit 1; what an earlier run left there stays."""
    assert batch(Path("cohort.csv"), "out").code == 0
    before = files_in(others)
    (others / "out").chmod(mode)
    with nobody():
        done = batch(Path("cohort.csv"), "out")
    is_error(done, 1, "out", "permission denied")
    (others / "out").chmod(0o755)
    assert files_in(others) == before


def test_a_configuration_that_must_not_be_read_is_one_clear_error(others: Path) -> None:
    """Exit 1: the clinic's defaults are not left out in silence."""
    path = others / "config.toml"
    path.write_text('open = "mon-fri"', encoding="utf-8")
    path.chmod(0o200)
    with nobody():
        done = here(*COMMANDS["plan to .csv"], "--config", "config.toml")
    is_error(done, 1, "config.toml", "permission denied")


# -- places that are no files ---------------------------------------------------------


def a_directory(path: Path) -> None:
    path.mkdir()


def a_named_pipe(path: Path) -> None:
    os.mkfifo(path)


def a_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(path.name)


def a_device(path: Path) -> None:
    path.symlink_to("/dev/full")


def a_link_to_no_directory(path: Path) -> None:
    path.symlink_to("no/where.ics")


def a_link_to_itself(path: Path) -> None:
    path.symlink_to(path.name)


PLACES = table(
    "make",
    *(
        (make.__name__.replace("_", " "), make)
        for make in (
            *(a_directory, a_named_pipe, a_socket, a_device),
            *(a_link_to_no_directory, a_link_to_itself),
        )
    ),
)


@pytest.mark.unmeasured
@PLACES
@table(
    "name, place",
    ("revise", "revise", "a.ics"),
    ("worklist", "worklist", "w.ics"),
    ("forecast", "forecast", "f.csv"),
    ("the table of errors", "the table of errors", "e.csv"),
)
def test_what_is_no_file_is_not_replaced(
    name: str, place: str, make: Callable[[Path], None], others: Path
) -> None:
    """Exit 1 naming it; it is still what it was, and nothing else is written."""
    (others / place).unlink()
    make(others / place)
    before, kind = files_in(others), (others / place).lstat().st_mode
    done = here(*COMMANDS[name])
    assert done.code == 1
    message, cure = done.err.splitlines()[-2:]
    assert re.match(f"error: {place} (is not a file|could not be written)", message)
    assert cure.startswith("  ")
    assert (files_in(others), (others / place).lstat().st_mode) == (before, kind)


@PLACES
def test_a_batch_leaves_what_is_no_file(
    make: Callable[[Path], None], others: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The row whose place it is fails, the others do not; or the run fails."""
    out = others / "out"
    out.mkdir()
    monkeypatch.chdir(out)
    make(out / "P7.ics")
    kind = (out / "P7.ics").lstat().st_mode
    done = batch(others / "cohort.csv", out)
    assert done.code in (1, 4)
    assert "P7.ics" in done.err + files_in(out).get("errors.csv", b"").decode()
    assert (out / "P7.ics").lstat().st_mode == kind
    assert visible(out).keys() == files_in(out).keys()


@pytest.mark.unmeasured
@pytest.mark.parametrize("name", ["x" * 300 + ".ics", "cohort.csv/a.ics", "no/a.ics"])
@pytest.mark.parametrize(
    "words",
    [COMMANDS["revise"][:4], COMMANDS["worklist"][:6]],
    ids=["revise", "worklist"],
)
def test_a_place_that_cannot_be_is_named(
    words: tuple[str, ...], name: str, others: Path
) -> None:
    """Too long, below a file, below nothing: exit 1, nothing written."""
    before = files_in(others)
    is_error(here(*words, "-o", name), 1, name[:20], "could not be written")
    assert files_in(others) == before


@table(
    "line",
    ("a stream of a cohort", ("-", "--input-format", "csv", "-o", "out")),
)
def test_a_cohort_from_a_pipe_needs_no_place(
    line: tuple[str, ...], others: Path
) -> None:
    """It is read as it comes, whatever stands in the directory."""
    data = (others / "cohort.csv").read_bytes()
    assert piped(data, "batch", *line, "--jobs", "1").code == 0


def test_a_disk_without_links_and_one_that_cannot_wait_are_no_failure(
    tmp_path: Path,
) -> None:
    """FAT has no links; some network disks refuse to wait for a directory."""
    words = ("plan", *NEURO, "--patient", "A-17", "-o", str(tmp_path / "a.ics"))
    with mock.patch.object(os, "link", side_effect=PermissionError(1, "No")):
        assert here(*words).code == 0
    assert files_in(tmp_path).keys() == {"a.ics"}
    ordinary = os.fsync

    def refuse(handle: int) -> None:
        if os.path.isdir(f"/proc/self/fd/{handle}"):  # noqa: PTH112  # a number's
            raise OSError(22, "Invalid argument")
        ordinary(handle)

    with mock.patch.object(os, "fsync", refuse):
        assert here(*words, "--given", "2026-01-06").code == 0
