"""The options of a calendar: what is taken, what is refused, and how it is said."""

from __future__ import annotations

import datetime as dt

import pytest
from ics_cases import calendar_of, events_of, refused, style_of, timed
from spec import table

from b12sched.errors import InputError
from b12sched.ics import CalendarStyle, Reminder, Visibility

LONDON = {"time": "09:00", "timezone": "Europe/London"}


def test_without_options_a_calendar_is_all_day_private_and_rings_a_day_before() -> None:
    """The defaults of SPEC 4; empty texts and None are absent options."""
    style = CalendarStyle.parse({"remind": "", "time": None, "discreet": ""})
    assert style == CalendarStyle()
    assert style.all_day
    assert style.visibility is Visibility.PRIVATE
    assert style.reminders == (Reminder(1, "d"),)
    assert style.duration == 15
    assert not style.discreet


@table(
    "text, trigger",
    ("a day before", "1d", "-PT15H"),
    ("two days before", "2d", "-P1DT15H"),
    ("a week before", "7d", "-P6DT15H"),
    ("four weeks before", "28d", "-P27DT15H"),
)
def test_an_all_day_reminder_rings_at_nine_whole_days_before(
    text: str, trigger: str
) -> None:
    """Days stay whole, so that it is nine o'clock across a change of the clocks."""
    assert style_of(remind=text).triggers == (trigger,)


@table(
    "text, trigger",
    ("a day before", "1d", "-P1D"),
    ("a week before", "7d", "-P7D"),
    ("two hours before", "2h", "-PT2H"),
    ("half an hour before", "30m", "-PT30M"),
    ("a minute before", "1m", "-PT1M"),
    ("an hour before", "60m", "-PT1H"),
    ("an hour and a half before", "90m", "-PT1H30M"),
    ("a day and an hour before", "25h", "-P1DT1H"),
    ("at the start", "0m", "P0D"),
    ("four weeks before", "40320m", "-P28D"),
)
def test_a_timed_reminder_rings_before_the_start(text: str, trigger: str) -> None:
    """Days, hours or minutes before the start of a timed event."""
    assert timed("Europe/London", remind=text).triggers == (trigger,)


def test_several_reminders_are_several_alarms_in_the_order_given() -> None:
    """--remind can be repeated; `none` leaves the events without an alarm."""
    assert style_of(remind="7d;1d").triggers == ("-P6DT15H", "-PT15H")
    assert b"VALARM" not in calendar_of(style_of(remind="none"))


@table(
    "text, said",
    ("no day", "0d", "0d cannot be used with all-day events"),
    ("hours", "2h", "2h cannot be used with all-day events"),
    ("a day in hours", "24h", "24h cannot be used with all-day events"),
    ("minutes", "30m", "30m cannot be used with all-day events"),
    ("too long before", "29d", "29d is more than 40320 minutes"),
    ("twice", "1d;1d", "1d appears twice"),
    ("none and one", "none;1d", "none does not go with other reminders"),
    ("no unit", "1", "1 is not a time before an event"),
    ("weeks", "1w", "1w is not a time before an event"),
    ("after", "-1d", "-1d is not a time before an event"),
    ("a fraction", "1.5d", "1.5d is not a time before an event"),
    ("other digits", "١d", "١d is not a time before an event"),
    ("a gap", "1d;;2d", "'' is not a time before an event"),
    ("a line break", "1d\n", "'1d\\n' is not a time before an event"),
)
def test_an_impossible_all_day_reminder_is_refused(text: str, said: str) -> None:
    """A trigger after the start rings on the wrong day in Outlook."""
    error = refused(remind=text)
    assert error.field == "remind"
    assert error.message.startswith(said)
    assert error.hint


@table(
    "text, said",
    ("longer than programs take", "40321m", "40321m is more than 40320 minutes"),
    ("longer in days", "29d", "29d is more than 40320 minutes"),
    ("the same moment twice", "1d;24h", "1d and 24h are the same moment"),
)
def test_an_impossible_timed_reminder_is_refused(text: str, said: str) -> None:
    """Google takes 40320 minutes; two alarms at one moment are one too many."""
    assert refused(remind=text, **LONDON).message.startswith(said)


