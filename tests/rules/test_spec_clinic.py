"""The clinic: which days are open, and how far a planned day is looked for."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from importlib.metadata import version
from typing import Any

import pytest
from holidays import country_holidays
from spec import (
    Days,
    Row,
    dates,
    day,
    days,
    dues,
    every_day,
    given,
    ids,
    plan_of,
    refusal,
    table,
)

from b12sched import Clinic
from b12sched.errors import InputError
from b12sched.plan.cautions import cautions
from b12sched.plan.public_holidays import (
    codes_that_begin,
    differences,
    holidays_in,
    library_version,
)
from b12sched.plan.wording import summary

LAST = {"last_dose": "2026-01-05"}


@table(
    "row, first",
    ("a Sunday, open every day", {"start": "2026-01-04"}, day("2026 Jan 4")),
    (
        "a Saturday in a week from Monday to Friday",
        {"start": "2026-01-10", "open": "mon-fri"},
        day("2026 Jan 12"),
    ),
    (
        "a Friday in a week from Monday to Friday",
        {"start": "2026-01-09", "open": "mon-fri"},
        day("2026 Jan 9"),
    ),
    (
        "a Saturday in a week from Monday to Saturday",
        {"start": "2026-01-10", "open": "mon-sat"},
        day("2026 Jan 10"),
    ),
    (
        "a Tuesday with single weekdays",
        {"start": "2026-01-06", "open": "mon,wed,fri"},
        day("2026 Jan 7"),
    ),
    (
        "a Saturday with single weekdays in another order",
        {"start": "2026-01-10", "open": "fri,mon"},
        day("2026 Jan 12"),
    ),
    (
        "a Thursday with one weekday",
        {"start": "2026-01-08", "open": "wed"},
        day("2026 Jan 14"),
    ),
    (
        "a closed day",
        {"start": "2026-01-05", "closed": "2026-01-05"},
        day("2026 Jan 6"),
    ),
    (
        "closed days in any order and form",
        {"start": "2026-01-05", "closed": "7 Jan 2026;2026-01-05;2026-01-06"},
        day("2026 Jan 8"),
    ),
    (
        "a closed Friday before a weekend",
        {"start": "2026-01-09", "open": "mon-fri", "closed": "2026-01-09"},
        day("2026 Jan 12"),
    ),
    (
        "New Year in England",
        {"start": "2026-01-01", "holidays": "GB-ENG"},
        day("2026 Jan 2"),
    ),
    (
        "New Year in Scotland",
        {"start": "2026-01-01", "holidays": "GB-SCT"},
        day("2026 Jan 3"),
    ),
    (
        "Easter in England, weekends closed",
        {"start": "2026-04-03", "open": "mon-fri", "holidays": "GB-ENG"},
        day("2026 Apr 7"),
    ),
    (
        "Christmas in England with its substitute day",
        {"start": "2026-12-25", "open": "mon-fri", "holidays": "GB-ENG"},
        day("2026 Dec 29"),
    ),
    (
        "Thanksgiving in the United States",
        {"start": "2026-11-26", "holidays": "US"},
        day("2026 Nov 27"),
    ),
    (
        "Labour Day in New South Wales",
        {"start": "2026-10-05", "holidays": "AU-NSW"},
        day("2026 Oct 6"),
    ),
    (
        "Labour Day of New South Wales is none in Victoria",
        {"start": "2026-10-05", "holidays": "AU-VIC"},
        day("2026 Oct 5"),
    ),
    (
        "no holiday library asked for",
        {"start": "2026-12-25"},
        day("2026 Dec 25"),
    ),
    (
        "a holiday and a closed day after it",
        {"start": "2026-01-01", "holidays": "GB-ENG", "closed": "2026-01-02"},
        day("2026 Jan 3"),
    ),
    (
        "holidays of the next year",
        {"start": "2026-12-31", "holidays": "GB-ENG", "closed": "2026-12-31"},
        day("2027 Jan 2"),
    ),
)
def test_the_first_open_day(row: Row, first: date) -> None:
    """FWD(d): the first open day on or after d: its weekday is open and it is neither
    a holiday nor closed."""
    plan = plan_of(**row)
    assert plan.start == first
    assert dates(plan, "loading-1") == (first,)


@pytest.mark.parametrize(
    ("code", "name", "start", "until", "said"),
    [
        ("GB-ENG", "England", "2026-11-05", "2027-11-05", None),
        ("LK", "Sri Lanka", "2020-11-05", "2024-11-05", None),
        ("LK", "Sri Lanka", "2001-11-05", "2002-11-05", "2001 to 2002"),
        ("LK", "Sri Lanka", "2002-11-05", "2003-11-05", "2002"),
        ("IN", "India", "2094-11-05", "2095-11-05", "2094 to 2095"),
        ("GB-ENG", "England", "2199-11-05", "2200-11-05", "2199 to 2200"),
    ],
)
def test_years_of_which_holidays_are_not_known_are_named(
    code: str, name: str, start: str, until: str, said: str | None
) -> None:
    """Sri Lanka's are known from 2003 on, some of India's until a few decades from now,
    none beyond a hundred years or so: a plan in such years says so, and no warning of
    the library's gets through."""
    plan = plan_of(start=start, until=until, holidays=code)
    clinic = dict(summary(plan))["Clinic"]
    assert clinic.startswith(
        "open every day, weekends included, "
        f"closed on public holidays of {name} ({code})"
    )
    assert ("not all are known" in clinic) == (said is not None)
    if said:
        assert f"known for {said}: close such days with --closed" in clinic


