"""The clinic's own calendar: a worklist as one event a day, or one a visit.

It is revised as a patient's is, but its horizon is a window: what the file holds on the
days of the new one is brought up to it, everything else stays as it is.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from functools import partial

from b12sched.cohort.lists.window import Window
from b12sched.cohort.lists.worklist import Visit
from b12sched.dates import counted, day_text
from b12sched.errors import InputError
from b12sched.ics.clinic_event import NAME, contents, days_of, gone
from b12sched.ics.event import notes_on_times, vevent
from b12sched.ics.read import Line, Part, components, recognised, unusable
from b12sched.ics.revise import Revision, Target, brought_up
from b12sched.ics.style import CalendarStyle
from b12sched.ics.write import NEUTRAL_NAME, finished, stamp_text, zone_lines
from b12sched.plan.identity import CLINIC, OWNER, PRODID, is_ours


def write_clinic(
    visits: Sequence[Visit],
    window: Window,
    style: CalendarStyle,
    stamp: dt.datetime,
    *,
    each: bool,
) -> bytes:
    """A worklist as a new calendar: one event a day, or with `each` one a visit.

    It holds the days of the window; `notes` says what is overdue and on another day.
    Raises InputError if nobody comes, and for a time that one of the days lacks.
    """
    written = stamp_text(stamp)
    found = list(contents(visits, window, style, each=each))
    if not found:
        raise InputError(
            f"nobody comes from {day_text(window.first)} to {day_text(window.last)}: "
            "the calendar would be empty",
            "choose other days, or check the cohort",
            field="from",
            value=str(window.first),
        )
    events = "".join(vevent(content, written, 0) for content in found)
    zone = zone_lines(style, window.first.year, window.last.year)
    return finished(_head_lines(style), zone + events)


def read_clinic(data: bytes) -> tuple[list[Line], list[Part]]:
    """The properties and the components of a file that is to be revised.

    Raises InputError if it is damaged, cut short, too large, or not a clinic's calendar
    of ours.
    """
    head, parts = components(data)
    owner = next((line.value for line in head if line.name == OWNER), None)
    ids = {part.uid: part.uid for part in parts if part.uid and is_ours(part.uid)}
    if owner not in (None, CLINIC):
        raise unusable(
            "is a patient's calendar, not the clinic's", "choose another file name"
        )
    if owner is None and not ids:
        raise unusable(
            "is not a clinic's calendar of b12sched's",
            "choose another file name: files of other origin are left alone",
        )
    return head, recognised(parts, ids)


def revise_clinic(
    data: bytes,
    visits: Sequence[Visit],
    window: Window,
    style: CalendarStyle,
    stamp: dt.datetime,
    *,
    each: bool,
    whole: bool = True,
) -> Revision:
    """The calendar of a file brought up to the worklist of a window.

    Our events on days of the window that are not in the worklist are cancelled, unless
    it is not `whole`: then somebody may be missing from it. Those on other days stay as
    they are. Raises InputError as `read_clinic` does, for a time that one of the days
    lacks, and for an event of ours that is damaged.
    """
    head, parts = read_clinic(data)
    target = Target(
        _head_lines(style),
        {NAME, NEUTRAL_NAME},
        contents(visits, window, style, each=each),
        partial(gone, window, style) if whole else lambda event: None,
        [window.first.year, window.last.year],
    )
    return brought_up(head, parts, target, style, stamp_text(stamp))


def export_clinic(
    data: bytes | None,
    visits: Sequence[Visit],
    window: Window,
    style: CalendarStyle,
    stamp: dt.datetime,
    *,
    each: bool,
    whole: bool = True,
) -> tuple[bytes, str]:
    """What a file is to hold that holds `data` (None if there is none), and a summary.

    Raises InputError as writing, reading and revising do.
    """
    if data is None:
        return write_clinic(visits, window, style, stamp, each=each), "new calendar"
    revision = revise_clinic(data, visits, window, style, stamp, each=each, whole=whole)
    return revision.data, revision.summary


def notes(
    visits: Sequence[Visit], window: Window, style: CalendarStyle
) -> Iterator[str]:
    """What the reader must know: what is not in the calendar, and unclear times."""
    outside = sum(visit.date not in window for visit in visits)
    if outside:
        yield (
            f"not in the calendar: {counted(outside, 'overdue dose')}, on "
            "clinic days outside the window"
        )
    yield from notes_on_times((day for day, _ in days_of(visits, window)), style)


def _head_lines(style: CalendarStyle) -> list[str]:
    """The properties of the calendar itself; it has no horizon (see `gone`)."""
    return [
        "VERSION:2.0",
        f"PRODID:{PRODID}",
        f"X-WR-CALNAME:{NEUTRAL_NAME if style.discreet else NAME}",
        f"{OWNER}:{CLINIC}",
    ]
