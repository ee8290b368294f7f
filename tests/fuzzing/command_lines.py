"""Command lines: every command, every option, with values good, nearly good and bad."""

from __future__ import annotations

import os
import re
from functools import cache
from random import Random
from typing import Any, NamedTuple

from cli import here

from fuzzing.bench import COMMAND, Bench, check_kept
from fuzzing.mutation import HOSTILE, mangled, mangled_bytes
from fuzzing.target import Target

_LINES: dict[str, tuple[str, ...]] = {
    "plan": ("2026-01-05", "--no-neuro", "--renal", "normal"),
    "revise": ("plan.json",),
    "batch": ("cohort.csv", "-o", "out"),
    "due": ("2026-01-05",),
    "worklist": ("cohort.csv", "--from", "2026-01-05", "--to", "2026-01-09"),
    "forecast": ("cohort.jsonl", "--from", "2026-01-05", "--months", "2"),
    "audit": ("cohort.csv",),
    "explain": (),
    "config": (),
    "publish": ("plan.json", "--url", "https://calendar.invalid/b12/"),
}
"""A line of each command that can be used; others are made of it."""

_DAYS = (
    "2026-01-05",
    "2026-01-07",
    "2026-02-02",
    "5 Jan 2026",
    "2200-12-31",
    "1900-01-01",
)
_FILES = (
    *("plan.json", "cohort.csv", "cohort.jsonl", "clinic.toml", "old.ics", "new.json"),
    *(
        "new.csv",
        "new.ics",
        "new.md",
        "new.html",
        "new.fhir.json",
        "missing.json",
        "out",
    ),
    *("missing/new.json", "plan.json/x.json", ".", "-", "none", "new", "a\nb.json"),
    *(
        "n" * 300 + ".json",
        "new.pdf",
        "[red].md",
        "=1.csv",
        ".json",
        "\udce9.csv",
        "out.JSON",
    ),
    *("/dev/null", "/dev/full", "/dev/full.json", "/proc/self/mem", "/nowhere/x.ics"),
)
_VALUES: dict[str, tuple[str, ...]] = {
    "patient": ("A-1", "ß/é", "x" * 64, "A\u0301", "..", "CON"),
    "renal": ("normal", "impaired", "dialysis", "unknown"),
    "egfr": ("80", "59.9", "60", "0", "200"),
    "drug": ("hydroxocobalamin", "methylcobalamin", "cyanocobalamin"),
    "loading_weeks": ("1", "3", "104"),
    "interval": ("1m", "2m", "3m", "4w", "8w", "12w"),
    "months": ("1", "3", "12", "24"),
    "open": ("mon-fri", "mon,wed,fri", "sun"),
    "holidays": ("GB-ENG", "US", "AU-NSW", "DE"),
    "class": ("public", "private", "confidential"),
    "remind": ("1d", "none", "2h", "28d", "0d"),
    "time": ("09:30", "23:59", "00:00", "02:30"),
    "timezone": ("Europe/London", "UTC", "America/New_York", "Asia/Kolkata"),
    "duration": ("15", "1", "1440"),
    "for": ("clinic", "patient"),
    "clinic_name": ("Riverside Surgery", "<b>", "x" * 100),
    "config": ("clinic.toml", "none", "missing.toml", "plan.json"),
    "view": ("table", "calendar", "timeline"),
    "format": ("json", "csv", "md", "ics", "html", "fhir", "jsonl"),
    "format_name": ("json",),
    "input_format": ("csv", "jsonl"),
    "jobs": ("1",),
    "capacity": ("0", "1", "9999"),
    "tolerance": ("0", "3", "9999"),
    "rule": ("MAINT", "LOAD-NEURO", "plateau-not-recorded", "maint"),
    "url": (
        "https://calendar.invalid/b12/",
        "http://example.org/",
        "https://a:b@c/",
        "x",
    ),
    "user": ("nobody",),
    "cancelled": ("mark", "delete"),
    "output": _FILES,
    "errors": _FILES,
    "cohort": _FILES,
    "plan_file": _FILES,
    "plan_files": _FILES,
}
"""Good values of each option and argument; what is not here takes a date."""

