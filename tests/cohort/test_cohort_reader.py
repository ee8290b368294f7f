"""What the cohort reader makes of bytes: rows, and faults with every word that is said.

The tests of `batch` go the whole way of a file; here the reader is asked by itself.
"""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path

import pytest
from cases import LOCAL
from spec import table

from b12sched.cohort import (
    Cohort,
    Form,
    Row,
    RowError,
    open_cohort,
    plan_row,
    read_cohort,
    unique,
)
from b12sched.cohort.csv_rows import read_table
from b12sched.cohort.error_table import check_no_table, error_table, is_table
from b12sched.cohort.layout import Column, Layout
from b12sched.cohort.row import check_defaults, key_of, read_case, with_doses
from b12sched.cohort.seen import FirstRows
from b12sched.cohort.source import form_in
from b12sched.dates import DateOrder
from b12sched.errors import B12SchedError, InputError
from b12sched.files.cells import as_typed, defused
from b12sched.plan.clinic import Clinic
from b12sched.regimen_file import read_local

Read = list[Row | RowError]

NO_UTF8 = "save the file as CSV UTF-8"
QUOTES = 'put quotation marks around the whole text, and double those inside: "a ""b"""'
UNCLOSED = "has a quotation mark that is not closed, or one inside a text"
AN_OBJECT = 'write one object per line: {"patient": "A-17", "start": "2026-01-05"}'
TOO_LONG = "is longer than a row can be"
COLUMNS = (
    *("patient", "start", "last_dose", "neuro", "renal", "egfr", "regimen", "drug"),
    "plateau",
    *("loading_weeks", "interval", "monthly_from", "given", "given_through", "as_of"),
    *("ended", "because", "anaemia", "accept", "course", "months", "until"),
)
ALLOWED = f"FIELD is one of {', '.join(COLUMNS)}"


def read(data: str | bytes, form: Form = Form.CSV) -> Read:
    """The rows of a cohort of these bytes."""
    return list(cohort_of(data, form).rows)


def lines(data: str | bytes) -> Read:
    """The rows of a cohort of JSON Lines of these bytes."""
    return read(data, Form.JSONL)


def cohort_of(data: str | bytes, form: Form = Form.CSV) -> Cohort:
    """The cohort of these bytes, in a file called c.csv."""
    return read_cohort(_stream(data), form, "c.csv")


def _stream(data: str | bytes) -> io.BufferedReader:
    raw = io.BytesIO(data.encode() if isinstance(data, str) else data)
    return io.BufferedReader(raw)  # type: ignore[type-var,unused-ignore]


def ab(a: str = "", b: str = "") -> dict[str, str]:
    """The texts of a row of the columns patient and start."""
    return {"patient": a, "start": b}


# -- a table ------------------------------------------------------------------------


@table(
    "data, rows",
    ("commas", "patient,start\nA,x\n", [Row(2, ab("A", "x"))]),
    ("semicolons", "patient;start\nA;x\n", [Row(2, ab("A", "x"))]),
    ("tabs", "patient\tstart\nA\tx\n", [Row(2, ab("A", "x"))]),
    ("one column", "patient\nA\n", [Row(2, {"patient": "A"})]),
    ("a quoted header", '"patient","start"\nA,x\n', [Row(2, ab("A", "x"))]),
    (
        "a header of two lines",
        'patient,"last\ndose"\nA,x\n',
        [Row(2, {"patient": "A", "last_dose": "x"})],
    ),
    ("no end after the last row", "patient,start\nA,x", [Row(2, ab("A", "x"))]),
    ("line ends of Windows", "patient,start\r\nA,x\r\n", [Row(2, ab("A", "x"))]),
    ("line ends of an old Mac", "patient,start\rA,x\r", [Row(2, ab("A", "x"))]),
    ("a byte order mark", "\ufeffpatient,start\nA,x\n", [Row(2, ab("A", "x"))]),
    ("a quoted delimiter", 'patient,start\n"A,B",x\n', [Row(2, ab("A,B", "x"))]),
    ("a quoted semicolon", 'patient;start\n"A;B";x\n', [Row(2, ab("A;B", "x"))]),
    ("a quoted mark", 'patient,start\n"A""B",x\n', [Row(2, ab('A"B', "x"))]),
    ("a quoted line end", 'patient,start\n"A\nB",x\n', [Row(2, ab("A\nB", "x"))]),
    ("an empty row counts", "patient,start\n,\nA,x\n", [Row(3, ab("A", "x"))]),
    ("a row of spaces counts", "patient,start\n , \nA,x\n", [Row(3, ab("A", "x"))]),
    (
        "a row of quoted nothing counts",
        'patient,start\n"",""\nA,x\n',
        [Row(3, ab("A", "x"))],
    ),
    ("empty rows before", "\n,;\t\n\npatient,start\nA,x\n", [Row(5, ab("A", "x"))]),
    ("a separator line", "sep=;\npatient;start\nA;x\n", [Row(2, ab("A", "x"))]),
    ("one in capitals", "SEP=;\npatient;start\nA;x\n", [Row(2, ab("A", "x"))]),
    ("one after a mark", "\ufeffsep=;\npatient;start\nA;x\n", [Row(2, ab("A", "x"))]),
    (
        "a separator line, and an empty row",
        "sep=;\n\npatient;start\nA;x\n",
        [Row(3, ab("A", "x"))],
    ),
    (
        "a separator line decides",
        "sep=,\npatient,error_;start\nA,x\n",
        [Row(2, {"patient": "A"})],
    ),
    (
        "the delimiter with the most names decides",
        "patient;error_,start,neuro,x;months;until\nA;y;6;z\n",
        [Row(2, {"patient": "A", "months": "6", "until": "z"})],
    ),
    (
        "cells too many in the header too",
        "patient,start,,\nA,x,,\n",
        [Row(2, ab("A", "x"))],
    ),
    ("too many cells, but empty", "patient,start\nA,x, ,\n", [Row(2, ab("A", "x"))]),
    ("a defused formula", "patient,start\nA,'=x\n", [Row(2, ab("A", "=x"))]),
    ("another apostrophe", "patient,start\nA,'x\n", [Row(2, ab("A", "'x"))]),
    (
        "a column that begins with error_",
        "error_row,patient,start\n\udc80,A,x\n".encode("utf-8", "surrogateescape"),
        [Row(2, ab("A", "x"))],
    ),
    ("an empty column", "patient,,start\nA,,x\n", [Row(2, ab("A", "x"))]),
    ("such cells beside a letter", "patient,start\nÄ,x, ,\n", [Row(2, ab("Ä", "x"))]),
)
def test_a_table_is_read(data: str | bytes, rows: Read) -> None:
    """Rows have the numbers that a spreadsheet shows, and texts by column."""
    assert read(data) == rows


