"""Files of regimens: what is read, and each thing in one that is refused."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator

import pytest
from cases import LOCAL
from spec import plan_of, refusal, table

from b12sched import Case, build
from b12sched.errors import InputError
from b12sched.files.shipped import read_shipped
from b12sched.files.toml import LARGEST
from b12sched.plan.clinic import Clinic
from b12sched.regimen import Dose, Drug, Interval, Regimen
from b12sched.regimen_file import (
    loading_rules,
    local_protocol,
    read_local,
    regimen_values,
    shipped,
    shipped_file,
    shipped_names,
    treatment,
)
from b12sched.rules import RULES, SOURCES, Rule, Source, Strength


def test_a_local_protocol_is_read_whole() -> None:
    """Each field of the file is a field of the regimen; it claims no authority."""
    regimen = read_local(LOCAL.encode(), "riverside.toml")
    assert (regimen.name, regimen.country) == ("riverside", "United Kingdom")
    assert regimen.fixed is not None
    assert regimen.fixed.offsets == (0, 7, 14, 21, 28, 35)
    assert regimen.open is not None
    assert regimen.open.dose == Dose(0.5, "mg", "SC")
    assert regimen.maintenance.interval == "10w"
    assert regimen.loading_rule == "LOAD-LOCAL"
    assert [str(part) for part in regimen.strength] == ["local protocol"]
    assert [str(part) for part in regimen.rules["RIVERSIDE"].strength] == [
        "local protocol"
    ]
    assert regimen.source("meeting").year == 2025
    assert regimen.source("bnf") is SOURCES["bnf"]


def test_a_regimen_is_read_back_from_its_values() -> None:
    """As a plan file keeps a local protocol; numbers and texts stay as they are."""
    regimen = read_local(LOCAL.encode(), "riverside.toml")
    assert local_protocol(regimen_values(regimen)) == regimen
    assert hash(local_protocol(regimen_values(regimen))) == hash(regimen)


def test_a_file_without_rules_and_sources_will_do() -> None:
    """A clinic need not write down why: the protocol itself is the source."""
    short = LOCAL[: LOCAL.index("[rules")]
    regimen = read_local(short.encode(), "riverside.toml")
    assert not regimen.rules
    assert regimen.rule("LOAD-LOCAL").sources == ("local-protocol",)
    assert regimen.rule("MAINT") is RULES["MAINT"]


def test_a_rule_without_a_source_rests_on_the_protocol() -> None:
    """No line of a plan is without a source."""
    text = LOCAL.replace('sources = ["meeting", "bnf"]\n', "")
    regimen = read_local(text.encode(), "riverside.toml")
    assert regimen.rules["RIVERSIDE"].sources == ("local-protocol",)


@table(
    "old, new, line, said",
    ("an unknown field", 'neuro = "no"', 'neuro = "no"\ncolour = "red"', 7, "colour"),
    ("a misspelt field", "offsets", "offset", 10, "did you mean offsets"),
    ("a missing title", 'title = "Riverside S', 'titel = "Riverside S', 2, "title"),
    ("a name with a space", '"riverside"', '"river side"', 1, "'river side'"),
    ("a shipped name", '"riverside"', '"uk-label"', 1, "uk-label"),
    ("a name that clears", '"riverside"', '"none"', 1, "none"),
    ("an unknown drug", '"hydroxocobalamin"', '"vitamin"', 5, "vitamin"),
    ("neurology perhaps", 'neuro = "no"', 'neuro = "maybe"', 6, "maybe"),
    ("neurology as a switch", 'neuro = "no"', "neuro = false", 6, "false is not"),
    ("neurology twice", 'neuro = "no"', 'neuro = "neuro"', 6, "known value of neuro"),
    ("an empty title", '"Riverside Surgery, weekly then ten-weekly"', '" "', 2, "' '"),
    ("a hidden character", '"as at', '"\u202eas at', 3, "printable"),
    ("a dose as a text", "{ value = 1,", '{ value = "1",', 9, "is not a number"),
    ("a dose of nothing", "{ value = 1,", "{ value = 0,", 9, "above 0"),
    ("a thousandfold dose", "{ value = 1,", "{ value = 1000,", 9, "up to 10"),
    ("no number", "{ value = 1,", "{ value = nan,", 9, "nan"),
    ("a dose as a switch", "{ value = 1,", "{ value = true,", 9, "true"),
    ("an unknown unit", '"mg", route = "IM"', '"g", route = "IM"', 9, "unit"),
    ("a dose in quotes", "{ value = 1,", '{ value = "0.5",', 9, "0.5 without quotes"),
    ("a speck of a dose", "{ value = 1,", "{ value = 0.00009,", 9, "0.1 microgram"),
    ("four decimals", "{ value = 1,", "{ value = 0.1234,", 9, "three decimals"),
    ("days in quotes", "every = 14", 'every = "14"', 15, 'the text "14" is not'),
    ("a least too large", "least = [7]", "least = [7, 7, 8]", 11, "8 is more than"),
    ("b12sched's own rule", "[rules.RIVERSIDE]", "[rules.LOAD-LOCAL]", 24, "LOAD-LOC"),
    (
        "a dose of another table",
        'fixed]\ndose = { value = 1, unit = "mg", route = "IM" }\n',
        'fixed]\ndose.value = 0\ndose.unit = "mg"\ndose.route = "IM"\n',
        *(9, "0 is not"),
    ),
    ("an unknown route", '"mg", route = "IM"', '"mg", route = "PO"', 9, "route"),
    ("a dose without a route", ', route = "IM" }', " }", 9, "route is missing"),
    ("a number for a dose", '{ value = 1, unit = "mg", route = "IM" }', "1", 9, "1"),
    ("no dose on day 0", "[0, 7, 14", "[7, 14", 10, "7 is not 0"),
    ("a negative offset", "[0, 7, 14", "[0, -7, 14", 10, "-7"),
    ("unsorted offsets", "[0, 7, 14", "[0, 14, 7", 10, "7 is not after"),
    ("an offset twice", "[0, 7, 14", "[0, 7, 7", 10, "7 is not after"),
    ("an offset after two years", "28, 35]", "28, 731]", 10, "731"),
    ("offsets in words", "[0, 7, 14", '[0, "7", 14', 10, "7"),
    ("half a day", "[0, 7, 14", "[0, 7.5, 14", 10, "7.5"),
    ("no offsets", "[0, 7, 14, 21, 28, 35]", "[]", 10, "list"),
    ("offsets that are no list", "[0, 7, 14, 21, 28, 35]", "0", 10, "list"),
    ("no day between doses", "least = [7]", "least = [0]", 11, "0"),
    ("61 days between doses", "least = [7]", "least = [61]", 11, "61"),
    ("too many distances", "[7]", "[7, 7, 7, 7, 7, 7, 7]", 11, "has 7 numbers"),
    ("doses every 0 days", "every = 14", "every = 0", 15, "0"),
    ("doses every 61 days", "every = 14", "every = 61", 15, "61"),
    ("an end without words", '"the blood count is normal"', '""', 16, "text"),
    ("no weeks", "weeks = 12", "weeks = 0", 17, "0"),
    ("105 weeks", "weeks = 12", "weeks = 105", 17, "105"),
    ("weeks as a text", "weeks = 12", 'weeks = "12"', 17, "12"),
    ("an interval of 0 weeks", 'interval = "10w"', 'interval = "0w"', 21, "0w"),
    ("an interval of 53 weeks", 'interval = "10w"', 'interval = "53w"', 21, "53w"),
    ("an interval of 13 months", 'interval = "10w"', 'interval = "13m"', 21, "13m"),
    ("an interval not supported", 'interval = "10w"', 'interval = "2m"', 21, "2m"),
    ("a supported number", '["10w", "12w"]', '["10w", 12]', 22, "12"),
    ("no maintenance", "[maintenance]", "[maintain]", 19, "maintain"),
    ("a rule in small letters", "[rules.RIVERSIDE]", "[rules.river]", 24, "river"),
    ("a rule of the program's", "[rules.RIVERSIDE]", "[rules.LAB]", 24, "LAB"),
    ("an unknown strength", '["guideline"]', '["certain"]', 27, "certain"),
    ("an unknown source", '"meeting", "bnf"', '"meeting", "gospel"', 28, "gospel"),
    ("a list as a source", '"meeting", "bnf"', '["meeting"]', 28, "meeting"),
    (
        "a key of another source",
        '"meeting", "bnf"]\n\n[sources.meeting]',
        '"smpc", "bnf"]\n\n[sources.smpc]',
        *(30, "smpc"),
    ),
    ("a source with capitals", "[sources.meeting]", "[sources.Meeting]", 30, "Meeting"),
    ("a year in words", "year = 2025", 'year = "now"', 32, "now"),
    ("no web address", "year = 2025", 'url = "ask Bob"', 32, "'ask Bob'"),
    ("markup in an address", "year = 2025", 'url = "https://a/><b>"', 32, "https://…"),
    (
        "a script for an address",
        "year = 2025",
        'url = "javascript:1"',
        32,
        "javascript",
    ),
    ("a source read somehow", "year = 2025", 'seen = "X"', 32, "X"),
    ("rules that are no table", "[rules.RIVERSIDE]", "rules = 3\n[x]", 25, "x"),
)
def test_a_fault_in_a_file_is_named_with_its_line(
    old: str, new: str, line: int, said: str
) -> None:
    """The value is named, the line is that of the field or its table; exit code 2."""
    assert old in LOCAL
    with pytest.raises(InputError) as caught:
        read_local(LOCAL.replace(old, new, 1).encode(), "riverside.toml")
    error = caught.value
    assert (error.exit_code, error.field) == (2, f"riverside.toml, line {line}")
    assert said in f"{error.message} {error.hint}"


FIELDS = (
    "allowed: name, title, plain_title, country, drug, neuro, fixed, open, "
    "maintenance, rules, sources"
)


@table(
    "old, new, value, message, hint, code",
    (
        "an unknown field",
        'neuro = "no"',
        'neuro = "no"\ncolour = "red"',
        "colour",
        "colour: colour is not a known field of a regimen",
        FIELDS,
        "unknown-name",
    ),
    (
        "a misspelt field of a table",
        "offsets",
        "offset",
        "offset",
        "fixed.offset: offset is not a known field of a regimen",
        "did you mean offsets? allowed: dose, offsets, least",
        "unknown-name",
    ),
    (
        "a field of a dose",
        'route = "IM" }\noff',
        'route = "IM", x = 1 }\noff',
        "x",
        "fixed.dose.x: x is not a known field of a regimen",
        "allowed: value, unit, route",
        "unknown-name",
    ),
    (
        "a field of the open part",
        "every = 14",
        "zz = 14",
        "zz",
        "open.zz: zz is not a known field of a regimen",
        "allowed: dose, every, until, weeks",
        "unknown-name",
    ),
    (
        "a field of maintenance",
        'interval = "10w"',
        'zz = "10w"',
        "zz",
        "maintenance.zz: zz is not a known field of a regimen",
        "allowed: dose, interval, supported",
        "unknown-name",
    ),
    (
        "a field of a rule",
        'text = "Weekly',
        'zz = "Weekly',
        "zz",
        "rules.RIVERSIDE.zz: zz is not a known field of a regimen",
        "allowed: title, text, note, strength, sources",
        "unknown-name",
    ),
    (
        "a field of a source",
        "year = 2025",
        "zz = 2025",
        "zz",
        "sources.meeting.zz: zz is not a known field of a regimen",
        "allowed: title, body, year, url, copy, seen",
        "unknown-name",
    ),
    (
        "a name with a space",
        '"riverside"',
        '"river side"',
        "river side",
        "name: 'river side' cannot be used",
        "begin with a small letter; then small letters, digits and -",
        "unusable",
    ),
    (
        "a shipped name",
        '"riverside"',
        '"uk-label"',
        "uk-label",
        "name: uk-label is the name of a shipped regimen, or says that there is none",
        "choose another name",
        "unusable",
    ),
    (
        "an unknown drug",
        '"hydroxocobalamin"',
        '"cyanocobalamine"',
        "cyanocobalamine",
        "drug: cyanocobalamine is not a known value of drug",
        "did you mean cyanocobalamin? "
        "allowed: hydroxocobalamin, methylcobalamin, cyanocobalamin",
        "unknown-name",
    ),
    (
        "another word for neurology, though it is near",
        'neuro = "no"',
        'neuro = "noo"',
        "noo",
        "neuro: noo is not a known value of neuro",
        "allowed: yes, no, any",
        "unknown-name",
    ),
    (
        "neurology as a switch",
        'neuro = "no"',
        "neuro = false",
        "false",
        "neuro: false is not a text",
        'write a text: "…"',
        "unusable",
    ),
    (
        "an empty title",
        '"Riverside Surgery, weekly then ten-weekly"',
        '" "',
        " ",
        "title: ' ' is not a text of 1 to 120 printable characters",
        "write a short text",
        "unusable",
    ),
    (
        "a title of 121 letters",
        '"Riverside Surgery, weekly then ten-weekly"',
        f'"{"x" * 121}"',
        "x" * 121,
        f"title: '{'x' * 63}…' is not a text of 1 to 120 printable characters",
        "write a short text",
        "unusable",
    ),
    (
        "an end of 81 letters",
        '"the blood count is normal"',
        f'"{"x" * 81}"',
        "x" * 81,
        f"open.until: '{'x' * 63}…' is not a text of 1 to 80 printable characters",
        "write a short text",
        "unusable",
    ),
    (
        "a rule of 2001 letters",
        '"Weekly for six weeks."',
        f'"{"x" * 2001}"',
        "x" * 2001,
        f"rules.RIVERSIDE.text: '{'x' * 63}…' is not a text of 1 to 2000 printable "
        "characters",
        "write a short text",
        "unusable",
    ),
    (
        "a note of 2001 letters",
        'strength = ["guideline"]',
        f'note = "{"x" * 2001}"',
        "x" * 2001,
        f"rules.RIVERSIDE.note: '{'x' * 63}…' is not a text of 1 to 2000 printable "
        "characters",
        "write a short text",
        "unusable",
    ),
    (
        "a source of 301 letters",
        '"Minutes of the partners\' meeting"',
        f'"{"x" * 301}"',
        "x" * 301,
        f"sources.meeting.title: '{'x' * 63}…' is not a text of 1 to 300 printable "
        "characters",
        "write a short text",
        "unusable",
    ),
    (
        "a dose in quotes",
        "{ value = 1,",
        '{ value = " 0.5 ",',
        " 0.5 ",
        'fixed.dose.value: the text " 0.5 " is not a number',
        "write 0.5 without quotes",
        "unusable",
    ),
    (
        "a dose as a switch",
        "{ value = 1,",
        "{ value = true,",
        "true",
        "fixed.dose.value: true is not a number",
        "write 1 or 0.5",
        "unusable",
    ),
    (
        "a dose of 10.001 mg",
        "{ value = 1,",
        "{ value = 10.001,",
        "10.001",
        "fixed.dose.value: 10.001 is not a number above 0 and up to 10",
        "a dose is at most 10 mg: check value and unit",
        "unusable",
    ),
    (
        "a dose of 10001 micrograms",
        '{ value = 1, unit = "mg"',
        '{ value = 10001, unit = "mcg"',
        "10001",
        "fixed.dose.value: 10001 is not a number above 0 and up to 10000",
        "a dose is at most 10 mg: check value and unit",
        "unusable",
    ),
    (
        "four decimals",
        "{ value = 1,",
        "{ value = 0.1234,",
        "0.1234",
        "fixed.dose.value: 0.1234 has more digits than a syringe can measure",
        "write at least 0.1 microgram, and at most three decimals",
        "unusable",
    ),
    (
        "a speck of a dose",
        '{ value = 1, unit = "mg"',
        '{ value = 0.099, unit = "ug"',
        "0.099",
        "fixed.dose.value: 0.099 has more digits than a syringe can measure",
        "write at least 0.1 microgram, and at most three decimals",
        "unusable",
    ),
    (
        "an unknown unit",
        '"mg", route = "IM"',
        '"g", route = "IM"',
        "g",
        "fixed.dose.unit: g is not a known unit",
        "write mg, or micrograms (also µg, mcg or ug)",
        "unknown-name",
    ),
    (
        "an unknown route",
        '"mg", route = "IM"',
        '"mg", route = "PO"',
        "PO",
        "fixed.dose.route: PO is not a known value of route",
        "allowed: IM, SC",
        "unknown-name",
    ),
    (
        "a dose without a route",
        ', route = "IM" }',
        " }",
        None,
        "fixed.dose: route is missing",
        "state route",
        "missing",
    ),
    (
        "a number for a dose",
        '{ value = 1, unit = "mg", route = "IM" }',
        "1",
        "1",
        "fixed.dose: 1 is not a table",
        "write [fixed.dose]",
        "unusable",
    ),
    (
        "no dose on day 0",
        "[0, 7, 14",
        "[7, 14",
        "7",
        "fixed.offsets: 7 is not 0",
        "count the days from dose 1, which is 0",
        "unusable",
    ),
    (
        "an offset twice",
        "[0, 7, 14",
        "[0, 7, 7",
        "7",
        "fixed.offsets: 7 is not after the offset before it, 7",
        "write the days in order, none twice",
        "unusable",
    ),
    (
        "an offset after two years",
        "28, 35]",
        "28, 731]",
        "731",
        "fixed.offsets: 731 is not a whole number from 0 to 730",
        "write one from 0 to 730",
        "unusable",
    ),
    (
        "no offsets",
        "[0, 7, 14, 21, 28, 35]",
        "[]",
        "[]",
        "fixed.offsets: [] is not a list, or is empty",
        "write a list: [ … ]",
        "unusable",
    ),
    (
        "no day between doses",
        "least = [7]",
        "least = [0]",
        "0",
        "fixed.least: 0 is not a whole number from 1 to 60",
        "write one from 1 to 60",
        "unusable",
    ),
    (
        "61 days between doses",
        "least = [7]",
        "least = [61]",
        "61",
        "fixed.least: 61 is not a whole number from 1 to 60",
        "write one from 1 to 60",
        "unusable",
    ),
    (
        "a least too large",
        "least = [7]",
        "least = [7, 7, 8]",
        "8",
        "fixed.least: 8 is more than the 7 days from offset 7 to 14: these doses could "
        "never be on their days",
        "write at most 7 in least there, or other offsets",
        "unusable",
    ),
    (
        "too many distances",
        "[7]",
        "[7, 7, 7, 7, 7, 7, 7]",
        "7",
        "fixed.least: has 7 numbers for 6 doses",
        "write at most one for each dose; the last holds for all that follow",
        "unusable",
    ),
    (
        "days in quotes",
        "every = 14",
        'every = "14"',
        "14",
        'open.every: the text "14" is not a whole number from 1 to 60',
        "write 14 without quotes",
        "unusable",
    ),
    (
        "105 weeks",
        "weeks = 12",
        "weeks = 105",
        "105",
        "open.weeks: 105 is not a whole number from 1 to 104",
        "write one from 1 to 104",
        "unusable",
    ),
    (
        "an interval of 53 weeks",
        'interval = "10w"',
        'interval = "53w"',
        "53w",
        "maintenance.interval: 53w is not an interval",
        "write weeks, 1w to 52w, or months, 1m to 12m",
        "unknown-name",
    ),
    (
        "an interval with a capital",
        'interval = "10w"',
        'interval = "10W"',
        "10W",
        "maintenance.interval: 10W is not an interval",
        "write weeks, 1w to 52w, or months, 1m to 12m",
        "unknown-name",
    ),
    (
        "an interval not supported",
        'interval = "10w"',
        'interval = "2m"',
        "2m",
        "maintenance.interval: 2m is not among the supported intervals",
        "add it to supported",
        "unusable",
    ),
    (
        "a supported switch",
        '["10w", "12w"]',
        '["10w", true]',
        "true",
        "maintenance.supported: true is not an interval",
        "write weeks, 1w to 52w, or months, 1m to 12m",
        "unknown-name",
    ),
    (
        "a rule in small letters",
        "[rules.RIVERSIDE]",
        "[rules.river]",
        "river",
        "rules.river: river is not a name",
        "use capital letters, digits and -",
        "unusable",
    ),
    (
        "a source with capitals",
        "[sources.meeting]",
        "[sources.Meeting]",
        "Meeting",
        "sources.Meeting: Meeting is not a name",
        "use small letters, digits and -",
        "unusable",
    ),
    (
        "a rule of the program's",
        "[rules.RIVERSIDE]",
        "[rules.LAB]",
        "LAB",
        "rules.LAB: LAB is the name of a rule of b12sched's own",
        "choose another name for yours",
        "unusable",
    ),
    (
        "an unknown strength",
        '["guideline"]',
        '["certain"]',
        "certain",
        "rules.RIVERSIDE.strength: certain is not a known strength",
        "allowed: label, guideline, study, practice, requirement, convention, "
        "arithmetic, 'local protocol'",
        "unknown-name",
    ),
    (
        "an unknown source",
        '"meeting", "bnf"',
        '"meeting", "gospel"',
        "gospel",
        "rules.RIVERSIDE.sources: gospel is not a source",
        "write [sources.gospel] with title and url",
        "unusable",
    ),
    (
        "a key of another source",
        '"meeting", "bnf"]\n\n[sources.meeting]',
        '"smpc", "bnf"]\n\n[sources.smpc]',
        "smpc",
        "sources.smpc: smpc is a key of b12sched's own, for another source",
        "choose another key",
        "unusable",
    ),
    (
        "a year before 1900",
        "year = 2025",
        "year = 1899",
        "1899",
        "sources.meeting.year: 1899 is not a whole number from 1900 to 2200",
        "write one from 1900 to 2200",
        "unusable",
    ),
    (
        "no web address of a copy",
        "year = 2025",
        'copy = "ask Bob"',
        "ask Bob",
        "sources.meeting.copy: 'ask Bob' cannot be used",
        "write it as https://…",
        "unusable",
    ),
    (
        "a source read somehow",
        "year = 2025",
        'seen = "X"',
        "X",
        "sources.meeting.seen: X is not a known value of seen",
        "allowed: V, M, S",
        "unknown-name",
    ),
)
def test_a_fault_in_a_file_is_told_in_full(
    old: str, new: str, value: str | None, message: str, hint: str, code: str
) -> None:
    """The field with its tables, the value, what is wrong, and what to do."""
    assert old in LOCAL
    with pytest.raises(InputError) as caught:
        read_local(LOCAL.replace(old, new, 1).encode(), "riverside.toml")
    error = caught.value
    assert (error.value, error.message, error.hint) == (value, message, hint)
    assert error.code == code


def test_a_file_may_state_whatever_is_in_range() -> None:
    """The least and the most of each field."""
    low = LOCAL.replace("[0, 7, 14, 21, 28, 35]", "[0]").replace("[7]", "[1]")
    low = low.replace("every = 14", "every = 1").replace("weeks = 12", "weeks = 1")
    low = low.replace("2025", "1900").replace(
        'value = 0.5, unit = "mg"', 'value = 0.1, unit = "µg"'
    )
    high = LOCAL.replace("[0, 7, 14, 21, 28, 35]", "[0, 60, 730]")
    high = high.replace("[7]", "[60, 60, 60]").replace("every = 14", "every = 60")
    high = high.replace("weeks = 12", "weeks = 104").replace("2025", "2200")
    high = high.replace("value = 0.5", "value = 10")
    high = high.replace('"the blood count is normal"', f'"{"x" * 80}"')
    high = high.replace('"as at Riverside Surgery"', f'"{"x" * 120}"')
    high = high.replace('"Weekly for six weeks."', f'"{"x" * 2000}"')
    high = high.replace('"Minutes of the partners\' meeting"', f'"{"x" * 300}"')
    for text, offsets, least, every, weeks, year, dose in (
        (low, (0,), (1,), 1, 1, 1900, Dose(0.1, "µg", "SC")),
        (high, (0, 60, 730), (60, 60, 60), 60, 104, 2200, Dose(10, "mg", "SC")),
    ):
        regimen = read_local(text.encode(), "a.toml")
        assert regimen.fixed is not None
        assert (regimen.fixed.offsets, regimen.fixed.least) == (offsets, least)
        assert regimen.open is not None
        assert (regimen.open.every, regimen.open.weeks) == (every, weeks)
        assert regimen.open.dose == dose
        assert regimen.source("meeting").year == year


def test_a_source_and_a_rule_keep_all_that_is_stated() -> None:
    """Each field of a source, the note of a rule; what is not stated is absent."""
    more = 'body = "The partners"\nurl = "https://a.org/b"\ncopy = "http://c.org"\n'
    text = LOCAL.replace("year = 2025\n", f'year = 2025\n{more}seen = "m"\n')
    text = text.replace('strength = ["guideline"]', 'note = "As  agreed."')
    regimen = read_local(text.encode(), "a.toml")
    assert regimen.source("meeting") == Source(
        title="Minutes of the partners' meeting",
        year=2025,
        url="https://a.org/b",
        body="The partners",
        copy="http://c.org",
        seen="M",
    )
    assert regimen.rules["RIVERSIDE"] == Rule(
        title="Riverside",
        text="Weekly for six weeks.",
        strength=(Strength.LOCAL,),
        sources=("meeting", "bnf"),
        note="As agreed.",
    )
    assert regimen.rules["RIVERSIDE"].strength == ("local protocol",)
    assert local_protocol(regimen_values(regimen)) == regimen
    plain = read_local(LOCAL.encode(), "a.toml")
    assert plain.source("meeting") == Source(
        title="Minutes of the partners' meeting",
        year=2025,
        url=None,
        body=None,
        copy=None,
        seen=None,
    )
    assert plain.rules["RIVERSIDE"].note == ""


def test_a_regimen_without_a_part_is_refused_in_full() -> None:
    """The line is that of no field."""
    with pytest.raises(InputError) as caught:
        local_protocol({})
    error = caught.value
    assert (error.field, error.value, error.code) == (None, None, "missing")
    assert error.message == (
        "has neither a fixed nor an open part: loading would have no dose"
    )
    assert error.hint == (
        "write [fixed] with dose, offsets and least, or [open] with dose, every, "
        "until and weeks"
    )


@pytest.mark.parametrize(
    "unit",
    ["mcg", "ug", "microgram", "micrograms", "Micrograms", "\u00b5g", "\u03bcg"],
)
def test_a_microgram_is_read_however_it_is_written(unit: str) -> None:
    """Both signs for micro, too: of one keyboard and of another."""
    text = LOCAL.replace('{ value = 1, unit = "mg"', f'{{ value = 250, unit = "{unit}"')
    regimen = read_local(text.encode(), "riverside.toml")
    assert regimen.fixed is not None
    assert str(regimen.fixed.dose) == "250 micrograms IM"
    assert regimen.fixed.dose == Dose(250, "µg")


@pytest.mark.parametrize("unit", ["mcgs", "m", "gm", "\u039cg", "IU", "mgs"])
def test_no_unit_is_offered_for_another(unit: str) -> None:
    """The nearest one may be a thousand times the dose."""
    text = LOCAL.replace('value = 1, unit = "mg"', f'value = 1, unit = "{unit}"', 1)
    with pytest.raises(InputError, match="is not a known unit") as caught:
        read_local(text.encode(), "riverside.toml")
    assert caught.value.hint == "write mg, or micrograms (also µg, mcg or ug)"


@table(
    "value, unit, said",
    ("one", 1, "µg", "1 microgram IM"),
    ("a tenth", 0.1, "µg", "0.1 micrograms IM"),
    ("all digits", 1234.567, "µg", "1234.567 micrograms IM"),
    ("the largest", 10000, "µg", "10000 micrograms IM"),
    ("one milligram", 1.0, "mg", "1 mg IM"),
    ("three decimals", 0.125, "mg", "0.125 mg IM"),
)
def test_no_dose_is_shown_rounded(value: float, unit: str, said: str) -> None:
    """What is printed is what the file states."""
    text = LOCAL.replace(
        'value = 1, unit = "mg"', f'value = {value}, unit = "{unit}"', 1
    )
    regimen = read_local(text.encode(), "riverside.toml")
    assert str(regimen.dose) == said


def test_a_fault_is_never_named_on_the_line_of_another_table() -> None:
    """Three tables have a dose; only one of them is wrong."""
    text = LOCAL.replace('{ value = 1, unit = "mg"', '{ value = 0, unit = "mg"', 1)
    later = '[maintenance.dose]\nvalue = 1\nunit = "mg"\nroute = "IM"\n\n[rules.R'
    text = text.replace(
        'weeks = 12\n\n[maintenance]\ndose = { value = 1, unit = "mg",'
        ' route = "IM" }\n',
        "weeks = 12\n\n[maintenance]\n",
    )
    text = text.replace("[rules.R", later)
    for wrong, line in (
        (text, 9),
        (
            text.replace("value = 0", "value = 1").replace(
                "nce.dose]\nvalue = 1", "nce.dose]\nvalue = 0"
            ),
            24,
        ),
    ):
        with pytest.raises(InputError) as caught:
            read_local(wrong.encode(), "riverside.toml")
        assert caught.value.field == f"riverside.toml, line {line}"


@table(
    "typed, offered",
    ("letters swapped", "uk-lable", "uk-label"),
    ("letters swapped at the end", "uk-deit", "uk-diet"),
    ("another letter", "standart", "standard"),
    ("a letter too few", "nero", "neuro"),
    ("a letter too many", "uk-diett", "uk-diet"),
    ("a country without it", "uk-neuro", None),
    ("a country of one letter's difference", "nl-neuro", None),
    ("the drug of another country", "hydroxocobalamin", None),
    ("methylcobalamin", "methylcobalamin", None),
    ("nothing", "none", None),
    ("a label elsewhere", "us-label", None),
    ("two letters", "stantart", None),
)
def test_only_a_slip_of_a_regimens_name_is_mended(
    typed: str, offered: str | None
) -> None:
    """No other drug and no other country's course is offered; all names are listed."""
    error = refusal(InputError, regimen=typed)
    hint = error.hint
    assert hint.startswith(f"did you mean {offered}? " if offered else "allowed: neuro")
    assert hint.endswith("; the file of a local one is stated with --regimen FILE.toml")
    assert error.message == f"{typed} is not a known regimen"
    assert (error.field, error.value) == ("regimen", typed)
    assert error.code == "unknown-name"


