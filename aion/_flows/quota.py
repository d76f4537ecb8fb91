"""Checks the quota before files are sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from aion._engine.retry import http_date
from aion._runtime import aio as rt
from aion.exceptions import QuotaExceededError
from aion.types.upload import QuotaInfo
from aion_api.api import uploads


@dataclass(frozen=True, slots=True)
class Allowance:
    """The response of the quota check before an upload.

    Attributes:
        quota: The quota.
        moment: Time of the response on the clock of the service; None if it sent none.
    """

    quota: QuotaInfo
    moment: datetime | None


async def quota_of(engine: rt.Engine, count: int) -> QuotaInfo:
    """Get the quota for an upload of `count` files."""
    request = uploads.check_upload_quota(file_count=count)
    return await engine.call(request.decoding(QuotaInfo.from_api_response))


async def allowance_for(engine: rt.Engine, count: int) -> Allowance:
    """Check that `count` files may be uploaded.

    Raises:
        QuotaExceededError: They may not; nothing was uploaded.
    """
    request = uploads.check_upload_quota(file_count=count)
    quota, reply = await engine.call_raw(request.decoding(QuotaInfo.from_api_response))
    if quota.can_proceed:
        return Allowance(quota, http_date(reply.header("date") or ""))
    error = QuotaExceededError(
        quota.message or f"{count} uploads were requested, {quota.available} are left",
        available=quota.available,
        limit=quota.monthly_limit,
    )
    error.details["stage"] = "quota"
    raise error
