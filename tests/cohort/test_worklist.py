"""`worklist`: who comes when and for what, and nobody is lost."""

from __future__ import annotations

import csv
import io
import json
from datetime import date, timedelta
from functools import partial

import pytest
from list_cases import (
    ODD_REFERENCES,
    WEEK,
    WEEKDAYS,
    Fields,
    coloured,
    fits,
    good,
    results,
    screen,
    visits,
    window,
    without_spaces,
)
from spec import day, every_day, plan_of, table

from b12sched import Clinic, build
from b12sched.cohort import RowError
from b12sched.cohort.lists.window import AsOf, Planned, Window, case_through, planned
from b12sched.cohort.lists.worklist import Visit, worklist
from b12sched.errors import InputError
from b12sched.plan.events import Status
from b12sched.views.lists.worklist import (
    worklist_csv,
    worklist_json,
    worklist_lines,
    worklist_markdown,
)

LATE: Fields = {"patient": "B-2", "last_dose": "2025-10-20"}
"""Already on maintenance: the next dose is due on Saturday 20 December 2025."""

NEURO: Fields = {"patient": "N-3", "start": "2026-03-01", "neuro": "yes"}
"""Alternate days from Sunday 1 March 2026: every even day counted from there."""


def entries(found: list[Visit]) -> list[tuple[str, str]]:
    """Patients and ids, in the order of the list."""
    return [(visit.patient, visit.id) for visit in found]


# --- the window ---------------------------------------------------------------------


def test_the_work_of_a_window_is_what_is_dated_in_it() -> None:
    """A standard course from Monday 5 January 2026: doses on 5, 7, 9, 12 January."""
    found = visits({})
    assert [(str(visit.date), visit.id) for visit in found] == [
        ("2026-01-05", "loading-1"),
        ("2026-01-07", "loading-2"),
        ("2026-01-09", "loading-3"),
    ]
    edges = visits({}, days=("2026 Jan 7", "2026 Jan 12"))
    assert [visit.id for visit in edges] == ["loading-2", "loading-3", "loading-4"]


def test_a_window_that_ends_before_it_begins_is_an_error() -> None:
    """One day is a window."""
    with pytest.raises(InputError) as caught:
        window("2026 Jan 6", "2026 Jan 5")
    assert caught.value.field == "from"
    assert "2026-01-06 is after the last day, 2026-01-05" in str(caught.value)
    assert day("2026 Jan 5") in window("2026 Jan 5", "2026 Jan 5")


@table(
    "first, months, last",
    ("three months", "2026 Jan 5", 3, "2026 Apr 4"),
    ("a year", "2026 Jan 1", 12, "2026 Dec 31"),
    ("from a month's end", "2026 Jan 31", 1, "2026 Feb 27"),
    ("a leap year", "2028 Jan 31", 1, "2028 Feb 28"),
    ("the longest", "2026 Jan 5", 600, "2076 Jan 4"),
)
def test_a_window_of_months_ends_the_day_before_that_day_of_the_month(
    first: str, months: int, last: str
) -> None:
    """[from, ADD(from, N months)): that day itself is no longer in it."""
    assert Window.of_months(day(first), months).last == day(last)


@table(
    "fields",
    ("a month", {"months": "1"}),
    ("a day before the window", {"until": "2026-03-15"}),
    ("before the first dose", {"until": "2025-01-05"}),
)
def test_a_row_is_worked_out_to_the_end_of_the_window(fields: Fields) -> None:
    """Whatever its horizon: the first maintenance dose is on 16 March 2026."""
    found = visits(fields, days=("2026 Mar 16", "2026 Mar 20"))
    assert [visit.id for visit in found] == ["maintenance-1"]


@table(
    "closed, last",
    ("closed on its due date", WEEKDAYS, "2026 Mar 6"),
    ("closed for a week", {"closed": every_day("2026 Mar 2", "2026 Mar 8")}, "Mar 1"),
)
def test_a_dose_that_is_due_just_behind_the_window_is_in_it(
    closed: Fields, last: str
) -> None:
    """Due on Sunday 8 March 2026; the clinic does it up to a week before (BACK)."""
    last = last if last.startswith("2026") else f"2026 {last}"
    row = {"last_dose": "2026-01-08"}
    (only,) = visits(row, days=("2026 Feb 25", last), clinic=closed)
    assert (only.date, only.due) == (day(last), day("2026 Mar 8"))


