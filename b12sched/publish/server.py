"""List, read and change the resources of a calendar on a CalDAV server.

Each change has a condition (RFC 4791, 5.3; RFC 9110, 13.1); `client` sends it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http import HTTPStatus
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote, urljoin, urlsplit
from xml.sax.saxutils import escape

from b12sched.errors import B12SchedError, InputError
from b12sched.publish.answers import (
    MEANWHILE,
    Answer,
    Limits,
    Refused,
    no_calendar,
    parse_xml,
    refusal,
    refused_event,
    strange,
)
from b12sched.publish.login import Address, origin_of
from b12sched.publish.objects import Resource, same_version

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from b12sched.publish.client import Client

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
_GONE = (HTTPStatus.NOT_FOUND, HTTPStatus.GONE)


class _Response(NamedTuple):
    """One response of a multistatus: the properties `found`, by their tags."""

    path: str
    status: int | None
    found: dict[str, Element]


@contextmanager
def connect(
    address: Address,
    user: str | None,
    password: str | None,
    *,
    clock: Callable[[], float],
    limits: Limits = Limits(),  # noqa: B008  # immutable
) -> Iterator[Server]:
    """Yield a connection to a calendar, and close it. Nothing is sent before its use.

    `clock` returns monotonic seconds. Raises InputError if `httpx` is not installed.
    """
    try:
        from b12sched.publish.client import Client
    except ImportError:
        raise InputError(
            "publish needs the httpx library, which is not installed",
            "install it: pip install 'b12sched[publish]'",
        ) from None
    client = Client(address, user, password, limits, clock)
    try:
        yield Server(client, address, logged_in=user is not None)
    finally:
        client.close()


class Server:
    """One calendar (a collection of calendar objects) on a server."""

    def __init__(self, client: Client, address: Address, *, logged_in: bool) -> None:
        self._client = client
        self._address = address
        self._logged_in = logged_in
        # SOGo ignores If-None-Match on PUT; this is where it has its calendars.
        self._unconditional = "/SOGo/dav/" in address.url

    def listing(self) -> dict[str, str]:
        """Return every resource in the calendar: its name without the folder, by path.

        Raises InputError if the address is not a calendar.
        """
        here = unquote(urlsplit(self._address.url).path)
        names, calendars, itself = {}, [], None
        for part in self._ask("PROPFIND", _LISTING):
            path = unquote(part.path)
            kinds = {child.tag for child in part.found.get(f"{_DAV}resourcetype", ())}
            if path.rstrip("/") + "/" == here:
                if part.status in _GONE:
                    self._check(HTTPStatus.NOT_FOUND)
                if part.status is not None:
                    raise self._strange("sends only a part of the calendar")
                itself = kinds
            elif f"{_CALDAV}calendar" in kinds:
                calendars.append(part.path)
            elif path.startswith(here) and "/" not in path[len(here) :]:
                names[part.path] = path[len(here) :]
        if itself is None:
            raise self._strange("answers for another calendar than the one asked for")
        if f"{_CALDAV}calendar" not in itself:
            raise no_calendar(self._address.host, calendars)
        return names

    def read(self, hrefs: Sequence[str]) -> Iterator[Resource]:
        """Yield the calendar objects at these paths; skip those deleted meanwhile.

        An object that the server does not send has no data.
        """
        for at in range(0, len(hrefs), _AT_ONCE):
            waiting = {unquote(href): href for href in hrefs[at : at + _AT_ONCE]}
            names = "".join(f"<href>{escape(href)}</href>" for href in waiting.values())
            for part in self._ask("REPORT", _READING.format(names)):
                href = waiting.pop(unquote(part.path), None)
                if href is None or part.status in _GONE:
                    continue
                data = part.found.get(f"{_CALDAV}calendar-data")
                etag = part.found.get(f"{_DAV}getetag")
                if data is None or not data.text:
                    yield Resource(href, "", "")
                elif etag is None or not etag.text:
                    raise self._strange("does not send the version (ETag) of an event")
                else:
                    yield Resource(href, etag.text.strip(), data.text)
            if waiting:
                raise self._strange("leaves out events that it has listed")

    def put(self, href: str, data: str, etag: str | None) -> Refused | None:
        """Write one calendar object: a new one, or over the version that was read.

        Return why it was not written if that may concern this event only.
        """
        new = etag is None
        if new and self._unconditional and self._version(href) is not None:
            return Refused(MEANWHILE)
        condition = {"If-None-Match": "*"} if etag is None else _if_match(etag)
        headers = {"Content-Type": "text/calendar; charset=utf-8", **condition}
        url = self._url(href)
        answer = self._client.request("PUT", url, data, headers)
        if new and answer.status in (HTTPStatus.OK, HTTPStatus.NO_CONTENT):
            self._unconditional = True  # it replaced what must not have been there
        doubted = answer.repeated and answer.status == HTTPStatus.PRECONDITION_FAILED
        there = self.read([urlsplit(url).path]) if doubted else ()
        if any(same_version(resource.data, data) for resource in there):
            return None  # the server had done it when it was first asked
        return self._refused(answer, new=new)

    def delete(self, href: str, etag: str) -> Refused | None:
        """Delete a calendar object if it is still the version read; return as `put`.

        SOGo ignores If-Match on DELETE, so the version is looked up first.
        """
        now = self._version(href)
        if now is None:
            return None  # another program deleted it
        answer = Answer(HTTPStatus.PRECONDITION_FAILED, b"")
        if not now or _if_match(now) == _if_match(etag):
            url = self._url(href)
            answer = self._client.request("DELETE", url, "", _if_match(etag))
        return None if answer.status in _GONE else self._refused(answer, new=False)

    def _version(self, href: str) -> str | None:
        """Return the ETag of a resource now; None if it is gone, "" if unknown."""
        answer = self._request("PROPFIND", self._url(href), _LISTING, "0")
        if answer.status in _GONE:
            return None
        if answer.status != HTTPStatus.MULTI_STATUS:
            return ""
        for part in self._parts(answer):
            if part.status in _GONE:
                return None
            if (etag := part.found.get(f"{_DAV}getetag")) is not None:
                return etag.text or ""
        return ""

    def _refused(self, answer: Answer, *, new: bool) -> Refused | None:
        if 200 <= answer.status < 300:
            return None
        if answer.status == HTTPStatus.UNAUTHORIZED:
            self._check(answer.status)
        return refused_event(answer, self._address.host, new=new)

    def _url(self, href: str) -> str:
        return urljoin(self._address.url, href)

    def _ask(self, method: str, body: str) -> list[_Response]:
        """Ask for something in the calendar; return the answer, a multistatus."""
        answer = self._request(method, self._address.url, body, "1")
        self._check(answer.status)
        return self._parts(answer)

    def _request(self, method: str, url: str, body: str, depth: str) -> Answer:
        headers = {"Content-Type": "application/xml; charset=utf-8", "Depth": depth}
        return self._client.request(method, url, body, headers)

    def _parts(self, answer: Answer) -> list[_Response]:
        try:
            tree = parse_xml(answer.body)
        except ValueError:
            raise self._strange("sends an answer that cannot be read") from None
        listed = answer.status == HTTPStatus.MULTI_STATUS
        if not listed or tree.tag != f"{_DAV}multistatus":
            raise self._strange("sends no list of events: is it a CalDAV server?")
        return [part for each in tree if (part := self._part(each)) is not None]

    def _part(self, response: Element) -> _Response | None:
        """Parse one response of a multistatus; return None for another server's."""
        try:
            url = self._url(response.findtext(f"{_DAV}href", "").strip())
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

    def _check(self, status: int) -> None:
        if not 200 <= status < 300:
            raise refusal(status, self._address.host, logged_in=self._logged_in)

    def _strange(self, what: str) -> B12SchedError:
        return strange(self._address.host, what)


def _status(element: Element) -> int | None:
    """Return the number in a status line of a multistatus (HTTP/1.1 200 OK)."""
    words = element.findtext(f"{_DAV}status", "").split()
    return int(words[1]) if len(words) > 1 and words[1].isdecimal() else None


def _if_match(etag: str) -> dict[str, str]:
    # A gateway that compresses answers makes ETags weak; If-Match needs a strong one.
    return {"If-Match": etag.strip().removeprefix("W/")}
