"""Months and weeks are added as the conformance suite of ECMAScript Temporal has it.

With its overflow `constrain` Temporal clamps to the month's last day, as `add_months`
does; a year is twelve months. Dates and durations are those of two files of Test262,
the suite of Ecma International's TC39, which is under the BSD licence:

- https://github.com/tc39/test262/blob/4c2e64a5ebde8debdb0ce80962d6002fa4533765/test/built-ins/Temporal/PlainDate/prototype/add/leap-year-arithmetic.js
- https://github.com/tc39/test262/blob/a7bb5b8bc1940d159c2468911c01e76434d3d6fc/test/built-ins/Temporal/PlainDate/prototype/add/basic-arithmetic.js
"""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from b12sched.dates import Step, add_months


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        ("2020-02-29", 12, "2021-02-28"),
        ("2020-02-29", 48, "2024-02-29"),
        ("2020-01-31", 1, "2020-02-29"),
        ("2021-09-30", 5, "2022-02-28"),
        ("2019-09-30", 5, "2020-02-29"),
        ("2021-12-31", 14, "2023-02-28"),
        ("2022-12-31", 14, "2024-02-29"),
        ("2021-07-16", 12, "2022-07-16"),
        ("2021-07-16", 5, "2021-12-16"),
        ("2021-08-16", 5, "2022-01-16"),
        ("2019-10-01", 5, "2020-03-01"),
        ("2021-10-31", 5, "2022-03-31"),
        ("2021-07-16", 14, "2022-09-16"),
        ("2021-11-30", 14, "2023-01-30"),
    ],
)
def test_months_are_added_as_temporal_adds_them(
    start: str, months: int, end: str
) -> None:
    assert add_months(date.fromisoformat(start), months) == date.fromisoformat(end)
    assert Step(months, "month").after(date.fromisoformat(start)) == date.fromisoformat(
        end
    )


@pytest.mark.parametrize(
    ("start", "weeks", "end"),
    [
        ("2021-02-27", 1, "2021-03-06"),
        ("2020-02-27", 1, "2020-03-05"),
        ("2021-02-19", 6, "2021-04-02"),
        ("2020-02-19", 6, "2020-04-01"),
        ("2020-01-27", 6, "2020-03-09"),
        ("2021-02-19", 1, "2021-02-26"),
        ("2021-12-24", 1, "2021-12-31"),
        ("2021-12-25", 1, "2022-01-01"),
        ("2021-01-27", 1, "2021-02-03"),
        ("2021-07-27", 1, "2021-08-03"),
        ("2021-06-27", 1, "2021-07-04"),
        ("2021-01-27", 6, "2021-03-10"),
        ("2021-12-24", 6, "2022-02-04"),
        ("2021-06-27", 6, "2021-08-08"),
        ("2021-07-27", 6, "2021-09-07"),
    ],
)
def test_weeks_are_added_as_temporal_adds_them(
    start: str, weeks: int, end: str
) -> None:
    assert Step(weeks, "week").after(date.fromisoformat(start)) == date.fromisoformat(
        end
    )


@pytest.mark.parametrize(
    ("start", "months", "days", "end"),
    [
        ("2020-02-28", 12, 14, "2021-03-14"),
        ("2021-02-28", 12, 14, "2022-03-14"),
        ("2020-02-29", 12, 14, "2021-03-14"),
        ("2019-02-28", 12, 14, "2020-03-13"),
        ("2020-02-29", 2, 21, "2020-05-20"),
        ("2020-02-28", 2, 21, "2020-05-19"),
        ("2021-02-28", 2, 21, "2021-05-19"),
        ("2020-12-28", 2, 21, "2021-03-21"),
        ("2019-12-28", 2, 21, "2020-03-20"),
        ("2021-02-26", 14, 4, "2022-04-30"),
        ("2023-02-26", 14, 4, "2024-04-30"),
        ("2021-12-30", 14, 4, "2023-03-04"),
        ("2022-12-30", 14, 4, "2024-03-04"),
        ("2022-12-29", 14, 4, "2024-03-04"),
        ("2020-12-28", 12, 14, "2022-01-11"),
        ("2019-10-28", 2, 21, "2020-01-18"),
        ("2019-10-31", 2, 21, "2020-01-21"),
        ("2021-07-16", 14, 4, "2022-09-20"),
        ("2021-02-27", 14, 4, "2022-05-01"),
        ("2021-07-30", 14, 4, "2022-10-04"),
        ("2021-01-28", 14, 4, "2022-04-01"),
        ("2021-06-30", 14, 4, "2022-09-03"),
    ],
)
def test_months_are_clamped_before_days_are_added(
    start: str, months: int, days: int, end: str
) -> None:
    """As a plateau, a review or a blood test is counted from a month's end."""
    assert add_months(date.fromisoformat(start), months) + timedelta(
        days=days
    ) == date.fromisoformat(end)
