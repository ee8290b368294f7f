"""What the command does with input that it cannot use: one line what, one line cure."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from cli import FACTS, NEURO, b12sched, here, is_error, json_of, left_in, plan_json
from spec import table

from b12sched import cli

CYANO = (*FACTS, "--drug", "cyanocobalamin")
MAINTENANCE = ("--last-dose", "2026-01-05", "--neuro", "--renal", "normal")


def closed(first: str, last: str) -> tuple[str, ...]:
    """A closure: `--closed` for every day from first to last."""
    span = range(
        date.fromisoformat(first).toordinal(), date.fromisoformat(last).toordinal() + 1
    )
    days = [date.fromordinal(day).isoformat() for day in span]
    return tuple(part for day in days for part in ("--closed", day))


# -- exit 2: unusable input --------------------------------------------------------


@pytest.mark.unmeasured
@table(
    "arguments, said",
    ("two readings", ("03/04/2026",), ("2026-04-03 or 2026-03-04",)),
    ("two readings, short", ("03.04.26",), ("2026-04-03", "2026-03-04", "2003-04-26")),
    ("no day", ("2026-01",), ("2026-01", "full date")),
    ("no year", ("5 Jan",), ("5 Jan", "full date")),
    ("a weekday", ("tomorrow",), ("tomorrow", "2026-01-05")),
    ("a day that is not", ("2026-02-29",), ("2026-02-29", "28 days")),
    ("a month that is not", ("2026-13-01",), ("2026-13-01", "12 months")),
    ("a year too early", ("1899-12-31",), ("1899-12-31", "1900 to 2200")),
    ("a year too late", ("2201-01-01",), ("2201-01-01", "1900 to 2200")),
    ("one digit", ("2026-1-5",), ("2026-01-05",)),
    ("a time of day", ("2026-01-05T09:00",), ("2026-01-05",)),
    ("a day number", ("46027",), ("46027",)),
    ("other digits", ("２０２６-01-05",), ("２０２６-01-05",)),
    ("not a word of English", ("5 janvier 2026",), ("5 janvier 2026",)),
    ("empty", ("",), ("start",)),
)
def test_a_start_that_is_not_one_date_is_refused(
    arguments: tuple[str, ...], said: tuple[str, ...]
) -> None:
    """Anything that can be read two ways, lacks a part or is no day is refused."""
    done = here("plan", *arguments, *FACTS[1:])
    is_error(done, 2, *said)
    assert "start" in done.err.splitlines()[0].lower()


@pytest.mark.parametrize(
    "option",
    [
        *("--last-dose", "--plateau", "--monthly-from", "--given", "--given-through"),
        *("--as-of", "--until", "--closed"),
    ],
)
def test_a_date_of_two_readings_is_refused_for_every_option(option: str) -> None:
    """The error names the option and both readings."""
    facts = NEURO[1:] if option == "--last-dose" else NEURO
    done = here("plan", *facts, option, "03/04/2026")
    is_error(done, 2, f"{option}: ", "2026-04-03 or 2026-03-04")


@table(
    "arguments, said",
    ("START and a last dose", (*FACTS, "--last-dose", "2026-01-01"), "--last-dose"),
    ("neither", FACTS[1:], "START"),
    ("no neurology", ("2026-01-05", "--renal", "normal"), "--neuro"),
    ("no renal status", ("2026-01-05", "--no-neuro"), "--renal"),
    ("nothing at all", (), "--neuro"),
    ("renal status and eGFR", (*FACTS, "--egfr", "90"), "--egfr"),
    ("an unknown renal status", (*NEURO[:2], "--renal", "ok"), "normal, impaired"),
    ("plateau before the start", (*NEURO, "--plateau", "2026-01-04"), "--plateau"),
    ("plateau, no neurology", (*FACTS, "--plateau", "2026-02-02"), "--plateau"),
    (
        "plateau with cyanocobalamin",
        (*NEURO, "--drug", "cyanocobalamin", "--plateau", "2026-02-02"),
        "--plateau",
    ),
    ("plateau, loading over", (*MAINTENANCE, "--plateau", "2026-02-02"), "--plateau"),
    ("weeks, no neurology", (*FACTS, "--loading-weeks", "8"), "--loading-weeks"),
    (
        "plateau and weeks",
        (*NEURO, "--plateau", "2026-02-02", "--loading-weeks", "8"),
        "loading weeks",
    ),
    ("no week", (*NEURO, "--loading-weeks", "0"), "--loading-weeks"),
    ("weeks too many", (*NEURO, "--loading-weeks", "105"), "1 to 104"),
    ("weeks and a half", (*NEURO, "--loading-weeks", "8.5"), "8.5"),
    ("no month", (*FACTS, "--months", "0"), "--months"),
    ("months too many", (*FACTS, "--months", "601"), "1 to 600"),
    ("months and a half", (*FACTS, "--months", "1.5"), "1.5"),
    ("months and until", (*FACTS, "--months", "6", "--until", "2026-08-01"), "until"),
    ("until before the start", (*FACTS, "--until", "2026-01-04"), "--until"),
    ("until beyond 600 months", (*FACTS, "--until", "2076-01-06"), "--until"),
    ("an unknown drug", (*FACTS, "--drug", "b12"), "hydroxocobalamin, methylcobal"),
    ("an unknown interval", (*FACTS, "--interval", "53w"), "1w to 52w, or months"),
    (
        "given twice",
        (*FACTS, "--given", "2026-01-05", "--given", "5 Jan 2026"),
        "2026-01-05",
    ),
    ("given before the start", (*FACTS, "--given", "2026-01-04"), "--given"),
    ("given at the last dose", (*MAINTENANCE, "--given", "2026-01-05"), "--given"),
    (
        "given after as of",
        (*FACTS, "--given", "2026-01-07", "--as-of", "2026-01-06"),
        "--given",
    ),
    (
        "given after given through",
        (*FACTS, "--given", "2026-01-07", "--given-through", "2026-01-06"),
        "--given",
    ),
    (
        "given through before the start",
        (*FACTS, "--given-through", "2026-01-04"),
        "--given-through",
    ),
    (
        "given through after as of",
        (*FACTS, "--given-through", "2026-01-09", "--as-of", "2026-01-08"),
        "--given-through",
    ),
    ("an unknown weekday", (*FACTS, "--open", "mon-fry"), "--open"),
    ("no weekday", (*FACTS, "--open", ","), "--open"),
    ("an unknown holiday code", (*FACTS, "--holidays", "GB-ENK"), "GB-ENG"),
    ("an unknown country", (*FACTS, "--holidays", "UK"), "--holidays"),
    ("never open", (*FACTS, *closed("2026-01-05", "2026-03-07")), "2026-01-05"),
    ("an unknown view", (*FACTS, "--view", "grid"), "table, calendar, timeline"),
    ("an unknown format", (*FACTS, "--format", "xml"), "json, csv, md, ics"),
    ("an unknown suffix", (*FACTS, "-o", "plan.doc"), ".json, .csv, .md, .ics"),
    ("no suffix", (*FACTS, "-o", "plan"), "plan"),
    ("a file twice", (*FACTS, "-o", "a.json", "-o", "a.json"), "a.json"),
    ("a calendar of no one", (*FACTS, "-o", "plan.ics"), "--patient"),
    ("a calendar of no one, to stdout", (*FACTS, "--format", "ics"), "--patient"),
    ("a calendar's option alone", (*FACTS, "--time", "09:00"), "--time"),
    ("discreet without a calendar", (*FACTS, "--discreet"), "--discreet"),
    ("an unknown class", (*FACTS, "--format", "ics", "--class", "secret"), "--class"),
)
def test_input_that_cannot_be_used_is_refused(
    arguments: tuple[str, ...],
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Exit 2: one line that says what is wrong, one that says what to do; no file."""
    monkeypatch.chdir(tmp_path)
    is_error(here("plan", *arguments), 2, said)
    assert left_in(tmp_path) == set()


