"""The cautions: what the reader of a plan must know, each with its sources.

A caution is one record: its text for the clinic, the same in plain words for the
patient, its strength and sources, when it holds (`occasions`) and for which events.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from functools import lru_cache
from typing import Literal, NamedTuple

from b12sched.plan.build import nothing_recorded
from b12sched.plan.decisions import EXPECTED, accepted, ended
from b12sched.plan.events import Plan
from b12sched.plan.occasions import (
    assumed_plateau,
    first_dose_late,
    gap,
    holidays_by_part,
    interrupted,
    label_differs,
    late_closure,
    monthly,
    other_interval,
    overdue,
    regimen_source,
    renal,
    step_up_early,
)
from b12sched.regimen import Drug
from b12sched.rules import Strength

CardPart = Literal["expect", "call", "remember"]
"""The part of the patient's card that holds a text."""


Lasts = Literal["treatment", "doses", "record"]
"""How long a caution is said once treatment has an end: no longer, while a dose is to
come, or always, as it states a decision on record."""


class Severity(StrEnum):
    """How serious a caution is."""

    WARNING = "warning"
    INFO = "info"


def _always(plan: Plan) -> str:
    return ""


class Caution(NamedTuple):
    """A caution: its texts, its sources and the condition for it.

    `plain` says the same in the patient's words: the same numbers, no other claim;
    `part` is its place on the patient's card. `bears_on` names phases of doses and
    kinds of other events. `when` returns None if the caution does not hold for a plan,
    else the text that replaces `{detail}`; `plain_detail` returns that of `plain`.
    `lasts` says whether it is still said when treatment ended. With `of_regimen` its
    strength and sources are those of the regimen's own rule.
    """

    code: str
    severity: Severity
    text: str
    plain: str
    part: CardPart
    strength: tuple[Strength, ...]
    sources: tuple[str, ...]
    bears_on: tuple[str, ...] = ()
    when: Callable[[Plan], str | None] = _always
    of_regimen: bool = False
    lasts: Lasts = "doses"
    plain_detail: Callable[[Plan], str | None] | None = None

    @property
    def source(self) -> str:
        """The first source, by which the caution is cited."""
        return self.sources[0]


# Up to Python 3.11 reading an enum member takes ten times as long as a constant.
_CYANO, _METHYL = Drug.CYANOCOBALAMIN, Drug.METHYLCOBALAMIN


def _if(test: Callable[[Plan], bool]) -> Callable[[Plan], str | None]:
    return lambda plan: "" if test(plan) else None


_neuro = _if(lambda plan: plan.case.neuro)

_WARNING, _INFO = Severity
_LABEL = (Strength.LABEL,)
_GUIDELINE = (Strength.GUIDELINE,)
_PRACTICE = (Strength.PRACTICE,)
_CONVENTION = (Strength.CONVENTION,)
_LABEL_AND_GUIDELINE = (Strength.LABEL, Strength.GUIDELINE)

_ALL = ("loading", "maintenance", "review", "lab", "assessment")

