"""Joins schemas: all parts of an `allOf` hold, and an object may be any one of several.

A schema here has no `allOf` and no `anyOf` or `oneOf`; `UNIONS` lists the alternatives that it had.
"""

from __future__ import annotations

from typing import Any

from codegen.document import Json, is_list, is_object

UNIONS = "unions"
"""Lists of alternatives; one of each list holds."""
NULLABLE = "nullable"
_LIMITS = frozenset({"required", "not", "minProperties", "maxProperties", "dependentRequired"})
_STRUCTURE = frozenset(
    {
        "$ref",
        "type",
        "properties",
        "items",
        "prefixItems",
        "additionalProperties",
        "patternProperties",
        "allOf",
        "anyOf",
        "oneOf",
        "enum",
        "const",
        "format",
        "contentMediaType",
        "contentEncoding",
        UNIONS,
    }
)


def is_structural(schema: Any) -> bool:
    """Whether a schema says something of the type of a value."""
    return is_object(schema) and any(schema.get(key) not in (None, []) for key in _STRUCTURE)


def is_limit(schema: Any) -> bool:
    """Whether a schema limits values of a type that is said elsewhere, such as by `required`."""
    return is_object(schema) and not is_structural(schema) and not _LIMITS.isdisjoint(schema)


def both(first: Json, second: Json) -> Json:
    """Return the schema of the values that fit two schemas.

    Where they contradict each other, the second one counts.
    """
    result = {**first, **second}
    for key, join in _JOINS.items():
        if key in first and key in second:
            result[key] = join(first[key], second[key])
    if "additionalProperties" in result and first.get("properties") and second.get("properties"):
        # Each part closes the object for itself alone.
        extra = [one.get("additionalProperties", True) for one in (first, second)]
        result["additionalProperties"] = next((one for one in extra if is_object(one)), True)
    return result


def _properties(first: Json, second: Json) -> Json:
    result = dict(first)
    for key, value in second.items():
        known = result.get(key)
        result[key] = value if known is None else _property(known, value)
    return result


def _property(first: Any, second: Any) -> Any:
    if first == second or not is_structural(first):
        return {**first, **second} if is_object(first) and is_object(second) else second
    if not is_structural(second):
        return {**second, **first, **_words(second)} if is_object(second) else first
    return {"allOf": [first, second], **_words(first), **_words(second)}


def _words(schema: Any) -> Json:
    found = schema.get("description") if is_object(schema) else None
    return {"description": found} if isinstance(found, str) else {}


def _types(first: Any, second: Any) -> Any:
    one = first if is_list(first) else [first]
    other = second if is_list(second) else [second]
    common = [kind for kind in other if kind in one]
    if not common and "integer" in [*one, *other] and "number" in [*one, *other]:
        common = ["integer"]
    if len(common) == 1:
        return common[0]
    return common or second


def _members(first: list[Any], second: list[Any]) -> list[Any]:
    return [value for value in first if value in second] or second


def _joined(first: list[Any], second: list[Any]) -> list[Any]:
    return [*first, *(one for one in second if one not in first)]


def _schemas(first: Any, second: Any) -> Any:
    return _property(first, second) if is_object(first) and is_object(second) else second


_JOINS: dict[str, Any] = {
    "properties": _properties,
    "required": _joined,
    "type": _types,
    "enum": _members,
    "items": _schemas,
    "additionalProperties": _schemas,
    UNIONS: _joined,
}


def any_of(base: Json, alternatives: list[list[Json]]) -> Json:
    """Return one object schema with the properties of `base` and of all alternatives.

    A property of some alternatives only is optional; one with several types is a union.

    Args:
        base: What holds for every value.
        alternatives: Lists of object schemas, of each of which one holds.
    """
    properties: Json = dict(base.get("properties", {}))
    required: list[str] = list(base.get("required", []))
    for listed in alternatives:
        found: dict[str, list[Any]] = {}
        for one in listed:
            for key, value in one.get("properties", {}).items():
                found.setdefault(key, []).append(value)
        for key, values in found.items():
            different = [value for n, value in enumerate(values) if value not in values[:n]]
            value = different[0] if len(different) == 1 else {"anyOf": different}
            properties[key] = _property(properties[key], value) if key in properties else value
        needed: list[str] = listed[0].get("required", [])
        everywhere = [
            key for key in needed if all(key in one.get("required", []) for one in listed)
        ]
        required += [key for key in everywhere if key not in required]
    result = {key: value for key, value in base.items() if key != UNIONS}
    return {**result, "type": "object", "properties": properties, "required": required}
