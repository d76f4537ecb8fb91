"""Handlers of operations, in modules that register themselves: each file here is imported.

A handler is an async function from `Call` to `Response`, registered under its operation id. It may
raise `ApiError` or `InvalidRequest`, and gets validated values only. Modules that begin with an
underscore are helpers, and are not imported by themselves.
"""

from __future__ import annotations

import pkgutil
from functools import lru_cache
from importlib import import_module

from aion.sandbox.contract.contract import load_contract
from aion.sandbox.handlers.registry import HANDLERS, KINDS, Handler

__all__ = ["Handler", "coverage", "load_handlers"]


@lru_cache(maxsize=1)
def load_handlers() -> dict[str, Handler]:
    """Import all handlers; returns them by operation id."""
    for module in pkgutil.iter_modules(__path__):
        if not module.name.startswith("_"):
            import_module(f".{module.name}", __name__)
    return HANDLERS


def coverage() -> dict[str, str]:
    """Return how each operation of the contract is served: stateful, minimal or 501."""
    load_handlers()
    return {name: KINDS.get(name, "501") for name in load_contract().operations}
