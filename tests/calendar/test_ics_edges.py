"""Corners of the calendar that no ordinary plan comes to."""

from __future__ import annotations

import datetime as dt

import pytest
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
from b12sched.ics.description import _without_tags as without_tags
from b12sched.ics.description import plain_text
from b12sched.ics.event import EventContent, cancelled
from b12sched.ics.read import Part, part_of
from b12sched.ics.values import (
    categories,
    day_of,
    description_of,
    is_cancelled,
    is_copy,
    rings,
    span,
)

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
    ("an early one", "lab-potassium", "Labs on day 2", "B12 laboratory"),
    ("of a later course", "c2-loading-3", "Loading dose 3", "B12 injection"),
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


# --- what a program may write in an event -------------------------------------------


def event_of(*lines: str) -> Part:
    return part_of("\r\n".join(["BEGIN:VEVENT", *lines, "END:VEVENT", ""]))


@table(
    "name, own, hour",
    ("an IANA name", "Asia/Tokyo", "Europe/London", 0),
    ("small letters", "asia/tokyo", "Europe/London", 8),
    ("in quotation marks", '"Asia/Tokyo"', "Europe/London", 0),
    ("behind a program's prefix", "/freeassociation.example/Asia/Tokyo", "UTC", 0),
    ("behind five words", "a/b/c/d/e/Asia/Tokyo", "UTC", 0),
    ("behind six", "a/b/c/d/e/f/Asia/Tokyo", "UTC", 9),
    ("Windows' name", "Tokyo Standard Time", "Europe/London", 0),
    ("UTC", "UTC", "Asia/Tokyo", 9),
    ("UTC in a program's words", "tzone://Microsoft/Utc", "Asia/Tokyo", 9),
    ("UTC in Windows' words", "(UTC) Coordinated Universal Time", "Asia/Tokyo", 9),
    ("its letter", "z", "Asia/Tokyo", 9),
    ("Zulu", "Zulu", "Asia/Tokyo", 9),
    ("an offset", "+0200", "Asia/Tokyo", 7),
    ("an offset of one digit", "UTC+2", "Asia/Tokyo", 7),
    ("west", "gmt-03:00", "Asia/Tokyo", 12),
    ("half an hour", "UTC+05:30", "Asia/Tokyo", 3.5),
    ("half an hour west", "-0330", "Asia/Tokyo", 12.5),
    ("more than a day", "+26:00", "Asia/Tokyo", 7),
    ("an offset of ours in winter", '"(UTC+00:00) Dublin"', "Europe/London", 8),
    ("the same south of the equator", '"(UTC+10:00) Hobart"', "Australia/Hobart", -1),
    ("the same in America", '"(UTC-05:00) Detroit"', "America/New_York", 13),
    ("an offset of ours in summer", '"(UTC+01:00) Paris"', "Europe/London", 8),
    ("an offset of another zone", '"(UTC+02:00) Cairo"', "Europe/London", 7),
    ("an offset without brackets", "UTC+00:00", "Europe/London", 9),
    ("an offset, and no zone of ours", '"(UTC+02:00) Cairo"', None, 7),
    ("no known name", "Ward", "Europe/London", 8),
    ("nor a known own", "Ward", "Ward", 9),
    ("nor any own", "Ward", None, 9),
)  # fmt: skip
def test_the_name_of_a_zone_means_what_the_program_meant(
    name: str, own: str | None, hour: float
) -> None:
    """An hour from 09:00 on a day in July; the hour in UTC at which it begins."""
    event = event_of(
        f"DTSTART;TZID={name}:20260706T090000", f"DTEND;TZID={name}:20260706T100000"
    )
    begin = dt.datetime(2026, 7, 6, tzinfo=dt.UTC) + hour * HOUR
    assert span(event, own) == (begin, begin + HOUR)


DAY = dt.date(2026, 7, 6)
MOMENT = dt.datetime(2026, 7, 6, 8, 30, tzinfo=dt.UTC)
FLOATING = MOMENT.replace(tzinfo=None)


@table(
    "lines, begin, end",
    ("a day", ["DTSTART:20260706"], DAY, dt.date(2026, 7, 7)),
    ("a moment", ["DTSTART:20260706T083000Z"], MOMENT, MOMENT),
    ("in small letters", ["DTSTART:20260706t083000z"], MOMENT, MOMENT),
    ("a moment of no zone", ["DTSTART:20260706T083000"], FLOATING, FLOATING),
    ("an end", ["DTSTART:20260706", "DTEND:20260709"], DAY, dt.date(2026, 7, 9)),
    ("a length", ["DTSTART:20260706", "DURATION:P2D"], DAY, dt.date(2026, 7, 8)),
    ("a length of hours", ["DTSTART:20260706T083000Z", "DURATION:PT24H30M"], MOMENT,
     dt.datetime(2026, 7, 7, 9, 0, tzinfo=dt.UTC)),
    ("seconds", ["DTSTART:20260706T082959Z", "DURATION:PT1S"],
     MOMENT - dt.timedelta(seconds=1), MOMENT),
)  # fmt: skip
def test_an_event_lasts_as_long_as_it_says(
    lines: list[str], begin: dt.date, end: dt.date
) -> None:
    """Without an end a day lasts a day, a moment no time (RFC 5545, 3.6.1)."""
    assert span(event_of(*lines), None) == (begin, end)


