"""`b12sched revise PLAN.json`: the file remembers, a change is shown and written."""

from __future__ import annotations

import json
import stat
import tomllib
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from cases import LOCAL
from cli import FACTS, NEURO, Done, here, is_error, left_in, plan_json
from spec import Row, plan_of, table

from b12sched.errors import InputError
from b12sched.plan.plan_file import (
    Saved,
    earlier_courses,
    is_plan,
    json_value,
    read_plan,
)
from b12sched.plan.revise import moves
from b12sched.plan.revise import revised as revise_saved
from b12sched.regimen import Drug, Interval

MAINTENANCE = ("--last-dose", "2026-01-05", "--neuro", "--renal", "normal")
EVERYTHING = (
    *("5 Jan 2026", "--neuro", "--egfr", "61.5", "--patient", 'Zoë "Z", 17'),
    *("--drug", "methylcobalamin", "--plateau", "2026-02-02", "--interval", "8w"),
    *("--monthly-from", "2026-09-01", "--given", "2026-01-05"),
    *("--given", "2026-01-08", "--given-through", "2026-01-14"),
    *("--as-of", "2026-02-02", "--until", "2027-03-01"),
    *("--open", "mon-fri", "--holidays", "GB-ENG", "--closed", "2026-01-20"),
)


def made(directory: Path, *arguments: str) -> Path:
    """A plan file for these arguments of `plan`."""
    path = directory / "plan.json"
    done = here("plan", *arguments, "-o", str(path))
    assert done.code == 0, done.err
    return path


def revise(path: Path, *arguments: str) -> Done:
    """`b12sched revise` on a plan file."""
    return here("revise", str(path), *arguments)


def revised(path: Path, *arguments: str) -> Any:
    """What the plan file holds after a revision that must succeed."""
    done = revise(path, *arguments)
    assert done.code == 0, done.err
    return json.loads(path.read_bytes())


def given(plan: Any) -> list[str]:
    """The dates of the doses that a plan shows as given."""
    return [event["date"] for event in plan["events"] if event["status"] == "given"]


def dated(plan: Any) -> dict[str, tuple[str, str]]:
    """Date and status of each event, by id."""
    return {event["id"]: (event["date"], event["status"]) for event in plan["events"]}


# -- memory ------------------------------------------------------------------------


@pytest.mark.unmeasured
@table(
    "arguments",
    ("standard", FACTS),
    ("neuro", NEURO),
    ("already on maintenance", MAINTENANCE),
    ("every field", EVERYTHING),
    ("projected weeks", (*NEURO, "--loading-weeks", "104", "--months", "600")),
    ("given through", (*FACTS, "--given-through", "2026-01-09")),
    ("a whole eGFR", ("2026-01-05", "--no-neuro", "--egfr", "90.0")),
    ("an eGFR of many decimals", ("2026-01-05", "--no-neuro", "--egfr", "59.999999")),
    ("an eGFR next to nothing", ("2026-01-05", "--no-neuro", "--egfr", "0.00001")),
    ("single open days", (*FACTS, "--open", "sat,mon,wed-thu")),
    ("a reference of markup", (*FACTS, "--patient", "[red]a;b[/red]")),
    ("a reference called none", (*FACTS, "--patient", "none")),
)
def test_a_revision_without_a_change_leaves_the_file_as_it_was(
    arguments: tuple[str, ...], tmp_path: Path
) -> None:
    """The JSON file is the plan's memory: the same bytes, not even written again."""
    path = made(tmp_path, *arguments)
    before, written = path.read_bytes(), path.stat()
    done = revise(path)
    assert (done.code, done.err) == (0, "")
    assert path.read_bytes() == before
    after = path.stat()
    assert (after.st_ino, after.st_mtime_ns) == (written.st_ino, written.st_mtime_ns)
    assert left_in(tmp_path) == {"plan.json"}


def test_a_revision_is_the_plan_of_the_changed_facts(tmp_path: Path) -> None:
    """Facts are changed and the plan recomputed: nothing of the old one is left."""
    path = made(tmp_path, *NEURO, "--patient", "A-17")
    changes = ("--plateau", "2026-02-02", "--given", "2026-01-05", "--open", "mon-fri")
    assert revised(path, *changes) == plan_json(*NEURO, "--patient", "A-17", *changes)


@pytest.mark.unmeasured
@table(
    "arguments, field, value",
    ("patient", ("--patient", "B-2"), "patient", "B-2"),
    ("start", ("--start", "12 Jan 2026"), "start", "2026-01-12"),
    ("no neurology", ("--no-neuro",), "neuro", False),
    ("renal status", ("--renal", "dialysis"), "renal", "dialysis"),
    ("drug", ("--drug", "methylcobalamin"), "drug", "methylcobalamin"),
    ("plateau", ("--plateau", "2026-02-02"), "plateau", "2026-02-02"),
    ("loading weeks", ("--loading-weeks", "6"), "loading_weeks", 6),
    ("interval", ("--interval", "1m"), "interval", "1m"),
    ("step-up", ("--monthly-from", "2026-08-01"), "monthly_from", "2026-08-01"),
    ("given", ("--given", "2026-01-05"), "given", ["2026-01-05"]),
    (
        "given through, as dates",
        ("--given-through", "2026-01-09"),
        "given",
        ["2026-01-05", "2026-01-07", "2026-01-09"],
    ),
    (
        "given through, as of then",
        ("--given-through", "2026-01-09"),
        "as_of",
        "2026-01-09",
    ),
    ("as of", ("--as-of", "2026-02-01"), "as_of", "2026-02-01"),
    ("months", ("--months", "18"), "months", 18),
    ("until", ("--until", "2026-12-31"), "until", "2026-12-31"),
)
def test_each_field_of_the_case_can_be_changed(
    arguments: tuple[str, ...], field: str, value: object, tmp_path: Path
) -> None:
    """Any other plan option replaces the value that the file remembers."""
    path = made(tmp_path, *NEURO)
    assert revised(path, *arguments)["case"][field] == value
    again = path.read_bytes()
    assert revise(path, *arguments).code == 0
    assert path.read_bytes() == again


@pytest.mark.unmeasured
@table(
    "arguments, field, value",
    ("open days", ("--open", "mon,thu"), "open", "mon,thu"),
    ("holidays", ("--holidays", "US"), "holidays", "US"),
    (
        "a closed day more",
        ("--closed", "2026-01-21"),
        "closed",
        ["2026-01-20", "2026-01-21"],
    ),
    ("a closed day less", ("--not-closed", "2026-01-20"), "closed", []),
)
def test_each_field_of_the_clinic_can_be_changed(
    arguments: tuple[str, ...], field: str, value: object, tmp_path: Path
) -> None:
    """A new clinic replaces the old one field by field; closed days are added to."""
    path = made(tmp_path, *EVERYTHING)
    before = json.loads(path.read_bytes())["clinic"]
    assert revised(path, *arguments)["clinic"] == before | {field: value}


@pytest.mark.unmeasured
@table(
    "option, part, field, empty",
    ("plateau", "--plateau", "case", "plateau", None),
    ("interval", "--interval", "case", "interval", None),
    ("step-up", "--monthly-from", "case", "monthly_from", None),
    ("given", "--given", "case", "given", []),
    ("as of", "--as-of", "case", "as_of", None),
    ("until", "--until", "case", "until", None),
    ("open days", "--open", "clinic", "open", None),
    ("holidays", "--holidays", "clinic", "holidays", None),
    ("closed days", "--closed", "clinic", "closed", []),
)
def test_none_clears_a_field(
    option: str, part: str, field: str, empty: object, tmp_path: Path
) -> None:
    """`none` clears a value: the field is absent, or its default again."""
    path = made(tmp_path, *EVERYTHING)
    before = json.loads(path.read_bytes())[part]
    assert before[field] != empty
    assert revised(path, option, "none")[part] == before | {field: empty}


def test_none_clears_the_drug_while_no_dose_is_recorded(tmp_path: Path) -> None:
    """Without one it is hydroxocobalamin."""
    path = made(tmp_path, *NEURO, "--drug", "methylcobalamin")
    assert revised(path, "--drug", "none")["case"]["drug"] == "hydroxocobalamin"


@pytest.mark.parametrize("patient", ["B-2", "none"])
def test_the_patients_reference_never_changes(patient: str, tmp_path: Path) -> None:
    """Exit 2: one patient's doses cannot become another's; the cure is a new plan."""
    path = made(tmp_path, *EVERYTHING)
    before = path.read_bytes()
    is_error(revise(path, "--patient", patient), 2, "--patient", "new plan")
    assert path.read_bytes() == before


@pytest.mark.unmeasured
@table(
    "change",
    ("another drug", ("--drug", "hydroxocobalamin")),
    ("the default drug", ("--drug", "none")),
    ("another regimen", ("--no-neuro",)),
)
def test_recorded_doses_do_not_become_those_of_another_treatment(
    change: tuple[str, ...], tmp_path: Path
) -> None:
    """Exit 2: it is a new course, which `--restart` begins. Without doses it is not."""
    path = made(tmp_path, *NEURO, "--drug", "methylcobalamin")
    assert revise(path, *change, "-o", str(tmp_path / "other.csv")).code == 0
    path.unlink()
    path = made(tmp_path, *EVERYTHING)
    before = path.read_bytes()
    is_error(revise(path, *change), 2, "doses are recorded under", "--restart DATE")
    assert path.read_bytes() == before


@pytest.mark.unmeasured
@table(
    "first, then, there, gone",
    (
        "a plateau for the weeks",
        (*NEURO, "--loading-weeks", "8"),
        ("--plateau", "2026-02-02"),
        "plateau",
        "loading_weeks",
    ),
    (
        "weeks for the plateau",
        (*NEURO, "--plateau", "2026-02-02"),
        ("--loading-weeks", "8"),
        "loading_weeks",
        "plateau",
    ),
    ("an eGFR for the renal status", NEURO, ("--egfr", "30"), "egfr", "renal"),
    (
        "the renal status for an eGFR",
        ("2026-01-05", "--neuro", "--egfr", "30"),
        ("--renal", "impaired"),
        "renal",
        "egfr",
    ),
    ("until", (*NEURO, "--months", "9"), ("--until", "2026-08-01"), "until", "months"),
    ("months", (*NEURO, "--until", "2026-08-01"), ("--months", "9"), "months", "until"),
)
def test_a_field_takes_the_place_of_its_alternative(
    first: tuple[str, ...],
    then: tuple[str, ...],
    there: str,
    gone: str,
    tmp_path: Path,
) -> None:
    """A plateau is recorded over a projection without clearing it by hand."""
    case = revised(made(tmp_path, *first), *then)["case"]
    assert case[there] is not None
    assert case[gone] is None


