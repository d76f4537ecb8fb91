"""The names of each package: written once, imported on first use, and known to type checkers."""

from __future__ import annotations

import ast
import tomllib
from importlib import import_module
from pathlib import Path
from typing import Any, assert_type

import pytest

import aion
from aion import *  # noqa: F403 - type checkers have to know each name
from aion import ClientConfig

ROOT = Path(aion.__file__).parents[1]
PACKAGES = ("aion", "aion.types", "aion.resources", "aion.sync.resources", "aion.testing")


def stub(package: str) -> ast.Module:
    path = ROOT / package.replace(".", "/") / "__init__.pyi"
    return ast.parse(path.read_text(encoding="utf-8"))


def imported(module: ast.Module) -> dict[str, str]:
    """The names that a stub imports, and from where."""
    found = [node for node in module.body if isinstance(node, ast.ImportFrom)]
    return {one.name: str(node.module) for node in found for one in node.names}


@pytest.mark.parametrize("package", PACKAGES)
def test_the_stub_lists_the_names_that_the_package_exports(package: str) -> None:
    (listed,) = [node.value for node in stub(package).body if isinstance(node, ast.Assign)]

    assert ast.literal_eval(listed) == import_module(package).__all__


@pytest.mark.parametrize("package", PACKAGES)
def test_the_stub_imports_each_name_from_where_the_package_has_it(package: str) -> None:
    module = import_module(package)
    homes = imported(stub(package))

    wrong = [
        name
        for name in module.__all__
        if getattr(import_module(homes[name]), name) is not getattr(module, name)
    ]
    assert wrong == []


@pytest.mark.parametrize("package", PACKAGES)
def test_dir_lists_each_name_before_its_first_use(package: str) -> None:
    module = import_module(package)

    assert set(module.__all__) <= set(dir(module))


@pytest.mark.parametrize("package", PACKAGES)
def test_a_name_that_does_not_exist_is_an_attribute_error(package: str) -> None:
    with pytest.raises(AttributeError, match=f"module '{package}' has no attribute 'Nothing'"):
        import_module(package).Nothing  # noqa: B018


def test_a_star_import_has_the_names_and_their_types() -> None:
    assert_type(FileRef("id"), FileRef)  # noqa: F405
    assert_type(ClientConfig, type[ClientConfig])
    assert AionVision.__module__ == "aion.client"  # noqa: F405


def test_no_name_is_in_all_twice() -> None:
    assert len(aion.__all__) == len(set(aion.__all__))


@pytest.mark.parametrize("name", aion.__all__)
def test_every_name_of_all_is_there(name: str) -> None:
    assert getattr(aion, name) is not None


def test_a_star_import_brings_every_name_of_all() -> None:
    names: dict[str, Any] = {}
    exec("from aion import *", names)
    assert set(aion.__all__) <= set(names)


def test_the_version_is_that_of_the_project_file() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert aion.__version__ == project["project"]["version"]


def test_the_user_agent_holds_the_version() -> None:
    config = aion.ClientConfig("aion_" + "a" * 20)
    assert config.default_headers["User-Agent"].endswith(aion.__version__)
