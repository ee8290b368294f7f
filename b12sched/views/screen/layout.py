"""Lines of text on a terminal: folded, side by side, printed. What Rich cannot do.

A line is a tuple of pieces, each a text and its Rich style: plain values, so that Rich
loads only when a terminal shows them and a test can read them. Rich would wrap a date
or a dose at its space; these lines never do. Each character laid out here is one
terminal cell wide.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise, zip_longest
from typing import TYPE_CHECKING

from b12sched.dates import WEEKDAYS

if TYPE_CHECKING:
    from rich.console import Console

Line = tuple[tuple[str, str], ...]

Screen = Callable[[int, str], Iterable[Line]]
"""What a screen shows: a function of its columns and its encoding."""

NARROWEST, WIDEST = 40, 120
"""The narrowest layout in columns (a narrower terminal breaks the lines itself), and
the widest text, as longer lines are hard to read."""

_PLAIN = str.maketrans("µ²", "u2")
_STROKES = str.maketrans("━─┄┴▒", "=-.+#")
_GAP = 2

# Text that no line break may split: a date, a dose, a number and what it counts.
_UNITS = "(?:day|week|month|hour|dose|ampoule|.mol/L)s?(?: earlier| later)?"
_WHOLE = (
    rf"(?:{'|'.join(WEEKDAYS)}) [0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}"
    r"|[0-9.]+ (?:mg|micrograms)(?: IM)?"
    rf"|[0-9.]+(?: to [0-9.]+)? (?:{_UNITS}|moved|not|mL/min/1\.73 m.)"
    r"|(?:doses?|examination|week|day) [0-9]+(?: to [0-9]+)?"
)
_WORD = re.compile(rf"(?:{_WHOLE}|[^ ])+ *")
_PLACE = re.compile(r"/|:\\")  # in an address, or in the path of a file


def length(line: Line) -> int:
    """Return the number of characters in a line."""
    return sum(len(text) for text, _ in line)


def fold(
    line: Line, width: int, *, hang: int = 0, whole: Sequence[str] = ()
) -> list[Line]:
    """Break a line at spaces to fit the width, but never in a date, dose or number.

    Text that has no space and is longer than the width is broken anywhere, but what is
    to be copied is left whole: an address, a path, and each text of `whole`, spaces and
    all. Only the spaces at a break are lost. Lines after the first are indented by
    `hang`.
    """
    cuts, room = [0], width
    plain = "".join(text for text, _ in line)
    joined = [text.replace(" ", "_") for text in whole]
    for text, one in zip(whole, joined, strict=True):
        plain = plain.replace(text, one)
    for word in _WORD.finditer(plain):
        end = word.start() + len(word[0].rstrip())
        if end - cuts[-1] > room and word.start() > cuts[-1]:
            cuts.append(word.start())
            room = width - hang
        copied = _PLACE.search(word[0]) or any(one in word[0] for one in joined)
        while end - cuts[-1] > room and not copied:
            cuts.append(cuts[-1] + room)
            room = width - hang
    first, *rest = [part(line, *ends) for ends in pairwise([*cuts, len(plain)])]
    return [first, *indent(rest, hang)]


def folded(
    lines: Iterable[str], width: int, whole: Sequence[str] = ()
) -> Iterator[str]:
    """Yield lines of text folded to a width; what follows is indented by two more.

    The texts of `whole` are not broken (see `fold`).
    """
    for line in lines:
        text = line.lstrip()
        indent = line[: len(line) - len(text)]
        for piece in fold(((text, ""),), width - len(indent) - 2, whole=whole):
            yield indent + "".join(said for said, _ in piece)
            indent = indent.ljust(len(line) - len(text) + 2)


def part(line: Line, start: int, end: int) -> Line:
    """Return the characters of a line from start to end, without trailing spaces."""
    end = start + len("".join(text for text, _ in line)[start:end].rstrip())
    pieces, at = [], 0
    for text, style in line:
        if piece := text[max(start - at, 0) : max(end - at, 0)]:
            pieces.append((piece, style))
        at += len(text)
    return tuple(pieces)


def beside(*cells: tuple[Sequence[Line], int], gap: int = _GAP) -> Iterator[Line]:
    """Yield the lines of cells side by side; a cell is its lines and its width."""
    for row in zip_longest(*(lines for lines, _ in cells), fillvalue=()):
        whole: Line = ()
        wanted = 0
        for cell, (_, width) in zip(row, cells, strict=True):
            if cell:
                whole += ((" " * (wanted - length(whole)), ""), *cell)
            wanted += width + gap
        yield whole


def indent(lines: Iterable[Line], by: int = 2) -> Iterator[Line]:
    """Return lines indented by `by` spaces."""
    return (((" " * by, ""), *line) for line in lines)


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


def unstyled(lines: Iterable[Line], encoding: str) -> str:
    """Return the text of lines as they stand in a pipe."""
    return "".join(
        encodable(piece, encoding) for line in lines for piece, _ in (*line, ("\n", ""))
    )


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


def cells(text: str) -> int:
    """Return how many terminal cells a printable text takes."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


def chopped(text: str, room: int) -> list[str]:
    """Return a text of any script in parts of at most `room` terminal cells.

    No character is lost; Rich's own chopping can lose marks.
    """
    parts = [""]
    for character in text:
        if cells(parts[-1] + character) > room:
            parts.append("")
        parts[-1] += character
    return parts
