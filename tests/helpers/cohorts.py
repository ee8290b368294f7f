"""Cohort files for the tests of `batch`: rows, how they are written, planted faults.

The faults are typed with what must be said of them: nothing here asks the program.
"""

from __future__ import annotations

import contextlib
import csv
import io
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from cli import ESC, Done, command, here, surroundings

COLUMNS = (
    *("patient", "start", "last_dose", "neuro", "renal", "egfr", "regimen", "drug"),
    "plateau",
    *("loading_weeks", "interval", "monthly_from", "given", "given_through", "as_of"),
    *("ended", "because", "anaemia", "accept", "course", "months", "until"),
)
"""The columns of a cohort, in the order of the contract's table."""

CSV_COLUMNS = (*COLUMNS, "error_note")
"""The columns of the large cohort: one is ignored, as all that begin with error_."""

ERROR_COLUMNS = (
    *("error_row", "error_column", "error_value", "error_text", "error_hint"),
)
MANIFEST = (
    *("row", "patient", "file", "regimen", "first", "last", "events", "cautions"),
)
PATIENCE = 60.0
"""Seconds to wait for a process: many times what it takes."""

csv.field_size_limit(100_000_000)

Row = dict[str, str]
Table = list[dict[str, str]]


def standard(patient: str, **fields: str) -> Row:
    """The row of a standard course from Monday 5 January 2026, and what differs."""
    row = {"patient": patient, "start": "2026-01-05", "neuro": "no", "renal": "normal"}
    return row | fields


def neuro(patient: str, **fields: str) -> Row:
    """The row of a course with neurological involvement, and what differs."""
    return standard(patient, neuro="yes", **fields)


# -- writing ------------------------------------------------------------------------


def csv_line(cells: Iterable[str], delimiter: str = ",") -> str:
    """One row of CSV without its line end, quoted where it must be."""
    special = {delimiter, '"', "\r", "\n"}
    return delimiter.join(
        '"' + cell.replace('"', '""') + '"' if special & set(cell) else cell
        for cell in cells
    )


def columns_of(rows: Iterable[Row]) -> tuple[str, ...]:
    """The columns that the rows use, in the contract's order, then any others."""
    used = dict.fromkeys(name for row in rows for name in row)
    known = [name for name in COLUMNS if name in used]
    return (*known, *(name for name in used if name not in COLUMNS))


def csv_text(rows: Sequence[Row], delimiter: str = ",", end: str = "\n") -> str:
    """The rows as CSV with a header."""
    columns = columns_of(rows)
    cells = [columns, *([row.get(name, "") for name in columns] for row in rows)]
    return "".join(csv_line(line, delimiter) + end for line in cells)


def jsonl_text(rows: Sequence[Row]) -> str:
    """The rows as JSON Lines."""
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def cohort(directory: Path, *rows: Row, name: str = "cohort.csv") -> Path:
    """A cohort file of these rows; the suffix says whether CSV or JSON Lines."""
    path = directory / name
    text = jsonl_text(rows) if path.suffix == ".jsonl" else csv_text(rows)
    path.write_bytes(text.encode())
    return path


def raw(directory: Path, data: str | bytes, name: str = "cohort.csv") -> Path:
    """A cohort file of these very bytes."""
    path = directory / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


# -- running ------------------------------------------------------------------------


def batch(path: Path | str, directory: Path | str, *options: str, **env: str) -> Done:
    """`b12sched batch` in this process, in one worker: whatever comes, no fault."""
    done = here(
        *("batch", str(path), "-o", str(directory), "--jobs", "1", *options), **env
    )
    assert "Traceback" not in done.err, done.err
    assert "error: unexpected" not in done.err, done.err
    assert ESC not in done.err
    return done


def piped(data: bytes, *arguments: str, **env: str) -> Done:
    """The command in a process of its own, with these bytes as standard input."""
    done = subprocess.run(
        command(*arguments),
        env=surroundings(**env),
        input=data,
        capture_output=True,
        check=False,
        timeout=PATIENCE,
    )
    err = done.stderr.decode(errors="backslashreplace")
    assert "Traceback" not in err, err
    assert ESC not in err
    return Done(done.returncode, done.stdout.decode(), err)


