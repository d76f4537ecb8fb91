"""Checks of an announced upload of any kind: name, media type, size, storage target."""

from __future__ import annotations

from collections.abc import Iterable

from aion.sandbox.contract.errors import ApiError, InvalidRequest, Problem


def check_name(field: tuple[str | int, ...], filename: str) -> str:
    """Return the last part of a path, which alone is the name; refuse an empty one."""
    name = filename.replace("\\", "/").rpartition("/")[2].replace("\0", "")[:255]
    if not name.strip():
        raise InvalidRequest([Problem(field, "must not be empty", "missing")])
    return name


def check_type(content_type: str, supported: Iterable[str], kind: str) -> None:
    """Refuse a media type that is not among the supported ones of a kind of file."""
    types = tuple(supported)
    if content_type not in types:
        raise ApiError(
            400,
            f"{content_type} is not a supported {kind} type; use one of {', '.join(types)}",
            code="UNSUPPORTED_FILE_TYPE",
            details={"field": "content_type", "value": content_type},
        )


def check_size(size: int, limit: int, *, status: int = 413) -> None:
    """Refuse a file that is larger than the limit."""
    if size > limit:
        raise ApiError(
            status,
            f"the file has {size} bytes; the limit is {limit}",
            code="FILE_TOO_LARGE",
            details={"field": "size_bytes", "limit": limit, "size_bytes": size},
        )


def check_target(target: str | None, *, configured: bool = False, status: int = 400) -> None:
    """Refuse the storage target `custom` while no bucket is configured for it."""
    if target == "custom" and not configured:
        raise ApiError(
            status,
            "storage_target custom needs an S3 configuration, which this sandbox does not have",
            code="STORAGE_NOT_CONFIGURED",
        )
