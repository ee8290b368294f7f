"""The only module that writes to disk: whole files or nothing."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from pathlib import Path

from b12sched.errors import B12SchedError, InputError, shown

LARGEST = 64 * 1024 * 1024
"""Bytes; a plan or a calendar of one patient is a thousand times smaller."""


def read_file(path: Path, what: str) -> bytes:
    """The content of a file.

    Raises InputError if there is none of that name or it is too large, B12SchedError if
    it cannot be read.
    """
    try:
        with path.open("rb") as stream:
            content = stream.read(LARGEST + 1)
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError) as error:
        raise InputError(
            f"{shown(str(path), limit=4096)} cannot be read: {_reason(error)}",
            f"name the file of {what}",
            value=str(path),
        ) from error
    except OSError as error:
        raise B12SchedError(
            f"{shown(str(path), limit=4096)} cannot be read: {_reason(error)}",
            "check the permissions of the file",
            value=str(path),
        ) from error
    if len(content) > LARGEST:
        raise InputError(
            f"{shown(str(path), limit=4096)} is over {LARGEST >> 20} MB",
            f"name the file of {what}",
            value=str(path),
        )
    return content


def write_files(contents: Mapping[Path, bytes]) -> None:
    """Write files whole or not at all, readable by their owner only.

    All are first written beside their places, then renamed into them, so that an error
    leaves every old file as it was. A file that holds its content already is left
    alone. Raises B12SchedError naming the file at fault.
    """
    waiting: list[tuple[Path, Path]] = []
    try:
        for path, content in contents.items():
            target = Path(os.path.realpath(path))
            try:
                if not _check_target(path, target, content):
                    waiting.append((_write_beside(target, content), target))
            except OSError as error:
                raise _not_written(path, error) from error
        while waiting:
            draft, target = waiting[0]
            try:
                draft.replace(target)
            except OSError as error:
                raise _not_written(target, error) from error
            del waiting[0]
    finally:
        for draft, _ in waiting:
            draft.unlink(missing_ok=True)


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


def _write_beside(target: Path, content: bytes) -> Path:
    import tempfile

    handle, name = tempfile.mkstemp(
        dir=target.parent, prefix=f".{target.name[:40]}.", suffix=".part"
    )
    draft = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    return draft


def _not_written(path: Path, error: OSError) -> B12SchedError:
    return B12SchedError(
        f"{shown(str(path), limit=4096)} is not written: {_reason(error)}",
        "check the directory, its permissions and the space left on the disk",
        value=str(path),
    )


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
