"""What a shell offers: the values of every closed set, and only the files that fit."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from cli import b12sched, here, surroundings
from spec import table
from typer._completion_classes import BashComplete

from b12sched.cli import COMMANDS, program_for, run
from b12sched.cohort.source import form_of
from b12sched.commands.completion import BASH_SCRIPT

COHORTS = ("a.csv", "b.tsv", "c.txt", "d.jsonl", "e.ndjson")
LEFT = ("A-17.json", "A-17.fhir.json", "A-17.ics", "own.toml", ".hidden.csv", *COHORTS)


@pytest.fixture(autouse=True)
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory with a file of each kind, and a directory of plans."""
    monkeypatch.chdir(tmp_path)
    for name in LEFT:
        (tmp_path / name).touch()
    (tmp_path / "plans").mkdir()
    (tmp_path / "plans/B 2.json").touch()
    return tmp_path


def offered(line: str) -> dict[str, str | None]:
    """What is offered for the last word of a line, with what is said of it."""
    _, *typed, last = line.split(" ")
    command: Any = program_for(typed)
    shell = BashComplete(command, {}, "b12sched", "_B12SCHED_COMPLETE")
    return {item.value: item.help for item in shell.get_completions(typed, last)}


# -- words ---------------------------------------------------------------------------

FACTS = "2026-01-05 --no-neuro --renal normal"
WORKLIST = "a.csv --from 2026-01-05 --to 2026-01-09"


@table(
    "command, option",
    ("renal status", "plan 2026-01-05 --no-neuro", "--renal"),
    ("drug", f"plan {FACTS}", "--drug"),
    ("reason", f"plan {FACTS} --ended 2026-02-05", "--because"),
    ("anaemia", f"plan {FACTS}", "--anaemia"),
    ("refusals", f"plan {FACTS}", "--accept"),
    ("views", f"plan {FACTS}", "--view"),
    ("regimens", f"plan {FACTS}", "--regimen"),
    ("formats", f"plan {FACTS}", "--format"),
    ("classes", f"plan {FACTS} --format ics", "--class"),
    ("readers", f"plan {FACTS} --format html", "--for"),
    ("formats of a batch", "batch a.csv -o out", "--format"),
    ("forms of a cohort", "batch a.csv -o out", "--input-format"),
    ("formats of an audit", "audit a.csv", "--format"),
    ("formats of due", "due 2026-01-05", "--format"),
    ("formats of explain", "explain", "--format"),
    ("formats of regimens", "regimens", "--format"),
    ("formats of config", "config", "--format"),
    ("formats of a selftest", "selftest", "--format"),
    ("ways to cancel", "publish A-17.json --url https://c.invalid/", "--cancelled"),
)
def test_a_closed_set_is_offered_as_it_is_allowed(command: str, option: str) -> None:
    """The words are those that the error for another word lists."""
    line = [*command.split(), option]
    refused = here(*line, "xyzzy")
    assert refused.code == 2
    allowed = refused.err.partition("allowed: ")[2].partition(";")[0]
    found = [name for name in offered(f"b12sched {' '.join(line)} ") if "." not in name]
    assert [name for name in found if "/" not in name] == allowed.strip().split(", ")


@table(
    "line, found",
    ("the beginning", "plan --drug hy", {"hydroxocobalamin": ""}),
    ("in any case", "plan --because DE", {"declined": ""}),
    ("after a sign", "plan --drug=hy", {"hydroxocobalamin": ""}),
    ("a country", "due --holidays new", {}),
    ("a country's code", "due --holidays i", ["IE", "IN", "IS", "IT"]),
    ("a time zone", "plan --timezone europe/lond", {"Europe/London": ""}),
    (
        "a country with its parts",
        "due --holidays gb",
        {
            "GB": "United Kingdom",
            "GB-ENG": "England",
            "GB-NIR": "Northern Ireland",
            "GB-SCT": "Scotland",
            "GB-WLS": "Wales",
        },
    ),
    ("a part", "due --holidays GB-E", {"GB-ENG": "England"}),
    (
        "a refusal with its title",
        "plan --accept REN",
        {"RENAL-CYANO": "No cyanocobalamin in renal impairment"},
    ),
    (
        "a regimen with its title",
        "regimens us-w",
        {"us-weekly": "US practice, weekly cyanocobalamin 1 mg"},
    ),
    (
        "a rule and a caution with their titles",
        "explain renal",
        {
            "RENAL-CYANO": "No cyanocobalamin in renal impairment",
            "renal": "Renal status other than normal",
        },
    ),
    ("open days", "due --open mon", {"mon-fri": "", "mon": ""}),
    ("a command", "plan 2026-01-05 x", {}),
)
def test_values_are_offered_with_what_they_stand_for(
    line: str, found: dict[str, str] | list[str]
) -> None:
    """Those that begin with what was typed, in any case."""
    shown = offered(f"b12sched {line}")
    if isinstance(found, list):
        assert set(found) <= set(shown)
    else:
        assert shown == found


