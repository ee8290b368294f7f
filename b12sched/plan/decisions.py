"""Decisions on record: refusals that the prescriber set aside, the end of treatment."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from b12sched.dates import day_text
from b12sched.errors import RefusedError
from b12sched.regimen import Drug, Renal
from b12sched.rules import RULES

if TYPE_CHECKING:
    from b12sched.plan.case import Case

REFUSALS = ("RENAL-CYANO", "NEURO-INTERVAL", "CYANO-INTERVAL")
"""The rules that refuse a plan, in the order in which they are checked."""

_CYANO_INTERVALS = ("1m", "4w")
_CYANO_CURE = "use 1m or 4w, or hydroxocobalamin for longer intervals"


class Because(StrEnum):
    """Why treatment ended."""

    DIED = "died"
    MOVED = "moved"
    ORAL = "oral"
    DECLINED = "declined"
    RESOLVED = "resolved"
    OTHER = "other"


_REASONS = {
    Because.DIED: ("because the patient died", ""),
    Because.MOVED: (
        "because the patient moved to another clinic",
        "because you moved to another clinic",
    ),
    Because.ORAL: (
        "because the patient changed to oral B12",
        "because you changed to B12 by mouth",
    ),
    Because.DECLINED: (
        "because the patient declined further injections",
        "because you declined further injections",
    ),
    Because.RESOLVED: (
        "because the cause was found and is gone",
        "because the cause was found and is gone",
    ),
    Because.OTHER: ("for another reason", "for another reason"),
}
"""Each reason in words, for the clinic and for the patient."""

EXPECTED = frozenset((Because.DIED, Because.MOVED, Because.RESOLVED))
"""The reasons that stop nobody's treatment too early."""


def ended(case: Case, *, plain: bool = False) -> str | None:
    """Return when and why treatment ended, in words; None while it goes on."""
    if case.ended is None or case.because is None:
        return None
    return f"{day_text(case.ended)} {_REASONS[case.because][plain]}"


def accepted(case: Case, *, plain: bool = False) -> str | None:
    """Return in words what the prescriber set aside; None if nothing was refused."""
    said = [
        each.plain if plain else f"{each.what} ({each.rule})"
        for each in set_aside(case)
    ]
    return " and ".join(said) or None


class Refusal(NamedTuple):
    """A plan that a rule refuses.

    `value` is the value at fault, `what` the combination in words, `plain` the same in
    the patient's words, `cure` what to do instead.
    """

    rule: str
    value: str
    what: str
    plain: str
    cure: str

    @property
    def error(self) -> RefusedError:
        support = RULES[self.rule]
        return RefusedError(
            f"{self.what} is not planned "
            f"({', '.join(support.strength)}: {', '.join(support.sources)})",
            f"{self.cure}; if the prescriber has decided otherwise, record that with "
            f"--accept {self.rule} (in a cohort: the column accept)",
            field=self.rule,
            value=self.value,
        )


def check_refusals(case: Case) -> None:
    """Raise RefusedError for the first refusal that `accept` does not name."""
    for refusal in _refusals(case):
        if refusal.rule not in case.accept:
            raise refusal.error


def set_aside(case: Case) -> list[Refusal]:
    """Return the refusals of a case, each of which the prescriber has set aside.

    A rule that is accepted and does not refuse the case is not among them.
    """
    return list(_refusals(case))


def _refusals(case: Case) -> Iterator[Refusal]:
    cyano, interval = case.drug is Drug.CYANOCOBALAMIN, case.maintenance_interval
    on_label = case.regimen.name == "cyanocobalamin"
    if cyano and case.renal_status is not Renal.NORMAL:
        yield Refusal(
            "RENAL-CYANO",
            case.drug,
            f"cyanocobalamin with renal status {case.renal_status}",
            "cyanocobalamin, although your kidneys do not work normally or it is not "
            "known how they work",
            "use hydroxocobalamin, or methylcobalamin where that is licensed"
            + ", with a regimen of that drug" * case.states_regimen,
        )
    if case.neuro and interval.over_two_months:
        yield Refusal(
            "NEURO-INTERVAL",
            interval,
            f"an interval of {interval} with neurology",
            "more than 2 months between your long-term injections, although your "
            "nerves are affected",
            _CYANO_CURE
            if on_label
            else "use an interval of at most 2 months (2m) or 8 weeks (8w)",
        )
    if on_label and interval not in _CYANO_INTERVALS:
        yield Refusal(
            "CYANO-INTERVAL",
            interval,
            f"an interval of {interval} in the regimen cyanocobalamin",
            "another time between your long-term injections than the month that the "
            "product label states",
            _CYANO_CURE,
        )