def test_a_regimen_is_named_in_any_case_and_no_file_is_a_name() -> None:
    """What to write instead is said."""
    assert shipped_file("UK-Label") == shipped_file("uk-label")
    with pytest.raises(InputError) as caught:
        shipped_file("Ours.TOML")
    assert caught.value.hint == (
        "write the name of a regimen here; the file of a local one is stated with "
        "--regimen FILE.toml"
    )


@table(
    "typed, offered",
    ("a true slip", "hydroxocobalmin", "hydroxocobalamin"),
    ("another beginning", "mecobalamin", "methylcobalamin"),
    ("no drug", "cobalamin", None),
)
def test_a_drug_in_a_file_is_offered_as_by_the_option(
    typed: str, offered: str | None
) -> None:
    """It begins with the same letters: the names end alike."""
    text = LOCAL.replace('drug = "hydroxocobalamin"', f'drug = "{typed}"')
    with pytest.raises(InputError) as caught:
        read_local(text.encode(), "riverside.toml")
    hint = caught.value.hint
    assert hint.startswith(f"did you mean {offered}?" if offered else "allowed: hyd")


def test_words_of_a_file_are_read_in_any_case() -> None:
    """As everywhere: drug, neurology and route."""
    text = LOCAL.replace('"hydroxocobalamin"', '"Hydroxocobalamin"')
    text = text.replace('neuro = "no"', 'neuro = "No"').replace('"IM"', '"im"')
    expected = read_local(LOCAL.encode(), "riverside.toml")
    assert read_local(text.encode(), "riverside.toml") == expected


