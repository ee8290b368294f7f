"""The values that a plan is made of: events, phases and the plan itself."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from importlib import import_module
from itertools import pairwise
from typing import Any, NamedTuple

from b12sched.dates import Step, day_text
from b12sched.plan.case import Case
from b12sched.plan.clinic import Clinic
from b12sched.regimen import EARLY_LABS, Dose, Drug, Interval


class Kind(StrEnum):
    """The kind of an event."""

    DOSE = "dose"
    REVIEW = "review"
    LAB = "lab"
    ASSESSMENT = "assessment"


class Phase(StrEnum):
    """The part of the treatment that a dose belongs to."""

    LOADING = "loading"
    MAINTENANCE = "maintenance"


class Status(StrEnum):
    """The status of an event; `provisional` rests on a plateau not yet recorded."""

    PLANNED = "planned"
    GIVEN = "given"
    PROVISIONAL = "provisional"


LAB_EARLY = "LAB-EARLY"
"""The rule of the labs that anaemia asks for."""

MOST_COURSES = 99
"""The most courses of treatment that one patient can have."""

# Up to Python 3.11 reading an enum member takes ten times as long as a constant.
_DOSE, _REVIEW, _GIVEN = Kind.DOSE, Kind.REVIEW, Status.GIVEN
_EARLY = {days: name for name, days in EARLY_LABS.items()}
_COURSE = "c([1-9][0-9]?)-"


# Cached: the patients of a cohort share these names.
@lru_cache(maxsize=1024)
def event_id(
    kind: Kind,
    phase: Phase | None,
    number: int,
    course: int = 1,
    early: bool = False,
) -> str:
    """Return the name of an event, which never depends on a date (Identity, Courses).

    From the second course of treatment on it begins with the number of the course. The
    number of an `early` lab is its days after dose 1, but it is named by what it is.
    """
    prefix = prefix_of(course)
    if early:
        return f"{prefix}lab-{_EARLY[number]}"
    if kind is _DOSE:
        return f"{prefix}{phase}-{number}"
    if kind is _REVIEW:
        return f"{prefix}review-{number}"
    return f"{prefix}{kind}-{number}m"


def prefix_of(course: int) -> str:
    """Return how the names of a course begin: nothing for the first, then `c2-`."""
    return f"c{course}-" if course > 1 else ""


def parted_id(name: str) -> tuple[int, str]:
    """Return the course of an event, and its name within the course, from its name."""
    match = re.match(_COURSE, name)
    return (int(match[1]), name[match.end() :]) if match else (1, name)


def days_overdue(due: dt.date, planned: dt.date, on: dt.date) -> int:
    """Return for how many days a dose not given is overdue on a day (OVERDUE).

    It is overdue after both its due date and the clinic's day for it; the days count
    from its due date. 0 if it is not overdue.
    """
    return (on - due).days if on > max(due, planned) else 0


class Event(NamedTuple):
    """One dated event.

    The rule asks for the date `due`; the event takes place on `date`. `planned` is the
    clinic's day before facts moved it (None for a given dose that needed none). A
    maintenance dose is due `elapsed` after `anchor`, or on the step-up's date if
    elapsed is None. `course` is the patient's course of treatment; `dose` is what is
    injected, None for all that is no dose. `number` counts doses and reviews; it is the
    months after dose 1 of labs and assessments, and the days of early labs.
    """

    kind: Kind
    phase: Phase | None
    number: int
    due: dt.date
    date: dt.date
    status: Status
    rule: str
    planned: dt.date | None = None
    anchor: dt.date | None = None
    elapsed: Step | None = None
    course: int = 1
    dose: Dose | None = None

    @property
    def id(self) -> str:
        return event_id(
            self.kind, self.phase, self.number, self.course, self.rule == LAB_EARLY
        )

    @property
    def early(self) -> bool:
        """Whether it is a lab that anaemia asks for in the first weeks."""
        return self.rule == LAB_EARLY

    @property
    def shown_number(self) -> int | None:
        """The number as outputs for programs have it: none for an early lab."""
        return None if self.early else self.number

    def days_overdue(self, on: dt.date) -> int:
        """Return for how many days this dose is overdue on a day; 0 for all else."""
        if self.kind is not _DOSE or self.status is _GIVEN:
            return 0
        return days_overdue(self.due, self.planned or self.due, on)


class Plateau(NamedTuple):
    """The date of no further improvement, `recorded` or `assumed`."""

    date: dt.date
    basis: str

    @property
    def assumed(self) -> bool:
        return self.basis == "assumed"


class LoadingSummary(NamedTuple):
    """Figures of the whole loading course, including doses after the horizon."""

    doses: int
    first: dt.date
    last: dt.date
    longest_gap_days: int


class Maintenance(NamedTuple):
    """The maintenance phase.

    `anchor`: the date from which the first maintenance dose that is not given has its
    usual due date, `interval` after it. `first`: the first maintenance dose in the
    plan. `in_force`: the interval at the end of the plan. `step_up`: the date from
    which maintenance is monthly, where that changes the interval. `following`: the
    clinic's day for the dose after the last one in the plan.
    """

    interval: Interval
    anchor: dt.date
    policy: str
    first: dt.date | None
    in_force: Interval
    step_up: dt.date | None
    following: dt.date


class EarlierCourse(NamedTuple):
    """An earlier course of the patient's treatment, as the plan file records it.

    `first` and `last` are the dates of the doses given in it, None without one; `ended`
    is the day on which it ended, if that was recorded.
    """

    number: int
    drug: Drug
    doses: int
    first: dt.date | None
    last: dt.date | None
    ended: dt.date | None = None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Plan:
    """The dated plan of one patient; `build` makes it.

    `start` is t0, the date of dose 1 (or the last dose of a patient already on
    maintenance). `loading_doses` includes doses after the horizon; `events` holds the
    events of the plan by date. `decision` is the id of the review, or without reviews
    the loading dose, that asks whether to go on loading; `sampled` holds the days with
    both a lab and a dose; `earlier` the courses before this one where they are known,
    the newest first. `of_row`: its case is a row of a cohort, whose given through is
    worked out anew each time.
    """

    case: Case
    clinic: Clinic
    start: dt.date
    until: dt.date
    plateau: Plateau | None
    # The hash leaves out the many events, which follow from the other fields.
    loading_doses: tuple[Event, ...] = field(hash=False)
    maintenance: Maintenance
    decision: str | None
    events: tuple[Event, ...] = field(hash=False)
    sampled: frozenset[dt.date] = field(hash=False)
    of_row: bool = False
    earlier: tuple[EarlierCourse, ...] = ()

    @property
    def loading(self) -> LoadingSummary | None:
        """The whole loading course, horizon or not; None if no dose of it is left."""
        if not self.loading_doses:
            return None
        dates = [dose.date for dose in self.loading_doses]
        gaps = [(later - earlier).days for earlier, later in pairwise(dates)]
        return LoadingSummary(len(dates), dates[0], dates[-1], max(gaps, default=0))

    @property
    def provisional(self) -> bool:
        """Whether maintenance rests on a plateau that is not recorded."""
        return self.plateau is not None and self.plateau.assumed

    @property
    def doses(self) -> Iterator[Event]:
        """The doses in the plan, by date, given ones first."""
        return (event for event in self.events if event.kind is _DOSE)

    @property
    def next(self) -> Event | None:
        """The first dose in the plan that is not given."""
        waiting = (dose for dose in self.doses if dose.status is not _GIVEN)
        return next(waiting, None)

    @property
    def over(self) -> bool:
        """Whether treatment ended and nothing is left to be done for the patient."""
        return self.case.ended is not None and (self.case.died or self.next is None)

    @property
    def ampoules(self) -> int:
        """The number of doses in the plan that are not given yet."""
        return sum(dose.status is not _GIVEN for dose in self.doses)

    def day(self, event: Event) -> int:
        """Return the day of treatment of an event; dose 1 is on day 1."""
        return (event.date - self.start).days + 1

    # The forms that a script or a notebook asks a plan for are made in rooms above.

    def to_dict(self) -> dict[str, object]:
        """Return the plan as the values of its JSON document (docs/formats.md)."""
        values: dict[str, object] = _room("views.data").plan_object(self)
        return values

    def to_rows(self) -> list[dict[str, object]]:
        """Return a mapping per event, by date, fit for a data frame.

        The keys are the columns of the CSV; dates are `date`, what is absent is None.
        """
        rows: list[dict[str, object]] = _room("views.data").event_rows(self)
        return rows

    def to_ics(
        self, stamp: dt.datetime, options: Mapping[str, object] | None = None
    ) -> bytes:
        """Return the plan as a new calendar (RFC 5545).

        `stamp` is the moment of writing, with a time zone; `options` are those of the
        command, as texts: `{"discreet": "yes", "remind": "2d"}`. Raises InputError for
        a plan without a patient reference or a dose, and for an unusable option.
        """
        ics = _room("ics")
        data: bytes = ics.write_calendar(
            self, ics.CalendarStyle.parse(options or {}), stamp
        )
        return data

    def __repr__(self) -> str:
        """Return one line: whose plan it is, and what is next."""
        following = f"next {day_text(self.next.date)}" if self.next else "no dose left"
        return (
            f"<Plan {self.case.patient or 'without reference'}: "
            f"{self.case.regimen.name}, {len(self.events)} events, {following}>"
        )

    def _repr_html_(self) -> str:
        """Return the plan as a table, for a notebook."""
        table: str = _room("views.notebook").plan_html(self)
        return table


def _room(name: str) -> Any:
    """Return a module of a room above, imported when a plan is asked for its form."""
    return import_module(f"b12sched.{name}")
