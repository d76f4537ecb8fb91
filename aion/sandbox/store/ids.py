"""Identifiers: well-formed UUIDs that are the same in every run.

The n-th thing of a kind always gets the same id, so recorded tests and printed samples repeat.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final
from uuid import UUID, uuid5

_SPACE: Final = UUID("6f2d9f64-3f0c-5d43-9a55-a10a5a2db0c5")

TENANT_ID: Final = str(uuid5(_SPACE, "tenant"))
"""The one tenant that owns everything in a sandbox."""

_WHOLE: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")
_SHORT: Final = re.compile(r"[0-9a-f]{8}\Z")


# An answer about a file names ids that are made from its own, again each time it is asked for.
@lru_cache(maxsize=4096)
def make_id(kind: str, name: int | str) -> str:
    """The id of the thing of this kind with this number or name."""
    return str(uuid5(_SPACE, f"{kind}/{name}"))


def is_id(text: str) -> bool:
    """Whether this is a whole UUID in lower case."""
    return _WHOLE.match(text) is not None


def is_short_id(text: str) -> bool:
    """Whether this is the first 8 characters of a UUID, in lower case."""
    return _SHORT.match(text) is not None
