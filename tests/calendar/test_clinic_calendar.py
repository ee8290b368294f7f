"""A new clinic's calendar: its events, its words, who is who in it."""

from __future__ import annotations

import datetime as dt
import itertools
import re
import uuid

import icalendar
import pytest
import recurring_ical_events  # type: ignore[import-untyped]  # it has no types
from ics_cases import NOW, events_of, style_of, texts_of, timed, triggers_of, unfolded
from list_cases import ODD_REFERENCES, WEEK, Fields, visits, window
from spec import day, table
from test_ics_readers import by_icalendar, by_vobject
from test_ics_write import TELLING, lint

from b12sched.errors import InputError
from b12sched.ics import CalendarStyle, uid
from b12sched.ics.clinic import notes, write_clinic
from b12sched.ics.folding import unescape
from b12sched.plan.identity import (
    CLINIC,
    calendar_name,
    day_name,
    event_ids,
    is_ours,
    visit_name,
    visit_names,
)

STYLES = (
    *(style_of(), style_of(discreet="yes", class_="public"), style_of(remind="none")),
    *(timed("Europe/London", remind="2h;1d"), timed("UTC"), timed("Asia/Kolkata")),
)
every_style = pytest.mark.parametrize("style", STYLES)
both = pytest.mark.parametrize("each", [False, True])

TWO: tuple[Fields, ...] = ({"patient": "A-17"}, {"patient": "B-2"})
"""Standard courses from Monday 5 January 2026: doses on the 5th, 7th and 9th."""

JUNE: tuple[Fields, ...] = (
    {"patient": "N", "start": "2026-03-01", "neuro": "yes", "loading_weeks": "27"},
    {"patient": "M", "last_dose": "2026-04-01"},
)
"""On 1 June 2026 N has labs, an examination and a dose, M a maintenance dose."""

FIRST = ("2026 Jun 1", "2026 Jun 1")
LATE: Fields = {"patient": "L", "last_dose": "2025-10-20"}
"""The next dose is due on Saturday 20 December 2025."""


def calendar_of(
    *rows: Fields,
    days: tuple[str, str] = WEEK,
    style: CalendarStyle | None = None,
    each: bool = False,
    as_of: str | None = None,
) -> bytes:
    """A new calendar of a cohort's worklist."""
    found = visits(*rows, days=days, as_of=as_of)
    return write_clinic(found, window(*days), style or style_of(), NOW, each=each)


# --- one event a day ----------------------------------------------------------------


def test_a_day_is_one_event_that_lists_its_visits() -> None:
    """All day; each line of the description is something to do for somebody."""
    found = events_of(calendar_of(*TWO))
    assert [event["DTSTART;VALUE=DATE"] for event in found.values()] == [
        "20260105",
        "20260107",
        "20260109",
    ]
    event = found[day_name(day("2026 Jan 7"))]
    assert event == {
        "SUMMARY": "B12 visits: 2",
        "DTSTART;VALUE=DATE": "20260107",
        "DTEND;VALUE=DATE": "20260108",
        "DTSTAMP": "20260105T123045Z",
        "UID": day_name(day("2026 Jan 7")),
        "SEQUENCE": "0",
        "CATEGORIES": "B12 injection",
        "CLASS": "PRIVATE",
        "DESCRIPTION": (
            "To do: A-17: Loading dose 2: hydroxocobalamin 1 mg IM\\n"
            "To do: B-2: Loading dose 2: hydroxocobalamin 1 mg IM\\nNotes:"
        ),
        "LAST-MODIFIED": "20260105T123045Z",
        "STATUS": "CONFIRMED",
        "TRANSP": "TRANSPARENT",
    }


