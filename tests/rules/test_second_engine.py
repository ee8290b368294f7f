"""The engine against a second engine: published cases, random ones, every start date.

The second engine (`oracle.py`) shares no code with the first. Random cases are made
near the places where the rules turn: month ends, closures, the plateau, the step-up,
the horizon, and histories that follow the plan for a while and then leave it.

After 2020 to 2047 weekdays and leap days repeat, so that these 10,227 days are all that
there are. Each combination of course, clinic and history takes 8 of them, spread over
the cycle and over the week, and 34 with `-m slow`.

B12SCHED_EXAMPLES sets the number of random cases for a long search; B12SCHED_FULL=1
takes all start dates.
"""

from __future__ import annotations

import json
import os
from datetime import date, timedelta

import pytest
from cases import CASES
from effort import some_or_all
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st
from oracle import REASONS, REGIMENS, RULES, expected

from b12sched import Case, Clinic, build
from b12sched.errors import B12SchedError

EXAMPLES = int(os.environ.get("B12SCHED_EXAMPLES", "100"))

Row = dict[str, str]
FIRST, LAST = date(2020, 1, 1), date(2047, 12, 31)
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WEEKS = ("mon-fri", "mon-sat", "mon,wed,fri", "tue,thu", "wed", "sat-mon")


def engine(row: Row, clinic: Row) -> dict[str, object]:
    """Return what the engine makes of a row, in the shape of the second engine."""
    try:
        plan = build(Case.parse(row), Clinic.parse(clinic))
    except B12SchedError as error:
        return {"exit": error.exit_code}
    plateau, loading, following = plan.plateau, plan.loading, plan.next
    first = plan.maintenance.first
    return {
        "start": plan.start.isoformat(),
        "until": plan.until.isoformat(),
        "plateau": None
        if plateau is None
        else {"date": plateau.date.isoformat(), "basis": str(plateau.basis)},
        "loading": None
        if loading is None
        else {
            "doses": loading.doses,
            "first": loading.first.isoformat(),
            "last": loading.last.isoformat(),
            "longest_gap_days": loading.longest_gap_days,
        },
        "next": None
        if following is None
        else {
            "id": following.id,
            "due": following.due.isoformat(),
            "date": following.date.isoformat(),
        },
        "ampoules": plan.ampoules,
        "maintenance_anchor": plan.maintenance.anchor.isoformat(),
        "maintenance_first": None if first is None else first.isoformat(),
        "events": [
            [event.id, event.due.isoformat(), event.date.isoformat(), str(event.status)]
            for event in plan.events
        ],
    }


def second_engine(row: Row, clinic: Row) -> dict[str, object]:
    """Return what the second engine makes of a row; of an error only the exit code."""
    closed = [x for x in clinic.get("closed", "").split(";") if x]
    answer = expected(row, clinic.get("open"), closed)
    return {"exit": answer["exit"]} if "exit" in answer else answer


# --- random cases -------------------------------------------------------------------


def iso_after(origin: str, days: int) -> str:
    """Return the ISO date so many days after an ISO date."""
    return (date.fromisoformat(origin) + timedelta(days=days)).isoformat()


