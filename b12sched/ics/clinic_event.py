"""The events of a clinic's calendar: a day, a visit, or one no longer listed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence

from b12sched.cohort.lists.window import Window
from b12sched.cohort.lists.worklist import Visit, by_day, by_patient
from b12sched.dates import counted, day_text
from b12sched.ics.description import NO_LONGER_LISTED, NOTES, TASK
from b12sched.ics.event import (
    CANCELLED,
    CATEGORIES,
    NEUTRAL,
    PROVISIONAL,
    Content,
    EventContent,
    alarm_endings,
    alarms,
    times,
)
from b12sched.ics.folding import escape, fold
from b12sched.ics.patient import NEUTRAL_NAME
from b12sched.ics.read import Part
from b12sched.ics.revise import old_day
from b12sched.ics.style import CalendarStyle
from b12sched.ics.values import categories, day_of
from b12sched.plan.events import Kind
from b12sched.plan.identity import day_name, visit_name

NAME = "B12 visits"
"""The name (X-WR-CALNAME) of a clinic's calendar that is not discreet."""


def days_of(
    visits: Sequence[Visit], window: Window
) -> Iterator[tuple[dt.date, list[Visit]]]:
    """Yield each day of the window that has visits, with those visits."""
    return by_day(visit for visit in visits if visit.date in window)


def contents(
    visits: Sequence[Visit], window: Window, style: CalendarStyle, *, each: bool
) -> Iterator[Content]:
    """Yield the content of each event, in order of day and patient."""
    when, endings = times(style), alarm_endings(style)

    def content(
        name: str,
        about: Sequence[Visit],
        called: str,
        tasks: Iterable[str],
        whose: str = "",
    ) -> EventContent:
        provisional = all(visit.provisional for visit in about)
        category, description = NEUTRAL, NOTES
        if not style.discreet:
            called = whose + PROVISIONAL * provisional + called
            category = CATEGORIES[_kind(about)]
            description = "".join(f"{TASK}{task}\n" for task in tasks) + NOTES
        return EventContent(
            name,
            fold(f"SUMMARY:{escape(called)}"),
            when(about[0].date),
            f"CATEGORIES:{category}",
            f"CLASS:{style.visibility.upper()}",
            fold(f"DESCRIPTION:{escape(description)}"),
            f"STATUS:{'TENTATIVE' if provisional else 'CONFIRMED'}",
            "TRANSP:TRANSPARENT" if style.all_day else "TRANSP:OPAQUE",
            alarms(escape(called), endings),
        )

    for day, found in days_of(visits, window):
        patients = list(by_patient(found))
        if each:
            for patient, own in patients:
                called = NEUTRAL if style.discreet else _title(own)
                name = visit_name(patient, own[0].id)
                yield content(name, own, called, map(_task, own), f"{patient}: ")
        else:
            called = f"{NEUTRAL_NAME if style.discreet else NAME}: {len(patients)}"
            tasks = (f"{visit.patient}: {_task(visit)}" for visit in found)
            yield content(day_name(day), found, called, tasks)


def _title(visits: Sequence[Visit]) -> str:
    """Return a visit's titles, cut at the colon if several."""
    called = [visit.title for visit in visits]
    if len(called) > 1:
        called = [title.partition(":")[0] for title in called]
    return " + ".join(called)


def _task(visit: Visit) -> str:
    said = visit.title + " (provisional)" * visit.provisional
    if visit.overdue_dose:
        late = counted(visit.days_overdue, "day")
        said += f" ({late} overdue, due {day_text(visit.due)})"
    return said


def _kind(visits: Sequence[Visit]) -> Kind:
    """Return the kind of a visit or a day: a dose if there is one, else the first."""
    kinds = [visit.kind for visit in visits]
    return Kind.DOSE if Kind.DOSE in kinds else kinds[0]


def gone(window: Window, style: CalendarStyle, event: Part) -> EventContent | None:
    """Return the cancelled form of an event that is no longer in the worklist.

    Return None if its day is outside the window, about which the worklist says nothing:
    it stays as it is. Unless discreet, the title is kept: nothing else says whom it was
    about. Raises InputError if the day is damaged.
    """
    day = day_of(event, style.zone)
    if day is not None and day not in window:
        return None
    when = old_day(event, style.zone)
    title, category, description = escape(NEUTRAL), NEUTRAL, NOTES
    if not style.discreet:
        old = event.value("SUMMARY").removeprefix(CANCELLED)
        title = old.replace(PROVISIONAL, "", 1) or title
        names = categories(event)
        known = (name for name in CATEGORIES.values() if name in names)
        category = next(known, NEUTRAL)
        description = f"{NO_LONGER_LISTED}\n{NOTES}"
    return EventContent(
        event.uid or "",
        fold(f"SUMMARY:{CANCELLED}{title}"),
        when,
        f"CATEGORIES:{category}",
        f"CLASS:{style.visibility.upper()}",
        fold(f"DESCRIPTION:{escape(description)}"),
        "STATUS:CANCELLED",
        "TRANSP:TRANSPARENT",
        "",
    )
