"""The description of an event: tell our lines from what a person wrote.

We write what to do, the rule, why this day, the cautions, and `Notes:`. Everything else
is a person's, even a line that begins as ours do (`Caution: faints at needles`): a line
is ours only by its place or by its whole text.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Collection
from functools import lru_cache

from b12sched.ics.folding import unescape
from b12sched.plan.cautions import CAUTIONS, EARLIER_TEXTS

NOTES = "Notes:"
TASK, RULE, REASON = "To do: ", "Rule: ", "Why this day: "
CAUTION, TO_KNOW = "Caution: ", "To know: "
NO_LONGER = "To do: nothing: this is no longer in the plan."
NO_LONGER_LISTED = "To do: nothing: this is no longer in the worklist."

_LABELS = (NOTES, TASK, RULE, REASON, CAUTION, TO_KNOW)
_TITLE = re.compile(
    r"(Loading|Maintenance) dose [0-9]+: \S+ [0-9.]+ \S+ \S+"
    r"|Neurological examination [0-9]+( and decision on loading)?"
    r"|Labs at [0-9]+ months: serum B12 \+ CBC \+ homocysteine"
    r"|Labs (on day 2|at 1 week|at 8 weeks): "
    r"(potassium|reticulocytes \+ CBC|CBC \+ reticulocytes)"
    r"|Assessment of recovery at [0-9]+ months"
)
"""Every title that an event can have, now or in an earlier version."""

_TASKS = re.compile(
    r"Inject |Examine |Serum B12|Judge recovery|Potassium: |Reticulocytes and CBC"
    r"|CBC and reticulocytes"
)
"""How every text of what to do begins."""

_REASONS = re.compile(
    r"first dose|day [0-9]+ of the course|step-up to monthly|week [0-9]+ of loading"
    r"|[0-9]+ (days?|weeks?|months?) after (loading-|the dose of|dose 1)"
)
"""How every reason for a date begins."""

_TAILS = (
    *("Decide:", "Take the blood", "Homocysteine target", "Clinical follow-up"),
    *("Sample before", ";"),
)
"""How everything begins that can follow the first sentence of a task or a reason."""

_RULE = re.compile(rf"{RULE}[A-Z][A-Z0-9-]*")
_VISIT = re.compile(
    rf"{TASK}(.*: )?({_TITLE.pattern})( \(provisional\))?"
    r"( \([0-9]+ days? overdue, due .*\))?"
)
_WORDED = re.compile(rf"{TASK}({_TASKS.pattern})|{REASON}({_REASONS.pattern})")
_MOST_FORMS, _LONGEST_HTML = 6, 100_000
_BREAK = re.compile(r"<(br|/?p|/?div|/?li|/?ul|/?ol|/?tr|hr)\b[^<>]*>", re.IGNORECASE)
_LINK = re.compile(r'<a\b[^<>]*?\bhref="([^"<>]*)"[^<>]*>([^<]*)</a>', re.IGNORECASE)
_TAG = re.compile(r"</?[a-z!][^<>]*>", re.IGNORECASE)


def split_description(
    text: str, expected: Collection[str] = ()
) -> tuple[list[str], str]:
    """Return our lines of a description, and as one text its note and other lines.

    Our lines come with single spaces. `expected` are those that the plan now asks for:
    what a person wrote behind one of them is a person's, too.
    """
    lines = _lines(text.rstrip(), expected)
    plain = [flat(line) for line in lines]
    ours, at = _ours(plain, expected)
    strange = []
    for n, line in enumerate(lines[:at]):
        if n not in ours:
            strange.append(line)
        elif plain[n] not in expected:
            rest = [
                plain[n][len(e) :].strip() for e in expected if plain[n].startswith(e)
            ]
            strange += [text for text in rest if not text.startswith(_TAILS)]
    note = "\n".join(lines[at:])[len(NOTES) :]
    kept = "".join(f"\n{line}" for line in strange if line.strip())
    return [plain[n] for n in sorted(ours)], note + kept


def flat(text: str) -> str:
    r"""Return a text with single spaces, for comparing what programs made of it.

    Some write `\:` for a colon, so a backslash does not count either.
    """
    if text.isascii() and "\\" not in text and "  " not in text:
        return text.strip()
    return " ".join(unicodedata.normalize("NFC", text).replace("\\", "").split())


def _lines(text: str, expected: Collection[str]) -> list[str]:
    """Return the lines of a description, in the first form that shows ours.

    Web pages make HTML of it, and some programs escape line ends twice. If no form
    shows what we write about a dose, that with the most of our labels is taken.
    """
    forms = [text]
    for form in forms:
        if "\\n" in form:
            forms.append(unescape(form))
        if ("<" in form or "&lt;" in form) and len(form) <= _LONGEST_HTML:
            forms.append(_without_tags(form))
        if len(forms) >= _MOST_FORMS:
            break
    divided = [form.split("\n") for form in forms]
    for lines in divided:
        if _block([flat(line) for line in lines], expected):
            return lines
    return max(divided, key=_labels)


def _labels(lines: list[str]) -> int:
    return sum(line.lstrip().startswith(_LABELS) for line in lines)


def _without_tags(text: str) -> str:
    """Return HTML as plain text: a line per block, links with their addresses."""
    text = _LINK.sub(
        lambda link: link[2] if link[1] == link[2] else f"{link[2]} ({link[1]})", text
    )
    text = _TAG.sub("", _BREAK.sub("\n", text))
    return re.sub("\n{3,}", "\n\n", html.unescape(text)).strip()


def _ours(plain: list[str], expected: Collection[str]) -> tuple[set[int], int]:
    """Return which lines are ours, and the line at which a person's note begins."""
    block = _block(plain, expected)
    begin, end = min(block, default=0), len(plain)
    at = next((n for n in range(begin, end) if plain[n].startswith(NOTES)), end)
    known = {
        n for n, line in enumerate(plain[:at]) if line in expected or _is_caution(line)
    }
    return {n for n in block if n < at} | known, at


