"""Failed rows: a table of errors in a file, or lines to read on standard error."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from b12sched.cohort import Cohort, RowError
from b12sched.cohort.error_table import ERROR_COLUMNS, error_table, is_table
from b12sched.commands.terminal import on_terminal, say, stderr_table
from b12sched.dates import counted
from b12sched.errors import B12SchedError, InputError, shown
from b12sched.files.disk import whole_file

MOST_TOLD = 10
"""The most failed rows that are told on a terminal; a file holds them all."""


@contextmanager
def refusing(
    errors: str | None, rows: Cohort, *, as_table: bool
) -> Iterator[Callable[[RowError], None]]:
    """Yield a function that writes failed rows to --errors, or to standard error.

    On standard error they are a table if that goes with the data, else lines to read:
    on a terminal those of the first ten.
    Raises InputError if --errors names a file that is no table of errors.
    """
    with ExitStack() as stack:
        if errors is not None:
            path = Path(errors)
            if path.is_file() and not is_table(path, ERROR_COLUMNS):
                raise InputError(
                    f"{shown(errors, limit=4096)} is not a table of errors; "
                    "it is left as it was",
                    "choose another name",
                    field="errors",
                    value=errors,
                    code="foreign-file",
                )
            stream = stack.enter_context(whole_file(path, mark=True))
            yield error_table(stream.write, rows.table)
        elif as_table:
            yield error_table(stderr_table(), rows.table)
        else:
            rest = "; --errors FILE writes them all with their reasons"
            yield stack.enter_context(telling("row", rest))


@contextmanager
def telling(
    noun: str, rest: str = ""
) -> Iterator[Callable[[RowError | B12SchedError], None]]:
    """Yield a function that tells what failed, on a terminal the first ten alone.

    Then it says how many more of the `noun` failed, and `rest`.
    """
    failed = 0

    def told(error: RowError | B12SchedError) -> None:
        nonlocal failed
        failed += 1
        if failed <= MOST_TOLD or not on_terminal():
            tell(error)

    yield told
    if failed > MOST_TOLD and on_terminal():
        say(f"{counted(failed - MOST_TOLD, f'more {noun}')} failed{rest}")


def tell(error: RowError | B12SchedError) -> None:
    """Print in two lines why a row or a plan file has no plan."""
    say(str(error))
    say(f"  {error.hint}")
