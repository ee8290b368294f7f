"""Make file names from patient references, or refuse those that are unsafe."""

from __future__ import annotations

import re

from b12sched.errors import InputError, shown

_UNSAFE = r'[<>:"/\\|?*]'
_RESERVED = {
    *("con", "prn", "aux", "nul", "conin$", "conout$"),
    *(f"{port}{number}" for port in ("com", "lpt") for number in "0123456789¹²³"),
}
_OURS = "manifest|errors(-[0-9]+)?"
_LONGEST_NAME = 200
"""Bytes, suffix included: file systems take 255, and a draft's name is longer."""


def file_name(name: str, suffix: str) -> str:
    """Return the name of a patient's file.

    Raises InputError if some system could refuse the name, or a batch uses it itself.
    An unsafe name is never changed into a safe one: two patients could share a file.
    """

    def refuse(why: str, cure: str = "use letters, digits, - and _") -> InputError:
        return InputError(
            f"{shown(name)} cannot name a file: {why}",
            cure,
            field="patient",
            value=name,
        )

    if not name:
        raise refuse("it is empty")
    if found := re.search(_UNSAFE, name):
        raise refuse(f"it holds {shown(found[0])}")
    if name != name.strip():
        raise refuse("it has a space before or after it", "remove the space")
    if name[0] in ".~" or name[-1] == ".":
        first = name[0] in ".~"
        raise refuse(f"it begins with {name[0]}" if first else "it ends with .")
    if name.partition(".")[0].rstrip().lower() in _RESERVED:
        raise refuse("Windows reserves it for a device")
    if re.fullmatch(_OURS, name.lower()):
        raise refuse("the batch has a file of that name")
    if len((name + suffix).encode()) > _LONGEST_NAME:
        raise refuse(f"it has more than {_LONGEST_NAME} bytes")
    return name + suffix
