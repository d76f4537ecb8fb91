"""Which methods raise the errors of callbacks as they are, read from the source by `ast`."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
SOURCES = ("aion", "aion/sync")
HARMLESS = {"paging", "quota", "chat_stream"}
"""Workflows that handle no error of a call in a way that could swallow that of a hook."""

Function = ast.FunctionDef | ast.AsyncFunctionDef


def classes(root: str) -> Iterator[tuple[str, ast.Module, ast.ClassDef]]:
    """The public classes of the clients and of their resources, each with its module."""
    folder = PROJECT / root
    for path in [folder / "client.py", folder / "pipeline.py", *folder.glob("resources/*.py")]:
        module = parsed(path)
        for node in module.body:
            if isinstance(node, ast.ClassDef):
                yield path.relative_to(PROJECT).as_posix(), module, node


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def methods(node: ast.ClassDef) -> dict[str, Function]:
    return {one.name: one for one in node.body if isinstance(one, Function)}


def takes_callback(method: Function) -> bool:
    arguments = [*method.args.posonlyargs, *method.args.args, *method.args.kwonlyargs]
    return any(one.arg.startswith("on_") or one.arg == "progress" for one in arguments)


def opens(method: Function) -> bool:
    return any(ast.unparse(one) == "rt.opens_callbacks" for one in method.decorator_list)


def workflows(module: ast.Module) -> set[str]:
    """The names of the workflows that a module imports and that handle errors of calls."""
    found: set[str] = set()
    for node in ast.walk(module):
        if not isinstance(node, ast.ImportFrom) or "_flows" not in (node.module or "").split("."):
            continue
        name = (node.module or "").split(".")[-1]
        imported = {alias.name for alias in node.names}
        for flow in imported if name == "_flows" else {name}:
            if flow not in HARMLESS:
                running = coroutines(flow)
                found |= running if name == "_flows" else running & imported
    return found


def coroutines(flow: str) -> set[str]:
    """The coroutine functions and the classes of a workflow."""
    module = parsed(PROJECT / "aion" / "_flows" / f"{flow}.py")
    return {one.name for one in module.body if isinstance(one, ast.AsyncFunctionDef | ast.ClassDef)}


def reached(name: str, every: dict[str, Function]) -> set[str]:
    """The names that a method uses, and those that the private methods it calls use."""
    names: set[str] = set()
    todo = [name]
    while todo:
        for node in ast.walk(every[todo.pop()]):
            used = getattr(node, "id", None) or getattr(node, "attr", None)
            if used is not None and used not in names:
                names.add(used)
                todo += [used] if used in every else []
    return names


@pytest.mark.parametrize("root", SOURCES)
def test_each_method_that_takes_a_callback_opens_the_carrier_of_its_errors(root: str) -> None:
    taking = {
        f"{file}: {node.name}.{name}": opens(method)
        for file, _, node in classes(root)
        for name, method in methods(node).items()
        if takes_callback(method) and not name.startswith("_")
    }
    assert len(taking) > 10
    assert [name for name, is_opened in taking.items() if not is_opened] == []


@pytest.mark.parametrize("root", SOURCES)
def test_each_method_that_handles_errors_of_calls_opens_the_carrier_of_those_of_the_hook(
    root: str,
) -> None:
    handling: dict[str, bool] = {}
    for file, module, node in classes(root):
        every = methods(node)
        for name, method in every.items():
            if not name.startswith("_") and reached(name, every) & workflows(module):
                handling[f"{file}: {node.name}.{name}"] = opens(method)
    assert len(handling) > 10
    assert [name for name, is_opened in handling.items() if not is_opened] == []
