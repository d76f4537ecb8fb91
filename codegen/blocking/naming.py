"""Maps names of one async module to names of its twin: modules, classes and async words.

A name that the module imports from elsewhere is *foreign*: it does not change, even if a
transformed module defines a class with the same name.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from codegen.blocking.tables import (
    ASYNC_TYPE,
    BESIDE,
    DENIED,
    EXCEPTIONS,
    PACKAGE,
    RENAMED,
    SWAPPED,
    TWIN,
)

_ASYNC_TYPE = re.compile(r"Async[A-Z]\w*")


def twin_name(name: str) -> str:
    """Return the name of the blocking counterpart of a public class."""
    return EXCEPTIONS.get(name, "Sync" + name.removeprefix("Async"))


def twin_module(dotted: str) -> str:
    """The name of the blocking counterpart of a transformed module."""
    package, _, name = dotted.rpartition(".")
    own, twin = BESIDE
    if name.startswith(own):
        return f"{package}.{twin}{name.removeprefix(own)}"
    return TWIN + dotted.removeprefix(PACKAGE)


@dataclass(frozen=True)
class Naming:
    """The names that change in one module."""

    twins: Mapping[str, str]
    modules: Collection[str]
    foreign: frozenset[str] = field(default=frozenset())

    def without(self, foreign: Collection[str]) -> Naming:
        """Return the naming for a module in which the `foreign` names mean something else."""
        return replace(self, foreign=frozenset(foreign))

    def module(self, dotted: str) -> str:
        """Where the twin imports from, given where the async source imports from."""
        return twin_module(dotted) if dotted in self.modules else SWAPPED.get(dotted, dotted)

    def name(self, name: str) -> str:
        """Return the twin's name for a plain name of the async source."""
        return name if name in self.foreign else self.attribute(name)

    def attribute(self, name: str) -> str:
        """Return the twin's name for an attribute of any object."""
        if name in self.twins and name not in self.foreign:
            return self.twins[name]
        return RENAMED.get(name, name)

    def shared(self, name: str) -> bool:
        """Whether both clients use the same class, so that the twin imports it."""
        return self.twins.get(name) == name

    @property
    def renamed_classes(self) -> dict[str, str]:
        """Class names that differ in the twin."""
        return {
            name: twin
            for name, twin in self.twins.items()
            if name != twin and name not in self.foreign
        }

    @property
    def renamed_modules(self) -> dict[str, str]:
        """Dotted module paths that differ in the twin."""
        return {dotted: self.module(dotted) for dotted in (*self.modules, *SWAPPED)}


def refusal(name: str) -> str | None:
    """Return what to use instead of `name`, or None if the twin may use it."""
    if _ASYNC_TYPE.fullmatch(name):
        return ASYNC_TYPE
    return DENIED.get(name)
