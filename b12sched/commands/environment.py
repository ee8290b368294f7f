"""The day, the time and the settings of the environment, all read here."""

from __future__ import annotations

import datetime as dt
import os
import re
import time
from pathlib import Path

import typer

from b12sched.dates import FIRST_YEAR, LAST_YEAR
from b12sched.errors import B12SchedError, InputError, shown

_EPOCH = "-?[0-9]{1,10}"
"""Seconds since 1970: up to three hundred years to either side."""

_ZERO = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def today() -> dt.date:
    """Return the date where the user is, or that of SOURCE_DATE_EPOCH (UTC).

    Raises B12SchedError for a clock out of range, InputError for SOURCE_DATE_EPOCH.
    """
    return now().date() if "SOURCE_DATE_EPOCH" in os.environ else _clock_day()


def _clock_day() -> dt.date:
    try:
        day = dt.date.today()  # noqa: DTZ011  # the user's local date is meant
    except (ValueError, OverflowError, OSError) as error:
        raise _no_clock("a date that does not exist") from error
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise _no_clock(str(day))
    return day


def now() -> dt.datetime:
    """Return the time of writing: SOURCE_DATE_EPOCH if set, else the clock's.

    Raises InputError for the former, B12SchedError for the latter.
    """
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    if epoch is None:
        _clock_day()
        return dt.datetime.now(dt.UTC)
    match = re.fullmatch(_EPOCH, epoch)
    moment = _ZERO + dt.timedelta(seconds=int(epoch)) if match else None
    if moment is None or not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise InputError(
            f"{shown(epoch)} is not a number of seconds in the years "
            f"{FIRST_YEAR} to {LAST_YEAR}",
            "set it to seconds since 1970, or unset it",
            field="SOURCE_DATE_EPOCH",
            value=epoch,
        )
    return moment


def _no_clock(said: str) -> B12SchedError:
    return B12SchedError(
        f"the clock of this machine says {said}",
        "set it, or state the day with --on (for a calendar with SOURCE_DATE_EPOCH)",
    )


def seconds() -> float:
    """Return seconds that only grow, to bound how long a server may take."""
    return time.monotonic()


def cores() -> int:
    """Return how many processes can work at once."""
    return os.cpu_count() or 1


def password() -> str | None:
    """Return the password of a calendar server, if the environment has it."""
    return os.environ.get("B12SCHED_PASSWORD")


def dumb() -> bool:
    """Return whether the terminal shows nothing but text."""
    return os.environ.get("TERM") in ("dumb", "unknown")


def shell_request() -> dict[str, str]:
    """Return what a shell asks that completes a word; empty if none asks.

    `asked` names the task and the shell, `typed` is the line so far, `how` is bash's
    kind of completion.
    """
    asked = os.environ.get("_B12SCHED_COMPLETE")
    if not asked:
        return {}
    typed = os.environ.get("COMP_WORDS") or os.environ.get("_TYPER_COMPLETE_ARGS")
    how = os.environ.get("COMP_TYPE")
    return {"asked": asked, "typed": typed or "", "how": how or ""}


def config_name() -> str | None:
    """Return the file of the clinic's defaults, if the environment names it."""
    return os.environ.get("B12SCHED_CONFIG")


def usual_config() -> Path | None:
    """Return the usual path of the clinic's defaults; None without a home."""
    usual = Path(typer.get_app_dir("b12sched", roaming=False))
    if not usual.is_absolute():  # XDG_CONFIG_HOME is empty or no full path
        try:
            usual = Path.home() / ".config" / "b12sched"
        except RuntimeError:  # neither HOME nor the list of users names one
            return None
    # A relative path would be looked for in the working directory.
    return usual / "config.toml" if usual.is_absolute() else None
