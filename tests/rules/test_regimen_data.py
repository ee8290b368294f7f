"""The clinical data: every rule and caution has its source, and claims no more."""

from __future__ import annotations

import re
from itertools import chain

import pytest
from spec import plan_of, table

from b12sched.errors import InputError, RefusedError
from b12sched.plan.cautions import CAUTIONS, Caution
from b12sched.regimen import EGFR_LIMIT, Interval
from b12sched.regimen_file import loading_rules, shipped
from b12sched.rules import (
    HOMOCYSTEINE_TARGET,
    RULES,
    SOURCES,
    Rule,
    Source,
    Strength,
    meanings,
    strength_text,
)
from b12sched.views.markdown import source_line
from b12sched.views.screen.answers import source_lines

STRENGTH = {
    "LOAD-NEURO": "label guideline",
    "LOAD-STANDARD": "guideline",
    "LOAD-CYANO": "label",
    "LOAD-UK-DIET": "guideline",
    "LOAD-UK-LABEL": "label",
    "LOAD-AU-NEURO": "label",
    "LOAD-AU-STANDARD": "label",
    "LOAD-NL": "guideline",
    "LOAD-NO-STANDARD": "label",
    "LOAD-NO-NEURO": "label",
    "LOAD-SE": "label",
    "LOAD-FR": "label",
    "LOAD-US-HYDROXO": "label",
    "LOAD-US-WEEKLY": "practice",
    "LOAD-JP": "label",
    "LOAD-LOCAL": "local protocol",
    "MAINT": "convention",
    "ANCHOR": "convention",
    "WEEKS": "practice",
    "MONTH-END": "arithmetic",
    "MAINT-MONTHLY": "guideline",
    "CLINIC-DAYS": "convention",
    "AS-OF": "convention",
    "REVIEW-WEEKLY": "requirement",
    "LAB": "requirement",
    "LAB-EARLY": "label practice",
    "ASSESS-6M": "requirement",
    "RENAL-CYANO": "requirement study",
    "NEURO-INTERVAL": "label guideline requirement",
    "CYANO-INTERVAL": "label",
    "urgent-neuro": "label practice",
    "loading-interrupted": "practice",
    "overdue": "convention",
    "nothing-recorded": "convention",
    "first-dose-late": "convention",
    "plateau-not-recorded": "convention",
    "doses-close": "convention",
    "gap": "convention",
    "late-closure": "convention",
    "holidays-by-part": "convention",
    "cyano-neuro": "label",
    "cyano-leber": "label",
    "renal": "study",
    "methylcobalamin": "requirement convention",
    "folate-alone": "label practice",
    "lifelong": "label guideline",
    "accepted": "convention",
    "ended": "convention",
    "potassium": "label practice",
    "new-signs": "convention",
    "given-through": "convention",
    "not-asked": "convention",
    "serum-b12-on-treatment": "practice",
    "monthly": "label guideline",
    "interval": "convention",
    "regimen": "convention",
    "step-up-early": "convention",
    "months-vs-label": "label",
    "paradoxical-movements": "study",
    "recovery": "requirement",
    "cobalamin-allergy": "label guideline",
}
"""How strong the evidence is, as the review of the sources found it.

Typed by hand: whoever makes a rule stronger here has read a stronger source. Closed
days, anchors, moved doses and incomplete records are conventions, because no authority
says anything about them; checks, because only the requirement of this program does.
"""

KNOWN_STRENGTHS = {
    *("label", "guideline", "practice", "requirement", "convention", "arithmetic"),
    *("local protocol", "study"),
}
LOADING = {name: regimen.rule(name) for name, regimen in loading_rules().items()}
ALL_RULES = LOADING | RULES
ALL_SOURCES = {k: s for r in loading_rules().values() for k, s in r.sources.items()}
ALL_SOURCES |= SOURCES
SUPPORTED: dict[str, Rule | Caution] = {**ALL_RULES, **CAUTIONS}
every_text = pytest.mark.parametrize("name", SUPPORTED)