@pytest.mark.parametrize(
    "number", ["-1", "nan", "inf", "200.1", "1e2", "0x10", "50,5", "low", " 50", "٥٠"]
)
def test_an_egfr_that_is_no_number_from_0_to_200_is_refused(number: str) -> None:
    """0-200 mL/min/1.73 m², decimals allowed."""
    done = here("plan", "2026-01-05", "--no-neuro", "--egfr", number)
    is_error(done, 2, "--egfr: ", number, "0 to 200")


@pytest.mark.unmeasured
@pytest.mark.parametrize(
    "option",
    [
        *("--patient", "--last-dose", "--renal", "--egfr", "--drug", "--plateau"),
        *("--loading-weeks", "--interval", "--monthly-from", "--given"),
        *("--given-through", "--as-of", "--months", "--until", "--open", "--holidays"),
        *("--closed", "--class", "--remind", "--time", "--timezone", "--duration"),
        *("--view", "--format", "--output"),
    ],
)
def test_an_empty_value_is_not_taken_for_a_missing_one(option: str) -> None:
    """`--plateau ""`, as from an unset variable in a script, is a slip: exit 2."""
    is_error(here("plan", *NEURO, option, ""), 2, option)


@table(
    "arguments, said",
    ("an unknown command", ("plann", *FACTS), "plann"),
    ("an unknown option", ("plan", *FACTS, "--neural"), "--neural"),
    ("an option without its value", ("plan", *FACTS, "--given"), "--given"),
    ("a value for a flag", ("plan", *FACTS, "--all=yes"), "--all"),
    ("one argument too many", ("plan", *FACTS, "2026-01-06"), "2026-01-06"),
    ("an option before the command", ("--neuro", "plan"), "--neuro"),
    ("an unknown short option", ("plan", *FACTS, "-x"), "-x"),
)
def test_usage_errors_name_what_was_typed(
    arguments: tuple[str, ...], said: str
) -> None:
    """Exit 2, and where to look."""
    is_error(here(*arguments), 2, said, "--help")


