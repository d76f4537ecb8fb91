"""The upload allowance of the month and the storage limit: what is left, and the errors."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from aion.sandbox.contract.errors import ApiError, InvalidRequest, Problem
from aion.sandbox.faults.kinds import ZeroQuota
from aion.sandbox.runtime.state import State
from aion.sandbox.store.clock import stamp


@dataclass(frozen=True, slots=True)
class Quota:
    """The upload allowance of the current month."""

    limit: int
    used: int
    prepaid: int

    @property
    def available(self) -> int:
        """Uploads that are left, prepaid ones included."""
        return max(0, self.limit - self.used) + self.prepaid


def upload_quota(state: State) -> Quota:
    """Return the allowance at this moment; the fault `zero_quota` empties it."""
    limits = state.options.limits
    if state.faults.take(ZeroQuota, lambda fault: True) is not None:
        return Quota(limits.monthly_uploads, limits.monthly_uploads, 0)
    month = datetime.fromtimestamp(state.clock.now(), UTC).replace(
        day=1, hour=0, minute=0, second=0, microsecond=0
    )
    used = state.files.uploaded_since(stamp(month.timestamp()))
    return Quota(limits.monthly_uploads, used, limits.prepaid_credits)


def quota_check(state: State, files: int, *, batch_limits: bool = False) -> dict[str, Any]:
    """Build the response body of a quota check: a quota that is too small is not an error.

    Args:
        state: The sandbox's state.
        files: Number of files to upload.
        batch_limits: Add prepaid credits and the limits of batches.

    Raises:
        InvalidRequest: `files` is less than 1.
    """
    if files < 1:
        raise InvalidRequest([Problem(("query", "file_count"), "must be 1 or more", "range")])
    left, limits = upload_quota(state), state.options.limits
    body: dict[str, Any] = {
        "can_proceed": files <= left.available,
        "requested": files,
        "available": left.available,
        "monthly_limit": left.limit,
        "current_usage": left.used,
    }
    if batch_limits:
        body |= {
            "prepaid_credits": left.prepaid,
            "max_batch_size": limits.max_batch_files,
            "max_concurrent_uploads": limits.max_concurrent_uploads,
        }
    message = f"Upload quota exceeded: {left.available} left, {files} wanted"
    return {**body, "message": None if body["can_proceed"] else message}


def require_quota(state: State, files: int) -> None:
    """Raise the quota error when fewer than `files` uploads are left."""
    left = upload_quota(state)
    if left.available < files:
        raise ApiError(
            429,
            f"Upload quota exceeded: {left.available} of {left.limit} left, {files} wanted",
            code="USAGE_LIMIT_EXCEEDED",
            details={"available": left.available, "limit": left.limit, "requested": files},
        )


def require_storage(state: State, size: int, *, status: int = 413) -> None:
    """Raise the storage error when fewer than `size` bytes are left."""
    limit = state.options.limits.storage_bytes
    left = max(0, limit - state.files.stored_bytes())
    if size > left:
        raise ApiError(
            status,
            f"Storage quota exceeded: {left} bytes left, {size} wanted",
            code="STORAGE_QUOTA_EXCEEDED",
            details={"available": left, "limit": limit, "requested": size},
        )
