"""Strategies that spoil good input: a few edits to a text or to bytes.

`hypothesis` draws every edit, so that a failing input is made smaller and can be drawn
again. What to spoil, and what must hold for it, stands in the test of each kind.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from hypothesis import strategies as st

T = TypeVar("T")

SCRAPS = (
    *("\0", "\r", "\n", "\r\n", "\t", '"', "'", ",", ";", ":", "=", "\\", "{", "["),
    *("}", "\x1b[31m", "\u202e", "\u2028", "\x85", "\ufeff", "\u00a0", "\u200b", "é"),
    *("e\u0301", "😀", "１", "٣", "-", "/", ".", " ", "%s", "[red]", "0", "9" * 30),
    *("none", "null", "2026-01-05", "03/04/2026", "A" * 300),
)
"""What is put into texts: every delimiter, and what has broken programs before."""

STRAY = (
    *(b"\xff", b"\xc3", b"\xed\xa0\x80", b"\x80", b"\xf5\x80\x80\x80", b"\0"),
    *(b"\0\0\0", b"\xff\xfe", b"PK\x03\x04", b"\x1f\x8b", b"\x1a", b"\x7f"),
)
"""What is no text in UTF-8, or is the beginning of another kind of file."""

HOSTILE = (
    *("", " ", "none", "=1+1", "@SUM(A1)", "'2026-01-05", "NaN", "inf", "1e9", "-1"),
    *("0", "9" * 400, "1.5", "0x10", "1_0", "２０２６-01-05", "03/04/2026"),
    *("2026-02-30", "2026-13-01", "1899-12-31", "2201-01-01", "46027"),
    *("2026-01-05T09:00", "5 Jan", "2026-01-05;2026-01-05", ";", ";;", ",", "yes"),
    *("YES", "[red]x[/red]", "%s%n", "\u202egnp", "\x1b[31m", "a\nb", "a\rb", "\t"),
    *("😀" * 70, "x" * 5000, "\udce9", "{}", "[]", '"', "--", "-", "--help", "-o"),
    *("~", "*", "\\", "CON", "\ufeff"),
)
"""Values that are wrong nearly everywhere."""

ANY_CHARACTER = st.characters(max_codepoint=0xD7FF)
ANY_BYTE = st.binary(min_size=1, max_size=1)
PERCENT = st.integers(0, 99)


def chance(draw: st.DrawFn, percent: int) -> bool:
    """Draw True so many times out of a hundred; what fails is made smaller to False."""
    return draw(PERCENT) >= 100 - percent


def one_of(draw: st.DrawFn, choices: Sequence[T]) -> T:
    """Draw one of these."""
    return draw(st.sampled_from(choices))


@st.composite
def spoilt_text(draw: st.DrawFn, text: str, most: int = 4) -> str:
    """A text after a few edits."""
    for _ in range(draw(st.integers(1, most))):
        at, end = _span(draw, len(text))
        part = text[at:end]
        scrap = one_of(draw, SCRAPS)
        edits = ("", scrap, part * 2, part[::-1], part.swapcase(), part + scrap)
        new = draw(ANY_CHARACTER) if chance(draw, 25) else one_of(draw, edits)
        text = text[:at] + new + text[end:]
    return text


@st.composite
def spoilt_bytes(draw: st.DrawFn, data: bytes, most: int = 4) -> bytes:
    """Bytes after a few edits: cut out, doubled, turned over, put in, cut short."""
    for _ in range(draw(st.integers(1, most))):
        at, end = _span(draw, len(data))
        part = data[at:end]
        bit = 1 << draw(st.integers(0, 7))
        turned = part[:1] + bytes(byte ^ bit for byte in part[1:2])
        edits = (
            *(b"", one_of(draw, SCRAPS).encode(), one_of(draw, STRAY)),
            *(part * 2, turned),
        )
        new = draw(ANY_BYTE) if chance(draw, 20) else one_of(draw, edits)
        data = data[:at] + new + data[end:]
    return data[: draw(st.integers(0, len(data)))] if chance(draw, 5) else data


def _span(draw: st.DrawFn, length: int) -> tuple[int, int]:
    """A place in a text: mostly small, now and then a long piece of it."""
    at = draw(st.integers(0, length))
    size = draw(st.integers(0, 199 if chance(draw, 10) else 3))
    return at, min(length, at + size)
