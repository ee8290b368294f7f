"""`b12sched forecast`: visits and ampoules to come."""

from __future__ import annotations

from functools import partial

from b12sched.cohort.lists.forecast import count
from b12sched.cohort.lists.forecast import forecast as drawn_up
from b12sched.cohort.lists.window import Window
from b12sched.commands.cohort import (
    AS_OF,
    TO_FILES,
    TO_STDOUT,
    CohortArgument,
    as_of_day,
    checked_paths,
    deliver_list,
    list_formats,
    needed,
    number,
    over,
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
from b12sched.commands.terminal import console
from b12sched.dates import parse_date
from b12sched.plan.case import FIELDS
from b12sched.views.lists.forecast import (
    forecast_csv,
    forecast_json,
    forecast_markdown,
    show_forecast,
)


class ForecastOptions(Options):
    """The months and the capacity of a forecast, and its output."""

    title = "Forecast"
    from_: str | None = text("--from", "DATE", "The first day.")
    months: str | None = text("--months", "N", "So many months from then.")
    as_of: str | None = AS_OF
    capacity: str | None = text("--capacity", "N", "Name the days with more visits.")
    format: str | None = TO_STDOUT
    output: tuple[str, ...] = TO_FILES


@with_options
def forecast(
    cohort: CohortArgument,
    asked: ForecastOptions,
    source: CohortOptions,
    rows: RowOptions,
    clinic: ClinicOptions,
    dates: DateOptions,
) -> None:
    """Visits per clinic day and ampoules per month, and the busiest days.

    b12sched forecast cohort.csv --from 2026-01-05 --months 3
    """
    months = int(str(FIELDS["months"](needed(asked.months, "months"), "months")))
    window = Window.of_months(parse_date(needed(asked.from_, "from"), "from"), months)
    capacity = number(asked.capacity, "capacity")
    forms = ("json", "csv", "md")
    paths = checked_paths(cohort, source, asked.format, asked.output, forms)
    counts, failed = over(
        lambda plans: count((row.plan for row in plans), window),
        cohort,
        source,
        rows,
        clinic,
        dates,
        as_of_day(asked.as_of, window),
        window.last,
    )
    found = drawn_up(counts, window, capacity)
    formats = list_formats(
        partial(forecast_json, found),
        partial(forecast_csv, found),
        partial(forecast_markdown, found),
    )
    deliver_list(
        asked.format, paths, formats, lambda: show_forecast(console(), found), failed
    )
