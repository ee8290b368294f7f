"""The patient's sheet: next injection, when to call, the days; in plain words."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest
from card_cases import CASE_PLANS, PATIENT, card_of, is_balanced, long_plans, read
from effort import every, some_or_all
from spec import plan_of, table

from b12sched.plan.cautions import CAUTIONS, cautions
from b12sched.plan.events import Phase
from b12sched.rules import RULES, SOURCES
from b12sched.views.card import Audience, CardStyle, plan_card

MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July", "August"),
    *("September", "October", "November", "December"),
)

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


OTHERS_DOSES = {"months-vs-label"}
"""The plain text has this patient's dose alone; the clinic's one has another's too."""


@table("code", *((code, code) for code in CAUTIONS))
def test_a_plain_text_has_the_numbers_of_its_caution(code: str) -> None:
    """The same ones in the same order: none lost, none claimed besides."""
    said, plain = CAUTIONS[code].text, CAUTIONS[code].plain
    assert NUMBER.findall(plain) == NUMBER.findall(said) * (code not in OTHERS_DOSES)


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
    """With its severity in words, whatever part of the sheet it stands in."""
    for plan in long_plans().values():
        card = read(plan_card(plan, PATIENT))
        for caution in cautions(plan):
            if caution.plain:
                word = {"warning": "Important", "info": "Good to know"}
                said = f"{word[caution.severity]}: {caution.plain}"
                assert card.items.count(said) == 1


def rows(**fields: str) -> list[list[str]]:
    """The list of days of a sheet."""
    return card_of(PATIENT, **fields).table("Day").rows


def test_the_days_are_told_in_plain_words() -> None:
    """Standard, twelve months from Monday 5 January 2026; two doses given so far."""
    assert rows(given="2026-01-05;2026-01-07", until="2026-04-05") == [
        ["Monday 5 January 2026", "Injection 1", "given"],
        ["Wednesday 7 January 2026", "Injection 2", "given"],
        ["Friday 9 January 2026", "Injection 3", ""],
        ["Monday 12 January 2026", "Injection 4", ""],
        ["Wednesday 14 January 2026", "Injection 5", ""],
        ["Friday 16 January 2026", "Injection 6", ""],
        ["Monday 16 March 2026", "Long-term injection 1", ""],
        ["Sunday 5 April 2026", "Blood test", ""],
    ]


def test_many_close_injections_are_a_run_with_a_box_per_day() -> None:
    """Each day by month; a day that is done has a tick; examinations likewise."""
    found = rows(neuro="yes", open="mon-fri", given="2026-01-05;2026-01-07")
    assert found[0] == [
        "37 injections: every Monday, Wednesday and Friday, from Monday 5 January to "
        "Monday 30 March 2026"
    ]
    (ticks,) = found[1]
    assert ticks.startswith("January 2026: ✓ Mon 5 ✓ Wed 7 Fri 9 Mon 12 ")
    assert "Fri 30 February 2026: Mon 2 Wed 4" in ticks
    assert ticks.endswith("Fri 27 Mon 30")
    assert found[2:] == [
        [
            "12 examinations: every Monday, from Monday 12 January to Monday 30 March "
            "2026"
        ],
        [
            "January 2026: Mon 12 Mon 19 Mon 26 February 2026: Mon 2 Mon 9 Mon 16 "
            "Mon 23 March 2026: Mon 2 Mon 9 Mon 16 Mon 23 Mon 30"
        ],
        ["Friday 3 April 2026", "Blood test", ""],
        ["Friday 29 May 2026", "Long-term injection 1 (may change)", ""],
        ["Friday 3 July 2026", "Blood test, check of your recovery", ""],
        ["Thursday 30 July 2026", "Long-term injection 2 (may change)", ""],
        ["Wednesday 30 September 2026", "Long-term injection 3 (may change)", ""],
        ["Monday 30 November 2026", "Long-term injection 4 (may change)", ""],
        ["Tuesday 5 January 2027", "Blood test", ""],
    ]


