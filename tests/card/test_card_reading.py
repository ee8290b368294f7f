"""The patient's sheet read aloud: how hard it is, whose it is, whether it agrees."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import product
from typing import NamedTuple

import pytest
from card_cases import PATIENT, read
from reading import grade, syllables
from spec import plan_of, table

from b12sched import Plan
from b12sched.errors import B12SchedError
from b12sched.plan.cautions import CAUTIONS
from b12sched.regimen_file import loading_rules
from b12sched.views.card import plan_card

ACCEPTED = "RENAL-CYANO;NEURO-INTERVAL;CYANO-INTERVAL"
ENDS: tuple[dict[str, str], ...] = (
    {},
    {"ended": "2026-03-10", "because": "oral", "as_of": "2026-02-20"},
    {"ended": "2026-03-10", "because": "resolved"},
)
OFTEN: tuple[dict[str, str], ...] = (
    {},
    {"interval": "3m"},
    {"interval": "1m"},
    {"monthly_from": "2026-01-01"},
)


class Sheet(NamedTuple):
    """A sheet: the facts it was made of, its items and everything that it shows."""

    fields: dict[str, str]
    plan: Plan
    items: list[str]
    text: str


@cache
def sheets() -> tuple[Sheet, ...]:
    """One sheet of each regimen with each kind of fact that changes its texts."""
    return tuple(_sheets())


def _sheets() -> Iterator[Sheet]:
    regimens = [regimen.name for regimen in loading_rules().values()]
    assert len(regimens) == 15
    begins: tuple[dict[str, str], ...] = ({}, {"last_dose": "2026-01-05"})
    for name, neuro, renal, begin, end in product(
        regimens, ("yes", "no"), ("normal", "dialysis", "unknown"), begins, ENDS
    ):
        # What changes few texts goes with the other facts in turn.
        turn = len(name) + len(end) + len(renal) + len(neuro)
        fields = {"regimen": name, "neuro": neuro, "renal": renal, **begin, **end}
        fields |= OFTEN[turn % 4] | {"accept": ACCEPTED}
        if not begin:
            fields["anaemia"] = ("", "no", "severe")[turn % 3]
        if turn % 2:
            fields |= {"open": "mon-fri", "holidays": "GB"}
        try:
            plan = plan_of(**fields)
        except B12SchedError:
            continue
        card = read(plan_card(plan, PATIENT))
        yield Sheet(fields, plan, card.items, card.text)


# --- how hard it is -----------------------------------------------------------------


@table(
    "word, count",
    *(
        (word, word, count)
        for word, count in {
            "call": 1,
            "come": 1,
            "nerves": 2,
            "walked": 1,
            "needed": 2,
            "better": 2,
            "settle": 2,
            "decides": 3,
            "hydroxocobalamin": 2,
            "12": 1,
            "B12": 1,
        }.items()
    ),
)
def test_syllables_are_counted(word: str, count: int) -> None:
    """By groups of vowels; in `nerves` a silent e is counted."""
    assert syllables(word) == count


def test_the_grade_is_that_of_the_formula() -> None:
    """Six words of one syllable: 0.39 × 6 + 11.8 − 15.59 = −1.45."""
    assert round(grade("The cat sat on the mat."), 2) == -1.45
    assert grade("Administration necessitates authorisation.") > 20


@table("code", *((code, code) for code in CAUTIONS))
def test_a_plain_text_is_read_at_nine_to_eleven(code: str) -> None:
    """Grade 6 at most: an age of 11."""
    assert grade(CAUTIONS[code].plain.format(detail="")) <= 6


@pytest.mark.unmeasured
def test_every_item_of_every_sheet_is_read_at_nine_to_eleven() -> None:
    """Grade 6 at most for each item, as it stands; 4 at most for a whole sheet."""
    assert len(sheets()) > 300
    for sheet in sheets():
        assert [(item, grade(item)) for item in sheet.items if grade(item) > 6] == []
        assert grade(" ".join(sheet.items)) <= 4


# --- whose it is --------------------------------------------------------------------


@table(
    "word",
    *(
        (word, word)
        for word in (
            *("homocyst", "infant", "no authority", "as quoted", "as shown"),
            *("read there", "copy read", "abstract", "review pending", "provisional"),
            *("convention", "asked of", "US leaflet", "None"),
        )
    ),
)
def test_nothing_on_a_sheet_is_for_somebody_else(word: str) -> None:
    """No target of a test, no doubt about a source, no word of the clinic's."""
    assert not [s.fields for s in sheets() if word.lower() in s.text.lower()]


