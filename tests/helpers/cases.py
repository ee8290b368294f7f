"""The published cases of an independent engine, and a clinic's own regimen."""

from __future__ import annotations

from b12sched.output.selftest import plan_of_case, published_cases

__all__ = ["CASES", "LOCAL", "plan_of_case"]

CASES = published_cases()

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
