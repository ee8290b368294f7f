"""Cards in a real browser: phones, dark screens, paper, and axe's rules for access.

They run where Chromium and its driver are (Debian: chromium, chromium-driver), and
axe-core (`npm ci --prefix tests/node`). No browser is downloaded.
"""

from __future__ import annotations

import base64
import io
import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from card_cases import STYLES, long_plans
from pypdf import PageObject, PdfReader
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from spec import plan_of, table

from b12sched import Plan
from b12sched.views.card import Audience, CardStyle, plan_card

AXE = Path(__file__).parents[1] / "node" / "node_modules" / "axe-core" / "axe.min.js"
BROWSER = shutil.which("chromium") or shutil.which("google-chrome")
DRIVER = shutil.which("chromedriver")

pytestmark = [pytest.mark.needs_chromium, pytest.mark.unmeasured]
every_style = pytest.mark.parametrize("style", STYLES.values(), ids=list(STYLES))

A4, LETTER = (210.0, 297.0), (215.9, 279.4)
"""Sheets in millimetres."""

BROKEN_DATES = """
const found = [];
const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
for (let node; (node = walk.nextNode()); ) {
  if (node.parentElement.closest("svg")) continue;
  const dates = /(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) )?[0-9]{4}-[0-9]{2}-[0-9]{2}/g;
  for (const match of node.data.matchAll(dates)) {
    const range = document.createRange();
    range.setStart(node, match.index);
    range.setEnd(node, match.index + match[0].length);
    const lines = new Set([...range.getClientRects()].map((box) => box.top));
    if (lines.size > 1) found.push(match[0]);
  }
}
return found;
"""
OUTSIDE = """
const width = document.documentElement.clientWidth;
return [...document.querySelectorAll("body *")]
  .filter((each) => each.getBoundingClientRect().right > width + 1)
  .map((each) => each.outerHTML.slice(0, 80));
"""
RUN_AXE = """
const done = arguments[arguments.length - 1];
axe.run({ resultTypes: ["violations", "incomplete"] }).then((result) => {
  const told = (rule) => [rule.id, ...rule.nodes.map((node) => node.html)];
  done([result.violations.map(told), result.passes.length]);
});
"""

DRAWN = """
const done = arguments[arguments.length - 1];
requestAnimationFrame(() => requestAnimationFrame(() => done()));
"""
"""Waits until a page is drawn: a busy machine prints what there is before it."""


class Screen:
    """One browser, and the folder of the card that it shows."""

    def __init__(self, driver: webdriver.Chrome, folder: Path) -> None:
        self.driver = driver
        self.folder = folder

    def show(
        self, plan: Plan, style: CardStyle, width: int = 1280, scheme: str = "light"
    ) -> None:
        """Load a card on a screen of that width in CSS pixels."""
        path = self.folder / "card.html"
        path.write_bytes(plan_card(plan, style))
        self.command(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=800,
            deviceScaleFactor=1,
            mobile=width < 500,
        )
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self.command("Emulation.setEmulatedMedia", media="", features=features)
        self.driver.get(path.as_uri())

    def command(self, name: str, **values: Any) -> Any:
        return self.driver.execute_cdp_cmd(name, values)

    def ask(self, script: str) -> Any:
        return self.driver.execute_script(script)

    def paper(self, size: tuple[float, float]) -> list[PageObject]:
        """What is shown, on pages of that size."""
        width, height = (length / 25.4 for length in size)
        self.driver.execute_async_script(DRAWN)
        printed = self.command("Page.printToPDF", paperWidth=width, paperHeight=height)
        pdf = PdfReader(io.BytesIO(base64.b64decode(printed["data"])))
        assert abs(float(pdf.pages[0].mediabox.width) - width * 72) < 1
        return list(pdf.pages)


def text_of(page: PageObject) -> str:
    return re.sub(r"\s+", " ", page.extract_text())


def lowest_dose(page: PageObject) -> float:
    """How far above the edge of the paper the date of the last dose stands, in mm."""
    heights = []

    def visit(text: str, cm: list[float], tm: list[float], *_: object) -> None:
        if re.fullmatch(r"[MTWFS][a-z]{2} 2026-[0-9]{2}-[0-9]{2}\s*", text):
            heights.append((cm[1] * tm[4] + cm[3] * tm[5] + cm[5]) * 25.4 / 72)

    page.extract_text(visitor_text=visit)
    return min(heights)


@pytest.fixture(scope="module")
def screen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Screen]:
    options = webdriver.ChromeOptions()
    assert BROWSER is not None
    options.binary_location = BROWSER
    for argument in (
        "--headless=new",
        "--disable-gpu",
        "--no-sandbox",  # tests may run as root, and read only what they wrote
        "--disable-dev-shm-usage",
        "--hide-scrollbars",
    ):
        options.add_argument(argument)
    options.set_capability(
        "goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"}
    )
    driver = webdriver.Chrome(options=options, service=Service(DRIVER))
    yield Screen(driver, tmp_path_factory.mktemp("cards"))
    driver.quit()


# --- screens ------------------------------------------------------------------------


