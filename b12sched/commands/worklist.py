"""`b12sched worklist`: who comes when and for what."""

from __future__ import annotations

from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path

from b12sched.cohort.lists.window import Planned, Window
from b12sched.cohort.lists.worklist import Visit, leaves_out_overdue
from b12sched.cohort.lists.worklist import worklist as listed
from b12sched.commands import environment
from b12sched.commands.lists import (
    AS_OF,
    QUIET,
    TO_FILES,
    InputArgument,
    as_of_day,
    check_carried,
    checked_paths,
    deliver_list,
    gathered,
    list_formats,
    needed,
    source_of,
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
from b12sched.commands.terminal import say
from b12sched.dates import parse_date
from b12sched.errors import InputError, shown
from b12sched.files.disk import same_file
from b12sched.ics import IMPORT_ADVICE, CalendarStyle
from b12sched.ics.clinic import notes, revise_clinic, write_clinic
from b12sched.output.export import Content, plain, table, there_at
from b12sched.views.lists.text import missing_text, overdue_left_out
from b12sched.views.lists.worklist import (
    COLUMNS,
    TO_FILL,
    worklist_csv,
    worklist_json,
    worklist_lines,
    worklist_markdown,
)

FORMATS = ("json", "csv", "md", "html", "ics")
"""What a worklist is written as."""


class WorklistOptions(Options):
    """The days of a worklist, and its output."""

    title = "Worklist"
    from_: str | None = text(
        "--from", "DATE", "The first day; without --from and --to, today."
    )
    to: str | None = text("--to", "DATE", "The last day.")
    week: bool = flag("--week", "Monday to Sunday of today's week.")
    as_of: str | None = AS_OF
    each: bool = flag(
        "--each", "In a calendar (-o clinic.ics): one event per visit, not per day."
    )
    format: str | None = text(
        "--format", "FORMAT", "To stdout: json, csv, md, html or ics.", FORMATS
    )
    output: tuple[str, ...] = TO_FILES
    quiet: bool = QUIET


@with_options
def worklist(
    cohort: InputArgument,
    asked: WorklistOptions,
    source: CohortOptions,
    rows: RowOptions,
    clinic: ClinicOptions,
    calendar: CalendarOptions,
    dates: DateOptions,
) -> None:
    """List who comes when and for what, by clinic day; overdue doses come first.

    b12sched worklist cohort.csv --from 2026-01-05 --to 2026-01-09
    """
    window = _window(asked)
    made_of = source_of(cohort, source, rows, clinic)
    paths = checked_paths(
        cohort, made_of, source, asked.format, asked.output, FORMATS, quiet=asked.quiet
    )
    check_carried(source, (*COLUMNS, *TO_FILL))
    style = _style(calendar, asked, [asked.format, *paths.values()])
    # The week of today has days that are past, and nobody is to come on those.
    as_of = as_of_day(asked.as_of, None if asked.week else window)
    # A day that is stated, or none, says also by when a check should have been done.
    known = environment.today() if asked.as_of is None else as_of.day
    # A calendar that is there may have events for doses that were given since.
    given: list[Visit] | None = None
    if any(name == "ics" and same_file(path, path) for path, name in paths.items()):
        given = []
    lacking: list[str] = []
    visits, failed = gathered(
        lambda plans: listed(_noting(plans, window, lacking), window, known, given),
        made_of,
        source,
        rows,
        clinic,
        dates,
        as_of,
        window.last,
    )
    left_out = overdue_left_out(len(lacking))
    missing = missing_text(*failed) + left_out

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
                    whole=not failed[0],
                    given=given or (),
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

    def write_table(path: Path | None) -> Content:
        data = worklist_csv(visits)
        # People fill it in, and a spreadsheet takes only this mark for UTF-8.
        mark = BOM_UTF8 if path and not data.isascii() else b""
        return table(mark + data, path, "a list")

    def write_sheets(path: Path | None) -> Content:
        from b12sched.views.lists.day_sheet import day_sheets

        return plain(day_sheets(visits, window, missing), path, "a day sheet")

    formats = list_formats(
        partial(worklist_json, visits),
        partial(worklist_csv, visits),
        partial(worklist_markdown, visits, window, missing),
    )
    if left_out:
        say(left_out.strip())
    deliver_list(
        asked.format,
        paths,
        formats | {"csv": write_table, "ics": write_calendar, "html": write_sheets},
        partial(worklist_lines, visits, window, missing=missing),
        failed,
        quiet=asked.quiet,
    )


def _noting(
    plans: Iterable[Planned], window: Window, lacking: list[str]
) -> Iterator[Planned]:
    """Yield the plans; add to `lacking` each patient whose overdue dose is left out."""
    for row in plans:
        if leaves_out_overdue(row, window, environment.today()):
            lacking.append(row.plan.case.patient or "")
        yield row


def _window(asked: WorklistOptions) -> Window:
    """Return the days of the list: those stated, the week of today, or today."""
    if asked.week:
        for field in ("from", "to"):
            if field in asked.typed:
                raise InputError(
                    "does not go with --week, which is the week of today",
                    "state one of them",
                    field=field,
                    value=asked.typed[field],
                )
        return Window.of_week(environment.today())
    if asked.from_ is None and asked.to is None:
        return Window(first=environment.today(), last=environment.today())
    first, last = (
        None if day is None else parse_date(day, field)
        for field, day in (("from", asked.from_), ("to", asked.to))
    )
    return Window(first=needed(first, "from", last), last=needed(last, "to", first))


def _style(
    calendar: CalendarOptions, asked: WorklistOptions, forms: Sequence[str | None]
) -> CalendarStyle:
    """Return how a calendar is written, checked before the cohort is read.

    Raises InputError for a calendar's option where no calendar is asked for.
    """
    if "ics" in forms:
        return CalendarStyle.parse(calendar.texts)
    for field in (*calendar.typed, *(["each"] if asked.each else [])):
        raise InputError(
            "is for a calendar, and none is written",
            "add -o clinic.ics, or leave the option out",
            field=field,
        )
    return CalendarStyle()
