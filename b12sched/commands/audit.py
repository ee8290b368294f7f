"""`b12sched audit`: doses that were early, late or not given."""

from __future__ import annotations

from functools import partial

from b12sched.cohort.lists.audit import audit as audited
from b12sched.cohort.lists.measures import summary
from b12sched.commands.lists import (
    AS_OF,
    QUIET,
    TO_FILES,
    TO_STDOUT,
    InputArgument,
    as_of_day,
    check_carried,
    checked_paths,
    deliver_list,
    gathered,
    list_formats,
    number,
    source_of,
)
from b12sched.commands.options import (
    ClinicOptions,
    CohortOptions,
    DateOptions,
    Options,
    RowOptions,
    flag,
    text,
    with_options,
)
from b12sched.errors import InputError
from b12sched.views.lists.audit import (
    COLUMNS,
    audit_csv,
    audit_json,
    audit_lines,
    audit_markdown,
)
from b12sched.views.lists.measures import (
    summary_csv,
    summary_json,
    summary_lines,
    summary_markdown,
)
from b12sched.views.lists.text import missing_text
from b12sched.views.screen.layout import Screen


class AuditOptions(Options):
    """The day and the tolerance of an audit, and its output."""

    title = "Audit"
    as_of: str | None = AS_OF
    tolerance: str | None = text(
        "--tolerance", "DAYS", "Leave out deviations of up to DAYS."
    )
    summary: bool = flag(
        "--summary", "Count instead: doses due, given, late and not given, by regimen."
    )
    format: str | None = TO_STDOUT
    output: tuple[str, ...] = TO_FILES
    quiet: bool = QUIET


@with_options
def audit(
    cohort: InputArgument,
    asked: AuditOptions,
    source: CohortOptions,
    rows: RowOptions,
    clinic: ClinicOptions,
    dates: DateOptions,
) -> None:
    """List doses given too far apart or too close together, or not given, worst first.

    b12sched audit cohort.csv --as-of 2026-01-19
    """
    tolerance = number(asked.tolerance, "tolerance") or 0
    if asked.summary and asked.tolerance is not None:
        raise InputError(
            "is for the list of doses, and --summary counts them",
            "leave one of them out",
            field="tolerance",
            value=asked.tolerance,
        )
    forms = ("json", "csv", "md")
    made_of = source_of(cohort, source, rows, clinic)
    paths = checked_paths(
        cohort, made_of, source, asked.format, asked.output, forms, quiet=asked.quiet
    )
    check_carried(source, COLUMNS)
    as_of = as_of_day(asked.as_of)
    if asked.summary:
        measured, failed = gathered(
            summary, made_of, source, rows, clinic, dates, as_of
        )
        missing = missing_text(*failed)
        formats = list_formats(
            partial(summary_json, measured),
            partial(summary_csv, measured),
            partial(summary_markdown, measured, missing),
        )
        screen: Screen = partial(summary_lines, measured, missing=missing)
    else:
        found, failed = gathered(
            partial(audited, tolerance=tolerance),
            made_of,
            source,
            rows,
            clinic,
            dates,
            as_of,
        )
        missing = missing_text(*failed)
        formats = list_formats(
            partial(audit_json, found),
            partial(audit_csv, found),
            partial(audit_markdown, found, missing),
        )
        screen = partial(audit_lines, found, missing=missing)
    deliver_list(asked.format, paths, formats, screen, failed, quiet=asked.quiet)
