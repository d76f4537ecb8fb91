"""Rights that a role or a scope gives: what a key of few scopes may do in their name."""

from __future__ import annotations

from .call import Call
from .identity import ALL, Role


def require_either(call: Call, role: Role, scope: str) -> None:
    """Let a caller pass who has the role, or whose key names the scope.

    Raises:
        ApiError: 403; the audit log has an entry about it.
    """
    if scope not in call.actor.scopes and ALL not in call.actor.scopes:
        call.require(role=role)
