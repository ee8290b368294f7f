"""The case: what each field takes, what it refuses, and which go together."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from spec import Row, codes, day, days, plan_of, refusal, row_of, table

from b12sched import Case, Clinic, build
from b12sched.errors import InputError, RefusedError
from b12sched.plan.case import (
    FIELDS,
    check_alternatives,
    check_not_future,
    number_text,
    whole_number,
)
from b12sched.regimen import Drug, Interval, Renal

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


@pytest.mark.unmeasured
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
    ("a letter for an unknown", "X-17"),
)
def test_a_patient_reference_that_is_taken(patient: str) -> None:
    """patient: 1-64 printable characters."""
    assert plan_of(patient=patient).start == day("2026 Jan 5")


@table(
    "patient",
    ("65 characters", "A" * 65),
    ("blank", "   "),
    ("a space after it", "A-17 "),
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
    ("a number that a spreadsheet shortened", "9.43477E+09"),
    ("one that a German spreadsheet shortened", "9,43477e+09"),
    ("one without decimals", "9E+09"),
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
    ("interval of other months", {"interval": "13m"}, "13m"),
    ("interval of other weeks", {"interval": "53w"}, "53w"),
    ("interval without a unit", {"interval": "2"}, "2"),
    ("no loading weeks", NEURO | {"loading_weeks": "0"}, "0"),
    ("too many loading weeks", NEURO | {"loading_weeks": "105"}, "105"),
    ("half a loading week", NEURO | {"loading_weeks": "2.5"}, "2.5"),
    ("loading weeks in words", NEURO | {"loading_weeks": "two"}, "two"),
    ("no months", {"months": "0"}, "0"),
    ("too many months", {"months": "601"}, "601"),
    ("half a month", {"months": "1.5"}, "1.5"),
    ("a fraction without digits", {"egfr": "61."}, "61."),
    ("a number in words of computers", {"egfr": "6e1"}, "6e1"),
    ("eGFR above no limit that laboratories use", {"egfr": ">45"}, ">45"),
    ("eGFR below a limit", {"egfr": "<15"}, "<15"),
    ("eGFR at most a limit, with its unit", {"egfr": "≤ 60 mL/min"}, "≤ 60 mL/min"),
    ("eGFR in another unit", {"egfr": "1.2 mL/s"}, "1.2 mL/s"),
    ("a unit alone", {"egfr": "mL/min"}, "mL/min"),
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
    ("as a program wrote it", "61.400000000000006", False),
    ("just below, as a program wrote it", "59.99999999999999", True),
    ("just below, of more digits than a float", "59.99999999999999999999", True),
    ("noughts before it", "060.0", False),
    ("above 60", ">60", False),
    ("above 90", ">90", False),
    ("above 90, with a space", "> 90", False),
    ("at least 90", ">=90", False),
    ("at least 60, with one sign", "≥ 60", False),
    ("above 90, with the unit", ">90 mL/min/1.73m2", False),
    ("a number with the unit", "59 mL/min/1.73 m²", True),
    ("a number with a short unit", "60ml/min", False),
    ("a number with a raised unit", "61.5 mL/min/1.73m^2", False),
)
def test_an_egfr_stands_for_a_renal_status(egfr: str, impaired: bool) -> None:
    """eGFR below 60 is impaired, else normal; of any number of decimals."""
    assert ("renal" in codes(egfr=egfr)) is impaired


@table(
    "row",
    ("START and a last dose", LAST | {"start": "2026-01-05"}),
    ("renal status and eGFR", {"egfr": "80", "renal": "normal"}),
    ("renal status and an eGFR above 60", {"egfr": ">60", "renal": "dialysis"}),
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
    ("a semicolon", "2026-01-05;2026-01-07"),
    ("a comma", "2026-01-05,2026-01-07"),
    ("a comma and a space", "2026-01-05, 2026-01-07"),
    ("spaces around each", " 2026-01-05 ; 2026-01-07 "),
    ("no-break spaces", "2026-01-05,\N{NO-BREAK SPACE}2026-01-07"),
    ("the later one first", "7 Jan 2026, 5 Jan 2026"),
    ("commas inside them", "Jan 5, 2026, Jan 7, 2026"),
    ("commas inside and a semicolon", "Jan 5, 2026;Jan 7, 2026"),
    ("a comma inside one", "Jan 5, 2026,2026-01-07"),
    ("a comma inside the last", "2026-01-05, January 7, 2026"),
)
def test_several_given_dates_have_commas_or_semicolons_between_them(given: str) -> None:
    """A comma that belongs to a date is none; blanks around each are allowed."""
    assert Case.parse(row_of(given=given)).given == days("2026 Jan 5 7")


def test_a_given_date_of_another_year_is_not_the_year_of_the_one_before() -> None:
    """The comma of `Jan 5, 2026` is the date's own."""
    case = Case.parse(row_of(given="Jan 5, 2026;5 Jan 2027"))
    assert case.given == days("2026 Jan 5; 2027 Jan 5")


