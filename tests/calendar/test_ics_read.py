"""Files that must be left alone: damaged, cut short, huge, foreign, another's.

Whatever is in a file, reading it ends in a calendar or in an InputError: one line that
says what is wrong and one that says what to do.
"""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from ics_cases import LATER, calendar_of, search, style_of, timed
from spec import plan_of, table

from b12sched.errors import InputError
from b12sched.ics import (
    LARGEST,
    CalendarStyle,
    extended,
    read_calendar,
    revise_calendar,
    uid,
)
from b12sched.ics.description import split_description
from b12sched.ics.folding import Line
from b12sched.ics.read import part_of, read_file
from b12sched.plan.identity import CLINIC

FIRST = uid("A-17", "loading-1").encode()
OURS = calendar_of()


def refusal(data: bytes, patient: str = "A-17") -> InputError:
    """The error that a file must end in."""
    with pytest.raises(InputError) as caught:
        read_calendar(data, patient)
    error = caught.value
    assert (error.exit_code, error.code) == (2, "calendar")
    assert error.message.startswith("the file ")
    assert "\n" not in str(error)
    assert "file name" in error.hint
    return error


def test_another_patient_s_calendar_is_refused() -> None:
    """Known by an opaque name; discreet or open, timed or all-day."""
    for style in (style_of(), style_of(discreet="yes"), timed("UTC")):
        data = calendar_of(style, patient="B-18")
        assert "another patient's" in refusal(data).message
        assert read_calendar(data, "B-18")


@pytest.mark.unmeasured
def test_another_patient_s_calendar_is_refused_without_its_mark_too() -> None:
    """A calendar program may drop it; then the UIDs tell."""
    data = re.sub(rb"X-9C4D1F7A-[A-Z]+:.*\r\n", b"", OURS)
    assert "not a calendar of b12sched's for this patient" in refusal(data, "B").message
    assert read_calendar(data, "A-17").parts


def reach(data: bytes) -> str:
    """The day to which a plan is worked out to revise a file."""
    plan = plan_of(months="1")
    return str(extended(read_calendar(data, "A-17"), plan).until)


def test_without_its_mark_the_horizon_is_a_week_after_the_last_event() -> None:
    """The latest day that the file is known to reach; its last event is 5 January."""
    marks = rb"X-9C4D1F7A-[A-Z]+:.*\r\n"
    assert reach(re.sub(marks, b"", OURS)) == "2027-01-12"
    assert reach(OURS) == "2027-01-05"
    november = OURS.replace(b"HORIZON:20270105", b"HORIZON:20271130")
    assert reach(november) == "2027-11-30"
    hours = calendar_of(timed("Europe/London"))
    assert reach(re.sub(marks, b"", hours)) == "2027-01-12"


@table(
    "day, until",
    ("400 days after the one before", b"20271221", "2027-12-28"),
    ("longer after it", b"20271222", "2026-11-23"),
    ("before the plan begins", b"20260104", "2026-11-23"),
)
def test_the_last_event_counts_that_a_plan_can_have(day: bytes, until: str) -> None:
    """The one before is on 16 November; a week is added, as no horizon is stored."""
    moved = OURS.replace(b"DTSTART;VALUE=DATE:20270105", b"DTSTART;VALUE=DATE:" + day)
    assert reach(re.sub(rb"X-9C4D1F7A-[A-Z]+:.*\r\n", b"", moved)) == until


@table("kept", ("none", 0), ("one", 1))
def test_a_file_of_which_few_events_are_left_reaches_to_its_horizon(kept: int) -> None:
    """It is at most 400 days after the last of them, or after the start."""
    left = OURS
    for event in re.findall(rb"BEGIN:VEVENT.*?END:VEVENT\r\n", OURS, re.DOTALL)[kept:]:
        left = left.replace(event, b"")
    assert left.count(b"BEGIN:VEVENT") == kept
    assert reach(left) == "2027-01-05"


