"""Where output goes and what becomes of it: streams, terminals, widths, files, help."""

from __future__ import annotations

import importlib.metadata
import json
import os
import re
import stat
import subprocess
import sys
from datetime import date
from pathlib import Path
from unittest import mock

import pytest
from cli import (
    ESC,
    FACTS,
    NEURO,
    Done,
    b12sched,
    command,
    here,
    is_error,
    left_in,
    on_terminal,
    plan_json,
    shell,
    surroundings,
)
from rich.cells import cell_len
from spec import table

from b12sched import __version__

COMMANDS = ("plan", "revise", "due", "explain")
VIEWS = ("table", "calendar", "timeline")
COURSE = (*NEURO, "--patient", "A-17", "--open", "mon-fri")


def plan_to(*paths: Path | str, more: tuple[str, ...] = ()) -> Done:
    """A standard plan written to each of the paths."""
    options = [part for path in paths for part in ("-o", str(path))]
    return here("plan", *FACTS, "--patient", "A-17", *options, *more)


def plain(screen: str) -> str:
    """The text of a terminal without its colours."""
    return re.sub(r"\x1b\[[\d;]*m", "", screen)


# -- widths ------------------------------------------------------------------------


@pytest.mark.unmeasured
@pytest.mark.parametrize("columns", [40, 57, 80, 120])
@pytest.mark.parametrize("view", VIEWS)
def test_a_view_is_as_wide_as_the_screen_and_cuts_nothing(
    view: str, columns: int
) -> None:
    """No date, drug or number is cut short or wrapped inside itself at 40 or more."""
    done = here("plan", *COURSE, "--all", "--view", view, COLUMNS=str(columns))
    assert (done.code, done.err) == (0, "")
    lines = [line for line in done.out.splitlines() if "://" not in line]
    assert max(map(cell_len, lines)) <= columns
    assert "…" not in done.out
    assert "hydroxocobalamin" in done.out
    assert not re.search(r"\b2\d{3}-(\d|\d\d-\d?)?$", done.out, re.MULTILINE)
    assert not re.search(r"^\W*-?\d\d-\d\d\b", done.out, re.MULTILINE)


@pytest.mark.parametrize("columns", [40, 80, 120])
def test_the_table_shows_every_date_whole_at_every_width(columns: int) -> None:
    """Dates are shown as ISO with the weekday beside them."""
    done = here("plan", *COURSE, "--all", COLUMNS=str(columns))
    for event in plan_json(*COURSE)["events"]:
        day = date.fromisoformat(event["date"])
        assert f"{day:%a} {day}" in done.out


@pytest.mark.unmeasured
@pytest.mark.parametrize("columns", ["1", "0", "-5", "wide", "", "39"])
def test_a_width_that_is_none_is_no_error(columns: str) -> None:
    """Narrower than 40 is shown as at 40; what is no number is left aside."""
    done = here("plan", *COURSE, COLUMNS=columns)
    assert (done.code, done.err) == (0, "")
    expected = "40" if columns in ("1", "39") else "80"
    assert done.out == here("plan", *COURSE, COLUMNS=expected).out


@pytest.mark.parametrize("columns", [40, 120])
@pytest.mark.parametrize("term", ["xterm", "dumb"])
def test_a_view_takes_the_width_of_the_terminal(term: str, columns: int) -> None:
    """On a terminal its own size counts, and lines are not broken by it."""
    shown = on_terminal("plan", *COURSE, columns=columns, TERM=term)
    assert shown.code == 0
    widest = max(map(cell_len, plain(shown.screen).splitlines()))
    assert columns - 15 < widest <= columns


@pytest.mark.parametrize("columns", [40, 120])
def test_questions_and_errors_take_the_width_of_the_terminal(columns: int) -> None:
    """What is said beside the plan fits the terminal as the plan does."""
    answers = (("> ", "03/04/2026\n"), ("> ", "\x04"))
    shown = on_terminal("plan", answers=answers, columns=columns)
    assert shown.code == 1
    assert max(map(cell_len, plain(shown.screen).splitlines())) <= columns
    assert re.search(r"2026-04-03\s+or\s+2026-03-04", shown.screen)


