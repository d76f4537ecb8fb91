"""Builds the wire form of stored files: every response is derived from the one row of a file."""

from __future__ import annotations

from typing import Any, Final

from aion.sandbox.images import variants
from aion.sandbox.runtime.call import Call
from aion.sandbox.store.clock import seconds_of
from aion.sandbox.store.files import StoredFile
from aion.sandbox.store.ids import TENANT_ID, make_id
from aion.sandbox.store.upload_sessions import Session, SessionItem

STUCK_AFTER: Final = 30 * 60
"""Seconds without a change after which unfinished work counts as stuck."""

_RECENT: Final = 10
_SHORT: Final = 100

ITEM_EXTRAS: Final = (
    "video_metadata", "video_analysis_status", "video_analysis_job_id", "scene_count",
    "has_audio_transcript", "document_type", "page_count", "text_extraction_status",
    "chunk_count", "source_url", "domain", "og_metadata", "favicon_url", "crawl_status",
    "extracted_images", "extracted_images_count",
)  # fmt: skip
"""Keys of `extra` in lists and details; other keys are internal."""

DETAIL_EXTRAS: Final = ("page_title", "crawl_error", "crawled_at")
"""Keys of `extra` in details only."""


def variant_key(file: StoredFile, name: str) -> str | None:
    """Return the object key of a variant, or None while it does not exist."""
    if name == variants.ORIGINAL:
        return file.object_key or None
    if file.variant_suffix is None:
        return None
    return f"{file.object_key.rpartition('/')[0]}/{name}.{file.variant_suffix}"


def _variant_url(call: Call, file: StoredFile, name: str) -> str | None:
    key = variant_key(file, name)
    if key is None and name in {"small_256", "medium_750"} and file.media_type != "image":
        key = file.extras().get("thumbnail_key")
    return call.object_url(key) if key is not None else None


def _object_url(call: Call, file: StoredFile) -> str | None:
    return call.object_url(file.object_key) if file.object_key else None


def _dimensions(file: StoredFile) -> dict[str, int]:
    if file.width is None or file.height is None:
        return {}
    return {"width": file.width, "height": file.height}


def _shared(call: Call, file: StoredFile) -> dict[str, Any]:
    extras = file.extras()
    return {
        "id": file.id,
        "title": file.title,
        "tags": file.tag_list(),
        "size_bytes": file.size_bytes,
        "content_type": file.content_type,
        "dimensions": _dimensions(file),
        "format": file.format,
        "thumbnail_url": _variant_url(call, file, "small_256"),
        "medium_url": _variant_url(call, file, "medium_750"),
        "variant_status": file.variant_status,
        "variant_count": variants.COUNT if file.variant_suffix is not None else 0,
        "upload_description": file.description,
        "visible_text": file.visible_text,
        "created_at": file.created_at,
        "content_created_at": file.content_created_at,
        "blur_hash": file.blur_hash,
        "description_status": file.description_status,
        "media_type": file.media_type,
        "video_url": _object_url(call, file) if file.media_type == "video" else None,
        "document_url": _object_url(call, file) if file.media_type == "document" else None,
        **{name: extras.get(name) for name in ITEM_EXTRAS},
    }


def file_item(call: Call, file: StoredFile) -> dict[str, Any]:
    """Return an item of the list of files; its full URL is the original."""
    return {
        **_shared(call, file),
        "filename": file.filename,
        "has_full_description": file.description is not None,
        "full_url": _object_url(call, file),
        "description_error": file.description_error,
        "variant_error": file.variant_error,
        "confidence_score": file.confidence,
    }


def file_details(call: Call, file: StoredFile) -> dict[str, Any]:
    """Return the details of a file; its full URL is the variant of 1024 pixels."""
    extras = file.extras()
    return {
        **_shared(call, file),
        "object_key": file.object_key,
        "full_url": _variant_url(call, file, "large_1024"),
        "original_url": _object_url(call, file),
        "description_generated_at": file.finished_at if file.description is not None else None,
        "full_descriptions": _full_descriptions(file),
        "updated_at": file.updated_at,
        "upload_method": file.upload_method,
        "original_filename": file.filename,
        "hash": file.sha256,
        "processing_history": _history(file),
        **{name: extras.get(name) for name in DETAIL_EXTRAS},
    }


def _full_descriptions(file: StoredFile) -> list[dict[str, Any]]:
    if file.description is None or file.finished_at is None:
        return []
    return [
        {
            "id": make_id("description", file.id),
            "description": file.description,
            "visible_text": file.visible_text,
            "confidence_score": file.confidence,
            "processing_time_ms": int((processing_seconds(file) or 0) * 1000),
            "created_at": file.finished_at,
            "providers_used": ["sandbox"],
            "verification_level": None,
        }
    ]


