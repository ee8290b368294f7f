"""What a target is: inputs by number, and a check that every one of them must pass."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from fuzzing.bench import Bench


class BrokenRuleError(Exception):
    """What an input brought to light: the words say which rule is broken."""


class Target(NamedTuple):
    """One kind of input.

    `share` is how many of a thousand inputs it gets. `make` draws an input; `check`
    gives it to the program and returns in one word what became of it, or raises
    BrokenRuleError.
    """

    name: str
    share: int
    make: Callable[[Random], Any]
    check: Callable[[Any, Bench], str]


def must(holds: object, rule: str, *seen: object) -> None:
    """Raise BrokenRuleError unless the rule holds, with what was seen instead."""
    if not holds:
        raise BrokenRuleError("; ".join([rule, *map(repr, seen)]))
