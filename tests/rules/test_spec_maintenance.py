"""MAINT, MAINT-MONTHLY, AS-OF: which days the maintenance doses fall on."""

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
    events,
    every_day,
    given,
    ids,
    plan_of,
    refusal,
    table,
)

from b12sched.dates import Step
from b12sched.errors import InputError

LAST = {"last_dose": "2026-01-05"}


@table(
    "row, doses",
    (
        "two months unless told",
        LAST,
        days("2026 Mar 5, May 5, Jul 5, Sep 5, Nov 5; 2027 Jan 5"),
    ),
    (
        "two months unless told, with neurology",
        LAST | {"neuro": "yes"},
        days("2026 Mar 5, May 5, Jul 5, Sep 5, Nov 5; 2027 Jan 5"),
    ),
    (
        "two months unless told, methylcobalamin",
        LAST | {"drug": "methylcobalamin"},
        days("2026 Mar 5, May 5, Jul 5, Sep 5, Nov 5; 2027 Jan 5"),
    ),
    (
        "one month unless told, cyanocobalamin",
        LAST | {"drug": "cyanocobalamin", "until": "2026-06-04"},
        days("2026 Feb 5, Mar 5, Apr 5, May 5"),
    ),
    (
        "1m",
        LAST | {"interval": "1m", "until": "2026-05-05"},
        days("2026 Feb 5, Mar 5, Apr 5, May 5"),
    ),
    (
        "3m",
        LAST | {"interval": "3m"},
        days("2026 Apr 5, Jul 5, Oct 5; 2027 Jan 5"),
    ),
    (
        "4w: thirteen a year",
        LAST | {"interval": "4w"},
        days(
            "2026 Feb 2, Mar 2 30, Apr 27, May 25, Jun 22, Jul 20, Aug 17, Sep 14,"
            "Oct 12, Nov 9, Dec 7; 2027 Jan 4"
        ),
    ),
    (
        "8w",
        LAST | {"interval": "8w"},
        days("2026 Mar 2, Apr 27, Jun 22, Aug 17, Oct 12, Dec 7"),
    ),
    (
        "12w",
        LAST | {"interval": "12w"},
        days("2026 Mar 30, Jun 22, Sep 14, Dec 7"),
    ),
    (
        "cyanocobalamin every 4w",
        LAST | {"interval": "4w", "drug": "cyanocobalamin", "until": "2026-04-01"},
        days("2026 Feb 2, Mar 2 30"),
    ),
    (
        "from 31 August: clamped and never chained",
        {"last_dose": "2025-08-31"},
        days("2025 Oct 31, Dec 31; 2026 Feb 28, Apr 30, Jun 30, Aug 31"),
    ),
    (
        "monthly from 31 January: no month dropped, none drifting",
        {"last_dose": "2026-01-31", "interval": "1m"},
        days(
            "2026 Feb 28, Mar 31, Apr 30, May 31, Jun 30, Jul 31, Aug 31, Sep 30,"
            "Oct 31, Nov 30, Dec 31; 2027 Jan 31"
        ),
    ),
    (
        "from 31 December before a leap year",
        {"last_dose": "2023-12-31"},
        days("2024 Feb 29, Apr 30, Jun 30, Aug 31, Oct 31, Dec 31"),
    ),
    (
        "from 29 December before a leap year",
        {"last_dose": "2027-12-29"},
        days("2028 Feb 29, Apr 29, Jun 29, Aug 29, Oct 29, Dec 29"),
    ),
    (
        "from 29 December before a common year",
        {"last_dose": "2026-12-29"},
        days("2027 Feb 28, Apr 29, Jun 29, Aug 29, Oct 29, Dec 29"),
    ),
    (
        "from 30 November every three months",
        {"last_dose": "2025-11-30", "interval": "3m"},
        days("2026 Feb 28, May 30, Aug 30, Nov 30"),
    ),
    (
        "from 29 February",
        {"last_dose": "2024-02-29", "interval": "3m"},
        days("2024 May 29, Aug 29, Nov 29; 2025 Feb 28"),
    ),
    (
        "after standard loading: from its last dose",
        {},
        days("2026 Mar 16, May 16, Jul 16, Sep 16, Nov 16"),
    ),
    (
        "after an assumed plateau: from the last loading dose",
        {"neuro": "yes"},
        days("2026 May 30, Jul 30, Sep 30, Nov 30"),
    ),
    (
        "after a recorded plateau: from the last loading dose, not the plateau",
        {"neuro": "yes", "plateau": "2026-01-12", "until": "2026-06-01"},
        days("2026 Mar 11, May 11"),
    ),
    (
        "after cyanocobalamin loading: monthly from its last dose",
        {"drug": "cyanocobalamin", "until": "2026-05-31"},
        days("2026 Mar 15, Apr 15, May 15"),
    ),
)
def test_maintenance_is_counted_from_its_anchor(row: Row, doses: Days) -> None:
    """MAINT: dose m is due ADD(anchor, m × interval), always from the anchor."""
    plan = plan_of(**row)
    assert dates(plan, "maintenance") == dues(plan, "maintenance") == doses