def test_a_forged_horizon_is_believed_as_far_as_the_events_reach() -> None:
    """Else a file would grow to the year that somebody wrote into it."""
    forged = OURS.replace(b"HORIZON:20270105", b"HORIZON:20750101")
    assert reach(forged) == "2028-02-09"
    moved = OURS.replace(b"DATE:20270105", b"DATE:20750105")
    assert reach(moved) == "2027-01-05"
    both = forged.replace(b"DATE:20270105", b"DATE:20750105")
    assert reach(both) == "2027-12-21"
    style, plan = style_of(), extended(read_calendar(forged, "A-17"), plan_of())
    once = revise_calendar(read_calendar(forged, "A-17"), plan, style, LATER)
    assert once.data.count(b"BEGIN:VEVENT") < 30
    again = read_calendar(once.data, "A-17")
    assert extended(again, plan_of()).until == plan.until


@table(
    "data, said",
    ("nothing", b"", "it is empty"),
    ("blanks", b" \r\n", "it is empty"),
    ("a picture", b"\x89PNG\r\n\x1a\n\x00\x00", "is not UTF-8"),
    ("a text", b"Dear nurse,\r\n", "Dear nurse,"),
    ("a table", b"patient,start\r\nA-17,2026-01-05\r\n", "is not a line of a calendar"),
    ("another encoding", OURS.decode().encode("utf-16"), "is not UTF-8"),
    ("latin-1", OURS.replace(b"To do", b"F\xfcr"), "is not UTF-8"),
    ("an end", b"END:VCALENDAR\r\n", "it begins with END:VCALENDAR"),
    ("a card", b"BEGIN:VCARD\r\nEND:VCARD\r\n", "it begins with BEGIN:VCARD"),
    ("a begin", b"BEGIN:VCALENDAR\r\n", "cut short"),
    ("a zero octet", OURS.replace(b"Inject", b"In\0ect"), "U+0000"),
    ("a lone CR", OURS.replace(b"Inject", b"In\rect"), "U+000D"),
    ("an escape", OURS.replace(b"Inject", b"In\x1bject"), "U+001B"),
    ("a calendar twice", OURS * 2, "appears twice"),
    ("text after it", OURS + b"X:1\r\n", "X:1 stands after END:VCALENDAR"),
    ("no name", OURS.replace(b"CLASS:", b":"), "is not a line of a calendar"),
    ("a lost end", OURS.replace(b"END:VALARM", b"END:X", 1), "ends a component"),
    ("an event around all", OURS.replace(b"VERSION:", b"BEGIN:VEVENT\r\nVERSION:", 1)
     .replace(b"END:VCALENDAR", b"END:VEVENT\r\nEND:VCALENDAR"),
     "an event begins before another component ends"),
    ("a lost begin", OURS.replace(b"BEGIN:VEVENT\r\n", b"", 1), "ends a component"),
    ("no event end", OURS.replace(b"END:VEVENT\r\n", b"", 1), "an event begins before"),
    ("an odd horizon", OURS.replace(b"HORIZON:2027", b"HORIZON:27"), "is not a date"),
    ("no such day", OURS.replace(b":20270105", b":20270230"), "is not a date"),
    ("deep", OURS.replace(b"BEGIN:VALARM", b"BEGIN:X\r\n" * 10), "more than 8"),
    ("a second UID", OURS.replace(b"CLASS", b"UID:x\r\nCLASS", 1), "a second UID"),
    (
        "an empty line that goes on",
        OURS.replace(b"SUMMARY:", b"\r\n SUMMARY:", 1),
        "continues an empty line",
    ),
    ("other words in brackets", b"<html>\r\n", "is not a line of a calendar"),
)  # fmt: skip
def test_a_damaged_file_is_refused_and_the_damage_named(data: bytes, said: str) -> None:
    """What is wrong, and where that helps."""
    error = refusal(data)
    assert error.message.startswith("the file is damaged: ")
    assert said in error.message


BARE = b"BEGIN:VCALENDAR\r\n%sEND:VCALENDAR\r\n"
MEND = "repair the file, restore it from a copy, or choose another file name"
OTHER = "choose another file name: b12sched changes only its own calendars"


