"""Whether many files may be sent, before they are."""

from __future__ import annotations

from aion._rt import aio as rt
from aion.exceptions import QuotaExceededError
from aion.types.upload import QuotaInfo
from aion_api.api import uploads


async def quota_of(engine: rt.Engine, count: int) -> QuotaInfo:
    """What the service says of so many files more."""
    request = uploads.check_upload_quota(file_count=count)
    return await engine.call(request.decoding(QuotaInfo.from_api_response))


async def require_quota(engine: rt.Engine, count: int) -> QuotaInfo:
    """The same, where they may be uploaded.

    Raises:
        QuotaExceededError: They may not; nothing was sent.
    """
    quota = await quota_of(engine, count)
    if quota.can_proceed:
        return quota
    error = QuotaExceededError(
        quota.message or f"{count} uploads were asked for, {quota.available} are left",
        available=quota.available,
        limit=quota.monthly_limit,
    )
    error.details["stage"] = "quota"
    raise error
