"""LOAD-NEURO, LOAD-STANDARD, LOAD-CYANO: which days the loading doses fall on."""

from __future__ import annotations

from datetime import date

from spec import (
    Days,
    Row,
    dates,
    day,
    days,
    dues,
    event,
    every_day,
    given,
    plan_of,
    refusal,
    table,
)

from b12sched.errors import InputError

JAN_6_TO_20 = every_day("2026 Jan 6", "2026 Jan 20")


@table(
    "row, doses",
    (
        "every second day up to the plateau",
        {"loading_weeks": "1"},
        days("2026 Jan 5 7 9 11"),
    ),
    (
        "the day of the plateau still has its dose",
        {"loading_weeks": "2"},
        days("2026 Jan 5 7 9 11 13 15 17 19"),
    ),
    (
        "a recorded plateau on a dose day",
        {"plateau": "2026-01-13"},
        days("2026 Jan 5 7 9 11 13"),
    ),
    (
        "a recorded plateau between two doses",
        {"plateau": "2026-01-12"},
        days("2026 Jan 5 7 9 11"),
    ),
    (
        "a plateau on the day of the first dose leaves one dose",
        {"plateau": "2026-01-05"},
        days("2026 Jan 5"),
    ),
    (
        "methylcobalamin has the same course",
        {"drug": "methylcobalamin", "loading_weeks": "1"},
        days("2026 Jan 5 7 9 11"),
    ),
    (
        "over 29 February",
        {"start": "2028-02-25", "loading_weeks": "1"},
        days("2028 Feb 25 27 29, Mar 2"),
    ),
    (
        "over the end of a February of 28 days",
        {"start": "2027-02-25", "loading_weeks": "1"},
        days("2027 Feb 25 27, Mar 1 3"),
    ),
)
def test_neurological_loading_is_on_alternate_days(row: Row, doses: Days) -> None:
    """LOAD-NEURO: 1 mg on alternate days while the date is not after the plateau."""
    plan = plan_of(neuro="yes", **row)
    assert dates(plan, "loading") == dues(plan, "loading") == doses


@table(
    "row, due, done",
    (
        "weekends closed: due two days after the day it was really planned",
        {"open": "mon-fri", "loading_weeks": "2"},
        days("2026 Jan 5 7 9 11 14 16 18"),
        days("2026 Jan 5 7 9 12 14 16 19"),
    ),
    (
        "two days a week",
        {"open": "mon,thu", "loading_weeks": "2"},
        days("2026 Jan 5 7 10 14 17"),
        days("2026 Jan 5 8 12 15 19"),
    ),
    (
        "one day a week",
        {"open": "mon", "loading_weeks": "2"},
        days("2026 Jan 5 7 14"),
        days("2026 Jan 5 12 19"),
    ),
    (
        "one closed day shifts all that follow",
        {"closed": "2026-01-09", "loading_weeks": "1"},
        days("2026 Jan 5 7 9 12"),
        days("2026 Jan 5 7 10 12"),
    ),
    (
        "a start on a closed day waits for the first open one",
        {"start": "2026-01-03", "open": "mon-fri", "loading_weeks": "1"},
        days("2026 Jan 3 7 9 11"),
        days("2026 Jan 5 7 9 12"),
    ),
    (
        "a closure of two weeks is waited for, not made up",
        {"closed": JAN_6_TO_20, "loading_weeks": "4"},
        days("2026 Jan 5 7 23 25 27 29 31, Feb 2"),
        days("2026 Jan 5 21 23 25 27 29 31, Feb 2"),
    ),
)
def test_neurological_loading_waits_for_the_next_open_day(
    row: Row, due: Days, done: Days
) -> None:
    """LOAD-NEURO: due 2 days after the previous dose's date, planned on FWD(due)."""
    plan = plan_of(neuro="yes", **row)
    assert dues(plan, "loading") == due
    assert dates(plan, "loading") == done


