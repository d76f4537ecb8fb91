"""Types of listed values (`enum`, `const`), and defaults that fit their type."""

from __future__ import annotations

import json
from typing import Any

from codegen.document import Json, is_list

_TYPES: tuple[tuple[type, str], ...] = (
    # A bool is an int in Python, so it comes first.
    (bool, "boolean"),
    (int, "integer"),
    (float, "number"),
    (str, "string"),
)
_DEFAULTS: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
}


def listed(schema: Json) -> list[Any]:
    """Return the values that a schema lists, each once; empty if it lists none."""
    values = schema.get("enum")
    if not is_list(values):
        values = [schema["const"]] if "const" in schema else []
    found: dict[str, Any] = {}
    for value in values:
        # As text, because in Python 1 equals both True and 1.0.
        found.setdefault(json.dumps(value, sort_keys=True), value)
    return list(found.values())


def are_texts(values: list[Any]) -> bool:
    """Whether values can be the members of an enum."""
    return bool(values) and all(isinstance(value, str) for value in values)


def type_of(value: Any) -> str:
    """Return the JSON type of a value as schemas call it; empty for objects and arrays."""
    return next((name for class_, name in _TYPES if isinstance(value, class_)), "")


def one_of_them(values: list[Any]) -> str:
    """Return a sentence that lists values, for a type that does not."""
    shown = ", ".join(json.dumps(value, ensure_ascii=False) for value in values)
    return f"One of {shown}." if len(values) > 1 else f"Always {shown}."


def fitting_default(schema: Json, kind: str) -> Json:
    """Return the default of a scalar as a keyword, unless it has another type."""
    value = schema.get("default")
    fits = isinstance(value, _DEFAULTS[kind])
    if isinstance(value, bool) != (kind == "boolean") or not fits:
        return {}
    return {"default": value}
