"""Write, read and revise calendars (.ics).

Read the modules in this order: `style` (how a calendar is written), `zone` and
`folding` (time zones, content lines), `description` and `event` (what an event holds),
`read` and `values` (what an existing file says), `revise` (one brought up to date),
`given` and `patient` (a patient's calendar), `clinic` (the clinic's own).
"""

from __future__ import annotations

from b12sched.ics.folding import LARGEST
from b12sched.ics.patient import (
    extended,
    notes,
    read_calendar,
    revise_calendar,
    write_calendar,
)
from b12sched.ics.revise import Revision
from b12sched.ics.style import CalendarStyle, Reminder, Visibility
from b12sched.plan.identity import uid

__all__ = [
    "IMPORT_ADVICE",
    "LARGEST",
    "CalendarStyle",
    "Reminder",
    "Revision",
    "Visibility",
    "extended",
    "notes",
    "read_calendar",
    "revise_calendar",
    "uid",
    "write_calendar",
]

IMPORT_ADVICE = (
    "Import it into a new calendar of its own; to update, import into another new one "
    "and delete the old (or subscribe, or use CalDAV). Check that a reminder is set."
)
"""The advice after an export: calendar programs treat a second import differently, and
a new calendar is safe in each of them (docs/calendar-clients.md)."""