@table(
    "data, message, hint",
    ("the clinic's", BARE % f"X-9C4D1F7A-OWNER:{CLINIC}\r\n".encode(),
     "is the clinic's calendar, not a patient's", "choose another file name"),
    ("another patient's", BARE % b"X-9C4D1F7A-OWNER:x\r\n",
     "is another patient's calendar",
     "check the reference, A-17, or choose another file name"),
    ("nobody's", BARE % b"", "is not a calendar of b12sched's for this patient", OTHER),
    ("huge", b" " * (LARGEST + 1),
     "has 34 MB: no calendar of b12sched's is so large", "choose another file name"),
    ("empty", b"\r\n", "is damaged: it is empty", MEND),
    ("no UTF-8", b"BEGIN:\xff", "is damaged: 'BEGIN:\\udcff' is not UTF-8", MEND),
    ("the lowest that is none", b"\x80", "is damaged: '\\udc80' is not UTF-8", MEND),
    ("a letter", b"X", "is damaged: X is not a line of a calendar", MEND),
    ("a control character", b"BEGIN:VCALENDAR\r\nX-A:1\r\nX\x01\r\nX-B:1\r\n",
     "is damaged: 'X\\x01' holds U+0001", MEND),
    ("a control character below a blank line", b"\r\n\x7f",
     "is damaged: '\\x7f' holds U+007F", MEND),
    ("a control character in the first line", b"\x7f",
     "is damaged: '\\x7f' holds U+007F", MEND),
    ("no line", b"BEGIN:VCALENDAR\r\nA B:1\r\n",
     "is damaged: 'A B:1' is not a line of a calendar", MEND),
    ("a fold of nothing", b"BEGIN:VCALENDAR\r\n\r\n X:1\r\n",
     "is damaged: X:1 continues an empty line", MEND),
    ("a card", b"BEGIN:VCARD\r\n",
     "is damaged: it begins with BEGIN:VCARD, not with BEGIN:VCALENDAR", MEND),
    ("more after it", BARE % b"" + b"X:1\r\n",
     "is damaged: X:1 stands after END:VCALENDAR", MEND),
    ("too deep", BARE % (b"BEGIN:X\r\n" * 9 + b"END:X\r\n" * 9),
     "is damaged: more than 8 components are nested", MEND),
    ("cut short", b"BEGIN:VCALENDAR\r\nX-A:1\r\n",
     "is damaged: it is cut short: END:VCALENDAR is missing", MEND),
    ("cut short in a component", b"BEGIN:VCALENDAR\r\nBEGIN:X\r\n",
     "is damaged: it is cut short: END:VCALENDAR is missing", MEND),
    ("an end of another", BARE % b"BEGIN:X\r\nEND:Y\r\n",
     "is damaged: END:Y ends a component that did not begin", MEND),
    ("an end of nothing", BARE % b"END:Y\r\n",
     "is damaged: END:Y ends a component that did not begin", MEND),
    ("no horizon", OURS.replace(b"HORIZON:2027", b"HORIZON:27"),
     "is damaged: 270105 is not a date", MEND),
)  # fmt: skip
def test_a_refusal_says_what_is_wrong_and_what_to_do(
    data: bytes, message: str, hint: str
) -> None:
    """Word for word: what a person reads."""
    error = refusal(data)
    assert (error.message, error.hint) == (f"the file {message}", hint)


def test_components_may_stand_eight_deep() -> None:
    """Ours are two deep; the limit is there for hostile files only."""
    deep = b"BEGIN:X\r\n" * 8 + b"END:X\r\n" * 8
    data = OURS.replace(b"BEGIN:VEVENT", deep + b"BEGIN:VEVENT", 1)
    assert (
        deep
        in revise_calendar(
            read_calendar(data, "A-17"), plan_of(), style_of(), LATER
        ).data
    )


def test_a_size_is_said_in_millions_of_octets(monkeypatch: pytest.MonkeyPatch) -> None:
    """To the nearest: 2,500,001 are nearer to three than to two."""
    monkeypatch.setattr("b12sched.ics.folding.LARGEST", 1)
    assert "has 3 MB: " in refusal(b" " * 2_500_001).message
    assert "has 2 MB: " in refusal(b" " * 2_499_999).message


def test_a_file_may_be_as_large_as_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """What we write is never larger, so all that we write can be read."""
    monkeypatch.setattr("b12sched.ics.folding.LARGEST", len(OURS))
    assert read_calendar(OURS, "A-17")
    monkeypatch.setattr("b12sched.ics.folding.LARGEST", len(OURS) - 1)
    assert "MB" in refusal(OURS).message


