"""Writing a plan, or a list of a cohort, to the files and the screen."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

import typer

from b12sched.commands import environment
from b12sched.commands.options import CalendarOptions, CardOptions, OutputOptions
from b12sched.commands.terminal import (
    console,
    print_lines,
    print_long,
    say,
    write_stdout,
)
from b12sched.errors import InputError, shown, unknown_name
from b12sched.files.disk import write_files
from b12sched.output.export import Fill, Writer, plan_file
from b12sched.output.formats import FORMATS, Format, check_used, format_named, format_of
from b12sched.plan import Plan
from b12sched.plan.plan_file import Saved, read_plan
from b12sched.plan.revise import Move
from b12sched.views.screen.plan import View, show_plan


class Change(NamedTuple):
    """The effect of a revision on a plan file that held `content`.

    `document` has the fields that the file keeps; `counted_anew` says which doses count
    as another phase now.
    """

    path: Path
    content: bytes
    document: dict[str, object]
    moved: Sequence[Move]
    counted_anew: str | None


def read_saved(path: Path, content: bytes) -> Saved:
    """Return what a plan file holds; an InputError for it names the file."""
    try:
        return read_plan(content)
    except InputError as error:
        error.field = f"{shown(path.name)}: {error.field}"
        raise


def deliver(
    files: Mapping[Path, Fill],
    to_stdout: Fill | None,
    show: Callable[[], None] | None,
) -> list[str]:
    """Write the files, then print or show the result; if writing fails, show nothing.

    Without `show` nothing is. Returns the notes on what was written.
    """
    contents = {path: fill(path) for path, fill in files.items()}
    printed = to_stdout(None) if to_stdout else None
    write_files(
        {path: content.data for path, content in contents.items()},
        {path: content.was for path, content in contents.items()},
        tell=say,
    )
    if printed is None:
        if show:
            show()
        return [note for each in contents.values() for note in each.notes]
    write_stdout(printed.data)
    return [note for each in (*contents.values(), printed) for note in each.notes]


def deliver_plan(
    plan: Plan,
    calendar: CalendarOptions,
    card: CardOptions,
    output: OutputOptions,
    change: Change | None = None,
) -> None:
    """Write the files asked for, then show the plan and the notes on it."""
    _check_quiet(output, change)
    paths = [Path(name) for name in output.output]
    to_stdout = format_named(output.format) if output.format else None
    view = output.view or View.TABLE
    if to_stdout is None and view not in View.__members__.values():
        raise unknown_name("view", view, View, field="view")
    formats = [*map(format_of, paths), *([to_stdout] if to_stdout else [])]
    check_used([*calendar.typed, *card.typed], formats)
    texts = calendar.texts | card.texts
    writers: dict[Format, Writer] = {
        form: form.writer(texts, environment.now)
        for form in FORMATS.values()
        if form in formats
    }
    kept = change.document if change else None
    writers[FORMATS["json"]] = partial(plan_file, kept=kept, replace=output.replace)
    files: dict[Path, Fill] = {
        path: partial(writers[format_of(path)], plan)
        for path in _named_once(paths, change)
    }
    if change:
        again = plan_file(plan, None, kept=kept)._replace(was=change.content)
        files[change.path] = lambda _: again
    notes = deliver(
        files,
        partial(writers[to_stdout], plan) if to_stdout else None,
        None if output.quiet else partial(_show, plan, View(view), output, [*files]),
    )
    if change is not None and not output.quiet:
        _show_change(change, beside_data=to_stdout is not None)
    for note in notes:
        say(note)


def _check_quiet(output: OutputOptions, change: Change | None) -> None:
    """Raise InputError where nothing would be written, or both nothing and a format."""
    if output.quiet and output.format:
        raise InputError(
            "nothing is to be printed, and --format asks for it",
            "leave one of them out, or name a file with -o",
            field="quiet",
        )
    if output.quiet and not output.output and change is None:
        raise InputError(
            "no file is named, so that nothing would be left of the plan",
            "add -o FILE",
            field="quiet",
        )


def _show(plan: Plan, view: View, output: OutputOptions, saved: Sequence[Path]) -> None:
    """Show a plan; with everything that it rests on through the pager."""
    to = console()
    with to.capture() as captured:
        show_plan(
            to,
            plan,
            view,
            whys=output.why,
            full=output.full,
            saved=[str(path) for path in saved],
        )
    text = captured.get()
    if output.full:
        print_long(text)
    else:
        typer.echo(text, nl=False)


def _named_once(paths: Sequence[Path], change: Change | None) -> list[Path]:
    """Return the files asked for, except the plan file that was read.

    That is always rewritten, last, so that a run stopped between two files can be
    repeated as it was. Raises InputError for a path named twice.
    """
    targets = {os.path.realpath(change.path)} if change else set()
    named = []
    for path in paths:
        target = os.path.realpath(path)
        if target not in targets:
            targets.add(target)
            named.append(path)
        elif not (
            change and path == change.path and format_of(path) is FORMATS["json"]
        ):
            raise InputError(
                f"{shown(str(path), limit=4096)} is named twice",
                "name each file once",
                field="output",
                value=str(path),
            )
    return named


def _show_change(change: Change, *, beside_data: bool) -> None:
    from b12sched.views.screen.answers import move_lines

    # An empty line below a view: else the first line reads as one more source.
    apart = [] if beside_data else [""]
    print_lines([*apart, *move_lines(change.moved)], to_stderr=beside_data)
    if change.counted_anew:
        say(change.counted_anew)
