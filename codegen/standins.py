"""Finds what `aion` uses of the generated package and a contract does not have.

The generator writes a stand-in for each: a function whose request `aion` refuses to send, a class
without fields, a member of an enum that equals no value. So every module of `aion` can be imported
with the code of any contract, and the methods that lack nothing work. Stand-ins are marked in the
source, so that `codegen.reaching` reports what they stand for.

The source of `aion` is read with `ast`. Nothing but names is looked up: a field or parameter that
is gone needs no stand-in, because no import fails for it.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from codegen import ir
from codegen.diffing.curated import MODELS, OPERATIONS, Graph
from codegen.diffing.sources import Module, chains, imports, read

_NO_MODULE = "unreferenced"
"""The module of a class that is imported from `aion_api.models` itself."""
_PREFIX = re.compile(r"^/api/v\d+(?=/)")
_ENDPOINT = re.compile(r"``(DELETE|GET|PATCH|POST|PUT) (/[^` ]*)``")
_PARAMETER = re.compile(r"\{[^}]*\}")

Endpoint = tuple[str, str]
"""Method, and path without the prefix of the contract."""


@dataclass
class _Used:
    """The names of the generated package that the source of `aion` has."""

    functions: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])
    """(module, function)."""
    classes: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])
    """(module, class)."""
    members: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])
    """(class, attribute in capitals)."""

    def add(self, name: str) -> None:
        """Take the full name of something."""
        if name.startswith(OPERATIONS):
            module, _, rest = name.removeprefix(OPERATIONS).partition(".")
            function = rest.partition(".")[0]
            if function and not function.isupper():
                self.functions.add((module, function))
        elif name.startswith(MODELS):
            parts = name.removeprefix(MODELS).split(".")
            if parts[0][:1].isupper():
                parts.insert(0, _NO_MODULE)
            if len(parts) > 1 and parts[1][:1].isupper():
                self.classes.add((parts[0], parts[1]))
                if len(parts) > 2 and parts[2].isupper():
                    self.members.add((parts[1], parts[2]))


def completed(contract: ir.Contract, package: Path) -> ir.Contract:
    """Return the contract with what the package `aion` in the folder `package` uses beyond it.

    Raises:
        CodegenError: A source is not Python.
    """
    used = _used(Graph(read(package, _mentions(contract))))
    home = {model.name: model.module for model in contract.models}
    home |= {enum.name: enum.module for enum in contract.enums}
    there = {(op.module, op.name) for op in contract.operations}
    gone = sorted(used.functions - there)
    missing = ir.Missing(
        operations=tuple(_operations(gone, contract, Graph(read(package)))) if gone else (),
        classes=tuple(_classes(sorted(used.classes), home)),
        members=tuple(_members(contract.enums, used.members)),
    )
    return replace(contract, missing=missing)


def _mentions(contract: ir.Contract) -> re.Pattern[str]:
    """Match a source that may use the generated package: reading all of them takes a second."""
    enums = "".join(rf"|\b{enum.name}\.[A-Z]" for enum in contract.enums)
    return re.compile(rf"\baion_api\b{enums}")


def _used(graph: Graph) -> _Used:
    used = _Used()
    for name in {name for module in graph.modules.values() for name in _spelled(module)}:
        # Another module of `aion` may pass the name on.
        used.add(name if name.startswith("aion_api.") else graph.resolved(name))
    return used


def _spelled(module: Module) -> Iterator[str]:
    """Yield the full names in a module that begin with something imported."""
    known = {**module.imports, **imports(module.tree, module)}
    yield from known.values()
    for first, *rest in chains(module.tree):
        if rest and first in known:
            yield ".".join([known[first], *rest])


def _classes(used: Iterable[tuple[str, str]], home: Mapping[str, str]) -> Iterator[ir.MissingClass]:
    made: dict[str, str] = {}
    for module, name in used:
        where = home.get(name) or made.get(name, "")
        if not where:
            made[name] = module
        if where != module and not (where and module == _NO_MODULE):
            yield ir.MissingClass(name, module, where)


def _members(
    enums: Iterable[ir.EnumModel], used: Iterable[tuple[str, str]]
) -> Iterator[tuple[str, tuple[str, ...]]]:
    for enum in enums:
        there = {name for name, _ in enum.members}
        lacked = {name for owner, name in used if owner == enum.name} - there
        if lacked:
            yield enum.name, tuple(sorted(lacked))


def _operations(
    gone: list[tuple[str, str]], contract: ir.Contract, graph: Graph
) -> Iterator[ir.MissingOperation]:
    wanted = {f"{OPERATIONS}{module}.{name}": [module, name] for module, name in gone}
    methods = dict(graph.methods())
    needed_by: dict[str, list[str]] = {name: [] for name in wanted}
    for label, method in methods.items():
        for name in graph.reached(method) & wanted.keys():
            needed_by[name].append(label)
    there = {_plain(op.method, op.path) for op in contract.operations}
    found = _assigned(
        [
            (
                {name for name, labels in needed_by.items() if label in labels},
                {one for one in _endpoints(graph, method) if _plain(*one) not in there},
            )
            for label, method in methods.items()
        ]
    )
    for name, (module, function) in wanted.items():
        method, path = found.get(name, ("", ""))
        yield ir.MissingOperation(function, module, method, path, tuple(sorted(needed_by[name])))


def _endpoints(graph: Graph, method: str) -> list[Endpoint]:
    """Return the endpoints that the docstring of a method names."""
    owner, _, name = method.rpartition(".")
    text = ast.get_docstring(graph.classes[owner].methods[name]) or ""
    return _ENDPOINT.findall(text.rpartition("Endpoint:")[2])


def _plain(method: str, path: str) -> Endpoint:
    return method.upper(), _PARAMETER.sub("{}", _PREFIX.sub("", path))


def _assigned(methods: list[tuple[set[str], set[Endpoint]]]) -> dict[str, Endpoint]:
    """Return the operations whose endpoint is certain, because a method has one of each.

    Args:
        methods: For each method, the operations that it needs and the endpoints that it documents,
            without those that the contract has.
    """
    found: dict[str, Endpoint] = {}
    while True:
        new: dict[str, Endpoint] = {}
        for needed, documented in methods:
            # What is certain because of one method leaves less for the others.
            operations, endpoints = needed - found.keys(), documented - {*found.values()}
            if len(operations) == len(endpoints) == 1:
                new.setdefault(operations.pop(), endpoints.pop())
        if not new:
            return found
        found |= new


__all__ = ["completed"]
