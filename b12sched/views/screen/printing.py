"""Lines of text onto a terminal: as they were laid out, whatever it can show."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from b12sched.views.screen.table import Line

if TYPE_CHECKING:
    from rich.console import Console

NARROWEST = 40
"""Below this many columns the terminal itself breaks lines."""

_PLAIN = str.maketrans("µ²", "u2")
_STROKES = str.maketrans("━─┄┴", "=-.+")


def show(console: Console, lines: Iterable[Line]) -> None:
    """Print lines as they are laid out, in the console's encoding; none is markup."""
    from rich.segment import Segment, Segments

    # Segments are printed as they are, in one go: a print for each line, with its own
    # wrapping, would take longer than all the rest.
    segments = [
        Segment(encodable(piece, console.encoding), console.get_style(style))
        for line in lines
        for piece, style in (*line, ("\n", ""))
    ]
    console.print(Segments(segments), soft_wrap=True, end="")


def draw(lines: Iterable[Line], encoding: str) -> Iterable[Line]:
    """Draw the strokes of lines in ASCII where Unicode is not sure to be shown.

    No text of a user may be among the lines.
    """
    if encoding.startswith("utf"):
        return lines
    return (
        tuple((piece.translate(_STROKES), style) for piece, style in line)
        for line in lines
    )


def encodable(text: str, encoding: str) -> str:
    """The text as the encoding can hold it, the rest as escapes: nothing is lost."""
    if text.isascii():
        return text
    try:
        return text.encode(encoding).decode(encoding)
    except UnicodeEncodeError:
        plain = text.translate(_PLAIN)
        return plain.encode(encoding, "backslashreplace").decode(encoding)


def chopped(text: str, room: int) -> list[str]:
    """A text of any script in parts that fit into so many cells.

    Nothing is lost; Rich's own chopping can lose marks.
    """
    from rich.cells import cell_len

    parts = [""]
    for character in text:
        if cell_len(parts[-1] + character) > room:
            parts.append("")
        parts[-1] += character
    return parts
