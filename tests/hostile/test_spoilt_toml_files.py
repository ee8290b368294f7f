"""Files in TOML that a clinic writes: used whole, or refused in one error.

`GOOD` holds a file of each kind, with the command that reads it; a new kind of file is
a line more.
"""

from __future__ import annotations

import tomllib
from typing import NamedTuple

import pytest
from bench import Bench, Files, check_kept, must
from cli import FACTS
from hypothesis import strategies as st
from searching import search, shown_fault
from spec import table
from spoiling import HOSTILE, chance, one_of, spoilt_bytes, spoilt_text

NAME = "clinic.toml"
GOOD: tuple[tuple[bytes, tuple[str, ...]], ...] = (
    (
        b'# ours\nopen = "mon-fri"\nholidays = "GB-ENG"\nclosed = [2026-12-24]\n'
        b'months = 3\nremind = ["1d", "2h"]\ntime = "09:30"\n'
        b'timezone = "Europe/London"\nduration = 15\ndiscreet = true\n',
        ("plan", *FACTS, "--config", NAME, "--format", "json"),
    ),
    (
        b'clinic_name = "Riverside"\nclass = "private"\nopen = "tue"  # for now\n',
        ("config", "--config", NAME),
    ),
)
VALUES = (
    *("1", "-1", "1.5", "true", "[]", "{}", "[[]]", "2026-01-05", "09:30", "nan"),
    *('"""', "'", '"mon"', '["mon", 1]', "0x10", "1_000", "9" * 5000, "a.b = 1"),
)


class Typed(NamedTuple):
    """A file in TOML, and the command that reads it."""

    data: bytes
    command: tuple[str, ...]


@st.composite
def toml_files(draw: st.DrawFn) -> Typed:
    """A file that is spoilt in its lines, in its bytes, or not at all."""
    data, command = one_of(draw, GOOD)
    kind = draw(st.integers(0, 9))
    if 2 <= kind < 8:
        lines = data.decode().splitlines()
        for _ in range(draw(st.integers(1, 3))):
            at = draw(st.integers(0, len(lines) - 1))
            lines[at] = _other_line(draw, lines[at])
        data = "\n".join([*lines, ""]).encode(errors="surrogatepass")
    elif kind >= 8:
        data = draw(spoilt_bytes(data))
    return Typed(data, command)


def _other_line(draw: st.DrawFn, line: str) -> str:
    key, _, value = line.partition(" = ")
    if chance(draw, 30):
        return f"{key} = {one_of(draw, VALUES)}"
    if chance(draw, 30):
        return f'{key} = "{one_of(draw, HOSTILE)}"'
    if chance(draw, 30):
        return f"{draw(spoilt_text(key, 1))} = {value}"
    return one_of(draw, ("", f"{line}\n{line}", draw(spoilt_text(line, 2))))


def check(typed: Typed, bench: Bench) -> str:
    """Run the command that reads it: it says what is wrong, or the file is TOML."""
    before: Files = {NAME: typed.data}
    bench.put(before)
    ran = bench.run(*typed.command)
    check_kept(ran, before, bench.files())
    if ran.code != 0:
        must(ran.code in (2, 3), "a file that is not used is unusable", ran)
        return "refused"
    try:
        tomllib.loads(typed.data.decode())
    except ValueError as error:
        must(False, "what is used is TOML", typed, error)
    return "used"


@pytest.mark.unmeasured
def test_a_spoilt_file_in_toml_is_used_or_refused(bench: Bench) -> None:
    """The search tries both; what is refused is said in two lines."""
    ended = search(toml_files(), check, bench, 120)
    assert set(ended) == {"used", "refused"}
    assert max(ended.values()) < 0.9 * ended.total()


# --- the checks can fail --------------------------------------------------------------


def _fails(*_: object) -> None:
    raise ValueError("odd")


def _takes_anything(data: bytes, *_: object) -> object:
    try:
        text = data.decode()
        return tomllib.loads(text), text
    except (ValueError, RecursionError):
        return {}, ""


@table(
    "broken, rule",
    ("the reader fails", _fails, "no fault of the program"),
    ("a file that is no TOML is used", _takes_anything, "what is used is TOML"),
)
def test_a_file_that_is_misread_is_found(
    broken: object, rule: str, bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reader that ends in a fault, and one that takes what is no TOML."""
    monkeypatch.setattr("b12sched.commands.config.read_toml", broken)
    assert rule in shown_fault(toml_files(), check, bench, 100)