def test_a_regimen_needs_a_loading_dose() -> None:
    """Neither a fixed nor an open part: nothing to begin with."""
    text = LOCAL[: LOCAL.index("[fixed]")] + LOCAL[LOCAL.index("[maintenance]") :]
    with pytest.raises(InputError, match="neither a fixed nor an open part"):
        read_local(text.encode(), "riverside.toml")


def test_at_most_two_hundred_doses_are_read() -> None:
    """The 201st is refused, and their number is named."""
    lines = ", ".join(map(str, range(200)))
    text = LOCAL.replace("0, 7, 14, 21, 28, 35", lines).replace("[7]", "[1]")
    fixed = read_local(text.encode(), "a.toml").fixed
    assert fixed is not None
    assert len(fixed.offsets) == 200
    with pytest.raises(InputError) as caught:
        read_local(text.replace(lines, f"{lines}, 200").encode(), "a.toml")
    error = caught.value
    assert error.message == "fixed.offsets: has 201 doses"
    assert (error.field, error.value) == ("a.toml, line 10", "201")
    assert error.hint == "write at most 200"


@table(
    "content, said",
    ("not UTF-8", LOCAL.encode("utf-16"), "is not UTF-8"),
    ("not TOML", b"name riverside", "is not TOML"),
    ("empty", b"", "neither a fixed nor an open part"),
    ("a megabyte", b"#" + b" " * 1_000_000, "is larger than 64 kB"),
    ("a key of 160 kB", b".".join([b"a"] * 80_000) + b" = 1", "is larger than 64 kB"),
    ("a key of dots", b".".join([b"a"] * 2_000) + b" = 1", "more than 8 parts"),
)
def test_a_file_that_is_no_regimen_is_refused(content: bytes, said: str) -> None:
    """Before anything large is parsed."""
    assert LARGEST == 65_536
    with pytest.raises(InputError) as caught:
        read_local(content, "a.toml")
    assert said in caught.value.message


