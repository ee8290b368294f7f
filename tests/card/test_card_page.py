"""Every card as a page: safe with any text, complete in itself, readable to all."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache

import pytest
from card_cases import HOSTILE, STYLES, Card, long_plans, read
from spec import plan_of, table

from b12sched.regimen_file import loading_rules
from b12sched.rules import SOURCES
from b12sched.views.card import Audience, CardStyle, plan_card
from b12sched.views.card.text import unbroken

every_style = pytest.mark.parametrize("style", STYLES.values(), ids=list(STYLES))
with_grids = pytest.mark.parametrize("style", [STYLES["clinic"], STYLES["discreet"]])
named = pytest.mark.parametrize("audience", Audience)

POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
)
ALLOWED = {
    *("html", "head", "meta", "title", "style", "body", "header", "nav", "main"),
    *("footer", "section", "div", "h1", "h2", "p", "a", "b", "i", "small", "span"),
    *("bdi", "dl", "dt", "dd", "ul", "li", "svg", "desc", "line", "rect", "text"),
    *("table", "caption", "colgroup", "col", "thead", "tbody", "tr", "th", "td"),
}
"""The elements of a card: none of them fetches or runs anything."""


@cache
def cards(style: CardStyle) -> list[Card]:
    """A card of each of the long plans."""
    return [read(plan_card(plan, style)) for plan in long_plans().values()]


# --- text is data -------------------------------------------------------------------


@pytest.mark.unmeasured
@named
@table("text", *((text, text) for text in HOSTILE))
def test_a_reference_is_text_wherever_it_stands(audience: Audience, text: str) -> None:
    """In the header, the title and the strip; it makes no tag and no attribute."""
    style = CardStyle(audience=audience, clinic_name=text)
    plan = plan_of(patient=text)
    card = read(plan_card(plan, style))
    assert card.facts["Reference"] == text
    assert card.title.endswith(f": {text}")
    assert card.text.startswith(text)
    plain = read(plan_card(plan_of(), replace(style, clinic_name="Elm Street")))
    assert card.tags == plain.tags


@pytest.mark.unmeasured
def test_the_clinics_strip_names_the_patient() -> None:
    """The name of a picture is a text as well."""
    for text in HOSTILE:
        card = read(plan_card(plan_of(patient=text), CardStyle()))
        assert card.drawn["title"] == [f"Timeline of the treatment of {text}"]


@named
def test_a_reference_is_kept_in_its_own_direction(audience: Audience) -> None:
    """Letters from right to left do not turn what stands beside them."""
    style = CardStyle(audience=audience, clinic_name="מרפאה")
    source = plan_card(plan_of(patient="אבג"), style).decode()
    assert "<dd><bdi>אבג</bdi></dd>" in source
    assert '<p class="place"><bdi>מרפאה</bdi></p>' in source


@table(
    "text, html",
    ("a date", "on Mon 2026-01-05.", 'on <span class="whole">Mon 2026-01-05</span>.'),
    ("no weekday", "2026-01-05", '<span class="whole">2026-01-05</span>'),
    ("a dose", "of 1 mg IM", 'of <span class="whole">1 mg IM</span>'),
    (
        "micrograms",
        "100 micrograms of",
        '<span class="whole">100 micrograms</span> of',
    ),
    ("a target", "below 10 µmol/L", 'below <span class="whole">10 µmol/L</span>'),
    ("days", "2 to 5 days on", '2 to <span class="whole">5 days</span> on'),
    (
        "a country",
        "holidays GB-ENG",
        'holidays <span class="whole">GB-ENG</span>',
    ),
    (
        "a date in words may break after its weekday alone",
        "on Monday 5 January 2026.",
        'on Monday <span class="whole">5 January 2026</span>.',
    ),
    ("no unit", "UK 2 daysheet", "UK 2 daysheet"),
    ("markup", "<b>&\"'", "&lt;b&gt;&amp;&quot;&#x27;"),
)
def test_dates_and_doses_are_not_broken(text: str, html: str) -> None:
    """What belongs together stays on one line; everything else is escaped."""
    assert unbroken(text) == html


# --- complete in itself -------------------------------------------------------------


@pytest.mark.unmeasured
@every_style
def test_nothing_is_fetched_and_nothing_runs(style: CardStyle) -> None:
    """Only known elements; links lead to places on the page or to cited sources."""
    sources = [*SOURCES.values()]
    for regimen in loading_rules().values():
        sources += regimen.sources.values()
    known = {address for source in sources for _, address in source.places}
    for card in cards(style):
        assert {tag for tag, _ in card.tags} <= ALLOWED
        assert {name for _, found in card.tags for name in found} <= {
            *("lang", "charset", "name", "content", "http-equiv", "class", "id"),
            *("href", "rel", "role", "scope", "colspan", "width", "height", "x", "y"),
            *("x1", "x2", "y1", "y2", "dx", "aria-label", "aria-labelledby"),
        }
        ids = set(card.values("id"))
        for target in card.values("href"):
            assert target in known or (target[0] == "#" and target[1:] in ids)
        assert not re.search(r"url\(|@import|expression|\\", card.style)
        assert "\x1b" not in card.source


@every_style
def test_a_policy_forbids_the_rest(style: CardStyle) -> None:
    """Whatever got in: no request, no script, no form."""
    for card in cards(style):
        policies = [
            found["content"]
            for _, found in card.tags
            if found.get("http-equiv") == "Content-Security-Policy"
        ]
        assert policies == [POLICY]
        assert "no-referrer" in card.values("content")


# --- readable to all ----------------------------------------------------------------


@every_style
def test_headings_are_in_order(style: CardStyle) -> None:
    """One of the first level, and no level left out."""
    for card in cards(style):
        levels = [level for level, _ in card.headings]
        assert levels == [1] + [2] * (len(levels) - 1)


@every_style
def test_tables_have_captions_and_scopes(style: CardStyle) -> None:
    """Each head says what it is the head of."""
    for card in cards(style):
        assert all(table.caption for table in card.tables)
        scopes = [found.get("scope") for tag, found in card.tags if tag == "th"]
        assert set(scopes) <= {"col", "row"}


@every_style
def test_names_refer_to_something(style: CardStyle) -> None:
    """Ids are unique; a section and the strip are named by what is there."""
    for card in cards(style):
        ids = card.values("id")
        assert len(ids) == len(set(ids))
        names = " ".join(card.values("aria-labelledby")).split()
        assert set(names) <= set(ids)
        sections = [found for tag, found in card.tags if tag == "section"]
        assert all("aria-labelledby" in found for found in sections)


@every_style
def test_a_card_says_its_language_and_fits_a_phone(style: CardStyle) -> None:
    """English, as wide as the screen; the strip is one picture with a name.

    The patient's sheet has none: it has a list of days.
    """
    for card in cards(style):
        first = card.tags[0]
        assert first == ("html", {"lang": "en"})
        assert "width=device-width, initial-scale=1" in card.values("content")
        pictures = [f for tag, f in card.tags if f.get("role") == "img"]
        names = ["strip-name strip-said"] * (style.audience is Audience.CLINIC)
        assert [p["aria-labelledby"] for p in pictures] == names


@with_grids
def test_every_date_has_its_weekday_and_stays_whole(style: CardStyle) -> None:
    """`Mon 2026-01-05`; dates alone stand only in texts of cautions and moves."""
    weekday = re.compile(r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) [0-9]{4}-[0-9]{2}-[0-9]{2}")
    bare = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
    for card in cards(style):
        for each in card.tables:
            cells = [cell.partition(" | ")[0] for row in each.rows for cell in row]
            for cell in cells:
                assert not bare.search(cell) or weekday.fullmatch(cell)


def test_dates_on_the_sheet_are_in_words() -> None:
    """Nowhere `2026-01-05`: in no list, table, sentence or title."""
    for plan in long_plans().values():
        named = replace(plan, case=replace(plan.case, patient="A-17"))
        card = read(plan_card(named, STYLES["patient"]))
        assert not re.search("[0-9]{4}-[0-9]{2}-[0-9]{2}", f"{card.title} {card.text}")


@with_grids
def test_months_without_a_grid_are_counted(style: CardStyle) -> None:
    """Last dose in January, then every 2 months: March, May and July have a grid.

    Who looks for April must not think that a page is missing.
    """
    said = "2 months without appointments are left out."
    plan = plan_of(start="", last_dose="2026-01-05", until="2026-07-31")
    assert said in plan_card(plan, style).decode()
    plan = plan_of(start="", last_dose="2026-01-05", until="2026-03-31")
    assert "left out" not in plan_card(plan, style).decode()
