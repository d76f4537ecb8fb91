"""Separates the structure of a document from its words.

Words are what is written for people: descriptions, summaries, titles, examples. Everything else is
structure, but for extensions (`x-...`). Which of both a key is depends on where it stands:
`description` is a keyword of a schema, and a name among its properties.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from hashlib import sha256
from typing import Any, Literal

from codegen.document import Json, is_list, is_object

Kind = Literal["keywords", "names", "data"]
"""What the keys of an object are: keywords of OpenAPI, names of the vendor, or JSON data."""

WORDS = frozenset({"description", "summary", "title", "example", "examples"})
_HOLDS_NAMES = frozenset(
    {
        "$defs",
        "callbacks",
        "content",
        "definitions",
        "dependentSchemas",
        "encoding",
        "headers",
        "links",
        "mapping",
        "pathItems",
        "paths",
        "patternProperties",
        "properties",
        "requestBodies",
        "responses",
        "schemas",
        "scopes",
        "securitySchemes",
        "variables",
        "webhooks",
    }
)
_HOLDS_DATA = frozenset({"const", "default", "enum", "example", "examples"})
# The order of these lists has no meaning.
_SETS = frozenset({"required", "type"})
_LENGTH = 16
Visit = Callable[[tuple[str, ...], Json, str], None]


def kind_below(kind: Kind, key: str, value: Any) -> Kind:
    """Return the kind of the value at `key` of an object of the kind `kind`."""
    if kind == "data":
        return "data"
    if kind == "names":
        return "keywords"
    if key in _HOLDS_DATA:
        return "data"
    # The parameters of an operation are a list, those of the components have names.
    return "names" if key in _HOLDS_NAMES or (key == "parameters" and is_object(value)) else kind


def kind_at(keys: Iterable[str], value: Any) -> Kind:
    """Return the kind of the value at a pointer below an operation, schema or document."""
    kind: Kind = "keywords"
    for key in keys:
        value = value.get(key) if is_object(value) else None
        kind = kind_below(kind, key, value)
    return kind


def is_words(kind: Kind, key: str) -> bool:
    """Whether a key of an object of this kind holds words."""
    return kind == "keywords" and key in WORDS


def same(one: Any, other: Any, kind: Kind = "keywords") -> bool:
    """Whether two values have the same structure, whatever their words."""
    return digest(one, kind) == digest(other, kind)


def digest(value: Any, kind: Kind = "keywords", visit: Visit | None = None) -> str:
    """Return a short hash of the structure of a value.

    Args:
        value: A part of a document.
        kind: What its keys are.
        visit: Called with each object that has keywords, after those inside it: with its place
            below `value`, with the object, and with its hash.
    """
    return _digest(value, kind, visit, ())


def _digest(value: Any, kind: Kind, visit: Visit | None, place: tuple[str, ...]) -> str:
    if kind == "data":
        return _hash(_plain(value))
    if is_list(value):
        labels = labelled(value)
        return _hash(
            [
                _digest(item, kind, visit, (*place, label))
                for label, item in zip(labels, value, strict=True)
            ]
        )
    if not is_object(value):
        return _hash(_plain(value))
    inside: Json = {}
    for key, item in value.items():
        if is_words(kind, key) or (kind == "keywords" and key.startswith("x-")):
            continue
        below = kind_below(kind, key, item)
        if kind == "keywords" and key in _SETS and is_list(item):
            inside[key] = _hash(sorted(_hash(_plain(one)) for one in item))
        else:
            inside[key] = _digest(item, below, visit, (*place, key))
    own = _hash(inside)
    if visit is not None and kind == "keywords":
        visit(place, value, own)
    return own


def labelled(items: list[Any]) -> list[str]:
    """Return a name for each item of a list that stays when others are added: else its number."""
    found: list[str] = []
    for number, item in enumerate(items):
        label = str(number)
        if is_object(item) and isinstance(item.get("name"), str):
            label = f"{item.get('in', '')} {item['name']}".strip()
        elif is_object(item) and isinstance(item.get("$ref"), str):
            label = item["$ref"]
        found.append(label if label not in found else str(number))
    return found


def _plain(value: Any) -> Any:
    """Return data with one form of each number: TOML and JSON write 0 and 0.0 differently."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if is_list(value):
        return [_plain(item) for item in value]
    return {key: _plain(item) for key, item in value.items()} if is_object(value) else value


def _hash(value: Any) -> str:
    text = json.dumps(value, sort_keys=True, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()[:_LENGTH]
