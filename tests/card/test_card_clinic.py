"""The clinic's record card: what it says of each event, and the room it leaves."""

from __future__ import annotations

import re

import pytest
from card_cases import CASE_PLANS, CLINIC, card_of, is_balanced
from effort import every, some_or_all
from spec import cautions_of, plan_of, table

from b12sched.errors import InputError
from b12sched.plan.events import Kind
from b12sched.rules import SOURCES
from b12sched.views.card import CardStyle, plan_card

COLUMNS = [
    *("Dose", "Due", "Date", "Given on", "Given by", "Batch no.", "Expiry"),
    *("Site", "Reaction", "Next date"),
]
EMPTY = ["", "", "", "L R", ""]
"""Given by, batch, expiry, site, reaction: for the pen."""


def test_each_dose_has_a_row_with_room_for_what_was_done() -> None:
    """A standard course from Monday 5 January 2026: days 1, 3, 5, 8, 10, 12, then 2m.

    What is due after the last dose of the plan is stated, too: two months later.
    """
    record = card_of(until="2026-05-16").table("Dose")
    assert record.heads == COLUMNS
    days = [
        *("Mon 2026-01-05", "Wed 2026-01-07", "Fri 2026-01-09", "Mon 2026-01-12"),
        *("Wed 2026-01-14", "Fri 2026-01-16", "Mon 2026-03-16", "Sat 2026-05-16"),
    ]
    names = [f"Loading {n}" for n in range(1, 7)] + ["Maintenance 1", "Maintenance 2"]
    names[0] += " | next dose"
    last = "Thu 2026-07-16"
    assert record.rows == [
        [name, day, day, "", *EMPTY, after]
        for name, day, after in zip(names, days, [*days[1:], last], strict=True)
    ]


def test_a_given_dose_is_filled_in() -> None:
    """Dose 2, due on 7 January, was given on the 8th; the third is due 2 days later."""
    card = card_of(given="2026-01-05;2026-01-08")
    first, second, third = card.table("Dose").rows[:3]
    assert first[:4] == ["Loading 1 | given", *["Mon 2026-01-05"] * 3]
    assert second == [
        "Loading 2 | given",
        "Wed 2026-01-07",
        "Thu 2026-01-08 | due Wed 2026-01-07, given 1 day later",
        "Thu 2026-01-08",
        *EMPTY,
        "Sat 2026-01-10",
    ]
    assert third[:4] == ["Loading 3 | next dose", *["Sat 2026-01-10"] * 2, ""]
    assert card.facts["Next dose"] == "Sat 2026-01-10"


@pytest.mark.unmeasured
@table(
    "dose, why, fields",
    ("a closed weekday", 2, "closed on Sat", {"start": "2026-01-08"}),
    ("a closed day", 2, "closed that day", {"closed": "2026-01-07"}),
    (
        "a public holiday",
        3,
        "public holiday (GB-ENG)",
        {"start": "2026-03-30", "holidays": "GB-ENG"},
    ),
    ("not given", 1, "not given by 2026-01-06", {"as_of": "2026-01-06"}),
)
def test_a_dose_that_is_not_on_its_due_date_says_why(
    dose: int, why: str, fields: dict[str, str]
) -> None:
    """The due date stands in its own column, and beside the reason on a phone."""
    record = card_of(**{"open": "mon-fri"} | fields).table("Dose")
    row = record.rows[dose - 1]
    assert row[2].partition(" | ")[2] == f"due {row[1]}, {why}"
    assert not row[2].startswith(row[1])


def test_provisional_doses_are_marked_in_words() -> None:
    """Each dose that rests on an assumed plateau, and the due date before the first."""
    record = card_of(neuro="yes").table("Dose")
    names, following = record.column("Dose"), record.column("Next date")
    assert names[42:] == [
        "Loading 43",
        "Maintenance 1 | provisional",
        "Maintenance 2 | provisional",
        "Maintenance 3 | provisional",
        "Maintenance 4 | provisional",
    ]
    assert following[41:44] == [
        "Mon 2026-03-30",
        "Sat 2026-05-30 | provisional",
        "Thu 2026-07-30 | provisional",
    ]
    assert following[46] == "Sat 2027-01-30 | provisional"