def test_a_table_must_be_a_table() -> None:
    """Values that a JSON file holds can be anything."""
    wrong: tuple[object, ...] = (3, None, [], "text")
    for values in wrong:
        with pytest.raises(InputError, match="is not a table"):
            local_protocol(values)


@table(
    "drug, regimen, neuro, found",
    ("nothing", None, None, False, ("hydroxocobalamin", "standard")),
    ("neurology", None, None, True, ("hydroxocobalamin", "neuro")),
    ("a drug", "methylcobalamin", None, True, ("methylcobalamin", "neuro")),
    ("the third", "cyanocobalamin", None, True, ("cyanocobalamin", "cyanocobalamin")),
    ("a regimen", None, "us-weekly", False, ("cyanocobalamin", "us-weekly")),
    ("both", "methylcobalamin", "neuro", False, ("methylcobalamin", "neuro")),
)
def test_what_is_not_stated_of_a_treatment_is_the_default(
    drug: str | None, regimen: str | None, neuro: bool, found: tuple[str, str]
) -> None:
    """The drug is the regimen's, the regimen that of drug and neurology."""
    one, other = treatment(
        Drug(drug) if drug else None, shipped(regimen) if regimen else None, neuro=neuro
    )
    assert (one, other.name) == found


def test_a_file_without_a_part_is_refused_by_its_name() -> None:
    """The fault is of no field."""
    with pytest.raises(InputError) as caught:
        read_local(b'name = "x"', "a.toml")
    assert caught.value.message.startswith("has neither a fixed nor an open part")
    assert loading_rules()["LOAD-NEURO"] == shipped("neuro")


