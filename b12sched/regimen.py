"""The clinical knowledge as cited data: sources, rules, drugs and regimens.

Nothing here is computed. A regimen is a value: a dose, a loading rhythm, the intervals
that maintenance may have. Each rule carries its sources and how strong they are; no
text claims more than its sources do. (Records are named tuples, as each class of any
other kind delays the start of every command by a millisecond.)
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from b12sched.dates import Step


class Drug(StrEnum):
    """The injected form of vitamin B12."""

    HYDROXOCOBALAMIN = "hydroxocobalamin"
    METHYLCOBALAMIN = "methylcobalamin"
    CYANOCOBALAMIN = "cyanocobalamin"


class Renal(StrEnum):
    """Renal status as the prescriber states it."""

    NORMAL = "normal"
    IMPAIRED = "impaired"
    DIALYSIS = "dialysis"
    UNKNOWN = "unknown"


class Interval(StrEnum):
    """The time from one maintenance dose to the next."""

    ONE_MONTH = "1m"
    TWO_MONTHS = "2m"
    THREE_MONTHS = "3m"
    FOUR_WEEKS = "4w"
    EIGHT_WEEKS = "8w"
    TWELVE_WEEKS = "12w"

    @property
    def step(self) -> Step:
        return _STEPS[self]

    @property
    def monthly(self) -> Interval:
        """The interval after a step-up: a month, or four weeks where weeks are kept."""
        return self if self is Interval.FOUR_WEEKS else Interval.ONE_MONTH


_STEPS = {
    Interval.ONE_MONTH: Step(1, "month"),
    Interval.TWO_MONTHS: Step(2, "month"),
    Interval.THREE_MONTHS: Step(3, "month"),
    Interval.FOUR_WEEKS: Step(4, "week"),
    Interval.EIGHT_WEEKS: Step(8, "week"),
    Interval.TWELVE_WEEKS: Step(12, "week"),
}

EGFR_LIMIT = 60
"""Below this eGFR (mL/min/1.73 m²) renal status is `impaired`: the usual CKD line."""

HOMOCYSTEINE_TARGET = "below 10 µmol/L"
LAB_MONTHS = (3, 6, 12)
ASSESSMENT_MONTHS = 6
DEFAULT_LOADING_WEEKS = 12
DEFAULT_MONTHS = 12
INTERRUPTION_DAYS = 7
"""The most days between two loading doses that do not interrupt the course."""


class Dose(NamedTuple):
    """The amount and route of one injection."""

    value: int
    unit: str
    route: str = "IM"

    def __str__(self) -> str:
        unit = "micrograms" if self.unit == "µg" else self.unit
        return f"{self.value} {unit} {self.route}"


class Frequency(NamedTuple):
    """`frequency` doses per `period` (up to `period_max`) of `d`, `wk` or `mo`.

    `doses`: their total number; if None, until no further improvement.
    """

    words: str
    frequency: int
    period: int
    unit: str
    period_max: int | None = None
    doses: int | None = None


class Loading(NamedTuple):
    """A loading rhythm.

    `offsets`: days from dose 1 on which each dose is due; empty for a course that goes
    on until no further improvement. `spacing`: the least number of days between a dose
    and the one before it, dose by dose; the last one holds for all that follow.
    `rhythms`: the rhythm as orders state it, in successive parts.
    """

    rule: str
    rhythm: str
    rhythms: tuple[Frequency, ...]
    spacing: tuple[int, ...]
    offsets: tuple[int, ...] = ()


class Regimen(NamedTuple):
    """A named loading phase plus a maintenance phase; `plain`: the patient's title."""

    name: str
    title: str
    plain: str
    dose: Dose
    loading: Loading
    interval: Interval


_ONE_MG = Dose(value=1, unit="mg")
NEURO = Regimen(
    name="neuro",
    title="with neurological involvement",
    plain="with nerve symptoms",
    dose=_ONE_MG,
    loading=Loading(
        rule="LOAD-NEURO",
        rhythm="on alternate days until no further improvement",
        rhythms=(
            Frequency("on alternate days until no further improvement", 1, 2, "d"),
        ),
        spacing=(2,),
    ),
    interval=Interval.TWO_MONTHS,
)
STANDARD = Regimen(
    name="standard",
    title="without neurological involvement",
    plain="without nerve symptoms",
    dose=_ONE_MG,
    loading=Loading(
        rule="LOAD-STANDARD",
        rhythm="three times a week for two weeks",
        rhythms=(Frequency("three times a week for two weeks", 3, 1, "wk", doses=6),),
        offsets=(0, 2, 4, 7, 9, 11),
        spacing=(2,),
    ),
    interval=Interval.TWO_MONTHS,
)
CYANOCOBALAMIN = Regimen(
    name="cyanocobalamin",
    title="US label, pernicious anaemia",
    plain="as on the US label for pernicious anaemia",
    dose=Dose(value=100, unit="µg"),
    loading=Loading(
        rule="LOAD-CYANO",
        rhythm="daily for 7 doses, alternate days for 7, every 3 to 4 days for 6",
        rhythms=(
            Frequency("daily for 7 doses", 1, 1, "d", doses=7),
            Frequency("then on alternate days for 7 doses", 1, 2, "d", doses=7),
            Frequency("then every 3 to 4 days for 6 doses", 1, 3, "d", 4, doses=6),
        ),
        offsets=(*range(7), *range(8, 21, 2), 23, 27, 30, 34, 37, 41),
        spacing=(1,) * 7 + (2,) * 7 + (3,),
    ),
    interval=Interval.ONE_MONTH,
)


