"""Horizon, Status, Order, Identity: what is in a plan, and how it stands there."""

from __future__ import annotations

from datetime import date

from spec import (
    Row,
    dates,
    day,
    days,
    event,
    every_day,
    ids,
    plan_of,
    refusal,
    table,
)

from b12sched.errors import InputError


@table(
    "row, until",
    ("twelve months unless told", {}, day("2027 Jan 5")),
    ("some months", {"months": "6"}, day("2026 Jul 5")),
    ("one month", {"months": "1"}, day("2026 Feb 5")),
    ("six hundred months", {"months": "600"}, day("2076 Jan 5")),
    ("a day", {"until": "2026-03-31"}, day("2026 Mar 31")),
    ("the day of the first dose", {"until": "2026-01-05"}, day("2026 Jan 5")),
    ("a day 600 months on", {"until": "2076-01-05"}, day("2076 Jan 5")),
    ("six hundred months on", {"until": "2076-01-05"}, day("2076 Jan 5")),
    (
        "counted from the first dose, not from the start asked for",
        {"start": "2026-01-03", "open": "mon-fri"},
        day("2027 Jan 5"),
    ),
    (
        "counted from the last given dose",
        {"given": "2026-01-05;2026-01-09"},
        day("2027 Jan 9"),
    ),
    (
        "counted from the one dose given since the last dose",
        {"last_dose": "2026-01-05", "given": "2026-03-04", "months": "1"},
        day("2026 Apr 4"),
    ),
    ("counted from given-through", {"given_through": "2026-01-10"}, day("2027 Jan 10")),
    (
        "counted from as-of",
        {"given": "2026-01-05", "as_of": "2026-01-20", "months": "2"},
        day("2026 Mar 20"),
    ),
    (
        "not counted from an as-of before the first dose",
        {"as_of": "2025-12-01"},
        day("2027 Jan 5"),
    ),
    ("counted from the last dose", {"last_dose": "2026-01-05"}, day("2027 Jan 5")),
    (
        "clamped to the end of the month",
        {"last_dose": "2026-01-31", "months": "1"},
        day("2026 Feb 28"),
    ),
    (
        "clamped from a leap day",
        {"last_dose": "2024-02-29"},
        day("2025 Feb 28"),
    ),
    (
        "a day stays though doses are given after it",
        {"last_dose": "2026-01-05", "given": "2026-03-05", "until": "2026-02-01"},
        day("2026 Feb 1"),
    ),
)
def test_the_horizon(row: Row, until: date) -> None:
    """until = the date given, or months from the latest of t0, last given dose,
    given_through and as_of."""
    assert plan_of(**row).until == until


@table(
    "row, text",
    ("before the start", {"until": "2026-01-04"}, "2026-01-04"),
    (
        "before the first open day",
        {"start": "2026-01-03", "open": "mon-fri", "until": "2026-01-04"},
        "2026-01-04",
    ),
    (
        "before the last dose",
        {"last_dose": "2026-01-05", "until": "2026-01-04"},
        "2026-01-04",
    ),
    ("over six hundred months on", {"until": "2076-01-06"}, "2076-01-06"),
)
def test_a_horizon_that_cannot_be(row: Row, text: str) -> None:
    """A date given as until is not before t0 and at most 600 months on."""
    error = refusal(InputError, **row)
    assert error.exit_code == 2
    assert text in error.message
    assert error.hint


UNRECORDED = (
    "no dose is recorded although as of is after the start: if treatment has begun, "
    "record the doses (--given) or the day through which all were given "
    "(--given-through)"
)


@table(
    "row, message, hint",
    (
        "too early",
        {"until": "2026-01-04"},
        "2026-01-04 is before the first dose, 2026-01-05",
        "choose a date from 2026-01-05 to 2076-01-05",
    ),
    (
        "too late",
        {"until": "2076-01-06"},
        "2076-01-06 is more than 600 months after 2026-01-05",
        "choose a date from 2026-01-05 to 2076-01-05",
    ),
    (
        "too early because no dose was recorded",
        {"until": "2026-01-30", "as_of": "2026-02-01"},
        "2026-01-30 is before the first dose, 2026-02-01",
        f"choose a date from 2026-02-01 to 2076-02-01; {UNRECORDED}",
    ),
)
def test_a_horizon_that_cannot_be_says_which_can(
    row: Row, message: str, hint: str
) -> None:
    """Both ends of what can be chosen; and that nothing is recorded, if that is why."""
    error = refusal(InputError, **row)
    assert (error.message, error.hint) == (message, hint)
    assert (error.field, error.value) == ("until", row["until"])
    assert error.code == "out-of-order"