def test_two_alternatives_at_once_are_an_error(tmp_path: Path) -> None:
    """What cannot be given together to `plan` cannot be given to `revise`."""
    path = made(tmp_path, *NEURO)
    before = path.read_bytes()
    is_error(revise(path, "--months", "9", "--until", "2026-08-01"), 2, "until")
    assert path.read_bytes() == before


def test_a_start_becomes_a_last_dose_when_it_is_cleared(tmp_path: Path) -> None:
    """START by `--start`; `none` makes room for the last dose."""
    path = made(tmp_path, *FACTS)
    plan = revised(path, "--start", "none", "--last-dose", "2026-01-05")
    assert plan["case"]["start"] is None
    assert plan["loading"] is None


# -- what was given ----------------------------------------------------------------


def test_given_dates_are_added_to_those_that_are_there(tmp_path: Path) -> None:
    """Given dates are added, in any order and written in any way."""
    path = made(tmp_path, *FACTS, "--given", "2026-01-07")
    revised(path, "--given", "12 Jan 2026", "--given", "2026-01-05")
    plan = revised(path, "--given", "2026-01-09")
    days = ["2026-01-05", "2026-01-07", "2026-01-09", "2026-01-12"]
    assert plan["case"]["given"] == days
    assert given(plan) == days


def test_a_given_date_that_is_there_changes_nothing(tmp_path: Path) -> None:
    """One already there changes nothing, also beside a new one."""
    path = made(tmp_path, *FACTS, "--given", "2026-01-05")
    before = path.read_bytes()
    assert revise(path, "--given", "5 Jan 2026").code == 0
    assert path.read_bytes() == before
    plan = revised(path, "--given", "2026-01-05", "--given", "2026-01-07")
    assert plan["case"]["given"] == ["2026-01-05", "2026-01-07"]


def test_a_given_date_can_be_taken_back(tmp_path: Path) -> None:
    """`--not-given DATE` takes one back, and the file is as before it."""
    path = made(tmp_path, *FACTS, "--given", "2026-01-05")
    before = path.read_bytes()
    revised(path, "--given", "2026-01-07", "--given", "2026-01-09")
    assert path.read_bytes() != before
    taken = ("--not-given", "2026-01-07", "--not-given", "9 Jan 2026")
    revised(path, *taken)
    assert path.read_bytes() == before


def test_the_last_given_date_can_be_taken_back(tmp_path: Path) -> None:
    """Nothing given is an empty list."""
    path = made(tmp_path, *FACTS, "--given", "2026-01-05")
    plan = revised(path, "--not-given", "2026-01-05")
    assert plan["case"]["given"] == []
    assert plan == plan_json(*FACTS)


@table(
    "arguments, said",
    ("nothing recorded", (), ("2026-01-05",)),
    ("another recorded", ("--given", "2026-01-07"), ("2026-01-05", "2026-01-07")),
)
def test_a_date_that_was_not_given_cannot_be_taken_back(
    arguments: tuple[str, ...], said: tuple[str, ...], tmp_path: Path
) -> None:
    """A slip in the date is exit 2, and the dates that are recorded are named."""
    path = made(tmp_path, *FACTS, *arguments)
    before = path.read_bytes()
    done = revise(path, "--not-given", "2026-01-05")
    is_error(done, 2, "--not-given", *said)
    assert path.read_bytes() == before


def test_a_dose_after_given_through_keeps_the_doses_it_stood_for(
    tmp_path: Path,
) -> None:
    """Given dates are the first doses: those of `given_through` are written out."""
    path = made(tmp_path, *FACTS, "--given-through", "2026-01-09")
    plan = revised(path, "--given", "2026-01-13")
    days = ["2026-01-05", "2026-01-07", "2026-01-09", "2026-01-13"]
    assert given(plan) == days
    assert plan["case"]["given"] == days
    assert plan["case"]["given_through"] is None


def test_a_dose_that_given_through_stood_for_can_be_taken_back(tmp_path: Path) -> None:
    """`--not-given` works on every dose that the plan shows as given."""
    path = made(tmp_path, *FACTS, "--given-through", "2026-01-09")
    plan = revised(path, "--not-given", "2026-01-07")
    assert given(plan) == ["2026-01-05", "2026-01-09"]


@pytest.mark.unmeasured
@table(
    "arguments",
    ("standard", (*FACTS, "--given-through", "2026-01-12")),
    ("standard, in maintenance", (*FACTS, "--given-through", "2026-03-20")),
    ("neuro", (*NEURO, "--given-through", "2026-01-12")),
    ("neuro, loading for long", (*NEURO, "--given-through", "2026-04-20")),
)
def test_a_dose_that_given_through_stands_for_is_there_already(
    arguments: tuple[str, ...], tmp_path: Path
) -> None:
    """One already there changes nothing: dates and statuses are as they were."""
    path = made(tmp_path, *arguments)
    before = json.loads(path.read_bytes())
    plan = revised(path, "--given", "2026-01-07")
    assert dated(plan) == dated(before)


def test_clearing_given_through_takes_no_recorded_dose_back(tmp_path: Path) -> None:
    """What it stood for are dates, which `--given none` clears all at once."""
    path = made(tmp_path, *FACTS, "--given-through", "2026-01-09")
    days = ["2026-01-05", "2026-01-07", "2026-01-09"]
    plan = revised(path, "--given-through", "none")
    assert plan["case"]["given"] == given(plan) == days
    plan = revised(path, "--given", "none")
    assert plan["case"]["given"] == given(plan) == []


def test_given_through_can_be_moved_on(tmp_path: Path) -> None:
    """Every dose planned up to the later date was given on its planned day."""
    path = made(tmp_path, *FACTS, "--given-through", "2026-01-07")
    plan = revised(path, "--given-through", "2026-01-12")
    days = ["2026-01-05", "2026-01-07", "2026-01-09", "2026-01-12"]
    assert given(plan) == days
    assert plan["case"]["given"] == days
    assert plan["case"]["given_through"] is None
    assert plan["case"]["as_of"] == "2026-01-12"


def test_given_through_does_not_take_recorded_doses_back(tmp_path: Path) -> None:
    """An earlier day than one recorded is exit 2: each is taken back by its date."""
    path = made(tmp_path, *FACTS, "--given-through", "2026-01-12")
    before = path.read_bytes()
    earlier = revise(path, "--given-through", "2026-01-07")
    is_error(earlier, 2, "2026-01-09 is after given through, 2026-01-07")
    assert path.read_bytes() == before
    back = ("--not-given", "2026-01-09", "--not-given", "2026-01-12")
    plan = revised(path, "--given-through", "2026-01-07", *back)
    assert given(plan) == ["2026-01-05", "2026-01-07"]


def test_given_and_given_through_go_together(tmp_path: Path) -> None:
    """The doses after the dates in `given` were given as planned."""
    path = made(tmp_path, *FACTS, "--given-through", "2026-01-07")
    plan = revised(path, "--given", "2026-01-10", "--given-through", "2026-01-14")
    days = ["2026-01-05", "2026-01-07", "2026-01-10", "2026-01-12", "2026-01-14"]
    assert given(plan) == days
    assert plan["case"]["given"] == days
    assert plan["case"]["given_through"] is None


# -- a new course ------------------------------------------------------------------


def test_a_restart_begins_the_next_course(tmp_path: Path) -> None:
    """Who, what and where are kept, the rest is cleared; the case as it was is kept."""
    path = made(tmp_path, *EVERYTHING)
    before = json.loads(path.read_bytes())
    plan = revised(path, "--restart", "2026-11-02")
    kept = {name: before["case"][name] for name in ("patient", "neuro", "egfr", "drug")}
    assert plan["case"] == dict.fromkeys(before["case"]) | kept | {
        "start": "2026-11-02",
        "given": [],
        "accept": [],
        "course": 2,
        "until": "2027-03-01",
    }
    assert plan["clinic"] == before["clinic"]
    assert plan["history"] == [before["case"]]
    assert plan["events"][0]["id"] == "c2-loading-1"
    again = revised(path, "--restart", "2027-06-01", "--given", "none")
    assert [case["course"] for case in again["history"]] == [2, 1]
    assert again["case"]["until"] is None


NEW_COURSE = (
    "begin a new course, with loading, with --restart DATE (the day of its first "
    "dose); to stay on maintenance make a new plan with --last-dose"
)
OURS = "hydroxocobalamin 1 mg IM, without neurological involvement"
FIRST_DAY = "name the day planned for the first dose of the new course"
TAKEN_BACK = (
    "check the patient and the date; an end that was recorded by mistake is taken back "
    "with --ended none"
)
ONE = ("--given", "2026-01-05")