def delivered(path: Path, directory: Path, *options: str, **env: str) -> Done:
    """A batch in which every row must be good."""
    done = batch(path, directory, *options, **env)
    assert done.code == 0, done.err
    assert done.out == ""
    return done


@contextlib.contextmanager
def quick_directory(otherwise: Path) -> Iterator[Path]:
    """A directory in memory where the system has one, for thousands of files.

    Each file is forced to the disk before it counts as written: that is not what the
    tests of its contents need to wait for.
    """
    memory = Path("/dev/shm")  # noqa: S108  # Linux's own; the directory gets a random name
    if not os.access(memory, os.W_OK) or shutil.disk_usage(memory).free < 200_000_000:
        yield otherwise
        return
    with tempfile.TemporaryDirectory(dir=memory) as directory:
        yield Path(directory)


# -- reading what it left -----------------------------------------------------------


def table_in(path: Path) -> Table:
    """The records of a CSV file that b12sched wrote: strict, comma, UTF-8."""
    text = path.read_bytes().decode("utf-8-sig")
    lines = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    assert all(len(line) == len(lines[0]) for line in lines)
    return [dict(zip(lines[0], line, strict=True)) for line in lines[1:]]


def errors_in(directory: Path) -> Table:
    """The records of errors.csv."""
    return table_in(directory / "errors.csv")


def manifest_in(directory: Path) -> Table:
    """The records of manifest.csv."""
    return table_in(directory / "manifest.csv")


def wrong_in(directory: Path, name: str = "errors.csv") -> list[tuple[str, str, str]]:
    """Row, column and value of each record of errors.csv; each has text and hint."""
    found = table_in(directory / name)
    assert all(record["error_text"].strip() for record in found)
    assert all(record["error_hint"].strip() for record in found)
    return [
        (record["error_row"], record["error_column"], record["error_value"])
        for record in found
    ]


def patients_in(directory: Path) -> list[str]:
    """The patients of manifest.csv, in its order."""
    return [record["patient"] for record in manifest_in(directory)]


def contents(directory: Path) -> dict[str, bytes]:
    """Every file of a directory, hidden ones too, with its bytes."""
    return {path.name: path.read_bytes() for path in sorted(directory.iterdir())}


def untouched(directory: Path) -> dict[str, tuple[bytes, int, int]]:
    """Every file with its bytes, time of change and inode: equal if not rewritten."""
    return {
        path.name: (path.read_bytes(), path.stat().st_mtime_ns, path.stat().st_ino)
        for path in sorted(directory.iterdir())
    }


# -- planted faults -----------------------------------------------------------------


class Fault(NamedTuple):
    """One way in which a row can be wrong, and what must be said of it.

    `changes` are made to a standard row; `value` is the error's value if it is not
    that of `column` after the changes; `said` stands in the error's text, `cure` in its
    hint; `code` is its kind.
    """

    name: str
    column: str
    changes: Row
    said: str = ""
    value: str | None = None
    code: str = "date"
    cure: str = ""

    @property
    def shown(self) -> str:
        """The value that the error record must name."""
        return self.changes[self.column] if self.value is None else self.value


