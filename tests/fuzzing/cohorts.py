"""Cohort files: every good row is delivered, every bad one explained once."""

from __future__ import annotations

import csv
import io
import json
from random import Random
from typing import Any, NamedTuple

from cohorts import csv_line

from b12sched import cohort, plan_rows
from b12sched.cohort.error_table import error_table
from b12sched.cohort.source import Cohort, Form
from b12sched.errors import InputError
from b12sched.plan.events import Plan
from fuzzing.bench import Bench, check_kept
from fuzzing.mutation import mangled_bytes
from fuzzing.target import Target, must

COLUMNS = (
    *("patient", "start", "last_dose", "neuro", "renal", "egfr", "drug", "interval"),
    *("plateau", "given", "as_of", "months", "until"),
)
_DAY = "2026-01-05"
_GOOD = (
    {"start": _DAY, "neuro": "no", "renal": "normal"},
    {"start": "5 Jan 2026", "neuro": "yes", "egfr": "72.5", "plateau": "2026-02-02"},
    {"last_dose": _DAY, "neuro": "yes", "renal": "dialysis", "interval": "8w"},
    {"start": _DAY, "neuro": "no", "renal": "normal", "drug": "cyanocobalamin"},
    {
        "start": _DAY,
        "neuro": "no",
        "renal": "unknown",
        "given": "2026-01-05;2026-01-07",
    },
    {"start": _DAY, "neuro": "no", "egfr": "59", "as_of": "Feb 2, 2026", "months": "3"},
)
_BAD = (
    *(("start", "03/04/2026"), ("start", "46027"), ("neuro", "maybe"), ("renal", "ok")),
    *(("months", "1.5"), ("given", "2026-01-05;2026-01-05"), ("drug", "b12")),
    *(
        ("egfr", "201"),
        ("plateau", "2026-02-30"),
        ("interval", "6w"),
        ("patient", "=1"),
    ),
)
"""A value that no row may have, and its column."""


class Drawn(NamedTuple):
    """A cohort file: whose rows are good and whose are bad, by their row in the file.

    Without them it was spoilt anywhere, and what its rows are is not known.
    """

    form: str
    data: bytes
    good: dict[int, str] | None
    bad: set[int]
    by_command: bool


def make(rng: Random) -> Drawn:
    """Rows of which some are spoilt, in CSV as anybody may write it or JSON Lines."""
    rows, bad = _rows(rng)
    drawn = (
        _as_lines(rng, rows, bad) if rng.random() < 0.3 else _as_table(rng, rows, bad)
    )
    if rng.random() < 0.4:
        drawn = drawn._replace(
            data=mangled_bytes(rng, drawn.data), good=None, bad=set()
        )
    return drawn


def _rows(rng: Random) -> tuple[list[dict[str, str]], set[int]]:
    """Rows by column, and which of them have a value that cannot be used."""
    rows, bad = [], set()
    for number in range(rng.randint(1, 6)):
        row = {"patient": f"{rng.choice(('A', 'ß', '', 'É', '漢'))}P{number}"}
        row |= rng.choice(_GOOD)
        if rng.random() < 0.3:
            column, value = rng.choice(_BAD)
            row[column] = value
            bad.add(number)
        rows.append(row)
    return rows, bad


def _as_table(rng: Random, rows: list[dict[str, str]], bad: set[int]) -> Drawn:
    columns = rng.sample(COLUMNS, len(COLUMNS))
    delimiter, end = rng.choice(",;\t"), rng.choice(("\n", "\r\n"))
    lines = [columns, *([row.get(name, "") for name in columns] for row in rows)]
    texts = [_line(rng, cells, delimiter).encode() for cells in lines]
    stray = False
    for at in [at for at in range(len(rows)) if rng.random() < 0.2]:
        # Two stray quotation marks would make one cell of what is between them.
        kind = rng.randrange(4 if stray else 6)
        stray = stray or kind >= 4
        texts[at + 1] = _spoilt_line(rng, kind, texts[at + 1], delimiter.encode())
        bad = bad | {at}
    number = 2
    data, good, faulty = texts[0] + end.encode(), {}, set()
    for at, line in enumerate(texts[1:]):
        if rng.random() < 0.1:
            empty = rng.choice(("", delimiter * (len(columns) - 1)))
            data, number = data + (empty + end).encode(), number + 1
        data += line + end.encode()
        if at in bad:
            faulty.add(number)
        else:
            good[number] = rows[at]["patient"]
        number += 1
    if rng.random() < 0.2:
        data = data.removesuffix(end.encode())
    data = rng.choice((b"", b"", b"\xef\xbb\xbf")) + data
    return Drawn("csv", data, good, faulty, rng.random() < 0.1)


def _line(rng: Random, cells: list[str], delimiter: str) -> str:
    if rng.random() < 0.2:
        return delimiter.join(f'"{cell}"' for cell in cells)
    return csv_line(cells, delimiter)


def _spoilt_line(rng: Random, kind: int, line: bytes, delimiter: bytes) -> bytes:
    """A line that can be no row: too many cells, too few, no UTF-8, a stray quote."""
    if kind == 0:
        return line + delimiter + b"more"
    if kind == 1:
        return b"P9"
    if kind == 2:
        return line + rng.choice((b"\xff", b"\xe9", b"\xed\xa0\x80"))
    if kind == 3:
        return b"\0" + line + b"\0x"
    line = line.replace(b'"', b"")
    return rng.choice((b'"' + line, b'"P"9' + delimiter + line))


