"""A clinic's calendar revised: days of the window are brought up to date, no others."""

from __future__ import annotations

import re
from dataclasses import replace

import icalendar
import pytest
from ics_cases import (
    LATER,
    NOW,
    events_of,
    machine_in,
    style_of,
    texts_of,
    timed,
    unfolded,
)
from ics_cases import calendar_of as patient_calendar
from list_cases import WEEK, Fields, visits, window
from spec import day, table
from test_clinic_calendar import JUNE, STYLES, TWO, both, calendar_of, every_style
from test_ics_revise import ALARM, block, counts, edited, with_line
from test_ics_write import TELLING, lint

from b12sched.cohort.lists.worklist import Visit
from b12sched.errors import InputError
from b12sched.ics import CalendarStyle, Revision, read_calendar
from b12sched.ics.clinic import (
    read_clinic,
    revise_clinic,
    write_clinic,
)
from b12sched.ics.clinic_event import given_in, gone
from b12sched.ics.read import part_of
from b12sched.plan.identity import day_name, visit_name

MON, WED, FRI = (day_name(day(f"2026 Jan {number}")) for number in (5, 7, 9))
MOVED: tuple[Fields, ...] = ({"patient": "A-17", "given": "2026-01-06"}, TWO[1])
"""A-17's first dose was given on Tuesday: the next are on Thursday and Saturday."""


def revised(
    data: bytes,
    *rows: Fields,
    days: tuple[str, str] = WEEK,
    style: CalendarStyle | None = None,
    each: bool = False,
) -> Revision:
    """A file brought up to the worklist of a cohort, a month later."""
    given: list[Visit] = []
    found, span = visits(*rows, days=days, given=given), window(*days)
    return revise_clinic(
        data, found, span, style or style_of(), LATER, each=each, given=given
    )


# --- what changes -------------------------------------------------------------------


@both
@every_style
def test_an_export_with_nothing_changed_gives_the_same_bytes(
    style: CalendarStyle, each: bool
) -> None:
    """Whenever it is made: stamps and numbers stay too."""
    data = calendar_of(*TWO, style=style, each=each)
    revision = revised(data, *TWO, style=style, each=each)
    assert revision.data == data
    assert counts(revision) == (0, 0, 6 if each else 3, 0, 0)


def test_a_moved_visit_keeps_its_name_and_goes_up_by_one() -> None:
    """New day, new stamp, SEQUENCE + 1; the other patient's keep their bytes."""
    data = calendar_of(*TWO, each=True)
    revision = revised(data, *MOVED, each=True)
    second = visit_name("A-17", "loading-2")
    event = events_of(revision.data)[second]
    assert event["DTSTART;VALUE=DATE"] == "20260108"
    assert (event["SEQUENCE"], event["DTSTAMP"]) == ("1", "20260205T080000Z")
    other = visit_name("B-2", "loading-2")
    assert block(revision.data, other) == block(data, other)
    # The first dose is marked as given.
    assert counts(revision) == (0, 3, 3, 0, 0)


def test_a_day_whose_visits_changed_goes_up_by_one() -> None:
    """A-17 no longer comes on Monday, Wednesday and Friday, but on two other days."""
    data = calendar_of(*TWO)
    revision = revised(data, *MOVED)
    event = events_of(revision.data)[WED]
    assert (event["SUMMARY"], event["SEQUENCE"]) == ("B12 visits: 1", "1")
    assert counts(revision) == (2, 3, 0, 0, 0)


