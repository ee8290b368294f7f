"""FHIR dosage instructions: the rhythm and the dates of the doses.

FHIR reads a list of dates beside a rhythm as the result of that rhythm. So the rhythm
is the regimen's, and the dates are those of the plan's doses not given yet. The id of
each date's element is the dose's id in the plan.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from b12sched.plan.events import Event, Phase, Plan, Status
from b12sched.plan.rhythm import Frequency, frequencies
from b12sched.regimen import Dose, Interval
from b12sched.views.data import Json
from b12sched.views.fhir.codes import quantity, route

_UNITS = {"month": "mo", "week": "wk"}


_Part = tuple[str, Json, Dose]
"""One rhythm of a phase: in words, as a FHIR Timing, and the dose."""


def phase_doses(plan: Plan, phase: Phase) -> set[Dose]:
    """Return what is injected in a phase."""
    regimen = plan.case.regimen
    if phase is Phase.MAINTENANCE:
        return {regimen.maintenance.dose}
    return {part.dose for part in (regimen.fixed, regimen.open) if part}


def loading_dosage(plan: Plan) -> list[Json]:
    """Return the dosage instructions of loading, one per rhythm, in sequence."""
    return _instructions(_loading_parts(plan))


def maintenance_dosage(plan: Plan) -> list[Json]:
    """Return the dosage instructions of maintenance: one, or two around a step-up."""
    basis = "; provisional: no plateau is recorded" * plan.provisional
    return _instructions(_maintenance_parts(plan), basis)


def _loading_parts(plan: Plan) -> Iterator[_Part]:
    course = iter(plan.loading_doses)
    # The course may go on after the horizon, but a plan's dates end there.
    in_plan = {event.id for event in plan.doses}
    for rhythm in frequencies(plan.case.regimen):
        doses = list(islice(course, rhythm.doses))
        if not doses:
            # A recorded plateau ended loading before its open part began.
            return
        first, last, dose = doses[0].date, doses[-1].date, doses[0].dose
        assert dose is not None  # each is a dose
        shown = [each for each in doses if each.id in in_plan]
        if rhythm.doses is not None or plan.plateau is None:
            yield rhythm.words, _timing(rhythm, shown, first, last), dose
            continue
        # An assumed plateau sets no end: a system that stops at an end would stop
        # loading on a date, but the end of loading is a finding.
        assumed, day = plan.plateau.assumed, plan.plateau.date
        said = (
            f"{rhythm.words}. The end is a clinical finding, never a date: a plateau "
            f"on {day} is assumed, so that dates can be shown"
            if assumed
            else f"{rhythm.words}, which was recorded on {day}"
        )
        # A dose of the fixed part may come after a recorded plateau, an open one not.
        yield said, _timing(rhythm, shown, first, None if assumed else day), dose


def _maintenance_parts(plan: Plan) -> Iterator[_Part]:
    """Yield maintenance, which has no end date unless treatment ended.

    Around a step-up, the rule of a dose tells which part it belongs to.
    """
    interval, step_up = plan.case.maintenance_interval, plan.maintenance.step_up
    dose = plan.case.regimen.maintenance.dose
    doses = [dose for dose in plan.doses if dose.phase is Phase.MAINTENANCE]
    usual = [dose for dose in doses if dose.rule == "MAINT"]
    words, end = "with no end date", plan.case.ended
    if end is not None:
        words = f"until the end of treatment on {end}"
    if step_up is None or (end is not None and step_up > end):
        yield *_every(interval, words, usual, _first(usual), end), dose
        return
    last = step_up
    if usual or (not doses and plan.maintenance.interval == interval):
        # A dose that was not given in time may come after the day of the step-up.
        last = max([step_up, *(dose.date for dose in usual)])
        until = f"until the step-up on {step_up}"
        yield *_every(interval, until, usual, _first(usual), last), dose
    monthly = doses[len(usual) :]
    words = f"from the step-up on {step_up}, {words}"
    start = _first(monthly) or last
    yield *_every(interval.monthly, words, monthly, start, end), dose


def _every(
    interval: Interval,
    words: str,
    doses: Sequence[Event],
    start: dt.date | None,
    end: dt.date | None = None,
) -> tuple[str, Json]:
    step = interval.step
    said = f"every {str(step).removeprefix('1 ')} {words}".rstrip()
    rhythm = Frequency(said, said, 1, step.length, _UNITS[step.unit])
    return said, _timing(rhythm, doses, start, end)


def _first(doses: Sequence[Event]) -> dt.date | None:
    return doses[0].date if doses else None


def _instructions(parts: Iterable[_Part], basis: str = "") -> list[Json]:
    return [
        {
            "sequence": number,
            "text": f"{_said(dose, words)}{basis}.",
            "timing": timing,
            "route": route(dose),
            "doseAndRate": [{"doseQuantity": quantity(dose)}],
        }
        for number, (words, timing, dose) in enumerate(parts, 1)
    ]


def _said(dose: Dose, words: str) -> str:
    """Return what is injected and how often, the dose once."""
    then = "then " if words.startswith("then ") else ""
    return f"{then}{dose} {words.removeprefix(then).removeprefix(f'{dose.amount} ')}"


def _timing(
    rhythm: Frequency,
    doses: Iterable[Event],
    start: dt.date | None,
    end: dt.date | None,
) -> Json:
    """Return the dates not given yet, and the rhythm; FHIR has no empty lists."""
    waiting = [dose for dose in doses if dose.status is not Status.GIVEN]
    timing: Json = {}
    if waiting:
        timing["event"] = [dose.date.isoformat() for dose in waiting]
        timing["_event"] = [{"id": dose.id} for dose in waiting]
    repeat = {
        "boundsPeriod": period(start, end),
        "count": rhythm.doses,
        "frequency": rhythm.frequency,
        "period": rhythm.period,
        "periodMax": rhythm.period_max,
        "periodUnit": rhythm.unit,
    }
    timing["repeat"] = {name: value for name, value in repeat.items() if value}
    return timing


def period(start: dt.date | None, end: dt.date | None) -> Json:
    """Return a FHIR Period, without the ends that are not known."""
    days = {"start": start, "end": end}
    return {name: day.isoformat() for name, day in days.items() if day}
