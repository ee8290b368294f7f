"""When doses are injected, as FHIR dosage instructions: the rhythm and the dates.

FHIR reads a list of dates beside a rhythm as what the rhythm comes to. So the rhythm is
the regimen's, and the dates are the plan's: of the doses not given yet, each with its
id in the plan as the id of its element.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from b12sched.plan.events import Event, Phase, Plan, Status
from b12sched.regimen import Frequency, Interval
from b12sched.views.data import Json
from b12sched.views.fhir.codes import quantity, route

_UNITS = {"month": "mo", "week": "wk"}


class _Part(NamedTuple):
    """A rhythm, the doses that follow it, and its first and last day where known."""

    rhythm: Frequency
    doses: Sequence[Event]
    start: dt.date | None
    end: dt.date | None = None


def loading_dosage(plan: Plan) -> list[Json]:
    """The dosage instructions of the loading course, one a rhythm, in sequence."""
    return _instructions(plan, list(_loading_parts(plan)))


def maintenance_dosage(plan: Plan) -> list[Json]:
    """The dosage instructions of maintenance: one, or two around a step-up."""
    basis = "; provisional: no plateau is recorded" * plan.provisional
    return _instructions(plan, list(_maintenance_parts(plan)), basis)


def _loading_parts(plan: Plan) -> Iterator[_Part]:
    course = iter(plan.loading_doses)
    for rhythm in plan.case.regimen.loading.rhythms:
        doses = list(islice(course, rhythm.doses))
        if plan.plateau is None:
            yield _Part(rhythm, doses, doses[0].date, doses[-1].date)
            continue
        # An assumed plateau bounds nothing: a system that stops at a bound would end
        # loading on a date, and its end is a finding.
        assumed, day = plan.plateau.assumed, plan.plateau.date
        said = (
            f"{rhythm.words}. The end is a clinical finding, never a date: a plateau "
            f"on {day} is assumed, so that dates can be shown"
            if assumed
            else f"{rhythm.words}, which was recorded on {day}"
        )
        end = None if assumed else day
        yield _Part(rhythm._replace(words=said), doses, doses[0].date, end)


def _maintenance_parts(plan: Plan) -> Iterator[_Part]:
    """Maintenance has no end: it is for life.

    Around a step-up the doses are told apart by the rule that made them.
    """
    interval, step_up = plan.case.maintenance_interval, plan.maintenance.step_up
    doses = [dose for dose in plan.doses if dose.phase is Phase.MAINTENANCE]
    usual = [dose for dose in doses if dose.rule == "MAINT"]
    if step_up is None:
        yield _Part(_every(interval, "for life"), usual, _first(usual))
        return
    last = step_up
    if usual or (not doses and plan.maintenance.interval is interval):
        # A dose that was not given in time may come after the day of the step-up.
        last = max([step_up, *(dose.date for dose in usual)])
        until = f"until the step-up on {step_up}"
        yield _Part(_every(interval, until), usual, _first(usual), last)
    monthly = doses[len(usual) :]
    words = f"from the step-up on {step_up}, for life"
    yield _Part(_every(interval.monthly, words), monthly, _first(monthly) or last)


def _every(interval: Interval, words: str) -> Frequency:
    step = interval.step
    every = str(step).removeprefix("1 ")
    return Frequency(f"every {every} {words}", 1, step.length, _UNITS[step.unit])


def _first(doses: Sequence[Event]) -> dt.date | None:
    return doses[0].date if doses else None


def _instructions(plan: Plan, parts: list[_Part], basis: str = "") -> list[Json]:
    dose = plan.case.regimen.dose
    in_plan = {event.id for event in plan.doses}
    return [
        {
            "sequence": number,
            "text": f"{dose} {part.rhythm.words}{basis}.",
            "timing": _timing(part, in_plan),
            "route": route(dose),
            "doseAndRate": [{"doseQuantity": quantity(dose)}],
        }
        for number, part in enumerate(parts, 1)
    ]


def _timing(part: _Part, in_plan: set[str]) -> Json:
    """The dates not given yet, and the rhythm; FHIR has no empty lists."""
    waiting = [
        dose
        for dose in part.doses
        if dose.status is not Status.GIVEN and dose.id in in_plan
    ]
    timing: Json = {}
    if waiting:
        timing["event"] = [dose.date.isoformat() for dose in waiting]
        timing["_event"] = [{"id": dose.id} for dose in waiting]
    rhythm = part.rhythm
    repeat = {
        "boundsPeriod": _period(part.start, part.end),
        "count": rhythm.doses,
        "frequency": rhythm.frequency,
        "period": rhythm.period,
        "periodMax": rhythm.period_max,
        "periodUnit": rhythm.unit,
    }
    timing["repeat"] = {name: value for name, value in repeat.items() if value}
    return timing


def _period(start: dt.date | None, end: dt.date | None) -> Json:
    days = {"start": start, "end": end}
    return {name: day.isoformat() for name, day in days.items() if day}
