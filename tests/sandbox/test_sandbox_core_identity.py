from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from aion.sandbox.auth.identity import OWNER_ID, Actor, digest
from aion.sandbox.runtime.call import Call, Response
from aion.sandbox.runtime.state import State
from aion.sandbox.store.ids import TENANT_ID
from aion.testing import Sandbox
from tests.sandbox.conftest import plain
from tests.sandbox.core import on_loop, served

READ = "list_sessions_api_v2_uploads_sessions_get"
KEY = "aion_test_key_that_is_made_for_tests_0001"
MakeKey = Callable[..., dict[str, str]]


@pytest.fixture
def key(sandbox: Sandbox) -> MakeKey:
    """Store a member and a key; the header that carries it."""

    def make(role: str = "editor", **values: Any) -> dict[str, str]:
        def put(state: State) -> None:
            member = {"email": "ada@example.org", "name": "Ada", "role": role}
            state.records.put("member", "ada", member)
            body: dict[str, Any] = {"user_id": "ada", "scopes": [], "is_active": True, **values}
            state.records.put("api_key", "key-1", body, parent=digest(KEY))

        on_loop(sandbox, put)
        return {"Authorization": f"Bearer {KEY}"}

    return make


def status(sandbox: Sandbox, method: str, path: str, headers: dict[str, str]) -> int:
    return plain(method, sandbox.base_url + path, headers=headers).status_code


def entries(sandbox: Sandbox) -> list[dict[str, Any]]:
    records, _ = on_loop(sandbox, lambda state: state.records.find("audit"))
    return [one.body for one in records]


def test_a_stored_key_opens_the_api_and_not_the_control_routes(
    sandbox: Sandbox, key: MakeKey
) -> None:
    headers = key()
    assert status(sandbox, "GET", "/user-files", headers) == 200
    assert plain("GET", f"{sandbox.url}/_sandbox/faults", headers=headers).status_code == 401


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"is_active": False}, "INVALID_API_KEY"),
        ({"expires_at": "2025-12-31T00:00:00Z"}, "EXPIRED_API_KEY"),
        ({"user_id": "nobody"}, "INVALID_API_KEY"),
    ],
)
def test_an_invalid_key_is_a_401_that_says_why(
    sandbox: Sandbox, key: MakeKey, values: dict[str, Any], code: str
) -> None:
    answer = plain("GET", f"{sandbox.base_url}/uploads/sessions", headers=key(**values))
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, code)


def test_a_key_expires_by_the_clock(sandbox: Sandbox, key: MakeKey) -> None:
    headers = key(expires_at="2026-01-01T00:01:00Z")
    before = status(sandbox, "GET", "/user-files", headers)
    sandbox.step_clock(60)
    assert (before, status(sandbox, "GET", "/user-files", headers)) == (200, 401)


@pytest.mark.parametrize(
    ("role", "scopes", "expected"),
    [
        ("viewer", [], 403),
        ("editor", [], 400),
        ("admin", ["read"], 403),
        ("admin", ["write"], 400),
        ("viewer", ["admin"], 403),
        ("owner", ["cloud_storage:read"], 403),
    ],
)
def test_only_editors_may_change_things(
    sandbox: Sandbox, key: MakeKey, role: str, scopes: list[str], expected: int
) -> None:
    # An editor gets as far as the handler, which misses title and tags.
    url = f"{sandbox.base_url}/user-files/{OWNER_ID}"
    made = plain("PATCH", url, headers=key(role, scopes=scopes), json={})
    assert made.status_code in {expected, 404 if expected == 400 else expected}


def test_a_denial_is_in_the_envelope_of_its_route_and_in_the_audit_log(
    sandbox: Sandbox, key: MakeKey
) -> None:
    url = f"{sandbox.base_url}/user-files/{OWNER_ID}"
    body = plain("DELETE", url, headers=key("viewer")).json()
    assert (body["error"], "role editor" in body["message"]) == ("FORBIDDEN", True)
    (entry,) = entries(sandbox)
    assert (entry["event_type"], entry["result"]) == ("permission.denied", "denied")
    assert (entry["user_id"], entry["api_key_id"]) == ("ada", "key-1")


