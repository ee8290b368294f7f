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
from b12sched.ics.event import Content, cancelled

STAMP = dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.UTC)
LATER = dt.datetime(2026, 2, 2, 3, 4, 5, tzinfo=dt.UTC)
ROW = {"patient": "A-17", "start": "2026-01-05", "renal": "normal"}


def test_an_assessment_that_falls_away_is_cancelled_by_its_own_name() -> None:
    """Without neurology there is no assessment; the file says which was cancelled."""
    style = CalendarStyle()
    before = build(Case.parse({**ROW, "neuro": "yes"}), Clinic())
    after = build(Case.parse({**ROW, "neuro": "no"}), Clinic())
    old = read_calendar(write_calendar(before, style, STAMP), "A-17")
    text = revise_calendar(old, after, style, LATER).data.decode()
    assert "SUMMARY:CANCELLED: Assessment of recovery at 6 months (A-17)\r\n" in text
    assert "SUMMARY:CANCELLED: Neurological examination 3 (A-17)\r\n" in text


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
    assert cancelled("A-17", name, CalendarStyle(), when) == Content(
        uid=uid("A-17", name),
        summary=f"SUMMARY:CANCELLED: {called} (A-17)",
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


def test_a_zone_whose_day_wanders_over_more_than_a_week_has_no_rule() -> None:
    """Such a zone gets its changes one by one, never a rule that is wrong some year."""
    hour = dt.timedelta(hours=1)
    sundays = [dt.datetime.fromisoformat(f"2026-04-{day}T02:00") for day in ("05", 19)]
    changes = [
        zones.Change(sundays[year % 2], dt.timedelta(0), hour, "BST")
        for year in zones._RULE_YEARS
    ]
    assert zones._half(changes) is None
    assert zones._half([changes[0]] * len(changes)) is not None
