"""Publish to real calendar servers on this machine, and look at what they then hold.

    python tests/real_servers.py radicale xandikos sabre
    python tests/real_servers.py --install sabre cyrus davical   # as root, on Debian

`--install` asks apt-get for their packages, and Debian may start some of them by
itself: use a container or a virtual machine. Cyrus and DAViCal need root.

Each server runs on loopback, with its data and settings in a temporary directory, and
is stopped at the end. The command makes, revises and publishes the plans, as a nurse's
script does. What the server then holds is read with urllib, which knows nothing of how
it was written. Between the two stands a wire that notes what was asked, and lets
somebody else act at the worst moment.

It prints a line for each server and step. The exit code is 1 if one failed.
"""

from __future__ import annotations

import argparse
import base64
import contextlib
import datetime as dt
import hashlib
import imaplib
import importlib.metadata
import os
import pwd
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

import pytest
from icalendar import Alarm, Calendar, Event

for room in ("helpers", "publish"):
    sys.path.insert(0, str(Path(__file__).parent / room))

from cli import Done, here  # noqa: E402
from test_publish_server import (  # noqa: E402
    FOREIGN,
    PASSWORD,
    READS,
    USER,
    WRONG,
    free_port,
    radicale_in,
    started,
)
from test_publish_xandikos import xandikos_in  # noqa: E402

from b12sched.ics import uid  # noqa: E402

PATIENCE = 60.0
STOPPED: list[int] = []
"""The exit code, once a signal has come."""


# --- the servers --------------------------------------------------------------------


class Server(NamedTuple):
    """A server that runs: its port, where calendars are made, how one logs in."""

    port: int
    home: str
    login: str


def as_user(name: str) -> list[str]:
    """What stands before a command that runs as a user of its own."""
    assert os.geteuid() == 0, f"needs root, to run as {name}"
    group = pwd.getpwnam(name).pw_gid
    return ["setpriv", f"--reuid={name}", f"--regid={group}", "--init-groups"]


def owned(folder: Path, name: str) -> Path:
    """A new folder of this user."""
    folder.mkdir()
    shutil.chown(folder, name)
    return folder


def changed(path: Path, old: str, new: str) -> None:
    """Put another text into a file that must hold the old one."""
    text = path.read_text("utf-8")
    assert old in text, f"{path.name} is another than the one known: no {old}"
    path.write_text(text.replace(old, new), "utf-8")


