"""The command line: parse, call, print.

The commands for one patient, and the one boundary for errors; those for a cohort are
in `commands`. Each command imports what it needs when it runs, so that the others start
fast.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from copy import copy
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from b12sched import __version__, surroundings
from b12sched.commands import batch, lists
from b12sched.commands.shared import configuration, configured
from b12sched.errors import (
    B12SchedError,
    InputError,
    OutputError,
    error_line,
    printable,
    shown,
    unknown_name,
)
from b12sched.options import (
    CALENDAR,
    CARD,
    CLINIC,
    CONFIG,
    DUE,
    OUTPUT,
    PATIENT,
    REVISION,
    SERVER,
    TREATMENT,
    GroupedHelp,
    WholeHelp,
    in_force,
    option_name,
    taking,
    texts_of,
    typed,
)
from b12sched.screen import (
    abandon,
    ask,
    ask_password,
    console,
    interactive,
    mend_streams,
    print_lines,
    say,
    width,
    write_stdout,
)
from b12sched.signals import stop_on_signals

if TYPE_CHECKING:
    from b12sched.config import Config
    from b12sched.events import Plan
    from b12sched.export import Memory
    from b12sched.formats import Format, Written
    from b12sched.plan_file import Saved
    from b12sched.revise import Move
    from b12sched.views.terminal import View

# The base of Typer's usage errors, which has no public name.
_USAGE_ERROR: type[Exception] = typer.BadParameter.__mro__[2]
_LONGEST_MESSAGE = 400
_INTERRUPTED = 130  # what Typer returns for Ctrl-C

app = typer.Typer(
    cls=WholeHelp,
    help="Dated treatment plans for vitamin B12 injections.",
    rich_markup_mode=None,
    # A traceback's locals hold patient data; errors are printed in one place, `run`.
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["--help", "-h"]},
)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"b12sched {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
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


@app.command(cls=GroupedHelp)
@taking(PATIENT, TREATMENT, CLINIC, CALENDAR, CARD, OUTPUT, CONFIG)
def plan(
    start: Annotated[
        str | None,
        typer.Argument(metavar="START", help="Date planned for the first injection."),
    ] = None,
    **values: object,
) -> None:
    """Make one patient's plan.

    b12sched plan 2026-01-05 --neuro --renal normal
    """
    from b12sched import Case, Clinic, build
    from b12sched.case import check_not_future, read_fields

    config = configured(values)
    row = in_force(values, config, PATIENT, TREATMENT)
    if start is not None:
        row["start"] = start
    clinic = Clinic.parse(in_force(values, config, CLINIC))
    if interactive():
        read_fields(row)
        _ask_what_is_missing(row)
    case = Case.parse(row)
    check_not_future(case, surroundings.today(), case.as_of)
    _deliver(build(case, clinic), values, config)


@app.command(cls=GroupedHelp)
@taking(REVISION, PATIENT, TREATMENT, CLINIC, CALENDAR, CARD, OUTPUT, CONFIG)
def revise(
    plan_file: Annotated[
        Path,
        typer.Argument(
            metavar="PLAN.json", help="A plan written with -o.", readable=False
        ),
    ],
    **values: object,
) -> None:
    """Change a plan: what was given, a plateau, a step-up, another clinic.

    The plan file remembers; `none` as a value clears a field.
    """
    from b12sched import Case, Clinic, build
    from b12sched.case import check_not_future
    from b12sched.export import Memory
    from b12sched.files import read_file
    from b12sched.revise import moves, recounted, revised

    read = read_file(plan_file, "a plan")
    saved = _saved(plan_file, read)
    changes = typed(values, REVISION, PATIENT, TREATMENT, CLINIC)
    row, clinic, document = revised(saved, changes)
    try:
        case = Case.parse(row)
        # The file's as of may be raised to what this revision records.
        stated = case if "as_of" in changes else Case.parse(saved.case)
        check_not_future(case, surroundings.today(), stated.as_of)
        plan = build(case, Clinic.parse(clinic))
    except InputError as error:
        if error.field in saved.case and error.field not in typed(values, TREATMENT):
            error.field = f"{shown(plan_file.name)}: {error.field}"
        raise
    # Where and when it was made is the plan's own: only its looks are configured.
    config = configured(values)
    moved = moves(saved, plan), recounted(saved, plan)
    _deliver(plan, values, config, Memory(plan_file, read, document), moved)


@app.command(cls=GroupedHelp)
@taking(SERVER, CALENDAR, CONFIG)
def publish(
    plan_files: Annotated[
        list[Path],
        typer.Argument(
            metavar="PLAN.json...", help="Plans written with -o.", readable=False
        ),
    ],
    **values: object,
) -> None:
    """Put plans into a calendar on a CalDAV server, and bring it up to them."""
    from time import monotonic

    from b12sched.ics import CalendarStyle
    from b12sched.publish import (
        connect,
        find_password,
        parse_address,
        parse_cancelled,
        publish,
    )

    options = typed(values, SERVER)
    if "url" not in options:
        raise InputError(
            "is missing",
            "state the calendar's address with --url",
            field="url",
            code="missing",
        )
    address = parse_address(options["url"])
    cancelled = parse_cancelled(options.get("cancelled", "mark"))
    style = CalendarStyle.parse(in_force(values, configured(values), CALENDAR))
    plans = [_rebuild(path) for path in plan_files]
    user = options.get("user")
    password = user and find_password(
        user,
        address.host,
        given=surroundings.password(),
        ask=ask_password if interactive() else None,
    )
    with connect(address, user, password, clock=monotonic) as server:
        done = publish(
            plans,
            server,
            style,
            surroundings.now(),
            cancelled=cancelled,
            dry_run="dry_run" in options,
        )
    say(f"{address.host}: {done.summary}")
    for note in done.notes:
        say(note)
    if done.fault:
        raise done.fault


@app.command(cls=GroupedHelp)
@taking(DUE, CLINIC, CONFIG)
def due(
    last_dose: Annotated[
        str, typer.Argument(metavar="LAST_DOSE", help="Date of the last injection.")
    ],
    **values: object,
) -> None:
    """When is the next dose due, and how does it stand today?"""
    from b12sched.case import FIELDS
    from b12sched.clinic import Clinic
    from b12sched.dates import parse_date
    from b12sched.lists import next_due
    from b12sched.regimen import Interval
    from b12sched.views.answers import due_json, due_lines

    asked = typed(values, DUE)
    form, interval = asked.get("format"), asked.get("interval", Interval.TWO_MONTHS)
    if form not in (None, "json"):
        raise unknown_name("format", form, ["json"], field="format")
    on = parse_date(asked["on"], "on") if "on" in asked else surroundings.today()
    found = next_due(
        parse_date(last_dose, "LAST_DOSE"),
        Interval(str(FIELDS["interval"](interval, "interval"))),
        Clinic.parse(in_force(values, configured(values), CLINIC)),
        on,
    )
    if form is None:
        print_lines(due_lines(found))
    else:
        write_stdout(due_json(found))


@app.command(cls=GroupedHelp)
def explain(
    rule: Annotated[
        str | None, typer.Argument(metavar="RULE", help="One rule or caution.")
    ] = None,
) -> None:
    """Every rule and caution with its text, source and strength of evidence."""
    from b12sched.views.answers import rule_lines

    print_lines(rule_lines(rule))


@app.command(cls=GroupedHelp)
@taking(CONFIG)
def config(**values: object) -> None:
    """Where the clinic's own defaults are, and what is in force."""
    from b12sched.config import config_lines

    where = configuration(values)
    print_lines(config_lines(configured(values), where))