def test_a_patient_with_several_things_to_do_is_one_visit() -> None:
    """Counted once; every thing has its line, in the order in which it is done."""
    (event,) = events_of(calendar_of(*JUNE, days=FIRST)).values()
    assert event["SUMMARY"] == "B12 visits: 2"
    assert event["DESCRIPTION"] == (
        "To do: M: Maintenance dose 1: hydroxocobalamin 1 mg IM\\n"
        "To do: N: Labs at 3 months: serum B12 + FBC + homocysteine\\n"
        "To do: N: Neurological examination 13\\n"
        "To do: N: Loading dose 47: hydroxocobalamin 1 mg IM\\nNotes:"
    )


def test_a_day_without_a_dose_is_in_the_category_of_its_first_thing() -> None:
    """Labs of a standard course, three months after 5 January."""
    days = ("2026 Apr 5", "2026 Apr 5")
    (event,) = events_of(calendar_of({}, days=days)).values()
    assert event["CATEGORIES"] == "B12 laboratory"


# --- one event a visit --------------------------------------------------------------


def test_each_visit_can_be_an_event() -> None:
    """For whom and what is done; of several things only what they are."""
    found = events_of(calendar_of(*JUNE, days=FIRST, each=True))
    assert [event["SUMMARY"] for event in found.values()] == [
        "M: Maintenance dose 1: hydroxocobalamin 1 mg IM",
        "N: Labs at 3 months + Neurological examination 13 + Loading dose 47",
    ]
    both_of_n = found[visit_name("N", "lab-3m")]
    assert both_of_n["CATEGORIES"] == "B12 injection"
    assert both_of_n["DESCRIPTION"].startswith("To do: Labs at 3 months: serum B12")
    assert both_of_n["DESCRIPTION"].count("To do: ") == 3
    assert visit_name("M", "maintenance-1") in found


# --- how sure, how late -------------------------------------------------------------

PROVISIONAL: Fields = {"patient": "P", "neuro": "yes"}
"""No plateau: 30 March 2026 is assumed, and the next dose is on 30 May."""

SURE: Fields = {"patient": "S", "last_dose": "2026-03-30"}
MAY = ("2026 May 30", "2026 May 30")


@both
def test_what_rests_on_an_assumed_plateau_is_tentative(each: bool) -> None:
    """A day is, if all its visits are; the words say which."""
    (event,) = events_of(calendar_of(PROVISIONAL, days=MAY, each=each)).values()
    assert event["STATUS"] == "TENTATIVE"
    whose = "P: " if each else ""
    assert event["SUMMARY"].startswith(f"{whose}PROVISIONAL: ")
    assert "hydroxocobalamin 1 mg IM (provisional)\\nNotes:" in event["DESCRIPTION"]
    (whole,) = events_of(calendar_of(PROVISIONAL, SURE, days=MAY)).values()
    assert (whole["STATUS"], whole["SUMMARY"]) == ("CONFIRMED", "B12 visits: 2")
    assert whole["DESCRIPTION"].count("provisional") == 1


@table(
    "as_of, said",
    ("a day", "2025 Dec 21", "1 day overdue"),
    ("16 days", "2026 Jan 5", "16 days overdue"),
)
def test_an_overdue_dose_stands_on_the_day_on_which_it_is_to_be_given(
    as_of: str, said: str
) -> None:
    """Not on the day on which it was due."""
    (event,) = events_of(calendar_of(LATE, days=(as_of, as_of), as_of=as_of)).values()
    assert event["DTSTART;VALUE=DATE"] == day(as_of).isoformat().replace("-", "")
    assert f"({said}\\, due Sat 2025-12-20)" in event["DESCRIPTION"]


def test_a_day_goes_by_patient_whoever_is_overdue() -> None:
    """In the worklist L, 16 days overdue, is the first."""
    found = events_of(calendar_of(LATE, *TWO, as_of="2026 Jan 5"))
    tasks = found[day_name(day("2026 Jan 5"))]["DESCRIPTION"].split("To do: ")
    assert [task[:2] for task in tasks[1:]] == ["A-", "B-", "L:"]
    assert len(found) == 3