@table(
    "data, error",
    (
        "too few cells",
        "patient;start\nA\n",
        RowError(
            2,
            "",
            "",
            "has 1 cells, but the header has 2 (the delimiter is a semicolon)",
            "is the file complete? leave cells empty, but keep their delimiters",
            {"patient": "A"},
            incomplete=True,
        ),
    ),
    (
        "too many cells",
        "patient\tstart\nA\tx\ty\tz\n",
        RowError(
            2,
            "",
            "y\tz",
            "has 4 cells, but the header has 2 (the delimiter is a tab)",
            "put quotation marks around a text that holds a delimiter",
            ab("A", "x\ty\tz"),
        ),
    ),
    (
        "too many cells, some of them empty",
        "patient,start\nA,x,,z\n",
        RowError(
            2,
            "",
            ",z",
            "has 4 cells, but the header has 2 (the delimiter is a comma)",
            "put quotation marks around a text that holds a delimiter",
            ab("A", "x,,z"),
        ),
    ),
    (
        "given dates in a file of semicolons",
        "patient;given\nA;2026-01-05;2026-01-07\n",
        RowError(
            2,
            "",
            "2026-01-07",
            "has 3 cells, but the header has 2 (the delimiter is a semicolon)",
            'put quotation marks around given dates: "2026-01-05,2026-01-07"',
            {"patient": "A", "given": "2026-01-05;2026-01-07"},
        ),
    ),
    (
        "given dates in a file of commas",
        "patient,given\nA,2026-01-05,2026-01-07\n",
        RowError(
            2,
            "",
            "2026-01-07",
            "has 3 cells, but the header has 2 (the delimiter is a comma)",
            'put quotation marks around given dates: "2026-01-05,2026-01-07"',
            {"patient": "A", "given": "2026-01-05,2026-01-07"},
        ),
    ),
    (
        "given dates of which one slid into the next column",
        "patient,given,given_through\nA,2026-01-05,2026-01-08,\n",
        RowError(
            2,
            "",
            "",
            "has 4 cells, but the header has 3 (the delimiter is a comma)",
            'put quotation marks around given dates: "2026-01-05,2026-01-07"',
            {"patient": "A", "given": "2026-01-05", "given_through": "2026-01-08"},
            incomplete=True,
        ),
    ),
    (
        "given dates that slid, in the middle",
        "patient,start,given,months\nA,x,2026-01-05,3,\n",
        RowError(
            2,
            "",
            "",
            "has 5 cells, but the header has 4 (the delimiter is a comma)",
            'put quotation marks around given dates: "2026-01-05,2026-01-07"',
            ab("A", "x") | {"given": "2026-01-05", "months": "3"},
            incomplete=True,
        ),
    ),
    (
        "too many cells beside given dates in a file of tabs",
        "patient\tgiven\nA\tx\ty\n",
        RowError(
            2,
            "",
            "y",
            "has 3 cells, but the header has 2 (the delimiter is a tab)",
            "put quotation marks around a text that holds a delimiter",
            {"patient": "A", "given": "x\ty"},
        ),
    ),
    (
        "too many cells in a file of semicolons without given dates",
        "patient;start\nA;x;y\n",
        RowError(
            2,
            "",
            "y",
            "has 3 cells, but the header has 2 (the delimiter is a semicolon)",
            "put quotation marks around a text that holds a delimiter",
            ab("A", "x;y"),
        ),
    ),
    (
        "a cell too many that is not UTF-8",
        b"patient,start\nA,x,\xff\n",
        RowError(
            2,
            "",
            "\\xff",
            "has 3 cells, but the header has 2 (the delimiter is a comma)",
            "put quotation marks around a text that holds a delimiter",
            ab("A", "x,\\xff"),
        ),
    ),
    (
        "a byte that is not UTF-8",
        b"patient,start\nA,\xe9x\n",
        RowError(
            2,
            "start",
            "\\xe9x",
            "holds \\xe9, which is no character of UTF-8",
            NO_UTF8,
            ab("A", "\\xe9x"),
        ),
    ),
    (
        "a text under no name",
        "patient,,start\nA,two words,x\n",
        RowError(
            2,
            "",
            "two words",
            "'two words' is in a column without a name",
            "name the column in the header, or remove the text",
            ab("A", "x") | {"": "two words"},
            incomplete=True,
        ),
    ),
    (
        "a text under no name that is not UTF-8",
        b"patient,\nA,\x80\n",
        RowError(
            2,
            "",
            "\\x80",
            "\\x80 is in a column without a name",
            "name the column in the header, or remove the text",
            {"patient": "A", "": "\\x80"},
            incomplete=True,
        ),
    ),
    (
        "a quotation mark that is not closed",
        'patient,start\n"A,x\n',
        RowError(2, "", '"A,x', UNCLOSED, QUOTES, ab('"A', "x")),
    ),
    (
        "a quotation mark inside a text, in a line of Windows",
        'patient,start\n"A"B,=\r\n',
        RowError(2, "", '"A"B,=', UNCLOSED, QUOTES, ab('"A"B', "=")),
    ),
    (
        "a quotation mark that is not closed, and too many cells",
        'patient;start\n"A;x;y\n',
        RowError(2, "", '"A;x;y', UNCLOSED, QUOTES, ab('"A', "x;y")),
    ),
    (
        "no UTF-8, after a column that is ignored",
        b"error_row,patient\nx,\xff\n",
        RowError(
            2,
            "patient",
            "\\xff",
            "holds \\xff, which is no character of UTF-8",
            NO_UTF8,
            {"patient": "\\xff"},
            incomplete=True,
        ),
    ),
    (
        "a quotation mark, and no UTF-8",
        b'patient,start\n"A,\xff\n',
        RowError(2, "", '"A,\\xff', UNCLOSED, QUOTES, ab('"A', "\\xff")),
    ),
)
def test_a_fault_of_a_table_is_told(data: str | bytes, error: RowError) -> None:
    """Row, column, value, what is wrong, what to do, and the row's own texts."""
    assert read(data) == [error]


@table(
    "data",
    ("no given date", "patient,given,months\nA,,3,\n"),
    ("nothing beside them", "patient,given,months\nA,2026-01-05,,\n"),
    ("quoted", 'patient,given,months\nA,"2026-01-05,2026-01-07",3,\n'),
    ("they stand last", "patient,given\nA,2026-01-05,\n"),
    ("between tabs", "patient\tgiven\tmonths\nA\t2026-01-05,2026-01-07\t3\t\n"),
)
def test_an_empty_cell_too_many_costs_nothing_where_no_date_can_have_slid(
    data: str,
) -> None:
    """Spreadsheets write such cells."""
    (row,) = read(data)
    assert isinstance(row, Row)


