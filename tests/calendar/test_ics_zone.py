"""Times: the VTIMEZONE says what zoneinfo says, and impossible times are refused."""

from __future__ import annotations

import datetime as dt
import re
from bisect import bisect_right
from operator import itemgetter
from zoneinfo import ZoneInfo, available_timezones

import icalendar
import pytest
from dateutil.rrule import rrulestr
from hypothesis import assume, given
from hypothesis import strategies as st
from ics_cases import (
    LONG,
    NOW,
    ZONES,
    calendar_of,
    events_of,
    machine_in,
    search,
    style_of,
    timed,
    unfolded,
)
from spec import plan_of, table

from b12sched.errors import InputError
from b12sched.ics import notes, write_calendar
from b12sched.ics.zone import UTC_NAMES, observances, vtimezone

EVERY_ZONE = sorted(available_timezones() - {"Factory", "localtime"})
ZONES_TESTED = EVERY_ZONE if LONG else sorted({*ZONES, *EVERY_ZONE[::40]})
STEP = 1 if LONG else 11
YEARS = ((2026, 2027), (2025, 2076), (1971, 2007), (1935, 1955))
"""A usual plan, the longest, one across the changes of rules, and a war."""


def onsets(name: str, first: int, last: int) -> list[tuple[dt.datetime, dt.timedelta]]:
    """When each offset begins, by the parts of a VTIMEZONE (RFC 5545, 3.6.5).

    The rules are read with dateutil; independent of how they were found.
    """
    found = []
    end = dt.datetime(last + 1, 1, 1)  # noqa: DTZ001 a local time, as DTSTART is
    for part in observances(name, first, last):
        begin = part.wall
        days = [begin]
        if part.rule:
            days = rrulestr(part.rule, dtstart=begin).between(begin, end, inc=True)
        found += [(day, part.after) for day in days]
    return sorted(found)


@pytest.mark.unmeasured
@pytest.mark.parametrize("name", ZONES_TESTED)
def test_a_vtimezone_gives_the_offset_that_zoneinfo_gives(name: str) -> None:
    """At noon of days all over the years asked for, the days beside a change too."""
    zone = ZoneInfo(name)
    for first, last in YEARS:
        begins = onsets(name, first, last)
        begin, end = dt.date(first, 1, 1), dt.date(last, 12, 31)
        days = {begin + dt.timedelta(n) for n in range(0, (end - begin).days, STEP)}
        for change, _ in begins:
            days |= {change.date() + dt.timedelta(n) for n in (-1, 1)}
        for day in sorted(day for day in days if begin <= day <= end):
            noon = dt.datetime.combine(day, dt.time(12))
            stated = begins[bisect_right(begins, noon, key=itemgetter(0)) - 1][1]
            known = [
                noon.replace(tzinfo=zone, fold=fold).utcoffset() for fold in (0, 1)
            ]
            if known[0] == known[1]:  # some noons, and some days, did not exist
                assert stated == known[0], (name, day)


@table(
    "name, rule",
    ("Europe", "Europe/London", "19960331T010000 FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3"),
    ("America", "America/New_York", "20070311T020000 FREQ=YEARLY;BYDAY=2SU;BYMONTH=3"),
    ("the day before a Sunday", "America/Nuuk", "20240330T230000 FREQ=YEARLY;BYDAY=SA;"
     "BYMONTHDAY=24,25,26,27,28,29,30;BYMONTH=3"),
)  # fmt: skip
def test_a_present_rule_is_written_from_the_year_it_began(name: str, rule: str) -> None:
    """Dates of the laws: 1996 in Europe, 2007 in America, 2024 in Greenland."""
    spring = observances(name, 2026, 2027)[0]
    assert spring.kind == "DAYLIGHT"
    assert f"{spring.wall:%Y%m%dT%H%M%S} {spring.rule}" == rule
    assert observances(name, 2030, 2060)[0] == spring


