"""Connecting a cloud drive, and the credentials of its file picker."""

from __future__ import annotations

import base64
import json
from typing import Any, Final
from urllib.parse import unquote

from aion.sandbox.auth.identity import digest
from aion.sandbox.cloud import consent, drive
from aion.sandbox.contract.errors import ApiError
from aion.sandbox.handlers.registry import operation
from aion.sandbox.runtime.call import Call, Response
from aion.sandbox.store.clock import seconds_of, stamp
from aion.sandbox.store.jsontext import json_text
from aion.sandbox.store.records import Record

_SESSION: Final = "picker_session"
_SESSION_SECONDS: Final = 3600
_CONSENT_SECONDS: Final = 30 * 24 * 3600
"""Seconds for which the provider's consent is valid."""


@operation("initiate_auth")
async def initiate(call: Call) -> Response:
    """Return the URL for the user, and the OAuth state."""
    _check_provider(call)
    if call.body["provider"] != call.path["provider"]:
        raise ApiError(400, "provider differs between the path and the body")
    with call.state.database.transaction():
        url, token = consent.begin(call.state, call.origin, call.body.get("redirect_uri"))
    return Response({"authorization_url": url, "state": token, "provider": drive.PROVIDER})


@operation("complete_auth")
async def complete(call: Call) -> Response:
    """Exchange the code for a connection."""
    _check_provider(call)
    body = call.body
    with call.state.database.transaction():
        account = consent.redeem(call.state, body["code"], body["state"], body.get("redirect_uri"))
        connection, is_new = consent.connect(call.state, account)
        call.audit(
            "auth.oauth_login",
            "create",
            resource_type="cloud_connection",
            resource_id=connection.id,
        )
    return Response({"connection": _on_wire(connection), "is_new": is_new})


@operation("oauth_callback_redirect", public=True)
async def receive_redirect(call: Call) -> Response:
    """Serve the page after the consent: it posts the result to the window that opened it."""
    _check_provider(call)
    message: dict[str, Any] = {"type": "cloud-storage-auth", "provider": drive.PROVIDER}
    try:
        if call.query["error"]:
            raise ApiError(400, call.query["error_description"] or call.query["error"])
        with call.state.database.transaction():
            account = consent.redeem(call.state, call.query["code"], call.query["state"], None)
            connection, is_new = consent.connect(call.state, account)
        message |= {"success": True, "connection_id": connection.id, "is_new": is_new}
    except ApiError as error:
        message |= {"success": False, "error": error.message}
    # Only this sequence would end a script.
    script = json_text(message).replace("<", "\\u003c")
    page = (
        "<!DOCTYPE html><title>[sandbox] Cloud storage</title><p>You can close this window.</p>"
        f"<script>window.opener?.postMessage({script}, {json.dumps(call.origin)})</script>"
    )
    headers = {"content-type": "text/html; charset=utf-8"}
    return Response(raw=page.encode(), headers=headers)


@operation("list_connections")
async def list_connections(call: Call) -> Response:
    """List all connections."""
    provider, active_only = call.query["provider"], call.query["active_only"]

    def fits(one: Record) -> bool:
        right = provider is None or one.body["provider"] == provider
        return right and (one.body["is_active"] or not active_only)

    found, total = call.state.records.find(consent.CONNECTION, where=fits)
    return Response({"connections": [_on_wire(one) for one in found], "total_count": total})


@operation("disconnect")
async def disconnect(call: Call) -> Response:
    """Remove a connection; its running jobs are cancelled."""
    connection = connection_of(call, call.path["connection_id"], active=False)
    with call.state.database.transaction():
        call.state.records.update(consent.CONNECTION, connection.id, is_active=False)
        sessions, _ = call.state.records.find(_SESSION, parent=connection.id)
        for one in sessions:
            call.state.records.delete(_SESSION, one.id)
    return Response({"success": True, "message": f"[sandbox] {connection.parent} is disconnected"})


