"""Read the address of a calendar, and find the user's password.

The password is never part of an address or of a command line; it comes from the
environment, a keyring or a prompt at the terminal, and no message shows it.
"""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import ip_address
from typing import NamedTuple
from urllib.parse import quote, urlsplit

from b12sched.errors import InputError, for_shell, shown

KEYRING = "b12sched"
"""The service name of our passwords in a keyring; the user name is USER@HOST."""

_PORTS = {"http": 80, "https": 443}
_ALLOWED_IN_PATH = "/%:@!$&'()*+,;=~-._"


class Address(NamedTuple):
    """The address of a calendar (a CalDAV collection): `url` ends in `/`."""

    url: str
    origin: tuple[str, str, int]

    @property
    def host(self) -> str:
        return self.origin[1]


def parse_address(text: str) -> Address:
    """Read the address of a calendar.

    Raises InputError for anything but https:// with a host (http:// for this machine
    only, because it sends the password and the plan unencrypted), and for an address
    that contains a login: the message does not repeat it.
    """
    try:
        parts = urlsplit(text)
        has_login = "@" in parts.netloc
        origin = origin_of(text)
    except ValueError:
        raise _unusable("is not the address of a calendar") from None
    if has_login:
        raise _unusable(
            "holds a login, which other users of this machine could read",
            "name the user with --user, and enter the password when asked or in "
            "B12SCHED_PASSWORD",
        )
    if origin is None or not text.isprintable() or " " in text:
        raise _unusable(f"{shown(text)} is not the address of a calendar", value=text)
    if parts.query or parts.fragment:
        raise _unusable(
            "has a ? or # in it, as the address of a page has", value=shown(text)
        )
    if parts.scheme.lower() == "http" and not _is_this_machine(origin[1]):
        raise _unusable(
            f"http:// would send password and plan unencrypted to {shown(origin[1])}",
            "use https:// (http:// is taken for this machine only)",
            value=text,
        )
    path = quote(parts.path.rstrip("/") + "/", safe=_ALLOWED_IN_PATH)
    return Address(f"{parts.scheme.lower()}://{parts.netloc}{path}", origin)


def origin_of(url: str) -> tuple[str, str, int] | None:
    """Return scheme, host and port of an http(s) address, or None for another.

    Raises ValueError for an impossible port or host.
    """
    parts = urlsplit(url)
    scheme = parts.scheme.lower()
    if scheme not in _PORTS or not parts.hostname:
        return None
    return scheme, parts.hostname, parts.port or _PORTS[scheme]


def find_password(
    user: str, host: str, *, given: str | None, ask: Callable[[str], str] | None
) -> str:
    """Return the user's password: `given`, else the keyring's, else the user's answer.

    `given` comes from the environment; `ask` asks the user without showing the answer,
    and is None if there is nobody to ask. Raises InputError if there is no password.
    """
    password = given or _from_keyring(user, host)
    if not password and ask is not None:
        password = ask(f"Password of {shown(user)} at {shown(host)}")
    if not password:
        raise InputError(
            f"there is no password of {shown(user)} at {shown(host)}",
            "put it in the environment variable B12SCHED_PASSWORD, or in a keyring: "
            f"keyring set {KEYRING} {for_shell(f'{user}@{host}')}",
            field="user",
        )
    return password


def _from_keyring(user: str, host: str) -> str | None:
    """Return the keyring's password; None without one, or if it cannot be opened."""
    try:
        import keyring
    except ImportError:
        return None
    try:
        found = keyring.get_password(KEYRING, f"{user}@{host}")
    except Exception:  # backends raise anything; then we ask the user
        return None
    return found if isinstance(found, str) else None


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _unusable(
    message: str,
    hint: str = "copy it from the calendar's settings (https://…, often called "
    "CalDAV address or private link)",
    *,
    value: str | None = None,
) -> InputError:
    return InputError(message, hint, field="url", value=value)