def call(*line: str, text: str = "", **env: str) -> None:
    """Run a program that must succeed."""
    done = subprocess.run(
        line,
        env=os.environ | env,
        input=text.encode(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
        timeout=PATIENCE,
    )
    assert done.returncode == 0, f"{line}: {done.stdout.decode(errors='replace')}"


@contextmanager
def radicale(home: Path) -> Iterator[Server]:
    """As in the tests."""
    with radicale_in(home) as port:
        yield Server(port, f"/{USER}/", "basic")


@contextmanager
def xandikos(home: Path) -> Iterator[Server]:
    """As in the tests; everyone may do everything."""
    with xandikos_in(home) as port:
        yield Server(port, f"/{USER}/calendars/", "none")


@contextmanager
def sabre(home: Path) -> Iterator[Server]:
    """Its own example of a calendar server, on SQLite; login by digest."""
    examples = Path("/usr/share/doc/php-sabre-dav/examples")
    page = home / "calendarserver.php"
    shutil.copy(examples / page.name, page)
    handler = 'set_error_handler("exception_error_handler"'
    # What PHP 8 calls deprecated is no fault of the server.
    changed(page, f"{handler})", f"{handler}, E_ALL & ~E_DEPRECATED)")
    (home / "data").mkdir()
    with contextlib.closing(sqlite3.connect(home / "data" / "db.sqlite")) as db, db:
        for table in ("users", "principals", "calendars"):
            sql = (examples / "sql" / f"sqlite.{table}.sql").read_text("utf-8")
            db.executescript(sql)
        secret = hashlib.md5(
            f"{USER}:SabreDAV:{PASSWORD}".encode(), usedforsecurity=False
        )
        db.execute(
            "INSERT INTO users (username, digesta1) VALUES (?, ?)",
            (USER, secret.hexdigest()),
        )
        db.execute("INSERT INTO principals (uri) VALUES (?)", (f"principals/{USER}",))
    port = free_port()
    line = ["php", "-S", f"127.0.0.1:{port}", "-t", str(home), str(page)]
    with started(["env", "-C", str(home), *line], port):
        yield Server(port, f"/calendars/{USER}/", "digest")


@contextmanager
def cyrus(home: Path) -> Iterator[Server]:
    """The login methods are those that Debian gives it: digest, basic and others."""
    bin = Path("/usr/lib/cyrus/bin")
    data = owned(home / "cyrus", "cyrus")
    settings, services = home / "imapd.conf", home / "cyrus.conf"
    http, imap = free_port(), free_port()
    settings.write_text(
        f"configdirectory: {data}/conf\ndefaultpartition: default\n"
        f"partition-default: {data}/spool\nproc_path: {data}/proc\n"
        f"mboxname_lockpath: {data}/lock\nsievedir: {data}/sieve\n"
        "servername: localhost\nallowplaintext: yes\nautocreate_quota: 0\n"
        "httpmodules: caldav\ncaldav_allowscheduling: off\n"
        "sasl_pwcheck_method: auxprop\nsasl_auxprop_plugin: sasldb\n"
        f"sasl_sasldb_path: {data}/sasldb2\n",
        "utf-8",
    )
    # Without -C each of them would take the settings, and the mail, of this machine.
    services.write_text(
        f'START {{\n recover cmd="{bin}/ctl_cyrusdb -C {settings} -r"\n}}\n'
        "SERVICES {\n"
        f' imap cmd="{bin}/imapd -C {settings}" listen="127.0.0.1:{imap}" prefork=0\n'
        f' http cmd="{bin}/httpd -C {settings}" listen="127.0.0.1:{http}" prefork=0\n'
        "}\nEVENTS {\n}\n",
        "utf-8",
    )
    user = ("-u", "localhost", "-f", f"{data}/sasldb2", USER)
    call(*as_user("cyrus"), "/usr/sbin/saslpasswd2", "-p", "-c", *user, text=PASSWORD)
    line = [*as_user("cyrus"), f"{bin}/master", "-D", "-C", str(settings)]
    line += ["-M", str(services), "-p", f"{data}/pid"]
    with started(line, http):
        with imaplib.IMAP4("127.0.0.1", imap, PATIENCE) as mail:
            mail.authenticate("PLAIN", lambda _: f"\0{USER}\0{PASSWORD}".encode())
        yield Server(http, f"/dav/calendars/user/{USER}/", "basic")


@contextmanager
def davical(home: Path) -> Iterator[Server]:
    """On a PostgreSQL of its own, served by PHP."""
    [postgres, *_] = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    data = owned(home / "data", "postgres")
    call(
        *(*as_user("postgres"), str(postgres / "initdb"), "-D", str(data), "-A"),
        *("trust", "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"),
    )
    port = free_port()
    line = [*as_user("postgres"), str(postgres / "postgres"), "-D", str(data), "-F"]
    line += ["-h", "127.0.0.1", "-p", str(port), "-k", ""]
    with started(line, port):
        source = Path("/usr/share/davical")
        env = {"PGHOST": "127.0.0.1", "PGPORT": str(port), "PGUSER": "postgres"}
        make = f"{source}/dba/create-database.sh"
        call("sh", make, "davical", "admin", TMPDIR=str(home), **env)
        rows = (
            "INSERT INTO usr (user_no, username, password) "  # noqa: S608
            f"VALUES (1001, '{USER}', '**{PASSWORD}');"
            "INSERT INTO principal (type_id, user_no, displayname, default_privileges) "
            f"VALUES (1, 1001, '{USER}', 0::bit(24));"
        )
        call("psql", "-qX", "-v", "ON_ERROR_STOP=1", "davical", "-c", rows, **env)
        # A copy: the program itself takes the settings of this machine.
        copy = home / "davical"
        for part in ("htdocs", "inc"):
            shutil.copytree(source / part, copy / part)
        changed(copy / "htdocs" / "always.php", "/etc/davical/", f"{copy}/")
        (copy / "config.php").write_text(
            "<?php\n$c->pg_connect[] = 'host=127.0.0.1 dbname=davical "
            f"user=davical_app port={port}';\n",
            "utf-8",
        )
        http = free_port()
        line = ["php", "-d", "include_path=/usr/share/awl/inc"]
        line += ["-S", f"127.0.0.1:{http}", "-t", str(copy / "htdocs")]
        with started(line, http):
            yield Server(http, f"/caldav.php/{USER}/", "basic")


class Kind(NamedTuple):
    """How a server is started; the packages that it needs, its own first."""

    start: Callable[[Path], AbstractContextManager[Server]]
    packages: tuple[str, ...] = ()


# DAViCal wants a PHP for the web: php-cgi is the one that brings no web server.
SERVERS = {
    "radicale": Kind(radicale),
    "xandikos": Kind(xandikos),
    "sabre": Kind(
        sabre,
        ("php-sabre-dav", "php-cli", "php-sqlite3", "php-xml", "php-mbstring"),
    ),
    "cyrus": Kind(
        cyrus,
        (
            *("cyrus-caldav", "cyrus-imapd", "sasl2-bin"),
            *("libsasl2-modules", "libsasl2-modules-db"),
        ),
    ),
    "davical": Kind(davical, ("davical", "postgresql", "php-cli", "php-cgi")),
}


def version(name: str) -> str:
    """The version of a server that is installed; an empty text if it is not."""
    packages = SERVERS[name].packages
    if not packages:
        return importlib.metadata.version(name)
    found = [_installed(package) for package in packages]
    return found[0] if all(found) else ""


def _installed(package: str) -> str:
    line = ["dpkg-query", "-W", "-f=${db:Status-Status} ${Version}", package]
    asked = subprocess.run(line, capture_output=True, check=False, encoding="utf-8")
    state, _, number = asked.stdout.partition(" ")
    return number if state == "installed" else ""


# --- the wire -----------------------------------------------------------------------


class Wire:
    """Passes everything on as it is; notes the methods that are asked for.

    `before` is called once, ahead of the first request of the method it names.
    """

    def __init__(self, server: int) -> None:
        self.server = server
        self.methods: list[str] = []
        self.before: tuple[str, Callable[[], None]] | None = None
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self.listener.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                server = socket.create_connection(("127.0.0.1", self.server))
                for ends in ((client, server, True), (server, client, False)):
                    threading.Thread(target=self._pass, args=ends, daemon=True).start()

    def _pass(self, source: socket.socket, target: socket.socket, asks: bool) -> None:
        with source, contextlib.suppress(OSError):
            while data := source.recv(65536):
                if asks and (line := re.match(rb"([A-Z]+) \S+ HTTP/1\.1\r\n", data)):
                    self._note(line[1].decode())
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)

    def _note(self, method: str) -> None:
        self.methods.append(method)
        if self.before and self.before[0] == method:
            act = self.before[1]
            self.before = None
            act()


