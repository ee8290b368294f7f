"""What a regimen is: doses, days and intervals, with the rules that support them.

Nothing here is computed. `regimen_file` reads one; those that are shipped are the files
`regimens/NAME.toml`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from b12sched.dates import Step
from b12sched.errors import InputError, shown
from b12sched.rules import RULES, SOURCES, Rule, Source, Strength


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


_INTERVAL = re.compile("([1-9][0-9]?)([wm])")
_UNITS = {"w": ("week", 52), "m": ("month", 12)}
INTERVALS = "weeks, 1w to 52w, or months, 1m to 12m"


class Interval(str):
    """The time from one maintenance dose to the next: `1w` to `52w`, `1m` to `12m`.

    Raises InputError for any other text.
    """

    __slots__ = ()

    def __new__(cls, text: str) -> Interval:
        match = _INTERVAL.fullmatch(text)
        if match is None or int(match[1]) > _UNITS[match[2]][1]:
            raise InputError(
                f"{shown(text)} is not an interval",
                f"write {INTERVALS}",
                field="interval",
                value=text,
                code="unknown-name",
            )
        return super().__new__(cls, text)

    @property
    def step(self) -> Step:
        return Step(int(self[:-1]), _UNITS[self[-1]][0])

    @property
    def monthly(self) -> Interval:
        """The interval after a step-up: a month, or this one if it is no longer."""
        length, unit = self.step
        short = length <= 4 if unit == "week" else length == 1
        return self if short else ONE_MONTH

    @property
    def over_two_months(self) -> bool:
        length, unit = self.step
        return length > (8 if unit == "week" else 2)

    @property
    def early_days(self) -> int:
        """The most days that a dose comes early because of a closed clinic (BACK)."""
        return 3 if self == "1w" else 7


ONE_MONTH = Interval("1m")

EGFR_LIMIT = 60
"""Below this eGFR (mL/min/1.73 m²) renal status is `impaired`: the usual CKD line."""

LAB_MONTHS = (3, 6, 12)
EARLY_LABS = {"potassium": 1, "reticulocytes": 7, "8w": 56}
"""The days after dose 1 of the labs that anaemia asks for, by name."""

FOLLOW_UP_MONTHS = 3
"""The months after dose 1 of the lab that comes with clinical follow-up."""

ASSESSMENT_MONTHS = 6
DEFAULT_MONTHS = 12
BORROWED = (
    "No label gives methylcobalamin on this schedule: days and dose are borrowed from "
    "hydroxocobalamin."
)
INTERRUPTION_DAYS = 5
"""Two loading doses this much further apart than the regimen's are interrupted."""


class Dose(NamedTuple):
    """The amount and route of one injection."""

    value: float
    unit: str
    route: str = "IM"

    def __str__(self) -> str:
        return f"{self.amount} {self.route}"

    @property
    def amount(self) -> str:
        """The value as it is stated, never rounded, with its unit written out."""
        unit = self.unit
        if unit == "µg":
            unit = "microgram" if self.value == 1 else "micrograms"
        return f"{self.value:.10g} {unit}"


class FixedPart(NamedTuple):
    """Loading doses on stated days.

    `offsets`: days from dose 1 on which each is due. `least`: the fewest days between a
    dose and the one before it, dose by dose; the last number holds for all that follow.
    """

    dose: Dose
    offsets: tuple[int, ...]
    least: tuple[int, ...]


class OpenPart(NamedTuple):
    """A loading dose every so many days until a finding.

    `weeks`: how long loading is projected while the finding is not recorded.
    """

    dose: Dose
    every: int
    until: str
    weeks: int


class MaintenancePart(NamedTuple):
    """The doses after loading: the usual interval, and those that the source has."""

    dose: Dose
    interval: Interval
    supported: tuple[Interval, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Regimen:
    """A loading course of a fixed part, an open part or both, then maintenance.

    `neuro` says for whom it is: `yes`, `no` or `any`. `local`: a clinic's own protocol.
    """

    name: str
    title: str
    plain_title: str
    country: str
    drug: Drug
    neuro: str
    fixed: FixedPart | None = field(hash=False)
    open: OpenPart | None = field(hash=False)
    maintenance: MaintenancePart = field(hash=False)
    rules: Mapping[str, Rule] = field(hash=False)
    sources: Mapping[str, Source] = field(hash=False)
    local: bool = False

    @property
    def loading_rule(self) -> str:
        """The rule that loading doses cite: the first of the file, or LOAD-LOCAL."""
        return "LOAD-LOCAL" if self.local else next(iter(self.rules))

    @property
    def dose(self) -> Dose:
        """The first loading dose."""
        part = self.fixed or self.open
        assert part is not None  # a regimen has one of the two
        return part.dose

    @property
    def strength(self) -> tuple[Strength, ...]:
        """How well the loading course is supported."""
        return self.rule(self.loading_rule).strength

    def rule(self, name: str, drug: Drug | None = None) -> Rule:
        """Return a rule as it holds in this regimen: its own, or one for all.

        For a `drug` that only borrows the regimen, its own rules claim no source.
        """
        rule = self.rules.get(name)
        if rule is None:
            return RULES[name]
        if drug in (None, self.drug):
            return rule
        return rule._replace(
            strength=(Strength.REQUIREMENT,), sources=("brief",), note=BORROWED
        )

    def source(self, key: str) -> Source:
        return self.sources.get(key) or SOURCES[key]

    def takes(self, drug: Drug) -> bool:
        """Return whether a drug can be on this regimen.

        Methylcobalamin borrows the schedule of hydroxocobalamin (`neuro`, `standard`).
        """
        borrowed = drug is Drug.METHYLCOBALAMIN and self.name in ("neuro", "standard")
        return drug is self.drug or borrowed

    def suits(self, *, neuro: bool) -> bool:
        """Return whether this regimen is for cases with, or without, neurology."""
        return self.neuro in ("any", "yes" if neuro else "no")
