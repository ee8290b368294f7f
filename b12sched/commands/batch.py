"""`b12sched batch`: the plans of a cohort."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from b12sched.cohort.row import check_defaults
from b12sched.commands import environment
from b12sched.commands.cohort import (
    SOME_FAILED,
    CohortArgument,
    check_kept,
    opened,
)
from b12sched.commands.failed_rows import refusing
from b12sched.commands.options import (
    REQUIRED,
    CalendarOptions,
    CardOptions,
    ClinicOptions,
    CohortOptions,
    DateOptions,
    DefaultOptions,
    Options,
    facts,
    flag,
    text,
    with_options,
)
from b12sched.commands.terminal import say, write_stdout
from b12sched.dates import counted
from b12sched.errors import B12SchedError, InputError, shown, unknown_name
from b12sched.files.disk import no_locks, same_file
from b12sched.output.batch import MANIFEST, Tally, to_directory, to_stream
from b12sched.output.delivery import STREAM, Job
from b12sched.output.formats import FORMATS, check_used, writes
from b12sched.plan.case import whole_number
from b12sched.plan.clinic import Clinic
from b12sched.views.data import plan_line

MOST_JOBS = 61
"""As many as Windows can wait for."""


class BatchOptions(Options):
    """The output of a batch, and how it is made."""

    title = "Batch"
    output: str | None = text(
        "--output/-o",
        "DIR",
        "Directory for one file per patient; - is standard output (jsonl).",
        title=REQUIRED,
    )
    format: str | None = text(
        "--format",
        "FORMAT",
        "ics (default), json, csv, md, html, fhir; jsonl for a stream.",
        "batch",
    )
    jobs: str | None = text("--jobs", "N", "Number of processes (default: all cores).")
    dry_run: bool = flag("--dry-run", "Check every row, write nothing.")


@with_options
def batch(
    cohort: CohortArgument,
    asked: Annotated[BatchOptions, REQUIRED],
    source: CohortOptions,
    defaults: DefaultOptions,
    clinic: ClinicOptions,
    calendar: CalendarOptions,
    card: CardOptions,
    dates: DateOptions,
) -> None:
    """Make the plans of a cohort: one file per patient, or a stream.

    Each good row gets its plan; each bad one is in errors.csv with its reason.

    b12sched batch cohort.csv -o plans
    b12sched batch cohort.csv -o plans --format html --open mon-fri
    """
    job = _job(asked, source, calendar, card, facts(defaults.texts), clinic.texts)
    jobs = _jobs(asked)
    own = [job.directory / MANIFEST] if job.directory else []
    check_kept(Path(cohort), source, own)
    read = [Path(each) for each in (cohort, source.doses) if each]
    job = job._replace(taken=_taken(read, job.directory))
    tally = Tally()
    with opened(cohort, source, dates) as (rows, meter):
        try:
            if job.directory is not None:
                to_directory(rows, job, jobs, tally, meter)
            else:
                as_table = job.form == STREAM
                with refusing(source.errors, rows, as_table=as_table) as refuse:
                    to_stream(rows, job, jobs, tally, meter, write_stdout, refuse)
        except KeyboardInterrupt as stop:
            raise B12SchedError(
                f"stopped after {tally.rows} rows: {_counts(tally, job)}",
                "run the same command again: it goes on with what is missing"
                if job.directory is not None
                else "run the same command again: it starts anew",
            ) from stop
    for note in tally.notes:
        say(note)
    said = [_summary(tally, job, asked, source.errors), *rows.notes]
    say("; ".join(said))
    if tally.failed:
        raise typer.Exit(SOME_FAILED)


def _job(
    asked: BatchOptions,
    source: CohortOptions,
    calendar: CalendarOptions,
    card: CardOptions,
    defaults: dict[str, object],
    clinic: dict[str, str],
) -> Job:
    """Return the job asked for, checked before anything is read."""
    form, output, trial = asked.format or "ics", asked.output, asked.dry_run
    if form not in (*FORMATS, STREAM):
        raise unknown_name("format", form, (*FORMATS, STREAM), field="format")
    if output is None and not trial:
        raise InputError(
            "is missing", "name a directory: -o DIR", field="output", code="missing"
        )
    if not trial and (output == "-") != (form == STREAM):
        raise InputError(
            f"{form} and {shown(str(output))} do not go together",
            "a stream is --format jsonl -o -; files go to a directory",
            field="format",
        )
    if output != "-" and not trial and source.errors is not None:
        raise InputError(
            "is for a stream or --dry-run",
            "leave it out: the failed rows are in errors.csv in the directory",
            field="errors",
        )
    directory = None if trial or form == STREAM else Path(str(output))
    if directory and directory.is_file():
        raise B12SchedError(
            f"{shown(str(directory), limit=4096)} is a file, not a directory",
            "name a directory; it is created if needed",
            field="output",
        )
    formats = [FORMATS[form]] if form in FORMATS else []
    check_used([*calendar.typed, *card.typed], formats, "--format {name}")
    check_defaults(defaults)
    Clinic.parse(clinic)
    if form == STREAM:
        write = writes(plan_line)
    else:
        write = FORMATS[form].writer(calendar.texts | card.texts, environment.now)
    return Job(
        clinic=tuple(clinic.items()),
        defaults=tuple(defaults.items()),
        form=form,
        write=write,
        today=environment.today(),
        directory=directory,
    )


def _taken(read: Sequence[Path], directory: Path | None) -> tuple[str, ...]:
    """Return the names of the files read that are in the directory.

    The cohort is the first. No plan replaces one.
    """
    if directory is None:
        return ()
    return tuple(each.name for each in read if same_file(directory, each.parent))


def _jobs(asked: BatchOptions) -> int:
    if asked.jobs is None:
        return min(environment.cores(), MOST_JOBS)
    return whole_number(1, MOST_JOBS)(asked.jobs, "jobs")


def _counts(tally: Tally, job: Job) -> str:
    said = counted(tally.plans, "plan")
    if job.directory is None:
        return said
    return f"{said} ({tally.written} written, {tally.plans - tally.written} unchanged)"


def _summary(tally: Tally, job: Job, asked: BatchOptions, errors: str | None) -> str:
    """Return the results of a batch, in one line."""
    said = [_counts(tally, job)]
    failed = f"{counted(tally.failed, 'row')} failed"
    if tally.failed and job.directory is not None:
        failed += f", see {shown(str(tally.errors), limit=4096)}"
    elif tally.failed and errors is not None:
        failed += f", see {shown(errors, limit=4096)}"
    said.append(failed)
    if tally.stale:
        more = tally.stale - len(tally.named)
        names = ", ".join(tally.named) + f" and {more} more" * (more > 0)
        said.append(f"stale files of an earlier run: {names}")
    if tally.left:
        said.append(
            f"{counted(tally.left, 'file')} of an earlier run "
            f"belong{'s' * (tally.left == 1)} to no row of this cohort"
        )
    if job.directory is not None and not tally.locked:
        said.append(no_locks(job.directory))
    if asked.dry_run:
        said.append("nothing was written")
    return "; ".join(said)
