"""Corners of the calendar that no ordinary plan comes to."""

from __future__ import annotations

import datetime as dt

from spec import table

from b12sched import Case, Clinic, build
from b12sched.ics import (
    CalendarStyle,
    read_calendar,
    revise_calendar,
    uid,
    write_calendar,
)
from b12sched.ics import zone as zones
from b12sched.ics.event import EventContent, cancelled

STAMP = dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.UTC)
LATER = dt.datetime(2026, 2, 2, 3, 4, 5, tzinfo=dt.UTC)
NONE, HOUR = dt.timedelta(0), dt.timedelta(hours=1)
ROW = {"patient": "A-17", "start": "2026-01-05", "renal": "normal"}


def test_an_assessment_that_falls_away_is_cancelled_by_its_own_name() -> None:
    """Without neurology there is no assessment; the file says which was cancelled."""
    style = CalendarStyle()
    before = build(Case.parse({**ROW, "neuro": "yes"}), Clinic())
    after = build(Case.parse({**ROW, "neuro": "no"}), Clinic())
    old = read_calendar(write_calendar(before, style, STAMP), "A-17")
    text = revise_calendar(old, after, style, LATER).data.decode()
    assert "SUMMARY:CANCELLED: A-17: Assessment of recovery at 6 months\r\n" in text
    assert "SUMMARY:CANCELLED: A-17: Neurological examination 3\r\n" in text


@table(
    "name, called, category",
    ("a loading dose", "loading-12", "Loading dose 12", "B12 injection"),
    ("a maintenance dose", "maintenance-1", "Maintenance dose 1", "B12 injection"),
    ("an examination", "review-3", "Neurological examination 3", "B12 examination"),
    ("a laboratory", "lab-12m", "Labs at 12 months", "B12 laboratory"),
    (
        "an assessment",
        "assessment-6m",
        "Assessment of recovery at 6 months",
        "B12 assessment",
    ),
)
def test_what_is_cancelled_says_what_it_was(
    name: str, called: str, category: str
) -> None:
    """By its name alone; with neither alarm nor time taken up."""
    when = "DTSTART;VALUE=DATE:20260105"
    assert cancelled("A-17", name, CalendarStyle(), when) == EventContent(
        uid=uid("A-17", name),
        summary=f"SUMMARY:CANCELLED: A-17: {called}",
        when=when,
        category=f"CATEGORIES:{category}",
        visibility="CLASS:PRIVATE",
        description=(
            "DESCRIPTION:To do: nothing: this is no longer in the plan.\\nNotes:"
        ),
        status="STATUS:CANCELLED",
        transparency="TRANSP:TRANSPARENT",
        alarms="",
    )
    discreet = cancelled("A-17", name, CalendarStyle(discreet=True), when)
    assert discreet.summary == "SUMMARY:CANCELLED: Appointment"
    assert discreet.category == "CATEGORIES:Appointment"
    assert discreet.description == "DESCRIPTION:Notes:"


def test_an_event_that_somebody_blew_up_is_written_anew() -> None:
    """Hundreds of lines of ours are not judged one by one: the plan is right."""
    style = CalendarStyle()
    plan = build(Case.parse({**ROW, "neuro": "no"}), Clinic())
    data = write_calendar(plan, style, STAMP)
    many = b"SUMMARY:something else\r\n" * 300
    blown_up = data.replace(b"BEGIN:VEVENT\r\n", b"BEGIN:VEVENT\r\n" + many, 1)
    revision = revise_calendar(read_calendar(blown_up, "A-17"), plan, style, LATER)
    assert (revision.changed, revision.unchanged) == (1, len(plan.events) - 1)
    assert b"something else" not in revision.data


@table(
    "count, others",
    ("a fortnight later in one year", 28, "2026-04-19T02:00"),
    ("a week later in one year", 28, "2026-04-12T02:00"),
    ("an hour later in one year", 28, "2026-04-05T03:00"),
    ("on another weekday in one year", 28, "2026-04-06T02:00"),
    ("in another month in one year", 28, "2026-05-03T02:00"),
    ("not in every year", 27, "2026-04-05T02:00"),
    ("twice in one year", 29, "2026-04-05T02:00"),
    ("never", 0, ""),
)
def test_a_zone_whose_day_is_not_the_same_every_year_has_no_rule(
    count: int, others: str
) -> None:
    """It gets its changes one by one, never a rule that is wrong some year."""
    moments = ["2026-04-05T02:00"] * 28
    moments = [*moments, others][1:] if count == 28 else moments * 2
    changes = [
        zones.Observance(dt.datetime.fromisoformat(at), NONE, HOUR, "BST")
        for at in moments[:count]
    ]
    assert zones._half(changes) is None


@table(
    "days, rule",
    ("always the fifth", ("05",), "BYDAY=SU;BYMONTHDAY=5,6,7,8,9,10,11"),
    ("the first", ("01", "07"), "BYDAY=1SU"),
    ("the second", ("08", "14"), "BYDAY=2SU"),
    ("the fourth", ("22", "28"), "BYDAY=4SU"),
    ("the last", ("24", "30"), "BYDAY=-1SU"),
    ("the one after the first day", ("02", "08"), "BYDAY=SU;BYMONTHDAY=2,3,4,5,6,7,8"),
)
def test_a_zone_whose_day_is_the_same_every_year_has_a_rule(
    days: tuple[str, ...], rule: str
) -> None:
    """Sundays of April, the earliest and the latest that there are in 28 years."""
    sundays = {
        *("2026-04-05", "2018-04-01", "2024-04-07", "2018-04-08", "2024-04-14"),
        *("2018-04-22", "2024-04-28", "2022-04-24", "2017-04-30", "2017-04-02"),
    }
    found = [day for day in sundays if day[-2:] in days] * 28
    changes = [
        zones.Observance(dt.datetime.fromisoformat(f"{day}T02:00"), NONE, HOUR, "BST")
        for day in found[:28]
    ]
    half = zones._half(changes)
    assert half is not None
    assert half.text == f"FREQ=YEARLY;{rule};BYMONTH=4"
    assert (half.before, half.after) == (NONE, HOUR)