def test_no_open_day_says_so_too_if_nothing_is_recorded() -> None:
    """Given-through before the first open day records no dose."""
    error = refusal(
        InputError,
        closed=every_day("2026 Jan 5", "2026 Mar 31"),
        given_through="2026-01-05",
        as_of="2026-01-20",
    )
    assert error.message == "no open day from 2026-01-05 to 2026-03-06"
    assert error.hint.endswith(f"of the clinic; {UNRECORDED}")


@table(
    "row, names",
    (
        "the day of the first dose",
        {"neuro": "yes", "until": "2026-01-05"},
        ["loading-1"],
    ),
    (
        "a dose due on the last day, though the clinic gives it after",
        {"neuro": "yes", "open": "mon-fri", "until": "2026-01-11"},
        ["loading-1", "loading-2", "loading-3", "loading-4"],
    ),
    (
        "not a dose due after the last day, though the clinic gives it before",
        {"last_dose": "2026-01-05", "open": "mon-fri", "until": "2026-07-04"},
        ["maintenance-1", "maintenance-2"],
    ),
    (
        "a dose due on the last day that as-of moves past it",
        {"last_dose": "2026-01-05", "as_of": "2026-04-10", "until": "2026-03-05"},
        ["maintenance-1"],
    ),
    (
        "a given dose that was due after the last day",
        {"last_dose": "2026-01-05", "given": "2026-03-05", "until": "2026-02-01"},
        ["maintenance-1", "maintenance-2"],
    ),
    (
        "a dose given through that was due after the last day",
        {
            "last_dose": "2026-01-05",
            "given_through": "2026-03-10",
            "until": "2026-02-01",
        },
        ["maintenance-1", "maintenance-2"],
    ),
    (
        "given loading doses after the last day and the one that is next",
        {"given": "2026-01-05;2026-01-07;2026-01-09", "until": "2026-01-06"},
        ["loading-1", "loading-2", "loading-3", "loading-4"],
    ),
    (
        "the next dose alone where none is due by the last day",
        {"last_dose": "2026-01-05", "until": "2026-03-04"},
        ["maintenance-1"],
    ),
    (
        "the next dose where the loading course ended before the last day",
        {"given_through": "2026-01-16", "until": "2026-01-20"},
        [
            *("loading-1", "loading-2", "loading-3", "loading-4", "loading-5"),
            *("loading-6", "maintenance-1"),
        ],
    ),
    (
        "a step-up on the last day",
        {
            "last_dose": "2026-01-05",
            "monthly_from": "2026-06-01",
            "until": "2026-06-01",
        },
        ["maintenance-1", "maintenance-2", "maintenance-3"],
    ),
)
def test_what_is_due_by_the_horizon_is_in_the_plan(row: Row, names: list[str]) -> None:
    """An event is in the plan if its due ≤ until; given doses always are, and so is
    the first dose that is not given, however far away."""
    assert ids(plan_of(**row)) == names


def test_the_horizon_cuts_the_list_and_nothing_else() -> None:
    """The loading course, the plateau and the anchor are worked out in full first."""
    plan = plan_of(neuro="yes", until="2026-01-20")
    assert dates(plan, "loading") == days("2026 Jan 5 7 9 11 13 15 17 19")
    assert plan.loading is not None
    assert (plan.loading.doses, plan.loading.last) == (43, day("2026 Mar 30"))
    assert plan.plateau is not None
    assert plan.plateau.date == day("2026 Mar 30")
    assert plan.maintenance.anchor == day("2026 Mar 30")
    assert plan.maintenance.first is None
    assert plan.ampoules == 8


def test_a_dose_late_by_a_closure_still_moves_those_after_a_longer_horizon() -> None:
    """A longer horizon adds events and changes none of those that stood before."""
    closed = every_day("2026 Feb 20", "2026 Mar 13")
    short = plan_of(last_dose="2026-01-05", closed=closed, until="2026-03-31")
    long = plan_of(last_dose="2026-01-05", closed=closed, until="2026-07-31")
    assert dates(short, "maintenance") == days("2026 Mar 14")
    assert dates(long, "maintenance") == days("2026 Mar 14, May 14, Jul 14")