def test_a_sheet_names_its_own_drug_alone() -> None:
    """But where a caution must say which form of B12 is the right one."""
    drugs = {"hydroxocobalamin", "cyanocobalamin", "methylcobalamin"}
    warned = re.compile(r"should not be cyano\w+|the form is hydro\w+")
    for sheet in sheets():
        others = drugs - {str(sheet.plan.case.drug)}
        said = warned.sub("", " ".join(sheet.items)).lower()
        assert not [drug for drug in others if drug in said], sheet.fields


def test_a_dose_on_a_sheet_is_one_of_its_own_plan() -> None:
    """No amount that this patient does not get."""
    for sheet in sheets():
        case = sheet.plan.case
        own = {case.regimen.dose.amount, case.regimen.maintenance.dose.amount}
        if case.regimen.open:
            own.add(case.regimen.open.dose.amount)
        said = re.findall(r"[0-9.]+ (?:mg|micrograms)\b", " ".join(sheet.items))
        assert set(said) <= own, sheet.fields


@table(
    "anaemia, said",
    ("not stated", "", "If your anaemia is severe, the salt potassium"),
    ("severe", "severe", "As your anaemia is severe, the salt potassium"),
    ("none", "no", None),
    ("not severe", "yes", None),
)
def test_potassium_is_told_to_whom_it_concerns(anaemia: str, said: str | None) -> None:
    text = read(plan_card(plan_of(anaemia=anaemia), PATIENT)).text
    assert "salt potassium" in text if said else "salt potassium" not in text
    assert not said or said in text


@table(
    "renal, said",
    ("impaired", "impaired", "Your kidneys do not work as they should."),
    ("dialysis", "dialysis", "You are on dialysis."),
    ("unknown", "unknown", "It is not known how well your kidneys work."),
)
def test_kidneys_are_told_of_once(renal: str, said: str) -> None:
    """With the drug that the prescriber decided on, or with the one to avoid."""
    text = read(plan_card(plan_of(renal=renal), PATIENT)).text
    assert f"{said} So your form of B12 should not be cyanocobalamin." in text
    known = {"drug": "cyanocobalamin", "accept": "RENAL-CYANO"}
    text = read(plan_card(plan_of(renal=renal, **known), PATIENT)).text
    assert f"cyanocobalamin, although {said[0].lower()}{said[1:]} The rules" in text
    assert "should not be" not in text


# --- whether it agrees --------------------------------------------------------------


@table(
    "one, other",
    (
        "B12 is tested, and it is not tested",
        "Blood tests?",
        "not (?:usually )?(?:measured|tested|repeated)|no blood test",
    ),
    ("the drug is right, and it is wrong", "Medicine: cyano", "should not be cyano"),
    ("for life, and not any more", "injections for life", "injections ended"),
    ("B12 by mouth, and do not stop", "by mouth", "Do not stop"),
    ("ended, and its end is not fixed", "injections ended", "end is not fixed"),
    ("ended, and it has no end", "injections ended", "no end date"),
    (
        "none is planned, and come on these days",
        "No injection is planned\\. When",
        "Tick",
    ),
    (
        "none is planned, and it is overdue",
        "No injection is planned\\. When",
        "overdue",
    ),
    (
        "monthly from the start, and later",
        "monthly from their start",
        "Then every month",
    ),
    ("a finding is promised, and it ended", "injections ended", "finds that they can"),
    (
        "the source is named, and must be asked for",
        "treatment follows",
        "which guidance",
    ),
    ("the rhythm is one, and another", "every second day for as", "three times a week"),
)
def test_no_sheet_contradicts_itself(one: str, other: str) -> None:
    """No sheet says both, whatever its regimen and its facts."""
    one_said, other_said = re.compile(one), re.compile(other)
    both = [
        sheet.fields
        for sheet in sheets()
        if one_said.search(sheet.text) and other_said.search(sheet.text)
    ]
    assert both == []


def test_no_check_is_told_of_after_the_end() -> None:
    """What a sheet says is done at 6 months stands in its list of days."""
    for sheet in sheets():
        kinds = {str(event.kind) for event in sheet.plan.events}
        said = " ".join(sheet.items)
        assert ("Check of your recovery" in said) is ("assessment" in kinds)
        assert ("Examinations:" in said) is ("review" in kinds)
