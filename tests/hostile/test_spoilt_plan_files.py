"""Plan files: `revise` makes a whole new one or leaves it; a list does without it."""

from __future__ import annotations

import codecs
import json
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from bench import Bench, Files, check_kept, must
from cli import here
from hypothesis import strategies as st
from searching import search, shown_fault
from spoiling import HOSTILE, chance, one_of, spoilt_bytes, spoilt_text

from b12sched import Case, Clinic, build
from b12sched.errors import InputError
from b12sched.views.data import plan_json

NAME = "plan.json"
PLANS = (
    ("2026-01-05", "--no-neuro", "--renal", "normal", "--patient", "A-1"),
    (
        *("2026-01-05", "--neuro", "--egfr", "72.5", "--loading-weeks", "2"),
        *("--months", "6"),
    ),
    ("2026-01-05", "--no-neuro", "--renal", "normal", "--drug", "cyanocobalamin"),
    (
        *("--last-dose", "2026-01-05", "--neuro", "--renal", "dialysis"),
        *("--patient", "ß", "--interval", "8w", "--monthly-from", "2026-04-01"),
        *("--as-of", "2026-03-02"),
    ),
    (
        *("2026-01-05", "--no-neuro", "--renal", "normal", "--given", "2026-01-05"),
        *("--given-through", "2026-01-09", "--open", "mon-fri", "--holidays", "GB-ENG"),
        *("--closed", "2026-01-07", "--until", "2026-08-01"),
    ),
)
CHANGES: tuple[tuple[str, ...], ...] = (
    (),
    (),
    ("--given", "2026-01-05"),
    ("--plateau", "2026-01-15"),
    ("--not-given", "2026-01-05"),
    ("--given-through", "2026-01-14"),
    ("--start", "2026-01-06"),
    ("--months", "none", "--until", "none"),
    ("--open", "mon,wed,fri", "--closed", "none"),
    ("-o", "card.html", "-o", "events.csv"),
    ("--patient", "B-2", "-o", "calendar.ics"),
)
VALUES: tuple[object, ...] = (
    *(None, True, False, 0, 1, -1, 12, 1.5, 10**400, 1e308, 2**63, [], {}, [[]]),
    *([None], [{}], {"id": None}, ["2026-01-05"], "hydroxocobalamin", "2026-01-05"),
    *("given", *HOSTILE),
)


class Asked(NamedTuple):
    """A plan file, and the change that is asked for."""

    data: bytes
    change: tuple[str, ...]


@cache
def plans() -> tuple[bytes, ...]:
    """Plan files as the program writes them."""
    return tuple(here("plan", *plan, "--format", "json").out.encode() for plan in PLANS)


@st.composite
def plan_files(draw: st.DrawFn, there: tuple[bytes, ...]) -> Asked:
    """A plan file that is spoilt as JSON, or as bytes, or not at all."""
    data = one_of(draw, there)
    kind = draw(st.integers(0, 19))
    if 2 <= kind < 15:
        plan = json.loads(data)
        for _ in range(one_of(draw, (1, 1, 1, 2, 4))):
            _spoil(draw, plan)
        text = json.dumps(plan, ensure_ascii=draw(st.booleans()))
        data = text.encode(errors="surrogatepass")
    elif 15 <= kind < 19:
        data = draw(spoilt_bytes(data))
    elif kind == 19:
        utf_16 = data.decode().encode("utf-16")
        data = one_of(draw, (codecs.BOM_UTF8 + data, utf_16, b""))
    return Asked(data, one_of(draw, CHANGES))


def _spoil(draw: st.DrawFn, plan: Any) -> None:
    """Change one thing somewhere, in the case and the clinic most of the time."""
    inside = plan
    if isinstance(plan, dict) and chance(draw, 70):
        inside = plan.get(one_of(draw, ("case", "case", "clinic")), plan)
    while isinstance(inside, dict | list) and inside:
        keys = [*inside] if isinstance(inside, dict) else [*range(len(inside))]
        key: Any = one_of(draw, keys)
        if isinstance(inside[key], dict | list) and inside[key] and chance(draw, 80):
            inside = inside[key]
            continue
        _change(draw, inside, key)
        return