@table(
    "row, value",
    ("a weekday that is none", {"open": "mon,xyz"}, "xyz"),
    ("a range to a weekday that is none", {"open": "mon-xyz"}, "xyz"),
    ("a range without an end", {"open": "mon-"}, "mon-"),
    ("a country that is none", {"holidays": "ZZ"}, "ZZ"),
    ("a subdivision that is none", {"holidays": "GB-ZZZ"}, "GB-ZZZ"),
    ("a closed day that can be read two ways", {"closed": "03/04/2026"}, "03/04/2026"),
    ("a closed day that is none", {"closed": "2026-02-30"}, "2026-02-30"),
)
def test_a_clinic_that_cannot_be(row: Row, value: str) -> None:
    """Weekdays, holiday codes and closed days are read strictly."""
    error = refusal(InputError, **row)
    assert error.exit_code == 2
    assert value in error.message
    assert error.hint


def test_the_last_year_that_the_library_knows_is_known() -> None:
    """The one after it is not."""
    last = country_holidays("GB").end_year
    clinic = Clinic(holidays="GB")
    assert clinic.knows(last)
    assert not clinic.knows(last + 1)


@table(
    "code, cure",
    (
        "a country",
        "UK",
        "with a part of it if need be: GB, GB-ENG, US, AU-NSW",
    ),
    ("a part of one", "SG-X", "allowed: SG"),
    (
        "a part that is near to one",
        "GB-ENK",
        "allowed: GB, GB-ENG, GB-NIR, GB-SCT, GB-WLS",
    ),
)
def test_the_cure_for_a_holiday_code_can_be_read_at_a_glance(
    code: str, cure: str
) -> None:
    """Not 250 countries, but how one is written; of one country all its parts."""
    assert refusal(InputError, holidays=code).hint.endswith(cure)


@table(
    "typed, code",
    ("a country", "gb", "GB"),
    ("a part", "gb-eng", "GB-ENG"),
    ("a town", "de-augsburg", "DE-Augsburg"),
    ("a town of two words", "ch-stadt zurich", "CH-Stadt Zurich"),
)
def test_a_holiday_code_is_read_in_any_case(typed: str, code: str) -> None:
    """It is kept as the library spells it."""
    assert Clinic(holidays=typed).holidays == code