def test_a_sample_comes_before_a_dose_that_is_overdue() -> None:
    """In the worklist the dose, due on 16 March, is before all else."""
    loaded, april = {"given_through": "2026-01-16"}, ("2026 Apr 5", "2026 Apr 5")
    days = events_of(calendar_of(loaded, days=april, as_of="2026 Apr 5"))
    (event,) = days.values()
    labs, dose = event["DESCRIPTION"].split("To do: A-17: ")[1:]
    assert labs.startswith("Labs at 3 months")
    assert dose.startswith("Maintenance dose 1")
    data = calendar_of(loaded, days=april, as_of="2026 Apr 5", each=True)
    (visit,) = events_of(data).values()
    assert visit["UID"] == visit_name("A-17", "lab-3m")
    assert visit["SUMMARY"] == "A-17: Labs at 3 months + Maintenance dose 1"


@table(
    "rows, said",
    ("one", (LATE,), "1 overdue dose"),
    ("two", (LATE, LATE | {"patient": "K"}), "2 overdue doses"),
)
def test_what_is_overdue_and_outside_the_window_is_not_in_it_but_said(
    rows: tuple[Fields, ...], said: str
) -> None:
    """As of 1 February they are to be given that day, after the window's week."""
    found = visits(*rows, as_of="2026 Feb 1")
    assert len(found) == len(rows)
    (note,) = notes(found, window(*WEEK), style_of())
    assert note == (f"not in the calendar: {said}, on clinic days outside the window")
    with pytest.raises(InputError):
        calendar_of(*rows, as_of="2026 Feb 1")


def test_without_anything_to_say_there_is_no_note() -> None:
    """All visits are in the window, and no time comes twice."""
    for style in STYLES:
        assert list(notes(visits(*TWO), window(*WEEK), style)) == []


def test_a_time_that_comes_twice_is_told_and_one_that_does_not_come_refused() -> None:
    """London's clocks go back on 25 October 2026 at 02:00, forward on 29 March."""
    style = timed("Europe/London", "01:30")
    october = ("2026 Oct 25", "2026 Oct 25")
    row = {"start": "2026-10-25"}
    assert list(notes(visits(row, days=october), window(*october), style)) == [
        "01:30 comes twice on Sun 2026-10-25 in Europe/London: the first is meant"
    ]
    march = ("2026 Mar 29", "2026 Mar 29")
    with pytest.raises(InputError, match="2026-03-29"):
        calendar_of({"start": "2026-03-29"}, days=march, style=style)


def test_a_calendar_without_a_visit_is_refused() -> None:
    """It would tell nobody anything."""
    with pytest.raises(InputError) as caught:
        calendar_of({"start": "2027-01-05"})
    error = caught.value
    assert (error.field, error.value) == ("from", "2026-01-05")
    assert error.message == (
        "nobody comes from Mon 2026-01-05 to Sun 2026-01-11: "
        "the calendar would be empty"
    )
    assert error.hint == "choose other days, or check the cohort"


# --- style --------------------------------------------------------------------------


@pytest.mark.unmeasured
@both
@every_style
def test_no_calendar_breaks_a_rule_of_the_format(
    style: CalendarStyle, each: bool
) -> None:
    """Nor do two readers complain, and they see every day and every text."""
    data = calendar_of(*TWO, style=style, each=each)
    assert list(lint(data)) == []
    assert b"RRULE" not in data[data.index(b"BEGIN:VEVENT") :]
    seen = by_icalendar(data)
    assert by_vobject(data) == seen
    found = events_of(data)
    assert set(seen) == set(found)
    for name, event in seen.items():
        assert event.summary == unescape(found[name]["SUMMARY"])
        assert event.description == unescape(found[name]["DESCRIPTION"])
        assert event.alarms == (event.summary,) * len(style.reminders)


