"""Help: examples first, then what is required, then options under their headings.

It is plain text in which a terminal shows headings bold; nothing in it is cut, however
narrow the screen is. `-h` is short, `--help` says everything.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Iterator, Sequence
from textwrap import wrap
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from b12sched.commands import environment
from b12sched.commands.options import REQUIRED
from b12sched.errors import InputError, nearest, shown

EXIT_CODES = (
    ("0", "done"),
    ("1", "input or output failed, or something unexpected"),
    ("2", "unusable input: usage, dates, files that are not plans"),
    ("3", "refused on clinical grounds; nothing is written"),
    ("4", "a batch or list in which some rows failed; all others were delivered"),
)
WIDEST = 100
"""The widest help in columns."""

_NARROW = 60
"""Below so many columns an explanation stands under its option, not beside it."""

_LONGEST_NAME, _SHORTEST_NAME = 26, 4
_SHORT = "-h"
_EXAMPLE = "b12sched "

_WHOLE = "\N{NO-BREAK SPACE}"
_WITH_VALUE = "( -[^ ]+) (?=[^- ])"
"""An option and its value stay on one line."""

Row = tuple[str, str]


class CommandHelp(TyperCommand):
    """A command with help of our own, whose options a shell can complete."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        ctx.meta[_SHORT] = _SHORT in args and "--help" not in args
        return super().parse_args(ctx, args)

    def get_params(self, ctx: Any) -> list[Any]:
        parameters = super().get_params(ctx)
        if ctx.resilient_parsing:  # a shell asks for the rest of a word
            from b12sched.commands.completion import complete

            complete(parameters, self.name or "", getattr(self.callback, "records", {}))
        return parameters

    def shell_complete(self, ctx: Any, incomplete: str) -> list[Any]:
        # After the last argument only an option can follow.
        return super().shell_complete(ctx, incomplete or "-")

    def format_help(self, ctx: Any, formatter: Any) -> None:
        formatter.write("\n".join(_command_lines(self, ctx, _columns(formatter))))


