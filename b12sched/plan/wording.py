"""The texts for an event: its title, what to do, and why it is on its date."""

from __future__ import annotations

from datetime import timedelta
from functools import lru_cache

from b12sched.dates import counted, day_text
from b12sched.plan.cautions import Caution, cautions
from b12sched.plan.courses import course_text, last_day, next_dose
from b12sched.plan.decisions import accepted, ended
from b12sched.plan.early_labs import EARLY_TASKS, EARLY_TITLES
from b12sched.plan.events import Event, Kind, Phase, Plan, Status, event_id
from b12sched.plan.public_holidays import holidays_name
from b12sched.plan.rhythm import loading_words, maintenance_text
from b12sched.regimen import FOLLOW_UP_MONTHS, Dose, Drug, Regimen, Renal
from b12sched.rules import HOMOCYSTEINE_TARGET, RULES, SOURCES, Rule, Source, Strength

# Up to Python 3.11 reading an enum member takes ten times as long as a constant.
_DOSE, _REVIEW, _LAB = Kind.DOSE, Kind.REVIEW, Kind.LAB
_LOADING, _MAINTENANCE, _GIVEN = Phase.LOADING, Phase.MAINTENANCE, Status.GIVEN

EXAMINED = "paraesthesia, proprioception, vibration sense, gait and motor strength"
_EXAMINE = f"Examine {EXAMINED}."
_DECIDE = (
    " Decide: still improving, go on loading; no further improvement, record the "
    "plateau."
)


_FOLLOW_UP = (
    " Clinical follow-up, which NICE asks for at 3 months (at 1 month if pregnant or "
    "breastfeeding)."
)


def texts(plan: Plan, event: Event) -> tuple[str, str, str]:
    """Return an event's title, what is done at it, and why it is on its date.

    Most events of a cohort are loading doses on their due dates: what is said of these
    has no date in it, and is worked out once for all patients.
    """
    number, dose = event.number, event.dose
    if (
        event.phase is _LOADING
        and event.date == event.due
        and event.status is not _GIVEN
        and number > 1
        and plan.case.regimen.fixed is None
        and not _decides(plan, event)
    ):
        days = (event.due - plan.loading_doses[number - 2].date).days
        sampled = event.date in plan.sampled
        return _loading_texts(number, plan.case.drug, dose, days, sampled)
    return title(plan, event), what_to_do(plan, event), why(plan, event)


@lru_cache(maxsize=1024)
def _loading_texts(
    number: int, drug: Drug, dose: Dose | None, days: int, sampled: bool
) -> tuple[str, str, str]:
    return (
        _dose_title(_LOADING, number, drug, dose),
        _dose_task(drug, dose, sampled),
        _after(days, number - 1),
    )


def title(plan: Plan, event: Event) -> str:
    """Return an event's title: one line without commas (calendars show them badly)."""
    if event.kind is _DOSE:
        return _dose_title(event.phase, event.number, plan.case.drug, event.dose)
    if event.kind is _REVIEW:
        decide = " and decision on loading" * _decides(plan, event)
        return f"Neurological examination {event.number}{decide}"
    if event.early:
        return ": ".join(EARLY_TITLES[event.number])
    if event.kind is _LAB:
        return f"Labs at {event.number} months: serum B12 + FBC + homocysteine"
    return f"Assessment of recovery at {event.number} months"


def what_to_do(plan: Plan, event: Event) -> str:
    """Return what is done at an event, in a sentence or two."""
    if event.kind is _DOSE:
        sampled = event.date in plan.sampled
        task = _dose_task(plan.case.drug, event.dose, sampled)
        return task + _finding(plan) if _decides(plan, event) else task
    if event.kind is _REVIEW:
        if not _decides(plan, event):
            return _EXAMINE
        return _EXAMINE + (_DECIDE if examination_ends(plan) else _finding(plan))
    if event.kind is _LAB:
        if event.early:
            said = EARLY_TASKS[event.number]
        else:
            said = "Serum B12, full blood count and homocysteine."
            if plan.case.renal_status is Renal.NORMAL:
                said += f" Homocysteine target {HOMOCYSTEINE_TARGET}."
            said += _FOLLOW_UP * (event.number == FOLLOW_UP_MONTHS)
        return said + " Sample before the dose." * (event.date in plan.sampled)
    return "Judge recovery: complete, partial or poor."


def _decides(plan: Plan, event: Event) -> bool:
    """Return whether an event asks for the finding that ends loading."""
    asking = plan.decision
    if asking is None or ("review" in asking) != (event.kind is _REVIEW):
        return False  # the name of an event, which takes longer, is not needed
    return event.id == asking


