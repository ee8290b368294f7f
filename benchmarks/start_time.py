"""How long commands take against a bare one-command Typer program, in one run.

Two environments are made: one with b12sched, one with Typer 0.29.2 alone. The commands
take turns, and the fastest of each is compared. Run: python benchmarks/start_time.py
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROUNDS = 25
BARE = """import typer
app = typer.Typer()
@app.command()
def main(name: str = "plan") -> None:
    print(name)
app()
"""
PLAN = ("plan", "2026-01-05", "--neuro", "--renal", "normal", "--patient", "A-17")
LIMITS = {
    "bare, of bare with Typer 0.29.2": 0.5,
    "b12sched --version": 1.0,
    "b12sched plan --format json": 1.45,
    "b12sched plan": 1.5,
}


def environment(where: Path, *packages: str) -> Path:
    """A new virtual environment with packages; returns its directory of programs."""
    subprocess.run([sys.executable, "-m", "venv", str(where)], check=True)
    programs = where / "bin"
    subprocess.run([programs / "pip", "install", "-q", *packages], check=True)
    return programs


def seconds(command: list[str]) -> float:
    begin = time.perf_counter()
    quiet = subprocess.DEVNULL
    subprocess.run(command, check=True, stdin=quiet, stdout=quiet, stderr=quiet)
    return time.perf_counter() - begin


def main() -> None:
    root = Path(__file__).resolve().parent.parent
    with tempfile.TemporaryDirectory() as directory:
        here = Path(directory)
        bare = here / "bare.py"
        bare.write_text(BARE)
        ours = environment(here / "ours", str(root))
        other = environment(here / "other", "typer==0.29.2")
        calendar = here / "plan.ics"
        commands = {
            "bare": [str(ours / "python"), str(bare)],
            "bare with Typer 0.29.2": [str(other / "python"), str(bare)],
            "version": [str(ours / "b12sched"), "--version"],
            "json": [str(ours / "b12sched"), *PLAN, "--format", "json"],
            "table": [str(ours / "b12sched"), *PLAN],
            "calendar": [str(ours / "b12sched"), *PLAN, "--format", "ics"],
            "revision": [
                str(ours / "b12sched"), *PLAN, "--format", "json", "-o", str(calendar)
            ],
            "new calendar": [
                str(ours / "b12sched"), *PLAN, "--format", "json",
                "-o", str(here / "new.ics"),
            ],
        }  # fmt: skip
        best = dict.fromkeys(commands, float("inf"))
        for _ in range(ROUNDS):
            (here / "new.ics").unlink(missing_ok=True)
            for name, command in commands.items():
                best[name] = min(best[name], seconds(command))
    ratios = {
        "bare, of bare with Typer 0.29.2": best["bare"]
        / best["bare with Typer 0.29.2"],
        "b12sched --version": best["version"] / best["bare"],
        "b12sched plan --format json": best["json"] / best["bare"],
        "b12sched plan": best["table"] / best["bare"],
        "calendar, of json": best["calendar"] / best["json"],
        "revision, of a new calendar": best["revision"] / best["new calendar"],
    }
    limits = LIMITS | {"calendar, of json": 1.5, "revision, of a new calendar": 2.0}
    print(f"bare Typer program: {best['bare'] * 1000:.0f} ms")
    for name, ratio in ratios.items():
        print(f"{name:34} {ratio:5.2f}  (at most {limits[name]})")


if __name__ == "__main__":
    main()
