"""The engine against the second engine from every start date of 28 years.

After 2020 to 2047 weekdays and leap days repeat, so that these 10,227 days are all that
there are. From each: 16 courses, in four clinics, with five histories, 3,272,640 plans.
By default each of the 320 combinations takes 68 days, spread over the cycle and over
the week; B12SCHED_FULL=1 takes all. With the whole second edition there is one history
more.

Histories and closures are days after the start, typed by hand so that each turns a
rule: a dose a day late, an interruption, a plateau between two doses, a step-up between
two maintenance doses, a closed fortnight in loading, a closed week where maintenance
falls.
"""

from __future__ import annotations

import os
from datetime import date, timedelta

import pytest
from oracle import REGIMENS
from test_second_engine import Row, engine, iso_after, second_engine

FULL = bool(os.environ.get("B12SCHED_FULL"))
CYCLE = [date(2020, 1, 1) + timedelta(days=n) for n in range(10_227)]
APART = 151
"""Every so many days by default: no multiple of 7, so that all weekdays come up."""

DEFAULT = ("neuro", "standard")
COURSES: dict[str, Row] = {
    "neuro": {"neuro": "yes", "drug": "hydroxocobalamin", "loading_weeks": "6"},
    "standard": {"neuro": "no", "drug": "methylcobalamin", "interval": "3m"},
    "cyano": {"neuro": "no", "drug": "cyanocobalamin"},
    "maintenance": {"neuro": "yes", "drug": "hydroxocobalamin", "interval": "8w"},
}
COURSES |= {
    "uk-label": {"neuro": "no", "loading_weeks": "5", "interval": "10w"},
    "no-neuro": {"neuro": "yes", "loading_weeks": "9", "interval": "7w"},
    "us-weekly": {"neuro": "yes", "interval": "1w"},
    "uk-diet": {"neuro": "no"},
    "au-neuro": {"neuro": "yes", "interval": "5w"},
    "au-standard": {"neuro": "no", "loading_weeks": "3", "interval": "5m"},
    "nl-standard": {"neuro": "no", "interval": "12m"},
    "no-standard": {"neuro": "no", "interval": "2w"},
    "se-acute": {"neuro": "yes", "interval": "6w"},
    "fr-cyanocobalamin": {"neuro": "yes"},
    "us-hydroxocobalamin": {"neuro": "no", "interval": "52w"},
    "jp-mecobalamin": {"neuro": "no", "interval": "9m"},
}
"""All regimens, many with an interval that is not its own; the first three and a
patient on maintenance state no regimen."""
COURSES["uk-label"]["anaemia"] = "severe"
COURSES["uk-diet"]["anaemia"] = "yes"
COURSES["no-neuro"] |= {"interval": "5m", "accept": "NEURO-INTERVAL", "course": "2"}

CLINICS: dict[str, tuple[str, tuple[int, ...]]] = {
    "every day": ("", ()),
    "weekdays, closed single days": ("mon-fri", (2, 4, 30, 61, 91, 182, 366)),
    "three days, closed a fortnight": ("mon,wed,fri", tuple(range(6, 20))),
    "one day, closed where doses fall": ("wed", (*range(55, 70), *range(100, 110))),
}

HISTORIES: dict[str, Row] = {
    "nothing known": {},
    "a dose late, then waiting": {"given": "1;3;6;8", "as_of": "20"},
    "interrupted": {"given": "1;3;5;19;21"},
    "given through, a plateau": {
        "given_through": "40",
        "as_of": "47",
        "plateau": "31",
    },
    "a step-up in maintenance": {
        "given": "1;3;5;7;9;11",
        "given_through": "150",
        "monthly_from": "171",
        "until": "400",
    },
}
HISTORIES["ended"] = {"given": "1;3", "given_through": "50", "ended": "68"}
"""Fields that hold dates, as days after the start (or the last dose)."""


def case_from(course: str, history: str, start: str) -> Row:
    """A cohort row for a course, its history counted from the start."""
    row = {"patient": "R1", "renal": "normal", **COURSES[course]}
    if course in REGIMENS and course not in DEFAULT:
        row["regimen"] = course
    row["last_dose" if course == "maintenance" else "start"] = start
    known = dict(HISTORIES[history])
    if "ended" in known:
        row["because"] = "oral"
    if "loading_weeks" not in row:  # stated wherever loading has an open part
        known.pop("plateau", None)
    elif "plateau" in known:
        row.pop("loading_weeks")
    for field, days in known.items():
        row[field] = ";".join(iso_after(start, int(day)) for day in days.split(";"))
    return row


def clinic_from(clinic: str, start: str) -> Row:
    """A clinic, its closed days counted from the start."""
    week, closed = CLINICS[clinic]
    row = {"open": week} if week else {}
    if closed:
        row["closed"] = ";".join(iso_after(start, day) for day in closed)
    return row


COMBINATIONS = [
    (course, clinic, history)
    for course in COURSES
    for clinic in CLINICS
    for history in HISTORIES
]


@pytest.mark.unmeasured
@pytest.mark.parametrize(
    ("at", "course", "clinic", "history"),
    [(at, *each) for at, each in enumerate(COMBINATIONS)],
    ids=[", ".join(each) for each in COMBINATIONS],
)
def test_the_engines_agree_from_every_start_date(
    at: int, course: str, clinic: str, history: str
) -> None:
    """Every field of the plan that the rules determine; no such case is refused."""
    days = CYCLE if FULL else CYCLE[at % APART :: APART]
    for day in days:
        start = day.isoformat()
        row, week = case_from(course, history, start), clinic_from(clinic, start)
        found = engine(row, week)
        assert found == second_engine(row, week), (row, week)
        assert "exit" not in found, (row, week)
    assert len(days) in (67, 68, 10_227)
