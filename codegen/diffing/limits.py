"""Compares limits of values: tighter ones break callers; readers check no limits."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from codegen.diffing.changes import Finding
from codegen.diffing.shapes import ABSENT
from codegen.document import Json

LOWER = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
UPPER = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
OTHER = ("pattern", "format", "multipleOf", "uniqueItems")
LIMITS = frozenset({*LOWER, *UPPER, *OTHER})
_UNCHECKED = "limits of responses are not checked"


def limits(old: Json, new: Json, place: str) -> Iterator[Finding]:
    """Yield a finding for each limit that differs."""
    for key in (*LOWER, *UPPER, *OTHER):
        before, after = old.get(key, ABSENT), new.get(key, ABSENT)
        if before == after or all(value is False or value == ABSENT for value in (before, after)):
            continue
        values = _text(key, before), _text(key, after)
        if _is_tighter(key, before, after):
            reason = "some accepted values are refused now"
            yield Finding("limit tightened", place, reason, "", _UNCHECKED, *values)
        else:
            yield Finding("limit loosened", place, "", "", "more values are accepted", *values)


def _is_tighter(key: str, before: Any, after: Any) -> bool:
    """Whether the new limit may refuse a value that the old one accepted."""
    if before == ABSENT or after == ABSENT:
        return bool(before == ABSENT)
    if isinstance(before, (int, float)) and isinstance(after, (int, float)):
        if key in LOWER:
            return after > before
        if key in UPPER:
            return after < before
        if key == "multipleOf" and after:
            return before % after != 0
    return True


def _text(key: str, value: Any) -> str:
    if value == ABSENT:
        return f"no {key}"
    return f"{key} {value if isinstance(value, str) else json.dumps(value)}"
