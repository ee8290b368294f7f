"""A slice of the long search in `fuzz.py`, and proof that each check can fail."""

from __future__ import annotations

import datetime as dt
import re
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import fuzz
import pytest
from fuzzing import bench as benches
from fuzzing import calendars, command_lines, dates, plan_files
from fuzzing import cohorts as cohort_files
from fuzzing.bench import Bench, Ran, check_ended, check_kept, check_whole
from fuzzing.target import BrokenRuleError, Target, must
from spec import table

from b12sched import cli
from b12sched import dates as reader
from b12sched.errors import B12SchedError, InputError

SLICE = {"dates": 3000, "cohorts": 150, "plans": 60, "calendars": 40, "commands": 120}
"""Inputs of each target in every run of the tests; some seconds in all."""

EACH = pytest.mark.parametrize("target", fuzz.TARGETS, ids=lambda target: target.name)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """A bench in which an input that hangs is stopped."""
    room = tmp_path / "room"
    room.mkdir()
    with fuzz.watched(), benches.benched(room) as found:
        yield found


def faults(target: Target, bench: Bench, inputs: int = 40) -> str:
    """What a search tells, in one text."""
    found = fuzz.search(target, 1, range(inputs), bench).faults
    return " ".join(each.error for each in found)


@EACH
def test_no_input_brings_a_fault_to_light(target: Target, bench: Bench) -> None:
    """No traceback, no hang, a documented code, two lines, whole files or none.

    Some are taken and some are refused, or the search would look for nothing.
    """
    outcome = fuzz.search(target, 1, range(SLICE[target.name]), bench)
    assert not outcome.faults
    assert outcome.ended.total() == SLICE[target.name]
    assert all(count < 0.9 * SLICE[target.name] for count in outcome.ended.values())


@EACH
def test_an_input_can_be_drawn_again(
    target: Target, capsys: pytest.CaptureFixture[str]
) -> None:
    """By seed, target and number, whatever was drawn before it."""
    with pytest.MonkeyPatch.context() as patch:
        broken = target._replace(check=_broken)
        patch.setattr(fuzz, "TARGETS", (broken,))
        arguments = ["--target", target.name, "--seed", "7"]
        assert fuzz.main([*arguments, "--inputs", "3"]) == 1
        told = capsys.readouterr().out
        assert f"--seed 7 --target {target.name} --only 2" in told
        assert fuzz.main([*arguments, "--only", "2"]) == 1
    again = capsys.readouterr().out
    assert "1 inputs" in again
    assert told.split("--only 2\n")[1].split("…")[0].strip() in again


def _broken(drawn: object, _: Bench) -> str:
    raise BrokenRuleError("broken on purpose")


def test_all_targets_share_the_inputs(capsys: pytest.CaptureFixture[str]) -> None:
    """A thousand of a thousand; the dates, which cost least, get the most."""
    assert sum(target.share for target in fuzz.TARGETS) == 1000
    with pytest.MonkeyPatch.context() as patch:
        fine = [each._replace(check=lambda *_: "fine") for each in fuzz.TARGETS]
        patch.setattr(fuzz, "TARGETS", fine)
        assert fuzz.main(["--inputs", "200"]) == 0
    assert "dates: 172 inputs" in capsys.readouterr().out


# -- each check can fail -------------------------------------------------------------


def raises(error: Exception) -> Callable[..., object]:
    """A reader that is broken."""

    def broken(*_: object, **__: object) -> object:
        raise error

    return broken


