"""`b12sched audit`: doses that were early, late or not given."""

from __future__ import annotations

from functools import partial

from b12sched.cohort.lists.audit import audit as audited
from b12sched.commands.cohort import (
    AS_OF,
    TO_FILES,
    TO_STDOUT,
    CohortArgument,
    as_of_day,
    checked_paths,
    deliver_list,
    list_formats,
    number,
    over,
)
from b12sched.commands.options import (
    ClinicOptions,
    CohortOptions,
    Options,
    RowOptions,
    text,
    with_options,
)
from b12sched.commands.terminal import console
from b12sched.views.lists.audit import (
    audit_csv,
    audit_json,
    audit_markdown,
    show_audit,
)


class AuditOptions(Options):
    """The day and the tolerance of an audit, and its output."""

    title = "Audit"
    as_of: str | None = AS_OF
    tolerance: str | None = text(
        "--tolerance", "DAYS", "Leave out doses at most DAYS early or late."
    )
    format: str | None = TO_STDOUT
    output: tuple[str, ...] = TO_FILES


@with_options
def audit(
    cohort: CohortArgument,
    asked: AuditOptions,
    source: CohortOptions,
    rows: RowOptions,
    clinic: ClinicOptions,
) -> None:
    """Given doses further apart or closer together than the rules ask, worst first.

    b12sched audit cohort.csv --as-of 2026-01-19
    """
    tolerance = number(asked.tolerance, "tolerance") or 0
    forms = ("json", "csv", "md")
    paths = checked_paths(cohort, source.errors, asked.format, asked.output, forms)
    found, failed = over(
        lambda plans: audited(plans, tolerance),
        cohort,
        source,
        rows,
        clinic,
        as_of_day(asked.as_of),
    )
    formats = list_formats(
        partial(audit_json, found),
        partial(audit_csv, found),
        partial(audit_markdown, found, failed),
    )
    deliver_list(
        asked.format,
        paths,
        formats,
        lambda: show_audit(console(), found, failed),
        failed,
    )
