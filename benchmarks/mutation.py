"""Mutants of mutmut's, run in one session of pytest, a fork for each.

Three things are done otherwise than `mutmut run` does them. mutmut leaves decorated
functions alone: here properties and cached functions are mutated too, and the cache is
left out, which would hide what a function calls. The tests are collected once; a mutant
meets only those that reach its function, first those that killed its neighbours, then
the shortest. And the limit of time is one of the processor's, so that a busy machine
kills no mutant. mutmut keeps the results: `mutmut results`, `mutmut show NAME`.

Run: python benchmarks/mutation.py [PATTERN]… (names of mutants, `b12sched.ics.*`)
"""

from __future__ import annotations

import fnmatch
import gc
import os
import resource
import signal
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import accumulate
from pathlib import Path
from typing import Any

import libcst as cst
import pytest
from _pytest.runner import runtestprotocol
from mutmut import __main__ as mutmut
from mutmut.configuration import config
from mutmut.mutation import file_mutation as mutation
from mutmut.mutation.data import SourceFileMutationData
from mutmut.mutation.trampoline import set_mutant_under_test
from mutmut.state import state
from mutmut.utils.file_utils import walk_mutatable_files
from mutmut.utils.format_utils import mangled_name_from_mutant_name

CACHES = ("lru_cache", "cache")
MOST_SECONDS, MOST_OCTETS = 15, 4 * 2**30
"""What a mutant may use before it counts as killed."""

TESTS_SECONDS = 3
"""What the tests of one function may take together; the longest are left out."""

KILLED, SURVIVED, UNTESTED = 1, 0, 33
"""mutmut's exit codes; a negative one is a signal, and killed."""

Nodes = Sequence[Any]
skipped = mutation.MutationVisitor._skip_node_and_children
arranged = mutation.function_trampoline_arrangement


# --- decorated functions ------------------------------------------------------------


def name_of(decorator: cst.Decorator) -> str:
    """`lru_cache` of `@lru_cache(maxsize=64)`."""
    found = decorator.decorator
    found = found.func if isinstance(found, cst.Call) else found
    return found.value if isinstance(found, cst.Name) else ""


def skips(visitor: mutation.MutationVisitor, node: cst.CSTNode) -> bool:
    """What mutmut does not look into, but for properties and cached functions."""
    if isinstance(node, cst.FunctionDef) and len(node.decorators) == 1:
        name = name_of(node.decorators[0])
        return name not in (*CACHES, "property") and bool(skipped(visitor, node))
    return bool(skipped(visitor, node))


def without(node: Any, *names: str) -> Any:
    """A function without its decorators of these names."""
    kept = [each for each in node.decorators if name_of(each) not in names]
    return node.with_changes(decorators=kept)


def arrange(
    function: cst.FunctionDef,
    mutants: Iterable[mutation.Mutation],
    class_name: str | None,
) -> tuple[Nodes, Nodes, Nodes, Sequence[str]]:
    """A function's mutants, none cached; of a property, what chooses one is one."""
    first, (chooser, *copies), last, names = arranged(function, mutants, class_name)
    bare = [without(copy, *CACHES, "property") for copy in copies]
    return first, [without(chooser, *CACHES), *bare], last, names


# --- running ------------------------------------------------------------------------


