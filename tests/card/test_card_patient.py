"""The patient's card: plain words that claim no more than the cautions do."""

from __future__ import annotations

import re
from dataclasses import replace

from card_cases import CASE_PLANS, PATIENT, card_of, is_balanced, long_plans, read
from effort import every, some_or_all
from spec import plan_of, table

from b12sched.plan.cautions import CAUTIONS, cautions
from b12sched.rules import RULES, SOURCES
from b12sched.views.card import Audience, CardStyle, plan_card

NUMBER = re.compile(r"(?<![A-Za-z0-9])[0-9]+")
PLAIN_WORDS_TOO = {"convention", "protocol", "overdue", "gap", "renal", "lifelong"} | {
    *("potassium", "monthly", "recovery", "methylcobalamin", "brief"),
}
"""Codes and keys that a sentence may hold as the words that they are."""


def test_every_caution_has_a_plain_text() -> None:
    """A sentence or more, and no other caution's."""
    plain = [caution.plain for caution in CAUTIONS.values()]
    assert all(text.endswith(".") for text in plain)
    assert len(set(plain)) == len(plain)


@table("code", *((code, code) for code in CAUTIONS))
def test_a_plain_text_has_the_numbers_of_its_caution(code: str) -> None:
    """The same ones in the same order: none lost, none claimed besides."""
    said, plain = CAUTIONS[code].text, CAUTIONS[code].plain
    assert NUMBER.findall(plain) == NUMBER.findall(said)


@table("code", *((code, code) for code in CAUTIONS))
def test_a_plain_text_is_in_short_sentences(code: str) -> None:
    """At most 20 words each, for a reader of nine to eleven years."""
    for sentence in re.split(r"(?<=[.?:]) ", CAUTIONS[code].plain):
        assert len(sentence.split()) <= 20


def test_the_numbers_are_found() -> None:
    """Four in the times of movements; B12 has none of its own."""
    assert NUMBER.findall(CAUTIONS["paradoxical-movements"].plain) == list("2526")
    assert NUMBER.findall(CAUTIONS["folate-alone"].plain) == []


def test_no_code_of_ours_is_shown() -> None:
    """No name of a rule, code of a caution, id of an event, key of a source."""
    names = {*RULES, *CAUTIONS, *SOURCES} - PLAIN_WORDS_TOO
    codes = re.compile(
        r"\b(?:" + "|".join(map(re.escape, names)) + r")\b"
        r"|\b(?:loading|maintenance|review|lab|assessment)-[0-9]"
    )
    for plan in long_plans().values():
        card = read(plan_card(plan, PATIENT))
        shown = " ".join([card.title, card.text, *card.values("aria-label")])
        assert codes.findall(shown) == []


def test_every_caution_of_the_plan_is_told_once() -> None:
    """With its severity in words, whatever part of the card it stands in."""
    for plan in long_plans().values():
        items = read(plan_card(plan, PATIENT)).items
        for caution in cautions(plan):
            word = {"warning": "Important", "info": "Good to know"}[caution.severity]
            assert items.count(f"{word}: {caution.plain}") == 1


def test_the_days_are_told_in_plain_words() -> None:
    """Standard, twelve months from Monday 5 January 2026; two doses given so far."""
    days = card_of(PATIENT, given="2026-01-05;2026-01-07", until="2026-04-05")
    assert days.table("Day").rows == [
        ["Mon 2026-01-05", "Injection 1", "given"],
        ["Wed 2026-01-07", "Injection 2", "given"],
        ["Fri 2026-01-09", "Injection 3", ""],
        ["Mon 2026-01-12", "Injection 4", ""],
        ["Wed 2026-01-14", "Injection 5", ""],
        ["Fri 2026-01-16", "Injection 6", ""],
        ["Mon 2026-03-16", "Long-term injection 1", ""],
        ["Sun 2026-04-05", "Blood test", ""],
    ]


def test_what_is_done_on_one_day_stands_together() -> None:
    """Blood tests before the injection; provisional days say that they may change."""
    rows = card_of(PATIENT, neuro="yes", open="mon-fri").table("Day").rows
    assert [row[:2] for row in rows[36:40]] == [
        ["Mon 2026-03-30", "Examination, injection 37"],
        ["Fri 2026-04-03", "Blood test"],
        ["Fri 2026-05-29", "Long-term injection 1 (provisional: may change)"],
        ["Fri 2026-07-03", "Blood test, check of your recovery"],
    ]


