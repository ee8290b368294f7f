"""Files that other programs rewrote: nothing is doubled, lost or wrongly refused.

`manners` rewrites our calendars in the manner of each program. icalendar then says what
a revision has made of them; no code of ours is asked.
"""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import Any, NamedTuple

import icalendar
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from ics_cases import (
    LATER,
    LONG,
    NOW,
    calendar_of,
    published_plans,
    search,
    style_of,
    timed,
    unfolded,
)
from list_cases import WEEK, visits, window
from manners import PROGRAMS, rewritten
from spec import plan_of

from b12sched import Plan
from b12sched.errors import B12SchedError
from b12sched.ics import (
    CalendarStyle,
    Revision,
    extended,
    read_calendar,
    revise_calendar,
    uid,
    write_calendar,
)
from b12sched.ics.clinic import revise_clinic, write_clinic
from b12sched.ics.description import _REASONS, _TASKS, _TITLE, split_description
from b12sched.plan.cautions import CAUTIONS, cautions
from b12sched.plan.wording import title, what_to_do, why

STYLES = {
    "all day": style_of(),
    "discreet": style_of(discreet="yes"),
    "timed": timed("Europe/London", remind="15h"),
}
FIRST, NEXT = uid("A-17", "loading-1"), uid("A-17", "loading-2")
NOTES = (
    "faints at needles, ring first",
    "Caution: faints at needles",
    "To do: ring her mother",
    "To know: deaf in the left ear",
    "Rule: no left arm",
    "Why this day: her day off",
)
TEA = "BEGIN:VEVENT\r\nUID:tea\r\nSUMMARY:Tea\r\nX_UUID:1\r\nEND:VEVENT\r\n"


class Shown(NamedTuple):
    """What a reader finds in an event."""

    start: object
    title: str
    note: str
    place: str
    status: str
    rings: tuple[dt.timedelta, ...]


def shown(data: bytes) -> dict[str, Shown]:
    """What icalendar finds, by UID; an event that appears twice is a failure."""
    found: dict[str, Shown] = {}
    for event in icalendar.Calendar.from_ical(data).walk("VEVENT"):
        name = str(event["UID"]).lower()
        assert name not in found
        start: Any = event.get("DTSTART")
        alarms: list[Any] = event.walk("VALARM")
        found[name] = Shown(
            start and _moment(start.dt),
            str(event.get("SUMMARY")),
            str(event.get("DESCRIPTION", "")),
            str(event.get("LOCATION", "")),
            str(event.get("STATUS")),
            tuple(sorted(_rings(alarm, event) for alarm in alarms)),
        )
    return found


def _moment(start: dt.date) -> dt.date:
    """A day, or a time in UTC, whatever zone a program has written it in."""
    return start.astimezone(dt.UTC) if isinstance(start, dt.datetime) else start


def _rings(alarm: Any, event: Any) -> dt.timedelta:
    """When an alarm rings, counted from the start."""
    before: dt.timedelta = alarm.TRIGGER
    if alarm["TRIGGER"].params.get("RELATED") == "END":
        before += event.end - event.start
    return before


def revised(
    data: bytes, plan: Plan, style: CalendarStyle, stamp: dt.datetime = LATER
) -> Revision:
    old = read_calendar(data, "A-17")
    return revise_calendar(old, extended(old, plan), style, stamp)


def with_edits(data: bytes, note: str, *, above: bool) -> bytes:
    """A file in which a person wrote a note and a place, and added an event."""
    text = "\r\n".join([*unfolded(data), ""])
    before, _, after = text.partition(f"UID:{NEXT}")
    head, label, tail = after.partition("Notes:")
    new = f"{note}\\n{label}" if above else f"{label}\\n{note}"
    text = f"{before}LOCATION:Room 4\r\nUID:{NEXT}{head}{new}{tail}"
    return text.replace("END:VCALENDAR", TEA + "END:VCALENDAR").encode()


@pytest.mark.unmeasured
@pytest.mark.parametrize(
    ("program", "style"),
    [
        # Each program with one style in the short run.
        pytest.param(program, style, marks=[pytest.mark.slow] if (p + s) % 3 else [])
        for p, program in enumerate(PROGRAMS)
        for s, style in enumerate(STYLES)
    ],
)
def test_a_file_that_a_program_rewrote_says_what_it_said(
    program: str, style: str
) -> None:
    """No event is new, changed or cancelled; a second revision changes no octet."""
    data = calendar_of(STYLES[style], neuro="yes")
    plan = plan_of(neuro="yes")
    once = revised(rewritten(data, program), plan, STYLES[style])
    assert (once.new, once.changed, once.cancelled) == (0, 0, 0)
    assert once.unchanged == len(plan.events)
    again = revised(once.data, plan, STYLES[style])
    assert again.data == once.data


