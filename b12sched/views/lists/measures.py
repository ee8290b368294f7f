"""The measures of an audit: a table for people, JSON and CSV for programs."""

from __future__ import annotations

from collections.abc import Iterator

from b12sched.cohort.lists.measures import Measures, Summary
from b12sched.views.data import Json, json_bytes, json_values, table_csv
from b12sched.views.markdown import page, table_lines
from b12sched.views.screen.layout import (
    NARROWEST,
    WIDEST,
    Line,
    encodable,
    fold,
    indent,
)

_TITLE = "Audit of given doses: measures"
LABELS = {
    "patients": "Patients",
    "due": "Doses due",
    "given": "Doses given",
    "late": "given late",
    "not_given": "overdue, not given",
    "within_7_days_percent": "within 7 days of due, %",
    "median_days_late": "median days late",
    "most_days_late": "most days late",
    "days_at_risk": "Days at risk",
}
"""What each field of the JSON is called where people read it."""


def summary_json(found: Summary) -> bytes:
    """Return the measures as JSON: `all`, and those of each regimen by its name."""
    whole, regimens = found
    each = {name: _fields(measures) for name, measures in regimens.items()}
    return json_bytes({"all": _fields(whole), "regimens": each})


def summary_csv(found: Summary) -> bytes:
    """Return CSV: a row for all patients, with an empty regimen, then one per regimen.

    The other columns are the keys of the JSON.
    """
    whole, regimens = found
    rows = [(None, whole), *regimens.items()]
    return table_csv(
        ("regimen", *LABELS), ((name, *_fields(each).values()) for name, each in rows)
    )


def _fields(each: Measures) -> Json:
    return json_values(
        {
            "patients": each.patients,
            "due": each.due,
            "given": each.given,
            "late": each.late,
            "not_given": each.not_given,
            "within_7_days_percent": each.near_percent,
            "median_days_late": each.median_days_late,
            "most_days_late": each.most_days_late,
            "days_at_risk": each.days_at_risk,
        }
    )


def _rows(found: Summary) -> Iterator[tuple[str, list[str]]]:
    """Yield the name of each group of patients, and its measures as texts."""
    whole, regimens = found
    for name, each in (("All patients", whole), *regimens.items()):
        yield name, ["-" if v is None else str(v) for v in _fields(each).values()]


def summary_markdown(found: Summary, missing: str = "") -> bytes:
    """Return a Markdown table of the measures, one row per regimen."""
    lines = [f"# {_TITLE}", "", *([missing.strip(), ""] if missing else [])]
    rows = ((name, *values) for name, values in _rows(found))
    lines += table_lines(("Regimen", *LABELS.values()), rows)
    return page(lines)


def summary_lines(
    found: Summary, width: int, encoding: str, missing: str = ""
) -> Iterator[Line]:
    """Yield the measures of all patients and of each regimen, one below the other.

    The lines fit the width, down to 40 columns. `missing` is a sentence on what is not
    counted.
    """
    width = min(max(width, NARROWEST), WIDEST)
    yield ((_TITLE, "bold"),)
    if missing:
        yield from fold(((missing.strip(), ""),), width)
    room = max(map(len, LABELS.values()))
    for name, values in _rows(found):
        yield ()
        yield from fold(((encodable(name, encoding), "bold"),), width)
        digits = max(map(len, values))
        for label, value in zip(LABELS.values(), values, strict=True):
            inner = "" if label[0].isupper() else "  "
            said = f"{inner}{label}".ljust(room + 4) + value.rjust(digits)
            yield from indent([((said, ""),)])
