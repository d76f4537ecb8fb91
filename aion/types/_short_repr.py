"""Shortens the `repr` of a list of results, which may have thousands of entries."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

_WHOLE = 10
_SHOWN = 3


def brief(results: Sequence[object], summary: str) -> str:
    """Return the `repr` of a list of results.

    Args:
        results: The results; up to ten are shown in full.
        summary: Their counts in words, which replace the others.
    """
    name = type(results).__name__
    if len(results) <= _WHOLE:
        return f"{name}([{', '.join(map(repr, results))}])"
    shown = ", ".join(map(repr, islice(results, _SHOWN)))
    return f"<{name}: {summary}; {shown} and {len(results) - _SHOWN:,} more>"


__all__ = ["brief"]