# --- the shipped files --------------------------------------------------------------


def shipped_regimens() -> Iterator[Regimen]:
    """All of them."""
    return map(shipped, shipped_names())


def test_fifteen_regimens_of_eight_countries_are_shipped() -> None:
    """The three defaults first."""
    assert len(shipped_names()) == 15
    assert shipped_names()[:3] == ("neuro", "standard", "cyanocobalamin")
    assert {each.country for each in shipped_regimens()} == {
        *("United Kingdom", "United States", "Australia", "Netherlands"),
        *("Norway", "Sweden", "France", "Japan"),
    }


@pytest.mark.parametrize("name", shipped_names())
def test_a_shipped_file_names_itself_its_rules_and_their_sources(name: str) -> None:
    """One loading rule, one of maintenance, each with strength and sources."""
    regimen = shipped(name)
    assert regimen.name == name
    loading, maintenance = regimen.rules
    assert loading.startswith("LOAD-")
    assert maintenance == "MAINT"
    for rule in regimen.rules.values():
        assert rule.strength
        assert rule.sources
        for key in rule.sources:
            assert key == "brief" or key in regimen.sources
    cited = {key for rule in regimen.rules.values() for key in rule.sources}
    assert set(regimen.sources) == cited - {"brief"}


@pytest.mark.parametrize("name", shipped_names())
def test_a_source_of_a_regimen_has_an_address_and_says_how_it_was_read(
    name: str,
) -> None:
    """A mirror is never the only one; what was quoted says by whom."""
    for key, source in shipped(name).sources.items():
        assert source.seen in ("V", "M", "S"), key
        assert ("as quoted by" in source.cited) == (source.seen == "S"), key
        assert ("copy read" in source.cited) == (source.seen == "M"), key
        assert source.copy is not None or source.seen == "V", key
        assert SOURCES.get(key, source) == source, "one key, one source"