@every_style
@pytest.mark.parametrize(
    ("name", "width"),
    [
        *(("weekdays", 320), ("weekdays", 390), ("weekdays", 768), ("weekdays", 1280)),
        *(("hostile", 320), ("short", 320)),
    ],
)
def test_a_card_fits_the_screen(
    screen: Screen, style: CardStyle, name: str, width: int
) -> None:
    """Nothing sticks out to the side, and no date is broken."""
    screen.show(long_plans()[name], style, width)
    assert screen.ask("return innerWidth") == width
    assert screen.ask("return document.documentElement.scrollWidth") == width
    assert screen.ask(OUTSIDE) == []
    assert screen.ask(BROKEN_DATES) == []


def test_the_search_for_broken_dates_finds_them(screen: Screen) -> None:
    """Without what keeps them whole, dates break in narrow columns."""
    screen.show(plan_of(neuro="yes"), CardStyle(), 320)
    screen.ask("document.querySelector('style').remove()")
    assert len(screen.ask(BROKEN_DATES)) > 10


@every_style
def test_nothing_is_requested(screen: Screen, style: CardStyle) -> None:
    """One request, for the file itself; and nothing that the policy had to stop."""
    screen.driver.get_log("performance")  # type: ignore[no-untyped-call]
    screen.driver.get_log("browser")  # type: ignore[no-untyped-call]
    screen.show(long_plans()["weekdays"], style)
    entries = screen.driver.get_log("performance")  # type: ignore[no-untyped-call]
    events = [json.loads(entry["message"])["message"] for entry in entries]
    asked = [
        event["params"]["request"]["url"]
        for event in events
        if event["method"] == "Network.requestWillBeSent"
    ]
    assert asked == [(screen.folder / "card.html").as_uri()]
    assert screen.driver.get_log("browser") == []  # type: ignore[no-untyped-call]


def test_a_hostile_reference_runs_nothing(screen: Screen) -> None:
    """No dialogue opens, no element comes from it, and the title shows it."""
    text = "</title><script>alert(1)</script><img src=x onerror=alert(1)>"
    screen.show(plan_of(patient=text), CardStyle(clinic_name=text))
    assert screen.driver.title == f"B12 injection record: {text}"
    assert screen.ask("return document.querySelectorAll('img, script').length") == 0


@pytest.mark.needs_axe
@every_style
@pytest.mark.parametrize(
    ("scheme", "width"), [("light", 320), ("light", 1280), ("dark", 1280)]
)
def test_axe_finds_nothing(
    screen: Screen, style: CardStyle, scheme: str, width: int
) -> None:
    """Contrast, names, order of headings, landmarks, tables: no rule is broken."""
    screen.show(long_plans()["weekdays"], style, width, scheme)
    screen.ask(AXE.read_text("utf-8"))
    violations, passed = screen.driver.execute_async_script(RUN_AXE)
    assert violations == []
    assert passed > 15


def test_a_dark_screen_is_dark_and_paper_is_not(screen: Screen) -> None:
    """The colours follow the reader's choice on a screen only."""
    colour = "return getComputedStyle(document.body).backgroundColor"
    seen = []
    for scheme in ("light", "dark"):
        screen.show(plan_of(), CardStyle(), scheme=scheme)
        seen.append(screen.ask(colour))
    dark = [{"name": "prefers-color-scheme", "value": "dark"}]
    screen.command("Emulation.setEmulatedMedia", media="print", features=dark)
    seen.append(screen.ask(colour))
    assert seen == ["rgb(255, 255, 255)", "rgb(20, 24, 28)", "rgb(255, 255, 255)"]


# --- paper --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("style", "size", "most"),
    [
        pytest.param(STYLES["clinic"], A4, 3, id="clinic, A4"),
        pytest.param(STYLES["clinic"], LETTER, 3, id="clinic, Letter"),
        pytest.param(STYLES["patient"], A4, 2, id="patient, A4"),
        pytest.param(STYLES["patient"], LETTER, 2, id="patient, Letter"),
        pytest.param(STYLES["discreet"], A4, 1, id="discreet, A4"),
        pytest.param(STYLES["discreet"], LETTER, 1, id="discreet, Letter"),
    ],
)
def test_a_year_with_neurology_is_a_few_pages(
    screen: Screen, style: CardStyle, size: tuple[float, float], most: int
) -> None:
    """43 loading doses, 12 examinations, 4 maintenance doses; each page numbered."""
    screen.show(plan_of(neuro="yes"), style)
    pages = screen.paper(size)
    assert len(pages) <= most
    for number, page in enumerate(pages, 1):
        assert f"{number} / {len(pages)}" in text_of(page)


