"""What plain dataclasses share: their fields as JSON data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from enum import Enum
from typing import Any, cast

from aion_api import Model


def as_dict(record: Any) -> dict[str, Any]:
    """The fields of a dataclass as JSON data, those that are None included."""
    return {field.name: plain(getattr(record, field.name)) for field in fields(record)}


def plain(value: Any) -> Any:
    """A value as JSON data: whatever can turn itself into a dictionary does, at any depth."""
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
