"""Writing a plan, or a list of a cohort, to the files and the screen."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from b12sched.commands import environment
from b12sched.commands.options import CalendarOptions, CardOptions, OutputOptions
from b12sched.commands.terminal import print_lines, print_screen, say, write_stdout
from b12sched.errors import InputError, printable, shown, unknown_name
from b12sched.files.disk import write_files
from b12sched.output.export import Content, Fill, Writer, plan_file, there_at
from b12sched.output.formats import FORMATS, Format, check_used, format_named, format_of
from b12sched.plan import Plan
from b12sched.plan.plan_file import Saved, read_plan


class Change(NamedTuple):
    """The effect of a revision on a plan file that held `content`.

    `before` is what the file held, `after` what it is to hold; `counted_anew` says
    which doses count as another phase now.
    """

    path: Path
    content: bytes
    before: Saved
    after: Saved
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
    if output.quiet:
        saved = bool(output.output) or change is not None
        check_quiet(output.format, "plan", saved=saved)
    paths = [Path(name) for name in output.output]
    to_stdout = format_named(output.format) if output.format else None
    to_screen = None if to_stdout else _screen(output)
    whole = change is None or output.full or output.why or output.view is not None
    formats = [*map(format_of, paths), *([to_stdout] if to_stdout else [])]
    check_used([*calendar.typed, *card.typed], formats)
    texts = calendar.texts | card.texts
    writers: dict[Format, Writer] = {
        form: form.writer(texts, environment.now)
        for form in FORMATS.values()
        if form in formats
    }
    kept = change.after.document if change else None
    writers[FORMATS["json"]] = partial(plan_file, kept=kept, replace=output.replace)
    files: dict[Path, Fill] = {
        path: partial(writers[format_of(path)], plan)
        for path in _named_once(paths, change)
    }
    if change:
        files |= _plan_files(plan, change)

    def show() -> None:
        if change is not None:
            _show_change(change, plan, [*files])
        if whole and to_screen:
            named = [str(path) for path in files if path.suffix[-1:] != "~"]
            to_screen(plan, named)

    notes = deliver(
        files,
        partial(writers[to_stdout], plan) if to_stdout else None,
        None if output.quiet else show,
    )
    if change is not None and to_stdout:
        _show_change(change, plan, [*files], to_stderr=True)
    if change is not None and change.counted_anew:
        notes.insert(0, change.counted_anew)
    for note in notes:
        say(note)


def _plan_files(plan: Plan, change: Change) -> dict[Path, Fill]:
    """Return the plan file that was revised, after it as it was, if that is another.

    A run that is stopped between the two can be repeated as it was.
    """
    again = plan_file(plan, None, kept=change.after.document)
    again = again._replace(was=change.content)
    files: dict[Path, Fill] = {}
    if again.data != change.content:
        files[as_it_was(change.path)] = partial(_kept, change.content)
    return files | {change.path: lambda _: again}


def as_it_was(path: Path) -> Path:
    """Return the path at which a plan file stays as it was before its revision."""
    return path.with_name(f"{path.name}~")


def _kept(content: bytes, path: Path | None) -> Content:
    return Content(content, there_at(path, "a plan"))


def check_quiet(form: str | None, what: str, *, saved: bool) -> None:
    """Raise InputError for --quiet where a format is to be printed or nothing saved."""
    if form is not None:
        raise InputError(
            "prints nothing, but --format asks for output",
            "leave one of them out, or name a file with -o",
            field="quiet",
        )
    if not saved:
        raise InputError(
            f"no file is named, so the {what} would not be saved",
            "add -o FILE",
            field="quiet",
        )


def _screen(output: OutputOptions) -> Callable[[Plan, Sequence[str]], None]:
    """Return a function that shows a plan as asked, and names the files it is in.

    With everything that the plan rests on it goes through the pager. Raises InputError
    for an unknown view.
    """
    from b12sched.views.screen.plan import View, plan_lines

    view = output.view or View.TABLE
    if view not in View.__members__.values():
        raise unknown_name("view", view, View, field="view")

    def show(plan: Plan, saved: Sequence[str]) -> None:
        screen = partial(
            plan_lines,
            plan,
            view=View(view),
            whys=output.why,
            full=output.full,
            saved=saved,
        )
        print_screen(screen, paged=output.full)

    return show


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


def _show_change(
    change: Change, plan: Plan, saved: Sequence[Path], *, to_stderr: bool = False
) -> None:
    from b12sched.views.screen.changes import change_lines, saved_lines

    copy, older = as_it_was(change.path), _older(change.path, saved)
    lines = [*change_lines(change.before, change.after, plan), ""]
    lines += saved_lines(
        [str(path) for path in saved if path != copy],
        str(copy) if copy in saved else None,
        [str(path) for path in older],
    )
    whole = [printable(str(path)) for path in (*saved, *older)]
    print_lines(lines, to_stderr=to_stderr, whole=whole)


def _older(plan_path: Path, saved: Sequence[Path]) -> list[Path]:
    """Return files of the plan file's stem that this run did not write.

    Where the plan did not change, none is older than it.
    """
    if as_it_was(plan_path) not in saved:
        return []
    written = {os.path.realpath(path) for path in saved}
    others = [plan_path.with_suffix(form.suffix) for form in FORMATS.values()]
    return [
        path
        for path in others
        if path.exists() and os.path.realpath(path) not in written
    ]
