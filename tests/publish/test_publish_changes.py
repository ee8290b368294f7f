"""Publishing without a network: what is created, updated, cancelled or left alone.

The server here is a dictionary that, as real ones do, writes every object anew in its
own order of lines.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import re
from collections.abc import Callable, Iterator, Sequence
from functools import partial

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from icalendar import Alarm, Calendar, Event
from spec import table

from b12sched import Case, Clinic, Plan, build
from b12sched.errors import B12SchedError, InputError
from b12sched.ics import (
    CalendarStyle,
    read_calendar,
    revise_calendar,
    uid,
    write_calendar,
)
from b12sched.plan.identity import event_ids
from b12sched.publish import Cancelled, Published, parse_cancelled, publish
from b12sched.publish.answers import Refused
from b12sched.publish.marks import MARK, Mark, read_mark
from b12sched.publish.objects import Resource
from b12sched.publish.server import Server

STAMP = dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.UTC)
LATER = STAMP + dt.timedelta(days=30)
HERE = "/nurse/b12/"
ALL_DAY = CalendarStyle()
TIMED = CalendarStyle.parse({"time": "09:30", "timezone": "Europe/London"})
STRANGER = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:{}\r\n"
    "DTSTAMP:20260101T000000Z\r\nDTSTART;VALUE=DATE:20260105\r\nSUMMARY:Own\r\n"
    "END:VEVENT\r\nEND:VCALENDAR\r\n"
)


class Shelf(Server):
    """A calendar on a server as a dictionary: names, versions, objects."""

    def __init__(self) -> None:
        self.objects: dict[str, tuple[str, str]] = {}
        self.writes: list[str] = []
        self.asked: list[str] = []
        self._number = 0

    def listing(self) -> dict[str, str]:
        return {HERE + name: name for name in self.objects}

    def read(self, hrefs: Sequence[str]) -> Iterator[Resource]:
        self.asked += hrefs
        for href in hrefs:
            etag, data = self.objects[href.removeprefix(HERE)]
            yield Resource(href, etag, data)

    def put(self, href: str, data: str, etag: str | None) -> Refused | None:
        name = href.removeprefix(HERE)
        there = self.objects.get(name)
        if (there[0] if there else None) != etag:
            return Refused("changed")
        self.writes.append(f"PUT {name}")
        self.keep(name, data)
        return None

    def delete(self, href: str, etag: str) -> Refused | None:
        name = href.removeprefix(HERE)
        assert self.objects[name][0] == etag
        self.writes.append(f"DELETE {name}")
        del self.objects[name]
        return None

    def keep(self, name: str, data: str) -> None:
        """Store an object as a server does: written anew, with a new version."""
        assert "METHOD" not in data
        self._number += 1
        text = Calendar.from_ical(data).to_ical(sorted=True).decode()
        self.objects[name] = (f'"{self._number}"', text.replace("\r\n", "\n"))

    def event(self, event_id: str, patient: str = "A-17") -> Event:
        """One event as it stands on the server."""
        name = f"{uid(patient, event_id)}.ics"
        [event] = Calendar.from_ical(self.objects[name][1]).events
        return event

    def edit(self, event_id: str, event: Event) -> None:
        """Store an event as another program does that somebody has used."""
        calendar = Calendar()
        calendar.add("prodid", "-//another program//EN")
        calendar.add("version", "2.0")
        calendar.add_component(event)
        self.keep(f"{uid('A-17', event_id)}.ics", calendar.to_ical().decode())


def plan_of(patient: str = "A-17", **case: str) -> Plan:
    """A year of maintenance, six doses: the last was on 5 January 2026."""
    facts = {"last_dose": "2026-01-05", "neuro": "no", "renal": "normal"}
    if "months" not in case:
        facts["until"] = "2027-01-20"
    return build(Case.parse({"patient": patient, **facts, **case}), Clinic())


def run(
    shelf: Shelf,
    plan: Plan | None = None,
    style: CalendarStyle = ALL_DAY,
    stamp: dt.datetime = STAMP,
    cancelled: Cancelled = Cancelled.MARK,
) -> Published:
    """Publish one plan; the writes of this run only are then in `shelf.writes`."""
    shelf.writes.clear()
    return publish([plan or plan_of()], shelf, style, stamp, cancelled=cancelled)


def said(event: Event, name: str) -> str:
    """A property of an event as text."""
    return str(event[name])


def noted(event: Event, note: str) -> Event:
    """The event with a line added to its description, as a person does."""
    event["DESCRIPTION"] = f"{said(event, 'DESCRIPTION')}\n{note}"
    return event


def counts(done: Published) -> tuple[int, int, int, int, int]:
    """Created, updated, unchanged, cancelled, in conflict."""
    conflicts = len(done.conflicts)
    return done.created, done.updated, done.unchanged, done.cancelled, conflicts


@pytest.fixture
def shelf() -> Shelf:
    """A calendar in which the plan has been published once."""
    shelf = Shelf()
    assert counts(run(shelf)) == (6, 0, 0, 0, 0)
    return shelf


# --- the plan changes ---------------------------------------------------------------


def test_each_event_is_a_resource_named_by_its_uid(shelf: Shelf) -> None:
    """One VEVENT a resource, SEQUENCE 0, on the plan's day."""
    days = {uid("A-17", event.id): event.date for event in plan_of().events}
    assert shelf.objects.keys() == {f"{name}.ics" for name in days}
    for name, (_, data) in shelf.objects.items():
        [event] = Calendar.from_ical(data).events
        assert f"{event['UID']}.ics" == name
        assert event["SEQUENCE"] == 0
        assert event.start == days[said(event, "UID")]


