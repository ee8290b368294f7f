"""The rhythm and the dates of injections in FHIR: said truly, and none lost.

Rhythms are typed from the rules (SPEC 3) in the elements of FHIR's Timing.
"""

from __future__ import annotations

from itertools import groupby, pairwise

import pytest
from effort import some_or_all
from fhir_cases import (
    Json,
    bundle_of,
    dosage,
    named,
    published_files,
    published_plans,
    read,
    repeats,
    resources,
)
from spec import day, table

from b12sched.plan.identity import names_of
from b12sched.plan.rhythm import frequencies
from b12sched.regimen_file import shipped

EVERY_2_DAYS = {"frequency": 1, "period": 2, "periodUnit": "d"}
EVERY_2_MONTHS = {"frequency": 1, "period": 2, "periodUnit": "mo"}
MONTHLY = {"frequency": 1, "period": 1, "periodUnit": "mo"}


def bounds(start: str = "", end: str = "") -> Json:
    """The limits of a rhythm, days typed as `2026 Jan 5`."""
    limits = {"start": start, "end": end}
    return {
        "boundsPeriod": {
            name: day(text).isoformat() for name, text in limits.items() if text
        }
    }


# --- loading ------------------------------------------------------------------------


@table(
    "fields, expected",
    (
        "a plateau that is only assumed bounds nothing",
        {"neuro": "yes"},
        [bounds("2026 Jan 5") | EVERY_2_DAYS],
    ),
    (
        "a recorded plateau is the end",
        {"neuro": "yes", "plateau": "2026-02-20"},
        [bounds("2026 Jan 5", "2026 Feb 20") | EVERY_2_DAYS],
    ),
    (
        "three a week, six in all",
        {},
        [
            bounds("2026 Jan 5", "2026 Jan 16")
            | {"count": 6, "frequency": 3, "period": 1, "periodUnit": "wk"}
        ],
    ),
    (
        "closed days stretch the course, not the rhythm",
        {"open": "mon"},
        [
            bounds("2026 Jan 5", "2026 Feb 9")
            | {"count": 6, "frequency": 3, "period": 1, "periodUnit": "wk"}
        ],
    ),
    (
        "7 daily, 7 on alternate days, 6 every 3 to 4 days",
        {"drug": "cyanocobalamin"},
        [
            bounds("2026 Jan 5", "2026 Jan 11")
            | {"count": 7, "frequency": 1, "period": 1, "periodUnit": "d"},
            bounds("2026 Jan 13", "2026 Jan 25") | {"count": 7} | EVERY_2_DAYS,
            bounds("2026 Jan 28", "2026 Feb 15")
            | {"count": 6, "frequency": 1, "period": 3, "periodMax": 4}
            | {"periodUnit": "d"},
        ],
    ),
    (
        "the course is said in full, horizon or not",
        {"until": "2026-01-06"},
        [
            bounds("2026 Jan 5", "2026 Jan 16")
            | {"count": 6, "frequency": 3, "period": 1, "periodUnit": "wk"}
        ],
    ),
)
def test_the_rhythm_of_loading(fields: dict[str, str], expected: list[Json]) -> None:
    """LOAD-NEURO, LOAD-STANDARD, LOAD-CYANO."""
    assert repeats(bundle_of(**fields), "loading") == expected


