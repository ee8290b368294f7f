"""`audit --summary`: the measures, computed by hand for twenty patients."""

from __future__ import annotations

import csv
import io
import json
from functools import partial
from pathlib import Path

import pytest
from cli import here, is_error
from cohorts import cohort as cohort_file
from list_cases import WEEKDAYS, Fields, fits, good, results, screen
from spec import every_day, table

from b12sched.cohort.lists.measures import Measures, Summary, summary
from b12sched.views.lists.measures import (
    summary_csv,
    summary_json,
    summary_lines,
    summary_markdown,
)


def last(patient: str, last_dose: str, given: str = "", **more: str) -> Fields:
    """A patient on maintenance every two months without neurology."""
    return {"patient": patient, "last_dose": last_dose, "given": given} | more


TWENTY: tuple[Fields, ...] = (
    # Maintenance every two months (regimen standard), as of Wednesday 1 July 2026.
    #
    # On the day: 8 Jan + 2 months = 8 Mar, + 2 = 8 May; the next is due 8 July.
    # 2 due, 2 given, 2 near, no day at risk.
    last("S-01", "2026-01-08", "2026-03-08;2026-05-08"),
    # 3 days late, then 2 months on from 11 Mar is 11 May, on the day.
    # 2 due, 2 given, 2 near, late: 3; 3 days at risk.
    last("S-02", "2026-01-08", "2026-03-11;2026-05-11"),
    # 12 days late; from 20 Mar the next is due 20 May: 10 days late.
    # 2 due, 2 given, 0 near, late: 12, 10; 22 days at risk.
    last("S-03", "2026-01-08", "2026-03-20;2026-05-30"),
    # 4 days early; from 4 Mar the next is due 4 May: on the day; then 4 July.
    # 2 due, 2 given, 2 near.
    last("S-04", "2026-01-08", "2026-03-04;2026-05-04"),
    # 8 days early: not near. From 28 Feb the next is due 28 Apr: 7 days late, near.
    # 2 due, 2 given, 1 near, late: 7; 7 days at risk.
    last("S-05", "2026-01-08", "2026-02-28;2026-05-05"),
    # Due 8 Mar, not given by 1 July: 23 + 30 + 31 + 30 + 1 = 115 days.
    # 1 due, 0 given, not given: 1; 115 days at risk.
    last("S-06", "2026-01-08"),
    # Due on 1 July itself: due, but not overdue.
    # 1 due, 0 given; no day at risk.
    last("S-07", "2026-05-01"),
    # Due 30 June, the day before: overdue by one day.
    # 1 due, 0 given, not given: 1; 1 day at risk.
    last("S-08", "2026-04-30"),
    # Due 2 July: not due yet.
    last("S-09", "2026-05-02"),
    # Given on 28 June, due on 5 July: early by 7 days, and due after as of.
    # 0 due, 1 given, 1 near.
    last("S-10", "2026-05-05", "2026-06-28"),
    # Loading of the standard course: days 0, 2, 4, 7, 9, 11 from Monday 1 June, then
    # maintenance two months after 12 June. All on their days.
    # 6 due, 6 given, 6 near.
    {
        "patient": "S-11",
        "start": "2026-06-01",
        "given": "2026-06-01;2026-06-03;2026-06-05;2026-06-08;2026-06-10;2026-06-12",
    },
    # Dose 1 was due on Monday 1 June and given on Wednesday the 3rd: 2 days late.
    # Dose 2 is due 2 days after it, on the 5th: given on the 6th, 1 day late. Dose 3 is
    # due on 7 June (4 days after dose 1) or 2 days after dose 2, whichever is later: on
    # the 8th, not given by 1 July: 23 days.
    # 3 due, 2 given, 2 near, late: 2, 1; not given: 1; 2 + 1 + 23 = 26 days at risk.
    {"patient": "S-12", "start": "2026-06-01", "given": "2026-06-03;2026-06-06"},
    # Nothing was given since the start on 21 June: 10 days.
    # 1 due, 0 given, not given: 1; 10 days at risk.
    {"patient": "S-13", "start": "2026-06-21"},
    # Starts next week.
    {"patient": "S-14", "start": "2026-07-08"},
    # Ended: the last dose that was given counts, nothing after it is due.
    # 1 due, 1 given, 1 near.
    last("S-15", "2026-01-08", "2026-03-08", ended="2026-03-09", because="moved"),
    # Neurology (regimen neuro): alternate days from 21 June; without a plateau all are
    # loading. 21, 23, 25 June given on their days, 27 not: 4 days by 1 July.
    # 4 due, 3 given, 3 near, not given: 1; 4 days at risk.
    {
        "patient": "N-16",
        "start": "2026-06-21",
        "neuro": "yes",
        "given": "2026-06-21;2026-06-23;2026-06-25",
    },
    # 21 June, then 24 instead of 23 (1 late), then 26 on its day; due 28: 3 days.
    # 4 due, 3 given, 3 near, late: 1; not given: 1; 1 + 3 = 4 days at risk.
    {
        "patient": "N-17",
        "start": "2026-06-21",
        "neuro": "yes",
        "given": "2026-06-21;2026-06-24;2026-06-26",
    },
    # Given through: every dose up to 30 June on its day: 21, 23, 25, 27, 29 June; the
    # next is due on 1 July.
    # 6 due, 5 given, 5 near.
    {
        "patient": "N-18",
        "start": "2026-06-21",
        "neuro": "yes",
        "given_through": "2026-06-30",
    },
    # Cyanocobalamin, monthly: due 8 May, given on the 9th; due 9 June, given on the
    # 30th, 21 days late; the next is due 30 July.
    # 2 due, 2 given, 1 near, late: 1, 21; 22 days at risk.
    last("C-19", "2026-04-08", "2026-05-09;2026-06-30", drug="cyanocobalamin"),
    # Due 30 May, a month after 30 April: not given, 32 days by 1 July.
    # 1 due, not given: 1; 32 days at risk.
    last("C-20", "2026-04-30", "", drug="cyanocobalamin"),
)

