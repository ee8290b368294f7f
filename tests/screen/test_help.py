"""The help: examples that run, what is required, options in groups, nothing cut."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from cli import ESC, Done, here, json_of, on_terminal
from rich.cells import cell_len
from spec import table

from b12sched.cli import COMMANDS, GROUPS, program_for
from b12sched.errors import B12SchedError

every_command = pytest.mark.parametrize("name", COMMANDS)
ROW = re.compile(r"^  (-\S|[A-Z])")
JUNE = {
    "SOURCE_DATE_EPOCH": "1780272000",  # 1 June 2026
    "B12SCHED_PASSWORD": "x",
}


def sections(text: str) -> dict[str, str]:
    """The text below each heading of a help, by heading."""
    parts = re.split(r"^(\S.*):\n", text, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def examples(name: str) -> list[str]:
    """The lines that the help of a command shows as examples."""
    shown = sections(here(name, "--help", COLUMNS="120").out)["Examples"]
    return [line.strip() for line in shown.splitlines() if line]


# -- examples ------------------------------------------------------------------------


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory that holds what the examples name: a plan and a cohort."""
    monkeypatch.chdir(tmp_path)
    made = here(*shlex.split(examples("plan")[1])[1:], **JUNE)
    assert made.code == 0, made.err
    (tmp_path / "cohort.csv").write_text(
        "patient,start,neuro,renal\nA-17,2026-01-05,no,normal\n", "utf-8"
    )
    return tmp_path


