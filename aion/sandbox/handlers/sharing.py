"""Shared rule sets, and the older routes for members.

A sandbox has one tenant, which both offers and accepts a share. No mail is sent; the code of an
invitation is the token of the share.
"""

from __future__ import annotations

from typing import Any, Final

from aion.sandbox.accounts.members import Members
from aion.sandbox.analysis.rule_checks import RULE_SET, require_rule_set
from aion.sandbox.auth.identity import digest
from aion.sandbox.contract.errors import ApiError
from aion.sandbox.handlers.registry import operation
from aion.sandbox.handlers.rules import as_json as rule_set_json
from aion.sandbox.runtime.call import Call, Response
from aion.sandbox.store.clock import seconds_of, stamp
from aion.sandbox.store.ids import TENANT_ID
from aion.sandbox.store.records import Record

SHARE: Final = "share"
"""Kind of the records; a share belongs to its rule set."""

_DAY: Final = 86_400.0


@operation("share_ruleset")
async def share_ruleset(call: Call) -> Response:
    """Share a rule set with an e-mail address or a tenant."""
    body = call.body
    targets = [body[name] for name in ("target_email", "target_tenant_id") if body.get(name)]
    if len(targets) != 1:
        raise ApiError(400, "pass either target_email or target_tenant_id")
    days = body.get("expires_in_days")
    return _share(call, "pending", days, body.get("target_tenant_id"), notes=body.get("notes"))


@operation("create_public_share")
async def create_public_share(call: Call) -> Response:
    """Create a public link."""
    return _share(call, "active", call.body.get("expires_in_days", 30), None)


@operation("accept_share")
async def accept_share(call: Call) -> Response:
    """Accept a share by its code."""
    share = _of_token(call, call.body["invitation_code"])
    if share.body["status"] != "pending":
        raise ApiError(409, f"the share is {share.body['status']}")
    changed = call.state.records.update(
        SHARE, share.id, status="active", shared_with_tenant_id=TENANT_ID
    )
    return Response(_as_json(call, changed or share))


@operation("revoke_share")
async def revoke_share(call: Call) -> Response:
    """Revoke a share."""
    share = call.state.records.get(SHARE, call.path["share_id"].lower())
    if share is None:
        raise ApiError(404, f"no share {call.path['share_id']}")
    with call.state.database.transaction():
        call.state.records.update(SHARE, share.id, status="revoked")
        _audit(call, "rule_set.share_revoked", "delete", share)
    return Response({"detail": "the share was revoked"})


@operation("list_sent_shares")
async def list_sent_shares(call: Call) -> Response:
    """List the shares of this tenant."""
    return Response([_as_json(call, one) for one in call.state.records.find(SHARE)[0]])


@operation("list_received_shares")
async def list_received_shares(call: Call) -> Response:
    """List the shares that this tenant accepted."""
    found, _ = call.state.records.find(
        SHARE, where=lambda one: one.body["shared_with_tenant_id"] == TENANT_ID
    )
    return Response([_as_json(call, one) for one in found])


@operation("get_shared_ruleset", public=True)
async def get_shared_ruleset(call: Call) -> Response:
    """Return the rule set of a token."""
    share = _of_token(call, call.path["share_token"])
    if share.body["status"] != "active":
        raise ApiError(404, f"the share is {share.body['status']}")
    rule_set = require_rule_set(call.state, share.body["ruleset_id"])
    return Response(
        {"rule_set": rule_set_json(rule_set), "access_level": share.body["access_level"]}
    )


@operation("list_tenant_members")
async def list_tenant_members(call: Call) -> Response:
    """List all members, as a plain array."""
    return Response([_member(one) for one in Members(call.state).all()])


@operation("add_tenant_member", role="admin")
async def add_tenant_member(call: Call) -> Response:
    """Add a member at once."""
    role = _role(call.body.get("role", "viewer"))
    with call.state.database.transaction():
        added = Members(call.state).add(call.body["email"], role)
        _audit_member(call, "tenant.member_added", "create", added)
    return Response(_member(added))


