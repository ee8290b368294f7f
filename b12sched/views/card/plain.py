"""The cautions in plain words, for the patient's card.

Each says what its caution says, and no more: the same numbers, no other claim.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Part(StrEnum):
    """The part of the card that a text stands in."""

    EXPECT = "expect"
    CALL = "call"
    REMEMBER = "remember"


class PlainText(NamedTuple):
    """A caution in plain words."""

    part: Part
    text: str


PLAIN_TEXTS: dict[str, PlainText] = {
    "urgent-neuro": PlainText(
        Part.CALL,
        "For nerve symptoms get a specialist's advice now, if you have not had it. "
        "Call the same day if your eyesight changes, or if weakness or unsteady "
        "walking begins or gets worse: these can be signs from the eyes or the spinal "
        "cord. Untreated for more than 3 months, damage can be permanent.",
    ),
    "loading-interrupted": PlainText(
        Part.CALL,
        "There is a break of more than a week in your first injections. Ask your "
        "prescriber to look at it.",
    ),
    "overdue": PlainText(
        Part.CALL,
        "An injection is overdue. Call to have it given, and say whether symptoms have "
        "come back. Your prescriber decides how to go on.",
    ),
    "nothing-recorded": PlainText(
        Part.CALL,
        "This card assumes that your treatment has not begun. If you have had "
        "injections already, say so and ask for a new card.",
    ),
    "first-dose-late": PlainText(
        Part.REMEMBER,
        "The first injection recorded here is more than a week later than the planned "
        "start. If one before it is missing, say so.",
    ),
    "plateau-not-recorded": PlainText(
        Part.REMEMBER,
        "Dates marked provisional may change. The first injections go on until an "
        "examination finds no further improvement; do not change to fewer before that.",
    ),
    "gap": PlainText(
        Part.REMEMBER,
        "Because the clinic is closed on some days, some gaps between your first "
        "injections are longer than this treatment asks for. Ask whether another place "
        "can give them.",
    ),
    "late-closure": PlainText(
        Part.REMEMBER,
        "Some injections come after the day they are due, because the clinic is closed "
        "that week. Ask whether another place could give them in time.",
    ),
    "holidays-by-part": PlainText(
        Part.REMEMBER,
        "Public holidays are not the same everywhere in the country. If a day on this "
        "card is a holiday where you live, ask whether the clinic is open.",
    ),
    "cyano-neuro": PlainText(
        Part.REMEMBER,
        "The product label of cyanocobalamin has no schedule for nerve symptoms; "
        "hydroxocobalamin is the form used for them. Ask your prescriber.",
    ),
    "cyano-leber": PlainText(
        Part.REMEMBER,
        "If you have Leber's disease of the eyes, say so before the first injection: "
        "with cyanocobalamin there is a risk to the nerve of the eye.",
    ),
    "renal": PlainText(
        Part.REMEMBER,
        "The usual target for homocysteine in your blood does not apply to you, "
        "because kidney disease itself raises it. Your B12 should be hydroxocobalamin "
        "or methylcobalamin, not cyanocobalamin.",
    ),
    "methylcobalamin-unlicensed": PlainText(
        Part.REMEMBER,
        "Methylcobalamin has no licensed injection in the UK. Ask your prescriber what "
        "that means for you.",
    ),
    "folate-alone": PlainText(
        Part.REMEMBER,
        "Do not take folic acid before or without B12: it can hide the anaemia while "
        "nerve damage goes on. Together with B12 it is allowed.",
    ),
    "lifelong": PlainText(
        Part.REMEMBER,
        "The injections are for life. Do not stop because you feel better or blood "
        "values are better: the illness comes back and nerves are damaged. Only if its "
        "cause is gone can your prescriber reduce or stop them.",
    ),
    "potassium": PlainText(
        Part.REMEMBER,
        "If your anaemia is severe, potassium in your blood should be watched in the "
        "first 48 hours. Ask about it.",
    ),
    "serum-b12-on-treatment": PlainText(
        Part.EXPECT,
        "A high B12 value in the blood is expected while you have injections, and no "
        "reason to stop. In the UK it is not usually measured again.",
    ),
    "monthly": PlainText(
        Part.EXPECT,
        "Injections every month are your prescriber's decision.",
    ),
    "step-up-early": PlainText(
        Part.EXPECT,
        "Your long-term injections are monthly from their start.",
    ),
    "months-vs-label": PlainText(
        Part.REMEMBER,
        "The monthly dose for life on the US label is 100 micrograms of "
        "cyanocobalamin: a different medicine from 1 mg of hydroxocobalamin, and a "
        "tenth of the dose.",
    ),
    "paradoxical-movements": PlainText(
        Part.EXPECT,
        "Movements that you do not intend may appear 2 to 5 days after the first "
        "injections and mostly settle in 2 to 6 weeks. They are seen mostly in infants "
        "and are rare in adults.",
    ),
    "recovery": PlainText(
        Part.EXPECT,
        "Pain and tingling improve in days to weeks, walking and strength in weeks to "
        "months. Recovery is judged at 6 months and may go on after that.",
    ),
    "cobalt": PlainText(
        Part.CALL,
        "If you are allergic to cobalt, say so before an injection, and call if you "
        "notice a reaction.",
    ),
}
"""Every caution in plain words, and where on the card it stands."""
