"""The hazard log (docs/clinical-safety.md) is whole, and each control is proved.

A control counts as proved if it names a test that is there. That every rule and caution
has its sources, and every source its use, is checked in `test_regimen_data`.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest
from spec import table

from b12sched.plan.cautions import CAUTIONS, Severity
from b12sched.rules import RULES

ROOT = Path(__file__).parents[2]
LOG = (ROOT / "docs" / "clinical-safety.md").read_text("utf-8")

FIRST_LOG = 40
"""The number of hazards in the first log. None is ever deleted, so it never falls."""

LIKELIHOODS = ("very low", "low", "medium", "high", "very high")
SEVERITIES = ("minor", "significant", "considerable", "major", "catastrophic")
RISKS = {
    "very high": (3, 4, 4, 5, 5),
    "high": (2, 3, 3, 4, 5),
    "medium": (2, 2, 3, 3, 4),
    "low": (1, 2, 2, 3, 4),
    "very low": (1, 1, 2, 2, 3),
}
"""The example matrix of the guidance to DCB0129, severity from left to right."""

ACCEPTABLE = 3
"""A risk above this must not be left; at this it needs somebody's decision."""

FIELDS = (
    *("Cause", "Effect", "Harm", "Before", "Controls", "After"),
    *("Left to the users", "Status"),
)
STATUSES = ("open", "closed", "withdrawn")

_HAZARD = re.compile(r"^### (H[0-9]+)\b *(.*)$", re.MULTILINE)
_FIELD = re.compile(r"^- \*\*(.+?):\*\*", re.MULTILINE)
_PROOF = re.compile(r"`(tests/[^`]+)`")
_RATING = re.compile(r"likelihood ([a-z ]+), severity ([a-z]+), risk ([1-5])")


# --- the tests there are ------------------------------------------------------------


class Proof(NamedTuple):
    """A test as its source shows it.

    `runs` is false for one that is always skipped, `holds` for one that is expected to
    fail; `ids` are the texts that a parametrized test may be named by.
    """

    runs: bool = True
    holds: bool = True
    ids: frozenset[str] = frozenset()


@cache
def proofs() -> dict[str, Proof]:
    """Every test function by its id: `tests/rules/test_x.py::test_name`."""
    found: dict[str, Proof] = {}
    for path in sorted((ROOT / "tests").glob("*/test_*.py")):
        found |= proofs_in(path.read_text("utf-8"), path.relative_to(ROOT).as_posix())
    return found


def proofs_in(source: str, name: str) -> dict[str, Proof]:
    """The test functions of one module."""
    tree = ast.parse(source)
    texts = frozenset(
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )
    found = {}
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            marks = [
                ast.unparse(mark.func if isinstance(mark, ast.Call) else mark)
                for mark in node.decorator_list
            ]
            found[f"{name}::{node.name}"] = Proof(
                runs="pytest.mark.skip" not in marks,
                holds="pytest.mark.xfail" not in marks,
                ids=texts if marks else frozenset(),
            )
    return found


def why_no_proof(test: str, there: Mapping[str, Proof]) -> str | None:
    """Why a test that is named proves nothing; None if it does."""
    name, _, case = test.partition("[")
    if name not in there:
        return "is not there"
    if not there[name].runs:
        return "is always skipped"
    if not there[name].holds:
        return "is expected to fail"
    if case and case.removesuffix("]") not in there[name].ids:
        return "has no such case"
    return None


# --- reading the log ----------------------------------------------------------------


class Control(NamedTuple):
    """What keeps a hazard from doing harm, in words, and the tests that prove it."""

    words: str
    tests: tuple[str, ...]


class Hazard(NamedTuple):
    """An entry of the log."""

    id: str
    title: str
    names: tuple[str, ...]
    fields: Mapping[str, str]
    controls: tuple[Control, ...]


def hazards_of(document: str) -> list[Hazard]:
    """The hazards of a log, in its order."""
    _, *parts = _HAZARD.split(document)
    heads = zip(parts[::3], parts[1::3], parts[2::3], strict=True)
    return [
        _hazard(number, title, re.split(r"^##? ", text, flags=re.MULTILINE)[0])
        for number, title, text in heads
    ]


