"""The only module that writes to disk: whole files or nothing."""

from __future__ import annotations

import errno
import filecmp
import io
import os
import re
import stat
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import IO, BinaryIO

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
    contents: Mapping[Path, bytes], was: Was = _UNREAD, *, sync: bool = True
) -> list[Path]:
    """Write files whole or not at all, readable by their owner only.

    With `sync` they are on the disk when this returns, even if the power fails then;
    without, after `sync_disk`, which is faster for many.

    All are first written beside their places, then renamed into them in their order, so
    that an error leaves every old file as it was. What was read to work a content out
    is in `was`: if a file holds something else by now, none is written. A file that
    holds its content already is left alone; the others are returned. Raises
    B12SchedError naming the file at fault, of the kind OutputError if no other file
    could be written either.
    """
    waiting: list[tuple[Path, Path, Path]] = []
    written: list[Path] = []
    try:
        for path, content in contents.items():
            with _naming(path):
                target = Path(os.path.realpath(path))
                if not _check_target(path, target, content):
                    waiting.append((path, _write_beside(target, content, sync), target))
        with ExitStack() as held:
            for path, _, target in waiting:
                if path in was:
                    held.enter_context(_held(path, target, was[path]))
            while waiting:
                path, draft, target = waiting[0]
                with _naming(path):
                    # Many are written where no other run is: see `alone_in`.
                    new = sync and path in was and was[path] is None
                    _put(path, draft, target, new=new)
                written.append(path)
                del waiting[0]
                if sync:
                    _sync_directory(path, target.parent)
    finally:
        for _, draft, _ in waiting:
            draft.unlink(missing_ok=True)
    return written


@contextmanager
def whole_file(path: Path) -> Iterator[IO[str]]:
    """A file of text (UTF-8) that is written bit by bit, for a `with` block.

    It takes its place when the block ends; if that fails, the old file stays. A file
    that holds the same already is left alone. Raises B12SchedError.
    """
    target = Path(os.path.realpath(path))
    with _naming(path):
        _check_target(path, target, b"")
        draft, stream = _draft(target)
        try:
            with stream, io.TextIOWrapper(stream, "utf-8", newline="") as text:
                yield text
                text.flush()
                os.fsync(stream.fileno())
            if target.exists() and filecmp.cmp(draft, target, shallow=False):
                draft.unlink()
            else:
                draft.replace(target)
                _sync_directory(path, target.parent)
        except BaseException:
            draft.unlink(missing_ok=True)
            raise


def sync_disk() -> None:
    """Wait until all that was written is on the disk, where the system can say so."""
    if hasattr(os, "sync"):
        os.sync()


def remove_file(path: Path) -> None:
    """Take a file away, if it is there. Raises B12SchedError."""
    with _naming(path):
        path.unlink(missing_ok=True)


@contextmanager
def alone_in(directory: Path) -> Iterator[None]:
    """Hold a directory, made if need be, so that no second run writes there.

    Drafts that a killed run left are taken away, and one that was only just made when
    Ctrl-C came. Raises B12SchedError.
    """
    with _naming(directory):
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = _locked(directory, directory)
    try:
        if lock is not None:
            _remove_drafts(directory)
        yield
    except KeyboardInterrupt:
        if lock is not None:
            _remove_drafts(directory)
        raise
    finally:
        if lock is not None:
            os.close(lock)  # and with it the lock, as does the end of the process


def _remove_drafts(directory: Path) -> None:
    with _naming(directory):
        drafts = [each for each in directory.iterdir() if _DRAFT.fullmatch(each.name)]
    for draft in drafts:
        remove_file(draft)


@contextmanager
def _held(path: Path, target: Path, was: bytes | None) -> Iterator[None]:
    """Hold a file that still is what it was, so that no other run replaces it."""
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
        yield


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
        ) from error
    except OSError:
        os.close(lock)
        return None
    return lock


def _check_target(path: Path, target: Path, content: bytes) -> bool:
    """Whether the target holds the content already; raises if it must not be written.

    A file marked read-only is refused even where renaming over it would work.
    """
    try:
        mode = target.stat().st_mode
    except FileNotFoundError:
        return False
    if not stat.S_ISREG(mode):
        raise B12SchedError(
            f"{shown(str(path), limit=4096)} is not a file that can be replaced",
            "name a file",
            value=str(path),
        )
    if not mode & stat.S_IWUSR or not os.access(target, os.W_OK):
        raise B12SchedError(
            f"{shown(str(path), limit=4096)} is write-protected; it is left as it was",
            "choose another name, or allow writing to it",
            value=str(path),
        )
    return target.stat().st_size == len(content) and target.read_bytes() == content


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


def _draft(target: Path) -> tuple[Path, BinaryIO]:
    """A new file beside the target, for its owner only."""
    import tempfile

    handle, name = tempfile.mkstemp(
        dir=target.parent, prefix=f".{target.name[:40]}.", suffix=".part"
    )
    return Path(name), os.fdopen(handle, "wb")


def _write_beside(target: Path, content: bytes, sync: bool) -> Path:
    draft, stream = _draft(target)
    try:
        with stream:
            stream.write(content)
            if sync:
                stream.flush()
                os.fsync(stream.fileno())
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    return draft


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
