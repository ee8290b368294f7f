"""An error on a terminal: what is wrong, then what to do, in lines."""

from __future__ import annotations

from b12sched.views.screen.layout import Line, fold, indent

_COMMAND = "b12sched "


def error_lines(kind: str, said: str, named: str, cure: str, width: int) -> list[Line]:
    """Return the lines of an error: its kind red, the value at fault bold.

    `named` is that value as the text has it. A command to type is not folded, and
    stands on a line of its own where nothing follows it, to be copied whole.
    """
    before, found, after = said.partition(named) if named else (said, "", "")
    line: Line = ((kind, "bold red"), (before, ""), (found, "bold"), (after, ""))
    lines = fold(line, width, hang=2)
    head, command, rest = cure.partition(_COMMAND)
    if not command:
        lines += indent(fold(((cure, ""),), width - 2))
    elif ", " in rest or not head.endswith(": "):
        lines += indent([((cure, ""),)])
    else:
        lines += indent(fold(((head.rstrip(), ""),), width - 2))
        lines += indent([((command + rest, ""),)], 4)
    return lines
