"""What is recorded stays: given doses through every revision, in files and calendars.

Dates are typed from the rules: loading on alternate days from Monday 5 January 2026.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from cli import here, is_error
from effort import examples
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from icalendar import Calendar
from ics_cases import events_of
from spec import Row, plan_of, table

from b12sched import Case, Clinic, Plan, build
from b12sched.errors import B12SchedError, InputError
from b12sched.ics import extended, read_calendar, revise_calendar, write_calendar
from b12sched.ics.style import CalendarStyle
from b12sched.plan.build import recorded
from b12sched.plan.plan_file import read_plan
from b12sched.plan.revise import revised
from b12sched.views.data import plan_json

NEURO = ("2026-01-05", "--neuro", "--renal", "normal", "--patient", "A-17")
STANDARD = ("2026-01-05", "--no-neuro", "--renal", "normal", "--patient", "A-17")
ON_MAINTENANCE = ("--last-dose", "2026-01-05", *NEURO[1:])
CYANO = (*STANDARD, "--drug", "cyanocobalamin")
GIVEN = ("--given", "2026-01-05")
STAMP = dt.datetime(2026, 6, 1, 12, tzinfo=dt.UTC)
ALTERNATE = [f"2026-01-{n:02}" for n in range(5, 32, 2)]
"""The first fourteen alternate days from 5 January 2026: the last is 31 January."""


def made(path: Path, *arguments: str) -> Path:
    """A plan file, and a calendar beside it."""
    calendar = str(path.with_suffix(".ics"))
    done = here("plan", *arguments, "-o", str(path), "-o", calendar)
    assert done.code == 0, done.err
    return path


def revise(path: Path, *arguments: str) -> Any:
    """What the plan file holds after a revision that must succeed."""
    done = here("revise", str(path), *arguments)
    assert done.code == 0, done.err
    return json.loads(path.read_bytes())


def given_days(document: Any) -> list[str]:
    """The days of the doses that a plan file shows as given."""
    return [e["date"] for e in document["events"] if e["status"] == "given"]


# --- what was given becomes dates ---------------------------------------------------


def test_a_plan_file_writes_as_dates_what_given_through_stands_for(
    tmp_path: Path,
) -> None:
    """As of takes the place of given through, so that the plan is the same."""
    path = made(tmp_path / "a.json", *NEURO, "--given-through", "2026-01-31")
    document = json.loads(path.read_bytes())
    assert document["case"]["given"] == ALTERNATE
    assert document["case"]["given_through"] is None
    assert document["case"]["as_of"] == "2026-01-31"
    assert given_days(document) == ALTERNATE


@table(
    "fields, as_of",
    ("as of is stated", {"given_through": "2026-01-10", "as_of": "2026-01-20"}, 20),
    (
        "a plateau before it",
        {"given_through": "2026-01-10", "plateau": "2026-01-08"},
        10,
    ),
    (
        "a plateau on its day",
        {"given_through": "2026-01-10", "plateau": "2026-01-10"},
        10,
    ),
    (
        "a plateau after it",
        {"given_through": "2026-01-10", "plateau": "2026-01-12"},
        None,
    ),
    ("nothing to write out", {"as_of": "2026-01-20"}, 20),
)
def test_as_of_becomes_given_through_unless_one_is_stated_or_a_plateau_is_later(
    fields: Row, as_of: int | None
) -> None:
    """A plateau after as of would be an error."""
    case = recorded(plan_of(neuro="yes", **fields))
    assert case.as_of == (as_of and dt.date(2026, 1, as_of))
    assert case.given_through is None


@pytest.mark.unmeasured
@table(
    "arguments, changes, days",
    (
        "a plateau before doses that were given",
        (*NEURO, "--given-through", "2026-01-31"),
        ("--plateau", "2026-01-15"),
        ALTERNATE,
    ),
    (
        "another interval",
        (*ON_MAINTENANCE, "--interval", "8w", "--given-through", "2026-09-20"),
        ("--interval", "2m"),
        ["2026-03-02", "2026-04-27", "2026-06-22", "2026-08-17"],
    ),
    (
        "other open days",
        (*NEURO, "--given-through", "2026-01-12"),
        ("--open", "tue,thu"),
        ALTERNATE[:4],
    ),
    (
        "a closed day",
        (*NEURO, "--given-through", "2026-01-12"),
        ("--closed", "2026-01-07"),
        ALTERNATE[:4],
    ),
    (
        "no given through any more",
        (*NEURO, "--given-through", "2026-01-12"),
        ("--given-through", "none"),
        ALTERNATE[:4],
    ),
)
def test_a_revision_never_moves_what_was_given(
    arguments: tuple[str, ...],
    changes: tuple[str, ...],
    days: list[str],
    tmp_path: Path,
) -> None:
    """The days stay, whatever the doses are counted as."""
    path = made(tmp_path / "a.json", *arguments)
    assert given_days(revise(path, *changes)) == days


def test_the_next_dose_is_counted_from_the_true_last_one(tmp_path: Path) -> None:
    """Every 8 weeks given to 17 August 2026, then every 2 months: 17 October."""
    every = ("--interval", "8w", "--given-through", "2026-09-20")
    path = made(tmp_path / "a.json", *ON_MAINTENANCE, *every)
    assert revise(path, "--interval", "2m")["next"]["due"] == "2026-10-17"


def test_a_newer_release_of_holidays_moves_nothing_that_was_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A day on which a dose was given may be a holiday in a later release."""
    path = made(
        tmp_path / "a.json",
        *(*NEURO, "--given-through", "2026-01-12", "--holidays", "GB-ENG"),
    )
    monkeypatch.setattr(
        "b12sched.plan.clinic.holidays_in", lambda *_: {dt.date(2026, 1, 7)}
    )
    assert given_days(revise(path)) == ALTERNATE[:4]


