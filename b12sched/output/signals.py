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
"""What ends a process without a word; Windows has no SIGHUP."""


def stop_on_signals() -> None:
    """Let what would end the process stop it as Ctrl-C does, with its drafts removed.

    A signal that is ignored (`nohup`) stays so. Only the first one counts: cleaning up
    is not interrupted.
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
    """Hold signals back while processes or threads are started; they come afterwards.

    What is started holds them back, too: a thread for ever, so that the main thread
    alone answers them; a process until it calls `settle`. Without masks (Windows) a
    signal may come at any moment.
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
    """In a new process: Ctrl-C is the parent's to answer, other signals end it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDINGS)
