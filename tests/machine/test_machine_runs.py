"""Two runs at once over the same files: no change is lost without a word.

The runs are real processes that meet: each has read what it revises before either may
write. In the long run they meet again and again.
"""

from __future__ import annotations

import json
import os
import random
import re
import subprocess
from contextlib import ExitStack
from pathlib import Path

import pytest
from cli import FACTS, NEURO, Done, command, is_error, left_in, surroundings
from cohorts import PATIENCE, cohort, manifest_in, piped, standard
from effort import some_or_all
from running import held
from spec import table

MEETINGS = 20
"""How often two runs meet in the long run; twice in the short one."""

READ = "open,.part"
"""Before the first draft: all that is revised has been read, nothing is written."""

LOCKED = "os.rename,.part"
"""Before the first renaming: what is revised is held."""


def alone(*arguments: str, **env: str) -> Done:
    """The command in a process of its own, with patience for a busy machine."""
    return piped(b"", *arguments, **env)


def meet(where: Path, *commands: tuple[str, ...], together: bool = True) -> list[Done]:
    """Runs that have all read before the first may write; then all, or each in turn."""
    with ExitStack() as stack:
        runs = [stack.enter_context(held(where, READ, *words)) for words in commands]
        if not together:
            return [run.go() for run in runs]
        for run in runs:
            os.write(run.release, b".")
        return [run.end() for run in runs]


def winner(done: list[Done], name: str) -> int:
    """Which of two runs wrote; the other says that it did not, and what to do."""
    won, lost = sorted((0, 1), key=lambda n: done[n].code)
    assert done[won].code == 0, done
    is_error(done[lost], 1, name, "run")
    assert re.search("changed by another run|another run is writing", done[lost].err)
    assert "again" in done[lost].err
    return won


def given_in(path: Path) -> list[str]:
    """The given dates that a plan file remembers."""
    found: list[str] = json.loads(path.read_bytes())["case"]["given"]
    return found


def sequences(path: Path) -> dict[str, int]:
    """The SEQUENCE of each UID of a calendar; none appears twice."""
    uids = re.findall(rb"^UID:(.*)\r$", path.read_bytes(), re.MULTILINE)
    numbers = re.findall(rb"^SEQUENCE:(.*)\r$", path.read_bytes(), re.MULTILINE)
    assert len(set(uids)) == len(uids)
    return {u.decode(): int(n) for u, n in zip(uids, numbers, strict=True)}


# -- one patient ----------------------------------------------------------------------


meetings = pytest.mark.parametrize(
    "together",
    [
        pytest.param(
            n > 0,
            id=f"together {n}" if n else "in turn",
            marks=[pytest.mark.slow] if n > 1 else [],
        )
        for n in range(MEETINGS)
    ],
)


def revision(day: str) -> tuple[str, ...]:
    """Another dose was given, for plan file and calendar."""
    return ("revise", "a.json", "--given", day, "-o", "a.ics")


