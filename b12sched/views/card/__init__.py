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
    """Who reads the card."""

    CLINIC = "clinic"
    PATIENT = "patient"


@dataclass(frozen=True, slots=True, kw_only=True)
class CardStyle:
    """How a card is written.

    `discreet` leaves out every clinical word, the reference, the clinic's name (it may
    say what kind of clinic it is), cautions and sources, in what is shown and in the
    file's source. What stays: the days, weekday beside them, one appointment each,
    whether it was kept or is yet to be confirmed, a box to tick and room for a note.
    It is the same card for every audience. The rhythm of the dates cannot be hidden.

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
    """The card as an HTML document in UTF-8, with nothing to fetch and no script."""
    if style.discreet:
        return _template("card_neutral.html").render(neutral_page(plan)).encode()
    if style.audience is Audience.PATIENT:
        page = patient_page(plan, style.clinic_name)
        return _template("card_patient.html").render(page).encode()
    page = clinic_page(plan, style.clinic_name)
    return _template("card_clinic.html").render(page).encode()


@cache
def _template(name: str) -> Template:
    """A compiled template; undefined names are errors, every value is escaped."""
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
