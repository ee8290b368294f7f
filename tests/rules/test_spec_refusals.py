"""Refusals: what is never planned, on clinical grounds, and what is checked first."""

from __future__ import annotations

import pytest
from spec import Row, plan_of, refusal, row_of, table

from b12sched import Case
from b12sched.errors import InputError, RefusedError
from b12sched.plan.refusals import refusals
from b12sched.regimen import Drug, Interval, Renal
from b12sched.regimen_file import shipped

CYANO = {"drug": "cyanocobalamin"}
LONG = (
    "more than 2 months between your long-term injections, although your nerves are "
    "affected"
)
NOT_THE_LABEL = (
    "a time between your long-term injections that is not the month on the label"
)
MONTHLY = "use 1m or 4w, or hydroxocobalamin for longer intervals"


@table(
    "row, value",
    ("impaired", {"renal": "impaired"}, "impaired"),
    ("dialysis", {"renal": "dialysis"}, "dialysis"),
    ("unknown", {"renal": "unknown"}, "unknown"),
    ("an eGFR below 60", {"egfr": "59"}, ""),
    ("an eGFR just below 60", {"egfr": "59.9"}, ""),
    ("impaired, with neurology", {"renal": "impaired", "neuro": "yes"}, "impaired"),
    (
        "impaired, already on maintenance",
        {"renal": "impaired", "last_dose": "2026-01-05"},
        "impaired",
    ),
)
def test_cyanocobalamin_is_refused_unless_the_kidneys_are_known_to_be_normal(
    row: Row, value: str
) -> None:
    """RENAL-CYANO: use hydroxocobalamin or methylcobalamin."""
    error = refusal(RefusedError, **(CYANO | row))
    assert error.exit_code == 3
    said = f"{error} {error.hint}"
    assert "RENAL-CYANO" in said
    assert value in said
    assert "hydroxocobalamin" in said
    assert "methylcobalamin" in said
    assert error.hint


@table(
    "row",
    ("renal status normal", CYANO | {"renal": "normal"}),
    ("an eGFR of 60", CYANO | {"egfr": "60"}),
    ("hydroxocobalamin on dialysis", {"renal": "dialysis"}),
    ("methylcobalamin, unknown", {"drug": "methylcobalamin", "renal": "unknown"}),
)
def test_the_other_forms_of_b12_are_for_any_kidneys(row: Row) -> None:
    """RENAL-CYANO bears on cyanocobalamin with impaired or unknown function alone."""
    assert plan_of(**row).ampoules > 0


@table(
    "row, interval",
    ("3m", {}, "3m"),
    ("12w", {}, "12w"),
    ("3m, methylcobalamin", {"drug": "methylcobalamin"}, "3m"),
    ("12w, already on maintenance", {"last_dose": "2026-01-05"}, "12w"),
    ("3m, plateau recorded", {"plateau": "2026-02-02"}, "3m"),
)
def test_long_intervals_are_refused_with_neurology(row: Row, interval: str) -> None:
    """NEURO-INTERVAL: at most every 2 months."""
    error = refusal(RefusedError, neuro="yes", interval=interval, **row)
    assert error.exit_code == 3
    said = f"{error} {error.hint}"
    assert "NEURO-INTERVAL" in said
    assert interval in said
    assert error.hint


@table(
    "row",
    ("2m with neurology", {"neuro": "yes", "interval": "2m"}),
    ("8w with neurology", {"neuro": "yes", "interval": "8w"}),
    ("1m with neurology", {"neuro": "yes", "interval": "1m"}),
    ("4w with neurology", {"neuro": "yes", "interval": "4w"}),
    ("3m without neurology", {"interval": "3m"}),
    ("12w without neurology", {"interval": "12w"}),
)
def test_other_intervals_are_planned(row: Row) -> None:
    """NEURO-INTERVAL bears on 3m and 12w with neurology alone."""
    assert str(plan_of(**row).maintenance.interval) == row["interval"]


