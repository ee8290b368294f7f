"""The errors of the program, each with a message and a hint, and their texts."""

from __future__ import annotations

from collections.abc import Iterable


class B12SchedError(Exception):
    """An error that ends the work: `message` is one line, `hint` says what to do.

    `field` and `value` name the input at fault if there is one, `column` the column
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
    """A full disk, or a directory that cannot be written to (exit 1)."""

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
        """The column to change: `drug` for the rule RENAL-CYANO, else `interval`."""
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


def error_line(error: B12SchedError) -> str:
    """Return an error as a line of JSON (docs/formats.md)."""
    import json

    said = {
        "code": error.code,
        "field": error.field,
        "value": error.value,
        "message": error.message,
        "hint": error.hint,
        "exit": error.exit_code,
    }
    return json.dumps({"error": said})


def shown(value: str, limit: int = 64) -> str:
    """Return a user's text for a message: one line, cut to `limit` characters.

    Control characters are escaped; the text is quoted unless it is one plain word.
    """
    safe = printable(value if len(value) <= limit else value[: limit - 1] + "…")
    plain = bool(safe) and safe == value
    return safe if plain and not set(safe) & set(" '") else f"'{safe}'"


def printable(text: str) -> str:
    r"""Return a text with its unprintable characters escaped: `\x1b`."""
    return "".join(
        c if c.isprintable() else c.encode("unicode_escape").decode() for c in text
    )


def for_shell(text: str) -> str:
    """Return a text as one would type it into a shell: quoted if need be."""
    from shlex import quote

    return quote(printable(text))


def text_of(value: object) -> str:
    """Return `str(value)` for a message, or its type's name if that raises."""
    try:
        return str(value)
    except Exception:
        return f"<{type(value).__name__}>"


def wrong_type(value: object, cure: str, field: str | None) -> InputError:
    """Return the error for a value of a type that the field does not take."""
    text = text_of(value)
    return InputError(
        f"{shown(text)} is a {type(value).__name__}",
        cure,
        field=field,
        value=text,
        code="wrong-type",
    )


def a_slip_apart(one: str, other: str) -> bool:
    """Return whether two texts differ by one letter, or by two neighbours swapped."""
    if len(one) > len(other):
        one, other = other, one
    same = 0
    while same < len(one) and one[same] == other[same]:
        same += 1
    rest, longer = one[same:], other[same:]
    if len(rest) < len(longer):
        return rest == longer[1:]
    return rest[1:] == longer[1:] or (
        rest[:2] == longer[1::-1] and rest[2:] == longer[2:]
    )


def unknown_name(
    what: str,
    name: str,
    known: Iterable[str],
    *,
    field: str | None = None,
    same: int = 0,
    offered: Iterable[str] | None = None,
) -> InputError:
    """Return the error for an unknown name; it suggests the nearest known one.

    The suggestion must share the first `same` letters, and be among those `offered` if
    they are stated. Names are quoted as for a shell.
    """
    from difflib import get_close_matches

    names = list(known)
    typed = name.lower()
    lower = {
        each.lower(): each
        for each in (names if offered is None else offered)
        if each[:same].lower() == typed[:same]
    }
    near = [for_shell(lower[each]) for each in get_close_matches(typed, lower, n=1)]
    allowed = f"allowed: {', '.join(map(for_shell, names))}"
    return InputError(
        f"{shown(name)} is not a known {what}",
        f"did you mean {near[0]}? {allowed}" if near else allowed,
        field=field or name,
        value=name,
        code="unknown-name",
    )
