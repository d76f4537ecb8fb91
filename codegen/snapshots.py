"""Extracts one published contract from `openapi.json`, which merges several of them.

The mark `x-contract` lists the contracts that something belongs to; what has no mark belongs to all
of them.
"""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from codegen.document import METHODS, Json, is_list, is_object, schemas

MARK = "x-contract"


def snapshot(document: Json, mark: str) -> Json:
    """Return the document without what belongs to other contracts only.

    Args:
        document: The merged contracts.
        mark: The contract to extract, such as ``2026-03``.
    """
    result = deepcopy(document)
    for path, item in list(result["paths"].items()):
        for method in METHODS:
            if method in item and not _holds(item[method], mark):
                del item[method]
        if not any(method in item for method in METHODS):
            del result["paths"][path]
    named = schemas(result)
    for name in [name for name, schema in named.items() if not _holds(schema, mark)]:
        del named[name]
    for schema in named.values():
        _drop_properties(schema, mark)
    unmarked: Json = _unmarked(result)
    return unmarked


def _holds(value: Any, mark: str) -> bool:
    return not is_object(value) or mark in value.get(MARK, [mark])


def _drop_properties(schema: Any, mark: str) -> None:
    properties = schema.get("properties") if is_object(schema) else None
    if not is_object(properties):
        return
    gone = {name for name, value in properties.items() if not _holds(value, mark)}
    for name in gone:
        del properties[name]
    if "required" in schema:
        schema["required"] = [name for name in schema["required"] if name not in gone]


def _unmarked(value: Any) -> Any:
    """Remove the marks: a published contract has none, and all its properties are certain."""
    if is_list(value):
        return [_unmarked(item) for item in value]
    if not is_object(value):
        return value
    return {key: _unmarked(item) for key, item in value.items() if key != MARK}