@table(
    "lines, said",
    ("no start", ["DTEND:20260706"], "has no start"),
    ("a length", ["DTSTART:P1D"], "is neither a day nor a moment"),
    ("no length", ["DTSTART:20260706", "DURATION:20260706"], "is not a duration"),
    ("too long", ["DTSTART:20260706", "DURATION:P9999999D"], "is out of range"),
    ("too long for days", ["DTSTART:99991231"], "is out of range"),
    ("too early", ["DTSTART;TZID=Asia/Tokyo:00010101T000000"], "is out of range"),
)  # fmt: skip
def test_times_that_cannot_be_are_no_times(lines: list[str], said: str) -> None:
    """Whoever asks is told why."""
    with pytest.raises(ValueError, match=f"^{said}$"):
        span(event_of(*lines), None)


@table(
    "line, zone, day",
    ("a day", "DTSTART;VALUE=DATE:20260706", "Asia/Tokyo", DAY),
    ("a moment of the zone", "DTSTART;TZID=Asia/Tokyo:20260706T003000", "Asia/Tokyo",
     DAY),
    ("the same in UTC", "DTSTART:20260705T153000Z", "Asia/Tokyo", DAY),
    ("a moment of no zone", "DTSTART:20260706T003000", "Asia/Tokyo", DAY),
    ("a moment of no known zone", "DTSTART;TZID=Ward:20260706T233000", "Asia/Tokyo",
     DAY),
    ("a zone that is not known", "DTSTART:20260706T233000Z", "Ward", DAY),
    ("any moment, without a zone", "DTSTART:20260706T233000Z", None, DAY),
    ("a time that cannot be read", "DTSTART:20260706Tnoon", None, DAY),
    ("no day", "DTSTART:soon", None, None),
    ("no day of the zone", "DTSTART;TZID=Ward:soon", "Asia/Tokyo", None),
    ("no start", "DTEND:20260706", "Asia/Tokyo", None),
)  # fmt: skip
def test_the_day_of_an_event_is_the_clinic_s(
    line: str, zone: str | None, day: dt.date | None
) -> None:
    """Some programs write times in UTC, whose day can be another."""
    assert day_of(event_of(line), zone) == day


@table(
    "lines, start, seconds",
    ("before the start", ["TRIGGER:-PT15H"], DAY, -54_000),
    ("days and minutes", ["TRIGGER:-P1DT2H30M"], DAY, -95_400),
    ("after it", ["TRIGGER:PT30M"], DAY, 1800),
    ("in seconds", ["TRIGGER:-PT90S"], DAY, -90),
    ("before the end", ["TRIGGER;RELATED=END:-PT15H"], DAY, 32_400),
    ("in small letters", ["trigger;related=end:-pt15h"], DAY, 32_400),
    ("a moment", ["TRIGGER;VALUE=DATE-TIME:20260706T063000Z"], MOMENT, -7200),
    ("a moment of a day", ["TRIGGER:20260706T063000Z"], DAY, None),
    ("the first of two", ["TRIGGER:-PT1H", "TRIGGER:-PT2H"], DAY, -3600),
    ("behind others", ["ACTION:DISPLAY", "TRIGGER:-PT1H"], DAY, -3600),
    ("no time", ["TRIGGER:soon"], DAY, None),
    ("no trigger", ["ACTION:DISPLAY"], DAY, None),
)  # fmt: skip
def test_an_alarm_rings_when_it_says(
    lines: list[str], start: dt.date, seconds: int | None
) -> None:
    """In seconds after the start of an event that lasts a day."""
    alarm = [*event_of(*lines).lines]
    assert rings(alarm, start, start + dt.timedelta(1)) == seconds


