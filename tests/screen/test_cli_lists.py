"""worklist, forecast and audit as commands: windows, formats, files, failed rows."""

from __future__ import annotations

import csv
import datetime as dt
import json
import re
from pathlib import Path

import pytest
from cli import ESC, Done, here, is_error, json_of, left_in, on_terminal
from spec import table

COHORT = """patient,start,last_dose,neuro,renal,given
A-1,2026-01-05,,no,normal,2026-01-05
B-2,,2025-11-10,no,normal,
C-3,,2026-01-07,no,normal,
"""
"""One in loading (Monday 5 January, one dose given), one due 10 January (a Saturday),
one not due before March."""

WEEK = ("--from", "2026-01-05", "--to", "2026-01-11")
MONTH = ("--from", "2026-01-05", "--months", "1")
BAD = "D-4,05/01/2026,,no,normal,\n"


@pytest.fixture
def cohort(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "cohort.csv"
    path.write_text(COHORT)
    return path


def worklist(cohort: Path, *more: str) -> Done:
    return here("worklist", str(cohort), *WEEK, *more)


# --- worklist -----------------------------------------------------------------------


def test_the_worklist_has_each_visit_of_the_window(cohort: Path) -> None:
    """By date, then patient; what was given is done, what is due later is not there."""
    found = json_of(worklist(cohort, "--format", "json"))
    assert [(v["date"], v["patient"], v["id"]) for v in found] == [
        ("2026-01-07", "A-1", "loading-2"),
        ("2026-01-09", "A-1", "loading-3"),
        ("2026-01-10", "B-2", "maintenance-1"),
    ]
    assert found[2] == {
        "date": "2026-01-10",
        "patient": "B-2",
        "id": "maintenance-1",
        "kind": "dose",
        "phase": "maintenance",
        "number": 1,
        "title": "Maintenance dose 1: hydroxocobalamin 1 mg IM",
        "due": "2026-01-10",
        "status": "planned",
        "days_overdue": 0,
    }


def test_the_clinic_is_that_of_the_options(cohort: Path) -> None:
    """Closed on Saturdays, B-2 comes on the Friday before."""
    found = json_of(worklist(cohort, "--open", "mon-fri", "--format", "json"))
    assert [(v["date"], v["patient"]) for v in found] == [
        ("2026-01-07", "A-1"),
        ("2026-01-09", "A-1"),
        ("2026-01-09", "B-2"),
    ]


def test_a_dose_due_just_behind_the_window_is_not_lost(cohort: Path) -> None:
    """It is done on the Friday in the window, because the clinic is closed after it."""
    found = json_of(
        here(
            *("worklist", str(cohort), "--from", "2026-01-09", "--to", "2026-01-09"),
            *("--open", "mon-fri", "--format", "json"),
        )
    )
    assert [v["patient"] for v in found] == ["A-1", "B-2"]


def test_overdue_doses_come_first(cohort: Path) -> None:
    """As of Monday 12 January the dose due on the 7th is 5 days overdue."""
    found = json_of(
        here(
            *("worklist", str(cohort), "--from", "2026-01-12", "--to", "2026-01-12"),
            *("--as-of", "2026-01-12", "--format", "json"),
        )
    )
    assert [(v["patient"], v["id"], v["days_overdue"]) for v in found] == [
        ("A-1", "loading-2", 5),
        ("B-2", "maintenance-1", 2),
    ]


def test_a_failed_row_is_told_and_the_others_are_listed(cohort: Path) -> None:
    """Exit 4; the row, why, what to do, and that the list is without it."""
    cohort.write_text(COHORT + BAD)
    done = worklist(cohort, "--format", "json")
    assert done.code == 4
    assert len(json.loads(done.out)) == 3
    assert done.err.splitlines() == [
        "row 5: start: 05/01/2026 could be 2026-01-05 or 2026-05-01",
        "  write the one that is meant (for all such dates: --dates dmy or --dates "
        "mdy)",
        "1 row failed: the list is without it",
    ]


def test_failed_rows_can_go_to_a_table(cohort: Path, tmp_path: Path) -> None:
    """`--errors FILE`, which can be mended and fed back."""
    cohort.write_text(COHORT + BAD)
    done = worklist(cohort, "--errors", "errors.csv", "--format", "csv")
    assert done.code == 4
    assert done.err == "1 row failed: the list is without it\n"
    table = (tmp_path / "errors.csv").read_text().splitlines()
    assert table[0].startswith("error_row,error_column,error_value,")
    assert table[1].startswith("5,start,05/01/2026,")


def test_a_patient_twice_is_an_error_of_the_later_row(cohort: Path) -> None:
    """A list that names a patient twice would have them come twice."""
    cohort.write_text(COHORT + "a-1,2026-01-05,,no,normal,\n")
    done = worklist(cohort, "--format", "json")
    assert done.code == 4
    assert "row 5: patient: a-1 is already the patient of row 2" in done.err


def test_the_list_is_written_in_every_format_asked_for(
    cohort: Path, tmp_path: Path
) -> None:
    """`-o` is repeatable, its suffix sets the format; the screen shows the list."""
    done = worklist(
        *(cohort, "-o", "w.json", "-o", "w.csv", "-o", "w.md"),
        *("-o", "clinic.ics", "-o", "days.html"),
    )
    assert done.code == 0
    assert "Sat 2026-01-10" in done.out
    assert ESC not in done.out
    assert left_in(tmp_path) == {
        *("cohort.csv", "w.json", "w.csv", "w.md", "clinic.ics", "days.html"),
    }
    assert json.loads((tmp_path / "w.json").read_text())[0]["patient"] == "A-1"
    rows = (tmp_path / "w.csv").read_text().splitlines()
    assert rows[0] == (
        "date,patient,id,kind,phase,number,title,due,status,days_overdue,"
        "given_on,batch,site,by,not_given_because"
    )
    assert "## Sat 2026-01-10" in (tmp_path / "w.md").read_text()
    assert "Sat 2026-01-10" in (tmp_path / "days.html").read_text()
    calendar = (tmp_path / "clinic.ics").read_bytes()
    assert calendar.count(b"BEGIN:VEVENT") == 3
    assert done.err.startswith("clinic.ics: new calendar\nclinic.ics: Import it into")
    assert "worklist -o clinic.ics" not in done.err  # this is that calendar


def test_each_makes_an_event_of_each_visit(cohort: Path, tmp_path: Path) -> None:
    """Two patients on Friday: one event a day, or with --each one a visit."""
    friday = ("--open", "mon-fri")
    worklist(cohort, *friday, "-o", "days.ics")
    worklist(cohort, *friday, "-o", "visits.ics", "--each")
    days, visits = (
        (tmp_path / name).read_bytes().count(b"BEGIN:VEVENT")
        for name in ("days.ics", "visits.ics")
    )
    assert (days, visits) == (2, 3)


def test_the_calendar_is_revised(cohort: Path, tmp_path: Path) -> None:
    """The same again keeps every byte; a visit that fell away is cancelled."""
    epoch = {"SOURCE_DATE_EPOCH": "1767600000"}
    arguments = ("worklist", str(cohort), *WEEK, "-o", "clinic.ics")
    here(*arguments, **epoch)
    first = (tmp_path / "clinic.ics").read_bytes()
    done = here(*arguments)
    assert (tmp_path / "clinic.ics").read_bytes() == first
    assert "3 unchanged" in done.err
    cohort.write_text(COHORT.replace("B-2,,2025-11-10", "B-2,,2026-01-02"))
    done = here(*arguments)
    assert "1 cancelled" in done.err
    assert b"STATUS:CANCELLED" in (tmp_path / "clinic.ics").read_bytes()


def test_a_visit_that_was_made_is_no_cancelled_one(
    cohort: Path, tmp_path: Path
) -> None:
    """B-2 had the dose of Saturday: the calendar says so, and counts it as changed."""
    arguments = ("worklist", str(cohort), *WEEK, "--each", "-o", "clinic.ics")
    here(*arguments, SOURCE_DATE_EPOCH="1767600000")
    (tmp_path / "doses.csv").write_text("patient,given_on\nB-2,2026-01-10\n")
    done = here(*arguments, "--doses", "doses.csv", SOURCE_DATE_EPOCH="1768046400")
    assert (done.code, done.out.count("B-2")) == (0, 0)
    assert "clinic.ics: 0 new, 1 changed, 2 unchanged, 0 cancelled, 0" in done.err
    text = (tmp_path / "clinic.ics").read_text()
    assert "SUMMARY:B-2: GIVEN: Maintenance dose 1: hydroxo" in text
    assert "CANCELLED" not in text


def test_a_patients_calendar_is_not_overwritten(cohort: Path, tmp_path: Path) -> None:
    """Nor a clinic's by a patient's."""
    plan = ("plan", "2026-01-05", "--no-neuro", "--renal", "normal", "--patient", "A-1")
    here(*plan, "-o", "a.ics")
    before = (tmp_path / "a.ics").read_bytes()
    is_error(worklist(cohort, "-o", "a.ics"), 2, "a.ics: ")
    assert (tmp_path / "a.ics").read_bytes() == before
    worklist(cohort, "-o", "clinic.ics")
    is_error(here(*plan, "-o", "clinic.ics"), 2, "clinic.ics: ")


def test_to_standard_output_goes_the_calendar_alone(cohort: Path) -> None:
    """`--format ics` is new each time: there is no file to revise."""
    done = worklist(cohort, "--format", "ics", "--discreet")
    assert done.code == 0
    assert done.out.startswith("BEGIN:VCALENDAR\r\n")
    assert "A-1" not in done.out
    assert done.err == ""


def on(day: str) -> dict[str, str]:
    """The environment of a run on that day, at noon."""
    moment = dt.datetime.fromisoformat(f"{day}T12:00:00+00:00")
    return {"SOURCE_DATE_EPOCH": str(int(moment.timestamp()))}


def test_without_dates_the_list_is_that_of_today(cohort: Path) -> None:
    """Wednesday 7 January: one dose, planned for that day."""
    done = here("worklist", str(cohort), **on("2026-01-07"))
    assert done.out.splitlines() == [
        "Worklist, Wed 2026-01-07",
        "1 patient, 1 dose",
        "",
        "Wed 2026-01-07  1 patient, 1 dose",
        "",
        "  [ ] A-1  Loading dose 2: hydroxocobalamin 1 mg IM",
    ]


def test_no_visits_is_said_only_where_nothing_is_overdue(cohort: Path) -> None:
    """On Tuesday the 6th nobody is to come; closed on the 8th, one is still overdue.

    Of a row that failed nobody knows: C-3's last dose is of tomorrow.
    """
    tuesday = here("worklist", str(cohort), **on("2026-01-06")).out
    assert "0 patients, 0 doses. 1 row of the cohort failed" in tuesday
    cohort.write_text(COHORT.replace("2026-01-07", "2026-01-06"))
    assert "No visits." in here("worklist", str(cohort), **on("2026-01-06")).out
    shut = here("worklist", str(cohort), "--closed", "2026-01-08", **on("2026-01-08"))
    assert "No visits" not in shut.out
    assert "1 patient, 1 dose, 1 overdue" in shut.out
    assert "to come on Fri 2026-01-09" in shut.out


@table(
    "more, patients",
    ("no day, and none of the row's own", ("--as-of", "none"), "2 patients have"),
    ("a day before the dose", ("--as-of", "2025-12-01"), "2 patients have"),
    ("a day between both doses", ("--as-of", "2026-01-09"), "1 patient has"),
)
def test_a_dose_that_as_of_leaves_out_is_counted(
    tmp_path: Path, more: tuple[str, ...], patients: str
) -> None:
    """A dose of 3 and one of 10 January, and the list is for Monday the 12th.

    The third patient's dose is in February.
    """
    cohort = tmp_path / "cohort.csv"
    lasts = ("L,2025-11-03", "M,2025-11-10", "N,2025-12-05")
    rows = "".join(f"{each},no,normal\n" for each in lasts)
    cohort.write_text(f"patient,last_dose,neuro,renal\n{rows}")
    asked = ("worklist", str(cohort), *more)
    said = f"{patients} an overdue dose that is not in this list because of --as-of."
    for day in ("2026-01-12", "2026-02-02"):
        window = ("--from", "2026-01-12", "--to", "2026-01-12")
        shown = here(*asked, *window, **on(day))
        assert "No visits" not in shown.out
        assert said in " ".join(shown.out.split())
        data = here(*asked, *window, "--format", "json", **on(day))
        assert (data.err.strip(), data.code) == (said, 0)
    listed = here("worklist", str(cohort), **on("2026-01-12"))
    assert (listed.out.count("overdue, due"), listed.err) == (4, "")
    # Before the doses nothing is left out.
    assert here(*asked, *window, **on("2026-01-03")).err == ""


@pytest.mark.parametrize("today", ["2026-01-05", "2026-01-11"])
def test_a_week_is_monday_to_sunday_of_today_s_week(cohort: Path, today: str) -> None:
    """Asked on its Monday and on its Sunday."""
    done = here("worklist", str(cohort), "--week", **on(today))
    assert done.out.startswith("Worklist, Mon 2026-01-05 to Sun 2026-01-11\n")


def test_nobody_is_to_come_on_a_day_of_the_week_that_is_past(cohort: Path) -> None:
    """On Thursday the dose of Wednesday the 7th is a day overdue, to come today."""
    asked = ("worklist", str(cohort), "--week", "--format", "json")
    found = json_of(here(*asked, **on("2026-01-08")))
    assert [(v["date"], v["patient"], v["days_overdue"]) for v in found] == [
        ("2026-01-08", "A-1", 1),
        ("2026-01-10", "A-1", 0),
        ("2026-01-10", "B-2", 0),
    ]


def test_checks_of_past_days_are_overdue_unless_as_of_says_otherwise(
    cohort: Path,
) -> None:
    """Potassium is due on Tuesday the 6th, a day after dose 1; asked on Thursday."""
    cohort.write_text(
        "patient,start,neuro,renal,given,anaemia\n"
        "A-1,2026-01-05,no,normal,2026-01-05;2026-01-07,severe\n"
    )
    asked = ("worklist", str(cohort), *WEEK, "--format", "json")
    for more, overdue in (
        ((), 2),
        (("--as-of", "2026-01-07"), 1),
        (("--as-of", "none"), 0),
    ):
        found = json_of(here(*asked, *more, **on("2026-01-08")))
        assert [
            (v["date"], v["days_overdue"]) for v in found if v["kind"] == "lab"
        ] == [("2026-01-06", overdue)]


def test_a_calendar_does_not_say_that_a_check_is_overdue(
    cohort: Path, tmp_path: Path
) -> None:
    """Else each run would change the events of days that are past."""
    cohort.write_text(
        "patient,start,neuro,renal,given,anaemia\n"
        "A-1,2026-01-05,no,normal,2026-01-05;2026-01-07,severe\n"
    )
    here("worklist", str(cohort), *WEEK, "-o", "clinic.ics", **on("2026-01-07"))
    before = (tmp_path / "clinic.ics").read_bytes()
    here("worklist", str(cohort), *WEEK, "-o", "clinic.ics", **on("2026-01-09"))
    assert (tmp_path / "clinic.ics").read_bytes() == before


def test_what_is_carried_is_on_every_list_for_people_and_programs(
    cohort: Path, tmp_path: Path
) -> None:
    """On the screen, in JSON, CSV, Markdown and on the day sheet."""
    cohort.write_text(
        "patient,last_dose,neuro,renal,Full name\nB-2,2025-11-10,no,normal,Zoë\n",
        "utf-8",
    )
    carry = ("--carry", "Full name")
    files = [part for form in ("csv", "md", "html") for part in ("-o", f"w.{form}")]
    done = worklist(cohort, *carry, *files)
    assert "Full name: Zoë" in done.out
    assert ",Full name,given_on," in (tmp_path / "w.csv").read_text("utf-8")
    assert "| Zoë |" in (tmp_path / "w.md").read_text("utf-8")
    assert "Full name: <bdi>Zoë</bdi>" in (tmp_path / "w.html").read_text("utf-8")
    late = ("audit", str(cohort), "--as-of", "2026-02-01", "--format", "json", *carry)
    assert json_of(here(*late))[0]["Full name"] == "Zoë"


def test_a_table_to_fill_in_is_read_right_by_spreadsheets(
    cohort: Path, tmp_path: Path
) -> None:
    """They take UTF-8 for it only by a mark; what needs none has none, nor a pipe."""
    worklist(cohort, "-o", "w.csv")
    assert (tmp_path / "w.csv").read_bytes().startswith(b"date,patient,")
    cohort.write_text(COHORT.replace("A-1", "Zoë"), "utf-8")
    worklist(cohort, "-o", "z.csv")
    assert (tmp_path / "z.csv").read_bytes().startswith(b"\xef\xbb\xbfdate,patient,")
    assert worklist(cohort, "--format", "csv").out.startswith("date,patient,")


def test_a_worklist_is_filled_in_and_read_again(cohort: Path, tmp_path: Path) -> None:
    """As written, with what is carried; then those doses are no work any more."""
    cohort.write_text(
        "patient,start,neuro,renal,given,Name\n"
        "A-1,2026-01-05,no,normal,2026-01-05,Zoë\n"
        "N-2,2026-01-05,no,normal,2026-01-05,Bo\n",
        "utf-8",
    )
    asked = ("worklist", str(cohort), "--carry", "Name")
    here(*asked, "-q", "-o", "fill.csv", **on("2026-01-07"))
    path = tmp_path / "fill.csv"
    rows = list(csv.DictReader(path.read_text("utf-8-sig").splitlines()))
    assert [row["patient"] for row in rows] == ["A-1", "N-2"]
    rows[0] |= {"given_on": "2026-01-07", "batch": "X 1", "site": "left", "by": "AB"}
    rows[1] |= {"not_given_because": "did not come"}
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]), delimiter=";")
        writer.writeheader()
        writer.writerows(rows)
    done = here(*asked, "--doses", str(path), "--format", "json", **on("2026-01-08"))
    assert done.code == 0, done.err
    found = json.loads(done.out)
    assert [(v["patient"], v["id"], v["days_overdue"]) for v in found] == [
        ("N-2", "loading-2", 1),
    ]


