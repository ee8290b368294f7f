"""`b12sched regimens` and `--regimen`: a shipped regimen, or a clinic's own file."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from cases import LOCAL
from cli import FACTS, NEURO, Done, here, is_error
from plan_schema import CLOSED
from spec import plan_of, refusal, table

from b12sched.errors import InputError
from b12sched.regimen_file import shipped_file, shipped_names
from b12sched.views.data import plan_object

SHORT = ("2026-01-05", "--no-neuro", "--renal", "normal", "--patient", "A-17")


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A clinic's own regimen in a file."""
    path = tmp_path / "riverside.toml"
    path.write_text(LOCAL, "utf-8")
    return path


def answer(*arguments: str) -> Any:
    """The JSON that a command prints."""
    done = here(*arguments, "--format", "json")
    assert (done.code, done.err) == (0, "")
    return json.loads(done.out)


def doses(plan: Any) -> list[tuple[str, str]]:
    """Each dose's id and date."""
    return [(e["id"], e["date"]) for e in plan["events"] if e["kind"] == "dose"]


# --- the command --------------------------------------------------------------------


def test_the_list_names_every_regimen_and_what_it_asks_for() -> None:
    """Country, drug, neurology, loading, maintenance and strength of each."""
    done = here("regimens")
    assert (done.code, done.err) == (0, "")
    assert [
        line.partition(":")[0] for line in done.out.splitlines() if line[:1].strip()
    ]
    for name in shipped_names():
        assert f"\n{name}: " in f"\n{done.out}"
    assert (
        "uk-label: hydroxocobalamin, neurology no, United Kingdom (label)\n"
        "  1 mg on alternate days for 7 doses, then 250 micrograms weekly until the\n"
        "    blood count is normal; then 1 mg every 2 months\n"
    ) in done.out


def test_the_list_is_there_for_programs() -> None:
    """JSON has an object for each regimen, Markdown a row."""
    found = answer("regimens")
    assert [each["name"] for each in found] == list(shipped_names())
    assert found[2] == {
        "name": "cyanocobalamin",
        "country": "United States",
        "drug": "cyanocobalamin",
        "neurology": "any",
        "loading": "100 micrograms daily for 7 doses, then on alternate days for 7 "
        "doses, then every 3 to 4 days for 6 doses",
        "maintenance": "100 micrograms every month",
        "strength": "label",
    }
    lines = here("regimens", "--format", "md").out.splitlines()
    assert len(lines) == 2 + len(shipped_names())


def test_one_regimen_is_shown_with_rules_and_sources() -> None:
    """Days counted from 1, the finding that ends loading, and each source's address."""
    done = here("regimens", "uk-label")
    assert done.code == 0
    for part in (
        "Doses         1 mg IM on days 1, 3, 5, 7, 9, 11, 13",
        "At least      2 days apart",
        "Then          250 micrograms IM weekly until the blood count is normal",
        "Maintenance   1 mg IM every 2 months; supported: 2m, 3m, 8w, 12w",
        "LOAD-UK-LABEL: Loading by the UK product label",
        "Strength: label. Sources: smpc, smpc-cobalin, smpc-neo-cytamen.",
        "https://www.medicines.org.uk/emc/product/9746/smpc",
    ):
        assert part in done.out
    assert (
        "Doses         1 mg IM on alternate days until" in here("regimens", "neuro").out
    )
    assert "At least      1 day apart" in here("regimens", "us-hydroxocobalamin").out


def test_one_regimen_is_there_for_programs() -> None:
    """JSON has the keys of the file and every source that is cited."""
    found = answer("regimens", "neuro")
    assert found["open"] == {
        "dose": {"value": 1, "unit": "mg", "route": "IM"},
        "every": 2,
        "until": "no further improvement",
        "weeks": 12,
    }
    assert "fixed" not in found
    assert {"bnf", "brief"} < set(found["sources"])
    page = here("regimens", "us-weekly", "--format", "md").out
    assert page.startswith("# us-weekly: US practice")
    assert "<https://www.mdedge.com/" in page


