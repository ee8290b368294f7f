"""Cohort files: every good row is delivered, every bad one explained once."""

from __future__ import annotations

import codecs
import csv
import io
import json
import re
from typing import Any, NamedTuple

import pytest
from bench import Bench, check_kept, must
from cohorts import csv_line
from hypothesis import strategies as st
from searching import search, shown_fault
from spec import table
from spoiling import chance, one_of, spoilt_bytes

from b12sched import cohort, plan_rows
from b12sched.cohort.error_table import error_table
from b12sched.cohort.source import Cohort, Form
from b12sched.errors import InputError
from b12sched.plan.events import Plan

COLUMNS = (
    *("patient", "start", "last_dose", "neuro", "renal", "egfr", "drug", "interval"),
    *("plateau", "given", "as_of", "months", "until"),
)
DAY = "2026-01-05"
GOOD = (
    {"start": DAY, "neuro": "no", "renal": "normal"},
    {"start": "5 Jan 2026", "neuro": "yes", "egfr": "72.5", "plateau": "2026-02-02"},
    {"last_dose": DAY, "neuro": "yes", "renal": "dialysis", "interval": "8w"},
    {"start": DAY, "neuro": "no", "renal": "normal", "drug": "cyanocobalamin"},
    {"start": DAY, "neuro": "no", "renal": "unknown", "given": f"{DAY};2026-01-07"},
    {"start": DAY, "neuro": "no", "egfr": "59", "as_of": "Feb 2, 2026", "months": "3"},
)
BAD = (
    *(("start", "03/04/2026"), ("start", "46027"), ("neuro", "maybe"), ("renal", "ok")),
    *(("months", "1.5"), ("given", f"{DAY};{DAY}"), ("drug", "b12"), ("egfr", "201")),
    *(("plateau", "2026-02-30"), ("interval", "53w"), ("patient", "=1")),
)
"""A value that no row may have, and its column."""


class File(NamedTuple):
    """A cohort file: whose rows are good and whose are bad, by their row in the file.

    Without them it was spoilt anywhere, and what its rows are is not known.
    """

    form: str
    data: bytes
    good: dict[int, str] | None
    bad: set[int]
    by_command: bool


ANY_BYTES = st.binary(max_size=200)
CELLS = st.sampled_from(
    [
        *("", "A", "B", "a", "2026-01-05", "03/04/2026", "no", "yes", "normal", "x"),
        *("cyanocobalamin", "2026-01-05;2026-01-07", "=1", "'", '"', '"x"', '"\n"'),
        *("../x", "\x00", "\x1b[m", "\u202e", "1m", "12", "59", "con", "\r", "\ufeff"),
    ]
).map(str.encode)
NAMES = st.sampled_from([*COLUMNS, "error_x", "", "x", "sep=;", '"patient"'])
HEADERS = st.lists(NAMES, max_size=6).map(lambda names: ("patient", *names))
ENDS = st.sampled_from([b"\n", b"\r\n", b"\r", b"\n\n"])
MARKS = st.sampled_from([b",", b";", b"\t"])


@st.composite
def any_tables(draw: st.DrawFn) -> bytes:
    """A header that may be right, then rows of likely cells or of any bytes."""
    mark, end = draw(MARKS), draw(ENDS)
    facts = ["start", "neuro", "renal"]
    columns = draw(HEADERS | st.just(("patient", *facts)))
    rows = st.lists(CELLS | ANY_BYTES, min_size=1, max_size=6).map(mark.join)
    lines = [
        mark.join(name.encode() for name in columns),
        *draw(st.lists(rows, max_size=6)),
    ]
    return draw(st.sampled_from([b"", codecs.BOM_UTF8, b"sep=;\n"])) + end.join(lines)


VALUES = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | CELLS.map(bytes.decode),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3)
    ),
    max_leaves=5,
)
OBJECTS = st.dictionaries(NAMES, VALUES, max_size=6).map(
    lambda row: json.dumps({"patient": "J", **GOOD[0]} | row).encode()
)
LINES = st.lists(OBJECTS | ANY_BYTES, max_size=5).map(b"\n".join)


@st.composite
def cohort_files(draw: st.DrawFn) -> File:
    """Any bytes, or rows of which some are spoilt, as a program may write them."""
    if chance(draw, 20):
        form = one_of(draw, ("csv", "jsonl"))
        data = draw(any_tables() if form == "csv" else LINES | ANY_BYTES)
        return File(form, data, None, set(), chance(draw, 50))
    rows, bad = _rows(draw)
    as_lines = chance(draw, 30)
    file = (_as_lines if as_lines else _as_table)(draw, rows, bad)
    if chance(draw, 40):
        data = draw(spoilt_bytes(file.data))
        file = file._replace(data=data, good=None, bad=set())
    return file


