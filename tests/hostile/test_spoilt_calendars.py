"""Calendars that an export meets: revised with every event, or left as they were.

What the search found once stands in `FOUND`, and is tried every time.
"""

from __future__ import annotations

import codecs
import re
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import bench as benches
import pytest
from bench import Bench, Files, Ran, check_kept, must, unfolded
from cli import here
from hypothesis import strategies as st
from icalendar import Calendar
from searching import search, shown_fault
from spec import table
from spoiling import chance, one_of, spoilt_bytes, spoilt_text

NAME = "calendar.ics"
ROWS = "cohort.csv"
COHORT = (
    b"patient,start,neuro,renal\nA-1,2026-01-05,no,normal\nB-2,2026-01-06,yes,normal\n"
)
FACTS = ("plan", "2026-01-05", "--no-neuro", "--renal", "normal", "--patient", "A-1")
NEURO = ("plan", "2026-01-05", "--neuro", "--egfr", "80", "--patient", 'Zoë; \\n,"B')
SHORT = ("--loading-weeks", "2", "--months", "2")
LIST = ("worklist", ROWS, "--from", "2026-01-05", "--to", "2026-01-16")
TIMED = ("--time", "09:30", "--timezone", "Europe/London", "--remind", "2h")
PAIRS: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    ((*FACTS, "--months", "3"), (*FACTS, "--months", "3")),
    ((*FACTS, "--months", "2"), (*FACTS, "--months", "4", "--given", "2026-01-06")),
    ((*FACTS, "--months", "4"), (*FACTS, "--months", "2", "--open", "mon-fri")),
    ((*NEURO, *SHORT), (*NEURO, "--plateau", "2026-01-12", "--months", "2")),
    ((*NEURO, *SHORT), (*NEURO, *SHORT, "--discreet", "--class", "public")),
    ((*FACTS, "--months", "2"), (*FACTS, "--months", "2", *TIMED)),
    ((*FACTS, "--months", "2", *TIMED), (*FACTS, "--months", "3", *TIMED)),
    (LIST, (*LIST, "--renal", "normal")),
    (LIST, (*LIST[:-1], "2026-01-12", "--each")),
)
"""The command that wrote a calendar, and the one that meets it."""