def test_what_fell_away_is_cancelled_and_stays_so() -> None:
    """STATUS, title and SEQUENCE say so; it keeps its day, and does not ring."""
    data = calendar_of(*TWO, each=True)
    revision = revised(data, TWO[1], each=True)
    gone = visit_name("A-17", "loading-2")
    event = events_of(revision.data)[gone]
    assert (event["STATUS"], event["SEQUENCE"]) == ("CANCELLED", "1")
    assert event["SUMMARY"] == (
        "CANCELLED: A-17: Loading dose 2: hydroxocobalamin 1 mg IM"
    )
    assert event["DESCRIPTION"] == (
        "To do: nothing: this is no longer in the worklist.\\nNotes:"
    )
    assert event["CATEGORIES"] == "B12 injection"
    assert (event["CLASS"], event["TRANSP"]) == ("PRIVATE", "TRANSPARENT")
    assert event["DTSTART;VALUE=DATE"] == "20260107"
    assert b"VALARM" not in block(revision.data, gone)
    assert list(lint(revision.data)) == []
    assert counts(revision) == (0, 0, 3, 3, 0)
    again = revised(revision.data, TWO[1], each=True)
    assert again.data == revision.data
    assert counts(again) == (0, 0, 3, 0, 3)
    back = revised(revision.data, *TWO, each=True)
    assert events_of(back.data)[gone]["STATUS"] == "CONFIRMED"
    assert events_of(back.data)[gone]["SEQUENCE"] == "2"


def test_a_provisional_visit_that_falls_away_is_cancelled_not_provisional() -> None:
    """The title has one word in front of it."""
    row = {"patient": "P", "neuro": "yes"}
    may = ("2026 May 30", "2026 May 30")
    data = calendar_of(row, days=may, each=True)
    assert b"SUMMARY:P: PROVISIONAL: Maintenance" in data
    after = revised(data, days=may, each=True).data
    assert b"SUMMARY:CANCELLED: P: Maintenance dose 1" in after


LABS = ("2026 Apr 5", "2026 Apr 5")


@table(
    "each, listed, title",
    ("a day", False, "To do: A-17: Labs at 3 months: serum B12 + FBC + homocysteine",
     "B12 visits: 1"),
    ("a visit", True, "To do: Labs at 3 months: serum B12 + FBC + homocysteine",
     "A-17: Labs at 3 months: serum B12 + FBC + homocysteine"),
)  # fmt: skip
def test_labs_that_said_cbc_are_brought_up_to_date(
    each: bool, listed: str, title: str
) -> None:
    """Title and line have the new word once; what a person wrote below them stays."""
    data = calendar_of({"patient": "A-17"}, days=LABS, each=each)
    old = data.replace(b"\r\n ", b"").replace(b"FBC", b"CBC")
    old = old.replace(b"Notes:", b"Notes: CBC by phone")
    revision = revised(old, {"patient": "A-17"}, days=LABS, each=each)
    assert counts(revision) == (0, 1, 0, 0, 0)
    (event,) = events_of(revision.data).values()
    assert (event["SUMMARY"], event["SEQUENCE"]) == (title, "1")
    assert event["DESCRIPTION"] == f"{listed}\\nNotes: CBC by phone"
    again = revised(revision.data, {"patient": "A-17"}, days=LABS, each=each)
    assert again.data == revision.data


def test_an_empty_worklist_cancels_the_days_of_its_window() -> None:
    """A new calendar of it would be refused."""
    revision = revised(calendar_of(*TWO))
    assert counts(revision) == (0, 0, 0, 3, 0)
    assert events_of(revision.data)[MON]["SUMMARY"] == "CANCELLED: B12 visits: 2"
    style = timed("Europe/London")
    timed_data = calendar_of(*TWO, style=style)
    assert revised(timed_data, style=style).cancelled == 3
    foreign = timed_data.replace(b"TZID=Europe/London", b"TZID=Other")
    assert revised(foreign, style=style).cancelled == 3


# --- what was given -----------------------------------------------------------------

DONE: tuple[Fields, ...] = (
    {"patient": "A-17", "given": "2026-01-05;2026-01-07"},
    {"patient": "B-2", "given": "2026-01-05"},
)
"""Both came on Monday, A-17 on Wednesday, too."""