@table(
    "given",
    ("a space: no time of day", "2026-01-05 2026-01-07"),
    ("a bar", "2026-01-05|2026-01-07"),
    ("words", "5 Jan 2026 and 7 Jan 2026"),
    ("two of three", "2026-01-05;2026-01-07 2026-01-09"),
    ("the year first", "2026-01-05,2026 Jan 7"),
)
def test_given_dates_with_another_sign_between_them_are_told_the_right_one(
    given: str,
) -> None:
    """The cure never leaves one of them out: a dose would be lost."""
    with pytest.raises(InputError) as caught:
        Case.parse(row_of(given=given))
    assert caught.value.field == "given"
    assert caught.value.message.endswith("is more than one date")
    assert caught.value.hint == "put commas between dates: 2026-01-05,2026-01-07"


@table(
    "given",
    ("at the end", "2026-01-05;"),
    ("a comma at the end", "2026-01-05,"),
    ("in the middle", "2026-01-05;;2026-01-07"),
    ("two commas in the middle", "2026-01-05, ,2026-01-07"),
    ("nothing else", ";"),
)
def test_a_separator_without_a_date_beside_it_is_refused(given: str) -> None:
    """Whether a date is missing there, only who wrote it knows."""
    with pytest.raises(InputError, match="a date is missing before or after") as caught:
        Case.parse(row_of(given=given))
    assert caught.value.hint == "write the date, or remove the comma or semicolon"


@table(
    "given, hint",
    ("around the only one", " 2026-01-05", "remove the space before or after it"),
    ("around several, one of them wrong", " 2026-01-05, x", "write the date as 2026"),
)
def test_a_blank_is_the_fault_only_where_it_is(given: str, hint: str) -> None:
    """Around several dates it is none."""
    assert refusal(InputError, given=given).hint.startswith(hint)


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


def test_an_egfr_above_a_limit_is_a_normal_renal_status() -> None:
    """No number is made up for it."""
    case = Case.parse(row_of(egfr=">60"))
    assert (case.renal, case.egfr) == (Renal.NORMAL, None)


# --- a case made from Python ---------------------------------------------------------

JAN_5 = date(2026, 1, 5)
MADE: dict[str, Any] = {"start": JAN_5, "neuro": False, "renal": Renal.NORMAL}
MOMENT = datetime(2026, 1, 5)  # noqa: DTZ001


def made(**fields: Any) -> Case:
    """A case made without `parse`."""
    return Case(**{**MADE, **fields})


@table(
    "field, typed, text",
    ("a patient", "patient", "A-17", "A-17"),
    ("a date", "start", date(2026, 1, 6), "6 Jan 2026"),
    ("neurology", "neuro", True, "yes"),
    ("a renal status", "renal", Renal.DIALYSIS, "dialysis"),
    ("a drug", "drug", Drug.CYANOCOBALAMIN, "cyanocobalamin"),
    ("an interval", "interval", Interval("1m"), "1m"),
    ("months", "months", 6, "6"),
    ("one given date", "given", (JAN_5,), "2026-01-05"),
    ("a list", "given", [date(2026, 1, 7), JAN_5], "2026-01-05,2026-01-07"),
    ("a set", "given", {date(2026, 1, 7), JAN_5}, "2026-01-05;2026-01-07"),
    ("texts", "given", ["7 Jan 2026", "2026-01-05"], "2026-01-05, 2026-01-07"),
    ("of both kinds", "given", ("2026-01-07", JAN_5), "2026-01-05,2026-01-07"),
    ("none", "given", [], ""),
)
def test_a_field_takes_its_type_or_its_text(
    field: str, typed: object, text: str
) -> None:
    """However a case is made, it is the same case."""
    one, other = made(**{field: typed}), Case.parse({**MADE, field: text})
    assert one == other
    assert type(getattr(one, field)) is type(getattr(other, field))
    if text:
        assert made(**{field: text}) == one


def test_an_egfr_is_a_number_or_its_text() -> None:
    """A whole one, too."""
    for egfr in (75, 75.0, "75", "75.0"):
        assert made(renal=None, egfr=egfr).egfr == 75.0
    assert made(renal=None, egfr=">90").renal is Renal.NORMAL


@table(
    "fields, rule",
    ("cyanocobalamin", {"renal": "impaired", "drug": "cyanocobalamin"}, "RENAL-CYANO"),
    (
        "cyanocobalamin, typed",
        {"renal": Renal.DIALYSIS, "drug": Drug.CYANOCOBALAMIN},
        "RENAL-CYANO",
    ),
    (
        "cyanocobalamin and an eGFR",
        {"renal": None, "egfr": 45, "drug": "cyanocobalamin"},
        "RENAL-CYANO",
    ),
    ("an interval", {"neuro": "yes", "interval": "3m"}, "NEURO-INTERVAL"),
    (
        "an interval of cyanocobalamin",
        {"drug": "cyanocobalamin", "interval": "2m"},
        "CYANO-INTERVAL",
    ),
)
def test_no_way_to_make_a_case_goes_round_a_refusal(
    fields: dict[str, Any], rule: str
) -> None:
    """Texts are read before the rules look at them."""
    with pytest.raises(RefusedError) as caught:
        made(**fields)
    assert caught.value.field == rule


