"""A forecast: bars on a terminal, tables on a page, and data for programs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from b12sched.cohort.lists.forecast import DayLoad, Forecast, Supply
from b12sched.dates import counted, day_text, weekday_name
from b12sched.views.data import table_csv
from b12sched.views.lists.text import Json, json_bytes, page, plain
from b12sched.views.markdown import table_lines
from b12sched.views.screen.printing import NARROWEST, show
from b12sched.views.screen.table import WIDEST, Line, beside, fold, indent

if TYPE_CHECKING:
    from rich.console import Console

CSV_COLUMNS = ("date", "weekday", "visits", "doses", "provisional", "over_capacity")
_LABELS = len("Patients")
_GAP = 2


class _Signs(NamedTuple):
    """What the sure and the provisional part of a bar are drawn with."""

    sure: str
    provisional: str


_LINES, _ASCII = _Signs("━", "┄"), _Signs("=", ".")


def forecast_json(found: Forecast) -> bytes:
    """The JSON of a forecast, a stable contract: fields are added, never taken away.

    `visits` holds the days with a visit, `months` every month of the window;
    `provisional` counts those of the doses that rest on a plateau not yet recorded.
    """
    total = found.total
    return json_bytes(
        {
            "from": found.window.first.isoformat(),
            "to": found.window.last.isoformat(),
            "patients": found.patients,
            "total": {
                "visits": total.visits,
                "ampoules": total.ampoules,
                "provisional": total.provisional,
            },
            "visits": _loads(found.days),
            "months": [_supply(month) for month in found.months],
            "busiest": _loads(found.busiest),
            "capacity": found.capacity,
            "over_capacity": _loads(found.over_capacity),
        }
    )


def _loads(days: Iterable[DayLoad]) -> list[Json]:
    return [plain(day._asdict()) for day in days]


def _supply(month: Supply) -> Json:
    return {**month._asdict(), "month": _month(month)}


def _month(month: Supply) -> str:
    return month.month.isoformat()[:7]


def forecast_csv(found: Forecast) -> bytes:
    """One row for each day with a visit; `over_capacity` is empty if none was given."""
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
    """Totals, ampoules a month, the busiest days, and every day."""
    lines = [f"# {_title(found)}", ""]
    lines += [f"- **{label}**: {text}" for label, text in _summary(found)]
    lines += ["", "## Ampoules a month", ""]
    lines += table_lines(
        ("Month", "Ampoules", "Provisional", "Visits"),
        (
            (
                _month(month),
                str(month.ampoules),
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


def _sections(found: Forecast) -> Iterator[tuple[str, Sequence[DayLoad]]]:
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
    yield "Ampoules", str(total.ampoules) + _of_them(total.provisional)
    if found.capacity is not None:
        over = len(found.over_capacity)
        said = f"{counted(over, 'day')} {'has' if over == 1 else 'have'} more"
        yield "Capacity", f"{counted(found.capacity, 'visit')} a day: {said}"


def _of_them(provisional: int) -> str:
    return f", {provisional} of them provisional" * (provisional > 0)


def show_forecast(console: Console, found: Forecast) -> None:
    """Print a forecast with its bars; the lines fit the console, down to 40 columns."""
    width = min(max(console.width, NARROWEST), WIDEST)
    signs = _LINES if console.encoding.startswith("utf") else _ASCII
    show(console, _lines(found, width, signs))


def _lines(found: Forecast, width: int, signs: _Signs) -> Iterator[Line]:
    yield from fold(((_title(found), "bold"),), width)
    yield ()
    room = width - 2 * _GAP - _LABELS
    for label, text in _summary(found):
        said = fold(((text, ""),), room)
        yield from indent(beside(([((label, "dim"),)], _LABELS), (said, room)))
    yield ()
    yield (("Ampoules a month", "bold"),)
    yield ()
    rows = [
        _Bar(_month(month), month.ampoules, month.provisional, "")
        for month in found.months
    ]
    yield from _bars(rows, width, signs, "ampoule")
    for heading, days in _sections(found):
        yield ()
        yield from fold(((heading, "bold"),), width)
        yield ()
        if days is found.days:
            yield from _bars(_days(found), width, signs, "visit")
        else:
            for day in days:
                yield from indent(fold(_said(day), width - _GAP, hang=_GAP))


def _said(day: DayLoad) -> Line:
    doses = counted(day.doses, "dose") + _of_them(day.provisional)
    said = f"  {counted(day.visits, 'visit')}, {doses}"
    return (day_text(day.date), "bold"), (said, "")


class _Bar(NamedTuple):
    """A row of bars: how much there is, how much of it is provisional."""

    label: str
    number: int
    provisional: int
    style: str


def _days(found: Forecast) -> list[_Bar]:
    over = {day.date for day in found.over_capacity}
    return [
        _Bar(
            day_text(day.date),
            day.visits,
            day.provisional,
            "bold red" if day.date in over else "",
        )
        for day in found.days
    ]


def _bars(rows: Sequence[_Bar], width: int, signs: _Signs, what: str) -> Iterator[Line]:
    """A bar for each row on one scale, then what the signs stand for."""
    top = max(row.number for row in rows)
    digits = len(str(top))
    room = width - 3 * _GAP - len(rows[0].label) - digits
    for row in rows:
        line: Line = (("  ", ""), (f"{row.label}  {row.number:{digits}}", row.style))
        if row.number:
            sure, rest = _parts(row, top, room)
            line += (("  ", ""), (signs.sure * sure, row.style or "cyan"))
            line += ((signs.provisional * rest, row.style or "yellow"),)
        yield line
    if not top:
        return
    yield ()
    scale = (
        f"the longest bar is {counted(top, what)}"
        if top > room
        else (f"one {signs.sure} is one {what}")
    )
    if any(row.provisional for row in rows):
        scale += f", {signs.provisional} is provisional"
    yield from indent(fold(((scale, "dim"),), width - _GAP))


def _parts(row: _Bar, top: int, room: int) -> tuple[int, int]:
    """The columns of the sure and the provisional part; what is there has a column."""
    if top <= room:
        return row.number - row.provisional, row.provisional
    columns = -(-row.number * room // top)
    rest = -(-row.provisional * columns // row.number)
    return columns - rest, rest
