"""One patient's next dose, counted from the last."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import NamedTuple

from b12sched.errors import InputError
from b12sched.plan.clinic import Clinic
from b12sched.plan.events import days_overdue
from b12sched.regimen import Interval


class State(StrEnum):
    """The state of a next dose on a day."""

    NOT_DUE = "not-due"
    DUE = "due"
    OVERDUE = "overdue"


class Due(NamedTuple):
    """A next dose; `days` to go if not due, or since its due date if overdue."""

    last_dose: dt.date
    interval: Interval
    due: dt.date
    date: dt.date
    on: dt.date
    state: State
    days: int


def next_due(
    last_dose: dt.date, interval: Interval, clinic: Clinic, on: dt.date
) -> Due:
    """Return the dose after `last_dose`, and its state on the day `on` (MAINT).

    It is due from its clinic day to the later of that day and the due date, then
    overdue (OVERDUE). Raises InputError for a last dose after `on`, and if the clinic
    has no open day for the next.
    """
    if last_dose > on:
        raise InputError(
            f"{last_dose} is after {on}, the day that is asked about",
            "check the year, or ask about a later day with --on",
            field="LAST_DOSE",
            value=str(last_dose),
            code="future",
        )
    due = interval.step.after(last_dose)
    date = clinic.must_open(clinic.back(due, interval.early_days), due)
    if on < date:
        state, days = State.NOT_DUE, (date - on).days
    elif days := days_overdue(due, date, on):
        state = State.OVERDUE
    else:
        state = State.DUE
    return Due(last_dose, interval, due, date, on, state, days)
