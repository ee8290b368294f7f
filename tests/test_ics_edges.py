"""Corners of the calendar that no ordinary plan comes to."""

from __future__ import annotations

import datetime as dt

from b12sched import Case, Clinic, build
from b12sched.ics import (
    CalendarStyle,
    read_calendar,
    revise_calendar,
    write_calendar,
)
from b12sched.ics import zone as zones

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
