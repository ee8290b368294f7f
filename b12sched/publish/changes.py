"""Compute the changes that bring a calendar on a server up to a plan; no network.

As for a file, `ics.revise` decides which event is new, changed, unchanged or cancelled,
and its SEQUENCE. This module decides only what a server adds: whether another program
changed an event, and one resource per event.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect
from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from functools import partial
from typing import NamedTuple

from b12sched.errors import InputError, shown
from b12sched.ics import (
    CalendarStyle,
    extended,
    read_calendar,
    revise_calendar,
)
from b12sched.ics.event import CANCELLED, was_called
from b12sched.ics.folding import Line
from b12sched.ics.given import no_longer_given
from b12sched.ics.read import File, Part, part_of
from b12sched.ics.values import is_cancelled, said
from b12sched.plan.events import Plan
from b12sched.plan.identity import HORIZON
from b12sched.publish.marks import DECIDED, digests
from b12sched.publish.objects import (
    UNREAD,
    Found,
    Resource,
    calendar_object,
    has_additions,
    read_event,
    uids_in,
)


class Cancelled(StrEnum):
    """What to do with an event that is no longer in the plan."""

    MARK = "mark"
    DELETE = "delete"


class Outcome(StrEnum):
    """The result for one event."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    CANCELLED = "cancelled"
    CONFLICT = "conflict"


class EventChange(NamedTuple):
    """One change to make, or the outcome of an event that needs or allows none.

    Without `etag` the resource is new and `href` its name in the calendar. Without
    `data` it is deleted. `reason` explains a conflict; `notes` are for the user.
    """

    event_id: str
    outcome: Outcome
    href: str = ""
    etag: str | None = None
    data: str | None = None
    reason: str = ""
    notes: tuple[str, ...] = ()


def changes(
    resources: Iterable[Resource],
    ids: Mapping[str, str],
    plan: Plan,
    style: CalendarStyle,
    stamp: dt.datetime,
    cancelled: Cancelled = Cancelled.MARK,
) -> list[EventChange]:
    """Return a change per event of one patient, in the order of the plan.

    An event that fell away stands by its day. `resources` may hold anything; only those
    with a UID in `ids` (`event_ids`) are used. Raises InputError as `revise_calendar`
    does.
    """
    patient = plan.case.patient
    assert patient is not None  # checked before the first request
    found, done, blocked = _ours(resources, ids, style.zone)
    days = {each.event_id: each.part.value("DTSTART")[:8] for each in found.values()}
    plan = extended(_file(found.values()), plan)
    revised = partial(_revised, plan, style, stamp)
    try:
        parts = revised(found.values())
    except InputError:
        for name in _damaged(found.values(), revised):
            done.append(_conflict(found.pop(name).event_id, UNREAD))
        parts = revised(found.values())
    blocked |= {change.event_id for change in done}
    for part in parts:
        if part.event_id is None or part.uid is None or part.event_id in blocked:
            continue
        there = found.get(part.uid)
        if there is None:
            new = calendar_object(part.text, (), style, plan.until)
            done.append(
                EventChange(part.event_id, Outcome.CREATED, f"{part.uid}.ics", data=new)
            )
            continue
        change = (
            _fallen_away(there, part.text, style, plan.until, cancelled)
            if is_cancelled(part)
            else _in_plan(there, part.text, style, plan.until)
        )
        notes = tuple(no_longer_given([there.part], plan, style))
        done.append(change._replace(notes=notes))
    order = {event.id: float(n) for n, event in enumerate(plan.events)}
    dates = [f"{event.date:%Y%m%d}" for event in plan.events]
    for event_id, day in days.items():
        order.setdefault(event_id, bisect(dates, day) - 0.5)
    return sorted(done, key=lambda change: order.get(change.event_id, len(order)))


def _ours(
    resources: Iterable[Resource], ids: Mapping[str, str], zone: str | None
) -> tuple[dict[str, Found], list[EventChange], set[str]]:
    """Return the patient's events by UID, and a conflict for each unreadable resource.

    The last value is the ids of all events in a resource that holds several.
    """
    by_uid: dict[str, list[Resource]] = {}
    conflicts = []
    blocked = set()
    for resource in resources:
        names = sorted(uids_in(resource) & ids.keys())
        if len(names) > 1:
            blocked |= {ids[name] for name in names}
            reason = (
                f"is one of {len(names)} events in one object, as an import stores a "
                f"file: delete that object, {shown(resource.href, 200)}"
            )
            conflicts.append(_conflict(ids[names[0]], reason))
            continue
        for name in names:
            by_uid.setdefault(name, []).append(resource)
    found = {}
    for name, there in by_uid.items():
        try:
            if len(there) > 1:
                raise ValueError("is on the server twice")
            found[name] = read_event(there[0], name, ids[name], zone)
        except ValueError as error:
            conflicts.append(_conflict(ids[name], str(error)))
    return found, conflicts, blocked