# --- sources and strengths ----------------------------------------------------------


@every_text
def test_a_rule_or_caution_names_sources_that_exist(name: str) -> None:
    """At least one, none twice; the first is the one a caution is cited by."""
    sources = SUPPORTED[name].sources
    assert sources
    assert len(set(sources)) == len(sources)
    assert set(sources) <= set(ALL_SOURCES)


@every_text
def test_a_rule_or_caution_is_as_strong_as_its_evidence(name: str) -> None:
    """Its strength is that of the table above, strongest first."""
    strength = [str(part) for part in SUPPORTED[name].strength]
    assert set(strength) <= KNOWN_STRENGTHS
    assert " ".join(strength) == STRENGTH[name]


def test_the_evidence_lists_what_the_program_says_and_nothing_else() -> None:
    """Rules and cautions share one space of names, so that `explain` finds either."""
    assert set(STRENGTH) == set(SUPPORTED)
    assert len(SUPPORTED) == len(ALL_RULES) + len(CAUTIONS)


@pytest.mark.parametrize("key", ALL_SOURCES)
def test_every_source_is_used(key: str) -> None:
    """A source that nothing rests on does not belong in the list."""
    texts = SUPPORTED.values()
    assert key in chain.from_iterable(text.sources for text in texts)


@every_text
def test_a_label_or_guideline_claim_rests_on_a_label_or_guideline(name: str) -> None:
    """Trials, conventions and the brief never carry such a claim alone."""
    labels = {
        *("smpc", "smpc-cobalin", "fda-cyano", "fda-hydroxo", "vita-b12", "eisai"),
        *("felleskatalogen", "lakemedelsboken", "ansm"),
    }
    guidelines = {
        *("bnf", "nice-ng239", "nice-ng239-sps", "mhra-cobalt", "sps-2020", "kompas"),
    }
    sources = set(SUPPORTED[name].sources)
    strength = STRENGTH[name].split()
    studies = {"divine", "spence-2017", "movements-1997"}
    assert ("study" in strength) == bool(sources & studies)
    assert "label" not in strength or sources & labels
    assert "guideline" not in strength or sources & guidelines


@table(
    "key, said",
    ("the formulary, read in others' words", "bnf", "as quoted by"),
    ("the society's guideline, read in others' words", "bsh-b12", "as quoted by"),
    ("the society's guideline is no longer in force", "bsh-b12", "superseded"),
    ("a trial of which the abstract was read", "divine", "(abstract)"),
    ("a review of which the abstract was read", "spence-2017", "(abstract)"),
    ("a report of which the abstract was read", "movements-1997", "(abstract)"),
    ("a case review of which the abstract was read", "scd-2006", "(abstract)"),
    ("the article, not yet reviewed", "brief", "review pending"),
    ("a protocol that nobody can look up", "protocol", "no public reference"),
    ("no authority at all", "convention", "No authority found"),
)
def test_a_source_says_how_it_is_known(key: str, said: str) -> None:
    """What was read second-hand or in part is not cited as if it were read whole."""
    assert said in SOURCES[key].title


@pytest.mark.parametrize("key", ALL_SOURCES)
def test_a_source_can_be_looked_up_or_says_why_not(key: str) -> None:
    """A web address, but for the five that have none."""
    source = ALL_SOURCES[key]
    if key in ("brief", "protocol", "surgery", "convention", "local-protocol"):
        assert not source.places
    else:
        assert source.places
        for seen, address in source.places:
            assert seen in ("read there", "not read there", "copy read", "quoted there")
            assert re.fullmatch(r"https?://[a-z0-9.-]+/[!-~]*", address)
    assert source.year is None or 1990 < source.year <= 2025


MIRRORS = ("globalrph", "recallguide", "govwire", "natap")
"""Sites that copy what others wrote: never the only address of a source."""