# --- forecast -----------------------------------------------------------------------


def test_the_forecast_counts_visits_and_ampoules(cohort: Path) -> None:
    """January: five loading doses to come (7, 9, 12, 14, 16) and B-2's on the 10th."""
    found = json_of(
        here(
            *("forecast", str(cohort), "--from", "2026-01-05", "--months", "1"),
            *("--capacity", "0", "--format", "json"),
        )
    )
    assert (found["from"], found["to"]) == ("2026-01-05", "2026-02-04")
    assert found["patients"] == 3
    assert [month["ampoules"] for month in found["months"]] == [6, 0]
    assert [day["date"] for day in found["over_capacity"]] == [
        *("2026-01-07", "2026-01-09", "2026-01-10"),
        *("2026-01-12", "2026-01-14", "2026-01-16"),
    ]


def test_the_forecast_is_shown_and_written(cohort: Path, tmp_path: Path) -> None:
    """On the terminal with bars; as csv, md and json to files."""
    done = here(
        *("forecast", str(cohort), "--from", "2026-01-05", "--months", "1"),
        *("-o", "f.csv", "-o", "f.md", "-o", "f.json"),
    )
    assert done.code == 0
    assert "Busiest days" in done.out
    assert left_in(tmp_path) == {"cohort.csv", "f.csv", "f.md", "f.json"}