def test_a_file_that_still_holds_given_through_is_read_by_its_events() -> None:
    """Files of the first edition: their events say on which days doses were given."""
    document = json.loads(plan_json(plan_of(neuro="yes", given_through="2026-01-09")))
    del document["generator"]
    document["case"] |= {"given": [], "given_through": "2026-01-09", "as_of": None}
    document["events"][1]["date"] = "2026-01-06"
    saved = read_plan(json.dumps(document).encode())
    assert saved.case["given"] == "2026-01-05;2026-01-06;2026-01-09"
    assert saved.case["as_of"] == "2026-01-09"
    assert "given_through" not in saved.case
    document["case"]["plateau"] = "2026-01-12"
    assert "as_of" not in read_plan(json.dumps(document).encode()).case


def test_an_as_of_before_what_a_revision_records_is_raised(tmp_path: Path) -> None:
    """The file's own was given through before; a stated one is taken as it is."""
    path = made(tmp_path / "a.json", *NEURO, "--given-through", "2026-01-12")
    assert revise(path, "--given", "2026-01-14")["case"]["as_of"] == "2026-01-14"
    assert (
        revise(path, "--given-through", "2026-01-20")["case"]["as_of"] == "2026-01-20"
    )
    assert revise(path, "--plateau", "2026-01-22")["case"]["as_of"] == "2026-01-22"
    done = here("revise", str(path), "--given", "2026-02-01", "--as-of", "2026-01-30")
    is_error(done, 2)


_DAY = st.dates(dt.date(2026, 1, 5), dt.date(2026, 7, 30)).map(str)
_FACTS = st.fixed_dictionaries(
    {"start": st.sampled_from(("2026-01-05", "2026-01-31", "2026-02-27"))},
    optional={
        "drug": st.sampled_from(("cyanocobalamin", "methylcobalamin")),
        "given_through": _DAY,
        "as_of": _DAY,
        "given": st.sets(_DAY, max_size=6).map(",".join),
        "interval": st.sampled_from(("1m", "2m", "4w", "8w")),
        "monthly_from": _DAY,
        "months": st.integers(1, 14).map(str),
        "open": st.sampled_from(("mon-fri", "tue,thu", "sat")),
        "closed": _DAY,
    },
)
_CHANGES = st.fixed_dictionaries(
    {},
    optional={
        "plateau": _DAY | st.just("none"),
        "loading_weeks": st.integers(1, 20).map(str),
        "interval": st.sampled_from(("1m", "2m", "4w", "8w", "none")),
        "monthly_from": _DAY | st.just("none"),
        "as_of": _DAY | st.just("none"),
        "given_through": st.just("none"),
        "renal": st.sampled_from(("normal", "dialysis", "unknown")),
        "egfr": st.sampled_from(("45", "90")),
        "drug": st.sampled_from(("cyanocobalamin", "methylcobalamin", "none")),
        "neuro": st.sampled_from(("yes", "no")),
        "start": st.sampled_from(("2026-01-05", "2026-01-12")),
        "months": st.integers(1, 14).map(str),
        "until": _DAY,
        "open": st.sampled_from(("mon-fri", "tue,thu", "sat", "none")),
        "holidays": st.sampled_from(("GB-ENG", "none")),
        "closed": _DAY,
    },
)


def _given(plan: Plan) -> list[dt.date]:
    return sorted(dose.date for dose in plan.doses if dose.status == "given")


@settings(
    max_examples=examples(50), deadline=None, suppress_health_check=list(HealthCheck)
)
@given(facts=_FACTS, neuro=st.sampled_from(("yes", "no")), changes=_CHANGES)
def test_no_revision_but_of_given_dates_changes_which_days_were_given(
    facts: Row, neuro: str, changes: Row
) -> None:
    """A law over random plans and revisions; what cannot be is refused."""
    try:
        plan = plan_of(neuro=neuro, **facts)
    except B12SchedError:
        return
    saved = read_plan(plan_json(plan))
    again = build(Case.parse(saved.case), Clinic.parse(saved.clinic))
    assert [e[:6] for e in again.events if e.status == "given"] == [
        e[:6] for e in plan.events if e.status == "given"
    ]
    try:
        row, clinic = revised(saved, changes)[:2]
        after = build(Case.parse(row), Clinic.parse(clinic))
    except B12SchedError:
        return
    assert _given(after) == _given(plan)