FAULTS = (
    Fault(
        "two readings",
        "start",
        {"start": "03/04/2026"},
        "2026-04-03 or 2026-03-04",
        cure="--dates dmy or --dates mdy",
    ),
    Fault(
        "no such day",
        "start",
        {"start": "2026-02-30"},
        "2026-02-30",
        cure="2026-02 has 28 days",
    ),
    Fault(
        "a spreadsheet's day number",
        "start",
        {"start": "46027"},
        "2026-01-05",
        cure="format the column as a date",
    ),
    Fault(
        "a weekday of another date",
        "start",
        {"start": "Tue 2026-01-05"},
        "2026-01-05 is a Mon",
        cure="Mon 2026-01-05",
    ),
    Fault(
        "a data frame's milliseconds",
        "start",
        {"start": "1767571200000"},
        "2026-01-05",
        cure="write dates as texts",
    ),
    Fault(
        "no start",
        "start",
        {"start": ""},
        code="missing",
        cure="in the column last_dose",
    ),
    Fault(
        "a German spreadsheet's truth",
        "neuro",
        {"neuro": "WAHR"},
        code="unusable",
        cure="write yes or no",
    ),
    Fault(
        "no neurology",
        "neuro",
        {"neuro": ""},
        code="missing",
        cure="yes or no in the column neuro",
    ),
    Fault(
        "an unknown renal status",
        "renal",
        {"renal": "ok"},
        code="unknown-name",
        cure="allowed: normal, impaired, dialysis, unknown",
    ),
    Fault(
        "no renal status",
        "renal",
        {"renal": ""},
        code="missing",
        cure="in the column egfr",
    ),
    Fault(
        "an eGFR beyond 200",
        "egfr",
        {"renal": "", "egfr": "200.1"},
        code="unusable",
        cure="'>60' or '>90'",
    ),
    Fault(
        "an eGFR below a limit",
        "egfr",
        {"renal": "", "egfr": "<15"},
        code="unusable",
        cure="impaired, or dialysis",
    ),
    Fault(
        "an unknown drug",
        "drug",
        {"drug": "b12"},
        code="unknown-name",
        cure="allowed: hydroxocobalamin, methylcobalamin, cyanocobalamin",
    ),
    Fault(
        "cyanocobalamin with renal impairment",
        "drug",
        {"renal": "impaired", "drug": "cyanocobalamin"},
        "RENAL-CYANO",
        code="refused",
        cure="hydroxocobalamin",
    ),
    Fault(
        "3 months with neurology",
        "interval",
        {"neuro": "yes", "interval": "3m"},
        "NEURO-INTERVAL",
        code="refused",
        cure="2 months",
    ),
    Fault(
        "2 months with cyanocobalamin",
        "interval",
        {"drug": "cyanocobalamin", "interval": "2m"},
        "CYANO-INTERVAL",
        code="refused",
        cure="1m",
    ),
    Fault(
        "a plateau before the start",
        "plateau",
        {"neuro": "yes", "plateau": "2026-01-04"},
        code="out-of-order",
        cure="check the plateau",
    ),
    Fault(
        "a plateau without neurology",
        "plateau",
        {"plateau": "2026-03-02"},
        code="not-applicable",
        cure="leave plateau out",
    ),
    Fault(
        "too many weeks",
        "loading_weeks",
        {"neuro": "yes", "loading_weeks": "105"},
        code="unusable",
        cure="from 1 to 104",
    ),
    Fault(
        "until before the start",
        "until",
        {"until": "2025-12-31"},
        code="out-of-order",
        cure="choose a date from 2026-01-05",
    ),
    Fault(
        "a dose given twice",
        "given",
        {"given": "2026-01-05;5 Jan 2026"},
        "2026-01-05",
        code="unusable",
        cure="name each dose once",
    ),
    Fault(
        "given through after as of",
        "given_through",
        {"given_through": "2026-01-09", "as_of": "2026-01-08"},
        code="out-of-order",
        cure="check the date, or move as of on",
    ),
    Fault(
        "an end without its reason",
        "because",
        {"ended": "2026-02-02"},
        value="",
        code="missing",
        cure="died, moved, oral, declined, resolved, other",
    ),
    Fault(
        "no reference",
        "patient",
        {"patient": ""},
        code="missing",
        cure="state a reference for each patient",
    ),
    Fault(
        "a reference that a spreadsheet shortened",
        "patient",
        {"patient": "9.43477E+09"},
        "digits are lost",
        code="unusable",
        cure="format the column as text",
    ),
    Fault(
        "a path for a reference",
        "patient",
        {"patient": "../P{n}"},
        code="unusable",
        cure="",
    ),
)
"""26 faults that any format can hold. `{n}` stands for the number of the row."""

