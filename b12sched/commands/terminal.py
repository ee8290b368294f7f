"""The terminal and the standard streams: what is typed, shown and sent.

Data goes to standard output, everything else to standard error. A stream that is no
terminal gets no colour; on one, no line is broken inside a date or a dose.
"""

from __future__ import annotations

import codecs
import contextlib
import io
import os
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO, TextIO

import typer

from b12sched.errors import InputError, printable
from b12sched.output.signals import uninterrupted

if TYPE_CHECKING:
    from rich.console import Console

NARROWEST, WIDEST = 40, 1000
WIDTH_IN_A_PIPE = 80
_PROGRESS_TEXT = 50


def interactive() -> bool:
    """Whether somebody can be asked."""
    return sys.stdin.isatty()


def console() -> Console:
    """The terminal, or a fixed width without colour where there is none."""
    from rich.console import Console

    return Console(
        width=width(),
        height=25,  # without it Rich takes a dumb terminal to be 80 columns wide
        force_terminal=sys.stdout.isatty(),
        highlight=False,
        markup=False,
        emoji=False,
    )


def width(*, to_stderr: bool = False) -> int:
    """The columns to print on, from COLUMNS or the terminal; 40 to 1000.

    Standard error may be a terminal where standard output is not.
    """
    columns = 0
    if to_stderr and sys.stderr.isatty():
        columns = os.get_terminal_size(sys.stderr.fileno()).columns
    size = shutil.get_terminal_size((columns or WIDTH_IN_A_PIPE, 0))
    return min(max(NARROWEST, size.columns), WIDEST)


def print_lines(lines: Iterable[str], *, to_stderr: bool = False) -> None:
    """Print lines of text, folded between words to the width of the terminal.

    A terminal obeys none of them: what is not printable is spelt out.
    """
    from b12sched.views.screen.table import fold

    columns = width(to_stderr=to_stderr)
    for line in map(printable, lines):
        text = line.lstrip()
        indent = line[: len(line) - len(text)]
        for part in fold(((text, ""),), columns - len(indent) - 2):
            typer.echo(indent + "".join(piece for piece, _ in part), err=to_stderr)
            indent = indent.ljust(len(line) - len(text) + 2)


def say(line: str) -> None:
    """Tell the user something: a line on standard error, folded on a terminal only.

    What is not printable is spelt out, as in `print_lines`.
    """
    if sys.stderr.isatty():
        print_lines([line], to_stderr=True)
    else:
        typer.echo(printable(line), err=True)


def write_stdout(data: bytes) -> None:
    """Data goes out as it is, in UTF-8, whatever the terminal's encoding."""
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def ask(question: str, field: str) -> str:
    """Ask until the answer can be used for the field."""
    from b12sched.plan.case import FIELDS

    say(question)
    while True:
        typer.echo("> ", nl=False, err=True)
        text = sys.stdin.readline()
        if not text:
            raise typer.Abort
        text = text.removesuffix("\n")
        try:
            FIELDS[field](text, field)
        except InputError as error:
            say(error.message)
            say(f"  {error.hint}")
        else:
            return text


def ask_password(question: str) -> str:
    """Ask for a password, which is not shown."""
    from getpass import getpass

    return getpass(f"{question}: ", stream=sys.stderr)


def stdin_bytes() -> io.BufferedReader:
    """Standard input as bytes. Raises InputError if somebody sits there."""
    if interactive():
        raise InputError(
            "is a terminal", "send the cohort through a pipe", field="standard input"
        )
    return os.fdopen(sys.stdin.fileno(), "rb", closefd=False)


def stderr_table() -> Callable[[str], object]:
    """Return what writes the rows of a table to standard error.

    They are UTF-8 and their line ends are left alone; a terminal obeys none of them.
    """
    if sys.stderr.isatty():
        return lambda row: typer.echo(printable(row.removesuffix("\r\n")), err=True)
    sys.stderr.flush()
    return codecs.getwriter("utf-8")(sys.stderr.buffer).write


Meter = Callable[[int, int], None]
"""Is told how many rows are done, and how many failed."""


def progress_text(
    rows: int, failed: int, spent: float, read: int, size: int, *, wide: bool
) -> str:
    """How far the rows have come after so many seconds; rates need more than one.

    Of the bytes of a file so many are read; none where its size is not known.
    """
    said = [f"{rows} rows", f"{failed} failed"]
    if spent > 1 and read:
        left = int(spent * max(0, size - read) / read)
        said.insert(1, f"{left // 60}:{left % 60:02} left")
    if spent > 1 and wide:
        said.insert(1, f"{rows / spent:.0f}/s")
    return "  ".join(said)


@contextmanager
def progress(stream: BinaryIO, size: int | None) -> Iterator[Meter]:
    """A bar on a terminal: rows, rate, time left, failures; elsewhere nothing.

    How far a file has been read says how much is left; `size` is in bytes.
    """
    if not sys.stderr.isatty():
        yield lambda rows, failed: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    columns = width(to_stderr=True)
    wide = columns > _PROGRESS_TEXT + 10
    text = TextColumn("{task.description}", markup=False)
    shown = Progress(
        *([BarColumn(bar_width=columns - _PROGRESS_TEXT)] * wide),
        text,
        console=Console(stderr=True, width=columns),
        transient=True,
    )
    # Its thread must not answer Ctrl-C while processes are started.
    with uninterrupted():
        shown.start()
    try:
        task = shown.add_task("", total=size)

        def meter(rows: int, failed: int) -> None:
            read = stream.tell() if size else 0
            spent = shown.tasks[task].elapsed or 0.0
            said = progress_text(rows, failed, spent, read, size or 0, wide=wide)
            shown.update(task, completed=read, description=said)

        yield meter
    finally:
        shown.stop()


def abandon(stream: TextIO) -> None:
    """Keep the interpreter from failing again on a broken output when it ends."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def mend_streams() -> None:
    """Put something in the place of streams that were closed before the start.

    Writing to a closed standard output then fails as any other output does. What an
    encoding lacks is written as an escape, never lost.
    """
    reading, writing = (os.open(os.devnull, how) for how in (os.O_RDONLY, os.O_WRONLY))
    if sys.stdin is None:
        sys.stdin = os.fdopen(reading, closefd=False)
    if sys.stdout is None:
        sys.stdout = os.fdopen(reading, "w", closefd=False)
    if sys.stderr is None:
        sys.stderr = os.fdopen(writing, "w", closefd=False)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
