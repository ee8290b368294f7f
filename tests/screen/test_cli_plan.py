"""`b12sched plan`: three facts in, a plan out, in every format; questions if asked."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from cli import FACTS, NEURO, b12sched, here, is_error, json_of, on_terminal, plan_json
from spec import table

TOP = (
    *(
        "schema",
        "generator",
        "patient",
        "regimen",
        "drug",
        "dose",
        "start",
        "until",
        "renal",
    ),
    *("neuro", "case", "clinic", "plateau", "loading", "maintenance", "next"),
    *("ampoules", "events", "cautions", "sources", "history", "local_regimen"),
    *("ended", "accepted"),
)
CASE = (
    *("patient", "start", "last_dose", "neuro", "renal", "egfr", "regimen", "drug"),
    *("plateau", "loading_weeks", "interval", "monthly_from", "given", "given_through"),
    *("as_of", "ended", "because", "anaemia", "accept", "course", "months", "until"),
)
EVENT = (
    *("id", "kind", "phase", "number", "due", "date", "day", "status", "title"),
    *("rule", "why", "dose"),
)
CSV = (
    *("patient", "id", "kind", "phase", "number", "due", "date", "weekday", "day"),
    *("status", "title", "rule", "why", "dose"),
)
CYANO = ("2026-01-05", "--no-neuro", "--renal", "normal", "--drug", "cyanocobalamin")
MAINTENANCE = ("--last-dose", "2026-01-05", "--neuro", "--renal", "normal")
PLANS = (
    ("standard", FACTS),
    ("neuro", NEURO),
    ("neuro with a plateau", (*NEURO, "--plateau", "2026-02-02")),
    ("cyanocobalamin", CYANO),
    ("already on maintenance", MAINTENANCE),
    ("a clinic and a history", (*NEURO, "--open", "mon-fri", "--given", "2026-01-05")),
)


# -- JSON --------------------------------------------------------------------------


@table("arguments", *PLANS)
def test_every_level_of_the_json_has_the_keys_of_the_contract(
    arguments: tuple[str, ...],
) -> None:
    """Fields are added, never removed or renamed; `rules` is one that was added."""
    plan = plan_json(*arguments)
    assert {*plan} == {*TOP, "rules"}
    assert tuple(plan["case"]) == CASE
    assert tuple(plan["clinic"]) == ("open", "holidays", "closed")
    assert {*plan["dose"]} == {"value", "unit", "route"}
    assert {*plan["maintenance"]} == {
        *("interval", "anchor", "policy", "first", "in_force", "dose"),
    }
    assert {*plan["next"]} == {"id", "due", "date"}
    for event in plan["events"]:
        assert tuple(event) == EVENT
    for caution in plan["cautions"]:
        assert {*caution} == {
            *("code", "severity", "text", "short", "source"),
            *("sources", "strength"),
        }
    for source in plan["sources"].values():
        assert {*source} == {
            *("title", "year", "url", "body", "copy", "seen"),
        }
    for rule in plan["rules"].values():
        assert {*rule} == {"title", "text", "note", "strength", "sources"}


@table("arguments", *PLANS)
def test_the_values_of_the_json_have_the_types_of_the_contract(
    arguments: tuple[str, ...],
) -> None:
    """Dates are ISO texts, numbers are numbers, kinds and states are named words."""
    plan = plan_json(*arguments)
    is_date = re.compile(r"\d{4}-\d\d-\d\d").fullmatch
    assert type(plan["neuro"]) is bool
    assert type(plan["ampoules"]) is int
    assert is_date(plan["start"])
    assert is_date(plan["until"])
    for event in plan["events"]:
        assert event["kind"] in ("dose", "review", "lab", "assessment")
        phases = ("loading", "maintenance") if event["kind"] == "dose" else (None,)
        assert event["phase"] in phases
        assert type(event["number"]) is int
        assert type(event["day"]) is int
        assert is_date(event["due"])
        assert is_date(event["date"])
        assert event["status"] in ("given", "planned", "provisional")
        assert event["title"]
        assert event["rule"] in plan["rules"]
        assert event["why"]
    for caution in plan["cautions"]:
        assert caution["severity"] in ("info", "warning")
        assert caution["source"]
    for source in plan["sources"].values():
        assert source["year"] is None or type(source["year"]) is int
        assert source["url"] is None or source["url"].startswith("http")


@table("arguments", *PLANS)
def test_the_numbers_of_the_json_are_those_of_its_events(
    arguments: tuple[str, ...],
) -> None:
    """Ampoules, the next dose, day numbers and maintenance can be counted again."""
    plan = plan_json(*arguments)
    doses = [event for event in plan["events"] if event["kind"] == "dose"]
    to_give = [event for event in doses if event["status"] != "given"]
    assert plan["ampoules"] == len(to_give)
    following = {name: to_give[0][name] for name in ("id", "due", "date")}
    assert plan["next"] == following
    start = date.fromisoformat(plan["start"])
    for event in plan["events"]:
        assert date.fromisoformat(event["date"]) == start + timedelta(event["day"] - 1)
    later = [event["date"] for event in doses if event["phase"] == "maintenance"]
    assert plan["maintenance"]["first"] == later[0]
    loading = [event["date"] for event in doses if event["phase"] == "loading"]
    if plan["loading"]:
        days = [date.fromisoformat(day) for day in loading]
        gaps = [(b - a).days for a, b in pairwise(days)]
        assert plan["loading"] == {
            "doses": len(loading),
            "first": loading[0],
            "last": loading[-1],
            "longest_gap_days": max(gaps),
        }
    assert len({event["id"] for event in plan["events"]}) == len(plan["events"])


def test_what_is_absent_is_null() -> None:
    """Absent = null, and a list without a date is empty."""
    plan = plan_json(*MAINTENANCE)
    assert plan["patient"] is None
    assert plan["plateau"] is None
    assert plan["loading"] is None
    assert plan["clinic"] == {"open": None, "holidays": None, "closed": []}
    assert plan["case"] == dict.fromkeys(CASE) | {
        "last_dose": "2026-01-05",
        "neuro": True,
        "renal": "normal",
        "drug": "hydroxocobalamin",
        "accept": [],
        "given": [],
        "course": 1,
    }
    assert plan["history"] == []


def test_what_comes_next_is_there_however_far_away() -> None:
    """The horizon never hides the first dose that is not given: 16 January + 2m."""
    given = ("--given-through", "2026-01-16", "--until", "2026-01-20")
    plan = plan_json(*FACTS, *given)
    following = {"id": "maintenance-1", "due": "2026-03-16", "date": "2026-03-16"}
    assert plan["next"] == following
    assert plan["maintenance"]["first"] == "2026-03-16"
    assert plan["ampoules"] == 1


def test_without_a_maintenance_dose_in_the_plan_the_first_is_null() -> None:
    """`maintenance.first`: null without such a dose by the horizon, none being next."""
    plan = plan_json(*FACTS, "--until", "2026-01-20")
    assert plan["maintenance"]["first"] is None
    assert plan["next"]["id"] == "loading-1"
    assert plan["ampoules"] == 6


@table(
    "arguments, interval, in_force",
    ("two months throughout", (), "2m", "2m"),
    ("a step-up to come", ("--monthly-from", "2026-08-01"), "2m", "1m"),
    ("a step-up beyond the horizon", ("--monthly-from", "2028-08-01"), "2m", "2m"),
    (
        "four weeks, which a step-up leaves as they are",
        ("--interval", "4w", "--monthly-from", "2026-08-01"),
        "4w",
        "4w",
    ),
)
def test_the_interval_in_force_is_the_last_of_the_plan(
    arguments: tuple[str, ...], interval: str, in_force: str
) -> None:
    """`interval` is the one in force from the anchor, `in_force` the last."""
    found = plan_json(*FACTS, *arguments)["maintenance"]
    assert (found["interval"], found["in_force"]) == (interval, in_force)


def test_a_single_loading_dose_has_no_gap() -> None:
    """`longest_gap_days` is 0 for a single dose."""
    plan = plan_json(*NEURO, "--plateau", "2026-01-05")
    assert plan["loading"] == {
        "doses": 1,
        "first": "2026-01-05",
        "last": "2026-01-05",
        "longest_gap_days": 0,
    }
    assert plan["plateau"] == {"date": "2026-01-05", "basis": "recorded"}


@pytest.mark.unmeasured
@table(
    "arguments, field, value",
    ("patient", ("--patient", "A-17"), "patient", "A-17"),
    ("methylcobalamin", ("--drug", "methylcobalamin"), "drug", "methylcobalamin"),
    ("loading weeks", ("--loading-weeks", "8"), "loading_weeks", 8),
    ("plateau", ("--plateau", "2 Feb 2026"), "plateau", "2026-02-02"),
    ("interval", ("--interval", "8w"), "interval", "8w"),
    ("step-up", ("--monthly-from", "2026-08-01"), "monthly_from", "2026-08-01"),
    (
        "given, in any order",
        ("--given", "Jan 7, 2026", "--given", "2026-01-05"),
        "given",
        ["2026-01-05", "2026-01-07"],
    ),
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
    ("as of", ("--as-of", "2026-01-09"), "as_of", "2026-01-09"),
    ("months", ("--months", "18"), "months", 18),
    ("until", ("--until", "2026-12-31"), "until", "2026-12-31"),
)
def test_each_option_of_the_case_reaches_the_plan(
    arguments: tuple[str, ...], field: str, value: object
) -> None:
    """Section 1: each field has its option, and the plan remembers what was given."""
    without, plan = plan_json(*NEURO), plan_json(*NEURO, *arguments)
    assert plan["case"][field] == value
    assert without["case"][field] != value
    assert plan != without


@table(
    "number, egfr, renal",
    ("just impaired", "59.9", 59.9, "impaired"),
    ("just normal", "60", 60, "normal"),
    ("none", "0", 0, "impaired"),
)
def test_the_egfr_says_what_the_renal_status_is(
    number: str, egfr: float, renal: str
) -> None:
    """Below 60 is impaired, else normal; the case keeps the number."""
    plan = plan_json("2026-01-05", "--no-neuro", "--egfr", number)
    assert plan["renal"] == renal
    assert plan["case"]["egfr"] == egfr
    assert plan["case"]["renal"] is None


@table(
    "arguments, field, value, closed",
    ("open days", ("--open", "mon,wed-fri"), "open", "mon,wed-fri", "2026-01-06"),
    ("holidays", ("--holidays", "GB-ENG"), "holidays", "GB-ENG", "2026-05-04"),
    (
        "closed, repeated",
        ("--closed", "2026-01-09", "--closed", "7 Jan 2026"),
        "closed",
        ["2026-01-07", "2026-01-09"],
        "2026-01-07",
    ),
)
def test_each_option_of_the_clinic_reaches_the_plan(
    arguments: tuple[str, ...], field: str, value: object, closed: str
) -> None:
    """Section 2: the plan remembers the clinic, and no dose is on a closed day."""
    plan = plan_json(*NEURO, *arguments)
    assert plan["clinic"][field] == value
    assert closed not in {event["date"] for event in plan["events"]}


def test_the_start_can_be_written_with_the_month_in_words() -> None:
    """`5 Jan 2026` and `Jan 5, 2026` are 2026-01-05."""
    usual = plan_json(*FACTS)
    assert plan_json("5 Jan 2026", *FACTS[1:]) == usual
    assert plan_json("January 5, 2026", *FACTS[1:]) == usual


def test_options_may_stand_before_the_start() -> None:
    """The order in which the facts are typed does not matter."""
    assert plan_json(*FACTS[1:], FACTS[0]) == plan_json(*FACTS)


def test_a_reference_called_none_is_a_reference() -> None:
    """Only `revise` clears with `none`; here it is what the patient is called."""
    assert plan_json(*FACTS, "--patient", "none")["patient"] == "none"


def test_the_longest_horizon_is_worked_out() -> None:
    """1-600 months."""
    plan = plan_json(*FACTS, "--months", "600")
    assert plan["until"] == "2076-01-05"
    assert plan["events"][-1]["date"] > "2075-11-01"


# -- CSV, Markdown, files ----------------------------------------------------------


@table("arguments", *PLANS)
def test_the_csv_has_one_row_for_each_event_of_the_json(
    arguments: tuple[str, ...],
) -> None:
    """CSV: one row an event, in the columns of the contract; absent is empty."""
    done = here("plan", *arguments, "--patient", "A-17", "--format", "csv")
    assert (done.code, done.err) == (0, "")
    header, *rows = csv.reader(io.StringIO(done.out, newline=""), strict=True)
    assert tuple(header) == CSV
    events = plan_json(*arguments, "--patient", "A-17")["events"]
    assert len(rows) == len(events)
    for row, event in zip(rows, events, strict=True):
        cells = dict(zip(CSV, row, strict=True))
        assert cells.pop("patient") == "A-17"
        day = date.fromisoformat(cells["date"])
        assert cells.pop("weekday") == f"{day:%a}"
        dose = event["dose"]
        if dose:
            event["dose"] = {
                "mg": f"{dose['value']} mg IM",
                "µg": f"{dose['value']} micrograms IM",
            }[dose["unit"]]
        expected = {k: "" if v is None else str(v) for k, v in event.items()}
        assert cells == expected


def test_the_csv_quotes_what_would_break_a_row() -> None:
    """RFC 4180: a comma or a quote in the reference stays in its cell."""
    name = 'Smith, "Jo"'
    done = here("plan", *FACTS, "--patient", name, "--format", "csv")
    assert done.out.splitlines()[1].startswith('"Smith, ""Jo""",loading-1,')
    rows = list(csv.DictReader(io.StringIO(done.out, newline="")))
    assert {row["patient"] for row in rows} == {name}


