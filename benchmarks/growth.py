"""How the time for what is read grows with its size: eight times the size, which times?

Run: python benchmarks/growth.py   (exit code 1 if something is not linear)

`READ` is what the tests go through as well (tests/docs/test_security_promises.py): they
count calls, which are the same on any machine, and this measures the processor's time,
which also shows what one call costs. Regular expressions have no calls to count.
"""

from __future__ import annotations

import ast
import datetime as dt
import gc
import io
import json
import re
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

import b12sched
from b12sched import Case, Clinic, build
from b12sched.cohort.source import Form, read_cohort
from b12sched.commands.config import read_config
from b12sched.errors import InputError
from b12sched.ics import CalendarStyle, read_calendar, revise_calendar, write_calendar
from b12sched.plan.plan_file import read_plan
from b12sched.views import data
from b12sched.views.screen.changes import change_lines

Work = Callable[[], object]

TIMES = 8
"""How much larger the large input is."""

MOST = 3.5 * TIMES
"""What is quadratic grows 64 times; what is linear 8, and more on a busy machine."""

QUICK = 0.002
"""Seconds; what takes less for the large input is not measured, nor a danger."""

PLAN = build(
    Case.parse(
        {"patient": "A-17", "start": "2026-01-05", "neuro": "no", "renal": "normal"}
    ),
    Clinic(),
)
NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
DOCUMENT = data.plan_json(PLAN)
WHOLE_DAYS = CalendarStyle()
TIMED = CalendarStyle.parse({"time": "09:00", "timezone": "Europe/London"})
CALENDAR = write_calendar(PLAN, WHOLE_DAYS, NOW)


class Growing(NamedTuple):
    """Work on an input of any size: `make(size)` returns a function that does it.

    `size` is that of the small input.
    """

    make: Callable[[int], Work]
    size: int


# --- what is read ---------------------------------------------------------------------


def plan_of_events(size: int) -> Work:
    """Reading a plan file with so many events, and telling what moved."""
    document = json.loads(DOCUMENT)
    document["events"] += [
        {"id": f"x-{at}", "date": "2026-01-05", "status": "planned"}
        for at in range(size)
    ]
    content = json.dumps(document).encode()
    saved = read_plan(content)
    return lambda: list(change_lines(saved, saved, PLAN))


def plan_of_unknown_fields(size: int) -> Work:
    """Reading a plan file with so many fields beside those that are known."""
    document = json.loads(DOCUMENT) | {f"x{at}": [at] for at in range(size)}
    content = json.dumps(document).encode()
    return lambda: read_plan(content)


def revised(place: bytes, piece: bytes, style: CalendarStyle) -> Work:
    """Reading and revising a calendar with something more before a line of it."""
    content = CALENDAR.replace(place, piece + place, 1)

    def revise() -> None:
        with suppress(InputError):
            revise_calendar(read_calendar(content, "A-17"), PLAN, style, NOW)

    return revise


