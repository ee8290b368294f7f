"""What other servers answer than Radicale, as measured; the gate answers as they do."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import unquote

import pytest
from spec import table
from test_publish_server import (
    FIRST,
    GIVEN,
    LOGIN,
    NAMES,
    PATIENT,
    STAMP,
    USER,
    WRONG,
    Box,
    Fault,
    Gate,
    Handler,
    ask,
    at,
    box,
    counts,
    cut,
    cut_after,
    gate,
    plan_of,
    pytestmark,
    radicale,
    status,
)

from b12sched.errors import B12SchedError, InputError
from b12sched.ics import CalendarStyle, uid, write_calendar
from b12sched.publish import Cancelled

__all__ = ["box", "gate", "pytestmark", "radicale"]

PUBLIC = CalendarStyle.parse({"class": "public"})
ALL_DAY = CalendarStyle()
FEWER = plan_of(interval="3m")
"""Two of the six doses fall away."""

SECOND = list(NAMES)[1]


def refuse(number: int, text: str, *names: str, method: str = "PUT") -> Fault:
    """A server that refuses to write these events, or all, and says why in `text`."""

    def fault(gate: Gate, request: Handler) -> bool:
        name = request.path.rpartition("/")[2]
        if request.command == method and (not names or name in names):
            request.answer(number, text.encode(), Content_Type="application/xml")
            return True
        return False

    return fault


# --- one event is refused -----------------------------------------------------------

SABRE = "<d:error xmlns:d='DAV:' xmlns:s='http://sabredav.org/ns'><s:message>{}</s:message></d:error>"
CYRUS = (
    "<D:error xmlns:D='DAV:' xmlns:C='urn:ietf:params:xml:ns:caldav'>"
    "<C:unique-scheduling-object-resource><D:href>https://mail.example.org"
    "/dav/calendars/user/nurse/Other/x%1B.ics</D:href>"
    "</C:unique-scheduling-object-resource></D:error>"
)
BIN = "is in the server's bin"


@pytest.mark.unmeasured
@table(
    "number, text, reason",
    (
        "Nextcloud's bin on SQLite",
        500,
        SABRE.format("UNIQUE constraint failed: oc_calendarobjects.calendarid, uid"),
        BIN,
    ),
    (
        "Nextcloud's bin on PostgreSQL",
        500,
        SABRE.format(
            "duplicate key value violates unique constraint "
            "&quot;calobjects_by_uid_index&quot;"
        ),
        BIN,
    ),
    (
        "the bin of an older Nextcloud",
        400,
        SABRE.format("Calendar object with uid already exists in this calendar"),
        BIN,
    ),
    (
        "Cyrus, in another calendar of the account",
        403,
        CYRUS,
        "is on the server already, at /dav/calendars/user/nurse/Other/x%1B.ics: move",
    ),
    (
        "under another name, without saying where",
        409,
        "<C:no-uid-conflict/>",
        "is on the server already, under another name: move",
    ),
    ("DAViCal, hidden or under another name", 412, "", "is there under another name"),
    ("its place is taken", 409, "", "its place in the calendar is taken"),
    ("locked", 423, "", "is locked by another program"),
    ("a fault of the server", 500, "", "was refused by the server (500 Internal"),
    ("out of order for a moment", 503, "", "was refused by the server (503 Service"),
    ("an unknown number", 599, "", "was refused by the server (599)"),
    ("no right", 403, "", "was refused by the server (403 Forbidden)"),
    ("not taken", 415, "", "was refused by the server (415 Unsupported"),
)
def test_one_refused_event_keeps_no_other_and_no_other_patient_out(
    box: Box, number: int, text: str, reason: str
) -> None:
    """Also if it is the first; it is named with the reason, exit code 1."""
    box.gate.fault = refuse(number, text, FIRST)
    done = box.publish(plan_of(), plan_of("B-2"))
    assert counts(done) == (11, 0, 0, 0, 1)
    assert done.conflicts[0].startswith("'Zoë & <7>' maintenance-1: ")
    assert reason in done.conflicts[0]
    assert done.fault is not None
    assert done.fault.exit_code == 1
    box.gate.fault = None
    assert box.publish(plan_of(), plan_of("B-2")).created == 1


@pytest.mark.unmeasured
def test_a_whole_patient_in_the_bin_keeps_no_other_patient_out(box: Box) -> None:
    """Six events in a row are refused, the first of the run; B-2 is delivered."""
    text = SABRE.format("UNIQUE constraint failed: oc_calendarobjects.uid")
    for number, said in ((500, text), (500, "Internal Server Error")):
        box.gate.fault = refuse(number, said, *NAMES)
        done = box.publish(plan_of(), plan_of("B-2"))
        assert counts(done) in ((6, 0, 0, 0, 6), (0, 0, 6, 0, 6))


@pytest.mark.unmeasured
def test_a_refused_deletion_is_that_events_fault(box: Box) -> None:
    """The other one is deleted."""
    box.publish()
    box.gate.fault = refuse(500, "", list(NAMES)[4], method="DELETE")
    done = box.publish(FEWER, cancelled=Cancelled.DELETE)
    assert (done.cancelled, len(done.conflicts)) == (1, 1)
    assert "was refused by the server (500" in done.conflicts[0]


# --- nothing gets through -----------------------------------------------------------


@pytest.mark.unmeasured
@table(
    "number, what, code, tries",
    ("no right", 403, "does not allow this user", 1, 3),
    ("a read-only share of Nextcloud", 404, "may not write", 2, 3),
    ("the address of a page", 405, "does not take this for the address", 2, 3),
    ("overloaded", 429, "429 Too Many Requests", 1, 3),
    ("out of order", 503, "503 Service Unavailable", 1, 3),
    ("full", 507, "507 Insufficient Storage", 1, 3),
)
def test_if_nothing_gets_through_the_run_stops_with_one_error(
    box: Box, number: int, what: str, code: int, tries: int
) -> None:
    """After three events, not after all twelve."""
    box.gate.fault = refuse(number, "")
    with pytest.raises(B12SchedError, match=what) as caught:
        box.publish(plan_of(), plan_of("B-2"))
    assert caught.value.exit_code == code
    assert caught.value.message.endswith("(0 of 12 changes were made)")
    assert len(box.gate.writes) == tries


@table("number, code", ("no right", 403, 1), ("a read-only share", 404, 2))
def test_a_calendar_that_may_not_be_written_is_one_error_for_one_event_too(
    box: Box, number: int, code: int
) -> None:
    """A single change is enough: none got through."""
    box.publish()
    box.gate.fault = refuse(number, "")
    with pytest.raises(B12SchedError) as caught:
        box.publish(plan_of(until="2027-02-20", given="2026-03-05"))
    assert caught.value.exit_code == code


def test_three_events_refused_after_others_were_taken_keep_no_other_out(
    box: Box,
) -> None:
    """The calendar can be written, so it is these three; the sixth is delivered."""
    box.gate.fault = at("PUT", 3, status(403), last=5)
    done = box.publish()
    assert counts(done) == (3, 0, 0, 0, 3)
    assert len(box.everything()) == 3


def test_a_server_that_goes_down_in_the_middle_is_told_with_what_was_done(
    box: Box,
) -> None:
    """Three in a row after two that got through; the next run makes it whole."""
    box.gate.fault = at("PUT", 3, status(503), last=6)
    with pytest.raises(B12SchedError, match="503") as caught:
        box.publish()
    assert caught.value.message.endswith("(2 of 6 changes were made)")
    box.gate.fault = None
    assert counts(box.publish()) == (4, 0, 2, 0, 0)


def test_a_password_that_is_refused_in_the_middle_ends_the_run(box: Box) -> None:
    """It holds for every event."""
    box.gate.fault = refuse(401, "")
    with pytest.raises(InputError, match="refuses this user and password"):
        box.publish()


# --- who sees what ------------------------------------------------------------------


def hiding(gate: Gate, request: Handler) -> bool:
    """A shared calendar that shows the publisher no private event."""
    if request.command != "PROPFIND":
        return False
    said = request.forward()
    text = said.body.decode()
    for part in re.findall("<response>.*?</response>", text, re.DOTALL):
        href = re.search("<href>(.*?)</href>", part)
        assert href is not None
        if href[1].endswith(".ics"):
            data = ask(gate.server, "GET", href[1].replace("&amp;", "&")).body
            if b"CLASS:PRIVATE" in data:
                text = text.replace(part, "")
    request.answer(said.status, text.encode(), **said.headers)
    return True


def test_what_was_written_and_does_not_show_is_an_error(box: Box) -> None:
    """Nextcloud and DAViCal hide private events from all but the calendar's owner."""
    box.gate.fault = hiding
    done = box.publish(plan_of(), plan_of("B-2"))
    assert done.created == 12
    assert done.fault is not None
    assert done.fault.exit_code == 1
    assert "'Zoë & <7>': the server does not show 6 of the events that" in str(
        done.fault
    )
    assert "B-2: the server does not show 6 of" in str(done.fault)
    assert "--class public" in done.fault.hint
    done = box.publish()
    assert len(done.conflicts) == 6
    assert "hidden from this user" in done.conflicts[0]


