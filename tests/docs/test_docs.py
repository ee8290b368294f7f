"""The pages in docs/ say what the program does: generated, run or held against it."""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, NamedTuple

import jsonschema
import pytest
from cli import here
from spec import codes, event, plan_of, table
from test_house import ROOMS
from test_readme import _matches, _steps

import b12sched
from b12sched import errors
from b12sched.cli import COMMANDS, program_for
from b12sched.cohort.error_table import ERROR_COLUMNS
from b12sched.cohort.lists.due import Due
from b12sched.cohort.lists.forecast import count, forecast
from b12sched.cohort.lists.window import Planned, Window
from b12sched.cohort.lists.worklist import worklist
from b12sched.commands.cohort import SOME_FAILED
from b12sched.commands.config import KEYS
from b12sched.ics import (
    CalendarStyle,
    read_calendar,
    revise_calendar,
    write_calendar,
)
from b12sched.ics.clinic import write_clinic
from b12sched.output.batch import MANIFEST_COLUMNS
from b12sched.output.formats import FORMATS
from b12sched.plan.case import FIELDS
from b12sched.plan.cautions import CAUTIONS, Caution
from b12sched.regimen_file import loading_rules
from b12sched.rules import RULES, Rule, strength_text
from b12sched.views.data import CSV_COLUMNS
from b12sched.views.fhir import plan_fhir
from b12sched.views.lists import audit as audit_view
from b12sched.views.lists import forecast as forecast_view
from b12sched.views.lists import measures as measures_view
from b12sched.views.lists import worklist as worklist_view

PACKAGE = Path(b12sched.__file__).parent
ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.glob("*.md")])
every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)


# --- reading a page -----------------------------------------------------------------


class Block(NamedTuple):
    """A block of code: its language and text, and the text block that follows it."""

    language: str
    text: str
    output: str | None


_FENCED = re.compile(
    r"^```(\w+)\n(.*?)^```$(?:\n\n```text\n(.*?)^```$)?", re.MULTILINE | re.DOTALL
)
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def blocks(page: Path) -> list[Block]:
    """The blocks of code of a page, in order."""
    return [Block(*found) for found in _FENCED.findall(page.read_text("utf-8"))]


def prose(page: Path) -> str:
    """A page without its blocks of code."""
    return _FENCED.sub("", page.read_text("utf-8"))


def anchors(page: Path) -> set[str]:
    """What links can point to: its headings in small letters, joined by hyphens."""
    names = set()
    for heading in _HEADING.findall(prose(page)):
        kept = re.sub(r"[^\w\- ]", "", heading.lower())
        names.add(kept.replace(" ", "-"))
    return names


def sections(page: Path, mark: str) -> dict[str, str]:
    """The text below each heading of one level, by heading."""
    parts = re.split(rf"^{mark} (.+)\n", prose(page), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def rows_under(page: Path, header: str) -> list[list[str]]:
    """The cells of the first table whose first column has this header."""
    lines = prose(page).splitlines()
    at = next(n for n, line in enumerate(lines) if line.startswith(f"| {header} |"))
    rows = []
    for line in lines[at + 2 :]:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip("|").split(" | ")])
    return rows


def names_under(page: Path, header: str) -> list[str]:
    """The names in code that stand in the first column of that table."""
    cells = (row[0] for row in rows_under(page, header))
    return [name for cell in cells for name in re.findall(r"`([^`]+)`", cell)]


# --- what can be run ----------------------------------------------------------------

COHORT = "patient,start,neuro,renal\nA-17,2026-01-10,no,normal\nB-02,1/2/2026,no,normal"
FILES = {"cohort.md": {"cohort.csv": COHORT}}
"""Files that the examples of a page expect to be there."""

OUTPUT = {
    "cohort.md": "A-17 2026-01-12\nrow 3: start: 1/2/2026 could be 2026-02-01 or "
    "2026-01-02 write the one that is meant (for all such dates: --dates "
    "dmy or --dates mdy)\n"
}
"""What a Python example prints where the page does not say it."""

