"""What stands where in a FHIR bundle: every event, status, code and caution.

Expected values are typed from the rules of SPEC.md and from what FHIR R4 says of its
elements.
"""

from __future__ import annotations

import json
import re
import sys
import uuid
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from cli import here, is_error
from effort import some_or_all
from fhir.resources.R4B.bundle import Bundle  # only if it is installed
from fhir_cases import (
    Json,
    bundle_of,
    for_patient,
    named,
    only,
    published_files,
    published_plans,
    read,
    resources,
    texts,
    values,
)
from spec import plan_of, table

from b12sched.errors import InputError
from b12sched.plan.cautions import cautions
from b12sched.plan.events import Kind, parted_id
from b12sched.plan.identity import names_of
from b12sched.views import fhir
from b12sched.views.fhir import plan_fhir

NAMESPACE = uuid.UUID("9c4d1f7a-2c3b-4f0e-8d5a-61b7f0c2d9e4")
SIX = "2026-01-05;2026-01-07;2026-01-09;2026-01-12;2026-01-14;2026-01-16"

# --- there and back -----------------------------------------------------------------


def read_back(bundle: Any, ids: dict[str, str]) -> dict[str, tuple[date, str]]:
    """Date and status of every event, from the models of fhir.resources.

    `ids`: the ids of the plan's events by their names in the file.
    """
    found: dict[str, tuple[date, str]] = {}
    for entry in bundle.entry:
        each = entry.resource
        kind = type(each).__name__
        if kind == "MedicationRequest":
            status = {"draft": "provisional"}.get(each.status, "planned")
            for instruction in each.dosageInstruction:
                timing = instruction.timing
                for element, day in zip(
                    timing.event__ext or [], timing.event or [], strict=True
                ):
                    assert element.id not in found
                    found[element.id] = day, status
        elif kind == "MedicationAdministration":
            assert each.status == "completed"
            found[ids[each.id]] = each.effectiveDateTime, "given"
        elif kind == "ServiceRequest":
            name = each.requisition.value.removeprefix("urn:uuid:")
            found[ids[name]] = each.occurrenceDateTime, "planned"
        elif kind == "Task":
            assert each.restriction.period.start == each.restriction.period.end
            found[ids[each.id]] = each.restriction.period.end, "planned"
    return found


@pytest.mark.unmeasured
@some_or_all
def test_dates_statuses_and_given_doses_come_back(thorough: bool) -> None:
    """Read with fhir.resources, every event of every published plan is the plan's.

    Nothing else is lost, added or changed either when the models write it again.
    """
    for plan, data in zip(
        published_plans(thorough), published_files(thorough), strict=True
    ):
        name = names_of(plan.case.patient or "")
        ids = {name(event.id): event.id for event in plan.events}
        bundle = Bundle.model_validate_json(data)
        assert read_back(bundle, ids) == {
            event.id: (event.date, str(event.status)) for event in plan.events
        }
        assert json.loads(bundle.model_dump_json()) == read(data)


@some_or_all
def test_every_reference_leads_to_a_resource_in_the_bundle(thorough: bool) -> None:
    """But for the patient, who is named by identifier only: all published plans."""
    for data in published_files(thorough):
        bundle = read(data)
        there = {entry["fullUrl"] for entry in bundle["entry"]}
        led = [
            node["reference"]
            for node in values(bundle)
            if isinstance(node, dict) and isinstance(node.get("reference"), str)
        ]
        assert set(led) <= there
        assert there - set(led) == {f"urn:uuid:{only(bundle, 'CarePlan')['id']}"}


@some_or_all
def test_nothing_is_empty_and_no_text_has_control_characters(thorough: bool) -> None:
    """FHIR allows no empty value, list or object: all published plans."""
    for data in published_files(thorough):
        for node in values(read(data)):
            assert node not in (None, "", [], {})
            if isinstance(node, str):
                assert node == node.strip()
                assert node.replace("\n", "").isprintable()


# --- identity -----------------------------------------------------------------------


