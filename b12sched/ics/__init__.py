"""Write, read and revise calendars (.ics).

Read the modules in this order: `style` (how a calendar is written), `zone` and
`folding` (time zones, content lines), `event` and `write` (a new calendar), `read`,
`edited`, `given` and `revise` (an existing calendar), `clinic` (the clinic's own).
"""

from __future__ import annotations

from b12sched.ics.folding import LARGEST
from b12sched.ics.read import Calendar, read_calendar
from b12sched.ics.revise import Revision, revise_calendar
from b12sched.ics.style import CalendarStyle, Reminder, Visibility
from b12sched.ics.write import notes, write_calendar
from b12sched.plan.identity import uid

__all__ = [
    "IMPORT_ADVICE",
    "LARGEST",
    "Calendar",
    "CalendarStyle",
    "Reminder",
    "Revision",
    "Visibility",
    "notes",
    "read_calendar",
    "revise_calendar",
    "uid",
    "write_calendar",
]

IMPORT_ADVICE = (
    "Import it into a new calendar of its own; to update, import into another new one "
    "and delete the old (or subscribe, or use CalDAV). Check that a reminder is set. "
    "For more patients: worklist -o clinic.ics."
)
"""The advice after an export: calendar programs treat a second import differently, and
a new calendar is safe in each of them (docs/calendar-clients.md)."""
