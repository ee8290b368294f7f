"""The JSON of a plan keeps its published schema."""

from __future__ import annotations

import json

import pytest
from cases import CASES, plan_of_case
from effort import every, some_or_all
from plan_schema import CLOSED, VALIDATOR

from b12sched import Case, Clinic, build
from b12sched.errors import B12SchedError
from b12sched.views.data import plan_json


@pytest.mark.unmeasured
@some_or_all
def test_the_conformance_plans_keep_the_schema_and_add_no_field(thorough: bool) -> None:
    """Every field is there, of its type, and named."""
    plans = 0
    for row in every(15, CASES, thorough=thorough):
        try:
            plan = plan_of_case(row)
        except B12SchedError:
            continue
        CLOSED.validate(json.loads(plan_json(plan)))
        plans += 1
    assert plans == (717 if thorough else 52)


def test_the_published_example_of_a_neurological_plan() -> None:
    """The values of the example in the contract, field by field."""
    row = {"patient": "A-17", "start": "2026-01-05", "neuro": "yes", "renal": "normal"}
    plan = json.loads(plan_json(build(Case.parse(row), Clinic())))
    expected = {
        "schema": "b12sched/plan/1",
        "patient": "A-17",
        "regimen": "neuro",
        "drug": "hydroxocobalamin",
        "dose": {"value": 1, "unit": "mg", "route": "IM"},
        "start": "2026-01-05",
        "until": "2027-01-05",
        "renal": "normal",
        "neuro": True,
        "plateau": {"date": "2026-03-30", "basis": "assumed"},
        "loading": {
            "doses": 43,
            "first": "2026-01-05",
            "last": "2026-03-30",
            "longest_gap_days": 2,
        },
        "maintenance": {
            "interval": "2m",
            "anchor": "2026-03-30",
            "policy": "last-dose",
            "first": "2026-05-30",
            "in_force": "2m",
            "dose": {"value": 1, "unit": "mg", "route": "IM"},
        },
        "local_regimen": None,
        "history": [],
        "next": {"id": "loading-1", "due": "2026-01-05", "date": "2026-01-05"},
        "ampoules": 47,
    }
    assert {name: plan[name] for name in expected} == expected
    first = plan["events"][0]
    assert {name: first[name] for name in first if name not in ("title", "why")} == {
        "id": "loading-1",
        "kind": "dose",
        "phase": "loading",
        "number": 1,
        "due": "2026-01-05",
        "date": "2026-01-05",
        "day": 1,
        "status": "planned",
        "rule": "LOAD-NEURO",
        "dose": {"value": 1, "unit": "mg", "route": "IM"},
    }


@pytest.mark.parametrize("field", ["events", "cautions", "sources", "ampoules", "next"])
def test_a_plan_without_a_field_is_not_of_the_schema(field: str) -> None:
    """The schema itself can fail."""
    row = {"start": "2026-01-05", "neuro": "no", "renal": "normal"}
    plan = json.loads(plan_json(build(Case.parse(row), Clinic())))
    del plan[field]
    assert not VALIDATOR.is_valid(plan)


def test_every_source_cited_is_explained() -> None:
    """Each caution's source is a key of sources."""
    row = {"start": "2026-01-05", "neuro": "yes", "renal": "dialysis"}
    plan = json.loads(plan_json(build(Case.parse(row), Clinic())))
    cited = {key for caution in plan["cautions"] for key in caution["sources"]}
    assert cited <= set(plan["sources"])
    assert all(c["source"] == c["sources"][0] for c in plan["cautions"])