for _command in (batch.batch, lists.worklist, lists.forecast, lists.audit):
    app.command(cls=GroupedHelp)(_command)


def _saved(path: Path, content: bytes) -> Saved:
    """What a plan file holds; an error in it names the file."""
    from b12sched.plan_file import read_plan

    try:
        return read_plan(content)
    except InputError as error:
        error.field = f"{shown(path.name)}: {error.field}"
        raise


def _rebuild(path: Path) -> Plan:
    """The plan of a plan file; an error in it names the file."""
    from b12sched import Case, Clinic, build
    from b12sched.files import read_file

    saved = _saved(path, read_file(path, "a plan"))
    try:
        return build(Case.parse(saved.case), Clinic.parse(saved.clinic))
    except B12SchedError as error:
        error.field = f"{shown(path.name)}: {error.field}"
        raise


def _deliver(
    plan: Plan,
    values: Mapping[str, object],
    config: Config,
    memory: Memory | None = None,
    moved: tuple[Sequence[Move], str | None] | None = None,
) -> None:
    """Write the files asked for, then show the plan: nothing is shown that failed."""
    from b12sched.export import export
    from b12sched.formats import format_named

    asked = typed(values, OUTPUT)
    paths = [Path(name) for name in texts_of(values["output"])]
    to_stdout = format_named(asked["format"]) if "format" in asked else None
    view = None if to_stdout else _view(asked.get("view", "table"))
    written = _written(values, config, paths, to_stdout)
    contents, was, notes = export(
        plan, paths, written, memory, replace_plans="replace" in asked
    )
    if memory:
        written = written._replace(was=memory.document)
    data = to_stdout.write(plan, written) if to_stdout else b""
    if contents:
        from b12sched.files import write_files

        write_files(contents, was, tell=say)
    if view is None:
        write_stdout(data)
    else:
        from b12sched.views.terminal import show_plan

        show_plan(console(), plan, view, every="all" in asked)
    if moved is not None:
        from b12sched.views.answers import move_lines

        # Below a view, an empty line: else it reads as one more source.
        apart = [] if view is None else [""]
        lines, counted_anew = move_lines(moved[0]), moved[1]
        print_lines([*apart, *lines], to_stderr=view is None)
        if counted_anew:
            say(counted_anew)
    for note in notes:
        say(note)


