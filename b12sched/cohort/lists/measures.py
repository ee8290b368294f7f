"""The measures of an audit: how many doses were due, given, late or not given."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from statistics import median

from b12sched.cohort.lists.audit import clinic_day
from b12sched.cohort.lists.window import Planned
from b12sched.plan.events import Status

NEAR = 7
"""The most days between a dose and its due date that are near it."""


@dataclass(slots=True)
class Measures:
    """The measures of some patients, their doses counted one by one.

    `due` are the doses with a due date up to as of, given or not; `given` all that were
    given, `near` those of them near their due date; `not_given` those that are overdue.
    `late_days` counts the doses given after both their due date and the clinic's day,
    by their days after the due date. `days_at_risk` are the days after each due date
    until the dose was given or, if it was not, until as of.
    """

    patients: int = 0
    due: int = 0
    given: int = 0
    near: int = 0
    not_given: int = 0
    late_days: Counter[int] = field(default_factory=Counter)
    days_at_risk: int = 0

    def add(self, row: Planned) -> None:
        """Count the doses of one patient; without an as of only those given."""
        self.patients += 1
        as_of = row.plan.case.as_of
        for dose in row.plan.doses:
            given = dose.status is Status.GIVEN
            until = dose.date if given else as_of
            if until is None:
                return
            after = (until - dose.due).days
            self.due += as_of is None or dose.due <= as_of
            self.given += given
            self.near += given and abs(after) <= NEAR
            self.not_given += dose.days_overdue(until) > 0
            self.days_at_risk += max(after, 0)
            planned = clinic_day(row.plan, dose)
            if given and until > max(dose.due, planned or dose.due):
                self.late_days[after] += 1

    @property
    def late(self) -> int:
        """Return how many doses were given late."""
        return self.late_days.total()

    @property
    def near_percent(self) -> float | None:
        """Return the doses near their due date, of those given; None of no dose."""
        return round(100 * self.near / self.given, 1) if self.given else None

    @property
    def median_days_late(self) -> float | None:
        """Return the median of the late doses' days; None without one."""
        return median(self.late_days.elements()) if self.late_days else None

    @property
    def most_days_late(self) -> int | None:
        """Return the most days that a dose was late; None without a late one."""
        return max(self.late_days, default=None)


Summary = tuple[Measures, dict[str, Measures]]
"""The measures of all patients, and of those of each regimen by its name."""


def summary(rows: Iterable[Planned]) -> Summary:
    """Return the measures of the plans, in all and by regimen in order of name."""
    whole = Measures()
    regimens: defaultdict[str, Measures] = defaultdict(Measures)
    for row in rows:
        whole.add(row)
        regimens[row.plan.case.regimen.name].add(row)
    return whole, dict(sorted(regimens.items()))
