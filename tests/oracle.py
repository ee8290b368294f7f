"""A second engine, written from the rules alone and sharing no code with b12sched.

It is the slow, literal reading: every day is a number (`datetime.date.toordinal`),
every rule a function named after it, in the order in which the rules are stated. The
tests hold the real engine against it. Where both agree and both are wrong, the rules
were read wrongly twice; where they differ, the rules decide.

`expected(case, open_, closed)` takes a cohort row as text and answers with the plan as
plain data, or with the exit code and the reason why there is none.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

DRUGS = ("hydroxocobalamin", "methylcobalamin", "cyanocobalamin")
INTERVALS = ("1m", "2m", "3m", "4w", "8w", "12w")
RENAL = ("normal", "impaired", "dialysis", "unknown")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
STANDARD = (0, 2, 4, 7, 9, 11)
CYANO = (*range(7), *range(8, 21, 2), 23, 27, 30, 34, 37, 41)
ORDER = ("lab", "review", "assessment", "dose")  # of events on one day


class NoPlanError(Exception):
    """There is no plan: the exit code (2 unusable, 3 refused) and the reason."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


# --- days ---------------------------------------------------------------------------


def day(text: str) -> int:
    """Return the number of an ISO date between 1900 and 2200."""
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        raise NoPlanError(2, f"not an ISO date: {text}")
    year, month, number = (int(part) for part in text.split("-"))
    if not (1900 <= year <= 2200 and 1 <= month <= 12):
        raise NoPlanError(2, f"no such date: {text}")
    if not 1 <= number <= month_length(year, month):
        raise NoPlanError(2, f"no such date: {text}")
    return date(year, month, number).toordinal()


def iso(number: int) -> str:
    """Return the ISO text of a day."""
    return date.fromordinal(number).isoformat()


def month_length(year: int, month: int) -> int:
    """Return the number of days in a month."""
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return (31, 29 if leap else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)[month - 1]


def add_months(d: int, n: int) -> int:
    """ADD(d, n months): the same day n months on, clamped to the month's last day."""
    then = date.fromordinal(d)
    months = then.year * 12 + (then.month - 1) + n
    year, month = months // 12, months % 12 + 1
    return date(year, month, min(then.day, month_length(year, month))).toordinal()


def add(d: int, times: int, interval: str) -> int:
    """ADD(d, times × interval), always counted from d."""
    n = times * int(interval[:-1])
    return add_months(d, n) if interval.endswith("m") else d + 7 * n


# --- the clinic ---------------------------------------------------------------------


@dataclass(frozen=True)
class Clinic:
    """Open weekdays (0 is Monday) and closed days."""

    weekdays: frozenset[int]
    closed: frozenset[int]

    def is_open(self, d: int) -> bool:
        """Say whether the weekday is open and the day not closed."""
        return date.fromordinal(d).weekday() in self.weekdays and d not in self.closed

    def fwd(self, d: int) -> int | None:
        """FWD(d): the first open day on or after d, up to d + 60, else None."""
        return next((x for x in range(d, d + 61) if self.is_open(x)), None)

    def back(self, d: int) -> int | None:
        """BACK(d): the last open day on or before d, not before d - 7; else FWD(d)."""
        week = range(d, d - 8, -1)
        return next((x for x in week if self.is_open(x)), None) or self.fwd(d)


def open_weekdays(text: str | None) -> frozenset[int]:
    """Read `mon-fri` or `mon,wed,fri`; None is every day."""
    found: set[int] = set()
    for part in (text or "mon-sun").split(","):
        first, _, last = part.strip().partition("-")
        if first not in WEEKDAYS or (last or first) not in WEEKDAYS:
            raise NoPlanError(2, f"not a weekday: {part}")
        x, end = WEEKDAYS.index(first), WEEKDAYS.index(last or first)
        found.add(x)
        while x != end:
            x = (x + 1) % 7
            found.add(x)
    return frozenset(found)


def there(d: int | None) -> int:
    """Return the open day that was looked for; that there is none is an error."""
    if d is None:
        raise NoPlanError(2, "no open day")
    return d


