"""A new calendar: the bytes, RFC 5545 to the letter, discretion, identity.

icalendar's own objects define the bytes (`ics_reference`).
"""

from __future__ import annotations

import datetime as dt
import os
import re
import subprocess
import sys
import uuid
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from icalendar import vText
from icalendar.parser.string import _foldline
from ics_cases import (
    NOW,
    calendar_of,
    events_of,
    for_patient,
    plans,
    published_plans,
    references,
    search,
    style_of,
    styles,
    texts_of,
    timed,
    unfolded,
)
from ics_reference import reference
from spec import plan_of, table

from b12sched import Plan
from b12sched.errors import InputError
from b12sched.ics import CalendarStyle, uid, write_calendar
from b12sched.ics.folding import escape, fold, fold_on, unescape
from b12sched.ics.revise import _finished as finished
from b12sched.regimen import Drug

# --- the bytes ----------------------------------------------------------------------


@search(60)
@given(plans(), styles())
def test_a_calendar_is_byte_for_byte_what_icalendar_writes(
    plan: Plan, style: CalendarStyle
) -> None:
    """All regimens, clinics and options; references in any script."""
    assert write_calendar(plan, style, NOW) == reference(plan, style, NOW)


@pytest.mark.unmeasured
@pytest.mark.parametrize("number", range(0, len(published_plans()), 23))
def test_every_sort_of_published_plan_is_written_as_icalendar_does(number: int) -> None:
    """The published cases are there for their difference; a sample in every run."""
    plan = for_patient(published_plans()[number], "Ward 3; B\\N, 'x'")
    style = (style_of(), timed("Europe/London", remind="2h;1d"))[number % 2]
    assert write_calendar(plan, style, NOW) == reference(plan, style, NOW)


lines = st.text(
    st.characters(exclude_characters="\r\n", codec="utf-8")
    | st.sampled_from("\\^aé漢😀 "),
    max_size=400,
)


@search(300)
@given(lines)
@example("\\" * 300)
@example("^" * 300)
@example("漢" * 100)
@example("a" * 73 + "\\,")
@example("a" * 74)
@example("a" * 75)
@example("À" * 60)
@example("a" + "À" * 60)
def test_a_line_is_folded_as_icalendar_folds_it(line: str) -> None:
    """At 75 octets, and neither a character nor an escape sequence is cut in two."""
    assert fold(line) == _foldline(line)
    assert fold(line).replace("\r\n ", "") == line
    assert all(len(part.encode()) <= 75 for part in fold(line).split("\r\n"))


@search(300)
@given(st.lists(lines.filter(lambda text: text[-1:] not in ("\\", "^")), max_size=5))
def test_a_line_folded_part_by_part_is_the_line_folded_at_once(
    parts: list[str],
) -> None:
    """So a text that many events share is folded once for each column."""
    folded, column = "", 0
    for part in parts:
        text, column = fold_on(part, column)
        folded += text
    assert folded == fold("".join(parts))


@table(
    "text, column, folded, end",
    ("it ends before the fold", "aaa", 70, "aaa", 73),
    ("it ends at the fold", "aaaa", 70, "aaaa", 74),
    ("it goes on after it", "a" * 10, 70, "aaaa\r\n aaaaaa", 6),
    ("it begins at the fold", "a", 74, "\r\n a", 1),
    ("two octets that fit", "é", 72, "é", 74),
    ("two octets that do not", "é", 73, "\r\n é", 2),
    ("the last octet is the lowest", "À", 73, "\r\n À", 2),
    ("four octets", "😀", 71, "\r\n 😀", 4),
    ("an escape sequence", "a\\,", 72, "a\r\n \\,", 2),
    ("a caret", "a^n", 72, "a\r\n ^n", 2),
    ("a caret at its end", "ab^", 74, "\r\n ab^", 3),
    ("a letter that is none of them", "aXX", 72, "aX\r\n X", 1),
    ("an escape sequence first of all", "\\n", 73, "\r\n \\n", 2),
    ("at the fold itself", "\\n", 74, "\r\n \\n", 2),
    ("two full lines", "a" * 148, 0, f"{'a' * 74}\r\n {'a' * 74}", 74),
    ("two folds", "a" * 80, 72, f"aa\r\n {'a' * 74}\r\n aaaa", 4),
)
def test_a_part_is_folded_at_the_column_where_it_begins(
    text: str, column: int, folded: str, end: int
) -> None:
    """74 octets, or a blank and 74; no letter or escape sequence is cut in two."""
    assert fold_on(text, column) == (folded, end)