def test_an_id_is_made_of_the_patient_and_a_name_in_the_plan() -> None:
    """UUIDv5 in the project's namespace; id, fullUrl and identifier say the same."""
    bundle = bundle_of(neuro="yes", given="2026-01-05", until="2026-04-10")
    expected = [
        *("plan", "loading", "maintenance", "loading-1"),
        *(f"review-{number}" for number in range(1, 13)),
        *("lab-3m-serum-b12", "lab-3m-cbc", "lab-3m-homocysteine"),
    ]
    found = [str(uuid.uuid5(NAMESPACE, f"A-17\n{name}")) for name in expected]
    assert [each["id"] for each in resources(bundle)] == found
    assert [entry["fullUrl"] for entry in bundle["entry"]] == [
        f"urn:uuid:{name}" for name in found
    ]
    assert bundle["id"] == str(uuid.uuid5(NAMESPACE, "A-17\nbundle"))
    for each in (*resources(bundle), {**bundle, "identifier": [bundle["identifier"]]}):
        assert each["identifier"] == [
            {"system": "urn:ietf:rfc:3986", "value": f"urn:uuid:{each['id']}"}
        ]


def all_ids(data: bytes) -> list[str]:
    bundle = read(data)
    return [bundle["id"], *(each["id"] for each in resources(bundle))]


@pytest.mark.unmeasured
@some_or_all
def test_no_two_resources_share_an_id(thorough: bool) -> None:
    """Nor do two patients with the same plan: all published plans."""
    everywhere: set[str] = set()
    for plan in published_plans(thorough)[::10]:
        for patient in ("A-17", "A-18", "a-17"):
            ids = all_ids(plan_fhir(for_patient(plan, patient)))
            assert len(ids) == len(set(ids))
            everywhere.update(f"{patient} {each}" for each in ids)
    patients: dict[str, set[str]] = {}
    for each in everywhere:
        patient, _, found = each.partition(" ")
        patients.setdefault(found, set()).add(patient)
    assert all(len(of) == 1 for of in patients.values())
    for data in published_files(thorough):
        ids = all_ids(data)
        assert len(ids) == len(set(ids))


def test_an_unchanged_case_gives_the_same_bytes() -> None:
    """There is no clock in it: nothing says when it was written."""
    one, two = (plan_fhir(plan_of(neuro="yes")) for _ in range(2))
    assert one == two
    assert one.endswith(b"}\n")
    written = {"authoredOn", "created", "timestamp", "meta", "lastModified", "recorded"}
    assert not any(written & set(n) for n in values(read(one)) if isinstance(n, dict))


def test_a_moved_event_keeps_its_id() -> None:
    """A date that is corrected, or a start that is put off, changes no id."""
    first = bundle_of(given="2026-01-05")
    later = bundle_of(given="2026-01-06", start="2026-01-06")
    assert [each["id"] for each in resources(first)] == [
        each["id"] for each in resources(later)
    ]
    assert named(first, "loading-1")["effectiveDateTime"] == "2026-01-05"
    assert named(later, "loading-1")["effectiveDateTime"] == "2026-01-06"


# --- statuses -----------------------------------------------------------------------


@pytest.mark.unmeasured
@table(
    "fields, loading, maintenance",
    ("nothing given", {}, "active", "active"),
    ("five of six given", {"given": SIX[:-11]}, "active", "active"),
    ("all six given", {"given": SIX}, "completed", "active"),
    ("the plateau is assumed", {"neuro": "yes"}, "active", "draft"),
    (
        "all planned so far given, the plateau assumed",
        {"neuro": "yes", "given_through": "2026-06-30"},
        "active",
        "draft",
    ),
    (
        "the plateau is recorded, doses not",
        {"neuro": "yes", "plateau": "2026-01-20"},
        "active",
        "active",
    ),
    (
        "the plateau is recorded and all doses given",
        {"neuro": "yes", "plateau": "2026-01-20", "given_through": "2026-01-20"},
        "completed",
        "active",
    ),
)
def test_the_status_of_a_phase(
    fields: dict[str, str], loading: str, maintenance: str
) -> None:
    """Done is completed, what rests on an assumption a draft; the plan is for life."""
    bundle = bundle_of(**fields)
    assert named(bundle, "loading")["status"] == loading
    assert named(bundle, "maintenance")["status"] == maintenance
    assert named(bundle, "plan")["status"] == "active"


