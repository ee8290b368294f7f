"""Case: the facts of one patient's treatment, validated.

Each field takes its own type or its text. `Case.parse` reads options, cohort rows and
plan files: texts named by the cohort columns.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import MISSING, dataclass, fields
from datetime import date
from enum import StrEnum
from itertools import pairwise
from math import nan, nextafter
from operator import attrgetter
from typing import TypeVar

from b12sched.dates import read_date, read_one_of, split_dates
from b12sched.errors import (
    InputError,
    shown,
    text_of,
    unknown_name,
    wrong_type,
)
from b12sched.plan.refusals import REFUSALS, Refusal, refusals
from b12sched.regimen import (
    EGFR_LIMIT,
    INTERVALS,
    Drug,
    Interval,
    OpenPart,
    Regimen,
    Renal,
)
from b12sched.regimen_file import shipped, treatment

_T = TypeVar("_T", bound=StrEnum)
_NUMBER = r"-?[0-9]{1,4}(\.[0-9]+)?"
# Laboratories report a high eGFR only as being above a limit, and with its unit.
_NORMAL_EGFR = "(>|>=|≥) ?(60|90)"
_LOW_EGFR = "(<|<=|≤) ?[0-9]{1,3}"
_EGFR_UNIT = "(?i) ?mL/min(/1[.]73 ?m(2|²|\\^2))?"
_SHORTENED = re.compile("[0-9]([.,][0-9]+)?E[+][0-9]+", re.IGNORECASE)
_WHOLE = "-?[0-9]{1,4}"
_PATIENT_LENGTH = 64
_HIGHEST_EGFR = 200
_MOST_DIGITS = 40
_SPACES = " \N{NO-BREAK SPACE}"
_YES_OR_NO = dict.fromkeys(("yes", "y", "true"), True) | dict.fromkeys(
    ("no", "n", "false"), False
)
_MEANT = {"1": "yes", "0": "no"}


class Because(StrEnum):
    """Why treatment ended."""

    DIED = "died"
    MOVED = "moved"
    ORAL = "oral"
    DECLINED = "declined"
    RESOLVED = "resolved"
    OTHER = "other"


class Anaemia(StrEnum):
    """Whether the patient is anaemic, which asks for early monitoring."""

    NO = "no"
    YES = "yes"
    SEVERE = "severe"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """The facts of one patient's treatment; an absent fact is None.

    Each field takes its type or the text of its cohort column; `given` also takes a
    list or a set of dates, `accept` one of rules. An eGFR of `>60` or `>90` becomes a
    normal renal status. By default the drug is the regimen's, and the regimen that of
    drug and neurology.

    Raises InputError if a field cannot be read or is out of range, or if fields
    contradict each other; RefusedError if the case is refused on clinical grounds
    (RENAL-CYANO, NEURO-INTERVAL, CYANO-INTERVAL) and `accept` does not name the rule.
    """

    patient: str | None = None
    start: date | None = None
    last_dose: date | None = None
    neuro: bool
    renal: Renal | None = None
    egfr: float | None = None
    # Both are set from each other, or from the default, where they are not stated.
    regimen: Regimen = None  # type: ignore[assignment]  # never None once made
    drug: Drug = None  # type: ignore[assignment]  # never None once made
    plateau: date | None = None
    loading_weeks: int | None = None
    interval: Interval | None = None
    monthly_from: date | None = None
    given: tuple[date, ...] = ()
    given_through: date | None = None
    as_of: date | None = None
    ended: date | None = None
    because: Because | None = None
    anaemia: Anaemia | None = None
    accept: tuple[str, ...] = ()
    course: int = 1
    months: int | None = None
    until: date | None = None

    def __post_init__(self) -> None:
        for (name, read, absent), value in zip(_OWN, _own_values(self), strict=True):
            if value is not absent:
                found = _read(read, value, name)
                if found is not value:
                    object.__setattr__(self, name, found)
        _check_alternatives(self)
        if isinstance(self.egfr, Renal):
            object.__setattr__(self, "renal", Renal.NORMAL)
            object.__setattr__(self, "egfr", None)
        drug, regimen = treatment(self.drug, self.regimen, neuro=self.neuro)
        object.__setattr__(self, "drug", drug)
        object.__setattr__(self, "regimen", regimen)
        check_regimen(regimen, drug, self.neuro)
        _check_loading_fields(self)
        _check_history(self)
        _check_end(self)
        for refusal in self.set_aside:
            if refusal.rule not in self.accept:
                raise refusal.error

    @classmethod
    def parse(cls, row: Mapping[str, object]) -> Case:
        """Return a case from values named by cohort columns; an empty text is absent.

        Raises InputError and RefusedError as the class does, and InputError for an
        unknown column.
        """
        values = stated(row, FIELDS, "field")
        values.setdefault("neuro", None)
        return cls(**values)  # type: ignore[arg-type]  # the class reads each value

    @property
    def origin(self) -> date:
        """The date that given doses cannot precede: start, or the last dose."""
        origin = self.start or self.last_dose
        assert origin is not None  # the class checks that one of the two is there
        return origin

    @property
    def renal_status(self) -> Renal:
        """Renal status as stated, or as the eGFR implies."""
        if self.egfr is not None:
            return Renal.IMPAIRED if self.egfr < EGFR_LIMIT else Renal.NORMAL
        assert self.renal is not None  # the class checks that one of the two is there
        return self.renal

    @property
    def open_part(self) -> OpenPart | None:
        """The part of loading that goes on until a finding, if there is one."""
        return self.regimen.open if self.last_dose is None else None

    @property
    def states_regimen(self) -> bool:
        """Whether the regimen is another than the default for drug and neurology."""
        return self.regimen != treatment(self.drug, None, neuro=self.neuro)[1]

    @property
    def set_aside(self) -> tuple[Refusal, ...]:
        """What is refused of this treatment: the prescriber has set each aside."""
        return tuple(
            refusals(
                self.drug,
                self.regimen,
                self.maintenance_interval,
                self.renal_status,
                neuro=self.neuro,
                # Only a refused drug asks whether its regimen was stated.
                stated=self.drug is Drug.CYANOCOBALAMIN and self.states_regimen,
            )
        )

    @property
    def died(self) -> bool:
        """Whether treatment ended because the patient died."""
        return self.because is Because.DIED

    @property
    def maintenance_interval(self) -> Interval:
        """The interval as stated, or that of the regimen."""
        return self.interval or self.regimen.maintenance.interval


def _read_given(value: object, field: str) -> tuple[date, ...]:
    days = sorted(read_one_of(part, field) for part in split_dates(value, field))
    for earlier, later in pairwise(days):
        if earlier == later:
            raise InputError(
                f"{later} appears twice",
                "name each dose once",
                field=field,
                value=text_of(value) if isinstance(value, str) else str(later),
            )
    return tuple(days)


def _read_patient(text: object, field: str) -> str:
    if not isinstance(text, str):
        raise wrong_type(text, "write the reference as a text", field)

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
            import unicodedata

            name = unicodedata.name(character, "a control character")
            raise refuse(
                f"holds U+{ord(character):04X} ({name.lower()})",
                "use printable characters only",
            )
    if text != text.strip():
        raise refuse("has a space before or after it", "remove the space")
    if _SHORTENED.fullmatch(text):
        raise refuse(
            "is a number that a spreadsheet shortened: digits are lost",
            "format the column as text, without an exponent, and export it again",
        )
    if text[0] in "=+-@":
        raise refuse(
            f"starts with {text[0]}, which a spreadsheet would take for a formula",
            "start the reference with a letter or a digit",
        )
    return text


def _read_neuro(value: object, field: str) -> bool:
    if isinstance(value, bool):
        return value
    if not isinstance(value, str):
        raise wrong_type(value, "write yes or no", field)
    found = _YES_OR_NO.get(value.lower())
    if found is None:
        meant = _MEANT.get(value)
        raise InputError(
            f"{shown(value)} is neither yes nor no",
            f"write {meant} if that is meant" if meant else "write yes or no",
            field=field,
            value=value,
        )
    return found


def _read_egfr(value: object, field: str) -> float | Renal:
    """Return an eGFR as a number, or NORMAL for a text such as `>60`.

    A text such as `<15` is refused: it may mean dialysis, which only people can say.
    """
    if isinstance(value, str):
        unit = re.search(_EGFR_UNIT, value)
        text = value[: unit.start()] if unit and unit.end() == len(value) else value
        if re.fullmatch(_NORMAL_EGFR, text):
            return Renal.NORMAL
        if re.fullmatch(_LOW_EGFR, text):
            raise InputError(
                f"{shown(value)} is a limit, not a value",
                "state the renal status instead: impaired, or dialysis",
                field=field,
                value=value,
            )
        number = float(text) if re.fullmatch(_NUMBER, text) else nan
        if number == EGFR_LIMIT and not text.lstrip("0").startswith(str(EGFR_LIMIT)):
            # A value below the limit with more digits than a float holds.
            number = nextafter(EGFR_LIMIT, 0)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        number = value
    else:
        raise wrong_type(value, "write a number (mL/min/1.73 m²)", field)
    if not 0 <= number <= _HIGHEST_EGFR:
        text = text_of(value)
        raise InputError(
            f"{shown(text)} is not a number from 0 to {_HIGHEST_EGFR}",
            "write digits, with a point for decimals, or '>60' or '>90' "
            "(mL/min/1.73 m²)",
            field=field,
            value=text,
        )
    return float(number)


def whole_number(low: int, high: int) -> Callable[[object, str], int]:
    """Return a reader of whole numbers from `low` to `high`, of at most four digits."""

    def read(value: object, field: str) -> int:
        if isinstance(value, str):
            number = int(value) if re.fullmatch(_WHOLE, value) else None
        elif isinstance(value, int) and not isinstance(value, bool):
            number = value
        else:
            raise wrong_type(value, f"write a whole number from {low} to {high}", field)
        if number is None or not low <= number <= high:
            text = text_of(value)
            raise InputError(
                f"{shown(text)} is not a whole number from {low} to {high}",
                "write digits only"
                if number is None
                else f"choose one from {low} to {high}",
                field=field,
                value=text,
            )
        return number

    return read


def _read_anaemia(value: object, field: str) -> Anaemia:
    if isinstance(value, str):
        value = _YES_OR_NO.get(value.lower(), value)
    if isinstance(value, bool):
        return Anaemia.YES if value else Anaemia.NO
    return _choice(Anaemia, "anaemia")(value, field)


def _read_accept(value: object, field: str) -> tuple[str, ...]:
    """Return the rules of a text, with `;` between them, or of a list."""
    if isinstance(value, str):
        names = [part.strip(_SPACES) for part in value.replace(",", ";").split(";")]
    elif isinstance(value, list | tuple | set | frozenset):
        names = [name for name in value if isinstance(name, str)]
        for each in value:
            if not isinstance(each, str):
                raise wrong_type(each, f"allowed: {', '.join(REFUSALS)}", field)
    else:
        raise wrong_type(value, f"allowed: {', '.join(REFUSALS)}", field)
    for name in filter(None, names):
        if name.upper() not in REFUSALS:
            raise unknown_name("refusal", name, REFUSALS, field=field)
    stated = {name.upper() for name in names}
    return tuple(rule for rule in REFUSALS if rule in stated)


def _read_interval(value: object, field: str) -> Interval:
    if not isinstance(value, str):
        raise wrong_type(value, f"write {INTERVALS}", field)
    return value if isinstance(value, Interval) else Interval(value.lower())


def _read_regimen(value: object, field: str) -> Regimen:
    if isinstance(value, Regimen):
        return value
    if not isinstance(value, str):
        raise wrong_type(value, "write the name of a regimen", field)
    return shipped(value)


def _choice(kind: type[_T], what: str, *, same: int = 0) -> Callable[[object, str], _T]:
    members: dict[str, _T] = {str(member): member for member in kind}

    def read(value: object, field: str) -> _T:
        if not isinstance(value, str):
            raise wrong_type(value, f"allowed: {', '.join(members)}", field)
        member = members.get(value.lower())
        if member is None:
            raise unknown_name(what, value, members, field=field, same=same)
        return member

    return read


FIELDS: dict[str, Callable[[object, str], object]] = {
    "patient": _read_patient,
    "start": read_date,
    "last_dose": read_date,
    "neuro": _read_neuro,
    "renal": _choice(Renal, "renal status"),
    "egfr": _read_egfr,
    "regimen": _read_regimen,
    # All drug names end alike: compared whole, one would be offered for another.
    "drug": _choice(Drug, "drug", same=2),
    "plateau": read_date,
    "loading_weeks": whole_number(1, 104),
    "interval": _read_interval,
    "monthly_from": read_date,
    "given": _read_given,
    "given_through": read_date,
    "as_of": read_date,
    "ended": read_date,
    "because": _choice(Because, "reason"),
    "anaemia": _read_anaemia,
    "accept": _read_accept,
    "course": whole_number(1, 99),
    "months": whole_number(1, 600),
    "until": read_date,
}
"""The reader of each field of a case, in the order of the cohort columns."""

DATES = tuple(name for name, read in FIELDS.items() if read in (read_date, _read_given))
"""The fields that hold dates."""

_OWN = tuple(
    (own.name, FIELDS[own.name], None if own.default is MISSING else own.default)
    for own in fields(Case)
)
"""Each field of the class: name, reader, and the default, which needs no reading."""

_own_values = attrgetter(*(name for name, _, _ in _OWN))


def read_fields(row: Mapping[str, object]) -> dict[str, object]:
    """Return the fields of a row, each read by itself; an empty text is absent.

    Raises InputError as the readers do.
    """
    values = stated(row, FIELDS, "field")
    return {
        name: _read(read, values[name], name)
        for name, read in FIELDS.items()
        if name in values
    }


def stated(
    row: Mapping[str, object], known: Collection[str], what: str
) -> dict[str, object]:
    """Return the values that a row states, without None and empty texts.

    Raises InputError for a row that is no mapping, and for an unknown name, with the
    nearest.
    """
    try:
        pairs = row.items()
    except AttributeError:
        cure = "write a mapping of values by name: {'start': '2026-01-05'}"
        raise wrong_type(row, cure, None) from None
    found = {}
    for name, value in pairs:
        if name not in known:
            raise unknown_name(what, text_of(name), known)
        if value is not None and not (isinstance(value, str) and not value):
            found[name] = value
    return found


def _read(read: Callable[[object, str], object], value: object, field: str) -> object:
    try:
        return read(value, field)
    except InputError as error:
        # In a list one date may be at fault; the blanks between dates never are.
        whole = value if isinstance(value, str) and error.value == value else ""
        if whole.strip(_SPACES) not in ("", whole):
            error.hint = "remove the space before or after it"
        raise


def number_text(number: object) -> str:
    """Return a number as a text that can be read back: all its digits, no exponent.

    A number of more than 40 digits keeps its exponent. Raises ArithmeticError for a
    value that is not a number.
    """
    from decimal import Decimal

    exact = Decimal(str(number))
    if not exact.is_finite() or not -_MOST_DIGITS <= exact.adjusted() < _MOST_DIGITS:
        return str(exact)
    return str(int(exact)) if exact == int(exact) else f"{exact:f}"


ALTERNATIVES = (
    ("start", "last_dose"),
    ("renal", "egfr"),
    ("plateau", "loading_weeks"),
    ("months", "until"),
)
"""Pairs of fields of which only one can be stated."""

_NEEDED = (
    (
        ("neuro",),
        "is missing: nothing clinical is guessed",
        "state --neuro or --no-neuro (in a cohort or plan file: yes or no)",
    ),
    (
        ("start", "last_dose"),
        "is missing: nothing is guessed",
        "state the date planned for the first injection (start), or --last-dose: the "
        "last injection of a patient already on maintenance",
    ),
    (
        ("renal", "egfr"),
        "is missing: nothing is guessed",
        "state --renal normal, impaired, dialysis or unknown, or --egfr",
    ),
)
"""Fields of which one is needed, with the message and the hint if there is none."""


def check_alternatives(values: Mapping[str, object]) -> None:
    """Raise InputError where both fields of a pair have a value."""
    for one, other in ALTERNATIVES:
        if one in values and other in values:
            raise _contradiction(one, other, values[other])


def _contradiction(one: str, other: str, value: object) -> InputError:
    return InputError(
        f"{_words(one)} and {_words(other)} are both stated",
        f"state only one of {_words(one)} and {_words(other)}",
        field=other,
        value=f"{value:g}" if isinstance(value, float) else str(value),
        code="both-stated",
    )


def _check_alternatives(case: Case) -> None:
    for one, other in ALTERNATIVES:
        value = getattr(case, other)
        if value is not None and getattr(case, one) is not None:
            raise _contradiction(one, other, value)
    for names, message, hint in _NEEDED:
        if all(getattr(case, name) is None for name in names):
            raise InputError(message, hint, field=names[0], code="missing")


def check_regimen(
    regimen: Regimen, drug: Drug | None = None, neuro: bool | None = None
) -> None:
    """Raise InputError for a drug or neurology that the regimen is not for."""
    if drug is not None and not regimen.takes(drug):
        field, value = "drug", str(drug)
        what = f"{drug} is not the drug of the regimen {regimen.name}"
        cure = f"leave the drug out (it is {regimen.drug}), or state another regimen"
    elif neuro is not None and not regimen.suits(neuro=neuro):
        field, value = "neuro", "yes" if neuro else "no"
        with_or_without = "without" if neuro else "with"
        what = f"the regimen {regimen.name} is for cases {with_or_without} neurology"
        cure = "check the neurology (--neuro or --no-neuro), or state another regimen"
    else:
        return
    raise InputError(what, cure, field=field, value=value, code="both-stated")


def _check_loading_fields(case: Case) -> None:
    if case.open_part:
        return
    if case.last_dose is not None:
        why = "loading is over (a last dose is stated)"
    else:
        why = f"in the regimen {case.regimen.name} loading has a fixed length"
    for name in ("plateau", "loading_weeks"):
        if (value := getattr(case, name)) is not None:
            raise InputError(
                f"{value} cannot be used: {why}",
                f"leave {_words(name)} out",
                field=name,
                value=str(value),
                code="not-applicable",
            )


def check_not_future(case: Case, today: date, stated: date | None) -> None:
    """Raise InputError for a recorded date after both today and the stated as of.

    A mistyped year would hide a patient for months. `today` comes from the caller, as
    the core has no clock; `stated` is the as of that the user stated.
    """
    limit = max(today, stated or today)
    facts = {
        "last_dose": case.last_dose,
        "plateau": case.plateau,
        "given": max(case.given, default=None),
        "given_through": case.given_through,
        "ended": case.ended if case.died else None,
    }
    for name, day in facts.items():
        if day is not None and day > limit:
            raise InputError(
                f"{day} is after {'today' if limit == today else 'as of'}, {limit}",
                "check the year: only what was done is recorded",
                field=name,
                value=str(day),
                code="future",
            )


def _check_history(case: Case) -> None:
    """Check that no recorded date is after as of, and no dose before the origin."""
    for name in ("last_dose", "plateau", "given_through"):
        done = getattr(case, name)
        if done is not None and case.as_of is not None and done > case.as_of:
            raise InputError(
                f"{done} is after as of, {case.as_of}",
                "check the date, or move as of on",
                field=name,
                value=str(done),
                code="out-of-order",
            )
    if case.given_through is not None and case.given_through < case.origin:
        origin_name = "last dose" if case.start is None else "start"
        raise InputError(
            f"{case.given_through} is before the {origin_name}, {case.origin}",
            "check the date",
            field="given_through",
            value=str(case.given_through),
            code="out-of-order",
        )
    for day in case.given:
        _check_given(case, day)


def _check_end(case: Case) -> None:
    """Check that an end has its reason, and is not before what is known."""
    if case.ended is None:
        if case.because is not None:
            raise InputError(
                f"is missing, but a reason is stated: {case.because}",
                "state the day on which treatment ended (--ended DATE; in a cohort: "
                "the column ended), or leave the reason out",
                field="ended",
                code="missing",
            )
        return
    if case.because is None:
        raise InputError(
            f"is missing: treatment ended on {case.ended}",
            "state why (--because REASON; in a cohort: the column because): "
            f"{', '.join(Because)}",
            field="because",
            code="missing",
        )
    origin_name = "last dose" if case.start is None else "start"
    for name, day in (
        (origin_name, case.origin),
        ("last given dose", max(case.given, default=None)),
        ("given through", case.given_through),
    ):
        if day is not None and case.ended < day:
            raise InputError(
                f"{case.ended} is before the {name}, {day}",
                "check the date: treatment did not end before what was done",
                field="ended",
                value=str(case.ended),
                code="out-of-order",
            )


def _check_given(case: Case, day: date) -> None:
    """Check that a given date is after the last dose, or not before the start.

    It must not be after as of or given through either.
    """

    def refuse(message: str, hint: str) -> InputError:
        return InputError(
            f"{day} is {message}",
            hint,
            field="given",
            value=str(day),
            code="out-of-order",
        )

    if case.start is None and day <= case.origin:
        raise refuse(
            f"not after the last dose, {case.origin}",
            "check the date; record only the doses since the last dose",
        )
    if day < case.origin:
        raise refuse(
            f"before the start, {case.origin}",
            f"check the date; if it was the first dose, the start is {day}: state it "
            f"as START, or revise with --start {day}"
            if case.course == 1
            else "check the date: no dose of an earlier course is one of this course",
        )
    for name in ("as_of", "given_through"):
        limit = getattr(case, name)
        if limit is not None and day > limit:
            raise refuse(
                f"after {_words(name)}, {limit}",
                f"check the date, or move {_words(name)} on",
            )


def _words(field: str) -> str:
    """Return a field's name in plain words: `given_through` is `given through`."""
    return "eGFR" if field == "egfr" else field.replace("_", " ")