def test_the_forecast_is_written_by_week_or_by_day(cohort: Path) -> None:
    """The CSV alone: a day is the default."""
    asked = ("forecast", str(cohort), *MONTH, "--format", "csv")
    week = here(*asked, "--by", "week").out.splitlines()
    assert week[0] == "week,visits,doses,provisional,days_over_capacity"
    assert [line.split(",")[:2] for line in week[1:3]] == [
        ["2026-01-05", "3"],
        ["2026-01-12", "3"],
    ]
    assert here(*asked, "--by", "day").out == here(*asked).out
    assert here(*asked).out.startswith("date,weekday,visits,doses,")


def test_a_forecast_says_how_many_rows_are_not_in_it(cohort: Path) -> None:
    """A pharmacist who reads it would order too little."""
    cohort.write_text(COHORT + BAD)
    done = here("forecast", str(cohort), *MONTH)
    assert done.code == 4
    words = " ".join(done.out.split())
    assert "Patients 3. 1 row of the cohort failed and is not in this list." in words


# --- audit --------------------------------------------------------------------------


def test_the_audit_names_what_was_late(cohort: Path) -> None:
    """Dose 2 is due 2 days after dose 1: given on the 12th it is 5 days late.

    Dose 3 is then due on the 14th, that of B-2 on the 9th.
    """
    cohort.write_text(
        "patient,start,neuro,renal,given,as_of\n"
        "A-1,2026-01-05,no,normal,2026-01-05;2026-01-12,2026-01-12\n"
        "B-2,2026-01-05,no,normal,2026-01-05;2026-01-07,2026-01-09\n"
    )
    own = ("audit", str(cohort), "--as-of", "none")
    found = json_of(here(*own, "--format", "json"))
    assert [(row["patient"], row["days"]) for row in found] == [("A-1", 5)]
    assert json_of(here(*own, "--tolerance", "5", "--format", "json")) == []
    assert "5 days late" in here(*own).out


