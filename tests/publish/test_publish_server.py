"""Publishing to a real server (Radicale), and what is done when anything fails.

Between the program and Radicale stands a gate, a small proxy that can spoil any answer
and notes every request. Both live on loopback and only as long as these tests.
"""

from __future__ import annotations

import base64
import contextlib
import datetime as dt
import http.client
import importlib.util
import itertools
import logging
import os
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple

import pytest
from _pytest.mark import ParameterSet
from icalendar import Calendar, Event

from b12sched import Case, Clinic, Plan, build
from b12sched.errors import B12SchedError, InputError
from b12sched.ics import CalendarStyle, uid, write_calendar
from b12sched.publish import (
    Address,
    Cancelled,
    Limits,
    Published,
    connect,
    parse_address,
    publish,
)

missing = [n for n in ("radicale", "httpx") if importlib.util.find_spec(n) is None]
pytestmark = pytest.mark.skipif(bool(missing), reason=f"{missing} not installed")

USER, PASSWORD, WRONG = "nurse", "p€ss wörd:1", "wrong"
LOGIN = "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
CERTIFICATE = Path(__file__).parent / "localhost.pem"
"""Of localhost, signed by itself, with its key: nobody trusts it."""

ALL_DAY = CalendarStyle()
STAMP = dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.UTC)
PATIENT = "Zoë & <7>"
BOUNDS = Limits(silence=1.0, seconds=3.0, octets=1_000_000)
"""For servers that are slow on purpose; on a busy machine others are, too."""

PATIENT_BOUNDS = Limits(silence=20.0, seconds=60.0, octets=1_000_000)
PATIENCE = 20.0
READS = {"PROPFIND", "REPORT"}
NOT_PASSED_ON = ("content-length", "transfer-encoding", "connection", "server", "date")
"""What the gate says for itself."""

START_RADICALE = """
import socket, sys
from radicale import config, server
settings = config.load([(sys.argv[1], False)])
settings.update({"storage": {"_filesystem_fsync": "False"}}, "tests", privileged=True)
stop, never = socket.socketpair()
server.serve(settings, stop)
"""
"""Radicale itself; only that it does not wait for the disk can be said no other way."""
FOREIGN = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:dentist\r\n"
    "DTSTAMP:20260101T000000Z\r\nDTSTART;VALUE=DATE:20260105\r\nSUMMARY:Dentist\r\n"
    "END:VEVENT\r\nEND:VCALENDAR\r\n"
)


def plan_of(patient: str = PATIENT, **case: str) -> Plan:
    """A year of maintenance, six doses: the last was on 5 January 2026."""
    facts = {"last_dose": "2026-01-05", "neuro": "no", "renal": "normal"}
    row = {"patient": patient, "until": "2027-01-20", **facts, **case}
    return build(Case.parse(row), Clinic())


NAMES = {f"{uid(PATIENT, event.id)}.ics": event.date for event in plan_of().events}
FIRST = next(iter(NAMES))
GIVEN = plan_of(given="2026-03-06")
"""The first dose was given a day late, so that all six events change."""


# --- the servers --------------------------------------------------------------------


class Said(NamedTuple):
    """An answer of a server."""

    status: int
    headers: dict[str, str]
    body: bytes


def ask(
    port: int, method: str, path: str, body: str | bytes = "", **headers: str
) -> Said:
    """One request as another program would make it, logged in unless told otherwise."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        data = body.encode() if isinstance(body, str) else body
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, data, {"Authorization": LOGIN} | named)
        answer = connection.getresponse()
        return Said(answer.status, dict(answer.getheaders()), answer.read())
    finally:
        connection.close()


def free_port() -> int:
    """A port of this machine that nobody uses."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port


@contextlib.contextmanager
def started(line: list[str], port: int) -> Iterator[None]:
    """A server that a command starts on a port, until it is no longer needed."""
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(line, stdout=log, stderr=log, process_group=0)
        try:
            until = time.monotonic() + PATIENCE
            while process.poll() is None and time.monotonic() < until:
                with contextlib.suppress(OSError):
                    socket.create_connection(("127.0.0.1", port), 1).close()
                    break
                time.sleep(0.05)
            else:
                log.seek(0)
                pytest.fail(f"{line} does not start: {log.read()!r}")
            yield
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
            process.wait(PATIENCE)


