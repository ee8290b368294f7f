"""Events that stand in one row: runs of loading doses, weekly examinations, checks.

What a row says of its events is said here; `table` lays the rows out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import accumulate, pairwise

from b12sched.dates import WEEKDAYS, counted
from b12sched.plan.courses import days_late, next_dose
from b12sched.plan.events import Event, Kind, Phase, Plan, Status
from b12sched.plan.rhythm import Frequency, frequencies, interval_text
from b12sched.plan.wording import doses_by_part, examination_ends, finding, title, why
from b12sched.regimen import FOLLOW_UP_MONTHS

_FOLDED_FROM = 3
_FEW: dict[Phase | None, int] = {
    Phase.LOADING: _FOLDED_FROM,
    Phase.MAINTENANCE: 7,
}
"""The least number of doses that stand in one row."""

_WEEK, _FEW_WEEKDAYS = 7, 4
_MOSTLY = 0.8
"""The share of a run on its weekdays from which they describe it."""


def runs(plan: Plan, *, every: bool, blocks: bool = False) -> list[list[Event]]:
    """Return the events of a plan in groups that stand in one row each, by date.

    Loading doses of one rhythm and one status are a group, whatever closed days do to
    them; the next to give and the one that asks for a decision are single. So are all
    events with `every`. With `blocks` so are many maintenance doses at one interval.
    """
    if every:
        return [[event] for event in plan.events]
    found: dict[object, list[Event]] = {}
    for event in plan.events:
        found.setdefault(_row(plan, event), []).append(event)
    rows: list[list[Event]] = []
    run: list[Event] = []
    for key, row in found.items():
        alone = isinstance(key, str)
        if run and not alone and _continues(run, row):
            run += row
            continue
        if row[0].phase is Phase.LOADING and not alone:
            run = row
        few = _FEW.get(row[0].phase, 0)
        short = len(row) < few or (is_block(row) and not blocks)
        rows += [[event] for event in row] if short else [row]
    place = {event.id: at for at, event in enumerate(plan.events)}
    return sorted(rows, key=lambda row: place[row[0].id])


def is_block(row: Sequence[Event]) -> bool:
    """Return whether a row holds maintenance doses, of which each date is shown."""
    return len(row) > 1 and row[0].phase is Phase.MAINTENANCE


def _row(plan: Plan, event: Event) -> object:
    """Return what is equal for the events that stand in one row; alone, its id."""
    if event.id == plan.decision or event == next_dose(plan):
        return event.id
    if event.phase is Phase.LOADING:
        return event.status, _part(plan, event)
    if event.phase is Phase.MAINTENANCE:
        return event.status, event.rule
    if event.kind is Kind.REVIEW:
        return event.kind
    if event.kind in (Kind.LAB, Kind.ASSESSMENT) and not event.early:
        return event.number, event.date
    return event.id


def _continues(before: Sequence[Event], row: Sequence[Event]) -> bool:
    """Return whether closed days make two rhythms of loading one, on the same days."""
    doses = [*before, *row]
    if len(before) < _FOLDED_FROM or row[0].phase is not Phase.LOADING:
        return False
    same = len({(each.status, each.dose) for each in doses}) == 1
    (days, share), (both, whole) = _weekdays(before), _weekdays(doses)
    return same and days == both and min(share, whole) >= _MOSTLY


def _part(plan: Plan, dose: Event) -> int:
    """Return which rhythm of the loading course a dose belongs to, from 0."""
    doses = [rhythm.doses for rhythm in frequencies(plan.case.regimen)]
    whole = accumulate(number for number in doses if number)
    return min(sum(last < dose.number for last in whole), len(doses) - 1)


def said(plan: Plan, row: Sequence[Event]) -> tuple[str, str]:
    """Return what a row is, in a few words, and what closed days did to a run."""
    first = row[0]
    if first.id == plan.decision:
        return _decision(plan, first), ""
    if first.kind is Kind.DOSE:
        if len(row) > 1:
            return _run(plan, row)
        return _named(plan, first), ""
    if first.kind is Kind.REVIEW:
        if len(row) > 1:
            day, share = _weekdays(row)
            often = f"every {day}" if share == 1 else "weekly"
            return f"Neurological examination {often} ({len(row)})", ""
        return f"Neurological examination {first.number}", ""
    if first.early:
        return title(plan, first), ""
    before = ", before dose" * (first.date in plan.sampled)
    months = f"at {first.number} months"
    if len(row) > 1:
        return f"Labs, recovery {months}{before}", ""
    if first.kind is Kind.ASSESSMENT:
        return f"Assessment of recovery {months}", ""
    follow_up = ", follow-up" * (first.number == FOLLOW_UP_MONTHS)
    return f"Labs{follow_up} {months}{before}", ""


def reason(plan: Plan, row: Sequence[Event]) -> str:
    """Return why the events of a row are then, for a run of doses by its rhythm."""
    first = row[0]
    if len(row) == 1 or first.kind is Kind.LAB:
        return why(plan, first)
    if first.kind is Kind.REVIEW:
        return "each week of loading, on the day of a dose"
    return frequencies(plan.case.regimen)[_part(plan, first)].words


def _named(plan: Plan, dose: Event) -> str:
    """Return a dose by its number, what is injected if that differs, and its state."""
    what = f"{str(dose.phase).capitalize()} dose {dose.number}"
    what += _amount(plan, dose)
    if dose.status is Status.GIVEN:
        return f"{what}, given"
    if dose != next_dose(plan):
        return what
    late = days_late(plan, dose)
    return f"{what}, next: OVERDUE {counted(late, 'day')}" if late else f"{what}, next"


def _amount(plan: Plan, dose: Event) -> str:
    return f", {dose.dose}" if len(doses_by_part(plan)) > 1 else ""


def _decision(plan: Plan, event: Event) -> str:
    """Return the question that ends loading, in the regimen's words."""
    if event.kind is Kind.REVIEW:
        asked = f"DECIDE at examination {event.number}"
    else:
        asked = f"{_named(plan, event)}. DECIDE"
    if examination_ends(plan):
        return (
            f"{asked}: still improving, go on loading; no further improvement, record "
            "the plateau"
        )
    return f"{asked}: {finding(plan)}? Record the plateau; if not, go on loading"


