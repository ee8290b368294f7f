"""The layout of a table: which field each column holds, and what comes along unread."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from b12sched.cohort.text import IGNORED
from b12sched.dates import DateOrder
from b12sched.errors import InputError, for_shell, shown, unknown_name
from b12sched.plan.case import FIELDS

DOSE_FIELDS = ("patient", "given_on", "given", "kind", "not_given_because")
"""The fields of a file of doses."""

_LONGEST_TYPED = 64
_BETWEEN_WORDS = re.compile(r"[\s_\-\u2010-\u2013\u2212]+")


class Column(NamedTuple):
    """A column: its header, the field that it holds ("" for none), what becomes of it.

    A column that is carried along unread has there the header as the layout states it.
    One that holds no field and is not carried is left out.
    """

    header: str
    field: str = ""
    carried: str = ""

    @property
    def left_out(self) -> bool:
        """Return whether its texts are read by nobody."""
        return not (self.kept or self.ignored)

    @property
    def kept(self) -> bool:
        return bool(self.field or self.carried)

    @property
    def ignored(self) -> bool:
        """Return whether it has no header, or one that a table of errors has."""
        return not self.header or self.header.lower().startswith(IGNORED)


class Layout(NamedTuple):
    """How the columns of a table are read.

    `fields` are pairs of a field and the header under which it stands, where that is
    not the field's own name. `carry` are headers of columns that come along unread;
    with `ignore_others` any other unknown column is left out. Headers are compared
    without case; spaces, hyphens and underscores between words are the same. `dates`
    is the order of day and month in dates of numbers, where that is declared; `known`
    are the fields that such a table can have.
    """

    fields: tuple[tuple[str, str], ...] = ()
    carry: tuple[str, ...] = ()
    ignore_others: bool = False
    dates: DateOrder | None = None
    known: tuple[str, ...] = tuple(FIELDS)

    def for_doses(self) -> Layout:
        """Return the layout of a file of doses beside a cohort of this layout.

        Such a file has headers of its own: one that is stated need not be there.
        """
        return Layout(self.fields, (), True, self.dates, DOSE_FIELDS)

    @classmethod
    def parse(cls, texts: Mapping[str, str]) -> Layout:
        """Return the layout for the texts of `column`, `carry` and `ignore_others`.

        Several values have `;` between them. Raises InputError for a column that is not
        FIELD=HEADER, for an unknown field, and for a field or header named twice.
        """
        fields, known = [], tuple(dict.fromkeys((*FIELDS, *DOSE_FIELDS)))
        for text in _parts(texts.get("column")):
            field, sign, header = text.partition("=")
            if not sign or not header_key(header):
                raise InputError(
                    f"{shown(text)} is not a field and its header",
                    "write FIELD=HEADER: --column patient='NHS Number'",
                    field="column",
                    value=text,
                )
            name = header_key(field)
            if name not in known:
                raise unknown_name("field", field, known, field="column")
            fields.append((name, header.strip()))
        carry = [header.strip() for header in _parts(texts.get("carry"))]
        for option, names in (
            ("column", [field for field, _ in fields]),
            ("column", [header_key(header) for _, header in fields]),
            ("carry", [header_key(header) for header in carry]),
        ):
            for name in names:
                if names.count(name) > 1:
                    raise InputError(
                        f"{shown(name)} is named twice",
                        "name each field and each header once",
                        field=option,
                        value=name,
                    )
        others = texts.get("ignore_others") == "yes"
        return cls(tuple(fields), tuple(carry), others)

    def columns(self, headers: Sequence[str]) -> tuple[Column, ...]:
        """Return the columns of a table with these headers, in order.

        Raises InputError for an unknown header, for two that hold the same field, and
        for one that the layout names and is not there.
        """
        found = self.columns_of(tuple(headers))
        self.check(found)
        self._check_there("carry", self.carry, found)
        return found

    # The rows of JSON Lines have the same few keys again and again.
    @lru_cache(maxsize=64)  # noqa: B019  # layouts are few, and live to the end
    def of_row(
        self, headers: tuple[str, ...]
    ) -> tuple[tuple[Column, ...], InputError | None]:
        """Return the columns with these headers, and what is wrong with them if any."""
        found = self.columns_of(headers)
        try:
            self.check(found)
        except InputError as error:
            return found, error
        return found, None

    def columns_of(self, headers: tuple[str, ...]) -> tuple[Column, ...]:
        """Return the columns with these headers, whether they may be there or not."""
        fields = self._headers(headers)
        own = {header_key(header): field for field, header in fields}
        carried = {header_key(header): header for header in self.carry}
        stated = {field for field, _ in fields}
        found = []
        for header in map(str.strip, headers):
            key = header_key(header)
            field = own.get(key) or (
                key if key in self.known and key not in stated else ""
            )
            column = Column(header, field, carried.get(key, ""))
            found.append(Column(header) if column.ignored else column)
        return tuple(found)

    def check(self, columns: Sequence[Column]) -> None:
        """Raise InputError for columns that are unknown, missing or there twice."""
        fields = self._headers([column.header for column in columns])
        self._check_there("column", [header for _, header in fields], columns)
        for column in columns:
            if column.left_out and not self.ignore_others:
                raise self._unknown(column.header, columns)
        _check_once(columns)

    def matches(self, headers: Iterable[str]) -> int:
        """Return how many of the headers this layout knows."""
        named = [*self.carry, *(header for _, header in self.fields)]
        known = {*self.known, *map(header_key, named)}
        return len(known & {header_key(header) for header in headers})

    def _headers(self, headers: Iterable[str]) -> list[tuple[str, str]]:
        """Return the fields of this table with the headers stated for them."""
        keys = {header_key(header) for header in headers}
        return [
            (field, header)
            for field, header in self.fields
            if field in self.known
            if self.known is not DOSE_FIELDS or header_key(header) in keys
        ]

    def check_carried(self, columns: Iterable[str], table: str) -> None:
        """Raise InputError for what is carried under the name of a table's column."""
        own = set(columns)
        for header in self.carry:
            if header in own:
                raise InputError(
                    f"{shown(header)} is a column of {table} already",
                    "rename that column in the file, or do not carry it",
                    field="carry",
                    value=header,
                )

    def _check_there(
        self, option: str, headers: Iterable[str], columns: Iterable[Column]
    ) -> None:
        keys = [header_key(each.header) for each in columns if not each.ignored]
        for header in headers:
            times = keys.count(header_key(header))
            if times != 1:
                raise InputError(
                    f"there are {times} columns {shown(header)}"
                    if times
                    else f"there is no column {shown(header)}",
                    f"check what --{option} names, and the headers in the file",
                    field="header",
                    value=header,
                    code="unknown-name",
                )

    def _unknown(self, header: str, columns: Iterable[Column]) -> InputError:
        """Return the error for an unknown header, with what to type for it."""
        from difflib import get_close_matches

        taken = {column.field for column in columns}
        near = [*get_close_matches(header_key(header), FIELDS, n=1)]
        if header_key(header) in near:  # --column says that another holds the field
            near = []
        [name] = [field for field in near if field not in taken] or ["FIELD"]
        plain = header.isprintable() and len(header) <= _LONGEST_TYPED
        typed = for_shell(header) if plain else "HEADER"
        return InputError(
            f"{shown(header)} is not a known column",
            (f"did you mean {near[0]}? " if near else "")
            + f"to read it: --column {name}={typed}; to copy it unread: "
            f"--carry {typed}; to leave out all unknown columns: --ignore-others"
            + f"; FIELD is one of {', '.join(FIELDS)}"
            * (not near),
            field="header",
            value=header,
            code="unknown-name",
        )


def _parts(text: str | None) -> list[str]:
    """Return the values of an option that may be repeated, without empty ones."""
    return [part for part in (text or "").split(";") if header_key(part)]


def header_key(header: str) -> str:
    """Return a header for comparison: small letters, words joined by underscores."""
    return _BETWEEN_WORDS.sub("_", header.strip().lower())


def _check_once(columns: Iterable[Column]) -> None:
    """Raise InputError where two columns hold the same field."""
    fields = Counter(column.field for column in columns if column.field)
    for column in columns:
        if fields[column.field] > 1:
            same = column.field == column.header
            what = "" if same else f", which holds {column.field},"
            raise InputError(
                f"column {shown(column.header)}{what} appears twice",
                "keep one, or name with --column the one that is meant",
                field="header",
            )
