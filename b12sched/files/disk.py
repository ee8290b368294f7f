"""Read and write files. No other module writes to disk; a file is written whole."""

from __future__ import annotations

import codecs
import contextlib
import errno
import io
import os
import re
import shutil
import stat
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from itertools import islice
from pathlib import Path
from types import MappingProxyType
from typing import IO, Any, BinaryIO

from b12sched.errors import B12SchedError, InputError, OutputError, shown

LARGEST = 64 * 1024 * 1024
"""The most bytes of a file; a patient's plan or calendar is 1000 times smaller."""

Was = Mapping[Path, bytes | None]
"""The content that each file had when it was read; None if it did not exist."""

_UNREAD: Was = MappingProxyType({})
_DRAFT = r"(?s)\..+\.[a-z0-9_]{8}\.part"
_PIECE = 1 << 16
_FAULTS = (OSError, UnicodeEncodeError)
_CANNOT_WAIT = (errno.EACCES, errno.EINVAL)
"""Errors of a system that cannot sync directories, or not this one."""


def read_file(path: Path, what: str) -> bytes:
    """Return the content of a file; `what` names its kind in the hint.

    Raises InputError if the file does not exist or is too large, B12SchedError if it
    cannot be read.
    """
    with open_file(path, what) as stream:
        try:
            # In pieces: memory for the limit takes longer to get than most files.
            content = b"".join(islice(_pieces(stream), LARGEST // _PIECE + 1))
        except OSError as error:
            raise _not_read(path, error) from error
    if len(content) > LARGEST:
        raise InputError(
            f"{shown(str(path), limit=4096)} is over {LARGEST >> 20} MB",
            f"name the file of {what}",
            value=str(path),
        )
    return content


def _pieces(stream: BinaryIO) -> Iterator[bytes]:
    return iter(lambda: stream.read(_PIECE), b"")


def read_if_there(path: Path, what: str) -> bytes | None:
    """Return the content of a file that is to be replaced, or None if none exists.

    Raises as `read_file` does, and B12SchedError if the path cannot be looked up.
    """
    with _naming(path):
        there = path.is_file()
    return read_file(path, what) if there else None


def open_file(path: Path, what: str) -> io.BufferedReader:
    """Open a file for reading. Raises as `read_file` does."""
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
    """Return whether two paths name the same existing file or directory."""
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

    A new file is readable by its owner only; a replaced one keeps its mode, and its
    owner and group where the system allows it. With `sync`, the files survive a power
    failure once this returns; without, once `sync_disk` has run, which is faster for
    many files.

    Each file is first written as a draft beside its place. When all drafts are written,
    they are renamed in order, so an error while writing leaves every old file as it
    was. `was` maps a path to the content from which the new one was computed; if a file
    has changed since, nothing is written. A file that already has its content is left
    alone; the paths of the others are returned. `tell` receives a note for the user if
    the disk has no locks. Raises B12SchedError naming the file at fault: OutputError if
    no other file could be written either.
    """
    waiting: list[tuple[Path, Path, Path]] = []
    unlocked: list[Path] = []
    written: list[Path] = []
    try:
        for path, content in contents.items():
            target, there = _target(path)
            if there is None or not _holds(target, there, content):
                draft = _draft(target)
                # Recorded before the draft exists: a signal may come at any moment.
                waiting.append((path, draft, target))
                with _new_file(draft) as stream:
                    stream.write(content)
                    _finish(stream, there, sync=sync)
        with ExitStack() as held:
            for path, _, target in waiting:
                if path in was and not _claim(held, path, target, was[path]):
                    unlocked.append(path)
            while waiting:
                path, draft, target = waiting[0]
                _put(path, draft, target, new=path in was and was[path] is None)
                written.append(path)
                del waiting[0]
                if sync:
                    _sync_directory(path, target.parent)
    except _FAULTS as error:
        raise _not_written(path, error) from error
    finally:
        for _, draft, _ in waiting:
            draft.unlink(missing_ok=True)
    if unlocked and tell is not None:
        tell(no_locks(unlocked[0].parent))
    return written


@contextmanager
def whole_file(path: Path, *, mark: bool = False) -> Iterator[IO[str]]:
    """Yield a text stream (UTF-8) whose content replaces a file when the block ends.

    With `mark` it begins with a byte order mark if it holds more than ASCII. If the
    block fails, the old file stays. A file that already has the same content is
    left alone. Raises B12SchedError, also if the file was changed meanwhile: it then
    stays as it is.
    """
    import filecmp

    with _naming(path):
        target, there = _target(path)
        draft = _draft(target)
        try:
            with (
                _new_file(draft) as stream,
                io.TextIOWrapper(stream, "utf-8", newline="") as text,
            ):
                yield text
                _finish(text, there, sync=True)
            if mark and not _is_ascii(draft):
                _mark(draft, there)
            _, now = _target(path)
            if _version(now) != _version(there):
                raise _changed(path)
            if not (now and filecmp.cmp(draft, target, shallow=False)):
                _put(path, draft, target, new=now is None)
                _sync_directory(path, target.parent)
        finally:
            draft.unlink(missing_ok=True)


def _is_ascii(path: Path) -> bool:
    with path.open("rb") as stream:
        return all(piece.isascii() for piece in _pieces(stream))


def _mark(draft: Path, there: os.stat_result | None) -> None:
    """Put a byte order mark before the content of a draft."""
    marked = _draft(draft)
    try:
        with draft.open("rb") as plain, _new_file(marked) as stream:
            stream.write(codecs.BOM_UTF8)
            shutil.copyfileobj(plain, stream)
            _finish(stream, there, sync=True)
        marked.replace(draft)
    finally:
        marked.unlink(missing_ok=True)


def sync_disk() -> None:
    """Wait until everything written is on the disk, where the system offers that."""
    if hasattr(os, "sync"):
        os.sync()


def remove_file(path: Path) -> None:
    """Delete a file if it exists. Raises B12SchedError."""
    with _naming(path):
        path.unlink(missing_ok=True)


def no_locks(directory: Path) -> str:
    """Return the note for the user on a disk that has no locks."""
    return (
        "this disk has no locks: make sure that no second run writes to "
        f"{shown(str(directory), limit=4096)} at the same time"
    )


@contextmanager
def alone_in(directory: Path) -> Iterator[bool]:
    """Lock a directory, created if need be, so that no second run writes there.

    Yields False if the disk has no locks: nothing is locked then. Otherwise drafts left
    by a killed run are removed; if this run fails or is stopped, so are the drafts of
    its own processes. Raises B12SchedError.
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
        os.close(lock)  # releases the lock, as does the end of the process


def _remove_drafts(directory: Path) -> None:
    with _naming(directory):
        drafts = [
            each for each in directory.iterdir() if re.fullmatch(_DRAFT, each.name)
        ]
    for draft in drafts:
        remove_file(draft)


def _claim(held: ExitStack, path: Path, target: Path, was: bytes | None) -> bool:
    """Lock a file that still has the content `was` until `held` ends.

    No other run can replace it meanwhile. Returns False if the file exists and the disk
    has no locks. Raises B12SchedError if the file has changed, or another run holds it.
    """
    lock, now, same = None, None, True
    with contextlib.suppress(FileNotFoundError):
        lock = _locked(path, target)
        if lock is not None:
            held.callback(os.close, lock)
            # Another run may have replaced it between its opening and its locking.
            same = os.path.samestat(os.fstat(lock), target.stat())
        now = target.read_bytes()
    if now != was or not same:
        raise _changed(path)
    return lock is not None or now is None


def _locked(path: Path, target: Path) -> int | None:
    """Lock a file or directory; return None if the system or disk has no locks.

    Raises B12SchedError if another run holds the lock.
    """
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


def _target(path: Path) -> tuple[Path, os.stat_result | None]:
    """Return the file to replace, behind a link, and its status; None if none exists.

    Raises B12SchedError if it must not be replaced: it is no regular file, or it is
    write-protected, even where renaming over it would work.
    """
    target = path
    try:
        there = path.lstat()
        if stat.S_ISLNK(there.st_mode):
            target = Path(os.path.realpath(path))
            there = target.stat()
    except FileNotFoundError:
        return target, None
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
    return target, there


def _holds(target: Path, there: os.stat_result, content: bytes) -> bool:
    return there.st_size == len(content) and target.read_bytes() == content


def _version(there: os.stat_result | None) -> tuple[int, ...] | None:
    """Return values of which one changes if a program writes or replaces the file."""
    return there and (there.st_dev, there.st_ino, there.st_size, there.st_mtime_ns)


def _put(path: Path, draft: Path, target: Path, *, new: bool) -> None:
    """Rename a draft to its target.

    Where the disk has links, a `new` file never replaces one that has appeared there.
    Raises B12SchedError if one has, or if the draft has disappeared: a batch that
    starts in the directory at this moment removes drafts.
    """
    try:
        if not (new and _linked(draft, target)):
            draft.replace(target)
    except (FileExistsError, FileNotFoundError) as error:
        raise _changed(path) from error


def _linked(draft: Path, target: Path) -> bool:
    """Link a draft to a target that must not exist; return False without links."""
    try:
        os.link(draft, target)
    except (FileExistsError, FileNotFoundError):
        raise
    except OSError:
        return False
    draft.unlink()
    return True


def _sync_directory(path: Path, directory: Path) -> None:
    """Wait until a directory is on the disk, where the system offers that."""
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
    """Return a random name for a draft beside the target."""
    return target.with_name(f".{target.name[:40]}.{os.urandom(4).hex()}.part")


def _new_file(draft: Path) -> BinaryIO:
    """Create a file that only its owner can read and write."""
    # Windows writes two characters for a line end to what is not binary.
    binary: int = getattr(os, "O_BINARY", 0)
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | binary, 0o600)
    return os.fdopen(handle, "wb")


def _finish(stream: IO[Any], there: os.stat_result | None, *, sync: bool) -> None:
    """Flush a draft, copy the old file's access rights to it and, if asked, sync it."""
    stream.flush()
    if there is not None:
        _keep_access(stream.fileno(), there)
    if sync:
        os.fsync(stream.fileno())


def _keep_access(handle: int, there: os.stat_result) -> None:
    """Copy owner, group and mode to a file, where the system has and allows them.

    If the group cannot be copied, the file's own group gets the rights of everybody:
    it must not read what only the old group could.
    """
    if not hasattr(os, "fchown"):
        return
    mine = os.fstat(handle)
    if (mine.st_uid, mine.st_gid) != (there.st_uid, there.st_gid):
        for owner in (there.st_uid, -1):  # if not both, the group alone
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
    """Turn an error of the disk into one that names the file that is not written."""
    try:
        yield
    except _FAULTS as error:
        raise _not_written(path, error) from error


def _changed(path: Path) -> B12SchedError:
    return B12SchedError(
        f"{shown(str(path), limit=4096)} was changed by another run or program since "
        "it was read; it is left as it is",
        "run the same command again: it starts from what the file holds now",
        value=str(path),
        code="changed",
    )


def _not_written(path: Path, error: OSError | UnicodeEncodeError) -> B12SchedError:
    if isinstance(error, UnicodeEncodeError):
        return B12SchedError(
            f"{shown(str(path), limit=4096)} cannot name a file here: the machine's "
            f"language has {error.encoding} letters only",
            "set LC_ALL=C.UTF-8, or another language with UTF-8",
            value=str(path),
        )
    return OutputError(
        f"{shown(str(path), limit=4096)} could not be written: {_reason(error)}",
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
