"""How a strategy is searched: many inputs, each given to a check.

`B12SCHED_EXAMPLES` asks for a long search: so many inputs of each kind.
"""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Callable
from typing import Any, TypeVar

from bench import Bench
from effort import LONG, examples
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import HypothesisWarning
from hypothesis.strategies import SearchStrategy

Drawn = TypeVar("Drawn")
Check = Callable[[Drawn, Bench], str]
"""Gives an input to the program; returns in one word what became of it, or raises."""

Find = Callable[..., Any]


def search(
    strategy: SearchStrategy[Drawn], check: Check[Drawn], bench: Bench, inputs: int
) -> Counter[str]:
    """Give a check that many inputs, or as many as a long search asks for.

    Returns how they ended. The short search draws the same inputs every time.
    """
    ended: Counter[str] = Counter()

    @settings(
        max_examples=examples(inputs),
        derandomize=not LONG,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def holds(drawn: Drawn) -> None:
        ended[check(drawn, bench)] += 1

    holds()
    return ended


def shown_fault(
    strategy: SearchStrategy[Drawn], check: Check[Drawn], bench: Bench, inputs: int
) -> str:
    """What a search says of a program that is broken on purpose; it must notice."""

    @settings(
        max_examples=inputs,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def holds(drawn: Drawn) -> None:
        check(drawn, bench)

    try:
        with warnings.catch_warnings():
            # What was drawn may be long to show.
            warnings.simplefilter("ignore", HypothesisWarning)
            holds()
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    raise AssertionError(f"{inputs} inputs bring no fault to light")
