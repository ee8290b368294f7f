"""Signals that stop the program: Ctrl-C, `kill`, a terminal that is closed."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import FrameType

ENDINGS = frozenset(
    getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)
)
"""The signals that end a process silently by default; Windows has no SIGHUP."""


def stop_on_signals() -> None:
    """Make signals that would end the process stop it as Ctrl-C does.

    Drafts are then removed. A signal that is ignored (`nohup`) stays so. Only the first
    one counts: nothing interrupts the cleaning up.
    """

    def stop(number: int, frame: FrameType | None) -> None:
        for each in ENDINGS:
            signal.signal(each, signal.SIG_IGN)
        signal.default_int_handler(number, frame)

    for each in ENDINGS:
        if signal.getsignal(each) is signal.SIG_DFL:
            signal.signal(each, stop)


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Hold signals back while processes or threads are started, then deliver them.

    A started thread holds them back for good, so that the main thread alone answers
    them; a process until it calls `settle`. Without masks (Windows) a signal may come
    at any moment.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, *ENDINGS})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def settle() -> None:
    """Make a new process ignore Ctrl-C, the parent's to answer, and end on others."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDINGS)