def test_markdown_names_every_date_of_the_plan() -> None:
    """`--format md` is the whole plan."""
    done = here("plan", *NEURO, "--format", "md")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("#")
    for event in plan_json(*NEURO)["events"]:
        assert event["date"] in done.out


def test_a_calendar_goes_to_stdout_alone() -> None:
    """`--format ics` writes the calendar and nothing but the calendar."""
    done = here("plan", *FACTS, "--patient", "A-17", "--format", "ics")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("BEGIN:VCALENDAR\r\n")
    assert done.out.endswith("END:VCALENDAR\r\n")


@pytest.mark.parametrize("name", ["json", "csv", "md"])
def test_a_file_holds_what_the_same_format_writes_to_stdout(
    name: str, tmp_path: Path
) -> None:
    """`-o FILE`: the format from the suffix."""
    path = tmp_path / f"plan.{name}"
    done = here("plan", *FACTS, "-o", str(path))
    assert done.code == 0
    to_stdout = here("plan", *FACTS, "--format", name)
    assert path.read_bytes().decode() == to_stdout.out


def test_files_are_written_together_with_the_view_on_the_screen(tmp_path: Path) -> None:
    """`-o` is repeatable and changes only the last lines, which name the files."""
    names = ["plan.json", "plan.csv", "plan.md"]
    options = [part for name in names for part in ("-o", str(tmp_path / name))]
    done = here("plan", *FACTS, *options, COLUMNS="400")
    assert done.code == 0
    assert {path.name for path in tmp_path.iterdir()} == {*names}
    plan, _, end = done.out.partition("Saved:")
    assert here("plan", *FACTS, COLUMNS="400").out.startswith(plan)
    assert all(name in end for name in names)
    assert "Mon 2026-01-05" in plan


