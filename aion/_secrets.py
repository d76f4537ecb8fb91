"""Values that show themselves to nobody: not in a traceback with locals, not in a log."""

from __future__ import annotations

from typing import Any

_SHOWN = "<secret>"


class SecretText(str):
    """A key as text. Only its `repr` is hidden: what is formatted or sent is the key."""

    __slots__ = ()

    def __repr__(self) -> str:
        return _SHOWN


def concealed(key: Any) -> Any:
    """A key as `SecretText`. What is no text stays as it is, to be refused."""
    return SecretText(key) if isinstance(key, str) else key


class SecretBytes(bytes):
    """The same as bytes, as the value of a header."""

    def __repr__(self) -> str:
        return _SHOWN