@pytest.mark.unmeasured
@table(
    "field, row",
    ("a time without a zone", "time", {"time": "09:00"}),
    ("a zone without a time", "timezone", {"timezone": "Europe/London"}),
    ("a duration without a time", "duration", {"duration": "15"}),
    ("one digit", "time", LONDON | {"time": "9:00"}),
    ("no such hour", "time", LONDON | {"time": "24:00"}),
    ("no such minute", "time", LONDON | {"time": "09:60"}),
    ("twelve hours", "time", LONDON | {"time": "9am"}),
    ("seconds", "time", LONDON | {"time": "09:00:00"}),
    ("no duration", "duration", LONDON | {"duration": "0"}),
    ("more than a day", "duration", LONDON | {"duration": "1441"}),
    ("a fraction", "duration", LONDON | {"duration": "7.5"}),
    ("an unknown class", "class", {"class_": "secret"}),
    ("class in capitals", "class", {"class_": "PRIVATE"}),
    ("discreet how", "discreet", {"discreet": "1"}),
    ("an unknown zone", "timezone", LONDON | {"timezone": "Europe/Londn"}),
    ("an abbreviation", "timezone", LONDON | {"timezone": "BST"}),
    ("an offset", "timezone", LONDON | {"timezone": "+01:00"}),
    ("a folder", "timezone", LONDON | {"timezone": "Europe"}),
    ("a way out", "timezone", LONDON | {"timezone": "../../etc/passwd"}),
    ("a file of the machine", "timezone", LONDON | {"timezone": "localtime"}),
    ("no zone", "timezone", LONDON | {"timezone": "Factory"}),
    ("a line", "timezone", LONDON | {"timezone": "Europe/London\r\nX:1"}),
)
def test_an_unusable_option_is_named(field: str, row: dict[str, str]) -> None:
    """One line that says what is wrong with which value, one that says what to do."""
    error = refused(**row)
    assert error.field == field
    assert "\n" not in f"{error}{error.hint}"
    assert error.hint


REMINDERS = "write 1d, 2h or 30m (days, hours, minutes before), or none alone"
DIGITS = "write hours and minutes with two digits each: 09:00, 14:30"
MINUTES = "write digits only, for instance 15"
NAME = "use an IANA name, for instance Europe/London"
TOO_EARLY = "calendar programs ring at most 28 days before: use 28d or less"


@table(
    "row, field, value, message, hint",
    ("hours, all day", {"remind": "1d;2h"}, "remind", "2h",
     "2h cannot be used with all-day events, which are reminded at 09:00, whole days "
     "before",
     "use 1d, 2d, …; or set a time with --time and --timezone"),
    ("too early, all day", {"remind": "29d"}, "remind", "29d",
     "29d is more than 40320 minutes (28 days) before", TOO_EARLY),
    ("too early", LONDON | {"remind": "40321m"}, "remind", "40321m",
     "40321m is more than 40320 minutes (28 days) before", TOO_EARLY),
    ("twice", {"remind": "1d;2d;1d"}, "remind", "1d",
     "1d appears twice", "name each reminder once"),
    ("the same moment", LONDON | {"remind": "1d;2h;24h"}, "remind", "24h",
     "1d and 24h are the same moment", "name each reminder once"),
    ("none and one", {"remind": "none;1d"}, "remind", "none;1d",
     "none does not go with other reminders", REMINDERS),
    ("weeks", {"remind": "1d;1w"}, "remind", "1d;1w",
     "1w is not a time before an event", REMINDERS),
    ("a time alone", {"time": "09:05"}, "time", "09:05", "09:05 has no time zone",
     "name the clinic's zone as well (timezone), for instance Europe/London"),
    ("a zone alone", {"timezone": "Asia/Tokyo"}, "timezone", "Asia/Tokyo",
     "Asia/Tokyo has no time: all-day events have no time zone",
     "add --time, for instance --time 09:00, or leave --timezone out"),
    ("a duration alone", {"duration": "20"}, "duration", "20",
     "needs --time: an event without a time lasts the whole day",
     "add --time and --timezone, or leave --duration out"),
    ("no time", LONDON | {"time": "9 am"}, "time", "9 am",
     "'9 am' is not a time of day", DIGITS),
    ("no minutes", LONDON | {"duration": "0"}, "duration", "0",
     "0 is not a number of minutes from 1 to 1440", MINUTES),
    ("five digits", LONDON | {"duration": "00015"}, "duration", "00015",
     "00015 is not a number of minutes from 1 to 1440", MINUTES),
    ("a class", {"class_": "secret"}, "class", "secret",
     "secret is not a known class", "allowed: public, private, confidential"),
    ("discreet", {"discreet": "1"}, "discreet", "1",
     "1 is neither yes nor no", "write yes or no"),
    ("nearly a zone", LONDON | {"timezone": "Europe/Lodnon"}, "timezone",
     "Europe/Lodnon", "Europe/Lodnon is not a known time zone",
     f"did you mean Europe/London? {NAME}"),
    ("an offset", LONDON | {"timezone": "+01:00"}, "timezone", "+01:00",
     "+01:00 is not a known time zone", NAME),
    ("a file of the machine", LONDON | {"timezone": "localtime"}, "timezone",
     "localtime", "localtime is not a known time zone", NAME),
    ("no zone at all", LONDON | {"timezone": "Factory"}, "timezone", "Factory",
     "Factory is not a known time zone", NAME),
    ("an option", {"reminder": "1d"}, "reminder", "reminder",
     "reminder is not a known calendar option",
     "did you mean remind? allowed: discreet, class, remind, time, timezone, duration"),
)  # fmt: skip
def test_a_refusal_says_what_is_wrong_with_which_value_and_what_to_do(
    row: dict[str, str], field: str, value: str, message: str, hint: str
) -> None:
    """Word for word: what a person reads. No hint offers what was just refused."""
    error = refused(**row)
    assert (error.field, error.value) == (field, value)
    assert (error.message, error.hint) == (message, hint)