@table(
    "row, due, done",
    (
        "weekends closed: the Friday before, and the next is due from the anchor",
        {"open": "mon-fri"},
        days("2026 Mar 5, May 5, Jul 5, Sep 5, Nov 5; 2027 Jan 5"),
        days("2026 Mar 5, May 5, Jul 3, Sep 4, Nov 5; 2027 Jan 5"),
    ),
    (
        "one day a week",
        {"open": "wed"},
        days("2026 Mar 5, May 5, Jul 5, Sep 5, Nov 5; 2027 Jan 5"),
        days("2026 Mar 4, Apr 29, Jul 1, Sep 2, Nov 4, Dec 30"),
    ),
    (
        "a week early is still early",
        {"last_dose": "2026-01-11", "open": "wed", "closed": "2026-03-11"}
        | {"until": "2026-07-31"},
        days("2026 Mar 11, May 11, Jul 11"),
        days("2026 Mar 4, May 6, Jul 8"),
    ),
    (
        "eight days early is too early: late, and counted from that day",
        {"open": "wed", "closed": "2026-03-04", "until": "2026-07-31"},
        days("2026 Mar 5, May 11, Jul 11"),
        days("2026 Mar 11, May 6, Jul 8"),
    ),
    (
        "a closure of seven days up to the due day",
        {"closed": every_day("2026 Feb 27", "2026 Mar 5"), "until": "2026-07-31"},
        days("2026 Mar 5, May 5, Jul 5"),
        days("2026 Feb 26, May 5, Jul 5"),
    ),
    (
        "a closure of eight days up to the due day",
        {"closed": every_day("2026 Feb 26", "2026 Mar 5"), "until": "2026-07-31"},
        days("2026 Mar 5, May 6, Jul 6"),
        days("2026 Mar 6, May 6, Jul 6"),
    ),
    (
        "a closure of three weeks about the due day",
        {
            "open": "mon-fri",
            "closed": every_day("2026 Feb 20", "2026 Mar 13"),
            "until": "2026-07-31",
        },
        days("2026 Mar 5, May 16, Jul 16"),
        days("2026 Mar 16, May 15, Jul 16"),
    ),
)
def test_maintenance_is_early_rather_than_late(row: Row, due: Days, done: Days) -> None:
    """MAINT: planned on BACK(due), at most a week early; late only if the clinic is
    closed for that week, and then the late dose becomes the anchor."""
    plan = plan_of(**(LAST | row))
    assert dues(plan, "maintenance") == due
    assert dates(plan, "maintenance") == done


