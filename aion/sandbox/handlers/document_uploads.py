"""Presigned uploads of documents: announce, confirm, poll; one at a time or in batches."""

from __future__ import annotations

from typing import Any, Final

from aion.sandbox.contract.errors import ApiError
from aion.sandbox.documents import documents
from aion.sandbox.documents.intents import (
    INTENT,
    Outcome,
    announce,
    check_announcement,
    confirm,
    find,
    settle,
)
from aion.sandbox.handlers.registry import operation
from aion.sandbox.runtime.call import Call, Response
from aion.sandbox.store.clock import stamp
from aion.sandbox.store.files import StoredFile
from aion.sandbox.store.records import Record
from aion.sandbox.uploads.presigned import LIFETIME, presigned_fields
from aion.sandbox.uploads.quota import quota_check, require_quota, require_storage
from aion.sandbox.uploads.upload_checks import check_name

_BATCH: Final = "document_batch"
_BYTES_A_SECOND: Final = 1_000_000


@operation("request_document_presigned_url_api_v2_document_uploads_request_presigned_url_post")
async def request_presigned_url(call: Call) -> Response:
    """Plan one upload; returns the URL for its bytes."""
    name = check_name(("body", "filename"), call.body["filename"])
    check_announcement(call, call.body)
    require_quota(call.state, 1)
    require_storage(call.state, call.body["size_bytes"])
    with call.state.database.transaction():
        intent = announce(call, call.body, name)
    return Response(
        {
            **_upload_fields(call, intent),
            "max_size_bytes": call.state.options.limits.max_document_bytes,
            "storage_target": "default",
            "bucket_name": None,
        }
    )


@operation("confirm_document_upload_api_v2_document_uploads_confirm_post")
async def confirm_upload(call: Call) -> Response:
    """Make a document of the received bytes."""
    intent = find(call, call.body["object_key"])
    if intent is None:
        raise _unknown("upload", call.body["object_key"])
    if call.body["content_type"] != intent.body["content_type"]:
        raise ApiError(
            400,
            f"{intent.body['content_type']} was announced, not {call.body['content_type']}",
            code="UPLOAD_MISMATCH",
            details={"field": "content_type"},
        )
    outcome = await confirm(call, intent, call.body["size_bytes"], call.body.get("checksum"))
    if outcome.file is None or outcome.refusal is not None:
        raise _refused(outcome, intent)
    file = outcome.file
    return Response(
        {
            "document_id": file.id,
            "object_key": intent.body["object_key"],
            "filename": file.filename,
            "document_type": file.extras()["document_type"],
            "status": documents.status(file),
            "confirmed": True,
            "deduplicated": outcome.known,
            "is_idempotent_retry": outcome.repeated,
        },
        status=201,
    )


@operation("get_document_status_api_v2_document_uploads__document_id__status_get")
async def get_status(call: Call) -> Response:
    """Return the status of a document, without the reason of a failure."""
    file = documents.get(call.state, call.path["document_id"])
    if file is None:
        raise _unknown("document", call.path["document_id"])
    extras = file.extras()
    return Response(
        {
            "document_id": file.id,
            "filename": file.filename,
            "document_type": extras["document_type"],
            "text_extraction_status": extras["text_extraction_status"],
            "page_count": extras["page_count"],
            "chunk_count": extras["chunk_count"],
            "created_at": file.created_at,
            "processing_started_at": file.described_from,
            "completed_at": file.finished_at,
        }
    )


@operation("check_document_upload_quota_api_v2_document_uploads_quota_check_get")
async def check_quota(call: Call) -> Response:
    """Return whether the quota allows a number of uploads; always with status 200."""
    return Response(quota_check(call.state, call.query["file_count"]))