class Runner:
    """A plugin that runs mutants in place of tests; it works in `mutants/`."""

    def __init__(self, patterns: Sequence[str]) -> None:
        self.patterns = patterns or ("*",)
        self.tests: dict[str, list[pytest.Item]] = {}
        self.kills: defaultdict[str, Counter[str]] = defaultdict(Counter)

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        self.look_round(session.items)
        gc.collect()
        gc.freeze()
        for data in results():
            chosen = [name for name in data.exit_code_by_key if self.wants(name)]
            for name in chosen:
                started = time.monotonic()
                data.exit_code_by_key[name] = self.try_out(name)
                data.durations_by_key[name] = time.monotonic() - started
            if chosen:
                in_root(data.save)
        return True

    def wants(self, name: str) -> bool:
        return any(fnmatch.fnmatch(name, pattern) for pattern in self.patterns)

    def look_round(self, items: list[pytest.Item]) -> None:
        """Which tests reach which function; without a mutant all must pass."""
        set_mutant_under_test("stats")
        reached = defaultdict(list)
        for item in items:
            state()._stats.clear()
            started = time.process_time()
            if not passes(item):
                raise pytest.UsageError(f"{item.nodeid} fails without a mutant")
            for function in state()._stats:
                reached[function].append((time.process_time() - started, item))
        for function, found in reached.items():
            found.sort(key=lambda each: each[0])
            sums = accumulate(seconds for seconds, _ in found)
            few = sum(each <= TESTS_SECONDS for each in sums)
            self.tests[function] = [item for _, item in found[: few or 1]]

    def try_out(self, mutant: str) -> int:
        """The exit code of the tests of a mutant's function."""
        function = mangled_name_from_mutant_name(mutant)
        kills, module = self.kills[function], self.kills[function.rpartition(".")[0]]
        tests = sorted(
            self.tests.get(function, ()),
            key=lambda item: (-kills[item.nodeid], -module[item.nodeid]),
        )
        code, killer = in_fork(mutant, tests) if tests else (UNTESTED, "")
        kills[killer] += 1
        module[killer] += 1
        with Path("run.log").open("a") as log:
            log.write(f"{mutant} {code} {killer}\n")
        return code


def in_fork(mutant: str, tests: list[pytest.Item]) -> tuple[int, str]:
    """How the tests end with a mutant, and the test that killed it, if one did."""
    reads, writes = os.pipe()
    pid = os.fork()
    if not pid:
        set_mutant_under_test(mutant)
        resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
        resource.setrlimit(resource.RLIMIT_AS, (MOST_OCTETS, MOST_OCTETS))
        signal.alarm(20 * MOST_SECONDS)
        for item in tests:
            if not passes(item):
                os.write(writes, item.nodeid.encode())
                os._exit(KILLED)
        os._exit(SURVIVED)
    os.close(writes)
    _, status = os.waitpid(pid, 0)
    killer = os.read(reads, 4096).decode()
    os.close(reads)
    return os.waitstatus_to_exitcode(status), killer


def passes(item: pytest.Item) -> bool:
    """Whether a test passes, or is left out."""
    reports = runtestprotocol(item, log=False, nextitem=None)
    return not any(report.failed for report in reports)


def in_root(work: Any) -> Any:
    """Do something in the directory above, as mutmut does."""
    os.chdir("..")
    found = work()
    os.chdir("mutants")
    return found


def results() -> list[SourceFileMutationData]:
    """The results that there are, by file."""

    def read() -> list[SourceFileMutationData]:
        found = []
        for path in sorted(walk_mutatable_files()):
            found.append(SourceFileMutationData(path=path))
            found[-1].load()
        return [data for data in found if data.exit_code_by_key]

    return list(in_root(read))


def table() -> None:
    """Module, mutants, killed, survived, score; then the names of those left."""
    every: list[tuple[str, int | None]] = []
    for data in results():
        every += data.exit_code_by_key.items()
        print(row(str(data.path), list(data.exit_code_by_key.values())))
    print(row("all", [code for _, code in every]))
    print(*(name for name, code in every if code in LEFT), sep="\n")


LEFT = (SURVIVED, UNTESTED, None)


def row(name: str, codes: Sequence[int | None]) -> str:
    left = sum(code in LEFT for code in codes)
    killed = len(codes) - left
    score = 100 * killed / len(codes)
    return f"| `{name}` | {len(codes)} | {killed} | {left} | {score:.1f} % |"


def main(patterns: Sequence[str]) -> None:
    mutation.MutationVisitor._skip_node_and_children = skips
    mutation.function_trampoline_arrangement = arrange
    set_mutant_under_test("mutant_generation")
    Path("mutants").mkdir(exist_ok=True)
    mutmut.copy_src_dir()
    mutmut.copy_also_copy_files()
    mutmut.create_mutants(1)
    mutmut.setup_source_paths()
    os.environ["MUTMUT_DEPENDENCY_DEPTH"] = "-1"
    os.chdir("mutants")
    chosen = config().pytest_add_cli_args_test_selection
    given = config().pytest_add_cli_args
    pytest.main(["--rootdir=.", "-q", *chosen, *given], plugins=[Runner(patterns)])
    table()


if __name__ == "__main__":
    main(sys.argv[1:])