TWICE = ("due", "2026-01-31", "--on", "2026-04-02")


@table(
    "arguments, said",
    (
        "neurology",
        ("plan", "2026-01-05", "--neuro", "--no-neuro", "--renal", "normal"),
        "--neuro: is stated twice, as yes and as no",
    ),
    (
        "renal status",
        ("plan", *FACTS, "--renal", "dialysis"),
        "--renal: is stated twice, as normal and as dialysis",
    ),
    (
        "the interval",
        (*TWICE, "--interval", "2m", "--interval", "3m"),
        "--interval: is stated twice, as 2m and as 3m",
    ),
    (
        "the reference",
        ("plan", *FACTS, "--patient", "A-17", "--patient", "A-71"),
        "--patient: is stated twice, as A-17 and as A-71",
    ),
)
def test_a_fact_that_is_stated_twice_and_differently_is_refused(
    arguments: tuple[str, ...], said: str
) -> None:
    """The last does not win in silence: which one is meant would be a guess."""
    is_error(here(*arguments), 2, said, "state the one that is meant")


def test_a_fact_may_be_stated_twice_and_of_other_options_the_last_counts() -> None:
    """There is nothing to choose; and scripts set defaults that people override."""
    plan = here("plan", *FACTS, "--format", "csv")
    again = ("--renal", "normal", "--format", "json", "--format", "csv")
    assert here("plan", *FACTS, *again) == plan
    assert plan.code == 0


@table(
    "arguments, said",
    ("due", ("due", "2026-01-05", "--off"), "b12sched due --help"),
    ("explain", ("explain", "--off"), "b12sched explain --help"),
    ("revise", ("revise", "--off"), "b12sched revise --help"),
    ("plan", ("plan", "--off"), "b12sched plan --help"),
)
def test_a_usage_error_points_to_the_help_of_its_own_command(
    arguments: tuple[str, ...], said: str
) -> None:
    """What to do after a slip in `due` is not in the help of `plan`."""
    is_error(here(*arguments), 2, said)