@pytest.mark.parametrize("style", [ALL_DAY, TIMED, CalendarStyle(discreet=True)])
def test_a_second_run_only_reads(style: CalendarStyle) -> None:
    """Although the server has written every object anew, and the stamp is another."""
    shelf = Shelf()
    run(shelf, style=style)
    assert counts(run(shelf, style=style, stamp=LATER)) == (0, 0, 6, 0, 0)
    assert shelf.writes == []


def test_a_timed_event_brings_its_time_zone() -> None:
    """One VTIMEZONE a resource, and only where the event names it."""
    shelf = Shelf()
    run(shelf, style=TIMED)
    for _, data in shelf.objects.values():
        assert data.count("BEGIN:VTIMEZONE") == 1
    run(shelf, style=ALL_DAY)
    assert not [data for _, data in shelf.objects.values() if "VTIMEZONE" in data]


def test_a_changed_event_keeps_its_uid_and_gets_the_next_sequence(shelf: Shelf) -> None:
    """A dose given a day late moves those after it; all are the same events still."""
    names = set(shelf.objects)
    done = run(shelf, plan_of(given="2026-03-06"), stamp=LATER)
    assert counts(done) == (0, 6, 0, 0, 0)
    assert set(shelf.objects) == names
    given = shelf.event("maintenance-1")
    assert (given["SEQUENCE"], given.start) == (1, dt.date(2026, 3, 6))
    assert given.DTSTAMP == LATER
    assert not given.alarms.times


def test_what_fell_away_is_marked_and_comes_back_as_the_same_event(
    shelf: Shelf,
) -> None:
    """Every four months leaves three doses; two months brings all six back."""
    done = run(shelf, plan_of(interval="3m"))
    assert done.cancelled == 2
    gone = shelf.event("maintenance-6")
    assert (gone["STATUS"], gone["SEQUENCE"]) == ("CANCELLED", 1)
    assert said(gone, "SUMMARY").startswith("CANCELLED: ")
    assert counts(run(shelf, plan_of(interval="3m"))) == (0, 0, 6, 0, 0)
    assert counts(run(shelf))[3:] == (0, 0)
    back = shelf.event("maintenance-6")
    assert (back["STATUS"], back["SEQUENCE"]) == ("CONFIRMED", 2)
    assert len(shelf.objects) == 6


@pytest.mark.parametrize("because", ["died", "moved"])
def test_all_that_follows_the_end_of_treatment_is_cancelled(
    shelf: Shelf, because: str
) -> None:
    """The given dose stays; nothing on the server rings for who died, nor twice."""
    plan = plan_of(given="2026-03-05", ended="2026-03-06", because=because)
    done = run(shelf, plan)
    assert (done.created, done.cancelled) == (0, 5)
    assert shelf.event("maintenance-1")["STATUS"] == "CONFIRMED"
    for number in range(1, 7):
        event = shelf.event(f"maintenance-{number}")
        assert not event.walk("VALARM")
        assert number == 1 or event["STATUS"] == "CANCELLED"
    assert counts(run(shelf, plan)) == (0, 0, 6, 0, 0)


def test_what_fell_away_is_deleted_if_asked_even_if_it_was_marked_before(
    shelf: Shelf,
) -> None:
    """`--cancelled delete` leaves no cancelled event of ours."""
    run(shelf, plan_of(interval="3m"))
    done = run(shelf, plan_of(interval="3m"), cancelled=Cancelled.DELETE)
    assert counts(done) == (0, 0, 4, 2, 0)
    assert {write.partition(" ")[0] for write in shelf.writes} == {"DELETE"}
    assert len(shelf.objects) == 4


def placed(event: Event) -> Event:
    event.add("location", "Room 4")
    return event


def grouped(event: Event) -> Event:
    event.add("categories", ["Ward"])
    return event


@pytest.mark.parametrize("add", [partial(noted, note="Left arm."), placed, grouped])
def test_what_a_person_added_saves_an_event_from_deletion(
    shelf: Shelf, add: Callable[[Event], Event]
) -> None:
    """It is marked instead, and what was added is still there."""
    shelf.edit("maintenance-6", add(shelf.event("maintenance-6")))
    run(shelf, plan_of(interval="3m"), cancelled=Cancelled.DELETE)
    gone = shelf.event("maintenance-6")
    assert gone["STATUS"] == "CANCELLED"
    assert len(shelf.objects) == 5
    text = gone.to_ical().decode().replace("\r\n ", "")
    assert [word for word in ("Left arm.", "Room 4", "Ward") if word in text]