@table(
    "code, name",
    ("a country", "BY", "Belarus"),
    ("a part of another", "DE-BY", "Bayern"),
    ("a country of two words", "GB", "United Kingdom"),
    ("a country with a small word", "BA", "Bosnia and Herzegovina"),
    ("a country that begins with letters", "CD", "DR Congo"),
    ("a part", "GB-ENG", "England"),
    ("a part with older codes", "FR-971", "Guadeloupe"),
    ("a town without another name", "DE-Augsburg", "Augsburg"),
)
def test_the_country_of_the_holidays_is_named(code: str, name: str) -> None:
    """BY is Belarus, not Bavaria: whoever mistypes a code can see it."""
    clinic = dict(summary(plan_of(holidays=code)))["Clinic"]
    assert f"closed on public holidays of {name} ({code})" in clinic


@table(
    "code, parts, there",
    ("a part without towns of its own", "GB-ENG", {}, {}),
    ("a part without holidays of its own", "AT-9", {}, {}),
    (
        "a part with a town, and with Catholic towns",
        "DE-BY",
        {"Augsburg (DE-Augsburg)": "DE-Augsburg", "mainly Catholic towns": None},
        {
            "2026-08-08": "Augsburg Peace Festival",
            "2026-08-15": "Assumption Day",
            "2027-08-08": "Augsburg Peace Festival",
            "2027-08-15": "Assumption Day",
        },
    ),
    (
        "a part with Catholic towns",
        "DE-SN",
        {"mainly Catholic towns": None},
        {"2026-06-04": "Corpus Christi", "2027-05-27": "Corpus Christi"},
    ),
    (
        "a town of two words",
        "CH-ZH",
        {"Stadt Zürich (CH-Stadt Zurich)": "CH-Stadt Zurich"},
        {
            "2026-01-02": "Saint Berchtold's Day",
            "2026-09-12": "Knabenschiessen",
            "2026-09-13": "Knabenschiessen",
            "2027-01-02": "Saint Berchtold's Day",
            "2027-09-11": "Knabenschiessen",
            "2027-09-12": "Knabenschiessen",
        },
    ),
)
def test_days_that_are_holidays_in_some_places_only(
    code: str, parts: dict[str, str | None], there: dict[str, str]
) -> None:
    """The places by name with their codes, and the days of both years by name."""
    found, only = differences(code, 2026, 2027)
    assert found == parts
    assert {each.isoformat(): name for each, name in only.items()} == there


def test_the_parts_of_a_country_whose_holidays_differ() -> None:
    """Not the days that all of it has, and of each year that is asked for."""
    parts, only = differences("GB", 2026, 2026)
    assert parts == {
        "England (GB-ENG)": "GB-ENG",
        "Northern Ireland (GB-NIR)": "GB-NIR",
        "Scotland (GB-SCT)": "GB-SCT",
        "Wales (GB-WLS)": "GB-WLS",
    }
    assert only[day("2026 Mar 17")] == "Saint Patrick's Day"
    assert only[day("2026 Apr 6")] == "Easter Monday"
    assert day("2026 Dec 25") not in only
    assert {each.year for each in only} == {2026}
    parts, _ = differences("FR", 2026, 2026)
    assert "Moselle (FR-57)" in parts
    assert "Bretagne (FR-BRE)" not in parts


def test_holidays_have_english_names_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    """By date, whatever language the country and the machine have."""
    monkeypatch.setenv("LANGUAGE", "de")
    found = holidays_in("DE-BY", 2041)  # a year that no other test has read before
    assert [*found] == sorted(found)
    assert found[day("2041 Jan 1")] == "New Year's Day"
    assert found[day("2041 Jan 6")] == "Epiphany"
    assert day("2041 Aug 8") not in found


def test_codes_are_offered_with_their_names() -> None:
    """Countries; of one that is typed in full, its parts as well."""
    assert [*codes_that_begin("gb-e")] == [
        ("GB", "United Kingdom"),
        ("GB-ENG", "England"),
        ("GB-NIR", "Northern Ireland"),
        ("GB-SCT", "Scotland"),
        ("GB-WLS", "Wales"),
    ]
    found = [*codes_that_begin("i")]
    assert ("IE", "Ireland") in found
    assert {code[0] for code, _ in found} == {"I"}
    assert [code for code, _ in found] == sorted(code[:2] for code, _ in found)


