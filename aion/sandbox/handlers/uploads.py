"""Uploads: quota, status of one file, duplicate check, and stuck files."""

from __future__ import annotations

import re
from typing import Final

from aion.sandbox.contract.errors import ApiError, InvalidRequest, Problem
from aion.sandbox.handlers._views import upload_status
from aion.sandbox.handlers.registry import operation
from aion.sandbox.runtime.call import Call, Response
from aion.sandbox.store.clock import stamp
from aion.sandbox.uploads.quota import quota_check

_SHA256: Final = re.compile(r"[0-9a-fA-F]{64}\Z")


@operation("check_upload_quota_api_v2_uploads_quota_check_get")
async def check_quota(call: Call) -> Response:
    """Return whether the quota allows a number of uploads; always with status 200."""
    return Response(quota_check(call.state, call.query["file_count"], batch_limits=True))


@operation("get_upload_status_api_v2_uploads_status__image_id__get")
async def get_upload_status(call: Call) -> Response:
    """Return the status of upload, variants and description of one file."""
    file = call.state.files.get(call.path["image_id"])
    if file is None:
        raise ApiError(404, f"no upload {call.path['image_id']}")
    return Response(upload_status(file, call.state.clock.now()))


@operation("check_duplicates_api_v2_uploads_check_duplicates_post")
async def check_duplicates(call: Call) -> Response:
    """Return which SHA-256 hashes are those of stored files."""
    hashes: list[str] = call.body["hashes"]
    problems = [
        Problem(("body", "hashes", index), "not a SHA-256 in hexadecimal", "pattern")
        for index, one in enumerate(hashes)
        if not _SHA256.match(one)
    ]
    if problems:
        raise InvalidRequest(problems)
    known = [one for one in hashes if call.state.files.with_hash(one.lower()) is not None]
    return Response(
        {"duplicates": known, "unique": [one for one in hashes if one not in set(known)]}
    )


@operation("get_stuck_uploads_api_v2_uploads_stuck_uploads_get")
async def get_stuck_uploads(call: Call) -> Response:
    """List unfinished files without progress for some minutes."""
    minutes, limit = call.query["stuck_minutes"], call.query["limit"]
    problems = [
        Problem(("query", name), f"must be between {low} and {high}", "range")
        for name, value, low, high in (
            ("stuck_minutes", minutes, 0, 525_600),
            ("limit", limit, 1, 500),
        )
        if not low <= value <= high
    ]
    if problems:
        raise InvalidRequest(problems)
    now = call.state.clock.now()
    files = call.state.files.unfinished_before(stamp(now - minutes * 60), limit)
    images = [{**upload_status(file, now), "is_stuck": True} for file in files]
    return Response({"stuck_count": len(images), "images": images})