def _as_lines(rng: Random, rows: list[dict[str, str]], bad: set[int]) -> Drawn:
    data, good, faulty, number = b"", {}, set(), 1
    for at, row in enumerate(rows):
        line = json.dumps(_typed(rng, row), ensure_ascii=rng.random() < 0.5).encode()
        spoilt = rng.random() < 0.2
        if spoilt:
            line = _spoilt_object(rng, line)
        if at in bad or spoilt:
            faulty.add(number)
        else:
            good[number] = row["patient"]
        empty = rng.random() < 0.1
        data += line + rng.choice((b"\n", b"\r\n")) + b"\n" * empty
        number += 1 + empty
    return Drawn("jsonl", data, good, faulty, rng.random() < 0.1)


def _typed(rng: Random, row: dict[str, str]) -> dict[str, object]:
    """A row as a script would write it: absent or null, a list or a text."""
    found: dict[str, object] = dict(row)
    if rng.random() < 0.3:
        found["neuro"] = {"yes": True, "no": False}.get(row["neuro"], row["neuro"])
    if rng.random() < 0.3 and "given" in row:
        found["given"] = row["given"].split(";")
    if rng.random() < 0.3:
        found |= {name: None for name in COLUMNS if name not in row}
    return found


def _spoilt_object(rng: Random, line: bytes) -> bytes:
    return rng.choice(
        (
            line[:-1],
            line + b"}",
            line.replace(b'"patient"', b'"patient": "A", "patient"'),
            line.replace(b'"patient"', b'"pateint"'),
            line.replace(b'"neuro":', b'"neuro": [[]], "x":'),
            b"\xff" + line,
            b"NaN",
            b'{"given": ' + b"[" * 5000,
            b'{"start": 20260105}',
        )
    )


def check(drawn: Drawn, bench: Bench) -> str:
    """Read and plan it, feed back what failed; now and then by `batch`, too."""
    if drawn.by_command:
        return _check_command(drawn, bench)
    try:
        source = _read(drawn.data, Form(drawn.form))
        found = list(plan_rows(source.rows))
    except InputError as error:
        must(drawn.good is None, "a good file is read", drawn, str(error))
        must(
            error.message.strip() and error.hint.strip(), "an error is two lines", error
        )
        return "refused (2)"
    errors = [each for each in found if isinstance(each, cohort.RowError)]
    patients = [each.case.patient for each in found if isinstance(each, Plan)]
    numbers = [error.row for error in errors]
    must(numbers == sorted(set(numbers)), "a bad row has one error", drawn, errors)
    for each in errors:
        said = each.text.strip() and each.hint.strip() and each.row > 0
        must(said, "an error has its row, what is wrong and what to do", each)
        must("\n" not in each.text + each.hint, "an error is two lines", each)
    if drawn.good is not None:
        must(
            patients == [*drawn.good.values()],
            "every good row is delivered",
            drawn,
            found,
        )
        must(set(numbers) == drawn.bad, "every bad row is explained", drawn, errors)
    _check_fed_back(source, errors)
    return "some failed (4)" if errors else "accepted (0)"


def _read(data: bytes, form: Form) -> Cohort:
    stream: Any = io.BufferedReader(io.BytesIO(data))
    return cohort.read_cohort(stream, form, "cohort")


def _check_fed_back(source: Cohort, errors: list[cohort.RowError]) -> None:
    """The table of errors is a cohort with the same values.

    Only the patient is missing where the row would be another plan by itself.
    """
    if not errors:
        return
    stream = io.StringIO(newline="")
    add = error_table(stream.write, source.columns)
    for error in errors:
        add(error)
    again = [*_read(stream.getvalue().encode(), Form.CSV).rows]
    for error, row in zip(errors, again, strict=True):
        before, after = _values(error, source), _values(row, source)
        if error.incomplete:
            before.pop("patient", None)
        must(before == after, "what failed can be fed back", before, after)


def _values(row: cohort.Row | cohort.RowError, source: Cohort) -> dict[str, str]:
    return {name: row.values[name] for name in source.columns if row.values.get(name)}


def _check_command(drawn: Drawn, bench: Bench) -> str:
    """`batch` as a stream: a plan a line, the failed rows in a table of their own."""
    name = f"cohort.{drawn.form}"
    bench.put({name: drawn.data})
    ran = bench.run(
        *("batch", name, "--format", "jsonl", "-o", "-", "--errors", "errors.csv")
    )
    after = bench.files()
    check_kept(ran, {name: drawn.data}, after, ["errors.csv"])
    lines = [json.loads(line) for line in ran.out.splitlines()]
    if drawn.good is not None:
        must(ran.code in (0, 4), "a good file is read", drawn, ran.err)
        patients = [line["patient"] for line in lines]
        must(
            patients == [*drawn.good.values()],
            "every good row is delivered",
            drawn,
            ran,
        )
        table = csv.DictReader(io.StringIO((after["errors.csv"] or b"").decode(), ""))
        rows = [int(row["error_row"]) for row in table]
        must(rows == sorted(drawn.bad), "every bad row is explained", drawn, rows)
    return {0: "accepted (0)", 4: "some failed (4)"}.get(
        ran.code, f"refused ({ran.code})"
    )


TARGET = Target("cohorts", 80, make, check)
