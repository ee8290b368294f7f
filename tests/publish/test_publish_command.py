"""The command `publish` as its users meet it; the server is Radicale, as elsewhere."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli import here, is_error, on_terminal
from test_publish_server import (
    PASSWORD,
    USER,
    Box,
    box,
    gate,
    pytestmark,
    radicale,
    status,
)

__all__ = ["box", "gate", "pytestmark", "radicale"]

LAST_DOSE = ("--last-dose", "2026-01-05", "--no-neuro", "--renal", "normal")


@pytest.fixture
def plan_file(tmp_path: Path) -> Path:
    """A plan of six maintenance doses as `plan -o` leaves it."""
    path = tmp_path / "A-17.json"
    done = here(
        "plan", *LAST_DOSE, "--patient", "A-17", "--format", "csv", "-o", str(path)
    )
    assert done.code == 0, done.err
    return path


def arguments(box: Box, path: Path, *more: str) -> tuple[str, ...]:
    return ("publish", str(path), "--url", box.url, "--user", USER, *more)


def test_a_plan_file_is_published_revised_and_published_again(
    box: Box, plan_file: Path
) -> None:
    """One line on standard error says what was done, one who sees it.

    Standard output stays empty, and a run that changes nothing says the first only.
    """
    done = here(*arguments(box, plan_file), B12SCHED_PASSWORD=PASSWORD)
    assert (done.code, done.out) == (0, "")
    assert done.err == (
        "127.0.0.1: 6 created, 0 updated, 0 unchanged, 0 cancelled, 0 in conflict\n"
        "Whoever shares this calendar sees for whom they are and what is given "
        "(--discreet: neutral words). Some servers keep reminders for each user: "
        "colleagues set their own.\n"
    )
    assert {str(event["CLASS"]) for event in box.events()} == {"PUBLIC"}
    done = here(*arguments(box, plan_file), B12SCHED_PASSWORD=PASSWORD)
    assert done.err == (
        "127.0.0.1: 0 created, 0 updated, 6 unchanged, 0 cancelled, 0 in conflict\n"
    )
    assert here("revise", str(plan_file), "--given", "2026-03-06").code == 0
    done = here(*arguments(box, plan_file, "--discreet"), B12SCHED_PASSWORD=PASSWORD)
    assert done.code == 0
    assert " 6 updated, " in done.err
    assert here("revise", str(plan_file), "--interval", "3m").code == 0
    more = ("--discreet", "--cancelled", "delete", "--dry-run")
    done = here(*arguments(box, plan_file, *more), B12SCHED_PASSWORD=PASSWORD)
    assert done.code == 0
    assert done.err.startswith("127.0.0.1: would be: ")
    assert box.gate.writes
    assert not [method for method, _, _ in box.gate.writes if method == "DELETE"]


def test_a_conflict_is_the_end_with_exit_code_1(box: Box, plan_file: Path) -> None:
    """The counts first, then the error; both on standard error."""
    assert here(*arguments(box, plan_file), B12SCHED_PASSWORD=PASSWORD).code == 0
    box.move(next(iter(box.everything())))
    done = here(*arguments(box, plan_file), B12SCHED_PASSWORD=PASSWORD)
    counted, message, hint = done.err.splitlines()
    assert done.code == 1
    assert "5 unchanged, 0 cancelled, 1 in conflict" in counted
    assert message.startswith("error: 1 left as they are on the server: A-17 maint")
    assert hint.startswith("  record in the plan")


@pytest.mark.parametrize(
    ("more", "what"),
    [
        (("--url", "https://nurse:secret@example.org/"), "--url: holds a login"),
        (("--url", "http://example.org/"), "--url: http:// would send password and"),
        (("--cancelled", "drop"), "--cancelled: drop is not a known way to cancel"),
        (("--time", "09:00"), "--time: 09:00 has no time zone"),
    ],
)
def test_unusable_options_are_refused_before_anything_is_sent(
    box: Box, plan_file: Path, more: tuple[str, ...], what: str
) -> None:
    """Exit code 2, and no login in the message."""
    done = here(*arguments(box, plan_file, *more), B12SCHED_PASSWORD=PASSWORD)
    is_error(done, 2, what)
    assert "secret" not in done.err
    assert box.gate.seen == []


def test_without_an_address_a_plan_or_a_password_it_says_what_is_missing(
    box: Box, plan_file: Path, tmp_path: Path
) -> None:
    """No request is made."""
    is_error(here("publish", str(plan_file)), 2, "--url: is missing")
    is_error(here(*arguments(box, tmp_path / "no.json")), 2, "no.json cannot be read")
    broken = tmp_path / "broken.json"
    broken.write_text("{}", "utf-8")
    is_error(here(*arguments(box, broken)), 2, "broken.json: schema")
    is_error(here(*arguments(box, plan_file)), 2, "--user: there is no password")
    assert box.gate.seen == []


def test_an_unusable_plan_file_keeps_no_other_from_being_published(
    box: Box, plan_file: Path, tmp_path: Path
) -> None:
    """It is named with its cure, exit code 1; the other patient is delivered."""
    broken = tmp_path / "broken.json"
    broken.write_text("{}", "utf-8")
    done = here(
        *arguments(box, broken, str(plan_file), str(tmp_path / "no.json")),
        B12SCHED_PASSWORD=PASSWORD,
    )
    assert done.code == 1
    assert done.err.startswith("127.0.0.1: 6 created, ")
    message, hint = done.err.splitlines()[-2:]
    assert message.startswith("error: broken.json: schema: ")
    assert "no.json cannot be read" in message
    assert hint.strip()
    assert len(box.everything()) == 6


def test_a_plan_file_that_contradicts_itself_is_named(
    box: Box, plan_file: Path
) -> None:
    """Each field can be read, but not together: no request is made."""
    text = plan_file.read_text("utf-8")
    plan_file.write_text(text.replace('"egfr": null', '"egfr": 80'), "utf-8")
    is_error(here(*arguments(box, plan_file)), 2, "A-17.json: egfr", "both stated")
    assert box.gate.seen == []


def test_a_time_that_comes_twice_is_told_on_standard_error(
    box: Box, tmp_path: Path
) -> None:
    """On 25 October 2026 the clocks of London go back: the first is meant."""
    path = tmp_path / "B.json"
    facts = ("--last-dose", "2026-08-25", "--no-neuro", "--renal", "normal")
    assert here("plan", *facts, "--patient", "B", "-o", str(path)).code == 0
    times = ("--time", "01:30", "--timezone", "Europe/London", "--dry-run")
    done = here(*arguments(box, path, *times), B12SCHED_PASSWORD=PASSWORD)
    assert done.code == 0
    assert "B: 01:30 comes twice on Sun 2026-10-25" in done.err


def test_a_fault_of_the_server_is_one_error(box: Box, plan_file: Path) -> None:
    """Two lines, exit code 1."""
    box.gate.fault = status(503)
    done = here(*arguments(box, plan_file), B12SCHED_PASSWORD=PASSWORD)
    is_error(done, 1, "127.0.0.1 answers with an error: 503 Service Unavailable")


def test_with_no_input_no_password_is_asked_for(box: Box, plan_file: Path) -> None:
    """On a terminal, too: what is missing is an error."""
    done = on_terminal(*arguments(box, plan_file, "--no-input"))
    assert done.code == 2
    assert "there is no password" in " ".join(done.screen.split())
    assert box.gate.seen == []


@pytest.mark.measured
def test_the_password_is_asked_for_on_a_terminal_and_not_shown(
    box: Box, plan_file: Path
) -> None:
    """Where neither the environment nor a keyring has it."""
    done = on_terminal(
        *arguments(box, plan_file),
        answers=(("Password of nurse at 127.0.0.1: ", f"{PASSWORD}\n"),),
    )
    assert done.code == 0, done.screen
    assert "6 created" in done.screen
    assert PASSWORD not in done.screen