def test_a_patient_on_maintenance_has_one_request() -> None:
    """With last_dose there is no loading course to ask for."""
    bundle = bundle_of(last_dose="2026-01-05")
    assert only(bundle, "MedicationRequest") == named(bundle, "maintenance")
    assert len(only(bundle, "CarePlan")["activity"]) == 1


@some_or_all
def test_nothing_is_an_order(thorough: bool) -> None:
    """The program authorises nobody: all published plans.

    In R4 an administration may name a request only if that is an order, and a request
    that a CarePlan lists must not be based on that plan.
    """
    for data in published_files(thorough):
        for each in resources(read(data)):
            if each["resourceType"] == "MedicationAdministration":
                assert "request" not in each
            else:
                assert each["intent"] == "plan"
            actors = {"basedOn", "requester", "performer", "author", "recorder"}
            assert not actors & set(each)


# --- what is given, tested and examined ---------------------------------------------


def test_a_given_dose_is_an_outcome_of_its_phase() -> None:
    """MedicationAdministration, on the day it was given, with why."""
    bundle = bundle_of(given=f"{SIX};2026-03-20")
    (loading, maintenance, *_) = only(bundle, "CarePlan")["activity"]
    assert loading["reference"] == {
        "reference": f"urn:uuid:{names_of('A-17')('loading')}"
    }
    assert [each["reference"] for each in loading["outcomeReference"]] == [
        f"urn:uuid:{names_of('A-17')(f'loading-{number}')}" for number in range(1, 7)
    ]
    assert len(maintenance["outcomeReference"]) == 1
    found = named(bundle, "maintenance-1")
    assert found["effectiveDateTime"] == "2026-03-20"
    (note,) = texts(found)
    assert note.startswith(
        "Maintenance dose 1: hydroxocobalamin 1 mg IM. MAINT: 2 months"
    )
    assert note.endswith("due Mon 2026-03-16, given 4 days later.")
    assert found["dosage"]["text"] == "1 mg IM"


def test_the_labs_are_three_requests_of_one_requisition() -> None:
    """LAB: serum B12, FBC and homocysteine at 3, 6 and 12 months; what to do, why."""
    found = resources(bundle_of(open="mon-fri"), "ServiceRequest")
    assert [each["occurrenceDateTime"] for each in found] == [
        *["2026-04-03"] * 3,
        *["2026-07-03"] * 3,
        *["2027-01-05"] * 3,
    ]
    assert len({each["requisition"]["value"] for each in found}) == 3
    assert len({each["requisition"]["value"] for each in found[:3]}) == 1
    words = [each["code"]["text"] for each in found[:3]]
    assert words == ["Serum B12", "Full blood count (FBC)", "Homocysteine"]
    assert [each["status"] for each in found] == ["active"] * 9
    (reason,) = found[0]["reasonCode"]
    assert reason["text"].startswith("LAB: 3 months after dose 1; due Sun 2026-04-05, ")
    assert texts(found[0])[0] == (
        "Serum B12, full blood count and homocysteine. Homocysteine target below 10 "
        "µmol/L. Clinical follow-up, which NICE asks for at 3 months (at 1 month if "
        "pregnant or breastfeeding)."
    )


def test_an_examination_is_a_task_on_the_day_of_a_dose() -> None:
    """REVIEW-WEEKLY: the last before an assumed plateau asks for the decision."""
    found = resources(bundle_of(neuro="yes"), "Task")
    assert len(found) == 13  # twelve weeks, and the assessment at 6 months
    first, decision = found[0], found[11]
    assert first["restriction"]["period"] == {
        "start": "2026-01-13",
        "end": "2026-01-13",
    }
    assert first["status"] == "requested"
    assert first["code"] == {"text": "Neurological examination 1"}
    assert first["reasonCode"] == {
        "text": "REVIEW-WEEKLY: week 1 of loading; due Mon 2026-01-12, moved to a "
        "dose's visit"
    }
    assert "record the plateau" in decision["description"]
    assert "record the plateau" not in first["description"]