@table(
    "row, loading, maintenance",
    (
        "no dose planned after the plateau though due on it",
        {"plateau": "2026-01-11", "open": "mon-fri", "until": "2026-01-31"},
        days("2026 Jan 5 7 9"),
        (),
    ),
    (
        "a dose planned on the plateau itself",
        {"plateau": "2026-01-12", "open": "mon-fri", "until": "2026-01-31"},
        days("2026 Jan 5 7 9 12"),
        (),
    ),
    (
        "none worked out once as-of is after the plateau",
        {
            "plateau": "2026-01-13",
            "given": "2026-01-05;2026-01-07",
            "as_of": "2026-01-14",
            "until": "2026-03-31",
        },
        days("2026 Jan 5 7"),
        days("2026 Mar 7"),
    ),
    (
        "as-of on the plateau leaves one dose that day",
        {
            "plateau": "2026-01-13",
            "given": "2026-01-05;2026-01-07",
            "as_of": "2026-01-13",
            "until": "2026-03-31",
        },
        days("2026 Jan 5 7 13"),
        days("2026 Mar 13"),
    ),
    (
        "none if as-of moves it past the plateau",
        {
            "plateau": "2026-01-11",
            "given": "2026-01-05;2026-01-07",
            "as_of": "2026-01-11",
            "open": "mon-fri",
            "until": "2026-03-31",
        },
        days("2026 Jan 5 7"),
        days("2026 Mar 6"),
    ),
    (
        "once a maintenance dose is recorded no loading dose is planned",
        {
            "plateau": "2026-01-13",
            "given": "2026-01-05;2026-01-07;2026-01-09;2026-03-10",
            "until": "2026-05-31",
        },
        days("2026 Jan 5 7 9"),
        days("2026 Mar 10, May 10"),
    ),
    (
        "given on the plateau is loading, given after it is maintenance",
        {
            "plateau": "2026-01-09",
            "given": "2026-01-05;2026-01-07;2026-01-09;2026-01-11",
            "until": "2026-03-31",
        },
        days("2026 Jan 5 7 9"),
        days("2026 Jan 11, Mar 11"),
    ),
    (
        "given through a day after the plateau gives maintenance doses too",
        {
            "plateau": "2026-01-13",
            "given_through": "2026-03-20",
            "until": "2026-05-31",
        },
        days("2026 Jan 5 7 9 11 13"),
        days("2026 Mar 13, May 13"),
    ),
)
def test_a_recorded_plateau_ends_loading(
    row: Row, loading: Days, maintenance: Days
) -> None:
    """LOAD-NEURO: no dose once its due, its planned day or as_of is after the plateau;
    given dates up to the plateau are loading, the others maintenance."""
    plan = plan_of(neuro="yes", **row)
    assert dates(plan, "loading") == loading
    assert dates(plan, "maintenance") == maintenance


@table(
    "row, due, done, count",
    (
        "dates in any order",
        {"given": "2026-01-09;2026-01-05;2026-01-07", "loading_weeks": "1"},
        days("2026 Jan 5 7 9 11 13 15"),
        days("2026 Jan 5 7 9 11 13 15"),
        3,
    ),
    (
        "a dose given on a closed day stays there",
        {
            "given": "2026-01-05;2026-01-07;2026-01-09;2026-01-11",
            "open": "mon-fri",
            "loading_weeks": "1",
        },
        days("2026 Jan 5 7 9 11 13 15"),
        days("2026 Jan 5 7 9 11 13 15"),
        4,
    ),
    (
        "doses given sooner than the rule asks",
        {"given": "2026-01-05;2026-01-06;2026-01-07", "loading_weeks": "1"},
        days("2026 Jan 5 7 8 9 11 13"),
        days("2026 Jan 5 6 7 9 11 13"),
        3,
    ),
    (
        "a first dose given after the planned start",
        {"given": "2026-01-08", "loading_weeks": "1"},
        days("2026 Jan 5 10 12 14"),
        days("2026 Jan 8 10 12 14"),
        1,
    ),
    (
        "a first dose given on a closed start",
        {"start": "2026-01-03", "given": "2026-01-03", "open": "mon-fri"}
        | {"loading_weeks": "1"},
        days("2026 Jan 3 5 7 9"),
        days("2026 Jan 3 5 7 9"),
        1,
    ),
    (
        "without a recorded plateau every given dose is loading",
        {"given": "2026-01-05;2026-01-07;2026-03-10", "loading_weeks": "1"},
        days("2026 Jan 5 7 9, Mar 12 14 16"),
        days("2026 Jan 5 7, Mar 10 12 14 16"),
        3,
    ),
)
def test_given_doses_are_facts(row: Row, due: Days, done: Days, count: int) -> None:
    """Given dates are never moved, and the next dose is due from the last of them."""
    plan = plan_of(neuro="yes", **row)
    assert dues(plan, "loading") == due
    assert dates(plan, "loading") == done
    assert given(plan, "loading") == count


