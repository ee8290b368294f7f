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

HYDROXO, METHYL, CYANO = "hydroxocobalamin", "methylcobalamin", "cyanocobalamin"
DRUGS = (HYDROXO, METHYL, CYANO)
RENAL = ("normal", "impaired", "dialysis", "unknown")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
REASONS = ("died", "moved", "oral", "declined", "resolved", "other")
RULES = ("RENAL-CYANO", "NEURO-INTERVAL", "CYANO-INTERVAL")
ORDER = ("lab", "review", "assessment", "loading", "maintenance")  # on one day


@dataclass(frozen=True)
class Regimen:
    """A regimen; without a fixed part there are no offsets, without an open no weeks.

    `least` is for dose 1, 2, …: the last number holds for all that follow.
    """

    drug: str
    neuro: str  # yes, no or any
    interval: str
    offsets: tuple[int, ...] = ()
    least: tuple[int, ...] = (2,)
    every: int = 0
    weeks: int = 0


ALTERNATE_DAYS = (0, 2, 4, 6, 8, 10, 12)
CYANO_DAYS = (*range(7), *range(8, 21, 2), 23, 27, 30, 34, 37, 41)
CYANO_LEAST = (*(1,) * 7, *(2,) * 7, 3)
NL_DAYS = (0, 3, 7, 10, 14, 17, 21, 24, 28, 31)
FR_DAYS = (0, 2, 4, 7, 9, 11, 14, 16, 18, 21)
JP_DAYS = (*(7 * week + d for week in range(8) for d in (0, 2, 4)), 56, 58)
REGIMENS = {
    "neuro": Regimen(HYDROXO, "yes", "2m", every=2, weeks=12),
    "standard": Regimen(HYDROXO, "no", "2m", (0, 2, 4, 7, 9, 11)),
    "cyanocobalamin": Regimen(CYANO, "any", "1m", CYANO_DAYS, CYANO_LEAST),
    "uk-diet": Regimen(HYDROXO, "no", "6m", (0, 2, 4, 7, 9, 11)),
    "uk-label": Regimen(HYDROXO, "no", "2m", ALTERNATE_DAYS, every=7, weeks=8),
    "au-neuro": Regimen(HYDROXO, "yes", "2m", ALTERNATE_DAYS),
    "au-standard": Regimen(HYDROXO, "no", "2m", ALTERNATE_DAYS, every=7, weeks=8),
    "nl-standard": Regimen(HYDROXO, "no", "2m", NL_DAYS, (3,)),
    "no-standard": Regimen(HYDROXO, "no", "2m", (0, 2, 4, 6, 8)),
    "no-neuro": Regimen(HYDROXO, "yes", "2m", (0, 2, 4, 6, 8), every=14, weeks=26),
    "se-acute": Regimen(HYDROXO, "any", "2m", (0, 2, 4, 6, 8)),
    "fr-cyanocobalamin": Regimen(CYANO, "any", "1m", FR_DAYS),
    "us-hydroxocobalamin": Regimen(HYDROXO, "no", "1m", tuple(range(10)), (1,)),
    "us-weekly": Regimen(CYANO, "any", "1m", tuple(range(0, 50, 7)), (7,)),
    "jp-mecobalamin": Regimen(METHYL, "no", "1m", JP_DAYS),
}


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
        return (d - 1) % 7 in self.weekdays and d not in self.closed  # day 1: a Monday

    def fwd(self, d: int) -> int | None:
        """FWD(d): the first open day on or after d, up to d + 60, else None."""
        return next((x for x in range(d, d + 61) if self.is_open(x)), None)

    def back(self, d: int, most: int = 7) -> int | None:
        """BACK(d): the last open day on or before d, not before d - most; else FWD."""
        near = range(d, d - most - 1, -1)
        return next((x for x in near if self.is_open(x)), None) or self.fwd(d)


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
    name: str
    regimen: Regimen
    drug: str
    interval: str
    plateau: int | None
    loading_weeks: int
    monthly_from: int | None
    given: tuple[int, ...]
    given_through: int | None
    as_of: int | None
    ended: int | None
    died: bool
    anaemia: str
    accept: tuple[str, ...]
    course: int
    months: int
    until: int | None

    @property
    def open_part(self) -> bool:
        """Loading goes on until a finding."""
        return not self.maintenance_only and self.regimen.every > 0


