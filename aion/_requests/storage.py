"""Converts the storage target of an upload to the value in the request."""

from __future__ import annotations

from aion import _checks as check
from aion.types.common import StorageTarget

_TARGETS = tuple(target.value for target in StorageTarget)


def target_of(field: str, value: StorageTarget | str) -> str:
    """Return a storage target as it is sent.

    Raises:
        ValidationError: The target does not exist.
    """
    return check.choice(field, value, _TARGETS)


__all__ = ["target_of"]
