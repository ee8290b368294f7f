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
from b12sched.cohort.doses import Doses, read_doses
from b12sched.cohort.layout import Layout
from b12sched.cohort.lists.window import AsOf, Planned, planned
from b12sched.cohort.row import check_defaults, unique
from b12sched.cohort.seen import FirstRows
from b12sched.cohort.source import form_in, form_of
from b12sched.commands.failed_rows import refusing
from b12sched.commands.options import (
    ClinicOptions,
    CohortOptions,
    DateOptions,
    RowOptions,
    facts,
)
from b12sched.commands.progress import Meter, progress
from b12sched.commands.terminal import say, stdin_bytes
from b12sched.dates import DateOrder
from b12sched.errors import B12SchedError, InputError, unknown_name
from b12sched.files.disk import open_file, same_file
from b12sched.plan.clinic import Clinic

SOME_FAILED = 4
"""Exit code of a batch or a list in which some rows failed."""

_T = TypeVar("_T")
_Error = TypeVar("_Error", RowError, B12SchedError)

CohortArgument = Annotated[
    str,
    typer.Argument(
        metavar="COHORT",
        help="CSV with a header, or JSON Lines; - is standard input.",
    ),
]


def check_kept(
    cohort: Path, source: CohortOptions, outputs: Iterable[Path] = ()
) -> None:
    """Raise InputError if an output would replace the cohort, or the file of doses."""
    named = [("output", path) for path in outputs]
    if source.errors is not None:
        named.append(("errors", Path(source.errors)))
    read = {"the cohort itself": cohort}
    if source.doses is not None:
        read["the file of doses"] = Path(source.doses)
    for field, path in named:
        for what, there in read.items():
            if same_file(path, there):
                raise InputError(
                    f"is {what}",
                    "choose another name",
                    field=field,
                    value=str(path),
                )


@contextmanager
def opened(
    cohort: str, options: CohortOptions, dates: DateOptions
) -> Iterator[tuple[Cohort, Meter]]:
    """Yield the cohort, each row with its doses, and a meter that shows the progress.

    Without a format standard input is JSON Lines if it begins with an object.
    """
    asked = options.input_format
    if asked is not None and asked not in Form.__members__.values():
        raise unknown_name("input format", asked, Form, field="input_format")
    layout = Layout.parse(options.texts)._replace(dates=dates.order)
    path = Path(cohort)
    form = Form(asked) if asked else None if cohort == "-" else form_of(path)
    doses = _doses(options, path, layout)
    with ExitStack() as stack:
        stream: BufferedReader
        if cohort == "-":
            stream, name, size = stdin_bytes(), "stdin", None
        else:
            stream = stack.enter_context(open_file(path, "a cohort"))
            name, size = path.name, os.fstat(stream.fileno()).st_size
        found = read_cohort(stream, form or form_in(stream), name, layout)
        notes = [*found.notes, *order_notes(dates.order)]
        notes += doses.notes() if doses else []
        rows = doses.beside(found.rows) if doses else found.rows
        found = found._replace(rows=rows, notes=tuple(notes))
        yield found, stack.enter_context(progress(stream, size))


def _doses(options: CohortOptions, cohort: Path, layout: Layout) -> Doses | None:
    """Return the doses of --doses, if it is stated. Raises InputError."""
    if options.doses is None:
        return None
    path = Path(options.doses)
    if same_file(path, cohort):
        raise InputError(
            "is the cohort itself",
            "name a file with a row for each dose (patient, given_on)",
            field="doses",
            value=options.doses,
        )
    return read_doses(path, layout)


def over(
    use: Callable[[Iterator[Planned]], _T],
    cohort: str,
    source: CohortOptions,
    rows: RowOptions,
    clinic: ClinicOptions,
    dates: DateOptions,
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
    with (
        opened(cohort, source, dates) as (found, meter),
        refusing(source.errors, found, as_table=False) as refuse,
        FirstRows() as seen,
    ):
        single = unique(found.rows, seen)
        made = planned(single, where, defaults, as_of, through=through)
        result = used(use, made, refuse, meter)
    for note in found.notes:
        say(note)
    return result


def used(
    use: Callable[[Iterator[Planned]], _T],
    made: Iterable[Planned | _Error],
    tell: Callable[[_Error], None],
    meter: Meter,
) -> tuple[_T, int]:
    """Return what `use` makes of the plans, and how many errors were among them.

    Each error is told as it comes, and the meter moves.
    """
    failed = 0

    def plans() -> Iterator[Planned]:
        nonlocal failed
        for done, each in enumerate(made, 1):
            if isinstance(each, Planned):
                yield each
            else:
                failed += 1
                tell(each)
            meter(done, failed)

    return use(plans()), failed


def order_notes(order: DateOrder | None) -> list[str]:
    """Return the note on how dates of numbers were read, if that was declared."""
    if order is None:
        return []
    return [f"dates such as 05/01/2026 were read as {order.words} (--dates {order})"]
