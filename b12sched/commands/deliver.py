"""A plan to the files and the screen that were asked for."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from b12sched.commands import environment
from b12sched.commands.options import CalendarOptions, CardOptions, OutputOptions
from b12sched.commands.terminal import console, print_lines, say, write_stdout
from b12sched.errors import InputError, shown, unknown_name
from b12sched.files.disk import write_files
from b12sched.output.export import Memory, export
from b12sched.output.formats import (
    Format,
    Written,
    check_used,
    format_named,
    format_of,
    written_for,
)
from b12sched.plan import Plan
from b12sched.plan.plan_file import Saved, read_plan
from b12sched.plan.revise import Move


class Change(NamedTuple):
    """What a revision did: the plan file, what moved, and what counts otherwise now."""

    memory: Memory
    moved: Sequence[Move]
    counted_anew: str | None


def read_saved(path: Path, content: bytes) -> Saved:
    """Return what a plan file holds; an error in it names the file."""
    try:
        return read_plan(content)
    except InputError as error:
        error.field = f"{shown(path.name)}: {error.field}"
        raise


def deliver_plan(
    plan: Plan,
    calendar: CalendarOptions,
    card: CardOptions,
    output: OutputOptions,
    change: Change | None = None,
) -> None:
    """Write the files asked for, then show the plan: nothing is shown that failed."""
    paths = [Path(name) for name in output.output]
    to_stdout = format_named(output.format) if output.format else None
    view = None if to_stdout else _view(output.view or "table")
    written = _written(calendar, card, paths, to_stdout)
    contents, was, notes = export(
        plan, paths, written, change and change.memory, replace_plans=output.replace
    )
    if change is not None:
        written = written._replace(was=change.memory.document)
    data = to_stdout.write(plan, written) if to_stdout else b""
    if contents:
        write_files(contents, was, tell=say)
    if view is None:
        write_stdout(data)
    else:
        from b12sched.views.screen.plan import View, show_plan

        show_plan(console(), plan, View(view), every=output.all)
    if change is not None:
        _show_change(change, beside_data=view is None)
    for note in notes:
        say(note)


def _show_change(change: Change, *, beside_data: bool) -> None:
    from b12sched.views.screen.answers import move_lines

    # Below a view, an empty line: else it reads as one more source.
    apart = [] if beside_data else [""]
    print_lines([*apart, *move_lines(change.moved)], to_stderr=beside_data)
    if change.counted_anew:
        say(change.counted_anew)


def _view(name: str) -> str:
    """The name of a view. Raises InputError naming those there are."""
    from b12sched.views.screen.plan import View

    if name not in View.__members__.values():
        raise unknown_name("view", name, View, field="view")
    return name


def _written(
    calendar: CalendarOptions,
    card: CardOptions,
    paths: Sequence[Path],
    to_stdout: Format | None,
) -> Written:
    """How calendars and cards are to be written; an option in vain is an error."""
    formats = [*map(format_of, paths), *([to_stdout] if to_stdout else [])]
    check_used([*calendar.typed, *card.typed], formats)
    return written_for(formats, calendar.texts | card.texts, environment.now)
