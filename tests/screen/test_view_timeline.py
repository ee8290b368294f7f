"""The timeline: one scale for the whole course, whatever its length and the width."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from random_plans import ROWS, WIDTHS, built, some_plans
from spec import Row, plan_of

from b12sched import Plan
from b12sched.plan.events import Kind
from b12sched.views.screen.layout import draw
from b12sched.views.screen.table import mark
from b12sched.views.screen.timeline import timeline

LABELS = 12
FULL_DATE = re.compile(r"[0-9]{4}(-[0-9]{2}){0,2}")
ROW_OF = {
    Kind.DOSE: "Doses",
    Kind.REVIEW: "Examination",
    Kind.LAB: "Labs",
    Kind.ASSESSMENT: "Assessment",
}

NARROW = """\
Mon 2026-01-05 to Thu 2026-02-05
one column is 1.1 days

Loading     ============================
Plateau                  assumed later >
Doses       DD D DD D D DD D D DD D D D
Examination       ###################
            +-----------+-----------+---
            2026-01-05  2026-01-19

= loading   D dose
# weekly examinations
"""
COMMON = """\
Mon 2026-01-05 to Tue 2027-01-05
one column is 5.4 days

Loading     ━━━━━━━━━━━━━━━━
Plateau                    ? assumed
Maintenance                 ┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄
Doses       DDDDDDDDDDDDDDDD          P          P           P          P
Examination  ▒▒▒▒▒▒▒▒▒▒▒▒▒▒!
Labs                        L                L                                 L
Assessment                                   A
            ──────────┴──────────┴──────────┴──────────┴───────────┴──────────┴─
                      2026-03    2026-05    2026-07    2026-09     2026-11

━ loading   ? plateau assumed   ┄ provisional maintenance   D dose
P provisional dose   ▒ weekly examinations   L labs   A assessment of recovery
! decision on loading

!  Mon 2026-03-30  Neurological examination 12 and decision on loading
L  Sun 2026-04-05  Labs at 3 months: serum B12 + FBC + homocysteine
L  Sun 2026-07-05  Labs at 6 months: serum B12 + FBC + homocysteine
A  Sun 2026-07-05  Assessment of recovery at 6 months
L  Tue 2027-01-05  Labs at 12 months: serum B12 + FBC + homocysteine
"""
WIDE = """\
Mon 2026-01-05 to Sun 2076-01-05
one column is 171 days

Loading     =
Maintenance  -----------------------------------------------------------------------------------------------------------
Doses       DDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDD
Labs        LLL
            --------+----------+---------+----------+----------+----------+---------+----------+----------+---------+---
                    2030       2035      2040       2045       2050       2055      2060       2065       2070      2075

= loading   - maintenance   D dose   L labs