@table(
    "arguments, said",
    ("alone", (), "--neuro"),
    ("with a start", ("2026-01-05",), "--neuro"),
    ("with neurology", ("2026-01-05", "--neuro"), "--renal"),
)
def test_nothing_is_asked_without_a_terminal(
    arguments: tuple[str, ...], said: str
) -> None:
    """Not a terminal: a missing fact is exit 2, naming the option."""
    is_error(b12sched("plan", *arguments), 2, said)


def test_b12sched_alone_shows_its_help_and_counts_as_a_slip() -> None:
    """A command line without a command is a usage error."""
    done = here()
    assert done.code == 2
    assert "plan" in done.out + done.err
    assert "Traceback" not in done.err


# -- patient references ------------------------------------------------------------


@pytest.mark.unmeasured
@table(
    "reference",
    ("a newline", "A\n17"),
    ("a carriage return", "A\r17"),
    ("a tab", "A\t17"),
    ("an escape", "A\x1b[31m17"),
    ("a NUL", "A\x0017"),
    ("a delete", "A\x7f17"),
    ("a C1 control", "A\x9b31m"),
    ("a right-to-left override", "A\u202e17"),
    ("an isolate", "A\u206617"),
    ("a line separator", "A\u202817"),
    ("a zero-width space", "A\u200b17"),
    ("a lone surrogate", "A\udcff"),
    ("65 characters", "A" * 65),
    ("blank", "   "),
    ("a formula", "=1+1"),
    ("a plus", "+17"),
    ("a minus", "-17"),
    ("an at", "@17"),
    ("space before", " A-17"),
)
def test_a_reference_that_could_do_harm_is_refused(reference: str) -> None:
    """1-64 printable characters, not blank, no formula; the error shows it safely."""
    done = here("plan", *FACTS, "--patient", reference)
    is_error(done, 2, "--patient: ")
    assert all(c.isprintable() or c == "\n" for c in done.err)


@pytest.mark.unmeasured
@table(
    "reference",
    ("plain", "A-17"),
    ("one character", "7"),
    ("64 characters", "é" * 64),
    ("markup", "[red]A[/red]"),
    ("unclosed markup", "[/]"),
    ("an emoji name", ":smile:"),
    ("HTML", "<b>&amp;</b>"),
    ("a path", "../../etc/passwd"),
    ("quotes", 'O\'Neill "Jo"'),
    ("a percent sign", "100%s{0}"),
    ("wide letters", "患者十七"),
    ("a backslash", "A\\n17"),
    ("a semicolon", "A;B"),
)
def test_a_reference_is_shown_as_it_was_typed(reference: str) -> None:
    """User text is data: never markup, in no view and no format."""
    name = ("--patient", reference)
    assert plan_json(*FACTS, *name)["patient"] == reference
    for view in ("table", "calendar", "timeline"):
        done = here("plan", *FACTS, *name, "--view", view, COLUMNS="200")
        assert (done.code, done.err) == (0, "")
        assert reference in done.out


def test_a_reference_that_is_not_utf8_is_refused() -> None:
    """Bytes that are no text reach the program as lone surrogates."""
    done = b12sched("plan", *FACTS, "--patient", b"A\xff17")
    is_error(done, 2, "--patient: ")


# -- exit 3: refused on clinical grounds -------------------------------------------