@table(
    "fields, run",
    (
        "every second day",
        {"neuro": "yes", "until": "2026-03-30"},
        "43 injections: every second day, from Monday 5 January to Monday 30 March "
        "2026",
    ),
    (
        "every day",
        {"regimen": "us-hydroxocobalamin"},
        "10 injections: every day, from Monday 5 January to Wednesday 14 January 2026",
    ),
    (
        "every week",
        {"regimen": "us-weekly"},
        "8 injections: every Monday, from Monday 5 January to Monday 23 February 2026",
    ),
    (
        "every second week, over the turn of a year",
        {"last_dose": "2026-07-06", "interval": "2w", "months": "7"},
        "15 long-term injections: every second Monday, from Monday 20 July 2026 to "
        "Monday 1 February 2027",
    ),
    (
        "a closed day among them: no rhythm is claimed",
        {"regimen": "us-weekly", "open": "mon-fri", "closed": "2026-01-19"},
        "8 injections: on the days below, from Monday 5 January to Tuesday 24 February "
        "2026",
    ),
    (
        "a run that may change",
        {"neuro": "yes", "loading_weeks": "1", "interval": "1w", "months": "6"},
        "25 long-term injections: every Sunday, from Sunday 18 January to Sunday 5 "
        "July 2026 (may change)",
    ),
)
def test_a_run_says_its_rhythm_only_where_each_day_keeps_it(
    fields: dict[str, str], run: str
) -> None:
    """The days themselves stand below; a rhythm that one day breaks is not claimed."""
    assert [run] in rows(**fields)


def test_a_long_break_parts_a_run() -> None:
    """Eight doses before it and the rest after it are two runs; fewer are no run."""
    days = [f"2026-01-{day:02}" for day in range(5, 20, 2)]
    known = {"neuro": "yes", "loading_weeks": "4", "as_of": "2026-02-16"}
    heads = [row[0] for row in rows(**known, given=";".join(days)) if len(row) == 1]
    assert heads[0].startswith("8 injections: every second day, from Monday 5 January")
    assert heads[4].startswith("15 injections: every second day, from Monday 16 Febr")
    few = rows(**known, given=";".join(days[:3]))
    assert [row[1] for row in few[:2]] == ["Injection 1", "Injection 2"]


def test_a_blood_test_says_what_for_and_where_it_can_be_done() -> None:
    """The clinic is closed on day 2 and on the day after; a test comes first."""
    found = rows(anaemia="severe", closed="2026-01-06;2026-01-07")
    assert found[1] == [
        "Tuesday 6 January 2026",
        "Blood test (potassium) (the clinic is closed that day: ask where to go)",
        "",
    ]
    assert [
        "Monday 12 January 2026",
        "Blood test before the injection (blood count), injection 4",
        "",
    ] in rows(anaemia="yes")


def test_the_next_injection_stands_first() -> None:
    """Its day in words, whether it may change, and what else is done on that day."""
    card = card_of(PATIENT, neuro="yes", loading_weeks="1", given="2026-01-05")
    assert card.text.startswith(
        "Your vitamin B12 injections Reference A-17 Your next injection Wednesday 7 "
        "January 2026 When to call"
    )
    days = ";".join(f"2026-01-{day:02}" for day in range(5, 20, 2))
    card = card_of(PATIENT, neuro="yes", loading_weeks="1", given=days)
    assert "Your next injection Wednesday 21 January 2026 When" in card.text
    card = card_of(PATIENT, neuro="yes", plateau="2026-01-19", given=days)
    assert "Your next injection Thursday 19 March 2026 When" in card.text


def test_the_next_injection_says_if_it_may_change() -> None:
    """By the projection loading is done: what follows rests on it."""
    plan = plan_of(neuro="yes", loading_weeks="1")
    kept = tuple(e for e in plan.events if e.phase is not Phase.LOADING)
    page = plan_card(replace(plan, events=kept), PATIENT).decode()
    assert "</b> (may change)</p>" in page


def test_the_next_injection_has_what_else_is_done_on_its_day() -> None:
    """Day 8 of a standard course: blood is taken, then dose 4 is given."""
    given = "2026-01-05;2026-01-07;2026-01-09"
    text = card_of(PATIENT, anaemia="yes", given=given).text
    assert "12 January 2026 On the same day you have a blood test first." in text
    text = card_of(PATIENT, neuro="yes", given_through="2026-01-11").text
    assert "13 January 2026 On the same day you have an examination." in text
    known = {"start": "2026-03-01", "neuro": "yes", "plateau": "2026-09-02"}
    text = card_of(PATIENT, **known, given_through="2026-08-31").text
    said = "a blood test first and a check of your recovery"
    assert f"1 September 2026 On the same day you have {said}." in text


def test_the_next_injection_is_on_the_sheet_however_far_away() -> None:
    """A horizon before it hides nothing: two months after the last one."""
    card = card_of(PATIENT, last_dose="2026-01-31", until="2026-02-01")
    assert "Your next injection Tuesday 31 March 2026" in card.text
    assert card.table("Day").rows == [
        ["Tuesday 31 March 2026", "Long-term injection 1", ""]
    ]


