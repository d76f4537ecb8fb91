"""Converts plain dataclasses to JSON data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from enum import Enum
from typing import Any, cast

from aion_api import Model


def as_dict(record: Any) -> dict[str, Any]:
    """Return the fields of a dataclass as JSON data, including those that are None."""
    return {field.name: plain(getattr(record, field.name)) for field in fields(record)}


def plain(value: Any) -> Any:
    """Return a value as JSON data, calling `to_dict` of the objects inside it at any depth."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Model) or callable(getattr(value, "to_dict", None)):
        return value.to_dict()
    if isinstance(value, Mapping):
        items = cast("Mapping[str, Any]", value).items()
        return {key: plain(item) for key, item in items}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in cast("list[Any]", value)]
    return value
