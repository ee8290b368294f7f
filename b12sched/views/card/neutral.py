"""What the discreet card says: days and appointments, and no word on what they are for.

Whoever finds it learns that somebody has appointments on these days. All events of a
day are one appointment, so that their number says nothing either.
"""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

from b12sched.plan.events import Plan, Status
from b12sched.views.card.glance import (
    Sign,
    last_day,
    legend,
    months,
    months_left_out,
    strip,
)
from b12sched.views.card.text import day

_KEPT = Sign("K", "Kept", "appointment kept")
_APPOINTMENT = Sign("A", "Appointments", "appointment")
_UNSURE = Sign("C", "To confirm", "appointment, to be confirmed")
_BY_STATUS = {
    Status.GIVEN: _KEPT,
    Status.PLANNED: _APPOINTMENT,
    Status.PROVISIONAL: _UNSURE,
}


class Appointment(NamedTuple):
    """One day; `note` says whether it was kept or is yet to be confirmed."""

    date: str
    kept: bool
    note: str


def neutral_page(plan: Plan) -> dict[str, object]:
    """The values of `card_neutral.html`."""
    days = _days(plan)
    marked: dict[Sign, list[dt.date]] = {sign: [] for sign in _BY_STATUS.values()}
    for when, sign in days.items():
        marked[sign].append(when)
    rest = list(days)
    if kept := marked[_KEPT]:
        rest = [when for when in rest if when > kept[-1]]
    last = last_day(plan)
    return {
        "next": day(rest[0]) if rest else None,
        "strip": strip(plan.start, last, (), marked),
        "months": months(marked, None),
        "months_left_out": months_left_out(marked),
        "legend": legend(marked, None),
        "until": day(plan.until),
        "appointments": [
            Appointment(
                day(when),
                sign is _KEPT,
                "to be confirmed" * (sign is _UNSURE),
            )
            for when, sign in days.items()
        ],
    }


def _days(plan: Plan) -> dict[dt.date, Sign]:
    """Each day with an event, in order; the last one is a dose's if there is one."""
    return {event.date: _BY_STATUS[event.status] for event in plan.events}
