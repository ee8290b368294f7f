"""Who is due when: one patient's next dose, counted from the last."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import NamedTuple

from b12sched.clinic import Clinic
from b12sched.regimen import Interval


class State(StrEnum):
    """How a next dose stands on a day."""

    NOT_DUE = "not-due"
    DUE = "due"
    OVERDUE = "overdue"


class Due(NamedTuple):
    """A next dose: `days` to go while not due, since the due date once overdue."""

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
    """The dose after `last_dose`, and how it stands on the day `on` (MAINT).

    It is due from its clinic day to the later of that day and the due date. Raises
    InputError if the clinic has no open day for it.
    """
    due = interval.step.after(last_dose)
    date = clinic.must_open(clinic.back(due), due)
    if on < date:
        state, days = State.NOT_DUE, (date - on).days
    elif on <= max(date, due):
        state, days = State.DUE, 0
    else:
        state, days = State.OVERDUE, (on - due).days
    return Due(last_dose, interval, due, date, on, state, days)