def test_a_dose_that_was_given_is_marked_and_never_cancelled() -> None:
    """On its day, without a reminder; once more with nothing changed, nothing does."""
    data = calendar_of(*TWO, each=True)
    revision = revised(data, *DONE, each=True)
    event = events_of(revision.data)[visit_name("A-17", "loading-2")]
    title = "Loading dose 2: hydroxocobalamin 1 mg IM"
    assert event["SUMMARY"] == f"A-17: GIVEN: {title}"
    assert event["DESCRIPTION"] == f"To do: {title} (given)\\nNotes:"
    assert (event["STATUS"], event["SEQUENCE"]) == ("CONFIRMED", "1")
    assert event["DTSTART;VALUE=DATE"] == "20260107"
    assert (event["CATEGORIES"], event["TRANSP"]) == ("B12 injection", "TRANSPARENT")
    assert b"VALARM" not in block(revision.data, visit_name("A-17", "loading-2"))
    assert b"CANCELLED" not in revision.data
    assert list(lint(revision.data)) == []
    assert counts(revision) == (0, 3, 3, 0, 0)
    again = revised(revision.data, *DONE, each=True)
    assert again.data == revision.data
    assert counts(again) == (0, 0, 6, 0, 0)


def test_a_day_whose_doses_were_all_given_says_so() -> None:
    """Monday has two given doses and no visit to come; on Wednesday B-2 is missing."""
    data = calendar_of(*TWO)
    revision = revised(data, *DONE)
    events = events_of(revision.data)
    assert events[MON]["SUMMARY"] == "GIVEN: B12 visits: 2"
    title = "Loading dose 1: hydroxocobalamin 1 mg IM (given)"
    assert events[MON]["DESCRIPTION"] == (
        f"To do: A-17: {title}\\nTo do: B-2: {title}\\nNotes:"
    )
    assert events[WED]["SUMMARY"] == "B12 visits: 1"
    assert events[MON]["STATUS"] == "CONFIRMED"
    assert b"CANCELLED" not in revision.data
    assert revised(revision.data, *DONE).data == revision.data


def test_a_dose_given_on_another_day_moves_there() -> None:
    """A-17 came on Tuesday for the dose of Monday: not on both days, not cancelled."""
    for days in (WEEK, ("2026 Jan 5", "2026 Jan 5")):
        data = calendar_of(*TWO, each=True)
        revision = revised(data, *MOVED, days=days, each=True)
        event = events_of(revision.data)[visit_name("A-17", "loading-1")]
        assert event["SUMMARY"].startswith("A-17: GIVEN: Loading dose 1: ")
        assert event["DTSTART;VALUE=DATE"] == "20260106"
    # The day has no visit and no dose any more.
    alone = revised(calendar_of(TWO[0]), MOVED[0])
    assert events_of(alone.data)[MON]["SUMMARY"] == "CANCELLED: B12 visits: 1"


def test_a_dose_given_on_the_day_of_the_next_is_not_the_next() -> None:
    """A-17 came for dose 2 on Friday; dose 3, which was due then, is on Sunday."""
    late = {"patient": "A-17", "given": "2026-01-05;2026-01-09"}
    revision = revised(calendar_of(*TWO, each=True), late, TWO[1], each=True)
    events = events_of(revision.data)
    second, third = (events[visit_name("A-17", f"loading-{n}")] for n in (2, 3))
    assert second["SUMMARY"].startswith("A-17: GIVEN: Loading dose 2: ")
    assert second["DTSTART;VALUE=DATE"] == "20260109"
    assert third["SUMMARY"].startswith("A-17: Loading dose 3: ")
    assert third["DTSTART;VALUE=DATE"] == "20260111"


def test_a_given_dose_with_an_event_of_its_own_has_no_other() -> None:
    """Neither an examination of that day, nor another patient's visit."""
    given: list[Visit] = []
    visits(DONE[0], given=given)
    second = next(visit for visit in given if visit.id == "loading-2")
    parts = []
    for patient, name in (
        ("A-17", "review-1"),
        ("A-17", "loading-2"),
        ("B-2", "lab-3m"),
    ):
        known = f"UID:{visit_name(patient, name)}\r\nDTSTART:20260107"
        part = part_of(f"BEGIN:VEVENT\r\n{known}\r\nEND:VEVENT\r\n")
        parts.append(replace(part, event_id=part.uid))
    its_own = visit_name("A-17", "loading-2")
    assert given_in(parts, (), [second], style_of()) == {its_own: [second]}
    # Where it has none there, the examination's is about it.
    other = given_in(parts[::2], (), [second], style_of())
    assert other == {visit_name("A-17", "review-1"): [second]}
    told = gone(window(*WEEK), style_of(), other, True, parts[0])
    assert told is not None
    assert told.uid == parts[0].uid


