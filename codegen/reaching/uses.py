"""Finds the names in one definition of the curated package that the generated one lacks."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from codegen.diffing.curated import MODELS, OPERATIONS, Graph
from codegen.diffing.sources import Class, Module
from codegen.reaching.offered import Offered, missing, parameters
from codegen.reaching.values import EVOLVE, Kind, Values, parents

# Every member of an enum has these.
_ALWAYS = frozenset({"name", "value"})


@dataclass(frozen=True)
class Gap:
    """Something that is used and does not exist.

    Attributes:
        kind: What it is, such as ``parameter``.
        holder: The operation, as ``module.function``, or the class that should have it.
        name: Its name; empty if the holder itself is gone.
        what: What is wrong with it.
    """

    kind: str
    holder: str
    name: str = ""
    what: str = "is gone"

    def __str__(self) -> str:
        name = f"{self.holder}.{self.name}" if self.name else self.holder
        return f"{self.kind} {name} {self.what}"


def gaps(
    graph: Graph, offered: Offered, node: ast.stmt, module: Module, owner: Class | None
) -> list[Gap]:
    """Return the gaps of a definition, each once.

    Args:
        graph: The curated package.
        offered: The generated one.
        node: A function, or any other statement.
        module: The module that contains it.
        owner: The class that it is part of.
    """
    return [*dict.fromkeys(_Reader(graph, offered, node, module, owner).read())]


def imported(offered: Offered, module: Module) -> list[Gap]:
    """Return what a module imports and does not exist."""
    return [gap for name in module.imports.values() for gap in _absent(offered, name)]


def _absent(offered: Offered, target: str) -> Iterator[Gap]:
    """Yield the operation or model of a full name if it does not exist there."""
    if target.startswith(OPERATIONS):
        name = target.removeprefix(OPERATIONS)
        # Constants are those of every module.
        is_function = name.count(".") == 1 and not name.rpartition(".")[2].isupper()
        if is_function and offered.function(name) is None:
            yield Gap("operation", name)
    cls, _ = _class_in(target)
    if cls:
        found = offered.named(cls)
        module = target.removeprefix(MODELS).partition(f".{cls}")[0]
        if found is None:
            yield Gap("model", cls)
        elif module[:1].islower() and found.module.name != MODELS + module:
            yield Gap("model", cls, what=f"is now in {found.module.name}")


class _Reader:
    def __init__(
        self, graph: Graph, offered: Offered, node: ast.stmt, module: Module, owner: Class | None
    ) -> None:
        self._graph = graph
        self._offered = offered
        self._node = node
        self._values = Values(graph, offered, node, module, owner)

    def read(self) -> Iterator[Gap]:
        for node in ast.walk(self._node):
            if isinstance(node, ast.Attribute | ast.Name) and isinstance(node.ctx, ast.Load):
                yield from self._spelled(node)
            if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
                yield from self._member_of(node.value, node.attr)
            if isinstance(node, ast.Call):
                yield from self._call(node)

    def _spelled(self, node: ast.expr) -> Iterator[Gap]:
        target = self._values.target(node)
        yield from _absent(self._offered, target)
        cls, rest = _class_in(target)
        if rest and self._offered.named(cls) and not self._has(cls, rest[0]):
            yield Gap("enum value" if self._offered.is_enum(cls) else "field", cls, rest[0])

    def _has(self, cls: str, name: str) -> bool:
        if name.startswith("__") or (name in _ALWAYS and self._offered.is_enum(cls)):
            return True
        return name in self._offered.attributes(cls)

    def _member_of(self, value: ast.expr, name: str) -> Iterator[Gap]:
        kinds = self._values.of(value)
        classes = [self._models(kind) for kind in kinds]
        # Code may have excluded one class of a union, so one that has the name is enough.
        if not classes or not all(classes) or name.startswith("__"):
            return
        if any(self._is_there(kind, name) for kind in kinds):
            return
        for holder in sorted({one for found in classes for one in found}):
            yield Gap("field", holder, name)

    def _models(self, kind: Kind) -> list[str]:
        """Return the generated classes that a class is or inherits from."""
        if kind.name.startswith(MODELS):
            return [kind.name.removeprefix(MODELS)]
        owner = self._graph.classes.get(kind.name)
        found = list(parents(self._graph, owner)) if owner else []
        return [name.removeprefix(MODELS) for name in found if self._named(name)]

    def _named(self, name: str) -> bool:
        return self._offered.named(name.removeprefix(MODELS)) is not None

    def _is_there(self, kind: Kind, attr: str) -> bool:
        if any(self._has(name, attr) for name in self._models(kind)):
            return True
        owner = self._graph.classes.get(kind.name)
        lines = self._graph.line(owner) if owner else ()
        return any(attr in (*one.methods, *one.attributes, *one.constants()) for one in lines)

    def _call(self, node: ast.Call) -> Iterator[Gap]:
        target = self._values.target(node.func)
        given = [keyword.arg for keyword in node.keywords if keyword.arg is not None]
        if target.startswith(OPERATIONS):
            name = target.removeprefix(OPERATIONS)
            if function := self._offered.function(name):
                known = parameters(function)
                yield from (Gap("parameter", name, one) for one in given if one not in known)
                for one in missing(function, node):
                    yield Gap("parameter", name, one, "is required and not passed")
        if target == EVOLVE and node.args:
            for one in given:
                yield from self._member_of(node.args[0], one)
        cls, rest = _class_in(target)
        if cls and not rest and self._offered.named(cls) and not self._offered.is_enum(cls):
            known = self._offered.fields(cls)
            yield from (Gap("field", cls, one) for one in given if one not in known)


def _class_in(target: str) -> tuple[str, list[str]]:
    """Return the generated class in a full name, and the names after it."""
    if not target.startswith(MODELS):
        return "", []
    parts = target.removeprefix(MODELS).split(".")
    for place, part in enumerate(parts[:2]):
        if part[:1].isupper():
            return part, parts[place + 1 :]
    return "", []
