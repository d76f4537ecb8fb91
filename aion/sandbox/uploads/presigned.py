"""Presigned uploads: the checks before and after the upload, and the fields of the URL."""

from __future__ import annotations

from typing import Any, Final

from aion.sandbox.contract.errors import ApiError
from aion.sandbox.runtime.call import Call
from aion.sandbox.store.clock import stamp
from aion.sandbox.uploads.placeholders import IMAGE_TYPES
from aion.sandbox.uploads.quota import require_quota, require_storage
from aion.sandbox.uploads.upload_checks import check_size, check_type

LIFETIME: Final = 600
"""Seconds for which a presigned URL is valid."""


def check_announcement(
    call: Call, content_type: str, size: int, *, largest: int, files: int = 1
) -> None:
    """Refuse an image upload before it begins: type, size, quota, storage."""
    check_type(content_type, sorted(IMAGE_TYPES), "image")
    check_size(size, largest)
    require_quota(call.state, files)
    require_storage(call.state, size)


def presigned_fields(call: Call, key: str, content_type: str, largest: int) -> dict[str, Any]:
    """Return the fields of a response that say where and how to send the bytes."""
    return {
        "upload_url": call.upload_url(
            key, content_type=content_type, max_bytes=largest, seconds=LIFETIME
        ),
        "upload_method": "PUT",
        "upload_fields": None,
        "upload_headers": {"Content-Type": content_type},
        "object_key": key,
        "expires_at": stamp(call.state.clock.now() + LIFETIME),
    }


def check_confirmation(call: Call, key: str, announced: int, checksum: str | None) -> None:
    """Refuse a confirmation that does not match the received bytes."""
    reason = mismatch(call, key, announced, checksum)
    if reason is not None:
        raise ApiError(400, reason, code="UPLOAD_MISMATCH", details={"object_key": key})


def mismatch(call: Call, key: str, announced: int, checksum: str | None) -> str | None:
    """Return why a confirmation does not match the received bytes, or None."""
    info = call.state.objects.info(key)
    if info is None:
        return "no bytes were sent to the presigned URL"
    if info.size != announced:
        return f"{announced} bytes were announced, {info.size} arrived"
    if checksum is None:
        return None
    # Clients send the ETag of the upload, in quotes, or a SHA-256, with or without a prefix.
    plain = checksum.strip('"').lower().rpartition(":")[2]
    return (
        None
        if plain in {info.etag, info.sha256}
        else "the checksum does not match the received bytes"
    )
