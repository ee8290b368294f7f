"""What programs and people do to a file, one by one: equal values, and words kept.

Each row is one edit of a whole file. `test_manners` has them together, by program.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

import pytest
from ics_cases import LATER, calendar_of, style_of, timed
from spec import plan_of, table

from b12sched.ics import extended, read_calendar, revise_calendar
from b12sched.ics.revise import Revision
from b12sched.ics.style import CalendarStyle

Edit = Callable[[bytes], bytes]
FACTS = {"neuro": "yes", "months": "6"}
GIVEN = {**FACTS, "given": "2026-01-05;2026-01-07"}
LONDON = timed("Europe/London")


def flat(data: bytes) -> bytes:
    return data.replace(b"\r\n ", b"")


def swap(old: bytes, new: bytes, count: int = -1) -> Edit:
    """An edit of the unfolded file; what it looks for must be there."""

    def edit(data: bytes) -> bytes:
        assert old in flat(data)
        return flat(data).replace(old, new, count)

    return edit


def revised(
    data: bytes, style: CalendarStyle | None = None, /, **facts: str
) -> Revision:
    old = read_calendar(data, "A-17")
    plan = extended(old, plan_of(**facts))
    return revise_calendar(old, plan, style or style_of(), LATER)


@pytest.mark.unmeasured
@table(
    "style, edit",
    ("another stamp", style_of(), swap(b"DTSTAMP:20260105", b"DTSTAMP:20260102")),
    ("an alarm that was dismissed", style_of(),
     swap(b"END:VALARM", b"ACKNOWLEDGED:20260104T090000Z\r\nEND:VALARM")),
    ("another spelling of the alarm", style_of(), swap(b"-PT15H", b"-PT900M")),
    ("an alarm's text that two programs made HTML", style_of(),
     lambda data: re.sub(rb"(ACTION:DISPLAY\r\nDESCRIPTION:)(.*?)\r\n",
     rb"\1&lt\\;p>\2&lt\\;/p>\r\n", swap(b"X-9C4D1F7A-OWN", b"X-GONE")(data))),
    ("a status in small letters", style_of(), swap(b":CONFIRMED", b":Confirmed")),
    ("a place in an alarm", style_of(),
     swap(b"END:VALARM", b"LOCATION:Room 3\r\nEND:VALARM")),
    ("HTML in our own folding", style_of(), swap(b"\\n", b"<br>")),
    ("HTML and line ends", style_of(), swap(b"\\n", b"<br />\\n")),
    ("HTML that is wrapped", style_of(),
     lambda data: swap(b"it can", b"it\\ncan")(swap(b"\\n", b"<br>")(data))),
    ("a page with a style", style_of(),
     lambda data: re.sub(rb"DESCRIPTION:(To.*)\r\n", lambda m: b"DESCRIPTION:<html>"
     b"<head><style> P {margin:0\\;} </style></head><body><div>"
     + m[1].replace(b"\\n", b"</div><div>") + b"</div></body></html>\r\n",
     flat(data))),
    ("cells of a table", style_of(), lambda data: swap(b"up to 72", b"up<td>to 72")(
     swap(b"\\n", b"<br>")(data))),
    ("Outlook's HTML alone", style_of(),
     swap(b"DESCRIPTION:To", b"DESCRIPTION:\\n\r\nX-ALT-DESC;FMTTYPE=text/html:To")),
    ("characters nobody sees", style_of(), swap(b"\\n", "\u200b\\n\u200e".encode())),
    ("a byte order mark within", style_of(), swap(b"Rule", "\ufeffRule".encode())),
    ("the same description twice", style_of(), lambda data: re.sub(
     rb"DESCRIPTION:(To do.*?)\r\n",
     rb"DESCRIPTION:\1\r\nDESCRIPTION;LANGUAGE=en:\1\r\n", flat(data))),
    ("blanks trimmed at folds", style_of(),
     lambda data: re.sub(rb"[ \t]+\r\n", b"\r\n", data)),
    ("a zone with a number", LONDON, swap(b"Europe/London", b"Clinic-2")),
    ("a zone by a key", LONDON, swap(b"TZID=Europe/London", b'TZID="{5b3c-12a}"')),
    ("a name of UTC", timed("UTC"), lambda data: re.sub(
     rb"(DTSTART|DTEND):(\d+T\d+)Z", rb"\1;TZID=tzone://Microsoft/Utc:\2", data)),
    ("a Ctrl-Z at the end", style_of(), lambda data: data + b"\x1a"),
    ("blanks at the end", style_of(), lambda data: data + b"\r\n  \r\n"),
)  # fmt: skip
def test_an_equal_value_is_no_change(style: CalendarStyle, edit: Edit) -> None:
    """Nothing new, changed or cancelled; then the file stays octet for octet."""
    data = edit(calendar_of(style, **FACTS))
    once = revised(data, style, **FACTS)
    assert (once.new, once.changed, once.cancelled) == (0, 0, 0)
    assert revised(once.data, style, **FACTS).data == once.data


NURSE = b"ring her mother"


@cache
def unedited(**facts: str) -> bytes:
    """The revision of a file that nobody edited."""
    return flat(revised(calendar_of(None, **FACTS), **facts).data)


@pytest.mark.unmeasured
@table(
    "edit",
    ("behind a reason", swap(b"2 days after loading-1\\n",
     b"2 days after loading-1 (ring her mother)\\n", 1)),
    ("behind a task", swap(b"1 mg IM.\\nRule", b"1 mg IM. ring her mother\\nRule")),
    ("behind a rule", swap(b"LOAD-NEURO\\n", b"LOAD-NEURO: ring her mother\\n")),
    ("behind a mark", swap(b"2 days after loading-1\\n",
     b"2 days after loading-1\\; given ring her mother\\n", 1)),
    ("a blank behind it", swap(b"\\nNotes:", b"\\nring her mother \\nNotes:")),
    ("a rule of hers", swap(b"\\nRule:", b"\\nRule: RING-MOTHER (ring her mother)"
     b"\\nRule:")),
    ("notes between our lines", swap(b"\\nRule:", b"\\nNotes: ring her mother"
     b"\\nRule:")),
    ("a caution like ours", swap(b"\\nNotes:", b"\\nCaution: Loading was interrupted: "
     b"ring her mother.\\nNotes:")),
    ("a link", swap(b"Notes:", b"Notes:<br><a href='x'><u>ring her mother</u></a>")),
    ("an alarm by mail", swap(b"BEGIN:VALARM", b"BEGIN:VALARM\r\nACTION:EMAIL\r\n"
     b"ATTENDEE:mailto:n@example.org\r\nDESCRIPTION:ring her mother\r\n"
     b"TRIGGER:-PT15H\r\nEND:VALARM\r\nBEGIN:VALARM", 1)),
    ("an alarm with her words", swap(b"BEGIN:VALARM", b"BEGIN:VALARM\r\nACTION:DISPLAY"
     b"\r\nDESCRIPTION:ring her mother\r\nTRIGGER:-PT15H\r\nEND:VALARM\r\n"
     b"BEGIN:VALARM", 1)
    ),
    ("a place inside", swap(b"BEGIN:VALARM", b"BEGIN:VLOCATION\r\nNAME:ring her mother"
     b"\r\nEND:VLOCATION\r\nBEGIN:VALARM")),
    ("a second description", swap(b"CATEGORIES:", b"DESCRIPTION;LANGUAGE=en:ring her "
     b"mother\r\nCATEGORIES:")),
    ("Outlook's HTML alone", lambda data: re.sub(rb"DESCRIPTION:(To do.*?)\r\n",
     lambda m: b"DESCRIPTION:\\n\r\nX-ALT-DESC:" + m[1].replace(b"\\n", b"<br>")
     + b"<br>ring her mother\r\n", flat(data))),
)  # fmt: skip
def test_what_a_person_wrote_is_kept_and_our_text_stays_once(edit: Edit) -> None:
    """Whether the event changes, is given or cancelled; and it settles at once."""
    data = edit(calendar_of(None, **FACTS))
    count = flat(data).count(NURSE)
    for facts in (FACTS, GIVEN, {**FACTS, "closed": "2026-01-07"}):
        once = revised(data, **facts)
        assert flat(once.data).count(NURSE) == count
        ours = unedited(**facts)
        for text in (b"Rule: LOAD-NEURO", b"Caution: Severe", b"Caution: No folic"):
            assert flat(once.data).count(text) == ours.count(text)
        assert revised(once.data, **facts).data == once.data


@pytest.mark.parametrize(
    "second",
    [
        *("DTSTART:20260201", "DTSTART;VALUE=DATE:20260201", "DTEND:20260202"),
        *("SUMMARY:Tea", "STATUS:CANCELLED", "CLASS:PUBLIC", "TRANSP:OPAQUE"),
        *("SEQUENCE:9", "DURATION:P1D\r\nDURATION:P2D"),
    ],
)
def test_what_an_event_says_once_is_said_once_again(second: str) -> None:
    """Of two dates, states or names a program may take the one that is not ours."""
    data = calendar_of(None, **FACTS)
    extra = f"{second}\r\nEND:VEVENT".encode()
    once = revised(data.replace(b"END:VEVENT", extra, 1), **FACTS)
    assert (once.changed, once.unchanged) == (1, data.count(b"BEGIN:VEVENT") - 1)
    for line in second.encode().split(b"\r\n"):
        assert once.data.count(line + b"\r\n") == data.count(line + b"\r\n")
    assert revised(once.data, **FACTS).data == once.data


@pytest.mark.parametrize("line", [b"BEGIN:VEVENT", b"END:VEVENT"])
def test_an_event_begins_and_ends_as_every_program_reads_it(line: bytes) -> None:
    """One that does not know the parameter would leave the event out."""
    data = calendar_of(None, **FACTS)
    odd = data.replace(line, line.replace(b":", b";X-A=1:"), 1)
    once = revised(odd, **FACTS)
    assert once.changed == 1
    assert b";X-A=1" not in once.data
    assert revised(once.data, **FACTS).data == once.data


def test_addresses_of_links_are_kept() -> None:
    """A formatted link of a web page becomes its text and its address."""
    note = b"Notes:<br><a href='https://ward.example/7'><u>protocol</u></a>"
    data = swap(b"\\nNotes:", b"<br>" + note)(calendar_of(None, **FACTS))
    after = flat(revised(data.replace(b"\\n", b"<br>"), **GIVEN).data)
    assert b"protocol (https://ward.example/7)" in after


@pytest.mark.unmeasured
@table(
    "old, new",
    ("by somebody", b"; given\\n", b"; given by Ann\\n"),
    ("with a dot", b"; given\\n", b"; given.\\n"),
    ("a lost task", b"To do: Inject hydroxocobalamin 1 mg IM.\\n", b""),
    ("a note above", b"Why this day", b"Notes: x\\nWhy this day"),
    ("characters nobody sees", b"\\n", "\u200b\\n".encode()),
)
def test_a_given_dose_is_known_whatever_was_written_about_it(
    old: bytes, new: bytes
) -> None:
    """It is never cancelled, and named where it would no longer be given."""
    old = old.replace(b"; ", b"\\; ")
    data = swap(old, new.replace(b"; ", b"\\; "))(calendar_of(None, **GIVEN))
    assert len(revised(data, **FACTS).no_longer_given) == 2
    last = plan_of(start="", last_dose="2026-01-07", neuro="yes", months="6")
    old_file = read_calendar(data, "A-17")
    after = revise_calendar(old_file, extended(old_file, last), style_of(), LATER)
    days = re.findall(rb"DTSTART;VALUE=DATE:(\d+)", after.data)
    for block in after.data.split(b"BEGIN:VEVENT")[1:]:
        if b"20260105" in block.partition(b"DTEND")[0] and b"injection" in block:
            assert b"STATUS:CONFIRMED" in block
    assert b"20260105" in days


@pytest.mark.unmeasured
@table(
    "title, said",
    ("ours", "A-17: GIVEN: Loading dose 1", "'A-17: GIVEN: Loading dose 1'"),
    ("a long one", "x" * 200, "x" * 200),
    ("a longer one", "x" * 201, f"'{'x' * 199}…'"),
    ("a comma", "Smith\\, A", "'Smith, A'"),
)
def test_a_dose_that_is_no_longer_given_is_named(title: str, said: str) -> None:
    """By the title in the file, its day, and what the plan says of that."""
    data = flat(calendar_of(LONDON, **FACTS, given="2026-01-05"))
    data = re.sub(b"SUMMARY:A-17: GIVEN: .*", f"SUMMARY:{title}\r".encode(), data)
    assert revised(data, LONDON, **FACTS).no_longer_given == (
        f"{said} on Mon 2026-01-05 was marked as given; in this plan no dose was given "
        "on that day",
    )


@pytest.mark.unmeasured
@table(
    "start, said",
    ("in UTC", b":20260104T200000Z", ["Mon 2026-01-05"]),
    ("not clear", b":soon", []),
)
def test_the_day_of_a_dose_that_is_no_longer_given_is_the_clinic_s(
    start: bytes, said: list[str]
) -> None:
    """20:00 UTC on 4 January is 09:00 on 5 January in Auckland."""
    auckland = timed("Pacific/Auckland")
    edit = swap(
        b";TZID=Pacific/Auckland:20260105T090000\r\nDTEND", start + b"\r\nDTEND"
    )
    data = edit(calendar_of(auckland, **GIVEN))
    found = revised(data, auckland, **{**GIVEN, "given": "2026-01-07"})
    assert [note.split(" on ")[1][:14] for note in found.no_longer_given] == said
    assert revised(data, auckland, **GIVEN).no_longer_given == ()


def test_deleting_old_events_cancels_no_future_one() -> None:
    """Programs clear what is old; what is left still says how far the plan reached."""
    facts = {"start": "2022-01-05", "neuro": "no"}
    data = calendar_of(None, **facts, until="2030-01-05")
    event = rb"BEGIN:VEVENT\r\n(?:(?!END:VEVENT).)*?DATE:202[23].*?END:VEVENT\r\n"
    left = re.sub(event, b"", data, flags=re.DOTALL)
    after = revised(left, **facts, months="60")
    assert after.cancelled == 0
    assert b"HORIZON:20300105" in after.data


@pytest.mark.parametrize("junk", [
    b"DESCRIPTION:from Word:\x0bnext", b"SUMMARY:Caf\xe9", b"X-A:lone\rreturn",
    b"DESCRIPTION:foo\r\n\r\n  bar",
])  # fmt: skip
def test_a_person_s_event_may_hold_what_no_calendar_may(junk: bytes) -> None:
    """Its octets are kept; in an event of ours the same is damage."""
    own = b"BEGIN:VEVENT\r\nUID:tea\r\n" + junk + b"\r\nEND:VEVENT\r\n"
    data = calendar_of().replace(b"END:VCALENDAR", own + b"END:VCALENDAR")
    assert revised(data).data == data


def test_calendars_put_together_have_one_method_and_scale() -> None:
    """Each at most once (RFC 5545, 3.6); a byte order mark may stand between them."""
    second = (
        b"\xef\xbb\xbfBEGIN:VCALENDAR\r\nMETHOD:PUBLISH\r\nCALSCALE:GREGORIAN\r\n"
        b"END:VCALENDAR\r\n"
    )
    lines = b"METHOD:REQUEST\r\nCALSCALE:gregorian\r\nVERSION"
    first = calendar_of().replace(b"VERSION", lines, 1)
    after = revised(first + second).data
    assert after.count(b"METHOD:") == after.count(b"CALSCALE:") == 1
    assert after.count(b"BEGIN:VCALENDAR") == 1


@pytest.mark.unmeasured
def test_discretion_leaves_no_line_of_ours_whatever_is_left_of_a_block() -> None:
    """A person who deletes one of our lines does not make the others hers."""
    for old in (b"To do: Inject hydroxocobalamin 1 mg IM.\\n", b"Rule: LOAD-NEURO\\n"):
        data = swap(old, b"")(calendar_of(None, **FACTS))
        after = revised(data, style_of(discreet="yes"), **FACTS).data
        assert not re.search(rb"Inject|LOAD-|B12|hydroxo", flat(after))
    alarm = (
        b"BEGIN:VALARM\r\nACTION:EMAIL\r\nATTENDEE:mailto:n@example.org\r\n"
        b"SUMMARY:A-17: Loading dose 1: hydroxocobalamin 1 mg IM\r\n"
        b"TRIGGER:-PT15H\r\nEND:VALARM\r\nBEGIN:VALARM"
    )
    data = swap(b"BEGIN:VALARM", alarm, 1)(calendar_of(None, **FACTS))
    data = data.replace(b"X-WR-CALNAME:B12 A-17", b"X-WR-CALNAME:B12 A-17 ")
    after = revised(data, style_of(discreet="yes"), **FACTS).data
    assert b"n@example.org" in after
    assert not re.search(rb"B12|hydroxo|A-17", flat(after))


def test_a_cancelled_event_keeps_a_time_that_no_program_can_read() -> None:
    """Only its day is needed; a person's alarm in it is no obstacle."""
    data = calendar_of(None, **FACTS)
    alarm = b"BEGIN:VALARM\r\nTRIGGER:-PT1H\r\nEND:VALARM\r\n"
    odd = re.sub(
        rb"DTSTART;VALUE=DATE:(\d{8})\r\n", rb"DTSTART:\1Tnoon\r\n" + alarm, data
    )
    after = revised(odd, **FACTS, plateau="2026-01-11")
    assert after.cancelled > 30
    block = next(b for b in after.data.split(b"BEGIN:VEVENT") if b"CANCELLED" in b)
    assert b"Tnoon" in block
    assert b"VALARM" not in block
