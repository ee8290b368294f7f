"""Running work in several processes, with the results in order."""

from __future__ import annotations

import os
import sys
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from itertools import chain, islice
from typing import TypeVar

from b12sched.errors import B12SchedError
from b12sched.output.signals import settle, uninterrupted

_T = TypeVar("_T")
_R = TypeVar("_R")
_WAITING = 3
"""Parts under way per process: bounded, to bound memory."""

_FEW = 8
"""Fewer parts than this are done before other processes would have started."""

_SAFE_PATH = "PYTHONSAFEPATH"


def parts_of(items: Iterable[_T], size: int) -> Iterator[list[_T]]:
    """Yield the items in lists of a size; the last may be shorter."""
    rest = iter(items)
    while part := list(islice(rest, size)):
        yield part


def in_order(
    work: Callable[[_T], _R], parts: Iterable[_T], jobs: int
) -> Generator[_R, None, None]:
    """Yield the result for each part, in order.

    With one job or few parts this process does the work. Otherwise `work` and the parts
    go to other processes: both must pickle. An exception of `work` is raised here, in
    its place; parts under way are finished first. Raises B12SchedError if a process
    dies, or none can be started.
    """
    parts = iter(parts)
    first = list(islice(parts, _FEW))
    if jobs == 1 or len(first) < _FEW or not _starts_safely():
        yield from map(work, chain(first, parts))
        return
    import multiprocessing
    from concurrent.futures import Future, ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool

    # Spawned, not forked: the same on all systems, and nothing is inherited by chance.
    # The first process that Python starts tracks resources and must outlive the others.
    with uninterrupted(), _starting():
        pool = ProcessPoolExecutor(
            jobs, multiprocessing.get_context("spawn"), initializer=_settle
        )
    waiting: deque[Future[_R]] = deque()
    try:
        for part in chain(first, parts):
            with uninterrupted(), _starting():
                waiting.append(pool.submit(work, part))
            if len(waiting) >= jobs * _WAITING:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    except BrokenProcessPool as error:
        raise B12SchedError(
            "a process of the batch was ended from outside, perhaps for lack of memory",
            "run it again, with fewer --jobs",
        ) from error
    finally:
        pool.shutdown(cancel_futures=True)


def _starts_safely() -> bool:
    """Return whether new processes can be kept from importing local files.

    With `python -E` they read no environment, so that `_starting` could not tell them.
    """
    return bool(sys.flags.safe_path or not sys.flags.ignore_environment)


@contextmanager
def _starting() -> Iterator[None]:
    """Start processes that import nothing from the working directory.

    Raises B12SchedError if one cannot be started: that is no failure of a file.
    """
    before = os.environ.get(_SAFE_PATH)
    os.environ[_SAFE_PATH] = "1"
    try:
        yield
    except (OSError, ImportError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise B12SchedError(
            f"no other process can be started: {reason.lower()}",
            "run it again with --jobs 1",
        ) from error
    finally:
        if before is None:
            del os.environ[_SAFE_PATH]
        else:
            os.environ[_SAFE_PATH] = before


def _settle() -> None:
    """Make a new process answer signals as one of several, and end with its parent."""
    import multiprocessing

    settle()
    parent = multiprocessing.parent_process()
    assert parent is not None  # this process was made for the pool
    threading.Thread(target=_end_with, args=(parent.join,), daemon=True).start()


def _end_with(wait: Callable[[], None]) -> None:
    wait()
    os._exit(1)