SHUT = {"closed": every_day("2027 Jun 1", "2027 Jul 30")}
"""Closed for sixty days, so that FWD finds the last day that it looks at."""


@table(
    "fields, as_of, clinic",
    ("starts later", {"start": "2027-06-01"}, None, {}),
    ("starts later, closed", {"start": "2027-06-01"}, None, SHUT),
    ("last dose later", {"last_dose": "2027-06-01"}, None, {}),
    ("given later", {"start": "2027-06-01", "given": "2029-01-01"}, None, {}),
    (
        "given through later",
        {"start": "2027-06-01", "given_through": "2029-01-01"},
        None,
        {},
    ),
    ("its own as of, later", {"as_of": "2027-06-01", "neuro": "yes"}, None, SHUT),
    ("as of later", {"neuro": "yes", "plateau": "2029-01-01"}, "2027 Jun 1", SHUT),
)
def test_a_row_whose_first_dose_is_after_the_window_is_no_error(
    fields: Fields, as_of: str | None, clinic: Fields
) -> None:
    """It has no visit on the window's days, and that is all."""
    found = visits(fields, as_of=as_of, clinic=clinic)
    assert not [visit for visit in found if visit.date in window(*WEEK)]


@table(
    "fields, column",
    ("start", {"start": "1976-01-11"}, "start"),
    ("last dose", {"last_dose": "1976-01-11"}, "last_dose"),
)
def test_a_row_too_old_for_a_plan_says_so(fields: Fields, column: str) -> None:
    """A plan has 600 months; a week behind 5 January 2026 is 12 January 2026."""
    (error,) = results(fields, through="2026 Jan 5")
    assert isinstance(error, RowError)
    assert (error.row, error.column, error.value) == (2, column, "1976-01-11")
    assert error.text == "1976-01-11 is more than 600 months before 2026-01-12"
    on_the_day = dict.fromkeys(fields, "1976-01-12")
    assert good(results(on_the_day, through="2026 Jan 5"))


def test_a_bad_row_is_a_value_and_costs_only_itself() -> None:
    """The others are planned, in order."""
    found = results(LATE, {"neuro": "maybe"}, {}, through="2026 Jan 11")
    assert [type(each).__name__ for each in found] == ["Planned", "RowError", "Planned"]
    bad = results({"given": "2026-01-09", "as_of": "2026-01-08"})
    assert isinstance(bad[0], RowError)
    assert "2026-01-09 is after as of, 2026-01-08" in str(bad[0])
    again = results({}, through="2026 Jan 11")
    assert isinstance(again[0], type(found[2]))


def test_an_error_of_the_file_goes_through() -> None:
    """A line that is no row is no plan either."""
    error = RowError(7, "", "x", "is no row", "mend it", {})
    as_of = AsOf(today=day("2026 Jan 5"), day=None)
    assert list(planned([error], Clinic(), {}, as_of)) == [error]


ROWS: tuple[Fields, ...] = (
    {},
    {"neuro": "yes"},
    {"neuro": "yes", "plateau": "2026-02-28", "given_through": "2026-02-27"},
    {"drug": "cyanocobalamin"},
    {"last_dose": "2025-12-31", "monthly_from": "2026-03-10"},
    {"last_dose": "2025-12-31", "interval": "4w", "given": "2026-02-14"},
)


@pytest.mark.unmeasured
@pytest.mark.parametrize("fields", ROWS)
@pytest.mark.parametrize(
    "clinic",
    [
        {},
        WEEKDAYS,
        {"open": "wed", "holidays": "GB-ENG"},
        {"closed": every_day("2026 Mar 1", "2026 Mar 31")},
    ],
)
@pytest.mark.parametrize("length", [pytest.param(1, marks=pytest.mark.slow), 7, 30])
def test_windows_side_by_side_hold_every_event_once(
    fields: Fields, clinic: Fields, length: int
) -> None:
    """Nobody is lost between two of them: all that a long plan has in two years."""
    first, last = day("2025 Dec 31"), day("2027 Dec 31")
    plan = plan_of(**fields, **clinic, months="36")
    want = [
        (event.date, event.id)
        for event in plan.events
        if event.status is not Status.GIVEN and event.date <= last
    ]
    found: list[tuple[date, str]] = []
    while first <= last:
        span = Window(first=first, last=min(first + timedelta(length - 1), last))
        case = case_through(plan.case, span.last)
        work = worklist([Planned(1, build(case, plan.clinic))], span)
        found += [(visit.date, visit.id) for visit in work]
        first = span.last + timedelta(1)
    assert sorted(found) == sorted(want)