LINES = (
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


class Met(NamedTuple):
    """A calendar file, and which of the bases it comes from."""

    data: bytes
    base: int


@cache
def bases() -> tuple[Base, ...]:
    """Calendars as the program writes them, before they are spoilt."""
    return tuple(
        Base(_written(old), new, days_in_lines(_written(new))) for old, new in PAIRS
    )


@cache
def _written(arguments: tuple[str, ...]) -> bytes:
    with TemporaryDirectory() as directory:
        path, rows = Path(directory) / NAME, Path(directory) / ROWS
        rows.write_bytes(COHORT)
        named = [str(rows) if each == ROWS else each for each in arguments]
        done = here(*named, "-o", str(path), SOURCE_DATE_EPOCH="1796083200")
        assert done.code == 0, done.err
        return path.read_bytes()


@st.composite
def calendars(draw: st.DrawFn, there: tuple[Base, ...]) -> Met:
    """A calendar spoilt in its lines, in how it is folded, or in its bytes."""
    base = draw(st.integers(0, len(there) - 1))
    data = there[base].data
    kind = draw(st.integers(0, 19))
    if 3 <= kind < 15:
        data = _other_lines(draw, data)
    elif kind >= 15:
        data = draw(spoilt_bytes(data))
    if chance(draw, 15):
        data = _folded_anew(draw, data)
    if chance(draw, 10):
        data = data.replace(b"\r\n", b"\n")
    if chance(draw, 5):
        data = one_of(draw, (codecs.BOM_UTF8 + data, b"", data + data, b"\r\n" + data))
    return Met(data, base)


def _other_lines(draw: st.DrawFn, data: bytes) -> bytes:
    lines = data.decode().split("\r\n")[:-1]
    for _ in range(one_of(draw, (1, 1, 2, 3, 6))):
        places = st.integers(0, len(lines) - 1)
        at, other, kind = draw(places), draw(places), draw(st.integers(0, 6))
        name, colon, value = lines[at].partition(":")
        if kind == 0 and len(lines) > 1:
            del lines[at]
        elif kind == 1:
            lines.insert(other, lines[at])
        elif kind == 2:
            lines[at], lines[other] = lines[other], lines[at]
        elif kind == 3:
            lines[at] = name + colon + draw(spoilt_text(value, 1))
        elif kind == 4:
            lines[at] = draw(spoilt_text(lines[at], 1))
        elif kind == 5:
            other_forms = (name.lower() + colon + value, f"{name};X=1:{value}")
            lines[at] = one_of(draw, other_forms)
        else:
            lines.insert(at, one_of(draw, LINES))
    return "\r\n".join([*lines, ""]).encode(errors="replace")


def _folded_anew(draw: st.DrawFn, data: bytes) -> bytes:
    """Folded anywhere, within a character too, or nowhere."""
    flat = re.sub(rb"\r\n[ \t]", b"", data)
    if chance(draw, 30):
        return flat
    for _ in range(draw(st.integers(1, 20))):
        at = draw(st.integers(0, len(flat)))
        flat = flat[:at] + one_of(draw, (b"\r\n ", b"\r\n\t", b"\n ")) + flat[at:]
    return flat


def check(met: Met, bench: Bench) -> str:
    """Export over it; what was written can be read and has every event of the plan."""
    base = bases()[met.base]
    before: Files = {NAME: met.data, ROWS: COHORT}
    bench.put(before)
    ran = _export(base, bench)
    after = bench.files()
    check_kept(ran, before, after)
    if ran.code != 0:
        must(ran.code == 2, "a calendar that cannot be revised is unusable", ran)
        return "refused"
    data = after[NAME] or b""
    found = days_of(data)
    if found is None:
        # What a person added is kept as it stands, even if it never could be read.
        must(days_of(met.data) is None, "icalendar reads a revised calendar")
        found = days_in_lines(data)
    missing = {uid: day for uid, day in base.days.items() if found.get(uid) != day}
    must(not missing, "a revised calendar has every event of the plan", missing)
    again = _export(base, bench)
    must(again.code == 0, "a calendar that was written can be revised", again.err)
    must(bench.files()[NAME] == data, "without a change nothing is changed", again.err)
    return "revised"


def _export(base: Base, bench: Bench) -> Ran:
    shown = ("--format", "json")
    return bench.run(*base.arguments, *shown, "-o", NAME)


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
    text = unfolded(data)
    found: dict[str, str] = {}
    for event in re.findall("(?ims)^BEGIN:VEVENT\r$(.*?)^END:VEVENT\r$", text):
        own = re.sub("(?ims)^BEGIN:VALARM\r$.*?^END:VALARM\r$", "", event)
        uid = re.search("(?im)^UID:(.*)\r$", own)
        start = re.search("(?im)^DTSTART[^:]*:(.*)\r$", own)
        if uid and start:
            found.setdefault(uid[1], start[1])
    return found


@pytest.mark.unmeasured
def test_a_spoilt_calendar_is_revised_whole_or_left_as_it_was(bench: Bench) -> None:
    """The search tries both what is revised and what is refused."""
    ended = search(calendars(bases()), check, bench, 40)
    assert set(ended) == {"revised", "refused"}
    assert max(ended.values()) < 0.9 * ended.total()


BEFORE_END = b"END:VCALENDAR\r\n"
FOUND = table(
    "old, new",
    ("an empty line with a continuation", BEFORE_END, b"\r\n more\r\n" + BEFORE_END),
    ("a file that begins with a continuation", b"BEGIN:VCAL", b" x\r\nBEGIN:VCAL"),
    ("an event with two UIDs", b"\r\nSUMMARY", b"\r\nUID:x\r\nSUMMARY"),
    ("a BEGIN with a parameter", b"BEGIN:VEVENT", b"BEGIN;X=1:VEVENT"),
    ("an event with two days", b"TRANSP:", b"DTSTART:20260105\r\nTRANSP:"),
    ("a time in the year 0", b";VALUE=DATE:2026", b";TZID=Europe/London:0000"),
)
"""What brought a fault to light once, by what is put in the place of what."""


@FOUND
def test_what_was_found_once_is_not_found_again(
    old: bytes, new: bytes, bench: Bench
) -> None:
    """Each is refused or revised, without a fault."""
    data = bases()[0].data
    assert old in data
    assert check(Met(data.replace(old, new, 1), 0), bench) in ("refused", "revised")


# --- the checks can fail --------------------------------------------------------------


@table(
    "old, new, rule",
    ("another day", b"DATE:20260105", b"DATE:20260106", "has every event"),
    ("no UID", b"\nUID:", b"\nX-UID:", "has every event"),
    ("not to be read", b"VERSION:2.0", b"END:X\r\nEND:X", "icalendar reads"),
)
def test_a_calendar_that_lacks_an_event_is_found(
    old: bytes, new: bytes, rule: str, bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lost, on another day, or in a file that cannot be read."""
    whole = benches.Bench.run

    def without(self: Bench, *arguments: str, stdin: bytes = b"") -> Ran:
        ran = whole(self, *arguments, stdin=stdin)
        path = self.directory / NAME
        if ran.code == 0:
            path.write_bytes(path.read_bytes().replace(old, new))
        return ran

    monkeypatch.setattr(benches.Bench, "run", without)
    assert rule in shown_fault(calendars(bases()), check, bench, 40)


def test_a_reader_of_calendars_that_fails_is_found(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever else than an error of its own it raises."""

    def fails(*_: object) -> None:
        raise ValueError("odd")

    monkeypatch.setattr("b12sched.output.calendar.read_calendar", fails)
    assert "ValueError" in shown_fault(calendars(bases()), check, bench, 40)
