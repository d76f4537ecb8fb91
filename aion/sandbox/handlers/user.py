"""The user of the key or session: profile, password, address, sessions, deletion.

No mail is sent: a response that would promise one has its token, marked `[sandbox]`. The owner's
account cannot be deleted.
"""

from __future__ import annotations

from typing import Any, Final

from aion.sandbox.accounts.logins import Accounts
from aion.sandbox.contract.errors import ApiError
from aion.sandbox.handlers.api_keys import deactivate
from aion.sandbox.handlers.registry import operation
from aion.sandbox.images.description import MARK
from aion.sandbox.runtime.call import Call, Response
from aion.sandbox.store.records import Record

_PHRASE: Final = "delete my account"
_ROTATE: Final = "/api/v2/auth/session/rotate-session"


@operation("get_user_profile")
async def get_user_profile(call: Call) -> Response:
    """Return the caller, with preferences."""
    return _profile(call)


@operation("update_user_profile", role="viewer")
async def update_user_profile(call: Call) -> Response:
    """Change name and preferences; preferences are merged, null empties them."""
    accounts, member = _caller(call)
    with call.state.database.transaction():
        if call.body.get("name") is not None:
            accounts.members.change(member, name=call.body["name"])
        if "preferences" in call.body:
            given = call.body["preferences"]
            old = accounts.get(member.id)["preferences"]
            accounts.change(member.id, preferences={**old, **given} if given is not None else {})
    return _profile(call)


@operation("change_password", role="viewer")
async def change_password(call: Call) -> Response:
    """Change the password; the session should be rotated afterwards."""
    accounts, member = _caller(call)
    _require_password(accounts, member, call.body["current_password"])
    with call.state.database.transaction():
        accounts.set_password(member.id, call.body["new_password"])
        call.audit(
            "auth.password_changed",
            "update",
            resource_type="user",
            resource_id=member.id,
        )
    return Response(
        {
            "message": "Password changed",
            "session_rotation_required": True,
            "rotation_endpoint": _ROTATE,
        }
    )


@operation("set_initial_password", role="viewer")
async def set_initial_password(call: Call) -> Response:
    """Set the password of an account without one."""
    accounts, member = _caller(call)
    if accounts.has_password(member.id):
        raise ApiError(400, "the account already has a password")
    with call.state.database.transaction():
        accounts.set_password(member.id, call.body)
    return Response({"message": "Password set", "auth_provider": "both"})


@operation("change_email", role="viewer")
async def change_email(call: Call) -> Response:
    """Store a new address until it is confirmed."""
    accounts, member = _caller(call)
    _require_password(accounts, member, call.body["password"])
    email = call.body["new_email"]
    if accounts.members.with_email(email) is not None:
        raise ApiError(409, f"{email} already belongs to an account")
    with call.state.database.transaction():
        accounts.change(member.id, new_email=email)
    token = accounts.token("email", f"{member.id}/{email}")
    return Response({"message": f"{MARK} no mail is sent; its token would be {token}"}, status=202)


@operation("confirm_email_change", role="viewer")
async def confirm_email_change(call: Call) -> Response:
    """Confirm the new address."""
    accounts = Accounts(call.state)
    for member in accounts.members.all():
        email = accounts.get(member.id)["new_email"]
        if email is None:
            continue
        if accounts.token("email", f"{member.id}/{email}") == call.body["token"]:
            with call.state.database.transaction():
                accounts.members.change(member, email=email)
                accounts.change(member.id, new_email=None, email_verified=True)
            return Response({"message": "E-mail changed", "email": email})
    raise ApiError(400, "the token is not valid", code="INVALID_TOKEN")


@operation("get_user_sessions")
async def get_user_sessions(call: Call) -> Response:
    """List the sessions of the user, newest first."""
    logins = Accounts(call.state).logins(call.actor.user_id)
    return Response([_as_json(login, call.actor.session_id) for login in logins])


@operation("revoke_session_api_v2_user_sessions__session_id__delete", role="viewer")
async def revoke_session(call: Call) -> Response:
    """End another session of the user."""
    accounts = Accounts(call.state)
    with call.state.database.transaction():
        accounts.end(accounts.own(call.actor, call.path["session_id"]))
    return Response(status=204)


@operation("revoke_all_sessions", role="viewer")
async def revoke_all_sessions(call: Call) -> Response:
    """End all sessions of the user except the one in use."""
    accounts = Accounts(call.state)
    with call.state.database.transaction():
        for login in accounts.logins(call.actor.user_id):
            if login.id != call.actor.session_id:
                accounts.end(login)
    return Response(status=204)


@operation("delete_account", role="viewer")
async def delete_account(call: Call) -> Response:
    """Delete the user, with sessions and keys."""
    if call.body["confirmation"] != _PHRASE:
        raise ApiError(400, f"confirmation must be {_PHRASE!r}")
    accounts, member = _caller(call)
    if member.body["role"] == "owner":
        raise ApiError(400, "the owner's account is part of the sandbox: reset the sandbox instead")
    with call.state.database.transaction():
        for login in accounts.logins(member.id):
            accounts.end(login)
        keys, _ = call.state.records.find(
            "api_key", where=lambda key: key.body["user_id"] == member.id and key.body["is_active"]
        )
        for key in keys:
            deactivate(call, key, "account deleted")
        accounts.members.remove(member)
        call.audit(
            "tenant.member_removed",
            "delete",
            resource_type="member",
            resource_id=member.id,
        )
    return Response({"message": "Account deleted"})


def _caller(call: Call) -> tuple[Accounts, Record]:
    accounts = Accounts(call.state)
    return accounts, accounts.members.require(call.actor.user_id)


def _require_password(accounts: Accounts, member: Record, password: str) -> None:
    if not accounts.fits(member.id, password):
        raise ApiError(400, "the password is wrong", code="INVALID_CREDENTIALS")


def _profile(call: Call) -> Response:
    accounts, member = _caller(call)
    account = accounts.get(member.id)
    return Response(
        {
            "id": member.id,
            "email": member.body["email"],
            "name": member.body["name"],
            "is_active": True,
            "email_verified": account["email_verified"],
            "created_at": member.created_at,
            "last_login_at": account["last_login_at"],
            "preferences": account["preferences"],
        }
    )


def _as_json(login: Record, current: str | None) -> dict[str, Any]:
    return {
        "id": login.id,
        "user_agent": login.body["user_agent"],
        "ip_address": login.body["ip_address"],
        "created_at": login.created_at,
        "last_activity_at": login.body["last_activity_at"],
        "expires_at": login.body["expires_at"],
        "is_current": login.id == current,
    }