def test_a_list_of_days_to_come_is_as_of_its_first_for_the_overdue_only(
    cohort: Path,
) -> None:
    """On 1 December 2026 L is overdue since 20 October; O, due on the 12th, is not."""
    cohort.write_text(
        "patient,last_dose,neuro,renal\nL,2026-08-20,no,normal\nO,2026-10-12,no,normal\n"
    )
    epoch = {"SOURCE_DATE_EPOCH": "1796083200"}
    days = ("--from", "2026-12-14", "--to", "2026-12-31")
    args = ("worklist", str(cohort), *days, "--format", "json")
    found = json_of(here(*args, **epoch))
    assert [(row["patient"], row["date"], row["days_overdue"]) for row in found] == [
        ("L", "2026-12-14", 55),
    ]


def test_the_audit_is_as_of_today(cohort: Path) -> None:
    """Dose 3 was due on 9 January, three days ago; an old as of hides nobody."""
    cohort.write_text(
        "patient,start,neuro,renal,given,as_of\n"
        "A-1,2026-01-05,no,normal,2026-01-05;2026-01-07,2026-01-09\n"
        "B-2,2026-01-05,no,normal,2026-01-05;2026-01-07,\n"
    )
    epoch = {"SOURCE_DATE_EPOCH": "1768176000"}  # 12 January 2026
    found = json_of(here("audit", str(cohort), "--format", "json", **epoch))
    assert [(row["patient"], row["days"]) for row in found] == [("A-1", 3), ("B-2", 3)]
    args = ("audit", str(cohort), "--format", "json", "--as-of", "none")
    assert json_of(here(*args, **epoch)) == []


