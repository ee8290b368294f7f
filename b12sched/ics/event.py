"""One event of a plan as a VEVENT.

Each line of a description that is ours begins with a label; every other line, and what
follows `Notes:`, is a person's and survives a revision.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from functools import lru_cache, partial
from typing import NamedTuple

from b12sched.cautions import Severity, cautions
from b12sched.events import Event, Kind, Phase, Plan, Status
from b12sched.ics.identity import OWN, names_of, uid
from b12sched.ics.lines import escape, fold, fold_on
from b12sched.ics.style import CalendarStyle
from b12sched.ics.zone import UTC_NAMES, load_zone, local
from b12sched.wording import title, what_to_do, why

NEUTRAL = "Appointment"
NOTES = "Notes:"
LABELS = ("To do: ", "Rule: ", "Why this day: ", "Caution: ", "To know: ")
CANCELLED = "CANCELLED: "
PROVISIONAL = "PROVISIONAL: "

CATEGORIES = {
    Kind.DOSE: "B12 injection",
    Kind.REVIEW: "B12 examination",
    Kind.LAB: "B12 laboratory",
    Kind.ASSESSMENT: "B12 assessment",
}
_CATEGORY_LINES = {kind: f"CATEGORIES:{text}" for kind, text in CATEGORIES.items()}
_NEUTRAL_WORDS = NEUTRAL, f"CATEGORIES:{NEUTRAL}", f"DESCRIPTION:{NOTES}"
_NO_LONGER = "To do: nothing: this is no longer in the plan."
_SEVERITY = {Severity.WARNING: "Caution: ", Severity.INFO: "To know: "}
_STATUS = {
    Status.PLANNED: "STATUS:CONFIRMED",
    Status.GIVEN: "STATUS:CONFIRMED",
    Status.PROVISIONAL: "STATUS:TENTATIVE",
}
# Up to Python 3.11 a member costs ten times a constant, each time it is named.
_GIVEN, _PROVISIONAL = Status.GIVEN, Status.PROVISIONAL
_ONE_DAY = dt.timedelta(days=1)


class Content(NamedTuple):
    """What a VEVENT says, apart from its stamps and number of revision.

    Every part is written as it stands in the file, folded, without its last line end:
    `when` is DTSTART and DTEND; `alarms` all of our VALARMs, with their line ends.
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


def vevent(content: Content, stamp: str, sequence: int, lines: str = "") -> str:
    """The lines of a VEVENT, in the order in which icalendar writes them.

    `lines` are a person's own, written before the alarms.
    """
    c = content
    return (
        f"BEGIN:VEVENT\r\n{c.summary}\r\n{c.when}\r\nDTSTAMP:{stamp}\r\nUID:{c.uid}\r\n"
        f"SEQUENCE:{sequence}\r\n{c.category}\r\n{c.visibility}\r\n{c.description}\r\n"
        f"LAST-MODIFIED:{stamp}\r\n{c.status}\r\n{c.transparency}\r\n{lines}{c.alarms}"
        "END:VEVENT\r\n"
    )


def contents(plan: Plan, style: CalendarStyle) -> Iterator[Content]:
    """What each event of a plan says, in the order of the plan.

    Raises InputError for a time that a day does not have.
    """
    patient = plan.case.patient
    assert patient is not None  # checked before anything is written
    name = names_of(patient)
    words = _neutral_words if style.discreet else _Words(plan).of
    when = times(style)
    visibility = f"CLASS:{style.visibility.upper()}"
    transparency = "TRANSP:TRANSPARENT" if style.all_day else "TRANSP:OPAQUE"
    endings = alarm_endings(style)
    for event in plan.events:
        summary, category, description = words(event)
        given = event.status is _GIVEN
        yield Content(
            name(event.id),
            fold(f"SUMMARY:{summary}"),
            when(event.date).lines,
            category,
            visibility,
            description,
            _STATUS[event.status],
            transparency,
            # What has been given needs no reminder.
            "" if given else alarms(summary, endings),
        )


