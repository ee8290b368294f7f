"""The bar of a batch: how far it is, how fast, and how many rows failed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import BinaryIO

from b12sched.commands.terminal import on_terminal, width
from b12sched.output.signals import uninterrupted

_TEXT = 50
"""The columns that the text beside the bar takes."""

Meter = Callable[[int, int], None]
"""A callback for the rows done and the rows failed."""


def progress_text(
    rows: int, failed: int, spent: float, read: int, size: int, *, wide: bool
) -> str:
    """Return the progress after `spent` seconds; rates need more than one.

    `read` of the file's `size` bytes are read; both are 0 if the size is unknown.
    """
    said = [f"{rows} rows", f"{failed} failed"]
    if spent > 1 and read:
        left = int(spent * max(0, size - read) / read)
        said.insert(1, f"{left // 60}:{left % 60:02} left")
    if spent > 1 and wide:
        said.insert(1, f"{rows / spent:.0f}/s")
    return "  ".join(said)


@contextmanager
def progress(stream: BinaryIO, size: int | None) -> Iterator[Meter]:
    """Show a bar on a terminal: rows, rate, time left, failures; elsewhere nothing.

    The time left follows from how far the file has been read; `size` is in bytes.
    """
    if not on_terminal():
        yield lambda rows, failed: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    columns = width(to_stderr=True)
    wide = columns > _TEXT + 10
    text = TextColumn("{task.description}", markup=False)
    shown = Progress(
        *([BarColumn(bar_width=columns - _TEXT)] * wide),
        text,
        console=Console(stderr=True, width=columns),
        transient=True,
    )
    # Its thread must not answer Ctrl-C while processes are started.
    with uninterrupted():
        shown.start()
    try:
        task = shown.add_task("", total=size)

        def meter(rows: int, failed: int) -> None:
            read = stream.tell() if size else 0
            spent = shown.tasks[task].elapsed or 0.0
            said = progress_text(rows, failed, spent, read, size or 0, wide=wide)
            shown.update(task, completed=read, description=said)

        yield meter
    finally:
        shown.stop()