# --- a calendar, and the desk where plans are made ----------------------------------


class Digest(urllib.request.HTTPDigestAuthHandler):
    """Login by digest for passwords with any letters; urllib's own takes ASCII."""

    def get_algorithm_impls(
        self, algorithm: str
    ) -> tuple[Callable[[str], str], Callable[[str, str], str]]:
        def md5(text: str) -> str:
            return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()

        return md5, lambda secret, data: md5(f"{secret}:{data}")


class Held(NamedTuple):
    """One object in the calendar: its version, and its text."""

    etag: str
    text: str

    @property
    def event(self) -> Event:
        [event] = Calendar.from_ical(self.text).events
        return event

    @property
    def day(self) -> str:
        return str(self.event.start.isoformat())

    @property
    def reminders(self) -> list[object]:
        alarms = self.event.walk("VALARM")
        return [alarm.TRIGGER for alarm in alarms if isinstance(alarm, Alarm)]

    @property
    def cancelled(self) -> bool:
        return str(self.event["STATUS"]) == "CANCELLED"


class Box:
    """A new calendar on a server, as other programs see it; and a folder of plans."""

    def __init__(self, server: Server, number: int, desk: Path) -> None:
        self.server = server
        self.desk = desk
        desk.mkdir()
        self.path = f"{server.home}b12-{number}/"
        self.wire = Wire(server.port)
        self.url = f"http://127.0.0.1:{self.wire.port}{self.path}"
        origin = f"http://127.0.0.1:{server.port}"
        no_proxy = urllib.request.ProxyHandler({})
        handlers: list[urllib.request.BaseHandler] = [no_proxy]
        if server.login == "digest":
            known = urllib.request.HTTPPasswordMgrWithDefaultRealm()
            known.add_password(None, origin, USER, PASSWORD)
            handlers.append(Digest(known))
        self.opener = urllib.request.build_opener(*handlers)
        self.origin = origin
        status, _ = self.ask("MKCALENDAR", self.path)
        assert status == 201, f"no calendar is made ({status})"

    def ask(
        self, method: str, path: str, body: str = "", **headers: str
    ) -> tuple[int, str]:
        """One request of another program: the status, and the text."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.server.login == "basic":
            login = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
            sent["Authorization"] = f"Basic {login}"
        request = urllib.request.Request(  # noqa: S310  # loopback
            self.origin + path, body.encode() or None, sent, method=method
        )
        try:
            with self.opener.open(request, timeout=PATIENCE) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode(errors="replace")

    def held(self) -> dict[str, Held]:
        """Everything in the calendar, by name."""
        _, text = self.ask("PROPFIND", self.path, ETAGS, Depth="1", **XML)
        found = {}
        for part in ElementTree.fromstring(text):  # noqa: S314  # of our own server
            href = part.findtext("{DAV:}href", "").strip()
            if href.endswith(".ics"):
                etag = part.findtext(".//{DAV:}getetag", "")
                status, data = self.ask("GET", href)
                assert status == 200, f"an object cannot be read ({status})"
                found[href.rpartition("/")[2]] = Held(etag, data)
        return found

    def put(self, name: str, text: str) -> int:
        return self.ask("PUT", self.path + name, text, Content_Type="text/calendar")[0]

    def edit(self, name: str, change: Callable[[Event], None]) -> Held:
        """Let a person change an event in a calendar program."""
        calendar = Calendar.from_ical(self.held()[name].text)
        [event] = calendar.events
        change(event)
        status = self.put(name, calendar.to_ical().decode())
        assert status in (200, 201, 204), f"a person's edit is refused ({status})"
        return self.held()[name]

    def run(self, *arguments: str, password: str = PASSWORD) -> Done:
        done = here(*arguments, B12SCHED_PASSWORD=password)
        if STOPPED:  # the command has ended itself only
            sys.exit(STOPPED[0])
        return done

    def plan(self, patient: str) -> str:
        """A plan of six doses, the last was on 5 January 2026; and a calendar file."""
        path = str(self.desk / f"{patient}.json")
        facts = ("--last-dose", "2026-01-05", "--no-neuro", "--renal", "normal")
        done = self.run(
            *("plan", *facts, "--until", "2027-01-20", "--patient", patient),
            *("--format", "csv", "-o", path, "-o", path.replace(".json", ".ics")),
        )
        assert done.code == 0, done.err
        return path

    def revise(self, plan: str, *facts: str) -> None:
        done = self.run("revise", plan, *facts)
        assert done.code == 0, done.err

    def publish(self, *arguments: str, said: str, code: int = 0) -> str:
        """Publish; the counts must be `said`. Return all that was said."""
        self.wire.methods.clear()
        login = ("--user", USER) if self.server.login != "none" else ()
        done = self.run("publish", *arguments, "--url", self.url, *login)
        told = done.err.partition("\n")[0].removeprefix("127.0.0.1: ")
        same("exit code and counts", (done.code, told), (code, counted(said)))
        return done.err

    def only_reads(self, *arguments: str, said: str) -> None:
        """Publish with nothing changed: nothing is written, and nothing is another."""
        before = self.held()
        self.publish(*arguments, said=said)
        same("requests besides reading", set(self.wire.methods) - READS, set())
        assert self.held() == before, "the calendar is another"


ETAGS = '<propfind xmlns="DAV:"><prop><getetag/></prop></propfind>'
XML = {"Content_Type": "application/xml; charset=utf-8"}


def counted(said: str) -> str:
    """The line of counts, typed as those that are not 0."""
    words = ("created", "updated", "unchanged", "cancelled", "in conflict")
    stated = dict.fromkeys(words, "0")
    for part in said.split(", "):
        number, _, word = part.partition(" ")
        assert word in words, said
        stated[word] = number
    return ", ".join(f"{number} {word}" for word, number in stated.items())


def same(what: str, is_: object, must: object) -> None:
    """Fail with both if they differ."""
    assert is_ == must, f"{what}: {is_!r}, not {must!r}"


# --- the steps ----------------------------------------------------------------------

NINE_BEFORE = dt.timedelta(hours=-15)
"""From the beginning of the day: nine o'clock of the day before."""