def test_the_parts_stand_in_the_order_of_need() -> None:
    """Next injection, when to call, the days, the rest."""
    assert [text for _, text in card_of(PATIENT, neuro="yes").headings] == [
        *("Your vitamin B12 injections", "Your next injection", "When to call"),
        *("Your days", "About your treatment", "Please remember"),
        "Where this comes from",
    ]


ABOUT = (
    *("Medicine", "Each", "Treatment", "Last", "Course", "At first", "Long term"),
    *("Examinations", "Blood tests", "How you are", "Check of"),
)


def about(**fields: str) -> list[str]:
    """What the sheet says of the treatment itself."""
    return [i for i in card_of(PATIENT, **fields).items if i.startswith(ABOUT)]


def test_the_sheet_says_what_is_injected_and_why_people_come() -> None:
    """Into a muscle, not IM; each sort of check of this plan."""
    assert about(neuro="yes", loading_weeks="2") == [
        "Medicine: hydroxocobalamin, a form of vitamin B12.",
        "Each injection: 1 mg, into a muscle.",
        "Treatment: for people with nerve symptoms.",
        "At first: every second day for as long as you get better. The end is not "
        "fixed: your prescriber decides.",
        "Long term: every 2 months. There is no end date.",
        "Examinations: each week of your first injections. They check your sense of "
        "touch, how you walk and how strong you are.",
        "Blood tests: 3, 6 and 12 months after the first injection, for vitamin B12 "
        "and your blood cells.",
        "How you are: talk about it 3 months after the first injection. Are you "
        "pregnant, or do you breastfeed? Then talk about it after 1 month.",
        "Check of your recovery: 6 months after the first injection, to see how much "
        "better you are.",
    ]


@table(
    "said, fields",
    (
        "without neurology",
        "At first: three times a week for two weeks.",
        {},
    ),
    (
        "a closed clinic moves some",
        "At first: three times a week for two weeks. When the clinic is closed you "
        "come on the next open day.",
        {"open": "tue,thu"},
    ),
    (
        "a plateau is recorded: the end is known",
        "At first: every second day for as long as you get better.",
        {"neuro": "yes", "plateau": "2026-01-19"},
    ),
    (
        "an end that is known",
        "At first: every second day for as long as you get better.",
        {"neuro": "yes", "ended": "2026-01-19", "because": "moved"},
    ),
    (
        "several parts",
        "At first: every day for 7 injections. Then every second day for 7 injections. "
        "Then every 3 to 4 days for 6 injections.",
        {"drug": "cyanocobalamin"},
    ),
    (
        "a finding that is no examination",
        "At first: every second day for 7 injections. Then 250 micrograms every week "
        "until the blood count is normal. The end is not fixed: your prescriber "
        "decides.",
        {"regimen": "uk-label"},
    ),
    (
        "every month",
        "Long term: every month. There is no end date.",
        {"interval": "1m"},
    ),
    (
        "every month from a date",
        "Long term: every 2 months. Then every month from Tuesday 1 September 2026. "
        "There is no end date.",
        {"monthly_from": "2026-09-01"},
    ),
    (
        "already on long-term injections",
        "Last injection: Saturday 31 January 2026.",
        {"last_dose": "2026-01-31"},
    ),
    (
        "one blood test within the plan",
        "Blood tests: 3 months after the first injection, for vitamin B12 and your "
        "blood cells.",
        {"until": "2026-05-01"},
    ),
)
def test_the_sheet_is_of_this_plan(said: str, fields: dict[str, str]) -> None:
    """Only what this plan holds, in its own words."""
    assert said in about(**fields)


def test_a_patient_on_maintenance_has_no_first_injections() -> None:
    """The last injection is known; what comes is long-term."""
    assert not [i for i in about(last_dose="2026-01-31") if i.startswith("At first")]


def test_a_sheet_without_a_reference_has_none() -> None:
    card = card_of(PATIENT, patient="")
    assert card.facts == {}
    assert card.title == "Your B12 injections"


@table(
    "style, said",
    (
        "name and number",
        {"clinic_name": "Elm Street", "clinic_phone": "020 7946 0000"},
        "call Elm Street : 020 7946 0000 .",
    ),
    ("a name", {"clinic_name": "Elm Street"}, "call Elm Street ."),
    ("a number", {"clinic_phone": "020 7946 0000"}, "call 020 7946 0000 ."),
    ("neither", {}, "call the place that gives your injections."),
)
def test_when_to_call_names_whom(style: dict[str, str], said: str) -> None:
    """The clinic as far as it is known; an emergency number before all."""
    sheet = CardStyle(audience=Audience.PATIENT, **style)  # type: ignore[arg-type]
    card = card_of(sheet)
    first = "In an emergency, call your emergency number at once. For all else, "
    assert first + said in card.text
    assert card.items[1:3] == [
        "Call if you cannot come on one of these days, or missed an injection. "
        "After a missed one you get one injection, never two at once.",
        "Call if your symptoms come back or get worse. Your prescriber decides "
        "whether you need injections more often.",
    ]


