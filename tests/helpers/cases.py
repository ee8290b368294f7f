"""The published cases of a second, independent engine, and how to build one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from b12sched import Case, Clinic, Plan, build

CASES: list[dict[str, Any]] = [
    json.loads(line)
    for line in (Path(__file__).parents[1] / "conformance" / "cases.jsonl")
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


LOCAL = """\
name = "riverside"
title = "Riverside Surgery, weekly then ten-weekly"
plain_title = "as at Riverside Surgery"
country = "United Kingdom"
drug = "hydroxocobalamin"
neuro = "no"

[fixed]
dose = { value = 1, unit = "mg", route = "IM" }
offsets = [0, 7, 14, 21, 28, 35]
least = [7]

[open]
dose = { value = 0.5, unit = "mg", route = "SC" }
every = 14
until = "the blood count is normal"
weeks = 12

[maintenance]
dose = { value = 1, unit = "mg", route = "IM" }
interval = "10w"
supported = ["10w", "12w"]

[rules.RIVERSIDE]
title = "Riverside"
text = "Weekly for six weeks."
strength = ["guideline"]
sources = ["meeting", "bnf"]

[sources.meeting]
title = "Minutes of the partners' meeting"
year = 2025
"""
"""The file of a clinic's own regimen: weekly, then fortnightly, then ten-weekly."""
