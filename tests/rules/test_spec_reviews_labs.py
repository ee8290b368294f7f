"""REVIEW-WEEKLY, LAB, ASSESS-6M: what is looked at beside the injections, and when."""

from __future__ import annotations

from spec import (
    Days,
    Row,
    dates,
    day,
    days,
    dues,
    event,
    every_day,
    ids,
    plan_of,
    refusal,
    table,
)

from b12sched.errors import InputError

LATE_JANUARY = every_day("2026 Jan 8", "2026 Jan 25")


@table(
    "row, names, due, done",
    (
        "on the first loading dose on or after the due day",
        {"loading_weeks": "2"},
        ["review-1", "review-2"],
        days("2026 Jan 12 19"),
        days("2026 Jan 13 19"),
    ),
    (
        "on the last loading dose when none follows",
        {"loading_weeks": "1"},
        ["review-1"],
        days("2026 Jan 12"),
        days("2026 Jan 11"),
    ),
    (
        "weekends closed",
        {"loading_weeks": "2", "open": "mon-fri"},
        ["review-1", "review-2"],
        days("2026 Jan 12 19"),
        days("2026 Jan 12 19"),
    ),
    (
        "weeks are counted from the first dose, not from the start asked for",
        {"loading_weeks": "1", "start": "2026-01-03", "open": "mon-fri"},
        ["review-1"],
        days("2026 Jan 12"),
        days("2026 Jan 12"),
    ),
    (
        "due on a recorded plateau",
        {"plateau": "2026-01-26"},
        ["review-1", "review-2", "review-3"],
        days("2026 Jan 12 19 26"),
        days("2026 Jan 13 19 25"),
    ),
    (
        "none due after a recorded plateau",
        {"plateau": "2026-01-25"},
        ["review-1", "review-2"],
        days("2026 Jan 12 19"),
        days("2026 Jan 13 19"),
    ),
    (
        "three that fall on one dose: only the last, with its own number",
        {"plateau": "2026-01-27", "closed": LATE_JANUARY},
        ["review-3"],
        days("2026 Jan 26"),
        days("2026 Jan 26"),
    ),
    (
        "the horizon takes the last before one of a date is chosen",
        {"plateau": "2026-01-27", "closed": LATE_JANUARY, "until": "2026-01-20"},
        ["review-2"],
        days("2026 Jan 19"),
        days("2026 Jan 26"),
    ),
    (
        "the last falls back on a dose that has one: only the last",
        {"plateau": "2026-01-27", "open": "mon,wed", "closed": "2026-01-19;2026-01-26"},
        ["review-1", "review-3"],
        days("2026 Jan 12 26"),
        days("2026 Jan 12 21"),
    ),
    (
        "a clinic that misses its one day a week",
        {"loading_weeks": "2", "open": "mon", "closed": "2026-01-12"},
        ["review-2"],
        days("2026 Jan 19"),
        days("2026 Jan 19"),
    ),
    (
        "a last dose five days before has the review, later weeks have none",
        {
            "given": "2026-01-05;2026-01-07",
            "plateau": "2026-02-02",
            "as_of": "2026-02-03",
        },
        ["review-1"],
        days("2026 Jan 12"),
        days("2026 Jan 7"),
    ),
    (
        "a last dose six days before has the review",
        {
            "given": "2026-01-05;2026-01-06",
            "plateau": "2026-01-13",
            "as_of": "2026-01-14",
        },
        ["review-1"],
        days("2026 Jan 12"),
        days("2026 Jan 6"),
    ),
    (
        "a last dose seven days before has none",
        {"given": "2026-01-05", "plateau": "2026-01-13", "as_of": "2026-01-14"},
        [],
        (),
        (),
    ),
    (
        "missed doses: reviews keep their dues and wait for a dose",
        {
            "given": "2026-01-05;2026-01-07",
            "as_of": "2026-01-20",
            "loading_weeks": "1",
        },
        ["review-2", "review-3"],
        days("2026 Jan 19 26"),
        days("2026 Jan 20 26"),
    ),
    (
        "in the plan if due by the horizon",
        {"until": "2026-01-19"},
        ["review-1", "review-2"],
        days("2026 Jan 12 19"),
        days("2026 Jan 13 19"),
    ),
    (
        "not in the plan if its dose is due after the horizon",
        {"until": "2026-01-12"},
        [],
        (),
        (),
    ),
    (
        "in the plan with its dose, which is next",
        {"until": "2026-01-12", "given_through": "2026-01-11"},
        ["review-1"],
        days("2026 Jan 12"),
        days("2026 Jan 13"),
    ),
    (
        "not in the plan if due after the horizon",
        {"until": "2026-01-18"},
        ["review-1"],
        days("2026 Jan 12"),
        days("2026 Jan 13"),
    ),
    (
        "cyanocobalamin: up to the last loading dose",
        {"drug": "cyanocobalamin"},
        ["review-1", "review-2", "review-3", "review-4", "review-5"],
        days("2026 Jan 12 19 26, Feb 2 9"),
        days("2026 Jan 13 19 28, Feb 4 11"),
    ),
    (
        "cyanocobalamin: due on the last loading dose, which a closed day delays",
        {"drug": "cyanocobalamin", "closed": "2026-02-15"},
        [f"review-{week}" for week in range(1, 7)],
        days("2026 Jan 12 19 26, Feb 2 9 16"),
        days("2026 Jan 13 19 28, Feb 4 11 16"),
    ),
)
def test_the_weekly_examination_is_on_a_loading_dose(
    row: Row, names: list[str], due: Days, done: Days
) -> None:
    """REVIEW-WEEKLY: due t0 + 7w up to the plateau, dated on the first loading dose on
    or after due, else on the last if less than 7 days before; one a day at most, and
    only on the day of a dose that is in the plan."""
    plan = plan_of(neuro="yes", **row)
    assert ids(plan, "review") == names
    assert dues(plan, "review") == due
    assert dates(plan, "review") == done


