"""Reads what the generated package has, with `ast`: functions, classes, fields, enum members."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from codegen.diffing.sources import Class, Function, Module, arguments, read

_ROOT = "aion_api."
# How the templates mark stand-ins.
STANDIN_BASE = "_missing.Schema"
STANDIN_REQUEST = "_missing.request"


class Offered:
    """The names of the generated package.

    Args:
        package: The folder ``aion_api``.

    Raises:
        CodegenError: A file of it is not Python.
    """

    def __init__(self, package: Path) -> None:
        self._modules = read(package)
        self._classes = {
            c.node.name: c
            for m in self._modules.values()
            for c in m.classes.values()
            if not _is_standin(c.node)
        }
        self.attributes = cache(self._attributes)

    def function(self, name: str) -> Function | None:
        """Return the function ``module.function`` of an operation."""
        module, _, last = name.rpartition(".")
        found = self._module(f"api.{module}").others.get(last)
        if not isinstance(found, ast.FunctionDef) or _is_standin(found):
            return None
        return found

    def home(self, name: str) -> Module:
        """Return the module of the function ``module.function``."""
        return self._module(f"api.{name.rpartition('.')[0]}")

    def named(self, name: str) -> Class | None:
        """Return a class by its name, which is unique in the package."""
        return self._classes.get(name)

    def bases(self, found: Class) -> Iterator[Class]:
        """Yield a class and its base classes, nearest first."""
        yield found
        for base in found.node.bases:
            if parent := self._classes.get(ast.unparse(base).rpartition(".")[2]):
                yield from self.bases(parent)

    def _attributes(self, name: str) -> frozenset[str]:
        """Return the names of the attributes of a class and its objects."""
        names: set[str] = set()
        for one in self.bases(self._classes[name]):
            names |= {*one.methods, *one.attributes, *one.constants()}
        return frozenset(names)

    def fields(self, name: str) -> frozenset[str]:
        """Return the arguments of the constructor of a model."""
        return frozenset(self._classes[name].attributes) | {"additional_properties"}

    def is_enum(self, name: str) -> bool:
        """Whether a class is an enum: its constructor accepts a value, not fields."""
        return any(one.node.name == "OpenEnum" for one in self.bases(self._classes[name]))

    def _module(self, name: str) -> Module:
        empty = Module(name, ast.Module([], []), is_package=False)
        return self._modules.get(_ROOT + name, empty)


def _is_standin(node: ast.FunctionDef | ast.ClassDef) -> bool:
    """Whether the generator wrote a definition for something that the contract does not have."""
    if isinstance(node, ast.ClassDef):
        return any(ast.unparse(base) == STANDIN_BASE for base in node.bases)
    last = node.body[-1]
    if not isinstance(last, ast.Return) or not isinstance(last.value, ast.Call):
        return False
    return ast.unparse(last.value.func) == STANDIN_REQUEST


def parameters(function: Function) -> frozenset[str]:
    """Return the names of the parameters of a function."""
    return frozenset(argument.arg for argument in arguments(function))


def missing(function: Function, call: ast.Call) -> list[str]:
    """Return required keywords that a call omits; none if the call unpacks a mapping."""
    if any(keyword.arg is None for keyword in call.keywords):
        return []
    given = {keyword.arg for keyword in call.keywords}
    pairs = zip(function.args.kwonlyargs, function.args.kw_defaults, strict=True)
    return [one.arg for one, default in pairs if default is None and one.arg not in given]
