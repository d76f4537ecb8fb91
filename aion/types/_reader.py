"""Reads a JSON object field by field, under whichever name an answer has it, and keeps the rest."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from aion._http import targets
from aion_api._model import date

_NO_IDS = ("", ".", "..")


def text(value: object) -> str | None:
    """What an answer has in the place of an optional text; None for whatever is none."""
    return value if isinstance(value, str) else None


class Reader:
    """Takes fields out of one JSON object.

    A field that an answer leaves out and one that is null are the same: absent.

    Args:
        data: The object. It is not changed.
    """

    def __init__(self, data: Mapping[str, Any]) -> None:
        self._left = dict(data)
        self._unread: dict[str, Any] = {}

    def need(self, *names: str) -> Any:
        """The value under the first of these names that has one.

        Raises:
            KeyError: None of them has; it carries the first name.
        """
        value = self.get(*names)
        if value is None:
            raise KeyError(names[0])
        return value

    def identifier(self, *names: str) -> Any:
        """The same for an id by which more is asked for: one that is empty is none.

        Raises:
            KeyError: None of the names has one; it carries the first name.
        """
        value = self.need(*names)
        if value in _NO_IDS:
            raise KeyError(names[0])
        return value

    def get(self, *names: str) -> Any:
        """The value under the first of these names that has one, or None."""
        found = None
        for name in names:
            value = self._left.pop(name, None)
            found = value if found is None else found
        return found

    def target(self) -> dict[str, Any]:
        """Where and how to send bytes to storage: a URL and headers that can be sent.

        Raises:
            KeyError: There is no URL.
            ValueError: Something of it cannot be sent.
        """
        headers = self.get("upload_headers")
        return {
            "upload_url": targets.reference(self.need("upload_url")),
            "upload_headers": None if headers is None else targets.sendable(headers),
            "upload_method": targets.verb(self.get("upload_method") or "PUT"),
        }

    def date(self, name: str) -> datetime | None:
        """A timestamp, or None. One that cannot be read is kept as it came."""
        return date({name: self._left.pop(name, None)}, name, self._unread)

    def rest(self) -> dict[str, Any]:
        """What was not taken: read this last."""
        return {**self._left, **self._unread}
