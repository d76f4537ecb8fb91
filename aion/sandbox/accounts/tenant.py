"""The only tenant of a sandbox: its settings, its allowances, and its bucket.

Amounts of money are zero: nothing is billed. The test of a bucket is simulated, by its name and
the form of the key, since the sandbox makes no outgoing calls.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from aion.sandbox.auth.identity import OWNER_ID, digest
from aion.sandbox.store.clock import stamp
from aion.sandbox.store.ids import TENANT_ID
from aion.sandbox.store.usage_log import CREDITS_PER_ITEM

if TYPE_CHECKING:
    from aion.sandbox.runtime.state import State

VLM_PROVIDERS: Final = ("openai", "anthropic", "google", "azure", "aws")

_KEY_ID: Final = re.compile(r"[A-Z0-9]{16,128}\Z")
_BUCKET: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]|\.(?=[a-z0-9])){1,61}[a-z0-9]\Z")
_REGION: Final = re.compile(r"[a-z]{2}(?:-[a-z]+)+-[0-9]{1,2}\Z")
_MISSING: Final = "missing-"
_REVOKED: Final = "revoked-"

_START: Final[dict[str, Any]] = {
    "name": "Sandbox",
    "webhook_url": None,
    "allowed_vlm_providers": list(VLM_PROVIDERS),
    "allowed_domains": [],
    "custom_config": {},
}
_EMPTY: Final[dict[str, Any]] = {
    "webhook_url": None,
    "allowed_vlm_providers": [],
    "allowed_domains": [],
    "custom_config": {},
}


def month_start(now: float) -> float:
    """Return the begin of the calendar month of a moment, in UTC."""
    begin = datetime.fromtimestamp(now, UTC).replace(
        day=1, hour=0, minute=0, second=0, microsecond=0
    )
    return begin.timestamp()


def next_month(now: float) -> datetime:
    """Return the begin of the next calendar month, in UTC."""
    moment = datetime.fromtimestamp(month_start(now), UTC)
    return moment.replace(year=moment.year + moment.month // 12, month=moment.month % 12 + 1)


class Tenant:
    """Reads and changes the tenant of one sandbox."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._records = state.records

    def settings(self) -> dict[str, Any]:
        """Return the settings in their wire form."""
        stored = self._records.get("tenant", TENANT_ID)
        owner = self._records.get("member", OWNER_ID)
        founded = owner.created_at if owner is not None else self._state.clock.stamp()
        month = self.credits_used(month_start(self._state.clock.now()))
        return {
            "id": TENANT_ID,
            **_START,
            **(stored.body if stored is not None else {}),
            "owner_user_id": OWNER_ID,
            "created_at": founded,
            "updated_at": stored.updated_at if stored is not None else founded,
            "is_active": True,
            "max_monthly_credits": self.monthly_credits,
            "max_requests_per_minute": self.calls_per_minute,
            "subscription_tier": self._state.options.limits.tier,
            "subscription_expires_at": None,
            "current_month_credits": month,
            "current_month_cost": 0.0,
            "total_credits": self.credits_used(0.0),
            "total_cost": 0.0,
            "included_credits": self.monthly_credits,
        }

    def change(self, changes: Mapping[str, Any]) -> list[str]:
        """Store some settings; null empties one, except the name. Returns the changed ones."""
        given = {
            name: _EMPTY[name] if value is None else value
            for name, value in changes.items()
            if value is not None or name in _EMPTY
        }
        stored = self._records.get("tenant", TENANT_ID)
        before = {**_START, **(stored.body if stored is not None else {})}
        self._records.put("tenant", TENANT_ID, {**before, **given})
        return sorted(name for name, value in given.items() if before[name] != value)

    @property
    def calls_per_minute(self) -> int:
        """Return the requests that a key may make in a minute, enforced or not."""
        rate = self._state.rate_limiter.per_key
        return max(1, round(60 * rate.requests / rate.seconds))

    @property
    def monthly_credits(self) -> int:
        """Return the credits of a month."""
        return self._state.options.limits.monthly_uploads * CREDITS_PER_ITEM

    def credits_used(self, since: float) -> int:
        """Return the credits that uploads have used since a moment."""
        return self._state.files.uploaded_since(stamp(since)) * CREDITS_PER_ITEM

    def limits(self) -> dict[str, Any]:
        """Return three maps with the same keys: allowed, used, left."""
        now = self._state.clock.now()
        limits = {
            "monthly_uploads": self._state.options.limits.monthly_uploads,
            "api_calls_per_minute": self.calls_per_minute,
        }
        usage = {
            "monthly_uploads": self._state.files.uploaded_since(stamp(month_start(now))),
            "api_calls_per_minute": len(self._state.usage.between(now - 60, now)),
        }
        return {
            "limits": limits,
            "usage": usage,
            "remaining": {name: max(0, most - usage[name]) for name, most in limits.items()},
            "subscription_tier": self._state.options.limits.tier,
        }


def bucket_problem(settings: Mapping[str, Any], *, stored: bool = False) -> str | None:
    """Return why a bucket cannot be used, or None.

    A bucket whose name begins with ``missing-`` does not exist; one that begins with ``revoked-``
    can be configured, and loses its permissions afterwards.
    """
    name = str(settings["bucket_name"])
    if not _KEY_ID.match(settings["access_key_id"]):
        return "[sandbox] the access key id must be capital letters and digits"
    if not _BUCKET.match(name):
        return f"[sandbox] {name!r} is not a name of a bucket"
    if not _REGION.match(settings["region"]):
        return f"[sandbox] {settings['region']!r} is not a region, such as eu-central-1"
    if name.startswith(_MISSING):
        return f"[sandbox] the bucket {name!r} does not exist: its name begins with {_MISSING!r}"
    if stored and name.startswith(_REVOKED):
        return f"[sandbox] PutObject is denied: the name begins with {_REVOKED!r}"
    return None


def bucket_record(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return the stored form of a configuration, with the secret as a hash."""
    secret = digest(str(settings["secret_access_key"]))
    kept = {name: settings[name] for name in ("access_key_id", "bucket_name", "region")}
    return {**kept, "secret_digest": secret}