@table(
    "row, done, count",
    (
        "a day between two doses",
        {"given_through": "2026-01-10", "loading_weeks": "1"},
        days("2026 Jan 5 7 9 11 13 15 17"),
        3,
    ),
    (
        "the day of the first dose",
        {"given_through": "2026-01-05", "loading_weeks": "1"},
        days("2026 Jan 5 7 9 11"),
        1,
    ),
    (
        "a dose due by then but planned after it is not given",
        {"given_through": "2026-01-11", "open": "mon-fri", "loading_weeks": "2"},
        days("2026 Jan 5 7 9 12 14 16 19"),
        3,
    ),
    (
        "a dose planned on that day is given",
        {"given_through": "2026-01-12", "open": "mon-fri", "loading_weeks": "2"},
        days("2026 Jan 5 7 9 12 14 16 19"),
        4,
    ),
    (
        "after the dates given one by one",
        {
            "given": "2026-01-05;2026-01-08",
            "given_through": "2026-01-12",
            "loading_weeks": "2",
        },
        days("2026 Jan 5 8 10 12 14 16 18"),
        4,
    ),
    (
        "before the day of a closed start nothing is given",
        {"start": "2026-01-03", "given_through": "2026-01-04", "open": "mon-fri"}
        | {"loading_weeks": "1"},
        days("2026 Jan 5 7 9 12"),
        0,
    ),
)
def test_given_through_covers_the_doses_planned_up_to_it(
    row: Row, done: Days, count: int
) -> None:
    """Doses after the given dates whose planned day is ≤ given_through are given."""
    plan = plan_of(neuro="yes", **row)
    assert dates(plan, "loading") == done
    assert given(plan, "loading") == count


@table(
    "row, due, done",
    (
        "a missed dose waits for as-of and the course goes on from there",
        {
            "given": "2026-01-05;2026-01-07",
            "as_of": "2026-01-13",
            "loading_weeks": "1",
        },
        days("2026 Jan 5 7 9 15 17 19"),
        days("2026 Jan 5 7 13 15 17 19"),
    ),
    (
        "a dose planned on that day is not moved",
        {"given": "2026-01-05;2026-01-07", "as_of": "2026-01-09", "loading_weeks": "1"},
        days("2026 Jan 5 7 9 11 13 15"),
        days("2026 Jan 5 7 9 11 13 15"),
    ),
    (
        "a dose planned after that day is not moved",
        {"given": "2026-01-05;2026-01-07", "as_of": "2026-01-08", "loading_weeks": "1"},
        days("2026 Jan 5 7 9 11 13 15"),
        days("2026 Jan 5 7 9 11 13 15"),
    ),
    (
        "a closed as-of waits for the first open day",
        {
            "given": "2026-01-05;2026-01-07",
            "as_of": "2026-01-10",
            "open": "mon-fri",
            "loading_weeks": "1",
        },
        days("2026 Jan 5 7 9 14 16"),
        days("2026 Jan 5 7 12 14 16"),
    ),
    (
        "with nothing given the first dose itself is moved",
        {"as_of": "2026-01-20", "loading_weeks": "1"},
        days("2026 Jan 5 22 24 26"),
        days("2026 Jan 20 22 24 26"),
    ),
    (
        "after given-through",
        {"given_through": "2026-01-09", "as_of": "2026-01-13", "loading_weeks": "1"},
        days("2026 Jan 5 7 9 11 15 17 19"),
        days("2026 Jan 5 7 9 13 15 17 19"),
    ),
    (
        "an as-of before the start changes nothing",
        {"as_of": "2025-12-20", "loading_weeks": "1"},
        days("2026 Jan 5 7 9 11"),
        days("2026 Jan 5 7 9 11"),
    ),
)
def test_no_dose_that_was_not_given_is_dated_before_as_of(
    row: Row, due: Days, done: Days
) -> None:
    """AS-OF: such a dose is dated FWD(as_of) and keeps its due."""
    plan = plan_of(neuro="yes", **row)
    assert dues(plan, "loading") == due
    assert dates(plan, "loading") == done