def test_a_cancelled_event_keeps_the_time_zone_it_needs(shelf: Shelf) -> None:
    """Its time stays as it was although the plan has no times any more."""
    run(shelf, style=TIMED)
    run(shelf, plan_of(interval="3m"), style=ALL_DAY)
    for event_id, zones in (("maintenance-6", 1), ("maintenance-1", 0)):
        _, data = shelf.objects[f"{uid('A-17', event_id)}.ics"]
        assert data.count("BEGIN:VTIMEZONE") == zones
    assert run(shelf, plan_of(interval="3m"), style=ALL_DAY).unchanged == 6


def test_a_shorter_plan_cancels_nothing_beyond_its_end(shelf: Shelf) -> None:
    """The horizon that was published never shrinks, as with a file."""
    assert counts(run(shelf, plan_of(months="4"))) == (0, 0, 6, 0, 0)
    assert shelf.writes == []


def test_an_event_that_was_deleted_on_the_server_is_created_again(shelf: Shelf) -> None:
    """A dose of the plan is never missing from the calendar after a run."""
    del shelf.objects[f"{uid('A-17', 'maintenance-2')}.ics"]
    assert counts(run(shelf)) == (1, 0, 5, 0, 0)


def test_a_dry_run_counts_and_writes_nothing() -> None:
    """The same numbers as the run, said to be what would be."""
    shelf = Shelf()
    done = publish([plan_of()], shelf, ALL_DAY, STAMP, dry_run=True)
    assert shelf.objects == {}
    assert done.summary == (
        "would be: 6 created, 0 updated, 0 unchanged, 0 cancelled, 0 in conflict"
    )


LABS = {"start": "2026-01-05", "last_dose": "", "until": "2026-04-06"}
"""A plan whose last event is the blood test at three months, and the next dose."""


def renamed(shelf: Shelf, old: str, new: str, *, marked: bool) -> None:
    """Write the lab on the server with another word, as an earlier version did."""
    name = f"{uid('A-17', 'lab-3m')}.ics"
    _, data = shelf.objects[name]
    event = Calendar.from_ical(data.replace(old, new)).events[0]
    mark = read_mark(said(event, MARK))
    assert mark is not None
    del event[MARK]
    if marked:
        title = hashlib.sha256(said(event, "SUMMARY").encode()).hexdigest()[:8]
        decided = (mark.decided[0], title, *mark.decided[2:])
        written = mark._replace(decided=decided).line
        event.add(MARK, written.replace("\r\n ", "").partition(":")[2].strip())
    shelf.edit("lab-3m", event)


@pytest.mark.parametrize("marked", [True, False])
def test_a_lab_that_was_published_as_cbc_gets_the_new_title(marked: bool) -> None:
    """Be it by publish (it has a mark) or by the import of a file (it has none)."""
    shelf = Shelf()
    run(shelf, plan_of(**LABS))
    renamed(shelf, "FBC", "CBC", marked=marked)
    done = run(shelf, plan_of(**LABS), stamp=LATER)
    assert (done.created, done.updated, done.conflicts) == (0, 1, ())
    lab = shelf.event("lab-3m")
    assert said(lab, "SUMMARY") == (
        "A-17: Labs at 3 months: serum B12 + FBC + homocysteine"
    )
    assert lab["SEQUENCE"] == 1
    assert run(shelf, plan_of(**LABS)).unchanged == len(shelf.objects)


def test_a_person_who_writes_cbc_into_a_title_is_not_overwritten() -> None:
    """publish itself has written FBC: what is there now is hers."""
    shelf = Shelf()
    run(shelf, plan_of(**LABS))
    lab = shelf.event("lab-3m")
    lab["SUMMARY"] = said(lab, "SUMMARY").replace("FBC", "CBC")
    shelf.edit("lab-3m", lab)
    [conflict] = run(shelf, plan_of(**LABS)).conflicts
    assert "title changed by another program" in str(conflict)
    assert "CBC" in said(shelf.event("lab-3m"), "SUMMARY")


# --- whose events -------------------------------------------------------------------


@pytest.mark.unmeasured
def test_events_of_others_are_never_touched_and_those_of_patients_not_read(
    shelf: Shelf,
) -> None:
    """Another patient's in the same calendar, a person's own, and what is no event."""
    run(shelf, plan_of("B-2"))
    shelf.keep("dentist.ics", STRANGER.format("dentist"))
    shelf.objects["note.txt"] = ('"0"', "not a calendar")
    before = dict(shelf.objects)
    shelf.asked.clear()
    done = run(shelf, plan_of(given="2026-03-06"))
    assert done.updated == 6
    ours = {f"{uid('A-17', event.id)}.ics" for event in plan_of().events}
    assert {n: o for n, o in shelf.objects.items() if n not in ours} == {
        n: o for n, o in before.items() if n not in ours
    }
    others = {HERE + f"{uid('B-2', event.id)}.ics" for event in plan_of().events}
    assert not others & set(shelf.asked)


