"""The three places where a public name is written agree."""

from __future__ import annotations

import ast
import tomllib
from pathlib import Path
from typing import Any

import pytest

import aion
from aion._lazy import homes

ROOT = Path(aion.__file__).parents[1]
PACKAGES = ["aion", "aion/types", "aion/resources", "aion/testing"]


def source(package: str) -> list[ast.stmt]:
    return ast.parse((ROOT / package / "__init__.py").read_text()).body


def constant(package: str, name: str) -> Any:
    """The literal that is assigned to a name on the top level."""
    for node in source(package):
        if not isinstance(node, ast.Assign | ast.AnnAssign) or node.value is None:
            continue
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        if any(isinstance(target, ast.Name) and target.id == name for target in targets):
            return ast.literal_eval(node.value)
    raise AssertionError(f"{package}/__init__.py assigns no {name}")


def for_type_checkers(package: str) -> dict[str, str]:
    """The home of every name that is imported under TYPE_CHECKING."""
    for node in source(package):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            return {
                alias.asname or alias.name: str(part.module)
                for part in node.body
                if isinstance(part, ast.ImportFrom)
                for alias in part.names
            }
    raise AssertionError(f"{package}/__init__.py has no TYPE_CHECKING block")


def lazy(package: str) -> dict[str, str]:
    """The home of every name that is imported on first use."""
    return homes(constant(package, "_NAMES"))


def test_type_checkers_see_what_is_imported_on_first_use() -> None:
    every_type = {"*": "aion.types"}
    assert for_type_checkers("aion") == lazy("aion") | every_type


@pytest.mark.parametrize("package", PACKAGES[1:])
def test_type_checkers_see_what_a_part_imports_on_first_use(package: str) -> None:
    assert for_type_checkers(package) == lazy(package)


@pytest.mark.parametrize("package", PACKAGES[1:])
def test_all_of_a_part_names_what_it_imports_on_first_use(package: str) -> None:
    assert set(constant(package, "__all__")) == set(lazy(package))


def test_all_names_every_type_what_is_imported_on_first_use_and_the_version() -> None:
    assert set(aion.__all__) == {*lazy("aion"), *aion.types.__all__, "__version__"}


def test_no_name_is_in_all_twice() -> None:
    assert len(aion.__all__) == len(set(aion.__all__))


@pytest.mark.parametrize("name", aion.__all__)
def test_every_name_of_all_is_there(name: str) -> None:
    assert getattr(aion, name) is not None


def test_dir_lists_every_name_of_all() -> None:
    assert set(aion.__all__) <= set(dir(aion))


def test_an_unknown_name_is_an_attribute_error_that_names_it() -> None:
    with pytest.raises(AttributeError, match="'aion' has no attribute 'Nothing'"):
        getattr(aion, "Nothing")  # noqa: B009 - the test checks the name


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
