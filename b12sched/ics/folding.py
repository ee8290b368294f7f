"""Content lines (RFC 5545, 3.1): escape and fold them, read and unescape them.

The bytes are those that icalendar 7.3 writes for the same values, proved by test. We do
not use it here: it writes some thousand events per second, too few for a cohort.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from b12sched.errors import InputError, shown

EOL = "\r\n"
LARGEST = 32 * 1024 * 1024
"""The most octets of a calendar, written or read; one of 50 years has half."""

AS_READ = ("utf-8", "surrogateescape")
"""How text is decoded and encoded that may hold octets that are not UTF-8."""

_ONE_EACH = "latin-1"
"""It maps each octet to a character, so one loop can fold any text."""

_FOLD = "\r\n "
_ROOM = 74
"""Octets of a line before a fold: 75 with the space that begins a continuation."""

_END_OF_LINE = re.compile(r"\r\n(?![ \t])")
_FOLDED = re.compile(r"\r\n[ \t]")
_UNREADABLE = re.compile("[\\x00-\\x08\\x0a-\\x1f\\x7f\\udc80-\\udcff]")
_NAME = re.compile(r"([A-Za-z0-9_.-]+)[;:]")
_VALUE = re.compile(r'[^:"]*(?:"[^"]*"[^:"]*)*:(.*)', re.DOTALL)
_ZONE = re.compile(r';TZID=("[^"]*"|[^;]*)', re.IGNORECASE)
_DATED = frozenset(("DTSTART", "DTEND", "DURATION", "TRIGGER"))

_ESCAPED = re.compile(r'\\([\\;,nN:"])')
_LINE_END = {"n": "\n", "N": "\n"}


def escape(text: str) -> str:
    r"""Escape a TEXT value (RFC 5545, 3.3.11): `\`, `;`, `,` and line breaks."""
    return (
        text.replace("\\", "\\\\")
        .replace(";", "\\;")
        .replace(",", "\\,")
        .replace("\r\n", "\\n")
        .replace("\n", "\\n")
        .replace("\r", "\\n")
    )


def unescape(value: str) -> str:
    r"""Unescape a TEXT value, also `\:` and `\"`, which some programs write.

    A backslash before any other character stays.
    """
    return _ESCAPED.sub(lambda match: _LINE_END.get(match[1], match[1]), value)


def fold(line: str, column: int = 0) -> str:
    """Fold a content line at 75 octets, never inside a character or escape sequence.

    `column` is the number of octets already on its physical line. The result has no
    line end.
    """
    if line.isascii():
        fits = column + len(line) <= _ROOM
        return line if fits else _fold_octets(line, column)
    octets = line.encode().decode(_ONE_EACH)
    return _fold_octets(octets, column).encode(_ONE_EACH).decode()


def _fold_octets(line: str, column: int) -> str:
    """Fold a line of which each character is one octet of UTF-8."""
    room = _ROOM - column
    chunks: list[str] = []
    start = 0
    while start + room < len(line):
        end = start + room
        while "\x80" <= line[end] < "\xc0":
            end -= 1
        if end > start and line[end - 1] in "\\^":
            end -= 1
        chunks.append(line[start:end])
        start, room = end, _ROOM
    chunks.append(line[start:])
    return _FOLD.join(chunks)


def fold_on(text: str, column: int) -> tuple[str, int]:
    """Fold the next part of a line; return it and the column at its end.

    Only the last part of a line may end in a backslash or `^`.
    """
    if column + len(text) <= _ROOM and text.isascii():
        return text, column + len(text)
    folded = fold(text, column)
    at = folded.rfind(_FOLD)
    last = folded if at < 0 else folded[at + len(_FOLD) :]
    return folded, len(last.encode()) + column * (at < 0)


class Line(NamedTuple):
    """A content line: its name in capitals, unfolded (`text`) and as read (`raw`).

    A line of a person's event that has no name has an empty one.
    """

    name: str
    text: str
    raw: str

    @property
    def value(self) -> str:
        """The text after the first colon outside quotation marks.

        A date or a time holds no colon: it follows the last, since some programs write
        zones such as GMT+05:30 without quotation marks.
        """
        if self.name in _DATED:
            return self.text.rpartition(":")[2].strip()
        match = _VALUE.match(self.text)
        return match[1] if match else ""

    @property
    def zone(self) -> str:
        """The time zone (TZID) of a date or a time, or an empty text."""
        match = _ZONE.search(self.text.rpartition(":")[0])
        return match[1].strip('"') if match else ""


def content_lines(text: str) -> Iterator[Line]:
    """Yield the lines of a text whose lines end in CRLF, blank ones left out.

    What is no content line has no name: `check_name` says what is wrong with it.
    """
    for raw in _END_OF_LINE.split(text):
        if not raw.strip():
            continue
        line = _FOLDED.sub("", raw) if EOL in raw else raw
        if not line.isascii():
            line = line.encode(*AS_READ).decode(*AS_READ)
        odd = raw.startswith(EOL) or _UNREADABLE.search(line)
        match = None if odd else _NAME.match(line)
        yield Line(match[1].upper() if match else "", line, raw)


def check_name(line: Line) -> None:
    """Raise InputError for a line without a name: it is no content line."""
    if line.name:
        return
    if line.raw.startswith(EOL):
        # Some readers join it to the previous line, some read it alone.
        raise damaged(f"{shown(line.text.strip())} continues an empty line")
    if bad := _UNREADABLE.search(line.text):
        code = ord(bad[0])
        if code >= 0xDC80:
            raise damaged(f"{shown(line.text)} is not UTF-8")
        raise damaged(f"{shown(line.text)} holds U+{code:04X}")
    raise damaged(f"{shown(line.text)} is not a line of a calendar")


def calendar_text(data: bytes) -> str:
    """Decode a file, with CRLF at the end of each line. Raises InputError."""
    if len(data) > LARGEST:
        raise unusable(
            f"has {len(data) / 1e6:.0f} MB: no calendar of b12sched's is so large",
            "choose another file name",
        )
    text = data.decode(*AS_READ).removeprefix("\ufeff").rstrip("\0\x1a")
    if not text.strip():
        raise damaged("it is empty")
    # Mail programs double carriage returns; very old ones write nothing else.
    text = text.replace("\r\r\n", "\n").replace(EOL, "\n")
    if "\n" not in text:
        text = text.replace("\r", "\n")
    # Of files that were put together each may have had a byte order mark.
    return text.replace("\n\ufeff", "\n").replace("\n", EOL)


def damaged(what: str) -> InputError:
    """Return the error for a damaged file; `what` names the damage."""
    return unusable(
        f"is damaged: {what}",
        "repair the file, restore it from a copy, or choose another file name",
    )


def unusable(message: str, hint: str) -> InputError:
    """Return the error for a file that cannot be revised."""
    return InputError(f"the file {message}", hint, code="calendar")