@pytest.mark.unmeasured
@pytest.mark.parametrize("each", [True, False])
@pytest.mark.parametrize("program", PROGRAMS)
def test_a_clinic_s_calendar_that_a_program_rewrote_says_what_it_said(
    program: str, each: bool
) -> None:
    """It takes the same path; a note of the staff stays, though it begins as ours."""
    patients = ({"patient": "A-17"}, {"patient": "B-2"})
    found, span = visits(*patients, days=WEEK), window(*WEEK)
    for style in STYLES.values():
        data = write_clinic(found, span, style, NOW, each=each)
        assert b"Notes:" in data
        noted = data.replace(b"Notes:", b"Notes:\\nTo do: order gloves")
        other = rewritten(noted, program)
        once = revise_clinic(other, found, span, style, LATER, each=each)
        assert once.unchanged == data.count(b"BEGIN:VEVENT")
        gone = revise_clinic(other, (), span, style, LATER, each=each)
        assert gone.cancelled == once.unchanged
        assert all("To do: order gloves" in e.note for e in shown(gone.data).values())


def test_a_time_zone_stays_one_whatever_letters_it_is_written_in() -> None:
    """Two of one name would be two opinions about the hour."""
    data = calendar_of(STYLES["timed"])
    after = revised(rewritten(data, "an old phone"), plan_of(), STYLES["timed"]).data
    assert len(re.findall(rb"(?i)BEGIN:VTIMEZONE", after)) == 1


def test_an_alarm_that_a_program_doubled_is_one_again() -> None:
    """It rings once at the same moment; a person's at another moment stays."""
    alarm = "BEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:{}\r\nEND:VALARM\r\n"
    for copy, kept in (("-PT900M", 1), ("-P0DT15H0M0S", 1), ("-PT30M", 2)):
        text = calendar_of().decode()
        end = "END:VEVENT\r\n"
        after = revised(
            text.replace(end, alarm.format(copy) + end).encode(), plan_of(), style_of()
        )
        assert {len(event.rings) for event in shown(after.data).values()} == {kept}


@search(12)
@given(
    program=st.sampled_from(sorted(PROGRAMS)),
    style=st.sampled_from(sorted(STYLES)),
    note=st.sampled_from(NOTES),
    above=st.booleans(),
    width=st.sampled_from((20, 60, 75, 998)),
    end=st.sampled_from((b"\r\n", b"\n", b"\r\r\n")),
)
def test_what_a_person_wrote_survives_every_program(
    program: str, style: str, note: str, above: bool, width: int, end: bytes
) -> None:
    """Whether the event changes or not; and the events are those of the plan."""
    how = STYLES[style]
    data = with_edits(calendar_of(how), note, above=above)
    other = rewritten(data, program, width, end)
    for fields in ({}, {"closed": "2026-01-07"}, {"start": "2026-01-06"}):
        plan = plan_of(**fields, until="2027-01-06")
        found = shown(revised(other, plan, how).data)
        fresh = shown(write_calendar(plan, how, NOW))
        assert found.keys() == {*fresh, "tea"} | shown(calendar_of(how)).keys()
        for name, event in fresh.items():
            assert (found[name].start, found[name].title) == (event.start, event.title)
            assert found[name].rings == event.rings
        plain = found[NEXT].note.replace("<br>", "\n").replace("\\n", "\n")
        assert plain.replace("\\", "").count(note) == 1
        assert found[NEXT].place == "Room 4"
        assert found["tea"].title == "Tea"


WRITTEN = Path(__file__).with_name("caution_texts.txt")
"""Every text of a caution that a version wrote into calendars, one to a line."""


def test_every_text_that_was_ever_written_is_known_as_ours() -> None:
    """A caution in a person's words is not; a new text is to be added to the list."""
    texts = WRITTEN.read_text("utf-8").splitlines()
    assert {each.text for each in CAUTIONS.values() if each.bears_on} <= set(texts)
    for text in texts:
        line = f"Caution: {text.format(detail='5 days, Mon 2026-01-05')}"
        assert split_description(line) == ([line], "")
    for note in NOTES:
        assert split_description(note) == ([], f"\n{note}")


