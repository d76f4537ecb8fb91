"""The documented SDK surface, fact by fact, against the real package, without exceptions."""

from __future__ import annotations

import enum
import inspect
from importlib import import_module
from typing import Any, Protocol, is_typeddict

import pytest

from aion.exceptions import AionvisionError
from tests.contract import surface
from tests.contract.surface import MODULES, REQUIRED, SURFACE, Class, Method

CLASSES = list(surface.classes())
WITH_FIELDS = [one for one in CLASSES if one.facts.get("fields")]
WITH_PROPERTIES = [one for one in CLASSES if one.facts.get("properties")]
ENUMS = [one for one in CLASSES if "Enum" in one.facts["bases"]]
METHODS = list(surface.methods())
# A private module is ours to place: what it is documented to hold is exported by the package.
FUNCTIONS = [
    ("aion" if "._" in module else module, name, facts)
    for module, one in MODULES.items()
    for name, facts in one.get("functions", {}).items()
]
CONSTANTS = [
    (module, name, source)
    for module, one in MODULES.items()
    for name, source in one.get("constants", {}).items()
]


def named(one: Class) -> str:
    """The id of a test about a class."""
    return f"{one.module}.{one.name}"


@pytest.mark.parametrize("package", SURFACE["exports"])
def test_every_export_can_be_imported(package: str) -> None:
    module = import_module(package)
    missing = [name for name in SURFACE["exports"][package] if not hasattr(module, name)]
    assert missing == []


@pytest.mark.parametrize("package", SURFACE["exports"])
def test_every_export_is_in_all(package: str) -> None:
    module = import_module(package)
    assert sorted(set(SURFACE["exports"][package]) - set(module.__all__)) == []


@pytest.mark.parametrize("one", CLASSES, ids=named)
def test_a_documented_class_is_there(one: Class) -> None:
    assert inspect.isclass(one.found())


@pytest.mark.parametrize("one", [one for one in CLASSES if one.facts["bases"]], ids=named)
def test_a_documented_class_has_its_bases(one: Class) -> None:
    bases: dict[str, Any] = {
        "str": str,
        "Enum": enum.Enum,
        "list": list,
        "Exception": Exception,
        "UserWarning": UserWarning,
        "AionvisionError": AionvisionError,
    }
    found = one.found()
    for name in one.facts["bases"]:
        if name == "Protocol":
            assert Protocol in found.__mro__
            assert not is_typeddict(found)
        # An underscore begins the name of an implementation detail.
        elif not name.startswith("_"):
            assert issubclass(found, bases[name])


@pytest.mark.parametrize("one", ENUMS, ids=named)
def test_an_enum_has_its_values(one: Class) -> None:
    found = one.found()
    wanted = {name: eval(source) for name, source in one.facts["values"].items()}
    real = {member.name: member.value for member in found}
    assert {name: real.get(name) for name in wanted} == wanted


@pytest.mark.parametrize("one", WITH_FIELDS, ids=named)
def test_a_result_type_has_its_fields_with_their_defaults(one: Class) -> None:
    real = surface.real_fields(one.found())
    problems: list[str] = []
    for field in one.facts["fields"]:
        name = field["name"]
        if name not in real:
            problems.append(f"{name}: missing")
        elif "default" not in field:
            # One with a default accepts whatever one without accepts: the wire may lack it.
            continue
        elif real[name] is REQUIRED:
            problems.append(f"{name}: required, documented with the default {field['default']}")
        else:
            wanted = surface.evaluated(field["default"], one.module)
            if real[name] != wanted or type(real[name]) is not type(wanted):
                problems.append(f"{name}: default {real[name]!r}, documented {wanted!r}")
    assert problems == []


@pytest.mark.parametrize("one", WITH_FIELDS, ids=named)
def test_a_result_type_takes_its_fields_in_their_order(one: Class) -> None:
    documented = [field["name"] for field in one.facts["fields"]]
    real = list(surface.real_fields(one.found()))
    assert real[: len(documented)] == documented


@pytest.mark.parametrize("one", WITH_PROPERTIES, ids=named)
def test_a_class_has_its_properties(one: Class) -> None:
    found = one.found()
    missing = [name for name in one.facts["properties"] if not surface.is_property(found, name)]
    assert missing == []


@pytest.mark.parametrize("method", METHODS, ids=str)
def test_a_method_accepts_what_is_documented(method: Method) -> None:
    owner = getattr(import_module(method.home), method.owner)
    assert surface.own(owner, method.name) is not None, f"{method} is missing"
    assert surface.signature_problems(
        surface.bound(owner, method.name), method.facts, method.module
    ) == []  # fmt: skip


@pytest.mark.parametrize("method", METHODS, ids=str)
def test_a_method_is_of_its_kind(method: Method) -> None:
    owner = getattr(import_module(method.home), method.owner)
    raw = surface.own(owner, method.name)
    decorators = method.facts.get("decorators", [])
    # Callers cannot distinguish a class method from a static one.
    on_class = bool({"classmethod", "staticmethod"} & set(decorators))
    assert isinstance(raw, (classmethod, staticmethod)) == on_class
    if method.name == "__init__":
        return
    function = getattr(owner, method.name)
    streams = str(method.facts["returns"]).startswith("AsyncIterator")
    awaited = bool(method.facts["async"]) and not method.blocking and not streams
    assert inspect.iscoroutinefunction(function) == awaited


@pytest.mark.parametrize("one", [one for one in CLASSES if one.module == "aion.client"], ids=named)
def test_the_blocking_client_has_the_properties_of_the_other(one: Class) -> None:
    twin = getattr(import_module("aion.sync"), f"Sync{one.name}")
    missing = [name for name in one.facts["properties"] if not surface.is_property(twin, name)]
    assert missing == []


@pytest.mark.parametrize(("module", "name", "facts"), FUNCTIONS)
def test_a_function_accepts_what_is_documented(
    module: str, name: str, facts: dict[str, Any]
) -> None:
    function = getattr(import_module(module), name)
    assert surface.signature_problems(inspect.signature(function), facts, module) == []


@pytest.mark.parametrize(("module", "name", "source"), CONSTANTS)
def test_a_constant_has_its_value(module: str, name: str, source: str) -> None:
    real = getattr(import_module(module), name)
    wanted = surface.evaluated(source, module)
    assert real == wanted
    assert type(real) is type(wanted)
