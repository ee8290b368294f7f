"""The clinic's own defaults: where they are found, what beats them, what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli import FACTS, NEURO, Done, b12sched, here, is_error, json_of

from b12sched.commands.config import KEYS

WHOLE = """\
# A clinic with everything set.
open = "mon-fri"
holidays = "GB-ENG"
closed = [2026-12-24, "31 Dec 2026"]
time = 09:30:00
timezone = "Europe/London"
duration = 20
remind = ["2h", "1d"]
discreet = true
class = "confidential"
months = 3
clinic_name = "Riverside Surgery"
clinic_phone = "020 7946 0000"
emergency = "999"
"""


@pytest.fixture
def whole(tmp_path: Path) -> Path:
    path = tmp_path / "clinic.toml"
    path.write_text(WHOLE)
    return path


def with_file(path: Path, text: str | bytes) -> Done:
    """The plan of the three facts with a configuration."""
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return here("plan", *FACTS, "--config", str(path), "--format", "json")


# --- what is in force ---------------------------------------------------------------


def test_the_file_sets_clinic_and_horizon(whole: Path) -> None:
    """Open days, holidays, closures and months are those of the file."""
    plan = json_of(here("plan", *FACTS, "--config", str(whole), "--format", "json"))
    assert plan["clinic"] == {
        "open": "mon-fri",
        "holidays": "GB-ENG",
        "closed": ["2026-12-24", "2026-12-31"],
    }
    assert plan["until"] == "2026-04-05"
    assert plan["case"]["months"] == 3


def test_the_file_sets_how_a_calendar_is_written(whole: Path) -> None:
    """Time, zone, duration, reminders, class and discretion."""
    done = here(
        "plan", *FACTS, "--patient", "A-17", "--config", str(whole), "--format", "ics"
    )
    assert done.code == 0
    lines = done.out.replace("\r\n ", "").split("\r\n")
    assert "DTSTART;TZID=Europe/London:20260105T093000" in lines
    assert "DTEND;TZID=Europe/London:20260105T095000" in lines
    assert "SUMMARY:Appointment" in lines
    assert "CLASS:CONFIDENTIAL" in lines
    assert {line for line in lines if line.startswith("TRIGGER")} == {
        "TRIGGER:-PT2H",
        "TRIGGER:-P1D",
    }
    assert "A-17" not in done.out


def test_the_file_names_the_clinic_on_the_card(tmp_path: Path) -> None:
    """`clinic_name` stands on the card; an option beats it."""
    path = tmp_path / "clinic.toml"
    path.write_text('clinic_name = "Riverside Surgery"\n')
    card = ("plan", *FACTS, "--config", str(path), "--format", "html")
    assert "Riverside Surgery" in here(*card).out
    other = here(*card, "--clinic-name", "Hill Practice").out
    assert "Hill Practice" in other
    assert "Riverside Surgery" not in other


def test_the_file_says_whom_to_call_on_the_card(whole: Path) -> None:
    """On the patient's sheet; an option beats it, `none` clears it."""
    card = ("plan", *FACTS, "--config", str(whole), "--format", "html", "--for")
    sheet = (*card, "patient", "--no-discreet")
    page = here(*sheet).out
    assert 'href="tel:02079460000"' in page
    assert 'href="tel:999"' in page
    page = here(*sheet, "--clinic-phone", "111", "--emergency", "none").out
    assert 'href="tel:111"' in page
    assert "call your emergency number" in page


@pytest.mark.parametrize(
    ("typed", "field", "value"),
    [
        (("--open", "mon,wed,fri"), "open", "mon,wed,fri"),
        (("--open", "none"), "open", None),
        (("--holidays", "US"), "holidays", "US"),
        (("--holidays", "none"), "holidays", None),
        (("--closed", "2026-01-06"), "closed", ["2026-01-06"]),
        (("--closed", "none"), "closed", []),
    ],
)
def test_an_option_beats_the_file(
    whole: Path, typed: tuple[str, ...], field: str, value: object
) -> None:
    """What is typed is in force; `none` clears what the file sets."""
    plan = json_of(
        here("plan", *FACTS, "--config", str(whole), *typed, "--format", "json")
    )
    assert plan["clinic"][field] == value