def test_what_is_due_after_the_horizon_is_known_within_loading() -> None:
    """The whole course is worked out: dose 4 is due on Sunday 11 January."""
    record = card_of(neuro="yes", until="2026-01-09").table("Dose")
    assert record.column("Next date") == [
        "Wed 2026-01-07",
        "Fri 2026-01-09",
        "Sun 2026-01-11",
    ]


def test_the_header_says_who_gets_what() -> None:
    """Reference, drug, dose, route, start, next dose, regimen and the clinic's name."""
    style = CardStyle(clinic_name="Elm Street <Surgery>")
    card = card_of(style, neuro="yes", egfr="84.5", open="mon-fri")
    assert card.text.startswith("Elm Street <Surgery> Vitamin B12 injection record")
    assert card.title == "B12 injection record: A-17"
    assert card.facts == {
        "Reference": "A-17",
        "Next dose": "Mon 2026-01-05",
        "Drug": "hydroxocobalamin",
        "Dose": "1 mg",
        "Route": "intramuscular (IM)",
        "Start": "Mon 2026-01-05",
        "Renal status": "normal (eGFR 84.5 mL/min/1.73 m²)",
        "Clinic days": "open mon-fri",
        "Ampoules": "41 until Tue 2027-01-05",
        "Regimen": "neuro (with neurological involvement)",
        "Loading": "on alternate days until no further improvement: 37 doses, "
        "Mon 2026-01-05 to Mon 2026-03-30",
        "Plateau": "Mon 2026-03-30 (assumed)",
        "Maintenance": "every 2 months, no end date, first Fri 2026-05-29 "
        "(provisional); counted from Mon 2026-03-30, policy last-dose",
        "Cautions": "7 warnings, below",
    }


def test_a_patient_on_maintenance_has_a_last_dose_and_no_loading() -> None:
    """No start, no labs, no examinations: they are counted from dose 1."""
    card = card_of(last_dose="2026-01-31", until="2026-05-31")
    assert card.facts["Last dose"] == "Sat 2026-01-31"
    assert not {"Start", "Loading", "Plateau"} & set(card.facts)
    assert card.table("Dose").rows == [
        [
            *("Maintenance 1 | next dose", "Tue 2026-03-31", "Tue 2026-03-31", ""),
            *(*EMPTY, "Sun 2026-05-31"),
        ],
        ["Maintenance 2", *["Sun 2026-05-31"] * 2, "", *EMPTY, "Fri 2026-07-31"],
    ]
    assert [text for _, text in card.headings] == [
        *("Vitamin B12 injection record", "Doses", "At a glance", "Cautions"),
        *("Rules of the dates", "Sources"),
    ]


def test_a_card_without_a_reference_leaves_room_for_one() -> None:
    """Nothing is guessed: the line is for the pen."""
    card = card_of(patient="")
    assert set(card.facts["Reference"]) == {"_"}
    assert card.title == "B12 injection record"


def test_the_next_dose_is_on_the_card_however_far_away() -> None:
    """A horizon before it hides nothing: two months after the last dose."""
    card = card_of(last_dose="2026-01-31", until="2026-02-01")
    assert card.facts["Next dose"] == "Tue 2026-03-31"
    assert [row[:2] for row in card.table("Dose").rows] == [
        ["Maintenance 1 | next dose", "Tue 2026-03-31"]
    ]


