"""`audit`: doses given when the rules do not ask for them, and doses not given."""

from __future__ import annotations

import json
from functools import partial

import pytest
from list_cases import (
    ODD_REFERENCES,
    WEEKDAYS,
    Fields,
    coloured,
    dropped,
    fits,
    good,
    results,
    screen,
    without_spaces,
)
from spec import day, every_day, table

from b12sched.cohort.lists.audit import PLATEAU_NOTE, Deviation, audit, deviations
from b12sched.cohort.lists.window import Planned
from b12sched.views.lists.audit import (
    audit_csv,
    audit_json,
    audit_lines,
    audit_markdown,
)

LAST: Fields = {"patient": "B-2", "last_dose": "2026-01-08"}
"""The next dose is due on Sunday 8 March 2026; weekdays only: on Friday the 6th."""

NEURO: Fields = {"patient": "N", "start": "2026-01-08", "neuro": "yes"}
"""Dose 2 is due on Saturday 10 January 2026; weekdays only: on Monday the 12th."""


def found_in(
    *rows: Fields,
    as_of: str | None = None,
    clinic: Fields | None = None,
    tolerance: int = 0,
) -> list[Deviation]:
    """The deviations of a cohort."""
    return audit(good(results(*rows, as_of=as_of, clinic=clinic)), tolerance)


def days_of(found: list[Deviation]) -> list[tuple[str, int]]:
    """What deviates, and by how many days."""
    return [(each.id, each.days) for each in found]


# --- given doses --------------------------------------------------------------------


@table(
    "given, deviating",
    ("as the rule asks", "2026-01-05;2026-01-07;2026-01-09", []),
    ("one early", "2026-01-05;2026-01-07;2026-01-08", [("loading-3", -1)]),
    ("one late", "2026-01-05;2026-01-10", [("loading-2", 3)]),
    ("late, then as asked", "2026-01-05;2026-01-10;2026-01-12", [("loading-2", 3)]),
    ("the first only", "2026-01-05", []),
    ("the first late: no interval", "2026-01-12", []),
)
def test_a_loading_dose_is_judged_by_its_due_date(
    given: str, deviating: list[tuple[str, int]]
) -> None:
    """0, 2, 4, 7, … days from dose 1, and never less than two days after the last."""
    assert days_of(found_in({"given": given})) == deviating


@table(
    "given, deviating",
    ("on the day", "2026-03-08", []),
    ("four days early", "2026-03-04", [("maintenance-1", -4)]),
    ("twelve days late", "2026-03-20", [("maintenance-1", 12)]),
    ("late, then two months on", "2026-03-20;2026-05-20", [("maintenance-1", 12)]),
)
def test_a_maintenance_dose_is_judged_from_the_last_dose(
    given: str, deviating: list[tuple[str, int]]
) -> None:
    """The interval of the first is from last_dose."""
    assert days_of(found_in(LAST | {"given": given})) == deviating


@table(
    "row, given, days",
    ("back: before both", LAST, "2026-03-05", -1),
    ("back: the clinic day", LAST, "2026-03-06", 0),
    ("back: between", LAST, "2026-03-07", 0),
    ("back: the due date", LAST, "2026-03-08", 0),
    ("back: after both", LAST, "2026-03-09", 1),
    ("forward: before both", NEURO, "2026-01-08;2026-01-09", -1),
    ("forward: the due date", NEURO, "2026-01-08;2026-01-10", 0),
    ("forward: between", NEURO, "2026-01-08;2026-01-11", 0),
    ("forward: the clinic day", NEURO, "2026-01-08;2026-01-12", 0),
    ("forward: after both", NEURO, "2026-01-08;2026-01-13", 1),
)
def test_between_rule_date_and_clinic_day_is_neither_early_nor_late(
    row: Fields, given: str, days: int
) -> None:
    """A closed day moves a dose; who comes on the rule's own date is not wrong."""
    found = found_in(row | {"given": given}, clinic=WEEKDAYS)
    assert [each.days for each in found] == [days] * (days != 0)


def test_a_clinic_without_a_day_leaves_the_due_date_alone() -> None:
    """Closed from a week before to sixty days after: there is no planned day."""
    shut = {"closed": every_day("2026 Mar 1", "2026 May 7")}
    assert found_in(LAST | {"given": "2026-03-08"}, clinic=shut) == []
    (late,) = found_in(LAST | {"given": "2026-03-09"}, clinic=shut)
    assert (late.days, late.planned) == (1, None)


def test_dates_covered_by_given_through_are_no_deviation() -> None:
    """They are the planned days."""
    loaded = {"given_through": "2026-06-30"}
    assert found_in(loaded, clinic=WEEKDAYS) == []


