"""A plan for record systems: a FHIR R4 bundle, valid in R4B too.

It is a collection, not a transaction: it states the plan, and the receiving system
decides what to do with it. docs/fhir.md says what stands where, and what is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from b12sched.dates import day_text
from b12sched.errors import InputError
from b12sched.plan.cautions import cautions
from b12sched.plan.courses import earlier_text, heading, in_maintenance, last_day
from b12sched.plan.events import Event, Kind, Phase, Plan, Status, prefix_of
from b12sched.plan.identity import names_of
from b12sched.plan.wording import rules_of, summary, title, what_to_do, why
from b12sched.views.data import Json, json_bytes
from b12sched.views.fhir.codes import (
    concept,
    identifier,
    medication,
    quantity,
    route,
    tests_of,
)
from b12sched.views.fhir.notes import caution_note, rule_note
from b12sched.views.fhir.status import (
    ACTIVE,
    COMPLETED,
    loading_status,
    maintenance_status,
    plan_status,
    reason_of_end,
)
from b12sched.views.fhir.timing import (
    loading_dosage,
    maintenance_dosage,
    period,
    phase_doses,
)

# An intention that authorizes nobody to act: an order is the prescriber's.
_INTENT = "plan"


def plan_fhir(plan: Plan) -> bytes:
    """Return the plan as a FHIR R4 bundle: JSON in UTF-8.

    Raises InputError for a plan without a patient reference, and if `fhir.resources` is
    not installed.
    """
    bundle = _bundle(plan)
    _check(bundle)
    return json_bytes(bundle)


def check_installed() -> None:
    """Raise InputError if the models that validate a bundle are not installed."""
    try:
        import fhir.resources.R4B.bundle  # noqa: F401  # only whether it is there
    except ImportError:
        raise InputError(
            "FHIR needs the fhir.resources library, which is not installed",
            "install it: pip install 'b12sched[fhir]'",
        ) from None


def _check(bundle: Json) -> None:
    """Validate a bundle; raise the models' error, as an invalid bundle is our fault.

    The models are those of R4B, which equals R4 for the resources used here.
    """
    check_installed()
    from fhir.resources.R4B.bundle import Bundle

    Bundle.model_validate(bundle)


class _File(NamedTuple):
    """The plan, names and patient that every resource of a bundle needs."""

    plan: Plan
    name: Callable[[str], str]
    patient: Json

    def resource(self, kind: str, name: str, **fields: object) -> Json:
        """Return a resource whose id depends only on the patient and on `name`."""
        found = self.name(name)
        head: Json = {"resourceType": kind, "id": found}
        # FHIR has no empty lists: what is absent is left out.
        there = {key.rstrip("_"): value for key, value in fields.items() if value}
        return head | {"identifier": [identifier(found)]} | there

    def own(self, name: str) -> str:
        """Return the name of a resource of this course of treatment.

        The resources of an earlier course keep theirs: nothing of it is overwritten.
        """
        return prefix_of(self.plan.case.course) + name

    def reference(self, name: str) -> Json:
        return {"reference": f"urn:uuid:{self.name(name)}"}

    def notes(self, bears_on: str) -> list[Json]:
        """Return the cautions on a phase of doses, or on a kind of other events."""
        found = cautions(self.plan)
        return [
            caution_note(self.plan, each) for each in found if bears_on in each.bears_on
        ]


def _bundle(plan: Plan) -> Json:
    if plan.case.patient is None:
        raise InputError(
            "is missing: a record system could not tell whose plan it is",
            "state a reference with --patient",
            field="patient",
            code="missing",
        )
    # No system is named: the case does not say who issued the reference.
    patient: Json = {"type": "Patient", "identifier": {"value": plan.case.patient}}
    file = _File(plan, names_of(plan.case.patient), patient)
    resources = [_care_plan(file), *_requests(file)]
    for event in plan.events:
        if event.kind is not Kind.DOSE:
            resources += _visit(file, event)
        elif event.status is Status.GIVEN:
            resources.append(_administration(file, event))
    name = file.name(file.own("bundle"))
    return {
        "resourceType": "Bundle",
        "id": name,
        "identifier": identifier(name),
        "type": "collection",
        "entry": [
            {"fullUrl": f"urn:uuid:{resource['id']}", "resource": resource}
            for resource in resources
        ],
    }


def _care_plan(file: _File) -> Json:
    plan = file.plan
    lines = [f"{label}: {text}" for label, text in summary(plan)]
    if plan.case.ended is None:
        until = day_text(plan.until)
        lines.append(f"Dates: worked out until {until}; treatment goes on")
    return file.resource(
        "CarePlan",
        file.own("plan"),
        replaces=list(_earlier_plans(file)),
        status=plan_status(plan),
        intent=_INTENT,
        title=heading(plan),
        description="\n".join(lines),
        subject=file.patient,
        # For life: an end only if treatment ended.
        period=period(plan.start, plan.case.ended and last_day(plan)),
        activity=list(_activities(file)),
        note=[
            *(caution_note(plan, caution) for caution in cautions(plan)),
            *(rule_note(plan, name, rule) for name, rule in rules_of(plan).items()),
        ],
    )


def _earlier_plans(file: _File) -> Iterator[Json]:
    """Yield references to the plans of the earlier courses, the newest first.

    They are not in this bundle: a reference by identifier finds those that were sent.
    """
    texts = {each.number: earlier_text(each) for each in file.plan.earlier}
    for number in range(file.plan.case.course - 1, 0, -1):
        name = file.name(f"{prefix_of(number)}plan")
        yield {
            "type": "CarePlan",
            "identifier": identifier(name),
            "display": texts.get(number, f"course {number}"),
        }


def _activities(file: _File) -> Iterator[Json]:
    """Yield the phases with the doses given in them, then all other events in order.

    A given dose is an outcome of its phase: FHIR lets an administration name the
    request that it follows only if that is an order.
    """
    plan = file.plan
    for phase in _phases(plan):
        given = [
            file.reference(dose.id)
            for dose in plan.doses
            if dose.phase is phase and dose.status is Status.GIVEN
        ]
        activity: Json = {"outcomeReference": given} if given else {}
        yield activity | {"reference": file.reference(file.own(phase))}
    for event in plan.events:
        for name in _names(event):
            yield {"reference": file.reference(name)}


def _phases(plan: Plan) -> tuple[Phase, ...]:
    """Return the phases of a plan, without one before which treatment ended."""
    phases = []
    if plan.loading_doses:
        phases.append(Phase.LOADING)
    if in_maintenance(plan):
        phases.append(Phase.MAINTENANCE)
    return tuple(phases)


def _names(event: Event) -> tuple[str, ...]:
    """Return the names of the resources that request an event; none for a dose."""
    if event.kind is Kind.DOSE:
        return ()
    if event.kind is Kind.LAB:
        return tuple(f"{event.id}-{test}" for test in tests_of(event))
    return (event.id,)


def _requests(file: _File) -> Iterator[Json]:
    """Yield a MedicationRequest for each phase."""
    plan = file.plan
    for phase in _phases(plan):
        loading = phase is Phase.LOADING
        asked: list[Json] = [
            {"text": f"{day_text(dose.date)}: {what_to_do(plan, dose)}"}
            for dose in plan.doses
            if loading and dose.id == plan.decision
        ]
        yield file.resource(
            "MedicationRequest",
            file.own(phase),
            status=loading_status(plan) if loading else maintenance_status(plan),
            statusReason=reason_of_end(plan),
            intent=_INTENT,
            medicationCodeableConcept=medication(
                plan.case.drug, phase_doses(plan, phase)
            ),
            subject=file.patient,
            note=asked + file.notes(phase),
            dosageInstruction=(loading_dosage if loading else maintenance_dosage)(plan),
        )


def _administration(file: _File, event: Event) -> Json:
    plan, dose = file.plan, event.dose
    assert dose is not None  # only a dose is given
    return file.resource(
        "MedicationAdministration",
        event.id,
        status=COMPLETED,
        medicationCodeableConcept=medication(plan.case.drug, [dose]),
        subject=file.patient,
        effectiveDateTime=event.date.isoformat(),
        note=[{"text": f"{title(plan, event)}. {_reason(plan, event)}."}],
        dosage={"text": str(dose), "route": route(dose), "dose": quantity(dose)},
    )


def _visit(file: _File, event: Event) -> Iterator[Json]:
    """Yield the resources that request an event that is no dose.

    Blood tests are ServiceRequests of one requisition. An examination or assessment is
    a Task: an Appointment would need a time of day, and a ServiceRequest a service,
    while the request is for a finding and a decision.
    """
    plan, day = file.plan, event.date.isoformat()
    words, reason = what_to_do(plan, event), concept(_reason(plan, event))
    if event.kind is Kind.LAB:
        for name, test in zip(_names(event), tests_of(event).values(), strict=True):
            yield file.resource(
                "ServiceRequest",
                name,
                requisition=identifier(file.name(event.id)),
                status="revoked" if plan.over else ACTIVE,
                intent=_INTENT,
                code=test,
                subject=file.patient,
                occurrenceDateTime=day,
                reasonCode=[reason],
                note=[{"text": words}, *file.notes(event.kind)],
            )
        return
    yield file.resource(
        "Task",
        event.id,
        status="cancelled" if plan.over else "requested",
        statusReason=reason_of_end(plan),
        intent=_INTENT,
        code=concept(title(plan, event)),
        description=words,
        for_=file.patient,
        reasonCode=reason,
        note=file.notes(event.kind),
        restriction={"period": {"start": day, "end": day}},
    )


def _reason(plan: Plan, event: Event) -> str:
    """Return the rule that asks for an event, and why it is on its date."""
    return f"{event.rule}: {why(plan, event)}"
