"""Sessions: log in and out, refresh, rotate; registration, and tokens of mails.

No mail is sent: a response that would promise one has its token, marked `[sandbox]`. Operations
that need Google respond with 501.
"""

from __future__ import annotations

from typing import Any

from aion.sandbox.accounts.logins import Accounts, require_strong
from aion.sandbox.auth.identity import Actor
from aion.sandbox.contract.errors import ApiError
from aion.sandbox.handlers.registry import operation
from aion.sandbox.images.description import MARK
from aion.sandbox.runtime.call import Call, Response
from aion.sandbox.store.ids import TENANT_ID
from aion.sandbox.store.records import Record

_COOKIE = "aionvision_session"


@operation("login_api_v2_auth_session_login_post", public=True)
async def login(call: Call) -> Response:
    """Begin a session with e-mail and password."""
    accounts = Accounts(call.state)
    member = accounts.members.with_email(call.body["email"])
    if member is None or not accounts.fits(member.id, call.body["password"]):
        text = "e-mail or password is wrong"
        _audit(call, "auth.login_failed", "login", failure=text)
        raise ApiError(401, text, code="INVALID_CREDENTIALS")
    with call.state.database.transaction():
        remember = call.body.get("remember_me", False)
        session, token = accounts.log_in(call, member.id, remember=remember)
        _audit(call, "auth.login", "login", user_id=member.id)
    account = accounts.get(member.id)
    return Response(
        {
            "user_id": member.id,
            "email": member.body["email"],
            "name": member.body["name"],
            "email_verified": account["email_verified"],
            "is_active": True,
            "session_id": session.id,
            "session_token": token,
            "message": "Login successful",
        },
        headers=_cookie(token),
    )


@operation("refresh_session", role="viewer")
async def refresh_session(call: Call) -> Response:
    """Extend the session in use."""
    accounts = Accounts(call.state)
    session = accounts.session(call.actor)
    with call.state.database.transaction():
        later = accounts.refresh(session)
        _audit(call, "auth.token_refresh", "update", user_id=call.actor.user_id)
    body = {"session_id": later.id, "expires_at": later.body["expires_at"]}
    return Response({**body, "message": "Session refreshed"})


@operation("logout_api_v2_auth_session_logout_post", role="viewer")
async def logout(call: Call) -> Response:
    """End the session in use, or all sessions of the user."""
    accounts = Accounts(call.state)
    session = accounts.session(call.actor)
    ended = accounts.logins(call.actor.user_id) if call.query["logout_all"] else [session]
    with call.state.database.transaction():
        for one in ended:
            accounts.end(one)
        _audit(call, "auth.logout", "logout", user_id=call.actor.user_id)
    body = {"message": "Logged out", "sessions_ended": len(ended)}
    return Response(body, headers=_cookie("", "; Max-Age=0"))


@operation("get_current_user")
async def get_current_user(call: Call) -> Response:
    """Return the caller."""
    accounts = Accounts(call.state)
    member = accounts.members.require(call.actor.user_id)
    account = accounts.get(member.id)
    return Response(
        {
            "user_id": member.id,
            "email": member.body["email"],
            "name": member.body["name"],
            "email_verified": account["email_verified"],
            "is_active": True,
            "created_at": member.created_at,
            "last_login_at": account["last_login_at"],
        }
    )


@operation("register_api_v2_auth_session_register_post", public=True)
async def register(call: Call) -> Response:
    """Create an account; it joins the sandbox's only tenant as a viewer."""
    require_strong(call.body["password"])
    accounts = Accounts(call.state)
    session_id = token = None
    with call.state.database.transaction():
        member = accounts.members.add(call.body["email"], "viewer", call.body["name"])
        accounts.set_password(member.id, call.body["password"])
        if call.body.get("auto_login", False):
            session, token = accounts.log_in(call, member.id)
            session_id = session.id
        _audit(call, "tenant.member_added", "create", user_id=member.id)
    return Response(
        {
            "user_id": member.id,
            "email": member.body["email"],
            "name": member.body["name"],
            "tenant_id": TENANT_ID,
            "session_id": session_id,
            "session_token": token,
            "email_verification_required": True,
            "email_sent": False,
            "email_error": None,
            "message": _mail(accounts, "verify", member.body["email"]),
        },
        headers=_cookie(token) if token is not None else {},
    )


@operation("list_sessions_api_v2_auth_session_sessions_get")
async def list_sessions(call: Call) -> Response:
    """List the sessions of the user, newest first."""
    logins = Accounts(call.state).logins(call.actor.user_id)
    return Response([_as_json(one, call.actor) for one in logins])


