"""Tenant, keys and members on the server's side: rights, scopes and the audit log."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import httpx
import pytest

from aion.testing import Sandbox
from tests.sandbox.conftest import plain

Json = dict[str, Any]
Keyed = Callable[..., httpx.Client]


@pytest.fixture
def keyed(sandbox: Sandbox, api: httpx.Client) -> Iterator[Keyed]:
    """A client with a new key of some scopes."""
    with ExitStack() as stack:

        def make(*scopes: str, **fields: Any) -> httpx.Client:
            made = new_key(api, scopes=list(scopes), **fields)
            headers = {"Authorization": f"Bearer {made['api_key']}"}
            client = httpx.Client(base_url=sandbox.base_url, headers=headers, verify=False)
            return stack.enter_context(client)

        yield make


def new_key(api: httpx.Client, **fields: Any) -> Json:
    answer = api.post("/api-keys", json={"name": "second", **fields})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def events(api: httpx.Client) -> list[str]:
    entries = api.get("/tenant/audit-logs").json()["entries"]
    return [entry["event_type"] for entry in entries]


# keys


def test_a_new_key_works_and_is_shown_once(api: httpx.Client, keyed: Keyed) -> None:
    assert keyed("read").get("/tenant/settings").status_code == 200
    (_, listed) = api.get("/api-keys").json()["api_keys"]
    assert "api_key" not in listed
    assert (listed["scopes"], listed["usage_count"], listed["is_active"]) == (["read"], 1, True)
    assert listed["metadata"] == {"created_by_user_id": api.get("/user/profile").json()["id"]}


def test_a_revoked_key_ends_and_stays_in_the_list_of_inactive_ones(api: httpx.Client) -> None:
    made = new_key(api)
    gone = api.delete(f"/api-keys/{made['id']}", params={"reason": "lost"})
    assert gone.status_code == 204
    bearer = {"Authorization": f"Bearer {made['api_key']}"}
    assert plain("GET", f"{api.base_url}user/profile", headers=bearer).status_code == 401
    assert api.get("/api-keys").json()["total"] == 1
    inactive = api.get("/api-keys", params={"include_inactive": True}).json()["api_keys"][1]
    assert inactive["metadata"]["deactivation_reason"] == "lost"


def test_a_key_expires(sandbox: Sandbox, keyed: Keyed) -> None:
    client = keyed("read", expires_at="2026-01-01T01:00:00Z")
    assert client.get("/tenant/settings").status_code == 200
    sandbox.step_clock(3600)
    assert client.get("/tenant/settings").json()["error"]["code"] == "EXPIRED_API_KEY"


def test_a_key_may_expire_at_the_end_of_the_calendar(keyed: Keyed) -> None:
    client = keyed("read", expires_at="9999-12-31T23:59:59-05:00")
    assert client.get("/tenant/settings").status_code == 200


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"scopes": ["fly"]}, 400),
        ({"scopes": ["usage:fly"]}, 400),
        ({"metadata": {"deactivated_at": "now"}}, 400),
        ({"expires_at": "2025-12-31T23:59:59Z"}, 400),
        ({"name": ""}, 422),
        ({"description": "x" * 501}, 422),
    ],
)
def test_a_key_that_makes_no_sense_is_refused(api: httpx.Client, fields: Json, status: int) -> None:
    assert api.post("/api-keys", json={"name": "k", **fields}).status_code == status
    assert api.get("/api-keys").json()["total"] == 1


def test_metadata_of_a_key_are_merged(api: httpx.Client) -> None:
    made = new_key(api, metadata={"team": "blue"}, description="old")
    body = {"name": "third", "metadata": {"stage": "test"}, "description": None}
    changed = api.put(f"/api-keys/{made['id']}", json=body).json()
    assert (changed["name"], changed["description"]) == ("third", None)
    assert {"team": "blue", "stage": "test"}.items() <= changed["metadata"].items()
    assert api.get(f"/api-keys/{made['id']}").json()["name"] == "third"


def test_the_sandbox_keeps_its_own_key(api: httpx.Client) -> None:
    (own,) = api.get("/api-keys").json()["api_keys"]
    assert api.delete(f"/api-keys/{own['id']}").status_code == 400


@pytest.mark.parametrize(
    ("scopes", "statuses"),
    [
        (["read"], [200, 403, 403, 403, 403]),
        (["write"], [200, 201, 403, 403, 403]),
        (["admin"], [200, 201, 200, 200, 201]),
        ([], [200, 201, 200, 200, 201]),
        (["tenants:write"], [403, 403, 200, 403, 403]),
        (["api_keys:write"], [403, 403, 403, 403, 201]),
    ],
)
def test_scopes_are_enforced(keyed: Keyed, scopes: list[str], statuses: list[int]) -> None:
    client = keyed(*scopes)
    answers = [
        client.get("/user-files"),
        client.post("/folders", json={"name": "new"}),
        client.patch("/tenant/settings", json={"name": "new"}),
        client.get("/tenant/audit-logs"),
        client.post("/api-keys", json={"name": "new"}),
    ]
    assert [answer.status_code for answer in answers] == statuses


# members


def test_a_member_keeps_no_more_than_the_role(sandbox: Sandbox, api: httpx.Client) -> None:
    body = {"email": "kim@team.example", "password": "Passw0rd-x", "name": "Kim"}
    token = plain(
        "POST", f"{api.base_url}auth/session/register", json={**body, "auto_login": True}
    ).json()
    bearer = {"Authorization": f"Bearer {token['session_token']}"}
    url = f"{api.base_url}folders"
    assert plain("POST", url, json={"name": "a"}, headers=bearer).status_code == 403
    role = {"role": "editor"}
    assert api.patch(f"/tenant/members/{token['user_id']}/role", json=role).status_code == 200
    assert plain("POST", url, json={"name": "a"}, headers=bearer).status_code == 201
    assert api.delete(f"/tenant/members/{token['user_id']}").status_code == 200
    assert plain("GET", url, headers=bearer).status_code == 401


def test_an_admin_cannot_remove_themselves(api: httpx.Client, keyed: Keyed) -> None:
    owner = api.get("/user/profile").json()["id"]
    assert keyed("admin").delete(f"/tenant/members/{owner}").status_code == 403


# audit


def test_the_log_shows_what_really_happened(
    sandbox: Sandbox, api: httpx.Client, keyed: Keyed
) -> None:
    client = keyed("read")
    client.patch("/tenant/settings", json={"name": "Mine"})
    api.patch("/tenant/settings", json={"name": "Ours", "custom_config": {}})
    plain("GET", f"{api.base_url}user/profile", headers={"Authorization": "Bearer aion_wrong"})
    assert events(api) == [
        "api_key.failed",
        "tenant.updated",
        "permission.denied",
        "api_key.created",
    ]
    updated = api.get("/tenant/audit-logs").json()["entries"][1]
    assert updated["metadata"] == {"changed": ["name"]}


def test_the_log_does_not_hold_a_key(api: httpx.Client) -> None:
    made = new_key(api)
    assert made["api_key"] not in api.get("/tenant/audit-logs").text


@pytest.mark.parametrize("query", [{"severity": "grave"}, {"result": "maybe"}, {"limit": 101}])
def test_a_filter_that_makes_no_sense_is_refused(api: httpx.Client, query: Json) -> None:
    assert api.get("/tenant/audit-logs", params=query).status_code == 422


def test_dates_at_the_edge_of_the_calendar_are_borne(api: httpx.Client) -> None:
    query = {"date_from": "0001-01-01T00:00:00+05:00", "date_to": "9999-12-31T23:59:59-05:00"}
    assert api.get("/tenant/audit-logs", params=query).status_code == 200


# settings


@pytest.mark.parametrize(
    "body",
    [
        {"max_monthly_credits": 5},
        {"webhook_url": "mailto:kim@team.example"},
        {"allowed_vlm_providers": ["acme"]},
        {"allowed_domains": ["d.example"] * 1001},
    ],
)
def test_settings_that_make_no_sense_are_refused(api: httpx.Client, body: Json) -> None:
    assert api.patch("/tenant/settings", json=body).status_code == 422


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("access_key_id", "lower-case-key-id"),
        ("bucket_name", "Upper-Case"),
        ("region", "somewhere"),
        ("bucket_name", "missing-pictures"),
    ],
)
def test_a_bucket_that_cannot_be_used_is_not_kept(
    api: httpx.Client, field: str, value: str
) -> None:
    body = {
        "access_key_id": "AKIAEXAMPLE000000",
        "secret_access_key": "s" * 30,
        "bucket_name": "pictures",
        "region": "eu-central-1",
        field: value,
    }
    assert api.post("/tenant/s3-config", json=body).status_code == 400
    assert api.get("/tenant/s3-config").json()["configured"] is False
