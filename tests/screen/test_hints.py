"""Hints: what one says to type works as typed in a shell."""

from __future__ import annotations

import json
import shlex
import sys
from pathlib import Path

import pytest
from cli import Done, here, shell
from spec import row_of, table

from b12sched import Case
from b12sched.errors import InputError, distance, for_shell, text_of, unknown_name
from b12sched.publish.login import find_password
from b12sched.regimen import Drug

FACTS = "--no-neuro --renal normal"
PLAN = f"plan 2026-01-05 {FACTS}"
TYPED = ("2026-01-05,2026-01-07", "'>60'")
"""Hints that are typed in a shell: of other lines a shell only makes the words."""

PROGRAM = f'b12sched() {{ {shlex.quote(sys.executable)} -m b12sched "$@"; }}; b12sched'


@pytest.fixture(autouse=True)
def ward(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A directory of its own, with a cohort in it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "c.csv").write_text(
        "patient,start,neuro,renal\nA-17,2026-01-05,no,normal\n", "utf-8"
    )


def typed(line: str) -> Done:
    """The program with the rest of its command line as somebody types it."""
    return shell(f"{PROGRAM} {line}")


def split(line: str) -> Done:
    """The program, in this process, with the words that a shell makes of the rest."""
    words = shell(rf"printf '%s\0' {line}").out
    return here(*words.split("\0")[:-1])


@pytest.mark.unmeasured
@table(
    "faulty, hint, cured",
    (
        "a blank between given dates",
        f"{PLAN} --given '2026-01-05 2026-01-07'",
        "2026-01-05,2026-01-07",
        f"{PLAN} --given 2026-01-05,2026-01-07",
    ),
    (
        "no date",
        f"plan tomorrow {FACTS}",
        "2026-01-05",
        f"plan 2026-01-05 {FACTS}",
    ),
    (
        "a day in another form",
        f"plan 2026/01/13 {FACTS}",
        "2026-01-13",
        f"plan 2026-01-13 {FACTS}",
    ),
    (
        "a misspelt drug",
        f"{PLAN} --drug hydroxycobalamin",
        "did you mean hydroxocobalamin?",
        f"{PLAN} --drug hydroxocobalamin",
    ),
    (
        "half a name of two words",
        f"{PLAN} --holidays CH-Stadt",
        "did you mean 'CH-Stadt Zurich'?",
        f"{PLAN} --holidays 'CH-Stadt Zurich'",
    ),
    (
        "a country that is none",
        f"{PLAN} --holidays UK",
        "GB-ENG",
        f"{PLAN} --holidays GB-ENG",
    ),
    (
        "an eGFR in words",
        "plan 2026-01-05 --no-neuro --egfr high",
        "'>60'",
        "plan 2026-01-05 --no-neuro --egfr '>60'",
    ),
    ("days in words", f"{PLAN} --open weekdays", "mon-fri", f"{PLAN} --open mon-fri"),
    (
        "a closure without an end",
        f"{PLAN} --closed 2026-12-24..",
        "2026-12-24..2026-12-31",
        f"{PLAN} --closed 2026-12-24..2026-12-31",
    ),
    (
        "a closure that ends before it begins",
        f"{PLAN} --closed 2026-12-31..2026-12-24",
        "2026-12-24..2026-12-31",
        f"{PLAN} --closed 2026-12-24..2026-12-31",
    ),
    (
        "no renal status",
        "plan 2026-01-05 --no-neuro",
        "--renal normal",
        "plan 2026-01-05 --no-neuro --renal normal",
    ),
    (
        "nothing about neurology",
        "plan 2026-01-05 --renal normal",
        "--no-neuro",
        "plan 2026-01-05 --renal normal --no-neuro",
    ),
    (
        "no start",
        f"plan {FACTS}",
        "--last-dose",
        f"plan {FACTS} --last-dose 2026-01-05",
    ),
    (
        "cyanocobalamin and kidneys",
        "plan 2026-01-05 --no-neuro --renal impaired --drug cyanocobalamin",
        "hydroxocobalamin",
        "plan 2026-01-05 --no-neuro --renal impaired --drug hydroxocobalamin",
    ),
    (
        "a long interval with neurology",
        "plan 2026-01-05 --neuro --renal normal --interval 3m",
        "2m",
        "plan 2026-01-05 --neuro --renal normal --interval 2m",
    ),
    (
        "a time of one digit",
        f"{PLAN} --patient A --format ics --time 9:00 --timezone Europe/London",
        "09:00",
        f"{PLAN} --patient A --format ics --time 09:00 --timezone Europe/London",
    ),
    (
        "a reminder in weeks",
        f"{PLAN} --patient A --format ics --remind 1w",
        "1d",
        f"{PLAN} --patient A --format ics --remind 1d",
    ),
    ("a batch to nowhere", "batch c.csv", "-o DIR", "batch c.csv -o DIR"),
    (
        "a stream to a directory",
        "batch c.csv --format jsonl -o DIR",
        "--format jsonl -o -",
        "batch c.csv --format jsonl -o -",
    ),
    (
        "a worklist from no day",
        "worklist c.csv --to 2026-01-09",
        "--from 2026-01-09",
        "worklist c.csv --from 2026-01-09 --to 2026-01-09",
    ),
    (
        "a worklist to no day",
        "worklist c.csv --from '1 May 2026'",
        "--to 2026-05-01",
        "worklist c.csv --from '1 May 2026' --to 2026-05-01",
    ),
    (
        "a discreet worklist that is no calendar",
        "worklist c.csv --discreet -o w.html",
        "-o clinic.ics",
        "worklist c.csv --from 2026-01-05 --to 2026-01-05 --discreet -o w.html "
        "-o clinic.ics",
    ),
    (
        "a discreet batch of tables",
        "batch c.csv -o DIR --format csv --discreet",
        "--format ics or --format html",
        "batch c.csv -o DIR --format csv --discreet --format html",
    ),
)
def test_what_a_hint_says_to_type_works_in_a_shell(
    faulty: str, hint: str, cured: str
) -> None:
    """The command line is refused with that text in its hint, and then it is not."""
    program = typed if hint in TYPED else split
    refused = program(faulty)
    assert refused.code in (2, 3), refused
    assert hint in refused.err.splitlines()[1]
    named = hint.removeprefix("did you mean ").removesuffix("?")
    assert any(each in cured for each in named.split(" or "))
    done = program(cured)
    assert done.code == 0, done.err