@table(
    "options, said",
    ("no file", ("-q",), "--quiet: no file is named"),
    ("data on stdout", ("-q", "--format", "json"), "--quiet: prints nothing"),
)
def test_a_quiet_run_that_leaves_nothing_is_an_error(
    options: tuple[str, ...], said: str
) -> None:
    """`-q`: files only (without `-o` exit 2)."""
    is_error(here("plan", *FACTS, *options), 2, said.partition(": ")[2])


def test_a_quiet_run_writes_files_only(tmp_path: Path) -> None:
    """Nothing on stdout."""
    path = tmp_path / "plan.json"
    assert here("plan", *FACTS, "--quiet", "-o", str(path)) == (0, "", "")
    assert json.loads(path.read_bytes())["schema"] == "b12sched/plan/1"


@pytest.mark.measured
def test_the_whole_plan_goes_through_the_pager(tmp_path: Path) -> None:
    """Where stdout is a terminal that is too small; a plan in short never does."""
    pager = f"tee {tmp_path}/seen"
    short = on_terminal("plan", *NEURO, PAGER=pager)
    assert "Not saved" in short.screen
    assert not (tmp_path / "seen").exists()
    full = on_terminal("plan", *NEURO, "--full", PAGER=pager)
    assert full.code == 0
    assert "\x1b]8;" in full.screen
    assert (tmp_path / "seen").read_text().count("Loading dose") > 40