def test_the_library_is_named_with_its_years() -> None:
    """As a self-test prints it."""
    years = r"\(years 19\d\d to 2\d\d\d, for some countries fewer\)"
    assert re.fullmatch(rf"{re.escape(version('holidays'))} {years}", library_version())


@table(
    "row, said",
    ("nothing", {}, "open every day, weekends included"),
    ("weekdays", {"open": "mon-fri"}, "open mon-fri"),
    (
        "closed days",
        {"closed": "2026-12-24..2026-12-26"},
        "open every day, weekends included, 3 closed days",
    ),
)
def test_open_days_are_always_said(row: Row, said: str) -> None:
    """Doses on a Sunday are no surprise."""
    assert dict(summary(plan_of(**row)))["Clinic"] == said


WEEKDAYS = "write mon-fri or mon,wed,fri"


@table(
    "row, message, hint",
    (
        "a weekday that is none",
        {"open": "mon,xyz"},
        "xyz is not a weekday or a range of them",
        WEEKDAYS,
    ),
    (
        "a weekday in full",
        {"open": "Monday"},
        "monday is not a weekday or a range of them",
        WEEKDAYS,
    ),
    (
        "a range to no weekday",
        {"open": "mon-xyz"},
        "mon-xyz is not a weekday or a range of them",
        WEEKDAYS,
    ),
    (
        "a space",
        {"open": "mon, tue"},
        "' tue' is not a weekday or a range of them",
        WEEKDAYS,
    ),
    (
        "a country that is none",
        {"holidays": "zz"},
        "zz is not a known holiday code",
        "write a country's two letters (ISO 3166)",
    ),
    (
        "a part of a country that is none",
        {"holidays": "gb-1234567"},
        "gb-1234567 is not a known holiday code",
        "allowed: GB, GB-ENG, GB-NIR, GB-SCT, GB-WLS",
    ),
)
def test_a_clinic_that_cannot_be_is_told(row: Row, message: str, hint: str) -> None:
    """The part at fault, what to write, the field and all of its text."""
    error = refusal(InputError, **row)
    assert error.message == message
    assert error.hint.startswith(hint)
    ((field, value),) = row.items()
    assert (error.field, error.value) == (field, value)


def test_a_clinic_is_open_on_some_day_of_the_week() -> None:
    """No weekday at all is an error that says how to name them."""
    with pytest.raises(InputError) as caught:
        Clinic(open=frozenset())
    error = caught.value
    found = error.field, error.message, error.hint
    assert found == ("open", "names no weekday", "name the open days: mon-fri")


@table(
    "open, closed, field",
    ("single days are closed", "mon", "2026-01-05", "closed"),
    ("only weekdays are", "mon", "", "open"),
)
def test_no_open_day_is_an_error_of_the_field_to_change(
    open: str, closed: str, field: str
) -> None:
    """It names the days that were looked at: from due to 60 days on."""
    clinic = Clinic.parse({"open": open, "closed": closed})
    with pytest.raises(InputError) as caught:
        clinic.must_open(None, day("2026 Jan 5"))
    error = caught.value
    assert error.message == "no open day from 2026-01-05 to 2026-03-06"
    assert error.hint == "check the open days, holidays and closed days of the clinic"
    assert (error.field, error.value) == (field, "2026-01-05")
    assert error.code == "no-open-day"
    assert clinic.must_open(day("2026 Jan 6"), day("2026 Jan 5")) == day("2026 Jan 6")


@table(
    "when, why",
    ("an open day", "2026 Apr 2", None),
    ("a weekday off", "2026 Apr 4", "closed on Sat"),
    ("a Sunday that is closed as well", "2026 Apr 5", "closed on Sun"),
    ("a closed day", "2026 Apr 8", "closed that day"),
    ("a holiday", "2026 Apr 3", "public holiday (GB-ENG)"),
)
def test_a_closed_day_has_its_reason(when: str, why: str | None) -> None:
    """Its weekday is not open, or it is closed, or it is a holiday."""
    clinic = Clinic.parse(
        {"open": "mon-fri", "holidays": "GB-ENG", "closed": "2026-04-05;2026-04-08"}
    )
    assert clinic.is_open(day(when)) is (why is None)
    if why is not None:
        assert clinic.why_closed(day(when)) == why