# --- what is left out, what comes first ---------------------------------------------


def test_a_given_dose_is_no_work() -> None:
    """Whether its date is recorded or covered by given_through."""
    assert [visit.id for visit in visits({"given": "2026-01-05"})] == [
        "loading-2",
        "loading-3",
    ]
    through = visits({"given_through": "2026-01-07"})
    assert [visit.id for visit in through] == ["loading-3"]


def test_an_overdue_dose_comes_first_with_its_days() -> None:
    """Due 20 December 2025, not given by 5 January 2026: 16 days."""
    found = visits({}, LATE, as_of="2026 Jan 5")
    assert entries(found) == [
        ("B-2", "maintenance-1"),
        ("A-17", "loading-1"),
        ("A-17", "loading-2"),
        ("A-17", "loading-3"),
    ]
    assert [visit.days_overdue for visit in found] == [16, 0, 0, 0]
    assert found[0].due == day("2025 Dec 20")
    assert found[0].date == day("2026 Jan 5")


@table(
    "as_of, days",
    ("on its due date", "2025 Dec 20", []),
    ("the day after", "2025 Dec 21", [1]),
    ("in the window", "2026 Jan 7", [18]),
    ("after the window", "2026 Feb 1", [43]),
)
def test_an_overdue_dose_is_listed_whatever_the_window(
    as_of: str, days: list[int]
) -> None:
    """Its own day may be before or after the window's days."""
    assert [visit.days_overdue for visit in visits(LATE, as_of=as_of)] == days


@table(
    "as_of, days",
    ("due, the clinic closed", "2025 Dec 22", [0]),
    ("on the clinic's day for it", "2025 Dec 23", [0]),
    ("the day after that", "2025 Dec 24", [4]),
)
def test_a_dose_is_overdue_after_the_clinics_day_for_it_too(
    as_of: str, days: list[int]
) -> None:
    """OVERDUE: due on Saturday 20 December, planned on Tuesday 23; counted from due."""
    shut = {"closed": every_day("2025 Dec 13", "2025 Dec 22")}
    span = ("2025 Dec 22", "2025 Dec 31")
    found = visits(LATE, days=span, as_of=as_of, clinic=shut)
    assert [visit.days_overdue for visit in found] == days


def test_the_longest_overdue_comes_first() -> None:
    """Of equal ones by patient; a dose of loading can be overdue, too."""
    found = visits(
        {"patient": "C", "last_dose": "2025-10-21"},
        {"patient": "B", "last_dose": "2025-10-20"},
        {"patient": "A", "last_dose": "2025-10-21"},
        {"patient": "L", "given": "2026-01-05"},
        as_of="2026 Jan 9",
    )
    assert [(visit.patient, visit.days_overdue) for visit in found] == [
        ("B", 20),
        ("A", 19),
        ("C", 19),
        ("L", 2),
        ("L", 0),
    ]


def test_as_of_replaces_that_of_the_row() -> None:
    """Without it the row's own counts."""
    own = LATE | {"as_of": "2025-12-30"}
    assert [visit.days_overdue for visit in visits(own)] == [10]
    assert [v.days_overdue for v in visits(own, as_of="2026 Jan 5")] == [16]


@table(
    "known, days",
    ("its own as of", LATE | {"as_of": "2025-12-30"}, [10]),
    # Given on 21 December: the next is due on 21 February, and as of counts from then.
    ("a dose given", LATE | {"given": "2025-12-21"}, []),
    ("given through", LATE | {"given_through": "2025-12-21"}, []),
)
def test_as_of_is_never_before_what_is_known_of_the_patient(
    known: Fields, days: list[int]
) -> None:
    """A list as of Saturday 20 December leaves the row's later knowledge in force."""
    found = visits(known, as_of="2025 Dec 20")
    assert [visit.days_overdue for visit in found] == days


