"""The planning core: it turns the facts of a case into dated events.

Read in this order: `case` and `clinic` (the facts), `events` (the values of a plan),
`loading`, `maintenance` and `build` (the dates), `cautions` with `occasions` and
`wording` (the texts), `identity` (permanent names), `plan_file` and `revise` (reading
and changing a saved plan). No module here uses a clock, a disk or a screen.
"""

from __future__ import annotations

from b12sched.plan.build import build
from b12sched.plan.case import Case
from b12sched.plan.clinic import Clinic
from b12sched.plan.events import Plan

__all__ = ["Case", "Clinic", "Plan", "build"]
