"""Writing a cohort's plans to files or a stream, with a reason for each bad row."""

from __future__ import annotations

import csv
import re
from collections.abc import (
    Callable,
    Collection,
    Generator,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from functools import partial
from io import TextIOWrapper
from itertools import chain, count
from pathlib import Path

from b12sched.cohort import Cohort, Row, RowError
from b12sched.cohort.error_table import ERROR_COLUMNS, error_table, is_table
from b12sched.cohort.row import key_of, row_error, unique
from b12sched.cohort.seen import FirstRows
from b12sched.errors import InputError, shown
from b12sched.files.cells import as_typed, harmless
from b12sched.files.disk import (
    alone_in,
    open_file,
    remove_file,
    sync_disk,
    whole_file,
)
from b12sched.output.delivery import STREAM, Delivered, Job, deliver
from b12sched.output.formats import FORMATS, file_of
from b12sched.output.parallel import in_order, parts_of
from b12sched.plan.case import FIELDS

MANIFEST, ERRORS = "manifest.csv", "errors.csv"
_ERRORS = re.compile(r"errors(-[0-9]+)?\.csv", re.IGNORECASE)
MANIFEST_COLUMNS = (
    "row", "patient", "file", "regimen", "first", "last", "events", "cautions",
)  # fmt: skip
MOST_NAMED = 10
"""The most stale files that a summary names; the table of errors names all."""

_STALE = "of an earlier run is kept and is stale"
_PART = 32


@dataclass(slots=True)
class Tally:
    """The progress of a batch: rows done, and their results.

    `errors` is the path of the table of failed rows. `stale` counts files of an earlier
    run whose rows fail now, `named` lists the first of them; `left` counts those whose
    patients are no longer in the cohort; `notes` must be shown. `locked` is false if
    the disk has no locks that keep a second run away.
    """

    rows: int = 0
    failed: int = 0
    written: int = 0
    stale: int = 0
    left: int = 0
    locked: bool = True
    named: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    errors: Path = Path(ERRORS)

    @property
    def plans(self) -> int:
        return self.rows - self.failed

    def count(self, result: Delivered | RowError) -> None:
        """Count one more row."""
        self.rows += 1
        if isinstance(result, RowError):
            self.failed += 1
        else:
            self.written += result.written
            self.notes += result.notes


Watch = Callable[[int, int], None]
"""A callback for the rows done and the rows failed so far."""


def to_directory(
    cohort: Cohort, job: Job, jobs: int, tally: Tally, watch: Watch
) -> None:
    """Write a file for each patient, the manifest and the table of errors.

    No file is ever half written; the batch may be run again at any time. Raises
    InputError if the manifest there is not a batch's, OutputError if the directory
    takes no more.
    """
    directory = job.directory
    assert directory is not None
    cohort.layout.check_carried(MANIFEST_COLUMNS, MANIFEST)
    manifest, refuse = directory / MANIFEST, None
    with FirstRows() as seen, alone_in(directory) as tally.locked, ExitStack() as stack:
        rows = unique(_named(cohort.rows, job), seen)
        if not is_table(manifest, MANIFEST_COLUMNS):
            raise InputError(
                f"{shown(str(manifest), limit=4096)} is not a batch's manifest; "
                "it is left as it was",
                "choose another directory, or move that file",
                field="output",
                value=str(directory),
                code="foreign-file",
            )
        tally.errors = _errors_file(directory, job.taken)
        lines = csv.writer(stack.enter_context(whole_file(manifest)))
        carry = (*cohort.layout.carry, *_carried_before(manifest, cohort.layout.carry))
        lines.writerow((*MANIFEST_COLUMNS, *harmless(carry)))
        parts = stack.enter_context(closing(_parts(rows, job, jobs)))
        for result in chain.from_iterable(parts):
            if isinstance(result, RowError):
                if refuse is None:
                    stream = stack.enter_context(whole_file(tally.errors, mark=True))
                    refuse = error_table(stream.write, cohort.table)
                refuse(_with_stale(result, job, seen, tally))
            else:
                own = result[: len(MANIFEST_COLUMNS)]
                carried = dict(result.carried)
                texts = (carried.get(header, "") for header in carry)
                lines.writerow(harmless((*own, *texts)))
            tally.count(result)
            watch(tally.rows, tally.failed)
        for line in _left(manifest, seen):
            tally.left += 1
            if _is_there(line, directory):
                lines.writerow(harmless(_kept(line, carry)))
        # The files must be on the disk before the manifest that names them.
        sync_disk()
        if refuse is None and not any(_unresolved(tally.errors, job, seen)):
            remove_file(tally.errors)


def _errors_file(directory: Path, taken: Sequence[str]) -> Path:
    """Return the path for the failed rows: the first errors file that may be replaced.

    A file of other origin never is. If the cohort is itself a table of errors in the
    directory, none is: corrections in these tables stay, and a free name is taken.
    """
    fed_back = any(map(_ERRORS.fullmatch, taken))
    names = (f"errors-{number}.csv" for number in count(2))
    return next(
        path
        for path in (directory / name for name in chain([ERRORS], names))
        if not path.exists() or not (fed_back or not is_table(path, ERROR_COLUMNS))
    )


def to_stream(
    cohort: Cohort,
    job: Job,
    jobs: int,
    tally: Tally,
    watch: Watch,
    write: Callable[[bytes], object],
    refuse: Callable[[RowError], None],
) -> None:
    """Write one plan per line, in the order of the rows; refuse each bad row.

    With the format of a file and no directory, write nothing: a trial.
    """
    rows: Iterable[Row | RowError] = cohort.rows
    if job.form != STREAM:
        rows = _named(rows, job)
    with (
        FirstRows() as seen,
        closing(_parts(unique(rows, seen), job, jobs)) as parts,
    ):
        for part in parts:
            # Written in parts: line by line, writing would take longer than planning.
            write(b"".join(e.line for e in part if isinstance(e, Delivered)))
            for result in part:
                if isinstance(result, RowError):
                    refuse(result)
                tally.count(result)
            watch(tally.rows, tally.failed)


def _parts(
    rows: Iterable[Row | RowError], job: Job, jobs: int
) -> Generator[list[Delivered | RowError], None, None]:
    """Return the results of the rows, in order, in lists."""
    return in_order(partial(deliver, job), parts_of(rows, _PART), jobs)


def _named(rows: Iterable[Row | RowError], job: Job) -> Iterator[Row | RowError]:
    """Yield the rows; one whose reference cannot name a file becomes an error."""
    for row in rows:
        if isinstance(row, Row) and row.values.get("patient"):
            try:
                name = file_of(FORMATS[job.form], row.values["patient"])
                if name.lower() in map(str.lower, job.taken):
                    raise InputError(
                        f"{name} is the cohort's own file",
                        "choose another directory",
                        field="patient",
                    )
            except InputError as error:
                yield row_error(row, error)
                continue
        yield row


def _with_stale(error: RowError, job: Job, seen: FirstRows, tally: Tally) -> RowError:
    """Return a row error that also says if a file of an earlier run is stale now."""
    patient = error.values.get("patient")
    assert job.directory is not None
    form = FORMATS[job.form]
    try:
        name = file_of(form, patient or "")
    except InputError:
        return error
    path, first = job.directory / name, seen.find(key_of(patient or ""))
    if not path.exists():
        return error
    if first is not None and first.row != error.row:
        delivered = job.directory / (first.name + form.suffix)
        if delivered.exists() and delivered.samefile(path):
            return error
    tally.stale += 1
    tally.named += [name] * (tally.stale <= MOST_NAMED)
    said = f"{error.text}; {name} {_STALE}"
    return error._replace(text=said)


def _carried_before(manifest: Path, carry: Collection[str]) -> list[str]:
    """Return what the manifest of the last run carries beside these headers.

    Rows of that run may stay, and which is only known when the header is written.
    """
    known = {*MANIFEST_COLUMNS, *carry, ""}
    with closing(_rows(manifest)) as rows:
        headers = map(as_typed, next(rows, []))
        return [header for header in dict.fromkeys(headers) if header not in known]


def _left(manifest: Path, seen: FirstRows) -> Iterator[dict[str, str]]:
    """Yield the lines of the last run's manifest whose patients are gone now."""
    for line in _lines(manifest):
        patient = line.get("patient")
        if patient and seen.find(key_of(as_typed(patient))) is None:
            yield line


def _is_there(line: Mapping[str, str], directory: Path) -> bool:
    """Return whether the file that a line of the manifest names is in the directory."""
    name = as_typed(line.get("file") or "")
    return Path(name).name == name != "" and (directory / name).is_file()


def _kept(line: Mapping[str, str], carry: Iterable[str]) -> list[str]:
    """Return a line of the last manifest for the next: of no row of this cohort."""
    names = (*MANIFEST_COLUMNS[1:], *carry)
    return ["", *(as_typed(line.get(name) or "") for name in names)]


def _unresolved(errors: Path, job: Job, seen: FirstRows) -> Iterator[bool]:
    """Yield true for each row of a table of errors that this cohort does not settle.

    Its patient is not in the cohort and has no file, or a stale one.
    """
    assert job.directory is not None
    for line in _lines(errors):
        patient = as_typed(line.get("patient") or "")
        try:
            FIELDS["patient"](patient, "patient")
            path = job.directory / file_of(FORMATS[job.form], patient)
        except InputError:
            continue  # nobody's: what it is now, the row cannot say
        stale = _STALE in (line.get("error_text") or "")
        if seen.find(key_of(patient)) is None and (stale or not path.exists()):
            yield True


def _lines(table: Path) -> Iterator[dict[str, str]]:
    """Yield the lines of a table that a batch wrote, each cell under its header."""
    rows = _rows(table)
    headers = [*map(as_typed, next(rows, []))]
    for row in rows:
        yield dict(zip(headers, row, strict=False))


def _rows(table: Path) -> Generator[list[str], None, None]:
    """Yield the rows of a table, the header first; none if there is no table."""
    if not table.is_file():
        return
    with (
        open_file(table, "a table") as raw,
        TextIOWrapper(raw, "utf-8-sig", errors="replace", newline="") as stream,
    ):
        yield from csv.reader(stream)