@settings(
    max_examples=examples(30), deadline=None, suppress_health_check=list(HealthCheck)
)
@given(facts=_FACTS, neuro=st.sampled_from(("yes", "no")), changes=_CHANGES)
def test_a_calendar_never_cancels_a_day_on_which_a_dose_was_given(
    facts: Row, neuro: str, changes: Row
) -> None:
    """A law: after any revision each given day has one dose, and none is cancelled."""
    try:
        plan = plan_of(neuro=neuro, patient="A-17", **facts)
        saved = read_plan(plan_json(plan))
        row, clinic = revised(saved, changes)[:2]
        after = build(Case.parse(row), Clinic.parse(clinic))
        style = CalendarStyle()
        old = read_calendar(write_calendar(plan, style, STAMP), "A-17")
        after = extended(old, after)
    except B12SchedError:
        return
    done = revise_calendar(old, after, style, STAMP)
    assert not done.no_longer_given
    events = [
        (event["DTSTART;VALUE=DATE"], event["SUMMARY"], event["STATUS"])
        for event in events_of(done.data).values()
    ]
    for when in _given(after):
        there = [e for e in events if e[0] == f"{when:%Y%m%d}"]
        assert "CANCELLED" not in [status for _, _, status in there]
        assert len([e for e in there if "dose" in e[1]]) == 1
    assert revise_calendar(
        read_calendar(done.data, "A-17"), after, style, STAMP
    ).data == (done.data)


# --- another treatment is another course --------------------------------------------


@table(
    "arguments, changes, field",
    (
        "another drug",
        (*CYANO, "--given-through", "2026-01-10"),
        ("--egfr", "45", "--drug", "hydroxocobalamin"),
        "--drug",
    ),
    (
        "neurology",
        (*STANDARD, "--given-through", "2026-01-10"),
        ("--neuro",),
        "--neuro",
    ),
    (
        "no neurology",
        (*NEURO, "--given", "2026-01-05"),
        ("--no-neuro",),
        "--neuro",
    ),
)
def test_recorded_doses_cannot_become_those_of_another_treatment(
    arguments: tuple[str, ...], changes: tuple[str, ...], field: str, tmp_path: Path
) -> None:
    """Six doses of 100 micrograms would count as a loading of 1 mg that is done."""
    path = made(tmp_path / "a.json", *arguments)
    before = path.read_bytes()
    done = here("revise", str(path), *changes)
    is_error(done, 2)
    assert re.search(rf"{field}: \d+ doses? (is|are) recorded under", done.err)
    assert "--restart DATE" in done.err
    assert path.read_bytes() == before


def test_a_treatment_may_change_while_no_dose_of_it_is_recorded(tmp_path: Path) -> None:
    """Nothing was given, or all of it is taken back by the same revision."""
    path = made(tmp_path / "a.json", *STANDARD)
    assert revise(path, "--neuro")["regimen"] == "neuro"
    revise(path, "--given", "2026-01-05")
    changed = revise(path, "--not-given", "2026-01-05", "--no-neuro")
    assert changed["regimen"] == "standard"


def test_a_restart_begins_the_next_course_and_keeps_the_earlier_one(
    tmp_path: Path,
) -> None:
    """Six doses of cyanocobalamin to 10 January 2026; neurological signs on 2 February.

    The calendar keeps the six, cancels what came after and has the new course's events;
    nothing of the new course has the name of an earlier event.
    """
    path = made(tmp_path / "a.json", *CYANO, "--given-through", "2026-01-10")
    calendar = tmp_path / "a.ics"
    before = events_of(calendar.read_bytes())
    done = here(
        *("revise", str(path), "--restart", "2026-02-02", "--neuro"),
        *("--drug", "hydroxocobalamin", "-o", str(calendar)),
    )
    assert done.code == 0, done.err
    assert "was marked as given" not in done.err
    document = json.loads(path.read_bytes())
    assert document["case"]["course"] == 2
    assert (document["case"]["given"], document["case"]["as_of"]) == ([], None)
    assert {e["id"].partition("-")[0] for e in document["events"]} == {"c2"}
    assert document["next"] == {
        "id": "c2-loading-1",
        "due": "2026-02-02",
        "date": "2026-02-02",
    }
    [earlier] = document["history"]
    assert earlier["drug"] == "cyanocobalamin"
    assert earlier["given"] == [f"2026-01-{n:02}" for n in range(5, 11)]
    after = events_of(calendar.read_bytes())
    for name, event in before.items():
        kept = event["DTSTART;VALUE=DATE"] < "20260202"
        assert (after[name] == event) is kept
        assert (after[name]["STATUS"] == "CANCELLED") is not kept
    assert len(after) == len(before) + len(document["events"])
    # The history stays through the revisions of the new course, and a third one.
    assert revise(path, "--given", "2026-02-02")["history"] == [earlier]
    third = revise(path, "--restart", "2026-04-01")
    assert third["case"]["course"] == 3
    assert [case["given"][0] for case in third["history"]] == [
        "2026-02-02",
        "2026-01-05",
    ]


