"""Permissions: by the role of a caller, or by a scope of the key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aion.sandbox.auth.identity import Actor, Role
from aion.sandbox.contract.contract import Operation
from aion.sandbox.contract.errors import ApiError

if TYPE_CHECKING:
    from aion.sandbox.runtime.state import State


def require(
    state: State,
    actor: Actor,
    operation: Operation,
    role: Role,
    scope: str | None = None,
    *,
    ip_address: str | None = None,
) -> None:
    """Refuse a caller without the role, unless the key has the scope.

    Raises:
        ApiError: 403; the audit log has an entry about it.
    """
    if actor.may(role, scope):
        return
    needed = {"role": role} if scope is None else {"role": role, "scope": scope}
    text = f"This needs the role {role}"
    if scope is not None:
        text += f" or the scope {scope}"
    yours = actor.role or f"a key that has only the scopes {', '.join(actor.scopes)}"
    text += f"; yours is {yours}"
    state.audit.write(
        "permission.denied",
        operation.method.lower(),
        actor=actor,
        result="denied",
        severity="warning",
        error_message=text,
        ip_address=ip_address,
        metadata={"operation": operation.id, **needed},
    )
    raise ApiError(403, text, details={"required": needed})
