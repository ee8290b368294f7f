"""Each rule that every command must keep to, broken alone: the bench finds it."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable

import bench as benches
import pytest
from bench import (
    BrokenRuleError,
    Files,
    HangError,
    Ran,
    check_ended,
    check_kept,
    check_whole,
    must,
    stopped_if_it_hangs,
)
from spec import table


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
def test_a_file_that_is_not_kept_is_found(code: int, after: Files, rule: str) -> None:
    """What is refused is left as it was; what is written is whole."""
    before: Files = {"a.md": b"a\n"}
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


def test_a_rule_that_holds_is_no_fault() -> None:
    """And one that does not tells what was seen."""
    must(True, "it holds")
    with pytest.raises(BrokenRuleError, match="it holds; 'seen'"):
        must(False, "it holds", "seen")


def test_a_hang_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether it works for ever or waits for ever; no timer is left behind."""

    def waits() -> None:
        time.sleep(60)

    def works() -> None:
        while True:
            pass

    monkeypatch.setattr(benches, "PATIENCE", 0.05)
    monkeypatch.setattr(benches, "WAIT", 0.2)
    stuck: tuple[Callable[[], None], ...] = (waits, works)
    for each in stuck:
        with pytest.raises(HangError, match="end, at"), stopped_if_it_hangs():
            each()
        assert signal.getitimer(signal.ITIMER_PROF) == (0, 0)
        assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)
