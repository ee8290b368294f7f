"""Decisions on record: refusals set aside, ends of treatment, courses, early labs."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spec import cautions_of, codes, day, event, ids, plan_of, refusal, table

from b12sched import Case
from b12sched.errors import InputError, RefusedError
from b12sched.plan.courses import (
    course_text,
    days_late,
    heading,
    in_maintenance,
    last_day,
    loading_done,
    next_dose,
)
from b12sched.plan.decisions import accepted, ended
from b12sched.plan.events import (
    EarlierCourse,
    Kind,
    Phase,
    Status,
    event_id,
    parted_id,
)
from b12sched.plan.refusals import REFUSALS
from b12sched.plan.wording import summary, title, what_to_do, why
from b12sched.regimen import Drug

KIDNEYS = {"drug": "cyanocobalamin", "renal": "impaired"}


# --- refusals set aside -------------------------------------------------------------


@table(
    "fields, rule",
    ("the kidneys", KIDNEYS, "RENAL-CYANO"),
    ("nerves", {"neuro": "yes", "interval": "3m"}, "NEURO-INTERVAL"),
    (
        "the label's month",
        {"drug": "cyanocobalamin", "interval": "2m"},
        "CYANO-INTERVAL",
    ),
)
def test_a_refusal_says_how_the_prescriber_sets_it_aside(
    fields: dict[str, str], rule: str
) -> None:
    """With --accept the plan is made, and the refusal is the first caution."""
    error = refusal(RefusedError, **fields)
    assert f"--accept {rule}" in error.hint
    assert error.field == rule
    first = cautions_of(**fields, accept=rule)[0]
    assert (first.code, str(first.severity)) == ("accepted", "warning")
    assert rule in first.text


def test_setting_one_refusal_aside_sets_no_other_aside() -> None:
    """Each rule that refuses must be accepted by its name."""
    both = {**KIDNEYS, "neuro": "yes", "interval": "4m"}
    assert refusal(RefusedError, **both, accept="RENAL-CYANO").field == "NEURO-INTERVAL"
    all_three = "CYANO-INTERVAL;RENAL-CYANO;NEURO-INTERVAL"
    text = cautions_of(**both, accept=all_three)[0].text
    assert all(rule in text for rule in all_three.split(";"))


def test_accepting_what_is_not_refused_changes_nothing() -> None:
    """Neither an event nor a caution."""
    rules = "RENAL-CYANO, NEURO-INTERVAL,CYANO-INTERVAL"
    assert plan_of(accept=rules).events == plan_of().events
    assert cautions_of(accept=rules) == cautions_of()


def test_the_patient_reads_in_plain_words_what_was_decided() -> None:
    """No name of a rule, but what it is about."""
    plain = cautions_of(**KIDNEYS, accept="RENAL-CYANO")[0].plain
    assert "RENAL" not in plain
    assert "kidneys" in plain
    plan = plan_of(neuro="yes", interval="3m", accept="NEURO-INTERVAL")
    assert "more than 2 months" in str(accepted(plan.case, plain=True))


def test_an_unknown_rule_is_refused_with_the_nearest() -> None:
    error = refusal(InputError, accept="RENAL_CYANO")
    assert (error.field, error.value) == ("accept", "RENAL_CYANO")
    assert "did you mean RENAL-CYANO?" in error.hint


@pytest.mark.parametrize("value", [3, ["RENAL-CYANO", 3]])
def test_rules_to_accept_are_texts(value: object) -> None:
    with pytest.raises(InputError) as caught:
        Case.parse({"start": "2026-01-05", "neuro": "no", "accept": value})
    assert caught.value.field == "accept"


def test_rules_to_accept_may_be_a_list() -> None:
    """They are kept in one order, each once."""
    rules = ["NEURO-INTERVAL", "RENAL-CYANO", "NEURO-INTERVAL"]
    case = Case.parse(
        {"start": "2026-01-05", "neuro": "no", "renal": "normal", "accept": rules}
    )
    assert case.accept == ("RENAL-CYANO", "NEURO-INTERVAL")


# --- the end of treatment -----------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(
    end=st.integers(0, 420),
    given_doses=st.integers(0, 6),
    died=st.booleans(),
    neuro=st.sampled_from(("yes", "no")),
    week=st.sampled_from(("", "mon-fri", "wed")),
)
def test_nothing_that_is_to_be_done_follows_the_end(
    end: int, given_doses: int, died: bool, neuro: str, week: str
) -> None:
    """On the day of death nothing is planned either; what is left is as it was."""
    start = date(2026, 1, 5)
    done = [start + timedelta(2 * n) for n in range(given_doses)]
    ended = max([start + timedelta(end), *done])
    fields = {
        "neuro": neuro,
        "anaemia": "severe",
        "given": ";".join(map(str, done)),
        "open": week,
    }
    whole = plan_of(**fields)
    plan = plan_of(**fields, ended=str(ended), because="died" if died else "moved")
    limit = ended - timedelta(died)
    kept = [e for e in whole.events if e.status is Status.GIVEN or e.date <= limit]
    assert list(plan.events) == kept
    waiting = [e for e in kept if e.phase and e.status is not Status.GIVEN]
    assert plan.next == (waiting[0] if waiting else None)
    assert plan.ampoules == len(waiting)
    for each in plan.events:
        assert title(plan, each)
        assert what_to_do(plan, each)
        assert why(plan, each)


def test_maintenance_begins_on_its_first_dose_that_is_left() -> None:
    """Two months after the last loading dose, 16 January, if treatment goes on."""
    plan = plan_of(ended="2026-03-16", because="oral")
    assert plan.maintenance.first == day("2026 Mar 16")
    plan = plan_of(ended="2026-03-15", because="oral")
    assert plan.maintenance.first is None


def test_the_loading_course_ends_with_its_last_dose_that_is_left() -> None:
    """Plateau, horizon and anchor stay as they were worked out."""
    plan = plan_of(ended="2026-01-12", because="oral")
    whole = plan_of()
    assert plan.loading is not None
    assert (plan.loading.doses, plan.loading.last) == (4, day("2026 Jan 12"))
    assert plan.maintenance.first is None
    assert plan.maintenance.anchor == whole.maintenance.anchor
    assert plan.until == whole.until


def test_a_treatment_that_ended_before_dose_1_has_no_event() -> None:
    """The clinic was closed on the start; nothing is left, and the summary says so."""
    plan = plan_of(ended="2026-01-05", because="moved", closed="2026-01-05")
    assert plan.events == ()
    assert plan.loading is None
    said = dict(summary(plan))
    assert said["Ended"].startswith("Mon 2026-01-05 because the patient moved")
    assert "before dose 1" in said["Loading"]
    assert said["Next dose"] == "none planned"


@table(
    "because, severity",
    ("death", "died", "info"),
    ("a move", "moved", "info"),
    ("tablets", "oral", "warning"),
    ("the patient's wish", "declined", "warning"),
    ("the cause gone", "resolved", "info"),
    ("anything else", "other", "warning"),
)
def test_an_end_is_a_warning_where_it_may_be_too_early(
    because: str, severity: str
) -> None:
    """The warning says what stopping risks, with the sources of that."""
    known = {"given": "2026-01-05", "ended": "2026-01-05", "as_of": "2026-01-06"}
    found = {each.code: each for each in cautions_of(**known, because=because)}
    end = found["ended"]
    assert str(end.severity) == severity
    assert ("Do not stop" in end.text) == (severity == "warning")
    assert ("fda-cyano" in end.sources) == (severity == "warning")
    assert "2026-01-05" in end.plain


def test_of_a_patient_who_died_nothing_else_is_said() -> None:
    """Not even a refusal that was set aside."""
    known = {**KIDNEYS, "accept": "RENAL-CYANO", "neuro": "yes", "open": "wed"}
    assert codes(**known, ended="2026-03-04", because="died") == {"ended"}


def test_once_treatment_ended_no_caution_asks_for_anything() -> None:
    """While doses are to come, what bears on them is still said."""
    known = {"neuro": "yes", "open": "mon-fri", "given": "2026-01-21"}
    end = {"ended": "2026-01-21", "because": "declined"}
    assert codes(**known, **end, as_of="2026-01-22") == {"ended"}
    ahead = codes(**known, ended="2026-02-20", because="moved")
    assert {"ended", "urgent-neuro", "folate-alone"} <= ahead
    assert ahead.isdisjoint({"lifelong", "plateau-not-recorded", "gap"})


@table(
    "fields, field",
    ("no reason", {"ended": "2026-03-04"}, "because"),
    ("no day", {"because": "died"}, "ended"),
    ("a reason that is none", {"ended": "2026-03-04", "because": "bored"}, "because"),
    ("before the start", {"ended": "2026-01-04", "because": "moved"}, "ended"),
    (
        "before the last dose",
        {"last_dose": "2026-03-05", "ended": "2026-03-04", "because": "died"},
        "ended",
    ),
    (
        "before a given dose",
        {"given": "2026-01-05;2026-01-09", "ended": "2026-01-08", "because": "oral"},
        "ended",
    ),
    (
        "before given through",
        {"given_through": "2026-01-09", "ended": "2026-01-08", "because": "oral"},
        "ended",
    ),
)
def test_an_end_needs_its_reason_and_comes_after_what_is_known(
    fields: dict[str, str], field: str
) -> None:
    error = refusal(InputError, **fields)
    assert error.field == field
    assert error.exit_code == 2
    assert error.hint


# --- early labs ---------------------------------------------------------------------


def early(**fields: str) -> list[tuple[str, date, date]]:
    """The early labs: id, due, date."""
    plan = plan_of(**fields)
    return [(e.id, e.due, e.date) for e in plan.events if e.rule == "LAB-EARLY"]


def test_anaemia_asks_for_labs_in_the_first_weeks() -> None:
    """Potassium only if it is severe; nothing if it is not stated."""
    week = ("lab-reticulocytes", day("2026 Jan 12"), day("2026 Jan 12"))
    eight = ("lab-8w", day("2026 Mar 2"), day("2026 Mar 2"))
    assert early() == early(anaemia="no") == []
    assert early(anaemia="yes") == [week, eight]
    second_day = ("lab-potassium", day("2026 Jan 6"), day("2026 Jan 6"))
    assert early(anaemia="severe") == [second_day, week, eight]
    assert early(anaemia="severe", last_dose="2026-01-05") == []
    assert early(anaemia="severe", until="2026-01-05") == []
    assert early(anaemia="yes", until="2026-01-12") == [week]


@table(
    "closed, on, said",
    ("the clinic is open", "", "2026 Jan 6", "1 day after dose 1"),
    (
        "it is closed for a day",
        "2026-01-06",
        "2026 Jan 7",
        "1 day after dose 1; due Tue 2026-01-06, clinic closed that day: 1 day later",
    ),
    (
        "it is closed for two",
        "2026-01-06;2026-01-07",
        "2026 Jan 6",
        "1 day after dose 1; clinic closed that day: arrange it elsewhere",
    ),
)
def test_potassium_is_never_later_than_two_days_after_dose_1(
    closed: str, on: str, said: str
) -> None:
    """Severe anaemia: what falls in the first 48 hours is not seen afterwards."""
    plan = plan_of(anaemia="severe", closed=closed)
    lab = event(plan, "lab-potassium")
    assert lab.date == day(on)
    assert why(plan, lab) == said


def test_reticulocytes_are_never_early_and_the_labs_of_8_weeks_never_late() -> None:
    """FWD for the first, as they rise from then on; BACK for the others."""
    closed = "2026-01-12;2026-03-02"
    assert [(name, on) for name, _, on in early(anaemia="yes", closed=closed)] == [
        ("lab-reticulocytes", day("2026 Jan 13")),
        ("lab-8w", day("2026 Mar 1")),
    ]


def test_early_labs_are_titled_and_have_no_number_for_programs() -> None:
    plan = plan_of(anaemia="severe")
    labs = [e for e in plan.events if e.rule == "LAB-EARLY"]
    assert [title(plan, lab) for lab in labs] == [
        "Labs on day 2: potassium",
        "Labs at 1 week: reticulocytes + FBC",
        "Labs at 8 weeks: FBC + reticulocytes",
    ]
    assert {lab.shown_number for lab in labs} == {None}
    assert "Sample before the dose." in what_to_do(plan, labs[1])


def test_two_labs_of_a_day_come_in_the_order_of_their_due_days() -> None:
    """A closed fortnight brings that of 8 weeks and that of 3 months together."""
    closed = "2026-02-24..2026-04-05"
    names = ids(plan_of(anaemia="yes", start="2026-01-05", closed=closed), "lab-")
    assert names.index("lab-8w") < names.index("lab-3m")


def test_the_labs_of_3_months_ask_for_clinical_follow_up() -> None:
    """At 1 month if pregnant or breastfeeding; the other labs do not ask for it."""
    plan = plan_of()
    said = {e.id: what_to_do(plan, e) for e in plan.events if e.id.startswith("lab")}
    assert "Clinical follow-up" in said["lab-3m"]
    assert "1 month if pregnant or breastfeeding" in said["lab-3m"]
    assert "follow-up" not in said["lab-6m"] + said["lab-12m"]


@pytest.mark.parametrize("value", [True, False])
def test_anaemia_may_be_a_truth_value_of_python(value: bool) -> None:
    case = Case.parse(
        {"start": "2026-01-05", "neuro": "no", "renal": "normal", "anaemia": value}
    )
    assert case.anaemia == ("yes" if value else "no")


# --- courses ------------------------------------------------------------------------


@table(
    "name, course, rest",
    ("of the first course", "loading-3", 1, "loading-3"),
    ("of the second", "c2-loading-3", 2, "loading-3"),
    ("of the last that there can be", "c99-lab-8w", 99, "lab-8w"),
    ("of none", "c0-loading-3", 1, "c0-loading-3"),
)
def test_a_name_says_the_course_of_its_event(name: str, course: int, rest: str) -> None:
    """The first course is not named."""
    assert parted_id(name) == (course, rest)
    assert event_id(Kind.DOSE, Phase.LOADING, 3) == "loading-3"


@pytest.mark.parametrize("course", ["0", "100", "-1", "two"])
def test_a_course_is_a_whole_number_from_1_to_99(course: str) -> None:
    assert refusal(InputError, course=course).field == "course"


@pytest.mark.parametrize("neuro", ["yes", "no"])
def test_a_later_course_is_as_the_first_under_other_names(neuro: str) -> None:
    """Every id begins with the course, also those of the early labs."""
    first = plan_of(neuro=neuro, anaemia="severe")
    later = plan_of(neuro=neuro, anaemia="severe", course="12")
    assert [f"c12-{each.id}" for each in first.events] == ids(later)
    assert [e._replace(course=12) for e in first.events] == list(later.events)
    assert dict(summary(later))["Course"].startswith("12 of")


# --- what an end leaves -------------------------------------------------------------

ORAL = {"because": "oral"}
ON_MAINTENANCE = {"last_dose": "2026-01-05"}


@table(
    "fields, said",
    ("a treatment that goes on", {}, "Vitamin B12 injection plan"),
    (
        "one that ended",
        ORAL | {"ended": "2026-01-12"},
        "Vitamin B12 injection plan, ended",
    ),
)
def test_the_title_of_a_plan_says_that_treatment_ended(
    fields: dict[str, str], said: str
) -> None:
    assert heading(plan_of(**fields)) == said


@table(
    "fields, last",
    ("the horizon", {"until": "2026-04-30"}, "2026 Apr 30"),
    ("the end", ORAL | {"ended": "2026-01-13"}, "2026 Jan 13"),
    (
        "the horizon before the end",
        ORAL | {"until": "2026-01-20", "ended": "2026-02-20"},
        "2026 Jan 20",
    ),
    (
        "dose 1 after the end",
        ORAL | {"ended": "2026-01-05", "closed": "2026-01-05"},
        "2026 Jan 6",
    ),
    (
        "a dose after the horizon",
        ON_MAINTENANCE | {"until": "2026-02-01"},
        "2026 Mar 5",
    ),
)
def test_the_last_day_of_a_plan(fields: dict[str, str], last: str) -> None:
    """Of its horizon, its end, and an event after either."""
    assert last_day(plan_of(**fields)) == day(last)


@table(
    "fields, name",
    ("a treatment that goes on", {}, "loading-1"),
    ("one that ends later", ORAL | {"ended": "2026-01-12"}, "loading-1"),
    ("a death", {"because": "died", "ended": "2026-01-12"}, None),
)
def test_the_dose_to_be_given_next(fields: dict[str, str], name: str | None) -> None:
    """None for a patient who died."""
    dose = next_dose(plan_of(**fields))
    assert (dose and dose.id) == name


def test_days_late_are_counted_up_to_as_of() -> None:
    """Dose 2 was due on 7 January; without an as of nothing is late."""
    late = plan_of(given="2026-01-05", as_of="2026-01-20")
    assert days_late(late, event(late, "loading-2")) == 13
    assert days_late(plan_of(), event(plan_of(), "loading-2")) == 0


@table(
    "fields, maintained, loaded",
    ("a treatment that goes on", {}, True, True),
    ("an end on the first dose of maintenance", {"ended": "2026-03-16"}, True, True),
    ("an end on the day before", {"ended": "2026-03-15"}, False, True),
    ("an end on the last dose of loading", {"ended": "2026-01-16"}, False, True),
    ("an end before it", {"ended": "2026-01-15"}, False, False),
    (
        "an end on the day of the plateau",
        {"neuro": "yes", "plateau": "2026-01-14", "ended": "2026-01-14"},
        *(False, True),
    ),
    (
        "an end before the plateau",
        {"neuro": "yes", "plateau": "2026-01-14", "ended": "2026-01-13"},
        *(False, False),
    ),
    ("no plateau", {"neuro": "yes", "ended": "2026-01-14"}, False, False),
    (
        "no loading",
        ON_MAINTENANCE | {"neuro": "yes", "ended": "2026-01-14"},
        *(False, True),
    ),
)
def test_what_an_end_leaves_of_a_treatment(
    fields: dict[str, str], maintained: bool, loaded: bool
) -> None:
    """Whether maintenance begins, and whether the loading course is whole."""
    plan = plan_of(**(fields | (ORAL if "ended" in fields else {})))
    assert (in_maintenance(plan), loading_done(plan)) == (maintained, loaded)


SECOND = EarlierCourse(
    2, Drug.METHYLCOBALAMIN, 1, day("2025 Mar 3"), day("2025 Mar 3"), None
)
FIRST = EarlierCourse(
    1, Drug.HYDROXOCOBALAMIN, 2, day("2024 Mar 4"), day("2024 Mar 6"), None
)
NO_DOSE = EarlierCourse(1, Drug.HYDROXOCOBALAMIN, 0, None, None, None)


@table(
    "earlier, said",
    (
        "two",
        (SECOND, FIRST),
        "3 of this patient's treatment; course 2: methylcobalamin, 1 dose recorded, "
        "Mon 2025-03-03; course 1: hydroxocobalamin, 2 doses recorded, Mon 2024-03-04 "
        "to Wed 2024-03-06",
    ),
    (
        "one without a dose",
        (NO_DOSE,),
        "3 of this patient's treatment; course 1: hydroxocobalamin, 0 doses recorded",
    ),
    ("no earlier course is on record", (), "3 of this patient's treatment"),
)
def test_a_course_is_told_of_with_those_before_it(
    earlier: tuple[EarlierCourse, ...], said: str
) -> None:
    """The newest first; how many doses each had, and when."""
    plan = replace(plan_of(course="3"), earlier=earlier)
    assert course_text(plan) == said


@table(
    "because, clinic, patient",
    ("death", "died", "because the patient died", ""),
    (
        "a move",
        "moved",
        "because the patient moved to another clinic",
        "because you moved to another clinic",
    ),
    (
        "tablets",
        "oral",
        "because the patient changed to oral B12",
        "because you changed to B12 by mouth",
    ),
    ("another", "other", "for another reason", "for another reason"),
)
def test_an_end_is_told_of_with_its_reason(
    because: str, clinic: str, patient: str
) -> None:
    """To the clinic and to the patient; nothing while treatment goes on."""
    case = plan_of(ended="2026-01-09", because=because).case
    assert ended(case) == f"Fri 2026-01-09 {clinic}"
    assert ended(case, plain=True) == f"Fri 2026-01-09 {patient}"
    assert ended(plan_of().case) is None


def test_what_was_set_aside_is_told_of_in_a_sentence() -> None:
    """To the clinic with its rule, to the patient in plain words."""
    case = plan_of(
        **KIDNEYS, neuro="yes", interval="4m", accept=",".join(REFUSALS)
    ).case
    assert accepted(case) == (
        "cyanocobalamin with renal status impaired (RENAL-CYANO) and an interval of 4m "
        "with neurology (NEURO-INTERVAL) and an interval of 4m in the regimen "
        "cyanocobalamin (CYANO-INTERVAL)"
    )
    assert accepted(case, plain=True) == (
        "cyanocobalamin, although your kidneys do not work as they should. They also "
        "decided on more than 2 months between your long-term injections, although "
        "your nerves are affected. They also decided on a time between your long-term "
        "injections that is not the month on the label"
    )
    assert accepted(plan_of().case) is None
