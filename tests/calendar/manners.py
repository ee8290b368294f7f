"""Rewrite a calendar as calendar programs do: other spellings of the same values.

A manner changes one thing in the content lines of a file; a program has several. None
changes what the calendar says, but for what programs drop (categories, status, marks).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from zoneinfo import ZoneInfo

from ics_cases import unfolded

Lines = list[str]
Manner = Callable[[Lines], Lines]


def each(change: Callable[[str], str]) -> Manner:
    """A manner that changes each line by itself; an empty line is dropped."""
    return lambda lines: [new for line in lines if (new := change(line))]


def within(kind: str, change: Manner) -> Manner:
    """A manner that changes the lines between the BEGIN and the END of a component."""

    def manner(lines: Lines) -> Lines:
        done: Lines = []
        inside: Lines | None = None
        for line in lines:
            if inside is None:
                done.append(line)
                if line == f"BEGIN:{kind}":
                    inside = []
            elif line == f"END:{kind}":
                done += [*change(inside), line]
                inside = None
            else:
                inside.append(line)
        return done

    return manner


def without(*names: str) -> Manner:
    """A manner that drops properties, whatever their parameters."""
    return each(lambda line: "" if re.split("[:;]", line)[0] in names else line)


def replaced(pattern: str, new: str) -> Manner:
    return each(lambda line: re.sub(pattern, new, line))


def added(*more: str) -> Manner:
    """A manner that adds lines of the program's own to each event."""
    return within("VEVENT", lambda lines: [*more, *lines])


def _split(lines: Lines) -> tuple[Lines, Lines]:
    """The properties of an event, and the lines of its alarms."""
    depth, own, alarms = 0, Lines(), Lines()
    for line in lines:
        depth += line.startswith("BEGIN:")
        (alarms if depth else own).append(line)
        depth -= line.startswith("END:")
    return own, alarms


def _sorted(lines: Lines) -> Lines:
    own, alarms = _split(lines)
    return [*sorted(own), *alarms]


def _alarms_first(lines: Lines) -> Lines:
    own, alarms = _split(lines)
    return [*alarms, *reversed(own)]


def _before_the_end(lines: Lines) -> Lines:
    """Alarms counted from the end: a day later, or 15 minutes."""
    all_day = any(re.match(r"DTSTART.*:\d{8}$", line) for line in lines)
    new = "-P1DT15H" if all_day else "-PT15H15M"
    return replaced("^TRIGGER:-PT15H$", f"TRIGGER;RELATED=END:{new}")(lines)


def small(line: str) -> str:
    """A line with its name, and a frame whole, in small letters."""
    if line.startswith(("BEGIN:", "END:")):
        return line.lower()
    return re.sub("^[A-Z0-9-]+", lambda name: name[0].lower(), line)


def html(line: str) -> str:
    """A description as a web page writes it."""
    name, _, text = line.partition(":")
    if not name.startswith("DESCRIPTION"):
        return line
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace("\\n", "<br>")
    return f"{name}:{text}"


def paragraphs(line: str) -> str:
    name, _, text = line.partition(":")
    if not name.startswith("DESCRIPTION"):
        return line
    text = text.replace("&", "&amp;").replace("<", "&lt;")
    return f"{name}:" + "".join(f"<p>{part}</p>" for part in text.split("\\n"))


def in_utc(line: str) -> str:
    """A time of London as the same moment in UTC."""
    found = re.fullmatch(r"(DTSTART|DTEND);TZID=Europe/London:(\d{8}T\d{6})", line)
    if not found:
        return line
    wall = dt.datetime.strptime(found[2], "%Y%m%dT%H%M%S")  # noqa: DTZ007  # a wall clock
    moment = wall.replace(tzinfo=ZoneInfo("Europe/London")).astimezone(dt.UTC)
    return f"{found[1]}:{moment:%Y%m%dT%H%M%SZ}"


def zone(name: str) -> Manner:
    """A manner that calls the zone of London by another name, everywhere."""
    return each(
        lambda line: re.sub(
            "TZID([=:])Europe/London",
            lambda m: f"TZID{m[1]}" + (name if m[1] == "=" else name.strip('"')),
            line,
        )
    )


def head(*lines: str) -> Manner:
    """A manner that writes the calendar's own properties, and drops all others."""

    def manner(old: Lines) -> Lines:
        at = next(n for n, line in enumerate(old[1:], 1) if line.startswith("BEGIN:"))
        return [old[0], *lines, *old[at:]]

    return manner


ORDER = within("VEVENT", _sorted)
BACKWARDS = within("VEVENT", _alarms_first)
SMALL = each(small)
MARKLESS = each(lambda line: "" if line.startswith("X-9C4D1F7A-OWN") else line)
TRIGGERS = (
    replaced("^TRIGGER:-PT15H$", "TRIGGER;RELATED=START:-P0DT15H0M0S"),
    replaced("^TRIGGER:-PT15H$", "TRIGGER;VALUE=DURATION:-PT900M"),
    replaced("^TRIGGER:-PT15H$", "TRIGGER:-PT54000S"),
)
NO_END = each(lambda line: "" if line.startswith("DTEND;VALUE=DATE") else line)
LENGTH = replaced("^DTEND;VALUE=DATE:.*$", "DURATION:P1D")
BARE_DAYS = replaced("^(DTSTART|DTEND);VALUE=DATE:", r"\1:")