RUN_ELSEWHERE = {ROOT / "README.md": "by tests/docs/test_readme.py"}
NOT_RUN = {
    ("caldav.md", "sh"): "needs a server; run against Radicale in test_publish_*.py",
    ("card.md", "sh"): "sets up a browser for tests",
    ("fhir.md", "sh"): "sets up an optional package",
    ("recipes.md", "sh"): "run in test_recipes.py, where their programs are",
    ("recipes.md", "ini"): "units of systemd, read in test_recipes.py",
    ("security.md", "sh"): "sets up a package that asks the network",
    ("CONTRIBUTING.md", "sh"): "starts the tests themselves, for hours",
    ("mutation.md", "sh"): "starts the tests themselves, for many minutes",
}
RUN = {"python", "console", "diff", "toml"}


def _environment(**changes: str) -> dict[str, str]:
    """As a reader at a terminal of 80 columns has it; a copy is not measured."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("COV")}
    programs = sysconfig.get_path("scripts")
    return {
        **kept,
        "PATH": f"{programs}{os.pathsep}{kept['PATH']}",
        "COLUMNS": "80",
        "PYTHONIOENCODING": "utf-8",
        "B12SCHED_CONFIG": "none",
        **changes,
    }


def _changed(source: str, change: str) -> str:
    """A file's text after a change: `+` and `-` lines, between others as they are."""
    kept, made = [], []
    for line in change.splitlines():
        sign, text = line[:1], line[1:]
        if sign != "+":
            kept.append(f"{text}\n")
        if sign != "-":
            made.append(f"{text}\n")
    old, new = "".join(kept), "".join(made)
    assert source.count(old) == 1, f"not there exactly once:\n{old}"
    return source.replace(old, new)


class Story:
    """The blocks of one page, run in order: changes go to a copy of the package."""

    def __init__(self, page: Path, directory: Path) -> None:
        self.page = page
        self.copy = directory / "copy"
        self.here = directory / "here"
        self.here.mkdir()
        # What was compiled is copied as well, with the times that it is known by.
        shutil.copytree(PACKAGE, self.copy / "b12sched")
        for name, text in FILES.get(page.name, {}).items():
            (self.here / name).write_text(text)

    def take(self, block: Block) -> None:
        """Write, change or run what a block holds."""
        first, _, rest = block.text.partition("\n")
        path = self.copy / first.removeprefix("# ")
        if block.language == "diff":
            source = path.read_text("utf-8")
            path.write_text(_changed(source, rest), "utf-8")
        elif block.language == "toml":
            package = first.startswith("# b12sched/")
            where = path if package else self.here / first.removeprefix("# ")
            assert not where.exists()
            where.write_text(rest, "utf-8")
        elif block.language == "python" and first.startswith("# b12sched/"):
            assert not path.exists()
            path.write_text(rest, "utf-8")
        elif block.language == "python":
            expected = block.output or OUTPUT.get(self.page.name)
            assert self.run([sys.executable, "-W", "error", "-c", block.text]) == [
                *(expected or "").splitlines()
            ]
        elif block.language == "console":
            for command, shown in _steps(block.text):
                printed = self.run(["bash", "-c", command])
                assert _matches(shown, printed), (command, printed)

    def run(self, command: list[str]) -> list[str]:
        """The lines that a command prints, data and messages."""
        done = subprocess.run(
            command,
            cwd=self.here,
            env=_environment(PYTHONPATH=str(self.copy)),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
        )
        return [line.rstrip() for line in done.stdout.splitlines()]


def _told(page: Path, directory: Path) -> Story:
    story = Story(page, directory)
    for block in blocks(page):
        story.take(block)
    return story


TOLD = [
    page
    for page in PAGES
    if page not in RUN_ELSEWHERE
    if any(block.language in ("python", "console") for block in blocks(page))
    if page.name != "architecture.md"
]


@pytest.mark.parametrize("page", TOLD, ids=lambda page: page.name)
def test_the_examples_of_a_page_print_what_it_shows(page: Path, tmp_path: Path) -> None:
    """Every block of Python and every command, in order."""
    _told(page, tmp_path)


def test_every_block_is_run_or_has_a_reason() -> None:
    """No block is left out in silence, and no reason is left over."""
    left_out = {
        (page.name, block.language)
        for page in PAGES
        if page not in RUN_ELSEWHERE
        for block in blocks(page)
        if block.language not in RUN
    }
    assert left_out == set(NOT_RUN)


# --- architecture.md ----------------------------------------------------------------


def test_the_rooms_are_those_of_the_house() -> None:
    """The table of rooms is the order that test_house enforces, with its reasons."""
    shown = rows_under(DOCS / "architecture.md", "room")
    assert shown == [[f"`{room}`", why] for room, why in ROOMS.items()]


