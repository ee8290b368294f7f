"""What the commands for a cohort have in common: where it comes from, what fails."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from b12sched.commands import environment
from b12sched.commands.options import CLINIC, CONFIG, ROWS, in_force, texts_of, typed
from b12sched.commands.terminal import (
    Meter,
    progress,
    say,
    stderr_table,
    stdin_bytes,
    write_stdout,
)
from b12sched.errors import InputError, shown, unknown_name

if TYPE_CHECKING:
    from io import BufferedReader

    from b12sched.cohort import Cohort, RowError
    from b12sched.cohort.lists.window import AsOf, Planned
    from b12sched.commands.config import Config

SOME_FAILED = 4
"""Exit code of a batch or a list in which some rows failed."""

_T = TypeVar("_T")

Formats = Mapping[str, Callable[[Path | None, bytes | None], bytes]]
"""How a list is written, by format: into which file, if any, and what it holds now."""

CohortArgument = Annotated[
    str,
    typer.Argument(
        metavar="COHORT",
        help="CSV with a header, or JSON Lines; - is standard input.",
    ),
]


def configured(values: Mapping[str, object]) -> Config:
    """The clinic's defaults. Raises InputError naming the line at fault."""
    from b12sched.commands.config import load_config

    return load_config(configuration(values))


def configuration(values: Mapping[str, object]) -> environment.ConfigFile:
    """Where the clinic's defaults are."""
    return environment.config_file(typed(values, CONFIG).get("config"))


def check_kept(
    cohort: Path, options: Mapping[str, str], outputs: Iterable[Path] = ()
) -> None:
    """Raise InputError if what is to be written would replace the cohort itself."""
    from b12sched.files.disk import same_file

    named = [("output", path) for path in outputs]
    if "errors" in options:
        named.append(("errors", Path(options["errors"])))
    for field, path in named:
        if same_file(path, cohort):
            raise InputError(
                "is the cohort itself",
                "choose another name",
                field=field,
                value=str(path),
            )


@contextmanager
def opened(cohort: str, options: Mapping[str, str]) -> Iterator[tuple[Cohort, Meter]]:
    """The cohort, and what shows how far it has come."""
    from b12sched.cohort import Form, read_cohort
    from b12sched.cohort.source import form_of
    from b12sched.files.disk import open_file

    asked = options.get("input_format")
    if asked is not None and asked not in Form.__members__.values():
        raise unknown_name("input format", asked, Form, field="input_format")
    if cohort == "-" and asked is None:
        raise InputError(
            "is needed with standard input",
            "say --input-format csv or --input-format jsonl",
            field="input_format",
        )
    path = Path(cohort)
    form = Form(asked) if asked else form_of(path)
    with ExitStack() as stack:
        stream: BufferedReader
        if cohort == "-":
            stream, name, size = stdin_bytes(), "stdin", None
        else:
            stream = stack.enter_context(open_file(path, "a cohort"))
            name, size = path.name, os.fstat(stream.fileno()).st_size
        rows = read_cohort(stream, form, name)
        yield rows, stack.enter_context(progress(stream, size))


@contextmanager
def refusing(
    options: Mapping[str, str], rows: Cohort, *, as_table: bool
) -> Iterator[Callable[[RowError], None]]:
    """Where failed rows go: to --errors, else to standard error.

    There they are a table if that goes with the data, else lines to read.
    """
    from b12sched.cohort.error_table import ERROR_COLUMNS, ErrorTable, is_table
    from b12sched.files.disk import whole_file

    with ExitStack() as stack:
        if "errors" in options:
            path = Path(options["errors"])
            if path.is_file() and not is_table(path, ERROR_COLUMNS):
                raise InputError(
                    f"{shown(options['errors'], limit=4096)} is there and is no table "
                    "of errors; it is left as it was",
                    "choose another name",
                    field="errors",
                    value=options["errors"],
                    code="foreign-file",
                )
            stream = stack.enter_context(whole_file(Path(options["errors"])))
            yield ErrorTable(stream, rows.columns).add
        elif as_table:
            yield ErrorTable(stderr_table(), rows.columns).add
        else:
            yield tell


