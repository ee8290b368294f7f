"""Day sheets: a worklist to print, one clinic day per page, to tick and to fill in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from b12sched.cohort.lists.window import Window
from b12sched.cohort.lists.worklist import Visit, by_patient
from b12sched.dates import day_text
from b12sched.errors import printable
from b12sched.views.card import template
from b12sched.views.lists.worklist import (
    ASK,
    LOOK,
    count_text,
    list_title,
    overdue_text,
    parts_of,
    title_text,
    total_text,
)

Sheet = dict[str, object]


def day_sheets(visits: Sequence[Visit], window: Window, missing: str = "") -> bytes:
    """Return the day sheets as HTML in UTF-8, with no script and nothing to fetch.

    An overdue dose stands first on the day on which it is to come. Those that come on
    no day of the window, and the checks whose day is past, are on a sheet of their own
    before the others. Nothing is on two sheets. `missing` is a sentence on what is on
    none.
    """
    page = {
        "title": list_title(window),
        "missing": missing.strip(),
        "nothing": total_text([], missing),
        "sheets": list(_sheets(visits, window)),
    }
    return template("day_sheet.html").render(page).encode()


def _sheets(visits: Sequence[Visit], window: Window) -> Iterator[Sheet]:
    overdue, unconfirmed, days = parts_of(visits, window)
    later = [visit for visit in overdue if visit.date not in window]
    if later or unconfirmed:
        rows = [[visit] for visit in (*later, *unconfirmed)]
        said = [f"doses: {ASK}"] * bool(later)
        said += [f"checks: {LOOK}"] * bool(unconfirmed)
        yield {
            "heading": "Overdue",
            "said": "; ".join(said),
            "undated": True,
            "rows": [_row(own, [_overdue(own[0])]) for own in rows],
        }
    for day, found in days:
        patients = [own for _, own in by_patient(found)]
        # Stable: all else stays in the order of patients.
        patients.sort(key=lambda own: -max(visit.days_overdue for visit in own))
        late = any(visit.days_overdue for visit in found)
        yield {
            "heading": day_text(day),
            "said": count_text(found) + f"; overdue: {ASK}" * late,
            "undated": False,
            "rows": [
                _row(
                    own,
                    [
                        (title_text(v), overdue_text(v) if v.days_overdue else "")
                        for v in own
                    ],
                )
                for own in patients
            ],
        }


def _row(own: Sequence[Visit], items: Iterable[tuple[str, str]]) -> Sheet:
    return {
        "patient": own[0].patient,
        "carried": [
            (printable(header), printable(cell))
            for header, cell in own[0].carried
            if cell
        ],
        "tasks": list(items),
    }


def _overdue(visit: Visit) -> tuple[str, str]:
    """Return what a visit of the first sheet is, and for how long it is overdue."""
    if visit.unconfirmed:
        said = f"{visit.title}; was it done on {day_text(visit.date)}?"
        return said, overdue_text(visit)
    return f"{title_text(visit)}; to come on {day_text(visit.date)}", overdue_text(
        visit
    )
