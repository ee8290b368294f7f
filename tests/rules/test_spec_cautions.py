"""Cautions: what the reader of a plan must know, by drug, kidneys, interval, dates."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable
from itertools import groupby

import pytest
from cases import CASES, plan_of_case
from read_cautions import texts
from spec import Row, cautions_of, codes, every_day, plan_of, row_of, table

from b12sched import Plan, plan_row
from b12sched.plan.cautions import CAUTIONS, cautions
from b12sched.plan.occasions import (
    assumed_plateau,
    doses_close,
    first_dose_late,
    holidays_by_part,
    interrupted,
    label_differs,
    late_closure,
    monthly,
    other_interval,
    overdue,
    plain_anaemia,
    plain_dose,
    plain_renal,
    regimen_source,
    renal,
    step_up_early,
)

ALWAYS = {
    "cobalamin-allergy": "warning",
    "lifelong": "warning",
    "folate-alone": "warning",
    "regimen": "info",
    "serum-b12-on-treatment": "info",
    "not-asked": "info",
}
JAN_6_TO_20 = every_day("2026 Jan 6", "2026 Jan 20")
NEURO = {"neuro": "yes"}
LAST = {"last_dose": "2026-01-05"}
CYANO = {"drug": "cyanocobalamin"}


def severities(code: str, row: Row) -> set[str]:
    """The severity of the caution of that code in the plan."""
    cautions = cautions_of(**row)
    return {str(caution.severity) for caution in cautions if caution.code == code}


def text(code: str, row: Row) -> str:
    """The text of the caution of that code in the plan."""
    cautions = cautions_of(**row)
    return "\n".join(caution.text for caution in cautions if caution.code == code)


@table(
    "row",
    ("a standard course", {}),
    ("neurology", NEURO),
    ("neurology, plateau recorded", NEURO | {"plateau": "2026-01-12"}),
    ("methylcobalamin", {"drug": "methylcobalamin"}),
    ("cyanocobalamin", CYANO),
    ("a last dose", LAST),
    ("dialysis", {"renal": "dialysis"}),
)
def test_six_cautions_stand_in_every_plan(row: Row) -> None:
    """Allergy, for life, folic acid, the regimen, serum B12, what is not asked."""
    found = {str(caution.code): str(caution.severity) for caution in cautions_of(**row)}
    assert found.items() >= ALWAYS.items()


@table(
    "row",
    ("a standard course", {}),
    ("neurology, weekends closed", NEURO | {"open": "mon-fri"}),
    ("cyanocobalamin and neurology", NEURO | CYANO),
    ("a missed dose", LAST | {"as_of": "2026-04-10"}),
)
def test_every_caution_has_a_text_a_source_and_a_severity(row: Row) -> None:
    """Each caution carries code, severity, text and source."""
    for caution in cautions_of(**row):
        assert caution.code
        assert caution.text
        assert caution.source
        assert caution.severity in ("info", "warning")


@table(
    "code, weight, row",
    ("neurology: seek advice now", "urgent-neuro", "warning", NEURO),
    ("neurology with a last dose: new signs", "new-signs", "info", NEURO | LAST),
    ("severe anaemia", "potassium", "warning", {}),
    (
        "an assumed plateau is not a recorded one",
        "plateau-not-recorded",
        "warning",
        NEURO,
    ),
    ("movements may appear", "paradoxical-movements", "info", NEURO),
    ("what recovery to expect", "recovery", "info", NEURO),
    ("cyanocobalamin in neurology", "cyano-neuro", "warning", NEURO | CYANO),
    ("cyanocobalamin and the optic nerve", "cyano-leber", "warning", CYANO),
    (
        "methylcobalamin on a borrowed schedule",
        "methylcobalamin",
        "warning",
        {"drug": "methylcobalamin"},
    ),
    (
        "two loading doses a day apart",
        "doses-close",
        "warning",
        {"given": "2026-01-05;2026-01-06"},
    ),
    (
        "two doses of an open part a day apart",
        "doses-close",
        "warning",
        NEURO | {"given": "2026-01-05;2026-01-07;2026-01-08"},
    ),
    (
        "a weekly dose of an open part six days after the fixed part",
        "doses-close",
        "warning",
        {"regimen": "uk-label"}
        | {"given": ";".join(f"2026-01-{d:02}" for d in (5, 7, 9, 11, 13, 15, 17, 23))},
    ),
    (
        "two maintenance doses thirty days apart, two months being sixty",
        "doses-close",
        "warning",
        LAST | {"given": "2026-03-05;2026-04-04"},
    ),
    (
        "a dose at just half of four weeks",
        "doses-close",
        "warning",
        LAST | {"interval": "4w", "given": "2026-01-19"},
    ),
    (
        "the first maintenance dose fifteen days after the last dose",
        "doses-close",
        "warning",
        LAST | {"given": "2026-01-20"},
    ),
    (
        "two monthly doses fifteen days apart after a step-up",
        "doses-close",
        "warning",
        LAST | {"monthly_from": "2026-03-05", "given": "2026-03-05;2026-03-20"},
    ),
    ("kidneys impaired", "renal", "warning", {"renal": "impaired"}),
    ("kidneys on dialysis", "renal", "warning", {"renal": "dialysis"}),
    ("kidneys unknown", "renal", "warning", {"renal": "unknown"}),
    ("an eGFR below 60", "renal", "warning", {"egfr": "59.9"}),
    ("hydroxocobalamin monthly", "monthly", "info", {"interval": "1m"}),
    (
        "methylcobalamin monthly",
        "monthly",
        "info",
        {"interval": "1m", "drug": "methylcobalamin"},
    ),
    (
        "weekends closed in alternate days",
        "gap",
        "warning",
        NEURO | {"open": "mon-fri"},
    ),
    (
        "one closed day among alternate days",
        "gap",
        "warning",
        NEURO | {"closed": "2026-01-09"},
    ),
    (
        "weekends closed in a standard course from a Thursday",
        "gap",
        "warning",
        {"start": "2026-01-08", "open": "mon-fri"},
    ),
    ("weekends closed in daily doses", "gap", "warning", CYANO | {"open": "mon-fri"}),
    (
        "closed for the last four weeks before the assumed plateau",
        "gap",
        "warning",
        NEURO | {"closed": every_day("2026 Mar 2", "2026 Apr 6")},
    ),
    (
        "eight days between two loading doses",
        "loading-interrupted",
        "warning",
        NEURO | {"given": "2026-01-05;2026-01-13"},
    ),
    (
        "nine days between two doses of a standard course",
        "loading-interrupted",
        "warning",
        {"given": "2026-01-05;2026-01-14"},
    ),
    (
        "loading stopped by as-of",
        "loading-interrupted",
        "warning",
        NEURO | {"given": "2026-01-05", "as_of": "2026-01-20"},
    ),
    (
        "loading stopped by a closure",
        "loading-interrupted",
        "warning",
        NEURO | {"closed": JAN_6_TO_20},
    ),
    (
        "eight days between the last loading dose and the recorded plateau",
        "loading-interrupted",
        "warning",
        NEURO
        | {"given": "2026-01-05;2026-01-07", "plateau": "2026-01-15"}
        | {"as_of": "2026-01-16"},
    ),
    (
        "a step-up before loading ends",
        "step-up-early",
        "info",
        NEURO | {"monthly_from": "2026-02-01"},
    ),
    (
        "a step-up on the last loading dose",
        "step-up-early",
        "info",
        {"monthly_from": "2026-01-16"},
    ),
    (
        "a closure makes maintenance late",
        "late-closure",
        "warning",
        LAST | {"closed": every_day("2026 Feb 26", "2026 Mar 5")},
    ),
    ("a country with parts", "holidays-by-part", "warning", {"holidays": "GB"}),
    (
        "a missed maintenance dose",
        "overdue",
        "warning",
        LAST | {"as_of": "2026-04-10"},
    ),
    (
        "a maintenance dose missed by a day",
        "overdue",
        "warning",
        LAST | {"as_of": "2026-03-06"},
    ),
    (
        "a missed loading dose",
        "overdue",
        "warning",
        {"given": "2026-01-05", "as_of": "2026-01-20"},
    ),
    (
        "the day after the one on which a closed clinic would have given it",
        "overdue",
        "warning",
        LAST
        | {
            "closed": every_day("2026 Feb 26", "2026 Mar 5"),
            "as_of": "2026-03-07",
        },
    ),
    (
        "a late dose beyond the horizon that is next",
        "late-closure",
        "warning",
        LAST
        | {"closed": every_day("2026 Feb 26", "2026 Mar 5"), "until": "2026-03-04"},
    ),
    (
        "a plateau without a dose",
        "nothing-recorded",
        "warning",
        {"neuro": "yes", "plateau": "2026-02-02"},
    ),
    (
        "a first dose eight days after the start",
        "first-dose-late",
        "warning",
        {"given": "2026-01-13"},
    ),
    (
        "given through eight days that began closed",
        "first-dose-late",
        "warning",
        {
            "given_through": "2026-01-13",
            "closed": every_day("2026 Jan 5", "2026 Jan 12"),
        },
    ),
    (
        "as-of after the start and no dose recorded",
        "nothing-recorded",
        "warning",
        {"as_of": "2026-01-06"},
    ),
    (
        "given-through stated, but before the first open day",
        "nothing-recorded",
        "warning",
        {"given_through": "2026-01-05", "as_of": "2026-01-20", "closed": "2026-01-05"},
    ),
)
def test_a_caution_stands_where_it_belongs(code: str, weight: str, row: Row) -> None:
    """Each caution in the situation that calls for it, with its severity."""
    assert severities(code, row) == {weight}


@table(
    "code, row",
    ("no neurology", "urgent-neuro", {}),
    ("no neurology: movements", "paradoxical-movements", {}),
    ("no neurology: recovery", "recovery", {}),
    ("a last dose: urgent", "urgent-neuro", NEURO | LAST),
    ("a last dose: movements", "paradoxical-movements", NEURO | LAST),
    ("a last dose: recovery", "recovery", NEURO | LAST),
    ("a last dose: potassium", "potassium", LAST),
    ("a last dose without neurology", "new-signs", LAST),
    ("neurology from the start", "new-signs", NEURO),
    (
        "methylcobalamin on its own label",
        "methylcobalamin",
        {"regimen": "jp-mecobalamin"},
    ),
    ("doses on their days", "doses-close", {"given": "2026-01-05;2026-01-07"}),
    ("planned doses", "doses-close", {}),
    (
        "daily doses of a daily course",
        "doses-close",
        CYANO | {"given": "2026-01-05;2026-01-06"},
    ),
    (
        "a dose a day after half of four weeks",
        "doses-close",
        LAST | {"interval": "4w", "given": "2026-01-20"},
    ),
    (
        "two maintenance doses thirty-one days apart",
        "doses-close",
        LAST | {"given": "2026-03-05;2026-04-05"},
    ),
    (
        "monthly from a date: the dose of that day",
        "doses-close",
        LAST | {"monthly_from": "2026-01-20", "given": "2026-01-20"},
    ),
    (
        "two monthly doses sixteen days apart after a step-up",
        "doses-close",
        LAST | {"monthly_from": "2026-03-05", "given": "2026-03-05;2026-03-21"},
    ),
    (
        "a maintenance dose soon after the last of loading",
        "doses-close",
        {"given": ";".join(f"2026-01-{d:02}" for d in (5, 7, 9, 12, 14, 16, 20))},
    ),
    ("one patient, not a cohort", "given-through", {"given_through": "2026-01-10"}),
    ("no neurology: no plateau", "plateau-not-recorded", {}),
    ("a recorded plateau", "plateau-not-recorded", NEURO | {"plateau": "2026-01-12"}),
    ("no plateau with cyanocobalamin", "plateau-not-recorded", NEURO | CYANO),
    ("no plateau with a last dose", "plateau-not-recorded", NEURO | LAST),
    ("hydroxocobalamin in neurology", "cyano-neuro", NEURO),
    ("cyanocobalamin without neurology", "cyano-neuro", CYANO),
    ("hydroxocobalamin and the optic nerve", "cyano-leber", {}),
    ("hydroxocobalamin is licensed", "methylcobalamin", {}),
    ("kidneys normal", "renal", {}),
    ("an eGFR of 60", "renal", {"egfr": "60"}),
    ("every two months", "monthly", {}),
    ("every eight weeks", "monthly", {"interval": "8w"}),
    ("cyanocobalamin monthly is its label", "monthly", CYANO),
    ("open every day", "gap", NEURO),
    ("weekends closed in a standard course from a Monday", "gap", {"open": "mon-fri"}),
    ("a closed day between two doses", "gap", NEURO | {"closed": "2026-01-06"}),
    ("cyanocobalamin, open every day", "gap", CYANO),
    (
        "a gap that no closed day made",
        "gap",
        NEURO | {"given": "2026-01-05;2026-01-10"},
    ),
    ("no loading", "gap", NEURO | LAST | {"open": "mon"}),
    ("closed on the assumed plateau", "gap", NEURO | {"closed": "2026-03-30"}),
    (
        "seven days between two loading doses",
        "loading-interrupted",
        NEURO | {"given": "2026-01-05;2026-01-12"},
    ),
    ("a clinic of one day a week", "loading-interrupted", NEURO | {"open": "mon"}),
    (
        "seven days between the last loading dose and the recorded plateau",
        "loading-interrupted",
        NEURO
        | {"given": "2026-01-05;2026-01-07", "plateau": "2026-01-14"}
        | {"as_of": "2026-01-15"},
    ),
    (
        "months between maintenance doses",
        "loading-interrupted",
        LAST | {"given": "2026-03-20"},
    ),
    ("no step-up", "step-up-early", {}),
    ("a step-up long after loading", "step-up-early", {"monthly_from": "2026-06-01"}),
    ("a part is stated", "holidays-by-part", {"holidays": "GB-ENG"}),
    ("an early dose is not late", "late-closure", LAST | {"open": "mon-fri"}),
    (
        "a closure that leaves a day in the week before",
        "late-closure",
        LAST | {"closed": every_day("2026 Feb 27", "2026 Mar 5")},
    ),
    ("late because it was missed", "late-closure", LAST | {"as_of": "2026-04-10"}),
    (
        "a late dose beyond the horizon",
        "late-closure",
        LAST
        | {"closed": every_day("2026 Apr 28", "2026 May 5"), "until": "2026-05-04"},
    ),
    ("as-of on the due day", "overdue", LAST | {"as_of": "2026-03-05"}),
    ("as-of before the due day", "overdue", LAST | {"as_of": "2026-02-20"}),
    (
        "a loading dose on its due day",
        "overdue",
        {"given": "2026-01-05", "as_of": "2026-01-07"},
    ),
    (
        "late by a closure as of the day on which it is to come",
        "overdue",
        LAST
        | {
            "closed": every_day("2026 Feb 26", "2026 Mar 5"),
            "as_of": "2026-03-06",
        },
    ),
    (
        "late by a closure is not overdue",
        "overdue",
        LAST | {"closed": every_day("2026 Feb 26", "2026 Mar 5")},
    ),
    ("a first dose seven days after", "first-dose-late", {"given": "2026-01-12"}),
    ("no dose given", "first-dose-late", {}),
    (
        "no dose given, closed for eight days from the start",
        "first-dose-late",
        {"closed": every_day("2026 Jan 5", "2026 Jan 12")},
    ),
    ("a last dose, no loading", "first-dose-late", LAST | {"given": "2026-03-20"}),
    ("a late second dose", "first-dose-late", {"given": "2026-01-05;2026-02-05"}),
    ("as-of on the start", "nothing-recorded", {"as_of": "2026-01-05"}),
    ("no as-of", "nothing-recorded", {}),
    (
        "a dose recorded",
        "nothing-recorded",
        {"given": "2026-01-05", "as_of": "2026-01-20"},
    ),
    (
        "given-through stated",
        "nothing-recorded",
        {"given_through": "2026-01-10", "as_of": "2026-01-20"},
    ),
    (
        "given-through stated, the start alone",
        "nothing-recorded",
        {"given_through": "2026-01-05", "as_of": "2026-01-20"},
    ),
    ("a last dose", "nothing-recorded", LAST | {"as_of": "2026-04-10"}),
    (
        "a plateau and a dose",
        "nothing-recorded",
        {"neuro": "yes", "plateau": "2026-02-02", "given": "2026-01-05"},
    ),
    (
        "a plateau and given through",
        "nothing-recorded",
        {"neuro": "yes", "plateau": "2026-02-02", "given_through": "2026-01-05"},
    ),
)
def test_a_caution_does_not_stand_where_it_does_not_belong(code: str, row: Row) -> None:
    """No caution outside the situation that calls for it."""
    assert code not in codes(**row)


@table(
    "row, numbers",
    (
        "weekends closed: 37 doses instead of 43, three days at most",
        {"open": "mon-fri"},
        {6, 3},
    ),
    (
        "one day a week: 13 doses instead of 43, seven days at most",
        {"open": "mon"},
        {30, 7},
    ),
    (
        "three weeks closed: 32 doses instead of 43, from 31 January to 23 February",
        {"closed": every_day("2026 Feb 2", "2026 Feb 22")},
        {11, 23},
    ),
    (
        "the last four weeks closed: 28 doses instead of 43, none after 28 February",
        {"closed": every_day("2026 Mar 2", "2026 Apr 6")},
        {15, 30},
    ),
)
def test_the_gap_caution_counts_what_is_lost(row: Row, numbers: set[int]) -> None:
    """gap: how many doses fewer over the course, and the longest gap."""
    said = {int(number) for number in re.findall(r"\d+", text("gap", NEURO | row))}
    assert numbers <= said


@table(
    "days_open, another_site",
    ("two days a week", "mon,thu", True),
    ("one day a week", "wed", True),
    ("three days a week", "mon,wed,fri", False),
    ("five days a week", "mon-fri", False),
)
def test_fewer_than_three_a_week_needs_another_site(
    days_open: str, another_site: bool
) -> None:
    """gap: where fewer than three a week remain in LOAD-NEURO, arrange another site."""
    said = text("gap", NEURO | {"open": days_open})
    assert ("site" in said) is another_site


@table(
    "row, weeks",
    ("a week closed", {"closed": every_day("2026 Feb 2", "2026 Feb 8")}, "1 week"),
    ("three weeks", {"closed": every_day("2026 Feb 2", "2026 Feb 22")}, "3 weeks"),
    ("the last four", {"closed": every_day("2026 Mar 2", "2026 Apr 6")}, "4 weeks"),
    ("one day a week for twelve weeks", {"open": "mon"}, "12 weeks"),
    (
        "the last of three weeks cut short",
        {
            "start": "2024-02-28",
            "loading_weeks": "3",
            "open": "mon-fri",
            "closed": every_day("2024 Mar 16", "2024 Mar 28"),
        },
        "1 week",
    ),
)
def test_every_week_with_fewer_than_three_doses_is_counted(
    row: Row, weeks: str
) -> None:
    """gap: the weeks within a closure too, and those before an assumed plateau."""
    assert f"In {weeks} fewer than three" in text("gap", NEURO | row)


def test_the_overdue_caution_counts_the_days() -> None:
    """overdue: a dose due 5 March and moved to 10 April is 36 days over."""
    assert "36" in text("overdue", LAST | {"as_of": "2026-04-10"})


def test_the_overdue_caution_counts_up_to_as_of() -> None:
    """overdue: as of Saturday 7 March it is 2 days over, though it comes on Monday."""
    said = text("overdue", LAST | {"as_of": "2026-03-07", "open": "mon-fri"})
    assert "on Sat 2026-03-07 it is 2 days overdue" in said


def test_the_overdue_caution_names_a_loading_dose() -> None:
    """overdue: dose 2, due on 7 January, was not given by the 20th."""
    said = text("overdue", {"given": "2026-01-05", "as_of": "2026-01-20"})
    assert "The loading dose due Wed 2026-01-07 was not given" in said
    assert "13 days overdue" in said


def test_an_empty_record_is_told_how_to_be_filled() -> None:
    """nothing-recorded: use given or given-through."""
    assert "given" in text("nothing-recorded", {"as_of": "2026-01-20"}).lower()


@table(
    "said, row",
    (
        "two loading doses",
        "loading-2 on Tue 2026-01-06, 1 day after the one before",
        {"given": "2026-01-05;2026-01-06"},
    ),
    (
        "each of them",
        "1 day after the one before; loading-3 on Wed 2026-01-07, 1 day after the one "
        "before",
        {"given": "2026-01-05;2026-01-06;2026-01-07"},
    ),
    (
        "maintenance doses",
        "maintenance-2 on Sat 2026-04-04, 30 days after the one before",
        LAST | {"given": "2026-03-05;2026-04-04"},
    ),
)
def test_doses_that_are_close_are_named(said: str, row: Row) -> None:
    """doses-close: which."""
    assert said in text("doses-close", row)


REVIEW = "Clinical review; nothing is restarted by itself"
RECORD = ". If maintenance had begun, record the plateau"
BRITISH = (
    "United Kingdom (GB): England (GB-ENG), Northern Ireland (GB-NIR), Scotland "
    "(GB-SCT), Wales (GB-WLS) have holidays of their own"
)
STATE = "state the part that the clinic is in (for instance --holidays GB-ENG)"
SAXON = "Sachsen (DE-SN): mainly Catholic towns have holidays of their own"


@table(
    "condition, row, said",
    (
        "a break while the plateau is assumed",
        interrupted,
        NEURO | {"given": "2026-01-05;2026-01-13"},
        f"8 days between 2026-01-05 and 2026-01-13. {REVIEW}{RECORD}",
    ),
    (
        "two breaks of a fixed course",
        interrupted,
        {"given": "2026-01-05;2026-01-14;2026-01-23"},
        "9 days between 2026-01-05 and 2026-01-14; 9 days between 2026-01-14 and "
        f"2026-01-23. {REVIEW}",
    ),
    (
        "a break before the last dose of a fixed part",
        interrupted,
        {"regimen": "uk-label"}
        | {"given": ";".join(f"2026-01-{d:02}" for d in (5, 7, 9, 11, 13, 15, 23))},
        f"8 days between 2026-01-15 and 2026-01-23. {REVIEW}{RECORD}",
    ),
    (
        "a break before the plateau",
        interrupted,
        NEURO
        | {"given": "2026-01-05;2026-01-07;2026-01-09", "plateau": "2026-01-17"}
        | {"as_of": "2026-01-18"},
        f"8 days from the last dose, 2026-01-09, to the plateau. {REVIEW}",
    ),
    (
        "doses of a fixed part before an open one, on their days",
        doses_close,
        {"regimen": "uk-label"}
        | {"given": ";".join(f"2026-01-{d:02}" for d in (5, 7, 9, 11, 13, 15, 17))},
        None,
    ),
    (
        "the first dose on alternate days, a day after the daily ones",
        doses_close,
        CYANO | {"given": ";".join(f"2026-01-{d:02}" for d in range(5, 13))},
        "loading-8 on Mon 2026-01-12, 1 day after the one before",
    ),
    (
        "maintenance after a loading",
        doses_close,
        {
            "given": "2026-01-05,2026-01-07,2026-01-09,2026-01-12,2026-01-14,"
            "2026-01-16,2026-03-16,2026-04-01"
        },
        "maintenance-2 on Wed 2026-04-01, 16 days after the one before",
    ),
    (
        "no dose before an assumed plateau",
        interrupted,
        NEURO | {"closed": "2026-03-02..2026-04-06"},
        None,
    ),
    (
        "a dose of maintenance a day late",
        overdue,
        LAST | {"as_of": "2026-03-06"},
        "The maintenance dose due Thu 2026-03-05 was not given: on Fri 2026-03-06 it "
        "is 1 day overdue",
    ),
    (
        "two doses after closures",
        late_closure,
        LAST | {"closed": "2026-02-26..2026-03-05,2026-04-29..2026-05-06"},
        "maintenance-1, due 2026-03-05, on 2026-03-06; maintenance-2, due 2026-05-06, "
        "on 2026-05-07",
    ),
    ("a late first dose", first_dose_late, {"given": "2026-01-13"}, "8 days"),
    (
        "parts of a country",
        holidays_by_part,
        {"holidays": "GB"},
        f"{BRITISH}. In this plan days such as Easter Monday, Mon 2026-04-06, are "
        f"open: {STATE}, or close such a day with --closed 2026-04-06",
    ),
    (
        "a day on which the plan begins and ends",
        holidays_by_part,
        {"holidays": "GB", "start": "2026-04-06", "until": "2026-04-06"},
        f"{BRITISH}. In this plan days such as Easter Monday, Mon 2026-04-06, are "
        f"open: {STATE}, or close such a day with --closed 2026-04-06",
    ),
    (
        "no such day in the plan",
        holidays_by_part,
        {"holidays": "GB", "until": "2026-01-31"},
        f"{BRITISH}: {STATE}",
    ),
    (
        "no such day on which the clinic is open",
        holidays_by_part,
        {"holidays": "GB", "open": "wed", "until": "2026-12-01"},
        f"{BRITISH}: {STATE}",
    ),
    (
        "towns that have no code",
        holidays_by_part,
        {"holidays": "DE-SN"},
        f"{SAXON}. In this plan days such as Corpus Christi, Thu 2026-06-04, are open: "
        "close such a day with --closed 2026-06-04",
    ),
    (
        "towns and no such day",
        holidays_by_part,
        {"holidays": "DE-SN", "open": "sat"},
        None,
    ),
    ("a part that is all alike", holidays_by_part, {"holidays": "GB-ENG"}, None),
    ("no holidays", holidays_by_part, {}, None),
    (
        "an assumed plateau",
        assumed_plateau,
        NEURO,
        "2026-03-30 is assumed and maintenance dates are provisional. Loading goes on "
        "until no further improvement",
    ),
    (
        "an interval",
        other_interval,
        {"interval": "10w"},
        "10w is not among those that the regimen's source supports (2m, 3m, 8w, 12w)",
    ),
    ("kidneys", renal, {"renal": "dialysis"}, "dialysis"),
    ("a month", monthly, {"interval": "1m"}, ""),
    ("a month like that of the US label", label_differs, {"interval": "1m"}, ""),
    ("the US label", label_differs, CYANO, ""),
    (
        "kidneys in plain words",
        plain_renal,
        {"renal": "unknown"},
        "It is not known how well your kidneys work.",
    ),
    (
        "what the prescriber decided on says the same",
        plain_renal,
        CYANO | {"renal": "unknown", "accept": "RENAL-CYANO"},
        None,
    ),
    ("anaemia not stated", plain_anaemia, {}, "If your anaemia is severe,"),
    (
        "severe anaemia",
        plain_anaemia,
        {"anaemia": "severe"},
        "As your anaemia is severe,",
    ),
    ("anaemia", plain_anaemia, {"anaemia": "yes"}, None),
    ("a dose", plain_dose, CYANO, "100 micrograms of cyanocobalamin"),
    (
        "the doses after another loading",
        plain_dose,
        {"regimen": "uk-label"},
        "1 mg of hydroxocobalamin",
    ),
    (
        "a step-up in loading",
        step_up_early,
        NEURO | {"monthly_from": "2026-02-01"},
        "2026-02-01",
    ),
    (
        "a step-up on the last dose",
        step_up_early,
        {"monthly_from": "2026-01-16"},
        "2026-01-16",
    ),
    ("one on the day after", step_up_early, {"monthly_from": "2026-01-17"}, None),
    (
        "one on a last dose",
        step_up_early,
        LAST | {"monthly_from": "2026-01-05"},
        "2026-01-05",
    ),
    ("one after it", step_up_early, LAST | {"monthly_from": "2026-01-06"}, None),
    (
        "a regimen of one source",
        regimen_source,
        {"regimen": "us-weekly"},
        "us-weekly (practice): Centers for Disease Control and Prevention (US): "
        "Managing patients with evidence of a vitamin B12 deficiency, as quoted by "
        "MDedge. Common practice: no product label gives this course.",
    ),
    (
        "maintenance of two sources, without a note",
        regimen_source,
        LAST,
        "standard (label; guideline): BMJ, Royal Pharmaceutical Society: British "
        "National Formulary, hydroxocobalamin, wording of September 2018, as quoted by "
        "the Pernicious Anaemia Society; Hydroxocobalamin 1 mg in 1 ml, summary of "
        "product characteristics (UK), emc 31182.",
    ),
)
def test_a_caution_says_what_it_is_about(
    condition: Callable[[Plan], str | None], row: Row, said: str | None
) -> None:
    """The days, doses, places and sources of this plan; None where it does not hold."""
    assert condition(plan_of(**row)) == said


@table(
    "parts, named",
    ("five", 5, "A, B, C, D, E have"),
    ("six", 6, "A, B, C, D, E and 1 more have"),
    ("eight", 8, "A, B, C, D, E and 3 more have"),
)
def test_five_parts_of_a_country_are_named(
    parts: int, named: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """holidays-by-part: the others are counted."""
    found = dict.fromkeys("ABCDEFGH"[:parts], "GB-ENG")
    monkeypatch.setattr("b12sched.plan.occasions.differences", lambda *_: (found, {}))
    assert holidays_by_part(plan_of(holidays="GB")) == (
        f"United Kingdom (GB): {named} holidays of their own: {STATE}"
    )


@table(
    "given, through, said",
    ("none recorded", "", "2026-01-10", "The doses up to Sat 2026-01-10"),
    (
        "some recorded",
        "2026-01-05",
        "2026-01-10",
        "The doses after Mon 2026-01-05 up to Sat 2026-01-10",
    ),
    ("all of them recorded", "2026-01-05", "2026-01-06", None),
    ("none stated", "2026-01-05", "", None),
)
def test_a_row_says_which_doses_are_worked_out(
    given: str, through: str, said: str | None
) -> None:
    """given-through, in a cohort: another clinic works them out anew."""
    plan = plan_row(row_of(given=given, given_through=through))
    assert isinstance(plan, Plan)
    texts = [each.text for each in cautions(plan) if each.code == "given-through"]
    assert [each.partition(" are ")[0] for each in texts] == ([said] if said else [])


# --- every caution, in every plan ---------------------------------------------------

GENERAL = {
    *("cobalamin-allergy", "lifelong", "folate-alone", "potassium"),
    *("serum-b12-on-treatment", "not-asked"),
}
"""What is said to all, whoever the patient is."""


def test_warnings_come_first_and_those_about_this_patient_before_the_others() -> None:
    """The order of the records is that of seriousness."""
    kinds = [(str(c.severity), code in GENERAL) for code, c in CAUTIONS.items()]
    assert [kind for kind, _ in groupby(kinds)] == [
        *(("warning", False), ("warning", True), ("info", False), ("info", True)),
    ]


@pytest.mark.unmeasured
def test_every_caution_is_said_once_in_the_order_of_its_record() -> None:
    """Of all published plans, with texts that are whole."""
    order = list(CAUTIONS)
    for row in CASES:
        if "exit" in row["expect"]:
            continue
        found = cautions(plan_of_case(row))
        places = [order.index(each.code) for each in found]
        assert places == sorted(set(places))
        for each in found:
            assert each.text
            assert each.short
            # Not every caution has something to tell the patient.
            for said in (each.text, each.short, each.plain):
                assert said[-1:] in (".", "?", "")
                assert not {"{", "}"} & set(said)


@pytest.mark.unmeasured
def test_a_short_text_fills_at_most_two_lines() -> None:
    """76 characters each, whatever the plan; and it is no longer than the text."""
    for row in CASES:
        if "exit" not in row["expect"]:
            for each in cautions(plan_of_case(row)):
                assert len(textwrap.wrap(each.short, 76)) <= 2, each.short


def test_the_short_texts_of_plans_say_what_matters_of_them() -> None:
    """Typed from the plans: days, dates, how many others there are."""
    closed = {"closed": every_day("2026 Feb 26", "2026 Mar 5")}
    for code, row, said in (
        ("overdue", LAST | {"as_of": "2026-04-10"}, OVERDUE),
        ("gap", NEURO | {"open": "mon"}, GAP),
        ("loading-interrupted", {"given": "2026-01-05;2026-01-20"}, BREAK),
        ("late-closure", LAST | closed, LATE),
        ("doses-close", {"given": "2026-01-05;2026-01-06;2026-01-07"}, CLOSE),
        ("renal", {"renal": "dialysis"}, RENAL),
    ):
        (short,) = (c.short for c in cautions_of(**row) if c.code == code)
        assert short == said


OVERDUE = (
    "The maintenance dose due Thu 2026-03-05 was not given: on Fri 2026-04-10 it is 36 "
    "days overdue. Ask about symptoms."
)
GAP = "Closed days: 30 doses fewer than if given on alternate days."
BREAK = (
    "Loading was interrupted: 15 days between 2026-01-05 and 2026-01-20. Clinical "
    "review."
)
LATE = "Late because the clinic is closed: maintenance-1."
CLOSE = (
    "Doses are recorded close together: loading-2 on Tue 2026-01-06, 1 day after the "
    "one before and 1 more."
)
RENAL = "Renal status dialysis: no cyanocobalamin, and no homocysteine target."


@pytest.mark.unmeasured
def test_every_caution_is_printed_for_a_person_to_read() -> None:
    """`python tests/read_cautions.py` reaches each of them, beside its regimens."""
    found = {each.code: names for each, names in texts().items()}
    assert set(found) == set(CAUTIONS)
    assert len(found["not-asked"]) == 15


def test_no_caution_claims_more_for_one_regimen_than_it_can() -> None:
    """What is only true of some: beside the others it is not said."""
    diet = {c.code: c.text for c in cautions(plan_of(regimen="uk-diet"))}
    assert "for life if the cause is irreversible or unknown" in diet["lifelong"]
    japan = {c.code for c in cautions(plan_of(regimen="jp-mecobalamin"))}
    assert "methylcobalamin" not in japan
    for name in ("fr-cyanocobalamin", "us-weekly"):
        found = {c.code: c.text for c in cautions(plan_of(regimen=name, neuro="yes"))}
        assert found["cyano-neuro"].startswith("The US label of cyanocobalamin has no")
