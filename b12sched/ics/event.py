"""Write the events of a plan as VEVENTs."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache, partial
from typing import NamedTuple

from b12sched.dates import day_text
from b12sched.ics.description import (
    CAUTION,
    NO_LONGER,
    NOTES,
    REASON,
    RULE,
    TASK,
    TO_KNOW,
)
from b12sched.ics.folding import escape, fold, fold_on
from b12sched.ics.style import CalendarStyle
from b12sched.ics.zone import UTC_NAMES, load_zone, local
from b12sched.plan.cautions import Severity, cautions
from b12sched.plan.early_labs import EARLY_TITLES
from b12sched.plan.events import Event, Kind, Plan, Status, parted_id
from b12sched.plan.identity import OWN, names_of, uid
from b12sched.plan.wording import texts
from b12sched.regimen import EARLY_LABS

NEUTRAL = "Appointment"
CANCELLED = "CANCELLED: "
PROVISIONAL = "PROVISIONAL: "
GIVEN = "GIVEN: "

CATEGORIES = {
    Kind.DOSE: "B12 injection",
    Kind.REVIEW: "B12 examination",
    Kind.LAB: "B12 laboratory",
    Kind.ASSESSMENT: "B12 assessment",
}
_CATEGORY_LINES = {kind: f"CATEGORIES:{text}" for kind, text in CATEGORIES.items()}
_NEUTRAL_CATEGORY = f"CATEGORIES:{NEUTRAL}"
_NEUTRAL_DESCRIPTION = f"DESCRIPTION:{NOTES}"
_END = escape(f"\n{NOTES}")
_SEVERITY = {Severity.WARNING: CAUTION, Severity.INFO: TO_KNOW}
_STATUS = {
    Status.PLANNED: "STATUS:CONFIRMED",
    Status.GIVEN: "STATUS:CONFIRMED",
    Status.PROVISIONAL: "STATUS:TENTATIVE",
}
# Up to Python 3.11, reading an enum member takes ten times as long as a constant.
_GIVEN, _PROVISIONAL = Status.GIVEN, Status.PROVISIONAL
_ONE_DAY = dt.timedelta(days=1)


class EventContent(NamedTuple):
    """The content of a VEVENT, without DTSTAMP, LAST-MODIFIED and SEQUENCE.

    Every field but `uid` holds folded lines without the last line end. `when` is
    DTSTART and DTEND; `alarms` is all of our VALARMs, with their line ends.
    """

    uid: str
    summary: str
    when: str
    category: str
    visibility: str
    description: str
    status: str
    transparency: str
    alarms: str


Content = tuple[str, str, str, str, str, str, str, str, str]
"""EventContent as a plain tuple: building the named one takes longer than writing."""


def vevent(content: Content, stamp: str, sequence: int, lines: str = "") -> str:
    """Return a VEVENT as text, its lines in the order in which icalendar writes them.

    `lines` are those that a person added; they come before the alarms.
    """
    name, summary, when, category, visibility, text, status, busy, ring = content
    return (
        f"BEGIN:VEVENT\r\n{summary}\r\n{when}\r\nDTSTAMP:{stamp}\r\nUID:{name}\r\n"
        f"SEQUENCE:{sequence}\r\n{category}\r\n{visibility}\r\n{text}\r\n"
        f"LAST-MODIFIED:{stamp}\r\n{status}\r\n{busy}\r\n{lines}{ring}"
        "END:VEVENT\r\n"
    )


def contents(plan: Plan, style: CalendarStyle) -> Iterator[Content]:
    """Yield the content of each event of a plan, in the order of the plan.

    Raises InputError for a time that a day does not have.
    """
    patient = plan.case.patient
    assert patient is not None  # checked before anything is written
    name = names_of(patient)
    words = _neutral(style) if style.discreet else _open(plan, style)
    when, died = times(style), plan.case.died
    visibility = f"CLASS:{style.visibility.upper()}"
    transparency = "TRANSP:TRANSPARENT" if style.all_day else "TRANSP:OPAQUE"
    for event in plan.events:
        summary, category, description, ring = words(event)
        yield (
            name(event.id),
            summary,
            when(event.date),
            category,
            visibility,
            description,
            _STATUS[event.status],
            transparency,
            # A dose that was given needs no reminder, and the dead need none.
            "" if event.status is _GIVEN or died else ring,
        )


def cancelled(
    patient: str, event_id: str, style: CalendarStyle, when: str
) -> EventContent:
    """Return the content of an event that is no longer in the plan: it is cancelled.

    It keeps its old day (`when`: lines of the file), has no alarm and is shown as free.
    """
    if style.discreet:
        words, category = NEUTRAL, _NEUTRAL_CATEGORY
        description = _NEUTRAL_DESCRIPTION
    else:
        kind, called = _called(event_id)
        words, category = escape(f"{patient}: {called}"), _CATEGORY_LINES[kind]
        description = fold(f"DESCRIPTION:{NO_LONGER}{_END}")
    return EventContent(
        uid(patient, event_id),
        fold(f"SUMMARY:{CANCELLED}{words}"),
        when,
        category,
        f"CLASS:{style.visibility.upper()}",
        description,
        "STATUS:CANCELLED",
        "TRANSP:TRANSPARENT",
        "",
    )


_Shown = tuple[str, str, str, str]
"""The texts of an event: its SUMMARY, CATEGORIES and DESCRIPTION lines, and the alarms,
which repeat the summary."""


def _neutral(style: CalendarStyle) -> Callable[[Event], _Shown]:
    """Return a function from an event to its texts in a discreet calendar."""
    ring = alarms(NEUTRAL, alarm_endings(style))
    said = f"SUMMARY:{NEUTRAL}", _NEUTRAL_CATEGORY, _NEUTRAL_DESCRIPTION, ring
    return lambda event: said


def was_called(old: str, new: str) -> bool:
    """Return whether a title is the one that earlier versions wrote for a new one.

    They wrote CBC for FBC, and for whom last: `Loading dose 1: … (A-17)`.
    """
    old, new = (text.replace("CBC", "FBC") for text in (old, new))
    parts = old.removeprefix(PROVISIONAL).removesuffix(")").split(" (")
    return old == new or any(
        new == f"{' ('.join(parts[at:])}: {mark}{' ('.join(parts[:at])}"
        for at in range(1, len(parts))
        for mark in ("", GIVEN, PROVISIONAL)
    )


def alarms(text: str, endings: tuple[str, ...]) -> str:
    """Return VALARMs that show a text (escaped), one per ending after the first."""
    begin = f"BEGIN:VALARM\r\nACTION:DISPLAY\r\n{fold('DESCRIPTION:' + text)}\r\n"
    return begin.join(endings)


def alarm_endings(style: CalendarStyle) -> tuple[str, ...]:
    """Return what follows the text in each alarm of a style: the same for every event.

    The first is empty, so that `alarms` can join the endings with the text.
    """
    ending = f"{OWN}:1\r\nEND:VALARM\r\n"
    return "", *(f"TRIGGER:{trigger}\r\n{ending}" for trigger in style.triggers)


def times(style: CalendarStyle) -> Callable[[dt.date], str]:
    """Return a function from a day to its DTSTART and DTEND.

    The function raises InputError where the clocks skip the time.
    """
    if style.time is None or style.zone is None:
        return _all_day
    return partial(_timed, style.zone, style.time, style.duration)


# The patients of a cohort have many days in common.
@lru_cache(maxsize=8192)
def _all_day(day: dt.date) -> str:
    end = day + _ONE_DAY
    return f"DTSTART;VALUE=DATE:{day:%Y%m%d}\r\nDTEND;VALUE=DATE:{end:%Y%m%d}"


@lru_cache(maxsize=8192)
def _timed(name: str, time: dt.time, minutes: int, day: dt.date) -> str:
    zone, utc = load_zone(name), name in UTC_NAMES
    parameter, ending = ("", "Z") if utc else (f";TZID={name}", "")
    start, _ = local(zone, day, time)
    end = (start.astimezone(dt.UTC) + dt.timedelta(minutes=minutes)).astimezone(zone)
    if end.fold:
        # A reader would take this clock time for the first of two; UTC has only one.
        last = f"DTEND:{end.astimezone(dt.UTC):%Y%m%dT%H%M%S}Z"
    else:
        last = f"DTEND{parameter}:{end:%Y%m%dT%H%M%S}{ending}"
    return f"DTSTART{parameter}:{start:%Y%m%dT%H%M%S}{ending}\r\n{last}"


def notes_on_times(days: Iterable[dt.date], style: CalendarStyle) -> Iterator[str]:
    """Yield a note for each day on which the time of the events comes twice."""
    if style.time is None or style.zone is None:
        return
    for day in sorted(set(days)):
        if _comes_twice(style.zone, style.time, day):
            yield (
                f"{style.time:%H:%M} comes twice on {day_text(day)} in {style.zone}: "
                "the first is meant"
            )


@lru_cache(maxsize=8192)
def _comes_twice(name: str, time: dt.time, day: dt.date) -> bool:
    return local(load_zone(name), day, time)[1]


def _open(plan: Plan, style: CalendarStyle) -> Callable[[Event], _Shown]:
    """Return a function from an event to its texts in an open calendar."""
    endings = alarm_endings(style)
    whose = escape(f"{plan.case.patient}: ")
    marks = {_GIVEN: GIVEN, _PROVISIONAL: PROVISIONAL}
    said: defaultdict[str, tuple[str, ...]] = defaultdict(tuple)
    for caution in cautions(plan):
        line = _caution_line(caution.severity, caution.text)
        for name in caution.bears_on:
            said[name] += (line,)

    def words(event: Event) -> _Shown:
        name, task, reason = texts(plan, event)
        called = whose + marks.get(event.status, "") + _escaped(name)
        begun, column = _begun(task, event.rule, reason)
        return (
            fold(f"SUMMARY:{called}"),
            _CATEGORY_LINES[event.kind],
            begun + _ended(said[event.phase or event.kind], column),
            alarms(called, endings),
        )

    return words


# Many events and many patients share their titles and parts of descriptions.
_escaped = lru_cache(maxsize=1024)(escape)
_folded_on = lru_cache(maxsize=4096)(fold_on)


@lru_cache(maxsize=1024)
def _caution_line(severity: Severity, text: str) -> str:
    return escape(f"\n{_SEVERITY[severity]}{text}")


@lru_cache(maxsize=8192)
def _begun(task: str, rule: str, reason: str) -> tuple[str, int]:
    """Return a DESCRIPTION up to its cautions, folded, and the column at its end."""
    text = escape(f"{TASK}{task}\n{RULE}{rule}\n{REASON}{reason}")
    return fold_on(f"DESCRIPTION:{text}", 0)


@lru_cache(maxsize=512)
def _ended(cautions: tuple[str, ...], column: int) -> str:
    """Return the rest of a DESCRIPTION, from its cautions on, folded from a column."""
    parts = []
    for line in (*cautions, _END):
        part, column = _folded_on(line, column)
        parts.append(part)
    return "".join(parts)


def _called(event_id: str) -> tuple[Kind, str]:
    """Return the kind and the title of an event, from its id alone."""
    first, _, number = parted_id(event_id)[1].partition("-")
    if number in EARLY_LABS:
        return Kind.LAB, EARLY_TITLES[EARLY_LABS[number]][0]
    if first == Kind.REVIEW:
        return Kind.REVIEW, f"Neurological examination {number}"
    if first == Kind.LAB:
        return Kind.LAB, f"Labs at {number[:-1]} months"
    if first == Kind.ASSESSMENT:
        return Kind.ASSESSMENT, f"Assessment of recovery at {number[:-1]} months"
    return Kind.DOSE, f"{first.capitalize()} dose {number}"
