"""What a person is asked at the terminal, and the command to type next time."""

from __future__ import annotations

import shlex

import pytest
from cli import FACTS, here, on_terminal, plan_json
from spec import table

FIRST, SIGNS, STATUS = "first injection", "or signs", "Renal status"
AGAIN = "The same without questions:"


def command_in(screen: str) -> list[str]:
    """The command line that the terminal shows at the end."""
    line = screen.replace("\n", "").partition(AGAIN)[2].strip()
    program, *arguments = shlex.split(line)
    assert program == "b12sched"
    return arguments


@pytest.mark.measured
@table(
    "typed, answers, command",
    (
        "three answers",
        (),
        ((FIRST, "2026-01-05\n"), (SIGNS, "n\n"), (STATUS, "normal\n")),
        ("plan", "2026-01-05", "--no-neuro", "--renal", "normal"),
    ),
    (
        "a number for the renal status",
        (),
        ((FIRST, "5 Jan 2026\n"), (SIGNS, "y\n"), (STATUS, "75\n")),
        ("plan", "5 Jan 2026", "--neuro", "--egfr", "75"),
    ),
    (
        "more than a number",
        ("--months", "6"),
        ((FIRST, "2026-01-05\n"), (SIGNS, "N\n"), (STATUS, " >60 \n")),
        ("plan", "2026-01-05", "--no-neuro", "--egfr", ">60", "--months", "6"),
    ),
    (
        "on maintenance",
        (),
        ((FIRST, "last 2026-01-05\n"), (SIGNS, "Yes\n"), (STATUS, "Normal\n")),
        ("plan", "--last-dose", "2026-01-05", "--neuro", "--renal", "Normal"),
    ),
    (
        "on maintenance, in other letters",
        ("--neuro",),
        ((FIRST, " LAST  5 Jan 2026\n"), (STATUS, "dialysis\n")),
        ("plan", "--last-dose", "5 Jan 2026", "--renal", "dialysis", "--neuro"),
    ),
    (
        "a date of numbers, whose order was declared",
        ("--dates", "dmy", "--neuro"),
        ((FIRST, "05/01/2026\n"), (STATUS, "normal\n")),
        ("plan", "2026-01-05", "--renal", "normal", "--dates", "dmy", "--neuro"),
    ),
    (
        "a last dose of numbers, whose order was declared",
        ("--dates", "mdy", "--neuro"),
        ((FIRST, "last 01/05/2026\n"), (STATUS, "normal\n")),
        (
            *("plan", "--last-dose", "2026-01-05", "--renal", "normal"),
            *("--dates", "mdy", "--neuro"),
        ),
    ),
)
def test_answers_become_the_command_to_type_next_time(
    typed: tuple[str, ...],
    answers: tuple[tuple[str, str], ...],
    command: tuple[str, ...],
) -> None:
    """With what was typed at first; it makes the same plan and asks nothing."""
    shown = on_terminal(
        "plan", *typed, "--format", "csv", answers=answers, to_file=True
    )
    assert shown.code == 0, shown.screen
    line = command_in(shown.screen)
    assert line == [*command, "--format", "csv"]
    assert here(*line).out == shown.out


@table(
    "question, wrong, said",
    ("no date after last", FIRST, "last\n", "2026-01-05"),
    ("last of no day", FIRST, "last 2026-02-30\n", "2026-02 has 28 days"),
    ("an eGFR out of range", STATUS, "1000\n", "0 to 200"),
    ("no word", STATUS, "fine\n", "allowed: normal, impaired"),
    ("no yes and no no", SIGNS, "perhaps\n", "yes"),
)
def test_an_answer_that_cannot_be_read_is_asked_again(
    question: str, wrong: str, said: str
) -> None:
    """With what is wrong, and what can be answered."""
    right = {FIRST: "2026-01-05\n", SIGNS: "n\n", STATUS: "normal\n"}
    answers = []
    for each, text in right.items():
        if each == question:
            answers += [(each, wrong), ("> ", text)]
        else:
            answers.append((each, text))
    shown = on_terminal("plan", answers=tuple(answers))
    assert shown.code == 0, shown.screen
    assert said in " ".join(shown.screen.split())


def test_where_nothing_is_asked_no_command_is_shown() -> None:
    """The user has typed it."""
    assert AGAIN not in on_terminal("plan", *FACTS).screen


def test_a_plan_that_is_refused_shows_no_command_to_repeat() -> None:
    """What to do instead is said."""
    shown = on_terminal(
        "plan", *("2026-01-05", "--no-neuro", "--drug", "cyanocobalamin"),
        answers=((STATUS, "59\n"),),
    )  # fmt: skip
    assert shown.code == 3
    assert AGAIN not in shown.screen


@table(
    "arguments, said",
    ("no start", ("--no-neuro", "--renal", "normal"), "START"),
    ("no neurology", ("2026-01-05", "--renal", "normal"), "--neuro"),
    ("no renal status", ("2026-01-05", "--no-neuro"), "--renal"),
)
def test_with_no_input_a_missing_fact_is_an_error(
    arguments: tuple[str, ...], said: str
) -> None:
    """On a terminal, too."""
    shown = on_terminal("plan", *arguments, "--no-input")
    assert shown.code == 2
    assert said in shown.screen
    assert "?" not in shown.screen.partition("\n")[0]


def test_no_input_changes_nothing_where_nothing_is_missing() -> None:
    """Scripts may always state it."""
    assert plan_json(*FACTS, "--no-input") == plan_json(*FACTS)
