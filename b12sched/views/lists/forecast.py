"""A forecast: bars on a terminal, tables on a page, and data for programs."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from b12sched.cohort.lists.forecast import Forecast, Supply, Workload
from b12sched.cohort.lists.window import monday
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
)

CSV_COLUMNS = ("date", "weekday", "visits", "doses", "provisional", "over_capacity")
WEEK_COLUMNS = ("week", "visits", "doses", "provisional", "days_over_capacity")
_LABELS = len("Patients")
_GAP = 2


def forecast_json(found: Forecast) -> bytes:
    """Return a forecast as JSON, a stable contract: fields are added, never removed.

    `visits` holds the days with a visit, `weeks` (named by their Monday) and `months`
    all of the window; `order` what each month needs of each drug and dose, and by when;
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
            "weeks": [
                {"week": week.date.isoformat(), **_sums(week)} for week in found.weeks
            ],
            "months": [
                {"month": _month(month.date), **_sums(month)} for month in found.months
            ],
            "order": [
                {
                    "month": _month(supply.month),
                    "drug": supply.drug,
                    "dose": supply.dose,
                    "by": supply.by.isoformat(),
                    "ampoules": supply.ampoules,
                    "provisional": supply.provisional,
                }
                for supply in found.supplies
            ],
            "busiest": _loads(found.busiest),
            "capacity": found.capacity,
            "over_capacity": _loads(found.over_capacity),
        }
    )


def _loads(days: Iterable[Workload]) -> list[Json]:
    return [json_values(day._asdict()) for day in days]


def _sums(period: Workload) -> Json:
    return {
        "visits": period.visits,
        "ampoules": period.doses,
        "provisional": period.provisional,
    }


def _month(first: dt.date) -> str:
    return first.isoformat()[:7]


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


def forecast_week_csv(found: Forecast) -> bytes:
    """Return CSV, one row per week; without capacity `days_over_capacity` is empty."""
    over = Counter(monday(day.date) for day in found.over_capacity)
    return table_csv(
        WEEK_COLUMNS,
        (
            (*week, over[week.date] if found.capacity is not None else "")
            for week in found.weeks
        ),
    )


def forecast_markdown(found: Forecast, missing: str = "") -> bytes:
    """Return Markdown: totals, ampoules per month, what to order, weeks and days.

    `missing` is a sentence on what is not counted.
    """
    lines = [f"# {_title(found)}", ""]
    lines += [f"- **{label}**: {text}" for label, text in _summary(found, missing)]
    lines += ["", "## Ampoules a month", ""]
    lines += table_lines(
        ("Month", "Ampoules", "Provisional", "Visits"),
        (
            (
                _month(month.date),
                str(month.doses),
                str(month.provisional),
                str(month.visits),
            )
            for month in found.months
        ),
    )
    if found.supplies:
        lines += ["", f"## {_ORDER}", ""]
        lines += table_lines(
            ("There by", "Ampoules", "Provisional", "What", "For"),
            (
                (
                    day_text(supply.by),
                    str(supply.ampoules),
                    str(supply.provisional),
                    f"{supply.drug} {supply.dose}",
                    _month(supply.month),
                )
                for supply in found.supplies
            ),
        )
    sections = [*_sections(found)]
    if found.days:
        sections += [(_WEEKS, found.weeks), ("Visits a day", found.days)]
    for heading, days in sections:
        label = "Week of" if heading == _WEEKS else "Day"
        lines += ["", f"## {heading}", ""]
        lines += table_lines(
            (label, "Visits", "Doses", "Provisional"),
            ((day_text(day.date), *map(str, day[1:])) for day in days),
        )
    return page(lines)


_ORDER = "To order, and by when it must be there"
_WEEKS = "Visits a week, by its Monday"


def _sections(found: Forecast) -> Iterator[tuple[str, Sequence[Workload]]]:
    if found.busiest:
        yield "Busiest days", found.busiest
    if found.over_capacity:
        room = counted(found.capacity or 0, "visit")
        yield f"Days with more than {room}", found.over_capacity


def _title(found: Forecast) -> str:
    window = found.window
    return f"Forecast, {day_text(window.first)} to {day_text(window.last)}"


def _summary(found: Forecast, missing: str) -> Iterator[tuple[str, str]]:
    total = found.total
    yield "Patients", str(found.patients) + missing.replace(" ", ". ", 1)
    yield "Visits", str(total.visits)
    yield "Ampoules", str(total.doses) + _of_them(total.provisional)
    if found.capacity is not None:
        over = len(found.over_capacity)
        said = f"{counted(over, 'day')} {'has' if over == 1 else 'have'} more"
        yield "Capacity", f"{counted(found.capacity, 'visit')} a day: {said}"


def _of_them(provisional: int) -> str:
    return f", {provisional} of them provisional" * (provisional > 0)


def forecast_lines(
    found: Forecast, width: int, encoding: str, missing: str = ""
) -> Iterable[Line]:
    """Return a forecast with its bars; the lines fit the width, down to 40 columns.

    `missing` is a sentence on what is not counted.
    """
    width = min(max(width, NARROWEST), WIDEST)
    return draw(_lines(found, width, missing), encoding)


def _lines(found: Forecast, width: int, missing: str) -> Iterator[Line]:
    yield from fold(((_title(found), "bold"),), width)
    yield ()
    room = width - 2 * _GAP - _LABELS
    for label, text in _summary(found, missing):
        said = fold(((text, ""),), room)
        yield from indent(beside(([((label, "dim"),)], _LABELS), (said, room)))
    yield ()
    yield (("Ampoules a month", "bold"),)
    yield ()
    months = {_month(month.date): (month.doses, month) for month in found.months}
    yield from _bars(months, "ampoule", width)
    if found.supplies:
        yield ()
        yield from fold(((_ORDER, "bold"),), width)
        yield ()
    for supply in found.supplies:
        yield from indent(fold(_supply(supply), width - _GAP, hang=_GAP))
    for heading, days in _sections(found):
        yield ()
        yield from fold(((heading, "bold"),), width)
        yield ()
        style = "bold red" if days is found.over_capacity else "bold"
        for day in days:
            yield from indent(fold(_said(day, style), width - _GAP, hang=_GAP))
    if found.days:
        yield ()
        yield from fold(((_WEEKS, "bold"),), width)
        yield ()
        weeks = {day_text(week.date): (week.visits, week) for week in found.weeks}
        yield from _bars(weeks, "visit", width)


def _supply(supply: Supply) -> Line:
    number = counted(supply.ampoules, "ampoule")
    product = f"{supply.drug} {supply.dose}"
    said = f"  {number} of {product} for {_month(supply.month)}"
    return (day_text(supply.by), "bold"), (said + _of_them(supply.provisional), "")


def _said(day: Workload, style: str) -> Line:
    doses = counted(day.doses, "dose") + _of_them(day.provisional)
    said = f"  {counted(day.visits, 'visit')}, {doses}"
    return (day_text(day.date), style), (said, "")


def _bars(
    rows: Mapping[str, tuple[int, Workload]],
    what: str,
    width: int,
) -> Iterator[Line]:
    """Yield a bar per label, all on one scale, then what the strokes stand for."""
    top = max(number for number, _ in rows.values())
    digits = len(str(top))
    room = width - 3 * _GAP - len(next(iter(rows))) - digits
    for label, (number, load) in rows.items():
        line: Line = (("  ", ""), (f"{label}  {number:{digits}}", ""))
        if number:
            sure, rest = _parts(number, load.provisional, top, room)
            line += (("  ", ""), ("━" * sure, "cyan"), ("┄" * rest, "yellow"))
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
