"""Print every caution of every regimen, for reading by a person.

    python tests/read_cautions.py

Each text stands once, with the regimens beside which it is said: for each of them with
and without neurology, each renal status, each drug, from the start and from a last dose
on, on each of the occasions below. A caution that says something false or odd beside
one of its regimens is a fault, which no machine finds.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from itertools import product

from b12sched import Clinic, Plan, plan_row
from b12sched.plan.cautions import Caution, cautions
from b12sched.regimen import Drug, Renal
from b12sched.regimen_file import shipped_names

START, LAST = {"start": "2026-01-05"}, {"last_dose": "2026-01-05"}
OCCASIONS: tuple[dict[str, str], ...] = (
    {},
    {"interval": "1m"},
    {"interval": "10w"},
    {"monthly_from": "2026-01-20"},
    {"monthly_from": "2026-06-01"},
    {"as_of": "2026-01-20"},
    {"as_of": "2026-04-20"},
    {"given": "2026-01-20"},
    {"given": "2026-01-05;2026-01-06"},
    {"given": "2026-01-05;2026-01-06;2026-01-30"},
    {"given": "2026-03-05;2026-03-20"},
    {"given_through": "2026-01-12"},
    {"plateau": "2026-02-02"},
    {"ended": "2026-05-01", "because": "declined"},
    {"ended": "2026-05-01", "because": "moved"},
    {"ended": "2026-05-01", "because": "died"},
    {"accept": "RENAL-CYANO"},
    {"accept": "NEURO-INTERVAL", "interval": "3m"},
    {"accept": "CYANO-INTERVAL", "interval": "2m"},
    {"open": "mon"},
    {"open": "mon-fri", "holidays": "GB"},
    {"closed": "2026-01-06..2026-01-16"},
    {"closed": "2026-02-20..2026-03-20"},
)
"""What was recorded, stated, decided or closed."""
CLINIC = ("open", "holidays", "closed")

_DATE = re.compile(r"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) )?\d{4}-\d\d-\d\d")


def plans() -> Iterator[Plan]:
    """Yield the plan of each combination that is not refused."""
    space = product(
        shipped_names(), ("yes", "no"), Renal, Drug, (START, LAST), OCCASIONS
    )
    for regimen, neuro, renal, drug, begin, occasion in space:
        row = {"regimen": regimen, "neuro": neuro, "renal": renal, "drug": drug}
        row |= {"patient": "A-17"} | begin
        row |= {k: v for k, v in occasion.items() if k not in CLINIC}
        clinic = {k: v for k, v in occasion.items() if k in CLINIC}
        found = plan_row(row, Clinic.parse(clinic))
        if isinstance(found, Plan):
            yield found


def texts() -> dict[Caution, set[str]]:
    """Return each caution, its dates left out, with the regimens that have it."""
    found: dict[Caution, set[str]] = {}
    for plan in plans():
        for each in cautions(plan):
            said = each._replace(
                text=_DATE.sub("DATE", each.text), short=_DATE.sub("DATE", each.short)
            )
            found.setdefault(said, set()).add(plan.case.regimen.name)
    return found


def main() -> None:
    """Print the cautions by their records, each text once."""
    for each, names in texts().items():
        beside = (
            "all" if len(names) == len(shipped_names()) else ", ".join(sorted(names))
        )
        sys.stdout.write(
            f"{each.code} ({each.severity}), beside {beside}\n"
            f"  text    {each.text}\n"
            f"  short   {each.short}\n"
            f"  patient {each.plain}\n\n"
        )


if __name__ == "__main__":
    main()
