"""The codes in a FHIR bundle, each with the reason why it is true of every such plan.

docs/fhir.md lists every code. No code has a display, which would be the code system's
own wording in one version; the text beside the code is ours. No code is a diagnosis: no
case states one, and neurological involvement is not subacute combined degeneration.
"""

from __future__ import annotations

from b12sched.regimen import Dose, Drug
from b12sched.views.data import Json

_ATC = "http://www.whocc.no/atc"
_LOINC = "http://loinc.org"
_RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
_UCUM = "http://unitsofmeasure.org"
_URI = "urn:ietf:rfc:3986"

_Coding = tuple[str, str]

_DRUGS: dict[Drug, tuple[_Coding, ...]] = {
    # The injection of 1 mg in 1 mL: one dose of either regimen, one ampoule.
    Drug.HYDROXOCOBALAMIN: ((_ATC, "B03BA03"), (_RXNORM, "317106")),
    # No RxNorm code of an injection is known.
    Drug.METHYLCOBALAMIN: ((_ATC, "B03BA05"),),
    # RxNorm 309594 is the injection of 1 mg in 1 mL. The dose is 100 micrograms and the
    # case names no strength: that code could be read as ten times the dose.
    Drug.CYANOCOBALAMIN: ((_ATC, "B03BA01"),),
}


# A microgram is written out: µg has been read as mg.
_UNITS = {"mg": ("mg", "mg"), "µg": ("microgram", "ug")}
_ROUTES = {"IM": "intramuscular"}


def concept(text: str, codings: tuple[_Coding, ...] = ()) -> Json:
    """Return a CodeableConcept: a text, and the codes that mean the same."""
    coded: list[Json] = [{"system": system, "code": code} for system, code in codings]
    return {"coding": coded, "text": text} if coded else {"text": text}


TESTS: dict[str, Json] = {
    # Laboratories report mass or moles, and the case does not say which: each code is
    # the same test, in one of the two.
    "serum-b12": concept("Serum B12", ((_LOINC, "2132-9"), (_LOINC, "14685-2"))),
    "cbc": concept("Full blood count (CBC)", ((_LOINC, "58410-2"),)),
    # Moles, as the target is in µmol/L.
    "homocysteine": concept("Homocysteine", ((_LOINC, "13965-9"),)),
}
"""The blood tests of a LAB: the last part of each name, and its CodeableConcept."""


def medication(drug: Drug) -> Json:
    """Return what is injected, as a CodeableConcept."""
    return concept(f"{drug} injection", _DRUGS[drug])


def quantity(dose: Dose) -> Json:
    """Return how much is injected each time, as a SimpleQuantity.

    UCUM is no clinical code: FHIR asks for it wherever systems must understand a unit.
    """
    unit, code = _UNITS[dose.unit]
    return {"value": dose.value, "unit": unit, "system": _UCUM, "code": code}


def route(dose: Dose) -> Json:
    """Return the route of injection in words, as a CodeableConcept."""
    return concept(_ROUTES[dose.route])


def identifier(name: str) -> Json:
    """Return a UUID as an Identifier, for systems that assign ids of their own."""
    return {"system": _URI, "value": f"urn:uuid:{name}"}