@table(
    "changes, error",
    ("before a given dose", ("--restart", "2026-01-09"), "not after the last dose"),
    ("on the last one", ("--restart", "2026-01-11"), "not after the last dose"),
    ("beside a start", ("--restart", "2026-03-02", "--start", "2026-03-02"), "--start"),
    ("no date", ("--restart", "soon"), "not a full date"),
)
def test_a_restart_that_cannot_be_is_refused(
    changes: tuple[str, ...], error: str, tmp_path: Path
) -> None:
    """Nothing is written."""
    path = made(tmp_path / "a.json", *NEURO, "--given-through", "2026-01-12")
    before = path.read_bytes()
    done = here("revise", str(path), *changes)
    is_error(done, 2)
    assert error in done.err
    assert path.read_bytes() == before


def test_a_restart_is_taken_back_while_no_dose_of_it_is_recorded(
    tmp_path: Path,
) -> None:
    """The earlier course is the plan again, byte for byte."""
    path = made(tmp_path / "a.json", *CYANO, "--given-through", "2026-01-10")
    revise(path)
    before = path.read_bytes()
    revise(path, "--restart", "2026-03-02", "--drug", "hydroxocobalamin")
    revise(path, "--restart", "none")
    assert path.read_bytes() == before
    is_error(here("revise", str(path), "--restart", "none"), 2)
    revise(path, "--restart", "2026-03-02", "--given", "2026-03-02")
    is_error(here("revise", str(path), "--restart", "none"), 2)


def test_a_course_never_begins_before_an_earlier_one_ended(tmp_path: Path) -> None:
    """Doses of the earlier course would become doses of this one."""
    path = made(tmp_path / "a.json", *CYANO, "--given-through", "2026-01-10")
    revise(path, "--restart", "2026-03-02", "--drug", "hydroxocobalamin")
    done = here("revise", str(path), "--start", "2026-01-09")
    is_error(done, 2)
    assert "not after the last dose of the earlier course, 2026-01-10" in done.err
    done = here("revise", str(path), "--given", "2026-02-20")
    is_error(done, 2)
    assert "--start" not in done.err


def test_a_new_course_keeps_the_horizon_that_still_holds(tmp_path: Path) -> None:
    """Months are kept; a date is if it is not before the new start."""
    path = made(tmp_path / "a.json", *ON_MAINTENANCE, "--until", "2026-06-30")
    assert revise(path, "--restart", "2026-03-02")["until"] == "2026-06-30"
    assert revise(path, "--restart", "2026-07-06")["until"] == "2027-07-06"
    done = here("revise", str(path), "--restart", "2026-07-06")
    assert done.code == 0


def test_a_course_after_the_ninety_ninth_is_refused(tmp_path: Path) -> None:
    """A course is 1 to 99."""
    path = made(tmp_path / "a.json", *STANDARD)
    document = json.loads(path.read_bytes())
    document["case"]["course"] = 99
    path.write_text(json.dumps(document), "utf-8")
    is_error(here("revise", str(path), "--restart", "2026-03-02"), 2)


# --- doses that count otherwise -----------------------------------------------------


@pytest.mark.unmeasured
def test_a_plateau_before_given_doses_makes_them_maintenance_and_says_so(
    tmp_path: Path,
) -> None:
    """43 doses to 30 March 2026, of which 14 after 2 March: no day is lost."""
    path = made(tmp_path / "a.json", *NEURO, "--given-through", "2026-03-30")
    calendar = tmp_path / "a.ics"
    done = here("revise", str(path), "--plateau", "2026-03-02", "-o", str(calendar))
    assert done.code == 0, done.err
    assert "14 recorded doses now count as maintenance: 2026-03-04" in done.err
    document = json.loads(path.read_bytes())
    assert len(given_days(document)) == 43
    assert document["loading"]["doses"] == 29
    events = events_of(calendar.read_bytes())
    on_fourth = [e for e in events.values() if e["DTSTART;VALUE=DATE"] == "20260304"]
    [event] = on_fourth
    assert event["SUMMARY"].split(": ")[:3] == ["A-17", "GIVEN", "Maintenance dose 1"]
    assert event["STATUS"] == "CONFIRMED"
    done = here("revise", str(path), "--plateau", "none")
    assert "14 recorded doses now count as loading" in done.err


@pytest.mark.unmeasured
@table(
    "given",
    ("a dose was missed", ("2026-01-05", "2026-01-09", "2026-01-13")),
    ("one more was given", ("2026-01-05", "2026-01-06", "2026-01-07", "2026-01-09")),
    ("all were late", ("2026-01-07", "2026-01-09", "2026-01-11", "2026-01-13")),
)
def test_each_given_dose_is_in_the_calendar_once(
    given: tuple[str, ...], tmp_path: Path
) -> None:
    """And none is there as still to be given, whatever names its events had."""
    path = made(tmp_path / "a.json", *NEURO)
    calendar = tmp_path / "a.ics"
    changes: tuple[str, ...] = ("--given", ",".join(given), "--plateau", given[-1])
    for _ in range(2):
        done = here("revise", str(path), *changes, "-o", str(calendar))
        assert done.code == 0, done.err
        events = list(events_of(calendar.read_bytes()).values())
        for when in given:
            there = [
                event
                for event in events
                if event["DTSTART;VALUE=DATE"] == when.replace("-", "")
                and "dose" in event["SUMMARY"]
                and event["STATUS"] != "CANCELLED"
            ]
            assert len(there) == 1, when
            assert "given" in there[0]["DESCRIPTION"]
        changes = ()


