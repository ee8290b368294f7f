"""What the commands for a cohort share: reading it, and its failed rows."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from io import BufferedReader
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from b12sched.cohort import Cohort, Form, RowError, read_cohort
from b12sched.cohort.error_table import (
    ERROR_COLUMNS,
    error_table,
    is_table,
)
from b12sched.cohort.layout import Layout
from b12sched.cohort.lists.window import AsOf, Planned, planned
from b12sched.cohort.row import check_defaults, unique
from b12sched.cohort.seen import FirstRows
from b12sched.cohort.source import form_of
from b12sched.commands.options import (
    ClinicOptions,
    CohortOptions,
    RowOptions,
    facts,
)
from b12sched.commands.terminal import (
    Meter,
    progress,
    say,
    stderr_table,
    stdin_bytes,
)
from b12sched.errors import B12SchedError, InputError, shown, unknown_name
from b12sched.files.disk import open_file, same_file, whole_file
from b12sched.plan.clinic import Clinic

SOME_FAILED = 4
"""Exit code of a batch or a list in which some rows failed."""

_T = TypeVar("_T")

CohortArgument = Annotated[
    str,
    typer.Argument(
        metavar="COHORT",
        help="CSV with a header, or JSON Lines; - is standard input.",
    ),
]


def check_kept(cohort: Path, errors: str | None, outputs: Iterable[Path] = ()) -> None:
    """Raise InputError if an output would replace the cohort itself."""
    named = [("output", path) for path in outputs]
    if errors is not None:
        named.append(("errors", Path(errors)))
    for field, path in named:
        if same_file(path, cohort):
            raise InputError(
                "is the cohort itself",
                "choose another name",
                field=field,
                value=str(path),
            )


@contextmanager
def opened(cohort: str, options: CohortOptions) -> Iterator[tuple[Cohort, Meter]]:
    """Yield the cohort, and a meter that shows the progress."""
    asked = options.input_format
    if asked is not None and asked not in Form.__members__.values():
        raise unknown_name("input format", asked, Form, field="input_format")
    if cohort == "-" and asked is None:
        raise InputError(
            "is needed with standard input",
            "say --input-format csv or --input-format jsonl",
            field="input_format",
        )
    layout = Layout.parse(options.texts)
    path = Path(cohort)
    form = Form(asked) if asked else form_of(path)
    with ExitStack() as stack:
        stream: BufferedReader
        if cohort == "-":
            stream, name, size = stdin_bytes(), "stdin", None
        else:
            stream = stack.enter_context(open_file(path, "a cohort"))
            name, size = path.name, os.fstat(stream.fileno()).st_size
        rows = read_cohort(stream, form, name, layout)
        yield rows, stack.enter_context(progress(stream, size))


@contextmanager
def refusing(
    errors: str | None, rows: Cohort, *, as_table: bool
) -> Iterator[Callable[[RowError], None]]:
    """Yield a function that writes failed rows to --errors, or to standard error.

    On standard error they are a table if that goes with the data, else lines to read.
    Raises InputError if --errors names a file that is no table of errors.
    """
    with ExitStack() as stack:
        if errors is not None:
            path = Path(errors)
            if path.is_file() and not is_table(path, ERROR_COLUMNS):
                raise InputError(
                    f"{shown(errors, limit=4096)} is there and is no table of errors; "
                    "it is left as it was",
                    "choose another name",
                    field="errors",
                    value=errors,
                    code="foreign-file",
                )
            stream = stack.enter_context(whole_file(path))
            yield error_table(stream.write, rows.table)
        elif as_table:
            yield error_table(stderr_table(), rows.table)
        else:
            yield tell


def tell(error: RowError | B12SchedError) -> None:
    """Print in two lines why a row or a plan file has no plan."""
    say(str(error))
    say(f"  {error.hint}")


def over(
    use: Callable[[Iterator[Planned]], _T],
    cohort: str,
    source: CohortOptions,
    rows: RowOptions,
    clinic: ClinicOptions,
    as_of: AsOf,
    through: dt.date | None = None,
) -> tuple[_T, int]:
    """Return what `use` makes of the plans of the good rows, and how many rows failed.

    Failed rows are reported as they come. The plans are made as of a day, and reach at
    least to the day `through`.
    """
    defaults = facts(rows.texts)
    check_defaults(defaults)
    where = Clinic.parse(clinic.texts)
    failed = 0
    with (
        opened(cohort, source) as (found, meter),
        refusing(source.errors, found, as_table=False) as refuse,
        FirstRows() as seen,
    ):

        def plans() -> Iterator[Planned]:
            nonlocal failed
            single = unique(found.rows, seen)
            made = planned(single, where, defaults, as_of, through=through)
            for done, each in enumerate(made, 1):
                if isinstance(each, RowError):
                    failed += 1
                    refuse(each)
                else:
                    yield each
                meter(done, failed)

        return use(plans()), failed