def test_until_takes_the_place_of_the_files_months(whole: Path) -> None:
    """The two exclude each other: the one that was typed is meant."""
    plan = json_of(
        here(
            *("plan", *FACTS, "--config", str(whole), "--until", "2026-02-01"),
            *("--format", "json"),
        )
    )
    assert plan["until"] == "2026-02-01"


@pytest.mark.parametrize("duration", ["", "duration = 20\n"])
def test_no_time_of_day_takes_the_files_time_zone_with_it(
    duration: str, tmp_path: Path
) -> None:
    """All-day events have no time zone and no duration: nobody has to clear those."""
    path = tmp_path / "config.toml"
    path.write_text(f'time = "09:30"\ntimezone = "Europe/London"\n{duration}')
    arguments = ("plan", *FACTS, "--patient", "A-17", "--config", str(path))
    done = here(*arguments, "--time", "none", "--format", "ics")
    assert done.code == 0, done.err
    assert "DTSTART;VALUE=DATE:20260105" in done.out
    assert "TZID" not in done.out
    assert "TZID" in here(*arguments, "--format", "ics").out


def test_discretion_can_be_taken_back(whole: Path) -> None:
    """`--no-discreet` beats `discreet = true`."""
    done = here(
        *("plan", *FACTS, "--patient", "A-17", "--config", str(whole)),
        *("--no-discreet", "--format", "ics"),
    )
    assert "X-WR-CALNAME:B12 A-17" in done.out


def test_due_and_batch_take_the_clinic_from_the_file(
    tmp_path: Path, whole: Path
) -> None:
    """31 May 2026 is a Sunday: a clinic open on weekdays does it on the Friday."""
    done = here("due", "2026-03-31", "--on", "2026-05-01", "--config", str(whole))
    assert "Fri 2026-05-29" in done.out
    cohort = tmp_path / "cohort.csv"
    cohort.write_text("patient,last_dose,neuro,renal\nA-1,2026-03-31,no,normal\n")
    done = here(
        *("batch", str(cohort), "--format", "jsonl", "-o", "-"),
        *("--config", str(whole)),
    )
    assert '"date":"2026-05-29"' in done.out


def test_a_revision_keeps_the_plans_own_clinic(tmp_path: Path, whole: Path) -> None:
    """The plan file remembers where it was made; the file's clinic is another."""
    saved = tmp_path / "plan.json"
    here("plan", *FACTS, "-o", str(saved))
    done = here("revise", str(saved), "--config", str(whole), "--format", "json")
    plan = json.loads(done.out)
    assert plan["clinic"] == {"open": None, "holidays": None, "closed": []}
    assert plan["until"] == "2027-01-05"


# --- where it is found --------------------------------------------------------------


def test_the_usual_place_is_read_if_there_is_a_file(tmp_path: Path) -> None:
    """On Linux $XDG_CONFIG_HOME/b12sched/config.toml; no file is no fault."""
    place = {"XDG_CONFIG_HOME": str(tmp_path), "B12SCHED_CONFIG": ""}
    assert (
        json_of(b12sched("plan", *FACTS, "--format", "json", **place))["clinic"]["open"]
        is None
    )
    (tmp_path / "b12sched").mkdir()
    (tmp_path / "b12sched" / "config.toml").write_text('open = "mon-fri"\n')
    plan = json_of(b12sched("plan", *FACTS, "--format", "json", **place))
    assert plan["clinic"]["open"] == "mon-fri"


@pytest.mark.parametrize("unusable", ["", "relative"])
def test_an_unusable_xdg_config_home_counts_as_not_set(
    unusable: str, tmp_path: Path
) -> None:
    """The file is then below the user's home directory."""
    (tmp_path / ".config/b12sched").mkdir(parents=True)
    (tmp_path / ".config/b12sched/config.toml").write_text('open = "mon-fri"\n')
    env = {
        "HOME": str(tmp_path),
        "XDG_CONFIG_HOME": unusable,
        "B12SCHED_CONFIG": "",
    }
    plan = json_of(here("plan", *FACTS, "--format", "json", **env))
    assert plan["clinic"]["open"] == "mon-fri"


