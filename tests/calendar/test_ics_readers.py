"""What other readers make of a calendar: icalendar, vobject, ical.js.

ical.js is the reader in Thunderbird and Nextcloud. It runs where Node and the package
are: `npm ci --prefix tests/node`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import icalendar
import pytest
import recurring_ical_events  # type: ignore[import-untyped]  # it has no types
import vobject
from hypothesis import given
from ics_cases import (
    NOW,
    calendar_of,
    ical_js,
    plans,
    search,
    style_of,
    styles,
    timed,
)
from spec import plan_of, table

from b12sched import Plan
from b12sched.ics import CalendarStyle, uid, write_calendar
from b12sched.ics.event import EventContent, contents
from b12sched.ics.folding import unescape


class Seen(NamedTuple):
    """An event as a reader sees it; instants are UTC, whole days are dates."""

    start: dt.date
    end: dt.date
    summary: str
    description: str
    status: str
    categories: tuple[str, ...]
    alarms: tuple[str, ...]


def instant(value: dt.date) -> dt.date:
    return value.astimezone(dt.UTC) if isinstance(value, dt.datetime) else value


def by_icalendar(data: bytes) -> dict[str, Seen]:
    calendar = icalendar.Calendar.from_ical(data)
    assert calendar.errors == []
    found = {}
    for event in calendar.events:
        assert event.errors == []
        found[str(event.uid)] = Seen(
            instant(event.start),
            instant(event.end),
            str(event["SUMMARY"]),
            str(event["DESCRIPTION"]),
            str(event["STATUS"]),
            tuple(map(str, event.categories)),
            tuple(str(alarm["DESCRIPTION"]) for alarm in event.walk("VALARM")),
        )
    return found


def by_vobject(data: bytes) -> dict[str, Seen]:
    # vobject keeps the first VTIMEZONE of a name that it meets in a process.
    zones = vars(vobject.icalendar)["__tzidMap"]
    for name in set(zones) - {"UTC"}:
        del zones[name]
    calendar = vobject.readOne(data.decode())
    found = {}
    for event in calendar.vevent_list:
        event.validate(raiseException=True)
        found[event.uid.value] = Seen(
            instant(event.dtstart.value),
            instant(event.dtend.value),
            event.summary.value,
            event.description.value,
            event.status.value,
            tuple(event.categories.value),
            tuple(
                alarm.description.value for alarm in event.contents.get("valarm", ())
            ),
        )
    return found


def by_ical_js(data: bytes, folder: Path) -> dict[str, Seen]:
    path = folder / "read.ics"
    path.write_bytes(data)
    (calendar,) = ical_js(path)
    return {event["uid"]: seen_by_ical_js(event) for event in calendar["events"]}


def seen_by_ical_js(event: dict[str, Any]) -> Seen:
    start: dt.date = dt.date.fromisoformat(event["start"][:10])
    end: dt.date = dt.date.fromisoformat(event["end"][:10])
    if not event["allDay"]:
        start, end = map(dt.datetime.fromisoformat, event["instants"])
    return Seen(
        start,
        end,
        event["summary"],
        event["description"],
        event["status"],
        tuple(event["categories"]),
        tuple(alarm["text"] for alarm in event["alarms"]),
    )


def intended(plan: Plan, style: CalendarStyle) -> dict[str, Seen]:
    """What the readers must see: the plan's days, and our words."""
    assert plan.case.patient is not None
    found = {}
    for event, said in zip(
        plan.events, map(EventContent._make, contents(plan, style)), strict=True
    ):
        start: dt.date = event.date
        end: dt.date = event.date + dt.timedelta(days=1)
        if style.time and style.zone:
            zone = ZoneInfo(style.zone)
            start = dt.datetime.combine(event.date, style.time, zone)
            start = start.astimezone(dt.UTC)
            end = start + dt.timedelta(minutes=style.duration)
        summary, description, category = (
            unescape(text.replace("\r\n ", "").partition(":")[2])
            for text in (said.summary, said.description, said.category)
        )
        found[uid(plan.case.patient, event.id)] = Seen(
            start,
            end,
            summary,
            description,
            said.status.partition(":")[2],
            (category,),
            (summary,) * said.alarms.count("BEGIN:VALARM"),
        )
    return found


@search(30)
@given(plans(), styles())
def test_two_python_readers_see_what_is_meant(plan: Plan, style: CalendarStyle) -> None:
    """Days, instants, texts, status, categories and alarms, without a complaint."""
    data = write_calendar(plan, style, NOW)
    want = intended(plan, style)
    assert by_icalendar(data) == want
    assert by_vobject(data) == want


@pytest.mark.needs_node
@search(8)
@given(plans(), styles())
def test_ical_js_sees_what_is_meant(
    tmp_path_factory: pytest.TempPathFactory, plan: Plan, style: CalendarStyle
) -> None:
    """On a machine in Auckland, half a day from where the plan was made."""
    data = write_calendar(plan, style, NOW)
    folder = tmp_path_factory.mktemp("ical")
    assert by_ical_js(data, folder) == intended(plan, style)


