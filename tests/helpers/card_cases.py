"""Cards for the tests, and a reader that makes of one what a person would see.

The reader knows HTML and nothing of how cards are made. It refuses tags that are not
closed in order.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser

from cases import CASES, plan_of_case
from spec import plan_of

from b12sched import Plan
from b12sched.views.card import Audience, CardStyle, plan_card

CLINIC = CardStyle()
PATIENT = CardStyle(audience=Audience.PATIENT)
DISCREET = CardStyle(discreet=True)
STYLES = {"clinic": CLINIC, "patient": PATIENT, "discreet": DISCREET}

CASE_PLANS = tuple(plan_of_case(row) for row in CASES if "exit" not in row["expect"])
"""The plans of the published cases; the others are refused."""

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</title></style><b>x",
    "{{ 7 * 7 }}{% raw %}",
    "&lt;i&gt; &amp; ' ]]>",
    "x--><svg onload=alert(1)>",
    "אבג 2026-01-05 W" + "W" * 40,
)
"""References that would do harm, or break the page, if they were taken for markup."""

_VOID = {"meta", "line", "rect", "col"}
_KEPT = {
    *("h1", "h2", "h3", "title", "desc", "text", "caption"),
    *("th", "td", "li", "dt", "dd", "thead"),
}

Attributes = dict[str, str]


@dataclass(slots=True)
class Table:
    """A table: its caption, its column heads, and its rows cell by cell."""

    caption: str = ""
    heads: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)

    def column(self, head: str) -> list[str]:
        return [row[self.heads.index(head)] for row in self.rows if len(row) > 1]


@dataclass(slots=True)
class Card:
    """What is in a card: its tags with their attributes, and texts by where they are.

    `items` are those of lists, `facts` of the header; `texts` everything that is shown.
    """

    source: str
    title: str = ""
    tags: list[tuple[str, Attributes]] = field(default_factory=list)
    headings: list[tuple[int, str]] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    items: list[str] = field(default_factory=list)
    facts: dict[str, str] = field(default_factory=dict)
    drawn: dict[str, list[str]] = field(default_factory=dict)
    texts: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return squeezed(" ".join(self.texts))

    @property
    def style(self) -> str:
        return self.source.partition("<style>")[2].partition("</style>")[0]

    def table(self, head: str) -> Table:
        """The one table whose first column has this head."""
        (found,) = (t for t in self.tables if t.heads[:1] == [head])
        return found

    def month(self, name: str) -> Table:
        (found,) = (table for table in self.tables if table.caption == name)
        return found

    def values(self, attribute: str) -> list[str]:
        return [found[attribute] for _, found in self.tags if attribute in found]


def squeezed(text: str) -> str:
    """A text with single spaces, as it is shown."""
    return re.sub(r"[ \n]+", " ", text).strip()


class _Reader(HTMLParser):
    def __init__(self, source: str) -> None:
        super().__init__()
        self.card = Card(source)
        self.open: list[str] = []
        self.caught: list[list[str]] = []
        self.label = ""
        self.feed(source)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        assert len(found) == len(attrs)
        self.card.tags.append((tag, found))
        if tag in _VOID:
            return
        self.open.append(tag)
        if tag == "table":
            self.card.tables.append(Table())
        elif tag == "tr" and "repeated" not in found.get("class", ""):
            self.card.tables[-1].rows.append([])
        elif tag == "small":
            self.handle_data(" | ")
        if tag in _KEPT:
            self.caught.append([])

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in _VOID
        self.handle_starttag(tag, attrs)

    def handle_data(self, data: str) -> None:
        for texts in self.caught:
            texts.append(data)
        if "head" not in self.open:
            self.card.texts.append(data)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag
        if tag in _KEPT:
            self._keep(tag, squeezed("".join(self.caught.pop())))

    def _keep(self, tag: str, text: str) -> None:
        if tag[0] == "h":
            self.card.headings.append((int(tag[1]), text))
        elif tag == "li":
            self.card.items.append(text)
        elif tag == "dt":
            self.label = text
        elif tag == "dd":
            self.card.facts[self.label] = text
        elif "svg" in self.open:
            self.card.drawn.setdefault(tag, []).append(text)
        elif tag == "title":
            self.card.title = text
        else:
            self._keep_cell(tag, text, self.card.tables[-1])

    def _keep_cell(self, tag: str, text: str, table: Table) -> None:
        if tag == "caption":
            table.caption = text
        elif tag == "thead":
            table.rows.clear()
        elif "thead" not in self.open:
            table.rows[-1].append(text)
        elif tag == "th":
            table.heads.append(text)


def read(data: bytes) -> Card:
    """What a card says."""
    return _Reader(data.decode("utf-8")).card


def is_balanced(source: str) -> bool:
    """Whether every tag after the style is closed in order: quicker than `read`."""
    opened = ["html", "head"]
    body = source.partition("</style>")[2]
    for closing, name in re.findall(r"<(/?)([a-z][a-z0-9]*)", body):
        if not closing:
            opened += [name] * (name not in _VOID)
        elif not opened or opened.pop() != name:
            return False
    return not opened


def card_of(style: CardStyle = CLINIC, /, **fields: str) -> Card:
    """The card of the plan for these fields of a row and of a clinic."""
    return read(plan_card(plan_of(**fields), style))


@cache
def long_plans() -> dict[str, Plan]:
    """Plans that fill a card: each kind of event, status, caution of dates, regimen."""
    return {
        "neuro": plan_of(neuro="yes"),
        "weekdays": plan_of(
            neuro="yes",
            open="mon-fri",
            holidays="GB-ENG",
            given_through="2026-02-20",
            as_of="2026-03-10",
        ),
        "cyanocobalamin": plan_of(neuro="yes", drug="cyanocobalamin"),
        "renal": plan_of(renal="dialysis", patient="", drug="methylcobalamin"),
        "maintenance": plan_of(
            last_dose="2026-01-31", open="mon-fri", as_of="2026-05-04"
        ),
        "short": plan_of(neuro="yes", until="2026-01-20"),
        "empty": plan_of(last_dose="2026-01-31", until="2026-02-01"),
        "hostile": plan_of(patient=HOSTILE[-1]),
    }
