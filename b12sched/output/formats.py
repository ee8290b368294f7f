"""The formats of a plan: a table of name, suffix and function."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from b12sched.errors import InputError, shown, unknown_name
from b12sched.files.names import file_name
from b12sched.output.export import Content, Writer, plain, plan_file, table
from b12sched.plan.events import Plan
from b12sched.views.data import plan_csv

Texts = Mapping[str, str]
"""The options stated: texts by field."""

Now = Callable[[], dt.datetime]
"""A function that returns the time of writing."""


class Format(NamedTuple):
    """One format: the suffix of its files, and a function that makes its writer.

    A command calls that function once for all plans; it raises InputError naming the
    option that cannot be used, or what is not installed. `name` is what people call the
    format; `uses` are the options that only some formats take.
    """

    suffix: str
    writer: Callable[[Texts, Now], Writer]
    name: str = "file"
    uses: tuple[str, ...] = ()


def writes(
    view: Callable[[Plan], bytes],
    put: Callable[[bytes, Path | None], Content] = plain,
) -> Writer:
    """Return a writer of the bytes that a view makes of a plan; it can be pickled."""
    return partial(_write, view, put)


def _write(
    view: Callable[[Plan], bytes],
    put: Callable[[bytes, Path | None], Content],
    plan: Plan,
    path: Path | None,
) -> Content:
    return put(view(plan), path)


def _json(texts: Texts, now: Now) -> Writer:
    return plan_file


def _csv(texts: Texts, now: Now) -> Writer:
    return writes(plan_csv, table)


def _markdown(texts: Texts, now: Now) -> Writer:
    from b12sched.views.markdown import plan_markdown

    return writes(plan_markdown)


def _calendar(texts: Texts, now: Now) -> Writer:
    from b12sched.ics import CalendarStyle
    from b12sched.output.calendar import calendar

    used = FORMATS["ics"].uses
    style = CalendarStyle.parse({n: texts[n] for n in used if n in texts})
    return partial(calendar, style, now())


def _card(texts: Texts, now: Now) -> Writer:
    from b12sched.views.card import Audience, CardStyle, plan_card

    audience = texts.get("for", Audience.CLINIC)
    if audience not in Audience.__members__.values():
        raise unknown_name("reader", audience, Audience, field="for")
    style = CardStyle(
        audience=Audience(audience),
        discreet=texts.get("discreet") == "yes",
        clinic_name=texts.get("clinic_name"),
        clinic_phone=texts.get("clinic_phone"),
        emergency=texts.get("emergency"),
    )
    return writes(partial(plan_card, style=style), partial(plain, what="a card"))


def _fhir(texts: Texts, now: Now) -> Writer:
    from b12sched.views.fhir import check_installed, plan_fhir

    check_installed()
    return writes(plan_fhir)


FORMATS: dict[str, Format] = {
    "json": Format(".json", _json, "plan"),
    "csv": Format(".csv", _csv),
    "md": Format(".md", _markdown),
    "ics": Format(
        ".ics",
        _calendar,
        "calendar",
        ("discreet", "class", "remind", "time", "timezone", "duration"),
    ),
    "html": Format(
        ".html",
        _card,
        "card",
        ("discreet", "for", "clinic_name", "clinic_phone", "emergency"),
    ),
    "fhir": Format(".fhir.json", _fhir),
}


def format_named(name: str) -> Format:
    """Return the format of a name. Raises InputError naming the known ones."""
    if name not in FORMATS:
        raise unknown_name("format", name, FORMATS, field="format")
    return FORMATS[name]


def format_of(path: Path) -> Format:
    """Return the format of a path's suffix. Raises InputError if it has none."""
    name = path.name.lower()
    found = [known for known in FORMATS.values() if name.endswith(known.suffix)]
    if found:
        return max(found, key=lambda known: len(known.suffix))
    suffixes = ", ".join(known.suffix for known in FORMATS.values())
    raise InputError(
        f"{shown(str(path), limit=4096)} has a suffix that names no format",
        f"end the name with one of {suffixes}",
        field="output",
        value=str(path),
    )


def file_of(form: Format, patient: str) -> str:
    """Return the name of a patient's file in a format.

    Raises InputError for a reference that is not a safe name, or one that makes the
    name of another format's file: `A-17.fhir` as JSON is the FHIR file of `A-17`.
    """
    name = file_name(patient, form.suffix)
    if format_of(Path(name)) is not form:
        raise InputError(
            f"{shown(patient)} cannot name a {form.suffix} file: {name} is the name of "
            "another format's file",
            f"use a reference that does not end in {Path(patient).suffix}",
            field="patient",
            value=patient,
        )
    return name


def check_used(
    typed: Iterable[str], formats: Sequence[Format], asked: str = "-o plan{suffix}"
) -> None:
    """Raise InputError for a typed option that none of the formats asked for takes.

    `asked` is how a format is asked for, by its suffix or its name.
    """
    for field in typed:
        takers = {name: each for name, each in FORMATS.items() if field in each.uses}
        if takers and not {*takers.values()} & {*formats}:
            called = " or a ".join(each.name for each in takers.values())
            hints = " or ".join(
                asked.format(suffix=each.suffix, name=name)
                for name, each in takers.items()
            )
            raise InputError(
                f"is for a {called}, and none is written",
                f"add {hints}, or leave the option out",
                field=field,
            )
