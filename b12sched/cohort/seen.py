"""A store of the first row of each key, for a cohort of any size."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Self

from b12sched.errors import B12SchedError

if TYPE_CHECKING:
    import sqlite3

_CACHE_KIB = 4000


class First(NamedTuple):
    """The row in which a key first occurred, and the name that it had there."""

    row: int
    name: str


class FirstRows:
    """A map from each key to the row in which it first occurred, in bounded memory.

    Use it in a `with` block: what does not fit goes to a file without a name, which is
    gone when the block ends.
    """

    def __init__(self) -> None:
        import sqlite3

        self._fault = sqlite3.Error
        self._database = sqlite3.connect("")
        self._database.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        self._database.execute(
            "CREATE TABLE seen (key TEXT PRIMARY KEY, row INTEGER, name TEXT)"
            " WITHOUT ROWID"
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._database.close()

    def first(self, key: str, row: int, name: str) -> First:
        """Return where the key first occurred: here, if it is new.

        Raises B12SchedError if the temporary file cannot be written.
        """
        # Not `rowcount`: in a Turkish locale (i is not I) Python takes INSERT for a
        # query.
        before = self._database.total_changes
        self._ask("INSERT OR IGNORE INTO seen VALUES (?, ?, ?)", key, row, name)
        if self._database.total_changes > before:
            return First(row, name)
        found = self.find(key)
        assert found is not None  # else it would have been inserted
        return found

    def find(self, key: str) -> First | None:
        """Return where the key first occurred, if it did. Raises as `first` does."""
        ask = self._ask("SELECT row, name FROM seen WHERE key = ?", key)
        found = ask.fetchone()
        return First(*found) if found else None

    def _ask(self, line: str, *values: str | int) -> sqlite3.Cursor:
        try:
            return self._database.execute(line, values)
        except self._fault as error:
            raise B12SchedError(
                f"the temporary file of references cannot be written: {error}",
                "make room for temporary files, or set TMPDIR to another directory",
            ) from error
