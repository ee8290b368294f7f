"""An existing calendar, read back: whose it is, its events, everything else as it is.

The reader keeps the lines of the file as they stand, so that what is not changed is
written back octet for octet. It is our own because icalendar keeps values, not lines,
and its import alone takes longer than a revision; icalendar is asked about an event
only if a calendar program has rewritten it (`edited`).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from b12sched.errors import InputError, shown
from b12sched.ics.folding import EOL, LARGEST
from b12sched.plan.clinic import EARLY_DAYS
from b12sched.plan.identity import CLINIC, HORIZON, OWNER, calendar_name, event_ids

_BEGIN, _END = "BEGIN:VCALENDAR", "END:VCALENDAR"
_CUT_SHORT = f"it is cut short: {_END} is missing"
_DEEPEST = 8
_END_OF_LINE = re.compile(r"\r\n(?![ \t])")
_FOLDED = re.compile(r"\r\n[ \t]")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_NAME = re.compile(r"([A-Za-z0-9-]+)[;:]")
_VALUE = re.compile(r'[^:"]*(?:"[^"]*"[^:"]*)*:(.*)', re.DOTALL)


class Line(NamedTuple):
    """A content line: its name in capitals, what it says, and how it stands there."""

    name: str
    text: str
    raw: str

    @property
    def value(self) -> str:
        """What stands after the first colon outside quotation marks."""
        match = _VALUE.match(self.text)
        return match[1] if match else ""


@dataclass(frozen=True)
class Part:
    """A component of the calendar, from BEGIN to END.

    `event_id` is the id of one of our events, None for everything else.
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
        """Its own lines, without its frame and the components inside."""
        return self._divided[0]

    @property
    def alarms(self) -> list[list[Line]]:
        """The components inside, which are alarms in an event, line by line."""
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

    def first(self, name: str) -> Line | None:
        """The first property of that name."""
        return next((line for line in self.properties if line.name == name), None)

    def value(self, name: str) -> str:
        """What the first property of that name says; empty if there is none."""
        line = self.first(name)
        return line.value if line else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """A patient's calendar as a file holds it."""

    patient: str
    horizon: dt.date
    head: tuple[Line, ...]
    parts: tuple[Part, ...]


def read_calendar(data: bytes, patient: str, course: int = 1) -> Calendar:
    """Read a file that is to be revised by a plan of the patient's `course`.

    Raises InputError if it is damaged, cut short, too large, not a calendar of ours, or
    another patient's.
    """
    head, parts = components(data)
    values = {line.name: line.value for line in head}
    owner = values.get(OWNER)
    if owner == CLINIC:
        raise unusable(
            "is the clinic's calendar, not a patient's", "choose another file name"
        )
    if owner not in (None, calendar_name(patient)):
        raise unusable(
            "is another patient's calendar",
            f"check the reference, {shown(patient)}, or choose another file name",
        )
    uids = {part.uid for part in parts if part.uid}
    parts = recognised(parts, event_ids(uids, patient, course))
    if owner is None and not any(part.event_id for part in parts):
        raise unusable(
            "is not a calendar of b12sched's for this patient",
            "choose another file name: files of other origin are left alone",
        )
    return Calendar(
        patient=patient,
        horizon=_horizon(values.get(HORIZON), parts),
        head=tuple(head),
        parts=tuple(parts),
    )


def _content_lines(text: str) -> Iterator[Line]:
    """The content lines of a text whose lines end in CRLF; blank lines are left out.

    Raises InputError for a line that is none.
    """
    for raw in _END_OF_LINE.split(text):
        if not raw:
            continue
        if raw.startswith(EOL):
            # Some readers join it to the line before, some read it by itself.
            raise damaged(f"{shown(raw.strip())} continues an empty line")
        line = _FOLDED.sub("", raw) if EOL in raw else raw
        match = _NAME.match(line)
        if not match:
            raise damaged(f"{shown(line)} is not a line of a calendar")
        yield Line(match[1].upper(), line, raw)


