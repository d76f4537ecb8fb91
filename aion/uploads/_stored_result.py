"""Writes a result into a journal and reads it back, by the fields of its type."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from attrs import evolve

from aion_api import Model, field_names

M = TypeVar("M", bound=Model)

_SIGNED = "_url"
"""Suffixes of the fields with signed links, which expire and are not written to a journal."""


def written(result: Model) -> str:
    """Return the JSON text of a result, without signed links, path and unknown fields.

    A journal has the path in a column of its own, and the next call may pass another one.
    """
    names = field_names(type(result))
    left_out = {name: None for name in names if name.endswith(_SIGNED) or name == "path"}
    data = evolve(result, **left_out, additional_properties={}).to_dict()
    return json.dumps(data, ensure_ascii=True)


def read(kind: type[M], text: str) -> M:
    """Return the result that `written` wrote, without names that its type does not have."""
    return parsed(kind, json.loads(text))


def parsed(kind: type[M], data: dict[str, Any]) -> M:
    """Return the result from its JSON data."""
    readers = _readers(cast("Any", kind))
    return kind(**{name: readers[name](value) for name, value in data.items() if name in readers})


@cache
def _readers(kind: Any) -> dict[str, Callable[[Any], Any]]:
    """Return the functions that convert the JSON data of each field into its value."""
    hints = get_type_hints(kind)
    return {name: _reader(hints[name]) for name in field_names(kind)}


def _reader(hint: Any) -> Callable[[Any], Any]:
    arguments = get_args(hint)
    if get_origin(hint) in (Union, UnionType):
        some = [_reader(one) for one in arguments if one is not NoneType]
        # At most one type of a union needs conversion: the others are plain JSON values.
        read_one = next((one for one in some if one is not _same), _same)
        return lambda value: None if value is None else read_one(value)
    if get_origin(hint) is list:
        item = _reader(arguments[0])
        return lambda values: [item(one) for one in values]
    if isinstance(hint, type):
        if issubclass(hint, datetime):
            return hint.fromisoformat
        if issubclass(hint, Enum):
            return hint
        if issubclass(hint, Model):
            from_data: Callable[[Any], Any] = cast("Any", hint).from_api_response
            return from_data
    return _same


def _same(value: Any) -> Any:
    return value


__all__ = ["parsed", "read", "written"]