def test_the_environment_beats_the_usual_place_and_the_option_both(
    tmp_path: Path,
) -> None:
    """--config, then B12SCHED_CONFIG, then the usual place; `none` is no file."""
    for name in ("one", "two"):
        (tmp_path / name).write_text(f'open = "{(name == "one" and "mon") or "tue"}"\n')
    env = {"B12SCHED_CONFIG": str(tmp_path / "one")}
    assert "open           mon  (line 1)" in here("config", **env).out
    option = ("--config", str(tmp_path / "two"))
    assert "open           tue  (line 1)" in here("config", *option, **env).out
    done = here("config", "--config", "none", **env)
    assert done.out.startswith("No file (--config)\n")
    assert "every day  (default)" in done.out


def test_config_says_where_and_what_and_from_which_source(whole: Path) -> None:
    """Each value with its line, or that it is the default."""
    shown = here("config", "--config", str(whole), COLUMNS="120").out.splitlines()
    assert shown[0] == f"File {whole} (--config)"
    assert "  closed         2026-12-24;31 Dec 2026  (line 4)" in shown
    assert "  remind         2h;1d  (line 8)" in shown
    assert len(shown) == 18
    empty = here("config", XDG_CONFIG_HOME=str(whole.parent), B12SCHED_CONFIG="").out
    assert "(the usual place; there is" in " ".join(empty.split())
    assert "  months         12  (default)" in empty


def test_config_says_the_same_in_json(whole: Path) -> None:
    """Each value as a text, with the line it stands on; null for a default."""
    found = json_of(here("config", "--config", str(whole), "--format", "json"))
    assert (found["file"], found["there"], found["from"]) == (
        str(whole),
        True,
        "--config",
    )
    assert list(found["values"]) == list(KEYS)
    assert found["values"]["remind"] == {"value": "2h;1d", "line": 8}
    none = json_of(here("config", "--config", "none", "--format", "json"))
    assert (none["file"], none["there"], none["from"]) == (None, False, "--config")
    assert none["values"]["months"] == {"value": "12", "line": None}
    is_error(here("config", "--format", "md"), 2, "--format", "json")


@pytest.mark.parametrize("named", [True, False])
def test_config_shows_a_path_without_obeying_it(named: bool, tmp_path: Path) -> None:
    """A directory may be named so that a terminal would take it for a command."""
    place = tmp_path / "\x1b]0;x\x07" / "b12sched" / "config.toml"
    if named:
        place.parent.mkdir(parents=True)
        place.touch()
    words = ("--config", str(place)) if named else ()
    env = {"B12SCHED_CONFIG": "", "XDG_CONFIG_HOME": str(place.parent.parent)}
    done = here("config", *words, COLUMNS="1000", **env)
    assert done.out.startswith(f"File {tmp_path}/\\x1b]0;x\\x07/b12sched/config.toml ")
    assert "\x1b" not in done.out + done.err


