"""The rules and cautions as a page, written from the program's own data.

    python docs/rules.py > docs/rules.md

Each example is run: what it gives stands beside it.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import io
import json
import os
import re
import shlex
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from b12sched.cli import run
from b12sched.dates import day_text
from b12sched.plan.cautions import CAUTIONS
from b12sched.regimen_file import loading_rules
from b12sched.rules import RULES, SOURCES, Rule, Source, Strength, strength_text
from b12sched.views.markdown import escape, table_lines

NEURO = "b12sched plan 2026-01-05 --neuro --renal normal"
STANDARD = "b12sched plan 2026-01-05 --no-neuro --renal normal"
COHORT = "b12sched batch given.csv -o - --format jsonl"
LAST_DOSE = "b12sched plan --last-dose 2026-01-05 --no-neuro --renal normal"


GIVEN = """\
patient,start,neuro,renal,given_through
A-17,2026-01-05,no,normal,2026-01-10
"""
"""The cohort of the examples, `given.csv`."""


class Shown(NamedTuple):
    """A command, and the event of its plan to look at; none if it is refused."""

    command: str
    event: str = ""


class Said(NamedTuple):
    """When a caution is said, and a command that makes a plan with it."""

    when: str
    command: str


REGIMENS = loading_rules()
"""Each shipped regimen by its loading rule."""

ALL_RULES: dict[str, Rule] = {n: r.rules[n] for n, r in REGIMENS.items()} | RULES
ALL_SOURCES = {k: s for r in REGIMENS.values() for k, s in r.sources.items()} | SOURCES


def by_regimen(name: str, event: str) -> tuple[Shown, ...]:
    """An example of a regimen's loading rule: a dose."""
    regimen = REGIMENS[name]
    neuro = "--no-neuro" if regimen.neuro == "no" else "--neuro"
    start = f"b12sched plan 2026-01-05 {neuro} --renal normal"
    return (Shown(f"{start} --regimen {regimen.name}", event),)


RULE_EXAMPLES: dict[str, tuple[Shown, ...]] = {
    "LOAD-NEURO": (Shown(NEURO, "loading-3"),),
    "LOAD-STANDARD": (Shown(STANDARD, "loading-4"),),
    "LOAD-CYANO": (Shown(f"{STANDARD} --drug cyanocobalamin", "loading-20"),),
    "LOAD-UK-DIET": by_regimen("LOAD-UK-DIET", "loading-6"),
    "LOAD-UK-LABEL": by_regimen("LOAD-UK-LABEL", "loading-8"),
    "LOAD-AU-NEURO": by_regimen("LOAD-AU-NEURO", "loading-7"),
    "LOAD-AU-STANDARD": by_regimen("LOAD-AU-STANDARD", "loading-9"),
    "LOAD-NL": by_regimen("LOAD-NL", "loading-10"),
    "LOAD-NO-STANDARD": by_regimen("LOAD-NO-STANDARD", "loading-5"),
    "LOAD-NO-NEURO": by_regimen("LOAD-NO-NEURO", "loading-6"),
    "LOAD-SE": by_regimen("LOAD-SE", "loading-5"),
    "LOAD-FR": by_regimen("LOAD-FR", "loading-10"),
    "LOAD-US-HYDROXO": by_regimen("LOAD-US-HYDROXO", "loading-10"),
    "LOAD-US-WEEKLY": by_regimen("LOAD-US-WEEKLY", "loading-8"),
    "LOAD-JP": by_regimen("LOAD-JP", "loading-26"),
    "LOAD-LOCAL": (Shown(f"{STANDARD} --regimen riverside.toml", "loading-6"),),
    "MAINT": (Shown(STANDARD, "maintenance-1"),),
    "ANCHOR": (Shown(f"{LAST_DOSE} --given 2026-03-12", "maintenance-2"),),
    "WEEKS": (Shown(f"{LAST_DOSE} --interval 8w", "maintenance-1"),),
    "MONTH-END": (
        Shown(
            "b12sched plan --last-dose 2026-08-31 --no-neuro --renal normal",
            "maintenance-3",
        ),
    ),
    "MAINT-MONTHLY": (
        Shown(f"{LAST_DOSE} --monthly-from 2026-02-20", "maintenance-1"),
    ),
    "CLINIC-DAYS": (
        Shown(f"{NEURO} --open mon-fri", "loading-4"),
        Shown(f"{LAST_DOSE} --closed 2026-03-05", "maintenance-1"),
    ),
    "AS-OF": (Shown(f"{LAST_DOSE} --as-of 2026-03-10", "maintenance-1"),),
    "REVIEW-WEEKLY": (Shown(NEURO, "review-1"),),
    "LAB": (Shown(STANDARD, "lab-3m"),),
    "LAB-EARLY": (Shown(f"{STANDARD} --anaemia severe", "lab-potassium"),),
    "ASSESS-6M": (Shown(NEURO, "assessment-6m"),),
    "RENAL-CYANO": (
        Shown("b12sched plan 2026-01-05 --no-neuro --egfr 45 --drug cyanocobalamin"),
    ),
    "NEURO-INTERVAL": (Shown(f"{NEURO} --interval 3m"),),
    "CYANO-INTERVAL": (Shown(f"{STANDARD} --drug cyanocobalamin --interval 2m"),),
}

