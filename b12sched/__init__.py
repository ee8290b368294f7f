"""b12sched: dated plans of vitamin B12 injections.

Read in this order: `regimen` (what is known, with sources), `dates` and `clinic` (how a
date is read, counted and moved), `case` (what is known of one patient), `plan` (the
events), `cautions` and `wording` (what is said of them), then the views and `ics`.
"""

from __future__ import annotations

from b12sched.case import Case
from b12sched.clinic import Clinic
from b12sched.events import Plan
from b12sched.plan import build

__all__ = ["Case", "Clinic", "Plan", "build"]
__version__ = "0.1.0"