def test_the_assessment_is_a_task() -> None:
    """ASSESS-6M: complete, partial or poor."""
    found = named(bundle_of(neuro="yes"), "assessment-6m")
    assert found["restriction"]["period"]["end"] == "2026-07-05"
    assert found["description"] == "Judge recovery: complete, partial or poor."


@some_or_all
def test_the_activities_are_the_phases_and_then_every_other_event(
    thorough: bool,
) -> None:
    """In the order of the plan; one for each test of a lab: all published plans.

    A treatment that ended has the phases that it reached.
    """
    for plan, data in zip(
        published_plans(thorough), published_files(thorough), strict=True
    ):
        activities = only(read(data), "CarePlan").get("activity", [])
        phases = 1 if plan.loading_doses else 0
        phases += plan.case.ended is None or plan.maintenance.first is not None
        tests = {"lab-potassium": 1, "lab-reticulocytes": 2, "lab-8w": 2}
        others = [
            tests.get(parted_id(event.id)[1], 3 if event.kind is Kind.LAB else 1)
            for event in plan.events
            if event.kind is not Kind.DOSE
        ]
        assert len(activities) == phases + sum(others)


# --- codes --------------------------------------------------------------------------

ATC, RXNORM = "http://www.whocc.no/atc", "http://www.nlm.nih.gov/research/umls/rxnorm"
LOINC = "http://loinc.org"
LABS = {(LOINC, "2132-9"), (LOINC, "14685-2"), (LOINC, "58410-2"), (LOINC, "13965-9")}


INTRAMUSCULAR = ("http://snomed.info/sct", "78421000")


def codes_of(node: object) -> set[tuple[str, str]]:
    """Every code with its system, units left out."""
    return {
        (each["system"], each["code"])
        for each in values(node)
        if isinstance(each, dict) and "code" in each and "system" in each
        if each["system"] != "http://unitsofmeasure.org"
    }


@pytest.mark.parametrize(
    ("drug", "expected"),
    [
        ("hydroxocobalamin", {(ATC, "B03BA03"), (RXNORM, "317106")}),
        ("methylcobalamin", {(ATC, "B03BA05")}),
        # No product code: the one known is of ten times the strength of a dose.
        ("cyanocobalamin", {(ATC, "B03BA01")}),
    ],
)
def test_only_codes_with_evidence_that_are_true_are_shipped(
    drug: str, expected: set[tuple[str, str]]
) -> None:
    """The drug's and the laboratory's; neurology adds none: no diagnosis is stated."""
    for neuro in ("yes", "no"):
        bundle = bundle_of(drug=drug, neuro=neuro, given="2026-01-05")
        assert codes_of(bundle) == expected | LABS | {INTRAMUSCULAR}
        for name in ("loading", "maintenance", "loading-1"):
            found = named(bundle, name)["medicationCodeableConcept"]
            assert codes_of(found) == expected
            assert found["text"] == f"{drug} injection"


def test_each_blood_test_has_its_own_codes() -> None:
    """B12 by mass or moles; the panel; homocysteine in moles, as its target is."""
    bundle = bundle_of()
    expected = {
        "serum-b12": {(LOINC, "2132-9"), (LOINC, "14685-2")},
        "cbc": {(LOINC, "58410-2")},
        "homocysteine": {(LOINC, "13965-9")},
    }
    for name, codes in expected.items():
        assert codes_of(named(bundle, f"lab-6m-{name}")) == codes


# --- what must be said --------------------------------------------------------------


@some_or_all
def test_every_caution_is_a_note_of_the_plan(thorough: bool) -> None:
    """Most serious first, with strength and sources in full: all published plans."""
    for plan, data in zip(
        published_plans(thorough), published_files(thorough), strict=True
    ):
        notes = texts(only(read(data), "CarePlan"))
        for caution, note in zip(cautions(plan), notes, strict=False):
            label = {"warning": "Warning", "info": "Info"}[caution.severity]
            assert note.startswith(f"{label} {caution.code}: {caution.text} Strength: ")
            for key in caution.sources:
                source = plan.case.regimen.source(key)
                assert source.dated in note
                assert all(f"({s}: {a})" in note for s, a in source.places if s)
        rules = {event.rule for event in plan.events}
        assert rules <= set(re.findall("^Rule ([A-Z0-9-]+): ", "\n".join(notes), re.M))


