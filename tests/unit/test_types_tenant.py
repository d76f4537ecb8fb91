"""The tenant, its members and its bucket, as they are read from responses."""

from __future__ import annotations

import pickle
from typing import Any

import pytest

from aion.types.settings import S3ConfigStatus, S3ValidationResult
from aion.types.tenant import MemberRole, TenantLimits, TenantMember, TenantSettings

SETTINGS: dict[str, Any] = {
    "id": "tenant",
    "name": "Atelier",
    "created_at": "2026-01-01T00:00:00Z",
    "updated_at": "2026-01-02T00:00:00Z",
    "is_active": True,
    "allowed_vlm_providers": ["google"],
    "allowed_domains": [],
    "max_monthly_credits": 100,
    "max_requests_per_minute": 10,
    "custom_config": {},
    "subscription_tier": "free",
    "current_month_credits": 3,
    "current_month_cost": 0.0,
    "total_credits": 9,
    "total_cost": 0.0,
}
MEMBER: dict[str, Any] = {"id": "u", "email": "k@t.example", "name": "K", "role": "editor"}
LIMITS: dict[str, Any] = {
    "limits": {"monthly_uploads": 10},
    "usage": {"monthly_uploads": 4},
    "remaining": {"monthly_uploads": 6},
}


def test_settings_without_what_may_be_missing_are_read() -> None:
    settings = TenantSettings.from_api_response(SETTINGS)
    assert (settings.owner_user_id, settings.webhook_url) == (None, None)
    assert settings.subscription_expires_at is None
    assert settings.name == "Atelier"


def test_a_role_is_known_by_its_enum() -> None:
    assert TenantMember.from_api_response(MEMBER).role_enum is MemberRole.EDITOR


def test_p18_an_unknown_role_stays_readable() -> None:
    member = TenantMember.from_api_response({**MEMBER, "role": "guest", "team": "blue"})
    assert (member.role, member.role_enum.value, member.role_enum.is_known) == (
        "guest",
        "guest",
        False,
    )
    assert member.additional_properties == {"team": "blue"}


def test_a_member_without_dates_is_read() -> None:
    member = TenantMember.from_api_response({**MEMBER, "joined_at": None})
    assert (member.joined_at, member.last_active_at) == (None, None)


def test_limits_are_looked_up_by_name() -> None:
    limits = TenantLimits.from_api_response(LIMITS)
    assert limits.get_limit("monthly_uploads") == 10
    assert limits.get_usage("monthly_uploads") == 4
    assert limits.get_remaining("monthly_uploads") == 6
    assert limits.subscription_tier == "free"


@pytest.mark.parametrize("look", ["get_limit", "get_usage", "get_remaining"])
def test_a_limit_that_is_not_there_is_none(look: str) -> None:
    assert getattr(TenantLimits.from_api_response(LIMITS), look)("nothing") is None


def test_a_bucket_that_is_not_configured_has_no_name() -> None:
    status = S3ConfigStatus.from_api_response({"configured": False})
    assert (status.bucket_name, status.is_validated) == (None, None)


def test_a_validation_may_show_only_its_outcome() -> None:
    assert S3ValidationResult.from_api_response({"valid": True}).error is None


def test_p6_results_survive_pickle() -> None:
    for result in (
        TenantSettings.from_api_response(SETTINGS),
        TenantMember.from_api_response(MEMBER),
        TenantLimits.from_api_response(LIMITS),
    ):
        assert pickle.loads(pickle.dumps(result)) == result