@table(
    "row, plateau, last",
    (
        "twelve weeks unless told",
        {},
        day("2026 Mar 30"),
        day("2026 Mar 30"),
    ),
    (
        "one week",
        {"loading_weeks": "1"},
        day("2026 Jan 12"),
        day("2026 Jan 11"),
    ),
    (
        "104 weeks",
        {"loading_weeks": "104"},
        day("2028 Jan 3"),
        day("2028 Jan 3"),
    ),
    (
        "counted from the first dose, not from the start asked for",
        {"loading_weeks": "1", "start": "2026-01-03", "open": "mon-fri"},
        day("2026 Jan 12"),
        day("2026 Jan 12"),
    ),
    (
        "never before a week after the last given dose",
        {
            "loading_weeks": "1",
            "given": "2026-01-05;2026-01-07;2026-01-09;2026-01-11;2026-01-13",
        },
        day("2026 Jan 20"),
        day("2026 Jan 19"),
    ),
    (
        "never before a week after given-through",
        {"loading_weeks": "1", "given_through": "2026-01-16"},
        day("2026 Jan 23"),
        day("2026 Jan 23"),
    ),
    (
        "given through long after the projection: all of it is loading",
        {"loading_weeks": "1", "given_through": "2026-03-01"},
        day("2026 Mar 8"),
        day("2026 Mar 8"),
    ),
    (
        "never before a week after as-of",
        {
            "loading_weeks": "1",
            "given": "2026-01-05;2026-01-07",
            "as_of": "2026-01-10",
        },
        day("2026 Jan 17"),
        day("2026 Jan 16"),
    ),
    (
        "never before the first loading dose that is not given",
        {"loading_weeks": "1", "given": "2026-01-05", "closed": JAN_6_TO_20},
        day("2026 Jan 21"),
        day("2026 Jan 21"),
    ),
    (
        "anew from a dose given after a gap",
        {"loading_weeks": "2", "given": "2026-01-05;2026-01-07;2026-01-20"},
        day("2026 Feb 3"),
        day("2026 Feb 3"),
    ),
    (
        "a gap of seven days does not interrupt",
        {"loading_weeks": "3", "given": "2026-01-05;2026-01-12"},
        day("2026 Jan 26"),
        day("2026 Jan 26"),
    ),
    (
        "a gap of eight days does",
        {"loading_weeks": "3", "given": "2026-01-05;2026-01-13"},
        day("2026 Feb 3"),
        day("2026 Feb 2"),
    ),
    (
        "a short delay does not",
        {"loading_weeks": "2", "given": "2026-01-05;2026-01-09"},
        day("2026 Jan 19"),
        day("2026 Jan 19"),
    ),
    (
        "anew from the latest of two gaps",
        {"loading_weeks": "2", "given": "2026-01-05;2026-01-20;2026-02-10"},
        day("2026 Feb 24"),
        day("2026 Feb 24"),
    ),
    (
        "anew from the first gap when there is no later one",
        {"loading_weeks": "4", "given": "2026-01-05;2026-01-20;2026-01-22"},
        day("2026 Feb 17"),
        day("2026 Feb 17"),
    ),
    (
        "anew from a dose that as-of moves by more than a week",
        {"loading_weeks": "2", "given": "2026-01-05", "as_of": "2026-01-20"},
        day("2026 Feb 3"),
        day("2026 Feb 3"),
    ),
    (
        "anew from the first open day after as-of, one day a week",
        {
            "loading_weeks": "1",
            "given": "2026-01-05",
            "as_of": "2026-01-13",
            "open": "mon",
        },
        day("2026 Jan 26"),
        day("2026 Jan 26"),
    ),
    (
        "a closure does not interrupt",
        {"loading_weeks": "4", "closed": JAN_6_TO_20},
        day("2026 Feb 2"),
        day("2026 Feb 2"),
    ),
    (
        "nor if the dose after it is given on its planned day",
        {
            "loading_weeks": "4",
            "closed": JAN_6_TO_20,
            "given": "2026-01-05;2026-01-21",
        },
        day("2026 Feb 2"),
        day("2026 Feb 2"),
    ),
    (
        "a dose given a day later than the clinic could interrupts",
        {
            "loading_weeks": "4",
            "closed": JAN_6_TO_20,
            "given": "2026-01-05;2026-01-22",
        },
        day("2026 Feb 19"),
        day("2026 Feb 19"),
    ),
    (
        "a clinic that misses its one day a week does not interrupt",
        {"loading_weeks": "2", "open": "mon", "closed": "2026-01-12"},
        day("2026 Jan 19"),
        day("2026 Jan 19"),
    ),
)
def test_a_plateau_that_is_not_recorded_is_assumed(
    row: Row, plateau: date, last: date
) -> None:
    """LOAD-NEURO: 7 × loading_weeks days after t0 or after an interruption, with its
    floors: a week after what is known, and the first dose that is not given."""
    plan = plan_of(neuro="yes", **row)
    assert plan.plateau is not None
    assert plan.plateau.date == plateau
    assert plan.plateau.basis == "assumed"
    assert plan.loading is not None
    assert plan.loading.last == last