Row = dict[str, str]


def choice(row: Row, name: str, allowed: Collection[str]) -> str:
    """Return the field if it is one of the allowed values."""
    if row.get(name, "") not in allowed:
        raise NoPlanError(2, f"{name} missing or unknown: {row.get(name)}")
    return row[name]


def whole(row: Row, name: str, default: int, most: int) -> int:
    """Return the field as a whole number between 1 and most."""
    text = row.get(name, str(default))
    if not re.fullmatch(r"[0-9]+", text) or not 1 <= int(text) <= most:
        raise NoPlanError(2, f"{name} is not a whole number 1-{most}: {text}")
    return int(text)


def optional(row: Row, name: str) -> int | None:
    """Return the field as a day, None where it is not stated."""
    return day(row[name]) if name in row else None


def several(row: Row, name: str) -> list[str]:
    """Return what a field lists, between semicolons or commas."""
    return [x.strip() for x in re.split("[;,]", row.get(name, "")) if x.strip()]


def renal_status(row: Row) -> str:
    """Return the renal status as stated, or as eGFR tells it."""
    if "egfr" not in row:
        return choice(row, "renal", RENAL)
    if row["egfr"] in (">60", ">90"):
        return "normal"
    if not re.fullmatch(r"[0-9]+(\.[0-9]+)?", row["egfr"]) or float(row["egfr"]) > 200:
        raise NoPlanError(2, f"egfr is not within 0-200: {row['egfr']}")
    return "impaired" if float(row["egfr"]) < 60 else "normal"


def regimen_and_drug(row: Row, neuro: str) -> tuple[str, str]:
    """Return the regimen's name and the drug; each has a default from the other."""
    if "regimen" not in row:
        drug = choice({"drug": HYDROXO, **row}, "drug", DRUGS)
        usual = "neuro" if neuro == "yes" else "standard"
        return ("cyanocobalamin" if drug == CYANO else usual), drug
    name = choice(row, "regimen", REGIMENS)
    regimen = REGIMENS[name]
    drug = choice({"drug": regimen.drug, **row}, "drug", DRUGS)
    if regimen.neuro not in (neuro, "any"):
        raise NoPlanError(2, f"regimen {name} with neuro {neuro}")
    borrowed = drug == METHYL and name in ("neuro", "standard")
    if drug != regimen.drug and not borrowed:
        raise NoPlanError(2, f"regimen {name} with {drug}")
    return name, drug


def interval_of(row: Row, usual: str) -> str:
    """Return the interval as stated, 1w to 52w or 1m to 12m, or the usual one."""
    text = row.get("interval", usual)
    most = {"w": 52, "m": 12}.get(text[-1], 0)
    if not re.fullmatch("[1-9][0-9]?[wm]", text) or int(text[:-1]) > most:
        raise NoPlanError(2, f"no interval: {text}")
    return text