FULL = {
    "neuro": {"neuro": "yes"},
    "weekdays": {
        "neuro": "yes",
        "open": "mon-fri",
        "holidays": "GB",
        "anaemia": "severe",
        "given": "2026-01-12;2026-01-13",
        "as_of": "2026-02-01",
    },
    "set aside": {
        "neuro": "yes",
        "drug": "cyanocobalamin",
        "renal": "unknown",
        "interval": "3m",
        "accept": "RENAL-CYANO;NEURO-INTERVAL;CYANO-INTERVAL",
        "open": "mon-fri",
        "holidays": "GB",
        "anaemia": "severe",
    },
    "every week": {
        "neuro": "yes",
        "interval": "1w",
        "open": "mon-fri",
        "anaemia": "severe",
        "closed": "2026-04-13..2026-04-22",
        "holidays": "GB",
    },
    "every week, every day open": {
        "neuro": "yes",
        "interval": "1w",
        "renal": "impaired",
        "anaemia": "severe",
        "holidays": "GB",
    },
    "two doses": {"regimen": "uk-label", "open": "mon-fri", "months": "18"},
    "ended": {"given": "2026-01-05", "ended": "2026-01-07", "because": "oral"},
}
"""Plans with many days and many texts."""


@pytest.mark.parametrize("size", [A4, LETTER], ids=["A4", "Letter"])
@pytest.mark.parametrize("name", FULL)
def test_the_fullest_cards_keep_to_their_pages(
    screen: Screen, name: str, size: tuple[float, float]
) -> None:
    """Two for the patient; three for the clinic, whose doses begin on the first."""
    card = CardStyle(clinic_name="Riverside Surgery", clinic_phone="020 7946 0000")
    sheet = replace(card, audience=Audience.PATIENT, emergency="999")
    screen.show(plan_of(**FULL[name]), sheet)
    assert len(screen.paper(size)) <= 2
    screen.show(plan_of(**FULL[name]), card)
    pages = screen.paper(size)
    assert len(pages) <= 3
    first = text_of(pages[0])
    assert "Expiry" in first
    assert "Name Date of birth Allergies" in first


@table(
    "interval, rows, least",
    ("47 doses", "2m", 67, 9),
    ("83 doses", "1w", 103, 6),
)
def test_rows_for_the_pen_are_high_enough(
    screen: Screen, interval: str, rows: int, least: int
) -> None:
    """Nine millimetres on paper, in each table; six where a card has over 48 doses."""
    plan = plan_of(neuro="yes", anaemia="severe", interval=interval)
    screen.show(plan, CardStyle(), 718)
    screen.command("Emulation.setEmulatedMedia", media="print")
    heights = screen.ask(
        "return [...document.querySelectorAll('.record tbody tr')]"
        ".map((row) => row.getBoundingClientRect().height)"
    )
    assert len(heights) == rows
    assert min(heights) == pytest.approx(least / 25.4 * 96, abs=0.1)


def test_each_page_of_doses_has_the_head_and_whose_they_are(screen: Screen) -> None:
    """Each dose stands once, with its note and its day, under its columns.

    37 loading doses and 5 of maintenance, in two columns with a head each.
    """
    plan = plan_of(neuro="yes", open="mon-fri", given_through="2026-02-20")
    screen.show(plan, CardStyle())
    found, heads = [], 0
    for text in map(text_of, screen.paper(A4)):
        rows = re.findall(
            r"((?:Loading|Maintenance) [0-9]+) (?:given |next dose |provisional )?"
            r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) [0-9-]{10} ",
            text,
        )
        found += rows
        if rows:
            heads += text.count("Batch no. Expiry Site Reaction")
            assert text.count("A-17 · hydroxocobalamin 1 mg IM") >= 2
    loading = [f"Loading {number}" for number in range(1, 38)]
    assert found == loading + [f"Maintenance {number}" for number in range(1, 6)]
    assert heads >= 2


@pytest.mark.parametrize("lower", [0, 0.6, 1.2, 1.8, 3.6])
def test_a_row_is_not_split_between_pages(screen: Screen, lower: float) -> None:
    """Wherever the table begins, a row of 9 mm ends above the margin of 11 mm.

    The line on which its date stands is more than 6 mm above the row's end.
    """
    screen.show(plan_of(neuro="yes"), CardStyle())
    screen.ask(f"document.querySelector('h1').style.marginBottom = '{lower}mm'")
    assert lowest_dose(screen.paper(A4)[0]) > 11 + 6


@pytest.mark.parametrize(
    "lower",
    [
        pytest.param(lower, marks=[pytest.mark.slow] * (lower % 2))
        for lower in range(0, 22, 3)
    ],
)
def test_the_decision_stands_with_its_examination(screen: Screen, lower: int) -> None:
    """Wherever the page ends; alone on the next one nobody knows what it is about."""
    screen.show(plan_of(neuro="yes", open="mon-fri"), CardStyle())
    screen.ask(f"document.querySelector('h1').style.marginBottom = '{lower}mm'")
    (page,) = (text for text in map(text_of, screen.paper(A4)) if "Decision:" in text)
    assert "Examination 12" in page


def test_no_date_is_broken_on_paper(screen: Screen) -> None:
    """As wide as A4 between its margins: 190 mm."""
    for style in STYLES.values():
        screen.show(long_plans()["weekdays"], style, 718)
        screen.command("Emulation.setEmulatedMedia", media="print")
        assert screen.ask(BROKEN_DATES) == []
        assert screen.ask(OUTSIDE) == []