@operation("revoke_session_api_v2_auth_session_sessions__session_id__delete", role="viewer")
async def revoke_session(call: Call) -> Response:
    """End another session of the user."""
    accounts = Accounts(call.state)
    with call.state.database.transaction():
        accounts.end(accounts.own(call.actor, call.path["session_id"]))
    return Response({"message": "Session revoked"})


@operation("rotate_session", role="viewer")
async def rotate_session(call: Call) -> Response:
    """Replace the token of the session in use, in the cookie."""
    accounts = Accounts(call.state)
    session = accounts.session(call.actor)
    with call.state.database.transaction():
        token = accounts.rotate(session)
    body = {"session_id": session.id, "message": "Session rotated successfully"}
    return Response(body, headers=_cookie(token))


@operation("request_password_reset", public=True)
async def request_password_reset(call: Call) -> Response:
    """Respond the same for known and unknown accounts."""
    return Response({"message": _mail(Accounts(call.state), "reset", call.body["email"])})


@operation("validate_reset_token", public=True)
async def validate_reset_token(call: Call) -> Response:
    """Return whether the token of a reset is valid."""
    return Response({"valid": _owner_of(call, "reset", call.query["token"]) is not None})


@operation("complete_password_reset", public=True)
async def complete_password_reset(call: Call) -> Response:
    """Set a new password, and end all sessions of the user."""
    require_strong(call.body["new_password"])
    member = _require_owner(call, "reset", call.body["token"])
    accounts = Accounts(call.state)
    with call.state.database.transaction():
        accounts.set_password(member.id, call.body["new_password"])
        for one in accounts.logins(member.id):
            accounts.end(one)
        _audit(call, "auth.password_changed", "update", user_id=member.id)
    return Response({"message": "Password changed"})


@operation("verify_email", public=True)
async def verify_email(call: Call) -> Response:
    """Mark an address as verified."""
    member = _require_owner(call, "verify", call.body["token"])
    with call.state.database.transaction():
        Accounts(call.state).change(member.id, email_verified=True)
        _audit(call, "auth.email_verified", "update", user_id=member.id)
    return Response({"message": "E-mail verified", "email": member.body["email"]})


@operation("resend_verification_email", role="viewer")
async def resend_verification_email(call: Call) -> Response:
    """Return the token again."""
    accounts = Accounts(call.state)
    email = accounts.members.require(call.actor.user_id).body["email"]
    return Response({"message": _mail(accounts, "verify", email)})


@operation("resend_verification_by_email", public=True)
async def resend_verification_by_email(call: Call) -> Response:
    """Respond the same for known and unknown accounts."""
    return Response({"message": _mail(Accounts(call.state), "verify", call.body["email"])})


@operation("get_email_verification_status")
async def get_email_verification_status(call: Call) -> Response:
    """Return whether the address of the caller is verified."""
    accounts = Accounts(call.state)
    member = accounts.members.require(call.actor.user_id)
    verified = accounts.get(member.id)["email_verified"]
    return Response({"email": member.body["email"], "email_verified": verified})


def _mail(accounts: Accounts, purpose: str, email: str) -> str:
    return f"{MARK} no mail is sent; its token would be {accounts.token(purpose, email)}"


def _owner_of(call: Call, purpose: str, token: str) -> Record | None:
    accounts = Accounts(call.state)
    for member in accounts.members.all():
        if accounts.token(purpose, member.body["email"]) == token:
            return member
    return None


def _require_owner(call: Call, purpose: str, token: str) -> Record:
    found = _owner_of(call, purpose, token)
    if found is None:
        raise ApiError(400, "the token is not valid", code="INVALID_TOKEN")
    return found


def _as_json(login: Record, actor: Actor) -> dict[str, Any]:
    return {
        "session_id": login.id,
        "device_name": login.body["user_agent"] or "unknown",
        "ip_address": login.body["ip_address"] or "unknown",
        "last_accessed_at": login.body["last_activity_at"],
        "created_at": login.created_at,
        "expires_at": login.body["expires_at"],
        "is_current": login.id == actor.session_id,
    }


def _cookie(token: str, more: str = "") -> dict[str, str]:
    return {"set-cookie": f"{_COOKIE}={token}; Path=/; HttpOnly; SameSite=Lax{more}"}


def _audit(
    call: Call,
    event: str,
    action: str,
    *,
    user_id: str = "",
    failure: str | None = None,
) -> None:
    call.audit(
        event,
        action,
        actor=Actor(TENANT_ID, user_id, "viewer"),
        resource_type="user",
        resource_id=user_id or None,
        failure=failure,
    )
