"""The published cases of a second, independent engine."""

from __future__ import annotations

from typing import Any

import pytest
from cases import CASES, plan_of_case

from b12sched.errors import B12SchedError


def test_no_published_case_drops_out() -> None:
    """All of them are held against the program."""
    assert len(CASES) == 902


@pytest.mark.parametrize("row", CASES, ids=lambda row: str(row["case"]["patient"]))
def test_plan_is_the_one_the_second_engine_worked_out(row: dict[str, Any]) -> None:
    """Every field of the expected plan, or the expected exit code."""
    expect = row["expect"]
    if "exit" in expect:
        with pytest.raises(B12SchedError) as caught:
            plan_of_case(row)
        assert caught.value.exit_code == expect["exit"]
        return
    plan = plan_of_case(row)
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