@pytest.mark.parametrize("key", ALL_SOURCES)
def test_no_mirror_is_the_only_address_of_a_source(key: str) -> None:
    """A copy stands beside the source's own address."""
    addresses = [address for _, address in ALL_SOURCES[key].places]
    assert not addresses or not all(
        any(mirror in address for mirror in MIRRORS) for address in addresses
    )


@table(
    "key, places",
    (
        "read there",
        "smpc",
        [("read there", "https://www.medicines.org.uk/emc/medicine/31182")],
    ),
    (
        "a copy was read",
        "fda-hydroxo",
        [
            (
                "not read there",
                "https://dailymed.nlm.nih.gov/dailymed/drugInfo.cfm?"
                "setid=a3087a39-f218-4f16-a1e7-17c39bb2eb69",
            ),
            ("copy read", "https://www.recallguide.org/drug/hydroxocobalamin/"),
        ],
    ),
    (
        "another text quotes it",
        "bnf",
        [
            ("not read there", "https://bnf.nice.org.uk/drugs/hydroxocobalamin/"),
            (
                "quoted there",
                "https://pernicious-anaemia-society.org/pernicious-anaemia/"
                "restrictive-treatment-changed/",
            ),
        ],
    ),
    ("nobody can look it up", "brief", []),
)
def test_a_source_says_at_which_address_it_was_seen(
    key: str, places: list[tuple[str, str]]
) -> None:
    """No address is printed as if the text had been read there when it was not."""
    assert ALL_SOURCES[key].places == places


def test_a_source_that_does_not_say_how_it_was_seen_has_its_addresses() -> None:
    """As a clinic's own file may state it: nothing is claimed for it."""
    source = Source(
        title="Minutes", url="https://a.example/", copy="https://b.example/"
    )
    assert source.places == [("", "https://a.example/"), ("", "https://b.example/")]
    assert list(source_lines("minutes", source)) == [
        *("  minutes: Minutes", "    https://a.example/", "    https://b.example/"),
    ]
    assert source_line("minutes", source) == (
        "- **minutes**: Minutes <https://a.example/> <https://b.example/>"
    )


@table(
    "key, dated",
    ("a year", "scd-2006", "review of 57 cases (abstract), 2006"),
    (
        "a day that the title names",
        "nice-ng239",
        "over 16s, 6 March 2024 (read in part)",
    ),
    ("a revision", "fda-hydroxo", "US label, revised January 2017"),
    ("a day", "lothian-neuro", "neurological symptoms, 31 July 2025"),
    ("a day of another board", "ctacs", "care services, 12 December 2023"),
)
def test_a_source_has_its_date_once(key: str, dated: str) -> None:
    """The year, or the day or month of the revision in its title."""
    assert ALL_SOURCES[key].dated.endswith(dated)


@table(
    "source, cited",
    ("a title", Source("Minutes"), "Minutes"),
    ("all of it", Source("Minutes", 2019, body="Ward 3"), "Ward 3: Minutes, 2019"),
    (
        "a copy",
        Source("Minutes of 2019", 2019, seen="M"),
        "Minutes of 2019 (copy read)",
    ),
    ("itself", Source("Minutes", seen="V"), "Minutes"),
)
def test_a_source_is_cited_in_one_line(source: Source, cited: str) -> None:
    """Whose it is, what, of when, and that only a copy was read."""
    assert source.cited == cited


UK = {"bnf", "smpc", "smpc-cobalin", "smpc-neo-cytamen"}
"""The formulary and the labels that speak of hydroxocobalamin and nothing else."""


def claims() -> list[tuple[str, Rule | Caution]]:
    """Every text with its sources: rules of all regimens, and cautions."""
    found: list[tuple[str, Rule | Caution]] = [*SUPPORTED.items()]
    for regimen in loading_rules().values():
        found += regimen.rules.items()
    return found


