"""Scopes of keys: a key that names resources may do what its scopes name, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from aion.sandbox.auth.identity import digest
from aion.sandbox.auth.scopes import SCOPE_ROUTES
from aion.sandbox.contract.contract import Operation, load_contract
from aion.sandbox.handlers import load_handlers
from aion.sandbox.handlers.registry import ACCESS
from aion.sandbox.runtime.state import State
from aion.sandbox.settings.options import API_PREFIX
from aion.sandbox.store.ids import make_id
from aion.testing import Sandbox
from tests.sandbox.conftest import plain
from tests.sandbox.core import on_loop

ID = "00000000-0000-4000-8000-000000000000"
GUARDED = [
    one
    for one in load_contract().operations.values()
    if one.id in load_handlers() and not ACCESS[one.id].public
]
OPENED: dict[str, set[str]] = {
    "api_keys:read": {"GET /api-keys", "GET /api-keys/{api_key_id}"},
    "api_keys:write": {"POST /api-keys", "PUT /api-keys/{api_key_id}"},
    "api_keys:delete": {"DELETE /api-keys/{api_key_id}"},
    "api_keys:share": set(),
    "usage:read": {
        "GET /usage/breakdown",
        "GET /usage/by-period",
        "GET /usage/dashboard-analytics",
        "GET /usage/details",
        "GET /usage/plan",
        "GET /usage/summary",
        "GET /usage/tokens/conversations",
        "GET /usage/tokens/files",
        "GET /usage/tokens/monthly",
        "GET /usage/top-endpoints",
        "POST /usage/check",
    },
    "usage:write": set(),
    "usage:delete": set(),
    "usage:share": set(),
    "tenants:read": {
        "GET /tenant/limits",
        "GET /tenant/members",
        "GET /tenant/s3-config",
        "GET /tenant/settings",
        "GET /sharing/members",
    },
    "tenants:write": {
        "PATCH /tenant/settings",
        "POST /tenant/s3-config",
        "POST /tenant/s3-config/validate",
    },
    "tenants:delete": {"DELETE /tenant/s3-config"},
    "tenants:share": {
        "POST /tenant/members/invite",
        "PATCH /tenant/members/{user_id}/role",
        "DELETE /tenant/members/{user_id}",
        "POST /sharing/members",
        "PATCH /sharing/members/{user_id}/role",
        "DELETE /sharing/members/{user_id}",
    },
    "cloud_storage:read": {"GET /cloud-storage/connections", "GET /cloud-storage/jobs/{job_id}"},
    "cloud_storage:write": {"POST /cloud-storage/import", "POST /cloud-storage/export"},
    "cloud_storage:delete": {"DELETE /cloud-storage/connections/{connection_id}"},
    "cloud_storage:share": set(),
}
"""The operations that each scope opens, as in `docs/sandbox.md`."""

RESOURCES = ("/api-keys", "/usage", "/tenant", "/sharing", "/cloud-storage")
"""Where the routes of scopes lie."""

Keyed = Callable[..., httpx.Client]


@pytest.fixture(scope="module")
def keyed(running: Sandbox) -> Iterator[Keyed]:
    """Clients whose keys have some scopes; the member behind them has a role."""
    made: list[httpx.Client] = []

    def make(*scopes: str, role: str = "owner") -> httpx.Client:
        number = len(made)
        key = f"aion_key_with_some_scopes_{number:04}"

        def put(state: State) -> None:
            user_id = make_id("member", number)
            member = {"email": f"{number}@team.example", "name": "Kim", "role": role}
            state.records.put("member", user_id, {**member, "joined_at": state.clock.stamp()})
            body: dict[str, Any] = {
                "user_id": user_id,
                "name": "Kim's key",
                "key_prefix": key[:12],
                "scopes": list(scopes),
                "is_active": True,
                "metadata": {},
            }
            state.records.put("api_key", make_id("api_key", number), body, parent=digest(key))

        on_loop(running, put)
        headers = {"Authorization": f"Bearer {key}"}
        client = httpx.Client(base_url=running.base_url, headers=headers, verify=False)
        made.append(client)
        return client

    yield make
    for client in made:
        client.close()
    assert running.violations == []


def name(operation: Operation) -> str:
    return f"{operation.method} {operation.path.removeprefix(API_PREFIX)}"


def opened(client: httpx.Client, operations: list[Operation]) -> set[str]:
    """Return the operations that do not respond with 403 because of a missing right."""
    found: set[str] = set()
    for one in operations:
        path = one.path
        for variable in one.path_names:
            path = path.replace(f"{{{variable}}}", ID)
        url = client.base_url.copy_with(path=path)
        answer = client.request(one.method, url)
        if not (answer.status_code == 403 and "This needs the role" in answer.text):
            found.add(name(one))
    return found


@pytest.mark.parametrize("scope", SCOPE_ROUTES)
def test_a_scope_opens_its_routes_and_no_others_of_the_resources(scope: str, keyed: Keyed) -> None:
    routes = [one for one in GUARDED if name(one).partition(" ")[2].startswith(RESOURCES)]
    assert opened(keyed(scope), routes) == OPENED[scope]


@pytest.mark.parametrize("scope", ["usage:share", "tenants:read"])
def test_a_key_of_a_resource_reads_nothing_else(scope: str, keyed: Keyed) -> None:
    assert opened(keyed(scope), GUARDED) == OPENED[scope]


def test_scopes_add_up(keyed: Keyed) -> None:
    routes = [one for one in GUARDED if name(one).partition(" ")[2].startswith(RESOURCES)]
    client = keyed("tenants:delete", "cloud_storage:delete")
    assert opened(client, routes) == OPENED["tenants:delete"] | OPENED["cloud_storage:delete"]


@pytest.mark.parametrize(
    ("scopes", "statuses"),
    [
        (["read"], (200, 403, 403)),
        (["write"], (200, 201, 403)),
        (["admin"], (200, 201, 200)),
        ([], (200, 201, 200)),
        (["read", "usage:read"], (200, 403, 403)),
    ],
)
def test_a_scope_that_stands_for_a_role_opens_what_the_role_opens(
    scopes: list[str], statuses: tuple[int, ...], keyed: Keyed
) -> None:
    client = keyed(*scopes)
    answers = (
        client.get("/user-files"),
        client.post("/folders", json={"name": f"folder {'-'.join(scopes)}"}),
        client.get("/tenant/audit-logs"),
    )
    assert tuple(answer.status_code for answer in answers) == statuses


@pytest.mark.parametrize(
    ("role", "scope", "allowed"),
    [
        ("viewer", "tenants:read", {"GET /tenant/settings"}),
        ("viewer", "tenants:write", set[str]()),
        ("editor", "tenants:write", set[str]()),
        ("admin", "tenants:write", {"PATCH /tenant/settings"}),
    ],
)
def test_no_scope_reaches_beyond_the_role_of_its_member(
    role: str, scope: str, allowed: set[str], keyed: Keyed
) -> None:
    routes = [one for one in GUARDED if one.path == "/api/v2/tenant/settings"]
    assert opened(keyed(scope, role=role), routes) == allowed


def test_a_refusal_names_the_role_and_the_scope_that_would_do(keyed: Keyed) -> None:
    error = keyed("usage:read").get("/tenant/settings").json()["error"]
    assert error["details"] == {"required": {"role": "viewer", "scope": "tenants:read"}}
    assert "a key that has only the scopes usage:read" in error["message"]


def test_rights_are_asked_for_before_the_request_is_checked(keyed: Keyed) -> None:
    answer = keyed("read").post("/folders", json={"nonsense": 1})
    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("own", "wanted", "status"),
    [
        (["api_keys:write"], ["api_keys:write"], 201),
        (["api_keys:write"], ["admin"], 403),
        (["api_keys:write"], ["usage:read"], 403),
        (["api_keys:write", "read"], ["read"], 201),
        (["admin"], ["admin", "tenants:share"], 201),
    ],
)
def test_a_key_gives_no_scope_that_it_lacks(
    own: list[str], wanted: list[str], status: int, keyed: Keyed
) -> None:
    answer = keyed(*own).post("/api-keys", json={"name": "new", "scopes": wanted})
    assert answer.status_code == status


def test_a_key_without_scopes_that_a_limited_key_makes_is_as_limited(
    keyed: Keyed, running: Sandbox
) -> None:
    made: dict[str, Any] = keyed("api_keys:write").post("/api-keys", json={"name": "new"}).json()
    headers = {"Authorization": f"Bearer {made['api_key']}"}
    assert made["scopes"] == ["api_keys:write"]
    answer = plain("GET", f"{running.base_url}/user-files", headers=headers)
    assert answer.status_code == 403