@table(
    "row, due, done, count, anchor",
    (
        "given late: the next is due two months after it",
        {"given": "2026-03-09"},
        days("2026 Mar 5, May 9, Jul 9, Sep 9"),
        days("2026 Mar 9, May 9, Jul 9, Sep 9"),
        1,
        day("2026 Mar 9"),
    ),
    (
        "given early: the next is due two months after it",
        {"given": "2026-03-02"},
        days("2026 Mar 5, May 2, Jul 2, Sep 2"),
        days("2026 Mar 2, May 2, Jul 2, Sep 2"),
        1,
        day("2026 Mar 2"),
    ),
    (
        "given on the day: the anchor stays",
        {"given": "2026-03-05"},
        days("2026 Mar 5, May 5, Jul 5, Sep 5"),
        days("2026 Mar 5, May 5, Jul 5, Sep 5"),
        1,
        day("2026 Jan 5"),
    ),
    (
        "given on its planned day before a weekend: the anchor stays",
        {"last_dose": "2025-12-31", "open": "mon-fri", "given": "2026-02-27"},
        days("2026 Feb 28, Apr 30, Jun 30, Aug 31"),
        days("2026 Feb 27, Apr 30, Jun 30, Aug 31"),
        1,
        day("2025 Dec 31"),
    ),
    (
        "given on its due day though planned before: counted from it",
        {"last_dose": "2025-12-31", "open": "mon-fri", "given": "2026-02-28"},
        days("2026 Feb 28, Apr 28, Jun 28, Aug 28"),
        days("2026 Feb 28, Apr 28, Jun 26, Aug 28"),
        1,
        day("2026 Feb 28"),
    ),
    (
        "given on its planned day, late by a closure: counted from it",
        {
            "open": "mon-fri",
            "closed": every_day("2026 Feb 20", "2026 Mar 13"),
            "given": "2026-03-16",
        },
        days("2026 Mar 5, May 16, Jul 16, Sep 16"),
        days("2026 Mar 16, May 15, Jul 16, Sep 16"),
        1,
        day("2026 Mar 16"),
    ),
    (
        "an extra dose: the next is due two months after it",
        {"given": "2026-03-05;2026-03-12"},
        days("2026 Mar 5, May 5 12, Jul 12, Sep 12"),
        days("2026 Mar 5 12, May 12, Jul 12, Sep 12"),
        2,
        day("2026 Mar 12"),
    ),
    (
        "one late, then one on its day",
        {"given": "2026-03-09;2026-05-09"},
        days("2026 Mar 5, May 9, Jul 9, Sep 9"),
        days("2026 Mar 9, May 9, Jul 9, Sep 9"),
        2,
        day("2026 Mar 9"),
    ),
    (
        "given through: by planned days, the anchor stays",
        {"open": "mon-fri", "given_through": "2026-07-04"},
        days("2026 Mar 5, May 5, Jul 5, Sep 5"),
        days("2026 Mar 5, May 5, Jul 3, Sep 4"),
        3,
        day("2026 Jan 5"),
    ),
    (
        "given through the day before the planned day",
        {"open": "mon-fri", "given_through": "2026-07-02"},
        days("2026 Mar 5, May 5, Jul 5, Sep 5"),
        days("2026 Mar 5, May 5, Jul 3, Sep 4"),
        2,
        day("2026 Jan 5"),
    ),
    (
        "given through after a late dose",
        {"given": "2026-03-09", "given_through": "2026-06-01"},
        days("2026 Mar 5, May 9, Jul 9, Sep 9"),
        days("2026 Mar 9, May 9, Jul 9, Sep 9"),
        2,
        day("2026 Mar 9"),
    ),
    (
        "given through the last dose itself adds nothing",
        {"given_through": "2026-01-05"},
        days("2026 Mar 5, May 5, Jul 5, Sep 5"),
        days("2026 Mar 5, May 5, Jul 5, Sep 5"),
        0,
        day("2026 Jan 5"),
    ),
    (
        "given through a dose that a closure makes late",
        {
            "closed": every_day("2026 Feb 20", "2026 Mar 13"),
            "given_through": "2026-03-14",
        },
        days("2026 Mar 5, May 14, Jul 14, Sep 14"),
        days("2026 Mar 14, May 14, Jul 14, Sep 14"),
        1,
        day("2026 Mar 14"),
    ),
)
def test_a_dose_given_on_another_day_becomes_the_anchor(
    row: Row, due: Days, done: Days, count: int, anchor: date
) -> None:
    """MAINT: only a dose dated on its planned day and not after its due leaves the
    anchor alone."""
    plan = plan_of(**(LAST | {"until": "2026-09-30"} | row))
    assert dues(plan, "maintenance") == due
    assert dates(plan, "maintenance") == done
    assert given(plan, "maintenance") == count
    assert plan.maintenance.anchor == anchor
    assert plan.maintenance.policy == "last-dose"


