"""`forecast`: visits a day and ampoules a month, of which only counts are held."""

from __future__ import annotations

import json
from functools import partial

import pytest
from list_cases import (
    WEEKDAYS,
    Fields,
    coloured,
    dropped,
    fits,
    good,
    results,
    screen,
    window,
)
from spec import day, days, table

from b12sched import Plan
from b12sched.cohort.lists.forecast import Counts, Forecast, Workload, count, forecast
from b12sched.cohort.lists.window import Window
from b12sched.errors import InputError
from b12sched.views.lists.forecast import (
    forecast_csv,
    forecast_json,
    forecast_lines,
    forecast_markdown,
    forecast_week_csv,
)

HYDROXO = ("hydroxocobalamin", "1 mg IM")
CYANO = ("cyanocobalamin", "100 micrograms IM")

QUARTER = ("2026 Jan 5", "2026 Apr 4")

NEURO: Fields = {"patient": "N", "neuro": "yes", "loading_weeks": "1"}
"""Doses on 5, 7, 9, 11 January; a plateau on the 12th is assumed, and two months after
the last dose is 11 March. The examination of the first week is on the 11th."""

THREE = ({"patient": "A"}, {"patient": "B"}, NEURO)


def plans(*rows: Fields, through: str, clinic: Fields | None = None) -> list[Plan]:
    """The plans of a cohort, worked out to a day."""
    found = good(results(*rows, through=through, clinic=clinic))
    return [each.plan for each in found]


def forecast_of(
    *rows: Fields,
    span: tuple[str, str] = QUARTER,
    capacity: int | None = None,
    clinic: Fields | None = None,
) -> Forecast:
    """The forecast of a cohort."""
    made = plans(*rows, through=span[1], clinic=clinic)
    return forecast(count(made, window(*span)), window(*span), capacity)


# --- counting -----------------------------------------------------------------------


def test_a_visit_is_a_patient_on_a_day() -> None:
    """A standard course: six doses in January, one on 16 March; labs on 5 April."""
    found = forecast_of({})
    assert tuple(load.date for load in found.days) == days(
        "2026 Jan 5 7 9 12 14 16, Mar 16"
    )
    assert {(load.visits, load.doses, load.provisional) for load in found.days} == {
        (1, 1, 0)
    }
    with_labs = forecast_of({}, span=("2026 Jan 5", "2026 Apr 5"))
    assert with_labs.days[-1] == Workload(day("2026 Apr 5"), 1, 0, 0)


def test_several_things_on_one_day_are_one_visit() -> None:
    """Labs, examination and dose on 1 June, 92 days after 1 March."""
    row = NEURO | {"start": "2026-03-01", "loading_weeks": "27"}
    found = forecast_of(row, span=("2026 Jun 1", "2026 Jun 1"))
    assert found.days == (Workload(day("2026 Jun 1"), 1, 1, 0),)


def test_patients_of_one_day_add_up() -> None:
    """Two standard courses and one of neurology begin on the same Monday."""
    found = forecast_of(*THREE)
    by_day = {load.date: load[1:] for load in found.days}
    assert by_day[day("2026 Jan 5")] == (3, 3, 0)
    assert by_day[day("2026 Jan 11")] == (1, 1, 0)
    assert by_day[day("2026 Jan 12")] == (2, 2, 0)
    assert by_day[day("2026 Mar 11")] == (1, 1, 1)
    assert by_day[day("2026 Mar 16")] == (2, 2, 0)
    assert found.patients == 3


def test_what_was_given_is_no_work() -> None:
    """Neither a visit nor an ampoule."""
    found = forecast_of({"given_through": "2026-01-12"})
    assert tuple(load.date for load in found.days) == days("2026 Jan 14 16, Mar 16")


def test_a_patient_without_a_visit_is_a_patient() -> None:
    """The cohort has it, the window has not."""
    found = forecast_of({"start": "2027-01-05"})
    assert found.patients == 1
    assert found.days == found.busiest == found.over_capacity == ()


def test_ampoules_are_counted_by_month() -> None:
    """Every month of the window has a row; provisional ones are said separately."""
    found = forecast_of(*THREE)
    assert [(str(month.date), *month[1:]) for month in found.months] == [
        ("2026-01-01", 16, 16, 0),
        ("2026-02-01", 0, 0, 0),
        ("2026-03-01", 3, 3, 1),
        ("2026-04-01", 0, 0, 0),
    ]
    assert found.total[1:] == (19, 19, 1)


