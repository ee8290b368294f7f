"""Escape, unescape and fold content lines (RFC 5545, 3.1).

The bytes are those that icalendar 7.3 writes for the same values, proved by test. We do
not use it here: it writes some thousand events per second, too few for a cohort.
"""

from __future__ import annotations

import re

EOL = "\r\n"
LARGEST = 32 * 1024 * 1024
"""The most octets of a calendar, written or read; one of 50 years has half."""

_FOLD = "\r\n "
_ROOM = 74
"""Octets of a line before a fold: 75 with the space that begins a continuation."""

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
    # Latin-1 maps each octet to a character, so one loop can fold any text.
    octets = line if line.isascii() else line.encode().decode("latin-1")
    if column + len(octets) <= _ROOM:
        return line
    folded = _fold_octets(octets, column)
    return folded if octets is line else folded.encode("latin-1").decode()


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
    octets = len(last) if last.isascii() else len(last.encode())
    return folded, octets + column * (at < 0)