@table(
    "row, due, done",
    (
        "a missed dose is moved and the next counted from it",
        {"as_of": "2026-04-10"},
        days("2026 Mar 5, Jun 10, Aug 10"),
        days("2026 Apr 10, Jun 10, Aug 10"),
    ),
    (
        "many missed doses are followed by one",
        {"as_of": "2026-09-01"},
        days("2026 Mar 5"),
        days("2026 Sep 1"),
    ),
    (
        "a missed dose in a closed week waits for the first open day",
        {"as_of": "2026-04-11", "open": "mon-fri"},
        days("2026 Mar 5, Jun 13, Aug 13"),
        days("2026 Apr 13, Jun 12, Aug 13"),
    ),
    (
        "as-of on its planned day moves nothing",
        {"as_of": "2026-03-05"},
        days("2026 Mar 5, May 5, Jul 5, Sep 5"),
        days("2026 Mar 5, May 5, Jul 5, Sep 5"),
    ),
    (
        "as-of between the planned and the due day moves it",
        {"last_dose": "2026-05-05", "as_of": "2026-07-04", "open": "mon-fri"},
        days("2026 Jul 5, Sep 6"),
        days("2026 Jul 6, Sep 4"),
    ),
    (
        "as-of on the planned day, before the due one, moves nothing",
        {"last_dose": "2026-05-05", "as_of": "2026-07-03", "open": "mon-fri"},
        days("2026 Jul 5, Sep 5"),
        days("2026 Jul 3, Sep 4"),
    ),
    (
        "after a given dose",
        {"given": "2026-03-09", "as_of": "2026-06-01"},
        days("2026 Mar 5, May 9, Aug 1"),
        days("2026 Mar 9, Jun 1, Aug 1"),
    ),
    (
        "after given-through",
        {"given_through": "2026-03-20", "as_of": "2026-06-01"},
        days("2026 Mar 5, May 5, Aug 1"),
        days("2026 Mar 5, Jun 1, Aug 1"),
    ),
)
def test_a_missed_maintenance_dose_is_moved_once_and_keeps_its_due(
    row: Row, due: Days, done: Days
) -> None:
    """AS-OF, MAINT: dated FWD(as_of), it becomes the anchor; never doubled."""
    plan = plan_of(**(LAST | {"until": "2026-09-30"} | row))
    assert dues(plan, "maintenance") == due
    assert dates(plan, "maintenance") == done


@table(
    "row, doses",
    (
        "before a dose that would come later: due on the day itself",
        {"monthly_from": "2026-06-01", "until": "2026-09-30"},
        days("2026 Mar 5, May 5, Jun 1, Jul 1, Aug 1, Sep 1"),
    ),
    (
        "seven days after a dose: that dose stays, the next is on the day",
        {"monthly_from": "2026-05-12", "until": "2026-07-31"},
        days("2026 Mar 5, May 5 12, Jun 12, Jul 12"),
    ),
    (
        "six days after a dose: that dose is the switch",
        {"monthly_from": "2026-05-11", "until": "2026-07-31"},
        days("2026 Mar 5, May 5, Jun 5, Jul 5"),
    ),
    (
        "the day after a dose: that dose is the switch",
        {"monthly_from": "2026-03-06", "until": "2026-07-31"},
        days("2026 Mar 5, Apr 5, May 5, Jun 5, Jul 5"),
    ),
    (
        "on the day of a dose",
        {"monthly_from": "2026-05-05", "until": "2026-07-31"},
        days("2026 Mar 5, May 5, Jun 5, Jul 5"),
    ),
    (
        "the day before a dose",
        {"monthly_from": "2026-05-04", "until": "2026-07-31"},
        days("2026 Mar 5, May 4, Jun 4, Jul 4"),
    ),
    (
        "on the last dose",
        {"monthly_from": "2026-01-05", "until": "2026-04-30"},
        days("2026 Feb 5, Mar 5, Apr 5"),
    ),
    (
        "long before the last dose",
        {"monthly_from": "2025-06-01", "until": "2026-04-30"},
        days("2026 Feb 5, Mar 5, Apr 5"),
    ),
    (
        "six days after the last dose: monthly from the last dose",
        {"monthly_from": "2026-01-11", "until": "2026-04-30"},
        days("2026 Feb 5, Mar 5, Apr 5"),
    ),
    (
        "seven days after the last dose: a dose on the day",
        {"monthly_from": "2026-01-12", "until": "2026-04-30"},
        days("2026 Jan 12, Feb 12, Mar 12, Apr 12"),
    ),
    (
        "from the end of a month: clamped and never chained",
        {"monthly_from": "2026-08-31", "until": "2026-12-31"},
        days("2026 Mar 5, May 5, Jul 5, Aug 31, Sep 30, Oct 31, Nov 30, Dec 31"),
    ),
    (
        "from 1m: changes nothing",
        {"interval": "1m", "monthly_from": "2026-03-20", "until": "2026-05-31"},
        days("2026 Feb 5, Mar 5, Apr 5, May 5"),
    ),
    (
        "from 4w: changes nothing",
        {"interval": "4w", "monthly_from": "2026-04-10", "until": "2026-07-10"},
        days("2026 Feb 2, Mar 2 30, Apr 27, May 25, Jun 22"),
    ),
    (
        "from 8w: becomes 1m",
        {"interval": "8w", "monthly_from": "2026-04-01", "until": "2026-06-15"},
        days("2026 Mar 2, Apr 1, May 1, Jun 1"),
    ),
    (
        "from 12w: becomes 1m",
        {"interval": "12w", "monthly_from": "2026-04-20", "until": "2026-06-10"},
        days("2026 Mar 30, Apr 20, May 20"),
    ),
)
def test_a_step_up_is_made_on_its_day_or_at_a_dose_within_a_week_before(
    row: Row, doses: Days
) -> None:
    """MAINT-MONTHLY: at a dose dated later than D - 7 days, else at one due on D."""
    plan = plan_of(**(LAST | row))
    assert dates(plan, "maintenance") == dues(plan, "maintenance") == doses


