"""A file of doses: time and memory of the lists with it, over those without it.

Run: python benchmarks/doses.py [ROWS], four doses for each row (100,000 rows unless
said, which takes some minutes). The memory of the doses themselves is measured apart
and taken off.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from batch import Cost, family, resident

ROUNDS, DOSES = 3, 4
LISTS = (
    ("worklist", "--from", "2026-02-02", "--to", "2026-02-06"),
    ("audit", "--as-of", "2026-02-02"),
    ("forecast", "--from", "2026-02-02", "--months", "3"),
)
STORE = """
import resource, sys
from pathlib import Path
from b12sched.cohort.doses import read_doses
from b12sched.cohort.layout import Layout
def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
before = peak()
found = read_doses(Path(sys.argv[1]), Layout())
print((peak() - before) / 1024)
"""


def write_files(directory: Path, rows: int) -> tuple[Path, Path]:
    """A cohort, and the first doses of each of its patients."""
    cohort, doses = directory / "cohort.csv", directory / "doses.csv"
    with cohort.open("w") as table, doses.open("w") as given:
        print("patient,start,neuro,renal", file=table)
        print("date,patient,id,kind,given_on,batch", file=given)
        for number in range(rows):
            day = 1 + number % 9
            print(f"P-{number:07},2026-01-{day:02},no,normal", file=table)
            for dose in range(DOSES):
                on = f"2026-01-{day + 2 * dose:02}"
                line = f"{on},P-{number:07},loading-{dose + 1},dose,{on},L{number % 7}"
                print(line, file=given)
    return cohort, doses


def run(arguments: list[str]) -> Cost:
    """Run a list and throw it away; its memory is looked at all the time."""
    begin, most = time.perf_counter(), 0
    process = subprocess.Popen(
        [sys.executable, "-m", "b12sched", *arguments, "--format", "csv"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    while process.poll() is None:
        most = max(most, sum(map(resident, family(process.pid))))
        time.sleep(0.02)
    if process.returncode:
        sys.exit(f"{arguments[0]} ended with exit code {process.returncode}")
    return Cost(time.perf_counter() - begin, most / 1024)


def main(rows: int = 100_000) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        cohort, doses = write_files(Path(scratch), rows)
        stored = subprocess.run(
            [sys.executable, "-c", STORE, str(doses)],
            capture_output=True,
            check=True,
            text=True,
        )
        own = float(stored.stdout)
        print(f"{rows} rows, {rows * DOSES} doses, which take {own:.0f} MB")
        for name, *options in LISTS:
            plain, beside = [], []
            for _ in range(ROUNDS):
                plain.append(run([name, str(cohort), *options]))
                beside.append(run([name, str(cohort), *options, "--doses", str(doses)]))
            spent = median(each.seconds for each in beside)
            spent /= median(each.seconds for each in plain)
            memory = median(each.megabytes for each in beside) - own
            memory /= median(each.megabytes for each in plain)
            print(f"{name:<9} time {spent:5.2f} (at most 2)", end="  ")
            print(f"memory, the doses aside {memory:5.2f} (at most 1.5)")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