def test_commands_and_options_are_offered_with_what_they_do() -> None:
    """The options of the command that was typed, and no other's."""
    assert [*offered("b12sched re")] == ["revise", "regimens"]
    assert offered("b12sched due --on") == {
        "--on": "The day to answer for, instead of today."
    }
    assert offered("b12sched due --plat") == {}


# -- files ---------------------------------------------------------------------------


@table(
    "line, files",
    ("a plan", "revise ", ["A-17.json", "plans/"]),
    ("plans", "publish A-17.json ", ["A-17.json", "plans/"]),
    ("a cohort", "batch ", [*COHORTS, "plans/"]),
    ("a list's cohort or plans", "worklist ", ["A-17.json", *COHORTS, "plans/"]),
    ("its own configuration", "config --config ", ["none", "own.toml", "plans/"]),
    ("a directory", "batch a.csv -o ", ["plans/"]),
    ("in a directory", "revise plans/", ["plans/B 2.json"]),
    ("a local protocol", "plan --regimen o", ["own.toml"]),
    ("any file", "plan -o A", ["A-17.fhir.json", "A-17.ics", "A-17.json"]),
    ("hidden ones if asked for", "batch .", [".hidden.csv"]),
    ("no such directory", "batch nowhere/", []),
    ("no name of a file", "batch \0/", []),
)
def test_files_are_offered_where_they_fit(line: str, files: list[str]) -> None:
    """And directories, on the way to them."""
    assert [*offered(f"b12sched {line}")] == files


@table(
    "line",
    ("a date", "plan "),
    ("a reference", "plan --patient "),
    ("a last dose", "due "),
    ("a number", "plan --egfr "),
    ("a name of a clinic", "plan --clinic-name "),
    ("a user", "publish --user "),
)
def test_no_file_is_offered_where_none_goes(line: str) -> None:
    """A value that is a free text."""
    assert offered(f"b12sched {line}") == {}


def test_after_the_last_argument_options_are_offered() -> None:
    """Nothing else can follow."""
    assert set(offered("b12sched explain MAINT ")) == {"--format", "--help", "-h"}
    assert "--renal" in offered("b12sched plan 2026-01-05 ")
    assert all(name.startswith("-") for name in offered("b12sched due 2026-01-05 "))


@pytest.mark.unmeasured
def test_no_option_without_files_offers_any() -> None:
    """For each option of each command, by its metavar."""
    named = set(LEFT) | {"plans/"}
    for name in COMMANDS:
        command: Any = program_for([name])
        for option in command.commands[name].params:
            if option.param_type_name != "option" or option.is_flag:
                continue
            found = set(offered(f"b12sched {name} {option.opts[0]} ")) & named
            takes_files = (
                option.metavar in ("FILE", "DIR") or "FILE.toml" in option.help
            )
            assert bool(found) == takes_files, (name, option.opts)


def test_every_suffix_of_a_cohort_is_offered() -> None:
    """Those whose form is known."""
    assert all(form_of(Path(name)) for name in COHORTS)
    source = Path(form_of.__code__.co_filename).read_text("utf-8")
    table_of_suffixes = re.search(r"_SUFFIXES = \{(.*?)\}", source, re.DOTALL)
    assert table_of_suffixes
    assert re.findall(r'"(\.\w+)"', table_of_suffixes[1]) == [
        Path(name).suffix for name in COHORTS
    ]


# -- shells --------------------------------------------------------------------------


def answer(shell: str, line: str, **more: str) -> str:
    """What the program answers a shell for a line, in this process."""
    words = line.split(" ")
    asked = {
        "_B12SCHED_COMPLETE": f"complete_{shell}",
        "COMP_WORDS": "\n".join(words),
        "COMP_CWORD": str(len(words) - 1),
        "_TYPER_COMPLETE_ARGS": line,
        "_TYPER_COMPLETE_FISH_ACTION": "get-args",
    }
    done = here(**(asked | more))
    assert (done.code, done.err) == (0, "")
    return done.out.removesuffix("\n")


