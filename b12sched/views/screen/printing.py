"""Printing of laid-out lines on a terminal, whatever characters it can show."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from b12sched.views.screen.table import Line

if TYPE_CHECKING:
    from rich.console import Console

NARROWEST = 40
"""The narrowest layout in columns; a narrower terminal breaks the lines itself."""

_PLAIN = str.maketrans("µ²", "u2")
_STROKES = str.maketrans("━─┄┴", "=-.+")


def show(console: Console, lines: Iterable[Line]) -> None:
    """Print lines as laid out, in the console's encoding; no text is read as markup."""
    from rich.segment import Segment, Segments

    # Print all segments at once: one print per line, each with its own wrapping, would
    # take longer than all the rest.
    segments = [
        Segment(encodable(piece, console.encoding), console.get_style(style))
        for line in lines
        for piece, style in (*line, ("\n", ""))
    ]
    console.print(Segments(segments), soft_wrap=True, end="")


def draw(lines: Iterable[Line], encoding: str) -> Iterable[Line]:
    """Return lines with their strokes in ASCII if the encoding may lack Unicode.

    The lines must not hold text of a user.
    """
    if encoding.startswith("utf"):
        return lines
    return (
        tuple((piece.translate(_STROKES), style) for piece, style in line)
        for line in lines
    )


def encodable(text: str, encoding: str) -> str:
    """Return a text that the encoding can hold, with escapes for what it lacks.

    No character is dropped; where needed, µ becomes u, and ² becomes 2.
    """
    if text.isascii():
        return text
    try:
        return text.encode(encoding).decode(encoding)
    except UnicodeEncodeError:
        plain = text.translate(_PLAIN)
        return plain.encode(encoding, "backslashreplace").decode(encoding)


def chopped(text: str, room: int) -> list[str]:
    """Return a text of any script in parts of at most `room` terminal cells.

    No character is lost; Rich's own chopping can lose marks.
    """
    from rich.cells import cell_len

    parts = [""]
    for character in text:
        if cell_len(parts[-1] + character) > room:
            parts.append("")
        parts[-1] += character
    return parts