@table(
    "open, text",
    ("every day", "mon-sun", None),
    ("a range", "mon,tue,wed", "mon-wed"),
    ("two days on end", "sat,sun", "sat,sun"),
    ("single days", "fri,mon,wed", "mon,wed,fri"),
    ("two ranges", "fri-wed", "mon-wed,fri-sun"),
    ("a day and a range", "mon,wed-fri", "mon,wed-fri"),
    ("capitals", "MON-FRI", "mon-fri"),
)
def test_open_weekdays_are_shown_as_they_are_typed(open: str, text: str | None) -> None:
    """Three or more on end are a range; every day is None."""
    clinic = Clinic.parse({"open": open})
    assert clinic.open_text == text
    assert Clinic.parse({"open": text or ""}).open == clinic.open


@table(
    "row, always",
    ("nothing said", {}, True),
    ("every weekday", {"open": "mon-sun"}, True),
    ("weekdays", {"open": "mon-fri"}, False),
    ("holidays", {"holidays": "GB-ENG"}, False),
    ("a closed day", {"closed": "2026-01-05"}, False),
)
def test_a_clinic_that_never_closes_is_known(row: Row, always: bool) -> None:
    """Then no day need be looked for."""
    assert Clinic.parse(row).always_open is always


CHRISTMAS = days("2026 Dec 24 25 26")


@table(
    "closed, found",
    ("a range", "2026-12-24..2026-12-26", CHRISTMAS),
    ("a range of one day", "2026-12-24..2026-12-24", days("2026 Dec 24")),
    ("words and spaces", "24 Dec 2026 .. Dec 26, 2026", CHRISTMAS),
    ("commas inside", "Dec 24, 2026..Dec 26, 2026", CHRISTMAS),
    ("a range and a day", "2026-12-25..2026-12-26,2026-12-24", CHRISTMAS),
    ("semicolons", "2026-12-24; 2026-12-25..2026-12-26", CHRISTMAS),
    (
        "ranges that overlap",
        "2026-12-24..2026-12-25,2026-12-25..26 Dec 2026",
        CHRISTMAS,
    ),
    ("a list", ["2026-12-24..2026-12-25", date(2026, 12, 26)], CHRISTMAS),
    ("a set", {"2026-12-26", date(2026, 12, 24), date(2026, 12, 25)}, CHRISTMAS),
    ("a list of commas", ["2026-12-24,2026-12-25", "26 Dec 2026"], CHRISTMAS),
)
def test_closed_days_are_dates_and_ranges_of_them(closed: Any, found: Days) -> None:
    """Kept as days, however they are named."""
    assert Clinic(closed=closed).closed == found
    assert Clinic.parse({"closed": closed}).closed == found


def test_a_range_may_be_as_long_as_a_year() -> None:
    """366 days, and not one more."""
    assert len(Clinic.parse({"closed": "2028-01-01..2028-12-31"}).closed) == 366
    error = refusal(InputError, closed="2028-01-01..2029-01-01")
    assert error.message.endswith("is 367 days long")
    assert error.hint == "close at most 366 days at once"


