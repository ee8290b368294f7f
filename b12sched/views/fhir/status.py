"""How far a plan and its requests have come, in the words of FHIR."""

from __future__ import annotations

from b12sched.plan.case import Because
from b12sched.plan.courses import loading_done
from b12sched.plan.decisions import ended
from b12sched.plan.events import Plan, Status
from b12sched.views.data import Json
from b12sched.views.fhir.codes import concept

ACTIVE, COMPLETED = "active", "completed"
DRAFT, STOPPED = "draft", "stopped"


def plan_status(plan: Plan) -> str:
    """Return active, or how treatment ended; the note of the end says why.

    It is completed where the cause is gone, and revoked where it ended without that.
    """
    if plan.case.ended is None:
        return ACTIVE
    return COMPLETED if plan.case.because is Because.RESOLVED else "revoked"


def loading_status(plan: Plan) -> str:
    """Return completed if all doses of the course are given, else active or stopped.

    While its end is assumed it stays active: a dose to come is always in it.
    """
    given = all(dose.status is Status.GIVEN for dose in plan.loading_doses)
    if plan.over and not (given and loading_done(plan)):
        return STOPPED
    return COMPLETED if given else ACTIVE


def maintenance_status(plan: Plan) -> str:
    """Return draft while maintenance rests on an unrecorded plateau, else active.

    Once treatment ended it is stopped.
    """
    if plan.over:
        return STOPPED
    return DRAFT if plan.provisional else ACTIVE


def reason_of_end(plan: Plan) -> Json | None:
    """Return why a request is no longer in force; None while it is."""
    if not plan.over:
        return None
    return concept(f"Treatment ended on {ended(plan.case)}")
