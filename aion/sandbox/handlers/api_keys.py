"""API keys: create, list, rename and revoke; a change takes effect with the next request.

Where the contract leaves a choice: a session or an API key may call these, if it has the role or a
scope for it; a key cannot grant a scope that it lacks; a key is the same in every run; revoking a
revoked key is not an error, and the sandbox's own key cannot be revoked.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Any, Final

from aion.sandbox.auth.identity import DEFAULT_KEY_ID, ROLE_SCOPES, digest
from aion.sandbox.auth.scopes import SCOPE_ROUTES
from aion.sandbox.contract.errors import ApiError, InvalidRequest, Problem
from aion.sandbox.handlers.registry import operation
from aion.sandbox.reports.periods import moment_of
from aion.sandbox.runtime.call import Call, Response
from aion.sandbox.store.clock import stamp
from aion.sandbox.store.records import Record

_KEY: Final = "api_key"
_PREFIX: Final = 12
_RESERVED: Final = ("created_by_user_id", "deactivation_reason", "deactivated_at")
_SCOPES: Final = frozenset({*ROLE_SCOPES, *SCOPE_ROUTES})


@operation("create_api_key", role="admin")
async def create_api_key(call: Call) -> Response:
    """Create a key, and return its secret this once."""
    scopes = _scopes(call)
    metadata = _metadata(call.body.get("metadata"))
    expires_at = _expiry(call)
    with call.state.database.transaction():
        key_id = call.state.records.new_id(_KEY)
        key = "aion_" + sha256(f"{call.state.options.api_key}/{key_id}".encode()).hexdigest()[:40]
        body = {
            "user_id": call.actor.user_id,
            "name": call.body["name"],
            "description": call.body.get("description"),
            "key_prefix": key[:_PREFIX],
            "scopes": scopes,
            "is_active": True,
            "expires_at": expires_at,
            "metadata": {**metadata, "created_by_user_id": call.actor.user_id},
        }
        made = call.state.records.put(_KEY, key_id, body, parent=digest(key))
        _audit(call, "api_key.created", "create", made, {"scopes": body["scopes"]})
    shown = _as_json(call, made)
    del shown["last_used_at"], shown["usage_count"]
    return Response({**shown, "api_key": key}, status=201)


@operation("list_api_keys")
async def list_api_keys(call: Call) -> Response:
    """List keys, oldest first; revoked ones only on request."""
    limit, offset = call.query["limit"], call.query["offset"] or 0
    problems = [
        Problem(("query", name), "must not be negative", "range")
        for name, value in (("limit", limit), ("offset", offset))
        if value is not None and value < 0
    ]
    if problems:
        raise InvalidRequest(problems)
    with_inactive = call.query["include_inactive"]
    keys, total = call.state.records.find(
        _KEY, where=lambda key: with_inactive or key.body["is_active"], limit=limit, offset=offset
    )
    return Response({"api_keys": [_as_json(call, key) for key in keys], "total": total})


@operation("get_api_key")
async def get_api_key(call: Call) -> Response:
    """Return one key, without its secret."""
    return Response(_as_json(call, _require(call)))


@operation("update_api_key", role="admin")
async def update_api_key(call: Call) -> Response:
    """Change name, description and metadata; metadata are merged."""
    key = _require(call)
    changes: dict[str, Any] = {
        name: call.body[name] for name in ("name", "description") if name in call.body
    }
    if changes.get("name", "") is None:
        del changes["name"]
    changes["metadata"] = {**key.body["metadata"], **_metadata(call.body.get("metadata"))}
    with call.state.database.transaction():
        changed = call.state.records.put(_KEY, key.id, {**key.body, **changes}, parent=key.parent)
    return Response(_as_json(call, changed))


@operation("delete_api_key", role="admin")
async def delete_api_key(call: Call) -> Response:
    """Revoke a key; it stays in the list of inactive keys."""
    key = _require(call)
    if key.id == DEFAULT_KEY_ID:
        raise ApiError(400, "the sandbox's own key cannot be revoked")
    if key.body["is_active"]:
        deactivate(call, key, call.query["reason"])
    return Response(status=204)


def deactivate(call: Call, key: Record, reason: str | None) -> None:
    """Deactivate a key permanently."""
    metadata = {**key.body["metadata"], "deactivated_at": call.state.clock.stamp()}
    if reason is not None:
        metadata["deactivation_reason"] = reason
    body = {**key.body, "is_active": False, "metadata": metadata}
    with call.state.database.transaction():
        call.state.records.put(_KEY, key.id, body, parent=key.parent)
        _audit(call, "api_key.deleted", "delete", key, {"reason": reason})


def _scopes(call: Call) -> list[str]:
    """Return the scopes of a new key, which its creator must have."""
    wanted: list[str] = list(dict.fromkeys(call.body.get("scopes") or ()))
    for scope in wanted:
        if scope not in _SCOPES:
            raise ApiError(400, f"unknown scope {scope!r}")
    if call.actor.has_role("admin"):
        return wanted
    for scope in wanted:
        if scope not in call.actor.scopes:
            raise ApiError(403, f"a key without the scope {scope} cannot grant it to another key")
    return wanted or list(call.actor.scopes)


def _expiry(call: Call) -> str | None:
    given = call.body.get("expires_at")
    if given is None:
        return None
    moment = moment_of(given)
    if moment <= call.state.clock.now():
        raise ApiError(400, "expires_at must be in the future")
    return stamp(moment)


def _require(call: Call) -> Record:
    found = call.state.records.get(_KEY, call.path["api_key_id"].lower())
    if found is None:
        raise ApiError(404, f"no API key {call.path['api_key_id']}")
    return found


def _metadata(given: dict[str, Any] | None) -> dict[str, Any]:
    for name in given or {}:
        if name in _RESERVED:
            raise ApiError(400, f"metadata must not contain {name!r}: the service writes it")
    return dict(given or {})


def _as_json(call: Call, key: Record) -> dict[str, Any]:
    use = call.state.identity.uses.get(key.id)
    names = ("name", "description", "key_prefix", "expires_at", "is_active", "scopes", "metadata")
    return {
        "id": key.id,
        **{name: key.body.get(name) for name in names},
        "created_at": key.created_at,
        "last_used_at": use.last_used_at if use is not None else None,
        "usage_count": use.count if use is not None else 0,
    }


def _audit(call: Call, event: str, action: str, key: Record, metadata: dict[str, Any]) -> None:
    call.audit(
        event,
        action,
        resource_type="api_key",
        resource_id=key.id,
        metadata=metadata,
    )