def test_the_audit_names_what_is_still_not_given(cohort: Path) -> None:
    """B-2 was due on 10 January: as of the 15th that is 5 days ago."""
    found = json_of(
        here("audit", str(cohort), "--as-of", "2026-01-15", "--format", "json")
    )
    assert ("B-2", 5) in [(row["patient"], row["days"]) for row in found]


def test_the_audit_is_written_as_table_and_page(cohort: Path, tmp_path: Path) -> None:
    """CSV for the spreadsheet, Markdown to read."""
    done = here("audit", str(cohort), "-o", "a.csv", "-o", "a.md")
    assert done.code == 0
    assert left_in(tmp_path) == {"cohort.csv", "a.csv", "a.md"}


# --- the terminal -------------------------------------------------------------------


@pytest.mark.parametrize("command", ["worklist", "forecast", "audit"])
def test_a_quiet_list_goes_to_files_alone(
    cohort: Path, tmp_path: Path, command: str
) -> None:
    """`-q`: nothing on standard output; what failed is said on the other stream."""
    window = {"worklist": WEEK, "forecast": MONTH}.get(command, ())
    cohort.write_text(COHORT + BAD)
    done = here(command, str(cohort), *window, "-q", "-o", "list.md")
    assert (done.code, done.out) == (4, "")
    assert "1 row failed" in done.err
    assert (tmp_path / "list.md").read_text("utf-8").startswith("# ")