@table(
    "interval",
    ("2m", "2m"),
    ("3m", "3m"),
    ("8w", "8w"),
    ("12w", "12w"),
)
def test_cyanocobalamin_is_monthly(interval: str) -> None:
    """CYANO-INTERVAL: cyanocobalamin with any interval but 1m or 4w is refused."""
    error = refusal(RefusedError, interval=interval, **CYANO)
    assert error.exit_code == 3
    said = f"{error} {error.hint}"
    assert "CYANO-INTERVAL" in said
    assert interval in said
    assert error.hint


@table("interval", ("3m", "3m"), ("12w", "12w"))
def test_the_cure_for_cyanocobalamin_with_neurology_is_no_other_refusal(
    interval: str,
) -> None:
    """NEURO-INTERVAL comes first, but 2m and 8w would be refused by CYANO-INTERVAL."""
    error = refusal(RefusedError, interval=interval, **(CYANO | {"neuro": "yes"}))
    assert error.field == "NEURO-INTERVAL"
    assert "1m or 4w" in error.hint
    assert "2m" not in error.hint


@table("interval", ("1m", "1m"), ("4w", "4w"), ("not stated", ""))
def test_cyanocobalamin_monthly_is_planned(interval: str) -> None:
    """CYANO-INTERVAL: 1m, the default, and 4w are planned."""
    assert plan_of(interval=interval, **CYANO).ampoules > 0


@table(
    "row",
    ("a bad date", {"given": "2026-02-30"}),
    ("a plateau, which this drug has not", {"plateau": "2026-02-02"}),
    ("a number of months", {"months": "601"}),
    ("START and a last dose", {"last_dose": "2026-01-05", "start": "2026-01-05"}),
    ("a dose given before the start", {"given": "2026-01-04"}),
    ("no neurology stated", {"neuro": ""}),
)
def test_fields_are_checked_before_clinical_refusals(row: Row) -> None:
    """First each field and combination (exit 2), then clinical refusals (exit 3)."""
    assert refusal(InputError, **(CYANO | {"renal": "impaired"} | row)).exit_code == 2


@table(
    "row",
    ("until before the first dose", CYANO | {"until": "2026-01-01"}),
    (
        "a plateau before the first dose",
        {"neuro": "yes", "interval": "3m", "plateau": "2025-12-01"},
    ),
)
def test_clinical_refusals_come_before_dates_are_worked_out(row: Row) -> None:
    """A case that is refused is refused when it is read, whatever its dates."""
    with pytest.raises(RefusedError) as caught:
        Case.parse(row_of(**({"renal": "impaired"} | row)))
    assert caught.value.exit_code == 3


@table(
    "row, value",
    (
        "a plateau before the start",
        {"neuro": "yes", "plateau": "2026-01-04"},
        "2026-01-04",
    ),
    (
        "a plateau before the first open day",
        {"neuro": "yes", "plateau": "2026-01-04", "start": "2026-01-03"}
        | {"open": "mon-fri"},
        "2026-01-04",
    ),
    (
        "a plateau before the first dose given",
        {"neuro": "yes", "plateau": "2026-01-06", "given": "2026-01-08"},
        "2026-01-06",
    ),
)
def test_a_plateau_before_the_first_dose_is_unusable(row: Row, value: str) -> None:
    """LOAD-NEURO: a recorded plateau must not be before t0 (exit 2)."""
    error = refusal(InputError, **row)
    assert error.exit_code == 2
    assert value in error.message
    assert error.hint


@table(
    "row",
    (
        "a plateau before as-of",
        {"neuro": "yes", "plateau": "2026-01-10", "as_of": "2026-01-20"},
    ),
    ("until before as-of", {"until": "2026-01-10", "as_of": "2026-01-20"}),
)
def test_an_error_that_follows_from_an_empty_record_says_so(row: Row) -> None:
    """nothing-recorded: as_of after start without given doses moves the first dose;
    what becomes unusable by that says how to state the doses."""
    error = refusal(InputError, **row)
    said = f"{error.message} {error.hint}".lower()
    assert "given" in said
    assert "2026-01-10" in error.message