@operation("get_picker_token")
async def get_picker_token(call: Call) -> Response:
    """Return credentials for the picker, valid for this sandbox only."""
    connection = connection_of(call, call.path["connection_id"])
    state = call.state
    agreed = seconds_of(connection.body["agreed_at"])
    if state.clock.now() >= agreed + _CONSENT_SECONDS:
        error: dict[str, Any] = {
            "code": "REAUTH_REQUIRED",
            "message": "The Google token expired",
            "details": {},
        }
        body = {"error": error, "requires_reauth": True}
        return Response(
            status=401,
            raw=json_text(body).encode(),
            headers={"content-type": "application/json"},
        )
    with state.database.transaction():
        session_id = state.records.new_id(_SESSION)
        ends = stamp(state.clock.now() + _SESSION_SECONDS)
        state.records.put(_SESSION, session_id, {"ends_at": ends}, parent=connection.id)
        state.records.update(consent.CONNECTION, connection.id, last_used_at=state.clock.stamp())
    session = {
        "session_id": session_id,
        "access_token": f"sandbox-{digest(session_id)[:24]}",
        "app_id": "sandbox-app",
        "developer_key": "sandbox-developer-key",
        "expires_at": ends,
    }
    return Response({"session": session})


@operation("picker_proxy")
async def picker_proxy(call: Call) -> Response:
    """Return the drive's response to the picker, for the four endpoints that it uses."""
    state = call.state
    session = state.records.get(_SESSION, call.body["session_id"])
    if session is None or state.clock.now() >= seconds_of(session.body["ends_at"]):
        raise ApiError(401, "the picker session has expired", code="PICKER_SESSION_EXPIRED")
    connection = connection_of(call, session.parent or "")
    account = connection.parent or ""
    parts = [unquote(one) for one in call.body["endpoint"].strip("/").split("/")]
    match parts:
        case ["about"]:
            data: dict[str, Any] = {
                "kind": "drive#about",
                "user": {"emailAddress": account, "displayName": _display_name(account)},
            }
        case ["files"]:
            data = _page(drive.listing(state, account), call.body.get("params") or {})
        case ["files", file_id]:
            data = _entry(call, account, file_id)
        case ["files", file_id, "export"]:
            _entry(call, account, file_id)
            exported = drive.exported_path(state, account, file_id)
            content: bytes = await state.in_thread(drive.read, file_id, exported) or b""
            data = {"content": base64.b64encode(content).decode(), "encoding": "base64"}
        case _:
            raise ApiError(400, f"the picker may not use {call.body['endpoint']!r}")
    return Response({"data": data})


def _page(files: list[dict[str, Any]], params: dict[str, Any]) -> dict[str, Any]:
    size, start = str(params.get("pageSize", 100)), str(params.get("pageToken", 0))
    if not (size.isdecimal() and start.isdecimal() and 1 <= int(size) <= 1000):
        raise ApiError(400, "pageSize must be from 1 to 1000, and pageToken one of an earlier page")
    first, end = int(start), int(start) + int(size)
    data: dict[str, Any] = {"kind": "drive#fileList", "files": files[first:end]}
    if end < len(files):
        data["nextPageToken"] = str(end)
    return data


def _entry(call: Call, account: str, file_id: str) -> dict[str, Any]:
    for one in drive.listing(call.state, account):
        if one["id"] == file_id:
            return one
    raise ApiError(404, f"the drive has no file {file_id}")


def connection_of(call: Call, connection_id: str, *, active: bool = True) -> Record:
    """Return a connection of the caller.

    Raises:
        ApiError: Unknown, or not active where it must be.
    """
    found = call.state.records.get(consent.CONNECTION, connection_id.lower())
    if found is None:
        raise ApiError(404, f"no connection {connection_id}")
    if active and not found.body["is_active"]:
        raise ApiError(400, "the account is disconnected", code="CONNECTION_INACTIVE")
    return found


def _check_provider(call: Call) -> None:
    if call.path["provider"] != drive.PROVIDER:
        text = f"{call.path['provider']!r} is not a provider; use {drive.PROVIDER}"
        raise ApiError(400, text, details={"field": "provider"})


def _display_name(account: str) -> str:
    return account.partition("@")[0].replace(".", " ").title()


def _on_wire(connection: Record) -> dict[str, Any]:
    account = connection.parent or ""
    return {
        "id": connection.id,
        "provider": connection.body["provider"],
        "provider_email": account,
        "provider_display_name": _display_name(account),
        "is_active": connection.body["is_active"],
        "created_at": connection.created_at,
        "last_used_at": connection.body["last_used_at"],
    }
