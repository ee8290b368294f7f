"""Read a TOML file that a person wrote, within limits of size.

The standard library's parser takes gigabytes of memory for a key of many parts, so a
file beyond the limits is refused before it is parsed.
"""

from __future__ import annotations

import re

from b12sched.errors import InputError, shown

LARGEST = 64 * 1024
"""The most bytes of a file."""

LONGEST_LINE = 4096
"""The most characters of a line."""

MOST_PARTS = 8
"""The most parts of a key or of a table's name: `a.b.c` has three."""

_PART = r"""(?:[\w-]+|"(?:[^"\\\n]|\\.)*"|'[^'\n]*')"""
_DOTTED = rf"({_PART}(?:[ \t]*\.[ \t]*{_PART})*)"
_HEADER = rf"[ \t]*\[+[ \t]*{_DOTTED}[ \t]*\]+[ \t\r]*(?:#|$)"
_KEY = rf"[ \t]*{_DOTTED}[ \t]*="
_LONG_KEY = rf"(?m)^[ \t]*(?:\[[ \t]*)*(?:{_PART}[ \t]*\.[ \t]*){{{MOST_PARTS}}}"


def read_toml(content: bytes, name: str) -> tuple[dict[str, object], str]:
    """Return the values of a TOML document by key, and its text for `line_of`.

    Messages use `name`. Raises InputError naming the line if the document is not TOML
    or exceeds a limit.
    """
    import tomllib

    if len(content) > LARGEST:
        line = content[:LARGEST].count(b"\n") + 1
        what = f"the file is larger than {LARGEST >> 10} kB"
        raise fault(name, line, what, "name a file that was written by hand")
    try:
        source = content.decode("utf-8-sig")
        _check_bounds(source, name)
        return tomllib.loads(source), source
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise fault(name, line, "is not UTF-8", "save the file as UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise _not_toml(name, str(error), source) from error
    except (ValueError, RecursionError) as error:
        # A number of more digits than Python reads, or lists nested too deep.
        raise _not_toml(name, "a number or a list without end", source) from error


def line_of(path: str, source: str) -> int:
    """Return the number of the line on which a key or its table begins, else 1.

    `path` has a point before each further part: `maintenance.interval`. What is not
    written on a line of its own has the line of the table or value that holds it.
    """
    wanted = path.split(".")
    table: list[str] = []
    most, line = 0, 1
    for number, text in enumerate(source.split("\n"), 1):
        if header := re.match(_HEADER, text):
            place = table = _parts(header[1])
        elif key := re.match(_KEY, text):
            place = table + _parts(key[1])
        else:
            continue
        same = 0
        for one, other in zip(place, wanted, strict=False):
            if one != other:
                break
            same += 1
        if same > most:
            most, line = same, number
    return line


def _parts(key: str) -> list[str]:
    """Return the parts of a key or of a table's name, without their quotes."""
    return [part.strip("\"'") for part in re.findall(_PART, key)]


def fault(name: str, line: int, what: str, hint: str) -> InputError:
    """Return the error for a line of a file."""
    return InputError(what, hint, field=f"{shown(name)}, line {line}")


def _check_bounds(source: str, name: str) -> None:
    for number, line in enumerate(source.split("\n"), 1):
        if len(line) > LONGEST_LINE:
            raise fault(
                name,
                number,
                f"is over {LONGEST_LINE} characters long",
                'write it on several lines: in [ ] a line may end after each ","',
            )
    if found := re.search(_LONG_KEY, source):
        number = source[: found.start()].count("\n") + 1
        what = f"a key has more than {MOST_PARTS} parts"
        raise fault(name, number, what, "write one = value, or one [table], per line")


def _not_toml(name: str, reason: str, source: str) -> InputError:
    what, _, place = reason.partition(" (at ")
    line = re.match(r"line (\d+)", place)
    number = int(line[1]) if line else source.rstrip().count("\n") + 1
    hint = 'write a key, =, and a value on each line: open = "mon-fri"'
    return fault(name, number, f"is not TOML: {what.lower()}", hint)