def test_a_format_on_stdout_and_a_file_of_another_go_together(tmp_path: Path) -> None:
    """`--format csv -o plan.json`: each is written where it was asked for."""
    path = tmp_path / "plan.json"
    done = here("plan", *FACTS, "--format", "csv", "-o", str(path))
    assert done.out.startswith(",".join(CSV))
    assert json.loads(path.read_bytes())["schema"] == "b12sched/plan/1"


def test_an_export_of_a_calendar_says_on_stderr_how_to_import_it(
    tmp_path: Path,
) -> None:
    """After an export to a file, one line on stderr says how to import it."""
    path = tmp_path / "plan.ics"
    wide = {"COLUMNS": "400"}
    done = here("plan", *FACTS, "--patient", "A-17", "-o", str(path), **wide)
    assert done.code == 0
    assert path.read_bytes().startswith(b"BEGIN:VCALENDAR\r\n")
    assert len([line for line in done.err.splitlines() if "mport" in line]) == 1
    plan, _, end = done.out.partition("Saved:")
    alone = here("plan", *FACTS, "--patient", "A-17", **wide)
    assert alone.out.startswith(plan)
    assert "plan.ics. To revise the plan later add -o A-17.json." in " ".join(
        end.split()
    )


def test_a_calendar_of_no_days_shows_no_month() -> None:
    """The patient died on the day of the first injection; exit 0."""
    ended = ("--ended", "2026-01-05", "--because", "died", "--view", "calendar")
    done = here("plan", *FACTS, *ended)
    assert done.code == 0
    assert "No events up to the end of treatment." in done.out
    assert "January" not in done.out