def test_each_examination_has_room_for_its_findings() -> None:
    """Five findings, and who examined; the last one asks for the decision, once."""
    reviews = card_of(neuro="yes", loading_weeks="2").table("Examination")
    assert reviews.heads == [
        *("Examination", "Due", "Date", "Paraesthesia", "Proprioception"),
        *("Vibration sense", "Gait", "Motor strength", "Examined by"),
    ]
    assert reviews.rows == [
        ["Examination 1", "Mon 2026-01-12", "Tue 2026-01-13", *[""] * 6],
        ["Examination 2", "Mon 2026-01-19", "Mon 2026-01-19", *[""] * 6],
        [
            "Decision: still improving: go on loading; no further improvement: record "
            "the plateau, on , by"
        ],
    ]
    recorded = card_of(neuro="yes", plateau="2026-01-19").table("Examination")
    assert recorded.rows == reviews.rows[:-1]


FOLLOW_UP = (
    " Clinical follow-up, which NICE asks for at 3 months (at 1 month if pregnant or "
    "breastfeeding)."
)


@table(
    "renal, said",
    ("normal", "normal", " Homocysteine target below 10 µmol/L."),
    ("impaired", "impaired", ""),
    ("dialysis", "dialysis", ""),
    ("unknown", "unknown", ""),
)
def test_labs_have_room_for_results_and_a_target_only_where_it_holds(
    renal: str, said: str
) -> None:
    """Kidney disease itself raises homocysteine: no target then (LAB)."""
    labs = card_of(renal=renal).table("Labs")
    assert labs.heads[3:] == [
        "Serum B12",
        "Full blood count",
        "Homocysteine",
        "Seen by",
    ]
    assert labs.rows == [
        [
            f"Labs at {months} | Serum B12, full blood count and homocysteine."
            f"{said}{more}",
            *(day, day, "", "", "", ""),
        ]
        for months, day, more in (
            ("3 months", "Sun 2026-04-05", FOLLOW_UP),
            ("6 months", "Sun 2026-07-05", ""),
            ("12 months", "Tue 2027-01-05", ""),
        )
    ]


def test_labs_on_the_day_of_a_dose_come_first() -> None:
    """Wednesday 1 April 2026 is both 3 months on and a loading dose."""
    labs = card_of(neuro="yes", start="2026-01-01", loading_weeks="16").table("Labs")
    assert labs.rows[0][0].endswith("Sample before the dose.")


def test_recovery_is_judged_once() -> None:
    """Complete, partial or poor, to be ticked, 6 months after dose 1."""
    recovery = card_of(neuro="yes", open="mon-fri").table("Assessment")
    assert recovery.rows == [
        [
            "Assessment of recovery at 6 months | Judge recovery: complete, partial or "
            "poor.",
            "Sun 2026-07-05",
            "Fri 2026-07-03 | due Sun 2026-07-05, closed on Sun",
            "complete partial poor",
            "",
        ]
    ]


def test_every_caution_stands_with_its_severity_in_words() -> None:
    """Each caution of the plan, in its order, with what supports it, by key."""
    fields = {"neuro": "yes", "renal": "dialysis"}
    items = card_of(**fields).items
    said = cautions_of(**fields)
    assert len(said) == 12
    for caution, item in zip(said, items, strict=False):
        word = {"warning": "Warning", "info": "To know"}[caution.severity]
        assert item.startswith(f"{word}: {caution.text} | [{caution.code}; ")
    assert items[0].endswith(
        "| [urgent-neuro; label; practice: lothian-neuro, lothian-referral, fda-cyano]"
    )


def test_rules_and_sources_stand_in_small_print() -> None:
    """The rules of the dates, then every source that they or the cautions cite."""
    items = card_of(last_dose="2026-01-31").items
    assert "MAINT: Maintenance [label; guideline: bnf, smpc]" in items
    keys = [item.partition(":")[0] for item in items]
    assert [key for key in keys if key in SOURCES] == [
        *("bnf", "smpc", "nice-ng239", "nice-ng239-sps", "nice-ng239-e", "fda-cyano"),
        *("lothian-monitoring", "mhra-cobalt", "bsh-b12", "brief", "convention"),
    ]