def test_no_as_a_text_is_no_neurology() -> None:
    """A text that is not empty is true for Python."""
    assert made(neuro="no").neuro is False
    assert build(made(neuro="no"), Clinic()).loading_doses[-1].number == 6


@table(
    "field, value, said",
    ("too many weeks", "loading_weeks", 1000, "1000 is not a whole number from 1 to"),
    ("no number", "egfr", math.nan, "nan is not a number from 0 to 200"),
    ("a number without end", "egfr", math.inf, "inf is not a number from 0 to 200"),
    ("less than none", "egfr", -1, "-1 is not a number from 0 to 200"),
    ("more digits than Python shows", "egfr", 10**5000, "<int>"),
    ("true for a number", "egfr", True, "True is a bool"),
    ("no months", "months", 0, "0 is not a whole number from 1 to 600"),
    ("half a month", "months", 1.5, "1.5 is a float"),
    ("true for a count", "months", True, "True is a bool"),
    ("an early year", "start", date(1899, 12, 31), "1899-12-31 is outside the years"),
    ("a late year", "until", date(2201, 1, 1), "2201-01-01 is outside the years"),
    ("a moment", "start", MOMENT, "'2026-01-05 00:00:00' is a datetime"),
    ("a number for a date", "as_of", 20260105, "20260105 is a int"),
    ("a moment among dates", "given", [MOMENT], "is a datetime"),
    ("a date for several", "given", JAN_5, "2026-01-05 is a date"),
    ("a list in a list", "given", [[JAN_5]], "is a list"),
    ("a date twice", "given", [JAN_5, "5 Jan 2026"], "2026-01-05 appears twice"),
    ("a number for a patient", "patient", 17, "17 is a int"),
    ("a number for neurology", "neuro", 1, "1 is a int"),
    ("another word for neurology", "neuro", "perhaps", "perhaps is neither yes nor no"),
    ("nothing for neurology", "neuro", None, "is missing: nothing clinical is guessed"),
    ("true for a status", "renal", True, "True is a bool"),
    ("another status", "renal", "poor", "poor is not a known renal status"),
    ("a list for a drug", "drug", ["hydroxocobalamin"], "is a list"),
    ("a number for an interval", "interval", 2, "2 is a int"),
    ("an empty text", "start", "", "'' is not a full date"),
)
@pytest.mark.parametrize("way", ["made", "replaced"])
def test_a_case_checks_itself_whatever_way_it_is_made(
    field: str, value: object, said: str, way: str
) -> None:
    """Types and ranges, of typed values too; nothing else than an InputError."""
    fields: dict[str, Any] = {field: value} | (
        {"renal": None} if field == "egfr" else {}
    )
    if field == "loading_weeks":
        fields["neuro"] = True
    with pytest.raises(InputError) as caught:
        made(**fields) if way == "made" else replace(made(), **fields)
    assert caught.value.field == field
    assert said in caught.value.message
    assert caught.value.hint


@table(
    "row, field",
    ("true", {"start": True}, "start"),
    ("a list", {"patient": ["A"]}, "patient"),
    ("a number", {"neuro": 0}, "neuro"),
    ("a moment", {"as_of": MOMENT}, "as_of"),
    ("a key that is no text", {17: "x"}, "17"),
)
def test_any_value_in_a_row_is_read_or_an_input_error(
    row: dict[str, object], field: str
) -> None:
    """`Case.parse` takes what the class takes, and no other names."""
    with pytest.raises(InputError) as caught:
        Case.parse({**MADE, **row})
    assert caught.value.field == field


@table(
    "row, said",
    ("a list", [], "[] is a list"),
    ("a list of names", ["start"], "'['start']' is a list"),
    ("a date", JAN_5, "2026-01-05 is a date"),
    ("true", True, "True is a bool"),
    ("nothing", None, "None is a NoneType"),
)
@pytest.mark.parametrize("parse", [Case.parse, Clinic.parse])
def test_what_is_no_mapping_is_an_input_error(
    row: Any, said: str, parse: Callable[[Any], object]
) -> None:
    """It holds no values by name."""
    with pytest.raises(InputError) as caught:
        parse(row)
    assert caught.value.message == said
    assert caught.value.hint.startswith("write a mapping")


def test_what_is_absent_in_a_row_is_absent_in_the_case() -> None:
    """None and an empty text; a field that has a default gets it."""
    case = Case.parse({**MADE, "drug": None, "given": "", "months": None})
    assert case == made()
    with pytest.raises(InputError, match="neuro: is missing"):
        Case.parse({"start": JAN_5, "renal": "normal"})