@operation("update_member_role_api_v2_sharing_members__user_id__role_patch", role="admin")
async def update_member_role(call: Call) -> Response:
    """Change the role of a member."""
    role = _role(call.body["role"])
    members = Members(call.state)
    member = _not_owner(members.require(call.path["user_id"]))
    with call.state.database.transaction():
        changed = members.change(member, role=role)
        _audit_member(call, "tenant.member_role_changed", "update", changed)
    return Response(_member(changed))


@operation("remove_tenant_member_api_v2_sharing_members__user_id__delete", role="admin")
async def remove_tenant_member(call: Call) -> Response:
    """Remove a member from the tenant."""
    members = Members(call.state)
    member = _not_owner(members.require(call.path["user_id"]))
    if member.id == call.actor.user_id:
        raise ApiError(403, "you cannot remove yourself")
    with call.state.database.transaction():
        members.remove(member)
        _audit_member(call, "tenant.member_removed", "delete", member)
    return Response({"detail": f"{member.body['email']} was removed"})


def _share(
    call: Call, status: str, days: int | None, tenant_id: str | None, *, notes: str | None = None
) -> Response:
    records = call.state.records
    rule_set = require_rule_set(call.state, call.body["ruleset_id"])
    share_id = records.new_id(SHARE)
    body = {
        "ruleset_id": rule_set.id,
        "shared_with_tenant_id": tenant_id,
        "access_level": call.body.get("access_level", "view_only"),
        "status": status,
        "share_token": digest(f"share/{share_id}")[:32],
        "expires_at": stamp(call.state.clock.now() + days * _DAY) if days else None,
        "notes": notes,
        "shared_by": call.actor.user_id,
    }
    with call.state.database.transaction():
        share = records.put(SHARE, share_id, body, parent=rule_set.id)
        _audit(call, "rule_set.shared", "create", share)
    return Response(_as_json(call, share))


def _of_token(call: Call, token: str) -> Record:
    found, _ = call.state.records.find(SHARE, where=lambda one: one.body["share_token"] == token)
    if not found:
        raise ApiError(404, "unknown share")
    share = found[0]
    expires_at = share.body["expires_at"]
    if expires_at is not None and seconds_of(expires_at) <= call.state.clock.now():
        raise ApiError(404, f"the share expired at {expires_at}")
    return share


def _as_json(call: Call, share: Record) -> dict[str, Any]:
    body = share.body
    expires_at, status = body["expires_at"], body["status"]
    if expires_at is not None and seconds_of(expires_at) <= call.state.clock.now():
        status = status if status == "revoked" else "expired"
    return {
        "id": share.id,
        "ruleset_id": body["ruleset_id"],
        "shared_by_tenant_id": TENANT_ID,
        "shared_with_tenant_id": body["shared_with_tenant_id"],
        "access_level": body["access_level"],
        "status": status,
        "share_token": body["share_token"],
        "share_url": f"{call.origin}/api/v2/sharing/shared/{body['share_token']}",
        "expires_at": expires_at,
    }


def _member(member: Record) -> dict[str, Any]:
    body = member.body
    return {
        "user_id": member.id,
        "tenant_id": TENANT_ID,
        "role": body["role"],
        "user_email": body.get("email"),
        "user_name": body.get("name"),
        "joined_at": body.get("joined_at"),
        "is_active": True,
    }


def _role(role: str) -> str:
    if role == "owner":
        raise ApiError(400, "the role owner cannot be assigned")
    return role


def _not_owner(member: Record) -> Record:
    if member.body["role"] == "owner":
        raise ApiError(403, "the owner cannot be changed or removed")
    return member


def _audit(call: Call, event: str, action: str, share: Record) -> None:
    call.audit(
        event,
        action,
        resource_type=RULE_SET,
        resource_id=share.body["ruleset_id"],
        metadata={"share_id": share.id},
    )


def _audit_member(call: Call, event: str, action: str, member: Record) -> None:
    call.audit(
        event,
        action,
        resource_type="member",
        resource_id=member.id,
        metadata={"role": member.body["role"]},
    )
