"""The maintenance phase: doses at whole intervals from an anchor, one by one."""

from __future__ import annotations

import datetime as dt

from b12sched.dates import Step
from b12sched.plan.case import Case
from b12sched.plan.clinic import Clinic
from b12sched.plan.events import Event, Kind, Maintenance, Phase, Plateau, Status
from b12sched.plan.loading import given_by_phase, settle, was_given
from b12sched.regimen import Interval

POLICY = "last-dose"
_WEEK = dt.timedelta(days=7)
_DOSE, _MAINTENANCE, _GIVEN = Kind.DOSE, Phase.MAINTENANCE, Status.GIVEN


class _Schedule:
    """The state from which the next dose is counted (MAINT, MAINT-MONTHLY).

    BACK moves back at most a week, and at an interval of one week three days, so that a
    planned day is never before the dose before it.
    """

    __slots__ = (
        "anchor",
        "clinic",
        "interval",
        "monthly",
        "step",
        "step_up",
        "steps",
    )

    def __init__(self, case: Case, clinic: Clinic, last: dt.date) -> None:
        self.clinic = clinic
        self.anchor = last
        self.steps = 1
        self.interval = case.maintenance_interval
        self.step = self.interval.step
        self.step_up = step_up_of(case)
        self.monthly = False
        if self.step_up and last > self.step_up - _WEEK:
            self._make_monthly()

    def next_dose(
        self, given: dt.date | None
    ) -> tuple[dt.date, dt.date | None, Step | None]:
        """Return the due date, planned day and elapsed time of the next dose.

        The planned day is None if the clinic has none; elapsed is None for a dose due
        on the step-up. While a step-up is ahead, no dose is due after it. A given date
        before it that is not the planned day is an extra dose, and keeps its usual due
        date.
        """
        elapsed = self.step.times(self.steps)
        due = elapsed.after(self.anchor)
        planned = self.clinic.back(due, self.interval.early_days)
        if self.step_up and due >= self.step_up:
            day = self._step_up_day(self.step_up, planned)
            if given is None or given >= self.step_up or given == day:
                return self.step_up, day, None
        return due, planned, elapsed

    def take(self, dose: Event) -> None:
        """Count a dose as done.

        It becomes the anchor, unless it is on its planned day, not late and no step-up.
        """
        steps_up = self.step_up is not None and (
            dose.elapsed is None or dose.date > self.step_up - _WEEK
        )
        if dose.date == dose.planned and dose.date <= dose.due and not steps_up:
            self.steps += 1
        else:
            self.anchor, self.steps = dose.date, 1
        if steps_up:
            self._make_monthly()

    def _make_monthly(self) -> None:
        self.interval, self.step_up, self.monthly = self.interval.monthly, None, True
        self.step = self.interval.step

    def _step_up_day(self, step_up: dt.date, usual: dt.date | None) -> dt.date | None:
        """Return the clinic day of the dose due on the step-up.

        It is never after the usual day: a usual day on or after the step-up is open, so
        FWD does not go beyond it.
        """
        if usual is not None and usual < step_up:
            return usual
        return self.clinic.forward(step_up)


def step_up_of(case: Case) -> dt.date | None:
    """Return the date from which maintenance is monthly, if that changes the interval.

    With an interval of a month or less it does not (MAINT-MONTHLY).
    """
    interval = case.maintenance_interval
    return None if interval == interval.monthly else case.monthly_from


def maintenance_doses(
    case: Case,
    clinic: Clinic,
    loading: list[Event],
    plateau: Plateau | None,
    until: dt.date,
) -> tuple[Maintenance, list[Event]]:
    """Return the maintenance phase and its doses in the plan.

    These are the doses up to the horizon, all that were given and, if every loading
    dose was given, the first that is not, however far away (Horizon).
    """
    schedule = _Schedule(case, clinic, loading[-1].date if loading else case.origin)
    dates = iter(given_by_phase(case)[1])
    assumed = plateau is not None and plateau.assumed
    waiting = Status.PROVISIONAL if assumed else Status.PLANNED
    doses: list[Event] = []
    usual: tuple[Interval, dt.date] | None = None
    next_is_in = any(dose.status is not _GIVEN for dose in loading)
    while True:
        given = next(dates, None)
        due, planned, elapsed = schedule.next_dose(given)
        if given:
            day, status = given, _GIVEN
        elif due <= until or (planned and was_given(case, planned)) or not next_is_in:
            day, status = settle(case, clinic, clinic.must_open(planned, due))
        else:
            break
        if status is not _GIVEN:
            status, next_is_in = waiting, True
            usual = usual or (schedule.interval, schedule.anchor)
        stepped_up = schedule.monthly or elapsed is None
        doses.append(
            Event(
                _DOSE,
                _MAINTENANCE,
                len(doses) + 1,
                due,
                day,
                status,
                "MAINT-MONTHLY" if stepped_up else "MAINT",
                planned,
                schedule.anchor,
                elapsed,
                case.course,
                case.regimen.maintenance.dose,
            )
        )
        schedule.take(doses[-1])
    interval, anchor = usual or (schedule.interval, schedule.anchor)
    maintenance = Maintenance(
        interval=interval,
        anchor=anchor,
        policy=POLICY,
        first=doses[0].date if doses else None,
        in_force=schedule.interval,
        step_up=step_up_of(case),
        following=planned or due,
    )
    return maintenance, doses