def _view(name: str) -> View:
    from b12sched.views.terminal import View

    if name not in View.__members__.values():
        raise unknown_name("view", name, View, field="view")
    return View(name)


def _written(
    values: Mapping[str, object],
    config: Config,
    paths: Sequence[Path],
    to_stdout: Format | None,
) -> Written:
    """How calendars and cards are to be written; an option in vain is an error."""
    from b12sched.formats import check_used, format_of, written_for

    formats = [*map(format_of, paths), *([to_stdout] if to_stdout else [])]
    check_used(typed(values, CALENDAR, CARD), formats)
    return written_for(
        formats, in_force(values, config, CALENDAR, CARD), surroundings.now
    )


def _ask_what_is_missing(row: dict[str, str]) -> None:
    """Ask at the terminal for the three facts that a plan needs."""
    if "start" not in row and "last_dose" not in row:
        say("Already on maintenance? Stop (Ctrl-C) and use --last-dose.")
        row["start"] = ask(
            "Date planned for the first injection, such as 2026-01-05?", "start"
        )
    if "neuro" not in row:
        row["neuro"] = ask("Neurological symptoms or signs, yes or no?", "neuro")
    if "renal" not in row and "egfr" not in row:
        row["renal"] = ask(
            "Renal status: normal, impaired, dialysis or unknown?", "renal"
        )


def program_for(arguments: Sequence[str]) -> typer.Typer:
    """The program with the one command asked for; with all where none is, or another.

    Building all the others takes longer than most commands do.
    """
    first = arguments[0] if arguments else ""
    every = app.registered_commands
    named = [each for each in every if getattr(each.callback, "__name__", "") == first]
    if not named and first != "--version":
        return app
    alone = copy(app)
    alone.registered_commands = named
    return alone