@table(
    "arguments, said",
    (
        "cyanocobalamin, impaired",
        ("2026-01-05", "--no-neuro", "--egfr", "59", "--drug", "cyanocobalamin"),
        ("RENAL-CYANO", "hydroxocobalamin", "methylcobalamin"),
    ),
    (
        "cyanocobalamin, unknown",
        (*FACTS[:2], "--renal", "unknown", "--drug", "cyanocobalamin"),
        ("RENAL-CYANO", "hydroxocobalamin", "methylcobalamin"),
    ),
    ("3m with neurology", (*NEURO, "--interval", "3m"), ("NEURO-INTERVAL", "2 months")),
    ("12w with neurology", (*MAINTENANCE, "--interval", "12w"), ("NEURO-INTERVAL",)),
    ("cyanocobalamin, 2m", (*CYANO, "--interval", "2m"), ("CYANO-INTERVAL", "1m")),
)
def test_a_plan_refused_on_clinical_grounds_writes_nothing(
    arguments: tuple[str, ...],
    said: tuple[str, ...],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Exit 3: the rule, its source and what to do; no data, no file."""
    monkeypatch.chdir(tmp_path)
    done = here("plan", *arguments, "--patient", "A", "-o", "a.json", "-o", "a.ics")
    is_error(done, 3, *said)
    assert "(" in done.err.splitlines()[0], "the source stands beside the rule"
    assert left_in(tmp_path) == set()


@table(
    "arguments, code",
    ("a field before a refusal", (*NEURO, "--interval", "3m", "--until", "x"), 2),
    ("a combination", (*FACTS, "--egfr", "9", "--drug", "cyanocobalamin"), 2),
    ("dates worked out", (*NEURO, "--interval", "3m", "--until", "2020-01-01"), 3),
)
def test_input_is_checked_before_it_is_judged(
    arguments: tuple[str, ...], code: int
) -> None:
    """Fields and combinations (2), refusals (3), what dates show (2), in that order."""
    is_error(here("plan", *arguments), code)


# -- exit 1: the machine, and faults of the program --------------------------------


def test_a_fault_of_the_program_shows_neither_a_traceback_nor_what_it_held(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Exit 1; locals and messages hold patient data and are not printed."""

    def broken(case: object, clinic: object) -> None:
        secret = f"Mrs Smith {case}"
        raise ZeroDivisionError(secret)

    monkeypatch.setattr("b12sched.commands.plan.build", broken)
    done = here("plan", *FACTS, "--patient", "A-17")
    assert done.code == 1
    assert done.out == ""
    assert "ZeroDivisionError" in done.err
    assert len(done.err.splitlines()) == 2
    for private in ("Smith", "A-17", "secret", "Traceback"):
        assert private not in done.err


def test_an_interruption_is_one_clean_word(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C while a plan is worked out: exit 1, no traceback."""

    def interrupted(case: object, clinic: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("b12sched.commands.plan.build", interrupted)
    done = here("plan", *FACTS)
    assert done.code == 1
    assert done.out == ""
    assert "Traceback" not in done.err
    assert done.err


@pytest.mark.parametrize("text", ["yesterday", "1e9", "9" * 30, "", "-9" + "9" * 20])
def test_a_wrong_source_date_epoch_is_named(text: str) -> None:
    """SOURCE_DATE_EPOCH fixes DTSTAMP; what is no number of seconds is exit 2."""
    calendar = ("--patient", "A-17", "--format", "ics")
    done = here("plan", *FACTS, *calendar, SOURCE_DATE_EPOCH=text)
    is_error(done, 2, "SOURCE_DATE_EPOCH")


def test_a_source_date_epoch_fixes_the_time_of_writing() -> None:
    """The same epoch, the same bytes; another epoch, another DTSTAMP."""
    arguments = ("plan", *FACTS, "--patient", "A-17", "--format", "ics")
    one = here(*arguments, SOURCE_DATE_EPOCH="0")
    assert (one.code, one.err) == (0, "")
    assert "DTSTAMP:19700101T000000Z" in one.out
    assert (
        "DTSTAMP:20010909T014640Z"
        in here(*arguments, SOURCE_DATE_EPOCH="1000000000").out
    )


def test_without_a_calendar_the_time_of_writing_does_not_matter() -> None:
    """It is in DTSTAMP alone: without facts another day is the same plan."""
    for epoch in ("0", "1000000000"):
        done = here("plan", *FACTS, "--format", "json", SOURCE_DATE_EPOCH=epoch)
        assert json_of(done) == plan_json(*FACTS)


def test_a_day_that_is_none_is_an_error_without_a_calendar_too() -> None:
    """SOURCE_DATE_EPOCH says after which day a fact is in the future."""
    done = here("plan", *FACTS, "--format", "json", SOURCE_DATE_EPOCH="yesterday")
    is_error(done, 2, "SOURCE_DATE_EPOCH")


@table(
    "facts, field, day",
    ("given", (*FACTS, "--given", "2026-01-06"), "given", "2026-01-06"),
    (
        "given through",
        (*FACTS, "--given-through", "2026-01-06"),
        "given_through",
        "2026-01-06",
    ),
    ("plateau", (*NEURO, "--plateau", "2026-01-06"), "plateau", "2026-01-06"),
    (
        "last dose",
        ("--last-dose", "2026-01-06", "--no-neuro", "--renal", "normal"),
        "last_dose",
        "2026-01-06",
    ),
)
def test_a_fact_after_today_is_an_error(
    facts: tuple[str, ...], field: str, day: str
) -> None:
    """Today is that of SOURCE_DATE_EPOCH, or a later as of that is stated."""
    yesterday = {"SOURCE_DATE_EPOCH": "1767657599"}  # 23:59:59 on 5 January 2026, UTC
    option = f"--{field.replace('_', '-')}"
    done = here("plan", *facts, **yesterday)
    is_error(done, 2, option, f"{day} is after today, 2026-01-05")
    assert here("plan", *facts, "--as-of", day, **yesterday).code == 0
    assert here("plan", *facts, SOURCE_DATE_EPOCH="1767657600").code == 0


@table(
    "arguments",
    ("an option", ("plan", "--\x1b[31mred")),
    ("a command", ("\x1b[31mred",)),
    ("an argument", ("plan", "2026-01-05", "x", "\x1b[31mred\n\n\n")),
    ("a date", ("due", "\x1b[31mred")),
    ("a rule", ("explain", "\x1b[31mred")),
    ("a file to read", ("revise", "\x1b[31mred")),
    ("a file to write", ("plan", *FACTS, "-o", "\x1b[31mred")),
    ("a directory", ("plan", *FACTS, "-o", "\x1b[31mred/a.json")),
    ("a view", ("plan", *FACTS, "--view", "\x1b[31mred\u202e")),
    ("a weekday", ("plan", *FACTS, "--open", "\x1b[31mred")),
    ("a holiday code", ("plan", *FACTS, "--holidays", "\x1b[31mred")),
    ("a class", ("plan", *FACTS, "--format", "ics", "--class", "\x1b[31mred")),
    ("a start", ("plan", "\x1b[31mred", *FACTS[1:])),
    ("a time", ("plan", *FACTS, "--format", "ics", "--time", "\x1b[31mred")),
    ("a reminder", ("plan", *FACTS, "--format", "ics", "--remind", "\x1b[31mred")),
    ("an argument too many", ("explain", "MAINT", "\x1b[31mred", "\u202egnp")),
)
def test_an_error_shows_what_was_typed_without_obeying_it(
    arguments: tuple[str, ...],
) -> None:
    """An escape is spelt out: in a pipe it would be lost, on a terminal obeyed."""
    done = here(*arguments)
    is_error(done, done.code, "\\x1b[31mred")
    assert done.code in (1, 2)
    assert "\u202e" not in done.err


@table(
    "arguments",
    ("a date", ("plan", "x" * 100_000, *FACTS[1:])),
    ("a patient", ("plan", *FACTS, "--patient", "x" * 100_000)),
    ("a rule", ("explain", "x" * 100_000)),
    ("a command", ("x" * 100_000,)),
    ("an option", ("plan", "--" + "x" * 100_000)),
    ("an argument", ("plan", *FACTS, "x" * 100_000)),
)
def test_an_error_does_not_repeat_a_text_without_end(
    arguments: tuple[str, ...],
) -> None:
    """What is wrong is named, not poured out: a message stays a few lines long."""
    done = here(*arguments)
    is_error(done, 2, "xxx")
    assert len(done.err) < 5000


def test_run_is_what_the_console_script_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    """`main` ends the process with the exit code of `run`."""
    monkeypatch.setattr("sys.argv", ["b12sched", "explain", "no-such-rule"])
    monkeypatch.setattr(cli, "stop_on_signals", lambda: None)  # those of this process
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 2