def test_a_calendar_names_what_was_marked_as_given_and_no_longer_is(
    tmp_path: Path,
) -> None:
    """A plan made anew without its doses, written over the calendar that had them."""
    made(tmp_path / "a.json", *NEURO, "--given-through", "2026-01-07")
    done = here("plan", *NEURO, "-o", str(tmp_path / "a.ics"))
    assert done.code == 0
    said = re.findall(r"on (\w{3} [0-9-]{10}) was marked as given", done.err)
    assert said == ["Mon 2026-01-05", "Wed 2026-01-07"]


# --- plan files are not lost --------------------------------------------------------


def test_a_plan_file_of_another_patient_is_not_written_over(tmp_path: Path) -> None:
    """Nor is one whose patient is not stated now; --replace does it."""
    path = made(tmp_path / "a.json", *STANDARD)
    before = path.read_bytes()
    for patient in (("--patient", "B-2"), ()):
        done = here("plan", *STANDARD[:-2], *patient, "-o", str(path))
        is_error(done, 2)
        assert "a.json holds the plan of A-17" in done.err
        assert path.read_bytes() == before
    done = here("plan", *STANDARD[:-1], "B-2", "-o", str(path), "--replace")
    assert done.code == 0
    assert json.loads(path.read_bytes())["patient"] == "B-2"


def test_a_plan_file_with_doses_that_the_plan_lacks_is_not_written_over(
    tmp_path: Path,
) -> None:
    """The message names the file, the patient and the days."""
    path = made(tmp_path / "a.json", *STANDARD, "--given", "2026-01-05,2026-01-08")
    before = path.read_bytes()
    done = here("plan", *STANDARD, "--given", "2026-01-05", "-o", str(path))
    is_error(done, 2)
    assert "a.json holds 1 dose of A-17 that this plan lacks: 2026-01-08" in done.err
    assert "b12sched revise " in done.err
    assert path.read_bytes() == before
    more = ("--given", "2026-01-05", "--given", "2026-01-08", "--given", "2026-01-09")
    assert here("plan", *STANDARD, *more, "-o", str(path)).code == 0


def test_a_last_dose_is_written_over_by_a_later_one_only(tmp_path: Path) -> None:
    """Counted from an earlier one the next dose would be given twice."""
    facts = NEURO[1:]
    path = made(tmp_path / "a.json", "--last-dose", "2026-03-05", *facts)
    done = here("plan", "--last-dose", "2026-01-05", *facts, "-o", str(path))
    is_error(done, 2)
    assert "1 dose of A-17 that this plan lacks: 2026-03-05" in done.err
    revise(path, "--given", "2026-05-05")
    later = ("plan", "--last-dose", "2026-05-05", *facts, "-o", str(path))
    assert here(*later).code == 0
    is_error(here("revise", str(path), "--restart", "2026-05-04"), 2)
    revise(path, "--restart", "2026-06-01")
    is_error(here("revise", str(path), "--restart", "2026-05-05"), 2)


@pytest.mark.unmeasured
@table(
    "change, said",
    ("another patient", {"patient": "B-2"}, "patient: is not the patient"),
    (
        "given through beside dates",
        {"case": {"given_through": "2026-01-12"}},
        "case.given_through: does not go with doses that are listed by date",
    ),
    ("fewer given dates", {"case": {"given": ["2026-01-05"]}}, "case.given: lacks"),
    ("no given dates", {"case": {"given": None}}, "case.given: lacks"),
)
def test_a_file_that_contradicts_itself_about_doses_is_refused(
    change: dict[str, Any], said: str, tmp_path: Path
) -> None:
    """Somebody edited it: which of two is true cannot be known."""
    path = made(tmp_path / "a.json", *NEURO, "--given-through", "2026-01-09")
    document = json.loads(path.read_bytes())
    case = document["case"] | change.get("case", {})
    path.write_text(json.dumps(document | change | {"case": case}), "utf-8")
    done = here("revise", str(path))
    is_error(done, 2)
    assert said in done.err


def test_a_plan_over_its_own_file_keeps_history_and_unknown_fields(
    tmp_path: Path,
) -> None:
    """A record system may have added what this program does not know."""
    path = made(tmp_path / "a.json", *STANDARD)
    document = json.loads(path.read_bytes())
    path.write_text(json.dumps(document | {"ward": {"bed": 7}}), "utf-8")
    assert here("plan", *STANDARD, "--months", "6", "-o", str(path)).code == 0
    assert json.loads(path.read_bytes())["ward"] == {"bed": 7}
    assert revise(path, "--months", "9")["ward"] == {"bed": 7}


