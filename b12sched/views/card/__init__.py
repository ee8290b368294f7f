"""The injection record card: a plan as one HTML file for screen, phone and paper.

Three pages of one layout: the clinic's record, the patient's own card, and a discreet
one. `clinic`, `patient` and `neutral` choose the events, days and words of each; the
templates lay them out and escape every text.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING

from b12sched.errors import InputError, shown
from b12sched.plan.events import Plan
from b12sched.views.card.clinic import clinic_page
from b12sched.views.card.neutral import neutral_page
from b12sched.views.card.patient import patient_page
from b12sched.views.card.text import day, is_long, support_said, unbroken

if TYPE_CHECKING:
    from jinja2 import Template

_NAME_LENGTH = 100


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
    the same for every audience. It cannot hide the rhythm of the dates.

    Raises InputError for a clinic name that is blank, over 100 characters, or not all
    printable.
    """

    audience: Audience = Audience.CLINIC
    discreet: bool = False
    clinic_name: str | None = None

    def __post_init__(self) -> None:
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


def plan_card(plan: Plan, style: CardStyle) -> bytes:
    """Return the card as HTML in UTF-8, with no script and nothing to fetch.

    That of a patient who died says only that nothing is planned: whoever finds it in
    the post is asked for nothing. The clinic's record stays whole.
    """
    if plan.case.died and (style.discreet or style.audience is Audience.PATIENT):
        page: dict[str, object] = {
            "discreet": style.discreet,
            "clinic_name": style.clinic_name,
            "patient": plan.case.patient,
            "ended": plan.case.ended,
        }
        return template("card_ended.html").render(page).encode()
    if style.discreet:
        return template("card_neutral.html").render(neutral_page(plan)).encode()
    if style.audience is Audience.PATIENT:
        page = patient_page(plan, style.clinic_name)
        return template("card_patient.html").render(page).encode()
    page = clinic_page(plan, style.clinic_name)
    return template("card_clinic.html").render(page).encode()


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
    environment.filters |= {"day": day, "support": support_said, "unbroken": unbroken}
    environment.tests["long"] = is_long
    return environment.get_template(name)