EVERY_2_MONTHS = [
    *("2026-03-05", "2026-05-05", "2026-07-05", "2026-09-05", "2026-11-05"),
    "2027-01-05",
]


def name_of(patient: str, number: int) -> str:
    return f"{uid(patient, f'maintenance-{number}')}.ics"


def in_order(box: Box, patient: str) -> list[Held]:
    """The patient's six events as the server holds them."""
    held = box.held()
    names = [name_of(patient, number) for number in range(1, 7)]
    missing = [name for name in names if name not in held]
    assert not missing, f"{len(missing)} of 6 events are not there"
    return [held[name] for name in names]


def move(event: Event) -> None:
    """Put an event two days later."""
    start = event.start + dt.timedelta(days=2)
    del event["DTSTART"], event["DTEND"]
    event.add("dtstart", start)
    event.add("dtend", start + dt.timedelta(days=1))


def publish(box: Box) -> None:
    """Six events on the days of the rule, each whole, and nothing else."""
    plan = box.plan("Ada-1")
    box.publish(plan, said="6 created")
    held = in_order(box, "Ada-1")
    same("objects", len(box.held()), 6)
    same("days", [each.day for each in held], EVERY_2_MONTHS)
    for each in held:
        event = each.event
        assert "Ada-1" in str(event["SUMMARY"]), event["SUMMARY"]
        same("class", str(event["CLASS"]), "PUBLIC")
        same("SEQUENCE", event.sequence, 0)
        same("METHOD", "METHOD" in each.text, False)
        same("reminders", each.reminders, [NINE_BEFORE])