CHECKS: Fields = {"given_through": "2026-01-16"}
"""Loaded by 16 January 2026: a dose on 16 March, blood tests on Sunday 5 April."""

SUNDAY = ("2026 Apr 5", "2026 Apr 5")


@table(
    "today, days",
    ("not said", None, 0),
    ("its day", "2026 Apr 5", 0),
    ("the day after", "2026 Apr 6", 1),
    ("a week after", "2026 Apr 12", 7),
)
def test_a_check_whose_day_is_past_is_overdue(today: str | None, days: int) -> None:
    """Nothing records that it was done: it comes first, and is not moved."""
    found = visits(CHECKS, days=SUNDAY, as_of="2026 Apr 5", today=today)
    [lab] = [visit for visit in found if visit.id == "lab-3m"]
    assert (lab.days_overdue, lab.date) == (days, day("2026 Apr 5"))
    assert lab.unconfirmed is (days > 0)
    assert not lab.overdue_dose


def test_a_check_is_overdue_after_its_due_date_too() -> None:
    """Due on Sunday 5 April, planned on Friday the 3rd: on the Sunday not yet."""
    friday = ("2026 Apr 3", "2026 Apr 3")
    for today, overdue in (("2026 Apr 5", 0), ("2026 Apr 6", 1)):
        found = visits(CHECKS, days=friday, today=today, clinic=WEEKDAYS)
        assert [visit.days_overdue for visit in found] == [overdue]


def test_a_check_before_the_window_is_not_listed() -> None:
    """Whoever asks about the week after is not told of it each week for years."""
    found = visits(CHECKS, days=("2026 Apr 6", "2026 Apr 12"), today="2026 Apr 8")
    assert found == []


def test_today_does_not_make_a_dose_overdue() -> None:
    """That is decided by as of, on which the day of the dose depends."""
    assert [v.days_overdue for v in visits({}, today="2026 Jan 8")] == [0, 0, 0]


LONG = NEURO | {"loading_weeks": "27"}
"""92 and 184 days after 1 March are even."""

SHORT = {"neuro": "yes", "plateau": "2026-01-05"}
"""One loading dose: the sixth maintenance dose is on 5 January 2027."""


@table(
    "row, days, ids",
    ("3 months", LONG, "2026 Jun 1", ["lab-3m", "review-13", "loading-47"]),
    ("6 months", LONG, "2026 Sep 1", ["lab-6m", "assessment-6m", "loading-93"]),
    ("12 months", SHORT, "2027 Jan 5", ["lab-12m", "maintenance-6"]),
)
def test_a_patient_s_day_goes_in_the_order_in_which_it_is_done(
    row: Fields, days: str, ids: list[str]
) -> None:
    """Labs, review, assessment, dose."""
    assert [visit.id for visit in visits(row, days=(days, days))] == ids


def test_a_day_goes_by_patient() -> None:
    """Day first, then patient."""
    found = visits({"patient": "B"}, {"patient": "A", "start": "2026-01-07"})
    assert entries(found) == [
        ("B", "loading-1"),
        ("A", "loading-1"),
        ("B", "loading-2"),
        ("A", "loading-2"),
        ("B", "loading-3"),
        ("A", "loading-3"),
    ]


# --- formats ------------------------------------------------------------------------

PROVISIONAL = {"patient": "P", "neuro": "yes"}
"""No plateau: 30 March 2026 is assumed, two months later is 30 May."""

MAY = ("2026 May 25", "2026 May 31")


def test_the_json_has_the_keys_of_the_contract() -> None:
    """A list of objects; every field of it."""
    found = visits(LATE, PROVISIONAL, days=MAY, as_of="2026 Jan 5")
    assert json.loads(worklist_json(found)) == [
        {
            "date": "2026-01-05",
            "patient": "B-2",
            "id": "maintenance-1",
            "kind": "dose",
            "phase": "maintenance",
            "number": 1,
            "title": "Maintenance dose 1: hydroxocobalamin 1 mg IM",
            "due": "2025-12-20",
            "status": "planned",
            "days_overdue": 16,
        },
        {
            "date": "2026-05-30",
            "patient": "P",
            "id": "maintenance-1",
            "kind": "dose",
            "phase": "maintenance",
            "number": 1,
            "title": "Maintenance dose 1: hydroxocobalamin 1 mg IM",
            "due": "2026-05-30",
            "status": "provisional",
            "days_overdue": 0,
        },
    ]
    assert json.loads(worklist_json([])) == []