@table(
    "closed, message, hint",
    (
        "reversed",
        "2026-12-31..2026-12-24",
        "2026-12-31..2026-12-24 ends before it begins",
        "write the earlier day first: 2026-12-24..2026-12-31",
    ),
    (
        "without an end",
        "2026-12-24..",
        "2026-12-24.. lacks its first or its last day",
        "write both: 2026-12-24..2026-12-31",
    ),
    (
        "without a beginning",
        "..2026-12-24",
        "..2026-12-24 lacks its first or its last day",
        "write both: 2026-12-24..2026-12-31",
    ),
    (
        "to no date",
        "2026-12-24..x",
        "x is not a full date: day, month and year are needed",
        "write the date as 2026-01-05",
    ),
    (
        "three days",
        "2026-12-24..2026-12-28..2026-12-31",
        "2026-12-28..2026-12-31 is not a full date: day, month and year are needed",
        "write the date as 2026-01-05",
    ),
    (
        "a comma without a date",
        "2026-12-24,",
        "a date is missing before or after a comma or semicolon",
        "write the date, or remove the comma or semicolon",
    ),
)
def test_a_range_that_cannot_be_is_told(closed: str, message: str, hint: str) -> None:
    """What is wrong, and what to write."""
    error = refusal(InputError, closed=closed)
    assert (error.field, error.message, error.hint) == ("closed", message, hint)


@table(
    "field, value, at_fault, hint",
    ("a weekday", "open", [7], "7", "write mon-fri or mon,wed,fri"),
    ("a code", "holidays", 44, "44", "write a code: GB-ENG"),
    (
        "a range",
        "closed",
        "2026-12-24..",
        "2026-12-24..",
        "write both: 2026-12-24..2026-12-31",
    ),
)
def test_an_error_of_a_clinic_has_the_value_at_fault(
    field: str, value: Any, at_fault: str, hint: str
) -> None:
    """And says what to write."""
    with pytest.raises(InputError) as caught:
        Clinic(**{field: value})
    assert (caught.value.value, caught.value.hint) == (at_fault, hint)


@table(
    "field, value, said",
    (
        "a weekday after Sunday",
        "open",
        {0, 7},
        "7 is not a weekday from 0 (Monday) to 6",
    ),
    ("a weekday before Monday", "open", [-1], "-1 is not a weekday"),
    ("true for a weekday", "open", {True}, "True is not a weekday"),
    ("half a weekday", "open", [0.5], "0.5 is not a weekday"),
    ("a list of texts", "open", ["mon"], "mon is not a weekday"),
    ("a number for weekdays", "open", 5, "5 is a int"),
    ("no list", "open", None, "None is a NoneType"),
    ("an empty text", "open", "", "'' is not a weekday or a range"),
    ("a number for a code", "holidays", 44, "44 is a int"),
    ("an empty code", "holidays", "", "'' is not a known holiday code"),
    ("a date for several", "closed", date(2026, 12, 24), "2026-12-24 is a date"),
    ("a number for a date", "closed", [20261224], "20261224 is a int"),
    ("nothing for several", "closed", None, "None is a NoneType"),
)
def test_a_clinic_checks_itself(field: str, value: Any, said: str) -> None:
    """Any value of another type or out of range is an InputError."""
    with pytest.raises(InputError) as caught:
        Clinic(**{field: value})
    assert caught.value.field == field
    assert said in caught.value.message
    assert caught.value.hint


def test_a_clinic_takes_types_and_texts() -> None:
    """Both make the same clinic."""
    typed = Clinic(open={0, 1, 2, 3, 4}, closed=[date(2026, 12, 24)])  # type: ignore[arg-type]
    texts = Clinic(open="mon-fri", closed="2026-12-24")  # type: ignore[arg-type]
    assert typed == texts == replace(texts, holidays=None)
    assert typed.open == frozenset(range(5))
    assert Clinic.parse({"open": None, "holidays": "", "closed": []}) == Clinic()


@table(
    "name, nearest",
    ("a letter short", "holiday", "did you mean holidays? "),
    ("another word", "shut", ""),
)
def test_a_misspelt_field_of_a_clinic_is_no_clinic_that_never_closes(
    name: str, nearest: str
) -> None:
    """An unknown name is an error, with the nearest."""
    with pytest.raises(InputError) as caught:
        Clinic.parse({name: "GB-ENG"})
    assert caught.value.message == f"{name} is not a known field of a clinic"
    assert caught.value.hint == f"{nearest}allowed: open, holidays, closed"


