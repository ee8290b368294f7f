"""What the commands for lists share: their input, their days, their files."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from b12sched.cohort.layout import Layout, header_key
from b12sched.cohort.lists.plan_files import (
    PLAN,
    is_plan_name,
    plan_files,
    planned_files,
)
from b12sched.cohort.lists.window import AsOf, Planned, Window
from b12sched.commands import environment
from b12sched.commands.cohort import SOME_FAILED, check_kept, over, used
from b12sched.commands.deliver import check_quiet, deliver
from b12sched.commands.failed_rows import telling
from b12sched.commands.options import (
    ClinicOptions,
    CohortOptions,
    DateOptions,
    Options,
    RowOptions,
    files,
    flag,
    option_name,
    text,
)
from b12sched.commands.progress import progress
from b12sched.commands.terminal import print_screen, say
from b12sched.dates import counted, parse_date
from b12sched.errors import InputError, shown, unknown_name
from b12sched.files.disk import same_file
from b12sched.output.export import Fill, listing, plain, table
from b12sched.plan.case import whole_number
from b12sched.views.screen.layout import Screen

AS_OF = text(
    "--as-of",
    "DATE",
    "Doses not given by DATE are overdue; by default the list's first day (audit, "
    "worklist of a week: today); none uses each row's own.",
)
TO_STDOUT = text(
    "--format", "FORMAT", "To stdout: json, csv or md.", ("json", "csv", "md")
)
TO_FILES = files(
    "--output/-o", "FILE", "Write FILE; its suffix sets the format. Repeatable."
)
QUIET = flag("--quiet/-q", "Write files only: nothing on stdout.")
"""The options of every list."""

_T = TypeVar("_T")

InputArgument = Annotated[
    list[str],
    typer.Argument(
        metavar="COHORT|PLAN.json...",
        help="A cohort (CSV with a header, or JSON Lines; - is standard input), or "
        "plan files and directories of them, each plan with its own clinic.",
    ),
]


Failed = tuple[int, str]
"""How many have no plan, and what one of them is called: a row, or a plan file."""
Source = str | list[Path]
"""What a list is made of: the name of a cohort, or plan files."""


def check_carried(source: CohortOptions, columns: Iterable[str]) -> None:
    """Raise InputError for what is carried under the name of a column of the list.

    In a file of doses, which a worklist becomes, names are compared like headers.
    """
    own = set(columns)
    for header in Layout.parse(source.texts).carry:
        if header_key(header) in own:
            raise InputError(
                f"{shown(header)} is a column of this list already",
                "rename that column in the file, or do not carry it",
                field="carry",
                value=header,
            )


def source_of(
    names: Sequence[str],
    source: CohortOptions,
    rows: RowOptions,
    clinic: ClinicOptions,
) -> Source:
    """Return what a list is made of, read from its arguments.

    Directories and names that end in .json are plan files, unless --input-format says
    that it is a cohort. Raises InputError for more than one cohort, and for an option
    that a plan file has no use for: it has its own facts and clinic.
    """
    paths = [Path(name) for name in names]
    are_plans = [path.is_dir() or path.suffix.lower() == PLAN for path in paths]
    if source.input_format is not None and len(names) == 1 and not paths[0].is_dir():
        are_plans = [False]
    if not any(are_plans):
        if len(names) > 1:
            raise InputError(
                f"{shown(names[1], limit=4096)} is a second cohort",
                "name one cohort, or plan files (.json) and directories of them",
                value=names[1],
            )
        return names[0]
    if not all(are_plans):
        other = names[are_plans.index(False)]
        raise InputError(
            f"{shown(other, limit=4096)} is no plan file",
            "name a cohort alone, or plan files (.json) and directories of them",
            value=other,
        )
    groups: tuple[Options, ...] = (source, rows, clinic)
    if typed := [field for group in groups for field in group.typed]:
        raise InputError(
            "is for a cohort: a plan file has its own facts and clinic",
            f"leave {option_name(typed[0])} out, or change the plan with b12sched "
            "revise",
            field=typed[0],
        )
    return plan_files(paths)


def gathered(
    use: Callable[[Iterator[Planned]], _T],
    made_of: Source,
    source: CohortOptions,
    rows: RowOptions,
    clinic: ClinicOptions,
    dates: DateOptions,
    as_of: AsOf,
    through: dt.date | None = None,
) -> tuple[_T, Failed]:
    """Return what `use` makes of the good plans, and how many have failed.

    What failed is reported as it comes. The plans are made as of a day, and reach at
    least to the day `through`.
    """
    if isinstance(made_of, str):
        found, failed = over(use, made_of, source, rows, clinic, dates, as_of, through)
        return found, (failed, "row")
    with progress(io.BytesIO(), None) as meter, telling("plan file") as tell:
        made = planned_files(made_of, as_of, through=through)
        found, failed = used(use, made, tell, meter)
    return found, (failed, "plan file")


def deliver_list(
    form: str | None,
    paths: Mapping[Path, str],
    formats: Mapping[str, Fill],
    screen: Screen,
    failed: Failed,
    *,
    quiet: bool,
) -> None:
    """Write the files, then print the list; set the exit code if something failed.

    A list longer than the terminal goes through the pager; if `quiet` none is printed.
    """

    show = None if quiet else partial(print_screen, screen, paged=True)
    files = {path: formats[name] for path, name in paths.items()}
    for note in deliver(files, formats[form] if form else None, show):
        say(note)
    if failed[0]:
        them = "it" if failed[0] == 1 else "them"
        say(f"{counted(*failed)} failed: the list is without {them}")
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
    names: Sequence[str],
    made_of: Source,
    source: CohortOptions,
    form: str | None,
    outputs: Sequence[str],
    formats: Sequence[str],
    *,
    quiet: bool,
) -> dict[Path, str]:
    """Return the files asked for, each with its format, which its suffix names.

    Raises InputError for any other format, for a file that is read, for one that would
    be read as a plan from one of the directories among the arguments (`names`), and for
    `quiet` without a file or with a format to print.
    """
    if quiet:
        check_quiet(form, "list", saved=bool(outputs))
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
    if isinstance(made_of, str):
        check_kept(Path(made_of), source, paths)
        return paths
    for path in paths:
        if is_plan_name(path) and any(same_file(path.parent, Path(n)) for n in names):
            raise InputError(
                "is in a directory of plan files, and the next list would read it as "
                "one",
                "write it to another directory",
                field="output",
                value=str(path),
            )
        if any(same_file(path, plan) for plan in made_of):
            raise InputError(
                "is a plan file that this list is made of",
                "choose another name",
                field="output",
                value=str(path),
            )
    return paths


def needed(value: _T | None, field: str, example: object) -> _T:
    """Return a value that must be stated. Raises InputError with an example."""
    if value is None:
        hint = f"state it: --{field} {example}"
        raise InputError("is missing", hint, field=field, code="missing")
    return value


def as_of_day(stated: str | None, window: Window | None = None) -> AsOf:
    """Return the day as of which a list is made.

    The day stated, else the window's first, or without a window today; `none`: of each
    row its own.
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