@table(
    "row, due, done",
    (
        "a closed day: the first open day after it, monthly from there",
        {"monthly_from": "2026-06-06", "open": "mon-fri", "until": "2026-08-31"},
        days("2026 Mar 5, May 5, Jun 6, Jul 8, Aug 8"),
        days("2026 Mar 5, May 5, Jun 8, Jul 8, Aug 7"),
    ),
    (
        "a closed day: never later than the dose would have been",
        {"monthly_from": "2026-07-04", "open": "mon-fri", "until": "2026-10-31"},
        days("2026 Mar 5, May 5, Jul 4, Aug 3, Sep 3, Oct 3"),
        days("2026 Mar 5, May 5, Jul 3, Aug 3, Sep 3, Oct 2"),
    ),
    (
        "a dose dated in the week before, due before the day: monthly from its date",
        {"monthly_from": "2026-07-06", "open": "mon-fri", "until": "2026-09-30"},
        days("2026 Mar 5, May 5, Jul 5, Aug 3, Sep 3"),
        days("2026 Mar 5, May 5, Jul 3, Aug 3, Sep 3"),
    ),
    (
        "one day a week, a week after a dose",
        {"monthly_from": "2026-03-09", "open": "mon", "until": "2026-05-31"},
        days("2026 Mar 5 9, Apr 9, May 9"),
        days("2026 Mar 2 9, Apr 6, May 4"),
    ),
    (
        "one day a week, six days after a dose",
        {"monthly_from": "2026-03-08", "open": "mon", "until": "2026-05-31"},
        days("2026 Mar 5, Apr 2, May 2"),
        days("2026 Mar 2 30, Apr 27"),
    ),
    (
        "a closure on the day",
        {
            "monthly_from": "2026-06-01",
            "closed": every_day("2026 May 25", "2026 Jun 10"),
            "until": "2026-08-31",
        },
        days("2026 Mar 5, May 5, Jun 1, Jul 11, Aug 11"),
        days("2026 Mar 5, May 5, Jun 11, Jul 11, Aug 11"),
    ),
    (
        "a closure on the day and on the usual due: the usual planned day",
        {
            "monthly_from": "2026-07-01",
            "closed": every_day("2026 Jun 29", "2026 Jul 10"),
            "until": "2026-08-31",
        },
        days("2026 Mar 5, May 5, Jul 1 28, Aug 28"),
        days("2026 Mar 5, May 5, Jun 28, Jul 28, Aug 28"),
    ),
)
def test_a_step_up_on_a_closed_day_is_never_later_than_the_usual_dose(
    row: Row, due: Days, done: Days
) -> None:
    """MAINT-MONTHLY: planned on the earlier of FWD(D) and the usual planned day."""
    plan = plan_of(**(LAST | row))
    assert dues(plan, "maintenance") == due
    assert dates(plan, "maintenance") == done


