"""The plans of a cohort in Dask: rows in, a table of doses and of row errors out.

    python dask_cohort.py cohort.csv doses-directory

All rows of a patient come into one partition, which plans its rows one at a time: a
second row of a patient is one failed row.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

import dask.dataframe as dd
import pandas as pd

from b12sched import Clinic, RowError, plan_rows
from b12sched.cohort import Row

CLINIC = {"open": "mon-fri", "holidays": "GB-ENG"}
COLUMNS = {
    "patient": "string",
    "id": "string",
    "date": "datetime64[ns]",
    "status": "string",
    "error": "string",
}

ROW, KEY = "row_", "key_"
"""Columns beside those of the cohort: the number of a row, what names its patient."""


def doses(rows: pd.DataFrame) -> pd.DataFrame:
    """The doses of each row's plan, or one line that says why there is none.

    All rows of a patient are here: each after the first is an error.
    """
    found: list[dict[str, object]] = []
    for plan in plan_rows(numbered(rows.sort_values(ROW)), Clinic.parse(CLINIC)):
        if isinstance(plan, RowError):
            patient = plan.values.get("patient")
            error = f"row {plan.row}: {plan.text}: {plan.hint}"
            found.append({"patient": patient, "error": error})
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


def numbered(rows: pd.DataFrame) -> Iterator[Row]:
    """Each row with its number in the file; what is missing has no text."""
    for values in rows.drop(columns=KEY).to_dict("records"):
        number = int(values.pop(ROW))
        yield Row(number, {str(k): "" if pd.isna(v) else v for k, v in values.items()})


def plans(cohort: dd.DataFrame) -> dd.DataFrame:
    """The doses of a whole cohort, lazily, in no order.

    The rows of a patient are brought together first, whatever the case of the
    reference.
    """
    row = cohort.assign(one=1)["one"].cumsum() + 1  # the header is row 1
    cohort = cohort.assign(**{ROW: row, KEY: cohort["patient"].str.lower()})
    return cohort.shuffle(KEY).map_partitions(doses, meta=COLUMNS)


def main(source: str, target: str) -> None:
    """Read a CSV file, write the doses as Parquet."""
    # Every column is a text: nothing is guessed from what it looks like.
    cohort = dd.read_csv(
        source, dtype="string", keep_default_na=False, blocksize="16MB"
    )
    plans(cohort).to_parquet(target, overwrite=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
