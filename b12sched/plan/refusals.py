"""What is refused on clinical grounds, unless the prescriber sets it aside."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from b12sched.errors import RefusedError
from b12sched.regimen import Drug, Interval, Regimen, Renal
from b12sched.rules import RULES, strength_text

REFUSALS = ("RENAL-CYANO", "NEURO-INTERVAL", "CYANO-INTERVAL")
"""The rules that refuse a plan, in the order in which they are checked."""

_CYANO_INTERVALS = ("1m", "4w")
_CYANO_CURE = "use 1m or 4w, or hydroxocobalamin for longer intervals"

KIDNEYS = {
    Renal.IMPAIRED: "your kidneys do not work as they should",
    Renal.DIALYSIS: "you are on dialysis",
    Renal.UNKNOWN: "it is not known how well your kidneys work",
}
"""What a renal status that is not normal is in the patient's words."""


class Refusal(NamedTuple):
    """A plan that a rule refuses.

    `value` is the value at fault; `what` is refused, `beside` what; `plain` says both
    in the patient's words, `cure` what to do instead.
    """

    rule: str
    value: str
    what: str
    beside: str
    plain: str
    cure: str

    @property
    def error(self) -> RefusedError:
        support = RULES[self.rule]
        return RefusedError(
            f"{self.what} is not planned {self.beside} "
            f"({strength_text(support.strength)}: {', '.join(support.sources)})",
            f"{self.cure}; if the prescriber has decided otherwise, record that with "
            f"--accept {self.rule} (in a cohort: the column accept)",
            field=self.rule,
            value=self.value,
        )


def refusals(
    drug: Drug,
    regimen: Regimen,
    interval: Interval,
    renal: Renal,
    *,
    neuro: bool,
    stated: bool,
) -> Iterator[Refusal]:
    """Yield what is refused of a treatment; `stated` if its regimen is no default."""
    on_label = regimen.name == "cyanocobalamin"
    if drug is Drug.CYANOCOBALAMIN and renal is not Renal.NORMAL:
        yield Refusal(
            "RENAL-CYANO",
            drug,
            "cyanocobalamin",
            f"with renal status {renal}",
            f"cyanocobalamin, although {KIDNEYS[renal]}",
            "use hydroxocobalamin, or methylcobalamin where that is licensed"
            + ", with a regimen of that drug" * stated,
        )
    if neuro and interval.over_two_months:
        yield Refusal(
            "NEURO-INTERVAL",
            interval,
            f"an interval of {interval}",
            "with neurology",
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
            f"an interval of {interval}",
            "in the regimen cyanocobalamin",
            "a time between your long-term injections that is not the month on the "
            "label",
            _CYANO_CURE,
        )