MORE_FAULTS = (
    Fault("no full date", "start", {"start": "Jan 2026"}),
    Fault("a time of day", "start", {"start": "2026-01-05T09:00"}),
    Fault("a year too late", "start", {"start": "2201-01-01"}),
    Fault("markup", "start", {"start": "[red]2026-01-05[/red]"}, "[red]"),
    Fault("markup that is never opened", "start", {"start": "[/]"}, "[/]"),
    Fault("start and last dose", "last_dose", {"last_dose": "2026-01-05"}),
    Fault("1 for yes", "neuro", {"neuro": "1"}),
    Fault("a word that is neither", "neuro", {"neuro": "maybe"}),
    Fault("renal status and eGFR", "egfr", {"egfr": "90"}),
    Fault("an eGFR in words", "egfr", {"renal": "", "egfr": "low"}),
    Fault("an eGFR with a comma", "egfr", {"renal": "", "egfr": "50,5"}),
    Fault("an eGFR without end", "egfr", {"renal": "", "egfr": "1" * 400}, "", "1"),
    Fault("a trade name", "drug", {"drug": "Neo-Cytamen"}),
    Fault(
        "cyanocobalamin with a low eGFR",
        "drug",
        {"renal": "", "egfr": "59.9", "drug": "cyanocobalamin"},
        "RENAL-CYANO",
    ),
    Fault(
        "plateau and weeks",
        "loading_weeks",
        {"neuro": "yes", "plateau": "2026-03-02", "loading_weeks": "8"},
    ),
    Fault("weeks without neurology", "loading_weeks", {"loading_weeks": "8"}),
    Fault("half a week", "loading_weeks", {"neuro": "yes", "loading_weeks": "8.5"}),
    Fault("an unknown interval", "interval", {"interval": "53w"}),
    Fault("a step-up of two readings", "monthly_from", {"monthly_from": "1/2/2026"}),
    Fault(
        "one of several doses",
        "given",
        {"given": "2026-01-05;07/01/2026"},
        "",
        "07/01/2026",
    ),
    Fault("an empty dose", "given", {"given": "2026-01-05;;2026-01-07"}, "", ""),
    Fault("given before the start", "given", {"given": "2026-01-04"}),
    Fault("given after as of", "given", {"given": "2026-01-07", "as_of": "2026-01-06"}),
    Fault("given through too early", "given_through", {"given_through": "2026-01-04"}),
    Fault("as of, in words", "as_of", {"as_of": "today"}),
    Fault("no month", "months", {"months": "0"}),
    Fault("months without end", "months", {"months": "9" * 400}, "", "9"),
    Fault("months and until", "until", {"months": "6", "until": "2026-08-01"}),
    Fault("until too late", "until", {"until": "2076-01-06"}),
    Fault("a reference too long", "patient", {"patient": "A" * 65}),
    Fault("a blank reference", "patient", {"patient": "   "}),
    Fault("a formula", "patient", {"patient": "=1+1"}, "", "'=1+1"),
    Fault("a plus", "patient", {"patient": "+17"}, "", "'+17"),
    Fault("a minus", "patient", {"patient": "-17"}, "", "'-17"),
    Fault("an at", "patient", {"patient": "@17"}, "", "'@17"),
    Fault("text from right to left", "patient", {"patient": "A\u202e17"}),
    Fault("a zero-width space", "patient", {"patient": "A\u200b17"}),
    Fault("a formula for a date", "start", {"start": "=TODAY()"}, "", "'=TODAY()"),
)
"""Faults that are tested one by one only."""


class Damage(NamedTuple):
    """One way in which a line of a file can be broken, and what must be said of it.

    In `value`, `{patient}` stands for the row's reference, `{line}` for the whole line
    once it is broken.
    """

    name: str
    spoil: Callable[[bytes], bytes]
    column: str
    value: str
    code: str = "unusable"
    cure: str = ""


def csv_damage(delimiter: str) -> tuple[Damage, ...]:
    """Four more faults for CSV, the line ends not included."""
    mark = delimiter.encode()
    return (
        Damage(
            "not UTF-8",
            lambda line: b"\xff" + line,
            "patient",
            "\\xff{patient}",
            cure="CSV UTF-8",
        ),
        Damage(
            "too many cells",
            lambda line: line + mark + b"over",
            "",
            "over",
            cure="put quotation marks around",
        ),
        Damage(
            "too few cells",
            lambda line: line[: line.rindex(mark)],
            "",
            "",
            cure="is the file complete?",
        ),
        Damage(
            "a quotation mark",
            lambda line: b'"' + line,
            "",
            "{line}",
            cure="put quotation marks around the whole text",
        ),
    )


JSON_DAMAGE = (
    Damage("not UTF-8", lambda line: line.replace(b"P", b"\xff", 1), "", "{line}"),
    Damage("not JSON", lambda line: line[:-1], "", "{line}"),
    Damage("no object", lambda line: b"[" + line + b"]", "", "{line}"),
    Damage(
        "a key twice", lambda line: line[:-1] + b', "neuro": "yes"}', "neuro", "{line}"
    ),
)
"""Four more for JSON Lines."""
