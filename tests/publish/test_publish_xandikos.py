"""Publishing to a second real server (Xandikos), which keeps a calendar in Git."""

from __future__ import annotations

import datetime as dt
import importlib.util
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from icalendar import Calendar, Event
from test_publish_server import (
    FOREIGN,
    GIVEN,
    NAMES,
    READS,
    STAMP,
    USER,
    Box,
    Gate,
    ask,
    counts,
    free_port,
    plan_of,
    started,
)

from b12sched.errors import InputError
from b12sched.ics import CalendarStyle, uid, write_calendar
from b12sched.publish import Cancelled

COMMAND = Path(sys.executable).parent / "xandikos"
missing = [n for n in ("xandikos", "httpx") if importlib.util.find_spec(n) is None]
pytestmark = pytest.mark.skipif(
    bool(missing) or not COMMAND.exists(), reason=f"{missing or COMMAND} not installed"
)
ALL_DAY = CalendarStyle()
FEWER = plan_of(interval="3m")
"""Two of the six doses fall away."""


@contextmanager
def xandikos_in(home: Path) -> Iterator[int]:
    """The port of a Xandikos server with the home of one user, without login."""
    port = free_port()
    line = [str(COMMAND), "serve", "-d", str(home / "data"), "--defaults"]
    line += ["--current-user-principal", f"/{USER}/"]
    with started([*line, "-l", "127.0.0.1", "-p", str(port)], port):
        yield port


@pytest.fixture(scope="module")
def xandikos(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """One server for all tests of this file."""
    home = tmp_path_factory.mktemp("xandikos")
    with xandikos_in(home) as port:
        yield port
    shutil.rmtree(home, ignore_errors=True)


class GitBox(Box):
    """A new calendar on Xandikos, behind a gate."""

    def __init__(self, gate: Gate) -> None:
        Box.made += 1
        self.gate = gate
        self.path = f"/{USER}/calendars/b12-{Box.made}/"
        assert ask(gate.server, "MKCALENDAR", self.path).status == 201
        self.url = f"http://127.0.0.1:{gate.port}{self.path}"

    def texts(self) -> list[str]:
        """Every calendar object."""
        body = ask(self.gate.server, "PROPFIND", self.path, Depth="1").body.decode()
        names = [part.partition("<")[0] for part in body.split("href>")[1::2]]
        return [
            ask(self.gate.server, "GET", name).body.decode()
            for name in names
            if name.endswith(".ics")
        ]

    def events(self) -> list[Event]:
        calendars = [Calendar.from_ical(text) for text in self.texts()]
        return [event for calendar in calendars for event in calendar.events]


@pytest.fixture
def box(xandikos: int) -> Iterator[GitBox]:
    gate = Gate(xandikos)
    try:
        yield GitBox(gate)
    finally:
        gate.close()


@pytest.mark.unmeasured
def test_a_plan_is_created_read_back_unchanged_revised_and_cancelled(
    box: GitBox,
) -> None:
    """As on Radicale; the second run only reads."""
    assert counts(box.publish()) == (6, 0, 0, 0, 0)
    box.is_whole(plan_of(), 0)
    assert counts(box.publish()) == (0, 0, 6, 0, 0)
    assert {method for method, _, _ in box.gate.seen} == READS
    assert counts(box.publish(GIVEN)) == (0, 6, 0, 0, 0)
    box.is_whole(GIVEN, 1)
    done = box.publish(plan_of(given="2026-03-06", interval="3m"))
    assert (done.updated, done.cancelled, done.conflicts) == (4, 2, ())
    assert len(box.everything()) == 6
    done = box.publish(
        plan_of(given="2026-03-06", interval="3m"), cancelled=Cancelled.DELETE
    )
    assert (done.cancelled, done.conflicts) == (2, ())
    assert len(box.everything()) == 4


@pytest.mark.unmeasured
@pytest.mark.parametrize(
    "texts", [{"discreet": "yes"}, {"time": "09:30", "timezone": "Europe/London"}]
)
def test_discreet_and_timed_events_read_back_unchanged(
    box: GitBox, texts: dict[str, str]
) -> None:
    """And an open calendar becomes that."""
    style = CalendarStyle.parse(texts)
    box.publish()
    assert counts(box.publish(style=style)) == (0, 6, 0, 0, 0)
    assert counts(box.publish(style=style)) == (0, 0, 6, 0, 0)


@pytest.mark.unmeasured
def test_what_a_person_moved_or_noted_is_not_overwritten(box: GitBox) -> None:
    """The one is reported, the other carried along."""
    box.publish()
    noted, moved = list(NAMES)[1:3]
    box.move(moved)
    event = box.get(noted)
    event["DESCRIPTION"] = str(event["DESCRIPTION"]) + " red book"
    box.store(noted, event)
    done = box.publish(GIVEN)
    assert counts(done) == (0, 5, 0, 0, 1)
    assert "maintenance-3: day or time changed by another program" in done.conflicts[0]
    assert box.get(moved).start == NAMES[moved] + dt.timedelta(days=2)
    assert "red book" in str(box.get(noted)["DESCRIPTION"])


@pytest.mark.unmeasured
def test_ten_patients_are_published_beside_a_persons_own_event(box: GitBox) -> None:
    """Sixty events; the dentist stays."""
    box.put("dentist.ics", FOREIGN)
    plans = [plan_of(f"P-{number}") for number in range(10)]
    assert counts(box.publish(*plans)) == (60, 0, 0, 0, 0)
    assert counts(box.publish(*plans)) == (0, 0, 60, 0, 0)
    assert "dentist.ics" in box.everything()


def test_no_calendar_at_the_address_and_a_home_are_told_apart(box: GitBox) -> None:
    """Xandikos says the first inside a list; both are exit code 2."""
    # Its address of the calendar is absolute: the gate has another port.
    box.url = f"http://127.0.0.1:{box.gate.server}/{USER}/calendars/none/"
    with pytest.raises(InputError, match="has no calendar at this address"):
        box.publish()
    box.url = f"http://127.0.0.1:{box.gate.port}/{USER}/calendars/"
    with pytest.raises(InputError, match="is not a calendar") as caught:
        box.publish()
    assert "name one of the calendars in it: " in caught.value.hint


def test_a_whole_file_stored_as_one_object_is_one_conflict(box: GitBox) -> None:
    """Xandikos takes it; the error says which object to delete. Then all is well."""
    data = write_calendar(plan_of(), ALL_DAY, STAMP).decode()
    box.put("import.ics", data)
    done = box.publish()
    assert counts(done) == (0, 0, 0, 0, 1)
    assert f"delete that object, {box.path}import.ics" in done.conflicts[0]
    assert ask(box.gate.server, "DELETE", box.path + "import.ics").status in (200, 204)
    assert counts(box.publish()) == (6, 0, 0, 0, 0)


@pytest.mark.unmeasured
def test_one_uid_under_another_name_is_taken_over(box: GitBox) -> None:
    """A program that imports a file event by event may choose names of its own."""
    box.publish()
    texts = box.texts()
    for name in NAMES:
        assert ask(box.gate.server, "DELETE", box.path + name).status in (200, 204)
    for number, text in enumerate(texts):
        box.put(f"import-{number}.ics", text)
    assert counts(box.publish()) == (0, 0, 6, 0, 0)
    assert uid("P-1", "maintenance-1") not in str(box.everything())
