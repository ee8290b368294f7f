"""Each promise of docs/security.md names a test that proves it; the missing ones.

Work on large inputs is counted in calls, which are the same on any machine, however
busy; `benchmarks/growth.py` measures the time. A known weakness has a test that is
expected to fail; mended, the test says so, and the document follows.
"""

from __future__ import annotations

import ast
import csv
import io
import json
import os
import re
import stat
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from cli import FACTS, here, left_in, plan_json, surroundings
from effort import for_each
from growth import BOUNDED, MODULES, READ, Growing, Work, expressions, methods_of
from hypothesis import given
from hypothesis import strategies as st
from ics_cases import NOW, calendar_of, style_of
from spec import plan_of, table
from test_clinical_safety import proofs, why_no_proof

from b12sched.cohort import RowError, open_cohort
from b12sched.cohort.seen import FirstRows
from b12sched.cohort.source import Form, read_cohort
from b12sched.commands.config import read_config
from b12sched.errors import B12SchedError, InputError
from b12sched.files.cells import as_typed, defused
from b12sched.files.disk import alone_in, whole_file
from b12sched.files.toml import LARGEST, LONGEST_LINE, MOST_PARTS, read_toml
from b12sched.ics import read_calendar, write_calendar
from b12sched.output.formats import FORMATS
from b12sched.plan.identity import uid
from b12sched.plan.plan_file import read_plan
from b12sched.views import data
from b12sched.views.card import Audience, CardStyle, plan_card
from b12sched.views.markdown import plan_markdown

ROOT = Path(__file__).parents[2]
SAID = (ROOT / "docs" / "security.md").read_text("utf-8")
every_module = for_each(MODULES)

_PROOF = re.compile(r"`(tests/[^`]+)`")


# --- the document -------------------------------------------------------------------


class Promise(NamedTuple):
    """An item of a list: its words, and the tests that it names."""

    words: str
    tests: tuple[str, ...]


def promises(document: str, head: str) -> list[Promise]:
    """The items under a heading of the second level, those of its parts included."""
    text = document.partition(f"\n## {head}\n")[2]
    text = re.split(r"^## ", text, flags=re.MULTILINE)[0]
    items = re.split(r"^- ", text, flags=re.MULTILINE)[1:]
    return [
        Promise(
            " ".join(_PROOF.sub("", item).split()).strip(" ,."),
            tuple(_PROOF.findall(item)),
        )
        for item in items
    ]


def unproved(document: str, there: dict[str, Any]) -> list[str]:
    """Promises without a test that holds, and weaknesses without one that fails."""
    found = []
    for promise in promises(document, "What is promised"):
        if not promise.tests:
            found.append(f"{promise.words[:40]}: names no test")
        for test in promise.tests:
            if why := why_no_proof(test, there):
                found.append(f"{test} {why}")
    for weakness in promises(document, "Known weaknesses"):
        if not weakness.tests:
            found.append(f"{weakness.words[:40]}: names no test")
        for test in weakness.tests:
            if why_no_proof(test, there) != "is expected to fail":
                found.append(f"{test} shows no weakness")
    return found


@pytest.mark.unmeasured
def test_every_promise_is_proved() -> None:
    """By tests that are there, run and hold; a weakness by one that fails."""
    assert len(promises(SAID, "What is promised")) >= 30
    assert unproved(SAID, proofs()) == []


def test_every_weakness_is_told() -> None:
    """A test that is expected to fail here stands in the document."""
    weak = {
        name
        for name, proof in proofs().items()
        if not proof.holds and "test_security_promises" in name
    }
    told = {test for each in promises(SAID, "Known weaknesses") for test in each.tests}
    assert told == weak


SMALL = """# Security

## What is promised

### Input

- **Paths.** A reference is no path.
  `tests/test_a.py::test_one`

## Known weaknesses

- A long text is slow. `tests/test_a.py::test_weak`

## How to report

- By mail.
"""


