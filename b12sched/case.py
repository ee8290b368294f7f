"""Case: what is known of one patient's treatment, validated once.

Options, cohort rows and plan files all come in through `Case.parse`, as text named by
the cohort columns.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import pairwise
from typing import TypeVar

from b12sched.dates import parse_date
from b12sched.errors import InputError, RefusedError, shown, unknown_name
from b12sched.regimen import (
    EGFR_LIMIT,
    RULES,
    Drug,
    Interval,
    Regimen,
    Renal,
    regimen_for,
)

_T = TypeVar("_T", bound=StrEnum)
_NUMBER = re.compile(r"-?[0-9]{1,4}(\.[0-9]{1,6})?")
_YEAR = re.compile(r"(?<![0-9])[0-9]{4}(?![0-9])")
_WHOLE = re.compile(r"-?[0-9]{1,4}")
_PATIENT_LENGTH = 64
_SPACES = " \N{NO-BREAK SPACE}"
_MEANT = dict.fromkeys(("yes", "y", "true", "1"), "yes") | dict.fromkeys(
    ("no", "n", "false", "0"), "no"
)
_NEURO_INTERVAL_REFUSED = (Interval.THREE_MONTHS, Interval.TWELVE_WEEKS)
_CYANO_INTERVALS = (Interval.ONE_MONTH, Interval.FOUR_WEEKS)
_CYANO_CURE = "use 1m or 4w, or hydroxocobalamin for longer intervals"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One patient's inputs; absent is None.

    Raises InputError where fields contradict each other or the ranges of the rules,
    RefusedError where the plan is refused on clinical grounds (RENAL-CYANO,
    NEURO-INTERVAL, CYANO-INTERVAL).
    """

    patient: str | None = None
    start: date | None = None
    last_dose: date | None = None
    neuro: bool
    renal: Renal | None = None
    egfr: float | None = None
    drug: Drug = Drug.HYDROXOCOBALAMIN
    plateau: date | None = None
    loading_weeks: int | None = None
    interval: Interval | None = None
    monthly_from: date | None = None
    given: tuple[date, ...] = ()
    given_through: date | None = None
    as_of: date | None = None
    course: int = 1
    months: int | None = None
    until: date | None = None

    def __post_init__(self) -> None:
        _check_alternatives(self)
        _check_loading_fields(self)
        _check_history(self)
        _check_refusals(self)

    @classmethod
    def parse(cls, row: Mapping[str, str]) -> Case:
        """Read a case from text named by the cohort columns; an empty text is absent.

        Raises InputError naming the first field that cannot be used, its value and the
        cure; RefusedError as the class does.
        """
        values = read_fields(row)
        if "neuro" not in values:
            raise InputError(
                "is missing: nothing clinical is guessed",
                "say --neuro or --no-neuro (in a cohort or plan file: yes or no)",
                field="neuro",
            )
        return cls(**values)  # type: ignore[arg-type]  # each reader gives its type

    @property
    def origin(self) -> date:
        """The date that given doses cannot precede: start, or the last dose."""
        origin = self.start or self.last_dose
        assert origin is not None  # one of the two is checked on the way in
        return origin

    @property
    def renal_status(self) -> Renal:
        """Renal status as stated, or as the eGFR implies."""
        if self.egfr is not None:
            return Renal.IMPAIRED if self.egfr < EGFR_LIMIT else Renal.NORMAL
        assert self.renal is not None  # one of the two is checked on the way in
        return self.renal

    @property
    def regimen(self) -> Regimen:
        return regimen_for(self.drug, neuro=self.neuro)

    @property
    def loads_to_plateau(self) -> bool:
        """Whether LOAD-NEURO applies: loading goes on until no further improvement."""
        return self.last_dose is None and not self.regimen.loading.offsets

    @property
    def maintenance_interval(self) -> Interval:
        return self.interval or self.regimen.interval


def _read_date(text: str, field: str) -> date:
    return parse_date(text, field)


def _read_dates(text: str, field: str) -> tuple[date, ...]:
    days = sorted(_read_one_of(part, field) for part in text.split(";"))
    for earlier, later in pairwise(days):
        if earlier == later:
            raise InputError(
                f"{later} is there twice",
                "name each dose once",
                field=field,
                value=text,
            )
    return tuple(days)


def _read_one_of(text: str, field: str) -> date:
    """A date of several; none may be lost between them."""

    def refuse(message: str, hint: str) -> InputError:
        return InputError(message, hint, field=field, value=text)

    if not text.strip():
        raise refuse(
            "there is a ; without a date beside it", "name the date, or take it out"
        )
    if len(_YEAR.findall(text)) > 1:
        raise refuse(
            f"{shown(text)} is more than one date",
            "put ; between dates: 2026-01-05;2026-01-07",
        )
    return parse_date(text, field)


