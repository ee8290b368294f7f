"""Mark each event with what we wrote last, so that others' edits are not overwritten.

A mark is an opaque property with the horizon of the plan, a short digest of each value
that the plan decides, and the times of our reminders. The event's values are compared
with it, however servers and programs have rewritten the lines. Servers must keep such
properties (RFC 4791, 5.3.3); if a program drops the mark, an event whose values differ
counts as edited, which is safe.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from typing import NamedTuple

from b12sched.ics.folding import EOL, fold
from b12sched.ics.values import Said

MARK = "X-9C4D1F7A-LAST"
"""The name of the property that holds an event's mark."""

DECIDED = ("day or time", "title", "status", "class", "free or busy", "description")
"""The values of an event that the plan decides, in the order of their digests."""

_DIGITS = 8
_MARK = re.compile(rf"([0-9]{{8}})((?: [0-9a-f]{{{_DIGITS}}}){{6}})((?: -?[0-9]+)*)")


class Mark(NamedTuple):
    """The digests of an event as we last wrote it, and the plan's horizon then."""

    horizon: dt.date
    decided: tuple[str, ...]
    reminders: frozenset[int]

    @property
    def line(self) -> str:
        """The mark as a folded content line with its line end."""
        times = (str(seconds) for seconds in sorted(self.reminders))
        day = self.horizon.isoformat().replace("-", "")
        return fold(f"{MARK}:{' '.join((day, *self.decided, *times))}") + EOL


def read_mark(value: str) -> Mark | None:
    """Parse a mark from a property's value; return None if it is not in our form."""
    match = _MARK.fullmatch(value.strip())
    if not match:
        return None
    try:
        horizon = dt.datetime.strptime(match[1] + "Z", "%Y%m%d%z").date()
    except ValueError:
        return None
    times = frozenset(int(seconds) for seconds in match[3].split())
    return Mark(horizon, tuple(match[2].split()), times)


def digests(said: Said) -> tuple[str, ...]:
    """Return a digest of each value in DECIDED; it is empty if that is not stated.

    Free or busy, like reminders, belongs to each user on some servers.
    """
    stated = [text and _digest(text) for text in said[:5]]
    return (*stated, _digest("\n".join(said.description)))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:_DIGITS]
