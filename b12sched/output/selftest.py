"""Check an installation: the published cases, and a calendar written and read again.

The cases were worked out by an independent engine; the package ships them. A difference
means that this machine, or a library on it, does not do what the program was tested
with.
"""

from __future__ import annotations

import datetime as dt
import json
import platform
import zoneinfo
from collections.abc import Iterator, Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from b12sched import __version__
from b12sched.errors import B12SchedError
from b12sched.files.shipped import read_shipped
from b12sched.ics import (
    CalendarStyle,
    read_calendar,
    revise_calendar,
    uid,
    write_calendar,
)
from b12sched.plan import Case, Clinic, Plan, build
from b12sched.plan.public_holidays import library_version

if TYPE_CHECKING:
    import icalendar

_STAMP = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
_CASE = {
    "patient": "SELFTEST",
    "start": "2026-01-05",
    "neuro": "yes",
    "renal": "normal",
    "given": "2026-01-05;2026-01-08",
}


def published_cases() -> list[dict[str, Any]]:
    """Return the published cases: case, clinic, and what must come of them."""
    lines = read_shipped("conformance/cases.jsonl").splitlines()
    return [json.loads(line) for line in lines]


def plan_of_case(row: Mapping[str, Any]) -> Plan:
    """Return the plan of a published case; raises as `Case.parse` and `build` do."""
    clinic = {
        "open": row["clinic"]["open"] or "",
        "closed": ";".join(row["clinic"]["closed"]),
    }
    return build(Case.parse(row["case"]), Clinic.parse(clinic))


def difference(row: Mapping[str, Any]) -> str | None:
    """Return in which field a case is worked out otherwise than published, if any."""
    expected = row["expect"]
    if "exit" in expected:  # the reason is in the words of the other engine
        expected = {"exit": expected["exit"]}
    try:
        found = _facts(plan_of_case(row))
    except B12SchedError as error:
        found = {"exit": error.exit_code}
    for field in {**expected, **found}:
        if (ours := found.get(field)) != expected.get(field):
            name = row["case"]["patient"]
            return f"{name}: {field} is {ours}, must be {expected.get(field)}"
    return None


def calendar_differences() -> Iterator[str]:
    """Yield a line for each fault of a calendar that is written, read and revised.

    icalendar must find every event at 09:00 in London, whatever the season, and a
    revision with nothing changed must leave every byte.
    """
    plan = build(Case.parse(_CASE), Clinic())
    style = CalendarStyle.parse({"time": "09:00", "timezone": "Europe/London"})
    data = write_calendar(plan, style, _STAMP)
    read = {str(event["UID"]): event.decoded("DTSTART") for event in _events(data)}
    meant = {
        str(uid("SELFTEST", event.id)): dt.datetime.combine(
            event.date,
            dt.time(8 if _SUMMER[0] <= event.date < _SUMMER[1] else 9),
            dt.UTC,
        )
        for event in plan.events
    }
    for name in {**meant, **read}:
        if read.get(name) != meant.get(name):
            yield f"{name} is read at {read.get(name)}, must be {meant.get(name)}"
    old = read_calendar(data, "SELFTEST")
    if revise_calendar(old, plan, style, _STAMP).data != data:
        yield "a revision with nothing changed writes other bytes"


_SUMMER = (dt.date(2026, 3, 29), dt.date(2026, 10, 25))
"""The days in London on which the clocks went forward and back."""


def _events(data: bytes) -> list[icalendar.Component]:
    from icalendar import Calendar

    return Calendar.from_ical(data).walk("VEVENT")


def ran_on() -> dict[str, str]:
    """Return the versions of the program and of what its dates depend on."""
    return {
        "b12sched": __version__,
        "python": platform.python_version(),
        "icalendar": version("icalendar"),
        "holidays": library_version(),
        "tzdata": _zone_data(),
    }


def _zone_data() -> str:
    """Return the version of the time zones: the system's, else the package's."""
    for folder in zoneinfo.TZPATH:
        table = Path(folder, "tzdata.zi")
        if table.is_file():
            with table.open(encoding="ascii", errors="replace") as lines:
                return lines.readline().removeprefix("# version ").strip()
    try:
        return version("tzdata")
    except PackageNotFoundError:
        return "unknown"


def _facts(plan: Plan) -> dict[str, Any]:
    """Return the fields of a plan that the published cases state."""
    plateau, loading, following = plan.plateau, plan.loading, plan.next
    first = plan.maintenance.first
    return {
        "start": str(plan.start),
        "until": str(plan.until),
        "plateau": plateau and {"date": str(plateau.date), "basis": plateau.basis},
        "loading": loading
        and {
            "doses": loading.doses,
            "first": str(loading.first),
            "last": str(loading.last),
            "longest_gap_days": loading.longest_gap_days,
        },
        "next": following
        and {
            "id": following.id,
            "due": str(following.due),
            "date": str(following.date),
        },
        "ampoules": plan.ampoules,
        "maintenance_anchor": str(plan.maintenance.anchor),
        "maintenance_first": first and str(first),
        "events": [
            [event.id, str(event.due), str(event.date), str(event.status)]
            for event in plan.events
        ],
    }
