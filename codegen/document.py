"""Walks a parsed OpenAPI document: its operations, its objects, its references."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeGuard
from urllib.parse import unquote

Json = dict[str, Any]
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


def is_object(value: object) -> TypeGuard[Json]:
    """Whether a JSON value is an object."""
    return isinstance(value, dict)


def is_list(value: object) -> TypeGuard[list[Any]]:
    """Whether a JSON value is an array."""
    return isinstance(value, list)


def text(value: object) -> str:
    """Return a text of the document, or an empty one where it has something else."""
    return value if isinstance(value, str) else ""


def operations(document: Json) -> Iterator[tuple[str, str, Json]]:
    """Yield every (path, method, operation) of a document, in its order."""
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                yield path, method, item[method]


def schemas(document: Json) -> Json:
    """Return the named schemas of a document, by name."""
    components = document.get("components")
    found = components.get("schemas") if is_object(components) else None
    return found if is_object(found) else {}


def nodes(value: Any) -> Iterator[Json]:
    """Yield every object inside `value`, `value` included."""
    stack = [value]
    while stack:
        node = stack.pop()
        if is_object(node):
            yield node
            stack.extend(node.values())
        elif is_list(node):
            stack.extend(node)


def pointer(text: str) -> list[str]:
    """Return the keys of a JSON pointer such as ``/paths/~1files/get``."""
    return [part.replace("~1", "/").replace("~0", "~") for part in text.split("/")[1:]]


def escaped(key: str) -> str:
    """Return a key as it is written in a JSON pointer."""
    return key.replace("~", "~0").replace("/", "~1")


def resolved(document: Json, value: Json) -> Json:
    """Follow the references of `value`; return `value` if it has none.

    Raises:
        KeyError: The reference points at nothing.
    """
    seen: list[str] = []
    while isinstance(target := value.get("$ref"), str):
        if target in seen:
            raise KeyError(target)
        seen.append(target)
        found = at(document, target)
        if not is_object(found):
            raise KeyError(target)
        value = found
    return value


def at(document: Json, target: str) -> Any:
    """Return what a reference within the document, such as ``#/paths/~1files/get``, points at.

    Raises:
        KeyError: It points at nothing.
    """
    found: Any = document
    for part in pointer(target):
        # A way may lead through another reference.
        found = resolved(document, found) if is_object(found) else found
        if is_object(found):
            key = part if part in found else unquote(part)
            found = found[key]
        elif is_list(found) and part.isdecimal() and int(part) < len(found):
            found = found[int(part)]
        else:
            raise KeyError(target)
    return found