@pytest.fixture(scope="module")
def extended(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """A copy of the package after all examples of architecture.md."""
    return _told(DOCS / "architecture.md", tmp_path_factory.mktemp("architecture"))


PLAIN = "b12sched plan 2026-01-05 --no-neuro --renal normal --patient A-17"


def test_the_example_regimen_is_in_every_format(extended: Story) -> None:
    """A file is enough; the JSON keeps the schema with its new name."""
    suffixes = [*(form.suffix for form in FORMATS.values()), ".txt"]
    files = [f"A-17{suffix}" for suffix in suffixes]
    extended.run(
        [
            "bash",
            "-c",
            " -o ".join([f"{PLAIN} --regimen uk-week --for patient", *files]),
        ]
    )
    written = {name: (extended.here / name).read_text("utf-8") for name in files}
    schema = (extended.copy / "b12sched/schema/plan-1.json").read_text("utf-8")
    plan = json.loads(written["A-17.json"])
    jsonschema.Draft202012Validator(json.loads(schema)).validate(plan)
    loading = [e["date"] for e in plan["events"] if e["phase"] == "loading"]
    assert [day[-2:] for day in loading[:6]] == ["05", "07", "09", "11", "18", "25"]
    card = re.sub("<[^>]+>", "", written["A-17.html"])
    assert "lasts one week; the product label allows 1 or 2 weeks" in card
    assert "as on the UK product label" in card
    calendar = written["A-17.ics"].replace("\r\n ", "")
    assert "hydroxocobalamin 250 micrograms IM" in calendar
    assert "then 250 micrograms IM weekly until the blood" in written["A-17.fhir.json"]
    assert written["A-17.txt"].splitlines()[0] == "Mon 2026-01-05"


def test_what_the_examples_change_is_a_copy(tmp_path: Path) -> None:
    """It is the copy that is run, and without the examples it is as it was."""
    story = Story(DOCS / "architecture.md", tmp_path)
    where = story.run([sys.executable, "-c", "import b12sched; print(b12sched)"])
    assert str(story.copy) in where[0]
    assert "injection plan: standard" in " ".join(story.run(["bash", "-c", PLAIN]))


@pytest.mark.slow
def test_the_examples_keep_the_order_of_the_house(extended: Story) -> None:
    """A new file in a room imports, and is documented, as the house asks."""
    checks = "rooms_above or has_a_room or in_its_room_only or are_late or public_names"
    said = extended.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"),
            *(str(ROOT / "tests" / "docs" / "test_house.py"), "-k", checks),
        ]
    )
    assert re.search(r"\d+ passed", said[-1]), said
    assert "failed" not in said[-1]


def test_a_change_must_fit_its_file() -> None:
    """A change that finds no place, or two, is an error of the page."""
    assert _changed("a\nb\n", " a\n-b\n+c\n") == "a\nc\n"
    for source in ("a\n", "b\nb\n"):
        with pytest.raises(AssertionError, match="exactly once"):
            _changed(source, "-b\n")


# --- rules.md, options.md -----------------------------------------------------------

RULES_PAGE = DOCS / "rules.md"


@pytest.mark.parametrize("name", ["rules", "options"])
def test_a_page_made_of_the_data_is_what_they_make_of_it(name: str) -> None:
    """Written by its own command, whatever the terminal and the defaults are."""
    done = subprocess.run(
        [sys.executable, "-W", "error", DOCS / f"{name}.py"],
        env=_environment(COLUMNS="40", B12SCHED_CONFIG="nowhere.toml"),
        capture_output=True,
        check=True,
    )
    written = (DOCS / f"{name}.md").read_text("utf-8")
    again = f"write it anew: python docs/{name}.py > docs/{name}.md"
    assert done.stdout.decode() == written, again


def test_the_page_of_options_has_every_command_and_default() -> None:
    """Typed from the help: a key, a default, what is asked for, what is a command's."""
    rows = (DOCS / "options.md").read_text("utf-8").splitlines()
    assert (
        "| `--duration MIN` | Length of an event with --time, in minutes "
        "(default 15). | `duration`: 15 | plan, revise, publish, batch, worklist |"
        in rows
    )
    assert (
        "| `--renal STATUS` | normal, impaired, dialysis or unknown. |  | **plan**, "
        "revise, batch, worklist, forecast, audit |" in rows
    )
    assert "| `--months N` | How many months from then. |  | forecast |" in rows
    named = [row.rsplit("|", 2)[1] for row in rows if row.startswith("| `")]
    assert {each.strip("* ") for cell in named for each in cell.split(",")} == {
        *COMMANDS
    }