def test_what_has_a_meaning_in_a_value_is_escaped() -> None:
    """A backslash, a semicolon, a comma and a line break of any kind, no colon."""
    assert escape("a\\b;c,d:e\r\nf\ng\rh") == r"a\\b\;c\,d:e\nf\ng\nh"
    assert fold("a" * 74) == "a" * 74


@search(300)
@given(st.text(st.sampled_from("\\;,:\n\r nN^x") | st.characters(codec="utf-8")))
def test_a_text_comes_back_from_its_escaped_form(text: str) -> None:
    r"""Line breaks of any kind become \n; `\N` in a text stays what it is."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    assert unescape(escape(text)) == lines
    assert not set(escape(text)) & {"\n", "\r"}
    if "\\N" not in text:
        assert escape(text) == vText(text).to_ical().decode()


# --- RFC 5545 -----------------------------------------------------------------------

ONCE = {
    *("UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "DESCRIPTION", "STATUS"),
    *("SEQUENCE", "CLASS", "TRANSP", "CATEGORIES", "LAST-MODIFIED"),
}


def lint(data: bytes) -> Iterator[str]:
    """What RFC 5545 would object to."""
    text = data.decode()
    if not text.endswith("END:VCALENDAR\r\n") or "\n" in text.replace("\r\n", ""):
        yield "line ends"
    if "\r\n\r\n" in text or text.startswith("\ufeff"):
        yield "blank line or byte order mark"
    yield from (line for line in text.split("\r\n") if len(line.encode()) > 75)
    lines = unfolded(data)
    yield from (line for line in lines if not CONTENT.fullmatch(line))
    yield from (line for line in lines if line != line.rstrip())
    uids = [line for line in lines if line.startswith("UID:")]
    yield from (uid for uid in set(uids) if uids.count(uid) > 1)
    inside: list[list[str]] = []
    for line in lines:
        name, _, value = line.partition(":")
        if name == "END":
            yield from wrong(value, inside.pop())
        elif name == "BEGIN":
            for parent in inside[-1:]:
                parent.append(f"<{value}>")
            inside.append([])
        else:
            inside[-1].append(name.partition(";")[0])


CONTENT = re.compile(
    r"(?:DTSTAMP|LAST-MODIFIED):\d{8}T\d{6}Z"
    r"|(?:SUMMARY|DESCRIPTION|CATEGORIES|X-WR-CALNAME):"
    r"(?:[^\x00-\x1f\x7f\\;,]|\\[\\;,n])+"
    r"|(?!DTSTAMP|LAST-M|SUMM|DESC|CATEG|X-WR)[A-Z0-9-]+(?:;[A-Z-]+=[^;:,\"]+)*"
    r":[^\x00-\x1f\x7f]+"
)
"""A content line; UTC stamps, and texts in which all is escaped that must be."""


def wrong(component: str, names: list[str]) -> Iterator[str]:
    """What is missing from a component, there too often, or after an alarm."""
    needed = NEEDED.get(component, {"DTSTART", "TZOFFSETFROM", "TZOFFSETTO"})
    if not needed <= set(names):
        yield f"{component} lacks {needed - set(names)}"
    properties = [name for name in names if name[0] != "<"]
    if properties != names[: len(properties)]:
        yield f"{component} has a property after a component"
    if len(set(properties)) < len(properties):
        yield f"{component} has a property twice: {properties}"


NEEDED = {
    "VCALENDAR": {"VERSION", "PRODID", "X-WR-CALNAME"},
    "VEVENT": ONCE,
    "VALARM": {"ACTION", "TRIGGER", "DESCRIPTION"},
    "VTIMEZONE": {"TZID"},
}


@search(40)
@given(plans(), styles())
def test_no_calendar_breaks_a_rule_of_the_format(
    plan: Plan, style: CalendarStyle
) -> None:
    """Line ends, folding, escaping, required properties, UTC stamps, one UID each."""
    data = write_calendar(plan, style, NOW)
    assert list(lint(data)) == []
    assert len(events_of(data)) == len(plan.events)


@pytest.mark.parametrize(
    ("right", "broken"),
    [
        (b"\r\n", b"\n"),
        (b"UID:", b"X-UID:"),
        (b"SEQUENCE:0", b"SEQUENCE:0 "),
        (b"Z\r\nUID", b"\r\nUID"),
        (b"To do: ", b"To do, "),
        (b"SUMMARY:", b"SUMMARY:" + b"x" * 40),
        (b"END:VALARM\r\n", b"END:VALARM\r\nLOCATION:x\r\n"),
        (b"CLASS:PRIVATE", b"CLASS:PRIVATE\r\nCLASS:PUBLIC"),
    ],
)
def test_the_lint_sees_what_is_wrong(right: bytes, broken: bytes) -> None:
    """A lint that never objects would prove nothing."""
    assert list(lint(calendar_of().replace(right, broken)))


def test_the_calendar_is_a_state_not_a_message() -> None:
    """No METHOD, no polling interval, no colour: see `head_lines`."""
    head = unfolded(calendar_of())
    names = [line.split(":")[0] for line in head[: head.index("BEGIN:VEVENT")]]
    assert names == [
        *("BEGIN", "VERSION", "PRODID", "X-WR-CALNAME"),
        *("X-9C4D1F7A-HORIZON", "X-9C4D1F7A-OWNER"),
    ]


def test_no_event_recurs() -> None:
    """One VEVENT an event, never an RRULE: one wrong expansion is a wrong date."""
    data = calendar_of(neuro="yes", months="60")
    assert not re.search(rb"^(RRULE|RDATE|RECURRENCE-ID)", data, re.MULTILINE)


@search(60)
@given(
    st.text(st.sampled_from("\\;,:\"'^%nN\tBEGIN:VEND=1 \u2028é"), max_size=60)
    | st.sampled_from(("END:VEVENT", "A\\nBEGIN:VALARM", "x\\,\\;", "a:b;c=d"))
)
def test_no_reference_can_put_in_a_line(text: str) -> None:
    """A reference is data: the file has the lines it has for any other reference."""
    plan = for_patient(plan_of(), text)
    data = write_calendar(plan, style_of(), NOW)
    plain = write_calendar(for_patient(plan, "A-17"), style_of(), NOW)

    def names(data: bytes) -> list[str]:
        return [line.split(":")[0] for line in unfolded(data)]

    assert names(data) == names(plain)
    assert all(
        unescape(event["SUMMARY"]).startswith(f"{text}: ")
        for event in events_of(data).values()
    )


def test_a_line_break_cannot_get_through_either() -> None:
    """The case refuses control characters; the writer escapes them all the same."""
    plan = for_patient(plan_of(), "A\r\nEND:VCALENDAR\rB\nC")
    data = write_calendar(plan, style_of(), NOW)
    assert unfolded(data).count("END:VCALENDAR") == 1
    assert unfolded(data)[7].startswith("SUMMARY:A\\nEND:VCALENDAR\\nB\\nC: ")


# --- what an event says -------------------------------------------------------------


def test_an_event_says_for_whom_what_and_why() -> None:
    """SUMMARY: for whom and what; DESCRIPTION: what to do, rule, why, cautions."""
    first = next(iter(events_of(calendar_of()).values()))
    assert first["SUMMARY"] == "A-17: Loading dose 1: hydroxocobalamin 1 mg IM"
    assert first["DTSTART;VALUE=DATE"] == "20260105"
    assert first["DTEND;VALUE=DATE"] == "20260106"
    said = unescape(first["DESCRIPTION"]).split("\n")
    assert said[:3] == [
        "To do: Inject hydroxocobalamin 1 mg IM.",
        "Rule: LOAD-STANDARD",
        "Why this day: first dose",
    ]
    assert any(line.startswith("Caution: No folic acid") for line in said)
    assert said[-1] == "Notes:"
    assert first["CLASS"] == "PRIVATE"
    assert first["TRANSP"] == "TRANSPARENT"
    assert first["STATUS"] == "CONFIRMED"
    assert first["CATEGORIES"] == "B12 injection"


def test_only_the_cautions_that_bear_on_an_event_stand_in_it() -> None:
    """What is said of labs is not said at an injection."""
    events = events_of(calendar_of()).values()
    lab = next(e for e in events if e["SUMMARY"].startswith("A-17: Labs"))
    dose = next(e for e in events if e["SUMMARY"].startswith("A-17: Loading"))
    assert "high serum B12 on injections" in lab["DESCRIPTION"]
    assert "high serum B12 on injections" not in dose["DESCRIPTION"]
    assert "folic acid" not in lab["DESCRIPTION"]


def test_a_provisional_dose_is_tentative_and_says_so() -> None:
    """STATUS is not shown everywhere, so SUMMARY says it too."""
    events = events_of(calendar_of(neuro="yes")).values()
    tentative = [e for e in events if e["STATUS"] == "TENTATIVE"]
    assert tentative
    assert all(
        e["SUMMARY"].startswith("A-17: PROVISIONAL: Maintenance") for e in tentative
    )


def test_what_is_given_says_so_behind_the_reference() -> None:
    """A reader of a month sees for whom it is, and that it is done."""
    first, second, *_ = events_of(calendar_of(given="2026-01-05")).values()
    assert first["SUMMARY"] == "A-17: GIVEN: Loading dose 1: hydroxocobalamin 1 mg IM"
    assert second["SUMMARY"] == "A-17: Loading dose 2: hydroxocobalamin 1 mg IM"


def test_what_has_been_given_is_confirmed_and_does_not_ring() -> None:
    """A reminder of something done would only be dismissed."""
    data = calendar_of(given="2026-01-05;2026-01-07", as_of="2026-01-08")
    blocks = data.decode().split("BEGIN:VEVENT")[1:]
    assert all("STATUS:CONFIRMED" in block for block in blocks[:2])
    assert ["VALARM" in block for block in blocks[:3]] == [False, False, True]


def test_the_stamp_is_utc_and_cut_to_seconds() -> None:
    """DTSTAMP and LAST-MODIFIED are the moment that was handed in."""
    stamp = dt.datetime(
        2026, 1, 5, 1, 2, 3, 999_999, dt.timezone(dt.timedelta(hours=2))
    )
    data = write_calendar(plan_of(), style_of(), stamp)
    event = next(iter(events_of(data).values()))
    assert event["DTSTAMP"] == event["LAST-MODIFIED"] == "20260104T230203Z"


def test_a_stamp_without_a_time_zone_is_a_mistake_of_the_caller() -> None:
    """It would be read as local time, and the bytes would depend on the machine."""
    with pytest.raises(ValueError, match=r"^a stamp needs its time zone$"):
        write_calendar(plan_of(), style_of(), NOW.replace(tzinfo=None))


# --- refusals -----------------------------------------------------------------------


@pytest.mark.parametrize("style", [style_of(), timed("Europe/London")])
def test_a_calendar_may_hold_a_single_event(style: CalendarStyle) -> None:
    """The next maintenance dose and no more: two months after the last."""
    fields = {"start": "", "last_dose": "2026-01-05", "months": "2"}
    assert len(events_of(calendar_of(style, **fields))) == 1


def test_a_calendar_without_a_reference_is_refused() -> None:
    """Two such calendars would have the same UIDs and overwrite each other."""
    with pytest.raises(InputError) as caught:
        write_calendar(plan_of(patient=""), style_of(), NOW)
    error = caught.value
    assert (error.field, error.code) == ("patient", "missing")
    assert error.message == (
        "is missing: two calendars without it would overwrite each other"
    )
    assert error.hint == "state a reference with --patient"


@table(
    "field, text",
    ("a number of months", "months", "1"),
    ("a date", "until", "2026-02-05"),
)
def test_a_calendar_holds_the_next_dose_however_far_away(field: str, text: str) -> None:
    """Nothing due by the horizon: an empty calendar would look like a cure."""
    fields = {"start": "", "last_dose": "2026-01-05", "interval": "3m", field: text}
    data = write_calendar(plan_of(**fields), style_of(), NOW)
    assert data.count(b"BEGIN:VEVENT") == 1
    assert b"\r\nDTSTART;VALUE=DATE:20260405\r\n" in data


def test_a_calendar_too_large_to_be_read_back_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What we could not revise we do not write."""
    monkeypatch.setattr("b12sched.ics.revise.LARGEST", 20_000)
    assert calendar_of(style_of(discreet="yes", remind="none"))
    with pytest.raises(InputError) as caught:
        calendar_of(neuro="yes")
    error = caught.value
    assert error.field == "calendar"
    assert error.message == "would have 0 MB, more than calendar programs take"
    assert error.hint == "choose an earlier --until or fewer --months"


