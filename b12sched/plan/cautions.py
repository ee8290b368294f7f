"""The cautions: what the reader of a plan must know, each with its sources.

A caution is one record: its text for the clinic, the same in plain words for the
patient, its strength and sources, when it holds (`occasions`) and for which events.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import StrEnum
from functools import lru_cache
from typing import Literal, NamedTuple

from b12sched.plan.build import nothing_recorded
from b12sched.plan.decisions import EXPECTED, accepted, ended
from b12sched.plan.events import Plan
from b12sched.plan.gaps import gap
from b12sched.plan.occasions import (
    assumed_plateau,
    doses_close,
    first_dose_late,
    holidays_by_part,
    interrupted,
    label_differs,
    late_closure,
    monthly,
    other_interval,
    overdue,
    plain_anaemia,
    plain_dose,
    plain_renal,
    regimen_rule,
    regimen_source,
    renal,
    step_up_early,
    worked_out,
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

    `title` names it in a list; `short` says it in at most two lines of a screen.
    `plain` is for the patient: the same numbers, no other claim; `part` is its place on
    the patient's card. `bears_on` names phases of doses and kinds of other events.
    `when` returns None if the caution does not hold for a plan, else the text that
    replaces `{detail}`; `{brief}` is its beginning, `{core}` that up to a comma.
    `plain_detail` returns that of `plain`, or None if there is nothing to tell this
    patient: `plain` is then empty. `lasts` says whether it is still said when
    treatment ended. With `of_regimen` its strength and sources are those of the
    regimen's own rule.
    """

    code: str
    title: str
    severity: Severity
    text: str
    short: str
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
_CYANO = Drug.CYANOCOBALAMIN


def _if(test: Callable[[Plan], bool]) -> Callable[[Plan], str | None]:
    return lambda plan: "" if test(plan) else None


def _begins(plan: Plan) -> bool:
    """Return whether the plan has a loading course: no last dose is stated."""
    return plan.case.start is not None


_WARNING, _INFO = Severity
_LABEL = (Strength.LABEL,)
_STUDY = (Strength.STUDY,)
_PRACTICE = (Strength.PRACTICE,)
_CONVENTION = (Strength.CONVENTION,)
_LABEL_AND_GUIDELINE = (Strength.LABEL, Strength.GUIDELINE)

_ITEM = re.compile(r"; |(?<=[A-Z]\)) and ")
_ALL = ("loading", "maintenance", "review", "lab", "assessment")

