"""Opening of cohort files: the form that a file has, and its rows."""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from b12sched.cohort.csv_rows import read_table
from b12sched.cohort.json_rows import columns, read_lines
from b12sched.cohort.layout import Column, Layout
from b12sched.cohort.row import Row, RowError
from b12sched.cohort.text import text_in
from b12sched.errors import InputError, shown
from b12sched.files.disk import open_file

_SAVE_AS = "open it in the spreadsheet and save it as CSV UTF-8"
_SIGNATURES = {
    b"PK\x03\x04": ("is a spreadsheet (.xlsx, .ods) or a zip file", _SAVE_AS),
    b"\xd0\xcf\x11\xe0": ("is an Excel file (.xls)", _SAVE_AS),
    b"\xff\xfe": ("is UTF-16", "save it as CSV UTF-8"),
    b"\xfe\xff": ("is UTF-16", "save it as CSV UTF-8"),
    b"\x1f\x8b": ("is compressed", "unpack it first"),
    b"%PDF": ("is a PDF", "save the table as CSV UTF-8"),
}
_PAGE = re.compile(rb"<[a-z!?/]", re.IGNORECASE)
_LONG_OBJECT = re.compile(rb"\{([^\r\n]*[{\[,])?[ \t]*[\r\n]")
_NOT_JSON = "for JSON Lines state --input-format jsonl; else save the table as CSV"
_JSON_LINE = 'write one object per line: {"patient": "A-17", "start": "2026-01-05"}'
_START = 4096
MOST_NAMED = 10
"""The most columns that a summary names as left out."""

_SHEETS = (".xlsx", ".xls", ".ods", ".xlsm", ".xlsb", ".numbers")


class Form(StrEnum):
    """The form in which a cohort is written."""

    CSV = "csv"
    JSONL = "jsonl"


_SUFFIXES = {
    ".csv": Form.CSV,
    ".tsv": Form.CSV,
    ".txt": Form.CSV,
    ".jsonl": Form.JSONL,
    ".ndjson": Form.JSONL,
}


class Cohort(NamedTuple):
    """The rows of a cohort, which can be iterated once, and their columns.

    `columns` are the headers, `table` says what each of them holds, `layout` how they
    were read; `notes` belong into a summary.
    """

    columns: tuple[str, ...]
    rows: Iterator[Row | RowError]
    table: tuple[Column, ...] = ()
    layout: Layout = Layout()
    notes: tuple[str, ...] = ()


def form_of(path: Path) -> Form:
    """Return the form for a file's suffix. Raises InputError for an unknown suffix."""
    suffix = path.suffix.lower()
    if suffix in _SHEETS:
        raise InputError(
            f"{shown(path.name)} is a spreadsheet's own format", _SAVE_AS, value=suffix
        )
    if suffix not in _SUFFIXES:
        raise InputError(
            f"{shown(path.name)} has a suffix that is neither CSV nor JSON Lines",
            f"state --input-format, or end the name with one of {', '.join(_SUFFIXES)}",
            value=suffix,
        )
    return _SUFFIXES[suffix]


def _left_out_note(headers: Sequence[str]) -> tuple[str, ...]:
    """Return the note on columns that were left out: none is lost in silence."""
    if not headers:
        return ()
    more = len(headers) - MOST_NAMED
    names = ", ".join(map(shown, headers[:MOST_NAMED])) + f" and {more} more" * (
        more > 0
    )
    return (f"columns left out: {names}",)


def form_in(stream: io.BufferedReader) -> Form:
    """Return the form of a stream without a name: JSON Lines begin with an object."""
    start = stream.peek(_START)[:_START].removeprefix(codecs.BOM_UTF8).lstrip()
    return Form.JSONL if start[:1] in (b"{", b"[") else Form.CSV


@contextmanager
def open_cohort(
    path: str | Path,
    form: Form | None = None,
    layout: Layout = Layout(),  # noqa: B008  # immutable
) -> Iterator[Cohort]:
    """Open a cohort file for a `with` block; without `form` its suffix decides.

    Raises InputError for a file that is not there, or holds no cohort.
    """
    path = Path(path)
    form = form or form_of(path)
    with open_file(path, "a cohort") as stream:
        yield read_cohort(stream, form, path.name, layout)


def check_kind(
    stream: io.BufferedReader, form: Form, not_json: str = _NOT_JSON
) -> None:
    """Raise InputError for a stream that is another kind of file than its form says.

    One error for the file takes the place of one for each of its lines. `not_json` is
    the hint for JSON where CSV is expected.
    """
    start = stream.peek(_START)[:_START]
    if not start:
        raise InputError("is empty", "check how it was made: it has not even a header")
    for signature, (what, cure) in _SIGNATURES.items():
        if start.startswith(signature):
            raise InputError(what, cure)
    text = start.removeprefix(codecs.BOM_UTF8).lstrip()
    if start[1:2] == b"\0" or start[:1] == b"\0":
        raise InputError("is UTF-16, or no text", "save it as CSV UTF-8")
    if _PAGE.match(text):
        raise InputError("is a web page (HTML) or XML, not a table of text", _SAVE_AS)
    if form is Form.CSV and text[:1] in (b"{", b"["):
        raise InputError("is JSON, not CSV", not_json)
    if form is Form.JSONL and _LONG_OBJECT.match(text):
        raise InputError("is JSON over several lines, not JSON Lines", _JSON_LINE)


def read_cohort(
    stream: io.BufferedReader,
    form: Form,
    name: str,
    layout: Layout = Layout(),  # noqa: B008  # immutable
) -> Cohort:
    """Return the cohort of a UTF-8 byte stream, with or without a byte order mark.

    `name` is used in messages. Raises InputError if the stream cannot be a cohort:
    another kind of file, nothing, unknown columns.
    """
    try:
        check_kind(stream, form)
        text = text_in(stream)
        if form is Form.JSONL:
            found, rows = columns(layout), read_lines(text, layout)
        else:
            found, rows = read_table(text, layout)
        kept = tuple(column for column in found if column.kept)
        headers = tuple(column.header for column in kept)
        left_out = [column.header for column in found if column.left_out]
        return Cohort(headers, rows, kept, layout, _left_out_note(left_out))
    except InputError as error:
        error.field = f"{shown(name)}: {error.field}" if error.field else shown(name)
        raise
