"""The table: its layouts, and which events it may show in one row."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from random_plans import ROWS, built, some_plans
from spec import Row, day, event, plan_of, table

from b12sched import Plan
from b12sched.dates import day_text
from b12sched.plan.events import Kind, Phase, Status
from b12sched.views.screen.layout import fold
from b12sched.views.screen.runs import runs, said
from b12sched.views.screen.table import MARKS, plan_table

OVERDUE = {
    "last_dose": "2026-01-05",
    "as_of": "2026-03-20",
    "months": "3",
    "open": "mon-fri",
}
CLOSURES = {
    "neuro": "yes",
    "loading_weeks": "2",
    "months": "7",
    "open": "mon-fri",
    "closed": "2026-01-14",
}
EVERY_TUESDAY = {"drug": "cyanocobalamin", "open": "tue,fri", "interval": "1m"}

NARROW = """\
   Mon 2026-01-05  Loading dose 1, next
   Wed 2026-01-07  to Mon 2026-01-19
     Loading doses 2 to 6, on alternate
     days
       3 moved to an open day; longest
       gap 4 days
   Mon 2026-01-12
     Neurological examination 1
!  Mon 2026-01-19
     DECIDE at examination 2: still
     improving, go on loading; no
     further improvement, record the
     plateau
?  Thu 2026-03-19  Maintenance dose 1
   Fri 2026-04-03  due Sun 2026-04-05
     Labs, follow-up at 3 months
?  Tue 2026-05-19  Maintenance dose 2
   Fri 2026-07-03  due Sun 2026-07-05
     Labs, recovery at 6 months
?  Fri 2026-07-17  due Sun 2026-07-19
     Maintenance dose 3
?  provisional: these dates move when
   the plateau is recorded
"""
COMMON = """\
   Mon 2026-01-05  Loading dose 1, next
   Wed 2026-01-07  Loading doses 2 to 6, on alternate days    to Mon 2026-01-19
                     3 moved to an open day; longest gap 4 days
   Mon 2026-01-12  Neurological examination 1
!  Mon 2026-01-19  DECIDE at examination 2: still improving, go on loading; no
                   further improvement, record the plateau
?  Thu 2026-03-19  Maintenance dose 1
   Fri 2026-04-03  Labs, follow-up at 3 months                due Sun 2026-04-05
?  Tue 2026-05-19  Maintenance dose 2
   Fri 2026-07-03  Labs, recovery at 6 months                 due Sun 2026-07-05
?  Fri 2026-07-17  Maintenance dose 3                         due Sun 2026-07-19
?  provisional: these dates move when the plateau is recorded
"""
MANY = """\
   Tue 2026-01-06  Loading dose 1, next                       due Mon 2026-01-05
   Fri 2026-01-09  Loading doses 2 to 20, Tue Fri             to Fri 2026-03-13
                     16 moved to an open day; longest gap 4 days
   Fri 2026-04-03  Labs, follow-up at 3 months                due Mon 2026-04-06
   Fri 2026-04-10  Maintenance doses 1 to 9, every month      to Fri 2026-12-11
    1 Fri 2026-04-10 due Mon 2026-04-13      6 Fri 2026-09-11 due Sun 2026-09-13
    2 Tue 2026-05-12 due Wed 2026-05-13      7 Tue 2026-10-13
    3 Fri 2026-06-12 due Sat 2026-06-13      8 Fri 2026-11-13
    4 Fri 2026-07-10 due Mon 2026-07-13      9 Fri 2026-12-11 due Sun 2026-12-13
    5 Tue 2026-08-11 due Thu 2026-08-13
   Fri 2026-07-03  Labs at 6 months                           due Mon 2026-07-06
   Tue 2027-01-05  Labs at 12 months                          due Wed 2027-01-06
"""
WHYS = """\
!  Fri 2026-03-20  Maintenance dose 1, next: OVERDUE 15 days  due Thu 2026-03-05
                     day 75, planned: 2 months after the dose of Mon 2026-01-05;
                     due Thu 2026-03-05, not given by 2026-03-20: 15 days later
                     [MAINT]
   Wed 2026-05-20  Maintenance dose 2
                     day 136, planned: 2 months after the dose of Fri 2026-03-20
                     [MAINT]
