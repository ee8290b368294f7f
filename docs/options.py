"""The options of every command as a page, written from the commands' own records.

python docs/options.py > docs/options.md
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

from b12sched.cli import COMMANDS, program_for
from b12sched.commands.config import KEYS
from b12sched.commands.options import REQUIRED, DefaultOptions, Options
from b12sched.views.markdown import escape

BAR = r"\|"
"""A bar in a cell: it would end it."""

INTRODUCTION = """\
# The options

Every command with its options. A command in bold asks for that option, or for another
that stands for it. A key sets an option for all patients in the clinic's
[configuration](formats.md#configuration); behind it is what holds without it. `revise`
takes the treatment and the clinic from the plan file instead. `b12sched COMMAND --help`
says the same of one command, with examples.

This page is written by `python docs/options.py > docs/options.md`.
"""


class Row(NamedTuple):
    """An option or argument as its help shows it, and its key of the configuration."""

    name: str
    help: str
    key: str


def page() -> Iterator[str]:
    """The page, line by line: a table for each heading of the help."""
    yield from INTRODUCTION.splitlines()
    commands: dict[Row, list[str]] = {}
    headings: dict[Row, Counter[str]] = {}
    for command in COMMANDS:
        for row, heading in _rows(command):
            mark = "**" if heading == REQUIRED else ""
            commands.setdefault(row, []).append(f"{mark}{command}{mark}")
            headings.setdefault(row, Counter())[heading] += 1
    sections: dict[str, list[Row]] = {"Required": []}
    for row, found in headings.items():
        # The heading that says what an option is about, not when it is stated.
        own = [h for h in found if h not in (REQUIRED, DefaultOptions.title)]
        heading = max(own, key=found.__getitem__) if own else REQUIRED
        sections.setdefault(heading, []).append(row)
    for heading, rows in sections.items():
        yield from ("", f"## {heading}", "")
        yield "| option | what it does | key: without it | commands |"
        yield "| --- | --- | --- | --- |"
        for row in rows:
            cells = f"`{row.name}`", escape(row.help), row.key, ", ".join(commands[row])
            yield f"| {' | '.join(cell.replace('|', BAR) for cell in cells)} |"


def _rows(command: str) -> Iterator[tuple[Row, str]]:
    """Each argument and option of a command, with the heading it has in the help."""
    program: Any = program_for([command])
    found = program.commands[command]
    context = found.make_context(command, [], resilient_parsing=True)
    for parameter in found.params:
        name, help = parameter.get_help_record(context)
        heading = parameter.rich_help_panel or "Arguments"
        if parameter.param_type_name == "argument" and parameter.required:
            heading = REQUIRED
        help = help.replace("[required]", "").removesuffix(" Asked for if missing.")
        yield Row(name, help.strip(), _key(parameter)), heading


def _key(parameter: Any) -> str:
    """The key of the configuration that sets an option, and what holds without it."""
    field = parameter.name.rstrip("_")
    for kind in Options.__subclasses__():
        option = kind.records.get(field)
        if kind.configurable and option and option.help == parameter.help:
            return f"`{field}`: {KEYS[field].default}" if field in KEYS else ""
    return ""


if __name__ == "__main__":
    sys.stdout.buffer.write("".join(f"{line}\n" for line in page()).encode())
