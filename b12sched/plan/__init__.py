"""The planning core: facts go in, dated events come out.

Read in this order: `case` and `clinic` (the facts), `events` (what a plan is made of),
`loading`, `maintenance` and `build` (the dates), `cautions` with their `occasions` and
`wording` (what is said of them), `identity` (names for ever), `plan_file` and `revise`
(a plan that remembers).
Nothing here knows a clock, a disk or a screen.
"""

from __future__ import annotations

from b12sched.plan.build import build
from b12sched.plan.case import Case
from b12sched.plan.clinic import Clinic
from b12sched.plan.events import Plan

__all__ = ["Case", "Clinic", "Plan", "build"]
