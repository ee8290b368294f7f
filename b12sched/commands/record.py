"""`b12sched revise --doses`: doses from a file, recorded in plan files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import typer

from b12sched.cohort.doses import Doses, read_doses
from b12sched.cohort.layout import Layout
from b12sched.cohort.lists.plan_files import plan_files
from b12sched.cohort.row import key_of
from b12sched.commands import environment
from b12sched.commands.cohort import SOME_FAILED, order_notes
from b12sched.commands.deliver import as_it_was, read_saved
from b12sched.commands.failed_rows import telling
from b12sched.commands.options import DateOptions, DosesOptions
from b12sched.commands.terminal import say
from b12sched.dates import counted
from b12sched.errors import B12SchedError, InputError, OutputError, shown
from b12sched.files.disk import read_file, write_files
from b12sched.output.export import plan_file
from b12sched.plan import Case, Clinic, build
from b12sched.plan.case import check_not_future
from b12sched.plan.plan_file import Saved, earlier_courses, joined
from b12sched.plan.revise import recounted, revised


def record(paths: Iterable[Path], asked: DosesOptions, dates: DateOptions) -> None:
    """Record the doses of a file, each in its patient's own plan file.

    A patient without a plan file, and a plan file that cannot take its doses, is named;
    all others are revised. The exit code then is 4.
    """
    assert asked.doses is not None  # else nothing is to be recorded
    layout = Layout.parse(asked.texts)._replace(dates=dates.order)
    source = Path(asked.doses)
    files = plan_files(paths)
    doses = read_doses(source, layout)
    failed = recorded = changed = 0
    rest = "; read them all with 2> FILE"
    with telling("patient", rest) as tell:
        for error in doses.nameless:
            tell(error)
        patients, broken = _patients(files)
        for path, fault in broken.items():
            tell(_named(path, fault))
        times = Counter(map(key_of, patients.values()))
        for path, patient in patients.items():
            try:
                number = _record(path, patient, times[key_of(patient)], doses)
            except OutputError:
                raise
            except B12SchedError as fault:
                tell(_named(path, fault))
                failed += 1
            else:
                recorded += number
                changed += number > 0
        unknown = list(doses.unknown("has no plan file here", "name the plan file"))
        for error in unknown:
            tell(error)
    failed += len(doses.nameless) + len(broken) + len(unknown)
    said = f"{counted(recorded, 'dose')} recorded in {counted(changed, 'plan file')}"
    left = len(files) - len(broken) - changed
    said += f", {left} unchanged; {failed} failed"
    say("; ".join([said, *doses.notes(), *order_notes(dates.order)]))
    if failed:
        raise typer.Exit(SOME_FAILED)


def _patients(
    paths: Iterable[Path],
) -> tuple[dict[Path, str], dict[Path, B12SchedError]]:
    """Return the patient of each plan file, and what is wrong with each other file."""
    patients: dict[Path, str] = {}
    broken: dict[Path, B12SchedError] = {}
    for path in dict.fromkeys(paths):
        try:
            saved = _read(path)[0]
            patients[path] = saved.case.get("patient", "")
        except B12SchedError as error:
            broken[path] = error
    return patients, broken


def _read(path: Path) -> tuple[Saved, bytes]:
    content = read_file(path, "a plan")
    return read_saved(path, content), content


def _record(path: Path, patient: str, times: int, doses: Doses) -> int:
    """Record a patient's doses in a plan file; return how many were not known.

    Raises InputError for doses that the plan cannot take, and for a patient of several
    plan files, `times` of them.
    """
    found = doses.of(patient) if patient else None
    if found is None:
        return 0
    if times > 1:
        raise InputError(
            f"{shown(patient)} is the patient of {times} plan files",
            "record the doses in the one that counts: name it alone",
            field="patient",
            value=patient,
            code="duplicate",
        )
    if found.fault is not None:
        raise found.fault
    saved, content = _read(path)
    before = Case.parse(saved.facts)
    new = set(found.days) - saved.given
    if before.last_dose is not None:
        new = {day for day in new if day > before.last_dose}
    if not new:
        return 0
    after = revised(saved, {"given": joined(new)})
    case = Case.parse(after.facts)
    check_not_future(case, environment.today(), before.as_of)
    plan = replace(
        build(case, Clinic.parse(after.clinic)), earlier=earlier_courses(after.document)
    )
    written = plan_file(plan, None, kept=after.document)
    contents = {as_it_was(path): content, path: written.data}
    write_files(contents, {path: content}, tell=say)
    if otherwise := recounted(saved, plan):
        say(f"{shown(path.name)}: {otherwise}")
    return len(new)


def _named(path: Path, fault: B12SchedError) -> B12SchedError:
    """Return what is wrong with a plan file or its doses, with the file's name."""
    name = shown(path.name)
    field = fault.field or ""
    told = field.startswith(name) or fault.message.startswith(name)
    place = [field] if told else [name, field]
    return B12SchedError(
        fault.message, fault.hint, field=": ".join(filter(None, place)) or None
    )
