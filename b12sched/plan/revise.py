"""Changing a saved plan, and listing what moved."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import NamedTuple

from b12sched.dates import counted
from b12sched.errors import InputError, shown
from b12sched.plan.case import ALTERNATIVES, read_fields
from b12sched.plan.clinic import CLINIC_FIELDS
from b12sched.plan.events import (
    Phase,
    Plan,
    Status,
    parted_id,
)
from b12sched.plan.plan_file import (
    Saved,
    SavedEvent,
    days_in,
    joined,
    set_given,
)
from b12sched.plan.restart import CLEAR, check_start, restarted
from b12sched.regimen import Drug, Regimen
from b12sched.regimen_file import treatment

_GIVEN = Status.GIVEN
_ADDING = ("given", "not_given", "closed", "not_closed", "accept", "restart")


class Move(NamedTuple):
    """A change of one event: `before` or `after` is None if it was not there."""

    id: str
    before: SavedEvent | None
    after: SavedEvent | None


def revised(
    saved: Saved, changes: Mapping[str, str], local: Regimen | None = None
) -> Saved:
    """Return a plan file after changes to its case and clinic: texts by option.

    A text replaces, `none` clears (with the end also its reason), and a field takes the
    place of its alternative (a plateau that of the projection); a regimen brings its
    drug, and `local` is the local protocol that the changes name. `given`, `closed` and
    `accept` add to what is recorded, `not_given` and `not_closed` take back. `restart`
    begins the next course. Raises InputError for another patient, and for another drug
    or regimen of recorded doses.
    """
    _check_patient(saved, changes)
    base = restarted(saved, changes) if "restart" in changes else saved
    case, clinic = dict(base.case), dict(base.clinic)
    for name, text in changes.items():
        if name not in _ADDING and not (name == "patient" and name in base.case):
            row = clinic if name in CLINIC_FIELDS else case
            row.pop(name, None)
            if text != CLEAR:
                row[name] = text
    for pair in ALTERNATIVES[1:]:
        for one, other in (pair, pair[::-1]):
            if changes.get(one, CLEAR) != CLEAR and other not in changes:
                case.pop(other, None)
    if changes.get("ended") == CLEAR and "because" not in changes:
        case.pop("because", None)
    _add_accepted(case, changes.get("accept"))
    after = base._replace(case=case, clinic=clinic, local=local or base.local)
    _fit_drug(after, changes)
    before = days_in(base.case, "given")
    days = _changed_days(before, changes, "given", "is not recorded as given")
    set_given(case, days)
    _check_regimen(base, after, before & days)
    if "regimen" in changes:
        _check_kept(after, changes)
    closed = days_in(base.clinic, "closed")
    closed = _changed_days(closed, changes, "closed", "is not a closed day")
    clinic.pop("closed", None)
    if closed:
        clinic["closed"] = joined(closed)
    _raise_as_of(case, changes, days - before)
    check_start(case, base.document)
    return after


def _add_accepted(case: dict[str, str], rules: str | None) -> None:
    """Add the refusals that a revision sets aside; `none` clears them."""
    if rules == CLEAR:
        case.pop("accept", None)
    elif rules is not None:
        case["accept"] = ";".join(filter(None, (case.get("accept"), rules)))


def _check_patient(saved: Saved, changes: Mapping[str, str]) -> None:
    patient = changes.get("patient")
    recorded = saved.case.get("patient")
    if patient is not None and recorded is not None and patient != recorded:
        raise InputError(
            f"this is the plan of {shown(recorded)}: its doses cannot become another "
            "patient's",
            "make a new plan: b12sched plan START --patient REF",
            field="patient",
            value=patient,
            code="other-patient",
        )


def _fit_drug(after: Saved, changes: Mapping[str, str]) -> None:
    """Leave out a recorded drug that the regimen now stated does not take.

    A restart leaves out a regimen that is not for the drug or neurology now stated.
    """
    case, values = after.case, read_fields(after.facts)
    regimen, drug, neuro = map(values.get, ("regimen", "drug", "neuro"))
    if not isinstance(regimen, Regimen):
        return
    other_drug = isinstance(drug, Drug) and not regimen.takes(drug)
    if "regimen" in changes:
        if other_drug and "drug" not in changes:
            del case["drug"]
    elif "restart" in changes:
        other = isinstance(neuro, bool) and not regimen.suits(neuro=neuro)
        if other or (other_drug and "drug" in changes):
            del case["regimen"]


def _check_regimen(before: Saved, after: Saved, recorded: set[dt.date]) -> None:
    """Raise InputError where doses would count as those of another regimen."""
    if not recorded:
        return
    old, new = _treatment(before), _treatment(after)
    if old != new:
        drug, regimen = old
        field = "drug" if drug != new[0] else "neuro"
        if any(each.case.get("regimen") or each.local for each in (before, after)):
            field = "regimen"
        verb = "is" if len(recorded) == 1 else "are"
        counts = f"the change would count as doses of {_named(*new)}"
        if regimen.local and regimen.name == new[1].name:
            counts = f"the file of {regimen.name} has changed since: its doses would "
            counts += "count as those of another treatment"
        raise InputError(
            f"{counted(len(recorded), 'dose')} {verb} recorded under "
            f"{_named(drug, regimen)}; {counts}",
            "begin a new course, with loading, with --restart DATE (the day of its "
            "first dose); to stay on maintenance make a new plan with --last-dose",
            field=field,
            value=after.case.get(field),
            code="other-treatment",
        )


def _named(drug: Drug, regimen: Regimen) -> str:
    """Return a treatment for a message; a local regimen with its name, too."""
    name = f" ({regimen.name}, local protocol)" * regimen.local
    return f"{drug} {regimen.dose}, {regimen.title}{name}"


def _check_kept(after: Saved, changes: Mapping[str, str]) -> None:
    """Raise InputError for what was stated for the regimen before and cannot stay."""
    _, regimen = _treatment(after)
    for name, fits in (
        ("interval", regimen.maintenance.supported),
        ("loading_weeks", () if regimen.open is None else None),
    ):
        value = after.case.get(name)
        if value is None or name in changes or fits is None or value in fits:
            continue
        option = f"--{name.replace('_', '-')}"
        what = (
            f"its source supports {', '.join(fits)}" if fits else "it has no open part"
        )
        raise InputError(
            f"{value} was stated for the regimen before; the new one is "
            f"{regimen.name}: {what}",
            f"add {option} none"
            + f", or {option} {value} if the prescriber wants it" * bool(fits),
            field=name,
            value=value,
            code="other-treatment",
        )


def _treatment(saved: Saved) -> tuple[Drug, Regimen]:
    """Return the drug and the regimen of a plan file's case."""
    values = read_fields(saved.facts)
    drug, regimen = values.get("drug"), values.get("regimen")
    assert drug is None or isinstance(drug, Drug)  # as the fields are read
    assert regimen is None or isinstance(regimen, Regimen)
    return treatment(drug, regimen, neuro=values.get("neuro") is True)