def test_the_file_of_a_regimen_is_printed_as_it_is() -> None:
    """To begin a local protocol with."""
    assert here("regimens", "no-neuro", "--toml").out.encode() == shipped_file(
        "no-neuro"
    )


def test_a_clinics_own_file_is_checked_and_shown(own: Path) -> None:
    """Before any plan is made by it."""
    done = here("regimens", str(own))
    assert done.code == 0
    assert "Then          0.5 mg SC every 2 weeks until the blood count is" in done.out
    assert "Strength: local protocol. Sources: meeting, bnf." in done.out
    own.write_text(LOCAL.replace("least = [7]", "least = [0]"), "utf-8")
    done = here("regimens", str(own))
    _refused(done, "riverside.toml, line 11: fixed.least: 0 is not")


@table(
    "arguments, said",
    ("unknown", ("nero",), "did you mean neuro?"),
    ("a file for all", ("--toml",), "regimens NAME --toml"),
    ("a file in JSON", ("neuro", "--toml", "--format", "json"), "NAME --toml"),
    ("an unknown format", ("--format", "csv"), "allowed: json, md"),
)
def test_what_regimens_cannot_show_is_refused(
    arguments: tuple[str, ...], said: str
) -> None:
    """With what to type instead."""
    done = here("regimens", *arguments)
    assert done.code == 2
    assert said in done.err


def test_a_loading_rule_of_a_regimen_is_explained() -> None:
    """`explain` finds the rules of all regimens, and that of local protocols."""
    assert "Sources: ansm." in here("explain", "LOAD-FR").out
    assert "local protocol" in here("explain", "load-local").out
    assert "  LOAD-JP  " in here("explain").out


# --- a plan by a regimen ------------------------------------------------------------


def test_a_plan_names_its_regimen_and_the_dose_of_each_phase() -> None:
    """On screen, in JSON and in CSV."""
    plan = answer("plan", *SHORT, "--regimen", "uk-label")
    assert plan["regimen"] == plan["case"]["regimen"] == "uk-label"
    assert plan["local_regimen"] is None
    assert plan["dose"] == {"value": 1, "unit": "mg", "route": "IM"}
    assert plan["maintenance"]["dose"] == {"value": 1, "unit": "mg", "route": "IM"}
    by_id = {event["id"]: event["dose"] for event in plan["events"]}
    assert by_id["loading-8"] == {"value": 250, "unit": "µg", "route": "IM"}
    assert by_id["lab-3m"] is None
    CLOSED.validate(plan)
    text = here("plan", *SHORT, "--regimen", "uk-label", "--format", "csv").out
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [*rows[0]][-1] == "dose"
    assert [row["dose"] for row in rows if row["id"] in ("loading-8", "lab-3m")] == [
        "250 micrograms IM",
        "",
    ]
    assert (
        "loading 1 mg IM, then 250 micrograms IM,"
        in here("plan", *SHORT, "--regimen", "uk-label").out
    )


def test_a_patient_on_maintenance_has_the_dose_of_maintenance() -> None:
    """30 micrograms are for loading; after a last dose it is 100."""
    plan = answer(
        *("plan", "--last-dose", "2026-01-05", "--no-neuro", "--renal", "normal"),
        *("--regimen", "us-hydroxocobalamin"),
    )
    assert plan["dose"]["value"] == 100
    assert doses(plan)[0] == ("maintenance-1", "2026-02-05")


def test_the_default_regimen_is_not_recorded_as_stated() -> None:
    """So that another neurology means another default, not a contradiction."""
    assert answer("plan", *FACTS)["case"]["regimen"] is None
    assert answer("plan", *FACTS, "--regimen", "standard")["case"]["regimen"] is None


def test_the_last_loading_dose_asks_for_the_finding() -> None:
    """Where no examination asks, the dose does, once."""
    done = here("plan", *SHORT, "--regimen", "uk-label", "--format", "ics")
    unfolded = done.out.replace("\r\n ", "")
    said = "until the blood count is normal: if that is found\\, record the plateau"
    assert unfolded.count(said) == 1


