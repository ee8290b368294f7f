"""Disks as they should not be: small ones, full ones, and those of somebody else."""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

NOBODY = 65534
"""The user who owns nothing, on every system that has one."""

DRAFT = re.compile(r"\..+\.[a-z0-9_]{8}\.part", re.DOTALL)
Files = dict[str, bytes]


@contextmanager
def mounted(directory: Path, options: str) -> Iterator[Path]:
    """A file system of its own at a directory, where this user may mount one."""
    directory.mkdir()
    line = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(directory)]
    try:
        subprocess.run(line, check=True, capture_output=True)  # any mount will do
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("mounting is for the administrator")
    try:
        yield directory
    finally:
        subprocess.run(["umount", "--lazy", str(directory)], check=True)  # noqa: S607  # as above


def remount(directory: Path, options: str) -> None:
    """Give a file system another size, or take writing away."""
    line = ["mount", "-o", f"remount,{options}", str(directory)]
    subprocess.run(line, check=True)  # as above


def fill(directory: Path, leave: int = 0) -> None:
    """Use up the room of a small disk, but for some bytes."""
    with contextlib.suppress(OSError), (directory / "ballast").open("wb", 0) as stream:
        while True:
            stream.write(bytes(1024))
    size = (directory / "ballast").stat().st_size
    os.truncate(directory / "ballast", size - leave)


def use_up_names(directory: Path) -> None:
    """Make so many files that there can be no other."""
    (directory / "ballast").mkdir()
    with contextlib.suppress(OSError):
        for number in range(10_000):
            (directory / "ballast" / str(number)).touch()


@contextmanager
def nobody() -> Iterator[None]:
    """Be a user who owns nothing, if this one is the administrator."""
    if os.geteuid():
        yield
        return
    groups = os.getgroups()
    os.setgroups([])
    os.setresgid(NOBODY, NOBODY, 0)
    os.setresuid(NOBODY, NOBODY, 0)
    try:
        yield
    finally:
        os.setresuid(0, 0, 0)
        os.setresgid(0, 0, 0)
        os.setgroups(groups)


def files_in(directory: Path) -> Files:
    """Every file below a directory, hidden ones too, with its bytes."""
    return {
        str(path.relative_to(directory)): path.read_bytes()
        for path in sorted(directory.rglob("*"))
        if path.is_file()
    }


def visible(directory: Path) -> Files:
    """Those of the files that are no drafts."""
    found = files_in(directory)
    return {n: d for n, d in found.items() if not DRAFT.fullmatch(Path(n).name)}
