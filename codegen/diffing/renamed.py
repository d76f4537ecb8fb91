"""Finds schemas that have another name in another document."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from codegen.document import is_list, is_object
from codegen.structure import digest

_REFERENCE = "#/components/schemas/"


def renamed(old: dict[str, Any], new: dict[str, Any]) -> dict[str, str]:
    """Return schemas with a new name but the same structure: old name -> new name.

    Only unique pairs count: of two equal schemas, each could be the renamed one.
    """
    gone = _by_content((name, old[name]) for name in old if name not in new)
    come = _by_content((name, new[name]) for name in new if name not in old)
    return {
        names[0]: come[content][0]
        for content, names in gone.items()
        if len(names) == 1 and len(come.get(content, ())) == 1
    }


def _by_content(items: Iterable[tuple[str, Any]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, schema in items:
        found.setdefault(digest(_nameless(schema, name)), []).append(name)
    return found


def _nameless(value: Any, own: str) -> Any:
    """Return a schema with a mark in place of references to itself."""
    if is_list(value):
        return [_nameless(item, own) for item in value]
    if is_object(value):
        return {key: _nameless(item, own) for key, item in value.items()}
    return "#self" if value == f"{_REFERENCE}{own}" else value
