"""Reads the imports of this project from the source, with `ast`, without running it.

Imports inside functions and imports for type checkers count like all others.
"""

from __future__ import annotations

import ast
from collections.abc import Collection
from functools import cache
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]


@cache
def files(folder: str) -> tuple[str, ...]:
    """Every Python file below a folder of the project, as a path relative to it."""
    found = sorted((PROJECT / folder).rglob("*.py"))
    return tuple(path.relative_to(PROJECT).as_posix() for path in found)


@cache
def tree(file: str) -> ast.Module:
    """The parsed source of a file."""
    return ast.parse((PROJECT / file).read_text(encoding="utf-8"))


def module(file: str) -> str:
    """The dotted name of the module that a file holds."""
    return ".".join(_parts(file)).removesuffix(".__init__")


@cache
def statements(file: str) -> frozenset[tuple[str, str]]:
    """What a file imports: the module, and the name taken out of it ("" for the module itself)."""
    package = _parts(file)[:-1]
    found: set[tuple[str, str]] = set()
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.Import):
            found |= {(alias.name, "") for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            source = ".".join([*base, *([node.module] if node.module else [])])
            found |= {(source, alias.name) for alias in node.names}
    return frozenset(found)


def imports(file: str) -> set[str]:
    """The full names that a file imports: modules, and what it takes out of them."""
    return {f"{source}.{name}".rstrip(".") for source, name in statements(file)} | {
        source for source, _ in statements(file)
    }


def top_level(file: str) -> set[str]:
    """The top packages that a file imports when it is imported itself."""
    found: set[str] = set()
    for node in tree(file).body:
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            found.add(node.module.split(".")[0])
    return found


def users(folder: str, *modules: str) -> list[str]:
    """The files below `folder` that import one of `modules` or a part of it."""
    return [
        file
        for file in files(folder)
        if any(
            name == module or name.startswith(f"{module}.")
            for name in imports(file)
            for module in modules
        )
    ]


def graph(folder: str) -> dict[str, set[str]]:
    """The modules below a folder, each with those below it that it imports."""
    known = {module(file) for file in files(folder)}
    return {module(file): _targets(file, known) - {module(file)} for file in files(folder)}


def _targets(file: str, known: Collection[str]) -> set[str]:
    # `from package import name` means the module of that name, if there is one.
    pairs = {(source, f"{source}.{name}") for source, name in statements(file)}
    found = {whole if whole in known else source for source, whole in pairs}
    return {name for name in found if name in known}


def _parts(file: str) -> list[str]:
    return file.removeprefix("generated/").removesuffix(".py").split("/")