_ALWAYS = "in every plan"
_NEURO = "with neurology, not after a last dose"
CAUTION_EXAMPLES: dict[str, Said] = {
    "accepted": Said(
        "when the prescriber set aside a refusal that applies",
        f"{NEURO} --interval 3m --accept NEURO-INTERVAL",
    ),
    "ended": Said(
        "when treatment ended; an info if the patient died or moved, or the cause is "
        "gone",
        f"{STANDARD} --ended 2026-01-09 --because oral",
    ),
    "urgent-neuro": Said(_NEURO, NEURO),
    "loading-interrupted": Said(
        "when two loading doses, or the last one and a recorded plateau, are more than "
        "5 days further apart than the regimen's longest step",
        f"{STANDARD} --given 2026-01-05 --given 2026-01-07 --given 2026-01-20",
    ),
    "overdue": Said(
        "when the next dose was not given, and as of is after both its due date and "
        "the clinic's day for it",
        f"{LAST_DOSE} --as-of 2026-03-26",
    ),
    "nothing-recorded": Said(
        "when as of is after the start, or a plateau is recorded, and no dose is",
        f"{STANDARD} --as-of 2026-01-12",
    ),
    "first-dose-late": Said(
        "when the first given dose is more than 7 days after the start",
        f"{STANDARD} --given 2026-01-15",
    ),
    "doses-close": Said(
        "when two given loading doses are closer together than the regimen's least "
        "number of days, or two maintenance doses no more than half the interval",
        f"{STANDARD} --given 2026-01-05,2026-01-06",
    ),
    "plateau-not-recorded": Said("while loading goes on to an assumed plateau", NEURO),
    "gap": Said(
        "when a loading dose waits for an open day, or closed days keep the last ones "
        "before an assumed plateau from being planned",
        f"{NEURO} --open mon-fri",
    ),
    "late-closure": Said(
        "when the clinic is closed for the whole week before a maintenance dose is due",
        f"{LAST_DOSE} --open mon --closed 2026-03-02",
    ),
    "holidays-by-part": Said(
        "when the public holidays stated differ from part to part of the country, or "
        "of the part that was stated",
        f"{STANDARD} --holidays GB",
    ),
    "cyano-neuro": Said(
        "with neurology and cyanocobalamin", f"{NEURO} --drug cyanocobalamin"
    ),
    "cyano-leber": Said("with cyanocobalamin", f"{STANDARD} --drug cyanocobalamin"),
    "renal": Said(
        "with any renal status but normal",
        "b12sched plan 2026-01-05 --no-neuro --renal dialysis",
    ),
    "methylcobalamin": Said(
        "with methylcobalamin in the regimens `neuro` and `standard`",
        f"{STANDARD} --drug methylcobalamin",
    ),
    "cobalamin-allergy": Said(_ALWAYS, STANDARD),
    "folate-alone": Said(_ALWAYS, STANDARD),
    "lifelong": Said(_ALWAYS, STANDARD),
    "potassium": Said("unless a last dose is stated", STANDARD),
    "new-signs": Said(
        "with neurology after a last dose",
        "b12sched plan --last-dose 2026-01-05 --neuro --renal normal",
    ),
    "given-through": Said(
        "in a cohort, for a row whose given through stands for doses", COHORT
    ),
    "not-asked": Said(_ALWAYS, STANDARD),
    "serum-b12-on-treatment": Said(_ALWAYS, STANDARD),
    "monthly": Said(
        "with an interval of a month, or a step-up, where the regimen has no month",
        f"{STANDARD} --interval 1m",
    ),
    "interval": Said(
        "with an interval that is not among those of the regimen's source",
        f"{STANDARD} --interval 10w",
    ),
    "regimen": Said(_ALWAYS, f"{STANDARD} --regimen nl-standard"),
    "step-up-early": Said(
        "when the step-up is not after loading and makes doses more frequent",
        f"{STANDARD} --monthly-from 2026-01-10",
    ),
    "months-vs-label": Said(
        "with 1 mg of hydroxocobalamin every month or 4 weeks, or a step-up, and with "
        "the regimen `cyanocobalamin`",
        f"{STANDARD} --interval 1m",
    ),
    "paradoxical-movements": Said(_NEURO, NEURO),
    "recovery": Said(_NEURO, NEURO),
}