def test_a_clinic_that_is_open_on_no_weekday_is_refused() -> None:
    """A clinic without an open day can give no dose."""
    with pytest.raises(InputError, match="names no weekday"):
        Clinic(open=frozenset())


@table(
    "row, same",
    ("renal", {"renal": "Normal"}, {}),
    ("drug", {"drug": "CYANOCOBALAMIN"}, {"drug": "cyanocobalamin"}),
    ("regimen", {"regimen": "UK-Label"}, {"regimen": "uk-label"}),
    ("interval", {"interval": "3M"}, {"interval": "3m"}),
    ("neurology, a letter", {"neuro": "N"}, {}),
    ("neurology, a truth", {"neuro": "FALSE"}, {}),
    ("anaemia, a letter", {"anaemia": "Y"}, {"anaemia": "yes"}),
    ("anaemia, a truth", {"anaemia": "False"}, {"anaemia": "no"}),
    ("anaemia, a word", {"anaemia": "Severe"}, {"anaemia": "severe"}),
    (
        "because",
        {"ended": "2026-02-02", "because": "Moved"},
        {"ended": "2026-02-02", "because": "moved"},
    ),
    (
        "accept",
        {"renal": "impaired", "drug": "cyanocobalamin", "accept": "renal-cyano"},
        {"renal": "impaired", "drug": "cyanocobalamin", "accept": "RENAL-CYANO"},
    ),
)
def test_the_words_of_a_fixed_set_are_read_in_any_case(row: Row, same: Row) -> None:
    """Yes and no also as letters and truths; nothing else is guessed."""
    assert Case.parse(row_of(**row)) == Case.parse(row_of(**same))


UNUSABLE, WRONG = "unusable", "wrong-type"
OF_ORDER, BOTH = "out-of-order", "both-stated"
END_OF = "check the date: treatment did not end before what was done"
NUMBER = "write digits, with a point for decimals, or '>60' or '>90' (mL/min/1.73 m²)"
MAINTAINED = {"start": None, "last_dose": JAN_5}
JAN_7 = date(2026, 1, 7)


