"""The lines of a cohort file, whatever bytes it holds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BufferedReader, TextIOWrapper

LONGEST_LINE = 1 << 20
"""The longest line in characters; a row of 600 given doses has a hundredth of that."""

_READ = LONGEST_LINE + 1

IGNORED = "error_"
"""The prefix of columns to ignore, which a corrected errors file still has."""

_FOREIGN = re.compile("[\ud800-\udfff]")
_BYTES = 0xDC00
"""The offset of the lone surrogate as which a byte that is not UTF-8 was read."""


def text_in(stream: BufferedReader) -> TextIOWrapper:
    """Return the text of a stream in UTF-8, with or without a byte order mark.

    A byte that is not UTF-8 becomes a lone surrogate: it fails its row, not the file.
    """
    return TextIOWrapper(stream, "utf-8-sig", "surrogateescape", newline="")


def lines_of(stream: TextIOWrapper) -> Iterator[str]:
    """Yield the lines, with their ends; of one that is too long only the beginning."""
    line = stream.readline(_READ)
    while line:
        yield line
        while len(line) == _READ and line[-1] not in "\r\n":
            line = stream.readline(_READ)
        returned = line.endswith("\r")
        line = stream.readline(_READ)
        if returned and line == "\n":  # a CR LF that was cut in two
            line = stream.readline(_READ)
    stream.detach()  # whoever opened the file closes it


def not_utf8(text: str) -> str | None:
    """Return what is wrong with a text that cannot be written as UTF-8, else None."""
    found = None if text.isascii() else _FOREIGN.search(text)
    if found is None:
        return None
    return f"holds {_name(found[0])}, which is no character of UTF-8"


def visible(text: str) -> str:
    r"""Return a text in which what is not UTF-8 is spelt out: `\xe9`, `\ud800`."""
    if text.isascii():
        return text
    return _FOREIGN.sub(lambda found: _name(found[0]), text)


def _name(foreign: str) -> str:
    code = ord(foreign)
    byte = code - _BYTES
    return f"\\x{byte:02x}" if 0x80 <= byte <= 0xFF else f"\\u{code:04x}"


def ended(line: str) -> str:
    """Return a line without its end: LF, CR or both."""
    return line.removesuffix("\n").removesuffix("\r")