def test_a_last_dose_that_is_the_visit_s_day_was_given_at_that_visit() -> None:
    """A practice that keeps only the last dose moves it on: no dose has its number."""
    before = {"patient": "M", "last_dose": "2025-11-07"}
    after = {"patient": "M", "last_dose": "2026-01-07"}
    later = {"patient": "M", "last_dose": "2025-12-30"}
    title = "Maintenance dose: hydroxocobalamin 1 mg IM"
    name = visit_name("M", "maintenance-1")
    data = calendar_of(before, each=True)
    event = events_of(revised(data, after, each=True).data)[name]
    assert event["SUMMARY"] == f"M: GIVEN: {title}"
    days = revised(calendar_of(before), after).data
    assert events_of(days)[WED]["SUMMARY"] == "GIVEN: B12 visits: 1"
    assert f"DESCRIPTION:To do: M: {title} (given)\\nNotes:" in unfolded(days)
    # Given on no visit's day: which visit was for it, nothing says.
    assert events_of(revised(data, later, each=True).data)[name]["STATUS"] == (
        "CANCELLED"
    )


def test_a_given_dose_that_counts_as_another_keeps_the_event_of_its_day() -> None:
    """A plateau of Thursday is recorded: Friday's dose was maintenance dose 1."""
    row = {"patient": "P", "neuro": "yes", "given": "2026-01-05;2026-01-07;2026-01-09"}
    days = ("2026 Jan 5", "2026 Jun 30")
    loading = calendar_of({"patient": "P", "neuro": "yes"}, days=days, each=True)
    third = visit_name("P", "loading-3")
    ends = row | {"plateau": "2026-01-08"}
    revision = revised(loading, ends, days=days, each=True)
    events = events_of(revision.data)
    assert events[third]["SUMMARY"] == (
        "P: GIVEN: Maintenance dose 1: hydroxocobalamin 1 mg IM"
    )
    assert events[third]["DTSTART;VALUE=DATE"] == "20260109"
    # What the calendar had for that maintenance dose, in May, is no visit any more.
    first = events[visit_name("P", "maintenance-1")]
    title = "CANCELLED: P: Maintenance dose 1: hydroxocobalamin 1 mg IM"
    assert (first["SUMMARY"], first["STATUS"]) == (title, "CANCELLED")
    again = revised(revision.data, ends, days=days, each=True)
    assert again.data == revision.data


def test_a_dose_that_came_with_an_examination_that_fell_away_was_given() -> None:
    """The visit has the examination's name; a plateau ends the examinations."""
    row = {"patient": "P", "neuro": "yes"}
    days = ("2026 Jan 5", "2026 Jan 18")
    data = calendar_of(row, days=days, each=True)
    name = visit_name("P", "review-1")
    assert events_of(data)[name]["SUMMARY"].endswith("examination 1 + Loading dose 5")
    given = "2026-01-05;2026-01-07;2026-01-09;2026-01-11;2026-01-13"
    ends = row | {"plateau": "2026-01-11", "given": given}
    event = events_of(revised(data, ends, days=days, each=True).data)[name]
    assert event["SUMMARY"] == "P: GIVEN: Maintenance dose 1: hydroxocobalamin 1 mg IM"


