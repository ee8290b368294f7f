"""A revision: what keeps its bytes, what goes up, what is cancelled, what survives."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import icalendar
import pytest
import vobject
from ics_cases import (
    LATER,
    NOW,
    calendar_of,
    events_of,
    style_of,
    texts_of,
    timed,
    triggers_of,
    unfolded,
)
from spec import plan_of, table
from test_ics_write import TELLING

from b12sched import Plan
from b12sched.errors import InputError
from b12sched.ics import (
    IMPORT_ADVICE,
    CalendarStyle,
    Revision,
    extended,
    read_calendar,
    revise_calendar,
    uid,
)
from b12sched.ics.added import added_note, with_added
from b12sched.ics.description import own_lines, split_description
from b12sched.ics.event import EventContent, contents, vevent, was_called
from b12sched.ics.folding import fold, unescape
from b12sched.ics.read import part_of
from b12sched.ics.values import agrees, is_neutral

FIRST = uid("A-17", "loading-1")
NEXT = uid("A-17", "loading-2")
GIVEN = {"given": "2026-01-06"}
"""Dose 1 a day late: it is given, and all that follows moves by a day."""


def revised(
    data: bytes,
    style: CalendarStyle | None = None,
    /,
    **fields: str,
) -> Revision:
    """A file revised to the plan for these fields, which reaches to its horizon."""
    old = read_calendar(data, "A-17")
    plan = extended(old, plan_of(**fields))
    return revise_calendar(old, plan, style or style_of(), LATER)


def counts(revision: Revision) -> tuple[int, ...]:
    r = revision
    return r.new, r.changed, r.unchanged, r.cancelled, r.carried


def block(data: bytes, name: str) -> bytes:
    """The lines of one event, as they stand in the file."""
    found = re.findall(rb"BEGIN:VEVENT\r\n.*?END:VEVENT\r\n", data, re.DOTALL)
    (only,) = (each for each in found if b"\r\nUID:" + name.encode() in each)
    return bytes(only)


def edited(data: bytes, name: str, old: bytes, new: bytes) -> bytes:
    """A file with something in one event replaced by hand, once."""
    before = block(data, name)
    assert before.count(old) >= 1
    return data.replace(before, before.replace(old, new, 1))


def with_line(data: bytes, name: str, line: str) -> bytes:
    """A file with a line more in one event, before its alarms."""
    return edited(data, name, b"TRANSP", line.encode() + b"\r\nTRANSP")


def wanted(style: CalendarStyle) -> EventContent:
    """What the event of dose 2 is to say."""
    found = map(EventContent._make, contents(plan_of(), style))
    return next(each for each in found if each.uid == NEXT)


# --- what changes -------------------------------------------------------------------


@pytest.mark.parametrize(
    "style",
    [
        *(style_of(), style_of(discreet="yes"), timed("Europe/London", remind="2h;1d")),
        *(style_of(remind="none"), timed("UTC"), timed("Africa/Casablanca")),
    ],
)
def test_an_export_with_nothing_changed_gives_the_same_bytes(
    style: CalendarStyle,
) -> None:
    """Whenever it is made: stamps and numbers stay too."""
    data = calendar_of(style, neuro="yes")
    revision = revised(data, style, neuro="yes")
    assert revision == Revision(data=data, unchanged=len(events_of(data)))


def test_what_our_own_spelling_tells_is_not_looked_into(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An event as we write it, or on another day: a closer look would take time."""

    def looks(*_: object) -> None:
        raise AssertionError

    data = calendar_of()
    with monkeypatch.context() as patch:
        patch.setattr("b12sched.ics.revise.with_added", looks)
        assert revised(data).data == data
    monkeypatch.setattr("b12sched.ics.revise.agrees", looks)
    assert counts(revised(data, start="2026-01-06")) == (0, 14, 0, 0, 0)


def test_a_changed_event_keeps_its_uid_and_goes_up_by_one() -> None:
    """New day, new stamp, SEQUENCE + 1; the others keep their bytes."""
    data = calendar_of()
    after = revised(data, closed="2026-01-07").data
    old, new = events_of(data), events_of(after)
    assert set(old) == set(new)
    assert new[NEXT]["DTSTART;VALUE=DATE"] == "20260108"
    assert new[NEXT]["SEQUENCE"] == "1"
    assert new[NEXT]["DTSTAMP"] == new[NEXT]["LAST-MODIFIED"] == "20260205T080000Z"
    labs = uid("A-17", "lab-3m")
    assert block(after, labs) == block(data, labs)


def test_each_further_change_goes_up_once_more() -> None:
    """Also when it goes back to what it was: that is a change to who has the last."""
    data = calendar_of()
    for number, closed in enumerate(("2026-01-07", "", "2026-01-07"), start=1):
        data = revised(data, closed=closed).data
        assert events_of(data)[NEXT]["SEQUENCE"] == str(number)


def test_what_is_no_longer_in_the_plan_stays_and_is_cancelled() -> None:
    """STATUS, SUMMARY and SEQUENCE say so; it has its day, no alarm and no time."""
    data = calendar_of(neuro="yes")
    revision = revised(data, neuro="yes", plateau="2026-01-11")
    gone = uid("A-17", "loading-9")
    event = events_of(revision.data)[gone]
    assert event["STATUS"] == "CANCELLED"
    assert event["SUMMARY"] == "CANCELLED: A-17: Loading dose 9"
    assert event["SEQUENCE"] == "1"
    assert event["DTSTAMP"] == event["LAST-MODIFIED"] == "20260205T080000Z"
    assert event["CLASS"] == "PRIVATE"
    assert event["TRANSP"] == "TRANSPARENT"
    assert event["DTSTART;VALUE=DATE"] == events_of(data)[gone]["DTSTART;VALUE=DATE"]
    assert b"VALARM" not in block(revision.data, gone)
    assert revision.cancelled > 30
    assert set(events_of(data)) <= set(events_of(revision.data))


def test_what_is_cancelled_is_carried_over_with_its_bytes() -> None:
    """Every further revision leaves it as it is."""
    data = revised(calendar_of(neuro="yes"), neuro="yes", plateau="2026-01-11").data
    revision = revised(data, neuro="yes", plateau="2026-01-11")
    assert revision.data == data
    assert revision.carried > 30
    assert revision.changed == revision.new == revision.cancelled == 0


def test_what_comes_back_is_the_same_event_again() -> None:
    """Same UID, SEQUENCE + 1, no longer cancelled, with its alarm."""
    data = calendar_of(neuro="yes")
    without = revised(data, neuro="yes", plateau="2026-01-11").data
    revision = revised(without, neuro="yes")
    back = uid("A-17", "loading-9")
    assert events_of(revision.data)[back]["STATUS"] == "CONFIRMED"
    assert events_of(revision.data)[back]["SEQUENCE"] == "2"
    assert b"VALARM" in block(revision.data, back)
    assert set(events_of(revision.data)) == set(events_of(without))
    assert revision.new == 0


def test_a_longer_horizon_adds_and_a_shorter_one_takes_nothing_away() -> None:
    """A revision is worked out to the later horizon; the file's never shrinks."""
    data = calendar_of(months="12")
    longer = revised(data, months="24")
    assert longer.new > 0
    assert (longer.changed, longer.cancelled) == (0, 0)
    assert read_calendar(longer.data, "A-17").values("X-9C4D1F7A-HORIZON") == [
        "20280105"
    ]

    new = set(events_of(longer.data)) - set(events_of(data))
    assert len(new) == longer.new
    assert {events_of(longer.data)[name]["SEQUENCE"] for name in new} == {"0"}
    shorter = revised(longer.data, months="6")
    assert shorter.data == longer.data