def test_a_list_longer_than_the_terminal_goes_through_the_pager(cohort: Path) -> None:
    """PAGER, as for all long texts; a short list does not."""
    lines = [f"C-{n},,2025-11-10,no,normal," for n in range(9, 40)]
    asked = ("worklist", str(cohort), *WEEK)
    assert "PAGED" not in on_terminal(*asked, PAGER="sed s/^/PAGED:/").screen
    cohort.write_text(COHORT + "\n".join(lines) + "\n")
    shown = on_terminal(*asked, PAGER="sed s/^/PAGED:/").screen
    assert re.search("^.*PAGED:.*Worklist, Mon 2026-01-05", shown, re.MULTILINE)


# --- what is refused ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("worklist", "--to", "2026-01-09"), "--from"),
        (("worklist", "--from", "2026-01-09"), "--to"),
        (("worklist", "--from", "2026-01-09", "--to", "2026-01-05"), "--from"),
        (("worklist", "--from", "05/01/2026", "--to", "2026-01-09"), "2026-05-01"),
        (("forecast", "--from", "2026-01-05"), "--months"),
        (("forecast", "--months", "2"), "--from"),
        (("forecast", "--from", "2026-01-05", "--months", "0"), "--months"),
        (
            ("forecast", "--from", "2026-01-05", "--months", "1", "--capacity", "-1"),
            "-1",
        ),
        (("audit", "--tolerance", "one"), "--tolerance"),
        (("audit", "--format", "ics"), "--format"),
        (("audit", "--as-of", "today"), "--as-of"),
        (("audit", "-o", "a.ics"), ".json, .csv, .md"),
        (("worklist", *WEEK, "--format", "pdf"), "--format"),
        (("worklist", *WEEK, "-q"), "--quiet"),
        (("audit", "--quiet", "--format", "csv", "-o", "a.csv"), "--quiet"),
        (("worklist", "--week", "--from", "2026-01-05"), "--from"),
        (("worklist", "--week", "--to", "2026-01-05"), "--to"),
        (("worklist", *WEEK, "--carry", "Given-On"), "--carry"),
        (("worklist", *WEEK, "--carry", "Patient"), "--carry"),
        (("audit", "--carry", "note"), "--carry"),
        (("audit", "--summary", "--tolerance", "2"), "--tolerance"),
        (("forecast", *MONTH, "--by", "year", "--format", "csv"), "--by"),
        (("forecast", *MONTH, "--by", "week"), "--by"),
        (("worklist", *WEEK, "--each"), "--each"),
        (("worklist", *WEEK, "--discreet"), "--discreet"),
        (("worklist", *WEEK, "--interval", "13m"), "--interval"),
        (("worklist", *WEEK, "--renal", "normal", "--egfr", "50"), "--egfr"),
        (("worklist", *WEEK, "--input-format", "xml"), "--input-format"),
    ],
)
def test_what_cannot_be_used_is_refused_before_anything_is_made(
    cohort: Path, tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    """Exit 2, what and what to do; no file."""
    command, *more = arguments
    is_error(here(command, str(cohort), *more), 2, said)
    assert left_in(tmp_path) == {"cohort.csv"}


@pytest.mark.parametrize("option", ["-o", "--errors"])
@pytest.mark.parametrize("command", ["worklist", "forecast", "audit"])
def test_a_list_never_replaces_the_cohort(
    cohort: Path, command: str, option: str
) -> None:
    """Whatever way it is named: the patients would be gone."""
    window = {"worklist": WEEK, "forecast": ("--from", "2026-01-05", "--months", "1")}
    arguments = (command, "cohort.csv", *window.get(command, ()))
    done = here(*arguments, option, str(cohort))
    is_error(done, 2, "--errors" if option == "--errors" else "--output", "itself")
    assert cohort.read_text() == COHORT


def test_a_calendars_option_is_wrong_before_a_row_is_read(cohort: Path) -> None:
    """No list of failed rows comes first."""
    cohort.write_text(COHORT + BAD)
    done = worklist(cohort, "-o", "clinic.ics", "--time", "25:00")
    is_error(done, 2, "--time", "25:00")


def test_an_empty_calendar_is_refused(cohort: Path) -> None:
    """Nobody comes in that week: there is nothing to import."""
    done = here(
        *("worklist", str(cohort), "--from", "2020-01-05", "--to", "2020-01-06"),
        *("-o", "clinic.ics"),
    )
    is_error(done, 2)