def test_doses_of_an_earlier_course_protect_a_file_too(tmp_path: Path) -> None:
    """They are recorded nowhere else; a copy of the plan takes them along."""
    path = made(tmp_path / "a.json", *STANDARD, "--given", "2026-01-05")
    revise(path, "--restart", "2026-03-02")
    is_error(here("plan", *STANDARD, "-o", str(path)), 2)
    copy = tmp_path / "b.json"
    revise(path, "-o", str(copy))
    assert json.loads(copy.read_bytes()) == json.loads(path.read_bytes())
    revise(path, "--months", "6", "-o", str(copy))
    assert json.loads(copy.read_bytes()) == json.loads(path.read_bytes())


@table(
    "facts, change, lost",
    ("a plateau", NEURO, ("--plateau", "2026-01-12"), "a plateau that this plan lacks"),
    ("another drug", CYANO, ("--months", "9"), "doses of cyanocobalamin"),
    ("another course", STANDARD, ("--restart", "2026-03-02"), "course 2"),
    ("a step-up", NEURO, ("--monthly-from", "2026-09-01"), "a step-up"),
)
def test_a_plan_file_with_other_records_is_not_written_over(
    facts: tuple[str, ...], change: tuple[str, ...], lost: str, tmp_path: Path
) -> None:
    """The given dates may be the same: what they were doses of is a fact, too."""
    path = made(tmp_path / "a.json", *facts, "--given", "2026-01-05")
    revise(path, *change)
    before = path.read_bytes()
    again = NEURO if facts is NEURO else STANDARD
    done = here("plan", *again, "--given", "2026-01-05", "-o", str(path))
    is_error(done, 2)
    assert lost in done.err
    assert path.read_bytes() == before


@pytest.mark.unmeasured
@table(
    "content",
    ("no JSON", b"{"),
    ("another document", b'{"name": "package"}'),
    ("a damaged plan", b'{"schema": "b12sched/plan/1"}'),
)
def test_a_file_that_cannot_be_read_as_a_plan_is_not_written_over(
    content: bytes, tmp_path: Path
) -> None:
    """It may be all that is left of a plan; an empty file is none."""
    path = tmp_path / "a.json"
    path.write_bytes(content)
    is_error(here("plan", *STANDARD, "-o", str(path)), 2)
    assert path.read_bytes() == content
    assert here("plan", *STANDARD, "-o", str(path), "--replace").code == 0
    path.write_bytes(b"")
    assert here("plan", *STANDARD, "-o", str(path)).code == 0


def test_a_nightly_batch_does_not_wipe_what_was_recorded_by_day(tmp_path: Path) -> None:
    """The row fails, its file stays; once the row has the dose it is written again."""
    cohort, out = tmp_path / "c.csv", tmp_path / "out"
    header = "patient,start,neuro,renal,given"
    cohort.write_text(f"{header}\nA-17,2026-01-05,no,normal,\n", "utf-8")
    batch = ("batch", str(cohort), "-o", str(out), "--format", "json", "--jobs", "1")
    assert here(*batch).code == 0
    path = out / "A-17.json"
    assert here("revise", str(path), "--given", "2026-01-06").code == 0
    before = path.read_bytes()
    assert here(*batch).code == 4
    assert path.read_bytes() == before
    errors = (out / "errors.csv").read_text("utf-8")
    assert "holds 1 dose of A-17 that this plan lacks: 2026-01-06" in errors
    assert "enter the doses in the row" in errors
    assert "--replace" not in errors
    cohort.write_text(f"{header}\nA-17,2026-01-05,no,normal,2026-01-06\n", "utf-8")
    assert here(*batch).code == 0
    assert not (out / "errors.csv").exists()


# --- who and when -------------------------------------------------------------------


def test_a_plan_never_becomes_another_patients(tmp_path: Path) -> None:
    """Its doses would. The same reference again is no change; one may be added."""
    path = made(tmp_path / "a.json", *STANDARD, "--given", "2026-01-05")
    is_error(here("revise", str(path), "--patient", "B-2"), 2)
    is_error(here("revise", str(path), "--patient", "none"), 2)
    assert revise(path, "--patient", "A-17")["patient"] == "A-17"
    unnamed = tmp_path / "plan.json"
    assert here("plan", *STANDARD[:-2], "-o", str(unnamed)).code == 0
    assert revise(unnamed, "--patient", "none")["patient"] is None
    assert revise(unnamed, "--patient", "A-17")["patient"] == "A-17"


@pytest.mark.unmeasured
@table(
    "arguments, field",
    ("given", ("--given", "2027-01-05"), "--given"),
    ("given through", ("--given-through", "2026-03-02"), "--given-through"),
    ("plateau", ("--plateau", "2026-03-02", *GIVEN), "--plateau"),
    ("last dose", ("--last-dose", "2026-03-02"), "--last-dose"),
)
def test_a_fact_after_today_is_refused(arguments: tuple[str, ...], field: str) -> None:
    """A mistyped year would hide a patient for months. Today is 1 March 2026."""
    facts = NEURO[1:] if field == "--last-dose" else NEURO
    today = str(int(dt.datetime(2026, 3, 1, 23, 59, tzinfo=dt.UTC).timestamp()))
    done = here("plan", *facts, *arguments, SOURCE_DATE_EPOCH=today)
    is_error(done, 2)
    assert f"{field}: {arguments[1]} is after today, 2026-03-01" in done.err
    assert "--as-of" not in done.err, "it would hide the patient for good"
    later = str(int(dt.datetime(2027, 3, 2, tzinfo=dt.UTC).timestamp()))
    assert here("plan", *facts, *arguments, SOURCE_DATE_EPOCH=later).code == 0
    stated = (*arguments, "--as-of", "2027-03-02")
    assert here("plan", *facts, *stated, SOURCE_DATE_EPOCH=today).code == 0