def test_one_key_is_one_source_in_every_file() -> None:
    """And one rule name one regimen."""
    found: dict[str, object] = {}
    rules = [each.loading_rule for each in shipped_regimens()]
    assert len(set(rules)) == 15
    for regimen in shipped_regimens():
        for key, source in regimen.sources.items():
            assert found.setdefault(key, source) == source


@pytest.mark.parametrize("name", shipped_names())
def test_a_shipped_file_begins_a_local_protocol(name: str) -> None:
    """Under another name it is read, and gives the same dates."""
    text = shipped_file(name).decode()
    assert tomllib.loads(text)["name"] == name
    copied = re.sub('^name = ".*"', 'name = "our-own"', text)
    ours = read_local(copied.encode(), "our-own.toml")
    original = shipped(name)
    neuro = original.neuro != "no"
    facts: dict[str, object] = {
        "start": "2026-01-05",
        "neuro": neuro,
        "renal": "normal",
    }
    clinic = Clinic.parse({"open": "mon-fri", "closed": "2026-01-14;2026-04-01"})
    theirs = build(Case.parse(facts | {"regimen": original}), clinic)
    plan = build(Case.parse(facts | {"regimen": ours}), clinic)
    assert [e[:6] for e in plan.events] == [e[:6] for e in theirs.events]
    assert [e.dose for e in plan.events] == [e.dose for e in theirs.events]
    assert {e.rule for e in plan.loading_doses} == {"LOAD-LOCAL"}


