"""A batch never takes from others: its cohort, foreign tables, files of other formats.

`errors.csv` and `manifest.csv` are replaced and removed only where they are its own.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from cli import Done, here, is_error
from spec import table

from b12sched.errors import InputError
from b12sched.output.formats import FORMATS, file_of

HEADER = "patient,start,neuro,renal"
GOOD = f"{HEADER}\nA-17,2026-01-05,no,normal\n"
BAD = f"{HEADER}\nA-17,2026-02-30,no,normal\n"
FOREIGN = "room,name\n7,nobody\n"


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """A directory for plans."""
    directory = tmp_path / "out"
    directory.mkdir()
    return directory


def batch(cohort: Path, out: Path, *more: str) -> Done:
    return here("batch", str(cohort), "-o", str(out), "--jobs", "1", *more)


def written(path: Path, text: str) -> Path:
    path.write_text(text, "utf-8")
    return path


def test_a_manifest_is_never_the_cohort(out: Path) -> None:
    """It would be replaced while it is read."""
    cohort = written(out / "manifest.csv", GOOD)
    is_error(batch(cohort, out), 2)
    assert cohort.read_text("utf-8") == GOOD
    assert {path.name for path in out.iterdir()} == {"manifest.csv"}


def test_a_manifest_of_other_origin_is_left_alone(tmp_path: Path, out: Path) -> None:
    """The batch has no other place for its own; an empty file is no matter."""
    cohort = written(tmp_path / "c.csv", GOOD)
    foreign = written(out / "manifest.csv", FOREIGN)
    done = batch(cohort, out)
    is_error(done, 2)
    assert "manifest.csv is not a batch's manifest" in done.err
    assert foreign.read_text("utf-8") == FOREIGN
    written(foreign, "")
    assert batch(cohort, out).code == 0
    assert batch(cohort, out).code == 0


@pytest.mark.unmeasured
@table("content", ("rows that are good", GOOD), ("rows that fail", BAD))
def test_errors_of_other_origin_are_left_alone(
    content: str, tmp_path: Path, out: Path
) -> None:
    """Failed rows go to the next name, and a later run finds its own table there."""
    cohort = written(tmp_path / "c.csv", content)
    foreign = written(out / "errors.csv", FOREIGN)
    failed = content is BAD
    for _ in range(2):
        done = batch(cohort, out)
        assert done.code == (4 if failed else 0)
        assert ("errors-2.csv" in done.err) is failed
        assert foreign.read_text("utf-8") == FOREIGN
        assert (out / "errors-2.csv").exists() is failed
    assert not (out / "errors-3.csv").exists()
    written(cohort, GOOD)
    assert batch(cohort, out).code == 0
    assert not (out / "errors-2.csv").exists()
    assert foreign.read_text("utf-8") == FOREIGN


def test_errors_that_are_fed_back_stay_with_what_was_corrected_in_them(
    tmp_path: Path, out: Path
) -> None:
    """Neither removed when all is good, nor written over when something fails again."""
    cohort = written(tmp_path / "c.csv", BAD + "B-2,2026-02-31,no,normal\n")
    assert batch(cohort, out).code == 4
    errors = out / "errors.csv"
    corrected = errors.read_text("utf-8").replace("A-17,2026-02-30", "A-17,2026-02-27")
    written(errors, corrected)
    done = batch(errors, out)
    assert done.code == 4
    assert "errors-2.csv" in done.err
    assert errors.read_text("utf-8") == corrected
    again = (out / "errors-2.csv").read_text("utf-8")
    assert "B-2" in again
    assert "A-17" not in again
    # What failed again is fed back in its turn: it stays, too, and so does the first.
    fixed = written(
        out / "errors-2.csv", again.replace("B-2,2026-02-31", "B-2,2026-03-02")
    )
    assert batch(fixed, out).code == 0
    assert fixed.exists()
    assert errors.read_text("utf-8") == corrected
    assert (out / "B-2.ics").exists()
    # The whole cohort, good at last, has a table of its own no more.
    written(cohort, GOOD + "B-2,2026-03-02,no,normal\n")
    assert batch(cohort, out).code == 0
    assert not errors.exists()


def test_a_table_of_errors_is_written_over_no_other_file(tmp_path: Path) -> None:
    """`--errors` names a table of errors, or nothing that is there."""
    cohort = written(tmp_path / "c.csv", BAD)
    other = written(tmp_path / "notes.csv", FOREIGN)
    trial = ("batch", str(cohort), "--dry-run", "--jobs", "1", "--errors")
    done = here(*trial, str(other))
    is_error(done, 2)
    assert "notes.csv is not a table of errors" in done.err
    assert other.read_text("utf-8") == FOREIGN
    for _ in range(2):
        assert here(*trial, str(tmp_path / "e.csv")).code == 4


@table(
    "content",
    ("a cohort", GOOD),
    (
        "a cohort of a spreadsheet",
        "\ufeffpatient;start;neuro\r\n",
    ),
    ("a manifest", "row,patient,file,regimen,first,last,events,cautions\n"),
    ("a table of errors", "error_row,error_column,error_value,error_text,error_hint\n"),
)
def test_no_list_or_plan_is_written_over_a_table_that_is_read(
    content: str, tmp_path: Path
) -> None:
    """The practice's own cohort, and what a batch made."""
    there = tmp_path / "t.csv"
    there.write_bytes(content.encode())
    cohort = written(tmp_path / "c.csv", GOOD)
    facts = ("2026-01-05", "--no-neuro", "--renal", "normal")
    for arguments in (("plan", *facts), ("audit", str(cohort))):
        done = here(*arguments, "-o", str(there))
        is_error(done, 2)
        assert "it is left as it was" in done.err
        assert there.read_bytes() == content.encode()
    own = tmp_path / "plan.csv"
    for _ in range(2):
        assert here("plan", *facts, "-o", str(own)).code == 0