def test_a_fault_costs_its_own_row_only() -> None:
    """The rows after it keep their numbers and their texts."""
    header, row = "patient,start,neuro\n", {"start": "x", "neuro": "no"}
    broken = '"B,x,no'
    for fault in (f"{broken}\n", "C\n", "D,x,no,more\n", "E,x\udc80,no\n"):
        data = f"{header}A,x,no\n{fault}Y,x,no\n,,\nZ,x,no\n"
        found = read(data.encode("utf-8", "surrogateescape"))
        assert [each.row if isinstance(each, RowError) else 0 for each in found] == [
            *(0, 3, 0, 0)
        ]
        good = [each for each in found if isinstance(each, Row)]
        assert good == [
            Row(number, {"patient": name} | row)
            for number, name in ((2, "A"), (4, "Y"), (6, "Z"))
        ]


HEADER = "patient,start,neuro,renal\n"


def numbers(found: Read) -> tuple[list[int], list[int]]:
    """The numbers of the rows that are good, and of those that are not."""
    good = [each.number for each in found if isinstance(each, Row)]
    return good, [each.row for each in found if isinstance(each, RowError)]


@table(
    "row",
    ("at the start of the row", '"B,x,no,normal\n'),
    ("at the start of a cell", 'B,"x,no,normal\n'),
    ("at the start of the last cell", 'B,x,no,"normal\n'),
    ("after a cell in quotation marks", '"B","x,no,normal\n'),
    ("after the closing one", '"B"y,x,no,normal\n'),
    ("three", '"""B,x,no,normal\n'),
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("after", [0, 50])
def test_a_quotation_mark_that_is_not_closed_costs_its_row_only(
    row: str, end: str, after: int
) -> None:
    """The rows after it are read, also those with quotation marks, and one like it."""
    more = [f'"Q{n}",x,"no",normal\n' for n in range(after)]
    text = "".join((HEADER, "A,x,no,normal\n", row, *more, row, "Z,x,no,normal\n"))
    good, bad = numbers(read(text.replace("\n", end)))
    assert bad == [3, 4 + after]
    assert good == [2, *range(4, 4 + after), 5 + after]


@pytest.mark.parametrize("lines", [2, 100])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("column", [0, 1, 3])
def test_a_line_end_inside_a_cell_begins_no_new_row(
    column: int, end: str, lines: int
) -> None:
    """100 lines in one cell, in any column and between any line ends, are one row."""
    cells = ["B", "x", "no", "normal"]
    cells[column] = '"' + "\n".join(["line"] * lines) + '"'
    text = f"{HEADER}{','.join(cells)}\nZ,x,no,normal\n"
    found = read(text.replace("\n", end))
    assert numbers(found) == ([2, 3], [])
    assert isinstance(found[0], Row)
    name = HEADER.strip().split(",")[column]
    assert found[0].values[name] == end.join(["line"] * lines)


@table(
    "byte",
    ("Latin-1", b"Zo\xeb"),
    ("half a character", b"Zo\xc3"),
    ("UTF-8 that is too long", b"Zo\xc0\xaf"),
    ("half a pair", b"Zo\xed\xa0\x80"),
    ("all high bytes", bytes(range(128, 256))),
)
@pytest.mark.parametrize("form", [Form.CSV, Form.JSONL])
def test_a_byte_that_is_not_utf8_costs_its_row_only(byte: bytes, form: Form) -> None:
    """Never another reading of it: two references could become one."""
    text = "patient\nA\nBYTE\nZ\n"
    if form is Form.JSONL:
        text = "".join(f'{{"patient": "{name}"}}\n' for name in ("A", "BYTE", "Z"))
    found = read(text.encode().replace(b"BYTE", byte), form)
    first = 2 if form is Form.CSV else 1
    assert numbers(found) == ([first, first + 2], [first + 1])


@pytest.mark.parametrize("columns", [2, 3])
def test_a_row_that_a_quotation_mark_swallowed_is_a_row_again(columns: int) -> None:
    """Two marks that belong to two rows: only three columns or more can tell."""
    header = ("patient", "start", "neuro")[:columns]
    rest = ",x" * (columns - 1)
    found = read(f'{",".join(header)}\n"A{rest}\nB{rest}\nC"{rest}\nD{rest}\n')
    others = dict.fromkeys(header[1:], "x")
    if columns == 2:
        assert found == [
            Row(2, ab("A,x\nB,x\nC", "x")),
            Row(3, ab("D", "x")),
        ]
        return
    assert found == [
        RowError(2, "", f'"A{rest}', UNCLOSED, QUOTES, {"patient": '"A'} | others),
        Row(3, {"patient": "B"} | others),
        Row(4, {"patient": 'C"'} | others),
        Row(5, {"patient": "D"} | others),
    ]


def test_a_row_anywhere_in_a_record_was_swallowed() -> None:
    """It need not come first among the lines between two marks."""
    found = read('patient,start,neuro\n"A,x,no\na note\nB,x,no\nC",x,no\n')
    assert [type(each) for each in found] == [RowError, RowError, Row, Row]
    assert found[2] == Row(4, {"patient": "B", "start": "x", "neuro": "no"})


@pytest.mark.parametrize(("count", "whole"), [(200, True), (201, False)])
def test_a_cell_may_have_200_line_ends(count: int, whole: bool) -> None:
    """One more is a quotation mark that is not closed, and costs its own row only."""
    note = "a\n" * count
    found = read(f'patient,start\n"{note}",x\nB,y\n')
    if whole:
        assert found == [Row(2, ab(note, "x")), Row(3, ab("B", "y"))]
    else:
        assert found[0] == RowError(2, "", '"a', UNCLOSED, QUOTES, {"patient": '"a'})
        assert found[-1] == Row(count + 3, ab("B", "y"))


@pytest.mark.parametrize(("count", "rest"), [(200, 0), (201, 201)])
def test_a_header_may_have_200_line_ends(count: int, rest: int) -> None:
    """With one more its quotation mark is not closed: the lines are rows again."""
    name = "x" + "\ny" * count
    layout = Layout(ignore_others=True)
    text = f'patient,"{name}"\nA,z\n'
    cohort = read_cohort(_stream(text), Form.CSV, "c.csv", layout)
    assert numbers([*cohort.rows]) == ([rest + 2], [*range(2, rest + 2)])


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", ""])
def test_a_line_may_have_a_million_characters(end: str) -> None:
    """2^20 with its end; of one that is longer the first 100 are shown."""
    room = (1 << 20) - len(f"A,{end}")
    assert read(f"patient,start\nA,{'x' * room}{end}") == [Row(2, ab("A", "x" * room))]
    found = read(f"patient,start\nA,{'x' * (room + 1)}{end or chr(10)}B,y\n")
    long = "A," + "x" * 98
    assert found == [
        RowError(
            2, "", long, TOO_LONG, "check how the file was made", ab("A", long[2:])
        ),
        Row(3, ab("B", "y")),
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("spare", [-2, -1, 0, 1, 2])
def test_no_row_is_lost_after_a_line_that_is_too_long(end: str, spare: int) -> None:
    """Wherever the reading of it stops: before, in or after its end."""
    length = (1 << 20) + spare - len(end)
    found = read("patient,start" + end + "X" * length + f"{end}B,y{end}C,z{end}")
    assert isinstance(found[0], RowError)
    assert found[1:] == [Row(3, ab("B", "y")), Row(4, ab("C", "z"))]


@pytest.mark.parametrize("times", [2, 3, 5])
def test_a_line_many_times_too_long_is_one_row(times: int) -> None:
    """Whatever its length it is skipped as a whole; the next line is the next row."""
    found = read("patient,start\n" + "X" * (times << 20) + "\nB,y\n")
    assert isinstance(found[0], RowError)
    assert (found[0].row, found[0].value, found[0].text) == (2, "X" * 100, TOO_LONG)
    assert found[1:] == [Row(3, ab("B", "y"))]


# -- a header -----------------------------------------------------------------------


@table(
    "data, columns",
    ("in the order of the file", "start,patient\n", ("start", "patient")),
    ("one of four letters first", "drug,patient\n", ("drug", "patient")),
    ("without empty names", "start,,patient,\n", ("start", "patient")),
    ("without those that are ignored", "error_x,patient,error_\n", ("patient",)),
    ("in quotation marks", '"patient";"start"\n', ("patient", "start")),
    ("with several that are ignored alike", "error_,patient,error_\n", ("patient",)),
    ("every one", ",".join(COLUMNS), COLUMNS),
)
def test_the_columns_of_a_table_are_known(data: str, columns: tuple[str, ...]) -> None:
    """They are those of the header that hold something of a case."""
    assert cohort_of(data).columns == columns


def test_json_lines_may_have_every_column() -> None:
    """Without a header there is no saying which."""
    assert cohort_of("{}", Form.JSONL).columns == COLUMNS


@table(
    "data, message, hint",
    ("nothing", b"", "is empty", "check how it was made: it has not even a header"),
    (
        "empty rows alone",
        b"\n,,\r\n ;\t\n",
        "has no row at all",
        "begin with a header of column names",
    ),
    (
        "a separator line alone",
        b"sep=,",
        "has no row at all",
        "begin with a header of column names",
    ),
    (
        "a workbook",
        b"PK\x03\x04",
        "is a spreadsheet (.xlsx, .ods) or a zip file",
        "open it in the spreadsheet and save it as CSV UTF-8",
    ),
    (
        "an old workbook",
        b"\xd0\xcf\x11\xe0\xa1",
        "is an Excel file (.xls)",
        "open it in the spreadsheet and save it as CSV UTF-8",
    ),
    ("UTF-16", b"\xff\xfea\0", "is UTF-16", "save it as CSV UTF-8"),
    ("UTF-16, the other way", b"\xfe\xff\0a", "is UTF-16", "save it as CSV UTF-8"),
    ("a compressed file", b"\x1f\x8b\x08\x00", "is compressed", "unpack it first"),
    ("a PDF", b"%PDF-1.7", "is a PDF", "save the table as CSV UTF-8"),
)
def test_a_file_that_is_no_table_is_refused(
    data: bytes, message: str, hint: str
) -> None:
    """By its name, what it is and what to do."""
    with pytest.raises(InputError) as caught:
        read(data)
    error = caught.value
    assert (error.field, error.message, error.hint) == ("c.csv", message, hint)


SAVE_AS = "open it in the spreadsheet and save it as CSV UTF-8"
JSON_HINT = "for JSON Lines state --input-format jsonl; else save the table as CSV"
PAGE = "is a web page (HTML) or XML, not a table of text"
NO_LINES = "is JSON over several lines, not JSON Lines"


@table(
    "data, form, message, hint",
    (
        "text of two bytes",
        b"p\0a\0",
        "csv",
        "is UTF-16, or no text",
        "save it as CSV UTF-8",
    ),
    (
        "the other way",
        b"\0p\0a",
        "csv",
        "is UTF-16, or no text",
        "save it as CSV UTF-8",
    ),
    ("a page", b" \n<HTML>", "csv", PAGE, SAVE_AS),
    ("a page with a mark", b"\xef\xbb\xbf<!doctype", "csv", PAGE, SAVE_AS),
    ("XML as JSON", b"<?xml", "jsonl", PAGE, SAVE_AS),
    ("an object", b' {"patient": "A"}', "csv", "is JSON, not CSV", JSON_HINT),
    ("a list", b'[{"patient": "A"}]', "csv", "is JSON, not CSV", JSON_HINT),
    ("a long object", b'{\n"patient": "A"}', "jsonl", NO_LINES, AN_OBJECT),
    ("another", b'{"given": [ \r\n1]}', "jsonl", NO_LINES, AN_OBJECT),
)
def test_another_kind_of_file_is_refused(
    data: bytes, form: str, message: str, hint: str
) -> None:
    """One error for the file, and none for each of its lines."""
    with pytest.raises(InputError) as caught:
        read(data, Form(form))
    error = caught.value
    assert (error.field, error.message, error.hint) == ("c.csv", message, hint)


@table(
    "start, form",
    ("an object", b'{"patient', Form.JSONL),
    ("a list", b"[1]", Form.JSONL),
    ("a mark and spaces before it", b"\xef\xbb\xbf \n{}", Form.JSONL),
    ("a header", b"patient,start", Form.CSV),
    ("nothing", b"", Form.CSV),
)
def test_a_stream_says_its_form_by_its_first_letter(start: bytes, form: Form) -> None:
    """And nothing of it is lost by that."""
    stream = _stream(start)
    assert form_in(stream) is form
    assert stream.read() == start


@table(
    "number, said",
    ("none", 0, ()),
    ("one", 1, ("columns left out: 'x 0'",)),
    ("ten", 10, ("columns left out: " + ", ".join(f"'x {n}'" for n in range(10)),)),
    (
        "eleven",
        11,
        (
            "columns left out: "
            + ", ".join(f"'x {n}'" for n in range(10))
            + " and 1 more",
        ),
    ),
)
def test_columns_left_out_are_noted(number: int, said: tuple[str, ...]) -> None:
    """Ten by name, the others by number; what is read or ignored is not left out."""
    others = "".join(f",x {n}" for n in range(number))
    layout = Layout((), ("Ward",), ignore_others=True)
    stream = _stream(f"patient,error_x,ward{others},\nA,y,W{',z' * number},q\n")
    cohort = read_cohort(stream, Form.CSV, "c.csv", layout)
    assert cohort.notes == said
    assert cohort.columns == ("patient", "ward")
    assert cohort.table == (Column("patient", "patient"), Column("ward", "", "Ward"))
    assert cohort.layout is layout
    assert [*cohort.rows] == [Row(2, {"patient": "A"}, (("Ward", "W"),))]


@pytest.mark.parametrize("rows", [2, 300])
def test_a_header_with_an_open_quotation_mark_takes_no_row(rows: int) -> None:
    """The lines that it took in are rows again, in their order."""
    data = 'patient,"x\n' + "".join(f"A{n},1\n" for n in range(rows))
    layout = Layout(ignore_others=True)
    cohort = read_cohort(_stream(data), Form.CSV, "c.csv", layout)
    assert [*cohort.rows] == [Row(n + 2, {"patient": f"A{n}"}) for n in range(rows)]


@table(
    "line, column",
    ("a quotation mark", b'A,W,"x', ""),
    ("too few cells", b"A,W", ""),
    ("none of it", b"A", ""),
    ("no UTF-8", b"A,W,\xe9,", "start"),
    ("no UTF-8 in what is carried", b"A,W\xe9,x,", "ward"),
    ("a text under no name", b"A,W,x,y", ""),
)
def test_a_row_that_fails_carries_what_it_has(line: bytes, column: str) -> None:
    """And its column is named by its header where it holds no field."""
    layout = Layout((), ("Ward",))
    stream = _stream(b"patient,ward,start,\n" + line + b"\n")
    [error] = read_cohort(stream, Form.CSV, "c.csv", layout).rows
    assert isinstance(error, RowError)
    ward = "W\\xe9" if column == "ward" else "W" * (b"W" in line)
    assert (error.column, error.carried) == (column, (("Ward", ward),))


@pytest.mark.parametrize("name", ["A", "Ä"])
def test_a_row_has_the_order_of_dates_that_is_declared(name: str) -> None:
    """Whatever letters it holds; its dates are ISO then."""
    layout = Layout(dates=DateOrder.DMY)
    for data, form in (
        (f"patient,start\n{name},05/01/2026\n", Form.CSV),
        (f'{{"patient": "{name}", "start": "05/01/2026"}}', Form.JSONL),
    ):
        [row] = read_cohort(_stream(data), form, "c", layout).rows
        assert isinstance(row, Row)
        assert row.values == ab(name, "05/01/2026")
        assert row.dates is DateOrder.DMY
        assert row.texts == ab(name, "2026-01-05")


def test_json_lines_may_have_all_fields_and_what_is_carried() -> None:
    """Under the headers that are stated."""
    layout = Layout((("start", "Begin"),), ("Ward",))
    cohort = read_cohort(_stream("{}"), Form.JSONL, "c.jsonl", layout)
    assert cohort.columns == ("patient", "Begin", *COLUMNS[2:], "Ward")
    assert cohort.table[:3] == (
        Column("patient", "patient"),
        Column("Begin", "start"),
        Column("last_dose", "last_dose"),
    )
    assert cohort.table[-1] == Column("Ward", "", "Ward")


@table(
    "header, message, hint",
    (
        "an unknown column",
        "patient,nuero,x",
        "nuero is not a known column",
        "did you mean neuro? to read it: --column neuro=nuero; to copy it unread: "
        "--carry nuero; "
        "to leave out all unknown columns: --ignore-others",
    ),
    (
        "a column of one letter",
        "X\npatient\n",
        "X is not a known column",
        "to read it: --column FIELD=X; to copy it unread: --carry X; "
        f"to leave out all unknown columns: --ignore-others; {ALLOWED}",
    ),
    (
        "a column twice",
        "patient,start,error_,error_,start",
        "column start appears twice",
        "keep one, or name with --column the one that is meant",
    ),
    (
        "no patient",
        "start,neuro",
        "there is no column patient",
        "state a reference for each patient: it names the plan (where it has another "
        "header: --column patient=HEADER)",
    ),
    (
        "no UTF-8",
        b"patient,\xff",
        "holds \\xff, which is no character of UTF-8",
        "save the file as CSV UTF-8",
    ),
    (
        "a quotation mark that is not closed",
        'patient,"start',
        '"start is not a known column',
        "did you mean start? to read it: --column start='\"start'; to copy it unread: "
        "--carry '\"start'; "
        "to leave out all unknown columns: --ignore-others",
    ),
)
def test_a_header_that_cannot_be_used_is_refused(
    header: str | bytes, message: str, hint: str
) -> None:
    """The error names the file and the header."""
    with pytest.raises(InputError) as caught:
        read(header)
    error = caught.value
    found = error.field, error.message, error.hint
    assert found == ("c.csv: header", message, hint)


# -- JSON Lines ---------------------------------------------------------------------


@table(
    "line, values",
    ("texts", '{"patient": "A", "start": "x"}', ab("A", "x")),
    ("spaces around it", ' {"patient": "A"}\t', {"patient": "A"}),
    ("a number as it is written", '{"months": 6.0, "egfr": 60}', None),
    ("minus nothing, as it is written", '{"egfr": -0}', {"egfr": "-0"}),
    ("null", '{"start": null}', {"start": ""}),
    ("booleans", '{"neuro": true, "start": false}', {"neuro": "yes", "start": "false"}),
    ("no neurology", '{"neuro": false}', {"neuro": "no"}),
    ("a list of given dates", '{"given": ["x", "y"]}', {"given": "x;y"}),
    ("a list of none", '{"given": []}', {"given": ""}),
    ("a key that is ignored", '{"patient": "A", "error_x": [1]}', {"patient": "A"}),
)
def test_json_lines_are_read(line: str, values: dict[str, str] | None) -> None:
    """Each line is a row, with the number of the line; empty ones are none."""
    wanted = {"months": "6.0", "egfr": "60"} if values is None else values
    assert lines(f"\n{line}\n \n{line}") == [Row(2, wanted), Row(4, wanted)]


@table(
    "line, column, text, hint",
    ("no JSON", "{x", "", "is not JSON: expecting property name", AN_OBJECT),
    ("a number", "17", "", "is not an object", AN_OBJECT),
    (
        "a key twice",
        '{"start": "x", "neuro": "no", "neuro": "yes"}',
        "neuro",
        "neuro appears twice",
        "write each value once",
    ),
    (
        "not a number",
        '{"months": NaN}',
        "",
        "NaN is not a value of JSON",
        "write null for what is absent",
    ),
)
def test_a_fault_of_json_lines_is_told(
    line: str, column: str, text: str, hint: str
) -> None:
    """The row, the line, what is wrong and what to do; the next line is read."""
    found, after = lines(f'{line}\n{{"patient": "B"}}')
    assert isinstance(found, RowError)
    assert found.text.startswith(text)
    assert found == RowError(1, column, line, found.text, hint, {})
    assert after == Row(2, {"patient": "B"})


def test_a_line_nested_too_deeply_is_told() -> None:
    """It must not end the whole run."""
    deep = '{"given": ' + "[" * 100_000
    (found,) = lines(deep)
    assert found == RowError(
        1, "", deep, "is not JSON: nested too deeply", AN_OBJECT, {}
    )


def test_a_line_of_json_that_is_no_utf8_is_told() -> None:
    """The byte is spelt out."""
    found = lines(b'{"patient": "\xe9"}\n{"patient": "B"}')
    assert found == [
        RowError(
            1,
            "",
            '{"patient": "\\xe9"}',
            "holds \\xe9, which is no character of UTF-8",
            "save the file as UTF-8",
            {},
        ),
        Row(2, {"patient": "B"}),
    ]


@pytest.mark.parametrize("spare", [0, 1])
def test_a_line_of_json_may_have_a_million_characters(spare: int) -> None:
    """2^20 are read; of one that is longer the first 100 are shown."""
    text = '{"patient": "' + "x" * ((1 << 20) - 15) + '"}'
    assert len(text) == 1 << 20
    (found,) = lines(text.replace("xx", "x" * (2 + spare), 1))
    if not spare:
        assert isinstance(found, Row)
        return
    assert found == RowError(1, "", '{"patient": "' + "x" * 87, TOO_LONG, AN_OBJECT, {})


@table(
    "data, message, hint",
    ("a mark alone", b"\xef\xbb\xbf", "is empty", "check how it was made"),
    (
        "an array",
        b' [{"patient": "A"}]',
        "is one JSON array, not JSON Lines",
        "write one object per line, without brackets around them",
    ),
)
def test_a_file_that_is_no_json_lines_is_refused(
    data: bytes, message: str, hint: str
) -> None:
    """What it is, and what to do."""
    with pytest.raises(InputError) as caught:
        lines(data)
    error = caught.value
    assert (error.field, error.message, error.hint) == ("c.csv", message, hint)


@table(
    "code, shown",
    ("the first byte that is no text", "80", "\\x80"),
    ("the last", "ff", "\\xff"),
)
def test_a_byte_is_spelt_out(code: str, shown: str) -> None:
    """As two hexadecimal digits."""
    (found,) = read(b"patient,start\nA," + bytes.fromhex(code))
    assert isinstance(found, RowError)
    assert found.value == shown


@table(
    "text, shown",
    ("half a pair", "\\ud800", "\\ud800"),
    ("the other half", "\\udfff", "\\udfff"),
    ("one before the bytes", "\\udc7f", "\\udc7f"),
    ("the first byte", "\\udc80", "\\x80"),
    ("the last byte", "\\udcff", "\\xff"),
    ("one after the bytes", "\\udd00", "\\udd00"),
)
def test_half_a_character_of_json_is_spelt_out(text: str, shown: str) -> None:
    """It is the value of its column, which is at fault."""
    (found,) = lines(f'{{"patient": "A", "start": "{text}"}}')
    assert found == RowError(
        1,
        "start",
        shown,
        f"{shown} holds {shown}, which is no character of UTF-8",
        "write it in UTF-8",
        ab("A", shown),
    )


# -- a file -------------------------------------------------------------------------


@table(
    "name, form",
    ("commas", "c.csv", Form.CSV),
    ("capitals", "C.CSV", Form.CSV),
    ("tabs", "c.tsv", Form.CSV),
    ("text", "c.txt", Form.CSV),
    ("JSON Lines", "c.jsonl", Form.JSONL),
    ("JSON Lines by another name", "c.ndjson", Form.JSONL),
)
def test_the_suffix_says_the_form(name: str, form: Form, tmp_path: Path) -> None:
    """Whatever its case."""
    path = tmp_path / name
    data = "patient\nA\n" if form is Form.CSV else '{}\n{"patient": "A"}'
    path.write_text(data)
    with open_cohort(path) as cohort:
        *_, last = cohort.rows
    assert last == Row(2, {"patient": "A"})


@table(
    "name, message, hint, value",
    (
        "a workbook",
        "a b.XLSX",
        "'a b.XLSX' is a spreadsheet's own format",
        "open it in the spreadsheet and save it as CSV UTF-8",
        ".xlsx",
    ),
    (
        "another suffix",
        "a b.Dat",
        "'a b.Dat' has a suffix that is neither CSV nor JSON Lines",
        "state --input-format, or end the name with one of "
        ".csv, .tsv, .txt, .jsonl, .ndjson",
        ".dat",
    ),
)
def test_a_suffix_that_says_no_form_is_refused(
    name: str, message: str, hint: str, value: str
) -> None:
    """Before the file is opened."""
    with pytest.raises(InputError) as caught, open_cohort(name):
        raise AssertionError
    error = caught.value
    assert (error.message, error.hint, error.value) == (message, hint, value)


def test_a_file_is_named_in_its_faults(tmp_path: Path) -> None:
    """The name without its directories, quoted where it has spaces."""
    path = tmp_path / "a b.csv"
    path.write_text("start\n")
    with pytest.raises(InputError) as caught, open_cohort(path):
        raise AssertionError
    assert caught.value.field == "'a b.csv': header"
    (tmp_path / "dir.csv").mkdir()
    with pytest.raises(InputError) as caught, open_cohort(tmp_path / "dir.csv"):
        raise AssertionError
    assert caught.value.hint == "name the file of a cohort"


@table(
    "line, incomplete",
    ("a misspelt key", '{"patient": "A", "givn": "x"}', True),
    ("half a character in the reference", '{"patient": "A\\udc80"}', True),
    ("a value that is none of the reference", '{"patient": [1]}', True),
    ("half a character elsewhere", '{"patient": "A", "start": "\\udc80"}', False),
    ("a value that is none elsewhere", '{"patient": "A", "start": [1]}', False),
)
def test_a_row_that_lacks_something_as_its_columns_have_it_is_treacherous(
    line: str, incomplete: bool
) -> None:
    """A text that has no column, or a reference that is not the one that was meant."""
    (found,) = lines(line)
    assert isinstance(found, RowError)
    assert found.incomplete == found.treacherous == incomplete


# -- the table of failed rows -------------------------------------------------------


@table(
    "text, safe",
    ("a formula", "=1", "'=1"),
    ("a plus", "+1", "'+1"),
    ("a minus", "-1", "'-1"),
    ("an at", "@1", "'@1"),
    ("a tab", "\t1", "'\t1"),
    ("a return", "\r1", "'\r1"),
    ("a date", "2026-01-05", "2026-01-05"),
    ("an apostrophe", "'x", "'x"),
    ("nothing", "", ""),
)
def test_a_text_is_defused_and_read_back(text: str, safe: str) -> None:
    """With an apostrophe before what a spreadsheet would take for a formula."""
    assert defused(text) == safe
    assert as_typed(safe) == text


def fields(*names: str) -> tuple[Column, ...]:
    """Columns whose headers are the fields' own names."""
    return tuple(Column(name, name) for name in names)


def test_the_table_of_failed_rows_holds_the_rows_own_columns() -> None:
    """The header comes once, before the first row; an absent column is empty, and so is
    the patient of a row that its columns alone would make another plan."""
    stream = io.StringIO(newline="")
    add = error_table(stream.write, fields("patient", "start", "neuro"))
    assert stream.getvalue() == ""
    add(RowError(3, "start", "=x", "+is wrong", "mend, it", ab("@A", "=x")))
    add(RowError(4, "", "", "-a", "-b", {"neuro": "no"}, code="date"))
    incomplete = RowError(5, "", "", "a", "b", ab("B", "x"), incomplete=True)
    add(incomplete)
    assert incomplete.values == ab("B", "x")
    add(RowError(6, "", "", "a", "b", {"start": "y"}, incomplete=True))
    assert stream.getvalue() == (
        "error_row,error_column,error_value,error_text,error_hint,patient,start,neuro,"
        "error_code\r\n3,start,'=x,'+is wrong,\"mend, it\",'@A,'=x,,unusable\r\n"
        "4,,,'-a,'-b,,,no,date\r\n"
        "5,,,a,b,,x,,unusable\r\n"
        "6,,,a,b,,y,,unusable\r\n"
    )


def test_what_is_carried_stands_in_the_table_of_failed_rows() -> None:
    """Under its own header, empty where the row has none."""
    stream = io.StringIO(newline="")
    columns = (*fields("patient"), Column("ward", "", "Ward"))
    add = error_table(stream.write, columns)
    add(RowError(2, "", "", "a", "b", {"patient": "A"}, carried=(("Ward", "=W"),)))
    add(RowError(3, "", "", "a", "b", {"patient": "B"}))
    assert stream.getvalue() == (
        "error_row,error_column,error_value,error_text,error_hint,patient,ward,"
        "error_code\r\n2,,,a,b,A,'=W,unusable\r\n3,,,a,b,B,,unusable\r\n"
    )


# -- tables that stay as they are -----------------------------------------------------


@table(
    "content, what",
    ("no file", None, None),
    ("an empty file", b"", None),
    ("a cohort", b"patient,start\nA,x\n", "a cohort"),
    ("one of Windows, with a mark", b"\xef\xbb\xbfstart;patient\r\n", "a cohort"),
    ("one between tabs", b"patient\tneuro\n", "a cohort"),
    ("one of all fields", ",".join(COLUMNS).encode(), "a cohort"),
    ("fields without a patient", b"start,neuro\n", None),
    ("a patient among other columns", b"patient,ward\n", None),
    ("a manifest", b"row,patient,file,status\n", "a batch's manifest"),
    ("half of one", b"row,patient,status\n", None),
    (
        "a table of errors",
        b"error_row,error_column,error_value,error_text,error_hint,patient\n",
        "a table of errors",
    ),
    ("half of one of those", b"error_row,error_column,patient\n", None),
    ("bytes that are no text", b"\xff\xff", None),
)
def test_a_cohort_and_the_tables_of_a_batch_are_not_written_over(
    content: bytes | None, what: str | None
) -> None:
    """The error names the file, and what it is."""
    path = Path("some where") / f"{'a' * 60}.csv"
    if what is None:
        check_no_table(path, content)
        return
    with pytest.raises(InputError) as caught:
        check_no_table(path, content)
    error = caught.value
    assert (error.field, error.value) == ("output", str(path))
    assert error.code == "foreign-file"
    assert error.message == f"'{path}' is {what}; it is left as it was"
    assert error.hint == "choose another name"


@table(
    "length, name",
    ("the longest that a system has", 4096, "a" * 4096),
    ("a longer one", 4097, f"'{'a' * 4095}…'"),
)
def test_a_table_that_stays_is_named_by_its_whole_path(length: int, name: str) -> None:
    """Whoever has several files of that name must know which."""
    with pytest.raises(InputError) as caught:
        check_no_table(Path("a" * length), b"patient\n")
    assert caught.value.message == f"{name} is a cohort; it is left as it was"


@table(
    "content, found",
    ("no file", None, True),
    ("an empty file", b"", True),
    ("a line end", b"\r\n", True),
    ("these columns", b"row,patient\r\n", True),
    ("these columns, and a mark", b"\xef\xbb\xbfrow,patient\n", True),
    ("more columns", b"row,patient,file\n", True),
    ("a longer name", b"row,patients\n", False),
    ("another column", b"row,file,patient\n", False),
    ("bytes that are no text", b"\xff\n", False),
)
def test_a_table_is_known_by_its_first_columns(
    content: bytes | None, found: bool, tmp_path: Path
) -> None:
    """One that is empty or not there may become it; a directory is none."""
    path = tmp_path / "a.csv"
    if content is not None:
        path.write_bytes(content)
    assert is_table(path, ("row", "patient")) == found
    assert not is_table(tmp_path, ("row", "patient"))


def test_a_table_that_is_gone_when_it_is_opened_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another program took it away after it was seen there."""
    monkeypatch.setattr(Path, "is_file", lambda _: True)
    with pytest.raises(InputError) as caught:
        is_table(tmp_path / "a.csv", ("row", "patient"))
    assert caught.value.hint == "name the file of a table"


# -- patients and defaults ----------------------------------------------------------


def test_a_second_row_of_a_patient_says_which_was_first() -> None:
    """Rows without a usable reference, and row errors, are nobody's."""
    faulty = RowError(5, "start", "x", "is wrong", "mend it", {"patient": "B"})
    rows: Read = [
        Row(2, {"patient": "Ä b"}),
        Row(3, {"patient": ""}),
        Row(4, {}),
        Row(4, {}),
        faulty,
        Row(6, {"patient": "="}),
        Row(7, {"patient": "="}),
        Row(8, {"patient": "B"}),
        Row(9, {"patient": "ä B"}),
    ]
    with FirstRows() as seen:
        *before, last = unique(rows, seen)
        assert seen.find(key_of("Ä B")) == (2, "Ä b")
    assert before == rows[:-1]
    assert last == RowError(
        9,
        "patient",
        "ä B",
        "'ä B' is already the patient of row 2 (there 'Ä b')",
        "put all given doses into one row, and delete the other",
        {"patient": "ä B"},
        incomplete=True,
        code="duplicate",
    )


@table(
    "one, other",
    ("case", "abc", "ABC"),
    ("case, not in ASCII", "ÉVA", "éva"),
    ("a sharp s", "STRASSE", "straße"),
    ("an accent", "zoë", "ZOE\N{COMBINING DIAERESIS}"),
)
def test_references_are_compared_without_case(one: str, other: str) -> None:
    """However accents are encoded."""
    assert key_of(one) == key_of(other)


def test_defaults_are_checked_before_any_row() -> None:
    """Each value, and those that exclude each other."""
    check_defaults({"egfr": "90", "months": "6"})
    with pytest.raises(InputError, match="interval"):
        check_defaults({"interval": "53w"})
    with pytest.raises(InputError, match="renal"):
        check_defaults({"egfr": "90", "renal": "normal"})


def test_defaults_that_exclude_each_other_are_refused() -> None:
    """A regimen, and a drug or a neurology that it is not for."""
    check_defaults({"regimen": "uk-label", "drug": "hydroxocobalamin", "neuro": "no"})
    for other in ({"drug": "cyanocobalamin"}, {"neuro": "yes"}):
        with pytest.raises(InputError) as caught:
            check_defaults({"regimen": "uk-label"} | other)
        assert caught.value.field == next(iter(other))


@table(
    "own, defaults, found",
    ("a regimen", {}, {"regimen": "uk-label"}, ("uk-label", None)),
    (
        "a drug that it does not take",
        {"drug": "cyanocobalamin"},
        {"regimen": "uk-label"},
        ("cyanocobalamin", None),
    ),
    (
        "a drug that it takes",
        {"drug": "hydroxocobalamin"},
        {"regimen": "uk-label"},
        ("uk-label", None),
    ),
    (
        "neurology that it is not for",
        {"neuro": "yes"},
        {"regimen": "uk-label"},
        ("neuro", None),
    ),
    (
        "a regimen that does not take the drug",
        {"regimen": "us-weekly"},
        {"drug": "hydroxocobalamin"},
        ("us-weekly", None),
    ),
    (
        "a regimen that takes it",
        {"regimen": "uk-label"},
        {"drug": "hydroxocobalamin"},
        ("uk-label", None),
    ),
    ("weeks", {"neuro": "yes"}, {"loading_weeks": "9"}, ("neuro", 9)),
    ("weeks of no open part", {}, {"loading_weeks": "9"}, ("standard", None)),
    (
        "weeks of a regimen without one",
        {"neuro": "yes", "regimen": "au-neuro"},
        {"loading_weeks": "9"},
        ("au-neuro", None),
    ),
    (
        "weeks of a regimen with one",
        {"regimen": "uk-label"},
        {"loading_weeks": "9"},
        ("uk-label", 9),
    ),
    (
        "weeks of a drug without one",
        {"neuro": "yes", "drug": "cyanocobalamin"},
        {"loading_weeks": "9"},
        ("cyanocobalamin", None),
    ),
    (
        "weeks after the last dose",
        {"neuro": "yes", "last_dose": "2026-01-05", "start": ""},
        {"loading_weeks": "9"},
        ("neuro", None),
    ),
    (
        "weeks of the default regimen",
        {},
        {"loading_weeks": "9", "regimen": "uk-label"},
        ("uk-label", 9),
    ),
)
def test_a_default_that_a_row_rules_out_is_left_out(
    own: dict[str, str], defaults: dict[str, str], found: tuple[str, int | None]
) -> None:
    """Its own regimen, drug and neurology count, and what follows from them."""
    row = {"patient": "A", "start": "2026-01-05", "neuro": "no", "renal": "normal"}
    case = read_case(row | own, defaults)
    assert (case.regimen.name, case.loading_weeks) == found


ROW = {"patient": "A", "start": "2026-01-05", "neuro": "no", "renal": "normal"}


def test_what_a_row_itself_contradicts_is_no_defaults_fault() -> None:
    """Its drug is not that of its regimen."""
    with pytest.raises(InputError, match="hydroxocobalamin"):
        read_case(
            ROW | {"regimen": "us-weekly", "drug": "hydroxocobalamin"},
            {"loading_weeks": "9"},
        )


@table(
    "own, clinic, dose, given, as_of",
    (
        "beside a plateau",
        {"neuro": "yes", "plateau": "2026-02-02"},
        "",
        "2026-01-05",
        ["2026-01-05"],
        None,
    ),
    (
        "given through up to the plateau",
        {"neuro": "yes", "plateau": "2026-01-09", "given_through": "2026-01-09"},
        "",
        "2026-01-20",
        ["2026-01-05", "2026-01-07", "2026-01-09", "2026-01-20"],
        "2026-01-20",
    ),
    (
        "given through at a clinic, after a dose",
        {"given": "2026-01-06", "given_through": "2026-01-09"},
        "2026-01-08",
        "2026-01-13",
        ["2026-01-06", "2026-01-09", "2026-01-13"],
        "2026-01-13",
    ),
)
def test_a_dose_is_added_to_what_is_recorded(
    own: dict[str, str],
    clinic: str,
    dose: str,
    given: list[str],
    as_of: str | None,
) -> None:
    """Given through stands for the days on which that clinic was open."""
    case = read_case(ROW | own, {})
    found = with_doses(
        case, [dt.date.fromisoformat(dose)], Clinic.parse({"closed": clinic})
    )
    assert [str(day) for day in found.given] == given
    assert found.as_of == (as_of and dt.date.fromisoformat(as_of))
    assert found.given_through is None


def test_the_fault_of_a_row_says_what_a_row_can_mend() -> None:
    """And it keeps what the row carries."""
    carried = (("Ward", "W"),)
    error = plan_row(Row(2, {**ROW, "neuro": ""}, carried))
    assert isinstance(error, RowError)
    assert (error.column, error.code) == ("neuro", "missing")
    assert error.hint == (
        "write yes or no in the column neuro: neurological symptoms or signs"
    )
    assert error.carried == carried
    with FirstRows() as seen:
        _, later = unique([Row(2, ROW), Row(3, ROW, carried)], seen)
    assert later.carried == carried
    error = plan_row(Row(2, {**ROW, "start": "31/02/2026"}, (), DateOrder.DMY))
    assert isinstance(error, RowError)
    assert error.column == "start"
    early = (dt.date(2026, 1, 4),)
    error = plan_row(Row(2, ROW, doses=early))
    assert isinstance(error, RowError)
    assert error.text == (
        "2026-01-04 is before the start, 2026-01-05 (recorded in the file of doses)"
    )


def test_a_row_names_the_local_protocol_of_the_defaults() -> None:
    """In any case; another name is that of a shipped regimen."""
    ours = read_local(LOCAL.encode(), "a.toml")
    row = {"patient": "A", "start": "2026-01-05", "neuro": "no", "renal": "normal"}
    for name, found in (
        ("", "riverside"),
        ("Riverside", "riverside"),
        ("uk-label", "uk-label"),
    ):
        case = read_case(row | {"regimen": name}, {"regimen": ours})
        assert case.regimen.name == found
    with pytest.raises(InputError, match="riverside is not a known regimen"):
        read_case(row | {"regimen": "riverside"}, {})


def test_a_number_is_one_reference_however_it_is_written() -> None:
    """With decimals that say nothing."""
    assert key_of("17.0") == key_of("17.00") == "17"
    assert key_of("17.5") == "17.5"
    assert key_of("A17.0") == "a17.0"


def test_references_that_cannot_be_stored_end_the_work() -> None:
    """What is wrong, and what to do; after the block the store is gone."""
    with FirstRows() as seen:
        assert seen.first("a", 1, "A") == seen.first("a", 2, "B") == (1, "A")
        assert seen.find("b") is None
    with pytest.raises(B12SchedError) as caught:
        seen.find("a")
    error = caught.value
    assert error.message.startswith(
        "the temporary file of references cannot be written: Cannot operate on a closed"
    )
    assert error.hint == (
        "make room for temporary files, or set TMPDIR to another directory"
    )


def test_a_table_is_read_line_by_line() -> None:
    """The first row is there before the second is asked for."""
    stream = io.TextIOWrapper(_stream("patient\nA\nB\n"), "utf-8", newline="")
    columns, rows = read_table(stream, Layout())
    assert columns == fields("patient")
    assert next(rows) == Row(2, {"patient": "A"})
    assert next(rows) == Row(3, {"patient": "B"})
