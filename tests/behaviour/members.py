"""Arguments as members of enums, whose values are the arguments."""

from __future__ import annotations

import enum
from collections.abc import Callable
from typing import Any

_text: Callable[..., Any] = enum.Enum
_number: Callable[..., Any] = enum.IntEnum


def as_member(value: Any) -> Any:
    """The same argument made of members of `class E(str, Enum)` and of `IntEnum`."""
    if isinstance(value, enum.Enum | bool):
        return value
    if isinstance(value, str):
        return _text("Text", {"MEMBER": value}, type=str).MEMBER
    if isinstance(value, int):
        return _number("Number", {"MEMBER": value}).MEMBER
    return _several(value, type(value).__name__)


def _several(value: Any, kind: str) -> Any:
    if kind == "dict":
        return {as_member(key): as_member(one) for key, one in value.items()}
    makes = {"list": list[Any], "tuple": tuple[Any, ...]}.get(kind)
    return value if makes is None else makes(map(as_member, value))


def as_keywords(settings: dict[str, Any]) -> dict[str, Any]:
    """Keyword arguments with members as their values."""
    return {name: as_member(value) for name, value in settings.items()}


class WithMembers:
    """A client, or a part of one, that passes all arguments as members of enums."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def __getattr__(self, name: str) -> Any:
        found: Any = getattr(self._inner, name)
        if "resources" in type(found).__module__:
            return WithMembers(found)
        return _converted(found) if callable(found) else found


def _converted(method: Callable[..., Any]) -> Callable[..., Any]:
    def call(*args: Any, **settings: Any) -> Any:
        made = method(*as_member(args), **as_keywords(settings))
        return WithMembers(made) if type(made).__name__.endswith("Pipeline") else made

    return call