def test_a_review_is_numbered_by_its_week() -> None:
    """Identity: review-3 is the review of week 3, whatever became of 1 and 2."""
    plan = plan_of(neuro="yes", plateau="2026-01-27", closed=LATE_JANUARY)
    review = event(plan, "review-3")
    assert (review.kind, review.phase, review.number) == ("review", None, 3)
    assert review.rule == "REVIEW-WEEKLY"


@table(
    "row, asks",
    ("twelve weeks assumed", {}, "review-12"),
    ("four weeks assumed", {"loading_weeks": "4"}, "review-4"),
    ("a plateau recorded", {"plateau": "2026-03-30"}, None),
    ("no plateau: another drug", {"drug": "cyanocobalamin"}, None),
    ("no loading", {"last_dose": "2026-01-05"}, None),
    (
        "no review, as a week is closed after the only dose: the dose asks",
        {"loading_weeks": "1", "closed": every_day("2026 Jan 6", "2026 Jan 20")},
        "loading-1",
    ),
)
def test_the_last_review_before_an_assumed_plateau_asks_for_the_decision(
    row: Row, asks: str | None
) -> None:
    """Go on loading, or record the plateau: asked only while none is recorded."""
    assert plan_of(neuro="yes", **row).decision == asks


SIX_GIVEN = "2026-01-05;2026-01-07;2026-01-09;2026-01-12;2026-01-14;2026-01-16"


@table(
    "row, sampled",
    ("no dose on such a day", {}, ""),
    (
        "a maintenance dose, given on the day of the first lab",
        {"given": f"{SIX_GIVEN};2026-04-05"},
        "2026 Apr 5",
    ),
    (
        "a loading dose, planned on the day of the first lab",
        {"neuro": "yes", "loading_weeks": "40"},
        "2026 Apr 5",
    ),
)
def test_the_days_on_which_to_sample_first_are_known(row: Row, sampled: str) -> None:
    """LAB: on a day that also has a dose, sample first."""
    assert plan_of(**row).sampled == frozenset(days(sampled))


@table(
    "row",
    ("without neurology", {}),
    ("cyanocobalamin without neurology", {"drug": "cyanocobalamin"}),
    ("with a last dose", {"neuro": "yes", "last_dose": "2026-01-05"}),
)
def test_no_weekly_examination_without_neurological_loading(row: Row) -> None:
    """REVIEW-WEEKLY: neuro only, and not with last_dose."""
    assert ids(plan_of(**row), "review") == []