@table(
    "fields, field, value, code, message, hint",
    (
        "a date twice in a text",
        {"given": "2026-01-05;5 Jan 2026"},
        *("given", "2026-01-05;5 Jan 2026", UNUSABLE),
        *("2026-01-05 appears twice", "name each dose once"),
    ),
    (
        "a date twice in a list",
        {"given": [JAN_7, JAN_5, "5 Jan 2026"]},
        *("given", "2026-01-05", UNUSABLE),
        *("2026-01-05 appears twice", "name each dose once"),
    ),
    (
        "a number for a patient",
        {"patient": 17},
        *("patient", "17", WRONG),
        *("17 is a int", "write the reference as a text"),
    ),
    (
        "a reference too long",
        {"patient": "A" * 65},
        *("patient", "A" * 65, UNUSABLE),
        f"'{'A' * 63}…' has 65 characters",
        "use a reference of at most 64",
    ),
    (
        "a blank reference",
        {"patient": "  "},
        *("patient", "  ", UNUSABLE),
        *("'  ' is blank", "use a reference, or leave it out"),
    ),
    (
        "a sign without a name",
        {"patient": "A\x0717"},
        *("patient", "A\x0717", UNUSABLE),
        r"'A\x0717' holds U+0007 (a control character)",
        "use printable characters only",
    ),
    (
        "a sign with a name",
        {"patient": "A\u202e17"},
        *("patient", "A\u202e17", UNUSABLE),
        r"'A\u202e17' holds U+202E (right-to-left override)",
        "use printable characters only",
    ),
    (
        "a space after a reference",
        {"patient": "A-17 "},
        *("patient", "A-17 ", UNUSABLE),
        "'A-17 ' has a space before or after it",
        "remove the space before or after it",
    ),
    (
        "a tab after a reference",
        {"patient": "A-17\t"},
        *("patient", "A-17\t", UNUSABLE),
        r"'A-17\t' holds U+0009 (a control character)",
        "use printable characters only",
    ),
    (
        "a shortened reference",
        {"patient": "9.43E+09"},
        *("patient", "9.43E+09", UNUSABLE),
        "9.43E+09 is a number that a spreadsheet shortened: digits are lost",
        "format the column as text, without an exponent, and export it again",
    ),
    (
        "a formula",
        {"patient": "=1+1"},
        *("patient", "=1+1", UNUSABLE),
        "=1+1 starts with =, which a spreadsheet would take for a formula",
        "start the reference with a letter or a digit",
    ),
    (
        "a number for neurology",
        {"neuro": 1},
        *("neuro", "1", WRONG),
        *("1 is a int", "write yes or no"),
    ),
    (
        "another word for neurology",
        {"neuro": "perhaps"},
        *("neuro", "perhaps", UNUSABLE),
        *("perhaps is neither yes nor no", "write yes or no"),
    ),
    (
        "1 for neurology",
        {"neuro": "1"},
        *("neuro", "1", UNUSABLE),
        *("1 is neither yes nor no", "write yes if that is meant"),
    ),
    (
        "0 for neurology",
        {"neuro": "0"},
        *("neuro", "0", UNUSABLE),
        *("0 is neither yes nor no", "write no if that is meant"),
    ),
    (
        "no neurology",
        {"neuro": None},
        *("neuro", None, "missing"),
        "is missing: nothing clinical is guessed",
        "state --neuro or --no-neuro (in a cohort or plan file: yes or no)",
    ),
    (
        "a limit for an eGFR",
        {"renal": None, "egfr": "<15 mL/min"},
        *("egfr", "<15 mL/min", UNUSABLE),
        "'<15 mL/min' is a limit, not a value",
        "state the renal status instead: impaired, or dialysis",
    ),
    (
        "true for an eGFR",
        {"renal": None, "egfr": True},
        *("egfr", "True", WRONG),
        *("True is a bool", "write a number (mL/min/1.73 m²)"),
    ),
    (
        "a word for an eGFR",
        {"renal": None, "egfr": "low"},
        *("egfr", "low", UNUSABLE),
        *("low is not a number from 0 to 200", NUMBER),
    ),
    (
        "an eGFR too high",
        {"renal": None, "egfr": 200.5},
        *("egfr", "200.5", UNUSABLE),
        *("200.5 is not a number from 0 to 200", NUMBER),
    ),
    (
        "true for months",
        {"months": True},
        *("months", "True", WRONG),
        *("True is a bool", "write a whole number from 1 to 600"),
    ),
    (
        "a word for months",
        {"months": "twelve"},
        *("months", "twelve", UNUSABLE),
        *("twelve is not a whole number from 1 to 600", "write digits only"),
    ),
    (
        "too many months",
        {"months": 601},
        *("months", "601", UNUSABLE),
        *("601 is not a whole number from 1 to 600", "choose one from 1 to 600"),
    ),
    (
        "another word for anaemia",
        {"anaemia": "mild"},
        *("anaemia", "mild", "unknown-name"),
        *("mild is not a known anaemia", "allowed: no, yes, severe"),
    ),
    (
        "a number for anaemia",
        {"anaemia": 3},
        *("anaemia", "3", WRONG),
        *("3 is a int", "allowed: no, yes, severe"),
    ),
    (
        "one whose first letter is wrong",
        {"anaemia": "xevere"},
        *("anaemia", "xevere", "unknown-name"),
        "xevere is not a known anaemia",
        "did you mean severe? allowed: no, yes, severe",
    ),
    (
        "a number for refusals",
        {"accept": 3},
        *("accept", "3", WRONG),
        *("3 is a int", "allowed: RENAL-CYANO, NEURO-INTERVAL, CYANO-INTERVAL"),
    ),
    (
        "a number among refusals",
        {"accept": ["RENAL-CYANO", 3]},
        *("accept", "3", WRONG),
        *("3 is a int", "allowed: RENAL-CYANO, NEURO-INTERVAL, CYANO-INTERVAL"),
    ),
    (
        "a refusal that is none",
        {"accept": "RENAL-CYANO;LAB"},
        *("accept", "LAB", "unknown-name"),
        "LAB is not a known refusal",
        "allowed: RENAL-CYANO, NEURO-INTERVAL, CYANO-INTERVAL",
    ),
    (
        "a number for an interval",
        {"interval": 2},
        *("interval", "2", WRONG),
        *("2 is a int", "write weeks, 1w to 52w, or months, 1m to 12m"),
    ),
    (
        "another interval",
        {"interval": "13m"},
        *("interval", "13m", "unknown-name"),
        "13m is not an interval",
        "write weeks, 1w to 52w, or months, 1m to 12m",
    ),
    (
        "a number for a regimen",
        {"regimen": 7},
        *("regimen", "7", WRONG),
        *("7 is a int", "write the name of a regimen"),
    ),
    (
        "true for a renal status",
        {"renal": True},
        *("renal", "True", WRONG),
        *("True is a bool", "allowed: normal, impaired, dialysis, unknown"),
    ),
    (
        "a renal status misspelt",
        {"renal": "normall"},
        *("renal", "normall", "unknown-name"),
        "normall is not a known renal status",
        "did you mean normal? allowed: normal, impaired, dialysis, unknown",
    ),
    (
        "a drug misspelt",
        {"drug": "hydroxicobalamin"},
        *("drug", "hydroxicobalamin", "unknown-name"),
        "hydroxicobalamin is not a known drug",
        "did you mean hydroxocobalamin? allowed: hydroxocobalamin, methylcobalamin, "
        "cyanocobalamin",
    ),
    (
        "a drug that no other is offered for",
        {"drug": "ayanocobalamin"},
        *("drug", "ayanocobalamin", "unknown-name"),
        "ayanocobalamin is not a known drug",
        "allowed: hydroxocobalamin, methylcobalamin, cyanocobalamin",
    ),
    (
        "one that differs in its second letter",
        {"drug": "cianocobalamin"},
        *("drug", "cianocobalamin", "unknown-name"),
        "cianocobalamin is not a known drug",
        "allowed: hydroxocobalamin, methylcobalamin, cyanocobalamin",
    ),
    (
        "another reason",
        {"ended": JAN_7, "because": "dull"},
        *("because", "dull", "unknown-name"),
        "dull is not a known reason",
        "allowed: died, moved, oral, declined, resolved, other",
    ),
    (
        "neither start nor last dose",
        {"start": None},
        *("start", None, "missing"),
        "is missing: nothing is guessed",
        "state the date planned for the first injection (start), or --last-dose: the "
        "last injection of a patient already on maintenance",
    ),
    (
        "no renal status",
        {"renal": None},
        *("renal", None, "missing"),
        "is missing: nothing is guessed",
        "state --renal normal, impaired, dialysis or unknown, or --egfr",
    ),
    (
        "a renal status and an eGFR",
        {"egfr": 75},
        *("egfr", "75", BOTH),
        "renal and eGFR are both stated",
        "state only one of renal and eGFR",
    ),
    (
        "a renal status and a normal eGFR",
        {"egfr": ">90"},
        *("egfr", "normal", BOTH),
        "renal and eGFR are both stated",
        "state only one of renal and eGFR",
    ),
    (
        "a start and a last dose",
        {"last_dose": JAN_7},
        *("last_dose", "2026-01-07", BOTH),
        "start and last dose are both stated",
        "state only one of start and last dose",
    ),
    (
        "a drug that is not the regimen's",
        {"regimen": "uk-label", "drug": "methylcobalamin"},
        *("drug", "methylcobalamin", BOTH),
        "methylcobalamin is not the drug of the regimen uk-label",
        "leave the drug out (it is hydroxocobalamin), or state another regimen",
    ),
    (
        "a regimen that is not for neurology",
        {"regimen": "standard", "neuro": True},
        *("neuro", "yes", BOTH),
        "the regimen standard is for cases without neurology",
        "check the neurology (--neuro or --no-neuro), or state another regimen",
    ),
    (
        "a regimen that is for neurology",
        {"regimen": "neuro"},
        *("neuro", "no", BOTH),
        "the regimen neuro is for cases with neurology",
        "check the neurology (--neuro or --no-neuro), or state another regimen",
    ),
    (
        "a plateau where loading is over",
        {**MAINTAINED, "neuro": True, "plateau": JAN_7},
        *("plateau", "2026-01-07", "not-applicable"),
        "2026-01-07 cannot be used: loading is over (a last dose is stated)",
        "leave plateau out",
    ),
    (
        "weeks of a loading of fixed length",
        {"loading_weeks": 8},
        *("loading_weeks", "8", "not-applicable"),
        "8 cannot be used: in the regimen standard loading has a fixed length",
        "leave loading weeks out",
    ),
    (
        "a last dose after as of",
        {**MAINTAINED, "as_of": "2026-01-04"},
        *("last_dose", "2026-01-05", OF_ORDER),
        *("2026-01-05 is after as of, 2026-01-04", "check the date, or move as of on"),
    ),
    (
        "a plateau after as of",
        {"neuro": True, "plateau": JAN_7, "as_of": JAN_5},
        *("plateau", "2026-01-07", OF_ORDER),
        *("2026-01-07 is after as of, 2026-01-05", "check the date, or move as of on"),
    ),
    (
        "given through after as of",
        {"given_through": JAN_7, "as_of": JAN_5},
        *("given_through", "2026-01-07", OF_ORDER),
        *("2026-01-07 is after as of, 2026-01-05", "check the date, or move as of on"),
    ),
    (
        "given through before the start",
        {"given_through": "2026-01-04"},
        *("given_through", "2026-01-04", OF_ORDER),
        *("2026-01-04 is before the start, 2026-01-05", "check the date"),
    ),
    (
        "given through before the last dose",
        {**MAINTAINED, "given_through": "2026-01-04"},
        *("given_through", "2026-01-04", OF_ORDER),
        *("2026-01-04 is before the last dose, 2026-01-05", "check the date"),
    ),
    (
        "a reason without an end",
        {"because": "moved"},
        *("ended", None, "missing"),
        "is missing, but a reason is stated: moved",
        "state the day on which treatment ended (--ended DATE; in a cohort: the column "
        "ended), or leave the reason out",
    ),
    (
        "an end without a reason",
        {"ended": JAN_7},
        *("because", None, "missing"),
        "is missing: treatment ended on 2026-01-07",
        "state why (--because REASON; in a cohort: the column because): died, moved, "
        "oral, declined, resolved, other",
    ),
    (
        "an end before the start",
        {"ended": "2026-01-04", "because": "moved"},
        *("ended", "2026-01-04", OF_ORDER),
        *("2026-01-04 is before the start, 2026-01-05", END_OF),
    ),
    (
        "an end before the last dose",
        {**MAINTAINED, "ended": "2026-01-04", "because": "moved"},
        *("ended", "2026-01-04", OF_ORDER),
        *("2026-01-04 is before the last dose, 2026-01-05", END_OF),
    ),
    (
        "an end before the last of two given doses",
        {"given": [JAN_5, JAN_7], "ended": "2026-01-06", "because": "moved"},
        *("ended", "2026-01-06", OF_ORDER),
        *("2026-01-06 is before the last given dose, 2026-01-07", END_OF),
    ),
    (
        "an end before given through",
        {"given_through": JAN_7, "ended": "2026-01-06", "because": "moved"},
        *("ended", "2026-01-06", OF_ORDER),
        *("2026-01-06 is before the given through, 2026-01-07", END_OF),
    ),
    (
        "a dose on the last dose",
        {**MAINTAINED, "given": [JAN_5]},
        *("given", "2026-01-05", OF_ORDER),
        "2026-01-05 is not after the last dose, 2026-01-05",
        "check the date; record only the doses since the last dose",
    ),
    (
        "a dose before the start",
        {"given": "2026-01-04"},
        *("given", "2026-01-04", OF_ORDER),
        "2026-01-04 is before the start, 2026-01-05",
        "check the date; if it was the first dose, the start is 2026-01-04: state it "
        "as START, or revise with --start 2026-01-04",
    ),
    (
        "a dose before the start of a later course",
        {"given": "2026-01-04", "course": 2},
        *("given", "2026-01-04", OF_ORDER),
        "2026-01-04 is before the start, 2026-01-05",
        "check the date: no dose of an earlier course is one of this course",
    ),
    (
        "a dose after as of",
        {"given": JAN_7.isoformat(), "as_of": "2026-01-06"},
        *("given", "2026-01-07", OF_ORDER),
        *("2026-01-07 is after as of, 2026-01-06", "check the date, or move as of on"),
    ),
    (
        "a dose after given through",
        {"given": [JAN_7], "given_through": "2026-01-06"},
        *("given", "2026-01-07", OF_ORDER),
        "2026-01-07 is after given through, 2026-01-06",
        "check the date, or move given through on",
    ),
    (
        "an unknown field",
        {"plateu": JAN_7},
        *("plateu", "plateu", "unknown-name"),
        "plateu is not a known field",
        "did you mean plateau? allowed: patient, start, last_dose, neuro, renal, egfr, "
        "regimen, drug, plateau, loading_weeks, interval, monthly_from, given, "
        "given_through, as_of, ended, because, anaemia, accept, course, months, until",
    ),
)
def test_what_is_refused_of_a_case_is_refused_in_full(
    fields: dict[str, Any],
    field: str,
    value: str | None,
    code: str,
    message: str,
    hint: str,
) -> None:
    """The field and its value, the kind of fault, what is wrong and what to do."""
    with pytest.raises(InputError) as caught:
        Case.parse({**MADE, **fields})
    error = caught.value
    assert (error.field, error.value, error.code) == (field, value, code)
    assert (error.message, error.hint) == (message, hint)