def test_public_events_show_in_a_shared_calendar(box: Box) -> None:
    """That is the class that `publish` writes unless told otherwise."""
    box.gate.fault = hiding
    assert box.publish(style=PUBLIC).fault is None
    box.is_whole(plan_of(), 0)


def test_a_public_event_that_does_not_show_is_told_too(box: Box) -> None:
    """Nobody but the calendar's owner can say why."""

    def without_one(gate: Gate, request: Handler) -> bool:
        if request.command != "PROPFIND":
            return False
        said = request.forward()
        part = f"<response><href>{box.path}{FIRST}</href>.*?</response>"
        text = re.sub(part, "", said.body.decode(), flags=re.DOTALL)
        request.answer(said.status, text.encode(), **said.headers)
        return True

    box.gate.fault = without_one
    done = box.publish(style=PUBLIC)
    assert done.fault is not None
    assert "does not show 1 of the events that were written" in done.fault.message
    assert "owner" in done.fault.hint


def test_events_of_an_earlier_version_become_public(box: Box) -> None:
    """They were private; that is ours to change. A person's own class is not."""
    box.publish()
    event = box.get(SECOND)
    event["CLASS"] = "CONFIDENTIAL"
    box.store(SECOND, event)
    done = box.publish(style=PUBLIC)
    assert counts(done) == (0, 5, 0, 0, 1)
    assert "maintenance-2: class changed by another program" in done.conflicts[0]


