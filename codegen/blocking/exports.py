"""Writes `aion/sync/__init__.py`: the public classes of the twins, loaded lazily (PEP 562)."""

from __future__ import annotations

from collections.abc import Mapping

from codegen.blocking.findings import BlockingError
from codegen.blocking.tables import HEADER, PACKAGE, TWIN

_TEMPLATE = '''\
{header}"""The blocking client: the calls of the async one, with no event loop."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
{copies}

_EXPORTS = {{
{homes}
}}

__all__ = [
{names}
]

# Hidden from type checkers, which would otherwise accept any name at all.
if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        if name not in _EXPORTS:
            raise AttributeError(f"module {{__name__!r}} has no attribute {{name!r}}")
        value = getattr(import_module(_EXPORTS[name]), name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted({{*__all__, *(name for name in globals() if name.startswith("__"))}})
'''


def exports(classes: Mapping[str, list[str]]) -> str:
    """Return the text of the package's `__init__`, for the public names of each twin module."""
    homes: dict[str, str] = {}
    for module in sorted(classes):
        for name in classes[module]:
            if homes.setdefault(name, module) != module:
                raise BlockingError(
                    f"{TWIN}: `{name}`: both {homes[name]} and {module} define it: rename one"
                )
    ordered = sorted(homes)
    return _TEMPLATE.format(
        header=HEADER.format(origin=f"{PACKAGE}/"),
        copies="\n".join(f"    from {homes[name]} import {name}" for name in ordered) or "    pass",
        homes="\n".join(f'    "{name}": "{homes[name]}",' for name in ordered),
        names="\n".join(f'    "{name}",' for name in ordered),
    )
