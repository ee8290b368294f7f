"""Making the plans of some rows of a cohort, and a file or a line for each.

One process does this; it needs nothing but the job and the rows.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from b12sched.cohort import Row, RowError, plan_row
from b12sched.cohort.row import Carried, row_error
from b12sched.errors import B12SchedError, OutputError
from b12sched.files.disk import write_files
from b12sched.output.export import Writer
from b12sched.output.formats import FORMATS, file_of
from b12sched.plan.cautions import cautions
from b12sched.plan.clinic import Clinic
from b12sched.plan.events import Plan

STREAM = "jsonl"
"""The format of a stream: one plan's JSON per line."""


class Job(NamedTuple):
    """The instructions for each row; they are sent to other processes.

    `clinic` holds texts by field, `defaults` also a local protocol; `write` is the
    writer of the format.
    Without a directory nothing is written. `taken` are the names of the files read
    that are in the directory. No fact of a row may be after `today`.
    """

    clinic: tuple[tuple[str, str], ...]
    defaults: tuple[tuple[str, object], ...]
    form: str
    write: Writer
    today: dt.date
    directory: Path | None = None
    taken: tuple[str, ...] = ()


class Delivered(NamedTuple):
    """A plan that was made: its row of the manifest, and its line of a stream.

    `written` is false if the file already had this content; `notes` must be shown.
    """

    row: int
    patient: str
    file: str
    regimen: str
    first: str
    last: str
    events: int
    cautions: str
    carried: Carried = ()
    written: bool = False
    line: bytes = b""
    notes: tuple[str, ...] = ()


def deliver(job: Job, rows: Iterable[Row | RowError]) -> list[Delivered | RowError]:
    """Write the files of some rows; return plans and errors. Raises OutputError."""
    clinic, defaults = _clinic(job.clinic), dict(job.defaults)
    found: list[Delivered | RowError] = []
    for row in rows:
        if isinstance(row, RowError):
            found.append(row)
            continue
        plan = plan_row(row, clinic, defaults, today=job.today)
        if isinstance(plan, RowError):
            found.append(plan)
            continue
        try:
            found.append(_delivered(row, plan, job))
        except OutputError:
            raise
        except B12SchedError as error:
            if error.code == "plan-there":
                error.field = "given"
                error.hint = (
                    "enter the doses in the row, with all else that the file "
                    "records, or move that file away"
                )
            found.append(row_error(row, error))
    return found


@lru_cache(maxsize=1)
def _clinic(texts: tuple[tuple[str, str], ...]) -> Clinic:
    return Clinic.parse(dict(texts))


def _delivered(row: Row, plan: Plan, job: Job) -> Delivered:
    patient = plan.case.patient
    assert patient is not None  # every row of a cohort has one
    stream = job.form == STREAM
    name = "" if stream else file_of(FORMATS[job.form], patient)
    path = job.directory / name if job.directory else None
    content, written = job.write(plan, path), False
    if path:
        files, was = {path: content.data}, {path: content.was}
        written = bool(write_files(files, was, sync=False))
        plan = content.plan or plan
    days = [event.date for event in plan.events]
    return Delivered(
        row.number,
        patient,
        name,
        plan.case.regimen.name,
        days[0].isoformat() if days else "",
        days[-1].isoformat() if days else "",
        len(days),
        ";".join(caution.code for caution in cautions(plan)),
        row.carried,
        written,
        content.data if stream else b"",
        content.lost,
    )