def test_the_csv_has_a_row_for_each_thing_to_do() -> None:
    """The keys of the JSON, then what a person fills in; a review has no phase."""
    data = worklist_csv(visits(NEURO, days=("2026 Mar 9", "2026 Mar 9"))).decode()
    assert data.splitlines()[0] == (
        "date,patient,id,kind,phase,number,title,due,status,days_overdue,"
        "given_on,batch,site,by,not_given_because"
    )
    review, dose = list(csv.reader(io.StringIO(data)))[1:]
    assert review[:6] == ["2026-03-09", "N-3", "review-1", "review", "", "1"]
    assert review[6:10] == ["Neurological examination 1", "2026-03-08", "planned", "0"]
    assert dose[:6] == ["2026-03-09", "N-3", "loading-5", "dose", "loading", "5"]
    assert dose[6] == "Loading dose 5: hydroxocobalamin 1 mg IM"
    assert dose[7:10] == ["2026-03-09", "planned", "0"]
    assert review[10:] == dose[10:] == [""] * 5


def test_the_markdown_shows_a_reference_as_it_is() -> None:
    """A table for each day; nothing in a reference is markup."""
    odd = {"patient": "a|b*c*_<d>"}
    found = visits(odd, LATE, days=("2026 Jan 5", "2026 Jan 5"), as_of="2026 Jan 5")
    text = worklist_markdown(found, window("2026 Jan 5", "2026 Jan 5")).decode()
    assert text == (
        "# Worklist, Mon 2026-01-05\n"
        "\n"
        "2 patients, 2 doses, 1 overdue\n"
        "\n"
        "## Overdue: ask about symptoms, the prescriber decides\n"
        "\n"
        "| Done | Patient | What | Day | Overdue |\n"
        "| --- | --- | --- | --- | --- |\n"
        "|  | B-2 | Maintenance dose 1: hydroxocobalamin 1 mg IM "
        "| Mon 2026-01-05 | 16 days overdue, due Sat 2025-12-20 |\n"
        "\n"
        "## Mon 2026-01-05: 2 patients, 2 doses\n"
        "\n"
        "| Done | Patient | What |\n"
        "| --- | --- | --- |\n"
        "| \\[ \\] | B-2 | Maintenance dose 1: hydroxocobalamin 1 mg IM "
        "(16 days overdue, due Sat 2025-12-20) |\n"
        "| \\[ \\] | a\\|b\\*c\\*\\_\\<d\\> "
        "| Loading dose 1: hydroxocobalamin 1 mg IM |\n"
    )


def test_the_markdown_of_a_list_without_overdue_doses_has_days_only() -> None:
    """And one of an empty list says so."""
    text = worklist_markdown(visits({}), window(*WEEK)).decode()
    assert [line for line in text.splitlines() if line.startswith("#")] == [
        "# Worklist, Mon 2026-01-05 to Sun 2026-01-11",
        "## Mon 2026-01-05: 1 patient, 1 dose",
        "## Wed 2026-01-07: 1 patient, 1 dose",
        "## Fri 2026-01-09: 1 patient, 1 dose",
    ]
    empty = worklist_markdown([], window(*WEEK)).decode()
    assert empty.endswith("\n\nNo visits.\n")


NARROW = """\
Worklist, Mon 2026-01-05 to
Sun 2026-01-11
2 patients, 4 doses, 1 overdue

Overdue: ask about symptoms, the
prescriber decides

      B-2   Maintenance dose 1:
            hydroxocobalamin 1 mg IM
            16 days overdue, due
            Sat 2025-12-20; to come on
            Mon 2026-01-05

Mon 2026-01-05  2 patients, 2 doses

  [ ] A-17  Loading dose 1:
            hydroxocobalamin 1 mg IM
  [ ] B-2   Maintenance dose 1:
            hydroxocobalamin 1 mg IM
            (16 days overdue, due
            Sat 2025-12-20)

Wed 2026-01-07  1 patient, 1 dose

  [ ] A-17  Loading dose 2:
            hydroxocobalamin 1 mg IM

Fri 2026-01-09  1 patient, 1 dose

  [ ] A-17  Loading dose 3:
            hydroxocobalamin 1 mg IM
"""
COMMON = """\
Worklist, Mon 2026-05-25 to Sun 2026-05-31
1 patient, 1 dose

Sat 2026-05-30  1 patient, 1 dose

  [ ] P  Maintenance dose 1: hydroxocobalamin 1 mg IM (provisional)
"""