def test_a_plan_parses_no_regimen_but_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """The others would slow every command."""
    read: list[str] = []

    def reading(name: str) -> bytes:
        read.append(name)
        return read_shipped(name)

    monkeypatch.setattr("b12sched.regimen_file.read_shipped", reading)
    shipped.cache_clear()
    plan_of(neuro="yes")
    plan_of(neuro="yes", regimen="no-neuro")
    assert read == ["regimens/neuro.toml", "regimens/no-neuro.toml"]
    shipped.cache_clear()


# --- a regimen and the other facts of a case ----------------------------------------


@table(
    "fields, field, said",
    ("unknown", {"regimen": "uk-lable"}, "regimen", "did you mean uk-label?"),
    ("a path", {"regimen": "ours.toml"}, "regimen", "--regimen FILE.toml"),
    ("a path upwards", {"regimen": "../neuro"}, "regimen", "'../neuro'|../neuro"),
    ("neurology", {"regimen": "uk-label", "neuro": "yes"}, "neuro", "without"),
    ("no neurology", {"regimen": "no-neuro", "neuro": "no"}, "neuro", "with neur"),
    (
        "another drug",
        {"regimen": "uk-label", "drug": "cyanocobalamin"},
        "drug",
        "leave the drug out (it is hydroxocobalamin)",
    ),
    (
        "methylcobalamin elsewhere",
        {"regimen": "uk-diet", "drug": "methylcobalamin"},
        "drug",
        "uk-diet",
    ),
    ("interval 0w", {"interval": "0w"}, "interval", "1w to 52w"),
    ("interval 53w", {"interval": "53w"}, "interval", "1w to 52w"),
    ("interval 13m", {"interval": "13m"}, "interval", "1m to 12m"),
    (
        "a plateau without an open part",
        {"regimen": "nl-standard", "plateau": "2026-02-01"},
        "plateau",
        "leave plateau out",
    ),
    (
        "projected weeks without an open part",
        {"regimen": "us-weekly", "loading_weeks": "8"},
        "loading_weeks",
        "us-weekly",
    ),
)
def test_a_regimen_that_does_not_fit_is_refused(
    fields: dict[str, str], field: str, said: str
) -> None:
    """The field, and what to do."""
    error = refusal(InputError, **fields)
    assert (error.field, error.exit_code) == (field, 2)
    assert any(part in f"{error.message} {error.hint}" for part in said.split("|"))


