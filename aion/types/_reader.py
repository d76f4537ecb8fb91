"""Reads a JSON object field by field, whose names may vary, and returns the unread fields."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from aion._http import targets
from aion_api._model import date

_NO_IDS = ("", ".", "..")


def text(value: object) -> str | None:
    """Return the value of an optional text; None for any other type."""
    return value if isinstance(value, str) else None


class Reader:
    """Reads the fields of one JSON object.

    A missing field and one that is null are the same: absent.

    Args:
        data: The object. It is not changed.
    """

    def __init__(self, data: Mapping[str, Any]) -> None:
        self._left = dict(data)
        self._unread: dict[str, Any] = {}

    def need(self, *names: str) -> Any:
        """Return the value of the first of these names that is present.

        Raises:
            KeyError: None is present; it carries the first name.
        """
        value = self.get(*names)
        if value is None:
            raise KeyError(names[0])
        return value

    def identifier(self, *names: str) -> Any:
        """Return the same for an id that later requests need: an empty one counts as absent.

        Raises:
            KeyError: None is present; it carries the first name.
        """
        value = self.need(*names)
        if value in _NO_IDS:
            raise KeyError(names[0])
        return value

    def get(self, *names: str) -> Any:
        """Return the value of the first of these names that is present, or None."""
        found = None
        for name in names:
            value = self._left.pop(name, None)
            found = value if found is None else found
        return found

    def target(self) -> dict[str, Any]:
        """Return where and how to send bytes to storage: a URL and headers that can be sent.

        Raises:
            KeyError: The URL is missing.
            ValueError: The URL, the method or a header cannot be sent.
        """
        headers = self.get("upload_headers")
        return {
            "upload_url": targets.reference(self.need("upload_url")),
            "upload_headers": None if headers is None else targets.sendable(headers),
            "upload_method": targets.verb(self.get("upload_method") or "PUT"),
        }

    def date(self, name: str) -> datetime | None:
        """Return a timestamp, or None. An unreadable one is returned as received."""
        return date({name: self._left.pop(name, None)}, name, self._unread)

    def rest(self) -> dict[str, Any]:
        """Return the fields that were not read. Call this last."""
        return {**self._left, **self._unread}
