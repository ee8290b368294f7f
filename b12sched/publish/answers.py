"""Read a server's answers: parse their XML, and say in words what a refusal means.

Of a server's text the words quote only paths.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from http import HTTPStatus
from itertools import accumulate
from typing import Any, NamedTuple
from xml.etree import ElementTree

from b12sched.errors import B12SchedError, InputError, shown
from b12sched.ics.folding import LARGEST

AGAIN = "run the command again later: it goes on where it stopped"
MEANWHILE = "was created by another program just now"
_MOST_NAMED = 5
_MOST_TEXT = 65536
"""The octets of a refusal that are read."""

_DEEPEST = 32
"""The deepest nesting of elements in an answer; CalDAV needs eight."""

_DOWN = (429, 502, 503, 504, 507)
"""The server is overloaded, out of order or full, as it will be for the next event."""

_COPY = "copy the address from the calendar's settings"
_WHOLE = {
    401: (
        "refuses this user and password",
        "check both; some servers want a password made for programs (an app password)",
    ),
    403: (
        "does not allow this user to do that in this calendar",
        "ask the calendar's owner for the right to change it",
    ),
    404: (
        "has no calendar at this address",
        f"{_COPY}; if there is none yet, make the calendar first",
    ),
    405: (
        "does not take this for the address of a calendar",
        f"{_COPY} (often called CalDAV address); that of the web page is another",
    ),
}
_SAME_AS = {410: 404, 501: 405}

_EVENT = {
    409: "cannot be written: its place in the calendar is taken",
    412: "was changed by another program just now",
    423: "is locked by another program",
}
_SAME_UID = re.compile("no-uid-conflict|unique-scheduling-object-resource")
_HREF = re.compile(
    r"href\b[^<>]{0,200}>\s*(?:https?://[^/<]*)?(/[^<\s]+)", re.IGNORECASE
)
_DOCUMENT = re.compile(r"\ufeff?\s*(?:<\?xml[^<>]*\?>\s*)?<[^!?]")
"""The beginning of a document of elements only."""

# Nextcloud's texts for an event that cannot be created since it is in the bin: of the
# program itself (older), and of its database for a unique key.
_IN_BIN = re.compile("uid already exists|calendarobjects|calobjects_by_uid")


class Limits(NamedTuple):
    """Limits of an answer: seconds without data, seconds in all, and octets."""

    silence: float = 30.0
    seconds: float = 180.0
    octets: int = LARGEST


class Answer(NamedTuple):
    """The answer to a request; `repeated` if the request was sent twice for it."""

    status: int
    body: bytes
    repeated: bool = False


class Refused(NamedTuple):
    """Why one event was not written; `whole` is the error if no other is, either.

    `down` tells that the server itself is out of order.
    """

    reason: str
    whole: B12SchedError | None = None
    down: bool = False


def refused_event(answer: Answer, host: str, *, new: bool) -> Refused:
    """Return what the refusal of one PUT or DELETE means; `new` for a creation."""
    status, text = answer.status, answer.body[:_MOST_TEXT].decode(errors="replace")
    if _SAME_UID.search(text):
        other = _HREF.search(text)
        place = f"at {shown(other[1], 200)}" if other else "under another name"
        return Refused(
            f"is on the server already, {place}: move it into this calendar, or delete "
            "it there"
        )
    if _IN_BIN.search(text):
        return Refused(
            "is in the server's bin, or hidden from this user: restore it or empty the "
            "bin; its owner can see hidden events"
        )
    if new and status == HTTPStatus.PRECONDITION_FAILED:
        return Refused("is there under another name, or hidden from this user")
    reason = _EVENT.get(status) or f"was refused by the server ({_named(status)})"
    whole: B12SchedError | None = None
    if status in (*_DOWN, 403, 405):
        whole = refusal(status, host, logged_in=True)
    elif status == HTTPStatus.NOT_FOUND:  # the calendar was listed a moment before
        message = f"this user may not write to this calendar of {shown(host)}"
        whole = InputError(message, _WHOLE[403][1], field="url")
    return Refused(reason, whole, status in _DOWN)


def refusal(status: int, host: str, *, logged_in: bool) -> B12SchedError:
    """Return the error for an HTTP status that is no success."""
    name = shown(host)
    if status == HTTPStatus.UNAUTHORIZED and not logged_in:
        return InputError(f"{name} asks for a login", "add --user NAME", field="url")
    known = _SAME_AS.get(status, status)
    if known not in _WHOLE:
        return B12SchedError(f"{name} answers with an error: {_named(status)}", AGAIN)
    message, hint = _WHOLE[known]
    if known == HTTPStatus.FORBIDDEN:
        return B12SchedError(f"{name} {message}", hint)
    field = "user" if known == HTTPStatus.UNAUTHORIZED else "url"
    return InputError(f"{name} {message}", hint, field=field)


def _named(status: int) -> str:
    phrases = {each.value: each.phrase for each in HTTPStatus}
    return f"{status} {phrases.get(status, '')}".strip()


def no_calendar(host: str, calendars: Sequence[str]) -> InputError:
    """Return the error for an address that is no calendar; it names those below it."""
    names = ", ".join(shown(href) for href in calendars[:_MOST_NAMED])
    return InputError(
        f"what is at this address of {shown(host)} is not a calendar",
        f"name one of the calendars in it: {names}" if names else _COPY,
        field="url",
    )


def strange(host: str, what: str) -> B12SchedError:
    """Return the error for an answer that no CalDAV server should send."""
    return B12SchedError(
        f"{shown(host)} {what}",
        "check that --url is the address of a CalDAV calendar of your own server; "
        "b12sched does not act on such an answer",
    )


def parse_xml(body: bytes) -> ElementTree.Element:
    """Parse an answer. Raises ValueError if it is no XML, too deep, or has a DTD.

    Without a DTD there are no entities: nothing grows, and nothing else is read.
    """
    text = body.decode()
    if not _DOCUMENT.match(text):
        raise ValueError("no XML, or more than elements")
    parser: Any = ElementTree.XMLPullParser(("start", "end"))
    try:
        parser.feed(text)
        parser.close()
        events: list[tuple[str, ElementTree.Element]] = [*parser.read_events()]
    except ElementTree.ParseError as error:
        raise ValueError("no XML") from error
    if max(accumulate(1 if event == "start" else -1 for event, _ in events)) > _DEEPEST:
        raise ValueError("too deep")
    return events[0][1]
