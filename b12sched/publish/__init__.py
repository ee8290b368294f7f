"""Publish plans to a calendar on a CalDAV server (docs/caldav.md).

Read in this order: `marks` (what we wrote last), `objects` (calendar objects of one
event each) and `changes` (what to do), none of which uses the network; then `login`
(address and password), `guard` and `server`; and `publish` here, which uses them all.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from b12sched.errors import B12SchedError, InputError, shown, unknown_name
from b12sched.ics import CalendarStyle, notes
from b12sched.ics.write import check
from b12sched.plan.events import Plan
from b12sched.publish.changes import (
    Cancelled,
    EventChange,
    Outcome,
    changes,
)
from b12sched.publish.guard import Limits
from b12sched.publish.login import Address, find_password, parse_address
from b12sched.publish.objects import OUR_UID, Resource, known_ids, uids_in
from b12sched.publish.server import Server, connect

__all__ = [
    "Address",
    "Cancelled",
    "Limits",
    "Published",
    "connect",
    "find_password",
    "parse_address",
    "parse_cancelled",
    "publish",
]

_MOST_NAMED = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """The counts of events by outcome; with `dry_run`, of what a run would do.

    `conflicts` has the reason for each event that was left as it is, `notes` what else
    the user must know.
    """

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    cancelled: int = 0
    conflicts: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    dry_run: bool = False

    @property
    def summary(self) -> str:
        """The counts in words, one line."""
        would = "would be: " if self.dry_run else ""
        return (
            f"{would}{self.created} created, {self.updated} updated, {self.unchanged} "
            f"unchanged, {self.cancelled} cancelled, {len(self.conflicts)} in conflict"
        )

    @property
    def fault(self) -> B12SchedError | None:
        """The error (exit code 1) if any event was left as it is, else None."""
        if not self.conflicts:
            return None
        named = "; ".join(self.conflicts[:_MOST_NAMED])
        more = len(self.conflicts) - _MOST_NAMED
        return B12SchedError(
            f"{len(self.conflicts)} left as they are on the server: {named}"
            + (f"; and {more} more" if more > 0 else ""),
            "record in the plan what is right, or put the event back or delete it in "
            "the calendar; then run the command again",
        )


def parse_cancelled(text: str) -> Cancelled:
    """Read the choice for events that are no longer in the plan. Raises InputError."""
    if text not in Cancelled.__members__.values():
        raise unknown_name("way to cancel", text, Cancelled, field="cancelled")
    return Cancelled(text)


def publish(
    plans: Sequence[Plan],
    server: Server,
    style: CalendarStyle,
    stamp: dt.datetime,
    *,
    cancelled: Cancelled = Cancelled.MARK,
    dry_run: bool = False,
) -> Published:
    """Update a calendar on a server to the plans; with `dry_run`, write nothing.

    All changes are computed before the first is written, so that an unusable plan
    changes nothing. A second run continues where a first was stopped. Raises InputError
    for plans that cannot be in one calendar, B12SchedError if the server fails.
    """
    patients = _patients(plans)
    courses = {
        patient: plan.case.course for patient, plan in zip(patients, plans, strict=True)
    }
    resources, ids = _on_server(server, courses)
    wanted = [
        (patient, change)
        for patient, plan in zip(patients, plans, strict=True)
        for change in changes(resources, ids[patient], plan, style, stamp, cancelled)
    ]
    counts: Counter[Outcome] = Counter()
    conflicts = []
    todo = sum(change.outcome not in _NOTHING for _, change in wanted)
    for patient, change in wanted:
        reason = change.reason
        if not dry_run and change.outcome not in _NOTHING:
            done = sum(
                counts[outcome] for outcome in Outcome if outcome not in _NOTHING
            )
            reason = _carry_out(server, change, done, todo)
        if reason:
            conflicts.append(f"{shown(patient)} {change.event_id}: {reason}")
        else:
            counts[change.outcome] += 1
    return Published(
        created=counts[Outcome.CREATED],
        updated=counts[Outcome.UPDATED],
        unchanged=counts[Outcome.UNCHANGED],
        cancelled=counts[Outcome.CANCELLED],
        conflicts=tuple(conflicts),
        notes=(
            *_notes(plans, style),
            *(f"{shown(patient)}: {n}" for patient, c in wanted for n in c.notes),
        ),
        dry_run=dry_run,
    )


_NOTHING = (Outcome.UNCHANGED, Outcome.CONFLICT)


def _patients(plans: Sequence[Plan]) -> list[str]:
    patients = [check(plan) for plan in plans]
    for number, patient in enumerate(patients):
        if patient in patients[:number]:
            raise InputError(
                f"{shown(patient)} has two plans",
                "name one plan file for each patient",
                field="patient",
                value=patient,
            )
    return patients


def _on_server(
    server: Server, courses: Mapping[str, int]
) -> tuple[list[Resource], dict[str, dict[str, str]]]:
    """Return the resources that may be ours, and per patient the event ids by UID.

    `courses` maps each patient to the course of treatment. Resources whose names are
    UIDs of other patients are not read.
    """
    names = {href: name.removesuffix(".ics") for href, name in server.listing().items()}
    strangers = {name for name in names.values() if OUR_UID.fullmatch(name)}
    ids: dict[str, dict[str, str]] = {}
    for patient, course in courses.items():
        ids[patient] = known_ids(strangers, patient, course)
        strangers -= ids[patient].keys()
    hrefs = [href for href, name in names.items() if name not in strangers]
    resources = list(server.read(hrefs))
    inside = set().union(*(uids_in(resource.data) for resource in resources))
    for patient, course in courses.items():
        ids[patient] |= known_ids(inside - ids[patient].keys(), patient, course)
        inside -= ids[patient].keys()
    return resources, ids


def _carry_out(server: Server, change: EventChange, done: int, todo: int) -> str:
    """Make one change; return why it failed if that concerns this event only."""
    try:
        if change.data is not None:
            return server.put(change.href, change.data, change.etag)
        assert change.etag is not None  # only events that were read are deleted
        return server.delete(change.href, change.etag)
    except B12SchedError as error:
        error.message += f" ({done} of {todo} changes were made)"
        raise


def _notes(plans: Sequence[Plan], style: CalendarStyle) -> Iterator[str]:
    for plan in plans:
        for note in notes(plan, style):
            yield f"{shown(plan.case.patient or '')}: {note}"
