"""Reads where and how to send the bytes of one file: a presigned URL and what belongs to it."""

from __future__ import annotations

from typing import Any

from aion._http import targets
from aion.types._reader import Reader


def upload_target(read: Reader, *, no_headers: dict[str, str] | None = None) -> dict[str, Any]:
    """Read the URL, its headers and form fields, and the key to confirm the upload with.

    Args:
        read: The response, or one entry of it.
        no_headers: The value for a response without headers.

    Raises:
        KeyError: There is no URL, or no key.
        ValueError: The URL, a header or the method cannot be sent.
    """
    headers = read.get("upload_headers")
    return {
        "upload_url": targets.reference(read.need("upload_url")),
        "upload_headers": no_headers if headers is None else targets.sendable(headers),
        "upload_method": targets.verb(read.get("upload_method") or "PUT"),
        "upload_fields": read.get("upload_fields"),
        "object_key": read.need("object_key"),
        "expires_at": read.date("expires_at"),
    }


__all__ = ["upload_target"]