@table(
    "first, months, names",
    ("over a year's end", "2026 Nov 30", 3, ["2026-11", "2026-12", "2027-01"]),
    ("one short month", "2026 Feb 1", 1, ["2026-02"]),
    ("from a month's end", "2026 Jan 31", 1, ["2026-01", "2026-02"]),
)
def test_the_months_are_those_that_the_window_touches(
    first: str, months: int, names: list[str]
) -> None:
    """From 30 November three months go to 27 February: no, to the day before the 28th.

    ADD(30 November, 3 months) is 28 February, so the last day is the 27th.
    """
    span = Window.of_months(day(first), months)
    found = forecast(Counts(), span)
    assert [str(month.date)[:7] for month in found.months][: len(names)] == names


def test_a_closed_clinic_s_days_are_other_days() -> None:
    """Sunday 11 January is closed: the loading dose waits until Monday."""
    found = forecast_of(NEURO | {"loading_weeks": "2"}, clinic=WEEKDAYS)
    assert all(load.date.weekday() < 5 for load in found.days)
    assert day("2026 Jan 12") in {load.date for load in found.days}


def test_the_counts_of_parts_add_up_to_those_of_the_whole() -> None:
    """So a cohort can be counted by several processes."""
    made = plans(*THREE, through=QUARTER[1])
    span = window(*QUARTER)
    parts = Counts()
    for plan in made:
        parts.update(count([plan], span))
    assert parts == count(made, span)
    assert forecast(parts, span) == forecast_of(*THREE)


def test_no_plan_is_held() -> None:
    """Each can be forgotten once the next is asked for; days are all that grows."""
    made = plans(*({"patient": f"P{n}"} for n in range(50)), through=QUARTER[1])
    counts = count(dropped(made), window(*QUARTER))
    assert counts.patients == 50
    assert len(counts.visits) == 7


# --- weeks, and what to order -------------------------------------------------------


def test_a_week_is_named_by_its_monday() -> None:
    """Of a window from Sunday 11 to Monday 12 January each day is in another week.

    Two courses begin on Monday the 5th: on Sunday nobody comes, on the 12th both do.
    """
    found = forecast_of(
        {"patient": "A"}, {"patient": "B"}, span=("2026 Jan 11", "2026 Jan 12")
    )
    assert [(str(week.date), *week[1:]) for week in found.weeks] == [
        ("2026-01-05", 0, 0, 0),
        ("2026-01-12", 2, 2, 0),
    ]


@table(
    "first, last, weeks",
    ("one day", "2026 Jan 7", "2026 Jan 7", "2026 Jan 5"),
    ("Monday to Sunday", "2026 Jan 5", "2026 Jan 11", "2026 Jan 5"),
    ("over a year's end", "2025 Dec 31", "2026 Jan 5", "2025 Dec 29, 2026 Jan 5"),
)
def test_the_weeks_are_those_that_the_window_touches(
    first: str, last: str, weeks: str
) -> None:
    """Those without a visit too."""
    found = forecast(Counts(), window(first, last))
    assert tuple(week.date for week in found.weeks) == days(weeks)


def test_what_to_order_is_counted_by_drug_dose_and_month() -> None:
    """It must be there by the first day on which it is used.

    Hydroxocobalamin: 16 in January, the first on the 5th; 3 in March, the first on the
    11th, and that is the provisional one. Cyanocobalamin on days 0 to 6, 8, 10, ... 20
    and 23 (28 January): 15; on days 27, 30, 34, 37 and 41 (1 to 15 February): 5; then
    monthly: 15 March.
    """
    found = forecast_of(
        *THREE,
        {"patient": "C", "drug": "cyanocobalamin"},
        span=("2026 Jan 5", "2026 Mar 31"),
    )
    assert [(str(each.by), each.drug, *each[4:]) for each in found.supplies] == [
        ("2026-01-05", "cyanocobalamin", 15, 0),
        ("2026-01-05", "hydroxocobalamin", 16, 0),
        ("2026-02-01", "cyanocobalamin", 5, 0),
        ("2026-03-11", "hydroxocobalamin", 3, 1),
        ("2026-03-15", "cyanocobalamin", 1, 0),
    ]
    assert [each.dose for each in found.supplies[:2]] == [CYANO[1], HYDROXO[1]]