@pytest.mark.unmeasured
@table(
    "options, text",
    ("table", ("--view", "table"), "Mon 2026-01-05"),
    ("calendar", ("--view", "calendar"), "January 2026"),
    ("timeline", ("--view", "timeline"), "2026-01-05"),
)
def test_each_view_shows_the_plan(options: tuple[str, ...], text: str) -> None:
    """`--view table|calendar|timeline`."""
    done = here("plan", *NEURO, *options)
    assert (done.code, done.err) == (0, "")
    assert text in done.out
    views = {here("plan", *NEURO, "--view", v).out for v in ("table", "calendar")}
    assert len(views) == 2


def test_the_table_is_the_view_unless_another_is_asked_for() -> None:
    """`--view table` (default)."""
    assert here("plan", *NEURO).out == here("plan", *NEURO, "--view", "table").out


def test_all_shows_each_loading_dose_by_its_date() -> None:
    """Long runs of loading doses may be folded, `--all` shows each."""
    folded, every = here("plan", *NEURO), here("plan", *NEURO, "--all")
    assert "Fri 2026-01-09" not in folded.out
    for event in plan_json(*NEURO)["events"]:
        day = date.fromisoformat(event["date"])
        assert f"{day:%a} {day}" in every.out


def test_a_view_folds_nothing_in_a_format_for_programs() -> None:
    """Machine formats hold every dose, with and without `--all`."""
    assert plan_json(*NEURO) == plan_json(*NEURO, "--all")
    assert len(plan_json(*NEURO)["events"]) > 43


