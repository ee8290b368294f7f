"""The disk: whole files or nothing, and what to say when it takes no more."""

from __future__ import annotations

import builtins
import errno
import fcntl
import os
import signal
import sqlite3
import stat
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, ClassVar
from unittest import mock

import pytest
from cli import FACTS, here, left_in
from cohorts import cohort, standard
from spec import table

from b12sched import plan_rows
from b12sched.cohort.seen import FirstRows
from b12sched.commands.environment import cores
from b12sched.commands.progress import progress_text
from b12sched.errors import B12SchedError, OutputError
from b12sched.files.disk import (
    alone_in,
    read_file,
    remove_file,
    sync_disk,
    whole_file,
    write_files,
)
from b12sched.output.parallel import in_order


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


def _write_over(path: Path) -> None:
    path.write_text("theirs")


def _touch(path: Path) -> None:
    path.write_text("old")
    os.utime(path, ns=(1, 1))


def _replace(path: Path) -> None:
    other = path.with_name("other")
    other.write_text("old")
    os.utime(other, ns=(path.stat().st_mtime_ns,) * 2)
    other.replace(path)


@table(
    "change, before, left",
    ("written over", _write_over, "old", "theirs"),
    ("written over with the same", _touch, "old", "old"),
    ("replaced", _replace, "old", "old"),
    ("removed", Path.unlink, "old", None),
    ("made", _write_over, None, "theirs"),
)
def test_a_table_that_changed_while_it_was_written_is_not_written_over(
    change: Callable[[Path], None], before: str | None, left: str | None, tmp_path: Path
) -> None:
    """`--errors`, a manifest: nobody holds them while a long batch runs."""
    path = tmp_path / "errors.csv"
    if before:
        path.write_text(before)
    with (  # noqa: PT012  # somebody else is at it half-way
        pytest.raises(B12SchedError, match="was changed by another run"),
        whole_file(path) as stream,
    ):
        stream.write("new")
        change(path)
    assert (path.read_text() if path.exists() else None) == left
    assert left_in(tmp_path) == ({"errors.csv"} if left else set())


def _write(path: Path, how: str) -> None:
    if how == "table":
        with whole_file(path) as stream:
            stream.write("new")
    else:
        was = path.read_bytes() if path.exists() else None
        write_files({path: b"new"}, {path: was}, sync=how == "plan")
    assert path.read_text() == "new"


every_writer = pytest.mark.parametrize("how", ["plan", "batch", "table"])


@every_writer
def test_a_new_file_never_replaces_one_that_came_in_the_last_moment(
    how: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Looking whether there is one and then renaming would leave a moment between."""
    path = tmp_path / "A.ics"
    ordinary = os.link

    def late(draft: Path, target: Path) -> None:
        path.write_text("theirs")
        ordinary(draft, target)

    monkeypatch.setattr(os, "link", late)
    with pytest.raises(B12SchedError, match="was changed by another run"):
        _write(path, how)
    assert path.read_text() == "theirs"
    assert left_in(tmp_path) == {"A.ics"}


@every_writer
@pytest.mark.parametrize("before", [None, 0o600, 0o640, 0o644, 0o664, 0o700])
def test_a_replaced_file_keeps_its_mode_and_a_new_one_is_its_owner_s(
    before: int | None, how: str, tmp_path: Path
) -> None:
    """Who shares a plan with colleagues still does after the next revision."""
    path = tmp_path / "a.json"
    umask = os.umask(0)
    try:
        if before is not None:
            path.write_text("old")
            path.chmod(before)
        _write(path, how)
    finally:
        os.umask(umask)
    assert stat.S_IMODE(path.stat().st_mode) == before or 0o600


@every_writer
@table(
    "name",
    ("a link", "link"),
    ("a link to a link", "second"),
    ("in a directory that is a link", "way/a.json"),
    ("a link in such a directory", "way/inner"),
    ("beside where such a link leads", "deep/../a.json"),
)
@pytest.mark.parametrize("there", [True, False])
def test_links_stay_and_what_they_lead_to_is_written(
    there: bool, name: str, how: str, tmp_path: Path
) -> None:
    """Wherever a link stands in a path; a draft is made where the file is."""
    place = tmp_path / "place"
    (place / "sub").mkdir(parents=True)
    for link, target in (
        ("link", "place/a.json"),
        ("second", "link"),
        ("way", "place"),
        ("place/inner", "a.json"),
        ("deep", "place/sub"),
    ):
        (tmp_path / link).symlink_to(target)
    if there:
        (place / "a.json").write_text("old")
    _write(tmp_path / name, how)
    assert (place / "a.json").read_text() == "new"
    links = {path.name for path in tmp_path.rglob("*") if path.is_symlink()}
    assert links == {"link", "second", "way", "inner", "deep"}
    assert left_in(tmp_path) == {"place", "link", "second", "way", "deep"}
    assert left_in(place) == {"a.json", "sub", "inner"}


class _Owners:
    """A system in which drafts are another user's than the file that they replace."""

    def __init__(self, may: tuple[bool, bool]) -> None:
        self.may_owner, self.may_group = may
        self.now = (70, 71)
        self.stat = os.fstat

    def fstat(self, handle: int) -> os.stat_result:
        real = tuple(self.stat(handle))
        return os.stat_result((*real[:4], *self.now, *real[6:]))

    def fchown(self, handle: int, owner: int, group: int) -> None:
        if not self.may_group or (owner != -1 and not self.may_owner):
            raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))
        self.now = (self.now[0] if owner == -1 else owner, group)


