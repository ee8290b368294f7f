"""A cohort: each row becomes a plan or a row error, one at a time.

Read in this order: `layout` (which column holds what), `row` (what a row is, and its
case), `planning` (its plan), `csv_rows` (CSV, as spreadsheets write it), `json_rows`
(JSON Lines), `source` (which of the two a file is), `error_table` (the table of failed
rows).
"""

from __future__ import annotations

from b12sched.cohort.planning import plan_row, plan_rows
from b12sched.cohort.row import Row, RowError, unique
from b12sched.cohort.source import Cohort, Form, open_cohort, read_cohort

__all__ = [
    "Cohort",
    "Form",
    "Row",
    "RowError",
    "open_cohort",
    "plan_row",
    "plan_rows",
    "read_cohort",
    "unique",
]
