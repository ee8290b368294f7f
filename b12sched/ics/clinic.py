"""Write and revise the clinic's own calendar: one event per day, or per visit.

It is revised as a patient's calendar is, but within a window of days: events on those
days are updated to the worklist, and all others stay as they are.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from functools import partial

from b12sched.cohort.lists.window import Window
from b12sched.cohort.lists.worklist import Visit
from b12sched.dates import counted, day_text
from b12sched.errors import InputError
from b12sched.ics.clinic_event import NAME, contents, days_of, given_in, gone
from b12sched.ics.event import notes_on_times
from b12sched.ics.folding import unusable
from b12sched.ics.patient import NEUTRAL_NAME
from b12sched.ics.read import File, read_file, recognised
from b12sched.ics.revise import EMPTY, Revision, Target, brought_up, years_of
from b12sched.ics.style import CalendarStyle
from b12sched.plan.identity import CLINIC, OWNER, is_ours, prodid


def read_clinic(data: bytes) -> File:
    """Read a file that is to be revised.

    Raises InputError if it is damaged, cut short, too large, or not a clinic's calendar
    that we wrote.
    """
    file = read_file(data)
    owners = {name.lower() for name in file.values(OWNER)}
    ids = {uid: uid for uid in file.uids if is_ours(uid)}
    if owners - {CLINIC}:
        raise unusable(
            "is a patient's calendar, not the clinic's", "choose another file name"
        )
    if not owners and not ids:
        raise unusable(
            "is not a clinic's calendar of b12sched's",
            "choose another file name: b12sched changes only its own calendars",
        )
    return File(file.head, recognised(file.parts, ids))


def write_clinic(
    visits: Sequence[Visit],
    window: Window,
    style: CalendarStyle,
    stamp: dt.datetime,
    *,
    each: bool,
) -> bytes:
    """Return a worklist as a new calendar: one event per day, or with `each` per visit.

    It holds the days of the window; `notes` counts overdue doses on other days. Raises
    InputError if there is no visit, and for a time that one of the days lacks.
    """
    target = _target(visits, window, style, each=each)
    if not target.contents:
        raise InputError(
            f"nobody comes from {day_text(window.first)} to {day_text(window.last)}: "
            "the calendar would be empty",
            "choose other days, or check the cohort",
            field="from",
            value=str(window.first),
        )
    return brought_up(EMPTY, target, style, stamp).data


def revise_clinic(
    data: bytes,
    visits: Sequence[Visit],
    window: Window,
    style: CalendarStyle,
    stamp: dt.datetime,
    *,
    each: bool,
    whole: bool = True,
    given: Sequence[Visit] = (),
) -> Revision:
    """Update the calendar of a file to the worklist of a window.

    Our events on days of the window that the worklist lacks say that their dose was
    `given`. All others are cancelled, but only if the worklist is `whole`: otherwise
    patients may be missing from it. Events on other days stay as they are. Raises
    InputError as `read_clinic` does, for a time that one of the days lacks, and for an
    event of ours that is damaged.
    """
    file, target = read_clinic(data), _target(visits, window, style, each=each)
    wanted = {content[0] for content in target.contents}
    doses = given_in(file.parts, wanted, given, style)
    target = target._replace(gone=partial(gone, window, style, doses, whole))
    return brought_up(file, target, style, stamp)


def _target(
    visits: Sequence[Visit], window: Window, style: CalendarStyle, *, each: bool
) -> Target:
    return Target(
        _head_lines(style),
        {NAME, NEUTRAL_NAME},
        list(contents(visits, window, style, each=each)),
        years_of((window.first, window.last)),
    )


def notes(
    visits: Sequence[Visit], window: Window, style: CalendarStyle
) -> Iterator[str]:
    """Yield notes on overdue doses outside the window, and on ambiguous times."""
    outside = sum(visit.date not in window for visit in visits)
    if outside:
        yield (
            f"not in the calendar: {counted(outside, 'overdue dose')}, on "
            "clinic days outside the window"
        )
    yield from notes_on_times((day for day, _ in days_of(visits, window)), style)


def _head_lines(style: CalendarStyle) -> list[str]:
    """Return the calendar's own properties; it has no horizon (see `gone`)."""
    return [
        "VERSION:2.0",
        f"PRODID:{prodid(discreet=style.discreet)}",
        f"X-WR-CALNAME:{NEUTRAL_NAME if style.discreet else NAME}",
        f"{OWNER}:{CLINIC}",
    ]