@pytest.mark.unmeasured
def test_reminders_and_busy_time_that_a_server_keeps_for_each_user_are_no_conflict(
    box: Box,
) -> None:
    """Cyrus gives each user their own; Nextcloud takes them from read-only shares."""
    box.publish()
    for name in NAMES:
        event = box.get(name)
        event.subcomponents.clear()
        del event["TRANSP"]
        box.store(name, event)
    assert counts(box.publish()) == (0, 0, 6, 0, 0)
    assert counts(box.publish(GIVEN)) == (0, 6, 0, 0, 0)
    remind = CalendarStyle.parse({"remind": "2d"})
    box.publish(GIVEN, style=remind)
    assert box.get(SECOND).alarms.times


# --- conditions, connections --------------------------------------------------------


def ignoring(gate: Gate, request: Handler) -> bool:
    """SOGo: If-None-Match on PUT and If-Match on DELETE are not looked at."""
    if request.command in ("PUT", "DELETE"):
        del request.headers["If-None-Match"]
        if request.command == "DELETE":
            del request.headers["If-Match"]
    return False


def both(*faults: Fault) -> Fault:
    return lambda gate, request: any(fault(gate, request) for fault in faults)


def before(method: str, number: int, act: Callable[[], None]) -> Fault:
    """Somebody else acts just before the nth such request."""

    def fault(gate: Gate, request: Handler) -> bool:
        act()
        return False

    return at(method, number, fault)


OTHER = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:{}\r\n"
    "DTSTAMP:20260101T000000Z\r\nDTSTART;VALUE=DATE:20260105\r\nSUMMARY:Other\r\n"
    "END:VEVENT\r\nEND:VCALENDAR\r\n"
)