def differing(code: str, **row: str) -> str | None:
    """The caution that holidays differ by part, if it is said."""
    found = cautions(plan_of(holidays=code, **row))
    return {each.code: each.text for each in found}.get("holidays-by-part")


@table(
    "code, said",
    (
        "a country",
        "GB",
        "Public holidays differ within United Kingdom (GB): England (GB-ENG), Northern "
        "Ireland (GB-NIR), Scotland (GB-SCT), Wales (GB-WLS) have holidays of their "
        "own. In this plan days such as Easter Monday, Mon 2026-04-06, are open: state "
        "the part that the clinic is in (for instance --holidays GB-ENG), or close "
        "such a day with --closed 2026-04-06.",
    ),
    (
        "a part with a town, and holidays of Catholic towns",
        "DE-BY",
        "Public holidays differ within Bayern (DE-BY): Augsburg (DE-Augsburg), mainly "
        "Catholic towns have holidays of their own. In this plan days such as Augsburg "
        "Peace Festival, Sat 2026-08-08, are open: state the part that the clinic is "
        "in (for instance --holidays DE-Augsburg), or close such a day with --closed "
        "2026-08-08.",
    ),
    (
        "a part with holidays of Catholic towns only",
        "DE-SN",
        "Public holidays differ within Sachsen (DE-SN): mainly Catholic towns have "
        "holidays of their own. In this plan days such as Corpus Christi, Thu "
        "2026-06-04, are open: close such a day with --closed 2026-06-04.",
    ),
)
def test_holidays_that_differ_by_part_are_said(code: str, said: str) -> None:
    """Which parts, on which day for instance, and what to type."""
    assert differing(code) == said


@table(
    "code, row, said",
    (
        "of many parts five are named",
        "US",
        {},
        "American Samoa (US-AS), California (US-CA) and ",
    ),
    ("a town of two words", "CH-ZH", {}, "--holidays 'CH-Stadt Zurich'"),
    ("a town with an accent", "BR-SP", {}, "--holidays 'BR-São Paulo Capital'"),
    (
        "the days that differ are closed",
        "DE-BY",
        {"open": "mon-fri", "months": "1"},
        "of their own: state the part that the clinic is in (for instance --holidays "
        "DE-Augsburg).",
    ),
)
def test_what_is_said_of_holidays_that_differ(code: str, row: Row, said: str) -> None:
    """At most a handful of names, and what a shell understands."""
    text = differing(code, **row)
    assert text is not None
    assert said in text


@table(
    "code, row",
    ("no holidays asked for", "", {}),
    ("a country without parts", "BY", {}),
    ("a part", "GB-ENG", {}),
    ("a part of a country with Catholic towns elsewhere", "DE-BW", {}),
    ("a town", "DE-Augsburg", {}),
    ("a part whose holidays another one shares", "MY-12", {}),
    ("parts that differ in school holidays only", "NL", {}),
    ("the only day that differs is not in the plan", "DE-SN", {"months": "1"}),
    ("the only day that differs is closed", "DE-SN", {"closed": "2026-06-04"}),
)
def test_nothing_is_said_of_holidays_that_do_not_differ(code: str, row: Row) -> None:
    """Only what can make a difference to this plan is said."""
    assert differing(code, **row) is None


def test_a_clinic_without_holidays_has_none_that_differ() -> None:
    """Nothing is said of a clinic that is open on all of them."""
    assert "holidays-by-part" not in {each.code for each in cautions(plan_of())}


def test_closed_days_are_read_once_each_and_in_order() -> None:
    """However often and in whatever order they are named."""
    clinic = Clinic.parse({"closed": "2026-01-07;5 Jan 2026;2026-01-07"})
    assert clinic.closed == days("2026 Jan 5 7")
    with pytest.raises(InputError) as caught:
        Clinic.parse({"closed": "x"})
    assert caught.value.field == "closed"


def test_an_open_day_is_looked_for_up_to_sixty_days_on() -> None:
    """FWD(d): a day as late as d + 60 is found."""
    closed = every_day("2026 Jan 5", "2026 Mar 5")
    assert plan_of(closed=closed).start == day("2026 Mar 6")


