"""What holds for every test: which programs it needs, and how signals are answered."""

from __future__ import annotations

import contextlib
import locale
import pkgutil
import random
import shutil
import signal
import sys
from collections.abc import Callable, Generator, Iterator
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import pytest
from coverage import Coverage

import b12sched

if TYPE_CHECKING:
    from bench import Bench

T = TypeVar("T")

TESTS = Path(__file__).parent
ROOT = TESTS.parent
ANSWERED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


# --- what a test needs ----------------------------------------------------------------


def there(*programs: str) -> bool:
    """Say whether each of these programs can be started."""
    return all(shutil.which(program) for program in programs)


def installed(path: str) -> bool:
    """Say whether Node is there, and what npm installs below the tests."""
    return there("node") and (TESTS / path).exists()


def knows_locales(*names: str) -> bool:
    """Say whether this machine has these locales."""
    before = locale.setlocale(locale.LC_CTYPE)
    try:
        for name in names:
            locale.setlocale(locale.LC_CTYPE, name)
    except locale.Error:
        return False
    finally:
        locale.setlocale(locale.LC_CTYPE, before)
    return True


NEEDS: dict[str, Callable[..., bool]] = {
    "needs_node": lambda: installed("node/node_modules/ical.js"),
    "needs_axe": lambda: (TESTS / "node/node_modules/axe-core/axe.min.js").is_file(),
    "needs_fhir_validator": lambda: installed("fhir_validator/node_modules/@medplum"),
    "needs_chromium": lambda: (
        there("chromedriver") and (there("chromium") or there("google-chrome"))
    ),
    "needs_java": lambda: there("java"),
    "needs_faketime": lambda: any(Path("/usr/lib").glob("*/faketime/libfaketime.so.1")),
    "needs_strace": lambda: there("strace"),
    "needs_locales": knows_locales,
    "needs_full_device": lambda: Path("/dev/full").exists(),
    "needs_proc": lambda: Path("/proc/self/fd").is_dir(),
}
"""Whether what a marker names is there; what to install says pyproject.toml."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let the tests be run in another order: none may need what another one left."""
    parser.addoption("--shuffle", type=int, metavar="SEED", help="in random order")


@pytest.hookimpl(tryfirst=True)  # -m sees the marks that are added here
def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Skip what needs something that is not there, and say what that is."""
    sentences = {
        name.partition("(")[0]: sentence.strip()
        for name, _, sentence in (
            line.partition(":") for line in config.getini("markers")
        )
    }
    if (seed := config.getoption("--shuffle")) is not None:
        random.Random(seed).shuffle(items)  # noqa: S311  # an order, no secret
    for item in items:
        for mark in item.iter_markers():
            if mark.name in NEEDS and not NEEDS[mark.name](*mark.args):
                named = ": " + ", ".join(mark.args) if mark.args else ""
                reason = f"{sentences[mark.name]}{named}"
                item.add_marker(pytest.mark.skip(reason=reason))
        if getattr(getattr(item, "obj", None), "is_hypothesis_test", False):
            # A law reaches no line that its examples do not.
            item.add_marker(pytest.mark.unmeasured)
        if isinstance(item, pytest.Function) and item.get_closest_marker("measured"):
            item.fixturenames.insert(0, "_measured_processes")


# --- coverage -------------------------------------------------------------------------


_MEASURE = pytest.StashKey[Any]()


@contextlib.contextmanager
def _traced(config: pytest.Config, measured: bool) -> Iterator[None]:
    """Measure what runs inside, or do not: pytest itself takes three times as long."""
    before = sys.gettrace()
    trace = config.stash.setdefault(_MEASURE, before)
    sys.settrace(trace if measured else None)
    try:
        yield
    finally:
        sys.settrace(before)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection(session: pytest.Session) -> Generator[None, T, T]:
    """Look for tests at full speed.

    Each module is imported before that: the first test to need it may be unmeasured.
    """
    if sys.gettrace():
        for each in pkgutil.walk_packages(b12sched.__path__, "b12sched."):
            if not each.name.endswith("__main__"):
                import_module(each.name)
    with _traced(session.config, measured=False):
        return (yield)


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Generator[None, T, T]:
    """Measure what is imported with the tests."""
    with _traced(collector.config, measured=True):
        return (yield)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_pycollect_makeitem(collector: pytest.Collector) -> Generator[None, T, T]:
    """Make tests of what was imported at full speed."""
    with _traced(collector.config, measured=False):
        return (yield)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> Generator[None, T, T]:
    """Go from test to test at full speed."""
    with _traced(session.config, measured=False):
        return (yield)


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_fixture_setup(request: pytest.FixtureRequest) -> Generator[None, T, T]:
    """Measure what a test begins with, as the test itself."""
    measured = not request.node.get_closest_marker("unmeasured")
    with _traced(request.config, measured=measured):
        return (yield)


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, T, T]:
    """Measure a test, but for those marked `unmeasured`.

    The mark `no_cover` of pytest-cov has no effect on the workers of xdist.
    """
    with _traced(item.config, measured=not item.get_closest_marker("unmeasured")):
        return (yield)


@pytest.fixture
def _measured_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    """The processes that a test starts are measured if the test is marked so.

    Measuring takes longer than all that most of them do.
    """
    if Coverage.current():
        monkeypatch.setenv("COVERAGE_PROCESS_START", str(ROOT / "pyproject.toml"))
        monkeypatch.setenv("COVERAGE_FILE", str(ROOT / ".coverage"))


# --- signals --------------------------------------------------------------------------


@pytest.fixture(scope="session", autouse=True)
def _processes_answer_signals() -> Iterator[None]:
    """Processes that tests start answer signals as a user's do, under `nohup`, too.

    A new process inherits what is ignored, and no handler: one that does nothing is
    ignored here and not there.
    """
    ignored = [each for each in ANSWERED if signal.getsignal(each) is signal.SIG_IGN]
    for each in ignored:
        signal.signal(each, lambda number, frame: None)
    yield
    for each in ignored:
        signal.signal(each, signal.SIG_IGN)


# --- spoilt input ---------------------------------------------------------------------


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """A directory of its own in which commands run: for the tests in `hostile`."""
    from bench import benched  # the whole program; other tests need not wait for it

    room = tmp_path / "room"
    room.mkdir()
    with benched(room) as found:
        yield found
