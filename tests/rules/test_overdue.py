"""Who is overdue: one definition for due, worklist, forecast, audit and cautions.

A dose that is not given is overdue on a day after both its due date and the clinic's
day for it; the days count from its due date. Dates are typed from that.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path

from cli import here
from list_cases import Fields, window
from spec import plan_of, row_of, table

from b12sched import Clinic
from b12sched.cohort import Row
from b12sched.cohort.lists.audit import audit
from b12sched.cohort.lists.forecast import count
from b12sched.cohort.lists.window import AsOf, Planned, planned
from b12sched.cohort.lists.worklist import worklist
from b12sched.plan.cautions import cautions

LATE = {"start": "", "last_dose": "2025-10-20"}
"""Every two months: due on Saturday 20 December 2025."""

WEEKDAYS = {"open": "mon-fri"}


def plans(as_of: AsOf, *rows: Fields, clinic: Fields | None = None) -> list[Planned]:
    """The plans of a cohort to the end of January 2026, none of them an error."""
    cohort = [Row(n, row_of(**fields)) for n, fields in enumerate(rows, 2)]
    found = planned(
        cohort, Clinic.parse(clinic or {}), {}, as_of, through=dt.date(2026, 1, 31)
    )
    good = [each for each in found if isinstance(each, Planned)]
    assert len(good) == len(rows)
    return good


def late_in_worklist(
    as_of: AsOf, *rows: Fields, clinic: Fields | None = None
) -> list[tuple[str, str, int]]:
    """Date, id and days overdue of what a worklist of 12 to 16 January holds."""
    found = worklist(
        plans(as_of, *rows, clinic=clinic),
        window("2026 Jan 12", "2026 Jan 16"),
    )
    return [(str(v.date), v.id, v.days_overdue) for v in found]


def cohort_file(directory: Path, *lines: str) -> str:
    path = directory / "c.csv"
    path.write_text("\n".join(("patient,last_dose,neuro,renal,as_of", *lines)), "utf-8")
    return str(path)


def plain(page: str) -> str:
    """The text of a page of HTML, its blanks and hyphens as they are typed."""
    text = re.sub(r"<[^>]*>", "", page)
    text = text.replace("\N{NON-BREAKING HYPHEN}", "-").replace("\N{WORD JOINER}", "")
    return " ".join(text.split())


def epoch(day: str) -> str:
    return str(int(dt.datetime.fromisoformat(f"{day}T12:00:00+00:00").timestamp()))


# --- a patient who is late is on the list -------------------------------------------


def test_a_worklist_takes_who_is_late_on_its_first_day(tmp_path: Path) -> None:
    """Due 20 December 2025, 23 days before Monday 12 January 2026."""
    path = cohort_file(tmp_path, "A,2025-10-20,no,normal,")
    asked = ("worklist", path, "--from", "2026-01-12", "--to", "2026-01-16")
    done = here(*asked, "--format", "json", SOURCE_DATE_EPOCH=epoch("2026-01-12"))
    [visit] = json.loads(done.out)
    assert (visit["date"], visit["days_overdue"]) == ("2026-01-12", 23)
    shown = here(*asked, SOURCE_DATE_EPOCH=epoch("2026-01-12")).out
    assert "1 patient, 1 dose, 1 overdue" in shown
    assert "No visits" not in shown


def test_an_overdue_dose_stands_and_counts_on_the_day_on_which_it_is_to_come() -> None:
    """It comes first, and again on that day among those who come."""
    from b12sched.views.lists.worklist import worklist_markdown

    span = window("2026 Jan 12", "2026 Jan 16")
    as_of = AsOf.from_first(span.first, today=span.first)
    good = plans(as_of, LATE | {"patient": "L-1"}, {"patient": "S-1"})
    text = worklist_markdown(worklist(good, span), span).decode()
    overdue, _, by_day = text.partition("## Mon 2026-01-12: 2 patients, 2 doses")
    assert "|  | L-1 | Maintenance dose 1" in overdue
    late = "(23 days overdue, due Sat 2025-12-20)"
    assert re.search(rf"\| \\\[ \\\] \| L-1 \| .*{re.escape(late)} \|", by_day)
    assert "| S-1 |" in by_day


def test_a_list_says_how_many_rows_are_not_in_it(tmp_path: Path) -> None:
    """It may be printed and read without the errors: "No visits." would be a lie."""
    path = cohort_file(tmp_path, "A,2026-02-30,no,normal,", "B,soon,no,normal,")
    week = ("--from", "2026-01-12", "--to", "2026-01-16")
    for arguments in (("worklist", path, *week), ("audit", path)):
        for form in ((), ("--format", "md")):
            done = here(*arguments, *form, SOURCE_DATE_EPOCH=epoch("2026-01-12"))
            assert done.code == 4
            words = " ".join(done.out.split())
            assert "2 rows of the cohort failed and are not in this list." in words
            assert "No visits" not in words


def test_a_row_is_told_to_be_filled_not_to_be_overruled(tmp_path: Path) -> None:
    """An option would state neurology for every row that lacks it."""
    path = tmp_path / "c.csv"
    path.write_text("patient,start,renal\nA,2026-01-05,\n", "utf-8")
    done = here("audit", str(path), "--renal", "normal")
    assert "write yes or no in the column neuro" in done.err
    assert "--neuro" not in done.err


def test_a_patient_whose_clinic_day_has_passed_is_on_the_next_list() -> None:
    """Due on Sunday, planned on Wednesday, not given; asked on Friday for next week.

    Not overdue yet, and not to be forgotten: on the next open day, 21 January 2026.
    """
    row = {"start": "", "last_dose": "2025-11-18"}  # due 18 January 2026
    as_of = AsOf.from_first(dt.date(2026, 1, 19), today=dt.date(2026, 1, 16))
    [planned_row] = plans(as_of, row, clinic={"open": "wed"})
    found = worklist([planned_row], window("2026 Jan 19", "2026 Jan 23"))
    assert [(str(v.date), v.days_overdue) for v in found] == [("2026-01-21", 0)]


def test_a_forecast_counts_who_is_late_on_its_first_day(tmp_path: Path) -> None:
    """One ampoule in January."""
    path = cohort_file(tmp_path, "A,2025-10-20,no,normal,")
    asked = ("forecast", path, "--from", "2026-01-12", "--months", "1")
    done = here(*asked, "--format", "json", SOURCE_DATE_EPOCH=epoch("2026-01-12"))
    assert json.loads(done.out)["visits"][0] == {
        "date": "2026-01-12",
        "visits": 1,
        "doses": 1,
        "provisional": 0,
    }
    done = here(*asked, "--as-of", "none", "--format", "json")
    assert json.loads(done.out)["visits"] == []


@table(
    "first, today, days",
    ("from today", "2026-01-12", "2026-01-12", [("2026-01-12", "maintenance-1", 23)]),
    ("of last week", "2026-01-12", "2026-01-20", [("2026-01-12", "maintenance-1", 23)]),
    (
        "of next week, late today",
        "2026-01-12",
        "2026-01-05",
        [("2026-01-12", "maintenance-1", 23)],
    ),
    ("of weeks to come, not late today", "2026-01-12", "2025-12-01", []),
    ("late from tomorrow on", "2026-01-12", "2025-12-20", []),
    (
        "late since yesterday",
        "2026-01-12",
        "2025-12-21",
        [("2026-01-12", "maintenance-1", 23)],
    ),
)
def test_a_list_for_days_to_come_invents_no_overdue_dose(
    first: str, today: str, days: list[tuple[str, str, int]]
) -> None:
    """Whoever is late today is on it; others will come when they are due."""
    as_of = AsOf.from_first(
        dt.date.fromisoformat(first), today=dt.date.fromisoformat(today)
    )
    assert late_in_worklist(as_of, LATE) == days


@table(
    "known, overdue",
    ("a dose given since", {"given": "2026-01-14"}, []),
    ("its own as of", {"as_of": "2026-01-14"}, [("2026-01-14", "maintenance-1", 25)]),
    (
        "given through, without a dose",
        {"given_through": "2025-12-15"},
        [("2026-01-12", "maintenance-1", 23)],
    ),
)
def test_as_of_is_never_before_what_is_known_of_a_patient(
    known: Fields, overdue: list[tuple[str, str, int]]
) -> None:
    """A fact of a later day would be refused, and the patient be on no list."""
    as_of = AsOf(today=dt.date(2026, 1, 14), day=dt.date(2026, 1, 12))
    assert late_in_worklist(as_of, LATE | known) == overdue


# --- a punctual patient is not -------------------------------------------------------


@table(
    "last_dose, due, clinic_day",
    ("due on a Saturday", "2025-11-17", "2026-01-17", "2026-01-16"),
    ("due on a Sunday", "2025-11-18", "2026-01-18", "2026-01-16"),
)
def test_a_punctual_patient_of_a_weekday_clinic_is_not_overdue_on_monday(
    last_dose: str, due: str, clinic_day: str
) -> None:
    """Planned on the Friday before (BACK); on Monday overdue, from its due date.

    On the Friday, the Saturday and the Sunday of its due date it is not, in any output.
    """
    row = {"start": "", "last_dose": last_dose}
    found = []
    for number in range(15, 21):
        on = dt.date(2026, 1, number)
        as_of = AsOf(today=on, day=on)
        [planned_row] = plans(as_of, row, clinic=WEEKDAYS)
        listed = worklist([planned_row], window("2026 Jan 1", "2026 Jan 31"))
        audited = audit([planned_row])
        said = {c.code for c in cautions(planned_row.plan)}
        asked = json.loads(
            here(
                *("due", last_dose, "--on", str(on), "--open", "mon-fri"),
                *("--format", "json"),
            ).out
        )
        assert asked["date"] == clinic_day
        days = listed[0].days_overdue
        assert ("overdue" in said) is (days > 0)
        assert [each.days for each in audited] == [days] * (days > 0)
        assert (asked["state"] == "overdue") is (days > 0)
        assert asked["state"] != "overdue" or asked["days"] == days
        found.append(days)
    first = dt.date.fromisoformat(due)
    assert found == [max(0, n - first.day) for n in range(15, 21)]


def test_a_loading_dose_that_was_not_given_is_overdue_too() -> None:
    """The second dose is due on 7 January 2026; by the 20th it is 13 days overdue."""
    plan = plan_of(neuro="yes", given="2026-01-05", as_of="2026-01-20")
    found = {c.code: c.text for c in cautions(plan)}
    assert found["overdue"].startswith(
        "The loading dose due Wed 2026-01-07 was not given: on Tue 2026-01-20 it is 13 "
        "days overdue."
    )


# --- as of ---------------------------------------------------------------------------


def test_an_audit_is_as_of_today(tmp_path: Path) -> None:
    """An overdue patient is never hidden by an old as of; `none` leaves it."""
    path = cohort_file(
        tmp_path, "A,2025-10-20,no,normal,", "B,2025-10-20,no,normal,2025-12-22"
    )
    asked = ("audit", path, "--format", "json")
    found = json.loads(here(*asked, SOURCE_DATE_EPOCH=epoch("2026-01-12")).out)
    assert [(each["patient"], each["days"]) for each in found] == [("A", 23), ("B", 23)]
    stated = json.loads(here(*asked, "--as-of", "2025-12-25").out)
    assert [(each["patient"], each["days"]) for each in stated] == [("A", 5), ("B", 5)]
    own = json.loads(here(*asked, "--as-of", "none").out)
    assert [(each["patient"], each["days"]) for each in own] == [("B", 2)]


def test_counts_of_a_forecast_hold_overdue_doses_once() -> None:
    """On the day on which they are to come."""
    span = window("2026 Jan 12", "2026 Jan 31")
    as_of = AsOf.from_first(span.first, today=span.first)
    counted = count([each.plan for each in plans(as_of, LATE)], span)
    product = ("hydroxocobalamin", "1 mg IM")
    assert counted.ampoules == {(dt.date(2026, 1, 12), product, False): 1}


# --- what is in force ----------------------------------------------------------------


@table(
    "fields, said, in_words, in_force",
    (
        "no step-up",
        {},
        "every 2 months, no end date",
        "every 2 months. There is no end date.",
        "2m",
    ),
    (
        "a step-up to come",
        {"monthly_from": "2026-09-01"},
        "every 2 months, then every month from Tue 2026-09-01, no end date",
        "every 2 months. Then every month from Tuesday 1 September 2026. There is no",
        "1m",
    ),
    (
        "a step-up beyond the horizon",
        {"monthly_from": "2027-09-01"},
        "every 2 months, then every month from Wed 2027-09-01, no end date",
        "every 2 months. Then every month from Wednesday 1 September 2027. There is",
        "2m",
    ),
    (
        "stepped up",
        {"monthly_from": "2026-03-01", "given": "2026-03-01"},
        "every month from Sun 2026-03-01, no end date",
        "every month from Sunday 1 March 2026. There is no end date.",
        "1m",
    ),
    (
        "eight weeks, then months",
        {"interval": "8w", "monthly_from": "2026-09-01"},
        "every 8 weeks, then every month from Tue 2026-09-01, no end date",
        "every 8 weeks. Then every month from Tuesday 1 September 2026. There is no",
        "1m",
    ),
    (
        "four weeks stay",
        {"interval": "4w", "monthly_from": "2026-09-01"},
        "every 4 weeks, no end date",
        "every 4 weeks. There is no end date.",
        "4w",
    ),
)
def test_a_step_up_is_said_wherever_maintenance_is(
    fields: Fields, said: str, in_words: str, in_force: str
) -> None:
    """Header, Markdown, card, patient's sheet and JSON say what is in force."""
    from b12sched.plan.wording import summary
    from b12sched.views.card import Audience, CardStyle, plan_card
    from b12sched.views.data import plan_object
    from b12sched.views.markdown import plan_markdown

    plan = plan_of(**{"start": "", "last_dose": "2026-01-05", **fields})
    assert dict(summary(plan))["Maintenance"].startswith(said)
    assert said in plan_markdown(plan).decode()
    assert said in plain(plan_card(plan, CardStyle()).decode())
    sheet = CardStyle(audience=Audience.PATIENT)
    assert in_words in plain(plan_card(plan, sheet).decode())
    maintenance = plan_object(plan)["maintenance"]
    assert isinstance(maintenance, dict)
    assert maintenance["in_force"] == in_force


