"""A cohort: speed against plain writing, cores, time and memory over rows, in one run.

Writing alone, without plans and without a disk, is held against plain writing, too.

Run: python benchmarks/batch.py [ROWS], ROWS being the larger cohort of the memory test
(100,000 unless said; the promise is for 1,000,000, which takes a quarter of an hour).
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from functools import partial
from operator import truediv
from pathlib import Path
from statistics import median
from typing import NamedTuple

from b12sched.files.disk import read_if_there, write_files

HEADER = "patient,start,neuro,renal,given"
FILES, ROUNDS, SMALL = 10_000, 3, 10_000
MEMORY = Path("/dev", "shm")
"""Linux keeps files there in memory: a disk is as busy with one process as with two."""

COMMAND = [sys.executable, "-m", "b12sched", "batch"]


class Cost(NamedTuple):
    """Seconds, and the most memory in MB of all processes together."""

    seconds: float
    megabytes: float


def write_cohort(path: Path, rows: int, neuro: str) -> Path:
    with path.open("w") as stream:
        print(HEADER, file=stream)
        for n in range(rows):
            day = f"2026-{1 + n // 28 % 12:02}-{1 + n % 28:02}"
            print(f"P-{n:07},{day},{neuro},normal,", file=stream)
    return path


def run(arguments: Iterable[str | Path]) -> Cost:
    """Run the command; its memory is looked at five times a second."""
    begin, most = time.perf_counter(), 0
    process = subprocess.Popen(
        [*COMMAND, *map(str, arguments)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    while process.poll() is None:
        most = max(most, sum(map(resident, family(process.pid))))
        time.sleep(0.2 if time.perf_counter() - begin > 5 else 0.02)
    if process.returncode:
        sys.exit(f"the batch ended with exit code {process.returncode}")
    return Cost(time.perf_counter() - begin, most / 1024)


def family(pid: int) -> list[int]:
    """A process and its children (Linux)."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        children = []
    return [pid, *map(int, children)]


def resident(pid: int) -> int:
    """The kilobytes of memory a process holds now."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    lines = [line for line in status.splitlines() if line.startswith("VmRSS")]
    return int(lines[0].split()[1]) if lines else 0


def plainly(contents: list[tuple[str, bytes]], directory: Path) -> None:
    """Write the same bytes to as many files, each renamed in place."""
    for name, content in contents:
        draft = directory / f".{name}.part"
        draft.write_bytes(content)
        draft.replace(directory / name)


def as_a_batch(contents: list[tuple[str, bytes]], directory: Path) -> None:
    """Read what is there and write what is new, file by file."""
    for name, content in contents:
        path = directory / name
        write_files({path: content}, {path: read_if_there(path, "a file")}, sync=False)


def seconds_of(*steps: Callable[[], object]) -> float:
    begin = time.perf_counter()
    for step in steps:
        step()
    return time.perf_counter() - begin


def speed(scratch: Path) -> None:
    """What is compared takes turns; of all turns the median counts.

    A disk is four times as fast in one minute as in the next.
    """
    cohort = write_cohort(scratch / "neuro.csv", FILES, "yes")
    seconds: dict[str, list[float]] = {}

    def keep(name: str, taken: float) -> None:
        seconds.setdefault(name, []).append(taken)

    def ratio(one: str, other: str) -> float:
        return float(median(map(truediv, seconds[one], seconds[other])))

    for turn in range(ROUNDS):
        all_, plain = scratch / f"all-{turn}", scratch / f"plain-{turn}"
        keep("all", run([cohort, "-o", all_]).seconds)
        contents = [(path.name, path.read_bytes()) for path in all_.glob("*.ics")]
        plain.mkdir()
        keep("plain", seconds_of(partial(plainly, contents, plain), os.sync))
        keep("again", run([cohort, "-o", all_]).seconds)
        with tempfile.TemporaryDirectory(
            dir=MEMORY if MEMORY.is_dir() else None
        ) as memory:
            for name, *more in (
                ("one", "--jobs", "1"),
                ("two", "--jobs", "2"),
                ("cards", "--jobs", "1", "--format", "html"),
            ):
                keep(name, run([cohort, "-o", Path(memory) / name, *more]).seconds)
            for name, write in (
                ("drafts", plainly),
                ("new", as_a_batch),
                ("kept", as_a_batch),
            ):
                place = Path(memory) / write.__name__
                place.mkdir(exist_ok=True)
                keep(name, seconds_of(partial(write, contents, place)))
    a_second = FILES / median(seconds["all"])
    print(f"{FILES} neuro calendars, all cores: {a_second:.0f} a second")
    print(f"of the speed of plain atomic writes {ratio('plain', 'all'):5.2f}", end=" ")
    print("(at least 0.25)")
    print(f"again, nothing changed / first run {ratio('again', 'all'):5.2f}")
    print("without a disk:")
    print(f"--jobs 2, of the speed of --jobs 1 {ratio('one', 'two'):5.2f}", end=" ")
    print("(at least 1.7)")
    print(f"cards, of the time of calendars {ratio('cards', 'one'):5.2f}  (at most 3)")
    print(f"new files, of the time of plain ones {ratio('new', 'drafts'):5.2f}", end="")
    print("  (at most 2)")
    print(f"files that stay, of the same {ratio('kept', 'drafts'):5.2f}  (at most 1.5)")


def growth(scratch: Path, rows: int) -> None:
    small = write_cohort(scratch / "small.csv", SMALL, "no")
    large = write_cohort(scratch / "large.csv", rows, "no")
    stream = ("--format", "jsonl", "-o", "-")
    few, many = run([small, *stream]), run([large, *stream])
    times = many.seconds / few.seconds / (rows / SMALL)
    print(f"{rows} rows, of the memory for {SMALL}", end=" ")
    print(f"{many.megabytes / few.megabytes:5.2f}  (at most 1.5)")
    print(f"in all processes {many.megabytes:.0f} MB  (at most 300)")
    print(f"time a row, of that with {SMALL} rows {times:.2f}  (at most 1.1)")


def main(rows: int = 100_000) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        speed(Path(scratch))
        growth(Path(scratch), rows)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
