"""Content of the discreet card: days and appointments, without what they are for.

Whoever finds it learns that somebody has appointments on these days. All events of a
day are one appointment, so that their number tells nothing either.
"""

from __future__ import annotations

import datetime as dt

from b12sched.plan.courses import last_day
from b12sched.plan.events import Plan, Status
from b12sched.views.card.glance import glance_at
from b12sched.views.screen.table import Mark

_MARKS = {
    Status.GIVEN: Mark("K", "appointment kept", lane="Kept"),
    Status.PLANNED: Mark("A", "appointment", lane="Appointments"),
    Status.PROVISIONAL: Mark("C", "appointment, to be confirmed", lane="To confirm"),
}


def neutral_page(plan: Plan) -> dict[str, object]:
    """Return the values for the template `card_neutral.html`."""
    # The last event of a day is a dose if there is one.
    days = {event.date: event.status for event in plan.events}
    marked: dict[Mark, list[dt.date]] = {mark: [] for mark in _MARKS.values()}
    for when, status in days.items():
        marked[_MARKS[status]].append(when)
    rest = list(days)
    if kept := marked[_MARKS[Status.GIVEN]]:
        rest = [when for when in rest if when > kept[-1]]
    return {
        **glance_at(plan, (), marked, None),
        "next": rest[0] if rest else None,
        "until": last_day(plan),
        "days": days,
    }
