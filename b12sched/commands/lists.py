"""The commands `worklist`, `forecast` and `audit`: parse, call, print."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from b12sched.commands import environment
from b12sched.commands.options import (
    AUDIT,
    CALENDAR,
    CLINIC,
    COHORT,
    CONFIG,
    FORECAST,
    ROWS,
    WORKLIST,
    in_force,
    taking,
    typed,
)
from b12sched.commands.shared import (
    CohortArgument,
    Formats,
    checked,
    configured,
    deliver,
    over,
)
from b12sched.commands.terminal import console
from b12sched.errors import InputError, shown

if TYPE_CHECKING:
    from b12sched.cohort.lists.window import AsOf, Window
    from b12sched.cohort.lists.worklist import Visit
    from b12sched.ics import CalendarStyle

_EXAMPLES = {
    "from": "--from 2026-01-05",
    "to": "--to 2026-01-09",
    "months": "--months 3",
}


@taking(WORKLIST, COHORT, ROWS, CLINIC, CALENDAR, CONFIG)
def worklist(cohort: CohortArgument, **values: object) -> None:
    """Who comes when and for what, by clinic day; overdue doses come first.

    b12sched worklist cohort.csv --from 2026-01-05 --to 2026-01-09
    """
    from b12sched.cohort.lists.window import Window
    from b12sched.cohort.lists.worklist import worklist as listed
    from b12sched.dates import parse_date
    from b12sched.views.lists.worklist import (
        show_worklist,
        worklist_csv,
        worklist_json,
        worklist_markdown,
    )

    asked = typed(values, WORKLIST, COHORT)
    window = Window(
        first=parse_date(_needed(asked, "from"), "from"),
        last=parse_date(_needed(asked, "to"), "to"),
    )
    paths = checked(cohort, values, asked, ("json", "csv", "md", "ics"))
    style = _style(values, asked, paths)
    as_of = _as_of(asked, window)
    visits, failed = over(
        cohort,
        values,
        asked,
        lambda rows: listed((row.plan for row in rows), window),
        through=window.last,
        as_of=as_of,
    )
    notes: list[str] = []
    formats: Formats = {
        "json": lambda *_: worklist_json(visits),
        "csv": lambda *_: worklist_csv(visits),
        "md": lambda *_: worklist_markdown(visits, window, failed),
        "ics": lambda path, old: _calendar(
            path,
            old,
            visits,
            window,
            style,
            notes,
            each="each" in asked,
            whole=not failed,
        ),
    }

    def show() -> None:
        show_worklist(console(), visits, window, failed)

    deliver(asked, paths, formats, show, failed, notes)


@taking(FORECAST, COHORT, ROWS, CLINIC, CONFIG)
def forecast(cohort: CohortArgument, **values: object) -> None:
    """Visits per clinic day and ampoules per month, and the busiest days.

    b12sched forecast cohort.csv --from 2026-01-05 --months 3
    """
    from b12sched.cohort.lists.forecast import count
    from b12sched.cohort.lists.forecast import forecast as drawn_up
    from b12sched.cohort.lists.window import Window
    from b12sched.dates import parse_date
    from b12sched.plan.case import FIELDS
    from b12sched.views.lists.forecast import (
        forecast_csv,
        forecast_json,
        forecast_markdown,
        show_forecast,
    )

    asked = typed(values, FORECAST, COHORT)
    months = int(str(FIELDS["months"](_needed(asked, "months"), "months")))
    window = Window.of_months(parse_date(_needed(asked, "from"), "from"), months)
    capacity = _number(asked, "capacity")
    paths = checked(cohort, values, asked, ("json", "csv", "md"))
    counts, failed = over(
        cohort,
        values,
        asked,
        lambda rows: count((row.plan for row in rows), window),
        through=window.last,
        as_of=_as_of(asked, window),
    )
    found = drawn_up(counts, window, capacity)
    formats: Formats = {
        "json": lambda *_: forecast_json(found),
        "csv": lambda *_: forecast_csv(found),
        "md": lambda *_: forecast_markdown(found),
    }
    deliver(asked, paths, formats, lambda: show_forecast(console(), found), failed)


@taking(AUDIT, COHORT, ROWS, CLINIC, CONFIG)
def audit(cohort: CohortArgument, **values: object) -> None:
    """Given doses further apart or closer together than the rules ask, worst first."""
    from b12sched.cohort.lists.audit import audit as audited
    from b12sched.views.lists.audit import (
        audit_csv,
        audit_json,
        audit_markdown,
        show_audit,
    )

    asked = typed(values, AUDIT, COHORT)
    tolerance = _number(asked, "tolerance") or 0
    paths = checked(cohort, values, asked, ("json", "csv", "md"))
    found, failed = over(
        cohort,
        values,
        asked,
        lambda rows: audited(rows, tolerance),
        as_of=_as_of(asked),
    )
    formats: Formats = {
        "json": lambda *_: audit_json(found),
        "csv": lambda *_: audit_csv(found),
        "md": lambda *_: audit_markdown(found, failed),
    }
    deliver(asked, paths, formats, lambda: show_audit(console(), found, failed), failed)


def _style(
    values: Mapping[str, object], asked: Mapping[str, str], paths: Mapping[Path, str]
) -> CalendarStyle:
    """How a calendar is to be written, known before the cohort is read.

    Raises InputError for a calendar's option where no calendar is asked for.
    """
    from b12sched.ics import CalendarStyle
    from b12sched.output.formats import check_used

    if "ics" in (asked.get("format"), *paths.values()):
        return CalendarStyle.parse(in_force(values, configured(values), CALENDAR))
    check_used(typed(values, CALENDAR), [])
    if "each" in asked:
        raise InputError(
            "is for a calendar, and none is written",
            "add -o clinic.ics, or leave the option out",
            field="each",
        )
    return CalendarStyle()


def _calendar(
    path: Path | None,
    old: bytes | None,
    visits: Sequence[Visit],
    window: Window,
    style: CalendarStyle,
    said: list[str],
    *,
    each: bool,
    whole: bool,
) -> bytes:
    """The clinic's calendar; an old one is revised. `said` gets what to say.

    A list that is not `whole` takes nothing out of it.
    """
    from b12sched.ics import IMPORT_ADVICE
    from b12sched.ics.clinic import export_clinic, notes

    try:
        data, summary = export_clinic(
            old, visits, window, style, environment.now(), each=each, whole=whole
        )
    except InputError as error:
        if path and error.field is None:
            error.field = shown(path.name)
        raise
    said += notes(visits, window, style)
    if path:
        name = shown(path.name)
        said += [f"{name}: {summary}", f"{name}: {IMPORT_ADVICE}"]
    return data


def _needed(asked: Mapping[str, str], field: str) -> str:
    if field not in asked:
        raise InputError(
            "is missing", f"state it: {_EXAMPLES[field]}", field=field, code="missing"
        )
    return asked[field]


def _as_of(asked: Mapping[str, str], window: Window | None = None) -> AsOf:
    """Return as of which day a list is made.

    As stated, else as of the window's first day, without a window as of today; `none`
    leaves each row its own.
    """
    from b12sched.cohort.lists.window import AsOf
    from b12sched.dates import parse_date

    today, text = environment.today(), asked.get("as_of")
    if text == "none":
        return AsOf(today=today, day=None)
    if text is not None:
        return AsOf(today=today, day=parse_date(text, "as_of"))
    if window is None:
        return AsOf(today=today, day=today)
    return AsOf.from_first(window.first, today)


def _number(asked: Mapping[str, str], field: str) -> int | None:
    from b12sched.plan.case import whole_number

    return whole_number(0, 9999)(asked[field], field) if field in asked else None