@every_writer
@table(
    "may, owner_kept, group_kept, mode",
    ("the administrator", (True, True), True, True, 0o664),
    ("a member of the group", (False, True), False, True, 0o664),
    ("somebody else", (False, False), False, False, 0o644),
)
def test_a_replaced_file_keeps_owner_and_group_where_the_system_allows_it(
    may: tuple[bool, bool],
    owner_kept: bool,
    group_kept: bool,
    mode: int,
    how: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A refusal is no error; another group is not let in by it."""
    path = tmp_path / "a.json"
    path.write_text("old")
    path.chmod(0o664)
    owners, old = _Owners(may), path.stat()
    monkeypatch.setattr(os, "fstat", owners.fstat)
    monkeypatch.setattr(os, "fchown", owners.fchown)
    _write(path, how)
    assert (owners.now[0] == old.st_uid) == owner_kept
    assert (owners.now[1] == old.st_gid) == group_kept
    assert stat.S_IMODE(path.stat().st_mode) == mode


@every_writer
def test_a_system_without_owners_or_modes_is_no_error(
    how: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Windows has none; a disk may refuse another mode."""
    path = tmp_path / "a.json"
    path.write_text("old")
    path.chmod(0o640)
    refusal = mock.Mock(side_effect=PermissionError(errno.EPERM, "No"))
    monkeypatch.setattr(os, "fchmod", refusal)
    _write(path, how)
    assert refusal.called
    monkeypatch.delattr(os, "fchown")
    path.write_text("old")
    _write(path, how)


def _without_locks(how: str) -> Any:
    if how == "the disk":
        return mock.patch("fcntl.flock", side_effect=OSError(errno.ENOLCK, "No"))
    return mock.patch.dict(sys.modules, {"fcntl": None})


@pytest.mark.parametrize("lacks", ["the disk", "the system"])
def test_a_disk_without_locks_is_told_once(lacks: str, tmp_path: Path) -> None:
    """Some network disks and Windows: nothing else keeps a second run away."""
    plan, calendar = str(tmp_path / "a.json"), str(tmp_path / "a.ics")
    words = ("plan", *FACTS, "--patient", "A", "-o", plan, "-o", calendar)
    table = str(tmp_path / "z.csv")
    revision = ("revise", plan, "--given", "2026-01-05", "-o", table, "-o", calendar)
    again = ("revise", plan, "--given", "2026-01-07", "-o", calendar)
    path = cohort(tmp_path, standard("A"))
    batch = ("batch", str(path), "-o", str(tmp_path / "out"), "--jobs", "1")
    told = f"this disk has no locks: make sure that no second run writes to {tmp_path}"
    with _without_locks(lacks):
        done = here(*words)
        assert (done.code, "no locks" in done.err) == (0, False), "nothing to lock"
        assert here(*revision).err.count(told) == 1
        assert here(*batch).err.count(f"; {told}/out at the same time\n") == 1
    for command in (again, batch):
        done = here(*command)
        assert (done.code, "no locks" in done.err) == (0, False)


def test_a_file_that_cannot_be_removed_is_told(tmp_path: Path) -> None:
    """A directory in its place, for instance."""
    with pytest.raises(OutputError):
        remove_file(tmp_path)


def test_where_the_disk_cannot_be_waited_for_nothing_is_done() -> None:
    """Windows has no sync."""
    with mock.patch.object(os, "sync", create=True) as sync:
        sync_disk()
    assert sync.call_count == 1
    with mock.patch("b12sched.files.disk.os", spec=["path"]):
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
        with pytest.raises(
            OutputError, match=r"a\.json could not be written: input/output"
        ):
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


@table(
    "was, now",
    ("came", None, b"theirs"),
    ("changed", b"old", b"theirs"),
    ("gone", b"old", None),
)
def test_of_several_files_none_is_written_if_one_is_not_what_was_read(
    was: bytes | None, now: bytes | None, tmp_path: Path
) -> None:
    """The first is not ahead of the second, for which it was worked out."""
    plan, calendar = tmp_path / "a.json", tmp_path / "a.ics"
    plan.write_bytes(b"old")
    if now is not None:
        calendar.write_bytes(now)
    with pytest.raises(B12SchedError, match=r"a\.ics was changed by another run"):
        write_files({plan: b"new", calendar: b"new"}, {plan: b"old", calendar: was})
    assert plan.read_bytes() == b"old"
    assert left_in(tmp_path) == {"a.json", *(["a.ics"] if now else [])}


def test_drafts_of_a_killed_run_are_taken_away(tmp_path: Path) -> None:
    """And nothing else is."""
    for name in (".A.ics.x8c_2ab1.part", ".hidden", "A.ics", "notes.part"):
        (tmp_path / name).touch()
    with alone_in(tmp_path):
        assert {path.name for path in tmp_path.iterdir()} == {
            *(".hidden", "A.ics", "notes.part"),
        }


@pytest.mark.parametrize(
    "end", [KeyboardInterrupt, SystemExit, OutputError, MemoryError]
)
@pytest.mark.parametrize("locks", [True, False])
def test_a_draft_that_nobody_remembers_is_removed_however_a_run_ends(
    locks: bool, end: type[BaseException], tmp_path: Path
) -> None:
    """Other processes may die while they write. Without locks it may be another
    run's."""
    draft = tmp_path / ".A.ics.abcdefgh.part"
    error = end("no", "more") if end is OutputError else end()

    def stopped() -> None:
        with alone_in(tmp_path):
            draft.touch()
            raise error

    with (
        mock.patch.dict(sys.modules, {} if locks else {"fcntl": None}),
        pytest.raises(end),
    ):
        stopped()
    assert draft.exists() != locks


@pytest.mark.parametrize("before", [0, 1, 2])
def test_a_signal_at_any_moment_of_writing_leaves_no_draft(
    before: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A draft is remembered before it is made, so that there is no moment between."""
    contents = {tmp_path / f"{name}.json": b"plan" for name in "abc"}
    ordinary, made = os.open, iter(range(9))

    def stop(name: Path, *rest: int) -> int:
        handle = ordinary(name, *rest)
        if next(made) == before:
            os.close(handle)
            raise KeyboardInterrupt
        return handle

    monkeypatch.setattr(os, "open", stop)
    with pytest.raises(KeyboardInterrupt):
        write_files(contents)
    assert not left_in(tmp_path)
    if not before:
        made = iter(range(9))
        with pytest.raises(KeyboardInterrupt), whole_file(tmp_path / "a"):
            raise AssertionError
        assert not left_in(tmp_path)


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
    with FirstRows() as seen:
        for row in range(2000):
            assert seen.first(f"p{row}", row, f"P{row}") == (row, f"P{row}")
        assert seen.first("p7", 5000, "p7") == (7, "P7")
        assert seen.find("p1999") == (1999, "P1999")
        assert seen.find("q") is None


class _Counted(sqlite3.Connection):
    """A database that says whether it was closed."""

    left_open: ClassVar[set[int]] = set()

    def __init__(self, *values: Any, **named: Any) -> None:
        super().__init__(*values, **named)
        self.left_open.add(id(self))

    def close(self) -> None:
        self.left_open.discard(id(self))
        super().close()


def _exhausted(directory: Path) -> None:
    assert len(list(plan_rows([standard("A"), standard("B")]))) == 2


def _dropped(directory: Path) -> None:
    plans = plan_rows([standard("A"), standard("B")])
    assert next(plans)
    assert _Counted.left_open
    del plans


def _failed(directory: Path) -> None:
    def rows() -> Iterator[dict[str, str]]:
        yield standard("A")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        list(plan_rows(rows()))


def _command(code: int, *words: str, rows: int = 2) -> Callable[[Path], None]:
    def run(directory: Path) -> None:
        path = cohort(directory, *(standard(f"P{n}") for n in range(rows)))
        (directory / "file").touch()
        asked = [word.replace("DIR", str(directory)) for word in words]
        assert here(asked[0], str(path), *asked[1:]).code == code

    return run


_MONTH = ("--from", "2026-01-05", "--to", "2026-02-04")


@table(
    "use",
    ("rows to plans", _exhausted),
    ("rows of which some are not asked for", _dropped),
    ("rows that fail", _failed),
    ("a batch", _command(0, "batch", "-o", "DIR/out", "--jobs", "1")),
    ("a batch that fails", _command(1, "batch", "-o", "DIR/file/out", "--jobs", "1")),
    ("a stream", _command(0, "batch", "--format", "jsonl", "-o", "-", "--jobs", "1")),
    ("a list", _command(0, "worklist", *_MONTH)),
    ("a list that fails", _command(1, "worklist", *_MONTH, "-o", "DIR/file/a.csv")),
)
def test_the_database_of_references_is_closed_however_its_use_ends(
    use: Callable[[Path], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Python 3.13 warns of one that is not, and warnings are errors here."""

    def connect(*values: Any, **named: Any) -> _Counted:
        return _Counted(*values, **named)

    monkeypatch.setattr(sqlite3, "connect", connect)
    monkeypatch.setattr(_Counted, "left_open", set())
    use(tmp_path)
    assert not _Counted.left_open


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
    with mock.patch("b12sched.output.signals.signal", spec=["signal"]):
        assert list(in_order(_same, range(20), 2)) == list(range(20))


def test_without_a_count_of_cores_there_is_one() -> None:
    """Where the system does not say."""
    with mock.patch.object(os, "cpu_count", return_value=None):
        assert cores() == 1


@pytest.mark.parametrize(
    ("spent", "read", "wide", "text"),
    [
        (0.5, (50, 100), True, "200 rows  3 failed"),
        (10.0, (50, 100), True, "200 rows  20/s  0:10 left  3 failed"),
        (90.0, (25, 100), False, "200 rows  4:30 left  3 failed"),
        (10.0, (0, 0), True, "200 rows  20/s  3 failed"),
        (10.0, (0, 100), False, "200 rows  3 failed"),
    ],
)
def test_progress_says_rows_rate_time_left_and_failures(
    spent: float, read: tuple[int, int], wide: bool, text: str
) -> None:
    """After 10 seconds half of the file is read: 10 seconds are left."""
    assert progress_text(200, 3, spent, *read, wide=wide) == text


def test_references_that_find_no_room_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk of temporary files is full: exit 1, and where else they could go."""
    ordinary = sqlite3.connect

    def small(*values: Any, **named: Any) -> Any:
        database = ordinary(*values, **named)
        database.execute("PRAGMA max_page_count = 20")
        return database

    monkeypatch.setattr(sqlite3, "connect", small)

    def remember(rows: int) -> None:
        with FirstRows() as seen:
            for row in range(rows):
                seen.first(f"{row:0100}", row, "A")

    with pytest.raises(B12SchedError, match="is full") as caught:
        remember(10_000)
    assert "TMPDIR" in caught.value.hint


@every_writer
def test_a_name_that_the_machine_s_language_cannot_write_is_told(
    how: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reference with an umlaut where there are letters of ASCII only: exit 1."""
    error = UnicodeEncodeError("ascii", "ë", 0, 1, "ordinal not in range(128)")
    monkeypatch.setattr(os, "open", mock.Mock(side_effect=error))
    with pytest.raises(B12SchedError, match="has ascii letters only") as caught:
        _write(tmp_path / "Zoë.ics", how)
    assert "C.UTF-8" in caught.value.hint


@every_writer
def test_on_a_disk_without_links_a_new_file_is_written_all_the_same(
    how: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A memory stick, for instance."""
    refusal = mock.Mock(side_effect=PermissionError(errno.EPERM, "No"))
    monkeypatch.setattr(os, "link", refusal)
    _write(tmp_path / "a.json", how)
    assert refusal.called
    assert left_in(tmp_path) == {"a.json"}


@every_writer
def test_windows_is_told_that_files_are_binary(
    how: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else it would write two characters for the line end of a calendar."""
    binary, seen, opened = 0x40000000, [], os.open

    def noted(path: str, flags: int, *mode: int) -> int:
        seen.append(flags)
        return opened(path, flags & ~binary, *mode)

    monkeypatch.setattr(os, "O_BINARY", binary, raising=False)
    monkeypatch.setattr(os, "open", noted)
    _write(tmp_path / "a.ics", how)
    assert all(flags & binary for flags in seen if flags & os.O_CREAT)
    assert any(flags & os.O_CREAT for flags in seen)


def test_no_batch_has_more_processes_than_windows_can_wait_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """61, on a machine with more cores, too; who asks for more is told so."""
    used: list[int] = []

    def counted(work: Any, parts: Any, jobs: int) -> Iterator[Any]:
        used.append(jobs)
        yield from map(work, parts)

    monkeypatch.setattr("b12sched.output.batch.in_order", counted)
    monkeypatch.setattr(os, "cpu_count", lambda: 128)
    path = cohort(tmp_path, standard("A"))
    assert here("batch", str(path), "-o", str(tmp_path / "out")).code == 0
    assert used == [61]
    refused = here("batch", str(path), "-o", str(tmp_path / "out"), "--jobs", "62")
    assert refused.code == 2
    assert "61" in refused.err