@table(
    "row, rule, value, message, cure",
    (
        "kidneys",
        {"drug": "cyanocobalamin", "renal": "impaired"},
        "RENAL-CYANO",
        "cyanocobalamin",
        "cyanocobalamin is not planned with renal status impaired (asked of this "
        "program, no authority found; study: brief, divine, spence-2017)",
        "use hydroxocobalamin, or methylcobalamin where that is licensed",
    ),
    (
        "kidneys, with a regimen that was stated",
        {"regimen": "us-weekly", "renal": "unknown"},
        "RENAL-CYANO",
        "cyanocobalamin",
        "cyanocobalamin is not planned with renal status unknown (asked of this "
        "program, no authority found; study: brief, divine, spence-2017)",
        "use hydroxocobalamin, or methylcobalamin where that is licensed, with a "
        "regimen of that drug",
    ),
    (
        "neurology",
        {"neuro": "yes", "interval": "3m"},
        "NEURO-INTERVAL",
        "3m",
        "an interval of 3m is not planned with neurology (label; guideline; asked of "
        "this program, no authority found: bnf, smpc, brief)",
        "use an interval of at most 2 months (2m) or 8 weeks (8w)",
    ),
    (
        "an interval of the label",
        {"drug": "cyanocobalamin", "interval": "2m"},
        "CYANO-INTERVAL",
        "2m",
        "an interval of 2m is not planned in the regimen cyanocobalamin (label: "
        "fda-cyano)",
        "use 1m or 4w, or hydroxocobalamin for longer intervals",
    ),
)
def test_a_refusal_says_what_is_not_planned_why_and_what_to_do(
    row: Row, rule: str, value: str, message: str, cure: str
) -> None:
    """With its rule, its support, and how the prescriber sets it aside."""
    error = refusal(RefusedError, **row)
    assert (error.field, error.value, error.message) == (rule, value, message)
    assert error.hint == (
        f"{cure}; if the prescriber has decided otherwise, record that with "
        f"--accept {rule} (in a cohort: the column accept)"
    )


@table(
    "regimen, renal, stated, found",
    (
        "on the label, with kidneys that do not work",
        "cyanocobalamin",
        "impaired",
        False,
        [
            (
                "RENAL-CYANO",
                "cyanocobalamin, although your kidneys do not work as they should",
                "use hydroxocobalamin, or methylcobalamin where that is licensed",
            ),
            ("NEURO-INTERVAL", LONG, MONTHLY),
            ("CYANO-INTERVAL", NOT_THE_LABEL, MONTHLY),
        ],
    ),
    (
        "on the label, on dialysis",
        "cyanocobalamin",
        "dialysis",
        False,
        [
            (
                "RENAL-CYANO",
                "cyanocobalamin, although you are on dialysis",
                "use hydroxocobalamin, or methylcobalamin where that is licensed",
            ),
            ("NEURO-INTERVAL", LONG, MONTHLY),
            ("CYANO-INTERVAL", NOT_THE_LABEL, MONTHLY),
        ],
    ),
    (
        "a regimen that was stated",
        "us-weekly",
        "unknown",
        True,
        [
            (
                "RENAL-CYANO",
                "cyanocobalamin, although it is not known how well your kidneys work",
                "use hydroxocobalamin, or methylcobalamin where that is licensed, with "
                "a regimen of that drug",
            ),
            (
                "NEURO-INTERVAL",
                LONG,
                "use an interval of at most 2 months (2m) or 8 weeks (8w)",
            ),
        ],
    ),
)
def test_all_that_is_refused_is_said_to_the_patient_too(
    regimen: str, renal: str, stated: bool, found: list[tuple[str, str, str]]
) -> None:
    """In the patient's words, with what the prescriber can do instead."""
    said = refusals(
        Drug.CYANOCOBALAMIN,
        shipped(regimen),
        Interval("3m"),
        Renal(renal),
        neuro=True,
        stated=stated,
    )
    assert [(each.rule, each.plain, each.cure) for each in said] == found
