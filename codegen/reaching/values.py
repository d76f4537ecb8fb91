"""Infers the classes of values inside a function from its source.

It follows annotations, calls, attributes, loops and items. A value is unknown if it is not certain:
its name is bound in a way that is not supported, or it is a union with an unknown member.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from codegen.diffing.curated import MODELS, OPERATIONS, Graph
from codegen.diffing.sources import Class, Module, arguments, imports
from codegen.reaching.offered import Offered

_LISTS = frozenset({"list", "tuple", "set", "frozenset", "Sequence", "Collection", "Iterable"})
_ITERATORS = frozenset({"Iterator", "AsyncIterator", "AsyncIterable", "Generator"})
_MAPS = frozenset({"dict", "Mapping"})
_ROUNDS = 4
_BINDING = (
    ast.AnnAssign,
    ast.Assign,
    ast.AsyncFor,
    ast.For,
    ast.NamedExpr,
    ast.comprehension,
)
EVOLVE = "attrs.evolve"
"""Returns a copy of its first argument, with the fields that are passed."""


@dataclass(frozen=True)
class Kind:
    """A class, or a container of values of one.

    Attributes:
        name: The full name of a class, or ``list``, ``map`` or ``request``.
        of: What it contains, or the response of a request.
    """

    name: str
    of: frozenset[Kind] = frozenset()


Kinds = frozenset[Kind]
"""The possible classes of a value; empty if they are not known."""
UNKNOWN: Kinds = frozenset()


class Values:
    """The values of one definition.

    Args:
        graph: The curated package.
        offered: The generated one.
        node: A function, or any other statement.
        module: The module that contains it.
        owner: The class that it is a method of.
    """

    def __init__(
        self, graph: Graph, offered: Offered, node: ast.stmt, module: Module, owner: Class | None
    ) -> None:
        self._graph = graph
        self._offered = offered
        self._module = module
        self._names = {**module.imports, **imports(node, module)}
        self._bound: dict[str, Kinds] = {}
        own = _own(node)
        for argument in own:
            if argument.annotation is not None:
                self._bound[argument.arg] = self._annotated(argument.annotation, self._names)
        if owner is not None and own and own[0].annotation is None:
            self._bound[own[0].arg] = frozenset({Kind(owner.name)})
        self._settle(node, {argument.arg for argument in own})

    def target(self, node: ast.expr) -> str:
        """Return the full name of the definition that an expression names, or an empty string."""
        parts: list[str] = []
        while isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name) or node.id in self._bound:
            return ""
        first = self._names.get(node.id)
        if first is None and (node.id in self._module.classes or node.id in self._module.others):
            first = f"{self._module.name}.{node.id}"
        return self._graph.resolved(".".join([first, *reversed(parts)])) if first else ""

    def of(self, node: ast.expr | None) -> Kinds:
        """Return the possible classes of the value of an expression."""
        match node:
            case ast.Name(id=name):
                return self._bound.get(name, UNKNOWN)
            case ast.Await(value=inner) | ast.NamedExpr(value=inner):
                return self.of(inner)
            case ast.Attribute(value=inner, attr=attr):
                return _union([self._member(kind, attr) for kind in self.of(inner)])
            case ast.Subscript(value=inner):
                return _held(self.of(inner))
            case ast.IfExp(body=body, orelse=other):
                return _union([self.of(part) for part in (body, other) if not _is_none(part)])
            case ast.BoolOp(values=values):
                return _union([self.of(part) for part in values])
            case ast.Call():
                return self._called(node)
            case _:
                return UNKNOWN

    # Names

    def _settle(self, node: ast.stmt, own: set[str]) -> None:
        """Infer the classes of each name: all of its bindings count, in any order."""
        taken: dict[str, int] = {}
        inside = [*ast.walk(node)]
        for inner in inside:
            if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store | ast.Del):
                taken[inner.id] = taken.get(inner.id, 0) + 1
            elif isinstance(inner, ast.arg) and inner.arg not in own:
                taken[inner.arg] = taken.get(inner.arg, 0) + 1
            elif isinstance(inner, ast.ExceptHandler) and inner.name:
                taken[inner.name] = taken.get(inner.name, 0) + 1
        given = {name: kinds for name, kinds in self._bound.items() if name not in taken}
        for name in taken:
            if name in own:
                given[name] = UNKNOWN
        binding = [inner for inner in inside if isinstance(inner, _BINDING)]
        # A name may be bound to the value of another one that is bound further down.
        for _ in range(_ROUNDS):
            before = self._bound
            found: dict[str, list[Kinds | None]] = {}
            for name, kinds in self._bindings(binding):
                found.setdefault(name, []).append(kinds)
            self._bound = dict.fromkeys(taken, UNKNOWN) | given
            for name, bound in found.items():
                if name not in own and len(bound) == taken[name]:
                    self._bound[name] = _union([kinds for kinds in bound if kinds is not None])
            if self._bound == before:
                break

    def _bindings(self, binding: Iterable[ast.AST]) -> Iterator[tuple[str, Kinds | None]]:
        """Yield each binding of a name; None for one that keeps the class of the name."""
        for inner in binding:
            match inner:
                case ast.Assign(
                    targets=[ast.Name(id=name)],
                    value=ast.Call(func=function, args=[ast.Name(id=same), *_]),
                ) if same == name and self.target(function) == EVOLVE:
                    yield name, None
                case ast.AnnAssign(target=ast.Name(id=name), annotation=annotation):
                    yield name, self._annotated(annotation, self._names)
                case ast.Assign(targets=[ast.Name(id=name)], value=value):
                    yield name, self.of(value)
                case ast.NamedExpr(target=ast.Name(id=name), value=value):
                    yield name, self.of(value)
                case (
                    ast.For(target=ast.Name(id=name), iter=value)
                    | ast.AsyncFor(target=ast.Name(id=name), iter=value)
                    | ast.comprehension(target=ast.Name(id=name), iter=value)
                ):
                    yield name, _held(self.of(value))
                case _:
                    pass

    # Annotations

    def _annotated(self, node: ast.expr, names: dict[str, str]) -> Kinds:
        match node:
            case ast.Constant(value=str(text)):
                try:
                    return self._annotated(ast.parse(text, mode="eval").body, names)
                except SyntaxError:
                    return UNKNOWN
            case ast.BinOp(left=left, op=ast.BitOr(), right=right):
                parts = [part for part in (left, right) if not _is_none(part)]
                return _union([self._annotated(part, names) for part in parts])
            case ast.Subscript(value=head, slice=inner):
                last = ast.unparse(head).rpartition(".")[2]
                several = isinstance(inner, ast.Tuple) and inner.elts
                first = several[-1 if last in _MAPS else 0] if several else inner
                name = "list" if last in _LISTS | _ITERATORS else "map" if last in _MAPS else ""
                name = "request" if last == "Request" else name
                held = self._annotated(first, names) if name else UNKNOWN
                return frozenset({Kind(name, held)}) if held else UNKNOWN
            case ast.Name() | ast.Attribute():
                start, _, rest = ast.unparse(node).partition(".")
                full = names.get(start, "")
                return self._class(".".join([full, rest]) if rest else full) if full else UNKNOWN
            case _:
                return UNKNOWN

    def _class(self, name: str) -> Kinds:
        full = self._graph.resolved(name)
        last = full.rpartition(".")[2]
        if full in self._graph.classes:
            return frozenset({Kind(full)})
        if full.startswith(MODELS) and self._offered.named(last):
            return frozenset({Kind(MODELS + last)})
        return UNKNOWN

    def _inside(self, found: Class) -> dict[str, str]:
        """Return the full names of the names in a class: imports and classes of its module."""
        module = found.module
        return {**{name: c.name for name, c in module.classes.items()}, **module.imports}

    # Members and calls

    def _line(self, name: str) -> Iterator[Class]:
        if name.startswith(MODELS):
            found = self._offered.named(name.removeprefix(MODELS))
            yield from self._offered.bases(found) if found else ()
        elif owner := self._graph.classes.get(name):
            yield from self._graph.line(owner)
            for parent in parents(self._graph, owner):
                yield from self._line(parent)

    def _member(self, kind: Kind, attr: str) -> Kinds:
        for base in self._line(kind.name):
            if annotation := base.attributes.get(attr):
                return self._annotated(annotation, self._within(base))
        return UNKNOWN

    def _within(self, found: Class) -> dict[str, str]:
        names = self._inside(found)
        if found.name.startswith("aion_api."):
            # Classes of the generated package have unique names.
            models = {name: MODELS + name for name in found.module.classes}
            names = {**names, **models}
        return names

    def _called(self, node: ast.Call) -> Kinds:
        target = self.target(node.func)
        if target == EVOLVE and node.args:
            return self.of(node.args[0])
        if target.startswith(OPERATIONS):
            name = target.removeprefix(OPERATIONS)
            function = self._offered.function(name)
            returns = function.returns if function else None
            return (
                self._annotated(returns, self._offered.home(name).imports) if returns else UNKNOWN
            )
        if target and (made := self._class(target)):
            return made
        if isinstance(node.func, ast.Attribute):
            if node.func.attr == "call" and node.args:
                # The engine returns the response type of its request.
                asked = self.of(node.args[0])
                return _union([kind.of if kind.name == "request" else UNKNOWN for kind in asked])
            value = node.func.value
            kinds = self.of(value) or self._class(self.target(value))
            if found := _union([self._returned(kind, node.func.attr) for kind in kinds]):
                return found
        module, _, last = target.rpartition(".")
        home = self._graph.modules.get(module)
        made_by = home.others.get(last) if home else None
        if home and isinstance(made_by, ast.FunctionDef | ast.AsyncFunctionDef):
            names = {**{name: c.name for name, c in home.classes.items()}, **home.imports}
            return self._annotated(made_by.returns, names) if made_by.returns else UNKNOWN
        return UNKNOWN

    def _returned(self, kind: Kind, method: str) -> Kinds:
        for base in self._line(kind.name):
            if found := base.methods.get(method):
                returns = found.returns
                if returns is None:
                    return UNKNOWN
                if ast.unparse(returns) == "Self":
                    return frozenset({kind})
                return self._annotated(returns, self._within(base))
        return UNKNOWN


def _own(node: ast.stmt) -> list[ast.arg]:
    return arguments(node) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) else []


def parents(graph: Graph, owner: Class) -> Iterator[str]:
    """Yield the full names of the generated classes that a curated one inherits from."""
    for one in graph.line(owner):
        for base in one.node.bases:
            first, _, rest = ast.unparse(base).partition(".")
            full = one.module.imports.get(first)
            where = graph.resolved(".".join([full, rest]) if rest else full) if full else ""
            if where.startswith(MODELS):
                yield MODELS + where.rpartition(".")[2]


def _union(found: list[Kinds]) -> Kinds:
    return frozenset[Kind]().union(*found) if found and all(found) else UNKNOWN


def _held(kinds: Kinds) -> Kinds:
    return _union([kind.of if kind.name in ("list", "map") else UNKNOWN for kind in kinds])


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None