def test_a_plan_that_ends_before_the_file_is_the_caller_s_mistake() -> None:
    """Its events beyond would all be taken for cancelled."""
    old = read_calendar(calendar_of(months="12"), "A-17")
    with pytest.raises(ValueError, match="horizon, 2027-01-05"):
        revise_calendar(old, plan_of(months="11"), style_of(), LATER)


def test_a_revision_is_refused_where_a_new_calendar_is() -> None:
    """No reference, no doses."""
    old = read_calendar(calendar_of(), "A-17")
    with pytest.raises(InputError) as caught:
        revise_calendar(old, plan_of(patient=""), style_of(), LATER)
    assert caught.value.field == "patient"


def test_the_summary_is_one_line_of_counts() -> None:
    """New, changed, unchanged, cancelled, carried over."""
    revision = revised(calendar_of(neuro="yes"), neuro="yes", plateau="2026-01-11")
    assert revision.summary == (
        f"1 new, {revision.changed} changed, {revision.unchanged} unchanged, "
        f"{revision.cancelled} cancelled, 0 carried over"
    )
    assert "\n" not in IMPORT_ADVICE


# --- another style ------------------------------------------------------------------


@pytest.mark.unmeasured
def test_discretion_on_and_off_keeps_identity_and_leaves_nothing_behind() -> None:
    """Cancelled events too; back again says what it said before."""
    data = revised(calendar_of(neuro="yes"), neuro="yes", plateau="2026-01-11").data
    same = {"neuro": "yes", "plateau": "2026-01-11"}
    discreet = revised(data, style_of(discreet="yes"), **same)
    assert not TELLING.search(texts_of(discreet.data))
    assert "A-17" not in texts_of(discreet.data)
    again = revised(discreet.data, **same)
    assert set(events_of(again.data)) == set(events_of(data))
    assert discreet.changed == again.changed == len(events_of(data))

    def said(data: bytes) -> dict[str, tuple[str, str]]:
        events = events_of(data).items()
        return {name: (e["SUMMARY"], e["DESCRIPTION"]) for name, e in events}

    assert said(again.data) == said(data)


def test_a_calendar_that_is_discreet_no_more_says_so() -> None:
    """Who forgets --discreet is told before the file goes anywhere; else nobody is."""
    facts = {"neuro": "yes", "plateau": "2026-01-11"}
    discreet = revised(calendar_of(neuro="yes"), style_of(discreet="yes"), **facts)
    opened = revised(discreet.data, **facts)
    told = "it was discreet and no longer is: add --discreet to keep it so"
    assert opened.summary == (
        f"0 new, {len(events_of(discreet.data))} changed, 0 unchanged, 0 cancelled, "
        f"0 carried over; {told}"
    )
    for other in (
        discreet,
        revised(discreet.data, style_of(discreet="yes"), **facts),
        revised(opened.data, **facts),
        revised(opened.data, neuro="yes", plateau="2026-01-13"),
    ):
        assert told not in other.summary


def test_a_cancelled_event_keeps_its_time_zone() -> None:
    """From timed to all-day: the VTIMEZONE stays for those that still name it."""
    london = timed("Europe/London")
    data = calendar_of(london, neuro="yes")
    data = revised(data, london, neuro="yes", plateau="2026-01-11").data
    data = revised(data, neuro="yes", plateau="2026-01-11").data
    assert b"DTSTART;TZID=Europe/London:20260121T090000" in data
    assert data.count(b"BEGIN:VTIMEZONE") == 1
    assert b"DTSTART;VALUE=DATE:20260105" in data


def test_a_time_zone_covers_every_event_that_names_it() -> None:
    """Also a person's own event, long before the plan."""
    york = timed("America/New_York")
    own = (
        b"BEGIN:VEVENT\r\nUID:own\r\nDTSTAMP:20200101T000000Z\r\n"
        b"DTSTART;TZID=America/New_York:19990704T120000\r\nEND:VEVENT\r\n"
    )
    data = calendar_of(york).replace(b"END:VCALENDAR", own + b"END:VCALENDAR")
    after = revised(data, york).data
    assert own in after
    assert b"DTSTART:19980405T020000" in after
    assert after.count(b"BEGIN:VTIMEZONE") == 1
    assert revised(after, york).data == after


@table(
    "year, covered",
    ("the first that counts", 1900, range(1900, 2028)),
    ("one before it", 1899, range(2026, 2028)),
    ("the last", 2200, range(2026, 2201)),
    ("one after it", 2201, range(2026, 2028)),
)
def test_a_time_zone_covers_no_event_of_another_age(
    monkeypatch: pytest.MonkeyPatch, year: int, covered: range
) -> None:
    """A year that somebody wrote by mistake would make thousands of changes."""
    own = (
        f"BEGIN:VEVENT\r\nUID:own\r\nDTSTART;TZID=Europe/London:{year}0704T120000\r\n"
        "END:VEVENT\r\nEND:VCALENDAR"
    )
    style = timed("Europe/London")
    data = calendar_of(style).replace(b"END:VCALENDAR", own.encode())
    written = []

    def lines(zone: str, years: range) -> str:
        written.append((zone, years))
        return ""

    monkeypatch.setattr("b12sched.ics.revise.zone_lines", lines)
    revised(data, style)
    assert written == [("Europe/London", covered)]


def test_a_time_zone_covers_the_years_of_the_plan_and_one_on_either_side() -> None:
    """This one is in 2026 and 2027; Morocco changes its clocks twice every year."""
    lines = unfolded(calendar_of(timed("Africa/Casablanca"), months="18"))
    zone = lines[: lines.index("BEGIN:VEVENT")]
    years = {line[8:12] for line in zone if line.startswith("DTSTART:")}
    assert years == {"2025", "2026", "2027", "2028"}


@pytest.mark.unmeasured
@table(
    "day, cancelled",
    ("400 days after the end", b"20280209", True),
    ("one more", b"20280210", False),
)
def test_an_event_far_beyond_the_end_is_left_alone(day: bytes, cancelled: bool) -> None:
    """Of it the plan, which ends on 5 January 2027, says nothing."""
    name = uid("A-17", "review-1")
    data = edited(
        calendar_of(neuro="yes"), name, b"DTSTART;VALUE=DATE:20260113",
        b"DTSTART;VALUE=DATE:" + day,
    )  # fmt: skip
    after = revised(data, neuro="no").data
    assert (events_of(after)[name]["STATUS"] == "CANCELLED") is cancelled


@pytest.mark.unmeasured
@table(
    "start, given, status",
    ("that day", b";TZID=Pacific/Auckland:20260113T090000", "2026-01-13", "CONFIRMED"),
    ("the same in UTC", b":20260112T200000Z", "2026-01-13", "CONFIRMED"),
    ("the day before", b";TZID=Pacific/Auckland:20260113T090000", "2026-01-12",
     "CANCELLED"),
)  # fmt: skip
def test_an_examination_on_the_day_of_a_given_dose_stays(
    start: bytes, given: str, status: str
) -> None:
    """Whatever the plan says now: 09:00 on 13 January in Auckland is 20:00 UTC."""
    auckland, name = timed("Pacific/Auckland"), uid("A-17", "review-1")
    was = b";TZID=Pacific/Auckland:20260113T090000"
    data = edited(calendar_of(auckland, neuro="yes"), name, was, start)
    after = revised(data, auckland, neuro="no", given=f"2026-01-05;{given}").data
    assert events_of(after)[name]["STATUS"] == status


