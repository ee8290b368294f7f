"""The codes in a FHIR bundle, each with the reason why it is true of every such plan.

docs/fhir.md lists every code. No code has a display, which would be the code system's
own wording in one version; the text beside the code is ours. No code is a diagnosis: no
case states one, and neurological involvement is not subacute combined degeneration.
"""

from __future__ import annotations

from collections.abc import Iterable

from b12sched.plan.events import Event
from b12sched.regimen import EARLY_LABS, Dose, Drug
from b12sched.views.data import Json

_ATC = "http://www.whocc.no/atc"
_LOINC = "http://loinc.org"
_RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
_SNOMED = "http://snomed.info/sct"
_UCUM = "http://unitsofmeasure.org"
_URI = "urn:ietf:rfc:3986"

_Coding = tuple[str, str]

_DRUGS: dict[Drug, tuple[_Coding, ...]] = {
    Drug.HYDROXOCOBALAMIN: ((_ATC, "B03BA03"),),
    # No RxNorm code of an injection is known.
    Drug.METHYLCOBALAMIN: ((_ATC, "B03BA05"),),
    Drug.CYANOCOBALAMIN: ((_ATC, "B03BA01"),),
}

# The injection of 1 mg in 1 mL. No case names a strength: beside a smaller dose the
# code could be read as many times the dose. That of cyanocobalamin (RxNorm 309594) is
# never sent: its doses of 1 mg are of other countries' products, or of practice.
_ONE_MG_IN_ONE_ML: dict[Drug, _Coding] = {Drug.HYDROXOCOBALAMIN: (_RXNORM, "317106")}


# A microgram is written out: µg has been read as mg.
_UNITS = {"mg": ("mg", "mg"), "µg": ("microgram", "ug")}
_ROUTES: dict[str, tuple[str, tuple[_Coding, ...]]] = {
    "IM": ("intramuscular", ((_SNOMED, "78421000"),)),
    # Only a local protocol has it; no code of it was looked up.
    "SC": ("subcutaneous", ()),
}


def concept(text: str, codings: tuple[_Coding, ...] = ()) -> Json:
    """Return a CodeableConcept: a text, and the codes that mean the same."""
    coded: list[Json] = [{"system": system, "code": code} for system, code in codings]
    return {"coding": coded, "text": text} if coded else {"text": text}


TESTS: dict[str, Json] = {
    # Laboratories report mass or moles, and the case does not say which: each code is
    # the same test, in one of the two.
    "serum-b12": concept("Serum B12", ((_LOINC, "2132-9"), (_LOINC, "14685-2"))),
    "cbc": concept("Full blood count (FBC)", ((_LOINC, "58410-2"),)),
    # Moles, as the target is in µmol/L.
    "homocysteine": concept("Homocysteine", ((_LOINC, "13965-9"),)),
}
"""The blood tests of a LAB: the last part of each name, and its CodeableConcept."""

_EARLY_TESTS: dict[str, Json] = {
    "potassium": concept("Potassium", ((_LOINC, "2823-3"),)),
    # Laboratories report a count or a share, by several methods: no code was chosen.
    "reticulocytes": concept("Reticulocytes"),
    "cbc": TESTS["cbc"],
}


def tests_of(event: Event) -> dict[str, Json]:
    """Return the blood tests of a lab, by the last part of their names."""
    if not event.early:
        return TESTS
    potassium = event.number == EARLY_LABS["potassium"]
    names = ("potassium",) if potassium else ("reticulocytes", "cbc")
    return {name: _EARLY_TESTS[name] for name in names}


def medication(drug: Drug, doses: Iterable[Dose]) -> Json:
    """Return what is injected in these doses, as a CodeableConcept."""
    codings = _DRUGS[drug]
    one_mg = all((dose.value, dose.unit) == (1, "mg") for dose in doses)
    if one_mg and drug in _ONE_MG_IN_ONE_ML:
        codings = (*codings, _ONE_MG_IN_ONE_ML[drug])
    return concept(f"{drug} injection", codings)


def quantity(dose: Dose) -> Json:
    """Return how much is injected each time, as a SimpleQuantity.

    UCUM is no clinical code: FHIR asks for it wherever systems must understand a unit.
    """
    unit, code = _UNITS[dose.unit]
    return {"value": dose.value, "unit": unit, "system": _UCUM, "code": code}


def route(dose: Dose) -> Json:
    """Return the route of injection, as a CodeableConcept."""
    return concept(*_ROUTES[dose.route])


def identifier(name: str) -> Json:
    """Return a UUID as an Identifier, for systems that assign ids of their own."""
    return {"system": _URI, "value": f"urn:uuid:{name}"}