def test_a_calendar_may_be_as_large_as_can_be_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The limit itself belongs to it. 761 events have 892,207 octets."""
    data = calendar_of(neuro="yes", loading_weeks="104", months="600")
    monkeypatch.setattr("b12sched.ics.revise.LARGEST", len(data))
    assert calendar_of(neuro="yes", loading_weeks="104", months="600") == data
    monkeypatch.setattr("b12sched.ics.revise.LARGEST", len(data) - 1)
    with pytest.raises(InputError, match="would have 1 MB"):
        calendar_of(neuro="yes", loading_weeks="104", months="600")
    frame = len("BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n")
    with pytest.raises(InputError, match="would have 3 MB"):
        finished([], "x" * (2_500_001 - frame))


# --- identity -----------------------------------------------------------------------


def test_a_uid_is_the_uuid5_of_patient_and_event() -> None:
    """Independently with the uuid module; it is the same for ever."""
    space = uuid.UUID("9c4d1f7a-2c3b-4f0e-8d5a-61b7f0c2d9e4")
    assert uid("A-17", "loading-1") == str(uuid.uuid5(space, "A-17\nloading-1"))
    assert uid("A-17", "loading-1") == "ab39ebfd-c60b-5a62-9af5-5a3668951d0c"


@given(st.lists(references, min_size=2, max_size=6, unique=True))
def test_no_two_patients_share_a_uid(patients: list[str]) -> None:
    """Not even `A-1` + `7...` and `A-17` + `...`: no reference holds the separator."""
    ids = ("loading-1", "1loading-1", "review-1", "lab-3m", "calendar")
    names = {uid(patient, each) for patient, each in product(patients, ids)}
    assert len(names) == len(patients) * len(ids)


def test_a_moved_dose_keeps_its_uid() -> None:
    """Identity never depends on a date."""
    assert set(events_of(calendar_of())) == set(
        events_of(calendar_of(start="2026-03-11"))
    )


# --- discretion ---------------------------------------------------------------------

TELLING = re.compile(
    r"b ?-?12|cobal|vitamin|inject|dose|drug|lab|blood|serum|homocyst|neuro|loading"
    r"|maintenance|review|examin|assess|recover|patient|clinic|plateau|caution|folic"
    r"|potassium|anaemi|mg\b|microgram|\bIM\b|LOAD-|MAINT|RENAL|CYANO|medic|health"
    r"|treat|nurse|symptom|sched",
    re.IGNORECASE,
)


def test_the_search_for_telling_words_finds_them_in_an_open_calendar() -> None:
    """The next test would be worth nothing otherwise."""
    found = {word.lower() for word in TELLING.findall(texts_of(calendar_of()))}
    assert {"b12", "cobal", "dose", "inject", "loading", "homocyst"} <= found


@search(40)
@given(plans(), styles())
def test_a_discreet_calendar_tells_nothing(plan: Plan, style: CalendarStyle) -> None:
    """No clinical word, drug, dose or reference anywhere but in the UID."""
    discreet = CalendarStyle(
        discreet=True,
        visibility=style.visibility,
        reminders=style.reminders,
        time=style.time,
        zone=style.zone,
        duration=style.duration,
    )
    plan = for_patient(plan, "Zq#Ref-77")
    said = texts_of(write_calendar(plan, discreet, NOW))
    assert not TELLING.search(said)
    assert "Zq" not in said
    assert not any(drug in said for drug in Drug)
    open_calendar = write_calendar(plan, style, NOW)
    assert set(events_of(write_calendar(plan, discreet, NOW))) == set(
        events_of(open_calendar)
    )


def test_a_discreet_calendar_is_an_appointment_in_appointments() -> None:
    """Neutral words, not empty ones: some programs drop an event without a title."""
    data = calendar_of(style_of(discreet="yes"))
    event = next(iter(events_of(data).values()))
    assert event["SUMMARY"] == event["CATEGORIES"] == "Appointment"
    assert event["DESCRIPTION"] == "Notes:"
    assert b"X-WR-CALNAME:Appointments\r\n" in data


# --- the surroundings ---------------------------------------------------------------

SCRIPT = """
import datetime as dt, hashlib
from b12sched import Case, Clinic, build
from b12sched.ics import CalendarStyle, read_calendar, revise_calendar, write_calendar
now = dt.datetime(2026, 1, 5, 12, tzinfo=dt.UTC)
row = dict(patient="\u0141\u00f3d\u017a 7", start="2026-01-05", neuro="yes", egfr="90")
plan = build(Case.parse(row), Clinic.parse({}))
after = build(Case.parse(row | {"given": "2026-01-05"}), Clinic.parse({}))
digest = hashlib.sha256()
timed = {"time": "09:00", "timezone": "Europe/Dublin"}
for options in ({}, {"discreet": "yes"}, timed):
    style = CalendarStyle.parse(options)
    data = write_calendar(plan, style, now)
    old = read_calendar(data, plan.case.patient)
    digest.update(data + revise_calendar(old, after, style, now).data)
