"""Calendars that an export meets: revised with every event, or left as they were."""

from __future__ import annotations

import codecs
import re
from functools import cache
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import NamedTuple

from cli import here
from icalendar import Calendar

from fuzzing.bench import Bench, Files, Ran, check_kept
from fuzzing.mutation import mangled, mangled_bytes
from fuzzing.target import Target, must

_NAME = "calendar.ics"
_ROWS = "cohort.csv"
_COHORT = (
    b"patient,start,neuro,renal\nA-1,2026-01-05,no,normal\nB-2,2026-01-06,yes,normal\n"
)
_FACTS = ("plan", "2026-01-05", "--no-neuro", "--renal", "normal", "--patient", "A-1")
_NEURO = ("plan", "2026-01-05", "--neuro", "--egfr", "80", "--patient", 'Zoë; \\n,"B')
_SHORT = ("--loading-weeks", "2", "--months", "2")
_LIST = ("worklist", _ROWS, "--from", "2026-01-05", "--to", "2026-01-16")
_TIMED = ("--time", "09:30", "--timezone", "Europe/London", "--remind", "2h")
_PAIRS: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    ((*_FACTS, "--months", "3"), (*_FACTS, "--months", "3")),
    ((*_FACTS, "--months", "2"), (*_FACTS, "--months", "4", "--given", "2026-01-06")),
    ((*_FACTS, "--months", "4"), (*_FACTS, "--months", "2", "--open", "mon-fri")),
    ((*_NEURO, *_SHORT), (*_NEURO, "--plateau", "2026-01-12", "--months", "2")),
    ((*_NEURO, *_SHORT), (*_NEURO, *_SHORT, "--discreet", "--class", "public")),
    ((*_FACTS, "--months", "2"), (*_FACTS, "--months", "2", *_TIMED)),
    ((*_FACTS, "--months", "2", *_TIMED), (*_FACTS, "--months", "3", *_TIMED)),
    (_LIST, (*_LIST, "--renal", "normal")),
    (_LIST, (*_LIST[:-1], "2026-01-12", "--each")),
)
"""The command that wrote a calendar, and the one that meets it."""

_LINES = (
    *("RRULE:FREQ=DAILY", "DTSTART:20260105", "DTSTART;VALUE=DATE:20261399", "UID:x"),
    *("SEQUENCE:-1", "SEQUENCE:99999999999", "SEQUENCE:2147483647", "STATUS:CANCELLED"),
    *(
        "BEGIN:VEVENT",
        "END:VEVENT",
        "BEGIN:VALARM",
        "END:VALARM",
        "BEGIN:VTODO",
        "X-A:1",
    ),
    *(
        "TRIGGER:-PT15H",
        "TRIGGER:rubbish",
        "DURATION:P1D",
        "EXDATE:20260105",
        "ATTACH:x",
    ),
    *(
        "DESCRIPTION:a\\nNotes: mine",
        "CATEGORIES:Mine,B12",
        "X-WR-CALNAME:Mine",
        "A",
        "",
    ),
    *("END:VCALENDAR", "BEGIN:VCALENDAR", "RECURRENCE-ID:20260105", "DTEND:20260106"),
    *('LOCATION;ALTREP="a:b":Room 1', 'ATTENDEE;CN="x:mailto:a@b', "GEO:1;2;3", " x"),
    *("ORGANIZER:mailto:a@b", "DTSTAMP:20260105T000000Z", "SUMMARY;LANGUAGE=en:Mine"),
    *("X-9C4D1F7A-HORIZON:20300101", "X-9C4D1F7A-OWNER:x", "TZID:Europe/London"),
    *("BEGIN:VTIMEZONE", "METHOD:PUBLISH", "VERSION:3.0", "RDATE:20260105", "CLASS:X"),
    "DTSTART;TZID=Europe/London:00000105T093000",
)


class Base(NamedTuple):
    """A calendar that is there, the command that meets it, and what it would write."""

    data: bytes
    arguments: tuple[str, ...]
    days: dict[str, str]


class Drawn(NamedTuple):
    """A calendar file, and which of the bases it comes from."""

    data: bytes
    base: int


@cache
def bases() -> tuple[Base, ...]:
    """Calendars as the program writes them, before they are spoilt."""
    return tuple(
        Base(_written(old), new, days_in_lines(_written(new))) for old, new in _PAIRS
    )


@cache
def _written(arguments: tuple[str, ...]) -> bytes:
    with TemporaryDirectory() as directory:
        path, rows = Path(directory) / _NAME, Path(directory) / _ROWS
        rows.write_bytes(_COHORT)
        named = [str(rows) if each == _ROWS else each for each in arguments]
        done = here(*named, "-o", str(path), SOURCE_DATE_EPOCH="1796083200")
        assert done.code == 0, done.err
        return path.read_bytes()


