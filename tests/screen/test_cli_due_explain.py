"""`b12sched due` and `b12sched explain`: one date, one rule."""

from __future__ import annotations

import re
from datetime import date

import pytest
from cli import ESC, Done, here, is_error, json_of
from spec import table

from b12sched.plan.cautions import CAUTIONS as CAUTION_RECORDS

RULES = (
    *("LOAD-NEURO", "LOAD-STANDARD", "LOAD-CYANO", "MAINT", "MAINT-MONTHLY", "AS-OF"),
    *("LOAD-UK-LABEL", "LOAD-JP", "LOAD-LOCAL"),
    *("REVIEW-WEEKLY", "LAB", "ASSESS-6M"),
    *("RENAL-CYANO", "NEURO-INTERVAL", "CYANO-INTERVAL"),
)
CAUTIONS = (
    *("cobalamin-allergy", "folate-alone", "lifelong", "potassium", "not-asked"),
    *("urgent-neuro", "plateau-not-recorded", "paradoxical-movements", "recovery"),
    *("cyano-neuro", "cyano-leber", "months-vs-label", "methylcobalamin"),
    *("renal", "monthly", "gap", "loading-interrupted", "step-up-early"),
    *("late-closure", "overdue", "first-dose-late", "nothing-recorded"),
    *("holidays-by-part", "interval", "regimen", "doses-close", "new-signs"),
    *("given-through", "serum-b12-on-treatment"),
)
INFO = (
    *("serum-b12-on-treatment", "paradoxical-movements", "recovery", "not-asked"),
    *("months-vs-label", "monthly", "step-up-early", "interval", "regimen"),
    *("new-signs", "given-through"),
)


def due(*arguments: str) -> Done:
    """`b12sched due` in JSON."""
    return here("due", *arguments, "--format", "json")


# -- due ---------------------------------------------------------------------------

# Due Sunday 8 March 2026; a clinic open mon-fri does it on Friday the 6th.
SUNDAY = ("2026-01-08", "--open", "mon-fri")
# Due Thursday 5 March; closed on that day and the whole week before it.
CLOSED = (
    "2026-01-05",
    *("--closed", "2026-02-26", "--closed", "2026-02-27", "--closed", "2026-02-28"),
    *("--closed", "2026-03-01", "--closed", "2026-03-02", "--closed", "2026-03-03"),
    *("--closed", "2026-03-04", "--closed", "2026-03-05"),
)


@table(
    "arguments, on, day, state, days",
    ("the day before", ("2026-01-05",), "2026-03-04", "2026-03-05", "not-due", 1),
    ("the day", ("2026-01-05",), "2026-03-05", "2026-03-05", "due", 0),
    ("the day after", ("2026-01-05",), "2026-03-06", "2026-03-05", "overdue", 1),
    ("the last dose", ("2026-01-05",), "2026-01-05", "2026-03-05", "not-due", 59),
    ("early: before", SUNDAY, "2026-03-05", "2026-03-06", "not-due", 1),
    ("early: the clinic day", SUNDAY, "2026-03-06", "2026-03-06", "due", 0),
    ("early: between", SUNDAY, "2026-03-07", "2026-03-06", "due", 0),
    ("early: the due date", SUNDAY, "2026-03-08", "2026-03-06", "due", 0),
    ("early: after", SUNDAY, "2026-03-09", "2026-03-06", "overdue", 1),
    ("late: the due date", CLOSED, "2026-03-05", "2026-03-06", "not-due", 1),
    ("late: the clinic day", CLOSED, "2026-03-06", "2026-03-06", "due", 0),
    ("late: after", CLOSED, "2026-03-07", "2026-03-06", "overdue", 2),
)
def test_a_dose_is_due_from_its_clinic_day_to_its_due_date(
    arguments: tuple[str, ...], on: str, day: str, state: str, days: int
) -> None:
    """Not due (days to go), due (0), overdue (days since the due date)."""
    found = json_of(due(*arguments, "--on", on))
    assert (found["date"], found["on"]) == (day, on)
    assert (found["state"], found["days"]) == (state, days)


def test_the_json_of_due_has_the_keys_of_the_contract() -> None:
    """`{"last_dose", "interval", "due", "date", "on", "state", "days"}`."""
    assert json_of(due("5 Jan 2026", "--on", "Mar 4, 2026")) == {
        "last_dose": "2026-01-05",
        "interval": "2m",
        "due": "2026-03-05",
        "date": "2026-03-05",
        "on": "2026-03-04",
        "state": "not-due",
        "days": 1,
    }