@both
def test_a_discreet_calendar_says_nothing_of_what_was_given(each: bool) -> None:
    """It reads as before; only the reminders of the past are gone."""
    style = style_of(discreet="yes")
    data = calendar_of(*TWO, style=style, each=each)
    after = revised(data, *DONE, style=style, each=each).data
    said = "Appointment" if each else "Appointments: 2"
    name = visit_name("A-17", "loading-1") if each else MON
    assert events_of(after)[name]["SUMMARY"] == said
    assert not TELLING.search(texts_of(after))
    assert "given" not in texts_of(after).lower()
    opened = revised(after, *DONE, each=each).data
    assert ": GIVEN:" in texts_of(opened) or "GIVEN: B12" in texts_of(opened)


def test_what_was_given_is_marked_although_other_rows_failed() -> None:
    """Only what may be missing is left as it is."""
    given: list[Visit] = []
    found, span = visits(DONE[0], given=given), window(*WEEK)
    data = calendar_of(*TWO, each=True)
    part = revise_clinic(
        data, found, span, style_of(), LATER, each=True, whole=False, given=given
    )
    events = events_of(part.data)
    assert "GIVEN" in events[visit_name("A-17", "loading-1")]["SUMMARY"]
    assert block(part.data, visit_name("B-2", "loading-1")) == block(
        data, visit_name("B-2", "loading-1")
    )


def test_a_dose_that_is_taken_back_and_falls_away_is_cancelled() -> None:
    """The title has one word in front of it."""
    data = revised(calendar_of(*TWO, each=True), *DONE, each=True).data
    after = revised(data, TWO[1], each=True).data
    assert b"SUMMARY:CANCELLED: A-17: Loading dose 1: hydroxo" in after


# --- the window ---------------------------------------------------------------------

NEXT_WEEK = ("2026 Jan 12", "2026 Jan 18")


@both
def test_a_window_that_moved_on_leaves_the_days_before_it_alone(each: bool) -> None:
    """Their bytes stay, though the new worklist does not have them."""
    data = calendar_of(*TWO, each=each)
    revision = revised(data, *TWO, days=NEXT_WEEK, each=each)
    number = 6 if each else 3
    assert counts(revision) == (number, 0, 0, 0, number)
    for name in events_of(data):
        assert block(revision.data, name) == block(data, name)
    again = revised(revision.data, *TWO, days=NEXT_WEEK, each=each)
    assert again.data == revision.data


def test_the_edges_of_the_window_are_in_it() -> None:
    """Wednesday alone: Monday and Friday stay, Wednesday is cancelled."""
    data = calendar_of(*TWO)
    revision = revised(data, days=("2026 Jan 7", "2026 Jan 7"))
    statuses = [event["STATUS"] for event in events_of(revision.data).values()]
    assert statuses == ["CONFIRMED", "CANCELLED", "CONFIRMED"]


def test_a_visit_that_moves_out_of_the_window_is_cancelled_until_its_list() -> None:
    """One week's list does not know the next; there it is the same visit again."""
    data = calendar_of(*TWO, each=True)
    late = {"patient": "A-17", "start": "2026-01-12"}
    first = visit_name("A-17", "loading-1")
    without = revised(data, late, TWO[1], each=True).data
    assert events_of(without)[first]["STATUS"] == "CANCELLED"
    revision = revised(without, late, TWO[1], days=NEXT_WEEK, each=True)
    event = events_of(revision.data)[first]
    assert (event["STATUS"], event["SEQUENCE"]) == ("CONFIRMED", "2")
    assert event["DTSTART;VALUE=DATE"] == "20260112"


def test_a_visit_that_moves_into_the_window_is_the_same_visit() -> None:
    """It stood on a day after the window, and comes earlier now."""
    late = {"patient": "A-17", "start": "2026-01-12"}
    data = calendar_of(late, days=NEXT_WEEK, each=True)
    revision = revised(data, TWO[0], each=True)
    event = events_of(revision.data)[visit_name("A-17", "loading-1")]
    assert event["DTSTART;VALUE=DATE"] == "20260105"
    assert counts(revision) == (0, 3, 0, 0, 0)


