"""The standard streams, as a script or a terminal leaves them."""

from __future__ import annotations

import io
import os
import pickle
import runpy
import sys
from pathlib import Path
from typing import TextIO
from unittest import mock

import pytest

from b12sched.cli import run
from b12sched.cohort.error_table import error_table
from b12sched.cohort.layout import Column
from b12sched.cohort.row import RowError
from b12sched.commands import terminal as screen
from b12sched.errors import B12SchedError, InputError, RefusedError


@pytest.fixture
def _streams(monkeypatch: pytest.MonkeyPatch) -> None:
    """Streams that are put back after the test."""
    for name in ("stdin", "stdout", "stderr"):
        monkeypatch.setattr(sys, name, getattr(sys, name))


def test_streams_that_were_closed_before_the_start_are_replaced(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nothing is read, nothing can be written to standard output, errors go nowhere."""
    for name in ("stdin", "stdout", "stderr"):
        monkeypatch.setattr(sys, name, None)
    screen.mend_streams()
    assert sys.stdin.read() == ""
    sys.stderr.write("lost")
    sys.stderr.flush()
    sys.stdout.write("x")
    with pytest.raises(OSError, match="Bad file descriptor"):
        sys.stdout.flush()
    with pytest.raises(OSError, match="Bad file descriptor"):
        sys.stdout.close()  # else Python 3.13 says later what it could not write


@pytest.mark.usefixtures("_streams")
def test_what_an_encoding_lacks_is_written_as_an_escape() -> None:
    """No character is lost and no encoding is an error."""
    raw = io.BytesIO()
    sys.stdout = io.TextIOWrapper(raw, encoding="ascii")
    screen.mend_streams()
    sys.stdout.write("µ")
    sys.stdout.flush()
    assert raw.getvalue() == b"\\xb5"


@pytest.mark.usefixtures("_streams")
def test_a_stream_of_another_kind_is_left_alone() -> None:
    """What stands in for the streams in somebody's program is theirs."""
    mine: TextIO = io.StringIO()
    sys.stdout = mine
    screen.mend_streams()
    assert sys.stdout is mine


def test_a_broken_stream_is_abandoned_for_good() -> None:
    """What is written after goes nowhere, and a stream without a file is no matter."""
    reading, writing = os.pipe()
    stream = os.fdopen(writing, "w")
    os.close(reading)
    stream.write("x")
    screen.abandon(stream)
    stream.flush()
    stream.close()
    screen.abandon(io.StringIO())


@pytest.mark.parametrize("there", [True, False])
def test_the_package_runs_as_a_module(
    there: bool, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """`python -m b12sched` is the command, also where the directory was removed."""
    monkeypatch.setattr(sys, "argv", ["b12sched", "--version"])
    # Both are this process's own.
    monkeypatch.setattr(sys, "path", [str(Path.cwd()) if there else "zip", *sys.path])
    monkeypatch.setattr("b12sched.cli.stop_on_signals", lambda: None)
    before = sys.path.copy()
    if not there:
        monkeypatch.setattr(os, "getcwd", mock.Mock(side_effect=FileNotFoundError))
    with pytest.raises(SystemExit) as end:
        runpy.run_module("b12sched", run_name="__main__")
    assert end.value.code == 0
    assert capsys.readouterr().out.startswith("b12sched 0.")
    assert sys.path == before[there:]


@pytest.mark.parametrize("kind", [B12SchedError, InputError, RefusedError])
def test_an_error_crosses_from_one_process_to_another(
    kind: type[B12SchedError],
) -> None:
    """Message, hint, field, value and both codes are all there on the other side."""
    error = kind("is wrong", "mend it", field="plateau", value="x")
    copy = pickle.loads(pickle.dumps(error))  # noqa: S301  # our own bytes
    assert type(copy) is kind
    assert vars(copy) == vars(error) | {"code": kind.code}
    future = kind("is wrong", "mend it", code="future")
    assert pickle.loads(pickle.dumps(future)).code == "future"  # noqa: S301
    assert str(copy) == "plateau: is wrong"


class _ClosedPipe(io.StringIO):
    def flush(self) -> None:
        raise BrokenPipeError


@pytest.mark.usefixtures("_streams")
def test_a_pipe_that_closes_at_the_last_moment_is_no_failure() -> None:
    """The reader went away after the last line: it had all it wanted."""
    sys.stdout = _ClosedPipe()
    assert run(["--version"]) == 0


def test_without_a_command_the_help_is_shown(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """It is not what was asked for, so it goes to standard error with exit code 2."""
    assert run([]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.startswith("Usage: b12sched COMMAND [OPTIONS]")
    assert "Make one patient's plan." in shown.err


def test_a_table_of_errors_is_shown_on_a_terminal_without_being_obeyed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """In a pipe it is data and stays as it is."""
    error = RowError(
        2, "start", "\x1b]0;x\x07", "is no date", "state one", {"patient": "\n"}
    )
    for terminal, shown in (
        (True, "2,start,\\x1b]0;x\\x07,"),
        (False, "\x1b]0;x\x07,"),
    ):
        raw = io.BytesIO()
        stream = io.TextIOWrapper(raw, "utf-8", newline="")
        monkeypatch.setattr(stream, "isatty", lambda terminal=terminal: terminal)
        monkeypatch.setattr(sys, "stderr", stream)
        error_table(screen.stderr_table(), [Column("patient", "patient")])(error)
        stream.flush()
        assert shown in raw.getvalue().decode()
        assert (b"\x1b" in raw.getvalue()) != terminal
