"""Cohorts for the tests of worklist, forecast and audit, and what screens they fill."""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Iterator

from rich.cells import cell_len
from rich.console import Console
from spec import day, row_of

from b12sched import Clinic, Plan
from b12sched.cohort import Row, RowError
from b12sched.cohort.lists.window import AsOf, Planned, Window, planned
from b12sched.cohort.lists.worklist import Visit, worklist
from b12sched.views.screen.layout import Screen, show, unstyled

Fields = dict[str, str]
WEEKDAYS = {"open": "mon-fri"}
WEEK = ("2026 Jan 5", "2026 Jan 11")
"""The first week of a standard course: doses on 5, 7 and 9 January."""

ODD_REFERENCES = (
    *("[red]A[/red]", "[/]", ":syringe: A", "患者" * 32, "e\u0301" * 32, "\u05d0" * 64),
    *("a|b*c_<d>`e`#", r"\[a]", "\u2764\ufe0f" * 32, "\U0001f1ec\U0001f1e7" * 32),
)
"""Markup, Markdown, wide letters, marks on letters, right to left, flags."""

LATER = day("2199 Dec 31")
"""A today that no fact of these cohorts is after."""

HALF_A_DATE = re.compile(
    r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)$|[0-9]-$|(?<![A-Z0-9-])[0-9]{4}(?:-[0-9]{2})?$",
)


def window(first: str, last: str) -> Window:
    """The days from one to another, typed as `2026 Jan 5`."""
    return Window(first=day(first), last=day(last))


def cohort(*rows: Fields) -> list[Row]:
    """Rows of a cohort: standard courses from Monday 5 January 2026 unless told.

    They are numbered as a spreadsheet does, after the header.
    """
    return [Row(number, row_of(**fields)) for number, fields in enumerate(rows, 2)]


def results(
    *rows: Fields,
    through: str | None = None,
    as_of: str | None = None,
    clinic: Fields | None = None,
) -> list[Planned | RowError]:
    """The plan or the error of each row, worked out to the day `through`.

    Without `as_of` each row has its own, if any.
    """
    found = planned(
        cohort(*rows),
        Clinic.parse(clinic or {}),
        {},
        AsOf(today=LATER, day=day(as_of) if as_of else None),
        through=day(through) if through else None,
    )
    return list(found)


def good(found: list[Planned | RowError]) -> list[Planned]:
    """The plans, of rows none of which is in error."""
    assert not [each for each in found if isinstance(each, RowError)]
    return [each for each in found if isinstance(each, Planned)]


def visits(
    *rows: Fields,
    days: tuple[str, str] = WEEK,
    as_of: str | None = None,
    today: str | None = None,
    clinic: Fields | None = None,
    given: list[Visit] | None = None,
) -> list[Visit]:
    """The worklist of a cohort; with `today` the checks before it are overdue.

    The doses that were given are added to the list `given`.
    """
    found = good(results(*rows, through=days[1], as_of=as_of, clinic=clinic))
    return worklist(found, window(*days), day(today) if today else None, given)


def dropped(plans: list[Plan]) -> Iterator[Plan]:
    """The plans one by one; whoever keeps one after the next was asked for fails."""
    before: Plan | None = None
    while plans:
        plan = plans.pop()
        yield plan
        # Its name here, and that of the call.
        assert before is None or sys.getrefcount(before) == 2
        before = plan


def screen(shown: Screen, width: int, encoding: str = "utf-8") -> list[str]:
    """The lines that are printed in a pipe of that width."""
    text = unstyled(shown(width, encoding), encoding)
    assert text.encode(encoding).decode(encoding) == text
    assert text.endswith("\n")
    assert "\x1b" not in text
    return text.removesuffix("\n").split("\n")


def coloured(shown: Screen) -> str:
    """What is printed on a terminal of 80 columns."""
    file = io.StringIO()
    env = {"COLUMNS": "80", "LINES": "40", "TERM": "xterm-256color"}
    console = Console(file=file, force_terminal=True, _environ=env)
    show(console, shown(console.width, console.encoding))
    return file.getvalue()


def fits(lines: list[str], width: int) -> None:
    """No line is too long, ends in a blank, or ends within a date."""
    for line in lines:
        assert cell_len(line) <= width, line
        assert line == line.rstrip(), line
        assert not HALF_A_DATE.search(line), line


def without_spaces(text: str) -> str:
    """A text without its blanks, which may be lost where a reference is broken."""
    return "".join(text.split())