@st.composite
def starts(draw: st.DrawFn) -> str:
    """Any day of 28 years, month ends and leap days more often than the others."""
    day = draw(st.dates(FIRST, LAST))
    kind = draw(st.sampled_from(("any", "any", "month end", "leap day")))
    if kind == "month end":
        day = (day.replace(day=1) + timedelta(days=31)).replace(day=1)
        day = min(day - timedelta(days=1), LAST)
    elif kind == "leap day":
        day = date(day.year // 4 * 4, 2, 29)
    return day.isoformat()


@st.composite
def clinics(draw: st.DrawFn, start: str) -> Row:
    """Open weekdays, scattered closed days near the course, sometimes a closed run."""
    clinic: Row = {}
    week = draw(
        st.none()
        | st.sampled_from(WEEKS)
        | st.sets(st.sampled_from(WEEKDAYS), min_size=1).map(
            lambda days: ",".join(sorted(days, key=WEEKDAYS.index))
        )
    )
    if week is not None:
        clinic["open"] = week
    near = st.integers(-7, 50) | st.integers(-7, 500)
    days = draw(st.sets(near, max_size=12))
    if draw(st.integers(0, 3)) == 0:
        first, length = draw(near), draw(st.integers(8, 70) | st.integers(58, 63))
        days |= set(range(first, first + length))
    if days:
        clinic["closed"] = ";".join(iso_after(start, n) for n in sorted(days))
    return clinic


def doses_to_come(row: Row, clinic: Row) -> list[str]:
    """Return the dates the second engine plans for the doses not yet given."""
    answer = second_engine({**row, "months": "24"}, clinic)
    events = answer.get("events", [])
    assert isinstance(events, list)
    names = ("loading", "maintenance")
    return [x[2] for x in events if x[0].startswith(names) and x[3] != "given"]


@st.composite
def histories(draw: st.DrawFn, row: Row, clinic: Row) -> list[str]:
    """Given dates that follow the plan for a while, then leave it, a few times over."""
    given: list[str] = []
    for _ in range(draw(st.integers(0, 4))):
        known = {**row, "given": ";".join(given)}
        to_come = doses_to_come(known, clinic)
        given += to_come[: draw(st.integers(0, 8) | st.integers(0, 45))]
        origin = given[-1] if given else row.get("start") or row["last_dose"]
        to_come = [x for x in to_come if x > origin]
        turn = draw(st.sampled_from(("on plan", "shifted", "gap", "extra")))
        if turn == "shifted" and to_come:
            strayed = iso_after(to_come[0], draw(st.integers(-10, 10)))
        elif turn == "gap":
            strayed = iso_after(origin, draw(st.integers(3, 120) | st.integers(6, 9)))
        else:
            strayed = iso_after(origin, draw(st.integers(1, 3)))
        if turn != "on plan" and strayed > origin:
            given.append(strayed)
    return given


def often(draw: st.DrawFn, odds: int) -> bool:
    """Return True, but for once in so many times."""
    return draw(st.sampled_from((True,) * odds + (False,)))


@st.composite
def treatments(draw: st.DrawFn, start: str) -> Row:
    """Who is treated, with what and how often; now and then what is refused."""
    row: Row = {"patient": "R1", "start" if often(draw, 6) else "last_dose": start}
    row["neuro"] = draw(st.sampled_from(("yes", "yes", "no")))
    row["renal"] = "normal" if often(draw, 7) else "impaired"
    row["drug"] = draw(
        st.sampled_from(("hydroxocobalamin",) * 2 + ("methylcobalamin",))
        if often(draw, 4)
        else st.just("cyanocobalamin")
    )
    intervals: tuple[str, ...] = ("1m", "2m", "3m", "4w", "8w", "12w")
    if often(draw, 7) and row["drug"] == "cyanocobalamin":
        intervals = ("1m", "4w")
    elif often(draw, 7) and row["neuro"] == "yes":
        intervals = ("1m", "2m", "4w", "8w")
    if often(draw, 2):
        row["interval"] = draw(st.sampled_from(intervals))
    return row | draw(second_edition(row))


@st.composite
def second_edition(draw: st.DrawFn, row: Row) -> Row:
    """Regimens, any interval, anaemia, refusals set aside; rarely what does not fit."""
    more: Row = {}
    if often(draw, 3):
        neuro = (row["neuro"], "any") if often(draw, 20) else ("yes", "no", "any")
        fits = [name for name, each in REGIMENS.items() if each.neuro in neuro]
        more["regimen"] = draw(st.sampled_from(fits))
        if often(draw, 20):
            own = REGIMENS[more["regimen"]].drug
            more["drug"] = own if often(draw, 1) else ""
    if often(draw, 1):
        most, unit = draw(st.sampled_from(((52, "w"), (12, "m"), (4, "w"))))
        more["interval"] = f"{draw(st.integers(1, most))}{unit}"
    if often(draw, 1):
        more["anaemia"] = draw(st.sampled_from(("no", "yes", "severe", "severe")))
    if often(draw, 1):
        more["accept"] = ";".join(draw(st.permutations(RULES)))
    elif often(draw, 1):
        more["accept"] = draw(st.sampled_from(RULES))
    return more


@st.composite
def endings(draw: st.DrawFn, last: str) -> Row:
    """Treatment that ended, rarely before what is known; a later course."""
    more: Row = {}
    if not often(draw, 2):
        days = st.integers(0, 30) | st.integers(0, 400)
        more["ended"] = iso_after(last, draw(days) if often(draw, 20) else -1)
        more["because"] = draw(st.sampled_from(REASONS))
    if not often(draw, 3):
        more["course"] = str(draw(st.integers(1, 3) | st.just(99)))
    return more


def has_open_part(row: Row) -> bool:
    """Say whether loading goes on until a finding."""
    if "last_dose" in row:
        return False
    if "regimen" in row:
        return REGIMENS[row["regimen"]].every > 0
    return row["neuro"] == "yes" and row["drug"] != "cyanocobalamin"


@st.composite
def turning_points(draw: st.DrawFn, row: Row, start: str) -> Row:
    """Plateau, projection and step-up; rarely where they do not belong."""
    points: Row = {}
    if has_open_part(row) or not often(draw, 30):
        match draw(st.sampled_from(("plateau", "weeks", ""))):
            case "plateau":
                near = st.integers(0, 30) | st.integers(-2, 180)
                points["plateau"] = iso_after(start, draw(near))
            case "weeks":
                weeks = draw(st.integers(1, 6) | st.integers(1, 104))
                points["loading_weeks"] = str(weeks)
    if not often(draw, 2):
        near = st.integers(-10, 60) | st.integers(-10, 500)
        points["monthly_from"] = iso_after(start, draw(near))
    return points


@st.composite
def horizons(draw: st.DrawFn, start: str, last: str) -> Row:
    """Months, until (near the start or the last thing known), or neither."""
    match draw(st.sampled_from(("months", "until", ""))):
        case "months":
            return {"months": str(draw(st.integers(1, 36) | st.integers(1, 60)))}
        case "until":
            near = st.integers(-1, 60) | st.integers(-1, 1500)
            origin = start if often(draw, 2) else last
            return {"until": iso_after(origin, draw(near))}
    return {}


@st.composite
def rows(draw: st.DrawFn) -> tuple[Row, Row]:
    """A cohort row and a clinic; now and then a combination that has no plan."""
    start = draw(starts())
    clinic = draw(clinics(start))
    row = draw(treatments(start))
    row |= draw(turning_points(row, start))
    given = draw(histories(row, clinic))
    if given:
        row["given"] = ";".join(draw(st.permutations(given)))
    last = max(given, default=start)
    later = st.integers(0, 14) | st.integers(0, 250)
    if not often(draw, 2):
        last = iso_after(last, draw(later))
        row["given_through"] = last
    if not often(draw, 2):
        last = iso_after(last, draw(later))
        row["as_of"] = last if often(draw, 30) else iso_after(last, -draw(later))
        if "plateau" in row and often(draw, 3):  # a finding is not in the future
            row["plateau"] = min(row["plateau"], row["as_of"])
    if not often(draw, 2):  # a step-up near a date that matters in this very case
        doses = [*doses_to_come(row, clinic)[:60], *given, last]
        closed = [x for x in clinic.get("closed", "").split(";") if x]
        near_it = draw(st.sampled_from(doses) | st.sampled_from([*closed, last]))
        row["monthly_from"] = iso_after(near_it, draw(st.integers(-9, 9)))
    row |= draw(endings(last))
    return row | draw(horizons(start, last)), clinic


# --- the tests ----------------------------------------------------------------------


def test_the_second_engine_passes_every_conformance_case() -> None:
    """All published cases: the same plan, or the same exit code where there is none."""
    assert len(CASES) == 902
    for stated in CASES:
        clinic, want = stated["clinic"], stated["expect"]
        answer = expected(stated["case"], clinic["open"], clinic["closed"])
        if "exit" in want:
            assert answer.get("exit") == want["exit"], stated["case"]
        else:
            assert answer == want, stated["case"]


@given(rows())
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
def test_the_engine_agrees_with_the_second_engine_on_random_cases(
    case: tuple[Row, Row],
) -> None:
    """Every field of the plan that the rules determine, or the same exit code."""
    row, clinic = case
    note(json.dumps({"row": row, "clinic": clinic}))
    assert engine(row, clinic) == second_engine(row, clinic)


# --- every start date -----------------------------------------------------------------

FULL = bool(os.environ.get("B12SCHED_FULL"))
CYCLE = [date(2020, 1, 1) + timedelta(days=n) for n in range(10_227)]
APART, FURTHER = 303, 4 * 303
"""Days from one start to the next: with `-m slow`, and in the short run.

Neither is a multiple of 7, so that all weekdays come up.
"""

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
"""Fields that hold dates, as days after the start (or the last dose), each typed so
that it turns a rule."""


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


PLACES = [(course, clinic) for course in COURSES for clinic in CLINICS]


@some_or_all
@pytest.mark.unmeasured
@pytest.mark.parametrize(
    ("at", "course", "clinic"),
    [(at, *each) for at, each in enumerate(PLACES)],
    ids=[", ".join(each) for each in PLACES],
)
def test_the_engines_agree_from_every_start_date(
    at: int, course: str, clinic: str, thorough: bool
) -> None:
    """Every field of the plan that the rules determine; no such case is refused."""
    apart = APART if thorough else FURTHER
    for nth, history in enumerate(HISTORIES, at * len(HISTORIES)):
        days = CYCLE if FULL else CYCLE[nth % apart :: apart]
        for day in days:
            start = day.isoformat()
            row, week = case_from(course, history, start), clinic_from(clinic, start)
            found = engine(row, week)
            assert found == second_engine(row, week), (row, week)
            assert "exit" not in found, (row, week)
        assert len(days) in ((33, 34, 10_227) if thorough else (8, 9, 10_227))
