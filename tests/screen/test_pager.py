"""The pager: a text longer than the terminal, and nothing else, goes through it."""

from __future__ import annotations

import io
import os
import signal
import sys
from pathlib import Path
from unittest import mock

import pytest
from spec import table

from b12sched.commands import terminal

LONG = "".join(f"line {number} \x1b[1m→\x1b[0m\n" for number in range(1, 25))
"""As many lines as the terminal of these tests has, so that one would scroll away."""

PLAIN = "".join(f"line {number}\n" for number in range(1, 25))


@pytest.fixture
def seen(tmp_path: Path) -> Path:
    """The file that a pager of these tests writes: what it was sent."""
    return tmp_path / "seen"


def keeper(seen: Path, then: str = "") -> str:
    """A pager that keeps its input."""
    program = f"import sys; open({str(seen)!r}, 'wb').write(sys.stdin.buffer.read())"
    return f'{sys.executable} -c "{program}{then}"'


def printed(text: str, *, is_terminal: bool = True, **env: str) -> str:
    """What is printed without a pager, on a terminal of 24 lines."""
    out = io.TextIOWrapper(io.BytesIO(), "utf-8")
    with (
        mock.patch.dict(os.environ, {"LINES": "24", "TERM": "xterm"} | env),
        mock.patch.object(sys, "stdout", out),
        mock.patch.object(out, "isatty", return_value=is_terminal),
    ):
        if env.get("PAGER") is None:
            os.environ.pop("PAGER", None)
        terminal.print_long(text)
        out.flush()
    assert isinstance(out.buffer, io.BytesIO)
    return out.buffer.getvalue().decode()


def test_a_text_longer_than_the_screen_goes_through_the_pager(seen: Path) -> None:
    """With its escapes and in the encoding of the terminal."""
    assert printed(LONG, PAGER=keeper(seen)) == ""
    assert seen.read_text("utf-8") == LONG


def test_lines_folded_to_the_width_go_through_it_too(seen: Path) -> None:
    """`print_lines` with `paged` counts the lines as they are shown."""
    lines = ["word " * 20] * 12  # two lines each at 80 columns
    with (
        mock.patch.object(terminal, "print_long", lambda text: seen.write_text(text)),
        mock.patch.dict(os.environ, {"COLUMNS": "80"}),
    ):
        terminal.print_lines(lines, paged=True)
    assert seen.read_text().count("\n") == 24


@table(
    "is_terminal, text, env",
    ("a screen that has room", True, LONG.split("\n", 1)[1], {}),
    ("a pipe", False, PLAIN, {}),
    ("a dumb terminal", True, LONG, {"TERM": "dumb"}),
)
def test_what_needs_no_pager_is_printed(
    is_terminal: bool, text: str, env: dict[str, str], seen: Path
) -> None:
    """One line fewer than the terminal has fits, for the prompt comes below."""
    pager = {"PAGER": keeper(seen)}
    assert printed(text, is_terminal=is_terminal, **pager | env) == text
    assert not seen.exists()


@pytest.mark.parametrize("pager", ["cat", "", "no-such-program", "an 'open quotation"])
def test_without_a_pager_the_text_is_printed(pager: str) -> None:
    """`cat` and nothing mean none; so does a name that cannot be started."""
    assert printed(LONG, PAGER=pager) == LONG


def test_a_pager_that_quits_early_is_no_error() -> None:
    """What it did not read is not shown, however much it is."""
    quits = f"{sys.executable} -c pass"
    assert printed(LONG * 10_000, PAGER=quits) == ""


def test_ctrl_c_is_for_the_pager_to_answer(seen: Path) -> None:
    """The program waits for it, and afterwards hears Ctrl-C as before."""
    before = signal.getsignal(signal.SIGINT)
    kill = "; import os, signal; os.kill(os.getppid(), signal.SIGINT)"
    assert printed(LONG, PAGER=keeper(seen, kill)) == ""
    assert seen.exists()
    assert signal.getsignal(signal.SIGINT) is before


def test_the_usual_pager_shows_colours_and_stays_on_the_screen(tmp_path: Path) -> None:
    """`less -FRX`; a PAGER that is `less` alone gets these as its settings."""
    less = tmp_path / "less"
    less.write_text(f'#!/bin/sh\necho "$@" "$LESS" > {tmp_path}/said\ncat >/dev/null\n')
    less.chmod(0o755)
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    assert printed(LONG, PATH=path) == ""
    assert (tmp_path / "said").read_text() == "-FRX FRX\n"
    assert printed(LONG, PATH=path, PAGER="less", LESS="-S") == ""
    assert (tmp_path / "said").read_text() == "-S\n"