@pytest.mark.unmeasured
@table(
    "first, changes, field, value, message, hint, code",
    (
        "another patient",
        (*FACTS, "--patient", "A b"),
        {"patient": "B"},
        *("patient", "B"),
        "this is the plan of 'A b': its doses cannot become another patient's",
        "make a new plan: b12sched plan START --patient REF",
        "other-patient",
    ),
    (
        "another drug",
        (*FACTS, *ONE),
        {"drug": "methylcobalamin"},
        *("drug", "methylcobalamin"),
        f"1 dose is recorded under {OURS}; the change would count as doses of "
        "methylcobalamin 1 mg IM, without neurological involvement",
        NEW_COURSE,
        "other-treatment",
    ),
    (
        "neurology",
        (*FACTS, *ONE, "--given", "2026-01-07"),
        {"neuro": "yes"},
        *("neuro", "yes"),
        f"2 doses are recorded under {OURS}; the change would count as doses of "
        "hydroxocobalamin 1 mg IM, with neurological involvement",
        NEW_COURSE,
        "other-treatment",
    ),
    (
        "another regimen",
        (*FACTS, *ONE),
        {"regimen": "us-weekly"},
        *("regimen", "us-weekly"),
        f"1 dose is recorded under {OURS}; the change would count as doses of "
        "cyanocobalamin 1 mg IM, US practice, weekly cyanocobalamin 1 mg",
        NEW_COURSE,
        "other-treatment",
    ),
    (
        "no regimen any more",
        (*FACTS, *ONE, "--regimen", "uk-label"),
        {"regimen": "none"},
        *("regimen", None),
        "1 dose is recorded under hydroxocobalamin 1 mg IM, UK product label, without "
        f"neurological involvement; the change would count as doses of {OURS}",
        NEW_COURSE,
        "other-treatment",
    ),
    (
        "an interval of the regimen before",
        (*FACTS, "--interval", "3m"),
        {"regimen": "us-weekly"},
        *("interval", "3m"),
        "3m was stated for the regimen before; the new one is us-weekly: its source "
        "supports 1m, 4w",
        "add --interval none, or --interval 3m if the prescriber wants it",
        "other-treatment",
    ),
    (
        "weeks of the regimen before",
        (*FACTS, "--regimen", "uk-label", "--loading-weeks", "8"),
        {"regimen": "nl-standard"},
        *("loading_weeks", "8"),
        "8 was stated for the regimen before; the new one is nl-standard: it has no "
        "open part",
        "add --loading-weeks none",
        "other-treatment",
    ),
    (
        "the first of two dates that are not there",
        (*FACTS, *ONE, "--given", "2026-01-09"),
        {"not_given": "2026-01-07;2026-01-06"},
        *("not_given", "2026-01-06"),
        "2026-01-06 is not recorded as given",
        "recorded: 2026-01-05, 2026-01-09",
        "unusable",
    ),
    (
        "a day that is not closed",
        FACTS,
        {"not_closed": "2026-01-07"},
        *("not_closed", "2026-01-07"),
        "2026-01-07 is not a closed day",
        "recorded: none",
        "unusable",
    ),
    (
        "no date to take back",
        (*FACTS, *ONE),
        {"not_given": "soon"},
        *("not_given", "soon"),
        "soon is not a full date: day, month and year are needed",
        "write the date as 2026-01-05",
        "date",
    ),
    (
        "no closed day to take back",
        FACTS,
        {"not_closed": "soon"},
        *("not_closed", "soon"),
        "soon is not a full date: day, month and year are needed",
        "write the date as 2026-01-05",
        "date",
    ),
    (
        "a course from the last dose",
        (*FACTS, *ONE),
        {"restart": "2026-01-05"},
        *("restart", "2026-01-05"),
        "2026-01-05 is not after the last dose recorded, 2026-01-05",
        FIRST_DAY,
        "out-of-order",
    ),
    (
        "a course from the last dose of others",
        MAINTENANCE,
        {"restart": "2026-01-05"},
        *("restart", "2026-01-05"),
        "2026-01-05 is not after the last dose recorded, 2026-01-05",
        FIRST_DAY,
        "out-of-order",
    ),
    (
        "a course with a start",
        (*FACTS, *ONE),
        {"restart": "2026-03-05", "start": "2026-03-06"},
        *("start", "2026-03-06"),
        "does not go with --restart, which is the start of the new course",
        "leave --start out",
        "unusable",
    ),
    (
        "a course after death",
        (*FACTS, "--ended", "2026-03-01", "--because", "died"),
        {"restart": "2026-05-05"},
        *("restart", "2026-05-05"),
        "cannot begin: the patient died on 2026-03-01, as the plan file says",
        TAKEN_BACK,
        "out-of-order",
    ),
    (
        "a course before the end",
        (*FACTS, "--ended", "2026-03-01", "--because", "declined"),
        {"restart": "2026-02-28"},
        *("restart", "2026-02-28"),
        "cannot begin: 2026-02-28 is before the end of the course so far, 2026-03-01, "
        "as the plan file says",
        TAKEN_BACK,
        "out-of-order",
    ),
    (
        "the first course taken back",
        FACTS,
        {"restart": "none"},
        *("restart", "none"),
        "cannot be taken back: it is the first",
        "leave --restart none out",
        "unusable",
    ),
)
def test_a_change_that_cannot_be_made_is_refused_in_full(
    first: tuple[str, ...],
    changes: dict[str, str],
    field: str,
    value: str | None,
    message: str,
    hint: str,
    code: str,
    tmp_path: Path,
) -> None:
    """The field and its value, what is wrong, what to do, and the kind of fault."""
    saved = read_plan(made(tmp_path, *first).read_bytes())
    with pytest.raises(InputError) as caught:
        revise_saved(saved, changes)
    error = caught.value
    assert (error.field, error.value, error.code) == (field, value, code)
    assert (error.message, error.hint) == (message, hint)


AS_OF = (*NEURO, "--as-of", "2026-01-06")
METHYL = (*FACTS, "--drug", "methylcobalamin")
LABEL = (*FACTS, "--regimen", "uk-label")
STOPPED = (*FACTS, "--ended", "2026-03-01", "--because", "declined")
ACCEPTED = (*NEURO, "--interval", "3m", "--accept", "NEURO-INTERVAL")
CLOSED = (*FACTS, "--closed", "2026-01-06")


@pytest.mark.unmeasured
@table(
    "first, changes, field, value",
    ("a dose after as of", AS_OF, {"given": "2026-01-08"}, "as_of", "2026-01-08"),
    ("one before it", AS_OF, {"given": "2026-01-05"}, "as_of", "2026-01-06"),
    ("a plateau", AS_OF, {"plateau": "2026-02-02"}, "as_of", "2026-02-02"),
    ("no plateau", AS_OF, {"plateau": "none"}, "as_of", "2026-01-06"),
    ("given through", AS_OF, {"given_through": "2026-01-09"}, "as_of", "2026-01-09"),
    (
        "a last dose",
        (*MAINTENANCE, "--as-of", "2026-01-06"),
        {"last_dose": "2026-01-08"},
        *("as_of", "2026-01-08"),
    ),
    (
        "an as of beside a dose",
        AS_OF,
        {"as_of": "2026-01-07", "given": "2026-01-08"},
        *("as_of", "2026-01-07"),
    ),
    ("no as of", NEURO, {"given": "2026-01-08"}, "as_of", None),
    ("a drug that does not fit", METHYL, {"regimen": "us-weekly"}, "drug", None),
    ("one that fits", METHYL, {"regimen": "standard"}, "drug", "methylcobalamin"),
    (
        "one that is stated with the regimen",
        METHYL,
        {"regimen": "us-weekly", "drug": "methylcobalamin"},
        *("drug", "methylcobalamin"),
    ),
    (
        "a regimen that does not take the new drug",
        LABEL,
        {"restart": "2026-11-02", "drug": "cyanocobalamin"},
        *("regimen", None),
    ),
    (
        "one that takes it",
        LABEL,
        {"restart": "2026-11-02", "drug": "hydroxocobalamin"},
        *("regimen", "uk-label"),
    ),
    (
        "one that is not for neurology",
        LABEL,
        {"restart": "2026-11-02", "neuro": "yes"},
        *("regimen", None),
    ),
    ("one that is kept", LABEL, {"restart": "2026-11-02"}, "regimen", "uk-label"),
    ("the reason of no end", STOPPED, {"ended": "none"}, "because", None),
    (
        "a reason that is stated",
        STOPPED,
        {"ended": "none", "because": "moved"},
        *("because", "moved"),
    ),
    ("the reason of an end", STOPPED, {"ended": "2026-03-02"}, "because", "declined"),
    (
        "another refusal set aside",
        ACCEPTED,
        {"accept": "CYANO-INTERVAL"},
        *("accept", "NEURO-INTERVAL;CYANO-INTERVAL"),
    ),
    ("the first", NEURO, {"accept": "NEURO-INTERVAL"}, "accept", "NEURO-INTERVAL"),
    ("none set aside", ACCEPTED, {"accept": "none"}, "accept", None),
    ("a patient where none was", FACTS, {"patient": "B"}, "patient", "B"),
    (
        "the patient once more",
        (*FACTS, "--patient", "B"),
        {"patient": "B"},
        *("patient", "B"),
    ),
    (
        "a patient called none, once more",
        (*FACTS, "--patient", "none"),
        {"patient": "none"},
        *("patient", "none"),
    ),
    (
        "another treatment with its first dose",
        NEURO,
        {"neuro": "no", "given": "2026-01-05"},
        *("neuro", "no"),
    ),
    (
        "another treatment for a dose that is taken back",
        (*NEURO, *ONE),
        {"neuro": "no", "not_given": "2026-01-05"},
        *("neuro", "no"),
    ),
    ("no refusal where none was", NEURO, {"accept": "none"}, "accept", None),
    (
        "weeks of an open part as well",
        (*LABEL, "--loading-weeks", "8"),
        {"regimen": "au-standard"},
        *("loading_weeks", "8"),
    ),
    (
        "an interval that is stated with the regimen",
        (*FACTS, "--interval", "3m"),
        {"regimen": "us-weekly", "interval": "3m"},
        *("interval", "3m"),
    ),
    ("no end where none was", FACTS, {"ended": "none"}, "because", None),
    (
        "a plateau for weeks",
        (*NEURO, "--loading-weeks", "8"),
        {"plateau": "2026-02-02"},
        *("loading_weeks", None),
    ),
    (
        "weeks for a plateau",
        (*NEURO, "--plateau", "2026-02-02"),
        {"loading_weeks": "8"},
        *("plateau", None),
    ),
    ("an eGFR for a renal status", NEURO, {"egfr": "75"}, "renal", None),
    (
        "months for a day",
        (*NEURO, "--until", "2026-08-01"),
        {"months": "9"},
        *("until", None),
    ),
    (
        "no months beside a day",
        (*NEURO, "--until", "2026-08-01"),
        {"months": "none"},
        "until",
        "2026-08-01",
    ),
    (
        "both as they are stated",
        NEURO,
        {"months": "9", "until": "2026-08-01"},
        *("until", "2026-08-01"),
    ),
    (
        "a closed day more",
        CLOSED,
        {"closed": "2026-01-05"},
        *("closed", "2026-01-05;2026-01-06"),
    ),
    ("no closed day", CLOSED, {"closed": "none"}, "closed", None),
    ("a closed day less", CLOSED, {"not_closed": "2026-01-06"}, "closed", None),
    (
        "one for another",
        CLOSED,
        {"closed": "2026-01-07", "not_closed": "2026-01-06"},
        *("closed", "2026-01-07"),
    ),
    ("open days", CLOSED, {"open": "mon-fri"}, "open", "mon-fri"),
    ("what is not changed", CLOSED, {"open": "mon-fri"}, "closed", "2026-01-06"),
    ("an interval", NEURO, {"interval": "8w"}, "interval", "8w"),
)
def test_what_follows_from_a_change(
    first: tuple[str, ...],
    changes: dict[str, str],
    field: str,
    value: str | None,
    tmp_path: Path,
) -> None:
    """What is recorded then; None is absent."""
    saved = read_plan(made(tmp_path, *first).read_bytes())
    before = dict(saved.case), dict(saved.clinic)
    after = revise_saved(saved, changes)
    row = after.clinic if field in ("open", "closed") else after.case
    assert row.get(field) == value
    assert (field in row) == (value is not None)
    assert (saved.case, saved.clinic) == before