@table(
    "shell, line, said",
    ("bash", "bash", "b12sched explain renal", "RENAL-CYANO\nrenal"),
    ("bash, two words", "bash", "b12sched revise plans/B", "'plans/B 2.json'"),
    ("bash, after a sign", "bash", "b12sched plan --drug = hy", "hydroxocobalamin"),
    ("bash, no answer", "bash", "b12sched plan ", ""),
    ("bash, no command", "bash", "b12sched", ""),
    (
        "zsh",
        "zsh",
        "b12sched explain renal",
        "local -a _found=(RENAL-CYANO renal); local -a _said=('RENAL-CYANO -- No "
        "cyanocobalamin in renal impairment' 'renal -- Renal status other than "
        "normal'); compadd -l -d _said -a _found",
    ),
    (
        "zsh, files",
        "zsh",
        "b12sched revise ",
        "local -a _found=(A-17.json); compadd -f -a _found; "
        "local -a _found=(plans/); compadd -f -S '' -a _found",
    ),
    (
        "zsh, a value without a text",
        "zsh",
        "b12sched plan --drug h",
        "local -a _found=(hydroxocobalamin); local -a _said=(hydroxocobalamin); "
        "compadd -l -d _said -a _found",
    ),
    ("zsh, no answer", "zsh", "b12sched plan ", ""),
    (
        "fish",
        "fish",
        "b12sched explain renal",
        "RENAL-CYANO\tNo cyanocobalamin in renal impairment\n"
        "renal\tRenal status other than normal",
    ),
    ("fish, one word", "fish", "b12sched plan --drug=h", "--drug=hydroxocobalamin"),
    ("fish, no answer", "fish", "b12sched plan ", ""),
)
def test_each_shell_is_answered_in_its_own_way(
    shell: str, line: str, said: str
) -> None:
    """Where nothing fits the answer is empty: no shell then offers files."""
    assert answer(shell, line) == said


def test_bash_lists_values_with_what_they_stand_for() -> None:
    """At the second Tab it only shows them; one that is left is inserted alone."""
    listing = {"COMP_TYPE": "63"}
    assert answer("bash", "b12sched explain renal", **listing) == (
        "RENAL-CYANO  (No cyanocobalamin in renal impairment)\n"
        "renal  (Renal status other than normal)"
    )
    assert answer("bash", "b12sched explain renal-", **listing) == "RENAL-CYANO"
    assert answer("bash", "b12sched plan --drug ", **listing).splitlines()[0] == (
        "hydroxocobalamin"
    )


@table(
    "request_, code, said",
    ("a shell that is none", "complete_ash", 1, "Shell ash not supported."),
    ("a task that is none", "sing_bash", 1, 'instruction "sing" not supported'),
)
def test_what_no_shell_asks_is_an_error(request_: str, code: int, said: str) -> None:
    """Typer's own."""
    done = here(_B12SCHED_COMPLETE=request_)
    assert done.code == code
    assert said in done.err


def test_the_script_for_bash_is_our_own() -> None:
    """Typer's falls back to the names of files."""
    script = here(_B12SCHED_COMPLETE="source_bash").out
    assert "-o default" not in script
    assert "complete -F _b12sched_completion b12sched" in script
    assert (
        script.strip()
        == (
            BASH_SCRIPT
            % {
                "complete_func": "_b12sched_completion",
                "autocomplete_var": "_B12SCHED_COMPLETE",
                "prog_name": "b12sched",
            }
        ).strip()
    )


def test_the_option_shows_the_same_script(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`--show-completion`, for the shell in which it is typed."""
    monkeypatch.setattr("typer.completion._get_shell_name", lambda: "bash")
    assert run(["--show-completion"]) == 0
    assert "complete -F _b12sched_completion b12sched" in capsys.readouterr().out


def in_shell(program: str, lines: str, **env: str) -> str:
    """What a shell prints for lines of its own language."""
    path = f"{Path(sys.executable).parent}:/usr/bin:/bin"
    done = subprocess.run(
        [program, "-c", lines],
        env=surroundings(PATH=path, **env),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
def test_bash_completes_with_the_script(tmp_path: Path) -> None:
    """Sourced and called as bash calls it."""
    script = tmp_path / "script.sh"
    script.write_text(here(_B12SCHED_COMPLETE="source_bash").out)
    ask = (
        "COMP_TYPE=9; _b12sched_completion b12sched; "
        "printf '%s|' \"${COMPREPLY[@]}\"; echo"
    )
    found = in_shell(
        "bash",
        f"source {script}; COMP_WORDS=(b12sched plan --renal i); COMP_CWORD=3; {ask}\n"
        f"COMP_WORDS=(b12sched revise plans/); COMP_CWORD=2; {ask}\n"
        f"COMP_WORDS=(b12sched plan --patient ''); COMP_CWORD=3; {ask}",
    )
    assert found.splitlines() == ["impaired|", "'plans/B 2.json'|", "|"]


@pytest.mark.skipif(shutil.which("fish") is None, reason="fish is not installed")
def test_fish_completes_with_its_script(tmp_path: Path) -> None:
    """And offers no file where none goes."""
    script = b12sched(_B12SCHED_COMPLETE="source_fish").out
    (tmp_path / "script.fish").write_text(script)
    lines = "source script.fish; complete -C 'b12sched plan --renal i'; echo -; "
    found = in_shell(
        "fish", lines + "complete -C 'b12sched plan --patient '", HOME=str(tmp_path)
    )
    assert found.splitlines() == ["impaired", "-"]