@table(
    "old, new, said",
    ("a promise without a test", "`tests/test_a.py::test_one`", "", "names no test"),
    ("a test that is gone", "::test_one", "::test_two", "test_two is not there"),
    ("a test that fails", "::test_one", "::test_weak", "is expected to fail"),
    ("a weakness without a test", "`tests/test_a.py::test_weak`", "", "names no test"),
    ("a weakness that was mended", "::test_weak", "::test_one", "shows no weakness"),
)
def test_a_promise_that_is_not_proved_is_found(old: str, new: str, said: str) -> None:
    """The check can fail; the small document by itself is in order."""
    there = dict(list(proofs().items())[:1])
    (proof,) = there.values()
    there = {
        "tests/test_a.py::test_one": proof._replace(runs=True, holds=True),
        "tests/test_a.py::test_weak": proof._replace(runs=True, holds=False),
    }
    assert unproved(SMALL, there) == []
    assert said in unproved(SMALL.replace(old, new), there)[0]


# --- growth -------------------------------------------------------------------------

STEPS = (1, 2, 8)
"""How many times the small input the others are."""

MOST = 7
"""From 2 to 8 times the calls grow 6 times as much as from 1 to 2; what is quadratic
grows 20 times as much."""

FEW = 1000
"""Calls more that are no danger."""


def calls(work: Work) -> int:
    """How many functions something calls, those of C included: the same every time."""
    found = 0

    def count(*_: object) -> None:
        nonlocal found
        found += 1

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        work()
    finally:
        sys.setprofile(before)
    return found


