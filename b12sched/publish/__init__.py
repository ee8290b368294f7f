"""Publish plans to a calendar on a CalDAV server (docs/caldav.md).

Read in this order: `marks` (what we wrote last), `objects` (calendar objects of one
event each) and `changes` (what to do), none of which uses the network; then `login`
(address and password), `answers`, `client` and `server`; and `publish` here, which uses
them all.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import unquote

from b12sched.errors import B12SchedError, InputError, shown, unknown_name
from b12sched.ics import CalendarStyle, Visibility, notes, uid
from b12sched.ics.patient import check
from b12sched.plan.events import Plan
from b12sched.plan.identity import event_ids
from b12sched.publish.answers import MEANWHILE, Limits
from b12sched.publish.changes import Cancelled, EventChange, Outcome, changes
from b12sched.publish.login import Address, find_password, parse_address
from b12sched.publish.objects import OUR_UID, Resource, uids_in
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
    "who_sees",
]

_MOST_NAMED = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """The counts of events by outcome; with `dry_run`, of what a run would do.

    `conflicts` has the reason for each event that was left as it is, `failures` an
    error for each patient who could not be published or whose events cannot be seen,
    `notes` what else the user must know.
    """

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    cancelled: int = 0
    conflicts: tuple[str, ...] = ()
    failures: tuple[B12SchedError, ...] = ()
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
        """The error (exit code 1) if anything was not delivered, else None."""
        messages = [
            f"{error.field}: {error.message}" if error.field else error.message
            for error in self.failures
        ]
        hints = [error.hint for error in self.failures]
        if self.conflicts:
            named = "; ".join(self.conflicts[:_MOST_NAMED])
            more = len(self.conflicts) - _MOST_NAMED
            messages.append(
                f"{len(self.conflicts)} left as they are on the server: {named}"
                + (f"; and {more} more" if more > 0 else "")
            )
            hints.append(
                "record in the plan what is right, or put the event back or delete it "
                "in the calendar; then run the command again"
            )
        if not messages:
            return None
        return B12SchedError(
            "; ".join(dict.fromkeys(messages)), "; ".join(dict.fromkeys(hints))
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

    A patient whose plan cannot be published keeps no other from being published. All
    changes are computed before the first is written. A second run continues where a
    first was stopped. Raises InputError if no plan can be published, B12SchedError if
    the server fails.
    """
    usable, failures = _usable(plans)
    resources, ids = _on_server(server, usable) if usable else ([], {})
    wanted: list[tuple[str, EventChange]] = []
    told: list[str] = []
    for patient, plan in usable.items():
        try:
            new = changes(resources, ids[patient], plan, style, stamp, cancelled)
            told += [f"{shown(patient)}: {note}" for note in notes(plan, style)]
            wanted += [(patient, change) for change in new]
        except InputError as error:
            failures.append(error)
            error.message = f"{shown(patient)}: {error.message}"
    if len(failures) == len(plans):
        raise failures[0]
    counts: Counter[Outcome] = Counter()
    conflicts = []
    refused = {} if dry_run else _carry_out(server, wanted)
    for at, (patient, change) in enumerate(wanted):
        if reason := refused.get(at, change.reason):
            conflicts.append(f"{shown(patient)} {change.event_id}: {reason}")
        else:
            counts[change.outcome] += 1
    if not dry_run:
        done = [each for at, each in enumerate(wanted) if at not in refused]
        failures += _hidden(server, done, style)
    return Published(
        created=counts[Outcome.CREATED],
        updated=counts[Outcome.UPDATED],
        unchanged=counts[Outcome.UNCHANGED],
        cancelled=counts[Outcome.CANCELLED],
        conflicts=tuple(conflicts),
        failures=tuple(failures),
        notes=(
            *told,
            *(f"{shown(patient)}: {n}" for patient, c in wanted for n in c.notes),
        ),
        dry_run=dry_run,
    )


_NOTHING = (Outcome.UNCHANGED, Outcome.CONFLICT)
_ENOUGH = 3
"""So many events refused one after the other show that no event gets through."""


def _usable(plans: Sequence[Plan]) -> tuple[dict[str, Plan], list[B12SchedError]]:
    """Return the plans by patient, and an error for each that cannot be published."""
    usable: dict[str, Plan] = {}
    failures: list[B12SchedError] = []
    named = Counter(plan.case.patient for plan in plans)
    for plan in plans:
        try:
            patient = check(plan)
            if named[patient] > 1:
                raise InputError(
                    f"{shown(patient)} has {named[patient]} plans",
                    "name one plan file for each patient",
                    field="patient",
                    value=patient,
                )
            usable[patient] = plan
        except InputError as error:
            failures.append(error)
    return usable, failures