@pytest.mark.unmeasured
def test_ten_patients_cost_no_search_for_the_events_of_each_other() -> None:
    """Whose event a UID is takes long to find out if it is nobody's in the plans."""
    shelf = Shelf()
    plans = [plan_of(f"P-{number}") for number in range(10)]
    publish(plans, shelf, ALL_DAY, STAMP)
    asked: list[set[str]] = []

    def watched(uids: set[str], patient: str, course: int) -> dict[str, str]:
        asked.append(set(uids))
        return event_ids(uids, patient, course)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("b12sched.publish.event_ids", watched)
        assert publish(plans, shelf, ALL_DAY, STAMP).unchanged == 60
    assert asked
    assert not any(asked)


def test_two_patients_are_published_together() -> None:
    """Each with its own events; the counts are added up."""
    shelf = Shelf()
    done = publish([plan_of(), plan_of("B-2")], shelf, ALL_DAY, STAMP)
    assert done.created == len(shelf.objects) == 12


def test_two_plans_of_one_patient_and_a_plan_without_one_are_refused() -> None:
    """Before anything is sent: each would undo the other."""
    shelf = Shelf()
    with pytest.raises(InputError, match="A-17 has 2 plans"):
        publish([plan_of(), plan_of(months="6")], shelf, ALL_DAY, STAMP)
    nameless = build(
        Case.parse({"last_dose": "2026-01-05", "neuro": "no", "renal": "normal"}),
        Clinic(),
    )
    with pytest.raises(InputError, match="patient"):
        publish([nameless], shelf, ALL_DAY, STAMP)
    assert shelf.writes == []


GAP = CalendarStyle.parse({"time": "01:30", "timezone": "Europe/London"})


def test_an_unusable_plan_keeps_no_other_patient_from_being_published() -> None:
    """On 29 March 2026 there is no 01:30 in London: B-2 is named, A-17 delivered."""
    shelf = Shelf()
    plans = [plan_of("B-2", last_dose="2026-01-29"), plan_of()]
    done = publish(plans, shelf, GAP, STAMP)
    assert counts(done) == (6, 0, 0, 0, 0)
    assert len(shelf.objects) == 6
    assert done.fault is not None
    assert done.fault.exit_code == 1
    assert done.fault.message.startswith("time: B-2: 01:30 does not exist")


def test_if_no_plan_can_be_published_that_is_unusable_input() -> None:
    """Exit code 2, and nothing is written."""
    shelf = Shelf()
    with pytest.raises(InputError, match="does not exist"):
        publish([plan_of(last_dose="2026-01-29")], shelf, GAP, STAMP)
    assert shelf.objects == {}


def test_two_plans_of_one_patient_keep_no_other_from_being_published() -> None:
    """Nothing is done for that patient: each plan would undo the other."""
    shelf = Shelf()
    plans = [plan_of(), plan_of("B-2"), plan_of(months="6")]
    done = publish(plans, shelf, ALL_DAY, STAMP)
    assert done.created == 6
    assert shelf.objects.keys() == {
        f"{uid('B-2', event.id)}.ics" for event in plan_of("B-2").events
    }
    assert done.fault is not None
    assert done.fault.message == "patient: A-17 has 2 plans"


# --- what somebody did in between ---------------------------------------------------


def moved(event: Event, days: int = 1) -> Event:
    """The event on another day, as somebody moves it in a calendar program."""
    start, end = event.start, event.end
    del event["DTSTART"], event["DTEND"]
    event.add("dtstart", start + dt.timedelta(days=days))
    event.add("dtend", end + dt.timedelta(days=days))
    return event


def retitled(event: Event) -> Event:
    event["SUMMARY"] = "B12, ask Dr Fox first"
    return event


def called_off(event: Event) -> Event:
    event["STATUS"] = "CANCELLED"
    return event


def made_public(event: Event) -> Event:
    event["CLASS"] = "PUBLIC"
    return event


def made_busy(event: Event) -> Event:
    event["TRANSP"] = "OPAQUE"
    return event


def reworded(event: Event) -> Event:
    text = said(event, "DESCRIPTION")
    event["DESCRIPTION"] = text.replace("Inject", "Do not inject")
    return event


def silenced(event: Event) -> Event:
    event.subcomponents.clear()
    return event


def repeated(event: Event) -> Event:
    event.add("rrule", {"freq": "daily", "count": 3})
    return event


EDITS = [
    (moved, "day or time"),
    (retitled, "title"),
    (called_off, "status"),
    (made_public, "class"),
    (made_busy, "free or busy"),
    (reworded, "description"),
    (repeated, "day or time"),
]


