"""Read a calendar file: its lines as they are, its components, which events are ours.

The lines of the file are kept octet for octet, so that what does not change is written
back as it was; octets that are not UTF-8 by themselves (a program folded a line inside
a character) are kept as surrogates. What the lines mean is worked out in `values`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

from b12sched.errors import InputError, shown
from b12sched.ics.folding import (
    EOL,
    Line,
    calendar_text,
    check_name,
    content_lines,
    damaged,
)

_BEGIN, _END = "BEGIN:VCALENDAR", "END:VCALENDAR"
_CUT_SHORT = f"it is cut short: {_END} is missing"
_DEEPEST = 8


@dataclass(frozen=True)
class Part:
    """A component of the calendar, from BEGIN to END.

    `uid` is in small letters. `event_id` is the id of one of our events, None for
    everything else.
    """

    name: str
    lines: tuple[Line, ...]
    uid: str | None
    event_id: str | None = None

    @property
    def text(self) -> str:
        return "".join([line.raw + EOL for line in self.lines])

    @property
    def properties(self) -> list[Line]:
        """Its own lines, without BEGIN, END and nested components."""
        return self._divided[0]

    @property
    def alarms(self) -> list[list[Line]]:
        """The nested components (in an event: its alarms), each as its lines."""
        return self._divided[1]

    @cached_property
    def _divided(self) -> tuple[list[Line], list[list[Line]]]:
        own: list[Line] = []
        inside: list[list[Line]] = []
        depth = 0
        for line in self.lines:
            if line.name == "BEGIN":
                depth += 1
                if depth == 2:
                    inside.append([])
            if depth > 1:
                inside[-1].append(line)
            elif line.name not in ("BEGIN", "END"):
                own.append(line)
            if line.name == "END":
                depth -= 1
        return own, inside

    def every(self, name: str) -> Iterator[Line]:
        """Yield its own properties of that name."""
        # Not by `properties`: a revision of many events must not divide each of them.
        depth = 0
        for line in self.lines:
            if line.name == "BEGIN":
                depth += 1
            elif line.name == "END":
                depth -= 1
            elif depth == 1 and line.name == name:
                yield line

    def first(self, name: str) -> Line | None:
        """Return the first property of that name, or None."""
        return next(self.every(name), None)

    def value(self, name: str) -> str:
        """Return the value of the first property of that name, or an empty text."""
        line = self.first(name)
        return line.value if line else ""


class File(NamedTuple):
    """A calendar file: the calendar's own lines, and its components."""

    head: list[Line]
    parts: list[Part]

    def values(self, name: str) -> list[str]:
        """Return the values of a property of the calendar itself."""
        return [line.value.strip() for line in self.head if line.name == name]

    @property
    def uids(self) -> set[str]:
        """The UIDs of its events, in small letters."""
        return {part.uid for part in self.parts if part.uid}


def read_file(data: bytes) -> File:
    """Divide a file into its lines and components.

    Several calendars in one file, as some programs write, are read as one. Raises
    InputError if the file is damaged, cut short or too large.
    """
    head: list[Line] = []
    parts: list[Part] = []
    lines = content_lines(calendar_text(data))
    first = next(lines)
    check_name(first)
    if _framed(first) != _BEGIN:
        raise damaged(f"it begins with {shown(first.text)}, not with {_BEGIN}")
    while True:
        for line in lines:
            if line.name == "BEGIN":
                parts.append(_part(line, lines))
            elif line.name != "END":
                check_name(line)
                head.append(line)
            elif _framed(line) == _END:
                break
            else:
                raise _unbalanced(line)
        else:
            raise damaged(_CUT_SHORT)
        more = next(lines, None)
        if more is None:
            return File(head, _once(parts))
        if _framed(more) != _BEGIN:
            raise damaged(f"{shown(more.text)} stands after {_END}")


def _once(parts: list[Part]) -> list[Part]:
    """Return the parts, without the copies of a time zone that each calendar had."""
    zones: set[str] = set()
    kept = []
    for part in parts:
        if part.name == "VTIMEZONE":
            if part.text in zones:
                continue
            zones.add(part.text)
        kept.append(part)
    return kept


def _framed(line: Line) -> str:
    return line.text.rstrip().upper()


def _part(begin: Line, lines: Iterator[Line]) -> Part:
    """Return the component that `begin` opens, reading its other lines from `lines`."""
    name, uid = begin.value.strip().upper(), None
    found, inside = [begin], [name]
    for line in lines:
        found.append(line)
        if line.name == "BEGIN":
            inside.append(line.value.strip().upper())
            if inside[-1] == "VEVENT":
                raise damaged("an event begins before another component ends")
            if len(inside) > _DEEPEST:
                raise damaged(f"more than {_DEEPEST} components are nested")
        elif line.name == "END":
            if inside.pop() != line.value.strip().upper():
                raise _unbalanced(line)
            if not inside:
                break
        elif line.name == "UID" and uid is None and inside == ["VEVENT"]:
            uid = line.value.strip().lower()
    else:
        raise damaged(_CUT_SHORT)
    return Part(name, tuple(found), uid)


def _unbalanced(line: Line) -> InputError:
    return damaged(f"{shown(line.text)} ends a component that did not begin")


def part_of(text: str) -> Part:
    """Return one component from a text that we wrote."""
    lines = content_lines(text)
    return _part(next(lines), lines)


def recognised(parts: Iterable[Part], ids: Mapping[str, str]) -> list[Part]:
    """Return the parts, our events with their ids; `ids` maps UIDs to event ids.

    Raises InputError if one of our events is in the file twice, has two UIDs or a line
    that cannot be read. A person's own events are nobody's business.
    """
    found: list[Part] = []
    seen: set[str] = set()
    for part in parts:
        if part.uid is None or part.uid not in ids:
            found.append(part)
            continue
        if part.uid in seen:
            raise damaged(f"the event {shown(part.uid)} appears twice")
        seen.add(part.uid)
        names = [line.name for line in part.lines]
        if "" in names:
            check_name(part.lines[names.index("")])
        if len([*part.every("UID")]) > 1:
            raise damaged(f"the event {shown(part.uid)} has a second UID")
        found.append(replace(part, event_id=ids[part.uid]))
    return found
