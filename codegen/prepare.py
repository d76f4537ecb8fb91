"""Prepares the corrected contract so that the parser loses nothing of it.

The parser builds names of inline classes from operation ids. It also rewrites strings that are not
identifiers: it escapes enum values, strips control characters from them, and drops one of two that
become equal. So the prepared document has short operation ids and encoded enum values; `plain`
decodes the values.
"""

from __future__ import annotations

import re
from typing import Any

from codegen import names
from codegen.document import Json, is_list, is_object, nodes, operations

_CODED = re.compile(r"\bzz((?:[0-9a-f]{2})*)zz\b")


def prepared(document: Json) -> Json:
    """Return a copy of the document for the parser."""
    values = {
        value
        for node in nodes(document)
        if is_list(members := node.get("enum"))
        for value in members
        if isinstance(value, str)
    }
    copy: Json = _coded(document, values)
    for path, method, op in operations(document):
        copy["paths"][path][method]["operationId"] = short_id(op, path, method)
    return copy


def short_id(op: Json, path: str, method: str) -> str:
    """Return the operation id for the parser; its tag makes equal short names different."""
    return f"{module(op)}_{names.operation(op['operationId'], path, method)}"


def module(op: Json) -> str:
    """Return the module of an operation: its first tag."""
    return names.snake((op.get("tags") or ["service"])[0])


def plain(text: str) -> str:
    """Decode the enum values in `text`."""
    return _CODED.sub(lambda m: bytes.fromhex(m[1]).decode(), text)


def _code(value: Any, values: set[str]) -> Any:
    if isinstance(value, str) and value in values:
        return f"zz{value.encode().hex()}zz"
    return value


def _coded(value: Any, values: set[str]) -> Any:
    if is_list(value):
        return [_coded(item, values) for item in value]
    if not is_object(value):
        return value
    result: Json = {}
    for key, item in value.items():
        if key == "enum" and is_list(item):
            result[key] = [_code(member, values) for member in item]
        elif key in ("default", "const") and isinstance(item, str):
            result[key] = _code(item, values)
        # The parser drops the first of two values with the same suggested member name.
        elif not (key == "x-enum-varnames" and is_list(item)):
            result[key] = _coded(item, values)
    return result
