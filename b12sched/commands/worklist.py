"""`b12sched worklist`: who comes when and for what."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from b12sched.cohort.lists.window import Window
from b12sched.cohort.lists.worklist import worklist as listed
from b12sched.commands import environment
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
    over,
)
from b12sched.commands.options import (
    CalendarOptions,
    ClinicOptions,
    CohortOptions,
    DateOptions,
    Options,
    RowOptions,
    flag,
    text,
    with_options,
)
from b12sched.commands.terminal import console
from b12sched.dates import parse_date
from b12sched.errors import InputError, shown
from b12sched.ics import IMPORT_ADVICE, CalendarStyle
from b12sched.ics.clinic import notes, revise_clinic, write_clinic
from b12sched.output.export import Content, there_at
from b12sched.output.formats import check_used
from b12sched.views.lists.worklist import (
    show_worklist,
    worklist_csv,
    worklist_json,
    worklist_markdown,
)


class WorklistOptions(Options):
    """The days of a worklist, and its output."""

    title = "Worklist"
    from_: str | None = text("--from", "DATE", "The first day.")
    to: str | None = text("--to", "DATE", "The last day.")
    as_of: str | None = AS_OF
    each: bool = flag(
        "--each", "In a calendar (-o clinic.ics): an event a visit, not a day."
    )
    format: str | None = TO_STDOUT
    output: tuple[str, ...] = TO_FILES


@with_options
def worklist(
    cohort: CohortArgument,
    asked: WorklistOptions,
    source: CohortOptions,
    rows: RowOptions,
    clinic: ClinicOptions,
    calendar: CalendarOptions,
    dates: DateOptions,
) -> None:
    """Who comes when and for what, by clinic day; overdue doses come first.

    b12sched worklist cohort.csv --from 2026-01-05 --to 2026-01-09
    """
    window = Window(
        first=parse_date(needed(asked.from_, "from"), "from"),
        last=parse_date(needed(asked.to, "to"), "to"),
    )
    forms = ("json", "csv", "md", "ics")
    paths = checked_paths(cohort, source, asked.format, asked.output, forms)
    style = _style(calendar, asked, [asked.format, *paths.values()])
    visits, failed = over(
        lambda plans: listed(plans, window),
        cohort,
        source,
        rows,
        clinic,
        dates,
        as_of_day(asked.as_of, window),
        window.last,
    )

    def write_calendar(path: Path | None) -> Content:
        was, now = there_at(path, "a calendar"), environment.now()
        # A list that lacks patients removes nothing from a calendar.
        try:
            if was is None:
                data = write_clinic(visits, window, style, now, each=asked.each)
                summary = "new calendar"
            else:
                revision = revise_clinic(
                    was,
                    visits,
                    window,
                    style,
                    now,
                    each=asked.each,
                    whole=not failed,
                )
                data, summary = revision.data, revision.summary
        except InputError as error:
            if path and error.field is None:
                error.field = shown(path.name)
            raise
        said = [*notes(visits, window, style)]
        if path:
            name = shown(path.name)
            said += [f"{name}: {summary}", f"{name}: {IMPORT_ADVICE}"]
        return Content(data, was, tuple(said))

    formats = list_formats(
        partial(worklist_json, visits),
        partial(worklist_csv, visits),
        partial(worklist_markdown, visits, window, failed),
    )
    deliver_list(
        asked.format,
        paths,
        formats | {"ics": write_calendar},
        lambda: show_worklist(console(), visits, window, failed),
        failed,
    )


def _style(
    calendar: CalendarOptions, asked: WorklistOptions, forms: Sequence[str | None]
) -> CalendarStyle:
    """Return how a calendar is written, checked before the cohort is read.

    Raises InputError for a calendar's option where no calendar is asked for.
    """
    if "ics" in forms:
        return CalendarStyle.parse(calendar.texts)
    check_used(calendar.typed, [])
    if asked.each:
        raise InputError(
            "is for a calendar, and none is written",
            "add -o clinic.ics, or leave the option out",
            field="each",
        )
    return CalendarStyle()