def test_an_event_created_meanwhile_is_not_overwritten_though_the_server_would(
    box: Box,
) -> None:
    """The calendar is listed once more just before anything is created."""
    other = OTHER.format(FIRST.removesuffix(".ics"))
    box.gate.fault = both(
        ignoring, before("PROPFIND", 2, lambda: box.put(FIRST, other))
    )
    done = box.publish()
    assert counts(done) == (5, 0, 0, 0, 1)
    assert "was created by another program just now" in done.conflicts[0]
    assert str(box.get(FIRST)["SUMMARY"]) == "Other"


def test_where_a_server_was_seen_to_overwrite_each_place_is_looked_at_before(
    box: Box,
) -> None:
    """One is lost, and tells that conditions are ignored; the next one is saved."""
    names = list(NAMES)

    def others() -> None:
        for name in (names[0], names[3]):
            box.put(name, OTHER.format(name.removesuffix(".ics")))

    box.gate.fault = both(ignoring, before("PUT", 1, others))
    done = box.publish()
    assert counts(done) == (5, 0, 0, 0, 1)
    assert "maintenance-4: was created by another program" in done.conflicts[0]
    assert str(box.get(names[3])["SUMMARY"]) == "Other"
    looks = [sent for method, _, sent in box.gate.seen if sent.get("Depth") == "0"]
    assert len(looks) == 5


def test_an_event_moved_just_before_its_deletion_stays_though_the_server_would_delete(
    box: Box,
) -> None:
    """Its version is looked up before each deletion."""
    box.publish()
    gone = list(NAMES)[4]
    box.gate.fault = both(ignoring, before("PROPFIND", 2, lambda: box.move(gone)))
    done = box.publish(FEWER, cancelled=Cancelled.DELETE)
    assert (done.cancelled, len(done.conflicts)) == (1, 1)
    assert "was changed by another program just now" in done.conflicts[0]
    assert gone in box.everything()


@pytest.mark.parametrize("answer", [status(404), status(500)])
def test_a_version_that_cannot_be_looked_up_leaves_it_to_the_condition(
    box: Box, answer: Fault
) -> None:
    """404: somebody has deleted it; a fault: the deletion has its own condition."""
    box.publish()
    box.gate.fault = at("PROPFIND", 2, answer)
    assert box.publish(FEWER, cancelled=Cancelled.DELETE).cancelled == 2


MULTI = "<multistatus xmlns='DAV:'><response><href>/x</href>{}</response></multistatus>"


@pytest.mark.parametrize(
    "text", [MULTI.format("<status>HTTP/1.1 404 Not Found</status>"), MULTI.format("")]
)
def test_a_version_may_be_missing_in_other_ways(box: Box, text: str) -> None:
    """Xandikos sends 207 with a 404 inside; another server no version at all."""
    box.publish()

    def answer(gate: Gate, request: Handler) -> bool:
        request.answer(207, text.encode())
        return True

    box.gate.fault = at("PROPFIND", 2, answer)
    assert box.publish(FEWER, cancelled=Cancelled.DELETE).cancelled == 2


@pytest.mark.unmeasured
def test_a_connection_closed_before_an_answer_is_opened_again_once(box: Box) -> None:
    """SOGo closes it after each PUT without saying so."""

    def closing(gate: Gate, request: Handler) -> bool:
        if request.command != "PUT":
            return False
        said = request.forward()
        request.answer(said.status, said.body, **said.headers)
        request.break_off()
        return True

    box.gate.fault = closing
    assert counts(box.publish()) == (6, 0, 0, 0, 0)
    box.gate.fault = at("PUT", 2, cut)
    assert counts(box.publish(GIVEN)) == (0, 6, 0, 0, 0)
    box.gate.fault = at("PROPFIND", 1, cut)
    assert counts(box.publish(GIVEN)) == (0, 0, 6, 0, 0)


