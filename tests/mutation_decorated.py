"""`tests/mutation.py` that also changes properties and cached functions.

mutmut leaves decorated functions alone. Here a property is changed like any method, and
a cache is left out of the copy that is changed: it would hide what a function calls.
Run as tests/mutation.py: `python tests/mutation_decorated.py 'b12sched.ics.*'`
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from typing import Any

import libcst as cst
from mutation import main
from mutmut.mutation import file_mutation as mutmut

CACHES = ("lru_cache", "cache")
OPENED = [[name] for name in (*CACHES, "property")]
Nodes = Sequence[Any]

left_alone = mutmut.MutationVisitor._skip_node_and_children
arranged = mutmut.function_trampoline_arrangement


def name_of(decorator: Any) -> str:
    """`lru_cache` of `@lru_cache(maxsize=64)`."""
    found = decorator.decorator
    return str(getattr(getattr(found, "func", found), "value", ""))


def leaves_alone(visitor: Any, node: Any) -> bool:
    """What mutmut leaves alone, but for properties and cached functions."""
    names = [name_of(each) for each in getattr(node, "decorators", ())]
    if isinstance(node, cst.FunctionDef) and names in OPENED:
        return False
    return bool(left_alone(visitor, node))


def without(function: Any, *names: str) -> Any:
    """A function without its decorators of these names."""
    kept = [each for each in function.decorators if name_of(each) not in names]
    return function.with_changes(decorators=kept)


def arrange(
    function: Any, mutants: Iterable[Any], class_name: str | None
) -> tuple[Nodes, Nodes, Nodes, Sequence[str]]:
    """A function's mutants and what chooses among them: that alone is a property."""
    first, (chooser, *copies), last, names = arranged(function, mutants, class_name)
    bare = [without(copy, *CACHES, "property") for copy in copies]
    return first, [without(chooser, *CACHES), *bare], last, names


if __name__ == "__main__":
    mutmut.MutationVisitor._skip_node_and_children = leaves_alone
    mutmut.function_trampoline_arrangement = arrange
    sys.exit(main(sys.argv[1:] or ["*"]))
