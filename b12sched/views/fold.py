"""Folding text at words, never inside a date, a dose or a name that belongs together."""

from __future__ import annotations

import re
from collections.abc import Iterator

_UNITS = re.compile(
    r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) \d{4}-\d{2}-\d{2}"
    r"|\d+ (?:mg|micrograms) IM"
    r"|\d+ (?:days?|weeks?|months?|doses?)\b"
    r"|\S+"
)