def _read_patient(text: str, field: str) -> str:
    def refuse(message: str, hint: str) -> InputError:
        return InputError(f"{shown(text)} {message}", hint, field=field, value=text)

    if len(text) > _PATIENT_LENGTH:
        raise refuse(
            f"has {len(text)} characters",
            f"use a reference of at most {_PATIENT_LENGTH}",
        )
    if not text.strip():
        raise refuse("is blank", "use a reference, or leave it out")
    for character in text:
        if not character.isprintable():
            name = unicodedata.name(character, "a control character")
            raise refuse(
                f"holds U+{ord(character):04X} ({name.lower()})",
                "use printable characters only",
            )
    if text != text.strip():
        raise refuse("has a space before or after it", "take the space away")
    if text[0] in "=+-@":
        raise refuse(
            f"starts with {text[0]}, which a spreadsheet would take for a formula",
            "start the reference with a letter or a digit",
        )
    return text


def _read_neuro(text: str, field: str) -> bool:
    if text not in ("yes", "no"):
        meant = _MEANT.get(text.lower())
        raise InputError(
            f"{shown(text)} is neither yes nor no",
            f"write {meant} if that is meant" if meant else "write yes or no",
            field=field,
            value=text,
        )
    return text == "yes"


def _read_number(text: str, field: str, low: int, high: int) -> float:
    if not _NUMBER.fullmatch(text) or not low <= float(text) <= high:
        raise InputError(
            f"{shown(text)} is not a number from {low} to {high}",
            "write digits, with a point for decimals (mL/min/1.73 m²)",
            field=field,
            value=text,
        )
    return float(text)


def _read_egfr(text: str, field: str) -> float:
    return _read_number(text, field, 0, 200)


def whole_number(low: int, high: int) -> Callable[[str, str], int]:
    """A reader of whole numbers of a range, of at most four digits."""

    def read(text: str, field: str) -> int:
        if not _WHOLE.fullmatch(text) or not low <= int(text) <= high:
            raise InputError(
                f"{shown(text)} is not a whole number from {low} to {high}",
                f"choose one from {low} to {high}"
                if _WHOLE.fullmatch(text)
                else "write digits only",
                field=field,
                value=text,
            )
        return int(text)

    return read


def _choice(kind: type[_T], what: str) -> Callable[[str, str], _T]:
    def read(text: str, field: str) -> _T:
        if text not in kind.__members__.values():
            raise unknown_name(what, text, kind, field=field)
        return kind(text)

    return read


FIELDS: dict[str, Callable[[str, str], object]] = {
    "patient": _read_patient,
    "start": _read_date,
    "last_dose": _read_date,
    "neuro": _read_neuro,
    "renal": _choice(Renal, "renal status"),
    "egfr": _read_egfr,
    "drug": _choice(Drug, "drug"),
    "plateau": _read_date,
    "loading_weeks": whole_number(1, 104),
    "interval": _choice(Interval, "interval"),
    "monthly_from": _read_date,
    "given": _read_dates,
    "given_through": _read_date,
    "as_of": _read_date,
    "course": whole_number(1, 99),
    "months": whole_number(1, 600),
    "until": _read_date,
}
"""The fields of a case, in the order of the cohort columns, and how each is read."""


def read_fields(row: Mapping[str, str]) -> dict[str, object]:
    """The values of a row's fields, each read by itself; an empty text is absent."""
    unknown = [name for name in row if name not in FIELDS]
    if unknown:
        raise unknown_name("field", unknown[0], FIELDS)
    return {
        name: _read(read, row[name], name)
        for name, read in FIELDS.items()
        if row.get(name, "") != ""
    }


def _read(read: Callable[[str, str], object], text: str, field: str) -> object:
    try:
        return read(text, field)
    except InputError as error:
        if text.strip(_SPACES) not in ("", text):
            error.hint = "take away the space before or after it"
        raise


ALTERNATIVES = (
    ("start", "last_dose"),
    ("renal", "egfr"),
    ("plateau", "loading_weeks"),
    ("months", "until"),
)
"""Pairs of fields of which only one can be given."""

_NEEDED = {
    ("start", "last_dose"): (
        "start",
        "give the date planned for the first injection (start), or the last injection "
        "of a patient already on maintenance (--last-dose)",
    ),
    ("renal", "egfr"): (
        "renal",
        "say --renal normal, impaired, dialysis or unknown, or give --egfr",
    ),
}


def check_alternatives(values: Mapping[str, object]) -> None:
    """Raise InputError where both fields of a pair have a value."""
    for one, other in ALTERNATIVES:
        if one in values and other in values:
            value = values[other]
            raise InputError(
                f"{_words(one)} and {_words(other)} are both given",
                f"give only one of {_words(one)} and {_words(other)}",
                field=other,
                value=f"{value:g}" if isinstance(value, float) else str(value),
            )