@pytest.mark.unmeasured
@pytest.mark.parametrize(("edit", "what"), EDITS)
@pytest.mark.parametrize("changed", [False, True])
def test_what_somebody_changed_is_reported_and_not_overwritten(
    shelf: Shelf, edit: Callable[[Event], Event], what: str, changed: bool
) -> None:
    """Whether the plan has changed or not; all other events are brought up to it."""
    shelf.edit("maintenance-2", edit(shelf.event("maintenance-2")))
    name = f"{uid('A-17', 'maintenance-2')}.ics"
    before = shelf.objects[name]
    plan = plan_of(monthly_from="2026-02-20") if changed else plan_of()
    done = run(shelf, plan, stamp=LATER)
    assert shelf.objects[name] == before
    assert done.conflicts == (f"A-17 maintenance-2: {what} changed by another program",)
    assert done.fault is not None
    assert done.fault.exit_code == 1
    assert counts(done)[:4] == ((6, 5, 0, 0) if changed else (0, 0, 5, 0))


def test_a_dose_moved_by_hand_is_in_order_once_the_plan_says_the_same(
    shelf: Shelf,
) -> None:
    """The nurse moves it, gives it that day and records that: no conflict is left.

    Nor is there one when the plan changes again.
    """
    shelf.edit("maintenance-1", moved(shelf.event("maintenance-1")))
    assert len(run(shelf).conflicts) == 1
    done = run(shelf, plan_of(given="2026-03-06"))
    assert done.conflicts == ()
    assert shelf.event("maintenance-1").start == dt.date(2026, 3, 6)
    assert run(shelf, plan_of(given="2026-03-04")).conflicts == ()
    assert shelf.event("maintenance-1").start == dt.date(2026, 3, 4)


def test_a_dose_moved_by_hand_that_fell_away_is_not_cancelled(shelf: Shelf) -> None:
    """Somebody had plans for that day; it is reported instead, and never deleted."""
    shelf.edit("maintenance-6", moved(shelf.event("maintenance-6")))
    for cancelled in Cancelled:
        done = run(shelf, plan_of(interval="3m"), cancelled=cancelled)
        assert "maintenance-6: day or time" in done.conflicts[0]
        assert shelf.event("maintenance-6")["STATUS"] == "CONFIRMED"


def test_what_a_person_added_is_kept_and_is_no_conflict(shelf: Shelf) -> None:
    """A note, an alarm, a place and a category live through an update."""
    event = noted(shelf.event("maintenance-2"), "Bring the red book.")
    event.add("location", "Room 4")
    event.add("categories", ["Ward"])
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", "Pack")
    alarm.add("trigger", dt.timedelta(hours=-2))
    event.add_component(alarm)
    shelf.edit("maintenance-2", event)
    assert counts(run(shelf)) == (0, 0, 6, 0, 0)
    assert counts(run(shelf, plan_of(monthly_from="2026-02-20")))[4] == 0
    event = shelf.event("maintenance-2")
    assert "Bring the red book." in said(event, "DESCRIPTION")
    assert event["LOCATION"] == "Room 4"
    assert "Ward" in str(event.categories)
    triggers = {alarm["TRIGGER"].to_ical() for alarm in event.walk("VALARM")}
    assert triggers == {b"-PT2H", b"-PT15H"}
    assert event.start != plan_of().events[1].date


def test_an_alarm_that_was_dismissed_is_no_conflict(shelf: Shelf) -> None:
    """Programs write that down in the event (ACKNOWLEDGED, X-MOZ-LASTACK)."""
    event = shelf.event("maintenance-2")
    event.add("x-moz-lastack", "20260504T080000Z")
    for alarm in event.walk("VALARM"):
        alarm.add("acknowledged", dt.datetime(2026, 5, 4, 8, tzinfo=dt.UTC))
    shelf.edit("maintenance-2", event)
    assert counts(run(shelf)) == (0, 0, 6, 0, 0)
    assert run(shelf, plan_of(monthly_from="2026-02-20")).conflicts == ()


def test_a_phone_that_writes_alarms_its_own_way_makes_no_conflict(shelf: Shelf) -> None:
    """DAVx5 writes the reminders in minutes and without our sign."""
    event = shelf.event("maintenance-2")
    for alarm in event.walk("VALARM"):
        alarm.clear()
        alarm.add("action", "DISPLAY")
        alarm["TRIGGER"] = "-PT900M"
    shelf.edit("maintenance-2", event)
    assert counts(run(shelf)) == (0, 0, 6, 0, 0)
    assert run(shelf, plan_of(monthly_from="2026-02-20")).conflicts == ()


def test_events_imported_from_a_file_are_taken_over() -> None:
    """Whatever their names; from then on they are updated where they are."""
    shelf = Shelf()
    data = write_calendar(plan_of(), ALL_DAY, STAMP)
    for number, part in enumerate(read_calendar(data, "A-17").parts):
        text = f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{part.text}END:VCALENDAR\r\n"
        shelf.keep(f"import-{number}.ics", text)
    assert counts(run(shelf)) == (0, 6, 0, 0, 0)
    assert counts(run(shelf)) == (0, 0, 6, 0, 0)
    assert counts(run(shelf, plan_of(given="2026-03-06"))) == (0, 6, 0, 0, 0)
    assert len(shelf.objects) == 6