def test_a_text_by_the_uk_sources_speaks_of_hydroxocobalamin() -> None:
    """It names it, and says nothing of them about another form."""
    checked = 0
    for name, claim in claims():
        if not UK & set(claim.sources):
            continue
        said = f"{claim.text} {claim.note}" if isinstance(claim, Rule) else claim.text
        checked += 1
        assert "ydroxocobalamin" in said, (name, said)
        assert "methylcobalamin" not in said, name
        assert "cyanocobalamin" not in said, name
    assert checked > 10


def test_every_strength_is_in_words_and_explained() -> None:
    """A requirement is not read as a duty."""
    assert strength_text([Strength.REQUIREMENT]) == (
        "asked of this program, no authority found"
    )
    assert strength_text([Strength.REQUIREMENT, Strength.STUDY]) == (
        "asked of this program, no authority found; study"
    )
    assert list(meanings(Strength)) == [each.words for each in Strength]
    assert len(set(meanings(Strength).values())) == len(Strength)
    assert list(meanings([Strength.STUDY, Strength.LABEL])) == ["label", "study"]


# --- every rule that is named is explained ------------------------------------------

NEVER_ON_AN_EVENT = {
    *("ANCHOR", "WEEKS", "MONTH-END", "CLINIC-DAYS", "AS-OF"),
    *("RENAL-CYANO", "NEURO-INTERVAL", "CYANO-INTERVAL"),
    "LOAD-LOCAL",
}
"""How dates are reckoned, and why a plan is refused: no event has these as its rule."""


def test_every_rule_of_an_event_is_explained() -> None:
    """Plans of all kinds name exactly the rules that make events."""
    named = {
        event.rule
        for fields in (
            {"neuro": "yes", "anaemia": "severe"},
            {"neuro": "yes", "plateau": "2026-02-01"},
            {"neuro": "no", "monthly_from": "2026-06-01"},
            {"drug": "cyanocobalamin", "open": "wed"},
            {"neuro": "yes", "drug": "cyanocobalamin"},
            {"drug": "methylcobalamin", "interval": "12w"},
            {"last_dose": "2026-01-05", "given": "2026-02-20"},
        )
        for event in plan_of(**fields).events
    }
    loading = {"LOAD-NEURO", "LOAD-STANDARD", "LOAD-CYANO"}
    assert named == (set(RULES) | loading) - NEVER_ON_AN_EVENT


@table(
    "rule, fields",
    ("impaired", "RENAL-CYANO", {"drug": "cyanocobalamin", "renal": "impaired"}),
    ("low eGFR", "RENAL-CYANO", {"drug": "cyanocobalamin", "egfr": "59.9"}),
    ("neurology", "NEURO-INTERVAL", {"neuro": "yes", "interval": "3m"}),
    ("label", "CYANO-INTERVAL", {"drug": "cyanocobalamin", "interval": "2m"}),
)
def test_a_refusal_cites_an_explained_rule(rule: str, fields: dict[str, str]) -> None:
    """It names the rule, and every source and strength of it."""
    with pytest.raises(RefusedError) as caught:
        plan_of(**fields)
    error = caught.value
    assert error.field == rule
    said = [*RULES[rule].sources, strength_text(RULES[rule].strength)]
    assert all(part in error.message for part in said)


# --- the clinical numbers -----------------------------------------------------------


@table(
    "name, dose, interval, days, apart",
    (
        "neurology: 1 mg on alternate days, no fixed end",
        *("neuro", "1 mg IM", "2m"),
        [],
        {2},
    ),
    (
        "standard: 1 mg three times a week for two weeks",
        *("standard", "1 mg IM", "2m"),
        [1, 3, 5, 8, 10, 12],
        {2},
    ),
    (
        "cyanocobalamin: 100 micrograms daily, alternate days, every 3 to 4 days",
        *("cyanocobalamin", "100 micrograms IM", "1m"),
        [
            *(1, 2, 3, 4, 5, 6, 7),
            *(9, 11, 13, 15, 17, 19, 21),
            *(24, 28, 31, 35, 38, 42),
        ],
        {1, 2, 3},
    ),
)
def test_a_regimen_has_the_doses_of_its_source(
    name: str, dose: str, interval: str, days: list[int], apart: set[int]
) -> None:
    """Dose, days of treatment counted from 1, least distances, usual interval."""
    regimen = shipped(name)
    assert str(regimen.dose) == dose == str(regimen.maintenance.dose)
    assert regimen.maintenance.interval == interval
    if regimen.fixed:
        assert [offset + 1 for offset in regimen.fixed.offsets] == days
        assert set(regimen.fixed.least) == apart
    else:
        assert regimen.open is not None
        assert (days, apart) == ([], {regimen.open.every})