def _on_server(
    server: Server, plans: Mapping[str, Plan]
) -> tuple[list[Resource], dict[str, dict[str, str]]]:
    """Return the resources that may be ours, and per patient the event ids by UID.

    Resources whose names are UIDs of other patients are not read.
    """
    names = {href: name.removesuffix(".ics") for href, name in server.listing().items()}
    uids = {name for name in names.values() if OUR_UID.fullmatch(name)}
    ids = _ids_of(uids, plans)
    strangers = uids.difference(*ids.values())
    hrefs = [href for href, name in names.items() if name not in strangers]
    resources = list(server.read(hrefs))
    inside = set().union(*(uids_in(resource) for resource in resources))
    return resources, _ids_of(inside | (uids - strangers), plans)


def _ids_of(uids: set[str], plans: Mapping[str, Plan]) -> dict[str, dict[str, str]]:
    """Return, per patient, the ids of the events that have these UIDs.

    Those in the plans come first: to look for a UID of nobody's takes long.
    """
    ids: dict[str, dict[str, str]] = {}
    for patient, plan in plans.items():
        planned = {uid(patient, event.id): event.id for event in plan.events}
        ids[patient] = {name: planned[name] for name in uids & planned.keys()}
    rest = uids.difference(*ids.values())
    for patient, plan in plans.items():
        more = event_ids(rest, patient, plan.case.course)
        ids[patient] |= more
        rest -= more.keys()
    return ids


def _carry_out(
    server: Server, wanted: Sequence[tuple[str, EventChange]]
) -> dict[int, str]:
    """Make the changes; return the reasons of those that were refused, by their place.

    Raises B12SchedError if the connection is lost, or no event gets through.
    """
    todo = {at: c for at, (_, c) in enumerate(wanted) if c.outcome not in _NOTHING}
    refused: dict[int, str] = {}
    row: list[B12SchedError] = []  # what the last refusals mean if all are refused
    done, down = 0, False
    try:
        # A server may ignore the condition of a creation: look again just before.
        new = any(change.outcome is Outcome.CREATED for change in todo.values())
        there = set(server.listing().values()) if new else set()
        for at, change in todo.items():
            if change.etag is None and change.href in there:
                refused[at] = MEANWHILE
                continue
            href, etag, data = change.href, change.etag, change.data
            answer = (
                server.delete(href, etag or "")
                if data is None
                else server.put(href, data, etag)
            )
            if answer is None:
                done += 1
                row.clear()
                continue
            refused[at] = answer.reason
            down |= answer.down
            row = [*row, answer.whole] if answer.whole else []
            if len(row) >= _ENOUGH and (answer.down or not done):
                raise row[0]
        if row and len(row) == len(todo) and not down:
            raise row[0]
    except B12SchedError as error:
        error.message += f" ({done} of {len(todo)} changes were made)"
        raise
    return refused


def _hidden(
    server: Server, done: Iterable[tuple[str, EventChange]], style: CalendarStyle
) -> Iterator[B12SchedError]:
    """Yield an error for each patient of whom events that were written do not show."""
    written = [
        (p, PurePosixPath(unquote(c.href)).stem) for p, c in done if c.data is not None
    ]
    names = server.listing().values() if written else ()
    there = {PurePosixPath(name).stem for name in names}
    hidden = Counter(patient for patient, name in written if name not in there)
    for patient, number in hidden.items():
        yield B12SchedError(
            f"{shown(patient)}: the server does not show {number} of the events that "
            "were written",
            "ask the calendar's owner to look"
            if style.visibility is Visibility.PUBLIC
            else f"where a calendar is shared, events of class {style.visibility} may "
            "be shown to its owner only: publish as the owner, or with --class public",
        )


def who_sees(style: CalendarStyle) -> str:
    """Say, for who publishes for colleagues, what they will and will not see."""
    words = (
        "the days, in neutral words"
        if style.discreet
        else "for whom they are and what is given (--discreet: neutral words)"
    )
    hidden = (
        ""
        if style.visibility is Visibility.PUBLIC
        else f"; of class {style.visibility}, some servers show nothing to them"
    )
    return (
        f"Whoever shares this calendar sees {words}{hidden}. Some servers keep "
        "reminders for each user: colleagues set their own."
    )