def test_errors_fit_the_terminal_where_the_data_goes_to_a_file() -> None:
    """The width is that of the stream, not of the file that has none."""
    arguments = ("plan", "03/04/2026", *FACTS[1:], "--format", "csv")
    shown = on_terminal(*arguments, columns=44, to_file=True)
    assert shown.code == 2
    widest = max(map(cell_len, plain(shown.screen).splitlines()))
    assert 30 < widest <= 44


def test_formats_for_programs_do_not_look_at_the_width() -> None:
    """The same bytes at every width."""
    for name in ("json", "csv", "md"):
        arguments = ("plan", *COURSE, "--format", name)
        assert here(*arguments, COLUMNS="40") == here(*arguments, COLUMNS="200")


# -- colour ------------------------------------------------------------------------


@table(
    "arguments",
    ("the table", ("plan", *COURSE)),
    ("the help", ("--help",)),
    ("an error", ("plan", "--wrong")),
    ("explain", ("explain",)),
    slow=(
        ("the calendar", ("plan", *COURSE, "--view", "calendar")),
        ("the timeline", ("plan", *COURSE, "--view", "timeline")),
        ("the help of plan", ("plan", "--help")),
        ("no command", ()),
        ("due", ("due", "2026-01-05")),
    ),
)
def test_no_escape_reaches_a_pipe_even_if_colour_is_forced(
    arguments: tuple[str, ...],
) -> None:
    """No ESC byte in a pipe: what reads it is a program."""
    colourful = {"FORCE_COLOR": "1", "CLICOLOR_FORCE": "1", "TERM": "xterm-256color"}
    done = b12sched(*arguments, **colourful, PY_COLORS="1", GITHUB_ACTIONS="true")
    assert ESC not in done.out + done.err


def test_a_terminal_has_colour() -> None:
    """Human output goes to a terminal with Rich."""
    shown = on_terminal("plan", *COURSE)
    assert f"{ESC}[" in shown.screen


def test_no_color_takes_the_colour_away() -> None:
    """NO_COLOR is honoured: no colour, on a terminal either."""
    shown = on_terminal("plan", *COURSE, NO_COLOR="1")
    assert shown.code == 0
    codes = set(re.findall(r"\x1b\[([\d;]*)m", shown.screen))
    colours = {
        c for code in codes for c in code.split(";") if c.startswith(("3", "4", "9"))
    }
    assert not {colour for colour in colours if len(colour) > 1}


@table(
    "arguments",
    ("the table", ("plan", *COURSE)),
    ("the calendar", ("plan", *COURSE, "--view", "calendar")),
    ("questions and errors", ("plan", "03/04/2026", "--neuro", "--renal", "normal")),
)
def test_a_dumb_terminal_gets_text_alone(arguments: tuple[str, ...]) -> None:
    """TERM=dumb is honoured: not one escape."""
    shown = on_terminal(*arguments, TERM="dumb")
    assert shown.code in (0, 2)
    assert ESC not in shown.screen
    assert "2026-0" in shown.screen


def test_a_view_is_the_same_text_on_a_terminal_and_in_a_pipe() -> None:
    """Colour never carries what the text does not."""
    shown = on_terminal("plan", *COURSE)
    piped = b12sched("plan", *COURSE).out
    assert [line.rstrip() for line in plain(shown.screen).splitlines()] == [
        line.rstrip() for line in piped.splitlines()
    ]


# -- pipes, full disks, encodings --------------------------------------------------

LONG = ("plan", *NEURO, "--months", "600", "--format", "json")


@table(
    "arguments",
    ("much data", LONG),
    ("a view", ("plan", *NEURO, "--months", "600", "--all")),
    ("a little", ("--version",)),
    ("the help", ("plan", "--help")),
    ("a rule", ("explain",)),
)
def test_a_closed_pipe_ends_the_command_quietly(arguments: tuple[str, ...]) -> None:
    """`b12sched ... | head -1` is no failure: exit 0, nothing on stderr."""
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run(
            command(*arguments),
            env=surroundings(),
            stdin=subprocess.DEVNULL,
            stdout=writing,
            stderr=subprocess.PIPE,
            check=False,
            timeout=20,
        )
    finally:
        os.close(writing)
    assert done.stderr == b""
    assert done.returncode == 0


