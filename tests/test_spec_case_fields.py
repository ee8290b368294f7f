"""The case: what each field takes, what it refuses, and which go together."""

from __future__ import annotations

from datetime import date

import pytest
from spec import Row, codes, day, plan_of, refusal, row_of, table

from b12sched import Case, Clinic
from b12sched.errors import InputError

NEURO = {"neuro": "yes"}
LAST = {"last_dose": "2026-01-05"}


@table(
    "text, read",
    ("ISO", "2026-01-05", day("2026 Jan 5")),
    ("day, short month, year", "5 Jan 2026", day("2026 Jan 5")),
    ("day of two digits", "05 Jan 2026", day("2026 Jan 5")),
    ("day, month in full, year", "5 January 2026", day("2026 Jan 5")),
    ("short month, day, year", "Jan 5, 2026", day("2026 Jan 5")),
    ("month in full, day, year", "January 5, 2026", day("2026 Jan 5")),
    ("a leap day", "2028-02-29", day("2028 Feb 29")),
    ("the first year", "1900-01-01", day("1900 Jan 1")),
    ("a century that is no leap year", "28 Feb 1900", day("1900 Feb 28")),
)
def test_a_date_that_can_be_read_one_way(text: str, read: date) -> None:
    """Dates are ISO 8601 or have the month in words."""
    assert plan_of(start=text).start == read


def test_the_last_year_is_read() -> None:
    """Years 1900-2200."""
    assert plan_of(start="2199-06-01", until="2200-12-31").until == day("2200 Dec 31")


@table(
    "text",
    ("day or month first", "03/04/2026"),
    ("with points", "03.04.2026"),
    ("with dashes", "03-04-2026"),
    ("a short year", "03/04/26"),
    ("a short year with a word", "5 Jan 26"),
    ("no day", "2026-01"),
    ("no day, in words", "January 2026"),
    ("no year", "5 Jan"),
    ("a year alone", "2026"),
    ("a day alone", "5"),
    ("a month alone", "March"),
    ("a month of one digit", "2026-1-05"),
    ("a day of one digit", "2026-01-5"),
    ("a year of two digits", "26-01-05"),
    ("no such day", "2026-02-30"),
    ("no such day, in words", "31 Apr 2026"),
    ("no leap year", "2027-02-29"),
    ("no leap year, a century", "1900-02-29"),
    ("no such month", "2026-13-01"),
    ("no such month in English", "5 Mai 2026"),
    ("before the first year", "1899-12-31"),
    ("after the last year", "2201-01-01"),
    ("a time beside it", "2026-01-05T10:00"),
    ("a word", "tomorrow"),
    ("nothing but letters", "soon"),
)
@pytest.mark.parametrize(
    "field",
    ["start", "last_dose", "given", "given_through", "as_of", "until", "monthly_from"],
)
def test_any_other_date_is_refused(field: str, text: str) -> None:
    """Anything that can be read two ways or lacks a part is refused, wherever."""
    error = refusal(InputError, **{field: text})
    assert error.exit_code == 2
    assert text in error.message
    assert error.hint


def test_a_plateau_is_read_as_strictly() -> None:
    """A date that can be read two ways is refused as a plateau too."""
    error = refusal(InputError, plateau="03/04/2026", **NEURO)
    assert "03/04/2026" in error.message
    assert error.hint


def test_both_readings_of_a_date_are_named() -> None:
    """03/04/2026 could be 2026-04-03 or 2026-03-04."""
    error = refusal(InputError, start="03/04/2026")
    assert "03/04/2026 could be 2026-04-03 or 2026-03-04" in error.message


@table(
    "patient",
    ("one character", "A"),
    ("64 characters", "A" * 64),
    ("letters of any script", "Ж-17 é"),
    ("signs after the first character", "A=1+2-3@x"),
    ("markup is only text", "[red]<b>;,:"),
)
def test_a_patient_reference_that_is_taken(patient: str) -> None:
    """patient: 1-64 printable characters."""
    assert plan_of(patient=patient).start == day("2026 Jan 5")


@table(
    "patient",
    ("65 characters", "A" * 65),
    ("blank", "   "),
    ("a line break", "A\n17"),
    ("a carriage return", "A\r17"),
    ("a tab", "A\t17"),
    ("a bell", "A\x0717"),
    ("a C1 control", "A\x8517"),
    ("a line separator", "A\u202817"),
    ("right-to-left override", "A\u202e17"),
    ("a direction isolate", "A\u206617"),
    ("a right-to-left mark", "A\u200f17"),
    ("a formula with =", "=1+1"),
    ("a formula with +", "+44"),
    ("a formula with -", "-17"),
    ("a formula with @", "@SUM"),
)
def test_a_patient_reference_that_is_refused(patient: str) -> None:
    """patient: not blank, no control or direction-changing characters, no formula."""
    error = refusal(InputError, patient=patient)
    assert error.exit_code == 2
    assert error.hint