@table(
    "row",
    ("dose 1 planned after it", {"closed": "2026-01-05", "plateau": "2026-01-05"}),
    ("dose 1 given after it", {"given": "2026-01-07", "plateau": "2026-01-06"}),
    ("dose 1 moved after it", {"as_of": "2026-01-08", "plateau": "2026-01-07"}),
)
def test_a_recorded_plateau_is_not_before_the_first_dose(row: Row) -> None:
    """It is an error that names it and says what to check."""
    error = refusal(InputError, neuro="yes", **row)
    assert (
        error.message == f"{row['plateau']} is before the first dose (start 2026-01-05)"
    )
    assert error.hint.startswith("check the plateau, the start and the doses given")
    assert (error.field, error.value) == ("plateau", row["plateau"])
    assert error.code == "out-of-order"


@table(
    "row",
    (
        "its due is after the plateau",
        {"given": "2026-01-05;2026-01-07", "plateau": "2026-01-08"}
        | {"closed": every_day("2026 Jan 8", "2026 Apr 30")},
    ),
    (
        "as-of is after the plateau, and no day is open from then on",
        {"given": "2026-01-05;2026-01-07", "plateau": "2026-01-10"}
        | {"as_of": "2026-01-12", "closed": every_day("2026 Jan 12", "2026 Apr 30")},
    ),
    (
        "as-of is after the plateau, and no day is open from its due on",
        {"given": "2026-01-05;2026-01-07", "plateau": "2026-01-10"}
        | {"given_through": "2026-01-08", "as_of": "2026-01-12"}
        | {"closed": every_day("2026 Jan 9", "2026 Apr 30")},
    ),
)
def test_no_open_day_is_needed_for_a_dose_that_a_recorded_plateau_ends(
    row: Row,
) -> None:
    """No loading dose is worked out once its due or as_of is after the plateau."""
    plan = plan_of(neuro="yes", until="2026-02-28", **row)
    assert dates(plan, "loading") == days("2026 Jan 5 7")


def test_a_loading_dose_knows_its_planned_day_unless_it_needed_none() -> None:
    """A given one has none; one that as-of moved keeps it."""
    plan = plan_of(given="2026-01-05", as_of="2026-01-08", open="mon-fri")
    planned = [dose.planned for dose in plan.loading_doses]
    assert planned == [None, *days("2026 Jan 7 12 14 16 19")]
    assert [dose.date for dose in plan.loading_doses] == [
        *days("2026 Jan 5 8 12 14 16 19")
    ]
    plan = plan_of(neuro="yes", plateau="2026-01-11", open="mon-fri")
    assert [dose.planned for dose in plan.loading_doses] == [*days("2026 Jan 5 7 9")]


@table(
    "row, due",
    ("dose 1", {"closed": every_day("2026 Jan 5", "2026 Mar 31")}, "2026-01-05"),
    ("dose 3", {"closed": every_day("2026 Jan 8", "2026 Mar 31")}, "2026-01-09"),
    (
        "dose 1, which as-of moves",
        {"as_of": "2026-01-12", "closed": every_day("2026 Jan 12", "2026 Mar 31")},
        "2026-01-12",
    ),
)
def test_a_loading_dose_without_an_open_day_is_named_by_its_due(
    row: Row, due: str
) -> None:
    """The error says from which day on none was found."""
    error = refusal(InputError, neuro="yes", **row)
    assert error.message.startswith(f"no open day from {due} to 2026-03-")
    assert (error.field, error.value, error.code) == ("closed", due, "no-open-day")


