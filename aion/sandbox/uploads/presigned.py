"""What all presigned image uploads share: what may be sent, for how long, and under which key."""

from __future__ import annotations

from typing import Any, Final

from aion.sandbox.contract.errors import ApiError, InvalidRequest, Problem
from aion.sandbox.runtime.call import Call
from aion.sandbox.store.clock import stamp
from aion.sandbox.uploads.intake import require_quota, require_storage
from aion.sandbox.uploads.placeholders import IMAGE_TYPES

LIFETIME: Final = 600
"""Seconds for which a URL takes bytes, as for documents."""


def check_announced(
    call: Call, content_type: str, size: int, *, largest: int, files: int = 1
) -> None:
    """Refuse an upload before it begins: its type, its size, the allowance, or the storage."""
    if content_type not in IMAGE_TYPES:
        raise ApiError(
            400,
            f"{content_type} is not taken here, only {', '.join(sorted(IMAGE_TYPES))}",
            code="UNSUPPORTED_FILE_TYPE",
            details={"field": "content_type", "value": content_type},
        )
    if size > largest:
        raise ApiError(
            413,
            f"{size} bytes, the limit is {largest}",
            code="FILE_TOO_LARGE",
            details={"limit": largest, "size_bytes": size},
        )
    require_quota(call.state, files)
    require_storage(call.state, size)


def check_name(field: tuple[str | int, ...], filename: str) -> str:
    """The last part of a path: only that is a name. Empty ones are refused."""
    name = filename.replace("\\", "/").rpartition("/")[2].replace("\0", "")[:255]
    if not name.strip():
        raise InvalidRequest([Problem(field, "must not be empty", "missing")])
    return name


def check_target(target: str) -> None:
    """Refuse the custom storage target, which needs a configuration."""
    if target == "custom":
        raise ApiError(
            400,
            "storage_target custom needs an S3 configuration, which this sandbox does not have",
            code="STORAGE_NOT_CONFIGURED",
        )


def invitation(call: Call, key: str, content_type: str, largest: int) -> dict[str, Any]:
    """The part of an answer that says where the bytes go, and how."""
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


def check_sent(call: Call, key: str, announced: int, checksum: str | None) -> None:
    """Refuse a confirmation that does not fit the bytes that arrived."""
    reason = mismatch(call, key, announced, checksum)
    if reason is not None:
        raise ApiError(400, reason, code="UPLOAD_MISMATCH", details={"object_key": key})


def mismatch(call: Call, key: str, announced: int, checksum: str | None) -> str | None:
    """Why a confirmation does not fit the bytes that arrived, or None."""
    info = call.state.objects.info(key)
    if info is None:
        return "no bytes were sent to the presigned URL"
    if info.size != announced:
        return f"{announced} bytes were announced, {info.size} arrived"
    if checksum is None:
        return None
    # Clients send what the upload answered (a quoted ETag) or a SHA-256, with or without a name.
    plain = checksum.strip('"').lower().rpartition(":")[2]
    return None if plain in {info.etag, info.sha256} else "the checksum is that of other bytes"