@table(
    "row, value",
    ("neurology", {"neuro": "perhaps"}, "perhaps"),
    ("renal status", {"renal": "poor"}, "poor"),
    ("eGFR below 0", {"egfr": "-1"}, "-1"),
    ("eGFR above 200", {"egfr": "201"}, "201"),
    ("eGFR just above 200", {"egfr": "200.1"}, "200.1"),
    ("eGFR in words", {"egfr": "low"}, "low"),
    ("eGFR not a number", {"egfr": "nan"}, "nan"),
    ("eGFR without end", {"egfr": "inf"}, "inf"),
    ("drug", {"drug": "vitamin"}, "vitamin"),
    ("interval of other months", {"interval": "4m"}, "4m"),
    ("interval of other weeks", {"interval": "6w"}, "6w"),
    ("interval without a unit", {"interval": "2"}, "2"),
    ("no loading weeks", NEURO | {"loading_weeks": "0"}, "0"),
    ("too many loading weeks", NEURO | {"loading_weeks": "105"}, "105"),
    ("half a loading week", NEURO | {"loading_weeks": "2.5"}, "2.5"),
    ("loading weeks in words", NEURO | {"loading_weeks": "two"}, "two"),
    ("no months", {"months": "0"}, "0"),
    ("too many months", {"months": "601"}, "601"),
    ("half a month", {"months": "1.5"}, "1.5"),
    ("fewer than no months", {"months": "-3"}, "-3"),
    ("months in words", {"months": "twelve"}, "twelve"),
)
def test_a_value_outside_its_field_is_refused(row: Row, value: str) -> None:
    """Each field takes its values only; the message names the value."""
    error = refusal(InputError, **row)
    assert error.exit_code == 2
    assert value in error.message
    assert error.hint


@table(
    "row",
    ("eGFR of 0", {"egfr": "0"}),
    ("eGFR of 200", {"egfr": "200"}),
    ("eGFR with decimals", {"egfr": "73.5"}),
    ("one loading week", NEURO | {"loading_weeks": "1"}),
    ("104 loading weeks", NEURO | {"loading_weeks": "104"}),
    ("one month", {"months": "1"}),
    ("600 months", {"months": "600"}),
    ("START without a patient reference", {"patient": ""}),
)
def test_the_ends_of_a_field_are_taken(row: Row) -> None:
    """Ranges include their ends; the patient reference may be missing."""
    assert plan_of(**row).start == day("2026 Jan 5")


@table(
    "egfr, impaired",
    ("0", "0", True),
    ("59.9", "59.9", True),
    ("60", "60", False),
    ("60.0", "60.0", False),
    ("120", "120", False),
)
def test_an_egfr_stands_for_a_renal_status(egfr: str, impaired: bool) -> None:
    """eGFR below 60 is impaired, else normal."""
    assert ("renal" in codes(egfr=egfr)) is impaired


@table(
    "row",
    ("START and a last dose", LAST | {"start": "2026-01-05"}),
    ("renal status and eGFR", {"egfr": "80", "renal": "normal"}),
    (
        "plateau and loading weeks",
        NEURO | {"plateau": "2026-01-12", "loading_weeks": "2"},
    ),
    ("months and until", {"months": "6", "until": "2026-06-30"}),
    ("a plateau without neurology", {"plateau": "2026-01-12"}),
    (
        "a plateau with cyanocobalamin",
        NEURO | {"plateau": "2026-01-12", "drug": "cyanocobalamin"},
    ),
    ("a plateau with a last dose", NEURO | LAST | {"plateau": "2026-01-12"}),
    ("loading weeks without neurology", {"loading_weeks": "2"}),
    (
        "loading weeks with cyanocobalamin",
        NEURO | {"loading_weeks": "2", "drug": "cyanocobalamin"},
    ),
    ("loading weeks with a last dose", NEURO | LAST | {"loading_weeks": "2"}),
    ("neither START nor a last dose", {"start": ""}),
    ("no neurology stated", {"neuro": ""}),
    ("neither renal status nor eGFR", {"renal": ""}),
)
def test_fields_that_do_not_go_together_or_are_missing(row: Row) -> None:
    """Two ways to say one thing are an error, and so is silence: nothing clinical is
    guessed. All of this shows when the case is read."""
    with pytest.raises(InputError) as caught:
        Case.parse(row_of(**row))
    assert caught.value.exit_code == 2
    assert caught.value.message
    assert caught.value.hint