@table(
    "fields, due",
    ("two months", {}, "Fri 2027-03-05"),
    ("stepped up", {"monthly_from": "2026-09-01"}, "Mon 2027-02-01"),
    ("a short horizon", {"months": "1"}, "Tue 2026-05-05"),
)
def test_the_card_shows_the_dose_due_after_the_last_one(
    fields: Fields, due: str
) -> None:
    """Treatment goes on after the last line of a card.

    Last dose 5 January 2026, to 5 January 2027: the last in the plan is on 5 January
    2027, or 1 January with monthly doses from 1 September 2026.
    """
    from b12sched.dates import day_text
    from b12sched.views.card.clinic import clinic_page

    plan = plan_of(**{"start": "", "last_dose": "2026-01-05", **fields})
    rows = clinic_page(plan)["doses"]
    assert isinstance(rows, list)
    _, next_due, _ = rows[-1]
    assert day_text(next_due) == due


def test_only_a_dose_that_is_not_given_is_overdue() -> None:
    """Not a given one, no examination, no lab: years after them either."""
    plan = plan_of(
        neuro="yes", anaemia="severe", given="2026-01-05", as_of="2026-01-05"
    )
    late = {e.id: e.days_overdue(dt.date(2030, 1, 5)) for e in plan.events}
    assert late["loading-1"] == late["review-1"] == late["lab-3m"] == 0
    assert late["loading-2"] == 1459
