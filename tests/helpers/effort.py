"""How much a test tries: some cases in every run, all of them in the long one.

`-m slow` runs what the short run leaves out; `B12SCHED_EXAMPLES` sets how many random
cases a search draws.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

import pytest

T = TypeVar("T")

LONG = os.environ.get("B12SCHED_EXAMPLES")
"""How many random cases a long search draws; None in the short run."""

some_or_all = pytest.mark.parametrize(
    "thorough",
    [
        pytest.param(False, id="some"),
        pytest.param(True, id="all", marks=pytest.mark.slow),
    ],
)
"""Run a test with `thorough` false, and in the long run with it true as well."""


def examples(few: int) -> int:
    """How many random cases to draw: few, or as many as a long search asks for."""
    return int(LONG or few)


def every(step: int, cases: Sequence[T], *, thorough: bool) -> Sequence[T]:
    """All cases if the test is thorough, else one in so many of them."""
    return cases if thorough else cases[::step]


def for_each(
    cases: Iterable[str],
) -> Callable[[Callable[[str], None]], Callable[[], None]]:
    """Run a test with all cases at once, for each takes less than being counted."""

    def decorate(test: Callable[[str], None]) -> Callable[[], None]:
        def together() -> None:
            for case in cases:
                try:
                    test(case)
                except AssertionError as error:
                    error.add_note(f"here: {case}")
                    raise

        together.__name__, together.__doc__ = test.__name__, test.__doc__
        return together

    return decorate