def test_a_request_that_was_carried_out_and_not_answered_is_not_a_conflict(
    box: Box,
) -> None:
    """Repeated, it fails for its own success: what is there is what we wrote."""
    box.gate.fault = at("PUT", 1, cut_after)
    assert counts(box.publish()) == (6, 0, 0, 0, 0)
    box.gate.fault = at("PUT", 1, cut_after)
    assert counts(box.publish(GIVEN)) == (0, 6, 0, 0, 0)
    box.gate.fault = at("DELETE", 1, cut_after)
    done = box.publish(
        plan_of(given="2026-03-06", interval="3m"), cancelled=Cancelled.DELETE
    )
    assert (done.cancelled, done.conflicts) == (2, ())


def test_another_programs_event_is_not_taken_for_what_we_wrote(box: Box) -> None:
    """The connection was cut, and meanwhile somebody put an event there."""

    def fault(gate: Gate, request: Handler) -> bool:
        box.put(FIRST, OTHER.format(FIRST.removesuffix(".ics")))
        return cut(gate, request)

    box.gate.fault = at("PUT", 1, fault)
    done = box.publish()
    assert counts(done) == (5, 0, 0, 0, 1)


# --- addresses ----------------------------------------------------------------------


def test_no_calendar_at_the_address_may_be_said_inside_a_list(box: Box) -> None:
    """Xandikos: 207, and in it 404 for the calendar itself. Exit code 2."""
    text = (
        f"<multistatus xmlns='DAV:'><response><href>{box.path.replace('&', '&amp;')}"
        "</href><status>HTTP/1.1 404 Not Found</status></response></multistatus>"
    )
    box.gate.fault = refuse(207, text, method="PROPFIND")
    with pytest.raises(InputError, match="has no calendar at this address"):
        box.publish()


# --- objects ------------------------------------------------------------------------


def as_one_object(box: Box) -> Fault:
    """DAViCal and Xandikos store a file that is put as one object."""
    href = f"{box.path}import.ics".replace("&", "&amp;")
    data = (
        write_calendar(plan_of(), ALL_DAY, STAMP)
        .decode()
        .replace("&", "&amp;")
        .replace("<", "&lt;")
    )
    part = (
        f'<response><href>{href}</href><propstat><prop><getetag>"1"</getetag>'
        "<C:calendar-data xmlns:C='urn:ietf:params:xml:ns:caldav'>{}"
        "</C:calendar-data></prop><status>HTTP/1.1 200 OK</status></propstat>"
        "</response></multistatus>"
    )

    def fault(gate: Gate, request: Handler) -> bool:
        if "Authorization" not in request.headers:
            return False
        if request.command == "PROPFIND":
            said = request.forward()
            text = said.body.decode().replace("</multistatus>", part.format(""))
        elif request.command == "REPORT":
            text = "<multistatus xmlns='DAV:'>" + part.format(data)
        else:
            return False
        request.answer(207, text.encode())
        return True

    return fault


def test_a_whole_file_stored_as_one_object_is_one_conflict(box: Box) -> None:
    """It says which object to delete; the other patient is delivered."""
    box.gate.fault = as_one_object(box)
    done = box.publish(plan_of(), plan_of("B-2"))
    assert counts(done) == (6, 0, 0, 0, 1)
    assert "is one of 6 events in one object" in done.conflicts[0]
    assert f"delete that object, {box.path}import.ics" in done.conflicts[0]


def test_an_event_that_the_server_does_not_send_is_that_events_fault(box: Box) -> None:
    """The others are brought up to the plan."""
    box.publish()

    def without_one(gate: Gate, request: Handler) -> bool:
        if request.command != "REPORT":
            return False
        said = request.forward()
        text = said.body.decode()
        for part in re.findall("<response>.*?</response>", text, re.DOTALL):
            if SECOND in unquote(part):
                text = text.replace(
                    part,
                    f"<response><href>{box.path}{SECOND}</href>"
                    "<status>HTTP/1.1 500 Internal Server Error</status></response>",
                )
        request.answer(said.status, text.encode(), **said.headers)
        return True

    box.gate.fault = without_one
    done = box.publish(GIVEN)
    assert counts(done) == (0, 5, 0, 0, 1)
    assert "maintenance-2: cannot be read on the server" in done.conflicts[0]


# --- login --------------------------------------------------------------------------


def logins(box: Box) -> list[str]:
    """The kinds of login that were sent, in their order."""
    sent = [headers.get("Authorization", "") for _, _, headers in box.gate.seen]
    return [login.partition(" ")[0] for login in sent]