INTRODUCTION = """\
# The rules

Every date follows one of the rules below, and every plan carries the cautions that
hold for it. `b12sched explain` lists them too, `b12sched explain MAINT` shows one.
This page says what supports them; where they can hurt is in the
[hazard log](clinical-safety.md), and every edge of them in `tests/rules`.

This file is written by `python docs/rules.py > docs/rules.md` from the data in
`b12sched/regimens`, `b12sched/rules.py` and `b12sched/plan/cautions.py`. Change it
there.
"""


def page() -> Iterator[str]:
    """The page, line by line."""
    yield from INTRODUCTION.splitlines()
    yield ""
    yield from table_lines(
        ("strength", "in JSON and files", "rests on"),
        ((each.words, f"`{each}`", each.meaning) for each in Strength),
    )
    yield ""
    yield "A convention is there because a date must fall somewhere; it is no guidance."
    yield ""
    yield from _overview()
    yield ""
    yield "## Rules"
    for name in ALL_RULES:
        yield ""
        yield from _rule(name)
    yield ""
    yield "## Cautions"
    yield ""
    yield "The most serious first. A caution is shown with the plan, and in a calendar"
    yield "with the events that it bears on. `…` is where it speaks of the one plan."
    for code in CAUTIONS:
        yield ""
        yield from _caution(code)
    yield ""
    yield "## Sources"
    yield ""
    yield "An address stands where the text was read; beside an address at which it was"
    yield "not read stands that of the copy, or of the text that quotes it."
    yield ""
    yield "| source | what | where it was seen |"
    yield "| --- | --- | --- |"
    for key, source in ALL_SOURCES.items():
        yield f"| {key} | {escape(source.dated)} | {_places(source)} |"


def _places(source: Source) -> str:
    return "; ".join(f"{seen}: <{at}>" for seen, at in source.places) or "–"


def _overview() -> Iterator[str]:
    yield "| rule | what | strength |"
    yield "| --- | --- | --- |"
    for name, rule in ALL_RULES.items():
        strength = strength_text(rule.strength)
        yield f"| [{name}](#{name.lower()}) | {escape(rule.title)} | {strength} |"


