"""The order of the sandbox's folders, read from the source by `ast`: nothing is run."""

from __future__ import annotations

from functools import cache
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise

import pytest

from tests.contract.imports import files, imports

ROOT = "aion/sandbox"
ORDER = (
    # What a request reaches first.
    "handlers",
    "routes",
    # What there is in the service.
    "seeds",
    "reports",
    "agents",
    "chat",
    "analysis",
    "cloud",
    "accounts",
    "videos",
    "documents",
    "uploads",
    "links",
    "library",
    "images",
    # What carries it.
    "asgi",
    "runtime",
    "limits",
    "auth",
    "faults",
    "store",
    "contract",
    "settings",
)
"""From top to bottom: a module imports from its own folder and from those below it."""

STARTING = {"sandbox", "__main__", "app", "command", "extra", "server"}
"""The modules outside any folder, the package itself included: the app and what starts it."""

MODULES = files(ROOT)


@cache
def name_of(file: str) -> str:
    return file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


BY_NAME = {name_of(file): file for file in MODULES}


@cache
def imported(file: str) -> frozenset[str]:
    """The modules of the sandbox that a file imports; the package that starts it is not one."""
    found = {BY_NAME[name] for name in imports(file) if name in BY_NAME}
    return frozenset(found - {file, f"{ROOT}/__init__.py"})


def folder_of(file: str) -> str | None:
    """The folder of a module; None for one that lies in none."""
    parts = file.removeprefix(f"{ROOT}/").split("/")
    return parts[0] if len(parts) > 1 else None


def rank(file: str) -> int:
    folder = folder_of(file)
    return -1 if folder is None else ORDER.index(folder)


def test_the_modules_in_no_folder_are_those_that_start_the_sandbox() -> None:
    loose = {name_of(file).rpartition(".")[2] for file in MODULES if folder_of(file) is None}
    assert loose == STARTING


def test_every_folder_has_a_place_in_the_order() -> None:
    assert {folder_of(file) for file in MODULES} - {None} == set(ORDER)


def test_no_folder_holds_a_folder() -> None:
    assert {file for file in MODULES if file.count("/") > 3} == set()


@pytest.mark.parametrize("folder", ORDER)
def test_a_folder_imports_only_from_below(folder: str) -> None:
    upward = {
        f"{file} imports {other}"
        for file in MODULES
        if folder_of(file) == folder
        for other in imported(file)
        if rank(other) < rank(file)
    }
    assert upward == set()


def test_no_modules_import_each_other_in_a_circle() -> None:
    graph = {file: imported(file) for file in MODULES}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        circle: list[str] = error.args[1]
        pytest.fail(" -> ".join(f"{one}" for one, _ in pairwise([*circle, circle[0]])))