def test_another_form_cancels_the_days_of_the_window_in_the_old_one() -> None:
    """From a day to a visit an event and back: nobody sees a visit twice."""
    data = calendar_of(*TWO)
    one_each = revised(data, *TWO, each=True)
    assert counts(one_each) == (6, 0, 0, 3, 0)
    back = revised(one_each.data, *TWO)
    assert counts(back) == (0, 3, 0, 6, 0)


# --- another style ------------------------------------------------------------------


@both
def test_discretion_leaves_nothing_behind(each: bool) -> None:
    """In what was cancelled, too; and back again says what it said before."""
    data = revised(calendar_of(*JUNE, days=FIRST, each=each), days=FIRST, each=each)
    data = revised(data.data, JUNE[1], days=FIRST, each=each)
    discreet = revised(
        data.data, JUNE[1], days=FIRST, each=each, style=style_of(discreet="yes")
    )
    said = texts_of(discreet.data)
    assert not TELLING.search(said)
    assert not re.search(r"\b[MN]\b", said)
    again = revised(discreet.data, JUNE[1], days=FIRST, each=each)
    live = visit_name("M", "maintenance-1") if each else day_name(day("2026 Jun 1"))
    before, after = events_of(data.data)[live], events_of(again.data)[live]
    assert before["SUMMARY"] == after["SUMMARY"]
    assert before["DESCRIPTION"] == after["DESCRIPTION"]
    gone = events_of(again.data).get(visit_name("N", "lab-3m"))
    assert (gone or {}).get("SUMMARY") == ("CANCELLED: Appointment" if each else None)


FIRST = ("2026 Jun 1", "2026 Jun 1")


def test_a_time_that_a_program_wrote_in_utc_is_on_its_own_day() -> None:
    """09:00 in Auckland on Monday 5 January is 20:00 UTC on Sunday the 4th."""
    style = timed("Pacific/Auckland")
    data = calendar_of(*TWO, style=style)
    text = re.sub(
        rb"DTSTART;TZID=Pacific/Auckland:20260105T090000",
        b"DTSTART:20260104T200000Z",
        data,
    )
    assert revised(text, style=style).cancelled == 3
    monday = ("2026 Jan 5", "2026 Jan 5")
    assert revised(text, style=style, days=monday).cancelled == 1
    with machine_in("Pacific/Kiritimati"):
        assert revised(text, style=style, days=monday).cancelled == 1
    given = events_of(revised(text, *DONE, style=style).data)[MON]
    assert given["SUMMARY"] == "GIVEN: B12 visits: 2"


def test_what_becomes_of_a_visit_that_fell_away_has_no_alarm() -> None:
    """Whatever its style, and before anything of a person's is looked at."""
    _, (part, *_) = read_clinic(calendar_of(*TWO))
    content = gone(window(*WEEK), style_of(), {}, True, part)
    assert content is not None
    assert (content.uid, content.alarms) == (MON, "")


@table(
    "title, left",
    ("given", "A: GIVEN: Loading dose 1", "CANCELLED: A: Loading dose 1"),
    ("provisional", "A: PROVISIONAL: x", "CANCELLED: A: x"),
    ("cancelled already", "CANCELLED: A: x", "CANCELLED: A: x"),
    ("a mark twice", "GIVEN: A: GIVEN: x", "CANCELLED: A: GIVEN: x"),
    ("another twice", "PROVISIONAL: PROVISIONAL: x", "CANCELLED: PROVISIONAL: x"),
    ("a mark and no more", "GIVEN: ", "CANCELLED: Appointment"),
    ("a comma", "A\\, B: x", "CANCELLED: A\\, B: x"),
)
def test_the_title_of_a_visit_that_fell_away_loses_its_mark(
    title: str, left: str
) -> None:
    """Once: what a person wrote behind it stays. In a discreet one nothing does."""
    data = edited(calendar_of(*TWO), MON, b"B12 visits: 2", title.encode())
    part = read_clinic(data).parts[0]
    open_one, closed = (
        gone(window(*WEEK), style, {}, True, part)
        for style in (style_of(class_="public"), style_of(discreet="yes"))
    )
    assert open_one is not None
    assert closed is not None
    assert open_one[1:] == (
        f"SUMMARY:{left}",
        "DTSTART;VALUE=DATE:20260105\r\nDTEND;VALUE=DATE:20260106",
        "CATEGORIES:B12 injection",
        "CLASS:PUBLIC",
        "DESCRIPTION:To do: nothing: this is no longer in the worklist.\\nNotes:",
        "STATUS:CANCELLED",
        "TRANSP:TRANSPARENT",
        "",
    )
    assert closed.summary == "SUMMARY:CANCELLED: Appointment"
    assert closed.category == "CATEGORIES:Appointment"
    assert closed.description == "DESCRIPTION:Notes:"


