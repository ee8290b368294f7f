"""The terminal and the standard streams: reading, showing and sending.

Data goes to standard output, everything else to standard error. A stream that is no
terminal gets no colour; on a terminal no line breaks inside a date or a dose, and a
text that is longer than the screen goes through the pager of whoever reads it.
"""

from __future__ import annotations

import codecs
import contextlib
import io
import os
import shutil
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, TextIO, TypeVar

import typer

from b12sched.errors import InputError, printable, shown

if TYPE_CHECKING:
    from rich.console import Console

    from b12sched.views.screen.layout import Screen

_Answer = TypeVar("_Answer")

NARROWEST, WIDEST = 40, 1000
PAGER = "less -FRX"  # where PAGER names none: it stays on the screen, colours and all
WIDTH_IN_A_PIPE = 80


def interactive() -> bool:
    """Return whether standard input is a terminal, so that a user can be asked."""
    return sys.stdin.isatty()


def console(*, to_stderr: bool = False) -> Console:
    """Return the terminal; without one, a fixed width and no colour."""
    from rich.console import Console

    return Console(
        stderr=to_stderr,
        width=width(to_stderr=to_stderr),
        height=25,  # without it Rich takes a dumb terminal to be 80 columns wide
        force_terminal=(sys.stderr if to_stderr else sys.stdout).isatty(),
        highlight=False,
        markup=False,
        emoji=False,
    )


def width(*, to_stderr: bool = False) -> int:
    """Return the columns to print on, from COLUMNS or the terminal; 40 to 1000.

    Standard error may be a terminal where standard output is not.
    """
    columns = 0
    if to_stderr and sys.stderr.isatty():
        columns = os.get_terminal_size(sys.stderr.fileno()).columns
    size = shutil.get_terminal_size((columns or WIDTH_IN_A_PIPE, 0))
    return min(max(NARROWEST, size.columns), WIDEST)


def print_lines(
    lines: Iterable[str],
    *,
    to_stderr: bool = False,
    paged: bool = False,
    whole: Sequence[str] = (),
) -> None:
    """Print lines of text, folded between words to the width of the terminal.

    Unprintable characters are spelt out, so that a terminal obeys none of them. The
    texts of `whole` are not broken. With `paged` a long text goes through the pager.
    """
    from b12sched.views.screen.layout import folded

    parts = folded(map(printable, lines), width(to_stderr=to_stderr), whole)
    if paged:
        print_long("".join(f"{part}\n" for part in parts))
        return
    for part in parts:
        typer.echo(part, err=to_stderr)


def print_screen(screen: Screen, *, paged: bool = False) -> None:
    """Print lines laid out for standard output, with their styles on a terminal.

    With `paged` a long text goes through the pager.
    """
    from b12sched.views.screen.layout import show, unstyled

    if sys.stdout.isatty():
        to = console()
        with to.capture() as captured:
            show(to, screen(to.width, to.encoding))
        text = captured.get()
    else:
        # Without Rich: to load it takes half as long as all the rest of a plan.
        encoding = (sys.stdout.encoding or "utf-8").lower()
        text = unstyled(screen(width(), encoding), encoding)
    if paged:
        print_long(text)
    else:
        typer.echo(text, nl=False)


def print_long(text: str) -> None:
    """Print a text, through a pager if the terminal has fewer lines than it.

    The pager is PAGER, else `less -FRX`; with PAGER=cat, without a pager, on a dumb
    terminal or in a pipe the text is printed as it is. One who leaves the pager early
    has read enough: that is no error. The text may hold escapes for colours and links.
    """
    named = os.environ.get("PAGER", PAGER)
    paged = named not in ("", "cat") and text.count("\n") >= _height()
    if not paged or not _sent_to(named, text):
        typer.echo(text, nl=False)


