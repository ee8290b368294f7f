"""A batch that runs while a test looks at it, stops it, or runs it again."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from cli import Done, command, surroundings
from cohorts import PATIENCE, manifest_in, piped

HOLD = """
import os
import sys

event, part, said, go = os.environ["HOLD"].split(",")


def hold(name, values):
    global event
    if name == event and part in str(values[0]):
        event = ""
        os.write(int(said), b".")
        os.read(int(go), 1)


sys.addaudithook(hold)
"""
"""What Python runs at its start: at a call to the disk it says so, and waits."""

MANY = 400
"""Rows enough for a run to be met in the middle of its work."""


@contextlib.contextmanager
def started(*arguments: str, jobs: str = "2") -> Iterator[subprocess.Popen[bytes]]:
    """A batch that runs in a session of its own, and is over when the test is."""
    # Stopped between opening a file and its `with`, Python closes it by itself, and
    # says so where warnings are errors: users do not see that.
    python, *rest = command("batch", *arguments, "--jobs", jobs)
    at = rest.index("-m")
    process = subprocess.Popen(
        [python, *rest[:at], "-W", "ignore::ResourceWarning", *rest[at:]],
        env=surroundings(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def wait_for(what: Callable[[], bool]) -> None:
    """Look again and again, for as long as it may take."""
    until = time.monotonic() + PATIENCE
    while not what():
        assert time.monotonic() < until, "it did not come to that"
        time.sleep(0.01)


def wait_until_busy(process: subprocess.Popen[bytes], directory: Path) -> None:
    """Let the run come to its first calendars."""
    wait_for(lambda: process.poll() is not None or len(visible(directory)) > 20)
    assert process.poll() is None, process.communicate()


def visible(directory: Path) -> list[Path]:
    """The files of a directory that are no drafts."""
    return [path for path in directory.glob("*") if path.name[0] != "."]


def is_whole(path: Path) -> bool:
    """Whether a calendar has its end, and all that it began."""
    data = path.read_bytes()
    return (
        data.startswith(b"BEGIN:VCALENDAR\r\n")
        and data.endswith(b"END:VCALENDAR\r\n")
        and data.count(b"BEGIN:VEVENT") == data.count(b"END:VEVENT") == 14
    )


def complete(path: Path, directory: Path) -> None:
    """The same batch again: it completes, and leaves no trace of the broken one."""
    words = ("batch", str(path), "-o", str(directory), "--jobs", "2")
    done = piped(b"", *words, COVERAGE_PROCESS_START="")
    assert done.code == 0, done.err
    expected = {f"P{n:05}.ics" for n in range(MANY)} | {"manifest.csv"}
    assert {each.name for each in directory.iterdir()} == expected
    assert len(manifest_in(directory)) == MANY
    assert all(is_whole(each) for each in directory.glob("*.ics"))


class Held(NamedTuple):
    """A run that waits at a call; `go` lets it end."""

    process: subprocess.Popen[bytes]
    release: int

    def go(self) -> Done:
        os.write(self.release, b".")
        return self.end()

    def end(self) -> Done:
        out, err = self.process.communicate(timeout=PATIENCE)
        return Done(self.process.returncode, out.decode(), err.decode())


@contextlib.contextmanager
def held(where: Path, at: str, *arguments: str) -> Iterator[Held]:
    """A run of the command that has come as far as a call, and is over afterwards."""
    (where / "hold").mkdir(exist_ok=True)
    (where / "hold" / "sitecustomize.py").write_text(HOLD, encoding="utf-8")
    (came, said), (go, release) = os.pipe(), os.pipe()
    process = subprocess.Popen(
        command(*arguments),
        env=surroundings(PYTHONPATH=str(where / "hold"), HOLD=f"{at},{said},{go}"),
        cwd=where,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        pass_fds=(said, go),
    )
    os.close(said)
    os.close(go)
    try:
        assert os.read(came, 1) == b".", process.communicate()
        yield Held(process, release)
    finally:
        process.kill()
        process.communicate()
        os.close(came)
        os.close(release)