@table(
    "row, due, done, count",
    (
        "an extra dose more than a week before: it stays, the switch is on the day",
        {"given": "2026-03-05;2026-04-20", "monthly_from": "2026-05-01"},
        days("2026 Mar 5, May 5 1, Jun 1, Jul 1"),
        days("2026 Mar 5, Apr 20, May 1, Jun 1, Jul 1"),
        2,
    ),
    (
        "an extra dose seven days before: it stays, the switch is on the day",
        {"given": "2026-03-05;2026-04-24", "monthly_from": "2026-05-01"},
        days("2026 Mar 5, May 5 1, Jun 1, Jul 1"),
        days("2026 Mar 5, Apr 24, May 1, Jun 1, Jul 1"),
        2,
    ),
    (
        "an extra dose three days before: it is the switch and keeps its due",
        {"given": "2026-03-05;2026-04-28", "monthly_from": "2026-05-01"},
        days("2026 Mar 5, May 5 28, Jun 28, Jul 28"),
        days("2026 Mar 5, Apr 28, May 28, Jun 28, Jul 28"),
        2,
    ),
    (
        "a dose given after the day was due on the day",
        {"given": "2026-03-05;2026-05-08", "monthly_from": "2026-05-01"},
        days("2026 Mar 5, May 1, Jun 8, Jul 8"),
        days("2026 Mar 5, May 8, Jun 8, Jul 8"),
        2,
    ),
    (
        "a dose given before the day on its planned day was due on the day",
        {
            "given": "2026-03-05;2026-05-05;2026-07-03",
            "monthly_from": "2026-07-04",
            "open": "mon-fri",
            "until": "2026-09-30",
        },
        days("2026 Mar 5, May 5, Jul 4, Aug 3, Sep 3"),
        days("2026 Mar 5, May 5, Jul 3, Aug 3, Sep 3"),
        3,
    ),
    (
        "given through the day",
        {"given_through": "2026-06-10", "monthly_from": "2026-06-01"},
        days("2026 Mar 5, May 5, Jun 1, Jul 1"),
        days("2026 Mar 5, May 5, Jun 1, Jul 1"),
        3,
    ),
    (
        "the dose due on the day is missed",
        {
            "given_through": "2026-05-10",
            "as_of": "2026-06-20",
            "monthly_from": "2026-06-01",
        },
        days("2026 Mar 5, May 5, Jun 1, Jul 20"),
        days("2026 Mar 5, May 5, Jun 20, Jul 20"),
        2,
    ),
    (
        "a dose due before the day is missed until after it",
        {"as_of": "2026-03-20", "monthly_from": "2026-03-10", "until": "2026-05-31"},
        days("2026 Mar 5, Apr 20, May 20"),
        days("2026 Mar 20, Apr 20, May 20"),
        0,
    ),
    (
        "a dose missed long before the day moves the anchor as usual",
        {"as_of": "2026-03-20", "monthly_from": "2026-06-01"},
        days("2026 Mar 5, May 20, Jun 1, Jul 1"),
        days("2026 Mar 20, May 20, Jun 1, Jul 1"),
        0,
    ),
)
def test_a_step_up_after_doses_given_or_missed(
    row: Row, due: Days, done: Days, count: int
) -> None:
    """MAINT-MONTHLY: a date in given before D that is not its planned day keeps its
    own due; every other dose that would be due on or after D is due on D."""
    plan = plan_of(**(LAST | {"until": "2026-07-31"} | row))
    assert dues(plan, "maintenance") == due
    assert dates(plan, "maintenance") == done
    assert given(plan, "maintenance") == count


@table(
    "row, doses",
    (
        "long before the course: monthly from its last dose",
        {"monthly_from": "2025-12-01", "until": "2026-04-01"},
        days("2026 Feb 16, Mar 16"),
    ),
    (
        "four days after standard loading: monthly from its last dose",
        {"monthly_from": "2026-01-20", "until": "2026-04-01"},
        days("2026 Feb 16, Mar 16"),
    ),
    (
        "six days after standard loading: monthly from its last dose",
        {"monthly_from": "2026-01-22", "until": "2026-04-01"},
        days("2026 Feb 16, Mar 16"),
    ),
    (
        "seven days after standard loading: a dose on the day",
        {"monthly_from": "2026-01-23", "until": "2026-04-01"},
        days("2026 Jan 23, Feb 23, Mar 23"),
    ),
    (
        "during neurological loading: monthly from its last dose",
        {"neuro": "yes", "monthly_from": "2026-02-01", "until": "2026-06-30"},
        days("2026 Apr 30, May 30, Jun 30"),
    ),
    (
        "after neurological loading",
        {"neuro": "yes", "monthly_from": "2026-04-15", "until": "2026-06-30"},
        days("2026 Apr 15, May 15, Jun 15"),
    ),
)
def test_a_step_up_after_loading(row: Row, doses: Days) -> None:
    """MAINT-MONTHLY: made at the last loading dose if dated later than D - 7 days."""
    plan = plan_of(**row)
    assert dates(plan, "maintenance") == dues(plan, "maintenance") == doses