def finding(plan: Plan) -> str:
    """Return the finding that ends loading, in the regimen's words."""
    part = plan.case.open_part
    assert part is not None  # only a plan with an open part asks
    return part.until


def examination_ends(plan: Plan) -> bool:
    """Return whether what ends loading is an examination without improvement."""
    return finding(plan) == "no further improvement"


def _finding(plan: Plan) -> str:
    """Return the question that ends loading, by the regimen's own finding."""
    return (
        f" Loading goes on until {finding(plan)}: if that is found, record the "
        "plateau; if not, go on loading."
    )


def why(plan: Plan, event: Event) -> str:
    """Return why an event is on its date: how the rule counts, then what moved it."""
    if event.phase is _LOADING:
        reason = _loading_reason(plan, event)
        if _decides(plan, event):
            reason += f"; decision on loading: it goes on until {finding(plan)}"
    elif event.phase is _MAINTENANCE:
        reason = _maintenance_reason(event)
    elif event.kind is _REVIEW:
        reason = f"week {event.number} of loading"
    elif event.early:
        reason = f"{counted(event.number, 'day')} after dose 1"
        if event.date == event.due and not plan.clinic.is_open(event.due):
            closed = plan.clinic.why_closed(event.due)
            return f"{reason}; clinic {closed}: arrange it elsewhere"
    else:
        reason = f"{event.number} months after dose 1"
    if event.date == event.due and event.status is not _GIVEN:
        return reason
    return reason + _moved_reason(plan, event)


def summary(plan: Plan) -> list[tuple[str, str]]:
    """Return the plan at a glance: labels and texts, in the order of reading."""
    case, regimen = plan.case, plan.case.regimen
    lines = []
    if not case.died and (said := accepted(case)):
        lines.append(("Set aside", f"{said}, by the prescriber's decision"))
    if said := ended(case):
        lines.append(("Ended", said))
    if case.course > 1:
        lines.append(("Course", course_text(plan)))
    lines += [
        ("Regimen", regimen_text(regimen)),
        ("Drug", f"{case.drug} {doses_text(plan)}"),
        ("Renal status", _renal_text(plan)),
        ("Clinic", _clinic_text(plan)),
    ]
    if course := plan.loading:
        doses = counted(course.doses, "dose")
        span = f"{day_text(course.first)} to {day_text(course.last)}"
        lines.append(("Loading", f"{loading_words(regimen)}: {doses}, {span}"))
    elif case.last_dose:
        lines.append(("Last dose", day_text(plan.start)))
    else:
        lines.append(("Loading", "none: treatment ended before dose 1"))
    if plan.plateau and (case.ended is None or plan.plateau.date <= case.ended):
        lines.append(
            ("Plateau", f"{day_text(plan.plateau.date)} ({plan.plateau.basis})")
        )
    lines.append(("Maintenance", maintenance_text(plan)))
    lines.append(("Next dose", _next_text(plan)))
    if not plan.over:
        text = f"{plan.ampoules} until {day_text(last_day(plan))}"
        lines.append(("Ampoules", text))
    return lines


def regimen_text(regimen: Regimen) -> str:
    """Return a regimen's name and title, and whether a clinic wrote it."""
    local = ", local protocol" * regimen.local
    return f"{regimen.name} ({regimen.title}{local})"


def doses_by_part(plan: Plan) -> list[tuple[str, Dose]]:
    """Return the dose of loading, then of each part that changes it, by part."""
    regimen, parts = plan.case.regimen, []
    if plan.case.last_dose is None:
        parts.append(("loading", regimen.dose))
        fixed = len(regimen.fixed.offsets) if regimen.fixed else 0
        is_open = regimen.open and len(plan.loading_doses) > fixed
        if regimen.open and is_open and regimen.open.dose != regimen.dose:
            parts.append(("then", regimen.open.dose))
    if not parts or parts[-1][1] != regimen.maintenance.dose:
        parts.append(("maintenance", regimen.maintenance.dose))
    return parts


def doses_text(plan: Plan) -> str:
    """Return the dose of a plan, or that of each part where they differ."""
    parts = doses_by_part(plan)
    if len(parts) == 1:
        return str(parts[0][1])
    return ", ".join(f"{name} {dose}" for name, dose in parts)


def sources_of(plan: Plan) -> dict[str, Source]:
    """Return all sources that a plan's rules and cautions cite, by key."""
    cited = {key for caution in cautions(plan) for key in caution.sources}
    cited.update(key for rule in rules_of(plan).values() for key in rule.sources)
    known = SOURCES | dict(plan.case.regimen.sources)
    return {key: known[key] for key in known if key in cited}