@table(
    "row",
    (
        "the first dose",
        {"closed": every_day("2026 Jan 5", "2026 Mar 6")},
    ),
    (
        "a loading dose",
        {"closed": every_day("2026 Jan 8", "2026 Mar 31")},
    ),
    (
        "a loading dose after the horizon",
        {"closed": every_day("2026 Jan 8", "2026 Mar 31"), "until": "2026-01-06"},
    ),
    (
        "a maintenance dose",
        LAST | {"closed": every_day("2026 Feb 20", "2026 Jun 1")},
    ),
    (
        "a maintenance dose due on the last day of the plan",
        LAST
        | {"closed": every_day("2026 Feb 20", "2026 Jun 1"), "until": "2026-03-05"},
    ),
    (
        "a maintenance dose after the horizon that is next",
        LAST
        | {"closed": every_day("2026 Feb 20", "2026 Jun 1"), "until": "2026-03-04"},
    ),
    (
        "a lab",
        {"closed": every_day("2026 Mar 20", "2026 Jun 30"), "until": "2026-04-05"},
    ),
    (
        "a dose that as-of moves",
        LAST
        | {"closed": every_day("2026 Apr 1", "2026 Jun 30"), "as_of": "2026-04-10"},
    ),
)
def test_no_open_day_within_sixty_days_is_an_error(row: Row) -> None:
    """No open day up to d + 60 is an error (exit 2), not an endless search."""
    error = refusal(InputError, **row)
    assert error.exit_code == 2
    assert error.message
    assert error.hint


@table(
    "row, names",
    (
        "a maintenance dose after the horizon",
        LAST
        | {"closed": every_day("2026 Apr 20", "2026 Aug 1"), "until": "2026-05-04"},
        ["maintenance-1"],
    ),
    (
        "a lab after the horizon",
        {"closed": every_day("2026 Mar 20", "2026 Jun 30"), "until": "2026-04-04"},
        [
            *("loading-1", "loading-2", "loading-3", "loading-4", "loading-5"),
            *("loading-6", "maintenance-1"),
        ],
    ),
)
def test_planned_days_are_worked_out_only_where_they_are_needed(
    row: Row, names: list[str]
) -> None:
    """Planned days are worked out for the loading course and events in the plan."""
    assert ids(plan_of(**row)) == names


def test_given_loading_doses_need_no_open_day() -> None:
    """A given loading dose needs no planned day."""
    plan = plan_of(
        given="2026-01-05;2026-01-07;2026-01-09;2026-01-12;2026-01-14;2026-01-16",
        closed=every_day("2026 Jan 5", "2026 Mar 31"),
        until="2026-04-30",
    )
    assert dates(plan, "loading") == days("2026 Jan 5 7 9 12 14 16")
    assert given(plan, "loading") == 6
    assert dues(plan, "maintenance") == days("2026 Mar 16")
    assert dates(plan, "maintenance") == days("2026 Apr 1")


@table(
    "row, due, done",
    (
        "given on another day",
        LAST
        | {"closed": every_day("2026 Feb 20", "2026 Jun 1"), "given": "2026-03-07"},
        days("2026 Mar 5, May 7, Aug 2"),
        days("2026 Mar 7, Jun 2, Aug 2"),
    ),
    (
        "given on its due day: counted from it, no longer from the last dose",
        {"last_dose": "2025-12-31", "given": "2026-02-28"}
        | {"closed": every_day("2026 Feb 15", "2026 Apr 30")},
        days("2026 Feb 28, Apr 28, Jul 1, Sep 1"),
        days("2026 Feb 28, May 1, Jul 1, Sep 1"),
    ),
)
def test_a_given_maintenance_dose_without_a_planned_day_was_given_on_another(
    row: Row, due: Days, done: Days
) -> None:
    """A given maintenance dose without a planned day counts as given on another day."""
    plan = plan_of(**(row | {"until": "2026-09-30"}))
    assert dues(plan, "maintenance") == due
    assert dates(plan, "maintenance") == done