@contextlib.contextmanager
def radicale_in(home: Path) -> Iterator[int]:
    """The port of a Radicale server that knows one user, with its files in a folder."""
    (home / "users").write_text(f"{USER}:{PASSWORD}\n", "utf-8")
    port = free_port()
    (home / "config").write_text(
        f"[server]\nhosts = 127.0.0.1:{port}\ndelay_on_error = 0.01\n[auth]\n"
        f"type = htpasswd\nhtpasswd_filename = {home / 'users'}\n"
        "htpasswd_encryption = plain\ndelay = 0.01\n[storage]\n"
        f"filesystem_folder = {home / 'data'}\n"
        "[logging]\nlevel = critical\n",
        "utf-8",
    )
    with started([sys.executable, "-c", START_RADICALE, str(home / "config")], port):
        yield port


@pytest.fixture(scope="module")
def radicale(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """One server for all tests of a file."""
    with radicale_in(tmp_path_factory.mktemp("radicale")) as port:
        yield port


Fault = Callable[["Gate", "Handler"], bool]


class Gate:
    """A proxy before the server that notes requests and spoils those it is told to.

    `fault` is asked before a request is passed on; true means that it has been
    answered, or broken off.
    """

    def __init__(self, server: int) -> None:
        self.server = server
        self.fault: Fault | None = None
        self.seen: list[tuple[str, str, dict[str, str]]] = []
        self.heard = b""
        self.open = 0
        self.lock = threading.Lock()
        gate = self

        class Bound(Handler):
            def gate(self) -> Gate:
                return gate

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Bound)
        self.http.daemon_threads = False
        self.port = int(self.http.server_address[1])
        self.thread = threading.Thread(target=self.http.serve_forever, args=(0.02,))
        self.thread.start()
        self.done = threading.Event()

    @property
    def writes(self) -> list[tuple[str, str, dict[str, str]]]:
        return [one for one in self.seen if one[0] not in READS]

    def close(self) -> None:
        self.done.set()
        self.http.shutdown()
        self.thread.join()
        self.http.server_close()


class Handler(BaseHTTPRequestHandler):
    """One connection to the gate."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 5.0

    def gate(self) -> Gate:
        raise NotImplementedError

    def handle(self) -> None:
        with self.gate().lock:
            self.gate().open += 1
        super().handle()
        with self.gate().lock:
            self.gate().open -= 1

    def pass_on(self) -> None:
        gate = self.gate()
        self.body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        with gate.lock:
            gate.seen.append((self.command, self.path, dict(self.headers)))
            gate.heard += self.body
        if gate.fault is not None and gate.fault(gate, self):
            return
        said = self.forward()
        self.answer(said.status, said.body, **said.headers)

    def forward(self) -> Said:
        """What the server answers to this request."""
        kept = {
            name.replace("-", "_"): value
            for name, value in self.headers.items()
            if name in ("Content-Type", "Depth", "If-Match", "If-None-Match")
        }
        kept["Authorization"] = self.headers.get("Authorization", "")
        return ask(self.gate().server, self.command, self.path, self.body, **kept)

    def answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            if name.lower() not in NOT_PASSED_ON:
                self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def break_off(self) -> None:
        self.close_connection = True
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, *args: object) -> None:
        """Say nothing."""


for method in ("PROPFIND", "REPORT", "PUT", "DELETE"):
    setattr(Handler, f"do_{method}", Handler.pass_on)


@pytest.fixture
def gate(radicale: int) -> Iterator[Gate]:
    gate = Gate(radicale)
    try:
        yield gate
    finally:
        gate.close()


class Box:
    """A new calendar on Radicale, behind the gate; and one beside it."""

    made = 0

    def __init__(self, gate: Gate) -> None:
        Box.made += 1
        self.gate = gate
        self.path = f"/{USER}/b12 %26 {Box.made}/".replace(" ", "%20")
        assert ask(gate.server, "MKCALENDAR", self.path).status == 201
        self.url = f"http://127.0.0.1:{gate.port}{self.path}"

    def publish(
        self,
        *plans: Plan,
        style: CalendarStyle = ALL_DAY,
        cancelled: Cancelled = Cancelled.MARK,
        password: str = PASSWORD,
        dry_run: bool = False,
        limits: Limits = PATIENT_BOUNDS,
    ) -> Published:
        """Publish as the command does; `gate.seen` then holds this run's requests."""
        self.gate.seen.clear()
        address = parse_address(self.url)
        with connect(
            address, USER, password, clock=time.monotonic, limits=limits
        ) as server:
            return publish(
                plans or [plan_of()],
                server,
                style,
                STAMP,
                cancelled=cancelled,
                dry_run=dry_run,
            )

    def put(self, name: str, body: str) -> None:
        said = ask(
            self.gate.server,
            "PUT",
            self.path + name,
            body,
            Content_Type="text/calendar; charset=utf-8",
        )
        assert said.status in (201, 204), said

    def get(self, name: str) -> Event:
        body = ask(self.gate.server, "GET", self.path + name).body
        [event] = Calendar.from_ical(body.decode()).events
        return event

    def move(self, name: str) -> None:
        """Move an event by two days, as a person does in a calendar program."""
        event = self.get(name)
        start = event.start + dt.timedelta(days=2)
        del event["DTSTART"], event["DTEND"]
        event.add("dtstart", start)
        event.add("dtend", start + dt.timedelta(days=1))
        self.store(name, event)

    def store(self, name: str, event: Event) -> None:
        """Store an event as another program does."""
        calendar = Calendar()
        calendar.add_component(event)
        self.put(name, calendar.to_ical().decode())

    def events(self) -> list[Event]:
        """Every event of the calendar."""
        body = ask(self.gate.server, "GET", self.path).body.decode()
        return Calendar.from_ical(body).events

    def everything(self) -> dict[str, tuple[int, dt.date]]:
        """Every event of the calendar: its SEQUENCE and its day."""
        events = self.events()
        found = {
            f"{each['UID']}.ics": (int(each.get("SEQUENCE", 0)), each.start)
            for each in events
        }
        assert len(found) == len(events), "an event appears twice"
        return found

    def is_whole(self, plan: Plan, sequence: int) -> None:
        """The calendar holds just the plan, each event in this revision."""
        days = {f"{uid(PATIENT, event.id)}.ics": event.date for event in plan.events}
        assert self.everything() == {n: (sequence, day) for n, day in days.items()}


