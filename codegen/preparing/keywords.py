"""Reads the keywords of one schema: its types, whether it may be null, whether it is a class."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from codegen.document import Json, is_list, is_object
from codegen.errors import CodegenError
from codegen.preparing import merging, values
from codegen.preparing.merging import NULLABLE, UNIONS

KEPT = ("description", "readOnly", "writeOnly")
"""What is said of a value beside its type."""
_MARKS = ("x-contract", "x-explicit")
# Words of older versions, of other languages and of mistakes that occur.
_OTHER_TYPES = {
    "int": "integer",
    "long": "integer",
    "float": "number",
    "double": "number",
    "bool": "boolean",
    "str": "string",
    "date": "string",
    "dict": "object",
    "list": "array",
}


def own(raw: Json, place: str) -> Json:
    """Return the keywords of one schema itself, with null and alternatives apart."""
    found = {
        key: value for key, value in raw.items() if key not in ("allOf", "$ref", "anyOf", "oneOf")
    }
    if not isinstance(found.get("description", ""), str):
        del found["description"]
    properties = found.get("properties")
    if properties is not None and not is_object(properties):
        raise CodegenError(f"{place}: properties is not an object")
    if not is_list(found.get("required", [])):
        # A leftover of JSON Schema 3, where each property said for itself that it is required.
        del found["required"]
    types = found.get("type")
    if is_list(types) and "null" in types:
        found[NULLABLE] = True
        rest = [kind for kind in types if kind != "null"]
        found["type"] = rest[0] if len(rest) == 1 else rest or "null"
    members = found.get("enum")
    if is_list(members):
        found["enum"] = [value for value in members if value is not None]
        if len(found["enum"]) < len(members):
            found[NULLABLE] = True
        if not found["enum"]:
            del found["enum"]
            found.update({"type": "null"} if members else {})
    unions = [raw[key] for key in ("anyOf", "oneOf") if is_list(raw.get(key)) and raw[key]]
    if unions:
        found[UNIONS] = unions
    if found.get(NULLABLE) is not True:
        found.pop(NULLABLE, None)
    return found


def adds(own: Json) -> bool:
    """Whether a schema says more than what it refers to."""
    return any(merging.is_structural({key: value}) for key, value in own.items()) or bool(
        own.get("required")
    )


def alternatives(one: Json) -> Iterator[Any]:
    """Yield the alternatives of a schema, whichever list they are in."""
    for parts in one.get(UNIONS, []):
        yield from parts


def has_type(schema: Json) -> bool:
    """Whether a schema says more of a type than its format."""
    return merging.is_structural({key: schema[key] for key in schema if key != "format"})


def is_null(schema: Any) -> bool:
    """Whether null is the only value."""
    return is_object(schema) and (
        schema.get("type") in ("null", ["null"]) or schema.get("enum") == [None]
    )


def kinds(one: Json) -> list[str]:
    """Return the types of a schema; empty if it says nothing of them."""
    given = one.get("type")
    found = given if is_list(given) else [given] if given is not None else []
    known = [_OTHER_TYPES.get(kind, kind) for kind in found if isinstance(kind, str)]
    if known:
        return known
    if {"properties", "additionalProperties", "patternProperties"} & one.keys():
        return ["object"]
    if {"items", "prefixItems"} & one.keys():
        return ["array"]
    return ["string"] if isinstance(one.get("format"), str) and "date" in one["format"] else []


def is_object_like(one: Json) -> bool:
    """Whether a schema is an object, with named properties or without."""
    return not one.get(UNIONS) and kinds(one) == ["object"]


def is_class(one: Json) -> bool:
    """Whether a settled schema is an object with named properties, or a list of strings."""
    if one.get(UNIONS):
        return False
    if listed := values.listed(one):
        return values.are_texts(listed)
    return kinds(one) == ["object"] and bool(one.get("properties"))


def is_word(key: str) -> bool:
    """Whether a keyword says nothing of the type."""
    return key in KEPT or key in _MARKS


def marks(one: Json) -> Json:
    """Return what the contract and the patches mark for the generator."""
    return {key: one[key] for key in _MARKS if key in one}
