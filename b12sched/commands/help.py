"""Help in plain text, which fits narrow screens and every encoding."""

from __future__ import annotations

from typing import Any

from typer.core import TyperCommand, TyperGroup


class GroupedHelp(TyperCommand):
    """A command whose help lists its options under the titles of their groups."""

    def format_options(self, ctx: Any, formatter: Any) -> None:
        groups: dict[str, list[tuple[str, str]]] = {}
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx)
            assert record is not None  # no option is hidden
            title = getattr(parameter, "rich_help_panel", None) or "Options"
            groups.setdefault(title, []).append(record)
        for title, records in groups.items():
            with formatter.section(title):
                formatter.write_dl(records)


class WholeHelp(TyperGroup):
    """A program whose help shows the whole first sentence of each command."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        commands = ((name, self.get_command(ctx, name)) for name in self.commands)
        with formatter.section("Commands"):
            formatter.write_dl(
                [
                    (name, each.get_short_help_str(limit=200))
                    for name, each in commands
                    if each
                ]
            )