def test_a_deviation_says_all_that_is_known() -> None:
    """Both dates, the interval between them, what the rule asks, and how far off."""
    (found,) = found_in(
        LAST | {"given": "2026-03-20"}, as_of="2026 Apr 1", clinic=WEEKDAYS
    )
    assert found == Deviation(
        patient="B-2",
        row=2,
        id="maintenance-1",
        rule="MAINT",
        why="2 months after the dose of Thu 2026-01-08",
        previous=day("2026 Jan 8"),
        date=day("2026 Mar 20"),
        as_of=None,
        interval=71,
        due=day("2026 Mar 8"),
        planned=day("2026 Mar 6"),
        days=12,
        note=None,
    )


# --- open gaps ----------------------------------------------------------------------


@table(
    "as_of, days",
    ("before", "2026 Mar 7", None),
    ("the due date", "2026 Mar 8", None),
    ("the day after", "2026 Mar 9", 1),
    ("long after", "2026 Apr 8", 31),
)
def test_a_dose_not_given_by_as_of_is_late_so_far(as_of: str, days: int | None) -> None:
    """Judged as if it were given that day; there is one open gap at most."""
    for clinic in ({}, WEEKDAYS):
        found = found_in(LAST, as_of=as_of, clinic=clinic)
        assert [each.days for each in found] == [days] * (days is not None)


def test_an_open_gap_has_no_date_and_an_interval_so_far() -> None:
    """From the last dose to as of."""
    (found,) = found_in(LAST, as_of="2026 Mar 9")
    assert (found.date, found.as_of) == (None, day("2026 Mar 9"))
    assert (found.previous, found.interval) == (day("2026 Jan 8"), 60)


def test_an_open_gap_is_counted_from_the_last_dose_given() -> None:
    """Dose 2 was given on 7 January; dose 3 was due on the 9th."""
    (found,) = found_in({"given_through": "2026-01-08"}, as_of="2026 Jan 12")
    assert (found.id, found.days, found.interval) == ("loading-3", 3, 5)
    assert found.previous == day("2026 Jan 7")


def test_a_first_dose_that_was_never_given_is_an_open_gap() -> None:
    """It has no interval, but nobody is lost."""
    (found,) = found_in({}, as_of="2026 Jan 20")
    assert (found.id, found.days) == ("loading-1", 15)
    assert (found.previous, found.interval) == (None, None)


def test_without_as_of_nothing_is_an_open_gap() -> None:
    """Nobody said by when; a row's own as of says it."""
    assert found_in(LAST) == []
    own = LAST | {"as_of": "2026-03-09"}
    assert days_of(found_in(own)) == [("maintenance-1", 1)]
    assert days_of(found_in(own, as_of="2026 Mar 10")) == [("maintenance-1", 2)]


def test_an_open_gap_is_seen_beyond_the_row_s_horizon() -> None:
    """A row is worked out to as of."""
    assert len(found_in(LAST | {"months": "1"}, as_of="2027 Mar 9")) == 1


# --- a plateau that was not recorded ------------------------------------------------

LOADED = NEURO | {"given": "2026-01-08;2026-01-10"}


@table(
    "row, as_of, note",
    ("over 7 days", {"given": "2026-01-08;2026-01-16"}, None, PLATEAU_NOTE),
    ("7 days", {"given": "2026-01-08;2026-01-15"}, None, None),
    ("an open gap", {"given": "2026-01-08"}, "2026 Jan 16", PLATEAU_NOTE),
    (
        "the plateau is recorded",
        {"given": "2026-01-08;2026-01-16", "plateau": "2026-01-16"},
        None,
        None,
    ),
    (
        "a dose of maintenance",
        {"given": "2026-01-08;2026-06-16", "plateau": "2026-01-08"},
        None,
        None,
    ),
)
def test_a_long_loading_gap_may_be_maintenance_without_a_plateau(
    row: Fields, as_of: str | None, note: str | None
) -> None:
    """Without a recorded plateau all dates given are loading (LOAD-NEURO)."""
    (found,) = found_in(NEURO | row, as_of=as_of)
    assert found.note == note


# --- order, tolerance, memory -------------------------------------------------------


def test_the_worst_comes_first() -> None:
    """Then late before early, then by patient and date."""
    found = found_in(
        LAST | {"patient": "E", "given": "2026-03-04"},
        LAST | {"patient": "Z", "given": "2026-03-12"},
        LAST | {"patient": "Y", "given": "2026-03-12;2026-05-16"},
        LAST | {"patient": "X", "given": "2026-02-25"},
        LAST | {"patient": "W", "given": "2026-03-18"},
    )
    assert [(each.patient, each.days) for each in found] == [
        ("X", -11),
        ("W", 10),
        ("Y", 4),
        ("Y", 4),
        ("Z", 4),
        ("E", -4),
    ]
    assert [each.id for each in found[2:4]] == ["maintenance-1", "maintenance-2"]


