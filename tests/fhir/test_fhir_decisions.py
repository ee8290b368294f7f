"""FHIR of decisions on record: set aside, ended, begun again, anaemia."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from fhir_cases import bundle_of, named, only, read, resources
from spec import day, plan_of, table

from b12sched.plan.events import EarlierCourse
from b12sched.plan.identity import uid
from b12sched.regimen import Drug
from b12sched.views.fhir import plan_fhir

GIVEN = "2026-01-05;2026-01-07"
WHOLE = "2026-01-05;2026-01-07;2026-01-09;2026-01-12;2026-01-14;2026-01-16"


def statuses(bundle: Any) -> dict[str, set[str]]:
    """The statuses of the resources of each kind."""
    found: dict[str, set[str]] = {}
    for entry in bundle["entry"]:
        resource = entry["resource"]
        found.setdefault(resource["resourceType"], set()).add(resource["status"])
    return found


def test_the_first_note_says_what_the_prescriber_set_aside() -> None:
    """On the plan, on each request, and in the description above all else."""
    bundle = bundle_of(drug="cyanocobalamin", renal="unknown", accept="RENAL-CYANO")
    plan = only(bundle, "CarePlan")
    assert plan["note"][0]["text"].startswith("Warning accepted: ")
    assert plan["description"].startswith("Set aside: cyanocobalamin with renal")
    for request in resources(bundle, "MedicationRequest"):
        assert request["note"][0]["text"].startswith("Warning accepted: ")


@table(
    "because, status",
    ("death", "died", "revoked"),
    ("a move", "moved", "revoked"),
    ("tablets", "oral", "revoked"),
    ("the patient's wish", "declined", "revoked"),
    ("the cause gone", "resolved", "completed"),
    ("anything else", "other", "revoked"),
)
def test_a_plan_that_ended_is_revoked_or_completed_with_its_reason(
    because: str, status: str
) -> None:
    """No request is in force any more, and none is for after the end."""
    bundle = bundle_of(
        neuro="yes",
        given=GIVEN,
        ended="2026-01-13",
        as_of="2026-01-20",
        because=because,
    )
    plan = only(bundle, "CarePlan")
    assert plan["status"] == status
    assert plan["period"] == {"start": "2026-01-05", "end": "2026-01-13"}
    assert plan["title"].endswith(", ended")
    assert "goes on" not in plan["description"]
    (request,) = resources(bundle, "MedicationRequest")
    assert request["status"] == "stopped"
    assert request["statusReason"]["text"].startswith(
        "Treatment ended on Tue 2026-01-1"
    )
    assert "event" not in request["dosageInstruction"][0]["timing"]


def test_a_loading_course_that_was_given_whole_is_completed() -> None:
    """The end came afterwards: maintenance is stopped, and has its end."""
    bundle = bundle_of(
        given=f"{WHOLE};2026-03-16",
        ended="2026-04-01",
        because="moved",
        as_of="2026-05-20",
    )
    found = {r["id"]: r for r in resources(bundle, "MedicationRequest")}
    loading = found[uid("A-17", "loading")]
    maintenance = found[uid("A-17", "maintenance")]
    assert (loading["status"], maintenance["status"]) == ("completed", "stopped")
    instruction = maintenance["dosageInstruction"][0]
    assert "until the end of treatment on 2026-04-01" in instruction["text"]
    assert instruction["timing"]["repeat"]["boundsPeriod"]["end"] == "2026-04-01"
    alone = bundle_of(given=WHOLE, ended="2026-01-20", because="oral")
    (request,) = resources(alone, "MedicationRequest")
    assert request["status"] == "completed"


@table(
    "fields, status",
    ("a plateau was recorded", {"plateau": "2026-01-09"}, "completed"),
    ("none was", {}, "stopped"),
)
def test_an_open_course_is_completed_by_its_finding_alone(
    fields: dict[str, str], status: str
) -> None:
    """Without the finding the end of treatment cut it short."""
    known = {"given": f"{GIVEN};2026-01-09", "as_of": "2026-01-12", "neuro": "yes"}
    bundle = bundle_of(**known, **fields, ended="2026-01-10", because="declined")
    (request,) = resources(bundle, "MedicationRequest")
    assert request["status"] == status


def test_an_end_that_is_ahead_leaves_the_doses_before_it_in_force() -> None:
    """The plan is revoked; what is to be given until then is still asked for."""
    bundle = bundle_of(given=GIVEN, anaemia="yes", ended="2026-01-12", because="moved")
    assert statuses(bundle) == {
        "CarePlan": {"revoked"},
        "MedicationRequest": {"active"},
        "MedicationAdministration": {"completed"},
        "ServiceRequest": {"active"},
    }
    died = bundle_of(given=GIVEN, neuro="yes", ended="2026-02-01", because="died")
    assert statuses(died)["Task"] == {"cancelled"}
    died = bundle_of(given=GIVEN, anaemia="yes", ended="2026-01-14", because="died")
    assert statuses(died)["ServiceRequest"] == {"revoked"}


@pytest.mark.parametrize("step_up", ["2026-06-01", "2027-06-01"])
def test_a_step_up_has_no_part_after_the_end(step_up: str) -> None:
    """Before the end both parts have their ends; after it there is no step-up."""
    known = {"last_dose": "2026-01-05", "monthly_from": step_up}
    bundle = bundle_of(**known, ended="2026-09-01", because="moved")
    (request,) = resources(bundle, "MedicationRequest")
    ends = [
        part["timing"]["repeat"]["boundsPeriod"]["end"]
        for part in request["dosageInstruction"]
    ]
    assert ends == (["2026-06-01"] * (step_up < "2026-09-01") + ["2026-09-01"])


def test_early_labs_ask_for_their_own_tests() -> None:
    bundle = bundle_of(anaemia="severe")
    found = [
        (each["occurrenceDateTime"], each["code"]["text"])
        for each in resources(bundle, "ServiceRequest")
    ]
    assert found[:5] == [
        ("2026-01-06", "Potassium"),
        ("2026-01-12", "Reticulocytes"),
        ("2026-01-12", "Full blood count (FBC)"),
        ("2026-03-02", "Reticulocytes"),
        ("2026-03-02", "Full blood count (FBC)"),
    ]
    assert named(bundle, "lab-potassium-potassium")["code"]["coding"] == [
        {"system": "http://loinc.org", "code": "2823-3"}
    ]


def test_a_later_course_shares_no_resource_with_the_earlier_ones() -> None:
    """It names their plans instead, the newest first, with what is known of them."""
    first = bundle_of(neuro="yes", given=GIVEN)
    later = plan_of(start="2026-09-01", neuro="yes", course="3")
    one = EarlierCourse(
        1, Drug.HYDROXOCOBALAMIN, 2, day("2026 Jan 5"), day("2026 Jan 7")
    )
    bundle = read(plan_fhir(replace(later, earlier=(one,))))
    ids = [
        {entry["resource"]["id"] for entry in each["entry"]} | {each["id"]}
        for each in (first, bundle)
    ]
    assert ids[0].isdisjoint(ids[1])
    replaced = only(bundle, "CarePlan")["replaces"]
    assert [each["identifier"]["value"] for each in replaced] == [
        f"urn:uuid:{uid('A-17', 'c2-plan')}",
        f"urn:uuid:{uid('A-17', 'plan')}",
    ]
    assert replaced[0]["display"] == "course 2"
    assert replaced[1]["display"].startswith("course 1: hydroxocobalamin, 2 doses")
    assert only(first, "CarePlan")["id"] == uid("A-17", "plan")