def publish_again(box: Box) -> None:
    """A run with nothing changed only reads."""
    plan = box.plan("Ben-2")
    box.publish(plan, said="6 created")
    box.only_reads(plan, said="6 unchanged")


def revise(box: Box) -> None:
    """The first dose was given a day late: all six move, as the same events."""
    plan = box.plan("Cleo-3")
    box.publish(plan, said="6 created")
    box.revise(plan, "--given", "2026-03-06")
    box.publish(plan, said="6 updated")
    held = in_order(box, "Cleo-3")
    same("days", [each.day for each in held], [d[:-1] + "6" for d in EVERY_2_MONTHS])
    same("SEQUENCE", {each.event.sequence for each in held}, {1})
    same("objects", len(box.held()), 6)
    box.only_reads(plan, said="6 unchanged")


def a_persons_edit_in_between(box: Box) -> None:
    """What was moved is named and stays; a note and a place are carried along."""
    plan = box.plan("Dev-4")
    box.publish(plan, said="6 created")
    moved = box.edit(name_of("Dev-4", 3), move)

    def note(event: Event) -> None:
        event["DESCRIPTION"] = str(event["DESCRIPTION"]) + "\nbring the red book"
        event.add("LOCATION", "Room 7")

    box.edit(name_of("Dev-4", 2), note)
    box.revise(plan, "--given", "2026-03-06")
    told = box.publish(plan, said="5 updated, 1 in conflict", code=1)
    assert "Dev-4 maintenance-3: day or time changed by another" in told, told
    held = in_order(box, "Dev-4")
    same("the moved event", held[2], moved)
    same("its day", moved.day, "2026-07-07")
    same("the noted event's day", held[1].day, "2026-05-06")
    assert "bring the red book" in str(held[1].event["DESCRIPTION"]), "the note is lost"
    same("its place", str(held[1].event["LOCATION"]), "Room 7")
    status, _ = box.ask("DELETE", box.path + name_of("Dev-4", 3))
    assert status in (200, 204), status
    box.publish(plan, said="1 created, 5 unchanged")