@pytest.mark.parametrize("back", [False, True])
@pytest.mark.parametrize("cancelled", list(Cancelled))
def test_cancelled_events_that_an_import_left_are_taken_over(
    back: bool, cancelled: Cancelled
) -> None:
    """Two doses fell away in the file, which was then imported; they may come back.

    The file's events are private, those of a server public.
    """
    shelf = Shelf()
    old = write_calendar(plan_of(), ALL_DAY, STAMP)
    file = revise_calendar(
        read_calendar(old, "A-17"), plan_of(interval="3m"), ALL_DAY, LATER
    )
    for number, part in enumerate(read_calendar(file.data, "A-17").parts):
        text = f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{part.text}END:VCALENDAR\r\n"
        shelf.keep(f"import-{number}.ics", text)
    public = CalendarStyle.parse({"class": "public"})
    plan = plan_of() if back else plan_of(interval="3m")
    done = run(shelf, plan, public, cancelled=cancelled)
    if back:  # the four others are on other days than the plan's, without a mark
        assert counts(done) == (0, 2, 0, 0, 4)
    elif cancelled is Cancelled.DELETE:
        assert counts(done) == (0, 4, 0, 2, 0)
    else:
        assert counts(done) == (0, 4, 0, 2, 0)
        assert counts(run(shelf, plan, public)) == (0, 0, 6, 0, 0)


def test_titles_of_an_earlier_version_are_renewed_as_ours() -> None:
    """On a server, too: what it wrote for a dose is no edit, a person's title is."""
    shelf = Shelf()
    data = write_calendar(plan_of(), ALL_DAY, STAMP)
    for number, part in enumerate(read_calendar(data, "A-17").parts):
        whole = part.text.replace("\r\n ", "")
        earlier = re.sub(
            r"(SUMMARY|\nDESCRIPTION):A-17: ([^\r]*)", r"\1:\2 (A-17)", whole
        )
        assert "SUMMARY:Maintenance dose" in earlier or "SUMMARY:Labs" in earlier
        if number == 1:
            earlier = re.sub("SUMMARY:[^\r]*", "SUMMARY:Ask Dr Fox first", earlier)
        text = f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{earlier}END:VCALENDAR\r\n"
        shelf.keep(f"import-{number}.ics", text)
    done = run(shelf)
    assert counts(done) == (0, 5, 0, 0, 1)
    there = [str(each) for each in shelf.objects.values()]
    assert sum("SUMMARY:A-17: " in text for text in there) == 5
    assert counts(run(shelf)) == (0, 0, 5, 0, 1)


def test_an_imported_event_that_somebody_called_off_is_not_overwritten() -> None:
    """It has no mark, and its title is not what we write for a cancelled event."""
    shelf = Shelf()
    for number, part in enumerate(
        read_calendar(write_calendar(plan_of(), ALL_DAY, STAMP), "A-17").parts
    ):
        text = f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{part.text}END:VCALENDAR\r\n"
        shelf.keep(f"import-{number}.ics", text)
        if number == 1:
            [event] = Calendar.from_ical(text).events
            event["STATUS"] = "CANCELLED"
            calendar = Calendar()
            calendar.add_component(event)
            shelf.keep("import-1.ics", calendar.to_ical().decode())
    done = run(shelf)
    assert counts(done) == (0, 5, 0, 0, 1)
    assert "was not written by publish" in done.conflicts[0]


def test_an_event_without_a_mark_that_differs_is_not_overwritten(shelf: Shelf) -> None:
    """Nobody can know whether the plan or a person moved it."""
    event = shelf.event("maintenance-2")
    del event[MARK]
    shelf.edit("maintenance-2", event)
    done = run(shelf, plan_of(monthly_from="2026-02-20"))
    assert len(done.conflicts) == 1
    assert "was not written by publish" in done.conflicts[0]


DAMAGE = [
    ("BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:{}\nEND:VCALENDAR\n", "cannot be read"),
    ("BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:{}\nEND:VEVENT\nEND:VCALENDAR\n", "read"),
    ("UID:{}\n", "cannot be read"),
]


@pytest.mark.parametrize(("damage", "what"), DAMAGE)
def test_an_event_that_cannot_be_read_is_left_alone(
    shelf: Shelf, damage: str, what: str
) -> None:
    """It is reported; all others are delivered."""
    name = uid("A-17", "maintenance-2")
    shelf.objects[f"{name}.ics"] = ('"0"', damage.format(name))
    done = run(shelf, plan_of(given="2026-03-06"))
    assert counts(done) == (0, 5, 0, 0, 1)
    assert what in done.conflicts[0]
    assert shelf.objects[f"{name}.ics"] == ('"0"', damage.format(name))


def test_an_event_with_a_damaged_number_or_day_is_left_alone(shelf: Shelf) -> None:
    """Reported as well, if it would have to be written; the others are delivered."""
    for event_id, wrong in (
        ("maintenance-2", "SEQUENCE:0"),
        ("maintenance-6", "DTEND"),
    ):
        name = f"{uid('A-17', event_id)}.ics"
        etag, data = shelf.objects[name]
        line = next(line for line in data.splitlines() if line.startswith(wrong))
        extra = "SEQUENCE:99999999999" if wrong[0] == "S" else f"DURATION:P1D\n{line}"
        shelf.objects[name] = (etag, data.replace(line, extra))
    done = run(shelf, plan_of(interval="3m"))
    assert counts(done) == (0, 3, 0, 1, 2)
    assert all("cannot be read" in conflict for conflict in done.conflicts)