def test_digest_is_chosen_where_the_server_offers_it(box: Box) -> None:
    """sabre/dav: the password itself is never sent."""

    def digest(gate: Gate, request: Handler) -> bool:
        login = request.headers.get("Authorization", "")
        if not login.startswith("Digest "):
            request.answer(
                401,
                WWW_Authenticate='Digest realm="x", qop="auth", nonce="n", opaque="o"',
            )
            return True
        assert f'username="{USER}"' in login
        del request.headers["Authorization"]
        request.headers["Authorization"] = LOGIN
        return False

    box.gate.fault = digest
    assert box.publish().created == 6
    assert logins(box)[:2] == ["", ""]
    assert set(logins(box)[2:]) == {"Digest"}


def test_where_an_offered_digest_is_refused_an_offered_basic_login_is_tried(
    box: Box,
) -> None:
    """Cyrus takes a digest only in a second round, which most programs do not know."""

    digest = 'Digest nonce="n",realm="x",qop="auth",charset=utf-8,algorithm=md5-sess'

    def cyrus(gate: Gate, request: Handler) -> bool:
        login = request.headers.get("Authorization", "")
        if login.startswith("Basic "):
            return False
        request.send_response(401)
        for offer in ("NTLM", digest) if login else ("NTLM", digest, 'Basic realm="x"'):
            request.send_header("WWW-Authenticate", offer)
        request.send_header("Content-Length", "0")
        request.end_headers()
        return True

    box.gate.fault = cyrus
    assert box.publish().created == 6
    assert logins(box)[:4] == ["", "", "Digest", "Basic"]
    assert set(logins(box)[4:]) == {"Basic"}
    with pytest.raises(InputError, match="refuses this user and password"):
        box.publish(password=WRONG)
    assert logins(box) == ["", "", "Digest", "Basic"]


def test_a_digest_login_that_is_refused_sends_no_password_that_was_not_asked_for(
    box: Box,
) -> None:
    """The server's name for itself is no offer."""
    offer = 'Digest realm="Basic, basic", qop="auth", nonce="n", opaque="o"'
    box.gate.fault = status(401, WWW_Authenticate=offer)
    with pytest.raises(InputError, match="refuses this user and password"):
        box.publish()
    assert logins(box) == ["", "", "Digest"]


def test_no_password_is_sent_to_a_server_that_asks_for_another_kind_of_login(
    box: Box,
) -> None:
    """Negotiate, Bearer and others: the login is refused, and none is sent."""
    box.gate.fault = status(401, WWW_Authenticate="Negotiate")
    with pytest.raises(InputError, match="neither basic nor digest"):
        box.publish()
    assert not [sent for _, _, sent in box.gate.seen if "Authorization" in sent]


@pytest.mark.parametrize(
    "challenge",
    ['Digest realm="x"', 'Digest realm="x", nonce="n", algorithm=X', "Digest x"],
)
def test_a_challenge_that_cannot_be_read_is_a_strange_answer(
    box: Box, challenge: str
) -> None:
    """Whatever the library makes of it."""
    box.gate.fault = status(401, WWW_Authenticate=challenge)
    with pytest.raises(B12SchedError, match="cannot be read"):
        box.publish()


# --- the order of conflicts ---------------------------------------------------------


@pytest.mark.unmeasured
def test_conflicts_stand_in_the_order_of_the_plan(box: Box) -> None:
    """Patients as they were named, their events by day; what fell away by its day."""
    plans = [plan_of("B-2"), plan_of()]
    box.publish(*plans)
    for patient in (PATIENT, "B-2"):
        for number in (6, 2, 4):
            box.move(f"{uid(patient, f'maintenance-{number}')}.ics")
    done = box.publish(plan_of("B-2", interval="3m"), plan_of(interval="3m"))
    said = [re.sub(":.*", "", conflict) for conflict in done.conflicts]
    assert said == [
        *(f"B-2 maintenance-{number}" for number in (2, 4, 6)),
        *(f"'Zoë & <7>' maintenance-{number}" for number in (2, 4, 6)),
    ]