@pytest.mark.unmeasured
@every_command
def test_each_example_of_the_help_runs(
    name: str, work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In their order; `publish` as far as the server, which is not there."""
    reached: list[str] = []

    def connect(address: object, user: str, *_: object, **__: object) -> None:
        reached.append(user)
        raise B12SchedError("is not there", "look for it")

    if name == "publish":
        monkeypatch.setattr("b12sched.commands.publish.connect", connect)
    lines = examples(name)
    assert lines
    for line in lines:
        program, command, *words = shlex.split(line)
        assert (program, command) == ("b12sched", name)
        done = here(command, *words, **JUNE)
        if name == "publish":
            assert reached.pop() == "clinic"
        else:
            assert done.code == 0, done.err


@every_command
def test_a_long_example_is_broken_so_that_a_shell_reads_it(name: str) -> None:
    """With a backslash at the end of the line, between whole words."""
    shown = sections(here(name, "--help", COLUMNS="40").out)["Examples"]
    joined = shown.replace("\\\n", " ")
    found = [" ".join(shlex.split(line)) for line in joined.splitlines() if line]
    assert found == [" ".join(shlex.split(line)) for line in examples(name)]


# -- what stands where ---------------------------------------------------------------


@table(
    "name, required",
    ("plan", "plan", ["START", "--last-dose", "--neuro", "--renal", "--egfr"]),
    ("revise", "revise", ["PLAN.json"]),
    ("due", "due", ["LAST_DOSE"]),
    ("publish", "publish", ["PLAN.json...", "--url"]),
    ("batch", "batch", ["COHORT", "-o,"]),
)
def test_what_is_required_stands_under_its_own_heading(
    name: str, required: list[str]
) -> None:
    """Before all options; an optional argument is no part of it."""
    shown = sections(here(name, "--help", COLUMNS="80").out)
    rows = [
        line.split()[0] for line in shown["Required"].splitlines() if ROW.match(line)
    ]
    assert rows == required
    assert [*shown][:2] == ["Examples", "Required"]
    assert "Required" not in sections(here("explain", "--help").out)


def test_a_plan_asks_for_what_a_revision_and_a_batch_do_not() -> None:
    """The same options are required in one command and not in the others."""
    assert "Asked for if missing" in here("plan", "--help").out
    for name in ("revise", "batch", "worklist"):
        assert "Asked for if missing" not in here(name, "--help").out
        assert "--renal" not in sections(here(name, "--help").out).get("Required", "")


@table("name", ("a plan", "plan"), ("a revision", "revise"))
def test_options_that_come_late_have_a_group_of_their_own(name: str) -> None:
    """Ended, because and accept are not among the options of a new plan."""
    late = sections(here(name, "--help").out)["Later in a treatment"]
    assert re.findall(r"^  (--\S+)", late, re.MULTILINE) == [
        "--ended",
        "--because",
        "--accept",
    ]


def test_the_help_groups_the_commands() -> None:
    """One patient, many patients, about; with an example of each group."""
    shown = sections(here("--help").out)
    assert {
        title: re.findall(r"^  (\w+) ", shown[title], re.MULTILINE) for title in GROUPS
    } == {
        "One patient": ["plan", "revise", "due", "publish"],
        "Many patients": ["batch", "worklist", "forecast", "audit"],
        "About": ["regimens", "explain", "config", "selftest"],
    }
    assert shown["Examples"].count("b12sched ") == len(GROUPS)


def test_the_help_says_the_exit_codes_in_the_words_of_the_documents() -> None:
    """They are a promise, and are said once."""
    page = Path(__file__).parents[2] / "docs/formats.md"
    listed = re.findall(
        r"^\| ([0-4]) \| (.+?) \|", page.read_text("utf-8"), re.MULTILINE
    )
    for words in (("--help",), ("plan", "--help")):
        codes = sections(here(*words, COLUMNS="100").out)["Exit codes"]
        rows = [line.strip().partition("  ") for line in codes.splitlines()]
        assert [(code, text) for code, _, text in rows if text] == listed


@pytest.mark.unmeasured
@every_command
def test_the_short_help_names_every_option_and_explains_what_is_required(
    name: str,
) -> None:
    """`-h` is shorter than `--help`, and leads there."""
    short, whole = (here(name, flag, COLUMNS="80").out for flag in ("-h", "--help"))
    options = set(re.findall(r"--[a-z-]+", whole)) - {"--help"}
    assert options <= set(re.findall(r"--[a-z-]+", short))
    assert len(short.splitlines()) < len(whole.splitlines())
    assert short.rstrip().endswith(f"b12sched {name} --help")
    assert sections(short).get("Required") == sections(whole).get("Required")
    assert here(name, "-h", "--help", COLUMNS="80").out == whole


# -- widths and terminals ------------------------------------------------------------


@pytest.mark.unmeasured
@every_command
@pytest.mark.parametrize("flag", ["-h", "--help"])
def test_nothing_in_the_help_is_cut_or_too_wide(name: str, flag: str) -> None:
    """Every word of a wide help is in a narrow one, and fits."""
    wide = sorted(here(name, flag, COLUMNS="100").out.replace("\\\n", "").split())
    for columns in (40, 59, 60, 80, 120):
        done = here(name, flag, COLUMNS=str(columns))
        assert max(map(cell_len, done.out.splitlines())) <= columns
        assert sorted(done.out.replace("\\\n", "").split()) == wide, columns


@table(
    "term, bold",
    ("a terminal", "xterm-256color", True),
    ("a dumb one", "dumb", False),
)
def test_headings_are_bold_where_a_terminal_can(term: str, bold: bool) -> None:
    """And nothing else is; what is bold says the same without it."""
    shown = on_terminal("due", "--help", TERM=term).screen
    assert (f"{ESC}[1mRequired:{ESC}[0m" in shown) == bold
    assert (ESC in shown) == bold
    plain = re.sub(r"\x1b\[\d*m", "", shown)
    assert plain.splitlines() == here("due", "--help", COLUMNS="80").out.splitlines()


def test_no_command_is_built_for_the_help_of_another() -> None:
    """Building all takes longer than most commands do."""
    assert [*program_for(["due"]).commands] == ["due"]


# -- the answers ---------------------------------------------------------------------


def test_a_misspelt_option_is_answered_with_the_nearest() -> None:
    """One, by distance; where none is near, with the help alone."""
    hints = [
        here("plan", option).err.splitlines()
        for option in ("--neural", "--renall", "--xyzzy")
    ]
    assert hints == [
        [
            "error: No such option: --neural",
            "  did you mean --neuro? see b12sched plan --help",
        ],
        [
            "error: No such option: --renall",
            "  did you mean --renal? see b12sched plan --help",
        ],
        ["error: No such option: --xyzzy", "  see b12sched plan --help"],
    ]


@table(
    "typed, hint",
    ("near", "plann", "did you mean plan? see b12sched --help"),
    ("the beginning", "regi", "did you mean regimens? see b12sched --help"),
    ("nothing like it", "xyzzy", "see b12sched --help"),
)
def test_a_misspelt_command_is_answered_with_the_nearest(typed: str, hint: str) -> None:
    """In two lines, as every error."""
    assert here(typed) == Done(
        2, "", f"error: {typed} is not a command of b12sched\n  {hint}\n"
    )


def test_explain_regimens_and_config_have_json() -> None:
    """As every command has that answers a question."""
    assert [*json_of(here("explain", "maint", "--format", "json"))] == [
        "rules",
        "cautions",
        "sources",
    ]
    assert json_of(here("regimens", "--format", "json"))
    assert json_of(here("config", "--format", "json"))
