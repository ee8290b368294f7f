"""What can go wrong, said so that the reader can mend it."""

from __future__ import annotations

from collections.abc import Iterable


class B12SchedError(Exception):
    """Work that cannot go on: one line that says what, one that says what to do.

    `field` and `value` name the input at fault where there is one, `column` the column
    of a cohort; `code` is the kind of fault (docs/formats.md), `exit_code` the
    command's exit code (1: the disk or the machine failed).
    """

    exit_code = 1
    code = "failed"

    def __init__(
        self,
        message: str,
        hint: str,
        *,
        field: str | None = None,
        value: str | None = None,
        code: str | None = None,
    ) -> None:
        super().__init__(f"{field}: {message}" if field else message)
        self.message = message
        self.hint = hint
        self.field = field
        self.value = value
        if code is not None:
            self.code = code

    @property
    def column(self) -> str | None:
        return self.field

    def __reduce__(self) -> tuple[object, ...]:
        said = self.message, self.hint, self.field, self.value, self.code
        return _rebuild, (type(self), *said)


class OutputError(B12SchedError):
    """A disk that takes no more, or a directory that cannot be written to (exit 1)."""

    code = "not-written"


class InputError(B12SchedError):
    """Unusable input: usage, dates, columns (exit code 2)."""

    exit_code = 2
    code = "unusable"


class RefusedError(B12SchedError):
    """A plan that is refused on clinical grounds; `field` names the rule (exit 3)."""

    exit_code = 3
    code = "refused"

    @property
    def column(self) -> str:
        """The column to change: `RENAL-CYANO` is about the drug."""
        return "drug" if self.field == "RENAL-CYANO" else "interval"


def _rebuild(
    kind: type[B12SchedError],
    message: str,
    hint: str,
    field: str | None,
    value: str | None,
    code: str,
) -> B12SchedError:
    return kind(message, hint, field=field, value=value, code=code)


def quoted(text: object) -> str:
    """A file name or value as it is typed in a shell."""
    import shlex

    return shlex.quote(printable(str(text)))


def shown(value: str, limit: int = 64) -> str:
    """A user's text for a message: one line, no control characters, not long.

    Quoted unless it is one plain word.
    """
    safe = printable(value if len(value) <= limit else value[: limit - 1] + "…")
    plain = bool(safe) and safe == value
    return safe if plain and not set(safe) & set(" '") else f"'{safe}'"


def printable(text: str) -> str:
    r"""A text in which what a terminal would obey or hide is spelt out: `\x1b`."""
    return "".join(
        c if c.isprintable() else c.encode("unicode_escape").decode() for c in text
    )


def unknown_name(
    what: str, name: str, known: Iterable[str], *, field: str | None = None
) -> InputError:
    """The error for a name that is not one of the known ones, with the nearest."""
    import difflib

    names = list(known)
    lower = {each.lower(): each for each in names}
    close = difflib.get_close_matches(name.lower(), lower, n=3, cutoff=0.6)
    near = [lower[each] for each in close]
    allowed = f"allowed: {', '.join(names)}"
    return InputError(
        f"{shown(name)} is not a known {what}",
        f"did you mean {' or '.join(near)}? {allowed}" if near else allowed,
        field=field or name,
        value=name,
    )
