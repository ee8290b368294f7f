"""FHIR bundles before four judges: each accepts all of ours and rejects broken ones.

The models of fhir.resources (all are read with them in test_fhir.py); @medplum/core and
fhir, two packages of npm, with the official definitions of R4 4.0.1; and the official
JSON Schema.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy

import pytest
from effort import some_or_all
from fhir.resources.R4B.bundle import Bundle  # only if it is installed
from fhir_cases import (
    Json,
    bundle_of,
    for_patient,
    named,
    published_files,
    published_plans,
    read,
    schema_errors,
    validate,
)
from hypothesis import given, settings
from ics_cases import references
from spec import plan_of

from b12sched.views.fhir import plan_fhir

HOSTILE = (
    "<script>alert(1)</script>",
    "\"}],\"resourceType\":\"Patient\",\"x\":[{\"",
    "A'; DROP TABLE patients; --",
    "&amp; <b>bold</b> \\u0000 \\n",
    "漢字 😀 é\u0301 ש ß",
    "urn:uuid:9c4d1f7a-2c3b-4f0e-8d5a-61b7f0c2d9e4",
    "Patient/1",
    "[red] {{7*7}} ${HOME} %s",
)  # fmt: skip


@pytest.mark.needs_fhir_validator
@some_or_all
def test_the_published_plans_are_valid_in_node(thorough: bool) -> None:
    """No error in any of the 363 bundles, from either validator."""
    found = validate(published_files(thorough))
    assert len(found) == len(published_plans(thorough)) >= 60
    assert [each for each in found if each != {"medplum": [], "fhir": []}] == []


@pytest.mark.needs_fhir_validator
@some_or_all
def test_the_published_plans_are_valid_by_the_official_schema(thorough: bool) -> None:
    """Every tenth of them."""
    for data in published_files(thorough)[::10]:
        assert schema_errors(read(data)) == []


@pytest.mark.unmeasured
@pytest.mark.needs_fhir_validator
def test_a_hostile_patient_reference_is_data() -> None:
    """It stands in the patients' identifiers, letter by letter, and nowhere else."""
    plans = [for_patient(plan_of(given="2026-01-05"), text) for text in HOSTILE]
    files = [plan_fhir(plan) for plan in plans]
    assert validate(files) == [{"medplum": [], "fhir": []}] * len(HOSTILE)
    assert HOSTILE[4] in files[4].decode()
    for text, data in zip(HOSTILE, files, strict=True):
        bundle = read(data)
        assert schema_errors(bundle) == []
        patient = {"type": "Patient", "identifier": {"value": text}}
        for entry in bundle["entry"]:
            resource = entry["resource"]
            subject = "for" if resource["resourceType"] == "Task" else "subject"
            assert resource.pop(subject) == patient
        assert json.dumps(text) not in json.dumps(bundle)


@settings(max_examples=25, deadline=None)
@given(references)
def test_any_patient_reference_makes_a_valid_bundle(patient: str) -> None:
    """Whatever SPEC 1 allows, the models take."""
    plan = for_patient(published_plans()[0], patient)
    (entry, *_) = read(plan_fhir(plan))["entry"]
    assert entry["resource"]["subject"]["identifier"] == {"value": patient}


# --- each judge can say no ----------------------------------------------------------


def timing(bundle: Json) -> Json:
    found: Json = named(bundle, "loading")["dosageInstruction"][0]["timing"]
    return found


def _set(name: str, **fields: object) -> Callable[[Json], None]:
    return lambda bundle: named(bundle, name).update(fields)


def _without(name: str, field: str) -> Callable[[Json], None]:
    return lambda bundle: named(bundle, name).pop(field)


