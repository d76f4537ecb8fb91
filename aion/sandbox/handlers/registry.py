"""The table of handlers, and the decorator that fills it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, Literal

from aion.sandbox.auth.identity import Role
from aion.sandbox.auth.scopes import scope_of
from aion.sandbox.contract.contract import load_contract
from aion.sandbox.runtime.call import Call, Response

Handler = Callable[[Call], Awaitable[Response]]
"""A function that serves one operation."""

Kind = Literal["stateful", "minimal"]
"""Whether an operation works on real state, or returns a minimal response."""

HANDLERS: dict[str, Handler] = {}
"""Operation id -> handler, filled on import of the handler modules."""

KINDS: dict[str, Kind] = {}
"""Operation id -> kind of its handler."""

ACCESS: dict[str, Access] = {}
"""Operation id -> its access rules."""

LEFT_OUT: list[str] = []
"""Ids of operations that have a handler and are not in the contract, which may be a partial one."""

_READS: Final = ("search", "check", "check-duplicates", "validate")


@dataclass(frozen=True, slots=True)
class Access:
    """The access rules of an operation."""

    public: bool
    """Whether it can be called without a key."""
    role: Role
    scope: str | None
    """A scope that replaces the role."""


def operation(
    operation_id: str,
    kind: Kind = "stateful",
    *,
    public: bool = False,
    role: Role | None = None,
) -> Callable[[Handler], Handler]:
    """Register the handler of an operation, by its full id or the short form before `_api_v2`.

    A handler is left out if the contract does not have its operation.

    Args:
        operation_id: The operation that it serves.
        kind: Whether it works on real state.
        public: Whether it can be called without a key.
        role: Least role of its callers; when None, viewer for reads and editor for the rest.

    Raises:
        LookupError: an operation that has a handler already, or a short form of several ids.
    """
    contract = load_contract()
    if not contract.has(operation_id):
        LEFT_OUT.append(operation_id)
        return lambda handler: handler
    try:
        found = contract.resolve(operation_id)
    except ValueError as error:
        raise LookupError(str(error)) from None
    if role is None:
        reads = found.method == "GET" or found.path.rpartition("/")[2] in _READS
        role = "viewer" if reads else "editor"
    access = Access(public, role, scope_of(found))

    def register(handler: Handler) -> Handler:
        if found.id in HANDLERS:
            raise LookupError(f"{found.id!r} has a handler already")
        HANDLERS[found.id] = handler
        KINDS[found.id] = kind
        ACCESS[found.id] = access
        return handler

    return register