def _hazard(number: str, title: str, text: str) -> Hazard:
    _, *parts = _FIELD.split(text)
    names = tuple(parts[::2])
    fields = dict(zip(names, parts[1::2], strict=True))
    items = re.split(r"^  - ", fields.get("Controls", ""), flags=re.MULTILINE)[1:]
    return Hazard(
        number,
        title.strip(),
        names,
        {name: " ".join(said.split()) for name, said in fields.items()},
        tuple(
            Control(_PROOF.sub("", item).strip(" ,.\n"), tuple(_PROOF.findall(item)))
            for item in items
        ),
    )


def faults(document: str, there: Mapping[str, Proof]) -> list[str]:
    """Everything that is wrong with a log, in words."""
    hazards = hazards_of(document)
    found = [] if hazards else ["there is no hazard"]
    for number, hazard in enumerate(hazards, 1):
        if hazard.id != f"H{number:02}":
            found.append(f"{hazard.id} stands where H{number:02} should")
        if not hazard.title:
            found.append(f"{hazard.id} has no title")
        checks = (_field_faults, _rating_faults, _status_faults)
        said = [each for check in checks for each in check(hazard)]
        said += _control_faults(hazard, there)
        found += [f"{hazard.id} {each}" for each in said]
    return found


def _field_faults(hazard: Hazard) -> list[str]:
    missing = [name for name in FIELDS if name not in hazard.names]
    empty = [name for name in hazard.names if not hazard.fields[name]]
    twice = [name for name, times in Counter(hazard.names).items() if times > 1]
    unknown = [name for name in hazard.names if name not in FIELDS]
    return [
        *(f"lacks {name}" for name in missing),
        *(f"says nothing under {name}" for name in empty),
        *(f"has {name} twice" for name in twice),
        *(f"has an unknown field {name}" for name in unknown),
    ]


def _rating_faults(hazard: Hazard) -> list[str]:
    found = []
    risks = []
    for name in ("Before", "After"):
        match = _RATING.fullmatch(hazard.fields.get(name, ""))
        if not match or match[1] not in RISKS or match[2] not in SEVERITIES:
            found.append(f"has no rating of the scale under {name}")
            continue
        risks.append(risk := RISKS[match[1]][SEVERITIES.index(match[2])])
        if risk != int(match[3]):
            found.append(f"has risk {match[3]} {name.lower()}, the matrix {risk}")
    if len(risks) == 2 and risks[1] > risks[0]:
        found.append("has a higher risk after its controls than before")
    if risks[1:] and risks[1] > ACCEPTABLE:
        found.append(f"is left at risk {risks[1]}")
    return found


def _status_faults(hazard: Hazard) -> list[str]:
    status, _, why = hazard.fields.get("Status", "").rstrip(".").partition(": ")
    if status not in STATUSES:
        return [f"has no status of {', '.join(STATUSES)}"]
    if status != "open" and not why:
        return [f"is {status} without a reason"]
    return []


def _control_faults(hazard: Hazard, there: Mapping[str, Proof]) -> list[str]:
    found = [] if hazard.controls else ["has no control"]
    for number, control in enumerate(hazard.controls, 1):
        if not control.words:
            found.append(f"control {number} says nothing")
        if not control.tests:
            found.append(f"control {number} names no test")
        for test, times in Counter(control.tests).items():
            if why := why_no_proof(test, there):
                found.append(f"control {number}: {test} {why}")
            if times > 1:
                found.append(f"control {number}: {test} appears twice")
    return found


# --- the log ------------------------------------------------------------------------


def test_the_hazard_log_is_whole() -> None:
    """Numbers, fields, ratings, statuses, controls, and a test for each control."""
    assert faults(LOG, proofs()) == []


def test_no_hazard_was_ever_deleted() -> None:
    """A hazard that is none any more is withdrawn, with the reason; it keeps its id."""
    assert len(hazards_of(LOG)) >= FIRST_LOG


def test_the_scales_are_those_of_the_document() -> None:
    """What is checked here is what stands there: both scales and the matrix."""
    rows = cells_under("### The matrix")
    assert rows[0] == ["likelihood", *SEVERITIES]
    assert {name: tuple(map(int, risks)) for name, *risks in rows[1:]} == RISKS
    assert [row[0] for row in cells_under("### Likelihood")[1:]] == [*LIKELIHOODS[::-1]]
    assert [row[0] for row in cells_under("### Severity")[1:]] == [*SEVERITIES[::-1]]