def test_the_page_of_rules_lists_the_rules_first() -> None:
    """Name, title and strength, in the order of the data."""
    assert rows_under(RULES_PAGE, "rule") == [
        [f"[{name}](#{name.lower()})", rule.title, strength_text(rule.strength)]
        for name, rule in (
            {name: each.rules[name] for name, each in loading_rules().items()} | RULES
        ).items()
    ]


def test_the_page_of_rules_holds_every_rule_and_caution() -> None:
    """In the order of the data, each with its strength and its sources."""
    found = sections(RULES_PAGE, "###")
    rules = {name: each.rules[name] for name, each in loading_rules().items()} | RULES
    assert list(found) == [*rules, *CAUTIONS]
    for name, text in found.items():
        support: Rule | Caution = rules[name] if name in rules else CAUTIONS[name]
        assert f"- **Strength**: {strength_text(support.strength)}\n" in text
        assert all(f"[{key}](" in text for key in support.sources)
        assert re.search("- [*]{2}Example[*]{2}: `b12sched (plan|batch) ", text)


@table(
    "rule, outcomes",
    ("the third of alternate days", "LOAD-NEURO", "loading-3 on Fri 2026-01-09"),
    ("the second week begins", "LOAD-STANDARD", "loading-4 on Mon 2026-01-12"),
    ("six weeks end", "LOAD-CYANO", "loading-20 on Sun 2026-02-15"),
    ("two months from 16 January", "MAINT", "maintenance-1 on Mon 2026-03-16"),
    ("two months from a late dose", "ANCHOR", "maintenance-2 on Tue 2026-05-12"),
    ("56 days", "WEEKS", "maintenance-1 on Mon 2026-03-02"),
    ("six months from 31 August", "MONTH-END", "maintenance-3 on Sun 2027-02-28"),
    ("on the day of the step-up", "MAINT-MONTHLY", "maintenance-1 on Fri 2026-02-20"),
    (
        "from Sunday on to Monday; from Thursday back to Wednesday",
        "CLINIC-DAYS",
        "loading-4 on Mon 2026-01-12|maintenance-1 on Wed 2026-03-04",
    ),
    ("on the day as of", "AS-OF", "maintenance-1 on Tue 2026-03-10"),
    ("with the dose after a week", "REVIEW-WEEKLY", "review-1 on Tue 2026-01-13"),
    ("three months", "LAB", "lab-3m on Sun 2026-04-05"),
    ("six months", "ASSESS-6M", "assessment-6m on Sun 2026-07-05"),
    ("eGFR 45", "RENAL-CYANO", "is refused: cyanocobalamin"),
    ("three months with neurology", "NEURO-INTERVAL", "is refused: an interval of 3m"),
    ("two months", "CYANO-INTERVAL", "is refused: an interval of 2m"),
)
def test_the_example_of_a_rule_gives_the_date_that_the_rule_asks(
    rule: str, outcomes: str
) -> None:
    """Worked out by hand; the page's own dates are worked out by the program."""
    examples = re.findall("- [*]{2}Example.*", sections(RULES_PAGE, "###")[rule])
    for example, outcome in zip(examples, outcomes.split("|"), strict=True):
        assert f" gives {outcome}: " in example or f" {outcome}" in example