PROGRAMS: dict[str, tuple[Manner, ...]] = {
    "Google": (
        head("PRODID:-//Google Inc//Google Calendar 70.9054//EN", "VERSION:2.0",
             "CALSCALE:GREGORIAN", "METHOD:PUBLISH", "X-WR-CALNAME:B12",
             "X-WR-TIMEZONE:Europe/London"),
        without("CATEGORIES", "X-9C4D1F7A-OWN"), TRIGGERS[0], each(html), ORDER,
        added("CREATED:20260101T000000Z"),
    ),
    "Outlook": (
        head("PRODID:-//Microsoft Corporation//Outlook 16.0 MIMEDIR//EN",
             "VERSION:2.0", "METHOD:PUBLISH", "X-MS-OLK-FORCEINSPECTOROPEN:TRUE"),
        zone('"(UTC+00:00) Dublin, Edinburgh, Lisbon, London"'), TRIGGERS[1], MARKLESS,
        without("STATUS"), BACKWARDS,
        added("X-MICROSOFT-CDO-BUSYSTATUS:FREE", "PRIORITY:5",
              "X-ALT-DESC;FMTTYPE=text/html:<p>a copy</p>"),
    ),
    "Exchange": (
        head("METHOD:PUBLISH", "PRODID:Microsoft Exchange Server 2010", "VERSION:2.0"),
        zone("GMT Standard Time"), MARKLESS,
        replaced("^(SUMMARY|DESCRIPTION):", r"\1;LANGUAGE=en-GB:"), TRIGGERS[0],
    ),
    "Apple": (
        head("CALSCALE:GREGORIAN", "PRODID:-//Apple Inc.//macOS 15.0//EN",
             "VERSION:2.0", "X-APPLE-CALENDAR-COLOR:#FF2968", "X-WR-CALNAME:B12 A-17"),
        ORDER, added("CREATED:20260101T000000Z", "X-APPLE-TRAVEL-ADVISORY-BEHAVIOR:A"),
        within("VALARM", lambda lines: [*lines, "UID:5F0F", "X-WR-ALARMUID:5F0F"]),
    ),
    "Thunderbird": (
        replaced("^PRODID:.*$", "PRODID:-//Mozilla.org/NONSGML Mozilla Calendar//EN"),
        added("X-MOZ-GENERATION:2", "X-MOZ-LASTACK:20260101T090000Z"), BACKWARDS,
        within("VALARM", lambda lines: [*lines, "ACKNOWLEDGED:20260101T090000Z"]),
    ),
    "Evolution": (
        zone("/freeassociation.sourceforge.net/Europe/London"), TRIGGERS[0],
        within("VALARM", lambda lines: ["X-EVOLUTION-ALARM-UID:1", *lines]), LENGTH,
    ),
    "KOrganizer": (
        within("VEVENT", _before_the_end), MARKLESS,
        added("X-KDE-KCALCORE-ENABLED:TRUE"), without("STATUS"), ORDER,
    ),
    "a web page": (each(paragraphs), without("CATEGORIES", "STATUS")),
    "an old phone": (SMALL, NO_END, TRIGGERS[2]),
    "a script": (each(in_utc), BARE_DAYS, ORDER, each(lambda line: line.replace(
        "Why this day: ", "Why this day\\: "))),
    "a converter": (
        zone('"Europe/London"'),
        each(lambda line: re.sub(r"(?<!\\)\\n", r"\\\\n", line)
             if line.startswith("DESCRIPTION") else line),
        replaced("^UID:(.*)$", "UID;X-A=b:\\1"),
    ),
    "a mail program": (
        each(lambda line: line.upper() if line.startswith("UID:") else line), ORDER,
    ),
}  # fmt: skip


def _capital(line: str) -> str:
    """A line as every program reads it, whatever letters another one wrote."""
    if line.upper().startswith(("BEGIN:", "END:")):
        return line.upper()
    return re.sub("^[A-Za-z0-9-]+", lambda name: name[0].upper(), line)


def folded(text: str, width: int) -> bytes:
    """Lines folded at a number of octets, be it inside a character."""
    done = []
    for line in text.split("\r\n"):
        octets = line.encode()
        parts = [octets[n : n + width] for n in range(0, len(octets), width)]
        done.append(b"\r\n ".join(parts))
    return b"\r\n".join(done)


def rewritten(
    data: bytes, program: str, width: int = 75, end: bytes = b"\r\n"
) -> bytes:
    """A file as a program writes it that had imported and exported it."""
    lines = [_capital(line) for line in unfolded(data)]
    for manner in PROGRAMS[program]:
        lines = manner(lines)
    return folded("\r\n".join([*lines, ""]), width).replace(b"\r\n", end)