TODAY = date(2026, 3, 2)
DIED = {"ended": date(2026, 3, 5), "because": "died"}


@table(
    "fields, stated, field, said",
    (
        "a last dose",
        {"start": None, "last_dose": date(2026, 3, 3)},
        None,
        *("last_dose", "2026-03-03 is after today, 2026-03-02"),
    ),
    (
        "a plateau",
        {"neuro": True, "plateau": date(2026, 3, 3)},
        None,
        *("plateau", "2026-03-03 is after today, 2026-03-02"),
    ),
    (
        "the last of given doses",
        {"given": [JAN_5, date(2026, 3, 3)]},
        None,
        *("given", "2026-03-03 is after today, 2026-03-02"),
    ),
    (
        "given through, an earlier as of",
        {"given_through": date(2026, 3, 3)},
        JAN_7,
        *("given_through", "2026-03-03 is after today, 2026-03-02"),
    ),
    (
        "a death",
        DIED,
        date(2026, 3, 4),
        "ended",
        "2026-03-05 is after as of, 2026-03-04",
    ),
    ("a death on as of", DIED, date(2026, 3, 5), None, None),
    ("an end of another kind", DIED | {"because": "moved"}, None, None, None),
    ("doses up to today", {"given": [TODAY]}, None, None, None),
    ("nothing recorded", {}, None, None, None),
)
def test_a_fact_is_not_after_today_or_a_later_as_of(
    fields: dict[str, Any], stated: date | None, field: str | None, said: str | None
) -> None:
    """An end that is planned may be; a mistyped year would hide a patient."""
    if field is None:
        check_not_future(made(**fields), TODAY, stated)
        return
    with pytest.raises(InputError) as caught:
        check_not_future(made(**fields), TODAY, stated)
    error = caught.value
    assert (error.field, error.code, error.message) == (field, "future", said)
    assert error.value == str(said)[:10]
    assert error.hint == "check the year: only what was done is recorded"


