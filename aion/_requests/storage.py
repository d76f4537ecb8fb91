"""Where the bytes of an upload are kept, as the caller says it and as the wire has it."""

from __future__ import annotations

from aion import _checks as check
from aion.types.common import StorageTarget

_TARGETS = tuple(target.value for target in StorageTarget)


def target_of(field: str, value: StorageTarget | str) -> str:
    """A storage target as the wire has it.

    Raises:
        ValidationError: There is no such target.
    """
    return check.choice(field, value, _TARGETS)


__all__ = ["target_of"]
