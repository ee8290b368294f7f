"""The plans of a cohort in Apache Spark: rows in, events and row errors out.

    spark-submit spark_cohort.py cohort.csv plans-directory

Each task plans its own rows, one at a time; nothing is collected in one place. All rows
of a patient come into one task first: a second row of a patient is one failed row.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import Row as Record
from pyspark.sql import functions as f

from b12sched import Clinic, RowError, plan_rows
from b12sched.cohort import Row

CLINIC = {"open": "mon-fri", "holidays": "GB-ENG"}
ROW = "row_"
"""A column beside those of the cohort: the number of a row."""

EVENTS = "patient string, id string, kind string, due date, date date, status string"
ERRORS = "patient string, column string, value string, text string, hint string"


def numbered(records: Iterable[Record]) -> Iterator[Row]:
    """Each record with its number; what is null has no text."""
    for record in records:
        values = record.asDict()
        number = values.pop(ROW)
        yield Row(number, {name: text or "" for name, text in values.items()})


def planned(records: Iterable[Record]) -> Iterator[tuple[str, object]]:
    """The events of each row as `("event", values)`, or `("error", values)`."""
    for plan in plan_rows(numbered(records), Clinic.parse(CLINIC)):
        if isinstance(plan, RowError):
            patient = plan.values.get("patient")
            yield "error", (patient, plan.column, plan.value, plan.text, plan.hint)
            continue
        for event in plan.events:
            yield (
                "event",
                (
                    plan.case.patient,
                    event.id,
                    str(event.kind),
                    event.due,
                    event.date,
                    str(event.status),
                ),
            )


def plans(cohort: DataFrame) -> tuple[DataFrame, DataFrame]:
    """The events of a cohort's plans, and the errors of the rows that have none.

    Spark numbers the rows in their order; in a file of one partition from 2, as a
    spreadsheet does.
    """
    rows = cohort.withColumn(ROW, f.monotonically_increasing_id() + 2)
    rows = rows.repartition(f.lower("patient")).sortWithinPartitions(ROW)
    results = rows.rdd.mapPartitions(planned).cache()
    spark = cohort.sparkSession

    def of(kind: str, schema: str) -> DataFrame:
        found = results.filter(lambda result: result[0] == kind)
        return spark.createDataFrame(found.map(lambda result: result[1]), schema)

    return of("event", EVENTS), of("error", ERRORS)


def main(source: str, target: str) -> None:
    """Read a CSV file, write the events and the errors as Parquet."""
    spark = SparkSession.builder.appName("b12sched").getOrCreate()
    # Every column is a text: nothing is guessed from what it looks like.
    events, errors = plans(spark.read.csv(source, header=True, inferSchema=False))
    events.write.mode("overwrite").parquet(f"{target}/events")
    errors.write.mode("overwrite").parquet(f"{target}/errors")
    print(f"{errors.count()} rows failed")


if __name__ == "__main__":
    main(*sys.argv[1:])
