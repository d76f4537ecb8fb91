"""A tenant, as `client.tenant` gives it back: its settings, limits and members."""

from __future__ import annotations

from attrs import frozen

from aion_api import OpenEnum
from aion_api.models.tenant_settings import (
    TenantLimitsResponse,
    TenantMemberResponse,
    TenantSettings,
)


class MemberRole(OpenEnum):
    """What a member of a tenant may do, from most to least."""

    OWNER = "owner"
    ADMIN = "admin"
    EDITOR = "editor"
    VIEWER = "viewer"


@frozen(slots=False)
class TenantLimits(TenantLimitsResponse):
    """What a tenant may use, has used, and has left: three maps with the same keys.

    Keys are, among others, ``monthly_uploads`` and ``api_calls_per_minute``.

    Attributes:
        limits: The most that is allowed.
        usage: What has been used.
        remaining: What is left.
        subscription_tier: ``free``, ``starter``, ``professional`` or ``enterprise``.
    """

    def get_limit(self, name: str) -> int | None:
        """The most that is allowed of something, or None where it has no limit of that name."""
        return self.limits.get(name)

    def get_usage(self, name: str) -> int | None:
        """What has been used of something, or None where it is not counted."""
        return self.usage.get(name)

    def get_remaining(self, name: str) -> int | None:
        """What is left of something, or None where it has no limit of that name."""
        return self.remaining.get(name)


@frozen(slots=False)
class TenantMember(TenantMemberResponse):
    """A member of a tenant.

    Attributes:
        id: The id of the user.
        email: The address of the user.
        name: The name of the user; the address until one is set.
        role: A value of `MemberRole`, as text.
        joined_at: When the user joined, where it is known.
        last_active_at: When the user was last active, where it is known.
    """

    @property
    def role_enum(self) -> MemberRole:
        """The role. One that is not in `MemberRole` has `is_known` false."""
        return MemberRole(self.role)


__all__ = ["MemberRole", "TenantLimits", "TenantMember", "TenantSettings"]
