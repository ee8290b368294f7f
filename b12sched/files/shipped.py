"""Read the files that the package ships beside its code."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).parents[1]


def names_in(folder: str) -> list[str]:
    """Return the names of the files in a folder of the package."""
    return [path.name for path in (_PACKAGE / folder).iterdir()]


def read_shipped(name: str) -> bytes:
    """Return the content of a file of the package."""
    return (_PACKAGE / name).read_bytes()
