"""Corners of publishing that no ordinary server comes to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

import pytest

from b12sched import Case, Clinic, Plan, build
from b12sched.ics import CalendarStyle, uid, write_calendar
from b12sched.publish import publish
from b12sched.publish.marks import read_said
from b12sched.publish.objects import Resource, read_event
from b12sched.publish.server import Entry

STAMP = dt.datetime(2026, 1, 2, tzinfo=dt.UTC)


def plan_of(**row: str) -> Plan:
    fields = {"patient": "A-17", "neuro": "no", "renal": "normal", **row}
    return build(Case.parse(fields), Clinic())


class Shelf:
    """A server that holds nothing and takes everything."""

    def listing(self) -> list[Entry]:
        return []

    def read(self, hrefs: Sequence[str]) -> Iterable[Resource]:
        return []

    def put(self, href: str, data: str, etag: str | None) -> str:
        return ""

    def delete(self, href: str, etag: str) -> str:
        return ""


def test_a_time_that_comes_twice_is_told_with_the_patient() -> None:
    """The first is meant; with several plans the note says whose."""
    plan = plan_of(last_dose="2026-08-25")  # due on 25 October, the clocks go back
    style = CalendarStyle.parse({"time": "01:30", "timezone": "Europe/London"})
    done = publish([plan], Shelf(), style, STAMP)
    assert [note.split(":")[0] for note in done.notes] == ["A-17"]
    assert "comes twice on Sun 2026-10-25" in done.notes[0]


def test_two_events_in_one_resource_are_not_ours_to_take_apart() -> None:
    """One resource holds one event; another that shares it may be anybody's."""
    plan = plan_of(last_dose="2026-01-05")
    data = write_calendar(plan, CalendarStyle(), STAMP).decode()
    with pytest.raises(ValueError, match="stands together with another event"):
        read_event(Resource("/x.ics", '"1"', data), "maintenance-1", "A-17")


def test_an_event_that_cannot_be_read_says_nothing() -> None:
    """icalendar's own errors are of many kinds; here they are one."""
    day = uid("A-17", "maintenance-1")
    with pytest.raises(ValueError, match="cannot be read"):
        read_said(f"BEGIN:VEVENT\r\nUID:{day}\r\nDTSTART:soon\r\nEND:VEVENT\r\n")