def read(case: Mapping[str, str]) -> Facts:
    """Check each field and combination (exit 2), then the refusals (exit 3)."""
    row = {name: text.strip() for name, text in case.items() if text.strip()}
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
    if ("ended" in row) != ("because" in row):
        raise NoPlanError(2, "ended without because, or because without ended")
    neuro = choice(row, "neuro", ("yes", "no"))
    name, drug = regimen_and_drug(row, neuro)
    regimen = REGIMENS[name]
    facts = Facts(
        start=day(row.get("last_dose") or row["start"]),
        maintenance_only="last_dose" in row,
        neuro=neuro == "yes",
        renal=renal_status(row),
        name=name,
        regimen=regimen,
        drug=drug,
        interval=interval_of(row, regimen.interval),
        plateau=optional(row, "plateau"),
        loading_weeks=whole(row, "loading_weeks", regimen.weeks or 1, 104),
        monthly_from=optional(row, "monthly_from"),
        given=tuple(sorted(day(x) for x in several(row, "given"))),
        given_through=optional(row, "given_through"),
        as_of=optional(row, "as_of"),
        ended=optional(row, "ended"),
        died="because" in row and choice(row, "because", REASONS) == "died",
        anaemia=choice({"anaemia": "no", **row}, "anaemia", ("no", "yes", "severe")),
        accept=tuple(
            choice({"accept": x}, "accept", RULES) for x in several(row, "accept")
        ),
        course=whole(row, "course", 1, 99),
        months=whole(row, "months", 12, 600),
        until=optional(row, "until"),
    )
    if not facts.open_part and ("plateau" in row or "loading_weeks" in row):
        raise NoPlanError(2, "plateau or loading_weeks without an open part")
    check_history(facts)
    check_order(facts)
    refuse(facts)
    return facts


def later(one: int | None, other: int | None) -> bool:
    """Say whether both days are known and the first is the later."""
    return one is not None and other is not None and one > other


def check_history(facts: Facts) -> None:
    """Given dates are facts; they must be possible ones (exit 2)."""
    if len(set(facts.given)) < len(facts.given):
        raise NoPlanError(2, "a date given twice")
    for d in facts.given:
        if d < facts.start or (facts.maintenance_only and d == facts.start):
            raise NoPlanError(2, "given before start, or not after last_dose")
        if later(d, facts.as_of) or later(d, facts.given_through):
            raise NoPlanError(2, "given after as_of or given_through")


def check_order(facts: Facts) -> None:
    """What is known must not come after as_of, nor treatment end before it (exit 2)."""
    last = facts.start if facts.maintenance_only else None
    if later(facts.start, facts.given_through):
        raise NoPlanError(2, "given_through before start or last_dose")
    for known in (facts.given_through, facts.plateau, last):
        if later(known, facts.as_of):
            raise NoPlanError(2, "given_through, plateau or last_dose after as_of")
    for known in (facts.start, *facts.given, facts.given_through):
        if later(known, facts.ended):
            raise NoPlanError(2, "ended before what is known")


def refuse(facts: Facts) -> None:
    """Refuse what no source supports, unless the prescriber set it aside (exit 3)."""
    number, unit = int(facts.interval[:-1]), facts.interval[-1]
    refused = {
        "RENAL-CYANO": facts.drug == CYANO and facts.renal != "normal",
        "NEURO-INTERVAL": facts.neuro and number > {"m": 2, "w": 8}[unit],
        "CYANO-INTERVAL": facts.name == "cyanocobalamin"
        and facts.interval not in ("1m", "4w"),
    }
    for rule in RULES:
        if refused[rule] and rule not in facts.accept:
            raise NoPlanError(3, rule)


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


def fixed_part(facts: Facts, clinic: Clinic) -> list[Dose]:
    """The fixed part: offsets from t0, and least days between doses."""
    doses: list[Dose] = []
    least = facts.regimen.least
    for k, offset in enumerate(facts.regimen.offsets):
        due = facts.start
        if doses:
            after = doses[-1].date + least[min(k, len(least) - 1)]
            due = max(doses[0].date + offset, after)
        doses.append(dose(facts, clinic, k, due, clinic.fwd(due)))
    return doses


def next_open(facts: Facts, clinic: Clinic, doses: list[Dose]) -> Dose:
    """Return the open part's next dose, so many days after the date of the last one."""
    due = doses[-1].date + facts.regimen.every if doses else facts.start
    return dose(facts, clinic, len(doses), due, clinic.fwd(due))


