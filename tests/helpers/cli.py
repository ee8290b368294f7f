"""The command as its users meet it: in this process, in its own, on a terminal.

`here` is fast and is the rule. `b12sched` starts a process, for what only a process
has: an exit code, a pipe, an encoding. `on_terminal` gives it a terminal and answers
its questions.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import select
import subprocess
import sys
import tempfile
import termios
import time
from pathlib import Path
from typing import Any, NamedTuple
from unittest import mock

from b12sched.cli import run

FACTS = ("2026-01-05", "--no-neuro", "--renal", "normal")
"""The three facts of a standard course from Monday 5 January 2026."""

NEURO = ("2026-01-05", "--neuro", "--renal", "normal")

ESC = "\x1b"
PATIENCE = 60.0
"""Seconds to wait for a process: a hundred times what it takes."""

# What a user's own shell would add to the command's surroundings.
_FOREIGN = re.compile(
    r"(NO_COLOR|FORCE_COLOR|CLICOLOR.*|TERM|COLORTERM|COLUMNS|LINES|SOURCE_DATE_EPOCH"
    r"|TERMINAL_WIDTH|PY_COLORS|GITHUB_ACTIONS|LANG|LANGUAGE|LC_.*|PYTHON.*|TTY_.*"
    r"|_.*COMPLETE|COV_.*)"
)


class Done(NamedTuple):
    """What a command left: its exit code and the text of its two streams."""

    code: int
    out: str
    err: str


class _Input(io.StringIO):
    """Standard input that is no terminal and holds nothing."""


def surroundings(**changes: str) -> dict[str, str]:
    """The environment without what a user's own shell adds to it, plus the changes."""
    kept = {k: v for k, v in os.environ.items() if not _FOREIGN.fullmatch(k)}
    return kept | {"LANG": "C.UTF-8", "B12SCHED_CONFIG": "none"} | changes


def here(*arguments: str, **env: str) -> Done:
    """Run the command in this process, 80 columns wide unless COLUMNS is given."""
    out = io.TextIOWrapper(io.BytesIO(), "utf-8", newline="")
    err = io.TextIOWrapper(io.BytesIO(), "utf-8", errors="backslashreplace")
    with (
        mock.patch.dict(
            os.environ, surroundings(**({"COLUMNS": "80"} | env)), clear=True
        ),
        mock.patch.object(sys, "stdin", _Input()),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        code = run(arguments)
        out.flush()
        err.flush()
    return Done(code, *(_bytes(stream).decode() for stream in (out, err)))


def _bytes(stream: io.TextIOWrapper) -> bytes:
    buffer = stream.buffer
    assert isinstance(buffer, io.BytesIO)
    return buffer.getvalue()


def command(*arguments: str | bytes) -> list[str | bytes]:
    """The command line that starts the program in a process of its own."""
    return [sys.executable, "-W", "error", "-m", "b12sched", *arguments]


def b12sched(*arguments: str | bytes, **env: str) -> Done:
    """Run the command in its own process, with pipes and an empty standard input."""
    done = subprocess.run(
        command(*arguments),
        env=surroundings(**env),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        timeout=PATIENCE,
    )
    err = done.stderr.decode(errors="backslashreplace")
    return Done(done.returncode, done.stdout.decode(), err)


def shell(line: str, *arguments: str, **env: str) -> Done:
    """Run a line of shell in which `"$@"` is the command with these arguments."""
    done = subprocess.run(
        ["sh", "-c", line, "sh", *command(*arguments)],  # noqa: S607  # any sh will do
        env=surroundings(**env),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        timeout=PATIENCE,
    )
    err = done.stderr.decode(errors="backslashreplace")
    return Done(done.returncode, done.stdout.decode(), err)


class Shown(NamedTuple):
    """What a terminal showed, and the standard output where it went to a file."""

    code: int
    screen: str
    out: str


def on_terminal(
    *arguments: str,
    answers: tuple[tuple[str, str], ...] = (),
    ahead: str = "",
    columns: int = 80,
    to_file: bool = False,
    **env: str,
) -> Shown:
    """Run the command on a terminal; type each answer once its question has appeared.

    `ahead` is typed before anything is asked, as by an impatient user.
    With `to_file` the standard output is a file, as after `>`, and the rest stays on
    the terminal.
    """
    primary, secondary = os.openpty()
    termios.tcsetwinsize(secondary, (24, columns))
    os.write(primary, ahead.encode())
    # A new session that opens the terminal owns it, so that Ctrl-C reaches it.
    line = ["sh", "-c", 'exec "$@" <"$0"', os.ttyname(secondary), *command(*arguments)]
    with tempfile.TemporaryFile() as file:
        process = subprocess.Popen(
            line,
            env=surroundings(**({"TERM": "xterm-256color"} | env)),
            stdout=file if to_file else secondary,
            stderr=secondary,
            start_new_session=True,
        )
        os.close(secondary)
        try:
            screen = _converse(primary, answers)
            code = process.wait(PATIENCE)
        finally:
            process.kill()
            process.wait()
            os.close(primary)
        file.seek(0)
        return Shown(code, screen.replace("\r\n", "\n"), file.read().decode())


def _converse(primary: int, answers: tuple[tuple[str, str], ...]) -> str:
    shown, seen, waiting = "", 0, list(answers)
    until = time.monotonic() + PATIENCE
    while select.select([primary], [], [], max(0.0, until - time.monotonic()))[0]:
        try:
            part = os.read(primary, 65536)
        except OSError:  # Linux's way to say that the terminal has no user left
            part = b""
        if not part:
            assert not waiting, f"not asked for {waiting[0][0]!r}: {shown!r}"
            return shown
        shown += part.decode(errors="replace")
        if waiting and waiting[0][0] in shown[seen:]:
            seen = len(shown)
            os.write(primary, waiting.pop(0)[1].encode(errors="surrogateescape"))
    raise AssertionError(f"still waiting for {waiting!r} after {shown!r}")


def json_of(done: Done) -> Any:
    """The JSON that a command wrote, which must have succeeded without a word else."""
    assert done.code == 0, done.err
    assert done.err == ""
    return json.loads(done.out)


def plan_json(*arguments: str) -> Any:
    """The JSON document of the plan for these arguments."""
    return json_of(here("plan", *arguments, "--format", "json"))


def is_error(done: Done, code: int, *said: str) -> None:
    """The command failed as it should: no data, one line what, one what to do.

    Where it was asked for JSON, that is one line of JSON.
    """
    assert done.code == code, done
    assert done.out == ""
    if done.err.startswith('{"error"'):
        [line] = done.err.splitlines()
        error = json.loads(line)["error"]
        assert error["exit"] == code
        assert error["message"]
        assert error["hint"]
        for text in said:
            assert text in f"{error['field']}: {error['message']} {error['hint']}"
        return
    message, cure, *more = done.err.splitlines()
    assert not more
    assert message.startswith("refused: " if code == 3 else "error: ")
    assert cure.startswith("  ")
    assert cure.strip()
    assert "Traceback" not in done.err
    assert "error: unexpected" not in message, "a fault is not an answer"
    assert ESC not in done.err
    for text in said:
        assert text in done.err


def left_in(directory: Path) -> set[str]:
    """The names of everything that a command left in a directory."""
    return {path.name for path in directory.iterdir()}