def test_the_header_says_what_is_injected() -> None:
    """Into a muscle, not IM; with neurology or without in plain words."""
    assert card_of(PATIENT, neuro="yes").facts == {
        "Reference": "A-17",
        "Medicine": "hydroxocobalamin (vitamin B12)",
        "Each injection": "1 mg, into a muscle",
        "Treatment": "with nerve symptoms",
        "First injection": "Mon 2026-01-05",
        "Next injection": "Mon 2026-01-05",
    }
    cyano = card_of(PATIENT, drug="cyanocobalamin", patient="")
    assert cyano.facts["Each injection"] == "100 micrograms, into a muscle"
    assert cyano.facts["Treatment"] == "as on the US label for pernicious anaemia"
    assert "Reference" not in cyano.facts
    assert cyano.title == "Your B12 injections"


def test_the_next_injection_is_the_first_not_given() -> None:
    """Eight given on alternate days to 19 January: the ninth, or after a plateau 2m."""
    days = ";".join(f"2026-01-{day:02}" for day in range(5, 20, 2))
    card = card_of(PATIENT, neuro="yes", loading_weeks="1", given=days)
    assert card.facts["Next injection"] == "Wed 2026-01-21"
    card = card_of(PATIENT, neuro="yes", plateau="2026-01-19", given=days)
    assert card.facts["Next injection"] == "Thu 2026-03-19"


def test_a_patient_on_maintenance_has_no_first_course() -> None:
    """The last injection is known; what comes is long-term."""
    card = card_of(PATIENT, last_dose="2026-01-31", until="2026-03-31")
    assert card.facts["Last injection"] == "Sat 2026-01-31"
    assert card.items[3] == "Long-term injections: every 2 months, no end date."
    assert card.table("Day").rows == [["Tue 2026-03-31", "Long-term injection 1", ""]]
    assert card.drawn["desc"] == [
        "Long-term: Sat 2026-01-31 to Tue 2026-03-31. Injections: Tue 2026-03-31."
    ]


def test_the_next_injection_is_on_the_card_however_far_away() -> None:
    """A horizon before it hides nothing: two months after the last one."""
    card = card_of(PATIENT, last_dose="2026-01-31", until="2026-02-01")
    assert card.facts["Next injection"] == "Tue 2026-03-31"
    assert card.table("Day").rows == [["Tue 2026-03-31", "Long-term injection 1", ""]]


def expected(**fields: str) -> list[str]:
    """What the card says is to come, in its part on what to expect."""
    labels = ("First", "Long", "Exam", "Blood", "Check")
    return [i for i in card_of(PATIENT, **fields).items if i.startswith(labels)]


def test_what_to_expect_and_when() -> None:
    """Both phases, then each sort of check of this plan with its days."""
    assert expected(neuro="yes", loading_weeks="2") == [
        "First course: on alternate days until no further improvement "
        "(Mon 2026-01-05 to Mon 2026-01-19; the end is not fixed, as only an "
        "examination can find it).",
        "Long-term injections: every 2 months, no end date.",
        "Examinations: each week of the first course: tingling, sense of position and "
        "of vibration, walking, strength (Tue 2026-01-13, Mon 2026-01-19).",
        "Blood tests: vitamin B12, blood count and homocysteine, homocysteine target "
        "below 10 µmol/L (Sun 2026-04-05, Sun 2026-07-05, Tue 2027-01-05).",
        "Check of your recovery: 6 months after the first injection: how far you have "
        "recovered (Sun 2026-07-05).",
    ]


@table(
    "said, fields",
    (
        "without neurology",
        "First course: three times a week for two weeks "
        "(Mon 2026-01-05 to Fri 2026-01-16).",
        {},
    ),
    (
        "a plateau is recorded: the end is known",
        "First course: on alternate days until no further improvement "
        "(Mon 2026-01-05 to Mon 2026-01-19).",
        {"neuro": "yes", "plateau": "2026-01-19"},
    ),
    (
        "every month",
        "Long-term injections: every month, no end date.",
        {"interval": "1m"},
    ),
    (
        "every month from a date",
        "Long-term injections: every 2 months, then every month from Tue 2026-09-01, "
        "no end date.",
        {"monthly_from": "2026-09-01"},
    ),
    (
        "no target where renal status is not normal",
        "Blood tests: vitamin B12, blood count and homocysteine "
        "(Sun 2026-04-05, Sun 2026-07-05, Tue 2027-01-05).",
        {"renal": "unknown"},
    ),
    (
        "many examinations",
        "Examinations: each week of the first course: tingling, sense of position and "
        "of vibration, walking, strength (12 in all, Tue 2026-01-13 to "
        "Mon 2026-03-30).",
        {"neuro": "yes"},
    ),
)
def test_what_to_expect_is_this_plan(said: str, fields: dict[str, str]) -> None:
    """Only what this plan holds, in its own words."""
    assert said in expected(**fields)


