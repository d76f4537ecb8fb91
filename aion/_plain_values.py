"""Reduces texts and numbers of any subclass to their plain value.

A member of `class Sort(str, Enum)` is a text and equals its value. But `str()` and f-strings
return its name ("Sort.TITLE"), and its hash is not that of its value.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def by_value(text: str) -> str:
    """Return the same characters as a plain `str`."""
    return str.__str__(text)


def written(value: float | str) -> str:
    """Return a text unchanged, or a number in digits."""
    if isinstance(value, str):
        return by_value(value)
    return int.__repr__(value) if isinstance(value, int) else float.__repr__(value)


def with_plain_keys(mapping: Mapping[Any, Any]) -> dict[Any, Any]:
    """Return a copy of a mapping whose text keys are plain, so that a lookup by value works."""
    return {by_value(key) if isinstance(key, str) else key: one for key, one in mapping.items()}


__all__ = ["by_value", "with_plain_keys", "written"]