def test_head_takes_what_it_wants() -> None:
    """`| head -1`: the first line, and not a word on stderr."""
    done = shell('"$@" | head -1', *LONG)
    assert (done.out, done.err) == ("{\n", "")


@pytest.mark.measured
@pytest.mark.needs_full_device
@table(
    "arguments",
    ("a view", ("plan", *FACTS)),
    ("data", ("plan", *FACTS, "--format", "json")),
    ("due", ("due", "2026-01-05")),
    ("explain", ("explain",)),
    ("the version", ("--version",)),
    ("the help", ("plan", "--help")),
)
def test_a_full_disk_behind_stdout_is_one_clear_error(
    arguments: tuple[str, ...],
) -> None:
    """I/O failure: exit 1, what and what to do, once."""
    done = shell('"$@" >/dev/full', *arguments)
    is_error(done, 1, "no space left")


@pytest.mark.measured
@pytest.mark.needs_full_device
@table(
    "line, code",
    ("a full stderr", '"$@" 2>/dev/full', 2),
    ("a closed stderr", '"$@" 2>&-', 2),
    ("no open stream at all", '"$@" <&- >&- 2>&-', 2),
)
def test_an_error_that_cannot_be_told_keeps_its_exit_code(line: str, code: int) -> None:
    """A script sees 2 even if the message has nowhere to go."""
    assert shell(line, "plan", "03/04/2026", *FACTS[1:]).code == code


@table(
    "line",
    ("data, standard input closed", '"$@" <&-'),
    ("data, standard error closed", '"$@" 2>&-'),
)
def test_a_closed_stream_that_is_not_needed_is_no_failure(line: str) -> None:
    """Some services start programs without standard input or error."""
    done = shell(line, "plan", *FACTS, "--format", "json")
    assert (done.code, done.err) == (0, "")
    assert json.loads(done.out) == plan_json(*FACTS)


def test_a_missing_fact_without_any_standard_input_names_the_option() -> None:
    """Closed standard input is not a terminal: exit 2."""
    is_error(shell('"$@" <&-', "plan", "2026-01-05", "--neuro"), 2, "--renal")


@pytest.mark.measured
@table(
    "arguments",
    ("a view", ("plan", *FACTS)),
    ("data", ("plan", *FACTS, "--format", "json")),
    ("the version", ("--version",)),
)
def test_a_closed_stdout_is_one_clear_error(arguments: tuple[str, ...]) -> None:
    """Output with nowhere to go is an I/O failure, not a fault of the program."""
    is_error(shell('"$@" >&-', *arguments), 1)