@table(
    "row, anchor",
    (
        "the switch is still to come",
        {"given_through": "2026-05-10", "monthly_from": "2026-06-01"},
        day("2026 Jan 5"),
    ),
    (
        "the switch is made",
        {"given_through": "2026-06-10", "monthly_from": "2026-06-01"},
        day("2026 Jun 1"),
    ),
    (
        "the first dose not given is moved by as-of: the anchor before it",
        {"as_of": "2026-04-10"},
        day("2026 Jan 5"),
    ),
    (
        "later doses late by a closure: the anchor of the next one",
        {"closed": every_day("2026 Feb 20", "2026 Mar 13")},
        day("2026 Jan 5"),
    ),
)
def test_the_anchor_shown_is_that_of_the_first_dose_not_given(
    row: Row, anchor: date
) -> None:
    """maintenance.anchor: from it the first maintenance dose not given is due."""
    assert plan_of(**(LAST | row)).maintenance.anchor == anchor


@table(
    "row, anchor, first",
    ("standard loading", {}, day("2026 Jan 16"), day("2026 Mar 16")),
    ("an assumed plateau", {"neuro": "yes"}, day("2026 Mar 30"), day("2026 May 30")),
    (
        "a recorded plateau between two doses",
        {"neuro": "yes", "plateau": "2026-01-12"},
        day("2026 Jan 11"),
        day("2026 Mar 11"),
    ),
    (
        "weekends closed: the first is the day of the clinic",
        LAST | {"last_dose": "2026-05-05", "open": "mon-fri"},
        day("2026 May 5"),
        day("2026 Jul 3"),
    ),
    (
        "the first dose of the plan counts though given",
        LAST | {"given": "2026-03-09"},
        day("2026 Mar 9"),
        day("2026 Mar 9"),
    ),
    (
        "none within the horizon: the anchor is known all the same",
        {"until": "2026-02-01"},
        day("2026 Jan 16"),
        None,
    ),
)
def test_maintenance_is_summed_up(row: Row, anchor: date, first: date | None) -> None:
    """maintenance: its anchor and the date of the first dose in the plan, if any."""
    maintenance = plan_of(**row).maintenance
    assert (maintenance.anchor, maintenance.first) == (anchor, first)
    assert maintenance.policy == "last-dose"


@table(
    "row, interval",
    ("hydroxocobalamin", {}, "2m"),
    ("methylcobalamin", {"drug": "methylcobalamin"}, "2m"),
    ("cyanocobalamin", {"drug": "cyanocobalamin"}, "1m"),
    ("stated", {"interval": "12w"}, "12w"),
)
def test_the_interval_is_named(row: Row, interval: str) -> None:
    """The default interval is 2m, with cyanocobalamin 1m."""
    assert str(plan_of(**row).maintenance.interval) == interval