def test_a_closed_day_is_no_day_by_which_something_must_be_there() -> None:
    """A course that starts on a Saturday begins on Monday the 5th, the first use."""
    found = forecast_of(
        {"start": "2026-01-03"}, span=("2026 Jan 1", "2026 Jan 31"), clinic=WEEKDAYS
    )
    [only] = found.supplies
    assert (only.month, only.by) == (day("2026 Jan 1"), day("2026 Jan 5"))


@table(
    "capacity, cells",
    ("not said", None, ("", "")),
    ("room for two", 2, ("2", "0")),
)
def test_the_csv_by_week_has_a_row_for_each_week(
    capacity: int | None, cells: tuple[str, str]
) -> None:
    """The 9th has three visits, the 12th two; a week counts its days over capacity."""
    span = ("2026 Jan 7", "2026 Jan 12")
    found = forecast_of(*THREE, span=span, capacity=capacity)
    assert forecast_week_csv(found).decode() == (
        "week,visits,doses,provisional,days_over_capacity\r\n"
        f"2026-01-05,7,7,0,{cells[0]}\r\n"
        f"2026-01-12,2,2,0,{cells[1]}\r\n"
    )


# --- the busiest days, and those over capacity --------------------------------------


def test_the_busiest_days_are_the_first_of_equal_ones() -> None:
    """At most five, most visits first."""
    found = forecast_of(*THREE)
    assert [(str(load.date), load.visits) for load in found.busiest] == [
        ("2026-01-05", 3),
        ("2026-01-07", 3),
        ("2026-01-09", 3),
        ("2026-01-12", 2),
        ("2026-01-14", 2),
    ]


@table(
    "capacity, over",
    ("not said", None, ""),
    ("room for all", 3, ""),
    ("room for two", 2, "2026 Jan 5 7 9"),
    ("no room", 0, "2026 Jan 5 7 9 11 12 14 16, Mar 11 16"),
)
def test_a_day_with_more_visits_than_the_capacity_is_named(
    capacity: int | None, over: str
) -> None:
    """As many as it has room for is not too many."""
    found = forecast_of(*THREE, capacity=capacity)
    assert tuple(load.date for load in found.over_capacity) == days(over)
    assert found.capacity == capacity


def test_a_capacity_below_nothing_is_an_error() -> None:
    """It names the option and the value."""
    with pytest.raises(InputError) as caught:
        forecast_of(capacity=-1)
    assert (caught.value.field, caught.value.value) == ("capacity", "-1")


# --- formats ------------------------------------------------------------------------


def test_the_json_is_a_contract() -> None:
    """Every key, once; days are those with a visit, months all of the window."""
    found = forecast_of(NEURO, capacity=0, span=("2026 Jan 9", "2026 Mar 11"))
    ninth = {"date": "2026-01-09", "visits": 1, "doses": 1, "provisional": 0}
    eleventh = ninth | {"date": "2026-01-11"}
    march = {"date": "2026-03-11", "visits": 1, "doses": 1, "provisional": 1}
    assert json.loads(forecast_json(found)) == {
        "from": "2026-01-09",
        "to": "2026-03-11",
        "patients": 1,
        "total": {"visits": 3, "ampoules": 3, "provisional": 1},
        "visits": [ninth, eleventh, march],
        "weeks": [
            {"week": "2026-01-05", "visits": 2, "ampoules": 2, "provisional": 0},
            *(
                {"week": week, "visits": 0, "ampoules": 0, "provisional": 0}
                for week in (
                    *("2026-01-12", "2026-01-19", "2026-01-26", "2026-02-02"),
                    *("2026-02-09", "2026-02-16", "2026-02-23", "2026-03-02"),
                )
            ),
            {"week": "2026-03-09", "visits": 1, "ampoules": 1, "provisional": 1},
        ],
        "months": [
            {"month": "2026-01", "visits": 2, "ampoules": 2, "provisional": 0},
            {"month": "2026-02", "visits": 0, "ampoules": 0, "provisional": 0},
            {"month": "2026-03", "visits": 1, "ampoules": 1, "provisional": 1},
        ],
        "order": [
            {
                "month": "2026-01",
                "drug": "hydroxocobalamin",
                "dose": "1 mg IM",
                "by": "2026-01-09",
                "ampoules": 2,
                "provisional": 0,
            },
            {
                "month": "2026-03",
                "drug": "hydroxocobalamin",
                "dose": "1 mg IM",
                "by": "2026-03-11",
                "ampoules": 1,
                "provisional": 1,
            },
        ],
        "busiest": [ninth, eleventh, march],
        "capacity": 0,
        "over_capacity": [ninth, eleventh, march],
    }
    without = json.loads(forecast_json(forecast_of()))
    assert (without["capacity"], without["over_capacity"]) == (None, [])