@table(
    "until, kept",
    ("the day of the new course", "2026-12-01", {"until": "2026-12-01"}),
    ("a day before it", "2026-11-30", {}),
)
def test_a_new_course_keeps_who_and_what_but_no_horizon_that_is_past(
    until: str, kept: dict[str, str], tmp_path: Path
) -> None:
    """It may begin on the day of an end; a start then stays after the dose before."""
    end = ("--ended", "2026-12-01", "--because", "declined")
    path = made(tmp_path, *FACTS, *ONE, "--until", until, "--patient", "A", *end)
    saved = read_plan(path.read_bytes())
    course = revise_saved(saved, {"restart": "2026-12-01"})
    facts = {"patient": "A", "neuro": "no", "renal": "normal"}
    assert course.case == facts | kept | {
        "drug": "hydroxocobalamin",
        "start": "2026-12-01",
        "course": "2",
    }
    with pytest.raises(InputError) as caught:
        revise_saved(course, {"start": "2026-01-05"})
    error = caught.value
    assert (error.field, error.value) == ("start", "2026-01-05")
    assert error.code == "out-of-order"
    assert error.message == (
        "2026-01-05 is not after the last dose of the earlier course, 2026-01-05"
    )
    assert error.hint == "name the day planned for the first dose of this course"
    with pytest.raises(InputError) as caught:
        revise_saved(revise_saved(course, {"given": "2026-12-01"}), {"restart": "none"})
    assert caught.value.message == (
        "cannot be taken back: doses of this course are recorded"
    )


def test_a_patient_can_have_99_courses(tmp_path: Path) -> None:
    """The next one is refused."""
    saved = read_plan(made(tmp_path, *FACTS).read_bytes())
    for course, allowed in (("98", True), ("99", False)):
        then = saved._replace(case=saved.case | {"course": course})
        if allowed:
            again = revise_saved(then, {"restart": "2026-12-01"})
            assert again.case["course"] == "99"
            continue
        with pytest.raises(InputError) as caught:
            revise_saved(then, {"restart": "1 Dec 2026"})
        error = caught.value
        assert (error.field, error.value) == ("restart", "1 Dec 2026")
        assert error.code == "out-of-order"
        assert error.message == (
            "would begin course 100, and 99 is the most that a patient can have"
        )
        assert error.hint == "check the plan file: its case states the course"


@table(
    "earlier",
    ("this course", ()),
    ("the course before", (("--restart", "2026-03-02"),)),
)
def test_a_course_does_not_begin_before_the_last_dose_recorded(
    earlier: tuple[tuple[str, ...], ...], tmp_path: Path
) -> None:
    """Exit 2, whichever course the dose belongs to: nothing is written."""
    path = made(tmp_path, *FACTS, "--given-through", "2026-01-09")
    for changes in earlier:
        revised(path, *changes)
    before = path.read_bytes()
    done = revise(path, "--restart", "2026-01-09")
    is_error(done, 2, "--restart: 2026-01-09 is not after the last dose recorded")
    assert path.read_bytes() == before


def test_a_restart_is_the_start(tmp_path: Path) -> None:
    """Two starts are exit 2."""
    path = made(tmp_path, *FACTS)
    done = revise(path, "--restart", "2026-03-02", "--start", "2026-03-03")
    is_error(done, 2, "--start", "--restart")


def test_a_course_begins_after_the_last_dose_before_the_plan(tmp_path: Path) -> None:
    """The last dose is one that was given."""
    path = made(tmp_path, *MAINTENANCE)
    is_error(revise(path, "--restart", "2026-01-05"), 2, "recorded, 2026-01-05")
    assert revised(path, "--restart", "2026-01-06")["case"]["course"] == 2


@table(
    "old, new, said",
    (
        "an earlier one",
        "2026-01-12",
        "2026-01-09",
        "1 recorded dose now counts as maintenance: 2026-01-11\n",
    ),
    (
        "an earlier one, before two",
        "2026-01-12",
        "2026-01-07",
        "2 recorded doses now count as maintenance: 2026-01-09, 2026-01-11\n",
    ),
    (
        "a later one",
        "2026-01-09",
        "2026-01-12",
        "1 recorded dose now counts as loading: 2026-01-11\n",
    ),
)
def test_a_plateau_after_which_doses_count_otherwise_says_so(
    old: str, new: str, said: str, tmp_path: Path
) -> None:
    """A recorded dose up to the plateau is loading, one after it maintenance."""
    days = ("2026-01-05", "2026-01-07", "2026-01-09", "2026-01-11")
    given_days = [part for day in days for part in ("--given", day)]
    path = made(tmp_path, *NEURO, "--plateau", old, *given_days)
    done = revise(path, "--plateau", new)
    assert (done.code, done.err) == (0, said)


def test_a_dose_that_counts_otherwise_keeps_its_event(tmp_path: Path) -> None:
    """It is never cancelled, says how the dose counts now, and there is no second."""
    calendar = tmp_path / "plan.ics"
    through = ("--plateau", "2026-01-12", "--given-through", "2026-01-12")
    more = ("--patient", "A-17", "-o", str(calendar))
    path = made(tmp_path, *NEURO, *through, *more)
    changes = ("--plateau", "2026-01-09", "-o", str(calendar))
    assert revise(path, *changes).code == 0
    events = calendar.read_text().split("BEGIN:VEVENT")
    on_the_day = [text for text in events if "DATE:20260111\n" in text]
    (event,) = (text for text in on_the_day if "CATEGORIES:B12 injection" in text)
    assert "Maintenance dose 1" in event
    assert "CANCELLED" not in event


@table(
    "damage, said",
    ("a key twice", ('"course": 1,', '"course": 1, "course": 1,'), "appears twice"),
    ("a history", ('"history": []', '"history": {}'), "history: is not a list"),
    (
        "a history of no case",
        ('"history": []', '"history": [{"start": 5}]'),
        "history[0].start: has a value of the wrong type",
    ),
)
def test_a_plan_file_of_which_a_part_is_damaged_is_named(
    damage: tuple[str, str], said: str, tmp_path: Path
) -> None:
    """Exit 2, and the file as it was."""
    path = made(tmp_path, *FACTS)
    text = path.read_text()
    assert text.count(damage[0]) == 1
    path.write_text(text.replace(*damage))
    is_error(revise(path, "--months", "6"), 2, "plan.json", said)
    assert path.read_text() == text.replace(*damage)


def test_a_plan_file_of_the_first_edition_is_read(tmp_path: Path) -> None:
    """Its events say on which days the doses of given through were given."""
    path = made(tmp_path, *FACTS, "--given-through", "2026-01-09")
    plan = json.loads(path.read_bytes())
    old: dict[str, Any] = {"given": [], "given_through": "2026-01-09", "as_of": None}
    del plan["history"], plan["generator"], plan["case"]["course"]
    first_edition = plan | {"case": plan["case"] | old}
    path.write_text(json.dumps(first_edition), encoding="utf-8")
    assert revised(path, "--open", "tue,thu")["case"] == plan["case"] | {"course": 1}


def test_one_recorded_dose_is_told_of_in_the_singular(tmp_path: Path) -> None:
    """What a person reads."""
    path = made(tmp_path, *NEURO, "--given", "2026-01-05")
    done = revise(path, "--drug", "methylcobalamin")
    is_error(done, 2, "--drug: 1 dose is recorded under hydroxocobalamin 1 mg IM")


def test_the_doses_of_an_earlier_course_stay_in_the_calendar(tmp_path: Path) -> None:
    """They are as they were, marked as given; nothing is said of them."""
    calendar = tmp_path / "plan.ics"
    given_through = ("--given-through", "2026-01-09", "-o", str(calendar))
    path = made(tmp_path, *FACTS, "--patient", "A-17", *given_through)
    events = calendar.read_text().split("BEGIN:VEVENT")
    doses = [text for text in events if "Loading dose" in text][:3]
    done = revise(path, "--restart", "2026-03-02", "-o", str(calendar))
    assert done.code == 0
    assert "was marked as given" not in done.err
    after = calendar.read_text()
    assert all(text.removesuffix("END:VCALENDAR\n") in after for text in doses)
    gone = revise(path, "--not-given", "2026-01-09")
    is_error(gone, 2, "is not recorded as given")


# -- what is shown and written -----------------------------------------------------


def test_what_moved_is_shown_with_the_old_and_the_new_date(tmp_path: Path) -> None:
    """A closed day moves the dose on it: from where, to where."""
    path = made(tmp_path, *FACTS)
    done = here("revise", str(path), "--closed", "2026-01-16", COLUMNS="120")
    assert (done.code, done.err) == (0, "")
    (moved,) = (line for line in done.out.splitlines() if "loading-6" in line)
    assert moved.index("Fri 2026-01-16") < moved.index("Sat 2026-01-17")


def test_a_course_that_is_not_numbered_is_the_first() -> None:
    """A new one begins and is taken back, each time with the local protocol."""
    first = read_plan(file_of({"regimen": "riverside"}, local_regimen=OWN))
    second = revise_saved(first, {"restart": "2026-11-02"})
    assert second.case["course"] == "2"
    earlier: Any = second.document["history"]
    assert [case["local_regimen"]["name"] for case in earlier] == ["riverside"]
    third = revise_saved(second, {"restart": "2027-06-01"})
    both: Any = third.document["history"]
    assert [case["course"] for case in both] == [2, 1]
    again = revise_saved(third, {"restart": "none"})
    assert again.document == third.document | {"history": earlier}
    back = revise_saved(again, {"restart": "none"})
    assert back.document == third.document | {"history": []}
    assert back.local == first.local
    assert back.case == first.case | {"course": "1", "drug": "hydroxocobalamin"}
    with pytest.raises(InputError) as caught:
        revise_saved(first, {"restart": "soon"})
    assert (caught.value.field, caught.value.value) == ("restart", "soon")


def saved_events(*events: tuple[str, str, str]) -> Saved:
    """A plan file that holds these events: id, date, status."""
    parts = ("id", "date", "status")
    rows = [dict(zip(parts, event, strict=True)) for event in events]
    days = [day for _, day, status in events if status == "given"]
    return read_plan(file_of({"given": days}, events=rows))


