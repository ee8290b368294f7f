"""Plan files in place of a cohort: each holds one patient and that patient's clinic."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

from b12sched.cohort.lists.window import AsOf, Planned, case_through
from b12sched.cohort.row import key_of
from b12sched.errors import B12SchedError, InputError, for_shell, shown
from b12sched.files.disk import read_file
from b12sched.plan.build import build
from b12sched.plan.case import Case
from b12sched.plan.clinic import Clinic
from b12sched.plan.events import Plan
from b12sched.plan.plan_file import (
    Saved,
    earlier_cases,
    is_plan,
    read_plan,
    with_local,
)

PLAN = ".json"
_NO_PLAN = ".fhir.json"


def plan_files(names: Iterable[Path]) -> list[Path]:
    """Return the plan files that are named, each once; a directory means those in it.

    These are its `*.json` by name, without `*.fhir.json`. Raises InputError for a name
    that is not there and a directory without a plan file, B12SchedError for a directory
    that cannot be read.
    """
    found: dict[Path, None] = {}
    for name in names:
        if not name.exists():
            raise InputError(
                f"{shown(str(name), limit=4096)} is not there",
                "name plan files, or the directory that holds them",
                value=str(name),
            )
        inside = _files_in(name) if name.is_dir() else [name]
        found |= dict.fromkeys(inside)
    return [*found]


def is_plan_name(path: Path) -> bool:
    """Return whether a file is taken for a plan file where its directory is named."""
    name = path.name.lower()
    return name.endswith(PLAN) and not name.endswith(_NO_PLAN)


def _files_in(directory: Path) -> list[Path]:
    try:
        files = sorted(path for path in directory.iterdir() if is_plan_name(path))
    except OSError as error:
        raise B12SchedError(
            f"{shown(str(directory), limit=4096)} cannot be read: {error.strerror}",
            "check who may read it",
        ) from error
    if not files:
        raise InputError(
            f"{shown(str(directory), limit=4096)} holds no plan file (*.json)",
            "name the directory of the plans, or a cohort",
            value=str(directory),
        )
    return files


def planned_files(
    paths: Iterable[Path], as_of: AsOf, *, through: dt.date | None = None
) -> Iterator[Planned | B12SchedError]:
    """Yield the plan of each file, worked out at least to `through`, or its error.

    One at a time and in order. A file without a patient and the later file of a patient
    are errors; each error names its file.
    """
    first: dict[str, Path] = {}
    for path in paths:
        try:
            yield _planned_file(path, first, as_of, through)
        except B12SchedError as error:
            said = f"{error.field}: {error.message}" if error.field else error.message
            yield B12SchedError(said, error.hint, field=shown(path.name))


def _planned_file(
    path: Path, first: dict[str, Path], as_of: AsOf, through: dt.date | None
) -> Planned:
    content = read_file(path, "a plan")
    try:
        saved = read_plan(content)
    except InputError as error:
        if not is_plan(content):
            error.hint += "; a cohort of JSON Lines needs --input-format jsonl"
        raise
    patient = saved.case.get("patient")
    if patient is None:
        raise InputError(
            "is missing: a list names each patient",
            f"state it: b12sched revise {for_shell(str(path))} --patient REF",
            field="patient",
            code="missing",
        )
    other = first.setdefault(key_of(patient), path)
    if other != path:
        raise InputError(
            f"{shown(patient)} is already the patient of "
            f"{shown(str(other), limit=4096)}",
            "keep one plan for each patient",
            field="patient",
            value=patient,
        )
    case = Case.parse(saved.facts)
    as_of.check(case, case.as_of)
    clinic = _clinic(frozenset(saved.clinic.items()))
    plan = as_of.plan(case, clinic, through)
    return Planned(None, plan, earlier=tuple(_earlier(saved, clinic, through)))


def _earlier(saved: Saved, clinic: Clinic, through: dt.date | None) -> Iterator[Plan]:
    """Yield the plans of earlier courses; one that is no longer made costs no other."""
    for row, local in earlier_cases(saved.document):
        with suppress(B12SchedError):
            case = Case.parse(with_local(row, local))
            yield build(case_through(case, through), clinic)


# Cached: the plans of a clinic share it.
@lru_cache(maxsize=64)
def _clinic(fields: frozenset[tuple[str, str]]) -> Clinic:
    return Clinic.parse(dict(fields))