_MOST_SERIOUS_FIRST = (
    # Warnings about this patient.
    Caution(
        code="accepted",
        title="A refusal that was set aside",
        severity=_WARNING,
        text="Refused by a rule, and set aside by the prescriber: {detail}.",
        short="Refused, and set aside by the prescriber: {brief}.",
        plain="Your prescriber decided on {detail}. The rules of this plan advise "
        "against it. Ask what that means for you.",
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
        title="Treatment has ended",
        severity=_WARNING,
        text="Treatment ended on {detail}.",
        short="Treatment ended on {brief}.",
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
        title="Specialist advice now",
        severity=_WARNING,
        text="Neurological involvement: specialist advice now, the same day for spinal "
        "cord or optic signs. More than 3 months untreated can leave permanent "
        "lesions.",
        short="Specialist advice now, the same day for cord or optic signs.",
        plain="Get a specialist's advice now, if you have not had it. Call the same "
        "day if your eyes get worse, or if you get weak or unsteady on your legs. "
        "After more than 3 months without treatment nerves may not heal.",
        part="call",
        strength=(Strength.LABEL, Strength.PRACTICE),
        sources=("lothian-neuro", "lothian-referral", "fda-cyano"),
        bears_on=("review",),
        when=_if(lambda plan: _begins(plan) and plan.case.neuro),
    ),
    Caution(
        code="loading-interrupted",
        title="Loading was interrupted",
        lasts="treatment",
        severity=_WARNING,
        text="Loading was interrupted: {detail}.",
        short="Loading was interrupted: {brief}. Clinical review.",
        plain="There is a long break in your first injections. Ask your prescriber to "
        "look at it.",
        part="call",
        strength=_PRACTICE,
        sources=("protocol",),
        bears_on=("loading", "review"),
        when=interrupted,
    ),
    Caution(
        code="overdue",
        title="A dose is overdue",
        severity=_WARNING,
        text="{detail}. Ask about symptoms; the prescriber decides.",
        short="{brief}. Ask about symptoms.",
        plain="An injection is overdue. Call to have it, and say how you feel. Your "
        "prescriber decides how to go on.",
        part="call",
        strength=_CONVENTION,
        sources=("convention",),
        bears_on=("loading", "maintenance"),
        when=overdue,
    ),
    Caution(
        code="nothing-recorded",
        title="No dose is recorded",
        severity=_WARNING,
        text="The plan assumes that treatment has not begun: {detail}.",
        short="No dose is recorded: the plan assumes that treatment has not begun.",
        plain="This sheet is for a treatment that has not begun. If you have had "
        "injections already, say so and ask for a new sheet.",
        part="call",
        strength=_CONVENTION,
        sources=("convention",),
        bears_on=("loading",),
        when=lambda plan: nothing_recorded(plan.case, plan.clinic),
    ),
    Caution(
        code="doses-close",
        title="Doses recorded close together",
        severity=_WARNING,
        text="Doses are recorded closer together than the regimen asks: {detail}. Is "
        "the record right?",
        short="Doses are recorded close together: {brief}.",
        plain="Two of your injections are written down close together. Ask whether the "
        "dates are right.",
        part="call",
        strength=_CONVENTION,
        sources=("convention",),
        bears_on=("loading", "maintenance"),
        when=doses_close,
    ),
    Caution(
        code="first-dose-late",
        title="First dose long after the start",
        severity=_WARNING,
        text="The first given dose is {detail} after the start: is the record "
        "complete?",
        short="The first given dose is {detail} after the start: is one missing?",
        plain="The first injection written down here is more than a week after the "
        "planned start. If you had one before it, say so.",
        part="remember",
        strength=_CONVENTION,
        sources=("convention",),
        when=first_dose_late,
    ),
    Caution(
        code="plateau-not-recorded",
        title="No plateau is recorded",
        lasts="treatment",
        severity=_WARNING,
        text="No plateau is recorded: {detail}; do not switch to maintenance before.",
        short="No plateau recorded: do not switch to maintenance yet.",
        plain="A day with the words “may change” is not fixed yet. The first "
        "injections go on until your prescriber finds that they can end. Do not have "
        "fewer before then.",
        part="remember",
        strength=_CONVENTION,
        sources=("convention",),
        bears_on=("review", "maintenance"),
        when=assumed_plateau,
        of_regimen=True,
    ),
    Caution(
        code="gap",
        title="Loading gaps made by closed days",
        lasts="treatment",
        severity=_WARNING,
        text="Closed days make loading gaps longer than the regimen's: {detail}.",
        short="Closed days: {core}.",
        plain="The clinic is closed on some days. So some of your first injections are "
        "further apart than they should be. Ask if another place can give them.",
        part="remember",
        strength=_CONVENTION,
        sources=("convention",),
        bears_on=("loading",),
        when=gap,
    ),
    Caution(
        code="late-closure",
        title="Late because the clinic is closed",
        severity=_WARNING,
        text="After its due date because the clinic is closed that week: {detail}. "
        "Another site could give it in time.",
        short="Late because the clinic is closed: {core}.",
        plain="Some injections come later than they are due, because the clinic is "
        "closed that week. Ask if another place can give them in time.",
        part="remember",
        strength=_CONVENTION,
        sources=("convention",),
        bears_on=("maintenance",),
        when=late_closure,
    ),
    Caution(
        code="holidays-by-part",
        title="Holidays that differ by part of a country",
        severity=_WARNING,
        text="Public holidays differ within {detail}.",
        short="Public holidays differ within the country or part stated.",
        plain="Public holidays are not the same everywhere in the country. Is a "
        "day on this sheet a holiday where you live? Then ask if the clinic "
        "is open.",
        part="remember",
        strength=_CONVENTION,
        sources=("convention",),
        when=holidays_by_part,
    ),
    Caution(
        code="cyano-neuro",
        title="Cyanocobalamin with neurology",
        severity=_WARNING,
        text="The US label of cyanocobalamin has no neurological schedule; "
        "hydroxocobalamin is the regimen for neurology.",
        short="The US label of cyanocobalamin has no schedule for neurology.",
        plain="Your form of B12 is cyanocobalamin. For nerve symptoms the form is "
        "hydroxocobalamin. Ask your prescriber about it.",
        part="remember",
        strength=_LABEL,
        sources=("fda-cyano",),
        bears_on=("loading", "maintenance"),
        when=_if(lambda plan: plan.case.neuro and plan.case.drug is _CYANO),
    ),
    Caution(
        code="cyano-leber",
        title="Cyanocobalamin in Leber's disease",
        severity=_WARNING,
        text="Cyanocobalamin in Leber's disease: risk of optic atrophy.",
        short="Leber's disease: cyanocobalamin risks optic atrophy.",
        plain="If you have Leber's disease of the eyes, say so before the first "
        "injection: then this form of B12 can harm the nerve of the eye.",
        part="remember",
        strength=_LABEL,
        sources=("fda-cyano",),
        bears_on=("loading",),
        when=_if(lambda plan: plan.case.drug is _CYANO),
    ),
    Caution(
        code="renal",
        title="Renal status other than normal",
        severity=_WARNING,
        text="Renal status {detail}: hydroxocobalamin, or methylcobalamin where that "
        "is licensed, not cyanocobalamin. The homocysteine target does not apply, as "
        "kidney disease itself raises homocysteine.",
        short="Renal status {detail}: no cyanocobalamin, and no homocysteine target.",
        plain="{detail} So your form of B12 should not be cyanocobalamin.",
        part="remember",
        strength=_STUDY,
        sources=("divine", "spence-2017", "brief"),
        bears_on=("lab",),
        when=renal,
        plain_detail=plain_renal,
    ),
    Caution(
        code="methylcobalamin",
        title="Methylcobalamin on a borrowed schedule",
        severity=_WARNING,
        text="No label gives methylcobalamin on this schedule: dose and dates are "
        "borrowed from hydroxocobalamin. Methylcobalamin has no licensed injection in "
        "the UK.",
        short="Dose and dates are borrowed from hydroxocobalamin; methylcobalamin is "
        "unlicensed in the UK.",
        plain="Methylcobalamin injections are not licensed in the UK. Your doses and "
        "dates are those of another form of B12. Ask your prescriber what that means "
        "for you.",
        part="remember",
        strength=(Strength.REQUIREMENT, Strength.CONVENTION),
        sources=("brief", "convention"),
        bears_on=("loading", "maintenance"),
        when=_if(lambda plan: plan.case.drug is not plan.case.regimen.drug),
    ),
    # Warnings that hold for all.
    Caution(
        code="cobalamin-allergy",
        title="Allergy to a cobalamin or to cobalt",
        severity=_WARNING,
        text="An allergic reaction to any cobalamin: do not give. Cobalt allergy: a "
        "contraindication on the US label; in the UK weigh up the risk, and watch for "
        "reactions for up to 72 hours.",
        short="Cobalamin allergy: do not give; cobalt: weigh the risk.",
        plain="If vitamin B12 or cobalt ever gave you an allergy, say so before an "
        "injection. Call if you get a rash, itching or swelling in the 72 hours after "
        "it.",
        part="call",
        strength=_LABEL_AND_GUIDELINE,
        sources=("mhra-cobalt", "fda-cyano"),
        bears_on=("loading", "maintenance"),
    ),
    Caution(
        code="lifelong",
        title="Treatment for life",
        lasts="treatment",
        severity=_WARNING,
        text="Do not stop because symptoms or results are better: the illness comes "
        "back, and nerves can be damaged. Treatment is for life if the cause is "
        "irreversible or unknown; reduce or stop only if the cause is resolved.",
        short="For life unless the cause is resolved: do not stop when better.",
        plain="Do not stop because you feel better or your blood results are better. "
        "The illness can come back and harm your nerves. If the cause stays, or "
        "nobody knows it, you need treatment for life. If it has gone, your "
        "prescriber can reduce or stop it.",
        part="remember",
        strength=_LABEL_AND_GUIDELINE,
        sources=("fda-cyano", "nice-ng239", "nice-ng239-sps", "brief"),
        bears_on=("maintenance",),
    ),
    Caution(
        code="folate-alone",
        title="Folic acid before or without B12",
        severity=_WARNING,
        text="No folic acid before or without B12: it can mask the anaemia while nerve "
        "damage goes on. Together with B12 it is allowed; UK practice starts B12 "
        "first.",
        short="No folic acid before or without B12; UK practice: B12 first.",
        plain="Do not take folic acid before or without B12: it can hide the anaemia "
        "while nerves are harmed. Together with B12 it is allowed. Ask when to start "
        "it.",
        part="remember",
        strength=(Strength.LABEL, Strength.PRACTICE),
        sources=("fda-cyano", "lothian-monitoring"),
        bears_on=("loading",),
    ),
    Caution(
        code="potassium",
        title="Potassium in severe anaemia",
        severity=_WARNING,
        text="Severe anaemia: watch potassium, in the first 48 hours by the US and "
        "French labels. The UK label of hydroxocobalamin says to monitor it.",
        short="Severe anaemia: watch potassium in the first 48 hours.",
        plain="{detail} the salt potassium in your blood needs checks in the first 48 "
        "hours. Ask about it.",
        part="remember",
        strength=(Strength.LABEL, Strength.PRACTICE),
        sources=("fda-hydroxo", "ansm", "smpc", "lothian-monitoring"),
        bears_on=("loading",),
        when=_if(_begins),
        plain_detail=plain_anaemia,
    ),
    # To know about this patient.
    Caution(
        code="new-signs",
        title="New or worse signs on maintenance",
        severity=_INFO,
        text="Neurological signs that are new or worse call for a new course of "
        "loading, which this plan does not hold.",
        short="New or worse signs call for a new course, which is not planned here.",
        plain="Call if your nerve symptoms get worse or you get new ones. You may need "
        "more injections than this sheet shows.",
        part="call",
        strength=_CONVENTION,
        sources=("convention",),
        bears_on=("maintenance",),
        when=_if(lambda plan: plan.case.neuro and not _begins(plan)),
    ),
    Caution(
        code="given-through",
        title="Doses worked out from a row",
        severity=_INFO,
        text="{detail} are worked out from the row, not recorded one by one. Another "
        "clinic, plateau or interval works them out anew.",
        short="Given doses are worked out from the row, not recorded one by one.",
        plain="The injections that you had are not all written down one by one. If a "
        "day is wrong here, say so.",
        part="expect",
        strength=_CONVENTION,
        sources=("convention",),
        when=worked_out,
    ),
    Caution(
        code="monthly",
        title="Maintenance every month",
        severity=_INFO,
        text="Every month is not among the regimen's intervals, and hydroxocobalamin "
        "every month is outside the interval of the UK label: the prescriber's "
        "decision. NICE supports more frequent injections in line with the product "
        "information.",
        short="Every month is outside the regimen's intervals: the prescriber's "
        "decision.",
        plain="Once a month is more often than usual. Your prescriber decides on that.",
        part="expect",
        strength=_LABEL_AND_GUIDELINE,
        sources=("nice-ng239-sps", "smpc", "brief"),
        bears_on=("maintenance",),
        when=monthly,
    ),
    Caution(
        code="interval",
        title="An interval that is not the regimen's",
        severity=_INFO,
        text="The interval {detail}: the prescriber's decision.",
        short="The interval {brief}: the prescriber's decision.",
        plain="Your prescriber chose how often you get your long-term injections.",
        part="expect",
        strength=_CONVENTION,
        sources=("convention",),
        bears_on=("maintenance",),
        when=other_interval,
    ),
    Caution(
        code="step-up-early",
        title="A step-up that is not after loading",
        severity=_INFO,
        text="The step-up, {detail}, is not after loading: maintenance is monthly from "
        "its start.",
        short="The step-up, {detail}, makes maintenance monthly from its start.",
        plain="Your long-term injections are monthly from their start.",
        part="expect",
        strength=_CONVENTION,
        sources=("convention",),
        when=step_up_early,
    ),
    Caution(
        code="months-vs-label",
        title="The US label's monthly dose",
        severity=_INFO,
        text="The US label's monthly dose for life is 100 micrograms of "
        "cyanocobalamin: a different drug from 1 mg of hydroxocobalamin, and a tenth "
        "of the dose.",
        short="The US label's monthly dose is 100 micrograms of cyanocobalamin.",
        plain="Your long-term injection is {detail}. Ask each time if it is that.",
        part="remember",
        strength=_LABEL,
        sources=("fda-cyano",),
        bears_on=("maintenance",),
        when=label_differs,
        plain_detail=plain_dose,
    ),
    Caution(
        code="paradoxical-movements",
        title="Involuntary movements",
        severity=_INFO,
        text="Involuntary movements may appear 2 to 5 days after the first doses and "
        "mostly settle in 2 to 6 weeks; seen mostly in infants, rare in adults.",
        short="Involuntary movements may appear after the first doses, and mostly "
        "settle.",
        plain="Parts of the body may move on their own 2 to 5 days after the first "
        "injections. Mostly this stops in 2 to 6 weeks. It is rare in adults.",
        part="expect",
        strength=_STUDY,
        sources=("movements-1997", "brief"),
        bears_on=("review",),
        when=_if(lambda plan: _begins(plan) and plan.case.neuro),
    ),
    Caution(
        code="recovery",
        title="The recovery to expect",
        severity=_INFO,
        text="Pain and paraesthesia improve in days to weeks, gait and motor strength "
        "in weeks to months. Recovery is judged at 6 months and may go on beyond.",
        short="Pain improves in days to weeks, gait and strength in weeks to months.",
        plain="Pain and tingling get better in days to weeks, walking and strength in "
        "weeks to months. You may get better still after 6 months.",
        part="expect",
        strength=(Strength.REQUIREMENT,),
        sources=("brief",),
        bears_on=("assessment",),
        when=_if(lambda plan: _begins(plan) and plan.case.neuro),
    ),
    Caution(
        code="regimen",
        title="What the regimen rests on",
        severity=_INFO,
        text="Regimen {detail}",
        short="What the regimen rests on, and what was chosen here.",
        plain="Your prescriber chose this treatment for you. Ask if you want to know "
        "why.",
        part="expect",
        strength=_CONVENTION,
        sources=("convention",),
        when=regimen_source,
        of_regimen=True,
    ),
    # To know for all.
    Caution(
        code="serum-b12-on-treatment",
        title="A high serum B12 on injections",
        lasts="treatment",
        severity=_INFO,
        text="A high serum B12 on injections is expected and no reason to stop.",
        short="A high serum B12 on injections is expected and no reason to stop.",
        plain="A high B12 value in the blood is expected while you have injections. It "
        "is no reason to stop.",
        part="expect",
        strength=_PRACTICE,
        sources=("lothian-monitoring", "bsh-b12"),
        bears_on=("lab",),
    ),
    Caution(
        code="not-asked",
        title="What the program does not ask",
        severity=_INFO,
        text="b12sched does not ask about nitrous oxide, anticoagulants or low "
        "platelets with intramuscular injections, pregnancy, breastfeeding, an age "
        "under 16, metformin and other medicines, or the cause: the prescriber must "
        "ask.",
        short="Ask about nitrous oxide, bleeding, pregnancy, age, other medicines and "
        "the cause.",
        plain="Tell your prescriber if you are pregnant, breastfeed, or are under"
        " 16. Tell them if you bleed easily or take a blood thinner. Tell "
        "them if you take metformin or other medicines, or use laughing "
        "gas.",
        part="remember",
        strength=_CONVENTION,
        sources=("convention",),
    ),
)

