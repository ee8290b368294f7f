"""The plans of a cohort in Dask: rows in, a table of doses and of row errors out.

    python dask_cohort.py cohort.csv doses-directory

Each partition plans its own rows, one at a time.
"""

from __future__ import annotations

import sys

import dask.dataframe as dd
import pandas as pd

from b12sched import Clinic, RowError, plan_row

CLINIC = {"open": "mon-fri", "holidays": "GB-ENG"}
COLUMNS = {
    "patient": "string",
    "id": "string",
    "date": "datetime64[ns]",
    "status": "string",
    "error": "string",
}


def doses(rows: pd.DataFrame) -> pd.DataFrame:
    """The doses of each row's plan, or one line that says why there is none."""
    clinic = Clinic.parse(CLINIC)
    found: list[dict[str, object]] = []
    for row in rows.to_dict("records"):
        plan = plan_row({str(name): value for name, value in row.items()}, clinic)
        if isinstance(plan, RowError):
            patient = plan.values.get("patient")
            found.append({"patient": patient, "error": f"{plan.text}: {plan.hint}"})
            continue
        found += [
            {
                "patient": plan.case.patient,
                "id": dose.id,
                "date": dose.date,
                "status": str(dose.status),
            }
            for dose in plan.doses
        ]
    return pd.DataFrame(found, columns=list(COLUMNS)).astype(COLUMNS)


def plans(cohort: dd.DataFrame) -> dd.DataFrame:
    """The doses of a whole cohort, lazily. Raises ValueError for a patient twice."""
    counts = cohort["patient"].str.lower().value_counts().compute()
    twice = sorted(counts.index[counts > 1])
    if twice:
        raise ValueError(f"in more than one row: {', '.join(twice[:3])}")
    return cohort.map_partitions(doses, meta=COLUMNS)


def main(source: str, target: str) -> None:
    """Read a CSV file, write the doses as Parquet."""
    # Every column is a text: nothing is guessed from what it looks like.
    cohort = dd.read_csv(
        source, dtype="string", keep_default_na=False, blocksize="16MB"
    )
    plans(cohort).to_parquet(target, overwrite=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