@table(
    "name, words",
    ("alternate days", "LOAD-NEURO", "1 mg IM|alternate days|2 days|12 weeks"),
    ("no fixed end", "LOAD-NEURO", "no further improvement"),
    ("two weeks", "LOAD-STANDARD", "1 mg IM|three times a week for two weeks"),
    ("six doses", "LOAD-STANDARD", "six doses|days 1, 3, 5, 8, 10 and 12"),
    ("cyanocobalamin's dose", "LOAD-CYANO", "100 micrograms IM"),
    ("its rhythm", "LOAD-CYANO", "daily for 7 doses|alternate days for 7 doses"),
    ("its end", "LOAD-CYANO", "every 3 to 4 days for 3 weeks|20 doses in 42 days"),
    ("intervals", "MAINT", "At the regimen's interval|new anchor"),
    ("weeks", "WEEKS", "4, 8 or 12 weeks|1, 2 or 3 months"),
    ("month ends", "MONTH-END", "31 October|31 December|28 February"),
    ("at most a week", "CLINIC-DAYS", "at most 7 days"),
    ("what is examined", "REVIEW-WEEKLY", "paraesthesia|proprioception|gait"),
    ("what else is examined", "REVIEW-WEEKLY", "vibration sense|motor strength"),
    (
        "when labs are",
        "LAB",
        "3, 6 and 12 months|below 10 µmol/L|when renal status is normal",
    ),
    ("what labs are", "LAB", "Serum B12|FBC|homocysteine"),
    ("recovery", "ASSESS-6M", "6 months|complete, partial or poor"),
    (
        "kidneys",
        "RENAL-CYANO",
        "hydroxocobalamin, or methylcobalamin where that is licensed, instead",
    ),
    ("neurology's interval", "NEURO-INTERVAL", "at most 2 months"),
    ("cyanocobalamin's interval", "CYANO-INTERVAL", "monthly|4 weeks"),
    ("three months", "urgent-neuro", "3 months|the same day"),
    ("a tenth", "months-vs-label", "100 micrograms|a tenth of the dose|1 mg"),
    ("first days", "paradoxical-movements", "2 to 5 days|2 to 6 weeks|rare in adults"),
    ("time to recover", "recovery", "days to weeks|weeks to months|6 months"),
    ("potassium", "potassium", "first 48 hours|Severe anaemia"),
)
def test_a_text_claims_the_numbers_of_its_source(name: str, words: str) -> None:
    """Each number and condition, as the sources have it, is in the text."""
    for part in words.split("|"):
        assert part in SUPPORTED[name].text


