"""Plans and styles for the calendar tests, and small ways to look into a file.

The plans are those of the published cases, each for another reference.
B12SCHED_EXAMPLES sets how many random calendars a long search makes.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from cases import CASES, plan_of_case
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from spec import plan_of

from b12sched import Plan
from b12sched.errors import InputError
from b12sched.ics import CalendarStyle, write_calendar

NODE = Path(__file__).parents[1] / "node"
EXAMPLES = os.environ.get("B12SCHED_EXAMPLES")
LONG = int(EXAMPLES or 0) >= 100
"""Fewer examples than that are asked for where time is short."""

NOW = dt.datetime(2026, 1, 5, 12, 30, 45, 999, tzinfo=dt.UTC)
LATER = dt.datetime(2026, 2, 5, 8, 0, tzinfo=dt.UTC)

ZONES = (
    *("Europe/London", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"),
    *("Africa/Casablanca", "Europe/Dublin", "America/Nuuk", "Asia/Jerusalem", "UTC"),
)
"""Regular rules, half hours, Ramadan, winter time by law, days counted from others."""

Row = dict[str, str]


def search(few: int) -> settings:
    """Few random examples, or as many as a long search asks for, however slow."""
    return settings(
        max_examples=int(EXAMPLES) if EXAMPLES else few,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )


def style_of(**row: str) -> CalendarStyle:
    """The style that these options give (`class` is spelt `class_`)."""
    return CalendarStyle.parse({name.rstrip("_"): text for name, text in row.items()})


def timed(zone: str, time: str = "09:00", **row: str) -> CalendarStyle:
    return style_of(time=time, timezone=zone, **row)


def calendar_of(style: CalendarStyle | None = None, **fields: str) -> bytes:
    """A new calendar for these fields of a row and a clinic."""
    return write_calendar(plan_of(**fields), style or style_of(), NOW)


def refused(**row: str) -> InputError:
    """The error that these options of a calendar must end in."""
    with pytest.raises(InputError) as caught:
        style_of(**row)
    return caught.value


@contextmanager
def machine_in(zone: str) -> Iterator[None]:
    """A machine whose own clocks show the time of a zone."""
    if not hasattr(time, "tzset"):
        pytest.skip("the machine's zone cannot be set here")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", zone)
        time.tzset()
        yield
    time.tzset()


# --- random plans and styles --------------------------------------------------------


def possible(text: str) -> bool:
    """Whether a text can be a patient reference (SPEC 1)."""
    return text.isprintable() and text == text.strip() and text[:1] not in "=+-@"


ALPHABETS = (
    st.characters(codec="utf-8"),
    st.sampled_from("\\;,:^\"'nN abcß漢😀é\u0301٣ш-.1"),
)
references = st.one_of(
    *(st.text(letters, min_size=1, max_size=64) for letters in ALPHABETS)
).filter(lambda text: bool(text) and possible(text))

reminders = st.one_of(
    st.just("none"),
    st.lists(st.integers(1, 28), min_size=1, max_size=3, unique=True).map(
        lambda days: ";".join(f"{day}d" for day in days)
    ),
)
timed_reminders = reminders | st.sampled_from(("2h", "30m;1d", "0m", "90m", "40320m"))


@st.composite
def styles(draw: st.DrawFn) -> CalendarStyle:
    """Any style, all-day or timed at an hour that every day of every zone has."""
    row: Row = {}
    if draw(st.booleans()):
        row["time"] = draw(st.sampled_from(("09:00", "04:30", "21:55", "12:07")))
        row["timezone"] = draw(st.sampled_from(ZONES))
        row["duration"] = str(draw(st.sampled_from((1, 15, 60, 1440))))
        row["remind"] = draw(timed_reminders)
    elif draw(st.booleans()):
        row["remind"] = draw(reminders)
    row["class"] = draw(st.sampled_from(("public", "private", "confidential")))
    row["discreet"] = draw(st.sampled_from(("yes", "no")))
    return CalendarStyle.parse(row)


@cache
def published_plans() -> tuple[Plan, ...]:
    """The plans of the published cases that have one with doses in it."""
    found = []
    for row in CASES:
        if "exit" not in row["expect"]:
            plan = plan_of_case(row)
            if next(plan.doses, None):
                found.append(plan)
    return tuple(found)


def for_patient(plan: Plan, patient: str) -> Plan:
    """The plan with any reference, even one that a case refuses."""
    case = copy(plan.case)
    object.__setattr__(case, "patient", patient)
    return replace(plan, case=case)


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """A published plan for some patient."""
    count = len(published_plans())
    plan = published_plans()[draw(st.integers(0, count - 1))]
    return for_patient(plan, draw(references))


# --- looking into a file ------------------------------------------------------------


def unfolded(data: bytes) -> list[str]:
    """The content lines of a file, by RFC 5545 and nothing else.

    Some programs fold inside a character (3.1 allows it), so what is folded is bytes.
    """
    return re.sub(b"\r\n[ \t]", b"", data).decode().split("\r\n")[:-1]


def events_of(data: bytes) -> dict[str, Row]:
    """The events of a file by UID: name (with parameters) to value, alarms left out."""
    found: dict[str, Row] = {}
    inside: list[str] = []
    event: Row = {}
    for line in unfolded(data):
        name, _, value = line.partition(":")
        if name == "BEGIN":
            inside.append(value)
            if value == "VEVENT":
                event = {}
        elif name == "END":
            inside.pop()
            if value == "VEVENT":
                assert event["UID"] not in found
                found[event["UID"]] = event
        elif inside[-1] == "VEVENT":
            event[re.sub("^[a-z-]+", lambda name: name[0].upper(), name)] = value
    return found


def triggers_of(data: bytes) -> dict[str, str]:
    """When the alarms of each event ring, by UID."""
    found = {}
    for block in "\n".join(unfolded(data)).split("BEGIN:VEVENT")[1:]:
        (name,) = re.findall("^UID:(.*)$", block, re.MULTILINE)
        found[name] = " ".join(re.findall("^TRIGGER:(.*)$", block, re.MULTILINE))
    return found


def texts_of(data: bytes) -> str:
    """All that a file says, but for UIDs."""
    return "\n".join(line for line in unfolded(data) if not line.startswith("UID:"))


# --- ical.js ------------------------------------------------------------------------


def ical_js(*files: Path) -> list[Any]:
    """What ical.js, the reader in Thunderbird and Nextcloud, finds in files."""
    script = NODE / "read.mjs"
    done = subprocess.run(
        ["node", str(script), *map(str, files)],  # noqa: S607 found on the PATH
        capture_output=True,
        check=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, "TZ": "Pacific/Auckland"},
    )
    return [json.loads(line) for line in done.stdout.splitlines()]
