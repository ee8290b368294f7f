"""The calendar made with icalendar's objects, one event at a time.

icalendar defines the bytes; b12sched's own writer is held to them. What an event says
comes from the same places as in the program (wording, cautions); how it is written,
ordered, escaped and folded is icalendar's work alone.
"""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any
from zoneinfo import ZoneInfo

from icalendar import (
    Alarm,
    Calendar,
    Event,
    Timezone,
    TimezoneDaylight,
    TimezoneStandard,
    vRecur,
    vText,
)

from b12sched.ics import CalendarStyle
from b12sched.ics.zone import observances
from b12sched.plan.cautions import Caution, cautions
from b12sched.plan.events import Event as PlanEvent
from b12sched.plan.events import Kind, Plan, Status
from b12sched.plan.wording import title, what_to_do, why

NAMESPACE = uuid.UUID("9c4d1f7a-2c3b-4f0e-8d5a-61b7f0c2d9e4")
STATUS = {"planned": "CONFIRMED", "given": "CONFIRMED", "provisional": "TENTATIVE"}
CATEGORY = {
    "dose": "B12 injection",
    "review": "B12 examination",
    "lab": "B12 laboratory",
    "assessment": "B12 assessment",
}
UTC = {"UTC", "UCT", "Universal", "Zulu"}
UTC |= {f"Etc/{name}" for name in UTC}


class Text(vText):
    r"""A text whose `\N` stays: icalendar would make a line break of it (7.3.0)."""

    def to_ical(self) -> bytes:
        parts = self.split("\\N")
        written = [vText(part).to_ical() for part in parts]
        return b"\\\\N".join(written)


def reference(plan: Plan, style: CalendarStyle, stamp: dt.datetime) -> bytes:
    """The bytes of a new calendar."""
    patient = plan.case.patient
    assert patient is not None
    calendar = Calendar()
    calendar.add("version", "2.0")
    product = "9C4D1F7A" if style.discreet else "b12sched"
    calendar.add("prodid", f"-//{product}//{product}//EN")
    name = "Appointments" if style.discreet else f"B12 {patient}"
    calendar.add("x-wr-calname", Text(name))
    calendar.add("x-9c4d1f7a-horizon", plan.until.strftime("%Y%m%d"))
    calendar.add("x-9c4d1f7a-owner", name_of(patient, "calendar"))
    if style.zone and style.zone not in UTC:
        years = [event.date.year for event in plan.events]
        calendar.add_component(timezone(style.zone, min(years), max(years)))
    said = cautions(plan)
    for event in plan.events:
        component = vevent(plan, event, style, patient, stamp)
        component.add("description", Text(description(plan, event, style, said)))
        calendar.add_component(component)
    written: bytes = calendar.to_ical()
    return written


def name_of(patient: str, event_id: str) -> str:
    return str(uuid.uuid5(NAMESPACE, f"{patient}\n{event_id}"))


def vevent(
    plan: Plan,
    event: PlanEvent,
    style: CalendarStyle,
    patient: str,
    stamp: dt.datetime,
) -> Event:
    """One event of a plan, without its DESCRIPTION."""
    component = Event()
    marks = {Status.PROVISIONAL: "PROVISIONAL: ", Status.GIVEN: "GIVEN: "}
    summary = f"{patient}: {marks.get(event.status, '')}{title(plan, event)}"
    if style.discreet:
        summary = "Appointment"
    component.add("summary", Text(summary))
    add_times(component, event.date, style)
    written = stamp.astimezone(dt.UTC).replace(microsecond=0)
    component.add("dtstamp", written)
    component.add("last-modified", written)
    component.add("uid", name_of(patient, event.id))
    component.add("sequence", 0)
    category = "Appointment" if style.discreet else CATEGORY[event.kind]
    component.add("categories", [category])
    component.add("class", style.visibility.upper())
    component.add("status", STATUS[event.status])
    component.add("transp", "OPAQUE" if style.time else "TRANSPARENT")
    silent = event.status is Status.GIVEN or plan.case.died
    for reminder in () if silent else style.reminders:
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", Text(summary))
        before = dt.timedelta(minutes=-reminder.minutes)
        alarm.add("trigger", before if style.time else before + dt.timedelta(hours=9))
        alarm.add("x-9c4d1f7a-own", "1")
        component.add_component(alarm)
    return component


def add_times(component: Event, day: dt.date, style: CalendarStyle) -> None:
    """DTSTART and DTEND of an event on a day."""
    if style.time is None or style.zone is None:
        component.add("dtstart", day)
        component.add("dtend", day + dt.timedelta(days=1))
        return
    zone = ZoneInfo(style.zone)
    start = dt.datetime.combine(day, style.time, zone)
    length = dt.timedelta(minutes=style.duration)
    end = (start.astimezone(dt.UTC) + length).astimezone(zone)
    add_moment(component, "dtstart", start, style.zone)
    add_moment(component, "dtend", end, "UTC" if end.fold else style.zone)


def add_moment(component: Event, name: str, time: dt.datetime, zone: str) -> None:
    """A moment with the zone's own name (icalendar writes some by another)."""
    if zone in UTC:
        component.add(name, time.astimezone(dt.UTC))
    else:
        component.add(name, time.replace(tzinfo=None), parameters={"TZID": zone})


def description(
    plan: Plan, event: PlanEvent, style: CalendarStyle, said: tuple[Caution, ...]
) -> str:
    """What to do, by which rule, why that day, and what to beware of."""
    if style.discreet:
        return "Notes:"
    labels = {"warning": "Caution", "info": "To know"}
    lines = [
        f"To do: {what_to_do(plan, event)}",
        f"Rule: {event.rule}",
        f"Why this day: {why(plan, event)}",
    ]
    lines += [
        f"{labels[caution.severity]}: {caution.text}"
        for caution in said
        if event.kind in caution.bears_on
        or (event.kind is Kind.DOSE and event.phase in caution.bears_on)
    ]
    return "\n".join([*lines, "Notes:"])


def timezone(name: str, first: int, last: int) -> Timezone:
    """The VTIMEZONE of a zone, from the parts that the program found."""
    component = Timezone()
    component.add("tzid", name)
    for part in observances(name, first, last):
        kind = TimezoneDaylight if part.kind == "DAYLIGHT" else TimezoneStandard
        inner: Any = kind()
        inner.add("dtstart", part.wall)
        inner.add("tzname", part.name)
        inner.add("tzoffsetfrom", part.before)
        inner.add("tzoffsetto", part.after)
        if part.rule:
            inner.add("rrule", vRecur.from_ical(part.rule))
        component.add_component(inner)
    return component