# --- a clinic's own file ------------------------------------------------------------


def test_a_local_protocol_is_planned_as_its_file_says(own: Path) -> None:
    """Weekly for six weeks, then fortnightly; its strength is a local protocol's."""
    plan = answer("plan", *SHORT, "--regimen", str(own))
    assert plan["regimen"] == plan["case"]["regimen"] == "riverside"
    assert doses(plan)[:8] == [
        ("loading-1", "2026-01-05"),
        ("loading-2", "2026-01-12"),
        ("loading-3", "2026-01-19"),
        ("loading-4", "2026-01-26"),
        ("loading-5", "2026-02-02"),
        ("loading-6", "2026-02-09"),
        ("loading-7", "2026-02-23"),
        ("loading-8", "2026-03-09"),
    ]
    assert plan["events"][0]["rule"] == "LOAD-LOCAL"
    assert plan["rules"]["LOAD-LOCAL"]["strength"] == ["local protocol"]
    assert plan["rules"]["RIVERSIDE"]["strength"] == ["local protocol"]
    assert plan["sources"]["meeting"]["year"] == 2025
    assert plan["local_regimen"]["maintenance"]["interval"] == "10w"
    CLOSED.validate(plan)
    CLOSED.validate(plan | {"local_regimen": None})
    assert (
        "riverside (Riverside Surgery"
        in here("plan", *SHORT, "--regimen", str(own)).out
    )
    assert "local protocol" in here("plan", *SHORT, "--regimen", str(own)).out


@pytest.mark.parametrize("form", ["ics", "md", "html", "fhir", "csv"])
def test_a_local_protocol_is_in_every_format(own: Path, form: str) -> None:
    """With the dose of each phase, half a milligram under the skin included."""
    done = here("plan", *SHORT, "--regimen", str(own), "--format", form)
    assert (done.code, "Traceback" in done.err) == (0, False)
    assert "0.5" in done.out
    patient = here(
        *("plan", *SHORT, "--regimen", str(own), "--format", "html"),
        *("--for", "patient"),
    )
    assert "under the skin" in patient.out
    assert "as at Riverside Surgery" in patient.out


def made(path: Path, *arguments: str) -> Any:
    """The plan file that `plan` writes."""
    done = here("plan", *arguments, "-o", str(path))
    assert done.code == 0, done.err
    return json.loads(path.read_bytes())


def revise(path: Path, *arguments: str) -> Any:
    """The plan file after a revision."""
    done = here("revise", str(path), *arguments)
    assert done.code == 0, done.err
    return json.loads(path.read_bytes())


def test_a_plan_is_revised_where_the_file_of_its_regimen_is_gone(
    own: Path, tmp_path: Path
) -> None:
    """The plan file keeps the whole regimen."""
    path = tmp_path / "a.json"
    before = made(path, *SHORT, "--regimen", str(own))
    own.unlink()
    again = revise(path)
    assert again == before
    after = revise(path, "--given", "2026-01-05")
    assert after["local_regimen"] == before["local_regimen"]
    assert doses(after) == doses(before)


def test_a_course_by_a_local_protocol_is_kept_in_the_history(
    own: Path, tmp_path: Path
) -> None:
    """And is the plan again when the restart is taken back."""
    path = tmp_path / "a.json"
    before = made(path, *SHORT, "--regimen", str(own), "--given", "2026-01-05")
    own.unlink()
    after = revise(path, "--restart", "2026-03-02", "--regimen", "uk-label")
    assert (after["regimen"], after["local_regimen"]) == ("uk-label", None)
    assert after["history"][0]["local_regimen"] == before["local_regimen"]
    assert after["history"][0]["regimen"] == "riverside"
    assert revise(path, "--given", "2026-03-02")["regimen"] == "uk-label"
    revise(path, "--not-given", "2026-03-02")
    assert revise(path, "--restart", "none") == before


