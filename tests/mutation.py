"""Which changes of the code no test notices: `mutation.py [NAME…] [-- TEST…]`.

mutmut makes the mutants of the files in `[tool.mutmut]`; a NAME may hold `*`, as in
`b12sched.cohort.*`. The tests are those of `[tool.mutmut]` unless some are named. What
a test noticed in an earlier run is not tried again.

Its own run collects the tests anew for every mutant, which takes most of the time. Here
they are collected once, and each mutant is tried in a fork of that process. The results
are where mutmut looks for its own: `mutmut show NAME`.

mutmut leaves decorated functions alone. Here a property is changed like any method, and
a cache is left out of the copy that is changed: it would hide what a function calls.
"""

from __future__ import annotations

import contextlib
import fnmatch
import gc
import os
import resource
import signal
import sys
import time
import tomllib
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NoReturn

import libcst as cst
import pytest
from _pytest.runner import runtestprotocol
from mutmut import __main__ as mutmut
from mutmut.mutation import file_mutation
from mutmut.mutation.data import SourceFileMutationData
from mutmut.mutation.trampoline import set_mutant_under_test
from mutmut.state import state

KILLED, SURVIVED, NO_TESTS, TIMEOUT = 1, 0, 33, 36
WORDS = {
    KILLED: "killed",
    SURVIVED: "survived",
    NO_TESTS: "no tests",
    TIMEOUT: "timeout",
}
MEMORY = 4 << 30
"""Bytes that one mutant may take: some never stop making doses."""


class Mutants:
    """A pytest plugin that runs the tests once as they are, then for each mutant."""

    def __init__(
        self, files: dict[Path, SourceFileMutationData], names: list[str]
    ) -> None:
        self.files = files
        self.names = names
        self.seconds: dict[pytest.Item, float] = {}
        self.reach: dict[str, list[pytest.Item]] = {}
        self.kills = Counter[tuple[str, pytest.Item]]()

    def pytest_configure(self) -> None:
        """The same examples for every mutant, however slow the machine."""
        from hypothesis import HealthCheck, Phase, settings

        settings.register_profile(
            "mutants",
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
            # Which example is the smallest that fails does not matter.
            phases=(Phase.explicit, Phase.generate),
            database=None,
        )
        settings.load_profile("mutants")

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        for item in session.items:
            self._reach(item)
        gc.freeze()
        for path, data in self.files.items():
            found = Counter[str]()
            for name in data.exit_code_by_key:
                if any(fnmatch.fnmatch(name, wanted) for wanted in self.names):
                    code = data.exit_code_by_key[name]
                    if code in (None, SURVIVED, NO_TESTS):
                        code = data.exit_code_by_key[name] = self._try(name)
                    found[WORDS.get(code, "killed")] += 1
                    if code in (SURVIVED, NO_TESTS):
                        _say(f"{WORDS[code]}: {name}")
            if found:
                data.save()
                _say(f"{path}: {dict(found)}")
        return True

    def _reach(self, item: pytest.Item) -> None:
        """Run a test on the code as it is: which functions it calls, and how long."""
        set_mutant_under_test("stats")
        state()._stats.clear()
        begin = time.process_time()
        if not _passes(item):
            raise SystemExit(f"{item.nodeid} fails on the code as it is")
        self.seconds[item] = time.process_time() - begin
        for function in state()._stats:
            self.reach.setdefault(function, []).append(item)

    def _try(self, name: str) -> int:
        """How a mutant ends: the exit code that mutmut would give it."""
        function = name.rpartition("__mutmut")[0]
        items = self.reach.get(function, [])
        if not items:
            return NO_TESTS
        # What noticed others of this function will notice this one, too.
        items.sort(
            key=lambda item: (-self.kills[function, item], self.seconds[item]),
        )
        reader, writer = os.pipe()
        child = os.fork()
        if not child:
            self._run(name, items, writer)
        os.close(writer)
        with os.fdopen(reader) as lines:
            running = lines.read().split()
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        if code == SURVIVED:
            return code
        self.kills[function, items[int(running[-1])]] += 1
        return code if code == TIMEOUT else KILLED

    def _run(self, name: str, items: list[pytest.Item], writer: int) -> NoReturn:
        """In the fork: write the number of each test begun, and end at a failure."""
        set_mutant_under_test(name)
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        signal.signal(signal.SIGPROF, lambda *_: os._exit(TIMEOUT))
        try:
            for number, item in enumerate(items):
                os.write(writer, b"%d " % number)
                signal.setitimer(signal.ITIMER_PROF, 10 * self.seconds[item] + 1)
                if not _passes(item):
                    os._exit(KILLED)
        except BaseException:  # whatever a mutant does, it was noticed
            os._exit(KILLED)
        os._exit(SURVIVED)


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")


def _passes(item: pytest.Item) -> bool:
    reports = runtestprotocol(item, nextitem=None, log=False)
    return not any(report.failed for report in reports)


# --- decorated functions ------------------------------------------------------------

CACHES = ("lru_cache", "cache")
OPENED = [[name] for name in (*CACHES, "property")]
Nodes = Sequence[Any]

left_alone = file_mutation.MutationVisitor._skip_node_and_children
arranged = file_mutation.function_trampoline_arrangement


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


# --- the run ------------------------------------------------------------------------


def main(words: list[str]) -> int:
    """Make the mutants that are new, and try those of these names with these tests."""
    at = words.index("--") if "--" in words else len(words)
    names, tests = words[:at] or ["*"], words[at + 1 :]
    project = tomllib.loads(Path("pyproject.toml").read_text("utf-8"))
    chosen = project["tool"]["mutmut"]
    file_mutation.MutationVisitor._skip_node_and_children = leaves_alone
    file_mutation.function_trampoline_arrangement = arrange
    set_mutant_under_test("mutant_generation")
    Path("mutants").mkdir(exist_ok=True)
    with contextlib.redirect_stdout(None):
        mutmut.copy_src_dir()
        mutmut.copy_also_copy_files()
        mutmut.setup_source_paths()
        mutmut.create_mutants(1)
    files = {
        path: SourceFileMutationData(path=path)
        for path in mutmut.walk_mutatable_files()
    }
    for data in files.values():
        data.load()
        data.meta_path = data.meta_path.absolute()
    os.chdir("mutants")
    arguments = [
        *("--rootdir=.", "-q", "--no-header", "-p", "no:terminalreporter"),
        *(tests or chosen["pytest_add_cli_args_test_selection"]),
        *chosen["pytest_add_cli_args"],
    ]
    return pytest.main(arguments, plugins=[Mutants(files, names)])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