def _run(plan: Plan, row: Sequence[Event]) -> tuple[str, str]:
    """Return what a run of loading doses is, and what closed days did to it."""
    first, last = row[0], row[-1]
    what = f"{str(first.phase).capitalize()} doses {first.number} to {last.number}"
    what += _amount(plan, first)
    if is_block(row):
        now = plan.maintenance.interval
        interval = now.monthly if first.rule == "MAINT-MONTHLY" else now
        if first.status is Status.GIVEN:
            return f"{what}, given", ""
        return f"{what}, {interval_text(interval)}", ""
    gaps = [(later.date - earlier.date).days for earlier, later in pairwise(row)]
    longest = f"longest gap {counted(max(gaps), 'day')}"
    off = [dose for dose in row if dose.date != dose.due]
    if first.status is Status.GIVEN:
        effect = f"{len(off)} not on the due date; {longest}" if off else ""
        return f"{what}, given", effect
    usual = frequencies(plan.case.regimen)[_part(plan, first)]
    effect = f"{_moved(off)}; {longest}" if off else ""
    return f"{what}, {_rhythm(row, usual)}", effect


def _rhythm(row: Sequence[Event], usual: Frequency) -> str:
    """Return the weekdays of a run, or its rhythm where these are many."""
    weekdays, share = _weekdays(row)
    if " " not in weekdays:
        weekdays = f"every {weekdays}"
    if share == 1:
        return weekdays
    return f"mostly {weekdays}" if share >= _MOSTLY else usual.rhythm


def _weekdays(row: Sequence[Event]) -> tuple[str, float]:
    """Return the weekdays of most events in a run, and the share that is on them.

    It is less where the run leaves some of them out, and 0 where they are many.
    """
    days = Counter(event.date.weekday() for event in row)
    most = max(days.values())
    common = sorted(day for day, number in days.items() if 2 * number >= most)
    names = " ".join(WEEKDAYS[day] for day in common)
    on_them = [event.date for event in row if event.date.weekday() in common]
    begin = on_them[0].toordinal()
    span = range(begin, on_them[-1].toordinal() + 1)
    expected = sum((day - 1) % _WEEK in common for day in span)
    if len(common) > _FEW_WEEKDAYS or len(common) == len(row):
        return names, 0
    return names, len(on_them) / max(len(row), expected)


def _moved(off: Sequence[Event]) -> str:
    """Return how many doses closed days moved, and from which weekday to which."""
    ways = Counter((dose.due.weekday(), dose.date.weekday()) for dose in off)
    if len(ways) > 2:  # more ways than a line has room for
        return f"{len(off)} moved to an open day"
    return ", ".join(
        f"{number} {'moved ' * (at == 0)}{WEEKDAYS[due]} to {WEEKDAYS[day]}"
        for at, ((due, day), number) in enumerate(ways.most_common())
    )
