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


def distance(one: str, other: str, most: int) -> int:
    """Return how many slips of a finger lie between two texts, if at most `most` do.

    A slip is a letter too many, one too few, a wrong one, or two neighbours swapped.
    """
    if abs(len(one) - len(other)) > most:
        return most + 1  # a text without end is not compared
    before: list[int] = []
    last: list[int] = [*range(len(other) + 1)]
    for i, letter in enumerate(one):
        row = [i + 1]
        for j, each in enumerate(other):
            slips = min(last[j] + (letter != each), last[j + 1] + 1, row[j] + 1)
            if i and j and letter == other[j - 1] and each == one[i - 1]:
                slips = min(slips, before[j - 1] + 1)
            row.append(slips)
        before, last = last, row
    return last[-1]


def nearest(typed: str, known: Iterable[str]) -> str | None:
    """Return the one known name that was probably meant, in any case; None if unsure.

    At most two letters in five differ, and no other name is as near; or it is the
    only one that begins with what was typed.
    """
    text = typed.lower()
    names = {each.lower(): each for each in known}
    found: dict[int, list[str]] = {}
    for name in names:
        most = round(0.4 * max(len(name), len(text)))
        slips = distance(text, name, most)
        if slips <= most:
            found.setdefault(slips, []).append(name)
    near = found[min(found)] if found else []
    if not near and text:
        near = [name for name in names if name.startswith(text)]
    return names[near[0]] if len(near) == 1 else None


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

    The nearest is suggested if it shares the first `same` letters, and is among those
    `offered` if they are stated. Names are quoted as for a shell.
    """
    names = list(known)
    meant = nearest(name, names)
    if meant and (
        meant[:same].lower() != name[:same].lower()
        or meant not in (names if offered is None else offered)
    ):
        meant = None
    allowed = f"allowed: {', '.join(map(for_shell, names))}"
    return InputError(
        f"{shown(name)} is not a known {what}",
        f"did you mean {for_shell(meant)}? {allowed}" if meant else allowed,
        field=field or name,
        value=name,
        code="unknown-name",
    )