def _block(plain: list[str], expected: Collection[str]) -> set[int]:
    """Return the lines that say what is to be done, and why."""
    return _head(plain, expected) | {
        n
        for n, line in enumerate(plain)
        if line in (NO_LONGER, NO_LONGER_LISTED) or _VISIT.fullmatch(line)
    }


def _head(plain: list[str], expected: Collection[str]) -> set[int]:
    """Return the lines for what to do, the rule and the reason: one of each.

    A rule has the form of a name. If a person's line stands near that begins as ours,
    ours is what the plan now asks for, else what has the form of our texts, else the
    nearest to the rule.
    """
    rule = next((n for n, line in enumerate(plain) if _RULE.fullmatch(line)), None)
    until, since = (len(plain), 0) if rule is None else (rule, rule)
    tasks = [n for n in range(until) if plain[n].startswith(TASK)]
    reasons = [n for n in range(since, len(plain)) if plain[n].startswith(REASON)]
    if not tasks or not reasons:
        return set()
    found = {_likeliest(plain, tasks[::-1], expected)}
    found.add(_likeliest(plain, reasons, expected))
    return found if rule is None else {*found, rule}


def _likeliest(plain: list[str], near: list[int], expected: Collection[str]) -> int:
    for is_ours in (expected.__contains__, _WORDED.match):
        for n in near:
            if is_ours(plain[n]):
                return n
    return near[0]


@lru_cache(maxsize=1024)
def _is_caution(line: str) -> bool:
    return _cautions().fullmatch(line) is not None


@lru_cache(maxsize=1)
def _cautions() -> re.Pattern[str]:
    """Return an expression for every caution that this or an earlier version wrote."""
    written = [each.text for each in CAUTIONS.values() if each.bears_on]
    forms = (
        re.escape(text).replace(r"\{detail\}", ".+")
        for text in (*written, *EARLIER_TEXTS)
    )
    return re.compile(rf"(?:{CAUTION}|{TO_KNOW})(?:{'|'.join(forms)})")
