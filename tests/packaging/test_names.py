"""The three places where a public name is written agree."""

from __future__ import annotations

import ast
import tomllib
from pathlib import Path
from typing import Any

import pytest

import aion

ROOT = Path(aion.__file__).parents[1]
SOURCE = ast.parse((ROOT / "aion" / "__init__.py").read_text())


def constant(name: str) -> Any:
    """The literal that is assigned to a name on the top level."""
    for node in SOURCE.body:
        if isinstance(node, ast.Assign) and any(
            isinstance(target, ast.Name) and target.id == name for target in node.targets
        ):
            return ast.literal_eval(node.value)
    raise AssertionError(f"aion/__init__.py assigns no {name}")


def for_type_checkers() -> dict[str, str]:
    """The home of every name that is imported under TYPE_CHECKING."""
    for node in SOURCE.body:
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            return {
                alias.asname or alias.name: str(part.module)
                for part in node.body
                if isinstance(part, ast.ImportFrom)
                for alias in part.names
            }
    raise AssertionError("aion/__init__.py has no TYPE_CHECKING block")


def lazy() -> dict[str, str]:
    """The home of every name that is imported on first use."""
    return {name: home for home, names in constant("_HOMES").items() for name in names.split()}


def test_type_checkers_see_what_is_imported_on_first_use() -> None:
    assert for_type_checkers() == lazy()


def test_all_names_what_is_imported_on_first_use_and_the_version() -> None:
    assert set(aion.__all__) == {*lazy(), "__version__"}


def test_no_name_is_in_all_twice() -> None:
    assert len(aion.__all__) == len(set(aion.__all__))


@pytest.mark.parametrize("name", aion.__all__)
def test_every_name_of_all_is_there(name: str) -> None:
    assert getattr(aion, name) is not None


def test_dir_lists_every_name_of_all() -> None:
    assert set(aion.__all__) <= set(dir(aion))


def test_an_unknown_name_is_an_attribute_error_that_names_it() -> None:
    with pytest.raises(AttributeError, match="'aion' has no attribute 'Nothing'"):
        getattr(aion, "Nothing")  # noqa: B009 - the name is what is tested


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