def test_a_recorded_plateau_is_kept_as_recorded() -> None:
    """The basis of a plateau is recorded when its date is stated."""
    plan = plan_of(neuro="yes", plateau="2026-01-12")
    assert plan.plateau is not None
    assert plan.plateau.date == day("2026 Jan 12")
    assert plan.plateau.basis == "recorded"


@table(
    "row",
    ("without neurology", {}),
    ("with cyanocobalamin", {"neuro": "yes", "drug": "cyanocobalamin"}),
    ("with a last dose", {"neuro": "yes", "last_dose": "2026-01-05"}),
)
def test_only_neurological_loading_has_a_plateau(row: Row) -> None:
    """The plateau is None wherever LOAD-NEURO does not apply."""
    assert plan_of(**row).plateau is None


@table(
    "row, due, done",
    (
        "from a Monday: Monday, Wednesday, Friday",
        {},
        days("2026 Jan 5 7 9 12 14 16"),
        days("2026 Jan 5 7 9 12 14 16"),
    ),
    (
        "from a Thursday: the same distances",
        {"start": "2026-01-01"},
        days("2026 Jan 1 3 5 8 10 12"),
        days("2026 Jan 1 3 5 8 10 12"),
    ),
    (
        "from a Thursday, weekends closed",
        {"start": "2026-01-08", "open": "mon-fri"},
        days("2026 Jan 8 10 14 16 18 21"),
        days("2026 Jan 8 12 14 16 19 21"),
    ),
    (
        "from a Friday, weekends closed",
        {"start": "2026-01-09", "open": "mon-fri"},
        days("2026 Jan 9 11 14 16 18 21"),
        days("2026 Jan 9 12 14 16 19 21"),
    ),
    (
        "from a Saturday, weekends closed: counted from the first dose",
        {"start": "2026-01-03", "open": "mon-fri"},
        days("2026 Jan 3 7 9 12 14 16"),
        days("2026 Jan 5 7 9 12 14 16"),
    ),
    (
        "a closed day: two days apart, then back to the offsets",
        {"closed": "2026-01-07"},
        days("2026 Jan 5 7 10 12 14 16"),
        days("2026 Jan 5 8 10 12 14 16"),
    ),
    (
        "two days a week",
        {"open": "mon,thu"},
        days("2026 Jan 5 7 10 14 17 21"),
        days("2026 Jan 5 8 12 15 19 22"),
    ),
    (
        "one dose given late: never two within two days",
        {"given": "2026-01-05;2026-01-07;2026-01-12"},
        days("2026 Jan 5 7 9 14 16 18"),
        days("2026 Jan 5 7 12 14 16 18"),
    ),
    (
        "one dose given early: the others keep their days",
        {"given": "2026-01-05;2026-01-06"},
        days("2026 Jan 5 7 9 12 14 16"),
        days("2026 Jan 5 6 9 12 14 16"),
    ),
    (
        "a first dose given late: counted from it",
        {"given": "2026-01-06"},
        days("2026 Jan 5 8 10 13 15 17"),
        days("2026 Jan 6 8 10 13 15 17"),
    ),
    (
        "moved by as-of",
        {"given": "2026-01-05", "as_of": "2026-01-20"},
        days("2026 Jan 5 7 22 24 26 28"),
        days("2026 Jan 5 20 22 24 26 28"),
    ),
    (
        "methylcobalamin",
        {"drug": "methylcobalamin"},
        days("2026 Jan 5 7 9 12 14 16"),
        days("2026 Jan 5 7 9 12 14 16"),
    ),
    (
        "a seventh given dose is maintenance",
        {
            "given": "2026-01-05;2026-01-07;2026-01-09;2026-01-12;2026-01-14;"
            "2026-01-16;2026-01-19"
        },
        days("2026 Jan 5 7 9 12 14 16"),
        days("2026 Jan 5 7 9 12 14 16"),
    ),
)
def test_standard_loading_is_three_a_week_for_two_weeks(
    row: Row, due: Days, done: Days
) -> None:
    """LOAD-STANDARD: six doses at t0 + 0, 2, 4, 7, 9, 11, each at least 2 days after
    the one before, planned on FWD(due)."""
    plan = plan_of(**row)
    assert dues(plan, "loading") == due
    assert dates(plan, "loading") == done