def test_two_defaults_of_which_only_one_can_hold_are_refused_with_the_second() -> None:
    """Before any row is read: each row would fail by it."""
    with pytest.raises(InputError) as caught:
        check_alternatives({"renal": "normal", "egfr": "75", "months": None})
    error = caught.value
    assert (error.field, error.value, error.code) == ("egfr", "75", BOTH)
    assert error.message == "renal and eGFR are both stated"


@table(
    "number, text",
    ("a whole one", 90, "90"),
    ("one with a point", 90.0, "90"),
    ("a part", 61.5, "61.5"),
    ("a small one", 1e-7, "0.0000001"),
    ("40 digits", Decimal("1e39"), f"1{'0' * 39}"),
    ("one digit more", Decimal("1e40"), "1E+40"),
    ("the 40th decimal", Decimal("1e-40"), f"0.{'0' * 39}1"),
    ("one decimal more", Decimal("1e-41"), "1E-41"),
    ("none", math.nan, "NaN"),
    ("one without end", math.inf, "Infinity"),
)
def test_a_number_is_written_with_all_its_digits(number: object, text: str) -> None:
    """One of more than 40 keeps its exponent: its zeros would fill the memory."""
    assert number_text(number) == text


@table(
    "accept, rules",
    ("spaces around each", " RENAL-CYANO ; NEURO-INTERVAL ", 2),
    ("no-break spaces", "RENAL-CYANO\N{NO-BREAK SPACE},NEURO-INTERVAL", 2),
    ("nothing after the last", "RENAL-CYANO;NEURO-INTERVAL;", 2),
    ("a tuple", ("NEURO-INTERVAL", "renal-cyano"), 2),
    ("a set", {"NEURO-INTERVAL", "RENAL-CYANO"}, 2),
    ("a frozen set", frozenset({"NEURO-INTERVAL", "RENAL-CYANO"}), 2),
    ("an empty list", [], 0),
)
def test_rules_are_read_as_given_dates_are(accept: object, rules: int) -> None:
    """Commas or semicolons between them, in any case, kept in one order."""
    assert made(accept=accept).accept == ("RENAL-CYANO", "NEURO-INTERVAL")[:rules]


