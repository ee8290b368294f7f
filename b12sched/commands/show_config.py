"""`b12sched config`: the clinic's own defaults."""

from __future__ import annotations

from b12sched.commands.config import config_json, config_lines
from b12sched.commands.options import (
    ConfigOptions,
    FormatOptions,
    check_format,
    configured,
    with_options,
)
from b12sched.commands.terminal import print_lines, write_stdout


@with_options
def config(options: ConfigOptions, asked: FormatOptions) -> None:
    """Show the clinic's own defaults, and where each comes from.

    b12sched config
    b12sched config --config none
    """
    check_format(asked.format, "json")
    found = configured(options)
    if asked.format is None:
        print_lines(config_lines(found))
    else:
        write_stdout(config_json(found))