def cancelled(patient: str, event_id: str, style: CalendarStyle, when: str) -> Content:
    """What an event says that is no longer in the plan: that it is cancelled.

    It keeps its old day (`when`: lines of the file) and has no alarm; it takes up no
    time.
    """
    if style.discreet:
        words, category, description = _NEUTRAL_WORDS
    else:
        kind, called = _called(event_id)
        words = escape(f"{called} ({patient})")
        category = _CATEGORY_LINES[kind]
        description = fold(f"DESCRIPTION:{_NO_LONGER}\\n{NOTES}")
    return Content(
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


def alarms(text: str, endings: tuple[str, ...]) -> str:
    """VALARMs that show a text (escaped), one for each ending (`alarm_endings`)."""
    begin = f"BEGIN:VALARM\r\nACTION:DISPLAY\r\n{fold('DESCRIPTION:' + text)}\r\n"
    return "".join([begin + ending for ending in endings])


def alarm_endings(style: CalendarStyle) -> tuple[str, ...]:
    """What follows the text in the alarms of a style: the same for every event."""
    return tuple(
        f"TRIGGER:{trigger}\r\n{OWN}:1\r\nEND:VALARM\r\n" for trigger in style.triggers
    )


class When(NamedTuple):
    """DTSTART and DTEND of one day, and whether that time comes twice on it."""

    lines: str
    twice: bool


def times(style: CalendarStyle) -> Callable[[dt.date], When]:
    """A function from a day to its DTSTART and DTEND.

    The function raises InputError where the clocks skip the time.
    """
    if style.time is None or style.zone is None:
        return _all_day
    return partial(_timed, style.zone, style.time, style.duration)


# The patients of a cohort share their days.
@lru_cache(maxsize=8192)
def _all_day(day: dt.date) -> When:
    end = day + _ONE_DAY
    lines = f"DTSTART;VALUE=DATE:{day:%Y%m%d}\r\nDTEND;VALUE=DATE:{end:%Y%m%d}"
    return When(lines, twice=False)


@lru_cache(maxsize=8192)
def _timed(name: str, time: dt.time, minutes: int, day: dt.date) -> When:
    zone, utc = load_zone(name), name in UTC_NAMES
    parameter, ending = ("", "Z") if utc else (f";TZID={name}", "")
    start, twice = local(zone, day, time)
    end = (start.astimezone(dt.UTC) + dt.timedelta(minutes=minutes)).astimezone(zone)
    if end.fold:
        # Its clock time would be read as the first of the two; UTC has no twice.
        last = f"DTEND:{end.astimezone(dt.UTC):%Y%m%dT%H%M%S}Z"
    else:
        last = f"DTEND{parameter}:{end:%Y%m%dT%H%M%S}{ending}"
    lines = f"DTSTART{parameter}:{start:%Y%m%dT%H%M%S}{ending}\r\n{last}"
    return When(lines, twice)


class _Words:
    """The words of a plan's events, open to read."""

    __slots__ = ("_cautions", "_plan", "_suffix")

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._suffix = escape(f" ({plan.case.patient})")
        self._cautions: dict[Kind | Phase, str] = {}
        said = cautions(plan)
        for kind, phase in {(event.kind, event.phase) for event in plan.events}:
            lines = [
                f"{_SEVERITY[caution.severity]}{caution.text}\n"
                for caution in said
                if kind in caution.bears_on or phase in caution.bears_on
            ]
            self._cautions[phase or kind] = "".join(lines)

    def of(self, event: Event) -> tuple[str, str, str]:
        """SUMMARY's text (escaped), and the lines of CATEGORIES and DESCRIPTION."""
        plan = self._plan
        called = _escaped(title(plan, event))
        if event.status is _PROVISIONAL:
            called = PROVISIONAL + called
        description = _description(
            what_to_do(plan, event),
            event.rule,
            why(plan, event),
            self._cautions[event.phase or event.kind],
        )
        return called + self._suffix, _CATEGORY_LINES[event.kind], description


# Titles and descriptions, and still more their parts, are the same for many events and
# many patients.
_escaped = lru_cache(maxsize=1024)(escape)


@lru_cache(maxsize=2048)
def _description(task: str, rule: str, reason: str, cautions: str) -> str:
    """The DESCRIPTION line: what to do, rule, why, and the lines of the cautions."""
    head, column = _head(task, rule)
    middle, column = fold_on(escape(reason), column)
    return head + middle + _tail(cautions, column)


@lru_cache(maxsize=256)
def _head(task: str, rule: str) -> tuple[str, int]:
    text = escape(f"To do: {task}\nRule: {rule}\nWhy this day: ")
    return fold_on(f"DESCRIPTION:{text}", 0)


@lru_cache(maxsize=1024)
def _tail(cautions: str, column: int) -> str:
    return fold(escape(f"\n{cautions}{NOTES}"), column)


def _neutral_words(event: Event) -> tuple[str, str, str]:
    return _NEUTRAL_WORDS


def _called(event_id: str) -> tuple[Kind, str]:
    """What an event is and what it is called, by its id alone."""
    first, _, number = event_id.partition("-")
    if first == Kind.REVIEW:
        return Kind.REVIEW, f"Neurological examination {number}"
    if first == Kind.LAB:
        return Kind.LAB, f"Labs at {number[:-1]} months"
    if first == Kind.ASSESSMENT:
        return Kind.ASSESSMENT, f"Assessment of recovery at {number[:-1]} months"
    return Kind.DOSE, f"{first.capitalize()} dose {number}"
