"""Reduces a JSON schema to a form for comparison: alternatives with their keywords, and null."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from codegen.document import Json, is_list, is_object, resolved

ANY = "any"
ABSENT = "absent"
_SCHEMAS = "#/components/schemas/"
# Keywords without a meaning for values, or compared separately.
_SILENT = {"description", "title", "example", "examples", "default", "deprecated", "nullable"}
_STRUCTURE = {"type", "anyOf", "oneOf", "allOf", "$ref"}


@dataclass(frozen=True)
class Shape:
    """The values that a schema accepts.

    Attributes:
        members: Name of an alternative (a JSON type, ``date-time``, ``file`` or the name of a
            schema) -> the schema of that alternative.
        nullable: Whether null is one of the values.
        default: The default as JSON text, or `ABSENT`.
    """

    members: dict[str, Json] = field(default_factory=dict[str, Json])
    nullable: bool = False
    default: str = ABSENT

    def __str__(self) -> str:
        names = [*self.members, *(["null"] if self.nullable else [])]
        return " | ".join(_described(name, self.members.get(name, {})) for name in names)


def _described(name: str, schema: Json) -> str:
    key = name.partition("#")[0]
    if key == "array" and schema.get("items"):
        items = schema["items"]
        inner = items.get("$ref", items.get("type", "")) if is_object(items) else ""
        return f"array of {inner.removeprefix(_SCHEMAS)}" if isinstance(inner, str) else key
    return key


def shape(document: Json, schema: Any) -> Shape:
    """Return the shape of a schema of `document`."""
    if not is_object(schema):
        return Shape({ANY: {}})
    members: dict[str, Json] = {}
    nullable = False
    for name, part in _alternatives(document, schema, 0):
        if name == "null":
            nullable = True
            continue
        key, number = name, 1
        while key in members and members[key] != part:
            number += 1
            key = f"{name}#{number}"
        members[key] = part
    if ANY in members:
        # Anything includes null, and makes other alternatives redundant.
        members = {ANY: Json()}
        nullable = True
    default = json.dumps(schema["default"], sort_keys=True) if "default" in schema else ABSENT
    return Shape(members, nullable, default)


def _alternatives(document: Json, schema: Json, depth: int) -> Iterator[tuple[str, Json]]:
    target = schema.get("$ref")
    if isinstance(target, str):
        found = target_of(document, schema)
        if is_plain(found) and depth < 20:
            yield from _alternatives(document, found, depth + 1)
        else:
            yield target.rpartition("/")[2], {"$ref": target}
        return
    if schema.get("nullable") is True:
        yield "null", {}
    options = schema.get("anyOf") or schema.get("oneOf")
    if is_list(options):
        for option in options:
            if is_object(option):
                yield from _alternatives(document, option, depth)
        return
    parts = schema.get("allOf")
    if is_list(parts):
        yield from _alternatives(document, _merged(document, parts), depth)
        return
    kinds: Any = schema.get("type")
    if kinds is None:
        kinds = _implied(schema)
    for kind in kinds if is_list(kinds) else [kinds]:
        yield _kind(str(kind), schema), schema


def _implied(schema: Json) -> str:
    if "properties" in schema:
        return "object"
    if "items" in schema:
        return "array"
    if "enum" in schema or "const" in schema:
        return "string"
    return ANY


def _kind(kind: str, schema: Json) -> str:
    if kind == "string" and schema.get("format") == "date-time":
        return "date-time"
    if kind == "string" and schema.get("format") == "binary":
        return "file"
    return kind


def _merged(document: Json, parts: list[Any]) -> Json:
    """Merge `allOf` into one schema: later keywords win, `properties` and `required` add up."""
    objects = [part for part in parts if is_object(part)]
    if len(objects) == 1:
        return objects[0]
    result: Json = {}
    for part in (target_of(document, part) for part in objects):
        properties = {**result.get("properties", {}), **part.get("properties", {})}
        required = [*result.get("required", []), *part.get("required", [])]
        result |= part
        result |= {"properties": properties, "required": required}
    return result


def target_of(document: Json, schema: Json) -> Json:
    """Follow the reference of a schema; return an empty schema if the reference is broken."""
    try:
        return resolved(document, schema)
    except KeyError:
        return {}


def is_plain(schema: Json) -> bool:
    """Whether a schema does not become a class, so that references to it have its type."""
    if "enum" in schema or "properties" in schema or "allOf" in schema:
        return False
    return schema.get("type") != "object"


def facets(schema: Json) -> Iterator[str]:
    """Yield the keywords of a schema that restrict its values, apart from its type."""
    for key in sorted(schema):
        if key not in _SILENT | _STRUCTURE and not key.startswith("x-"):
            yield key