def shown(
    found: list[Visit], days: tuple[str, str], width: int, encoding: str = "utf-8"
) -> list[str]:
    """The lines of a worklist in a pipe."""

    return screen(partial(worklist_lines, found, window(*days)), width, encoding)


def test_the_screen_is_a_list_to_work_through() -> None:
    """A box for each thing to do, under its day; overdue and provisional in words."""
    found = visits({}, LATE, as_of="2026 Jan 5")
    assert shown(found, WEEK, 40) == NARROW.splitlines()
    for width in (80, 120):
        found = visits(PROVISIONAL, days=MAY)
        assert shown(found, MAY, width) == COMMON.splitlines()


JUNE = ("2026 Jun 1", "2026 Jun 1")
"""Labs, an examination and a dose of one patient, 92 days after 1 March."""


def test_a_visit_is_one_line_with_one_box() -> None:
    """Whatever is done at it, in the order in which it is done."""
    found = visits(LONG, days=JUNE)
    assert shown(found, JUNE, 120)[3:] == [
        "Mon 2026-06-01  1 patient, 1 dose",
        "",
        "  [ ] N-3  Labs at 3 months: serum B12 + FBC + homocysteine; Neurological "
        "examination 13; Loading dose 47:",
        "           hydroxocobalamin 1 mg IM",
    ]
    assert (
        worklist_markdown(found, window(*JUNE))
        .decode()
        .endswith(
            "| \\[ \\] | N-3 | Labs at 3 months: serum B12 + FBC + homocysteine; "
            "Neurological examination 13; Loading dose 47: hydroxocobalamin 1 mg IM |\n"
        )
    )


def test_a_check_to_look_up_stands_before_the_days_and_not_in_them() -> None:
    """It has its box there; the dose of its day stays on its day."""
    found = visits(LONG, days=JUNE, today="2026 Jun 2")
    assert shown(found, JUNE, 80) == [
        "Worklist, Mon 2026-06-01",
        "1 patient, 1 dose, 2 checks to look up",
        "",
        "Checks to look up: the day is past, and nothing here records whether it was "
        "done",
        "",
        "  [ ] N-3  Neurological examination 13  2 days overdue, due Sun 2026-05-31",
        "  [ ] N-3  Labs at 3 months: serum B12 + FBC + homocysteine",
        "           1 day overdue, due Mon 2026-06-01",
        "",
        "Mon 2026-06-01  1 patient, 1 dose",
        "",
        "  [ ] N-3  Loading dose 47: hydroxocobalamin 1 mg IM",
    ]
    text = worklist_markdown(found, window(*JUNE)).decode()
    assert "## Checks to look up: the day is past, and nothing here records" in text
    assert (
        "| \\[ \\] | N-3 | Neurological examination 13 | Mon 2026-06-01 "
        "| 2 days overdue, due Sun 2026-05-31 |\n"
    ) in text


def carrying(found: list[Visit], *cells: tuple[str, str]) -> list[Visit]:
    """A worklist whose visits all have these cells."""
    return [visit._replace(carried=cells) for visit in found]


CELLS = (("Name", "Zoë O'Brien"), ("Allergies", ""), ("Room", "4"))


def test_what_is_carried_comes_behind_the_fields() -> None:
    """In JSON and CSV under its header, before what is filled in; empty cells too."""
    found = carrying(visits({}), *CELLS)
    first = json.loads(worklist_json(found))[0]
    assert list(first)[9:] == ["days_overdue", "Name", "Allergies", "Room"]
    assert (first["Name"], first["Allergies"]) == ("Zoë O'Brien", "")
    header, row, *_ = csv.reader(io.StringIO(worklist_csv(found).decode()))
    assert header[9:] == [
        *("days_overdue", "Name", "Allergies", "Room"),
        *("given_on", "batch", "site", "by", "not_given_because"),
    ]
    assert row[10:] == ["Zoë O'Brien", "", "4", "", "", "", "", ""]


