"""Calendars of a treatment that ended, and of one that began again.

icalendar says what a file holds; no code of ours is asked.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any, NamedTuple

import icalendar
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ics_cases import LATER, NOW, calendar_of, search, style_of, timed
from spec import plan_of, table

from b12sched import Plan
from b12sched.errors import InputError
from b12sched.ics import (
    CalendarStyle,
    extended,
    read_calendar,
    revise_calendar,
    uid,
    write_calendar,
)
from b12sched.ics.given import is_past, stand_ins
from b12sched.ics.read import part_of
from b12sched.plan.events import EarlierCourse
from b12sched.regimen import Drug

STYLES = {
    "all day": style_of(),
    "discreet": style_of(discreet="yes"),
    "timed": timed("Europe/London", remind="2h"),
}
GIVEN = "2026-01-05;2026-01-07;2026-01-09"
OWN_ALARM = (
    "BEGIN:VALARM\r\nACTION:DISPLAY\r\nDESCRIPTION:ring her\r\nTRIGGER:-PT2H\r\n"
    "END:VALARM\r\nEND:VEVENT\r\n"
)


class Entry(NamedTuple):
    """What a reader finds in an event."""

    day: date
    status: str
    title: str
    text: str
    alarms: int


def entries(data: bytes) -> dict[str, Entry]:
    """The events of a file by UID."""
    found = {}
    for event in icalendar.Calendar.from_ical(data).walk("VEVENT"):
        start: Any = event.get("DTSTART")
        found[str(event["UID"])] = Entry(
            start.dt.date() if hasattr(start.dt, "date") else start.dt,
            str(event["STATUS"]),
            str(event["SUMMARY"]),
            str(event.get("DESCRIPTION", "")),
            len(event.walk("VALARM")),
        )
    return found


def revised(data: bytes, plan: Plan, style: CalendarStyle) -> bytes:
    old = read_calendar(data, "A-17", plan.case.course)
    return revise_calendar(old, extended(old, plan), style, LATER).data


@pytest.mark.unmeasured
@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("because", ["died", "moved", "declined"])
def test_all_that_follows_the_end_is_cancelled(because: str, style: str) -> None:
    """Whatever was given keeps its day; a second revision changes no octet."""
    how = STYLES[style]
    plan = plan_of(given=GIVEN, ended="2026-01-09", because=because)
    data = revised(calendar_of(how, anaemia="severe"), plan, how)
    found = entries(data)
    assert {e.status for e in found.values() if e.day > date(2026, 1, 9)} == {
        "CANCELLED"
    }
    for name in ("loading-1", "loading-2", "loading-3"):
        assert found[uid("A-17", name)].status == "CONFIRMED"
    assert revised(data, plan, how) == data


@pytest.mark.unmeasured
@pytest.mark.parametrize("style", STYLES)
def test_the_calendar_of_a_patient_who_died_rings_no_more(style: str) -> None:
    """Neither our reminders nor those that a person added to an event to come."""
    how = STYLES[style]
    old = calendar_of(how, neuro="yes").decode().replace("END:VEVENT\r\n", OWN_ALARM)
    plan = plan_of(neuro="yes", given=GIVEN, ended="2026-01-20", because="died")
    found = entries(revised(old.encode(), plan, how))
    assert not any(e.alarms for e in found.values() if e.day >= date(2026, 1, 20))
    assert not any(e.alarms for e in entries(write_calendar(plan, how, NOW)).values())


def test_a_calendar_may_be_cancelled_whole_but_not_begin_so() -> None:
    """An ended treatment without a dose: a file that is there is brought up to date."""
    plan = plan_of(ended="2026-01-05", because="died")
    assert not list(plan.doses)
    found = entries(revised(calendar_of(), plan, style_of()))
    assert {e.status for e in found.values()} == {"CANCELLED"}
    assert not any(e.alarms for e in found.values())
    with pytest.raises(InputError) as caught:
        write_calendar(plan, style_of(), NOW)
    error = caught.value
    assert (error.field, error.message, error.hint) == (
        "calendar",
        "would hold no dose: treatment ended before the first",
        "write no new calendar; an earlier one is brought up to date",
    )


def test_an_end_that_is_taken_back_brings_every_event_back() -> None:
    """Under the same UIDs, so that nobody has two."""
    old = calendar_of()
    ended = revised(old, plan_of(ended="2026-01-07", because="moved"), style_of())
    again = entries(revised(ended, plan_of(), style_of()))
    before = entries(old)
    assert again.keys() == before.keys()
    assert {e.status for e in again.values()} == {"CONFIRMED"}


def test_early_labs_are_known_again_and_named_when_they_are_cancelled() -> None:
    """Anaemia that was stated by mistake leaves no lab behind."""
    old = calendar_of(anaemia="severe")
    found = entries(revised(old, plan_of(), style_of()))
    assert [
        found[uid("A-17", name)].title
        for name in ("lab-potassium", "lab-reticulocytes", "lab-8w")
    ] == [
        "CANCELLED: A-17: Labs on day 2",
        "CANCELLED: A-17: Labs at 1 week",
        "CANCELLED: A-17: Labs at 8 weeks",
    ]


@table(
    "fields",
    ("a dose", {"drug": "cyanocobalamin", "renal": "unknown"}),
    (
        "on maintenance",
        {
            "drug": "cyanocobalamin",
            "renal": "unknown",
            "last_dose": "2026-01-05",
        },
    ),
    ("with nerves", {"drug": "cyanocobalamin", "renal": "dialysis", "neuro": "yes"}),
)
def test_each_description_says_first_what_the_prescriber_set_aside(
    fields: dict[str, str],
) -> None:
    """Before every other caution, on every kind of event; a discreet file says none."""
    found = entries(calendar_of(style_of(), accept="RENAL-CYANO", **fields))
    assert found
    for entry in found.values():
        first = next(x for x in entry.text.splitlines() if x.startswith("Caution: "))
        assert "set aside by the prescriber" in first
        assert "RENAL-CYANO" in first
    discreet = calendar_of(STYLES["discreet"], accept="RENAL-CYANO", **fields)
    assert b"CYANO" not in discreet.upper()


@search(20)
@given(
    doses=st.integers(1, 6),
    wait=st.integers(1, 400),
    course=st.integers(2, 99),
    style=st.sampled_from(sorted(STYLES)),
    neuro=st.sampled_from(("yes", "no")),
)
def test_a_course_never_changes_a_byte_of_an_earlier_course_s_given_events(
    doses: int, wait: int, course: int, style: str, neuro: str
) -> None:
    """What was planned from the first day of the new course on is cancelled."""
    how = STYLES[style]
    days = [date(2026, 1, 5) + timedelta(2 * n) for n in range(doses)]
    known = {"given": ";".join(map(str, days)), "neuro": neuro}
    old = calendar_of(how, **known)
    start = days[-1] + timedelta(wait)
    plan = plan_of(start=str(start), neuro=neuro, course=str(course))
    new = revised(old, plan, how)
    events = old.split(b"BEGIN:VEVENT")[1:]
    given_events = [
        e
        for e in events
        for n in range(doses)
        if uid("A-17", f"loading-{n + 1}").encode() in e
    ]
    assert len(given_events) == doses
    assert all(
        event.removesuffix(b"END:VCALENDAR\r\n") in new for event in given_events
    )
    ours = {uid("A-17", event.id) for event in plan.events}
    for name, entry in entries(new).items():
        if name not in ours and entry.day >= start:
            assert entry.status == "CANCELLED"


def test_what_an_earlier_course_planned_after_its_end_is_cancelled() -> None:
    """Even if the file never heard of the end: nobody is to come for it."""
    old = calendar_of(given=GIVEN)
    first = EarlierCourse(
        1,
        Drug.HYDROXOCOBALAMIN,
        3,
        date(2026, 1, 5),
        date(2026, 1, 9),
        date(2026, 1, 12),
    )
    plan = replace(plan_of(start="2026-06-01", course="2"), earlier=(first,))
    found = entries(revised(old, plan, style_of()))
    status = {
        name: found[uid("A-17", name)].status
        for name in (
            "loading-3",
            "loading-4",
            "loading-5",
            "maintenance-1",
            "c2-loading-1",
        )
    }
    assert status == {
        "loading-3": "CONFIRMED",
        "loading-4": "CONFIRMED",
        "loading-5": "CANCELLED",
        "maintenance-1": "CANCELLED",
        "c2-loading-1": "CONFIRMED",
    }


COURSE = replace(
    plan_of(start="2026-06-01", course="2"),
    earlier=(
        EarlierCourse(1, Drug.HYDROXOCOBALAMIN, 0, None, None, date(2026, 1, 12)),
    ),
)
UNTOLD = plan_of(start="2026-06-01", course="2")
LAST = plan_of(start="", last_dose="2026-01-07")


def test_a_plan_that_is_worked_out_further_keeps_its_clinic_and_earlier_courses() -> (
    None
):
    """The file reaches to 5 January 2027, this plan for a month."""
    old = read_calendar(calendar_of(), "A-17", 2)
    plan = plan_of(start="2026-06-01", course="2", months="1", open="mon")
    longer = extended(old, replace(plan, earlier=COURSE.earlier))
    assert longer.until == date(2027, 1, 5)
    assert (longer.clinic, longer.earlier) == (plan.clinic, COURSE.earlier)


@table(
    "plan, name, day, done, past",
    ("before the end", COURSE, "loading-4", "20260111", False, True),
    ("on its day", COURSE, "loading-4", "20260112", False, True),
    ("after it", COURSE, "loading-5", "20260113", False, False),
    ("after it, but given", COURSE, "loading-5", "20260113", True, True),
    ("an examination before it", COURSE, "review-1", "20260112", False, True),
    ("no end is known", UNTOLD, "loading-5", "20260531", False, True),
    ("on the day of the new start", UNTOLD, "loading-5", "20260601", True, False),
    ("of the course itself", UNTOLD, "c2-loading-1", "20260531", True, False),
    ("of a later course", UNTOLD, "c3-loading-1", "20260531", True, False),
    ("no clear day", UNTOLD, "loading-5", "soon", True, False),
    ("given before the last dose", LAST, "loading-1", "20260105", True, True),
    ("given as the last dose", LAST, "loading-2", "20260107", True, True),
    ("given after it", LAST, "loading-3", "20260108", True, False),
    ("not given", LAST, "loading-1", "20260105", False, False),
    ("no dose", LAST, "review-1", "20260105", True, False),
    ("a name like a dose's", LAST, "load-1", "20260105", True, False),
)  # fmt: skip
def test_what_was_before_the_plan_stays_as_it_is(
    plan: Plan, name: str, day: str, done: bool, past: bool
) -> None:
    """An earlier course up to its end, and what was given up to the last dose."""
    said = "Why this day: first dose" + "\\; given" * done
    lines = ("BEGIN:VEVENT", f"DTSTART:{day}", f"DESCRIPTION:{said}", "END:VEVENT", "")
    part = replace(part_of("\r\n".join(lines)), event_id=name)
    assert is_past(part, plan, style_of()) is past


def test_the_day_on_which_a_dose_was_given_is_the_clinic_s() -> None:
    """20:00 UTC on 7 January is 09:00 on the next day in Auckland."""
    known = "DTSTART:20260107T200000Z\r\nDESCRIPTION:Why this day: first dose\\; given"
    text = f"BEGIN:VEVENT\r\nUID:x\r\n{known}\r\nEND:VEVENT\r\n"
    part = replace(part_of(text), event_id="loading-2")
    auckland, london = timed("Pacific/Auckland"), timed("Europe/London")
    assert not is_past(part, LAST, auckland)
    assert is_past(part, LAST, london)
    given = {date(2026, 1, 8): next(UNTOLD.doses)}
    assert stand_ins([part], (), given, "A-17", auckland).keys() == {"x"}
    assert not stand_ins([part], (), given, "A-17", london)


@table(
    "events, wanted, found",
    ("its own", ["loading-1 05"], "loading-1", {}),
    ("another's", ["loading-9 05"], "loading-1", {"loading-9": "loading-1"}),
    ("another's that is wanted", ["loading-9 05"], "loading-9", {}),
    ("two on a day", ["loading-9 05", "loading-8 05"], "", {"loading-9": "loading-1"}),
    ("its own, too", ["loading-9 05", "loading-1 05"], "loading-1", {}),
    ("a day without a dose", ["loading-9 06"], "", {}),
    ("a day that is not clear", ["loading-9 xx", "loading-8 05"], "",
     {"loading-8": "loading-1"}),
    ("no dose", ["review-1 05", "loading-9 05"], "", {"loading-9": "loading-1"}),
    ("another day's that is set free", ["loading-9 07", "loading-2 09"],
     "loading-2 loading-3", {"loading-9": "loading-2", "loading-2": "loading-3"}),
    ("one after another", ["loading-3 05", "loading-2 09", "loading-9 07"],
     "loading-1 loading-2 loading-3",
     {"loading-9": "loading-2", "loading-2": "loading-3", "loading-3": "loading-1"}),
)  # fmt: skip
def test_a_given_dose_has_one_event_that_of_its_day(
    events: list[str], wanted: str, found: dict[str, str]
) -> None:
    """Doses 1 to 3 were given on 5, 7 and 9 January; the file has these events."""
    parts = []
    for event in events:
        name, day = event.split()
        known = f"UID:{uid('A-17', name)}", f"DTSTART:202601{day}"
        text = "\r\n".join(["BEGIN:VEVENT", *known, "END:VEVENT", ""])
        parts.append(replace(part_of(text), event_id=name))
    given = {
        dose.date: dose for dose in plan_of(given=GIVEN).doses if dose.status == "given"
    }
    names = {uid("A-17", name) for name in wanted.split()}
    stands = stand_ins(parts, names, given, "A-17", style_of())
    assert {name: dose.id for name, dose in stands.items()} == {
        uid("A-17", name): dose for name, dose in found.items()
    }