def an_edit_during_the_run(box: Box) -> None:
    """After all was read and before all is written: not overwritten, not deleted."""
    plan = box.plan("Eve-5")
    third = name_of("Eve-5", 3)
    own = FOREIGN.replace("UID:dentist", f"UID:{third[:-4]}")
    box.wire.before = ("PUT", lambda: same("a person's PUT", box.put(third, own), 201))
    box.publish(plan, said="5 created, 1 in conflict", code=1)
    same("the event put meanwhile", in_order(box, "Eve-5")[2].day, "2026-01-05")
    status, _ = box.ask("DELETE", box.path + third)
    assert status in (200, 204), status
    box.publish(plan, said="1 created, 5 unchanged")
    box.revise(plan, "--given", "2026-03-06")
    box.wire.before = ("PUT", lambda: void(box.edit(third, move)))
    told = box.publish(plan, said="5 updated, 1 in conflict", code=1)
    assert "maintenance-3: was changed by another program just now" in told, told
    same("the event moved meanwhile", in_order(box, "Eve-5")[2].day, "2026-07-07")
    fifth = name_of("Eve-5", 5)
    box.revise(plan, "--interval", "3m")
    box.wire.before = ("DELETE", lambda: void(box.edit(fifth, move)))
    told = box.publish(
        *(plan, "--cancelled", "delete"),
        said="3 updated, 1 cancelled, 2 in conflict",
        code=1,
    )
    assert "maintenance-5: was changed by another program just now" in told, told
    same("the event moved before its deletion", box.held()[fifth].day, "2026-11-08")


def void(_: object) -> None:
    """Take no notice."""


def cancelled_and_marked(box: Box) -> None:
    """Every three months: two of six fall away, say so, and ring no more."""
    plan = box.plan("Fay-6")
    box.publish(plan, said="6 created")
    box.revise(plan, "--interval", "3m")
    box.publish(plan, said="4 updated, 2 cancelled")
    held = in_order(box, "Fay-6")
    days = [each.day for each in held if not each.cancelled]
    same("days", days, ["2026-04-05", "2026-07-05", "2026-10-05", "2027-01-05"])
    for each in held[4:]:
        same("status", each.cancelled, True)
        assert str(each.event["SUMMARY"]).startswith("CANCELLED"), each.text
        same("reminders", each.reminders, [])
        same("free or busy", str(each.event["TRANSP"]), "TRANSPARENT")
    box.only_reads(plan, said="6 unchanged")
    box.revise(plan, "--interval", "2m")
    box.publish(plan, said="6 updated")
    held = in_order(box, "Fay-6")
    same("days", [each.day for each in held], EVERY_2_MONTHS)
    same("cancelled", [each.cancelled for each in held], [False] * 6)


