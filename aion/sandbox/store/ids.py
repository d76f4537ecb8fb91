"""Identifiers: well-formed UUIDs that are the same in every run.

The n-th object of a kind always gets the same id, so recorded tests and printed samples repeat.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final
from uuid import UUID, uuid5

_SPACE: Final = UUID("6f2d9f64-3f0c-5d43-9a55-a10a5a2db0c5")

TENANT_ID: Final = str(uuid5(_SPACE, "tenant"))
"""Id of the only tenant of a sandbox."""

_WHOLE: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")
_SHORT: Final = re.compile(r"[0-9a-f]{8}\Z")


# Responses about a file contain ids derived from its own, which are computed for every response.
@lru_cache(maxsize=4096)
def make_id(kind: str, name: int | str) -> str:
    """Return the id of the object of this kind with this number or name."""
    return str(uuid5(_SPACE, f"{kind}/{name}"))


def is_id(text: str) -> bool:
    """Return whether this is a whole UUID in lower case."""
    return _WHOLE.match(text) is not None


def is_short_id(text: str) -> bool:
    """Return whether this could be the first 8 characters of a UUID, in lower case."""
    return _SHORT.match(text) is not None