def _check_alternatives(case: Case) -> None:
    names = [name for pair in ALTERNATIVES for name in pair]
    values = {name: getattr(case, name) for name in names}
    there = {name: value for name, value in values.items() if value is not None}
    check_alternatives(there)
    for pair, (field, hint) in _NEEDED.items():
        if not there.keys() & set(pair):
            raise InputError("is missing: nothing is guessed", hint, field=field)


def _check_loading_fields(case: Case) -> None:
    if case.loads_to_plateau:
        return
    if case.last_dose is not None:
        why = "loading is over (last dose)"
    elif case.neuro:
        why = "cyanocobalamin has no neurological schedule"
    else:
        why = "without neurology loading has a fixed length"
    for name in ("plateau", "loading_weeks"):
        if (value := getattr(case, name)) is not None:
            raise InputError(
                f"{value} cannot be used: {why}",
                f"leave {_words(name)} out",
                field=name,
                value=str(value),
            )


def check_not_future(case: Case, today: date) -> None:
    """Raise InputError for what was done after today, where no as of is stated.

    A year that is mistyped would hide a patient for months. `today` comes from the
    caller: the core has no clock.
    """
    if case.as_of is not None:
        return
    facts = {
        "last_dose": case.last_dose,
        "plateau": case.plateau,
        "given": max(case.given, default=None),
        "given_through": case.given_through,
    }
    for name, day in facts.items():
        if day is not None and day > today:
            raise InputError(
                f"{day} is after today, {today}",
                "check the year: only what was done is recorded (where today is "
                "another day, state it with --as-of)",
                field=name,
                value=str(day),
                code="future",
            )


def _check_history(case: Case) -> None:
    """Check that what was done lies between the origin and as_of."""
    for name in ("last_dose", "plateau", "given_through"):
        done = getattr(case, name)
        if done is not None and case.as_of is not None and done > case.as_of:
            raise InputError(
                f"{done} is after as of, {case.as_of}",
                "check the date, or move as of on",
                field=name,
                value=str(done),
            )
    if case.given_through is not None and case.given_through < case.origin:
        origin_name = "last dose" if case.start is None else "start"
        raise InputError(
            f"{case.given_through} is before the {origin_name}, {case.origin}",
            "check the date",
            field="given_through",
            value=str(case.given_through),
        )
    for day in case.given:
        _check_given(case, day)


def _check_given(case: Case, day: date) -> None:
    """Check that a given date is after the last dose, or not before the start."""

    def refuse(message: str, hint: str) -> InputError:
        return InputError(f"{day} is {message}", hint, field="given", value=str(day))

    if case.start is None and day <= case.origin:
        raise refuse(
            f"not after the last dose, {case.origin}",
            "check the date; record only the doses since the last dose",
        )
    if day < case.origin:
        raise refuse(
            f"before the start, {case.origin}",
            f"check the date; if it was the first dose, the start is {day}: state it "
            f"as START, or revise with --start {day}",
        )
    for name in ("as_of", "given_through"):
        limit = getattr(case, name)
        if limit is not None and day > limit:
            raise refuse(
                f"after {_words(name)}, {limit}",
                f"check the date, or move {_words(name)} on",
            )


def _check_refusals(case: Case) -> None:
    cyano = case.drug is Drug.CYANOCOBALAMIN
    if cyano and case.renal_status is not Renal.NORMAL:
        raise _refused(
            "RENAL-CYANO",
            case.drug,
            f"cyanocobalamin is not planned with renal status {case.renal_status}",
            "use hydroxocobalamin or methylcobalamin",
        )
    if case.interval is None:
        return
    if case.neuro and case.interval in _NEURO_INTERVAL_REFUSED:
        raise _refused(
            "NEURO-INTERVAL",
            case.interval,
            f"an interval of {case.interval} is not planned with neurology",
            _CYANO_CURE
            if cyano
            else "use an interval of at most 2 months: 2m, 8w, 1m or 4w",
        )
    if cyano and case.interval not in _CYANO_INTERVALS:
        raise _refused(
            "CYANO-INTERVAL",
            case.interval,
            f"an interval of {case.interval} is not planned with cyanocobalamin",
            _CYANO_CURE,
        )


def _refused(rule: str, value: str, message: str, hint: str) -> RefusedError:
    support = RULES[rule]
    return RefusedError(
        f"{message} ({', '.join(support.strength)}: {', '.join(support.sources)})",
        hint,
        field=rule,
        value=value,
    )


def _words(field: str) -> str:
    """A field's name in plain words: `given_through` is `given through`."""
    return "eGFR" if field == "egfr" else field.replace("_", " ")
