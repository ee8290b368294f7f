"""The disk: whole files or nothing, and what to say when it takes no more."""

from __future__ import annotations

import builtins
import errno
import fcntl
import os
import signal
import stat
import sys
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from b12sched.errors import B12SchedError, OutputError
from b12sched.files import (
    alone_in,
    read_file,
    remove_file,
    sync_disk,
    whole_file,
    write_files,
)
from b12sched.parallel import in_order
from b12sched.screen import Read, progress_text
from b12sched.seen import FirstRows
from b12sched.surroundings import cores


def test_a_file_that_fails_while_it_is_read_is_told(tmp_path: Path) -> None:
    """Exit 1: not the input is wrong, the disk is."""
    path = tmp_path / "plan.json"
    path.write_text("{}")
    broken = mock.MagicMock()
    broken.__enter__.return_value.read.side_effect = OSError(5, "Input/output error")
    with (
        mock.patch.object(Path, "open", return_value=broken),
        pytest.raises(B12SchedError, match="cannot be read: input/output error"),
    ):
        read_file(path, "a plan")


def test_a_file_written_bit_by_bit_takes_its_place_at_the_end(tmp_path: Path) -> None:
    """Until then the old one stands; if it fails, for ever."""
    path = tmp_path / "manifest.csv"
    path.write_text("old")
    with whole_file(path) as stream:
        stream.write("new")
        assert path.read_text() == "old"
    assert path.read_text() == "new"
    with (  # noqa: PT012  # it fails half-way
        pytest.raises(ZeroDivisionError),
        whole_file(path) as stream,
    ):
        stream.write("half")
        raise ZeroDivisionError
    assert path.read_text() == "new"
    assert os.listdir(tmp_path) == ["manifest.csv"]  # noqa: PTH208  # names only


def test_a_file_that_cannot_be_removed_is_told(tmp_path: Path) -> None:
    """A directory in its place, for instance."""
    with pytest.raises(OutputError):
        remove_file(tmp_path)


def test_where_the_disk_cannot_be_waited_for_nothing_is_done() -> None:
    """Windows has no sync."""
    with mock.patch.object(os, "sync", create=True) as sync:
        sync_disk()
    assert sync.call_count == 1
    with mock.patch("b12sched.files.os", spec=["path"]):
        sync_disk()


