"""The injection record card: a plan as one HTML file for screen, phone and paper.

Three pages of one layout: the clinic's record, the patient's own card, and a discreet
one. `clinic`, `patient` and `neutral` choose the events, days and words of each; the
templates lay them out and escape every text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING

from b12sched.errors import InputError, shown
from b12sched.plan.events import Plan
from b12sched.views.card.clinic import clinic_page
from b12sched.views.card.neutral import neutral_page
from b12sched.views.card.patient import patient_page
from b12sched.views.card.text import (
    day,
    dialled,
    in_words,
    is_long,
    support_said,
    unbroken,
)

if TYPE_CHECKING:
    from jinja2 import Template

_NAME_LENGTH = 100
_PHONE_LENGTH = 30
_PHONE = re.compile(r"\+?[0-9(][0-9 ()./-]*[0-9]", re.ASCII)


class Audience(StrEnum):
    """The reader of a card."""

    CLINIC = "clinic"
    PATIENT = "patient"


@dataclass(frozen=True, slots=True, kw_only=True)
class CardStyle:
    """The audience of a card, and what the card shows.

    `discreet` leaves out every clinical word, the reference, the clinic's name (it may
    say what kind of clinic it is), cautions and sources, both on the page and in the
    file's source. The card keeps each day and its weekday as one appointment, whether
    that was kept or is yet to be confirmed, a box to tick and room for a note. It is
    the same for every audience. It cannot hide the rhythm of the dates. The clinic's
    phone number stands on it too, the emergency number on the patient's sheet alone.

    Raises InputError for a clinic name that is blank, over 100 characters, or not all
    printable, and for a number that is not one to dial (digits, with spaces and signs
    between them), or over 30 characters.
    """

    audience: Audience = Audience.CLINIC
    discreet: bool = False
    clinic_name: str | None = None
    clinic_phone: str | None = None
    emergency: str | None = None

    def __post_init__(self) -> None:
        _check_phone(self.clinic_phone, "clinic_phone")
        _check_phone(self.emergency, "emergency")
        name = self.clinic_name
        if name is None:
            return
        if not name.strip() or len(name) > _NAME_LENGTH or not name.isprintable():
            raise InputError(
                f"{shown(name)} cannot be printed on a card",
                f"use 1 to {_NAME_LENGTH} printable characters",
                field="clinic_name",
                value=name,
            )


def _check_phone(number: str | None, field: str) -> None:
    if number is None:
        return
    if len(number) > _PHONE_LENGTH or not _PHONE.fullmatch(number):
        raise InputError(
            f"{shown(number)} is not a phone number",
            f"use 2 to {_PHONE_LENGTH} digits, with spaces or ( ) - . / between them",
            field=field,
            value=number,
        )


def plan_card(plan: Plan, style: CardStyle) -> bytes:
    """Return the card as HTML in UTF-8, with no script and nothing to fetch.

    That of a patient who died says only that nothing is planned: whoever finds it in
    the post is asked for nothing. The clinic's record stays whole.
    """
    page: dict[str, object] = {
        "discreet": style.discreet,
        "clinic_name": style.clinic_name,
        "clinic_phone": style.clinic_phone,
        "emergency": style.emergency,
        "patient": plan.case.patient,
        "ended": plan.case.ended,
    }
    if plan.case.died and (style.discreet or style.audience is Audience.PATIENT):
        name = "card_ended.html"
    elif style.discreet:
        name, page = "card_neutral.html", page | neutral_page(plan)
    elif style.audience is Audience.PATIENT:
        name, page = "card_patient.html", page | patient_page(plan)
    else:
        name, page = "card_clinic.html", page | clinic_page(plan)
    return template(name).render(page).encode()


@cache
def template(name: str) -> Template:
    """Return a compiled template that escapes values and rejects undefined names."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("b12sched.views"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )
    environment.filters |= {
        "day": day,
        "dialled": dialled,
        "support": support_said,
        "unbroken": unbroken,
        "words": in_words,
    }
    environment.tests["long"] = is_long
    return environment.get_template(name)