@table(
    "interval, expected",
    ("1m", "1m", "2026-02-28"),
    ("2m", "2m", "2026-03-31"),
    ("3m", "3m", "2026-04-30"),
    ("4w", "4w", "2026-02-28"),
    ("8w", "8w", "2026-03-28"),
    ("12w", "12w", "2026-04-25"),
)
def test_each_interval_is_counted_from_the_last_dose(
    interval: str, expected: str
) -> None:
    """ADD clamps months to their last day; weeks are seven days each."""
    found = json_of(due("2026-01-31", "--interval", interval, "--on", "2026-02-01"))
    assert (found["interval"], found["due"]) == (interval, expected)


def test_due_looks_at_holidays_too() -> None:
    """Clinic options: 25 December is closed where it is a holiday."""
    found = json_of(due("2026-10-25", "--holidays", "US", "--on", "2026-11-01"))
    assert (found["due"], found["date"]) == ("2026-12-25", "2026-12-24")


def test_without_a_day_it_is_today() -> None:
    """How it stands on that date (default: today)."""
    before = date.today()  # noqa: DTZ011  # the user's own day
    found = json_of(due("2026-01-05"))
    after = date.today()  # noqa: DTZ011  # the user's own day
    assert str(before) <= found["on"] <= str(after)


@table(
    "on, said",
    ("not due", "2026-03-01", "Not due    Sun 2026-03-01  4 days to go"),
    ("due", "2026-03-05", "Due        Thu 2026-03-05  give it now"),
    (
        "overdue",
        "2026-03-07",
        "Overdue    Sat 2026-03-07  by 2 days: ask about symptoms; prescriber decides",
    ),
)
def test_due_answers_in_words_with_the_weekday(on: str, said: str) -> None:
    """Dates are shown as ISO with the weekday beside them."""
    done = here("due", "2026-01-05", "--on", on)
    assert (done.code, done.err) == (0, "")
    first = "Next dose  Thu 2026-03-05  2 months after Mon 2026-01-05"
    assert done.out.splitlines() == [first, said]


def test_due_in_words_names_the_clinic_day_as_well_as_the_due_date() -> None:
    """Next due date, the clinic day for it."""
    done = here("due", *SUNDAY, "--on", "2026-03-01")
    assert done.out.splitlines()[:2] == [
        "Next dose  Fri 2026-03-06  2 months after Thu 2026-01-08",
        "Closed     Sun 2026-03-08  the due date",
    ]


@table(
    "arguments, said",
    ("no date", (), ("LAST_DOSE",)),
    ("two readings", ("03/04/2026",), ("2026-04-03 or 2026-03-04", "LAST_DOSE")),
    ("a wrong day to look from", ("2026-01-05", "--on", "today"), ("--on", "today")),
    (
        "an unknown interval",
        ("2026-01-05", "--interval", "53w"),
        ("--interval", "53w", "weeks, 1w to 52w, or months, 1m to 12m"),
    ),
    ("an unknown weekday", ("2026-01-05", "--open", "moon"), ("--open", "moon")),
    ("an unknown holiday code", ("2026-01-05", "--holidays", "GB-ENK"), ("GB-ENG",)),
    ("a wrong closed day", ("2026-01-05", "--closed", "2026-13-01"), ("--closed",)),
    ("an unknown format", ("2026-01-05", "--format", "ics"), ("--format", "json")),
    ("an empty date", ("",), ("LAST_DOSE",)),
    ("two dates", ("2026-01-05", "2026-03-05"), ("2026-03-05",)),
)
def test_due_refuses_what_it_cannot_use(
    arguments: tuple[str, ...], said: tuple[str, ...]
) -> None:
    """Exit 2, what is wrong with which value, and what to do."""
    is_error(here("due", *arguments), 2, *said)


def test_due_refuses_a_clinic_that_is_closed_for_two_months() -> None:
    """FWD: no open day up to 60 days on is an error, not an endless search."""
    first, last = date(2026, 2, 1).toordinal(), date(2026, 6, 1).toordinal()
    closed = [
        part
        for day in range(first, last)
        for part in ("--closed", date.fromordinal(day).isoformat())
    ]
    is_error(here("due", "2026-01-05", *closed), 2)


# -- explain -----------------------------------------------------------------------


@pytest.mark.parametrize("name", RULES)
def test_explain_shows_a_rule_with_its_source_and_strength(name: str) -> None:
    """`explain RULE` shows one: text, source and strength of evidence."""
    done = here("explain", name)
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith(f"{name}: ")
    assert "Strength: " in done.out
    assert re.search(r"^Sources$", done.out, re.MULTILINE)
    others = [rule for rule in RULES if rule != name]
    assert not any(
        line.startswith(f"{o}: ") for o in others for line in done.out.splitlines()
    )


