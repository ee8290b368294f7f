"""A fixed part, then an open one: which doses are loading, and how far it is projected.

The dates are typed from the rule. `uk-label` has seven doses on alternate days from 5
January, then one a week; `no-neuro` five, then one every two weeks.
"""

from __future__ import annotations

from spec import (
    Row,
    dates,
    day,
    days,
    dues,
    event,
    events,
    given,
    ids,
    plan_of,
    refusal,
    table,
)

from b12sched.errors import InputError

UK = {"regimen": "uk-label"}
UK_SEVEN = (
    "2026-01-05,2026-01-07,2026-01-09,2026-01-11,2026-01-13,2026-01-15,2026-01-17"
)
NO = {"regimen": "no-neuro", "neuro": "yes"}
NO_FIVE = "2026-01-05,2026-01-07,2026-01-09,2026-01-11,2026-01-13"


def test_the_open_part_begins_after_the_last_dose_of_the_fixed_one() -> None:
    """A week after the date of the seventh dose, and a week after each that follows."""
    plan = plan_of(**UK, given=f"{UK_SEVEN[:-10]}2026-01-19")
    assert given(plan, "loading") == 7
    assert dues(plan, "loading")[7:10] == days("2026 Jan 26, Feb 2 9")


def test_a_late_dose_of_the_fixed_part_delays_the_next_by_the_least_days() -> None:
    """The third on day 7 and not on day 5: the fourth waits two days, not to day 7."""
    plan = plan_of(**UK, given="2026-01-05,2026-01-07,2026-01-11")
    assert dues(plan, "loading")[:7] == days("2026 Jan 5 7 9 13 15 17 19")


@table(
    "given",
    ("nothing is given", ""),
    ("one of the fixed part is", "2026-01-05"),
    ("one of the open part is", f"{UK_SEVEN},2026-01-24"),
)
def test_each_dose_is_that_of_its_part(given: str) -> None:
    """Given or not; maintenance is 1 mg again."""
    plan = plan_of(**UK, given=given)
    loading = [str(dose.dose) for dose in plan.loading_doses]
    assert set(loading[:7]) == {"1 mg IM"}
    assert set(loading[7:]) == {"250 micrograms IM"}
    assert {str(dose.dose) for dose in events(plan, "maintenance")} == {"1 mg IM"}


def test_the_fixed_part_is_completed_though_the_plateau_came_first() -> None:
    """All seven, given or not; none of the open part."""
    plan = plan_of(**UK, given="2026-01-05,2026-01-07", plateau="2026-01-10")
    assert ids(plan, "loading") == [f"loading-{n}" for n in range(1, 8)]
    assert dates(plan, "maintenance")[:1] == days("2026 Mar 17")


def test_given_doses_of_the_fixed_part_are_loading_after_a_plateau_too() -> None:
    """As many as it has doses, whatever was found meanwhile."""
    plan = plan_of(**UK, given=UK_SEVEN, plateau="2026-01-10")
    assert given(plan, "loading") == 7
    assert given(plan, "maintenance") == 0
    assert dates(plan, "maintenance")[:1] == days("2026 Mar 17")


@table(
    "plateau, loading, maintenance",
    ("on the ninth dose", "2026-01-31", 9, 0),
    ("a day before it", "2026-01-30", 8, 1),
    ("before the eighth", "2026-01-23", 7, 2),
)
def test_a_plateau_parts_the_given_doses_of_the_open_part(
    plateau: str, loading: int, maintenance: int
) -> None:
    """Those up to it are loading, the later ones maintenance; no loading is planned."""
    plan = plan_of(**UK, given=f"{UK_SEVEN},2026-01-24,2026-01-31", plateau=plateau)
    assert (given(plan, "loading"), given(plan, "maintenance")) == (
        loading,
        maintenance,
    )
    assert len(ids(plan, "loading")) == loading


def test_while_no_plateau_is_recorded_every_given_dose_is_loading() -> None:
    """Weeks after the projection, too."""
    plan = plan_of(**UK, given=f"{UK_SEVEN},2026-03-20")
    assert given(plan, "loading") == 8


@table(
    "row, plateau",
    ("the regimen's weeks", NO, "2026 Jul 6"),
    ("weeks stated", NO | {"loading_weeks": "10"}, "2026 Mar 16"),
    (
        "weeks from dose 1, a day after the start asked for",
        NO | {"loading_weeks": "10", "closed": "2026-01-05"},
        "2026 Mar 17",
    ),
    (
        "two weeks after as of, as the doses are two weeks apart",
        NO | {"given": NO_FIVE, "loading_weeks": "1", "as_of": "2026-01-20"},
        "2026 Feb 3",
    ),
    (
        "a week after as of where they are a week apart",
        UK | {"given": UK_SEVEN, "loading_weeks": "1", "as_of": "2026-01-20"},
        "2026 Jan 27",
    ),
    (
        "not before the first dose of the open part",
        NO | {"given": NO_FIVE, "loading_weeks": "1"},
        "2026 Jan 27",
    ),
    (
        "nineteen days between two doses interrupt nothing",
        NO | {"given": f"{NO_FIVE},2026-02-01", "loading_weeks": "10"},
        "2026 Mar 16",
    ),
    (
        "twenty do: ten weeks from the later",
        NO | {"given": f"{NO_FIVE},2026-02-02", "loading_weeks": "10"},
        "2026 Apr 13",
    ),
    (
        "in the fixed part, too",
        NO | {"given": "2026-01-05,2026-01-25", "loading_weeks": "10"},
        "2026 Apr 5",
    ),
)
def test_loading_is_projected_from_the_rhythm_of_the_open_part(
    row: Row, plateau: str
) -> None:
    """Weeks from dose 1 or from the end of an interruption, and time for a dose."""
    found = plan_of(**row).plateau
    assert found is not None
    assert (found.date, found.assumed) == (day(plateau), True)


def test_a_plateau_before_dose_1_is_refused_with_a_fixed_part_too() -> None:
    """It cannot have been found before treatment began."""
    error = refusal(InputError, **UK, given="2026-01-07", plateau="2026-01-06")
    assert "2026-01-06 is before the first dose" in error.message


def test_an_examination_is_on_a_dose_of_a_fortnightly_course() -> None:
    """Of the weeks between two doses only the last is examined, on the later dose."""
    plan = plan_of(**NO)
    assert event(plan, "review-3").date == day("2026 Jan 27")
    assert dates(plan, "review")[:3] == days("2026 Jan 13 27, Feb 10")
