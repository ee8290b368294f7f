"""A forecast: bars on a terminal, tables on a page, and data for programs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from b12sched.cohort.lists.forecast import Forecast, Workload
from b12sched.dates import counted, day_text, weekday_name
from b12sched.views.data import Json, json_bytes, json_values, table_csv
from b12sched.views.markdown import page, table_lines
from b12sched.views.screen.layout import (
    NARROWEST,
    WIDEST,
    Line,
    beside,
    draw,
    fold,
    indent,
    show,
)

if TYPE_CHECKING:
    from rich.console import Console

CSV_COLUMNS = ("date", "weekday", "visits", "doses", "provisional", "over_capacity")
_LABELS = len("Patients")
_GAP = 2


def forecast_json(found: Forecast) -> bytes:
    """Return a forecast as JSON, a stable contract: fields are added, never removed.

    `visits` holds the days with a visit, `months` every month of the window;
    `provisional` counts the doses that rest on a plateau not yet recorded.
    """
    total = found.total
    return json_bytes(
        {
            "from": found.window.first.isoformat(),
            "to": found.window.last.isoformat(),
            "patients": found.patients,
            "total": {
                "visits": total.visits,
                "ampoules": total.doses,
                "provisional": total.provisional,
            },
            "visits": _loads(found.days),
            "months": [
                {
                    "month": _month(month),
                    "visits": month.visits,
                    "ampoules": month.doses,
                    "provisional": month.provisional,
                }
                for month in found.months
            ],
            "busiest": _loads(found.busiest),
            "capacity": found.capacity,
            "over_capacity": _loads(found.over_capacity),
        }
    )


def _loads(days: Iterable[Workload]) -> list[Json]:
    return [json_values(day._asdict()) for day in days]


def _month(month: Workload) -> str:
    return month.date.isoformat()[:7]


def forecast_csv(found: Forecast) -> bytes:
    """Return CSV, one row per visit day; without capacity `over_capacity` is empty."""
    over = {day.date for day in found.over_capacity}

    def is_over(day: dt.date) -> str:
        return ("no", "yes")[day in over] if found.capacity is not None else ""

    return table_csv(
        CSV_COLUMNS,
        (
            (day.date, weekday_name(day.date), *day[1:], is_over(day.date))
            for day in found.days
        ),
    )


def forecast_markdown(found: Forecast) -> bytes:
    """Return Markdown: totals, ampoules per month, the busiest days, and every day."""
    lines = [f"# {_title(found)}", ""]
    lines += [f"- **{label}**: {text}" for label, text in _summary(found)]
    lines += ["", "## Ampoules a month", ""]
    lines += table_lines(
        ("Month", "Ampoules", "Provisional", "Visits"),
        (
            (
                _month(month),
                str(month.doses),
                str(month.provisional),
                str(month.visits),
            )
            for month in found.months
        ),
    )
    for heading, days in _sections(found):
        lines += ["", f"## {heading}", ""]
        lines += table_lines(
            ("Day", "Visits", "Doses", "Provisional"),
            ((day_text(day.date), *map(str, day[1:])) for day in days),
        )
    return page(lines)


def _sections(found: Forecast) -> Iterator[tuple[str, Sequence[Workload]]]:
    if found.busiest:
        yield "Busiest days", found.busiest
    if found.over_capacity:
        room = counted(found.capacity or 0, "visit")
        yield f"Days with more than {room}", found.over_capacity
    if found.days:
        yield "Visits a day", found.days


def _title(found: Forecast) -> str:
    window = found.window
    return f"Forecast, {day_text(window.first)} to {day_text(window.last)}"


def _summary(found: Forecast) -> Iterator[tuple[str, str]]:
    total = found.total
    yield "Patients", str(found.patients)
    yield "Visits", str(total.visits)
    yield "Ampoules", str(total.doses) + _of_them(total.provisional)
    if found.capacity is not None:
        over = len(found.over_capacity)
        said = f"{counted(over, 'day')} {'has' if over == 1 else 'have'} more"
        yield "Capacity", f"{counted(found.capacity, 'visit')} a day: {said}"


def _of_them(provisional: int) -> str:
    return f", {provisional} of them provisional" * (provisional > 0)


def show_forecast(console: Console, found: Forecast) -> None:
    """Print a forecast with its bars; the lines fit the console, down to 40 columns."""
    width = min(max(console.width, NARROWEST), WIDEST)
    show(console, draw(_lines(found, width), console.encoding))


def _lines(found: Forecast, width: int) -> Iterator[Line]:
    yield from fold(((_title(found), "bold"),), width)
    yield ()
    room = width - 2 * _GAP - _LABELS
    for label, text in _summary(found):
        said = fold(((text, ""),), room)
        yield from indent(beside(([((label, "dim"),)], _LABELS), (said, room)))
    yield ()
    yield (("Ampoules a month", "bold"),)
    yield ()
    months = {_month(month): (month.doses, month) for month in found.months}
    yield from _bars(months, "ampoule", width)
    for heading, days in _sections(found):
        yield ()
        yield from fold(((heading, "bold"),), width)
        yield ()
        if days is found.days:
            rows = {day_text(day.date): (day.visits, day) for day in days}
            yield from _bars(rows, "visit", width, {*found.over_capacity})
        else:
            for day in days:
                yield from indent(fold(_said(day), width - _GAP, hang=_GAP))


def _said(day: Workload) -> Line:
    doses = counted(day.doses, "dose") + _of_them(day.provisional)
    said = f"  {counted(day.visits, 'visit')}, {doses}"
    return (day_text(day.date), "bold"), (said, "")


def _bars(
    rows: Mapping[str, tuple[int, Workload]],
    what: str,
    width: int,
    over: Container[Workload] = (),
) -> Iterator[Line]:
    """Yield a bar per label, all on one scale, then what the strokes stand for."""
    top = max(number for number, _ in rows.values())
    digits = len(str(top))
    room = width - 3 * _GAP - len(next(iter(rows))) - digits
    for label, (number, load) in rows.items():
        style = "bold red" if load in over else ""
        line: Line = (("  ", ""), (f"{label}  {number:{digits}}", style))
        if number:
            sure, rest = _parts(number, load.provisional, top, room)
            line += (("  ", ""), ("━" * sure, style or "cyan"))
            line += (("┄" * rest, style or "yellow"),)
        yield line
    if not top:
        return
    yield ()
    scale = (
        f"the longest bar is {counted(top, what)}"
        if top > room
        else f"one ━ is one {what}"
    )
    if any(load.provisional for _, load in rows.values()):
        scale += ", ┄ is provisional"
    yield from indent(fold(((scale, "dim"),), width - _GAP))


def _parts(number: int, provisional: int, top: int, room: int) -> tuple[int, int]:
    """Return the columns of a bar's sure and provisional part.

    The bar and its provisional part are rounded up, so that neither disappears.
    """
    if top <= room:
        return number - provisional, provisional
    columns = -(-number * room // top)
    rest = -(-provisional * columns // number)
    return columns - rest, rest