def test_a_rule_is_not_written_from_before_the_first_year_of_rules(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Even if it is older: here Europe's rule, of 1996, with 2000 as that year."""
    monkeypatch.setattr("b12sched.ics.zone._FIRST_RULE_YEAR", 2000)
    assert observances("Europe/London", 2026, 2027)[0].wall.date() == dt.date(
        2000, 3, 26
    )


EUROPE = (
    "DAYLIGHT 19960331T010000 BST +0000 +0100 FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3",
    "STANDARD 19961027T020000 GMT +0100 +0000 FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10",
)


@table(
    "name, years, parts",
    ("a rule", "Europe/London", (2026, 2027), EUROPE),
    ("a rule from its second year", "Europe/London", (1997, 1997), EUROPE),
    (
        "the year in which a rule begins, and all before it one by one",
        "Europe/London",
        (1996, 1996),
        (
            "STANDARD 19950101T000000 GMT +0000 +0000",
            "DAYLIGHT 19950326T010000 BST +0000 +0100",
            "STANDARD 19951022T020000 GMT +0100 +0000",
            *EUROPE,
        ),
    ),
    (
        "years before any rule",
        "Europe/London",
        (1972, 1972),
        (
            "STANDARD 19710101T010000 BST +0100 +0100",
            "STANDARD 19711031T030000 GMT +0100 +0000",
            "DAYLIGHT 19720319T020000 BST +0000 +0100",
            "STANDARD 19721029T030000 GMT +0100 +0000",
            "DAYLIGHT 19730318T020000 BST +0000 +0100",
            "STANDARD 19731028T030000 GMT +0100 +0000",
        ),
    ),
    (
        "no change at all",
        "Asia/Kolkata",
        (2026, 2027),
        ("STANDARD 20250101T053000 IST +0530 +0530",),
    ),
    (
        "half an hour, south of the equator",
        "Australia/Lord_Howe",
        (2026, 2026),
        (
            "STANDARD 20080406T020000 +1030 +1100 +1030 "
            "FREQ=YEARLY;BYDAY=1SU;BYMONTH=4",
            "DAYLIGHT 20081005T020000 +11 +1030 +1100 FREQ=YEARLY;BYDAY=1SU;BYMONTH=10",
        ),
    ),
    (
        "seconds, west of Greenwich",
        "Africa/Monrovia",
        (1971, 1971),
        (
            "STANDARD 19691231T231530 MMT -004430 -004430",
            "DAYLIGHT 19720107T000000 GMT -004430 +0000",
        ),
    ),
    (
        "a change in January of the year before",
        "Africa/Monrovia",
        (1973, 1973),
        (
            "STANDARD 19711231T231530 MMT -004430 -004430",
            "DAYLIGHT 19720107T000000 GMT -004430 +0000",
        ),
    ),
    (
        "a change as that year begins",
        "America/Caracas",
        (1966, 1966),
        (
            "STANDARD 19641231T193000 -0430 -0430 -0430",
            "DAYLIGHT 19650101T000000 -04 -0430 -0400",
        ),
    ),
    (
        "a change in January of the second year after",
        "Africa/Monrovia",
        (1970, 1970),
        ("STANDARD 19681231T231530 MMT -004430 -004430",),
    ),
    (
        "a change as that year begins, after the last",
        "America/Caracas",
        (1963, 1963),
        ("STANDARD 19611231T193000 -0430 -0430 -0430",),
    ),
    (
        "the Friday before the last Sunday",
        "Asia/Jerusalem",
        (2030, 2030),
        (
            "DAYLIGHT 20130329T020000 IDT +0200 +0300 "
            "FREQ=YEARLY;BYDAY=FR;BYMONTHDAY=23,24,25,26,27,28,29;BYMONTH=3",
            "STANDARD 20131027T020000 IST +0300 +0200 "
            "FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10",
        ),
    ),
)
def test_the_parts_of_a_vtimezone_are_those_of_the_law(
    name: str, years: tuple[int, int], parts: tuple[str, ...]
) -> None:
    """Written out from the laws: when, called what, from and to which offset."""
    found = []
    for part in parts:
        kind, begin, called, before, after, *rule = part.split(" ")
        found += [f"BEGIN:{kind}", f"DTSTART:{begin}", *(f"RRULE:{r}" for r in rule)]
        found += [f"TZNAME:{called}", f"TZOFFSETFROM:{before}", f"TZOFFSETTO:{after}"]
        found += [f"END:{kind}"]
    head, end = ["BEGIN:VTIMEZONE", f"TZID:{name}"], ["END:VTIMEZONE", ""]
    assert vtimezone(name, *years).split("\r\n") == [*head, *found, *end]


@pytest.mark.unmeasured
@pytest.mark.parametrize("name", ZONES)
def test_no_vtimezone_has_dates_in_a_list(name: str) -> None:
    """RDATE is an hour off in desktop Outlook, ical.js and vobject."""
    assert "RDATE" not in vtimezone(name, 1950, 2060)


def test_a_zone_is_named_and_defined_once() -> None:
    """TZID in every event, and the VTIMEZONE that it names before them."""
    lines = unfolded(calendar_of(timed("America/New_York")))
    assert lines.count("TZID:America/New_York") == 1
    assert lines.index("END:VTIMEZONE") < lines.index("BEGIN:VEVENT")
    starts = [
        line for line in lines[lines.index("BEGIN:VEVENT") :] if "DTSTART" in line
    ]
    assert starts[0] == "DTSTART;TZID=America/New_York:20260105T090000"
    assert all(line.startswith("DTSTART;TZID=America/New_York:") for line in starts)


@pytest.mark.parametrize("name", sorted(UTC_NAMES & available_timezones()))
def test_utc_needs_no_zone(name: str) -> None:
    """Its times end in Z, under whatever name it is asked for."""
    data = calendar_of(timed(name))
    assert b"TZID" not in data
    assert unfolded(data).index("BEGIN:VEVENT") == 6  # behind the six lines of the head
    assert b"DTSTART:20260105T090000Z\r\nDTEND:20260105T091500Z\r\n" in data


def test_a_timed_event_takes_time() -> None:
    """All-day events leave the day free; a timed one is busy for its duration."""
    event = next(iter(events_of(calendar_of(timed("UTC", duration="40"))).values()))
    assert event["TRANSP"] == "OPAQUE"
    assert event["DTEND"] == "20260105T094000Z"


# --- times that the clocks skip or repeat -------------------------------------------

GAP = {"start": "2026-03-29", "open": "sun", "months": "2"}
TWICE = {"start": "2026-10-25", "open": "sun", "months": "2"}


def test_a_time_that_a_clinic_day_does_not_have_is_refused() -> None:
    """01:30 on Sun 2026-03-29 in London: the clocks go from 01:00 to 02:00."""
    with pytest.raises(InputError) as caught:
        calendar_of(timed("Europe/London", "01:30"), **GAP)
    error = caught.value
    assert (error.field, error.value) == ("time", "01:30")
    assert error.message == (
        "01:30 does not exist on Sun 2026-03-29 in Europe/London: the clocks go forward"
    )
    assert error.hint == "choose another --time, or close that day with --closed"
    calendar_of(timed("Europe/London", "02:00"), **GAP)
    calendar_of(timed("Europe/London", "00:59"), **GAP)


def test_a_gap_on_a_day_without_an_event_is_none_of_ours() -> None:
    """Only clinic days count: without Sundays nobody meets the gap."""
    calendar_of(timed("Europe/London", "01:30"), start="2026-03-23", open="mon-sat")


def test_of_a_time_that_comes_twice_the_first_is_taken_and_said() -> None:
    """01:30 on Sun 2026-10-25 in London: first in summer time, which is UTC + 1."""
    style = timed("Europe/London", "01:30")
    plan = plan_of(**TWICE)
    assert notes(plan, style) == (
        "01:30 comes twice on Sun 2026-10-25 in Europe/London: the first is meant",
    )
    data = write_calendar(plan, style, NOW)
    first = icalendar.Calendar.from_ical(data).events[0].start
    assert utc(first) == dt.datetime(2026, 10, 25, 0, 30, tzinfo=dt.UTC)
    assert notes(plan, timed("Europe/London", "09:00")) == ()
    assert notes(plan, timed("Europe/London", "02:00")) == ()
    assert notes(plan, style_of()) == ()


@table(
    "minutes, end",
    ("before the clocks go back", "20", "DTEND;TZID=Europe/London:20261025T015000"),
    ("after it, in the hour that comes twice", "45", "DTEND:20261025T011500Z"),
    ("after it", "90", "DTEND;TZID=Europe/London:20261025T020000"),
)
def test_a_duration_is_kept_when_the_clocks_go_back(minutes: str, end: str) -> None:
    """An end in the repeated hour would be read as the first: it is written in UTC."""
    style = timed("Europe/London", "01:30", duration=minutes)
    assert end in unfolded(calendar_of(style, **TWICE))


def test_no_time_is_the_machine_s_own() -> None:
    """Neither a stamp nor an end that is written in UTC."""
    style = timed("Europe/London", "01:30", duration="45")
    with machine_in("Asia/Tokyo"):
        assert dt.datetime(2026, 1, 5).astimezone().utcoffset() == dt.timedelta(hours=9)
        lines = unfolded(calendar_of(style, **TWICE))
    assert "DTSTAMP:20260105T123045Z" in lines
    assert "DTEND:20261025T011500Z" in lines


def utc(moment: dt.date) -> dt.datetime:
    assert isinstance(moment, dt.datetime)
    return moment.astimezone(dt.UTC)


@search(20)
@given(
    st.dates(dt.date(1985, 1, 1), dt.date(2045, 1, 1)),
    st.sampled_from(ZONES),
    st.times().map(lambda time: f"{time:%H:%M}"),
    st.integers(1, 1440),
)
def test_every_event_is_at_the_instant_that_zoneinfo_gives(
    start: dt.date, zone: str, time: str, minutes: int
) -> None:
    """Read back with icalendar from the file's own VTIMEZONE, under a made-up name."""
    style = timed(zone, time, duration=str(minutes))
    plan = plan_of(start=start.isoformat(), months="9")
    try:
        data = write_calendar(plan, style, NOW)
    except InputError as refusal:
        assume("does not exist" not in refusal.message)
        raise
    if zone not in UTC_NAMES:
        # Under its IANA name a reader would not look at the VTIMEZONE at all.
        data = re.sub(rb"TZID([:=])[A-Za-z_/]+", rb"TZID\g<1>x-made-up", data)
    icalendar.timezone.tzp.use_zoneinfo()  # forgets the zone of the last example
    read = icalendar.Calendar.from_ical(data).events
    assert len(read) == len(plan.events)
    for event, known in zip(read, plan.events, strict=True):
        local = dt.datetime.combine(known.date, dt.time.fromisoformat(time))
        assert utc(event.start) == utc(local.replace(tzinfo=ZoneInfo(zone)))
        assert utc(event.end) - utc(event.start) == dt.timedelta(minutes=minutes)