@pytest.mark.unmeasured
def test_every_title_task_and_reason_is_known_as_ours() -> None:
    """Of all published plans, those of doses that were given or moved included."""
    for plan in published_plans():
        for event in plan.events:
            assert re.fullmatch(_TITLE, title(plan, event))
            assert re.fullmatch(_TASKS, what_to_do(plan, event))
            assert re.fullmatch(_REASONS, why(plan, event))
        for caution in cautions(plan):
            if caution.bears_on:
                line = f"Caution: {caution.text}"
                assert split_description(line) == ([line], "")


class Model(NamedTuple):
    """What must be in the file, whatever programs and revisions made of it."""

    places: dict[str, str]
    notes: dict[str, str]
    seen: set[str]


days = st.integers(0, 400).map(
    lambda n: (dt.date(2026, 1, 5) + dt.timedelta(n)).isoformat()
)


class Rewritings(RuleBasedStateMachine):
    """Facts change, the file is revised, programs rewrite it and people write in it."""

    @initialize(style=st.sampled_from(sorted(STYLES)))
    def begin(self, style: str) -> None:
        self.style = STYLES[style]
        self.row = {"neuro": "yes", "months": "6"}
        self.data = calendar_of(self.style, **self.row)
        self.moment = NOW
        self.model = Model({}, {}, set(shown(self.data)))
        self.pages = 0

    @rule(program=st.sampled_from(sorted(PROGRAMS)), width=st.sampled_from((30, 75)))
    def a_program_rewrites_it(self, program: str, width: int) -> None:
        """HTML of HTML is understood, three times over."""
        self.pages += program in ("Google", "a web page")
        if self.pages > 3:
            program = "a mail program"
        self.data = rewritten(self.data, program, width)
        plan = extended(read_calendar(self.data, "A-17"), plan_of(**self.row))
        self.revise(plan)

    @rule(
        field=st.sampled_from(("plateau", "closed", "monthly_from", "as_of")), day=days
    )
    def a_fact_changes(self, field: str, day: str) -> None:
        before, self.row = self.row, {**self.row, field: day}
        try:
            plan = plan_of(**self.row)
        except B12SchedError:
            self.row = before
        else:
            self.revise(plan)

    @rule(count=st.integers(1, 3))
    def doses_are_given(self, count: int) -> None:
        waiting = [d.date for d in plan_of(**self.row).doses if d.status != "given"]
        given = [*self.row.get("given", "").split(";"), *map(str, waiting[:count])]
        self.row["given"] = ";".join(day for day in given if day)
        self.row.pop("as_of", None)
        self.revise(plan_of(**self.row))

    @rule(data=st.data())
    def a_person_writes_in_an_event(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(sorted(self.model.seen)))
        if name in self.model.notes:
            return
        note = self.model.notes[name] = f"Caution: note {len(self.model.notes)}"
        place = self.model.places[name] = f"Room {len(self.model.places)}"
        calendar = icalendar.Calendar.from_ical(self.data)
        for event in calendar.walk("VEVENT"):
            if str(event["UID"]).lower() == name:
                text = str(event.get("DESCRIPTION", ""))
                event["DESCRIPTION"] = icalendar.vText(f"{text}\n{note}")
                event["LOCATION"] = icalendar.vText(place)
        self.data = calendar.to_ical()
        self.revise(plan_of(**self.row))

    def revise(self, plan: Plan) -> None:
        self.moment += dt.timedelta(hours=1)
        plan = extended(read_calendar(self.data, "A-17"), plan)
        once = revised(self.data, plan, self.style, self.moment)
        self.data = once.data
        found = shown(self.data)
        fresh = shown(write_calendar(plan, self.style, NOW))
        assert self.model.seen <= found.keys()
        self.model.seen.update(found)
        given = {d.date for d in plan.doses if d.status == "given"}
        live = {n: e for n, e in found.items() if not e.title.startswith("CANCELLED: ")}
        titles = sorted((str(e.start), e.title, e.rings) for e in fresh.values())
        kept = sorted(
            (str(e.start), e.title, e.rings)
            for name, e in live.items()
            if name in fresh or str(e.start)[:10] not in map(str, given)
        )
        assert [each for each in kept if each not in titles] == []
        assert len(kept) <= len(titles)
        for name, note in self.model.notes.items():
            assert found[name].note.count(note) == 1
            assert found[name].place == self.model.places[name]
        again = revised(self.data, plan, self.style, self.moment)
        assert again.data == self.data


TestRewritings = Rewritings.TestCase
TestRewritings.settings = settings(search(3), stateful_step_count=25 if LONG else 8)