_MOST_SERIOUS_FIRST = (
    Caution(
        code="accepted",
        severity=_WARNING,
        text="Refused by a rule, and set aside by the prescriber: {detail}.",
        plain="Your prescriber decided on {detail}. The rules of this plan advise "
        "against it: ask what that means for you.",
        part="remember",
        strength=_CONVENTION,
        sources=("convention",),
        bears_on=_ALL,
        when=lambda plan: accepted(plan.case),
        lasts="record",
        plain_detail=lambda plan: accepted(plan.case, plain=True),
    ),
    Caution(
        code="ended",
        severity=_WARNING,
        text="Treatment ended on {detail}.",
        plain="Your injections ended on {detail}.",
        part="remember",
        strength=_CONVENTION,
        sources=("convention",),
        bears_on=_ALL,
        when=lambda plan: _ending(plan, plain=False),
        lasts="record",
        plain_detail=lambda plan: _ending(plan, plain=True),
    ),
    Caution(
        code="urgent-neuro",
        severity=_WARNING,
        text="Neurological involvement: specialist advice now, the same day for spinal "
        "cord or optic signs. More than 3 months untreated can leave permanent "
        "lesions.",
        plain="For nerve symptoms get a specialist's advice now, if you have not had "
        "it. Call the same day if your eyesight changes, or if weakness or unsteady "
        "walking begins or gets worse: these can be signs from the eyes or the spinal "
        "cord. Untreated for more than 3 months, damage can be permanent.",
        part="call",
        strength=(Strength.LABEL, Strength.PRACTICE),
        sources=("lothian-neuro", "fda-cyano"),
        bears_on=("review",),
        when=_neuro,
    ),
    Caution(
        code="loading-interrupted",
        lasts="treatment",
        severity=_WARNING,
        text="Loading was interrupted: {detail}.",
        plain="There is a break of more than a week in your first injections. Ask your "
        "prescriber to look at it.",
        part="call",
        strength=_PRACTICE,
        sources=("protocol",),
        bears_on=("loading", "review"),
        when=interrupted,
    ),
    Caution(
        code="overdue",
        severity=_WARNING,
        text="{detail}. Ask about symptoms; the prescriber decides.",
        plain="An injection is overdue. Call to have it given, and say whether "
        "symptoms have come back. Your prescriber decides how to go on.",
        part="call",
        strength=_CONVENTION,
        sources=("convention",),
        bears_on=("loading", "maintenance"),
        when=overdue,
    ),
    Caution(
        code="nothing-recorded",
        severity=_WARNING,
        text="The plan assumes that treatment has not begun: {detail}.",
        plain="This card assumes that your treatment has not begun. If you have had "
        "injections already, say so and ask for a new card.",
        part="call",
        strength=_CONVENTION,
        sources=("convention",),
        bears_on=("loading",),
        when=lambda plan: nothing_recorded(plan.case, plan.clinic),
    ),
    Caution(
        code="first-dose-late",
        severity=_WARNING,
        text="The first given dose is {detail} after the start: is the record "
        "complete?",
        plain="The first injection recorded here is more than a week later than the "
        "planned start. If one before it is missing, say so.",
        part="remember",
        strength=_CONVENTION,
        sources=("convention",),
        when=first_dose_late,
    ),
    Caution(
        code="plateau-not-recorded",
        lasts="treatment",
        severity=_WARNING,
        text="No plateau is recorded: {detail}; do not switch to maintenance before.",
        plain="Dates marked provisional may change. The first injections go on until "
        "your prescriber finds that they can end; do not change to fewer before "
        "that.",
        part="remember",
        strength=_LABEL_AND_GUIDELINE,
        sources=("bnf", "smpc", "smpc-cobalin", "brief"),
        bears_on=("review", "maintenance"),
        when=assumed_plateau,
        of_regimen=True,
    ),
    Caution(
        code="gap",
        lasts="treatment",
        severity=_WARNING,
        text="Closed days make loading gaps longer than the regimen's: {detail}.",
        plain="Because the clinic is closed on some days, some gaps between your first "
        "injections are longer than this treatment asks for. Ask whether another place "
        "can give them.",
        part="remember",
        strength=_CONVENTION,
        sources=("convention",),
        bears_on=("loading",),
        when=gap,
    ),
    Caution(
        code="late-closure",
        severity=_WARNING,
        text="After its due date because the clinic is closed that week: {detail}. "
        "Another site could give it in time.",
        plain="Some injections come after the day they are due, because the clinic is "
        "closed that week. Ask whether another place could give them in time.",
        part="remember",
        strength=_CONVENTION,
        sources=("convention",),
        bears_on=("maintenance",),
        when=late_closure,
    ),
    Caution(
        code="holidays-by-part",
        severity=_WARNING,
        text="Public holidays differ within {detail}.",
        plain="Public holidays are not the same everywhere in the country. If a day on "
        "this card is a holiday where you live, ask whether the clinic is open.",
        part="remember",
        strength=_CONVENTION,
        sources=("convention",),
        when=holidays_by_part,
    ),
    Caution(
        code="cyano-neuro",
        severity=_WARNING,
        text="No cyanocobalamin label that was read has a neurological schedule; "
        "hydroxocobalamin is the regimen for neurology.",
        plain="No product label of cyanocobalamin that was read has a schedule for "
        "nerve symptoms; hydroxocobalamin is the form used for them. Ask your "
        "prescriber.",
        part="remember",
        strength=_LABEL,
        sources=("fda-cyano",),
        bears_on=("loading", "maintenance"),
        when=_if(lambda plan: plan.case.neuro and plan.case.drug is _CYANO),
    ),
    Caution(
        code="cyano-leber",
        severity=_WARNING,
        text="Cyanocobalamin in Leber's disease: risk of optic atrophy.",
        plain="If you have Leber's disease of the eyes, say so before the first "
        "injection: with cyanocobalamin there is a risk to the nerve of the eye.",
        part="remember",
        strength=_LABEL,
        sources=("fda-cyano",),
        bears_on=("loading",),
        when=_if(lambda plan: plan.case.drug is _CYANO),
    ),
    Caution(
        code="renal",
        severity=_WARNING,
        text="Renal status {detail}: hydroxocobalamin or methylcobalamin, not "
        "cyanocobalamin. The homocysteine target does not apply, as kidney disease "
        "itself raises homocysteine.",
        plain="The usual target for homocysteine in your blood does not apply to you, "
        "because kidney disease itself raises it. Your B12 should be hydroxocobalamin "
        "or methylcobalamin, not cyanocobalamin.",
        part="remember",
        strength=_CONVENTION,
        sources=("brief", "divine", "spence-2017"),
        bears_on=("lab",),
        when=renal,
    ),
    Caution(
        code="methylcobalamin-unlicensed",
        severity=_WARNING,
        text="Methylcobalamin has no licensed injection in the UK.",
        plain="Methylcobalamin has no licensed injection in the UK. Ask your "
        "prescriber what that means for you.",
        part="remember",
        strength=_CONVENTION,
        sources=("convention",),
        bears_on=("loading",),
        when=_if(lambda plan: plan.case.drug is _METHYL),
    ),
    Caution(
        code="folate-alone",
        severity=_WARNING,
        text="No folic acid before or without B12: it can mask the anaemia while nerve "
        "damage goes on. Together with B12 it is allowed.",
        plain="Do not take folic acid before or without B12: it can hide the anaemia "
        "while nerve damage goes on. Together with B12 it is allowed.",
        part="remember",
        strength=_LABEL,
        sources=("fda-cyano",),
        bears_on=("loading",),
    ),
    Caution(
        code="lifelong",
        lasts="treatment",
        severity=_WARNING,
        text="For life: do not stop because symptoms or values are better. Stopping "
        "leads to relapse and nerve damage; reduce or stop only if the cause is gone.",
        plain="The injections are for life. Do not stop because you feel better or "
        "blood values are better: the illness comes back and nerves are damaged. Only "
        "if its cause is gone can your prescriber reduce or stop them.",
        part="remember",
        strength=_LABEL_AND_GUIDELINE,
        sources=("fda-cyano", "nice-ng239-sps", "brief"),
        bears_on=("maintenance",),
    ),
    Caution(
        code="potassium",
        severity=_WARNING,
        text="Severe anaemia: watch potassium in the first 48 hours.",
        plain="If your anaemia is severe, potassium in your blood should be watched in "
        "the first 48 hours. Ask about it.",
        part="remember",
        strength=_LABEL_AND_GUIDELINE,
        sources=("fda-hydroxo", "smpc", "lothian-monitoring"),
        bears_on=("loading",),
    ),
    Caution(
        code="serum-b12-on-treatment",
        lasts="treatment",
        severity=_INFO,
        text="A high serum B12 on injections is expected and no reason to stop. UK "
        "guidance does not repeat it.",
        plain="A high B12 value in the blood is expected while you have injections, "
        "and no reason to stop. In the UK it is not usually measured again.",
        part="expect",
        strength=_PRACTICE,
        sources=("lothian-monitoring", "bsh-b12"),
        bears_on=("lab",),
    ),
    Caution(
        code="monthly",
        severity=_INFO,
        text="Monthly injections are not among the intervals of this regimen: the "
        "prescriber's decision.",
        plain="Injections every month are your prescriber's decision.",
        part="expect",
        strength=_GUIDELINE,
        sources=("nice-ng239-sps", "brief"),
        bears_on=("maintenance",),
        when=monthly,
    ),
    Caution(
        code="interval",
        severity=_INFO,
        text="The interval {detail}, which the regimen's source supports: the "
        "prescriber's decision.",
        plain="The time between your long-term injections is your prescriber's "
        "decision.",
        part="expect",
        strength=_CONVENTION,
        sources=("convention",),
        bears_on=("maintenance",),
        when=other_interval,
    ),
    Caution(
        code="regimen",
        severity=_INFO,
        text="Regimen {detail}",
        plain="Your prescriber chose this treatment; ask which guidance it follows.",
        part="expect",
        strength=_CONVENTION,
        sources=("convention",),
        when=regimen_source,
        of_regimen=True,
    ),
    Caution(
        code="step-up-early",
        severity=_INFO,
        text="The step-up, {detail}, is not after loading: maintenance is monthly from "
        "its start.",
        plain="Your long-term injections are monthly from their start.",
        part="expect",
        strength=_CONVENTION,
        sources=("convention",),
        when=step_up_early,
    ),
    Caution(
        code="months-vs-label",
        severity=_INFO,
        text="The US label's monthly dose for life is 100 micrograms of "
        "cyanocobalamin: a different drug from 1 mg of hydroxocobalamin, and a tenth "
        "of the dose.",
        plain="The monthly dose for life on the US label is 100 micrograms of "
        "cyanocobalamin: a different medicine from 1 mg of hydroxocobalamin, and a "
        "tenth of the dose.",
        part="remember",
        strength=_LABEL,
        sources=("fda-cyano",),
        bears_on=("maintenance",),
        when=label_differs,
    ),
    Caution(
        code="paradoxical-movements",
        severity=_INFO,
        text="Involuntary movements may appear 2 to 5 days after the first doses and "
        "mostly settle in 2 to 6 weeks; seen mostly in infants, rare in adults.",
        plain="Movements that you do not intend may appear 2 to 5 days after the first "
        "injections and mostly settle in 2 to 6 weeks. They are seen mostly in infants "
        "and are rare in adults.",
        part="expect",
        strength=_CONVENTION,
        sources=("movements-1997", "brief"),
        bears_on=("review",),
        when=_neuro,
    ),
    Caution(
        code="recovery",
        severity=_INFO,
        text="Pain and paraesthesia improve in days to weeks, gait and motor strength "
        "in weeks to months. Recovery is judged at 6 months and may go on beyond.",
        plain="Pain and tingling improve in days to weeks, walking and strength in "
        "weeks to months. Recovery is judged at 6 months and may go on after that.",
        part="expect",
        strength=(Strength.REQUIREMENT,),
        sources=("brief", "scd-2006"),
        bears_on=("assessment",),
        when=_neuro,
    ),
    Caution(
        code="cobalt",
        severity=_INFO,
        text="Known cobalt allergy: watch for sensitivity reactions.",
        plain="If you are allergic to cobalt, say so before an injection, and call if "
        "you notice a reaction.",
        part="call",
        strength=_GUIDELINE,
        sources=("mhra-cobalt",),
        bears_on=("loading",),
    ),
)

