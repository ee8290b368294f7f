"""Corners of publishing that no ordinary server comes to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from pathlib import Path
from xml.etree.ElementTree import Element, SubElement

import pytest
from cases import LOCAL
from cli import here

from b12sched import Case, Clinic, Plan, build
from b12sched.commands.publish import _rebuild as rebuilt
from b12sched.errors import B12SchedError
from b12sched.ics import CalendarStyle, uid, write_calendar
from b12sched.publish import parse_address, publish
from b12sched.publish.answers import Refused
from b12sched.publish.objects import Resource, read_event
from b12sched.publish.server import Server, _Response

STAMP = dt.datetime(2026, 1, 2, tzinfo=dt.UTC)


def plan_of(**row: str) -> Plan:
    fields = {"patient": "A-17", "neuro": "no", "renal": "normal", **row}
    return build(Case.parse(fields), Clinic())


class Shelf(Server):
    """A server that holds nothing to read and takes everything."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def listing(self) -> dict[str, str]:
        return {f"/{name}": name for name in self.names}

    def read(self, hrefs: Sequence[str]) -> Iterator[Resource]:
        return iter(())

    def put(self, href: str, data: str, etag: str | None) -> Refused | None:
        self.names.append(href)
        return None

    def delete(self, href: str, etag: str) -> Refused | None:
        return None


def test_a_time_that_comes_twice_is_told_with_the_patient() -> None:
    """The first is meant; with several plans the note says whose."""
    plan = plan_of(last_dose="2026-08-25")  # due on 25 October, the clocks go back
    style = CalendarStyle.parse({"time": "01:30", "timezone": "Europe/London"})
    done = publish([plan], Shelf(), style, STAMP)
    assert [note.split(":")[0] for note in done.notes] == ["A-17"]
    assert "comes twice on Sun 2026-10-25" in done.notes[0]


FIRST = uid("A-17", "maintenance-1")


def test_two_events_in_one_resource_are_not_ours_to_take_apart() -> None:
    """One resource holds one event; another that shares it may be anybody's."""
    plan = plan_of(last_dose="2026-01-05")
    data = write_calendar(plan, CalendarStyle(), STAMP).decode()
    with pytest.raises(ValueError, match="is in one object with another event"):
        read_event(Resource("/x.ics", '"1"', data), FIRST, "maintenance-1", None)


def test_an_event_that_cannot_be_read_says_nothing() -> None:
    """Whatever is wrong with it, the reason is one."""
    day = "DTSTART:soon\r\n"
    for event in (
        f"UID:{FIRST}\r\n{day}",
        f"UID:{FIRST}\r\n",
        f"UID:{FIRST}\r\nX-A:\x01\r\n",
    ):
        data = f"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n{event}END:VEVENT\r\nEND:VCALENDAR"
        with pytest.raises(ValueError, match="cannot be read"):
            read_event(Resource("/x.ics", '"1"', data), FIRST, "maintenance-1", None)


class _Parts(Server):
    """A server whose answer to a reading is given in the test."""

    def __init__(self, *parts: _Response) -> None:
        address = parse_address("https://example.org/b12/")
        super().__init__(None, address, logged_in=True)  # type: ignore[arg-type]  # it is not used
        self.parts = parts

    def _ask(self, *_: object) -> Iterator[_Response]:  # type: ignore[override]  # any question
        return iter(self.parts)


def test_half_a_calendar_is_not_taken_for_a_whole_one() -> None:
    """What is not listed would be made a second time."""
    with pytest.raises(B12SchedError, match="only a part"):
        _Parts(_Response("/b12/", 507, {})).listing()


def test_a_resource_of_which_the_server_tells_nothing_is_listed_all_the_same() -> None:
    """It is there; whether it can be read, the reading shows."""
    kinds = Element("kinds")
    SubElement(kinds, "{urn:ietf:params:xml:ns:caldav}calendar")
    itself = _Response("/b12/", None, {"{DAV:}resourcetype": kinds})
    hidden = _Response("/b12/x.ics", 403, {})
    assert _Parts(itself, hidden).listing() == {"/b12/x.ics": "x.ics"}


def test_a_resource_that_was_not_asked_for_or_has_no_version_is_not_used() -> None:
    """Without an ETag an edit in between could not be noticed."""
    other, gone = (
        _Response("/b12/other.ics", None, {}),
        _Response("/b12/x.ics", 404, {}),
    )
    assert not list(_Parts(other, gone).read(["/b12/x.ics"]))
    data = Element("data")
    data.text = "BEGIN:VCALENDAR"
    found = {"{urn:ietf:params:xml:ns:caldav}calendar-data": data}
    with pytest.raises(B12SchedError, match="ETag"):
        list(_Parts(_Response("/b12/x.ics", None, found)).read(["/b12/x.ics"]))


def test_a_plan_by_a_local_protocol_is_published_with_its_earlier_courses(
    tmp_path: Path,
) -> None:
    """As its file holds them; the file of the protocol may be gone."""
    protocol, plan_file = tmp_path / "riverside.toml", tmp_path / "A-17.json"
    protocol.write_text(LOCAL, "utf-8")
    facts = ("2026-01-05", "--no-neuro", "--renal", "normal", "--patient", "A-17")
    made = here("plan", *facts, "--regimen", str(protocol), "-o", str(plan_file))
    assert made.code == 0, made.err
    protocol.unlink()
    given = ("--given", "2026-01-05")
    assert here("revise", str(plan_file), *given).code == 0
    end = ("--ended", "2026-01-08", "--because", "moved")
    assert here("revise", str(plan_file), *end).code == 0
    assert here("revise", str(plan_file), "--restart", "2026-06-01").code == 0
    plan = rebuilt(plan_file)
    assert plan.case.regimen.name == "riverside"
    (earlier,) = plan.earlier
    assert (earlier.number, earlier.doses, str(earlier.ended)) == (1, 1, "2026-01-08")
