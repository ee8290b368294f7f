"""The rules that belong to no regimen, and what supports them: strengths and sources.

Nothing here is computed. No text claims more than its sources do. (Records are named
tuples, as each class of any other kind delays the start of every command by a
millisecond.)
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple

HOMOCYSTEINE_TARGET = "below 10 µmol/L"
BEST_FREQUENCY = (
    "The best frequency of the injections has never been clearly established, as NICE "
    "found in evidence review E."
)
"""The caveat that every plan prints with its maintenance dates (the note of ANCHOR)."""


class Strength(StrEnum):
    """How well a rule is supported: a code, for programs and files."""

    LABEL = "label"
    GUIDELINE = "guideline"
    STUDY = "study"
    PRACTICE = "practice"
    REQUIREMENT = "requirement"
    CONVENTION = "convention"
    ARITHMETIC = "arithmetic"
    LOCAL = "local protocol"

    @property
    def words(self) -> str:
        """The strength as people read it: a requirement is nobody's duty."""
        return _ASKED if self is Strength.REQUIREMENT else str(self)

    @property
    def meaning(self) -> str:
        """What a rule of this strength rests on."""
        return _MEANINGS[self]


_ASKED = "asked of this program, no authority found"
_MEANINGS = {
    Strength.LABEL: "the product label or the summary of product characteristics",
    Strength.GUIDELINE: "a national body or formulary",
    Strength.STUDY: "trials or case reports; no label or guideline was found",
    Strength.PRACTICE: "what some clinics or pharmacies do",
    Strength.REQUIREMENT: "only the article that b12sched implements",
    Strength.CONVENTION: "common use, or a choice of b12sched; no rule was found",
    Strength.ARITHMETIC: "a matter of counting",
    Strength.LOCAL: "a clinic's own protocol",
}


def strength_text(strengths: Iterable[Strength]) -> str:
    """Return strengths in words, the strongest first as they come."""
    return "; ".join(each.words for each in strengths)


def meanings(strengths: Iterable[Strength]) -> dict[str, str]:
    """Return what each of some strengths means, by its words, none twice."""
    used = set(strengths)
    return {each.words: each.meaning for each in Strength if each in used}


_PLACES = {
    "V": ("read there", ""),
    "M": ("not read there", "copy read"),
    "S": ("not read there", "quoted there"),
    None: ("", ""),
}
"""What is said before a source's own address and that of its copy."""


class Source(NamedTuple):
    """A source of rules: what it is, where it is, and how it was read.

    `url` is its own address, `copy` that of a copy or of a text that quotes it. `seen`:
    V, it was read at its address; M, a copy was read; S, another text quotes it.
    """

    title: str
    year: int | None = None
    url: str | None = None
    body: str | None = None
    copy: str | None = None
    seen: str | None = None

    @property
    def dated(self) -> str:
        """The title after its body, and the year if the title has no date of it.

        The title of a source that another text quotes says by whom.
        """
        named = f"{self.body}: {self.title}" if self.body else self.title
        missing = self.year is not None and str(self.year) not in self.title
        return named + f", {self.year}" * missing

    @property
    def cited(self) -> str:
        """The title with its date, and whether only a copy was read: for one line."""
        return self.dated + " (copy read)" * (self.seen == "M")

    @property
    def places(self) -> list[tuple[str, str]]:
        """How it was seen, and where: its own address, then that of the copy."""
        own, copied = _PLACES[self.seen]
        both = (own, self.url), (copied, self.copy)
        return [(seen, address) for seen, address in both if address]