# By regimen, from the comments above, in the order of the patients:
#
# standard: 15 patients (S-01 to S-15).
#   due: 2+2+2+2+2 +1+1+1+0+0 +6+3+1+0+1 = 24
#   given: 2+2+2+2+2 +0+0+0+0+1 +6+2+0+0+1 = 20
#   near: 2+2+0+2+1 +1 +6+2 +1 = 17; 17/20 = 85 %
#   late: 3; 12, 10; 7; 2, 1: sorted 1, 2, 3, 7, 10, 12: six, median (3+7)/2 = 5
#   not given: S-06, S-08, S-12, S-13 = 4
#   days at risk: 3+22+7+115+1+26+10 = 184
# neuro: 3 patients. due 4+4+6 = 14; given 3+3+5 = 11; near 11: 100 %; late: 1;
#   not given 2; days at risk 4+4 = 8
# cyanocobalamin: 2 patients. due 2+1 = 3; given 2; near 1: 50 %; late 1, 21: median 11;
#   not given 1; days at risk 22+32 = 54
# all: 20 patients. due 24+14+3 = 41; given 20+11+2 = 33; near 17+11+1 = 29;
#   29/33 = 87.878... %; late 6+1+2 = 9: 1, 1, 1, 2, 3, 7, 10, 12, 21: median 3;
#   not given 4+2+1 = 7; days at risk 184+8+54 = 246
BY_HAND: dict[str, dict[str, object]] = {
    "all": {
        "patients": 20,
        "due": 41,
        "given": 33,
        "late": 9,
        "not_given": 7,
        "within_7_days_percent": 87.9,
        "median_days_late": 3,
        "most_days_late": 21,
        "days_at_risk": 246,
    },
    "regimens": {
        "cyanocobalamin": {
            "patients": 2,
            "due": 3,
            "given": 2,
            "late": 2,
            "not_given": 1,
            "within_7_days_percent": 50,
            "median_days_late": 11,
            "most_days_late": 21,
            "days_at_risk": 54,
        },
        "neuro": {
            "patients": 3,
            "due": 14,
            "given": 11,
            "late": 1,
            "not_given": 2,
            "within_7_days_percent": 100,
            "median_days_late": 1,
            "most_days_late": 1,
            "days_at_risk": 8,
        },
        "standard": {
            "patients": 15,
            "due": 24,
            "given": 20,
            "late": 6,
            "not_given": 4,
            "within_7_days_percent": 85,
            "median_days_late": 5,
            "most_days_late": 12,
            "days_at_risk": 184,
        },
    },
}


