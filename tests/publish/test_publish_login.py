"""The address of a calendar and the password: what is taken, what is never shown."""

from __future__ import annotations

import sys
from types import ModuleType

import pytest

from b12sched.errors import InputError
from b12sched.publish import find_password, parse_address

HIDDEN = "hunter2"


@pytest.mark.parametrize(
    ("text", "url", "origin"),
    [
        (
            "https://example.org/dav/b12",
            "https://example.org/dav/b12/",
            ("https", "example.org", 443),
        ),
        (
            "HTTPS://Example.org:8443/a b%20c/ü/".replace(" ", "%20"),
            "https://Example.org:8443/a%20b%20c/%C3%BC/",
            ("https", "example.org", 8443),
        ),
        ("https://example.org", "https://example.org/", ("https", "example.org", 443)),
        (
            "http://127.0.0.1:5232/n/c/",
            "http://127.0.0.1:5232/n/c/",
            ("http", "127.0.0.1", 5232),
        ),
        ("http://localhost/c", "http://localhost/c/", ("http", "localhost", 80)),
        ("http://[::1]:80/c", "http://[::1]:80/c/", ("http", "::1", 80)),
    ],
)
def test_an_address_is_read(text: str, url: str, origin: tuple[str, str, int]) -> None:
    """It ends in a slash, and says to whom the password may be sent."""
    assert parse_address(text) == (url, origin)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "not the address"),
        ("example.org/b12", "not the address"),
        ("ftp://example.org/b12", "not the address"),
        ("file:///etc/passwd", "not the address"),
        ("https://", "not the address"),
        ("https://[::1/", "not the address"),
        ("https://example.org:99999/", "not the address"),
        ("https://example.org/a b", "not the address"),
        ("https://example.org/a\r\nX: y", "not the address"),
        ("https://example.org/?a=b", "as the address of a page has"),
        ("https://example.org/#/calendar", "as the address of a page has"),
        ("http://example.org/b12", "unencrypted"),
        ("http://10.0.0.1/b12", "unencrypted"),
        ("http://localhost.example.org/b12", "unencrypted"),
        ("http://127.0.0.1.example.org/b12", "unencrypted"),
    ],
)
def test_what_is_not_the_address_of_a_calendar_is_refused(text: str, what: str) -> None:
    """http:// is for this machine only: it sends the password unencrypted."""
    with pytest.raises(InputError, match=what) as caught:
        parse_address(text)
    assert caught.value.field == "url"
    assert caught.value.hint
    assert "\n" not in caught.value.message


@pytest.mark.parametrize(
    "text",
    [
        f"https://nurse:{HIDDEN}@example.org/b12",
        f"http://nurse:{HIDDEN}@example.org/b12",
        f"https://{HIDDEN}@example.org:x/",
    ],
)
def test_an_address_with_a_login_is_refused_and_not_repeated(text: str) -> None:
    """It stood on a command line already; at least the message does not show it."""
    with pytest.raises(InputError) as caught:
        parse_address(text)
    error = caught.value
    assert HIDDEN not in f"{error.message} {error.hint} {error.value} {error}"
    assert error.__suppress_context__ or error.__context__ is None


def keyring_with(monkeypatch: pytest.MonkeyPatch, answer: object) -> list[object]:
    """A keyring that answers so, or raises; returns what it is asked."""
    asked: list[object] = []

    def get_password(service: str, user: str) -> object:
        asked.append((service, user))
        if isinstance(answer, Exception):
            raise answer
        return answer

    module = ModuleType("keyring")
    module.get_password = get_password  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "keyring", module)
    return asked


def never(question: str) -> str:
    raise AssertionError(f"asked: {question}")


def test_the_environment_comes_before_the_keyring_and_the_keyring_before_the_question(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The first that has a password is taken; the others are not asked."""
    asked = keyring_with(monkeypatch, "ring")
    assert find_password("n", "example.org", given=HIDDEN, ask=never) == HIDDEN
    assert asked == []
    assert find_password("n", "example.org", given=None, ask=never) == "ring"
    assert asked == [("b12sched", "n@example.org")]


@pytest.mark.parametrize("answer", [None, "", b"octets", RuntimeError("locked")])
def test_a_keyring_without_the_password_leads_to_the_question(
    monkeypatch: pytest.MonkeyPatch, answer: object
) -> None:
    """Locked, out of order or empty: the user is asked, who and where."""
    keyring_with(monkeypatch, answer)
    questions: list[str] = []

    def ask(question: str) -> str:
        questions.append(question)
        return HIDDEN

    assert find_password("n", "example.org", given="", ask=ask) == HIDDEN
    assert questions == ["Password of n at example.org"]


def test_without_keyring_and_terminal_the_error_names_the_three_ways(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """`keyring` is used only if it is installed."""
    monkeypatch.setitem(sys.modules, "keyring", None)
    with pytest.raises(InputError) as caught:
        find_password("n", "example.org", given=None, ask=None)
    assert "B12SCHED_PASSWORD" in caught.value.hint
    assert "keyring set b12sched n@example.org" in caught.value.hint
    with pytest.raises(InputError):
        find_password("n", "example.org", given=None, ask=lambda _: "")