def test_a_restart_keeps_the_regimen_if_it_is_still_the_right_one(
    own: Path, tmp_path: Path
) -> None:
    """Else the default of drug and neurology takes its place."""
    path = tmp_path / "a.json"
    made(path, *SHORT, "--regimen", str(own), "--given", "2026-01-05")
    assert revise(path, "--restart", "2026-03-02")["regimen"] == "riverside"
    after = revise(path, "--restart", "2026-04-06", "--neuro")
    assert (after["regimen"], after["local_regimen"]) == ("neuro", None)
    path = tmp_path / "b.json"
    made(path, *SHORT, "--regimen", "uk-diet", "--given", "2026-01-05")
    after = revise(path, "--restart", "2026-03-02", "--drug", "cyanocobalamin")
    assert (after["regimen"], after["drug"]) == ("cyanocobalamin", "cyanocobalamin")
    after = revise(path, "--restart", "2026-05-04", "--regimen", "us-weekly")
    assert (after["regimen"], after["drug"]) == ("us-weekly", "cyanocobalamin")


def test_a_regimen_is_exchanged_while_nothing_was_given(
    own: Path, tmp_path: Path
) -> None:
    """The regimen brings its drug; none goes back to the default."""
    path = tmp_path / "a.json"
    made(path, *SHORT)
    after = revise(path, "--regimen", "us-weekly")
    assert (after["regimen"], after["drug"]) == ("us-weekly", "cyanocobalamin")
    after = revise(path, "--regimen", str(own))
    assert (after["regimen"], after["drug"]) == ("riverside", "hydroxocobalamin")
    assert after["local_regimen"]["name"] == "riverside"
    after = revise(path, "--regimen", "none")
    assert (after["regimen"], after["local_regimen"]) == ("standard", None)
    done = here("revise", str(path), "--regimen", "no-neuro")
    assert done.code == 2
    assert "--neuro" in done.err


def test_recorded_doses_keep_their_regimen(own: Path, tmp_path: Path) -> None:
    """What was given would count as doses of another course."""
    path = tmp_path / "a.json"
    made(path, *SHORT, "--given", "2026-01-05")
    done = here("revise", str(path), "--regimen", str(own))
    assert done.code == 2
    assert "--regimen: 1 dose is recorded under hydroxocobalamin 1 mg IM" in done.err
    assert "--restart DATE" in done.err


def test_another_plan_of_recorded_doses_is_not_written_over(
    own: Path, tmp_path: Path
) -> None:
    """`plan -o` over doses by a local protocol says by which they were given."""
    path = tmp_path / "a.json"
    made(path, *SHORT, "--regimen", str(own), "--given", "2026-01-05")
    done = here("plan", *SHORT, "--given", "2026-01-05", "-o", str(path))
    assert done.code == 2
    assert "Riverside Surgery" in done.err


def test_a_damaged_regimen_in_a_plan_file_is_named(own: Path, tmp_path: Path) -> None:
    """Also in the history: the field of the file, and what is wrong with it."""
    path = tmp_path / "a.json"
    document = made(path, *SHORT, "--regimen", str(own), "--given", "2026-01-05")
    document["local_regimen"]["fixed"]["offsets"] = [1, 2]
    path.write_text(json.dumps(document), "utf-8")
    done = here("revise", str(path))
    assert done.code == 2
    assert "local_regimen.fixed.offsets" in done.err
    document["local_regimen"] = 3
    path.write_text(json.dumps(document), "utf-8")
    assert "local_regimen" in here("revise", str(path)).err
    document = made(tmp_path / "b.json", *SHORT, "--regimen", str(own))
    document["history"] = [document["case"] | {"local_regimen": {"name": "x"}}]
    (tmp_path / "b.json").write_text(json.dumps(document), "utf-8")
    done = here("revise", str(tmp_path / "b.json"))
    assert "history[0].local_regimen" in done.err