def test_the_summary_of_risks_counts_the_log() -> None:
    """How many hazards are at each risk before and after, and which need a decision."""
    hazards = hazards_of(LOG)
    counted = {
        name: Counter(hazard.fields[name][-1] for hazard in hazards)
        for name in ("Before", "After")
    }
    rows = cells_under("## Residual risk")
    assert rows[0] == ["risk", "before", "after"]
    assert [row[0] for row in rows[1:]] == ["5", "4", "3", "2", "1"]
    for risk, *numbers in rows[1:]:
        assert [int(number) for number in numbers] == [
            counted["Before"][risk],
            counted["After"][risk],
        ]
    left = [h.id for h in hazards if h.fields["After"][-1] == str(ACCEPTABLE)]
    said = section("## Residual risk").partition("At risk 3 remain ")[2]
    assert re.findall(r"H[0-9]+", said.partition(".")[0]) == left


@pytest.mark.parametrize(
    "code",
    [code for code, said in CAUTIONS.items() if said.severity is Severity.WARNING],
)
def test_every_warning_is_a_control(code: str) -> None:
    """What is serious enough for a warning is a hazard, and stands in the log."""
    assert f"`{code}`" in controls_in_words()


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_is_a_control(rule: str) -> None:
    """A rule that keeps from no harm would not be needed."""
    assert f"`{rule}`" in controls_in_words()


def test_the_document_claims_no_conformity() -> None:
    """It says who has to review it, and that nobody has; no word says otherwise."""
    said = " ".join(LOG.split())
    assert "claims no conformity" in said
    assert "A clinical safety officer has to review" in said
    for claim in ("is compliant", "complies with", "conforms to", "is certified"):
        assert claim not in said


def section(head: str) -> str:
    """The text of the document under a heading, to the next one of any level."""
    return re.split(r"^#", LOG.partition(f"\n{head}\n")[2], flags=re.MULTILINE)[0]


def cells_under(head: str) -> list[list[str]]:
    """The rows of the first table under a heading, its line of dashes left out."""
    rows = [line for line in section(head).splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]
    return [row for row in cells if set("".join(row)) - set("-:")]


def controls_in_words() -> str:
    """All that the log says of its controls."""
    return "\n".join(
        control.words for hazard in hazards_of(LOG) for control in hazard.controls
    )


# --- each check can fail ------------------------------------------------------------

ENTRY = """
### H01 A dose is lost

- **Cause:** A short month.
- **Effect:** A gap
  of eight months.
- **Harm:** Nerve damage.
- **Before:** likelihood medium, severity major, risk 3
- **Controls:**
  - Counted from the anchor. `tests/test_a.py::test_one`,
    `tests/test_a.py::test_cases[a short month]`
  - Shown. `tests/test_a.py::test_two`
- **After:** likelihood very low, severity major, risk 2
- **Left to the users:** Nothing.
- **Status:** open
"""
SMALL = f"# Log\n\n## Hazard log\n{ENTRY}\n## Residual risk\n\n- **Cause:** not one\n"
MODULE = """
def test_one(): ...
def test_two(): ...
def helper(): ...
@table("case", ("a short month", 31))
def test_cases(case): ...
@pytest.mark.skip(reason="slow")
def test_skipped(): ...
@pytest.mark.skipif(windows, reason="no such disk")
def test_sometimes(): ...
@pytest.mark.xfail(reason="a known weakness")
def test_weak(): ...
"""
THERE = proofs_in(MODULE, "tests/test_a.py")


def test_a_whole_log_has_no_fault() -> None:
    """The small log from which the broken ones are made."""
    assert faults(SMALL, THERE) == []
    (hazard,) = hazards_of(SMALL)
    assert hazard.fields["Effect"] == "A gap of eight months."
    assert [control.words for control in hazard.controls] == [
        "Counted from the anchor",
        "Shown",
    ]
    assert faults(SMALL + ENTRY.replace("H01", "H02"), THERE) == []


def swapped(old: str, new: str) -> Callable[[str], str]:
    def change(document: str) -> str:
        assert old in document
        return document.replace(old, new)

    return change


def without_controls(document: str) -> str:
    return re.sub(
        r"(\*\*Controls:\*\*).*?(- \*\*After)", r"\1\n\2", document, flags=re.S
    )