BREAKS: dict[str, tuple[Callable[[Json], object], set[str]]] = {
    "no status": (_without("loading", "status"), {"models", "medplum", "fhir"}),
    "no subject": (
        _without("plan", "subject"),
        {"models", "medplum", "fhir", "schema"},
    ),
    "no medication": (
        _without("loading-1", "medicationCodeableConcept"),
        {"models", "medplum", "fhir"},
    ),
    "two of a choice": (
        _set("loading", medicationReference={"reference": "Medication/1"}),
        {"models"},
    ),
    "a list for one value": (
        _set("plan", title=["a", "b"]),
        {"models", "medplum", "schema"},
    ),
    "one value for a list": (
        _set("plan", note={"text": "a"}),
        {"models", "medplum", "fhir", "schema"},
    ),
    "a number for a text": (_set("plan", title=7), {"models", "medplum", "schema"}),
    "a text for a number": (
        lambda bundle: timing(bundle)["repeat"].update(count="6"),
        {"medplum", "schema"},
    ),
    "a count of none": (
        lambda bundle: timing(bundle)["repeat"].update(count=0),
        {"models", "medplum"},
    ),
    "an empty text": (_set("plan", title=""), {"models", "schema"}),
    "no date": (
        _set("loading-1", effectiveDateTime="5 Jan 2026"),
        {"models", "medplum", "schema"},
    ),
    "an unknown element": (
        _set("loading", authorised=True),
        {"models", "medplum", "schema"},
    ),
    "an id with a space": (_set("review-1", id="review 1"), {"models", "schema"}),
    "an unknown request status": (_set("loading", status="planned"), {"fhir"}),
    "an unknown intent": (_set("plan", intent="wish"), {"fhir"}),
    "an unknown task status": (_set("review-1", status="active"), {"fhir", "schema"}),
    "an unknown dose status": (_set("loading-1", status="given"), {"fhir"}),
    "an unknown unit of time": (
        lambda bundle: timing(bundle)["repeat"].update(periodUnit="day"),
        {"schema"},
    ),
    "an unknown type of bundle": (
        lambda bundle: bundle.update(type="file"),
        {"fhir", "schema"},
    ),
    "a subject that is a device": (
        _set("loading", subject={"type": "Device", "identifier": {"value": "A-17"}}),
        {"fhir"},
    ),
    "a period without its unit (tim-2)": (
        lambda bundle: timing(bundle)["repeat"].pop("periodUnit"),
        {"medplum"},
    ),
    "a dosage without a dose (mad-1)": (
        _set("loading-1", dosage={"text": "1 mg IM"}),
        {"medplum"},
    ),
    "an activity told twice (cpl-3)": (
        lambda bundle: named(bundle, "plan")["activity"][0].update(
            detail={"status": "scheduled"}
        ),
        {"medplum"},
    ),
    "one fullUrl for two (bdl-7)": (
        lambda bundle: bundle["entry"][1].update(fullUrl=bundle["entry"][0]["fullUrl"]),
        {"medplum"},
    ),
    "a kind of resource that there is not": (
        _set("loading", resourceType="Medicine"),
        {"models", "medplum", "fhir", "schema"},
    ),
}
"""How a bundle is broken, and which of the judges say so."""


def models_reject(bundle: Json) -> bool:
    try:
        Bundle.model_validate(bundle)
    except (ValueError, KeyError):  # the second for a kind that they do not know
        return True
    return False


@pytest.mark.unmeasured
@pytest.mark.needs_fhir_validator
def test_the_judges_reject_what_is_broken() -> None:
    """Cardinality, types, codes of required bindings and invariants, one at a time."""
    whole = bundle_of(neuro="yes", given="2026-01-05")
    broken = []
    for break_it, _ in BREAKS.values():
        bundle = deepcopy(whole)
        break_it(bundle)
        broken.append(bundle)
    in_node = validate(json.dumps(bundle).encode() for bundle in broken)
    said = {}
    for name, bundle, found in zip(BREAKS, broken, in_node, strict=True):
        found["models"] = ["error"] * models_reject(bundle)
        found["schema"] = schema_errors(bundle)
        said[name] = {judge for judge, errors in found.items() if errors}
    assert said == {name: judges for name, (_, judges) in BREAKS.items()}