def is_linear(growing: Growing) -> bool:
    """Whether the work grows as its input does; the time is measured in benchmarks."""
    growing.make(1)()  # what is made once and kept
    small, twice, large = (
        calls(growing.make(growing.size // 4 * times)) for times in STEPS
    )
    return large - twice <= MOST * max(0, twice - small) + FEW


def growing(kind: str) -> pytest.MarkDecorator:
    """Run a test for each large input of a kind."""
    return table("growing", *READ[kind].items())


def test_growth_is_told_apart() -> None:
    """Going through a list is linear; comparing each with each is not."""

    def each(size: int) -> Work:
        return lambda: [repr(a) for a in range(size)]

    def each_with_each(size: int) -> Work:
        return lambda: [repr(a) for a in range(size) for b in range(size)]

    assert is_linear(Growing(each, 4000))
    assert not is_linear(Growing(each_with_each, 160))


# --- regular expressions ------------------------------------------------------------


@pytest.mark.unmeasured
def test_a_bounded_expression_is_one_that_there_is() -> None:
    """The list of exceptions from the measuring names nothing that is gone."""
    assert set(BOUNDED) <= set(expressions())


def test_every_expression_of_the_package_is_measured() -> None:
    """`benchmarks/growth.py` finds each, and how it is used."""
    assert len(expressions()) > 20
    unused = {
        name
        for name, patterns in expressions().items()
        if not all(methods_of(pattern) for pattern in patterns)
    }
    assert unused == set()


MADE_WHERE_USED = {
    ("cohort.error_table", "check_no_table"): "of a thousand characters",
    ("ics.description", "_cautions"): "of our own texts; the lines are bounded",
    ("ics.description", "_without_tags"): "line ends",
    ("ics.patient", "_day"): "eight digits",
    ("ics.revise", "_head"): "of lines of ours",
    ("ics.revise", "_next"): "ten digits",
    ("ics.revise", "_zone"): "of a time zone's name; what follows is bounded",
    ("ics.style", "_read_duration"): "four digits",
    ("files.toml", "_not_toml"): "of a short message",
}
"""Functions that make an expression themselves, which is not measured."""


@pytest.mark.unmeasured
def test_every_expression_is_looked_at() -> None:
    """Those that a function makes are few, and each is known."""
    made = {
        (module, function.name)
        for module, tree in MODULES.items()
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("re.")
        if (module, *map(ast.unparse, node.args[:1])) not in expressions()
    }
    assert made == set(MADE_WHERE_USED)


# --- nothing is run, unpacked or fetched --------------------------------------------

NETWORK = {
    *("socket", "ssl", "socketserver", "select", "selectors", "asyncio", "http"),
    *("urllib", "ftplib", "smtplib", "poplib", "imaplib", "telnetlib", "xmlrpc"),
    *("webbrowser", "wsgiref", "caldav", "requests", "niquests", "urllib3", "httpx"),
    *("httpcore", "aiohttp", "websocket"),
}
RUNNING = {
    *("pickle", "marshal", "shelve", "dbm", "ctypes", "cffi", "subprocess", "pty"),
    *("code", "codeop", "runpy", "yaml", "dill"),
}
UNPACKING = {
    *("zipfile", "tarfile", "gzip", "bz2", "lzma", "zlib", "zipimport"),
    *("xml.etree", "xml.dom", "xml.sax.expatreader", "xml.parsers", "lxml", "html5lib"),
}
CALLS = {
    *("eval", "exec", "compile", "__import__", "os.system", "os.popen", "breakpoint"),
    *("os.fork", "os.execv", "os.spawnv", "os.startfile"),
}


def imported(module: str) -> set[str]:
    """The full name of everything that a module imports, wherever in it."""
    found = set()
    for node in ast.walk(MODULES[module]):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def among(name: str, known: set[str]) -> bool:
    """Whether a name is one of those, or inside one."""
    return any(name == each or name.startswith(f"{each}.") for each in known)


@pytest.mark.unmeasured
@every_module
def test_only_publish_can_reach_the_network(module: str) -> None:
    """No other module imports what opens a connection, at its start or later."""
    found = {name for name in imported(module) if among(name, NETWORK)}
    if module == "publish.client":
        assert "httpx" in found
    elif not module.startswith("publish."):
        assert not found


@pytest.mark.unmeasured
@every_module
def test_nothing_that_is_read_can_be_run_or_unpacked(module: str) -> None:
    """No pickle, no archive, no text that becomes code.

    The one parser of XML is that of a server's answers; it refuses a DTD. The one
    program that is started is the pager of whoever sits at the terminal.
    """
    names = imported(module)
    if module == "commands.terminal":
        names -= {"subprocess"}
    if module == "publish.answers":
        names -= {"xml.etree.ElementTree"}
    if module == "publish.server":  # for the type checker
        names -= {"xml.etree.ElementTree.Element"}
    assert not {name for name in names if among(name, RUNNING | UNPACKING)}
    # Each finds its own modules, by a name that stands there.
    if module not in ("__init__", "cli", "plan.events"):
        code = {name for name in names if among(name, {"importlib"})}
        assert not {name for name in code if not among(name, {"importlib.metadata"})}
    calls = {
        ast.unparse(node.func)
        for node in ast.walk(MODULES[module])
        if isinstance(node, ast.Call)
    }
    assert not calls & CALLS


LISTENING = """
import json, sys
from pathlib import Path
seen = []
def listen(event, args):
    if event.partition(".")[0] in ("socket", "urllib", "http", "ftplib", "smtplib"):
        seen.append(event)
sys.addaudithook(listen)
from b12sched.cli import run
codes = [run(line) for line in json.loads(sys.argv[1])]
if sys.argv[2:]:
    import socket
    socket.socket().close()
Path("seen.json").write_text(json.dumps([codes, seen]))
"""


def listened(directory: Path, lines: list[list[str]], *more: str) -> Any:
    """The exit codes of commands run in one process, and what reached the network."""
    done = subprocess.run(
        [sys.executable, "-c", LISTENING, json.dumps(lines), *more],
        cwd=directory,
        env=surroundings(),
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return json.loads((directory / "seen.json").read_text())


def test_no_command_but_publish_opens_a_connection(tmp_path: Path) -> None:
    """Each command with all that it can write; the listener hears a socket."""
    files = [part for form in FORMATS.values() for part in ("-o", f"p{form.suffix}")]
    clinic = ["--open", "mon-fri", "--holidays", "GB-ENG"]
    (tmp_path / "c.csv").write_text(
        "patient,start,neuro,renal,given\nA,2026-01-05,no,normal,2026-01-05\n"
    )
    window = ["--from", "2026-01-05", "--open", "mon-fri"]
    zone = ["--time", "09:30", "--timezone", "Europe/London"]
    lines = [
        ["plan", *FACTS, "--patient", "A", *clinic, *files, *zone],
        ["revise", "p.json", "--given", "2026-01-05", "-o", "p.ics"],
        ["due", "2026-01-31", "--on", "2026-04-02", *clinic],
        ["explain"],
        ["config"],
        ["batch", "c.csv", "-o", "out", "--jobs", "1", *clinic],
        ["worklist", "c.csv", *window, "--to", "2026-01-09"],
        ["forecast", "c.csv", *window, "--months", "3"],
        ["audit", "c.csv", "--open", "mon-fri"],
    ]
    assert listened(tmp_path, lines) == [[0] * len(lines), []]
    assert listened(tmp_path, [["explain"]], "loud") == [[0], ["socket.__new__"]]


# --- plan files ---------------------------------------------------------------------

PLAN = data.plan_json(plan_of())


def plan_with(old: str, new: str) -> bytes:
    """The plan file with a part of its text replaced."""
    assert old in PLAN.decode()
    return PLAN.decode().replace(old, new, 1).encode()


def instead(field: str, value: str) -> bytes:
    """The plan file with another value of a field of the case, in JSON."""
    head, case = PLAN.decode().split('"case": {')
    changed = re.sub(
        rf'"{field}": [^\n]*?(,?)\n',
        lambda m: f'"{field}": {value}{m[1]}\n',
        case,
        count=1,
    )
    assert changed != case
    return f'{head}"case": {{{changed}'.encode()


@pytest.mark.unmeasured
@table(
    "make",
    ("a number of a million digits", lambda: instead("egfr", "9" * 10**6)),
    ("a number of 4,000 digits", lambda: instead("months", "9" * 4000)),
    ("a number beyond all", lambda: instead("egfr", "1e999")),
    ("an exponent without end", lambda: instead("egfr", f"1e{'9' * 10**5}")),
    ("infinity", lambda: instead("egfr", "Infinity")),
    ("lists in lists, a few", lambda: instead("given", "[" * 900 + "]" * 900)),
    ("lists in lists, a million", lambda: b"[" * 10**6),
    ("objects in objects", lambda: b'{"a":' * 10**6),
    ("a text of megabytes", lambda: instead("patient", f'"{"x" * 4_000_000}"')),
    ("a date of megabytes", lambda: instead("start", f'"{"1" * 4_000_000}"')),
    ("a million given dates", lambda: instead("given", f"[{'0,' * 10**6}0]")),
    ("a name of megabytes", lambda: instead("neuro", f'true, "{"n" * 4_000_000}": 1')),
    ("half a character", lambda: instead("patient", r'"\ud800"')),
    ("64 MB of blanks", lambda: b" " * (64 << 20)),
)
def test_a_hostile_plan_file_is_refused(make: Callable[[], bytes]) -> None:
    """One error with a short message; no traceback and no endless work."""
    content = make()
    with pytest.raises(B12SchedError) as caught:
        read_plan(content)
    assert len(str(caught.value)) + len(caught.value.hint) < 1000


@growing("a plan file")
def test_a_large_plan_file_takes_as_long_as_it_is_large(growing: Growing) -> None:
    """No part of it is compared with every other."""
    assert is_linear(growing)


def test_a_date_edited_in_a_plan_file_is_worked_out_again_and_shown(
    tmp_path: Path,
) -> None:
    """Dates are never taken from the file, and the difference is told."""
    path = tmp_path / "plan.json"
    right = plan_with('"2026-01-07",\n      "date": "2026-01-07"', '"2026-01-07",\n'
                      '      "date": "2026-01-08"')  # fmt: skip
    path.write_bytes(right)
    done = here("revise", str(path))
    assert done.code == 0
    assert "loading-2" in done.out
    assert "Thu 2026-01-08" in done.out
    assert path.read_bytes() == PLAN


# --- calendars ----------------------------------------------------------------------

HEAD = b"X-WR-CALNAME:"
A_MILLION = 1_000_000


@pytest.mark.unmeasured
@growing("a calendar")
def test_a_large_calendar_takes_as_long_as_it_is_large(growing: Growing) -> None:
    """Whatever there is a lot of, in a file of the same patient."""
    assert is_linear(growing)


@pytest.mark.unmeasured
@growing("a line of a calendar")
def test_a_line_of_megabytes_takes_as_long_as_it_is_long(growing: Growing) -> None:
    """Folded or not, of ours or of others."""
    assert is_linear(growing)


@pytest.mark.unmeasured
def test_a_calendar_of_a_million_lines_is_read() -> None:
    """Half of them are folds."""
    lines = b"X-A:1\r\n 2\r\n" * (A_MILLION // 2)
    found = read_calendar(calendar_of().replace(HEAD, lines + HEAD, 1), "A-17")
    assert len(found.head) > A_MILLION // 2
    assert found.head[2].text == "X-A:12"


def test_a_discreet_calendar_is_recognised_by_who_guesses_the_reference() -> None:
    """The UIDs are names made of the reference: not readable, but they can be tried."""
    data = calendar_of(style_of(discreet="yes")).decode()
    assert "A-17" not in data
    assert uid("A-17", "loading-1") in data
    assert uid("A-18", "loading-1") not in data


def test_a_discreet_calendar_cannot_hide_its_rhythm() -> None:
    """The days are those of the plan: a reader may know the regimen by them."""
    plan = plan_of(neuro="yes")
    data = write_calendar(plan, style_of(discreet="yes"), NOW).decode()
    found = re.findall(r"DTSTART;VALUE=DATE:([0-9]{8})", data)
    assert found == [f"{event.date:%Y%m%d}" for event in plan.events]


# --- cohorts ------------------------------------------------------------------------


def rows_read(text: str, form: Form) -> list[object]:
    """What becomes of each row of a cohort file."""
    stream: io.BufferedReader = io.BufferedReader(io.BytesIO(text.encode()))
    return list(read_cohort(stream, form, "a cohort").rows)


@pytest.mark.unmeasured
@growing("a table")
def test_a_large_table_takes_as_long_as_it_is_large(growing: Growing) -> None:
    """However it is broken."""
    assert is_linear(growing)


@pytest.mark.unmeasured
@growing("JSON Lines")
def test_large_json_lines_take_as_long_as_they_are_large(growing: Growing) -> None:
    """However they are broken, and however many names an object has."""
    assert is_linear(growing)


@growing("a configuration")
def test_a_configuration_may_have_many_keys(growing: Growing) -> None:
    """None of them is compared with every other."""
    assert is_linear(growing)


# --- texts that somebody else chose -------------------------------------------------

EXPRESSIONS_OF_TEMPLATES = (
    *("{{ 1337 * 7 }}", "{% for a in b %}", "${1337*7}", "#{1337*7}", "<%= 1337*7 %>"),
    *("%(patient)s", "{0.__class__}", "{detail}", "$HOME", "`id`", "$(id)", "!!python"),
)


@pytest.mark.parametrize("text", EXPRESSIONS_OF_TEMPLATES)
@pytest.mark.parametrize("audience", Audience)
def test_a_template_expression_is_a_text(text: str, audience: Audience) -> None:
    """As a reference or a clinic's name it stands in the output as it was typed."""
    from html import unescape

    plan = plan_of(patient=text)
    card = CardStyle(audience=audience, clinic_name=text)
    html = unescape(plan_card(plan, card).decode())
    assert html.count(text) >= 2
    written = {name: view(plan).decode() for name, view in NAMED.items()}
    assert json.loads(written["json"])["patient"] == text
    rows = list(csv.DictReader(io.StringIO(written["csv"])))
    assert {row["patient"] for row in rows} == {text}
    assert text in written["md"].replace("\\", "")
    assert "9359" not in html + written["md"]


NAMED = {"json": data.plan_json, "csv": data.plan_csv, "md": plan_markdown}


def test_no_configuration_is_read_from_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that lies where somebody works is nobody's defaults."""
    monkeypatch.chdir(tmp_path)
    for name in ("config.toml", "b12sched.files.toml", ".b12sched.files.toml", ".env"):
        Path(name).write_text("months = 1\n")
    Path("pyproject.toml").write_text("[tool.b12sched]\nmonths = 1\n")
    home = str(tmp_path / "home")
    done = here(
        *("plan", *FACTS, "--format", "json"), B12SCHED_CONFIG="", XDG_CONFIG_HOME=home
    )
    assert json.loads(done.out) == plan_json(*FACTS)
    assert json.loads(done.out)["case"]["months"] is None


@table(
    "content",
    ("tables in tables", "a = " + "[" * 100_000),
    ("keys in keys", ".".join("a" * 5000) + " = 1"),
    ("a text of megabytes", 'clinic_name = "' + "x" * 4_000_000 + '"'),
    ("a number beyond all", "months = 1e999"),
    ("no number", "months = nan"),
    ("a path", 'holidays = "../../etc/passwd"'),
    ("a module", 'holidays = "os"'),
    ("a zone outside", 'time = "09:00"\ntimezone = "../../etc/passwd"'),
)
def test_a_hostile_configuration_is_refused(content: str) -> None:
    """One error with a short message that names the line."""
    with pytest.raises(InputError) as caught:
        read_config(content.encode(), "config.toml")
    assert "line 1" in str(caught.value) or "line 2" in str(caught.value)
    assert len(str(caught.value)) + len(caught.value.hint) < 10_000


def long_lines(head: str, parts: int) -> bytes:
    """A document as large as it may be, of keys of so many parts."""
    keys = (f"k{at}{'.a' * (parts - 1)}=1\n" for at in range(LARGEST // 8))
    text = head + "".join(keys)
    return text[: LARGEST - 2].rpartition("\n")[0].encode()


WORST = {
    "a key of many parts": ".".join("a" * (LARGEST // 2 - 4)).encode() + b" = 1",
    "with spaces between": " . ".join("a" * 10_000).encode() + b" = 1",
    "in quotation marks": ".".join(['"a"'] * 10_000).encode() + b" = 1",
    "in other ones": ".".join(["'a'"] * 10_000).encode() + b" = 1",
    "a table of many parts": b"[" + ".".join("a" * 30_000).encode() + b"]",
    "a list of tables": b"[[" + ".".join("a" * 30_000).encode() + b"]]",
    "keys as long as a line": long_lines("", 2000),
    "keys as long as a line, in a table": long_lines(f"[{'a.' * 2000}a]\n", 2000),
    "keys of most parts": long_lines("", MOST_PARTS),
    "in a table of most parts": long_lines("[a.a.a.a.a.a.a.a]\n", MOST_PARTS),
    "a table in a line": b"a={" + b"a." * 30_000 + b"a=1}",
    "tables in lines": b"a=[" + b"{a.a.a.a.a.a=1},\n" * 3500 + b"]",
    "tables": "".join(f"[a{at}.a.a.a.a]\n" for at in range(3500)).encode(),
    "numbers": b"a=[" + b"1,\n" * 20_000 + b"]",
}


@pytest.mark.unmeasured
@pytest.mark.parametrize("name", WORST)
def test_no_file_of_toml_takes_much_memory(name: str) -> None:
    """A key of 80,000 dots takes 23 GB where it is parsed: 80 MB are far from that."""
    assert len(WORST[name]) <= LARGEST
    tracemalloc.start()
    try:
        with suppress(InputError):
            read_toml(WORST[name], "config.toml")
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert most < 80_000_000


@table(
    "content, line, said",
    ("a large file", b"a = 1\n" * 100 + b"#\n" * 40_000, 32569, "larger than 64 kB"),
    ("a long line", b"\n\na = '" + b"x" * LONGEST_LINE + b"'", 3, "4096 characters"),
    ("a key", b"\na.a.a.a.a.a.a.a.a = 1", 2, "more than 8 parts"),
    ("a key with spaces", b"a . a.a. a.'a a'.a.a.a.a = 1", 1, "more than 8 parts"),
    ("a key in quotes", b'a.a.a.a."a\\"b".a.a.a.a=1', 1, "more than 8 parts"),
    ("a table", b"a=1\n [ a.a.a.a.a.a.a.a.a]", 2, "more than 8 parts"),
    ("a list of tables", b"a=1\n [[a.a.a.a.a.a.a.a.a]]", 2, "more than 8 parts"),
)
def test_a_file_of_toml_beyond_its_bounds_is_refused(
    content: bytes, line: int, said: str
) -> None:
    """Before it is parsed, with the line at which the bound is passed."""
    with pytest.raises(InputError, match=said) as caught:
        read_toml(content, "c.toml")
    assert caught.value.field == f"c.toml, line {line}"


def test_a_file_of_toml_within_its_bounds_is_read() -> None:
    """As large as it may be; what looks like a key inside a text is none."""
    text = "a = '" + "x" * (LONGEST_LINE - 6) + "'\nb.c.d.e.f.g.h.i = 1\n"
    text += (
        'c = """\nOne. Two. Three sentences. Four. Five. Six. Seven. Eight. End."""\n'
    )
    text += "#" + "\n" * (LARGEST - 1 - len(text))
    values, source = read_toml(text.encode(), "c.toml")
    assert len(source) == LARGEST
    assert list(values) == ["a", "b", "c"]


HOSTILE_NAME = "\x1b]0;x\x07\u202e"


def hostile_words(directory: Path) -> Iterator[tuple[str, ...]]:
    """Commands in which everything that can be stated is meant for a terminal."""
    name = HOSTILE_NAME
    rows = f"patient,start,neuro,renal\n{name},{name},no,normal\nA,{name},no,\n"
    for at in (f"{name}.csv", "a.csv"):
        (directory / at).write_text(rows)
    (directory / "a.toml").write_text('"\\u001b]0;x" = 1\n')
    (directory / "b.toml").write_text('open = "\\u001b]0;x"\n')
    (directory / f"{name}.json").write_text('{"\\u001b]0;x": "\\u001b]0;x"}')
    (directory / "out").mkdir()
    (directory / "out" / f"{name}.ics").touch()
    for command in ("plan", "revise", "due", "publish", "batch", "worklist", "explain"):
        yield (command, name)
        yield (command, f"--{name}")
    yield (name,)
    yield ("config", "--config", "a.toml")
    yield ("config", "--config", "b.toml")
    yield ("revise", f"{name}.json")
    yield ("batch", "a.csv", "-o", "out")
    yield ("batch", f"{name}.csv", "-o", name)
    yield ("batch", f"{name}.csv", "--format", "jsonl", "-o", "-", "--errors", name)
    yield ("worklist", f"{name}.csv", "--from", "2026-01-05", "--to", "2026-02-05")
    for option in ("--format", "--view", "-o", "--open", "--holidays", "--egfr"):
        yield ("plan", *FACTS[:2], option, name)
    yield ("plan", *FACTS, "-o", f"{name}.json")
    yield ("plan", *FACTS, "--patient", "A", "-o", f"{name}.ics")
    yield ("worklist", "a.csv", "-o", f"{name}.md", "--from", "2026-01-05")


def test_nothing_stated_or_read_reaches_a_terminal_raw(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Arguments, names of files and what stands in them: escapes are spelt out."""
    monkeypatch.chdir(tmp_path)
    for words in hostile_words(tmp_path):
        done = here(*words)
        for sign in HOSTILE_NAME[0], HOSTILE_NAME[-1]:
            assert sign not in done.out + done.err, words


# --- files --------------------------------------------------------------------------


def mode(path: Path) -> int:
    """The permissions of a file."""
    return stat.S_IMODE(path.stat().st_mode)


def test_drafts_and_directories_are_for_their_owner_only(tmp_path: Path) -> None:
    """While a file is being written, too, and whatever the umask."""
    before = os.umask(0)
    try:
        with alone_in(tmp_path / "out"), whole_file(tmp_path / "out" / "a.csv") as text:
            text.write("private")
            (draft,) = (tmp_path / "out").iterdir()
            assert draft.name.startswith(".")
            assert mode(draft) == 0o600
    finally:
        os.umask(before)
    assert mode(tmp_path / "out") == 0o700
    assert mode(tmp_path / "out" / "a.csv") == 0o600
    assert left_in(tmp_path / "out") == {"a.csv"}


@pytest.mark.needs_proc
def test_the_file_of_references_has_no_name() -> None:
    """What a batch remembers beyond its memory nobody else can open."""
    spilt = []
    with FirstRows() as rows:
        for number in range(60_000):
            rows.first(f"{number:0100}", number, "A")
        for path in Path("/proc/self/fd").iterdir():
            if path.is_symlink() and "etilqs" in (name := str(path.readlink())):
                spilt.append((name, path.stat()))
    (name, state), *_ = spilt
    assert name.endswith("(deleted)")
    assert stat.S_IMODE(state.st_mode) == 0o600
    assert state.st_nlink == 0


# --- a server that is not honest ----------------------------------------------------


def laughs(depth: int) -> bytes:
    """A small document that stands for ten to the power of `depth` letters."""
    entities = "".join(
        f'<!ENTITY a{at} "{f"&a{at - 1};" * 10}">' for at in range(1, depth)
    )
    return _answer(f'<!ENTITY a0 "aaaaaaaaaa">{entities}', f"&a{depth - 1};")


def _answer(entities: str, href: str) -> bytes:
    body = f"<response><href>{href}</href></response>"
    return (
        f'<!DOCTYPE a [{entities}]><multistatus xmlns="DAV:">{body}</multistatus>'
    ).encode()


@pytest.mark.unmeasured
@table(
    "content",
    ("entities in entities", laughs(12)),
    (
        "a file of this machine",
        _answer('<!ENTITY a SYSTEM "file:///etc/passwd">', "&a;"),
    ),
    ("elements in elements", b"<a>" * 100_000),
)
def test_a_hostile_answer_of_a_server_is_one_error(
    content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither unfolded nor looked up: nothing of it is used."""
    from b12sched.publish import connect, parse_address
    from b12sched.publish.answers import Answer
    from b12sched.publish.client import Client

    monkeypatch.setattr(Client, "request", lambda *_: Answer(207, content))
    address = parse_address("https://cal.example.org/b12/")
    with (
        connect(address, None, None, clock=time.monotonic) as server,
        pytest.raises(B12SchedError, match="cannot be read") as caught,
    ):
        server.listing()
    assert "root:" not in str(caught.value)


# --- weaknesses that were mended ----------------------------------------------------


def test_an_id_of_a_plan_file_is_no_longer_than_ours_are() -> None:
    """What moved is folded by an expression that is not linear on digits."""
    document = json.loads(PLAN)
    document["events"][0]["id"] = "1" * 20000
    with pytest.raises(InputError, match="not the name of an event"):
        read_plan(json.dumps(document).encode())


def test_lists_in_lists_of_given_dates_cost_their_row_only() -> None:
    """JSON Lines with 400 lists in one another end the whole batch."""
    nested = "[" * 400 + '"2026-01-05"' + "]" * 400
    row = '{"patient": "A", "start": "2026-01-05", "neuro": true, "renal": "normal"'
    (found,) = rows_read(f'{row}, "given": {nested}}}', Form.JSONL)
    assert isinstance(found, RowError)
    assert found.column == "given"


def test_a_number_of_a_configuration_may_be_long() -> None:
    """More than 4300 digits are an unexpected ValueError, not an error of the file."""
    with pytest.raises(InputError):
        read_config(b"months = " + b"1" * 5000, "config.toml")


SIGNS = "=+-@\uff1d\uff0b\uff0d\uff20"
HOSTILE = ("x;=1+1;y", "\uff1d1+1", "x;\uff20SUM(A1)", "x;'=1+1")


@pytest.mark.parametrize("reference", HOSTILE)
def test_no_cell_is_a_formula_however_a_spreadsheet_splits_the_line(
    reference: str,
) -> None:
    """`x;=1+1;y` is one cell with commas, and three where semicolons split; full-width
    signs are taken for the plain ones in East Asia."""
    text = data.plan_csv(plan_of(patient=reference)).decode()
    for delimiter in ",;":
        for row in csv.reader(io.StringIO(text), delimiter=delimiter):
            assert not [cell for cell in row if cell and cell[0] in SIGNS]


@pytest.mark.parametrize("reference", HOSTILE)
def test_no_file_of_a_batch_holds_a_formula_and_none_forgets_a_reference(
    reference: str, tmp_path: Path
) -> None:
    """The manifest and the table of errors are defused, and read back as they were."""
    rows = [
        {"patient": reference, "start": "2026-01-05", "neuro": "no"},
        {"patient": f"{reference}2", "start": "x;=1", "neuro": "no"},
    ]
    cohort = tmp_path / "cohort.jsonl"
    cohort.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    made = tmp_path / "made"
    command = ("batch", str(cohort), "-o", str(made), "--renal", "normal")
    assert here(*command, "--format", "csv").code == 4
    for name in ("manifest.csv", "errors.csv", f"{reference}.csv"):
        text = (made / name).read_text("utf-8")
        for delimiter in ",;":
            for row in csv.reader(io.StringIO(text), delimiter=delimiter):
                assert not [cell for cell in row if cell and cell[0] in SIGNS]
    again = here(*command, "--format", "csv")
    assert "belong to no row" not in again.err
    with open_cohort(made / "errors.csv") as found:
        (failed,) = found.rows
    assert failed.values["patient"] == f"{reference}2"
    assert failed.values["start"] == "x;=1"


@given(st.text(alphabet="=+-@'; \t\r\nax\uff1d"))
def test_what_is_defused_can_be_read_back(text: str) -> None:
    """Every text comes back as it was, apostrophes before signs included."""
    assert as_typed(defused(text)) == text