print(digest.hexdigest())
"""


def test_the_bytes_do_not_depend_on_the_machine() -> None:
    """The same bytes under six TZ values, two hash seeds and two locales."""
    zones = ("UTC", "Europe/London", "America/New_York", "Asia/Kolkata")
    surroundings = [
        {"TZ": zone, "PYTHONHASHSEED": str(seed), "LC_ALL": locale}
        for seed, (zone, locale) in enumerate(
            zip(
                (*zones, "Pacific/Auckland", "Pacific/Kiritimati"),
                ("C", "C.UTF-8") * 3,
                strict=True,
            )
        )
    ]
    found = set()
    for each in surroundings:
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT],
            capture_output=True,
            check=True,
            text=True,
            env={**each, "PYTHONPATH": str(Path(__file__).parents[2])},
        )
        found.add(done.stdout)
    assert len(found) == 1


def test_writing_needs_neither_icalendar_nor_a_time_zone_library() -> None:
    """icalendar alone would double the time of the command."""
    script = (
        "import sys, datetime as dt; sys.path.insert(0, sys.argv[1])\n"
        "from b12sched import Case, Clinic, build\n"
        "from b12sched.ics import CalendarStyle, write_calendar\n"
        "row = dict(patient='A', start='2026-01-05', neuro='no', renal='normal')\n"
        "plan = build(Case.parse(row), Clinic.parse({}))\n"
        "write_calendar(plan, CalendarStyle(), dt.datetime.now(dt.UTC))\n"
        "print({'icalendar', 'zoneinfo', 'dateutil', 'uuid'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(Path(__file__).parents[2])],
        # Measuring coverage would import some of them.
        env={k: v for k, v in os.environ.items() if not k.startswith("COV")},
        capture_output=True,
        check=True,
        text=True,
    )
    assert done.stdout.strip() == "set()"