def test_the_command_and_the_module_are_one_program() -> None:
    """`python -m b12sched` does what `b12sched` does."""
    assert json_of(b12sched("plan", *FACTS, "--format", "json")) == plan_json(*FACTS)


def test_two_runs_write_the_same_bytes(tmp_path: Path) -> None:
    """No clock, no randomness: the same facts are the same plan in every process."""
    one = b12sched("plan", *NEURO, "--format", "json", PYTHONHASHSEED="1")
    two = b12sched(
        "plan", *NEURO, "--format", "json", PYTHONHASHSEED="2", TZ="Asia/Tokyo"
    )
    assert one == two


# -- questions ---------------------------------------------------------------------

START, INVOLVED, RENAL = "first injection", "eurological", "enal"
AGAIN = "> "


def test_plan_alone_on_a_terminal_is_led_to_a_plan() -> None:
    """A first-time user who types `b12sched plan` is asked for the three facts."""
    answers = ((START, "2026-01-05\n"), (INVOLVED, "no\n"), (RENAL, "normal\n"))
    shown = on_terminal("plan", answers=answers)
    assert shown.code == 0
    assert "Mon 2026-01-05" in shown.screen
    assert "Fri 2026-01-16" in shown.screen


@pytest.mark.measured
def test_a_wrong_answer_is_explained_and_asked_again() -> None:
    """Each fact is asked for until it can be used."""
    answers = (
        (START, "03/04/2026\n"),
        (AGAIN, "2026-02-30\n"),
        (AGAIN, "5 Jan 2026\n"),
        (INVOLVED, "perhaps\n"),
        (AGAIN, "\n"),
        (AGAIN, "yes\n"),
        (RENAL, "fine\n"),
        (AGAIN, "normal\n"),
    )
    shown = on_terminal("plan", answers=answers)
    assert shown.code == 0
    assert "2026-04-03 or 2026-03-04" in shown.screen
    assert "2026-02 has 28 days" in shown.screen
    assert "dialysis" in shown.screen
    assert "Mon 2026-01-05" in shown.screen


@table(
    "answer",
    ("bytes that are no text", "5 J\udcff\n"),
    ("an escape", "\x1b[A\n"),
    ("blank", "  \n"),
    ("nothing", "\n"),
    ("a long line", "x" * 1000 + "\n"),
)
def test_an_answer_that_is_no_word_is_asked_again(answer: str) -> None:
    """What a finger slips into is a wrong answer like another."""
    facts = FACTS[1:]
    shown = on_terminal(
        "plan", *facts, answers=((START, answer), (AGAIN, "2026-01-05\n"))
    )
    assert shown.code == 0, shown.screen
    assert "Fri 2026-01-16" in shown.screen


@table(
    "typed, answers",
    ("the start", FACTS[1:], ((START, "2026-01-05\n"),)),
    ("neurology", ("2026-01-05", "--renal", "normal"), ((INVOLVED, "no\n"),)),
    ("renal status", ("2026-01-05", "--no-neuro"), ((RENAL, "normal\n"),)),
)
def test_only_what_is_missing_is_asked_for(
    typed: tuple[str, ...], answers: tuple[tuple[str, str], ...]
) -> None:
    """A fact on the command line is no question; the plan is the same."""
    shown = on_terminal("plan", *typed, answers=answers)
    assert shown.code == 0
    questions = [
        text
        for text in ("first injection", "symptoms or signs, yes or no?", "or unknown?")
        if text in shown.screen
    ]
    assert len(questions) == 1
    assert "Fri 2026-01-16" in shown.screen