def _text(data: bytes) -> str:
    """The text of a file, with CRLF at the end of each line."""
    if len(data) > LARGEST:
        raise unusable(
            f"has {len(data) / 1e6:.0f} MB: no calendar of b12sched's is so large",
            "choose another file name",
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise damaged(f"octet {error.start} is not UTF-8") from None
    if not text.strip():
        raise damaged("it is empty")
    text = text.replace(EOL, "\n")
    if match := _CONTROL.search(text):
        line = text.count("\n", 0, match.start()) + 1
        raise damaged(f"line {line} holds U+{ord(match[0]):04X}")
    return text.replace("\n", EOL)


def components(data: bytes) -> tuple[list[Line], list[Part]]:
    """A calendar's own lines, and its components.

    Raises InputError if the file is damaged, cut short or too large.
    """
    head: list[Line] = []
    parts: list[Part] = []
    lines = _content_lines(_text(data))
    first = next(lines)
    if first.text.upper() != _BEGIN:
        raise damaged(f"it begins with {shown(first.text)}, not with {_BEGIN}")
    for line in lines:
        if line.name == "BEGIN":
            parts.append(_part(line, lines))
        elif line.name != "END":
            head.append(line)
        elif line.text.upper() == _END:
            break
        else:
            raise _unbalanced(line)
    else:
        raise damaged(_CUT_SHORT)
    if (more := next(lines, None)) is not None:
        raise damaged(f"{shown(more.text)} stands after {_END}")
    return head, parts


def _part(begin: Line, lines: Iterator[Line]) -> Part:
    """The component that begins here, its lines taken from the calendar's."""
    name, uid = begin.value.upper(), None
    found, inside = [begin], [name]
    for line in lines:
        found.append(line)
        if line.name == "BEGIN":
            inside.append(line.value.upper())
            if len(inside) > _DEEPEST:
                raise damaged(f"more than {_DEEPEST} components stand in one another")
        elif line.name == "END":
            if inside.pop() != line.value.upper():
                raise _unbalanced(line)
            if not inside:
                break
        elif line.name == "UID" and len(inside) == 1 and name == "VEVENT":
            if uid is not None:
                raise damaged(f"the event {shown(uid)} has a second UID")
            uid = line.value
    else:
        raise damaged(_CUT_SHORT)
    return Part(name, tuple(found), uid)


def _unbalanced(line: Line) -> InputError:
    return damaged(f"{shown(line.text)} ends nothing that began")


def recognised(parts: list[Part], ids: dict[str, str]) -> list[Part]:
    """The parts with the ids of those that are our events, which are given by UID.

    Raises InputError if an event of ours, or of a person's, is there twice.
    """
    seen = set()
    for part in parts:
        if part.uid is None or (
            part.uid not in ids
            and any(line.name == "RECURRENCE-ID" for line in part.lines)
        ):
            continue  # an exception to a person's own series shares its UID
        if part.uid in seen:
            raise damaged(f"the event {shown(part.uid)} is there twice")
        seen.add(part.uid)
    return [
        Part(part.name, part.lines, part.uid, ids[part.uid])
        if part.uid in ids
        else part
        for part in parts
    ]


def _horizon(stored: str | None, parts: list[Part]) -> dt.date:
    """The horizon that the file states.

    A calendar program may have dropped it; then it is as late as the last of our events
    can be due, which a closed clinic may have moved forward.
    """
    if stored is not None:
        return _day(stored)
    days = [
        _day(line.value[:8])
        for part in parts
        if part.event_id
        for line in part.lines
        if line.name == "DTSTART"
    ]
    if not days:
        raise damaged("none of its events has a day")
    return max(days) + dt.timedelta(EARLY_DAYS)


def _day(text: str) -> dt.date:
    if re.fullmatch("[0-9]{8}", text):
        try:
            return dt.date(int(text[:4]), int(text[4:6]), int(text[6:]))
        except ValueError:
            pass
    raise damaged(f"{shown(text)} is not a date")


def damaged(what: str) -> InputError:
    """The error for a file that is not what we or a calendar program wrote."""
    return unusable(
        f"is damaged: {what}",
        "choose another file name, or mend the file or restore it from a copy",
    )


def unusable(message: str, hint: str) -> InputError:
    """The error for a file that is not to be revised."""
    return InputError(f"the file {message}", hint, code="calendar")