@table(
    "encoding",
    ("ASCII by name", {"PYTHONIOENCODING": "ascii"}),
    (
        "ASCII by locale",
        {"LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    ),
    slow=(("Latin 1", {"PYTHONIOENCODING": "latin-1"}),),
)
@table(
    "arguments",
    ("the table", ("plan", *COURSE)),
    ("the timeline", ("plan", *COURSE, "--view", "timeline")),
    ("explain", ("explain",)),
    ("the help of plan", ("plan", "--help")),
)
def test_an_output_that_takes_few_letters_is_no_failure(
    arguments: tuple[str, ...], encoding: dict[str, str]
) -> None:
    """Text goes out in the letters that there are; dates are whole in any of them."""
    done = subprocess.run(
        command(*arguments),
        env=surroundings(**encoding),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        timeout=20,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    if arguments[-1] != "--help" and arguments[0] == "plan":
        assert b"2026-01-05" in done.stdout


def test_data_is_utf8_whatever_the_encoding_of_the_terminal() -> None:
    """JSON and CSV are for programs: the same bytes everywhere."""
    for name in ("json", "csv", "md"):
        arguments = ("plan", *FACTS, "--patient", "Zoë µ 患", "--format", name)
        usual = b12sched(*arguments)
        assert usual.code == 0
        assert "Zoë" in usual.out
        assert b12sched(*arguments, PYTHONIOENCODING="ascii:strict") == usual


def test_an_error_in_ascii_is_still_an_error() -> None:
    """The hint holds m² and the value an umlaut: exit 2, told in what letters exist."""
    arguments = ("plan", "2026-01-05", "--no-neuro", "--egfr", "fünf")
    is_error(b12sched(*arguments, PYTHONIOENCODING="ascii:strict"), 2, "--egfr")


# -- files -------------------------------------------------------------------------


@pytest.mark.unmeasured
@table(
    "name, begins",
    ("JSON", "a.json", b"{"),
    ("JSON in capitals", "A.JSON", b"{"),
    ("CSV", "a.Csv", b"patient,"),
    ("Markdown", "a.MD", b"# "),
    ("a calendar", "a.ICS", b"BEGIN:VCALENDAR"),
    ("several dots", "Smith, J. 2026.json.csv", b"patient,"),
    ("a suffix alone", ".json", b"{"),
    ("a calendar's suffix alone", ".ics", b"BEGIN:VCALENDAR"),
    ("spaces and letters", "Plan für Zoë.json", b"{"),
)
def test_the_suffix_says_the_format_in_any_case(
    name: str, begins: bytes, tmp_path: Path
) -> None:
    """`-o FILE`: format from the suffix."""
    done = plan_to(tmp_path / name)
    assert done.code == 0, done.err
    assert (tmp_path / name).read_bytes().startswith(begins)
    assert left_in(tmp_path) == {name}


def test_a_file_whose_name_is_no_text_can_be_written(tmp_path: Path) -> None:
    """File names are bytes; a plan goes into any of them."""
    name = os.fsencode(tmp_path) + b"/A\xff17.json"
    done = b12sched("plan", *FACTS, "-o", name)
    assert (done.code, done.err) == (0, "")
    assert json.loads(Path(os.fsdecode(name)).read_bytes())["start"] == "2026-01-05"


def test_files_are_for_their_owner_only(tmp_path: Path) -> None:
    """Patient data: no one else may read what is written, whatever the umask."""
    names = ["a.json", "b.csv", "c.md", "d.ics"]
    before = os.umask(0)
    try:
        assert plan_to(*(tmp_path / name for name in names)).code == 0
    finally:
        os.umask(before)
    modes = {stat.S_IMODE((tmp_path / name).stat().st_mode) for name in names}
    assert modes == {0o600}


def test_a_file_that_was_there_is_replaced_as_a_whole(tmp_path: Path) -> None:
    """A longer old file leaves no tail, and no backup beside it."""
    path = tmp_path / "plan.csv"
    path.write_bytes(b"x" * 1_000_000)
    assert plan_to(path).code == 0
    assert path.read_bytes().startswith(b"patient,id,")
    assert b"xx" not in path.read_bytes()
    assert left_in(tmp_path) == {"plan.csv"}


def test_a_plan_file_is_not_replaced_by_one_that_knows_less(tmp_path: Path) -> None:
    """Exit 2 names patient and dates: it may be the only record of those doses.

    `--replace` writes over it; a plan that knows as much or more needs none.
    """
    path = tmp_path / "A.json"
    command = ("plan", *FACTS, "-o", str(path), "--patient")
    recorded = ("--given", "2026-01-05", "--given", "2026-01-07")
    assert here(*command, "A").err == ""
    assert here(*command, "A", *recorded).err == ""
    assert here(*command, "A", *recorded).err == ""
    before = path.read_bytes()
    is_error(
        here(*command, "A"),
        2,
        f"--output: {path} holds 2 doses of A that this plan lacks: "
        "2026-01-05, 2026-01-07",
        f"b12sched revise {path}",
        "--replace",
    )
    is_error(here(*command, "B", *recorded), 2, "holds the plan of A", "--replace")
    assert path.read_bytes() == before
    assert here(*command, "A", "--given-through", "2026-01-12").err == ""
    is_error(here(*command, "A", *recorded), 2, "lacks: 2026-01-09, 2026-01-12")
    assert here(*command, "A", *recorded, "--replace").err == ""
    assert here(*command, "B", "--replace").err == ""
    assert json.loads(path.read_bytes())["patient"] == "B"


def test_a_file_that_cannot_be_read_as_a_plan_is_not_replaced_by_one(
    tmp_path: Path,
) -> None:
    """Exit 2: what it remembers is not known. An empty file remembers nothing."""
    path = tmp_path / "A.json"
    path.write_text("no plan")
    is_error(plan_to(path), 2, f"{path} is there already, and cannot be read as a plan")
    assert path.read_text() == "no plan"
    assert here("plan", *FACTS, "-o", str(path), "--replace").err == ""
    path.write_bytes(b"")
    assert plan_to(path).code == 0
    with mock.patch("b12sched.files.disk.LARGEST", 100):
        is_error(plan_to(path), 2, "A.json")


def test_a_file_that_would_not_change_is_not_written(tmp_path: Path) -> None:
    """The same plan again leaves the file alone: same time, same inode."""
    paths = [tmp_path / name for name in ("a.json", "b.csv", "c.md", "d.ics")]
    assert plan_to(*paths).code == 0
    before = [(p.stat().st_ino, p.stat().st_mtime_ns, p.read_bytes()) for p in paths]
    assert plan_to(*paths).code == 0
    after = [(p.stat().st_ino, p.stat().st_mtime_ns, p.read_bytes()) for p in paths]
    assert before == after


def test_a_symlink_stays_and_its_target_is_written(tmp_path: Path) -> None:
    """A link into another directory, to a file that is there or not yet."""
    there = tmp_path / "there"
    there.mkdir()
    (there / "old.csv").write_text("old", encoding="utf-8")
    for target in ("old.csv", "new.csv"):
        link = tmp_path / f"link-{target}"
        link.symlink_to(there / target)
        assert plan_to(link).code == 0
        assert link.is_symlink()
        assert (there / target).read_bytes().startswith(b"patient,id,")
    assert left_in(there) == {"old.csv", "new.csv"}


def state(directory: Path) -> dict[str, tuple[int, ...]]:
    """What a command could have changed of the files in a directory."""
    found = {path.name: path.lstat() for path in directory.iterdir()}
    return {
        name: (was.st_ino, was.st_mode, was.st_size, was.st_mtime_ns)
        for name, was in found.items()
    }


def spoil_missing(directory: Path) -> Path:
    """Into a missing directory."""
    return directory / "no" / "a.csv"


def spoil_directory(directory: Path) -> Path:
    """Onto a directory."""
    (directory / "a.csv").mkdir()
    return directory / "a.csv"


def spoil_read_only(directory: Path) -> Path:
    """Onto a file that is marked read-only."""
    path = directory / "a.csv"
    path.write_text("keep", encoding="utf-8")
    path.chmod(0o444)
    return path


def spoil_file_for_directory(directory: Path) -> Path:
    """Into a file as if it were a directory."""
    (directory / "file").write_text("keep", encoding="utf-8")
    return directory / "file" / "a.csv"


def spoil_loop(directory: Path) -> Path:
    """Onto a link that names itself."""
    (directory / "a.csv").symlink_to("a.csv")
    return directory / "a.csv"


def spoil_long_name(directory: Path) -> Path:
    """A name longer than the disk takes."""
    return directory / ("a" * 300 + ".csv")


def spoil_pipe(directory: Path) -> Path:
    """Onto a named pipe that no one reads."""
    os.mkfifo(directory / "a.csv")
    return directory / "a.csv"


SPOILS = table(
    "name",
    *(
        (str(spoil.__doc__).rstrip("."), spoil.__name__)
        for spoil in (
            *(spoil_missing, spoil_directory, spoil_read_only, spoil_long_name),
            *(spoil_file_for_directory, spoil_loop, spoil_pipe),
        )
    ),
)


@SPOILS
@pytest.mark.parametrize("order", [1, -1], ids=["good first", "good last"])
def test_when_one_file_cannot_be_written_none_is(
    name: str, order: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit 1 naming the file; nothing written, nothing shown, nothing left behind."""
    monkeypatch.chdir(tmp_path)
    bad = globals()[name](Path())
    before = state(tmp_path)
    good = [Path("good.json"), bad, Path("good.md")][::order]
    is_error(plan_to(*good), 1, str(bad)[:40])
    assert state(tmp_path) == before


def test_a_read_only_file_is_left_as_it_was(tmp_path: Path) -> None:
    """Exit 1, the old content, the old mode."""
    path = spoil_read_only(tmp_path)
    is_error(plan_to(path), 1)
    assert path.read_text(encoding="utf-8") == "keep"
    assert stat.S_IMODE(path.stat().st_mode) == 0o444


@pytest.mark.needs_proc
def test_a_directory_that_takes_no_files_is_an_error() -> None:
    """/proc refuses new files even to root: exit 1, the file named."""
    is_error(plan_to("/proc/a.json"), 1, "/proc/a.json")


@table(
    "call",
    ("while writing", "fsync"),
    ("while making the draft", "open"),
    ("while renaming", "replace"),
)
def test_a_disk_that_fills_up_leaves_every_file_as_it_was(
    call: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whole or not at all: exit 1, the old file, and no draft beside it."""
    path = tmp_path / "a.md"
    path.write_text("old", encoding="utf-8")

    def full(*_: object, **__: object) -> None:
        raise OSError(28, os.strerror(28))

    where = {"fsync": os, "open": os, "replace": Path}[call]
    monkeypatch.setattr(where, call, full)
    is_error(plan_to(path, tmp_path / "b.csv"), 1, "o space left")
    assert path.read_text(encoding="utf-8") == "old"
    assert left_in(tmp_path) == {"a.md"}


def test_an_interruption_while_writing_leaves_no_draft(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C: nothing half done."""

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupted)
    done = plan_to(tmp_path / "a.json")
    assert done.code == 1
    assert left_in(tmp_path) == set()


@pytest.mark.needs_full_device
def test_a_real_device_that_is_full_is_an_error(tmp_path: Path) -> None:
    """A link onto a device is refused: it is no file that can be replaced."""
    link = tmp_path / "a.json"
    link.symlink_to("/dev/full")
    is_error(plan_to(link), 1)
    assert link.is_symlink()


@table(
    "more",
    ("a view", ("--view", "grid")),
    ("a format", ("--format", "xml")),
    ("a suffix", ("-o", "plan.doc")),
    ("a calendar's option", ("--remind", "soon", "-o", "plan.ics")),
    ("a horizon", ("--until", "2020-01-01")),
)
def test_a_command_line_with_a_slip_writes_no_file(
    more: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit 2 is known before anything is written, wherever the slip stands."""
    monkeypatch.chdir(tmp_path)
    is_error(plan_to("a.json", "b.csv", more=more), 2)
    assert left_in(tmp_path) == set()


@table(
    "second",
    ("the same name", "a.json"),
    ("with a dot", "./a.json"),
    ("the whole path", "{here}/a.json"),
    ("over another directory", "sub/../a.json"),
    ("a link to it", "link.json"),
    ("a link of another format", "link.csv"),
)
def test_one_file_cannot_be_written_twice(
    second: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However it is spelt: the last would win, and no one would know."""
    monkeypatch.chdir(tmp_path)
    Path("sub").mkdir()
    for link in ("link.json", "link.csv"):
        Path(link).symlink_to("a.json")
    before = left_in(tmp_path)
    is_error(plan_to("a.json", second.format(here=tmp_path)), 2, "twice")
    assert left_in(tmp_path) == before


def test_a_plan_is_not_shown_when_its_file_could_not_be_written(tmp_path: Path) -> None:
    """No data on stdout beside an error, in a format either."""
    done = plan_to(tmp_path / "no" / "a.json", more=("--format", "csv"))
    is_error(done, 1)


# -- help, version, completion -----------------------------------------------------


def test_the_version_is_one_line() -> None:
    """`--version` names the program and its version, and does nothing else."""
    assert here("--version") == Done(0, f"b12sched {__version__}\n", "")
    assert here("--version", "plan", "03/04/2026").code == 0


def test_the_script_and_the_module_are_the_same_program() -> None:
    """The console script is `main`; `python -m b12sched` runs it."""
    (script,) = importlib.metadata.entry_points(
        group="console_scripts", name="b12sched"
    )
    assert script.value == "b12sched.cli:main"
    assert b12sched("--version") == Done(0, f"b12sched {__version__}\n", "")


@pytest.mark.parametrize("flag", ["--help", "-h"])
@pytest.mark.parametrize("name", [(), *((name,) for name in COMMANDS)])
def test_every_command_has_help(name: tuple[str, ...], flag: str) -> None:
    """Help is data: on stdout, exit 0, with the usage line of its command."""
    done = here(*name, flag)
    assert (done.code, done.err) == (0, "")
    assert " ".join(("Usage: b12sched", *name)) in done.out


def test_the_help_names_every_command_and_option() -> None:
    """What the contract lists can be found without it."""
    assert {*COMMANDS} <= {*here("--help").out.split()}
    clinic = ("--open", "--holidays", "--closed")
    plan = (
        *("START", "--patient", "--last-dose", "--neuro", "--no-neuro", "--renal"),
        *("--egfr", "--drug", "--plateau", "--loading-weeks", "--interval"),
        *("--monthly-from", "--given", "--given-through", "--as-of", "--months"),
        *("--until", *clinic, "--view", "--all"),
        *("--format", "-o", "--discreet", "--class", "--remind", "--time"),
        *("--timezone", "--duration"),
    )
    revise = (*plan[1:], "PLAN.json", "--start", "--not-given", "`none`")
    due = ("LAST_DOSE", "--interval", "--on", "--format", *clinic)
    for name, words in (("plan", plan), ("revise", revise), ("due", due)):
        help_text = here(name, "--help", COLUMNS="120").out
        assert {*words} <= {*re.findall(r"[^\s\[\]{}/,;]+", help_text)}


@pytest.mark.parametrize("name", COMMANDS)
def test_help_at_40_columns_cuts_no_option(name: str) -> None:
    """An option whose name is cut cannot be typed."""
    wide = set(re.findall(r"--[a-z-]+", here(name, "--help", COLUMNS="120").out))
    done = here(name, "--help", COLUMNS="40")
    assert max(map(cell_len, done.out.splitlines())) <= 40
    assert wide <= set(re.findall(r"--[a-z-]+", done.out))
    assert "…" not in done.out.replace("US, …", "")


@pytest.mark.parametrize("name", ["bash", "zsh", "fish"])
def test_a_shell_can_be_given_a_completion_script(name: str) -> None:
    """Shell completion: the script names the program and is written to stdout."""
    done = b12sched(_B12SCHED_COMPLETE=f"source_{name}")
    assert (done.code, done.err) == (0, "")
    assert "b12sched" in done.out


def test_completion_offers_commands_and_options() -> None:
    """What the script asks for: the rest of a word."""
    ask = {"_B12SCHED_COMPLETE": "complete_bash", "COMP_CWORD": "1"}
    assert b12sched(**ask, COMP_WORDS="b12sched pl").out.split() == ["plan"]
    ask |= {"COMP_CWORD": "2"}
    offered = b12sched(**ask, COMP_WORDS="b12sched plan --given").out.split()
    assert offered == ["--given", "--given-through"]


@table(
    "line",
    ("version", ("--version",)),
    ("plan in a pipe", ("plan", *COURSE)),
)
def test_the_program_starts_without_what_it_does_not_use(line: tuple[str, ...]) -> None:
    """Slow imports are late: calendars, holidays, and styles where none are shown."""
    code = (
        f"import sys; from b12sched.cli import run; run({line});"
        "print(sorted({'icalendar', 'holidays', 'rich.console', 'pydantic'}"
        " & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=surroundings(),
        capture_output=True,
        check=True,
        text=True,
        timeout=20,
    )
    assert done.stdout.splitlines()[-1] == "[]"


def test_the_help_shows_each_command_in_a_whole_sentence() -> None:
    """Nothing ends in three points, even where there are 40 columns."""
    for columns in ("40", "80"):
        said = " ".join(here("--help", COLUMNS=columns).out.split())
        assert not re.search(r"\w\.\.\.", said)
        assert "revise Change a plan: what was given, a plateau, a step-up, another "
        assert "close together, or not given, worst first. About: " in said
