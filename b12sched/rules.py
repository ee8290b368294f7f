"""The rules that belong to no regimen, and what supports them: strengths and sources.

Nothing here is computed. No text claims more than its sources do. (Records are named
tuples, as each class of any other kind delays the start of every command by a
millisecond.)
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

HOMOCYSTEINE_TARGET = "below 10 µmol/L"


class Strength(StrEnum):
    """How well a rule is supported."""

    LABEL = "label"
    GUIDELINE = "guideline"
    PRACTICE = "practice"
    REQUIREMENT = "requirement"
    CONVENTION = "convention"
    ARITHMETIC = "arithmetic"
    LOCAL = "local protocol"


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
        """The title after its body, the year, and whether only a copy was read.

        The title of a source that another text quotes says so itself.
        """
        named = f"{self.body}: {self.title}" if self.body else self.title
        copy = " (copy read)" * (self.seen == "M")
        return named + f", {self.year}" * bool(self.year) + copy

    @property
    def addresses(self) -> list[str]:
        """Its own address, then that of the copy that was read."""
        return [address for address in (self.url, self.copy) if address]


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
    "nice-ng239-sps": Source(
        title="Specialist Pharmacy Service, commentary on NICE NG239",
        year=2024,
        url="https://www.medicinesresources.nhs.uk/vitamin-b12-deficiency-in-over-16s-"
        "diagnosis-and-management-guidance-ng239.html",
    ),
    "nice-ng239-f": Source(
        title="NICE NG239, evidence review F (follow-up)",
        year=2024,
        url="https://www.ncbi.nlm.nih.gov/books/NBK603293/",
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
        title="Hydroxocobalamin injection 1000 micrograms/ml, US label",
        body="Actavis",
        year=2017,
        url="https://dailymed.nlm.nih.gov/dailymed/drugInfo.cfm?"
        "setid=a3087a39-f218-4f16-a1e7-17c39bb2eb69",
        copy="https://www.recallguide.org/drug/hydroxocobalamin/",
        seen="M",
    ),
    "lothian-neuro": Source(
        title="NHS Lothian RefHelp, vitamin B12 and neurological symptoms",
        year=2025,
        url="https://apps.nhslothian.scot/refhelp/guidelines/haematology/"
        "vitamin-b12-deficiency/vitamin-b12-neurological-symptoms/",
    ),
    "lothian-monitoring": Source(
        title="NHS Lothian RefHelp, vitamin B12 initial tests and monitoring",
        year=2025,
        url="https://apps.nhslothian.scot/refhelp/guidelines/haematology/"
        "vitamin-b12-deficiency/vitamin-b12-initial-tests-monitoring/",
    ),
    "ctacs": Source(
        title="East Lothian community treatment rooms, B12 injections",
        year=2023,
        url="https://apps.nhslothian.scot/refhelp/guidelines/"
        "community-treatment-and-care-services-ctacs/east-lothian-ctacs/"
        "east-lothian-ctacs-for-b12-injections/",
    ),
    "divine": Source(
        title="DIVINe trial, JAMA: oral folic acid, B6 and B12 in diabetic nephropathy "
        "(abstract)",
        year=2010,
        url="http://www.natap.org/2010/newsUpdates/050310_01.htm",
    ),
    "spence-2017": Source(
        title="Spence, Yi, Hankey: B vitamins in stroke prevention, Lancet Neurology "
        "(abstract)",
        year=2017,
        url="https://research-repository.uwa.edu.au/en/publications/"
        "b-vitamins-in-stroke-prevention-time-to-reconsider",
    ),
    "mhra-cobalt": Source(
        title="MHRA Drug Safety Update, cobalt sensitivity reactions",
        year=2023,
        url="http://govwire.co.uk/news/"
        "medicines-healthcare-products-regulatory-agency/"
        "vitamin-b12-hydroxocobalamin-cyanocobalamin-advise-patients-with-known-"
        "cobalt-allergy-to-be-vigilant-for-sensitivity-reactions-73939",
    ),
    "bsh-b12": Source(
        title="British Society for Haematology, as quoted by the Pernicious Anaemia "
        "Society (withdrawn in 2024 for NG239)",
        year=2014,
        url="https://pernicious-anaemia-society.org/articles/"
        "facts-and-information-sheet-treatment-of-pa/",
    ),
    "movements-1997": Source(
        title="Grattan-Smith: involuntary movements after B12 in infants, Movement "
        "Disorders (abstract)",
        year=1997,
        url="http://onlinelibrary.wiley.com/doi/10.1002/mds.870120108/abstract",
    ),
    "scd-2006": Source(
        title="Subacute combined degeneration, review of 57 cases (abstract)",
        year=2006,
        url="https://pubmed.ncbi.nlm.nih.gov/16970556/",
    ),
    "brief": Source(
        title="What is the treatment duration for nervous demyelination due to vitamin "
        "B12 deficiency? (article that b12sched implements; human review pending)",
        year=2025,
    ),
    "local-protocol": Source(title="The clinic's own protocol, as its file states it"),
    "protocol": Source(title="One UK pharmacy protocol (no public reference)"),
    "convention": Source(title="No authority found: a convention of b12sched, stated"),
}


class Rule(NamedTuple):
    """One rule: its text, its support, and a note to be shown with it."""

    title: str
    text: str
    strength: tuple[Strength, ...]
    sources: tuple[str, ...]
    note: str = ""


_LABEL_AND_GUIDELINE = (Strength.LABEL, Strength.GUIDELINE)
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
        sources=("convention",),
        note="No authority names an anchor. A missed dose is followed by a single next "
        "dose, never doubled.",
    ),
    "WEEKS": Rule(
        title="Weeks instead of months",
        text="Maintenance may be booked in weeks instead of months: every 4, 8 or 12 "
        "weeks instead of 1, 2 or 3 months.",
        strength=(Strength.PRACTICE,),
        sources=("ctacs",),
        note="8 weeks is 6.5 doses a year, 2 months is 6.",
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
        "The dose made at the step-up becomes the anchor. A step-up never makes a dose "
        "later and never puts two within a week. An interval of a month, of four weeks "
        "or shorter stays as it is.",
        strength=(Strength.GUIDELINE,),
        sources=("nice-ng239-sps", "brief"),
        note="Monthly injections are the prescriber's decision.",
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
        text="No dose that was not given is dated before the stated day: it moves to "
        "the first open day from then on and keeps its due date.",
        strength=_CONVENTION,
        sources=("convention",),
    ),
    "REVIEW-WEEKLY": Rule(
        title="Weekly examination during loading",
        text="With neurology, each week of loading: paraesthesia, proprioception, "
        "vibration sense, gait and motor strength, on the day of a loading dose.",
        strength=(Strength.REQUIREMENT,),
        sources=("brief", "smpc"),
        note="The product label says regularly, not weekly.",
    ),
    "LAB": Rule(
        title="Laboratory checks",
        text="Serum B12, full blood count (CBC) and homocysteine 3, 6 and 12 months "
        f"after dose 1. Homocysteine target {HOMOCYSTEINE_TARGET} when renal status is "
        "normal. On the day of a dose, sample first. At 3 months also clinical "
        "follow-up (at 1 month if pregnant or breastfeeding).",
        strength=(Strength.REQUIREMENT,),
        sources=("brief", "nice-ng239-f"),
        note="NICE found no study of follow-up intervals. A high serum B12 is "
        "expected on injections and is no reason to stop.",
    ),
    "LAB-EARLY": Rule(
        title="Early laboratory checks in anaemia",
        text="With anaemia: reticulocytes and full blood count (CBC) 7 days after dose "
        "1, and again 8 weeks after it. With severe anaemia also potassium on the day "
        "after dose 1.",
        strength=(Strength.LABEL, Strength.PRACTICE),
        sources=("fda-hydroxo", "smpc", "lothian-monitoring"),
        note="The US label watches potassium in the first 48 hours, so a closed clinic "
        "moves it by one day at most. The days are those of NHS Lothian.",
    ),
    "ASSESS-6M": Rule(
        title="Assessment of recovery",
        text="With neurology, recovery is judged 6 months after dose 1: complete, "
        "partial or poor.",
        strength=(Strength.REQUIREMENT,),
        sources=("brief", "scd-2006"),
    ),
    "RENAL-CYANO": Rule(
        title="No cyanocobalamin in renal impairment",
        text="With impaired, unknown or dialysed renal function use hydroxocobalamin "
        "or methylcobalamin instead of cyanocobalamin.",
        strength=_CONVENTION,
        sources=("brief", "divine", "spence-2017"),
        note="Indirect evidence: oral, high dose, confounded. No label or kidney "
        "guideline sets an eGFR limit; 60 is the usual line of chronic kidney disease.",
    ),
    "NEURO-INTERVAL": Rule(
        title="Maintenance interval with neurology",
        text="With neurology, maintenance doses are at most 2 months (or 8 weeks) "
        "apart.",
        strength=_LABEL_AND_GUIDELINE,
        sources=("bnf", "smpc", "brief"),
    ),
    "CYANO-INTERVAL": Rule(
        title="Maintenance interval with cyanocobalamin",
        text="In the regimen cyanocobalamin 100 micrograms are given monthly (or every "
        "4 weeks).",
        strength=(Strength.LABEL,),
        sources=("fda-cyano",),
    ),
}