def test_when_to_call_names_whom() -> None:
    """The clinic if its name is known; an emergency number before all."""
    style = CardStyle(audience=Audience.PATIENT, clinic_name="Elm Street")
    named, unnamed = card_of(style), card_of(PATIENT)
    first = "In an emergency, call your emergency number at once. For all else, call"
    assert f"{first} Elm Street ." in named.text
    assert f"{first} the place that gives your injections." in unnamed.text
    for card in (named, unnamed):
        assert card.items[1:3] == [
            "Call if you cannot come on one of these days, or missed an injection. "
            "After a missed one there is a single next one, never two at once.",
            "Call if your symptoms come back or are not under control. Your prescriber "
            "decides whether you need injections more often.",
        ]


def test_sources_stand_in_small_print_by_title() -> None:
    """Title and year; no key before them."""
    items = card_of(PATIENT).items
    assert (
        "Specialist Pharmacy Service: Commentary on NICE guideline NG239, vitamin B12 "
        "deficiency in over 16s, 2024 (read there)"
    ) in items
    assert (
        "American Regent: Cyanocobalamin injection 1000 micrograms/ml, US label, NDC "
        "0517-0031 (not read there; copy read)"
    ) in items


@some_or_all
def test_every_published_case_is_rendered_in_full(thorough: bool) -> None:
    """A row for each day of the plan, and nothing undefined.

    The card of a patient who died has no days.
    """
    for plan in every(5, CASE_PLANS, thorough=thorough):
        source = plan_card(plan, PATIENT).decode()
        assert is_balanced(source)
        days = re.findall(
            r'<th scope="row" class="whole">[A-Z][a-z]{2} ([0-9-]{10})', source
        )
        kept = () if plan.case.died else plan.events
        assert days == sorted({str(event.date) for event in kept})


def test_marks_of_the_month_are_the_patients_own() -> None:
    """Injection, examination, blood test, recovery, each by a letter of its name."""
    card = card_of(PATIENT, neuro="yes", given="2026-01-05")
    assert card.month("January 2026").rows[1:3] == [
        ["5 G", "6", "7 I", "8", "9 I", "10", "11 I"],
        ["12", "13 IE", "14", "15 I", "16", "17 I", "18"],
    ]
    assert card.month("July 2026").rows[0][6] == "5 BR"
    assert card.month("May 2026").rows[4][5] == "30 P"
    assert (
        "G injection given I injection P provisional injection: may change "
        "E examination B blood test R check of your recovery"
    ) in card.text


def test_a_year_with_neurology_is_a_small_file() -> None:
    """Less than the clinic's card."""
    assert len(plan_card(plan_of(neuro="yes"), PATIENT)) < 50_000


def test_a_sheet_without_an_injection_to_come_says_none() -> None:
    """Nothing to come: no day is made up, and no month is said to be left out."""
    plan = replace(plan_of(patient="A-17", given="2026-01-05"), events=())
    page = plan_card(plan, CardStyle(audience=Audience.PATIENT)).decode()
    assert "Next injection" not in page
    assert "without appointments" not in page


def test_a_sheet_names_from_which_date_which_dose_is_given() -> None:
    """The UK label: 1 mg, from the eighth dose 250 micrograms, then 1 mg again."""
    card = card_of(PATIENT, regimen="uk-label")
    assert card.facts["Each injection"] == (
        "first 1 mg, into a muscle; then from Sat 2026-01-24 250 micrograms, into a "
        "muscle; long-term from Tue 2026-04-28 (provisional) 1 mg, into a muscle"
    )
    card = card_of(PATIENT, regimen="uk-label", plateau="2026-01-30")
    assert card.facts["Each injection"].endswith(
        "long-term from Tue 2026-03-24 1 mg, into a muscle"
    )


def test_a_dose_that_this_card_does_not_reach_has_no_date() -> None:
    """A month on there is no long-term injection yet."""
    card = card_of(PATIENT, regimen="uk-label", months="1")
    assert card.facts["Each injection"].endswith("; long-term 1 mg, into a muscle")


def test_an_open_part_that_never_begins_has_no_dose_on_the_sheet() -> None:
    """A plateau within the first seven doses: 1 mg all along."""
    card = card_of(PATIENT, regimen="uk-label", plateau="2026-01-12")
    assert card.facts["Each injection"] == "1 mg, into a muscle"


def test_no_examination_is_promised_where_there_is_none() -> None:
    """The blood count ends loading by the UK label."""
    first, long_term, *_ = expected(regimen="uk-label")
    assert first == (
        "First course: on alternate days for 7 doses, then 250 micrograms weekly until "
        "the blood count is normal (Mon 2026-01-05 to Sat 2026-02-28; the end is not "
        "fixed: your prescriber decides whether that is reached)."
    )
    assert long_term == "Long-term injections: every 2 months, no end date."
    assert (
        expected(regimen="uk-diet")[1]
        == "Long-term injections: every 6 months, no end date."
    )
