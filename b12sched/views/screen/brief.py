"""The plan in short: what it is and what is next above its dates, warnings below."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress

from b12sched.dates import counted, day_text
from b12sched.errors import InputError, for_shell, printable
from b12sched.files.names import file_name
from b12sched.plan.cautions import Severity, cautions
from b12sched.plan.courses import (
    days_late,
    heading,
    in_maintenance,
    last_day,
    next_dose,
)
from b12sched.plan.events import Plan
from b12sched.plan.rhythm import frequencies, how_often, loading_words
from b12sched.plan.wording import summary
from b12sched.views.screen.layout import (
    Line,
    beside,
    cells,
    chopped,
    encodable,
    fold,
)

_KEPT_AS_IS = ("Set aside", "Ended", "Course", "Last dose")


def header(plan: Plan, width: int, encoding: str) -> Iterator[Line]:
    """Yield whose plan it is, what is given and where; what is next, and the phases.

    Only the patient's reference may be broken anywhere.
    """
    facts = dict(summary(plan))
    yield from _title(plan, facts["Regimen"], width, encoding)
    renal, clinic = facts["Renal status"], facts["Clinic"]
    said = f"{facts['Drug']}; renal status {renal}; clinic {clinic}"
    yield from fold(((said, ""),), width)
    yield ()
    rows = [(label, facts[label]) for label in _KEPT_AS_IS if label in facts]
    rows.append(("Next", _next(plan, facts["Next dose"])))
    if plan.loading_doses:
        rows.append(("Loading", _loading(plan)))
    elif "Loading" in facts:
        rows.append(("Loading", facts["Loading"]))
    rows.append(("Then", _then(plan, facts["Maintenance"])))
    labels = max(len(label) for label, _ in rows)
    room = width - labels - 2
    for label, text in rows:
        style = "bold" if label == "Next" else ""
        lines = fold(((text, style),), room)
        yield from beside(([((label, "dim"),)], labels), (lines, room))


def _title(plan: Plan, regimen: str, width: int, encoding: str) -> Iterator[Line]:
    """Yield the patient's reference and the title, in one line if there is room."""
    what = f"{heading(plan)}: {regimen}"
    patient = encodable(plan.case.patient or "", encoding)
    if patient and cells(patient) + 2 + len(what) <= width:
        yield ((patient, "bold"), (f"  {what}", ""))
        return
    if patient:
        yield from (((part, "bold"),) for part in chopped(patient, width))
    yield from fold(((what, ""),), width)


def _next(plan: Plan, when: str) -> str:
    dose = next_dose(plan)
    if dose is None:
        return when
    said = f"{when}, {dose.phase} dose {dose.number}"
    late = days_late(plan, dose)
    return f"{said}: OVERDUE {counted(late, 'day')}" if late else said


def _loading(plan: Plan) -> str:
    """Return the rhythm of loading and its end: the plateau, or the last dose."""
    doses = counted(len(plan.loading_doses), "dose")
    many = len(frequencies(plan.case.regimen)) > 2  # a line has two
    words = doses if many else loading_words(plan.case.regimen)
    if plan.plateau and plan.case.ended is None:
        return f"{words} ({plan.plateau.basis} {day_text(plan.plateau.date)})"
    return f"{words}, to {day_text(plan.loading_doses[-1].date)}"


def _then(plan: Plan, maintenance: str) -> str:
    """Return how often maintenance is given, and the ampoules that the plan needs."""
    often = how_often(plan) if in_maintenance(plan) else maintenance
    if plan.over:
        return often
    ampoules = f"{counted(plan.ampoules, 'ampoule')} to {day_text(last_day(plan))}"
    return f"{often}; {ampoules}"


def warnings(plan: Plan, width: int) -> Iterator[Line]:
    """Yield each warning in its short text, and the names of the other cautions."""
    infos = []
    for caution in cautions(plan):
        if caution.severity is not Severity.WARNING:
            infos.append(caution.code)
            continue
        text: Line = ((f"{caution.short} ", ""), (f"[{caution.code}]", "dim"))
        sign: Line = (("!", "bold red"),)
        yield from beside(([sign], 1), (fold(text, width - 3), width - 3))
    if infos:
        said = f"{counted(len(infos), 'note')}: {', '.join(infos)}"
        sign = (("i", "dim"),)
        yield from beside(([sign], 1), (fold(((said, ""),), width - 3), width - 3))


def footer(plan: Plan, width: int, saved: Sequence[str]) -> Iterator[Line]:
    """Yield which files hold the plan, and how to see more of it."""
    said, more = _saved(plan, saved), "More: --why, --full; b12sched explain CODE"
    if said.isascii():
        whole = [printable(name) for name in saved]
        yield from fold(((f"{said} {more}", "dim"),), width, whole=whole)
    else:  # letters of other scripts may be two cells wide: the terminal wraps them
        yield ((said, "dim"),)
        yield from fold(((more, "dim"),), width)


def _saved(plan: Plan, saved: Sequence[str]) -> str:
    """Return where the plan was saved, and how to keep it if it was not."""
    files = ", ".join(printable(name) for name in saved)
    if any(name.lower().endswith(".json") for name in saved):
        return f"Saved: {files}."
    name = "plan.json"
    with suppress(InputError):
        if (patient := plan.case.patient or "").isascii():
            name = for_shell(file_name(patient, ".json"))
    if saved:
        return f"Saved: {files}. To revise the plan later add -o {name}."
    return f"Not saved: -o {name} keeps it."