def test_the_csv_has_a_row_for_each_day_with_a_visit() -> None:
    """`over_capacity` is yes, no, or empty where no capacity was given."""
    span = ("2026 Jan 9", "2026 Jan 12")
    assert forecast_csv(forecast_of(*THREE, span=span, capacity=2)).decode() == (
        "date,weekday,visits,doses,provisional,over_capacity\r\n"
        "2026-01-09,Fri,3,3,0,yes\r\n"
        "2026-01-11,Sun,1,1,0,no\r\n"
        "2026-01-12,Mon,2,2,0,no\r\n"
    )
    assert b"Fri,3,3,0,\r\n" in forecast_csv(forecast_of(*THREE, span=span))


def test_the_markdown_has_totals_months_and_days() -> None:
    """Tables in the order of the screen."""
    found = forecast_of(*THREE, span=("2026 Jan 9", "2026 Jan 11"), capacity=1)
    assert forecast_markdown(found).decode() == (
        "# Forecast, Fri 2026-01-09 to Sun 2026-01-11\n"
        "\n"
        "- **Patients**: 3\n"
        "- **Visits**: 4\n"
        "- **Ampoules**: 4\n"
        "- **Capacity**: 1 visit a day: 1 day has more\n"
        "\n"
        "## Ampoules a month\n"
        "\n"
        "| Month | Ampoules | Provisional | Visits |\n"
        "| --- | --- | --- | --- |\n"
        "| 2026-01 | 4 | 0 | 4 |\n"
        "\n"
        "## To order, and by when it must be there\n"
        "\n"
        "| There by | Ampoules | Provisional | What | For |\n"
        "| --- | --- | --- | --- | --- |\n"
        "| Fri 2026-01-09 | 4 | 0 | hydroxocobalamin 1 mg IM | 2026-01 |\n"
        "\n"
        "## Busiest days\n"
        "\n"
        "| Day | Visits | Doses | Provisional |\n"
        "| --- | --- | --- | --- |\n"
        "| Fri 2026-01-09 | 3 | 3 | 0 |\n"
        "| Sun 2026-01-11 | 1 | 1 | 0 |\n"
        "\n"
        "## Days with more than 1 visit\n"
        "\n"
        "| Day | Visits | Doses | Provisional |\n"
        "| --- | --- | --- | --- |\n"
        "| Fri 2026-01-09 | 3 | 3 | 0 |\n"
        "\n"
        "## Visits a week, by its Monday\n"
        "\n"
        "| Week of | Visits | Doses | Provisional |\n"
        "| --- | --- | --- | --- |\n"
        "| Mon 2026-01-05 | 4 | 4 | 0 |\n"
        "\n"
        "## Visits a day\n"
        "\n"
        "| Day | Visits | Doses | Provisional |\n"
        "| --- | --- | --- | --- |\n"
        "| Fri 2026-01-09 | 3 | 3 | 0 |\n"
        "| Sun 2026-01-11 | 1 | 1 | 0 |\n"
    )


def test_the_markdown_of_nothing_has_totals_and_months() -> None:
    """Nothing to order, no week and no day; what is missing is said."""
    text = forecast_markdown(
        forecast_of(span=("2026 Jan 5", "2026 Jan 6")), " 1 row failed."
    ).decode()
    assert "- **Patients**: 0. 1 row failed.\n" in text
    assert [line for line in text.splitlines() if line.startswith("#")] == [
        "# Forecast, Mon 2026-01-05 to Tue 2026-01-06",
        "## Ampoules a month",
    ]


NARROW = """\
Forecast, Fri 2026-01-09 to
Wed 2026-03-11

  Patients  3
  Visits    11
  Ampoules  11, 1 of them provisional
  Capacity  2 visits a day: 1 day has
            more

Ampoules a month

  2026-01  10  ━━━━━━━━━━
  2026-02   0
  2026-03   1  ┄

  one ━ is one ampoule, ┄ is provisional

To order, and by when it must be there

  Fri 2026-01-09  10 ampoules of
    hydroxocobalamin 1 mg IM for 2026-01
  Wed 2026-03-11  1 ampoule of
    hydroxocobalamin 1 mg IM for
    2026-03, 1 of them provisional

Busiest days

  Fri 2026-01-09  3 visits, 3 doses
  Mon 2026-01-12  2 visits, 2 doses
  Wed 2026-01-14  2 visits, 2 doses
  Fri 2026-01-16  2 visits, 2 doses
  Sun 2026-01-11  1 visit, 1 dose

Days with more than 2 visits

  Fri 2026-01-09  3 visits, 3 doses

Visits a week, by its Monday

  Mon 2026-01-05  4  ━━━━
  Mon 2026-01-12  6  ━━━━━━
  Mon 2026-01-19  0
  Mon 2026-01-26  0
  Mon 2026-02-02  0
  Mon 2026-02-09  0
  Mon 2026-02-16  0
  Mon 2026-02-23  0
  Mon 2026-03-02  0
  Mon 2026-03-09  1  ┄

  one ━ is one visit, ┄ is provisional
"""