# --- the case -----------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Facts:
    """A case with every date as a day and every default filled in."""

    start: int  # with last_dose: last_dose
    maintenance_only: bool  # last_dose was given instead of start
    neuro: bool
    renal: str
    drug: str
    interval: str
    plateau: int | None
    loading_weeks: int
    monthly_from: int | None
    given: tuple[int, ...]
    given_through: int | None
    as_of: int | None
    months: int
    until: int | None

    @property
    def cyano(self) -> bool:
        """LOAD-CYANO applies, neuro or not."""
        return not self.maintenance_only and self.drug == "cyanocobalamin"

    @property
    def load_neuro(self) -> bool:
        """LOAD-NEURO applies."""
        return not self.maintenance_only and self.neuro and not self.cyano


def choice(row: Mapping[str, str], name: str, allowed: Collection[str]) -> str:
    """Return the field if it is one of the allowed values."""
    if row.get(name, "") not in allowed:
        raise NoPlanError(2, f"{name} missing or unknown: {row.get(name)}")
    return row[name]


def whole(row: Mapping[str, str], name: str, default: int, most: int) -> int:
    """Return the field as a whole number between 1 and most."""
    text = row.get(name, str(default))
    if not re.fullmatch(r"[0-9]+", text) or not 1 <= int(text) <= most:
        raise NoPlanError(2, f"{name} is not a whole number 1-{most}: {text}")
    return int(text)


def renal_status(row: Mapping[str, str]) -> str:
    """Return the renal status as stated, or as eGFR tells it."""
    if "egfr" not in row:
        return choice(row, "renal", RENAL)
    if not re.fullmatch(r"[0-9]+(\.[0-9]+)?", row["egfr"]) or float(row["egfr"]) > 200:
        raise NoPlanError(2, f"egfr is not within 0-200: {row['egfr']}")
    return "impaired" if float(row["egfr"]) < 60 else "normal"


def read(case: Mapping[str, str]) -> Facts:
    """Check each field and combination (exit 2), then the refusals (exit 3)."""
    row = {name: text.strip() for name, text in case.items() if text.strip()}

    def optional(name: str) -> int | None:
        return day(row[name]) if name in row else None

    for one, other in (
        ("start", "last_dose"),
        ("renal", "egfr"),
        ("plateau", "loading_weeks"),
        ("months", "until"),
    ):
        if one in row and other in row:
            raise NoPlanError(2, f"{one} and {other} together")
    if "start" not in row and "last_dose" not in row:
        raise NoPlanError(2, "neither start nor last_dose")
    drug = choice({"drug": DRUGS[0], **row}, "drug", DRUGS)
    usual = "1m" if drug == "cyanocobalamin" else "2m"
    facts = Facts(
        start=day(row.get("last_dose") or row["start"]),
        maintenance_only="last_dose" in row,
        neuro=choice(row, "neuro", ("yes", "no")) == "yes",
        renal=renal_status(row),
        drug=drug,
        interval=choice({"interval": usual, **row}, "interval", INTERVALS),
        plateau=optional("plateau"),
        loading_weeks=whole(row, "loading_weeks", 12, 104),
        monthly_from=optional("monthly_from"),
        given=tuple(
            sorted(day(x.strip()) for x in row.get("given", "").split(";") if x)
        ),
        given_through=optional("given_through"),
        as_of=optional("as_of"),
        months=whole(row, "months", 12, 600),
        until=optional("until"),
    )
    for name in ("plateau", "loading_weeks"):
        if name in row and not facts.load_neuro:
            raise NoPlanError(2, f"{name} without LOAD-NEURO")
    check_history(facts)
    refuse(facts)
    return facts


