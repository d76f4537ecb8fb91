"""The names that completion offers are those that programs need."""

from __future__ import annotations

import inspect
import pkgutil
from collections.abc import Iterator
from importlib import import_module
from types import FunctionType
from typing import Any

import pytest

from aion.types import NAMES
from aion_api import Model
from tests.contract import surface

PACKAGES = ["aion", "aion.types", "aion.resources", "aion.testing", "aion.sync"]
RESULTS: list[type[Model]] = [
    found
    for name in NAMES
    for found in vars(import_module(name)).values()
    if inspect.isclass(found) and issubclass(found, Model) and found.__module__.startswith("aion")
]
DOCUMENTED = {name for one in surface.classes() for name in one.facts.get("methods", {})}
"""The methods that the published package documents."""


def public(value: object) -> list[str]:
    """Return the names that completion offers first."""
    return [name for name in dir(value) if not name.startswith("_")]


def offered(*kinds: type) -> Iterator[Any]:
    """Yield each public name of these kinds that a result offers, with what it is."""
    for result in dict.fromkeys(RESULTS):
        for name in public(object.__new__(result)):
            member = inspect.getattr_static(result, name, None)
            if isinstance(member, kinds):
                yield pytest.param(name, member, id=f"{result.__name__}.{name}")


METHODS = list(offered(classmethod, staticmethod, FunctionType))
PROPERTIES = list(offered(property))


@pytest.mark.parametrize("name", PACKAGES)
def test_a_package_offers_its_exports_and_its_modules(name: str) -> None:
    package = import_module(name)
    modules = {one.name for one in pkgutil.iter_modules(package.__path__)}
    assert set(public(package)) <= {*package.__all__, *modules}


@pytest.mark.parametrize("name", PACKAGES)
def test_a_package_offers_all_of_its_exports(name: str) -> None:
    package = import_module(name)
    assert set(package.__all__) <= set(dir(package))


def test_a_module_that_was_imported_is_offered() -> None:
    import_module("aion.exceptions")

    assert "exceptions" in dir(import_module("aion"))


def test_the_results_are_those_of_many_modules() -> None:
    assert len({one.__module__ for one in RESULTS}) > 20


@pytest.mark.parametrize(("name", "_"), METHODS)
def test_a_method_that_a_result_offers_is_documented(name: str, _: object) -> None:
    assert name in DOCUMENTED, "list it in `_unlisted` of the class, or begin it with _"


@pytest.mark.parametrize(("name", "member"), PROPERTIES)
def test_a_property_that_a_result_offers_has_a_docstring(name: str, member: property) -> None:
    assert member.__doc__, f"{name} needs one line that says what it is"


@pytest.mark.parametrize("result", dict.fromkeys(RESULTS))
def test_a_name_that_a_result_leaves_out_still_exists(result: type[Model]) -> None:
    assert [name for name in result._unlisted if not callable(getattr(result, name, None))] == []