@table(
    "tolerance, count",
    ("none", 0, 2),
    ("less", 3, 2),
    ("as much", 4, 0),
)
def test_the_tolerance_is_the_reader_s(tolerance: int, count: int) -> None:
    """As many days are tolerated, early and late; the rules know none."""
    early, late = LAST | {"given": "2026-03-04"}, LAST | {"given": "2026-03-12"}
    found = found_in(early, late | {"patient": "C"}, tolerance=tolerance)
    assert len(found) == count


def test_only_deviations_are_held() -> None:
    """Each plan can be forgotten once the next is asked for."""
    rows = ({"patient": f"P{n}", "given": "2026-01-05;2026-01-08"} for n in range(9))
    made = [each.plan for each in good(results(*rows))]
    planned = (Planned(2, plan) for plan in dropped(made))
    assert len(audit(planned)) == 9


def test_the_deviations_of_one_plan_are_in_order_of_date() -> None:
    """The 7th was asked for, then the 12th, for the 10th came two days later."""
    row = {"given": "2026-01-05;2026-01-10;2026-01-11"}
    (plan,) = good(results(row))
    assert days_of(list(deviations(plan, 0))) == [("loading-2", 3), ("loading-3", -1)]


# --- formats ------------------------------------------------------------------------

EARLY = {"patient": "[red]a|b", "given": "2026-01-05;2026-01-06"}


def test_the_json_has_every_field() -> None:
    """Absent is null; dates are ISO."""
    late, early = json.loads(audit_json(found_in(EARLY, LAST, as_of="2026 Mar 20")))[
        1:3
    ]
    assert late == {
        "patient": "B-2",
        "row": 3,
        "id": "maintenance-1",
        "rule": "MAINT",
        "why": "2 months after the dose of Thu 2026-01-08",
        "previous": "2026-01-08",
        "date": None,
        "as_of": "2026-03-20",
        "interval_days": 71,
        "due": "2026-03-08",
        "planned": "2026-03-08",
        "days": 12,
        "note": None,
    }
    assert early["date"] == "2026-01-06"
    assert early["days"] == -1
    assert json.loads(audit_json([])) == []


def test_the_csv_has_a_row_for_each_deviation() -> None:
    """The columns are the keys of the JSON."""
    found = found_in(EARLY)
    assert audit_csv(found).decode() == (
        "patient,row,id,rule,why,previous,date,as_of,interval_days,due,planned,days,"
        "note\r\n"
        "[red]a|b,2,loading-2,LOAD-STANDARD,day 3 of the course,2026-01-05,"
        "2026-01-06,,1,2026-01-07,2026-01-07,-1,\r\n"
    )


def test_the_markdown_shows_a_reference_as_it_is() -> None:
    """One table; nothing in a reference is markup."""
    assert audit_markdown(found_in(EARLY)).decode() == (
        "# Audit of given doses\n"
        "\n"
        "0 doses late, 1 early, 0 not given\n"
        "\n"
        "| How far | Patient | Row | What | Rule | Note |\n"
        "| --- | --- | --- | --- | --- | --- |\n"
        "| 1 day early | \\[red\\]a\\|b | 2 "
        "| loading-2 given Tue 2026-01-06, 1 day after the dose of Mon 2026-01-05 "
        "| LOAD-STANDARD: day 3 of the course, due Wed 2026-01-07 |  |\n"
    )
    assert audit_markdown([]).decode() == (
        "# Audit of given doses\n\nNo deviation found.\n"
    )


NARROW = """\
Audit of given doses
1 dose late, 1 early, 2 not given

60 days late so far  row 4
  A-17
  loading-1 not given by Fri 2026-03-06
  LOAD-STANDARD: first dose, due
  Mon 2026-01-05

46 days late so far  row 2
  N
  loading-3 not given by Fri 2026-03-06,
  48 days after the dose of
  Sat 2026-01-17
  LOAD-NEURO: 2 days after loading-2,
  due Mon 2026-01-19
  a plateau that was not recorded may be
  the reason

5 days late  row 2
  N
  loading-2 given Sat 2026-01-17, 9 days
  after the dose of Thu 2026-01-08
  LOAD-NEURO: 2 days after loading-1,
  due Sat 2026-01-10, clinic day
  Mon 2026-01-12
  a plateau that was not recorded may be
  the reason

1 day early  row 3
  B-2
  maintenance-1 given Thu 2026-03-05,
  56 days after the dose of
  Thu 2026-01-08
  MAINT: 2 months after the dose of
  Thu 2026-01-08, due Sun 2026-03-08,
  clinic day Fri 2026-03-06
"""
COMMON = """\
1 day early    B-2    maintenance-1 given Thu 2026-03-05, 56 days after the dose
               row 3  of Thu 2026-01-08
                      MAINT: 2 months after the dose of Thu 2026-01-08, due
                      Sun 2026-03-08, clinic day Fri 2026-03-06
"""
MIXED: tuple[Fields, ...] = (
    NEURO | {"given": "2026-01-08;2026-01-17"},
    LAST | {"given": "2026-03-05"},
    {},
)