def cancelled_and_deleted(box: Box) -> None:
    """They are gone, but for one to which somebody added a place; and come back."""
    plan = box.plan("Gil-7")
    box.publish(plan, said="6 created")
    box.edit(name_of("Gil-7", 5), lambda event: event.add("LOCATION", "Room 7"))
    box.revise(plan, "--interval", "3m")
    box.publish(plan, "--cancelled", "delete", said="4 updated, 2 cancelled")
    held = box.held()
    same("objects", len(held), 5)
    same("the last is there", name_of("Gil-7", 6) in held, False)
    same("the one with a place", held[name_of("Gil-7", 5)].cancelled, True)
    box.only_reads(plan, "--cancelled", "delete", said="5 unchanged")
    box.revise(plan, "--interval", "2m")
    box.publish(plan, "--cancelled", "delete", said="1 created, 5 updated")
    same("days", [each.day for each in in_order(box, "Gil-7")], EVERY_2_MONTHS)


def ended(box: Box) -> None:
    """After the end of treatment nothing is left that is not cancelled."""
    plan = box.plan("Hal-8")
    box.publish(plan, said="6 created")
    box.revise(plan, "--ended", "2026-06-01", "--because", "moved")
    box.publish(plan, said="2 updated, 4 cancelled")
    held = in_order(box, "Hal-8")
    same("days", [each.day for each in held], EVERY_2_MONTHS)
    same("cancelled", [each.cancelled for each in held], [False] * 2 + [True] * 4)
    box.only_reads(plan, said="6 unchanged")


HIDDEN = ("UID", "PRODID", "X-9C4D1F7A")
"""Names and digests, and the program: what docs/security.md does not promise."""


def discreet(box: Box) -> None:
    """What was open becomes neutral: no word in any object tells of it."""
    plan = box.plan("Ivy-9")
    box.publish(plan, said="6 created")
    box.publish(plan, "--discreet", said="6 updated")
    told = r"(?i)ivy|b12|cobalamin|inject|vitamin|dose|maintenance"
    for each in in_order(box, "Ivy-9"):
        lines = each.text.replace("\r\n ", "").splitlines()
        words = [line for line in lines if not line.startswith(HIDDEN)]
        found = re.findall(told, "\n".join(words))
        same("words that tell", found, [])
        same("reminders", each.reminders, [NINE_BEFORE])
    box.only_reads(plan, "--discreet", said="6 unchanged")


def timed(box: Box) -> None:
    """09:30 in London, summer and winter; from whole days, and back to them."""
    plan = box.plan("Jon-10")
    time = ("--time", "09:30", "--timezone", "Europe/London")
    box.publish(plan, said="6 created")
    box.publish(plan, *time, said="6 updated")
    same(
        "starts",
        [each.day for each in in_order(box, "Jon-10")],
        [
            *("2026-03-05T09:30:00+00:00", "2026-05-05T09:30:00+01:00"),
            *("2026-07-05T09:30:00+01:00", "2026-09-05T09:30:00+01:00"),
            *("2026-11-05T09:30:00+00:00", "2027-01-05T09:30:00+00:00"),
        ],
    )
    box.only_reads(plan, *time, said="6 unchanged")
    box.publish(plan, said="6 updated")
    same("days", [each.day for each in in_order(box, "Jon-10")], EVERY_2_MONTHS)


def ten_patients(box: Box) -> None:
    """Sixty events beside a person's own; one patient's change touches no other."""
    same("a person's PUT", box.put("dentist.ics", FOREIGN), 201)
    dentist = box.held()["dentist.ics"]
    plans = [box.plan(f"Kim-{number}") for number in range(10)]
    box.publish(*plans, said="60 created")
    box.only_reads(*plans, said="60 unchanged")
    before = box.held()
    box.revise(plans[4], "--given", "2026-03-06")
    box.publish(*plans, said="6 updated, 54 unchanged")
    after = box.held()
    theirs = {name_of("Kim-4", number) for number in range(1, 7)}
    same("objects", after.keys(), before.keys())
    others = {name for name in after if after[name] != before[name]}
    same("what changed", others, theirs)
    same("a person's own event", after["dentist.ics"], dentist)


