"""The codes in a FHIR bundle, each with the reason why it is true of every such plan.

None is shipped that docs/fhir.md does not list. A display is left out throughout: it is
the code system's own wording, of one version; the text beside the code is ours. There
is no code of a diagnosis: no case states one, and neurological involvement is not
subacute combined degeneration.
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
    """A CodeableConcept: words, and the codes that say the same."""
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
"""The blood tests of a LAB: the part of the name of each, and its CodeableConcept."""


def medication(drug: Drug) -> Json:
    """What is injected, as a CodeableConcept."""
    return concept(f"{drug} injection", _DRUGS[drug])


def quantity(dose: Dose) -> Json:
    """How much is injected each time, as a SimpleQuantity.

    UCUM is no clinical code: FHIR asks for it wherever a unit is to be understood.
    """
    unit, code = _UNITS[dose.unit]
    return {"value": dose.value, "unit": unit, "system": _UCUM, "code": code}


def route(dose: Dose) -> Json:
    """The way of injection, in words."""
    return concept(_ROUTES[dose.route])


def identifier(name: str) -> Json:
    """A UUID as an Identifier: what a system knows it by that has ids of its own."""
    return {"system": _URI, "value": f"urn:uuid:{name}"}
