"""Send requests to the server of a calendar, within limits of time and size.

httpx sends them and logs in. Nothing goes to another host than the address names: no
redirect is followed, and neither a proxy nor a login of the environment is used.
"""

from __future__ import annotations

import re
import ssl
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urljoin

import certifi
import httpcore
import httpx

from b12sched.errors import B12SchedError, InputError, shown
from b12sched.publish.answers import AGAIN, Answer, Limits, strange
from b12sched.publish.login import Address, origin_of

_SLICE = 4096
"""The octets that are sent with one wait."""

_LOGINS = {"digest": httpx.DigestAuth, "basic": httpx.BasicAuth}
"""The kinds of login, the best first."""

_QUOTED = re.compile('"[^"]*"')


class Client(httpx.BaseTransport):
    """A connection to one server. Nothing is sent before the first request."""

    def __init__(
        self,
        address: Address,
        user: str | None,
        password: str | None,
        limits: Limits,
        clock: Callable[[], float],
    ) -> None:
        # The system's certificates, and those of certifi for systems without any.
        context = ssl.create_default_context()
        context.load_verify_locations(certifi.where())
        self._host, self._origin = address.host, address.origin
        self._login = (user, password or "") if user else None
        self._limits = limits
        self._network = _Network(clock)
        self._pool = httpcore.ConnectionPool(
            context, max_connections=1, network_backend=self._network
        )
        self._http = httpx.Client(
            transport=self,
            timeout=limits.silence,
            trust_env=False,
            headers={"User-Agent": "b12sched", "Accept-Encoding": "identity"},
        )

    def close(self) -> None:
        """Close every connection."""
        self._pool.close()

    def request(
        self, method: str, url: str, body: str, headers: Mapping[str, str]
    ) -> Answer:
        """Send one request and return its answer, read completely.

        Logs in when the server asks for it, by digest if it offers that, else basic.
        Raises B12SchedError for another host, a redirect, and an answer that is too
        large, too slow or cannot be read. The errors of the libraries may hold the plan
        or the login, so none is passed on.
        """
        host = shown(self._host)
        if origin_of(url) != self._origin:
            raise strange(self._host, "names an address on another host")
        self._network.begin(self._limits.seconds)
        request = self._http.build_request(
            method, url, content=body.encode(), headers=dict(headers)
        )
        try:
            answer = self._http.send(request)
            if answer.status_code == httpx.codes.UNAUTHORIZED and self._login:
                answer = self._log_in(request, answer, *self._login)
                self._login = None
        except B12SchedError:
            raise
        except Exception as error:  # a strange answer can make them raise anything
            raise _fault(host, error) from None
        return Answer(answer.status_code, answer.content, self._network.repeated)

    def _log_in(
        self, request: httpx.Request, answer: httpx.Response, user: str, password: str
    ) -> httpx.Response:
        """Send a request with each kind of login that is offered, until one is taken.

        Cyrus offers digest, and then refuses it from most programs.
        """
        offers = _QUOTED.sub("", answer.headers.get("www-authenticate", "").lower())
        offered = offers.replace(",", " ").split()
        kinds = [_LOGINS[name] for name in _LOGINS if name in offered]
        if not kinds:
            host = shown(self._host)
            raise InputError(
                f"{host} asks for a login that is neither basic nor digest",
                "ask whoever runs the server how calendar programs log in",
                field="user",
            )
        for kind in kinds:
            self._http.auth = kind(user, password)
            answer = self._http.send(request)
            if answer.status_code != httpx.codes.UNAUTHORIZED:
                break
        return answer

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Carry one request for `httpx`; its time and its size are limited here."""
        answer = self._send(request)
        headers = httpx.Headers(answer.headers)
        body = bytearray()
        try:
            if 300 <= answer.status < 400:
                location = headers.get("location", "")
                raise self._redirected(urljoin(str(request.url), location))
            if headers.get("content-encoding", "identity").lower() != "identity":
                raise strange(self._host, "compresses its answer without being asked")
            for chunk in answer.iter_stream():
                body += chunk
                if len(body) > self._limits.octets:
                    raise strange(self._host, "sends an answer that is too large")
        finally:
            answer.close()
        headers.pop("set-cookie", None)  # a session would want more than a login
        return httpx.Response(answer.status, headers=headers, content=bytes(body))

    def _send(self, request: httpx.Request) -> httpcore.Response:
        """Send a request; once more if the connection closed before any answer.

        Every request here only reads or has a condition, and so may be repeated
        (RFC 9110, 9.2.2).
        """
        sent = httpcore.Request(
            request.method,
            str(request.url),
            headers=request.headers.raw,
            content=request.content,
            extensions=request.extensions,
        )
        self._network.heard = False
        try:
            return self._pool.handle_request(sent)
        except (httpcore.ReadError, httpcore.RemoteProtocolError):
            if self._network.heard:
                raise
        self._network.repeated = True
        return self._pool.handle_request(sent)

    def _redirected(self, target: str) -> B12SchedError:
        try:
            elsewhere = origin_of(target) != self._origin
        except ValueError:
            elsewhere = True
        where = "another host" if elsewhere else "another address"
        return B12SchedError(
            f"{shown(self._host)} redirects to {where}, {shown(target, 200)}; nothing "
            "was sent there",
            "if you trust it, name that address with --url",
        )


def _fault(host: str, error: Exception) -> B12SchedError:
    """Return our error for one of the libraries'."""
    if isinstance(error, httpcore.TimeoutException):
        return B12SchedError(f"{host} does not answer in time", AGAIN)
    if isinstance(error.__context__, ssl.SSLError):
        return B12SchedError(
            f"there is no safe connection to {host}: its certificate is not trusted, "
            "or it does not speak https",
            "check the address; ask whoever runs the server about its certificate",
        )
    if isinstance(error, (httpcore.NetworkError, httpcore.RemoteProtocolError)):
        return B12SchedError(
            f"the connection to {host} failed or was cut",
            f"check the address and the network, then {AGAIN}",
        )
    return strange(host, "sends an answer that cannot be read")


class _Network(httpcore.SyncBackend):
    """Opens connections on which no wait lasts beyond the end of the answer's time.

    `heard` tells whether anything came back for a request, `repeated` whether it was
    sent twice.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock

    def begin(self, seconds: float) -> None:
        """Let the time for the next answer begin."""
        self._until = self._clock() + seconds
        self.heard = self.repeated = False

    def left(self, timeout: float | None) -> float:
        """Return how long one wait may be. Raises TimeoutException after the end."""
        left = self._until - self._clock()
        if left <= 0:
            raise httpcore.ReadTimeout
        return min(left, timeout or left)

    def connect_tcp(
        self, host: str, port: int, timeout: float | None = None, *_: Any, **__: Any
    ) -> httpcore.NetworkStream:
        return _Stream(super().connect_tcp(host, port, self.left(timeout)), self)


class _Stream(httpcore.NetworkStream):
    """A connection of `_Network`."""

    def __init__(self, stream: httpcore.NetworkStream, network: _Network) -> None:
        self._stream = stream
        self._network = network

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        data = self._stream.read(max_bytes, self._network.left(timeout))
        self._network.heard |= bool(data)
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        for at in range(0, len(buffer), _SLICE):
            left = self._network.left(timeout)
            self._stream.write(buffer[at : at + _SLICE], left)

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        left = self._network.left(timeout)
        stream = self._stream.start_tls(ssl_context, server_hostname, left)
        return _Stream(stream, self._network)

    def close(self) -> None:
        self._stream.close()

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