@table(
    "row, name, due, done, ampoules",
    (
        "the first dose of a new course",
        {"neuro": "yes"},
        "loading-1",
        day("2026 Jan 5"),
        day("2026 Jan 5"),
        47,
    ),
    (
        "a standard course: six and five",
        {},
        "loading-1",
        day("2026 Jan 5"),
        day("2026 Jan 5"),
        11,
    ),
    (
        "the dose after those given",
        {"given": "2026-01-05;2026-01-07"},
        "loading-3",
        day("2026 Jan 9"),
        day("2026 Jan 9"),
        9,
    ),
    (
        "the dose after given-through",
        {"given_through": "2026-03-20"},
        "maintenance-2",
        day("2026 May 16"),
        day("2026 May 16"),
        6,
    ),
    (
        "a missed dose: its due and its new day",
        {"last_dose": "2026-01-05", "as_of": "2026-04-10"},
        "maintenance-1",
        day("2026 Mar 5"),
        day("2026 Apr 10"),
        7,
    ),
    (
        "a dose before a weekend",
        {"last_dose": "2026-05-05", "open": "mon-fri"},
        "maintenance-1",
        day("2026 Jul 5"),
        day("2026 Jul 3"),
        6,
    ),
)
def test_the_next_dose_and_the_ampoules(
    row: Row, name: str, due: date, done: date, ampoules: int
) -> None:
    """next: the first dose in the plan not given; ampoules: all of those."""
    plan = plan_of(**row)
    assert plan.next is not None
    assert (plan.next.id, plan.next.due, plan.next.date) == (name, due, done)
    assert plan.ampoules == ampoules


@table(
    "row, done",
    (
        "nothing is due by the horizon",
        {"last_dose": "2026-01-05", "until": "2026-02-01"},
        day("2026 Mar 5"),
    ),
    (
        "all that is due by the horizon is given",
        {"last_dose": "2026-01-05", "given": "2026-03-05", "until": "2026-05-04"},
        day("2026 May 5"),
    ),
    (
        "twelve weeks away, with a horizon of no day",
        {"last_dose": "2026-01-05", "interval": "12w", "until": "2026-01-05"},
        day("2026 Mar 30"),
    ),
)
def test_there_is_always_a_next_dose(row: Row, done: date) -> None:
    """A plan never hides what is next, whatever its horizon."""
    plan = plan_of(**row)
    assert plan.next is not None
    assert plan.next.date == done
    assert plan.ampoules == 1


@table(
    "row, statuses",
    (
        "an assumed plateau: loading is planned, maintenance provisional",
        {"neuro": "yes"},
        {
            "loading-1": "planned",
            "loading-43": "planned",
            "review-1": "planned",
            "lab-6m": "planned",
            "assessment-6m": "planned",
            "maintenance-1": "provisional",
            "maintenance-4": "provisional",
        },
    ),
    (
        "an assumed plateau, methylcobalamin",
        {"neuro": "yes", "drug": "methylcobalamin"},
        {"maintenance-1": "provisional"},
    ),
    (
        "a recorded plateau: maintenance is planned",
        {"neuro": "yes", "plateau": "2026-01-13"},
        {"loading-1": "planned", "maintenance-1": "planned"},
    ),
    (
        "a recorded plateau: given doses of both phases",
        {
            "neuro": "yes",
            "plateau": "2026-01-07",
            "given": "2026-01-05;2026-01-07;2026-03-09",
        },
        {
            "loading-1": "given",
            "loading-2": "given",
            "maintenance-1": "given",
            "maintenance-2": "planned",
        },
    ),
    (
        "given and planned loading under an assumed plateau",
        {"neuro": "yes", "given": "2026-01-05;2026-01-07", "as_of": "2026-01-13"},
        {
            "loading-2": "given",
            "loading-3": "planned",
            "review-1": "planned",
            "maintenance-1": "provisional",
        },
    ),
    (
        "standard: nothing is provisional",
        {"given_through": "2026-01-08"},
        {"loading-2": "given", "loading-3": "planned", "maintenance-1": "planned"},
    ),
    (
        "cyanocobalamin with neurology: nothing is provisional",
        {"neuro": "yes", "drug": "cyanocobalamin"},
        {"loading-1": "planned", "maintenance-1": "planned"},
    ),
    (
        "a last dose with neurology: nothing is provisional",
        {"neuro": "yes", "last_dose": "2026-01-05"},
        {"maintenance-1": "planned"},
    ),
    (
        "labs and assessment are never given",
        {"neuro": "yes", "given": "2026-01-05", "plateau": "2026-01-05"}
        | {"as_of": "2026-08-01"},
        {"lab-3m": "planned", "lab-6m": "planned", "assessment-6m": "planned"},
    ),
)
def test_how_an_event_stands(row: Row, statuses: dict[str, str]) -> None:
    """Status: given; provisional for maintenance not given while a neuro plateau is
    only assumed; else planned."""
    plan = plan_of(**row)
    assert {name: event(plan, name).status for name in statuses} == statuses


