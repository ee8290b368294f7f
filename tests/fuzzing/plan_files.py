"""Plan files: `revise` makes a whole new one, or leaves the old one as it was."""

from __future__ import annotations

import codecs
import json
from functools import cache
from random import Random
from typing import Any, NamedTuple

from cli import here

from fuzzing.bench import Bench, check_kept
from fuzzing.mutation import HOSTILE, mangled, mangled_bytes
from fuzzing.target import Target, must

_NAME = "plan.json"
_PLANS = (
    ("2026-01-05", "--no-neuro", "--renal", "normal", "--patient", "A-1"),
    (
        "2026-01-05",
        "--neuro",
        "--egfr",
        "72.5",
        "--loading-weeks",
        "2",
        "--months",
        "6",
    ),
    ("2026-01-05", "--no-neuro", "--renal", "normal", "--drug", "cyanocobalamin"),
    (
        *(
            "--last-dose",
            "2026-01-05",
            "--neuro",
            "--renal",
            "dialysis",
            "--patient",
            "ß",
        ),
        *("--interval", "8w", "--monthly-from", "2026-04-01", "--as-of", "2026-03-02"),
    ),
    (
        *("2026-01-05", "--no-neuro", "--renal", "normal", "--given", "2026-01-05"),
        *("--given-through", "2026-01-09", "--open", "mon-fri", "--holidays", "GB-ENG"),
        *("--closed", "2026-01-07", "--until", "2026-08-01"),
    ),
)
_CHANGES: tuple[tuple[str, ...], ...] = (
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
_VALUES: tuple[object, ...] = (
    *(
        None,
        True,
        False,
        0,
        1,
        -1,
        12,
        1.5,
        10**400,
        1e308,
        2**63,
        [],
        {},
        [[]],
        [None],
    ),
    *([{}], {"id": None}, ["2026-01-05"], "hydroxocobalamin", "2026-01-05", "given"),
    *HOSTILE,
)


class Drawn(NamedTuple):
    """A plan file, and the change that is asked for."""

    data: bytes
    change: tuple[str, ...]


@cache
def plans() -> tuple[bytes, ...]:
    """Plan files as the program writes them."""
    return tuple(
        here("plan", *plan, "--format", "json").out.encode() for plan in _PLANS
    )


def make(rng: Random) -> Drawn:
    """A plan file that is spoilt as JSON, or as bytes, or not at all."""
    data = rng.choice(plans())
    kind = rng.random()
    if kind < 0.65:
        plan = json.loads(data)
        for _ in range(rng.choice((1, 1, 1, 2, 4))):
            _spoil(rng, plan)
        data = json.dumps(plan, ensure_ascii=rng.random() < 0.5).encode(
            errors="surrogatepass"
        )
    elif kind < 0.9:
        data = mangled_bytes(rng, data)
    elif kind < 0.95:
        data = rng.choice((codecs.BOM_UTF8 + data, data.decode().encode("utf-16"), b""))
    return Drawn(data, rng.choice(_CHANGES))


def _spoil(rng: Random, plan: Any) -> None:
    """Change one thing somewhere, in the case and the clinic most of the time."""
    inside = plan
    if isinstance(plan, dict) and rng.random() < 0.7:
        inside = plan.get(rng.choice(("case", "case", "clinic")), plan)
    while isinstance(inside, dict | list) and inside:
        keys = [*inside] if isinstance(inside, dict) else [*range(len(inside))]
        key = rng.choice(keys)
        if isinstance(inside[key], dict | list) and inside[key] and rng.random() < 0.8:
            inside = inside[key]
            continue
        _change(rng, inside, key)
        return


def _change(rng: Random, inside: Any, key: Any) -> None:
    kind, value = rng.randrange(5), inside[key]
    if kind == 0:
        del inside[key]
    elif kind == 1 and isinstance(inside, dict):
        inside[mangled(rng, key, 1)] = inside.pop(key)
    elif kind == 2 and isinstance(value, str):
        inside[key] = mangled(rng, value, 1)
    elif kind == 3:
        inside[key] = rng.choice(([value], [value, value], {"x": value}, str(value)))
    else:
        inside[key] = rng.choice(_VALUES)


def check(drawn: Drawn, bench: Bench) -> str:
    """Revise it; what was written is whole and says the same when it is read again."""
    before: dict[str, bytes | None] = {_NAME: drawn.data}
    bench.put(before)
    ran = bench.run("revise", _NAME, *drawn.change, "--format", "json")
    after = bench.files()
    check_kept(ran, before, after)
    if ran.code != 0:
        return f"refused ({ran.code})"
    plan = after[_NAME]
    must(ran.out.encode() == plan, "the plan on standard output is that of the file")
    again = bench.run("revise", _NAME, "--format", "json")
    must(again.code == 0, "a plan file that was written can be revised", again.err)
    must(bench.files()[_NAME] == plan, "without a change nothing is changed", again.out)
    return "accepted (0)"


TARGET = Target("plans", 25, make, check)