def _rule(name: str) -> Iterator[str]:
    rule = ALL_RULES[name]
    yield f"### {name}"
    yield ""
    yield f"**{escape(rule.title)}.** {escape(rule.text)}"
    yield ""
    if rule.note:
        yield f"- **Note**: {escape(rule.note)}"
    yield from _support(rule.strength, rule.sources)
    for shown in RULE_EXAMPLES[name]:
        yield f"- **Example**: `{shown.command}` {_outcome(shown)}"


def _caution(code: str) -> Iterator[str]:
    caution, said = CAUTIONS[code], CAUTION_EXAMPLES[code]
    yield f"### {code}"
    yield ""
    yield f"**{caution.severity.capitalize()}.** {_blank(caution.text)}"
    yield ""
    yield f"- **Said** {said.when}"
    yield from _support(caution.strength, caution.sources)
    yield f"- **Example**: `{said.command}` says {_said(code, said.command)}"


def _blank(text: str) -> str:
    """A caution's text with `…` where it speaks of the one plan."""
    return escape(text.replace("{detail}", "…").replace("….", "…"))


def _support(strength: tuple[Strength, ...], sources: tuple[str, ...]) -> Iterator[str]:
    links = (
        f"[{key}]({found[0][1]})"
        if (found := ALL_SOURCES[key].places)
        else f"[{key}](#sources)"
        for key in sources
    )
    yield f"- **Strength**: {strength_text(strength)}"
    yield f"- **Sources**: {', '.join(links)}"


def _outcome(shown: Shown) -> str:
    """What a command makes of a rule: a date and why, or a refusal."""
    if not shown.event:
        return f"is refused: {escape(_refusal(shown.command))}"
    (event,) = (e for e in _plan(shown.command)["events"] if e["id"] == shown.event)
    return f"gives {_dated(event)}: {escape(event['why'])}"


def _said(code: str, command: str) -> str:
    """What a command's plan says of a caution, and with which event first."""
    plan = _plan(command)
    (caution,) = (each for each in plan["cautions"] if each["code"] == code)
    text = "it"
    if caution["text"] != CAUTIONS[code].text:
        text = f"“{escape(caution['text'])}”"
    for event in plan["events"]:
        if (event["phase"] or event["kind"]) in CAUTIONS[code].bears_on:
            return f"{text}, first with {_dated(event)}"
    return f"{text}, of the plan as a whole"


def _dated(event: dict[str, Any]) -> str:
    return f"{event['id']} on {day_text(dt.date.fromisoformat(event['date']))}"


def _plan(command: str) -> Any:
    asked = command if "--format" in command else f"{command} --format json"
    code, out, err = _run(asked)
    assert code == 0, err
    return json.loads(out)


def _refusal(command: str) -> str:
    code, _, err = _run(command)
    assert code == 3, err
    message, hint = err.splitlines()
    # The message begins with `refused:` and the rule.
    return f"{message.split(': ', 2)[2]}; {hint.strip()}"


def _run(command: str) -> tuple[int, str, str]:
    """Run a command line of the program here; its exit code and what it printed."""
    name, *arguments = shlex.split(command)
    assert name == "b12sched"
    streams = [io.TextIOWrapper(io.BytesIO(), "utf-8") for _ in range(2)]
    out, err = streams
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = run(arguments)
    for stream in streams:
        stream.seek(0)
    return code, out.read(), err.read()


if __name__ == "__main__":
    # Neither the clinic's own defaults nor the terminal may change the page.
    os.environ["B12SCHED_CONFIG"] = "none"
    protocol = Path(__file__).with_name("local-protocol.md").read_text("utf-8")
    found = re.search(r"```toml\n# (\S+)\n(.*?)```", protocol, re.DOTALL)
    assert found is not None
    with tempfile.TemporaryDirectory() as here:
        Path(here, found[1]).write_text(found[2], "utf-8")
        Path(here, "given.csv").write_text(GIVEN, "utf-8")
        with contextlib.chdir(here):
            text = "".join(f"{line}\n" for line in page())
    sys.stdout.buffer.write(text.encode())