@operation("prepare_batch_document_upload_api_v2_document_uploads_batch_prepare_post")
async def prepare_batch(call: Call) -> Response:
    """Plan many uploads at once: all of them, or none."""
    files: list[dict[str, Any]] = call.body["files"]
    names = [
        check_name(("body", "files", index, "filename"), file["filename"])
        for index, file in enumerate(files)
    ]
    for file in files:
        check_announcement(call, file)
    total = sum(file["size_bytes"] for file in files)
    require_quota(call.state, len(files))
    require_storage(call.state, total)
    with call.state.database.transaction():
        batch_id = call.state.records.new_id(_BATCH)
        params = call.body.get("additional_params")
        call.state.records.put(_BATCH, batch_id, {"additional_params": params})
        intents = [
            announce(call, file, name, batch_id, index)
            for index, (file, name) in enumerate(zip(files, names, strict=True))
        ]
    return Response(
        {
            "batch_id": batch_id,
            "upload_plan": {
                "strategy": "parallel" if len(files) > 1 else "sequential",
                "max_concurrent": min(len(files), call.state.options.limits.max_concurrent_uploads),
                "retry_policy": {"max_attempts": 3},
                "timeout_per_upload": LIFETIME,
            },
            "presigned_urls": [
                {
                    "file_index": index,
                    "filename": intent.body["filename"],
                    "upload_intent_id": intent.id,
                    **_upload_fields(call, intent),
                }
                for index, intent in enumerate(intents)
            ],
            "total_size_bytes": total,
            "estimated_time_seconds": max(1, total // _BYTES_A_SECOND),
            "expires_at": stamp(call.state.clock.now() + LIFETIME),
        }
    )


@operation("confirm_batch_document_upload_api_v2_document_uploads_batch_confirm_post")
async def confirm_batch(call: Call) -> Response:
    """Make documents of the received files; every file has its own outcome."""
    batch = _batch(call, call.body["batch_id"])
    taken: list[tuple[Record, StoredFile]] = []
    failed: list[str] = []
    for given in call.body["confirmations"]:
        intent = find(call, given["object_key"])
        if intent is None or intent.parent != batch.id:
            raise _unknown("upload of this batch", given["object_key"])
        if given["success"]:
            outcome = await confirm(call, intent, given["file_size"], given.get("checksum"))
        else:
            outcome = Outcome(None)
        if outcome.file is not None:
            taken.append((intent, outcome.file))
            continue
        failed.append(intent.body["filename"])
        reason = outcome.refusal.reason if outcome.refusal else given.get("error_message")
        settle(call, intent, error=reason or "the upload was reported as failed")
    call.state.records.update(_BATCH, batch.id, confirmed=True)
    return Response(
        {
            "batch_id": batch.id,
            "successful_uploads": len(taken),
            "failed_uploads": len(failed),
            "processing_status": "failed" if not taken else "partial" if failed else "queued",
            "message": f"{len(taken)} documents confirmed, {len(failed)} failed",
            "failed_files": failed,
            "documents": [_confirmed(intent, file) for intent, file in taken],
        }
    )


@operation("get_document_batch_status_api_v2_document_uploads_batch__batch_id__status_get")
async def get_batch_status(call: Call) -> Response:
    """Return the status of a batch, derived from its documents."""
    batch = _batch(call, call.path["batch_id"])
    intents, total = call.state.records.find(INTENT, parent=batch.id)
    made = [
        (intent, file)
        for intent in intents
        if (file := documents.get(call.state, str(intent.body["document_id"]))) is not None
    ]
    states = [documents.status(file) for _, file in made]
    lost = sum(intent.body["error"] is not None for intent in intents)
    changes = [file.changed_at for _, file in made]
    return Response(
        {
            "batch_id": batch.id,
            "status": _state(call, batch, intents, states),
            "total_documents": total,
            "confirmed_documents": len(made),
            "processed_documents": states.count("completed"),
            "failed_documents": lost + states.count("failed"),
            "created_at": batch.created_at,
            "updated_at": max([batch.updated_at, *changes]),
            "documents": [_confirmed(intent, file) for intent, file in made],
        }
    )


@operation("health_check_api_v2_document_uploads_health_get", kind="minimal")
async def health(call: Call) -> Response:
    """Report that uploads of documents are available."""
    return Response(
        {"status": "healthy", "max_size_bytes": call.state.options.limits.max_document_bytes}
    )


def _state(call: Call, batch: Record, intents: list[Record], states: list[str]) -> str:
    if not batch.body.get("confirmed"):
        arrived = any(call.state.objects.has(one.body["object_key"]) for one in intents)
        return "uploading" if arrived else "pending"
    if any(one in {"pending", "processing"} for one in states):
        return "processing"
    return "completed" if "completed" in states else "failed"


def _upload_fields(call: Call, intent: Record) -> dict[str, Any]:
    body, largest = intent.body, call.state.options.limits.max_document_bytes
    return presigned_fields(call, body["object_key"], body["content_type"], largest)


def _confirmed(intent: Record, file: StoredFile) -> dict[str, Any]:
    extras = file.extras()
    return {
        "document_id": file.id,
        "object_key": intent.body["object_key"],
        "filename": file.filename,
        "document_type": extras["document_type"],
        "text_extraction_status": extras["text_extraction_status"],
        "created_at": file.created_at,
    }


def _batch(call: Call, batch_id: str) -> Record:
    batch = call.state.records.get(_BATCH, batch_id.lower())
    if batch is None:
        raise _unknown("batch", batch_id)
    return batch


def _unknown(what: str, name: str) -> ApiError:
    return ApiError(404, f"no {what} {name}")


def _refused(outcome: Outcome, intent: Record) -> ApiError:
    refusal = outcome.refusal
    status, code = (refusal.status, refusal.code) if refusal else (400, "UPLOAD_MISMATCH")
    text = refusal.reason if refusal else "the upload cannot be confirmed"
    return ApiError(status, text, code=code, details={"object_key": intent.body["object_key"]})