CAUTIONS = {caution.code: caution for caution in _MOST_SERIOUS_FIRST}
"""The cautions by code, the most serious first."""

EARLIER_TEXTS = (
    "{detail}. Ask about symptoms; the prescriber decides whether to load again.",
    "Public holidays differ from part to part: {detail}.",
    "This cyanocobalamin label has no neurological schedule; hydroxocobalamin is the "
    "regimen for neurology.",
    "Hydroxocobalamin or methylcobalamin monthly is the prescriber's decision.",
    "No plateau is recorded: {detail} is assumed and maintenance dates are "
    "provisional. Do not switch to maintenance before there is no further improvement.",
)
"""Texts that earlier versions wrote into calendars, where a revision must know them as
ours. Whoever changes the text of a caution adds the old one here (a test checks it)."""


# Cached: a command writes one plan in several formats, one after another.
@lru_cache(maxsize=1)
def cautions(plan: Plan) -> tuple[Caution, ...]:
    """Return the cautions that hold for a plan, the most serious first."""
    found = []
    lasting = _lasting(plan)
    for caution in _MOST_SERIOUS_FIRST:
        detail = caution.when(plan) if caution.lasts in lasting else None
        if detail is None:
            continue
        stated = _detailed(caution.code, detail) if detail else caution
        if caution.plain_detail:
            plain = caution.plain.format(detail=caution.plain_detail(plan))
            stated = stated._replace(plain=plain)
        if caution.code == "ended":
            stated = _severity_of_end(stated, plan)
        if caution.of_regimen:
            regimen = plan.case.regimen
            rule = regimen.rule(regimen.loading_rule)
            stated = stated._replace(strength=rule.strength, sources=rule.sources)
        found.append(stated)
    if plan.case.died:
        return tuple(each for each in found if each.code == "ended")
    return tuple(found)


