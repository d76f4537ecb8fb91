"""Every generated operation writes members of enums by their value: path, query, form, JSON."""

from __future__ import annotations

import enum
import importlib
import inspect
import json
import types
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Union, get_args, get_origin, get_type_hints

import pytest

from aion_api import UNSET, File, JsonBody, Model, MultipartBody, OpenEnum, api
from tests.behaviour.members import as_member

OPERATIONS = [
    operation.name
    for module in api.MODULES
    for operation in importlib.import_module(f"aion_api.api.{module}").OPERATIONS
]
Leaf = Callable[[Any], Any]


def function_of(name: str) -> Any:
    module, _, function = name.partition(".")
    return getattr(importlib.import_module(f"aion_api.api.{module}"), function)


def sample(kind: Any, leaf: Leaf) -> Any:
    """An argument of a type, whose texts and numbers are made by `leaf`."""
    origin, parts = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        return sample(next(one for one in parts if one is not type(UNSET)), leaf)
    if origin is list:
        return [sample(parts[0], leaf)]
    if origin is dict or kind is dict:
        return {leaf("key"): leaf("text")}
    if kind is bool:
        return True
    if kind is datetime:
        return datetime(2026, 1, 2, tzinfo=UTC)
    if kind is File:
        return File(b"bytes", leaf("a.png"), leaf("image/png"))
    if inspect.isclass(kind) and issubclass(kind, OpenEnum):
        return leaf(next(iter(kind)).value)
    if inspect.isclass(kind) and issubclass(kind, Model):
        hints = get_type_hints(kind)
        names = [name for name in inspect.signature(kind).parameters if name in hints]
        made = {name: sample(hints[name], leaf) for name in names}
        return kind(**{**made, "additional_properties": {leaf("more"): leaf("text")}})
    if kind is int:
        return leaf(3)
    return 1.5 if kind is float else leaf("text")


def written(name: str, leaf: Leaf) -> Any:
    """What a request of an operation holds, with all its parameters."""
    function = function_of(name)
    hints = get_type_hints(function)
    parameters = inspect.signature(function).parameters.values()
    given = {one.name: sample(hints[one.name], leaf) for one in parameters}
    positional = [given.pop(one.name) for one in parameters if one.kind is not one.KEYWORD_ONLY]
    request = function(*positional, **given)
    body: Any = request.body
    if isinstance(body, JsonBody):
        body = json.dumps(body.value)
    elif isinstance(body, MultipartBody):
        body = [
            (key, (one.filename, one.content_type) if isinstance(one, File) else one)
            for key, one in body.parts
        ]
    elif body is not None:
        body = body.fields
    return request.path, request.query, request.headers, body


def texts_in(value: Any) -> list[Any]:
    several: Any = value.items() if hasattr(value, "items") else value
    if isinstance(several, str) or not hasattr(several, "__iter__"):
        return [several]
    return [text for one in several for text in texts_in(one)]


@pytest.mark.parametrize("name", OPERATIONS)
def test_members_of_enums_are_written_as_their_values(name: str) -> None:
    members = written(name, as_member)
    assert members == written(name, lambda value: value)
    assert not [one for one in texts_in(members) if isinstance(one, enum.Enum)]


def test_most_operations_have_parameters() -> None:
    assert sum(bool(inspect.signature(function_of(one)).parameters) for one in OPERATIONS) > 150
