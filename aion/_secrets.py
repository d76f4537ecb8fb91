"""Values that show themselves to nobody: not in a traceback with locals, not in a log."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, SupportsIndex, TypeGuard

from aion._plain_values import by_value

_SHOWN = "<secret>"


class SecretText(str):
    """A key as text. Only its `repr` is hidden: what is formatted or sent is the key."""

    __slots__ = ()

    def __repr__(self) -> str:
        return _SHOWN

    def __getitem__(self, key: SupportsIndex | slice) -> SecretText:
        # What shows the values of a traceback may cut them first.
        return SecretText(super().__getitem__(key))

    def encode(self, encoding: str = "utf-8", errors: str = "strict") -> SecretBytes:
        return SecretBytes(super().encode(encoding, errors))


class SecretBytes(bytes):
    """The same as bytes, as the value of a header."""

    def __repr__(self) -> str:
        return _SHOWN


def concealed(key: Any) -> Any:
    """A key as `SecretText`. What is no text stays as it is, to be refused."""
    return SecretText(by_value(key)) if isinstance(key, str) else key


def concealed_headers(headers: Any) -> Any:
    """The same for each value of a mapping."""
    return concealed_values(headers) if is_mapping(headers) else headers


def concealed_values(values: Mapping[Any, Any]) -> dict[Any, Any]:
    """A mapping with its values as `SecretText`."""
    return {name: concealed(value) for name, value in values.items()}


def is_mapping(value: Any) -> TypeGuard[Mapping[Any, Any]]:
    """Whether a value has headers or settings by their names."""
    return isinstance(value, Mapping)


def concealed_settings(settings: Any) -> Any:
    """The settings of a client by name, with the secret ones concealed."""
    found = dict(settings)
    # A proxy's URL may hold a password.
    for name in ("api_key", "proxy_url"):
        if name in found:
            found[name] = concealed(found[name])
    if "extra_headers" in found:
        found["extra_headers"] = concealed_headers(found["extra_headers"])
    return found
