"""Whether many files may be sent, before they are."""

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
    """What the service says of an upload that is about to begin.

    Attributes:
        quota: What may be uploaded.
        moment: When it said so, on its own clock; None where it does not tell.
    """

    quota: QuotaInfo
    moment: datetime | None


async def quota_of(engine: rt.Engine, count: int) -> QuotaInfo:
    """What the service says of so many files more."""
    request = uploads.check_upload_quota(file_count=count)
    return await engine.call(request.decoding(QuotaInfo.from_api_response))


async def allowance_for(engine: rt.Engine, count: int) -> Allowance:
    """The same, where they may be uploaded, and when.

    Raises:
        QuotaExceededError: They may not; nothing was sent.
    """
    request = uploads.check_upload_quota(file_count=count)
    quota, reply = await engine.call_raw(request.decoding(QuotaInfo.from_api_response))
    if quota.can_proceed:
        return Allowance(quota, http_date(reply.header("date") or ""))
    error = QuotaExceededError(
        quota.message or f"{count} uploads were asked for, {quota.available} are left",
        available=quota.available,
        limit=quota.monthly_limit,
    )
    error.details["stage"] = "quota"
    raise error
