"""The published cases of a second, independent engine, and how to build one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from b12sched import Case, Clinic, Plan, build

CASES: list[dict[str, Any]] = [
    json.loads(line)
    for line in (Path(__file__).parent / "conformance" / "cases.jsonl")
    .read_text("utf-8")
    .splitlines()
]


def plan_of_case(row: dict[str, Any]) -> Plan:
    """The plan of a published case; raises as `Case.parse` and `build` do."""
    clinic = {
        "open": row["clinic"]["open"] or "",
        "closed": ";".join(row["clinic"]["closed"]),
    }
    return build(Case.parse(row["case"]), Clinic.parse(clinic))