def _height() -> float:
    """Return the lines of the terminal to print on; elsewhere there is no end."""
    if not sys.stdout.isatty() or os.environ.get("TERM") == "dumb":
        return float("inf")
    _, lines = shutil.get_terminal_size()
    return lines


def _sent_to(command: str, text: str) -> bool:
    """Return whether there is such a pager; if so, it has shown the text and ended."""
    import shlex
    import signal
    import subprocess

    # Without its options `less` shows the escapes of colours as signs.
    settings = {"LESS": "FRX"} | os.environ
    sys.stdout.flush()
    try:
        pager = subprocess.Popen(  # noqa: S603  # the reader's own setting
            shlex.split(command), stdin=subprocess.PIPE, env=settings
        )
    except (OSError, ValueError):  # no program, or no command line
        return False
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the pager
    try:
        with pager:
            pager.communicate(text.encode(sys.stdout.encoding, "backslashreplace"))
    finally:
        signal.signal(signal.SIGINT, before)
    return True


def say(line: str) -> None:
    """Print a line on standard error, folded on a terminal; see `print_lines`."""
    if sys.stderr.isatty():
        print_lines([line], to_stderr=True)
    else:
        typer.echo(printable(line), err=True)


def say_whole(line: str) -> None:
    """Print a line on standard error that can be copied: it is never folded."""
    typer.echo(printable(line), err=True)


def say_error(kind: str, text: str, value: str | None, hint: str) -> None:
    """Print an error on standard error: what is wrong, then what to do."""
    said, cure = printable(text), printable(hint)
    if not sys.stderr.isatty():
        typer.echo(f"{kind}{said}\n  {cure}", err=True)
        return
    from b12sched.views.screen.error import error_lines
    from b12sched.views.screen.layout import show

    to, named = console(to_stderr=True), shown(value) if value else ""
    show(to, error_lines(kind, said, named, cure, to.width - 2))


def write_stdout(data: bytes) -> None:
    """Write data as it is, in UTF-8, whatever the terminal's encoding."""
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def ask(question: str, read: Callable[[str], _Answer]) -> _Answer:
    """Ask until the answer can be read, and return what was read.

    `read` raises InputError for an answer that is of no use. Raises typer.Abort at the
    end of the input.
    """
    say(question)
    while True:
        typer.echo("> ", nl=False, err=True)
        text = sys.stdin.readline()
        if not text:
            raise typer.Abort
        try:
            return read(text.removesuffix("\n"))
        except InputError as error:
            say(error.message)
            say(f"  {error.hint}")


def ask_password(question: str) -> str:
    """Ask for a password, without showing it."""
    from getpass import getpass

    return getpass(f"{question}: ", stream=sys.stderr)


def stdin_bytes() -> io.BufferedReader:
    """Return standard input as bytes. Raises InputError if it is a terminal."""
    if interactive():
        raise InputError(
            "is a terminal", "send the cohort through a pipe", field="standard input"
        )
    return os.fdopen(sys.stdin.fileno(), "rb", closefd=False)


def stderr_table() -> Callable[[str], object]:
    """Return a function that writes the rows of a table to standard error.

    They are UTF-8 and their line ends stay; on a terminal unprintable characters are
    spelt out.
    """
    if sys.stderr.isatty():
        return lambda row: typer.echo(printable(row.removesuffix("\r\n")), err=True)
    sys.stderr.flush()
    return codecs.getwriter("utf-8")(sys.stderr.buffer).write


def on_terminal() -> bool:
    """Return whether people see what goes to standard error."""
    # While a bar is shown, Rich stands in front; before 15 it does not know this.
    stream: TextIO = getattr(sys.stderr, "rich_proxied_file", sys.stderr)
    return stream.isatty()


def abandon(stream: TextIO) -> None:
    """Redirect a broken output: else the interpreter fails again when it ends."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def mend_streams() -> None:
    """Replace the streams that were closed before the start.

    Writing to a closed standard output then fails as any other output does. Characters
    that an encoding lacks are written as escapes, never lost.
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