def test_the_rhythms_are_those_of_the_courses_days() -> None:
    """As many doses, as many days apart as the days that SPEC 3 lists."""
    cyano = [*range(7), *range(8, 21, 2), 23, 27, 30, 34, 37, 41]
    waits = [0, *(later - earlier for earlier, later in pairwise(cyano))]
    blocks = [waits[:7], waits[7:14], waits[14:]]
    for rhythm, block in zip(
        frequencies(shipped("cyanocobalamin")), blocks, strict=True
    ):
        assert rhythm.doses == len(block)
        apart = set(block) - {0}
        assert min(apart) == rhythm.period
        assert max(apart) == (rhythm.period_max or rhythm.period)
    (standard,) = frequencies(shipped("standard"))
    weeks = [offset // 7 for offset in (0, 2, 4, 7, 9, 11)]
    assert {len(list(days)) for _, days in groupby(weeks)} == {standard.frequency}
    assert standard.doses == len(weeks)


@table(
    "fields, words",
    (
        "assumed",
        {"neuro": "yes"},
        [
            "1 mg IM on alternate days until no further improvement. The end is a "
            "clinical finding, never a date: a plateau on 2026-03-30 is assumed, so "
            "that dates can be shown."
        ],
    ),
    (
        "recorded",
        {"neuro": "yes", "plateau": "2026-02-20"},
        [
            "1 mg IM on alternate days until no further improvement, which was "
            "recorded on 2026-02-20."
        ],
    ),
    (
        "standard",
        {"drug": "methylcobalamin"},
        ["1 mg IM three times a week for two weeks."],
    ),
    (
        "cyanocobalamin",
        {"drug": "cyanocobalamin"},
        [
            "100 micrograms IM daily for 7 doses.",
            "then 100 micrograms IM on alternate days for 7 doses.",
            "then 100 micrograms IM every 3 to 4 days for 6 doses.",
        ],
    ),
)
def test_the_words_of_loading(fields: dict[str, str], words: list[str]) -> None:
    """The text says all that the rhythm says, and what a rhythm cannot say."""
    found = dosage(bundle_of(**fields), "loading")
    assert [each["text"] for each in found] == words
    assert [each["sequence"] for each in found] == [1, 2, 3][: len(words)]


# --- maintenance --------------------------------------------------------------------


@table(
    "interval, rhythm, words",
    ("by default", "", EVERY_2_MONTHS, "every 2 months"),
    ("1m", "1m", MONTHLY, "every month"),
    ("3m", "3m", {"frequency": 1, "period": 3, "periodUnit": "mo"}, "every 3 months"),
    ("4w", "4w", {"frequency": 1, "period": 4, "periodUnit": "wk"}, "every 4 weeks"),
    ("8w", "8w", {"frequency": 1, "period": 8, "periodUnit": "wk"}, "every 8 weeks"),
    (
        "12w",
        "12w",
        {"frequency": 1, "period": 12, "periodUnit": "wk"},
        "every 12 weeks",
    ),
)
def test_maintenance_has_its_interval_and_no_end(
    interval: str, rhythm: Json, words: str
) -> None:
    """MAINT: no end date; weeks stay weeks."""
    bundle = bundle_of(last_dose="2026-01-05", interval=interval)
    (found,) = dosage(bundle, "maintenance")
    repeat = found["timing"]["repeat"]
    assert set(repeat.pop("boundsPeriod")) == {"start"}
    assert repeat == rhythm
    assert found["text"] == f"1 mg IM {words} with no end date."


def test_provisional_maintenance_says_so_in_its_words() -> None:
    """Many systems show no more of an instruction than its text."""
    neuro = {"neuro": "yes", "monthly_from": "2026-06-01"}
    assert [each["text"] for each in dosage(bundle_of(**neuro), "maintenance")] == [
        "1 mg IM every 2 months until the step-up on 2026-06-01; provisional: no "
        "plateau is recorded.",
        "1 mg IM every month from the step-up on 2026-06-01, with no end date; "
        "provisional: no plateau is recorded.",
    ]


@table(
    "fields, expected, dates",
    (
        "two months until the step-up, monthly from then on",
        {"monthly_from": "2026-06-01", "until": "2026-08-01"},
        [
            bounds("2026 Mar 16", "2026 Jun 1") | EVERY_2_MONTHS,
            bounds("2026 Jun 1") | MONTHLY,
        ],
        [["2026-03-16", "2026-05-16"], ["2026-06-01", "2026-07-01", "2026-08-01"]],
    ),
    (
        "a step-up during loading: monthly from the start",
        {"monthly_from": "2026-01-10", "until": "2026-03-20"},
        [bounds("2026 Feb 16") | MONTHLY],
        [["2026-02-16", "2026-03-16"]],
    ),
    (
        "a step-up beyond the horizon is said all the same",
        {"monthly_from": "2028-01-01", "until": "2026-03-20"},
        [
            bounds("2026 Mar 16", "2028 Jan 1") | EVERY_2_MONTHS,
            bounds("2028 Jan 1") | MONTHLY,
        ],
        [["2026-03-16"], []],
    ),
    (
        "the next dose after the horizon, step-up to come",
        {
            "last_dose": "2026-01-05",
            "monthly_from": "2026-06-01",
            "until": "2026-01-10",
        },
        [
            bounds("2026 Mar 5", "2026 Jun 1") | EVERY_2_MONTHS,
            bounds("2026 Jun 1") | MONTHLY,
        ],
        [["2026-03-05"], []],
    ),
    (
        "the next dose after the horizon, step-up made",
        {
            "last_dose": "2026-01-05",
            "monthly_from": "2026-01-05",
            "until": "2026-01-10",
        },
        [bounds("2026 Feb 5") | MONTHLY],
        [["2026-02-05"]],
    ),
    (
        "no maintenance dose by the horizon, step-up to come",
        {"monthly_from": "2026-06-01", "until": "2026-01-10"},
        [bounds(end="2026 Jun 1") | EVERY_2_MONTHS, bounds("2026 Jun 1") | MONTHLY],
        [[], []],
    ),
    (
        "no maintenance dose by the horizon, step-up made at the last loading dose",
        {"monthly_from": "2026-01-16", "until": "2026-01-10"},
        [bounds("2026 Jan 16") | MONTHLY],
        [[]],
    ),
    (
        "a dose not given in time may come after the step-up",
        {
            "last_dose": "2026-01-05",
            "monthly_from": "2026-03-10",
            "as_of": "2026-03-20",
            "until": "2026-04-30",
        },
        [
            bounds("2026 Mar 20", "2026 Mar 20") | EVERY_2_MONTHS,
            bounds("2026 Apr 20") | MONTHLY,
        ],
        [["2026-03-20"], ["2026-04-20"]],
    ),
)
def test_a_step_up_is_a_second_instruction(
    fields: dict[str, str], expected: list[Json], dates: list[list[str]]
) -> None:
    """MAINT-MONTHLY: each rhythm with its own doses."""
    found = dosage(bundle_of(**fields), "maintenance")
    assert [each["timing"]["repeat"] for each in found] == expected
    assert [each["timing"].get("event", []) for each in found] == dates
    assert f"the step-up on {fields['monthly_from']}" in found[-1]["text"]


def test_a_step_up_of_four_weeks_is_none() -> None:
    """MAINT-MONTHLY: with an interval of four weeks it changes nothing."""
    (only,) = dosage(
        bundle_of(
            last_dose="2026-01-05",
            interval="4w",
            monthly_from="2026-02-16",
            until="2026-03-20",
        ),
        "maintenance",
    )
    weeks = {"frequency": 1, "period": 4, "periodUnit": "wk"}
    assert only["timing"]["repeat"] == bounds("2026 Feb 2") | weeks
    assert only["timing"]["event"] == ["2026-02-02", "2026-03-02"]
    assert "step-up" not in only["text"]


# --- dates --------------------------------------------------------------------------


def test_the_dates_of_doses_to_come_carry_their_ids() -> None:
    """A given dose is asked for no more; a dose moved by a closed day keeps its id."""
    (found,) = dosage(bundle_of(given="2026-01-05", closed="2026-01-09"), "loading")
    days, elements = found["timing"]["event"], found["timing"]["_event"]
    assert list(zip(days, elements, strict=True)) == [
        ("2026-01-07", {"id": "loading-2"}),
        ("2026-01-10", {"id": "loading-3"}),
        ("2026-01-12", {"id": "loading-4"}),
        ("2026-01-14", {"id": "loading-5"}),
        ("2026-01-16", {"id": "loading-6"}),
    ]


def test_a_phase_with_nothing_to_come_has_no_dates() -> None:
    """FHIR has no empty lists; the rhythm is still said."""
    six = "2026-01-05;2026-01-07;2026-01-09;2026-01-12;2026-01-14;2026-01-16"
    (found,) = dosage(bundle_of(given=six), "loading")
    assert set(found["timing"]) == {"repeat"}


@some_or_all
def test_no_date_is_outside_the_limits_of_its_rhythm(thorough: bool) -> None:
    """A system that keeps to the limits loses no dose: all published plans."""
    seen = 0
    for data in published_files(thorough):
        for request in resources(read(data), "MedicationRequest"):
            for each in request["dosageInstruction"]:
                timing = each["timing"]
                limits = timing["repeat"].get("boundsPeriod", {})
                for text in timing.get("event", []):
                    assert limits.get("start", text) <= text <= limits.get("end", text)
                    seen += 1
    assert seen > (5000 if thorough else 1000)


@some_or_all
def test_given_doses_and_doses_to_come_are_all_the_doses_of_the_plan(
    thorough: bool,
) -> None:
    """Each dose is in one place only: all published plans."""
    for plan, data in zip(
        published_plans(thorough), published_files(thorough), strict=True
    ):
        bundle = read(data)
        name = names_of(plan.case.patient or "")
        given = {each["id"] for each in resources(bundle, "MedicationAdministration")}
        to_come = [
            element["id"]
            for request in resources(bundle, "MedicationRequest")
            for each in request["dosageInstruction"]
            for element in each["timing"].get("_event", [])
        ]
        for dose in plan.doses:
            assert (name(dose.id) in given) + to_come.count(dose.id) == 1
        assert len(given) + len(to_come) == len(list(plan.doses))


@pytest.mark.parametrize(
    ("drug", "expected"),
    [
        ("hydroxocobalamin", (1, "mg", "mg")),
        ("methylcobalamin", (1, "mg", "mg")),
        ("cyanocobalamin", (100, "microgram", "ug")),
    ],
)
def test_the_dose_is_the_regimens(drug: str, expected: tuple[int, str, str]) -> None:
    """Value, unit in words and in UCUM; asked for and given alike, intramuscularly."""
    bundle = bundle_of(drug=drug, given="2026-01-05")
    given = named(bundle, "loading-1")["dosage"]
    asked = [*dosage(bundle, "loading"), *dosage(bundle, "maintenance")]
    quantities = [each["doseAndRate"][0]["doseQuantity"] for each in asked]
    for found in (given["dose"], *quantities):
        assert (found["value"], found["unit"], found["code"]) == expected
        assert found["system"] == "http://unitsofmeasure.org"
    assert {each["route"]["text"] for each in (given, *asked)} == {"intramuscular"}


# --- regimens of several parts ------------------------------------------------------


def instructions(**fields: str) -> list[tuple[str, float, str]]:
    """Text, dose and unit of each dosage instruction of loading, in sequence."""
    return [
        (
            each["text"],
            each["doseAndRate"][0]["doseQuantity"]["value"],
            each["doseAndRate"][0]["doseQuantity"]["code"],
        )
        for each in dosage(bundle_of(**fields), "loading")
    ]


def test_each_part_of_loading_has_its_own_dose_and_rhythm() -> None:
    """1 mg for two weeks, then 250 micrograms weekly to a finding without a date."""
    first, then = instructions(regimen="uk-label")
    assert first == ("1 mg IM on alternate days for 7 doses.", 1, "mg")
    assert then[0].startswith(
        "then 250 micrograms IM weekly until the blood count is normal. The end is a "
        "clinical finding, never a date"
    )
    assert then[1:] == (250, "ug")
    assert repeats(bundle_of(regimen="uk-label"), "loading") == [
        bounds("2026 Jan 5", "2026 Jan 17")
        | {"count": 7, "frequency": 1, "period": 2, "periodUnit": "d"},
        bounds("2026 Jan 24") | {"frequency": 1, "period": 1, "periodUnit": "wk"},
    ]


def test_a_part_that_a_recorded_plateau_left_out_is_not_ordered() -> None:
    """The fixed part is completed; nothing of the open one is planned."""
    assert instructions(regimen="uk-label", plateau="2026-01-10") == [
        ("1 mg IM on alternate days for 7 doses.", 1, "mg")
    ]


def test_a_code_of_a_product_is_sent_only_with_its_own_strength() -> None:
    """1 mg in 1 mL beside 250 micrograms would be read as four times the dose."""
    bundle = bundle_of(regimen="uk-label", given="2026-01-05")
    codes = {
        name: [
            c["code"]
            for c in named(bundle, name)["medicationCodeableConcept"]["coding"]
        ]
        for name in ("loading", "maintenance", "loading-1")
    }
    assert codes == {
        "loading": ["B03BA03"],
        "maintenance": ["B03BA03", "317106"],
        "loading-1": ["B03BA03", "317106"],
    }