@table(
    "arguments",
    ("all three facts", FACTS),
    ("an eGFR for the renal status", ("2026-01-05", "--no-neuro", "--egfr", "90")),
    ("a last dose for the start", MAINTENANCE),
)
def test_nothing_is_asked_where_nothing_is_missing(arguments: tuple[str, ...]) -> None:
    """A complete command line runs on a terminal as anywhere else."""
    shown = on_terminal("plan", *arguments)
    assert shown.code == 0
    assert "?" not in shown.screen.partition("2026")[0]


def test_the_question_is_about_the_patient_and_not_about_a_department() -> None:
    """Symptoms or signs decide on the regimen, whoever was asked about them."""
    shown = on_terminal(
        "plan", "2026-01-05", "--renal", "normal", answers=(("> ", "no\n"),)
    )
    assert shown.code == 0
    assert "Neurological symptoms or signs, yes or no?" in shown.screen
    said = " ".join(here("plan", "--help", COLUMNS="100").out.split())
    assert "Neurological symptoms or signs? Asked for if missing." in said


def test_questions_do_not_mix_with_the_data() -> None:
    """Data goes to stdout, everything else to stderr: `b12sched plan ... > file`."""
    answers = ((START, "2026-01-05\n"), (INVOLVED, "no\n"), (RENAL, "normal\n"))
    shown = on_terminal("plan", "--format", "csv", answers=answers, to_file=True)
    assert shown.code == 0
    assert shown.out.startswith("patient,id,")
    assert INVOLVED in shown.screen


@pytest.mark.measured
@table(
    "answers",
    ("at the first question", ((START, "{key}"),)),
    ("at the yes or no", ((START, "2026-01-05\n"), (INVOLVED, "{key}"))),
    ("at the last", ((START, "2026-01-05\n"), (INVOLVED, "no\n"), (RENAL, "{key}"))),
)
@pytest.mark.parametrize("key", ["\x03", "\x04"], ids=["Ctrl-C", "Ctrl-D"])
def test_leaving_at_a_question_ends_without_a_plan(
    answers: tuple[tuple[str, str], ...], key: str
) -> None:
    """Ctrl-C and Ctrl-D at a question: exit 1, nothing shown, no traceback."""
    typed = tuple((question, text.format(key=key)) for question, text in answers)
    shown = on_terminal("plan", "--format", "csv", answers=typed, to_file=True)
    assert shown.code == 1
    assert "stopped" in shown.screen
    assert "Traceback" not in shown.screen
    assert shown.out.strip() == ""


def test_a_start_that_cannot_be_used_is_refused_before_anything_is_asked() -> None:
    """What was typed wrong is said at once, not after two answers."""
    shown = on_terminal("plan", "03/04/2026", ahead="\x04")
    assert shown.code == 2
    assert "2026-04-03 or 2026-03-04" in shown.screen


@pytest.mark.parametrize("view", ["table", "calendar", "timeline"])
def test_an_overdue_dose_is_said_first_in_each_view(view: str) -> None:
    """A grid of months has no room for it, and the warnings stand below."""
    facts = ("--last-dose", "2026-06-30", *FACTS[1:], "--as-of", "2026-11-30")
    done = here(
        "plan", *facts, "--view", view, COLUMNS="40", SOURCE_DATE_EPOCH="1796040000"
    )
    assert done.code == 0, done.err
    above = " ".join(done.out.partition("Then")[0].split())
    assert (
        "Next Mon 2026-11-30 (due Sun 2026-08-30), maintenance dose 1: OVERDUE 92 days"
    ) in above