WIDE = {"low": 0, "high": 9999}
ONE_OF = "write a whole number from 0 to 9999"


@table(
    "value, read",
    ("the least", 0, 0),
    ("the most", 9999, 9999),
    ("a text", "12", 12),
    ("noughts before it", "0012", 12),
    ("none", "0", 0),
)
def test_a_whole_number_is_read(value: object, read: int) -> None:
    """Of any range, its ends included."""
    found = whole_number(**WIDE)(value, "tolerance")
    assert (found, type(found)) == (read, int)


@table(
    "value, code, message, hint",
    ("part of a day", 1.5, WRONG, "1.5 is a float", ONE_OF),
    ("true", True, WRONG, "True is a bool", ONE_OF),
    (
        "less than none",
        "-1",
        UNUSABLE,
        *("-1 is not a whole number from 0 to 9999", "choose one from 0 to 9999"),
    ),
    (
        "one too many",
        10000,
        UNUSABLE,
        *("10000 is not a whole number from 0 to 9999", "choose one from 0 to 9999"),
    ),
    (
        "five digits",
        "10000",
        UNUSABLE,
        *("10000 is not a whole number from 0 to 9999", "write digits only"),
    ),
    (
        "a word",
        "two",
        UNUSABLE,
        *("two is not a whole number from 0 to 9999", "write digits only"),
    ),
)
def test_what_is_no_whole_number_of_a_range_is_refused(
    value: object, code: str, message: str, hint: str
) -> None:
    """With the range, and the field that was asked for."""
    with pytest.raises(InputError) as caught:
        whole_number(**WIDE)(value, "tolerance")
    error = caught.value
    assert (error.field, error.value) == ("tolerance", str(value))
    assert (error.code, error.message, error.hint) == (code, message, hint)


def test_a_reference_is_read_by_itself_where_doses_are_recorded() -> None:
    """The error names the space and says how to mend it, as in a row of a cohort."""
    with pytest.raises(InputError) as caught:
        FIELDS["patient"]("A-17 ", "patient")
    assert caught.value.message == "'A-17 ' has a space before or after it"
    assert caught.value.hint == "remove the space"


@table(
    "row, stated",
    ("the default without neurology", {}, False),
    ("the default with it", {"neuro": "yes"}, False),
    ("the default by its name", {"neuro": "yes", "regimen": "neuro"}, False),
    ("another", {"regimen": "uk-label"}, True),
    ("that of the drug", {"drug": "cyanocobalamin"}, False),
)
def test_a_regimen_is_stated_where_it_is_not_the_default(
    row: Row, stated: bool
) -> None:
    """By drug and neurology."""
    assert Case.parse(row_of(**row)).states_regimen is stated