def load_recorded(facts: Facts, clinic: Clinic, plateau: int) -> list[Dose]:
    """Loading with an open part, up to a recorded plateau."""
    doses = fixed_part(facts, clinic) or [next_open(facts, clinic, [])]
    if plateau < doses[0].date:
        raise NoPlanError(2, "plateau before t0")
    while True:
        nth, due = len(doses), doses[-1].date + facts.regimen.every
        if nth < len(facts.given):
            if facts.given[nth] > plateau:  # a maintenance dose: loading is over
                return doses
        else:
            planned = clinic.fwd(due)
            if due > plateau or later(planned, plateau):
                return doses
            after = later(facts.as_of, plateau)
            if after and given_on(facts, nth, planned) is None:
                return doses
        following = next_open(facts, clinic, doses)
        if following.date > plateau:
            return doses
        doses.append(following)


def load_assumed(facts: Facts, clinic: Clinic) -> tuple[list[Dose], int]:
    """Loading while no plateau is recorded: the doses and the assumed plateau."""
    doses = fixed_part(facts, clinic)
    fixed, every = len(doses), facts.regimen.every
    while len(doses) == fixed or doses[-1].given:
        doses.append(next_open(facts, clinic, doses))
    projected_from = doses[0].date
    for before, this in pairwise(doses):
        if this.date - before.date > every + 5 and this.date != this.planned:
            projected_from = this.date  # an interrupted course is projected anew
    plateau = max(projected_from + 7 * facts.loading_weeks, doses[-1].date)
    for known in (*facts.given[-1:], facts.given_through, facts.as_of):
        if known is not None:
            plateau = max(plateau, known + max(7, every))
    while doses[-1].date + every <= plateau:  # a dose due later is not of the course
        following = next_open(facts, clinic, doses)
        if following.date > plateau:
            break
        doses.append(following)
    return doses, plateau


@dataclass(frozen=True)
class Maintenance:
    """Maintenance doses, and the anchor of the first that is not given."""

    doses: list[Dose]
    anchor: int


def maint(facts: Facts, clinic: Clinic, loading: list[Dose], until: int) -> Maintenance:
    """MAINT and MAINT-MONTHLY: the doses that are in the plan.

    They are the given ones, those due by until, and the first that is not given.
    """
    doses: list[Dose] = []
    anchor = loading[-1].date if loading else facts.start
    next_known = any(not x.given for x in loading)  # the first dose that is not given
    first_anchor: int | None = None  # of the first one of maintenance
    interval, m = facts.interval, 0
    d = facts.monthly_from  # None: no step-up, or the switch has been made
    if interval in ("1m", "1w", "2w", "3w", "4w"):
        d = None
    if d is not None and anchor > d - 7:
        interval, d = "1m", None
    while True:
        m += 1
        due = add(anchor, m, interval)
        planned = clinic.back(due, 3 if interval == "1w" else 7)
        nth = len(loading) + len(doses)
        stepped = False
        if d is not None and due >= d:
            on_d = planned if planned is not None and planned < d else clinic.fwd(d)
            history = facts.given[nth] if nth < len(facts.given) else None
            stepped = history is None or history >= d or history == on_d
            if stepped:
                due, planned = d, on_d
        if due > until and next_known and given_on(facts, nth, planned) is None:
            break
        this = dose(facts, clinic, nth, due, planned)
        if not this.given:
            next_known = True
            first_anchor = anchor if first_anchor is None else first_anchor
        doses.append(this)
        if d is not None and (stepped or this.date > d - 7):
            anchor, m, interval, d = this.date, 0, "1m", None
        elif this.date != planned or this.date > due:
            anchor, m = this.date, 0
    return Maintenance(doses, anchor if first_anchor is None else first_anchor)


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


