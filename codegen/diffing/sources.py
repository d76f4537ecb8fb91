"""Reads the curated package with `ast`: what every function, method and class refers to.

It imports and runs nothing. A reference is a dotted name. An import is followed to the definition
of the name, and `self.files.list` through the annotation of `files` to the method.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from codegen.errors import CodegenError

Function = ast.FunctionDef | ast.AsyncFunctionDef
_IGNORED = ("sync", "sandbox", "testing", "cli")


@dataclass
class Class:
    """A class of the package."""

    name: str
    module: Module
    node: ast.ClassDef
    methods: dict[str, Function] = field(default_factory=dict[str, Function])
    attributes: dict[str, ast.expr] = field(default_factory=dict[str, ast.expr])
    """Annotations of the attributes of an instance."""

    def constants(self) -> set[str]:
        """Return the names that are assigned in the body of the class."""
        return {
            target.id
            for item in self.node.body
            if isinstance(item, ast.Assign)
            for target in item.targets
            if isinstance(target, ast.Name)
        }


@dataclass
class Module:
    """A module of the package, and the meaning of its names."""

    name: str
    tree: ast.Module
    is_package: bool
    imports: dict[str, str] = field(default_factory=dict[str, str])
    classes: dict[str, Class] = field(default_factory=dict[str, Class])
    others: dict[str, ast.stmt] = field(default_factory=dict[str, ast.stmt])
    """Functions, constants and aliases."""

    def exported(self) -> list[str]:
        """Return the public names: `__all__`, else every public class and function of its own."""
        listed = self.others.get("__all__")
        if isinstance(listed, ast.Assign) and isinstance(listed.value, (ast.List, ast.Tuple)):
            return [str(e.value) for e in listed.value.elts if isinstance(e, ast.Constant)]
        return [name for name in [*self.classes, *self.others] if not name.startswith("_")]


def read(package: Path, mentions: re.Pattern[str] | None = None) -> dict[str, Module]:
    """Read the modules of the async source below the folder `package`, by dotted name.

    Args:
        package: The folder.
        mentions: What a module has to mention to be read; every module is by default.

    Raises:
        CodegenError: A module is not Python.
    """
    found: dict[str, Module] = {}
    for path in sorted(package.rglob("*.py")):
        parts = [package.name, *path.relative_to(package).with_suffix("").parts]
        if parts[1] in _IGNORED:
            continue
        text = path.read_text(encoding="utf-8")
        if mentions is not None and not mentions.search(text):
            continue
        is_package = parts[-1] == "__init__"
        name = ".".join(parts[:-1] if is_package else parts)
        try:
            tree = ast.parse(text)
        except SyntaxError as error:
            raise CodegenError(f"{path}:{error.lineno}: not Python: {error.msg}") from error
        found[name] = _module(name, tree, is_package=is_package)
    return found


def _module(name: str, tree: ast.Module, *, is_package: bool) -> Module:
    module = Module(name, tree, is_package)
    for node in _statements(tree.body):
        if isinstance(node, ast.ClassDef):
            module.classes[node.name] = _class(node, module)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            module.others[node.name] = node
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    module.others[target.id] = node
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            module.others[node.target.id] = node
        else:
            module.imports |= imports(node, module)
    return module


def _statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Yield the statements of a module, those under `if TYPE_CHECKING` or `try` included."""
    for node in body:
        if isinstance(node, ast.If | ast.Try):
            yield from _statements([*node.body, *node.orelse])
        else:
            yield node


def imports(node: ast.AST, module: Module) -> dict[str, str]:
    """Return what the import statements inside `node` bind: local name -> full name."""
    package = module.name if module.is_package else module.name.rpartition(".")[0]
    bound: dict[str, str] = {}
    for inner in ast.walk(node):
        if isinstance(inner, ast.Import):
            for alias in inner.names:
                bound[alias.asname or alias.name.split(".")[0]] = (
                    alias.name if alias.asname else alias.name.split(".")[0]
                )
        elif isinstance(inner, ast.ImportFrom):
            base = package.split(".")[: len(package.split(".")) - inner.level + 1]
            start = [*(base if inner.level else []), *([inner.module] if inner.module else [])]
            for alias in inner.names:
                bound[alias.asname or alias.name] = ".".join([*start, alias.name])
    return bound


def _class(node: ast.ClassDef, module: Module) -> Class:
    found = Class(f"{module.name}.{node.name}", module, node)
    for item in node.body:
        if isinstance(item, ast.FunctionDef | ast.AsyncFunctionDef):
            found.methods[item.name] = item
            if is_property(item) and item.returns is not None:
                found.attributes[item.name] = item.returns
        elif isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name):
            found.attributes[item.target.id] = item.annotation
    for method in found.methods.values():
        annotated = {a.arg: a.annotation for a in arguments(method) if a.annotation}
        for inner in ast.walk(method):
            if isinstance(inner, ast.AnnAssign):
                if name := _of_self(inner.target):
                    found.attributes[name] = inner.annotation
            elif isinstance(inner, ast.Assign) and isinstance(inner.value, ast.Name):
                for target in inner.targets:
                    if (name := _of_self(target)) and inner.value.id in annotated:
                        found.attributes[name] = annotated[inner.value.id]
    return found


def arguments(node: Function) -> list[ast.arg]:
    """Return the parameters of a function, without `*args` and `**kwargs`."""
    return [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]


def _of_self(node: ast.expr) -> str:
    is_own = isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
    if is_own and isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        return node.attr if node.value.id == "self" else ""
    return ""


def is_property(node: Function) -> bool:
    """Whether a method is a property."""
    names = {ast.unparse(decorator).rpartition(".")[2] for decorator in node.decorator_list}
    return bool(names & {"property", "cached_property"})


def chains(node: ast.AST) -> Iterator[list[str]]:
    """Yield every complete dotted name inside `node`, as its parts."""
    inside: set[ast.AST] = set()
    # Outer nodes come first.
    for inner in ast.walk(node):
        if inner in inside or not isinstance(inner, ast.Attribute | ast.Name):
            continue
        parts: list[str] = []
        at: ast.expr = inner
        while isinstance(at, ast.Attribute):
            parts.append(at.attr)
            at = at.value
            inside.add(at)
        if isinstance(at, ast.Name):
            yield [at.id, *reversed(parts)]
