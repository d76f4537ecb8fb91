"""The table of handlers, and the decorator that fills it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aion.sandbox.call import Answer, Call
from aion.sandbox.contract import load_contract

Handler = Callable[[Call], Awaitable[Answer]]
"""What serves one operation."""

HANDLERS: dict[str, Handler] = {}
"""Operation id -> handler, filled on import of the handler modules."""


def operation(operation_id: str) -> Callable[[Handler], Handler]:
    """Register the handler of an operation; an id that the contract lacks is refused at once."""
    if operation_id not in load_contract().operations:
        raise LookupError(f"the contract has no operation {operation_id!r}")

    def register(handler: Handler) -> Handler:
        if operation_id in HANDLERS:
            raise LookupError(f"{operation_id!r} has a handler already")
        HANDLERS[operation_id] = handler
        return handler

    return register
