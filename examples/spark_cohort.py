"""The plans of a cohort in Apache Spark: rows in, events and row errors out.

    spark-submit spark_cohort.py cohort.csv plans-directory

Each task plans its own rows, one at a time; nothing is collected in one place. Two rows
of one patient may be in different tasks, so they are looked for first, and refused.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator

from pyspark.sql import DataFrame, Row, SparkSession
from pyspark.sql import functions as f

from b12sched import Clinic, RowError, plan_row

CLINIC = {"open": "mon-fri", "holidays": "GB-ENG"}
EVENTS = "patient string, id string, kind string, due date, date date, status string"
ERRORS = "patient string, column string, value string, text string, hint string"


def planned(rows: Iterable[Row]) -> Iterator[tuple[str, object]]:
    """The events of each row as `("event", values)`, or `("error", values)`."""
    clinic = Clinic.parse(CLINIC)
    for row in rows:
        plan = plan_row(row.asDict(), clinic)
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

    Raises ValueError if a patient is there twice.
    """
    same = f.lower("patient")
    twice = cohort.groupBy(same.alias("patient")).count().where("count > 1").head(3)
    if twice:
        raise ValueError(f"in more than one row: {', '.join(r.patient for r in twice)}")
    results = cohort.rdd.mapPartitions(planned).cache()
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