def _revised(
    plan: Plan, style: CalendarStyle, stamp: dt.datetime, found: Iterable[Found]
) -> tuple[Part, ...]:
    """Revise the events of the server by the plan, as those of a file; return them."""
    patient = plan.case.patient
    assert patient is not None  # checked in `changes`
    data = revise_calendar(_file(found), plan, style, stamp).data
    return tuple(read_calendar(data, patient, plan.case.course).parts)


def _file(found: Iterable[Found]) -> File:
    """Return the events of the server as a file, with the latest horizon published."""
    events = list(found)
    latest = max((each.mark.horizon for each in events if each.mark), default=None)
    line = f"{HORIZON}:{latest:%Y%m%d}" if latest else ""
    head = [Line(HORIZON, line, line)] if latest else []
    return File(head, [each.part for each in events])


def _damaged(
    found: Iterable[Found], revised: Callable[[Iterable[Found]], object]
) -> list[str]:
    """Return the UIDs of events that cannot be revised.

    Raises InputError if the plan is at fault, not an event.
    """
    revised(())
    names = []
    for each in found:
        try:
            revised((each,))
        except InputError:
            names.append(each.uid)
    return names


def _in_plan(
    found: Found, text: str, style: CalendarStyle, horizon: dt.date
) -> EventChange:
    """Return the change for an event of the plan that is on the server.

    An event with the plan's values stays as it is, also its dismissed alarms (programs
    note in them that they were dismissed). If it is not what we last wrote, only its
    mark is renewed. Reminders that we wrote and that are gone stay away: on some
    servers each user has their own.
    """
    now, old, mark = found.said, found.part.text, found.mark
    new = now if text == old else said(part_of(text), style.zone)
    written = mark is not None and mark.reminders == new.own
    rings = now.own <= {*new.reminders} <= {*now.reminders} or written
    if rings and _agree(digests(now), digests(new)):
        if mark is not None and _agree(digests(now), mark.decided):
            return EventChange(found.event_id, Outcome.UNCHANGED)
        return _put(found, old, style, horizon, Outcome.UPDATED)
    if mark is None and was_called(now.summary, new.summary):
        found = found._replace(said=now._replace(summary=new.summary))
    return _edited(found, digests(new)) or _put(
        found, text, style, horizon, Outcome.UPDATED
    )


def _fallen_away(
    found: Found,
    text: str,
    style: CalendarStyle,
    horizon: dt.date,
    cancelled: Cancelled,
) -> EventChange:
    """Return the change for an event no longer in the plan: mark it, or delete it.

    An event to which a person added something is never deleted.
    """
    same = text == found.part.text
    if not same:
        # Its day stays as it is, so that the new text cannot agree with a move by hand.
        new = ("", *digests(said(part_of(text), style.zone))[1:])
        if conflict := _edited(found, new):
            return conflict
    if cancelled is Cancelled.DELETE and not has_additions(found.part):
        href, etag, _ = found.resource
        return EventChange(found.event_id, Outcome.CANCELLED, href, etag)
    if same and found.mark is not None:
        return EventChange(found.event_id, Outcome.UNCHANGED)
    outcome = Outcome.UPDATED if same else Outcome.CANCELLED
    return _put(found, text, style, horizon, outcome)


def _edited(found: Found, new: tuple[str, ...]) -> EventChange | None:
    """Return a conflict if somebody changed what we would now overwrite.

    A change with which the plan agrees is no conflict: a dose moved by hand and then
    recorded. An event without a mark was imported from a file: it is ours if it says
    what the plan says, whatever its class, or that it is cancelled, in our words.
    """
    mark, now = found.mark, digests(found.said)
    if mark is None:
        cancelled = found.said.summary.startswith(CANCELLED)
        if cancelled and is_cancelled(found.part):
            return None
        if _agree(now[:3] + now[5:], new[:3] + new[5:]):
            return None
        reason = "was not written by publish, or lost its mark in another program"
        return _conflict(found.event_id, reason)
    edited = [
        what
        for what, value, *allowed in zip(DECIDED, now, mark.decided, new, strict=True)
        if value and value not in allowed
    ]
    if not edited:
        return None
    return _conflict(found.event_id, f"{', '.join(edited)} changed by another program")


def _agree(now: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Return whether an event has these values; what it does not say counts as said."""
    return all(not a or a == b for a, b in zip(now, other, strict=True))


def _conflict(event_id: str, reason: str) -> EventChange:
    return EventChange(event_id, Outcome.CONFLICT, reason=reason)


def _put(
    found: Found, text: str, style: CalendarStyle, horizon: dt.date, outcome: Outcome
) -> EventChange:
    data = calendar_object(text, found.zones, style, horizon)
    href, etag, _ = found.resource
    return EventChange(found.event_id, outcome, href, etag, data)