def regimen_for(drug: Drug, *, neuro: bool) -> Regimen:
    """Return the regimen for a drug, with or without neurology.

    The cyanocobalamin label has no neurological schedule, so neurology does not change
    it (LOAD-CYANO).
    """
    if drug is Drug.CYANOCOBALAMIN:
        return CYANOCOBALAMIN
    return NEURO if neuro else STANDARD


class Strength(StrEnum):
    """How well a rule is supported."""

    LABEL = "label"
    GUIDELINE = "guideline"
    PRACTICE = "practice"
    REQUIREMENT = "requirement"
    CONVENTION = "convention"
    ARITHMETIC = "arithmetic"


class Source(NamedTuple):
    """A source of rules; `year` and `url` are None if it has none."""

    title: str
    year: int | None = None
    url: str | None = None

    @property
    def dated(self) -> str:
        """The title, and the year if there is one."""
        return self.title + f", {self.year}" * bool(self.year)


SOURCES: dict[str, Source] = {
    "bnf": Source(
        title="British National Formulary, hydroxocobalamin, as quoted by the "
        "Pernicious Anaemia Society and NHS Greater Glasgow and Clyde",
        year=2021,
        url="https://pernicious-anaemia-society.org/treatment/",
    ),
    "smpc": Source(
        title="Hydroxocobalamin 1 mg/ml, summary of product characteristics (UK)",
        url="https://www.medicines.org.uk/emc/medicine/31182",
    ),
    "smpc-cobalin": Source(
        title="Cobalin-H, summary of product characteristics (UK)",
        url="https://www.medicines.org.uk/emc/medicine/24703",
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
        title="Cyanocobalamin injection, US label",
        url="https://globalrph.com/rx-list/cyanocobalamin-drug",
    ),
    "fda-hydroxo": Source(
        title="Hydroxocobalamin injection, US label",
        url="https://www.recallguide.org/drug/hydroxocobalamin/",
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
    "LOAD-NEURO": Rule(
        title="Loading with neurological involvement",
        text="1 mg IM on alternate days until there is no further improvement "
        "(hydroxocobalamin or methylcobalamin). Each dose is due 2 days after the one "
        "before. While no plateau is recorded one is assumed, 12 weeks on unless "
        "stated otherwise, so that the plan can be seen to its end.",
        strength=_LABEL_AND_GUIDELINE,
        sources=("bnf", "smpc", "smpc-cobalin", "brief"),
        note="The end is a clinical finding, never a date. Elsewhere: 1 to 2 weeks "
        "fixed in Australia; NHS Lothian stops at 2 weeks if mild sensory symptoms do "
        "not respond.",
    ),
    "LOAD-STANDARD": Rule(
        title="Loading without neurological involvement",
        text="1 mg IM three times a week for two weeks: six doses, on days 1, 3, 5, 8, "
        "10 and 12 (hydroxocobalamin or methylcobalamin).",
        strength=(Strength.GUIDELINE,),
        sources=("bnf",),
        note="The UK product label differs: 250 micrograms to 1 mg on alternate days "
        "for 1 to 2 weeks, then 250 micrograms weekly until counts are normal.",
    ),
    "LOAD-CYANO": Rule(
        title="Loading with cyanocobalamin",
        text="100 micrograms IM daily for 7 doses, on alternate days for 7 doses, then "
        "every 3 to 4 days for 3 weeks: 20 doses in 42 days.",
        strength=(Strength.LABEL,),
        sources=("fda-cyano",),
        note="This label has no neurological schedule.",
    ),
    "MAINT": Rule(
        title="Maintenance",
        text="Every 2 months for life after hydroxocobalamin or methylcobalamin "
        "(without neurology every 2 to 3 months), monthly after cyanocobalamin, "
        "counted from the last loading dose. The last dose becomes the new anchor "
        "when it was not given on its planned day or came after its due date.",
        strength=_LABEL_AND_GUIDELINE,
        sources=("bnf", "smpc", "fda-cyano", "brief"),
        note="A missed dose is followed by a single next dose, never doubled.",
    ),
    "ANCHOR": Rule(
        title="The anchor of maintenance",
        text="Intervals are counted from the anchor: the last loading dose, then any "
        "maintenance dose that was not given as planned (policy last-dose).",
        strength=_CONVENTION,
        sources=("convention",),
        note="No authority names an anchor.",
    ),
    "WEEKS": Rule(
        title="Weeks instead of months",
        text="Maintenance may be booked every 4, 8 or 12 weeks instead of 1, 2 or 3 "
        "months.",
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
        "later and never puts two within a week.",
        strength=(Strength.GUIDELINE,),
        sources=("nice-ng239-sps", "brief"),
        note="Monthly injections are the prescriber's decision.",
    ),
    "CLINIC-DAYS": Rule(
        title="Closed days",
        text="A loading dose that falls on a closed day moves forward to the next open "
        "day; a maintenance dose, lab or assessment moves back to the last open day, "
        "at most 7 days, and forward only if that whole week is closed.",
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
        "normal. On the day of a dose, sample first.",
        strength=(Strength.REQUIREMENT,),
        sources=("brief", "nice-ng239-f"),
        note="NICE found no study of follow-up intervals. A high serum B12 is "
        "expected on injections and is no reason to stop.",
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
        text="With neurology, maintenance doses are at most 2 months apart.",
        strength=_LABEL_AND_GUIDELINE,
        sources=("bnf", "smpc", "brief"),
    ),
    "CYANO-INTERVAL": Rule(
        title="Maintenance interval with cyanocobalamin",
        text="100 micrograms of cyanocobalamin are given monthly (or every 4 weeks).",
        strength=(Strength.LABEL,),
        sources=("fda-cyano",),
    ),
}
