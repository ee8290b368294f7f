"""Each date of a plain plan of each regimen, typed from its source.

The course begins on Monday 5 January 2026 in a clinic that is always open, so that
every date is the regimen's own. Where loading waits for a finding, the projection is
the regimen's.
"""

from __future__ import annotations

import pytest
from spec import Days, days, plan_of

from b12sched.plan.events import Phase
from b12sched.regimen_file import shipped_names

ON_15TH = "2026 Mar 15, Apr 15, May 15, Jun 15, Jul 15, Aug 15, Sep 15, Oct 15, Nov 15"
NO_FIVE = "2026 Jan 5 7 9 11 13"
TWO_MONTHS_ON_13TH = "2026 Mar 13, May 13, Jul 13, Sep 13, Nov 13"
UK_LABEL = "2026 Jan 5 7 9 11 13 15 17 24 31, Feb 7 14 21 28"
AFTER_UK_LABEL = "2026 Apr 28, Jun 28, Aug 28, Oct 28, Dec 28"
BNF_SIX = "2026 Jan 5 7 9 12 14 16"

DATES = {
    "neuro": (
        "2026 Jan 5 7 9 11 13 15 17 19 21 23 25 27 29 31, "
        "Feb 2 4 6 8 10 12 14 16 18 20 22 24 26 28, "
        "Mar 2 4 6 8 10 12 14 16 18 20 22 24 26 28 30",
        "2026 May 30, Jul 30, Sep 30, Nov 30",
    ),
    "standard": (BNF_SIX, "2026 Mar 16, May 16, Jul 16, Sep 16, Nov 16"),
    "cyanocobalamin": (
        "2026 Jan 5 6 7 8 9 10 11 13 15 17 19 21 23 25 28, Feb 1 4 8 11 15",
        f"{ON_15TH}, Dec 15",
    ),
    "uk-diet": (BNF_SIX, "2026 Jul 16"),
    "uk-label": (UK_LABEL, AFTER_UK_LABEL),
    "au-neuro": (
        "2026 Jan 5 7 9 11 13 15 17",
        "2026 Mar 17, May 17, Jul 17, Sep 17, Nov 17",
    ),
    "au-standard": (UK_LABEL, AFTER_UK_LABEL),
    "nl-standard": (
        "2026 Jan 5 8 12 15 19 22 26 29, Feb 2 5",
        "2026 Apr 5, Jun 5, Aug 5, Oct 5, Dec 5",
    ),
    "no-standard": (NO_FIVE, TWO_MONTHS_ON_13TH),
    "no-neuro": (
        f"{NO_FIVE} 27, Feb 10 24, Mar 10 24, Apr 7 21, May 5 19, Jun 2 16 30",
        "2026 Aug 30, Oct 30, Dec 30",
    ),
    "se-acute": (NO_FIVE, TWO_MONTHS_ON_13TH),
    "fr-cyanocobalamin": (
        "2026 Jan 5 7 9 12 14 16 19 21 23 26",
        "2026 Feb 26, Mar 26, Apr 26, May 26, Jun 26, Jul 26, Aug 26, Sep 26, Oct 26, "
        "Nov 26, Dec 26",
    ),
    "us-hydroxocobalamin": (
        "2026 Jan 5 6 7 8 9 10 11 12 13 14",
        "2026 Feb 14, Mar 14, Apr 14, May 14, Jun 14, Jul 14, Aug 14, Sep 14, Oct 14, "
        "Nov 14, Dec 14",
    ),
    "us-weekly": (
        "2026 Jan 5 12 19 26, Feb 2 9 16 23",
        "2026 Mar 23, Apr 23, May 23, Jun 23, Jul 23, Aug 23, Sep 23, Oct 23, Nov 23, "
        "Dec 23",
    ),
    "jp-mecobalamin": (
        "2026 Jan 5 7 9 12 14 16 19 21 23 26 28 30, "
        "Feb 2 4 6 9 11 13 16 18 20 23 25 27, Mar 2 4",
        "2026 Apr 4, May 4, Jun 4, Jul 4, Aug 4, Sep 4, Oct 4, Nov 4, Dec 4; "
        "2027 Jan 4",
    ),
}
"""The days of loading and those of maintenance in a year, by regimen."""

WITH_NEUROLOGY = ("neuro", "au-neuro", "no-neuro")


def dates_of(name: str, phase: Phase) -> Days:
    """The dates of a phase in a plain plan of a regimen."""
    neuro = "yes" if name in WITH_NEUROLOGY else "no"
    plan = plan_of(neuro=neuro, regimen=name)
    return tuple(dose.date for dose in plan.doses if dose.phase is phase)


def test_every_shipped_regimen_has_its_dates_here() -> None:
    """A new file needs its dates, typed from its source."""
    assert set(shipped_names()) == set(DATES)


@pytest.mark.parametrize("name", DATES)
def test_loading_is_on_the_days_of_its_source(name: str) -> None:
    """All loading doses, to the end of the projection where a finding ends them."""
    assert dates_of(name, Phase.LOADING) == days(DATES[name][0])


@pytest.mark.parametrize("name", DATES)
def test_maintenance_follows_at_the_interval_of_its_source(name: str) -> None:
    """All maintenance doses of the first year."""
    assert dates_of(name, Phase.MAINTENANCE) == days(DATES[name][1])


DOSES = {
    "uk-label": ["1 mg IM"] * 7 + ["250 micrograms IM"] * 6 + ["1 mg IM"] * 5,
    "au-standard": ["1 mg IM"] * 7 + ["250 micrograms IM"] * 6 + ["1 mg IM"] * 5,
    "us-hydroxocobalamin": ["30 micrograms IM"] * 10 + ["100 micrograms IM"] * 11,
    "cyanocobalamin": ["100 micrograms IM"] * 30,
    "jp-mecobalamin": ["500 micrograms IM"] * 36,
}
"""The dose of each event, where it is not always 1 mg."""


@pytest.mark.parametrize("name", DATES)
def test_each_dose_is_as_large_as_its_source_says(name: str) -> None:
    """The parts of a regimen differ in dose, some of them tenfold."""
    neuro = "yes" if name in WITH_NEUROLOGY else "no"
    doses = [str(dose.dose) for dose in plan_of(neuro=neuro, regimen=name).doses]
    assert doses == DOSES.get(name, ["1 mg IM"] * len(doses))