@pytest.mark.unmeasured
@pytest.mark.parametrize(
    "style",
    [style_of(), timed("America/New_York"), timed("Africa/Casablanca", "21:00")],
    ids=["all-day", "timed", "timed, irregular zone"],
)
def test_a_month_view_shows_each_event_on_its_day(style: CalendarStyle) -> None:
    """recurring-ical-events expands as a month view does: nothing recurs, all is there.

    Each month is asked for in turn; no event is in two and none is in no month.
    """
    plan = plan_of(neuro="yes", months="13")
    calendar = icalendar.Calendar.from_ical(write_calendar(plan, style, NOW))
    months = recurring_ical_events.of(calendar)
    found: list[tuple[dt.date, str]] = []
    for number in range(16):
        at = (2026 + number // 12, number % 12 + 1)
        found += [(day_of(event.start), str(event.uid)) for event in months.at(at)]
    want = [(event.date, uid("A-17", event.id)) for event in plan.events]
    assert sorted(found) == sorted(want)


def day_of(start: dt.date) -> dt.date:
    return start.date() if isinstance(start, dt.datetime) else start


# --- the moment of ringing ----------------------------------------------------------

Rings = Callable[[bytes, Path], list[dt.datetime]]


def rings_by_icalendar(data: bytes, folder: Path) -> list[dt.datetime]:
    """When the alarms of the first event ring, in local time without zone."""
    event = icalendar.Calendar.from_ical(data).events[0]
    times = [time.trigger for time in event.alarms.times]
    return [
        time.replace(tzinfo=None) for time in times if isinstance(time, dt.datetime)
    ]


def rings_by_vobject(data: bytes, folder: Path) -> list[dt.datetime]:
    event = vobject.readOne(data.decode()).vevent_list[0]
    start = event.dtstart.value
    if not isinstance(start, dt.datetime):
        start = dt.datetime.combine(start, dt.time())
    return [
        start.replace(tzinfo=None) + each.trigger.value for each in event.valarm_list
    ]


def rings_by_ical_js(data: bytes, folder: Path) -> list[dt.datetime]:
    path = folder / "rings.ics"
    path.write_bytes(data)
    (calendar,) = ical_js(path)
    alarms = calendar["events"][0]["alarms"]
    return [dt.datetime.fromisoformat(alarm["rings"]) for alarm in alarms]


readers = pytest.mark.parametrize(
    "rings",
    [
        rings_by_icalendar,
        rings_by_vobject,
        pytest.param(rings_by_ical_js, marks=pytest.mark.needs_node),
    ],
)


@readers
@table(
    "text, moment",
    ("the day before", "1d", "2026-04-05 09:00"),
    ("two days before", "2d", "2026-04-04 09:00"),
    ("a week before, in winter time", "8d", "2026-03-29 09:00"),
    ("nine days before, before the clocks change", "9d", "2026-03-28 09:00"),
    ("four weeks before", "28d", "2026-03-09 09:00"),
)
def test_an_all_day_reminder_rings_at_nine_in_the_morning(
    rings: Rings, tmp_path: Path, text: str, moment: str
) -> None:
    """The day itself is Mon 2026-04-06; London's clocks changed on 29 March."""
    data = calendar_of(style_of(remind=text), start="2026-04-06")
    assert rings(data, tmp_path) == [dt.datetime.fromisoformat(moment)]


@pytest.mark.unmeasured
@readers
@table(
    "text, moment",
    ("at the start", "0m", "2026-04-06 09:00"),
    ("half an hour before", "30m", "2026-04-06 08:30"),
    ("two hours before", "2h", "2026-04-06 07:00"),
    ("the day before", "1d", "2026-04-05 09:00"),
    ("ten hours before, the day before", "10h", "2026-04-05 23:00"),
)
def test_a_timed_reminder_rings_before_the_start_by_every_reader(
    rings: Rings, tmp_path: Path, text: str, moment: str
) -> None:
    """The event is at 09:00 on Mon 2026-04-06 in London."""
    data = calendar_of(timed("Europe/London", remind=text), start="2026-04-06")
    assert rings(data, tmp_path) == [dt.datetime.fromisoformat(moment)]


@readers
def test_every_reminder_of_several_rings(rings: Rings, tmp_path: Path) -> None:
    """--remind 7d --remind 1d: two alarms."""
    data = calendar_of(style_of(remind="7d;1d"), start="2026-04-06")
    assert sorted(rings(data, tmp_path)) == [
        dt.datetime(2026, 3, 30, 9),  # noqa: DTZ001 local time
        dt.datetime(2026, 4, 5, 9),  # noqa: DTZ001 local time
    ]
