"""What day and what time it is: the only place that knows."""

from __future__ import annotations

import datetime as dt
import os

from b12sched.errors import InputError, shown


def today() -> dt.date:
    """The date where the user is."""
    return dt.date.today()  # noqa: DTZ011  # a date is meant where the user is


def now() -> dt.datetime:
    """The time of writing; SOURCE_DATE_EPOCH fixes it. Raises InputError for that."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    if epoch is None:
        return dt.datetime.now(dt.UTC)
    try:
        return dt.datetime.fromtimestamp(int(epoch), dt.UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise InputError(
            f"{shown(epoch)} is not a number of seconds",
            "set it to seconds since 1970, or unset it",
            field="SOURCE_DATE_EPOCH",
            value=epoch,
        ) from error
