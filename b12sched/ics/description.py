"""The description of an event: tell our lines from what a person wrote.

We write what to do, the rule, why this day, the cautions, and `Notes:`. Everything else
is a person's, even a line that begins as ours do (`Caution: faints at needles`): a line
is ours only by its place or by its whole text.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Collection, Container
from functools import lru_cache

from b12sched.ics.folding import unescape
from b12sched.plan.cautions import CAUTIONS, EARLIER_TEXTS

NOTES = "Notes:"
TASK, RULE, REASON = "To do: ", "Rule: ", "Why this day: "
CAUTION, TO_KNOW = "Caution: ", "To know: "
NO_LONGER = "To do: nothing: this is no longer in the plan."
NO_LONGER_LISTED = "To do: nothing: this is no longer in the worklist."

_LABELS = (NOTES, TASK, RULE, REASON, CAUTION, TO_KNOW)
_DAY, _APART = r"\w{3} [0-9-]{10}", r"[0-9]+ days? (later|earlier)"
_TITLE = (
    r"(Loading|Maintenance) dose( [0-9]+)?: \S+ [0-9.]+ \S+ \S+"
    r"|Neurological examination [0-9]+( and decision on loading)?"
    r"|Labs at [0-9]+ months: serum B12 \+ [CF]BC \+ homocysteine"
    r"|Labs (on day 2|at 1 week|at 8 weeks): "
    r"(potassium|reticulocytes \+ [CF]BC|[CF]BC \+ reticulocytes)"
    r"|Assessment of recovery at [0-9]+ months"
)
"""Every title that an event can have, now or in an earlier version."""

_TASKS = (
    r"(Inject \S+ [0-9.]+ \S+ \w+\.|Examine [^.]*\.|Serum B12[^.]*\.|Judge [^.]*\."
    r"|Potassium: [^.]*\.|Reticulocytes and full blood count: [^.]*\."
    r"|Full blood count and reticulocytes\.)"
    r"( Take the blood[^.]*\.)?( Decide: [^.]*\.)?( Homocysteine target[^.]*\.)?"
    r"( Clinical follow-up[^.]*\.)?( Sample before[^.]*\.)?"
    r"( Loading goes on until .*; if not, go on loading\.)?"
)
"""Every text of what to do."""

_REASONS = (
    r"(first dose|day [0-9]+ of the course|step-up to monthly|week [0-9]+ of loading"
    rf"|[0-9]+ \w+ after ((c[0-9]+-)?loading-[0-9]+|the dose of {_DAY}|dose 1))"
    rf"(; given|; due {_DAY}, (given {_APART}|moved to a dose's visit"
    rf"|not given by [0-9-]+: {_APART}|clinic .*: {_APART})"
    r"|; clinic .*: arrange it elsewhere)?"
    r"(; decision on loading: it goes on until .*)?"
)
"""Every reason for a date."""

_RULE = r"(LOAD-[A-Z0-9-]+|MAINT(-MONTHLY)?|REVIEW-WEEKLY|LAB(-EARLY)?|ASSESS-6M)"
_OURS = re.compile(rf"{TASK}{_TASKS}|{RULE}{_RULE}|{REASON}{_REASONS}")
_VISIT = re.compile(
    rf"{TASK}(.*: )?({_TITLE})( \((provisional|given)\))?"
    r"( \([0-9]+ days? overdue, due .*\))?"
)
_MOST_FORMS, _LONGEST_HTML, _LONGEST_LINE = 8, 100_000, 5000
_MUCH = 39
"""A caution with so many fixed characters is known by them, whatever its detail."""

_TOKEN = re.compile(r"(<[^<>]*>)")
_TAG = re.compile(r"</?([a-z][a-z0-9]*)|<!", re.IGNORECASE)
_ADDRESS = re.compile(r"""(?:href|src)\s*=\s*["']?([^"'<>\s]+)""", re.IGNORECASE)
_BLOCKS = frozenset(
    [
        "br",
        "p",
        "div",
        "li",
        "ul",
        "ol",
        "tr",
        "hr",
        "table",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "blockquote",
        "pre",
        "body",
    ]
)
_UNSEEN = frozenset(("style", "title", "script"))


def split_description(
    text: str, expected: Collection[str] = ()
) -> tuple[list[str], str]:
    """Return our lines of a description, and as one text its note and other lines.

    Our lines come with single spaces. `expected` are those that the plan now asks for.
    What a person wrote behind one of ours is a person's, too.
    """
    asked = {squeezed(line): line for line in expected}
    lines = _lines(text, asked)
    plain = [flat(line) for line in lines]
    ours, at = _ours(plain, asked)
    found, strange = [], []
    for n, line in enumerate(lines[:at]):
        if n not in ours:
            strange.append(line.rstrip())
        elif whole := asked.get(squeezed(plain[n])):
            found.append(whole)
        else:
            known = _OURS.match(plain[n])
            rest = plain[n][known.end() :] if known else ""
            found.append(plain[n].removesuffix(rest))
            strange.append(rest.strip())
    # Programs put a backslash, a blank or what is unseen before the label's colon.
    note = "\n".join(lines[at:]).partition(":")[2]
    kept = "".join(f"\n{line}" for line in strange if line)
    return found, (note + kept).rstrip()


def plain_text(text: str) -> str:
    """Return a title as a person reads it, also if several programs made HTML of it."""
    for _ in range(_MOST_FORMS):
        text = _without_tags(text, " ") if "<" in text or "&" in text else text
    return flat(text)


def own_lines(text: str) -> list[str]:
    """Return the lines of a description that we have just written."""
    return [flat(line) for line in text.removesuffix(NOTES).split("\n") if line]


def flat(text: str) -> str:
    r"""Return a text with single spaces, for comparing what programs made of it.

    Some write `\:` for a colon, so a backslash does not count; nor does a character
    that cannot be seen.
    """
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
        text = "".join(c for c in text if unicodedata.category(c) != "Cf")
    return " ".join(text.replace("\\", "").split())


def squeezed(text: str) -> str:
    """Return a text without white space: some editors trim what lies beside a fold."""
    return flat(text).replace(" ", "")


def _lines(text: str, asked: Container[str]) -> list[str]:
    """Return the lines of a description, in the first form that shows ours.

    Web pages make HTML of it, and some programs escape line ends twice. If no form
    shows what we write about a dose, that with the most of our labels is taken.
    """
    forms = [text.rstrip()]
    for form in forms:
        if "\\n" in form:
            forms.append(unescape(form))
        if ("<" in form or "&lt;" in form) and len(form) <= _LONGEST_HTML:
            # In HTML a line end is a space, but some programs write both.
            forms += [_without_tags(form, " "), _without_tags(form, "\n")]
        if len(forms) >= _MOST_FORMS:
            break
    divided = [form.split("\n") for form in forms]
    if len(divided) == 1:
        return divided[0]
    for lines in divided:
        plain = [flat(line) for line in lines]
        block = _head(plain, asked) | _listed(plain)
        if block and not any(_TOKEN.search(plain[n]) for n in block):
            return lines
    return max(divided, key=_labels)


def _labels(lines: list[str]) -> int:
    return sum(line.lstrip().startswith(_LABELS) for line in lines)


def _without_tags(text: str, line_end: str) -> str:
    """Return HTML as plain text: a line per block, links with their addresses."""
    parts: list[str] = []
    address, unseen = "", ""
    for token in _TOKEN.split(text):
        tag = _TAG.match(token) if token.startswith("<") else None
        name = (tag[1] or "").lower() if tag else ""
        closes = token.startswith("</")
        if unseen:
            unseen = "" if closes and name == unseen else unseen
        elif tag is None:
            parts.append(html.unescape(token.replace("\n", line_end)))
        elif name in _UNSEEN and not closes:
            unseen = name
        elif name in _BLOCKS:
            parts.append("\n")
        elif name in ("td", "th"):
            parts.append(" ")
        elif name in ("a", "img") and not closes:
            found = _ADDRESS.search(token)
            address = found[1] if found else ""
        if address and (name == "img" or (name == "a" and closes)):
            parts.append(f" ({html.unescape(address)})")
            address = ""
    return re.sub("\n{3,}", "\n\n", "".join(parts)).strip()


def _ours(plain: list[str], asked: Container[str]) -> tuple[set[int], int]:
    """Return which lines are ours, and the line at which a person's note begins."""
    head, listed, end = _head(plain, asked), _listed(plain), len(plain)
    begin = max(head, default=min(listed, default=0))
    at = next((n for n in range(begin, end) if plain[n].startswith(NOTES)), end)
    known = {
        n
        for n, line in enumerate(plain[:at])
        if squeezed(line) in asked or _is_caution(squeezed(line))
    }
    if not head:  # what is left of a block is ours, too
        known |= {n for n, line in enumerate(plain[:at]) if _OURS.match(line)}
    return {n for n in head | listed if n < at} | known, at


def _listed(plain: list[str]) -> set[int]:
    """Return the indices of the lines for a clinic's visits, or a cancelled event."""
    return {
        n
        for n, line in enumerate(plain)
        if line.startswith(TASK)
        and len(line) < _LONGEST_LINE
        and (line in (NO_LONGER, NO_LONGER_LISTED) or _VISIT.fullmatch(line))
    }


def _head(plain: list[str], asked: Container[str]) -> set[int]:
    """Return the indices of our lines for the task, the rule and the reason.

    If a person's line stands near that begins as ours, ours is what the plan now asks
    for, else what has the form of our texts, else the nearest to the rule.
    """
    rules = [n for n, line in enumerate(plain) if line.startswith(RULE)]
    rules = [n for n in rules if _OURS.match(plain[n])]
    rule = _likeliest(plain, rules, asked)
    until, since = (len(plain), 0) if rule is None else (rule, rule)
    tasks = [n for n in range(until) if plain[n].startswith(TASK)]
    reasons = [n for n in range(since, len(plain)) if plain[n].startswith(REASON)]
    task = _likeliest(plain, tasks[::-1], asked)
    reason = _likeliest(plain, reasons, asked)
    if task is None or reason is None:
        return set()
    return {task, reason} if rule is None else {task, rule, reason}


def _likeliest(plain: list[str], near: list[int], asked: Container[str]) -> int | None:
    for n in near:
        if squeezed(plain[n]) in asked:
            return n
    for is_ours in (_OURS.fullmatch, _OURS.match):
        for n in near:
            if is_ours(plain[n]):
                return n
    return near[0] if near else None


@lru_cache(maxsize=1024)
def _is_caution(line: str) -> bool:
    return len(line) < _LONGEST_LINE and _cautions().fullmatch(line) is not None


@lru_cache(maxsize=1)
def _cautions() -> re.Pattern[str]:
    """Return an expression for every caution that this or an earlier version wrote.

    White space apart. A detail has a number in it; so a person's words are none.
    """
    written = [each.text for each in CAUTIONS.values() if each.bears_on]
    forms = []
    for text in (*written, *EARLIER_TEXTS):
        begin, detail, end = map(squeezed, text.partition("{detail}"))
        known = ".+" if len(begin + end) >= _MUCH else ".*[0-9].*"
        forms.append(re.escape(begin) + known * bool(detail) + re.escape(end))
    return re.compile(
        rf"(?:{squeezed(CAUTION)}|{squeezed(TO_KNOW)})(?:{'|'.join(forms)})"
    )