@pytest.fixture
def box(gate: Gate) -> Box:
    return Box(gate)


def counts(done: Published) -> tuple[int, int, int, int, int]:
    """Created, updated, unchanged, cancelled, in conflict."""
    conflicts = len(done.conflicts)
    return done.created, done.updated, done.unchanged, done.cancelled, conflicts


# --- what should work ---------------------------------------------------------------


@pytest.mark.unmeasured
def test_a_plan_is_created_read_back_unchanged_revised_and_cancelled(box: Box) -> None:
    """The life of a calendar on a real server, by the requests that were made."""
    assert counts(box.publish()) == (6, 0, 0, 0, 0)
    assert {path for _, path, _ in box.gate.writes} == {box.path + n for n in NAMES}
    assert all(sent["If-None-Match"] == "*" for _, _, sent in box.gate.writes)
    box.is_whole(plan_of(), 0)

    assert counts(box.publish()) == (0, 0, 6, 0, 0)
    assert {method for method, _, _ in box.gate.seen} == READS

    assert counts(box.publish(GIVEN)) == (0, 6, 0, 0, 0)
    assert all(sent["If-Match"] for _, _, sent in box.gate.writes)
    box.is_whole(GIVEN, 1)

    shorter = plan_of(given="2026-03-06", interval="3m")
    done = box.publish(shorter, cancelled=Cancelled.DELETE)
    assert (done.updated, done.cancelled, done.conflicts) == (4, 2, ())
    assert [method for method, _, _ in box.gate.writes].count("DELETE") == 2
    assert len(box.everything()) == 4


@pytest.mark.unmeasured
@pytest.mark.parametrize("style", [{"discreet": "yes"}, {"remind": "2d;7d"}])
def test_every_style_reads_back_unchanged(box: Box, style: dict[str, str]) -> None:
    """Radicale writes each object anew; nothing of ours is lost by it."""
    parsed = CalendarStyle.parse(style)
    assert box.publish(style=parsed).created == 6
    assert counts(box.publish(style=parsed)) == (0, 0, 6, 0, 0)


