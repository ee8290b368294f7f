"""The events of a clinic's calendar: a day, a visit, or one no longer listed."""

from __future__ import annotations

import datetime as dt
from collections.abc import (
    Callable,
    Container,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)

from b12sched.cohort.lists.window import Window
from b12sched.cohort.lists.worklist import Visit, by_day, by_patient
from b12sched.dates import counted, day_text
from b12sched.ics.description import NO_LONGER_LISTED, NOTES, TASK
from b12sched.ics.event import (
    CANCELLED,
    CATEGORIES,
    GIVEN,
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
from b12sched.plan.events import Kind, parted_id
from b12sched.plan.identity import day_name, visit_name, visit_names

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
    write = writer(style)
    for day, found in days_of(visits, window):
        if each:
            for patient, own in by_patient(found):
                yield write(visit_name(patient, own[0].id), own, each)
        else:
            yield write(day_name(day), found, each)


def writer(
    style: CalendarStyle,
) -> Callable[[str, Sequence[Visit], bool], EventContent]:
    """Return a function that makes an event of a UID and visits of one day.

    If its last argument is true, they are one patient's.
    """
    when, endings = times(style), alarm_endings(style)

    def write(name: str, about: Sequence[Visit], each: bool) -> EventContent:
        given = all(visit.given for visit in about)
        provisional = all(visit.provisional for visit in about)
        patients = len({visit.patient for visit in about})
        category, description = NEUTRAL, NOTES
        called = NEUTRAL if each else f"{NEUTRAL_NAME}: {patients}"
        if not style.discreet:
            mark = GIVEN * given + PROVISIONAL * provisional
            if each:
                called = f"{about[0].patient}: {mark}{_title(about)}"
            else:
                called = f"{mark}{NAME}: {patients}"
            tasks = [
                _task(visit) if each else f"{visit.patient}: {_task(visit)}"
                for visit in about
            ]
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
            "" if given else alarms(escape(called), endings),
        )

    return write


def _title(visits: Sequence[Visit]) -> str:
    """Return a visit's titles, cut at the colon if several."""
    called = [visit.title for visit in visits]
    if len(called) > 1:
        called = [title.partition(":")[0] for title in called]
    return " + ".join(called)


def _task(visit: Visit) -> str:
    said = visit.title + " (provisional)" * visit.provisional + " (given)" * visit.given
    if visit.overdue_dose:
        late = counted(visit.days_overdue, "day")
        said += f" ({late} overdue, due {day_text(visit.due)})"
    return said


def _kind(visits: Sequence[Visit]) -> Kind:
    """Return the kind of a visit or a day: a dose if there is one, else the first."""
    kinds = [visit.kind for visit in visits]
    return Kind.DOSE if Kind.DOSE in kinds else kinds[0]


def given_in(
    parts: Iterable[Part],
    wanted: Container[str],
    given: Sequence[Visit],
    style: CalendarStyle,
) -> dict[str, list[Visit]]:
    """Return the given doses that an event of a file is about, by its UID.

    An event for a day is about those given on it. An event for a visit is about its own
    dose, whatever the day of that, or about the patient's dose of its day where that
    has no event there: it counted as another dose, or came with a check that fell away.
    Events that are `wanted` for visits to come are about no given dose.
    """
    days: dict[dt.date, list[Visit]] = {}
    for visit in sorted(given, key=lambda visit: visit.patient):
        days.setdefault(visit.date, []).append(visit)
    own = {visit_name(visit.patient, visit.id): visit for visit in given}
    there = {
        part.uid: day_of(part, style.zone)
        for part in parts
        if part.event_id and part.uid and part.uid not in wanted
    }
    found: dict[str, list[Visit]] = {}
    about_another = set()
    for name, day in there.items():
        doses = days.get(day, []) if day else []
        if doses and name == day_name(doses[0].date):
            found[name] = doses
        elif name not in own:
            for visit in doses:
                counts_as = visit_name(visit.patient, visit.id)
                if there.get(counts_as) != day and name in visit_names(
                    visit.patient, parted_id(visit.id)[0]
                ):
                    found[name] = [visit]
                    about_another.add(counts_as)
    for name in there.keys() & own.keys() - about_another:
        found[name] = [own[name]]
    return found


def gone(
    window: Window,
    style: CalendarStyle,
    given: Mapping[str, list[Visit]],
    whole: bool,
    event: Part,
) -> EventContent | None:
    """Return what an event says that is no longer in the worklist.

    That its dose was `given`, on the day of that; else, if the worklist is the `whole`,
    that it is cancelled. Return None if its day is outside the window, about which the
    worklist says nothing: it stays as it is. Unless discreet, the title of a cancelled
    event is kept: nothing else says whom it was about. Raises InputError if the day is
    damaged.
    """
    day = day_of(event, style.zone)
    if day is not None and day not in window:
        return None
    name = event.uid or ""
    if doses := given.get(name):
        return writer(style)(name, doses, name != day_name(doses[0].date))
    if not whole:
        return None
    when = old_day(event, style.zone)
    title, category, description = escape(NEUTRAL), NEUTRAL, NOTES
    if not style.discreet:
        old = event.value("SUMMARY").removeprefix(CANCELLED)
        title = old.replace(PROVISIONAL, "", 1).replace(GIVEN, "", 1) or title
        names = categories(event)
        known = (name for name in CATEGORIES.values() if name in names)
        category = next(known, NEUTRAL)
        description = f"{NO_LONGER_LISTED}\n{NOTES}"
    return EventContent(
        name,
        fold(f"SUMMARY:{CANCELLED}{title}"),
        when,
        f"CATEGORIES:{category}",
        f"CLASS:{style.visibility.upper()}",
        fold(f"DESCRIPTION:{escape(description)}"),
        "STATUS:CANCELLED",
        "TRANSP:TRANSPARENT",
        "",
    )
