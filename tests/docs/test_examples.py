"""The examples for notebooks and clusters: the same plans from the same rows."""

from __future__ import annotations

import os
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"
COHORT = """patient,start,neuro,renal,given
A-1,2026-01-05,no,normal,2026-01-05;2026-01-07
A-2,05/01/2026,yes,normal,
A-3,2026-01-05,no,normal,
"""
"""Two patients without neurology, the first with two doses given; and a bad row."""

DOSES = [
    ("A-1", "loading-1", "2026-01-05", "given"),
    ("A-1", "loading-2", "2026-01-07", "given"),
    ("A-1", "loading-3", "2026-01-09", "planned"),
    ("A-1", "loading-4", "2026-01-12", "planned"),
    ("A-1", "loading-5", "2026-01-14", "planned"),
    ("A-1", "loading-6", "2026-01-16", "planned"),
    # 2026-05-16 is a Saturday, so the dose is on the Friday before it.
    ("A-1", "maintenance-2", "2026-05-15", "planned"),
]


@pytest.fixture
def cohort(tmp_path: Path) -> Path:
    path = tmp_path / "cohort.csv"
    path.write_text(COHORT)
    return path


def run(name: str, *arguments: Path, **env: str) -> subprocess.CompletedProcess[str]:
    """Run an example in a process of its own, as its first lines say."""
    return subprocess.run(
        [sys.executable, EXAMPLES / name, *arguments],
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_dask_example_writes_every_dose_and_every_bad_row(
    cohort: Path, tmp_path: Path
) -> None:
    """Good rows become doses, a bad one a line with its reason."""
    pytest.importorskip("dask.dataframe", reason="Dask is not installed")
    import pandas as pd

    done = run("dask_cohort.py", cohort, tmp_path / "doses")
    assert done.returncode == 0, done.stderr
    table = pd.read_parquet(tmp_path / "doses")
    doses = table[table["error"].isna()]
    found = [
        (row.patient, row.id, str(row.date.date()), row.status)
        for row in doses.itertuples()
    ]
    assert set(DOSES) <= set(found)
    bad = table[table["error"].notna()]
    assert list(bad["patient"]) == ["A-2"]
    assert "2026-01-05 or 2026-05-01" in bad["error"].iloc[0]


def test_the_dask_example_fails_the_second_row_of_a_patient(
    cohort: Path, tmp_path: Path
) -> None:
    """Two rows of a patient come into one partition; case does not count."""
    pytest.importorskip("dask.dataframe", reason="Dask is not installed")
    import pandas as pd

    cohort.write_text(COHORT + "a-3,2026-02-05,no,normal,\n")
    done = run("dask_cohort.py", cohort, tmp_path / "doses")
    assert done.returncode == 0, done.stderr
    table = pd.read_parquet(tmp_path / "doses")
    bad = table[table["error"].notna()]
    assert set(bad["patient"]) == {"A-2", "a-3"}
    [error] = bad[bad["patient"] == "a-3"]["error"]
    assert error.startswith("row 5: a-3 is already the patient of row 4 (there A-3)")
    assert set(table[table["error"].isna()]["patient"]) == {"A-1", "A-3"}


@pytest.mark.needs_java
def test_the_spark_example_writes_every_event_and_every_bad_row(
    cohort: Path, tmp_path: Path
) -> None:
    """Good rows become events, a bad one an error, as a patient's second row does."""
    pytest.importorskip("pyspark", reason="Spark is not installed")
    from pyspark.sql import SparkSession

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYSPARK_PYTHON", sys.executable)
        spark = (
            SparkSession.builder.master("local[1]")
            .config("spark.ui.enabled", "false")
            .config("spark.sql.shuffle.partitions", "1")
            .getOrCreate()
        )
        try:
            plans = runpy.run_path(str(EXAMPLES / "spark_cohort.py"))["plans"]
            rows = spark.read.csv(str(cohort), header=True)
            events, errors = plans(rows)
            found = {
                (row.patient, row.id, str(row.date), row.status)
                for row in events.collect()
            }
            assert set(DOSES) <= found
            [error] = errors.collect()
            assert (error.patient, error.column) == ("A-2", "start")
            assert error.value == "05/01/2026"
            assert error.hint
            events, errors = plans(rows.union(rows.where("patient = 'A-3'")))
            twice = [row for row in errors.collect() if row.patient == "A-3"]
            assert [row.column for row in twice] == ["patient"]
            of_a_3 = [row for row in events.collect() if row.patient == "A-3"]
            assert len({row.id for row in of_a_3}) == len(of_a_3)
        finally:
            spark.stop()
