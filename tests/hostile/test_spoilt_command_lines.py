"""Command lines: every command, every option, with values good, nearly good and bad."""

from __future__ import annotations

import os
import re
from functools import cache
from typing import Any, NamedTuple
from unittest import mock

import pytest
from bench import COMMAND, Bench, Files, check_kept
from cli import here
from hypothesis import strategies as st
from searching import search, shown_fault
from spoiling import HOSTILE, chance, one_of, spoilt_bytes, spoilt_text

from b12sched import cli

LINES: dict[str, tuple[str, ...]] = {
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

DAYS = (
    "2026-01-05",
    "2026-01-07",
    "2026-02-02",
    "5 Jan 2026",
    "2200-12-31",
    "1900-01-01",
)
FILES = (
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
VALUES: dict[str, tuple[str, ...]] = {
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
    "clinic_phone": ("020 7946 0000", "+44 (0)20", "<b>", "1" * 31),
    "emergency": ("999", "112", "9", "tel:1"),
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
    "output": FILES,
    "errors": FILES,
    "cohort": FILES,
    "plan_file": FILES,
    "plan_files": FILES,
}
"""Good values of each option and argument; what is not here takes a date."""

COHORT = (
    b"patient,start,neuro,renal,given\n"
    b"A-1,2026-01-05,no,normal,2026-01-05\n"
    b"B-2,5 Jan 2026,yes,dialysis,\n"
)
BAD_ROW = b"C-3,03/04/2026,no,normal,\n"
CONFIG = b'open = "mon-fri"\nholidays = "GB-ENG"\nmonths = 3\nremind = ["1d"]\n'
# Nothing is written outside the directory, and nothing is installed in a shell.
OUTSIDE = re.compile(
    r"^(-o|--[a-z-]+=)?/(?!dev/null$|dev/full|proc/self/mem$|nowhere/)"
)
NEVER = re.compile(r"\.\.[/\\]|--install")


class Line(NamedTuple):
    """A command line, and what stands in files and on standard input when it runs."""

    arguments: tuple[str, ...]
    files: Files
    stdin: bytes
    columns: str


@cache
def make_files() -> dict[str, bytes | None]:
    plan = here("plan", *LINES["plan"], "--patient", "A-1", "--format", "json")
    calendar = here("plan", *LINES["plan"], "--patient", "A-1", "--format", "ics")
    assert (plan.code, calendar.code) == (0, 0)
    rows = (
        b'{"patient": "A-1", "start": "2026-01-05", "neuro": true, "renal": "normal"}\n'
    )
    return {
        "plan.json": plan.out.encode(),
        "old.ics": calendar.out.encode(),
        "cohort.csv": COHORT,
        "cohort.jsonl": rows,
        "clinic.toml": CONFIG,
    }


@st.composite
def command_lines(draw: st.DrawFn, there: Files) -> Line:
    """A line that can be used, with options added, and now and then spoilt."""
    name = one_of(draw, [*LINES])
    line = [*LINES[name]]
    for _ in range(one_of(draw, (0, 1, 1, 2, 2, 3, 5))):
        line += _option(draw, one_of(draw, COMMAND.commands[name].params))
    if chance(draw, 20) and line:
        at = draw(st.integers(0, len(line) - 1))
        line[at] = _nearly(draw, line[at])
    if chance(draw, 10):
        line = draw(st.permutations(line))
    if chance(draw, 10) and line:
        del line[draw(st.integers(0, len(line) - 1))]
    line.insert(0, _nearly(draw, name) if chance(draw, 2) else name)
    files = dict(there)
    if chance(draw, 20):
        files["cohort.csv"] = COHORT + BAD_ROW
    if chance(draw, 15):
        spoilt = one_of(draw, [*files])
        files[spoilt] = draw(spoilt_bytes(files[spoilt] or b""))
    stdin = one_of(draw, (b"", COHORT, COHORT + BAD_ROW, b"\xff\xfe", b"yes\n"))
    columns = one_of(draw, ("80", "80", "40", "0", "-3", "wide"))
    return Line(tuple(map(tame, line)), files, stdin, columns)


def _option(draw: st.DrawFn, parameter: Any) -> list[str]:
    """An option with a value, or an argument."""
    if getattr(parameter, "is_flag", False):
        return [one_of(draw, [*parameter.opts, *parameter.secondary_opts])]
    value = one_of(draw, VALUES.get(parameter.name.rstrip("_"), DAYS))
    if chance(draw, 25):
        value = _nearly(draw, value)
    if parameter.param_type_name == "argument":
        return [value]
    name = one_of(draw, parameter.opts)
    return [f"{name}={value}"] if chance(draw, 10) else [name, value]


def _nearly(draw: st.DrawFn, text: str) -> str:
    return draw(spoilt_text(text, 2) | st.sampled_from(HOSTILE))


def tame(argument: str) -> str:
    """An argument as a shell can give it, that keeps within the directory."""
    text = argument.replace("\0", "")
    text = text.encode("utf-8", "surrogateescape").decode("utf-8", "surrogateescape")
    return "x" if OUTSIDE.match(text) or NEVER.search(text) else text


def check(line: Line, bench: Bench) -> str:
    """Run it: a documented code, an error in two lines, whole files or none."""
    bench.put(line.files)
    with mock.patch.dict(os.environ, COLUMNS=line.columns):
        ran = bench.run(*line.arguments, stdin=line.stdin)
    tables = re.findall(r"--errors[=\0]([^\0]*)", "\0".join(line.arguments))
    check_kept(ran, line.files, bench.files(), [*map(os.path.normpath, tables)])
    return f"exit code {ran.code}"


@pytest.mark.unmeasured
def test_a_command_line_ends_well_or_with_an_error_in_two_lines(bench: Bench) -> None:
    """The search tries lines that end well and lines that are refused."""
    ended = search(command_lines(make_files()), check, bench, 120)
    assert {"exit code 0", "exit code 2"} <= set(ended)
    assert max(ended.values()) < 0.9 * ended.total()


# --- the search itself ----------------------------------------------------------------


def test_a_command_that_fails_is_found(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever else than an error of its own it raises."""

    def fails(*_: object) -> None:
        raise ValueError("odd")

    lines = command_lines(make_files())
    monkeypatch.setattr("b12sched.plan.clinic.Clinic.parse", fails)
    assert "ValueError" in shown_fault(lines, check, bench, 40)


def test_no_command_line_leaves_the_bench() -> None:
    """No absolute path, none to the directory above, nothing installed in a shell."""
    for odd in ("/etc/x.json", "-o/etc", "--output=/etc/x.csv", "../x.md", "a/../../b"):
        assert tame(odd) == "x"
    assert tame("--install-completion") == "x"
    for usual in ("2026-01-05", "--open=mon/fri", "/dev/null", "03/04/2026"):
        assert tame(usual) == usual


def test_a_bench_reaches_no_network(bench: Bench) -> None:
    """The address of a calendar is one that does not answer; nothing is sent."""
    bench.put({"plan.json": make_files()["plan.json"]})
    ran = bench.run("publish", "plan.json", "--url", "https://calendar.invalid/b12/")
    assert ran.code == 1
    assert "connection" in ran.err


def test_the_command_is_put_together_as_the_program_does(bench: Bench) -> None:
    """The bench runs what a user runs: same help, same commands."""
    assert "--no-neuro" in bench.run("plan", "--help").out
    assert cli.program_for(["plan"]) is COMMAND
