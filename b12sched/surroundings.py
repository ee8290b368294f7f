"""What the machine says: day, time, environment. The only place that knows."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path
from typing import NamedTuple

from b12sched.errors import InputError, shown

NONE = "none"


class ConfigFile(NamedTuple):
    """Where the configuration is: `origin` says who named it, `named` if anybody did.

    Without a path there is none to be read.
    """

    path: Path | None
    origin: str
    named: bool


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


def cores() -> int:
    """How many processes can work at once."""
    return os.cpu_count() or 1


def password() -> str | None:
    """The password of a calendar server, if the environment has it."""
    return os.environ.get("B12SCHED_PASSWORD")


def config_file(asked: str | None) -> ConfigFile:
    """Where the clinic's defaults are: as asked, as B12SCHED_CONFIG says, as usual.

    `none` instead of a name is no file.
    """
    for name, origin in (
        (asked, "--config"),
        (os.environ.get("B12SCHED_CONFIG"), "B12SCHED_CONFIG"),
    ):
        if name:
            return ConfigFile(None if name == NONE else Path(name), origin, True)
    from platformdirs import user_config_path

    usual = user_config_path("b12sched", appauthor=False) / "config.toml"
    return ConfigFile(usual, "the usual place", False)