@table(
    "course, before, moved",
    (
        "another date, one that is gone, one that is new, another status",
        "1",
        [
            ("loading-1", "2026-01-05", "given"),
            ("loading-2", "2026-01-08", "planned"),
            ("loading-9", "2026-01-06", "planned"),
        ],
        [
            ("loading-1", "2026-01-05 given", "2026-01-05 planned"),
            ("loading-9", "2026-01-06 planned", None),
            ("loading-2", "2026-01-08 planned", "2026-01-07 planned"),
            ("loading-3", None, "2026-01-09 planned"),
        ],
    ),
    (
        "by the date of now, not by the one before",
        "1",
        [
            ("loading-1", "2026-01-05", "planned"),
            ("loading-2", "2026-01-12", "planned"),
            ("loading-9", "2026-01-10", "planned"),
        ],
        [
            ("loading-2", "2026-01-12 planned", "2026-01-07 planned"),
            ("loading-3", None, "2026-01-09 planned"),
            ("loading-9", "2026-01-10 planned", None),
        ],
    ),
    (
        "doses of an earlier course",
        "2",
        [
            ("loading-1", "2026-01-05", "given"),
            ("loading-2", "2026-01-07", "planned"),
            ("c2-loading-1", "2026-01-05", "planned"),
            ("c2-loading-2", "2026-01-07", "given"),
            ("c2-loading-3", "2026-01-09", "planned"),
        ],
        [
            ("loading-2", "2026-01-07 planned", None),
            ("c2-loading-2", "2026-01-07 given", "2026-01-07 planned"),
        ],
    ),
)
def test_what_moved_is_listed_by_date(
    course: str,
    before: list[tuple[str, str, str]],
    moved: list[tuple[str, str | None, str | None]],
) -> None:
    """Loading on 5, 7 and 9 January; a recorded dose of an earlier course is none."""
    plan = plan_of(course=course, until="2026-01-09")
    found = [
        (each.id, *(part and f"{part.date} {part.status}" for part in each[1:]))
        for each in moves(saved_events(*before), plan)
    ]
    assert found == moved


def test_nothing_moved_is_said_too(tmp_path: Path) -> None:
    """A revision that changes no date says so."""
    done = revise(made(tmp_path, *FACTS), "--patient", "A-17")
    assert "  patient: none -> A-17\n" in done.out
    assert (
        "  next dose: still Mon 2026-01-05 (loading-1)\n  No date moved.\n" in done.out
    )


def test_what_came_and_went_is_shown(tmp_path: Path) -> None:
    """An event that is new or no longer in the plan is named."""
    path = made(tmp_path, *FACTS)
    assert "maintenance-6" in revise(path, "--until", "2027-01-20").out
    assert "maintenance-6" in revise(path, "--until", "none").out


def lines_of(done: Done) -> list[str]:
    """What a revision shows, line by line; it must have succeeded."""
    assert done.code == 0, done.err
    return done.out.splitlines()


def test_what_changed_is_shown_first_and_then_what_was_saved(tmp_path: Path) -> None:
    """Fields, the next dose before and after, dates as a range; no plan beside them."""
    path = made(tmp_path, *NEURO, "--patient", "A-17", "--open", "mon-fri")
    done = here("revise", str(path), "--given", "2026-01-05,2026-01-08", COLUMNS="200")
    assert lines_of(done) == [
        "Revised: A-17",
        "  given, added: Mon 2026-01-05, Thu 2026-01-08",
        "  next dose: Mon 2026-01-05 (loading-1) -> Mon 2026-01-12 (loading-3)",
        "  loading-2 to loading-36 (35): 1 to 3 days later",
        "    was Wed 2026-01-07 to Fri 2026-03-27",
        "    now Thu 2026-01-08 to Mon 2026-03-30",
        "  planned -> given: loading-1",
        "  no longer in the plan: loading-37",
        "",
        f"Saved: {path} (as it was: {path}~)",
    ]


@pytest.mark.unmeasured
@table(
    "clinic, start, said",
    (
        "every day",
        (),
        "2026-01-06",
        (
            "  loading-1 to loading-6 (6): all one day later",
            "    was Mon 2026-01-05 to Fri 2026-01-16",
            "    now Tue 2026-01-06 to Sat 2026-01-17",
        ),
    ),
    (
        "Monday, Wednesday and Friday",
        ("--open", "mon,wed,fri"),
        "2026-01-07",
        (
            "  loading-1 to loading-6 (6): all one clinic day later",
            "    was Mon 2026-01-05 to Fri 2026-01-16",
            "    now Wed 2026-01-07 to Mon 2026-01-19",
        ),
    ),
    (
        "the other way",
        ("--open", "mon,wed,fri", "--start", "2026-01-07"),
        "2026-01-02",
        (
            "  loading-1 to loading-6 (6): all 2 clinic days earlier",
            "    was Wed 2026-01-07 to Mon 2026-01-19",
            "    now Fri 2026-01-02 to Wed 2026-01-14",
        ),
    ),
    (
        "days that are not alike",
        ("--open", "mon-fri"),
        "2026-01-06",
        ("  loading-1 to loading-6 (6): 1 to 3 days later",),
    ),
)
def test_dates_of_one_kind_that_moved_are_a_range(
    clinic: tuple[str, ...], start: str, said: tuple[str, ...], tmp_path: Path
) -> None:
    """All one day or clinic day later; where neither holds, from the least to most."""
    path = made(tmp_path, *FACTS)
    if clinic:
        assert revise(path, *clinic).code == 0
    shown = lines_of(revise(path, "--start", start))
    assert said[0] in shown
    at = shown.index(said[0])
    assert tuple(shown[at : at + len(said)]) == said


def test_dates_that_moved_are_never_said_to_have_moved_by_nothing(
    tmp_path: Path,
) -> None:
    """The day on which a date was may be closed by now, and a dose given on one."""
    path = made(tmp_path, *FACTS)
    shown = lines_of(revise(path, "--open", "mon,thu"))
    assert "  lab-3m to lab-12m (3): all one clinic day earlier" in shown
    dates = "2026-01-05,2026-01-09,2026-01-14,2026-01-16,2026-01-21,2026-01-23"
    shown = lines_of(revise(path, "--given", dates))
    at = shown.index("  loading-2 to loading-6 (5): 1 to 2 days later")
    assert shown[at + 1 : at + 3] == [
        "    was Thu 2026-01-08 to Thu 2026-01-22",
        "    now Fri 2026-01-09 to Fri 2026-01-23",
    ]


def test_dates_that_moved_both_ways_say_so(tmp_path: Path) -> None:
    """Examinations follow the doses, some to an earlier day and some to a later."""
    path = made(tmp_path, "2026-01-06", *NEURO[1:], "--open", "mon-fri")
    shown = lines_of(revise(path, "--open", "none"))
    assert any("one day earlier to one day later" in line for line in shown)


def test_a_next_dose_that_is_overdue_says_so(tmp_path: Path) -> None:
    """In short as in full: a later date alone would look like a plan."""
    path = made(tmp_path, *MAINTENANCE)
    moved = (
        "next dose: Thu 2026-03-05 (maintenance-1) -> "
        "Fri 2026-03-20 (maintenance-1): OVERDUE 15 days"
    )
    stays = "next dose: still Fri 2026-03-20 (maintenance-1): OVERDUE 15 days"
    for said in (moved, stays):
        lines = lines_of(revise(path, "--as-of", "2026-03-20"))
        assert said in " ".join(" ".join(lines).split())


def test_closed_days_are_shown_as_ranges(tmp_path: Path) -> None:
    """Three days or more in a row are one; what is taken back is shown, too."""
    path = made(tmp_path, *FACTS)
    closed = ("--closed", "2026-08-03..2026-08-14", "--closed", "2026-12-24,2026-12-25")
    out = " ".join(revise(path, *closed).out.split())
    assert (
        "closed, added: Mon 2026-08-03 to Fri 2026-08-14, Thu 2026-12-24, "
        "Fri 2026-12-25" in out
    )
    taken = revise(path, "--not-closed", "2026-12-24").out
    assert "  closed, taken back: Thu 2026-12-24\n" in taken


def test_an_event_given_on_another_day_shows_date_and_status(tmp_path: Path) -> None:
    """It was given a day late: one line for it."""
    path = made(tmp_path, *MAINTENANCE, "--until", "2026-04-01")
    done = revise(path, "--given", "2026-03-06")
    moved = "  maintenance-1: Thu 2026-03-05 -> Fri 2026-03-06, planned -> given\n"
    assert moved in done.out


def test_a_patient_who_died_has_no_next_dose(tmp_path: Path) -> None:
    """Before the end there was one, and a correction brings it back."""
    path = made(tmp_path, *FACTS)
    end = revise(path, "--ended", "2026-01-05", "--because", "died")
    assert "  next dose: Mon 2026-01-05 (loading-1) -> none\n" in end.out
    back = revise(path, "--ended", "none")
    assert "  next dose: none -> Mon 2026-01-05 (loading-1)\n" in back.out


def test_the_plan_as_it_was_stays_beside_it(tmp_path: Path) -> None:
    """As `NAME.json~`, until the next change; a revision of nothing leaves it alone."""
    path = made(tmp_path, *FACTS)
    copy = tmp_path / "plan.json~"
    first = path.read_bytes()
    assert revise(path, "--patient", "A-17").code == 0
    assert copy.read_bytes() == first
    second = path.read_bytes()
    assert "as it was" not in revise(path, "--patient", "A-17").out
    assert copy.read_bytes() == first
    assert revise(path, "--given", "2026-01-05").code == 0
    assert copy.read_bytes() == second
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600


def test_files_that_the_plan_outgrew_are_named(tmp_path: Path) -> None:
    """Those of its name in other formats that this run did not write."""
    path = made(tmp_path, *FACTS, "--patient", "A-17")
    ics, card, other = (tmp_path / name for name in ("plan.ics", "plan.html", "b.csv"))
    files = [part for file in (ics, card, other) for part in ("-o", str(file))]
    assert revise(path, *files).code == 0
    same = here("revise", str(path), COLUMNS="300")
    assert "Older" not in same.out
    done = here(
        "revise", str(path), "--given", "2026-01-05", "-o", str(ics), COLUMNS="300"
    )
    assert lines_of(done)[-2:] == [
        f"Saved: {ics}, {path} (as it was: {path}~)",
        f"Older than the plan now: {card} (-o FILE writes one anew)",
    ]


def test_a_path_that_was_saved_is_never_broken(tmp_path: Path) -> None:
    """However narrow the terminal is, and whatever the path holds."""
    long = tmp_path / "the plans of our practice" / "and of the other one"
    long.mkdir(parents=True)
    path = long / "A 17.json"
    done = here("plan", *NEURO, "-o", str(path), COLUMNS="40")
    assert str(path) in done.out
    done = here("revise", str(path), "--given", "2026-01-05", COLUMNS="40")
    assert done.out.count(str(path)) == 2