def one_event_under_two_names(box: Box) -> str:
    """The server refuses the second, or the next run names it and changes neither."""
    plan = box.plan("Lea-11")
    box.publish(plan, said="6 created")
    first = in_order(box, "Lea-11")[0]
    status = box.put("copy.ics", first.text)
    if status >= 300:
        box.only_reads(plan, said="6 unchanged")
        return f"the server refuses it ({status})"
    told = box.publish(plan, said="5 unchanged, 1 in conflict", code=1)
    assert "maintenance-1: is on the server twice" in told, told
    return "the server takes it, the next run names it"


def a_whole_file_in_one_object(box: Box) -> str:
    """The server refuses it, or the next run says which object to delete."""
    plan = box.plan("Ned-12")
    whole = Path(plan).with_suffix(".ics").read_bytes().decode()
    status = box.put("import.ics", whole)
    if status >= 300:
        box.publish(plan, said="6 created")
        return f"the server refuses it ({status})"
    told = box.publish(plan, said="1 in conflict", code=1)
    assert f"delete that object, {box.path}import.ics" in told, told
    status, _ = box.ask("DELETE", f"{box.path}import.ics")
    assert status in (200, 204), status
    box.publish(plan, said="6 created")
    return "the server takes it, the next run names it"


def a_wrong_password_and_a_wrong_address(box: Box) -> None:
    """Exit code 2, each with its reason."""
    plan = box.plan("Max-13")
    login = () if box.server.login == "none" else ("--user", USER)
    home = box.url.replace(box.path, box.server.home)
    for url, reason in (
        (box.url.replace("b12-", "none-"), "has no calendar at this address"),
        (home, "is not a calendar\n  name one of the calendars in it: "),
    ):
        done = box.run("publish", plan, "--url", url, *login)
        assert (done.code, reason in done.err) == (2, True), done
    if login:
        line = ("publish", plan, "--url", box.url, *login)
        done = box.run(*line, password=WRONG)
        known = "refuses this user and password" in done.err
        assert (done.code, known) == (2, True), done


STEPS: tuple[Callable[[Box], str | None], ...] = (
    publish,
    publish_again,
    revise,
    a_persons_edit_in_between,
    an_edit_during_the_run,
    cancelled_and_marked,
    cancelled_and_deleted,
    ended,
    discreet,
    timed,
    ten_patients,
    one_event_under_two_names,
    a_whole_file_in_one_object,
    a_wrong_password_and_a_wrong_address,
)


# --- all of it ----------------------------------------------------------------------


def stop(number: int, _: object) -> None:
    """End at once, with the servers stopped and their folder removed."""
    STOPPED.append(128 + number)
    sys.exit(128 + number)


def say(name: str, step: str, said: str) -> None:
    sys.stdout.write(f"{name:9} {step:37} {' '.join(said.split())}\n")
    sys.stdout.flush()


def try_server(name: str) -> bool:
    """Take every step on one server; return whether all went well."""
    there = version(name)
    if not there:
        say(name, "start", "FAILED: is not installed; run with --install, as root")
        return False
    well = True
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o711)  # servers that run as other users find their own
        home = Path(folder) / "server"
        home.mkdir()
        with SERVERS[name].start(home) as server:
            say(name, "start", there)
            for number, step in enumerate(STEPS):
                said = "ok"
                try:
                    box = Box(server, number, Path(folder) / f"desk-{number}")
                    note = step(box)
                    said += f": {note}" if note else ""
                except Exception as error:
                    well = False
                    said = f"FAILED: {type(error).__name__}: {error}"
                say(name, step.__name__.replace("_", " "), said)
    return well


def main() -> int:
    """Read the command line, try the servers, return the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("servers", nargs="+", choices=SERVERS)
    parser.add_argument("--install", action="store_true", help="by apt-get, as root")
    options = parser.parse_args()
    os.umask(0o022)  # servers that run as other users read their settings
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    packages = {p: None for name in options.servers for p in SERVERS[name].packages}
    if options.install and packages:
        line = ["apt-get", "install", "-y", "--no-install-recommends", *packages]
        env = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(line, env=env, check=True)
    well = True
    for name in options.servers:
        try:
            well &= try_server(name)
        except (Exception, pytest.fail.Exception) as error:
            say(name, "start", f"FAILED: {error}")
            well = False
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
