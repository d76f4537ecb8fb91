"""Who may import whom, read from the source by `ast`: nothing is run."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter

import pytest

from tests.contract.imports import PROJECT, files, graph, imports, top_level, tree, users

LAYERS = (
    "__main__ _pyinstaller",
    "cli",
    "testing",
    "sandbox",
    "__init__",
    "sync",
    "_blocking_client",
    "client",
    "resources",
    "pipeline",
    "_flows",
    "_requests",
    "_runtime",
    "_streaming",
    "uploads",
    "types",
    "_waiting",
    "_engine",
    "_checks",
    "config",
    "transport",
    "_http",
    "_extra_headers",
    "_callbacks _secrets _color_spaces",
    "exceptions",
    "_pauses",
    "_plain_values _clock _lazy _version _hints",
)
"""Modules and folders of `aion`, those that import others above what they import."""
CORE_EXCLUDES = (
    "aion/_pyinstaller/",
    "aion/sandbox/",
    "aion/testing/",
    "aion/cli/",
    "aion/__main__.py",
)
ON_TOP = {"aion._pyinstaller", "aion.sandbox", "aion.testing", "aion.cli"}
CORE_NEEDS = {"aion", "aion_api", "attrs", "httpx", "httpcore", "dateutil", "certifi"}
HTTP_SEAM = {
    "aion/_http/async_connection.py",
    "aion/_http/async_single_pool.py",
    "aion/_http/connection.py",
    "aion/_http/failures.py",
    "aion/_http/private_names.py",
    "aion/_http/request.py",
    "aion/_http/response.py",
    "aion/_http/sockets/async_joining.py",
    "aion/_http/sockets/async_tls_stream.py",
    "aion/_http/sockets/coroutines.py",
    "aion/_http/sockets/sync_joining.py",
    "aion/_http/sockets/sync_tls_stream.py",
    "aion/_http/sockets/threads.py",
    "aion/_http/sync_connection.py",
    "aion/_http/sync_single_pool.py",
}

PRIVATE_NAMES = "aion/_http/private_names.py"
USERS_OF_LIBRARIES = ("aion/_http/", "aion/_engine/", "aion/_runtime/")
LIBRARIES = frozenset({"anyio", "asyncio", "h11", "httpcore", "httpx"})


def core() -> Iterator[str]:
    return (file for file in files("aion") if not file.startswith(CORE_EXCLUDES))


def layer(module: str) -> str:
    """The part of `aion` that a module belongs to: a blocking twin to that of its source."""
    if module.endswith(".__main__"):
        return "__main__"
    parts = module.split(".")[1:] or ["__init__"]
    # The blocking client opens an asynchronous one, so it knows both.
    is_twin = parts[0] == "sync" and parts[1:] not in ([], ["client"])
    return parts[1] if is_twin else parts[0]


RANKS = {name: rank for rank, row in enumerate(LAYERS) for name in row.split()}


def test_arrows_between_the_parts_of_the_package_point_down() -> None:
    upward = {
        f"{source} -> {target}"
        for source, targets in graph("aion").items()
        for target in targets
        if layer(source) != layer(target) and RANKS[layer(source)] >= RANKS[layer(target)]
    }
    assert upward == set()


@pytest.mark.parametrize("folder", ["aion", "codegen", "generated/aion_api"])
def test_no_module_imports_itself_in_a_circle(folder: str) -> None:
    try:
        TopologicalSorter(graph(folder)).prepare()
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))


def test_each_module_and_folder_of_the_package_has_its_place_in_the_order() -> None:
    assert {layer(name) for name in graph("aion")} == set(RANKS)


@pytest.mark.parametrize("folder", ["aion", "codegen", "generated/aion_api"])
def test_there_is_something_to_look_at(folder: str) -> None:
    assert len(files(folder)) > 5


@pytest.mark.parametrize("module", ["aion", "codegen", "httpx", "httpcore"])
def test_the_generated_package_does_not_import(module: str) -> None:
    assert users("generated/aion_api", module) == []


def test_the_generated_runtime_imports_the_standard_library_alone() -> None:
    tops = {name.split(".")[0] for name in imports("generated/aion_api/_runtime.py")}
    assert tops <= sys.stdlib_module_names


@pytest.mark.parametrize("module", ["aion", "aion_api"])
def test_the_generator_does_not_import(module: str) -> None:
    assert users("codegen", module) == []


def test_two_modules_alone_import_the_parser() -> None:
    found = users("codegen", "openapi_python_client")
    assert found == ["codegen/parse.py", "codegen/parser.py"]


def test_the_package_does_not_import_the_generator() -> None:
    assert users("aion", "codegen") == []


@pytest.mark.parametrize("module", sorted(ON_TOP))
def test_the_core_does_not_import(module: str) -> None:
    assert set(users("aion", module)) & set(core()) == set()


def test_the_core_imports_no_optional_package_at_the_top() -> None:
    allowed = CORE_NEEDS | sys.stdlib_module_names
    foreign = {
        f"{file}: {name}" for file in core() for name in top_level(file) if name not in allowed
    }
    assert foreign == set()


@pytest.mark.parametrize(
    "module",
    [
        "starlette",
        "uvicorn",
        "PIL",
        "pypdf",
        "docx",
        "pytest",
        "jsonschema_rs",
        "multipart",
        "PyInstaller",
    ],
)
def test_the_core_never_imports_what_the_sandbox_needs(module: str) -> None:
    assert set(users("aion", module)) & set(core()) == set()


def test_the_http_library_stays_behind_its_seam() -> None:
    assert set(users("aion", "httpx", "httpcore")) <= HTTP_SEAM


def test_one_module_alone_uses_private_names_of_other_libraries() -> None:
    found = {
        f"{file}: {name}"
        for file in files("aion")
        if file != PRIVATE_NAMES and not file.startswith("aion/sandbox/")
        for name in private_names(file)
    }
    assert found == set()


def test_private_names_of_other_libraries_are_found_where_they_are() -> None:
    assert "_pool" in private_names(PRIVATE_NAMES)


def test_one_module_alone_reads_the_monotonic_clock() -> None:
    readers = [
        file
        for file in files("aion")
        if not file.startswith("aion/sandbox/")
        and any(
            isinstance(node, ast.Attribute) and node.attr.startswith(("monotonic", "perf_counter"))
            for node in ast.walk(tree(file))
        )
    ]
    # The second shows how long a call took.
    assert readers == ["aion/_clock.py", "aion/cli/commands.py"]


def test_no_module_of_the_generator_is_over_400_lines() -> None:
    long = {
        file: lines
        for file in files("codegen")
        if (lines := len((PROJECT / file).read_text(encoding="utf-8").splitlines())) >= 400
    }
    assert long == {}


def private_names(file: str) -> set[str]:
    """The private names of `LIBRARIES` that a file imports, or reads from another object.

    Of an object whose type is not written down, a private name counts unless the file defines it
    itself, as an attribute or a function.
    """
    source = tree(file)
    own: set[str] = set()
    found: set[str] = set()
    bound: set[str] = set()
    for node in ast.walk(source):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            own.add(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            module = (node.module or "") if isinstance(node, ast.ImportFrom) else ""
            for alias in node.names:
                path = f"{module}.{alias.name}".strip(".").split(".")
                if path[0] in LIBRARIES:
                    bound.add(alias.asname or path[0 if not module else -1])
                    found |= {part for part in path if is_private(part)}
    private = [n for n in ast.walk(source) if isinstance(n, ast.Attribute) and is_private(n.attr)]
    own |= {n.attr for n in private if isinstance(n.value, ast.Name) and n.value.id == "self"}
    for node in private:
        root: ast.expr = node
        while isinstance(root, ast.Attribute | ast.Call):
            root = root.value if isinstance(root, ast.Attribute) else root.func
        of_library = isinstance(root, ast.Name) and root.id in bound
        if of_library or (node.attr not in own and file.startswith(USERS_OF_LIBRARIES)):
            found.add(node.attr)
    return found


def is_private(name: str) -> bool:
    # Named tuples document theirs.
    public = name.endswith("__") or name in {"_asdict", "_fields", "_make", "_replace"}
    return name.startswith("_") and not public