@pytest.mark.parametrize("usual", [None, "~/.config", "relative"])
def test_without_a_home_there_is_no_configuration_and_config_says_why(
    usual: str | None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Neither HOME nor the list of users names one: nothing is read, least of all
    below the working directory."""
    monkeypatch.chdir(tmp_path)
    for place in (str(usual), f"{usual}/.config"):
        below = Path(place, "b12sched")
        below.mkdir(parents=True)
        (below / "config.toml").write_text('open = "mon-fri"\n')

    def home() -> Path:
        if usual is None:
            raise RuntimeError("no home")
        return Path(usual)

    monkeypatch.setattr("typer.get_app_dir", lambda *_, **__: f"{usual}/b12sched")
    monkeypatch.setattr("pathlib.Path.home", home)
    env = {"B12SCHED_CONFIG": ""}
    assert "set HOME or B12SCHED_CONFIG" in " ".join(here("config", **env).out.split())
    plan = json_of(here("plan", *FACTS, "--format", "json", **env))
    assert plan["clinic"]["open"] is None


# --- what is refused ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ('\nopne = "mon-fri"', 2, "did you mean open"),
        ('open = "mon-fri"\n\n[clinic]\nopen = "mon"', 3, "not a known key"),
        ("open = 5", 1, "of the wrong type"),
        ("months = 12.5", 1, "a whole number of months"),
        ("months = true", 1, "of the wrong type"),
        ("months = 0", 1, "from 1 to 600"),
        ("months = 0x" + "f" * 4000, 1, "a value without end is of the wrong type"),
        ('discreet = "yes"', 1, "true or false"),
        ("closed = [2026-12-24, 5]", 1, "a list of dates"),
        ("closed = [2026-12-24T09:00:00]", 1, "a list of dates"),
        ('closed = ["05/06/2026"]', 1, "2026-06-05 or 2026-05-06"),
        ('closed = [""]', 1, "a list of dates"),
        ("time = 09:30:15", 1, "a time"),
        ("time = 09:30:00", 1, "no time zone"),
        ('# times\ntime = "9:30"\ntimezone = "Europe/London"', 2, "not a time of day"),
        ('remind = ["0d"]', 1, "--time"),
        ('"holidays" = "XX"', 1, "not a known holiday code"),
        ("\n\n'class' = \"secret\"", 3, "not a known class"),
        ('clinic_name = " "', 1, "printable"),
        ('open = "mon"\nclinic_phone = "ask <b>"', 2, "is not a phone number"),
        ("emergency = 999", 1, 'a text: "999"'),
        ('emergency = "999\\n"', 1, "is not a phone number"),
        ('open = "mon"\nopen = "tue"', 2, "not TOML"),
        ("open = mon", 1, "not TOML"),
        (b'open = "mon"\nclinic_name = "Caf\xe9"\n', 2, "not UTF-8"),
    ],
)
def test_what_cannot_be_used_names_its_line(
    tmp_path: Path, text: str | bytes, line: int, said: str
) -> None:
    """Unknown keys, wrong types and values out of range: exit 2, file and line."""
    done = with_file(tmp_path / "c.toml", text)
    is_error(done, 2, f"c.toml, line {line}: ", said)


@pytest.mark.parametrize(
    "key",
    [
        *("neuro", "renal", "egfr", "drug", "plateau", "loading_weeks", "interval"),
        *("monthly_from", "given", "given_through", "as_of", "until"),
        *("patient", "start", "last_dose"),
    ],
)
def test_nothing_about_a_patient_can_be_set(tmp_path: Path, key: str) -> None:
    """What is clinical, or one patient's, is said for each plan."""
    done = with_file(tmp_path / "c.toml", f'{key} = "yes"\n')
    is_error(done, 2, "c.toml, line 1: ", key, "about a patient")


def test_a_document_without_an_end_and_one_too_deep_are_refused(
    tmp_path: Path,
) -> None:
    """What has no line names the file."""
    is_error(with_file(tmp_path / "c.toml", "open = ["), 2, "c.toml", "not TOML")
    is_error(with_file(tmp_path / "c.toml", "open = " + "[" * 4000), 2, "not TOML")


def test_a_named_file_must_be_there(tmp_path: Path) -> None:
    """Exit 2; only the usual place may be empty."""
    is_error(here("plan", *FACTS, "--config", str(tmp_path / "x")), 2, "cannot be read")
    env = {"B12SCHED_CONFIG": str(tmp_path / "x")}
    is_error(here("plan", *FACTS, **env), 2, "cannot be read")


def test_a_byte_order_mark_is_no_fault(tmp_path: Path) -> None:
    """Windows' editor writes one."""
    done = with_file(tmp_path / "c.toml", b'\xef\xbb\xbfopen = "mon-fri"\n')
    assert json_of(done)["clinic"]["open"] == "mon-fri"


def test_what_the_file_sets_in_vain_is_no_error(whole: Path) -> None:
    """A calendar's defaults do not hinder a plan without a calendar."""
    assert here("plan", *NEURO, "--config", str(whole)).code == 0
