"""The only module that writes to disk: whole files or nothing."""

from __future__ import annotations

import contextlib
import errno
import filecmp
import io
import os
import re
import stat
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import IO, Any, BinaryIO

from b12sched.errors import B12SchedError, InputError, OutputError, shown

LARGEST = 64 * 1024 * 1024
"""Bytes; a plan or a calendar of one patient is a thousand times smaller."""

Was = Mapping[Path, bytes | None]
"""What files held when they were read; None for one that was not there."""

_UNREAD: Was = MappingProxyType({})
_DRAFT = re.compile(r"\..+\.[a-z0-9_]{8}\.part", re.DOTALL)
_CANNOT_WAIT = (errno.EACCES, errno.EINVAL)
"""Answers of a system on which no directory can be waited for, or not this one."""


def read_file(path: Path, what: str) -> bytes:
    """The content of a file.

    Raises InputError if there is none of that name or it is too large, B12SchedError if
    it cannot be read.
    """
    with open_file(path, what) as stream:
        try:
            content = stream.read(LARGEST + 1)
        except OSError as error:
            raise _not_read(path, error) from error
    if len(content) > LARGEST:
        raise InputError(
            f"{shown(str(path), limit=4096)} is over {LARGEST >> 20} MB",
            f"name the file of {what}",
            value=str(path),
        )
    return content


def read_if_there(path: Path, what: str) -> bytes | None:
    """The content of a file that is to be replaced; None if there is no file.

    Raises as `read_file` does, and B12SchedError if there cannot be one.
    """
    with _naming(path):
        there = path.is_file()
    return read_file(path, what) if there else None


def open_file(path: Path, what: str) -> io.BufferedReader:
    """A file to read from. Raises as `read_file` does."""
    try:
        return path.open("rb")
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError) as error:
        raise InputError(
            f"{shown(str(path), limit=4096)} cannot be read: {_reason(error)}",
            f"name the file of {what}",
            value=str(path),
        ) from error
    except OSError as error:
        raise _not_read(path, error) from error


def same_file(one: Path, other: Path) -> bool:
    """Whether two names are those of one file or directory that is there."""
    try:
        return one.samefile(other)
    except OSError:
        return False


def write_files(
    contents: Mapping[Path, bytes],
    was: Was = _UNREAD,
    *,
    sync: bool = True,
    tell: Callable[[str], None] | None = None,
) -> list[Path]:
    """Write files whole or not at all.

    A new file is readable by its owner only; one that is replaced keeps its mode, and
    its owner and group where the system allows it. With `sync` they are on the disk
    when this returns, even if the power fails then; without, after `sync_disk`, which
    is faster for many.

    All are first written beside their places, then renamed into them in their order, so
    that an error leaves every old file as it was. `was` maps a path to what its content
    was worked out from: if a file holds something else by now, none is written. A file
    that holds its content already is left alone; the others are returned. `tell` gets a
    note for the user if the disk has no locks. Raises B12SchedError naming the file at
    fault, of the kind OutputError if no other file could be written either.
    """
    waiting: list[tuple[Path, Path, Path]] = []
    written: list[Path] = []
    try:
        for path, content in contents.items():
            with _naming(path):
                target = Path(os.path.realpath(path))
                there = _check_target(path, target)
                if there is None or not _holds(target, there, content):
                    draft = _draft(target)
                    # Remembered before it is made: a signal may come at any moment.
                    waiting.append((path, draft, target))
                    with _new_file(draft) as stream:
                        stream.write(content)
                        _finish(stream, there, sync=sync)
        with ExitStack() as held:
            unlocked = [
                path
                for path, _, target in waiting
                if path in was
                and not held.enter_context(_held(path, target, was[path]))
            ]
            while waiting:
                path, draft, target = waiting[0]
                with _naming(path):
                    _put(path, draft, target, new=path in was and was[path] is None)
                written.append(path)
                del waiting[0]
                if sync:
                    _sync_directory(path, target.parent)
        if unlocked and tell is not None:
            tell(no_locks(unlocked[0].parent))
    finally:
        for _, draft, _ in waiting:
            draft.unlink(missing_ok=True)
    return written