@both
def test_time_class_and_reminders_are_those_of_a_patient_s_calendar(each: bool) -> None:
    """At 09:00 in London for 15 minutes, confidential, reminded two hours before."""
    style = timed("Europe/London", remind="2h", class_="confidential")
    data = calendar_of({}, style=style, each=each)
    assert data.count(b"BEGIN:VTIMEZONE") == 1
    event = next(iter(events_of(data).values()))
    assert event["DTSTART;TZID=Europe/London"] == "20260105T090000"
    assert event["DTEND;TZID=Europe/London"] == "20260105T091500"
    assert (event["CLASS"], event["TRANSP"]) == ("CONFIDENTIAL", "OPAQUE")
    assert set(triggers_of(data).values()) == {"-PT2H"}
    assert set(triggers_of(calendar_of({}, each=each)).values()) == {"-PT15H"}


@both
def test_a_month_view_shows_each_event_on_its_day(each: bool) -> None:
    """recurring-ical-events expands as a month view does."""
    calendar = icalendar.Calendar.from_ical(calendar_of(*TWO, each=each))
    found = recurring_ical_events.of(calendar).at((2026, 1))
    days = sorted(event.start for event in found)
    count = 2 if each else 1
    assert days == sorted(
        [dt.date(2026, 1, 5), dt.date(2026, 1, 7), dt.date(2026, 1, 9)] * count
    )


@both
def test_a_discreet_calendar_tells_nothing(each: bool) -> None:
    """Neither what is done nor for whom; how many come is left."""
    style = style_of(discreet="yes")
    data = calendar_of(*JUNE, PROVISIONAL, LATE, days=FIRST, style=style, each=each)
    said = texts_of(data)
    assert not TELLING.search(said)
    assert not re.search(r"\b[NMPL]\b", said)
    titles = {event["SUMMARY"] for event in events_of(data).values()}
    assert titles == ({"Appointment"} if each else {"Appointments: 2"})
    assert "X-WR-CALNAME:Appointments" in unfolded(data)
    assert "X-WR-CALNAME:B12 visits" in unfolded(calendar_of(*JUNE, days=FIRST))


@pytest.mark.unmeasured
@both
@pytest.mark.parametrize("patient", [*ODD_REFERENCES, "a;b,c\\N\\n^'x", "SUMMARY:x"])
def test_a_reference_is_a_text_and_nothing_else(patient: str, each: bool) -> None:
    """No property, no separator, no line break."""
    data = calendar_of({"patient": patient}, each=each)
    assert list(lint(data)) == []
    event = by_icalendar(data)[
        visit_name(patient, "loading-1") if each else day_name(day("2026 Jan 5"))
    ]
    assert patient in (event.summary if each else event.description)


# --- identity -----------------------------------------------------------------------


def test_a_name_is_for_ever() -> None:
    """Changing how it is made would double every event in every program."""
    assert day_name(day("2026 Jan 5")) == "9698b949-ba4b-83da-a098-fe62768224f7"
    assert visit_name("A-17", "loading-1") == "eb0f1580-9344-879f-8b84-92d85c32fcd8"
    assert CLINIC == "3885b77b-0620-806b-9d65-35181b2e87ab"


def test_a_day_keeps_its_name_whoever_comes() -> None:
    """Another cohort, another number of visits, another style."""
    one = set(events_of(calendar_of(*TWO)))
    assert one == set(events_of(calendar_of({"patient": "Z"}, style=STYLES[1])))
    assert len(one) == 3


def test_a_visit_s_name_is_that_of_the_first_thing_done() -> None:
    """The dose alone is another visit than the labs with it."""
    with_labs = set(events_of(calendar_of(JUNE[0], days=FIRST, each=True)))
    assert with_labs == {visit_name("N", "lab-3m")}
    assert visit_name("N", "lab-3m") != visit_name("N", "loading-47")