@table(
    "target, broken",
    ("dates", dates.TARGET, "b12sched.dates.parse_date"),
    ("cohorts", cohort_files.TARGET, "b12sched.cohort.row.build"),
    ("plans", plan_files.TARGET, "b12sched.commands.deliver.read_plan"),
    ("calendars", calendars.TARGET, "b12sched.output.calendar.read_calendar"),
    ("commands", command_lines.TARGET, "b12sched.plan.clinic.Clinic.parse"),
)
def test_a_reader_that_fails_is_found(
    target: Target, broken: str, bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever else than an error of its own it raises."""
    monkeypatch.setattr(broken, raises(ValueError("odd")))
    assert "ValueError" in faults(target, bench)


def test_a_hang_is_found(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether it works for ever or waits for ever; the search goes on after it."""

    def waits(*_: object) -> None:
        time.sleep(5)

    def works(*_: object) -> None:
        while True:
            pass

    monkeypatch.setattr(fuzz, "PATIENCE", 0.05)
    monkeypatch.setattr(fuzz, "WAIT", 0.2)
    for stuck in (waits, works):
        monkeypatch.setattr(reader, "parse_date", stuck)
        outcome = fuzz.search(dates.TARGET, 1, range(2), bench)
        assert [found.error.split(":")[0] for found in outcome.faults] == ["Hang"] * 2
    assert signal.getitimer(signal.ITIMER_PROF) == (0, 0)


def test_a_search_that_finds_only_faults_ends(bench: Bench) -> None:
    """What it has found by then says enough."""
    broken = dates.TARGET._replace(check=_broken)
    outcome = fuzz.search(broken, 1, range(1000), bench)
    assert outcome.inputs == len(outcome.faults) == fuzz.MOST_FAULTS


_READ = reader.parse_date


def _day_first(text: str, field: str) -> dt.date:
    match = re.fullmatch("([0-9]{2})/([0-9]{2})/([0-9]{4})", text)
    if match and int(match[2]) <= 12:
        return dt.date(int(match[3]), int(match[2]), min(int(match[1]) or 1, 28))
    return _READ(text, field)


def _a_day_late(text: str, field: str) -> dt.date:
    return _READ(text, field) + dt.timedelta(1)


def _refuses_words(text: str, field: str) -> dt.date:
    return _READ(re.sub("[A-Z]", "?", text), field)


def _one_reading(text: str, field: str) -> dt.date:
    try:
        return _READ(text, field)
    except B12SchedError as error:
        error.message = error.message.partition(" or ")[0]
        raise


@table(
    "broken, rule",
    ("an ambiguous date is read", _day_first, "exactly one day"),
    ("a date is misread", _a_day_late, "exactly one day"),
    ("a good date is refused", _refuses_words, "in a form that is read is read"),
    ("one reading is named", _one_reading, "names both readings"),
)
def test_a_date_that_is_misread_is_found(
    broken: Callable[[str, str], dt.date],
    rule: str,
    bench: Bench,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A wrong date harms: each way to get one wrong is seen."""
    monkeypatch.setattr(reader, "parse_date", broken)
    assert rule in faults(dates.TARGET, bench, 400)


@table(
    "broken, by, rule",
    (
        "a row is lost",
        "b12sched.cohort.csv_rows._Lines.put_back",
        lambda *_: None,
        "every good row is delivered",
    ),
    (
        "a row is thought bad",
        "b12sched.cohort.values._SEPARATOR",
        "|",
        "every good row is delivered",
    ),
    ("what is fed back differs", "b12sched.cohort.csv_rows.as_typed", str, "fed back"),
)
def test_a_cohort_that_is_misread_is_found(
    broken: str, by: object, rule: str, bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows that are lost, refused without a reason, or changed on their way back."""
    monkeypatch.setattr(broken, by)
    assert re.search(rule, faults(cohort_files.TARGET, bench, 300))


def test_a_plan_file_that_is_not_kept_is_found(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A refused file that is changed, and a written one that is another plan."""

    def spoils(path: Path, _: bytes) -> None:
        path.write_bytes(b"{}")
        raise InputError("odd", "mend it")

    with monkeypatch.context() as patch:
        patch.setattr("b12sched.commands.revise.read_saved", spoils)
        assert "is left as it was" in faults(plan_files.TARGET, bench)
    monkeypatch.setattr("b12sched.output.export.plan_json", lambda *_: b"{}")
    assert "can be revised" in faults(plan_files.TARGET, bench)


@table(
    "old, new, rule",
    ("another day", b"DATE:20260105", b"DATE:20260106", "has every event"),
    ("no UID", b"\nUID:", b"\nX-UID:", "has every event"),
    ("not to be read", b"VERSION:2.0", b"END:X\r\nEND:X", "icalendar reads"),
)
def test_a_calendar_that_lacks_an_event_is_found(
    old: bytes, new: bytes, rule: str, bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lost, on another day, or in a file that cannot be read."""
    whole = benches.Bench.run

    def without(self: Bench, *arguments: str, stdin: bytes = b"") -> Ran:
        ran = whole(self, *arguments, stdin=stdin)
        path = self.directory / "calendar.ics"
        if ran.code == 0:
            path.write_bytes(path.read_bytes().replace(old, new))
        return ran

    monkeypatch.setattr(benches.Bench, "run", without)
    assert re.search(rule, faults(calendars.TARGET, bench))


@table(
    "ran, rule",
    ("an odd code", Ran(5, "", "error: a\n  b\n"), "documented"),
    ("a traceback", Ran(1, "", "Traceback\n"), "no traceback"),
    ("a fault", Ran(1, "", "error: unexpected X\n  b\n"), "no fault of the program"),
    ("an escape", Ran(2, "", "error: \x1b[1m\n  b\n"), "nothing but text"),
    ("an escape in data", Ran(0, "\x1b[1m", ""), "no escape"),
    ("data", Ran(2, "a", "error: a\n  b\n"), "no data beside"),
    ("one line", Ran(2, "", "error: a\n"), "two lines"),
    ("a word too many", Ran(2, "", "oh\nwell\nerror: a\n  b\n"), "two lines"),
    ("no refusal", Ran(3, "", "error: a\n  b\n"), "begins refused"),
    ("nothing said", Ran(2, "", "error: \n  b\n"), "what is wrong"),
    ("no cure", Ran(2, "", "error: a\n  \n"), "what to do"),
    ("an error in silence", Ran(0, "", "error: a\n  b\n"), "no error with exit"),
)
def test_a_command_that_ends_badly_is_found(ran: Ran, rule: str) -> None:
    """Each thing that every command must keep to, broken alone."""
    check_ended(Ran(2, "", "error: a\n  b\n"))
    check_ended(Ran(1, "", "row 2: a\n  b\nerror: a\n  b\n"))
    with pytest.raises(BrokenRuleError, match=rule):
        check_ended(ran)


@table(
    "code, after, rule",
    ("a refused file changed", 2, {"a.md": b"b\n"}, "left as it was"),
    ("a refused file gone", 3, {}, "left as it was"),
    ("a file more", 1, {"a.md": b"a\n", "b": b""}, "left as it was"),
    ("an empty file", 0, {"a.md": b"a\n", "b.json": b""}, "can be read"),
    ("a directory more", 2, {"a.md": b"a\n", "b": None}, "left as it was"),
    ("a file taken away", 0, {}, "taken away"),
    ("a draft", 0, {"a.md": b"a\n", ".a.md.x.part": b""}, "no draft"),
    ("half a file", 4, {"a.md": b"a\n", "b.json": b"{"}, "can be read"),
)
def test_a_file_that_is_not_kept_is_found(
    code: int, after: benches.Files, rule: str
) -> None:
    """What is refused is left as it was; what is written is whole."""
    before: benches.Files = {"a.md": b"a\n"}
    check_kept(Ran(2, "", ""), before, before)
    check_kept(Ran(0, "", ""), before, {"a.md": b"b\n", "c": None})
    check_kept(Ran(1, "", ""), before, before | {"b": b""}, ["b"])
    with pytest.raises(BrokenRuleError, match=rule):
        check_kept(Ran(code, "", ""), before, after)


@table(
    "name, content",
    ("JSON", "a.json", b'{"a": NaN}'),
    ("CSV", "a.csv", b'a,b\n"c'),
    ("rows of two widths", "a.csv", b"a,b\nc\n"),
    ("a calendar", "a.ics", b"BEGIN:VCALENDAR\r\n"),
    ("a page", "a.html", b"<html>"),
    ("a text", "a.md", b"a"),
    ("no UTF-8", "a.md", b"\xff\n"),
    ("no format", "a.xyz", b"a\n"),
)
def test_a_file_that_is_not_whole_is_found(name: str, content: bytes) -> None:
    """Each format has an end by which half of it is known."""
    with pytest.raises(BrokenRuleError):
        check_whole(name, content)


def test_a_bench_reaches_no_network(bench: Bench) -> None:
    """The address of a calendar is one that does not answer; nothing is sent."""
    plan = command_lines.make_files()["plan.json"]
    bench.put({"plan.json": plan})
    ran = bench.run("publish", "plan.json", "--url", "https://calendar.invalid/b12/")
    assert ran.code == 1
    assert "connection" in ran.err


def test_no_command_line_leaves_the_bench() -> None:
    """No absolute path, none to the directory above, nothing installed in a shell."""
    for odd in ("/etc/x.json", "-o/etc", "--output=/etc/x.csv", "../x.md", "a/../../b"):
        assert command_lines.tame(odd) == "x"
    assert command_lines.tame("--install-completion") == "x"
    for usual in ("2026-01-05", "--open=mon/fri", "/dev/null", "03/04/2026"):
        assert command_lines.tame(usual) == usual


def test_a_rule_that_holds_is_no_fault() -> None:
    """And one that does not tells what was seen."""
    must(True, "it holds")
    with pytest.raises(BrokenRuleError, match="it holds; 'seen'"):
        must(False, "it holds", "seen")


def test_the_command_is_put_together_as_the_program_does(bench: Bench) -> None:
    """The bench runs what a user runs: same help, same commands."""
    assert "--no-neuro" in bench.run("plan", "--help").out
    assert cli.program_for(["plan"]) is benches.COMMAND