@contextmanager
def whole_file(path: Path) -> Iterator[IO[str]]:
    """A file of text (UTF-8) that is written bit by bit, for a `with` block.

    It takes its place when the block ends; if that fails, the old file stays. A file
    that holds the same already is left alone, and so is one that changed meanwhile:
    that is an error. Raises B12SchedError.
    """
    with _naming(path):
        target = Path(os.path.realpath(path))
        there = _check_target(path, target)
        draft = _draft(target)
        try:
            with (
                _new_file(draft) as stream,
                io.TextIOWrapper(stream, "utf-8", newline="") as text,
            ):
                yield text
                _finish(text, there, sync=True)
            now = _check_target(path, target)
            if _version(now) != _version(there):
                raise _changed(path)
            if not (now and filecmp.cmp(draft, target, shallow=False)):
                _put(path, draft, target, new=now is None)
                _sync_directory(path, target.parent)
        finally:
            draft.unlink(missing_ok=True)


def sync_disk() -> None:
    """Wait until all that was written is on the disk, where the system can say so."""
    if hasattr(os, "sync"):
        os.sync()


def remove_file(path: Path) -> None:
    """Take a file away, if it is there. Raises B12SchedError."""
    with _naming(path):
        path.unlink(missing_ok=True)


def no_locks(directory: Path) -> str:
    """What the user must know of a disk on which no run can keep another away."""
    return (
        "this disk has no locks: make sure that no second run writes to "
        f"{shown(str(directory), limit=4096)} at the same time"
    )


@contextmanager
def alone_in(directory: Path) -> Iterator[bool]:
    """Hold a directory, made if need be, so that no second run writes there.

    The value is false if the disk has no locks: nothing is held then. Drafts that a
    killed run left are removed. If this run fails or is stopped, the drafts of its own
    processes are removed, too. Raises B12SchedError.
    """
    with _naming(directory):
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = _locked(directory, directory)
    if lock is None:
        yield False
        return
    try:
        _remove_drafts(directory)
        try:
            yield True
        except BaseException:
            _remove_drafts(directory)
            raise
    finally:
        os.close(lock)  # and with it the lock, as does the end of the process


def _remove_drafts(directory: Path) -> None:
    with _naming(directory):
        drafts = [each for each in directory.iterdir() if _DRAFT.fullmatch(each.name)]
    for draft in drafts:
        remove_file(draft)


@contextmanager
def _held(path: Path, target: Path, was: bytes | None) -> Iterator[bool]:
    """Hold a file that still is what it was, so that no other run replaces it.

    The value is false if it is there and the disk has no locks.
    """
    with ExitStack() as stack:
        with _naming(path):
            lock = _locked(path, target) if target.exists() else None
            if lock is not None:
                stack.callback(os.close, lock)
            now = target.read_bytes() if target.exists() else None
            # It may have been replaced between opening and locking it.
            same = lock is None or os.path.samestat(os.fstat(lock), target.stat())
        if now != was or not same:
            raise _changed(path)
        yield lock is not None or now is None


