"""`b12sched forecast`: visits and ampoules to come."""

from __future__ import annotations

from functools import partial

from b12sched.cohort.lists.forecast import count
from b12sched.cohort.lists.forecast import forecast as drawn_up
from b12sched.cohort.lists.window import Window
from b12sched.commands import environment
from b12sched.commands.lists import (
    AS_OF,
    QUIET,
    TO_FILES,
    TO_STDOUT,
    InputArgument,
    as_of_day,
    checked_paths,
    deliver_list,
    gathered,
    list_formats,
    needed,
    number,
    source_of,
)
from b12sched.commands.options import (
    ClinicOptions,
    CohortOptions,
    DateOptions,
    Options,
    RowOptions,
    text,
    with_options,
)
from b12sched.dates import parse_date
from b12sched.errors import InputError, unknown_name
from b12sched.plan.case import FIELDS
from b12sched.views.lists.forecast import (
    forecast_csv,
    forecast_json,
    forecast_lines,
    forecast_markdown,
    forecast_week_csv,
)
from b12sched.views.lists.text import missing_text

BY = ("day", "week")
"""The periods that a row of the CSV may stand for."""


class ForecastOptions(Options):
    """The months and the capacity of a forecast, and its output."""

    title = "Forecast"
    from_: str | None = text("--from", "DATE", "The first day.")
    months: str | None = text("--months", "N", "How many months from then.")
    as_of: str | None = AS_OF
    capacity: str | None = text(
        "--capacity", "N", "Name the days with more than N visits."
    )
    by: str | None = text(
        "--by", "PERIOD", "CSV with a row per day (default) or week.", BY
    )
    format: str | None = TO_STDOUT
    output: tuple[str, ...] = TO_FILES
    quiet: bool = QUIET


@with_options
def forecast(
    cohort: InputArgument,
    asked: ForecastOptions,
    source: CohortOptions,
    rows: RowOptions,
    clinic: ClinicOptions,
    dates: DateOptions,
) -> None:
    """Count visits and ampoules to come: what to order by when, the busiest days.

    b12sched forecast cohort.csv --from 2026-01-05 --months 3
    """
    months = int(str(FIELDS["months"](needed(asked.months, "months", 3), "months")))
    window = Window.of_months(
        parse_date(needed(asked.from_, "from", environment.today()), "from"), months
    )
    capacity = number(asked.capacity, "capacity")
    by = asked.by or BY[0]
    if by not in BY:
        raise unknown_name("period", by, BY, field="by")
    forms = ("json", "csv", "md")
    made_of = source_of(cohort, source, rows, clinic)
    paths = checked_paths(
        cohort, made_of, source, asked.format, asked.output, forms, quiet=asked.quiet
    )
    if asked.by is not None and "csv" not in (asked.format, *paths.values()):
        raise InputError(
            "is for CSV, and none is written",
            "add --format csv or -o FILE.csv, or leave the option out",
            field="by",
        )
    counts, failed = gathered(
        lambda plans: count((row.plan for row in plans), window),
        made_of,
        source,
        rows,
        clinic,
        dates,
        as_of_day(asked.as_of, window),
        window.last,
    )
    found, missing = drawn_up(counts, window, capacity), missing_text(*failed)
    formats = list_formats(
        partial(forecast_json, found),
        partial(forecast_week_csv if by == "week" else forecast_csv, found),
        partial(forecast_markdown, found, missing),
    )
    deliver_list(
        asked.format,
        paths,
        formats,
        partial(forecast_lines, found, missing=missing),
        failed,
        quiet=asked.quiet,
    )
