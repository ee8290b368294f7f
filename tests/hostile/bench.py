"""Where a command runs, in this process, and what every run must keep to.

No traceback, no hang, a documented exit code, an error in two lines, whole files or
none; and what is refused stays as it was.
"""

from __future__ import annotations

import contextlib
import csv
import io
import json
import os
import re
import shutil
import signal
import socket
import sys
import warnings
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from types import FrameType
from typing import Any, NamedTuple, NoReturn
from unittest import mock

from cli import surroundings

from b12sched import cli
from b12sched.commands import environment as machine

COMMAND: Any = cli.program_for(())
"""The command, put together once: for every line it would take most of the time."""

DOCUMENTED = {0, 1, 2, 3, 4}
DONE, FAILED, SOME_FAILED = 0, 1, 4
_SAID = {1: "error: ", 2: "error: ", 3: "refused: "}
_CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")

Files = dict[str, bytes | None]
"""What a directory holds, by path: bytes, None for a directory."""


PATIENCE = 20.0
"""Seconds of work after which a command hangs: a thousand times the usual."""

WAIT = 300.0
"""Seconds after which one that does not even work does, on the busiest machine."""


class BrokenRuleError(Exception):
    """What an input brought to light: the words say which rule is broken."""


def must(holds: object, rule: str, *seen: object) -> None:
    """Raise BrokenRuleError unless the rule holds, with what was seen instead."""
    if not holds:
        raise BrokenRuleError("; ".join([rule, *map(repr, seen)]))


class HangError(BaseException):
    """A command does not end; no `except Exception` of the program catches it."""


class Ran(NamedTuple):
    """What a command left: its exit code and the text of its two streams."""

    code: int
    out: str
    err: str