@pytest.mark.parametrize(("number", "told"), [(errno.EIO, True), (errno.EINVAL, False)])
def test_a_name_that_cannot_be_brought_to_the_disk_is_told(
    number: int, told: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file is there, but a power cut could take its name away. Where no directory
    can be waited for, there is nothing to tell."""
    real = os.fsync

    def fsync(handle: int) -> None:
        if stat.S_ISDIR(os.fstat(handle).st_mode):
            raise OSError(number, os.strerror(number))
        real(handle)

    monkeypatch.setattr(os, "fsync", fsync)
    path = tmp_path / "a.json"
    if told:
        with pytest.raises(OutputError, match=r"a\.json is not written: input/output"):
            write_files({path: b"plan"})
    else:
        write_files({path: b"plan"})
    assert path.read_bytes() == b"plan"


def test_a_directory_is_held_by_one_run_alone(tmp_path: Path) -> None:
    """The second is told; when the first has ended, it may."""
    with (
        alone_in(tmp_path),
        pytest.raises(B12SchedError, match="another run"),
        alone_in(tmp_path),
    ):
        raise AssertionError
    with alone_in(tmp_path):
        pass


def test_a_file_that_is_replaced_while_it_is_being_locked_is_left_alone(
    tmp_path: Path,
) -> None:
    """The lock is then on the file that was: another run may hold the one that is."""
    path, other = tmp_path / "plan.json", tmp_path / "other"
    path.write_bytes(b"old")
    ordinary = fcntl.flock

    def slow(handle: int, how: int) -> None:
        other.write_bytes(b"old")
        other.replace(path)
        ordinary(handle, how)

    with (
        mock.patch.object(fcntl, "flock", slow),
        pytest.raises(B12SchedError, match="was changed by another run"),
    ):
        write_files({path: b"new"}, {path: b"old"})
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["plan.json"]  # noqa: PTH208  # names only


def test_without_locks_a_file_that_changed_is_left_alone_too(tmp_path: Path) -> None:
    """What was read is compared all the same."""
    path = tmp_path / "plan.json"
    path.write_bytes(b"now")
    with (
        mock.patch("fcntl.flock", side_effect=OSError),
        pytest.raises(B12SchedError, match="was changed by another run"),
    ):
        write_files({path: b"new"}, {path: b"old"})
    with mock.patch("fcntl.flock", side_effect=OSError):
        assert write_files({path: b"new"}, {path: b"now"}) == [path]
    assert path.read_bytes() == b"new"


def test_drafts_of_a_killed_run_are_taken_away(tmp_path: Path) -> None:
    """And nothing else is."""
    for name in (".A.ics.x8c_2ab1.part", ".hidden", "A.ics", "notes.part"):
        (tmp_path / name).touch()
    with alone_in(tmp_path):
        assert {path.name for path in tmp_path.iterdir()} == {
            *(".hidden", "A.ics", "notes.part"),
        }


@pytest.mark.parametrize("locks", [True, False])
def test_a_draft_made_just_when_ctrl_c_comes_is_taken_away(
    locks: bool, tmp_path: Path
) -> None:
    """Between making a draft and remembering it there is a moment for Ctrl-C. Without
    locks it may be another run's."""
    draft = tmp_path / ".A.ics.abcdefgh.part"

    def stopped() -> None:
        with alone_in(tmp_path):
            draft.touch()
            raise KeyboardInterrupt

    with (
        mock.patch.dict(sys.modules, {} if locks else {"fcntl": None}),
        pytest.raises(KeyboardInterrupt),
    ):
        stopped()
    assert draft.exists() != locks


def test_without_locks_a_run_goes_on_and_takes_nothing_away(tmp_path: Path) -> None:
    """A system without them, or a file system: the drafts may be another run's."""
    draft = tmp_path / ".A.ics.x8c_2ab1.part"
    draft.touch()
    ordinary = builtins.__import__

    def without(name: str, *rest: Any) -> Any:
        if name == "fcntl":
            raise ImportError
        return ordinary(name, *rest)

    with mock.patch.object(builtins, "__import__", without), alone_in(tmp_path):
        assert draft.exists()
    with mock.patch("fcntl.flock", side_effect=OSError), alone_in(tmp_path):
        assert draft.exists()


def test_a_directory_that_cannot_be_opened_is_told(tmp_path: Path) -> None:
    """Exit 1."""
    with (
        mock.patch.object(os, "open", side_effect=PermissionError(13, "No")),
        pytest.raises(OutputError),
        alone_in(tmp_path),
    ):
        raise AssertionError


def test_first_rows_are_exact() -> None:
    """A key is where it was first, with the name it had there."""
    seen = FirstRows()
    for row in range(2000):
        assert seen.first(f"p{row}", row, f"P{row}") == (row, f"P{row}")
    assert seen.first("p7", 5000, "p7") == (7, "P7")
    assert seen.find("p1999") == (1999, "P1999")
    assert seen.find("q") is None


def _dies(part: int) -> int:
    os._exit(3)


def test_a_process_that_dies_is_told() -> None:
    """For lack of memory, for instance: exit 1, and how to go on."""
    with pytest.raises(B12SchedError, match="ended from outside"):
        list(in_order(_dies, range(20), 2))


@pytest.mark.parametrize("call", ["ProcessPoolExecutor", "ProcessPoolExecutor.submit"])
def test_processes_that_cannot_be_started_are_told(call: str) -> None:
    """No shared memory, no more processes: exit 1, and that one can do it alone."""
    with (
        mock.patch(f"concurrent.futures.{call}", side_effect=OSError(11, "Try again")),
        pytest.raises(B12SchedError, match="no other process can be started") as caught,
    ):
        list(in_order(_same, range(20), 2))
    assert type(caught.value) is B12SchedError
    assert "--jobs 1" in caught.value.hint


def _same(part: int) -> int:
    return part


def test_processes_work_where_signals_cannot_be_held_back() -> None:
    """Windows has no masks; elsewhere the mask is as it was afterwards."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    assert list(in_order(_same, range(20), 2)) == list(range(20))
    assert signal.pthread_sigmask(signal.SIG_BLOCK, ()) == before
    with mock.patch("b12sched.parallel.signal", spec=["signal"]):
        assert list(in_order(_same, range(20), 2)) == list(range(20))


def test_without_a_count_of_cores_there_is_one() -> None:
    """Where the system does not say."""
    with mock.patch.object(os, "cpu_count", return_value=None):
        assert cores() == 1


@pytest.mark.parametrize(
    ("spent", "read", "wide", "text"),
    [
        (0.5, Read(50, 100), True, "200 rows  3 failed"),
        (10.0, Read(50, 100), True, "200 rows  20/s  0:10 left  3 failed"),
        (90.0, Read(25, 100), False, "200 rows  4:30 left  3 failed"),
        (10.0, None, True, "200 rows  20/s  3 failed"),
        (10.0, Read(0, 100), False, "200 rows  3 failed"),
    ],
)
def test_progress_says_rows_rate_time_left_and_failures(
    spent: float, read: Read | None, wide: bool, text: str
) -> None:
    """After 10 seconds half of the file is read: 10 seconds are left."""
    assert progress_text(200, 3, spent, read, wide=wide) == text
