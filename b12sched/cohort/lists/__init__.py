"""Answers about dates: one patient's next dose, and a clinic's lists about a cohort.

Read in this order: `due` (one patient), `window` (the days of a list, and plans that
reach to their end), `plan_files` (in place of a cohort), `worklist`, `forecast`,
`audit`, `measures` (the summary of an audit). Only `due` is imported here: it needs no
cohort, and starts fast.
"""

from __future__ import annotations

from b12sched.cohort.lists.due import Due, State, next_due

__all__ = ["Due", "State", "next_due"]
