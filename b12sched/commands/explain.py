"""`b12sched explain`: rules and cautions with their sources."""

from __future__ import annotations

from typing import Annotated

import typer

from b12sched.commands.options import FormatOptions, check_format, with_options
from b12sched.commands.terminal import print_lines, width, write_stdout
from b12sched.views.screen.answers import (
    explained,
    explained_json,
    index_lines,
    rule_lines,
)


@with_options
def explain(
    asked: FormatOptions,
    rule: Annotated[
        str | None,
        typer.Argument(metavar="RULE", help="One rule or caution, by its name."),
    ] = None,
) -> None:
    """List the rules and cautions, or show one with its strength and sources.

    b12sched explain
    b12sched explain MAINT
    """
    check_format(asked.format, "json")
    found = explained(rule)
    if asked.format is not None:
        write_stdout(explained_json(found))
    elif rule is None:
        print_lines(index_lines(found, width()), paged=True)
    else:
        print_lines(rule_lines(found), paged=True)