def test_timed_events_read_back_unchanged_and_at_the_right_time(box: Box) -> None:
    """09:30 in London, summer and winter, with its time zone."""
    style = CalendarStyle.parse({"time": "09:30", "timezone": "Europe/London"})
    box.publish(style=style)
    assert counts(box.publish(style=style)) == (0, 0, 6, 0, 0)
    for name, day in NAMES.items():
        start = box.get(name).start
        assert isinstance(start, dt.datetime)
        assert (start.date(), start.hour, start.minute) == (day, 9, 30)
        summer = dt.date(2026, 3, 29) <= day < dt.date(2026, 10, 25)
        assert start.utcoffset() == dt.timedelta(hours=summer)


@pytest.mark.unmeasured
def test_others_in_the_same_calendar_are_not_touched(box: Box) -> None:
    """A second patient's events and a person's own keep their very versions."""
    box.put("dentist.ics", FOREIGN)
    box.publish(plan_of("B-2"))

    def versions() -> dict[str, str]:
        names = [f"{uid('B-2', event.id)}.ics" for event in plan_of().events]
        return {
            name: ask(box.gate.server, "GET", box.path + name).headers["ETag"]
            for name in [*names, "dentist.ics"]
        }

    before = versions()
    assert box.publish().created == 6
    assert box.publish(GIVEN).updated == 6
    assert versions() == before
    assert counts(box.publish(GIVEN, plan_of("B-2"))) == (0, 0, 12, 0, 0)


def test_what_a_person_moved_stays_and_what_a_person_noted_stays_too(box: Box) -> None:
    """The one is reported, the other is carried along; the rest is delivered."""
    box.publish()
    noted, moved = list(NAMES)[1:3]
    box.move(moved)
    text = ask(box.gate.server, "GET", box.path + noted).body.decode()
    box.put(noted, text.replace("Notes:", "Notes: red book"))
    done = box.publish(GIVEN)
    assert counts(done) == (0, 5, 0, 0, 1)
    assert "maintenance-3: day or time changed by another program" in done.conflicts[0]
    assert box.get(moved).start == NAMES[moved] + dt.timedelta(days=2)
    assert "red book" in str(box.get(noted)["DESCRIPTION"])


@pytest.mark.unmeasured
def test_a_file_imported_by_another_program_is_taken_over(box: Box) -> None:
    """The whole calendar put at once, as a web page does on import."""
    assert ask(box.gate.server, "DELETE", box.path).status == 200
    data = write_calendar(plan_of(), ALL_DAY, STAMP).decode()
    box.path = box.path.rstrip("/")
    box.put("", data)
    box.path += "/"
    assert len(box.everything()) == 6
    assert counts(box.publish()) == (0, 6, 0, 0, 0)
    assert counts(box.publish()) == (0, 0, 6, 0, 0)
    assert counts(box.publish(GIVEN)) == (0, 6, 0, 0, 0)
    assert len(box.everything()) == 6


def test_a_dry_run_sends_nothing_but_reads(box: Box) -> None:
    """And says what would be done."""
    assert box.publish(dry_run=True).created == 6
    assert box.gate.writes == []


# --- somebody else at the same moment -----------------------------------------------


def once_before(method: str, act: Callable[[], None]) -> Fault:
    """A fault that is none: somebody else acts just before the first such request."""
    waiting = [act]

    def fault(gate: Gate, request: Handler) -> bool:
        if request.command == method and waiting:
            waiting.pop()()
        return False

    return fault


@pytest.mark.unmeasured
def test_an_edit_between_reading_and_writing_is_not_overwritten(box: Box) -> None:
    """If-Match fails for that event; the others are delivered."""
    box.publish()
    box.gate.fault = once_before("PUT", lambda: box.move(FIRST))
    done = box.publish(GIVEN)
    assert counts(done) == (0, 5, 0, 0, 1)
    assert "was changed by another program just now" in done.conflicts[0]
    assert box.get(FIRST).start == NAMES[FIRST] + dt.timedelta(days=2)


@pytest.mark.unmeasured
def test_an_event_created_between_reading_and_writing_is_not_overwritten(
    box: Box,
) -> None:
    """If-None-Match fails; a second run finds the event and is content with it."""

    def publish_first() -> None:
        assert box.publish().created == 6

    box.gate.fault = once_before("PUT", publish_first)
    done = box.publish()
    assert counts(done) == (0, 0, 0, 0, 6)
    assert counts(box.publish()) == (0, 0, 6, 0, 0)