@table(
    "caution, said",
    ("the first examination", "urgent-neuro", "review-1 on Tue 2026-01-13"),
    (
        "7 to 20 January",
        "loading-interrupted",
        "13 days between 2026-01-07 and 2026-01-20|loading-1 on Mon 2026-01-05",
    ),
    (
        "three weeks from 5 March",
        "overdue",
        "due Thu 2026-03-05|21 days overdue|maintenance-1 on Thu 2026-03-26",
    ),
    ("the day as of", "nothing-recorded", "loading-1 on Mon 2026-01-12"),
    ("5 to 15 January", "first-dose-late", "10 days after|the plan as a whole"),
    (
        "12 weeks from 5 January",
        "plateau-not-recorded",
        "2026-03-30 is assumed|review-1 on Tue 2026-01-13",
    ),
    ("Friday to Monday", "gap", "longest gap 3 days|loading-1 on Mon 2026-01-05"),
    (
        "the only Monday of the week is closed",
        "late-closure",
        "due 2026-03-05, on 2026-03-09|maintenance-1 on Mon 2026-03-09",
    ),
    ("Easter Monday", "holidays-by-part", "--holidays GB-ENG|the plan as a whole"),
    ("from the first dose", "cyano-neuro", "loading-1 on Mon 2026-01-05"),
    ("from the first dose", "cyano-leber", "loading-1 on Mon 2026-01-05"),
    ("the first labs", "renal", "Renal status dialysis|lab-3m on Sun 2026-04-05"),
    ("from the first dose", "methylcobalamin", "loading-1 on Mon 2026-01-05"),
    (
        "a day after the first",
        "doses-close",
        "loading-2 on Tue 2026-01-06, 1 day after|loading-1 on Mon 2026-01-05",
    ),
    ("from the next dose on", "new-signs", "maintenance-1 on Thu 2026-03-05"),
    ("the doses of a row", "given-through", "up to Sat 2026-01-10|plan as a whole"),
    ("of the whole", "not-asked", "the plan as a whole"),
    ("from the first dose", "folate-alone", "loading-1 on Mon 2026-01-05"),
    ("from maintenance on", "lifelong", "maintenance-1 on Mon 2026-03-16"),
    ("from the first dose", "potassium", "loading-1 on Mon 2026-01-05"),
    ("the first labs", "serum-b12-on-treatment", "lab-3m on Sun 2026-04-05"),
    ("a month from 16 January", "monthly", "maintenance-1 on Mon 2026-02-16"),
    ("in loading", "step-up-early", "step-up, 2026-01-10|the plan as a whole"),
    ("from maintenance on", "months-vs-label", "maintenance-1 on Mon 2026-02-16"),
    ("of the whole", "interval", "10w is not among those that|2m, 3m, 8w, 12w"),
    (
        "its source",
        "regimen",
        "nl-standard (guideline): Farmacother|a choice made here",
    ),
    ("the first examination", "paradoxical-movements", "review-1 on Tue 2026-01-13"),
    ("after six months", "recovery", "assessment-6m on Sun 2026-07-05"),
    ("from the first dose", "cobalamin-allergy", "loading-1 on Mon 2026-01-05"),
)
def test_the_example_of_a_caution_says_what_it_must(caution: str, said: str) -> None:
    """The facts of the one plan, and the first event that it bears on."""
    (example,) = re.findall("- [*]{2}Example.*", sections(RULES_PAGE, "###")[caution])
    assert all(part in example for part in said.split("|"))


def test_what_is_said_in_every_plan_is_said_in_every_plan() -> None:
    """And nothing else is: the page says of all other cautions when they hold."""
    found = sections(RULES_PAGE, "###")
    always = {code for code in CAUTIONS if "- **Said** in every plan\n" in found[code]}
    plans = (
        {"neuro": "yes"},
        {"neuro": "no", "drug": "methylcobalamin"},
        {"neuro": "no", "drug": "cyanocobalamin"},
        {"last_dose": "2026-01-05"},
    )
    assert always == set.intersection(*(codes(**fields) for fields in plans))


# --- formats.md ---------------------------------------------------------------------

FORMATS_PAGE = DOCS / "formats.md"


def _paths(schema: Any) -> Iterator[str]:
    """The fields that a JSON Schema names, as paths: `events[].id`, `rules.*.text`."""
    for part in schema.get("oneOf", []):
        yield from _paths(part)
    for name, part in schema.get("properties", {}).items():
        inner = [f".{path}" for path in _paths(part)]
        if not inner:
            inner = [f"[].{path}" for path in _paths(part.get("items", {}))]
        if not inner:
            other = part.get("additionalProperties") or {}
            inner = [f".*.{path}" for path in _paths(other)]
        yield from (f"{name}{path}" for path in inner or [""])


def _paths_of(value: Any) -> Iterator[str]:
    """The fields of a JSON document as such paths."""
    for name, part in value.items():
        if isinstance(part, dict):
            yield from (f"{name}.{path}" for path in _paths_of(part))
        elif isinstance(part, list):
            yield from (f"{name}[].{path}" for path in _paths_of(part[0]))
        else:
            yield name