def _rows(draw: st.DrawFn) -> tuple[list[dict[str, str]], set[int]]:
    """Rows by column, and which of them have a value that cannot be used."""
    rows, bad = [], set()
    for number in range(draw(st.integers(1, 6))):
        row = {"patient": f"{one_of(draw, ('A', 'ß', '', 'É', '漢'))}P{number}"}
        row |= one_of(draw, GOOD)
        if chance(draw, 30):
            column, value = one_of(draw, BAD)
            row[column] = value
            bad.add(number)
        rows.append(row)
    return rows, bad


def _as_table(draw: st.DrawFn, rows: list[dict[str, str]], bad: set[int]) -> File:
    columns = draw(st.permutations(COLUMNS))
    delimiter, end = one_of(draw, ",;\t"), one_of(draw, ("\n", "\r\n")).encode()
    lines = [columns, *([row.get(name, "") for name in columns] for row in rows)]
    texts = [_line(draw, cells, delimiter).encode() for cells in lines]
    stray = False
    for at in [at for at in range(len(rows)) if chance(draw, 20)]:
        # Two stray quotation marks would make one cell of what is between them.
        kind = draw(st.integers(0, 3 if stray else 5))
        stray = stray or kind >= 4
        texts[at + 1] = _spoilt_line(draw, kind, texts[at + 1], delimiter.encode())
        bad = bad | {at}
    number = 2
    data, good, faulty = texts[0] + end, {}, set()
    for at, line in enumerate(texts[1:]):
        if chance(draw, 10):
            empty = one_of(draw, ("", delimiter * (len(columns) - 1)))
            data, number = data + empty.encode() + end, number + 1
        data += line + end
        if at in bad:
            faulty.add(number)
        else:
            good[number] = rows[at]["patient"]
        number += 1
    if chance(draw, 20):
        data = data.removesuffix(end)
    data = one_of(draw, (b"", b"", b"\xef\xbb\xbf")) + data
    return File("csv", data, good, faulty, chance(draw, 10))


def _line(draw: st.DrawFn, cells: list[str], delimiter: str) -> str:
    if chance(draw, 20):
        return delimiter.join(f'"{cell}"' for cell in cells)
    return csv_line(cells, delimiter)


def _spoilt_line(draw: st.DrawFn, kind: int, line: bytes, delimiter: bytes) -> bytes:
    """A line that can be no row: too many cells, too few, no UTF-8, a stray quote."""
    if kind == 0:
        return line + delimiter + b"more"
    if kind == 1:
        return b"P9"
    if kind == 2:
        return line + one_of(draw, (b"\xff", b"\xe9", b"\xed\xa0\x80"))
    if kind == 3:
        return b"\0" + line + b"\0x"
    line = line.replace(b'"', b"")
    return one_of(draw, (b'"' + line, b'"P"9' + delimiter + line))


def _as_lines(draw: st.DrawFn, rows: list[dict[str, str]], bad: set[int]) -> File:
    data, good, faulty, number = b"", {}, set(), 1
    for at, row in enumerate(rows):
        ascii_only = draw(st.booleans())
        line = json.dumps(_typed(draw, row), ensure_ascii=ascii_only).encode()
        spoilt = chance(draw, 20)
        if spoilt:
            line = _spoilt_object(draw, line)
        if at in bad or spoilt:
            faulty.add(number)
        else:
            good[number] = row["patient"]
        empty = chance(draw, 10)
        data += line + one_of(draw, (b"\n", b"\r\n")) + b"\n" * empty
        number += 1 + empty
    return File("jsonl", data, good, faulty, chance(draw, 10))


def _typed(draw: st.DrawFn, row: dict[str, str]) -> dict[str, object]:
    """A row as a script would write it: absent or null, a list or a text."""
    found: dict[str, object] = dict(row)
    if chance(draw, 30):
        found["neuro"] = {"yes": True, "no": False}.get(row["neuro"], row["neuro"])
    if chance(draw, 30) and "given" in row:
        found["given"] = row["given"].split(";")
    if chance(draw, 30):
        found |= {name: None for name in COLUMNS if name not in row}
    return found


