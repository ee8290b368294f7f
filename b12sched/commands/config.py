"""The clinic's own defaults, from a TOML file; options override them.

The file holds nothing about a patient: clinical facts are stated for each plan.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from b12sched.commands import environment
from b12sched.dates import date_order, in_order
from b12sched.errors import InputError, shown, unknown_name
from b12sched.files.disk import read_file
from b12sched.files.toml import fault, line_of, read_toml
from b12sched.plan.case import FIELDS
from b12sched.plan.clinic import Clinic
from b12sched.views.data import json_bytes

_HUGE = 10**9
_CLINIC_KEYS = ("open", "holidays", "closed")
_CALENDAR_KEYS = ("time", "timezone", "duration", "remind", "discreet", "class")


_NONE: Mapping[str, Any] = MappingProxyType({})


class Config(NamedTuple):
    """The defaults of a clinic: texts by field, and the line on which each stands.

    `origin` says who named the file, or why there is none.
    """

    texts: Mapping[str, str] = _NONE
    lines: Mapping[str, int] = _NONE
    path: Path | None = None
    origin: str = ""

    def under(
        self, typed: Mapping[str, str], fields: Collection[str]
    ) -> dict[str, str]:
        """Return the values in force for some fields: as typed, else the defaults.

        Typing `none` clears a default.
        """
        merged = {name: self.texts[name] for name in fields if name in self.texts}
        if "until" in typed:
            merged.pop("months", None)
        if typed.get("time") == "none":
            # An all-day event has no time zone and no duration.
            merged.pop("timezone", None)
            merged.pop("duration", None)
        merged |= typed
        return {
            name: text
            for name, text in merged.items()
            if text != "none" or name == "remind" or name not in KEYS
        }


def load_config(asked: str | None) -> Config:
    """Return the defaults of --config, else of B12SCHED_CONFIG, else of the usual file.

    `none` instead of a name is no file. Raises InputError as `read_config` does, and
    for a named file that is not there.
    """
    for name, origin in (
        (asked, "--config"),
        (environment.config_name(), "B12SCHED_CONFIG"),
    ):
        if name:
            return (
                Config(origin=origin) if name == "none" else _read(Path(name), origin)
            )
    usual, origin = environment.usual_config(), "the usual place"
    if usual is None:
        return Config(
            origin="this user has no home directory: set HOME or B12SCHED_CONFIG"
        )
    if usual.is_file():
        return _read(usual, origin)
    return Config(path=usual, origin=origin)


def _read(path: Path, origin: str) -> Config:
    config = read_config(read_file(path, "a configuration"), path.name)
    return config._replace(path=path, origin=origin)


def read_config(content: bytes, name: str) -> Config:
    """Return the defaults in a TOML document; `name` is used in messages.

    Raises InputError that names the line: for invalid TOML, unknown keys, and values of
    the wrong type or out of range.
    """
    from b12sched.cohort.layout import Layout
    from b12sched.ics.style import CalendarStyle
    from b12sched.views.card import CardStyle

    found, source = read_toml(content, name)
    lines = {key: line_of(key, source) for key in KEYS if key in found}
    texts: dict[str, str] = {}
    try:
        for key, value in found.items():
            texts[key] = _text(key, value)
        order = date_order(texts.get("dates"))
        clinic = {key: texts.get(key, "") for key in _CLINIC_KEYS}
        if order is not None:
            clinic["closed"] = in_order(clinic["closed"], "closed", order)
        Clinic.parse(clinic)
        CalendarStyle.parse({key: texts.get(key, "") for key in _CALENDAR_KEYS})
        CardStyle(
            clinic_name=texts.get("clinic_name"),
            clinic_phone=texts.get("clinic_phone"),
            emergency=texts.get("emergency"),
        )
        Layout.parse(texts)
        if "months" in texts:
            FIELDS["months"](texts["months"], "months")
    except InputError as error:
        key = error.field or ""
        what = f"{shown(key)}: {error.message}"
        raise fault(name, line_of(key, source), what, error.hint) from error
    return Config(texts=texts, lines=lines)


def _string(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _whole(value: object) -> str | None:
    return str(value) if type(value) is int and abs(value) < _HUGE else None


def _flag(value: object) -> str | None:
    return ("", "yes")[value] if isinstance(value, bool) else None


def _time(value: object) -> str | None:
    if isinstance(value, dt.time):
        return f"{value:%H:%M}" if not value.second + value.microsecond else None
    return _string(value)


def _day(value: object) -> str | None:
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return value.isoformat()
    return _string(value)


def _many(read: Callable[[object], str | None]) -> Callable[[object], str | None]:
    def read_all(value: object) -> str | None:
        parts = [read(part) for part in (value if isinstance(value, list) else [value])]
        return None if None in parts or "" in parts else ";".join(map(str, parts))

    return read_all


class Key(NamedTuple):
    """A key of the file: how to write its value, how to read it, and its default."""

    what: str
    read: Callable[[object], str | None]
    default: str


KEYS = {
    "open": Key('a text: "mon-fri"', _string, "every day"),
    "holidays": Key('a text: "GB-ENG"', _string, "none"),
    "closed": Key("a list of dates: [2026-12-24, 2026-12-31]", _many(_day), "none"),
    "time": Key('a time: 09:30:00, or a text: "09:30"', _time, "all day"),
    "timezone": Key('a text: "Europe/London"', _string, "none"),
    "duration": Key("a whole number of minutes: 15", _whole, "15"),
    "remind": Key('a list of texts: ["1d"], or "none"', _many(_string), "1d"),
    "discreet": Key("true or false", _flag, "no"),
    "class": Key('a text: "public", "private", "confidential"', _string, "private"),
    "months": Key("a whole number of months: 12", _whole, "12"),
    "dates": Key('a text: "dmy" or "mdy"', _string, "none"),
    "column": Key('a list of texts: ["patient=NHS Number"]', _many(_string), "none"),
    "carry": Key('a list of texts: ["Surname"]', _many(_string), "none"),
    "ignore_others": Key("true or false", _flag, "no"),
    "clinic_name": Key('a text: "Riverside Surgery"', _string, "none"),
    "clinic_phone": Key('a text: "020 7946 0000"', _string, "none"),
    "emergency": Key('a text: "999"', _string, "none"),
}


def config_json(config: Config) -> bytes:
    """Return the same as JSON: by key its value as a text, and where it stands.

    `line` is the line of the file, null for a default.
    """
    there = config.path is not None and config.path.is_file()
    values = {
        name: {
            "value": config.texts.get(name) or key.default,
            "line": config.lines.get(name),
        }
        for name, key in KEYS.items()
    }
    path = None if config.path is None else str(config.path)
    document = {"file": path, "there": there, "from": config.origin, "values": values}
    return json_bytes(document)


def config_lines(config: Config) -> Iterator[str]:
    """Yield where the defaults are, what is in force, and where each comes from."""
    if config.path is None:
        yield f"No file ({config.origin})"
    else:
        there = "" if config.path.is_file() else "; there is none"
        yield f"File {config.path} ({config.origin}{there})"
    for name, key in KEYS.items():
        text = config.texts.get(name) or key.default
        line = config.lines.get(name)
        yield f"  {name:<15}{text}  ({f'line {line}' if line else 'default'})"


def _text(key: str, value: object) -> str:
    if key in FIELDS and key not in KEYS:
        raise InputError(
            "is about a patient: it cannot be set for all",
            "remove it, and state it for each plan",
            field=key,
        )
    if key not in KEYS:
        raise unknown_name("key", key, KEYS)
    text = KEYS[key].read(value)
    if text is None:
        raise InputError(
            f"{_said(value)} is of the wrong type",
            f"write {KEYS[key].what}",
            field=key,
        )
    return text


def _said(value: object) -> str:
    """Return a value for a message, or a stand-in if it cannot be shown."""
    try:
        return shown(str(value))
    except (ValueError, RecursionError):
        return "a value without end"