@table(
    "given",
    ("a comma", "2026-01-05,2026-01-07"),
    ("a comma and a space", "2026-01-05, 2026-01-07"),
    ("a space: no time of day", "2026-01-05 2026-01-07"),
    ("a bar", "2026-01-05|2026-01-07"),
    ("words", "5 Jan 2026 and 7 Jan 2026"),
    ("one of three", "2026-01-05;2026-01-07,2026-01-09"),
)
def test_given_dates_with_another_sign_between_them_are_told_the_right_one(
    given: str,
) -> None:
    """The cure never leaves one of them out: a dose would be lost."""
    with pytest.raises(InputError) as caught:
        Case.parse(row_of(given=given))
    assert caught.value.field == "given"
    assert caught.value.message.endswith("is more than one date")
    assert caught.value.hint == "put ; between dates: 2026-01-05;2026-01-07"


@table(
    "given",
    ("at the end", "2026-01-05;"),
    ("in the middle", "2026-01-05;;2026-01-07"),
    ("nothing else", ";"),
)
def test_a_semicolon_without_a_date_beside_it_is_refused(given: str) -> None:
    """Whether a date is missing there, only who wrote it knows."""
    with pytest.raises(InputError, match="there is a ; without a date") as caught:
        Case.parse(row_of(given=given))
    assert caught.value.hint == "name the date, or take it out"


@table(
    "text, hint",
    ("out of range", "1000", "choose one from 1 to 600"),
    ("decimals", "1.5", "write digits only"),
)
def test_the_cure_for_a_number_of_months(text: str, hint: str) -> None:
    """Who wrote digits needs another one."""
    with pytest.raises(InputError) as caught:
        Case.parse(row_of(months=text))
    assert caught.value.hint == hint


@table(
    "row, value",
    ("a date twice", {"given": "2026-01-05;2026-01-07;2026-01-05"}, "2026-01-05"),
    (
        "a date twice, written in two ways",
        {"given": "2026-01-05;5 Jan 2026"},
        "2026-01-05",
    ),
    ("before the start", {"given": "2026-01-04"}, "2026-01-04"),
    ("before the last dose", LAST | {"given": "2026-01-04"}, "2026-01-04"),
    ("on the last dose", LAST | {"given": "2026-01-05"}, "2026-01-05"),
    (
        "after as-of",
        {"given": "2026-01-05;2026-01-08", "as_of": "2026-01-07"},
        "2026-01-08",
    ),
    (
        "after given-through",
        {"given": "2026-01-05;2026-01-08", "given_through": "2026-01-07"},
        "2026-01-08",
    ),
    ("given-through before the start", {"given_through": "2026-01-04"}, "2026-01-04"),
    (
        "given-through before the last dose",
        LAST | {"given_through": "2026-01-04"},
        "2026-01-04",
    ),
    (
        "given-through after as-of",
        {"given_through": "2026-01-08", "as_of": "2026-01-07"},
        "2026-01-08",
    ),
)
def test_a_record_of_doses_that_cannot_be(row: Row, value: str) -> None:
    """Given dates: none twice, all on or after start (after last_dose), not after
    as_of or given_through; given_through is not before start and not after as_of."""
    error = refusal(InputError, **row)
    assert error.exit_code == 2
    assert value in error.message
    assert error.hint


@table(
    "row",
    ("on the start", {"given": "2026-01-05"}),
    ("the day after the last dose", LAST | {"given": "2026-01-06"}),
    ("on as-of", {"given": "2026-01-05;2026-01-08", "as_of": "2026-01-08"}),
    (
        "on given-through",
        {"given": "2026-01-05;2026-01-08", "given_through": "2026-01-08"},
    ),
    ("given-through on the start", {"given_through": "2026-01-05"}),
    ("given-through on the last dose", LAST | {"given_through": "2026-01-05"}),
    (
        "given-through on as-of",
        {"given_through": "2026-01-08", "as_of": "2026-01-08"},
    ),
)
def test_a_record_of_doses_up_to_its_limits(row: Row) -> None:
    """Given dates and given_through may fall on the days that bound them."""
    assert plan_of(**row).start == day("2026 Jan 5")


def test_a_field_that_no_case_has_is_refused_with_the_nearest() -> None:
    """Unknown columns are an error: a misspelt one must not be lost."""
    with pytest.raises(InputError) as caught:
        Case.parse({"start": "2026-01-05", "neuro": "no", "plateu": "2026-02-01"})
    assert "plateu" in caught.value.message
    assert "did you mean plateau" in caught.value.hint


def test_a_clinic_that_is_open_on_no_weekday_is_refused() -> None:
    """A clinic without an open day can give no dose."""
    with pytest.raises(InputError, match="names no weekday"):
        Clinic(open=frozenset())