def full_of(
    place: bytes, piece: bytes, style: CalendarStyle = WHOLE_DAYS
) -> Callable[[int], Work]:
    """Work on a calendar with so many octets more, all of the same piece."""
    return lambda size: revised(place, piece * (size // len(piece)), style)


def one_line(name: bytes, piece: bytes) -> Callable[[int], Work]:
    """Work on a calendar with a line of so many octets."""
    return lambda size: revised(
        EVENT, name + b":" + piece * (size // len(piece)) + b"\r\n", WHOLE_DAYS
    )


def zone_named(size: int) -> Work:
    """A line that names the time zone again and again."""
    line = b"X-A;" + b"TZID=Europe/London;" * size + b"\r\n"
    return revised(END, b"BEGIN:X\r\n" + line + b"END:X\r\n", TIMED)


def rows(text: str, form: Form) -> Work:
    """Reading every row of a cohort file."""
    return lambda: [
        *read_cohort(
            io.BufferedReader(io.BytesIO(text.encode())),
            form,
            "a cohort",
        ).rows
    ]


def table_of(piece: str) -> Callable[[int], Work]:
    """A table in CSV of so many characters."""
    head = "patient,start,neuro,renal\n"
    return lambda size: rows(head + piece * (size // len(piece)), Form.CSV)


def json_lines_of(piece: str) -> Callable[[int], Work]:
    """JSON Lines of so many characters."""
    return lambda size: rows("{}\n" + piece * (size // len(piece)), Form.JSONL)


def object_of_names(size: int) -> Work:
    """One object with so many names, one of them twice."""
    names = ",".join(f'"a{at}":1' for at in range(size))
    return rows(f'{{{names},"z":1,"z":1}}', Form.JSONL)


def configuration_of_keys(size: int) -> Work:
    """A configuration with so many keys, of which none is known."""
    content = "".join(f"k{at} = 1\n" for at in range(size)).encode()

    def read() -> None:
        with suppress(InputError):
            read_config(content, "config.toml")

    return read


EVENT, HEAD, END = b"CLASS:", b"X-WR-CALNAME:", b"END:VCALENDAR"
ZONE = b"BEGIN:VTIMEZONE\r\nX-A:1\r\nTZID:Europe/London\r\nEND:VTIMEZONE\r\n"
TIMES_OF_EVENTS = b"DTSTART;TZID=Europe/London:20260105T090000\r\n"
ALARM = b"BEGIN:VALARM\r\nTRIGGER:-PT15H\r\nEND:VALARM\r\n"
OTHER_ZONE = b"BEGIN:VTIMEZONE\r\nTZID:X\r\nEND:VTIMEZONE\r\n"

PLAN_FILES = {
    "events": Growing(plan_of_events, 2000),
    "unknown fields": Growing(plan_of_unknown_fields, 2000),
}
CALENDARS = {
    name: Growing(make, 40_000)
    for name, make in {
        "properties of an event": full_of(EVENT, b"X-A:1\r\n"),
        "properties of the calendar": full_of(HEAD, b"X-A:1\r\n"),
        "notes": full_of(EVENT, b"COMMENT:a\r\n"),
        "titles": full_of(EVENT, b"SUMMARY:a\r\n"),
        "categories": full_of(EVENT, b"CATEGORIES:a,b\r\n"),
        "alarms": full_of(EVENT, ALARM),
        "components": full_of(END, b"BEGIN:X\r\nEND:X\r\n"),
        "time zones": full_of(END, OTHER_ZONE),
        "blank lines": full_of(HEAD, b"\r\n"),
        "components in one another": full_of(END, b"BEGIN:X\r\n"),
        "times": full_of(EVENT, TIMES_OF_EVENTS, TIMED),
        "zones of the name": full_of(END, ZONE, TIMED),
        "properties where there is a time": full_of(END, b"X-A:1\r\n", TIMED),
    }.items()
}
LINES = {
    f"{name.decode()} of {piece!r}": Growing(
        one_line(name, piece), 250_000 if name == b"X-A" else 5_000
    )
    for name in (b"X-A", b"DESCRIPTION", b"CATEGORIES")
    for piece in (b"\r\n x", b"x", b'"', b"\\", b",", b";A=", b"^n")
} | {"a time zone named often": Growing(zone_named, 3200)}
TABLES = {
    name: Growing(table_of(piece), 10_000)
    for name, piece in {
        "quotation marks": '"',
        "pairs of them": '""',
        "unclosed ones": '"\n',
        "an unclosed one in each row": '"x,2026-01-05,no,normal\n',
        "delimiters": ",",
        "line ends": "\n",
        "returns": "\r",
        "rows": "x,2026-01-05,no,normal\n",
        "zero octets": "\0",
    }.items()
}
JSON_LINES = {
    name: Growing(json_lines_of(piece), 5_000)
    for name, piece in {
        "brackets": "[",
        "objects": '{"a":',
        "a number": "9",
        "rows": '{"patient": "A", "start": "2026-01-05"}\n',
        "unknown names": '{"x": 1}\n',
    }.items()
} | {"names of an object": Growing(object_of_names, 250)}
CONFIGURATIONS = {"unknown keys": Growing(configuration_of_keys, 100)}

READ: Mapping[str, Mapping[str, Growing]] = {
    "a plan file": PLAN_FILES,
    "a calendar": CALENDARS,
    "a line of a calendar": LINES,
    "a table": TABLES,
    "JSON Lines": JSON_LINES,
    "a configuration": CONFIGURATIONS,
}


# --- regular expressions --------------------------------------------------------------

PACKAGE = Path(b12sched.__file__).parent
MODULES = {
    ".".join(path.relative_to(PACKAGE).with_suffix("").parts): ast.parse(
        path.read_text("utf-8")
    )
    for path in sorted(PACKAGE.rglob("*.py"))
}
BOUNDED = {
    ("views.card.text", "_WHOLE"): "texts of ours, and names of at most 100 characters",
    (
        "views.screen.layout",
        "_WORD",
    ): "texts of ours, references of 64 characters and names of "
    "files of 4096; an id in a plan file has at most 31",
}
"""Expressions that are not linear, and why no long text reaches them."""

METHODS: dict[str, Callable[[Any, Any], object]] = {
    "search": lambda pattern, text: pattern.search(text),
    "match": lambda pattern, text: pattern.match(text),
    "fullmatch": lambda pattern, text: pattern.fullmatch(text),
    "findall": lambda pattern, text: pattern.findall(text),
    "finditer": lambda pattern, text: list(pattern.finditer(text)),
    "split": lambda pattern, text: pattern.split(text),
    "sub": lambda pattern, text: pattern.sub(text[:0], text),
}
PIECES = (
    *("a", "A", "1", ".", " ", "\t", '"', "\\", ",", ";", ":", "=", "[", "-", "/"),
    *("\n", "\r\n", "\r\n ", "1 ", "1.", "a ", "A1", "a-", '""', 'a"', "1;", "1 to "),
    *("é", "\udcff", "Mon 2026-01-05 ", "20260105", "TZID=", "x="),
)
"""What texts that are hard on an expression are made of, besides its own words."""

LONG = 500
"""Characters of the small text; the large one has eight times as many."""

SLOW = ("[0-9.]+ mg", '[a-z]*"', "a.*b", '=[^"]*"')
"""Expressions that read a text again from each of its places: each must be found."""


@cache
def texts_of(module: str) -> dict[str, set[str]]:
    """The names of texts that a module hands to `re` as expressions, and to what."""
    found: dict[str, set[str]] = {}
    for node in ast.walk(MODULES[module]):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        if ast.unparse(node.func).startswith("re."):
            name = ast.unparse(node.args[0])
            found.setdefault(name, set()).add(ast.unparse(node.func)[len("re.") :])
    return found


def patterns_in(module: str, name: str, value: object) -> list[re.Pattern[Any]]:
    """The expressions of a module's name: one, or those of a table."""
    used = texts_of(module).get(name, set())
    if isinstance(value, str | bytes) and used & set(METHODS):
        return [re.compile(value)]
    values = value.values() if isinstance(value, dict) else (value,)
    return [each for each in values if isinstance(each, re.Pattern)]


@cache
def expressions() -> dict[tuple[str, str], list[re.Pattern[Any]]]:
    """The expressions that have a name in the package, by module and name."""
    return {
        (module, name): found
        for module in MODULES
        if module != "__main__"
        for name, value in vars(
            import_module(f"b12sched.{module}".removesuffix(".__init__"))
        ).items()
        if (found := patterns_in(module, name, value))
    }


@cache
def methods_of(pattern: re.Pattern[Any]) -> frozenset[str]:
    """How an expression is used, in whichever modules it has a name."""
    found = set()
    for (module, name), patterns in expressions().items():
        if pattern not in patterns:
            continue
        if texts := texts_of(module).get(name):
            found |= texts
            continue
        for node in ast.walk(MODULES[module]):
            if isinstance(node, ast.Attribute):
                owner = node.value
                owner = owner.value if isinstance(owner, ast.Subscript) else owner
                if isinstance(owner, ast.Name) and owner.id == name:
                    found.add(node.attr)
            elif isinstance(node, ast.Call) and name in map(ast.unparse, node.args):
                # Handed to a function, which compares whole names with it.
                found.add("fullmatch")
    return frozenset(found & set(METHODS))


def words_of(pattern: re.Pattern[Any]) -> list[str]:
    """The letters that stand in an expression, and what of it is plain text."""
    text = pattern.pattern
    text = text if isinstance(text, str) else text.decode("latin-1")
    text = re.sub(r"\\r\\n", "\r\n", text)
    return re.findall(r"[A-Za-z0-9:=;\"\r\n-]{2,}", text)


def hard_texts(pattern: re.Pattern[Any]) -> Iterator[Callable[[int], Any]]:
    """Texts of any length that begin well, go on for ever and end badly."""
    words = words_of(pattern)
    for start in ("", "".join(words)):
        for piece in (*PIECES, *words):

            def make(size: int, start: str = start, piece: str = piece) -> Any:
                text = start + piece * (size // len(piece)) + "\0"
                is_text = isinstance(pattern.pattern, str)
                return text if is_text else text.encode("utf-8", "surrogatepass")

            yield make


def slow_text(pattern: re.Pattern[Any], methods: frozenset[str]) -> str | None:
    """A text for which an expression takes more than in proportion, if there is one."""
    for make in hard_texts(pattern):
        for name in methods:
            use = METHODS[name]

            def work(
                size: int,
                make: Callable[[int], Any] = make,
                use: Callable[[Any, Any], object] = use,
            ) -> Work:
                text = make(size)
                return lambda: use(pattern, text)

            large = seconds(work(LONG * TIMES), 1)
            if large > QUICK / 2 and growth(work, LONG) > MOST:
                return repr(make(40))
    return None


# --- measuring ------------------------------------------------------------------------


def seconds(work: Work, least: int = 3) -> float:
    """The processor's time for something, at best: what other programs do is not ours.

    Nor is the search for garbage.
    """
    best = float("inf")
    gc.disable()
    try:
        for _ in range(least):
            begin = time.process_time()
            work()
            best = min(best, time.process_time() - begin)
            if best > 0.2:
                break
    finally:
        gc.enable()
    return best


def growth(make: Callable[[int], Work], small: int) -> float:
    """How many times as long the large input takes; 0 if that is too short to tell."""
    found = float("inf")
    for _ in range(2):
        fixed = seconds(make(0), 10)
        large = seconds(make(small * TIMES)) - fixed
        if large < QUICK:
            return 0.0
        little = seconds(make(small), 10) - fixed
        if little <= 0:  # refused sooner than nothing is read: a larger one tells
            return growth(make, small * TIMES)
        found = min(found, large / little)
        if found < MOST:
            break
    return found


def not_linear() -> Iterator[str]:
    """What is read in more than linear time; prints how each grows."""
    for kind, growing in READ.items():
        for name, each in growing.items():
            times = growth(each.make, each.size)
            print(f"{times:6.1f}  {kind}: {name}")
            if times > MOST:
                yield f"{kind}: {name}"
    for (module, name), patterns in expressions().items():
        for pattern in () if (module, name) in BOUNDED else patterns:
            if text := slow_text(pattern, methods_of(pattern)):
                yield f"{module}.{name} on {text}"
    print(f"{len(expressions())} regular expressions")


def main() -> int:
    wrong = [*not_linear()]
    for slow in SLOW:
        if slow_text(re.compile(slow), frozenset({"search"})) is None:
            wrong.append(f"not found, though it is slow: {slow}")
    for each in wrong:
        print(f"NOT LINEAR: {each}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