def test_a_revision_and_a_row_are_held_to_today_too(tmp_path: Path) -> None:
    """Whatever way a fact comes in."""
    today = str(int(dt.datetime(2026, 3, 1, tzinfo=dt.UTC).timestamp()))
    path = made(tmp_path / "a.json", *NEURO)
    done = here("revise", str(path), "--given", "2027-01-05", SOURCE_DATE_EPOCH=today)
    is_error(done, 2)
    cohort = tmp_path / "c.csv"
    cohort.write_text(
        "patient,last_dose,neuro,renal\nA-17,2027-01-05,no,normal\n", "utf-8"
    )
    week = ("--from", "2026-03-02", "--to", "2026-03-06")
    for arguments in (
        ("batch", str(cohort), "-o", str(tmp_path / "out"), "--jobs", "1"),
        ("worklist", str(cohort), *week),
        ("audit", str(cohort)),
        ("audit", str(cohort), "--as-of", "2026-02-01"),
        ("forecast", str(cohort), "--from", "2026-03-02", "--months", "1"),
    ):
        done = here(*arguments, SOURCE_DATE_EPOCH=today)
        assert done.code == 4, arguments
    done = here("audit", str(cohort), "--as-of", "2027-02-01", SOURCE_DATE_EPOCH=today)
    assert done.code == 0


def test_an_as_of_in_the_file_is_no_leave_to_record_the_future(tmp_path: Path) -> None:
    """It is given through of before, and would be raised to whatever is recorded."""
    today = str(int(dt.datetime(2026, 3, 1, tzinfo=dt.UTC).timestamp()))
    path = made(tmp_path / "a.json", *NEURO, "--given-through", "2026-01-31")
    for fact in ("--plateau", "--given", "--given-through"):
        done = here("revise", str(path), fact, "2027-01-30", SOURCE_DATE_EPOCH=today)
        is_error(done, 2)
        assert "2027-01-30 is after today, 2026-03-01" in done.err
    stated = ("--given", "2026-03-20", "--as-of", "2026-03-31")
    assert here("revise", str(path), *stated, SOURCE_DATE_EPOCH=today).code == 0
    done = here("revise", str(path), "--given", "2027-01-30", SOURCE_DATE_EPOCH=today)
    is_error(done, 2)
    assert "2027-01-30 is after as of, 2026-03-31" in done.err


def test_a_last_dose_after_the_day_asked_about_is_refused() -> None:
    """`due 2027-12-31 --on 2026-01-05`: a year is mistyped."""
    done = here("due", "2027-12-31", "--on", "2026-01-05")
    is_error(done, 2)
    assert "2027-12-31 is after 2026-01-05" in done.err
    assert here("due", "2026-01-05", "--on", "2026-01-05").code == 0


@table(
    "fields, error",
    ("last dose", {"start": "", "last_dose": "2026-03-02"}, "last_dose"),
    ("plateau", {"neuro": "yes", "plateau": "2026-03-02"}, "plateau"),
)
def test_what_was_found_after_as_of_is_an_error(fields: Row, error: str) -> None:
    """As of is the day up to which the record is complete."""
    with pytest.raises(InputError, match="2026-03-02 is after as of, 2026-03-01") as e:
        plan_of(**fields, as_of="2026-03-01")
    assert e.value.field == error
    assert plan_of(**fields, as_of="2026-03-02")


def test_a_first_dose_before_the_start_names_the_start(tmp_path: Path) -> None:
    """Never to leave the dose out."""
    done = here("plan", *STANDARD, "--given", "2026-01-03")
    is_error(done, 2)
    assert "the start is 2026-01-03" in done.err
    assert "--start 2026-01-03" in done.err
    path = made(tmp_path / "a.json", *STANDARD)
    revise(path, "--start", "2026-01-03", "--given", "2026-01-03")


def test_closed_days_are_added_to_and_taken_back(tmp_path: Path) -> None:
    """A revision drops none of those that are there; none clears them."""
    path = made(tmp_path / "a.json", *NEURO, "--closed", "2026-01-07")
    closed = ["2026-01-07", "2026-01-09"]
    assert revise(path, "--closed", "2026-01-09")["clinic"]["closed"] == closed
    left = revise(path, "--not-closed", "2026-01-07")["clinic"]["closed"]
    assert left == ["2026-01-09"]
    done = here("revise", str(path), "--not-closed", "2026-01-07")
    is_error(done, 2)
    assert "2026-01-07 is not a closed day" in done.err
    assert revise(path, "--closed", "none")["clinic"]["closed"] == []
    is_error(here("revise", str(path), "--not-closed", "soon"), 2)


