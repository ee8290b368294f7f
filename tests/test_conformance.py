"""The published cases of a second, independent engine."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from b12sched import Case, Clinic, build
from b12sched.errors import B12SchedError

CASES = [
    json.loads(line)
    for line in (Path(__file__).parent / "conformance" / "cases.jsonl")
    .read_text("utf-8")
    .splitlines()
]


@pytest.mark.parametrize("row", CASES, ids=lambda row: str(row["case"]["patient"]))
def test_plan_is_the_one_the_second_engine_worked_out(row: dict[str, Any]) -> None:
    """Every field of the expected plan, or the expected exit code."""
    clinic = {
        "open": row["clinic"]["open"] or "",
        "closed": ";".join(row["clinic"]["closed"]),
    }
    expect = row["expect"]
    if "exit" in expect:
        with pytest.raises(B12SchedError) as caught:
            build(Case.parse(row["case"]), Clinic.parse(clinic))
        assert caught.value.exit_code == expect["exit"]
        return
    plan = build(Case.parse(row["case"]), Clinic.parse(clinic))
    following = plan.next
    found = {
        "start": str(plan.start),
        "until": str(plan.until),
        "plateau": plan.plateau
        and {"date": str(plan.plateau.date), "basis": plan.plateau.basis},
        "loading": plan.loading
        and {
            "doses": plan.loading.doses,
            "first": str(plan.loading.first),
            "last": str(plan.loading.last),
            "longest_gap_days": plan.loading.longest_gap_days,
        },
        "next": following
        and {
            "id": following.id,
            "due": str(following.due),
            "date": str(following.date),
        },
        "ampoules": plan.ampoules,
        "maintenance_anchor": str(plan.maintenance.anchor),
        "maintenance_first": plan.maintenance.first and str(plan.maintenance.first),
        "events": [
            [event.id, str(event.due), str(event.date), str(event.status)]
            for event in plan.events
        ],
    }
    assert found == expect
