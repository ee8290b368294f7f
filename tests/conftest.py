"""What holds for every test."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest

ANSWERED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


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
