"""The formats a plan is written in: a table of name, suffix and function."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from b12sched.errors import InputError, shown, unknown_name
from b12sched.files.names import file_name
from b12sched.plan.events import Plan

if TYPE_CHECKING:
    from b12sched.ics import CalendarStyle
    from b12sched.views.card import CardStyle


class Written(NamedTuple):
    """How a calendar is to be written and when, and how a card; absent is None.

    `was` is the plan file as it was, of which a new one keeps some fields.
    """

    style: CalendarStyle | None = None
    stamp: dt.datetime | None = None
    card: CardStyle | None = None
    was: dict[str, object] | None = None


class Format(NamedTuple):
    """One format: the end of its files' names, and a pure function to bytes.

    `name` is what people call it; `uses` are the options that only some formats take.
    """

    suffix: str
    write: Callable[[Plan, Written], bytes]
    name: str = "file"
    uses: tuple[str, ...] = ()


def _json(plan: Plan, written: Written) -> bytes:
    from b12sched.views.data import plan_json

    return plan_json(plan, written.was)


def _csv(plan: Plan, written: Written) -> bytes:
    from b12sched.views.data import plan_csv

    return plan_csv(plan)


def _markdown(plan: Plan, written: Written) -> bytes:
    from b12sched.views.markdown import plan_markdown

    return plan_markdown(plan)


def _calendar(plan: Plan, written: Written) -> bytes:
    from b12sched.ics import write_calendar

    assert written.style is not None  # made by `written_for`
    assert written.stamp is not None
    return write_calendar(plan, written.style, written.stamp)


def _card(plan: Plan, written: Written) -> bytes:
    from b12sched.views.card import plan_card

    assert written.card is not None  # made by `written_for`
    return plan_card(plan, written.card)


def _fhir(plan: Plan, written: Written) -> bytes:
    from b12sched.views.fhir import plan_fhir

    return plan_fhir(plan)


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
    "html": Format(".html", _card, "card", ("discreet", "for", "clinic_name")),
    "fhir": Format(".fhir.json", _fhir),
}


def format_named(name: str) -> Format:
    """The format of a name. Raises InputError naming those there are."""
    if name not in FORMATS:
        raise unknown_name("format", name, FORMATS, field="format")
    return FORMATS[name]


def format_of(path: Path) -> Format:
    """The format that a suffix asks for. Raises InputError if it asks for none."""
    found = [
        known for known in FORMATS.values() if path.name.lower().endswith(known.suffix)
    ]
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


def check_used(typed: Iterable[str], formats: Sequence[Format]) -> None:
    """Raise InputError for an option typed that none of the formats asked for takes."""
    for field in typed:
        takers = [each for each in FORMATS.values() if field in each.uses]
        if takers and not set(takers) & set(formats):
            names = " or a ".join(each.name for each in takers)
            files = " or ".join(f"-o plan{each.suffix}" for each in takers)
            raise InputError(
                f"is for a {names}, and none is written",
                f"add {files}, or leave the option out",
                field=field,
            )


def written_for(
    formats: Sequence[Format],
    options: Mapping[str, str],
    now: Callable[[], dt.datetime],
) -> Written:
    """How the formats asked for are to be written, from texts by option.

    Raises InputError naming the option that cannot be used, or what is not installed.
    """
    ics, html = FORMATS["ics"], FORMATS["html"]
    if FORMATS["fhir"] in formats:
        from b12sched.views.fhir import check_installed

        check_installed()
    style = stamp = card = None
    if ics in formats:
        from b12sched.ics import CalendarStyle

        style = CalendarStyle.parse({n: options[n] for n in ics.uses if n in options})
        stamp = now()
    if html in formats:
        from b12sched.views.card import Audience, CardStyle

        audience = options.get("for", Audience.CLINIC)
        if audience not in Audience.__members__.values():
            raise unknown_name("reader", audience, Audience, field="for")
        card = CardStyle(
            audience=Audience(audience),
            discreet=options.get("discreet") == "yes",
            clinic_name=options.get("clinic_name"),
        )
    return Written(style, stamp, card)