def make(rng: Random) -> Drawn:
    """A calendar spoilt in its lines, in how it is folded, or in its bytes."""
    base = rng.randrange(len(bases()))
    data = bases()[base].data
    kind = rng.random()
    if kind < 0.6:
        data = _other_lines(rng, data)
    elif kind < 0.85:
        data = mangled_bytes(rng, data)
    if rng.random() < 0.15:
        data = _folded_anew(rng, data)
    if rng.random() < 0.1:
        data = data.replace(b"\r\n", b"\n")
    if rng.random() < 0.05:
        data = rng.choice((codecs.BOM_UTF8 + data, b"", data + data, b"\r\n" + data))
    return Drawn(data, base)


def _other_lines(rng: Random, data: bytes) -> bytes:
    lines = data.decode().split("\r\n")[:-1]
    for _ in range(rng.choice((1, 1, 2, 3, 6))):
        at, other = rng.randrange(len(lines)), rng.randrange(len(lines))
        kind = rng.randrange(7)
        if kind == 0 and len(lines) > 1:
            del lines[at]
        elif kind == 1:
            lines.insert(other, lines[at])
        elif kind == 2:
            lines[at], lines[other] = lines[other], lines[at]
        elif kind == 3:
            name, colon, value = lines[at].partition(":")
            lines[at] = name + colon + mangled(rng, value, 1)
        elif kind == 4:
            lines[at] = mangled(rng, lines[at], 1)
        elif kind == 5:
            name, colon, value = lines[at].partition(":")
            lines[at] = rng.choice(
                (name.lower() + colon + value, f"{name};X=1:{value}")
            )
        else:
            lines.insert(at, rng.choice(_LINES))
    return "\r\n".join([*lines, ""]).encode(errors="replace")


def _folded_anew(rng: Random, data: bytes) -> bytes:
    """Folded anywhere, within a character too, or nowhere."""
    flat = re.sub(rb"\r\n[ \t]", b"", data)
    if rng.random() < 0.3:
        return flat
    for _ in range(rng.randint(1, 20)):
        at = rng.randrange(len(flat) + 1)
        flat = flat[:at] + rng.choice((b"\r\n ", b"\r\n\t", b"\n ")) + flat[at:]
    return flat


def check(drawn: Drawn, bench: Bench) -> str:
    """Export over it; what was written can be read and has every event of the plan."""
    base = bases()[drawn.base]
    before: Files = {_NAME: drawn.data, _ROWS: _COHORT}
    bench.put(before)
    ran = _export(base, bench)
    after = bench.files()
    check_kept(ran, before, after)
    if ran.code != 0:
        must(ran.code == 2, "a calendar that cannot be revised is unusable", ran)
        return f"refused ({ran.code})"
    data = after[_NAME] or b""
    found = days_of(data)
    if found is None:
        # What a person added is kept as it stands, even if it never could be read.
        must(days_of(drawn.data) is None, "icalendar reads a revised calendar")
        found = days_in_lines(data)
    missing = {uid: day for uid, day in base.days.items() if found.get(uid) != day}
    must(not missing, "a revised calendar has every event of the plan", missing)
    again = _export(base, bench)
    must(again.code == 0, "a calendar that was written can be revised", again.err)
    must(bench.files()[_NAME] == data, "without a change nothing is changed", again.err)
    return "revised (0)"


def _export(base: Base, bench: Bench) -> Ran:
    shown = ("--format", "json")
    return bench.run(*base.arguments, *shown, "-o", _NAME)


def days_of(data: bytes) -> dict[str, str] | None:
    """When each event of a calendar begins, by UID; None if icalendar fails at it."""
    found: dict[str, str] = {}
    try:
        for event in Calendar.from_ical(data).walk("VEVENT"):
            start, uid = event.get("DTSTART"), event.get("UID")
            if start is not None and not isinstance(start, list):
                found.setdefault(str(uid), start.to_ical().decode())
    except (ValueError, TypeError, IndexError):
        return None
    return found


def days_in_lines(data: bytes) -> dict[str, str]:
    """When each event begins, by UID, of all that stands in its own lines."""
    text = re.sub("\r?\n[ \t]", "", data.decode())
    found: dict[str, str] = {}
    for event in re.findall("(?ims)^BEGIN:VEVENT\r$(.*?)^END:VEVENT\r$", text):
        own = re.sub("(?ims)^BEGIN:VALARM\r$.*?^END:VALARM\r$", "", event)
        uid = re.search("(?im)^UID:(.*)\r$", own)
        start = re.search("(?im)^DTSTART[^:]*:(.*)\r$", own)
        if uid and start:
            found.setdefault(uid[1], start[1])
    return found


TARGET = Target("calendars", 10, make, check)
