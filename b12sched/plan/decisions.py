"""Decisions on record in words: refusals set aside, and the end of treatment."""

from __future__ import annotations

from b12sched.dates import day_text
from b12sched.plan.case import Because, Case

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
        "because you did not want more injections",
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
    if case.because is None:
        return None
    assert case.ended is not None  # as its reason is stated
    return f"{day_text(case.ended)} {_REASONS[case.because][plain]}"


def accepted(case: Case, *, plain: bool = False) -> str | None:
    """Return in words what the prescriber set aside; None if nothing was refused."""
    said = [
        each.plain if plain else f"{each.what} {each.beside} ({each.rule})"
        for each in case.set_aside
    ]
    return (". They also decided on " if plain else " and ").join(said) or None