def shown(found: Forecast, width: int, encoding: str = "utf-8") -> list[str]:
    """The lines of a forecast in a pipe."""

    return screen(partial(forecast_lines, found), width, encoding)


def test_the_screen_has_bars() -> None:
    """A sign for each visit or ampoule where there is room; another if provisional."""
    found = forecast_of(*THREE, span=("2026 Jan 9", "2026 Mar 11"), capacity=2)
    assert shown(found, 40) == NARROW.splitlines()


@table(
    "width, bar",
    ("narrow", 40, "  2026-01  100  " + "=" * 7 + "." * 17),
    ("common", 80, "  2026-01  100  " + "=" * 21 + "." * 43),
    ("wide", 120, "  2026-01  100  " + "=" * 33 + "." * 67),
)
def test_a_long_bar_is_drawn_to_scale(width: int, bar: str) -> None:
    """The longest fills the width; what is there at all has a column.

    Of 100 doses 67 are provisional: of 64 columns that is 42.9, of 24 columns 16.1.
    """
    counts = Counts(patients=100)
    counts.visits.update({day("2026 Jan 5"): 100, day("2026 Jan 6"): 1})
    on = day("2026 Jan 5")
    counts.ampoules.update({(on, HYDROXO, True): 67, (on, HYDROXO, False): 33})
    found = forecast(counts, window("2026 Jan 5", "2026 Jan 6"))
    lines = shown(found, width, "ascii")
    fits(lines, width)
    assert bar in lines
    # 101 visits in the week, 67 ampoules of them provisional.
    assert any(line.startswith("  Mon 2026-01-05  101  =") for line in lines)
    scale = "the longest bar is 100 ampoules, . is provisional"
    if width == 120:
        scale = "one = is one ampoule, . is provisional"
    assert scale in " ".join(" ".join(lines).split())


def test_a_sign_that_is_not_drawn_is_not_explained() -> None:
    """No dose of a standard course is provisional."""
    lines = shown(forecast_of({}, span=("2026 Jan 5", "2026 Jan 11")), 80)
    assert lines[2:5] == ["  Patients  1", "  Visits    3", "  Ampoules  3"]
    assert "  one ━ is one visit" in lines


def test_a_forecast_of_nothing_has_no_bars() -> None:
    """Nor a list of days; the months are there."""
    assert shown(forecast_of(span=("2026 Jan 5", "2026 Jan 6")), 80) == [
        "Forecast, Mon 2026-01-05 to Tue 2026-01-06",
        "",
        "  Patients  0",
        "  Visits    0",
        "  Ampoules  0",
        "",
        "Ampoules a month",
        "",
        "  2026-01  0",
    ]


@pytest.mark.parametrize("width", [40, 80, 120])
def test_a_large_forecast_fits(width: int) -> None:
    """No number is cut, no date is broken."""
    counts = Counts(patients=100_000)
    for number in range(5, 29):
        on = day(f"2026 Jan {number}")
        counts.visits[on] = min(10**number, 10**9)
        counts.ampoules[on, HYDROXO, False] = 10**8 - 1
        counts.ampoules[on, HYDROXO, True] = 1
    found = forecast(counts, window("2026 Jan 5", "2026 Jan 31"), 10**6)
    lines = shown(found, width)
    fits(lines, width)
    assert "  Ampoules  2400000000, 24 of them" in "\n".join(lines)
    # Seven days of a thousand million.
    assert any(line.startswith("  Mon 2026-01-12  7000000000  ━") for line in lines)


def test_days_over_capacity_stand_out_on_a_terminal() -> None:
    """They are also named in words, for those who see no colour."""
    found = forecast_of(*THREE, capacity=2)

    assert "\x1b[1;31mMon 2026-01-05" in coloured(partial(forecast_lines, found))