def test_the_doses_say_once_that_no_frequency_is_known_to_be_best() -> None:
    """Beside maintenance dates; a plan that ends before them does not say it."""
    said = "The best frequency of the injections has never been clearly established"
    assert card_of(last_dose="2026-01-31").text.count(said) == 1
    assert said not in card_of(until="2026-01-20").text


def test_month_grids_show_each_day() -> None:
    """January 2026: doses on alternate days from the 5th, two examinations; closed."""
    card = card_of(neuro="yes", given="2026-01-05", open="mon-sat")
    assert card.month("January 2026").rows == [
        ["", "", "", "1", "2", "3", "4 –"],
        ["5 G", "6", "7 D", "8", "9 D", "10", "11 –"],
        ["12 DR", "13", "14 D", "15", "16 D", "17", "18 –"],
        ["19 DR", "20", "21 D", "22", "23 D", "24", "25 –"],
        ["26 DR", "27", "28 D", "29", "30 D", "31"],
    ]
    named = [table.caption for table in card.tables if table.heads[:1] == ["Mo"]]
    assert named == [
        *("January 2026", "February 2026", "March 2026", "April 2026", "May 2026"),
        *("July 2026", "September 2026", "November 2026", "January 2027"),
    ]
    assert "G dose given D dose P provisional dose R weekly examination" in card.text
    assert "– clinic closed" in card.text


def test_an_open_clinic_has_no_closed_days_in_its_legend() -> None:
    """Signs that are not used are not explained."""
    text = card_of().text
    assert "D dose L labs January 2026" in text


def test_the_strip_shows_the_course_and_says_it_in_words() -> None:
    """100 days from 5 January: dose 6 on day 11, 3 months on day 90 of 100."""
    card = card_of(until="2026-04-15")
    lanes = card.drawn["text"]
    assert lanes == [
        *("2026-02", "2026-03", "2026-04"),
        *("Loading", "Maintenance", "Planned", "Labs"),
    ]
    assert card.drawn["title"] == ["Timeline of the treatment of A-17"]
    assert card.drawn["desc"] == [
        "Loading: Mon 2026-01-05 to Fri 2026-01-16. "
        "Maintenance: Fri 2026-01-16 to Wed 2026-04-15. "
        "Planned: 7 in all, Mon 2026-01-05 to Mon 2026-03-16. "
        "Labs: Sun 2026-04-05."
    ]
    bars = [found for tag, found in card.tags if tag == "rect"]
    assert [(bar["x"], bar["width"]) for bar in bars] == [
        *(("0.00%", "11.00%"), ("11.00%", "89.00%")),
        *((f"{days}.00%", "2") for days in (0, 2, 4, 7, 9, 11, 70)),
        ("90.00%", "2"),
    ]
    ticks = [found["x1"] for tag, found in card.tags if tag == "line"]
    assert ticks == ["27.00%", "55.00%", "86.00%"]


@pytest.mark.unmeasured
@table(
    "fields, ticks",
    ("a year", {}, ["2026-04", "2026-07", "2026-10", "2027-01"]),
    ("two years", {"months": "24"}, ["2026-07", "2027-01", "2027-07", "2028-01"]),
    ("a week", {"until": "2026-01-12"}, []),
    ("five years", {"months": "60"}, ["2027", "2028", "2029", "2030", "2031"]),
    (
        "fifty years",
        {"months": "600"},
        ["2030", "2040", "2050", "2060", "2070"],
    ),
)
def test_the_axis_has_labels_that_have_room(
    fields: dict[str, str], ticks: list[str]
) -> None:
    """First days of months or years; every other one stands back on a phone."""
    card = card_of(**fields)
    assert [text for text in card.drawn["text"] if text[:2] == "20"] == ticks
    sizes = [found["class"] for tag, found in card.tags if tag == "text"]
    assert sizes[: len(ticks)] == ["main", "more", "main", "more", "main"][: len(ticks)]


