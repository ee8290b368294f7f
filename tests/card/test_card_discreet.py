"""The discreet card: days and appointments, and nothing of what they are for."""

from __future__ import annotations

import re

import pytest
from card_cases import (
    CASE_PLANS,
    DISCREET,
    HOSTILE,
    card_of,
    is_balanced,
    long_plans,
)
from effort import every, some_or_all
from spec import plan_of, table

from b12sched.views.card import Audience, CardStyle, plan_card

CLINICAL = re.compile(
    r"b12|vitamin|cobal|inject|\bdos(?:e|es|age|ing)\b|loading|maintenance|plateau"
    r"|provisional|\blabs?\b|blood|serum|\bcbc\b|homocyst|review|examin|assess|recover"
    r"|neuro|nerve|renal|kidney|regimen|batch|expiry|\bsite\b|reaction|caution|warning"
    r"|prescri|clinic|patient|medic|treat|therap|drug|ampoule|symptom|\b[im]\.?m\b"
    r"|\bmg\b|microgram|source|nhs|nice|reference|given|nurse|doctor|health",
    re.IGNORECASE,
)
"""Words, and parts of words, that would say what the appointments are for."""


def test_no_clinical_word_is_left() -> None:
    """In nothing that is shown, and nothing in the file: style, classes, metadata."""
    for plan in long_plans().values():
        source = plan_card(plan, DISCREET).decode()
        assert CLINICAL.findall(source) == []


def test_the_search_would_find_them() -> None:
    """The other cards are full of them."""
    for audience in Audience:
        source = plan_card(plan_of(neuro="yes"), CardStyle(audience=audience)).decode()
        assert len(CLINICAL.findall(source)) > 60


@table(
    "fields",
    ("another reference", {"patient": "B-18"}),
    ("no reference", {"patient": ""}),
    ("another drug", {"drug": "methylcobalamin"}),
    ("another renal status", {"renal": "dialysis"}),
    ("another clinic that is open on the same days", {"open": "mon,wed,fri"}),
)
def test_only_the_days_make_a_difference(fields: dict[str, str]) -> None:
    """Plans on the same days with the same certainty have the same card."""
    facts = {"until": "2026-03-20"}
    known = plan_card(plan_of(**facts), DISCREET)
    assert plan_card(plan_of(**facts | fields), DISCREET) == known


@table("text", *((text, text) for text in (*HOSTILE, "Elm Street Surgery")))
def test_names_are_left_out(text: str) -> None:
    """The reference and the clinic's name, for every audience."""
    plain = plan_card(plan_of(), DISCREET)
    for audience in Audience:
        style = CardStyle(audience=audience, discreet=True, clinic_name=text[:50])
        assert plan_card(plan_of(patient=text), style) == plain


def test_each_day_is_one_appointment() -> None:
    """Labs, examinations and doses of a day are not told apart or counted."""
    card = card_of(DISCREET, neuro="yes", open="mon-fri", given="2026-01-05")
    rows = card.table("Day").rows
    assert rows[0] == ["Mon 2026-01-05", "Appointment", "kept", ""]
    assert rows[3] == ["Mon 2026-01-12", "Appointment", "", ""]
    assert rows[37:40] == [
        ["Fri 2026-04-03", "Appointment", "", ""],
        ["Fri 2026-05-29", "Appointment (to be confirmed)", "", ""],
        ["Fri 2026-07-03", "Appointment", "", ""],
    ]
    assert card.facts == {"Next": "Wed 2026-01-07", "Number": "44"}
    assert card.title == "Appointments"
    assert [text for _, text in card.headings] == [
        *("Appointments", "At a glance", "Days"),
    ]


def test_months_and_strip_say_only_how_sure_a_day_is() -> None:
    """Kept, an appointment, or one to be confirmed; closed days are not shown."""
    card = card_of(
        DISCREET, neuro="yes", loading_weeks="1", given="2026-01-05", open="mon-fri"
    )
    assert card.month("January 2026").rows[1] == [
        *("5 K", "6", "7 A", "8", "9 A", "10", "11"),
    ]
    assert card.month("March 2026").rows[2][3] == "12 C"
    assert card.drawn["title"] == ["Appointments over time"]
    assert card.drawn["desc"] == [
        "Kept: Mon 2026-01-05. "
        "Appointments: 6 in all, Wed 2026-01-07 to Tue 2027-01-05. "
        "To confirm: 5 in all, Thu 2026-03-12 to Thu 2026-11-12."
    ]


def test_the_next_appointment_is_after_the_last_one_kept() -> None:
    """A day before it is past, whether or not it was kept."""
    given = card_of(DISCREET, given="2026-01-05;2026-04-20", until="2026-06-30")
    assert given.facts["Next"] == "Wed 2026-04-22"


def test_the_next_appointment_is_on_the_card_however_far_away() -> None:
    """A horizon before it hides nothing: two months after the last one."""
    card = card_of(DISCREET, last_dose="2026-01-31", until="2026-02-01")
    assert card.facts == {"Next": "Tue 2026-03-31", "Number": "1"}


def test_a_discreet_card_says_which_number_to_call() -> None:
    """The clinic's number and not its name; no number for emergencies."""
    style = CardStyle(
        discreet=True, clinic_name="Elm", clinic_phone="020 7946", emergency="999"
    )
    card = card_of(style)
    assert card.text.endswith("If you cannot come, call 020 7946 .")
    assert "tel:0207946" in card.values("href")
    assert "Elm" not in card.source
    assert "999" not in card.source
    assert card_of(DISCREET).text.endswith("that you have for these appointments.")


@pytest.mark.unmeasured
@some_or_all
def test_every_published_case_is_rendered_discreetly(thorough: bool) -> None:
    """A row for each day of the plan, and no clinical word in any."""
    for plan in every(15, CASE_PLANS, thorough=thorough):
        source = plan_card(plan, DISCREET).decode()
        assert is_balanced(source)
        assert CLINICAL.search(source) is None
        days = re.findall(
            r'<th scope="row" class="whole">[A-Z][a-z]{2} ([0-9-]{10})', source
        )
        kept = () if plan.case.died else plan.events
        assert days == sorted({str(event.date) for event in kept})
        assert "<title>Appointments</title>" in source