@table(
    "options, there",
    ("nothing asked", (), False),
    ("in full", ("--full",), True),
    ("with reasons", ("--why",), True),
    ("a view", ("--view", "table"), True),
)
def test_the_whole_plan_is_shown_where_asked(
    options: tuple[str, ...], there: bool, tmp_path: Path
) -> None:
    """After what changed and what was saved."""
    path = made(tmp_path, *FACTS)
    out = revise(path, "--given", "2026-01-05", *options).out
    assert out.startswith("Revised\n")
    assert ("Vitamin B12 injection plan" in out.partition("Saved:")[2]) is there
    assert "plan.json~" not in out.partition("Vitamin B12")[2]


def test_a_quiet_revision_shows_nothing(tmp_path: Path) -> None:
    """It writes the plan file, and whatever `-o` names."""
    path = made(tmp_path, *FACTS)
    done = revise(path, "--given", "2026-01-05", "-q")
    assert done == Done(0, "", "")
    assert given(json.loads(path.read_bytes())) == ["2026-01-05"]


def test_data_on_stdout_is_alone_and_what_moved_goes_to_stderr(tmp_path: Path) -> None:
    """Data goes to stdout, everything else to stderr."""
    path = made(tmp_path, *FACTS)
    done = revise(path, "--closed", "2026-01-16", "--format", "json")
    assert done.code == 0
    assert done.out == path.read_bytes().decode()
    assert "Sat 2026-01-17" in done.err


def test_a_revision_rewrites_the_plan_and_whatever_is_asked_for(
    tmp_path: Path,
) -> None:
    """It rewrites PLAN.json and whatever `-o` names."""
    path, rows = made(tmp_path, *FACTS), tmp_path / "plan.csv"
    plan = revised(path, "--closed", "2026-01-16", "-o", str(rows))
    assert plan["events"][5]["date"] == "2026-01-17"
    assert "2026-01-17,Sat" in rows.read_bytes().decode()
    assert left_in(tmp_path) == {"plan.json", "plan.json~", "plan.csv"}


def test_the_plan_itself_may_be_named_as_an_output(tmp_path: Path) -> None:
    """`revise plan.json -o plan.json` is the plan, written once."""
    path = made(tmp_path, *FACTS)
    plan = revised(path, "--patient", "A-17", "-o", str(path))
    assert plan["patient"] == "A-17"
    assert left_in(tmp_path) == {"plan.json", "plan.json~"}


def test_a_plan_under_any_name_is_rewritten(tmp_path: Path) -> None:
    """PLAN.json is what is in it, not how it is called."""
    path = made(tmp_path, *FACTS).rename(tmp_path / "Mrs Smith.txt")
    assert revised(path, "--patient", "A-17")["patient"] == "A-17"
    assert left_in(tmp_path) == {"Mrs Smith.txt", "Mrs Smith.txt~"}


def test_a_plan_behind_a_symlink_is_rewritten_in_its_place(tmp_path: Path) -> None:
    """The link stays a link, and the file that it names is the one that changes."""
    path, link = made(tmp_path, *FACTS), tmp_path / "link.json"
    link.symlink_to(path.name)
    assert revised(link, "--patient", "A-17")["patient"] == "A-17"
    assert link.is_symlink()
    assert not path.is_symlink()


# -- errors leave the plan as it was -----------------------------------------------


