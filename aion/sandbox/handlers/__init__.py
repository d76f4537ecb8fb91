"""Handlers of operations, one module per tag of the contract.

A handler is an async function from `Call` to `Answer`, registered under its operation id. It may
raise `ApiError` or `InvalidRequest`, and it never sees an unchecked value.
"""

from __future__ import annotations

from functools import lru_cache
from importlib import import_module

from .registry import HANDLERS, Handler

_MODULES = ("service", "stream_uploads", "upload_sessions", "uploads", "user_files")

__all__ = ["Handler", "load_handlers"]


@lru_cache(maxsize=1)
def load_handlers() -> dict[str, Handler]:
    """All handlers by operation id."""
    for name in _MODULES:
        import_module(f".{name}", __name__)
    return HANDLERS