def test_a_given_dose_that_counts_as_another_keeps_its_event() -> None:
    """Dose 3 of loading is the first of maintenance once the plateau is recorded."""
    facts = {"neuro": "yes", "given": "2026-01-05;2026-01-07;2026-01-09"}
    after = revised(calendar_of(None, **facts), **facts, plateau="2026-01-08").data
    event = events_of(after)[uid("A-17", "loading-3")]
    assert event["SUMMARY"].startswith("A-17: GIVEN: Maintenance dose 1: ")
    assert event["DTSTART;VALUE=DATE"] == "20260109"
    assert event["STATUS"] == "CONFIRMED"


# --- what a person did --------------------------------------------------------------


@pytest.mark.unmeasured
@table(
    "line",
    ("a place", "LOCATION:Room 4"),
    ("a comment", "COMMENT:ask for Anne"),
    ("a link", "URL:https://example.org/x"),
    ("a participant", 'ATTENDEE;CN="B, Anne":mailto:anne@example.org'),
    ("a colour", "COLOR:teal"),
    ("a priority", "PRIORITY:1"),
    ("an attachment", "ATTACH;FMTTYPE=text/plain:https://example.org/a.txt"),
    ("a program's own", "X-MOZ-GENERATION:3"),
    ("a folded line", "COMMENT:one\r\n two"),
    ("two of them", "LOCATION:Room 4\r\nCOMMENT:ask for Anne"),
)
def test_a_property_that_a_person_added_survives(line: str) -> None:
    """Whether the event changes or not."""
    data = with_line(calendar_of(), NEXT, line)
    unchanged = revised(data)
    assert unchanged == Revision(data=data, unchanged=14)
    changed = revised(data, closed="2026-01-07")
    assert line.encode() in block(changed.data, NEXT)
    assert events_of(changed.data)[NEXT]["SEQUENCE"] == "1"
    again = revised(changed.data, closed="2026-01-07")
    assert again == Revision(data=changed.data, unchanged=14)


def test_what_a_person_added_to_a_line_follows_ours() -> None:
    """The line is folded anew."""
    content = wanted(style_of())
    lines = "CATEGORIES:Ward\\, 3\r\nDESCRIPTION:Notes: left arm"
    part = part_of(f"BEGIN:VEVENT\r\n{lines}\r\nEND:VEVENT\r\n")
    full = with_added(content, part, style_of())
    assert full.category == "CATEGORIES:B12 injection,Ward\\, 3"
    ours, theirs = (each.description.split("\r\n ") for each in (content, full))
    assert len(ours) > 1
    assert "".join(theirs) == "".join(ours) + " left arm"


def test_an_event_with_hundreds_of_properties_is_written_anew_once() -> None:
    """They are too many to be compared one by one; in our form it stays as it is."""
    lines = "\r\n".join(f"X-A-{n}:1" for n in range(200))
    once = revised(with_line(calendar_of(), NEXT, lines))
    assert once.changed == 1
    assert revised(once.data).data == once.data


@pytest.mark.unmeasured
@table(
    "old, new, kept",
    ("after the label", "Notes:", "Notes: left arm", "Notes: left arm"),
    ("below the label", "Notes:", "Notes:\\nleft arm", "Notes:\\nleft arm"),
    ("with commas", "Notes:", "Notes: a\\, b\\; c", "Notes: a\\, b\\; c"),
    ("above ours", "To do:", "left arm\\nTo do:", "Notes:\\nleft arm"),
    ("between ours", "\\nRule:", "\\nleft arm\\nRule:", "Notes:\\nleft arm"),
    ("instead of the label", "Notes:", "left arm", "Notes:\\nleft arm"),
)
def test_a_note_in_the_description_survives(old: str, new: str, kept: str) -> None:
    """All that is not ours, wherever it was written; it then follows `Notes:`."""
    flat = calendar_of().replace(b"\r\n ", b"")
    data = edited(flat, NEXT, old.encode(), new.encode())
    assert counts(revised(data)) == counts(revised(calendar_of()))
    changed = revised(data, closed="2026-01-07").data
    said = events_of(changed)[NEXT]["DESCRIPTION"]
    assert said.endswith(kept)
    assert said.startswith("To do: Inject")
    assert said.count("Rule: ") == 1
    assert revised(changed, closed="2026-01-07").data == changed
    (event,) = (p for p in read_calendar(changed, "A-17").parts if p.uid == NEXT)
    assert all(line.raw == fold(line.text) for line in event.lines)


OUR_LINES = [
    "To do: Inject hydroxocobalamin 1 mg IM.",
    "Rule: LOAD-STANDARD",
    "Why this day: day 3 of the course",
]
TEXT = "\n".join(OUR_LINES)
SEVERE = "Caution: Severe anaemia: watch potassium in the first 48 hours."
EARLIER = (
    "Caution: The dose is 5 days overdue. Ask about symptoms; the prescriber decides "
    "whether to load again."
)
VISIT = (
    "To do: B-2: Maintenance dose 3: hydroxocobalamin 1 mg IM (5 days overdue, due "
    "Mon 2026-03-02)"
)
JUDGE = "To do: Judge the gait."
FIRST_DOSE = "Why this day: first dose"
SYMPTOMS = "Caution: She is tired. Ask about symptoms; the prescriber decides."
INTERVAL = "Caution: The interval is hers: the prescriber's decision."


