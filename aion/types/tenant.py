"""A tenant, as `client.tenant` returns it: its settings, limits and members."""

from __future__ import annotations

from attrs import frozen

from aion_api import OpenEnum
from aion_api.models.tenant_settings import (
    TenantLimitsResponse,
    TenantMemberResponse,
    TenantSettings,
)


class MemberRole(OpenEnum):
    """The role of a member of a tenant, from most to fewest permissions."""

    OWNER = "owner"
    ADMIN = "admin"
    EDITOR = "editor"
    VIEWER = "viewer"


@frozen(slots=False)
class TenantLimits(TenantLimitsResponse):
    """The limits, the usage and the remainder of a tenant: three maps with the same keys.

    Keys are, among others, ``monthly_uploads`` and ``api_calls_per_minute``.

    Attributes:
        limits: The limits.
        usage: The amounts used.
        remaining: The amounts left.
        subscription_tier: ``free``, ``starter``, ``professional`` or ``enterprise``.
    """

    def get_limit(self, name: str) -> int | None:
        """Return the limit of this name, or None if there is none."""
        return self.limits.get(name)

    def get_usage(self, name: str) -> int | None:
        """Return the amount used under this name, or None if it is not counted."""
        return self.usage.get(name)

    def get_remaining(self, name: str) -> int | None:
        """Return the amount left under this name, or None if the limit does not exist."""
        return self.remaining.get(name)


@frozen(slots=False)
class TenantMember(TenantMemberResponse):
    """A member of a tenant.

    Attributes:
        id: The id of the user.
        email: The address of the user.
        name: The name of the user; the address until one is set.
        role: A value of `MemberRole`, as text.
        joined_at: When the user joined, if known.
        last_active_at: When the user was last active, if known.
    """

    @property
    def role_enum(self) -> MemberRole:
        """Return the role. One that is not in `MemberRole` has `is_known` false."""
        return MemberRole(self.role)


__all__ = ["MemberRole", "TenantLimits", "TenantMember", "TenantSettings"]
