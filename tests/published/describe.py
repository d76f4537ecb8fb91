"""Prints what a program can use of the installed package `aion`, as JSON.

Standard library only: the interpreter of the environment that holds the published package runs it,
and ours runs it, too, so that both descriptions have one form.
"""

from __future__ import annotations

import enum
import importlib
import inspect
import json
import pkgutil
import re
import sys
from dataclasses import MISSING, fields, is_dataclass
from functools import cached_property
from typing import Any

Json = dict[str, Any]
PACKAGE = "aion"
SAMPLES = {"int": 7, "float": 7.5, "bool": True, "dict[str, Any]": {"a": 1}, "list[str]": ["a"]}
"""Arguments for the constructors of exceptions, by the beginning of their annotation."""


def modules(names: list[str]) -> Json:
    """Describe modules; one that cannot be imported is left out."""
    found: Json = {}
    for name in names:
        try:
            module = importlib.import_module(name)
        except ImportError:
            continue
        found[name] = {
            "all": sorted(getattr(module, "__all__", ())),
            "names": {
                key: described(getattr(module, key))
                for key in exported(module)
                if is_of_package(getattr(module, key))
            },
        }
    return found


def public_modules() -> list[str]:
    """List the package and its public modules."""
    package = importlib.import_module(PACKAGE)
    walked = pkgutil.walk_packages(package.__path__, PACKAGE + ".")
    names = [one.name for one in walked if "._" not in one.name]
    return [PACKAGE, *names]


def exported(module: Any) -> list[str]:
    """List the public names of a module."""
    names: list[str] = getattr(module, "__all__", None) or dir(module)
    return sorted(one for one in names if not one.startswith("_"))


def is_of_package(value: object) -> bool:
    """Whether a value is no import from elsewhere."""
    if inspect.ismodule(value):
        return False
    home = getattr(value, "__module__", None)
    if inspect.isclass(value) or inspect.isroutine(value):
        return str(home).split(".")[0] in {PACKAGE, "aion_api"}
    return type(value) in {bool, int, float, str, re.Pattern}


def described(value: Any) -> Json:
    """Describe one name of a module."""
    if inspect.isclass(value):
        return of_class(value)
    if inspect.isroutine(value):
        return of_function(value)
    return {"kind": "constant", "value": plain(value)}


def of_class(cls: type[Any]) -> Json:
    """Describe a class with its members, and an exception with its behaviour."""
    found: Json = {
        "kind": "class",
        "bases": [one.__name__ for one in cls.__mro__[1:] if one is not object],
        "members": {},
    }
    if issubclass(cls, enum.Enum):
        found["values"] = {one.name: plain(one.value) for one in cls}
    if is_dataclass(cls):
        found["fields"] = {one.name: default_of(one) for one in fields(cls)}
    for name, raw in inspect.getmembers_static(cls):
        if name.startswith("_") or name in getattr(enum.Enum, "__dict__", {}):
            continue
        found["members"][name] = of_member(cls, name, raw)
    if inspect.isfunction(cls.__init__):
        found["members"]["__init__"] = of_function(cls)
    if issubclass(cls, Exception) and inspect.isfunction(cls.__init__):
        found["raised"] = raised(cls)
    return found


def of_member(cls: type[Any], name: str, raw: Any) -> Json:
    """Describe an attribute of a class."""
    if isinstance(raw, (property, cached_property)):
        return {"kind": "property"}
    value = getattr(cls, name, None)
    if inspect.isclass(value):
        return {"kind": "class", "name": value.__name__}
    if inspect.isroutine(value):
        return {**of_function(value), "bound": inspect.ismethod(value)}
    return {"kind": "attribute", "value": plain(value)}


def of_function(function: Any) -> Json:
    """Describe a function, method or constructor by its parameters."""
    try:
        parameters = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):
        parameters = []
    return {
        "kind": "function",
        "async": inspect.iscoroutinefunction(function),
        "parameters": {
            one.name: {
                "kind": one.kind.name,
                "default": None if one.default is one.empty else plain(one.default),
            }
            for one in parameters
            if one.name != "self"
        },
    }


def raised(cls: type[Any]) -> Json:
    """Describe an exception made with all arguments: its code, details and attributes."""
    arguments = {
        one.name: sample(str(one.annotation), one.name)
        for one in inspect.signature(cls).parameters.values()
        if one.kind in (one.POSITIONAL_OR_KEYWORD, one.KEYWORD_ONLY)
    }
    return told(cls, arguments)


def told(cls: type[Any], arguments: Json) -> Json:
    """Describe an exception made with these arguments."""
    error = cls(**arguments)
    state: Json = error.__dict__
    attributes = {k: plain(v) for k, v in state.items() if not k.startswith("_")}
    return {"arguments": arguments, "attributes": attributes}


def sample(annotation: str, name: str) -> Any:
    """Return an argument for a parameter."""
    annotation = annotation.removeprefix("Optional[")
    known = (value for start, value in SAMPLES.items() if annotation.startswith(start))
    return next(known, f"the {name}")


def default_of(field: Any) -> Json | None:
    """Return the default of a field of a dataclass; None if it is required."""
    if field.default is not MISSING:
        return plain(field.default)
    return None if field.default_factory is MISSING else plain(field.default_factory())


def plain(value: Any) -> Json:
    """Return a value with its type."""
    if type(value).__name__ == "Pattern":
        return {"type": "Pattern", "value": value.pattern}
    if isinstance(value, enum.Enum):
        return plain(value.value)
    return {"type": type(value).__name__, "value": repr(value)}


def main(given: list[str]) -> None:
    """Print the modules that are named, or all public ones."""
    # Exceptions that are to be made with arguments from elsewhere come on standard input.
    asked: Json = json.loads(sys.stdin.read() or "{}")
    made = {
        name: told(getattr(importlib.import_module(PACKAGE), name), arguments)
        for name, arguments in asked.items()
    }
    found = {
        "modules": modules(given or public_modules()),
        "raised": made,
        "version": importlib.import_module(PACKAGE).__version__,
    }
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1:])
