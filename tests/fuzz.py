"""A million inputs for everything that reads: `python tests/fuzz.py --inputs 1000000`.

Each input is drawn from the seed, the name of its target and its number, so that
`--only NUMBER` gives a failing one again. What must hold is said in `fuzzing`.
"""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from random import Random
from types import FrameType
from typing import NamedTuple

from cohorts import quick_directory
from fuzzing import calendars, command_lines, dates, plan_files
from fuzzing import cohorts as cohort_files
from fuzzing.bench import Bench, benched
from fuzzing.target import Target

PATIENCE = 5.0
"""Seconds of work after which an input counts as a hang: a thousand times the usual."""

WAIT = 300.0
"""Seconds after which one that does not even work is one, on the busiest machine."""

MOST_FAULTS = 20
"""Faults after which a target is left: more say nothing new."""

TARGETS = (
    dates.TARGET,
    cohort_files.TARGET,
    plan_files.TARGET,
    calendars.TARGET,
    command_lines.TARGET,
)


class Hang(BaseException):
    """An input took too long; no `except Exception` of the program catches it."""


class Found(NamedTuple):
    """A fault: the number of its input, the input, and what is wrong."""

    number: int
    drawn: object
    error: str


class Outcome(NamedTuple):
    """What became of a target's inputs."""

    inputs: int
    ended: Counter[str]
    faults: list[Found]
    seconds: float


def search(target: Target, seed: int, numbers: Iterable[int], bench: Bench) -> Outcome:
    """Give a target its inputs; every fault is kept with what brought it to light."""
    ended: Counter[str] = Counter()
    faults: list[Found] = []
    begin = time.monotonic()
    for number in numbers:
        drawn = target.make(Random(f"{seed} {target.name} {number}"))  # noqa: S311  # to be drawn again
        try:
            with _guarded():
                ended[target.check(drawn, bench)] += 1
        except (Exception, Hang, SystemExit) as error:
            faults.append(Found(number, drawn, f"{type(error).__name__}: {error}"))
            if len(faults) >= MOST_FAULTS:
                break
    inputs = ended.total() + len(faults)
    return Outcome(inputs, ended, faults, time.monotonic() - begin)


@contextmanager
def _guarded() -> Iterator[None]:
    try:
        signal.setitimer(signal.ITIMER_PROF, PATIENCE)
        signal.setitimer(signal.ITIMER_REAL, WAIT)
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)


def _too_long(_: int, frame: FrameType | None) -> None:
    where = frame and f"{Path(frame.f_code.co_filename).name}:{frame.f_lineno}"
    raise Hang(f"it does not come to an end, at {where}")


@contextmanager
def watched() -> Iterator[None]:
    """In here an input that hangs is stopped."""
    signals = (signal.SIGPROF, signal.SIGALRM)
    before = [signal.signal(each, _too_long) for each in signals]
    try:
        yield
    finally:
        for each, old in zip(signals, before, strict=True):
            signal.signal(each, old)


def main(arguments: Sequence[str]) -> int:
    """Search, and say what became of the inputs and every fault; 1 if there is one."""
    asked = _parser().parse_args(arguments)
    faults = 0
    for target in TARGETS:
        if asked.target not in (None, target.name):
            continue
        share = asked.inputs * (1000 if asked.target else target.share) // 1000
        numbers = range(share) if asked.only is None else [asked.only]
        with (
            tempfile.TemporaryDirectory() as otherwise,
            quick_directory(Path(otherwise)) as room,
            benched(room) as bench,
            watched(),
        ):
            outcome = search(target, asked.seed, numbers, bench)
        faults += len(outcome.faults)
        _tell(target, asked.seed, outcome, whole=asked.only is not None)
    return 1 if faults else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--inputs", type=int, default=100_000, help="how many in all")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--target", choices=[target.name for target in TARGETS])
    parser.add_argument("--only", type=int, metavar="NUMBER", help="one input again")
    return parser


def _tell(target: Target, seed: int, outcome: Outcome, *, whole: bool) -> None:
    ended = ", ".join(f"{count} {how}" for how, count in outcome.ended.most_common())
    print(
        f"{target.name}: {outcome.inputs} inputs, {outcome.seconds:.0f} s: {ended};"
        f" {len(outcome.faults)} faults",
        flush=True,
    )
    for found in outcome.faults:
        again = f"--seed {seed} --target {target.name} --only {found.number}"
        print(f"  python tests/fuzz.py {again}")
        for text in (repr(found.drawn), found.error):
            print(f"    {text if whole or len(text) < 600 else text[:600] + '…'}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