@table(
    "lines, ours",
    ("the title", ["DESCRIPTION:A\\, B: Dose 1"], True),
    ("the title in HTML", ["DESCRIPTION:<p>A\\, B: <b>Dose 1</b></p>"], True),
    ("no text", ["ACTION:AUDIO"], True),
    ("Thunderbird's text", ["DESCRIPTION:Default Mozilla Description"], True),
    ("Outlook's", ["DESCRIPTION:REMINDER"], True),
    ("Apple's", ["DESCRIPTION:Event reminder"], True),
    ("Google's", ["DESCRIPTION:This is an event reminder"], True),
    ("Evolution's", ["DESCRIPTION:alarm"], True),
    ("a person's words", ["DESCRIPTION:ring her"], False),
    ("a letter", ["DESCRIPTION:A\\, B: Dose 1", "ATTENDEE:mailto:n@x.example"], False),
    ("a tune", ["DESCRIPTION:A\\, B: Dose 1", "ATTACH:tune.mp3"], False),
)  # fmt: skip
def test_an_alarm_may_be_ours_by_its_text(lines: list[str], ours: bool) -> None:
    """A program may drop our mark, but what a person wrote is a person's."""
    assert is_copy([*event_of(*lines).lines], "A, B: Dose 1") is ours


@table(
    "lines, gone",
    ("by its status", ["STATUS:CANCELLED"], True),
    ("in small letters", ["STATUS: cancelled"], True),
    ("by its title", ["SUMMARY:CANCELLED: A-17"], True),
    ("by its title alone", ["STATUS:CONFIRMED", "SUMMARY:CANCELLED: A-17"], False),
    ("neither", ["SUMMARY:A-17"], False),
)
def test_an_event_is_known_to_be_cancelled(lines: list[str], gone: bool) -> None:
    """A program may drop the status; then the title tells."""
    assert is_cancelled(event_of(*lines)) is gone


@table(
    "page, text",
    ("a line end of HTML", "a<br>b<BR/>c", "a\nb\nc"),
    ("paragraphs", "<p>a</p><p class=x>b</p>", "a\n\nb"),
    ("many line ends", "a<br><br><br><br><br>b", "a\n\nb"),
    ("a line end of the text", "a\nb", "a b"),
    ("a table", "<tr><td>a</td><td>b</td></tr>c", "a  b \nc"),
    ("its head", "<th>a</th>b", "a b"),
    ("a style", "<style>x <b>y</b> z</style>a", "a"),
    ("a script in capitals", "a<SCRIPT>x</SCRIPT>b", "ab"),
    ("an end of nothing", "a</title>b", "ab"),
    ("an end of no link", "a</a>b", "ab"),
    ("a link", "<a href='u?a&amp;b'>a</a>b", "a (u?a&b)b"),
    ("a link to nowhere", "<a name=u>a</a>b", "ab"),
    ("two links", "<a href=u>a</a> <a>b</a>", "a (u) b"),
    ("a link of two words", "<a href=u>a <i>b</i></a>", "a b (u)"),
    ("a picture", 'a<img alt=x src="u">b', "a (u)b"),
    ("a picture in a link", "<a href=u>a<img src=v>b</a>", "a (v)b"),
    ("a word in italics", "a<i>b</i>c", "abc"),
    ("a remark", "a<!-- x -->b", "ab"),
    ("no tag", "1 <2> 3 < 4", "1 <2> 3 < 4"),
    ("signs", "a &lt; b &amp; c", "a < b & c"),
)
def test_html_is_read_as_a_page_shows_it(page: str, text: str) -> None:
    """A line for each block; of a link its text and its address."""
    assert without_tags(page, " ") == text


@table(
    "text, plain",
    ("blanks", " a \t b\n c ", "a b c"),
    ("a backslash", "a\\: b", "a: b"),
    ("an accent by itself", "e\u0301", "é"),
    ("what nobody sees", "a\u200b\ufeffb", "ab"),
    ("HTML of HTML", "&amp;lt;b&amp;gt;a &lt;i>b", "a b"),
    ("a line end of HTML", "<b>a</b>\nb", "a b"),
)
def test_a_title_is_compared_as_a_person_reads_it(text: str, plain: str) -> None:
    """Whatever programs have made of its blanks and letters."""
    assert plain_text(text) == plain


@table(
    "lines, text",
    ("two texts", ["DESCRIPTION:a\\nb", "DESCRIPTION;LANGUAGE=en:c"], "a\nb\nc"),
    ("one text twice", ["DESCRIPTION:a", "DESCRIPTION;LANGUAGE=en:a"], "a"),
    ("Outlook's alone", ["DESCRIPTION: \\n", "X-ALT-DESC:a\\nb"], "a\nb"),
    ("Outlook's beside it", ["X-ALT-DESC:b", "DESCRIPTION:a"], "a"),
    ("none", ["SUMMARY:a"], ""),
)
def test_a_description_is_all_that_describes_an_event(
    lines: list[str], text: str
) -> None:
    """A copy in HTML counts where there is nothing else."""
    assert description_of(event_of(*lines)) == text


def test_the_categories_of_an_event_may_stand_in_several_lines() -> None:
    """A comma in a name is escaped."""
    lines = ("CATEGORIES:a\\, b, c", "SUMMARY:x", "CATEGORIES:d")
    assert categories(event_of(*lines)) == ["a, b", "c", "d"]