@table(
    "name, expected",
    ("loading", "loading", {"folate-alone", "potassium", "cobalamin-allergy"}),
    (
        "maintenance",
        "maintenance",
        {"plateau-not-recorded", "lifelong", "cobalamin-allergy"},
    ),
    ("labs", "lab-3m-serum-b12", {"serum-b12-on-treatment"}),
    (
        "reviews",
        "review-1",
        {"urgent-neuro", "plateau-not-recorded", "paradoxical-movements"},
    ),
    ("assessment", "assessment-6m", {"recovery"}),
)
def test_a_caution_stands_on_what_it_bears_on(name: str, expected: set[str]) -> None:
    """A request that is read by itself says what must be known beside it."""
    notes = "\n".join(texts(named(bundle_of(neuro="yes"), name)))
    found = set(re.findall("^(?:Warning|Info) ([a-z0-9-]+): ", notes, re.M))
    assert found == expected


def test_the_plan_at_a_glance_says_what_has_no_element_of_its_own() -> None:
    """Neurology and renal status are facts of the case, no diagnosis; no end is set."""
    found = only(bundle_of(neuro="yes"), "CarePlan")
    lines = found["description"].split("\n")
    assert "Regimen: neuro (with neurological involvement)" in lines
    assert "Renal status: normal" in lines
    assert "Plateau: Mon 2026-03-30 (assumed)" in lines
    assert lines[-1] == "Dates: worked out until Tue 2027-01-05; treatment goes on"
    assert found["period"] == {"start": "2026-01-05"}
    assert found["title"] == "Vitamin B12 injection plan"
    assert "addresses" not in found


# --- refusals -----------------------------------------------------------------------


def test_a_plan_without_a_patient_is_refused() -> None:
    """A record system could not file it (exit code 2)."""
    with pytest.raises(InputError) as caught:
        plan_fhir(plan_of(patient=""))
    assert caught.value.field == "patient"
    assert caught.value.hint == "state a reference with --patient"


def test_without_the_library_the_error_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As publishing does without its own (exit code 2)."""
    monkeypatch.setitem(sys.modules, "fhir.resources.R4B.bundle", None)
    with pytest.raises(InputError) as caught:
        plan_fhir(plan_of())
    assert caught.value.hint == "install it: pip install 'b12sched[fhir]'"
    assert caught.value.exit_code == 2


def test_a_batch_without_the_library_is_one_error(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Not one of every row, and no manifest of an earlier run is emptied (exit 2)."""
    monkeypatch.setitem(sys.modules, "fhir.resources.R4B.bundle", None)
    path, directory = tmp_path / "c.csv", tmp_path / "out"
    path.write_text("patient,start,neuro,renal\nA,2026-01-05,no,normal\n")
    done = here("batch", str(path), "-o", str(directory), "--format", "fhir")
    is_error(done, 2, "fhir.resources", "pip install 'b12sched[fhir]'")
    assert not directory.exists()


def test_what_the_models_refuse_is_not_written(monkeypatch: pytest.MonkeyPatch) -> None:
    """A bundle that is wrong is a fault of ours: an error, never a file."""
    wrong: Json = {"resourceType": "Bundle", "type": "collection", "colour": "red"}
    monkeypatch.setattr(fhir, "_bundle", lambda plan: wrong)
    with pytest.raises(ValueError, match="colour"):
        plan_fhir(plan_of())


def test_a_plan_without_dates_is_still_a_plan() -> None:
    """Nothing falls before the horizon: what is asked for is said all the same."""
    bundle = bundle_of(last_dose="2026-01-05", until="2026-01-10")
    kinds = [each["resourceType"] for each in resources(bundle)]
    assert kinds == ["CarePlan", "MedicationRequest"]