def strengths_of(plan: Plan) -> set[Strength]:
    """Return every strength that a plan's rules and cautions have."""
    claims: list[Caution | Rule] = [*cautions(plan), *rules_of(plan).values()]
    return {strength for claim in claims for strength in claim.strength}


# Cached: a command writes one plan in several formats, one after another.
@lru_cache(maxsize=1)
def rules_of(plan: Plan) -> dict[str, Rule]:
    """Return the rules that determined the dates of a plan, as its regimen has them."""
    regimen = plan.case.regimen
    names = {event.rule for event in plan.events}
    if regimen.local:
        names.update(regimen.rules)
    if plan.maintenance.first:
        names.add("ANCHOR")
        if plan.maintenance.interval.step.unit == "week":
            names.add("WEEKS")
    for event in plan.events:
        if event.planned not in (None, event.due):
            names.add("CLINIC-DAYS")
        if event.status is not _GIVEN and event.planned not in (None, event.date):
            names.add("AS-OF")
    ordered = [*(name for name in regimen.rules if name not in RULES), *RULES]
    drug = plan.case.drug
    return {name: regimen.rule(name, drug) for name in ordered if name in names}


def _clinic_text(plan: Plan) -> str:
    clinic = plan.clinic
    parts = [f"open {clinic.open_text or 'every day, weekends included'}"]
    if clinic.holidays:
        name = holidays_name(clinic.holidays)
        parts.append(f"closed on public holidays of {name}{_unknown_years(plan)}")
    if clinic.closed:
        parts.append(counted(len(clinic.closed), "closed day"))
    return ", ".join(parts)


def _unknown_years(plan: Plan) -> str:
    """Return a note on years whose holidays are not all known; else an empty text."""
    years = range(plan.start.year, plan.until.year + 1)
    unknown = [year for year in years if not plan.clinic.knows(year)]
    if not unknown:
        return ""
    first, last = unknown[0], unknown[-1]
    said = f"{first} to {last}" if first != last else str(first)
    return f" (not all are known for {said}: close such days with --closed)"


def _next_text(plan: Plan) -> str:
    following = next_dose(plan)
    if following is None:
        return "none planned"
    moved = f" (due {day_text(following.due)})" * (following.date != following.due)
    return f"{day_text(following.date)}{moved}"


def _renal_text(plan: Plan) -> str:
    case = plan.case
    if case.egfr is None:
        return str(case.renal_status)
    return f"{case.renal_status} (eGFR {case.egfr:g} mL/min/1.73 m²)"


# Cached: the patients of a cohort share these texts.
@lru_cache(maxsize=1024)
def _dose_title(phase: Phase | None, number: int, drug: Drug, dose: Dose | None) -> str:
    called = "Loading" if phase is _LOADING else "Maintenance"
    return f"{called} dose {number}: {drug} {dose}"


@lru_cache(maxsize=64)
def _dose_task(drug: Drug, dose: Dose | None, sampled: bool) -> str:
    task = f"Inject {drug} {dose}."
    return task + " Take the blood sample first." * sampled


def _loading_reason(plan: Plan, event: Event) -> str:
    if event.number == 1:
        return "first dose"
    fixed = plan.case.regimen.fixed
    # The open part has no fixed days.
    if fixed and event.number <= len(fixed.offsets):
        offset = fixed.offsets[event.number - 1]
        if event.due == plan.start + timedelta(offset):
            return f"day {offset + 1} of the course"
    previous = plan.loading_doses[event.number - 2]
    return _after((event.due - previous.date).days, event.number - 1)


@lru_cache(maxsize=1024)
def _after(days: int, number: int) -> str:
    dose = event_id(_DOSE, _LOADING, number)
    return f"{counted(days, 'day')} after {dose}"


def _maintenance_reason(event: Event) -> str:
    if event.elapsed is None or event.anchor is None:
        return "step-up to monthly"
    return f"{event.elapsed} after the dose of {day_text(event.anchor)}"


def _moved_reason(plan: Plan, event: Event) -> str:
    """Return what moved an event (given date, as of, closed day, another visit)."""
    if event.status is _GIVEN:
        if event.date == event.due:
            return "; given"
        return f"; due {day_text(event.due)}, given {_apart(event)}"
    due = f"; due {day_text(event.due)}, "
    if event.kind is _REVIEW:
        return f"{due}moved to a dose's visit"
    if event.planned is not None and event.date != event.planned:
        return f"{due}not given by {plan.case.as_of}: {_apart(event)}"
    return f"{due}clinic {plan.clinic.why_closed(event.due)}: {_apart(event)}"


def _apart(event: Event) -> str:
    days = (event.date - event.due).days
    return f"{counted(abs(days), 'day')} {'later' if days > 0 else 'earlier'}"