# --- what a person did --------------------------------------------------------------


@both
def test_what_a_person_added_survives(each: bool) -> None:
    """A place, a note, an alarm, a category; in a changed and in a cancelled event."""
    name = visit_name("A-17", "loading-2") if each else WED
    data = calendar_of(*TWO, each=each).replace(b"\r\n ", b"")
    data = edited(data, name, b"Notes:", b"Notes: left arm")
    data = edited(data, name, b"B12 injection", b"B12 injection,Ward")
    data = with_line(data, name, "LOCATION:Room 4")
    alarm = ALARM.format("-PT30M", "Go").encode()
    data = edited(data, name, b"END:VEVENT", alarm + b"END:VEVENT")
    same = revise_clinic(
        data, visits(*TWO), window(*WEEK), style_of(), LATER, each=each
    )
    assert (same.changed, same.cancelled) == (0, 0)
    for rows in (MOVED, ()):
        event = events_of(revised(data, *rows, each=each).data)[name]
        assert event["LOCATION"] == "Room 4"
        assert event["DESCRIPTION"].endswith("\\nNotes: left arm")
        assert event["CATEGORIES"] == "B12 injection,Ward"
    assert alarm in revised(data, *MOVED, each=each).data


def test_a_person_s_own_events_and_the_calendar_s_name_stay() -> None:
    """Bytes and all, on days of the window, too."""
    own = (
        b"BEGIN:VEVENT\r\nUID:own\r\nDTSTAMP:20260101T000000Z\r\n"
        b"DTSTART;VALUE=DATE:20260107\r\nSUMMARY:Tea\r\nEND:VEVENT\r\n"
    )
    data = calendar_of(*TWO).replace(b"END:VCALENDAR", own + b"END:VCALENDAR")
    data = data.replace(b"X-WR-CALNAME:B12 visits", b"X-WR-CALNAME:Room 4")
    data = data.replace(b"VERSION:2.0", b"VERSION:2.0\r\nCOLOR:teal")
    revision = revised(data, *MOVED)
    assert own in revision.data
    assert revision.carried == 1
    assert {"X-WR-CALNAME:Room 4", "COLOR:teal"} <= set(unfolded(revision.data))
    renamed = revised(calendar_of(*TWO), *TWO, style=style_of(discreet="yes")).data
    assert "X-WR-CALNAME:Appointments" in unfolded(renamed)
    assert "X-WR-CALNAME:B12 visits" in unfolded(revised(renamed, *TWO).data)


@pytest.mark.unmeasured
@both
@every_style
def test_a_file_that_a_program_rewrote_says_the_same(
    style: CalendarStyle, each: bool
) -> None:
    """icalendar writes it anew; nothing changes, and the next change goes up by one."""
    data = calendar_of(*TWO, style=style, each=each)
    text = icalendar.Calendar.from_ical(data).to_ical().replace(b"CLASS", b"class")
    revision = revised(text, *TWO, style=style, each=each)
    assert (revision.changed, revision.new, revision.cancelled) == (0, 0, 0)
    moved = revised(text, *MOVED, style=style, each=each)
    direct = revised(data, *MOVED, style=style, each=each)
    assert counts(moved) == counts(direct)


# --- whose calendar it is -----------------------------------------------------------