@table(
    "fields, said",
    (
        "assumed: provisional from then on",
        {"neuro": "yes", "loading_weeks": "2"},
        "Plateau: Mon 2026-01-19 (assumed). Maintenance: Mon 2026-01-19 to "
        "Tue 2027-01-05 (provisional).",
    ),
    (
        "recorded",
        {"neuro": "yes", "plateau": "2026-01-19"},
        "Plateau: Mon 2026-01-19 (recorded). Maintenance: Mon 2026-01-19 to "
        "Tue 2027-01-05. ",
    ),
    (
        "beyond the horizon: loading only",
        {"neuro": "yes", "until": "2026-01-20"},
        "Loading: Mon 2026-01-05 to Tue 2026-01-20. Planned: ",
    ),
    (
        "already on maintenance",
        {"last_dose": "2026-01-31", "until": "2026-04-01"},
        "Maintenance: Sat 2026-01-31 to Wed 2026-04-01. Planned: Tue 2026-03-31.",
    ),
)
def test_the_phases_stand_in_the_strip(fields: dict[str, str], said: str) -> None:
    """As far as they are within the horizon; what is provisional says so."""
    (found,) = card_of(**fields).drawn["desc"]
    assert said in found


def test_a_phase_of_one_day_is_drawn_as_a_mark() -> None:
    """A horizon on the day of the start: a bar would have no width."""
    card = card_of(until="2026-01-05")
    assert card.drawn["desc"] == ["Loading: Mon 2026-01-05. Planned: Mon 2026-01-05."]
    assert [found["width"] for tag, found in card.tags if tag == "rect"] == ["2", "2"]


def test_a_word_near_the_right_edge_stands_before_its_mark() -> None:
    """A plateau 7 days before the end of the strip would write beyond the page."""
    card = card_of(neuro="yes", loading_weeks="12", until="2026-04-06")
    words = {found["class"]: found["dx"] for tag, found in card.tags if "dx" in found}
    assert words == {"word-end": "-5"}


@pytest.mark.unmeasured
@some_or_all
def test_every_published_case_is_rendered_in_full(thorough: bool) -> None:
    """A row for each dose, examination, labs and assessment, each on its day."""
    assert len(CASE_PLANS) == 717
    for plan in every(10, CASE_PLANS, thorough=thorough):
        source = plan_card(plan, CLINIC).decode()
        assert is_balanced(source)
        events = [
            event
            for kind in (Kind.DOSE, Kind.REVIEW, Kind.LAB, Kind.ASSESSMENT)
            for event in plan.events
            if event.kind is kind
        ]
        dates = re.findall(r'<td class="date">[A-Z][a-z]{2} ([0-9-]{10})', source)
        assert dates == [str(event.date) for event in events]


def test_a_year_with_neurology_is_a_small_file() -> None:
    """43 loading doses in less than 150 kB; 50 years are still a file."""
    assert len(plan_card(plan_of(neuro="yes"), CLINIC)) < 150_000
    assert len(plan_card(plan_of(neuro="yes", months="600"), CLINIC)) < 1_000_000


def test_the_same_plan_makes_the_same_bytes() -> None:
    """A pure function: no clock, no random order."""
    one, other = (plan_card(plan_of(neuro="yes"), CLINIC) for _ in range(2))
    assert one == other