L  Sun 2026-04-05  Labs at 3 months: serum B12 + FBC + homocysteine
L  Sun 2026-07-05  Labs at 6 months: serum B12 + FBC + homocysteine
L  Tue 2027-01-05  Labs at 12 months: serum B12 + FBC + homocysteine
"""  # noqa: E501  # a screen of 120 columns


def shown(plan: Plan, width: int, *, ascii_only: bool = True) -> list[str]:
    """The timeline as text."""
    lines = draw(timeline(plan, width), "ascii" if ascii_only else "utf-8")
    return ["".join(text for text, _ in line) for line in lines]


def rows(lines: list[str]) -> dict[str, str]:
    """What stands on the scale, by the label of the row."""
    end = lines.index("", 3)
    return {line[:LABELS].strip(): line[LABELS:] for line in lines[3 : end - 2]}


@pytest.mark.parametrize(
    ("width", "row", "ascii_only", "screen"),
    [
        (40, {"neuro": "yes", "months": "1"}, True, NARROW),
        (80, {"neuro": "yes"}, False, COMMON),
        (120, {"months": "600"}, True, WIDE),
    ],
    ids=["a month at 40 columns", "a year at 80", "50 years at 120"],
)
def test_scale_fits_the_width(
    width: int, row: Row, ascii_only: bool, screen: str
) -> None:
    """The first day stands in the first column, the last one in the last."""
    text = "\n".join(shown(plan_of(**row), width, ascii_only=ascii_only)) + "\n"
    assert text == screen


@some_plans
@given(ROWS, WIDTHS)
def test_events_stand_where_their_date_is_on_the_scale(row: Row, width: int) -> None:
    """A row has the letter of the last event in each column, and no letter else.

    Weekly examinations are a band from the first to the last, which may ask to decide.
    """
    plan = built(row)
    found = rows(shown(plan, width))
    last = max([plan.until, *(event.date for event in plan.events)])
    days = max((last - plan.start).days, 1)
    for kind, label in ROW_OF.items():
        row_of_kind = [" "] * (width - LABELS)
        for event in plan.events:
            if event.kind is kind:
                at = (event.date - plan.start).days * (width - LABELS - 1) // days
                row_of_kind[at] = mark(event).letter
        if kind is Kind.REVIEW and "R" in row_of_kind:
            begin, end = row_of_kind.index("R"), len("".join(row_of_kind).rstrip())
            row_of_kind[begin:end] = "#" * (end - begin)
            if plan.decision in [event.id for event in plan.events]:
                row_of_kind[end - 1] = "!"
        assert found.get(label, "") == "".join(row_of_kind).rstrip()


@some_plans
@given(ROWS, WIDTHS, st.sampled_from([1, 2, 7, 30, 240, 600]))
def test_axis_labels_are_whole_under_their_ticks(
    row: Row, width: int, months: int
) -> None:
    """There is one at least; each is a whole date, month or year, touching no other."""
    lines = shown(built(row | {"months": str(months)}), width)
    end = lines.index("", 3)
    axis, labels = lines[end - 2], lines[end - 1]
    found = list(re.finditer(r"\S+", labels))
    assert found
    for label in found:
        assert FULL_DATE.fullmatch(label[0])
        under = label.start() < len(axis) and axis[label.start()] == "+"
        assert under or label.end() == width


def test_recorded_and_assumed_plateau_look_different() -> None:
    """The sign, the word and the line of maintenance say which it is."""
    assumed = shown(plan_of(neuro="yes"), 80)
    recorded = shown(plan_of(neuro="yes", plateau="2026-03-30"), 80)
    assert rows(assumed)["Plateau"].strip() == "? assumed"
    assert rows(recorded)["Plateau"].strip() == "^ recorded"
    assert set(rows(assumed)["Maintenance"].strip()) == {"."}
    assert set(rows(recorded)["Maintenance"].strip()) == {"-"}
    assert ". provisional maintenance" in "\n".join(assumed)
    assert "^ plateau recorded   - maintenance" in "\n".join(recorded)


@pytest.mark.parametrize("width", [40, 80, 120])
def test_a_plateau_near_the_end_has_its_word_on_the_left(width: int) -> None:
    """The word goes where there is room, the sign stays on its day."""
    found = rows(shown(plan_of(neuro="yes", loading_weeks="51"), width))["Plateau"]
    assert found.strip() == "assumed ?"
    assert found.index("?") == len(found) - 1 > 0.9 * (width - LABELS)


def test_a_plateau_beyond_the_horizon_is_announced() -> None:
    """The scale ends before it; maintenance has no line yet."""
    found = rows(shown(plan_of(neuro="yes", months="1"), 80))
    assert found["Plateau"].strip() == "assumed later >"
    assert "Maintenance" not in found


def test_a_patient_on_maintenance_has_no_loading_row() -> None:
    """The scale begins at the last dose."""
    lines = shown(plan_of(last_dose="2026-01-05"), 80)
    assert lines[0] == "Mon 2026-01-05 to Tue 2027-01-05"
    assert "Loading" not in rows(lines)
    assert rows(lines)["Maintenance"] == "-" * 68