@table(
    "row, style",
    ("the longest duration", LONDON | {"duration": "1440"}, {"duration": 1440}),
    ("the shortest", LONDON | {"duration": "0001"}, {"duration": 1}),
    ("the first minute", LONDON | {"time": "00:00"}, {"time": dt.time(0, 0)}),
    ("the last minute", LONDON | {"time": "23:59"}, {"time": dt.time(23, 59)}),
    ("an open calendar", {"discreet": "no"}, {"discreet": False}),
    ("a discreet one", {"discreet": "yes"}, {"discreet": True}),
    ("the longest reminder", {"remind": "28d"}, {"reminders": (Reminder(28, "d"),)}),
    ("five digits", LONDON | {"remind": "00030m"}, {"reminders": (Reminder(30, "m"),)}),
)  # fmt: skip
def test_what_is_just_possible_is_taken(
    row: dict[str, str], style: dict[str, object]
) -> None:
    """The ends of each range belong to it."""
    found = style_of(**row)
    assert {name: getattr(found, name) for name in style} == style


def test_a_machine_without_time_zones_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Windows has none of its own."""
    import zoneinfo

    def none(name: str) -> zoneinfo.ZoneInfo:
        raise zoneinfo.ZoneInfoNotFoundError(name)

    monkeypatch.setattr(zoneinfo, "ZoneInfo", none)
    monkeypatch.setattr(zoneinfo, "available_timezones", set)
    error = refused(**LONDON)
    assert (error.field, error.value) == ("timezone", "Europe/London")
    assert error.message == (
        "Europe/London cannot be looked up: this machine has no time zone data"
    )
    assert error.hint == "install it: pip install tzdata"


def test_an_unknown_option_is_a_mistake_that_is_named() -> None:
    """A misspelt option must not be taken for an absent one."""
    with pytest.raises(InputError, match="not a known") as caught:
        CalendarStyle.parse({"reminder": "1d"})
    assert "remind" in caught.value.hint


def test_the_class_stands_in_every_event() -> None:
    """--class is switchable: a subscribed private feed shows only `Busy` in Google."""
    for name in Visibility:
        events = events_of(calendar_of(style_of(class_=name))).values()
        assert {event["CLASS"] for event in events} == {name.upper()}


def test_a_style_made_in_python_is_checked_too() -> None:
    """The checks stand in the class, not only in the reader."""
    with pytest.raises(InputError):
        CalendarStyle(time=dt.time(9))
    with pytest.raises(InputError):
        CalendarStyle(reminders=(Reminder(0, "d"),))
