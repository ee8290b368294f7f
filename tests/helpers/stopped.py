"""A command that is killed, or told of a fault, at any one of its calls to the disk.

As a program it loads the command once and forks for every run, so that a run at each
call takes seconds. The calls are counted as Python reports them to an audit hook:
opening, renaming, linking, removing, listing and locking below one directory. Waiting
for the disk is counted, and not done. Nothing in the package knows of it.
"""

from __future__ import annotations

import contextlib
import errno
import io
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

EVENTS = {
    *("open", "os.rename", "os.remove", "os.link", "os.mkdir", "os.rmdir"),
    *("os.listdir", "os.scandir", "os.truncate", "fcntl.flock"),
}
KILL = "kill"


class Run(NamedTuple):
    """What came of a run: its exit code (None: killed), its calls, what it said."""

    code: int | None
    calls: list[str]
    err: str


class Server(NamedTuple):
    """Runs the command below a directory, each time in a new process."""

    process: subprocess.Popen[str]
    directory: Path

    def run(self, *arguments: str, at: int = 0, fault: str = KILL, **env: str) -> Run:
        """Run it; at its call of that number (from 1) it is killed, or the call fails.

        `fault` is `kill` or the name of an error, such as ENOSPC.
        """
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        asked = {"arguments": arguments, "at": at, "fault": fault, "env": env}
        self.process.stdin.write(json.dumps(asked) + "\n")
        self.process.stdin.flush()
        return Run(*json.loads(self.process.stdout.readline()))


@contextmanager
def server(directory: Path, env: dict[str, str]) -> Iterator[Server]:
    """A server for the time of a `with` block; it works in the directory."""
    process = subprocess.Popen(
        [sys.executable, "-W", "error", __file__, str(directory)],
        env={k: v for k, v in env.items() if not k.startswith("COV")},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield Server(process, directory)
    finally:
        process.communicate()


# -- in the process of its own ------------------------------------------------------


def _serve(directory: str) -> None:
    _load()
    os.chdir(directory)
    for line in sys.stdin:
        with tempfile.TemporaryFile() as err, tempfile.TemporaryFile() as log:
            child = os.fork()
            if not child:
                _run(json.loads(line), directory, err.fileno(), log.fileno())
            status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
            for stream in (err, log):
                stream.seek(0)
            said = err.read().decode(errors="backslashreplace")
            run = Run(None if status < 0 else status, log.read().decode().split(), said)
        print(json.dumps(run), flush=True)  # noqa: T201  # the answer


def _load() -> None:
    """Import what the command imports late, before the first fork."""
    from b12sched.cli import run

    facts = ("2026-01-05", "--neuro", "--renal", "normal", "--patient", "A")
    with (
        tempfile.TemporaryDirectory() as directory,
        contextlib.redirect_stdout(io.TextIOWrapper(io.BytesIO())),
        contextlib.redirect_stderr(io.StringIO()),
        contextlib.chdir(directory),
    ):
        Path("a.csv").write_text(
            "patient,last_dose,neuro,renal\nA,2026-01-05,no,normal\n"
        )
        outputs = [f"-oa.{suffix}" for suffix in ("json", "ics", "html", "fhir.json")]
        assert run(["plan", *facts, *outputs]) == 0
        assert run(["revise", "a.json", "--given", "2026-01-06", "-oa.ics"]) == 0
        assert run(["batch", "a.csv", "-oout", "--jobs", "1"]) == 0
        week = ("--from", "2026-01-05", "--to", "2026-04-11")
        assert run(["worklist", "a.csv", *week, "-oa.csv.ics"]) == 0


def _run(asked: dict[str, Any], directory: str, err: int, log: int) -> None:
    from b12sched.cli import run

    os.environ.update(asked["env"])
    null = os.open(os.devnull, os.O_RDWR)
    for stream, number in ((null, 0), (null, 1), (err, 2)):
        os.dup2(stream, number)
    seen = 0

    def reach(name: str) -> None:
        nonlocal seen
        seen += 1
        os.write(log, name.encode() + b"\n")
        if seen == asked["at"]:
            if asked["fault"] == KILL:
                os.kill(os.getpid(), signal.SIGKILL)
            number = getattr(errno, asked["fault"])
            raise OSError(number, os.strerror(number))

    def hook(event: str, values: tuple[object, ...]) -> None:
        if event in EVENTS and _concerns(event, values, directory):
            reach(event)

    for name in ("fsync", "sync"):
        setattr(os, name, lambda *_, name=name: reach(f"os.{name}"))
    sys.addaudithook(hook)
    code = run(asked["arguments"])
    sys.stderr.flush()
    os._exit(code)


def _concerns(event: str, values: tuple[object, ...], directory: str) -> bool:
    """Whether a call is about something below the directory."""
    if event == "fcntl.flock":
        return True
    return isinstance(values[0], str | os.PathLike) and (
        os.path.abspath(values[0]).startswith(directory)  # noqa: PTH100  # links stay
    )


if __name__ == "__main__":
    _serve(sys.argv[1])
