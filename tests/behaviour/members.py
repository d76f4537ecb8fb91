"""Arguments as members of enums, whose values are the arguments."""

from __future__ import annotations

import enum
from typing import Any


def as_member(value: Any) -> Any:
    """The same argument made of members of `class E(str, Enum)` and of `IntEnum`."""
    if isinstance(value, enum.Enum | bool):
        return value
    if isinstance(value, str):
        kind: Any = enum.Enum("Text", {"MEMBER": value}, type=str)
        return kind.MEMBER
    if isinstance(value, int):
        number: Any = enum.IntEnum("Number", {"MEMBER": value})
        return number.MEMBER
    if isinstance(value, dict):
        return {as_member(key): as_member(one) for key, one in value.items()}
    if isinstance(value, list | tuple | set):
        return type(value)(map(as_member, value))
    return value


class WithMembers:
    """A client, or a part of one, that gives all its arguments as members of enums."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._inner, name)
        if not type(found).__module__.startswith("aion."):
            return _converted(found) if callable(found) else found
        return WithMembers(found) if "resources" in type(found).__module__ else found


def _converted(method: Any) -> Any:
    def call(*args: Any, **settings: Any) -> Any:
        made = method(*as_member(args), **as_keywords(settings))
        return WithMembers(made) if type(made).__name__.endswith("Pipeline") else made

    return call


def as_keywords(settings: dict[str, Any]) -> dict[str, Any]:
    """Keyword arguments with members as their values."""
    return {name: as_member(value) for name, value in settings.items()}
