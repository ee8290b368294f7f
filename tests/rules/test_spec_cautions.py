"""Cautions: what the reader of a plan must know, by drug, kidneys, interval, dates."""

from __future__ import annotations

import re

from spec import Row, cautions_of, codes, every_day, table

ALWAYS = {
    "folate-alone": "warning",
    "lifelong": "warning",
    "serum-b12-on-treatment": "info",
    "potassium": "warning",
    "cobalt": "info",
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
def test_five_cautions_stand_in_every_plan(row: Row) -> None:
    """Always: folate-alone, lifelong, serum-b12-on-treatment, potassium, cobalt."""
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
    (
        "neurology with a last dose: seek advice now",
        "urgent-neuro",
        "warning",
        NEURO | LAST,
    ),
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
        "methylcobalamin has no licence",
        "methylcobalamin-unlicensed",
        "warning",
        {"drug": "methylcobalamin"},
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
    ("no neurology: no plateau", "plateau-not-recorded", {}),
    ("a recorded plateau", "plateau-not-recorded", NEURO | {"plateau": "2026-01-12"}),
    ("no plateau with cyanocobalamin", "plateau-not-recorded", NEURO | CYANO),
    ("no plateau with a last dose", "plateau-not-recorded", NEURO | LAST),
    ("hydroxocobalamin in neurology", "cyano-neuro", NEURO),
    ("cyanocobalamin without neurology", "cyano-neuro", CYANO),
    ("hydroxocobalamin and the optic nerve", "cyano-leber", {}),
    ("hydroxocobalamin is licensed", "methylcobalamin-unlicensed", {}),
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