@table(
    "field, value",
    ("no maintenance", "maintenance", None),
    ("an unknown drug", "drug", "vitamin"),
    ("a field of its own", "colour", "red"),
    ("a fixed part without days", "fixed", {"dose": {}}),
    ("a rule without a text", "rules", {"RIVERSIDE": {"title": "Riverside"}}),
)
def test_the_schema_checks_each_field_of_a_local_protocol(
    own: Path, field: str, value: object
) -> None:
    """A program that reads plan files learns its shape from there."""
    plan = answer("plan", *SHORT, "--regimen", str(own))
    plan["local_regimen"][field] = value
    assert not CLOSED.is_valid(plan)


def test_a_local_protocol_must_be_the_regimen_of_its_case(
    own: Path, tmp_path: Path
) -> None:
    """Else a default would take its place without a word; also in the history."""
    path = tmp_path / "a.json"
    document = made(path, *SHORT, "--regimen", str(own))
    for other in (None, "uk-label"):
        document["case"]["regimen"] = other
        path.write_text(json.dumps(document), "utf-8")
        _refused(here("revise", str(path)), "case.regimen", "is not riverside")
    case, local = document["case"], document["local_regimen"]
    case["regimen"] = "riverside"
    document["history"] = [case | {"local_regimen": local, "regimen": "uk-label"}]
    path.write_text(json.dumps(document), "utf-8")
    _refused(here("revise", str(path)), "history[0].regimen", "is not riverside")


@table(
    "before, after, said, cure",
    (
        "an interval that the new source lacks",
        ("--interval", "3m"),
        ("--regimen", "uk-diet"),
        "--interval: 3m was stated for the regimen before",
        "add --interval none, or --interval 3m if the prescriber wants it",
    ),
    (
        "projected weeks without an open part",
        ("--regimen", "uk-label", "--loading-weeks", "6"),
        ("--regimen", "nl-standard"),
        "--loading-weeks: 6 was stated for the regimen before",
        "add --loading-weeks none",
    ),
)
def test_what_was_stated_for_one_regimen_is_not_carried_to_another(
    before: tuple[str, ...],
    after: tuple[str, ...],
    said: str,
    cure: str,
    tmp_path: Path,
) -> None:
    """The cure is named, and it works."""
    path = tmp_path / "a.json"
    made(path, *SHORT, *before)
    _refused(here("revise", str(path), *after), said, cure)
    option = said.partition(":")[0]
    assert revise(path, *after, option, "none")["regimen"] == after[1]


def test_an_interval_that_the_new_regimen_supports_is_kept(tmp_path: Path) -> None:
    """And one that is stated anew is taken at its word; so are loading weeks."""
    path = tmp_path / "a.json"
    made(path, *SHORT, "--interval", "12w")
    kept = revise(path, "--regimen", "uk-label", "--loading-weeks", "9")
    assert kept["case"]["interval"] == "12w"
    assert revise(path, "--regimen", "au-standard")["case"]["loading_weeks"] == 9
    options = ("--regimen", "nl-standard", "--interval", "3m")
    after = revise(path, *options, "--loading-weeks", "none")
    assert after["case"]["interval"] == "3m"


def test_a_changed_file_of_a_local_protocol_is_said_to_have_changed(
    own: Path, tmp_path: Path
) -> None:
    """The two regimens have one name; another one is named beside it."""
    path = tmp_path / "a.json"
    made(path, *SHORT, "--regimen", str(own), "--given", "2026-01-05")
    own.write_text(LOCAL.replace("every = 14", "every = 21"), "utf-8")
    done = here("revise", str(path), "--regimen", str(own))
    _refused(
        done,
        "(riverside, local protocol); the file of riverside has changed since: its "
        "doses would count as those of another treatment",
    )
    other = here("revise", str(path), "--regimen", "uk-diet")
    _refused(other, "(riverside, local protocol); the change would count as doses of")


@table(
    "column, value, field, expected",
    ("a regimen", "regimen", "UK-Diet", "regimen", "uk-diet"),
    ("a drug", "drug", "Hydroxocobalamin", "drug", "hydroxocobalamin"),
    ("a renal status", "renal", "Normal", "renal", "normal"),
    ("a letter", "neuro", "N", "neuro", False),
    ("a switch", "neuro", "FALSE", "neuro", False),
    ("a word", "neuro", "No", "neuro", False),
)
def test_the_words_of_a_fixed_set_are_read_in_any_case(
    column: str, value: str, field: str, expected: object
) -> None:
    """Spreadsheets begin words with capitals."""
    facts = {"start": "2026-01-05", "neuro": "no", "renal": "normal", column: value}
    assert plan_object(plan_of(**facts))[field] == expected


