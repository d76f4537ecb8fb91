"""Names the known word that is nearest to an unknown one, for error messages."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Final

_CUTOFF: Final = 0.4
"""Likeness from 0 to 1 below which a suggestion would mislead."""


def suggestion(name: str, known: Iterable[str]) -> str:
    """Return `; did you mean ...?` with the nearest known name, or "" if none is near."""
    by_lower_case = {one.lower(): one for one in known}
    close = get_close_matches(name.lower(), by_lower_case, n=1, cutoff=_CUTOFF)
    return f"; did you mean {by_lower_case[close[0]]!r}?" if close else ""
