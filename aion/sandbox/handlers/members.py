"""Members of the tenant: list, invite, change roles, remove. No mail is sent."""

from __future__ import annotations

from typing import Any

from aion.sandbox.accounts.members import Members, as_json
from aion.sandbox.contract.errors import ApiError
from aion.sandbox.handlers.registry import operation
from aion.sandbox.runtime.call import Call, Response
from aion.sandbox.store.records import Record


@operation("get_tenant_members_api_v2_tenant_members_get")
async def get_tenant_members(call: Call) -> Response:
    """List all members, as a plain array."""
    return Response([as_json(member) for member in Members(call.state).all()])


@operation("invite_tenant_member", role="admin")
async def invite_tenant_member(call: Call) -> Response:
    """Add a member at once, since no invitation is mailed."""
    role = call.body.get("role", "viewer")
    with call.state.database.transaction():
        added = Members(call.state).add(call.body["email"], role)
        _audit(call, "tenant.member_added", "create", added, {"role": role})
    return Response(as_json(added))


@operation("update_member_role_api_v2_tenant_members__user_id__role_patch", role="admin")
async def update_member_role(call: Call) -> Response:
    """Change the role of a member."""
    members = Members(call.state)
    member = members.require(call.path["user_id"])
    _refuse_owner(member, "the role of the owner cannot be changed")
    old, new = member.body["role"], call.body["role"]
    with call.state.database.transaction():
        changed = members.change(member, role=new)
        roles = {"old_role": old, "new_role": new}
        _audit(call, "tenant.member_role_changed", "update", member, roles)
    return Response(as_json(changed))


@operation("remove_tenant_member_api_v2_tenant_members__user_id__delete", role="admin")
async def remove_tenant_member(call: Call) -> Response:
    """Remove a member from the tenant."""
    members = Members(call.state)
    member = members.require(call.path["user_id"])
    _refuse_owner(member, "the owner cannot be removed")
    if member.id == call.actor.user_id:
        raise ApiError(403, "you cannot remove yourself")
    with call.state.database.transaction():
        members.remove(member)
        _audit(call, "tenant.member_removed", "delete", member, {"email": member.body["email"]})
    return Response({"detail": f"{member.body['email']} was removed"})


def _refuse_owner(member: Record, text: str) -> None:
    if member.body["role"] == "owner":
        raise ApiError(403, text)


def _audit(call: Call, event: str, action: str, member: Record, metadata: dict[str, Any]) -> None:
    call.audit(
        event,
        action,
        resource_type="member",
        resource_id=member.id,
        metadata=metadata,
    )