def test_the_fields_of_the_json_are_those_of_its_schema() -> None:
    """Each once, and no other."""
    schema = json.loads((PACKAGE / "schema" / "plan-1.json").read_text("utf-8"))
    shown = names_under(FORMATS_PAGE, "field")
    # Values stand in the second column; these are paths.
    assert sorted(shown) == sorted(_paths(schema))


@table(
    "header, columns",
    ("events", "column", CSV_COLUMNS),
    ("manifest", "column of the manifest", MANIFEST_COLUMNS),
    ("errors", "column of the errors", ERROR_COLUMNS),
    ("worklist", "worklist", worklist_view.COLUMNS),
    ("audit", "audit", audit_view.COLUMNS),
    ("filled in", "to fill in", worklist_view.TO_FILL),
    ("forecast", "forecast, CSV", forecast_view.CSV_COLUMNS),
    ("weeks", "forecast, CSV by week", forecast_view.WEEK_COLUMNS),
    ("measures", "measures", tuple(measures_view.LABELS)),
    ("due", "due, JSON", Due._fields),
    ("formats", "to write", tuple(FORMATS)),
)
def test_columns_stand_in_their_order(header: str, columns: tuple[str, ...]) -> None:
    """One line each."""
    place = 1 if header == "to write" else 0
    shown = [row[place] for row in rows_under(FORMATS_PAGE, header)]
    assert shown == [f"`{name}`" for name in columns]


def test_the_fields_of_a_forecast_are_those_it_has() -> None:
    """Of one with a full day, so that no list is empty."""
    window = Window(first=date(2026, 1, 5), last=date(2026, 2, 28))
    counts = count([plan_of()], window)
    found = json.loads(forecast_view.forecast_json(forecast(counts, window, 0)))
    assert names_under(FORMATS_PAGE, "forecast, JSON") == list(_paths_of(found))


STAMP = datetime(2026, 1, 1, tzinfo=UTC)


def _calendars() -> Iterator[bytes]:
    """Whole days, a time of day, discreet, revised with a cancelled event; a clinic."""
    plan, shorter = plan_of(neuro="yes"), plan_of(neuro="yes", plateau="2026-02-01")
    timed = {"time": "09:00", "timezone": "Europe/London"}
    styles = [CalendarStyle.parse(each) for each in ({}, timed, {"discreet": "yes"})]
    window = Window(first=date(2026, 1, 5), last=date(2026, 2, 28))
    for style in styles:
        yield write_calendar(plan, style, STAMP)
        old = read_calendar(write_calendar(plan, style, STAMP), "A-17")
        revised = revise_calendar(old, shorter, style, STAMP)
        assert revised.cancelled
        yield revised.data
        yield write_clinic(
            worklist([Planned(1, plan)], window), window, style, STAMP, each=False
        )


def test_the_properties_of_a_calendar_are_those_it_has() -> None:
    """In all kinds of calendar; the parts of a time zone are those of the standard."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for data in _calendars():
        inside: list[str] = []
        for line in data.decode().replace("\r\n ", "").splitlines():
            name, _, value = line.partition(":")
            if name == "BEGIN":
                inside.append(value)
            elif name == "END":
                inside.pop()
            else:
                found[inside[-1]].add(name.partition(";")[0])
    del found["DAYLIGHT"], found["STANDARD"]
    shown = names_under(FORMATS_PAGE, "property")
    assert sorted(shown) == sorted(
        f"{part}/{name}" for part, names in found.items() for name in names
    )


def test_the_resources_of_a_bundle_are_those_it_has() -> None:
    """Of a plan with every kind of event, one dose given."""
    bundle = json.loads(plan_fhir(plan_of(neuro="yes", given="2026-01-05")))
    kinds = {entry["resource"]["resourceType"] for entry in bundle["entry"]}
    assert sorted(names_under(FORMATS_PAGE, "resource")) == sorted(kinds)


def test_the_keys_of_the_configuration_are_those_it_takes() -> None:
    """Each with what stands for it, and what holds without it."""
    assert rows_under(FORMATS_PAGE, "key") == [
        [f"`{name}`", key.what, key.default] for name, key in KEYS.items()
    ]


def test_the_exit_codes_are_those_of_the_errors() -> None:
    """Every class of error is named beside its code; 4 is a batch's own."""
    rows = rows_under(FORMATS_PAGE, "code")
    shown = {
        name: int(row[0]) for row in rows for name in re.findall(r"`(\w+)`", row[2])
    }
    assert shown == {
        name: kind.exit_code
        for name, kind in vars(errors).items()
        if isinstance(kind, type) and issubclass(kind, errors.B12SchedError)
    }
    assert [int(row[0]) for row in rows] == [0, 1, 2, 3, SOME_FAILED]