def test_given_days_are_cleared_only_when_that_is_said(tmp_path: Path) -> None:
    """`--given none` clears them, as none clears every value."""
    path = made(tmp_path / "a.json", *NEURO, "--given-through", "2026-01-09")
    assert given_days(revise(path, "--not-given", "2026-01-07")) == [
        "2026-01-05",
        "2026-01-09",
    ]
    assert given_days(revise(path, "--given", "none")) == []


@table(
    "fields, said",
    ("as of after the start", {"as_of": "2026-03-02"}, "as of is after the start"),
    ("a plateau", {"plateau": "2026-03-02"}, "a plateau is recorded"),
)
def test_a_plan_that_rests_on_nothing_recorded_says_so(fields: Row, said: str) -> None:
    """Its next dose is months ago: has treatment begun?"""
    from b12sched.plan.cautions import cautions

    found = {c.code: c.text for c in cautions(plan_of(neuro="yes", **fields))}
    assert f"although {said}: if treatment" in found["nothing-recorded"]
    for name in ("given", "given_through"):
        given_too = plan_of(neuro="yes", **fields, **{name: "2026-01-05"})
        assert "nothing-recorded" not in {c.code for c in cautions(given_too)}


def test_a_key_that_is_there_twice_in_a_plan_file_is_refused(tmp_path: Path) -> None:
    """The last would win without a word: another case, other doses."""
    path = made(tmp_path / "a.json", *STANDARD)
    text = path.read_text("utf-8")
    path.write_text(text.replace('"case":', '"case": {}, "case":'), "utf-8")
    done = here("revise", str(path))
    is_error(done, 2)
    assert "case: appears twice" in done.err


@table(
    "history",
    ("no list", {}),
    ("no object in it", [1]),
    ("no case in it", [{"start": 7}]),
    ("a date that is none", [{"given": ["soon"], "neuro": True}]),
)
def test_a_damaged_history_is_refused(history: object, tmp_path: Path) -> None:
    """It is a record of doses."""
    path = made(tmp_path / "a.json", *STANDARD)
    document = json.loads(path.read_bytes()) | {"history": history}
    path.write_text(json.dumps(document), "utf-8")
    done = here("revise", str(path))
    is_error(done, 2)
    assert "history" in done.err


@table(
    "fields, due",
    (
        "overdue at the horizon",
        {"until": "2026-06-30", "as_of": "2026-09-01"},
        "2026-07-16",
    ),
    ("a month ahead", {"months": "1", "as_of": "2026-05-20"}, "2026-07-16"),
)
def test_the_first_dose_not_given_is_always_in_the_plan(fields: Row, due: str) -> None:
    """Six doses to 16 January 2026 and two months on: 16 March, 16 May, 16 July."""
    facts: Row = {"given_through": "2026-05-16", **fields}
    plan = plan_of(**facts)
    assert plan.next is not None
    assert str(plan.next.due) == due


# --- a calendar whose times a program has rewritten ---------------------------------


def in_utc(calendar: str) -> str:
    """The same calendar with its times in UTC, as some programs write them."""

    def moment(match: re.Match[str]) -> str:
        local = dt.datetime.strptime(match[2], "%Y%m%dT%H%M%S")  # noqa: DTZ007  # next
        there = local.replace(tzinfo=ZoneInfo("Pacific/Auckland")).astimezone(dt.UTC)
        return f"{match[1]}:{there:%Y%m%dT%H%M%SZ}"

    timed = r"(DTSTART|DTEND);TZID=Pacific/Auckland:(\d{8}T\d{6})"
    return re.sub(timed, moment, calendar)


@pytest.mark.unmeasured
def test_a_given_dose_is_found_on_the_clinics_day_where_a_program_writes_utc(
    tmp_path: Path,
) -> None:
    """Nine in the morning in Auckland is the evening before in UTC."""
    path = tmp_path / "a.ics"
    timed = ("--time", "09:00", "--timezone", "Pacific/Auckland", "-o", str(path))
    facts = (*NEURO, "--given", "2026-01-05", "--given", "2026-01-07")
    assert here("plan", *facts, *timed).code == 0
    path.write_bytes(in_utc(path.read_bytes().decode()).encode())
    assert b"DTSTART:20260104T200000Z" in path.read_bytes()
    done = here("plan", *facts, "--plateau", "2026-01-06", *timed)
    assert done.code == 0
    assert "was marked as given" not in done.err
    calendar = Calendar.from_ical(path.read_bytes())
    marked = [
        str(event["SUMMARY"]).split(": ")[-2]
        for event in calendar.walk("VEVENT")
        if "; given" in str(event["DESCRIPTION"])
        or ", given" in str(event["DESCRIPTION"])
        if "dose" in str(event["SUMMARY"])
    ]
    assert marked == ["Loading dose 1", "Maintenance dose 1"]


def test_a_restart_does_not_say_that_recorded_doses_are_gone(tmp_path: Path) -> None:
    """They stand in the history of the file, and in the calendar."""
    path = made(tmp_path / "a.json", *STANDARD, "--given", "2026-01-05")
    done = here("revise", str(path), "--restart", "2026-03-02")
    moved = done.out
    assert "no longer in the plan: loading-2 to loading-6 (5)" in moved
    assert "loading-1 " not in moved.replace("c2-loading-1", "")