def _changed_days(
    before: set[dt.date], changes: Mapping[str, str], field: str, missing: str
) -> set[dt.date]:
    """Return days after some were added, taken back or all cleared.

    Raises InputError for a day to take back that is not there.
    """
    cleared = changes.get(field) == CLEAR
    days = set() if cleared else set(before)
    removed = days_in(changes, f"not_{field}")
    if lost := sorted(removed - days):
        raise InputError(
            f"{lost[0]} {missing}",
            f"recorded: {', '.join(map(str, sorted(days))) or 'none'}",
            field=f"not_{field}",
            value=str(lost[0]),
        )
    days -= removed
    return days if cleared else days | days_in(changes, field)


def _raise_as_of(
    case: dict[str, str], changes: Mapping[str, str], added: set[dt.date]
) -> None:
    """Raise the file's as of to the latest date that the revision records."""
    if "as_of" not in case or "as_of" in changes:
        return
    for name in ("given_through", "plateau", "last_dose"):
        if name in changes:
            added = added | days_in(case, name)
    case["as_of"] = max(added | days_in(case, "as_of")).isoformat()


def moves(saved: Saved, plan: Plan) -> list[Move]:
    """Return the differences between the saved events and the plan's, by date.

    A recorded dose of an earlier course is none: it stands in the history of the file.
    """
    now = {event.id: SavedEvent(event.date, event.status) for event in plan.events}
    found = [
        (now.get(key, before), Move(key, before, now.get(key)))
        for key, before in saved.events.items()
        if now.get(key) != before
        if before.status != _GIVEN or parted_id(key)[0] >= plan.case.course
    ]
    found += [
        (after, Move(key, None, after))
        for key, after in now.items()
        if key not in saved.events
    ]
    return [move for _, move in sorted(found, key=lambda pair: pair[0].date)]


def recounted(saved: Saved, plan: Plan) -> str | None:
    """Return what to say if recorded doses now count as another phase; else None."""
    before = {
        each.date: Phase.LOADING if Phase.LOADING in key else Phase.MAINTENANCE
        for key, each in saved.events.items()
        if each.status == _GIVEN
    }
    said = []
    for phase in Phase:
        days = [
            dose.date
            for dose in plan.doses
            if dose.phase is phase and before.get(dose.date, phase) is not phase
        ]
        if days:
            said.append(
                f"{counted(len(days), 'recorded dose')} now "
                f"count{'s' * (len(days) == 1)} as {phase}: "
                f"{', '.join(map(str, days))}"
            )
    return "; ".join(said) or None
