"""What the commands for a cohort have in common: where it comes from, what fails."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from b12sched import surroundings
from b12sched.errors import InputError, unknown_name
from b12sched.options import CONFIG, typed
from b12sched.screen import Meter, progress, say, stderr_table, stdin_bytes

if TYPE_CHECKING:
    from io import BufferedReader

    from b12sched.cohort import Cohort, RowError
    from b12sched.config import Config

SOME_FAILED = 4
"""Exit code of a batch or a list in which some rows failed."""

CohortArgument = Annotated[
    str,
    typer.Argument(
        metavar="COHORT",
        help="CSV with a header, or JSON Lines; - is standard input.",
    ),
]


def configured(values: Mapping[str, object]) -> Config:
    """The clinic's defaults. Raises InputError naming the line at fault."""
    from b12sched.config import load_config

    return load_config(configuration(values))


def configuration(values: Mapping[str, object]) -> surroundings.ConfigFile:
    """Where the clinic's defaults are."""
    return surroundings.config_file(typed(values, CONFIG).get("config"))


@contextmanager
def opened(cohort: str, options: Mapping[str, str]) -> Iterator[tuple[Cohort, Meter]]:
    """The cohort, and what shows how far it has come."""
    from b12sched.cohort import Form, read_cohort
    from b12sched.cohort.source import form_of
    from b12sched.files import open_file

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
            stream, name, size = stdin_bytes(), "standard input", None
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
    from b12sched.batch import ErrorTable
    from b12sched.files import whole_file

    with ExitStack() as stack:
        if "errors" in options:
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
