"""Walks a syntax tree: one walk reads it, another builds the changed tree.

libcst's own `visit` searches for several methods at every node and rebuilds every node, changed or
not. A walker has methods only for the classes of nodes that it handles, ``visit_<class>`` and
``leave_<class>``, and reuses unchanged nodes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from functools import cache
from typing import Any

import libcst as cst

_PLAIN = (str, bool, cst.SimpleWhitespace, cst.Newline)
"""Types of fields that contain neither code nor comments."""

# Sets of exact types: `isinstance` with a class of nodes runs Python code.
_SEVERAL = frozenset({tuple, list})
_NONE = frozenset({type(None), str, cst.MaybeSentinel, cst.SimpleWhitespace})

Removable = cst.CSTNode | cst.RemovalSentinel | cst.FlattenSentinel[Any]


class Walker:
    """Finds the methods of a walk by the classes of nodes, once for each class."""

    def __init__(self) -> None:
        self._visits: dict[type[cst.CSTNode], Callable[[Any], bool | None] | None] = {}
        self._leaves: dict[type[cst.CSTNode], Callable[[Any, Any], Removable] | None] = {}

    def walk(self, node: cst.CSTNode) -> None:
        """Visit a node and all nodes below it, outer ones first, except below a visit's False."""
        kind = type(node)
        if kind not in self._visits:
            self._visits[kind] = getattr(self, f"visit_{kind.__name__}", None)
        visit = self._visits[kind]
        if visit is not None and visit(node) is False:
            return
        for name in _parts(kind):
            value = getattr(node, name)
            if value.__class__ in _SEVERAL:
                for item in value:
                    self.walk(item)
            elif value.__class__ not in _NONE:
                self.walk(value)

    def changed(self, node: cst.CSTNode) -> Removable:
        """Return a node after all nodes below it were changed, and then the node itself.

        Raises:
            TypeError: A place for exactly one node got none or several.
        """
        kind = type(node)
        if kind not in self._visits:
            self._visits[kind] = getattr(self, f"visit_{kind.__name__}", None)
        if kind not in self._leaves:
            self._leaves[kind] = getattr(self, f"leave_{kind.__name__}", None)
        visit, leave = self._visits[kind], self._leaves[kind]
        inner = node if visit is not None and visit(node) is False else self._rebuilt(node)
        return inner if leave is None else leave(node, inner)

    def _rebuilt(self, node: cst.CSTNode) -> cst.CSTNode:
        new: dict[str, Any] = {}
        for name in _parts(type(node)):
            value = getattr(node, name)
            if value.__class__ in _SEVERAL:
                items = [self.changed(item) for item in value]
                if any(item is not old for item, old in zip(items, value, strict=True)):
                    new[name] = _several(items)
            elif value.__class__ not in _NONE:
                part = self.changed(value)
                if part is not value:
                    new[name] = _single(part, node, name)
        return node.with_changes(**new) if new else node


@cache
def _parts(kind: type[cst.CSTNode]) -> tuple[str, ...]:
    """Return the fields that may contain code or comments."""
    return tuple(field.name for field in fields(kind) if field.type not in _PLAIN)


def _single(part: Removable, node: cst.CSTNode, name: str) -> cst.CSTNode | None:
    if isinstance(part, cst.FlattenSentinel):
        raise TypeError(f"{type(node).__name__}.{name} needs exactly one node")
    return part if isinstance(part, cst.CSTNode) else None


def _several(items: list[Removable]) -> tuple[cst.CSTNode, ...]:
    found: list[cst.CSTNode] = []
    for item in items:
        if isinstance(item, cst.FlattenSentinel):
            found.extend(item)
        elif isinstance(item, cst.CSTNode):
            found.append(item)
    return tuple(found)
