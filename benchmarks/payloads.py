"""Makes the responses of the server for aion and the floor."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

FILE_ID = "5b0c7a4e-1d7f-4c56-9f0a-2f4f1c9f6a10"
SINGLE, LISTING = 2048, 165_000
"""Bytes of one object, and roughly those of a page of 100."""
BATCH, AT_ONCE = 100, 8
"""Files in one request of a bulk upload, and requests in flight."""
CHUNK = 8 * 1024 * 1024
"""Bytes in a chunk of a video."""
TEXT = "A red bicycle leans against a brick wall beside a window with green shutters. "


def dumped(value: Any) -> bytes:
    """Encode JSON as services send it."""
    return json.dumps(value, separators=(",", ":")).encode()


def padded(value: dict[str, Any], key: str, size: int = SINGLE) -> bytes:
    """Return an object whose field `key` fills it up to `size` bytes."""
    missing = size - len(dumped({**value, key: ""}))
    return dumped({**value, key: (TEXT * (missing // len(TEXT) + 1))[: max(0, missing)]})


def file_id(number: int) -> str:
    """Return the id of a file of the listing."""
    return f"5b0c7a4e-1d7f-4c56-9f0a-{number:012x}"


def details() -> bytes:
    """Return the response for `files.get`."""
    return padded(
        {
            "id": FILE_ID,
            "object_key": "uploads/2026/03/photo.jpg",
            "size_bytes": 482133,
            "content_type": "image/jpeg",
            "hash": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            "title": "photo.jpg",
            "tags": ["bicycle", "wall", "window"],
            "dimensions": {"width": 640, "height": 480},
            "format": "jpeg",
            "created_at": "2026-03-01T10:00:00Z",
            "updated_at": "2026-03-01T10:00:05Z",
            "content_created_at": "2026-02-28T18:21:44Z",
            "description_status": "completed",
            "media_type": "image",
            "full_descriptions": [],
            "processing_history": [],
        },
        "upload_description",
    )


def user_file(number: int) -> dict[str, Any]:
    """Return one file of the listing."""
    found = file_id(number)
    url = f"https://cdn.example/variants/{found}"
    return {
        "id": found,
        "title": f"photo-{number:05}.jpg",
        "filename": f"photo-{number:05}.jpg",
        "size_bytes": 482133 + number,
        "has_full_description": True,
        "thumbnail_url": f"{url}/small_256?token=0123456789abcdef",
        "medium_url": f"{url}/medium_750?token=0123456789abcdef",
        "full_url": f"{url}/large_1024?token=0123456789abcdef",
        "upload_description": TEXT * 6,
        "visible_text": None,
        "tags": ["bicycle", "wall", "window", "shutters"],
        "created_at": "2026-03-01T10:00:00.123456Z",
        "content_created_at": "2026-02-28T18:21:44Z",
        "dimensions": {"width": 640, "height": 480},
        "format": "jpeg",
        "variant_status": "completed",
        "variant_count": 4,
        "blur_hash": "LEHV6nWB2yk8pyo0adR*.7kCMdnj",
        "description_status": "completed",
        "confidence_score": 0.93,
        "content_type": "image/jpeg",
        "media_type": "image",
    }


def listing(offset: int, limit: int, total: int) -> bytes:
    """Return the response for `files.list`."""
    numbers = range(offset, min(offset + limit, total))
    return dumped(
        {
            "files": [user_file(number) for number in numbers],
            "total_count": total,
            "has_more": offset + limit < total,
        }
    )


def described(files: int) -> bytes:
    """The same of files that were just uploaded, each with a description of 500 characters."""
    text = (TEXT * 7)[:500]
    rows = [{**user_file(number), "upload_description": text} for number in range(files)]
    return dumped({"files": rows, "total_count": files, "has_more": False})


def video_begun(size: int) -> bytes:
    """Return the response that accepts a video of this size, and its chunks."""
    starts = enumerate(range(0, size, CHUNK), start=1)
    chunks = [
        {
            "chunk_number": number,
            "size_bytes": min(CHUNK, size - start),
            "upload_url": "/video/chunk",
            "upload_method": "PUT",
            "expires_at": "2036-03-01T10:00:00Z",
        }
        for number, start in starts
    ]
    limits = {"concurrent_upload_limit": AT_ONCE, "retry_attempts": 3}
    return dumped({"media_id": FILE_ID, "upload_id": "u-1", "chunks": chunks, **limits})


def chunk_confirmed() -> bytes:
    """Return the confirmation of a chunk; clients do not read its number."""
    counts = {"chunk_number": 1, "chunks_completed": 1, "total_chunks": 1}
    progress = {"progress_percent": 1.0, "estimated_time_remaining": None}
    return dumped({**counts, **progress, "status": "completed"})


def video_stored() -> bytes:
    """Return the response that completes a video."""
    return dumped({"media_id": FILE_ID, "status": "completed", "metadata": {}})


def events(pairs: Iterable[tuple[str, Any]]) -> list[bytes]:
    """Encode server-sent events."""
    return [
        (f"event: {name}\n" if name else "").encode()
        + b"data: "
        + (data if isinstance(data, bytes) else dumped(data))
        + b"\n\n"
        for name, data in pairs
    ]


def words(count: int) -> list[str]:
    """Return the tokens of a streamed text."""
    pieces = [f"{word} " for word in TEXT.split()]
    return [pieces[number % len(pieces)] for number in range(count)]


def chat(count: int) -> list[bytes]:
    """Return the events of `send_stream`."""
    pieces = words(count)
    done = {"type": "complete", "message_id": "m-1", "content": "".join(pieces)}
    tokens = [("token", {"type": "token", "content": piece}) for piece in pieces]
    return events([*tokens, ("complete", done)])


def quota(files: int) -> bytes:
    """Return a quota for `files` files: `BATCH` in a request, `AT_ONCE` requests in flight."""
    return dumped(
        {
            "can_proceed": True,
            "requested": files,
            "available": files,
            "monthly_limit": files,
            "current_usage": 0,
            "message": None,
            "max_batch_size": BATCH,
            "max_concurrent_uploads": AT_ONCE,
        }
    )


def receipt(files: int) -> bytes:
    """Return the response to an upload of several files; up to five results are part of it."""
    results = [
        {
            "index": number,
            "filename": f"photo-{number}.jpg",
            "status": "completed",
            "image_id": file_id(number),
            "object_key": "uploads/photo.jpg",
            "size_bytes": 1,
        }
        for number in range(files)
    ]
    return dumped(
        {
            "session_id": "s-1",
            "total_files": files,
            "accepted_files": files,
            "rejected_files": 0,
            "status": "completed",
            "status_url": "/api/v2/upload-sessions/s-1",
            "websocket_channel": "batch.s-1",
            "immediate_results": results,
        }
    )