def test_an_edit_before_a_deletion_saves_the_event(box: Box) -> None:
    """A dose that fell away is not deleted if somebody has just moved it."""
    box.publish()
    gone = list(NAMES)[4]
    box.gate.fault = once_before("DELETE", lambda: box.move(gone))
    done = box.publish(plan_of(interval="3m"), cancelled=Cancelled.DELETE)
    assert (done.cancelled, len(done.conflicts)) == (1, 1)
    assert gone in box.everything()


@pytest.mark.unmeasured
def test_an_event_deleted_before_its_deletion_is_no_fault(box: Box) -> None:
    """What was to be done is done."""
    box.publish()
    gone = list(NAMES)[4]

    def delete() -> None:
        assert ask(box.gate.server, "DELETE", box.path + gone).status == 200

    box.gate.fault = once_before("DELETE", delete)
    done = box.publish(plan_of(interval="3m"), cancelled=Cancelled.DELETE)
    assert (done.cancelled, done.conflicts) == (2, ())


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (409, "<error xmlns='DAV:'><no-uid-conflict/></error>"),
        (403, "<error xmlns='DAV:'><no-uid-conflict/></error>"),
        (400, "Deleted calendar object with uid already exists in this calendar"),
        (423, ""),
    ],
)
def test_a_refusal_of_one_event_lets_the_others_through(
    box: Box, status: int, body: str
) -> None:
    """Servers say in four ways that one event is in the way; the rest is delivered."""

    def fault(gate: Gate, request: Handler) -> bool:
        if request.command == "PUT" and request.path == box.path + FIRST:
            request.answer(status, body.encode(), Content_Type="text/xml")
            return True
        return False

    box.gate.fault = fault
    done = box.publish()
    assert counts(done) == (5, 0, 0, 0, 1)
    box.gate.fault = None
    assert counts(box.publish()) == (1, 0, 5, 0, 0)
    box.is_whole(plan_of(), 0)


# --- faults -------------------------------------------------------------------------


def status(number: int, **headers: str) -> Fault:
    """An answer that is only a number."""

    def fault(gate: Gate, request: Handler) -> bool:
        request.answer(number, b"Sorry, Zo\xc3\xab", **headers)
        return True

    return fault


def body(data: bytes, number: int = 207, kind: str = "application/xml") -> Fault:
    """An answer that holds something strange."""

    def fault(gate: Gate, request: Handler) -> bool:
        with contextlib.suppress(OSError):
            request.answer(number, data, Content_Type=kind)
        request.close_connection = True
        return True

    return fault


def cut(gate: Gate, request: Handler) -> bool:
    """Break off without an answer: the request was not carried out."""
    request.break_off()
    return True


def cut_after(gate: Gate, request: Handler) -> bool:
    """Carry the request out, and break off before saying so."""
    request.forward()
    request.break_off()
    return True


def cut_inside(gate: Gate, request: Handler) -> bool:
    """Break off in the middle of the answer."""
    request.send_response(207)
    request.send_header("Content-Type", "application/xml")
    request.send_header("Content-Length", "5000")
    request.end_headers()
    request.wfile.write(b"<multistatus xmlns='DAV:'>")
    request.break_off()
    return True


def silent(gate: Gate, request: Handler) -> bool:
    """Take the request and say nothing."""
    gate.done.wait(3 * BOUNDS.silence)
    request.break_off()
    return True


def dripping(gate: Gate, request: Handler) -> bool:
    """Answer so slowly that no single wait is too long."""
    request.send_response(207)
    request.send_header("Content-Length", "5000")
    request.end_headers()
    with contextlib.suppress(OSError):
        for _ in range(15):  # three times as long as it may take
            if gate.done.wait(BOUNDS.seconds / 5):
                break
            request.wfile.write(b" ")
    request.close_connection = True
    return True


def dripping_headers(gate: Gate, request: Handler) -> bool:
    """Send a header octet by octet, none of them late."""
    with contextlib.suppress(OSError):
        request.wfile.write(b"HTTP/1.1 207 Multi-Status\r\nX-Long: ")
        for _ in range(15):  # three times as long as it may take
            if gate.done.wait(BOUNDS.seconds / 5):
                break
            request.wfile.write(b"x")
    request.close_connection = True
    return True


def no_http(gate: Gate, request: Handler) -> bool:
    """Answer in another protocol."""
    request.wfile.write(b"220 mail.example.org ESMTP\r\n")
    request.break_off()
    return True


