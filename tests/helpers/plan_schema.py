"""The published schema of a plan's JSON, and one that allows no other field."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

import jsonschema

SCHEMA = json.loads((files("b12sched") / "schema" / "plan-1.json").read_text("utf-8"))


def _closed(schema: Any) -> Any:
    """The schema with no field allowed that it does not name."""
    if isinstance(schema, dict):
        closed = {name: _closed(part) for name, part in schema.items()}
        if "properties" in schema:
            closed["additionalProperties"] = False
        return closed
    return [_closed(part) for part in schema] if isinstance(schema, list) else schema


VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
CLOSED = jsonschema.Draft202012Validator(_closed(SCHEMA))