@table(
    "text, ours, note",
    ("ours alone", f"{TEXT}\nNotes:", OUR_LINES, ""),
    ("a note", f"{TEXT}\nNotes: left", OUR_LINES, " left"),
    ("below", f"{TEXT}\nNotes:\nleft\n\narm", OUR_LINES, "\nleft\n\narm"),
    ("with our words", f"{TEXT}\nNotes: x\nRule: C", OUR_LINES, " x\nRule: C"),
    ("above", f"left\n{TEXT}\nNotes: x", OUR_LINES, " x\nleft"),
    ("a note above", f"Notes: left\n{TEXT}\nNotes: x", OUR_LINES, " x\nNotes: left"),
    ("blanks at the end", f"{TEXT}\n\nNotes: x \n ", OUR_LINES, " x"),
    ("no label", f"{TEXT}\nleft\n\narm", OUR_LINES, "\nleft\narm"),
    ("indented", TEXT.replace("\n", "\n  "), OUR_LINES, ""),
    (
        "a task of hers above",
        f"To do: ring first\n{TEXT}\nNotes:",
        OUR_LINES,
        "\nTo do: ring first",
    ),
    (
        "between ours",
        f"{TEXT.replace('Rule', 'To do: ring first{n}Rule')}\nNotes:".replace(
            "{n}", "\n"
        ),
        OUR_LINES,
        "\nTo do: ring first",
    ),
    (
        "a reason of hers",
        f"{TEXT}\nWhy this day: her day off\nNotes:",
        OUR_LINES,
        "\nWhy this day: her day off",
    ),
    (
        "her reason first",
        TEXT.replace("Why", "Why this day: her day off\nWhy") + "\nNotes:",
        OUR_LINES,
        "\nWhy this day: her day off",
    ),
    (
        "a rule of hers",
        f"{TEXT}\nRule: no left arm\nNotes:",
        OUR_LINES,
        "\nRule: no left arm",
    ),
    (
        "a caution of hers",
        f"{TEXT}\nCaution: faints at needles\nNotes:",
        OUR_LINES,
        "\nCaution: faints at needles",
    ),
    (
        "below the label",
        f"{TEXT}\nNotes:\nCaution: faints at needles",
        OUR_LINES,
        "\nCaution: faints at needles",
    ),
    (
        "to know, above ours",
        f"To know: deaf\n{TEXT}\nNotes:",
        OUR_LINES,
        "\nTo know: deaf",
    ),
    ("a caution of ours", f"{TEXT}\n{SEVERE}\nNotes:", [*OUR_LINES, SEVERE], ""),
    (
        "one of an earlier version",
        f"{TEXT}\n{EARLIER}\nNotes:",
        [*OUR_LINES, EARLIER],
        "",
    ),
    (
        "HTML",
        f"{TEXT}\nNotes:\nleft & right".replace("&", "&amp;").replace("\n", "<br>"),
        OUR_LINES,
        "\nleft & right",
    ),
    (
        "paragraphs",
        "".join(f"<p>{line}</p>" for line in OUR_LINES)
        + '<p>Notes:</p><p>see <a href="https://x.example">the letter</a></p>',
        OUR_LINES,
        "\n\nsee the letter (https://x.example)",
    ),
    ("a sign that is no HTML", f"{TEXT}\nNotes: <br> 5 < 6", OUR_LINES, " <br> 5 < 6"),
    ("escaped twice", f"{TEXT}\nNotes: a".replace("\n", "\\n"), OUR_LINES, " a"),
    (
        "no rule",
        TEXT.replace("Rule: LOAD-STANDARD\n", "") + "\nNotes: a",
        [OUR_LINES[0], OUR_LINES[2]],
        " a",
    ),
    (
        "a discreet one",
        "To do: ring her mother\nNotes: a",
        [],
        " a\nTo do: ring her mother",
    ),
    ("a blank before the label", f"{TEXT}\n Notes: a", OUR_LINES, " a"),
    ("an escaped label", f"{TEXT}\nNotes\\: a: b", OUR_LINES, " a: b"),
    ("an unseen sign in the label", f"{TEXT}\n\u200bNotes: a", OUR_LINES, " a"),
    ("a rule in a discreet one", "Notes:\nRule: NO", [], "\nRule: NO"),
    (
        "cancelled",
        "To do: nothing: this is no longer in the plan.\nNotes: a",
        ["To do: nothing: this is no longer in the plan."],
        " a",
    ),
    (
        "a clinic's day",
        f"{VISIT}\nTo do: order more\nNotes: a",
        [VISIT],
        " a\nTo do: order more",
    ),
    ("nothing", "", [], ""),
    ("above, indented", f"  left \n{TEXT}\nNotes:", OUR_LINES, "\n  left"),
    ("behind a task", TEXT.replace(".", ". ring her", 1), OUR_LINES, "\nring her"),
    ("no task", TEXT.partition("\n")[2] + "\nNotes: a", OUR_LINES[1:], " a"),
    ("a task of no form of ours", TEXT.replace("Inject", "Sip") + "\nNotes: a",
     [OUR_LINES[0].replace("Inject", "Sip"), *OUR_LINES[1:]], " a"),
    ("a task in our form above", f"{JUDGE}\n{TEXT}", OUR_LINES, f"\n{JUDGE}"),
    ("a task in our form below", f"{TEXT}\n{JUDGE}", OUR_LINES, f"\n{JUDGE}"),
    ("a reason in our form above", f"{FIRST_DOSE}\n{TEXT}", OUR_LINES,
     f"\n{FIRST_DOSE}"),
    ("a detail without a number", f"{TEXT}\n{SYMPTOMS}", [*OUR_LINES, SYMPTOMS], ""),
    ("the same in few words of ours", f"{TEXT}\n{INTERVAL}", OUR_LINES,
     f"\n{INTERVAL}"),
    ("HTML of HTML", f"{TEXT}\nNotes: a".replace("\n", "&lt;br&gt;"), OUR_LINES, " a"),
    ("a page that is wrapped", TEXT.replace("\n", "<br>").replace("1 mg", "1\nmg"),
     OUR_LINES, ""),
    ("a page with line ends", f"<p>{TEXT}\nNotes: <b>a</b></p>", OUR_LINES, " a"),
    ("a page of a person's", "left<p> Rule: arm</p>", [], "\nleft\n Rule: arm"),
    ("a sign before a label", f"{TEXT}\nNotes: <br>Rule: 5 < 6", OUR_LINES,
     " <br>Rule: 5 < 6"),
)  # fmt: skip
def test_our_lines_of_a_description_are_told_from_a_note(
    text: str, ours: list[str], note: str
) -> None:
    """By place and whole text, never by a label alone; below `Notes:` none is ours."""
    assert split_description(text) == (ours, note)


SING = "To do: Sing."


@table(
    "text, ours, note",
    ("without its blanks", "Todo:Sing.\nNotes: a", [SING], " a"),
    ("far from the rule", f"{SING}\n{TEXT}", [SING, *OUR_LINES[1:]],
     f"\n{OUR_LINES[0]}"),
)  # fmt: skip
def test_what_the_plan_now_asks_for_is_ours(
    text: str, ours: list[str], note: str
) -> None:
    """In whatever form, and wherever it stands."""
    lines = own_lines(f"{SING}\nRule:  A\nNotes:")
    assert lines == [SING, "Rule: A"]
    assert split_description(text, lines) == (ours, note)


def test_a_line_that_the_plan_now_asks_for_is_no_note() -> None:
    """Without its blanks it is ours only by what the event should say."""
    part = part_of("BEGIN:VEVENT\r\nDESCRIPTION:Todo:Sing.\\nNotes: a\r\nEND:VEVENT")
    content = wanted(style_of())._replace(description=f"DESCRIPTION:{SING}\\nNotes:")
    assert added_note(part) == " a\nTodo:Sing."
    assert added_note(part, content) == " a"
    full = with_added(content, part, style_of())
    assert full.description == f"{content.description} a"


