"""List, read and change the resources of a calendar on a CalDAV server.

The `caldav` library connects, logs in (basic or digest, as the server asks) and parses
the XML. Its own `save` cannot send If-None-Match, so this module makes the requests
(RFC 4791, 5.3; RFC 9110, 13.1), within the limits that `guard` enforces.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import unquote, urljoin, urlsplit
from xml.sax.saxutils import escape

from b12sched.errors import B12SchedError, InputError, shown
from b12sched.publish.answers import AGAIN, no_calendar, refusal
from b12sched.publish.guard import DEFAULT_LIMITS, Guard, Limits
from b12sched.publish.login import Address, origin_of
from b12sched.publish.objects import Resource

if TYPE_CHECKING:
    from caldav.davclient import DAVClient

_DAV, _CALDAV = "{DAV:}", "{urn:ietf:params:xml:ns:caldav}"
_AT_ONCE = 50
"""The most calendar objects read with one request."""

_LISTING = (
    '<?xml version="1.0" encoding="utf-8"?><propfind xmlns="DAV:"><prop>'
    "<resourcetype/><getetag/></prop></propfind>"
)
_READING = (
    '<?xml version="1.0" encoding="utf-8"?><C:calendar-multiget xmlns="DAV:" '
    'xmlns:C="urn:ietf:params:xml:ns:caldav"><prop><getetag/><C:calendar-data/></prop>'
    "{}</C:calendar-multiget>"
)
_TAKEN = {
    HTTPStatus.CONFLICT: "cannot be written: its place in the calendar is taken",
    HTTPStatus.PRECONDITION_FAILED: "was changed by another program at this moment",
    HTTPStatus.LOCKED: "is locked by another program",
}
"""The refusals that concern one event only; any other stops the run."""


class _Reply(NamedTuple):
    """The answer to a request: its HTTP status, its text and its parsed XML."""

    status: int
    text: str
    tree: Any  # an lxml element, which has no types


class _Response(NamedTuple):
    """One response of a multistatus: the properties `found`, by their tags."""

    href: str
    status: int | None
    found: dict[str, Any]


@contextmanager
def connect(
    address: Address,
    user: str | None,
    password: str | None,
    *,
    clock: Callable[[], float],
    limits: Limits = DEFAULT_LIMITS,
) -> Iterator[Server]:
    """Yield a connection to a calendar, and close it. Nothing is sent before its use.

    `clock` returns monotonic seconds. Raises InputError if `caldav` is not installed.
    """
    try:
        from caldav.davclient import DAVClient
        from caldav.lib import error as caldav_error
    except ImportError:
        raise InputError(
            "publish needs the caldav library, which is not installed",
            "install it: pip install 'b12sched[publish]'",
        ) from None
    # The library logs warnings, and requests if its environment variable is set.
    caldav_error.debug_dump_communication = False
    logging.getLogger("caldav").setLevel(logging.CRITICAL + 1)
    client = DAVClient(
        url=address.url,
        username=user,
        password=password,
        enable_rfc6764=False,
        rate_limit_handle=False,
    )
    guard = Guard(client.session, address, limits, clock)
    client.session = guard  # type: ignore[assignment]  # it has what the client uses
    try:
        yield Server(client, guard, address, logged_in=user is not None)
    finally:
        guard.close()


class Server:
    """One calendar (a collection of calendar objects) on a server."""

    def __init__(
        self, client: DAVClient, guard: Guard, address: Address, *, logged_in: bool
    ) -> None:
        self._client = client
        self._guard = guard
        self._address = address
        self._logged_in = logged_in

    def listing(self) -> dict[str, str]:
        """Return every resource in the calendar: its name without the folder, by path.

        Raises InputError if the address is not a calendar.
        """
        here = unquote(urlsplit(self._address.url).path)
        names, calendars, itself = {}, [], None
        for part in self._ask("PROPFIND", _LISTING, {"Depth": "1"}):
            path = unquote(part.href)
            kinds = {child.tag for child in part.found.get(f"{_DAV}resourcetype", ())}
            if part.status is not None:
                raise self._strange("sends only a part of the calendar")
            if path.rstrip("/") + "/" == here:
                itself = kinds
            elif f"{_CALDAV}calendar" in kinds:
                calendars.append(part.href)
            elif path.startswith(here) and "/" not in path[len(here) :]:
                names[part.href] = path[len(here) :]
        if itself is None:
            raise self._strange("answers for another calendar than the one asked for")
        if f"{_CALDAV}calendar" not in itself:
            raise no_calendar(self._address.host, calendars)
        return names

    def read(self, hrefs: Sequence[str]) -> Iterator[Resource]:
        """Yield the calendar objects at these paths; skip those deleted meanwhile."""
        for at in range(0, len(hrefs), _AT_ONCE):
            waiting = {unquote(href): href for href in hrefs[at : at + _AT_ONCE]}
            names = "".join(f"<href>{escape(href)}</href>" for href in waiting.values())
            for part in self._ask("REPORT", _READING.format(names), {}):
                href = waiting.pop(unquote(part.href), None)
                if href is None or part.status == HTTPStatus.NOT_FOUND:
                    continue
                data = part.found.get(f"{_CALDAV}calendar-data")
                etag = part.found.get(f"{_DAV}getetag")
                if data is None or etag is None or not (data.text and etag.text):
                    raise self._strange("does not send an event and its version (ETag)")
                yield Resource(href, etag.text.strip(), data.text)
            if waiting:
                raise self._strange("leaves out events that it has listed")

    def put(self, href: str, data: str, etag: str | None) -> str:
        """Write one calendar object: a new one, or over the version that was read.

        Return why it was not written if that concerns this event only, else "".
        """
        headers = {"Content-Type": "text/calendar; charset=utf-8"}
        condition = {"If-None-Match": "*"} if etag is None else _if_match(etag)
        return self._change("PUT", href, data, headers | condition)

    def delete(self, href: str, etag: str) -> str:
        """Delete a calendar object if it is still the version read; return as `put`."""
        return self._change("DELETE", href, "", _if_match(etag))

    def _change(
        self, method: str, href: str, data: str, headers: Mapping[str, str]
    ) -> str:
        answer = self._send(method, urljoin(self._address.url, href), data, headers)
        status = answer.status
        gone = status in (HTTPStatus.NOT_FOUND, HTTPStatus.GONE)
        if method == "DELETE" and gone:
            return ""  # another program deleted it
        # The second text is Nextcloud's for an event in its bin.
        if "no-uid-conflict" in answer.text or "uid already exists" in answer.text:
            return "is in the calendar under another name, or in its bin"
        if status in _TAKEN:
            return _TAKEN[HTTPStatus(status)]
        self._check(status)
        return ""

    def _ask(
        self, method: str, body: str, headers: Mapping[str, str]
    ) -> list[_Response]:
        """Send a request that changes nothing; return its answer, a multistatus."""
        answer = self._send(method, self._address.url, body, headers)
        self._check(answer.status)
        tree = answer.tree
        whole = tree is not None and tree.tag == f"{_DAV}multistatus"
        if answer.status != HTTPStatus.MULTI_STATUS or not whole:
            raise self._strange("sends no list of events: is it a CalDAV server?")
        return [part for each in tree if (part := self._part(each)) is not None]

    def _part(self, response: Any) -> _Response | None:
        """Parse one response of a multistatus; return None for another server's."""
        try:
            url = urljoin(
                self._address.url, response.findtext(f"{_DAV}href", "").strip()
            )
            if (
                response.tag != f"{_DAV}response"
                or origin_of(url) != self._address.origin
            ):
                return None
        except ValueError:
            return None
        found = {
            child.tag: child
            for propstat in response.iterfind(f"{_DAV}propstat")
            if _status(propstat) == HTTPStatus.OK
            for child in propstat.iterfind(f"{_DAV}prop/*")
        }
        return _Response(urlsplit(url).path, _status(response), found)

    def _send(
        self, method: str, url: str, body: str, headers: Mapping[str, str]
    ) -> _Reply:
        """Send one request through the library, and turn its errors into ours.

        The library's messages may hold the plan or the login, so none is passed on.
        """
        from caldav.lib.error import DAVError
        from caldav.lib.http_sync import requests

        host = shown(self._address.host)
        try:
            answer = self._client.request(url, method, body, headers)
            return _Reply(answer.status, answer.raw, answer.tree)
        except B12SchedError:
            raise
        except DAVError:  # the library's error for a refusal
            last = self._guard.last
            if last is None:
                raise self._strange("sends an answer that cannot be read") from None
            return _Reply(last.status_code, last.text, None)
        except requests.exceptions.SSLError:
            raise B12SchedError(
                f"there is no safe connection to {host}: its certificate is not "
                "trusted, or it does not speak https",
                "check the address; ask whoever runs the server about its certificate",
            ) from None
        except requests.exceptions.Timeout:
            raise B12SchedError(f"{host} does not answer in time", AGAIN) from None
        except OSError:
            raise B12SchedError(
                f"the connection to {host} failed or was cut",
                f"check the address and the network, then {AGAIN}",
            ) from None
        except Exception:  # the library raises anything for a strange answer
            raise self._strange("sends an answer that cannot be read") from None

    def _check(self, status: int) -> None:
        if not 200 <= status < 300:
            raise refusal(status, self._address.host, logged_in=self._logged_in)

    def _strange(self, what: str) -> B12SchedError:
        return B12SchedError(
            f"{shown(self._address.host)} {what}",
            "check that --url is the address of a CalDAV calendar; nothing is done "
            "that rests on such an answer",
        )


def _status(element: Any) -> int | None:
    """Return the number in a status line of a multistatus (HTTP/1.1 200 OK)."""
    words = element.findtext(f"{_DAV}status", "").split()
    return int(words[1]) if len(words) > 1 and words[1].isdecimal() else None


def _if_match(etag: str) -> dict[str, str]:
    # A gateway that compresses answers makes ETags weak; If-Match needs a strong one.
    return {"If-Match": etag.removeprefix("W/")}