def test_an_event_that_is_there_twice_is_left_alone(shelf: Shelf) -> None:
    """A program copied it under another name: which of them counts?"""
    _, data = shelf.objects[f"{uid('A-17', 'maintenance-2')}.ics"]
    shelf.objects["copy.ics"] = ('"0"', data)
    done = run(shelf, plan_of(given="2026-03-06"))
    assert done.conflicts == ("A-17 maintenance-2: is on the server twice",)
    assert shelf.objects["copy.ics"] == ('"0"', data)


def test_many_conflicts_are_counted_and_ten_are_named() -> None:
    """The error stays short."""
    done = Published(conflicts=tuple(f"A-17 loading-{n}: moved" for n in range(12)))
    assert done.fault is not None
    assert done.fault.message.startswith("12 left as they are on the server: A-17")
    assert done.fault.message.endswith("loading-9: moved; and 2 more")
    assert Published().fault is None


# --- marks --------------------------------------------------------------------------


def test_a_mark_is_read_back_as_it_was_written_and_else_not_at_all() -> None:
    """A mark that somebody has changed counts as none."""
    mark = Mark(dt.date(2027, 1, 5), ("0a1b2c3d",) * 6, frozenset({-54000, 0}))
    value = mark.line.replace("\r\n ", "").strip().partition(":")[2]
    assert read_mark(value) == mark
    for changed in ("", value[1:], value.replace("a", "g"), "20271305" + value[8:]):
        assert read_mark(changed) is None


def test_a_mark_says_nothing_of_the_treatment(shelf: Shelf) -> None:
    """Only a date, digests and numbers."""
    assert read_mark(str(shelf.event("maintenance-1")[MARK])) is not None


def test_the_ways_to_cancel_are_two() -> None:
    """An unknown one is refused with those there are."""
    assert parse_cancelled("delete") is Cancelled.DELETE
    with pytest.raises(InputError) as caught:
        parse_cancelled("remove")
    assert "mark, delete" in caught.value.hint


# --- a walk -------------------------------------------------------------------------

PLANS = [
    plan_of(),
    plan_of(months="20"),
    plan_of(interval="3m"),
    plan_of(given="2026-03-06"),
    plan_of(monthly_from="2026-04-01"),
    plan_of(start="2026-01-05", last_dose=""),
]
EVENTS = [f"maintenance-{number}" for number in range(1, 5)]


class Walk(RuleBasedStateMachine):
    """Plans go to and fro while people move, note and delete events.

    The model: which events a person holds, and where they must still be.
    """

    def __init__(self) -> None:
        super().__init__()
        self.shelf = Shelf()
        self.shelf.keep("own.ics", STRANGER.format("own"))
        self.own = self.shelf.objects["own.ics"]
        self.held: dict[str, dt.date] = {}
        self.noted: set[str] = set()
        self.sequences: dict[str, int] = {}

    def there(self, event_id: str) -> bool:
        return f"{uid('A-17', event_id)}.ics" in self.shelf.objects

    @rule(
        plan=st.sampled_from(PLANS),
        style=st.sampled_from([ALL_DAY, CalendarStyle(discreet=True)]),
        delete=st.booleans(),
    )
    def publish(self, plan: Plan, style: CalendarStyle, delete: bool) -> None:
        way = Cancelled.DELETE if delete else Cancelled.MARK
        done = run(self.shelf, plan, style, cancelled=way)
        left = {conflict.split()[1].rstrip(":") for conflict in done.conflicts}
        assert left <= self.held.keys()
        for event in plan.events:
            day = self.shelf.event(event.id).start
            if event.id in left:
                assert day == self.held[event.id]
            else:
                assert day == event.date
        for event_id in self.held.keys() - left:
            del self.held[event_id]
        again = run(self.shelf, plan, style, cancelled=way)
        assert self.shelf.writes == []
        assert again.conflicts == done.conflicts

    @rule(event_id=st.sampled_from(EVENTS), days=st.integers(1, 3))
    def move(self, event_id: str, days: int) -> None:
        if self.there(event_id) and event_id not in self.held:
            event = moved(self.shelf.event(event_id), days)
            self.shelf.edit(event_id, event)
            self.held[event_id] = event.start

    @rule(event_id=st.sampled_from(EVENTS))
    def note(self, event_id: str) -> None:
        if self.there(event_id) and event_id not in self.noted:
            self.shelf.edit(event_id, noted(self.shelf.event(event_id), "A note."))
            self.noted.add(event_id)

    @rule(event_id=st.sampled_from(EVENTS))
    def delete(self, event_id: str) -> None:
        if self.there(event_id):
            del self.shelf.objects[f"{uid('A-17', event_id)}.ics"]
            self.held.pop(event_id, None)
            self.noted.discard(event_id)
            self.sequences.pop(uid("A-17", event_id), None)

    @invariant()
    def nothing_is_lost_doubled_or_set_back(self) -> None:
        assert self.shelf.objects["own.ics"] == self.own
        seen = {}
        for name, (_, data) in self.shelf.objects.items():
            [event] = Calendar.from_ical(data).events
            assert name == "own.ics" or name == f"{event['UID']}.ics"
            seen[str(event["UID"])] = int(event.get("SEQUENCE", 0))
        for name, number in self.sequences.items():
            assert seen.get(name, number) >= number
        self.sequences = seen
        for event_id in self.noted:
            assert "A note." in said(self.shelf.event(event_id), "DESCRIPTION")