FAULTS: dict[str, tuple[Fault, str]] = {
    "401": (status(401, WWW_Authenticate="Basic"), "refuses this user and password"),
    "401 bare": (status(401), "refuses this user and password"),
    "401 unknown": (status(401, WWW_Authenticate="Negotiate"), "refuses this user"),
    "cut inside": (cut_inside, "was cut"),
    "silent": (silent, "does not answer in time"),
    "dripping": (dripping, "does not answer in time"),
    "dripping headers": (dripping_headers, "does not answer in time"),
    "redirect": (status(302, Location="/elsewhere/"), "redirects to another address"),
    "redirect to nowhere": (status(301, Location="https://a:x/"), "to another host"),
    "huge": (body(b" " * 2_000_000), "sends an answer that is too large"),
    "compressed": (status(200, Content_Encoding="gzip"), "compresses its answer"),
    "no HTTP": (no_http, "was cut"),
}
"""Faults that end a run wherever they occur."""

REFUSALS: dict[str, tuple[Fault, str]] = {
    "403": (status(403), "does not allow this user"),
    "404": (status(404), "has no calendar at this address"),
    "405": (status(405), "does not take this for the address"),
    "429": (status(429, Retry_After="900"), "answers with an error: 429 Too Many"),
    "500": (status(500), "answers with an error: 500 Internal Server Error"),
    "503": (status(503, Retry_After="900"), "answers with an error: 503 Service"),
    "507": (status(507), "answers with an error: 507 Insufficient Storage"),
}
"""Answers that end a run while it reads; of one event they are that event's."""

READING = {
    "no XML": (body(b"<multistatus"), "cannot be read"),
    "no list": (body(b"<html/>", 200, "text/html"), "sends no list of events"),
    "no body": (body(b""), "cannot be read"),
    "another list": (body(b"<list/>"), "sends no list of events"),
    "deep": (body(b"<a>" * 40 + b"</a>" * 40), "cannot be read"),
    "empty list": (body(b"<multistatus xmlns='DAV:'/>"), ""),
    "bomb": (
        body(
            b'<!DOCTYPE x [<!ENTITY a "aaa">]><multistatus xmlns="DAV:">&a;'
            b"</multistatus>"
        ),
        "cannot be read",
    ),
}


def at(method: str, number: int, fault: Fault, last: int = 0) -> Fault:
    """The fault from the nth such request to the `last`, and at no other."""
    seen = [0]

    def chosen(gate: Gate, request: Handler) -> bool:
        seen[0] += request.command == method and "Authorization" in request.headers
        now = request.command == method and number <= seen[0] <= max(last, number)
        return now and fault(gate, request)

    return chosen


def but(slow: str, *values: str) -> ParameterSet:
    """A parameter; the fault that takes that long is left to the long run."""
    return pytest.param(*values, marks=[pytest.mark.slow] if slow in values else [])


def bounds_for(name: str) -> Limits:
    """How long is waited for a server with this fault."""
    return (
        BOUNDS if name in ("silent", "dripping", "dripping headers") else PATIENT_BOUNDS
    )


def fails(
    box: Box, fault: Fault, plan: Plan, limits: Limits = PATIENT_BOUNDS
) -> B12SchedError:
    """The error of a run with a fault: short, and with nothing of the patient's."""
    box.gate.fault = fault
    with pytest.raises(B12SchedError) as caught:
        box.publish(plan, limits=limits)
    box.gate.fault = None
    said = f"{caught.value.message} {caught.value.hint}"
    assert caught.value.hint
    assert "\n" not in said
    for private in (PASSWORD, "Zo", "B12", "hydroxo", "maintenance", *NAMES):
        assert private not in said
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    return caught.value


@pytest.mark.unmeasured
@pytest.mark.parametrize("name", [but("dripping headers", name) for name in FAULTS])
def test_after_a_fault_while_writing_a_second_run_makes_the_calendar_whole(
    box: Box, name: str
) -> None:
    """One error says what and how far it came; no event is lost, doubled or half."""
    fault, what = FAULTS[name]
    error = fails(box, at("PUT", 3, fault), plan_of(), bounds_for(name))
    assert what in error.message
    assert "(2 of 6 changes were made)" in error.message
    assert len(box.everything()) == 2
    assert counts(box.publish()) == (4, 0, 2, 0, 0)
    box.is_whole(plan_of(), 0)