"""


def shown(plan: Plan, width: int, *, whys: bool = False, every: bool = False) -> str:
    """The table as text."""
    lines = plan_table(plan, width, whys=whys, every=every)
    return "".join("".join(text for text, _ in line) + "\n" for line in lines)


@table(
    "width, row, whys, screen",
    ("what and note below the date on a narrow screen", 40, CLOSURES, False, NARROW),
    ("what and note beside the date on a common one", 80, CLOSURES, False, COMMON),
    ("many maintenance doses in columns", 80, EVERY_TUESDAY, False, MANY),
    ("the reason below each date where asked", 80, OVERDUE, True, WHYS),
)
def test_layout_follows_the_width(
    width: int, row: Row, whys: bool, screen: str
) -> None:
    """A row is a sign, a date, what it is, and a date that differs from it."""
    assert shown(plan_of(**row), width, whys=whys) == screen


def test_rows_are_not_spread_over_very_wide_screens() -> None:
    """Beyond 120 columns the table stays as it is."""
    plan = plan_of(**CLOSURES)
    assert shown(plan, 200) == shown(plan, 120)


@some_plans
@given(ROWS)
def test_only_events_that_belong_together_stand_in_one_row(row: Row) -> None:
    """A run is of one kind, phase, status and dose, and never hides what is next."""
    plan = built(row)
    found = runs(plan, every=False, blocks=True)
    assert sorted(e.id for run in found for e in run) == sorted(
        e.id for e in plan.events
    )
    assert [run[0] for run in found] == [
        e for e in plan.events if e in [run[0] for run in found]
    ]
    for run in found:
        if len(run) == 1:
            continue
        assert plan.next not in run
        assert plan.decision not in [each.id for each in run]
        kinds = {each.kind for each in run}
        if kinds != {Kind.LAB, Kind.ASSESSMENT}:
            assert len({(e.kind, e.phase, e.status, e.dose) for e in run}) == 1
        else:
            assert len({(e.date, e.number) for e in run}) == 1
        if kinds == {Kind.DOSE}:
            assert all(b.number == a.number + 1 for a, b in pairwise(run))


@some_plans
@given(ROWS)
def test_every_date_but_those_inside_a_run_is_shown_with_its_due_date(row: Row) -> None:
    """Maintenance, labs, assessment, decision and next; and the ends of each run."""
    plan = built(row)
    for width in (40, 80):
        text = shown(plan, width)
        for run in runs(plan, every=False):
            first, last = run[0], run[-1]
            assert day_text(first.date) in text
            assert last.date == first.date or f"to {day_text(last.date)}" in text
            if len(run) == 1 and first.due != first.date:
                assert f"due {day_text(first.due)}" in text
        for each in plan.events:
            if each.phase is Phase.MAINTENANCE:
                assert day_text(each.date) in text
                assert day_text(each.due) in text


@some_plans
@given(ROWS)
def test_every_event_has_its_own_row_when_asked(row: Row) -> None:
    """`every` leaves nothing folded, in the plan's order."""
    plan = built(row)
    assert [e for (e,) in runs(plan, every=True)] == list(plan.events)


def test_a_run_ends_where_given_doses_end() -> None:
    """The next dose stands alone between what was given and what is planned."""
    plan = plan_of(neuro="yes", given_through="2026-01-20", as_of="2026-01-20")
    sizes = [(run[0].id, len(run), run[0].status) for run in runs(plan, every=False)]
    doses = [row for row in sizes if row[0].startswith("loading")]
    assert doses == [
        ("loading-1", 8, Status.GIVEN),
        ("loading-9", 1, Status.PLANNED),
        ("loading-10", 34, Status.PLANNED),
    ]


def test_cyanocobalamin_folds_by_rhythm() -> None:
    """Daily, alternate days, every 3 to 4 days: on Wednesdays and Sundays here."""
    text = shown(plan_of(drug="cyanocobalamin"), 80)
    assert "Loading doses 2 to 7, daily" in text
    assert "Loading doses 8 to 14, on alternate days" in text
    assert "Loading doses 15 to 20, Wed Sun" in text


@table(
    "row, what, effect",
    (
        "Monday to Friday",
        {"neuro": "yes", "open": "mon-fri"},
        "Loading doses 2 to 37, Mon Wed Fri",
        "12 moved Sun to Mon; longest gap 3 days",
    ),
    (
        "two ways to be moved",
        {"open": "tue,sat"},
        "Loading doses 2 to 6, Tue Sat",
        "3 moved Thu to Sat, 2 Mon to Tue; longest gap 4 days",
    ),
    (
        "one closed day",
        {"neuro": "yes", "open": "mon-fri", "closed": "2026-02-04"},
        "Loading doses 2 to 36, mostly Mon Wed Fri",
        "13 moved to an open day; longest gap 4 days",
    ),
    (
        "every day, weekends included",
        {"neuro": "yes"},
        "Loading doses 2 to 43, on alternate days",
        "",
    ),
)
def test_a_run_says_its_days_and_what_closed_days_did(
    row: Row, what: str, effect: str
) -> None:
    """Its weekdays where most doses are on few of them, else the regimen's rhythm."""
    plan = plan_of(**row)
    [run] = [each for each in runs(plan, every=False) if each[0].id == "loading-2"]
    assert said(plan, run) == (what, effect)


