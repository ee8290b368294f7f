"""An error on a terminal: red, the value bold, a command that can be pasted."""

from __future__ import annotations

import pytest
from cli import ESC, on_terminal
from spec import table

from b12sched.views.screen.error import error_lines


def shown(said: str, named: str, cure: str, width: int = 40) -> list[str]:
    """The lines of an error as text."""
    lines = error_lines("error: ", said, named, cure, width)
    return ["".join(text for text, _ in line) for line in lines]


def test_the_kind_is_red_and_the_value_bold() -> None:
    """The first place of the value in the text is it."""
    [line, _] = error_lines("error: ", "--renal: x is not x", "x is", "see it", 80)
    assert line == (
        *(("error: ", "bold red"), ("--renal: ", ""), ("x is", "bold"), (" not x", "")),
    )


@table(
    "cure, lines",
    ("no command", "write the one that is meant", ["  write the one that is meant"]),
    (
        "a long cure is folded",
        "did you mean normal? allowed: normal, impaired, dialysis, unknown",
        ["  did you mean normal? allowed: normal,", "  impaired, dialysis, unknown"],
    ),
    (
        "a command at the end has a line of its own",
        "make a new plan: b12sched plan START --patient REF --neuro --renal normal",
        [
            "  make a new plan:",
            "    b12sched plan START --patient REF --neuro --renal normal",
        ],
    ),
    (
        "a command with words after it is not folded",
        "change that plan with b12sched revise A-17.json, or name another file",
        ["  change that plan with b12sched revise A-17.json, or name another file"],
    ),
)
def test_a_command_to_type_is_never_folded(cure: str, lines: list[str]) -> None:
    """What is copied from the terminal is one line."""
    assert shown("it is wrong", "", cure)[1:] == lines


@pytest.mark.measured
@table(
    "term, no_colour, escapes",
    ("a terminal", "xterm", "", (f"{ESC}[1;31merror: ", f"{ESC}[1mnorml{ESC}[0m")),
    ("without colour", "xterm", "1", (f"{ESC}[1merror: ",)),
    ("a dumb terminal", "dumb", "", ("error: --renal: norml is not",)),
)
def test_an_error_stands_out_on_a_terminal(
    term: str, no_colour: str, escapes: tuple[str, ...]
) -> None:
    """NO_COLOR and TERM=dumb are honoured."""
    wrong = ("plan", "2026-01-05", "--neuro", "--renal", "norml")
    shown = on_terminal(*wrong, TERM=term, NO_COLOR=no_colour)
    assert shown.code == 2
    for escape in escapes:
        assert escape in shown.screen
    assert (ESC in shown.screen) is (term == "xterm")