def test_numbers_are_links_that_dial() -> None:
    """Digits alone, and the country's plus; without the (0) that is not dialled."""
    style = CardStyle(
        audience=Audience.PATIENT, clinic_phone="+44 (0)20 7946-0000", emergency="999"
    )
    card = card_of(style)
    links = [href for href in card.values("href") if href.startswith("tel:")]
    assert links == ["tel:999", "tel:+442079460000"]
    assert "call 999 at once. For all else, call +44 (0)20 7946-0000 ." in card.text
    national = CardStyle(audience=Audience.PATIENT, clinic_phone="(020) 7946 0000")
    assert "tel:02079460000" in card_of(national).values("href")


def test_the_sheet_follows_what_is_published_of_its_regimen() -> None:
    """By title, whatever copy of it was read; nothing that has no address."""
    text = card_of(PATIENT).text
    assert (
        "The treatment follows: BMJ, Royal Pharmaceutical Society: British National "
        "Formulary, hydroxocobalamin ."
    ) in text
    for word in ("as quoted", "read there", "No authority", "human review"):
        assert word not in card_of(PATIENT, neuro="yes").text


@pytest.mark.unmeasured
@some_or_all
def test_every_published_case_is_rendered_in_full(thorough: bool) -> None:
    """Each day of the plan as often as it has lines, and nothing undefined.

    The sheet of a patient who died has no days.
    """
    for plan in every(10, CASE_PLANS, thorough=thorough):
        source = plan_card(plan, PATIENT).decode()
        assert is_balanced(source)
        assert "None" not in source.partition("</style>")[2]
        kept = () if plan.case.died else plan.events
        assert days_on(source) == {event.date for event in kept}


def days_on(source: str) -> set[date]:
    """The days on a sheet: those of rows, and those of the months of runs."""
    found = set()
    for text in re.findall(r'<th scope="row">(.*?)</th>', source):
        words = re.sub("<[^>]+>", "", text).split()
        found.add(date(int(words[3]), MONTHS.index(words[2]) + 1, int(words[1])))
    months = re.findall(r"<b>([A-Z][a-z]+) ([0-9]{4}):</b>(.*?)</span> </span>", source)
    for month, year, ticks in months:
        for number in re.findall(r"[A-Z][a-z]{2} ([0-9]+)<", f"{ticks}<"):
            found.add(date(int(year), MONTHS.index(month) + 1, int(number)))
    return found


def test_a_year_with_neurology_is_a_small_file() -> None:
    """Less than the clinic's card."""
    assert len(plan_card(plan_of(neuro="yes"), PATIENT)) < 50_000


def test_a_sheet_without_an_injection_to_come_says_none() -> None:
    """Nothing to come: no day is made up."""
    plan = replace(plan_of(patient="A-17", given="2026-01-05"), events=())
    card = read(plan_card(plan, PATIENT))
    assert "Your next injection No injection is planned." in card.text
    assert "There is nothing on this sheet until Tuesday 5 January 2027 ." in card.text


def each_injection(**fields: str) -> str:
    """What the sheet says is injected each time."""
    (said,) = (i for i in about(**fields) if i.startswith("Each injection: "))
    return said


def test_a_sheet_names_from_which_date_which_dose_is_given() -> None:
    """The UK label: 1 mg, from the eighth dose 250 micrograms, then 1 mg again."""
    assert each_injection(regimen="uk-label") == (
        "Each injection: first 1 mg, into a muscle; then from Saturday 24 January 2026 "
        "250 micrograms, into a muscle; long-term from Tuesday 28 April 2026 (may "
        "change) 1 mg, into a muscle."
    )
    assert each_injection(regimen="uk-label", plateau="2026-01-30").endswith(
        "long-term from Tuesday 24 March 2026 1 mg, into a muscle."
    )


def test_a_dose_that_this_sheet_does_not_reach_has_no_date() -> None:
    """A month on there is no long-term injection yet."""
    said = each_injection(regimen="uk-label", months="1")
    assert said.endswith("; long-term 1 mg, into a muscle.")


def test_an_open_part_that_never_begins_has_no_dose_on_the_sheet() -> None:
    """A plateau within the first seven doses: 1 mg all along."""
    said = each_injection(regimen="uk-label", plateau="2026-01-12")
    assert said == "Each injection: 1 mg, into a muscle."