def check_history(facts: Facts) -> None:
    """Given dates are facts; they must be possible ones (exit 2)."""
    through, as_of = facts.given_through, facts.as_of
    if len(set(facts.given)) < len(facts.given):
        raise NoPlanError(2, "a date given twice")
    for d in facts.given:
        if d < facts.start or (facts.maintenance_only and d == facts.start):
            raise NoPlanError(2, "given before start, or not after last_dose")
        if as_of is not None and d > as_of:
            raise NoPlanError(2, "given after as_of")
        if through is not None and d > through:
            raise NoPlanError(2, "given after given_through")
    if through is not None and through < facts.start:
        raise NoPlanError(2, "given_through before start or last_dose")
    if through is not None and as_of is not None and through > as_of:
        raise NoPlanError(2, "given_through after as_of")


def refuse(facts: Facts) -> None:
    """Refuse what no source supports (exit 3)."""
    cyano = facts.drug == "cyanocobalamin"
    if cyano and facts.renal != "normal":
        raise NoPlanError(3, "RENAL-CYANO")
    if facts.neuro and facts.interval in ("3m", "12w"):
        raise NoPlanError(3, "NEURO-INTERVAL")
    if cyano and facts.interval not in ("1m", "4w"):
        raise NoPlanError(3, "CYANO-INTERVAL")


# --- doses --------------------------------------------------------------------------


@dataclass(frozen=True)
class Dose:
    """A dose: `due` is the day the rule asks for, `planned` the clinic's, if any."""

    due: int
    planned: int | None
    date: int
    given: bool


def given_on(facts: Facts, nth: int, planned: int | None) -> int | None:
    """Return the day on which dose number nth (from 0) was given, None if it was not.

    The first doses take their date from `given`; those after them whose planned day is
    not after given_through were given on it.
    """
    if nth < len(facts.given):
        return facts.given[nth]
    through = facts.given_through
    return planned if through and planned and planned <= through else None


def dose(facts: Facts, clinic: Clinic, nth: int, due: int, planned: int | None) -> Dose:
    """Date a dose: as it was given, else on its planned day or later by AS-OF."""
    was_given = given_on(facts, nth, planned)
    if was_given is not None:
        return Dose(due, planned, was_given, True)
    dated = there(planned)
    if facts.as_of is not None and dated < facts.as_of:
        dated = there(clinic.fwd(facts.as_of))  # AS-OF
    return Dose(due, planned, dated, False)


def next_load_neuro(facts: Facts, clinic: Clinic, doses: list[Dose]) -> Dose:
    """Dose 1 is due on start, dose k two days after dose k-1's date."""
    due = doses[-1].date + 2 if doses else facts.start
    return dose(facts, clinic, len(doses), due, clinic.fwd(due))


def load_neuro_recorded(facts: Facts, clinic: Clinic, plateau: int) -> list[Dose]:
    """LOAD-NEURO up to a recorded plateau."""
    doses = [next_load_neuro(facts, clinic, [])]
    if plateau < doses[0].date:
        raise NoPlanError(2, "plateau before t0")
    while True:
        nth, due = len(doses), doses[-1].date + 2
        if nth < len(facts.given):
            if facts.given[nth] > plateau:  # a maintenance dose: loading is over
                return doses
        else:
            if due > plateau:
                return doses
            planned = clinic.fwd(due)
            if planned is not None and planned > plateau:
                return doses
            after = facts.as_of is not None and facts.as_of > plateau
            if after and given_on(facts, nth, planned) is None:
                return doses
        following = next_load_neuro(facts, clinic, doses)
        if following.date > plateau:
            return doses
        doses.append(following)


def load_neuro_assumed(facts: Facts, clinic: Clinic) -> tuple[list[Dose], int]:
    """LOAD-NEURO while no plateau is recorded: the doses and the assumed plateau."""
    doses: list[Dose] = []
    while not doses or doses[-1].given:
        doses.append(next_load_neuro(facts, clinic, doses))
    projected_from = doses[0].date
    for before, this in pairwise(doses):
        if this.date - before.date > 7 and this.date != this.planned:
            projected_from = this.date  # an interrupted course is projected anew
    plateau = max(projected_from + 7 * facts.loading_weeks, doses[-1].date)
    for known in (*facts.given[-1:], facts.given_through, facts.as_of):
        if known is not None:
            plateau = max(plateau, known + 7)
    while doses[-1].date + 2 <= plateau:  # a dose due later is no part of the course
        following = next_load_neuro(facts, clinic, doses)
        if following.date > plateau:
            break
        doses.append(following)
    return doses, plateau