def _spoilt_object(draw: st.DrawFn, line: bytes) -> bytes:
    spoilt = (
        *(line[:-1], line + b"}", b"\xff" + line, b"NaN", b'{"start": 20260105}'),
        line.replace(b'"patient"', b'"patient": "A", "patient"'),
        line.replace(b'"patient"', b'"pateint"'),
        line.replace(b'"neuro":', b'"neuro": [[]], "x":'),
        b'{"given": ' + b"[" * 5000,
    )
    return one_of(draw, spoilt)


def check(file: File, bench: Bench) -> str:
    """Read and plan it, feed back what failed; now and then by `batch`, too."""
    if file.by_command:
        return _check_command(file, bench)
    try:
        source = _read(file.data, Form(file.form))
        found = list(plan_rows(source.rows))
    except InputError as error:
        must(file.good is None, "a good file is read", file, error)
        said = error.message.strip() and error.hint.strip()
        must(said, "an error is two lines", error)
        return "refused"
    errors = [each for each in found if isinstance(each, cohort.RowError)]
    patients = [each.case.patient for each in found if isinstance(each, Plan)]
    numbers = [error.row for error in errors]
    must(numbers == sorted(set(numbers)), "a bad row has one error", file, errors)
    for each in errors:
        explained = each.text.strip() and each.hint.strip() and each.row > 0
        must(explained, "an error has its row, what is wrong and what to do", each)
        must("\n" not in each.text + each.hint, "an error is two lines", each)
    if file.good is not None:
        good = [*file.good.values()]
        must(patients == good, "every good row is delivered", file, found)
        must(set(numbers) == file.bad, "every bad row is explained", file, errors)
    _check_fed_back(source, errors)
    return "some rows failed" if errors else "accepted"


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
    add = error_table(stream.write, source.table)
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


def _check_command(file: File, bench: Bench) -> str:
    """`batch` as a stream: a plan a line, the failed rows in a table of their own."""
    name = f"cohort.{file.form}"
    bench.put({name: file.data})
    ran = bench.run(
        *("batch", name, "--format", "jsonl", "-o", "-", "--errors", "errors.csv")
    )
    after = bench.files()
    check_kept(ran, {name: file.data}, after, ["errors.csv"])
    if file.good is not None:
        must(ran.code in (0, 4), "a good file is read", file, ran.err)
        patients = [json.loads(line)["patient"] for line in ran.out.splitlines()]
        good = [*file.good.values()]
        must(patients == good, "every good row is delivered", file, ran)
        errors = csv.DictReader(
            io.StringIO((after["errors.csv"] or b"").decode("utf-8-sig"), "")
        )
        rows = [int(row["error_row"]) for row in errors]
        must(rows == sorted(file.bad), "every bad row is explained", file, rows)
    return {0: "accepted", 4: "some rows failed"}.get(ran.code, "refused")


@pytest.mark.unmeasured
def test_good_rows_of_a_spoilt_cohort_are_delivered(bench: Bench) -> None:
    """And bad ones explained; the search tries files of every ending."""
    ended = search(cohort_files(), check, bench, 150)
    assert set(ended) == {"accepted", "some rows failed", "refused"}
    assert max(ended.values()) < 0.9 * ended.total()


@table(
    "form, data",
    ("a quotation mark in the header", "csv", b'"patient\n'),
    ("a byte that is no text", "csv", b"patient\n\xff\n"),
    ("half a character", "jsonl", b'{"patient": "\\ud800"}\n'),
)
def test_what_was_found_once_is_not_found_again(
    form: str, data: bytes, bench: Bench
) -> None:
    """By the command and in this process."""
    for by_command in (False, True):
        assert check(File(form, data, None, set(), by_command), bench)


# --- the checks can fail --------------------------------------------------------------


EVERY_ROW = "every good row is delivered|every bad row is explained"


def _fails(*_: object, **__: object) -> object:
    raise ValueError("odd")


@pytest.mark.unmeasured
@table(
    "broken, by, rule",
    (
        "a row is lost",
        "b12sched.cohort.csv_rows._Lines.put_back",
        lambda *_: None,
        EVERY_ROW,
    ),
    (
        "a row is thought bad",
        "b12sched.cohort.values._SEPARATOR",
        "|",
        EVERY_ROW,
    ),
    ("what is fed back differs", "b12sched.cohort.csv_rows.as_typed", str, "fed back"),
    ("the reader fails", "b12sched.cohort.planning.build", _fails, "ValueError"),
)
def test_a_cohort_that_is_misread_is_found(
    broken: str, by: object, rule: str, bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows that are lost, refused without a reason, or changed on their way back."""
    monkeypatch.setattr(broken, by)
    assert re.search(rule, shown_fault(cohort_files(), check, bench, 300))