def test_what_is_carried_is_shown_with_its_header() -> None:
    """Behind the visit or below it; an empty cell only in the table of Markdown."""
    found = carrying(visits({}), *CELLS)
    assert shown(found, WEEK, 80)[5] == (
        "  [ ] A-17  Loading dose 1: hydroxocobalamin 1 mg IM  Name: Zoë O'Brien"
        "  Room: 4"
    )
    assert shown(found, WEEK, 40)[6:9] == [
        "  [ ] A-17  Loading dose 1:",
        "            hydroxocobalamin 1 mg IM",
        "            Name: Zoë O'Brien  Room: 4",
    ]
    text = worklist_markdown(found, window(*WEEK)).decode()
    assert "| Done | Patient | Name | Allergies | Room | What |\n" in text
    assert "| \\[ \\] | A-17 | Zoë O'Brien |  | 4 | Loading dose 1" in text


@pytest.mark.parametrize("width", [40, 80, 120])
@pytest.mark.parametrize("cell", ["患者" * 40, "word " * 30, "e\u0301" * 40, "x" * 99])
def test_a_carried_cell_of_any_script_fits(cell: str, width: int) -> None:
    """It is shown whole, broken within itself if it must be."""
    lines = shown(carrying(visits({}), ("名前", cell.strip())), WEEK, width)
    fits(lines, width)
    assert without_spaces(cell) in without_spaces("".join(lines))


def test_a_carried_cell_is_never_obeyed_by_a_terminal() -> None:
    """Nor does a line break in it break the page."""
    found = carrying(visits({}), ("N\x1b[31m", "a\x1b[2J\n# b"))
    text = "\n".join(shown(found, WEEK, 120))
    assert "N\\x1b[31m: a\\x1b[2J\\n# b" in text
    assert "\x1b" not in text
    assert "\n# b" not in worklist_markdown(found, window(*WEEK)).decode()


def test_a_carried_cell_is_no_formula_and_no_markup() -> None:
    """Nor is its header."""
    found = carrying(visits({}), ("=N|", '=HYPERLINK("x")|*b*'))
    header, row, *_ = csv.reader(io.StringIO(worklist_csv(found).decode()))
    assert row[10] == '\'=HYPERLINK("x")|*b*'
    assert header[10] == "'=N|"
    text = worklist_markdown(found, window(*WEEK)).decode()
    assert '| =HYPERLINK("x")\\|\\*b\\* |' in text


def test_an_empty_list_says_so() -> None:
    """No visits, nothing overdue: that is said."""
    assert shown([], WEEK, 80) == [
        "Worklist, Mon 2026-01-05 to Sun 2026-01-11",
        "No visits.",
    ]


@pytest.mark.parametrize("width", [40, 80, 120])
@pytest.mark.parametrize("patient", ODD_REFERENCES)
def test_a_reference_is_shown_whole_and_is_never_markup(
    patient: str, width: int
) -> None:
    """It may be broken within itself, nothing else; no line is too long."""
    lines = shown(visits({"patient": patient}), WEEK, width)
    fits(lines, width)
    first = lines.index("Mon 2026-01-05  1 patient, 1 dose") + 2
    block = "\n".join(lines[first : lines.index("", first)])
    assert block.startswith("  [ ] ")
    for title in ("[ ]", "Loading dose 1:", "hydroxocobalamin", "1 mg IM"):
        assert title in block
        block = block.replace(title, "", 1)
    assert without_spaces(block) == patient.replace(" ", "")


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_what_an_encoding_lacks_is_escaped(encoding: str) -> None:
    """The lines still fit, and the reference can still be read."""
    lines = shown(visits({"patient": "Zoë 患者" * 8}), WEEK, 40, encoding)
    assert all(len(line) <= 40 for line in lines)
    assert ("Zoë" in "\n".join(lines)) is (encoding == "cp1252")
    assert "\\u" in "\n".join(lines)


def test_colour_is_used_on_a_terminal_only() -> None:
    """Overdue stands out there; in a pipe nothing is but text."""
    found = visits({}, LATE, as_of="2026 Jan 5")

    shown = partial(worklist_lines, found, window(*WEEK))
    assert "\x1b[1;31mOverdue" in coloured(shown)