SOURCES: dict[str, Source] = {
    "bnf": Source(
        title="British National Formulary, hydroxocobalamin, wording of September "
        "2018, as quoted by the Pernicious Anaemia Society",
        body="BMJ, Royal Pharmaceutical Society",
        year=2018,
        url="https://bnf.nice.org.uk/drugs/hydroxocobalamin/",
        copy="https://pernicious-anaemia-society.org/pernicious-anaemia/"
        "restrictive-treatment-changed/",
        seen="S",
    ),
    "smpc": Source(
        title="Hydroxocobalamin 1 mg in 1 ml, summary of product characteristics (UK), "
        "emc 31182",
        url="https://www.medicines.org.uk/emc/medicine/31182",
        seen="V",
    ),
    "smpc-cobalin": Source(
        title="Cobalin-H, summary of product characteristics (UK), emc 24703",
        url="https://www.medicines.org.uk/emc/medicine/24703",
        seen="V",
    ),
    "smpc-neo-cytamen": Source(
        title="Neo-Cytamen 1000 micrograms/ml, summary of product characteristics (UK)",
        url="https://www.medicines.org.uk/emc/product/9746/smpc",
        seen="V",
    ),
    "nice-ng239": Source(
        title="NG239, vitamin B12 deficiency in over 16s, 6 March 2024 (read in part)",
        body="National Institute for Health and Care Excellence",
        year=2024,
        url="https://www.nice.org.uk/guidance/ng239",
        seen="V",
    ),
    "nice-ng239-sps": Source(
        title="Commentary on NICE guideline NG239, vitamin B12 deficiency in over 16s",
        body="Specialist Pharmacy Service",
        year=2024,
        url="https://www.medicinesresources.nhs.uk/vitamin-b12-deficiency-in-over-16s-"
        "diagnosis-and-management-guidance-ng239.html",
        seen="V",
    ),
    "nice-ng239-nasgp": Source(
        title="Summary of NICE guideline NG239, March 2024",
        body="National Association of Sessional GPs",
        year=2024,
        url="https://www.nasgp.org.uk/resource/vitamin-b12-deficiency-nice-march-2024/",
        seen="V",
    ),
    "nice-ng239-e": Source(
        title="NG239, evidence review E (route, dose and frequency)",
        body="National Institute for Health and Care Excellence",
        year=2024,
        url="https://www.ncbi.nlm.nih.gov/books/NBK603292/",
        seen="V",
    ),
    "nice-ng239-f": Source(
        title="NG239, evidence review F (follow-up)",
        body="National Institute for Health and Care Excellence",
        year=2024,
        url="https://www.ncbi.nlm.nih.gov/books/NBK603293/",
        seen="V",
    ),
    "fda-cyano": Source(
        title="Cyanocobalamin injection 1000 micrograms/ml, US label, NDC 0517-0031",
        body="American Regent",
        url="https://dailymed.nlm.nih.gov/dailymed/drugInfo.cfm?"
        "setid=2fb653d6-e2b2-4969-831b-c0dc37b9c0cc",
        copy="https://fda.report/DailyMed/7e10c47d-1036-47c1-a0ed-6929636366c2",
        seen="M",
    ),
    "fda-hydroxo": Source(
        title="Hydroxocobalamin injection 1000 micrograms/ml, US label, revised "
        "January 2017",
        body="Actavis",
        year=2017,
        url="https://dailymed.nlm.nih.gov/dailymed/drugInfo.cfm?"
        "setid=a3087a39-f218-4f16-a1e7-17c39bb2eb69",
        copy="https://www.recallguide.org/drug/hydroxocobalamin/",
        seen="M",
    ),
    "ansm": Source(
        title="Cyanocobalamin 1 mg ampoules, product characteristics (RCP) of 14 "
        "February 2023 (France)",
        body="ANSM",
        year=2023,
        url="http://agence-prd.ansm.sante.fr/php/ecodex/rcp/R0403025.htm",
        seen="V",
    ),
    "lothian-neuro": Source(
        title="RefHelp, vitamin B12 and neurological symptoms, 31 July 2025",
        body="NHS Lothian",
        year=2025,
        url="https://apps.nhslothian.scot/refhelp/guidelines/haematology/"
        "vitamin-b12-deficiency/vitamin-b12-neurological-symptoms/",
        seen="V",
    ),
    "lothian-referral": Source(
        title="RefHelp, vitamin B12 deficiency: who to refer",
        body="NHS Lothian",
        year=2025,
        url="https://apps.nhslothian.scot/refhelp/vitamin-b12-deficiency",
        seen="V",
    ),
    "lothian-monitoring": Source(
        title="RefHelp, vitamin B12 initial tests and monitoring, 31 July 2025",
        body="NHS Lothian",
        year=2025,
        url="https://apps.nhslothian.scot/refhelp/guidelines/haematology/"
        "vitamin-b12-deficiency/vitamin-b12-initial-tests-monitoring/",
        seen="V",
    ),
    "ctacs": Source(
        title="B12 injections in community treatment and care services, 12 December "
        "2023",
        body="East Lothian, in NHS Lothian RefHelp",
        year=2023,
        url="https://apps.nhslothian.scot/refhelp/guidelines/"
        "community-treatment-and-care-services-ctacs/east-lothian-ctacs/"
        "east-lothian-ctacs-for-b12-injections/",
        seen="V",
    ),
    "divine": Source(
        title="House AA and others: B vitamins by mouth in diabetic nephropathy, the "
        "DIVINe trial, JAMA 2010;303:1603-9 (abstract)",
        year=2010,
        url="https://doi.org/10.1001/jama.2010.490",
        copy="http://www.natap.org/2010/newsUpdates/050310_01.htm",
        seen="M",
    ),
    "spence-2017": Source(
        title="Spence JD, Yi Q, Hankey GJ: B vitamins in stroke prevention, Lancet "
        "Neurology 2017;16:750-60 (abstract)",
        year=2017,
        url="https://doi.org/10.1016/S1474-4422(17)30180-1",
        copy="https://research-repository.uwa.edu.au/en/publications/"
        "b-vitamins-in-stroke-prevention-time-to-reconsider",
        seen="M",
    ),
    "mhra-cobalt": Source(
        title="Drug Safety Update, December 2023: cobalt sensitivity reactions",
        body="Medicines and Healthcare products Regulatory Agency",
        year=2023,
        url="https://www.gov.uk/drug-safety-update/"
        "vitamin-b12-hydroxocobalamin-cyanocobalamin-advise-patients-with-known-"
        "cobalt-allergy-to-be-vigilant-for-sensitivity-reactions",
        copy="http://govwire.co.uk/news/"
        "medicines-healthcare-products-regulatory-agency/"
        "vitamin-b12-hydroxocobalamin-cyanocobalamin-advise-patients-with-known-"
        "cobalt-allergy-to-be-vigilant-for-sensitivity-reactions-73939",
        seen="M",
    ),
    "bsh-b12": Source(
        title="Diagnosis of B12 and folate deficiency, superseded by NICE NG239, as "
        "quoted by the Pernicious Anaemia Society",
        body="British Society for Haematology",
        year=2014,
        url="https://b-s-h.org.uk/guidelines/guidelines/"
        "diagnosis-of-b12-and-folate-deficiency",
        copy="https://pernicious-anaemia-society.org/articles/"
        "facts-and-information-sheet-treatment-of-pa/",
        seen="S",
    ),
    "movements-1997": Source(
        title="Grattan-Smith PJ and others: involuntary movements in infants after "
        "B12, Movement Disorders 1997;12:39-46 (abstract)",
        year=1997,
        url="https://doi.org/10.1002/mds.870120108",
        seen="V",
    ),
    "scd-2006": Source(
        title="Subacute combined degeneration, review of 57 cases (abstract)",
        year=2006,
        url="https://pubmed.ncbi.nlm.nih.gov/16970556/",
        seen="V",
    ),
    "brief": Source(
        title="What is the treatment duration for nervous demyelination due to vitamin "
        "B12 deficiency? (article that b12sched implements; human review pending)",
        year=2025,
    ),
    "local-protocol": Source(title="The clinic's own protocol, as its file states it"),
    "protocol": Source(title="One UK pharmacy protocol (no public reference)"),
    "surgery": Source(title="A UK surgery's page (no public reference)"),
    "convention": Source(title="No authority found: a convention of b12sched, stated"),
}