@table(
    "row, on, names",
    (
        "lab, review, dose",
        {"start": "2024-01-01", "open": "mon,wed,fri", "loading_weeks": "14"},
        day("2024 Apr 1"),
        ["lab-3m", "review-13", "loading-40"],
    ),
    (
        "lab, review, assessment, dose",
        {"start": "2024-01-01", "open": "mon,wed,fri", "loading_weeks": "26"},
        day("2024 Jul 1"),
        ["lab-6m", "review-26", "assessment-6m", "loading-79"],
    ),
    (
        "lab, assessment, maintenance dose",
        {"plateau": "2026-05-05"},
        day("2026 Jul 5"),
        ["lab-6m", "assessment-6m", "maintenance-1"],
    ),
    (
        "the clinic day counts, not the due day",
        {"plateau": "2026-05-05", "open": "mon-fri"},
        day("2026 Jul 3"),
        ["lab-6m", "assessment-6m", "maintenance-1"],
    ),
)
def test_the_order_within_a_day(row: Row, on: date, names: list[str]) -> None:
    """Order: by date, then lab, review, assessment, dose."""
    plan = plan_of(neuro="yes", **row)
    assert [event.id for event in plan.events if event.date == on] == names


@table(
    "row",
    ("neurology", {"neuro": "yes"}),
    ("neurology, weekends closed", {"neuro": "yes", "open": "mon-fri"}),
    ("standard, one day a week", {"open": "wed"}),
    ("cyanocobalamin", {"drug": "cyanocobalamin", "open": "mon,thu"}),
    (
        "a step-up and missed doses",
        {"given": "2026-01-05;2026-01-20", "as_of": "2026-04-18"}
        | {"monthly_from": "2026-06-06", "open": "mon-fri"},
    ),
)
def test_events_are_in_the_order_of_their_dates(row: Row) -> None:
    """Order: by date."""
    plan = plan_of(**row)
    found = [event.date for event in plan.events]
    assert found == sorted(found)


def test_a_short_plan_is_what_the_rules_say_line_by_line() -> None:
    """Order, Identity: a standard course of four months, weekends closed."""
    plan = plan_of(start="2026-01-08", open="mon-fri", months="4")
    assert [(event.id, event.date.isoformat()) for event in plan.events] == [
        ("loading-1", "2026-01-08"),
        ("loading-2", "2026-01-12"),
        ("loading-3", "2026-01-14"),
        ("loading-4", "2026-01-16"),
        ("loading-5", "2026-01-19"),
        ("loading-6", "2026-01-21"),
        ("maintenance-1", "2026-03-20"),
        ("lab-3m", "2026-04-08"),
    ]


@table(
    "moved",
    ("another start", {"start": "2026-02-17"}),
    ("another clinic week", {"open": "tue,fri"}),
    ("a late first dose", {"given": "2026-01-07"}),
)
def test_identity_never_depends_on_a_date(moved: Row) -> None:
    """Identity: the same events of a moved course keep their ids."""
    names = {
        *("loading-1", "loading-2", "loading-3", "loading-4", "loading-5", "loading-6"),
        *("maintenance-1", "maintenance-2", "maintenance-3"),
        *("lab-3m", "lab-6m"),
    }
    assert names <= set(ids(plan_of(**moved)))
    assert names <= set(ids(plan_of()))


def test_ids_are_unique() -> None:
    """Identity: no two events of a plan share an id."""
    names = ids(plan_of(neuro="yes", months="60"))
    assert len(names) == len(set(names))


@table(
    "row, name, number",
    ("dose 1", {}, "loading-1", 1),
    ("dose 2", {}, "loading-2", 3),
    ("dose 1 on the first open day", {"closed": "2026-01-05"}, "loading-1", 1),
    ("a lab", {}, "lab-3m", 91),
    ("with a last dose", {"last_dose": "2026-01-05"}, "maintenance-1", 60),
)
def test_days_of_treatment_are_counted_from_t0(
    row: Row, name: str, number: int
) -> None:
    """day = date - t0 + 1: dose 1 is on day 1."""
    plan = plan_of(**row)
    assert plan.day(event(plan, name)) == number


@table(
    "row, provisional",
    ("a plateau assumed", {"neuro": "yes"}, True),
    ("a plateau recorded", {"neuro": "yes", "plateau": "2026-03-30"}, False),
    ("no plateau", {}, False),
    ("no loading", {"neuro": "yes", "last_dose": "2026-01-05"}, False),
)
def test_maintenance_is_provisional_while_a_plateau_is_assumed(
    row: Row, provisional: bool
) -> None:
    """Status: provisional rests on a plateau that is not recorded."""
    assert plan_of(**row).provisional is provisional
