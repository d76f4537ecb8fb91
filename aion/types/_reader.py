"""Reads a JSON object field by field, under the names that responses use, and keeps the rest."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol, Self, TypeVar

from aion_api._model import date

_NO_IDS = ("", ".", "..")


def text(value: object) -> str | None:
    """Return an optional text of a response; None for a value that is not a text."""
    return value if isinstance(value, str) else None


class Decoded(Protocol):
    """A class whose objects are decoded from JSON objects."""

    @classmethod
    def from_api_response(cls, data: Mapping[str, Any]) -> Self:
        """Decode one JSON object."""
        ...


D = TypeVar("D", bound=Decoded)


class Reader:
    """Reads the fields of one JSON object.

    A field that a response leaves out and one that is null are the same: absent.

    Args:
        data: The object. It is not changed.
    """

    def __init__(self, data: Mapping[str, Any]) -> None:
        self._left = dict(data)
        self._unread: dict[str, Any] = {}

    def need(self, name: str, *others: str) -> Any:
        """Return the value of the first of these names that has one.

        Raises:
            KeyError: None of them has one; it carries the first name.
        """
        value = self.get(name, *others)
        if value is None:
            raise KeyError(name)
        return value

    def identifier(self, name: str, *others: str) -> Any:
        """Return the same for an id that later requests need: an empty one counts as absent.

        Raises:
            KeyError: None is present; it carries the first name.
        """
        value = self.need(name, *others)
        if value in _NO_IDS:
            raise KeyError(name)
        return value

    def get(self, name: str, *others: str, default: Any = None) -> Any:
        """Return the value of the first of these names that has one, or the default."""
        found = self._left.pop(name, None)
        for other in others:
            value = self._left.pop(other, None)
            found = value if found is None else found
        return default if found is None else found

    def items(self, kind: type[D], name: str, *others: str) -> list[D]:
        """Return the objects in the list under the first of these names that has one.

        Args:
            kind: The class of the objects.
            name: The name of the list, which is empty if none of its names has a value.
            others: Its other names.
        """
        return [kind.from_api_response(one) for one in self.get(name, *others) or ()]

    def date(self, name: str) -> datetime | None:
        """Return a timestamp, or None. `rest` preserves one that cannot be parsed as received."""
        return date({name: self._left.pop(name, None)}, name, self._unread)

    def rest(self) -> dict[str, Any]:
        """Return the fields that were not taken. Call this last."""
        return {**self._left, **self._unread}