def _history(file: StoredFile) -> list[dict[str, Any]]:
    is_document = file.media_type == "document"
    if file.description_status == "skipped" and not is_document:
        return []
    return [
        {
            "id": make_id("history", file.id),
            "status": file.work_status,
            "created_at": file.created_at,
            "completed_at": file.finished_at,
            "error_message": file.work_error,
            "operation_type": "extract" if is_document else "describe",
        }
    ]


def processing_seconds(file: StoredFile) -> float | None:
    """Return the processing time of a finished description, or None."""
    if file.described_from is None or file.finished_at is None:
        return None
    return max(0.0, seconds_of(file.finished_at) - seconds_of(file.described_from))


_BEFORE_VARIANTS: Final = {"pending": "confirming", "queued": "queued", "processing": "processing"}


def unified_status(file: StoredFile) -> str:
    """Return the combined status of upload, variants and description."""
    if _is_awaiting(file):
        return "uploading"
    if file.work_status in _BEFORE_VARIANTS:
        return _BEFORE_VARIANTS[file.work_status]
    if file.variant_status in {"pending", "processing"}:
        return "processing"
    broken = (file.work_status == "failed", file.variant_status == "failed")
    if all(broken) or (file.variant_status is None and any(broken)):
        return "failed"
    return "partially_completed" if any(broken) else "completed"


def _is_awaiting(file: StoredFile) -> bool:
    # Applies to presigned uploads; files sent through the API are stored at once.
    return not file.object_key and file.extras().get("upload") == "awaiting"


def upload_status(file: StoredFile, now: float) -> dict[str, Any]:
    """Return the upload status, without the description text."""
    status = unified_status(file)
    terminal = status in {"completed", "failed", "partially_completed"}
    error = file.work_error or file.variant_error
    return {
        "image_id": file.id,
        "tenant_id": TENANT_ID,
        "batch_id": file.session_id,
        "unified_status": status,
        "component_statuses": {
            "variant_status": file.variant_status,
            "description_status": file.description_status,
            "upload_intent_status": "pending" if _is_awaiting(file) else "completed",
            "task_intent_status": file.work_status,
        },
        "task_intent_ids": [],
        "error_message": error,
        "last_error_at": file.changed_at if error is not None else None,
        "created_at": file.created_at,
        "last_updated_at": file.changed_at,
        "completed_at": file.changed_at if terminal else None,
        "retry_count": 0,
        "processing_duration_seconds": processing_seconds(file),
        "is_stuck": not terminal and now - seconds_of(file.changed_at) >= STUCK_AFTER,
        "is_terminal": terminal,
    }


def session_counts(session: Session) -> dict[str, Any]:
    """Return the fields that list and status of a session share."""
    return {
        "session_id": session.id,
        "status": session.status,
        "total_files": len(session.items),
        "completed_files": session.counts["completed"],
        "failed_files": session.counts["failed"],
        "skipped_files": session.counts["skipped"],
        "progress_percentage": session.progress,
        "created_at": session.created_at,
        "completed_at": session.completed_at,
    }


def session_status(session: Session) -> dict[str, Any]:
    """Return the status of a session; refused files are errors, as they have no id."""
    ended = [item for item in session.items if item.outcome(session) in {"completed", "skipped"}]
    ended.sort(key=lambda item: (item.file and item.file.finished_at) or "", reverse=True)
    failed = [item for item in session.items if item.outcome(session) == "failed"]
    return {
        **session_counts(session),
        "pending_files": session.counts["pending"],
        "started_at": session.created_at,
        "estimated_completion_time": None,
        "recent_completions": [
            {
                "filename": item.filename,
                "image_id": item.file.id,
                "status": item.outcome(session),
                "description": (item.file.description or "")[:_SHORT] or None,
                "processing_time_ms": _milliseconds(item.file),
                "error_message": None,
            }
            for item in ended[:_RECENT]
            if item.file is not None
        ],
        "recent_errors": [
            {
                "filename": item.filename,
                "index": item.position,
                "error": item.error or (item.file and item.file.work_error) or "failed",
                # A failed description can be retried by sending the file again.
                "retryable": item.retryable or item.error is None,
            }
            for item in failed[:_RECENT]
        ],
        "results_url": f"/api/v2/uploads/sessions/{session.id}/results",
        "websocket_channel": f"batch.{session.id}",
    }


def session_result(call: Call, session: Session, item: SessionItem) -> dict[str, Any] | None:
    """Return one row of the results, or None for an unfinished or refused file."""
    outcome = item.outcome(session)
    if item.file is None or outcome == "pending":
        return None
    file = item.file
    return {
        "image_id": file.id,
        "filename": item.filename,
        "object_key": file.object_key,
        "status": outcome,
        "description": file.description,
        "visible_text": file.visible_text,
        "tags": file.tag_list(),
        "processing_time_ms": _milliseconds(file),
        "error_message": file.work_error,
        "thumbnail_url": _variant_url(call, file, "small_256"),
        "created_at": file.created_at,
    }


def _milliseconds(file: StoredFile) -> float | None:
    seconds = processing_seconds(file)
    return seconds * 1000 if seconds is not None else None
