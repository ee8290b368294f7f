"""Bundles for the FHIR tests, ways to read them back, and the validators."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable, Iterator
from copy import copy
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
from cases import CASES, plan_of_case
from effort import every
from referencing import Registry
from referencing.exceptions import Unresolvable
from referencing.jsonschema import DRAFT6
from spec import plan_of

from b12sched import Plan
from b12sched.errors import B12SchedError
from b12sched.plan.identity import names_of
from b12sched.views.fhir import plan_fhir

VALIDATOR = Path(__file__).parents[1] / "fhir_validator"
_DEFINITIONS = VALIDATOR / "node_modules" / "@medplum" / "definitions" / "dist" / "fhir"

Json = dict[str, Any]


# --- bundles ------------------------------------------------------------------------


@cache
def published_plans(thorough: bool = False) -> tuple[Plan, ...]:
    """The plans of published cases that are not refused: all, or one in twelve."""
    found = []
    for row in every(12, CASES, thorough=thorough):
        try:
            found.append(plan_of_case(row))
        except B12SchedError:
            assert "exit" in row["expect"]
    return tuple(found)


@cache
def published_files(thorough: bool = False) -> tuple[bytes, ...]:
    """What is written for each of those plans."""
    return tuple(plan_fhir(plan) for plan in published_plans(thorough))


def bundle_of(**fields: str) -> Json:
    """The bundle for these fields of a row and of a clinic."""
    return read(plan_fhir(plan_of(**fields)))


def for_patient(plan: Plan, patient: str) -> Plan:
    """The plan with any reference, even one that a case refuses."""
    case = copy(plan.case)
    object.__setattr__(case, "patient", patient)
    return replace(plan, case=case)


# --- looking into one ---------------------------------------------------------------


def read(data: bytes) -> Json:
    bundle: Json = json.loads(data)
    return bundle


def resources(bundle: Json, kind: str = "") -> list[Json]:
    """The resources of a kind, in the order of the file; all without one."""
    found = [entry["resource"] for entry in bundle["entry"]]
    return [each for each in found if kind in ("", each["resourceType"])]


def only(bundle: Json, kind: str) -> Json:
    """The one resource of a kind."""
    (found,) = resources(bundle, kind)
    return found


def named(bundle: Json, name: str, patient: str = "A-17") -> Json:
    """The resource for a name in the plan of a patient: `loading`, `lab-3m-cbc`."""
    wanted = names_of(patient)(name)
    (found,) = (each for each in resources(bundle) if each["id"] == wanted)
    return found


def dosage(bundle: Json, phase: str) -> list[Json]:
    """The dosage instructions of a phase."""
    found: list[Json] = named(bundle, phase)["dosageInstruction"]
    return found


def repeats(bundle: Json, phase: str) -> list[Json]:
    """The rhythms of a phase."""
    return [each["timing"]["repeat"] for each in dosage(bundle, phase)]


def texts(resource: Json) -> list[str]:
    """The notes of a resource."""
    return [note["text"] for note in resource.get("note", [])]


def values(node: object) -> Iterator[object]:
    """Every list, object and value inside one, itself included."""
    yield node
    inside = node.values() if isinstance(node, dict) else node
    if isinstance(inside, Iterable) and not isinstance(inside, str):
        for each in inside:
            yield from values(each)


# --- validators ---------------------------------------------------------------------


def validate(files: Iterable[bytes]) -> list[dict[str, list[str]]]:
    """What the validators in Node find in each file; one process for all."""
    lines = "".join(json.dumps(read(data)) + "\n" for data in files)
    done = subprocess.run(
        ["node", str(VALIDATOR / "validate.mjs")],  # noqa: S607 found on the PATH
        input=lines,
        capture_output=True,
        check=True,
        text=True,
        encoding="utf-8",
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


@cache
def _official_schema() -> Registry[Any]:
    text = (_DEFINITIONS / "r4" / "fhir.schema.json").read_text("utf-8")
    resource = DRAFT6.create_resource(json.loads(text))
    registry: Registry[Any] = Registry().with_resource("urn:r4", resource)
    return registry.crawl()


@cache
def _schema_of(kind: str) -> jsonschema.Draft6Validator:
    schema = {"$ref": f"urn:r4#/definitions/{kind}"}
    return jsonschema.Draft6Validator(schema, registry=_official_schema())


def schema_errors(bundle: Json) -> list[str]:
    """What the official JSON Schema of R4 4.0.1 finds in a bundle.

    Resource by resource: on a whole bundle it tries all 146 kinds for each.
    """
    shell = {name: value for name, value in bundle.items() if name != "entry"}
    found = []
    for resource in (shell, *resources(bundle)):
        kind = resource["resourceType"]
        try:
            errors = list(_schema_of(kind).iter_errors(resource))
        except Unresolvable:
            found.append(f"{kind} is no kind of resource")
            continue
        found += [f"{error.json_path}: {error.message}" for error in errors]
    return found