class Rule(NamedTuple):
    """One rule: its text, its support, and a note to be shown with it."""

    title: str
    text: str
    strength: tuple[Strength, ...]
    sources: tuple[str, ...]
    note: str = ""


_CONVENTION = (Strength.CONVENTION,)

RULES: dict[str, Rule] = {
    "LOAD-LOCAL": Rule(
        title="Loading by a local protocol",
        text="The doses, their days and the end of loading are those of the clinic's "
        "own protocol.",
        strength=(Strength.LOCAL,),
        sources=("local-protocol",),
        note="b12sched checked the form of the file, not what it asks for.",
    ),
    "MAINT": Rule(
        title="Maintenance",
        text="At the regimen's interval, counted from the last loading dose. The last "
        "dose becomes the new anchor when it was not given on its planned day or came "
        "after its due date.",
        strength=_CONVENTION,
        sources=("convention",),
        note="Each regimen says which interval its own source supports. A missed dose "
        "is followed by a single next dose, never doubled.",
    ),
    "ANCHOR": Rule(
        title="The anchor of maintenance",
        text="Intervals are counted from the anchor: the last loading dose, then any "
        "maintenance dose that was not given as planned (policy last-dose).",
        strength=_CONVENTION,
        sources=("convention", "nice-ng239-e"),
        note=f"No authority names an anchor. {BEST_FREQUENCY}",
    ),
    "WEEKS": Rule(
        title="Weeks instead of months",
        text="Maintenance may be booked in weeks instead of months: every 4, 8 or 12 "
        "weeks instead of 1, 2 or 3 months.",
        strength=(Strength.PRACTICE,),
        sources=("ctacs", "surgery", "protocol"),
        note="East Lothian prefers weeks and names no number of them; 8 and 12 are "
        "what a surgery and a private pharmacy do. 8 weeks is 6.5 doses a year, 2 "
        "months is 6.",
    ),
    "MONTH-END": Rule(
        title="Month ends",
        text="A month on from the 31st is the last day of a shorter month, and every "
        "date is counted from the anchor: 31 August + 2, 4, 6 months = 31 October, "
        "31 December, 28 February.",
        strength=(Strength.ARITHMETIC,),
        sources=("convention",),
        note="Counting month by month would drift to the 28th; a calendar's monthly "
        "repetition would skip short months and leave 8 months without a dose.",
    ),
    "MAINT-MONTHLY": Rule(
        title="Step-up to monthly maintenance",
        text="When symptoms come back, maintenance is monthly from the stated date on. "
        "The dose at the step-up becomes the anchor. A step-up never makes a dose "
        "later and never puts two within a week. An interval of a month, of four weeks "
        "or shorter stays as it is.",
        strength=(Strength.GUIDELINE,),
        sources=("nice-ng239-sps", "smpc", "brief"),
        note="NICE supports more frequent injections in line with the product "
        "information. Hydroxocobalamin every month is outside the interval of the UK "
        "label: the prescriber's decision.",
    ),
    "CLINIC-DAYS": Rule(
        title="Closed days",
        text="A loading dose that falls on a closed day moves forward to the next open "
        "day; a maintenance dose, lab or assessment moves back to the last open day, "
        "at most 7 days (with weekly maintenance 3), and forward only if all of those "
        "are closed.",
        strength=_CONVENTION,
        sources=("convention",),
        note="No published rule found. Strict alternate days are 3.5 doses a week; "
        "Monday, Wednesday and Friday are 3, with one gap of 72 hours.",
    ),
    "AS-OF": Rule(
        title="Doses not given in time",
        text="A dose that was not given is dated on the stated day or later: it moves "
        "to the first open day from then on and keeps its due date.",
        strength=_CONVENTION,
        sources=("convention",),
    ),
    "REVIEW-WEEKLY": Rule(
        title="Weekly examination during loading",
        text="With neurology, each week of loading: paraesthesia, proprioception, "
        "vibration sense, gait and motor strength, on the day of a loading dose.",
        strength=(Strength.REQUIREMENT,),
        sources=("brief", "smpc"),
        note="The UK label of hydroxocobalamin says regularly, not weekly.",
    ),
    "LAB": Rule(
        title="Laboratory checks",
        text="Serum B12, full blood count (FBC) and homocysteine 3, 6 and 12 months "
        f"after dose 1. Homocysteine target {HOMOCYSTEINE_TARGET} when renal status is "
        "normal. On the day of a dose, sample first. At 3 months also clinical "
        "follow-up (at 1 month if pregnant or breastfeeding).",
        strength=(Strength.REQUIREMENT,),
        sources=("brief", "nice-ng239-f", "nice-ng239-nasgp"),
        note="Only the article that b12sched implements asks for 3, 6 and 12 "
        "months: NICE found no study of follow-up intervals. NICE asks for a clinical "
        "follow-up at 3 months (1 month in pregnancy or breastfeeding). A high serum "
        "B12 is expected on injections and is no reason to stop.",
    ),
    "LAB-EARLY": Rule(
        title="Early laboratory checks in anaemia",
        text="With anaemia: reticulocytes and full blood count (FBC) 7 days after dose "
        "1, and again 8 weeks after it. With severe anaemia also potassium on the day "
        "after dose 1.",
        strength=(Strength.LABEL, Strength.PRACTICE),
        sources=("fda-hydroxo", "smpc", "lothian-monitoring"),
        note="The US label watches potassium in the first 48 hours, so a closed clinic "
        "moves it by one day at most; the UK label of hydroxocobalamin says to monitor "
        "it. The days are those of NHS Lothian.",
    ),
    "ASSESS-6M": Rule(
        title="Assessment of recovery",
        text="With neurology, recovery is judged 6 months after dose 1: complete, "
        "partial or poor.",
        strength=(Strength.REQUIREMENT,),
        sources=("brief", "scd-2006"),
        note="Only the article that b12sched implements names 6 months. In a review of "
        "57 published cases 86 % improved and 14 % recovered fully; it names no time.",
    ),
    "RENAL-CYANO": Rule(
        title="No cyanocobalamin in renal impairment",
        text="With impaired or unknown renal function, or on dialysis, use "
        "hydroxocobalamin, or methylcobalamin where that is licensed, instead of "
        "cyanocobalamin.",
        strength=(Strength.REQUIREMENT, Strength.STUDY),
        sources=("brief", "divine", "spence-2017"),
        note="No label forbids cyanocobalamin here. The evidence is indirect: high "
        "doses by mouth, with other vitamins. No label or kidney guideline sets an "
        "eGFR limit; 60 is the usual line of chronic kidney disease.",
    ),
    "NEURO-INTERVAL": Rule(
        title="Maintenance interval with neurology",
        text="With neurology, maintenance doses are at most 2 months (or 8 weeks) "
        "apart.",
        strength=(Strength.LABEL, Strength.GUIDELINE, Strength.REQUIREMENT),
        sources=("bnf", "smpc", "brief"),
        note="The formulary and the UK label say so of hydroxocobalamin; for other "
        "drugs it is only asked of this program. Two UK licences of hydroxocobalamin, "
        "emc 6620 and 12678 (not read here), allow 2 or 3 months.",
    ),
    "CYANO-INTERVAL": Rule(
        title="Maintenance interval with cyanocobalamin",
        text="In the regimen cyanocobalamin, 100 micrograms are given monthly (or "
        "every 4 weeks).",
        strength=(Strength.LABEL,),
        sources=("fda-cyano",),
    ),
}