@pytest.mark.parametrize("name", CAUTIONS)
def test_explain_shows_a_caution_with_its_severity(name: str) -> None:
    """Cautions are explained as rules are: warning unless marked info."""
    done = here("explain", name)
    assert (done.code, done.err) == (0, "")
    severity = "info" if name in INFO else "warning"
    assert done.out.startswith(f"{name} ({severity}): ")
    assert "Strength: " in done.out
    assert "{" not in done.out


def test_explain_alone_is_an_index_of_rules_and_cautions() -> None:
    """A line each, in 80 columns, with its title; a caution says how serious it is."""
    lines = here("explain").out.splitlines()
    rules, cautions, end = "\n".join(lines).split("\n\n")
    names = [line.split()[0] for line in rules.splitlines()[1:]]
    assert set(RULES) < set(names)
    marked = [line.split()[:2] for line in cautions.splitlines()[1:]]
    assert set(CAUTIONS) < {name for _, name in marked}
    assert {name for sign, name in marked if sign == "i"} == set(INFO)
    assert "  MAINT-MONTHLY           Step-up to monthly maintenance" in lines
    assert "! gap                     Loading gaps made by closed days" in lines
    assert end == "One of them, with its sources: b12sched explain NAME"
    found = json_of(here("explain", "--format", "json"))
    assert [rule["name"] for rule in found["rules"]] == names
    assert [each["code"] for each in found["cautions"]] == [name for _, name in marked]


def test_explain_has_json_with_what_it_says() -> None:
    """Text, what must be said beside it, strength and each source that it cites."""
    found = json_of(here("explain", "maint", "--format", "json"))
    assert found["cautions"] == []
    [rule] = found["rules"]
    assert [*rule] == ["name", "title", "text", "strength", "sources", "note"]
    assert rule["name"] == "MAINT"
    assert "never doubled" in rule["note"]
    assert rule["strength"] == rule["sources"] == ["convention"] == [*found["sources"]]
    [caution] = json_of(here("explain", "gap", "--format", "json"))["cautions"]
    assert [*caution] == [
        *("code", "title", "severity", "text", "strength", "sources"),
    ]
    assert "{" not in caution["text"]
    assert (
        json_of(here("explain", "AS-OF", "--format", "json"))["rules"][0]["note"]
        is None
    )


def test_a_rule_and_a_caution_of_one_name_are_both_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Names are read in any case, and some are words for either."""
    caution = CAUTION_RECORDS["gap"]._replace(code="maint", title="Another thing")
    monkeypatch.setitem(CAUTION_RECORDS, "maint", caution)
    shown = here("explain", "Maint").out
    assert shown.startswith("MAINT: Maintenance\n")
    assert "\n\nmaint (warning): Another thing\n" in shown
    found = json_of(here("explain", "Maint", "--format", "json"))
    assert (len(found["rules"]), len(found["cautions"])) == (1, 1)


def test_explain_refuses_another_format() -> None:
    """JSON is the only one for programs."""
    is_error(here("explain", "--format", "csv"), 2, "--format", "json")


@table(
    "typed, name",
    ("a rule in small letters", "load-neuro", "LOAD-NEURO"),
    ("a rule in mixed letters", "Maint-Monthly", "MAINT-MONTHLY"),
    ("a caution in capitals", "URGENT-NEURO", "urgent-neuro"),
)
def test_a_rule_is_found_whatever_its_case(typed: str, name: str) -> None:
    """What is read in one case may be typed in another."""
    assert here("explain", typed) == here("explain", name)


@table(
    "name, said",
    ("a slip", "LOAD-NUERO", "LOAD-NEURO"),
    ("nothing like it", "xyz", "MAINT"),
    ("empty", "", "MAINT"),
)
def test_explain_names_the_rules_there_are(name: str, said: str) -> None:
    """An unknown name is exit 2, and the answer names those that can be asked for."""
    is_error(here("explain", name), 2, said)


def test_explain_offers_what_was_nearly_typed_first() -> None:
    """The nearest name stands before the list of all."""
    done = here("explain", "LOAD-NUERO")
    assert re.search(r"did you mean [^?]*LOAD-NEURO", done.err)


@pytest.mark.parametrize("columns", [40, 80, 120])
@pytest.mark.parametrize("arguments", [("explain",), ("due", *SUNDAY)])
def test_answers_fit_the_width(arguments: tuple[str, ...], columns: int) -> None:
    """Nothing but an address is wider than the screen, and nothing is cut for it."""
    narrow = here(*arguments, COLUMNS=str(columns))
    wide = here(*arguments, COLUMNS="1000")
    lines = [line for line in narrow.out.splitlines() if "://" not in line]
    assert max(map(len, lines)) <= columns
    assert "".join(narrow.out.split()) == "".join(wide.out.split())
    assert ESC not in narrow.out
