"""A random walk of revisions against a naive model of what the file must hold.

The model keeps for each UID its SEQUENCE and what it says, and works the next state out
of freshly written calendars; it shares no code with the reviser.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Container
from typing import NamedTuple

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from ics_cases import EXAMPLES, calendar_of, events_of, style_of, timed, triggers_of
from spec import Row, plan_of

from b12sched import Plan
from b12sched.errors import B12SchedError
from b12sched.ics import (
    CalendarStyle,
    extended,
    read_calendar,
    revise_calendar,
    uid,
    write_calendar,
)

STYLES = (
    *(
        style_of(),
        style_of(discreet="yes"),
        style_of(remind="2d"),
        style_of(class_="public"),
    ),
    *(timed("Europe/London"), timed("Africa/Casablanca", discreet="yes")),
)
BEGIN = dt.datetime(2026, 1, 5, 12, tzinfo=dt.UTC)
START = dt.date(2026, 1, 5)
STAMPS = {"DTSTAMP", "LAST-MODIFIED", "SEQUENCE"}
ALARMS, DISCREET = "(alarms)", "(discreet)"
DOSES = {
    uid("A-17", f"{phase}-{number}")
    for phase in ("loading", "maintenance")
    for number in range(1, 500)
}
days = st.integers(0, 400).map(lambda n: (START + dt.timedelta(n)).isoformat())


class Known(NamedTuple):
    """An event of the model: how often it was changed, what it says, is it off."""

    sequence: int
    said: Row
    cancelled: bool

    @property
    def day(self) -> str:
        return next(v[:8] for k, v in self.said.items() if k.startswith("DTSTART"))


def said_in(data: bytes) -> dict[str, Row]:
    """What each event says, alarms included, apart from its stamps and number."""
    triggers = triggers_of(data)
    return {
        name: {key: text for key, text in event.items() if key not in STAMPS}
        | {ALARMS: triggers[name]}
        for name, event in events_of(data).items()
    }


class Walk(RuleBasedStateMachine):
    """Facts and styles change in any order; after each change the file is revised."""

    def __init__(self) -> None:
        super().__init__()
        self.known: dict[str, Known] = {}
        self.notes: dict[str, str] = {}
        self.style = STYLES[0]
        self.moment = BEGIN
        self.row: Row = {}
        self.data = b""

    @initialize(neuro=st.sampled_from(("yes", "no")), style=st.sampled_from(STYLES))
    def begin(self, neuro: str, style: CalendarStyle) -> None:
        self.row = {"neuro": neuro, "months": "8"}
        self.style = style
        self.data = calendar_of(style, **self.row)
        self.known = {
            name: Known(0, said, cancelled=False)
            for name, said in said_in(self.data).items()
        }

    # --- what happens ---

    @rule(count=st.integers(1, 4), late=st.integers(0, 9))
    def doses_are_given(self, count: int, late: int) -> None:
        waiting = [d.date for d in self.plan().doses if d.status != "given"][:count]
        given = [*self.row.get("given", "").split(";"), *map(str, waiting)]
        if waiting and late:
            given[-1] = str(waiting[-1] + dt.timedelta(late))
        self.change(given=";".join(day for day in given if day))

    @rule()
    def a_record_is_taken_back(self) -> None:
        self.change(given=self.row.get("given", "").rpartition(";")[0])

    @rule(day=days | st.just(""))
    def the_plateau_is_recorded_or_taken_back(self, day: str) -> None:
        self.change(plateau=day)

    @rule(day=days | st.just(""))
    def symptoms_recur(self, day: str) -> None:
        self.change(monthly_from=day)

    @rule(week=st.sampled_from(("", "mon-fri", "mon,wed,fri", "tue")), closed=days)
    def the_clinic_changes(self, week: str, closed: str) -> None:
        self.change(open=week, closed=closed)

    @rule(months=st.integers(3, 24))
    def the_horizon_moves(self, months: int) -> None:
        self.change(months=str(months))

    @rule(day=days | st.just(""))
    def time_passes(self, day: str) -> None:
        self.change(as_of=day)

    @rule(style=st.sampled_from(STYLES))
    def it_is_written_otherwise(self, style: CalendarStyle) -> None:
        self.style = style
        self.revise(self.plan())

    @rule()
    def nothing_happens(self) -> None:
        before = self.data
        self.revise(self.plan())
        assert self.data == before

    @rule(data=st.data())
    def a_person_writes_a_place_into_an_event(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(sorted(self.known)))
        if name not in self.notes:
            place = self.notes[name] = f"Room {len(self.notes)}"
            before = b"\r\nUID:" + name.encode() + b"\r\n"
            after = b"\r\nLOCATION:" + place.encode() + before
            self.data = self.data.replace(before, after)

    # --- what the model expects ---

    def plan(self) -> Plan:
        return plan_of(**self.row)

    def change(self, **fields: str) -> None:
        """Change some facts, unless the rules do not allow it, and revise."""
        before = self.row
        self.row = {**before, **fields}
        try:
            plan = self.plan()
        except B12SchedError:
            self.row = before
        else:
            self.revise(plan)

    def revise(self, plan: Plan) -> None:
        self.moment += dt.timedelta(hours=1)
        old = read_calendar(self.data, "A-17")
        plan = extended(old, plan)
        revision = revise_calendar(old, plan, self.style, self.moment)
        fresh = said_in(write_calendar(plan, self.style, self.moment))
        given = {f"{d.date:%Y%m%d}": d.id for d in plan.doses if d.status == "given"}
        self.keep_the_events_of_given_doses(given, fresh)
        names = dict.fromkeys((*self.known, *fresh))
        expected = {name: self.kept(name, fresh, given) for name in names}
        tally = [how for _, how in expected.values()]
        counted = revision.summary.partition("; it was discreet")[0]
        assert counted == (
            f"{tally.count('new')} new, {tally.count('changed')} changed, "
            f"{tally.count('unchanged')} unchanged, {tally.count('cancelled')} "
            f"cancelled, {tally.count('carried')} carried over"
        )
        self.known = {name: known for name, (known, _) in expected.items()}
        self.data = revision.data

    def keep_the_events_of_given_doses(
        self, given: dict[str, str], fresh: dict[str, Row]
    ) -> None:
        """A dose's event stays on its day, under whatever name, and says the dose."""
        for day, event_id in given.items():
            own = uid("A-17", event_id)
            there = [n for n, k in self.known.items() if n in DOSES and k.day == day]
            free = [name for name in there if name not in fresh]
            if own not in there and free:
                fresh[free[0]] = fresh.pop(own) | {"UID": free[0]}

    def kept(
        self, name: str, fresh: dict[str, Row], given: Container[str]
    ) -> tuple[Known, str]:
        """The next state of one event, and what the summary calls it."""
        known = self.known.get(name)
        if known is None:
            return Known(0, fresh[name], cancelled=False), "new"
        off = name not in fresh
        if off and not known.cancelled and known.day in given:
            return known, "carried"
        now = self.cancelled(known) if off else fresh[name]
        if now == known.said:
            return known, "carried" if off else "unchanged"
        how = "cancelled" if off and not known.cancelled else "changed"
        return Known(known.sequence + 1, now, cancelled=off), how

    def cancelled(self, known: Known) -> Row:
        """What a cancelled event says: its day stays, its words and class follow."""
        days = {
            k: text for k, text in known.said.items() if k[:5] in ("DTSTA", "DTEND")
        }
        return days | {
            "UID": known.said["UID"],
            "STATUS": "CANCELLED",
            "TRANSP": "TRANSPARENT",
            "CLASS": self.style.visibility.upper(),
            ALARMS: "",
            DISCREET: str(self.style.discreet),
        }

    # --- what must hold ---

    @invariant()
    def the_file_is_what_the_model_says(self) -> None:
        if not self.data:
            return
        found, triggers = events_of(self.data), triggers_of(self.data)
        assert set(found) == set(self.known)
        for name, known in self.known.items():
            discreet = "Appointment" in found[name]["SUMMARY"]
            event = found[name] | {ALARMS: triggers[name], DISCREET: str(discreet)}
            assert event.get("LOCATION") == self.notes.get(name)
            assert int(event["SEQUENCE"]) == known.sequence
            assert known.said.items() <= event.items()
            if known.cancelled:
                assert event["SUMMARY"].startswith("CANCELLED: ")


TestWalk = Walk.TestCase
TestWalk.settings = settings(
    max_examples=int(EXAMPLES) if EXAMPLES else 12,
    stateful_step_count=12,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