def lab_early(facts: Facts, clinic: Clinic, t0: int, until: int) -> list[Event]:
    """LAB-EARLY: what anaemia asks for in the first days and at eight weeks."""
    found: list[Event] = []
    if facts.anaemia == "severe" and t0 + 1 <= until:
        dated = next((x for x in (t0 + 1, t0 + 2) if clinic.is_open(x)), t0 + 1)
        found.append(("lab-potassium", t0 + 1, dated, "planned"))
    if facts.anaemia != "no" and t0 + 7 <= until:
        dated = there(clinic.fwd(t0 + 7))
        found.append(("lab-reticulocytes", t0 + 7, dated, "planned"))
    if facts.anaemia != "no" and t0 + 56 <= until:
        found.append(("lab-8w", t0 + 56, there(clinic.back(t0 + 56)), "planned"))
    return found


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
    loading, plateau = [], facts.plateau
    if facts.open_part and plateau is not None:
        loading = load_recorded(facts, clinic, plateau)
    elif facts.open_part:
        loading, plateau = load_assumed(facts, clinic)
    elif not facts.maintenance_only:
        loading = fixed_part(facts, clinic)
    t0 = loading[0].date if loading else facts.start
    until = horizon(facts, t0)
    maintenance = maint(facts, clinic, loading, until)

    basis = "assumed" if facts.open_part and facts.plateau is None else "recorded"
    to_be = "provisional" if basis == "assumed" else "planned"
    doses = in_plan(loading, "loading", "planned", until)
    visits = {dated for _, _, dated, _ in doses}
    doses += in_plan(maintenance.doses, "maintenance", to_be)
    events = list(doses)
    if loading:
        for n in (3, 6, 12):
            events += lab(clinic, t0, n, until, f"lab-{n}m")
        events += lab_early(facts, clinic, t0, until)
    if loading and facts.neuro:
        last = loading[-1].date if plateau is None else plateau
        reviews = review_weekly(t0, loading, last, until)
        events += [x for x in reviews if x[2] in visits]
        events += lab(clinic, t0, 6, until, "assessment-6m")
    loading = [x for x in loading if left(facts, x.date, x.given)]
    doses = [x for x in doses if left(facts, x[2], x[3] == "given")]
    events = [x for x in events if left(facts, x[2], x[3] == "given")]
    prefix = "" if facts.course == 1 else f"c{facts.course}-"

    firsts = [iso(dated) for name, _, dated, _ in doses if name == "maintenance-1"]
    to_come = [
        {"id": prefix + name, "due": iso(due), "date": iso(dated)}
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
            [prefix + name, iso(due), iso(dated), status]
            for name, due, dated, status in sorted(events, key=place)
        ],
    }


def in_plan(
    doses: list[Dose], phase: str, to_be: str, until: int | None = None
) -> list[Event]:
    """Return the doses of a phase that are due by until, given, or the next to come."""
    following = next((x for x in doses if not x.given), None)
    return [
        (f"{phase}-{number}", x.due, x.date, "given" if x.given else to_be)
        for number, x in enumerate(doses, start=1)
        if until is None or x.given or x.due <= until or x is following
    ]


def left(facts: Facts, dated: int, given: bool) -> bool:
    """ENDED: what is not given goes if it is dated after the end (died: from it on)."""
    if given or facts.ended is None:
        return True
    return dated < facts.ended if facts.died else dated <= facts.ended


def course(loading: list[Dose]) -> dict[str, object]:
    """Describe the whole loading course, horizon or not."""
    gaps = [this.date - before.date for before, this in pairwise(loading)]
    return {
        "doses": len(loading),
        "first": iso(loading[0].date),
        "last": iso(loading[-1].date),
        "longest_gap_days": max(gaps, default=0),
    }


def place(event: Event) -> tuple[int, int, int]:
    """Order: by date, then lab, review, assessment, dose; two labs of a day by due."""
    return event[2], ORDER.index(event[0].split("-")[0]), event[1]