def test_no_name_is_one_of_a_patient_s_own_calendar() -> None:
    """In one program they would overwrite each other."""
    ids = [f"{what}-{n}" for what in ("loading", "review") for n in range(1, 200)]
    clinic = {visit_name("A-17", name) for name in ids}
    patient = {uid("A-17", name) for name in ids}
    assert len(clinic) == len(patient) == len(ids)
    assert not clinic & patient
    assert {uuid.UUID(name).version for name in clinic} == {8}
    assert {uuid.UUID(name).variant for name in clinic} == {uuid.RFC_4122}
    assert all(map(is_ours, clinic))
    assert not any(map(is_ours, patient))
    assert calendar_name("A-17") != CLINIC


@pytest.mark.unmeasured
@table(
    "course, name, known",
    ("a dose", 1, "loading-3", True),
    ("one of maintenance", 1, "maintenance-4", True),
    ("an examination", 1, "review-1", True),
    ("one of a long plan", 1, "loading-5", True),
    ("the last that is tried", 1, "review-7", True),
    ("one more", 1, "loading-8", False),
    ("no number", 1, "loading-0", False),
    ("labs", 1, "lab-12m", True),
    ("labs that no plan has", 1, "lab-4m", False),
    ("early labs", 1, "lab-potassium", True),
    ("the assessment", 1, "assessment-6m", True),
    ("this course", 3, "c3-review-7", True),
    ("the first course", 3, "loading-1", True),
    ("one before", 3, "c2-loading-7", True),
    ("early labs of it", 3, "c2-lab-8w", True),
    ("a later course", 1, "c2-loading-4", True),
    ("many doses of it", 1, "c2-loading-5", False),
    ("its assessment", 1, "c2-assessment-6m", True),
    ("the last course", 1, "c99-maintenance-4", True),
    ("a course that nobody has", 1, "c100-loading-1", False),
)
def test_the_events_of_a_patient_are_known_by_their_names(
    course: int, name: str, known: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of every course; of later ones only the first numbers are tried."""
    monkeypatch.setattr("b12sched.plan.identity._FEW_EVENTS", 4)
    monkeypatch.setattr("b12sched.plan.identity._MOST_EVENTS", 6)
    found = {uid("A-17", name): name} if known else {}
    assert event_ids({uid("A-17", name)}, "A-17", course) == found
    assert event_ids({uid("B", name)}, "A-17", course) == {}


def test_names_of_other_origin_are_left_out() -> None:
    """Ours are found beside them."""
    ours = {uid("A-17", name): name for name in ("loading-2", "c2-lab-3m", "review-1")}
    assert event_ids({*ours, "tea", uid("A-17", "loading-1") + "0"}, "A-17", 1) == ours


@table(
    "course, name, known",
    ("a dose", 1, "loading-1", True),
    ("the highest number", 1, "maintenance-400", True),
    ("one more", 1, "maintenance-401", False),
    ("no number", 1, "loading-0", False),
    ("labs", 1, "lab-3m", True),
    ("a later course", 1, "c2-loading-1", False),
    ("that course", 2, "c2-loading-1", True),
    ("early labs of it", 2, "c2-lab-reticulocytes", True),
    ("an earlier one", 2, "loading-1", False),
)
def test_the_visits_of_a_patients_course_are_known(
    course: int, name: str, known: bool
) -> None:
    """Up to 400 of a kind, by the first event of each."""
    assert (visit_name("A-17", name) in visit_names("A-17", course)) is known


def test_a_name_says_by_itself_that_it_is_ours() -> None:
    """A single character that is another one and it is not."""
    name = day_name(day("2026 Jan 5"))
    assert is_ours(name)
    changed = {
        name[:at] + digit + name[at + 1 :]
        for at, digit in itertools.product(range(36), "0123456789abcdef-")
        if name[at] != digit
    }
    assert not [each for each in changed if is_ours(each)]
    assert not is_ours(name.upper())
    assert not is_ours(name + "x")
    assert not is_ours("")