def measured(
    *rows: Fields, as_of: str | None = "2026 Jul 1", clinic: Fields | None = None
) -> Summary:
    """The measures of a cohort."""
    return summary(good(results(*rows, as_of=as_of, clinic=clinic)))


def test_the_measures_of_twenty_patients_are_those_computed_by_hand() -> None:
    """In all and by regimen; a comment has the arithmetic of each patient."""
    found = json.loads(summary_json(measured(*TWENTY)))
    assert found == BY_HAND
    assert list(found["regimens"]) == ["cyanocobalamin", "neuro", "standard"]
    assert list(found["all"]) == list(BY_HAND["all"])


@table(
    "given, late, at_risk",
    ("on the clinic's day before", "2026-03-06", 0, 0),
    ("on the rule's own date", "2026-03-08", 0, 0),
    ("on the day after it", "2026-03-09", 1, 1),
)
def test_a_dose_is_late_after_its_due_date_and_the_clinic_s_day(
    given: str, late: int, at_risk: int
) -> None:
    """Due on Sunday 8 March 2026, on weekdays done on Friday the 6th."""
    row = last("A", "2026-01-08", given)
    whole, _ = measured(row, as_of="2026 Mar 31", clinic=WEEKDAYS)
    assert (whole.late, whole.days_at_risk) == (late, at_risk)


def test_a_dose_that_waited_for_the_clinic_is_at_risk_and_not_late() -> None:
    """Dose 2 is due on Saturday 10 January 2026; the clinic opens on Monday."""
    row = {"start": "2026-01-08", "neuro": "yes", "given": "2026-01-08;2026-01-12"}
    whole, _ = measured(row, as_of="2026 Jan 12", clinic=WEEKDAYS)
    assert (whole.due, whole.given, whole.late, whole.days_at_risk) == (2, 2, 0, 2)


def test_a_dose_without_a_clinic_day_is_judged_by_its_due_date() -> None:
    """Closed from a week before to sixty days after."""
    shut = {"closed": every_day("2026 Mar 1", "2026 May 7")}
    whole, _ = measured(last("A", "2026-01-08", "2026-03-09"), clinic=shut)
    assert whole.late == 1


def test_without_an_as_of_only_given_doses_count() -> None:
    """Nobody said by when the others should have been given."""
    whole, _ = measured(
        last("A", "2026-01-08", "2026-03-11"), last("B", "2026-01-08"), as_of=None
    )
    assert (whole.patients, whole.due, whole.given, whole.not_given) == (2, 1, 1, 0)


def test_measures_that_there_are_not_are_null() -> None:
    """No dose given, none late; a cohort without a row has no regimen."""
    assert json.loads(summary_json((Measures(), {}))) == {
        "all": {
            "patients": 0,
            "due": 0,
            "given": 0,
            "late": 0,
            "not_given": 0,
            "within_7_days_percent": None,
            "median_days_late": None,
            "most_days_late": None,
            "days_at_risk": 0,
        },
        "regimens": {},
    }