def test_the_help_has_the_same_exit_codes() -> None:
    """Word for word."""
    said = here("--help").out.partition("Exit codes:\n")[2].partition("\n\n")[0]
    assert [line.split(maxsplit=1) for line in said.splitlines()] == [
        row[:2] for row in rows_under(FORMATS_PAGE, "code")
    ]


def test_the_environment_variables_are_those_that_are_read() -> None:
    """By the one module that may read them."""
    source = (PACKAGE / "commands/environment.py").read_text("utf-8")
    read = re.findall(r'environ\.get\("(\w+)"\)', source)
    looked_for = re.findall(r'"(\w+)" in os\.environ', source)
    assert source.count("os.environ") == len(read) + len(looked_for)
    assert set(looked_for) <= set(read)
    assert sorted(names_under(FORMATS_PAGE, "variable")) == sorted(read)


def test_the_columns_of_a_cohort_are_the_fields_of_a_case() -> None:
    """In their order."""
    assert names_under(DOCS / "cohort.md", "column") == list(FIELDS)


# --- every page ---------------------------------------------------------------------


@every_page
def test_a_link_leads_to_a_file_and_a_heading(page: Path) -> None:
    """Inside the repository; the web is not asked."""
    for link in _LINK.findall(prose(page)):
        if re.match(r"[a-z]+:", link):
            continue
        name, _, anchor = link.partition("#")
        target = page.parent / name if name else page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


def test_the_index_names_every_page() -> None:
    """Of docs/, so that none is found by chance only."""
    index = DOCS / "README.md"
    linked = {link.partition("#")[0] for link in _LINK.findall(prose(index))}
    assert {page.name for page in DOCS.glob("*.md")} - {index.name} <= linked


NO_PATHS = {"b12sched/plan/1"}


@every_page
def test_a_file_that_is_named_is_there(page: Path) -> None:
    """Paths in code, with or without `*`."""
    path = r"`((?:b12sched|docs|tests|benchmarks|examples|\.ci)/[\w./*-]+)`"
    for name in set(re.findall(path, prose(page))) - NO_PATHS:
        assert list(ROOT.glob(name)), name


OPTIONS_OF_OTHERS = {"--strict", "--date"}
"""Options of other programs that stand alone in code, and the one an example adds."""


@every_page
def test_an_option_that_is_named_is_there(page: Path) -> None:
    """In code that begins with an option, and in commands of b12sched."""
    known = {"--help", "--install-completion", "--show-completion"}
    group: Any = program_for(())
    for command in (group, *group.commands.values()):
        for option in command.params:
            known |= {*option.opts, *option.secondary_opts}
    named = re.findall(r"`(--[a-z][a-z-]*)", prose(page))
    for command in re.findall(r"\bb12sched [a-z]+ [^`|\n]*", page.read_text("utf-8")):
        named += re.findall(r"(?<![\w-])--[a-z][a-z-]*", command)
    assert set(named) - OPTIONS_OF_OTHERS <= known


def test_the_example_of_the_life_of_a_plan_is_typed_from_the_rule() -> None:
    """Due on Wednesday, given on Thursday: the page's own example."""
    second = event(plan_of(open="mon,thu"), "loading-2")
    assert (second.due, second.date) == (date(2026, 1, 7), date(2026, 1, 8))


# --- CONTRIBUTING.md ----------------------------------------------------------------


def test_a_newcomer_finds_the_file_in_one_step() -> None:
    """Each question has one file, and what answers it stands at its top level."""
    answers = rows_under(ROOT / "CONTRIBUTING.md", "question")
    assert len(answers) >= 10
    for question, file, name in answers:
        tree = ast.parse((ROOT / file.strip("`")).read_text("utf-8"))
        there = {
            getattr(node, "name", None) or ast.unparse(node).partition(" ")[0]
            for node in tree.body
        }
        assert name.strip("`") in {text.rstrip(":") for text in there}, question


def test_the_glossary_is_in_order_and_says_each_word_once() -> None:
    """Whoever looks a word up finds it by the alphabet."""
    words = [word for word, _ in rows_under(DOCS / "glossary.md", "word")]
    assert words == sorted(set(words))