@table(
    "row, due, done",
    (
        "open every day: the last one is due on the last day of the plan",
        {},
        days("2026 Apr 5, Jul 5; 2027 Jan 5"),
        days("2026 Apr 5, Jul 5; 2027 Jan 5"),
    ),
    (
        "neurology",
        {"neuro": "yes"},
        days("2026 Apr 5, Jul 5; 2027 Jan 5"),
        days("2026 Apr 5, Jul 5; 2027 Jan 5"),
    ),
    (
        "cyanocobalamin",
        {"drug": "cyanocobalamin"},
        days("2026 Apr 5, Jul 5; 2027 Jan 5"),
        days("2026 Apr 5, Jul 5; 2027 Jan 5"),
    ),
    (
        "weekends closed: the Friday before",
        {"open": "mon-fri"},
        days("2026 Apr 5, Jul 5; 2027 Jan 5"),
        days("2026 Apr 3, Jul 3; 2027 Jan 5"),
    ),
    (
        "Easter in England: the Thursday before",
        {"open": "mon-fri", "holidays": "GB-ENG"},
        days("2026 Apr 5, Jul 5; 2027 Jan 5"),
        days("2026 Apr 2, Jul 3; 2027 Jan 5"),
    ),
    (
        "from 31 August: clamped to the month",
        {"start": "2026-08-31"},
        days("2026 Nov 30; 2027 Feb 28, Aug 31"),
        days("2026 Nov 30; 2027 Feb 28, Aug 31"),
    ),
    (
        "from 30 November before a leap year",
        {"start": "2027-11-30"},
        days("2028 Feb 29, May 30, Nov 30"),
        days("2028 Feb 29, May 30, Nov 30"),
    ),
    (
        "from 29 February",
        {"start": "2028-02-29"},
        days("2028 May 29, Aug 29; 2029 Feb 28"),
        days("2028 May 29, Aug 29; 2029 Feb 28"),
    ),
    (
        "counted from the first dose, not from the start asked for",
        {"start": "2026-01-03", "open": "mon-fri"},
        days("2026 Apr 5, Jul 5; 2027 Jan 5"),
        days("2026 Apr 3, Jul 3; 2027 Jan 5"),
    ),
    (
        "counted from the first dose given",
        {"given": "2026-01-08"},
        days("2026 Apr 8, Jul 8; 2027 Jan 8"),
        days("2026 Apr 8, Jul 8; 2027 Jan 8"),
    ),
    (
        "a closure of seven days: a week early",
        {"closed": every_day("2026 Mar 30", "2026 Apr 5")},
        days("2026 Apr 5, Jul 5; 2027 Jan 5"),
        days("2026 Mar 29, Jul 5; 2027 Jan 5"),
    ),
    (
        "a closure of eight days: a day late",
        {"closed": every_day("2026 Mar 29", "2026 Apr 5")},
        days("2026 Apr 5, Jul 5; 2027 Jan 5"),
        days("2026 Apr 6, Jul 5; 2027 Jan 5"),
    ),
    (
        "as-of does not move them",
        {
            "given": "2026-01-05;2026-01-07;2026-01-09;2026-01-12;2026-01-14;"
            "2026-01-16",
            "as_of": "2026-04-20",
        },
        days("2026 Apr 5, Jul 5; 2027 Jan 5"),
        days("2026 Apr 5, Jul 5; 2027 Jan 5"),
    ),
    (
        "a gap in loading does not move them",
        {"neuro": "yes", "given": "2026-01-05;2026-02-20"},
        days("2026 Apr 5, Jul 5; 2027 Jan 5"),
        days("2026 Apr 5, Jul 5; 2027 Jan 5"),
    ),
    (
        "one that is due on the last day is in the plan",
        {"until": "2026-07-05"},
        days("2026 Apr 5, Jul 5"),
        days("2026 Apr 5, Jul 5"),
    ),
    (
        "one that is due after the last day is not, though its date would be",
        {"until": "2026-07-04", "open": "mon-fri"},
        days("2026 Apr 5"),
        days("2026 Apr 3"),
    ),
)
def test_blood_is_taken_three_six_and_twelve_months_on(
    row: Row, due: Days, done: Days
) -> None:
    """LAB: due ADD(t0, 3, 6 and 12 months), dated BACK(due), moved by nothing else."""
    plan = plan_of(**row)
    assert dues(plan, "lab") == due
    assert dates(plan, "lab") == done