@table(
    "line, length",
    ("a clinic's visit", VISIT, len(VISIT)),
    ("a caution, without its blanks", EARLIER, len(EARLIER.replace(" ", ""))),
)
def test_a_line_of_ours_is_shorter_than_the_limit(
    line: str, length: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Expressions are slow on long lines, so these are a person's."""
    limit = "b12sched.ics.description._LONGEST_LINE"
    line = line.replace("5 days", "7 days")  # one that no test has asked about
    monkeypatch.setattr(limit, length + 1)
    assert split_description(line) == ([line], "")
    line = line.replace("7 days", "8 days")
    monkeypatch.setattr(limit, length)
    assert split_description(line) == ([], f"\n{line}")


def test_html_may_be_as_long_as_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """A longer text is taken as it is."""
    page = TEXT.replace("\n", "<br>")
    limit = "b12sched.ics.description._LONGEST_HTML"
    monkeypatch.setattr(limit, len(page))
    assert split_description(page) == (OUR_LINES, "")
    monkeypatch.setattr(limit, len(page) - 1)
    assert split_description(page) != (OUR_LINES, "")


def test_a_note_survives_discretion_and_cancellation() -> None:
    """A note is a person's own; what it tells is theirs to decide."""
    data = calendar_of(neuro="yes")
    name = uid("A-17", "loading-9")
    flat = data.replace(b"\r\n ", b"")
    data = edited(flat, name, b"Notes:", b"Notes: left arm")
    gone = revised(data, style_of(discreet="yes"), neuro="yes", plateau="2026-01-11")
    event = events_of(gone.data)[name]
    assert event["SUMMARY"] == "CANCELLED: Appointment"
    assert event["DESCRIPTION"] == "Notes: left arm"
    back = events_of(revised(gone.data, neuro="yes").data)[name]
    assert back["DESCRIPTION"].endswith("\\nNotes: left arm")


ALARM = (
    "BEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:{}\r\nDESCRIPTION:{}\r\nEND:VALARM\r\n"
)


def test_an_alarm_that_a_person_added_survives() -> None:
    """Beside ours, in a changed event as in an unchanged one, and in one given."""
    alarm = ALARM.format("-PT30M", "Go").encode()
    data = edited(calendar_of(), FIRST, b"END:VEVENT", alarm + b"END:VEVENT")
    assert revised(data).data == data
    moved = revised(data, start="2026-01-06")
    assert alarm in block(moved.data, FIRST)
    assert b"TRIGGER:-PT15H" in block(moved.data, FIRST)
    given = revised(data, **GIVEN)
    assert alarm in block(given.data, FIRST)
    assert b"TRIGGER:-PT15H" not in block(given.data, FIRST)


def test_every_alarm_that_a_person_added_survives() -> None:
    """In their order, after ours, with nothing between them."""
    alarms = "".join(ALARM.format(when, "Go") for when in ("-PT30M", "-PT5M")).encode()
    data = edited(calendar_of(), FIRST, b"END:VEVENT", alarms + b"END:VEVENT")
    moved = block(revised(data, start="2026-01-06").data, FIRST)
    assert moved.endswith(b"END:VALARM\r\n" + alarms + b"END:VEVENT\r\n")


def test_an_alarm_behind_a_copy_of_ours_survives() -> None:
    """Ours, without its mark, is there once; hers follows it."""
    alarm = ALARM.format("-PT30M", "Go").encode()
    data = calendar_of().replace(b"X-9C4D1F7A-OWN:1\r\n", b"")
    data = edited(data, FIRST, b"END:VEVENT", alarm + b"END:VEVENT")
    moved = block(revised(data, start="2026-01-06").data, FIRST)
    assert moved.count(b"BEGIN:VALARM") == 2
    assert moved.endswith(b"END:VALARM\r\n" + alarm + b"END:VEVENT\r\n")


def test_a_cancelled_event_does_not_ring_at_all() -> None:
    """Not even by a person's own alarm, which would call for what is not to be done.

    What else she added stays.
    """
    alarm = ALARM.format("-PT30M", "Go").encode()
    place = b"BEGIN:VLOCATION\r\nNAME:Ward\r\nEND:VLOCATION\r\n"
    data = calendar_of(neuro="yes")
    gone = uid("A-17", "loading-9")
    data = edited(data, gone, b"END:VEVENT", alarm + place + b"END:VEVENT")
    after = revised(data, neuro="yes", plateau="2026-01-11").data
    assert b"VALARM" not in block(after, gone)
    assert block(after, gone).endswith(b"TRANSPARENT\r\n" + place + b"END:VEVENT\r\n")


@table(
    "lines, ours",
    ("no text", "BEGIN:VALARM|TRIGGER:-PT15H|END:VALARM", True),
    ("small letters", "begin:valarm |TRIGGER:-PT15H|END:VALARM", True),
    ("the old title", "BEGIN:VALARM|TRIGGER:-PT15H|DESCRIPTION:Dose|END:VALARM", True),
    ("from the end", "BEGIN:VALARM|TRIGGER;RELATED=END:-P1DT15H|END:VALARM", True),
    ("another time", "BEGIN:VALARM|TRIGGER:-PT14H|END:VALARM", False),
    ("her words", "BEGIN:VALARM|TRIGGER:-PT15H|DESCRIPTION:Go|END:VALARM", False),
    ("no alarm", "BEGIN:VLOCATION|TRIGGER:-PT15H|END:VLOCATION", False),
)
def test_an_alarm_without_our_mark_is_ours_by_text_and_time(
    lines: str, ours: bool
) -> None:
    """Then it is not written a second time; what is a person's follows ours."""
    inside = lines.replace("|", "\r\n")
    part = part_of(f"BEGIN:VEVENT\r\nSUMMARY:Dose\r\n{inside}\r\nEND:VEVENT\r\n")
    content = wanted(style_of())
    full = with_added(content, part, style_of())
    assert full.alarms == content.alarms + (f"{inside}\r\n" * (not ours))


def test_an_alarm_with_the_title_as_text_shows_the_new_title() -> None:
    """Some programs copy the title; the old one would tell on a discreet calendar."""
    title = events_of(calendar_of())[FIRST]["SUMMARY"]
    alarm = ALARM.format("-PT30M", title).encode()
    data = edited(calendar_of(), FIRST, b"END:VEVENT", alarm + b"END:VEVENT")
    after = revised(data, style_of(discreet="yes")).data
    assert ALARM.format("-PT30M", "Appointment").encode() in block(after, FIRST)
    assert not TELLING.search(texts_of(after))


def test_our_alarm_is_not_doubled_when_a_program_dropped_its_mark() -> None:
    """An alarm that rings when ours does is ours."""
    data = calendar_of().replace(b"X-9C4D1F7A-OWN:1\r\n", b"")
    assert revised(data) == Revision(data=data, unchanged=14)
    after = revised(data, start="2026-01-06").data
    assert block(after, FIRST).count(b"BEGIN:VALARM") == 1


def test_an_alarm_of_ours_that_was_taken_away_comes_back() -> None:
    """Reminders are the plan's; --remind says otherwise."""
    alarm = re.search(rb"BEGIN:VALARM.*?END:VALARM\r\n", calendar_of(), re.DOTALL)
    assert alarm
    data = edited(calendar_of(), FIRST, alarm[0], b"")
    assert counts(revised(data))[:2] == (0, 1)
    assert alarm[0] in block(revised(data).data, FIRST)


def test_a_category_that_a_person_added_survives() -> None:
    """Thunderbird keeps its colours there."""
    data = edited(calendar_of(), NEXT, b"B12 injection", b"B12 injection,Ward\\, 3")
    assert revised(data).changed == 0
    after = revised(data, closed="2026-01-07").data
    assert events_of(after)[NEXT]["CATEGORIES"] == "B12 injection,Ward\\, 3"


def test_a_person_s_own_events_are_carried_over_as_they_are() -> None:
    """Series, to-dos, other time zones: bytes and all."""
    own = (
        b"BEGIN:VTIMEZONE\r\nTZID:Own\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\n"
        b"TZOFFSETFROM:+0100\r\nTZOFFSETTO:+0100\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"
        b"BEGIN:VEVENT\r\nUID:own-1\r\nDTSTAMP:20260101T000000Z\r\nRRULE:FREQ=DAILY\r\n"
        b"DTSTART;TZID=Own:20260105T090000\r\nSUMMARY:Tea\r\nEND:VEVENT\r\n"
        b"BEGIN:VEVENT\r\nUID:own-1\r\nDTSTAMP:20260101T000000Z\r\n"
        b"RECURRENCE-ID;TZID=Own:20260106T090000\r\nSUMMARY:More tea\r\nEND:VEVENT\r\n"
        b"BEGIN:VTODO\r\nUID:own-2\r\nDTSTAMP:20260101T000000Z\r\nEND:VTODO\r\n"
    )
    data = calendar_of().replace(b"END:VCALENDAR", own + b"END:VCALENDAR")
    revision = revised(data, closed="2026-01-07")
    assert own in revision.data
    assert revision.carried == 2
    assert own in revised(data, timed("Europe/London")).data
    assert b"SUMMARY:Tea" in revised(revision.data, timed("UTC")).data


@pytest.mark.unmeasured
def test_what_the_plan_decides_is_set_right_again() -> None:
    """A day, a title, a status, a class, a recurrence: facts go in through the plan."""
    changes = {
        b"DTSTART;VALUE=DATE:20260107": b"DTSTART;VALUE=DATE:20260109",
        b"DTSTART;VALUE=DATE:20260107\r\n": b"",
        b"DTEND;VALUE=DATE:20260108": b"DURATION:P2D",
        b"SUMMARY:A-17: Loading dose 2": b"SUMMARY:My dose",
        b"STATUS:CONFIRMED": b"STATUS:CANCELLED",
        b"CLASS:PRIVATE": b"CLASS:PUBLIC",
        b"TRANSP:TRANSPARENT": b"TRANSP:OPAQUE",
        b"SEQUENCE:0": b"RRULE:FREQ=DAILY;COUNT=3\r\nSEQUENCE:0",
        b"TRIGGER:-PT15H": b"TRIGGER:PT9H",
        b"CATEGORIES:B12 injection": b"CATEGORIES:Tea",
        b"Inject hydroxocobalamin 1": b"Inject hydroxocobalamin 9",
    }
    for old, new in changes.items():
        data = edited(calendar_of(), NEXT, old, new)
        revision = revised(data)
        # A category may have been dropped: only by itself it is no change.
        assert revision.changed == (b"CATEGORIES" not in old), new
        right = events_of(calendar_of())[NEXT] | {
            "SEQUENCE": "1",
            "DTSTAMP": "20260205T080000Z",
            "LAST-MODIFIED": "20260205T080000Z",
        }
        found = events_of(revision.data)[NEXT]
        assert found == right or not revision.changed, new
        assert revised(by_hand(data)).changed == revision.changed, new


def test_outlook_s_copies_of_our_text_do_not_outlive_it() -> None:
    """X-ALT-DESC would go on telling what a discreet calendar must not."""
    line = (
        "X-ALT-DESC;FMTTYPE=text/html:<b>Inject</b>\r\nX-MICROSOFT-CDO-BUSYSTATUS:BUSY"
    )
    data = with_line(calendar_of(), NEXT, line)
    after = revised(data, style_of(discreet="yes")).data
    assert b"X-ALT-DESC" not in after
    assert b"X-MICROSOFT" not in after


def test_a_calendar_that_a_person_named_keeps_the_name() -> None:
    """Ours is a proposal; discretion changes ours only."""
    data = calendar_of().replace(b"X-WR-CALNAME:B12 A-17", b"X-WR-CALNAME:Tuesdays")
    named = unfolded(revised(data, style_of(discreet="yes")).data)
    assert named[1:4] == [
        *("VERSION:2.0", "PRODID:-//9C4D1F7A//9C4D1F7A//EN", "X-WR-CALNAME:Tuesdays"),
    ]
    ours = revised(calendar_of(), style_of(discreet="yes")).data
    assert b"X-WR-CALNAME:Appointments\r\n" in ours
    assert b"X-WR-CALNAME:B12 A-17\r\n" in revised(ours).data
    nameless = calendar_of().replace(b"X-WR-CALNAME:B12 A-17\r\n", b"")
    assert revised(nameless).data == calendar_of()


def test_properties_of_the_calendar_that_are_not_ours_stay() -> None:
    """Colours and zones that a program wrote; ours are written anew, and come first."""
    data = calendar_of().replace(
        b"VERSION:2.0\r\nPRODID:-//b12sched//b12sched//EN\r\n",
        b"METHOD:PUBLISH\r\nX-A;X=1:2\r\nX-A:1\r\nX-A:1\r\nPRODID:-//Apple//EN\r\n"
        b"VERSION:2.0\r\n",
    )
    ours, events = calendar_of().split(b"BEGIN:VEVENT", 1)
    theirs = b"METHOD:PUBLISH\r\nX-A;X=1:2\r\nX-A:1\r\n"
    assert revised(data).data == ours + theirs + b"BEGIN:VEVENT" + events


# --- rewritten by a program ---------------------------------------------------------


def by_icalendar(data: bytes) -> bytes:
    rewritten: bytes = icalendar.Calendar.from_ical(data).to_ical(sorted=False)
    return rewritten


def by_vobject(data: bytes) -> bytes:
    return str(vobject.readOne(data.decode()).serialize()).encode()


def by_hand(data: bytes) -> bytes:
    """Properties backwards, names in small letters, another folding, bare LF."""

    def turned(match: re.Match[str]) -> str:
        lines = re.sub("\r\n ", "", match[1]).split("\r\n")[:-1]
        small = [
            re.sub("^[A-Z-]+", lambda name: name[0].lower(), line)
            for line in reversed(lines)
        ]
        folded = [line[:30] + "\r\n\t" + line[30:] for line in small if line[30:]]
        return "\r\n".join([*folded, *(line for line in small if not line[30:]), ""])

    text = re.sub(
        r"(?<=BEGIN:VEVENT\r\n)((?:(?!BEGIN:VALARM|END:VEVENT).*\r\n)+)",
        turned,
        data.decode(),
    )
    assert text.encode() != data
    return text.replace("\r\n", "\n").encode()


def without_our_mark(data: bytes) -> bytes:
    """As Google and others do it: the calendar's own properties are gone."""
    return re.sub(rb"X-(9C4D1F7A|WR)-[A-Z]+:.*\r\n", b"", data)


programs = pytest.mark.parametrize(
    "rewrite", [by_icalendar, by_vobject, by_hand, without_our_mark]
)
STYLES = [style_of(), style_of(discreet="yes"), timed("Europe/London", remind="2h;1d")]


@pytest.mark.unmeasured
@programs
@pytest.mark.parametrize("style", STYLES)
def test_a_file_that_a_program_rewrote_is_still_ours_and_unchanged(
    rewrite: object, style: CalendarStyle
) -> None:
    """Events are compared by what they say; after that it is a file like any other."""
    assert callable(rewrite)
    data = rewrite(calendar_of(style, neuro="yes", until="2027-01-05"))
    fields = {"neuro": "yes", "until": "2027-01-05"}
    revision = revised(data, style, **fields)
    assert counts(revision) == (0, 0, len(events_of(calendar_of(neuro="yes"))), 0, 0)
    assert revised(revision.data, style, **fields).data == revision.data
    moved = revised(revision.data, style, **fields, plateau="2026-01-11")
    assert moved.cancelled > 30
    assert set(events_of(data)) <= set(events_of(moved.data))


@pytest.mark.unmeasured
@programs
def test_what_a_program_rewrote_and_the_plan_changed_is_in_our_form_again(
    rewrite: object,
) -> None:
    """The same events as in a revision of our own file; notes and places included."""
    assert callable(rewrite)
    data = with_line(calendar_of(), NEXT, "LOCATION:Room 4")
    direct = events_of(revised(data, start="2026-01-06").data)
    roundabout = events_of(revised(rewrite(data), start="2026-01-06").data)
    assert set(direct) == set(roundabout)
    for name, event in direct.items():
        other = {key.upper(): value for key, value in roundabout[name].items()}
        same = {"SUMMARY", "SEQUENCE", "DTSTART;VALUE=DATE", "STATUS"}
        assert {key: other.get(key) for key in same} == {k: event[k] for k in same}
    place = {key.upper(): value for key, value in roundabout[NEXT].items()}
    assert place["LOCATION"] == "Room 4"


def test_reminders_count_in_a_rewritten_file_too() -> None:
    """One that is missing, or no longer wanted, is a change; one more is a person's."""
    rewritten = by_hand(calendar_of()).replace(b"\n", b"\r\n")
    every = len(plan_of().events)
    assert revised(rewritten, style_of(remind="1d")).changed == 0
    assert revised(rewritten, style_of(remind="1d;2d")).changed == every
    assert revised(rewritten, style_of(remind="none")).changed == every
    alarm = ALARM.format("-PT30M", "Go").encode()
    more = rewritten.replace(b"END:VEVENT", alarm + b"END:VEVENT")
    assert revised(more).changed == 0


def test_utc_in_place_of_a_zone_is_the_same_moment() -> None:
    """Some programs write all times in UTC."""
    data = calendar_of(timed("America/New_York"))
    text = re.sub(
        rb"(DTSTART|DTEND);TZID=America/New_York:(\d{8})T09(\d{4})",
        lambda m: b"%s:%sT14%sZ" % (m[1], m[2], m[3]),
        data,
    )
    days = [e["DTSTART;TZID=America/New_York"][:8] for e in events_of(data).values()]
    summer = sum("20260308" <= day < "20261101" for day in days)
    assert 0 < summer < len(days)
    assert revised(text, timed("America/New_York")).changed == summer


LONDON = timed("Europe/London")


@table(
    "line, neutral",
    ("ours", "CATEGORIES:Appointment", True),
    ("ours and a person's", "CATEGORIES:Ward,Appointment", True),
    ("an open one", "CATEGORIES:B12 injection", False),
    ("another word", "CATEGORIES:Appointments", False),
    ("another property", "LOCATION:Appointment", False),
    ("two words of a person's", "CATEGORIES:B12 injection,My Appointment", False),
    ("its title, if no category is ours", "SUMMARY:Appointment\r\nCATEGORIES:X", True),
    ("its title, cancelled", "SUMMARY:CANCELLED: Appointment", True),
    ("its title in an open one", "SUMMARY:Appointment\r\nCATEGORIES:B12 laboratory",
     False),
    ("another title", "SUMMARY:Appointments", False),
)  # fmt: skip
def test_a_discreet_event_is_known_by_its_category(line: str, neutral: bool) -> None:
    """Its title, which a person may have changed, tells where none is ours."""
    text = f"BEGIN:VEVENT\r\n{line}\r\nEND:VEVENT"
    assert is_neutral(part_of(text)) is neutral


def test_a_discreet_calendar_that_stays_discreet_is_not_said_to_be_opened() -> None:
    """Whether its events change or not."""
    discreet = style_of(discreet="yes")
    revision = revised(calendar_of(discreet), discreet, closed="2026-01-07")
    assert revision.changed > 0
    assert not revision.opened
    assert "discreet" not in revision.summary


OUR_ALARM = "X-9C4D1F7A-OWN:1\r\nEND:VALARM\r\n"
TWO_DAYS = "BEGIN:VALARM\r\nTRIGGER:-PT39H\r\n"
ALARM_OF_NEXT = (
    "BEGIN:VALARM\r\nACTION:DISPLAY\r\nDESCRIPTION:A-17: Loading dose 2: "
    f"hydroxocobalamin 1 mg IM\r\nTRIGGER:-PT15H\r\n{OUR_ALARM}"
)


@pytest.mark.unmeasured
@table(
    "style, old, new, same",
    ("nothing", style_of(), "", "", True),
    ("the day", style_of(), "DATE:20260107", "DATE:20260106", False),
    ("the end", style_of(), "DATE:20260108", "DATE:20260109", False),
    ("a length for the end", style_of(), "DTEND;VALUE=DATE:20260108", "DURATION:P1D",
     True),
    ("no clear day", style_of(), "DATE:20260107", "DATE:2026010X", False),
    ("no day", style_of(), "DTSTART;VALUE=DATE:20260107\r\n", "", False),
    ("the title", style_of(), "SUMMARY:A-17: Load", "SUMMARY:A-17: load", False),
    ("no title", style_of(), "SUMMARY:", "X-A:", False),
    ("another category of ours", style_of(), "B12 injection", "B12 laboratory", False),
    ("one of ours too many", style_of(), "B12 inj", "B12 laboratory,B12 inj", False),
    ("a person's category", style_of(), "B12 injection", "Ward,B12 injection", True),
    ("the class", style_of(), "CLASS:PRIVATE", "CLASS:PUBLIC", False),
    ("small letters in it", style_of(), "CLASS:PRIVATE", "CLASS:private", True),
    ("no class", style_of(), "CLASS:PRIVATE\r\n", "", False),
    ("none, where it is public", style_of(class_="public"), "CLASS:PUBLIC\r\n", "",
     True),
    ("what is to be done", style_of(), "To do: Inject", "To do: Eat", False),
    ("a note", style_of(), "To do: Inject", "left arm\\nTo do: Inject", True),
    ("no description", style_of(), "DESCRIPTION:", "X-A:", False),
    ("the status", style_of(), "STATUS:CONFIRMED", "STATUS:CANCELLED", False),
    ("small letters in that", style_of(), "STATUS:CONFIRMED", "STATUS:confirmed", True),
    ("no status", style_of(), "STATUS:CONFIRMED\r\n", "", True),
    ("no category", style_of(), "CATEGORIES:B12 injection\r\n", "", True),
    ("the time it takes", style_of(), "TRANSP:TRANSPARENT", "TRANSP:OPAQUE", False),
    ("small letters in this", style_of(), "TRANSP:TRANS", "TRANSP:trans", True),
    ("it takes time unless told", style_of(), "TRANSP:TRANSPARENT\r\n", "", False),
    ("and so it does with a time", LONDON, "TRANSP:OPAQUE\r\n", "", True),
    ("a recurrence", style_of(), "TRANSP:", "RRULE:FREQ=DAILY\r\nTRANSP:", False),
    ("an exception", style_of(), "TRANSP:", "EXDATE:20260107\r\nTRANSP:", False),
    ("the alarm", style_of(), "-PT15H", "-PT14H", False),
    ("another form of it", style_of(), "-PT15H", "-PT900M", True),
    ("an alarm counted from the end", style_of(), "TRIGGER:-PT15H",
     "TRIGGER;RELATED=END:-P1DT15H", True),
    ("an alarm without our mark", style_of(), "X-9C4D1F7A-OWN:1\r\n", "", True),
    ("an alarm more", style_of(), "BEGIN:VALARM",
     f"{TWO_DAYS}END:VALARM\r\nBEGIN:VALARM", True),
    ("one of ours more", style_of(), "BEGIN:VALARM",
     f"{TWO_DAYS}{OUR_ALARM}BEGIN:VALARM", False),
    ("no alarm", style_of(), ALARM_OF_NEXT, "", False),
)  # fmt: skip
def test_an_event_in_another_form_says_the_same_or_does_not(
    style: CalendarStyle, old: str, new: str, same: bool
) -> None:
    """What the plan decides must be the same; what is a person's is not looked at."""
    flat = calendar_of(style).replace(b"\r\n ", b"")
    before = block(flat, NEXT).decode()
    assert old in before
    data = flat.replace(before.encode(), before.replace(old, new).encode())
    (part,) = (p for p in read_calendar(data, "A-17").parts if p.uid == NEXT)
    assert agrees(part, wanted(style), style) is same


def test_an_event_of_many_lines_is_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    """As long as they are no more than the limit."""
    style = style_of()
    part = part_of(vevent(wanted(style), "20260205T080000Z", 0))
    limit = "b12sched.ics.values._MOST_LINES"
    monkeypatch.setattr(limit, len(part.lines))
    assert agrees(part, wanted(style), style)
    monkeypatch.setattr(limit, len(part.lines) - 1)
    assert not agrees(part, wanted(style), style)


def test_icalendar_is_asked_only_about_events_that_a_program_rewrote() -> None:
    """Its import costs more than a whole revision; a changed plan does without."""
    script = (
        "import sys, datetime as dt\n"
        "from b12sched import Case, Clinic, build\n"
        "from b12sched.ics import *\n"
        "row = dict(patient='A', start='2026-01-05', neuro='yes', renal='normal')\n"
        "plan = build(Case.parse(row), Clinic.parse({}))\n"
        "late = row | dict(given='2026-01-06', until='2027-01-08')\n"
        "after = build(Case.parse(late), Clinic.parse({}))\n"
        "now = dt.datetime(2026, 1, 5, tzinfo=dt.UTC)\n"
        "data = write_calendar(plan, CalendarStyle(), now)\n"
        "old = read_calendar(data, 'A')\n"
        "print(revise_calendar(old, after, CalendarStyle(), now).changed > 30)\n"
        "print('icalendar' in sys.modules)\n"
        "old = read_calendar(data.replace(b'-PT15H', b'-PT54000S'), 'A')\n"
        "print(revise_calendar(old, plan, CalendarStyle(), now).changed)\n"
        "print('icalendar' in sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        check=True,
        text=True,
        env={"PYTHONPATH": str(Path(__file__).parents[2])},
    )
    assert done.stdout.split() == ["True", "False", "0", "True"]


def test_a_reference_with_every_odd_character_can_be_revised() -> None:
    """What was escaped on the way out is understood on the way in."""
    patient = "a;b,c\\N\\n^'x" + "漢" * 20
    plan: Plan = plan_of(patient=patient)
    data = calendar_of(patient=patient)
    revision = revise_calendar(read_calendar(data, patient), plan, style_of(), LATER)
    assert revision.data == data
    assert unescape(events_of(data)[uid(patient, "loading-1")]["SUMMARY"]).startswith(
        f"{patient}: Loading dose 1: "
    )
    assert NOW != LATER


@table(
    "start, alarm, same",
    ("the same moment in UTC", "DTSTART:20260706T083000Z", "-PT2H", True),
    ("another moment in UTC", "DTSTART:20260706T093000Z", "-PT2H", False),
    ("a floating time", "DTSTART:20260706T093000", "-PT2H", False),
    ("a fixed offset", "DTSTART;TZID=GMT+01:00:20260706T093000", "-PT2H", True),
    ("another offset", "DTSTART;TZID=UTC-5:20260706T033000", "-PT2H", True),
    ("a zone of no known name", "DTSTART;TZID=Praxis:20260706T093000", "-PT2H", True),
    ("a zone of another winter", 'DTSTART;TZID="(UTC+05:30) Chennai":20260706T093000',
     "-PT2H", False),
    ("a moment for the alarm", "", ";VALUE=DATE-TIME:20260706T063000Z", True),
    ("a wrong moment for it", "", ";VALUE=DATE-TIME:20260706T073000Z", False),
    ("no length of time for it", "", ":soon", False),
    ("a day out of range", "DTSTART;TZID=Asia/Tokyo:00010101T000000", "-PT2H", False),
    ("a length instead of a day", "DTSTART:P1D", "-PT2H", False),
    ("a length out of range", "DURATION:P9999999W\r\nDTSTART:20260706T083000Z",
     "-PT2H", False),
    ("no length", "DURATION:20260706\r\nDTSTART:20260706T083000Z", "-PT2H", False),
    ("a length of 15 minutes", "DURATION:PT15M\r\nDTSTART:20260706T083000Z", "-PT2H",
     True),
    ("no end at all", "DURATION-X:1\r\nDTSTART:20260706T083000Z", "-PT2H", False),
)  # fmt: skip
def test_a_moment_is_the_same_however_it_is_written(
    start: str, alarm: str, same: bool
) -> None:
    """09:30 in London is 08:30 UTC in summer; icalendar reads times and lengths."""
    style = timed("Europe/London", time="09:30", remind="2h")
    day = next(e for e in plan_of(start="2026-07-06").events)
    assert str(day.date) == "2026-07-06"
    found = EventContent._make(next(iter(contents(plan_of(start="2026-07-06"), style))))
    text = vevent(found, "20260205T080000Z", 0)
    if start:
        text = re.sub("DTSTART.*", start, text.replace("\r\n", "\n"))
        if "DURATION" in start:
            text = re.sub("DTEND.*\n", "", text)
    alarm = alarm if alarm[0] in ":;" else f":{alarm}"
    text = re.sub("TRIGGER.*", f"TRIGGER{alarm}", text.replace("\r\n", "\n"))
    part = part_of(text.replace("\n", "\r\n"))
    assert agrees(part, found, style) is same


# --- titles of earlier versions -----------------------------------------------------


def earlier(data: bytes) -> bytes:
    """A calendar as earlier versions wrote it: what is done, and behind it for whom."""
    text = data.decode().replace("\r\n ", "")
    text = re.sub(
        r"^(SUMMARY|DESCRIPTION):A-17: (GIVEN: )?((?:PROVISIONAL: )?(?:Loading|Maint|"
        r"Neuro|Labs|Assess)[^\r\n]*)",
        r"\1:\3 (A-17)",
        text,
        flags=re.MULTILINE,
    )
    return text.replace("FBC", "CBC").encode()


def test_a_title_of_an_earlier_version_is_revised_as_ours() -> None:
    """Every event gets the new title, with its alarms; afterwards nothing changes."""
    facts = {"neuro": "yes", "given": "2026-01-05", "months": "6"}
    new = calendar_of(None, **facts)
    old = earlier(new)
    assert b"SUMMARY:Loading dose 1: hydroxocobalamin 1 mg IM (A-17)" in old
    assert b"SUMMARY:PROVISIONAL: Maintenance dose 1: " in old
    revision = revised(old, **facts)
    assert (revision.new, revision.cancelled, revision.unchanged) == (0, 0, 0)
    titles = [event["SUMMARY"] for event in events_of(revision.data).values()]
    assert titles == [event["SUMMARY"] for event in events_of(new).values()]
    assert b"(A-17)" not in revision.data
    assert triggers_of(revision.data) == triggers_of(new)
    assert (
        unfolded(revision.data).count(
            "DESCRIPTION:A-17: Loading dose 2: hydroxocobalamin 1 mg IM"
        )
        == 1
    )
    assert revised(revision.data, **facts).data == revision.data


def test_labs_that_said_cbc_are_revised_as_ours() -> None:
    """The three lab titles change and nothing else; a note and a CBC of hers stay."""
    new = calendar_of()
    old = new.replace(b"FBC", b"CBC")
    lab = uid("A-17", "lab-3m")
    old = edited(old, lab, b"Notes:", b"Notes: CBC by phone")
    revision = revised(old)
    assert counts(revision) == (0, 3, 11, 0, 0)
    event = events_of(revision.data)[lab]
    assert event["SUMMARY"] == "A-17: Labs at 3 months: serum B12 + FBC + homocysteine"
    assert event["SEQUENCE"] == "1"
    assert event["DESCRIPTION"].endswith("Notes: CBC by phone")
    assert revision.data.replace(b"\r\n ", b"").count(b"CBC") == 1
    assert triggers_of(revision.data) == triggers_of(new)
    assert revised(revision.data).data == revision.data


@table(
    "old, new, ours",
    ("planned", "Loading dose 1: x (A-17)", "A-17: Loading dose 1: x", True),
    ("given now", "Loading dose 1: x (A-17)", "A-17: GIVEN: Loading dose 1: x", True),
    ("sure now", "PROVISIONAL: M (A-17)", "A-17: M", True),
    ("brackets in a reference", "L (A (1))", "A (1): L", True),
    ("brackets in what is done", "L (x) (A)", "A: L (x)", True),
    ("the other word", "A: Labs: B12 + CBC", "A: Labs: B12 + FBC", True),
    ("both", "Labs: B12 + CBC (CBC)", "CBC: Labs: B12 + FBC", True),
    ("another patient", "Loading dose 1: x (B)", "A-17: Loading dose 1: x", False),
    ("a person's words", "Ask Dr Fox first", "A-17: Loading dose 1: x", False),
    ("nobody's title", "Loading dose 1", "Loading dose 1: ", False),
)
def test_titles_of_earlier_versions_are_known(old: str, new: str, ours: bool) -> None:
    """On a server a title that is not ours is a person's, and not overwritten."""
    assert was_called(old, new) is ours