def _lasting(plan: Plan) -> tuple[Lasts, ...]:
    """Return which cautions are said of a plan: once treatment ended, fewer.

    A recommendation that nobody can follow any more hides those that matter.
    """
    if plan.case.ended is None:
        return ("treatment", "doses", "record")
    return ("record",) if plan.over else ("doses", "record")


def _severity_of_end(caution: Caution, plan: Plan) -> Caution:
    """Return the caution `ended` as an info, or with the support of `lifelong`."""
    if plan.case.because in EXPECTED:
        return caution._replace(severity=_INFO)
    lifelong = CAUTIONS["lifelong"]
    return caution._replace(strength=lifelong.strength, sources=lifelong.sources)


def _ending(plan: Plan, *, plain: bool) -> str | None:
    """Return when and why treatment ended, and what an early end risks."""
    said = ended(plan.case, plain=plain)
    if said is None:
        return None
    said += ": no injection is planned after it"
    if plan.case.because in EXPECTED:
        return said
    lifelong = CAUTIONS["lifelong"]
    risk = lifelong.plain if plain else lifelong.text
    return f"{said}. {risk.removesuffix('.')}"


# Cached: most details are the same for every patient of a cohort.
@lru_cache(maxsize=1024)
def _detailed(code: str, detail: str) -> Caution:
    caution = CAUTIONS[code]
    return caution._replace(text=caution.text.format(detail=detail))
