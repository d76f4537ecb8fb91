"""`client.tenant`: settings, limits and members of the tenant."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from typing import Any, cast

from aion import _checks as check
from aion._runtime import aio as rt
from aion.types.tenant import MemberRole, TenantLimits, TenantMember, TenantSettings
from aion_api import UNSET, Request, Unset
from aion_api.api import tenant_settings
from aion_api.models.tenant_settings import (
    InviteMemberRequest,
    TenantMemberResponse,
    TenantSettingsUpdate,
    UpdateMemberRoleRequest,
)

VLM_PROVIDERS = ("openai", "anthropic", "google", "azure", "aws")
ASSIGNABLE_ROLES = tuple(role.value for role in MemberRole if role is not MemberRole.OWNER)

_LONGEST_NAME = 255
_LONGEST_URL = 2083
_LONGEST_EMAIL = 320
_LONGEST_DOMAIN = 255
_MOST_DOMAINS = 1000


class TenantResource:
    """Reads and changes the settings and the members of the tenant."""

    def __init__(self, engine: rt.Engine) -> None:
        self._engine = engine

    async def get_settings(self, *, timeout: float | None = None) -> TenantSettings:
        """Get the settings, the subscription and the credits of the tenant.

        Args:
            timeout: Seconds for the call, instead of the client's.

        Raises:
            AionvisionError: The call failed.

        Endpoint: ``GET /tenant/settings``
        """
        return await self._engine.call(tenant_settings.get_tenant_settings(), timeout=timeout)

    async def update_settings(
        self,
        *,
        name: str | Unset | None = UNSET,
        webhook_url: str | Unset | None = UNSET,
        allowed_vlm_providers: Sequence[str] | Unset | None = UNSET,
        allowed_domains: Sequence[str] | Unset | None = UNSET,
        max_monthly_credits: int | None = None,
        max_requests_per_minute: int | None = None,
        custom_config: Mapping[str, Any] | Unset | None = UNSET,
        timeout: float | None = None,
    ) -> TenantSettings:
        """Change settings of the tenant. This needs the role ``admin``.

        Omitted arguments change nothing; None clears the field, except the name, which is
        required.

        Args:
            name: The new name, from 1 to 255 characters.
            webhook_url: The URL to send events to: ``http`` or ``https``, at most 2083 characters.
            allowed_vlm_providers: Which AI providers may be used: ``openai``, ``anthropic``,
                ``google``, ``azure``, ``aws``.
            allowed_domains: Which domains may call the API from a browser (CORS).
            max_monthly_credits: Set by the subscription, and cannot be changed here. It is not
                sent, and a warning reports that.
            max_requests_per_minute: Set by the subscription, too, and not sent either.
            custom_config: Your own settings, as JSON data; they replace all old ones.
            timeout: Seconds for the call, instead of the client's.

        Returns:
            The new settings.

        Raises:
            ValidationError: No argument was passed, or one is out of range; nothing was sent.
            AionvisionPermissionError: The caller is not an admin.
            RateLimitError: It was called more than ten times in a minute.
            AionvisionError: The call failed.

        Endpoint: ``PATCH /tenant/settings``
        """
        body = TenantSettingsUpdate(
            name=name if name is None or name is UNSET else _name(name),
            webhook_url=(
                webhook_url if webhook_url is None or webhook_url is UNSET else _url(webhook_url)
            ),
            allowed_vlm_providers=(
                UNSET if allowed_vlm_providers is UNSET else _providers(allowed_vlm_providers)
            ),
            allowed_domains=UNSET if allowed_domains is UNSET else _domains(allowed_domains),
            custom_config=(
                custom_config
                if custom_config is None or custom_config is UNSET
                else _config(custom_config)
            ),
        )
        billed = _given(
            max_monthly_credits=max_monthly_credits,
            max_requests_per_minute=max_requests_per_minute,
        )
        if not body.to_dict(exclude_none=False) and not billed:
            check.missing("name", "another setting")
        for field in billed:
            text = f"{field} follows the subscription of the tenant: it was not sent"
            warnings.warn(text, UserWarning, stacklevel=2)
        request = tenant_settings.update_tenant_settings(body=body)
        return await self._engine.call(request, timeout=timeout)

    async def get_limits(self, *, timeout: float | None = None) -> TenantLimits:
        """Get the limits of the tenant, their use, and what remains.

        Args:
            timeout: Seconds for the call, instead of the client's.

        Raises:
            AionvisionError: The call failed.

        Endpoint: ``GET /tenant/limits``
        """
        request = tenant_settings.get_tenant_limits().decoding(TenantLimits.from_api_response)
        return await self._engine.call(request, timeout=timeout)

    async def list_members(self, *, timeout: float | None = None) -> list[TenantMember]:
        """List all members of the tenant.

        Args:
            timeout: Seconds for the call, instead of the client's.

        Raises:
            AionvisionError: The call failed.

        Endpoint: ``GET /tenant/members``
        """
        request = tenant_settings.get_tenant_members().decoding(
            lambda data: [TenantMember.from_api_response(item) for item in data]
        )
        return await self._engine.call(request, timeout=timeout)

    async def invite_member(
        self, email: str, *, role: str = "viewer", timeout: float | None = None
    ) -> TenantMember:
        """Add a member to the tenant. A new address gets an account.

        Newer deployments allow this for admins, older ones for the owner only.

        Args:
            email: The e-mail address of the person.
            role: ``viewer``, ``editor`` or ``admin``. Not ``owner``.
            timeout: Seconds for the call, instead of the client's.

        Returns:
            The new member. Until a name is set, it is the address.

        Raises:
            ValidationError: An argument is out of range (nothing was sent), or the person is a
                member already.
            AionvisionPermissionError: The caller may not do this.
            RateLimitError: It was called more than five times in a minute.
            AionvisionError: The call failed.

        Endpoint: ``POST /tenant/members/invite``
        """
        body = InviteMemberRequest(_email(email), _role(role))
        return await self._member(tenant_settings.invite_tenant_member(body=body), timeout)

    async def update_member_role(
        self, user_id: str, role: str, *, timeout: float | None = None
    ) -> TenantMember:
        """Change the role of a member. The role of the owner cannot be changed.

        Newer deployments allow this for admins, older ones for the owner only.

        Args:
            user_id: The id of the member.
            role: ``viewer``, ``editor`` or ``admin``. Not ``owner``.
            timeout: Seconds for the call, instead of the client's.

        Returns:
            The member with the new role.

        Raises:
            ValidationError: The role cannot be assigned; nothing was sent.
            AionvisionPermissionError: The caller may not do this, or the member is the owner.
            ResourceNotFoundError: The member does not exist.
            RateLimitError: It was called more than ten times in a minute.
            AionvisionError: The call failed.

        Endpoint: ``PATCH /tenant/members/{user_id}/role``
        """
        request = tenant_settings.update_member_role(
            check.identifier("user_id", user_id), body=UpdateMemberRoleRequest(_role(role))
        )
        return await self._member(request, timeout)

    async def remove_member(self, user_id: str, *, timeout: float | None = None) -> dict[str, Any]:
        """Remove a member from the tenant, except the owner and yourself.

        Newer deployments allow this for admins, older ones for the owner only.

        Args:
            user_id: The id of the member.
            timeout: Seconds for the call, instead of the client's.

        Returns:
            ``detail``, a message for people.

        Raises:
            AionvisionPermissionError: The caller may not do this, or the member is the owner.
            ResourceNotFoundError: The member does not exist.
            RateLimitError: It was called more than five times in a minute.
            AionvisionError: The call failed.

        Endpoint: ``DELETE /tenant/members/{user_id}``
        """
        request = tenant_settings.remove_tenant_member(check.identifier("user_id", user_id))
        return await self._engine.call(request, timeout=timeout)

    async def _member(
        self, request: Request[TenantMemberResponse], timeout: float | None
    ) -> TenantMember:
        answer = request.decoding(TenantMember.from_api_response)
        return await self._engine.call(answer, timeout=timeout)


def _given(**values: int | None) -> list[str]:
    """Check the numbers that are not None, and return their names."""
    passed = {field: value for field, value in values.items() if value is not None}
    for field, value in passed.items():
        check.whole_number(field, value, 0)
    return list(passed)


def _name(value: str) -> str:
    return check.text("name", value, 1, _LONGEST_NAME)


def _url(value: str) -> str:
    url = check.text("webhook_url", value, 1, _LONGEST_URL)
    if not url.lower().startswith(("https://", "http://")):
        check.refuse("webhook_url", value, "a URL that begins with https:// or http://")
    return url


def _providers(value: Sequence[str] | None) -> list[str] | None:
    found = check.texts("allowed_vlm_providers", value, most=len(VLM_PROVIDERS))
    for number, provider in enumerate(found or ()):
        check.choice(f"allowed_vlm_providers[{number}]", provider, VLM_PROVIDERS)
    return found


def _domains(value: Sequence[str] | None) -> list[str] | None:
    return check.texts("allowed_domains", value, most=_MOST_DOMAINS, longest=_LONGEST_DOMAIN)


def _config(value: Any) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        check.refuse("custom_config", value, "a dictionary of JSON data")
    return dict(cast("Mapping[str, Any]", value))


def _email(value: str) -> str:
    email = check.text("email", value, 3, _LONGEST_EMAIL)
    user, _, host = email.partition("@")
    if not user or not host or "@" in host or any(char.isspace() for char in email):
        check.refuse("email", value, "an e-mail address")
    return email


def _role(value: str) -> str:
    return check.choice("role", value, ASSIGNABLE_ROLES)