@pytest.mark.parametrize("field", ["clinic_phone", "emergency"])
@table(
    "number",
    ("empty", ""),
    ("blank", " "),
    ("one digit", "9"),
    ("a line break", "020 7946\n0000"),
    ("a line break at its end", "020 7946 0000\n"),
    ("markup", '999"><b>'),
    ("another address", "javascript:1"),
    ("words", "call 111"),
    ("a plus in the middle", "0044+20"),
    ("digits of another script", "٠٢٠"),
    ("too long", "0" * 31),
)
def test_a_number_that_cannot_be_dialled_is_refused(number: str, field: str) -> None:
    """2 to 30 characters: digits, and what stands between them."""
    with pytest.raises(InputError) as caught:
        CardStyle(**{field: number})  # type: ignore[arg-type]
    assert caught.value.field == field
    CardStyle(clinic_phone="+44 (0)20/7946-00.00", emergency="0" * 30)


def test_the_head_has_lines_to_write_on_and_whom_to_call() -> None:
    """Name, date of birth, allergies: the program never has them."""
    card = card_of(CardStyle(clinic_name="Elm Street", clinic_phone="020 7946 0000"))
    assert card.text.startswith(
        "Elm Street , 020 7946 0000 Vitamin B12 injection record Name Date of birth "
        "Allergies Reference A-17"
    )
    assert "tel:02079460000" in card.values("href")
    alone = card_of(CardStyle(clinic_phone="020 7946 0000"))
    assert alone.text.startswith("020 7946 0000 Vitamin B12")


def test_the_next_date_is_a_day_on_which_the_clinic_is_open() -> None:
    """Due on Saturday 16 May and Friday 16 July; the rest of July is closed by then.

    The dose after the last one of the plan is on an open day, too: 15 January 2027 is
    the Friday before Saturday the 16th.
    """
    doses = card_of(open="mon-fri").table("Dose")
    assert doses.column("Due")[7] == "Sat 2026-05-16"
    assert doses.column("Next date")[6] == "Fri 2026-05-15"
    assert doses.column("Next date")[-1] == "Fri 2027-01-15"


@table(
    "fields, folded",
    ("18 doses under each other", {"interval": "4w"}, False),
    ("19 in two columns", {"interval": "4w", "months": "13"}, True),
)
def test_many_doses_stand_in_two_columns_on_paper(
    fields: dict[str, str], folded: bool
) -> None:
    """So that they are on page 1 with rows to write in; one column says when next."""
    source = plan_card(plan_of(**fields), CLINIC).decode()
    assert ('<table class="record folded">' in source) is folded


@table(
    "name",
    ("blank", " "),
    ("empty", ""),
    ("a line break", "Elm\nStreet"),
    ("too long", "x" * 101),
    ("changes the direction", "Elm\u202eStreet"),
)
def test_a_clinic_name_that_cannot_be_printed_is_refused(name: str) -> None:
    """1 to 100 printable characters."""
    with pytest.raises(InputError) as caught:
        CardStyle(clinic_name=name)
    assert caught.value.field == "clinic_name"
    assert CardStyle(clinic_name="x" * 100).clinic_name == "x" * 100


def test_each_row_names_its_dose_where_a_plan_has_several() -> None:
    """Where it has one, the head of the card does."""
    rows = card_of(regimen="uk-label").table("Dose").rows
    assert rows[6][0] == "Loading 7 | 1 mg IM"
    assert rows[7][0] == "Loading 8 | 250 micrograms IM"
    assert "mg" not in card_of().table("Dose").rows[1][0]


def test_the_dose_that_asks_for_the_finding_has_a_row_to_tick() -> None:
    """In the words of the regimen: no examination asks."""
    rows = card_of(regimen="uk-label").table("Dose").rows
    asked = [row[0] for row in rows if row[0].startswith("Decision")]
    assert len(asked) == 1
    assert asked[0].startswith(
        "Decision: not yet (the blood count is normal): go on loading; the blood count "
        "is normal: record the plateau, on"
    )


def test_a_next_dose_that_is_overdue_says_so_on_page_1() -> None:
    """OVERDUE: due on 7 January, to be given on the 20th."""
    card = card_of(CLINIC, given="2026-01-05", as_of="2026-01-20")
    assert card.facts["Next dose"] == "Tue 2026-01-20, OVERDUE 13 days"