def test_no_dose_is_lost_between_what_a_hint_says_and_the_plan() -> None:
    """A semicolon ends a shell's command: commas keep the dates together."""
    done = split(f"{PLAN} --given 2026-01-05,2026-01-07 --format json")
    assert json.loads(done.out)["case"]["given"] == ["2026-01-05", "2026-01-07"]


def test_dates_with_commas_are_read_wherever_several_are() -> None:
    """In a new plan, in a revision, taken back, and for the clinic."""
    assert split(f"{PLAN} -o p.json --closed 2026-12-24,2026-12-31").code == 0
    given = "--given 2026-01-05,2026-01-07,2026-01-09"
    assert split(f"revise p.json {given}").code == 0
    assert split("revise p.json --not-given 2026-01-07,2026-01-09").code == 0
    saved = json.loads(Path("p.json").read_bytes())
    assert saved["case"]["given"] == ["2026-01-05"]
    assert saved["clinic"]["closed"] == ["2026-12-24", "2026-12-31"]


def test_what_the_caution_about_holidays_says_to_type_ends_it() -> None:
    """The part instead of the country, or the day closed."""
    line = f"{PLAN} --holidays GB --format json"
    (text,) = (
        caution["text"]
        for caution in json.loads(split(line).out)["cautions"]
        if caution["code"] == "holidays-by-part"
    )
    assert "--holidays GB-ENG" in text
    assert "--closed 2026-04-06" in text
    cured = json.loads(split(f"{PLAN} --holidays GB-ENG --format json").out)
    assert "holidays-by-part" not in [each["code"] for each in cured["cautions"]]
    closed = json.loads(split(f"{line} --closed 2026-04-06").out)
    assert closed["clinic"]["closed"] == ["2026-04-06"]


