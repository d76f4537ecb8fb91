"""Imports the names of a package on first use (PEP 562), and describes those that do not exist.

A package lists each name once, in its call of `exports`. Type checkers and editors read the stub
`__init__.pyi`, which `python -m codegen generate` writes from that list.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping
from functools import cached_property
from importlib import import_module
from types import ModuleType
from typing import Any

_MOST = 5
"""Most similar names in a message."""


def exports(
    package: str, names: Mapping[str, str]
) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """Return the `__getattr__` and the `__dir__` of a package, and set its `__all__`.

    Args:
        package: Its `__name__`.
        names: The names that each module exports, separated by spaces.
    """
    namespace = vars(sys.modules[package])
    home = {name: module for module, some in names.items() for name in some.split()}
    namespace["__all__"] = sorted(home)

    def get(name: str) -> Any:
        module = home.get(name)
        if module is None:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        value = namespace[name] = getattr(import_module(module), name)
        return value

    def listed() -> list[str]:
        # Programs need its modules, but not what it imports for itself.
        inner = f"{package}."
        parts = {
            name
            for name, value in namespace.items()
            if isinstance(value, ModuleType) and value.__name__.startswith(inner)
        }
        special = {name for name in namespace if name.startswith("__")}
        return sorted({*home, *special, *(name for name in parts if not name.startswith("_"))})

    return get, listed


def unknown_attribute(owner: object, name: str) -> AttributeError:
    """Return the error for an attribute that a client lacks; it names similar ones and resources.

    A `__getattr__` calls it, so an attribute may exist whose getter raised an `AttributeError`;
    that error is raised again.

    Args:
        owner: The client.
        name: The attribute.
    """
    kind = type(owner)
    if hasattr(kind, name):
        object.__getattribute__(owner, name)
    problem = f"{kind.__name__!r} object has no attribute {name!r}"
    if name.startswith("_"):
        # Copying, pickling and debuggers look for such names, and expect no advice.
        return AttributeError(problem)
    about = {one: _about(kind, one) for one in dir(kind) if not one.startswith("_")}
    resources = [one for one, text in about.items() if text]
    close = _similar(name, about)
    advice = f". Did you mean {', '.join(close)}?" if close else "."
    return AttributeError(f"{problem}{advice} Its resources: {', '.join(resources)}")


def _about(kind: type, name: str) -> str:
    """Return what the docstring of a resource says; nothing for other attributes."""
    found = getattr(kind, name, None)
    if not isinstance(found, cached_property):
        return ""
    is_resource = str(found.func.__annotations__.get("return", "")).endswith("Resource")
    return (found.__doc__ or "") if is_resource else ""


def _similar(name: str, about: Mapping[str, str]) -> list[str]:
    """Return the names that are nearly spelled like this one, or share a word with it."""
    from difflib import get_close_matches

    close = get_close_matches(name.lower(), about)
    words = _words(name)
    close += [one for one in about if words & _words(one)]
    close += [one for one, text in about.items() if words & _words(text)]
    return list(dict.fromkeys(close))[:_MOST]


def _words(text: str) -> set[str]:
    return {word.removesuffix("s") for word in re.findall("[a-z]+", text.lower())}
