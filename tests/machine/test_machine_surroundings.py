"""Clock, language and environment of the machine: the same bytes, or a clear error.

The clock is moved by libfaketime where it is installed; what the environment holds is
met by a process of its own, as Python reads much of it before the program starts.
The short run tries several environments at once, the long one each by itself.
"""

from __future__ import annotations

import subprocess
from datetime import date
from pathlib import Path
from unittest import mock

import pytest
from _pytest.mark import ParameterSet
from cli import FACTS, NEURO, Done, command, here, is_error, surroundings
from cohorts import cohort, errors_in, manifest_in, neuro, piped, standard
from disks import files_in
from spec import table

from b12sched.commands.terminal import width


def alone(*arguments: str, **env: str) -> Done:
    """The command in a process of its own, with patience for a busy machine."""
    return piped(b"", *arguments, **env)


# -- the clock ------------------------------------------------------------------------

FAKETIME = next(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"), None)


def at(moment: str, *arguments: str, **env: str) -> Done:
    """The command on a machine whose clock stands at a moment, where its TZ is."""
    faked = {"LD_PRELOAD": str(FAKETIME), "FAKETIME": moment}
    return alone(*arguments, **{"TZ": "UTC", **faked, **env})


@pytest.mark.needs_faketime
@table(
    "moment, zone, last, said",
    (
        "a leap day",
        *("2028-02-29 12:00:00", "UTC", "2027-12-29"),
        "Due        Tue 2028-02-29  give it now",
    ),
    (
        "the last second of a year",
        *("2026-12-31 23:59:59", "UTC", "2026-11-01"),
        "Not due    Thu 2026-12-31  1 day to go",
    ),
    (
        "the first second of a year",
        *("2027-01-01 00:00:00", "UTC", "2026-11-01"),
        "Due        Fri 2027-01-01  give it now",
    ),
    (
        "the hour that summer time skips",
        *("2026-03-29 01:30:00", "Europe/London", "2026-01-29"),
        "Due        Sun 2026-03-29  give it now",
    ),
    (
        "the hour that winter time repeats",
        *("2026-10-25 01:30:00", "Europe/London", "2026-08-25"),
        "Due        Sun 2026-10-25  give it now",
    ),
    (
        "the day that Samoa did not have",
        *("2011-12-31 00:00:01", "Pacific/Apia", "2011-10-30"),
        "Overdue    Sat 2011-12-31  by 1 day",
    ),
    (
        "the first day of all",
        *("1900-01-01 00:00:00", "UTC", "1900-01-01"),
        "Not due    Mon 1900-01-01  59 days to go",
    ),
    (
        "the last day of all",
        *("2200-12-31 23:59:59", "UTC", "2200-10-31"),
        "Due        Wed 2200-12-31  give it now",
    ),
)
def test_today_is_the_date_where_the_user_is(
    moment: str, zone: str, last: str, said: str
) -> None:
    """`due` without `--on`: the clock's date in the machine's time zone."""
    done = at(f"@{moment}", "due", last, TZ=zone)
    assert (done.code, done.err) == (0, "")
    assert f"\n{said}" in done.out


@pytest.mark.needs_faketime
@table(
    "moment",
    ("before the first year", "@1899-12-31 12:00:00"),
    ("after the last year", "@2201-01-01 00:00:00"),
    ("at the end of all dates", "@9999-12-31 23:59:59"),
)
@table(
    "arguments",
    ("today's date", ("due", "2026-01-05")),
    (
        "a moment of writing",
        ("plan", *FACTS, "--patient", "A-17", "--format", "ics"),
    ),
)
def test_a_clock_that_cannot_be_right_is_an_error(
    arguments: tuple[str, ...], moment: str
) -> None:
    """Exit 1: the machine is at fault; how to do without its clock is told."""
    done = at(moment, *arguments)
    is_error(done, 1, "the clock of this machine", "--on", "SOURCE_DATE_EPOCH")
    if arguments[0] == "due":
        done = at(moment, *arguments, "--on", "2026-03-05")
    else:
        done = at(moment, *arguments, SOURCE_DATE_EPOCH="0")
    assert done.code == 0


@table(
    "moment, said",
    ("a year too early", date(1899, 12, 31), "1899-12-31"),
    ("a year too late", date(2201, 1, 1), "2201-01-01"),
    ("no date at all", OverflowError(), "a date that does not exist"),
)
def test_a_clock_out_of_range_is_named(moment: object, said: str) -> None:
    """Without libfaketime: what Python says of the clock."""
    with mock.patch("b12sched.commands.environment.dt.date", spec=date) as clock:
        clock.today.side_effect = [moment]
        is_error(here("due", "2026-01-05"), 1, f"the clock of this machine says {said}")


def stamp_of(epoch: str) -> str:
    """The DTSTAMP of a calendar that is written then."""
    arguments = ("plan", *FACTS, "--patient", "A-17", "--format", "ics")
    done = here(*arguments, SOURCE_DATE_EPOCH=epoch)
    assert done.code == 0, done.err
    stamps = {line for line in done.out.splitlines() if line.startswith("DTSTAMP")}
    (only,) = stamps
    return only.removeprefix("DTSTAMP:")


@table(
    "epoch, stamp",
    ("the beginning", "0", "19700101T000000Z"),
    ("a second before", "-1", "19691231T235959Z"),
    ("minus nothing", "-0", "19700101T000000Z"),
    ("noughts before it", "0000000060", "19700101T000100Z"),
    ("a leap day", "1709208000", "20240229T120000Z"),
    ("beyond 32 bits", "2147483648", "20380119T031408Z"),
    ("the first second of 1900", "-2208988800", "19000101T000000Z"),
    ("the last second of 2200", "7289654399", "22001231T235959Z"),
)
def test_an_epoch_is_a_moment(epoch: str, stamp: str) -> None:
    """SOURCE_DATE_EPOCH counts seconds from 1970, before it with a minus."""
    assert stamp_of(epoch) == stamp


@pytest.mark.parametrize(
    "epoch",
    [
        *("-2208988801", "7289654400", "-62135596800", "253402300799", "9" * 5000),
        *("", " ", " 5", "5 ", "+5", "1_000", "٣", "0x10", "1.5", "1e3", "nan", "--1"),
        *("5\n", "2026-01-05", "$(date)"),
    ],
)
def test_an_epoch_that_is_none_is_an_error(epoch: str) -> None:
    """Exit 2: no digits of ASCII, or a year whose stamp no calendar could hold."""
    arguments = ("plan", *FACTS, "--patient", "A-17", "--format", "ics")
    done = here(*arguments, SOURCE_DATE_EPOCH=epoch)
    is_error(done, 2, "SOURCE_DATE_EPOCH", "is not a number of seconds")


@pytest.mark.needs_faketime
def test_a_clock_that_was_set_back_raises_the_sequence_all_the_same(
    tmp_path: Path,
) -> None:
    """A changed event has SEQUENCE + 1 and the stamp that the clock says."""
    path = tmp_path / "a.ics"
    arguments = ("plan", *FACTS, "--patient", "A-17", "-o", str(path))
    assert at("@2026-06-01 10:00:00", *arguments).code == 0
    assert at("@2020-01-01 10:00:00", *arguments).code == 0
    assert b"DTSTAMP:2020" not in path.read_bytes()
    moved = (*arguments, "--given", "2026-01-06", "--as-of", "2026-01-06")
    assert at("@2020-01-01 10:00:00", *moved).code == 0
    assert b"DTSTAMP:20200101T1000" in path.read_bytes()
    assert b"SEQUENCE:1" in path.read_bytes()
    assert b"SEQUENCE:2" not in path.read_bytes()


# -- the environment ------------------------------------------------------------------

AS_IT_IS = {"PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
"""Python does not turn a language of few letters into UTF-8."""

LOCALES = ("tr_TR.UTF-8", "ar_EG.UTF-8", "de_DE.UTF-8", "fr_FR.UTF-8")


def environments() -> dict[str, dict[str, str]]:
    """What a machine may have set, by what is odd about it."""
    found = {
        f"{name}={value[:20]}": {name: value}
        for name, values in {
            "LC_ALL": ("C", "POSIX", "C.UTF-8", *LOCALES, "xx_YY.nope", ""),
            "LANG": ("C", "tr_TR.UTF-8"),
            "PYTHONIOENCODING": ("ascii", "ascii:strict", "utf-16", "latin-1"),
            "PYTHONUTF8": ("1",),
            "PYTHONHASHSEED": ("0", "1", "random"),
            "PYTHONOPTIMIZE": ("2",),
            "HOME": ("", "/nonexistent", "/dev/null", "relative", "/proc"),
            "XDG_CONFIG_HOME": ("", "relative", "~", "/dev/null", "a" * 5000),
            "TZ": (
                "",
                ":",
                "Nonsense/Zone",
                "x" * 3000,
                "<+99>-99",
                "../../etc/passwd",
            ),
            "TERM": ("", "unknown", "dumb", "x" * 3000),
            "COLUMNS": ("", "1", "0", "abc", "100000", "9" * 30, "-5"),
            "LINES": ("0", "abc", "100000"),
            "TMPDIR": ("", "/nonexistent", "/dev/null"),
        }.items()
        for value in values
    }
    for name in LOCALES:
        found[f"{name}, taken as it is"] = {"LC_ALL": name, **AS_IT_IS}
    return found


ENVIRONMENTS = environments()
EPOCH = "1770000000"
OUTPUTS = [f"-oa.{suffix}" for suffix in ("json", "csv", "md", "html", "fhir.json")]
COMMANDS = (
    (0, ("plan", *NEURO, "--patient", "Zoë İi", *OUTPUTS, "-oa.ics")),
    (0, ("revise", "a.json", "--given", "5 Jan 2026", "-oa.ics")),
    (4, ("batch", "rows.csv", "-o", "out", "--jobs", "1")),
    (
        4,
        (
            *("worklist", "rows.csv", "--from", "2026-01-05", "--to", "2026-02-05"),
            *("-ow.ics", "-ow.csv", "-ow.json", "-ow.md"),
        ),
    ),
    (0, ("forecast", "good.csv", "--from", "2026-01-05", "--months", "3", "-of.json")),
    (2, ("plan", "03/04/2026", *FACTS[1:], "-o", "never.json")),
    (3, ("plan", *NEURO, "--interval", "3m", "-o", "never.json")),
    (0, ("due", "2026-01-05", "--on", "2026-03-05", "--format", "json")),
)


IN_TURN = """
import pathlib, sys
from b12sched.cli import main
codes = []
for words in eval(sys.argv[1]):
    sys.argv[1:] = words
    try:
        main()
    except SystemExit as end:
        codes.append(end.code)
pathlib.Path("codes").write_text(repr(codes), "utf-8")
"""


def everything(
    directory: Path, env: dict[str, str], *, alone: bool
) -> dict[str, bytes]:
    """What all commands write there, and say to a program, with their exit codes.

    Unless each has a process of its own, those between the first, whose arguments are
    hard to read, and the last, whose output is, are run by one.
    """
    directory.mkdir()
    good = (standard("A"), neuro("Zoë"), standard("TITLE"))
    cohort(directory, *good, name="good.csv")
    again = standard("title")  # in Turkish, I is no capital i
    cohort(directory, *good, again, standard("B", start="1 Mai 2026"), name="rows.csv")
    (_, *codes, _), (_, *between, _) = zip(*COMMANDS, strict=True)
    program = [*command()[:-2], "-c", IN_TURN, repr(between)]
    lines = [(code, command(*words)) for code, words in COMMANDS]
    if not alone:
        lines[1:-1] = [(0, program)]
    for code, line in lines:
        done = subprocess.run(
            line,
            env=surroundings(SOURCE_DATE_EPOCH=EPOCH) | env,
            cwd=directory,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            timeout=60,
        )
        assert done.returncode == code, (line, done.stderr)
        assert b"Traceback" not in done.stderr
        assert b"unexpected" not in done.stderr
        (directory / "due.json").write_bytes(done.stdout)
    if not alone:
        assert (directory / "codes").read_text("utf-8") == repr(codes)
        (directory / "codes").unlink()
    return files_in(directory)


@pytest.fixture(scope="module")
def usual(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What all commands write in an ordinary environment."""
    return everything(tmp_path_factory.mktemp("usual") / "here", {}, alone=True)


def test_the_usual_files_are_all_there(usual: dict[str, bytes]) -> None:
    """The comparison below is of something."""
    assert {"a.ics", "a.fhir.json", "w.ics", "f.json", "due.json"} <= usual.keys()
    assert {"out/A.ics", "out/Zoë.ics", "out/errors.csv"} <= usual.keys()
    assert b"title" in usual["out/errors.csv"]
    assert usual["out/errors.csv"].count(b"\n") == 3
    assert "never.json" not in usual


ODD = list(ENVIRONMENTS)
TOGETHER = 4
"""Environments that are tried at once: the last of two values wins."""

VIEWS = ("table", "calendar", "timeline")


def environment(*names: str, slow: bool) -> ParameterSet:
    """Those oddities at once, as a parameter; it needs the locale that is set."""
    env = {k: v for name in names for k, v in ENVIRONMENTS[name].items()}
    marks = [pytest.mark.slow] if slow else []
    if env.get("LC_ALL") in LOCALES:
        marks.append(pytest.mark.needs_locales(env["LC_ALL"]))
    return pytest.param(env, id=" and more, ".join(names[:2]), marks=marks)


@pytest.mark.parametrize(
    "env",
    [
        *(environment(*ODD[n::TOGETHER], slow=False) for n in range(TOGETHER)),
        *(environment(name, slow=True) for name in ODD),
    ],
)
def test_no_environment_changes_a_byte(
    env: dict[str, str], usual: dict[str, bytes], tmp_path: Path
) -> None:
    """Every file is the same, every exit code as documented, and no traceback."""
    assert everything(tmp_path / "here", env, alone=False) == usual


def seen_in(at: int, view: str, name: str) -> ParameterSet:
    """A view in an environment: of every sixth one view, the others are slow."""
    usual = at % 6 == 0 and view == VIEWS[at // 6 % len(VIEWS)]
    marks = [] if usual else [pytest.mark.slow]
    return pytest.param(view, name, id=f"{view} where {name}", marks=marks)


@pytest.mark.parametrize(
    ("view", "name"),
    [seen_in(at, view, name) for view in VIEWS for at, name in enumerate(ODD)],
)
def test_a_view_is_shown_in_any_environment(view: str, name: str) -> None:
    """On the screen: exit 0, each date whole, and no traceback."""
    done = subprocess.run(
        command("plan", *NEURO, "--view", view, "--all"),
        env=surroundings(**ENVIRONMENTS[name]),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    encoding = "utf-16" if "utf-16" in name else "latin-1"
    assert "2026-01-05" in done.stdout.decode(encoding)


@pytest.mark.unmeasured
@pytest.mark.parametrize("name", [n for n in ODD if n.startswith(("HOME", "XDG"))])
def test_without_a_home_there_are_no_defaults_and_no_failure(name: str) -> None:
    """The usual place cannot be looked at, so nothing is there."""
    env = ENVIRONMENTS[name] | {"B12SCHED_CONFIG": ""}
    arguments = ("plan", *FACTS, "--format", "json")
    assert here(*arguments, **env) == here(*arguments)


def test_a_machine_without_memory_is_told() -> None:
    """Exit 1: that is no fault of the program to be reported."""
    with mock.patch("b12sched.commands.plan.build", side_effect=MemoryError):
        is_error(here("plan", *FACTS), 1, "this machine has no memory left")


@table(
    "columns, expected",
    ("no number", "abc", 80),
    ("nothing", "0", 80),
    ("one", "1", 40),
    ("many", "100000", 1000),
    ("more than a number of the machine's holds", "9" * 30, 1000),
)
def test_a_width_is_one_that_can_be_read(
    columns: str, expected: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At least 40, at most 1000: a line of a billion columns needs a billion bytes."""
    monkeypatch.setenv("COLUMNS", columns)
    with mock.patch("os.get_terminal_size", side_effect=OSError):
        assert width() == expected


def test_a_reference_that_cannot_name_a_file_in_the_machine_s_language_is_told(
    tmp_path: Path,
) -> None:
    """Its row fails (exit 4), the others are delivered; a plan for it is exit 1."""
    path = cohort(tmp_path, standard("A"), standard("Zoë"), standard("B"))
    out = tmp_path / "out"
    words = ("batch", str(path), "-o", str(out), "--jobs", "1")
    done = alone(*words, LC_ALL="C", **AS_IT_IS)
    assert done.code == 4, done.err
    assert [line["patient"] for line in manifest_in(out)] == ["A", "B"]
    (wrong,) = errors_in(out)
    assert "cannot name a file here" in wrong["error_text"]
    assert "C.UTF-8" in wrong["error_hint"]
    assert alone(*words).code == 0
    assert (out / "Zoë.ics").exists()


@pytest.mark.needs_locales("tr_TR.UTF-8")
def test_in_turkish_too_a_reference_in_capitals_is_the_same_reference(
    tmp_path: Path,
) -> None:
    """There `I` is no capital `i`: Python's own reading of SQL goes wrong by it."""
    path = cohort(tmp_path, standard("TITLE"), standard("B"), standard("title"))
    words = ("batch", str(path), "-o", str(tmp_path / "out"), "--jobs", "1")
    done = alone(*words, LC_ALL="tr_TR.UTF-8")
    assert done.code == 4, done.err
    (wrong,) = errors_in(tmp_path / "out")
    assert wrong["error_text"] == (
        "title is already the patient of row 2 (there TITLE)"
    )
    assert not (tmp_path / "out" / "title.ics").exists()
