"""Reading a regimen: the shipped ones by name, and those that a clinic wrote.

Every field is checked, in a shipped file as in a clinic's own (a local protocol): its
type and its range. A message names the field, the value and the line.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import replace
from functools import cache
from itertools import pairwise

from b12sched.dates import counted
from b12sched.errors import InputError, distance, shown, text_of, unknown_name
from b12sched.files.shipped import names_in, read_shipped
from b12sched.files.toml import fault, line_of, read_toml
from b12sched.regimen import (
    Dose,
    Drug,
    FixedPart,
    Interval,
    MaintenancePart,
    OpenPart,
    Regimen,
)
from b12sched.rules import RULES, SOURCES, Rule, Source, Strength

_NAME = re.compile("[a-z][a-z0-9-]{0,39}")
_RULE_NAME = re.compile("[A-Z][A-Z0-9-]{0,39}")
_NUMBER = "[0-9]{1,5}([.][0-9]{1,5})?"
_ADDRESS = re.compile("https?://[A-Za-z0-9._~:/?#@!$&()*+,;=%-]+")
_MICROGRAMS = {"mg": 1000, "µg": 1}
# Of the sign for micro Unicode has two.
_UNITS = {"mg": "mg"} | dict.fromkeys(
    ("mcg", "ug", "microgram", "micrograms", "\u00b5g", "\u03bcg"), "µg"
)
_FEWEST_MICROGRAMS, _MOST_MICROGRAMS = 0.1, 10_000
_MOST_DOSES = 200
_LAST_OFFSET = 730
_SHORT, _LONG = 120, 2000
_DEFAULTS = ("neuro", "standard", "cyanocobalamin")
_PLAIN_NAME = "begin with a small letter; then small letters, digits and -"


def treatment(
    drug: Drug | None, regimen: Regimen | None, *, neuro: bool
) -> tuple[Drug, Regimen]:
    """Return drug and regimen where one of them or both may not be stated.

    The default is `cyanocobalamin` for that drug, else `neuro` or `standard`.
    """
    if regimen is not None:
        return drug or regimen.drug, regimen
    drug = drug or Drug.HYDROXOCOBALAMIN
    if drug is Drug.CYANOCOBALAMIN:
        return drug, shipped("cyanocobalamin")
    return drug, shipped("neuro" if neuro else "standard")


@cache
def shipped_names() -> tuple[str, ...]:
    """Return the names of the shipped regimens: the three defaults, then the others."""
    names = {name.removesuffix(".toml") for name in names_in("regimens")}
    return *_DEFAULTS, *sorted(names - set(_DEFAULTS))


def shipped_file(name: str) -> bytes:
    """Return the file of a shipped regimen; its name is read in any case.

    Raises InputError, which offers the nearest name, if there is none.
    """
    # Listing the folder would slow every command.
    if name not in _DEFAULTS and name not in shipped_names():
        if name.lower() not in shipped_names():
            raise _unknown_regimen(name)
        name = name.lower()
    return read_shipped(f"regimens/{name}.toml")


def _unknown_regimen(name: str) -> InputError:
    """Return the error for a name that no shipped regimen has.

    The error offers only a name that is one letter off: any other near name may be
    another drug, or another country's course.
    """
    typed, own = name.lower(), "the file of a local one is stated with --regimen"
    country = typed.partition("-")[0] if "-" in typed else ""
    near = [
        each
        for each in shipped_names()
        if (each.partition("-")[0] if "-" in each else "") == country
        if distance(typed, each, 1) <= 1
    ]
    error = unknown_name(
        "regimen", name, shipped_names(), field="regimen", offered=near
    )
    error.hint += f"; {own} FILE.toml"
    if typed.endswith(".toml"):
        error.hint = f"write the name of a regimen here; {own} FILE.toml"
    return error


# Cached: a command needs one of them, a cohort the same few again and again.
@cache
def shipped(name: str) -> Regimen:
    """Return a shipped regimen. Raises InputError as `shipped_file` does."""
    import tomllib

    return regimen_of(tomllib.loads(shipped_file(name).decode()))


def loading_rules() -> dict[str, Regimen]:
    """Return each shipped regimen by the name of its loading rule."""
    found = map(shipped, shipped_names())
    return {regimen.loading_rule: regimen for regimen in found}


def read_local(content: bytes, name: str) -> Regimen:
    """Return the regimen of a clinic's own file; `name` is used in messages.

    Raises InputError that names the line: for a file that is not TOML or too large, an
    unknown or a missing field, a value of the wrong type or out of range.
    """
    values, source = read_toml(content, name)
    try:
        return local_protocol(values)
    except InputError as error:
        path = error.field or ""
        what = f"{path}: {error.message}" if path else error.message
        found = fault(name, line_of(path, source), what, error.hint)
        found.value, found.code = error.value, error.code
        raise found from error


def local_protocol(values: object) -> Regimen:
    """Return a clinic's own regimen from its values: no rule of it claims more.

    Raises InputError naming the field at fault, and for the name of a shipped regimen.
    """
    regimen = regimen_of(values)
    if regimen.name in (*shipped_names(), "none"):
        raise _wrong(
            "name",
            regimen.name,
            "is the name of a shipped regimen, or says that there is none",
            "choose another name",
        )
    for key, source in regimen.sources.items():
        if SOURCES.get(key, source) != source:
            raise _wrong(
                f"sources.{key}",
                key,
                "is a key of b12sched's own, for another source",
                "choose another key",
            )
    rules = {
        name: rule._replace(
            strength=(Strength.LOCAL,), sources=rule.sources or ("local-protocol",)
        )
        for name, rule in regimen.rules.items()
    }
    return replace(regimen, rules=rules, local=True)


def regimen_of(values: object) -> Regimen:
    """Return a regimen from the values of its file. Raises InputError for a fault."""
    top = _Table(
        values,
        "",
        *("name", "title", "plain_title", "country", "drug", "neuro"),
        *("fixed", "open", "maintenance", "rules", "sources"),
    )
    parts = "fixed", "open"
    if not any(part in top.values for part in parts):
        raise InputError(
            "has neither a fixed nor an open part: loading would have no dose",
            "write [fixed] with dose, offsets and least, or [open] with dose, every, "
            "until and weeks",
            code="missing",
        )
    sources = {key: _source(part) for key, part in top.tables("sources", _NAME)}
    return Regimen(
        name=_matching(top, "name", _NAME, _PLAIN_NAME),
        title=top.text("title"),
        plain_title=top.text("plain_title"),
        country=top.text("country"),
        drug=Drug(top.one_of("drug", tuple(Drug))),
        neuro=top.one_of("neuro", ("yes", "no", "any")),
        fixed=_fixed(top) if "fixed" in top.values else None,
        open=_open(top) if "open" in top.values else None,
        maintenance=_maintenance(top),
        rules={
            name: _rule(part, name, sources)
            for name, part in top.tables("rules", _RULE_NAME)
        },
        sources=sources,
    )


def regimen_values(regimen: Regimen) -> dict[str, object]:
    """Return a regimen as the values of its file, for a plan file to keep."""
    values: dict[str, object] = {
        name: str(getattr(regimen, name))
        for name in ("name", "title", "plain_title", "country", "drug", "neuro")
    }
    for name in ("fixed", "open", "maintenance"):
        if part := getattr(regimen, name):
            values[name] = part._asdict() | {"dose": part.dose._asdict()}
    for name in ("rules", "sources"):
        values[name] = {
            key: {
                field: value
                for field, value in record._asdict().items()
                if value not in (None, "", ())
            }
            for key, record in getattr(regimen, name).items()
        }
    return values


class _Table:
    """A table of a file: each method returns the value of a key, checked.

    `path` names the table in messages. Raises InputError for an unknown key.
    """

    def __init__(self, values: object, path: str, *keys: str) -> None:
        if not isinstance(values, Mapping):
            raise _wrong(path, values, "is not a table", f"write [{path}]")
        self.values = values
        self.path = path
        for key in values if keys else ():
            if key not in keys:
                error = unknown_name("field of a regimen", str(key), keys)
                error.field = self.place(str(key))
                raise error

    def place(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path else key

    def value(self, key: str) -> object:
        if key not in self.values:
            what = f"{key} is missing"
            raise InputError(what, f"state {key}", field=self.path, code="missing")
        return self.values[key]

    def table(self, key: str, *keys: str) -> _Table:
        return _Table(self.value(key), self.place(key), *keys)

    def tables(self, key: str, form: re.Pattern[str]) -> list[tuple[str, _Table]]:
        """Return the tables in an optional table, by name."""
        if key not in self.values:
            return []
        inside = self.table(key)
        for name in inside.values:
            if not isinstance(name, str) or not form.fullmatch(name):
                how = "small" if form is _NAME else "capital"
                hint = f"use {how} letters, digits and -"
                raise _wrong(inside.place(str(name)), name, "is not a name", hint)
        return [(name, inside.table(name)) for name in inside.values]

    def text(self, key: str, most: int = _SHORT) -> str:
        value = self.value(key)
        if not isinstance(value, str):
            raise _wrong(self.place(key), value, "is not a text", 'write a text: "…"')
        text = " ".join(value.split())
        if not text or len(text) > most or not text.isprintable():
            what = f"is not a text of 1 to {most} printable characters"
            raise _wrong(self.place(key), value, what, "write a short text")
        return text

    def text_or_none(self, key: str, most: int = _SHORT) -> str | None:
        return self.text(key, most) if key in self.values else None

    def one_of(self, key: str, known: Collection[str]) -> str:
        """Return a word of a few, in any case; only a drug is offered by nearness."""
        text = self.text(key)
        for word in known:
            if word.lower() == text.lower():
                return word
        offered = known if key == "drug" else ()
        raise unknown_name(
            f"value of {key}",
            text,
            known,
            field=self.place(key),
            same=2,
            offered=offered,
        )

    def unit(self) -> str:
        """Return the unit of a dose: mg, or µg however it is written.

        No unit is offered by nearness: one may be a thousand times another.
        """
        text = self.text("unit")
        # A capital Greek letter is no sign for micro: it looks like the M of mg.
        if unit := _UNITS.get(text.lower() if text.isascii() else text):
            return unit
        raise InputError(
            f"{shown(text)} is not a known unit",
            "write mg, or micrograms (also µg, mcg or ug)",
            field=self.place("unit"),
            value=text,
            code="unknown-name",
        )

    def several(self, key: str) -> list[object]:
        value = self.value(key)
        if not isinstance(value, list | tuple) or not value:
            what = "is not a list, or is empty"
            raise _wrong(self.place(key), value, what, "write a list: [ … ]")
        return list(value)

    def whole(self, key: str, low: int, high: int) -> int:
        return _whole(self.value(key), self.place(key), low, high)

    def dose(self) -> Dose:
        part = self.table("dose", "value", "unit", "route")
        unit = part.unit()
        value = part.value("value")
        most = _MOST_MICROGRAMS / _MICROGRAMS[unit]
        if isinstance(value, bool) or not isinstance(value, int | float):
            hint = _unquoted(value, "write 1 or 0.5")
            raise _wrong(part.place("value"), value, "is not a number", hint)
        if not 0 < value <= most:
            what = f"is not a number above 0 and up to {most:g}"
            hint = "a dose is at most 10 mg: check value and unit"
            raise _wrong(part.place("value"), value, what, hint)
        if value * _MICROGRAMS[unit] < _FEWEST_MICROGRAMS or value != round(value, 3):
            what = "has more digits than a syringe can measure"
            hint = "write at least 0.1 microgram, and at most three decimals"
            raise _wrong(part.place("value"), value, what, hint)
        return Dose(value, unit, part.one_of("route", ("IM", "SC")))


def _matching(table: _Table, key: str, form: re.Pattern[str], how: str) -> str:
    text = table.text(key)
    if not form.fullmatch(text):
        raise _wrong(table.place(key), text, "cannot be used", how)
    return text


def _whole(value: object, place: str, low: int, high: int) -> int:
    if type(value) is not int or not low <= value <= high:
        what = f"is not a whole number from {low} to {high}"
        hint = _unquoted(value, f"write one from {low} to {high}")
        raise _wrong(place, value, what, hint)
    return value


def _unquoted(value: object, hint: str) -> str:
    """Return the hint to write a number without quotes, if it is one in quotes."""
    if isinstance(value, str) and re.fullmatch(_NUMBER, value.strip()):
        return f"write {value.strip()} without quotes"
    return hint


def _fixed(top: _Table) -> FixedPart:
    part = top.table("fixed", "dose", "offsets", "least")
    place = part.place("offsets")
    offsets = [
        _whole(value, place, 0, _LAST_OFFSET) for value in part.several("offsets")
    ]
    if len(offsets) > _MOST_DOSES:
        what, cure = f"has {len(offsets)} doses", f"write at most {_MOST_DOSES}"
        raise InputError(what, cure, field=place, value=str(len(offsets)))
    if offsets[0] != 0:
        hint = "count the days from dose 1, which is 0"
        raise _wrong(place, offsets[0], "is not 0", hint)
    for earlier, later in pairwise(offsets):
        if later <= earlier:
            what = f"is not after the offset before it, {earlier}"
            raise _wrong(place, later, what, "write the days in order, none twice")
    least = part.several("least")
    if len(least) > len(offsets):
        what = f"has {len(least)} numbers for {counted(len(offsets), 'dose')}"
        cure = "write at most one for each dose; the last holds for all that follow"
        raise InputError(what, cure, field=part.place("least"), value=str(len(least)))
    days = tuple(_whole(value, part.place("least"), 1, 60) for value in least)
    for at, (earlier, later) in enumerate(pairwise(offsets), 1):
        fewest = days[min(at, len(days) - 1)]
        if fewest > later - earlier:
            what = f"is more than the {counted(later - earlier, 'day')} from offset "
            what += f"{earlier} to {later}: these doses could never be on their days"
            hint = f"write at most {later - earlier} in least there, or other offsets"
            raise _wrong(part.place("least"), fewest, what, hint)
    return FixedPart(part.dose(), tuple(offsets), days)


def _open(top: _Table) -> OpenPart:
    part = top.table("open", "dose", "every", "until", "weeks")
    return OpenPart(
        part.dose(),
        part.whole("every", 1, 60),
        part.text("until", 80),
        part.whole("weeks", 1, 104),
    )


def _maintenance(top: _Table) -> MaintenancePart:
    part = top.table("maintenance", "dose", "interval", "supported")
    interval = _interval(part.text("interval"), part.place("interval"))
    place = part.place("supported")
    supported = tuple(_interval(value, place) for value in part.several("supported"))
    if interval not in supported:
        what, cure = "is not among the supported intervals", "add it to supported"
        raise _wrong(part.place("interval"), interval, what, cure)
    return MaintenancePart(part.dose(), interval, supported)


def _interval(value: object, place: str) -> Interval:
    try:
        return Interval(value if isinstance(value, str) else text_of(value).lower())
    except InputError as error:
        error.field = place
        raise


def _rule(table: _Table, name: str, sources: Collection[str]) -> Rule:
    part = _Table(
        table.values, table.path, "title", "text", "note", "strength", "sources"
    )
    if name in RULES and name != "MAINT":
        hint = "choose another name for yours"
        raise _wrong(part.path, name, "is the name of a rule of b12sched's own", hint)
    cited = part.several("sources") if "sources" in part.values else []
    for key in cited:
        if not isinstance(key, str) or (key not in sources and key not in SOURCES):
            hint = f"write [sources.{text_of(key)}] with title and url"
            raise _wrong(part.place("sources"), key, "is not a source", hint)
    stated = part.several("strength") if "strength" in part.values else []
    for word in stated:
        if word not in Strength.__members__.values():
            raise unknown_name(
                "strength", text_of(word), Strength, field=part.place("strength")
            )
    return Rule(
        title=part.text("title"),
        text=part.text("text", _LONG),
        strength=tuple(Strength(str(word)) for word in stated),
        sources=tuple(map(str, cited)),
        note=part.text_or_none("note", _LONG) or "",
    )


def _source(table: _Table) -> Source:
    part = _Table(
        table.values, table.path, "title", "body", "year", "url", "copy", "seen"
    )
    url, copy = (
        _matching(part, key, _ADDRESS, "write it as https://…")
        if key in part.values
        else None
        for key in ("url", "copy")
    )
    return Source(
        title=part.text("title", 300),
        year=part.whole("year", 1900, 2200) if "year" in part.values else None,
        url=url,
        body=part.text_or_none("body"),
        copy=copy,
        seen=part.one_of("seen", ("V", "M", "S")) if "seen" in part.values else None,
    )


def _wrong(place: str, value: object, what: str, hint: str) -> InputError:
    text = text_of(value)
    if isinstance(value, bool):
        text = text.lower()  # as TOML and JSON have it
    named = f'the text "{text}"' if hint.endswith("without quotes") else shown(text)
    return InputError(f"{named} {what}", hint, field=place, value=text)
