"""Errors as data: one line of JSON, with a code from a list that is a promise."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from cli import b12sched, here
from spec import table

import b12sched as package
from b12sched.cli import COMMANDS
from b12sched.errors import B12SchedError, InputError, OutputError, RefusedError

SOURCE = Path(package.__file__).parent
DOCUMENT = Path(__file__).parents[2] / "docs/formats.md"
KEYS = ["code", "field", "value", "message", "hint", "exit"]
FACTS = ("2026-01-05", "--no-neuro", "--renal", "normal")


def test_every_code_of_the_program_is_on_the_list_and_no_other() -> None:
    """Other programs branch on them."""
    source = "\n".join(path.read_text("utf-8") for path in SOURCE.rglob("*.py"))
    errors = re.sub(r"\bCaution\(\s*code=", "", source)
    used = set(re.findall(r"\bcode ?= ?\"([a-z-]+)\"", errors))
    section = DOCUMENT.read_text("utf-8").partition("| `code` | what is wrong |")[2]
    listed = re.findall(
        r"^\| `([a-z-]+)` \|", section.partition("\n\n")[0], re.MULTILINE
    )
    assert len(listed) == len(set(listed))
    assert set(listed) == used
    for kind in (B12SchedError, InputError, OutputError, RefusedError):
        assert kind.code in listed


@pytest.mark.unmeasured
@table(
    "arguments, code, field, value, exit_code",
    ("an option", (*FACTS, "--nope"), "usage", None, None, 2),
    ("a date", ("2026-02-30", *FACTS[1:]), "date", "start", "2026-02-30", 2),
    ("a word", (*FACTS, "--drug", "x"), "unknown-name", "drug", "x", 2),
    ("a fact", FACTS[:2], "missing", "renal", None, 2),
    ("two", (*FACTS, "--egfr", "61"), "both-stated", "egfr", "61", 2),
    (
        "a plateau",
        (*FACTS, "--plateau", "2026-01-09"),
        "not-applicable",
        "plateau",
        "2026-01-09",
        2,
    ),
    (
        "a later day",
        (*FACTS, "--given", "2199-01-05"),
        "future",
        "given",
        "2199-01-05",
        2,
    ),
    (
        "a refusal",
        (*FACTS[:3], "impaired", "--drug", "cyanocobalamin"),
        "refused",
        "RENAL-CYANO",
        "cyanocobalamin",
        3,
    ),
)
def test_with_json_an_error_is_one_line_of_json(
    arguments: tuple[str, ...],
    code: str,
    field: str | None,
    value: str | None,
    exit_code: int,
) -> None:
    """Instead of the two lines; standard output stays empty."""
    for form in (("--format", "json"), ("--format=json",)):
        done = here("plan", *arguments, *form)
        assert (done.code, done.out) == (exit_code, "")
        [line] = done.err.splitlines()
        error = json.loads(line)["error"]
        assert list(error) == KEYS
        assert [error[key] for key in ("code", "field", "value", "exit")] == [
            code,
            field,
            value,
            exit_code,
        ]
        assert error["message"]
        assert error["hint"]
    told = here("plan", *arguments)
    assert told.code == exit_code
    assert len(told.err.splitlines()) == 2
    assert error["message"] in told.err


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_says_its_errors_as_data(command: str) -> None:
    """What the command line holds wrong is no exception; it cannot be used."""
    for words in (("--xyzzy",), ("a.csv", "a.csv", "a.csv", "--months")):
        done = here(command, *words, "--format", "json")
        assert (done.code, done.out) == (2, "")
        [line] = done.err.splitlines()
        assert list(json.loads(line)["error"]) == KEYS


@table(
    "arguments, code, said",
    ("no such command", ("plann",), "usage", "did you mean plan?"),
    (
        "a rule that is none",
        ("explain", "MIANT"),
        "unknown-name",
        "did you mean MAINT?",
    ),
    ("a file that is none", ("revise", "a.json"), "unusable", "a.json"),
    ("a cohort that is none", ("audit", "a.csv"), "unusable", "a.csv"),
    ("no day", ("due", "2026-02-30"), "date", "2026-02 has 28 days"),
    ("no place", ("batch", "a.csv"), "missing", "-o DIR"),
    ("no file of defaults", ("config", "--config", "a.toml"), "unusable", "a.toml"),
    ("no regimen", ("regimens", "stadnard"), "unknown-name", "did you mean standard?"),
)
def test_an_error_as_data_says_what_to_do(
    arguments: tuple[str, ...],
    code: str,
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The code to branch on, and the same hint as in words."""
    monkeypatch.chdir(tmp_path)
    done = here(*arguments, "--format", "json")
    error = json.loads(done.err)["error"]
    assert done.code == error["exit"]
    assert code in error["code"]
    assert said in f"{error['message']} {error['hint']}"
    told = here(*arguments)
    assert error["hint"] in told.err
    assert error["message"] in told.err


def test_an_error_line_is_json_on_a_stream_of_any_encoding() -> None:
    """An escape of the stream's own would not be one of JSON's."""
    done = b12sched(
        *("plan", *FACTS, "--drug", "Zoë", "--format", "json"), PYTHONIOENCODING="ascii"
    )
    assert json.loads(done.err)["error"]["value"] == "Zoë"


def test_an_error_keeps_its_code_on_the_way_between_processes() -> None:
    """A batch's workers send theirs to the parent."""
    import pickle

    error = InputError("m", "h", field="f", value="v", code="future")
    again = pickle.loads(pickle.dumps(error))  # noqa: S301  # our own bytes
    assert (again.code, again.field, again.value) == ("future", "f", "v")
    assert InputError("m", "h").code == "unusable"
