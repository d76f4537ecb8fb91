"""Texts and numbers by their value, whatever class they are of.

A member of `class Sort(str, Enum)` is a text, and equal to its value; but `str`, f-strings and
`str` as a constructor give its name ("Sort.TITLE"), and its hash is not that of its value.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def by_value(text: str) -> str:
    """The same characters as a plain text."""
    return str.__str__(text)


def written(value: float | str) -> str:
    """A text as it is, or a number in digits."""
    if isinstance(value, str):
        return by_value(value)
    return int.__repr__(value) if isinstance(value, int) else float.__repr__(value)


def with_plain_keys(mapping: Mapping[Any, Any]) -> dict[Any, Any]:
    """A dictionary whose keys are found by their value."""
    return {by_value(key) if isinstance(key, str) else key: one for key, one in mapping.items()}


__all__ = ["by_value", "with_plain_keys", "written"]