CAUTIONS = {caution.code: caution for caution in _MOST_SERIOUS_FIRST}
"""The cautions by code, the most serious first."""

EARLIER_TEXTS = (
    "No cyanocobalamin label that was read has a neurological schedule; "
    "hydroxocobalamin is the regimen for neurology.",
    "Renal status {detail}: hydroxocobalamin or methylcobalamin, not cyanocobalamin. "
    "The homocysteine target does not apply, as kidney disease itself raises "
    "homocysteine.",
    "Methylcobalamin has no licensed injection in the UK.",
    "No folic acid before or without B12: it can mask the anaemia while nerve damage "
    "goes on. Together with B12 it is allowed.",
    "For life: do not stop because symptoms or values are better. Stopping leads to "
    "relapse and nerve damage; reduce or stop only if the cause is gone.",
    "Severe anaemia: watch potassium in the first 48 hours.",
    "A high serum B12 on injections is expected and no reason to stop. UK guidance "
    "does not repeat it.",
    "Monthly injections are not among the intervals of this regimen: the prescriber's "
    "decision.",
    "The interval {detail}, which the regimen's source supports: the prescriber's "
    "decision.",
    "Known cobalt allergy: watch for sensitivity reactions.",
    "{detail}. Ask about symptoms; the prescriber decides whether to load again.",
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
            told = caution.plain_detail(plan)
            plain = "" if told is None else caution.plain.format(detail=told)
            stated = stated._replace(plain=plain)
        if caution.code == "ended":
            stated = _severity_of_end(stated, plan)
        if caution.of_regimen:
            rule = regimen_rule(plan)
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
    after = ". No injection is planned after it" if plain else _NONE_PLANNED
    if plan.case.because in EXPECTED:
        return said + after
    risk = _PLAIN_RISK if plain else CAUTIONS["lifelong"].text.removesuffix(".")
    return f"{said}{after}. {risk}"


_NONE_PLANNED = ": no injection is planned after it"
_PLAIN_RISK = (
    "Even if you feel better, the illness can come back and harm your nerves. If the "
    "cause stays, or nobody knows it, you need treatment for life"
)
"""What `lifelong` says, to a patient who has stopped or takes B12 by mouth."""


# Cached: most details are the same for every patient of a cohort.
@lru_cache(maxsize=1024)
def _detailed(code: str, detail: str) -> Caution:
    caution, brief, core = CAUTIONS[code], _brief(detail), _brief(detail, ",")
    if core.startswith("no "):  # what there is follows
        core = brief
    return caution._replace(
        text=caution.text.format(detail=detail),
        short=caution.short.format(detail=detail, brief=brief, core=core),
    )


def _brief(detail: str, end: str = ". ") -> str:
    """Return the beginning of a detail: its first sentence, and how many others.

    A list has `; ` between its items, refusals ` and ` after a rule's name; the first
    stands for all, up to `end`.
    """
    first, *others = _ITEM.split(detail.partition(". ")[0])
    first = first.partition(end)[0]
    return f"{first} and {len(others)} more" if others else first
