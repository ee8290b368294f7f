"""The lines of a cohort file, whatever bytes it holds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import TextIOWrapper

LONGEST_LINE = 1 << 20
"""Characters; a row of 600 given doses has a hundredth of that."""

_FOREIGN = re.compile("[\udc80-\udcff]")


def lines_of(stream: TextIOWrapper) -> Iterator[str]:
    """The lines, with their ends; of one that is too long only the beginning."""
    while line := stream.readline(LONGEST_LINE + 1):
        yield line
        while len(line) > LONGEST_LINE and not line.endswith("\n"):
            line = stream.readline(LONGEST_LINE + 1)
    stream.detach()  # whoever opened the file closes it


def not_utf8(text: str) -> str | None:
    """What is wrong with a text that holds bytes that are not UTF-8."""
    found = None if text.isascii() else _FOREIGN.search(text)
    if found is None:
        return None
    return f"holds a byte that is not UTF-8: 0x{ord(found[0]) - 0xDC00:02X}"


def visible(text: str) -> str:
    r"""A text whose foreign bytes can be written: `\xe9`."""
    if text.isascii():
        return text
    return _FOREIGN.sub(lambda found: f"\\x{ord(found[0]) - 0xDC00:02x}", text)