def test_labs_are_named_and_numbered_by_their_months() -> None:
    """Identity: lab-3m, lab-6m, lab-12m; the number is the months."""
    plan = plan_of()
    assert ids(plan, "lab") == ["lab-3m", "lab-6m", "lab-12m"]
    labs = [event(plan, name) for name in ("lab-3m", "lab-6m", "lab-12m")]
    assert [lab.number for lab in labs] == [3, 6, 12]
    assert {(lab.kind, lab.phase, lab.rule) for lab in labs} == {("lab", None, "LAB")}


@table(
    "row, first, last",
    (
        "one week on, all doses given",
        {
            "anaemia": "yes",
            "given": ";".join(f"2026-01-{n}" for n in ("05", "07", "09", 12, 14, 16)),
            "closed": "2026-01-06..2026-03-13",
        },
        "2026-01-12",
        "2026-03-13",
    ),
    (
        "eight weeks on",
        {"anaemia": "yes", "closed": "2026-02-23..2026-05-01"},
        "2026-03-02",
        "2026-05-01",
    ),
    (
        "three months on",
        {"closed": "2026-03-29..2026-06-04"},
        "2026-04-05",
        "2026-06-04",
    ),
)
def test_labs_without_an_open_day_are_an_error_that_names_the_days(
    row: Row, first: str, last: str
) -> None:
    """Sixty days from the day on which they are due."""
    error = refusal(InputError, **row)
    assert error.message == f"no open day from {first} to {last}"
    assert (error.field, error.value, error.code) == ("closed", first, "no-open-day")


@table(
    "row",
    ("no neurology", {}),
    ("neurology", {"neuro": "yes"}),
    ("cyanocobalamin", {"drug": "cyanocobalamin"}),
)
def test_no_labs_and_no_assessment_with_a_last_dose(row: Row) -> None:
    """LAB, ASSESS-6M: not with last_dose."""
    plan = plan_of(last_dose="2026-01-05", **row)
    assert ids(plan, "lab") == ids(plan, "assessment") == []


@table(
    "row, due, done",
    ("open every day", {}, days("2026 Jul 5"), days("2026 Jul 5")),
    (
        "weekends closed: the Friday before",
        {"open": "mon-fri"},
        days("2026 Jul 5"),
        days("2026 Jul 3"),
    ),
    (
        "cyanocobalamin",
        {"drug": "cyanocobalamin"},
        days("2026 Jul 5"),
        days("2026 Jul 5"),
    ),
    (
        "from 31 August: clamped to a Sunday, the Friday before",
        {"start": "2026-08-31", "open": "mon-fri"},
        days("2027 Feb 28"),
        days("2027 Feb 26"),
    ),
    (
        "counted from the first dose given",
        {"given": "2026-01-08"},
        days("2026 Jul 8"),
        days("2026 Jul 8"),
    ),
    (
        "as-of does not move it",
        {"given": "2026-01-05", "plateau": "2026-01-05", "as_of": "2026-08-01"},
        days("2026 Jul 5"),
        days("2026 Jul 5"),
    ),
    (
        "due on the last day of the plan",
        {"months": "6"},
        days("2026 Jul 5"),
        days("2026 Jul 5"),
    ),
    ("due after the last day of the plan", {"until": "2026-07-04"}, (), ()),
)
def test_recovery_is_assessed_after_six_months(row: Row, due: Days, done: Days) -> None:
    """ASSESS-6M: neuro, due ADD(t0, 6 months), dated BACK(due)."""
    plan = plan_of(neuro="yes", **row)
    assert dues(plan, "assessment") == due
    assert dates(plan, "assessment") == done


def test_the_assessment_is_named_and_numbered_by_its_months() -> None:
    """Identity: assessment-6m; the number is the months."""
    found = event(plan_of(neuro="yes"), "assessment-6m")
    assert (found.kind, found.phase, found.number) == ("assessment", None, 6)
    assert found.rule == "ASSESS-6M"
    assert found.date == day("2026 Jul 5")


@table(
    "row",
    ("hydroxocobalamin", {}),
    ("cyanocobalamin", {"drug": "cyanocobalamin"}),
)
def test_no_assessment_without_neurology(row: Row) -> None:
    """ASSESS-6M: neuro only."""
    assert ids(plan_of(**row), "assessment") == []