@table(
    "rule, words",
    ("a clinical end", "LOAD-NEURO", "clinical finding, never a date|2 weeks"),
    ("another label", "LOAD-STANDARD", "250 micrograms to 1 mg|weekly"),
    ("no schedule", "LOAD-CYANO", "no neurological schedule"),
    ("no doubling", "MAINT", "never doubled"),
    ("eight weeks are not two months", "WEEKS", "6.5 doses a year|is 6."),
    ("no number of weeks", "WEEKS", "prefers weeks and names no number of them"),
    ("no anchor", "ANCHOR", "No authority"),
    ("no best frequency", "ANCHOR", "never been clearly established|review E"),
    ("who decides", "MAINT-MONTHLY", "prescriber's decision"),
    ("outside the label", "MAINT-MONTHLY", "outside the interval of the UK label"),
    ("doses a week", "CLINIC-DAYS", "No published rule|3.5 doses|72 hours"),
    ("regularly", "REVIEW-WEEKLY", "regularly, not weekly"),
    ("no study", "LAB", "no study of follow-up intervals|no reason to stop"),
    ("who asks for labs", "LAB", "Only the article|NICE asks for a clinical follow-up"),
    ("who names six months", "ASSESS-6M", "Only the article|86 %|14 %|no time"),
    (
        "indirect",
        "RENAL-CYANO",
        "indirect|No label forbids|No label or kidney guideline|60",
    ),
)
def test_what_must_be_said_beside_a_rule_is_said(rule: str, words: str) -> None:
    """Where sources differ or are silent, the rule says so itself."""
    for part in words.split("|"):
        assert part in ALL_RULES[rule].note


def test_limits_are_those_of_the_rules() -> None:
    """Renal impairment begins below an eGFR of 60; homocysteine should be under 10."""
    assert EGFR_LIMIT == 60
    assert HOMOCYSTEINE_TARGET == "below 10 µmol/L"


@table(
    "interval, days",
    ("1m", "1m", {28, 29, 30, 31}),
    ("2m", "2m", {59, 60, 61, 62}),
    ("3m", "3m", {89, 90, 91, 92}),
    ("4w", "4w", {28}),
    ("8w", "8w", {56}),
    ("12w", "12w", {84}),
)
def test_an_interval_is_as_long_as_its_name(interval: str, days: set[int]) -> None:
    """The first interval after a last dose on the 1st of each month of four years."""
    found = set()
    for month in range(48):
        last = f"{2026 + month // 12}-{month % 12 + 1:02}-01"
        plan = plan_of(last_dose=last, interval=interval)
        assert plan.maintenance.first is not None
        found.add((plan.maintenance.first - plan.start).days)
    assert found == days


def test_an_interval_is_up_to_fifty_two_weeks_or_twelve_months() -> None:
    """Each of them is read, and nothing else."""
    texts = [f"{n}{unit}" for unit in "wm" for n in range(60)]
    read = [text for text in texts if _reads(text)]
    assert read == [f"{n}w" for n in range(1, 53)] + [f"{n}m" for n in range(1, 13)]
    for text in ("", "2", "m", "02m", "2M", "2 m", "2m ", "-2m", "2.5m", "٢m", "2d"):
        assert not _reads(text)


def _reads(text: str) -> bool:
    try:
        return Interval(text) == text
    except InputError:
        return False


@table(
    "name, interval, text",
    ("neuro", "neuro", "2m", "every 2 months"),
    ("standard", "standard", "2m", "every 2 to 3 months"),
    ("cyanocobalamin", "cyanocobalamin", "1m", "monthly for life"),
)
def test_maintenance_is_as_often_as_the_regimens_source_says(
    name: str, interval: str, text: str
) -> None:
    """A regimen's own rule takes the place of the general one."""
    regimen = shipped(name)
    assert regimen.maintenance.interval == interval
    assert text in regimen.rule("MAINT").text
    assert [str(s) for s in regimen.rule("MAINT").strength] == (
        ["label"] if name == "cyanocobalamin" else ["label", "guideline"]
    )


def test_the_dose_is_stored_in_units_that_cannot_be_confused() -> None:
    """1 mg and 100 µg differ tenfold; both are given into a muscle."""
    defaults = [shipped(name) for name in ("neuro", "standard", "cyanocobalamin")]
    doses = {(r.dose.value, r.dose.unit) for r in defaults}
    assert doses == {(1, "mg"), (100, "µg")}
    assert {r.dose.route for r in defaults} == {"IM"}
    assert {r.maintenance.dose for r in defaults} == {r.dose for r in defaults}