@pytest.mark.parametrize("value", ["y", "Y", "true", "TRUE", "Yes"])
def test_each_way_to_say_yes_is_read(value: str) -> None:
    """Not 1: in a table it may count something."""
    assert plan_of(neuro=value).case.neuro is True
    assert "write yes" in refusal(InputError, neuro="1").hint


def test_a_cohort_names_a_local_protocol_in_any_case(own: Path, tmp_path: Path) -> None:
    """As it names a shipped one."""
    cohort = tmp_path / "cohort.csv"
    cohort.write_text(
        "patient,start,neuro,renal,regimen\nA,2026-01-05,n,Normal,Riverside\n", "utf-8"
    )
    done = here(
        *("batch", str(cohort), "-o", "-", "--format", "jsonl", "--jobs", "1"),
        *("--regimen", str(own)),
    )
    assert json.loads(done.out)["regimen"] == "riverside"


@pytest.mark.parametrize("view", ["table", "calendar", "timeline"])
def test_every_view_shows_the_dose_that_asks_for_the_finding(view: str) -> None:
    """No examination asks it: its own row does, and What to do in full."""
    plan = ("plan", *SHORT, "--regimen", "uk-label", "--view", view)
    said = " ".join(here(*plan).out.split())
    asked = (
        "Loading dose 13: hydroxocobalamin 250 micrograms IM and decision on loading"
        if view == "timeline"
        else "Loading dose 13, 250 micrograms IM. DECIDE: the blood count is normal?"
    )
    assert asked in said
    assert (
        "Loading dose 13: Inject hydroxocobalamin 250 micrograms IM. Loading goes on "
        "until the blood count is normal: if that is found, record the plateau; if "
        "not, go on loading."
    ) in " ".join(here(*plan, "--full").out.split())


@pytest.mark.parametrize("form", ["json", "csv", "md", "fhir", "html"])
def test_every_format_asks_for_the_finding(form: str) -> None:
    """Once per event: what ends loading is seen wherever the plan is."""
    done = here("plan", *SHORT, "--regimen", "uk-label", "--format", form)
    said = {
        "html": "not yet (the blood count is normal): go on loading",
        "fhir": "Sat 2026-02-28: Inject hydroxocobalamin 250 micrograms IM. Loading",
    }
    asked = said.get(form, "decision on loading: it goes on until the blood count")
    assert done.out.count(asked) == 1


def _refused(done: Done, *said: str) -> None:
    is_error(done, 2)
    for part in said:
        assert part in done.err


def test_a_file_that_cannot_be_read_as_a_regimen_is_an_error(tmp_path: Path) -> None:
    """Missing, not TOML, too large, a directory: two lines, exit code 2."""
    where = tmp_path / "ours.toml"
    _refused(here("plan", *SHORT, "--regimen", str(where)), "ours.toml")
    where.write_bytes(b"name = \xff")
    _refused(here("plan", *SHORT, "--regimen", str(where)), "ours.toml, line 1")
    where.write_bytes(b" " * 1_000_000)
    _refused(here("plan", *SHORT, "--regimen", str(where)), "64 kB")
    where.write_text(LOCAL.replace("[0, 7", "[0, -7"), "utf-8")
    _refused(here("plan", *SHORT, "--regimen", str(where)), "line 10", "-7")
    _refused(here("plan", *SHORT, "--regimen", f"{tmp_path}/nothing"), "nothing")


def test_neurology_with_a_local_protocol_for_none_is_an_error(own: Path) -> None:
    """A regimen and a neurology that is not its own."""
    done = here("plan", *NEURO, "--regimen", str(own))
    _refused(done, "--neuro: the regimen riverside is for cases without neurology")


