"""Finds which method of the curated package needs which operation of the generated one.

`aion` is read, never imported. A method needs what it refers to, directly or through other
definitions; a class counts as all of its methods. So a method may be reported that is not touched,
but no touched method is missed because of its style.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from codegen.diffing.sources import Class, Function, Module, chains, imports, is_property, read

OPERATIONS = "aion_api.api."
MODELS = "aion_api.models."
_HOMES = ("client", "pipeline", "resources")


@dataclass
class Usage:
    """What the curated package uses.

    Attributes:
        functions: Generated function, as ``module.function`` -> curated methods.
        classes: Generated class -> curated methods.
        types: Generated class -> public result types that are this class, or contain it.
    """

    functions: dict[str, set[str]] = field(default_factory=dict[str, set[str]])
    classes: dict[str, set[str]] = field(default_factory=dict[str, set[str]])
    types: dict[str, set[str]] = field(default_factory=dict[str, set[str]])


def usage(package: Path) -> Usage:
    """Return what the package in the folder `package` uses of the generated one.

    Raises:
        CodegenError: A source is not Python.
    """
    graph = Graph(read(package))
    found = Usage()
    for label, name in graph.methods():
        for leaf in graph.leaves(name):
            if leaf.startswith(OPERATIONS):
                found.functions.setdefault(leaf.removeprefix(OPERATIONS), set()).add(label)
            else:
                found.classes.setdefault(leaf.rpartition(".")[2], set()).add(label)
    for label, name in graph.types():
        for leaf in graph.leaves(name):
            if leaf.startswith(MODELS):
                found.types.setdefault(leaf.rpartition(".")[2], set()).add(label)
    return found


class Graph:
    """The definitions of the package, and what each of them refers to.

    Attributes:
        modules: The modules by their names.
        classes: Their classes by full name.
    """

    def __init__(self, modules: dict[str, Module]) -> None:
        self.modules = modules
        self.classes = {c.name: c for m in modules.values() for c in m.classes.values()}
        self.references = cache(self._references)

    # Where to start

    def methods(self) -> Iterator[tuple[str, str]]:
        """Yield the public methods of public classes: the name that users know, full name."""
        spoken = self._spoken()
        for module in self.modules.values():
            parts = module.name.split(".")[1:]
            if not parts or parts[0] not in _HOMES or any(p.startswith("_") for p in parts):
                continue
            for name, owner in module.classes.items():
                if name.startswith("_"):
                    continue
                seen: set[str] = set()
                for base in self.line(owner):
                    for method, node in base.methods.items():
                        if method in seen or method.startswith("_") or is_property(node):
                            continue
                        seen.add(method)
                        label = spoken.get(owner.name, name)
                        yield f"{label}.{method}", f"{base.name}.{method}"

    def _spoken(self) -> dict[str, str]:
        """Return how users write an object of a class, as the docs do: ``client.files``.

        The classes are the client, the resources that are its attributes, and what its methods
        return. Others keep the name of the class.
        """
        module = self.modules.get("aion.client")
        found: dict[str, str] = {}
        for name, owner in (module.classes if module else {}).items():
            if name.startswith("_"):
                continue
            found[owner.name] = "client"
            for attribute, annotation in owner.attributes.items():
                for held in self._annotated(annotation, owner.module):
                    found.setdefault(held.name, f"client.{attribute}")
            for method, node in owner.methods.items():
                if node.returns is not None and not method.startswith("_"):
                    for held in self._annotated(node.returns, owner.module):
                        found.setdefault(held.name, method)
        return found

    def types(self) -> Iterator[tuple[str, str]]:
        """Yield the public result types: class name, full name."""
        for module in self.modules.values():
            parts = module.name.split(".")
            if parts[1:2] == ["types"] and not any(p.startswith("_") for p in parts):
                for name in module.exported():
                    where = self.resolved(f"{module.name}.{name}")
                    if where.startswith(MODELS) or where in self.classes:
                        yield name, where

    def leaves(self, start: str) -> set[str]:
        """Return the generated functions and classes that a definition leads to."""
        return {name for name in self.reached(start) if name.startswith((OPERATIONS, MODELS))}

    def reached(self, start: str) -> set[str]:
        """Return everything that a definition leads to, itself included."""
        seen: set[str] = set()
        stack = [start]
        while stack:
            name = stack.pop()
            if name not in seen:
                seen.add(name)
                stack.extend(self.references(name))
        return seen

    # References

    def _references(self, name: str) -> set[str]:
        if owner := self.classes.get(name):
            return self._within(owner.node, owner.module, owner, {})
        before, _, last = name.rpartition(".")
        if owner := self.classes.get(before):
            method = owner.methods.get(last)
            return self._of_function(method, owner) if method else set()
        module = self.modules.get(before)
        if module and last in module.others:
            node = module.others[last]
            return self._within(node, module, None, imports(node, module))
        return set()

    def _of_function(self, node: Function, owner: Class) -> set[str]:
        # A method may name its own class, as an annotation or constructor: that calls no method.
        names = imports(node, owner.module)
        return self._within(node, owner.module, owner, names) - {owner.name}

    def _within(
        self, node: ast.AST, module: Module, owner: Class | None, local: dict[str, str]
    ) -> set[str]:
        names = {**module.imports, **imports(node, module), **local}
        found: set[str] = set()
        for first, *rest in chains(node):
            if first in ("self", "cls") and owner is not None:
                found |= self._member(owner, rest)
            elif first in names:
                found |= self._known(".".join([names[first], *rest]))
            elif first in module.classes or first in module.others:
                found |= self._known(".".join([module.name, first, *rest]))
        return found

    def _member(self, owner: Class, parts: list[str]) -> set[str]:
        """Return the method that `self.a` or `self.a.b` names."""
        if not parts:
            return set()
        first, *rest = parts
        for base in self.line(owner):
            if rest and first in base.attributes:
                for held in self._annotated(base.attributes[first], base.module):
                    if found := self._member(held, rest):
                        return found
            if not rest and first in base.methods:
                return {f"{base.name}.{first}"}
        return set()

    def _annotated(self, annotation: ast.expr, module: Module) -> Iterator[Class]:
        for parts in chains(annotation):
            for name in (module.imports.get(parts[0]), f"{module.name}.{parts[0]}"):
                if name and (found := self.classes.get(self.resolved(name))):
                    yield found

    def _known(self, name: str) -> set[str]:
        """Return the definition that a dotted name leads to."""
        where = self.resolved(name)
        if where.startswith((OPERATIONS, MODELS)):
            prefix = OPERATIONS if where.startswith(OPERATIONS) else MODELS
            parts = where.removeprefix(prefix).split(".")
            # `aion_api.models.Folder` and `aion_api.models.folders.Folder` are one class.
            size = 1 if parts[0][:1].isupper() else 2
            return {prefix + ".".join(parts[:size])} if len(parts) >= size else set()
        return {where} if where else set()

    def resolved(self, name: str) -> str:
        """Return where a name is defined; imports are followed from module to module."""
        for _ in range(20):
            parts = name.split(".")
            for size in range(len(parts) - 1, 0, -1):
                module = self.modules.get(".".join(parts[:size]))
                if module is None:
                    continue
                first, rest = parts[size], parts[size + 1 :]
                if owner := module.classes.get(first):
                    return self._inside(owner, rest)
                if first in module.others:
                    return f"{module.name}.{first}"
                if first not in module.imports:
                    return name
                name = ".".join([module.imports[first], *rest])
                break
            else:
                return name
        return name

    def _inside(self, owner: Class, rest: list[str]) -> str:
        for base in self.line(owner):
            if rest and rest[0] in base.methods:
                return f"{base.name}.{rest[0]}"
        return owner.name

    def line(self, owner: Class) -> Iterator[Class]:
        """Yield a class and its base classes, nearest first."""
        yield owner
        for base in owner.node.bases:
            for parts in chains(base):
                for name in (owner.module.imports.get(parts[0]), f"{owner.module.name}.{parts[0]}"):
                    if name and (found := self.classes.get(self.resolved(name))):
                        yield from self.line(found)
