"""`b12sched config`: the clinic's own defaults."""

from __future__ import annotations

from b12sched.commands.config import config_lines
from b12sched.commands.options import ConfigOptions, configured, with_options
from b12sched.commands.terminal import print_lines


@with_options
def config(options: ConfigOptions) -> None:
    """Where the clinic's own defaults are, and what is in force."""
    print_lines(config_lines(configured(options)))