def run(arguments: Sequence[str]) -> int:
    """Run a command line and return its exit code; every error is printed here.

    With `--format json` an error is a line of JSON (docs/formats.md).
    """
    try:
        code = program_for(arguments)(
            arguments,
            prog_name="b12sched",
            standalone_mode=False,
            terminal_width=width(),
        )
        sys.stdout.flush()
    except BrokenPipeError:
        return _closed_pipe()
    except SystemExit as end:
        # Typer's answer to a closed pipe; shell completion ends so too.
        closed = isinstance(end.__context__, BrokenPipeError)
        return _closed_pipe() if closed else int(end.code or 0)
    except (Exception, KeyboardInterrupt) as error:
        return _report(_as_ours(error), as_data=_wants_json(arguments))
    if code == _INTERRUPTED:
        return _report(_stopped(), as_data=_wants_json(arguments))
    return code if isinstance(code, int) else 0


def _wants_json(arguments: Sequence[str]) -> bool:
    """Return whether a command line asks for JSON, be it otherwise right or wrong."""
    return ("--format", "json") in pairwise(arguments) or "--format=json" in arguments


def _as_ours(error: BaseException) -> B12SchedError:
    """Return whatever ended a command as an error of ours."""
    if isinstance(error, B12SchedError):
        return error
    if isinstance(error, _USAGE_ERROR):
        return _usage_error(error)
    if isinstance(error, KeyboardInterrupt | typer.Abort):
        return _stopped()
    if isinstance(error, OSError):
        abandon(sys.stdout)
        what = error.strerror or type(error).__name__
        return OutputError(f"output failed: {what.lower()}", "check where it goes")
    if isinstance(error, MemoryError):
        return B12SchedError(
            "the memory of this machine, or what it allows, is used up",
            "end other programs, raise the limit, or do less at once",
            code="memory",
        )
    return B12SchedError(
        f"unexpected {type(error).__name__} {_place(error)}",
        "this is a fault of b12sched: please report it with the command",
        code="unexpected",
    )


def _usage_error(error: BaseException) -> InputError:
    # All usage errors have it; their class has no public name to say so by.
    said = error.format_message()  # type: ignore[attr-defined]
    message = printable(" ".join(str(said).split()))
    context = getattr(error, "ctx", None)
    command = context.command_path if context else "b12sched"
    if len(message) > _LONGEST_MESSAGE:
        message = message[:_LONGEST_MESSAGE] + "…"
    return InputError(message, f"see {command} --help", code="usage")


def _stopped() -> B12SchedError:
    return B12SchedError(
        "stopped", "no file was left half written; run it again", code="stopped"
    )


def _closed_pipe() -> int:
    """Whoever read the output has had enough of it: that is no failure."""
    abandon(sys.stdout)
    return 0


def _report(error: B12SchedError, *, as_data: bool) -> int:
    """Tell an error in two lines; the exit code tells it even if nobody can read."""
    kind = {"refused": "refused: ", "stopped": ""}.get(error.code, "error: ")
    label = f"{option_name(error.field)}: " if error.field else ""
    try:
        if as_data:
            typer.echo(error_line(error), err=True)
        else:
            say(f"{kind}{label}{error.message}")
            say(f"  {error.hint}")
        sys.stderr.flush()
    except OSError:
        abandon(sys.stderr)
    return error.exit_code


def _place(error: BaseException) -> str:
    """Where an error was raised: never what it says, which may be private."""
    trace = error.__traceback__
    assert trace is not None  # it was raised
    while trace.tb_next is not None:
        trace = trace.tb_next
    return f"in {Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}"


def main() -> NoReturn:
    """The console script."""
    mend_streams()
    stop_on_signals()
    sys.exit(run(sys.argv[1:]))
