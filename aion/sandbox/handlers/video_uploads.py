"""Chunked uploads of videos: initiate, confirm chunks, retry chunks, complete or abort."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from aion.sandbox.contract.errors import ApiError, InvalidRequest, Problem
from aion.sandbox.handlers.registry import operation
from aion.sandbox.runtime.call import Call, Response
from aion.sandbox.store.clock import seconds_of, stamp
from aion.sandbox.store.ids import make_id
from aion.sandbox.store.records import Record
from aion.sandbox.uploads.quota import require_quota, require_storage
from aion.sandbox.uploads.upload_checks import check_name, check_size, check_type
from aion.sandbox.videos import videos

_UPLOAD: Final = "video_upload"
_LIFETIME: Final = 24 * 3600
"""Seconds until an upload expires."""
_URL_LIFETIME: Final = 3600
_MOST_CHUNKS: Final = 10_000
_LONGEST_TAG: Final = 50
_BYTES_A_SECOND: Final = 10_000_000
_CHUNK_TYPE: Final = "application/octet-stream"


@operation("initiate_video_upload")
async def initiate(call: Call) -> Response:
    """Plan the chunks of one video."""
    _check(call, call.body, ("body",))
    require_quota(call.state, 1)
    require_storage(call.state, call.body["size_bytes"])
    with call.state.database.transaction():
        upload = _begin(call, call.body)
    return Response(_session(call, upload), status=201)


@operation("batch_initiate_video_uploads")
async def batch_initiate(call: Call) -> Response:
    """Plan several videos: all of them, or none."""
    wanted: list[dict[str, Any]] = call.body["videos"]
    for number, one in enumerate(wanted):
        _check(call, one, ("body", "videos", number))
    require_quota(call.state, len(wanted))
    total = sum(one["size_bytes"] for one in wanted)
    require_storage(call.state, total)
    with call.state.database.transaction():
        batch_id = call.state.records.new_id("video_batch")
        uploads = [_begin(call, one) for one in wanted]
    return Response(
        {
            "batch_id": batch_id,
            "videos": [_session(call, upload) for upload in uploads],
            "total_videos": len(uploads),
            "total_size_bytes": total,
            "estimated_time_seconds": total / _BYTES_A_SECOND,
            "processing_priority": call.body.get("processing_priority") or "normal",
        },
        status=201,
    )


@operation("confirm_video_chunk")
async def confirm_chunk(call: Call) -> Response:
    """Confirm a chunk, after a check of the received bytes."""
    upload = _uploading(call)
    number = _chunk_number(call, upload)
    info = call.state.objects.info(_key(upload, number))
    if info is None:
        raise _refused("CHUNK_NOT_UPLOADED", f"chunk {number} was not uploaded", number)
    size = _size(upload, number)
    if not info.size == size == call.body["size_bytes"]:
        confirmed = call.body["size_bytes"]
        reason = f"chunk {number} has {size} bytes; {info.size} arrived, {confirmed} were confirmed"
        raise _refused("CHUNK_SIZE_MISMATCH", reason, number)
    # The contract does not say whether an ETag includes quotes.
    if call.body["etag"].strip().removeprefix("W/").strip('"').lower() != info.etag:
        raise _refused(
            "ETAG_MISMATCH", f"the ETag of chunk {number} does not match the received bytes", number
        )
    done = {**upload.body["done"], str(number): info.etag}
    upload = call.state.records.update(_UPLOAD, upload.id, done=done) or upload
    return Response(
        {
            "chunk_number": number,
            "status": "completed",
            "chunks_completed": len(done),
            "total_chunks": _count(upload),
            "progress_percent": _percent(upload),
            "estimated_time_remaining": _seconds_left(upload),
        }
    )


@operation("retry_video_chunk")
async def retry_chunk(call: Call) -> Response:
    """Return a new URL for a chunk, a limited number of times."""
    upload = _uploading(call)
    number = _chunk_number(call, upload)
    if str(number) in upload.body["done"]:
        raise _refused("CHUNK_CONFIRMED", f"chunk {number} is already confirmed", number)
    most = call.state.options.limits.video_chunk_retries
    attempt = upload.body["retries"].get(str(number), 0) + 1
    if attempt > most:
        reason = f"chunk {number} was retried {most} times, which is the limit"
        raise _refused("CHUNK_RETRIES_EXHAUSTED", reason, number)
    retries = {**upload.body["retries"], str(number): attempt}
    call.state.records.update(_UPLOAD, upload.id, retries=retries)
    return Response(
        {
            "chunk_number": number,
            "upload_url": _url(call, upload, number),
            "expires_at": stamp(call.state.clock.now() + _URL_LIFETIME),
            "retry_attempt": attempt,
            "max_retries": most,
        }
    )


@operation("complete_video_upload")
async def complete(call: Call) -> Response:
    """Join the chunks into a file, and queue its analysis."""
    upload, state = _uploading(call), call.state
    missing = [n for n in range(1, _count(upload) + 1) if str(n) not in upload.body["done"]]
    if missing:
        raise ApiError(
            400,
            f"{len(missing)} of {_count(upload)} chunks are not confirmed",
            code="CHUNKS_MISSING",
            details={"missing_chunks": missing[:100]},
        )
    keys = [_key(upload, number) for number in range(1, _count(upload) + 1)]
    ending = videos.TYPES[upload.body["content_type"]]
    try:
        assembled = await state.in_thread(videos.assemble, state.objects, upload.id, ending, keys)
    except FileNotFoundError:
        # Another request ended the upload, and its chunks with it.
        _uploading(call)
        raise
    seconds = float(call.body["duration_seconds"])
    if call.body.get("duration_extraction_failed") and assembled.facts.duration is not None:
        seconds = assembled.facts.duration
    longest = state.options.limits.max_video_seconds
    if seconds > longest:
        raise ApiError(
            400,
            f"the video lasts {seconds:.0f} s; the limit is {longest:.0f} s",
            code="VIDEO_TOO_LONG",
            details={"field": "duration_seconds", "limit": longest},
        )
    analyzed = call.body.get("auto_analyze", True)
    with state.database.transaction():
        # Another request may have ended the upload while this one joined the chunks.
        upload = _uploading(call)
        file = videos.store(state, upload, assembled, seconds, analyzed=analyzed)
        state.records.update(_UPLOAD, upload.id, status="completed")
        analysis = videos.queue(state, file, _analysis_options(call.body)) if analyzed else None
    for key in keys:
        state.objects.delete(key)
    return Response(
        {
            "media_id": file.id,
            "status": "completed",
            "metadata": file.extras()["video_metadata"],
            "thumbnail_url": call.object_url(assembled.thumbnail_key),
            "video_url": call.object_url(assembled.key),
            "analysis_job_id": analysis.id if analysis is not None else None,
            "processing_status": "queued" if analysis is not None else "completed",
            "created_at": file.created_at,
        }
    )


@operation("abort_video_upload")
async def abort(call: Call) -> Response:
    """Abort an upload and remove its chunks."""
    upload = _uploading(call)
    keys = [_key(upload, number) for number in range(1, _count(upload) + 1)]
    there = [key for key in keys if call.state.objects.has(key)]
    call.state.records.update(
        _UPLOAD, upload.id, status="aborted", done={}, reason=call.body.get("reason")
    )
    for key in there:
        call.state.objects.delete(key)
    return Response(
        {
            "media_id": upload.id,
            "status": "aborted",
            "cleaned_up": True,
            "chunks_removed": len(there),
            "s3_cleanup": True,
        }
    )


@operation("get_upload_progress")
async def progress(call: Call) -> Response:
    """Return the progress of an upload."""
    upload = call.state.records.get(_UPLOAD, call.path["media_id"].lower())
    if upload is None:
        raise _unknown(call.path["media_id"])
    body = upload.body
    waiting = [n for n in range(1, _count(upload) + 1) if str(n) not in body["done"]]
    return Response(
        {
            "media_id": upload.id,
            "upload_id": body["upload_id"],
            "status": body["status"],
            "chunks_completed": len(body["done"]),
            "total_chunks": _count(upload),
            "bytes_uploaded": _bytes_done(upload),
            "total_bytes": body["size_bytes"],
            "progress_percent": _percent(upload),
            "estimated_time_remaining": _seconds_left(upload),
            "current_chunk": waiting[0] if waiting and body["status"] == "uploading" else None,
            "failed_chunks": [n for n in waiting if str(n) in body["retries"]],
            "last_updated": upload.updated_at or upload.created_at,
        }
    )


def _check(call: Call, wanted: Mapping[str, Any], loc: tuple[str | int, ...]) -> None:
    check_name((*loc, "filename"), wanted["filename"])
    check_type(wanted["content_type"], videos.TYPES, "video")
    check_size(wanted["size_bytes"], call.state.options.limits.max_video_bytes)
    tags: list[str] = wanted.get("tags") or []
    problems = [
        Problem((*loc, "tags", number), "1 to 50 letters, digits, spaces, - or _", "tag")
        for number, tag in enumerate(tags)
        if not 1 <= len(tag) <= _LONGEST_TAG
        or not all(one.isalnum() or one in " -_" for one in tag)
    ]
    if problems:
        raise InvalidRequest(problems)


def _begin(call: Call, wanted: Mapping[str, Any]) -> Record:
    size = wanted["size_bytes"]
    least = -(-size // _MOST_CHUNKS)
    media_id = call.state.files.new_id()
    body: dict[str, Any] = {
        "upload_id": make_id(_UPLOAD, media_id),
        "filename": check_name(("body", "filename"), wanted["filename"]),
        "content_type": wanted["content_type"],
        "size_bytes": size,
        "title": wanted.get("title") or None,
        "tags": list(dict.fromkeys(wanted.get("tags") or ())),
        "metadata": wanted.get("metadata") or {},
        "chunk_bytes": max(call.state.options.limits.video_chunk_bytes, least),
        "status": "uploading",
        "done": {},
        "retries": {},
        "expires_at": stamp(call.state.clock.now() + _LIFETIME),
    }
    return call.state.records.put(_UPLOAD, media_id, body)


def _session(call: Call, upload: Record) -> dict[str, Any]:
    expires = stamp(call.state.clock.now() + _URL_LIFETIME)
    limits, body = call.state.options.limits, upload.body
    return {
        "media_id": upload.id,
        "upload_id": body["upload_id"],
        "chunks": [
            {
                "chunk_number": number,
                "size_bytes": _size(upload, number),
                "upload_url": _url(call, upload, number),
                "upload_method": "PUT",
                "expires_at": expires,
            }
            for number in range(1, _count(upload) + 1)
        ],
        "total_chunks": _count(upload),
        "chunk_size_bytes": body["chunk_bytes"],
        "expires_at": body["expires_at"],
        "storage_path": f"videos/{upload.id}/original.{videos.TYPES[body['content_type']]}",
        "concurrent_upload_limit": limits.video_concurrent_chunks,
        "retry_attempts": limits.video_chunk_retries,
    }


def _analysis_options(body: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "analysis_type": body.get("analysis_type") or "full_vlm",
        "analysis_provider": body.get("analysis_provider") or "google",
        "analysis_model": body.get("analysis_model") or "gemini-3-flash-preview",
    }


def _uploading(call: Call) -> Record:
    """Return the active upload that a body names."""
    media_id = call.body["media_id"]
    upload = call.state.records.get(_UPLOAD, media_id.lower())
    if upload is None or upload.body["upload_id"] != call.body["upload_id"]:
        raise _unknown(media_id)
    status = upload.body["status"]
    if status == "uploading" and call.state.clock.now() >= seconds_of(upload.body["expires_at"]):
        status = "expired"
    if status != "uploading":
        raise ApiError(
            400, f"the upload is {status}", code="INVALID_STATE", details={"status": status}
        )
    return upload


def _chunk_number(call: Call, upload: Record) -> int:
    number = int(call.body["chunk_number"])
    if number > _count(upload):
        raise _refused("UNKNOWN_CHUNK", f"the video has {_count(upload)} chunks", number)
    return number


def _refused(code: str, reason: str, number: int) -> ApiError:
    return ApiError(400, reason, code=code, details={"chunk_number": number})


def _unknown(media_id: str) -> ApiError:
    return ApiError(404, f"no video upload {media_id}")


def _count(upload: Record) -> int:
    return -(-int(upload.body["size_bytes"]) // int(upload.body["chunk_bytes"]))


def _size(upload: Record, number: int) -> int:
    chunk = int(upload.body["chunk_bytes"])
    return min(chunk, int(upload.body["size_bytes"]) - chunk * (number - 1))


def _key(upload: Record, number: int) -> str:
    return f"video-uploads/{upload.id}/chunk-{number:05}.part"


def _url(call: Call, upload: Record, number: int) -> str:
    return call.upload_url(
        _key(upload, number),
        content_type=_CHUNK_TYPE,
        max_bytes=_size(upload, number),
        seconds=_URL_LIFETIME,
    )


def _bytes_done(upload: Record) -> int:
    return sum(_size(upload, int(number)) for number in upload.body["done"])


def _percent(upload: Record) -> float:
    return round(100 * len(upload.body["done"]) / _count(upload), 2)


def _seconds_left(upload: Record) -> int | None:
    if upload.body["status"] != "uploading":
        return None
    return (int(upload.body["size_bytes"]) - _bytes_done(upload)) // _BYTES_A_SECOND
