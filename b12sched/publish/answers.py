"""Errors for a server's answers; of its text they quote only calendar paths."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus

from b12sched.errors import B12SchedError, InputError, shown

AGAIN = "run the command again later: it goes on where it stopped"
_MOST_NAMED = 5


def refusal(status: int, host: str, *, logged_in: bool) -> B12SchedError:
    """Return the error for an HTTP status that is no success."""
    name = shown(host)
    if status == HTTPStatus.UNAUTHORIZED and not logged_in:
        return InputError(f"{name} asks for a login", "add --user NAME", field="url")
    if status == HTTPStatus.UNAUTHORIZED:
        return InputError(
            f"{name} refuses this user and password",
            "check both; some servers want a password made for programs (an app "
            "password)",
            field="user",
        )
    if status == HTTPStatus.FORBIDDEN:
        return B12SchedError(
            f"{name} does not allow this user to do that in this calendar",
            "ask the calendar's owner for the right to change it",
        )
    if status in (HTTPStatus.NOT_FOUND, HTTPStatus.GONE):
        return InputError(
            f"{name} has no calendar at this address",
            "copy the address from the calendar's settings; if there is none yet, make "
            "the calendar first",
            field="url",
        )
    phrases = {each.value: each.phrase for each in HTTPStatus}
    named = f"{status} {phrases.get(status, '')}".strip()
    return B12SchedError(f"{name} answers with an error: {named}", AGAIN)


def no_calendar(host: str, calendars: Sequence[str]) -> InputError:
    """Return the error for an address that is no calendar; it names those below it."""
    names = ", ".join(shown(href) for href in calendars[:_MOST_NAMED])
    return InputError(
        f"what is at this address of {shown(host)} is not a calendar",
        f"name one of the calendars in it: {names}"
        if names
        else "copy the address from the calendar's settings",
        field="url",
    )
