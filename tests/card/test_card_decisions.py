"""Cards of decisions on record: set aside, ended, begun again, anaemia."""

from __future__ import annotations

from dataclasses import replace

import pytest
from card_cases import CLINIC, DISCREET, PATIENT, card_of, read
from spec import day, plan_of

from b12sched.plan.events import EarlierCourse
from b12sched.regimen import Drug
from b12sched.views.card import CardStyle, plan_card

KIDNEYS = {"drug": "cyanocobalamin", "renal": "impaired", "accept": "RENAL-CYANO"}
DIED = {"given": "2026-01-05;2026-01-07", "ended": "2026-01-09", "because": "died"}
ASKING = ("call", "ask", "please", "say so", "if you", "tick", "must", "should")


def test_the_clinic_s_card_says_first_what_was_set_aside() -> None:
    """Under the title, above every other fact, and first among the cautions."""
    source = plan_card(plan_of(**KIDNEYS), CLINIC).decode()
    assert source.index("Set aside:") < source.index("Reference")
    card = card_of(**KIDNEYS)
    cautions = [item for item in card.items if "[" in item and "conv" in item]
    assert "set aside by the prescriber" in cautions[0]


def test_the_patient_reads_first_and_in_plain_words_what_was_set_aside() -> None:
    source = plan_card(plan_of(**KIDNEYS), PATIENT).decode()
    at = source.index(
        "Your prescriber decided on cyanocobalamin, although your kidneys"
    )
    assert at < source.index("When to call", source.index("<body"))
    assert "RENAL-CYANO" not in source


def test_the_sheet_of_a_patient_who_died_says_when_treatment_ended() -> None:
    """In words, as every date of a sheet."""
    text = card_of(PATIENT, **DIED).text
    assert "This treatment ended on Friday 9 January 2026 . No injection" in text


@pytest.mark.parametrize("style", [PATIENT, DISCREET])
def test_the_card_of_a_patient_who_died_asks_for_nothing(style: CardStyle) -> None:
    """It has no days to come to, nobody to call and no box to tick."""
    card = read(plan_card(plan_of(neuro="yes", **DIED), style))
    assert "is planned" in card.text
    assert not [word for word in ASKING if word in card.text.lower()]
    assert not card.tables
    assert not card.items


def test_the_sheet_of_a_treatment_that_never_began_has_no_injection() -> None:
    """It ended on the Saturday before the clinic's first open day."""
    ended = {"ended": "2026-01-03", "because": "moved"}
    card = card_of(PATIENT, start="2026-01-03", open="mon-fri", **ended)
    assert not card.facts.keys() & {"First injection", "Next injection"}


def test_the_clinic_s_card_of_a_treatment_that_never_began_has_no_month() -> None:
    card = card_of(CLINIC, ended="2026-01-05", because="died")
    assert card.facts["Next dose"] == "none planned"
    assert "January" not in card.text


def test_the_clinic_s_card_of_a_patient_who_died_is_a_whole_record() -> None:
    """With what was given and no other caution; no next dose is foretold."""
    card = card_of(CLINIC, **DIED)
    assert card.facts["Next dose"] == "none planned"
    assert "Ampoules" not in card.facts
    assert card.text.startswith("Vitamin B12 injection record, ended")
    assert "Fri 2026-01-09 because the patient died" in card.text
    doses = card.table("Dose")
    assert doses.column("Given on") == ["Mon 2026-01-05", "Wed 2026-01-07"]
    assert doses.column("Next date")[-1] == ""
    assert len([item for item in card.items if "[ended" in item]) == 1


def test_a_treatment_that_ended_shows_nothing_after_its_end() -> None:
    """No maintenance on the strip or in words, no day, nothing to come for."""
    known = {"given": "2026-01-05;2026-01-07", "as_of": "2026-01-09"}
    card = card_of(PATIENT, **known, ended="2026-01-08", because="declined")
    assert "Your injections ended on Thursday 8 January 2026" in card.text
    assert "Long-term" not in card.text
    assert "2027" not in card.text
    assert "decides whether you need injections again" in card.text
    assert "cannot come" not in card.text


def test_a_discreet_card_without_an_appointment_to_come_names_no_number() -> None:
    known = {"given": "2026-01-05", "as_of": "2026-01-06"}
    card = card_of(DISCREET, **known, ended="2026-01-06", because="moved")
    assert card.facts["Next"] == "none planned"
    assert "cannot come" not in card.text


def test_early_labs_stand_on_both_cards_by_what_they_test() -> None:
    """In the clinic's table with one cell for the result; a closed clinic is said."""
    known = {"anaemia": "severe", "closed": "2026-01-06;2026-01-07"}
    rows = card_of(CLINIC, **known).table("Labs").rows
    assert rows[0][0].startswith("Labs on day 2 | Potassium")
    assert "closed that day: arrange it elsewhere" in rows[0][2]
    text = card_of(PATIENT, **known).text
    assert "Tuesday 6 January 2026 Blood test (potassium) (the clinic is" in text
    assert "Then talk about it after 1 month" in text


def test_the_card_of_a_later_course_names_the_earlier_ones() -> None:
    """The courses that are known, and one of which no dose is recorded."""
    first = EarlierCourse(
        1, Drug.HYDROXOCOBALAMIN, 6, day("2026 Jan 5"), day("2026 Jan 16")
    )
    second = EarlierCourse(2, Drug.METHYLCOBALAMIN, 0, None, None)
    third = EarlierCourse(
        3, Drug.METHYLCOBALAMIN, 1, day("2027 Jan 4"), day("2027 Jan 4")
    )
    plan = replace(
        plan_of(start="2027-03-01", course="4"), earlier=(third, second, first)
    )
    clinic = read(plan_card(plan, CLINIC)).facts["Course"]
    assert clinic == (
        "4 of this patient's treatment; course 3: methylcobalamin, 1 dose recorded, "
        "Mon 2027-01-04; course 2: methylcobalamin, 0 doses recorded; course 1: "
        "hydroxocobalamin, 6 doses recorded, Mon 2026-01-05 to Fri 2026-01-16"
    )
    items = read(plan_card(plan, PATIENT)).items
    assert "Course of treatment: 4." in items
    assert (
        "Course 1: hydroxocobalamin, Monday 5 January to Friday 16 January 2026."
    ) in items
    assert not [item for item in items if item.startswith("Course 2")]