@meetings
def test_of_two_revisions_at_once_none_is_lost_without_a_word(
    together: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One is recorded, the other told (exit 1); run again, it adds its dose."""
    monkeypatch.chdir(tmp_path)
    kept = ("-o", "a.json", "-o", "a.ics")
    assert alone("plan", *NEURO, "--patient", "A-17", *kept).code == 0
    days = ("2026-01-05", "2026-01-08")
    words = [revision(day) for day in days]
    done = meet(tmp_path, *words, together=together)
    won = winner(done, "a.")
    assert given_in(Path("a.json")) == [days[won]]
    first = sequences(Path("a.ics"))
    again = alone(*revision(days[1 - won]))
    assert again.code == 0, again.err
    assert given_in(Path("a.json")) == list(days)
    second = sequences(Path("a.ics"))
    assert {second[uid] - number for uid, number in first.items()} <= {0, 1}
    assert left_in(tmp_path) == {"a.json", "a.json~", "a.ics", "hold"}


@some_or_all
def test_many_revisions_at_once_all_get_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, thorough: bool
) -> None:
    """Each is run again until it is done; every dose is in the plan."""
    monkeypatch.chdir(tmp_path)
    assert alone("plan", *NEURO, "-o", "a.json").code == 0
    last = 31 if thorough else 9
    days = [f"2026-01-{day:02}" for day in range(5, last + 1, 2)]
    left = list(days)
    while left:
        words = [("revise", "a.json", "--given", day) for day in left]
        done = dict(zip(left, meet(tmp_path, *words), strict=True))
        now = [day for day in left if done[day].code]
        assert len(now) < len(left), "at least one gets there"
        assert all("run" in done[day].err for day in now)
        left = now
    assert given_in(Path("a.json")) == days


def test_while_one_revision_is_being_put_in_place_no_other_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one that is at it is not disturbed; what it writes is whole."""
    monkeypatch.chdir(tmp_path)
    assert alone("plan", *NEURO, "-o", "a.json").code == 0
    with held(tmp_path, LOCKED, "revise", "a.json", "--given", "2026-01-05") as run:
        other = alone("revise", "a.json", "--given", "2026-01-06")
        is_error(other, 1, "another run is writing to a.json")
        assert run.go().code == 0
    assert given_in(Path("a.json")) == ["2026-01-05"]
    assert left_in(tmp_path) == {"a.json", "a.json~", "hold"}


@table(
    "before",
    ("over one that is there", True),
    ("where there was none", False),
)
@meetings
def test_of_two_exports_at_once_over_one_calendar_one_is_told(
    together: bool,
    before: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The calendar is that of one of them, whole; run again, the other revises it."""
    monkeypatch.chdir(tmp_path)
    export = ("plan", *NEURO, "--patient", "A-17", "-o", "a.ics")
    if before:
        assert alone(*export).code == 0
    two = [(*export, "--given", day) for day in ("2026-01-05", "2026-01-06")]
    won = winner(meet(tmp_path, *two, together=together), "a.ics")
    first = sequences(Path("a.ics"))
    assert max(first.values()) == before
    assert alone(*two[1 - won]).code == 0
    second = sequences(Path("a.ics"))
    assert {second[uid] - number for uid, number in first.items()} <= {0, 1}
    assert left_in(tmp_path) == {"a.ics", "hold"}


def test_a_new_calendar_does_not_replace_one_that_came_there_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not even at the last moment: the one that came first stays, the other is told."""
    monkeypatch.chdir(tmp_path)
    export = ("plan", *NEURO, "--patient", "A-17", "-o", "a.ics")
    with held(tmp_path, "os.link,.part", *export) as run:
        assert alone(*export, "--given", "2026-01-06").code == 0
        first = Path("a.ics").read_bytes()
        is_error(run.go(), 1, "a.ics was changed by another run")
    assert Path("a.ics").read_bytes() == first
    assert left_in(tmp_path) == {"a.ics", "hold"}


def test_of_two_worklists_at_once_over_one_calendar_one_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The clinic's own calendar is kept as a patient's is."""
    monkeypatch.chdir(tmp_path)
    for name in ("one", "two"):
        cohort(tmp_path, standard("A"), standard(name), name=f"{name}.csv")
    week = ("--from", "2026-01-05", "--to", "2026-01-11", "-o", "w.ics")
    words = [("worklist", f"{name}.csv", *week) for name in ("one", "two")]
    won = winner(meet(tmp_path, *words), "w.ics")
    assert alone(*words[1 - won]).code == 0


@table(
    "change",
    ("by another program", b" "),
    ("taken away", None),
)
def test_a_file_that_another_program_changes_meanwhile_is_left_as_it_is(
    change: bytes | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An editor, a synchronised folder, `rm`: exit 1, and nothing is written."""
    monkeypatch.chdir(tmp_path)
    path = Path("a.json")
    assert alone("plan", *FACTS, "--patient", "A-17", "-o", "a.json").code == 0
    with held(tmp_path, READ, *revision("2026-01-05")) as run:
        if change is None:
            path.unlink()
        else:
            path.write_bytes(path.read_bytes() + change)
        now = path.read_bytes() if path.exists() else None
        is_error(run.go(), 1, "a.json was changed by another run or program")
    assert (path.read_bytes() if path.exists() else None) == now
    assert left_in(tmp_path) == {"hold", *([] if now is None else ["a.json"])}


@table(
    "words",
    ("a list", ("worklist", "c.csv", "--to", "2026-02-05", "-o", "w.md")),
    ("a count", ("forecast", "c.csv", "--months", "1", "-o", "w.md")),
    ("failed rows", ("worklist", "c.csv", "--to", "2026-02-05", "--errors", "w.md")),
)
@pytest.mark.parametrize("there", [True, False])
def test_a_list_that_another_program_writes_meanwhile_is_left_as_it_is(
    there: bool, words: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody notes what was done in the list that is there, or makes one."""
    monkeypatch.chdir(tmp_path)
    cohort(tmp_path, standard("A"), standard("B", start="?"), name="c.csv")
    path = Path("w.md")
    if there:
        path.write_text("error_row,error_column,error_value,error_text,error_hint\n")
    with held(tmp_path, READ, *words, "--from", "2026-01-05") as run:
        path.write_text("done")
        done = run.go()
    assert done.code == 1
    assert "w.md was changed by another run or program" in done.err
    assert path.read_text() == "done"
    assert left_in(tmp_path) == {"hold", "c.csv", "w.md"}


# -- a directory ----------------------------------------------------------------------


@meetings
def test_of_two_batches_at_once_in_one_directory_one_is_told(
    together: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They start together: one makes all of its files, the other none."""
    monkeypatch.chdir(tmp_path)
    words = []
    for name in ("one", "two"):
        rows = [standard(f"{name}{n}") for n in range(20)]
        path = cohort(tmp_path, *rows, name=f"{name}.csv")
        words.append(command("batch", str(path), "-o", "out", "--jobs", "1"))
    if together:
        random.shuffle(words)
    runs = [
        subprocess.Popen(
            each, env=surroundings(), stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        for each in words
    ]
    said = [run.communicate(timeout=PATIENCE)[1].decode() for run in runs]
    codes = [run.returncode for run in runs]
    assert sorted(codes) in ([0, 0], [0, 1]), said  # or one after the other
    if 1 in codes:
        assert "another run is writing to out" in said[codes.index(1)]
    names = {line["file"] for line in manifest_in(Path("out"))}
    # A table names those of an earlier cohort, too, while their files are there.
    assert len(names) == (20 if 1 in codes else 40)
    assert names <= left_in(Path("out"))
    assert all(name[0] != "." for name in left_in(Path("out")))


def test_a_batch_does_not_write_over_a_calendar_that_was_revised_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its row is told (exit 4) and left out; the next batch goes on from there."""
    monkeypatch.chdir(tmp_path)
    cohort(tmp_path, standard("A"), name="old.csv")
    rows = [standard("A", given="2026-01-06"), standard("B")]
    cohort(tmp_path, *rows)
    assert alone("batch", "old.csv", "-o", "out", "--jobs", "1").code == 0
    words = ("batch", "cohort.csv", "-o", "out", "--jobs", "1")
    export = ("plan", *FACTS, "--patient", "A", "-o", "out/A.ics")
    with held(tmp_path, "open,.A.ics", *words) as run:
        assert alone(*export, "--given", "2026-01-07").code == 0
        revised = Path("out/A.ics").read_bytes()
        done = run.go()
    assert done.code == 4
    table_of_errors = Path("out/errors.csv").read_text("utf-8")
    assert "A.ics was changed by another run or program" in table_of_errors
    assert [line["patient"] for line in manifest_in(Path("out"))] == ["B"]
    assert Path("out/A.ics").read_bytes() == revised
    assert alone(*words).code == 0
    assert not Path("out/errors.csv").exists()
    assert Path("out/A.ics").read_bytes() != revised


def test_a_batch_that_takes_another_run_s_draft_away_does_no_harm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It cannot know that the draft is in use: that run is told, and run again."""
    monkeypatch.chdir(tmp_path)
    cohort(tmp_path, standard("B"))
    words = ("batch", "cohort.csv", "-o", "out", "--jobs", "1")
    assert alone(*words).code == 0
    export = ("plan", *FACTS, "--patient", "A", "-o", "out/A.ics")
    with held(tmp_path, "os.link,.part", *export) as run:
        assert alone(*words).code == 0
        is_error(run.go(), 1, "out/A.ics was changed by another run")
    assert alone(*export).code == 0
    assert left_in(Path("out")) == {"A.ics", "B.ics", "manifest.csv"}