@pytest.mark.parametrize(
    ("method", "name"),
    [
        *(but("dripping", "PROPFIND", n) for n in (*FAULTS, *REFUSALS, *READING)),
        *(("REPORT", name) for name in ("401", "500", "cut inside", *READING)),
    ],
)
def test_a_fault_while_reading_changes_nothing(
    box: Box, method: str, name: str
) -> None:
    """What the calendar holds must be known before anything is written to it."""
    box.put(FIRST, FOREIGN.replace("dentist", FIRST.removesuffix(".ics")))
    before = box.everything()
    fault, what = (FAULTS | REFUSALS | READING)[name]
    error = fails(box, at(method, 1, fault), plan_of(), bounds_for(name))
    assert what in error.message
    assert box.gate.writes == []
    assert box.everything() == before


@pytest.mark.unmeasured
@pytest.mark.parametrize("number", [1, 3, 6])
def test_wherever_the_connection_is_cut_a_second_run_makes_the_calendar_whole(
    box: Box, number: int
) -> None:
    """Also where the server had already done what it could not say any more."""
    box.publish()
    error = fails(box, at("PUT", number, cut_after, last=number + 1), GIVEN)
    assert "the connection to 127.0.0.1 failed or was cut" in error.message
    assert f"({number - 1} of 6 changes were made)" in error.message
    assert counts(box.publish(GIVEN)) == (0, 6 - number, number, 0, 0)
    box.is_whole(GIVEN, 1)


def test_nothing_follows_a_redirect_to_another_host(box: Box) -> None:
    """Neither the password nor the plan: the other server hears nothing at all."""
    other = Gate(box.gate.server)
    try:
        for number in (301, 302, 307, 308):
            for method in ("PROPFIND", "PUT"):
                to = status(number, Location=f"http://127.0.0.1:{other.port}/x/")
                error = fails(box, at(method, 1, to), plan_of())
                assert "redirects to another host" in error.message
                assert f"127.0.0.1:{other.port}" in error.message
        assert other.seen == []
    finally:
        other.close()


def test_names_on_another_host_or_outside_the_calendar_are_passed_over(
    box: Box,
) -> None:
    """A listing cannot make us read, write or delete anything elsewhere."""
    box.publish()

    def mixed(gate: Gate, request: Handler) -> bool:
        if request.command != "PROPFIND":
            return False
        said = request.forward()
        extra = "".join(
            f"<response xmlns='DAV:'><href>{href}stray.ics</href><propstat><prop>"
            "<getetag>1</getetag></prop><status>HTTP/1.1 200 OK</status></propstat>"
            "</response>"
            for href in (
                "http://example.org" + box.path,
                "/else/",
                box.path + "a/",
                "http://[::",
            )
        )
        text = said.body.decode().replace("</multistatus>", extra + "</multistatus>")
        request.answer(said.status, text.encode(), **said.headers)
        return True

    box.gate.fault = mixed
    assert counts(box.publish()) == (0, 0, 6, 0, 0)
    assert b"stray" not in box.gate.heard


def test_a_wrong_password_a_missing_calendar_and_none_are_told_apart(box: Box) -> None:
    """By Radicale itself."""
    with pytest.raises(InputError, match="refuses this user and password"):
        box.publish(password=WRONG)
    assert PASSWORD not in str(box.gate.seen)
    good = box.url
    box.url = good.replace(USER, f"{USER}/none")
    with pytest.raises(InputError, match="has no calendar at this address"):
        box.publish()
    box.url = f"http://127.0.0.1:{box.gate.port}/{USER}/"
    with pytest.raises(InputError, match="is not a calendar") as caught:
        box.publish()
    assert box.path in caught.value.hint or "name one" in caught.value.hint