def test_the_median_of_an_even_number_is_between_the_two_in_the_middle() -> None:
    """3 and 12 days late: 7.5."""
    rows = last("A", "2026-01-08", "2026-03-11"), last("B", "2026-01-08", "2026-03-20")
    whole, _ = measured(*rows)
    assert whole.median_days_late == 7.5
    assert json.loads(summary_json((whole, {})))["all"]["median_days_late"] == 7.5


def test_the_csv_has_a_row_for_all_and_one_for_each_regimen() -> None:
    """The first has no regimen; no local protocol can be taken for it."""
    text = summary_csv(measured(*TWENTY)).decode()
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["regimen"] for row in rows] == [
        "",
        "cyanocobalamin",
        "neuro",
        "standard",
    ]
    assert list(rows[0]) == ["regimen", *BY_HAND["all"]]
    assert rows[0]["within_7_days_percent"] == "87.9"
    assert [row["days_at_risk"] for row in rows] == ["246", "54", "8", "184"]
    assert summary_csv((Measures(), {})).decode().splitlines()[1] == ",0,0,0,0,0,,,,0"


@pytest.mark.parametrize("width", [40, 80, 120])
def test_the_screen_has_a_block_for_all_and_for_each_regimen(width: int) -> None:
    """A line for each measure; what there is not is a dash."""
    found = measured(*TWENTY)

    missing = " 1 row of the cohort failed and is not in it."
    lines = screen(partial(summary_lines, found, missing=missing), width)
    fits(lines, width)
    at = lines.index("All patients")
    assert lines[0] == "Audit of given doses: measures"
    assert " ".join(" ".join(lines[1:at]).split()) == (
        "1 row of the cohort failed and is not in it."
    )
    assert lines[at : at + 10] == [
        "All patients",
        "  Patients                     20",
        "  Doses due                    41",
        "  Doses given                  33",
        "    given late                  9",
        "    overdue, not given          7",
        "    within 7 days of due, %  87.9",
        "    median days late            3",
        "    most days late             21",
        "  Days at risk                246",
    ]
    assert [line for line in lines if line and line[0] != " "][-3:] == [
        *("cyanocobalamin", "neuro", "standard"),
    ]

    nothing = partial(summary_lines, (Measures(), {}))
    assert "    median days late         -" in screen(nothing, width)


def test_the_markdown_is_one_table() -> None:
    """What is missing stands above it."""
    text = summary_markdown(measured(*TWENTY), " 1 row failed.").decode()
    assert text.startswith("# Audit of given doses: measures\n\n1 row failed.\n\n|")
    assert "| neuro | 3 | 14 | 11 | 1 | 2 | 100 | 1 | 1 | 8 |\n" in text
    assert summary_markdown((Measures(), {})).decode().count("\n") == 5


def test_the_command_writes_the_measures_in_every_format(tmp_path: Path) -> None:
    """Instead of the list; to standard output and to files."""
    path = cohort_file(tmp_path, *(known(row) for row in TWENTY))
    asked = ("audit", str(path), "--summary", "--as-of", "2026-07-01")
    done = here(*asked, "--format", "json")
    assert json.loads(done.out) == BY_HAND
    names = [tmp_path / f"m.{form}" for form in ("json", "csv", "md")]
    done = here(*asked, *(part for name in names for part in ("-o", str(name))))
    assert done.code == 0, done.err
    assert "All patients" in done.out
    assert json.loads(names[0].read_text("utf-8")) == BY_HAND
    assert names[1].read_text("utf-8").startswith("regimen,patients,due,given,late,")
    assert "| All patients | 20 | 41 |" in names[2].read_text("utf-8")


def known(row: Fields) -> Fields:
    """A row with the facts that every patient needs."""
    return {"neuro": "no", "renal": "normal"} | row


def test_a_tolerance_is_for_the_list(tmp_path: Path) -> None:
    """The measures count every dose."""
    path = cohort_file(tmp_path, known(TWENTY[0]))
    done = here("audit", str(path), "--summary", "--tolerance", "3")
    is_error(done, 2, "--tolerance", "--summary")