def test_a_run_of_given_doses_says_how_many_were_not_given_when_due() -> None:
    """Which ones is said by --full: a given date is a fact, wherever it lies."""
    plan = plan_of(neuro="yes", given="2026-01-05;2026-01-07;2026-01-12;2026-01-14")
    text = shown(plan, 80)
    assert "Loading doses 1 to 4, given" in text
    assert "1 not on the due date; longest gap 5 days" in text
    whole = " ".join(shown(plan, 80, every=True).split())
    assert "due Fri 2026-01-09, given 3 days later" in whole


def test_two_doses_are_no_run() -> None:
    """Each has its own row: that takes no more lines, and says both dates."""
    plan = plan_of(neuro="yes", plateau="2026-01-09")
    loading = [run for run in runs(plan, every=False) if run[0].phase is Phase.LOADING]
    assert [len(run) for run in loading] == [1, 1, 1]


def test_an_examination_that_wanders_is_weekly() -> None:
    """One weekday is named, and several are not."""
    every_day = shown(plan_of(neuro="yes"), 80)
    assert "Neurological examination weekly (11)" in every_day
    weekdays = shown(plan_of(neuro="yes", open="mon-fri"), 80)
    assert "Neurological examination every Mon (11)" in weekdays


def test_doses_of_another_strength_say_so() -> None:
    """A regimen with two doses names that of each row; with one the header does."""
    two = shown(plan_of(regimen="uk-label"), 120)
    assert "Loading doses 2 to 7, 1 mg IM, on alternate days" in two
    assert "Loading doses 8 to 12, 250 micrograms IM, every Sat" in two
    assert "Maintenance dose 1, 1 mg IM" in two
    assert "mg IM" not in shown(plan_of(), 120)


def test_a_sample_before_a_dose_says_so() -> None:
    """On a day that also has a dose, sample first."""
    plan = plan_of(neuro="yes", plateau="2026-05-05", months="6")
    assert day("2026 Jul 5") in plan.sampled
    assert "Labs, recovery at 6 months, before dose" in shown(plan, 80)


def test_early_labs_and_an_assessment_alone_are_named() -> None:
    """Early labs have a row each; so has an assessment in the full table."""
    plan = plan_of(neuro="yes", anaemia="severe", months="7")
    text = shown(plan, 80)
    assert "Labs on day 2: potassium" in text
    assert "Labs at 1 week: reticulocytes + FBC" in text
    assessment = event(plan, "assessment-6m")
    assert said(plan, [assessment]) == ("Assessment of recovery at 6 months", "")


def test_a_dose_that_asks_for_the_finding_says_decide() -> None:
    """A regimen without examinations asks at its last dose before the plateau."""
    text = " ".join(shown(plan_of(regimen="uk-label"), 80).split())
    assert (
        "Loading dose 13, 250 micrograms IM. DECIDE: the blood count is normal? "
        "Record the plateau; if not, go on loading" in text
    )


def test_many_given_maintenance_doses_stand_in_columns() -> None:
    """Each with its date; so do those after a step-up to monthly."""
    row = {"last_dose": "2026-01-05", "monthly_from": "2026-02-01", "months": "22"}
    plan = plan_of(**row, given_through="2026-10-30", as_of="2026-10-30")
    text = shown(plan, 80)
    assert "Maintenance doses 1 to 9, given" in text
    assert "Maintenance doses 11 to 31, every month" in text


def test_kinds_are_told_apart_by_letter_and_by_style() -> None:
    """No two marks share a letter, none shares a style."""
    marks = list(MARKS.values())
    assert len({mark.letter for mark in marks}) == len(marks)
    assert len({mark.style for mark in marks}) == len(marks)


def test_colours_can_be_read_on_white_and_on_black() -> None:
    """No yellow, no blue, nothing bright; and red marks no kind of event."""
    colours = {word for mark in MARKS.values() for word in mark.style.split()}
    assert colours == {"bold", "underline", "green", "magenta", "cyan"}


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("due Mon 2026-01-05, so", 16, ["due", "Mon 2026-01-05,", "so"]),
        ("a drug 1 mg IM now", 10, ["a drug", "1 mg IM", "now"]),
        ("in 1 to 2 weeks or so", 14, ["in", "1 to 2 weeks", "or so"]),
        ("abcdefghijklmno b", 10, ["abcdefghij", "klmno b"]),
        ("at https://example.org/a b", 10, ["at", "https://example.org/a", "b"]),
        ("", 10, [""]),
    ],
)
def test_lines_fold_at_spaces_that_are_in_nothing(
    text: str, width: int, lines: list[str]
) -> None:
    """Dates, doses and numbers with their unit are kept; an address is never broken."""
    found = fold(((text[:5], "bold"), (text[5:], "")), width)
    assert ["".join(piece for piece, _ in line) for line in found] == lines
    assert all(style in ("bold", "") for line in found for _, style in line)
