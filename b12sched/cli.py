"""The program: loads commands on demand, reports errors, sets exit codes."""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence
from importlib import import_module
from itertools import chain, pairwise, starmap
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from b12sched import __version__
from b12sched.commands import environment
from b12sched.commands.help import CommandHelp, ProgramHelp
from b12sched.commands.options import option_name, typer_option
from b12sched.commands.terminal import abandon, mend_streams, say_error, width
from b12sched.errors import (
    B12SchedError,
    InputError,
    OutputError,
    error_line,
    nearest,
    printable,
)
from b12sched.output.signals import stop_on_signals

GROUPS = {
    "One patient": {
        "plan": "plan", "revise": "revise", "due": "due", "publish": "publish"
    },
    "Many patients": {
        "batch": "batch", "worklist": "worklist", "forecast": "forecast",
        "audit": "audit",
    },
    "About": {
        "regimens": "regimens", "explain": "explain", "config": "show_config",
        "selftest": "selftest",
    },
}  # fmt: skip
"""The commands under the headings of the help, each with its module.

The module holds a function of the command's name.
"""

COMMANDS = {name: title for title, group in GROUPS.items() for name in group}
"""The heading of each command."""

_SCRIPTS = ("--install-completion", "--show-completion")

# The base of Typer's usage errors, which has no public name.
_USAGE_ERROR: type[Exception] = typer.BadParameter.__mro__[2]
_LONGEST_MESSAGE = 400
_INTERRUPTED = 130  # what Typer returns for Ctrl-C


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"b12sched {__version__}")
        raise typer.Exit


def _common(
    context: typer.Context,
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Version."),
    ] = False,
) -> None:
    if context.invoked_subcommand is None:
        typer.echo(context.get_help(), err=True)
        raise typer.Exit(2)


# Any: Typer names no class of what can be run.
def program_for(arguments: Sequence[str]) -> Any:
    """Return the program with the commands that the arguments need.

    That is the one asked for, or all if none or an unknown one is. No other is
    imported: building all takes longer than most commands do.
    """
    app = typer.Typer(
        cls=ProgramHelp,
        help="Dated treatment plans for vitamin B12 injections.",
        rich_markup_mode=None,
        context_settings={"help_option_names": ["--help", "-h"]},
    )
    app.callback(invoke_without_command=True)(_common)
    first = arguments[0] if arguments else ""
    names = [first] if first in COMMANDS else [*COMMANDS]
    for name in [] if first == "--version" else names:
        title = COMMANDS[name]
        module = import_module(f"b12sched.commands.{GROUPS[title][name]}")
        add = app.command(name, cls=CommandHelp, rich_help_panel=title)
        add(getattr(module, name))
    program: Any = typer.main.get_command(app)
    for command in program.commands.values():
        command.params += starmap(typer_option, command.callback.records.items())
    return program


def run(arguments: Sequence[str]) -> int:
    """Run a command line, print any error, and return the exit code.

    With `--format json` an error is a line of JSON (docs/formats.md).
    """
    try:
        if _completes(arguments):
            return 0
        code = program_for(arguments)(
            arguments,
            prog_name="b12sched",
            standalone_mode=False,
            terminal_width=width(),
            obj=tuple(arguments),
        )
        sys.stdout.flush()
    except BrokenPipeError:
        return _closed_pipe()
    except SystemExit as end:
        # Typer exits so on a closed pipe, and so does shell completion at its end.
        closed = isinstance(end.__context__, BrokenPipeError)
        return _closed_pipe() if closed else int(end.code or 0)
    except (Exception, KeyboardInterrupt) as error:
        return _report(_as_ours(error), as_data=_wants_json(arguments))
    if code == _INTERRUPTED:
        return _report(_stopped(), as_data=_wants_json(arguments))
    return code if isinstance(code, int) else 0


def _completes(arguments: Sequence[str]) -> bool:
    """Answer a shell that completes a word; return whether one asked for that.

    It may also ask for its script, which Typer prints or installs.
    """
    request = environment.shell_request()
    if not request and set(arguments).isdisjoint(_SCRIPTS):
        return False
    from b12sched.commands.completion import answer, replace_script, words

    replace_script()
    if not request:
        return False
    said = answer(program_for(words(request)), request)
    if said is not None:
        typer.echo(said)
    return said is not None


def _wants_json(arguments: Sequence[str]) -> bool:
    """Return whether a command line asks for JSON, even if it is otherwise wrong."""
    return ("--format", "json") in pairwise(arguments) or "--format=json" in arguments


def _as_ours(error: BaseException) -> B12SchedError:
    """Return the exception that ended a command as a B12SchedError."""
    if isinstance(error, B12SchedError):
        return error
    if isinstance(error, _USAGE_ERROR):
        return _usage_error(error)
    if isinstance(error, KeyboardInterrupt | typer.Abort):
        return _stopped()
    if isinstance(error, OSError):
        abandon(sys.stdout)
        what = error.strerror or type(error).__name__
        return OutputError(
            f"output failed: {what.lower()}", "check where the output goes"
        )
    if isinstance(error, MemoryError):
        return B12SchedError(
            "this machine has no memory left, or its limit is reached",
            "end other programs, raise the limit, or do less at once",
            code="memory",
        )
    return B12SchedError(
        f"unexpected {type(error).__name__} {_place(error)}",
        "this is a fault of b12sched: please report it with the command, without "
        "patient data",
        code="unexpected",
    )


# Any: all usage errors have `format_message`, but their class has no public name.
def _usage_error(error: Any) -> InputError:
    context = getattr(error, "ctx", None)
    command = context.command_path if context else "b12sched"
    message, meant = error.format_message(), None
    if context and hasattr(error, "possibilities"):
        # An unknown option: Typer names several, we the nearest.
        options = (each.opts for each in context.command.get_params(context))
        message, meant = error.message, nearest(error.option_name, chain(*options))
    message = printable(" ".join(str(message).split()))
    if len(message) > _LONGEST_MESSAGE:
        message = message[:_LONGEST_MESSAGE] + "…"
    hint = f"see {command} --help"
    if meant:
        hint = f"did you mean {meant}? {hint}"
    return InputError(message, hint, code="usage")


def _stopped() -> B12SchedError:
    return B12SchedError(
        "stopped", "no file was left half written; run it again", code="stopped"
    )


def _closed_pipe() -> int:
    """Return exit code 0: a reader that closes the pipe early is no failure."""
    abandon(sys.stdout)
    return 0


def _report(error: B12SchedError, *, as_data: bool) -> int:
    """Print an error in two lines and return its exit code, even if printing fails."""
    kind = {"refused": "refused: ", "stopped": ""}.get(error.code, "error: ")
    label = f"{option_name(error.field)}: " if error.field else ""
    try:
        if as_data:
            typer.echo(error_line(error), err=True)
        else:
            say_error(kind, f"{label}{error.message}", error.value, error.hint)
        sys.stderr.flush()
    except OSError:
        abandon(sys.stderr)
    return error.exit_code


def _place(error: BaseException) -> str:
    """Return where an error was raised, never its text, which may be private."""
    trace = error.__traceback__
    assert trace is not None  # it was raised
    while trace.tb_next is not None:
        trace = trace.tb_next
    return f"in {Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}"


def main() -> NoReturn:
    """Run the console script."""
    mend_streams()
    stop_on_signals()
    code = run(sys.argv[1:])
    # Python looks for garbage once more at its end, for a tenth of a short command.
    gc.freeze()
    sys.exit(code)