def test_a_local_interval_over_two_months_is_refused_with_neurology(own: Path) -> None:
    """NEURO-INTERVAL holds for every regimen, its default interval included."""
    own.write_text(LOCAL.replace('neuro = "no"', 'neuro = "any"'), "utf-8")
    assert here("plan", *SHORT, "--regimen", str(own)).code == 0
    done = here("plan", *NEURO, "--regimen", str(own))
    assert done.code == 3
    assert "NEURO-INTERVAL: an interval of 10w is not planned" in done.err
    assert here("plan", *NEURO, "--regimen", str(own), "--interval", "8w").code == 0
    done = here("plan", *NEURO, "--regimen", "se-acute", "--interval", "3m")
    assert done.code == 3


def test_cyanocobalamin_is_refused_by_any_regimen_with_impaired_kidneys() -> None:
    """The cure names a drug and its regimen."""
    facts = ("2026-01-05", "--no-neuro", "--renal", "impaired")
    done = here("plan", *facts, "--regimen", "fr-cyanocobalamin")
    assert done.code == 3
    assert "RENAL-CYANO" in done.err
    assert "with a regimen of that drug" in done.err


# --- a cohort -----------------------------------------------------------------------

COHORT = """\
patient,start,neuro,renal,regimen,drug
A,2026-01-05,no,normal,,
B,2026-01-05,no,normal,riverside,
C,2026-01-05,yes,normal,,
D,2026-01-05,yes,normal,no-neuro,
E,2026-01-05,no,normal,,cyanocobalamin
F,2026-01-05,no,normal,us-weekly,
G,2026-01-05,no,normal,riverside.toml,
H,2026-01-05,no,normal,riverdale,
"""


def test_a_row_names_a_shipped_regimen_or_the_one_stated_for_all(
    own: Path, tmp_path: Path
) -> None:
    """A default that a row's own values rule out is left out; a path is an error."""
    cohort = tmp_path / "cohort.csv"
    cohort.write_text(COHORT, "utf-8")
    done = here(
        *("batch", str(cohort), "-o", "-", "--format", "jsonl", "--jobs", "1"),
        *("--regimen", str(own), "--errors", str(tmp_path / "errors.csv")),
    )
    assert done.code == 4
    plans = [json.loads(line) for line in done.out.splitlines()]
    assert {plan["patient"]: plan["regimen"] for plan in plans} == {
        "A": "riverside",
        "B": "riverside",
        "C": "neuro",
        "D": "no-neuro",
        "E": "cyanocobalamin",
        "F": "us-weekly",
    }
    table_of_errors = (tmp_path / "errors.csv").read_text("utf-8-sig")
    assert "riverside.toml is not a known regimen" in table_of_errors
    assert "--regimen FILE.toml" in table_of_errors
    assert "riverdale is not a known regimen" in table_of_errors


@pytest.mark.unmeasured
def test_a_local_protocol_reaches_every_process_of_a_batch(
    own: Path, tmp_path: Path
) -> None:
    """Two processes write the same plans as one."""
    cohort = tmp_path / "cohort.csv"
    rows = "".join(f"P{n},2026-01-05,no,normal\n" for n in range(30))
    cohort.write_text(f"patient,start,neuro,renal\n{rows}", "utf-8")
    for jobs in ("1", "2"):
        done = here(
            *("batch", str(cohort), "-o", str(tmp_path / jobs), "--format", "json"),
            *("--regimen", str(own), "--jobs", jobs),
        )
        assert done.code == 0, done.err
    for n in range(30):
        one, two = (tmp_path / jobs / f"P{n}.json" for jobs in ("1", "2"))
        assert one.read_bytes() == two.read_bytes()