@table(
    "arguments, code, said",
    ("a wrong date", ("--plateau", "03/04/2026"), 2, "--plateau"),
    ("a wrong start", ("--start", "soon"), 2, "soon"),
    ("a plateau too early", ("--plateau", "2025-12-31"), 2, "--plateau"),
    ("given before the start", ("--given", "2026-01-04"), 2, "--given"),
    ("a wrong given date", ("--given", "2026-02-30"), 2, "--given"),
    ("a wrong date to take back", ("--not-given", "today"), 2, "--not-given"),
    ("a last dose beside the start", ("--last-dose", "2026-01-01"), 2, "last dose"),
    ("no renal status left", ("--renal", "none"), 2, "--renal"),
    ("a START", ("2026-01-12",), 2, "2026-01-12"),
    ("an unknown option", ("--begin", "2026-01-12"), 2, "--begin"),
    ("an empty value", ("--interval", ""), 2, "--interval"),
    ("a clinic never open", ("--open", "none", "--holidays", "XX"), 2, "--holidays"),
    ("an unknown suffix", ("-o", "plan.doc"), 2, "plan.doc"),
    ("an unknown view", ("--patient", "B", "--view", "grid"), 2, "--view"),
    ("an unknown format", ("--patient", "B", "--format", "xml"), 2, "--format"),
    ("a calendar's option alone", ("--patient", "B", "--remind", "2d"), 2, "--remind"),
    ("an interval too long", ("--interval", "3m"), 3, "NEURO-INTERVAL"),
    (
        "cyanocobalamin on dialysis",
        ("--drug", "cyanocobalamin", "--renal", "dialysis"),
        3,
        "RENAL-CYANO",
    ),
    ("a missing directory", ("--patient", "B", "-o", "no/plan.csv"), 1, "no/plan.csv"),
)
def test_an_error_leaves_the_plan_and_the_directory_as_they_were(
    arguments: tuple[str, ...],
    code: int,
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Every file is written whole or not at all, and none beside an error."""
    monkeypatch.chdir(tmp_path)
    path = made(tmp_path, *NEURO)
    before = path.read_bytes()
    is_error(revise(path, "-o", "also.csv", *arguments), code, said)
    assert path.read_bytes() == before
    assert left_in(tmp_path) == {"plan.json"}


def test_a_value_in_the_file_that_no_longer_fits_is_named_as_the_files(
    tmp_path: Path,
) -> None:
    """Without neurology the plateau that the file remembers has no place."""
    path = made(tmp_path, *NEURO, "--plateau", "2026-02-02")
    before = path.read_bytes()
    is_error(revise(path, "--no-neuro"), 2, "plan.json", "plateau")
    assert path.read_bytes() == before


# -- damaged and foreign files -----------------------------------------------------


def edited(*path: str | int, value: object) -> Callable[[bytes], bytes]:
    """A change of one value in a plan's JSON, deep as it may stand."""

    def edit(content: bytes) -> bytes:
        plan = json.loads(content)
        *way, last = path
        at = plan
        for step in way:
            at = at[step]
        at[last] = value
        return json.dumps(plan).encode()

    return edit


def without(*path: str | int) -> Callable[[bytes], bytes]:
    """One key of a plan's JSON taken out."""

    def edit(content: bytes) -> bytes:
        plan = json.loads(content)
        *way, last = path
        at = plan
        for step in way:
            at = at[step]
        del at[last]
        return json.dumps(plan).encode()

    return edit


def replaced(content: bytes) -> Callable[[bytes], bytes]:
    """Another file altogether."""
    return lambda _: content


@table(
    "damage, said",
    ("empty", replaced(b""), "JSON"),
    ("not JSON", replaced(b"BEGIN:VCALENDAR\r\n"), "JSON"),
    ("cut short", lambda content: content[: len(content) // 2], "JSON"),
    ("two in one", lambda content: content + content, "JSON"),
    ("not UTF-8", lambda content: content.replace(b"A-17", b"A\xff17"), "JSON"),
    ("UTF-16", lambda content: content.decode().encode("utf-16"), "UTF-16"),
    ("NUL bytes", replaced(b"\0" * 100), "JSON"),
    ("nested too deep", replaced(b"[" * 200_000), "JSON"),
    ("a number without end", replaced(b'{"schema": ' + b"9" * 9999 + b"}"), "JSON"),
    ("a list", replaced(b"[]"), "schema"),
    ("a text", replaced(b'"plan"'), "schema"),
    ("null", replaced(b"null"), "schema"),
    ("another's JSON", replaced(b'{"resourceType": "CarePlan"}'), "schema"),
    ("a newer schema", edited("schema", value="b12sched/plan/2"), "schema"),
    ("a schema that is a list", edited("schema", value=["b12sched/plan/1"]), "schema"),
    ("no case", without("case"), "case"),
    ("a case that is a list", edited("case", value=[]), "case"),
    ("an unknown field", edited("case", "weight", value=70), "case.weight"),
    ("a field of escapes", edited("case", "\x1b[31m", value=1), "case"),
    ("no clinic", without("clinic"), "clinic"),
    ("an unknown clinic field", edited("clinic", "closes", value=[]), "clinic.closes"),
    ("no start", edited("case", "start", value=None), "start"),
    ("no neurology", without("case", "neuro"), "neuro"),
    ("no renal status", without("case", "renal"), "renal"),
    ("an object for a start", edited("case", "start", value={}), "case.start"),
    ("a number for a start", edited("case", "start", value=20260105), "start"),
    ("a list for a start", edited("case", "start", value=["2026-01-05"]), "start"),
    ("a text for neurology", edited("case", "neuro", value="perhaps"), "neuro"),
    ("a number for neurology", edited("case", "neuro", value=1), "neuro"),
    ("true for a reference", edited("case", "patient", value=True), "patient"),
    ("a number for a reference", edited("case", "patient", value=17), "patient"),
    ("a list for a reference", edited("case", "patient", value=["A", "B"]), "patient"),
    ("a direction change", edited("case", "patient", value="a\u202eb"), "patient"),
    ("a lone surrogate", edited("case", "patient", value="a\ud800"), "patient"),
    ("an unknown drug", edited("case", "drug", value="B12"), "drug"),
    ("true for an eGFR", edited("case", "egfr", value=True), "egfr"),
    ("an eGFR beside", edited("case", "egfr", value=90), "egfr"),
    ("NaN", edited("case", "egfr", value=float("nan")), "JSON"),
    ("infinity", edited("case", "egfr", value=float("inf")), "JSON"),
    ("weeks and a half", edited("case", "loading_weeks", value=8.5), "loading_weeks"),
    ("months beyond", edited("case", "months", value=601), "months"),
    ("months as an object", edited("case", "months", value={"n": 1}), "case.months"),
    ("a given that is no date", edited("case", "given", value=["soon"]), "given"),
    ("a given of numbers", edited("case", "given", value=[1]), "case.given"),
    (
        "a given of two readings",
        edited("case", "given", value=["03/04/2026"]),
        "given",
    ),
    ("given before the start", edited("case", "given", value=["2026-01-01"]), "given"),
    ("closed that is no date", edited("clinic", "closed", value=["x"]), "closed"),
    ("open that is no day", edited("clinic", "open", value="moon"), "open"),
    ("open as a list", edited("clinic", "open", value=["mon"]), "open"),
    ("holidays nowhere", edited("clinic", "holidays", value="ZZ"), "holidays"),
    ("no events", without("events"), "events"),
    ("events as an object", edited("events", value={}), "events"),
    ("an event as a text", edited("events", 2, value="dose"), "events[2]"),
    ("an event without an id", without("events", 2, "id"), "events[2].id"),
    ("an event without a date", without("events", 2, "date"), "events[2].date"),
    (
        "an event on no day",
        edited("events", 2, "date", value="2026-02-30"),
        "events[2].date",
    ),
    (
        "an event of no status",
        edited("events", 2, "status", value=7),
        "events[2].status",
    ),
    (
        "an event with escapes",
        edited("events", 2, "id", value="loading-3\x1b[31m"),
        "events[2].id",
    ),
)
def test_a_damaged_or_foreign_plan_is_refused_by_the_name_of_its_field(
    damage: Callable[[bytes], bytes], said: str, tmp_path: Path
) -> None:
    """Exit 2 naming the field; the file is left as it was, whatever it holds."""
    path = made(tmp_path, *FACTS, "--patient", "A-17")
    path.write_bytes(damage(path.read_bytes()))
    before = path.read_bytes()
    is_error(revise(path, "--interval", "1m"), 2, said)
    assert path.read_bytes() == before
    assert left_in(tmp_path) == {"plan.json"}


@pytest.mark.unmeasured
def test_a_plan_larger_than_any_plan_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wrong file is not read into memory to its end."""
    monkeypatch.chdir(tmp_path)
    with Path("plan.json").open("wb") as stream:
        stream.truncate(1 << 40)
    is_error(here("revise", "plan.json"), 2, "plan.json", "64 MB")


def test_a_plan_with_doses_that_lost_its_neurology_is_refused(tmp_path: Path) -> None:
    """By what is missing: which treatment the doses were of cannot be said, either."""
    path = made(tmp_path, *FACTS, "--given", "2026-01-05")
    path.write_bytes(without("case", "neuro")(path.read_bytes()))
    is_error(here("revise", str(path)), 2, "neuro", "is missing")


@table(
    "name",
    ("none of that name", "no.json"),
    ("a directory", "directory.json"),
    ("a file for a directory", "plan.json/x.json"),
)
def test_a_plan_that_is_not_there_is_named(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Unusable input: exit 2, the file and what to do."""
    monkeypatch.chdir(tmp_path)
    made(tmp_path, *FACTS)
    Path("directory.json").mkdir()
    is_error(here("revise", name), 2, name)


def test_a_name_that_the_disk_does_not_take_is_an_error() -> None:
    """Longer than a file name can be: exit 1 or 2, never a fault."""
    done = here("revise", "x" * 300)
    is_error(done, done.code, "xxx")
    assert done.code in (1, 2)


def test_an_error_names_the_file_however_deep_it_lies(tmp_path: Path) -> None:
    """A long path is no reason to leave out which file is meant."""
    deep = tmp_path / "of-the-haematology-outpatient-clinic" / "patients-by-reference"
    deep.mkdir(parents=True)
    is_error(here("revise", str(deep / "A-17.json")), 2, "A-17.json")


def test_revise_without_a_plan_says_what_is_missing() -> None:
    """A usage error: exit 2."""
    is_error(here("revise"), 2, "PLAN.json")


def test_a_plan_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    """An editor on Windows may have saved it."""
    path = made(tmp_path, *FACTS)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert revised(path, "--patient", "A-17")["patient"] == "A-17"


def test_a_plan_written_by_a_later_minor_version_is_read(tmp_path: Path) -> None:
    """Fields are added, never removed: unknown ones beside the case are no damage."""
    path = made(tmp_path, *FACTS)
    content = json.loads(path.read_bytes()) | {"generator": {"name": "later"}}
    path.write_text(json.dumps(content), encoding="utf-8")
    assert revised(path)["schema"] == "b12sched/plan/1"


# -- each part of a file, typed -----------------------------------------------------

CASE: dict[str, Any] = {
    "patient": "A-17",
    "start": "2026-01-05",
    "neuro": False,
    "renal": "normal",
}
DOSE = {"id": "loading-1", "date": "2026-01-05", "status": "given"}
OWN = tomllib.loads(LOCAL)
BEFORE = {"start": "2025-01-06", "neuro": True, "renal": "normal"}


def file_of(case: Any = None, **parts: Any) -> bytes:
    """A plan file with these fields of its case, and these parts in place of others."""
    plan = {
        "schema": "b12sched/plan/1",
        "generator": {"name": "b12sched"},
        "patient": "A-17",
        "case": CASE | (case or {}),
        "clinic": {},
        "events": [],
    }
    return json.dumps(plan | parts).encode()


@table(
    "content, field, message",
    ("no JSON", b"{", "content", "is not JSON"),
    ("no number", file_of({"egfr": float("nan")}), "content", "is not JSON"),
    (
        "another schema",
        file_of(schema="b12sched/plan/2"),
        "schema",
        "is not b12sched/plan/1",
    ),
    ("a list", b"[]", "schema", "is not b12sched/plan/1"),
    ("a key twice", b'{"a": 1, "b": 2, "b": 3}', "b", "appears twice"),
    (
        "a case that is a list",
        b'{"schema": "b12sched/plan/1", "case": []}',
        "case",
        "is missing or not an object",
    ),
    ("no clinic", file_of(clinic=None), "clinic", "is missing or not an object"),
    (
        "an unknown field",
        file_of({"weight": 70}),
        "case.weight",
        "is not a field of a plan",
    ),
    (
        "an unknown clinic field",
        file_of(clinic={"closes": []}),
        "clinic.closes",
        "is not a field of a plan",
    ),
    (
        "a list for a text",
        file_of({"start": ["2026-01-05"]}),
        "case.start",
        "has a value of the wrong type",
    ),
    (
        "a text for a list",
        file_of({"given": "2026-01-05"}),
        "case.given",
        "has a value of the wrong type",
    ),
    (
        "true for a number",
        file_of({"months": True}),
        "case.months",
        "has a value of the wrong type",
    ),
    (
        "a text for a number",
        file_of({"egfr": "90"}),
        "case.egfr",
        "has a value of the wrong type",
    ),
    (
        "a number for a truth",
        file_of({"neuro": 1}),
        "case.neuro",
        "has a value of the wrong type",
    ),
    (
        "a course in words",
        file_of({"course": "2"}),
        "case.course",
        "has a value of the wrong type",
    ),
    (
        "a part of a week",
        file_of({"loading_weeks": 8.5}),
        "case.loading_weeks",
        "has a value of the wrong type",
    ),
    (
        "a text for closed days",
        file_of(clinic={"closed": "2026-01-06"}),
        "clinic.closed",
        "has a value of the wrong type",
    ),
    (
        "a word for neurology",
        file_of({"drug": "B12"}),
        "case.drug",
        "B12 is not a known drug",
    ),
    (
        "a month too many",
        file_of({"months": 601}),
        "case.months",
        "601 is not a whole number from 1 to 600",
    ),
    (
        "no such country",
        file_of(clinic={"holidays": "ZZ"}),
        "clinic.holidays",
        "ZZ is not a known holiday code",
    ),
    (
        "another patient",
        file_of(patient="B"),
        "patient",
        "is not the patient of the case",
    ),
    (
        "given through",
        file_of({"given_through": "2026-01-05"}),
        "case.given_through",
        "does not go with doses that are listed by date",
    ),
    (
        "a dose that is not recorded",
        file_of({"given": ["2026-01-07"]}, events=[DOSE]),
        "case.given",
        "lacks doses that the events show as given",
    ),
    (
        "no dose recorded",
        file_of(events=[DOSE]),
        "case.given",
        "lacks doses that the events show as given",
    ),
    (
        "another regimen",
        file_of({"regimen": "uk-label"}, local_regimen=OWN),
        "case.regimen",
        "is not riverside, the local regimen that the file holds",
    ),
    (
        "a regimen without a form",
        file_of(local_regimen=3),
        "local_regimen",
        "3 is not a table",
    ),
    (
        "a regimen of a shipped name",
        file_of(local_regimen=OWN | {"name": "none"}),
        "local_regimen.name",
        "none is the name of a shipped regimen, or says that there is none",
    ),
    ("a history", file_of(history={}), "history", "is not a list"),
    (
        "a text in the history",
        file_of(history=[BEFORE, "x"]),
        "history[1]",
        "is missing or not an object",
    ),
    (
        "a number in the history",
        file_of(history=[BEFORE | {"start": 5}]),
        "history[0].start",
        "has a value of the wrong type",
    ),
    (
        "a drug in the history",
        file_of(history=[BEFORE | {"drug": "B12"}]),
        "history[0].drug",
        "B12 is not a known drug",
    ),
    (
        "a regimen in the history",
        file_of(history=[BEFORE | {"local_regimen": OWN}]),
        "history[0].regimen",
        "is not riverside, the local regimen that the file holds",
    ),
    (
        "a spoilt regimen in the history",
        file_of(history=[BEFORE | {"local_regimen": OWN | {"name": "none"}}]),
        "history[0].local_regimen.name",
        "none is the name of a shipped regimen, or says that there is none",
    ),
    (
        "a spoilt one that is no table",
        file_of(history=[BEFORE | {"local_regimen": 3}]),
        "history[0].local_regimen",
        "3 is not a table",
    ),
    ("no events", file_of(events=None), "events", "is missing or not a list"),
    ("an event as a text", file_of(events=["dose"]), "events[0]", "is not an object"),
    (
        "an event without an id",
        file_of(events=[{"date": "2026-01-05", "status": "given"}]),
        "events[0].id",
        "is missing or not a text",
    ),
    (
        "an event without a date",
        file_of(events=[{"id": "loading-1", "status": "given"}]),
        "events[0].date",
        "is missing or not a text",
    ),
    (
        "a status that is a number",
        file_of(events=[DOSE | {"status": "planned"}, DOSE | {"status": 7}]),
        "events[1].status",
        "is missing or not a text",
    ),
    (
        "a status of escapes",
        file_of(events=[DOSE | {"status": "\x1b[31m"}]),
        "events[0].status",
        "is missing or not a text",
    ),
    (
        "no name of an event",
        file_of(events=[DOSE | {"id": "Loading 1"}]),
        "events[0].id",
        "is not the name of an event",
    ),
    (
        "no such day",
        file_of(events=[DOSE | {"date": "2026-02-30"}]),
        "events[0].date",
        "is not a date",
    ),
)
def test_what_is_wrong_in_a_plan_file_is_said_in_full(
    content: bytes, field: str, message: str
) -> None:
    """The field by its place in the file, what is wrong, and what to do."""
    with pytest.raises(InputError) as caught:
        read_plan(content)
    error = caught.value
    assert (error.field, error.value, error.code) == (field, None, "damaged")
    assert error.message == f"{message}: this is not a whole plan file of b12sched"
    assert error.hint == "name a JSON file that b12sched wrote, or make the plan anew"


@table(
    "order", ("the small end first", "utf-16-le"), ("the large end first", "utf-16-be")
)
def test_a_plan_of_powershell_is_told_how_to_write_one(order: str) -> None:
    """`>` writes UTF-16 there."""
    with pytest.raises(InputError) as caught:
        read_plan(f"\ufeff{file_of().decode()}".encode(order))
    error = caught.value
    assert (error.field, error.code) == ("content", "damaged")
    assert error.message == "is UTF-16: this is not a whole plan file of b12sched"
    assert error.hint == (
        "save it as UTF-8; write plans with -o, not with > in PowerShell"
    )


@table(
    "fields, row",
    ("a truth", {"neuro": True}, {"neuro": "yes"}),
    ("what is absent", {"drug": None, "interval": "", "given": []}, {}),
    ("a number", {"renal": None, "egfr": 61.5}, {"egfr": "61.5"}),
    ("a whole one", {"renal": None, "egfr": 75}, {"egfr": "75"}),
    ("one with a point", {"renal": None, "egfr": 90.0}, {"egfr": "90"}),
    ("a small one", {"renal": None, "egfr": 1e-7}, {"egfr": "0.0000001"}),
    ("a count", {"months": 6, "course": 2}, {"months": "6", "course": "2"}),
    (
        "lists",
        {"given": ["2026-01-05", "2026-01-07"], "accept": ["RENAL-CYANO"]},
        {"given": "2026-01-05;2026-01-07", "accept": "RENAL-CYANO"},
    ),
)
def test_a_case_is_read_as_a_row_of_text(fields: dict[str, Any], row: Row) -> None:
    """Named by the columns of a cohort, without what is absent."""
    texts = {"patient": "A-17", "start": "2026-01-05", "neuro": "no"}
    if "renal" not in fields:
        texts["renal"] = "normal"
    assert read_plan(file_of(fields)).case == texts | row


def test_a_plan_file_is_kept_whole_beside_what_is_read_of_it() -> None:
    """The clinic as a row, the events by their ids, the local protocol as it is."""
    clinic = {"open": "mon-fri", "holidays": None, "closed": ["2026-01-06"]}
    events = [DOSE | {"status": "planned"}]
    content = file_of(
        {"regimen": "riverside"},
        clinic=clinic,
        events=events,
        local_regimen=OWN,
        ward=7,
    )
    saved = read_plan(content)
    assert saved.clinic == {"open": "mon-fri", "closed": "2026-01-06"}
    assert saved.events == {"loading-1": (date(2026, 1, 5), "planned")}
    assert saved.document == json.loads(content)
    assert saved.local is not None
    assert saved.local.name == "riverside"
    assert saved.facts == {**saved.case, "regimen": saved.local}
    assert read_plan(file_of()).local is None
    assert read_plan(file_of()).facts == read_plan(file_of()).case


def test_the_doses_of_every_course_are_recorded() -> None:
    """Those that the events show, and what each case says."""
    history = [
        BEFORE | {"given": ["2025-01-06", "2025-01-08"]},
        {"last_dose": "2024-02-05", "neuro": True, "renal": "normal"},
    ]
    case = {"start": None, "last_dose": "2025-12-01", "given": ["2026-01-05"]}
    later = DOSE | {"id": "maintenance-1", "date": "2026-03-02", "status": "planned"}
    saved = read_plan(file_of(case, events=[DOSE, later], history=history))
    assert sorted(map(str, saved.given)) == [
        *("2024-02-05", "2025-01-06", "2025-01-08", "2025-12-01", "2026-01-05"),
    ]


@table(
    "fields, said",
    (
        "one that ended",
        {"course": 2, "given": ["2025-01-08", "2025-01-06", "2025-01-10"]}
        | {"ended": "2025-03-01", "because": "moved"},
        (
            2,
            "hydroxocobalamin",
            3,
            date(2025, 1, 6),
            date(2025, 1, 10),
            date(2025, 3, 1),
        ),
    ),
    (
        "one without a dose",
        {"drug": "methylcobalamin"},
        (1, "methylcobalamin", 0, None, None, None),
    ),
    (
        "another regimen",
        {"regimen": "us-weekly", "given": ["2025-01-06"]},
        (1, "cyanocobalamin", 1, date(2025, 1, 6), date(2025, 1, 6), None),
    ),
    (
        "a local protocol",
        {
            "regimen": "riverside",
            "neuro": False,
            "local_regimen": OWN | {"drug": "cyanocobalamin"},
        },
        (1, "cyanocobalamin", 0, None, None, None),
    ),
)
def test_an_earlier_course_is_told_of_by_its_doses(
    fields: dict[str, Any], said: tuple[object, ...]
) -> None:
    """Its number, drug, how many doses it had, the first, the last, and its end."""
    saved = read_plan(file_of(history=[BEFORE | fields]))
    assert earlier_courses(saved.document) == (said,)


@table(
    "fields, row",
    ("alone", {}, {"as_of": "2026-01-08"}),
    (
        "beside a later dose",
        {"given": ["2026-01-08"]},
        {"given": "2026-01-05;2026-01-08", "as_of": "2026-01-08"},
    ),
    ("with an as of", {"as_of": "2026-01-09"}, {"as_of": "2026-01-09"}),
    (
        "with a plateau on its day",
        {"plateau": "2026-01-08"},
        {"plateau": "2026-01-08", "as_of": "2026-01-08"},
    ),
    ("with a later plateau", {"plateau": "2026-01-09"}, {"plateau": "2026-01-09"}),
)
def test_given_through_of_the_first_edition_becomes_dates(
    fields: dict[str, Any], row: Row
) -> None:
    """The events say which; its day becomes as of, unless that were a new fault."""
    first = {"neuro": True, "given_through": "2026-01-08"}
    content = file_of(
        first | fields,
        events=[
            DOSE,
            DOSE | {"id": "loading-2", "date": "2026-01-07", "status": "planned"},
        ],
    )
    plan = json.loads(content)
    del plan["generator"]
    texts = {
        "patient": "A-17",
        "start": "2026-01-05",
        "neuro": "yes",
        "renal": "normal",
    }
    assert read_plan(json.dumps(plan).encode()).case == (
        texts | {"given": "2026-01-05"} | row
    )


@table(
    "content, plan",
    ("ours", b'{\n  "schema": "b12sched/plan/1",', True),
    ("without a space", b'{"schema":"b12sched/plan/1"}', True),
    ("with slashes escaped", rb'{"schema": "b12sched\/plan\/1"}', True),
    ("a later schema", b'{"schema": "b12sched/plan/2"}', False),
    ("another's", b'{"schema": "x", "said": "b12sched/plan/1"}', False),
    ("no file", None, False),
)
def test_a_plan_file_is_known_by_its_schema(content: bytes | None, plan: bool) -> None:
    """Damaged or written anew by another program, too."""
    assert is_plan(content) is plan


@table(
    "value, written",
    ("a date", date(2026, 1, 5), "2026-01-05"),
    ("dates", (date(2026, 1, 5), None), ["2026-01-05", None]),
    ("a list in an object", {"a": [1.0, 1.5]}, {"a": [1, 1.5]}),
    ("a word", Drug.CYANOCOBALAMIN, "cyanocobalamin"),
    ("an interval", Interval("8w"), "8w"),
    ("a whole number", 90.0, 90),
    ("a truth", True, True),
    ("nothing", None, None),
)
def test_a_value_of_a_plan_is_written_as_json_has_it(
    value: object, written: object
) -> None:
    """Of JSON's own types, so that any writer takes it."""
    found = json_value(value)
    assert found == written
    assert type(found) is type(written)


# -- beside a calendar -------------------------------------------------------------


@table(
    "content",
    ("a foreign file", b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"),
    ("no calendar", b"keep"),
    ("an empty file", b""),
    ("another patient's", None),
)
def test_a_calendar_that_is_not_this_patients_is_left_with_the_plan(
    content: bytes | None, tmp_path: Path
) -> None:
    """Exit 2; neither the calendar nor the plan is written when one is refused."""
    calendar = tmp_path / "plan.ics"
    path = made(tmp_path, *FACTS, "--patient", "A-17")
    if content is None:
        other = ("--patient", "B-2", "-o", str(calendar))
        assert here("plan", *FACTS, *other).code == 0
    else:
        calendar.write_bytes(content)
    before = path.read_bytes(), calendar.read_bytes()
    changes = ("--closed", "2026-01-16", "-o", str(calendar))
    is_error(revise(path, *changes), 2, "plan.ics")
    assert (path.read_bytes(), calendar.read_bytes()) == before


def test_a_calendar_of_the_plan_is_revised_with_it(tmp_path: Path) -> None:
    """Export over an existing file of the same patient revises it, and says so."""
    calendar = tmp_path / "plan.ics"
    path = made(tmp_path, *FACTS, "--patient", "A-17", "-o", str(calendar))
    before = calendar.read_bytes()
    again = revise(path, "-o", str(calendar))
    assert again.code == 0
    assert calendar.read_bytes() == before
    moved = revise(path, "--closed", "2026-01-16", "-o", str(calendar))
    assert moved.code == 0
    assert b"DTSTART;VALUE=DATE:20260117" in calendar.read_bytes()
    for word in ("new", "changed", "unchanged", "cancelled"):
        assert word in moved.err


def test_a_calendar_is_revised_to_the_later_horizon_and_the_plan_keeps_its_own(
    tmp_path: Path,
) -> None:
    """The file's horizon never shrinks; PLAN.json is the plan that was asked for."""
    calendar = tmp_path / "plan.ics"
    path = made(tmp_path, *FACTS, "--patient", "A-17", "-o", str(calendar))
    plan = revised(path, "--until", "2026-06-01", "-o", str(calendar))
    assert plan["until"] == "2026-06-01"
    assert plan["events"][-1]["date"] <= "2026-06-01"
    assert b"STATUS:CANCELLED" not in calendar.read_bytes()


@table(
    "name, damage",
    ("a plan", "A\x1b[31m.json", edited("case", "start", value="soon")),
    ("a calendar", "A\x1b[31m.ics", replaced(b"keep")),
)
def test_the_name_of_a_file_is_shown_without_obeying_it(
    name: str,
    damage: Callable[[bytes], bytes],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A file's name is user text as well: no escape of it reaches a terminal."""
    monkeypatch.chdir(tmp_path)
    content = damage(made(tmp_path, *FACTS, "--patient", "A-17").read_bytes())
    Path(name).write_bytes(content)
    if name.endswith(".ics"):
        is_error(here("revise", "plan.json", "-o", name), 2, "\\x1b[31m.ics")
    else:
        is_error(here("revise", name), 2, "\\x1b[31m.json", "start")