def load_by_offsets(facts: Facts, clinic: Clinic) -> list[Dose]:
    """LOAD-STANDARD and LOAD-CYANO: offsets from t0, and least days between doses."""
    doses = [next_load_neuro(facts, clinic, [])]  # dose 1 is the same in every phase
    for k, offset in enumerate(CYANO if facts.cyano else STANDARD, start=1):
        if k == 1:
            continue
        least = 2
        if facts.cyano:
            least = 1 if k <= 7 else 2 if k <= 14 else 3
        due = max(doses[0].date + offset, doses[-1].date + least)
        doses.append(dose(facts, clinic, k - 1, due, clinic.fwd(due)))
    return doses


@dataclass(frozen=True)
class Maintenance:
    """Maintenance doses, and the anchor of the first that is not given."""

    doses: list[Dose]
    anchor: int


def maint(facts: Facts, clinic: Clinic, loading: list[Dose], until: int) -> Maintenance:
    """MAINT and MAINT-MONTHLY: every given dose, and the others due by until."""
    doses: list[Dose] = []
    anchor = previous = loading[-1].date if loading else facts.start
    first_anchor: int | None = None  # of the first dose that is not given
    interval, m = facts.interval, 0
    monthly = "4w" if interval == "4w" else "1m"
    d = facts.monthly_from  # None: no step-up, or the switch has been made
    if d is not None and anchor > d - 7:
        interval, d = monthly, None
    while True:
        m += 1
        due = add(anchor, m, interval)
        planned = not_before(clinic, clinic.back(due), due, previous)
        nth = len(loading) + len(doses)
        stepped = False
        if d is not None and due >= d:
            on_d = maint_monthly_planned(clinic, d, planned, previous)
            history = facts.given[nth] if nth < len(facts.given) else None
            stepped = history is None or history >= d or history == on_d
            if stepped:
                due, planned = d, on_d
        if due > until and given_on(facts, nth, planned) is None:
            break
        this = dose(facts, clinic, nth, due, planned)
        if not this.given and first_anchor is None:
            first_anchor = anchor
        doses.append(this)
        if d is not None and (stepped or this.date > d - 7):
            anchor, m, interval, d = this.date, 0, monthly, None
        elif this.date != planned or this.date > due:
            anchor, m = this.date, 0
        previous = this.date
    return Maintenance(doses, anchor if first_anchor is None else first_anchor)


def not_before(
    clinic: Clinic, planned: int | None, due: int, previous: int
) -> int | None:
    """Return planned, or the first open day from due that is after the last dose."""
    if planned is not None and planned <= previous:
        return clinic.fwd(max(due, previous + 1))
    return planned


def maint_monthly_planned(
    clinic: Clinic, d: int, usual: int | None, previous: int
) -> int | None:
    """MAINT-MONTHLY's planned day: the earlier of FWD(D) and the usual planned day."""
    earlier = usual if usual is not None and usual < d else clinic.fwd(d)
    return not_before(clinic, earlier, d, previous)


# --- what is not a dose -------------------------------------------------------------

Event = tuple[str, int, int, str]  # id, due, date, status