class Bench:
    """A directory in which commands run; after each it is as it was before."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def run(self, *arguments: str, stdin: bytes = b"") -> Ran:
        """Run a command line; it must end as any command line must."""
        out = io.TextIOWrapper(io.BytesIO(), "utf-8", "backslashreplace", newline="")
        err = io.TextIOWrapper(io.BytesIO(), "utf-8", "backslashreplace", newline="")
        with (
            _input_of(stdin) as given,
            mock.patch.object(sys, "stdin", given),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
            stopped_if_it_hangs(),
        ):
            code = cli.run(arguments)
            out.flush()
            err.flush()
        ran = Ran(code, _text(out), _text(err))
        check_ended(ran)
        return ran

    def files(self) -> Files:
        """What the directory holds now."""
        found: Files = {}
        waiting = [str(self.directory)]
        while waiting:
            for entry in os.scandir(waiting.pop()):
                name = os.path.relpath(entry.path, self.directory)
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)
                    found[name] = None
                else:
                    found[name] = Path(entry.path).read_bytes()
        return found

    def put(self, files: Files) -> None:
        """Make the directory hold these files and nothing else."""
        now = self.files()
        for name in sorted(now, reverse=True):
            if name not in files:
                path = self.directory / name
                shutil.rmtree(path) if now[name] is None else path.unlink()
        for name, content in files.items():
            if content is not None and now.get(name) != content:
                (self.directory / name).write_bytes(content)


@contextlib.contextmanager
def stopped_if_it_hangs() -> Iterator[None]:
    """Stop what works or waits for ever."""

    def stop(_: int, frame: FrameType | None) -> None:
        where = frame and f"{Path(frame.f_code.co_filename).name}:{frame.f_lineno}"
        raise HangError(f"it does not come to an end, at {where}")

    timers = {signal.SIGPROF: signal.ITIMER_PROF, signal.SIGALRM: signal.ITIMER_REAL}
    before = [signal.signal(each, stop) for each in timers]
    try:
        signal.setitimer(signal.ITIMER_PROF, PATIENCE)
        signal.setitimer(signal.ITIMER_REAL, WAIT)
        yield
    finally:
        for each, old in zip(timers, before, strict=True):
            signal.setitimer(timers[each], 0)
            signal.signal(each, old)


@contextlib.contextmanager
def benched(directory: Path) -> Iterator[Bench]:
    """A bench in an empty directory: no network, a fixed moment, one process.

    A warning is an error.
    """
    before = Path.cwd()
    os.chdir(directory)
    changes = {
        "COLUMNS": "80",
        "SOURCE_DATE_EPOCH": "1796126400",
        "HOME": str(directory),
        "XDG_CONFIG_HOME": str(directory),
    }
    try:
        with (
            mock.patch.dict(os.environ, surroundings(**changes), clear=True),
            mock.patch.object(cli, "program_for", return_value=COMMAND),
            mock.patch.object(machine, "cores", return_value=1),
            mock.patch.object(socket.socket, "connect", _unreachable),
            mock.patch.object(socket, "getaddrinfo", _unreachable),
            warnings.catch_warnings(),
        ):
            warnings.simplefilter("error")
            yield Bench(directory)
    finally:
        os.chdir(before)


def check_ended(ran: Ran) -> None:
    """Every command ends with a documented code and says what is wrong in two lines."""
    must(ran.code in DOCUMENTED, "the exit code is documented", ran.code, ran.err)
    must("Traceback" not in ran.err, "no traceback", ran.err)
    must("error: unexpected" not in ran.err, "no fault of the program", ran.err)
    said = ran.err.replace("\r\n", "\n")  # the ends of a table of errors
    must(not _CONTROL.search(said), "nothing but text on standard error", ran.err)
    must("\x1b" not in ran.out, "no escape in a pipe", ran.out[-300:])
    lines = ran.err.splitlines()
    if lines and lines[-1].startswith('{"error": '):
        error = json.loads(lines[-1])["error"]
        must(error["code"] != "unexpected", "no fault of the program", ran.err)
        must(error["exit"] == ran.code, "the line of JSON has the exit code", ran.err)
        must(error["message"] and error["hint"], "it says what and what to do", ran.err)
        must(not ran.out, "no data beside an error", ran.out[-300:])
    elif ran.code in _SAID:
        must(not ran.out, "no data beside an error", ran.out[-300:])
        must(len(lines) >= 2, "an error is two lines", ran.err)
        what, cure = lines[-2:]
        beginning = _SAID[ran.code]
        must(what.startswith(beginning), f"the first begins {beginning}", ran.err)
        must(what.removeprefix(beginning).strip(), "it says what is wrong", ran.err)
        _check_cure(cure, ran.err)
        lines = lines[:-2]
        _check_rows(lines, ran.err)
    else:
        must("error: " not in ran.err, "no error with exit code 0 or 4", ran.err)


def _check_rows(lines: Sequence[str], err: str) -> None:
    """What stands before an error: rows that failed, in two lines each."""
    for what, cure in zip(lines[::2], lines[1::2], strict=True):
        must(what.startswith("row "), "an error is two lines", err)
        _check_cure(cure, err)


def _check_cure(line: str, err: str) -> None:
    must(line.startswith("  ") and line.strip(), "the second says what to do", err)


def check_kept(
    ran: Ran, before: Files, after: Files, tables: Collection[str] = ()
) -> None:
    """A command that was refused left everything as it was; else files are whole.

    `tables` are the names that `--errors` gave: such a table is as right if something
    else could not be written after it, may have any suffix, and may be empty.
    """
    changed = {
        name for name in before | after if before.get(name, 0) != after.get(name, 0)
    }
    if ran.code not in (DONE, SOME_FAILED):
        left = changed if ran.code != FAILED else changed.difference(tables)
        must(not left, "what is refused is left as it was", sorted(left), ran.err)
    for name in changed:
        must(name in after, "no file is taken away", name)
        must(not name.endswith(".part"), "no draft is left", name)
        as_it_was = name.endswith(".json~")  # the spoilt plan file before its revision
        if (content := after[name]) is not None and not as_it_was:
            check_whole("errors.csv" if name in tables else name, content)


def unfolded(content: bytes) -> str:
    """A calendar without its folds, of which one may be inside a character.

    What is not UTF-8 in a person's own events is kept as it stands.
    """
    return re.sub(b"\r?\n[ \t]", b"", content).decode(errors="surrogateescape")


def check_whole(name: str, content: bytes) -> None:
    """A file that was written can be read as what its suffix says."""
    form = name[name.rfind(".") :].lower()
    try:
        text = unfolded(content) if form == ".ics" else content.decode()
        if form == ".json":
            json.loads(text, parse_constant=_no_constant)
        elif form == ".csv":
            widths = {
                len(row) for row in csv.reader(io.StringIO(text, ""), strict=True)
            }
            must(len(widths) <= 1, "a table has rows of one width", name, widths)
        elif form == ".ics":
            ends = (
                text.startswith("BEGIN:VCALENDAR\r\n"),
                text.endswith("END:VCALENDAR\r\n"),
            )
            must(all(ends), "a calendar is whole", name)
        elif form == ".html":
            must(text.rstrip().endswith("</html>"), "a page is whole", name)
        else:
            must(form == ".md", "a written file has a suffix of a format", name)
            must(text.endswith("\n"), "a text is whole", name)
    except (ValueError, csv.Error) as error:
        raise BrokenRuleError(f"{name} can be read; {error}") from error


@contextlib.contextmanager
def _input_of(data: bytes) -> Iterator[io.TextIOWrapper]:
    """A standard input of these bytes, that is no terminal; it has a number."""
    descriptor = os.memfd_create("input")
    with os.fdopen(descriptor, "r+b") as stream:
        stream.write(data)
        stream.seek(0)
        yield io.TextIOWrapper(stream, "utf-8")


def _text(stream: io.TextIOWrapper) -> str:
    buffer = stream.buffer
    assert isinstance(buffer, io.BytesIO)
    return buffer.getvalue().decode()


def _unreachable(*_: object, **__: object) -> NoReturn:
    raise OSError(101, "Network is unreachable")


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
