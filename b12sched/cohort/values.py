"""Values of data frames and of JSON as the texts that a cohort file would hold.

This module does not import numpy or pandas: it recognizes their values by their
attributes, and by the names of their types.
"""

from __future__ import annotations

import datetime as dt
import re
from contextlib import suppress
from decimal import Decimal
from numbers import Real
from typing import Any

from b12sched.cohort.text import not_utf8, visible
from b12sched.errors import InputError, shown, text_of, wrong_type
from b12sched.plan.case import number_text

_ABSENT_TYPES = {"NAType", "NaTType"}
_SEPARATOR = ";"
_YES_NO = ("neuro", "anaemia")
_MANY = (list, tuple, set, frozenset)
# A day as numpy writes it, or a midnight in any unit.
_NUMPY_DAY = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:T[0:.]+)?")
_WHAT_IS_READ = "write a text, a number, a date or, for given, a list of dates"


def text_for(name: str, value: object, *, several: bool = False) -> str:
    """Return the text that a cohort file would hold for a value; empty if absent.

    With `several` a list or an array may hold dates. Raises InputError naming the
    column for a value that has no such text.
    """
    text = items = None
    # Whatever the value's own methods raise, the value is at fault.
    with suppress(Exception):
        items = _items(value) if several else None
        text = _scalar_text(name, value) if items is None else None
    if items is not None:
        return _SEPARATOR.join(filter(None, (text_for(name, each) for each in items)))
    if text is None:
        fault = wrong_type(value, _WHAT_IS_READ, name)
        fault.value = visible(text_of(value))
        raise fault
    if bad := not_utf8(text):
        raise InputError(
            f"{shown(visible(text))} {bad}", "write it in UTF-8", field=name
        )
    return text


def _items(value: Any) -> list[object] | None:
    """Return the items of a list or of a one-dimensional array; None for all else."""
    if isinstance(value, _MANY):
        return list(value)
    # An array need not be numpy's, which is not imported here.
    return list(value) if getattr(value, "ndim", None) == 1 else None


def _scalar_text(name: str, value: Any) -> str | None:
    if isinstance(value, str):
        return str.__str__(value)
    shape = getattr(value, "shape", None)
    if shape == ():
        value = value[()]  # an array without a dimension
    if _is_absent(value):
        return ""
    if type(value).__name__ == "datetime64":
        # In some units its `item` is a number.
        match = _NUMPY_DAY.fullmatch(str(value))
        return match[1] if match else None
    if not shape and hasattr(value, "item"):  # numpy's own numbers and booleans
        value = value.item()
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return ("no", "yes")[value] if name in _YES_NO else str(value).lower()
    if isinstance(value, dt.datetime):
        # A data frame stores a date as its midnight; any other time is refused.
        midnight = value.time() == dt.time() and not getattr(value, "nanosecond", None)
        return value.date().isoformat() if midnight else None
    if isinstance(value, dt.date):
        return value.isoformat()
    return number_text(value) if isinstance(value, Real | Decimal) else None


def _is_absent(value: Any) -> bool:
    if value is None or type(value).__name__ in _ABSENT_TYPES:
        return True
    if type(value).__name__ == "datetime64":
        return str(value) == "NaT"
    if isinstance(value, Decimal):
        return value.is_nan()
    return isinstance(value, Real) and bool(value != value)