TestWalk = Walk.TestCase
TestWalk.settings = settings(
    max_examples=int(os.environ.get("B12SCHED_EXAMPLES", "12")),
    stateful_step_count=7,
    deadline=None,
)


def test_a_fault_of_the_server_says_how_far_it_came(shelf: Shelf) -> None:
    """What was done stays; the rest is done by the next run."""

    class Failing(Shelf):
        def put(self, href: str, data: str, etag: str | None) -> Refused | None:
            if len(self.writes) == 2:
                raise B12SchedError("gone", "again")
            return super().put(href, data, etag)

    failing = Failing()
    failing.objects = shelf.objects
    with pytest.raises(B12SchedError) as caught:
        run(failing, plan_of(given="2026-03-06"))
    assert caught.value.message == "gone (2 of 6 changes were made)"
    assert counts(run(shelf, plan_of(given="2026-03-06"))) == (0, 4, 2, 0, 0)


# --- what was given -----------------------------------------------------------------


ON_NEURO = {
    "last_dose": "",
    "start": "2026-01-05",
    "neuro": "yes",
    "until": "2026-09-01",
}
DAYS = [f"2026-01-{n:02}" for n in range(5, 16, 2)]
"""Alternate days from 5 to 15 January 2026: six doses of loading."""


@pytest.mark.unmeasured
@table("cancelled", *((str(how), how) for how in Cancelled))
def test_a_dose_that_was_given_keeps_its_event_when_it_counts_otherwise(
    cancelled: Cancelled,
) -> None:
    """A plateau on 11 January makes the doses of 13 and 15 January maintenance.

    Their events stay on their days, neither cancelled nor deleted, and say so.
    """
    shelf = Shelf()
    given = {"given": ";".join(DAYS), "as_of": "2026-01-15"}
    run(shelf, plan_of(**ON_NEURO, **given), cancelled=cancelled)
    after = plan_of(**ON_NEURO, **given, plateau="2026-01-11")
    done = run(shelf, after, stamp=LATER, cancelled=cancelled)
    assert not done.conflicts
    assert not done.notes
    for number, day in ((5, "20260113"), (6, "20260115")):
        event = shelf.event(f"loading-{number}")
        assert f"{event.start:%Y%m%d}" == day
        assert said(event, "STATUS") == "CONFIRMED"
        called = said(event, "SUMMARY").split(": ")
        assert called[1:3] == ["GIVEN", f"Maintenance dose {number - 4}"]
    assert counts(run(shelf, after, stamp=LATER, cancelled=cancelled))[:2] == (0, 0)


@pytest.mark.unmeasured
@table("cancelled", *((str(how), how) for how in Cancelled))
def test_an_earlier_course_stays_on_the_server(cancelled: Cancelled) -> None:
    """Its events before the first dose of the new one are left alone."""
    shelf = Shelf()
    run(shelf, plan_of(**ON_NEURO, given=";".join(DAYS)), cancelled=cancelled)
    before = {n: shelf.event(f"loading-{n}") for n in range(1, 7)}
    second = plan_of(**{**ON_NEURO, "start": "2026-03-02", "course": "2"})
    done = run(shelf, second, stamp=LATER, cancelled=cancelled)
    assert not done.conflicts
    assert not done.notes
    assert before == {n: shelf.event(f"loading-{n}") for n in range(1, 7)}
    assert said(shelf.event("c2-loading-1"), "STATUS") == "CONFIRMED"
    gone = f"{uid('A-17', 'maintenance-1')}.ics"
    if cancelled is Cancelled.MARK:
        assert said(shelf.event("maintenance-1"), "STATUS") == "CANCELLED"
    else:
        assert gone not in shelf.objects
    assert counts(run(shelf, second, stamp=LATER, cancelled=cancelled))[:2] == (0, 0)


@pytest.mark.unmeasured
def test_what_was_marked_as_given_and_no_longer_is_is_named() -> None:
    """A plan made anew without its doses."""
    shelf = Shelf()
    run(shelf, plan_of(**ON_NEURO, given="2026-01-05;2026-01-08"))
    done = run(shelf, plan_of(**ON_NEURO, given="2026-01-05"), stamp=LATER)
    assert len(done.notes) == 1
    assert "on Thu 2026-01-08 was marked as given" in done.notes[0]