@table(
    "row, doses",
    (
        "no step-up",
        {"until": "2026-05-31"},
        (("MAINT", "2026 Mar 5"), ("MAINT", "2026 May 5")),
    ),
    (
        "due on the step-up instead",
        {"monthly_from": "2026-04-01", "until": "2026-05-31"},
        (
            ("MAINT", "2026 Mar 5"),
            ("MAINT-MONTHLY", "2026 Apr 1"),
            ("MAINT-MONTHLY", "2026 May 1"),
        ),
    ),
    (
        "due on the step-up anyway",
        {"monthly_from": "2026-03-05", "until": "2026-04-30"},
        (("MAINT-MONTHLY", "2026 Mar 5"), ("MAINT-MONTHLY", "2026 Apr 5")),
    ),
    (
        "due on the step-up anyway, and a week early for a closure",
        {"monthly_from": "2026-03-05", "until": "2026-04-15"}
        | {"closed": every_day("2026 Feb 27", "2026 Mar 5")},
        (("MAINT-MONTHLY", "2026 Mar 5"), ("MAINT-MONTHLY", "2026 Mar 26")),
    ),
    (
        "within a week before the step-up",
        {"monthly_from": "2026-03-11", "until": "2026-04-30"},
        (("MAINT", "2026 Mar 5"), ("MAINT-MONTHLY", "2026 Apr 5")),
    ),
    (
        "a step-up before the last dose",
        {"monthly_from": "2026-01-01", "until": "2026-02-28"},
        (("MAINT-MONTHLY", "2026 Feb 5"),),
    ),
    (
        "given on the step-up, though the clinic was closed",
        {"monthly_from": "2026-03-04", "given": "2026-03-04", "until": "2026-04-30"}
        | {"closed": "2026-03-04;2026-03-05"},
        (("MAINT-MONTHLY", "2026 Mar 4"), ("MAINT-MONTHLY", "2026 Apr 4")),
    ),
)
def test_the_rule_of_a_maintenance_dose_is_named(
    row: Row, doses: tuple[tuple[str, str], ...]
) -> None:
    """MAINT-MONTHLY from the dose that is due on the step-up, or after the switch."""
    plan = plan_of(last_dose="2026-01-05", **row)
    found = [(dose.rule, dose.due) for dose in events(plan, "maintenance")]
    assert found == [(rule, day(due)) for rule, due in doses]


def test_a_maintenance_dose_knows_what_it_is_counted_from() -> None:
    """The anchor, and how long after it the dose is due; None for the step-up's own."""
    plan = plan_of(
        last_dose="2026-01-05",
        given="2026-03-03",
        monthly_from="2026-08-01",
        until="2026-09-30",
    )
    last, other, up = day("2026 Jan 5"), day("2026 Mar 3"), day("2026 Aug 1")
    found = [(dose.anchor, dose.elapsed) for dose in events(plan, "maintenance")]
    assert found == [
        (last, Step(2, "month")),
        (other, Step(2, "month")),
        (other, Step(4, "month")),
        (other, None),
        (up, Step(1, "month")),
    ]
    planned = [dose.planned for dose in events(plan, "maintenance")]
    assert planned == [*days("2026 Mar 5, May 3, Jul 3, Aug 1, Sep 1")]


@table(
    "row",
    ("a standard course", {}),
    ("a last dose", LAST),
    ("a course with maintenance given", LAST | {"given": "2026-02-01;2026-03-01"}),
)
def test_maintenance_doses_are_numbered_from_the_first_of_the_plan(row: Row) -> None:
    """Identity: a maintenance dose's number counts from 1, with phase and rule."""
    plan = plan_of(**(row | {"until": "2026-06-30"}))
    names = ids(plan, "maintenance")
    assert names[:2] == ["maintenance-1", "maintenance-2"]
    first = event(plan, "maintenance-1")
    assert (first.kind, first.phase, first.number) == ("dose", "maintenance", 1)
    assert first.rule == "MAINT"


def test_a_weekly_dose_is_at_most_three_days_early() -> None:
    """Due on 12 January, with the four days up to it closed: the day after."""
    plan = plan_of(
        last_dose="2026-01-05", interval="1w", closed="2026-01-09..2026-01-12"
    )
    assert dates(plan, "maintenance")[:1] == days("2026 Jan 13")
    plan = plan_of(
        last_dose="2026-01-05", interval="1w", closed="2026-01-10..2026-01-12"
    )
    assert dates(plan, "maintenance")[:1] == days("2026 Jan 9")


def test_a_maintenance_dose_without_an_open_day_is_named_by_its_due() -> None:
    """The week before it is closed, too, and sixty days after it."""
    error = refusal(InputError, closed="2026-03-09..2026-05-20")
    assert error.message == "no open day from 2026-03-16 to 2026-05-15"
    assert (error.field, error.value) == ("closed", "2026-03-16")


def test_the_dose_after_the_horizon_is_known_by_the_clinics_day() -> None:
    """Due on Sunday 5 July, after those of March and May."""
    plan = plan_of(last_dose="2026-01-05", open="mon-fri", until="2026-06-01")
    assert dates(plan, "maintenance") == days("2026 Mar 5, May 5")
    assert plan.maintenance.following == day("2026 Jul 3")