def tell(error: RowError) -> None:
    """Say in two lines why a row has no plan."""
    say(str(error))
    say(f"  {error.hint}")


def over(
    cohort: str,
    values: Mapping[str, object],
    asked: Mapping[str, str],
    use: Callable[[Iterator[Planned]], _T],
    *,
    as_of: AsOf,
    through: dt.date | None = None,
) -> tuple[_T, int]:
    """What `use` makes of the plans of a cohort's good rows, and how many rows failed.

    Those are told of as they come.
    """
    from b12sched.cohort.lists.window import planned
    from b12sched.cohort.row import RowError, check_defaults, unique
    from b12sched.cohort.seen import FirstRows
    from b12sched.plan.clinic import Clinic

    config = configured(values)
    defaults = in_force(values, config, ROWS)
    check_defaults(defaults)
    clinic = Clinic.parse(in_force(values, config, CLINIC))
    failed = 0
    with (
        opened(cohort, asked) as (source, meter),
        refusing(asked, source, as_table=False) as refuse,
        FirstRows() as seen,
    ):

        def good() -> Iterator[Planned]:
            nonlocal failed
            rows = unique(source.rows, seen)
            found = planned(rows, clinic, defaults, as_of, through=through)
            for done, each in enumerate(found, 1):
                if isinstance(each, RowError):
                    failed += 1
                    refuse(each)
                else:
                    yield each
                meter(done, failed)

        return use(good()), failed


def deliver(
    asked: Mapping[str, str],
    paths: Mapping[Path, str],
    formats: Formats,
    show: Callable[[], None],
    failed: int,
    notes: Sequence[str] = (),
) -> None:
    """Write the files, then print the list; the exit code tells of failed rows."""
    from b12sched.cohort.error_table import check_no_table
    from b12sched.dates import counted
    from b12sched.files.disk import read_if_there, write_files
    from b12sched.plan.plan_file import is_plan

    was = {
        path: read_if_there(path, "a calendar" if name == "ics" else "a list")
        for path, name in paths.items()
    }
    for path, name in paths.items():
        if name == "csv":
            check_no_table(path, was[path])
        if name == "json" and is_plan(was[path]):
            raise InputError(
                f"{shown(str(path), limit=4096)} is a patient's plan; it is left as it "
                "was",
                "choose another name",
                field="output",
                value=str(path),
                code="plan-there",
            )
    contents = {path: formats[name](path, was[path]) for path, name in paths.items()}
    data = formats[asked["format"]](None, None) if "format" in asked else None
    write_files(contents, was, tell=say)
    if data is None:
        show()
    else:
        write_stdout(data)
    for note in notes:
        say(note)
    if failed:
        them = "it" if failed == 1 else "them"
        say(f"{counted(failed, 'row')} failed: the list is without {them}")
        raise typer.Exit(SOME_FAILED)


def checked(
    cohort: str,
    values: Mapping[str, object],
    asked: Mapping[str, str],
    formats: Sequence[str],
) -> dict[Path, str]:
    """The files asked for and the format of each, which is its suffix, too.

    Raises InputError for a format that is none of these, and for the cohort itself.
    """
    if "format" in asked and asked["format"] not in formats:
        raise unknown_name("format", asked["format"], formats, field="format")
    paths: dict[Path, str] = {}
    for text in texts_of(values["output"]):
        path = Path(text)
        name = path.suffix.lower().removeprefix(".")
        if name not in formats:
            raise InputError(
                f"{shown(text, limit=4096)} has a suffix that names no format",
                f"end the name with one of .{', .'.join(formats)}",
                field="output",
                value=text,
            )
        paths[path] = name
    check_kept(Path(cohort), asked, paths)
    return paths