@pytest.mark.unmeasured
def test_a_calendar_of_other_origin_is_refused() -> None:
    """Nothing is written over somebody's own calendar."""
    own = (
        b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Tea//EN\r\nBEGIN:VEVENT\r\n"
        b"UID:tea\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:20260105T090000Z\r\n"
        b"END:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    assert "is not a calendar of b12sched's" in refusal(own).message
    other = own.replace(b"tea\r", b"6ba7b810-9dad-51d1-80b4-00c04fd430c8\r")
    assert "is not a calendar of b12sched's" in refusal(other).message


def test_every_event_of_a_long_file_is_known_as_ours(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """However many there are; one taken for a person's would be written once more."""
    monkeypatch.setattr("b12sched.plan.identity._MOST_EVENTS", 1)
    assert all(part.event_id for part in read_calendar(OURS, "A-17").parts)


@table(
    "text, value",
    ("a value", "X:a", "a"),
    ("colons in it", "X:a:b", "a:b"),
    ("a parameter", "X;A=b:c", "c"),
    ("a colon in quotation marks", 'X;A="b:c":d', "d"),
    ("quotation marks in the value", 'X:"a:b"', '"a:b"'),
    ("nothing", "X:", ""),
    ("no colon", "X;A=b", ""),
    ("quotation marks that do not end", 'X;A="b:c', ""),
)
def test_a_value_begins_after_the_first_colon_outside_quotation_marks(
    text: str, value: str
) -> None:
    """RFC 5545, 3.1; a line without one says nothing."""
    assert Line("X", text, text).value == value


@table(
    "text, zone",
    ("a name", "DTSTART;TZID=XY/Z:20260706", "XY/Z"),
    ("in quotation marks", 'DTSTART;TZID="A; B: C":20260706', "A; B: C"),
    ("behind another parameter", "DTSTART;X=1;tzid=A;Y=2:20260706", "A"),
    ("a colon in it", "DTSTART;TZID=GMT+05:30:20260706", "GMT+05:30"),
    ("none", "DTSTART;VALUE=DATE:20260706", ""),
)
def test_the_zone_of_a_time_is_its_tzid(text: str, zone: str) -> None:
    """Whatever letters and quotation marks a program writes it with."""
    assert Line("DTSTART", text, text).zone == zone


def test_our_events_are_known_up_to_the_highest_number(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Higher than there are events, by a number that none in use comes near."""
    events = OURS.count(b"BEGIN:VEVENT")
    monkeypatch.setattr("b12sched.plan.identity._MOST_EVENTS", 3 - events)
    parts = read_calendar(OURS, "A-17").parts
    known = [part.event_id for part in parts if part.event_id]
    assert [name for name in known if name.startswith("loading")] == [
        *("loading-1", "loading-2", "loading-3"),
    ]


def test_an_event_of_ours_that_is_there_twice_is_refused() -> None:
    """Which of the two is meant cannot be known."""
    block = re.search(rb"BEGIN:VEVENT.*?END:VEVENT\r\n", OURS, re.DOTALL)
    assert block
    twice = OURS.replace(b"END:VCALENDAR", block[0] + b"END:VCALENDAR")
    assert f"the event {FIRST.decode()} appears twice" in refusal(twice).message
    exception = block[0].replace(b"SEQUENCE", b"RECURRENCE-ID:20260105\r\nSEQUENCE")
    assert refusal(OURS.replace(b"END:VCALENDAR", exception + b"END:VCALENDAR"))


def test_a_person_s_own_events_are_kept_whatever_they_hold() -> None:
    """Twice the same, two UIDs, a line that no reader knows: none of our business."""
    own = (
        b"BEGIN:VEVENT\r\nUID:own\r\nUID:other\r\nX_UUID:6ba7b810\r\n"
        b"no name here\r\nSUMMARY:Tea\r\nEND:VEVENT\r\n"
    )
    moved = own.replace(b"UID", b"RECURRENCE-ID:20260105\r\nUID", 1)
    data = OURS.replace(b"END:VCALENDAR", own * 2 + moved + b"END:VCALENDAR")
    revision = revise_calendar(
        read_calendar(data, "A-17"), plan_of(), style_of(), LATER
    )
    assert (revision.data, revision.carried) == (data, 3)


def test_a_line_of_our_event_that_cannot_be_read_is_damage() -> None:
    """It may be the rest of a note whose fold an editor took away."""
    data = OURS.replace(b"SEQUENCE", b"faints at needles\r\nSEQUENCE", 1)
    assert "'faints at needles' is not a line" in refusal(data).message


def test_several_calendars_in_a_file_are_read_as_one() -> None:
    """As programs write that export all calendars at once; a time zone stays once."""
    style = timed("Europe/London")
    data = calendar_of(style)
    zone = re.search(rb"BEGIN:VTIMEZONE.*END:VTIMEZONE\r\n", data, re.DOTALL)
    assert zone
    tea = b"BEGIN:VEVENT\r\nUID:tea\r\nEND:VEVENT\r\n"
    other = b"BEGIN:VCALENDAR\r\nX-COLOR:1\r\n" + zone[0] + tea + b"END:VCALENDAR\r\n"
    for both in (data + other, other + data, data + b"\r\n" + other):
        old = read_calendar(both, "A-17")
        after = revise_calendar(old, plan_of(), style, LATER)
        assert after.unchanged == data.count(b"BEGIN:VEVENT")
        assert after.data.count(b"BEGIN:VCALENDAR") == 1
        assert after.data.count(b"BEGIN:VTIMEZONE") == 1
        assert tea in after.data
        assert b"X-COLOR:1\r\n" in after.data


def test_of_time_zones_that_are_the_same_the_first_is_read() -> None:
    """Each calendar of a file has its own; anything else may be there twice."""
    zones = b"".join(
        b"BEGIN:%s\r\nTZID:%s\r\nEND:%s\r\n" % (kind, name, kind)
        for kind, name in ((b"VTIMEZONE", b"A"), (b"VTIMEZONE", b"B"), (b"X", b"A"))
    )
    parts = read_file(BARE % zones + BARE % zones).parts
    found = [(part.name, part.value("TZID")) for part in parts]
    once = [("VTIMEZONE", "A"), ("VTIMEZONE", "B")]
    assert found == [*once, ("X", "A"), ("X", "A")]


def test_a_property_is_an_event_s_own_wherever_it_stands() -> None:
    """Before, between and behind its alarms, never inside them."""
    alarm = ["BEGIN:VALARM", "A:2", "BEGIN:X", "A:3", "END:X", "A:4", "END:VALARM"]
    lines = ["BEGIN:VEVENT", "A:1", *alarm, "A:5", "B:6", *alarm, "A:7", "END:VEVENT"]
    part = part_of("\r\n".join([*lines, ""]))
    assert [line.text for line in part.every("A")] == ["A:1", "A:5", "A:7"]
    assert [line.text for line in part.properties] == ["A:1", "A:5", "B:6", "A:7"]
    assert [[line.text for line in each] for each in part.alarms] == [alarm, alarm]
    assert (part.value("B"), part.value("C"), part.first("C")) == ("6", "", None)


def test_a_fold_inside_a_character_is_read_and_kept() -> None:
    """RFC 5545 allows it; what does not change keeps even its folds."""
    style, patient = style_of(), "Žofie"
    data = calendar_of(patient=patient)
    letter = "Ž".encode()
    folded = data.replace(letter, letter[:1] + b"\r\n " + letter[1:])
    assert folded != data
    old = read_calendar(folded, patient)
    revision = revise_calendar(old, plan_of(patient=patient), style, LATER)
    assert revision.changed == 0
    _, _, events = folded.partition(b"BEGIN:VEVENT")
    assert revision.data.endswith(events)
    late = plan_of(patient=patient, start="2026-01-06", until="2027-01-05")
    changed = revise_calendar(old, late, style, LATER).data
    assert "Žofie: Loading" in changed.decode()


@table(
    "spelled",
    ("doubled carriage returns", OURS.replace(b"\r\n", b"\r\r\n")),
    ("carriage returns alone", OURS.replace(b"\r\n", b"\r")),
    ("a blank behind the frame", OURS.replace(b"VCALENDAR\r", b"VCALENDAR \r")),
    ("a UID in capitals", OURS.replace(FIRST, FIRST.upper())),
    ("our mark in small letters", OURS.replace(b"X-9C4D1F7A", b"x-9c4d1f7a")),
)
def test_a_file_in_an_odd_spelling_is_read(spelled: bytes) -> None:
    """Line ends of mail programs and of old machines, names in any case."""
    old = read_calendar(spelled, "A-17")
    assert revise_calendar(old, plan_of(), style_of(), LATER).changed == 0
    late = plan_of(start="2026-01-06", until="2027-01-05")
    after = revise_calendar(old, late, style_of(), LATER).data
    assert (FIRST.upper() in after) is (FIRST.upper() in spelled)


def test_a_file_cut_anywhere_is_refused() -> None:
    """A download that broke off, a disk that was full."""
    end = OURS.rindex(b"END:VCALENDAR") + len(b"END:VCALENDAR")
    for length in [*range(0, end, 97), *range(end - 40, end)]:
        refusal(OURS[:length])


def test_a_huge_file_is_refused_before_it_is_read() -> None:
    """The limit is above anything that we write."""
    assert "MB" in refusal(b" " * (LARGEST + 1)).message
    many = OURS.replace(b"CLASS:", b"X-A:" + b"x" * 100 + b"\r\nCLASS:")
    assert read_calendar(many, "A-17")


def test_hostile_files_take_no_longer_than_their_size() -> None:
    """Neither folds, quotes, blank lines nor names are read more than once."""
    size = 400_000
    for piece in (b"\r\n", b"\n ", b'"', b'";', b"\\", b"\\,", b"BEGIN:A\r\n", b"A;"):
        body = b"X-A:1" + piece * (size // len(piece)) + b"\r\n"
        data = OURS.replace(b"CLASS:", body + b"CLASS:", 1)
        try:
            old = read_calendar(data, "A-17")
        except InputError:
            continue
        revise_calendar(old, plan_of(), style_of(), LATER)


@table(
    "change",
    ("a byte order mark", lambda data: b"\xef\xbb\xbf" + data),
    ("bare LF", lambda data: data.replace(b"\r\n", b"\n")),
    ("blank lines", lambda data: data.replace(b"BEGIN:VEVENT", b"\r\nBEGIN:VEVENT")),
    ("blank lines at the end", lambda data: data + b"\r\n\r\n"),
    ("no line end at the end", lambda data: data.removesuffix(b"\r\n")),
    ("small letters", lambda data: data.replace(b"BEGIN:V", b"begin:v")),
    ("a mark between two calendars", lambda data: BARE % b"" + b"\xef\xbb\xbf" + data),
    ("what DOS and a tape put at the end", lambda data: data + b"\x1a\0\0"),
)
def test_a_harmless_change_is_set_right(change: object) -> None:
    """An editor's or a mail program's doing: the revision is the file as it was."""
    assert callable(change)
    old = read_calendar(change(OURS), "A-17")
    revision = revise_calendar(old, plan_of(), style_of(), LATER)
    assert revision.changed == 0
    if b"begin:v" not in change(OURS):
        assert revision.data == OURS


@table(
    "number",
    ("a word", b"x"),
    ("below nought", b"-1"),
    ("a fraction", b"1.5"),
    ("too large to go up", b"2147483647"),
    ("absurd", b"9" * 5000),
    ("other digits", "٣".encode()),
)
def test_a_sequence_that_cannot_go_up_is_refused(number: bytes) -> None:
    """A lower number would make calendar programs ignore the change."""
    data = OURS.replace(b"SEQUENCE:0", b"SEQUENCE:" + number)
    old = read_calendar(data, "A-17")
    with pytest.raises(InputError, match="is not a SEQUENCE") as caught:
        revise_calendar(old, plan_of(given="2026-01-06"), style_of(), LATER)
    assert len(str(caught.value)) < 300
    if number == b"-1":
        assert caught.value.message == (
            f"the file is damaged: -1 is not a SEQUENCE (event {FIRST.decode()})"
        )


def test_a_sequence_may_go_up_to_the_highest() -> None:
    """An INTEGER has 32 bits (RFC 5545, 3.3.8): 2,147,483,647 is the highest."""
    data = OURS.replace(b"SEQUENCE:0", b"SEQUENCE:2147483646")
    plan = plan_of(given="2026-01-06", until="2027-01-05")
    after = revise_calendar(read_calendar(data, "A-17"), plan, style_of(), LATER)
    assert b"SEQUENCE:2147483647\r\n" in after.data


def test_an_event_without_a_sequence_counts_from_nought() -> None:
    """RFC 5545, 3.8.7.4: its default is 0."""
    data = OURS.replace(b"SEQUENCE:0\r\n", b"")
    old = read_calendar(data, "A-17")
    plan = plan_of(start="2026-01-06", until="2027-01-05")
    revision = revise_calendar(old, plan, style_of(), LATER)
    written = revision.changed + revision.cancelled
    assert revision.data.count(b"SEQUENCE:1\r\n") == written > 10


UNCLEAR = f"it is not clear when event {uid('A-17', 'review-1')} is"
"""Due on 12 January, the day after the plateau, it falls away."""


@table(
    "day, style",
    ("none", b"", style_of()),
    ("no date", b"DTSTART:soon\r\n", style_of()),
    ("two", b"DTSTART:20260101\r\nDTSTART:20260102\r\n", style_of()),
    ("an end and a length", b"DTSTART:20260101\r\nDURATION:P1D\r\n", style_of()),
    ("a length only", b"DURATION:P1D\r\n", style_of()),
    ("no time of its zone", b"DTSTART;TZID=Asia/Tokyo:20260101Tnoon\r\n",
     timed("Europe/London")),
)  # fmt: skip
def test_an_event_of_ours_without_a_clear_day_is_damaged(
    day: bytes, style: CalendarStyle
) -> None:
    """Cancelled it keeps its old day, so there must be one."""
    data = re.sub(rb"DTSTART;.*\r\n", day, calendar_of(style, neuro="yes"))
    old = read_calendar(data, "A-17")
    plan = plan_of(neuro="yes", plateau="2026-01-11", until="2027-01-05")
    with pytest.raises(InputError) as caught:
        revise_calendar(old, plan, style, LATER)
    assert caught.value.message == f"the file is damaged: {UNCLEAR}"


@search(150)
@given(st.binary(max_size=300))
@example(b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n")
def test_no_bytes_whatever_end_in_a_traceback(data: bytes) -> None:
    """Reading gives a calendar or an InputError."""
    refusal(data)


@search(150)
@given(st.data())
def test_no_damage_to_a_calendar_ends_in_a_traceback(data: st.DataObject) -> None:
    """Pieces cut out, doubled, swapped for others: refused, or revised to the plan."""
    broken = OURS
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(broken)))
        end = data.draw(st.integers(start, min(len(broken), start + 400)))
        pieces = st.sampled_from(
            (b"", broken[start:end] * 2, b"\r\n", b":", b";", b'"', b"BEGIN:VEVENT\r\n")
        )
        piece = data.draw(pieces | st.binary(max_size=20))
        broken = broken[:start] + piece + broken[end:]
    try:
        old = read_calendar(broken, "A-17")
        plan = extended(old, plan_of())
        after = revise_calendar(old, plan, style_of(), LATER).data
    except InputError:
        return
    again = revise_calendar(read_calendar(after, "A-17"), plan, style_of(), LATER)
    assert again.new == again.cancelled == 0


def test_the_question_that_ends_loading_is_ours_not_a_persons_note() -> None:
    """A plan that no longer asks it leaves nothing behind."""
    inject = "To do: Inject hydroxocobalamin 250 micrograms IM."
    asked = (
        "Loading goes on until the blood count is normal: if that is found, record the "
        "plateau; if not, go on loading."
    )
    why = "Why this day: 7 days after loading-12"
    because = f"{why}; decision on loading: it goes on until the blood count is normal"
    text = f"{inject} {asked}\nRule: LOAD-UK-LABEL\n{because}\nNotes:"
    ours, note = split_description(text, (inject, "Rule: LOAD-UK-LABEL", why))
    assert (len(ours), note) == (3, "")