class ProgramHelp(TyperGroup):
    """A program whose help shows its commands in groups, with a whole sentence each."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        name = args[0]
        if name not in self.commands and not ctx.resilient_parsing:
            meant, hint = nearest(name, self.commands), "see b12sched --help"
            raise InputError(
                f"{shown(name)} is not a command of b12sched",
                f"did you mean {meant}? {hint}" if meant else hint,
                code="usage",
            )
        return super().resolve_command(ctx, args)

    def format_help(self, ctx: Any, formatter: Any) -> None:
        formatter.write("\n".join(_program_lines(self, ctx, _columns(formatter))))


def _columns(formatter: Any) -> int:
    return min(int(formatter.width), WIDEST)


def examples(doc: str) -> list[str]:
    """Return the lines of a docstring that show how a command is typed."""
    return [line for line in doc.splitlines() if line.startswith(_EXAMPLE)]


def _without_examples(doc: str) -> list[str]:
    """Return the paragraphs of a docstring that say what a command does."""
    lines = [line for line in doc.splitlines() if not line.startswith(_EXAMPLE)]
    return "\n".join(lines).strip().split("\n\n")


def _program_lines(program: ProgramHelp, ctx: Any, columns: int) -> Iterator[str]:
    yield from _usage("b12sched COMMAND [OPTIONS]", columns)
    yield ""
    yield from _paragraph(program.help or "", columns)
    groups: dict[str, list[Row]] = {}
    first: list[str] = []
    commands: dict[str, Any] = {**program.commands}
    for name, command in commands.items():
        title, doc = str(command.rich_help_panel), inspect.cleandoc(command.help or "")
        groups.setdefault(title, []).append((name, _without_examples(doc)[0]))
        if len(groups) > len(first):
            first += examples(doc)[:1]
    yield from _example_lines(first, columns)
    options: list[Any] = [each.get_help_record(ctx) for each in program.get_params(ctx)]
    yield from _sections(groups | {"Options": options}, columns)
    yield from _sections({"Exit codes": EXIT_CODES}, columns)
    yield ""
    yield from _paragraph(
        "b12sched COMMAND -h shows the short help, --help all of it.", columns
    )


def _command_lines(command: CommandHelp, ctx: Any, columns: int) -> Iterator[str]:
    doc = inspect.cleandoc(command.help or "")
    parameters: list[Any] = command.params
    arguments = [p for p in parameters if p.param_type_name == "argument"]
    needed = {p.name for p in arguments if p.required or p.rich_help_panel == REQUIRED}
    usage = " ".join(
        p.metavar if p.name in needed else f"[{p.metavar}]" for p in arguments
    )
    words = (ctx.command_path, usage, "[OPTIONS]")
    yield from _usage(" ".join(filter(None, words)), columns)
    for paragraph in _without_examples(doc):
        yield ""
        yield from _paragraph(paragraph, columns)
    yield from _example_lines(examples(doc), columns)
    groups: dict[str, list[Row]] = {}
    for parameter in parameters:
        title = parameter.rich_help_panel or "Arguments"
        if parameter.name in needed:
            title = REQUIRED
        name, help = parameter.get_help_record(ctx)
        row = name, help.replace("[required]", "").strip()
        groups.setdefault(title, []).append(row)
    required = {title: groups.pop(title) for title in (REQUIRED,) if title in groups}
    yield from _sections(required, columns)
    if ctx.meta[_SHORT]:
        yield from _name_lines(groups, columns)
        yield ""
        yield from _paragraph(f"All of it: {ctx.command_path} --help", columns)
        return
    yield from _sections(groups, columns)
    about = (_SHORT, "Short help."), ("--help", "This help.")
    yield from _sections({"Help": about, "Exit codes": EXIT_CODES}, columns)


def _sections(groups: dict[str, Any], columns: int) -> Iterator[str]:
    """Yield rows of a name and an explanation, under headings."""
    for title, rows in groups.items():
        yield ""
        yield _bold(f"{title}:")
        yield from _rows(rows, columns)


def _rows(rows: Sequence[Row], columns: int) -> Iterator[str]:
    """Yield names with their explanations, in two columns where there is room."""
    room = _SHORTEST_NAME
    if columns >= _NARROW:
        room = 2 + min(_LONGEST_NAME, max(len(name) for name, _ in rows))
    for name, text in rows:
        first, *more = wrap(text, columns - room - 2, break_on_hyphens=False)
        if len(name) + 2 <= room:
            yield f"  {name:<{room}}{first}"
        else:
            yield f"  {name}"
            more.insert(0, first)
        yield from (" " * (room + 2) + line for line in more)


def _name_lines(groups: dict[str, list[Row]], columns: int) -> Iterator[str]:
    """Yield the names of options alone, those of a group together."""
    yield ""
    yield _bold("Options:")
    names = [
        (title, "  ".join(name.replace(" ", _WHOLE) for name, _ in rows))
        for title, rows in groups.items()
    ]
    for line in _rows(names, columns):
        yield line.replace(_WHOLE, " ")


def _example_lines(lines: Iterable[str], columns: int) -> Iterator[str]:
    """Yield examples under a heading; a shell can read one that has to be broken."""
    for at, line in enumerate(lines):
        if not at:
            yield ""
            yield _bold("Examples:")
        whole = re.sub(_WITH_VALUE, rf"\1{_WHOLE}", line)
        first, *more = wrap(whole, columns - 6, break_on_hyphens=False)
        parts = [f"  {first}", *(f"    {part}" for part in more)]
        parts = [part.replace(_WHOLE, " ") for part in parts]
        yield from (f"{part} \\" for part in parts[:-1])
        yield parts[-1]


def _paragraph(text: str, columns: int) -> list[str]:
    return wrap(text, columns, break_on_hyphens=False)


def _usage(text: str, columns: int) -> Iterator[str]:
    """Yield how something is typed."""
    first, *more = _paragraph(f"Usage: {text}", columns)
    yield first.replace("Usage:", _bold("Usage:"))
    yield from (f"    {line}" for line in more)


def _bold(text: str) -> str:
    """Return a text as a terminal shows it bold; elsewhere Typer takes that away."""
    return text if environment.dumb() else typer.style(text, bold=True)
