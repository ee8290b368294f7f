"""Find the events of given doses and of earlier courses, which a revision must keep.

A dose that was given keeps its event, even if the plan now counts it as another dose;
the events of a course that ended before this one began stay as they are.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Container, Iterable, Iterator, Mapping

from b12sched.dates import day_text
from b12sched.errors import shown
from b12sched.ics.description import REASON, flat
from b12sched.ics.folding import unescape
from b12sched.ics.read import Part
from b12sched.ics.style import CalendarStyle
from b12sched.ics.values import day_of, description_of
from b12sched.plan.events import Event, Phase, Plan, Status, parted_id
from b12sched.plan.identity import uid

_MARKED = re.compile(rf"{REASON.strip()}.{{1,400}}?[;,] given\b", re.I | re.DOTALL)
"""Whatever somebody wrote behind it: a given dose must never be taken for another."""
_DOSES = tuple(Phase)


def is_dose(part: Part) -> bool:
    """Return whether a part is one of our events for a dose."""
    return parted_id(part.event_id or "")[1].startswith(_DOSES)


def is_past(part: Part, plan: Plan, style: CalendarStyle) -> bool:
    """Return whether an event is from before the plan, and so stays as it is.

    In a plan that counts from a last dose, that is a given dose no later than it; in
    others, an event of an earlier course before the first dose of this one, unless that
    course had ended before the event and it was not given.
    """
    day = day_of(part, style.zone)
    if day is None:
        return False
    if plan.case.last_dose is not None:
        return is_dose(part) and _marked_given(part) and day <= plan.case.last_dose
    course = parted_id(part.event_id or "")[0]
    if course >= plan.case.course or day >= plan.start:
        return False
    ends = {each.number: each.ended for each in plan.earlier}
    end = ends.get(course)
    return end is None or day <= end or _marked_given(part)


def stand_ins(
    parts: Iterable[Part],
    wanted: Container[str],
    given: Mapping[dt.date, Event],
    patient: str,
    style: CalendarStyle,
) -> dict[str, Event]:
    """Return, by UID, the given doses whose event in the file has another dose's UID.

    A given dose keeps its event when it counts as another, such as a maintenance dose
    once an earlier plateau is recorded. So the event is never cancelled, and the dose
    gets no second one. The event with the dose's own UID is then free for another dose.
    """
    there = [
        (part.uid, given[day], uid(patient, given[day].id))
        for part in parts
        if is_dose(part)
        and part.uid
        and (day := day_of(part, style.zone))
        and day in given
    ]
    shown_by = {own for name, _, own in there if name == own}
    found: dict[str, Event] = {}
    displaced: set[str] = set()
    changed = True
    while changed:
        changed = False
        for name, dose, own in there:
            free = name in displaced or name not in wanted
            if free and name not in found and own not in shown_by:
                found[name] = dose
                shown_by.add(own)
                displaced.add(own)
                changed = True
    return found


def no_longer_given(
    parts: Iterable[Part], plan: Plan, style: CalendarStyle
) -> Iterator[str]:
    """Yield a note for each event that was marked as given and no longer is."""
    given = {dose.date for dose in plan.doses if dose.status is Status.GIVEN}
    for part in parts:
        if not is_dose(part) or not _marked_given(part) or is_past(part, plan, style):
            continue
        day = day_of(part, style.zone)
        if day is not None and day not in given:
            title = unescape(part.value("SUMMARY"))
            yield (
                f"{shown(title, limit=200)} on {day_text(day)} was marked as given; in "
                "this plan no dose was given on that day"
            )


def _marked_given(part: Part) -> bool:
    """Return whether one of our events says that its dose was given."""
    return _MARKED.search(flat(description_of(part))) is not None