def _locked(path: Path, target: Path) -> int | None:
    """The lock on a file or directory; None if the system or the disk has none."""
    try:
        import fcntl
    except ImportError:
        return None
    lock = os.open(target, os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(lock)
        raise B12SchedError(
            f"another run is writing to {shown(str(path), limit=4096)}",
            "wait for it to end and run the command again, or choose another place",
            value=str(path),
            code="locked",
        ) from error
    except OSError:
        os.close(lock)
        return None
    return lock


def _check_target(path: Path, target: Path) -> os.stat_result | None:
    """What is there, None if nothing is; raises if it must not be replaced.

    A file marked read-only is refused even where renaming over it would work.
    """
    try:
        there = target.stat()
    except FileNotFoundError:
        return None
    if not stat.S_ISREG(there.st_mode):
        raise B12SchedError(
            f"{shown(str(path), limit=4096)} is not a file that can be replaced",
            "name a file",
            value=str(path),
        )
    if not there.st_mode & stat.S_IWUSR or not os.access(target, os.W_OK):
        raise B12SchedError(
            f"{shown(str(path), limit=4096)} is write-protected; it is left as it was",
            "choose another name, or allow writing to it",
            value=str(path),
        )
    return there


def _holds(target: Path, there: os.stat_result, content: bytes) -> bool:
    return there.st_size == len(content) and target.read_bytes() == content


def _version(there: os.stat_result | None) -> tuple[int, ...] | None:
    """What differs once somebody else has written or replaced a file."""
    return there and (there.st_dev, there.st_ino, there.st_size, there.st_mtime_ns)


def _put(path: Path, draft: Path, target: Path, *, new: bool) -> None:
    """Rename a draft into its place; a new file never replaces one that came there.

    A batch that starts there at this very moment takes drafts away.
    """
    try:
        if not (new and _linked(draft, target)):
            draft.replace(target)
    except (FileExistsError, FileNotFoundError) as error:
        raise _changed(path) from error


def _linked(draft: Path, target: Path) -> bool:
    """Put a draft where nothing may be yet; false where there are no links."""
    try:
        os.link(draft, target)
    except (FileExistsError, FileNotFoundError):
        raise
    except OSError:
        return False
    draft.unlink()
    return True


def _sync_directory(path: Path, directory: Path) -> None:
    """Wait until a name is on the disk, where the system can say so."""
    try:
        handle = os.open(directory, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
    except OSError as error:
        if error.errno not in _CANNOT_WAIT:
            raise _not_written(path, error) from error


def _draft(target: Path) -> Path:
    """A name beside the target that nobody else takes."""
    return target.with_name(f".{target.name[:40]}.{os.urandom(4).hex()}.part")


def _new_file(draft: Path) -> BinaryIO:
    """Make a file for its owner only."""
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    return os.fdopen(handle, "wb")


def _finish(stream: IO[Any], there: os.stat_result | None, *, sync: bool) -> None:
    """Make a draft that is written what it is to be in its place."""
    stream.flush()
    if there is not None:
        _keep_access(stream.fileno(), there)
    if sync:
        os.fsync(stream.fileno())


def _keep_access(handle: int, there: os.stat_result) -> None:
    """Take over owner, group and mode, where the system has them and allows it.

    Where it does not allow the group, another group could read what only that one
    could: it gets what everybody has.
    """
    if not hasattr(os, "fchown"):
        return
    mine = os.fstat(handle)
    if (mine.st_uid, mine.st_gid) != (there.st_uid, there.st_gid):
        for owner in (there.st_uid, -1):  # the group alone, if not both
            with contextlib.suppress(OSError):
                os.fchown(handle, owner, there.st_gid)
                break
        mine = os.fstat(handle)
    mode = there.st_mode & 0o777
    if mine.st_gid != there.st_gid:
        mode = mode & 0o707 | (mode & 0o007) << 3
    if mode != mine.st_mode & 0o777:
        with contextlib.suppress(OSError):
            os.fchmod(handle, mode)


@contextmanager
def _naming(path: Path) -> Iterator[None]:
    """An error of the disk names the file that is not written."""
    try:
        yield
    except UnicodeEncodeError as error:
        raise B12SchedError(
            f"{shown(str(path), limit=4096)} cannot name a file here: the machine's "
            f"language has {error.encoding} letters only",
            "set LC_ALL=C.UTF-8, or another language with UTF-8",
            value=str(path),
        ) from error
    except OSError as error:
        raise _not_written(path, error) from error


def _changed(path: Path) -> B12SchedError:
    return B12SchedError(
        f"{shown(str(path), limit=4096)} was changed by another run or program since "
        "it was read; it is left as it is",
        "run the same command again: it starts from what the file holds now",
        value=str(path),
        code="changed",
    )


def _not_written(path: Path, error: OSError) -> OutputError:
    return OutputError(
        f"{shown(str(path), limit=4096)} is not written: {_reason(error)}",
        "check the directory, its permissions and the space left on the disk",
        value=str(path),
    )


def _not_read(path: Path, error: OSError) -> B12SchedError:
    return B12SchedError(
        f"{shown(str(path), limit=4096)} cannot be read: {_reason(error)}",
        "check the permissions of the file",
        value=str(path),
    )


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