def review_weekly(t0: int, loading: list[Dose], last: int, until: int) -> list[Event]:
    """REVIEW-WEEKLY while due is not after last (the plateau) or until."""
    on: dict[int, Event] = {}  # of the reviews on one date only the last is planned
    for w in range(1, (min(last, until) - t0) // 7 + 1):
        due = t0 + 7 * w
        dated = next((x.date for x in loading if x.date >= due), None)
        if dated is None and due - loading[-1].date < 7:
            dated = loading[-1].date
        if dated is not None:
            on[dated] = (f"review-{w}", due, dated, "planned")
    return list(on.values())


def lab(clinic: Clinic, t0: int, months: int, until: int, name: str) -> list[Event]:
    """LAB and ASSESS-6M: due so many months after t0, on BACK(due)."""
    due = add_months(t0, months)
    return [(name, due, there(clinic.back(due)), "planned")] if due <= until else []


def horizon(facts: Facts, t0: int) -> int:
    """Return until, as stated or so many months after the last thing known."""
    if facts.until is None:
        known = (t0, *facts.given[-1:], facts.given_through, facts.as_of)
        return add_months(max(x for x in known if x is not None), facts.months)
    if not t0 <= facts.until <= add_months(t0, 600):
        raise NoPlanError(2, "until before t0 or more than 600 months on")
    return facts.until


# --- the plan -----------------------------------------------------------------------


def expected(
    case: Mapping[str, str], open_: str | None, closed: Collection[str]
) -> dict[str, object]:
    """Return the plan as plain data, or {"exit", "reason"} where there is none."""
    try:
        clinic = Clinic(open_weekdays(open_), frozenset(day(x) for x in closed))
        return plan(read(case), clinic)
    except NoPlanError as error:
        return {"exit": error.code, "reason": error.reason}


def plan(facts: Facts, clinic: Clinic) -> dict[str, object]:
    """Work out the loading course and the anchor in full, then cut at the horizon."""
    loading: list[Dose] = []
    plateau = facts.plateau
    if facts.load_neuro and plateau is not None:
        loading = load_neuro_recorded(facts, clinic, plateau)
    elif facts.load_neuro:
        loading, plateau = load_neuro_assumed(facts, clinic)
    elif not facts.maintenance_only:
        loading = load_by_offsets(facts, clinic)
    t0 = loading[0].date if loading else facts.start
    until = horizon(facts, t0)
    maintenance = maint(facts, clinic, loading, until)

    basis = "assumed" if facts.load_neuro and facts.plateau is None else "recorded"
    doses = in_plan("loading", "planned", loading, until)
    to_be = "provisional" if basis == "assumed" else "planned"
    doses += in_plan("maintenance", to_be, maintenance.doses, until)
    events = list(doses)
    if loading:
        for n in (3, 6, 12):
            events += lab(clinic, t0, n, until, f"lab-{n}m")
    if loading and facts.neuro:
        last = loading[-1].date if plateau is None else plateau
        events += review_weekly(t0, loading, last, until)
        events += lab(clinic, t0, 6, until, "assessment-6m")

    firsts = [iso(dated) for name, _, dated, _ in doses if name == "maintenance-1"]
    to_come = [
        {"id": name, "due": iso(due), "date": iso(dated)}
        for name, due, dated, status in doses
        if status != "given"
    ]
    return {
        "start": iso(t0),
        "until": iso(until),
        "plateau": {"date": iso(plateau), "basis": basis} if plateau else None,
        "loading": course(loading) if loading else None,
        "next": to_come[0] if to_come else None,
        "ampoules": len(to_come),
        "maintenance_anchor": iso(maintenance.anchor),
        "maintenance_first": firsts[0] if firsts else None,
        "events": [
            [name, iso(due), iso(dated), status]
            for name, due, dated, status in sorted(events, key=place)
        ],
    }


def in_plan(phase: str, to_be: str, doses: list[Dose], until: int) -> list[Event]:
    """Return the doses of a phase that are due by until, and every given one."""
    return [
        (f"{phase}-{number}", x.due, x.date, "given" if x.given else to_be)
        for number, x in enumerate(doses, start=1)
        if x.given or x.due <= until
    ]


def course(loading: list[Dose]) -> dict[str, object]:
    """Describe the whole loading course, horizon or not."""
    gaps = [this.date - before.date for before, this in pairwise(loading)]
    return {
        "doses": len(loading),
        "first": iso(loading[0].date),
        "last": iso(loading[-1].date),
        "longest_gap_days": max(gaps, default=0),
    }


def place(event: Event) -> tuple[int, int]:
    """Order: by date, then lab, review, assessment, dose."""
    kind = event[0].split("-")[0]
    return event[2], ORDER.index(kind if kind in ORDER else "dose")