def test_without_a_user_no_login_is_sent_even_if_a_file_holds_one(
    box: Box, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """~/.netrc and proxies of the surroundings have no part in it."""
    netrc = tmp_path / "netrc"
    netrc.write_text(f"machine 127.0.0.1 login {USER} password secret\n", "utf-8")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    address = parse_address(box.url)
    with (
        connect(address, None, None, clock=time.monotonic) as server,
        pytest.raises(InputError, match="asks for a login"),
    ):
        publish([plan_of()], server, ALL_DAY, STAMP)
    assert box.gate.seen
    assert not [sent for _, _, sent in box.gate.seen if "Authorization" in sent]


def test_a_server_that_is_not_there_is_said_so() -> None:
    """Nobody listens at that port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        address = parse_address(f"http://localhost:{port}/x/")
        with (
            connect(address, USER, PASSWORD, clock=time.monotonic) as server,
            pytest.raises(B12SchedError, match="localhost failed or was cut"),
        ):
            publish([plan_of()], server, ALL_DAY, STAMP)


def test_a_connection_is_safe_or_is_not_made(
    gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    """https needs a certificate that this machine trusts, and a server that speaks it.

    The gate then has a certificate of its own making.
    """
    plain = f"https://localhost:{gate.port}/x/"
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    secret = Gate(gate.server)
    secret.http.socket = context.wrap_socket(secret.http.socket, server_side=True)
    url = f"https://localhost:{secret.port}/{USER}/none/"
    try:
        for address in (plain, url):
            with pytest.raises(B12SchedError, match="no safe connection to localhost"):
                listing(address)
        assert gate.seen == secret.seen == []
        monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
        with pytest.raises(InputError, match="has no calendar at this address"):
            listing(url)
        assert secret.seen[-1][2]["Authorization"] == LOGIN
    finally:
        secret.close()


def listing(url: str) -> dict[str, str]:
    """What is listed at an address."""
    address = parse_address(url)
    with connect(address, USER, PASSWORD, clock=time.monotonic) as server:
        return server.listing()


def test_the_end_of_the_time_is_the_end_however_many_waits_there_are(box: Box) -> None:
    """By this clock 100 seconds pass between any two looks at it."""
    clock = itertools.count(step=100).__next__
    with (
        connect(parse_address(box.url), USER, PASSWORD, clock=clock) as server,
        pytest.raises(B12SchedError, match="does not answer in time"),
    ):
        server.listing()


def test_no_single_wait_is_longer_than_the_time_that_is_left() -> None:
    """Of 180 seconds 170 are over: a wait of 30 becomes one of 10. Then time is up."""
    from httpcore import TimeoutException

    from b12sched.publish.client import _Network

    network = _Network(iter([0.0, 100.0, 170.0, 180.0]).__next__)
    network.begin(180.0)
    assert network.left(30.0) == 30.0
    assert network.left(30.0) == 10.0
    with pytest.raises(TimeoutException):
        network.left(30.0)


def test_no_request_leaves_the_host_of_the_address() -> None:
    """Nor its port, nor its scheme."""
    from b12sched.publish.client import Client

    address = parse_address("https://example.org/x/")
    client = Client(address, USER, PASSWORD, BOUNDS, time.monotonic)
    for other in (
        "http://example.org/x/",
        "https://example.org:8/x/",
        "https://e.org/x/",
    ):
        with pytest.raises(B12SchedError, match="another host"):
            client.request("PUT", other, "", {})
    client.close()


def test_every_connection_is_closed_at_the_end(box: Box) -> None:
    """Also after a fault."""
    for _ in range(2):
        if box.gate.seen:
            fails(box, at("PROPFIND", 1, status(500)), plan_of())
        else:
            box.publish()
        until = time.monotonic() + 2
        while box.gate.open and time.monotonic() < until:
            time.sleep(0.01)
        assert box.gate.open == 0


def test_no_log_holds_the_login_or_the_plan_and_nothing_is_printed(
    box: Box, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """Not even where a program that uses the library logs everything."""
    with caplog.at_level(logging.DEBUG):
        box.publish()
        fails(box, body(b"<html>Zo\xc3\xab</html>", 200, "text/html"), plan_of())
        fails(box, body(b"Zo\xc3\xab", 207, "text/html"), plan_of())
    for private in (PASSWORD, LOGIN, LOGIN.split()[1], "Zo", "hydroxo", "SUMMARY"):
        assert private not in caplog.text
    assert capfd.readouterr() == ("", "")


def test_without_the_library_an_error_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Before the password is needed or anything is sent."""
    monkeypatch.setitem(sys.modules, "b12sched.publish.client", None)
    address = Address("https://example.org/x/", ("https", "example.org", 443))
    with (
        pytest.raises(InputError) as caught,
        connect(address, USER, PASSWORD, clock=time.monotonic),
    ):
        pass
    assert "b12sched[publish]" in caught.value.hint