def test_another_cohorts_failed_rows_stay_in_the_table(
    tmp_path: Path, out: Path
) -> None:
    """A run of B alone says nothing of C; the same cohort, good at last, removes it."""
    bad = BAD + "C-3,2026-02-31,no,normal\n"
    cohort = written(tmp_path / "c.csv", bad)
    assert batch(cohort, out).code == 4
    alone = written(tmp_path / "b.csv", GOOD)
    assert batch(alone, out).code == 0
    assert "C-3" in (out / "errors.csv").read_text("utf-8")
    written(cohort, GOOD + "C-3,2026-02-28,no,normal\n")
    assert batch(cohort, out).code == 0
    assert not (out / "errors.csv").exists()


def test_a_batch_names_doses_that_are_no_longer_given(
    tmp_path: Path, out: Path
) -> None:
    """A row that lost its given dates takes the marks out of the calendar."""
    header = "patient,start,neuro,renal,given"
    given = f"{header}\nA-17,2026-01-05,no,normal,2026-01-05;2026-01-07\n"
    cohort = written(tmp_path / "c.csv", given)
    assert batch(cohort, out).code == 0
    written(cohort, f"{header}\nA-17,2026-01-05,no,normal,\n")
    done = batch(cohort, out)
    assert done.code == 0
    assert "A-17.ics: 'A-17: GIVEN: Loading dose 1" in done.err
    assert done.err.count("was marked as given") == 2


def test_doses_before_the_last_one_stay_in_a_calendar(
    tmp_path: Path, out: Path
) -> None:
    """A row on maintenance no longer lists them; they were given all the same."""
    header = "patient,start,last_dose,neuro,renal,given"
    cohort = written(
        tmp_path / "c.csv",
        f"{header}\nA-17,2026-01-05,,no,normal,2026-01-05;2026-01-07\n",
    )
    assert batch(cohort, out).code == 0
    written(cohort, f"{header}\nA-17,,2026-01-16,no,normal,\n")
    done = batch(cohort, out)
    assert "was marked as given" not in done.err
    text = (out / "A-17.ics").read_text("utf-8")
    assert "SUMMARY:A-17: GIVEN: Loading dose 1: " in text
    assert "SUMMARY:CANCELLED: A-17: Loading dose 3" in text


@table(
    "rewritten",
    ("as it is", lambda text: text),
    (
        "without spaces",
        lambda text: json.dumps(json.loads(text), separators=(",", ":")),
    ),
    ("with its slashes escaped", lambda text: text.replace("/", "\\/")),
    ("cut short", lambda text: text[:-9]),
)
def test_a_list_is_written_over_no_plan(
    rewritten: Callable[[str], str], tmp_path: Path
) -> None:
    """It may be the only record of what was given, whatever program wrote it last."""
    cohort = written(tmp_path / "c.csv", GOOD)
    plan = tmp_path / "A-17.json"
    facts = ("2026-01-05", "--no-neuro", "--renal", "normal")
    assert here("plan", *facts, "-o", str(plan)).code == 0
    plan.write_text(rewritten(plan.read_text("utf-8")), "utf-8")
    before = plan.read_bytes()
    done = here("audit", str(cohort), "-o", str(plan))
    is_error(done, 2)
    assert "A-17.json is a patient's plan" in done.err
    assert plan.read_bytes() == before
    for _ in range(2):
        assert here("audit", str(cohort), "-o", str(tmp_path / "l.json")).code == 0


@table(
    "form, patient, name",
    ("a plan", "json", "A-17", "A-17.json"),
    ("a resource", "fhir", "A-17", "A-17.fhir.json"),
    ("a resource of the resource", "fhir", "A-17.fhir", "A-17.fhir.fhir.json"),
    ("a calendar", "ics", "A-17.fhir", "A-17.fhir.ics"),
)
def test_the_file_of_a_patient(form: str, patient: str, name: str) -> None:
    """The reference, and the format's suffix."""
    assert file_of(FORMATS[form], patient) == name


def test_no_patients_plan_is_another_patients_resource(
    tmp_path: Path, out: Path
) -> None:
    """`A-17.fhir` as JSON and `A-17` as FHIR would be one file."""
    with pytest.raises(InputError, match=r"A-17\.FHIR\.json is the name of another"):
        file_of(FORMATS["json"], "A-17.FHIR")
    cohort = written(tmp_path / "c.csv", GOOD.replace("A-17", "A-17.fhir"))
    resource = written(out / "A-17.fhir.json", "{}")
    assert batch(cohort, out, "--format", "json").code == 4
    assert resource.read_text("utf-8") == "{}"
    assert "stale" not in (out / "errors.csv").read_text("utf-8")


def test_a_patient_is_never_a_table_of_errors(tmp_path: Path, out: Path) -> None:
    """`errors-2.csv` is a name that a batch may need."""
    cohort = written(tmp_path / "c.csv", GOOD.replace("A-17", "errors-2"))
    assert batch(cohort, out, "--format", "csv").code == 4
