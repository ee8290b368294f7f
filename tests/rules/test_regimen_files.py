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
from b12sched.regimen import Dose, Regimen
from b12sched.regimen_file import (
    local_protocol,
    read_local,
    regimen_values,
    shipped,
    shipped_file,
    shipped_names,
)
from b12sched.rules import RULES, SOURCES


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
    hint = refusal(InputError, regimen=typed).hint
    assert hint.startswith(f"did you mean {offered}? " if offered else "allowed: neuro")
    assert hint.endswith("the file of a local one is stated with --regimen FILE.toml")


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
    with pytest.raises(InputError, match="has 201 doses"):
        read_local(text.replace(lines, f"{lines}, 200").encode(), "a.toml")


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
