"""Restrict what the CalDAV library may do on the network.

Requests go only to the host of the calendar's address; no redirect is followed, so that
neither the password nor the plan goes anywhere else; no login is read from a file of
the user's; an answer is limited in size and time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple
from urllib.parse import urljoin

from b12sched.errors import B12SchedError, shown
from b12sched.ics.folding import LARGEST
from b12sched.publish.login import Address, origin_of

_CHUNK = 64 * 1024


class Limits(NamedTuple):
    """Limits of an answer: seconds without data, seconds in all, and octets."""

    silence: float = 30.0
    seconds: float = 180.0
    octets: int = LARGEST


DEFAULT_LIMITS = Limits()


class WholeAnswer(NamedTuple):
    """The parts of an answer that the library uses, read completely."""

    status_code: int
    headers: Mapping[str, str]
    content: bytes
    reason: str
    url: str

    @property
    def text(self) -> str:
        return self.content.decode(errors="replace")


class Guard:
    """A session of the library's HTTP client that enforces the limits."""

    def __init__(
        self,
        session: Any,
        address: Address,
        limits: Limits,
        clock: Callable[[], float],
    ) -> None:
        self._session = session
        self._address = address
        self._limits = limits
        self._clock = clock
        self.last: WholeAnswer | None = None
        if address.origin[0] == "http":  # this machine: use no proxy
            session.trust_env = False

    def request(self, method: str, url: str, **options: Any) -> WholeAnswer:
        """Send one request, as the session's own method does, within the limits.

        Raises B12SchedError for another host, a redirect, and an answer too large or
        too slow.
        """
        if origin_of(url) != self._address.origin:
            raise self._fault("names an address on another host")
        # An explicit login keeps the client from looking for one in ~/.netrc.
        options["auth"] = options.get("auth") or _no_login
        options["timeout"] = self._limits.silence
        self.last = None
        until = self._clock() + self._limits.seconds
        response = self._session.request(
            method, url, **options, allow_redirects=False, stream=True
        )
        try:
            if 300 <= response.status_code < 400:
                raise self._redirected(url, response.headers.get("Location", ""))
            content = bytearray()
            for chunk in response.iter_content(_CHUNK):
                content += chunk
                if len(content) > self._limits.octets:
                    raise self._fault("sends an answer that is too large")
                if self._clock() > until:
                    raise self._fault("takes too long to answer")
        finally:
            response.close()
        headers = dict(response.headers)
        # The library must neither reject nor log an unusual content type: the text
        # itself shows whether it can be read.
        headers["Content-Type"] = "text/plain"
        self.last = WholeAnswer(
            response.status_code,
            headers,
            bytes(content),
            response.reason or "",
            url,
        )
        return self.last

    def close(self) -> None:
        """Close every connection."""
        self._session.close()

    def _redirected(self, url: str, location: str) -> B12SchedError:
        target = urljoin(url, location)
        try:
            elsewhere = origin_of(target) != self._address.origin
        except ValueError:
            elsewhere = True
        where = "another host" if elsewhere else "another address"
        return B12SchedError(
            f"{shown(self._address.host)} sends to {where}, {shown(target, 200)}; "
            "nothing was sent there",
            "if you trust it, name that address with --url",
        )

    def _fault(self, what: str) -> B12SchedError:
        return B12SchedError(
            f"{shown(self._address.host)} {what}",
            "check that --url is the address of a CalDAV calendar of your own server",
        )


def _no_login(request: Any) -> Any:
    return request