_COHORT = (
    b"patient,start,neuro,renal,given\n"
    b"A-1,2026-01-05,no,normal,2026-01-05\n"
    b"B-2,5 Jan 2026,yes,dialysis,\n"
)
_BAD_ROW = b"C-3,03/04/2026,no,normal,\n"
_CONFIG = b'open = "mon-fri"\nholidays = "GB-ENG"\nmonths = 3\nremind = ["1d"]\n'
# Nothing is written outside the directory, and nothing is installed in a shell.
_OUTSIDE = re.compile(
    r"^(-o|--[a-z-]+=)?/(?!dev/null$|dev/full|proc/self/mem$|nowhere/)"
)
_NEVER = re.compile(r"\.\.[/\\]|--install")


class Drawn(NamedTuple):
    """A command line, and what stands in files and on standard input when it runs."""

    arguments: tuple[str, ...]
    files: dict[str, bytes | None]
    stdin: bytes


@cache
def make_files() -> dict[str, bytes | None]:
    plan = here("plan", *_LINES["plan"], "--patient", "A-1", "--format", "json")
    calendar = here("plan", *_LINES["plan"], "--patient", "A-1", "--format", "ics")
    rows = (
        b'{"patient": "A-1", "start": "2026-01-05", "neuro": true, "renal": "normal"}\n'
    )
    return {
        "plan.json": plan.out.encode(),
        "old.ics": calendar.out.encode(),
        "cohort.csv": _COHORT,
        "cohort.jsonl": rows,
        "clinic.toml": _CONFIG,
    }


def make(rng: Random) -> Drawn:
    """A line that can be used, with options added, and now and then spoilt."""
    name = rng.choice([*_LINES])
    line = [*_LINES[name]]
    for _ in range(rng.choice((0, 1, 1, 2, 2, 3, 5))):
        line += _option(rng, rng.choice(COMMAND.commands[name].params))
    if rng.random() < 0.2 and line:
        at = rng.randrange(len(line))
        line[at] = _nearly(rng, line[at])
    if rng.random() < 0.1:
        rng.shuffle(line)
    if rng.random() < 0.1 and line:
        del line[rng.randrange(len(line))]
    line.insert(0, name)
    if rng.random() < 0.02:
        line = [_nearly(rng, name), *line[1:]]
    files = dict(make_files())
    if rng.random() < 0.2:
        files["cohort.csv"] = _COHORT + _BAD_ROW
    if rng.random() < 0.15:
        spoilt = rng.choice([*files, "clinic.toml"])
        files[spoilt] = mangled_bytes(rng, files[spoilt] or b"")
    stdin = rng.choice((b"", _COHORT, _COHORT + _BAD_ROW, b"\xff\xfe", b"yes\n"))
    return Drawn(tuple(map(tame, line)), files, stdin)


def _option(rng: Random, parameter: Any) -> list[str]:
    """An option with a value, or an argument."""
    if getattr(parameter, "is_flag", False):
        return [rng.choice([*parameter.opts, *parameter.secondary_opts])]
    value = rng.choice(_VALUES.get(parameter.name.rstrip("_"), _DAYS))
    if rng.random() < 0.25:
        value = _nearly(rng, value)
    if parameter.param_type_name == "argument":
        return [value]
    name = rng.choice(parameter.opts)
    return [f"{name}={value}"] if rng.random() < 0.1 else [name, value]


def _nearly(rng: Random, text: str) -> str:
    return mangled(rng, text, 2) if rng.random() < 0.5 else rng.choice(HOSTILE)


def tame(argument: str) -> str:
    """An argument as a shell can give it, that keeps within the directory."""
    text = argument.replace("\0", "")
    text = text.encode("utf-8", "surrogateescape").decode("utf-8", "surrogateescape")
    return "x" if _OUTSIDE.match(text) or _NEVER.search(text) else text


def check(drawn: Drawn, bench: Bench) -> str:
    """Run it: a documented code, an error in two lines, whole files or none."""
    bench.put(drawn.files)
    ran = bench.run(*drawn.arguments, stdin=drawn.stdin)
    tables = re.findall(r"--errors[=\0]([^\0]*)", "\0".join(drawn.arguments))
    check_kept(ran, drawn.files, bench.files(), [*map(os.path.normpath, tables)])
    return f"exit code {ran.code}"


TARGET = Target("commands", 25, make, check)