def test_a_regimen_is_a_name_or_a_regimen() -> None:
    """Nothing else, whatever way a case is made."""
    with pytest.raises(InputError, match="is a int"):
        Case.parse({"start": "2026-01-05", "neuro": "no", "regimen": 3})


def test_methylcobalamin_may_borrow_two_regimens() -> None:
    """`neuro` and `standard`, stated or by default."""
    for name, neuro in (("neuro", "yes"), ("standard", "no")):
        plan = plan_of(regimen=name, neuro=neuro, drug="methylcobalamin")
        assert (plan.case.drug, plan.case.regimen.name) == ("methylcobalamin", name)


def test_without_a_drug_it_is_the_regimens() -> None:
    """And without a regimen, the default."""
    assert plan_of(regimen="us-weekly").case.drug == "cyanocobalamin"
    assert plan_of(regimen="jp-mecobalamin").case.drug == "methylcobalamin"
    assert plan_of(drug="cyanocobalamin").case.regimen.name == "cyanocobalamin"


@table(
    "interval, monthly, over_two_months, early",
    ("a week", "1w", "1w", False, 3),
    ("two weeks", "2w", "2w", False, 7),
    ("four weeks", "4w", "4w", False, 7),
    ("five weeks", "5w", "1m", False, 7),
    ("eight weeks", "8w", "1m", False, 7),
    ("nine weeks", "9w", "1m", True, 7),
    ("fifty-two weeks", "52w", "1m", True, 7),
    ("a month", "1m", "1m", False, 7),
    ("two months", "2m", "1m", False, 7),
    ("three months", "3m", "1m", True, 7),
    ("twelve months", "12m", "1m", True, 7),
)
def test_what_the_rules_ask_of_an_interval(
    interval: str, monthly: str, over_two_months: bool, early: int
) -> None:
    """After a step-up, with neurology, and before a closed day (BACK)."""
    found = Interval(interval)
    assert found.monthly == monthly
    assert found.over_two_months is over_two_months
    assert found.early_days == early


@table(
    "text",
    ("none", "0w"),
    ("a nought before it", "08w"),
    ("too many weeks", "53w"),
    ("too many months", "13m"),
    ("another unit", "5d"),
    ("a capital", "8W"),
    ("no unit", "8"),
    ("more", "8w "),
)
def test_an_interval_is_weeks_or_months(text: str) -> None:
    """1w to 52w, 1m to 12m; the error says so."""
    with pytest.raises(InputError) as caught:
        Interval(text)
    error = caught.value
    assert (error.field, error.value, error.code) == ("interval", text, "unknown-name")
    said = f"'{text}'" if " " in text else text
    assert error.message == f"{said} is not an interval"
    assert error.hint == "write weeks, 1w to 52w, or months, 1m to 12m"


@table(
    "dose, amount",
    ("a whole number", Dose(1.0, "mg"), "1 mg"),
    ("a part", Dose(0.25, "mg"), "0.25 mg"),
    ("one microgram", Dose(1, "µg"), "1 microgram"),
    ("more of them", Dose(1000, "µg"), "1000 micrograms"),
    ("part of one", Dose(1.5, "µg"), "1.5 micrograms"),
    ("many digits", Dose(1234.567891, "µg"), "1234.567891 micrograms"),
)
def test_a_dose_is_written_out(dose: Dose, amount: str) -> None:
    """Never rounded, never `µg`, and into the muscle unless it says otherwise."""
    assert dose.amount == amount
    assert str(dose) == f"{amount} IM"
    assert str(dose._replace(route="SC")) == f"{amount} SC"


@table(
    "name, drugs, yes, no",
    ("for neurology", "neuro", "hydroxocobalamin, methylcobalamin", True, False),
    ("without", "standard", "hydroxocobalamin, methylcobalamin", False, True),
    ("a label", "uk-label", "hydroxocobalamin", False, True),
    ("any", "us-weekly", "cyanocobalamin", True, True),
    ("of Japan", "jp-mecobalamin", "methylcobalamin", False, True),
)
def test_whom_a_regimen_is_for(name: str, drugs: str, yes: bool, no: bool) -> None:
    """Its drug, or methylcobalamin that borrows it; with neurology, without, or any."""
    regimen = shipped(name)
    assert ", ".join(each for each in Drug if regimen.takes(each)) == drugs
    assert (regimen.suits(neuro=True), regimen.suits(neuro=False)) == (yes, no)


def test_a_rule_is_the_regimens_own_or_one_for_all() -> None:
    """For a drug that only borrows it, its own claims no source."""
    regimen = shipped("standard")
    own = regimen.rules["LOAD-STANDARD"]
    assert regimen.rule("LOAD-STANDARD") == own
    assert regimen.rule("LOAD-STANDARD", Drug.HYDROXOCOBALAMIN) == own
    assert regimen.rule("LAB", Drug.METHYLCOBALAMIN) == RULES["LAB"]
    borrowed = regimen.rule("LOAD-STANDARD", Drug.METHYLCOBALAMIN)
    assert borrowed == own._replace(
        strength=(Strength.REQUIREMENT,),
        sources=("brief",),
        note="No label gives methylcobalamin on this schedule: days and dose are "
        "borrowed from hydroxocobalamin.",
    )
    assert regimen.strength == own.strength
    assert regimen.source("bnf") == SOURCES["bnf"]
