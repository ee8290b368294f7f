"""`b12sched regimens`: the regimens that are shipped, or one with its sources."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from b12sched.commands.options import (
    Options,
    check_format,
    flag,
    is_path,
    regimen_in,
    text,
    with_options,
)
from b12sched.commands.terminal import print_lines, write_stdout
from b12sched.errors import InputError
from b12sched.regimen_file import shipped, shipped_file, shipped_names
from b12sched.views.lists.regimens import (
    regimen_json,
    regimen_lines,
    regimen_markdown,
    regimens_json,
    regimens_lines,
    regimens_markdown,
)


class RegimenOptions(Options):
    """The form in which regimens are shown."""

    title = "Output"
    toml: bool = flag("--toml", "Print the file of NAME, as a start for your own.")
    format: str | None = text("--format", "FORMAT", "json or md.", ("json", "md"))


@with_options
def regimens(
    asked: RegimenOptions,
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="NAME", help="One regimen, or the FILE.toml of your own."
        ),
    ] = None,
) -> None:
    """List the regimens, or show one with its rules, strengths and sources.

    b12sched regimens
    b12sched regimens uk-label
    b12sched regimens standard --toml
    """
    check_format(asked.format, "json", "md")
    if asked.toml and (name is None or asked.format):
        raise InputError(
            "prints the file of one regimen as it is",
            "write: b12sched regimens NAME --toml",
            field="toml",
        )
    if name is not None and asked.toml:
        write_stdout(shipped_file(name))
    elif name is not None:
        regimen = regimen_in(Path(name)) if is_path(name) else shipped(name)
        if asked.format is None:
            print_lines(regimen_lines(regimen), paged=True)
        else:
            write = regimen_json if asked.format == "json" else regimen_markdown
            write_stdout(write(regimen))
    else:
        found = [shipped(each) for each in shipped_names()]
        if asked.format is None:
            print_lines(regimens_lines(found), paged=True)
        else:
            write_all = regimens_json if asked.format == "json" else regimens_markdown
            write_stdout(write_all(found))