def _change(draw: st.DrawFn, inside: Any, key: Any) -> None:
    kind, value = draw(st.integers(0, 4)), inside[key]
    if kind == 0:
        del inside[key]
    elif kind == 1 and isinstance(inside, dict):
        inside[draw(spoilt_text(key, 1))] = inside.pop(key)
    elif kind == 2 and isinstance(value, str):
        inside[key] = draw(spoilt_text(value, 1))
    elif kind == 3:
        inside[key] = one_of(draw, ([value], [value, value], {"x": value}, str(value)))
    else:
        inside[key] = deepcopy(one_of(draw, VALUES))  # it may be changed, too


def check(asked: Asked, bench: Bench) -> str:
    """Revise it; what was written is whole and says the same when it is read again."""
    before: Files = {NAME: asked.data}
    bench.put(before)
    ran = bench.run("revise", NAME, *asked.change, "--format", "json")
    after = bench.files()
    check_kept(ran, before, after)
    if ran.code != 0:
        return f"refused ({ran.code})"
    plan = after[NAME]
    must(ran.out.encode() == plan, "the plan on standard output is that of the file")
    again = bench.run("revise", NAME, "--format", "json")
    must(again.code == 0, "a plan file that was written can be revised", again.err)
    must(bench.files()[NAME] == plan, "without a change nothing is changed", again.out)
    return "accepted"


@pytest.mark.unmeasured
def test_a_spoilt_plan_file_is_revised_whole_or_left_as_it_was(bench: Bench) -> None:
    """The search tries both what is taken and what is refused."""
    ended = search(plan_files(plans()), check, bench, 60)
    assert {"accepted", "refused (2)"} <= set(ended)
    assert max(ended.values()) < 0.9 * ended.total()


def check_listed(asked: Asked, bench: Bench) -> str:
    """A list of it and a whole plan: that one is in it, whatever this one is."""
    before: Files = {NAME: asked.data, "whole.json": _whole()}
    bench.put(before)
    days = ("--from", "2026-01-01", "--to", "2026-12-31")
    ran = bench.run("worklist", NAME, "whole.json", *days, "--format", "json")
    must(ran.code in (0, 4), "a plan file costs only itself", ran)
    must(bench.files() == before, "a list changes no plan file")
    must('"whole"' in ran.out, "the others are listed", ran.out)
    if ran.code == 0:
        return "listed"
    must(ran.err.startswith(NAME), "the file is named", ran.err)
    return "named"


@cache
def _whole() -> bytes:
    values = {"patient": "whole", "start": "2026-01-05", "neuro": "no"}
    case = Case.parse(values | {"renal": "normal"})
    return plan_json(build(case, Clinic()))


@pytest.mark.unmeasured
def test_a_spoilt_plan_file_costs_a_list_only_itself(bench: Bench) -> None:
    """The search tries both what is listed and what is named."""
    ended = search(plan_files(plans()), check_listed, bench, 40)
    assert set(ended) == {"listed", "named"}


# --- the checks can fail --------------------------------------------------------------


def test_a_plan_file_that_is_not_kept_is_found(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A refused file that is changed, a written one that is another plan, a fault."""

    def spoils(path: Path, _: bytes) -> None:
        path.write_bytes(b"{}")
        raise InputError("odd", "mend it")

    def fails(*_: object) -> None:
        raise ValueError("odd")

    for broken, by, rule in (
        ("b12sched.commands.revise.read_saved", spoils, "is left as it was"),
        ("b12sched.output.export.plan_json", lambda *_: b"{}", "can be revised"),
        ("b12sched.commands.deliver.read_plan", fails, "ValueError"),
    ):
        with monkeypatch.context() as patch:
            patch.setattr(broken, by)
            assert rule in shown_fault(plan_files(plans()), check, bench, 40)
