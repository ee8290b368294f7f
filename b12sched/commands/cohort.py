"""What the commands for a cohort share: reading it, its failed rows, its lists."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
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
from b12sched.cohort.lists.window import AsOf, Planned, Window, planned
from b12sched.cohort.row import check_defaults, unique
from b12sched.cohort.seen import FirstRows
from b12sched.cohort.source import form_of
from b12sched.commands import environment
from b12sched.commands.deliver import deliver
from b12sched.commands.options import (
    ClinicOptions,
    CohortOptions,
    RowOptions,
    facts,
    files,
    text,
)
from b12sched.commands.terminal import (
    Meter,
    progress,
    say,
    stderr_table,
    stdin_bytes,
)
from b12sched.dates import counted, parse_date
from b12sched.errors import InputError, shown, unknown_name
from b12sched.files.disk import open_file, same_file, whole_file
from b12sched.output.export import Fill, listing, plain, table
from b12sched.plan.case import whole_number
from b12sched.plan.clinic import Clinic

AS_OF = text(
    "--as-of",
    "DATE",
    "What was not given by DATE is overdue; by default the list's first day (audit: "
    "today); none leaves each row its own.",
)
TO_STDOUT = text(
    "--format", "FORMAT", "To stdout: json, csv or md.", ("json", "csv", "md")
)
TO_FILES = files(
    "--output/-o", "FILE", "Write FILE; the suffix says the format. Repeatable."
)
"""The options of every list."""

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
            yield error_table(stream.write, rows.columns)
        elif as_table:
            yield error_table(stderr_table(), rows.columns)
        else:
            yield tell


def tell(error: RowError) -> None:
    """Print in two lines why a row has no plan."""
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


def deliver_list(
    form: str | None,
    paths: Mapping[Path, str],
    formats: Mapping[str, Fill],
    show: Callable[[], None],
    failed: int,
) -> None:
    """Write the files, then print the list; set the exit code for failed rows."""
    files = {path: formats[name] for path, name in paths.items()}
    for note in deliver(files, formats[form] if form else None, show):
        say(note)
    if failed:
        them = "it" if failed == 1 else "them"
        say(f"{counted(failed, 'row')} failed: the list is without {them}")
        raise typer.Exit(SOME_FAILED)


def list_formats(
    as_json: Callable[[], bytes],
    as_csv: Callable[[], bytes],
    as_markdown: Callable[[], bytes],
) -> dict[str, Fill]:
    """Return the formats that every list has, with the content of each."""
    return {
        "json": lambda path: listing(as_json(), path),
        "csv": lambda path: table(as_csv(), path, "a list"),
        "md": lambda path: plain(as_markdown(), path, "a list"),
    }


def checked_paths(
    cohort: str,
    errors: str | None,
    form: str | None,
    outputs: Sequence[str],
    formats: Sequence[str],
) -> dict[Path, str]:
    """Return the files asked for, each with its format, which its suffix names.

    Raises InputError for a format that is none of these, and for the cohort itself.
    """
    if form is not None and form not in formats:
        raise unknown_name("format", form, formats, field="format")
    paths: dict[Path, str] = {}
    for output in outputs:
        path = Path(output)
        name = path.suffix.lower().removeprefix(".")
        if name not in formats:
            raise InputError(
                f"{shown(output, limit=4096)} has a suffix that names no format",
                f"end the name with one of .{', .'.join(formats)}",
                field="output",
                value=output,
            )
        paths[path] = name
    check_kept(Path(cohort), errors, paths)
    return paths


_EXAMPLES = {
    "from": "--from 2026-01-05",
    "to": "--to 2026-01-09",
    "months": "--months 3",
}


def needed(value: str | None, field: str) -> str:
    """Return a value that must be stated. Raises InputError with an example."""
    if value is None:
        raise InputError(
            "is missing", f"state it: {_EXAMPLES[field]}", field=field, code="missing"
        )
    return value


def as_of_day(stated: str | None, window: Window | None = None) -> AsOf:
    """Return the day as of which a list is made.

    It is the day stated, else the window's first day, or without a window today; `none`
    leaves each row its own.
    """
    today = environment.today()
    if stated == "none":
        return AsOf(today=today, day=None)
    if stated is not None:
        return AsOf(today=today, day=parse_date(stated, "as_of"))
    if window is None:
        return AsOf(today=today, day=today)
    return AsOf.from_first(window.first, today)


def number(stated: str | None, field: str) -> int | None:
    """Return a whole number, None if none is stated. Raises InputError."""
    return None if stated is None else whole_number(0, 9999)(stated, field)
