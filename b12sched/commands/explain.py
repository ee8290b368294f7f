"""`b12sched explain`: rules and cautions with their sources."""

from __future__ import annotations

from typing import Annotated

import typer

from b12sched.commands.terminal import print_lines
from b12sched.views.screen.answers import rule_lines


def explain(
    rule: Annotated[
        str | None, typer.Argument(metavar="RULE", help="One rule or caution.")
    ] = None,
) -> None:
    """Every rule and caution with its text, source and strength of evidence."""
    print_lines(rule_lines(rule))