@table(
    "change, said",
    ("no hazard", lambda text: "# Log\n", "there is no hazard"),
    ("a number twice", lambda text: text + ENTRY, "H01 stands where H02 should"),
    (
        "a number left out",
        lambda text: text + ENTRY.replace("H01", "H03"),
        "H03 stands where H02 should",
    ),
    ("a first number gone", swapped("H01", "H02"), "H02 stands where H01 should"),
    ("no title", swapped("H01 A dose is lost", "H01"), "H01 has no title"),
    ("no harm", swapped("- **Harm:** Nerve damage.\n", ""), "H01 lacks Harm"),
    ("no rating", swapped("- **After:**", "After:"), "H01 lacks After"),
    (
        "an empty field",
        swapped("**Left to the users:** Nothing.", "**Left to the users:**"),
        "H01 says nothing under Left to the users",
    ),
    (
        "a field twice",
        swapped("- **Harm:**", "- **Cause:** b\n- **Harm:**"),
        "H01 has Cause twice",
    ),
    (
        "a misspelt field",
        swapped("- **Harm:**", "- **Harms:**"),
        "H01 has an unknown field Harms",
    ),
    (
        "a likelihood off the scale",
        swapped("likelihood medium", "likelihood rare"),
        "H01 has no rating of the scale under Before",
    ),
    (
        "a severity off the scale",
        swapped("very low, severity major", "very low, severity bad"),
        "H01 has no rating of the scale under After",
    ),
    (
        "a risk that is not the matrix's",
        swapped("risk 2", "risk 1"),
        "H01 has risk 1 after, the matrix 2",
    ),
    (
        "a risk that grows",
        swapped(
            "likelihood very low, severity major, risk 2",
            "likelihood high, severity major, risk 4",
        ),
        "H01 has a higher risk after its controls than before",
    ),
    (
        "a risk that must not be left",
        lambda text: re.sub(
            "likelihood .*", "likelihood high, severity major, risk 4", text
        ),
        "H01 is left at risk 4",
    ),
    ("no status", swapped("open", "fine"), "H01 has no status of"),
    ("no reason", swapped("open", "withdrawn"), "H01 is withdrawn without a reason"),
    ("no control", without_controls, "H01 has no control"),
    (
        "a control without a test",
        swapped(" `tests/test_a.py::test_two`", ""),
        "H01 control 2 names no test",
    ),
    (
        "a test without words",
        swapped("Shown. ", ""),
        "H01 control 2 says nothing",
    ),
    (
        "a test that is not there",
        swapped("::test_two", "::test_three"),
        "H01 control 2: tests/test_a.py::test_three is not there",
    ),
    (
        "a function that is no test",
        swapped("::test_two", "::helper"),
        "::helper is not there",
    ),
    (
        "a module that is not there",
        swapped("test_a.py::test_two", "test_b.py::test_two"),
        "tests/test_b.py::test_two is not there",
    ),
    (
        "a case that is not there",
        swapped("[a short month]", "[a long month]"),
        "[a long month] has no such case",
    ),
    (
        "a test that is always skipped",
        swapped("::test_two", "::test_skipped"),
        "::test_skipped is always skipped",
    ),
    (
        "a test that is expected to fail",
        swapped("::test_two", "::test_weak"),
        "::test_weak is expected to fail",
    ),
    (
        "a test named twice",
        swapped("::test_one`,\n", "::test_one`, `tests/test_a.py::test_one`,\n"),
        "::test_one appears twice",
    ),
)
def test_a_fault_is_found(change: Callable[[str], str], said: str) -> None:
    """Each fault is found by itself, in a log that has no other."""
    found = faults(change(SMALL), THERE)
    assert any(said in each for each in found), found


def test_a_withdrawn_hazard_stays_with_its_reason() -> None:
    """It is no fault, and it counts."""
    text = swapped("open", "withdrawn: the program makes no calendars any more")(SMALL)
    assert faults(text, THERE) == []
    assert len(hazards_of(text)) == 1


def test_a_test_that_is_skipped_on_some_machines_is_a_proof() -> None:
    """The full check leaves none of them out."""
    text = swapped("::test_two", "::test_sometimes")(SMALL)
    assert faults(text, THERE) == []


def test_sources_are_checked_where_the_rules_are() -> None:
    """A rule without a source, and a source without a rule: both fail there."""
    for name in (
        "test_a_rule_or_caution_names_sources_that_exist",
        "test_every_source_is_used",
    ):
        assert f"tests/rules/test_regimen_data.py::{name}" in proofs()