@table(
    "name, offered",
    ("hydroxocobalamin", "hydroxycobalamin", "hydroxocobalamin"),
    ("another ending", "hydroxocobalmin", "hydroxocobalamin"),
    ("in capitals", "Hydroxocobalmin", "hydroxocobalamin"),
    ("methylcobalamin", "metylcobalamin", "methylcobalamin"),
    ("another name of methylcobalamin", "mecobalamin", "methylcobalamin"),
    ("cyanocobalamin", "cyanocobalmin", "cyanocobalamin"),
    ("what all of them are", "cobalamin", None),
    ("not quite cyanocobalamin", "cianocobalamin", None),
    ("a form that is not planned", "adenosylcobalamin", None),
    ("hydroxocobalamin without its beginning", "oxocobalamin", None),
    ("hydroxocobalamin that begins otherwise", "cydroxocobalamin", None),
    ("a beginning of cyanocobalamin", "cyan", "cyanocobalamin"),
    ("a beginning of hydroxocobalamin", "hydroxo", "hydroxocobalamin"),
    ("cyanocobalamin that begins otherwise", "hyanocobalamin", None),
)
def test_no_drug_is_offered_for_another(name: str, offered: str | None) -> None:
    """Their names end alike. Cyanocobalamin harms kidneys that are impaired."""
    with pytest.raises(InputError) as caught:
        Case.parse(row_of(drug=name))
    hint = caught.value.hint
    allowed = f"allowed: {', '.join(Drug)}"
    assert hint == (f"did you mean {offered}? {allowed}" if offered else allowed)


@table(
    "name, known, hint",
    (
        "two are near",
        "nmae",
        ["name", "mane"],
        "did you mean name? allowed: name, mane",
    ),
    ("none is near", "x", ["name"], "allowed: name"),
    ("two are as near", "nane", ["name", "mane"], "allowed: name, mane"),
    (
        "two letters of five",
        "neame",
        ["names", "xyzzy"],
        "did you mean names? allowed: names, xyzzy",
    ),
    ("three of five", "neamx", ["names"], "allowed: names"),
    ("its beginning", "na", ["names"], "did you mean names? allowed: names"),
    ("the beginning of two", "na", ["names", "nabob"], "allowed: names, nabob"),
    ("nothing", "", ["names"], "allowed: names"),
    ("in other letters", "NAMSE", ["Names"], "did you mean Names? allowed: Names"),
    (
        "a name of two words",
        "two word",
        ["two words"],
        "did you mean 'two words'? allowed: 'two words'",
    ),
)
def test_one_name_is_offered_at_most(name: str, known: list[str], hint: str) -> None:
    """The nearest, as a shell takes it; which of several is meant would be a guess."""
    assert unknown_name("word", name, known).hint == hint


@table(
    "one, other, slips",
    ("the same", "name", "name", 0),
    ("a wrong letter", "nane", "name", 1),
    ("one too many", "namme", "name", 1),
    ("one too few", "nam", "name", 1),
    ("two neighbours swapped", "anme", "name", 1),
    ("two slips", "anm", "name", 2),
    ("more than are counted", "n", "name", 3),
    ("two letters for four", "ab", "cdef", 3),
)
def test_slips_between_two_words_are_counted(one: str, other: str, slips: int) -> None:
    """No further than to the most that matters, here two; either way round."""
    assert min(distance(one, other, 2), 3) == slips
    assert min(distance(other, one, 2), 3) == slips


def test_a_command_for_the_keyring_is_one_that_a_shell_can_run() -> None:
    """Whatever the user is called."""
    with pytest.raises(InputError) as caught:
        find_password("a;b'c", "example.org", given=None, ask=None)
    line = caught.value.hint.partition("keyring set ")[2]
    assert shlex.split(line) == ["b12sched", "a;b'c@example.org"]


def test_a_text_for_a_shell_obeys_nothing() -> None:
    """What a terminal would obey is spelt out."""
    assert for_shell("\x1b[31m a") == "'\\x1b[31m a'"


def test_a_value_whose_text_cannot_be_had_is_named_by_its_type() -> None:
    """A message never fails because of the value that it is about."""

    class Hostile:
        def __str__(self) -> str:
            raise ValueError

    assert text_of(Hostile()) == "<Hostile>"
    assert text_of(2026) == "2026"