CYANO_COURSE_GIVEN = (
    "2026-01-05;2026-01-06;2026-01-07;2026-01-08;2026-01-09;2026-01-10;2026-01-11;"
    "2026-01-13;2026-01-15;2026-01-17;2026-01-19;2026-01-21;2026-01-23;2026-01-25;"
    "2026-01-28;2026-02-01;2026-02-04;2026-02-08;2026-02-11;2026-02-15"
)


@table(
    "row, due, done",
    (
        "open every day",
        {},
        days("2026 Jan 5 6 7 8 9 10 11 13 15 17 19 21 23 25 28, Feb 1 4 8 11 15"),
        days("2026 Jan 5 6 7 8 9 10 11 13 15 17 19 21 23 25 28, Feb 1 4 8 11 15"),
    ),
    (
        "with neurology: the label has no other schedule",
        {"neuro": "yes"},
        days("2026 Jan 5 6 7 8 9 10 11 13 15 17 19 21 23 25 28, Feb 1 4 8 11 15"),
        days("2026 Jan 5 6 7 8 9 10 11 13 15 17 19 21 23 25 28, Feb 1 4 8 11 15"),
    ),
    (
        "weekends closed: one, two, three days apart in the three parts",
        {"open": "mon-fri"},
        days("2026 Jan 5 6 7 8 9 10 13 15 17 21 23 25 28 30, Feb 2 5 8 12 15 19"),
        days("2026 Jan 5 6 7 8 9 12 13 15 19 21 23 26 28 30, Feb 2 5 9 12 16 19"),
    ),
    (
        "a dose given late is caught up with by the end",
        {"given": "2026-01-05;2026-01-09"},
        days("2026 Jan 5 6 10 11 12 13 14 16 18 20 22 24 26 28 31, Feb 3 6 9 12 15"),
        days("2026 Jan 5 9 10 11 12 13 14 16 18 20 22 24 26 28 31, Feb 3 6 9 12 15"),
    ),
    (
        "a twenty-first given dose is maintenance",
        {"given": CYANO_COURSE_GIVEN + ";2026-03-10"},
        days("2026 Jan 5 6 7 8 9 10 11 13 15 17 19 21 23 25 28, Feb 1 4 8 11 15"),
        days("2026 Jan 5 6 7 8 9 10 11 13 15 17 19 21 23 25 28, Feb 1 4 8 11 15"),
    ),
)
def test_cyanocobalamin_loading_follows_its_label(
    row: Row, due: Days, done: Days
) -> None:
    """LOAD-CYANO: 7 daily, 7 on alternate days, 6 every 3-4 days, planned on
    FWD(due)."""
    plan = plan_of(drug="cyanocobalamin", **row)
    assert dues(plan, "loading") == due
    assert dates(plan, "loading") == done


def test_the_dose_after_a_full_given_course_is_maintenance() -> None:
    """With LOAD-STANDARD the first 6 given dates are loading, the seventh is not."""
    plan = plan_of(
        given="2026-01-05;2026-01-07;2026-01-09;2026-01-12;2026-01-14;2026-01-16;"
        "2026-03-14",
        until="2026-05-31",
    )
    assert dues(plan, "maintenance") == days("2026 Mar 16, May 14")
    assert dates(plan, "maintenance") == days("2026 Mar 14, May 14")
    assert given(plan, "maintenance") == 1


def test_the_dose_after_twenty_given_ones_is_maintenance() -> None:
    """With LOAD-CYANO the first 20 given dates are loading, the 21st is not."""
    plan = plan_of(
        drug="cyanocobalamin",
        given=CYANO_COURSE_GIVEN + ";2026-03-10",
        until="2026-04-30",
    )
    assert dues(plan, "maintenance") == days("2026 Mar 15, Apr 10")
    assert dates(plan, "maintenance") == days("2026 Mar 10, Apr 10")


