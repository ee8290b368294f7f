"""What the reader must know about this plan, each with its source.

A caution is a row of `TEXTS` (what may be said, how well it is supported, on which
events it bears) and a function in `_CHECKS` that says when it holds. The order of
`TEXTS` is the order of seriousness.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from b12sched.dates import counted, day_text
from b12sched.errors import for_shell
from b12sched.plan.build import nothing_recorded
from b12sched.plan.clinic import Clinic
from b12sched.plan.events import Event, Phase, Plan, Status
from b12sched.plan.public_holidays import holidays_name
from b12sched.regimen import INTERRUPTION_DAYS, Drug, Renal, Strength


class Severity(StrEnum):
    """How serious a caution is."""

    WARNING = "warning"
    INFO = "info"


class CautionText(NamedTuple):
    """What a caution says; `bears_on` names phases of doses, kinds of other events."""

    severity: Severity
    text: str
    strength: tuple[Strength, ...]
    sources: tuple[str, ...]
    bears_on: tuple[str, ...] = ()


class Caution(NamedTuple):
    """A caution that holds for a plan. `source` is the first of `sources`."""

    code: str
    severity: Severity
    text: str
    strength: tuple[Strength, ...]
    sources: tuple[str, ...]
    bears_on: tuple[str, ...]

    @property
    def source(self) -> str:
        return self.sources[0]


_WARNING, _INFO = Severity
_LABEL = (Strength.LABEL,)
_GUIDELINE = (Strength.GUIDELINE,)
_PRACTICE = (Strength.PRACTICE,)
_CONVENTION = (Strength.CONVENTION,)
_LABEL_AND_GUIDELINE = (Strength.LABEL, Strength.GUIDELINE)

# Up to Python 3.11 a member costs ten times a constant each time it is named.
_CYANO, _METHYL = Drug.CYANOCOBALAMIN, Drug.METHYLCOBALAMIN
_MAINTENANCE, _GIVEN, _NORMAL = Phase.MAINTENANCE, Status.GIVEN, Renal.NORMAL

_NAMED_PARTS = 5

TEXTS: dict[str, CautionText] = {
    "urgent-neuro": CautionText(
        _WARNING,
        "Neurological involvement: specialist advice now, the same day for spinal cord "
        "or optic signs. More than 3 months untreated can leave permanent lesions.",
        (Strength.LABEL, Strength.PRACTICE),
        ("lothian-neuro", "fda-cyano"),
        ("review",),
    ),
    "loading-interrupted": CautionText(
        _WARNING,
        "Loading was interrupted: {detail}.",
        _PRACTICE,
        ("protocol",),
        ("loading", "review"),
    ),
    "overdue": CautionText(
        _WARNING,
        "{detail}. Ask about symptoms; the prescriber decides.",
        _CONVENTION,
        ("convention",),
        ("loading", "maintenance"),
    ),
    "nothing-recorded": CautionText(
        _WARNING,
        "The plan assumes that treatment has not begun: {detail}.",
        _CONVENTION,
        ("convention",),
        ("loading",),
    ),
    "first-dose-late": CautionText(
        _WARNING,
        "The first given dose is {detail} after the start: is the record complete?",
        _CONVENTION,
        ("convention",),
    ),
    "plateau-not-recorded": CautionText(
        _WARNING,
        "No plateau is recorded: {detail} is assumed and maintenance dates are "
        "provisional. Do not switch to maintenance before there is no further "
        "improvement.",
        _LABEL_AND_GUIDELINE,
        ("bnf", "smpc", "smpc-cobalin", "brief"),
        ("review", "maintenance"),
    ),
    "gap": CautionText(
        _WARNING,
        "Closed days make loading gaps longer than the regimen's: {detail}.",
        _CONVENTION,
        ("convention",),
        ("loading",),
    ),
    "late-closure": CautionText(
        _WARNING,
        "After its due date because the clinic is closed that week: {detail}. Another "
        "site could give it in time.",
        _CONVENTION,
        ("convention",),
        ("maintenance",),
    ),
    "holidays-by-part": CautionText(
        _WARNING,
        "Public holidays differ within {detail}.",
        _CONVENTION,
        ("convention",),
    ),
    "cyano-neuro": CautionText(
        _WARNING,
        "This cyanocobalamin label has no neurological schedule; hydroxocobalamin is "
        "the regimen for neurology.",
        _LABEL,
        ("fda-cyano",),
        ("loading", "maintenance"),
    ),
    "cyano-leber": CautionText(
        _WARNING,
        "Cyanocobalamin in Leber's disease: risk of optic atrophy.",
        _LABEL,
        ("fda-cyano",),
        ("loading",),
    ),
    "renal": CautionText(
        _WARNING,
        "Renal status {detail}: hydroxocobalamin or methylcobalamin, not "
        "cyanocobalamin. The homocysteine target does not apply, as kidney disease "
        "itself raises homocysteine.",
        _CONVENTION,
        ("brief", "divine", "spence-2017"),
        ("lab",),
    ),
    "methylcobalamin-unlicensed": CautionText(
        _WARNING,
        "Methylcobalamin has no licensed injection in the UK.",
        _CONVENTION,
        ("convention",),
        ("loading",),
    ),
    "folate-alone": CautionText(
        _WARNING,
        "No folic acid before or without B12: it can mask the anaemia while nerve "
        "damage goes on. Together with B12 it is allowed.",
        _LABEL,
        ("fda-cyano",),
        ("loading",),
    ),
    "lifelong": CautionText(
        _WARNING,
        "For life: do not stop because symptoms or values are better. Stopping leads "
        "to relapse and nerve damage; reduce or stop only if the cause is gone.",
        _LABEL_AND_GUIDELINE,
        ("fda-cyano", "nice-ng239-sps", "brief"),
        ("maintenance",),
    ),
    "potassium": CautionText(
        _WARNING,
        "Severe anaemia: watch potassium in the first 48 hours.",
        _LABEL_AND_GUIDELINE,
        ("fda-hydroxo", "smpc", "lothian-monitoring"),
        ("loading",),
    ),
    "serum-b12-on-treatment": CautionText(
        _INFO,
        "A high serum B12 on injections is expected and no reason to stop. UK guidance "
        "does not repeat it.",
        _PRACTICE,
        ("lothian-monitoring", "bsh-b12"),
        ("lab",),
    ),
    "monthly": CautionText(
        _INFO,
        "Hydroxocobalamin or methylcobalamin monthly is the prescriber's decision.",
        _GUIDELINE,
        ("nice-ng239-sps", "brief"),
        ("maintenance",),
    ),
    "step-up-early": CautionText(
        _INFO,
        "The step-up, {detail}, is not after loading: maintenance is monthly from its "
        "start.",
        _CONVENTION,
        ("convention",),
    ),
    "months-vs-label": CautionText(
        _INFO,
        "The US label's monthly dose for life is 100 micrograms of cyanocobalamin: a "
        "different drug from 1 mg of hydroxocobalamin, and a tenth of the dose.",
        _LABEL,
        ("fda-cyano",),
        ("maintenance",),
    ),
    "paradoxical-movements": CautionText(
        _INFO,
        "Involuntary movements may appear 2 to 5 days after the first doses and mostly "
        "settle in 2 to 6 weeks; seen mostly in infants, rare in adults.",
        _CONVENTION,
        ("movements-1997", "brief"),
        ("review",),
    ),
    "recovery": CautionText(
        _INFO,
        "Pain and paraesthesia improve in days to weeks, gait and motor strength in "
        "weeks to months. Recovery is judged at 6 months and may go on beyond.",
        (Strength.REQUIREMENT,),
        ("brief", "scd-2006"),
        ("assessment",),
    ),
    "cobalt": CautionText(
        _INFO,
        "Known cobalt allergy: watch for sensitivity reactions.",
        _GUIDELINE,
        ("mhra-cobalt",),
        ("loading",),
    ),
}


def cautions(plan: Plan) -> tuple[Caution, ...]:
    """The cautions that hold for a plan, most serious first."""
    found = []
    for code in TEXTS:
        detail = _CHECKS[code](plan) if code in _CHECKS else ""
        if detail is not None:
            found.append(_caution(code, detail))
    return tuple(found)


# Most say the same of every patient of a cohort.
@lru_cache(maxsize=1024)
def _caution(code: str, detail: str) -> Caution:
    said = TEXTS[code]
    return Caution(code, *said._replace(text=said.text.format(detail=detail)))


def _if(test: Callable[[Plan], bool]) -> Callable[[Plan], str | None]:
    return lambda plan: "" if test(plan) else None


_neuro = _if(lambda plan: plan.case.neuro)


def _uses(plan: Plan, drug: Drug) -> bool:
    return plan.case.drug is drug


def _interrupted(plan: Plan) -> str | None:
    days = [dose.date for dose in plan.loading_doses]
    said = [
        f"{gap} days between {earlier} and {later}"
        for earlier, later in pairwise(days)
        if (gap := (later - earlier).days) > INTERRUPTION_DAYS
    ]
    if days and plan.plateau and not plan.plateau.assumed:
        gap = (plan.plateau.date - days[-1]).days
        if gap > INTERRUPTION_DAYS:
            said.append(f"{gap} days from the last dose, {days[-1]}, to the plateau")
    if not said:
        return None
    record = ". If maintenance had begun, record the plateau" * plan.provisional
    return f"{'; '.join(said)}. Clinical review; nothing is restarted by itself{record}"


def _maintenance(plan: Plan) -> list[Event]:
    return [event for event in plan.events if event.phase is _MAINTENANCE]


def _overdue(plan: Plan) -> str | None:
    """A dose that as of moved: only the first that is not given can be one."""
    dose, as_of = plan.next, plan.case.as_of
    if as_of is None or dose is None:
        return None
    late = dose.days_overdue(as_of)
    if not late:
        return None
    return (
        f"The {dose.phase} dose due {day_text(dose.due)} was not given: on "
        f"{day_text(as_of)} it is {counted(late, 'day')} overdue"
    )


def _late_closure(plan: Plan) -> str | None:
    if plan.clinic.always_open:
        return None
    return (
        "; ".join(
            f"{dose.id}, due {dose.due}, on {dose.date}"
            for dose in _maintenance(plan)
            if dose.due < dose.date == dose.planned
        )
        or None
    )


def _first_dose_late(plan: Plan) -> str | None:
    start = plan.case.start
    if start is None or plan.loading_doses[0].status is not _GIVEN:
        return None
    days = (plan.loading_doses[0].date - start).days
    return f"{days} days" if days > INTERRUPTION_DAYS else None


def _gap(plan: Plan) -> str | None:
    """Loading doses that wait for an open day, and what the course loses by it."""
    if plan.clinic.always_open:
        return None
    waits = [
        dose
        for dose in plan.loading_doses[1:]
        if dose.date > dose.due and _wait(plan.clinic, dose)
    ]
    cut = _cut_short(plan)
    if not waits and not cut:
        return None
    gaps = [cut, *(_gap_before(plan, dose) for dose in waits)]
    longest = f"longest gap {max(gaps)} days"
    if plan.plateau is None:
        waited = sum(_wait(plan.clinic, dose) for dose in waits)
        return (
            f"0 doses fewer than the regimen's {len(plan.loading_doses)}, "
            f"{counted(waited, 'day')} of waiting, {longest}"
        )
    lost = _doses_lost(plan, waits, plan.plateau.date)
    said = f"{counted(lost, 'dose')} fewer than alternate days, {longest}"
    if thin := _thin_weeks(plan, waits, cut):
        said += (
            f". In {counted(thin, 'week')} fewer than three doses remain: "
            "arrange another site"
        )
    return said


def _wait(clinic: Clinic, dose: Event) -> int:
    """The days for which a late loading dose waited for an open day."""
    planned = dose.planned or clinic.forward(dose.due)
    return (dose.date - dose.due).days if dose.date == planned else 0


def _gap_before(plan: Plan, dose: Event) -> int:
    return (dose.date - plan.loading_doses[dose.number - 2].date).days


def _doses_lost(plan: Plan, waits: list[Event], plateau: date) -> int:
    """How many more doses the same time would hold on open days.

    Each day of waiting shifts all doses that follow; so do the days between the last
    dose and the plateau, unless something else than a closed day ended loading.
    """
    spacing = plan.case.regimen.loading.spacing[0]
    last = plan.loading_doses[-1].date
    following = plan.clinic.forward(last + timedelta(spacing))
    ended_by_plateau = following is None or following > plateau
    rest = (plateau - last).days if ended_by_plateau else 0
    return (sum(_wait(plan.clinic, dose) for dose in waits) + rest) // spacing


def _cut_short(plan: Plan) -> int:
    """The days from the last loading dose to an assumed plateau, where they are a gap.

    Only closed days make them longer than the regimen's: every dose that is due by an
    assumed plateau is planned, on the first open day.
    """
    if plan.plateau is None or not plan.plateau.assumed:
        return 0
    last = plan.loading_doses[-1].date
    days = (plan.plateau.date - last).days
    return days if days > plan.case.regimen.loading.spacing[0] else 0


def _thin_weeks(plan: Plan, waits: list[Event], cut: int) -> int:
    """The weeks of the course in which closed days leave fewer than three doses."""
    weeks = Counter((dose.date - plan.start).days // 7 for dose in plan.loading_doses)
    last = plan.loading_doses[-1].date
    closed = [(dose.due, dose.date) for dose in waits]
    end = last
    if cut:
        end += timedelta(cut + 1)
        closed.append((last + timedelta(plan.case.regimen.loading.spacing[0]), end))
    whole = (end - plan.start).days // 7
    touched = {
        (first - plan.start + timedelta(day)).days // 7
        for first, after in closed
        for day in range((after - first).days)
    }
    return sum(week < whole and weeks[week] < 3 for week in touched)


def _holidays_by_part(plan: Plan) -> str | None:
    clinic = plan.clinic
    if clinic.holidays is None:
        return None
    found = clinic.differences(plan.start.year, plan.until.year)
    if found is None:
        return None
    more = len(found.parts) - _NAMED_PARTS
    named = ", ".join(found.parts[:_NAMED_PARTS]) + f" and {more} more" * (more > 0)
    said = f"{holidays_name(clinic.holidays)}: {named} have holidays of their own"
    cure = (
        "state the part that the clinic is in (for instance --holidays "
        f"{for_shell(found.code or '')})"
    )
    for day, name in found.days.items():
        if plan.start <= day <= plan.until and clinic.is_open(day):
            close = f"close such a day with --closed {day}"
            return (
                f"{said}. In this plan days such as {name}, {day_text(day)}, are open: "
                f"{f'{cure}, or {close}' if found.code else close}"
            )
    return f"{said}: {cure}" * bool(found.code) or None


def _assumed(plan: Plan) -> str | None:
    if plan.plateau and plan.plateau.assumed:
        return str(plan.plateau.date)
    return None


def _renal(plan: Plan) -> str | None:
    status = plan.case.renal_status
    return None if status is _NORMAL else str(status)


def _monthly(plan: Plan) -> bool:
    case = plan.case
    often = case.maintenance_interval is case.maintenance_interval.monthly
    return not _uses(plan, _CYANO) and (often or plan.maintenance.step_up is not None)


def _step_up_early(plan: Plan) -> str | None:
    step_up = plan.maintenance.step_up
    end = plan.loading_doses[-1].date if plan.loading_doses else plan.start
    return str(step_up) if step_up and step_up <= end else None


_CHECKS: dict[str, Callable[[Plan], str | None]] = {
    "urgent-neuro": _neuro,
    "loading-interrupted": _interrupted,
    "overdue": _overdue,
    "nothing-recorded": lambda plan: nothing_recorded(plan.case, plan.clinic),
    "first-dose-late": _first_dose_late,
    "plateau-not-recorded": _assumed,
    "gap": _gap,
    "late-closure": _late_closure,
    "holidays-by-part": _holidays_by_part,
    "cyano-neuro": _if(lambda plan: plan.case.neuro and _uses(plan, _CYANO)),
    "cyano-leber": _if(lambda plan: _uses(plan, _CYANO)),
    "renal": _renal,
    "methylcobalamin-unlicensed": _if(lambda plan: _uses(plan, _METHYL)),
    "monthly": _if(_monthly),
    "step-up-early": _step_up_early,
    "months-vs-label": _if(lambda plan: not _uses(plan, _METHYL)),
    "paradoxical-movements": _neuro,
    "recovery": _neuro,
}
