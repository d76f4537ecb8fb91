"""Imports the names of a package on first use (PEP 562).

A package lists each name once, in its call of `exports`. Type checkers and editors read the stub
`__init__.pyi`, which `python -m codegen generate` writes from that list.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any


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
        return sorted({*namespace, *home})

    return get, listed