@table(
    "row, doses, first, last, gap",
    (
        "neurological, open every day",
        {"neuro": "yes"},
        43,
        day("2026 Jan 5"),
        day("2026 Mar 30"),
        2,
    ),
    (
        "neurological, weekends closed",
        {"neuro": "yes", "open": "mon-fri"},
        37,
        day("2026 Jan 5"),
        day("2026 Mar 30"),
        3,
    ),
    (
        "neurological, two years",
        {"neuro": "yes", "loading_weeks": "104"},
        365,
        day("2026 Jan 5"),
        day("2028 Jan 3"),
        2,
    ),
    (
        "a single dose has no gap",
        {"neuro": "yes", "plateau": "2026-01-05"},
        1,
        day("2026 Jan 5"),
        day("2026 Jan 5"),
        0,
    ),
    (
        "interrupted",
        {
            "neuro": "yes",
            "loading_weeks": "2",
            "given": "2026-01-05;2026-01-07;2026-01-20",
        },
        10,
        day("2026 Jan 5"),
        day("2026 Feb 3"),
        13,
    ),
    (
        "standard: Friday to Monday",
        {},
        6,
        day("2026 Jan 5"),
        day("2026 Jan 16"),
        3,
    ),
    (
        "cyanocobalamin",
        {"drug": "cyanocobalamin"},
        20,
        day("2026 Jan 5"),
        day("2026 Feb 15"),
        4,
    ),
    (
        "moved by as-of: described by dates, not by dues",
        {"as_of": "2026-01-20"},
        6,
        day("2026 Jan 20"),
        day("2026 Jan 31"),
        3,
    ),
)
def test_the_loading_course_is_described_whole(
    row: Row, doses: int, first: date, last: date, gap: int
) -> None:
    """loading: number of doses, first and last date, longest gap in days."""
    loading = plan_of(**row).loading
    assert loading is not None
    assert (loading.doses, loading.first, loading.last) == (doses, first, last)
    assert loading.longest_gap_days == gap


def test_a_patient_on_maintenance_has_no_loading() -> None:
    """With last_dose there is no loading phase and t0 is the last dose."""
    plan = plan_of(neuro="yes", last_dose="2026-01-05")
    assert plan.loading is None
    assert dates(plan, "loading") == ()
    assert plan.start == day("2026 Jan 5")


@table(
    "row, rule",
    ("neurology", {"neuro": "yes"}, "LOAD-NEURO"),
    (
        "neurology, methylcobalamin",
        {"neuro": "yes", "drug": "methylcobalamin"},
        "LOAD-NEURO",
    ),
    ("no neurology", {}, "LOAD-STANDARD"),
    (
        "no neurology, methylcobalamin",
        {"drug": "methylcobalamin"},
        "LOAD-STANDARD",
    ),
    ("cyanocobalamin", {"drug": "cyanocobalamin"}, "LOAD-CYANO"),
    (
        "cyanocobalamin and neurology",
        {"neuro": "yes", "drug": "cyanocobalamin"},
        "LOAD-CYANO",
    ),
)
def test_neurology_and_drug_choose_the_loading_rule(row: Row, rule: str) -> None:
    """Every loading dose cites the rule of its regimen."""
    plan = plan_of(**row)
    first = event(plan, "loading-1")
    assert {dose.rule for dose in plan.loading_doses} == {rule}
    assert (first.kind, first.phase, first.number) == ("dose", "loading", 1)


@table(
    "row, start",
    ("an open start", {}, day("2026 Jan 5")),
    (
        "a closed start",
        {"start": "2026-01-03", "open": "mon-fri"},
        day("2026 Jan 5"),
    ),
    ("a first dose given later", {"given": "2026-01-08"}, day("2026 Jan 8")),
    ("a first dose moved by as-of", {"as_of": "2026-01-20"}, day("2026 Jan 20")),
    ("a last dose", {"last_dose": "2026-01-10"}, day("2026 Jan 10")),
)
def test_t0_is_the_date_of_the_first_dose(row: Row, start: date) -> None:
    """t0 = the date of dose 1; with last_dose: last_dose."""
    assert plan_of(**row).start == start


def test_doses_given_through_a_day_before_the_plateau_are_loading() -> None:
    """However long after it as of is."""
    plan = plan_of(
        neuro="yes",
        given_through="2026-01-09",
        plateau="2026-01-10",
        as_of="2026-01-12",
    )
    assert dates(plan, "loading") == days("2026 Jan 5 7 9")
    assert given(plan, "loading") == 3