def test_marks_that_a_program_dropped_are_not_needed() -> None:
    """The names of the events say whose they are."""
    data = re.sub(rb"X-9C4D1F7A-OWNER:[^\r]*\r\n", b"", calendar_of(*TWO))
    assert counts(revised(data, *TWO)) == (0, 0, 3, 0, 0)
    empty = re.sub(rb"BEGIN:VEVENT.*END:VEVENT\r\n", b"", calendar_of(*TWO), flags=re.S)
    assert counts(revised(empty, *TWO)) == (3, 0, 0, 0, 0)


PATIENT = patient_calendar()
LEFT_ALONE = "choose another file name: b12sched changes only its own calendars"


@table(
    "data, said, hint",
    (
        "a patient's",
        PATIENT,
        "is a patient's calendar, not the clinic's",
        "choose another file name",
    ),
    (
        "a patient's without our marks",
        re.sub(rb"X-9C4D1F7A-[A-Z]+:[^\r]*\r\n", b"", PATIENT),
        "is not a clinic's calendar of b12sched's",
        LEFT_ALONE,
    ),
    (
        "of other origin",
        b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nEND:VCALENDAR\r\n",
        "is not a clinic's calendar of b12sched's",
        LEFT_ALONE,
    ),
    (
        "cut short",
        calendar_of(*TWO)[:-20],
        "is damaged",
        "repair the file, restore it from a copy, or choose another file name",
    ),
    (
        "no calendar",
        b"date,patient\r\n",
        "is damaged",
        "repair the file, restore it from a copy, or choose another file name",
    ),
)
def test_a_file_that_is_not_a_clinic_s_calendar_is_refused(
    data: bytes, said: str, hint: str
) -> None:
    """And left as it was; the message says what it is."""
    with pytest.raises(InputError) as caught:
        read_clinic(data)
    assert caught.value.message.partition(": ")[0] == f"the file {said}"
    assert (caught.value.hint, caught.value.code) == (hint, "calendar")


def test_a_clinic_s_calendar_is_no_patient_s() -> None:
    """With its mark, and by its events without."""
    data = calendar_of(*TWO)
    with pytest.raises(InputError, match="is the clinic's calendar, not a patient's"):
        read_calendar(data, "A-17")
    unmarked = re.sub(rb"X-9C4D1F7A-OWNER:[^\r]*\r\n", b"", data)
    with pytest.raises(InputError, match="is not a calendar of b12sched's"):
        read_calendar(unmarked, "A-17")


def test_an_event_of_ours_without_a_clear_day_is_damaged() -> None:
    """It is not cancelled on a guess."""
    data = edited(calendar_of(*TWO), MON, b"DATE:20260105", b"DATE:20261305")
    with pytest.raises(InputError, match="it is not clear when event"):
        revised(data)


def test_an_event_without_a_title_is_cancelled_as_an_appointment() -> None:
    """Some program lost it; an event without a title is not shown by some others."""
    data = edited(calendar_of(*TWO), MON, b"SUMMARY:B12 visits: 2\r\n", b"")
    data = edited(data, MON, b"CATEGORIES:B12 injection\r\n", b"")
    event = events_of(revised(data).data)[MON]
    assert event["SUMMARY"] == "CANCELLED: Appointment"
    assert event["CATEGORIES"] == "Appointment"


def test_a_worklist_that_lacks_patients_removes_nothing() -> None:
    """A row that failed may be one of those who come."""
    found, span = visits(TWO[0]), window(*WEEK)
    data = calendar_of(*TWO, each=True)
    part = revise_clinic(data, found, span, style_of(), LATER, each=True, whole=False)
    assert part.cancelled == 0
    whole = revise_clinic(data, found, span, style_of(), LATER, each=True)
    assert whole.cancelled > 0


def test_the_stamp_of_a_new_calendar_is_the_moment_of_writing() -> None:
    """And of a revision the later one."""
    found = visits(*TWO)
    first = write_clinic(found, window(*WEEK), STYLES[0], NOW, each=False)
    assert b"DTSTAMP:20260105T123045Z" in first
    assert first == calendar_of(*TWO)
    assert NOW != LATER
