"""The published cases of a second, independent engine, and how to build one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from b12sched import Case, Clinic, Plan, build

WHOLE = False
"""Whether the program holds the whole second edition of the rules, or the step before:
no field and no interval that the first edition did not have."""

NEW_FIELDS = {"regimen", "ended", "because", "anaemia", "accept", "course"}
OLD_INTERVALS = ("1m", "2m", "3m", "4w", "8w", "12w")


def in_scope(row: Mapping[str, str]) -> bool:
    """Say whether the program is held against this row now."""
    old = row.get("interval", "2m") in OLD_INTERVALS and NEW_FIELDS.isdisjoint(row)
    return WHOLE or old


PUBLISHED: list[dict[str, Any]] = [
    json.loads(line)
    for line in (Path(__file__).parents[1] / "conformance" / "cases.jsonl")
    .read_text("utf-8")
    .splitlines()
]
CASES = [each for each in PUBLISHED if in_scope(each["case"])]
NOT_YET = [each for each in PUBLISHED if not in_scope(each["case"])]


def plan_of_case(row: dict[str, Any]) -> Plan:
    """The plan of a published case; raises as `Case.parse` and `build` do."""
    clinic = {
        "open": row["clinic"]["open"] or "",
        "closed": ";".join(row["clinic"]["closed"]),
    }
    return build(Case.parse(row["case"]), Clinic.parse(clinic))