def shown(found: list[Deviation], width: int, encoding: str = "utf-8") -> list[str]:
    """The lines of an audit in a pipe."""

    return screen(partial(audit_lines, found), width, encoding)


def test_the_screen_says_what_was_done_and_what_the_rule_asks() -> None:
    """In blocks where it is narrow, else in columns."""
    found = found_in(*MIXED, as_of="2026 Mar 6", clinic=WEEKDAYS)
    assert shown(found, 40) == NARROW.splitlines()
    assert shown(found, 80)[-4:] == COMMON.splitlines()


def test_the_screen_says_that_a_clinic_has_no_day() -> None:
    """What the rule asks cannot be done there."""
    shut = {"closed": every_day("2026 Mar 1", "2026 May 7")}
    lines = shown(found_in(LAST | {"given": "2026-03-09"}, clinic=shut), 120)
    text = " ".join(" ".join(lines).split())
    assert text.endswith("due Sun 2026-03-08; the clinic has no open day for it")


def test_an_audit_without_a_deviation_says_so() -> None:
    """No more: without `--as-of` nobody looked for doses not given, and days within
    the tolerance are no dose on its day."""
    assert shown([], 80) == [
        "Audit of given doses",
        "No deviation found.",
    ]


@pytest.mark.parametrize("width", [40, 80, 120])
@pytest.mark.parametrize("patient", ODD_REFERENCES)
def test_a_reference_is_shown_whole_and_is_never_markup(
    patient: str, width: int
) -> None:
    """It may be broken within itself, nothing else; no line is too long."""
    lines = shown(found_in({"patient": patient, "given": EARLY["given"]}), width)
    fits(lines, width)
    block = "\n".join(lines[3:])
    said = (
        "1 day early row 2 loading-2 given Tue 2026-01-06, 1 day after the dose of "
        "Mon 2026-01-05 LOAD-STANDARD: day 3 of the course, due Wed 2026-01-07"
    )
    for word in sorted(said.split(), key=len, reverse=True):
        assert word in block
        block = block.replace(word, "", 1)
    assert without_spaces(block) == without_spaces(patient)


def test_what_an_encoding_lacks_is_escaped() -> None:
    """The lines still fit."""
    lines = shown(found_in(EARLY | {"patient": "患者" * 9}), 80, "ascii")
    assert all(len(line) <= 80 for line in lines)
    assert "\\u60a3" in "\n".join(lines)


def test_late_and_early_are_told_apart_by_colour_too() -> None:
    """On a terminal only."""
    found = found_in(*MIXED, as_of="2026 Mar 6", clinic=WEEKDAYS)

    text = coloured(partial(audit_lines, found))
    assert "\x1b[31m5 days late" in text
    assert "\x1b[33m1 day early" in text


# --- what is carried, and plans of no row -------------------------------------------

CELLS = (("Name", "Zoë"), ("Ward", ""))


def test_what_is_carried_comes_behind_the_fields() -> None:
    """In JSON and CSV empty cells too; to people each with its header."""
    found = [each._replace(carried=CELLS) for each in found_in(EARLY)]
    assert list(json.loads(audit_json(found))[0])[-3:] == ["note", "Name", "Ward"]
    header, row = audit_csv(found).decode().splitlines()
    assert header.endswith(",days,note,Name,Ward")
    assert row.endswith(",-1,,Zoë,")
    assert "| Rule | Note | Name | Ward |" in audit_markdown(found).decode()
    assert "| Zoë |  |" in audit_markdown(found).decode()
    for width in (40, 80):
        text = "\n".join(shown(found, width))
        assert "Name: Zoë" in text
        assert "Ward" not in text


def test_a_plan_file_has_no_row() -> None:
    """Nothing is said of one."""
    found = [each._replace(row=None) for each in found_in(EARLY)]
    assert json.loads(audit_json(found))[0]["row"] is None
    assert ",,loading-2," in audit_csv(found).decode()
    assert "| \\[red\\]a\\|b |  | loading-2" in audit_markdown(found).decode()
    for width in (40, 80):
        assert "row" not in "\n".join(shown(found, width))
