"""A plan for programs: JSON (also the plan file that revisions read) and CSV.

Fields of the JSON are added, never removed or renamed; an absent value is null.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence

from b12sched import __version__
from b12sched.dates import weekday_name
from b12sched.files.cells import harmless
from b12sched.plan.build import recorded
from b12sched.plan.cautions import cautions
from b12sched.plan.events import Event, Plan
from b12sched.plan.plan_file import SCHEMA, case_object, json_value, local_object
from b12sched.plan.wording import rules_of, sources_of, title, why
from b12sched.regimen import Dose

CSV_COLUMNS = (
    "patient", "id", "kind", "phase", "number", "due", "date",
    "weekday", "day", "status", "title", "rule", "why", "dose",
)  # fmt: skip

Json = dict[str, object]


def plan_json(plan: Plan, was: Json | None = None) -> bytes:
    """Return the plan as a JSON document in UTF-8.

    It keeps the history and the unknown fields of `was`, the previous plan file.
    """
    document = plan_object(plan)
    if was is not None:
        document["history"] = was.get("history") or []
        document |= {name: was[name] for name in was if name not in document}
    return json_bytes(document)


def json_bytes(document: object) -> bytes:
    """Return a JSON document in UTF-8."""
    text = json.dumps(document, ensure_ascii=False, indent=2, check_circular=False)
    return f"{text}\n".encode()


def plan_line(plan: Plan) -> bytes:
    """Return the JSON document on one line, for a stream of plans (JSON Lines)."""
    # A plan holds no circle, and looking for one takes a seventh of the time.
    text = json.dumps(
        plan_object(plan),
        ensure_ascii=False,
        separators=(",", ":"),
        check_circular=False,
    )
    return (text + "\n").encode()


def plan_object(plan: Plan) -> Json:
    """Return the plan as the values of its JSON document."""
    case, regimen = plan.case, plan.case.regimen
    rules, found, cited = rules_of(plan), cautions(plan), sources_of(plan)
    following, loading, maintenance = plan.next, plan.loading, plan.maintenance
    return {
        "schema": SCHEMA,
        "generator": f"b12sched {__version__}",
        "patient": case.patient,
        "regimen": regimen.name,
        "drug": case.drug,
        "dose": _dose(regimen.maintenance.dose if case.last_dose else regimen.dose),
        "start": plan.start.isoformat(),
        "until": plan.until.isoformat(),
        "renal": case.renal_status,
        "neuro": case.neuro,
        "case": case_object(recorded(plan)),
        "clinic": {
            "open": plan.clinic.open_text,
            "holidays": plan.clinic.holidays,
            "closed": json_value(plan.clinic.closed),
        },
        "plateau": plan.plateau and json_values(plan.plateau._asdict()),
        "loading": loading and json_values(loading._asdict()),
        "maintenance": {
            "interval": maintenance.interval,
            "anchor": maintenance.anchor.isoformat(),
            "policy": maintenance.policy,
            "first": json_value(maintenance.first),
            "in_force": maintenance.in_force,
            "dose": _dose(regimen.maintenance.dose),
        },
        "ended": case.ended
        and {"date": case.ended.isoformat(), "because": case.because},
        "accepted": [each.rule for each in case.set_aside],
        "local_regimen": local_object(case),
        "history": [],
        "next": following
        and {
            "id": following.id,
            "due": following.due.isoformat(),
            "date": following.date.isoformat(),
        },
        "ampoules": plan.ampoules,
        "events": [_event(plan, event) for event in plan.events],
        "cautions": [
            {
                "code": caution.code,
                "severity": caution.severity,
                "text": caution.text,
                "short": caution.short,
                "source": caution.source,
                "sources": list(caution.sources),
                "strength": list(caution.strength),
            }
            for caution in found
        ],
        "rules": {
            name: {
                "title": rule.title,
                "text": rule.text,
                "note": rule.note,
                "strength": list(rule.strength),
                "sources": list(rule.sources),
            }
            for name, rule in rules.items()
        },
        "sources": {key: source._asdict() for key, source in cited.items()},
    }


def _event(plan: Plan, event: Event) -> Json:
    return {
        "id": event.id,
        "kind": event.kind,
        "phase": event.phase,
        "number": event.shown_number,
        "due": event.due.isoformat(),
        "date": event.date.isoformat(),
        "day": plan.day(event),
        "status": event.status,
        "title": title(plan, event),
        "rule": event.rule,
        "why": why(plan, event),
        "dose": _dose(event.dose) if event.dose else None,
    }


def _dose(dose: Dose) -> Json:
    return {"value": dose.value, "unit": dose.unit, "route": dose.route}


def json_values(fields: Mapping[str, object]) -> Json:
    """Return fields as JSON values: dates in ISO format, tuples as lists."""
    return {name: json_value(value) for name, value in fields.items()}


def event_rows(plan: Plan) -> list[Json]:
    """Return a mapping per event, by date, with the columns of the CSV."""
    return [
        {
            "patient": plan.case.patient,
            "id": event.id,
            "kind": str(event.kind),
            "phase": event.phase and str(event.phase),
            "number": event.shown_number,
            "due": event.due,
            "date": event.date,
            "weekday": weekday_name(event.date),
            "day": plan.day(event),
            "status": str(event.status),
            "title": title(plan, event),
            "rule": event.rule,
            "why": why(plan, event),
            "dose": event.dose and str(event.dose),
        }
        for event in plan.events
    ]


def plan_csv(plan: Plan) -> bytes:
    """Return CSV with one row per event, in UTF-8 with CRLF line ends (RFC 4180)."""
    rows = ([row[name] for name in CSV_COLUMNS] for row in event_rows(plan))
    return table_csv(CSV_COLUMNS, rows)


def table_csv(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """Return a header and rows as CSV; None is empty, and no text is a formula."""
    import csv
    import io

    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(harmless(columns))
    writer.writerows(map(harmless, rows))
    return text.getvalue().encode()
