"""Settings, limits and members of the tenant, over real HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from aion.exceptions import AionvisionPermissionError, ResourceNotFoundError, ValidationError
from aion.testing import Sandbox
from aion.types.tenant import MemberRole
from tests.behaviour.calls import Calls
from tests.behaviour.keys import make_key
from tests.behaviour.pictures import draw

UNKNOWN = "00000000-0000-0000-0000-000000000000"


# settings


def test_a_new_tenant_has_the_settings_of_its_plan(calls: Calls, sandbox: Sandbox) -> None:
    settings = calls(calls.client(sandbox).tenant.get_settings())
    assert (settings.name, settings.is_active, settings.webhook_url) == ("Sandbox", True, None)
    assert settings.subscription_tier == "professional"
    assert (settings.max_monthly_credits, settings.max_requests_per_minute) == (100_000, 100)
    assert (settings.current_month_credits, settings.current_month_cost) == (0, 0.0)
    assert (settings.total_credits, settings.total_cost) == (0, 0.0)
    assert settings.created_at is not None
    assert settings.subscription_expires_at is None


def test_the_owner_of_the_settings_is_a_member(calls: Calls, sandbox: Sandbox) -> None:
    client = calls.client(sandbox)
    (owner,) = calls(client.tenant.list_members())
    assert calls(client.tenant.get_settings()).owner_user_id == owner.id


def test_uploads_use_credits(calls: Calls, sandbox: Sandbox) -> None:
    client = calls.client(sandbox)
    calls(client.upload_one(draw(), filename="a.jpg"))
    settings = calls(client.tenant.get_settings())
    assert (settings.current_month_credits, settings.total_credits) == (2, 2)


def test_all_settings_can_be_changed(calls: Calls, sandbox: Sandbox) -> None:
    client = calls.client(sandbox)
    changed = calls(
        client.tenant.update_settings(
            name="Atelier",
            webhook_url="https://hooks.example/aion",
            allowed_vlm_providers=["google", "aws"],
            allowed_domains=["app.example"],
            custom_config={"theme": {"dark": True}},
        )
    )
    assert (changed.name, changed.webhook_url) == ("Atelier", "https://hooks.example/aion")
    assert changed.allowed_vlm_providers == ["google", "aws"]
    assert changed.allowed_domains == ["app.example"]
    assert changed.custom_config == {"theme": {"dark": True}}
    assert changed.updated_at is not None
    assert changed.created_at is not None
    assert changed.updated_at > changed.created_at
    assert calls(client.tenant.get_settings()) == changed


def test_p19_omitted_none_and_a_value_give_three_different_bodies(
    calls: Calls, sandbox: Sandbox
) -> None:
    client = calls.client(sandbox)
    given = calls(client.tenant.update_settings(name="A", webhook_url="https://hooks.example/1"))
    left_out = calls(client.tenant.update_settings(name="B"))
    emptied = calls(client.tenant.update_settings(name="B", webhook_url=None))
    assert given.webhook_url == left_out.webhook_url == "https://hooks.example/1"
    assert emptied.webhook_url is None
    sent = [one for one in sandbox.requests if one.method == "PATCH"]
    assert len({one.body_sha256 for one in sent}) == 3


def test_p19_none_empties_lists_and_objects_but_not_the_name(
    calls: Calls, sandbox: Sandbox
) -> None:
    client = calls.client(sandbox)
    changed = calls(
        client.tenant.update_settings(
            name=None, allowed_vlm_providers=None, allowed_domains=None, custom_config=None
        )
    )
    assert changed.name == "Sandbox"
    assert (changed.allowed_vlm_providers, changed.allowed_domains) == ([], [])
    assert changed.custom_config == {}


@pytest.mark.parametrize("field", ["max_monthly_credits", "max_requests_per_minute"])
def test_what_follows_the_subscription_is_not_sent_and_warned_of(
    calls: Calls, sandbox: Sandbox, field: str
) -> None:
    client = calls.client(sandbox)
    settings: dict[str, Any] = {field: 5}
    with pytest.warns(UserWarning, match=f"{field} follows the subscription"):
        changed = calls(client.tenant.update_settings(**settings))
    assert (changed.max_monthly_credits, changed.max_requests_per_minute) == (100_000, 100)


# limits


def test_limits_usage_and_what_is_left_have_the_same_keys(calls: Calls, sandbox: Sandbox) -> None:
    client = calls.client(sandbox)
    calls(client.upload_one(draw(), filename="a.jpg"))
    limits = calls(client.tenant.get_limits())
    assert limits.limits.keys() == limits.usage.keys() == limits.remaining.keys()
    assert limits.get_limit("monthly_uploads") == 50_000
    assert limits.get_usage("monthly_uploads") == 1
    assert limits.get_remaining("monthly_uploads") == 49_999
    assert limits.get_limit("moon_landings") is None
    assert limits.subscription_tier == "professional"


def test_calls_of_the_last_minute_count(calls: Calls, sandbox: Sandbox) -> None:
    client = calls.client(sandbox)
    first = calls(client.tenant.get_limits()).get_usage("api_calls_per_minute")
    second = calls(client.tenant.get_limits()).get_usage("api_calls_per_minute")
    assert (first, second) == (0, 1)


# members


def test_a_new_tenant_has_its_owner_as_a_member(calls: Calls, sandbox: Sandbox) -> None:
    (owner,) = calls(calls.client(sandbox).tenant.list_members())
    assert (owner.email, owner.name, owner.role) == (
        "owner@sandbox.example",
        "Sandbox Owner",
        "owner",
    )
    assert owner.role_enum is MemberRole.OWNER
    assert owner.joined_at is not None


def test_who_is_invited_is_a_viewer_under_the_address(calls: Calls, sandbox: Sandbox) -> None:
    client = calls.client(sandbox)
    invited = calls(client.tenant.invite_member("kim@team.example"))
    assert (invited.email, invited.name) == ("kim@team.example", "kim@team.example")
    assert (invited.role, invited.role_enum) == ("viewer", MemberRole.VIEWER)
    assert invited.last_active_at is None
    assert invited in calls(client.tenant.list_members())


@pytest.mark.parametrize("role", ["editor", "admin", MemberRole.ADMIN])
def test_a_role_can_be_given_with_the_invitation(calls: Calls, sandbox: Sandbox, role: str) -> None:
    invited = calls(calls.client(sandbox).tenant.invite_member("kim@team.example", role=role))
    assert invited.role == str(role)


def test_nobody_is_invited_twice(calls: Calls, sandbox: Sandbox) -> None:
    client = calls.client(sandbox)
    calls(client.tenant.invite_member("kim@team.example"))
    with pytest.raises(ValidationError, match="is a member already"):
        calls(client.tenant.invite_member("KIM@team.example"))


def test_a_role_can_be_changed(calls: Calls, sandbox: Sandbox) -> None:
    client = calls.client(sandbox)
    invited = calls(client.tenant.invite_member("kim@team.example"))
    changed = calls(client.tenant.update_member_role(invited.id, "admin"))
    assert (changed.id, changed.role, changed.joined_at) == (
        invited.id,
        "admin",
        invited.joined_at,
    )


def test_a_removed_member_is_gone(calls: Calls, sandbox: Sandbox) -> None:
    client = calls.client(sandbox)
    invited = calls(client.tenant.invite_member("kim@team.example"))
    assert calls(client.tenant.remove_member(invited.id)) == {
        "detail": "kim@team.example was removed"
    }
    assert [one.role for one in calls(client.tenant.list_members())] == ["owner"]


def test_the_owner_keeps_role_and_place(calls: Calls, sandbox: Sandbox) -> None:
    client = calls.client(sandbox)
    (owner,) = calls(client.tenant.list_members())
    with pytest.raises(AionvisionPermissionError):
        calls(client.tenant.update_member_role(owner.id, "viewer"))
    with pytest.raises(AionvisionPermissionError):
        calls(client.tenant.remove_member(owner.id))


def test_an_unknown_member_is_not_found(calls: Calls, sandbox: Sandbox) -> None:
    client = calls.client(sandbox)
    with pytest.raises(ResourceNotFoundError):
        calls(client.tenant.update_member_role(UNKNOWN, "viewer"))
    with pytest.raises(ResourceNotFoundError):
        calls(client.tenant.remove_member(UNKNOWN))


@pytest.mark.parametrize(
    ("method", "arguments"),
    [
        ("update_settings", {"name": "Mine"}),
        ("invite_member", {"email": "kim@team.example"}),
        ("update_member_role", {"user_id": UNKNOWN, "role": "viewer"}),
        ("remove_member", {"user_id": UNKNOWN}),
    ],
)
def test_a_key_that_may_only_write_changes_nothing_of_the_tenant(
    calls: Calls, sandbox: Sandbox, method: str, arguments: dict[str, Any]
) -> None:
    client = calls.client_of(sandbox.base_url, make_key(sandbox, "write"))
    with pytest.raises(AionvisionPermissionError):
        calls(getattr(client.tenant, method)(**arguments))


# bad arguments


@pytest.mark.parametrize(
    ("method", "arguments", "field"),
    [
        ("update_settings", {}, "name"),
        ("update_settings", {"name": ""}, "name"),
        ("update_settings", {"name": "x" * 256}, "name"),
        ("update_settings", {"webhook_url": "ftp://hooks.example"}, "webhook_url"),
        ("update_settings", {"webhook_url": "https://h.example/" + "x" * 2083}, "webhook_url"),
        (
            "update_settings",
            {"allowed_vlm_providers": ["google", "acme"]},
            "allowed_vlm_providers[1]",
        ),
        ("update_settings", {"allowed_vlm_providers": "google"}, "allowed_vlm_providers"),
        ("update_settings", {"allowed_domains": [""]}, "allowed_domains[0]"),
        ("update_settings", {"custom_config": ["a"]}, "custom_config"),
        ("update_settings", {"max_monthly_credits": -1}, "max_monthly_credits"),
        ("update_settings", {"max_requests_per_minute": "5"}, "max_requests_per_minute"),
        ("invite_member", {"email": "kim"}, "email"),
        ("invite_member", {"email": "kim @team.example"}, "email"),
        ("invite_member", {"email": "kim@team.example", "role": "owner"}, "role"),
        ("update_member_role", {"user_id": "", "role": "viewer"}, "user_id"),
        ("update_member_role", {"user_id": "a", "role": "boss"}, "role"),
        ("remove_member", {"user_id": "."}, "user_id"),
    ],
)
def test_a_bad_argument_is_refused_before_anything_is_sent(
    calls: Calls, sandbox: Sandbox, method: str, arguments: dict[str, Any], field: str
) -> None:
    client = calls.client(sandbox)
    with pytest.raises(ValidationError) as caught:
        calls(getattr(client.tenant, method)(**arguments))
    assert caught.value.details["field"] == field
    assert sandbox.requests == []
