"""Uploads of file bytes through the API: one file, or many in one request."""

from __future__ import annotations

import asyncio
import time

from aion.sandbox.contract.errors import ApiError
from aion.sandbox.handlers.registry import operation
from aion.sandbox.runtime.call import Call, Response
from aion.sandbox.store.files import StoredFile
from aion.sandbox.store.ids import make_id
from aion.sandbox.store.multipart import Form, ReceivedFile
from aion.sandbox.store.upload_sessions import Session, SessionItem
from aion.sandbox.uploads.file_kinds import Refusal, UploadOptions
from aion.sandbox.uploads.intake import examine, read_options, store
from aion.sandbox.uploads.quota import require_quota, require_storage

_IMMEDIATE = 5


@operation("stream_upload_file_api_v2_user_files_upload_stream_post")
async def upload_one(call: Call) -> Response:
    """Store one file. "completed" means stored; the description follows."""
    began = time.perf_counter()
    form = _form(call)
    options = read_options(form, call.state)
    require_quota(call.state, 1)
    received = form.files[0]
    require_storage(call.state, received.size)
    facts = await examine(call.state, received)
    if isinstance(facts, Refusal):
        raise ApiError(
            facts.status, facts.reason, code=facts.code, details={"filename": received.filename}
        )
    with call.state.database.transaction():
        file, skipped = store(call.state, received, facts, options)
    return Response(
        {
            "image_id": file.id,
            "object_key": file.object_key,
            "upload_method": "STREAMING",
            "status": "skipped" if skipped else "completed",
            "processing_time_ms": _elapsed(began),
            "s3_upload_completed": not skipped,
            "variants_queued": file.variant_status is not None and not skipped,
            "description_queued": not file.described and not skipped,
            "skipped": skipped,
            "skipped_existing_image_id": file.id if skipped else None,
            "storage_target": file.storage_target,
            "media_type": file.media_type,
            **_document(file),
        }
    )


@operation("stream_batch_upload_api_v2_user_files_upload_stream_batch_post")
async def upload_batch(call: Call) -> Response:
    """Store every valid file; the others are listed with their reasons."""
    began = time.perf_counter()
    form = _form(call)
    state = call.state
    _refuse_other_intents(form)
    options = read_options(form, call.state)
    most = state.options.limits.max_batch_files
    if len(form.files) > most:
        raise ApiError(
            413,
            f"{len(form.files)} files in one request, the limit is {most}",
            code="BATCH_TOO_LARGE",
            details={"limit": most, "requested": len(form.files)},
        )
    total = sum(file.size for file in form.files)
    largest = state.options.limits.max_batch_bytes
    if total > largest:
        raise ApiError(
            413,
            f"{total} bytes in one request, the limit is {largest}",
            code="BATCH_TOO_LARGE",
            details={"limit": largest, "requested": total},
        )
    require_quota(state, len(form.files))
    require_storage(state, total)
    verdicts = await asyncio.gather(*(examine(state, file) for file in form.files))
    with state.database.transaction():
        session_id = make_id("session", state.sessions.next_number())
        items: list[SessionItem] = []
        for position, (received, facts) in enumerate(zip(form.files, verdicts, strict=True)):
            if isinstance(facts, Refusal):
                items.append(_refused(position, received, facts))
                continue
            file, duplicate = store(state, received, facts, options, session_id)
            items.append(SessionItem(position, received.filename, duplicate, None, False, file))
        session = Session(
            id=session_id,
            upload_method="streaming",
            auto_describe=options.auto_describe,
            created_at=state.clock.stamp(),
            cancelled_at=None,
            items=tuple(items),
        )
        state.sessions.add(session)
    return Response(_batch_body(session, options, _elapsed(began)))


def _batch_body(session: Session, options: UploadOptions, elapsed: float) -> dict[str, object]:
    taken = [(item, item.file) for item in session.items if item.file is not None]
    refused = [item for item in session.items if item.file is None]
    fresh = any(not item.duplicate for item, _ in taken)
    if refused:
        status = "partial" if taken else "rejected"
    else:
        status = "processing" if fresh and options.auto_describe else "completed"
    immediate = None
    if len(session.items) <= _IMMEDIATE:
        immediate = [_immediate(item, file, elapsed) for item, file in taken]
    return {
        "session_id": session.id,
        "total_files": len(session.items),
        "accepted_files": len(taken),
        "rejected_files": len(refused),
        "status": status,
        "immediate_results": immediate,
        "status_url": f"/api/v2/uploads/sessions/{session.id}/status",
        "websocket_channel": f"batch.{session.id}",
        "rejections": [
            {
                "filename": item.filename,
                "index": item.position,
                "reason": item.error,
                "retryable": item.retryable,
            }
            for item in refused
        ]
        or None,
    }


def _immediate(item: SessionItem, file: StoredFile, elapsed: float) -> dict[str, object]:
    return {
        "image_id": file.id,
        "filename": item.filename,
        "object_key": file.object_key,
        "status": "skipped" if item.duplicate else "completed",
        "processing_time_ms": elapsed,
        "skipped": item.duplicate,
        "skipped_existing_image_id": file.id if item.duplicate else None,
        "error": None,
        "storage_target": file.storage_target,
        "media_type": file.media_type,
        **_document(file),
    }


def _document(file: StoredFile) -> dict[str, object]:
    extras = file.extras()
    return {name: extras.get(name) for name in ("document_type", "text_extraction_status")}


def _refused(position: int, received: ReceivedFile, refusal: Refusal) -> SessionItem:
    return SessionItem(position, received.filename, False, refusal.reason, refusal.retryable, None)


def _refuse_other_intents(form: Form) -> None:
    intent = form.fields.get("intent", "describe")
    if intent != "describe":
        raise ApiError(400, f"intent {intent!r} is not served by this sandbox; only describe is")


def _form(call: Call) -> Form:
    if call.form is None:
        raise TypeError(f"{call.operation.id} was called without its form")
    return call.form


def _elapsed(began: float) -> float:
    return round((time.perf_counter() - began) * 1000, 3)