def test_a_default_drug_that_a_rows_regimen_rules_out_is_left_out(
    tmp_path: Path,
) -> None:
    """The row's own values decide; a default regimen that fits stays."""
    cohort = tmp_path / "cohort.csv"
    cohort.write_text(
        "patient,start,neuro,renal,regimen\n"
        "A,2026-01-05,no,normal,us-weekly\n"
        "B,2026-01-05,no,normal,\n",
        "utf-8",
    )
    done = here(
        *("worklist", str(cohort), "--from", "2026-01-05", "--to", "2026-01-05"),
        *("--drug", "methylcobalamin", "--format", "json"),
    )
    assert done.code == 0, done.err
    titles = [each["title"] for each in json.loads(done.out)]
    assert titles == [
        "Loading dose 1: cyanocobalamin 1 mg IM",
        "Loading dose 1: methylcobalamin 1 mg IM",
    ]


def test_projected_weeks_are_for_rows_with_something_to_project(
    tmp_path: Path,
) -> None:
    """Not for a fixed course or a patient on maintenance; the other rows are."""
    cohort = tmp_path / "cohort.csv"
    cohort.write_text(
        "patient,start,last_dose,neuro,renal,regimen\n"
        "A,2026-01-05,,yes,normal,\n"
        "B,2026-01-05,,no,normal,\n"
        "C,,2026-01-05,yes,normal,\n"
        "D,2026-01-05,,no,normal,uk-label\n"
        "E,2026-01-05,,,normal,\n",
        "utf-8",
    )
    done = here(
        *("batch", str(cohort), "-o", "-", "--format", "jsonl", "--jobs", "1"),
        *("--loading-weeks", "3"),
    )
    assert done.code == 4
    plans = {p["patient"]: p for p in map(json.loads, done.out.splitlines())}
    assert [*plans] == ["A", "B", "C", "D"]
    weeks = [plan["case"]["loading_weeks"] for plan in plans.values()]
    assert weeks == [3, None, None, 3]
    assert plans["D"]["plateau"]["date"] == "2026-01-26"


def test_defaults_that_contradict_each_other_are_refused_before_any_row(
    tmp_path: Path,
) -> None:
    """Nothing is made: no row could be meant so."""
    cohort = tmp_path / "cohort.csv"
    cohort.write_text("patient,start,neuro,renal\nA,2026-01-05,no,normal\n", "utf-8")
    done = here(
        *("batch", str(cohort), "-o", "-", "--format", "jsonl", "--jobs", "1"),
        *("--regimen", "us-weekly", "--drug", "methylcobalamin"),
    )
    assert (done.code, done.out) == (2, "")
    assert "methylcobalamin is not the drug of the regimen us-weekly" in done.err


# --- intervals ----------------------------------------------------------------------


@table(
    "interval, dates",
    ("weekly", "1w", ["2026-01-12", "2026-01-19", "2026-01-26"]),
    ("five weeks", "5w", ["2026-02-09", "2026-03-16", "2026-04-20"]),
    ("a year of weeks", "52w", ["2027-01-04"]),
    ("five months", "5m", ["2026-06-05", "2026-11-05"]),
    ("a year", "12m", ["2027-01-05"]),
)
def test_any_interval_is_kept(interval: str, dates: list[str]) -> None:
    """Counted from the last dose."""
    plan = answer(
        *("plan", "--last-dose", "2026-01-05", "--no-neuro", "--renal", "normal"),
        *("--interval", interval),
    )
    found = [date for _, date in doses(plan)]
    assert found[: len(dates)] == dates


@table(
    "closed, date",
    ("three days early at most", "2026-01-10..2026-01-12", "2026-01-09"),
    ("else the next open day", "2026-01-09..2026-01-12", "2026-01-13"),
)
def test_a_weekly_dose_is_at_most_three_days_early(closed: str, date: str) -> None:
    """A week early would be the day of the dose before."""
    found = json.loads(
        here(
            *("due", "2026-01-05", "--interval", "1w", "--on", "2026-01-06"),
            *("--closed", closed, "--format", "json"),
        ).out
    )
    assert (found["due"], found["date"]) == ("2026-01-12", date)
    plan = answer(
        *("plan", "--last-dose", "2026-01-05", "--no-neuro", "--renal", "normal"),
        *("--interval", "1w", "--closed", closed),
    )
    assert doses(plan)[0] == ("maintenance-1", date)