def test_a_wrong_key_and_no_key_are_in_the_audit_log(sandbox: Sandbox) -> None:
    status(sandbox, "GET", "/user-files", {"Authorization": "Bearer aion_wrong"})
    status(sandbox, "GET", "/user-files", {})
    assert [one["event_type"] for one in entries(sandbox)] == [
        "api_key.failed",
        "security.invalid_token",
    ]
    assert "aion_wrong" not in str(entries(sandbox))


@pytest.mark.parametrize(
    ("role", "scopes", "allowed"),
    [
        ("viewer", [], True),
        ("owner", ["cloud_storage:read"], True),
        ("owner", ["cloud_storage:write"], False),
        ("viewer", ["read"], True),
    ],
)
def test_an_operation_can_want_a_scope_instead(
    sandbox: Sandbox, key: MakeKey, role: str, scopes: list[str], allowed: bool
) -> None:
    async def handler(call: Call) -> Response:
        return Response(raw=b"")

    with served(READ, handler, scope="cloud_storage:read"):
        got = status(sandbox, "GET", "/uploads/sessions", key(role, scopes=scopes))
    assert got == (200 if allowed else 403)


@pytest.mark.parametrize(
    ("role", "member_role", "wanted", "expected"),
    [
        ("editor", "editor", "editor", True),
        ("editor", "editor", "admin", False),
        ("viewer", "editor", "editor", True),
        (None, "editor", "editor", True),
        (None, "editor", "admin", False),
    ],
)
def test_a_role_or_a_scope_within_the_role_of_the_member_will_do(
    role: Any, member_role: Any, wanted: Any, expected: bool
) -> None:
    actor = Actor(TENANT_ID, "ada", role, scopes=("usage:read",), member_role=member_role)
    assert actor.may(wanted, "usage:read") is expected


def test_a_scope_that_the_key_does_not_name_gives_nothing() -> None:
    actor = Actor(TENANT_ID, "ada", None, scopes=("usage:read",), member_role="owner")
    assert not actor.may("viewer", "tenants:read")


def test_a_handler_sees_who_calls_and_can_want_more(sandbox: Sandbox, key: MakeKey) -> None:
    seen: list[Actor] = []

    async def handler(call: Call) -> Response:
        seen.append(call.actor)
        call.require("admin")
        return Response(raw=b"")

    with served(READ, handler):
        assert status(sandbox, "GET", "/uploads/sessions", key("editor")) == 403
        headers = {"Authorization": f"Bearer {sandbox.api_key}"}
        assert status(sandbox, "GET", "/uploads/sessions", headers) == 200
    assert [(one.user_id, one.role) for one in seen] == [("ada", "editor"), (OWNER_ID, "owner")]


@pytest.mark.parametrize("kind", ["bearer", "cookie"])
def test_a_session_opens_the_api_until_it_is_revoked(
    sandbox: Sandbox, key: MakeKey, kind: str
) -> None:
    key("viewer")
    token = "session-token-made-for-tests"
    headers = {"Authorization": f"bearer {token}"}
    if kind == "cookie":
        headers = {"Cookie": f"aionvision_session={token}"}
    body = {"user_id": "ada"}
    on_loop(sandbox, lambda state: state.records.put("login", "1", body, parent=digest(token)))
    before = status(sandbox, "GET", "/user-files", headers)
    on_loop(sandbox, lambda state: state.records.update("login", "1", revoked_at="2026-01-01"))
    assert (before, status(sandbox, "GET", "/user-files", headers)) == (200, 401)


def test_basic_auth_carries_the_key_as_its_password(sandbox: Sandbox) -> None:
    encoded = base64.b64encode(f"aion:{sandbox.api_key}".encode()).decode()
    assert status(sandbox, "GET", "/user-files", {"Authorization": f"Basic {encoded}"}) == 200
    assert status(sandbox, "GET", "/user-files", {"Authorization": "Basic ?"}) == 401


def test_a_reset_brings_the_owner_and_the_key_back(api: httpx.Client, sandbox: Sandbox) -> None:
    on_loop(sandbox, lambda state: state.records.delete("member", OWNER_ID))
    assert api.get("/user-files").status_code == 401
    sandbox.reset()
    assert api.get("/user-files").status_code == 200


def test_the_use_of_a_key_is_counted(sandbox: Sandbox, key: MakeKey) -> None:
    headers = key()
    for _ in range(3):
        status(sandbox, "GET", "/user-files", headers)
    assert on_loop(sandbox, lambda state: state.identity.uses["key-1"].count) == 3
